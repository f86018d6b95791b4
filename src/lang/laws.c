/*
 * Running the laws of a map: records are made until the map takes them, each
 * law is tried on each, and what breaks one is shrunk and told.
 *
 * A record that the map refuses is mended: the fields of the rule that
 * refused get other values.  What the map has taken, and the map's tests, are
 * hints for the makers of both sides, so codecs that take few texts get some.
 */
#include "lang/laws.h"

#include "lang/lawrun.h"

/* Other values that a rule is offered before its record is given up. */
#define MENDS 40

const char *const map_law_words[MAP_NLAW] = {
#define X(name, word) [MAP_##name] = word,
	MAP_LAWS(X)
#undef X
};

/* The first case that broke a law by a rule. */
struct broken {
	struct broken *next;
	enum map_law law;
	unsigned link;
	struct law_case c;
};

/* ---- rules ---- */

static int
same_pos(struct prog_pos a, struct prog_pos b)
{
	return a.line == b.line && a.col == b.col && a.file == b.file;
}

static int
overlap(const struct prog_slot *a, const struct prog_slot *b)
{
	for (unsigned i = 0; i < a->n && i < b->n; i++)
		if (!str_eq(a->name[i], b->name[i]))
			return 0;
	return 1;
}

/* Whether rule writes what the other program's rule reads. */
static int
feeds(const struct prog *p, const struct prog_rule *rule, const struct prog *q,
    const struct prog_rule *reader)
{
	for (unsigned i = 0; i < rule->nout; i++)
		for (unsigned k = 0; k < reader->nin; k++)
			if (overlap(&p->out[rule->out[i]],
			    &q->in[reader->in[k]]))
				return 1;
	return 0;
}

/*
 * A rule back that stands for itself, and reads what the field that it writes
 * feeds: together with the rule forth it goes both ways.
 */
static int
is_pair(const struct lawrun *r, const struct prog_rule *back)
{
	const struct prog *forth = r->prog[0];

	for (unsigned i = 0; i < forth->nrule; i++)
		if (feeds(forth, &forth->rule[i], r->prog[1], back) &&
		    feeds(r->prog[1], back, forth, &forth->rule[i]))
			return 1;
	return 0;
}

static void
add_rules(struct lawrun *r, int back)
{
	const struct prog *p = r->prog[back];

	for (unsigned i = 0; i < p->nrule; i++) {
		struct link *k = NULL;

		for (unsigned j = 0; j < r->nlink; j++)
			if (same_pos(r->links[j].pos, p->rule[i].pos))
				k = &r->links[j];
		if (k == NULL) {
			k = &r->links[r->nlink++];
			*k = (struct link){ .pos = p->rule[i].pos,
				.text = p->rule[i].text, .at = { -1, -1 },
				.law = p->rule[i].law,
				.joins = p->rule[i].joins };
		}
		k->at[back] = (int)i;
		r->of[back][i] = (unsigned)(k - r->links);
		for (unsigned s = 0; s < p->rule[i].nout; s++)
			k->once |= (p->out[p->rule[i].out[s]].flags &
			    LF_CREATE_ONLY) != 0;
	}
}

/* Of several rules that write a slot the one that promises least. */
static void
find_writers(struct lawrun *r, int back)
{
	const struct prog *p = r->prog[back];
	unsigned *w = arena_array(&r->keep, p->funcs[0].nout, sizeof(*w));

	for (unsigned s = 0; s < p->funcs[0].nout; s++)
		w[s] = r->nlink;
	for (unsigned i = 0; i < p->nrule; i++)
		for (unsigned k = 0; k < p->rule[i].nout; k++) {
			unsigned *was = &w[p->rule[i].out[k]];

			if (*was == r->nlink || r->links[*was].law <
			    r->links[r->of[back][i]].law)
				*was = r->of[back][i];
		}
	r->writer[back] = w;
}

static void
link_rules(struct lawrun *r)
{
	size_t n = (size_t)r->prog[0]->nrule + r->prog[1]->nrule;

	r->links = arena_array(&r->keep, n + 1, sizeof(*r->links));
	for (int back = 0; back < 2; back++) {
		r->of[back] = arena_array(&r->keep, r->prog[back]->nrule,
		    sizeof(*r->of[back]));
		add_rules(r, back);
	}
	find_writers(r, 0);
	find_writers(r, 1);
	for (unsigned i = 0; i < r->nlink; i++) {
		struct link *k = &r->links[i];

		k->pair = k->at[0] < 0 && is_pair(r,
		    &r->prog[1]->rule[k->at[1]]);
	}
}

/* ---- making cases ---- */

size_t
law_path(struct value patch, struct str *path, size_t max, struct arena *a)
{
	size_t n = 0;

	for (patch = value_open(patch, a); patch.type == V_RECORD &&
	    patch.n > 0 && n < max; patch = value_open(patch, a)) {
		path[n++] = patch.u.record[0].name;
		patch = patch.u.record[0].value;
	}
	return n;
}

/* Some field that the refusing rule reads; NULL where it reads none. */
static const struct prog_slot *
refused_field(struct lawrun *r, int right)
{
	const struct prog *p = r->prog[right];
	const struct prog_rule *rule;
	int at = r->blame == r->nlink ? -1 : r->links[r->blame].at[right];

	if (at < 0 || p->rule[at].nin == 0)
		return NULL;
	rule = &p->rule[at];
	return &p->in[rule->in[sample_below(r->make[right], rule->nin)]];
}

/* A record of ours that the map takes. */
static int
make_left(struct lawrun *r, struct law_case *c, struct err *e)
{
	if (sample_record(r->make[0], &c->left, &r->a, e) != 0)
		return -1;
	for (unsigned i = 0; i < MENDS; i++) {
		const struct prog_slot *s;

		law_begin(r);
		if (law_step(r, 0, 0, law_json(c->left, &r->a)) == 0)
			return 1;
		s = refused_field(r, 0);
		if (s == NULL || sample_other(r->make[0], &c->left, s->name,
		    s->n, &r->a, NULL) != 0)
			break;
	}
	return 0;
}

/* A part of a record; all of it, some of it, or one member of each object. */
static struct value
some_of(struct lawrun *r, struct value v, unsigned depth)
{
	struct member *list;
	uint32_t k = 0;

	v = value_open(v, &r->a);
	if (v.type != V_RECORD || depth == RECORD_DEPTH)
		return v;
	list = arena_array(&r->a, v.n, sizeof(*list));
	for (uint32_t i = 0; i < v.n; i++)
		if (sample_below(r->make[1], 3) > 0)
			list[k++] = (struct member){ v.u.record[i].name,
				some_of(r, v.u.record[i].value, depth + 1) };
	return (struct value){ .type = V_RECORD, .n = k, .u.record = list };
}

/* A part of a record of theirs that the map takes beside ours. */
static int
make_patch(struct lawrun *r, struct law_case *c, struct err *e)
{
	struct str left = law_json(c->left, &r->a);

	if (sample_record(r->make[1], &c->right, &r->a, e) != 0)
		return -1;
	c->patch = some_of(r, c->right, 0);
	for (unsigned i = 0; i < MENDS; i++) {
		const struct prog_slot *s;
		struct value v = { 0 };

		law_begin(r);
		if (law_step(r, 0, 0, left) != 0)
			return 0;
		if (law_step(r, 1, 1, law_json(c->patch, &r->a)) == 0)
			return 1;
		s = refused_field(r, 1);
		if (s == NULL)
			return 0;
		/* another value, in the end none */
		if (i % 8 != 7 && sample_other(r->make[1], &c->right, s->name,
		    s->n, &r->a, NULL) == 0)
			v = value_at(c->right, s->name, s->n, &r->a);
		c->patch = value_edit(c->patch, s->name, s->n, v, &r->a);
	}
	return 0;
}

/* Some member of what lies at the path, until it is a field. */
static size_t
descend(struct lawrun *r, int right, struct value v, struct str *path,
    size_t n)
{
	for (v = value_open(v, &r->a); v.type == V_RECORD && v.n > 0 &&
	    n < RECORD_DEPTH; v = value_open(v, &r->a)) {
		const struct member *m = &v.u.record[sample_below(
		    r->make[right], v.n)];

		path[n++] = m->name;
		v = m->value;
	}
	return n;
}

/* One field that the map reads, as a patch with another value; or {}. */
static struct value
make_change(struct lawrun *r, struct value of, int right)
{
	const struct prog *p = r->prog[right];
	struct value none = { .type = V_RECORD }, v;
	struct str path[RECORD_DEPTH];
	unsigned nin = p->funcs[0].nin;
	size_t n;

	for (unsigned i = 0; i < 8 && nin > 0; i++) {
		const struct prog_slot *s =
		    &p->in[sample_below(r->make[right], nin)];

		if (sample_other(r->make[right], &of, s->name, s->n, &r->a,
		    NULL) != 0)
			continue;
		memcpy(path, s->name, s->n * sizeof(*path));
		n = descend(r, right, value_at(of, path, s->n, &r->a), path,
		    s->n);
		v = value_at(of, path, n, &r->a);
		if (n > 0 && v.type != V_ABSENT && v.type != V_RECORD)
			return value_edit(none, path, n, v, &r->a);
	}
	return none;
}

static struct value
copied(struct value v, struct arena *a)
{
	return follow_raw(law_json(v, a));
}

static void
copy_case(struct law_case *c, struct arena *a)
{
	c->left = copied(c->left, a);
	c->right = copied(c->right, a);
	c->patch = copied(c->patch, a);
	c->change = copied(c->change, a);
	c->event = copied(c->event, a);
}

/* 1, 0 when the map refuses what was made, -1 when nothing can be. */
static int
make_case(struct lawrun *r, struct law_case *c, struct err *e)
{
	int rv = make_left(r, c, e);

	if (rv > 0)
		rv = make_patch(r, c, e);
	if (rv <= 0)
		return rv;
	c->change = make_change(r, c->left, 0);
	c->event = make_change(r, c->right, 1);
	/* values may lie in hints, which change now */
	copy_case(c, &r->a);
	sample_hint(r->make[0], law_json(c->left, &r->a));
	sample_hint(r->make[1], r->f.side[1]);
	return 1;
}

/* The records of the map's tests say what its codecs take. */
static void
learn(struct lawrun *r, const struct unit *u)
{
	for (uint32_t i = 0; i < u->ntest; i++)
		for (uint32_t k = 0; str_eq(u->tests[i].map->name,
		    r->map->name) && k < u->tests[i].nstep; k++) {
			const struct unit_step *s = &u->tests[i].steps[k];

			/* a base is in the words of theirs */
			if (s->json.n > 0)
				sample_hint(r->make[s->right != 0], s->json);
		}
	sample_pin(r->make[0]);
	sample_pin(r->make[1]);
}

/* ---- checking and telling ---- */

/* One law on one case, by whatever rules it is broken. */
static void
try_law(struct lawrun *r, enum map_law law, const struct law_case *c,
    struct broken **list)
{
	struct breach b;

	while (law_check(r, law, c, &b) == 0) {
		struct broken *x = arena_new(&r->keep, struct broken);

		*x = (struct broken){ *list, law, b.link, *c };
		copy_case(&x->c, &r->keep);
		*list = x;
		r->links[b.link].failed |= 1u << law;
	}
}

static struct str
shown(struct lawrun *r, struct value v)
{
	struct buf b = { 0 };
	struct str s = STR("nothing");

	if (v.type != V_ABSENT) {
		value_write(&b, v);
		s = arena_str(&r->a, buf_str(&b));
		buf_fini(&b);
	}
	return s;
}

static void
tell(struct lawrun *r, struct broken *x, law_report_fn *fn, void *arg)
{
	const struct link *k = &r->links[x->link];
	struct buf test = { 0 };
	struct law_report report;
	struct breach b;
	struct arena a = { 0 };

	law_shrink(r, x->law, x->link, &x->c);
	arena_reset(&r->a);
	r->only = (int)x->link;
	if (law_check(r, x->law, &x->c, &b) == 0) {
		law_test(&test, r, &b, &a);
		report = (struct law_report){ .map = r->map, .law = x->law,
			.pos = x->link < r->nlink ? k->pos : r->map->pos,
			.rule = k->text, .field = b.field, .what = b.what,
			.was = b.refused.n ? STR("") : shown(r, b.was),
			.is = b.refused.n ? b.refused : shown(r, b.is),
			.test = buf_str(&test) };
		fn(arg, &report);
	}
	r->only = -1;
	buf_fini(&test);
	arena_fini(&a);
}

/* One way out, and a pair with a rule that broke a law of its own. */
static int
is_told(const struct lawrun *r, unsigned link)
{
	const struct link *k = &r->links[link], *other;
	const struct prog_rule *forth, *back;

	if (link == r->nlink || k->at[0] < 0 || k->at[1] >= 0)
		return 0;
	forth = &r->prog[0]->rule[k->at[0]];
	for (other = r->links; other < r->links + r->nlink; other++) {
		if (!other->pair || other->failed == 0)
			continue;
		back = &r->prog[1]->rule[other->at[1]];
		if (feeds(r->prog[0], forth, r->prog[1], back) &&
		    feeds(r->prog[1], back, r->prog[0], forth))
			return 1;
	}
	return 0;
}

/* Of each rule the first law that it breaks, in the order of the rules. */
static void
tell_all(struct lawrun *r, struct broken *list, law_report_fn *fn, void *arg,
    struct laws_result *out)
{
	for (unsigned i = 0; i <= r->nlink; i++) {
		unsigned failed = r->links[i].failed;
		struct broken *x = list;

		if (failed == 0 || is_told(r, i))
			continue;
		out->broken++;
		while (x != NULL && (x->link != i ||
		    x->law != (enum map_law)__builtin_ctz(failed)))
			x = x->next;
		if (x != NULL)
			tell(r, x, fn, arg);
	}
}

static int
run(struct lawrun *r, uint32_t samples, uint64_t seed,
    struct broken **list, struct laws_result *out, struct err *e)
{
	for (uint32_t i = 0; i < samples; i++) {
		struct law_case c;
		int rv;

		arena_reset(&r->a);
		sample_seed(r->make[0], seed * 0x2545f4914f6cdd1du + 2 * i);
		sample_seed(r->make[1], seed * 0x2545f4914f6cdd1du + 2 * i +
		    1);
		rv = make_case(r, &c, e);
		if (rv < 0)
			return -1;
		out->samples++;
		if (rv == 0) {
			if (out->refused++ == 0) {
				memcpy(out->text, r->refusal.text,
				    sizeof(out->text));
				out->refusal = str_z(out->text);
			}
			continue;
		}
		for (unsigned law = 0; law < MAP_NLAW; law++)
			if (out->checked >> law & 1)
				try_law(r, (enum map_law)law, &c, list);
	}
	return 0;
}

int
laws_run(const struct unit *u, const struct unit_map *m, struct vm *vm,
    const struct laws_options *o, law_report_fn *fn, void *arg,
    struct laws_result *out, struct err *e)
{
	struct laws_options watched = *o;
	struct lawrun r = { .map = m, .prog = { m->forward, m->backward },
		.vm = vm, .only = -1, .options = &watched };
	struct broken *list = NULL;
	int rv;

	*out = (struct laws_result){ .checked = m->laws.check };
	follow_init(&r.f, vm, m, &r.a, valid_new());
	r.make[0] = sample_new(m->left_schema);
	r.make[1] = sample_new(m->right_schema);
	link_rules(&r);
	learn(&r, u);
	vm_set_lookups(vm, law_lookup, &r);
	vm_set_trace(vm, o->trace, o->arg);
	rv = run(&r, o->samples ? o->samples : m->laws.samples,
	    o->has_seed ? o->seed : m->laws.seed, &list, out, e);
	vm_set_trace(vm, NULL, NULL);
	watched.trace = NULL;
	if (rv == 0)
		tell_all(&r, list, fn, arg, out);
	vm_set_lookups(vm, NULL, NULL);
	valid_free(r.f.valid);
	sample_free(r.make[0]);
	sample_free(r.make[1]);
	arena_fini(&r.a);
	arena_fini(&r.keep);
	return rv;
}
