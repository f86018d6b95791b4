/*
 * What mappings look up: ids of other records, which links have, and the
 * values of a tenant's own tables.
 */
#ifndef STORE_LOOKUP_H
#define STORE_LOOKUP_H

#include "store/db.h"

/* A question and its answer, one of a batch. */
struct asked {
	int32_t of;       /* whose links: a sync; whose table: a tenant */
	struct str table; /* of a table */
	struct str key;
	struct str found; /* out: an id, a key or JSON; p NULL: nothing */
};

/*
 * The id of each key, or where back the key of each id, of records that are
 * linked.  One round trip; strings live in the arena.
 */
int ids_fetch(struct db *db, struct arena *a, struct asked *list, size_t n,
    bool back, struct err *e);
/* The values of tables, likewise. */
int lookups_fetch(struct db *db, struct arena *a, struct asked *list,
    size_t n, struct err *e);

struct lookup_row {
	struct str table, key;
	struct str value; /* a JSON scalar, as it was written */
};

/* Rows of a tenant: made, or given another value.  A key comes once. */
int lookup_put(struct db *db, int32_t tenant_id,
    const struct lookup_row *rows, size_t n, struct err *e);
/* The same, and these are all the rows that their tables have then. */
int lookup_replace(struct db *db, int32_t tenant_id,
    const struct lookup_row *rows, size_t n, struct err *e);
/* The rows of a table, by key; of all tables where table.p is NULL. */
int lookup_list(struct db *db, struct arena *a, int32_t tenant_id,
    struct str table, struct lookup_row **rows, size_t *n, struct err *e);

struct lookup_table {
	struct str name;
	int64_t rows;
};
int lookup_tables(struct db *db, struct arena *a, int32_t tenant_id,
    struct lookup_table **out, size_t *n, struct err *e);
/* A row, or the whole table where key.p is NULL. */
int lookup_drop(struct db *db, int32_t tenant_id, struct str table,
    struct str key, int64_t *touched, struct err *e);

#endif
