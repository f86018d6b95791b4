/*
 * Built-ins on text.  A text is UTF-8 and its characters are code points.
 * What is ASCII is done here, everything else by ICU (unicode.c).
 */
#include "vm/text.h"

#include <string.h>

int
piece_init(struct piece *t, struct vm *vm, size_t cap, struct arena *a,
    struct err *e)
{
	t->p = vm_alloc(vm, a, cap, e);
	t->n = 0;
	t->cap = cap;
	return t->p == NULL ? -1 : 0;
}

size_t
text_find(struct str s, struct str needle)
{
	const char *at;

	if (needle.n == 0)
		return 0;
	at = s.n > 0 ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

static int
has_range(struct str s, char first, char last)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= first && s.p[i] <= last)
			return 1;
	return 0;
}

/* ASCII only: flip the case bit of the letters first .. last. */
static int
flip(struct vm *vm, struct str s, char first, char last, struct str *out,
    struct arena *a, struct err *e)
{
	char *p;

	*out = s;
	if (!has_range(s, first, last))
		return 0;
	if ((p = vm_alloc(vm, a, s.n, e)) == NULL)
		return -1;
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= first && s.p[i] <= last ?
		    (char)(s.p[i] ^ 0x20) : s.p[i];
	*out = str_from(p, s.n);
	return 0;
}

static int
recase(struct vm *vm, enum text_case how, struct value v,
    struct value *result, struct arena *a, struct err *e)
{
	struct str s, t;
	int failed;

	if (arg_text(v, &s, a, e) != 0)
		return -1;
	if (how != CASE_TITLE && str_ascii(s))
		failed = how == CASE_UPPER ? flip(vm, s, 'a', 'z', &t, a, e) :
		    flip(vm, s, 'A', 'Z', &t, a, e);
	else
		failed = text_map(vm, how, s, &t, a, e);
	if (failed)
		return -1;
	*result = text_slice(v, t);
	return 0;
}

FUNC(lower)
{
	return recase(vm, CASE_LOWER, args[0], result, a, e);
}

FUNC(upper)
{
	return recase(vm, CASE_UPPER, args[0], result, a, e);
}

FUNC(casefold)
{
	return recase(vm, CASE_FOLD, args[0], result, a, e);
}

FUNC(title_case)
{
	return recase(vm, CASE_TITLE, args[0], result, a, e);
}

FUNC(nfc)
{
	struct str s, t;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    text_nfc(vm, s, &t, a, e) != 0)
		return -1;
	*result = text_slice(args[0], t);
	return 0;
}

FUNC(trim)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	*result = text_slice(args[0], text_trim(s));
	return 0;
}

FUNC(collapse_ws)
{
	struct piece t;
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	s = text_trim(s);
	if (piece_init(&t, vm, s.n, a, e) != 0)
		return -1;
	while (s.n > 0) {
		size_t space = text_space(s), n;

		if (space > 0)
			piece_put(&t, STR(" "));
		s = str_from(s.p + space, s.n - space);
		n = text_char(s);
		piece_put(&t, str_from(s.p, n));
		s = str_from(s.p + n, s.n - n);
	}
	*result = piece_value(&t);
	return 0;
}

static int64_t
count_chars(struct str s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

/* The byte where character i begins; s.n behind the last. */
static size_t
char_at(struct str s, int64_t i)
{
	size_t at = 0;

	for (; i > 0 && at < s.n; i--)
		at += text_char(str_from(s.p + at, s.n - at));
	return at;
}

FUNC(len)
{
	struct value list;

	if (args[0].type == V_TEXT) {
		*result = value_int(count_chars(value_str(args[0], a)));
		return 0;
	}
	if (arg_list(vm, args[0], &list, a, e) != 0)
		return -1;
	*result = value_int(list.n);
	return 0;
}

FUNC(slice)
{
	int64_t from, to, n;
	struct str s;
	size_t begin, end;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_int(args[1], &from, e) != 0 || arg_int(args[2], &to, e) != 0)
		return -1;
	n = count_chars(s);
	from = from < 0 ? (from < -n ? 0 : n + from) : from;
	to = to < 0 ? (to < -n ? 0 : n + to) : to;
	begin = char_at(s, from < n ? from : n);
	end = char_at(s, to < n ? to : n);
	*result = text_slice(args[0],
	    str_from(s.p + begin, end > begin ? end - begin : 0));
	return 0;
}

FUNC(truncate)
{
	int64_t max;
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_int(args[1], &max, e) != 0)
		return -1;
	*result = text_slice(args[0], str_from(s.p, char_at(s, max)));
	return 0;
}

FUNC_BACK(truncate)
{
	*result = args[0];
	return 0;
}

/* The part of left before sep, which it and sep are taken from. */
static struct str
next_part(struct str *left, struct str sep)
{
	size_t at = sep.n > 0 ? text_find(*left, sep) : text_char(*left);
	size_t skip = at < left->n ? sep.n : 0;
	struct str part = str_from(left->p, at);

	*left = str_from(left->p + at + skip, left->n - at - skip);
	return part;
}

static size_t
count_parts(struct str s, struct str sep)
{
	size_t n = 1, at;

	if (sep.n == 0)
		return (size_t)count_chars(s);
	for (; (at = text_find(s, sep)) < s.n; n++)
		s = str_from(s.p + at + sep.n, s.n - at - sep.n);
	return n;
}

FUNC(split)
{
	struct value *list;
	struct str s, sep;
	size_t n;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &sep, a, e) != 0)
		return -1;
	n = count_parts(s, sep);
	if ((list = vm_values(vm, a, n, e)) == NULL)
		return -1;
	for (size_t k = 0; k < n; k++)
		list[k] = text_slice(args[0], next_part(&s, sep));
	*result = (struct value){ .type = V_LIST, .n = (uint32_t)n,
		.u.list = list };
	return 0;
}

FUNC(join)
{
	struct value list;
	struct piece t;
	struct str sep, s;
	size_t n = 0;

	if (arg_list(vm, args[0], &list, a, e) != 0 ||
	    arg_text(args[1], &sep, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		if (arg_text(list.u.list[i], &s, a, e) != 0)
			return err_prefix(e, "element %u", i);
		n += s.n + sep.n;
	}
	if (piece_init(&t, vm, n, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		if (i > 0)
			piece_put(&t, sep);
		piece_put(&t, value_str(list.u.list[i], a));
	}
	*result = piece_value(&t);
	return 0;
}

FUNC(replace)
{
	struct str s, old, new, left;
	struct piece t;
	size_t n = 0, at;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &old, a, e) != 0 ||
	    arg_text(args[2], &new, a, e) != 0)
		return -1;
	if (old.n == 0) {
		*result = args[0];
		return 0;
	}
	left = s;
	for (; (at = text_find(left, old)) < left.n; n++)
		left = str_from(left.p + at + old.n, left.n - at - old.n);
	if (piece_init(&t, vm, s.n + n * new.n, a, e) != 0)
		return -1;
	for (left = s; (at = text_find(left, old)) < left.n;) {
		piece_put(&t, str_from(left.p, at));
		piece_put(&t, new);
		left = str_from(left.p + at + old.n, left.n - at - old.n);
	}
	piece_put(&t, left);
	*result = piece_value(&t);
	return 0;
}

FUNC(starts)
{
	struct str s, t;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &t, a, e) != 0)
		return -1;
	*result = value_bool(t.n <= s.n && str_eq(str_from(s.p, t.n), t));
	return 0;
}

FUNC(ends)
{
	struct str s, t;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &t, a, e) != 0)
		return -1;
	*result = value_bool(t.n <= s.n &&
	    str_eq(str_from(s.p + s.n - t.n, t.n), t));
	return 0;
}

FUNC(contains)
{
	struct str s, t;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &t, a, e) != 0)
		return -1;
	*result = value_bool(t.n == 0 || text_find(s, t) < s.n);
	return 0;
}

FUNC(pad)
{
	struct str s, with, side;
	int64_t width, need, unit;
	struct piece t;
	size_t tail;
	int left;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_int(args[1], &width, e) != 0 ||
	    arg_text(args[2], &with, a, e) != 0 ||
	    arg_text(args[3], &side, a, e) != 0)
		return -1;
	need = count_chars(s);
	if (width <= need || with.n == 0) {
		*result = args[0];
		return 0;
	}
	need = width - need;
	unit = count_chars(with);
	tail = char_at(with, need % unit);
	left = str_eq(side, STR("left"));
	if (vm_charge(vm, (uint64_t)need / 16, e) != 0 ||
	    arg_range(args[1], 0, UINT32_MAX, &width, e) != 0 ||
	    piece_init(&t, vm, s.n + (size_t)(need / unit) * with.n + tail, a,
		e) != 0)
		return -1;
	if (!left)
		piece_put(&t, s);
	for (int64_t i = 0; i < need / unit; i++)
		piece_put(&t, with);
	piece_put(&t, str_from(with.p, tail));
	if (left)
		piece_put(&t, s);
	*result = piece_value(&t);
	return 0;
}

FUNC(initials)
{
	struct str s, up;
	struct piece t;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    piece_init(&t, vm, s.n, a, e) != 0)
		return -1;
	for (;;) {
		size_t n = text_space(s);

		s = str_from(s.p + n, s.n - n);
		if (s.n == 0)
			break;
		n = text_cluster(s);
		piece_put(&t, str_from(s.p, n));
		while (s.n > 0 && text_space(s) == 0) {
			n = text_char(s);
			s = str_from(s.p + n, s.n - n);
		}
	}
	if (text_map(vm, CASE_UPPER, str_from(t.p, t.n), &up, a, e) != 0)
		return -1;
	*result = value_text(up);
	return 0;
}

/* Bytes of the line that s begins with, and of its end. */
static size_t
line(struct str s, size_t *end)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '\n' && s.p[n] != '\r')
		n++;
	*end = n == s.n ? 0 : s.p[n] == '\r' && n + 1 < s.n &&
	    s.p[n + 1] == '\n' ? 2 : 1;
	return n;
}

FUNC(url_part)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	buf_reset(&vm->scratch);
	buf_url(&vm->scratch, s);
	return scratch_text(vm, result, a, e);
}

FUNC(lines)
{
	struct value *list;
	struct str s, left;
	size_t n = 0, k, end, at;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	for (left = s; left.n > 0; n++) {
		at = line(left, &end);
		left = str_from(left.p + at + end, left.n - at - end);
	}
	if ((list = vm_values(vm, a, n, e)) == NULL)
		return -1;
	for (k = 0, left = s; k < n; k++) {
		at = line(left, &end);
		list[k] = text_slice(args[0], str_from(left.p, at));
		left = str_from(left.p + at + end, left.n - at - end);
	}
	*result = (struct value){ .type = V_LIST, .n = (uint32_t)n,
		.u.list = list };
	return 0;
}
