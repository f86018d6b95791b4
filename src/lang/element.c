/*
 * The function of an element of a list: `each` makes one for each direction.
 *
 * Its rules are generated as those of a map are, onto slots; here the slots
 * are fields of the element in r0, read before the rules run, and members of
 * the record that is made of them at the end.  A list of plain values has one
 * slot with no name: the element itself.  Where rules of it are put, the
 * element of the target that it belongs to is read as well.
 */
#include "lang/gen.h"

#include "vm/builtin.h"

struct gen_func *
gen_element_begin(struct gen *g, struct str name, unsigned nargs, int paired,
    struct gen_outer *outer)
{
	struct gen_func *f = gen_func(g, name, nargs);

	*outer = (struct gen_outer){ g->in, g->out, g->old, g->rest,
		g->cur != NULL ? g->cur - (struct gen_rule *)g->rule.p : -1 };
	g->in = g->out = g->old = (struct vec){ 0 };
	g->rest = NULL;
	g->cur = NULL;
	f->element = 1;
	f->paired = paired;
	return f;
}

static int
is_below(const struct gen_slot *s, const struct str *path, size_t n)
{
	return s->n > n && path_overlaps(s->path, s->n, path, n);
}

static void
call(struct gen_func *f, const char *name, unsigned t)
{
	gen_ak(f, OP_CALL, t, 2 * (size_t)builtin_find(str_z(name)));
}

/* ---- before the rules ---- */

/* Out of the object in register t: what another in slot names. */
static void
omit_named(struct gen_func *f, const struct gen_slot *rest, unsigned t)
{
	const struct gen_slot *s = f->g->in.p;
	struct value *names = arena_array(f->g->a, f->g->in.n,
	    sizeof(*names));
	uint32_t n = 0;
	size_t nil;

	for (unsigned i = 0; i < f->g->in.n; i++)
		if (is_below(&s[i], rest->path, rest->n))
			names[n++] = value_text(s[i].path[rest->n]);
	nil = gen_jump(f, OP_JUMP_NIL, t);
	gen_const(f, t + 1, (struct value){ .type = V_LIST, .n = n,
		.u.list = names });
	call(f, "omit", t);
	gen_label(f, nil);
}

/* Slots of kind k out of the record in register of, by way of t. */
static void
read_fields(struct gen_func *f, enum slot_kind k, const struct vec *slots,
    unsigned of, unsigned t)
{
	const struct gen_slot *s = slots->p;

	for (unsigned i = 0; i < slots->n; i++) {
		unsigned from = of;

		for (size_t n = 0; n < s[i].n; n++, from = t) {
			gen_const(f, t + 1, value_text(s[i].path[n]));
			gen_abc(f, OP_FIELD, t, from, t + 1);
		}
		if (s[i].rest) {
			gen_move(f, SLOT_TEMP, t, SLOT_TEMP, from);
			omit_named(f, &s[i], t);
			from = t;
		}
		gen_move(f, k, i, SLOT_TEMP, from);
	}
}

/* The jump of an element that is nil. */
static size_t
read_element(struct gen_func *f)
{
	unsigned t = f->nargs;
	size_t nil;

	if (f->paired) {
		gen_const(f, t + 1, value_int(1));
		gen_abc(f, OP_INDEX, t, 0, t + 1);
		gen_const(f, t + 1, value_int(0));
		gen_abc(f, OP_INDEX, 0, 0, t + 1);
	}
	nil = gen_jump(f, OP_JUMP_NIL, 0);
	if (f->paired)
		read_fields(f, SLOT_OLD, &f->g->old, t, t + 1);
	read_fields(f, SLOT_IN, &f->g->in, 0, t);
	return nil;
}

/* ---- behind the rules ---- */

/* The number of the rest that is spliced into the object at a path, or -1. */
static int
splice_at(const struct gen *g, const struct str *path, size_t n)
{
	const struct gen_slot *s = g->out.p;

	for (unsigned i = 0; i < g->out.n; i++)
		if (s[i].rest && path_same(s[i].path, s[i].n, path, n))
			return (int)i;
	return -1;
}

/* A jump that is taken when no slot at or below the path has a value. */
static size_t
jump_empty(struct gen_func *f, const struct str *path, size_t n, unsigned t)
{
	struct gen *g = f->g;
	const struct gen_slot *s = g->out.p;
	size_t *some = arena_array(g->a, g->out.n, sizeof(*some));
	size_t k = 0, none;

	for (unsigned i = 0; i < g->out.n; i++) {
		size_t nil;

		if (s[i].n < n || !path_overlaps(s[i].path, s[i].n, path, n))
			continue;
		gen_move(f, SLOT_TEMP, t, SLOT_OUT, i);
		nil = gen_jump(f, s[i].rest ? OP_JUMP_NIL : OP_JUMP_ABSENT, t);
		/* of a rest, no member is nothing */
		if (s[i].rest) {
			gen_const(f, t + 1,
			    (struct value){ .type = V_RECORD });
			gen_abc(f, OP_EQ, t, t, t + 1);
		}
		some[k++] = gen_jump(f, s[i].rest ? OP_JUMP_FALSE : OP_JUMP,
		    t);
		gen_label(f, nil);
	}
	gen_const(f, t, (struct value){ .type = V_ABSENT });
	none = gen_jump(f, OP_JUMP, 0);
	while (k > 0)
		gen_label(f, some[--k]);
	return none;
}

/* A rest and the record in register dst, which have no member in common. */
static void
splice(struct gen_func *f, unsigned rest, unsigned dst)
{
	size_t nil;

	gen_move(f, SLOT_TEMP, dst + 1, SLOT_OUT, rest);
	nil = gen_jump(f, OP_JUMP_NIL, dst + 1);
	call(f, "merge", dst);
	gen_label(f, nil);
}

/*
 * The record of all out slots below a path, in register dst.  Paths are at
 * most AST_DEPTH long, and so deep is the recursion.
 */
static void
make_record(struct gen_func *f, const struct str *path, size_t n,
    unsigned dst)
{
	const struct gen_slot *s = f->g->out.p;
	int rest = splice_at(f->g, path, n);
	unsigned members = 0;

	for (unsigned i = 0; i < f->g->out.n; i++) {
		unsigned at = dst + 2 * members, k = 0;

		if (!is_below(&s[i], path, n))
			continue;
		while (k < i && !(is_below(&s[k], path, n) &&
		    str_eq(s[k].path[n], s[i].path[n])))
			k++;
		if (k < i)
			continue; /* another field of an object that is made */
		members++;
		gen_const(f, at, value_text(s[i].path[n]));
		if (s[i].n == n + 1 && !s[i].rest) {
			gen_move(f, SLOT_TEMP, at + 1, SLOT_OUT, i);
		} else {
			size_t none = jump_empty(f, s[i].path, n + 1, at + 1);

			make_record(f, s[i].path, n + 1, at + 1);
			gen_label(f, none);
		}
	}
	gen_abc(f, OP_RECORD, dst, dst, members);
	if (rest >= 0)
		splice(f, (unsigned)rest, dst);
}

/* Code of pre goes before that of f; its jumps stay inside. */
static void
prepend(struct gen_func *f, const struct gen_func *pre)
{
	struct gen *g = f->g;
	struct insn *code = arena_array(g->a, pre->n + f->n, sizeof(*code));

	memcpy(code, pre->code, pre->n * sizeof(*code));
	if (f->n)
		memcpy(code + pre->n, f->code, f->n * sizeof(*code));
	for (size_t i = 0; i < f->nhandler; i++) {
		f->handlers[i].start += (uint32_t)pre->n;
		f->handlers[i].end += (uint32_t)pre->n;
		f->handlers[i].target += (uint32_t)pre->n;
	}
	for (size_t i = 0; i < g->rule.n; i++) {
		struct gen_rule *r = (struct gen_rule *)g->rule.p + i;

		r->start += r->f == f ? pre->n : 0;
		r->end += r->f == f ? pre->n : 0;
	}
	f->code = code;
	f->n += pre->n;
	f->cap = f->n;
	gen_need(f, pre->ntemps);
}

void
gen_element_end(struct gen_func *f, const struct gen_outer *outer)
{
	struct gen *g = f->g;
	struct gen_func pre = { .g = g, .nargs = f->nargs, .at = f->at,
		.element = 1, .paired = f->paired };
	const struct gen_slot *out = g->out.p;
	unsigned t = f->nargs;
	size_t nil;

	if (g->out.n == 1 && out[0].n == 0 && !out[0].rest)
		gen_move(f, SLOT_TEMP, t, SLOT_OUT, 0);
	else
		make_record(f, NULL, 0, t);
	gen_a(f, OP_RETURN, t);
	nil = read_element(&pre);
	if (!g->failed)
		prepend(f, &pre);
	gen_label(f, g->failed ? 0 : nil);
	gen_const(f, t, (struct value){ .type = V_ABSENT });
	gen_a(f, OP_RETURN, t);
	f->nin = (unsigned)g->in.n;
	f->nout = (unsigned)g->out.n;
	f->nold = (unsigned)g->old.n;
	gen_need(f, f->ntemps + f->nin + f->nout + f->nold);
	g->in = outer->in;
	g->out = outer->out;
	g->old = outer->old;
	g->rest = outer->rest;
	g->cur = outer->rule < 0 ? NULL :
	    (struct gen_rule *)g->rule.p + outer->rule;
}
