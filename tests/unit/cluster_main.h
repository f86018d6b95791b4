/*
 * A Criterion program with one private cluster for all its tests: main
 * starts it before the tests and stops it behind them.  Each test makes a
 * database of its own.
 */
#ifndef TESTS_CLUSTER_MAIN_H
#define TESTS_CLUSTER_MAIN_H

#include "store/db.h"

/*
 * A connection to a fresh database with the schema in it.  The conninfo for
 * more connections to it is test_conninfo's.
 */
struct db *test_db(void);
/* An empty database, without the schema. */
struct db *test_empty_db(void);
const char *test_conninfo(void);
/* One more connection to this test's database. */
struct db *test_connect(void);
/* Run or fail the test; text of our own. */
void test_sql(struct db *db, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The first column of the first row, as the server prints it. */
const char *test_text(struct db *db, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
long long test_int(struct db *db, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define must(call)                                                        \
	do {                                                              \
		if ((call) < 0)                                           \
			cr_assert_fail("%s: %s", #call, e.text);          \
	} while (0)

#endif
