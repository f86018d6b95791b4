/* Field catalogues, and records that wait for one. */
#include "config.h"

#include <criterion/criterion.h>

#include "base/clock.h"
#include "cluster_main.h"
#include "store/catalogue.h"
#include "store/control.h"
#include "store/intent.h"
#include "store/outcome.h"

static struct err e;
static struct arena arena;

#define HOUR_US INT64_C(3600000000)

/* A connection of that name with a sync of that id; the connection's id. */
static int32_t
connection(struct db *db, struct str name, int32_t *sync)
{
	struct entity en = { .name = name };
	struct connection co = { .name = name, .connector = STR("crm"),
		.base_url = STR("") };
	struct sync sy = { .name = name, .mapping = STR("m"),
		.map = STR("m"), .direction = SYNC_OUT };

	must(tenant_put(db, STR("t"), &en.tenant_id, &e));
	co.tenant_id = sy.tenant_id = en.tenant_id;
	must(entity_put(db, &en, &sy.entity_id, &e));
	must(connection_put(db, &co, &sy.connection_id, &e));
	must(sync_put(db, &sy, sync, &e));
	return sy.connection_id;
}

static int64_t
generation(struct db *db)
{
	int64_t g;

	must(active_generation(db, &g, &e));
	return g;
}

static bool
put(struct db *db, int32_t connection, const char *object,
    const char *content)
{
	bool changed;

	must(catalogue_put(db, connection, str_z(object), str_z(content),
	    &changed, &e));
	return changed;
}

Test(catalogues, are_counted_by_their_contents)
{
	struct db *db = test_db();
	int32_t sync, a = connection(db, STR("a"), &sync);
	int32_t b = connection(db, STR("b"), &sync);
	struct catalogue *list;
	struct str content;
	int64_t g = generation(db), asked, before;
	size_t n;

	cr_expect(put(db, a, "contact", "{\"x\":1}"));
	cr_expect_eq(generation(db), g + 1);
	cr_expect(!put(db, a, "contact", "{\"x\":1}"));
	cr_expect_eq(generation(db), g + 1, "the same loads nothing anew");
	cr_expect(put(db, a, "contact", "{\"x\":2}"));
	cr_expect(put(db, a, "company", "{}"));
	cr_expect(put(db, b, "contact", "{}"));
	must(catalogues_load(db, &arena, &list, &n, &e));
	cr_assert_eq(n, 3);
	cr_expect(str_eq(list[0].object, STR("company")));
	cr_expect(str_eq(list[1].object, STR("contact")));
	cr_expect_eq(list[1].connection_id, a);
	cr_expect_eq(list[1].version, 2);
	cr_expect_gt(list[1].read_us, 0);
	cr_expect_eq(list[1].asked_us, 0);
	cr_expect_eq(list[2].connection_id, b);
	must(catalogue_get(db, &arena, a, STR("contact"), &content, &e));
	cr_expect(str_eq(content, STR("{\"x\":2}")));
	must(catalogue_get(db, &arena, b, STR("deal"), &content, &e));
	cr_expect_null(content.p);

	g = generation(db);
	before = clock_wall_us();
	must(catalogue_ask(db, b, STR("deal"), &asked, &e));
	cr_expect_geq(asked, before);
	cr_expect_eq(generation(db), g + 1, "a daemon hears of it");
	must(catalogue_get(db, &arena, b, STR("deal"), &content, &e));
	cr_expect_null(content.p);
	must(catalogues_load(db, &arena, &list, &n, &e));
	cr_assert_eq(n, 4);
	cr_expect_eq(list[3].version, 0);
	cr_expect_eq(list[3].asked_us, asked);
	cr_expect_eq(list[3].read_us, 0);
	db_close(db);
}

/* A record of sync that was mapped by that generation, but for a field. */
static void
park(struct db *db, int32_t sync, struct str key, int64_t lacks_at)
{
	struct settlement s = { .what = OUTCOME_PARK, .sync_id = sync,
		.key = key, .seq = 7, .event_op = 'u', .payload = STR("{}"),
		.cause = STR("FIELD_MISSING"), .lacks_at = lacks_at,
		.not_before_us = clock_wall_us() + HOUR_US };

	must(outcome_commit(db, &s, 1, NULL, &e));
}

static long long
due(struct db *db)
{
	return test_int(db, "SELECT count(*) FROM crosswalk.intent"
	    " WHERE not_before <= now()");
}

Test(fields, that_lack_come_with_their_catalogue)
{
	struct db *db = test_db();
	int32_t of_a, a = connection(db, STR("a"), &of_a);
	int32_t of_b;

	connection(db, STR("b"), &of_b);
	put(db, a, "contact", "{}");
	park(db, of_a, STR("k1"), generation(db));
	park(db, of_b, STR("k2"), generation(db));
	cr_expect_eq(due(db), 0);
	put(db, a, "contact", "{}");
	cr_expect_eq(due(db), 0, "nothing is new");
	put(db, a, "contact", "{\"x\":1}");
	cr_expect_eq(due(db), 1, "another connection waits on");
	/* mapped with the old catalogue, parked behind the new one */
	park(db, of_a, STR("k3"), generation(db) - 1);
	cr_expect_eq(due(db), 2);
	park(db, of_a, STR("k4"), generation(db));
	cr_expect_eq(due(db), 2);
	db_close(db);
}

/* A reader takes what a catalogue woke, and dies. */
Test(fields, are_taken_over)
{
	struct db *db = test_db();
	int32_t sync, a = connection(db, STR("a"), &sync);
	struct intent *list;
	int64_t woken;
	size_t n;

	park(db, sync, STR("k1"), generation(db));
	put(db, a, "contact", "{\"x\":1}");
	must(intents_take(db, &arena, clock_wall_us(), 60000, 9, &list, &n,
	    &e));
	cr_assert_eq(n, 1);
	park(db, sync, STR("k2"), generation(db));
	cr_expect_eq(due(db), 0);
	must(intents_wake_fields(db, 60000, &woken, &e));
	cr_expect_eq(woken, 1);
	cr_expect_eq(due(db), 1, "what nobody took waits on");
	db_close(db);
}

/* Whoever comes second sees the other, while neither has committed yet. */
Test(fields, are_not_missed_between_two_commits)
{
	struct db *db = test_db(), *other = test_connect();
	int32_t sync, a = connection(db, STR("a"), &sync);
	int64_t old = generation(db);

	/* the catalogue's transaction is open: parking waits for it */
	must(db_script(other, "BEGIN", &e));
	put(other, a, "contact", "{\"x\":1}");
	must(db_script(db, "SET lock_timeout = '200ms'", &e));
	{
		struct settlement s = { .what = OUTCOME_PARK,
			.sync_id = sync, .key = STR("k"), .seq = 7,
			.event_op = 'u', .payload = STR("{}"),
			.cause = STR("FIELD_MISSING"), .lacks_at = old,
			.not_before_us = clock_wall_us() + HOUR_US };

		cr_assert_lt(outcome_commit(db, &s, 1, NULL, &e), 0);
		must(db_script(other, "COMMIT", &e));
		must(outcome_commit(db, &s, 1, NULL, &e));
	}
	cr_expect_eq(due(db), 1);
	db_close(other);
	db_close(db);
}
