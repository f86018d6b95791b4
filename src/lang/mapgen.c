/*
 * The programs of a map, one for each direction, from the same rules.
 *
 * A rule without codecs, guards and special wishes is one MOVE: absent leaves
 * the target out, null clears it, as the defaults say.
 */
#include "lang/map.h"

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
 * What a rule does with an absent or null value in register 0, whatever the
 * schema promised: what is written is done.
 */
static void
gen_policy(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back)
{
	int missing = !back || r->stmt->arrow != ARROW_BOTH;
	struct str what = place_text(c, r, back);
	size_t jump, over;

	if (missing && (r->required || r->missing != NIL_SKIP)) {
		jump = gen_jump(f, OP_JUMP_ABSENT, 0);
		over = gen_jump(f, OP_JUMP, 0);
		gen_label(f, jump);
		if (r->missing == NIL_DEFAULT)
			gen_expr(c, f, r->other, 0);
		else if (r->required || r->missing == NIL_ERROR)
			gen_fail(f, arena_printf(c->a, "`%.*s` is missing",
			    STR_ARG(what)));
		else
			nil_const(f, 0, 1);
		gen_label(f, over);
	}
	if (r->required || r->null != NIL_CLEAR) {
		jump = gen_jump(f, OP_JUMP_NULL, 0);
		over = gen_jump(f, OP_JUMP, 0);
		gen_label(f, jump);
		if (r->required || r->null == NIL_ERROR)
			gen_fail(f, arena_printf(c->a, "`%.*s` is null",
			    STR_ARG(what)));
		else
			nil_const(f, 0, 0);
		gen_label(f, over);
	}
}

/* Leaves the part in register i: what the record has. */
static void
load_part(struct gen_func *f, const struct map_rule *r, unsigned i)
{
	const struct place *p = &r->left[i];

	gen_move(f, SLOT_TEMP, i, SLOT_IN, gen_in(f->g, p->path, p->n, 0));
}

/*
 * c.{a, b}: a list in which an absent part is null.  When no part has a
 * value, the whole is null where one of them is null, else absent, and both
 * jumps that are given back are taken.
 */
static void
gen_tuple(struct gen_func *f, const struct map_rule *r, size_t none[2])
{
	size_t *some = arena_array(f->g->a, r->nleft, sizeof(*some));
	size_t *null = arena_array(f->g->a, r->nleft, sizeof(*null));

	for (unsigned i = 0; i < r->nleft; i++) {
		size_t nil;

		load_part(f, r, i);
		nil = gen_jump(f, OP_JUMP_NIL, i);
		some[i] = gen_jump(f, OP_JUMP, 0);
		gen_label(f, nil);
	}
	for (unsigned i = 0; i < r->nleft; i++)
		null[i] = gen_jump(f, OP_JUMP_NULL, i);
	none[0] = gen_jump(f, OP_JUMP, 0);
	for (unsigned i = 0; i < r->nleft; i++)
		gen_label(f, null[i]);
	nil_const(f, 0, 1);
	none[1] = gen_jump(f, OP_JUMP, 0);
	for (unsigned i = 0; i < r->nleft; i++)
		gen_label(f, some[i]);
	for (unsigned i = 0; i < r->nleft; i++) {
		size_t absent, over;

		load_part(f, r, i);
		absent = gen_jump(f, OP_JUMP_ABSENT, i);
		over = gen_jump(f, OP_JUMP, 0);
		gen_label(f, absent);
		nil_const(f, i, 1);
		gen_label(f, over);
	}
	gen_abc(f, OP_LIST, 0, 0, r->nleft);
}

static unsigned
out_slot(struct gen *g, const struct map_rule *r, const struct place *p,
    int back)
{
	return gen_out(g, p->path, p->n, r->create_only ? LF_CREATE_ONLY : 0,
	    pipe_compare(r, back));
}

/* Whether the rule's value is just an in slot. */
static const struct note *
plain_source(const struct map_rule *r, int back)
{
	const struct expr *e = r->source ? r->source :
	    back ? r->right.expr : r->left[0].expr;

	if (r->kind != RULE_FIELD || r->nstep > 0 || r->nguard > 0 ||
	    r->required || r->null != NIL_CLEAR || !expr_is_slot(e))
		return NULL;
	if (r->missing != NIL_SKIP && (!back ||
	    r->stmt->arrow != ARROW_BOTH))
		return NULL;
	return e->note->npath > 0 ? e->note : NULL;
}

static void
store(struct gen_func *f, const struct map_rule *r, int back)
{
	const struct place *p = back ? r->left : &r->right;

	f->at = r->stmt->head;
	if (!back || r->kind != RULE_TUPLE) {
		gen_move(f, SLOT_OUT, out_slot(f->g, r, p, back), SLOT_TEMP,
		    0);
		return;
	}
	/* a part is what the list has there; nil is every part's value */
	for (unsigned i = 0; i < r->nleft; i++) {
		size_t nil;

		gen_move(f, SLOT_TEMP, 1, SLOT_TEMP, 0);
		nil = gen_jump(f, OP_JUMP_NIL, 1);
		gen_const(f, 2, value_int(i));
		gen_abc(f, OP_INDEX, 1, 1, 2);
		gen_label(f, nil);
		gen_move(f, SLOT_OUT, out_slot(f->g, r, &r->left[i], 1),
		    SLOT_TEMP, 1);
	}
}

static void
gen_field_rule(struct compile *c, struct gen_func *f,
    const struct map_rule *r, int back)
{
	const struct note *plain = plain_source(r, back);
	const struct place *p = back ? &r->right : &r->left[0];
	size_t guards[16], none[2] = { 0 };
	struct value v;

	if (plain != NULL) {
		unsigned in = gen_in(f->g, plain->path, plain->npath, 0);

		gen_move(f, SLOT_OUT, out_slot(f->g, r, back ? r->left :
		    &r->right, back), SLOT_IN, in);
		return;
	}
	for (unsigned i = 0; i < r->nguard; i++) {
		gen_expr(c, f, r->guards[i], 0);
		guards[i] = gen_jump(f, OP_JUMP_FALSE, 0);
	}
	if (r->source != NULL)
		gen_expr(c, f, r->source, 0);
	else if (r->kind == RULE_TUPLE && !back)
		gen_tuple(f, r, none);
	else
		gen_move(f, SLOT_TEMP, 0, SLOT_IN,
		    gen_in(f->g, p->path, p->n, 0));
	f->at = r->stmt->head;
	if (r->source == NULL || expr_const(c, r->source, &v) != 0)
		gen_policy(c, f, r, back);
	pipe_gen(c, f, r, back, 0);
	if (none[0] != 0) {
		gen_label(f, none[0]);
		gen_label(f, none[1]);
	}
	store(f, r, back);
	for (unsigned i = r->nguard; i-- > 0;)
		gen_label(f, guards[i]);
}

/* The members that nothing else names, renamed. */
static void
gen_rest_rule(struct gen_func *f, const struct map_rule *r, int back)
{
	struct gen *g = f->g;
	const struct place *from = back ? &r->right : &r->left[0];
	const struct place *to = back ? &r->left[0] : &r->right;
	unsigned in = gen_in(g, from->path, from->n, 1);
	unsigned out = gen_out(g, to->path, to->n, LF_SPLICE, CMP_EXACT);
	size_t nil;

	if (r->prefix.n + r->suffix.n == 0) {
		gen_move(f, SLOT_OUT, out, SLOT_IN, in);
		return;
	}
	gen_move(f, SLOT_TEMP, 0, SLOT_IN, in);
	nil = gen_jump(f, OP_JUMP_NIL, 0);
	gen_const(f, 1, value_text(r->prefix));
	gen_const(f, 2, value_text(r->suffix));
	gen_need(f, 3);
	gen_ak(f, OP_CALL, 0, 2 * (size_t)builtin_find(STR("names")) +
	    (back != 0));
	gen_label(f, nil);
	gen_move(f, SLOT_OUT, out, SLOT_TEMP, 0);
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
		memcpy(path, from->path, from->n * sizeof(*path));
		path[from->n] = left;
		gen_in(g, path, from->n + 1, 0);
	}
}

struct prog *
map_gen(struct compile *c, struct map_info *m, int back)
{
	struct gen *g = gen_new(&c->ss, c->a, &c->unit->arena,
	    arena_printf(c->a, "%.*s %s", STR_ARG(m->e->decl->name.text),
	    back ? "<-" : "->"));
	struct gen_func *f = gen_func(g, STR("main"), 0);

	g->maps_records = 1;
	f->at = m->e->decl->head;
	for (struct map_rule *r = m->rules; r != NULL; r = r->next)
		if (r->kind == RULE_REST && (back ? r->back : r->forth))
			name_rest(c, m, g, r, back);
	for (struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (back ? !r->back : !r->forth)
			continue;
		gen_rule_begin(g, f, r->stmt->span);
		if (r->kind == RULE_REST)
			gen_rest_rule(f, r, back);
		else
			gen_field_rule(c, f, r, back);
		gen_rule_end(g, f);
	}
	f->at = m->e->decl->head;
	gen_end(f);
	if (!back && m->outbound != NULL)
		rules_gen(c, m, g);
	return gen_finish(g);
}
