/*
 * What laws are made of: steps, and comparing a side with what it was.
 */
#include "lang/lawrun.h"

/* ---- steps ---- */

struct str
law_json(struct value v, struct arena *a)
{
	struct buf b = { 0 };
	struct str s;

	value_write(&b, v);
	s = follow_pad(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

void
law_begin(struct lawrun *r)
{
	r->f.side[0] = r->f.side[1] = (struct str){ 0 };
	r->nstep = 0;
}

struct last {
	const struct prog *p;
	unsigned rule; /* nrule: none */
};

/* The rule whose code ran last; none once all of them have. */
static void
note_rule(void *arg, const struct prog *p, uint32_t pc,
    const struct value *frame)
{
	struct last *l = arg;

	(void)frame;
	if (p == l->p && (p->code[pc] & 0xff) == OP_END)
		l->rule = p->nrule;
	for (unsigned i = 0; p == l->p && i < p->nrule; i++)
		if (pc >= p->rule[i].start && pc < p->rule[i].end)
			l->rule = i;
}

/* What the schema of the side refuses is said with the line of the rule. */
static unsigned
rule_at(const struct prog *p, size_t line)
{
	unsigned i = 0;

	while (i < p->nrule && p->rule[i].pos.line != line)
		i++;
	return i;
}

int
law_step(struct lawrun *r, int put, int right, struct str json)
{
	const struct prog *p = r->prog[right];
	struct last last = { p, p->nrule };
	struct str was[2] = { r->f.side[0], r->f.side[1] };

	if (r->nstep < LAW_STEPS)
		r->steps[r->nstep++] = (struct law_step){ put, right, json };
	if ((put ? follow_put(&r->f, right, json, &r->refusal) :
	    follow_given(&r->f, right, json, &r->refusal)) == 0)
		return 0;
	/* once more, watched: errors name a line, which may be a library's */
	vm_set_trace(r->vm, note_rule, &last);
	r->f.side[0] = was[0];
	r->f.side[1] = was[1];
	if (put)
		follow_put(&r->f, right, json, &r->refusal);
	else
		follow_given(&r->f, right, json, &r->refusal);
	vm_set_trace(r->vm, r->options->trace, r->options->arg);
	if (last.rule == p->nrule)
		last.rule = rule_at(p, r->refusal.at);
	r->blame = last.rule < p->nrule ? r->of[right][last.rule] : r->nlink;
	return -1;
}

/* Nothing changes on a side; the other one takes what it says. */
int
law_nudge(struct lawrun *r, int right)
{
	return law_step(r, 1, right, STR("{}"));
}

/* ---- comparing ---- */

/* The fields of a side that the map writes. */
struct value *
law_fields(struct lawrun *r, int right, struct str json)
{
	struct value *v;

	if (vm_read_target(r->vm, r->prog[!right], json, &v, &r->a,
	    &r->refusal) != 0)
		return NULL;
	return v;
}

/* What a record of ours says of theirs, whatever is there. */
struct value *
law_sent(struct lawrun *r, struct str left, struct str right)
{
	const struct prog *p = r->prog[0];
	struct vm_frame f;
	struct value *v;

	if (vm_map(r->vm, p, left, &f, &r->a, &r->refusal) != 0 ||
	    vm_put(r->vm, p, right, &f, &r->a, &r->refusal) != 0)
		return NULL;
	v = arena_array(&r->a, p->funcs[0].nout, sizeof(*v));
	if (p->funcs[0].nout > 0)
		memcpy(v, f.out, p->funcs[0].nout * sizeof(*v));
	return v;
}

struct value
law_right_value(struct lawrun *r, unsigned link, const struct value *right)
{
	const struct link *k = &r->links[link];

	if (link == r->nlink || k->at[0] < 0 || right == NULL ||
	    r->prog[0]->rule[k->at[0]].nout == 0)
		return (struct value){ 0 };
	return right[r->prog[0]->rule[k->at[0]].out[0]];
}

size_t
law_field_path(struct lawrun *r, const struct law_item *i, struct str *path)
{
	const struct prog_slot *s = &r->prog[!i->right]->out[i->slot];
	size_t n = s->n;

	memcpy(path, s->name, n * sizeof(*path));
	if (i->member.p != NULL)
		path[n++] = i->member;
	return n;
}

static struct str
name_of(struct lawrun *r, const struct str *path, size_t n, int right)
{
	struct str s = right ? r->map->right_name : r->map->left_name;

	for (size_t i = 0; i < n; i++)
		s = arena_printf(&r->a, "%.*s.%.*s", STR_ARG(s),
		    STR_ARG(path[i]));
	return s;
}

static int
counts(const struct lawrun *r, unsigned link)
{
	if (r->only >= 0)
		return link == (unsigned)r->only;
	return link == r->nlink || !(r->links[link].failed >> r->law & 1);
}

/*
 * What the law says; 0 and the breach when the item is not within it.  What
 * lies below a null reads as null, until a field beside it gets a value.
 */
static int
judge(struct lawrun *r, const struct law_item *i, law_within_fn *within,
    const void *arg, const char *what, struct breach *b)
{
	struct str path[RECORD_DEPTH + 2];
	size_t n;

	if (!counts(r, i->link) ||
	    (i->was.type == V_NULL && i->is.type == V_ABSENT) ||
	    within(r, i, arg))
		return 1;
	n = law_field_path(r, i, path);
	*b = (struct breach){ .link = i->link, .right = i->right,
		.field = name_of(r, path, n, i->right), .what = what,
		.was = i->was, .is = i->is, .nstep = r->nstep };
	b->expect = law_json(value_edit(follow_raw(r->f.side[i->right]), path,
	    n, i->was, &r->a), &r->a);
	memcpy(b->steps, r->steps, sizeof(b->steps));
	return 0;
}

static int
judge_members(struct lawrun *r, struct law_item *i, struct value was,
    struct value is, law_within_fn *within, const void *arg, const char *what,
    struct breach *b)
{
	was = value_open(was, &r->a);
	is = value_open(is, &r->a);
	for (uint32_t k = 0; was.type == V_RECORD && k < was.n; k++) {
		i->member = was.u.record[k].name;
		i->was = was.u.record[k].value;
		i->is = value_member(is, i->member, &r->a);
		if (!value_equal(i->was, i->is, CMP_EXACT, &r->a) &&
		    !judge(r, i, within, arg, what, b))
			return 0;
	}
	for (uint32_t k = 0; is.type == V_RECORD && k < is.n; k++) {
		i->member = is.u.record[k].name;
		i->is = is.u.record[k].value;
		i->was = (struct value){ 0 };
		if (value_member(was, i->member, &r->a).type == V_ABSENT &&
		    !judge(r, i, within, arg, what, b))
			return 0;
	}
	return 1;
}

/*
 * Compare a side as it was, before, with what it has now.  1, or 0 at the
 * first field that differs and is not within the law.
 */
int
law_same(struct lawrun *r, int right, struct str before, law_within_fn *within,
    const void *arg, const char *what, struct breach *b)
{
	const struct prog *p = r->prog[!right];
	const struct value *was = law_fields(r, right, before);
	const struct value *is = law_fields(r, right, r->f.side[right]);

	if (was == NULL || is == NULL)
		return 1;
	for (unsigned s = 0; s < p->funcs[0].nout; s++) {
		struct law_item i = { .right = right, .slot = s, .was = was[s],
			.is = is[s], .link = r->writer[!right][s] };

		if (p->out[s].flags & LF_SPLICE) {
			if (!judge_members(r, &i, was[s], is[s], within, arg,
			    what, b))
				return 0;
		} else if (!value_equal(was[s], is[s], p->out[s].compare,
		    &r->a) && !judge(r, &i, within, arg, what, b)) {
			return 0;
		}
	}
	return 1;
}

/* A record that was taken is refused on its way: 0 where that counts. */
int
law_refused(struct lawrun *r, struct breach *b)
{
	const struct law_step *s = &r->steps[r->nstep - 1];
	const struct prog *p = r->prog[s->right];
	int at = r->blame < r->nlink ? r->links[r->blame].at[s->right] : -1;
	const struct prog_slot *in;

	if (!counts(r, r->blame))
		return 1;
	*b = (struct breach){ .link = r->blame, .right = s->right,
		.what = "is refused on its way back",
		.refused = arena_str(&r->a, str_z(r->refusal.text)),
		.nstep = r->nstep };
	memcpy(b->steps, r->steps, sizeof(b->steps));
	in = at >= 0 && p->rule[at].nin > 0 ? &p->in[p->rule[at].in[0]] : NULL;
	b->field = name_of(r, in ? in->name : NULL, in ? in->n : 0, s->right);
	return 0;
}
