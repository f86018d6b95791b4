/*
 * Reading decisions back, and keeping their partitions.
 */
#include "config.h"

#include "store/outcome.h"

int
decision_maintain(struct db *db, int days_ahead, int days_kept,
    struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, days_ahead);
	db_arg_int(&a, days_kept);
	return db_exec(db,
	    "SELECT crosswalk.decision_maintain($1::int, $2::int)", &a, NULL,
	    e);
}

int
decision_history(struct db *db, struct arena *a, int32_t sync_id,
    struct str key, size_t limit, struct decision **out, size_t *n,
    struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, sync_id);
	db_arg_text(&args, key);
	db_arg_int(&args, (int64_t)limit);
	if (db_exec(db,
	        "WITH RECURSIVE chain AS ("
	        " SELECT d.*, 1 AS nth FROM crosswalk.decision d"
	        " WHERE d.id = (SELECT last_decision FROM crosswalk.link"
	        "  WHERE sync_id = $1 AND local_key = $2)"
	        " UNION ALL"
	        " SELECT d.*, chain.nth + 1 FROM chain"
	        " JOIN crosswalk.decision d ON d.id = chain.prev"
	        " WHERE chain.nth < $3) "
	        "SELECT id, prev, seq, at, sync_id, map_gen, line, op, result,"
	        " before, after, key, note FROM chain ORDER BY nth LIMIT $3",
	        &args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		struct decision *d = &(*out)[i];

		d->id = db_int(r, i, 0);
		d->prev = db_int(r, i, 1);
		d->seq = db_int(r, i, 2);
		d->at_us = db_time(r, i, 3);
		d->sync_id = (int32_t)db_int(r, i, 4);
		d->map_gen = (int32_t)db_int(r, i, 5);
		d->line = (int32_t)db_int(r, i, 6);
		d->op = (enum decision_op)db_int(r, i, 7);
		d->result = (enum decision_result)db_int(r, i, 8);
		d->before = (uint64_t)db_int(r, i, 9);
		d->after = (uint64_t)db_int(r, i, 10);
		d->key = db_str(r, i, 11);
		d->note = db_str(r, i, 12);
	}
	db_rows_defer(r, a);
	return 0;
}
