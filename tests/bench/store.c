/*
 * What Postgres can take of us: a private cluster, fsync on, batches of a
 * thousand.  usage: tests/bench/store [BATCHES [PAYLOAD BYTES]]
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "journal/journal.h"
#include "store/attach.h"
#include "store/cluster.h"
#include "store/control.h"
#include "store/migrate.h"

enum { BATCH = 1000 };

static struct err e;

#define must(call)                                                        \
	do {                                                              \
		if ((call) < 0)                                           \
			fatal("%s: %s", #call, e.text);                   \
	} while (0)

static int server; /* the postmaster, whose children's time is counted */

/* Seconds of processor that the server's processes used up to now. */
static double
server_cpu(void)
{
	double ticks = 0;
	char path[64], line[1024];
	double gone = 0; /* of children that ended */
	DIR *d = opendir("/proc");
	struct dirent *f;

	while (d != NULL && (f = readdir(d)) != NULL) {
		long user, sys, cuser, csys;
		int parent;
		FILE *in;
		char *p;

		snprintf(path, sizeof(path), "/proc/%.20s/stat", f->d_name);
		in = fopen(path, "r");
		if (in == NULL)
			continue;
		p = fgets(line, sizeof(line), in) ? strrchr(line, ')') : NULL;
		fclose(in);
		if (p != NULL &&
		    sscanf(p, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			      "%ld %ld %ld %ld",
			&parent, &user, &sys, &cuser, &csys) == 5) {
			if (parent == server)
				ticks += (double)(user + sys);
			if (strtol(f->d_name, NULL, 10) == server)
				gone = (double)(cuser + csys);
		}
	}
	if (d != NULL)
		closedir(d);
	return (ticks + gone) / (double)sysconf(_SC_CLK_TCK);
}

/* A stretch of work: time by the wall, and the server's by the processor. */
struct stretch {
	double wall, cpu;
};

static struct stretch
now(void)
{
	return (struct stretch){ (double)clock_mono_ns() / 1e9,
		server_cpu() };
}

static void
report(const char *what, size_t n, struct stretch from)
{
	struct stretch to = now();

	printf("%-38s %9.0f /s %8.1f us of server cpu\n", what,
	    (double)n / (to.wall - from.wall),
	    (to.cpu - from.cpu) * 1e6 / (double)n);
	fflush(stdout);
}

static void
add(struct stretch *sum, struct stretch from)
{
	struct stretch to = now();

	sum->wall += to.wall - from.wall;
	sum->cpu += to.cpu - from.cpu;
}

/* A beginning so long ago. */
static struct stretch
ago(struct stretch s)
{
	struct stretch t = now();

	return (struct stretch){ t.wall - s.wall, t.cpu - s.cpu };
}

static struct str
key_of(struct arena *a, size_t i)
{
	/* Spread, as keys of an application are. */
	return arena_printf(a, "%08x-%zu", (unsigned)(i * 2654435761u), i);
}

static void
bench_journal(const char *conninfo, size_t batches, struct str payload)
{
	struct journal *w, *r;
	struct arena a = { 0 };
	struct journal_batch b;
	size_t n = 0;
	struct stretch t = now();

	must(journal_pg_open(conninfo, NULL, &w, &e));
	must(journal_pg_open(conninfo, "bench", &r, &e));
	for (size_t i = 0; i < batches; i++) {
		struct journal_event ev[BATCH];

		arena_reset(&a);
		for (size_t k = 0; k < BATCH; k++)
			ev[k] = (struct journal_event){ .entity_id = 1,
				.op = 'u', .key = key_of(&a, i * BATCH + k),
				.payload = payload };
		must(journal_append(w, ev, BATCH, &e));
	}
	report("journal: append", batches * BATCH, t);
	t = now();
	do {
		arena_reset(&a);
		must(journal_read(r, &a, BATCH, &b, &e));
		must(journal_commit(r, &b.end, &e));
		n += b.n;
	} while (b.n > 0);
	report("journal: read and commit", n, t);
	t = now();
	for (int i = 0; i < 2000; i++) {
		arena_reset(&a);
		must(journal_read(r, &a, BATCH, &b, &e));
	}
	report("journal: reads that find nothing", 2000, t);
	arena_fini(&a);
	journal_close(w);
	journal_close(r);
}

/* Which record is the k-th of batch i: step 1 in order, else scattered. */
static size_t
nth(size_t i, size_t k, size_t batches, size_t step)
{
	return (i * BATCH + k) * step % (batches * BATCH);
}

static void
bench_links(struct db *db, size_t batches, size_t step, struct str base,
    const char *what)
{
	struct arena a = { 0 };
	struct settlement *s = calloc(BATCH, sizeof(*s));
	struct link *l = calloc(BATCH, sizeof(*l));
	char line[64];
	struct stretch t, fetch = { 0 }, commit = { 0 };

	for (size_t i = 0; i < batches; i++) {
		arena_reset(&a);
		for (size_t k = 0; k < BATCH; k++)
			l[k] = (struct link){ .sync_id = 1,
				.key = key_of(&a, nth(i, k, batches, step)) };
		t = now();
		must(links_fetch(db, &a, l, BATCH, &e));
		add(&fetch, t);
		for (size_t k = 0; k < BATCH; k++)
			s[k] = (struct settlement){
				.what = OUTCOME_LINK | OUTCOME_DECIDE,
				.sync_id = 1, .key = l[k].key,
				.seq = (int64_t)(i * BATCH + k + 1),
				.map_gen = 1, .state = LINK_LINKED,
				.remote_id = arena_printf(&a, "%zu",
				    nth(i, k, batches, step) + 10000000),
				.base = base,
				.op = DECISION_UPSERT, .line = 12,
				.prev_decision = l[k].last_decision,
				.before = 1, .after = 2,
			};
		t = now();
		must(outcome_commit(db, s, BATCH, NULL, &e));
		add(&commit, t);
	}
	snprintf(line, sizeof(line), "links: fetch (%s)", what);
	report(line, batches * BATCH, ago(fetch));
	snprintf(line, sizeof(line), "links: upsert + decision (%s)", what);
	report(line, batches * BATCH, ago(commit));
	free(s);
	free(l);
	arena_fini(&a);
}

static void
bench_capture(struct db *db, size_t rows)
{
	struct attach at = { .table = STR("app.c") };
	char sql[256];

	must(db_script(db,
	    "CREATE SCHEMA app; CREATE TABLE app.c"
	    " (id bigint PRIMARY KEY, email text, name text, n numeric(12,2),"
	    " at timestamptz DEFAULT now(), custom jsonb DEFAULT '{\"a\":1}');"
	    "CREATE TABLE app.bare (LIKE app.c INCLUDING ALL)",
	    &e));
	must(tenant_put(db, STR("bench"), &at.tenant_id, &e));
	must(attach_table(db, &at, NULL, &e));
	for (int i = 0; i < 2; i++) {
		struct stretch t = now();

		snprintf(sql, sizeof(sql),
		    "INSERT INTO %s SELECT i, 'user' || i || '@example.com',"
		    " repeat('name ', 20), i * 0.01 FROM"
		    " generate_series(1, %zu) i",
		    i ? "app.c" : "app.bare", rows);
		must(db_script(db, sql, &e));
		report(i ? "insert of many rows, captured" :
			   "insert of many rows, not captured",
		    rows, t);
	}
	for (int i = 0; i < 2; i++) {
		struct stretch t = now();

		for (size_t k = 1; k <= 2000; k++) {
			snprintf(sql, sizeof(sql),
			    "UPDATE %s SET n = n + 1 WHERE id = %zu",
			    i ? "app.c" : "app.bare", k);
			must(db_script(db, sql, &e));
		}
		report(i ? "update of one row, captured" :
			   "update of one row, not captured",
		    2000, t);
	}
}

int
main(int argc, char **argv)
{
	size_t batches = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
	size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	struct buf payload = { 0 };
	struct cluster *c;
	struct db *db;

	log_set_level(LOG_WARN);
	while (payload.n < bytes)
		buf_printf(&payload, "{\"field%zu\":\"value %zx\"},",
		    payload.n, payload.n * 2654435761u);
	payload.n = bytes;
	must(cluster_start(NULL, &c, &e));
	server = cluster_pid(c);
	must(db_connect(cluster_conninfo(c), &db, &e));
	must(migrate(db, &e));
	must(decision_maintain(db, 1, 7, &e));
	bench_journal(cluster_conninfo(c), batches, buf_str(&payload));
	bench_links(db, batches, 1, str_from(payload.p, bytes / 2), "new");
	bench_links(db, batches, 7919, str_from(payload.p, bytes / 2),
	    "again");
	bench_capture(db, batches * BATCH);
	db_close(db);
	cluster_stop(c);
	buf_fini(&payload);
	return 0;
}
