/*
 * pick c.phones as p where p.kind == "mobile" create { kind: "mobile" } <->
 * h.mobilephone: one element of a list is a field of the other side.
 *
 * Out of the list goes the value of the first element of which the condition
 * is true; into it, the value replaces that one's, or an element is made.
 * `it` in the record says where the value stands.
 */
#include "lang/map.h"

#include "lang/expr.h"
#include "lang/lookup.h"
#include "lang/prove.h"

/* Whether every use of the element in e is a field that create has. */
static int
asks_created(struct map_info *m, struct map_rule *r, const struct expr *e)
{
	struct compile *c = m->ck.c;
	int ok = 1;

	if (e == NULL)
		return 1;
	if (e->kind == EX_FIELD && e->a->kind == EX_NAME &&
	    e->a->note != NULL && e->a->note->local == r->element) {
		for (const struct item *i = r->create->items; i; i = i->next)
			if (str_eq(i->name.text, e->text) &&
			    i->value->kind != EX_NAME)
				return 1;
		diag_fix(&c->ss, diag_at(&c->ss, C424, e->span,
		    "`where` asks for `%.*s`, which a new element would not "
		    "have", STR_ARG(span_line(&c->ss, e->span, c->a))),
		    "create { %.*s: … }", STR_ARG(e->text));
		return 0;
	}
	if (e->note != NULL && e->note->kind == NOTE_LOCAL &&
	    e->note->local == r->element) {
		diag_at(&c->ss, C424, e->span, "`where` asks for fields of "
		    "`%.*s`, this is all of it", STR_ARG(r->element->name));
		return 0;
	}
	ok &= asks_created(m, r, e->a) & asks_created(m, r, e->b) &
	    asks_created(m, r, e->c);
	for (const struct item *i = e->items; i != NULL; i = i->next)
		ok &= asks_created(m, r, i->key) &
		    asks_created(m, r, i->value);
	return ok;
}

static int
in_create(const struct map_rule *r, struct str name)
{
	for (const struct item *i = r->create->items; i != NULL; i = i->next)
		if (str_eq(i->name.text, name))
			return 1;
	return 0;
}

/* The one field that create does not name: needed, or the only one. */
static int
guess_value(struct map_rule *r, struct type of)
{
	unsigned needed = 0, all = 0;
	struct str first = STR("");

	for (size_t i = 0; of.node && i < schema_property_count(of.node); i++) {
		struct str name = schema_property_name(of.node, i);

		if (in_create(r, name))
			continue;
		if (all++ == 0)
			first = name;
		if (schema_property_required(of.node, name) && !needed++)
			r->at = name;
	}
	if (needed == 0 && all == 1)
		r->at = first;
	return needed == 1 || (needed == 0 && all == 1) ? 0 : -1;
}

/* The constants of create, and where the value stands. */
static int
check_create(struct map_info *m, struct map_rule *r, struct type of)
{
	struct compile *c = m->ck.c;
	struct member *member = arena_array(c->a, r->create->n,
	    sizeof(*member));
	struct value v;
	struct type t;
	uint32_t n = 0;

	for (struct item *i = r->create->items; i != NULL; i = i->next) {
		if (type_member(c->a, of, i->name.text, &t) != 0) {
			diag_at(&c->ss, C401, i->name.span, "the elements "
			    "have no field `%.*s`", STR_ARG(i->name.text));
			return -1;
		}
		if (i->value->kind == EX_NAME &&
		    str_eq(i->value->text, STR("it"))) {
			r->at = i->name.text;
			continue;
		}
		if (check_expect(&m->ck, i->value, t, "the field") != 0)
			return -1;
		expr_option(&m->ck, t, i->value);
		if (expr_const(c, i->value, &v) != 0) {
			diag_at(&c->ss, C425, i->value->span,
			    "a new element is made of constants and of `it`");
			return -1;
		}
		member[n++] = (struct member){ i->name.text, v };
	}
	r->created = (struct value){ .type = V_RECORD, .n = n,
		.u.record = member };
	if (r->at.n == 0 && guess_value(r, of) != 0) {
		diag_fix(&c->ss, diag_at(&c->ss, C425, r->create->span,
		    "where in an element does the value stand?"),
		    "create { …, number: it }");
		return -1;
	}
	for (size_t i = 0; of.node && i < schema_property_count(of.node); i++) {
		struct str name = schema_property_name(of.node, i);

		if (!schema_property_required(of.node, name) ||
		    str_eq(name, r->at) || in_create(r, name))
			continue;
		diag_fix(&c->ss, diag_at(&c->ss, C425, r->create->span,
		    "an element needs `%.*s`, and a new one would have none",
		    STR_ARG(name)), "create { …, %.*s: … }", STR_ARG(name));
		return -1;
	}
	return 0;
}

static int
check_where(struct map_info *m, struct map_rule *r, struct expr *where)
{
	struct compile *c = m->ck.c;
	struct check ck = m->ck;
	size_t before = c->d->nerror;
	struct diag *g;
	int truth;

	ck.scope = r->element;
	ck.lambda = r->where;
	ck.fails = NULL;
	map_close(m, SIDE_LEFT | SIDE_RIGHT, "`where` asks the element only");
	check_condition(&ck, where);
	check_sure(&ck, where);
	map_close(m, SIDE_LEFT | SIDE_RIGHT, NULL);
	if (c->d->nerror != before || !asks_created(m, r, where))
		return -1;
	truth = prove_true(c, where, &r->created);
	if (truth > 0)
		return 0;
	g = diag_at(&c->ss, C426, where->span, truth == 0 ?
	    "`where` is false of an element that is made" : "it cannot be "
	    "proved that `where` is true of an element that is made");
	diag_also(&c->ss, g, r->create->span, "which is this");
	diag_fix(&c->ss, g, "%s", truth == 0 ?
	    "let `create` say what `where` asks for" :
	    "use ==, !=, in, and, or, not, ?? and constants");
	return -1;
}

/* The list, and the type of the value that stands for it in the rule. */
static int
check_picked(struct map_info *m, struct map_rule *r, struct stmt *s)
{
	struct compile *c = m->ck.c;
	struct place *list = r->list_right ? &r->right : r->left;
	struct type of, t;

	if (map_place(m, s->left, list, 0) != 0)
		return -1;
	of = list->type.kind == TYPE_LIST ? type_element(c->a, list->type) :
	    bad_type();
	of.nil = 0;
	if (of.kind != TYPE_RECORD) {
		diag_at(&c->ss, C422, s->left->span, "`pick` takes an element "
		    "of a list of records, `%.*s` is %.*s",
		    STR_ARG(span_line(&c->ss, s->left->span, c->a)),
		    STR_ARG(type_text(c->a, list->type)));
		return -1;
	}
	r->where = arena_new(c->a, struct lambda);
	r->where->arg = (struct local){ .up = m->ck.scope,
		.name = s->name.text, .type = of, .kind = LOCAL_ARG,
		.owner = r->where };
	r->element = &r->where->arg;
	if (check_create(m, r, of) != 0 ||
	    check_where(m, r, s->guard) != 0 ||
	    type_member(c->a, of, r->at, &t) != 0)
		return -1;
	/* no element: no value; a null takes the element out */
	t.nil |= NIL_BOTH;
	list->type = t;
	return 0;
}

void
pick_check(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct compile *c = m->ck.c;
	struct map_rule *r = map_new_rule(m, s, guards, nguard);
	struct type t;
	int bad = 0;

	m->bad = 1; /* until the end */
	r->kind = RULE_PICK;
	r->create = s->value;
	r->nleft = 1;
	r->left = arena_new(c->a, struct place);
	r->list_right = !map_is_left(m, expr_root(s->left));
	if ((r->list_right ? map_sides(m, s->right, s->left) :
	    map_sides(m, s->left, s->right)) != 0 ||
	    (check_picked(m, r, s) | map_place(m, s->right, r->list_right ?
	    r->left : &r->right, 0)) != 0)
		return;
	if (map_pipe(m, r, s) != 0 || own_check(m, r) != 0)
		return;
	map_ways(r);
	if ((r->forth && map_writable(m, r, &r->right, 0) != 0) ||
	    (r->back && map_writable(m, r, &r->left[0], 1) != 0))
		return;
	if (r->law < LAW_CANON)
		r->law = LAW_CANON;
	if (r->forth) {
		r->source_type = pipe_flow(c, r, assign_policy(c, r,
		    r->left[0].type, 0), 0);
		bad = assign_check(m, r, &r->right, r->source_type, 0,
		    s->right->span);
	}
	if (r->back) {
		t = pipe_flow(c, r, assign_policy(c, r, r->right.type, 1), 1);
		bad |= assign_check(m, r, &r->left[0], t, 1, s->left->span);
	}
	if (!bad)
		bad = lookup_rule(m, r);
	map_keep_rule(m, r);
	m->bad = bad != 0;
}

/* Two picks of one list: no element may be meant by both. */
int
picks_apart(struct map_info *m, const struct map_rule *x,
    const struct map_rule *y)
{
	struct compile *c = m->ck.c;
	struct str witness;
	struct diag *g;

	if (prove_apart(c, &x->stmt->guard, 1, &y->stmt->guard, 1, &witness))
		return 1;
	g = diag_at(&c->ss, C427, y->stmt->guard->span, witness.n > 0 ?
	    "an element may be meant by two `pick`s" : "it cannot be proved "
	    "that no element is meant by two `pick`s");
	diag_also(&c->ss, g, x->stmt->guard->span, "the other");
	if (witness.n > 0)
		diag_witness(&c->ss, g, "both mean %.*s", STR_ARG(witness));
	diag_fix(&c->ss, g,
	    "let each ask one field for another constant");
	m->bad = 1;
	return 0;
}

/* ---- code ---- */

/* The condition as a function of an element, made once a program. */
static struct gen_func *
where_gen(struct compile *c, struct gen *g, const struct map_rule *r)
{
	struct gen_func *f;

	for (f = g->funcs; f != NULL; f = f->next)
		if (f->key == r)
			return f;
	f = gen_func(g, STR("where"), 1);
	f->key = r;
	f->lambda = r->where;
	f->at = r->stmt->guard->span;
	gen_expr(c, f, r->stmt->guard, 1);
	f->at = r->stmt->guard->span;
	gen_a(f, OP_RETURN, 1);
	return f;
}

void
pick_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    unsigned v)
{
	const struct place *p = r->list_right ? &r->right : r->left;
	size_t nil;

	gen_move(f, SLOT_TEMP, v, SLOT_IN, gen_in(f->g, p->path, p->n, 0));
	nil = gen_jump(f, OP_JUMP_NIL, v);
	gen_ak(f, OP_LOOP, v, gen_loop(f->g, (struct prog_loop){ LOOP_FIND,
		where_gen(c, f->g, r)->index, 0 }));
	gen_const(f, v + 1, value_text(r->at));
	gen_abc(f, OP_FIELD, v, v, v + 1);
	gen_label(f, nil);
}

void
pick_put_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    unsigned v, unsigned slot)
{
	const struct place *p = r->list_right ? &r->right : r->left;
	size_t absent = gen_jump(f, OP_JUMP_ABSENT, v), nil, some;

	f->at = r->stmt->span;
	gen_target(f, p->path, p->n, v + 1);
	gen_move(f, SLOT_TEMP, v + 2, SLOT_TEMP, v + 1);
	nil = gen_jump(f, OP_JUMP_NIL, v + 2);
	gen_ak(f, OP_LOOP, v + 2, gen_loop(f->g, (struct prog_loop){ LOOP_MAP,
		where_gen(c, f->g, r)->index, 0 }));
	some = gen_jump(f, OP_JUMP, 0);
	gen_label(f, nil);
	gen_const(f, v + 2, (struct value){ .type = V_LIST });
	gen_label(f, some);
	gen_const(f, v + 3, r->created);
	gen_const(f, v + 4, value_text(r->at));
	gen_ak(f, OP_CALL, v, 2 * (size_t)builtin_find(STR("pick_put")));
	gen_move(f, SLOT_OUT, slot, SLOT_TEMP, v);
	gen_label(f, absent);
}
