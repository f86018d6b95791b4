/*
 * Built-ins on numbers: exact, and an error where they would not be.
 */
#include "vm/text.h"

/* The words of a rounding parameter. */
static int
arg_round(struct value v, enum dec_round *how, struct arena *a, struct err *e)
{
	static const struct {
		struct str word;
		enum dec_round how;
	} known[] = {
		{ { "half_even", 9 }, ROUND_HALF_EVEN },
		{ { "half_up", 7 }, ROUND_HALF_UP },
		{ { "down", 4 }, ROUND_DOWN },
		{ { "up", 2 }, ROUND_UP },
		{ { "floor", 5 }, ROUND_FLOOR },
		{ { "ceiling", 7 }, ROUND_CEILING },
	};
	struct str s;

	if (arg_text(v, &s, a, e) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(s, known[i].word)) {
			*how = known[i].how;
			return 0;
		}
	return err_set(e, ERR_DATA, "no rounding \"%.*s\"", SHOWN(s));
}

static struct value
from_num(const struct num *n, struct arena *a)
{
	return n->is_int ? value_int(n->i) : num_value(n->d, a);
}

/* it as a number: a text is read as one. */
static int
read_any(struct value v, struct num *n, struct arena *a, struct err *e)
{
	struct str s;

	if (v.type == V_TEXT) {
		if (arg_text(v, &s, a, e) != 0)
			return -1;
		v = value_text(s);
		v.type = V_NUM;
	}
	return num_read(v, n, e);
}

FUNC(int)
{
	struct num n;

	if (read_any(args[0], &n, a, e) != 0)
		return -1;
	if (!n.is_int && dec_to_int(n.d, &n.i, e) != 0)
		return -1;
	*result = value_int(n.i);
	return 0;
}

FUNC(decimal)
{
	struct num n;

	if (read_any(args[0], &n, a, e) != 0)
		return -1;
	*result = num_value(n.d, a);
	return 0;
}

FUNC(text)
{
	char text[DEC_TEXT_MAX];
	struct num n;

	if (args[0].type == V_TEXT) {
		*result = args[0];
		return 0;
	}
	if (args[0].type == V_BOOL) {
		*result = value_text(args[0].u.i ? STR("true") : STR("false"));
		return 0;
	}
	if (num_read(args[0], &n, e) != 0)
		return -1;
	*result = value_text(arena_str(a, str_from(text,
	    dec_format(n.d, text))));
	result->flags = VF_PLAIN;
	return 0;
}

FUNC(div)
{
	struct num x, y;
	struct dec d;
	int64_t scale;
	enum dec_round how;

	if (num_read(args[0], &x, e) != 0 || num_read(args[1], &y, e) != 0 ||
	    arg_range(args[2], 0, DEC_DIGITS, &scale, e) != 0 ||
	    arg_round(args[3], &how, a, e) != 0 ||
	    dec_div(x.d, y.d, (int)scale, how, &d, e) != 0)
		return -1;
	*result = num_value(d, a);
	return 0;
}

FUNC(round)
{
	struct num n;
	struct dec d;
	int64_t scale;
	enum dec_round how;

	if (num_read(args[0], &n, e) != 0 ||
	    arg_range(args[1], 0, DEC_DIGITS, &scale, e) != 0 ||
	    arg_round(args[2], &how, a, e) != 0 ||
	    dec_rescale(n.d, (int)scale, how, &d, e) != 0)
		return -1;
	*result = num_value(d, a);
	return 0;
}

FUNC(abs)
{
	struct num n;

	if (num_read(args[0], &n, e) != 0)
		return -1;
	if (dec_cmp(n.d, dec_int(0)) < 0)
		return num_neg(args[0], result, a, e);
	*result = from_num(&n, a);
	return 0;
}

FUNC(min)
{
	int order;

	if (num_order(args[0], args[1], &order, a, e) != 0)
		return -1;
	*result = args[order <= 0 ? 0 : 1];
	return 0;
}

FUNC(max)
{
	int order;

	if (num_order(args[0], args[1], &order, a, e) != 0)
		return -1;
	*result = args[order >= 0 ? 0 : 1];
	return 0;
}

FUNC(clamp)
{
	int low, high;

	if (num_order(args[0], args[1], &low, a, e) != 0 ||
	    num_order(args[0], args[2], &high, a, e) != 0)
		return -1;
	*result = args[low < 0 ? 1 : high > 0 ? 2 : 0];
	return 0;
}

FUNC(sum)
{
	struct value list, total = value_int(0);

	if (arg_list(vm, args[0], &list, a, e) != 0 ||
	    vm_charge(vm, list.n, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++)
		if (num_add(total, list.u.list[i], &total, a, e) != 0)
			return -1;
	*result = total;
	return 0;
}

FUNC(mod)
{
	struct num x, y, r;

	if (num_read(args[0], &x, e) != 0 || num_read(args[1], &y, e) != 0 ||
	    dec_mod(x.d, y.d, &r.d, e) != 0)
		return -1;
	r.is_int = x.is_int && y.is_int;
	if (r.is_int && dec_to_int(r.d, &r.i, e) != 0)
		return -1;
	*result = from_num(&r, a);
	return 0;
}

static int
shift(struct value v, int by, struct value *result, struct arena *a,
    struct err *e)
{
	struct num n;
	struct dec d;

	if (num_read(v, &n, e) != 0 || dec_shift(n.d, by, &d, e) != 0)
		return -1;
	*result = num_value(d, a);
	return 0;
}

FUNC(shift)
{
	int64_t by;

	if (arg_range(args[1], -DEC_DIGITS, DEC_DIGITS, &by, e) != 0)
		return -1;
	return shift(args[0], (int)by, result, a, e);
}

FUNC(percent)
{
	return shift(args[0], 2, result, a, e);
}

FUNC_BACK(percent)
{
	return shift(args[0], -2, result, a, e);
}
