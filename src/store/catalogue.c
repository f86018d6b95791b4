/*
 * Field catalogues.
 */
#include "config.h"

#include "store/catalogue.h"

int
catalogues_load(struct db *db, struct arena *a, struct catalogue **out,
    size_t *n, struct err *e)
{
	struct db_rows *r;

	if (db_exec(db,
		"SELECT connection_id, object, version, read_at, changed_at,"
		" asked_at FROM crosswalk.catalogue"
		" ORDER BY connection_id, object",
		NULL, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct catalogue){
			.connection_id = (int32_t)db_int(r, i, 0),
			.object = db_str(r, i, 1),
			.version = (int32_t)db_int(r, i, 2),
			.read_us = db_time(r, i, 3),
			.changed_us = db_time(r, i, 4),
			.asked_us = db_time(r, i, 5),
		};
	db_rows_defer(r, a);
	return 0;
}

int
catalogue_get(struct db *db, struct arena *a, int32_t connection_id,
    struct str object, struct str *content, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, connection_id);
	db_arg_text(&args, object);
	if (db_exec(db,
		"SELECT content FROM crosswalk.catalogue"
		" WHERE connection_id = $1 AND object = $2",
		&args, &r, e) < 0)
		return -1;
	*content = db_nrows(r) > 0 ? db_str(r, 0, 0) : (struct str){ 0 };
	db_rows_defer(r, a);
	return 0;
}

int
catalogue_put(struct db *db, int32_t connection_id, struct str object,
    struct str content, bool *changed, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, connection_id);
	db_arg_text(&args, object);
	db_arg_text(&args, content);
	if (db_exec(db, "SELECT crosswalk.catalogue_put($1::int, $2, $3)",
		&args, &r, e) < 0)
		return -1;
	*changed = db_bool(r, 0, 0);
	db_rows_free(r);
	return 0;
}

int
catalogue_ask(struct db *db, int32_t connection_id, struct str object,
    int64_t *asked_us, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, connection_id);
	db_arg_text(&args, object);
	if (db_exec(db, "SELECT crosswalk.catalogue_ask($1::int, $2)", &args,
		&r, e) < 0)
		return -1;
	*asked_us = db_time(r, 0, 0);
	db_rows_free(r);
	return 0;
}
