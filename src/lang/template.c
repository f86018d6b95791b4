/*
 * Objects that differ in a name or two, written once:
 *
 *	object { contact: "Contacts", deal: "Deals" } as module { … }
 *	object { contact: { set: "contacts" }, … } as o { … }
 *
 * The block is copied for each object, with what the name stands for in its
 * place: a text of which nothing else is left is a literal again, so it may
 * stand wherever one may.  Spans stay those of the block, so what is wrong
 * with it is one finding.
 */
#include "lang/clause.h"

struct template {
	struct conn *k;
	struct str name;          /* "" where something else has the name */
	const struct item *object;
};

static struct expr *copy_expr(const struct template *t, const struct expr *e);

/* e as it stands at sp. */
static struct expr *
at_place(const struct template *t, const struct expr *e, struct span sp)
{
	struct template none = { t->k, STR(""), t->object };
	struct expr *copy = copy_expr(&none, e);

	copy->span = copy->op = sp;
	return copy;
}

static struct expr *
bad_at(const struct template *t, struct span sp)
{
	struct expr *e = arena_new(t->k->c->a, struct expr);

	*e = (struct expr){ .kind = EX_BAD, .depth = 1, .span = sp, .op = sp };
	return e;
}

static int
is_name(const struct template *t, const struct expr *e)
{
	return t->name.n > 0 && e->kind == EX_NAME && str_eq(e->text, t->name);
}

/* o.path: what the record of the object has under that name. */
static struct expr *
copy_member(const struct template *t, const struct expr *e)
{
	struct sources *ss = &t->k->c->ss;
	const struct expr *of = t->object->value;
	struct near near;
	struct diag *g;

	near_init(&near, e->text);
	if (of->kind == EX_RECORD)
		for (struct item *i = of->items; i != NULL; i = i->next) {
			if (str_eq(i->name.text, e->text))
				return at_place(t, i->value, e->span);
			near_try(&near, i->name.text);
		}
	g = diag_at(ss, C651, e->op, "`%.*s` has no `%.*s`",
	    STR_ARG(t->name), STR_ARG(e->text));
	diag_also(ss, g, t->object->span, "what it is for `%.*s`",
	    STR_ARG(t->object->name.text));
	diag_meant(ss, g, &near);
	return bad_at(t, e->span);
}

/* Texts that now stand side by side become one. */
static struct expr *
copy_interp(const struct template *t, const struct expr *e)
{
	struct arena *a = t->k->c->a;
	struct expr *copy = arena_new(a, struct expr);
	struct item *last = NULL;

	*copy = *e;
	copy->note = NULL;
	copy->items = NULL;
	copy->n = 0;
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		struct expr *value = copy_expr(t, i->value);
		struct item *item;

		if (last != NULL && last->value->kind == EX_TEXT &&
		    value->kind == EX_TEXT) {
			last->value->text = arena_printf(a, "%.*s%.*s",
			    STR_ARG(last->value->text), STR_ARG(value->text));
			continue;
		}
		item = arena_new(a, struct item);
		*item = *i;
		item->next = NULL;
		item->value = value;
		*(last ? &last->next : &copy->items) = item;
		last = item;
		copy->n++;
	}
	if (copy->n > 1 || last->value->kind != EX_TEXT)
		return copy;
	last->value->span = last->value->op = e->span;
	return last->value;
}

static struct item *
copy_items(const struct template *t, const struct item *list)
{
	struct item *first = NULL, **end = &first;

	for (; list != NULL; list = list->next) {
		*end = arena_new(t->k->c->a, struct item);
		**end = *list;
		(*end)->next = NULL;
		(*end)->key = copy_expr(t, list->key);
		(*end)->value = copy_expr(t, list->value);
		end = &(*end)->next;
	}
	return first;
}

static struct expr *
copy_expr(const struct template *t, const struct expr *e)
{
	struct template inner = *t;
	struct expr *copy;

	if (e == NULL)
		return NULL;
	if (is_name(t, e))
		return at_place(t, t->object->value, e->span);
	if (e->kind == EX_FIELD && is_name(t, e->a))
		return copy_member(t, e);
	if (e->kind == EX_INTERP)
		return copy_interp(t, e);
	copy = arena_new(t->k->c->a, struct expr);
	*copy = *e;
	copy->note = NULL;
	/* functions have names of their own, and so has what a lambda binds */
	if (e->kind == EX_CALL ||
	    (e->kind == EX_LAMBDA && str_eq(e->text, t->name)))
		inner.name = STR("");
	copy->a = copy_expr(&inner, e->a);
	copy->b = copy_expr(t, e->b);
	copy->c = copy_expr(t, e->c);
	copy->items = copy_items(t, e->items);
	return copy;
}

/* A name among arguments is a word of the clause, whatever else it means. */
static struct items
copy_words(const struct template *t, struct items words)
{
	struct items copy = { copy_items(t, words.first), NULL, words.n };
	const struct item *was = words.first;

	for (struct item *i = copy.first; i != NULL; i = i->next) {
		if (is_name(t, was->value))
			i->value = at_place(t, was->value, was->span);
		was = was->next;
		copy.last = i;
	}
	return copy;
}

static struct stmt *
copy_body(const struct template *t, const struct stmt *s)
{
	struct stmt *first = NULL, **end = &first;

	for (; s != NULL; s = s->next) {
		*end = arena_new(t->k->c->a, struct stmt);
		**end = *s;
		(*end)->next = NULL;
		(*end)->guard = copy_expr(t, s->guard);
		(*end)->value = copy_expr(t, s->value);
		(*end)->words = copy_words(t, s->words);
		(*end)->body = copy_body(t, s->body);
		end = &(*end)->next;
	}
	return first;
}

/* ---- what the name stands for ---- */

/* A literal, a list of them or param.name: no record is asked. */
static int
is_fixed(const struct expr *e)
{
	switch (e->kind) {
	case EX_TEXT: case EX_NUMBER: case EX_TRUE: case EX_FALSE:
	case EX_NULL: case EX_DURATION:
		return 1;
	case EX_FIELD:
		return e->a->kind == EX_NAME &&
		    str_eq(e->a->text, STR("param"));
	case EX_LIST:
		for (const struct item *i = e->items; i != NULL; i = i->next)
			if (i->value->kind == EX_LIST || !is_fixed(i->value))
				return 0;
		return 1;
	default:
		return 0;
	}
}

static int
check_fixed(struct conn *k, const struct expr *e)
{
	const struct expr *bad = is_fixed(e) ? NULL : e;

	if (e->kind == EX_RECORD) {
		bad = NULL;
		for (const struct item *i = e->items; i != NULL; i = i->next)
			if (bad == NULL && !is_fixed(i->value))
				bad = i->value;
	}
	if (bad == NULL)
		return 0;
	diag_fix(&k->c->ss, diag_at(&k->c->ss, C650, bad->span,
	    "what an object's name stands for is known before any record"),
	    "a text, a number, a list of them, or a record: "
	    "{ path: \"contacts\" }");
	return -1;
}

/* Written out for each of them, the block is no longer than a source. */
static int
check_objects(struct conn *k, const struct stmt *s,
    const struct expr *objects)
{
	if (objects->n > OBJECTS_MAX) {
		diag_at(&k->c->ss, C109, objects->span,
		    "more than %d objects", OBJECTS_MAX);
		return -1;
	}
	if ((size_t)(s->span.end - s->span.beg) * objects->n > SOURCE_MAX) {
		diag_at(&k->c->ss, C108, s->head, "written out for %u "
		    "objects, this is longer than a file may be", objects->n);
		return -1;
	}
	for (const struct item *i = objects->items; i != NULL; i = i->next) {
		for (const struct item *j = objects->items; j != i;
		    j = j->next)
			if (str_eq(j->name.text, i->name.text)) {
				diag_also(&k->c->ss, diag_at(&k->c->ss, C202,
				    i->name.span, "a second object `%.*s`",
				    STR_ARG(i->name.text)), j->name.span,
				    "the first");
				return -1;
			}
		if (check_fixed(k, i->value) != 0)
			return -1;
	}
	return 0;
}

static int
make_objects(struct conn *k, struct stmt *s, const struct expr *objects,
    struct str name)
{
	struct diags *d = k->c->d;
	size_t nerror = d->nerror, since = d->n;
	const struct stmt *written = s->body;
	struct local constant = { .name = name,
		.kind = LOCAL_CONST, .not_here = "as an argument "
	    "of its own it is written in a text, \"{…}\"" };

	if (check_objects(k, s, objects) != 0)
		return -1;
	k->constant = &constant;
	/* what is wrong for one object is, most likely, for all of them */
	for (const struct item *i = objects->items;
	    i != NULL && d->nerror == nerror; i = i->next) {
		struct template t = { k, name, i };
		size_t again = d->n;

		/* editors ask the tree what it is that stands there */
		s->body = copy_body(&t, written);
		object_make(k, s, i->name);
		diags_once(d, since, again);
	}
	k->constant = NULL;
	return 0;
}

int
conn_object(struct conn *k, struct stmt *s, void *what)
{
	struct args a = clause_args(k, s);
	struct expr *name = clause_next(&a), *as;

	(void)what;
	if (name != NULL && s->has_body && name->kind == EX_NAME &&
	    a.at == NULL) {
		object_make(k, s, (struct word){ name->text, name->span });
		return 0;
	}
	if (name != NULL && s->has_body && name->kind == EX_RECORD &&
	    clause_word(&a, "as") && (as = clause_next(&a)) != NULL &&
	    as->kind == EX_NAME && a.at == NULL)
		return make_objects(k, s, name, as->text);
	return clause_bad(&a, "object contact { … }, or of several objects "
	    "object { contact: \"contacts\", deal: \"deals\" } as path { … }");
}
