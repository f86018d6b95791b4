/*
 * The arguments of an INSERT … SELECT FROM unnest: one array per column.
 * Inside store/ only.
 */
#ifndef STORE_COLUMNS_H
#define STORE_COLUMNS_H

#include "store/db.h"

struct columns {
	struct db_array a[DB_ARGS_MAX];
	int n;
	int at; /* the column that the next value goes to */
	struct db_args args;
};

/* A letter per column: i int, t text, b bytea, m time. */
static inline void
columns_init(struct columns *c, const char *types)
{
	for (; *types != '\0'; types++)
		c->a[c->n++].type = *types == 'i' ? DB_INT :
		    *types == 't' ? DB_TEXT :
		    *types == 'b' ? DB_BYTEA : DB_TIME;
}

static inline void
columns_fini(struct columns *c)
{
	for (int i = 0; i < c->n; i++)
		db_array_fini(&c->a[i]);
}

/* The array of the next column; a row is as many calls as columns. */
static inline struct db_array *
columns_next(struct columns *c)
{
	struct db_array *a = &c->a[c->at];

	c->at = c->at + 1 == c->n ? 0 : c->at + 1;
	return a;
}

static inline void
col_int(struct columns *c, int64_t v)
{
	db_array_int(columns_next(c), v);
}

/* A time; 0 is null. */
static inline void
col_time(struct columns *c, int64_t us)
{
	if (us == 0)
		db_array_null(columns_next(c));
	else
		db_array_int(columns_next(c), us);
}

/* p NULL is null. */
static inline void
col_opt(struct columns *c, struct str s)
{
	db_array_opt(columns_next(c), s);
}

/* p NULL is empty. */
static inline void
col_str(struct columns *c, struct str s)
{
	db_array_str(columns_next(c), s);
}

static inline const struct db_args *
columns_args(struct columns *c)
{
	for (int i = 0; i < c->n; i++)
		db_arg_array(&c->args, &c->a[i]);
	return &c->args;
}

#endif
