/*
 * See cluster_main.h.
 */
#include "config.h"

#include "cluster_main.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "store/cluster.h"
#include "store/migrate.h"

static char conninfo[4096];

const char *
test_conninfo(void)
{
	return conninfo;
}

struct db *
test_connect(void)
{
	struct err e;
	struct db *db;

	must(db_connect(conninfo, &db, &e));
	return db;
}

static struct db *
fresh_db(const char *template)
{
	struct err e;
	struct db *db;
	char sql[128];

	must(db_connect(getenv("CROSSWALK_DB"), &db, &e));
	snprintf(sql, sizeof(sql), "CREATE DATABASE t%d TEMPLATE %s",
	    (int)getpid(), template);
	must(db_script(db, sql, &e));
	db_close(db);
	snprintf(conninfo, sizeof(conninfo), "%s dbname=t%d",
	    getenv("CROSSWALK_DB"), (int)getpid());
	return test_connect();
}

struct db *
test_db(void)
{
	return fresh_db("migrated");
}

struct db *
test_empty_db(void)
{
	return fresh_db("template0");
}

void
test_sql(struct db *db, const char *fmt, ...)
{
	struct buf b = { 0 };
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	buf_putc(&b, '\0');
	must(db_script(db, b.p, &e));
	buf_fini(&b);
}

static struct str
one_value(struct db *db, const char *fmt, va_list ap)
{
	/* Statements are known by their text, which must stay. */
	static struct arena a;
	struct str sql, inner = arena_vprintf(&a, fmt, ap);
	struct db_rows *r;
	struct err e;

	sql = arena_printf(&a, "SELECT (SELECT (%.*s)::text)",
	    STR_ARG(inner));
	must(db_exec(db, sql.p, NULL, &r, &e));
	db_rows_defer(r, &a);
	return db_str(r, 0, 0);
}

const char *
test_text(struct db *db, const char *fmt, ...)
{
	va_list ap;
	struct str s;

	va_start(ap, fmt);
	s = one_value(db, fmt, ap);
	va_end(ap);
	return s.p;
}

long long
test_int(struct db *db, const char *fmt, ...)
{
	va_list ap;
	struct str s;

	va_start(ap, fmt);
	s = one_value(db, fmt, ap);
	va_end(ap);
	return s.p ? atoll(s.p) : 0;
}

static int
make_template(const char *info, struct err *e)
{
	struct db *db;
	char with[4096];

	if (db_connect(info, &db, e) < 0 ||
	    db_script(db, "CREATE DATABASE migrated TEMPLATE template0", e) <
	    0)
		return -1;
	db_close(db);
	snprintf(with, sizeof(with), "%s dbname=migrated", info);
	if (db_connect(with, &db, e) < 0 || migrate(db, e) < 0)
		return -1;
	db_close(db);
	return 0;
}

int
main(int argc, char **argv)
{
	struct criterion_test_set *tests = criterion_initialize();
	struct cluster *c = NULL;
	struct err e;
	int rc = 0;

	log_set_level(LOG_WARN);
	if (criterion_handle_args(argc, argv, true)) {
		if (cluster_start(NULL, &c, &e) < 0 ||
		    make_template(cluster_conninfo(c), &e) < 0) {
			fprintf(stderr, "%s\n", e.text);
			if (c != NULL)
				cluster_stop(c);
			return 1;
		}
		setenv("CROSSWALK_DB", cluster_conninfo(c), 1);
		rc = !criterion_run_all_tests(tests);
		cluster_stop(c);
	}
	criterion_finalize(tests);
	return rc;
}
