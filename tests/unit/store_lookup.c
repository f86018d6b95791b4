/* What mappings look up, and records that wait for a link. */
#include "config.h"

#include <criterion/criterion.h>

#include "base/clock.h"
#include "cluster_main.h"
#include "store/attach.h"
#include "store/control.h"
#include "store/intent.h"
#include "store/lookup.h"
#include "store/outcome.h"

static struct err e;
static struct arena arena;

#define HOUR_US INT64_C(3600000000)

static struct settlement
linked(int32_t sync, struct str key, struct str remote)
{
	return (struct settlement){ .what = OUTCOME_LINK | OUTCOME_WAKE,
		.sync_id = sync, .key = key, .seq = 5, .map_gen = 3,
		.state = LINK_LINKED, .remote_id = remote,
		.event_op = 'u', .payload = STR("{}") };
}

/* Record key of sync 2 waits for record on of sync 1. */
static struct settlement
waits(struct str key, struct str on, int64_t deadline_us)
{
	return (struct settlement){ .what = OUTCOME_PARK, .sync_id = 2,
		.key = key, .seq = 7, .event_op = 'u', .payload = STR("{}"),
		.cause = STR("PARENT_MISSING"),
		.not_before_us = clock_wall_us() + HOUR_US,
		.deadline_us = deadline_us, .waits_sync = 1,
		.waits_key = on };
}

static void
commit(struct db *db, struct settlement *s, size_t n)
{
	must(outcome_commit(db, s, n, NULL, &e));
}

static long long
due(struct db *db)
{
	return test_int(db, "SELECT count(*) FROM crosswalk.intent"
	    " WHERE not_before <= now()");
}

Test(ids, are_found_both_ways_where_records_are_linked)
{
	struct db *db = test_db();
	struct settlement s[3] = {
		linked(1, STR("a"), STR("ra")),
		linked(1, STR("b"), STR("rb")),
		linked(2, STR("c"), STR("rc")),
	};
	struct asked forth[] = {
		{ .of = 1, .key = STR("b") }, { .of = 1, .key = STR("a") },
		{ .of = 2, .key = STR("a") }, { .of = 1, .key = STR("a") },
		{ .of = 0, .key = STR("a") },
	}, back[] = {
		{ .of = 1, .key = STR("ra") }, { .of = 1, .key = STR("rb") },
		{ .of = 2, .key = STR("rc") },
	};

	s[1].state = LINK_TOMBSTONE;
	commit(db, s, 3);
	must(ids_fetch(db, &arena, forth, COUNT(forth), false, &e));
	cr_expect_null(forth[0].found.p, "its record is gone");
	cr_expect(str_eq(forth[1].found, STR("ra")));
	cr_expect_null(forth[2].found.p, "another sync's");
	cr_expect(str_eq(forth[3].found, STR("ra")), "asked for twice");
	cr_expect_null(forth[4].found.p);
	must(ids_fetch(db, &arena, back, COUNT(back), true, &e));
	cr_expect(str_eq(back[0].found, STR("a")));
	cr_expect_null(back[1].found.p);
	cr_expect(str_eq(back[2].found, STR("c")));
	db_close(db);
}

Test(tables, hold_rows_of_a_tenant)
{
	struct db *db = test_db();
	struct lookup_row rows[] = {
		{ STR("owners"), STR("ann"), STR("\"7\"") },
		{ STR("owners"), STR("bob"), STR("8") },
		{ STR("rates"), STR("EUR"), STR("0.10") },
	}, fewer[] = {
		{ STR("owners"), STR("bob"), STR("9") },
	};
	struct asked ask[] = {
		{ .table = STR("owners"), .key = STR("ann") },
		{ .table = STR("owners"), .key = STR("bob") },
		{ .table = STR("rates"), .key = STR("EUR") },
		{ .table = STR("rates"), .key = STR("ann") },
	};
	struct lookup_table *tables;
	struct lookup_row *list;
	int32_t one, two;
	int64_t touched;
	size_t n;

	must(tenant_put(db, STR("one"), &one, &e));
	must(tenant_put(db, STR("two"), &two, &e));
	must(lookup_put(db, one, rows, 3, &e));
	for (size_t i = 0; i < COUNT(ask); i++)
		ask[i].of = one;
	must(lookups_fetch(db, &arena, ask, COUNT(ask), &e));
	cr_expect(str_eq(ask[0].found, STR("\"7\"")));
	cr_expect(str_eq(ask[1].found, STR("8")));
	cr_expect(str_eq(ask[2].found, STR("0.10")), "as it was written");
	cr_expect_null(ask[3].found.p);
	ask[0].of = two;
	must(lookups_fetch(db, &arena, ask, 1, &e));
	cr_expect_null(ask[0].found.p, "another tenant's");
	must(lookup_replace(db, one, fewer, 1, &e));
	must(lookup_list(db, &arena, one, (struct str){ 0 }, &list, &n, &e));
	cr_assert_eq(n, 2);
	cr_expect(str_eq(list[0].key, STR("bob")));
	cr_expect(str_eq(list[0].value, STR("9")));
	cr_expect(str_eq(list[1].table, STR("rates")));
	must(lookup_list(db, &arena, one, STR("rates"), &list, &n, &e));
	cr_expect_eq(n, 1);
	must(lookup_tables(db, &arena, one, &tables, &n, &e));
	cr_assert_eq(n, 2);
	cr_expect(str_eq(tables[1].name, STR("rates")));
	cr_expect_eq(tables[1].rows, 1);
	must(lookup_drop(db, one, STR("rates"), STR("USD"), &touched, &e));
	cr_expect_eq(touched, 0);
	must(lookup_drop(db, one, STR("rates"), (struct str){ 0 }, &touched,
	    &e));
	cr_expect_eq(touched, 1);
	db_close(db);
}

/* Whichever is committed first, the record that waits is woken. */
Test(waiting, ends_with_the_link)
{
	struct db *db = test_db();
	struct settlement s[2];
	struct intent *list;
	int64_t woken;
	size_t n;

	/* first it waits, then the link comes */
	s[0] = waits(STR("x"), STR("a"), 0);
	s[1] = waits(STR("y"), STR("b"), 0);
	commit(db, s, 2);
	cr_expect_eq(due(db), 0);
	s[0] = linked(1, STR("a"), STR("ra"));
	commit(db, s, 1);
	cr_expect_eq(due(db), 1);
	/* the link is there already: it was asked for just before */
	s[0] = waits(STR("z"), STR("a"), 0);
	commit(db, s, 1);
	cr_expect_eq(due(db), 2);
	/* both in one batch, in either order */
	s[0] = waits(STR("v"), STR("c"), 0);
	s[1] = linked(1, STR("c"), STR("rc"));
	commit(db, s, 2);
	cr_expect_eq(due(db), 3);
	/* taken by somebody who then died: given back before its time */
	must(intents_take(db, &arena, clock_wall_us(), 60000, 1, &list, &n,
	    &e));
	cr_assert_eq(n, 1);
	cr_expect_eq(due(db), 2);
	must(intents_wake_linked(db, &woken, &e));
	cr_expect_eq(woken, 1);
	cr_expect_eq(due(db), 3);
	/* the link of another sync, or one that is no more, wakes nobody */
	s[0] = linked(3, STR("b"), STR("rb"));
	s[1] = linked(1, STR("d"), STR("rd"));
	s[1].state = LINK_TOMBSTONE;
	commit(db, s, 2);
	s[0] = waits(STR("u"), STR("d"), 0);
	commit(db, s, 1);
	cr_expect_eq(due(db), 3);
	db_close(db);
}

/* Waiting again does not put the end off; another cause has none. */
Test(waiting, has_an_end)
{
	struct db *db = test_db();
	int64_t end = clock_wall_us() + 2 * HOUR_US;
	struct settlement s = waits(STR("x"), STR("a"), end);

	commit(db, &s, 1);
	s.seq++;
	s.deadline_us = end + HOUR_US;
	commit(db, &s, 1);
	cr_expect_eq(test_int(db, "SELECT count(*) FROM crosswalk.intent"
	    " WHERE deadline < now() + interval '150 minutes'"), 1);
	s.seq++;
	s.waits_key = (struct str){ 0 };
	s.waits_sync = 0;
	s.deadline_us = 0;
	s.cause = STR("QUOTA");
	commit(db, &s, 1);
	cr_expect_eq(test_int(db, "SELECT count(*) FROM crosswalk.intent WHERE"
	    " deadline IS NULL AND waits_key IS NULL AND waits_sync IS NULL"),
	    1);
	db_close(db);
}

/* Done but for a field: the link is written and the record waits. */
Test(waiting, goes_with_a_link)
{
	struct db *db = test_db();
	struct settlement s = waits(STR("x"), STR("a"), 0), parent;
	struct intent *list;
	size_t n;

	s.what |= OUTCOME_LINK | OUTCOME_DONE | OUTCOME_DECIDE;
	s.state = LINK_LINKED;
	s.remote_id = STR("rx");
	commit(db, &s, 1);
	cr_expect_eq(test_int(db, "SELECT count(*) FROM crosswalk.link"), 1);
	parent = linked(1, STR("a"), STR("ra"));
	commit(db, &parent, 1);
	must(intents_take(db, &arena, clock_wall_us(), 60000, 10, &list, &n,
	    &e));
	cr_assert_eq(n, 1);
	cr_expect(str_eq(list[0].key, STR("x")));
	cr_expect_eq(list[0].seq, 7);
	db_close(db);
}

Test(capture, again)
{
	struct db *db = test_db();
	struct attach in = { .table = STR("t") };
	const struct str keys[] = { STR("2"), STR("9"), STR("no number") };
	struct entity none = { .name = STR("none") };
	int32_t tenant, entity;
	size_t n;

	must(tenant_put(db, STR("main"), &tenant, &e));
	test_sql(db, "CREATE TABLE t (id int PRIMARY KEY, name text)");
	test_sql(db, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
	in.tenant_id = none.tenant_id = tenant;
	must(attach_table(db, &in, &entity, &e));
	must(attach_again(db, entity, keys, COUNT(keys), &n, &e));
	cr_expect_eq(n, 1);
	cr_expect_str_eq(test_text(db, "SELECT key || payload"
	    " FROM crosswalk.journal"), "2{\"id\":2,\"name\":\"b\"}");
	must(entity_put(db, &none, &entity, &e));
	must(attach_again(db, entity, keys, 1, &n, &e));
	cr_expect_eq(n, 0, "an entity without a table");
	db_close(db);
}
