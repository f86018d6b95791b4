/*
 * Codecs between a value and the text that a CRM keeps it in.
 *
 * A text field that stands for something other than text has no way to be
 * empty but to have no value: "" comes back as null from all of them.
 */
#include "vm/text.h"

#include "record/scan.h"

static int
join2(struct vm *vm, struct str s, struct str t, struct value *result,
    struct arena *a, struct err *e)
{
	struct piece p;

	if (piece_init(&p, vm, s.n + t.n, a, e) != 0)
		return -1;
	piece_put(&p, s);
	piece_put(&p, t);
	*result = piece_value(&p);
	return 0;
}

/* A text that holds a number, as that number; "" as null. */
static int
number_in(struct value v, struct value *num, struct arena *a, struct err *e)
{
	struct str s;

	if (arg_text(v, &s, a, e) != 0)
		return -1;
	*num = value_text(s);
	num->type = s.n == 0 ? V_NULL : V_NUM;
	return 0;
}

FUNC(const)
{
	*result = args[1];
	return 0;
}

/* Nothing comes back: what is there stays. */
FUNC_BACK(const)
{
	*result = (struct value){ 0 };
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
	int64_t i;

	/* most come as the literal that they leave as */
	if (args[0].type == V_NUM && args[0].u.p[0] != '-' &&
	    num_literal_int(str_from(args[0].u.p, args[0].n), &i)) {
		*result = value_text(str_from(args[0].u.p, args[0].n));
		result->flags = VF_PLAIN;
		return 0;
	}
	if (arg_int(args[0], &i, e) != 0)
		return -1;
	*result = int_as_text(i, a);
	return 0;
}

FUNC_BACK(int_text)
{
	struct value num;
	int64_t i;

	if (number_in(args[0], &num, a, e) != 0)
		return -1;
	if (num.type == V_NULL) {
		*result = num;
		return 0;
	}
	if (num_int(num, &i, e) != 0)
		return -1;
	*result = value_int(i);
	return 0;
}

/* More digits than scale are an error, not a rounding. */
FUNC(dec_text)
{
	char text[DEC_TEXT_MAX];
	struct num n;
	struct dec d;
	int64_t scale;

	if (num_read(args[0], &n, e) != 0 ||
	    arg_range(args[1], 0, DEC_DIGITS, &scale, e) != 0 ||
	    dec_rescale(n.d, (int)scale, ROUND_DOWN, &d, e) != 0)
		return -1;
	if (dec_cmp(n.d, d) != 0) {
		size_t k = dec_format(n.d, text);

		return err_set(e, ERR_DATA,
		    "%.*s has more than %d digits behind the point: round it",
		    (int)k, text, (int)scale);
	}
	*result = value_text(arena_str(a, str_from(text,
	    dec_format(d, text))));
	result->flags = VF_PLAIN;
	return 0;
}

FUNC_BACK(dec_text)
{
	struct value num;
	struct num n;

	if (number_in(args[0], &num, a, e) != 0)
		return -1;
	if (num.type == V_NULL) {
		*result = num;
		return 0;
	}
	if (num_read(num, &n, e) != 0)
		return -1;
	*result = n.is_int ? value_int(n.i) : num_value(n.d, a);
	return 0;
}

/* The literal itself: no digit is touched, none is limited. */
FUNC(num_text)
{
	if (args[0].type == V_NUM) {
		*result = value_text(str_from(args[0].u.p, args[0].n));
		result->flags = VF_PLAIN;
		return 0;
	}
	if (args[0].type != V_INT && args[0].type != V_DEC)
		return arg_wrong("a number", args[0], e);
	return builtin_text(vm, args, result, a, e);
}

FUNC_BACK(num_text)
{
	struct str s;

	if (builtin_json_text_back(vm, args, result, a, e) != 0 ||
	    result->type != V_NUM || result->n != args[0].n) {
		if (arg_text(args[0], &s, a, e) != 0)
			return -1;
		*result = value_null();
		return s.n == 0 ? 0 : err_set(e, ERR_DATA,
		    "\"%.*s\" is no number", SHOWN(s));
	}
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

FUNC(list_text)
{
	struct value list;
	struct str sep, s;
	struct piece t;
	size_t n = 0;

	if (arg_list(vm, args[0], &list, a, e) != 0 ||
	    arg_text(args[1], &sep, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		if (arg_text(list.u.list[i], &s, a, e) != 0)
			return err_prefix(e, "element %u", i);
		if (s.n == 0 || text_find(s, sep) < s.n)
			return err_set(e, ERR_DATA,
			    "element \"%.*s\" is empty or holds \"%.*s\"",
			    SHOWN(s), SHOWN(sep));
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

/* Forward takes no empty element, so none comes back: of "a;;b", a and b. */
FUNC_BACK(list_text)
{
	struct value *list;
	uint32_t n = 0;

	if (builtin_split(vm, args, result, a, e) != 0 ||
	    (list = vm_values(vm, a, result->n, e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < result->n; i++)
		if (result->u.list[i].n > 0)
			list[n++] = result->u.list[i];
	result->n = n;
	result->u.list = list;
	return 0;
}

/* The parts that are there and not empty, joined. */
FUNC(join_name)
{
	struct value list;
	struct str sep, s;
	struct piece t;
	size_t n = 0;

	if (arg_list(vm, args[0], &list, a, e) != 0 ||
	    arg_text(args[1], &sep, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		if (value_nil(list.u.list[i]))
			continue;
		if (arg_text(list.u.list[i], &s, a, e) != 0)
			return err_prefix(e, "part %u", i + 1);
		n += s.n + sep.n;
	}
	if (piece_init(&t, vm, n, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		if (value_nil(list.u.list[i]))
			continue;
		s = value_str(list.u.list[i], a);
		if (t.n > 0 && s.n > 0)
			piece_put(&t, sep);
		piece_put(&t, s);
	}
	*result = piece_value(&t);
	return 0;
}

/*
 * Empty words are none: joined again they would not come back.  At least one
 * is left, and how many there are is the result.
 */
static uint32_t
drop_empty(struct value *words, struct arena *a)
{
	struct value *kept = arena_array(a, words->n, sizeof(*kept));
	uint32_t n = 0;

	for (uint32_t i = 0; i < words->n; i++)
		if (words->u.list[i].n > 0)
			kept[n++] = words->u.list[i];
	if (n == 0)
		kept[n++] = words->u.list[0];
	words->u.list = kept;
	words->n = n;
	return n;
}

/*
 * Words to parts: one each from the right, as a family name stands last and
 * given names are many; what is too much goes to the first part.  Too few
 * words fill the first part, then from the right.
 */
FUNC_BACK(join_name)
{
	struct value words, *part;
	struct str s;
	int64_t parts;
	uint32_t n, first, k;

	if (arg_range(args[2], 1, PROG_TEMPS, &parts, e) != 0 ||
	    builtin_split(vm, args, &words, a, e) != 0 ||
	    (part = vm_values(vm, a, (size_t)parts, e)) == NULL)
		return -1;
	n = drop_empty(&words, a);
	for (k = 0; k < parts; k++)
		part[k] = value_null();
	/* the first part: all that the others leave, one word at least */
	first = n >= parts ? n - (uint32_t)parts + 1 : 1;
	s = value_str(words.u.list[0], a);
	if (first > 1) {
		struct str last = value_str(words.u.list[first - 1], a);

		s.n = (size_t)(last.p + last.n - s.p);
	}
	part[0] = value_text(s);
	for (k = 0; k < n - first; k++)
		part[parts - 1 - k] = words.u.list[n - 1 - k];
	*result = (struct value){ .type = V_LIST, .n = (uint32_t)parts,
		.u.list = part };
	return 0;
}

/* join_name, seen from the other side; in an expression all words. */
FUNC(split_name)
{
	if (args[2].type == V_INT && args[2].u.i == 0)
		return builtin_split(vm, args, result, a, e);
	return builtin_join_name_back(vm, args, result, a, e);
}

FUNC_BACK(split_name)
{
	return builtin_join_name(vm, args, result, a, e);
}

/* A line a part; lines at the end that are empty are left out. */
FUNC(address_block)
{
	struct value list;
	struct piece t;
	struct str s;
	size_t n = 0, used = 0;

	if (arg_list(vm, args[0], &list, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		n++;
		if (value_nil(list.u.list[i]))
			continue;
		if (arg_text(list.u.list[i], &s, a, e) != 0)
			return err_prefix(e, "part %u", i + 1);
		if (text_find(s, STR("\n")) < s.n ||
		    text_find(s, STR("\r")) < s.n)
			return err_set(e, ERR_DATA,
			    "part %u has more than one line", i + 1);
		n += s.n;
	}
	if (piece_init(&t, vm, n, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		if (i > 0)
			piece_put(&t, STR("\n"));
		if (!value_nil(list.u.list[i]))
			piece_put(&t, value_str(list.u.list[i], a));
		if (t.n > 0 && t.p[t.n - 1] != '\n')
			used = t.n;
	}
	t.n = used;
	*result = piece_value(&t);
	return 0;
}

FUNC_BACK(address_block)
{
	struct value lines, *part;
	int64_t parts;

	if (arg_range(args[1], 1, PROG_TEMPS, &parts, e) != 0 ||
	    builtin_lines(vm, args, &lines, a, e) != 0 ||
	    (part = vm_values(vm, a, (size_t)parts, e)) == NULL)
		return -1;
	if (lines.n > parts)
		return err_set(e, ERR_DATA, "%u lines for %u parts", lines.n,
		    (unsigned)parts);
	for (uint32_t k = 0; k < parts; k++)
		part[k] = k < lines.n && lines.u.list[k].n > 0 ?
		    lines.u.list[k] : value_null();
	*result = (struct value){ .type = V_LIST, .n = (uint32_t)parts,
		.u.list = part };
	return 0;
}

FUNC(json_text)
{
	if (value_nil(args[0])) {
		*result = args[0];
		return 0;
	}
	buf_reset(&vm->scratch);
	value_write(&vm->scratch, args[0]);
	return scratch_text(vm, result, a, e);
}

FUNC_BACK(json_text)
{
	struct scan scan;
	struct str s;
	char *p;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    (p = vm_alloc(vm, a, s.n + RECORD_PAD, e)) == NULL)
		return -1;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	memset(p + s.n, 0, RECORD_PAD);
	if (vm->names == NULL)
		vm->names = scan_names_new();
	scan_init(&scan, str_from(p, s.n), vm->names);
	if (scan_value(&scan, result, e) != 0 || scan_end(&scan, e) != 0)
		return -1;
	return 0;
}
