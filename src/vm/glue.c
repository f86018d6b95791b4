/*
 * Codecs between a value and the text that a CRM keeps it in.
 *
 * A text field that stands for something other than text has no way to be
 * empty but to have no value: "" comes back as null from all of them.
 */
#include "config.h"

#include "vm/args.h"

#include <stdio.h>
#include <string.h>

static int
join2(struct vm *vm, struct str s, struct str t, struct value *result,
    struct arena *a, struct err *e)
{
	char *p = vm_alloc(vm, a, s.n + t.n, e);

	if (p == NULL)
		return -1;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	if (t.n > 0)
		memcpy(p + s.n, t.p, t.n);
	*result = value_text(str_from(p, s.n + t.n));
	return 0;
}

FUNC(prefix)
{
	struct str s, p;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &p, a, e) != 0)
		return -1;
	return join2(vm, p, s, result, a, e);
}

FUNC_BACK(prefix)
{
	struct str s, p;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &p, a, e) != 0)
		return -1;
	if (p.n > s.n || !str_eq(str_from(s.p, p.n), p))
		return err_set(e, ERR_DATA,
		    "\"%.*s\" does not begin with \"%.*s\"", SHOWN(s),
		    SHOWN(p));
	*result = text_slice(args[0], str_from(s.p + p.n, s.n - p.n));
	return 0;
}

FUNC(suffix)
{
	struct str s, p;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &p, a, e) != 0)
		return -1;
	return join2(vm, s, p, result, a, e);
}

FUNC_BACK(suffix)
{
	struct str s, p;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &p, a, e) != 0)
		return -1;
	if (p.n > s.n || !str_eq(str_from(s.p + s.n - p.n, p.n), p))
		return err_set(e, ERR_DATA,
		    "\"%.*s\" does not end with \"%.*s\"", SHOWN(s), SHOWN(p));
	*result = text_slice(args[0], str_from(s.p, s.n - p.n));
	return 0;
}

FUNC(int_text)
{
	char text[24];
	int64_t i;
	int n;

	if (arg_int(args[0], &i, e) != 0)
		return -1;
	n = snprintf(text, sizeof(text), "%lld", (long long)i);
	*result = value_text(arena_str(a, str_from(text, (size_t)n)));
	result->flags = VF_PLAIN;
	return 0;
}

FUNC_BACK(int_text)
{
	struct value num;
	struct str s;
	int64_t i;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	if (s.n == 0) {
		*result = value_null();
		return 0;
	}
	num = value_text(s);
	num.type = V_NUM;
	if (num_int(num, &i, e) != 0)
		return -1;
	*result = value_int(i);
	return 0;
}

FUNC(bool_text)
{
	int b;

	if (arg_bool(args[0], &b, e) != 0)
		return -1;
	*result = args[b ? 1 : 2];
	return 0;
}

FUNC_BACK(bool_text)
{
	struct str s, yes, no;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &yes, a, e) != 0 ||
	    arg_text(args[2], &no, a, e) != 0)
		return -1;
	if (s.n == 0)
		*result = value_null();
	else if (str_eq(s, yes) || str_eq(s, no))
		*result = value_bool(str_eq(s, yes));
	else
		return err_set(e, ERR_DATA,
		    "\"%.*s\" is neither \"%.*s\" nor \"%.*s\"", SHOWN(s),
		    SHOWN(yes), SHOWN(no));
	return 0;
}
