/*
 * The function `keys` of a program: the keys of all its lookups.
 *
 * It runs before anything is known, so it takes all branches: every key that
 * a record could ask for is told, and some that it will not.  A key that
 * cannot be computed is none; where the rule itself comes to it, the rule
 * fails in the same way.
 */
#include "lang/lookup.h"

unsigned
lookup_of(const struct expr *e)
{
	const struct note *n = e ? e->note : NULL;
	unsigned looks = 0;

	if (e == NULL || (n != NULL && (n->kind == NOTE_CONST ||
	    n->kind == NOTE_SLOT || n->kind == NOTE_LOCAL)))
		return 0;
	if (n != NULL && n->kind == NOTE_LOOKUP)
		return n->lookup->xref ? LOOKS_XREF : LOOKS_TABLE;
	if (n != NULL && n->kind == NOTE_FN)
		looks = n->fn->looks;
	if (n != NULL && n->args != NULL) {
		for (unsigned i = 0; i < n->nargs; i++)
			looks |= lookup_of(n->args[i]);
		if (n->kind == NOTE_LOOP)
			looks |= lookup_of(e->items->next->value->a);
		return looks;
	}
	looks |= lookup_of(e->a) | lookup_of(e->b) | lookup_of(e->c);
	for (const struct item *i = e->items; i != NULL; i = i->next)
		looks |= lookup_of(i->key) | lookup_of(i->value);
	return looks;
}

static void tell(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst);

/* What [start, here) raises is left out. */
static void
forgive(struct gen_func *f, size_t start)
{
	gen_handle(f, start, f->n, f->n);
}

static void
end_quietly(struct gen_func *f, unsigned dst)
{
	gen_const(f, dst, (struct value){ .type = V_ABSENT });
	gen_a(f, OP_RETURN, dst);
}

/* The function that tells what a user's function asks; made when first met. */
static unsigned
keys_of_fn(struct compile *c, struct gen *g, const struct fn_info *fn)
{
	const void *key = &fn->looks; /* the function's own key is fn */
	struct gen_func *f;

	for (f = g->funcs; f != NULL; f = f->next)
		if (f->key == key)
			return f->index;
	f = gen_func(g, arena_printf(c->a, "%.*s keys", STR_ARG(fn->name)),
	    fn->n);
	f->key = key;
	f->at = fn->body->span;
	tell(c, f, fn->body, fn->n);
	end_quietly(f, fn->n);
	return f->index;
}

static void
tell_loop(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	const struct expr *body = e->items->next->value->a;
	const struct lambda *l = e->note->lambda;
	struct gen_func *fn = gen_func(f->g, STR("=> keys"), l->n + 1);
	size_t start = f->n;

	fn->lambda = l;
	fn->at = body->span;
	tell(c, fn, body, l->n + 1);
	end_quietly(fn, l->n + 1);
	gen_loop_over(c, f, e, LOOP_MAP, fn, dst);
	forgive(f, start);
}

/* All keys of e, with registers from dst on. */
static void
tell(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	const struct note *n = e ? e->note : NULL;
	size_t start = f->n;

	if (lookup_of(e) == 0)
		return;
	if (n != NULL && n->kind == NOTE_LOOKUP) {
		gen_expr(c, f, n->args[0], dst);
		f->at = e->span;
		gen_ak(f, OP_KEY, dst, lookup_index(f, n->lookup));
		forgive(f, start);
		return;
	}
	if (n == NULL || n->args == NULL) {
		tell(c, f, e->a, dst);
		tell(c, f, e->b, dst);
		tell(c, f, e->c, dst);
		for (const struct item *i = e->items; i != NULL; i = i->next) {
			tell(c, f, i->key, dst);
			tell(c, f, i->value, dst);
		}
		return;
	}
	for (unsigned i = 0; i < n->nargs; i++)
		tell(c, f, n->args[i], dst);
	if (n->kind == NOTE_FN && n->fn->looks) {
		unsigned k = keys_of_fn(c, f->g, n->fn);

		start = f->n;
		for (unsigned i = 0; i < n->nargs; i++)
			gen_expr(c, f, n->args[i], dst + i);
		gen_need(f, dst + n->nargs + 1);
		gen_ak(f, OP_CALL_FN, dst, k);
		forgive(f, start);
	}
	if (n->kind == NOTE_LOOP &&
	    lookup_of(e->items->next->value->a) != 0)
		tell_loop(c, f, e, dst);
}

/* The key that a pipe comes to. */
static void
tell_pipe(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v)
{
	size_t start = f->n;

	if (r->pipe_looks == 0)
		return;
	map_gen_value(c, f, r, back, v);
	for (unsigned i = 0; i < r->nstep; i++) {
		const struct step *s = &r->steps[back ? r->nstep - 1 - i : i];
		const struct fn_info *fn = step_way(s, back);

		f->at = s->span;
		if (s->lookup != NULL) {
			gen_ak(f, OP_KEY, v, lookup_step_index(f, r, s, back));
			break;
		}
		if (fn != NULL && fn->looks) {
			unsigned k = keys_of_fn(c, f->g, fn);

			for (unsigned j = 0; j < s->nargs; j++)
				gen_expr(c, f, s->args[j], v + j + 1);
			gen_need(f, v + s->nargs + 1);
			gen_ak(f, OP_CALL_FN, v, k);
			break;
		}
		pipe_gen_step(c, f, r, s, back, v);
	}
	forgive(f, start);
}

static void tell_rules(struct compile *c, struct gen_func *f,
    const struct map_info *m, int back);

/* The rules of an element, for each element of the list. */
static void
tell_each(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back)
{
	const struct lambda *l = r->body->lambda;
	unsigned v = f->nargs;
	struct gen_outer outer;
	struct gen_func *fn;
	size_t start = f->n, nil;

	map_gen_value(c, f, r, back, v);
	nil = gen_jump(f, OP_JUMP_NIL, v);
	fn = gen_element_begin(f->g, STR("each keys"), l->n + 1, 0, &outer);
	fn->lambda = l;
	tell_rules(c, fn, r->body, back);
	gen_element_end(fn, &outer);
	each_gen_loop(c, f, r, fn, v);
	gen_label(f, nil);
	forgive(f, start);
}

static void
tell_rules(struct compile *c, struct gen_func *f, const struct map_info *m,
    int back)
{
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (r->looks == 0 || !(back ? r->back : r->forth))
			continue;
		f->at = r->stmt->span;
		if (r->kind == RULE_EACH) {
			tell_each(c, f, r, back);
			continue;
		}
		tell(c, f, r->source, f->nargs);
		tell_pipe(c, f, r, back, f->nargs);
	}
}

void
keys_gen(struct compile *c, struct map_info *m, struct gen *g, int back)
{
	struct gen_func *f;

	if (g->lookups.n == 0)
		return;
	f = gen_func(g, STR("keys"), 0);
	g->keys = f;
	tell_rules(c, f, m, back);
	for (struct stmt *s = m->sync[back] ? m->sync[back]->body : NULL;
	    s != NULL; s = s->next)
		tell(c, f, s->guard, 0);
	f->at = m->e->decl->head;
	gen_end(f);
}
