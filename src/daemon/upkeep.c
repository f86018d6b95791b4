/*
 * Upkeep.  A failure is logged and tried again a minute later: nothing waits
 * for it.
 */
#include "daemon/upkeep.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "journal/journal.h"
#include "store/outcome.h"

#define EVERY_S 60
#define DAYS_AHEAD 2
#define DAYS_KEPT 30
#define ROTATE_MS 600000

struct upkeep {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int stop;
	struct db *db;
	struct journal *journal;
};

static int
tidy(struct upkeep *u, struct err *e)
{
	int64_t freed;

	if (!db_ok(u->db) && db_reconnect(u->db, e) != 0)
		return -1;
	if (decision_maintain(u->db, DAYS_AHEAD, DAYS_KEPT, e) != 0)
		return -1;
	if (journal_trim(u->journal, ROTATE_MS, &freed, e) != 0) {
		struct err again;

		journal_reopen(u->journal, &again);
		return -1;
	}
	if (freed > 0)
		log_info("upkeep.journal", "bytes_freed=%" PRId64,
		    freed);
	return 0;
}

static void *
upkeep_main(void *arg)
{
	struct upkeep *u = arg;
	struct err e;

	pthread_mutex_lock(&u->lock);
	while (!u->stop) {
		struct timespec until;

		pthread_mutex_unlock(&u->lock);
		if (tidy(u, &e) != 0)
			log_warn("upkeep.failed", "cause=\"%s\"", e.text);
		pthread_mutex_lock(&u->lock);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += EVERY_S;
		while (!u->stop && pthread_cond_timedwait(&u->wake, &u->lock,
		    &until) == 0)
			;
	}
	pthread_mutex_unlock(&u->lock);
	return NULL;
}

int
upkeep_start(struct upkeep **out, const char *conninfo, struct err *e)
{
	struct upkeep *u = calloc(1, sizeof(*u));

	if (u == NULL)
		fatal("out of memory: upkeep");
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->wake, NULL);
	if (db_connect(conninfo, &u->db, e) != 0 ||
	    journal_pg_open(conninfo, NULL, &u->journal, e) != 0) {
		upkeep_stop(u);
		return -1;
	}
	if (pthread_create(&u->thread, NULL, upkeep_main, u) != 0)
		fatal("no thread for upkeep");
	*out = u;
	return 0;
}

void
upkeep_stop(struct upkeep *u)
{
	if (u == NULL)
		return;
	pthread_mutex_lock(&u->lock);
	u->stop = 1;
	pthread_cond_signal(&u->wake);
	pthread_mutex_unlock(&u->lock);
	if (u->thread != 0)
		pthread_join(u->thread, NULL);
	journal_close(u->journal);
	if (u->db != NULL)
		db_close(u->db);
	pthread_mutex_destroy(&u->lock);
	pthread_cond_destroy(&u->wake);
	free(u);
}
