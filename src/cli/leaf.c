/*
 * Fields of a schema, and which of two schemas belong together.
 */
#include "cli/leaf.h"

#include <string.h>

#include "base/size.h"
#include "cli/likeness.h"
#include "record/value.h"

void
leaf_put_name(struct buf *out, struct str name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	int quoted = name.n == 0 || (name.p[0] >= '0' && name.p[0] <= '9');

	for (size_t i = 0; i < name.n; i++)
		quoted |= name.p[i] == '\0' ||
		    strchr(plain, name.p[i]) == NULL;
	buf_printf(out, quoted ? "`%.*s`" : "%.*s", STR_ARG(name));
}

struct str
leaf_type_text(struct arena *a, const struct leaf *l)
{
	struct type t = l->type;
	struct str s;

	t.nil &= NIL_NULL;
	s = type_text(a, t);
	return l->type.noption == 0 ? s : arena_printf(a, "%.*s, one of %.*s",
	    STR_ARG(s), STR_ARG(options_text(a, t)));
}

/* ---- finding ---- */

struct finder {
	struct leaves *out;
	struct arena *a;
	struct str side;
	struct str path[RECORD_DEPTH];
};

static struct leaf *
add(struct finder *f, size_t n, struct type t)
{
	struct leaves *all = f->out;
	struct buf text = { 0 };
	struct leaf *l;

	if (all->n == all->cap) {
		size_t cap = all->cap ? 2 * all->cap : 32;
		struct leaf *list = arena_array(f->a, cap, sizeof(*list));

		if (all->n > 0)
			memcpy(list, all->list, all->n * sizeof(*list));
		all->list = list;
		all->cap = cap;
	}
	l = &all->list[all->n++];
	*l = (struct leaf){ .n = n, .type = t };
	l->path = arena_array(f->a, n, sizeof(*l->path));
	memcpy(l->path, f->path, n * sizeof(*l->path));
	buf_puts(&text, f->side);
	for (size_t i = 0; i < n; i++) {
		buf_putc(&text, '.');
		leaf_put_name(&text, l->path[i]);
	}
	l->text = arena_str(f->a, buf_str(&text));
	buf_fini(&text);
	return l;
}

static int
says(const struct schema_node *n, const char *word)
{
	struct value v = schema_annotation(n, str_z(word));

	return v.type == V_BOOL && v.u.i;
}

/* Does the schema say in so many words that any name will do? */
static int
is_open(const struct schema_node *n)
{
	return schema_additional(n) != NULL &&
	    schema_annotation(n, STR("additionalProperties")).type !=
	    V_ABSENT;
}

static void
walk(struct finder *f, struct type at, size_t n, int read_only)
{
	for (size_t i = 0; i < schema_property_count(at.node); i++) {
		struct str name = schema_property_name(at.node, i);
		struct type t;
		struct leaf *l;
		int locked;

		if (n == RECORD_DEPTH || type_member(f->a, at, name, &t) != 0)
			continue;
		f->path[n] = name;
		locked = read_only || schema_read_only(t.node);
		if (t.kind == TYPE_RECORD &&
		    schema_property_count(t.node) > 0) {
			if (is_open(t.node))
				add(f, n + 1, t)->open = 1;
			walk(f, t, n + 1, locked);
			continue;
		}
		l = add(f, n + 1, t);
		l->read_only = locked;
		/* also of an object that need not be: rules write below it */
		l->required = schema_property_required(at.node, name);
		l->open = t.kind == TYPE_RECORD && is_open(t.node);
		l->unique = says(t.node, "x-crosswalk-unique");
		l->identity = str_eq(name, STR("id")) || str_eq(name,
		    STR("Id"));
	}
}

void
leaves_find(struct leaves *out, struct arena *a, struct str side,
    const struct schema_node *root)
{
	struct finder f = { .out = out, .a = a, .side = side };
	struct type t = type_of_node(a, root);

	t.nil = 0;
	if (is_open(root))
		add(&f, 0, t)->open = 1;
	walk(&f, t, 0, 0);
}

/* ---- matching ---- */

/* Texts become anything; the rest goes with itself and with text. */
static int
related(struct type a, struct type b)
{
	return a.kind == b.kind || a.kind == TYPE_TEXT ||
	    b.kind == TYPE_TEXT || (type_is_number(a) && type_is_number(b)) ||
	    ((a.kind == TYPE_DATE || a.kind == TYPE_DATETIME) &&
	    (type_is_number(b) || b.kind == TYPE_DATE ||
	    b.kind == TYPE_DATETIME));
}

static unsigned
how_like(const struct leaf *l, const struct leaf *r, struct str object)
{
	struct called a = { l->path, l->n, object };
	struct called b = { r->path, r->n, object };
	unsigned n;

	/* ids are of their own system, and rests are another matter */
	if (l->open || r->open || r->identity ||
	    (l->identity && r->read_only) ||
	    l->type.kind == TYPE_RECORD || r->type.kind == TYPE_RECORD ||
	    !related(l->type, r->type) || (l->read_only && r->read_only))
		return 0;
	n = likeness(&a, &b);
	return n == 0 ? 0 : n + (l->type.kind == r->type.kind) +
	    (!r->read_only);
}

void
leaves_match(struct arena *a, struct leaves *left, struct leaves *right,
    struct str object)
{
	unsigned *how = arena_array(a, size_mul(left->n, right->n),
	    sizeof(*how));

	for (size_t i = 0; i < left->n; i++)
		for (size_t k = 0; k < right->n; k++)
			how[i * right->n + k] = how_like(&left->list[i],
			    &right->list[k], object);
	for (;;) {
		struct leaf *l = NULL, *r = NULL;
		unsigned best = 0;

		for (size_t i = 0; i < left->n * right->n; i++) {
			struct leaf *x = &left->list[i / right->n];
			struct leaf *y = &right->list[i % right->n];

			if (how[i] <= best || x->other || y->other)
				continue;
			best = how[i];
			l = x;
			r = y;
		}
		if (best == 0)
			return;
		l->other = r;
		r->other = l;
	}
}
