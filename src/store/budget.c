/*
 * Spends: a row a budget, with its slots as arrays.
 */
#include "config.h"

#include "store/budget.h"

#include "store/columns.h"

int
spends_store(struct db *db, int32_t connection_id, const struct spend *list,
    size_t n, struct err *e)
{
	struct columns c = { 0 };
	int rc;

	columns_init(&c, "tiii");
	for (size_t i = 0; i < n; i++) {
		col_str(&c, list[i].name);
		col_int(&c, list[i].at_ms);
		col_int(&c, list[i].spent);
		col_int(&c, list[i].until_ms);
	}
	columns_args(&c);
	db_arg_int(&c.args, connection_id);
	rc = db_exec(db,
	    "INSERT INTO crosswalk.budget (connection_id, name, at, spent,"
	    " until) "
	    "SELECT $5, u.name, array_agg(u.at ORDER BY u.at),"
	    " array_agg(u.spent ORDER BY u.at), max(u.until) "
	    "FROM unnest($1, $2, $3, $4) u (name, at, spent, until) "
	    "GROUP BY u.name "
	    "ON CONFLICT (connection_id, name) DO UPDATE SET"
	    " at = excluded.at, spent = excluded.spent,"
	    " until = excluded.until", &c.args, NULL, e);
	columns_fini(&c);
	return rc;
}

int
spends_load(struct db *db, struct arena *a, int32_t connection_id,
    struct spend **out, size_t *n, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, connection_id);
	if (db_exec(db,
		"SELECT b.name, s.at, s.spent, b.until "
		"FROM crosswalk.budget b, unnest(b.at, b.spent) s (at, spent) "
		"WHERE b.connection_id = $1 ORDER BY b.name, s.at",
		&args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct spend){
			.name = db_str(r, i, 0),
			.at_ms = db_int(r, i, 1),
			.spent = db_int(r, i, 2),
			.until_ms = db_int(r, i, 3),
		};
	db_rows_defer(r, a);
	return 0;
}
