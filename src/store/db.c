/*
 * Connections: libpq under names of our own.  One thread owns a connection.
 */
#include "config.h"

#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/size.h"
#include "base/table.h"

enum {
	LISTEN_MAX = 8,
#ifdef HOSTILE
	ID_BLOCK = 1,
#else
	ID_BLOCK = 65536, /* what a connection takes at a time */
#endif
};

struct stmt {
	char name[16];
};

struct db {
	PGconn *pg;
	char *conninfo;
	struct table stmts; /* SQL text -> struct stmt */
	const char *listens[LISTEN_MAX];
	int nlistens;
	int64_t id_next, id_end;
	char sqlstate[6];
	char constraint[64];
};

/*
 * Every session of ours.  Our statements take arrays of a thousand keys and
 * probe indexes.  A plan made while the tables are still empty would read
 * them from end to end and be kept as they grow: scans and the joins that
 * need them are out of the question from the start.
 */
static const char session[] =
    "SET jit = off; SET plan_cache_mode = force_generic_plan;"
    "SET enable_seqscan = off; SET enable_hashjoin = off;"
    "SET enable_mergejoin = off; SET enable_bitmapscan = off;"
    "SET default_transaction_isolation = 'read committed';"
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO';"
    "SET client_min_messages = warning";

static void
on_notice(void *arg, const PGresult *r)
{
	const char *m = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	char quoted[512];

	(void)arg;
	log_debug("store.notice", "message=%s",
	    log_quote(quoted, sizeof(quoted), m ? m : ""));
}

/* libpq ends its messages with a newline, and some hold more than one. */
static void
one_line(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == ' '))
		s[--n] = '\0';
	for (; *s != '\0'; s++)
		if (*s == '\n' || *s == '\t')
			*s = ' ';
}

static int
fail_conn(struct db *db, struct err *e)
{
	char text[300];

	db->sqlstate[0] = db->constraint[0] = '\0';
	snprintf(text, sizeof(text), "%s", PQerrorMessage(db->pg));
	one_line(text);
	return err_set(e, ERR_BUSY, "postgres: %s", text);
}

/* Classes and codes of errors that pass by themselves. */
static bool
state_is_transient(const char *s)
{
	static const char *const list[] = { "08", "53", "40001", "40P01",
		"57P01", "57P02", "57P03", "55P03", "25006" };

	for (size_t i = 0; i < COUNT(list); i++)
		if (strncmp(s, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

static int
fail_result(struct db *db, const PGresult *r, struct err *e)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *name = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
	const char *m = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	if (state == NULL || m == NULL)
		return fail_conn(db, e);
	snprintf(db->sqlstate, sizeof(db->sqlstate), "%s", state);
	snprintf(db->constraint, sizeof(db->constraint), "%s",
	    name ? name : "");
	if (strncmp(state, "XW", 2) == 0)
		return err_set(e, ERR_USAGE, "%s", m);
	return err_set(e,
	    state_is_transient(state) || PQstatus(db->pg) != CONNECTION_OK ?
	    ERR_BUSY : ERR_DB,
	    "postgres: %.400s (SQLSTATE %s)", m, state);
}

static bool
is_good(const PGresult *r)
{
	switch (PQresultStatus(r)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		return true;
	default:
		return false;
	}
}

/* Take r: give it to *rows where it is good and wanted, else free it. */
static int
settle(struct db *db, PGresult *r, struct db_rows **rows, struct err *e)
{
	int rc = 0;

	if (!is_good(r))
		rc = fail_result(db, r, e);
	if (rc == 0 && rows != NULL)
		*rows = (struct db_rows *)r;
	else
		PQclear(r);
	return rc;
}

int
db_script(struct db *db, const char *sql, struct err *e)
{
	return settle(db, PQexec(db->pg, sql), NULL, e);
}

static int
listen_on(struct db *db, const char *channel, struct err *e)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "LISTEN %s", channel);
	return db_script(db, sql, e);
}

static void
forget_stmts(struct db *db)
{
	for (struct table_entry *t = table_next(&db->stmts, NULL); t != NULL;
	     t = table_next(&db->stmts, t))
		free(t->value);
	table_fini(&db->stmts);
	db->stmts = (struct table){ 0 };
}

int
db_reconnect(struct db *db, struct err *e)
{
	forget_stmts(db);
	PQfinish(db->pg);
	db->pg = PQconnectdbParams(
	    (const char *const[]){ "fallback_application_name",
		"client_encoding", "dbname", NULL },
	    (const char *const[]){ "crosswalk", "UTF8", db->conninfo, NULL },
	    1);
	if (db->pg == NULL)
		fatal("out of memory: a connection");
	if (PQstatus(db->pg) != CONNECTION_OK)
		return fail_conn(db, e);
	PQsetNoticeReceiver(db->pg, on_notice, NULL);
	if (db_script(db, session, e) < 0)
		return -1;
	for (int i = 0; i < db->nlistens; i++)
		if (listen_on(db, db->listens[i], e) < 0)
			return -1;
	return 0;
}

int
db_connect(const char *conninfo, struct db **out, struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL || (db->conninfo = strdup(conninfo)) == NULL)
		fatal("out of memory: a connection");
	if (db_reconnect(db, e) < 0) {
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	forget_stmts(db);
	PQfinish(db->pg);
	free(db->conninfo);
	free(db);
}

bool
db_ok(const struct db *db)
{
	return PQstatus(db->pg) == CONNECTION_OK;
}

bool
db_is_transient(const struct err *e)
{
	return e->code == ERR_BUSY;
}

const char *
db_sqlstate(const struct db *db)
{
	return db->sqlstate;
}

const char *
db_constraint(const struct db *db)
{
	return db->constraint;
}

/* Arguments as libpq takes them. */
struct pq_args {
	Oid types[DB_ARGS_MAX];
	const char *values[DB_ARGS_MAX];
	int lengths[DB_ARGS_MAX];
	int formats[DB_ARGS_MAX];
	int n;
};

static void
pq_args(struct pq_args *q, const struct db_args *a)
{
	q->n = a != NULL ? a->n : 0;
	for (int i = 0; i < q->n; i++) {
		q->types[i] = (Oid)a->v[i].type;
		q->lengths[i] = a->v[i].len;
		q->formats[i] = !a->v[i].text;
		q->values[i] = a->v[i].len < 0 ? NULL :
		    a->v[i].p != NULL ? a->v[i].p : a->v[i].bin;
	}
}

/* The name of sql as a prepared statement, NULL with *e where it fails. */
static const char *
prepare(struct db *db, const char *sql, const struct pq_args *q,
    struct err *e)
{
	struct stmt *s = table_get(&db->stmts, str_z(sql));

	if (s != NULL)
		return s->name;
	s = malloc(sizeof(*s));
	if (s == NULL)
		fatal("out of memory: a statement");
	snprintf(s->name, sizeof(s->name), "s%zu", db->stmts.live + 1);
	if (settle(db, PQprepare(db->pg, s->name, sql, q->n, q->types), NULL,
		e) < 0) {
		free(s);
		return NULL;
	}
	table_put(&db->stmts, str_z(sql), s);
	return s->name;
}

int
db_exec(struct db *db, const char *sql, const struct db_args *args,
    struct db_rows **rows, struct err *e)
{
	struct pq_args q;
	const char *name;

	pq_args(&q, args);
	name = prepare(db, sql, &q, e);
	if (name == NULL)
		return -1;
	return settle(db,
	    PQexecPrepared(db->pg, name, q.n, q.values, q.lengths, q.formats,
		1),
	    rows, e);
}

/* Read every result up to the sync; the first error is the one that counts. */
static int
pipe_read(struct db *db, struct db_call *calls, size_t n, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		PGresult *r = PQgetResult(db->pg);

		if (r == NULL)
			return rc < 0 ? rc : fail_conn(db, e);
		if (PQresultStatus(r) == PGRES_PIPELINE_ABORTED)
			PQclear(r);
		else if (settle(db, r,
			     calls[i].wanted ? &calls[i].rows : NULL, e) < 0)
			rc = -1;
		while ((r = PQgetResult(db->pg)) != NULL)
			PQclear(r);
	}
	/* The transaction ends at the sync, and may fail only there. */
	for (;;) {
		PGresult *r = PQgetResult(db->pg);
		bool end = PQresultStatus(r) == PGRES_PIPELINE_SYNC;

		if (r == NULL && !db_ok(db))
			return rc < 0 ? rc : fail_conn(db, e);
		if (r != NULL && !end && rc == 0)
			rc = fail_result(db, r, e);
		PQclear(r);
		if (end)
			return rc;
	}
}

int
db_pipe(struct db *db, struct db_call *calls, size_t n, struct err *e)
{
	struct pq_args q;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		calls[i].rows = NULL;
		pq_args(&q, calls[i].args);
		if (prepare(db, calls[i].sql, &q, e) == NULL)
			return -1;
	}
	if (!PQenterPipelineMode(db->pg))
		return fail_conn(db, e);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct stmt *s = table_get(&db->stmts, str_z(calls[i].sql));

		pq_args(&q, calls[i].args);
		if (!PQsendQueryPrepared(db->pg, s->name, q.n, q.values,
			q.lengths, q.formats, 1))
			rc = fail_conn(db, e);
	}
	if (rc == 0 && !PQpipelineSync(db->pg))
		rc = fail_conn(db, e);
	if (rc == 0)
		rc = pipe_read(db, calls, n, e);
	if (!PQexitPipelineMode(db->pg) && rc == 0)
		rc = fail_conn(db, e);
	for (size_t i = 0; rc < 0 && i < n; i++) {
		db_rows_free(calls[i].rows);
		calls[i].rows = NULL;
	}
	return rc;
}

int
db_begin(struct db *db, struct err *e)
{
	return db_exec(db, "BEGIN", NULL, NULL, e);
}

int
db_commit(struct db *db, struct err *e)
{
	return db_exec(db, "COMMIT", NULL, NULL, e);
}

void
db_rollback(struct db *db)
{
	if (PQtransactionStatus(db->pg) != PQTRANS_IDLE)
		PQclear(PQexec(db->pg, "ROLLBACK"));
}

int
db_copy(struct db *db, const char *sql, struct str rows, struct err *e)
{
	/* Signature, flags, no extension; then rows; then -1. */
	static const char head[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
	static const char tail[2] = "\377\377";
	PGresult *r = PQexec(db->pg, sql);
	bool sent;

	if (PQresultStatus(r) != PGRES_COPY_IN)
		return settle(db, r, NULL, e) < 0 ? -1 :
		    err_set(e, ERR_INTERNAL, "postgres: %s: no COPY", sql);
	PQclear(r);
	sent = PQputCopyData(db->pg, head, sizeof(head)) == 1;
	for (size_t at = 0; sent && at < rows.n;) {
		size_t left = rows.n - at;
		int n = left < (1 << 20) ? (int)left : 1 << 20;

		sent = PQputCopyData(db->pg, rows.p + at, n) == 1;
		at += (size_t)n;
	}
	sent = sent && PQputCopyData(db->pg, tail, sizeof(tail)) == 1;
	if (PQputCopyEnd(db->pg, sent ? NULL : "not sent") != 1)
		return fail_conn(db, e);
	r = PQgetResult(db->pg);
	if (r == NULL)
		return fail_conn(db, e);
	for (PGresult *more; (more = PQgetResult(db->pg)) != NULL;)
		PQclear(more);
	return settle(db, r, NULL, e);
}

int
db_listen(struct db *db, const char *channel, struct err *e)
{
	assert(db->nlistens < LISTEN_MAX);
	db->listens[db->nlistens++] = channel;
	return listen_on(db, channel, e);
}

/* Take the notifications that are there; how many. */
static int
drain(struct db *db)
{
	PGnotify *note;
	int n = 0;

	for (; (note = PQnotifies(db->pg)) != NULL; n++)
		PQfreemem(note);
	return n;
}

int
db_wait(struct db *db, int64_t timeout_ms, int wake_fd, struct err *e)
{
	int64_t end = clock_mono_ms() + timeout_ms;

	for (;;) {
		struct pollfd fds[2] = {
			{ PQsocket(db->pg), POLLIN, 0 },
			{ wake_fd, POLLIN, 0 },
		};
		int64_t left = timeout_ms < 0 ? -1 : end - clock_mono_ms();
		int n;

		if (drain(db) > 0)
			return 1;
		if (!db_ok(db))
			return fail_conn(db, e);
		if (timeout_ms >= 0 && left < 0)
			left = 0;
		if (left > 1 << 30)
			left = 1 << 30;
		n = poll(fds, 2, (int)left);
		if (n < 0 && errno != EINTR)
			return err_set(e, ERR_SYSTEM, "poll: %s",
			    strerror(errno));
		if (n > 0 && fds[1].revents != 0)
			return 0;
		if (n > 0 && !PQconsumeInput(db->pg))
			return fail_conn(db, e);
		if (n == 0 && timeout_ms >= 0 && clock_mono_ms() >= end)
			return drain(db) > 0;
	}
}

int
db_ids(struct db *db, size_t n, int64_t *first, struct err *e)
{
	if ((uint64_t)(db->id_end - db->id_next) < n) {
		int64_t take = n > ID_BLOCK ? (int64_t)n : ID_BLOCK;
		struct db_args a = { 0 };
		struct db_rows *r;

		db_arg_int(&a, take);
		if (db_exec(db,
			"UPDATE crosswalk.id_block SET next = next + $1 "
			"RETURNING next - $1",
			&a, &r, e) < 0)
			return -1;
		db->id_next = db_int(r, 0, 0);
		db->id_end = db->id_next + take;
		db_rows_free(r);
	}
	*first = db->id_next;
	db->id_next += (int64_t)n;
	return 0;
}
