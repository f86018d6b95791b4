/*
 * Values on their way to and from Postgres, in its binary formats
 * (src/backend/utils/adt: array_send, timestamptz_send; COPY's BINARY).
 */
#include "config.h"

#include "store/db.h"

#include <assert.h>
#include <endian.h>
#include <libpq-fe.h>
#include <limits.h>
#include <string.h>

/* Postgres counts time from 2000-01-01, in microseconds. */
#define EPOCH_US INT64_C(946684800000000)

enum {
	ARRAY_HEADER = 20, /* dimensions, nulls, type, length, lower bound */
	OID_INT2 = 21,
	OID_INT4 = 23,
};

static void
put16(char *p, int16_t v)
{
	uint16_t be = htobe16((uint16_t)v);

	memcpy(p, &be, 2);
}

static void
put32(char *p, int32_t v)
{
	uint32_t be = htobe32((uint32_t)v);

	memcpy(p, &be, 4);
}

static void
put64(char *p, int64_t v)
{
	uint64_t be = htobe64((uint64_t)v);

	memcpy(p, &be, 8);
}

static int64_t
get_be(const char *p, int width)
{
	uint16_t h;
	uint32_t w;
	uint64_t d;

	switch (width) {
	case 1:
		return (unsigned char)*p;
	case 2:
		memcpy(&h, p, 2);
		return (int16_t)be16toh(h);
	case 4:
		memcpy(&w, p, 4);
		return (int32_t)be32toh(w);
	case 8:
		memcpy(&d, p, 8);
		return (int64_t)be64toh(d);
	}
	fatal("store: a number of %d bytes", width);
}

/* Lengths are int32 on the wire; a record is far smaller. */
static int32_t
wire_len(size_t n)
{
	if (n > INT32_MAX)
		fatal("store: a value of %zu bytes", n);
	return (int32_t)n;
}

static int
element_type(enum db_type type)
{
	switch (type) {
	case DB_BOOL:
		return 1000;
	case DB_BYTEA:
		return 1001;
	case DB_INT:
		return 1016;
	case DB_TEXT:
		return 1009;
	case DB_TIME:
		return 1185;
	}
	fatal("store: no array of type %d", (int)type);
}

void
db_array_reset(struct db_array *a)
{
	buf_reset(&a->b);
	a->n = 0;
	a->nulls = false;
}

void
db_array_fini(struct db_array *a)
{
	buf_fini(&a->b);
	a->n = 0;
	a->nulls = false;
}

/* Room for an element of n bytes behind its length. */
static char *
array_room(struct db_array *a, size_t n)
{
	char *p;

	if (a->n == 0) {
		buf_room(&a->b, ARRAY_HEADER);
		a->b.n = ARRAY_HEADER;
	}
	p = buf_room(&a->b, n + 4);
	put32(p, wire_len(n));
	a->b.n += n + 4;
	a->n++;
	return p + 4;
}

void
db_array_int(struct db_array *a, int64_t v)
{
	if (a->type == DB_BOOL) {
		*array_room(a, 1) = v != 0;
		return;
	}
	assert(a->type == DB_INT || a->type == DB_TIME);
	put64(array_room(a, 8), a->type == DB_TIME ? v - EPOCH_US : v);
}

void
db_array_str(struct db_array *a, struct str s)
{
	char *p;

	assert(a->type == DB_TEXT || a->type == DB_BYTEA);
	p = array_room(a, s.n);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
}

void
db_array_null(struct db_array *a)
{
	put32(array_room(a, 0) - 4, -1);
	a->nulls = true;
}

void
db_array_opt(struct db_array *a, struct str s)
{
	if (s.p == NULL)
		db_array_null(a);
	else
		db_array_str(a, s);
}

static int
arg_next(struct db_args *a, int type)
{
	assert(a->n < DB_ARGS_MAX);
	a->v[a->n].type = type;
	a->v[a->n].text = 0;
	a->v[a->n].p = NULL;
	return a->n++;
}

void
db_arg_int(struct db_args *a, int64_t v)
{
	int i = arg_next(a, DB_INT);

	put64(a->v[i].bin, v);
	a->v[i].len = 8;
}

void
db_arg_bool(struct db_args *a, bool v)
{
	int i = arg_next(a, DB_BOOL);

	a->v[i].bin[0] = v;
	a->v[i].len = 1;
}

void
db_arg_time(struct db_args *a, int64_t wall_us)
{
	int i = arg_next(a, DB_TIME);

	put64(a->v[i].bin, wall_us - EPOCH_US);
	a->v[i].len = 8;
}

static void
arg_borrow(struct db_args *a, int type, struct str s)
{
	int i = arg_next(a, type);

	a->v[i].p = s.n == 0 ? "" : s.p;
	a->v[i].len = wire_len(s.n);
}

void
db_arg_text(struct db_args *a, struct str s)
{
	arg_borrow(a, DB_TEXT, s);
}

void
db_arg_bytea(struct db_args *a, struct str s)
{
	arg_borrow(a, DB_BYTEA, s);
}

void
db_arg_null(struct db_args *a)
{
	int i = arg_next(a, 0);

	a->v[i].len = -1;
}

void
db_arg_opt(struct db_args *a, struct str s)
{
	int i;

	if (s.p != NULL) {
		db_arg_text(a, s);
		return;
	}
	i = arg_next(a, DB_TEXT);
	a->v[i].len = -1;
}

void
db_arg_array(struct db_args *a, struct db_array *array)
{
	char *p = buf_room(&array->b, ARRAY_HEADER);

	if (array->n == 0)
		array->b.n = ARRAY_HEADER;
	p = array->b.p;
	put32(p, array->n > 0);
	put32(p + 4, array->nulls);
	put32(p + 8, (int32_t)array->type);
	put32(p + 12, (int32_t)array->n);
	put32(p + 16, 1);
	/* An array without elements has no dimension either. */
	arg_borrow(a, element_type(array->type),
	    str_from(p, array->n > 0 ? array->b.n : 12));
}

void
db_arg_literal(struct db_args *a, int type, const char *z)
{
	int i = arg_next(a, type);

	a->v[i].text = 1;
	a->v[i].p = z;
	a->v[i].len = z != NULL ? 0 : -1;
}

static const PGresult *
res(const struct db_rows *r)
{
	return (const PGresult *)r;
}

size_t
db_nrows(const struct db_rows *r)
{
	return (size_t)PQntuples(res(r));
}

static int64_t
touched_rows(const struct db_rows *r)
{
	const char *s = PQcmdTuples((PGresult *)r);
	int64_t n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (*s - '0');
	return n;
}

int
db_touch(struct db *db, const char *sql, const struct db_args *args,
    int64_t *touched, struct err *e)
{
	struct db_rows *r;

	if (db_exec(db, sql, args, &r, e) < 0)
		return -1;
	*touched = touched_rows(r);
	db_rows_free(r);
	return 0;
}

bool
db_null(const struct db_rows *r, size_t row, int col)
{
	return PQgetisnull(res(r), (int)row, col);
}

int64_t
db_int(const struct db_rows *r, size_t row, int col)
{
	Oid type = PQftype(res(r), col);

	if (type != DB_INT && type != OID_INT4 && type != OID_INT2)
		fatal("store: column %d is no integer but type %u", col, type);
	if (db_null(r, row, col))
		return 0;
	return get_be(PQgetvalue(res(r), (int)row, col),
	    PQgetlength(res(r), (int)row, col));
}

bool
db_bool(const struct db_rows *r, size_t row, int col)
{
	if (PQftype(res(r), col) != DB_BOOL)
		fatal("store: column %d is no bool", col);
	return !db_null(r, row, col) &&
	    *PQgetvalue(res(r), (int)row, col) != 0;
}

int64_t
db_time(const struct db_rows *r, size_t row, int col)
{
	if (PQftype(res(r), col) != DB_TIME)
		fatal("store: column %d is no timestamptz", col);
	if (db_null(r, row, col))
		return 0;
	return get_be(PQgetvalue(res(r), (int)row, col), 8) + EPOCH_US;
}

struct str
db_str(const struct db_rows *r, size_t row, int col)
{
	if (db_null(r, row, col))
		return (struct str){ NULL, 0 };
	return str_from(PQgetvalue(res(r), (int)row, col),
	    (size_t)PQgetlength(res(r), (int)row, col));
}

void
db_rows_free(struct db_rows *r)
{
	PQclear((PGresult *)r);
}

static void
free_rows(void *r)
{
	db_rows_free(r);
}

void
db_rows_defer(struct db_rows *r, struct arena *a)
{
	arena_defer(a, free_rows, r);
}

void
db_copy_row(struct buf *b, int columns)
{
	put16(buf_room(b, 2), (int16_t)columns);
	b->n += 2;
}

void
db_copy_int2(struct buf *b, int16_t v)
{
	char *p = buf_room(b, 6);

	put32(p, 2);
	put16(p + 4, v);
	b->n += 6;
}

void
db_copy_int4(struct buf *b, int32_t v)
{
	char *p = buf_room(b, 8);

	put32(p, 4);
	put32(p + 4, v);
	b->n += 8;
}

void
db_copy_int8(struct buf *b, int64_t v)
{
	char *p = buf_room(b, 12);

	put32(p, 8);
	put64(p + 4, v);
	b->n += 12;
}

void
db_copy_str(struct buf *b, struct str s)
{
	put32(buf_room(b, 4), s.p == NULL ? -1 : wire_len(s.n));
	b->n += 4;
	if (s.p != NULL)
		buf_puts(b, s);
}
