/*
 * The function of an element of a list: `each` makes one for each direction.
 *
 * Its rules are generated as those of a map are, onto slots; here the slots
 * are fields of the element in r0, read before the rules run, and members of
 * the record that is made of them at the end.  A list of plain values has one
 * slot with no name: the element itself.
 */
#include "lang/gen.h"

struct gen_func *
gen_element_begin(struct gen *g, struct str name, unsigned nargs,
    struct gen_outer *outer)
{
	struct gen_func *f = gen_func(g, name, nargs);

	*outer = (struct gen_outer){ g->in, g->out, g->rest, g->cur != NULL ?
		g->cur - (struct gen_rule *)g->rule.p : -1 };
	g->in = g->out = (struct vec){ 0 };
	g->rest = NULL;
	g->cur = NULL;
	f->element = 1;
	return f;
}

/* Read the in slots out of r0. */
static void
read_fields(struct gen_func *f)
{
	const struct gen_slot *s = f->g->in.p;
	unsigned t = f->nargs;

	for (unsigned i = 0; i < f->g->in.n; i++) {
		for (size_t k = 0; k < s[i].n; k++) {
			gen_const(f, t + 1, value_text(s[i].path[k]));
			gen_abc(f, OP_FIELD, t, k ? t : 0, t + 1);
		}
		gen_move(f, SLOT_IN, i, SLOT_TEMP, s[i].n ? t : 0);
	}
}

static int
below(const struct gen_slot *s, const struct str *path, size_t n)
{
	if (s->n <= n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(s->path[i], path[i]))
			return 0;
	return 1;
}

/* A jump that is taken when no slot below the path has a value. */
static size_t
jump_empty(struct gen_func *f, const struct str *path, size_t n, unsigned t)
{
	struct gen *g = f->g;
	const struct gen_slot *s = g->out.p;
	size_t *some = arena_array(g->a, g->out.n, sizeof(*some));
	size_t k = 0, none;

	for (unsigned i = 0; i < g->out.n; i++) {
		size_t absent;

		if (!below(&s[i], path, n))
			continue;
		gen_move(f, SLOT_TEMP, t, SLOT_OUT, i);
		absent = gen_jump(f, OP_JUMP_ABSENT, t);
		some[k++] = gen_jump(f, OP_JUMP, 0);
		gen_label(f, absent);
	}
	gen_const(f, t, (struct value){ .type = V_ABSENT });
	none = gen_jump(f, OP_JUMP, 0);
	while (k > 0)
		gen_label(f, some[--k]);
	return none;
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
	unsigned members = 0;

	for (unsigned i = 0; i < f->g->out.n; i++) {
		unsigned at = dst + 2 * members, k = 0;

		if (!below(&s[i], path, n))
			continue;
		while (k < i && !(below(&s[k], path, n) &&
		    str_eq(s[k].path[n], s[i].path[n])))
			k++;
		if (k < i)
			continue; /* another field of an object that is made */
		members++;
		gen_const(f, at, value_text(s[i].path[n]));
		if (s[i].n == n + 1) {
			gen_move(f, SLOT_TEMP, at + 1, SLOT_OUT, i);
		} else {
			size_t none = jump_empty(f, s[i].path, n + 1, at + 1);

			make_record(f, s[i].path, n + 1, at + 1);
			gen_label(f, none);
		}
	}
	gen_abc(f, OP_RECORD, dst, dst, members);
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
		.element = 1 };
	const struct gen_slot *out = g->out.p;
	unsigned t = f->nargs;

	if (g->out.n == 1 && out[0].n == 0)
		gen_move(f, SLOT_TEMP, t, SLOT_OUT, 0);
	else
		make_record(f, NULL, 0, t);
	gen_a(f, OP_RETURN, t);
	gen_jump(&pre, OP_JUMP_NIL, 0);
	read_fields(&pre);
	if (!g->failed)
		prepend(f, &pre);
	gen_label(f, 0);
	gen_const(f, t, (struct value){ .type = V_ABSENT });
	gen_a(f, OP_RETURN, t);
	f->nin = (unsigned)g->in.n;
	f->nout = (unsigned)g->out.n;
	gen_need(f, f->ntemps + f->nin + f->nout);
	g->in = outer->in;
	g->out = outer->out;
	g->rest = outer->rest;
	g->cur = outer->rule < 0 ? NULL :
	    (struct gen_rule *)g->rule.p + outer->rule;
}
