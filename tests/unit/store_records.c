/* Links, outcomes, intents, dead letters and decisions. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cluster_main.h"
#include "store/dlq.h"
#include "store/intent.h"
#include "store/outcome.h"
#include "store/status.h"

static struct err e;
static struct arena arena;

static struct link
link_of(struct db *db, int32_t sync, struct str key)
{
	struct link l = { .sync_id = sync, .key = key };

	must(links_fetch(db, &arena, &l, 1, &e));
	return l;
}

static void
commit(struct db *db, struct settlement s)
{
	must(outcome_commit(db, &s, 1, NULL, &e));
}

static struct settlement
linked(struct str key, struct str remote)
{
	return (struct settlement){ .what = OUTCOME_LINK | OUTCOME_DECIDE,
		.sync_id = 1, .key = key, .seq = 5, .map_gen = 3,
		.state = LINK_LINKED, .remote_id = remote,
		.base = STR("\0base\xff"), .op = DECISION_UPSERT,
		.event_op = 'u', .payload = STR("{\"a\":1}") };
}

Test(links, are_what_was_written)
{
	struct db *db = test_db();
	struct link l[4] = {
		{ .sync_id = 1, .key = STR("b") },
		{ .sync_id = 1, .key = STR("nobody") },
		{ .sync_id = 2, .key = STR("a") },
		{ .sync_id = 1, .key = STR("a") },
	};
	struct settlement s[3] = {
		linked(STR("a"), STR("ra")),
		linked(STR("b"), (struct str){ 0 }),
		linked(STR("a"), STR("ra")),
	};

	s[1].state = LINK_PENDING_CREATE;
	s[1].base = (struct str){ 0 };
	s[2].sync_id = 2; /* another sync's keys and ids are its own */
	must(outcome_commit(db, s, 3, NULL, &e));
	must(links_fetch(db, &arena, l, 4, &e));
	cr_assert_eq(l[0].state, LINK_PENDING_CREATE);
	cr_assert_null(l[0].remote_id.p);
	cr_assert_null(l[0].base.p);
	cr_assert_eq(l[1].state, LINK_NONE);
	cr_assert_eq(l[1].id, 0);
	cr_assert_eq(l[3].state, LINK_LINKED);
	cr_assert(str_eq(l[3].remote_id, STR("ra")));
	cr_assert(str_eq(l[3].base, STR("\0base\xff")));
	cr_assert_eq(l[3].base_gen, 3);
	cr_assert_eq(l[3].local_seq, 5);
	cr_assert_eq(l[3].last_decision, s[0].decision);
	cr_assert_neq(l[3].id, l[2].id);
	cr_assert_neq(l[3].id, 0);
	db_close(db);
}

Test(links, are_replaced_and_keep_their_number_and_newest_event)
{
	struct db *db = test_db();
	struct settlement s = linked(STR("a"), STR("r1"));
	struct link was, is;

	commit(db, s);
	was = link_of(db, 1, STR("a"));
	s.prev_decision = was.last_decision;
	s.remote_id = STR("r2");
	s.base = STR("new");
	s.seq = 4; /* older, and 0 for a remote event: the newest stays */
	commit(db, s);
	is = link_of(db, 1, STR("a"));
	cr_assert_eq(is.id, was.id);
	cr_assert_eq(is.local_seq, 5);
	cr_assert(str_eq(is.remote_id, STR("r2")));
	cr_assert(str_eq(is.base, STR("new")));
	cr_assert_gt(is.last_decision, was.last_decision);
	/* Without a decision the last one stays. */
	s.what = OUTCOME_LINK;
	s.prev_decision = 0; /* as if it were new: found out by itself */
	commit(db, s);
	cr_assert_eq(link_of(db, 1, STR("a")).last_decision,
	    is.last_decision);
	db_close(db);
}

Test(links, are_found_by_their_remote_id)
{
	struct db *db = test_db();
	struct link l[2] = { { .sync_id = 1, .remote_id = STR("ra") },
		{ .sync_id = 1, .remote_id = STR("none") } };

	commit(db, linked(STR("a"), STR("ra")));
	must(links_fetch_remote(db, &arena, l, 2, &e));
	cr_assert(str_eq(l[0].key, STR("a")));
	cr_assert_eq(l[0].state, LINK_LINKED);
	cr_assert_eq(l[1].state, LINK_NONE);
	db_close(db);
}

Test(links, are_removed_and_their_remote_id_passes_on_in_one_batch)
{
	struct db *db = test_db();
	struct settlement s[2] = { linked(STR("b"), STR("ra")),
		{ .what = OUTCOME_UNLINK, .sync_id = 1, .key = STR("a") } };

	commit(db, linked(STR("a"), STR("ra")));
	must(outcome_commit(db, s, 2, NULL, &e));
	cr_assert_not(s[0].ambiguous);
	cr_assert_eq(link_of(db, 1, STR("a")).state, LINK_NONE);
	cr_assert(str_eq(link_of(db, 1, STR("b")).remote_id, STR("ra")));
	db_close(db);
}

/* I4: one remote id, two records.  The batch's others are not touched. */
Test(links, two_claims_to_a_remote_id_are_ambiguous)
{
	struct db *db = test_db();
	struct settlement s[4] = {
		linked(STR("b"), STR("ra")), /* a has it */
		linked(STR("c"), STR("rc")),
		linked(STR("d"), STR("rd")),
		linked(STR("e"), STR("rd")), /* d has it, in this batch */
	};
	struct link b;
	struct dlq_item item;
	bool found;

	commit(db, linked(STR("a"), STR("ra")));
	s[0].what |= OUTCOME_DONE;
	must(outcome_commit(db, s, 4, NULL, &e));
	cr_assert(s[0].ambiguous);
	cr_assert_not(s[1].ambiguous);
	cr_assert_not(s[2].ambiguous);
	cr_assert(s[3].ambiguous);
	b = link_of(db, 1, STR("b"));
	cr_assert_eq(b.state, LINK_AMBIGUOUS);
	cr_assert_null(b.remote_id.p);
	cr_assert(b.dead);
	cr_assert(str_eq(link_of(db, 1, STR("a")).remote_id, STR("ra")));
	cr_assert(str_eq(link_of(db, 1, STR("d")).remote_id, STR("rd")));
	cr_assert_eq(link_of(db, 1, STR("e")).state, LINK_AMBIGUOUS);
	must(dlq_show(db, &arena, 1, STR("b"), &item, &found, &e));
	cr_assert(found);
	cr_assert(str_eq(item.cause, STR("IDENTITY")));
	cr_assert(str_eq(item.payload, STR("{\"a\":1}")));
	db_close(db);
}

Test(outcome, a_key_twice_in_a_batch_is_refused_and_nothing_is_written)
{
	struct db *db = test_db();
	struct settlement s[2] = { linked(STR("a"), STR("r1")),
		linked(STR("a"), STR("r2")) };

	cr_assert_lt(outcome_commit(db, s, 2, NULL, &e), 0);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.link"), 0);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.decision"),
	    0);
	must(outcome_commit(db, NULL, 0, NULL, &e));
	db_close(db);
}

static struct settlement
parked(struct str key, int64_t seq, int64_t not_before)
{
	return (struct settlement){ .what = OUTCOME_PARK, .sync_id = 1,
		.key = key, .seq = seq, .event_op = 'u', .attempt = 2,
		.tried = 14,
		.payload = STR("{}"), .cause = STR("QUOTA"),
		.not_before_us = not_before };
}

static size_t
take(struct db *db, int64_t now, size_t limit, struct intent **out)
{
	size_t n;

	must(intents_take(db, &arena, now, 1000, limit, out, &n, &e));
	return n;
}

Test(intents, are_taken_when_due_and_come_back_when_not_settled)
{
	struct db *db = test_db();
	struct intent *in;
	int64_t now = clock_wall_us(), due;

	must(intents_next(db, &due, &e));
	cr_assert_eq(due, 0);
	commit(db, parked(STR("late"), 7, now + 1));
	commit(db, parked(STR("b"), 8, now - 1));
	commit(db, parked(STR("a"), 9, now));
	must(intents_next(db, &due, &e));
	cr_assert_eq(due, now - 1);
	cr_assert_eq(take(db, now - 2, 9, &in), 0);
	cr_assert_eq(take(db, now, 1, &in), 1);
	cr_assert(str_eq(in[0].key, STR("b")));
	cr_assert_eq(in[0].op, 'u');
	cr_assert_eq(in[0].attempt, 2);
	cr_assert_eq(in[0].tried, 14);
	cr_assert_eq(in[0].seq, 8);
	cr_assert_eq(in[0].not_before_us, now - 1);
	cr_assert_eq(in[0].deadline_us, 0);
	cr_assert(str_eq(in[0].payload, STR("{}")));
	cr_assert(str_eq(in[0].cause, STR("QUOTA")));
	cr_assert_leq(llabs(in[0].since_us - now), 60 * 1000000);
	cr_assert_eq(take(db, now, 9, &in), 1);
	cr_assert(str_eq(in[0].key, STR("a")));
	/* The lease is a second: its edge. */
	cr_assert_eq(take(db, now + 999999, 9, &in), 1);
	cr_assert(str_eq(in[0].key, STR("late")));
	cr_assert_eq(take(db, now + 1000000, 9, &in), 2);
	db_close(db);
}

Test(intents, the_newest_state_of_a_record_is_the_one_that_waits)
{
	struct db *db = test_db();
	struct settlement s = parked(STR("a"), 8, 1);
	struct intent *in;

	commit(db, s);
	s.seq = 7;
	s.payload = STR("old");
	commit(db, s);
	cr_assert_eq(take(db, 1, 9, &in), 1);
	cr_assert_eq(in[0].seq, 8);
	s.seq = 9;
	s.event_op = 'd';
	s.payload = (struct str){ 0 };
	s.deadline_us = 12345678;
	commit(db, s);
	cr_assert_eq(take(db, 1, 9, &in), 1);
	cr_assert_eq(in[0].op, 'd');
	cr_assert_null(in[0].payload.p);
	cr_assert_eq(in[0].deadline_us, 12345678);
	/* To be done with an older event settles nothing. */
	s.what = OUTCOME_DONE;
	s.seq = 8;
	commit(db, s);
	cr_assert(link_of(db, 1, STR("a")).parked);
	s.seq = 9;
	commit(db, s);
	cr_assert_not(link_of(db, 1, STR("a")).parked);
	db_close(db);
}

Test(intents, are_woken_by_sync_and_cause)
{
	struct db *db = test_db();
	int64_t later = clock_wall_us() + INT64_C(3600000000), n;
	struct settlement s[3] = { parked(STR("a"), 1, later),
		parked(STR("b"), 1, later), parked(STR("c"), 1, later) };
	struct intent *in;

	s[1].cause = STR("AUTH");
	s[2].sync_id = 2;
	must(outcome_commit(db, s, 3, NULL, &e));
	must(intents_wake(db, 1, STR("AUTH"), &n, &e));
	cr_assert_eq(n, 1);
	cr_assert_eq(take(db, later - 1000000, 9, &in), 1);
	cr_assert(str_eq(in[0].key, STR("b")));
	must(intents_wake(db, 0, (struct str){ 0 }, &n, &e));
	cr_assert_geq(n, 2);
	db_close(db);
}

static struct settlement
dead(struct str key, struct str fingerprint)
{
	return (struct settlement){ .what = OUTCOME_DEAD, .sync_id = 1,
		.key = key, .seq = 5, .event_op = 'u',
		.payload = STR("{\"x\":1}"), .cause = STR("PERMANENT"),
		.fingerprint = fingerprint, .rule = STR("contact.map:3"),
		.message = STR("email is not one"), .request = STR("POST"),
		.reply = STR("400") };
}

Test(dlq, groups_by_cause_and_shows_one)
{
	struct db *db = test_db();
	struct settlement s[3] = { dead(STR("a"), STR("f1")),
		dead(STR("b"), STR("f1")), dead(STR("c"), STR("f2")) };
	struct dlq_group *g;
	struct dlq_item *items, item;
	size_t n;
	bool found;

	must(outcome_commit(db, s, 3, NULL, &e));
	commit(db, s[1]); /* again, the same */
	must(dlq_groups(db, &arena, 0, &g, &n, &e));
	cr_assert_eq(n, 2);
	cr_assert(str_eq(g[0].fingerprint, STR("f1")));
	cr_assert_eq(g[0].records, 2);
	cr_assert_eq(g[0].count, 3);
	cr_assert(str_eq(g[0].key, STR("a")));
	cr_assert_leq(g[0].first_us, g[0].last_us);
	must(dlq_items(db, &arena, 1, STR("f1"), (struct str){ 0 }, 1, &items,
	    &n, &e));
	cr_assert_eq(n, 1);
	must(dlq_items(db, &arena, 1, (struct str){ 0 }, items[0].key, 9,
	    &items, &n, &e));
	cr_assert_eq(n, 2);
	cr_assert(str_eq(items[1].key, STR("c")));
	must(dlq_show(db, &arena, 1, STR("b"), &item, &found, &e));
	cr_assert(found);
	cr_assert_eq(item.count, 2);
	cr_assert(str_eq(item.reply, STR("400")));
	cr_assert(str_eq(item.rule, STR("contact.map:3")));
	must(dlq_show(db, &arena, 2, STR("b"), &item, &found, &e));
	cr_assert_not(found);
	/* Another cause begins to count anew. */
	s[1].fingerprint = STR("f3");
	commit(db, s[1]);
	must(dlq_show(db, &arena, 1, STR("b"), &item, &found, &e));
	cr_assert_eq(item.count, 1);
	db_close(db);
}

Test(dlq, a_dead_letter_is_not_parked_and_a_success_settles_it)
{
	struct db *db = test_db();
	struct link l;
	struct settlement s = dead(STR("a"), STR("f"));

	commit(db, parked(STR("a"), 4, 1));
	commit(db, s);
	l = link_of(db, 1, STR("a"));
	cr_assert(l.dead);
	cr_assert_not(l.parked);
	s.what = OUTCOME_DONE;
	s.seq = 6;
	commit(db, s);
	cr_assert_not(link_of(db, 1, STR("a")).dead);
	db_close(db);
}

Test(dlq, replays_a_group_or_one_and_never_brings_an_old_state_back)
{
	struct db *db = test_db(), *ear = test_connect();
	struct settlement s[3] = { dead(STR("a"), STR("f1")),
		dead(STR("b"), STR("f1")), dead(STR("c"), STR("f2")) };
	struct str any = { 0 };
	struct intent *in;
	int64_t n, soon;

	must(db_listen(ear, "crosswalk_journal", &e));
	must(outcome_commit(db, s, 3, NULL, &e));
	must(dlq_replay(db, 1, any, STR("c"), &n, &e));
	cr_assert_eq(n, 1);
	cr_assert_eq(db_wait(ear, -1, -1, &e), 1);
	soon = clock_wall_us() + 60 * 1000000;
	cr_assert_eq(take(db, soon, 9, &in), 1);
	cr_assert(str_eq(in[0].key, STR("c")));
	cr_assert(str_eq(in[0].cause, STR("REPLAY")));
	cr_assert(str_eq(in[0].payload, STR("{\"x\":1}")));
	cr_assert_eq(in[0].attempt, 0);
	/* b has changed since, and waits for its turn. */
	commit(db, parked(STR("b"), 9, soon + 1));
	must(dlq_replay(db, 0, STR("f1"), any, &n, &e));
	cr_assert_eq(n, 2);
	cr_assert_eq(take(db, soon, 9, &in), 1);
	cr_assert(str_eq(in[0].key, STR("a")));
	cr_assert_eq(test_int(db,
			 "SELECT seq FROM crosswalk.intent WHERE key = 'b'"),
	    9);
	cr_assert_eq(
	    test_int(db, "SELECT count(*) FROM crosswalk.dead_letter"), 0);
	commit(db, s[0]);
	must(dlq_drop(db, 1, STR("f1"), any, &n, &e));
	cr_assert_eq(n, 1);
	db_close(ear);
	db_close(db);
}

Test(decisions, hang_together_per_record)
{
	struct db *db = test_db();
	struct settlement s[2] = { linked(STR("a"), STR("ra")),
		linked(STR("b"), STR("rb")) };
	struct decision *d;
	size_t n;

	s[0].note = STR("first");
	s[0].before = UINT64_MAX;
	for (int i = 0; i < 5; i++) {
		must(outcome_commit(db, s, 2, NULL, &e));
		for (int k = 0; k < 2; k++)
			s[k].prev_decision = s[k].decision;
		s[0].line = i + 2;
		s[0].note = (struct str){ 0 };
	}
	must(decision_history(db, &arena, 1, STR("a"), 99, &d, &n, &e));
	cr_assert_eq(n, 5, "%zu", n);
	cr_assert_eq(d[0].id, s[0].decision);
	for (int i = 0; i < 5; i++) {
		cr_assert(str_eq(d[i].key, STR("a")));
		cr_assert_eq(d[i].prev, i < 4 ? d[i + 1].id : 0);
		cr_assert_eq(d[i].line, i < 4 ? 5 - i : 0);
		cr_assert_eq(d[i].op, DECISION_UPSERT);
		cr_assert_eq(d[i].map_gen, 3);
		cr_assert_eq(d[i].seq, 5);
	}
	cr_assert_eq(d[4].before, UINT64_MAX);
	cr_assert(str_eq(d[4].note, STR("first")));
	cr_assert_null(d[0].note.p);
	must(decision_history(db, &arena, 1, STR("a"), 2, &d, &n, &e));
	cr_assert_eq(n, 2);
	must(decision_history(db, &arena, 1, STR("nobody"), 2, &d, &n, &e));
	cr_assert_eq(n, 0);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.decision"),
	    10);
	/* What was dropped is the end of the history. */
	test_sql(db,
	    "DELETE FROM crosswalk.decision_block WHERE first_id = %lld",
	    test_int(db,
		"SELECT min(first_id) FROM crosswalk.decision_block"));
	must(decision_history(db, &arena, 1, STR("a"), 99, &d, &n, &e));
	cr_assert_eq(n, 4);
	db_close(db);
}

Test(decisions, have_a_partition_a_day)
{
	struct db *db = test_db();

	must(decision_maintain(db, 2, 3, &e));
	must(decision_maintain(db, 2, 3, &e));
	commit(db, linked(STR("a"), STR("ra")));
	cr_assert_eq(
	    test_int(db, "SELECT count(*) FROM crosswalk.decision_rest"), 0);
	/* Today and two more, and the one that takes the rest. */
	cr_assert_eq(test_int(db,
			 "SELECT count(*) FROM pg_inherits WHERE inhparent ="
			 " 'crosswalk.decision_block'::regclass"),
	    4);
	test_sql(db,
	    "CREATE TABLE crosswalk.decision_20200101 PARTITION OF"
	    " crosswalk.decision_block FOR VALUES FROM ('2020-01-01')"
	    " TO ('2020-01-02')");
	must(decision_maintain(db, 2, 3, &e));
	cr_assert_str_eq(
	    test_text(db,
		"SELECT to_regclass('crosswalk.decision_20200101') IS NULL"
		" AND to_regclass('crosswalk.decision_rest') IS NOT NULL"),
	    "true");
	db_close(db);
}

/* A day that began without a partition stays as it is. */
Test(decisions, that_began_in_the_rest_stay_there)
{
	struct db *db = test_db();

	commit(db, linked(STR("a"), STR("ra")));
	must(decision_maintain(db, 1, 3, &e));
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.decision"),
	    1);
	test_sql(db,
	    "UPDATE crosswalk.decision_rest SET at = now() - interval '4 d'");
	must(decision_maintain(db, 1, 3, &e));
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.decision"),
	    0);
	db_close(db);
}

Test(status, counts)
{
	struct db *db = test_db();
	struct status st;

	must(status_load(db, &arena, true, &st, &e));
	cr_assert_eq(st.journal_seq, 0);
	cr_assert_eq(st.oldest_us, 0);
	test_sql(db,
	    "INSERT INTO crosswalk.tenant (name) VALUES ('t');"
	    "INSERT INTO crosswalk.entity (tenant_id, name) VALUES (1, 'e');"
	    "INSERT INTO crosswalk.connection"
	    " (tenant_id, name, connector, base_url) VALUES (1, 'c', 'm', '');"
	    "INSERT INTO crosswalk.sync (tenant_id, connection_id, entity_id,"
	    " name, mapping, map, direction)"
	    " VALUES (1, 1, 1, 's', 'm', 'x', 1)");
	commit(db, linked(STR("a"), STR("ra")));
	commit(db, parked(STR("b"), 1, 1));
	commit(db, parked(STR("c"), 1, 1));
	commit(db, dead(STR("d"), STR("f")));
	must(status_load(db, &arena, true, &st, &e));
	cr_assert_eq(st.intents, 2);
	cr_assert_eq(st.dead, 1);
	cr_assert_neq(st.oldest_us, 0);
	cr_assert_eq(st.ncauses, 1);
	cr_assert_eq(st.causes[0].intents, 2);
	cr_assert_eq(st.nsyncs, 1);
	cr_assert_eq(st.syncs[0].links, 1);
	cr_assert_eq(st.syncs[0].linked, 1);
	cr_assert_eq(st.syncs[0].intents, 2);
	cr_assert_eq(st.syncs[0].dead, 1);
	cr_assert(st.syncs[0].enabled);
	must(status_load(db, &arena, false, &st, &e));
	cr_assert_eq(st.syncs[0].links, 0);
	db_close(db);
}

/*
 * Plans are made once, while tables are empty, and kept.  To read a hundred
 * thousand rows for each of a thousand keys would take minutes.
 */
Test(links, plans_made_for_empty_tables_hold_when_they_grow)
{
	enum { N = 1000 };
	struct db *db = test_db();
	struct link *l = calloc(N, sizeof(*l));
	struct settlement *s = calloc(N, sizeof(*s));

	for (int i = 0; i < N; i++) {
		l[i].sync_id = s[i].sync_id = 1;
		l[i].key = s[i].key = arena_printf(&arena, "k%d", i);
		s[i].what = OUTCOME_DONE;
		s[i].seq = 9;
	}
	for (int round = 0; round < 2; round++) {
		must(links_fetch(db, &arena, l, N, &e));
		must(outcome_commit(db, s, N, NULL, &e));
		if (round == 1)
			break;
		test_sql(db,
		    "INSERT INTO crosswalk.link SELECT i, i, i, now(), 1, 1, 2,"
		    " 'k' || i, i::text FROM generate_series(0, 99999) i;"
		    "INSERT INTO crosswalk.intent SELECT i, now(), NULL, now(),"
		    " 1, 0, 'u', 'k' || i, 'QUOTA'"
		    " FROM generate_series(500, 99999) i;"
		    "INSERT INTO crosswalk.dead_letter "
		    "SELECT 1, 1, now(), now(),"
		    " 1, 'u', 'k' || i, 'f', 'c', '', ''"
		    " FROM generate_series(500, 99999) i;"
		    "SET statement_timeout = '20s'");
		for (int i = 0; i < N; i++)
			s[i].seq = 100000;
	}
	cr_assert_eq(l[7].state, LINK_LINKED);
	cr_assert_not(l[7].parked);
	cr_assert(l[700].parked && l[700].dead);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.intent"),
	    99000);
	free(l);
	free(s);
	db_close(db);
}
