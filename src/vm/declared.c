/*
 * Built-ins of a rest that passes what a field catalogue declares.
 */
#include "vm/time.h"

static int
is_date(struct value v, struct arena *a)
{
	struct date d;
	struct err e;

	return arg_date(v, &d, a, &e) == 0;
}

static int
is_moment(struct value v, struct arena *a)
{
	struct moment m;
	struct err e;

	return arg_moment(v, &m, a, &e) == 0;
}

static int
is_int(struct value v, struct arena *a)
{
	struct err e;
	int64_t i;

	(void)a;
	return arg_int(v, &i, &e) == 0;
}

static int
is_number(struct value v, struct arena *a)
{
	(void)a;
	return v.type == V_NUM || v.type == V_INT || v.type == V_DEC;
}

static int
is_text(struct value v, struct arena *a)
{
	(void)a;
	return v.type == V_TEXT;
}

static int
is_bool(struct value v, struct arena *a)
{
	(void)a;
	return v.type == V_BOOL;
}

static int
is_list(struct value v, struct arena *a)
{
	return value_open(v, a).type == V_LIST;
}

static int
is_record(struct value v, struct arena *a)
{
	return value_open(v, a).type == V_RECORD;
}

static const struct {
	const char *word, *a_word;
	int (*is)(struct value v, struct arena *a);
} types[] = {
	{ "text", "a text", is_text },
	{ "int", "an int", is_int },
	{ "decimal", "a number", is_number },
	{ "bool", "a bool", is_bool },
	{ "date", "a date", is_date },
	{ "datetime", "a date-time", is_moment },
	{ "list", "a list", is_list },
	{ "record", "a record", is_record },
};

/* "custom.nps: " before what is wrong, where there is a name. */
static int
refuse(struct value name, struct arena *a, struct err *e)
{
	struct str s = name.type == V_TEXT ? value_str(name, a) : STR("");

	return s.n > 0 ? err_prefix(e, "%.*s", SHOWN(s)) : -1;
}

static int
check_value(struct vm *vm, struct value v, struct value values,
    struct arena *a, struct err *e)
{
	struct buf shown = { 0 };
	struct value list;

	if (value_nil(values))
		return 0;
	if (arg_list(vm, values, &list, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++)
		if (value_equal(v, list.u.list[i], CMP_EXACT, a))
			return 0;
	value_write(&shown, v);
	err_set(e, ERR_DATA, "%.*s is none of its values",
	    SHOWN(buf_str(&shown)));
	buf_fini(&shown);
	return -1;
}

FUNC(typed)
{
	struct str word;
	size_t i = 0;

	*result = args[0];
	if (value_nil(args[0]))
		return 0;
	if (arg_text(args[1], &word, a, e) != 0)
		return -1;
	while (i < COUNT(types) && !str_eq(word, str_z(types[i].word)))
		i++;
	if (i == COUNT(types))
		return err_set(e, ERR_DATA, "there is no type `%.*s`",
		    SHOWN(word));
	if (!types[i].is(args[0], a)) {
		err_set(e, ERR_DATA, "expects %s, not %s", types[i].a_word,
		    value_word(value_open(args[0], a)));
		return refuse(args[2], a, e);
	}
	if (check_value(vm, args[0], args[3], a, e) != 0)
		return refuse(args[2], a, e);
	return 0;
}

FUNC_BACK(typed)
{
	(void)vm, (void)a, (void)e;
	*result = args[0];
	return 0;
}

FUNC(unknown)
{
	struct value record;
	struct str at;
	int warn;

	if (arg_record(vm, args[0], &record, a, e) != 0 ||
	    arg_text(args[1], &at, a, e) != 0 ||
	    arg_bool(args[2], &warn, e) != 0)
		return -1;
	*result = (struct value){ .type = V_RECORD };
	for (uint32_t i = 0; i < record.n; i++) {
		struct str name = arena_printf(a, "%.*s%s%.*s", STR_ARG(at),
		    at.n ? "." : "", STR_ARG(record.u.record[i].name));

		if (!warn)
			return err_set(e, ERR_DATA, "%.*s is in no field "
			    "catalogue%s", SHOWN(name), record.n > 1 ?
			    ", nor are others" : "");
		if (vm->warn != NULL)
			vm->warn(vm->warn_arg, name);
	}
	return 0;
}
