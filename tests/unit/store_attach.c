/* Capture: what the triggers write, whatever the table looks like. */
#include "config.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "cluster_main.h"
#include "store/attach.h"
#include "store/control.h"

static struct err e;

/* Attach as tenant t; the entity's number. */
static int32_t
attach(struct db *db, struct attach in)
{
	int32_t id;

	must(tenant_put(db, STR("t"), &in.tenant_id, &e));
	must(attach_table(db, &in, &id, &e));
	return id;
}

static void
refused(struct db *db, struct attach in, const char *why)
{
	must(tenant_put(db, STR("t"), &in.tenant_id, &e));
	cr_assert_lt(attach_table(db, &in, NULL, &e), 0);
	cr_assert_eq(e.code, ERR_USAGE, "%s", e.text);
	cr_assert_not_null(strstr(e.text, why), "%s", e.text);
}

/* What the journal has, "op key payload;…", and empty it. */
static const char *
journal(struct db *db)
{
	const char *s = test_text(db,
	    "SELECT string_agg(op::text || ' ' || key ||"
	    " coalesce(' ' || payload, ''), ';' ORDER BY seq)"
	    " FROM crosswalk.journal");

	test_sql(db, "TRUNCATE crosswalk.journal");
	return s ? s : "";
}

Test(attach, captures_every_kind_of_change)
{
	struct db *db = test_db();

	test_sql(db, "CREATE TABLE t (id int PRIMARY KEY, v text)");
	attach(db, (struct attach){ .table = STR("t") });
	test_sql(db, "INSERT INTO t VALUES (1, 'a'), (2, NULL)");
	cr_assert_str_eq(journal(db),
	    "u 1 {\"id\":1,\"v\":\"a\"};u 2 {\"id\":2,\"v\":null}");
	test_sql(db, "UPDATE t SET v = 'b' WHERE id = 2");
	cr_assert_str_eq(journal(db), "u 2 {\"id\":2,\"v\":\"b\"}");
	test_sql(db, "DELETE FROM t WHERE id = 2");
	cr_assert_str_eq(journal(db), "d 2");
	/* A key that changes: the old is gone, the new is there. */
	test_sql(db, "UPDATE t SET id = 5");
	cr_assert_str_eq(journal(db), "d 1;u 5 {\"id\":5,\"v\":\"a\"}");
	/* Keys that move on: only what is left behind is gone. */
	test_sql(db, "INSERT INTO t VALUES (6, 'f')");
	journal(db);
	test_sql(db, "ALTER TABLE t DROP CONSTRAINT t_pkey,"
		     " ADD PRIMARY KEY (id) DEFERRABLE");
	test_sql(db, "UPDATE t SET id = id + 1");
	cr_assert_str_eq(journal(db),
	    "d 5;u 6 {\"id\":6,\"v\":\"a\"};u 7 {\"id\":7,\"v\":\"f\"}");
	/* Nothing changed: nothing to tell. */
	test_sql(db, "UPDATE t SET v = 'x' WHERE id = 99");
	test_sql(db, "DELETE FROM t WHERE id = 99");
	cr_assert_str_eq(journal(db), "");
	test_sql(db, "TRUNCATE t");
	cr_assert_str_eq(journal(db), "d 6;d 7");
	test_sql(db, "ALTER TABLE t DROP CONSTRAINT t_pkey,"
		     " ADD PRIMARY KEY (id)");
	test_sql(db,
	    "INSERT INTO t VALUES (1, 'a');"
	    "INSERT INTO t VALUES (1, 'b'), (2, 'c')"
	    " ON CONFLICT (id) DO UPDATE SET v = excluded.v");
	cr_assert_str_eq(journal(db),
	    "u 1 {\"id\":1,\"v\":\"a\"};u 1 {\"id\":1,\"v\":\"b\"};"
	    "u 2 {\"id\":2,\"v\":\"c\"}");
	/* Rolled back, it never was. */
	must(db_begin(db, &e));
	test_sql(db, "DELETE FROM t");
	db_rollback(db);
	cr_assert_str_eq(journal(db), "");
	db_close(db);
}

Test(attach, values_come_out_as_they_are)
{
	struct db *db = test_db();
	const char *row =
	    "u 1 {\"id\":1,\"num\":12345678901234567890.1230,\"big\":1"
	    "000000000000000000000000000000,\"f8\":0.1,\"f4\":3.4028235e+38,"
	    "\"tiny\":5e-324,\"i8\":9007199254740993,\"d\":\"2024-02-29\","
	    "\"ts\":\"2024-02-29T23:59:59.123456\","
	    "\"tz\":\"2024-03-01T00:59:59.5+00:00\","
	    "\"j\":{\"a\": [1, 19.990, null], \"é\": \"\\\\\"},"
	    "\"iv\":\"P1Y2M3DT4H5M6.789S\",\"by\":\"\\\\x00ff\",\"b\":true,"
	    "\"t\":\"tab\\t \\\"q\\\" \\\\ \\u0001 é 名\",\"e\":\"\","
	    "\"nul\":null,\"arr\":[\"x\",null],"
	    "\"u\":\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"}";

	test_sql(db,
	    "CREATE TABLE t (id int PRIMARY KEY, num numeric(30,4),"
	    " big numeric, f8 float8, f4 float4, tiny float8, i8 bigint,"
	    " d date, ts timestamp, tz timestamptz, j jsonb, iv interval,"
	    " by bytea,"
	    " b bool, t text, e text, nul text, arr text[], u uuid)");
	attach(db, (struct attach){ .table = STR("t") });
	/* A session's own settings must not show. */
	test_sql(db,
	    "SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German';"
	    "SET extra_float_digits = -15; SET IntervalStyle = 'sql_standard';"
	    "SET bytea_output = 'escape'; SET search_path = pg_temp, public");
	test_sql(db,
	    "INSERT INTO t VALUES (1, 12345678901234567890.123, 1e30, 0.1,"
	    " 3.4028235e38, 5e-324, 9007199254740993, '2024-02-29',"
	    " '2024-02-29 23:59:59.123456', '2024-03-01T00:59:59.5Z',"
	    " '{\"a\": [1, 19.990, null], \"\\u00e9\": \"\\\\\"}',"
	    " '1 year 2 mons 3 days 04:05:06.789', '\\x00ff', true,"
	    " E'tab\\t \"q\" \\\\ \\x01 é 名', '', NULL, '{x,NULL}',"
	    " 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')");
	cr_assert_str_eq(journal(db), row);
	db_close(db);
}

Test(attach, any_name_will_do)
{
	struct db *db = test_db();
	int32_t id;
	size_t n;

	test_sql(db,
	    "CREATE SCHEMA \"Ap\"\"p's\";"
	    "CREATE TABLE \"Ap\"\"p's\".\"Con tact.%%s\" (\"n\" int,"
	    " \"Key $1\"\"\" text NOT NULL UNIQUE, o int, h int,"
	    " new_rows int)");
	id = attach(db,
	    (struct attach){ .table = STR("\"Ap\"\"p's\".\"Con tact.%s\""),
		.key = STR("Key $1\"") });
	test_sql(db,
	    "INSERT INTO \"Ap\"\"p's\".\"Con tact.%%s\" VALUES (1, 'K''', 2)");
	cr_assert_str_eq(journal(db),
	    "u K' {\"n\":1,\"Key $1\\\"\":\"K'\",\"o\":2,\"h\":null,"
	    "\"new_rows\":null}");
	test_sql(db, "UPDATE \"Ap\"\"p's\".\"Con tact.%%s\" SET n = 9");
	journal(db);
	must(attach_backfill(db, id, 9, &n, &e));
	cr_assert_eq(n, 1);
	cr_assert_str_eq(journal(db),
	    "u K' {\"n\":9,\"Key $1\\\"\":\"K'\",\"o\":2,\"h\":null,"
	    "\"new_rows\":null}");
	test_sql(db, "TRUNCATE \"Ap\"\"p's\".\"Con tact.%%s\"");
	cr_assert_str_eq(journal(db), "d K'");
	cr_assert_str_eq(
	    test_text(db, "SELECT name FROM crosswalk.entity"), "Con tact.%s");
	db_close(db);
}

/* The application's role has rights on its table and on nothing else. */
Test(attach, the_application_needs_no_right_of_ours)
{
	struct db *db = test_db();

	test_sql(db,
	    "CREATE TABLE t (id int PRIMARY KEY, v int);"
	    "DROP ROLE IF EXISTS app_%d; CREATE ROLE app_%d;"
	    "GRANT INSERT, UPDATE, DELETE, SELECT, TRUNCATE ON t TO app_%d",
	    (int)getpid(), (int)getpid(), (int)getpid());
	attach(db, (struct attach){ .table = STR("t") });
	test_sql(db, "SET ROLE app_%d", (int)getpid());
	test_sql(db,
	    "INSERT INTO t VALUES (1, 1); UPDATE t SET v = 2; TRUNCATE t");
	cr_assert_lt(db_script(db, "SELECT * FROM crosswalk.journal", &e), 0);
	/* Nor can it have the function run under its own trigger's name. */
	cr_assert_lt(db_script(db,
			 "CREATE TEMP TABLE x (id int); CREATE TRIGGER x AFTER"
			 " TRUNCATE ON x"
			 " EXECUTE FUNCTION crosswalk.capture_1()",
			 &e),
	    0);
	test_sql(db, "RESET ROLE");
	cr_assert_str_eq(journal(db),
	    "u 1 {\"id\":1,\"v\":1};u 1 {\"id\":1,\"v\":2};d 1");
	db_close(db);
}

Test(attach, a_column_that_comes_or_goes_is_seen_by_open_sessions)
{
	struct db *db = test_db(), *app = test_connect();

	test_sql(db, "CREATE TABLE t (id int PRIMARY KEY, v int)");
	attach(db, (struct attach){ .table = STR("t") });
	for (int i = 0; i < 7; i++) /* past any plan of one's own */
		test_sql(app, "INSERT INTO t VALUES (%d, 0)", i);
	journal(db);
	test_sql(db, "ALTER TABLE t ADD COLUMN w text DEFAULT 'new'");
	test_sql(app, "UPDATE t SET v = 1 WHERE id = 3");
	cr_assert_str_eq(journal(db),
	    "u 3 {\"id\":3,\"v\":1,\"w\":\"new\"}");
	test_sql(db, "ALTER TABLE t DROP COLUMN v");
	test_sql(app, "UPDATE t SET w = 'x' WHERE id = 3");
	cr_assert_str_eq(journal(db), "u 3 {\"id\":3,\"w\":\"x\"}");
	db_close(app);
	db_close(db);
}

Test(attach, twice_is_once_and_detach_ends_it)
{
	struct db *db = test_db();
	struct attach in = { .table = STR("public.t"), .entity = STR("thing") };
	int32_t id;
	bool was;

	test_sql(db, "CREATE TABLE t (id int PRIMARY KEY)");
	id = attach(db, in);
	cr_assert_eq(attach(db, in), id);
	test_sql(db, "INSERT INTO t VALUES (1)");
	cr_assert_str_eq(journal(db), "u 1 {\"id\":1}");
	in.entity = STR("other");
	refused(db, in, "detach it first");
	test_sql(db, "ALTER TABLE t RENAME TO t2");
	must(attach_detach(db, STR("t2"), &was, &e));
	cr_assert(was);
	must(attach_detach(db, STR("t2"), &was, &e));
	cr_assert_not(was);
	test_sql(db, "INSERT INTO t2 VALUES (2)");
	cr_assert_str_eq(journal(db), "");
	in.table = STR("t2");
	attach(db, in);
	/* A table that was dropped is in nobody's way. */
	test_sql(db, "DROP TABLE t2; CREATE TABLE t2 (id int PRIMARY KEY)");
	attach(db, in);
	test_sql(db, "INSERT INTO t2 VALUES (3); DROP TABLE t2");
	cr_assert_str_eq(journal(db), "u 3 {\"id\":3}");
	must(attach_detach(db, STR("t2"), &was, &e));
	cr_assert(was);
	cr_assert_eq(test_int(db,
			 "SELECT count(*) FROM pg_proc"
			 " WHERE proname LIKE 'capture\\_%%' AND"
			 " prorettype = 'trigger'::regtype"),
	    0);
	db_close(db);
}

Test(attach, refuses_what_it_cannot_do)
{
	struct db *db = test_db();

	test_sql(db,
	    "CREATE TABLE two (a int, b int, c int UNIQUE, d int NOT NULL,"
	    " PRIMARY KEY (a, b));"
	    "CREATE UNIQUE INDEX ON two (d) WHERE d > 0;"
	    "CREATE UNIQUE INDEX ON two (d, a);"
	    "CREATE UNIQUE INDEX ON two ((d + 1));"
	    "CREATE TABLE bare (a int);"
	    "CREATE VIEW v AS SELECT 1 AS a;"
	    "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a);"
	    "CREATE TABLE p1 PARTITION OF p DEFAULT;"
	    "CREATE TABLE parent (a int PRIMARY KEY);"
	    "CREATE TABLE child (PRIMARY KEY (a)) INHERITS (parent);"
	    "CREATE TEMP TABLE tmp (a int PRIMARY KEY)");
	refused(db, (struct attach){ .table = STR("nowhere") }, "no table");
	refused(db, (struct attach){ .table = STR("a b c") }, "quote it");
	refused(db, (struct attach){ .table = STR("") }, "");
	refused(db, (struct attach){ .table = STR("two") }, "--key");
	refused(db, (struct attach){ .table = STR("bare") }, "--key");
	refused(db, (struct attach){ .table = STR("two"), .key = STR("zz") },
	    "no column zz");
	refused(db, (struct attach){ .table = STR("two"), .key = STR("c") },
	    "NOT NULL");
	refused(db, (struct attach){ .table = STR("two"), .key = STR("d") },
	    "UNIQUE");
	refused(db, (struct attach){ .table = STR("two"), .key = STR("ctid") },
	    "no column");
	refused(db, (struct attach){ .table = STR("v") }, "plain table");
	refused(db, (struct attach){ .table = STR("p") }, "plain table");
	refused(db, (struct attach){ .table = STR("p1") }, "plain table");
	refused(db, (struct attach){ .table = STR("parent") }, "plain table");
	refused(db, (struct attach){ .table = STR("child") }, "plain table");
	refused(db, (struct attach){ .table = STR("tmp") }, "plain table");
	refused(db, (struct attach){ .table = STR("crosswalk.link") },
	    "crosswalk's own");
	refused(db, (struct attach){ .table = STR("crosswalk.tenant") },
	    "crosswalk's own");
	db_close(db);
}

Test(attach, backfill_goes_by_keys_and_on_where_it_was)
{
	struct db *db = test_db(), *app = test_connect();
	int32_t id;
	size_t n;

	test_sql(db,
	    "CREATE TABLE t (id int PRIMARY KEY);"
	    "INSERT INTO t SELECT generate_series(1, 12)");
	id = attach(db, (struct attach){ .table = STR("t") });
	must(attach_backfill(db, id, 5, &n, &e));
	cr_assert_eq(n, 5);
	/* By the column's order, not by the text's: 5 before 10. */
	cr_assert_str_eq(journal(db),
	    "u 1 {\"id\":1};u 2 {\"id\":2};u 3 {\"id\":3};u 4 {\"id\":4};"
	    "u 5 {\"id\":5}");
	/* A row that is being changed is waited for, not read as it was. */
	test_sql(db, "SET lock_timeout = '20ms'");
	must(db_begin(app, &e));
	test_sql(app, "DELETE FROM t WHERE id = 7");
	cr_assert_lt(attach_backfill(db, id, 5, &n, &e), 0);
	cr_assert(db_is_transient(&e), "%s", e.text);
	must(db_commit(app, &e));
	journal(db);
	must(attach_backfill(db, id, 5, &n, &e));
	cr_assert_eq(n, 5);
	cr_assert_str_eq(journal(db),
	    "u 6 {\"id\":6};u 8 {\"id\":8};u 9 {\"id\":9};u 10 {\"id\":10};"
	    "u 11 {\"id\":11}");
	must(attach_backfill(db, id, 5, &n, &e));
	cr_assert_eq(n, 1);
	must(attach_backfill(db, id, 5, &n, &e));
	cr_assert_eq(n, 0);
	journal(db);
	must(attach_rewind(db, id, &e));
	must(attach_backfill(db, id, 100, &n, &e));
	cr_assert_eq(n, 11);
	cr_assert_lt(attach_backfill(db, 99, 5, &n, &e), 0);
	cr_assert_eq(e.code, ERR_USAGE);
	db_close(app);
	db_close(db);
}

/* A plan made for one row must not be the plan for a hundred thousand. */
Test(attach, a_large_update_after_small_ones_is_not_slow)
{
	struct db *db = test_db();

	test_sql(db,
	    "CREATE TABLE t (id int PRIMARY KEY, v int);"
	    "INSERT INTO t SELECT i, 0 FROM generate_series(1, 20000) i");
	attach(db, (struct attach){ .table = STR("t") });
	test_sql(db, "RESET ALL");
	for (int i = 0; i < 8; i++)
		test_sql(db, "UPDATE t SET v = v + 1 WHERE id = %d", i);
	/* 4 * 10^8 comparisons would take minutes. */
	test_sql(db, "SET statement_timeout = '30s'; UPDATE t SET v = v + 1");
	cr_assert_geq(test_int(db, "SELECT count(*) FROM crosswalk.journal"),
	    20007);
	db_close(db);
}
