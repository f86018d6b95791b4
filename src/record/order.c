/*
 * When two values are equal.
 *
 * Both are settled first (opened, decoded, sorted), in memory linear in their
 * size, and then compared without allocating: a list of half a million
 * elements costs n log n comparisons and no more.  Depth is bounded, since a
 * RAW nests at most RECORD_DEPTH and computed values at most as much again.
 */
#include "record/order.h"

#include <assert.h>
#include <stdlib.h>

#include "record/calendar.h"
#include "record/decimal.h"
#include "record/number.h"

struct str
value_literal(struct value v, char room[NUMBER_ROOM])
{
	if (v.type == V_NUM)
		return str_from(v.u.p, v.n);
	if (v.type == V_DEC)
		return str_from(room, dec_format(*v.u.d, room));
	return str_from(room, dec_format(dec_int(v.u.i), room));
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct member *)a)->name,
	    ((const struct member *)b)->name);
}

void
members_sort(struct member *m, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (by_name(&m[i - 1], &m[i]) > 0) {
			qsort(m, n, sizeof(*m), by_name);
			return;
		}
	}
}

static int
by_value(const void *a, const void *b)
{
	return value_order(*(const struct value *)a, *(const struct value *)b);
}

static struct value
settle(struct value v, struct arena *a, unsigned depth)
{
	struct value *list;
	struct member *record;
	struct str s;

	assert(depth <= 2 * RECORD_DEPTH);
	v = value_open(v, a);
	switch (v.type) {
	case V_TEXT:
		s = value_str(v, a);
		return value_text(s);
	case V_LIST:
		list = arena_alloc(a, v.n * sizeof(*list));
		for (uint32_t i = 0; i < v.n; i++)
			list[i] = settle(v.u.list[i], a, depth + 1);
		v.u.list = list;
		return v;
	case V_RECORD:
		record = arena_alloc(a, v.n * sizeof(*record));
		for (uint32_t i = 0; i < v.n; i++) {
			record[i].name = v.u.record[i].name;
			record[i].value = settle(v.u.record[i].value, a,
			    depth + 1);
		}
		members_sort(record, v.n);
		v.u.record = record;
		return v;
	default:
		return v;
	}
}

struct value
value_settle(struct value v, enum value_compare how, struct arena *a)
{
	char room[INSTANT_TEXT];
	struct num n;
	size_t len;

	if (v.type < V_TEXT)
		return v;
	v = settle(v, a, 0);
	if (how == CMP_INSTANT && v.type == V_TEXT &&
	    (len = instant_canon(str_from(v.u.p, v.n), room)) > 0)
		return value_text(arena_str(a, str_from(room, len)));
	if (how == CMP_DECIMAL && v.type == V_TEXT &&
	    num_parse(str_from(v.u.p, v.n), &n))
		v.type = V_NUM;
	if (how == CMP_SET && v.type == V_LIST && v.n > 1) /* settle's copy */
		qsort((struct value *)(uintptr_t)v.u.list, v.n,
		    sizeof(*v.u.list), by_value);
	return v;
}

/* Types that are compared with each other have the same rank. */
static int
rank(struct value v)
{
	return v.type == V_INT || v.type == V_DEC ? V_NUM : v.type;
}

static int
order_lists(struct value a, struct value b)
{
	int c;

	for (uint32_t i = 0; i < a.n && i < b.n; i++) {
		c = value_order(a.u.list[i], b.u.list[i]);
		if (c != 0)
			return c;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

static int
order_records(struct value a, struct value b)
{
	int c;

	for (uint32_t i = 0; i < a.n && i < b.n; i++) {
		c = str_cmp(a.u.record[i].name, b.u.record[i].name);
		if (c == 0)
			c = value_order(a.u.record[i].value,
			    b.u.record[i].value);
		if (c != 0)
			return c;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

int
value_order(struct value a, struct value b)
{
	char x[NUMBER_ROOM], y[NUMBER_ROOM];

	if (rank(a) != rank(b))
		return rank(a) < rank(b) ? -1 : 1;
	switch (rank(a)) {
	case V_BOOL:
		return a.u.i < b.u.i ? -1 : a.u.i > b.u.i;
	case V_NUM:
		return num_cmp(value_literal(a, x), value_literal(b, y));
	case V_TEXT:
		return str_cmp(str_from(a.u.p, a.n), str_from(b.u.p, b.n));
	case V_LIST:
		return order_lists(a, b);
	case V_RECORD:
		return order_records(a, b);
	default:
		return 0;
	}
}

int
value_equal(struct value a, struct value b, enum value_compare how,
    struct arena *scratch)
{
	/* most fields have not changed: the same bytes mean the same value */
	if (a.type == b.type && a.flags == b.flags &&
	    (a.type == V_TEXT || a.type == V_NUM || a.type == V_RAW) &&
	    str_eq(str_from(a.u.p, a.n), str_from(b.u.p, b.n)))
		return 1;
	if (value_nil(a) || value_nil(b))
		return a.type == b.type;
	if (!settles_text(how) && a.type == V_TEXT && b.type == V_TEXT &&
	    !((a.flags | b.flags) & VF_ESCAPED))
		return str_eq(str_from(a.u.p, a.n), str_from(b.u.p, b.n));
	return value_order(value_settle(a, how, scratch),
	    value_settle(b, how, scratch)) == 0;
}
