/*
 * Looking back in the journal in Postgres.
 */
#include "journal/journal.h"

int
journal_pg_recent(struct db *db, struct arena *a, int32_t entity_id,
    int64_t before, size_t max, struct journal_event **out, size_t *n,
    struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_int(&args, entity_id);
	db_arg_int(&args, before);
	db_arg_int(&args, (int64_t)max);
	if (db_exec(db,
		"SELECT seq, at, op::text, key, payload FROM crosswalk.journal"
		" WHERE entity_id = $1 AND seq < $2"
		" ORDER BY seq DESC LIMIT $3",
		&args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct journal_event){
			.seq = db_int(r, i, 0),
			.at_us = db_time(r, i, 1),
			.entity_id = entity_id,
			.op = *db_str(r, i, 2).p,
			.key = db_str(r, i, 3),
			.payload = db_str(r, i, 4),
		};
	db_rows_defer(r, a);
	return 0;
}
