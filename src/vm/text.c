/*
 * Built-ins on text.  A text is UTF-8 and its characters are code points.
 * Case and normalisation are ICU's; what is ASCII does not go there.
 */
#include "config.h"

#include "vm/args.h"

#include <string.h>

/* Unicode's White_Space below U+0100; the others are rare and ICU's. */
static int
is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

FUNC(trim)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	for (; s.n > 0 && is_space((unsigned char)s.p[0]); s.p++, s.n--)
		;
	for (; s.n > 0 && is_space((unsigned char)s.p[s.n - 1]); s.n--)
		;
	*result = text_slice(args[0], s);
	return 0;
}

/* How many bytes of an ASCII text lie in first .. last. */
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
flip(struct vm *vm, struct value v, struct str s, char first, char last,
    struct value *result, struct arena *a, struct err *e)
{
	char *p;

	if (!has_range(s, first, last)) {
		*result = text_slice(v, s);
		return 0;
	}
	if ((p = vm_alloc(vm, a, s.n, e)) == NULL)
		return -1;
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= first && s.p[i] <= last ? s.p[i] ^ 0x20 :
		    s.p[i];
	*result = text_slice(v, str_from(p, s.n));
	return 0;
}

FUNC(lower)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	return flip(vm, args[0], s, 'A', 'Z', result, a, e);
}

FUNC(upper)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	return flip(vm, args[0], s, 'a', 'z', result, a, e);
}

FUNC(len)
{
	struct value list;
	struct str s;
	int64_t n = 0;

	if (args[0].type != V_TEXT) {
		if (arg_list(vm, args[0], &list, a, e) != 0)
			return -1;
		*result = value_int(list.n);
		return 0;
	}
	s = value_str(args[0], a);
	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	*result = value_int(n);
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
	*result = value_bool(t.n == 0 ||
	    (s.n > 0 && memmem(s.p, s.n, t.p, t.n) != NULL));
	return 0;
}
