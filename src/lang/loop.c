/*
 * Loops over lists, map(list, x => …): the function that stands in place, and
 * what it takes from outside.
 */
#include "lang/expr.h"

static const struct {
	const char *name;
	enum prog_loop_kind kind;
} loops[] = {
	{ "map", LOOP_MAP }, { "filter", LOOP_FILTER }, { "find", LOOP_FIND },
	{ "any", LOOP_ANY }, { "all", LOOP_ALL }, { "count", LOOP_COUNT },
};

/* ---- captures ---- */

/* Whether f or something inside it owns l. */
static int
is_inner(const struct lambda *f, const struct local *l)
{
	for (const struct lambda *o = l->owner; o != NULL; o = o->up)
		if (o == f)
			return 1;
	return 0;
}

static void
capture(struct compile *c, struct lambda *f, const struct note *n)
{
	if (is_inner(f, n->local))
		return;
	for (unsigned i = 0; i < f->n; i++) {
		if (f->list[i].local == n->local && path_same(f->list[i].path,
		    f->list[i].npath, n->path, n->npath))
			return;
	}
	if (f->n == f->cap) {
		unsigned cap = f->cap ? f->cap * 2 : 8;
		struct capture *p = arena_array(c->a, cap, sizeof(*p));

		if (f->n)
			memcpy(p, f->list, f->n * sizeof(*p));
		f->list = p;
		f->cap = cap;
	}
	f->list[f->n++] = (struct capture){ n->local, n->path, n->npath };
}

/* What a function's body takes from outside, as whole paths. */
void
lambda_captures(struct compile *c, struct lambda *f, const struct expr *e)
{
	if (e == NULL)
		return;
	if (e->note != NULL && (e->note->kind == NOTE_SLOT ||
	    e->note->kind == NOTE_LOCAL)) {
		capture(c, f, e->note);
		return;
	}
	if (e->note != NULL && e->note->args != NULL) {
		for (unsigned i = 0; i < e->note->nargs; i++)
			lambda_captures(c, f, e->note->args[i]);
		if (e->note->kind != NOTE_LOOP)
			return;
	}
	if (e->note != NULL && e->note->kind == NOTE_HEADER) {
		capture(c, f, e->note);
		return;
	}
	lambda_captures(c, f, e->a);
	lambda_captures(c, f, e->b);
	lambda_captures(c, f, e->c);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		lambda_captures(c, f, i->key);
		lambda_captures(c, f, i->value);
	}
}

/* ---- the loop ---- */

/* Functions run inside those that call them: so many more at this place. */
void
call_depth(struct check *ck, unsigned depth)
{
	for (const struct lambda *f = ck->lambda; f != NULL; f = f->up)
		depth++;
	if (ck->calls < depth)
		ck->calls = depth;
}

static struct type
loop_type(struct check *ck, enum prog_loop_kind kind, struct type list,
    struct type of)
{
	struct type t;

	switch (kind) {
	case LOOP_MAP:
		of.nil &= NIL_NULL;
		return type_list(ck->c->a, of);
	case LOOP_FILTER:
		return list;
	case LOOP_FIND:
		t = type_element(ck->c->a, list);
		t.nil |= NIL_ABSENT;
		return t;
	case LOOP_COUNT:
		return type_of(TYPE_INT, 0);
	case LOOP_ANY:
	case LOOP_ALL:
		break;
	}
	return type_of(TYPE_BOOL, 0);
}

struct type
call_loop(struct check *ck, struct expr *e, enum prog_loop_kind kind)
{
	struct expr *list = e->items->value, *fn = e->items->next->value;
	struct note *note = expr_note(ck->c, e);
	struct lambda *f = arena_new(ck->c->a, struct lambda);
	struct type t = check_expr(ck, list), of;

	if (t.kind == TYPE_ANY && (ck->flags & CK_CONNECTOR)) {
		t = type_list(ck->c->a, type_of(TYPE_ANY, NIL_BOTH));
	} else if (check_expect(ck, list, type_list(ck->c->a,
	    type_of(TYPE_ANY, NIL_BOTH)), "a loop") != 0) {
		return bad_type();
	}
	f->up = ck->lambda;
	f->arg = (struct local){ .up = ck->scope, .name = fn->text,
		.type = type_element(ck->c->a, t), .kind = LOCAL_ARG,
		.owner = f };
	ck->scope = &f->arg;
	ck->lambda = f;
	call_depth(ck, 0);
	if (kind == LOOP_MAP)
		of = check_expr(ck, fn->a);
	else
		check_condition(ck, fn->a);
	ck->scope = f->arg.up;
	ck->lambda = f->up;
	lambda_captures(ck->c, f, fn->a);
	note->kind = NOTE_LOOP;
	note->loop = kind;
	note->lambda = f;
	note->args = arena_array(ck->c->a, 1, sizeof(*note->args));
	note->args[0] = list;
	note->nargs = 1;
	if (kind != LOOP_MAP)
		of = type_of(TYPE_BOOL, 0);
	if (of.kind == TYPE_BAD)
		return bad_type();
	return loop_type(ck, kind, t, of);
}

int
call_is_loop(const struct expr *e, struct str name, enum prog_loop_kind *kind)
{
	if (e->n != 2 || e->items->next->value->kind != EX_LAMBDA)
		return 0;
	for (size_t i = 0; i < COUNT(loops); i++)
		if (str_eq(name, str_z(loops[i].name))) {
			*kind = loops[i].kind;
			return 1;
		}
	return 0;
}
