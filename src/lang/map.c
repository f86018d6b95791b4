/*
 * Maps: each rule on its own.  What the rules promise together is checked in
 * graph.c.
 */
#include "lang/map.h"

#include "lang/expr.h"
#include "lang/lookup.h"

/* ---- places ---- */

int
map_place(struct map_info *m, struct expr *e, struct place *p, int whole)
{
	struct type t = check_expr(&m->ck, e);

	if (t.kind == TYPE_BAD)
		return -1;
	/* an element may be a plain value */
	if (!expr_is_slot(e) || (e->note->npath == 0 && !whole &&
	    (m->up == NULL || t.kind == TYPE_RECORD))) {
		diag_at(&m->ck.c->ss, C409, e->span,
		    "a rule joins fields, this is %s",
		    expr_is_slot(e) ? "a whole record" : "an expression");
		return -1;
	}
	p->expr = e;
	p->path = e->note->path;
	p->n = e->note->npath;
	p->type = t;
	return 0;
}

void
map_close(struct map_info *m, int sides, const char *why)
{
	for (; m != NULL; m = m->up) {
		if (sides & SIDE_LEFT)
			m->left.not_here = why;
		if (sides & SIDE_RIGHT)
			m->right.not_here = why;
	}
}

int
map_is_left(const struct map_info *m, struct str root)
{
	return str_eq(root, m->left.name);
}

static int
is_right(const struct map_info *m, struct str root)
{
	return str_eq(root, m->right.name);
}

/* The finding when e belongs to no side, or to the one that want is not. */
static void
report_side(struct map_info *m, struct expr *e, struct str want)
{
	struct compile *c = m->ck.c;
	struct str root = expr_root(e);

	if (e->kind == EX_BAD)
		return;
	if (e->kind != EX_NAME && e->kind != EX_FIELD && e->kind != EX_TUPLE)
		diag_fix(&c->ss, diag_at(&c->ss, C409, e->span,
		    "`<->` joins two fields, this is an expression"),
		    "put codecs behind: … <-> … via …");
	else if (!map_is_left(m, root) && !is_right(m, root))
		diag_fix(&c->ss, diag_at(&c->ss, C408, e->span,
		    "a path begins with `%.*s` or `%.*s`",
		    STR_ARG(m->left.name), STR_ARG(m->right.name)),
		    "%.*s.%.*s", STR_ARG(want),
		    STR_ARG(span_line(&c->ss, e->span, c->a)));
	else
		diag_fix(&c->ss, diag_at(&c->ss, C408, e->span,
		    "`%.*s` stands on the other side",
		    STR_ARG(span_line(&c->ss, e->span, c->a))),
		    "%.*s.… <-> %.*s.…", STR_ARG(m->left.name),
		    STR_ARG(m->right.name));
}

int
map_sides(struct map_info *m, struct expr *left, struct expr *right)
{
	int is_left = map_is_left(m, expr_root(left));

	if (is_left && is_right(m, expr_root(right)))
		return 0;
	report_side(m, is_left ? right : left,
	    is_left ? m->right.name : m->left.name);
	return -1;
}

/* The nearest place at or above a path that its schema calls read-only. */
static int
is_read_only(const struct expr *e)
{
	for (; e != NULL && e->note != NULL; e = e->a)
		if (e->note->type.node != NULL &&
		    schema_read_only(e->note->type.node))
			return 1;
	return 0;
}

int
map_writable(struct map_info *m, const struct map_rule *r,
    const struct place *p, int back)
{
	struct compile *c = m->ck.c;
	struct str schema = back ? m->left_schema : m->right_schema;
	struct diag *g;

	if (!is_read_only(p->expr))
		return 0;
	/* our own record is kept by the sync; theirs is not ours to say */
	if (back && r->readonly && r->stmt->arrow != ARROW_BOTH)
		return 0;
	g = diag_at(&c->ss, C403, p->expr->span,
	    "%.*s `%.*s` is read-only, and this rule writes it",
	    STR_ARG(schema), STR_ARG(span_line(&c->ss, p->expr->span, c->a)));
	if (r->stmt->arrow == ARROW_BOTH)
		diag_fix(&c->ss, g, "read it only: %.*s <- %.*s",
		    STR_ARG(span_line(&c->ss, (back ? r->right : r->left[0])
		    .expr->span, c->a)),
		    STR_ARG(span_line(&c->ss, p->expr->span, c->a)));
	return -1;
}

/* ---- rules ---- */

struct map_rule *
map_new_rule(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct map_rule *r = arena_new(m->ck.c->a, struct map_rule);

	r->stmt = s;
	r->layer = m->layer;
	r->missing = m->missing;
	r->null = m->null;
	r->error = m->error;
	r->guards = guards;
	r->nguard = nguard;
	r->rights = &r->right;
	r->nright = 1;
	r->no[0] = r->no[1] = -1;
	return r;
}

void
map_keep_rule(struct map_info *m, struct map_rule *r)
{
	*m->last = r;
	m->last = &r->next;
	m->nrule++;
}

static int
check_default(struct map_info *m, struct map_rule *r, struct type want)
{
	want.nil = 0;
	want.noption = 0;
	if (r->other == NULL)
		return 0;
	return check_expect(&m->ck, r->other, want, "`default`");
}

/* Lossy rules must say so and name who owns the value. */
static int
check_loss(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct span at = r->nstep ? r->steps[0].span : r->stmt->at;
	const char *why = NULL;

	for (unsigned i = 0; i < r->nstep; i++)
		if (r->steps[i].law >= LAW_LOSSY)
			at = r->steps[i].span;
	if (r->law >= LAW_LOSSY)
		why = "what goes out does not come back as it was";
	else if (r->missing == NIL_DEFAULT)
		why = "a default comes back as a value";
	if (why != NULL && !r->lossy) {
		diag_fix(&c->ss, diag_at(&c->ss, C410, at, "the rule is lossy: "
		    "%s", why), "with lossy, own: left");
		return -1;
	}
	if (r->lossy && r->own == NULL) {
		diag_fix(&c->ss, diag_at(&c->ss, C411, r->stmt->at,
		    "a lossy rule names the side that owns the value"),
		    "with lossy, own: left");
		return -1;
	}
	if (r->lossy && r->own->kind == OWN_RIGHT &&
	    r->missing == NIL_DEFAULT) {
		diag_at(&c->ss, C212, r->own->span, "a default stands for "
		    "what ours lacks, and `own: right` sends nothing of ours");
		return -1;
	}
	return 0;
}

/*
 * Codecs must hold both ways, so their arguments ask our record only, which
 * is there on the way back as well: the one that is written.  Of an element it
 * is the one around it.
 */
int
map_pipe(struct map_info *m, struct map_rule *r, struct stmt *s)
{
	const char *why = m->up ? "a codec of a `<->` rule cannot ask this "
	    "record, as it must work both ways; it can ask the left sides "
	    "around the element" : "a codec of a `<->` rule cannot ask this "
	    "record, as it must work both ways; it can ask the map's left "
	    "side";
	struct map_info *asked = m->up ? m->up : m;
	int bad;

	map_close(m, SIDE_RIGHT, why);
	if (m->up != NULL)
		m->left.not_here = why;
	bad = pipe_check(&m->ck, r, s->pipe);
	map_close(m, SIDE_LEFT | SIDE_RIGHT, NULL);
	bad |= attr_check(m->ck.c, r, s->attrs);
	if (bad)
		return -1;
	for (; asked != NULL; asked = asked->up)
		for (unsigned i = 0; i < r->nstep; i++)
			for (unsigned k = 0; k < r->steps[i].nargs; k++)
				r->reads_left |= map_reads(
				    r->steps[i].args[k], &asked->left);
	if (check_default(m, r, r->left[0].type) != 0)
		return -1;
	return check_loss(m, r);
}

void
map_ways(struct map_rule *r)
{
	r->forth = !r->lossy || r->own->kind != OWN_RIGHT;
	r->back = !r->lossy || r->own->kind != OWN_LEFT;
}

static int
check_both(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct stmt *s = r->stmt;
	struct type t;
	int bad;

	if (map_sides(m, s->left, s->right) != 0)
		return -1;
	r->left = arena_new(c->a, struct place);
	bad = tuple_places(m, s->left, &r->left, &r->nleft);
	bad |= tuple_places(m, s->right, &r->rights, &r->nright);
	r->right = r->rights[0];
	if (r->nleft > 1 || r->nright > 1)
		r->kind = RULE_TUPLE;
	if (bad)
		return -1;
	if (map_pipe(m, r, s) != 0)
		return -1;
	map_ways(r);
	if (tuple_check(m, r) != 0)
		return -1;
	for (unsigned i = 0; i < r->nright && r->forth; i++)
		bad |= map_writable(m, r, &r->rights[i], 0);
	for (unsigned i = 0; i < r->nleft && r->back; i++)
		bad |= map_writable(m, r, &r->left[i], 1);
	if (bad)
		return -1;
	bad |= own_check(m, r);
	if (r->forth) {
		t = tuple_type(c, r->left, r->nleft);
		r->source_type = pipe_flow(c, r, assign_policy(c, r, t, 0), 0);
		bad |= tuple_assign(m, r, r->source_type, 0);
	}
	if (!r->back || bad)
		return bad;
	t = tuple_type(c, r->rights, r->nright);
	t = pipe_flow(c, r, assign_policy(c, r, t, 1), 1);
	return tuple_assign(m, r, t, 1);
}

/* target <- expr: the target's root says which way. */
static int
check_oneway(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct stmt *s = r->stmt;
	struct str root = expr_root(s->left);
	int back = map_is_left(m, root), bad;
	struct place *target;
	int closed = back ? SIDE_LEFT : SIDE_RIGHT;
	struct type t;

	if (!back && !is_right(m, root)) {
		report_side(m, s->left, m->right.name);
		return -1;
	}
	r->forth = !back;
	r->back = back;
	r->source = s->right;
	r->nleft = 1;
	r->left = arena_new(c->a, struct place);
	bad = back ? tuple_places(m, s->left, &r->left, &r->nleft) :
	    tuple_places(m, s->left, &r->rights, &r->nright);
	r->right = r->rights[0];
	target = back ? r->left : r->rights;
	if (r->nleft > 1 || r->nright > 1)
		r->kind = RULE_TUPLE;
	map_close(m, closed, back ?
	    "a rule that writes the left side reads the right one" :
	    "a rule that writes the right side reads the left one");
	m->ck.fails = NULL;
	for (unsigned i = 0; i < r->nguard; i++)
		assume(&m->ck, r->guards[i], 1);
	t = check_expr(&m->ck, s->right);
	m->ck.facts = NULL;
	if (t.kind == TYPE_BAD)
		bad = 1;
	check_sure(&m->ck, s->right);
	/* the pipe's other end, for the choice of its types */
	if (back)
		r->right.type = t;
	else
		r->left->type = t;
	bad |= pipe_check(&m->ck, r, s->pipe);
	bad |= attr_check(c, r, s->attrs);
	if (!bad)
		bad = check_default(m, r, t);
	map_close(m, closed, NULL);
	if (bad)
		return -1;
	r->source_type = pipe_flow(c, r, assign_policy(c, r, t, back), back);
	bad = 0;
	for (unsigned i = 0; i < (back ? r->nleft : r->nright); i++)
		bad |= map_writable(m, r, &target[i], back);
	return bad | tuple_assign(m, r, r->source_type, back);
}

static void
check_rule(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct map_rule *r = map_new_rule(m, s, guards, nguard);
	int bad;

	bad = s->arrow == ARROW_BOTH ? check_both(m, r) : check_oneway(m, r);
	if (!bad)
		bad = lookup_rule(m, r);
	if (bad)
		m->bad = 1;
	/* a rule with an error still writes its places */
	if (r->left != NULL)
		map_keep_rule(m, r);
	r->source_type = bad ? bad_type() : r->source_type;
}

/* ---- statements ---- */

/* on conflict latest(tie: right): of all rules that do not say it */
static void
conflict_default(struct map_info *m, struct stmt *s)
{
	struct compile *c = m->ck.c;

	m->own = own_read(c, s->value);
	if (m->own == NULL) {
		m->bad = 1;
		return;
	}
	switch (m->own->kind) {
	case OWN_LEFT: case OWN_RIGHT: case OWN_LATEST: case OWN_FILL:
	case OWN_MANUAL:
		return;
	default:
		diag_at(&c->ss, C441, m->own->span, "not every field can be "
		    "decided so: left, right, latest, fill or manual");
		m->bad = 1;
	}
}

static void
map_default(struct map_info *m, struct stmt *s)
{
	static const char *const words[] = { "missing", "null", "error",
		"conflict" };
	struct compile *c = m->ck.c;
	struct near near;
	enum nil_policy *out = str_eq(s->name.text, STR("null")) ? &m->null :
	    str_eq(s->name.text, STR("missing")) ? &m->missing :
	    str_eq(s->name.text, STR("error")) ? &m->error : NULL;

	if (str_eq(s->name.text, STR("conflict"))) {
		conflict_default(m, s);
	} else if (out == NULL) {
		near_init(&near, s->name.text);
		for (size_t i = 0; i < COUNT(words); i++)
			near_try(&near, str_z(words[i]));
		diag_meant(&c->ss, diag_at(&c->ss, C212, s->name.span,
		    "`on` is followed by missing, null, error or conflict"),
		    &near);
		m->bad = 1;
	} else if (attr_nil(c, s->name.text, s->value, out, NULL) != 0) {
		m->bad = 1;
	}
}

void
map_body(struct map_info *m, struct stmt *list, struct expr **guards,
    unsigned nguard)
{
	struct compile *c = m->ck.c;

	for (struct stmt *s = list; s != NULL; s = s->next) {
		int was = m->bad;

		m->ck.fails = NULL;
		switch (s->kind) {
		case ST_DEFAULT:
			break;
		case ST_RULE:
			check_rule(m, s, guards, nguard);
			break;
		case ST_REST:
			rest_check(m, s, guards, nguard);
			m->bad |= was;
			break;
		case ST_WHEN: {
			struct expr **more = arena_array(c->a, nguard + 1u,
			    sizeof(*more));

			if (nguard)
				memcpy(more, guards, nguard * sizeof(*more));
			more[nguard] = s->guard;
			if (nguard == GUARDS_MAX) {
				diag_at(&c->ss, C106, s->head,
				    "`when` nests deeper than %d",
				    GUARDS_MAX);
				break;
			}
			map_close(m, SIDE_RIGHT, "a guard reads the left side");
			m->ck.flags |= CK_ALONE;
			check_condition(&m->ck, s->guard);
			check_sure(&m->ck, s->guard);
			map_close(m, SIDE_RIGHT, NULL);
			m->ck.flags &= ~(unsigned)CK_ALONE;
			map_body(m, s->body, more, nguard + 1);
			break;
		}
		case ST_EACH:
			each_check(m, s, guards, nguard);
			break;
		case ST_PICK:
			pick_check(m, s, guards, nguard);
			m->bad |= was;
			break;
		default:
			if (m->layer == NULL || m->up || nguard > 0)
				diag_at(&c->ss, C213, s->span,
				    "`drop` stands in `extend` only");
			break;
		}
	}
}

void
map_rules(struct map_info *m, struct stmt *body)
{
	for (struct stmt *s = body; s != NULL; s = s->next)
		if (s->kind == ST_DEFAULT)
			map_default(m, s);
	map_body(m, body, NULL, 0);
}

static int
find_schema(struct map_info *m, struct word name, struct local *side)
{
	struct compile *c = m->ck.c;
	struct entity *s = find_in(&m->e->mod->schemas, name.text);
	struct near near;
	struct diag *g;

	if (s == NULL) {
		near_init(&near, name.text);
		for (struct table_entry *i = table_next(&m->e->mod->schemas,
		    NULL); i != NULL; i = table_next(&m->e->mod->schemas, i))
			near_try(&near, i->key);
		g = diag_at(&c->ss, C203, name.span, "unknown schema `%.*s`",
		    STR_ARG(name.text));
		if (!diag_meant(&c->ss, g, &near))
			diag_fix(&c->ss, g, "schema %.*s = \"….json\";",
			    STR_ARG(name.text));
		return -1;
	}
	s->used = 1;
	if (schema_check_decl(c, s) != 0)
		return -1;
	m->schema[side == &m->right] = s->u.schema->schema;
	side->type = type_of_node(c->a, s->u.schema->root);
	side->type.nil = 0;
	if (side->type.kind == TYPE_RECORD || side->type.kind == TYPE_ANY)
		return 0;
	diag_at(&c->ss, C301, name.span, "a record is an object, `%.*s` is "
	    "%.*s", STR_ARG(name.text), STR_ARG(type_text(c->a, side->type)));
	return -1;
}

int
map_check(struct compile *c, struct entity *e)
{
	struct map_info *m = arena_new(c->a, struct map_info);
	struct decl *d = e->decl;

	e->u.map = m;
	m->e = e;
	m->head = d->head;
	m->last = &m->rules;
	m->missing = NIL_SKIP;
	m->error = NIL_ERROR;
	m->null = NIL_CLEAR;
	m->left_schema = d->left_schema.text;
	m->right_schema = d->right_schema.text;
	m->ck = (struct check){ .c = c, .m = e->mod, .scope = &m->right };
	m->left = (struct local){ .name = d->left_name.text,
		.kind = LOCAL_LEFT };
	m->right = (struct local){ .name = d->right_name.text,
		.kind = LOCAL_RIGHT, .up = &m->left };
	*c->last_map = m;
	c->last_map = &m->next;
	if (str_eq(m->left.name, m->right.name)) {
		diag_at(&c->ss, C202, d->right_name.span,
		    "both sides are called `%.*s`", STR_ARG(m->left.name));
		m->bad = 1;
		return -1;
	}
	if ((find_schema(m, d->left_schema, &m->left) |
	    find_schema(m, d->right_schema, &m->right)) != 0) {
		m->bad = 1;
		return -1;
	}
	m->right.type.more = catalog_root(c, d->right_schema);
	map_rules(m, d->body);
	layers_apply(m);
	if (m->nrule > PROG_FRAME) {
		diag_at(&c->ss, C702, d->head, "more than %d rules",
		    PROG_FRAME);
		m->bad = 1;
		return -1;
	}
	graph_check(m);
	unify_check(m);
	return m->bad ? -1 : 0;
}
