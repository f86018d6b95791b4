/*
 * The journal in Postgres.  Why its order is right: README.md.
 *
 * A reader goes through the journal in windows.  A window is all that is
 * visible to one snapshot (till) and was not to the one before it (from);
 * inside, events come by seq.  A row of the window is found in one of two
 * ways.  A transaction that had a number when `from` was taken can have rows
 * anywhere; those below `floor` are found by its number, which is one of
 * from's running ones or lies in [xmax of from, begun).  Every other row has
 * a seq of at least `floor` and is found by it.  floor is the sequence's
 * value before, and begun the next transaction's number after, `from`.
 */
#include "config.h"

#include "journal/journal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

enum {
	PG_SNAPSHOT = 5038, /* pg_type.oid */
	PG_XID8 = 5069,
	HEAD_MS = 1000,     /* how long the segment to write to is believed */
	DOZE_MS = 100,      /* without events: then a reader goes to sleep */
	POLL_MS = 5,        /* until then it looks by itself this often */
	COLUMNS = 5,
};

/* A position before the first event: a snapshot that sees nothing. */
#define START "1:1:|0|1||0|0|0"

/* Snapshots are text as Postgres prints them: "xmin:xmax:xip,xip,…". */
struct place {
	char *from;    /* all that this sees was read */
	int64_t floor;
	int64_t begun;
	char *till;    /* the open window's end; NULL: none is open */
	int64_t next_floor; /* those that go with till */
	int64_t next_begun;
	int64_t seq;   /* read up to here in the open window */
};

struct pg {
	struct journal base;
	struct db *db;
	char *reader; /* NULL: no cursor */
	int64_t owner;
	int64_t ord;
	struct place at;
	int64_t event_ms; /* when events came last, monotonic */
	bool asleep;      /* writers have been told to notify us */
	struct buf rows; /* COPY, kept from append to append */
	int16_t segment;
	int64_t segment_until; /* monotonic ms */
};

static struct pg *
pg_of(struct journal *j)
{
	return (struct pg *)j;
}

static char *
copy_str(struct str s)
{
	char *z = malloc(s.n + 1);

	if (z == NULL)
		fatal("out of memory: a cursor");
	if (s.n > 0)
		memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	return z;
}

static void
place_fini(struct place *p)
{
	free(p->from);
	free(p->till);
	*p = (struct place){ 0 };
}

/* The next field of from|floor|begun|till|floor|begun|seq. */
static struct str
field(struct str *s)
{
	const char *bar = s->n > 0 ? memchr(s->p, '|', s->n) : NULL;
	size_t n = bar != NULL ? (size_t)(bar - s->p) : s->n;
	struct str f = str_from(s->p, n);

	n += bar != NULL;
	*s = str_from(s->p + n, s->n - n);
	return f;
}

static int64_t
field_int(struct str *s)
{
	struct str f = field(s);
	int64_t v = 0;

	for (size_t i = 0; i < f.n && f.p[i] >= '0' && f.p[i] <= '9'; i++)
		v = v * 10 + (f.p[i] - '0');
	return v;
}

static void
place_parse(struct place *p, struct str s)
{
	struct str till;

	place_fini(p);
	p->from = copy_str(field(&s));
	p->floor = field_int(&s);
	p->begun = field_int(&s);
	till = field(&s);
	p->till = till.n > 0 ? copy_str(till) : NULL;
	p->next_floor = field_int(&s);
	p->next_begun = field_int(&s);
	p->seq = field_int(&s);
}

static struct str
place_text(const struct place *p, struct arena *a)
{
	return arena_printf(a,
	    "%s|%" PRId64 "|%" PRId64 "|%s|%" PRId64 "|%" PRId64 "|%" PRId64,
	    p->from, p->floor, p->begun, p->till ? p->till : "",
	    p->next_floor, p->next_begun, p->seq);
}

/* The window is read to its end: the next begins where it ended. */
static void
place_close_window(struct place *p)
{
	free(p->from);
	p->from = p->till;
	p->floor = p->next_floor;
	p->begun = p->next_begun;
	p->till = NULL;
	p->next_floor = p->next_begun = p->seq = 0;
}

/*
 * $1 from, $2 floor, $3 till (null: now), $4 seq, $5 limit, $6 begun.  A
 * window that is just being opened ends at this statement's own snapshot, so
 * that what it sees needs no further test.
 *
 * Numbers in [xmax, begun) may be many (a transaction of a million
 * savepoints), those of them that have rows are few: the recursion steps
 * from one such to the next in the index.
 *
 * Rows of one transaction are asked for as a range of (xid, seq), so that no
 * statistics can talk the planner into the index on seq alone.
 *
 * There is no function for the next transaction's number that does not take
 * one; but age(3) is its distance from 3, modulo 2^32.
 */
static const char read_sql[] =
    "WITH RECURSIVE late (xid) AS ("
    " (SELECT xid FROM crosswalk.journal"
    "  WHERE xid >= pg_snapshot_xmax($1) AND xid < $6"
    "  ORDER BY xid LIMIT 1)"
    " UNION ALL"
    " SELECT more.xid FROM late, LATERAL ("
    "  SELECT j.xid FROM crosswalk.journal j"
    "  WHERE j.xid > late.xid AND j.xid < $6"
    "  ORDER BY j.xid LIMIT 1) more),"
    "running (xid) AS ("
    " SELECT xid FROM late UNION ALL SELECT * FROM pg_snapshot_xip($1)) "
    "SELECT s.now::text, e.seq, e.at, e.entity_id, e.op::text, e.key,"
    " e.payload, s.xmax + ((age('3'::xid) + 3 - s.xmax) & 4294967295) "
    "FROM (SELECT now, pg_snapshot_xmax(now)::text::bigint AS xmax"
    " FROM pg_current_snapshot() now) s LEFT JOIN LATERAL ("
    " (SELECT seq, at, entity_id, op, key, payload FROM crosswalk.journal"
    "  WHERE seq >= $2 AND seq > $4"
    "  AND NOT pg_visible_in_snapshot(xid, $1)"
    "  AND ($3 IS NULL OR pg_visible_in_snapshot(xid, $3))"
    "  ORDER BY seq LIMIT $5)"
    " UNION ALL"
    " (SELECT below.* FROM running, LATERAL ("
    "   SELECT seq, at, entity_id, op, key, payload FROM crosswalk.journal j"
    "   WHERE (j.xid, seq) > (running.xid, $4)"
    "   AND (j.xid, seq) < (running.xid, $2)"
    "   AND ($3 IS NULL OR pg_visible_in_snapshot(j.xid, $3))"
    "   ORDER BY j.xid, seq LIMIT $5) below"
    "  ORDER BY seq LIMIT $5)"
    " ORDER BY seq LIMIT $5) e ON true "
    "ORDER BY e.seq";

/* Before the read and in a snapshot before its own. */
static const char floor_sql[] =
    "SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END "
    "FROM crosswalk.journal_seq";

static void
read_args(struct db_args *a, const struct place *p, int64_t limit,
    char begun[24])
{
	snprintf(begun, 24, "%" PRId64, p->begun);
	db_arg_literal(a, PG_SNAPSHOT, p->from);
	db_arg_int(a, p->floor);
	db_arg_literal(a, PG_SNAPSHOT, p->till);
	db_arg_int(a, p->seq);
	db_arg_int(a, limit);
	db_arg_literal(a, PG_XID8, begun);
}

/* One read; a window is opened where none is open. */
static int
fetch(struct pg *j, size_t max, struct db_rows **rows, struct err *e)
{
	struct place *p = &j->at;
	struct db_args args = { 0 };
	struct db_call calls[2] = {
		{ .sql = floor_sql, .wanted = true },
		{ .sql = read_sql, .args = &args, .wanted = true },
	};
	char begun[24];

	read_args(&args, p, (int64_t)max, begun);
	if (p->till != NULL)
		return db_exec(j->db, read_sql, &args, rows, e);
	if (db_pipe(j->db, calls, 2, e) < 0)
		return -1;
	*rows = calls[1].rows;
	p->next_floor = db_int(calls[0].rows, 0, 0);
	p->next_begun = db_int(*rows, 0, 7);
	p->till = copy_str(db_str(*rows, 0, 0));
	db_rows_free(calls[0].rows);
	return 0;
}

static void
read_events(const struct db_rows *r, size_t n, struct journal_event *events)
{
	for (size_t i = 0; i < n; i++) {
		struct journal_event *ev = &events[i];

		ev->seq = db_int(r, i, 1);
		ev->at_us = db_time(r, i, 2);
		ev->entity_id = (int32_t)db_int(r, i, 3);
		ev->op = db_str(r, i, 4).p[0];
		ev->key = db_str(r, i, 5);
		ev->payload = db_str(r, i, 6);
	}
}

static int
pg_read(struct journal *base, struct arena *a, size_t max,
    struct journal_batch *out, struct err *e)
{
	struct pg *j = pg_of(base);
	struct db_rows *r;
	size_t n;

	assert(j->reader != NULL && max > 0);
	*out = (struct journal_batch){ 0 };
	/* An open window may turn out to be at its end: then look on. */
	for (;;) {
		bool was_open = j->at.till != NULL;

		if (fetch(j, max, &r, e) < 0)
			return -1;
		n = db_nrows(r);
		if (n == 1 && db_null(r, 0, 1))
			n = 0;
		if (n < max)
			place_close_window(&j->at);
		else
			j->at.seq = db_int(r, n - 1, 1);
		if (n > 0 || !was_open)
			break;
		db_rows_free(r);
	}
	out->n = n;
	if (n > 0) {
		out->events = arena_array(a, n, sizeof(*out->events));
		read_events(r, n, out->events);
		j->event_ms = clock_mono_ms();
		j->ord++;
	}
	out->end.ord = j->ord;
	out->end.text = place_text(&j->at, a);
	db_rows_defer(r, a);
	return 0;
}

/* Tell writers whether we need a notice; not worth waiting for a disk. */
static int
set_asleep(struct pg *j, bool asleep, struct err *e)
{
	struct db_args a = { 0 };

	db_arg_text(&a, str_z(j->reader));
	db_arg_bool(&a, asleep);
	if (db_exec(j->db,
		"WITH soon AS MATERIALIZED"
		" (SELECT set_config('synchronous_commit', 'off', true)) "
		"INSERT INTO crosswalk.reader AS r (name, asleep)"
		" SELECT $1, $2 FROM soon "
		"ON CONFLICT (name) DO UPDATE SET asleep = $2"
		" WHERE r.asleep <> $2",
		&a, NULL, e) < 0)
		return -1;
	j->asleep = asleep;
	return 0;
}

/*
 * Commits that notify queue up behind one lock of the whole cluster, so a
 * writer is asked for it only while a reader sleeps.  A writer that looked
 * just before we went to sleep may say nothing: hence the look between, and
 * the caller's timeout.
 */
static int
pg_wait(struct journal *base, int64_t timeout_ms, int wake_fd, struct err *e)
{
	struct pg *j = pg_of(base);
	bool active = clock_mono_ms() - j->event_ms < DOZE_MS;

	assert(j->reader != NULL);
	if (active == j->asleep) {
		if (set_asleep(j, !active, e) < 0)
			return -1;
		return 1;
	}
	if (active) {
		if (timeout_ms < 0 || timeout_ms > POLL_MS)
			timeout_ms = POLL_MS;
		return db_wait(j->db, timeout_ms, wake_fd, e) < 0 ? -1 : 1;
	}
	return db_wait(j->db, timeout_ms, wake_fd, e);
}

static bool
pg_move(const struct journal *base, const struct journal_position *p,
    struct cursor_move *out)
{
	const struct pg *j = (const struct pg *)base;

	*out = (struct cursor_move){
		.name = str_z(j->reader),
		.owner = j->owner,
		.ord = p->ord,
		.position = p->text,
	};
	return true;
}

static int
pg_commit(struct journal *base, const struct journal_position *p,
    struct err *e)
{
	struct pg *j = pg_of(base);
	struct cursor_move move;

	assert(j->reader != NULL);
	pg_move(base, p, &move);
	return outcome_commit(j->db, NULL, 0, &move, e);
}

/* Which segment to write to; a little out of date does no harm. */
static int
look_up_segment(struct pg *j, struct err *e)
{
	int64_t now = clock_mono_ms();
	struct db_rows *r;

	if (now < j->segment_until)
		return 0;
	if (db_exec(j->db, "SELECT segment FROM crosswalk.journal_head", NULL,
		&r, e) < 0)
		return -1;
	j->segment = (int16_t)db_int(r, 0, 0);
	db_rows_free(r);
	j->segment_until = now + HEAD_MS;
	return 0;
}

static int
pg_append(struct journal *base, const struct journal_event *events, size_t n,
    struct err *e)
{
	struct pg *j = pg_of(base);

	if (n == 0)
		return 0;
	if (look_up_segment(j, e) < 0)
		return -1;
	buf_reset(&j->rows);
	for (size_t i = 0; i < n; i++) {
		db_copy_row(&j->rows, COLUMNS);
		db_copy_int4(&j->rows, events[i].entity_id);
		db_copy_int2(&j->rows, j->segment);
		db_copy_str(&j->rows, str_from(&events[i].op, 1));
		db_copy_str(&j->rows,
		    events[i].key.p ? events[i].key : STR(""));
		db_copy_str(&j->rows, events[i].payload);
	}
	if (db_copy(j->db,
		"COPY crosswalk.journal (entity_id, segment, op, key, payload)"
		" FROM STDIN (FORMAT binary)",
		buf_str(&j->rows), e) < 0)
		return -1;
	/* They are safe; a notice that is lost is made good by the poll. */
	db_exec(j->db,
	    "SELECT pg_notify('" JOURNAL_WAKE "', '') "
	    "WHERE EXISTS (SELECT FROM crosswalk.reader WHERE asleep)",
	    NULL, NULL, NULL);
	return 0;
}

static int
pg_trim(struct journal *base, int64_t rotate_after_ms, int64_t *freed,
    struct err *e)
{
	struct pg *j = pg_of(base);
	struct db_args a = { 0 };
	struct db_rows *r;

	db_arg_int(&a, rotate_after_ms);
	if (db_exec(j->db,
		"SELECT crosswalk.journal_trim($1 * interval '1 ms')", &a, &r,
		e) < 0)
		return -1;
	*freed = db_int(r, 0, 0);
	db_rows_free(r);
	return 0;
}

/*
 * Take the cursor over and stand where it is.  The snapshots in it count
 * transactions of the cluster it was written in.
 */
static int
take_cursor(struct pg *j, struct err *e)
{
	struct db_args a = { 0 };
	struct db_rows *r;
	bool known;

	db_arg_text(&a, str_z(j->reader));
	if (db_exec(j->db,
		"WITH taken AS (INSERT INTO crosswalk.cursor AS c"
		"  (name, owner, ord, position) VALUES ($1, 1, 0, '" START "')"
		"  ON CONFLICT (name) DO UPDATE SET owner = c.owner + 1"
		"  RETURNING owner, ord, position) "
		"SELECT owner, ord, position,"
		" pg_snapshot_xmax(split_part(position, '|', 1)::pg_snapshot)"
		" <= pg_snapshot_xmax(pg_current_snapshot()) FROM taken",
		&a, &r, e) < 0)
		return -1;
	j->owner = db_int(r, 0, 0);
	j->ord = db_int(r, 0, 1);
	place_parse(&j->at, db_str(r, 0, 2));
	known = db_bool(r, 0, 3);
	db_rows_free(r);
	if (!known)
		return err_set(e, ERR_DB,
		    "cursor %s was kept in another cluster (restored from a "
		    "dump?): delete it from crosswalk.cursor to read the "
		    "journal from its first event",
		    j->reader);
	return 0;
}

static int
begin(struct pg *j, struct err *e)
{
	j->segment_until = 0;
	j->asleep = false; /* as far as we know; the first wait tells */
	return j->reader == NULL ? 0 : take_cursor(j, e);
}

static int
pg_reopen(struct journal *base, struct err *e)
{
	struct pg *j = pg_of(base);

	if (db_reconnect(j->db, e) < 0)
		return -1;
	return begin(j, e);
}

static void
pg_close(struct journal *base)
{
	struct pg *j = pg_of(base);

	db_close(j->db);
	place_fini(&j->at);
	buf_fini(&j->rows);
	free(j->reader);
	free(j);
}

static const struct journal_ops ops = {
	.append = pg_append,
	.read = pg_read,
	.wait = pg_wait,
	.commit = pg_commit,
	.move = pg_move,
	.trim = pg_trim,
	.reopen = pg_reopen,
	.close = pg_close,
};

int
journal_pg_open(const char *conninfo, const char *reader,
    struct journal **out, struct err *e)
{
	struct pg *j = calloc(1, sizeof(*j));

	if (j == NULL)
		fatal("out of memory: a journal");
	j->base.ops = &ops;
	if (reader != NULL)
		j->reader = copy_str(str_z(reader));
	if (db_connect(conninfo, &j->db, e) < 0 || begin(j, e) < 0 ||
	    (reader != NULL && db_listen(j->db, JOURNAL_WAKE, e) < 0)) {
		pg_close(&j->base);
		return -1;
	}
	*out = &j->base;
	return 0;
}

/* The first that is not committed, in an open window or behind it. */
static int
oldest(struct db *db, const struct place *p, int64_t *seq, int64_t *at_us,
    struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;
	char begun[24];

	read_args(&args, p, 1, begun);
	if (db_exec(db, read_sql, &args, &r, e) < 0)
		return -1;
	*seq = db_int(r, 0, 1);
	*at_us = db_time(r, 0, 2);
	db_rows_free(r);
	return 0;
}

int
journal_pg_lag(struct db *db, const char *reader, int64_t *events,
    int64_t *oldest_us, struct err *e)
{
	struct db_args name = { 0 };
	struct place p = { 0 };
	struct db_rows *r;
	int64_t seq;
	int rc;

	*events = 0;
	db_arg_text(&name, str_z(reader));
	if (db_exec(db,
		"SELECT position FROM crosswalk.cursor WHERE name = $1",
		&name, &r, e) < 0)
		return -1;
	place_parse(&p, db_nrows(r) > 0 ? db_str(r, 0, 0) : STR(START));
	db_rows_free(r);
	free(p.till);
	p.till = NULL;
	rc = oldest(db, &p, &seq, oldest_us, e);
	place_fini(&p);
	if (rc < 0 || seq == 0)
		return rc;
	if (db_exec(db, floor_sql, NULL, &r, e) < 0)
		return -1;
	*events = db_int(r, 0, 0) - seq;
	db_rows_free(r);
	return 0;
}
