/*
 * A request is a slot: a curl easy handle with its buffers.  A slot is in
 * one place at a time and moves in this order:
 *
 *   idle -> waiting -> running -> finished -> shown -> idle
 *
 * waiting: its host has all the requests it may have.  running: in the multi
 * handle.  finished: its outcome is known, http_poll has not returned it
 * yet.  shown: returned; its buffers are the caller's until the next
 * http_poll.
 *
 * Curl could cap connections itself, but counts the wait into the timeout
 * and notices that only when the wait is over: a request would be sent with
 * no time left to answer it.
 */
#include "http/http.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/table.h"
#include "http/slot.h"

#define IDLE_KEPT 64 /* idle slots beyond this are freed */

/* A circle with itself as head. */
struct place {
	struct slot head;
};

struct host {
	char name[260]; /* host:port */
	unsigned running;
	struct place waiting;
};

struct http {
	CURLM *multi;
	char *user_agent, *ca_file;
	long max_idle_s;
	unsigned max_per_host;
	struct table hosts; /* by name; kept to the end, they are few */
	struct place idle, running, finished, shown;
	size_t nidle, pending;
	atomic_bool woken;
	int watch; /* descriptor that also ends a wait; -1: none */
};

static void
place_init(struct place *p)
{
	p->head.next = p->head.prev = &p->head;
}

static struct slot *
place_first(struct place *p)
{
	return p->head.next == &p->head ? NULL : p->head.next;
}

/* Out of the place where it is, if it is in one. */
static void
leave(struct slot *s)
{
	if (s->next == NULL)
		return;
	s->next->prev = s->prev;
	s->prev->next = s->next;
}

/* From where it is to the end of p. */
static void
move(struct slot *s, struct place *p)
{
	leave(s);
	s->prev = p->head.prev;
	s->next = &p->head;
	s->prev->next = s;
	p->head.prev = s;
}

static void
global_init(void)
{
	struct sigaction was;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		fatal("curl_global_init failed");
	/* OpenSSL writes without MSG_NOSIGNAL. */
	if (sigaction(SIGPIPE, NULL, &was) == 0 && was.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

static char *
copy(const char *z)
{
	char *c = z ? strdup(z) : NULL;

	if (z != NULL && c == NULL)
		fatal("out of memory: a string");
	return c;
}

struct http *
http_new(const struct http_opts *o)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *h = calloc(1, sizeof(*h));

	pthread_once(&once, global_init);
	if (h == NULL)
		fatal("out of memory: http");
	h->multi = curl_multi_init();
	if (h->multi == NULL)
		fatal("out of memory: curl multi");
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 256L);
	h->user_agent = copy(o->user_agent ? o->user_agent : "crosswalk");
	h->ca_file = copy(o->ca_file);
	h->max_idle_s = o->max_idle_s ? o->max_idle_s : 50;
	h->watch = -1;
	h->max_per_host = o->max_per_host ? o->max_per_host : 8;
	place_init(&h->idle);
	place_init(&h->running);
	place_init(&h->finished);
	place_init(&h->shown);
	return h;
}

/* shown -> idle, or away */
static void
recycle(struct http *h, struct slot *s)
{
	if (h->nidle >= IDLE_KEPT) {
		leave(s);
		slot_free(s);
		return;
	}
	slot_clear(s);
	move(s, &h->idle);
	h->nidle++;
}

static void
free_all(struct http *h, struct place *p)
{
	struct slot *s;

	while ((s = place_first(p)) != NULL) {
		if (p == &h->running)
			curl_multi_remove_handle(h->multi, s->easy);
		leave(s);
		slot_free(s);
	}
}

void
http_free(struct http *h)
{
	struct table_entry *e = NULL;

	free_all(h, &h->idle);
	free_all(h, &h->running);
	free_all(h, &h->finished);
	free_all(h, &h->shown);
	while ((e = table_next(&h->hosts, e)) != NULL) {
		free_all(h, &((struct host *)e->value)->waiting);
		free(e->value);
	}
	table_fini(&h->hosts);
	curl_multi_cleanup(h->multi);
	free(h->user_agent);
	free(h->ca_file);
	free(h);
}

static struct host *
find_host(struct http *h, const char *name)
{
	struct host *found = table_get(&h->hosts, str_z(name));

	if (found != NULL)
		return found;
	found = calloc(1, sizeof(*found));
	if (found == NULL)
		fatal("out of memory: a host");
	snprintf(found->name, sizeof(found->name), "%s", name);
	place_init(&found->waiting);
	table_put(&h->hosts, str_z(found->name), found);
	return found;
}

/* waiting or new -> running */
static void
start(struct http *h, struct slot *s)
{
	s->host->running++;
	move(s, &h->running);
	if (curl_multi_add_handle(h->multi, s->easy) != CURLM_OK)
		fatal("curl_multi_add_handle failed");
}

void
http_submit(struct http *h, const struct http_request *r, void *tag)
{
	struct slot *s = place_first(&h->idle);

	if (s != NULL)
		h->nidle--;
	else
		s = slot_new(h->user_agent, h->ca_file, h->max_idle_s);
	h->pending++;
	if (!slot_set(s, r, tag)) {
		move(s, &h->finished);
		return;
	}
	s->host = find_host(h, s->peer);
	if (s->host->running < h->max_per_host)
		start(h, s);
	else
		move(s, &s->host->waiting);
}

size_t
http_pending(const struct http *h)
{
	return h->pending;
}

/* Let curl work and take what is done out of it. */
static void
turn(struct http *h)
{
	int running, left;
	CURLMsg *m;

	if (curl_multi_perform(h->multi, &running) != CURLM_OK)
		fatal("curl_multi_perform failed");
	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		CURL *easy = m->easy_handle;
		struct slot *s, *next;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&s);
		slot_judge(s, code); /* before removal: it reads timings */
		curl_multi_remove_handle(h->multi, easy);
		move(s, &h->finished);
		s->host->running--;
		next = place_first(&s->host->waiting);
		if (next != NULL)
			start(h, next);
	}
}

/* 1 when the watched descriptor is readable. */
static int
poll_once(struct http *h, int timeout_ms)
{
	struct curl_waitfd extra = { .fd = h->watch,
	    .events = CURL_WAIT_POLLIN };

	curl_multi_poll(h->multi, &extra, h->watch >= 0 ? 1 : 0, timeout_ms,
	    NULL);
	return h->watch >= 0 && extra.revents != 0;
}

int
http_poll(struct http *h, int timeout_ms, struct http_done *out, size_t max)
{
	int64_t end = clock_mono_ms() + timeout_ms, left = timeout_ms;
	struct slot *s;
	int n = 0;

	while ((s = place_first(&h->shown)) != NULL)
		recycle(h, s);
	for (;;) {
		turn(h);
		if (place_first(&h->finished) != NULL || left <= 0 ||
		    atomic_exchange(&h->woken, false))
			break;
		if (poll_once(h, (int)left))
			break;
		left = end - clock_mono_ms();
	}
	while ((size_t)n < max && (s = place_first(&h->finished)) != NULL) {
		out[n++] = s->done;
		move(s, &h->shown);
		h->pending--;
	}
	return n;
}

void
http_watch(struct http *h, int fd)
{
	h->watch = fd;
}

void
http_wakeup(struct http *h)
{
	atomic_store(&h->woken, true);
	curl_multi_wakeup(h->multi);
}
