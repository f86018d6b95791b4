/*
 * The codecs of a rule: c.x <-> h.y via a | b(1).  They are written from left
 * to right; the way back runs them from right to left.
 */
#include "lang/lookup.h"

/* Something goes one way only. */
static int
one_way(struct check *ck, const struct map_rule *r, const struct step *s)
{
	if (r->stmt->arrow != ARROW_BOTH)
		return 0;
	diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C413, s->span,
	    "`%.*s` is a function and has no way back", STR_ARG(s->name)),
	    "write the rule one way: … <- … via %.*s", STR_ARG(s->name));
	return -1;
}

static int
builtin_step(struct check *ck, const struct map_rule *r, struct step *s,
    struct expr *e, unsigned k)
{
	const struct sig *sig = sig_of(ck->c, k);
	const struct sig_param *params = sig->params;
	struct formal *formal;
	struct type var = bad_type();
	int bad = 0;

	s->sig = sig;
	s->law = sig->b->law;
	s->nargs = sig->nparam;
	if (sig->b->left == NULL) {
		if (one_way(ck, r, s) != 0)
			return -1;
		if (sig->nparam == 0) {
			diag_at(&ck->c->ss, C413, s->span,
			    "`%.*s` takes no value", STR_ARG(s->name));
			return -1;
		}
		params++;
		s->nargs--;
	}
	s->args = arena_array(ck->c->a, s->nargs, sizeof(*s->args));
	formal = arena_array(ck->c->a, s->nargs, sizeof(*formal));
	for (unsigned i = 0; i < s->nargs; i++)
		formal[i] = (struct formal){ params[i].name, params[i].other };
	if (call_sort(ck, e, s->name, formal, s->nargs, s->args) != 0)
		return -1;
	for (unsigned i = 0; i < s->nargs; i++)
		bad |= call_check_arg(ck, s->name, &params[i], s->args[i],
		    &var);
	return bad ? -1 : 0;
}

static int
fn_step(struct check *ck, const struct map_rule *r, struct step *s,
    struct expr *e, struct entity *thing)
{
	const struct fn_info *info = fn_of(ck->c, thing);
	struct formal *formal;
	int bad = 0;

	if (info == NULL)
		return -1;
	s->way[0] = info;
	s->law = LAW_NONE;
	if (thing->decl->kind == DE_CODEC) {
		s->way[1] = &thing->u.codec->way[1];
		s->law = thing->u.codec->law;
	} else if (one_way(ck, r, s) != 0) {
		return -1;
	}
	if (info->n == 0) {
		diag_at(&ck->c->ss, C413, s->span, "`%.*s` takes no value",
		    STR_ARG(s->name));
		return -1;
	}
	s->nargs = info->n - 1;
	s->args = arena_array(ck->c->a, s->nargs, sizeof(*s->args));
	formal = arena_array(ck->c->a, s->nargs, sizeof(*formal));
	for (unsigned i = 0; i < s->nargs; i++)
		formal[i] = (struct formal){ info->names[i + 1],
			info->defaults[i + 1] };
	if (call_sort(ck, e, s->name, formal, s->nargs, s->args) != 0)
		return -1;
	for (unsigned i = 0; i < s->nargs; i++)
		bad |= check_expect(ck, s->args[i], info->params[i + 1],
		    "the parameter");
	return bad ? -1 : 0;
}

static int
thing_step(struct check *ck, const struct map_rule *r, struct step *s,
    struct expr *e, struct entity *thing)
{
	thing->used = 1;
	if (thing->decl->kind != DE_ENUM)
		return fn_step(ck, r, s, e, thing);
	if (e->kind == EX_CALL) {
		diag_at(&ck->c->ss, C208, s->span,
		    "an enum takes no arguments");
		return -1;
	}
	if (enum_check(ck->c, thing) != 0)
		return -1;
	s->en = thing;
	s->law = thing->u.en->law;
	return 0;
}

int
is_enum_list(struct compile *c, struct module *m, struct expr *name)
{
	return str_eq(call_name(c, name), STR("enum_list")) &&
	    find_thing(c, m, STR("enum_list")) == NULL;
}

/* What stands between the brackets; NULL with a finding. */
static struct entity *
list_enum(struct check *ck, const struct step *s, struct expr *e)
{
	struct formal formal = { STR("enum"), NULL };
	struct expr *arg = NULL;
	struct entity *thing;
	struct str name;

	if (e->kind != EX_CALL) {
		diag_at(&ck->c->ss, C208, e->span, "%.*s needs `enum`",
		    STR_ARG(s->name));
		return NULL;
	}
	if (call_sort(ck, e, s->name, &formal, 1, &arg) != 0 ||
	    arg->kind == EX_BAD)
		return NULL;
	name = call_name(ck->c, arg);
	thing = name.n > 0 ? find_thing(ck->c, ck->m, name) : NULL;
	if (thing != NULL && thing->decl->kind == DE_ENUM)
		return thing;
	if (thing == NULL && name.n > 0)
		call_unknown(ck, arg->span, name);
	else
		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C413, arg->span,
		    "`%.*s` is no enum", STR_ARG(span_line(&ck->c->ss,
		    arg->span, ck->c->a))), "one way, a list goes by any "
		    "function: … <- map(…, x => …)");
	return NULL;
}

/* enum_list(interest): a list, each element by the enum. */
static int
list_step(struct check *ck, struct step *s, struct expr *e)
{
	struct entity *thing = list_enum(ck, s, e);

	if (thing == NULL)
		return -1;
	thing->used = 1;
	if (enum_check(ck->c, thing) != 0)
		return -1;
	if (enum_has_null(thing->u.en)) {
		struct diag *g = diag_at(&ck->c->ss, C413, s->span,
		    "no element of a list is null, and enum `%.*s` has null",
		    STR_ARG(thing->u.en->name));

		diag_also(&ck->c->ss, g, thing->decl->head, "the enum");
		diag_fix(&ck->c->ss, g, "an enum for lists, without null");
		return -1;
	}
	s->en = thing;
	s->each = 1;
	s->law = thing->u.en->law;
	return 0;
}

static int
check_step(struct check *ck, const struct map_rule *r, struct step *s,
    struct expr *e)
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
		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C413, e->span,
		    "`declared` is the last word of a rest's pipe"),
		    "rest … <-> … via … | declared;");
		return -1;
	}
	thing = find_thing(ck->c, ck->m, s->name);
	if (thing != NULL)
		return thing_step(ck, r, s, e, thing);
	if (is_enum_list(ck->c, ck->m, name))
		return list_step(ck, s, e);
	k = lookup_step(ck, r, s, e);
	if (k != 0)
		return k < 0 ? -1 : 0;
	k = builtin_find(s->name);
	if (k >= 0)
		return builtin_step(ck, r, s, e, (unsigned)k);
	call_unknown(ck, name->span, s->name);
	return -1;
}

const struct fn_info *
step_way(const struct step *s, int back)
{
	return s->way[back && s->way[1] != NULL];
}

static int
takes_text(const struct step *s)
{
	const struct sig_type *t = s->sig == NULL ? NULL :
	    s->sig->b->left ? &s->sig->left : &s->sig->params[0].type;

	if (s->lookup != NULL)
		return 1;
	if (s->way[0] != NULL)
		return s->way[0]->params[0].kind == TYPE_TEXT;
	return t == NULL || (t->n == 1 && t->one[0].kind == TYPE_TEXT);
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

		if (check_step(ck, r, s, i->value) != 0) {
			s->nargs = 0; /* nobody looks at them */
			bad = 1;
			continue;
		}
		if (s->law > r->law)
			r->law = s->law;
	}
	r->nstep = n;
	if (ck->fails != NULL)
		check_sure(ck, (struct expr *)ck->fails);
	for (unsigned i = 0; i < n && !bad; i++)
		r->steps[i].as_text = i + 1 < n ?
		    takes_text(&r->steps[i + 1]) :
		    r->right.type.kind == TYPE_TEXT;
	return bad ? -1 : 0;
}

/* What an enum is given of t, itself or an element; BAD with a finding. */
static struct type
enum_takes(struct compile *c, const struct step *s, struct type t, int back)
{
	struct type want = enum_type(c, s->en->u.en, back), of = t;

	if (s->each && t.kind == TYPE_LIST)
		of = type_element(c->a, t);
	if (s->each == (t.kind == TYPE_LIST) && type_fits(of, want))
		return of;
	want = type_of(want.kind, 0);
	diag_at(&c->ss, C301, s->span, "%s`%.*s` takes %.*s here, this is %.*s",
	    s->each ? "" : "enum ", STR_ARG(s->name),
	    STR_ARG(type_text(c->a, s->each ? type_list(c->a, want) : want)),
	    STR_ARG(type_text(c->a, t)));
	return bad_type();
}

static int
element_nil(struct compile *c, const struct step *s)
{
	diag_fix(&c->ss, diag_at(&c->ss, C415, s->span,
	    "an element of the list may be null, which no row takes"),
	    "the schema of the list says what its items are, without null");
	return -1;
}

static struct type
enum_flow(struct compile *c, const struct map_rule *r, const struct step *s,
    struct type t, int back)
{
	const struct enum_info *en = s->en->u.en;
	const struct place *p = back ? &r->right : &r->left[0];
	struct type of = enum_takes(c, s, t, back), result;

	if (of.kind == TYPE_BAD || (s->each && of.nil != 0 &&
	    element_nil(c, s) != 0) ||
	    enum_cover(c, s->en, of, back, s->span, p->expr ?
	    span_line(&c->ss, p->expr->span, c->a) : s->name) != 0)
		return bad_type();
	result = enum_type(c, en, !back);
	if (s->each)
		result = type_list(c->a, result);
	result.nil = enum_nil(en, t.nil, back);
	return result;
}

static struct type
fn_flow(struct compile *c, const struct step *s, struct type t, int back)
{
	const struct fn_info *fn = step_way(s, back);
	struct type result = fn->result;

	if (!type_fits(t, fn->params[0])) {
		diag_at(&c->ss, C301, s->span,
		    "`%.*s` takes %.*s%s, this is %.*s", STR_ARG(s->name),
		    STR_ARG(type_text(c->a, fn->params[0])),
		    s->way[1] != NULL ? " here" : "",
		    STR_ARG(type_text(c->a, t)));
		return bad_type();
	}
	result.nil |= t.nil;
	return result;
}

/* What one step makes of a value of type t. */
static struct type
step_flow(struct compile *c, const struct map_rule *r, const struct step *s,
    struct type t, int back)
{
	const struct sig_type *in, *out;
	struct type var = bad_type(), result;
	int function;

	if (s->en != NULL)
		return enum_flow(c, r, s, t, back);
	if (s->lookup != NULL)
		return lookup_flow(c, r, s, t, back);
	if (s->sig == NULL)
		return fn_flow(c, s, t, back);
	function = s->sig->b->left == NULL;
	in = function ? &s->sig->params[0].type :
	    back ? &s->sig->result : &s->sig->left;
	out = function || !back ? &s->sig->result : &s->sig->left;
	if (back && !function && s->sig->b->back == NULL) {
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
	result.nil |= t.nil;
	if (result.kind == TYPE_TEXT)
		result.max_length = length_after(c, s->sig->b->name,
		    t.max_length, s->args, s->nargs, back);
	return result;
}

static int
step_fails(const struct step *s, int back)
{
	if (s->en != NULL)
		return (back ? s->en->u.en->back : s->en->u.en->forth) ==
		    ELSE_ERROR;
	if (s->sig == NULL)
		return step_way(s, back)->fails != NULL;
	return back && s->sig->b->left != NULL ? s->sig->b->back_fallible :
	    s->sig->b->fallible;
}

/* Whether the rule says what becomes of a value that is refused, and one is. */
static int
keeps_errors(const struct map_rule *r, int back)
{
	for (unsigned i = 0; i < r->nstep && r->error != NIL_ERROR; i++)
		if (step_fails(&r->steps[i], back))
			return 1;
	return 0;
}

struct type
pipe_flow(struct compile *c, const struct map_rule *r, struct type t,
    int back)
{
	for (unsigned i = 0; i < r->nstep && t.kind != TYPE_BAD; i++)
		t = step_flow(c, r, &r->steps[back ? r->nstep - 1 - i : i], t,
		    back);
	if (t.kind != TYPE_BAD && keeps_errors(r, back))
		t.nil |= r->error == NIL_SKIP ? NIL_ABSENT : NIL_NULL;
	return t;
}

/* The interpreter passes nil by codecs and enums, but not by functions. */
static int
meets_nil(const struct step *s, int back)
{
	if (s->en != NULL)
		return 0;
	return s->sig == NULL || s->sig->b->left == NULL ||
	    (back && strcmp(s->sig->b->left, "any") == 0);
}

void
pipe_gen_step(struct compile *c, struct gen_func *f,
    const struct map_rule *r, const struct step *s, int back, unsigned dst)
{
	size_t nil = SIZE_MAX;
	unsigned n = 1;

	f->at = s->span;
	if (s->en != NULL) {
		(s->each ? enum_gen_list : enum_gen)(f, s->en->u.en, back,
		    dst);
		return;
	}
	if (s->lookup != NULL) {
		lookup_gen_step(f, r, s, back, dst);
		return;
	}
	if (meets_nil(s, back))
		nil = gen_jump(f, OP_JUMP_NIL, dst);
	for (unsigned k = 0; k < s->nargs; k++)
		gen_expr(c, f, s->args[k], dst + n++);
	f->at = s->span;
	if (s->sig == NULL) {
		gen_need(f, dst + n);
		gen_ak(f, OP_CALL_FN, dst, gen_fn(c, f->g,
		    step_way(s, back)));
	} else {
		if (s->sig->b->hidden == HIDDEN_AS_TEXT)
			gen_const(f, dst + n++, value_bool(s->as_text));
		else if (s->sig->b->hidden == HIDDEN_PARTS)
			gen_const(f, dst + n++, value_int(r->nleft > 1 ?
			    r->nleft : r->nright));
		gen_need(f, dst + n);
		gen_ak(f, OP_CALL, dst, 2 * s->sig->index +
		    (back && s->sig->b->left != NULL));
	}
	if (nil != SIZE_MAX)
		gen_label(f, nil);
}

void
pipe_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned dst)
{
	size_t start = f->n, stop, over;

	for (unsigned i = 0; i < r->nstep; i++)
		pipe_gen_step(c, f, r, &r->steps[back ? r->nstep - 1 - i : i],
		    back, dst);
	/* what never fails of the right type may be given another */
	if (r->error == NIL_ERROR || r->nstep == 0)
		return;
	stop = f->n;
	over = gen_jump(f, OP_JUMP, 0);
	gen_handle(f, start, stop, f->n);
	gen_const(f, dst, r->error == NIL_CLEAR ? value_null() :
	    (struct value){ .type = V_ABSENT });
	gen_label(f, over);
}

enum value_compare
pipe_compare(const struct map_rule *r, int back)
{
	struct type t = back ? r->left[0].type : r->right.type;
	const struct step *last = r->nstep ? &r->steps[r->nstep - 1] : NULL;

	if (!back && last != NULL && last->sig != NULL &&
	    last->sig->b->compare != CMP_EXACT)
		return last->sig->b->compare;
	if (t.kind == TYPE_DATETIME)
		return CMP_INSTANT;
	if (t.kind == TYPE_LIST && t.node != NULL &&
	    schema_unique_items(t.node))
		return CMP_SET;
	return CMP_EXACT;
}
