/*
 * The codecs of a rule: c.x <-> h.y via a | b(1).  They are written from left
 * to right; the way back runs them from right to left.
 */
#include "lang/compile.h"

static int
builtin_step(struct check *ck, struct step *s, struct expr *e, unsigned k)
{
	const struct sig *sig = sig_of(ck->c, k);
	struct formal *formal;
	struct type var = bad_type();
	int bad = 0;

	if (sig->b->left == NULL) {
		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C413, s->span,
		    "`%.*s` is a function, not a codec", STR_ARG(s->name)),
		    "call it in a one-way rule: … <- %.*s(…)",
		    STR_ARG(s->name));
		return -1;
	}
	s->sig = sig;
	s->nargs = sig->nparam;
	s->args = arena_array(ck->c->a, s->nargs, sizeof(*s->args));
	formal = arena_array(ck->c->a, s->nargs, sizeof(*formal));
	for (unsigned i = 0; i < s->nargs; i++)
		formal[i] = (struct formal){ sig->params[i].name,
			sig->params[i].other };
	if (call_sort(ck, e, s->name, formal, s->nargs, s->args) != 0)
		return -1;
	for (unsigned i = 0; i < s->nargs; i++)
		bad |= call_check_arg(ck, s->name, &sig->params[i],
		    s->args[i], &var);
	return bad ? -1 : 0;
}

static int
thing_step(struct check *ck, struct step *s, struct expr *e,
    struct entity *thing)
{
	thing->used = 1;
	switch (thing->decl->kind) {
	case DE_ENUM:
		if (e->kind == EX_CALL) {
			diag_at(&ck->c->ss, C208, s->span,
			    "an enum takes no arguments");
			return -1;
		}
		s->en = thing;
		return enum_check(ck->c, thing);
	case DE_CODEC:
		NOT_BUILT(ck->c, s->span, "a codec of your own");
		return -1;
	default:
		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C413, s->span,
		    "`%.*s` is a function, not a codec", STR_ARG(s->name)),
		    "call it in a one-way rule: … <- %.*s(…)",
		    STR_ARG(s->name));
		return -1;
	}
}

static int
check_step(struct check *ck, struct step *s, struct expr *e)
{
	struct expr *name = e->kind == EX_CALL ? e->a : e;
	struct entity *thing;
	int k;

	s->span = e->span;
	s->name = call_name(ck->c, name);
	if (name->kind == EX_BAD)
		return -1;
	if (s->name.n == 0) {
		diag_at(&ck->c->ss, C207, e->span, "a codec has a name");
		return -1;
	}
	if (str_eq(s->name, STR("declared"))) {
		NOT_BUILT(ck->c, e->span, "`declared`");
		return -1;
	}
	thing = find_thing(ck->c, ck->m, s->name);
	if (thing != NULL)
		return thing_step(ck, s, e, thing);
	k = builtin_find(s->name);
	if (k >= 0)
		return builtin_step(ck, s, e, (unsigned)k);
	call_unknown(ck, name->span, s->name);
	return -1;
}

static enum law
step_law(const struct step *s)
{
	return s->en ? s->en->u.en->law : s->sig->b->law;
}

static int
takes_text(const struct step *s)
{
	return s->sig == NULL || (s->sig->left.n == 1 &&
	    s->sig->left.one[0].kind == TYPE_TEXT);
}

int
pipe_check(struct check *ck, struct map_rule *r, struct items pipe)
{
	unsigned n = 0;
	int bad = 0;

	r->law = LAW_EXACT;
	r->steps = arena_array(ck->c->a, pipe.n, sizeof(*r->steps));
	for (struct item *i = pipe.first; i != NULL; i = i->next) {
		struct step *s = &r->steps[n++];

		if (check_step(ck, s, i->value) != 0) {
			bad = 1;
			continue;
		}
		if (step_law(s) > r->law)
			r->law = step_law(s);
	}
	r->nstep = n;
	for (unsigned i = 0; i < n && !bad; i++)
		r->steps[i].as_text = i + 1 < n ?
		    takes_text(&r->steps[i + 1]) :
		    r->right.type.kind == TYPE_TEXT;
	return bad ? -1 : 0;
}

/* What one step makes of a value of type t. */
static struct type
step_flow(struct compile *c, const struct map_rule *r, const struct step *s,
    struct type t, int back)
{
	const struct sig_type *in, *out;
	struct type var = bad_type(), result;
	unsigned nil = t.nil;

	if (s->en != NULL) {
		const struct enum_info *en = s->en->u.en;
		struct type want = enum_type(c, en, back);
		const struct place *p = back ? &r->right : &r->left[0];

		if (!type_fits(t, want)) {
			diag_at(&c->ss, C301, s->span,
			    "enum `%.*s` takes %.*s here, this is %.*s",
			    STR_ARG(s->name), STR_ARG(type_text(c->a, want)),
			    STR_ARG(type_text(c->a, t)));
			return bad_type();
		}
		enum_cover(c, s->en, t, back, s->span, p->expr ?
		    span_line(&c->ss, p->expr->span, c->a) : s->name);
		result = enum_type(c, en, !back);
		result.nil = nil;
		if ((back ? en->back : en->forth) == ELSE_KEEP)
			result.nil |= NIL_ABSENT;
		return result;
	}
	in = back ? &s->sig->result : &s->sig->left;
	out = back ? &s->sig->left : &s->sig->result;
	if (back && s->sig->b->back == NULL) {
		diag_fix(&c->ss, diag_at(&c->ss, C413, s->span,
		    "`%.*s` has no way back", STR_ARG(s->name)),
		    "write the rule one way: … <- …");
		return bad_type();
	}
	if (sig_fits(c, in, t, &var) != 0) {
		diag_at(&c->ss, C301, s->span,
		    "`%.*s` takes %.*s here, this is %.*s", STR_ARG(s->name),
		    STR_ARG(sig_text(c, in)), STR_ARG(type_text(c->a, t)));
		return bad_type();
	}
	result = sig_result(c, out, var);
	if (!back && s->sig->b->hidden == HIDDEN_AS_TEXT)
		for (unsigned i = 0; i < out->n; i++)
			if ((out->one[i].kind == TYPE_TEXT) == s->as_text)
				result = out->one[i];
	result.nil |= nil;
	return result;
}

struct type
pipe_flow(struct compile *c, const struct map_rule *r, struct type t,
    int back)
{
	for (unsigned i = 0; i < r->nstep && t.kind != TYPE_BAD; i++)
		t = step_flow(c, r, &r->steps[back ? r->nstep - 1 - i : i], t,
		    back);
	return t;
}

void
pipe_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned dst)
{
	for (unsigned i = 0; i < r->nstep; i++) {
		const struct step *s = &r->steps[back ? r->nstep - 1 - i : i];
		unsigned n = 1;

		if (s->en != NULL) {
			f->at = s->span;
			gen_ak(f, OP_ENUM, dst, enum_gen(f->g, s->en->u.en,
			    back));
			continue;
		}
		for (unsigned k = 0; k < s->nargs; k++)
			gen_expr(c, f, s->args[k], dst + n++);
		f->at = s->span;
		if (s->sig->b->hidden == HIDDEN_AS_TEXT)
			gen_const(f, dst + n++, value_bool(s->as_text));
		else if (s->sig->b->hidden == HIDDEN_PARTS)
			gen_const(f, dst + n++, value_int(r->nleft));
		gen_need(f, dst + n);
		gen_ak(f, OP_CALL, dst, 2 * s->sig->index + (back != 0));
	}
}

enum value_compare
pipe_compare(const struct map_rule *r, int back)
{
	struct type t = back ? r->left[0].type : r->right.type;
	const struct step *last = r->nstep ? &r->steps[r->nstep - 1] : NULL;

	if (!back && last != NULL && last->sig != NULL)
		return last->sig->b->compare;
	if (t.kind == TYPE_LIST && t.node != NULL &&
	    schema_unique_items(t.node))
		return CMP_SET;
	return CMP_EXACT;
}
