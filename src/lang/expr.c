/*
 * Checking expressions.  Each node gets a note: its type, and what it turned
 * out to be.  An error is reported once, where it is; what depends on it gets
 * TYPE_BAD and is silent.
 */
#include "lang/expr.h"

struct type
bad_type(void)
{
	return type_of(TYPE_BAD, 0);
}

struct note *
expr_note(struct compile *c, struct expr *e)
{
	if (e->note == NULL)
		e->note = arena_new(c->a, struct note);
	return e->note;
}

struct type
expr_typed(struct check *ck, struct expr *e, struct type t)
{
	struct note *n = expr_note(ck->c, e);

	n->type = t;
	n->done = 1;
	return t;
}

struct str
expr_source(struct check *ck, const struct expr *e)
{
	return span_line(&ck->c->ss, e->span, ck->c->a);
}

/* ---- constants ---- */

static struct type
constant(struct check *ck, struct expr *e)
{
	struct note *n = expr_note(ck->c, e);
	struct type t;

	if (literal_value(ck->c, e, &n->value) != 0)
		return expr_typed(ck, e, bad_type());
	n->kind = NOTE_CONST;
	switch (n->value.type) {
	case V_NULL:
		t = type_of(TYPE_NIL, NIL_NULL);
		break;
	case V_ABSENT:
		t = type_of(TYPE_NIL, NIL_ABSENT);
		break;
	case V_BOOL:
		t = type_of(TYPE_BOOL, 0);
		break;
	case V_INT:
		t = type_of(TYPE_INT, 0);
		break;
	case V_DEC:
		t = type_of(TYPE_DECIMAL, 0);
		break;
	default: {
		struct str *s = arena_new(ck->c->a, struct str);

		*s = e->text;
		t = type_of(TYPE_TEXT, 0);
		t.options = s;
		t.noption = 1;
		t.max_length = text_chars(*s);
		break;
	}
	}
	if (e->kind == EX_DURATION) {
		if (!(ck->flags & CK_CONNECTOR)) {
			diag_at(&ck->c->ss, C311, e->span,
			    "a duration stands in connectors only");
			t = bad_type();
		} else {
			t = type_of(TYPE_DURATION, 0);
		}
	}
	return expr_typed(ck, e, t);
}

/* ---- expectations ---- */

static void
report_nil(struct check *ck, struct expr *e, struct type t)
{
	struct str text = expr_source(ck, e);
	const char *other = t.kind == TYPE_TEXT ? "\"\"" :
	    t.kind == TYPE_BOOL ? "false" :
	    type_is_number(t) ? "0" : "…";

	diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C302, e->span,
	    "`%.*s` may be %s here", STR_ARG(text),
	    t.nil == NIL_NULL ? "null" : t.nil == NIL_ABSENT ? "absent" :
	    "null or absent"),
	    "say what then: %.*s ?? %s", STR_ARG(text), other);
}

/* 0 when e is never nil; reports otherwise.  Nothing is known of an any. */
int
expr_never_nil(struct check *ck, struct expr *e, struct type t)
{
	if (t.kind == TYPE_BAD)
		return -1;
	if (t.nil == 0 || (ck->flags & CK_KEY) ||
	    ((ck->flags & CK_CONNECTOR) && t.kind == TYPE_ANY))
		return 0;
	report_nil(ck, e, t);
	return -1;
}

void
check_condition(struct check *ck, struct expr *e)
{
	struct type t = check_expr(ck, e);

	if (t.kind == TYPE_BAD ||
	    ((ck->flags & CK_CONNECTOR) && t.kind == TYPE_ANY))
		return;
	if (t.kind != TYPE_BOOL) {
		struct str text = type_text(ck->c->a, t);

		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C303, e->span,
		    "a condition is a bool, this is %.*s", STR_ARG(text)),
		    "compare it: … == … or … != null");
		return;
	}
	expr_never_nil(ck, e, t);
}

int
check_expect(struct check *ck, struct expr *e, struct type want,
    const char *what)
{
	struct type t = check_expr(ck, e);
	struct compile *c = ck->c;

	if (t.kind == TYPE_BAD)
		return -1;
	if (t.kind == TYPE_ANY && (ck->flags & CK_CONNECTOR))
		return 0;
	if (!type_fits(t, want)) {
		diag_at(&c->ss, C301, e->span, "%s takes %.*s, this is %.*s",
		    what, STR_ARG(type_text(c->a, want)),
		    STR_ARG(type_text(c->a, t)));
		return -1;
	}
	if (t.nil & ~want.nil)
		return expr_never_nil(ck, e, t);
	return 0;
}

void
check_sure(struct check *ck, struct expr *e)
{
	if (ck->fails != NULL)
		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C306, ck->fails->span,
		    "`%.*s` can fail", STR_ARG(expr_source(ck, ck->fails))),
		    "say what then: try %.*s else …",
		    STR_ARG(expr_source(ck, e)));
	ck->fails = NULL;
}

/* ---- names and fields ---- */

static struct local *
find_local(struct check *ck, struct str name)
{
	for (struct local *l = ck->scope; l != NULL; l = l->up)
		if (str_eq(l->name, name))
			return l;
	return NULL;
}

static struct type
check_name(struct check *ck, struct expr *e)
{
	struct note *n = expr_note(ck->c, e);
	struct local *l = find_local(ck, e->text);
	struct near near;
	struct diag *g;

	if (l == NULL) {
		near_init(&near, e->text);
		for (l = ck->scope; l != NULL; l = l->up)
			near_try(&near, l->name);
		g = diag_at(&ck->c->ss, C201, e->span, "unknown name `%.*s`",
		    STR_ARG(e->text));
		if (!diag_meant(&ck->c->ss, g, &near))
			diag_fix(&ck->c->ss, g, "a text is written \"%.*s\"",
			    STR_ARG(e->text));
		return expr_typed(ck, e, bad_type());
	}
	l->used = 1;
	if (l->not_here != NULL) {
		diag_at(&ck->c->ss, C311, e->span, "%s", l->not_here);
		return expr_typed(ck, e, bad_type());
	}
	n->local = l;
	n->value = l->value;
	n->kind = l->kind == LOCAL_CONST ? NOTE_CONST :
	    l->kind == LOCAL_ARG ? NOTE_LOCAL : NOTE_SLOT;
	return expr_typed(ck, e, narrow(ck, e, l->type));
}

int
expr_is_slot(const struct expr *e)
{
	return e->note != NULL && e->note->kind == NOTE_SLOT;
}

static void
report_field(struct check *ck, struct expr *e, struct type base)
{
	struct compile *c = ck->c;
	struct str name;
	struct near near;
	struct diag *g;

	if (base.kind == TYPE_LIST) {
		diag_fix(&c->ss, diag_at(&c->ss, C402, e->op,
		    "`%.*s` is a list and has no field `%.*s`",
		    STR_ARG(expr_source(ck, e->a)), STR_ARG(e->text)),
		    "%.*s[0], or map(%.*s, x => x.%.*s)",
		    STR_ARG(expr_source(ck, e->a)),
		    STR_ARG(expr_source(ck, e->a)), STR_ARG(e->text));
		return;
	}
	if (base.kind != TYPE_RECORD) {
		diag_at(&c->ss, C402, e->op,
		    "`%.*s` is %.*s and has no field `%.*s`",
		    STR_ARG(expr_source(ck, e->a)),
		    STR_ARG(type_text(c->a, base)), STR_ARG(e->text));
		return;
	}
	near_init(&near, e->text);
	if (base.fields != NULL)
		for (unsigned i = 0; i < base.nfield; i++)
			near_try(&near, base.fields[i].name);
	else
		for (size_t i = 0; type_field_name(base, i, &name); i++)
			near_try(&near, name);
	g = diag_at(&c->ss, C401, e->op, "`%.*s` has no field `%.*s`",
	    STR_ARG(expr_source(ck, e->a)), STR_ARG(e->text));
	diag_meant(&c->ss, g, &near);
}

/* param.x */
static int
check_param(struct check *ck, struct expr *e, struct type *t)
{
	struct entity *p;
	struct note *n;

	if (e->a->kind != EX_NAME || !str_eq(e->a->text, STR("param")) ||
	    find_local(ck, STR("param")) != NULL)
		return 0;
	p = param_find(ck, e->text, e->op);
	*t = bad_type();
	if (p == NULL)
		return 1;
	p->used = 1;
	if (param_check(ck->c, p) != 0)
		return 1;
	n = expr_note(ck->c, e);
	n->kind = NOTE_PARAM;
	n->entity = p;
	*t = p->u.param->type;
	return 1;
}

static struct type
check_field(struct check *ck, struct expr *e)
{
	struct note *n = expr_note(ck->c, e), *base;
	struct type t, of;

	if (check_param(ck, e, &t) || event_check(ck, e, &t))
		return expr_typed(ck, e, t);
	of = check_expr(ck, e->a);
	if (of.kind == TYPE_BAD)
		return expr_typed(ck, e, bad_type());
	if (type_member(ck->c->a, of, e->text, &t) != 0) {
		report_field(ck, e, of);
		return expr_typed(ck, e, bad_type());
	}
	base = e->a->note;
	if (base != NULL && base->kind == NOTE_SLOT) {
		n->kind = NOTE_SLOT;
		n->local = base->local;
		n->npath = base->npath + 1;
		n->path = arena_array(ck->c->a, n->npath, sizeof(*n->path));
		if (base->npath)
			memcpy(n->path, base->path,
			    base->npath * sizeof(*n->path));
		n->path[base->npath] = e->text;
	}
	return expr_typed(ck, e, narrow(ck, e, t));
}

/* ---- operators ---- */

static struct type
check_arithmetic(struct check *ck, struct expr *e)
{
	struct expr *side[2] = { e->a, e->b };
	struct type t[2];
	int bad = 0;

	for (int i = 0; i < 2 && side[i] != NULL; i++) {
		t[i] = check_expr(ck, side[i]);
		if (t[i].kind == TYPE_BAD) {
			bad = 1;
			continue;
		}
		if (t[i].kind == TYPE_ANY && (ck->flags & CK_CONNECTOR))
			continue;
		if (!type_is_number(t[i])) {
			struct diag *g = diag_at(&ck->c->ss, C301,
			    side[i]->span, "`%.*s` takes numbers, this is %.*s",
			    STR_ARG(span_text(&ck->c->ss, e->op)),
			    STR_ARG(type_text(ck->c->a, t[i])));

			if (e->kind == EX_ADD && t[i].kind == TYPE_TEXT)
				diag_fix(&ck->c->ss, g,
				    "join texts: \"{a}{b}\"");
			return expr_typed(ck, e, bad_type());
		}
		bad |= expr_never_nil(ck, side[i], t[i]);
	}
	if (bad)
		return expr_typed(ck, e, bad_type());
	return expr_typed(ck, e, type_of(t[0].kind == TYPE_INT &&
	    (e->b == NULL || t[1].kind == TYPE_INT) ? TYPE_INT : TYPE_DECIMAL,
	    0));
}

/* A constant that is none of the values the other side can have. */
void
expr_option(struct check *ck, struct type of, struct expr *e)
{
	struct near near;
	struct value v;
	struct diag *g;
	struct str s;

	if (of.noption == 0 || e->kind == EX_BAD ||
	    expr_const(ck->c, e, &v) != 0 || v.type != V_TEXT)
		return;
	s = str_from(v.u.p, v.n);
	near_init(&near, s);
	for (unsigned i = 0; i < of.noption; i++) {
		if (str_eq(of.options[i], s))
			return;
		near_try(&near, of.options[i]);
	}
	g = diag_at(&ck->c->ss, C310, e->span, "this is never \"%.*s\"",
	    STR_ARG(s));
	if (!diag_meant_text(&ck->c->ss, g, &near))
		diag_fix(&ck->c->ss, g, "it can be %.*s",
		    STR_ARG(options_text(ck->c->a, of)));
}

int
expr_comparable(struct check *ck, struct expr *e, struct type x, struct type y)
{
	struct type t;

	if (x.kind == TYPE_BAD || y.kind == TYPE_BAD)
		return -1;
	if (type_unite(ck->c->a, x, y, &t) == 0)
		return 0;
	diag_at(&ck->c->ss, C309, e->op, "%.*s is never equal to %.*s",
	    STR_ARG(type_text(ck->c->a, x)), STR_ARG(type_text(ck->c->a, y)));
	return -1;
}

static struct type
check_equal(struct check *ck, struct expr *e)
{
	struct type x = check_expr(ck, e->a), y = check_expr(ck, e->b);

	if (expr_comparable(ck, e, x, y) != 0)
		return expr_typed(ck, e, bad_type());
	expr_option(ck, x, e->b);
	expr_option(ck, y, e->a);
	return expr_typed(ck, e, type_of(TYPE_BOOL, 0));
}

static struct type
check_order(struct check *ck, struct expr *e)
{
	struct type x = check_expr(ck, e->a), y = check_expr(ck, e->b);
	struct type bool_type = type_of(TYPE_BOOL, 0);
	int any = x.kind == TYPE_ANY || y.kind == TYPE_ANY;

	if (x.kind == TYPE_BAD || y.kind == TYPE_BAD)
		return expr_typed(ck, e, bad_type());
	if (any && (ck->flags & CK_CONNECTOR))
		return expr_typed(ck, e, bool_type);
	if (!(type_is_number(x) && type_is_number(y)) && !(x.kind == y.kind &&
	    (x.kind == TYPE_TEXT || x.kind == TYPE_DATE))) {
		struct diag *g = diag_at(&ck->c->ss, C309, e->op,
		    "%.*s and %.*s have no order",
		    STR_ARG(type_text(ck->c->a, x)),
		    STR_ARG(type_text(ck->c->a, y)));

		if (x.kind == TYPE_DATETIME)
			diag_fix(&ck->c->ss, g, "compare epoch_s(…), which "
			    "does not depend on the zone");
		return expr_typed(ck, e, bad_type());
	}
	if (expr_never_nil(ck, e->a, x) | expr_never_nil(ck, e->b, y))
		return expr_typed(ck, e, bad_type());
	return expr_typed(ck, e, bool_type);
}

static struct type
check_in(struct check *ck, struct expr *e)
{
	struct type x = check_expr(ck, e->a), list = check_expr(ck, e->b);

	if (x.kind == TYPE_BAD || list.kind == TYPE_BAD)
		return expr_typed(ck, e, bad_type());
	if (list.kind != TYPE_LIST &&
	    !(list.kind == TYPE_ANY && (ck->flags & CK_CONNECTOR))) {
		diag_at(&ck->c->ss, C301, e->b->span,
		    "`in` takes a list, this is %.*s",
		    STR_ARG(type_text(ck->c->a, list)));
		return expr_typed(ck, e, bad_type());
	}
	if (expr_never_nil(ck, e->b, list) != 0)
		return expr_typed(ck, e, bad_type());
	if (list.kind == TYPE_LIST &&
	    expr_comparable(ck, e, x, type_element(ck->c->a, list)) != 0)
		return expr_typed(ck, e, bad_type());
	if (e->b->kind == EX_LIST)
		for (struct item *i = e->b->items; i != NULL; i = i->next)
			expr_option(ck, x, i->value);
	return expr_typed(ck, e, type_of(TYPE_BOOL, 0));
}

static struct type
check_nil_else(struct check *ck, struct expr *e)
{
	struct type x = check_expr(ck, e->a), y = check_expr(ck, e->b), t;

	if (x.kind == TYPE_BAD || y.kind == TYPE_BAD)
		return expr_typed(ck, e, bad_type());
	if (x.nil == 0)
		diag_at(&ck->c->ss, C350, e->op, "`%.*s` is never null or "
		    "absent, so `??` does nothing",
		    STR_ARG(expr_source(ck, e->a)));
	x.nil = 0;
	if (x.kind == TYPE_NIL)
		x = y;
	if (type_unite(ck->c->a, x, y, &t) != 0) {
		diag_at(&ck->c->ss, C301, e->b->span,
		    "the left of `??` is %.*s, this is %.*s",
		    STR_ARG(type_text(ck->c->a, x)),
		    STR_ARG(type_text(ck->c->a, y)));
		return expr_typed(ck, e, bad_type());
	}
	t.nil = y.nil;
	return expr_typed(ck, e, t);
}

/* The right side counts only where the left one does not decide. */
static struct type
check_and_or(struct check *ck, struct expr *e)
{
	const struct fact *was = ck->facts;

	check_condition(ck, e->a);
	assume(ck, e->a, e->kind == EX_AND);
	check_condition(ck, e->b);
	ck->facts = was;
	return expr_typed(ck, e, type_of(TYPE_BOOL, 0));
}

static struct type
misplaced(struct check *ck, struct expr *e, const char *what)
{
	diag_at(&ck->c->ss, C311, e->span, "%s", what);
	return expr_typed(ck, e, bad_type());
}

struct type
check_expr(struct check *ck, struct expr *e)
{
	/* defaults are shared, and some are looked at twice */
	if (e->note != NULL && e->note->done)
		return e->note->type;
	switch (e->kind) {
	case EX_BAD:
	case EX_KEYS: /* check_match takes it apart */
		return expr_typed(ck, e, bad_type());
	case EX_NULL: case EX_ABSENT: case EX_TRUE: case EX_FALSE:
	case EX_NUMBER: case EX_TEXT: case EX_DURATION:
		return constant(ck, e);
	case EX_PERCENT:
		return misplaced(ck, e, "a percentage stands in budgets only");
	case EX_INTERP:
		return check_interp(ck, e);
	case EX_NAME:
		return check_name(ck, e);
	case EX_FIELD:
		return check_field(ck, e);
	case EX_TUPLE:
		return misplaced(ck, e, "a tuple stands on a side of `<->` "
		    "only");
	case EX_INDEX:
		return check_index(ck, e);
	case EX_CALL:
		return expr_typed(ck, e, check_call(ck, e));
	case EX_LIST:
		return check_list(ck, e);
	case EX_RECORD:
		return check_record(ck, e);
	case EX_MATCH:
		return check_match(ck, e);
	case EX_IF:
		return check_if(ck, e);
	case EX_TRY:
		return check_try(ck, e);
	case EX_NIL_ELSE:
		return check_nil_else(ck, e);
	case EX_NOT:
		check_condition(ck, e->a);
		return expr_typed(ck, e, type_of(TYPE_BOOL, 0));
	case EX_AND:
	case EX_OR:
		return check_and_or(ck, e);
	case EX_NEG: case EX_ADD: case EX_SUB: case EX_MUL:
		return check_arithmetic(ck, e);
	case EX_EQ: case EX_NE:
		return check_equal(ck, e);
	case EX_LT: case EX_LE: case EX_GT: case EX_GE:
		return check_order(ck, e);
	case EX_IN:
		return check_in(ck, e);
	case EX_LAMBDA:
		return misplaced(ck, e, "a function `x => …` stands in map, "
		    "filter, find, any, all, count, sort_by, group_by and "
		    "distinct_by only");
	}
	return bad_type();
}
