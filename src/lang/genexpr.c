/*
 * Code of checked expressions.  gen_expr leaves the value in register dst and
 * may use every register above it; nothing below is touched.
 */
#include "lang/lookup.h"

static void
binary(struct compile *c, struct gen_func *f, const struct expr *e,
    enum op op, unsigned dst)
{
	gen_expr(c, f, e->a, dst);
	gen_expr(c, f, e->b, dst + 1);
	f->at = e->op;
	gen_abc(f, op, dst, dst, dst + 1);
}

/* a > b is b < a; the operands keep their order of evaluation. */
static void
swapped(struct compile *c, struct gen_func *f, const struct expr *e,
    enum op op, unsigned dst)
{
	gen_expr(c, f, e->a, dst);
	gen_expr(c, f, e->b, dst + 1);
	f->at = e->op;
	gen_abc(f, op, dst, dst + 1, dst);
}

static void
negate(struct gen_func *f, unsigned dst)
{
	gen_abc(f, OP_NOT, dst, dst, 0);
}

/* Whether the code of e itself sees to it that its value is a bool. */
static int
makes_bool(const struct expr *e)
{
	switch (e->kind) {
	case EX_TRUE: case EX_FALSE: case EX_NOT: case EX_AND: case EX_OR:
	case EX_EQ: case EX_NE: case EX_LT: case EX_LE: case EX_GT: case EX_GE:
	case EX_IN:
		return 1;
	case EX_CALL:
		return e->note->kind == NOTE_LINKED ||
		    e->note->kind == NOTE_CHANGED;
	default:
		return 0;
	}
}

/* The right operand is asked by nothing else: a jump that goes nowhere. */
static void
gen_and_or(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	size_t end;

	gen_expr(c, f, e->a, dst);
	end = gen_jump(f, e->kind == EX_AND ? OP_JUMP_FALSE : OP_JUMP_TRUE,
	    dst);
	gen_expr(c, f, e->b, dst);
	f->at = e->b->span;
	if (!makes_bool(e->b))
		gen_label(f, gen_jump(f, OP_JUMP_FALSE, dst));
	gen_label(f, end);
}

static void
gen_if(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	size_t other, end;

	gen_expr(c, f, e->a, dst);
	other = gen_jump(f, OP_JUMP_FALSE, dst);
	gen_expr(c, f, e->b, dst);
	end = gen_jump(f, OP_JUMP, 0);
	gen_label(f, other);
	gen_expr(c, f, e->c, dst);
	gen_label(f, end);
}

static void
gen_nil_else(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	size_t nil, end;

	gen_expr(c, f, e->a, dst);
	nil = gen_jump(f, OP_JUMP_NIL, dst);
	end = gen_jump(f, OP_JUMP, 0);
	gen_label(f, nil);
	gen_expr(c, f, e->b, dst);
	gen_label(f, end);
}

static void
gen_try(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	size_t start = f->n, end, stop;

	gen_expr(c, f, e->a, dst);
	stop = f->n;
	end = gen_jump(f, OP_JUMP, 0);
	gen_handle(f, start, stop, f->n);
	gen_expr(c, f, e->b, dst);
	gen_label(f, end);
}

/* One key of an arm: a bool in dst, or in dst + 1 beside the subject. */
static unsigned
gen_key(struct compile *c, struct gen_func *f, const struct expr *e,
    const struct expr *key, unsigned dst)
{
	if (e->a == NULL) {
		gen_expr(c, f, key, dst);
		return dst;
	}
	gen_expr(c, f, key, dst + 1);
	f->at = key->span;
	gen_abc(f, OP_EQ, dst + 1, dst, dst + 1);
	return dst + 1;
}

/* Where the jump stands that is taken when no key of an arm holds. */
static size_t
gen_keys(struct compile *c, struct gen_func *f, const struct expr *e,
    const struct expr *key, unsigned dst)
{
	size_t *hit, n = 0, next;
	unsigned r = dst;

	if (key->kind != EX_KEYS)
		return gen_jump(f, OP_JUMP_FALSE, gen_key(c, f, e, key, dst));
	hit = arena_array(c->a, key->n, sizeof(*hit));
	for (const struct item *i = key->items; i != NULL; i = i->next) {
		r = gen_key(c, f, e, i->value, dst);
		if (i->next != NULL)
			hit[n++] = gen_jump(f, OP_JUMP_TRUE, r);
	}
	next = gen_jump(f, OP_JUMP_FALSE, r);
	while (n > 0)
		gen_label(f, hit[--n]);
	return next;
}

/* The arms in their order; a subject is kept in dst while they are tried. */
static void
gen_match(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	size_t *ends = arena_array(c->a, e->n, sizeof(*ends));
	size_t n = 0, next = 0;
	int falls = 1;

	if (e->a != NULL)
		gen_expr(c, f, e->a, dst);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		if (i->key == NULL) {
			gen_expr(c, f, i->value, dst);
			falls = 0;
			break;
		}
		next = gen_keys(c, f, e, i->key, dst);
		gen_expr(c, f, i->value, dst);
		ends[n++] = gen_jump(f, OP_JUMP, 0);
		gen_label(f, next);
	}
	/* all options of the subject have an arm; a record outside its
	 * schema may still bring another value */
	if (falls)
		gen_fail(f, STR("no arm of match takes this value"));
	while (n > 0)
		gen_label(f, ends[--n]);
}

static void
gen_parts(struct compile *c, struct gen_func *f, const struct expr *e,
    enum op op, unsigned dst)
{
	unsigned n = 0;

	for (const struct item *i = e->items; i != NULL; i = i->next) {
		/* the empty text around {…} is nothing */
		if (e->kind == EX_INTERP && i->value->kind == EX_TEXT &&
		    i->value->text.n == 0)
			continue;
		gen_expr(c, f, i->value, dst + n++);
	}
	f->at = e->span;
	if (n > 255 && !f->g->failed) {
		diag_at(f->g->ss, C701, e->span,
		    "more than 255 parts in one expression");
		f->g->failed = 1;
	}
	gen_abc(f, op, dst, dst, n & 255);
}

static void
gen_record(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	unsigned n = 0;

	for (const struct item *i = e->items; i != NULL; i = i->next, n++) {
		gen_const(f, dst + 2 * n, value_text(i->name.text));
		gen_expr(c, f, i->value, dst + 2 * n + 1);
	}
	f->at = e->span;
	gen_abc(f, OP_RECORD, dst, dst, n);
}

/* ---- names ---- */

/*
 * A field that only a condition reads is still one of a rest, so it is taken
 * from the whole object and not by a slot of its own.
 */
size_t
gen_reach(const struct gen *g, const struct str *path, size_t npath)
{
	size_t n = npath;

	for (const struct gen_rest *r = g->rest; r != NULL; r = r->next)
		if (r->n < npath && path_overlaps(r->path, r->n, path, r->n) &&
		    !gen_reads(g, path, r->n + 1))
			n = r->n;
	return n;
}

static void
gen_slot(struct gen_func *f, struct str *path, size_t npath, unsigned dst)
{
	size_t n = gen_reach(f->g, path, npath);

	gen_move(f, SLOT_TEMP, dst, SLOT_IN, gen_in(f->g, path, n, 0));
	for (; n < npath; n++) {
		gen_const(f, dst + 1, value_text(path[n]));
		gen_abc(f, OP_FIELD, dst, dst, dst + 1);
	}
}

void
gen_target(struct gen_func *f, struct str *path, size_t npath, unsigned dst)
{
	long out = gen_out_find(f->g, path, npath);
	size_t absent, over;

	if (out >= 0) {
		gen_move(f, SLOT_TEMP, dst, SLOT_OUT, (unsigned)out);
		absent = gen_jump(f, OP_JUMP_ABSENT, dst);
		over = gen_jump(f, OP_JUMP, 0);
		gen_label(f, absent);
	}
	gen_move(f, SLOT_TEMP, dst, SLOT_OLD, gen_old(f->g, path, npath));
	if (out >= 0)
		gen_label(f, over);
}

void
gen_load(struct compile *c, struct gen_func *f, const struct local *l,
    struct str *path, size_t npath, unsigned dst)
{
	const struct lambda *in = f->lambda;

	if (in != NULL && l->owner != in) {
		for (unsigned i = 0; i < in->n; i++) {
			if (in->list[i].local != l || !path_same(
			    in->list[i].path, in->list[i].npath, path, npath))
				continue;
			gen_move(f, SLOT_TEMP, dst, SLOT_TEMP, i + !in->bare);
			return;
		}
		fatal("a function does not know what it captures");
	}
	if (l->kind == LOCAL_ARG)
		gen_move(f, SLOT_TEMP, dst, SLOT_TEMP, l->reg);
	else if (l->kind == LOCAL_LEFT && f->g->back &&
	    (f == f->g->put || f->paired))
		gen_target(f, path, npath, dst);
	else
		gen_slot(f, path, npath, dst);
}

static void
gen_field(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	gen_expr(c, f, e->a, dst);
	gen_const(f, dst + 1, value_text(e->text));
	f->at = e->op;
	gen_abc(f, OP_FIELD, dst, dst, dst + 1);
}

/* ---- calls ---- */

unsigned
gen_fn(struct compile *c, struct gen *g, const struct fn_info *fn)
{
	struct gen_func *f;

	for (f = g->funcs; f != NULL; f = f->next)
		if (f->key == fn)
			return f->index;
	f = gen_func(g, fn->name, fn->n);
	f->key = fn;
	f->at = fn->body->span;
	gen_expr(c, f, fn->body, fn->n);
	f->at = fn->body->span;
	gen_a(f, OP_RETURN, fn->n);
	return f->index;
}

static void
gen_args(struct compile *c, struct gen_func *f, const struct note *n,
    unsigned dst)
{
	for (unsigned i = 0; i < n->nargs; i++)
		gen_expr(c, f, n->args[i], dst + i);
	gen_need(f, dst + (n->nargs ? n->nargs : 1));
}

void
gen_loop_over(struct compile *c, struct gen_func *f, const struct expr *e,
    enum prog_loop_kind kind, const struct gen_func *fn, unsigned dst)
{
	const struct lambda *l = e->note->lambda;
	size_t k = gen_loop(f->g, (struct prog_loop){ kind, fn->index,
	    (uint16_t)l->n });

	gen_expr(c, f, e->note->args[0], dst);
	for (unsigned i = 0; i < l->n; i++)
		gen_load(c, f, l->list[i].local, l->list[i].path,
		    l->list[i].npath, dst + 1 + i);
	f->at = e->span;
	gen_need(f, dst + 1 + l->n);
	gen_ak(f, OP_LOOP, dst, k);
}

static void
gen_loop_call(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	const struct expr *body = e->items->next->value->a;
	const struct lambda *l = e->note->lambda;
	struct gen_func *fn = gen_func(f->g, STR("=>"), l->n + 1);

	fn->lambda = l;
	fn->at = body->span;
	gen_expr(c, fn, body, l->n + 1);
	fn->at = body->span;
	gen_a(fn, OP_RETURN, l->n + 1);
	gen_loop_over(c, f, e, e->note->loop, fn, dst);
}

static void
gen_call(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	const struct note *n = e->note;
	unsigned k;

	switch (n->kind) {
	case NOTE_CALL:
		gen_args(c, f, n, dst);
		f->at = e->span;
		gen_ak(f, OP_CALL, dst, n->k);
		break;
	case NOTE_FN:
		k = gen_fn(c, f->g, n->fn);
		gen_args(c, f, n, dst);
		f->at = e->span;
		gen_ak(f, OP_CALL_FN, dst, k);
		break;
	case NOTE_ENUM:
		gen_args(c, f, n, dst);
		f->at = e->span;
		enum_gen(f, n->entity->u.en, 0, dst);
		break;
	case NOTE_LOOP:
		gen_loop_call(c, f, e, dst);
		break;
	case NOTE_LINKED:
		f->at = e->span;
		gen_a(f, OP_LINKED, dst);
		break;
	case NOTE_CHANGED:
		f->at = e->span;
		gen_ak(f, OP_CHANGED, dst, gen_changed(c, f, n));
		break;
	case NOTE_HEADER:
		gen_load(c, f, n->local, NULL, 0, dst);
		gen_const(f, dst + 1, n->value);
		f->at = e->span;
		gen_abc(f, OP_FIELD, dst, dst, dst + 1);
		break;
	case NOTE_LOOKUP:
		gen_args(c, f, n, dst);
		f->at = e->span;
		lookup_gen(f, n->lookup, dst);
		break;
	default:
		fatal("a call without a meaning");
	}
}

void
gen_expr(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst)
{
	const struct note *n = e->note;
	struct value v;

	gen_need(f, dst + 1);
	if (f->g->failed)
		return;
	if (e->span.end != 0)
		f->at = e->span;
	if (expr_const(c, e, &v) == 0) {
		gen_const(f, dst, v);
		return;
	}
	if (n != NULL && n->kind == NOTE_PARAM) {
		param_gen(c, f, n);
		return;
	}
	if (n != NULL && n->kind == NOTE_EVENT) {
		gen_ak(f, OP_EVENT_OF, dst, n->k);
		return;
	}
	if (n != NULL && (n->kind == NOTE_SLOT || n->kind == NOTE_LOCAL)) {
		gen_load(c, f, n->local, n->path, n->npath, dst);
		return;
	}
	switch (e->kind) {
	case EX_INTERP:
		gen_parts(c, f, e, OP_CONCAT, dst);
		break;
	case EX_LIST:
		gen_parts(c, f, e, OP_LIST, dst);
		break;
	case EX_RECORD:
		gen_record(c, f, e, dst);
		break;
	case EX_FIELD:
		gen_field(c, f, e, dst);
		break;
	case EX_INDEX:
		binary(c, f, e, OP_INDEX, dst);
		break;
	case EX_CALL:
		gen_call(c, f, e, dst);
		break;
	case EX_MATCH:
		gen_match(c, f, e, dst);
		break;
	case EX_IF:
		gen_if(c, f, e, dst);
		break;
	case EX_TRY:
		gen_try(c, f, e, dst);
		break;
	case EX_NIL_ELSE:
		gen_nil_else(c, f, e, dst);
		break;
	case EX_NOT:
		gen_expr(c, f, e->a, dst);
		negate(f, dst);
		break;
	case EX_NEG:
		gen_expr(c, f, e->a, dst);
		f->at = e->op;
		gen_abc(f, OP_NEG, dst, dst, 0);
		break;
	case EX_AND:
	case EX_OR:
		gen_and_or(c, f, e, dst);
		break;
	case EX_ADD:
		binary(c, f, e, OP_ADD, dst);
		break;
	case EX_SUB:
		binary(c, f, e, OP_SUB, dst);
		break;
	case EX_MUL:
		binary(c, f, e, OP_MUL, dst);
		break;
	case EX_EQ:
		binary(c, f, e, OP_EQ, dst);
		break;
	case EX_NE:
		binary(c, f, e, OP_EQ, dst);
		negate(f, dst);
		break;
	case EX_LT:
		binary(c, f, e, OP_LESS, dst);
		break;
	case EX_LE:
		binary(c, f, e, OP_LESS_EQ, dst);
		break;
	case EX_GT:
		swapped(c, f, e, OP_LESS, dst);
		break;
	case EX_GE:
		swapped(c, f, e, OP_LESS_EQ, dst);
		break;
	case EX_IN:
		binary(c, f, e, OP_IN, dst);
		break;
	default:
		fatal("an expression without code: %d", (int)e->kind);
	}
}
