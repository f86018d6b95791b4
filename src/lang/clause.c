/*
 * Clauses of connectors: walking them, their arguments, and functions of what
 * stands in them.
 */
#include "lang/clause.h"

#define SEEN_MAX 32

/* Its rule, n for none, which is reported once. */
static size_t
find_rule(struct conn *k, const struct stmt *s, const struct word_rule *rules,
    size_t n, const char *where, int report)
{
	struct sources *ss = &k->c->ss;
	struct near near;
	size_t i = 0;

	near_init(&near, s->name.text);
	while (i < n && !str_eq(s->name.text, str_z(rules[i].name)))
		near_try(&near, str_z(rules[i++].name));
	if (i == n && report)
		diag_meant(ss, diag_at(ss, C601, s->name.span,
		    "`%.*s` means nothing in %s", STR_ARG(s->name.text),
		    where), &near);
	return i;
}

static void
clause_pass(struct conn *k, struct stmt *body, const struct word_rule *rules,
    size_t n, void *what, const char *where, int early)
{
	struct sources *ss = &k->c->ss;
	const struct stmt *seen[SEEN_MAX] = { 0 };

	for (struct stmt *s = body; s != NULL; s = s->next) {
		size_t i = find_rule(k, s, rules, n, where, early == 0);

		if (i == n || rules[i].early != early)
			continue;
		if (rules[i].once && seen[i] != NULL) {
			diag_also(ss, diag_at(ss, C202, s->head,
			    "a second `%.*s`", STR_ARG(s->name.text)),
			    seen[i]->head, "the first");
			continue;
		}
		seen[i] = s;
		rules[i].make(k, s, what);
	}
}

void
clause_all(struct conn *k, struct stmt *body, const struct word_rule *rules,
    size_t n, void *what, const char *where)
{
	for (int early = 2; early >= 0; early--)
		clause_pass(k, body, rules, n, what, where, early);
}

/* ---- arguments ---- */

struct args
clause_args(struct conn *k, const struct stmt *s)
{
	return (struct args){ k, s, s->words.first };
}

int
clause_bad(struct args *a, const char *form)
{
	struct span sp = a->at ? a->at->span : a->s->head;

	if (a->s->name.text.n > 0)
		diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C602, sp,
		    "`%.*s` is written in another way",
		    STR_ARG(a->s->name.text)), "%s", form);
	else
		diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C602, sp,
		    "this cannot stand behind the outcome"), "%s", form);
	return -1;
}

struct expr *
clause_next(struct args *a)
{
	struct expr *e = a->at ? a->at->value : NULL;

	if (a->at != NULL)
		a->at = a->at->next;
	return e;
}

int
clause_text(const struct expr *e, struct str *out)
{
	if (e == NULL || e->kind != EX_TEXT)
		return 0;
	*out = e->text;
	return 1;
}

struct expr *
clause_first(const struct stmt *s, struct args *a)
{
	return s->has_value ? s->value : clause_next(a);
}

int
clause_word(struct args *a, const char *word)
{
	if (a->at == NULL || a->at->value->kind != EX_NAME ||
	    !str_eq(a->at->value->text, str_z(word)))
		return 0;
	a->at = a->at->next;
	return 1;
}

int
clause_value(struct args *a, const char *word, struct expr **value)
{
	struct item *i = a->at;

	if (clause_word(a, word)) {
		*value = clause_next(a);
		return 1;
	}
	if (i == NULL || i->value->kind != EX_CALL || i->value->n != 1 ||
	    i->value->items->name.text.n > 0 ||
	    i->value->a->kind != EX_NAME ||
	    !str_eq(i->value->a->text, str_z(word)))
		return 0;
	*value = i->value->items->value;
	a->at = i->next;
	return 1;
}

int
clause_number(struct conn *k, const struct expr *e, int64_t *out)
{
	struct value v;

	if (e == NULL || e->kind != EX_NUMBER ||
	    literal_value(k->c, e, &v) != 0 || v.type != V_INT)
		return -1;
	*out = v.u.i;
	return 0;
}

int
clause_time(struct conn *k, const struct expr *e, int64_t *out)
{
	struct value v;
	struct dec ms;

	if (e == NULL || e->kind != EX_DURATION ||
	    literal_value(k->c, e, &v) != 0)
		return -1;
	if (v.type == V_INT)
		return __builtin_mul_overflow(v.u.i, 1000, out) ? -1 : 0;
	if (dec_shift(*v.u.d, 3, &ms, NULL) != 0)
		return -1;
	return dec_to_int(ms, out, NULL);
}

uint32_t
clause_path(struct args *a, struct str **to)
{
	struct str part[8];
	struct expr *e = clause_next(a);
	size_t n = e ? expr_path(e, part, COUNT(part)) : 0;

	*to = arena_array(a->k->ua, n, sizeof(**to));
	for (size_t i = 0; i < n; i++)
		(*to)[i] = clause_keep(a->k, part[i]);
	return (uint32_t)n;
}

struct str
clause_keep(struct conn *k, struct str s)
{
	return arena_str(k->ua, s);
}

/* ---- functions ---- */

static struct type
record_type(struct conn *k)
{
	static const char *const names[] = { "match", "id", "trace", "fields",
		"key", "version" };
	struct type t = type_of(TYPE_RECORD, 0);
	struct type_field *f = arena_array(k->c->a, COUNT(names), sizeof(*f));

	for (size_t i = 0; i < COUNT(names); i++)
		f[i] = (struct type_field){ str_z(names[i]),
			type_of(TYPE_ANY, NIL_ABSENT) };
	t.fields = f;
	t.nfield = COUNT(names);
	return t;
}

struct local *
conn_local(struct conn *k, struct local *up, const char *name, struct type t,
    unsigned reg)
{
	struct local *l = arena_new(k->c->a, struct local);

	*l = (struct local){ .up = up, .name = str_z(name), .type = t,
		.kind = LOCAL_ARG, .reg = reg };
	return l;
}

#define RESULT_OF(name)                                                   \
	{ { name, TYPE_ANY, NIL_BOTH }, { " headers", TYPE_ANY, 0 },      \
		{ "record", TYPE_RECORD, 0 }, { "status", TYPE_INT, 0 } }

/* What a name of a view is; the name of headers is no word of a file. */
static const struct {
	const char *name;
	enum type_kind kind;
	unsigned nil;
} views[][6] = {
	[VIEW_RECORDS] = { { "records", TYPE_LIST, 0 },
		{ "param", TYPE_RECORD, 0 } },
	[VIEW_PART] = { { "r", TYPE_RECORD, 0 },
		{ "param", TYPE_RECORD, 0 } },
	[VIEW_STEP] = { { "job", TYPE_TEXT, 0 },
		{ "param", TYPE_RECORD, 0 } },
	[VIEW_BODY] = { { "body", TYPE_ANY, NIL_BOTH } },
	[VIEW_ITEM] = { { "item", TYPE_ANY, NIL_BOTH } },
	[VIEW_RESULT] = RESULT_OF("item"),
	[VIEW_OBJECT] = RESULT_OF("body"),
	[VIEW_PAGE] = { { "cursor", TYPE_TEXT, NIL_ABSENT },
		{ "since", TYPE_TEXT, NIL_ABSENT }, { "limit", TYPE_INT, 0 },
		{ "param", TYPE_RECORD, 0 }, { "fields", TYPE_LIST, 0 } },
	[VIEW_COUNTED] = { { "cursor", TYPE_INT, 0 },
		{ "since", TYPE_TEXT, NIL_ABSENT }, { "limit", TYPE_INT, 0 },
		{ "param", TYPE_RECORD, 0 }, { "fields", TYPE_LIST, 0 } },
	[VIEW_REPLY] = { { "body", TYPE_ANY, NIL_BOTH },
		{ " headers", TYPE_ANY, 0 } },
	[VIEW_SIGNED] = { { "method", TYPE_TEXT, 0 }, { "uri", TYPE_TEXT, 0 },
		{ "raw", TYPE_TEXT, 0 }, { " headers", TYPE_ANY, 0 } },
	[VIEW_EVENT] = { { "item", TYPE_ANY, NIL_BOTH },
		{ " headers", TYPE_ANY, 0 }, { "param", TYPE_RECORD, 0 } },
	[VIEW_PLACE] = { { "status", TYPE_INT, 0 },
		{ " headers", TYPE_ANY, 0 }, { "body", TYPE_ANY, NIL_BOTH },
		{ "cursor", TYPE_TEXT, NIL_ABSENT },
		{ "since", TYPE_TEXT, NIL_ABSENT } },
	[VIEW_ACCOUNT] = { { "param", TYPE_RECORD, 0 },
		{ "base", TYPE_TEXT, 0 } },
};

/* What makes a request may name the version; a reply has none. */
static int
sees_version(enum view view)
{
	return view == VIEW_RECORDS || view == VIEW_PART || view == VIEW_PAGE ||
	    view == VIEW_STEP || view == VIEW_COUNTED || view == VIEW_ACCOUNT;
}

int
conn_bool(struct conn *k, struct stmt *s, enum view view, const char *name,
    int *func)
{
	struct args a = clause_args(k, s);
	struct type t;

	*func = 0; /* it was given, though not well */
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, arena_printf(k->c->a, "%s = … == …;",
		    name).p);
	*func = conn_typed(k, s->value, view, name, &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_BOOL)
		return 0;
	diag_at(&k->c->ss, C666, s->value->span,
	    "`%s` is a bool, this is %.*s", name,
	    STR_ARG(type_text(k->c->a, t)));
	return -1;
}

int
conn_function(struct conn *k, struct expr *e, enum view view, const char *name)
{
	struct type t;

	return conn_typed(k, e, view, name, &t);
}

int
conn_typed(struct conn *k, struct expr *e, enum view view, const char *name,
    struct type *t)
{
	struct compile *c = k->c;
	struct check ck = { .c = c, .m = k->m, .flags = CK_CONNECTOR,
		.scope = sees_version(view) ? k->version : NULL };
	struct gen_func *f;
	unsigned nargs = 0;

	if (k->constant != NULL) {
		k->constant->up = ck.scope;
		ck.scope = k->constant;
	}
	for (; views[view][nargs].name != NULL; nargs++) {
		struct type arg = type_of(views[view][nargs].kind,
		    views[view][nargs].nil);

		if (arg.kind == TYPE_LIST)
			arg = type_list(c->a, view == VIEW_RECORDS ?
			    record_type(k) : type_of(TYPE_TEXT, 0));
		else if (arg.kind == TYPE_RECORD &&
		    strcmp(views[view][nargs].name, "param") != 0)
			arg = record_type(k); /* one of ours */
		ck.scope = conn_local(k, ck.scope, views[view][nargs].name,
		    arg, nargs);
	}
	*t = check_expr(&ck, e);
	check_sure(&ck, e);
	k->used = 0;
	for (const struct local *l = ck.scope; l != NULL; l = l->up)
		if (l->used && l->kind == LOCAL_ARG)
			k->used |= 1u << l->reg;
	if (view == VIEW_PAGE || view == VIEW_COUNTED)
		k->paged |= k->used;
	if (c->d->nerror > 0)
		return 0;
	f = gen_func(k->g, str_z(name), nargs);
	f->at = e->span;
	gen_expr(c, f, e, nargs);
	f->at = e->span;
	gen_a(f, OP_RETURN, nargs);
	return f->index;
}

int
clause_named(struct args *a, enum view view, const char *what,
    struct str *to, int *value)
{
	struct str name;
	struct expr *e;

	if (!clause_text(clause_next(a), &name) ||
	    (e = clause_next(a)) == NULL || a->at != NULL)
		return -1;
	*to = clause_keep(a->k, name);
	*value = conn_function(a->k, e, view, what);
	return 0;
}
