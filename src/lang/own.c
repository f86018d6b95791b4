/*
 * own: who is right where both sides changed a field.  Read, checked against
 * the types of the rule, and for expr made a function.
 */
#include "lang/map.h"

static int
is_name(const struct expr *e, const char *word)
{
	return e != NULL && e->kind == EX_NAME && str_eq(e->text, str_z(word));
}

static struct map_own *
form(struct compile *c, struct span at, enum own kind)
{
	static const char *const forms[] = {
		[OWN_LATEST] = "latest, or latest(tie: right, within: 10s)",
		[OWN_UNION] = "union, or union(id): elements that have the "
		    "same `id` are one",
		[OWN_EXPR] = "expr(theirs ?? ours)",
	};

	if (kind < COUNT(forms) && forms[kind] != NULL)
		diag_fix(&c->ss, diag_at(&c->ss, C212, at,
		    "`%s` is written in another way", own_name(kind)),
		    "own: %s", forms[kind]);
	else
		diag_at(&c->ss, C212, at, "`%s` takes no arguments",
		    own_name(kind));
	return NULL;
}

/* tie: left|right, within: 10s */
static struct map_own *
read_latest(struct compile *c, struct map_own *o, const struct expr *e)
{
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		struct value v; /* seconds */

		if (str_eq(i->name.text, STR("tie")) &&
		    (is_name(i->value, "left") ||
			is_name(i->value, "right"))) {
			o->tie_right = is_name(i->value, "right");
		} else if (str_eq(i->name.text, STR("within")) &&
		    i->value->kind == EX_DURATION) {
			struct dec d, us;
			struct err err;

			if (literal_value(c, i->value, &v) != 0)
				return NULL;
			d = v.type == V_DEC ? *v.u.d : dec_int(v.u.i);
			if (dec_shift(d, 6, &us, &err) != 0 ||
			    dec_to_int(us, &o->within_us, &err) != 0) {
				diag_at(&c->ss, C105, i->value->span,
				    "the duration is too long");
				return NULL;
			}
		} else {
			return form(c, i->span, OWN_LATEST);
		}
	}
	return o;
}

static struct map_own *
unknown(struct compile *c, const struct expr *e, struct str name)
{
	struct near near;
	struct diag *g;

	if (e->kind == EX_BAD)
		return NULL;
	g = diag_at(&c->ss, C212, e->span, "`own` is left, right, latest, "
	    "fill, max, min, union, manual or expr(…)");
	near_init(&near, name);
	for (unsigned k = 0; k <= OWN_EXPR; k++)
		near_try(&near, str_z(own_name((enum own)k)));
	diag_meant(&c->ss, g, &near);
	return NULL;
}

struct map_own *
own_read(struct compile *c, struct expr *e)
{
	const struct expr *name = e->kind == EX_CALL ? e->a : e;
	struct map_own *o = arena_new(c->a, struct map_own);
	struct str word = name->kind == EX_NAME ? name->text : STR("");
	int k = own_find(word);

	if (k < 0)
		return unknown(c, e, word);
	o->kind = (enum own)k;
	o->span = e->span;
	o->func = -1;
	if (o->kind == OWN_LATEST)
		return e->kind == EX_CALL ? read_latest(c, o, e) : o;
	if (o->kind != OWN_UNION && o->kind != OWN_EXPR)
		return e->kind == EX_CALL ? form(c, e->span, o->kind) : o;
	if (e->kind != EX_CALL)
		return o->kind == OWN_UNION ? o : form(c, e->span, o->kind);
	if (e->n != 1 || e->items->name.text.n > 0)
		return form(c, e->span, o->kind);
	o->value = e->items->value;
	return o;
}

/* ---- against the types of a rule ---- */

static struct diag *
unsuited(struct compile *c, const struct map_own *o, const char *needs,
    struct type t)
{
	return diag_at(&c->ss, C441, o->span, "`own: %s` needs %s, this is "
	    "%.*s", own_name(o->kind), needs, STR_ARG(type_text(c->a, t)));
}

static int
check_ordered(struct compile *c, const struct map_rule *r, struct map_own *o)
{
	struct type t = r->left[0].type;

	t.nil = 0;
	if (r->kind != RULE_FIELD || r->nleft != 1) {
		diag_at(&c->ss, C441, o->span, "`own: %s` compares one plain "
		    "field", own_name(o->kind));
		return -1;
	}
	if (type_is_number(t)) {
		o->order = ORDER_NUMBER;
	} else if (t.kind == TYPE_TEXT || t.kind == TYPE_DATE) {
		o->order = ORDER_TEXT;
	} else if (t.kind == TYPE_DATETIME) {
		o->order = ORDER_TIME;
	} else {
		diag_fix(&c->ss, unsuited(c, o, "values that have an order",
		    t), "own: left, right or latest");
		return -1;
	}
	return 0;
}

/* The key of union(key): a path into an element of the right list. */
static int
check_union(struct compile *c, const struct map_rule *r,
    const struct map_own *o)
{
	struct type t = r->right.type, of;
	struct str path[AST_DEPTH];
	size_t n = o->value ? expr_path(o->value, path, AST_DEPTH) : 0;

	t.nil = 0;
	if ((r->kind != RULE_FIELD && r->kind != RULE_EACH) ||
	    t.kind != TYPE_LIST) {
		unsuited(c, o, "a list", t);
		return -1;
	}
	of = type_element(c->a, t);
	of.nil = 0;
	if (o->value != NULL && n == 0) {
		form(c, o->value->span, OWN_UNION);
		return -1;
	}
	if (n == 0 && r->kind != RULE_EACH &&
	    (of.kind == TYPE_RECORD || of.kind == TYPE_LIST)) {
		diag_fix(&c->ss, unsuited(c, o, "a key that tells elements "
		    "apart", t), of.kind == TYPE_RECORD ?
		    "own: union(id), where `id` is a field of an element" :
		    "own: left, right or latest");
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		struct type member;

		if (type_member(c->a, of, path[i], &member) != 0) {
			diag_at(&c->ss, C441, o->value->span, "an element of "
			    "`%.*s` has no field `%.*s`", STR_ARG(span_line(
			    &c->ss, r->right.expr->span, c->a)),
			    STR_ARG(path[i]));
			return -1;
		}
		of = member;
	}
	return 0;
}

/*
 * The right side's canonical values, the times of both, and nothing else:
 * each may be missing.
 */
static int
check_expr_own(struct map_info *m, const struct map_rule *r,
    struct map_own *o)
{
	static const char *const names[] = { "ours", "theirs", "base",
		"ours_at", "theirs_at" };
	struct check ck = { .c = m->ck.c, .m = m->ck.m, .flags = CK_ALONE };
	struct type want = r->right.type;

	if (r->kind == RULE_REST || r->nright > 1 ||
	    (r->kind == RULE_PICK && r->list_right)) {
		diag_at(&ck.c->ss, C441, o->span, "`own: expr` gives one "
		    "plain field its value");
		return -1;
	}
	for (unsigned i = 0; i < COUNT(names); i++) {
		struct type t = i < 3 ? want : type_of(TYPE_DATETIME, 0);

		t.nil = i < 3 ? NIL_BOTH : NIL_ABSENT;
		o->locals[i] = (struct local){ .up = ck.scope,
			.name = str_z(names[i]), .type = t,
			.kind = LOCAL_ARG, .reg = i };
		ck.scope = &o->locals[i];
	}
	want.nil |= NIL_ABSENT;
	if (check_expect(&ck, o->value, want, "the field") != 0)
		return -1;
	if (ck.fails != NULL) {
		check_sure(&ck, o->value);
		return -1;
	}
	return 0;
}

int
own_check(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct map_own *o = r->own;

	if (o == NULL)
		return 0;
	if (r->lossy && o->kind != OWN_LEFT && o->kind != OWN_RIGHT) {
		diag_fix(&c->ss, diag_at(&c->ss, C442, o->span,
		    "a lossy rule writes one side only, so the other owns the "
		    "value"), "own: left, or own: right");
		return -1;
	}
	switch (o->kind) {
	case OWN_MAX:
	case OWN_MIN:
		return check_ordered(c, r, o);
	case OWN_UNION:
		return check_union(c, r, o);
	case OWN_EXPR:
		return check_expr_own(m, r, o);
	default:
		return 0;
	}
}

void
own_inside(struct map_info *m, const struct map_rule *r)
{
	struct compile *c = m->ck.c;

	if (r->group.text.n > 0)
		diag_at(&c->ss, C443, r->group.span,
		    "an element is decided with its list");
	else if (r->own != NULL && !r->lossy)
		diag_fix(&c->ss, diag_at(&c->ss, C440, r->own->span,
		    "an element is decided with its list"),
		    "each … key … with own: …");
	else
		return;
	m->bad = 1;
}

void
own_gen(struct compile *c, struct gen *g, struct map_rule *r)
{
	struct gen_func *f;

	if (r->own == NULL || r->own->kind != OWN_EXPR)
		return;
	f = gen_func(g, arena_printf(g->ua, "own of %.*s", STR_ARG(span_line(
	    &c->ss, r->right.expr->span, c->a))), COUNT(r->own->locals));
	f->at = r->own->span;
	gen_expr(c, f, r->own->value, COUNT(r->own->locals));
	gen_a(f, OP_RETURN, COUNT(r->own->locals));
	r->own->func = f->index;
}
