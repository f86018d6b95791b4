/*
 * The schema `crosswalk`: numbered migrations, built into the program from
 * src/store/migrations, each applied once, in order, in a transaction.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migration {
	int number;
	const char *name;
	const char *sql;
};

/* In order of number; made from the files at build time. */
extern const struct migration migrations[];
extern const int nmigrations;

/*
 * Bring the schema up to this program's.  Safe to run from many processes at
 * once.  A database that a newer program migrated is refused.
 */
int migrate(struct db *db, struct err *e);
/* Refuse a database that is not exactly at this program's schema. */
int migrate_check(struct db *db, struct err *e);

#endif
