/*
 * Migrations.  An advisory lock of the session lets one process at a time in.
 */
#include "config.h"

#include "store/migrate.h"

#include <stdio.h>

#include "base/log.h"

/* Arbitrary, but the same in every version: "crosswlk" in ASCII. */
#define MIGRATE_LOCK "7166186723087739755"

static int
applied(struct db *db, int64_t *number, struct err *e)
{
	struct db_rows *r;

	if (db_exec(db,
		"SELECT coalesce(max(number), 0) FROM crosswalk.migration",
		NULL, &r, e) < 0)
		return -1;
	*number = db_int(r, 0, 0);
	db_rows_free(r);
	return 0;
}

static int
refuse_newer(int64_t number, struct err *e)
{
	if (number <= nmigrations)
		return 0;
	return err_set(e, ERR_DB,
	    "the database is at schema %lld, newer than this program's %d: "
	    "upgrade crosswalk",
	    (long long)number, nmigrations);
}

static int
apply(struct db *db, const struct migration *m, struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, m->number);
	db_arg_text(&a, str_z(m->name));
	if (db_begin(db, e) < 0 || db_script(db, m->sql, e) < 0 ||
	    db_exec(db,
		"INSERT INTO crosswalk.migration (number, name) "
		"VALUES ($1, $2)",
		&a, NULL, e) < 0 ||
	    db_commit(db, e) < 0) {
		db_rollback(db);
		return err_prefix(e, "migration %04d_%s", m->number, m->name);
	}
	log_info("store.migrated", "number=%d name=%s", m->number, m->name);
	return 0;
}

static int
apply_missing(struct db *db, struct err *e)
{
	int64_t at;

	if (db_script(db,
		"CREATE SCHEMA IF NOT EXISTS crosswalk;"
		"CREATE TABLE IF NOT EXISTS crosswalk.migration ("
		" number integer PRIMARY KEY,"
		" name text NOT NULL,"
		" applied_at timestamptz NOT NULL DEFAULT now())",
		e) < 0 ||
	    applied(db, &at, e) < 0 || refuse_newer(at, e) < 0)
		return -1;
	for (int i = 0; i < nmigrations; i++)
		if (migrations[i].number > at &&
		    apply(db, &migrations[i], e) < 0)
			return -1;
	return 0;
}

int
migrate(struct db *db, struct err *e)
{
	int rc;

	if (db_script(db, "SELECT pg_advisory_lock(" MIGRATE_LOCK ")", e) < 0)
		return -1;
	rc = apply_missing(db, e);
	if (db_ok(db))
		db_script(db, "SELECT pg_advisory_unlock(" MIGRATE_LOCK ")",
		    NULL);
	return rc;
}

int
migrate_check(struct db *db, struct err *e)
{
	int64_t at;

	if (applied(db, &at, e) < 0) {
		/* 42P01, 3F000: no such table, no such schema. */
		if (db_is_transient(e))
			return -1;
		at = 0;
	}
	if (refuse_newer(at, e) < 0)
		return -1;
	if (at < nmigrations)
		return err_set(e, ERR_DB,
		    "the database is at schema %lld, this program needs %d: "
		    "run crosswalk migrate",
		    (long long)at, nmigrations);
	return 0;
}
