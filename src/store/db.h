/*
 * A Postgres connection.
 *
 * The only way to Postgres in the program: libpq's names stay in db.c.  A
 * connection belongs to one thread.  Values travel in binary, statements
 * are prepared once per connection (known by their text), and results are
 * slices into libpq's memory that live until db_rows_free.
 *
 * Errors: err.code is ERR_BUSY where trying again later, after a reconnect
 * if db_ok says no, can succeed (db_is_transient); ERR_DB otherwise.  The
 * text ends in "(SQLSTATE 23505)" and never holds a detail line, because
 * details quote records.  What our own functions in the schema refuse
 * (SQLSTATE XW…) is ERR_USAGE with their message alone.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;
struct db_rows;

/* conninfo is libpq's ("host=… dbname=…" or a postgresql:// URI). */
int db_connect(const char *conninfo, struct db **out, struct err *e);
/* Connect again after an error; prepared statements and LISTENs are redone. */
int db_reconnect(struct db *db, struct err *e);
void db_close(struct db *db);
/* The connection is usable, as far as is known without asking. */
bool db_ok(const struct db *db);
/* The error may pass by itself: connection lost, serialization, shutdown. */
bool db_is_transient(const struct err *e);
/* The SQLSTATE of the last error, "" where the server gave none. */
const char *db_sqlstate(const struct db *db);
/* The constraint that the last error names, "" where it names none. */
const char *db_constraint(const struct db *db);

/* Types of values, as Postgres numbers them. */
enum db_type {
	DB_BOOL = 16,
	DB_BYTEA = 17,
	DB_INT = 20, /* int8; the server narrows on assignment */
	DB_TEXT = 25,
	DB_TIME = 1184, /* timestamptz; here microseconds since 1970 */
};

/* An array of one type, for unnest.  Zero-initialise, then set type. */
struct db_array {
	enum db_type type;
	bool nulls;
	uint32_t n;
	struct buf b;
};

void db_array_reset(struct db_array *a);
void db_array_fini(struct db_array *a);
/* DB_INT, DB_TIME, DB_BOOL */
void db_array_int(struct db_array *a, int64_t v);
void db_array_str(struct db_array *a, struct str s); /* DB_TEXT, DB_BYTEA */
void db_array_null(struct db_array *a);
/* As db_array_str, but an empty slice with p == NULL is a null. */
void db_array_opt(struct db_array *a, struct str s);

enum { DB_ARGS_MAX = 24 };

/*
 * The arguments of one call.  Strings and arrays are borrowed until the call
 * returns.  Zero-initialised is empty.
 */
struct db_args {
	int n;
	struct {
		int type;
		int len;       /* -1: null */
		int text;      /* 1: in text form */
		const char *p; /* NULL: in bin */
		char bin[8];
	} v[DB_ARGS_MAX];
};

void db_arg_int(struct db_args *a, int64_t v);
void db_arg_bool(struct db_args *a, bool v);
void db_arg_time(struct db_args *a, int64_t wall_us);
void db_arg_text(struct db_args *a, struct str s);
void db_arg_bytea(struct db_args *a, struct str s);
void db_arg_null(struct db_args *a);
/* Text, or null where s.p is NULL. */
void db_arg_opt(struct db_args *a, struct str s);
void db_arg_array(struct db_args *a, struct db_array *array);
/* A value of any type, by its number in pg_type, in its text form. */
void db_arg_literal(struct db_args *a, int type, const char *z);

/*
 * Run one statement.  sql must be the same text each time (it names the
 * prepared statement) and live as long as the connection: a literal.  rows
 * may be NULL; else it is the caller's to free, also when it has no row.
 */
int db_exec(struct db *db, const char *sql, const struct db_args *args,
    struct db_rows **rows, struct err *e);
/* The same of INSERT, UPDATE or DELETE: how many rows were touched. */
int db_touch(struct db *db, const char *sql, const struct db_args *args,
    int64_t *touched, struct err *e);
/* Run statements without arguments, not prepared; made-up text is fine. */
int db_script(struct db *db, const char *sql, struct err *e);

/* One statement of a pipe; rows are filled by db_pipe where wanted is set. */
struct db_call {
	const char *sql;
	const struct db_args *args; /* NULL: none */
	bool wanted;
	struct db_rows *rows;
};

/*
 * Run the calls in one transaction and one round trip, all or nothing.  Not
 * inside db_begin.  Results should be small: they are read after all is sent.
 */
int db_pipe(struct db *db, struct db_call *calls, size_t n, struct err *e);

int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
/* Ends the transaction whatever state it is in; no error to report. */
void db_rollback(struct db *db);

size_t db_nrows(const struct db_rows *r);
bool db_null(const struct db_rows *r, size_t row, int col);
int64_t db_int(const struct db_rows *r, size_t row, int col); /* 0: null */
bool db_bool(const struct db_rows *r, size_t row, int col);
int64_t db_time(const struct db_rows *r, size_t row, int col); /* us, 1970 */
/* text, bytea, name, "char"; p is NULL where null. */
struct str db_str(const struct db_rows *r, size_t row, int col);
void db_rows_free(struct db_rows *r);
/* The arena frees the rows; for results whose slices live with a batch. */
void db_rows_defer(struct db_rows *r, struct arena *a);

/*
 * COPY table FROM STDIN (FORMAT binary).  Rows are built in a buffer of the
 * caller: db_copy_row(b, columns), then one db_copy_* per column.  Durable
 * when db_copy returns (outside db_begin).
 */
int db_copy(struct db *db, const char *sql, struct str rows, struct err *e);
void db_copy_row(struct buf *b, int columns);
void db_copy_int2(struct buf *b, int16_t v);
void db_copy_int4(struct buf *b, int32_t v);
void db_copy_int8(struct buf *b, int64_t v);
void db_copy_str(struct buf *b, struct str s); /* p NULL: null */

/* channel is an identifier of ours and lives as long as the connection. */
int db_listen(struct db *db, const char *channel, struct err *e);
/*
 * Wait for a notification, at most timeout_ms (-1: for ever), or until
 * wake_fd (-1: none) is readable.  1: one came (all that came are taken);
 * 0: time is up or woken; -1: the connection is gone.
 */
int db_wait(struct db *db, int64_t timeout_ms, int wake_fd, struct err *e);

/*
 * Numbers that are unique in the database, taken in blocks so that almost no
 * call asks the server: *first .. *first + n - 1.  Not inside db_begin.
 */
int db_ids(struct db *db, size_t n, int64_t *first, struct err *e);

#endif
