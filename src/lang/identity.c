/*
 * Identity: by which values a record finds its other half.
 *
 * A match becomes two functions, of a left record and of a right one.  Of
 * records that belong together they give equal lists; a record in which a
 * value is missing, or cannot be brought into its form, has no key and
 * matches nothing: that is also what a null or a failure inside an expression
 * comes to, so they need no word.  Two fields that a rule joins are compared
 * as its codecs write them on the right side.
 */
#include "lang/expr.h"
#include "lang/map.h"

struct part {
	struct part *next;
	struct expr *side[2];
	const struct map_rule *rule; /* NULL: the values themselves */
};

struct match {
	struct match *next;
	struct stmt *stmt;
	struct part *parts;
	unsigned n;
	int when_unlinked;
	struct lambda reads[2];
	struct unit_key key[2];
};

struct identity {
	struct decl *decl;
	struct match *matches, **last;
	const struct stmt *ambiguous;
	enum unit_ambiguous policy;
	uint32_t n;
};

static const char *const policies[] = {
#define X(name, word) [AMBIGUOUS_##name] = word,
	AMBIGUOUS_POLICIES(X)
#undef X
};

/* ---- clauses ---- */

/* The one word behind a clause; its index, -1 with a finding. */
static int
one_word(struct compile *c, const struct stmt *s, const char *const *words,
    size_t n, const char *form)
{
	const struct expr *e = s->words.n == 1 ? s->words.first->value : NULL;
	struct near near;
	struct diag *g;

	if (e == NULL || e->kind != EX_NAME || s->has_value || s->has_body) {
		diag_fix(&c->ss, diag_at(&c->ss, C510, s->head,
		    "`%.*s` is written in another way",
		    STR_ARG(s->name.text)), "%s", form);
		return -1;
	}
	near_init(&near, e->text);
	for (size_t i = 0; i < n; i++) {
		if (str_eq(e->text, str_z(words[i])))
			return (int)i;
		near_try(&near, str_z(words[i]));
	}
	g = diag_at(&c->ss, C510, e->span, "`%.*s` means nothing here",
	    STR_ARG(e->text));
	if (!diag_meant(&c->ss, g, &near))
		diag_fix(&c->ss, g, "%s", form);
	return -1;
}

static void
check_link(struct compile *c, const struct stmt *s)
{
	static const char *const words[] = { "crosswalk" };

	one_word(c, s, words, COUNT(words), "link crosswalk;");
}

static void
check_ambiguous(struct compile *c, struct identity *id, const struct stmt *s)
{
	int k = one_word(c, s, policies, COUNT(policies),
	    "ambiguous quarantine, skip or error");

	if (id->ambiguous != NULL) {
		diag_also(&c->ss, diag_at(&c->ss, C202, s->head,
		    "a second `ambiguous`"), id->ambiguous->head, "the first");
		return;
	}
	id->ambiguous = s;
	if (k >= 0)
		id->policy = (enum unit_ambiguous)k;
}

/* ---- matches ---- */

/* 0 left, 1 right, -1 for what reads both sides or neither. */
static int
side_of(struct compile *c, const struct expr *e)
{
	struct lambda reads = { 0 };
	int side = -1;

	lambda_captures(c, &reads, e);
	for (unsigned i = 0; i < reads.n; i++) {
		int right = reads.list[i].local->kind == LOCAL_RIGHT;

		if (side >= 0 && side != right)
			return -1;
		side = right;
	}
	return side;
}

/* The rule that joins two fields both ways, NULL for any other pair. */
static const struct map_rule *
joined(const struct map_info *m, const struct expr *left,
    const struct expr *right)
{
	if (!expr_is_slot(left) || !expr_is_slot(right))
		return NULL;
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next)
		if (r->kind == RULE_FIELD && r->forth && r->back &&
		    r->source == NULL &&
		    path_same(r->left[0].path, r->left[0].n,
		    left->note->path, left->note->npath) &&
		    path_same(r->right.path, r->right.n,
		    right->note->path, right->note->npath))
			return r;
	return NULL;
}

/* What can be a key: a value that has one form. */
static int
check_kind(struct map_info *m, struct expr *e)
{
	struct compile *c = m->ck.c;
	struct type t = e->note->type;
	struct diag *g;

	switch (t.kind) {
	case TYPE_BAD:
		return -1;
	case TYPE_DATETIME:
	case TYPE_LIST:
	case TYPE_RECORD:
		t.nil = 0;
		g = diag_at(&c->ss, C309, e->span, "`%.*s` is %.*s, and no key",
		    STR_ARG(span_line(&c->ss, e->span, c->a)),
		    STR_ARG(type_text(c->a, t)));
		if (t.kind == TYPE_DATETIME)
			diag_fix(&c->ss, g, "compare epoch_s(…), which does "
			    "not depend on the zone");
		return -1;
	default:
		return 0;
	}
}

static int
check_part(struct map_info *m, struct match *x, struct expr *e)
{
	struct compile *c = m->ck.c;
	struct part *p;
	int right;

	if (check_expr(&m->ck, e->a).kind == TYPE_BAD ||
	    check_expr(&m->ck, e->b).kind == TYPE_BAD)
		return -1;
	right = side_of(c, e->a);
	if (right < 0 || side_of(c, e->b) != !right) {
		diag_fix(&c->ss, diag_at(&c->ss, C511, e->span,
		    "a match compares what one side has with what the other "
		    "has"), "(%.*s.… == %.*s.…)", STR_ARG(m->left.name),
		    STR_ARG(m->right.name));
		return -1;
	}
	p = arena_new(c->a, struct part);
	p->side[right] = e->a;
	p->side[!right] = e->b;
	p->rule = joined(m, p->side[0], p->side[1]);
	p->next = x->parts;
	x->parts = p;
	x->n++;
	lambda_captures(c, &x->reads[0], p->side[0]);
	lambda_captures(c, &x->reads[1], p->side[1]);
	if (p->rule != NULL)
		return 0;
	if (check_kind(m, e->a) != 0 || check_kind(m, e->b) != 0)
		return -1;
	return expr_comparable(&m->ck, e, e->a->note->type, e->b->note->type);
}

/* Equalities joined by `and`. */
static int
check_parts(struct map_info *m, struct match *x, struct expr *e)
{
	struct compile *c = m->ck.c;
	int bad;

	if (e->kind == EX_AND) {
		bad = check_parts(m, x, e->b);
		return bad | check_parts(m, x, e->a);
	}
	if (e->kind == EX_EQ)
		return check_part(m, x, e);
	if (e->kind != EX_BAD)
		diag_fix(&c->ss, diag_at(&c->ss, C511, e->span, "a match is an "
		    "equality, or several that are joined by `and`"),
		    "(%.*s.… == %.*s.…)", STR_ARG(m->left.name),
		    STR_ARG(m->right.name));
	return -1;
}

static void
check_match_clause(struct map_info *m, struct identity *id, struct stmt *s)
{
	static const char *const words[] = { "when_unlinked" };
	static const char form[] = "match (left == right) when_unlinked;";
	struct compile *c = m->ck.c;
	struct match *x = arena_new(c->a, struct match);
	struct stmt behind = *s;

	x->stmt = s;
	x->reads[0].bare = x->reads[1].bare = 1;
	if (!s->has_value || s->has_body) {
		diag_fix(&c->ss, diag_at(&c->ss, C510, s->head,
		    "`match` is written in another way"), "%s", form);
		return;
	}
	if (s->words.n > 0) {
		behind.has_value = 0;
		if (one_word(c, &behind, words, COUNT(words), form) == 0)
			x->when_unlinked = 1;
	}
	m->ck.flags |= CK_KEY;
	check_parts(m, x, s->value);
	m->ck.flags &= ~(unsigned)CK_KEY;
	m->ck.fails = NULL;
	*id->last = x;
	id->last = &x->next;
	id->n++;
}

static void
check_clause(struct map_info *m, struct identity *id, struct stmt *s)
{
	static const char *const words[] = { "link", "match", "ambiguous" };
	struct compile *c = m->ck.c;
	struct near near;
	struct diag *g;

	if (str_eq(s->name.text, STR("link"))) {
		check_link(c, s);
	} else if (str_eq(s->name.text, STR("match"))) {
		check_match_clause(m, id, s);
	} else if (str_eq(s->name.text, STR("ambiguous"))) {
		check_ambiguous(c, id, s);
	} else {
		near_init(&near, s->name.text);
		for (size_t i = 0; i < COUNT(words); i++)
			near_try(&near, str_z(words[i]));
		g = diag_at(&c->ss, C510, s->name.span,
		    "`%.*s` means nothing in an identity",
		    STR_ARG(s->name.text));
		diag_meant(&c->ss, g, &near);
	}
}

void
identity_check(struct compile *c, struct module *mod, struct decl *d)
{
	struct map_info *m = block_map(c, mod, d);
	struct identity *id;

	if (m == NULL || !block_stands(c, d, m, m->identity ?
	    m->identity->decl : NULL))
		return;
	id = arena_new(c->a, struct identity);
	id->decl = d;
	id->last = &id->matches;
	m->identity = id;
	if (m->left.type.kind == TYPE_BAD || m->right.type.kind == TYPE_BAD)
		return;
	m->ck.m = mod;
	for (struct stmt *s = d->body; s != NULL; s = s->next)
		check_clause(m, id, s);
	m->ck.m = m->e->mod;
	if (id->n == 0 && c->d->nerror == 0)
		diag_fix(&c->ss, diag_at(&c->ss, C512, d->head,
		    "the identity does not say what matches"),
		    "match (%.*s.… == %.*s.…) when_unlinked;",
		    STR_ARG(m->left.name), STR_ARG(m->right.name));
}

/* ---- code ---- */

/* Arguments are in slots; of a field of one, what leads to it comes first. */
static void
gen_reads_of(struct gen_func *f, const struct lambda *l, struct unit_key *k)
{
	struct gen *g = f->g;

	k->nin = 0;
	k->in = arena_array(g->ua, l->n, sizeof(*k->in));
	for (unsigned i = 0; i < l->n; i++) {
		const struct capture *r = &l->list[i];
		size_t n = gen_reach(g, r->path, r->npath);

		k->in[k->nin++] = (uint16_t)gen_in(g, r->path, n, 0);
		for (; n < r->npath; n++) {
			gen_const(f, l->n, value_text(r->path[n]));
			gen_abc(f, OP_FIELD, i, i, l->n);
		}
	}
}

static void
gen_key(struct compile *c, struct gen *g, struct match *x)
{
	const struct lambda *l = &x->reads[g->back];
	struct gen_func *f = gen_func(g, STR("key"), l->n);
	size_t *nil = arena_array(c->a, x->n, sizeof(*nil)), n = 0, end;

	f->lambda = l;
	f->at = x->stmt->span;
	x->key[g->back].func = f->index;
	gen_reads_of(f, l, &x->key[g->back]);
	for (const struct part *p = x->parts; p != NULL; p = p->next, n++) {
		unsigned r = l->n + (unsigned)n;

		gen_expr(c, f, p->side[g->back], r);
		if (p->rule != NULL && g->back)
			pipe_gen(c, f, p->rule, 1, r);
		if (p->rule != NULL)
			pipe_gen(c, f, p->rule, 0, r);
		f->at = x->stmt->span;
		nil[n] = gen_jump(f, OP_JUMP_NIL, r);
	}
	end = f->n;
	gen_abc(f, OP_LIST, l->n, l->n, (unsigned)n);
	gen_a(f, OP_RETURN, l->n);
	while (n > 0)
		gen_label(f, nil[--n]);
	gen_handle(f, 0, end, f->n);
	gen_const(f, l->n, (struct value){ .type = V_ABSENT });
	gen_a(f, OP_RETURN, l->n);
}

void
identity_gen(struct compile *c, const struct map_info *m, struct gen *g)
{
	if (m->identity == NULL)
		return;
	for (struct match *x = m->identity->matches; x != NULL; x = x->next)
		gen_key(c, g, x);
}

const struct unit_identity *
identity_unit(struct compile *c, const struct map_info *m)
{
	const struct identity *id = m->identity;
	struct arena *ua = &c->unit->arena;
	struct unit_identity *out;

	if (id == NULL)
		return NULL;
	out = arena_new(ua, struct unit_identity);
	out->ambiguous = id->policy;
	out->pos = span_pos(&c->ss, id->decl->span);
	out->matches = arena_array(ua, id->n, sizeof(*out->matches));
	for (const struct match *x = id->matches; x != NULL; x = x->next)
		out->matches[out->nmatch++] = (struct unit_match){
			.text = span_line(&c->ss, x->stmt->head, ua),
			.left = x->key[0], .right = x->key[1],
			.when_unlinked = x->when_unlinked,
			.pos = span_pos(&c->ss, x->stmt->span),
		};
	return out;
}
