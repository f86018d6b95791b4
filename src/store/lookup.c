/*
 * Looking up for a whole batch: one round trip, by probes of an index.
 */
#include "config.h"

#include "store/lookup.h"

#include "store/columns.h"

static int
fetch(struct db *db, struct arena *a, const char *sql, struct columns *c,
    struct asked *list, struct err *e)
{
	struct db_rows *r;
	int rc = db_exec(db, sql, columns_args(c), &r, e);

	columns_fini(c);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < db_nrows(r); i++)
		list[db_int(r, i, 0) - 1].found = db_str(r, i, 1);
	db_rows_defer(r, a);
	return 0;
}

int
ids_fetch(struct db *db, struct arena *a, struct asked *list, size_t n,
    bool back, struct err *e)
{
	struct columns c = { 0 };

	columns_init(&c, "it");
	for (size_t i = 0; i < n; i++) {
		list[i].found = (struct str){ 0 };
		col_int(&c, list[i].of);
		col_str(&c, list[i].key);
	}
	/* 2 is LINK_LINKED: literal, so that plans know it */
	return fetch(db, a, back ?
	    "SELECT k.n, l.local_key "
	    "FROM unnest($1, $2) WITH ORDINALITY k (sync, remote, n) "
	    "JOIN crosswalk.link l"
	    " ON l.sync_id = k.sync AND l.remote_id = k.remote "
	    "WHERE l.state = 2" :
	    "SELECT k.n, l.remote_id "
	    "FROM unnest($1, $2) WITH ORDINALITY k (sync, key, n) "
	    "JOIN crosswalk.link l"
	    " ON l.sync_id = k.sync AND l.local_key = k.key "
	    "WHERE l.state = 2 AND l.remote_id IS NOT NULL", &c, list, e);
}

int
lookups_fetch(struct db *db, struct arena *a, struct asked *list, size_t n,
    struct err *e)
{
	struct columns c = { 0 };

	columns_init(&c, "itt");
	for (size_t i = 0; i < n; i++) {
		list[i].found = (struct str){ 0 };
		col_int(&c, list[i].of);
		col_str(&c, list[i].table);
		col_str(&c, list[i].key);
	}
	return fetch(db, a,
	    "SELECT k.n, l.value "
	    "FROM unnest($1, $2, $3) WITH ORDINALITY k (tenant, name, key, n) "
	    "JOIN crosswalk.lookup l"
	    " ON l.tenant_id = k.tenant AND l.name = k.name AND l.key = k.key",
	    &c, list, e);
}

/* ---- the tables of a tenant ---- */

static void
add_rows(struct columns *c, const struct lookup_row *rows, size_t n)
{
	columns_init(c, "ttt");
	for (size_t i = 0; i < n; i++) {
		col_str(c, rows[i].table);
		col_str(c, rows[i].key);
		col_str(c, rows[i].value);
	}
}

int
lookup_put(struct db *db, int32_t tenant_id, const struct lookup_row *rows,
    size_t n, struct err *e)
{
	struct columns c = { 0 };
	int rc;

	add_rows(&c, rows, n);
	columns_args(&c);
	db_arg_int(&c.args, tenant_id);
	rc = db_exec(db,
	    "INSERT INTO crosswalk.lookup (tenant_id, name, key, value) "
	    "SELECT $4, u.name, u.key, u.value "
	    "FROM unnest($1, $2, $3) u (name, key, value) "
	    "ON CONFLICT (tenant_id, name, key) DO UPDATE SET"
	    " value = excluded.value", &c.args, NULL, e);
	columns_fini(&c);
	return rc;
}

int
lookup_replace(struct db *db, int32_t tenant_id,
    const struct lookup_row *rows, size_t n, struct err *e)
{
	struct columns c = { 0 };
	int rc = db_begin(db, e);

	columns_init(&c, "t");
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !str_eq(rows[i].table, rows[i - 1].table))
			col_str(&c, rows[i].table);
	columns_args(&c);
	db_arg_int(&c.args, tenant_id);
	if (rc == 0) {
		rc = db_exec(db, "DELETE FROM crosswalk.lookup"
		    " WHERE tenant_id = $2 AND name = ANY($1)", &c.args, NULL,
		    e);
		if (rc == 0)
			rc = lookup_put(db, tenant_id, rows, n, e);
		if (rc == 0)
			rc = db_commit(db, e);
		else
			db_rollback(db);
	}
	columns_fini(&c);
	return rc;
}

int
lookup_list(struct db *db, struct arena *a, int32_t tenant_id,
    struct str table, struct lookup_row **rows, size_t *n, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, tenant_id);
	db_arg_opt(&args, table);
	if (db_exec(db,
		"SELECT name, key, value FROM crosswalk.lookup "
		"WHERE tenant_id = $1 AND ($2::text IS NULL OR name = $2) "
		"ORDER BY name, key", &args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*rows = arena_array(a, *n, sizeof(**rows));
	for (size_t i = 0; i < *n; i++)
		(*rows)[i] = (struct lookup_row){ db_str(r, i, 0),
			db_str(r, i, 1), db_str(r, i, 2) };
	db_rows_defer(r, a);
	return 0;
}

int
lookup_tables(struct db *db, struct arena *a, int32_t tenant_id,
    struct lookup_table **out, size_t *n, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, tenant_id);
	if (db_exec(db,
		"SELECT name, count(*) FROM crosswalk.lookup "
		"WHERE tenant_id = $1 GROUP BY name ORDER BY name", &args, &r,
		e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct lookup_table){ db_str(r, i, 0),
			db_int(r, i, 1) };
	db_rows_defer(r, a);
	return 0;
}

int
lookup_drop(struct db *db, int32_t tenant_id, struct str table,
    struct str key, int64_t *touched, struct err *e)
{
	struct db_args args = { 0 };

	db_arg_int(&args, tenant_id);
	db_arg_text(&args, table);
	db_arg_opt(&args, key);
	return db_touch(db,
		"DELETE FROM crosswalk.lookup WHERE tenant_id = $1"
		" AND name = $2 AND ($3::text IS NULL OR key = $3)",
		&args, touched, e);
}
