/*
 * each c.emails as e <-> h.emails as v key e.address = v.value { … }: two
 * lists whose elements belong together by a key.
 *
 * The body is a small map between two elements.  It becomes a function for
 * each direction, and `list_put` joins what the function made of one list
 * with the other list as it is.
 */
#include "lang/map.h"

/* e as a list; -1 with a finding. */
static int
list_place(struct map_info *m, struct expr *e, struct place *p)
{
	struct compile *c = m->ck.c;

	if (map_place(m, e, p, 0) != 0)
		return -1;
	if (p->type.kind == TYPE_LIST)
		return 0;
	diag_at(&c->ss, C422, e->span, "`each` goes over lists, `%.*s` is "
	    "%.*s", STR_ARG(span_line(&c->ss, e->span, c->a)),
	    STR_ARG(type_text(c->a, p->type)));
	return -1;
}

static struct local
element_side(struct compile *c, const struct place *p, struct word name,
    enum local_kind kind, struct lambda *f)
{
	struct type t = type_element(c->a, p->type);

	t.nil = 0;
	return (struct local){ .name = name.text, .type = t, .kind = kind,
		.owner = f };
}

static struct map_info *
body_new(struct map_info *m, struct map_rule *r, struct stmt *s)
{
	struct compile *c = m->ck.c;
	struct map_info *b = arena_new(c->a, struct map_info);
	struct lambda *f = arena_new(c->a, struct lambda);

	b->up = m;
	b->lambda = f;
	b->head = s->head;
	b->e = m->e;
	b->ck = m->ck;
	b->ck.lambda = f;
	b->left = element_side(c, &r->left[0], s->name, LOCAL_LEFT, f);
	b->right = element_side(c, &r->right, s->name2, LOCAL_RIGHT, f);
	b->left.up = m->ck.scope;
	b->right.up = &b->left;
	b->ck.scope = &b->right;
	b->left_schema = m->left_schema;
	b->right_schema = m->right_schema;
	b->missing = m->missing;
	b->null = m->null;
	b->error = m->error;
	b->layer = m->layer;
	b->last = &b->rules;
	return b;
}

static struct map_rule *
key_rule(const struct map_rule *r)
{
	for (struct map_rule *x = r->body->rules; x != NULL; x = x->next)
		if (x->kind == RULE_FIELD && x->forth && x->back &&
		    x->left[0].n == r->key[0].n &&
		    x->right.n == r->key[1].n &&
		    path_overlaps(x->left[0].path, x->left[0].n,
		    r->key[0].path, r->key[0].n) &&
		    path_overlaps(x->right.path, x->right.n, r->key[1].path,
		    r->key[1].n))
			return x;
	return NULL;
}

static void
check_key(struct map_info *m, struct map_rule *r, struct stmt *s)
{
	struct map_info *b = r->body;
	struct compile *c = m->ck.c;
	struct map_rule *x;
	struct diag *g;
	struct str left = span_line(&c->ss, s->key->span, c->a);
	struct str right = span_line(&c->ss, s->key2->span, c->a);

	if (map_sides(b, s->key, s->key2) != 0 ||
	    (map_place(b, s->key, &r->key[0], 0) |
	    map_place(b, s->key2, &r->key[1], 0)) != 0) {
		m->bad = 1;
		return;
	}
	x = key_rule(r);
	/* an element without its key would be nobody's */
	for (struct item *i = x ? x->stmt->attrs.first : NULL; i; i = i->next)
		if (str_eq(i->name.text, STR("error")) &&
		    x->error != NIL_ERROR) {
			diag_at(&c->ss, C212, i->span,
			    "an element is never without its key");
			m->bad = 1;
		}
	if (x != NULL)
		x->error = NIL_ERROR;
	if (x == NULL) {
		if (b->bad)
			return;
		m->bad = 1;
		diag_fix(&c->ss, diag_at(&c->ss, C423, (struct span){
		    s->key->span.beg, s->key2->span.end, s->key->span.file },
		    "no rule joins the key, so a new element "
		    "would have none"), "%.*s <-> %.*s;", STR_ARG(left),
		    STR_ARG(right));
	} else if (x->law > LAW_CANON) {
		m->bad = 1;
		g = diag_at(&c->ss, C423, x->stmt->span,
		    "the key must come back as it went");
		diag_also(&c->ss, g, s->key->span, "the key");
		diag_fix(&c->ss, g, "a codec that is exact, or has a "
		    "canonical form");
	}
}

void
each_check(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct compile *c = m->ck.c;
	struct map_rule *r = map_new_rule(m, s, guards, nguard);

	if (m->up != NULL) {
		NOT_BUILT(c, s->head, "`each` inside `each`");
		m->bad = 1;
		return;
	}
	r->kind = RULE_EACH;
	r->nleft = 1;
	r->left = arena_new(c->a, struct place);
	r->forth = r->back = 1;
	if (map_sides(m, s->left, s->right) != 0 ||
	    (list_place(m, s->left, r->left) |
	    list_place(m, s->right, &r->right)) != 0 ||
	    attr_check(c, r, s->attrs) != 0 || own_check(m, r) != 0) {
		m->bad = 1;
		return;
	}
	r->source_type = r->left[0].type;
	map_keep_rule(m, r);
	if ((map_writable(m, r, &r->right, 0) |
	    map_writable(m, r, &r->left[0], 1)) != 0)
		m->bad = 1;
	if (str_eq(s->name.text, s->name2.text)) {
		diag_at(&c->ss, C202, s->name2.span,
		    "both elements are called `%.*s`", STR_ARG(s->name.text));
		m->bad = 1;
		return;
	}
	r->body = body_new(m, r, s);
	map_body(r->body, s->body, NULL, 0);
	check_key(m, r, s);
	graph_check(r->body);
	for (const struct map_rule *x = r->body->rules; x; x = x->next) {
		if (x->law > r->law)
			r->law = x->law;
		own_inside(r->body, x);
		r->looks |= x->looks;
	}
	m->bad |= r->body->bad;
}

/* ---- code ---- */

static void
note_captures(struct compile *c, const struct map_rule *r, struct lambda *f)
{
	if (r->source != NULL)
		lambda_captures(c, f, r->source);
	lambda_captures(c, f, r->other);
	for (unsigned i = 0; i < r->nguard; i++)
		lambda_captures(c, f, r->guards[i]);
	for (unsigned i = 0; i < r->nstep; i++)
		for (unsigned k = 0; k < r->steps[i].nargs; k++)
			lambda_captures(c, f, r->steps[i].args[k]);
}

static struct gen_func *
element_gen(struct compile *c, struct gen *g, const struct map_rule *r,
    int back)
{
	struct map_info *b = r->body;
	struct gen_outer outer;
	struct gen_func *f;

	b->lambda->n = 0;
	for (const struct map_rule *x = b->rules; x != NULL; x = x->next)
		if (back ? x->back : x->forth)
			note_captures(c, x, b->lambda);
	f = gen_element_begin(g, STR("each"), b->lambda->n + 1, &outer);
	f->lambda = b->lambda;
	f->at = r->stmt->head;
	for (const struct map_rule *x = b->rules; x != NULL; x = x->next)
		if (back ? x->back : x->forth) {
			gen_rule_begin(g, f, x->stmt->span);
			map_gen_rule(c, f, x, back);
			gen_rule_end(g, f);
		}
	f->at = r->stmt->head;
	gen_element_end(f, &outer);
	return f;
}

static struct value
path_value(struct compile *c, const struct place *p)
{
	struct value *list = arena_array(c->a, p->n, sizeof(*list));

	for (size_t i = 0; i < p->n; i++)
		list[i] = value_text(p->path[i]);
	return (struct value){ .type = V_LIST, .n = (uint32_t)p->n,
		.u.list = list };
}

/*
 * The canonical key of an element that is there: there and back.  One that no
 * codec takes belongs to nobody.
 */
static struct gen_func *
key_gen(struct compile *c, struct gen *g, const struct map_rule *r,
    const struct map_rule *key, int back)
{
	struct gen_func *f = gen_func(g, STR("key"), r->body->lambda->n + 1);
	const struct place *p = &r->key[!back];
	unsigned v = f->nargs;
	size_t start, stop, over, nil;

	f->lambda = r->body->lambda;
	f->at = key->stmt->span;
	gen_move(f, SLOT_TEMP, v, SLOT_TEMP, 0);
	for (size_t i = 0; i < p->n; i++) {
		gen_const(f, v + 1, value_text(p->path[i]));
		gen_abc(f, OP_FIELD, v, v, v + 1);
	}
	nil = gen_jump(f, OP_JUMP_NIL, v);
	start = f->n;
	pipe_gen(c, f, key, !back, v);
	pipe_gen(c, f, key, back, v);
	stop = f->n;
	over = gen_jump(f, OP_JUMP, 0);
	gen_handle(f, start, stop, f->n);
	gen_label(f, nil);
	gen_const(f, v, value_null());
	gen_label(f, over);
	gen_a(f, OP_RETURN, v);
	return f;
}

/* The keys of the target's list into register v, where they have codecs. */
static void
keys_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v)
{
	const struct place *to = back ? &r->left[0] : &r->right;
	const struct map_rule *key = key_rule(r);
	const struct lambda *l = r->body->lambda;
	size_t nil, k;

	if (key->nstep == 0) {
		gen_const(f, v, value_null());
		return;
	}
	gen_move(f, SLOT_TEMP, v, SLOT_OLD, gen_old(f->g, to->path, to->n));
	nil = gen_jump(f, OP_JUMP_NIL, v);
	k = gen_loop(f->g, (struct prog_loop){ LOOP_MAP,
		key_gen(c, f->g, r, key, back)->index, (uint16_t)l->n });
	for (unsigned i = 0; i < l->n; i++)
		gen_load(c, f, l->list[i].local, l->list[i].path,
		    l->list[i].npath, v + 1 + i);
	gen_need(f, v + 1 + l->n);
	gen_ak(f, OP_LOOP, v, k);
	gen_label(f, nil);
}

void
each_gen_loop(struct compile *c, struct gen_func *f, const struct map_rule *r,
    const struct gen_func *element, unsigned v)
{
	const struct lambda *l = r->body->lambda;
	size_t k = gen_loop(f->g, (struct prog_loop){ LOOP_MAP,
		element->index, (uint16_t)l->n });

	for (unsigned i = 0; i < l->n; i++)
		gen_load(c, f, l->list[i].local, l->list[i].path,
		    l->list[i].npath, v + 1 + i);
	f->at = r->stmt->head;
	gen_need(f, v + 1 + l->n);
	gen_ak(f, OP_LOOP, v, k);
}

void
each_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v)
{
	const struct place *to = back ? &r->left[0] : &r->right;
	size_t nil = gen_jump(f, OP_JUMP_NIL, v);

	each_gen_loop(c, f, r, element_gen(c, f->g, r, back), v);
	gen_move(f, SLOT_TEMP, v + 1, SLOT_OLD,
	    gen_old(f->g, to->path, to->n));
	gen_const(f, v + 2, path_value(c, &r->key[!back]));
	keys_gen(c, f, r, back, v + 3);
	gen_const(f, v + 4, value_bool(r->prune));
	gen_const(f, v + 5, value_text(r->order == (back ? ORDER_THEIRS :
	    ORDER_OURS) ? STR("new") : STR("old")));
	gen_ak(f, OP_CALL, v, 2 * (size_t)builtin_find(STR("list_put")));
	gen_label(f, nil);
}
