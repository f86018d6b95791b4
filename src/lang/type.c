/*
 * Static types: made from schemas, named, compared.
 */
#include "lang/type.h"

static const char *const words[] = {
#define X(name, word) [TYPE_##name] = word,
	TYPE_KINDS(X)
#undef X
};

struct type
type_of(enum type_kind k, unsigned nil)
{
	return (struct type){ .kind = k, .nil = nil, .max_length = SIZE_MAX };
}

struct type
type_list(struct arena *a, struct type of)
{
	struct type t = type_of(TYPE_LIST, 0);
	struct type *elem = arena_new(a, struct type);

	*elem = of;
	t.of = elem;
	return t;
}

int
type_is_number(struct type t)
{
	return t.kind == TYPE_INT || t.kind == TYPE_DECIMAL;
}

/* The texts among the values an enum or const allows. */
static void
set_options(struct arena *a, struct type *t)
{
	const struct value *v;
	struct str *s;
	size_t n;

	if (!schema_enum(t->node, &v, &n))
		return;
	s = arena_array(a, n, sizeof(*s));
	for (size_t i = 0; i < n; i++)
		if (v[i].type == V_TEXT)
			s[t->noption++] = value_str(v[i], a);
	t->options = s;
}

struct type
type_of_node(struct arena *a, const struct schema_node *n)
{
	unsigned types = schema_types(n);
	struct type t = type_of(TYPE_ANY, types & SCHEMA_NULL ? NIL_NULL : 0);
	struct str format = schema_format(n);

	t.node = n;
	switch (types & ~(unsigned)SCHEMA_NULL) {
	case SCHEMA_BOOL:
		t.kind = TYPE_BOOL;
		break;
	case SCHEMA_INTEGER:
		t.kind = TYPE_INT;
		break;
	case SCHEMA_NUMBER:
	case SCHEMA_FRACTION:
		t.kind = TYPE_DECIMAL;
		break;
	case SCHEMA_STRING:
		t.kind = str_eq(format, STR("date")) ? TYPE_DATE :
		    str_eq(format, STR("date-time")) ? TYPE_DATETIME :
		    TYPE_TEXT;
		t.max_length = schema_max_length(n);
		set_options(a, &t);
		break;
	case SCHEMA_ARRAY:
		t.kind = TYPE_LIST;
		break;
	case SCHEMA_OBJECT:
		t.kind = TYPE_RECORD;
		break;
	case 0:
		t.kind = TYPE_NIL;
		break;
	default:
		break;
	}
	return t;
}

struct type
type_element(struct arena *a, struct type t)
{
	const struct schema_node *items;

	if (t.of != NULL)
		return *t.of;
	items = t.node ? schema_items(t.node) : NULL;
	return items ? type_of_node(a, items) : type_of(TYPE_ANY, NIL_NULL);
}

/*
 * A name that an object's schema does not declare is unknown unless the
 * schema says in so many words what additional properties are.
 */
static int
is_open(const struct schema_node *n)
{
	return schema_property_count(n) == 0 ||
	    schema_annotation(n, STR("additionalProperties")).type !=
	    V_ABSENT ||
	    schema_annotation(n, STR("unevaluatedProperties")).type !=
	    V_ABSENT;
}

static int
lists(const struct schema_node *n, struct str name)
{
	for (size_t i = 0; i < schema_property_count(n); i++)
		if (str_eq(schema_property_name(n, i), name))
			return 1;
	return 0;
}

int
type_field_name(struct type t, size_t i, struct str *name)
{
	size_t n = t.node ? schema_property_count(t.node) : 0;
	size_t more = t.more ? schema_property_count(t.more) : 0;

	if (i >= n + more)
		return 0;
	*name = i < n ? schema_property_name(t.node, i) :
	    schema_property_name(t.more, i - n);
	return 1;
}

int
type_member(struct arena *a, struct type t, struct str name, struct type *out)
{
	const struct schema_node *n, *more = NULL;

	if (t.more != NULL)
		more = schema_property(t.more, name);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY) {
		*out = more ? type_of_node(a, more) : type_of(t.kind, 0);
		out->nil = NIL_BOTH;
		return 0;
	}
	if (t.kind != TYPE_RECORD)
		return -1;
	if (t.fields != NULL) {
		for (unsigned i = 0; i < t.nfield; i++) {
			if (!str_eq(t.fields[i].name, name))
				continue;
			*out = t.fields[i].type;
			out->nil |= t.nil;
			return 0;
		}
		return -1;
	}
	if (t.node == NULL) {
		*out = type_of(TYPE_ANY, NIL_BOTH);
		return 0;
	}
	n = schema_property(t.node, name);
	/* a catalogue knows better than a pattern, but not than a name */
	if (more != NULL && !lists(t.node, name)) {
		n = more;
		more = NULL;
	}
	if (n == NULL && is_open(t.node))
		n = schema_additional(t.node);
	if (n == NULL)
		return -1;
	*out = type_of_node(a, n);
	out->more = more;
	out->nil |= t.nil;
	if (!schema_property_required(t.node, name))
		out->nil |= NIL_ABSENT;
	return 0;
}

int
type_named(struct arena *a, const struct type_name *n, struct type *out)
{
	struct type of;

	if (n->of != NULL) {
		if (!str_eq(n->name.text, STR("list")) ||
		    type_named(a, n->of, &of) != 0)
			return -1;
		*out = type_list(a, of);
	} else if (str_eq(n->name.text, STR("number"))) {
		*out = type_of(TYPE_DECIMAL, 0);
	} else {
		enum type_kind k = TYPE_ANY;

		while (k < COUNT(words) && !str_eq(n->name.text,
		    str_z(words[k])))
			k++;
		if (k == COUNT(words))
			return -1;
		*out = type_of(k, 0);
		if (k == TYPE_LIST)
			*out = type_list(a, type_of(TYPE_ANY, NIL_NULL));
	}
	if (n->nullable || out->kind == TYPE_ANY)
		out->nil = NIL_BOTH;
	return 0;
}

int
type_fits(struct type from, struct type to)
{
	if (from.kind == TYPE_BAD || to.kind == TYPE_BAD ||
	    to.kind == TYPE_ANY || from.kind == TYPE_NIL)
		return 1;
	if (from.kind == TYPE_INT && to.kind == TYPE_DECIMAL)
		return 1;
	if (from.kind != to.kind)
		return 0;
	if (to.kind == TYPE_LIST && to.of != NULL && from.of != NULL)
		return type_fits(*from.of, *to.of);
	return 1;
}

/* More options than this are not told apart. */
#define OPTIONS_MAX 256

/* The texts of both, each once; none when one side may be any text. */
static void
unite_options(struct arena *a, struct type x, struct type y, struct type *out)
{
	struct str *s;

	out->options = NULL;
	out->noption = 0;
	if (x.noption == 0 || y.noption == 0 ||
	    x.noption + y.noption > OPTIONS_MAX)
		return;
	s = arena_array(a, (size_t)x.noption + y.noption, sizeof(*s));
	for (unsigned i = 0; i < x.noption; i++)
		s[out->noption++] = x.options[i];
	for (unsigned i = 0; i < y.noption; i++) {
		unsigned k = 0;

		while (k < x.noption && !str_eq(x.options[k], y.options[i]))
			k++;
		if (k == x.noption)
			s[out->noption++] = y.options[i];
	}
	out->options = s;
}

int
type_unite(struct arena *a, struct type x, struct type y, struct type *out)
{
	if (x.kind == TYPE_BAD || y.kind == TYPE_BAD) {
		*out = type_of(TYPE_BAD, 0);
		return 0;
	}
	if (x.kind == TYPE_NIL || y.kind == TYPE_NIL) {
		*out = x.kind == TYPE_NIL ? y : x;
	} else if (type_is_number(x) && type_is_number(y)) {
		*out = x.kind == TYPE_DECIMAL ? x : y;
	} else if (x.kind == TYPE_ANY || y.kind == TYPE_ANY) {
		*out = type_of(TYPE_ANY, 0);
	} else if (x.kind == y.kind) {
		*out = x;
		if (x.node != y.node)
			out->node = NULL;
		if (x.fields != y.fields || x.of != y.of) {
			out->fields = NULL;
			out->nfield = 0;
			if (x.kind == TYPE_LIST) {
				struct type of;

				if (type_unite(a, type_element(a, x),
				    type_element(a, y), &of) != 0)
					return -1;
				*out = type_list(a, of);
			}
		}
		unite_options(a, x, y, out);
		if (y.max_length > out->max_length)
			out->max_length = y.max_length;
	} else {
		return -1;
	}
	out->nil = x.nil | y.nil;
	return 0;
}

struct str
type_text(struct arena *a, struct type t)
{
	struct str s = str_z(words[t.kind]);

	if (t.kind == TYPE_NIL)
		return t.nil == NIL_ABSENT ? STR("absent") : STR("null");
	if (t.kind == TYPE_LIST) {
		struct type of = type_element(a, t);

		if (of.kind != TYPE_ANY && of.kind != TYPE_LIST) {
			of.nil = 0;
			s = arena_printf(a, "list<%.*s>",
			    STR_ARG(type_text(a, of)));
		}
	}
	if (t.kind == TYPE_ANY || t.nil == 0)
		return s;
	return arena_printf(a, "%.*s, %s", STR_ARG(s),
	    t.nil == NIL_NULL ? "null" :
	    t.nil == NIL_ABSENT ? "absent" : "null or absent");
}

struct str
options_text(struct arena *a, struct type t)
{
	struct str s = STR("");

	for (unsigned i = 0; i < t.noption && i < 4; i++)
		s = arena_printf(a, "%.*s%s\"%.*s\"", STR_ARG(s),
		    i ? ", " : "", STR_ARG(t.options[i]));
	return t.noption > 4 ? arena_printf(a, "%.*s, …", STR_ARG(s)) : s;
}
