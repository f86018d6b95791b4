/*
 * Several fields of one side that are one value on the other: c.{a, b}.  In
 * a rule they are a list of texts, which a codec joins or splits.
 */
#include "lang/map.h"

/* e as a place, or as the places of a tuple. */
int
tuple_places(struct map_info *m, struct expr *e, struct place **places,
    unsigned *n)
{
	struct compile *c = m->ck.c;
	int bad = 0;

	*n = e->kind == EX_TUPLE ? e->n : 1;
	if (e->kind != EX_TUPLE)
		return map_place(m, e, *places, 0);
	*places = arena_array(c->a, e->n, sizeof(**places));
	*n = 0;
	for (struct item *i = e->items; i != NULL; i = i->next) {
		struct expr *part = arena_new(c->a, struct expr);

		*part = (struct expr){ .kind = EX_FIELD, .a = e->a,
			.depth = e->depth, .text = i->name.text,
			.span = i->name.span, .op = i->name.span };
		bad |= map_place(m, part, &(*places)[(*n)++], 0);
	}
	return bad ? -1 : 0;
}

/* The type of a side's value in a rule. */
struct type
tuple_type(struct compile *c, const struct place *p, unsigned n)
{
	struct type t;

	if (n == 1)
		return p->type;
	t = type_list(c->a, type_of(TYPE_TEXT, NIL_NULL));
	t.nil = NIL_BOTH;
	return t;
}

/* Parts are texts, and some codec stands between them and one value. */
int
tuple_check(struct map_info *m, const struct map_rule *r)
{
	struct compile *c = m->ck.c;

	if (r->nleft == 1 && r->nright == 1)
		return 0;
	if (r->nstep == 0) {
		diag_fix(&c->ss, diag_at(&c->ss, C418, r->nleft > 1 ?
		    r->stmt->left->span : r->stmt->right->span, r->nleft > 1 ?
		    "several fields need a codec that joins them" :
		    "several fields need a codec that splits a text"),
		    r->nleft > 1 ? "via join_name(\" \")" :
		    "via split_name(\" \")");
		return -1;
	}
	for (unsigned i = 0; i < r->nleft + r->nright; i++) {
		const struct place *p = i < r->nleft ? &r->left[i] :
		    &r->rights[i - r->nleft];

		if ((i < r->nleft ? r->nleft : r->nright) == 1 ||
		    p->type.kind == TYPE_TEXT || p->type.kind == TYPE_BAD)
			continue;
		diag_at(&c->ss, C301, p->expr->span,
		    "only texts are joined, this is %.*s",
		    STR_ARG(type_text(c->a, p->type)));
		return -1;
	}
	return 0;
}

/* A value of type t goes to the places of one side. */
int
tuple_assign(struct map_info *m, const struct map_rule *r, struct type t,
    int back)
{
	struct compile *c = m->ck.c;
	const struct place *p = back ? r->left : r->rights;
	unsigned n = back ? r->nleft : r->nright;
	struct span at = back && r->stmt->arrow == ARROW_BOTH ?
	    r->stmt->left->span : r->stmt->right->span;
	int bad = 0;

	if (n == 1)
		return assign_check(m, r, p, t, back, at);
	if (t.kind == TYPE_BAD)
		return -1;
	if (t.kind != TYPE_LIST ||
	    !type_fits(type_element(c->a, t), type_of(TYPE_TEXT, 0))) {
		diag_fix(&c->ss, diag_at(&c->ss, C418, at, "several fields "
		    "take a list of texts, this is %.*s", STR_ARG(type_text(
		    c->a, t))), "via a codec that splits, like "
		    "split_name(\" \")");
		return -1;
	}
	t = type_of(TYPE_TEXT, NIL_BOTH);
	for (unsigned i = 0; i < n; i++)
		bad |= assign_check(m, r, &p[i], t, back, p[i].expr->span);
	return bad;
}
