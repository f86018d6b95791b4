/*
 * Status: a few counts, each over an index or a small table.
 */
#include "config.h"

#include "store/status.h"

static int
load_totals(struct db *db, struct status *out, struct err *e)
{
	struct db_rows *r;

	if (db_exec(db,
		"SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END"
		"  FROM crosswalk.journal_seq),"
		" (SELECT min(since) FROM crosswalk.intent"
		"  WHERE cause <> 'FIELD_MISSING'),"
		" (SELECT count(*) FROM crosswalk.intent),"
		" (SELECT count(*) FROM crosswalk.dead_letter)",
		NULL, &r, e) < 0)
		return -1;
	out->journal_seq = db_int(r, 0, 0);
	out->oldest_us = db_time(r, 0, 1);
	out->intents = db_int(r, 0, 2);
	out->dead = db_int(r, 0, 3);
	db_rows_free(r);
	return 0;
}

static int
load_causes(struct db *db, struct arena *a, struct status *out,
    struct err *e)
{
	struct db_rows *r;

	if (db_exec(db,
		"SELECT sync_id, cause, count(*), min(since) "
		"FROM crosswalk.intent GROUP BY sync_id, cause "
		"ORDER BY sync_id, cause",
		NULL, &r, e) < 0)
		return -1;
	out->ncauses = db_nrows(r);
	out->causes = arena_array(a, out->ncauses, sizeof(*out->causes));
	for (size_t i = 0; i < out->ncauses; i++) {
		struct status_cause *c = &out->causes[i];

		c->sync_id = (int32_t)db_int(r, i, 0);
		c->cause = db_str(r, i, 1);
		c->intents = db_int(r, i, 2);
		c->oldest_us = db_time(r, i, 3);
	}
	db_rows_defer(r, a);
	return 0;
}

static int
load_syncs(struct db *db, struct arena *a, bool links, struct status *out,
    struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_bool(&args, links);
	if (db_exec(db,
		"SELECT s.id, t.name, c.name, s.name, s.enabled AND c.enabled,"
		" l.links, l.linked, i.n, d.n "
		"FROM crosswalk.sync s"
		" JOIN crosswalk.tenant t ON t.id = s.tenant_id"
		" JOIN crosswalk.connection c ON c.id = s.connection_id,"
		" LATERAL (SELECT count(*) AS links,"
		"   count(*) FILTER (WHERE state = 2) AS linked"
		"  FROM crosswalk.link WHERE $1 AND sync_id = s.id) l,"
		" LATERAL (SELECT count(*) AS n FROM crosswalk.intent"
		"  WHERE sync_id = s.id) i,"
		" LATERAL (SELECT count(*) AS n FROM crosswalk.dead_letter"
		"  WHERE sync_id = s.id) d "
		"ORDER BY t.name, c.name, s.name",
		&args, &r, e) < 0)
		return -1;
	out->nsyncs = db_nrows(r);
	out->syncs = arena_array(a, out->nsyncs, sizeof(*out->syncs));
	for (size_t i = 0; i < out->nsyncs; i++) {
		struct status_sync *s = &out->syncs[i];

		s->id = (int32_t)db_int(r, i, 0);
		s->tenant = db_str(r, i, 1);
		s->connection = db_str(r, i, 2);
		s->name = db_str(r, i, 3);
		s->enabled = db_bool(r, i, 4);
		s->links = db_int(r, i, 5);
		s->linked = db_int(r, i, 6);
		s->intents = db_int(r, i, 7);
		s->dead = db_int(r, i, 8);
	}
	db_rows_defer(r, a);
	return 0;
}

int
status_load(struct db *db, struct arena *a, bool links, struct status *out,
    struct err *e)
{
	*out = (struct status){ 0 };
	if (load_totals(db, out, e) < 0 || load_causes(db, a, out, e) < 0 ||
	    load_syncs(db, a, links, out, e) < 0)
		return -1;
	return 0;
}
