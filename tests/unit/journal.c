/* What a reader of the journal is promised, against a real Postgres. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "cluster_main.h"
#include "journal/journal.h"
#include "store/attach.h"
#include "store/control.h"

static struct err e;
static struct arena arena;

static struct journal *
open_journal(const char *reader)
{
	struct journal *j;

	must(journal_pg_open(test_conninfo(), reader, &j, &e));
	return j;
}

static void
append(struct journal *j, const char *key, const char *payload)
{
	struct journal_event ev = { .entity_id = 7, .op = 'u',
		.key = str_z(key), .payload = str_z(payload) };

	must(journal_append(j, &ev, 1, &e));
}

/* Read up to max; "key=payload key=payload …". */
static const char *
take(struct journal *j, size_t max, struct journal_batch *b)
{
	static struct journal_batch none;
	static char out[4096];
	size_t n = 0;

	out[0] = '\0';
	if (b == NULL)
		b = &none;
	must(journal_read(j, &arena, max, b, &e));
	cr_assert_leq(b->n, max);
	for (size_t i = 0; i < b->n; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s=%.*s",
		    i ? " " : "", STR_ARG(b->events[i].key),
		    STR_ARG(b->events[i].payload.p ? b->events[i].payload :
						     STR("-")));
	return out;
}

Test(journal, gives_back_what_was_appended)
{
	struct db *db = test_db();
	struct journal *j = open_journal("r");
	struct journal_event ev[2] = {
		{ .entity_id = 3, .op = 'u', .key = STR("k\x01é"),
		    .payload = STR("{\"n\":19.990}") },
		{ .entity_id = 4, .op = 'd', .key = STR("") },
	};
	struct journal_batch b;
	int64_t now = clock_wall_us();

	must(journal_append(j, ev, 2, &e));
	must(journal_append(j, ev, 0, &e));
	must(journal_read(j, &arena, 10, &b, &e));
	cr_assert_eq(b.n, 2);
	cr_assert_eq(b.events[0].entity_id, 3);
	cr_assert_eq(b.events[0].op, 'u');
	cr_assert(str_eq(b.events[0].key, ev[0].key));
	cr_assert(str_eq(b.events[0].payload, ev[0].payload));
	cr_assert_leq(llabs(b.events[0].at_us - now), 60 * 1000000);
	cr_assert_eq(b.events[1].op, 'd');
	cr_assert_eq(b.events[1].key.n, 0);
	cr_assert_null(b.events[1].payload.p);
	cr_assert_lt(b.events[0].seq, b.events[1].seq);
	journal_close(j);
	db_close(db);
}

Test(journal, begins_again_at_the_committed_position)
{
	struct db *db = test_db();
	struct journal *w = open_journal(NULL), *j = open_journal("r");
	struct journal_batch b1, b2, b3;

	for (int i = 0; i < 5; i++)
		append(w, "k", "1");
	cr_assert_str_eq(take(j, 2, &b1), "k=1 k=1");
	cr_assert_str_eq(take(j, 2, &b2), "k=1 k=1");
	must(journal_commit(j, &b1.end, &e));
	journal_close(j); /* as after a crash: b2 was not committed */
	append(w, "late", "2");
	j = open_journal("r");
	/* The window that was open goes on; what came later comes later. */
	cr_assert_str_eq(take(j, 10, &b2), "k=1 k=1 k=1");
	cr_assert_str_eq(take(j, 10, &b3), "late=2");
	must(journal_commit(j, &b3.end, &e));
	/* An older position does not bring the cursor back. */
	must(journal_commit(j, &b2.end, &e));
	must(journal_reopen(j, &e));
	cr_assert_str_eq(take(j, 10, NULL), "");
	journal_close(j);
	journal_close(w);
	db_close(db);
}

Test(journal, two_readers_have_a_cursor_each)
{
	struct db *db = test_db();
	struct journal *a = open_journal("a"), *b = open_journal("b");
	struct journal_batch batch;

	append(a, "k", "1");
	cr_assert_str_eq(take(a, 9, &batch), "k=1");
	must(journal_commit(a, &batch.end, &e));
	cr_assert_str_eq(take(b, 9, NULL), "k=1");
	journal_close(a);
	journal_close(b);
	db_close(db);
}

Test(journal, a_reader_that_was_replaced_commits_no_more)
{
	struct db *db = test_db();
	struct journal *old = open_journal("r"), *new;
	struct journal_batch b;

	append(old, "k", "1");
	take(old, 9, &b);
	new = open_journal("r");
	cr_assert_lt(journal_commit(old, &b.end, &e), 0);
	cr_assert_not_null(strstr(e.text, "another reader"), "%s", e.text);
	cr_assert_not(db_is_transient(&e));
	cr_assert_str_eq(take(new, 9, &b), "k=1");
	must(journal_commit(new, &b.end, &e));
	journal_close(old);
	journal_close(new);
	db_close(db);
}

Test(journal, the_cursor_moves_in_another_connections_transaction)
{
	struct db *db = test_db();
	struct journal *j = open_journal("r");
	struct settlement bad = { .what = OUTCOME_LINK, .sync_id = 1,
		.key = STR("k"), .state = LINK_LINKED,
		.base = { NULL, 0 }, .remote_id = STR("\xff") };
	struct cursor_move move;
	struct journal_batch b;

	append(j, "k", "1");
	take(j, 9, &b);
	cr_assert(journal_move(j, &b.end, &move));
	/* The transaction fails, so the cursor stays. */
	cr_assert_lt(outcome_commit(db, &bad, 1, &move, &e), 0);
	must(journal_reopen(j, &e));
	cr_assert_str_eq(take(j, 9, &b), "k=1");
	cr_assert(journal_move(j, &b.end, &move));
	bad.remote_id = STR("1");
	must(outcome_commit(db, &bad, 1, &move, &e));
	must(journal_reopen(j, &e));
	cr_assert_str_eq(take(j, 9, &b), "");
	journal_close(j);
	db_close(db);
}

/* Make app.t(id, v), attached, and rows 1..n. */
static void
make_table(struct db *db, int n)
{
	struct attach at = { .table = STR("app.t") };

	test_sql(db,
	    "CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY, v int);"
	    "INSERT INTO app.t SELECT i, 0 FROM generate_series(1, %d) i", n);
	must(tenant_put(db, STR("t"), &at.tenant_id, &e));
	must(attach_table(db, &at, NULL, &e));
}

static void
update(struct db *db, int id, int v)
{
	test_sql(db, "UPDATE app.t SET v = %d WHERE id = %d", v, id);
}

#define ROW(id, v) #id "={\"id\":" #id ",\"v\":" #v "}"

Test(journal, a_transaction_left_open_loses_nothing)
{
	struct db *db = test_db(), *late = test_connect();
	struct journal *j = open_journal("r");
	struct journal_batch b;

	make_table(db, 3);
	must(db_begin(late, &e));
	update(late, 1, 10);
	update(db, 2, 20);
	update(db, 3, 30);
	cr_assert_str_eq(take(j, 9, &b), ROW(2, 20) " " ROW(3, 30));
	must(journal_commit(j, &b.end, &e));
	update(db, 2, 21);
	cr_assert_str_eq(take(j, 9, &b), ROW(2, 21));
	must(journal_commit(j, &b.end, &e));
	/* A crash of the reader forgets nothing of who was under way. */
	must(journal_reopen(j, &e));
	cr_assert_str_eq(take(j, 9, &b), "");
	update(late, 1, 11);
	must(db_commit(late, &e));
	update(db, 3, 31);
	cr_assert_str_eq(take(j, 9, &b),
	    ROW(1, 10) " " ROW(1, 11) " " ROW(3, 31));
	must(journal_commit(j, &b.end, &e));
	cr_assert_str_eq(take(j, 9, &b), "");
	journal_close(j);
	db_close(late);
	db_close(db);
}

/*
 * The case that windows of transaction numbers get wrong: b has the smallest
 * number, a the largest, and c, between them, stays open.  a wrote row 1
 * before b did, so it must come before, although all below c is only b.
 */
Test(journal, order_per_key_is_that_of_the_writes_not_of_the_numbers)
{
	struct db *db = test_db(), *a = test_connect(), *b = test_connect(),
		  *c = test_connect();
	struct journal *j = open_journal("r");
	struct journal_batch batch;

	make_table(db, 3);
	must(db_begin(b, &e));
	update(b, 2, 1);
	must(db_begin(c, &e));
	update(c, 3, 1);
	must(db_begin(a, &e));
	update(a, 1, 1);
	must(db_commit(a, &e));
	update(b, 1, 2);
	must(db_commit(b, &e));
	cr_assert_str_eq(take(j, 9, &batch),
	    ROW(2, 1) " " ROW(1, 1) " " ROW(1, 2));
	must(db_commit(c, &e));
	cr_assert_str_eq(take(j, 9, &batch), ROW(3, 1));
	journal_close(j);
	db_close(a);
	db_close(b);
	db_close(c);
	db_close(db);
}

Test(journal, a_large_late_transaction_comes_in_batches_once)
{
	enum { N = 3000, BATCH = 100 };
	struct db *db = test_db(), *late = test_connect();
	struct journal *j = open_journal("r");
	struct journal_batch b;
	int64_t last = 0;
	int n = 0;

	make_table(db, 1);
	must(db_begin(late, &e));
	for (int i = 0; i < 3; i++) {
		test_sql(late,
		    "INSERT INTO app.t SELECT i, 0 FROM"
		    " generate_series(%d, %d) i",
		    1000 + i * N / 3, 999 + (i + 1) * N / 3);
		update(db, 1, i);
		cr_assert_gt(strlen(take(j, BATCH, &b)), 0);
		cr_assert_eq(b.n, 1);
		must(journal_commit(j, &b.end, &e));
	}
	must(db_commit(late, &e));
	update(db, 1, 9);
	do {
		arena_reset(&arena);
		must(journal_read(j, &arena, BATCH, &b, &e));
		for (size_t i = 0; i < b.n; i++) {
			cr_assert_gt(b.events[i].seq, last);
			last = b.events[i].seq;
		}
		n += (int)b.n;
		must(journal_commit(j, &b.end, &e));
		if (n % (7 * BATCH) == 0)
			must(journal_reopen(j, &e));
	} while (b.n > 0);
	cr_assert_eq(n, N + 1);
	journal_close(j);
	db_close(late);
	db_close(db);
}

/* A generator of our own, so that a failure is seen again. */
static unsigned
draw(unsigned *state, unsigned n)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % n;
}

/* What the reader of a random history has seen. */
struct seen {
	int64_t seq[16];   /* per key, the last */
	int value[16];     /* -1: deleted */
	int64_t max_seq;
	int crashed;       /* a repeat is allowed up to max_seq */
};

static void
see(struct seen *s, const struct journal_event *ev)
{
	int key = (int)strtol(ev->key.p, NULL, 10);
	const char *v;

	if (ev->seq <= s->seq[key]) {
		cr_assert(s->crashed, "key %d: %lld after %lld", key,
		    (long long)ev->seq, (long long)s->seq[key]);
		return;
	}
	s->seq[key] = ev->seq;
	v = ev->payload.p ? strstr(ev->payload.p, "\"v\":") : NULL;
	s->value[key] = v ? (int)strtol(v + 4, NULL, 10) : -1;
}

/*
 * Random histories of four sessions over a few rows, with transactions of
 * any length, lock waits that give up, roll-backs, key changes, and a reader
 * that reads, commits and crashes at random.  Per key the order is kept, and
 * in the end the reader has seen what is in the table.
 */
static void
random_history(unsigned seed)
{
	enum { SESSIONS = 4, KEYS = 6, STEPS = 400 };
	struct db *db = test_db(), *s[SESSIONS];
	struct journal *j = open_journal("r");
	struct journal_batch b;
	struct seen seen = { 0 };
	bool open[SESSIONS] = { 0 };
	unsigned state = seed;

	make_table(db, KEYS);
	for (int i = 0; i < 16; i++)
		seen.value[i] = i >= 1 && i <= KEYS ? 0 : -1;
	for (int i = 0; i < SESSIONS; i++) {
		s[i] = test_connect();
		test_sql(s[i], "SET lock_timeout = '2ms'");
	}
	for (int step = 0; step < STEPS; step++) {
		int i = (int)draw(&state, SESSIONS);
		char sql[128];

		switch (draw(&state, 10)) {
		case 0:
			if (open[i])
				db_rollback(s[i]);
			open[i] = false;
			break;
		case 1:
		case 2:
			/* Its NOTIFY takes a lock of the whole cluster. */
			if (open[i] && db_commit(s[i], &e) < 0)
				db_rollback(s[i]);
			open[i] = false;
			break;
		case 3:
			arena_reset(&arena);
			must(journal_read(j, &arena, 1 + draw(&state, 4), &b,
			    &e));
			for (size_t k = 0; k < b.n; k++)
				see(&seen, &b.events[k]);
			if (draw(&state, 3) > 0)
				must(journal_commit(j, &b.end, &e));
			if (draw(&state, 8) == 0) {
				must(journal_reopen(j, &e));
				/* What is repeated begins anew per key. */
				memset(seen.seq, 0, sizeof(seen.seq));
			}
			break;
		case 4:
			snprintf(sql, sizeof(sql),
			    "UPDATE app.t SET id = %d WHERE id = %d",
			    1 + (int)draw(&state, 12),
			    1 + (int)draw(&state, 12));
			goto run;
		default:
			snprintf(sql, sizeof(sql),
			    "UPDATE app.t SET v = %d WHERE id = %d", step,
			    1 + (int)draw(&state, 12));
run:
			if (!open[i] && draw(&state, 3) > 0) {
				must(db_begin(s[i], &e));
				open[i] = true;
			}
			if (db_script(s[i], sql, &e) < 0) {
				db_rollback(s[i]);
				open[i] = false;
			}
		}
	}
	for (int i = 0; i < SESSIONS; i++) {
		if (open[i])
			db_rollback(s[i]);
		db_close(s[i]);
	}
	do {
		arena_reset(&arena);
		must(journal_read(j, &arena, 5, &b, &e));
		for (size_t k = 0; k < b.n; k++)
			see(&seen, &b.events[k]);
	} while (b.n > 0);
	for (int key = 1; key < 13; key++) {
		const char *v = test_text(db,
		    "SELECT v FROM app.t WHERE id = %d", key);

		cr_assert_eq(seen.value[key], v ? (int)strtol(v, NULL, 10) : -1,
		    "seed %u: key %d is %s, the reader saw %d", seed, key,
		    v ? v : "gone", seen.value[key]);
	}
	journal_close(j);
	db_close(db);
}

Test(journal, random_history_1)
{
	random_history(1);
}

Test(journal, random_history_2)
{
	random_history(2);
}

Test(journal, random_history_3)
{
	random_history(3);
}

Test(journal, random_history_4)
{
	random_history(4);
}

Test(journal, an_append_is_all_or_nothing)
{
	struct db *db = test_db();
	struct journal *j = open_journal("r");
	struct journal_event ev[2] = {
		{ .entity_id = 1, .op = 'u', .key = STR("a"),
		    .payload = STR("{}") },
		{ .entity_id = 1, .op = 'u', .key = STR("b"),
		    .payload = STR("\"\xff\"") },
	};

	cr_assert_lt(journal_append(j, ev, 2, &e), 0);
	cr_assert_not(db_is_transient(&e), "%s", e.text);
	append(j, "c", "3");
	cr_assert_str_eq(take(j, 9, NULL), "c=3");
	journal_close(j);
	db_close(db);
}

Test(journal, a_record_of_a_megabyte)
{
	enum { N = 1 << 20 };
	struct db *db = test_db();
	struct journal *j = open_journal("r");
	char *big = malloc(N);
	struct journal_event ev = { .entity_id = 1, .op = 'u',
		.key = STR("k"), .payload = str_from(big, N) };
	struct journal_batch b;

	for (int i = 0; i < N; i++)
		big[i] = (char)('!' + (i % 1009 * 7919 % 90));
	must(journal_append(j, &ev, 1, &e));
	must(journal_read(j, &arena, 9, &b, &e));
	cr_assert_eq(b.n, 1);
	cr_assert(str_eq(b.events[0].payload, ev.payload));
	free(big);
	journal_close(j);
	db_close(db);
}

/* Read what there is until the reader sleeps, waiting for a notice. */
static void
fall_asleep(struct db *db, struct journal *j)
{
	while (strcmp(test_text(db,
		   "SELECT coalesce(bool_or(asleep), false)"
		   " FROM crosswalk.reader"), "true") != 0) {
		take(j, 99, NULL);
		cr_assert_geq(journal_wait(j, 50, -1, &e), 0);
	}
	while (journal_wait(j, 0, -1, &e) == 1)
		; /* notices of before */
}

Test(journal, waits_for_a_notice_a_waker_or_the_time)
{
	struct db *db = test_db();
	struct journal *w = open_journal(NULL), *j = open_journal("r");
	int fds[2];

	make_table(db, 1);
	fall_asleep(db, j);
	cr_assert_eq(journal_wait(j, 5, -1, &e), 0);
	append(w, "k", "1");
	cr_assert_eq(journal_wait(j, -1, -1, &e), 1);
	update(db, 1, 1);
	cr_assert_eq(journal_wait(j, -1, -1, &e), 1);
	/* A statement that changes nothing wakes nobody. */
	update(db, 99, 1);
	cr_assert_eq(journal_wait(j, 20, -1, &e), 0);
	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], "x", 1), 1);
	cr_assert_eq(journal_wait(j, -1, fds[0], &e), 0);
	journal_close(j);
	journal_close(w);
	db_close(db);
}

/* Writers pay for a notice only while somebody sleeps. */
Test(journal, asks_for_no_notice_while_events_keep_coming)
{
	struct db *db = test_db(), *ear = test_connect();
	struct journal *j = open_journal("r");

	make_table(db, 1);
	must(db_listen(ear, JOURNAL_WAKE, &e));
	fall_asleep(db, j);
	update(db, 1, 1);
	cr_assert_eq(db_wait(ear, -1, -1, &e), 1);
	cr_assert_str_eq(take(j, 9, NULL), ROW(1, 1));
	must(journal_wait(j, 0, -1, &e)); /* now it is known to be awake */
	update(db, 1, 2);
	append(j, "k", "3");
	cr_assert_eq(db_wait(ear, 20, -1, &e), 0);
	/* It looks by itself: no wait is long. */
	cr_assert_eq(journal_wait(j, -1, -1, &e), 1);
	cr_assert_str_eq(take(j, 9, NULL), ROW(1, 2) " k=3");
	journal_close(j);
	db_close(ear);
	db_close(db);
}

Test(journal, says_that_the_connection_is_gone_and_opens_again)
{
	struct db *db = test_db();
	struct journal *j = open_journal("r");

	fall_asleep(db, j);
	test_sql(db,
	    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
	    " WHERE datname = current_database() AND pid <> pg_backend_pid()");
	cr_assert_eq(journal_wait(j, 10000, -1, &e), -1);
	cr_assert(db_is_transient(&e), "%s", e.text);
	must(journal_reopen(j, &e));
	append(j, "k", "1");
	cr_assert_str_eq(take(j, 9, NULL), "k=1");
	journal_close(j);
	db_close(db);
}

static int64_t
lag(struct db *db, int64_t *oldest)
{
	int64_t n;

	must(journal_pg_lag(db, "r", &n, oldest, &e));
	return n;
}

Test(journal, lag_is_nought_exactly_when_all_is_committed)
{
	struct db *db = test_db(), *late = test_connect();
	struct journal *j = open_journal("r");
	struct journal_batch b;
	int64_t oldest, now = clock_wall_us();

	make_table(db, 2);
	cr_assert_eq(lag(db, &oldest), 0);
	cr_assert_eq(oldest, 0);
	append(j, "k", "1");
	append(j, "k", "2");
	cr_assert_eq(lag(db, &oldest), 2);
	cr_assert_leq(llabs(oldest - now), 60 * 1000000);
	take(j, 1, &b);
	must(journal_commit(j, &b.end, &e));
	cr_assert_eq(lag(db, &oldest), 1);
	take(j, 1, &b);
	must(journal_commit(j, &b.end, &e));
	cr_assert_eq(lag(db, &oldest), 0);
	/* A number that a roll-back used up is no event. */
	must(db_begin(late, &e));
	update(late, 1, 1);
	db_rollback(late);
	cr_assert_eq(lag(db, &oldest), 0);
	/* Open is not yet there; committed, it counts. */
	must(db_begin(late, &e));
	update(late, 1, 1);
	cr_assert_eq(lag(db, &oldest), 0);
	take(j, 9, NULL);
	must(db_commit(late, &e));
	cr_assert_geq(lag(db, &oldest), 1);
	take(j, 9, &b);
	cr_assert_eq(b.n, 1);
	must(journal_commit(j, &b.end, &e));
	cr_assert_eq(lag(db, &oldest), 0);
	journal_close(j);
	db_close(late);
	db_close(db);
}

static int64_t
trim(struct journal *j)
{
	int64_t freed;

	must(journal_trim(j, 0, &freed, &e));
	return freed;
}

Test(journal, gives_space_back_only_behind_all_readers)
{
	struct db *db = test_db(), *late = test_connect();
	struct journal *w = open_journal(NULL), *j = open_journal("r"),
		       *other = open_journal("slow");
	struct journal_batch b;

	make_table(db, 1);
	append(w, "k", "1");
	cr_assert_eq(trim(w), 0); /* moves on to the next segment */
	cr_assert_eq(trim(w), 0); /* nobody has read the first */
	take(j, 9, &b);
	must(journal_commit(j, &b.end, &e));
	cr_assert_eq(trim(w), 0); /* the other has not */
	take(other, 9, &b);
	must(journal_commit(other, &b.end, &e));
	/* A writer that still has the old segment in hand is waited for. */
	must(db_begin(late, &e));
	test_sql(late,
	    "INSERT INTO crosswalk.journal (entity_id, segment, op, key)"
	    " VALUES (1, 0, 'd', 'late')");
	cr_assert_eq(trim(w), 0);
	must(db_commit(late, &e));
	cr_assert_eq(trim(w), 0);
	cr_assert_str_eq(take(j, 9, &b), "late=-");
	must(journal_commit(j, &b.end, &e));
	take(other, 9, &b);
	must(journal_commit(other, &b.end, &e));
	cr_assert_gt(trim(w), 0);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.journal"), 0);
	/* Round and round. */
	for (int i = 0; i < 8; i++) {
		append(w, "k", "2");
		cr_assert_str_eq(take(j, 9, &b), "k=2");
		must(journal_commit(j, &b.end, &e));
		take(other, 9, &b);
		must(journal_commit(other, &b.end, &e));
		trim(w);
		trim(w);
	}
	cr_assert_leq(test_int(db, "SELECT count(*) FROM crosswalk.journal"),
	    1);
	journal_close(j);
	journal_close(other);
	journal_close(w);
	db_close(late);
	db_close(db);
}

Test(journal, refuses_a_cursor_of_another_cluster)
{
	struct db *db = test_db();
	struct journal *j = open_journal("r");

	journal_close(j);
	test_sql(db,
	    "UPDATE crosswalk.cursor SET position ="
	    " '99999999:99999999:|5||0|0'");
	cr_assert_lt(journal_pg_open(test_conninfo(), "r", &j, &e), 0);
	cr_assert_not_null(strstr(e.text, "another cluster"), "%s", e.text);
	db_close(db);
}
