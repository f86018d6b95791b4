/*
 * Signatures of built-ins: text in vm/builtins.def, read here once a compile.
 * They are our own text, so a mistake in one is a broken promise.
 */
#include "lang/compile.h"

struct reader {
	struct compile *c;
	const struct builtin *b;
	const char *p;
};

static void
broken(const struct reader *r)
{
	fatal("signature of %s: cannot be read at \"%s\"", r->b->name, r->p);
}

static void
blanks(struct reader *r)
{
	while (*r->p == ' ')
		r->p++;
}

static int
accept(struct reader *r, char c)
{
	blanks(r);
	if (*r->p != c)
		return 0;
	r->p++;
	return 1;
}

static struct str
word(struct reader *r)
{
	const char *start;

	blanks(r);
	start = r->p;
	while ((*r->p >= 'a' && *r->p <= 'z') || *r->p == '_' ||
	    (*r->p >= 'A' && *r->p <= 'Z') || (*r->p >= '0' && *r->p <= '9'))
		r->p++;
	if (r->p == start)
		broken(r);
	return str_from(start, (size_t)(r->p - start));
}

static struct type_name *
type_name(struct reader *r, struct str w)
{
	struct type_name *n = arena_new(r->c->a, struct type_name);

	n->name.text = w;
	if (accept(r, '<')) {
		n->of = type_name(r, word(r));
		if (!accept(r, '>'))
			broken(r);
	}
	return n;
}

/* T of list<list<T>>, and how many lists are around it. */
static struct str
innermost(const struct type_name *n)
{
	while (n->of != NULL)
		n = n->of;
	return n->name.text;
}

static int
lists(const struct type_name *n)
{
	return n->of != NULL ? 1 + lists(n->of) : 0;
}

static struct sig_type
sig_type(struct reader *r)
{
	struct sig_type t = { 0 };

	do {
		struct type_name *n = type_name(r, word(r));
		struct type one;

		if (str_eq(innermost(n), STR("T"))) {
			t.var = n->of == NULL;
			t.list_var = lists(n);
		} else if (str_eq(n->name.text, STR("time"))) {
			t.var = t.time = 1;
		} else if (type_named(r->c->a, n, &one) == 0) {
			if (t.n == COUNT(t.one))
				broken(r);
			one.nil = one.kind == TYPE_ANY ? NIL_BOTH : 0;
			t.one[t.n++] = one;
		} else {
			if (t.nword == COUNT(t.words))
				broken(r);
			t.words[t.nword++] = n->name.text;
		}
	} while (accept(r, '|'));
	if (accept(r, '?'))
		t.opt = 1;
	return t;
}

/* "text", 12, true, null or a word. */
static struct expr *
other(struct reader *r)
{
	struct expr *e = arena_new(r->c->a, struct expr);
	const char *start;

	e->depth = 1;
	blanks(r);
	start = r->p;
	if (*r->p == '"') {
		e->kind = EX_TEXT;
		while (*++r->p != '"')
			if (*r->p == '\0' || *r->p == '\\')
				broken(r);
		e->text = str_from(start + 1, (size_t)(r->p++ - start - 1));
	} else if (*r->p == '-' || (*r->p >= '0' && *r->p <= '9')) {
		e->kind = EX_NUMBER;
		while (*r->p == '-' || *r->p == '.' ||
		    (*r->p >= '0' && *r->p <= '9'))
			r->p++;
		e->text = str_from(start, (size_t)(r->p - start));
	} else {
		e->text = word(r);
		e->kind = str_eq(e->text, STR("true")) ? EX_TRUE :
		    str_eq(e->text, STR("false")) ? EX_FALSE :
		    str_eq(e->text, STR("null")) ? EX_NULL :
		    str_eq(e->text, STR("absent")) ? EX_ABSENT : EX_NAME;
	}
	return e;
}

const struct sig *
sig_of(struct compile *c, unsigned k)
{
	struct reader r = { .c = c, .b = &builtins[k] };
	struct sig *s;

	if (c->sigs == NULL)
		c->sigs = arena_array(c->a, nbuiltin, sizeof(*c->sigs));
	if (c->sigs[k] != NULL)
		return c->sigs[k];
	s = arena_new(c->a, struct sig);
	c->sigs[k] = s;
	s->b = r.b;
	s->index = k;
	s->params = arena_array(c->a, 16, sizeof(*s->params));
	for (r.p = r.b->params; *r.p != '\0'; accept(&r, ',')) {
		struct sig_param *p = &s->params[s->nparam++];

		if (s->nparam > 16)
			broken(&r);
		p->name = word(&r);
		if (!accept(&r, ':'))
			broken(&r);
		p->type = sig_type(&r);
		if (accept(&r, '='))
			p->other = other(&r);
		blanks(&r);
	}
	r.p = r.b->result;
	s->result = sig_type(&r);
	if (r.b->left != NULL) {
		r.p = r.b->left;
		s->left = sig_type(&r);
	}
	return s;
}

int
sig_fits(struct compile *c, const struct sig_type *want, struct type got,
    struct type *var)
{
	got.nil = 0;
	if (got.kind == TYPE_BAD)
		return 0;
	if (want->time && got.kind != TYPE_DATE && got.kind != TYPE_DATETIME)
		return -1;
	if (want->var) {
		if (var->kind == TYPE_BAD)
			*var = got;
		return type_unite(c->a, *var, got, var);
	}
	for (unsigned i = 0; i < want->n; i++)
		if (type_fits(got, want->one[i]))
			return 0;
	for (int i = 0; i < want->list_var; i++) {
		/* [] is a list of lists of anything as well */
		if (got.kind == TYPE_NIL)
			break;
		if (got.kind != TYPE_LIST)
			return -1;
		got = type_element(c->a, got);
	}
	if (!want->list_var)
		return -1;
	if (var->kind == TYPE_BAD)
		*var = got;
	return type_unite(c->a, *var, got, var);
}

struct type
sig_result(struct compile *c, const struct sig_type *t, struct type var)
{
	struct type r;

	if (t->var)
		r = var.kind == TYPE_BAD ? type_of(TYPE_ANY, 0) : var;
	else if (t->list_var)
		r = type_list(c->a, var.kind == TYPE_BAD ?
		    type_of(TYPE_ANY, 0) : var);
	else if (t->n > 0)
		r = t->one[0];
	else
		r = type_of(TYPE_TEXT, 0);
	r.nil = r.kind == TYPE_ANY ? NIL_BOTH : 0;
	if (t->opt)
		r.nil = NIL_ABSENT;
	return r;
}

struct str
sig_text(struct compile *c, const struct sig_type *t)
{
	struct buf b = { 0 };
	struct str s;

	for (unsigned i = 0; i < t->n; i++)
		buf_printf(&b, "%s%.*s", b.n ? " or " : "",
		    STR_ARG(type_text(c->a, t->one[i])));
	for (unsigned i = 0; i < t->nword; i++)
		buf_printf(&b, "%s`%.*s`", b.n ? " or " : "",
		    STR_ARG(t->words[i]));
	if (t->list_var)
		buf_printf(&b, "%slist", b.n ? " or " : "");
	if (t->var)
		buf_printf(&b, "%s%s", b.n ? " or " : "", t->time ?
		    "date or datetime" : "value");
	s = arena_str(c->a, buf_str(&b));
	buf_fini(&b);
	return s;
}
