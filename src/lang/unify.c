/*
 * What is decided as one when both sides changed: the fields of a rule, the
 * rules of a group, rules that write one field under guards that exclude each
 * other, and a pair of one-way rules that carry a value there and back.
 */
#include "lang/map.h"

#include "base/size.h"

static struct map_rule *
root(struct map_rule *r)
{
	while (r->one != r)
		r = r->one = r->one->one;
	return r;
}

/* The earlier rule stands for both. */
static void
unite(struct map_rule *x, struct map_rule *y)
{
	root(y)->one = root(x);
}

/* ---- rules that write one field ---- */

/* Equal paths, equal bytes; other paths, others. */
static struct str
path_key(struct compile *c, int right, const struct place *p)
{
	struct buf b = { 0 };
	struct str s;

	buf_putc(&b, right ? 'r' : 'l');
	for (size_t i = 0; i < p->n; i++)
		buf_printf(&b, "%zu:%.*s", p->path[i].n, STR_ARG(p->path[i]));
	s = arena_str(c->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

static void
meet(struct table *t, struct str key, struct map_rule *r)
{
	struct map_rule *was = table_get(t, key);

	if (was != NULL)
		unite(was, r);
	else
		table_put(t, key, r);
}

static void
unite_writers(struct map_info *m, struct table *t)
{
	struct compile *c = m->ck.c;

	for (struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (r->kind == RULE_REST)
			continue;
		for (unsigned i = 0; r->forth && i < r->nright; i++)
			if (r->rights[i].path != NULL)
				meet(t, path_key(c, 1, &r->rights[i]), r);
		/* picks change elements of one list, each its own */
		if (r->kind == RULE_PICK && !r->list_right)
			continue;
		for (unsigned i = 0; r->back && i < r->nleft; i++)
			if (r->left[i].path != NULL)
				meet(t, path_key(c, 0, &r->left[i]), r);
	}
}

/* ---- pairs of one-way rules ---- */

static int
reads(const struct expr *e, const struct place *p)
{
	if (e == NULL)
		return 0;
	if (expr_is_slot(e))
		return path_overlaps(e->note->path, e->note->npath, p->path,
		    p->n);
	if (reads(e->a, p) || reads(e->b, p) || reads(e->c, p))
		return 1;
	for (const struct item *i = e->items; i != NULL; i = i->next)
		if (reads(i->key, p) || reads(i->value, p))
			return 1;
	return 0;
}

/* A one-way rule reads the side that it does not write, and no other. */
static int
rule_reads(const struct map_rule *r, const struct place *p)
{
	if (reads(r->source, p))
		return 1;
	for (unsigned i = 0; i < r->nstep; i++)
		for (unsigned k = 0; k < r->steps[i].nargs; k++)
			if (reads(r->steps[i].args[k], p))
				return 1;
	return 0;
}

static int
one_way(const struct map_rule *r)
{
	return r->source != NULL && r->forth != r->back;
}

static void
unite_pairs(struct map_info *m)
{
	for (struct map_rule *x = m->rules; x != NULL; x = x->next) {
		if (!one_way(x) || !x->forth)
			continue;
		for (struct map_rule *y = m->rules; y != NULL; y = y->next)
			if (one_way(y) && y->back && y->left->path != NULL &&
			    x->right.path != NULL &&
			    rule_reads(x, y->left) && rule_reads(y, &x->right))
				unite(x, y);
	}
}

/* ---- groups ---- */

static int
unite_groups(struct map_info *m, struct table *t)
{
	struct compile *c = m->ck.c;
	int bad = 0;

	for (struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (r->group.text.n == 0)
			continue;
		if (r->lossy || r->stmt->arrow != ARROW_BOTH) {
			diag_at(&c->ss, C443, r->group.span, "only what goes "
			    "both ways is decided in a group");
			bad = 1;
			continue;
		}
		meet(t, arena_printf(c->a, "g%.*s", STR_ARG(r->group.text)),
		    r);
	}
	return bad;
}

/* A group of one is a misspelt name, where no overlay dropped the others. */
static int
check_alone(struct map_info *m, const struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct near near;
	struct diag *g;

	if (m->dropped != NULL)
		return 0;
	near_init(&near, r->group.text);
	for (struct map_rule *x = m->rules; x != NULL; x = x->next) {
		if (x != r && str_eq(x->group.text, r->group.text))
			return 0;
		if (x != r && x->group.text.n > 0)
			near_try(&near, x->group.text);
	}
	g = diag_at(&c->ss, C443, r->group.span,
	    "nothing else is in the group `%.*s`", STR_ARG(r->group.text));
	if (near.best.n > 0)
		diag_fix(&c->ss, g, "did you mean `%.*s`?",
		    STR_ARG(near.best));
	return -1;
}

/* ---- that they agree ---- */

static int
same_own(struct compile *c, const struct map_own *x, const struct map_own *y)
{
	if (x->kind != y->kind || x->tie_right != y->tie_right ||
	    x->within_us != y->within_us || !x->value != !y->value)
		return 0;
	return x->value == NULL || str_eq(
	    span_line(&c->ss, x->value->span, c->a),
	    span_line(&c->ss, y->value->span, c->a));
}

/* A policy that makes one value of two cannot decide several fields. */
static int
is_single(enum own k)
{
	return k == OWN_MAX || k == OWN_MIN || k == OWN_UNION ||
	    k == OWN_EXPR;
}

/* r against the rule that stands for it, which gets its own when it has none */
static int
agree(struct map_info *m, struct map_rule *first, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct map_own *own = r->own ? r->own : first->own;

	if (first->own != NULL && r->own != NULL &&
	    !same_own(c, first->own, r->own)) {
		diag_also(&c->ss, diag_at(&c->ss, C443, r->own->span,
		    "what is decided as one has one `own`"), first->own->span,
		    "the other");
		return -1;
	}
	if (own != NULL && is_single(own->kind)) {
		diag_fix(&c->ss, diag_at(&c->ss, C443, own->span, "several "
		    "fields are decided as one, and this makes one value"),
		    "own: left, right, latest, fill or manual");
		return -1;
	}
	first->own = own;
	return 0;
}

static int
check_agreed(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct map_rule *first = root(r);

	if (r->group.text.n > 0 && check_alone(m, r) != 0)
		return -1;
	if (first != r)
		return agree(m, first, r);
	if (r->own == NULL || !one_way(r))
		return 0;
	for (struct map_rule *x = m->rules; x != NULL; x = x->next)
		if (x != r && root(x) == r)
			return 0;
	diag_fix(&c->ss, diag_at(&c->ss, C440, r->own->span,
	    "a rule that goes one way is owned by the side that it comes "
	    "from"), "leave `own` out, or write `<->`");
	return -1;
}

static void
free_table(void *t)
{
	table_fini(t);
}

void
unify_check(struct map_info *m)
{
	struct compile *c = m->ck.c;
	struct table *t = arena_new(c->a, struct table);

	arena_defer(c->a, free_table, t);
	for (struct map_rule *r = m->rules; r != NULL; r = r->next)
		r->one = r;
	unite_writers(m, t);
	unite_pairs(m);
	m->bad |= unite_groups(m, t);
	if (m->bad)
		return; /* which may be why they do not fit */
	for (struct map_rule *r = m->rules; r != NULL; r = r->next)
		if (check_agreed(m, r) != 0)
			m->bad = 1;
}

/* ---- the table of a unit ---- */

struct slots {
	uint16_t *slot;
	uint16_t n;
};

/* The out slots, in a direction, of all rules that r stands for. */
static struct slots
slots_of(struct compile *c, struct map_info *m, struct map_rule *r, int back)
{
	const struct gen *g = m->gen[back];
	const struct gen_rule *rules = g->rule.p;
	struct slots s = { 0 };
	size_t most = 0;

	for (struct map_rule *x = r; x != NULL; x = x->next)
		if (root(x) == r && x->no[back] >= 0)
			most = size_add(most, rules[x->no[back]].nout);
	s.slot = arena_array(&c->unit->arena, most, sizeof(*s.slot));
	for (struct map_rule *x = r; x != NULL; x = x->next) {
		const struct gen_rule *gr;

		if (root(x) != r || x->no[back] < 0)
			continue;
		gr = &rules[x->no[back]];
		for (unsigned i = 0; i < gr->nout; i++) {
			unsigned k = 0;

			while (k < s.n && s.slot[k] != gr->out[i])
				k++;
			if (k == s.n)
				s.slot[s.n++] = gr->out[i];
		}
	}
	return s;
}

static struct str
field_name(struct map_info *m, const struct map_rule *r,
    const struct unit_field *f)
{
	const struct gen_slot *s = m->gen[!f->nright]->out.p;

	return r->group.text.n ? r->group.text :
	    s[f->nright ? f->right[0] : f->left[0]].text;
}

/* What tells elements of a union apart. */
static void
put_key(struct compile *c, const struct map_rule *r, struct unit_field *f)
{
	struct str own[AST_DEPTH], *key;
	const struct str *path = own;

	if (r->own->value != NULL) {
		f->nkey = (uint16_t)expr_path(r->own->value, own, AST_DEPTH);
	} else if (r->kind == RULE_EACH) {
		f->nkey = (uint16_t)r->key[1].n;
		path = r->key[1].path;
	}
	key = arena_array(&c->unit->arena, f->nkey, sizeof(*key));
	for (unsigned i = 0; i < f->nkey; i++)
		key[i] = arena_str(&c->unit->arena, path[i]);
	f->key = key;
}

static void
put_own(struct compile *c, const struct map_own *o, struct unit_field *f)
{

	f->func = -1;
	if (o == NULL)
		return;
	f->own = o->kind;
	f->order = o->order;
	f->tie_right = o->tie_right;
	f->within_us = o->within_us;
	f->func = o->func;
	f->pos = span_pos(&c->ss, o->span);
}

static void
put_field(struct compile *c, struct map_info *m, struct map_rule *r,
    struct unit_field *f)
{
	struct arena *ua = &c->unit->arena;
	struct slots right = slots_of(c, m, r, 0), left = slots_of(c, m, r, 1);

	f->right = right.slot;
	f->nright = right.n;
	f->left = left.slot;
	f->nleft = left.n;
	f->name = arena_str(ua, field_name(m, r, f));
	f->group = r->group.text.n > 0;
	f->rest = r->kind == RULE_REST;
	f->prefix = arena_str(ua, r->prefix);
	f->suffix = arena_str(ua, r->suffix);
	put_own(c, r->own || f->nright == 0 || f->nleft == 0 ? r->own :
	    m->own, f);
	if (f->nright == 0)
		f->own = OWN_RIGHT;
	if (f->own == OWN_UNION)
		put_key(c, r, f);
	for (const struct map_rule *x = r; x != NULL; x = x->next) {
		if (root((struct map_rule *)x) != r)
			continue;
		f->create_only |= x->create_only != 0;
		f->fitted |= x->kind == RULE_EACH ||
		    (x->kind == RULE_PICK && !x->list_right);
		f->recoded |= !f->rest && (x->law != LAW_EXACT || one_way(x));
	}
}

void
fields_gen(struct compile *c, struct map_info *m, struct unit_map *out)
{
	size_t n = 0, nleft = m->gen[1]->out.n;
	unsigned *uses = arena_array(c->a, nleft, sizeof(*uses));
	struct unit_field *f;
	struct err e;

	for (struct map_rule *r = m->rules; r != NULL; r = r->next)
		n += root(r) == r;
	f = arena_array(&c->unit->arena, n, sizeof(*f));
	out->fields = f;
	for (struct map_rule *r = m->rules; r != NULL; r = r->next)
		if (root(r) == r && (r->no[0] >= 0 || r->no[1] >= 0))
			put_field(c, m, r, &f[out->nfield++]);
	for (uint32_t i = 0; i < out->nfield; i++)
		for (unsigned k = 0; k < f[i].nleft; k++)
			uses[f[i].left[k]]++;
	for (uint32_t i = 0; i < out->nfield; i++)
		for (unsigned k = 0; k < f[i].nleft; k++)
			f[i].shared |= uses[f[i].left[k]] > 1;
	if (map_verify(out, &e) != 0)
		diag_at(&c->ss, C799, m->e->decl->head, "%s", e.text);
}
