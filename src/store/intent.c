/*
 * Intents: taking what is due.  Writing and settling them is outcome.c's.
 */
#include "config.h"

#include "store/intent.h"

int
intents_take(struct db *db, struct arena *a, int64_t now_us,
    int64_t lease_ms, size_t limit, struct intent **out, size_t *n,
    struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_time(&args, now_us);
	db_arg_time(&args, now_us + lease_ms * 1000);
	db_arg_int(&args, (int64_t)limit);
	if (db_exec(db,
		"WITH due AS ("
		" SELECT sync_id, key, not_before FROM crosswalk.intent"
		" WHERE not_before <= $1 ORDER BY not_before LIMIT $3"
		" FOR UPDATE SKIP LOCKED),"
		"took AS ("
		" UPDATE crosswalk.intent i SET not_before = $2 FROM due"
		" WHERE i.sync_id = due.sync_id AND i.key = due.key"
		" RETURNING i.sync_id, i.op::text, i.key, i.payload, i.cause,"
		"  i.attempt, i.seq, i.deadline, i.since, i.tried,"
		"  due.not_before AS was) "
		"SELECT * FROM took ORDER BY was, seq",
		&args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		struct intent *t = &(*out)[i];

		t->sync_id = (int32_t)db_int(r, i, 0);
		t->op = db_str(r, i, 1).p[0];
		t->key = db_str(r, i, 2);
		t->payload = db_str(r, i, 3);
		t->cause = db_str(r, i, 4);
		t->attempt = (int32_t)db_int(r, i, 5);
		t->seq = db_int(r, i, 6);
		t->deadline_us = db_time(r, i, 7);
		t->since_us = db_time(r, i, 8);
		t->tried = (int32_t)db_int(r, i, 9);
		t->not_before_us = db_time(r, i, 10);
	}
	db_rows_defer(r, a);
	return 0;
}

int
intents_next(struct db *db, int64_t *due_us, struct err *e)
{
	struct db_rows *r;

	if (db_exec(db, "SELECT min(not_before) FROM crosswalk.intent", NULL,
		&r, e) < 0)
		return -1;
	*due_us = db_time(r, 0, 0);
	db_rows_free(r);
	return 0;
}

int
intents_wake(struct db *db, int32_t sync_id, struct str cause,
    int64_t *touched, struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, sync_id);
	db_arg_opt(&a, cause);
	if (db_touch(db,
		"UPDATE crosswalk.intent SET not_before = now() "
		"WHERE ($1 = 0 OR sync_id = $1)"
		" AND ($2::text IS NULL OR cause = $2) AND not_before > now()",
		&a, touched, e) < 0)
		return -1;
	return db_exec(db, "SELECT pg_notify('crosswalk_journal', '')", NULL,
	    NULL, e);
}

int
intents_wake_linked(struct db *db, int64_t *touched, struct err *e)
{
	return db_touch(db,
		"UPDATE crosswalk.intent i SET not_before = now() "
		"FROM crosswalk.link l WHERE i.waits_key IS NOT NULL"
		" AND i.not_before > now() AND l.sync_id = i.waits_sync"
		" AND l.local_key = i.waits_key AND l.state = 2"
		" AND l.remote_id IS NOT NULL", NULL, touched, e);
}

int
intents_wake_fields(struct db *db, int64_t lease_ms, int64_t *touched,
    struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, lease_ms);
	return db_touch(db,
		"UPDATE crosswalk.intent SET not_before = now()"
		" WHERE cause IN ('FIELD_MISSING', 'CATALOGUE')"
		" AND not_before > now()"
		" AND not_before <= now() + $1 * interval '1 ms'",
		&a, touched, e);
}
