/*
 * Dead letters: looking at them, and bringing them back.
 */
#include "config.h"

#include "store/dlq.h"

int
dlq_groups(struct db *db, struct arena *a, int32_t sync_id,
    struct dlq_group **out, size_t *n, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, sync_id);
	if (db_exec(db,
		"SELECT sync_id, fingerprint, max(cause), max(rule),"
		" max(message), count(*), sum(count)::bigint, min(first_at),"
		" max(last_at), min(key) "
		"FROM crosswalk.dead_letter WHERE $1 = 0 OR sync_id = $1 "
		"GROUP BY sync_id, fingerprint "
		"ORDER BY count(*) DESC, sync_id, fingerprint",
		&args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		struct dlq_group *g = &(*out)[i];

		g->sync_id = (int32_t)db_int(r, i, 0);
		g->fingerprint = db_str(r, i, 1);
		g->cause = db_str(r, i, 2);
		g->rule = db_str(r, i, 3);
		g->message = db_str(r, i, 4);
		g->records = db_int(r, i, 5);
		g->count = db_int(r, i, 6);
		g->first_us = db_time(r, i, 7);
		g->last_us = db_time(r, i, 8);
		g->key = db_str(r, i, 9);
	}
	db_rows_defer(r, a);
	return 0;
}

#define ITEM                                                              \
	"SELECT sync_id, op::text, key, fingerprint, cause, rule, message,"    \
	" payload, request, reply, seq, count, first_at, last_at "             \
	"FROM crosswalk.dead_letter "

static void
read_item(const struct db_rows *r, size_t i, struct dlq_item *d)
{
	d->sync_id = (int32_t)db_int(r, i, 0);
	d->op = db_str(r, i, 1).p[0];
	d->key = db_str(r, i, 2);
	d->fingerprint = db_str(r, i, 3);
	d->cause = db_str(r, i, 4);
	d->rule = db_str(r, i, 5);
	d->message = db_str(r, i, 6);
	d->payload = db_str(r, i, 7);
	d->request = db_str(r, i, 8);
	d->reply = db_str(r, i, 9);
	d->seq = db_int(r, i, 10);
	d->count = db_int(r, i, 11);
	d->first_us = db_time(r, i, 12);
	d->last_us = db_time(r, i, 13);
}

int
dlq_items(struct db *db, struct arena *a, int32_t sync_id,
    struct str fingerprint, struct str after, size_t limit,
    struct dlq_item **out, size_t *n, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, sync_id);
	db_arg_opt(&args, fingerprint);
	db_arg_opt(&args, after);
	db_arg_int(&args, (int64_t)limit);
	if (db_exec(db,
		ITEM "WHERE sync_id = $1"
		     " AND ($2::text IS NULL OR fingerprint = $2)"
		     " AND ($3::text IS NULL OR key > $3) "
		     "ORDER BY key LIMIT $4",
		&args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		read_item(r, i, &(*out)[i]);
	db_rows_defer(r, a);
	return 0;
}

int
dlq_show(struct db *db, struct arena *a, int32_t sync_id, struct str key,
    struct dlq_item *out, bool *found, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, sync_id);
	db_arg_text(&args, key);
	if (db_exec(db, ITEM "WHERE sync_id = $1 AND key = $2", &args, &r,
		e) < 0)
		return -1;
	*found = db_nrows(r) > 0;
	if (*found)
		read_item(r, 0, out);
	db_rows_defer(r, a);
	return 0;
}

static void
chosen(struct db_args *args, int32_t sync_id, struct str fingerprint,
    struct str key)
{
	db_arg_int(args, sync_id);
	db_arg_opt(args, fingerprint);
	db_arg_opt(args, key);
}

#define CHOSEN                                                            \
	"($1 = 0 OR sync_id = $1) AND ($2::text IS NULL OR fingerprint = $2)"  \
	" AND ($3::text IS NULL OR key = $3)"

int
dlq_replay(struct db *db, int32_t sync_id, struct str fingerprint,
    struct str key, int64_t *moved, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	chosen(&args, sync_id, fingerprint, key);
	/* A newer state that waits already is the one that shall go. */
	if (db_exec(db,
		"WITH gone AS (DELETE FROM crosswalk.dead_letter"
		" WHERE " CHOSEN " RETURNING *),"
		"put AS (INSERT INTO crosswalk.intent AS i (sync_id, key, seq,"
		"  op, payload, cause, attempt, since, not_before)"
		" SELECT sync_id, key, seq, op, payload, 'REPLAY', 0,"
		"  first_at, now() FROM gone"
		" ON CONFLICT (sync_id, key) DO UPDATE SET"
		"  seq = excluded.seq, op = excluded.op,"
		"  payload = excluded.payload, cause = excluded.cause,"
		"  attempt = 0, tried = 0, not_before = excluded.not_before,"
		"  deadline = NULL"
		" WHERE i.seq <= excluded.seq) "
		"SELECT count(*), pg_notify('crosswalk_journal', '')"
		" FROM gone",
		&args, &r, e) < 0)
		return -1;
	*moved = db_int(r, 0, 0);
	db_rows_free(r);
	return 0;
}

int
dlq_drop(struct db *db, int32_t sync_id, struct str fingerprint,
    struct str key, int64_t *dropped, struct err *e)
{
	struct db_args args = { 0 };

	chosen(&args, sync_id, fingerprint, key);
	return db_touch(db, "DELETE FROM crosswalk.dead_letter WHERE " CHOSEN,
	    &args, dropped, e);
}
