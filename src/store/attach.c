/*
 * Capture is made of SQL; see migrations/0002_capture.sql.
 */
#include "config.h"

#include "store/attach.h"

int
attach_table(struct db *db, const struct attach *in, int32_t *entity_id,
    struct err *e)
{
	struct db_args a = { 0 };
	struct db_rows *r;

	db_arg_int(&a, in->tenant_id);
	db_arg_text(&a, in->table);
	db_arg_opt(&a, in->key);
	db_arg_opt(&a, in->entity);
	if (db_exec(db, "SELECT crosswalk.attach($1::int, $2, $3, $4)", &a,
		&r, e) < 0)
		return -1;
	if (entity_id != NULL)
		*entity_id = (int32_t)db_int(r, 0, 0);
	db_rows_free(r);
	return 0;
}

int
attach_detach(struct db *db, struct str table, bool *was, struct err *e)
{
	struct db_args a = { 0 };
	struct db_rows *r;

	db_arg_text(&a, table);
	if (db_exec(db, "SELECT crosswalk.detach($1)", &a, &r, e) < 0)
		return -1;
	*was = db_bool(r, 0, 0);
	db_rows_free(r);
	return 0;
}

int
attach_backfill(struct db *db, int32_t entity_id, size_t limit,
    size_t *journaled, struct err *e)
{
	struct db_args a = { 0 };
	struct db_rows *r;

	db_arg_int(&a, entity_id);
	db_arg_int(&a, (int64_t)limit);
	if (db_exec(db, "SELECT crosswalk.backfill($1::int, $2)", &a, &r,
		e) < 0)
		return -1;
	*journaled = (size_t)db_int(r, 0, 0);
	db_rows_free(r);
	return 0;
}

int
attach_rewind(struct db *db, int32_t entity_id, struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, entity_id);
	return db_exec(db,
	    "UPDATE crosswalk.entity SET backfill_key = NULL,"
	    " backfill_done = false WHERE id = $1",
	    &a, NULL, e);
}

int
attach_again(struct db *db, int32_t entity_id, const struct str *keys,
    size_t n, size_t *journaled, struct err *e)
{
	struct db_array list = { .type = DB_TEXT };
	struct db_args a = { 0 };
	struct db_rows *r;
	int rc;

	for (size_t i = 0; i < n; i++)
		db_array_str(&list, keys[i]);
	db_arg_int(&a, entity_id);
	db_arg_array(&a, &list);
	rc = db_exec(db, "SELECT crosswalk.capture_again($1::int, $2)", &a, &r,
	    e);
	db_array_fini(&list);
	if (rc < 0)
		return -1;
	*journaled = (size_t)db_int(r, 0, 0);
	db_rows_free(r);
	return 0;
}
