/*
 * The committing thread.
 */
#include "api/commit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/size.h"

/* Events of one append; a bigger request goes alone. */
#define EVENTS_MAX 5000

struct commit {
	pthread_t thread;
	pthread_mutex_t lock; /* all below but the journal and the arena */
	pthread_cond_t some;
	struct commit_job *first, **last;
	int64_t busy_since; /* of the jobs being appended; 0: none */
	int stopping;
	struct commit_counts counts;
	struct journal *journal; /* the thread's */
	struct arena arena;
};

static void
finish(struct commit *c, struct commit_job *jobs, int status,
    const struct err *e)
{
	uint64_t n = 0;

	for (const struct commit_job *j = jobs; j != NULL; j = j->next)
		n++;
	pthread_mutex_lock(&c->lock);
	c->counts.waiting -= n;
	pthread_mutex_unlock(&c->lock);
	while (jobs != NULL) {
		struct commit_job *next = jobs->next; /* done may free it */

		jobs->done(jobs->arg, status, e);
		jobs = next;
	}
}

/* Jobs that fit one append, off the queue; NULL when it is time to end. */
static struct commit_job *
take(struct commit *c, size_t *n)
{
	struct commit_job *jobs = NULL, **end = &jobs;

	*n = 0;
	pthread_mutex_lock(&c->lock);
	c->busy_since = 0;
	while (c->first == NULL && !c->stopping)
		pthread_cond_wait(&c->some, &c->lock);
	if (c->first != NULL)
		c->busy_since = c->first->put_ms;
	while (c->first != NULL && (*n == 0 ||
	    *n + c->first->n <= EVENTS_MAX)) {
		*end = c->first;
		end = &c->first->next;
		*n = size_add(*n, c->first->n);
		c->first = c->first->next;
	}
	*end = NULL;
	if (c->first == NULL)
		c->last = &c->first;
	pthread_mutex_unlock(&c->lock);
	return jobs;
}

static int
append(struct commit *c, const struct commit_job *jobs, size_t n,
    struct err *e)
{
	struct journal_event *events;
	size_t k = 0;
	int status;

	arena_reset(&c->arena);
	events = arena_array(&c->arena, n, sizeof(*events));
	for (; jobs != NULL; jobs = jobs->next) {
		memcpy(events + k, jobs->events, jobs->n * sizeof(*events));
		k += jobs->n;
	}
	status = journal_append(c->journal, events, n, e);
	pthread_mutex_lock(&c->lock);
	c->counts.appends++;
	c->counts.failed += status != 0;
	c->counts.events += status == 0 ? n : 0;
	pthread_mutex_unlock(&c->lock);
	return status;
}

/*
 * When Postgres refuses what several requests brought, one may be at fault:
 * each is tried alone, so it fails alone.
 */
static void
append_each(struct commit *c, struct commit_job *jobs)
{
	while (jobs != NULL) {
		struct commit_job *next = jobs->next;
		struct err e = { 0 };

		jobs->next = NULL;
		finish(c, jobs, append(c, jobs, jobs->n, &e), &e);
		jobs = next;
	}
}

static void
work(struct commit *c, struct commit_job *jobs, size_t n)
{
	struct err e = { 0 };
	char text[400];

	if (append(c, jobs, n, &e) == 0) {
		finish(c, jobs, 0, NULL);
		return;
	}
	log_warn("api.commit", "events=%zu error=%s", n,
	    log_quote(text, sizeof(text), e.text));
	if (e.code != ERR_BUSY && jobs->next != NULL) {
		append_each(c, jobs);
		return;
	}
	finish(c, jobs, -1, &e);
	if (e.code == ERR_BUSY && journal_reopen(c->journal, &e) != 0)
		log_warn("api.commit", "events=0 error=%s",
		    log_quote(text, sizeof(text), e.text));
}

static void *
run(void *arg)
{
	struct commit *c = arg;
	struct commit_job *jobs;
	size_t n;

	while ((jobs = take(c, &n)) != NULL)
		work(c, jobs, n);
	return NULL;
}

int
commit_start(const char *conninfo, struct commit **out, struct err *e)
{
	struct commit *c = calloc(1, sizeof(*c));

	if (c == NULL)
		fatal("out of memory");
	if (journal_pg_open(conninfo, NULL, &c->journal, e) != 0) {
		free(c);
		return -1;
	}
	c->last = &c->first;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->some, NULL);
	if (pthread_create(&c->thread, NULL, run, c) != 0)
		fatal("cannot start a thread");
	*out = c;
	return 0;
}

int
commit_put(struct commit *c, struct commit_job *job)
{
	int stopping;

	job->next = NULL;
	job->put_ms = clock_mono_ms();
	pthread_mutex_lock(&c->lock);
	stopping = c->stopping;
	if (!stopping) {
		*c->last = job;
		c->last = &job->next;
		c->counts.waiting++;
		pthread_cond_signal(&c->some);
	}
	pthread_mutex_unlock(&c->lock);
	return stopping ? -1 : 0;
}

void
commit_stop(struct commit *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = 1;
	pthread_cond_signal(&c->some);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
}

void
commit_free(struct commit *c)
{
	if (c == NULL)
		return;
	journal_close(c->journal);
	arena_fini(&c->arena);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->some);
	free(c);
}

void
commit_counts(struct commit *c, struct commit_counts *out)
{
	int64_t since;

	pthread_mutex_lock(&c->lock);
	*out = c->counts;
	since = c->busy_since != 0 ? c->busy_since :
	    c->first != NULL ? c->first->put_ms : 0;
	pthread_mutex_unlock(&c->lock);
	out->oldest_ms = since != 0 ? clock_mono_ms() - since : 0;
}
