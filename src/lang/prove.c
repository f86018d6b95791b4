/*
 * Proving that two conditions exclude each other, by trying.
 *
 * Conditions of `==`, `!=`, `in`, `and`, `or`, `not` and `??` over fields and
 * constants cannot tell two values apart that none of their constants is.  So
 * it is enough to try each field with all constants that stand in either
 * condition, with one value that is none of them, and with null and absent.
 * What else stands in a condition is taken to be true or false, both.
 */
#include "lang/prove.h"

#define FIELDS_MAX 4     /* different ones */
#define VALUES_MAX 64    /* for one field */
#define TRIES_MAX 4096

struct field {
	const void *root;
	struct str path[AST_DEPTH];
	size_t n;
	struct value value[VALUES_MAX];
	unsigned nvalue;
	unsigned at;          /* the one that is tried */
	struct str text;      /* as it is written */
};

struct prove {
	struct compile *c;
	struct arena *a;
	struct field *field;
	unsigned nfield;
	int failed;           /* too much to try */
};

/* What is known of a value or a condition. */
struct known {
	int known;
	struct value v;
};

static const struct known unknown;

/*
 * What a path begins at: a side, or the element of two picks of one list,
 * which each calls it by a name of its own.  NULL: a word, event or param.
 */
static const void *
root_of(const struct expr *e)
{
	static const char element;

	while (e->kind == EX_FIELD)
		e = e->a;
	if (e->note == NULL || e->note->local == NULL)
		return NULL;
	return e->note->kind == NOTE_LOCAL ? &element :
	    (const void *)e->note->local;
}

static struct field *
find(struct prove *p, const struct expr *e)
{
	const void *root = root_of(e);
	struct str path[AST_DEPTH];
	size_t n = expr_path(e, path, COUNT(path));
	int named = root != NULL; /* by what it is */

	if (n < 2)
		return NULL;
	for (unsigned i = 0; i < p->nfield; i++)
		if (p->field[i].root == root && path_same(p->field[i].path +
		    named, p->field[i].n - named, path + named, n - named))
			return &p->field[i];
	return NULL;
}

static void
add_value(struct prove *p, struct field *f, struct value v)
{
	for (unsigned i = 0; i < f->nvalue; i++)
		if (value_equal(f->value[i], v, CMP_EXACT, p->a))
			return;
	if (f->nvalue == VALUES_MAX)
		p->failed = 1;
	else
		f->value[f->nvalue++] = v;
}

/* The field that e is, known from now on; NULL when it is none. */
static struct field *
field_of(struct prove *p, const struct expr *e)
{
	struct field *f = e->kind == EX_FIELD ? find(p, e) : NULL;

	if (f != NULL || e->kind != EX_FIELD)
		return f;
	if (p->nfield == FIELDS_MAX) {
		p->failed = 1;
		return NULL;
	}
	f = &p->field[p->nfield];
	f->root = root_of(e);
	f->n = expr_path(e, f->path, COUNT(f->path));
	f->text = span_line(&p->c->ss, e->span, p->a);
	if (f->n < 2)
		return NULL;
	p->nfield++;
	return f;
}

/* Every field of e, with every constant that it is compared with. */
static void
collect(struct prove *p, const struct expr *e, struct field *with)
{
	struct field *f;
	struct value v;

	if (e == NULL)
		return;
	if (expr_const(p->c, e, &v) == 0) {
		for (uint32_t i = 0; with && v.type == V_LIST && i < v.n; i++)
			add_value(p, with, v.u.list[i]);
		if (with != NULL && v.type != V_LIST)
			add_value(p, with, v);
		return;
	}
	f = field_of(p, e);
	if (f != NULL)
		return;
	if (e->kind == EX_EQ || e->kind == EX_NE || e->kind == EX_IN) {
		const struct expr *a = e->a;

		while (a->kind == EX_NIL_ELSE)
			a = a->a;
		f = field_of(p, a);
		with = f != NULL ? f : field_of(p, e->b);
	}
	collect(p, e->a, with);
	collect(p, e->b, with);
	collect(p, e->c, with);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		collect(p, i->key, with);
		collect(p, i->value, with);
	}
}

static struct known
of(struct value v)
{
	return (struct known){ 1, v };
}

static struct known
truth(int b)
{
	return of(value_bool(b));
}

static int
is_true(struct known k)
{
	return k.known && k.v.type == V_BOOL && k.v.u.i;
}

static int
is_false(struct known k)
{
	return k.known && k.v.type == V_BOOL && !k.v.u.i;
}

static struct known
equal(struct prove *p, struct known x, struct known y)
{
	return x.known && y.known ?
	    truth(value_equal(x.v, y.v, CMP_EXACT, p->a)) : unknown;
}

static struct known eval(struct prove *p, const struct expr *e);

/*
 * Of two fields nothing is known: the values that are tried tell a field from
 * constants, not from another field.
 */
static struct known
compare(struct prove *p, const struct expr *e)
{
	struct value v;

	if (expr_const(p->c, e->a, &v) != 0 && expr_const(p->c, e->b, &v) != 0)
		return unknown;
	return equal(p, eval(p, e->a), eval(p, e->b));
}

static struct known
eval_in(struct prove *p, const struct expr *e)
{
	struct known x = eval(p, e->a), hit;
	int open = !x.known;
	struct value list;

	if (expr_const(p->c, e->b, &list) == 0 && list.type == V_LIST) {
		for (uint32_t i = 0; i < list.n; i++)
			if (is_true(equal(p, x, of(list.u.list[i]))))
				return truth(1);
		return open ? unknown : truth(0);
	}
	if (e->b->kind != EX_LIST)
		return unknown;
	for (const struct item *i = e->b->items; i != NULL; i = i->next) {
		hit = equal(p, x, eval(p, i->value));
		if (is_true(hit))
			return hit;
		open |= !hit.known;
	}
	return open ? unknown : truth(0);
}

/* An expression is at most AST_DEPTH deep. */
static struct known
eval(struct prove *p, const struct expr *e)
{
	struct known x, y;
	struct value v;

	if (expr_const(p->c, e, &v) == 0)
		return of(v);
	switch (e->kind) {
	case EX_FIELD: {
		struct field *f = find(p, e);

		return f ? of(f->value[f->at]) : unknown;
	}
	case EX_EQ:
		return compare(p, e);
	case EX_NE:
		x = compare(p, e);
		return x.known ? truth(is_false(x)) : unknown;
	case EX_NOT:
		x = eval(p, e->a);
		return x.known ? truth(is_false(x)) : unknown;
	case EX_AND:
		x = eval(p, e->a);
		y = eval(p, e->b);
		return is_false(x) || is_false(y) ? truth(0) :
		    is_true(x) && is_true(y) ? truth(1) : unknown;
	case EX_OR:
		x = eval(p, e->a);
		y = eval(p, e->b);
		return is_true(x) || is_true(y) ? truth(1) :
		    is_false(x) && is_false(y) ? truth(0) : unknown;
	case EX_NIL_ELSE:
		x = eval(p, e->a);
		return !x.known ? unknown : value_nil(x.v) ?
		    eval(p, e->b) : x;
	case EX_IN:
		return eval_in(p, e);
	default:
		return unknown;
	}
}

/* Values of other types are tried as well: they are just not equal. */
static void
fill_values(struct prove *p)
{
	static const struct value plain[] = {
		{ .type = V_ABSENT }, { .type = V_NULL },
		{ .type = V_BOOL, .u.i = 0 }, { .type = V_BOOL, .u.i = 1 },
	};

	for (unsigned i = 0; i < p->nfield; i++) {
		struct field *f = &p->field[i];
		struct value other = value_text(STR("?"));

		for (unsigned k = 0; k < f->nvalue; k++)
			if (f->value[k].type == V_TEXT &&
			    f->value[k].n >= other.n)
				other = value_text(arena_printf(p->a, "%.*s?",
				    (int)f->value[k].n, f->value[k].u.p));
		for (unsigned k = 0; k < COUNT(plain); k++)
			add_value(p, f, plain[k]);
		add_value(p, f, other);
	}
}

static int
next(struct prove *p)
{
	for (unsigned i = 0; i < p->nfield; i++) {
		if (++p->field[i].at < p->field[i].nvalue)
			return 1;
		p->field[i].at = 0;
	}
	return 0;
}

static struct str
witness(struct prove *p)
{
	struct buf b = { 0 };
	struct str s;

	for (unsigned i = 0; i < p->nfield; i++) {
		struct value v = p->field[i].value[p->field[i].at];

		buf_printf(&b, "%s%.*s = ", i ? ", " : "",
		    STR_ARG(p->field[i].text));
		if (v.type == V_ABSENT)
			buf_puts(&b, STR("absent"));
		else
			value_write(&b, v);
	}
	s = arena_str(p->c->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

int
prove_apart(struct compile *c, struct expr *const *x, unsigned nx,
    struct expr *const *y, unsigned ny, struct str *seen)
{
	struct arena a = { 0 };
	struct prove p = { .c = c, .a = &a };
	unsigned tries = 0;
	int met = 0;

	p.field = arena_array(&a, FIELDS_MAX + 1, sizeof(*p.field));
	for (unsigned i = 0; i < nx; i++)
		collect(&p, x[i], NULL);
	for (unsigned i = 0; i < ny; i++)
		collect(&p, y[i], NULL);
	fill_values(&p);
	*seen = STR("");
	if (p.failed || p.nfield == 0)
		met = 1;
	while (!met) {
		unsigned certain = 0, i = 0;

		for (; i < nx + ny; i++) {
			struct known k = eval(&p, i < nx ? x[i] : y[i - nx]);

			if (is_false(k))
				break;
			certain += is_true(k);
		}
		met = i == nx + ny;
		if (met && certain == nx + ny)
			*seen = witness(&p);
		if (!met && !next(&p))
			break;
		if (++tries == TRIES_MAX)
			met = 1;
	}
	arena_fini(&a);
	return !met;
}

int
prove_true(struct compile *c, const struct expr *e,
    const struct value *record)
{
	struct arena a = { 0 };
	struct prove p = { .c = c, .a = &a };
	struct known k;

	p.field = arena_array(&a, FIELDS_MAX + 1, sizeof(*p.field));
	collect(&p, e, NULL);
	for (unsigned i = 0; i < p.nfield; i++)
		p.field[i].value[0] = p.field[i].n == 2 ?
		    value_member(*record, p.field[i].path[1], &a) :
		    (struct value){ 0 };
	k = p.failed ? unknown : eval(&p, e);
	arena_fini(&a);
	return is_true(k) ? 1 : is_false(k) ? 0 : -1;
}
