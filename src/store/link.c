/*
 * Reading links: one round trip for a batch, by primary-key probes.
 */
#include "config.h"

#include "store/link.h"

#include "store/columns.h"

enum {
	COL_N,
	COL_ID,
	COL_STATE,
	COL_KEY,
	COL_REMOTE,
	COL_BASE,
	COL_GEN,
	COL_SEQ,
	COL_DECISION,
	COL_PARKED,
	COL_DEAD,
	COL_VERSION,
};

static void
read_link(const struct db_rows *r, size_t row, struct link *l)
{
	l->id = db_int(r, row, COL_ID);
	l->state = (enum link_state)db_int(r, row, COL_STATE);
	l->remote_id = db_str(r, row, COL_REMOTE);
	l->base = db_str(r, row, COL_BASE);
	l->base_gen = (int32_t)db_int(r, row, COL_GEN);
	l->local_seq = db_int(r, row, COL_SEQ);
	l->last_decision = db_int(r, row, COL_DECISION);
	l->parked = db_bool(r, row, COL_PARKED);
	l->dead = db_bool(r, row, COL_DEAD);
	l->version = db_str(r, row, COL_VERSION);
}

int
links_fetch(struct db *db, struct arena *a, struct link *links, size_t n,
    struct err *e)
{
	struct columns c = { 0 };
	struct db_rows *r;
	int rc;

	columns_init(&c, "it");
	for (size_t i = 0; i < n; i++) {
		col_int(&c, links[i].sync_id);
		col_str(&c, links[i].key);
	}
	rc = db_exec(db,
	    "SELECT k.n, l.id, l.state, NULL, l.remote_id, l.base,"
	    " l.base_gen, l.local_seq, l.last_decision,"
	    " i.sync_id IS NOT NULL, d.sync_id IS NOT NULL, l.version "
	    "FROM unnest($1, $2) WITH ORDINALITY k (sync, key, n) "
	    "LEFT JOIN crosswalk.link l"
	    " ON l.sync_id = k.sync AND l.local_key = k.key "
	    "LEFT JOIN crosswalk.intent i"
	    " ON i.sync_id = k.sync AND i.key = k.key "
	    "LEFT JOIN crosswalk.dead_letter d"
	    " ON d.sync_id = k.sync AND d.key = k.key",
	    columns_args(&c), &r, e);
	columns_fini(&c);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < db_nrows(r); i++)
		read_link(r, i, &links[db_int(r, i, COL_N) - 1]);
	db_rows_defer(r, a);
	return 0;
}

int
links_fetch_remote(struct db *db, struct arena *a, struct link *links,
    size_t n, struct err *e)
{
	struct columns c = { 0 };
	struct db_rows *r;
	int rc;

	columns_init(&c, "it");
	for (size_t i = 0; i < n; i++) {
		struct link *l = &links[i];

		col_int(&c, l->sync_id);
		col_str(&c, l->remote_id);
		*l = (struct link){ .sync_id = l->sync_id,
			.remote_id = l->remote_id };
	}
	rc = db_exec(db,
	    "SELECT k.n, l.id, l.state, l.local_key, l.remote_id, l.base,"
	    " l.base_gen, l.local_seq, l.last_decision, false, false,"
	    " l.version "
	    "FROM unnest($1, $2) WITH ORDINALITY k (sync, remote, n) "
	    "JOIN crosswalk.link l"
	    " ON l.sync_id = k.sync AND l.remote_id = k.remote",
	    columns_args(&c), &r, e);
	columns_fini(&c);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < db_nrows(r); i++) {
		struct link *l = &links[db_int(r, i, COL_N) - 1];

		read_link(r, i, l);
		l->key = db_str(r, i, COL_KEY);
	}
	db_rows_defer(r, a);
	return 0;
}
