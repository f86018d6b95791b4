/*
 * The order and the settled form of values, which equality and the canonical
 * form share.  Internal to record/.
 */
#ifndef RECORD_ORDER_H
#define RECORD_ORDER_H

#include "record/value.h"

/*
 * v with every RAW opened, every text decoded, members sorted by name and,
 * under CMP_SET, the elements of v sorted by value_order.  Under CMP_DECIMAL
 * a text that is a number literal has become that number, under CMP_INSTANT one
 * that is a date-time its instant in UTC.
 */
struct value value_settle(struct value v, enum value_compare how,
    struct arena *a);

/* Whether a text may settle to another. */
static inline int
settles_text(enum value_compare how)
{
	return how == CMP_DECIMAL || how == CMP_INSTANT;
}

/* A total order of settled values: 0 when they are equal. */
int value_order(struct value a, struct value b);

/* An INT, DEC or NUM as a literal; room has space for the first two. */
#define NUMBER_ROOM 48
struct str value_literal(struct value v, char room[NUMBER_ROOM]);

void members_sort(struct member *m, size_t n);

#endif
