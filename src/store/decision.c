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

/* The block that a number lies in, if it is still there. */
#define BLOCK "SELECT whole FROM crosswalk.decision_block whole"
#define NEAREST " ORDER BY first_id DESC LIMIT 1) x (b)"

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
		"WITH RECURSIVE chain (b, p, nth) AS ("
		" SELECT x.b, l.last_decision - (x.b).first_id + 1, 1"
		" FROM crosswalk.link l, LATERAL (" BLOCK
		"  WHERE first_id <= l.last_decision" NEAREST
		" WHERE l.sync_id = $1 AND l.local_key = $2"
		"  AND l.last_decision > 0"
		" UNION ALL"
		" SELECT x.b, (c.b).prev[c.p] - (x.b).first_id + 1,"
		"  c.nth + 1"
		" FROM chain c, LATERAL (" BLOCK
		"  WHERE first_id <= (c.b).prev[c.p]" NEAREST
		" WHERE c.nth < $3 AND (c.b).prev[c.p] > 0) "
		"SELECT (b).first_id + p - 1, (b).prev[p], (b).seq[p], (b).at,"
		" (b).sync_id[p], (b).map_gen[p], (b).line[p], (b).op[p],"
		" (b).result[p], (b).before[p], (b).after[p], (b).key[p],"
		" (b).note[p] FROM chain "
		/* A number behind its block's end: that block was dropped. */
		"WHERE p <= cardinality((b).prev) ORDER BY nth LIMIT $3",
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
