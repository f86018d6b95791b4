/*
 * Rules: what is done with a record, first match first, and always something.
 */
#include "lang/map.h"

static const char *const verbs[] = {
#define X(name, word) [ACTION_##name] = word,
	ACTION_VERBS(X)
#undef X
};

unsigned
event_bit(struct str word, struct near *near)
{
	const char *known;

	near_init(near, word);
	for (unsigned bit = 1; (known = event_word(bit)) != NULL; bit <<= 1) {
		if (str_eq(word, str_z(known)))
			return bit;
		near_try(near, str_z(known));
	}
	return 0;
}

static unsigned
event_bits(struct compile *c, struct items words)
{
	unsigned bits = 0;

	for (struct item *i = words.first; i != NULL; i = i->next) {
		struct near near;
		struct diag *g;
		unsigned bit = event_bit(i->name.text, &near);

		bits |= bit;
		if (bit != 0)
			continue;
		g = diag_at(&c->ss, C503, i->name.span,
		    "there is no event `%.*s`", STR_ARG(i->name.text));
		if (!diag_meant(&c->ss, g, &near))
			diag_fix(&c->ss, g, "create, update or delete");
	}
	return bits;
}

static int
find_verb(struct compile *c, struct word w)
{
	struct near near;
	struct diag *g;

	near_init(&near, w.text);
	for (size_t k = 0; k < COUNT(verbs); k++) {
		if (str_eq(w.text, str_z(verbs[k])))
			return (int)k;
		near_try(&near, str_z(verbs[k]));
	}
	g = diag_at(&c->ss, C504, w.span, "there is no action `%.*s`",
	    STR_ARG(w.text));
	if (!diag_meant(&c->ss, g, &near))
		diag_fix(&c->ss, g,
		    "skip, upsert, update, archive, delete or call");
	return -1;
}

/* The k-th field that a rule writes, NULL behind the last. */
static const struct place *
written(const struct map_rule *r, int back, unsigned k)
{
	if (!(back ? r->back : r->forth) || r->kind == RULE_REST ||
	    k >= (back ? r->nleft : 1))
		return NULL;
	return back ? &r->left[k] : &r->right;
}

/*
 * The written field that a word of `by { … }` means: its last name, or the
 * whole path from the root of the side.
 */
static const struct place *
find_by(struct map_info *m, const struct expr *e, int back, struct near *near)
{
	struct str root = back ? m->left.name : m->right.name;
	const struct place *p;
	struct str path[AST_DEPTH];
	size_t n = expr_path(e, path, COUNT(path));

	for (const struct map_rule *r = m->rules; r != NULL; r = r->next)
		for (unsigned k = 0; (p = written(r, back, k)) != NULL; k++) {
			if (p->n == 0)
				continue;
			if (n == 1 ? str_eq(p->path[p->n - 1], path[0]) :
			    str_eq(path[0], root) && p->n == n - 1 &&
			    path_overlaps(p->path, p->n, path + 1, n - 1))
				return p;
			if (near != NULL)
				near_try(near, p->path[p->n - 1]);
		}
	return NULL;
}

static void
check_by(struct map_info *m, struct expr *e, int back)
{
	struct compile *c = m->ck.c;
	struct near near;
	struct diag *g;

	near_init(&near, e->text);
	if (e->kind == EX_BAD || find_by(m, e, back, &near) != NULL)
		return;
	g = diag_at(&c->ss, C505, e->span, "no rule of the map writes `%.*s`, "
	    "so it cannot find a record", STR_ARG(span_line(&c->ss, e->span,
	    c->a)));
	diag_meant(&c->ss, g, &near);
}

/* do upsert then call tell, win; and do call win; */
static void
check_calls(struct compile *c, const struct action *a, int verb, int back)
{
	struct span at = a->then.span;

	if (verb == ACTION_CALL && a->calls.n == 0)
		diag_fix(&c->ss, diag_at(&c->ss, C653, a->verb.span,
		    "`call` of nothing"), "an operation of the connector: "
		    "call win");
	if (a->calls.n == 0)
		return;
	if (!str_eq(a->then.text, STR("call")))
		diag_fix(&c->ss, diag_at(&c->ss, C653, at, "`%.*s` takes no "
		    "name of an operation", STR_ARG(a->then.text)),
		    "do %.*s then call …", STR_ARG(a->verb.text));
	else if (verb == ACTION_SKIP)
		diag_at(&c->ss, C653, at, "what is skipped is not sent, so "
		    "nothing is called for it");
	else if (back)
		diag_at(&c->ss, C653, at, "operations belong to the connector; "
		    "what comes in calls none");
	else if (a->calls.n > CALLS_MAX)
		diag_at(&c->ss, C109, at, "a rule calls at most %d operations",
		    CALLS_MAX);
}

static void
check_action(struct map_info *m, struct action *a, int back)
{
	struct compile *c = m->ck.c;
	int verb = find_verb(c, a->verb);

	if (verb >= 0 && verb != ACTION_SKIP && a->reason != NULL)
		diag_at(&c->ss, C504, a->reason->span,
		    "only `skip` gives a reason");
	if (verb >= 0 && verb != ACTION_UPSERT && a->has_by)
		diag_at(&c->ss, C504, a->by.first->span,
		    "only `upsert` goes by a field");
	for (struct item *i = a->by.first; i != NULL; i = i->next)
		check_by(m, i->value, back);
	check_calls(c, a, verb, back);
}

void
rules_check(struct compile *c, struct map_info *m, struct module *mod,
    struct decl *d, int back)
{
	struct local *other = back ? &m->left : &m->right;
	struct stmt *last = NULL;
	size_t before = c->d->nerror;

	m->sync[back] = d;
	m->ck.flags |= CK_RULES;
	m->ck.m = mod;
	other->not_here = "the record of the other side is not known here; "
	    "linked(…) and changed(…) are";
	for (struct stmt *s = d->body; s != NULL; s = s->next) {
		if (last != NULL) {
			diag_also(&c->ss, diag_at(&c->ss, C502, s->span,
			    "a rule behind `otherwise` is never reached"),
			    last->span, "the last one");
			continue;
		}
		if (s->kind == ST_OTHERWISE) {
			last = s;
		} else {
			event_bits(c, s->words);
			m->ck.fails = NULL;
			if (s->guard != NULL) {
				check_condition(&m->ck, s->guard);
				check_sure(&m->ck, s->guard);
			}
		}
		check_action(m, &s->action, back);
	}
	if (last == NULL)
		diag_fix(&c->ss, diag_at(&c->ss, C501, d->head,
		    "the rules do not say what happens otherwise"),
		    "otherwise skip \"no rule\";");
	m->ck.flags &= ~(unsigned)CK_RULES;
	m->ck.m = m->e->mod;
	other->not_here = NULL;
	if (c->d->nerror != before)
		m->bad = 1;
}

/* ---- code ---- */

size_t
gen_changed(struct compile *c, struct gen_func *f, const struct note *n)
{
	const struct note *path = n->args[0]->note;
	struct gen *g = f->g;
	const struct gen_rule *r = g->rule.p;
	const struct gen_slot *in = g->in.p, *out = g->out.p;
	uint16_t *slot = arena_array(g->ua, g->out.n + 1, sizeof(*slot));
	struct prog_slots set = { .slot = slot };
	int written = (path->local->kind == LOCAL_LEFT) == g->back;

	for (unsigned o = 0; o < g->out.n; o++) {
		int hit = written && path_overlaps(out[o].path, out[o].n,
		    path->path, path->npath);

		for (size_t i = 0; i < g->rule.n && !hit && !written; i++) {
			int writes = 0;

			for (unsigned k = 0; k < r[i].nout; k++)
				writes |= r[i].out[k] == o;
			for (unsigned k = 0; k < r[i].nin && writes; k++)
				hit |= path_overlaps(in[r[i].in[k]].path,
				    in[r[i].in[k]].n, path->path, path->npath);
		}
		if (hit)
			slot[set.n++] = (uint16_t)o;
	}
	if (set.n == 0 && !g->failed) {
		diag_fix(&c->ss, diag_at(&c->ss, C506, n->span,
		    "no rule of the map depends on this field, so it never "
		    "changes anything"), "map it, or remove the condition");
		g->failed = 1;
	}
	return gen_set(g, set);
}

static unsigned
slot_number(const struct gen *g, const struct place *p)
{
	const struct gen_slot *s = g->out.p;

	for (unsigned i = 0; i < g->out.n; i++)
		if (!s[i].rest && s[i].n == p->n &&
		    path_overlaps(s[i].path, s[i].n, p->path, p->n))
			return i;
	fatal("a rule without its slot");
}

static void
gen_action_of(struct compile *c, struct map_info *m, struct gen_func *f,
    struct stmt *s)
{
	struct gen *g = f->g;
	struct prog_action a = { 0 };
	struct prog_pos pos = span_pos(&c->ss, s->span);

	f->at = s->span;
	a.verb = (enum action_verb)find_verb(c, s->action.verb);
	a.line = pos.line;
	a.file = pos.file;
	if (s->action.reason != NULL)
		a.reason = gen_str(g, s->action.reason->text);
	a.by = arena_array(g->ua, s->action.by.n, sizeof(*a.by));
	a.by_name = arena_array(g->ua, s->action.by.n, sizeof(*a.by_name));
	for (struct item *i = s->action.by.first; i != NULL; i = i->next) {
		const struct place *p = find_by(m, i->value, g->back, NULL);

		a.by[a.nby] = (uint16_t)slot_number(g, p);
		a.by_name[a.nby++] = gen_str(g, p->path[p->n - 1]);
	}
	a.calls = arena_array(g->ua, s->action.calls.n, sizeof(*a.calls));
	for (struct item *i = s->action.calls.first; i != NULL; i = i->next)
		a.calls[a.ncall++] = gen_str(g, i->name.text);
	gen_ak(f, OP_ACTION, 0, gen_action(g, a));
}

void
rules_gen(struct compile *c, struct map_info *m, struct gen *g)
{
	struct gen_func *f = gen_func(g, STR("rules"), 0);
	unsigned all = EVENT_CREATE | EVENT_UPDATE | EVENT_DELETE;

	g->rules = f;
	for (struct stmt *s = m->sync[g->back]->body; s != NULL; s = s->next) {
		unsigned bits = s->kind == ST_ON ? event_bits(c, s->words) :
		    all;
		size_t event = SIZE_MAX, guard = SIZE_MAX;

		f->at = s->span;
		if (bits != all) {
			gen_ak(f, OP_EVENT, 0, bits);
			event = gen_jump(f, OP_JUMP_FALSE, 0);
		}
		if (s->guard != NULL) {
			gen_expr(c, f, s->guard, 0);
			guard = gen_jump(f, OP_JUMP_FALSE, 0);
		}
		gen_action_of(c, m, f, s);
		if (event != SIZE_MAX)
			gen_label(f, event);
		if (guard != SIZE_MAX)
			gen_label(f, guard);
	}
}
