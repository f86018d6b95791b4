/*
 * The write side of a batch: a pipeline of at most eleven statements over
 * arrays, one transaction, one round trip.
 *
 * Two things are found by the refusal of a unique index, not by a look
 * before: they are rare, and a look would cost every batch.  A record without
 * a decision has no link, as a rule, and is inserted as new; where it has one
 * the batch is written again with the slower upsert.  A remote id may belong
 * to another record; such records are then marked and the batch is written
 * again without their remote ids.
 */
#include "config.h"

#include "store/outcome.h"

#include <stdlib.h>

#include "base/size.h"
#include "store/columns.h"

enum {
	UNLINK,
	NEW_LINK,
	LINK,
	SETTLE_INTENT,
	SETTLE_DEAD,
	PARK,
	WAKE,
	DEAD,
	DECIDE,
	NSETS,
	TRIES = 4,
};

#define PUT_LINK                                                          \
	"INSERT INTO crosswalk.link AS l (id, local_seq, last_decision,"       \
	" updated_at, sync_id, base_gen, state, local_key, remote_id,"         \
	" version, base) "                                                     \
	"SELECT u.id, u.seq, u.decision, now(), u.sync, u.gen, u.state,"       \
	" u.key, u.remote, u.version, u.base "                                 \
	"FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"                 \
	" u (id, seq, decision, sync, gen, state, key, remote, version, base) "

static const struct {
	const char *types;
	const char *sql;
} sets[NSETS] = {
	/* Before LINK, so that a remote id can pass on within a batch. */
	[UNLINK] = { "it",
	    "DELETE FROM crosswalk.link l "
	    "USING unnest($1, $2) u (sync, key) "
	    "WHERE l.sync_id = u.sync AND l.local_key = u.key" },
	[NEW_LINK] = { "iiiiiitttb", PUT_LINK },
	[LINK] = { "iiiiiitttb",
	    PUT_LINK
	    "ON CONFLICT (sync_id, local_key) DO UPDATE SET"
	    " local_seq = greatest(l.local_seq, excluded.local_seq),"
	    " last_decision = CASE WHEN excluded.last_decision = 0"
	    "  THEN l.last_decision ELSE excluded.last_decision END,"
	    " updated_at = excluded.updated_at,"
	    " base_gen = excluded.base_gen, state = excluded.state,"
	    " remote_id = excluded.remote_id, version = excluded.version,"
	    " base = excluded.base" },
	[SETTLE_INTENT] = { "iti",
	    "DELETE FROM crosswalk.intent i "
	    "USING unnest($1, $2, $3) u (sync, key, seq) "
	    "WHERE i.sync_id = u.sync AND i.key = u.key AND i.seq <= u.seq" },
	[SETTLE_DEAD] = { "iti",
	    "DELETE FROM crosswalk.dead_letter d "
	    "USING unnest($1, $2, $3) u (sync, key, seq) "
	    "WHERE d.sync_id = u.sync AND d.key = u.key AND d.seq <= u.seq" },
	/*
	 * A link that is there already, or further up in the batch, was made
	 * after it was looked for: due at once.  A later one will wake it.
	 * The same holds of a catalogue, see hold_sql.
	 */
	[PARK] = { "ititttiimmiti",
	    "INSERT INTO crosswalk.intent AS i (sync_id, key, seq, op,"
	    " cause, payload, attempt, tried, not_before, deadline,"
	    " waits_sync, waits_key) "
	    "SELECT u.sync, u.key, u.seq, u.op::\"char\", u.cause,"
	    " u.payload, u.attempt, u.tried,"
	    " CASE WHEN l.state IS NULL AND (u.lacks IS NULL"
	    "  OR u.lacks >= (SELECT number FROM crosswalk.generation))"
	    "  THEN u.not_before ELSE now() END,"
	    " u.deadline, u.waits_sync, u.waits_key "
	    "FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
	    " $12, $13) u (sync, key, seq, op, cause, payload, attempt,"
	    " tried, not_before, deadline, waits_sync, waits_key, lacks) "
	    "LEFT JOIN crosswalk.link l ON l.sync_id = u.waits_sync"
	    " AND l.local_key = u.waits_key AND l.state = 2"
	    " AND l.remote_id IS NOT NULL "
	    "ON CONFLICT (sync_id, key) DO UPDATE SET"
	    " seq = excluded.seq, op = excluded.op, cause = excluded.cause,"
	    " payload = excluded.payload, attempt = excluded.attempt,"
	    " tried = excluded.tried,"
	    " not_before = excluded.not_before,"
	    " deadline = CASE WHEN i.waits_key IS NOT NULL"
	    "  AND excluded.waits_key IS NOT NULL"
	    "  THEN least(i.deadline, excluded.deadline)"
	    "  ELSE excluded.deadline END,"
	    " waits_sync = excluded.waits_sync,"
	    " waits_key = excluded.waits_key "
	    "WHERE i.seq <= excluded.seq" },
	[WAKE] = { "it",
	    "UPDATE crosswalk.intent i SET not_before = now() "
	    "FROM unnest($1, $2) u (sync, key) "
	    "WHERE i.waits_sync = u.sync AND i.waits_key = u.key"
	    " AND i.not_before > now()" },
	[DEAD] = { "itittttttt" "t",
	    "INSERT INTO crosswalk.dead_letter AS d (sync_id, key, seq, op,"
	    " cause, payload, fingerprint, rule, message, request, reply) "
	    "SELECT u.sync, u.key, u.seq, u.op::\"char\", u.cause,"
	    " u.payload, u.fingerprint, u.rule, u.message, u.request,"
	    " u.reply "
	    "FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
	    " u (sync, key, seq, op, cause, payload, fingerprint, rule,"
	    " message, request, reply) "
	    "ON CONFLICT (sync_id, key) DO UPDATE SET"
	    " seq = excluded.seq, op = excluded.op, cause = excluded.cause,"
	    " payload = excluded.payload, rule = excluded.rule,"
	    " message = excluded.message, request = excluded.request,"
	    " reply = excluded.reply, last_at = now(),"
	    " first_at = CASE WHEN d.fingerprint = excluded.fingerprint"
	    "  THEN d.first_at ELSE now() END,"
	    " count = CASE WHEN d.fingerprint = excluded.fingerprint"
	    "  THEN d.count + 1 ELSE 1 END,"
	    " fingerprint = excluded.fingerprint "
	    "WHERE d.seq <= excluded.seq" },
	/* Without the ids; the block's first is the argument behind. */
	[DECIDE] = { "iiiiiiiiitt",
	    "INSERT INTO crosswalk.decision_block (prev, seq, before, after,"
	    " sync_id, map_gen, line, op, result, key, note, first_id) "
	    "VALUES ($1, $2, $3, $4, $5::int4[], $6::int4[], $7::int4[],"
	    " $8::int2[], $9::int2[], $10, $11, $12)" },
};

/*
 * Before anything is parked for want of a catalogue: one that is stored from
 * now on waits for our commit, and wakes what we parked; one that was stored
 * before shows in the generation.  First of all, so that nobody who holds it
 * waits for what we have.
 */
static const char hold_sql[] =
    "SELECT FROM crosswalk.generation FOR SHARE";

static const char move_sql[] = "SELECT crosswalk.cursor_move($1, $2, $3, $4)";

/* "u" or "d" as a string. */
static struct str
op_str(char op)
{
	return op == 'd' ? STR("d") : STR("u");
}

static void
add_settle(struct columns *c, const struct settlement *o)
{
	col_int(c, o->sync_id);
	col_str(c, o->key);
	col_int(c, o->seq);
}

static void
add_link(struct columns *c, const struct settlement *o, int64_t id)
{
	col_int(c, id);
	col_int(c, o->seq);
	col_int(c, o->decision);
	col_int(c, o->sync_id);
	col_int(c, o->map_gen);
	col_int(c, o->ambiguous ? LINK_AMBIGUOUS : o->state);
	col_str(c, o->key);
	col_opt(c, o->ambiguous ? (struct str){ 0 } : o->remote_id);
	col_opt(c, o->version);
	col_opt(c, o->base);
}

static void
add_park(struct columns *c, const struct settlement *o)
{
	add_settle(c, o);
	col_str(c, op_str(o->event_op));
	col_str(c, o->cause);
	col_opt(c, o->payload);
	col_int(c, o->attempt);
	col_int(c, o->tried);
	db_array_int(columns_next(c), o->not_before_us);
	col_time(c, o->deadline_us);
	if (o->waits_key.p != NULL)
		col_int(c, o->waits_sync);
	else
		db_array_null(columns_next(c));
	col_opt(c, o->waits_key);
	if (o->lacks_at != 0)
		col_int(c, o->lacks_at);
	else
		db_array_null(columns_next(c));
}

static void
add_dead(struct columns *c, const struct settlement *o)
{
	bool odd = o->ambiguous;

	add_settle(c, o);
	col_str(c, op_str(o->event_op));
	col_str(c, odd ? STR("IDENTITY") : o->cause);
	col_opt(c, o->payload);
	col_str(c, odd ? STR("IDENTITY") : o->fingerprint);
	col_str(c, o->rule);
	col_str(c,
	    odd ? STR("the remote id belongs to another record: merge the "
		      "two, or unlink one") :
		  o->message);
	col_opt(c, odd ? o->remote_id : o->request);
	col_opt(c, o->reply);
}

static void
add_decision(struct columns *c, const struct settlement *o)
{
	col_int(c, o->prev_decision);
	col_int(c, o->seq);
	col_int(c, (int64_t)o->before);
	col_int(c, (int64_t)o->after);
	col_int(c, o->sync_id);
	col_int(c, o->map_gen);
	col_int(c, o->line);
	col_int(c, o->op);
	col_int(c, o->result);
	col_str(c, o->key);
	col_opt(c, o->note);
}

/* link_id and decision_id are o's if it makes such. */
static void
add_outcome(struct columns *c, struct settlement *o, int64_t link_id,
    int64_t decision_id, bool careful)
{
	bool fresh = !careful && o->prev_decision == 0;
	unsigned what = o->what;

	if (o->ambiguous)
		what = (what & ~(unsigned)(OUTCOME_DONE | OUTCOME_PARK)) |
		    OUTCOME_DEAD;
	o->decision = what & OUTCOME_DECIDE ? decision_id : 0;
	if (what & OUTCOME_UNLINK) {
		col_int(&c[UNLINK], o->sync_id);
		col_str(&c[UNLINK], o->key);
	}
	if (what & OUTCOME_LINK)
		add_link(&c[fresh ? NEW_LINK : LINK], o, link_id);
	if (what & (OUTCOME_DONE | OUTCOME_DEAD))
		add_settle(&c[SETTLE_INTENT], o);
	if (what & OUTCOME_DONE)
		add_settle(&c[SETTLE_DEAD], o);
	if (what & OUTCOME_PARK)
		add_park(&c[PARK], o);
	if (what & OUTCOME_WAKE && !o->ambiguous) {
		col_int(&c[WAKE], o->sync_id);
		col_str(&c[WAKE], o->key);
	}
	if (what & OUTCOME_DEAD)
		add_dead(&c[DEAD], o);
	if (what & OUTCOME_DECIDE)
		add_decision(&c[DECIDE], o);
}

/* id is the first of n numbers for links and n for decisions. */
static int
write_all(struct db *db, struct settlement *items, size_t n, int64_t id,
    bool careful, const struct cursor_move *move, struct err *e)
{
	struct columns c[NSETS] = { 0 };
	struct db_call calls[NSETS + 2] = { 0 };
	struct db_args move_args = { 0 };
	int64_t first = id + (int64_t)n;
	size_t ncalls = 0;
	int rc = 0;

	for (int i = 0; i < NSETS; i++)
		columns_init(&c[i], sets[i].types);
	for (size_t i = 0; i < n; i++) {
		if (ncalls == 0 && items[i].what & OUTCOME_PARK &&
		    items[i].lacks_at != 0)
			calls[ncalls++].sql = hold_sql;
		add_outcome(c, &items[i], id + (int64_t)i,
		    first + c[DECIDE].a[0].n, careful);
	}
	for (int i = 0; i < NSETS; i++) {
		if (c[i].a[0].n == 0)
			continue;
		calls[ncalls].sql = sets[i].sql;
		calls[ncalls++].args = columns_args(&c[i]);
	}
	db_arg_int(&c[DECIDE].args, first);
	if (move != NULL) {
		db_arg_text(&move_args, move->name);
		db_arg_int(&move_args, move->owner);
		db_arg_int(&move_args, move->ord);
		db_arg_text(&move_args, move->position);
		calls[ncalls].sql = move_sql;
		calls[ncalls++].args = &move_args;
	}
	if (ncalls > 0)
		rc = db_pipe(db, calls, ncalls, e);
	for (int i = 0; i < NSETS; i++)
		columns_fini(&c[i]);
	return rc;
}

/*
 * Mark what makes link_remote refuse the batch: a remote id that another
 * record holds, in the table or further up in the batch.
 */
static int
mark_ambiguous(struct db *db, struct settlement *items, size_t n,
    struct err *e)
{
	struct columns c = { 0 };
	struct db_rows *r;
	int rc;

	columns_init(&c, "iitt");
	for (size_t i = 0; i < n; i++) {
		const struct settlement *o = &items[i];

		if (!(o->what & OUTCOME_LINK) || o->remote_id.p == NULL ||
		    o->ambiguous)
			continue;
		col_int(&c, (int64_t)i);
		col_int(&c, o->sync_id);
		col_str(&c, o->key);
		col_str(&c, o->remote_id);
	}
	rc = db_exec(db,
	    "WITH u AS MATERIALIZED (SELECT *, row_number() OVER"
	    "  (PARTITION BY sync, remote ORDER BY i) AS nth"
	    " FROM unnest($1, $2, $3, $4) u (i, sync, key, remote)) "
	    "SELECT u.i FROM u LEFT JOIN crosswalk.link l"
	    " ON l.sync_id = u.sync AND l.remote_id = u.remote "
	    "WHERE u.nth > 1 OR l.local_key <> u.key",
	    columns_args(&c), &r, e);
	columns_fini(&c);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < db_nrows(r); i++)
		items[db_int(r, i, 0)].ambiguous = true;
	db_rows_free(r);
	return 0;
}

int
outcome_commit(struct db *db, struct settlement *items, size_t n,
    const struct cursor_move *move, struct err *e)
{
	bool careful = false;
	int64_t id = 0;

	if (n > 0 && db_ids(db, size_mul(n, 2), &id, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		items[i].ambiguous = false;
	for (int tries = 0;; tries++) {
		struct err why;

		if (write_all(db, items, n, id, careful, move, &why) == 0)
			return 0;
		if (e != NULL)
			*e = why;
		if (tries == TRIES)
			return -1;
		if (strcmp(db_constraint(db), "link_local") == 0)
			careful = true;
		else if (strcmp(db_constraint(db), "link_remote") != 0 ||
		    mark_ambiguous(db, items, n, e) < 0)
			return -1;
	}
}
