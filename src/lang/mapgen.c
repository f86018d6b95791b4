/*
 * The programs of a map, one for each direction, from the same rules.
 *
 * A rule without codecs, guards and special wishes is one MOVE: absent leaves
 * the target out, null clears it, as the defaults say.
 */
#include "lang/lookup.h"

static void
nil_const(struct gen_func *f, unsigned dst, int null)
{
	gen_const(f, dst, null ? value_null() :
	    (struct value){ .type = V_ABSENT });
}

static struct str
place_text(struct compile *c, const struct map_rule *r, int back)
{
	const struct expr *e = r->source ? r->source :
	    back ? r->right.expr : r->stmt->left;

	return span_line(&c->ss, e->span, c->a);
}

/*
 * What a rule does with an absent or null value in register v, whatever the
 * schema promised: what is written is done.
 */
static void
gen_policy(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v)
{
	int missing = !back || r->stmt->arrow != ARROW_BOTH;
	struct str what = place_text(c, r, back);
	size_t jump, over, done = 0;

	if (missing && (r->required || r->missing == NIL_CLEAR ||
	    r->missing == NIL_ERROR || r->missing == NIL_DEFAULT)) {
		jump = gen_jump(f, OP_JUMP_ABSENT, v);
		over = gen_jump(f, OP_JUMP, 0);
		gen_label(f, jump);
		if (r->missing == NIL_DEFAULT)
			gen_expr(c, f, r->other, v);
		else if (r->required || r->missing == NIL_ERROR)
			gen_fail(f, arena_printf(c->a, "`%.*s` is missing",
			    STR_ARG(what)));
		else
			nil_const(f, v, 1);
		/* cleared because it is missing, whatever a null means */
		if (r->missing == NIL_CLEAR && r->null != NIL_CLEAR)
			done = gen_jump(f, OP_JUMP, 0);
		gen_label(f, over);
	}
	if (r->required || r->null != NIL_CLEAR) {
		jump = gen_jump(f, OP_JUMP_NULL, v);
		over = gen_jump(f, OP_JUMP, 0);
		gen_label(f, jump);
		if (r->required || r->null == NIL_ERROR)
			gen_fail(f, arena_printf(c->a, "`%.*s` is null",
			    STR_ARG(what)));
		else
			nil_const(f, v, 0);
		gen_label(f, over);
	}
	if (done != 0)
		gen_label(f, done);
}

/* Leaves part i in register v + i: what the record has. */
static void
load_part(struct gen_func *f, const struct place *p, unsigned i, unsigned v)
{
	gen_move(f, SLOT_TEMP, v + i, SLOT_IN,
	    gen_in(f->g, p[i].path, p[i].n, 0));
}

/*
 * c.{a, b}: a list in which an absent part is null.  When no part has a
 * value, the whole is null where one of them is null, else absent, and both
 * jumps that are given back are taken.
 */
static void
gen_tuple(struct gen_func *f, const struct place *p, unsigned n, unsigned v,
    size_t none[2])
{
	size_t *some = arena_array(f->g->a, n, sizeof(*some));
	size_t *null = arena_array(f->g->a, n, sizeof(*null));

	for (unsigned i = 0; i < n; i++) {
		size_t nil;

		load_part(f, p, i, v);
		nil = gen_jump(f, OP_JUMP_NIL, v + i);
		some[i] = gen_jump(f, OP_JUMP, 0);
		gen_label(f, nil);
	}
	for (unsigned i = 0; i < n; i++)
		null[i] = gen_jump(f, OP_JUMP_NULL, v + i);
	none[0] = gen_jump(f, OP_JUMP, 0);
	for (unsigned i = 0; i < n; i++)
		gen_label(f, null[i]);
	nil_const(f, v, 1);
	none[1] = gen_jump(f, OP_JUMP, 0);
	for (unsigned i = 0; i < n; i++)
		gen_label(f, some[i]);
	for (unsigned i = 0; i < n; i++) {
		size_t absent, over;

		load_part(f, p, i, v);
		absent = gen_jump(f, OP_JUMP_ABSENT, v + i);
		over = gen_jump(f, OP_JUMP, 0);
		gen_label(f, absent);
		nil_const(f, v + i, 1);
		gen_label(f, over);
	}
	gen_abc(f, OP_LIST, v, v, n);
}

static unsigned
out_slot(struct gen *g, const struct map_rule *r, const struct place *p,
    int back)
{
	return gen_out(g, p->path, p->n, r->create_only ? LF_CREATE_ONLY : 0,
	    pipe_compare(r, back));
}

/* Whether the rule's value is just an in slot of f. */
static const struct note *
plain_source(const struct gen_func *f, const struct map_rule *r, int back)
{
	const struct expr *e = r->source ? r->source :
	    back ? r->right.expr : r->left[0].expr;

	if (r->kind != RULE_FIELD || r->nstep > 0 || r->nguard > 0 ||
	    r->required || r->null != NIL_CLEAR || !expr_is_slot(e))
		return NULL;
	if (r->missing != NIL_SKIP && (!back ||
	    r->stmt->arrow != ARROW_BOTH))
		return NULL;
	/* an element may read the record around it */
	return e->note->npath > 0 && e->note->local->owner == f->lambda ?
	    e->note : NULL;
}

/* What a rule writes, and from where, in a direction. */
static const struct place *
targets(const struct map_rule *r, int back, unsigned *n)
{
	*n = back ? r->nleft : r->nright;
	return back ? r->left : r->rights;
}

static void
store(struct gen_func *f, const struct map_rule *r, int back, unsigned v)
{
	unsigned n;
	const struct place *p = targets(r, back, &n);

	f->at = r->stmt->head;
	if (n == 1) {
		gen_move(f, SLOT_OUT, out_slot(f->g, r, p, back), SLOT_TEMP,
		    v);
		return;
	}
	/* a part is what the list has there; nil is every part's value */
	for (unsigned i = 0; i < n; i++) {
		size_t nil;

		gen_move(f, SLOT_TEMP, v + 1, SLOT_TEMP, v);
		nil = gen_jump(f, OP_JUMP_NIL, v + 1);
		gen_const(f, v + 2, value_int(i));
		gen_abc(f, OP_INDEX, v + 1, v + 1, v + 2);
		gen_label(f, nil);
		gen_move(f, SLOT_OUT, out_slot(f->g, r, &p[i], back),
		    SLOT_TEMP, v + 1);
	}
}

/* The value that a rule begins with, in register v. */
static void
source(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v, size_t none[2])
{
	unsigned n;
	const struct place *p = targets(r, !back, &n);

	if (r->source != NULL)
		gen_expr(c, f, r->source, v);
	else if (n > 1)
		gen_tuple(f, p, n, v, none);
	else if (r->kind == RULE_PICK && back == r->list_right)
		pick_gen(c, f, r, v);
	else
		load_part(f, p, 0, v);
}

void
map_gen_value(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v)
{
	size_t none[2] = { 0 };
	struct value k;

	source(c, f, r, back, v, none);
	f->at = r->stmt->head;
	if (none[0] != 0) {
		gen_label(f, none[0]);
		gen_label(f, none[1]);
	}
	if (r->looks & ~r->pipe_looks)
		lookup_gen_wait(f, r, back, v);
	if (r->source == NULL || expr_const(c, r->source, &k) != 0)
		gen_policy(c, f, r, back, v);
}

/* What the pipe of a rule did not find. */
static void
gen_missed(struct gen_func *f, const struct map_rule *r, int back, unsigned v)
{
	size_t absent, over;

	f->at = r->stmt->head;
	lookup_gen_wait(f, r, back, v);
	if (r->missing != NIL_CLEAR || back)
		return;
	absent = gen_jump(f, OP_JUMP_ABSENT, v);
	over = gen_jump(f, OP_JUMP, 0);
	gen_label(f, absent);
	nil_const(f, v, 1);
	gen_label(f, over);
}

/* The members that nothing else names, renamed. */
static void
gen_rest_rule(struct gen_func *f, const struct map_rule *r, int back)
{
	struct gen *g = f->g;
	const struct place *from = back ? &r->right : &r->left[0];
	const struct place *to = back ? &r->left[0] : &r->right;
	unsigned in = gen_in(g, from->path, from->n, 1), v = f->nargs;
	unsigned out = gen_out(g, to->path, to->n, LF_SPLICE, CMP_EXACT);
	size_t nil;

	if (r->prefix.n + r->suffix.n == 0) {
		gen_move(f, SLOT_OUT, out, SLOT_IN, in);
		return;
	}
	gen_move(f, SLOT_TEMP, v, SLOT_IN, in);
	nil = gen_jump(f, OP_JUMP_NIL, v);
	gen_const(f, v + 1, value_text(r->prefix));
	gen_const(f, v + 2, value_text(r->suffix));
	gen_ak(f, OP_CALL, v, 2 * (size_t)builtin_find(STR("names")) +
	    (back != 0));
	gen_label(f, nil);
	gen_move(f, SLOT_OUT, out, SLOT_TEMP, v);
}

/* What a rule does where its guards hold. */
static void
gen_guarded(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back)
{
	unsigned v = f->nargs;

	if (r->kind == RULE_REST) {
		gen_rest_rule(f, r, back);
		return;
	}
	if (r->kind == RULE_UNKNOWN) {
		unknown_gen(c, f, r);
		return;
	}
	map_gen_value(c, f, r, back, v);
	if (r->kind == RULE_EACH)
		each_gen(c, f, r, back, v);
	else
		pipe_gen(c, f, r, back, v);
	if (r->pipe_looks != 0)
		gen_missed(f, r, back, v);
	if (r->kind == RULE_PICK && back != r->list_right)
		pick_put_gen(c, f, r, v, out_slot(f->g, r, back ? r->left :
		    r->rights, back));
	else
		store(f, r, back, v);
}

void
map_gen_rule(struct compile *c, struct gen_func *f,
    const struct map_rule *r, int back)
{
	const struct note *plain = plain_source(f, r, back);
	size_t guards[GUARDS_MAX];
	unsigned v = f->nargs;

	if (plain != NULL) {
		unsigned in = gen_in(f->g, plain->path, plain->npath, 0);

		gen_move(f, SLOT_OUT, out_slot(f->g, r, back ? r->left :
		    r->rights, back), SLOT_IN, in);
		return;
	}
	for (unsigned i = 0; i < r->nguard; i++) {
		gen_expr(c, f, r->guards[i], v);
		guards[i] = gen_jump(f, OP_JUMP_FALSE, v);
	}
	gen_guarded(c, f, r, back);
	for (unsigned i = r->nguard; i-- > 0;)
		gen_label(f, guards[i]);
}

/*
 * Every name that is mapped anywhere is no part of a rest, even where this
 * direction does not read it; so is what an except names.
 */
static void
name_rest(struct compile *c, struct map_info *m, struct gen *g,
    const struct map_rule *r, int back)
{
	const struct place *from = back ? &r->right : &r->left[0];

	struct gen_rest *rest = arena_new(c->a, struct gen_rest);

	*rest = (struct gen_rest){ g->rest, from->path, from->n };
	g->rest = rest;
	for (const struct named *x = m->named[back]; x != NULL; x = x->next)
		if (x->n > from->n && path_overlaps(x->path, from->n,
		    from->path, from->n))
			gen_in(g, x->path, from->n + 1, 0);
	if (back)
		return;
	for (const struct item *i = r->stmt->words.first; i; i = i->next) {
		struct str *path;
		struct str left;

		if (!rest_rename(c, r, 1, i->name.text, &left))
			continue;
		path = arena_array(c->a, from->n + 1, sizeof(*path));
		if (from->n > 0)
			memcpy(path, from->path, from->n * sizeof(*path));
		path[from->n] = left;
		gen_in(g, path, from->n + 1, 0);
	}
}

void
map_gen_rests(struct compile *c, struct map_info *m, struct gen *g, int back)
{
	for (struct map_rule *r = m->rules; r != NULL; r = r->next)
		if ((r->kind == RULE_REST || r->kind == RULE_UNKNOWN) &&
		    (back ? r->back : r->forth))
			name_rest(c, m, g, r, back);
}

static void
rule_begin(struct gen_func *f, struct map_rule *r)
{
	gen_rule_begin(f->g, f, r->stmt->span);
	if (r->kind != RULE_UNKNOWN) /* which decides no field */
		r->no[f->g->back] = (int)f->g->rule.n - 1;
	if (r->layer != NULL)
		f->g->cur->layer = gen_str(f->g, r->layer->name);
	f->g->cur->law = (uint8_t)r->law;
	f->g->cur->joins = r->kind == RULE_EACH || r->kind == RULE_PICK;
}

/* The rules that depend on the target as it was, and as main left it. */
static void
gen_put(struct compile *c, const struct map_info *m, struct gen *g, int back)
{
	struct gen_func *f = gen_func(g, STR("put"), 0);

	g->put = f;
	f->at = m->e->decl->head;
	for (struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (!(back ? r->back : r->forth) || !map_is_late(r, back))
			continue;
		rule_begin(f, r);
		map_gen_rule(c, f, r, back);
		gen_rule_end(g, f);
	}
	f->at = m->e->decl->head;
	gen_end(f);
}

struct prog *
map_gen(struct compile *c, struct map_info *m, int back)
{
	struct gen *g = gen_new(&c->ss, c->a, &c->unit->arena,
	    arena_printf(c->a, "%.*s %s", STR_ARG(m->e->decl->name.text),
	    back ? "<-" : "->"));
	struct gen_func *f = gen_func(g, STR("main"), 0);
	int late = 0;

	m->gen[back] = g;
	g->maps_records = 1;
	g->back = back;
	f->at = m->e->decl->head;
	map_gen_rests(c, m, g, back);
	for (struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (!(back ? r->back : r->forth))
			continue;
		if (map_is_late(r, back)) {
			late = 1;
			continue;
		}
		rule_begin(f, r);
		map_gen_rule(c, f, r, back);
		gen_rule_end(g, f);
	}
	f->at = m->e->decl->head;
	gen_end(f);
	if (late)
		gen_put(c, m, g, back);
	for (struct map_rule *r = m->rules; r != NULL && !back; r = r->next)
		own_gen(c, g, r);
	if (m->sync[back] != NULL)
		rules_gen(c, m, g);
	identity_gen(c, m, g);
	keys_gen(c, m, g, back);
	return gen_finish(g);
}
