/* What store/ promises, against a real Postgres. */
#include "config.h"

#include <criterion/criterion.h>

#include "cluster_main.h"
#include "store/migrate.h"

Test(migrate, twice_is_once)
{
	struct db *db = test_empty_db();
	struct err e;

	cr_assert_lt(migrate_check(db, &e), 0);
	must(migrate(db, &e));
	must(migrate(db, &e));
	must(migrate_check(db, &e));
	cr_assert_eq(test_int(db,
	                 "SELECT count(*) FROM crosswalk.migration"),
	    nmigrations);
	db_close(db);
}

Test(migrate, refuses_a_newer_schema)
{
	struct db *db = test_db();
	struct err e;

	test_sql(db, "INSERT INTO crosswalk.migration VALUES (9999, 'x')");
	cr_assert_lt(migrate(db, &e), 0);
	cr_assert_not_null(strstr(e.text, "upgrade crosswalk"), "%s", e.text);
	cr_assert_lt(migrate_check(db, &e), 0);
	db_close(db);
}
