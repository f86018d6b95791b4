/*
 * Exact arithmetic and order of values.
 */
#include "vm/run.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"

int
num_literal_int(struct str s, int64_t *i)
{
	size_t k = s.n > 0 && s.p[0] == '-';
	uint64_t u = 0, max = (uint64_t)INT64_MAX + k;
	int negative = (int)k;

	if (s.n - k == 0 || s.n - k > 19 || (s.p[k] == '0' && s.n - k > 1))
		return 0;
	for (; k < s.n; k++) {
		unsigned digit = (unsigned char)s.p[k] - '0';

		if (digit > 9)
			return 0;
		u = u * 10 + digit;
	}
	if (u > max)
		return 0;
	*i = (int64_t)(negative ? 0 - u : u);
	return 1;
}

int
num_read(struct value v, struct num *n, struct err *e)
{
	struct str s = str_from(v.u.p, v.n);

	switch (v.type) {
	case V_INT:
		n->is_int = 1;
		n->i = v.u.i;
		break;
	case V_DEC:
		n->is_int = 0;
		n->d = *v.u.d;
		return 0;
	case V_NUM:
		n->is_int = num_literal_int(s, &n->i);
		if (!n->is_int)
			return dec_parse(s, &n->d, e);
		break;
	default:
		return err_set(e, ERR_DATA, "expects a number, not %s",
		    value_word(v));
	}
	n->d = dec_int(n->i);
	return 0;
}

int
num_int(struct value v, int64_t *i, struct err *e)
{
	struct num n;

	if (num_read(v, &n, e) != 0)
		return -1;
	if (!n.is_int)
		return dec_to_int(n.d, i, e);
	*i = n.i;
	return 0;
}

struct value
num_value(struct dec d, struct arena *a)
{
	struct dec *p = arena_new(a, struct dec);

	*p = d;
	return (struct value){ .type = V_DEC, .u.d = p };
}

static int
overflow(const struct num *x, char op, const struct num *y, struct err *e)
{
	return err_set(e, ERR_DATA,
	    "%" PRIi64 " %c %" PRIi64 " is no int of 64 bits", x->i, op, y->i);
}

int
num_add(struct value x, struct value y, struct value *r, struct arena *a,
    struct err *e)
{
	struct num m, n;
	struct dec d;
	int64_t i;

	if (num_read(x, &m, e) != 0 || num_read(y, &n, e) != 0)
		return -1;
	if (m.is_int && n.is_int) {
		if (__builtin_add_overflow(m.i, n.i, &i))
			return overflow(&m, '+', &n, e);
		*r = value_int(i);
		return 0;
	}
	if (dec_add(m.d, n.d, &d, e) != 0)
		return -1;
	*r = num_value(d, a);
	return 0;
}

int
num_sub(struct value x, struct value y, struct value *r, struct arena *a,
    struct err *e)
{
	struct num m, n;
	struct dec d;
	int64_t i;

	if (num_read(x, &m, e) != 0 || num_read(y, &n, e) != 0)
		return -1;
	if (m.is_int && n.is_int) {
		if (__builtin_sub_overflow(m.i, n.i, &i))
			return overflow(&m, '-', &n, e);
		*r = value_int(i);
		return 0;
	}
	if (dec_sub(m.d, n.d, &d, e) != 0)
		return -1;
	*r = num_value(d, a);
	return 0;
}

int
num_mul(struct value x, struct value y, struct value *r, struct arena *a,
    struct err *e)
{
	struct num m, n;
	struct dec d;
	int64_t i;

	if (num_read(x, &m, e) != 0 || num_read(y, &n, e) != 0)
		return -1;
	if (m.is_int && n.is_int) {
		if (__builtin_mul_overflow(m.i, n.i, &i))
			return overflow(&m, '*', &n, e);
		*r = value_int(i);
		return 0;
	}
	if (dec_mul(m.d, n.d, &d, e) != 0)
		return -1;
	*r = num_value(d, a);
	return 0;
}

int
num_neg(struct value x, struct value *r, struct arena *a, struct err *e)
{
	return num_sub(value_int(0), x, r, a, e);
}

/* A number as a literal: as it came, or written out. */
static struct str
literal(struct value v, char out[DEC_TEXT_MAX])
{
	if (v.type == V_NUM)
		return str_from(v.u.p, v.n);
	return str_from(out, dec_format(
	    v.type == V_INT ? dec_int(v.u.i) : *v.u.d, out));
}

static int
is_number(struct value v)
{
	return v.type == V_INT || v.type == V_DEC || v.type == V_NUM;
}

int
num_order(struct value x, struct value y, int *order, struct arena *a,
    struct err *e)
{
	char xs[DEC_TEXT_MAX], ys[DEC_TEXT_MAX];

	if (x.type == V_INT && y.type == V_INT)
		*order = (x.u.i > y.u.i) - (x.u.i < y.u.i);
	else if (is_number(x) && is_number(y))
		*order = num_cmp(literal(x, xs), literal(y, ys));
	else if (x.type == V_TEXT && y.type == V_TEXT)
		*order = str_cmp(value_str(x, a), value_str(y, a));
	else
		return err_set(e, ERR_DATA, "%s and %s have no order",
		    value_word(x), value_word(y));
	return 0;
}
