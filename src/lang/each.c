/*
 * each c.emails as e <-> h.emails as v key e.address = v.value { … }: two
 * lists whose elements belong together by a key.
 *
 * The body is a small map between two elements.  It becomes a function for
 * each direction, and `list_put` joins what the function made of one list
 * with the other list as it is.  Where rules of the body are put themselves,
 * lists in an element say, `list_pair` gives each element beforehand the one
 * that it will be joined with.
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
	b->each = r;
	b->lambda = f;
	f->up = m->lambda;
	b->head = s->head;
	b->e = m->e;
	b->ck = m->ck;
	b->ck.calls = 0;
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
		    path_same(x->left[0].path, x->left[0].n,
		    r->key[0].path, r->key[0].n) &&
		    path_same(x->right.path, x->right.n, r->key[1].path,
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
	} else if (x->nguard > 0) {
		m->bad = 1;
		x->source_type = bad_type(); /* enough is said of it */
		g = diag_at(&c->ss, C423, x->stmt->span, "where its guard "
		    "does not hold an element would have no key");
		diag_also(&c->ss, g, s->key->span, "the key");
		diag_fix(&c->ss, g, "move the rule out of `when`");
	} else if (x->law > LAW_CANON) {
		m->bad = 1;
		g = diag_at(&c->ss, C423, x->stmt->span,
		    "the key must come back as it went");
		diag_also(&c->ss, g, s->key->span, "the key");
		diag_fix(&c->ss, g, "a codec that is exact, or has a "
		    "canonical form");
	}
}

/*
 * Elements, and the functions and loops that their rules call, run inside one
 * another.
 */
static void
check_depth(struct map_info *b)
{
	struct compile *c = b->ck.c;
	unsigned depth = 0;

	for (const struct map_info *m = b; m->up != NULL; m = m->up)
		depth++;
	if (b->ck.calls > depth)
		depth = b->ck.calls;
	/* below main and put, above a function of their own */
	if (depth + 3 <= RECORD_DEPTH)
		return;
	diag_at(&c->ss, C106, b->head, "elements and what they call nest "
	    "deeper than %d", RECORD_DEPTH);
	b->bad = 1;
}

void
each_check(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct compile *c = m->ck.c;
	struct map_rule *r = map_new_rule(m, s, guards, nguard);

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
	check_depth(r->body);
	m->bad |= r->body->bad;
}

/* ---- code ---- */

/* What a rule, and of an `each` those of its body, take from outside. */
static void
note_captures(struct compile *c, const struct map_rule *r, int back,
    struct lambda *f)
{
	if (!(back ? r->back : r->forth))
		return;
	lambda_captures(c, f, r->source);
	lambda_captures(c, f, r->other);
	for (unsigned i = 0; i < r->nguard; i++)
		lambda_captures(c, f, r->guards[i]);
	for (unsigned i = 0; i < r->nstep; i++)
		for (unsigned k = 0; k < r->steps[i].nargs; k++)
			lambda_captures(c, f, r->steps[i].args[k]);
	for (const struct map_rule *x = r->body ? r->body->rules : NULL;
	    x != NULL; x = x->next)
		note_captures(c, x, back, f);
}

/* Whether a rule of the body asks the element that is there. */
static int
asks_target(const struct map_info *b, int back)
{
	for (const struct map_rule *x = b->rules; x != NULL; x = x->next)
		if ((back ? x->back : x->forth) && map_is_late(x, back))
			return 1;
	return 0;
}

/* The rules that are put, or those before them. */
static void
body_gen(struct compile *c, struct gen_func *f, const struct map_info *b,
    int back, int late)
{
	for (const struct map_rule *x = b->rules; x != NULL; x = x->next) {
		if (!(back ? x->back : x->forth) ||
		    map_is_late(x, back) != late)
			continue;
		gen_rule_begin(f->g, f, x->stmt->span);
		map_gen_rule(c, f, x, back);
		gen_rule_end(f->g, f);
	}
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
		note_captures(c, x, back, b->lambda);
	f = gen_element_begin(g, STR("each"), b->lambda->n + 1,
	    asks_target(b, back), &outer);
	f->lambda = b->lambda;
	f->at = r->stmt->head;
	map_gen_rests(c, b, g, back);
	body_gen(c, f, b, back, 0);
	body_gen(c, f, b, back, 1);
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
 * The key that an element has in the target, or null: of one of ours what the
 * codecs make of it, of one that is there its canonical form, there and back.
 * One that no codec takes belongs to nobody.
 */
static struct gen_func *
key_gen(struct compile *c, struct gen *g, const struct map_rule *r, int back,
    int there)
{
	struct gen_func *f = gen_func(g, STR("key"), r->body->lambda->n + 1);
	const struct map_rule *key = key_rule(r);
	const struct place *p = &r->key[there ? !back : back];
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
	if (there)
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
	gen_need(f, v + 1 + l->n);
	gen_ak(f, OP_LOOP, v, k);
}

/* What tells the target's elements apart, for both built-ins. */
static void
target_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v)
{
	const struct place *to = back ? &r->left[0] : &r->right;
	size_t nil;

	gen_move(f, SLOT_TEMP, v, SLOT_OLD, gen_old(f->g, to->path, to->n));
	gen_const(f, v + 1, path_value(c, &r->key[!back]));
	if (key_rule(r)->nstep == 0) {
		gen_const(f, v + 2, value_null());
		return;
	}
	gen_move(f, SLOT_TEMP, v + 2, SLOT_TEMP, v);
	nil = gen_jump(f, OP_JUMP_NIL, v + 2);
	each_gen_loop(c, f, r, key_gen(c, f->g, r, back, 1), v + 2);
	gen_label(f, nil);
}

static void
call(struct gen_func *f, const char *name, unsigned v)
{
	gen_ak(f, OP_CALL, v, 2 * (size_t)builtin_find(str_z(name)));
}

void
each_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v)
{
	size_t nil = gen_jump(f, OP_JUMP_NIL, v);
	struct gen_func *element = element_gen(c, f->g, r, back);
	unsigned w = v + 4; /* behind the list and what tells the target's */

	target_gen(c, f, r, back, v + 1);
	gen_move(f, SLOT_TEMP, w, SLOT_TEMP, v);
	if (element->paired) {
		for (unsigned i = 1; i < 4; i++)
			gen_move(f, SLOT_TEMP, w + i, SLOT_TEMP, v + i);
		gen_move(f, SLOT_TEMP, w + 4, SLOT_TEMP, v);
		each_gen_loop(c, f, r, key_gen(c, f->g, r, back, 0), w + 4);
		call(f, "list_pair", w);
	}
	each_gen_loop(c, f, r, element, w);
	gen_move(f, SLOT_TEMP, v, SLOT_TEMP, w);
	gen_const(f, v + 4, value_bool(r->prune));
	gen_const(f, v + 5, value_text(r->order == (back ? ORDER_THEIRS :
	    ORDER_OURS) ? STR("new") : STR("old")));
	call(f, "list_put", v);
	gen_label(f, nil);
}
