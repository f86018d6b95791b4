/*
 * The laws, one function each.  A law takes steps and compares what a side
 * has after one of them with what it had before; which differences are within
 * the law, it says field by field.
 */
#include "lang/lawrun.h"

/* ---- what is within a law ---- */

static int
never(struct lawrun *r, const struct law_item *i, const void *arg)
{
	(void)r;
	(void)i;
	(void)arg;
	return 0;
}

/* Neither both ways nor a pair, or it says that it loses. */
static int
is_outside(const struct lawrun *r, unsigned link)
{
	const struct link *k = &r->links[link];

	return link == r->nlink || (!k->pair &&
	    (k->at[0] < 0 || k->at[1] < 0 || k->law >= LAW_LOSSY));
}

static int
goes_one_way(struct lawrun *r, const struct law_item *i, const void *arg)
{
	(void)arg;
	return is_outside(r, i->link) || r->links[i->link].pair;
}

/* What went from a list that is joined with another comes back from it. */
static int
joins(struct lawrun *r, const struct law_item *i, const void *arg)
{
	(void)arg;
	return i->link < r->nlink && r->links[i->link].joins;
}

static int
nil(struct value v)
{
	return v.type <= V_NULL;
}

static int
is_exact(const struct lawrun *r, unsigned link)
{
	return r->links[link].pair || r->links[link].law == LAW_EXACT;
}

/* Ours read back: a value stays one, and no value stays none. */
static int
in_canonical_form(struct lawrun *r, const struct law_item *i, const void *arg)
{
	(void)arg;
	return is_outside(r, i->link) || (!nil(i->was) && !nil(i->is) &&
	    !is_exact(r, i->link));
}

struct put {
	struct value patch;
	const struct value *ours, *taken; /* before and after it */
};

/* What was put, where the field of ours came from it. */
static struct value
put_for(struct lawrun *r, const struct put *put, unsigned link)
{
	int at = r->links[link].at[0];
	const struct prog *p = r->prog[0];
	const struct prog_slot *s;

	if (at < 0 || p->rule[at].nout == 0)
		return (struct value){ 0 };
	s = &p->out[p->rule[at].out[0]];
	return value_at(put->patch, s->name, s->n, &r->a);
}

/* Ours read back once more: what it took from the patch stays. */
static int
was_not_put(struct lawrun *r, const struct law_item *i, const void *arg)
{
	const struct put *put = arg;

	return goes_one_way(r, i, NULL) || nil(put_for(r, put, i->link)) ||
	    value_equal(put->ours[i->slot], put->taken[i->slot], CMP_EXACT,
	    &r->a);
}

/* Theirs read back, after it was put. */
static int
was_taken(struct lawrun *r, const struct law_item *i, const void *arg)
{
	const struct put *put = arg;
	const struct link *k = &r->links[i->link];
	struct str path[RECORD_DEPTH + 2];
	const struct prog_rule *back;
	struct value v;

	if (goes_one_way(r, i, NULL))
		return 1;
	v = value_at(put->patch, path, law_field_path(r, i, path), &r->a);
	if (v.type == V_ABSENT)
		return 1;
	/* other elements stay, and one may move up where another goes */
	if (k->joins)
		return 1;
	if (v.type != V_NULL)
		return k->law != LAW_EXACT;
	/* a null that ours does not take is theirs no longer */
	back = &r->prog[1]->rule[k->at[1]];
	for (unsigned s = 0; s < back->nout; s++)
		if (!value_equal(put->ours[back->out[s]],
		    put->taken[back->out[s]], CMP_EXACT, &r->a))
			return 0;
	return 1;
}

struct made {
	const struct value *right; /* what was sent */
	const struct value *again; /* and what ours became by it */
};

/* Ours, made anew from theirs. */
static int
is_made(struct lawrun *r, const struct law_item *i, const void *arg)
{
	const struct made *made = arg;
	struct value again = made->again[i->slot];

	if (goes_one_way(r, i, NULL) || r->links[i->link].joins ||
	    nil(i->was) ||
	    law_right_value(r, i->link, made->right).type == V_ABSENT)
		return 1;
	if (is_exact(r, i->link))
		return 0;
	if (i->member.p != NULL)
		again = value_member(again, i->member, &r->a);
	return i->is.type == V_ABSENT || value_equal(i->is, again,
	    r->prog[1]->out[i->slot].compare, &r->a);
}

struct fed {
	struct str path[RECORD_DEPTH + 2];
	size_t n;
};

static int
writes(const struct prog_rule *rule, unsigned slot)
{
	for (unsigned i = 0; i < rule->nout; i++)
		if (rule->out[i] == slot)
			return 1;
	return 0;
}

static int
reads(const struct prog *p, const struct prog_rule *rule,
    const struct fed *fed)
{
	for (unsigned i = 0; i < rule->nin; i++) {
		const struct prog_slot *in = &p->in[rule->in[i]];
		size_t n = 0;

		while (n < in->n && n < fed->n &&
		    str_eq(in->name[n], fed->path[n]))
			n++;
		if (n == in->n || n == fed->n)
			return 1;
	}
	return 0;
}

/* Whether a rule that writes the field reads the one that changed. */
static int
is_fed(struct lawrun *r, const struct law_item *i, const void *arg)
{
	const struct prog *p = r->prog[!i->right];

	/* several rules may write a list, or under guards one field */
	for (unsigned k = 0; k < p->nrule; k++)
		if (writes(&p->rule[k], i->slot) &&
		    reads(p, &p->rule[k], arg))
			return 1;
	return i->link == r->nlink;
}

/* What ours says of theirs, before and after that came back. */
struct echo {
	const struct value *before, *after;
};

/* An echo: over what was not sent, or a canonical form of what was. */
static int
is_echo(struct lawrun *r, const struct law_item *i, const void *arg)
{
	const struct echo *echo = arg;
	struct value said;

	if (is_outside(r, i->link) || r->links[i->link].once ||
	    r->links[i->link].joins || i->was.type == V_ABSENT)
		return 1;
	said = law_right_value(r, i->link, echo->before);
	if (said.type == V_ABSENT || i->was.type == V_NULL)
		return said.type == V_ABSENT;
	return !is_exact(r, i->link) && value_equal(said,
	    law_right_value(r, i->link, echo->after), CMP_EXACT, &r->a);
}

/* ---- the laws ---- */

/* Ours there and back, so that it has its canonical form. */
static int
settle(struct lawrun *r, const struct law_case *c)
{
	return law_step(r, 0, 0, law_json(c->left, &r->a)) != 0 ||
	    law_nudge(r, 1) != 0 || law_nudge(r, 0) != 0 ? -1 : 0;
}

/* A sync with no change sends nothing. */
static int
getput(struct lawrun *r, const struct law_case *c, struct breach *b)
{
	struct str left = law_json(c->left, &r->a), right;

	if (law_step(r, 0, 0, left) != 0)
		return -1;
	right = r->f.side[1];
	if (law_nudge(r, 1) != 0)
		return law_refused(r, b);
	if (!law_same(r, 0, left, in_canonical_form, NULL,
	    "changes, though nothing did", b))
		return 0;
	if (law_nudge(r, 0) != 0)
		return law_refused(r, b);
	return law_same(r, 1, right, never, NULL,
	    "is sent again, though nothing changed", b);
}

/* What was put is read back. */
static int
putget(struct lawrun *r, const struct law_case *c, struct breach *b)
{
	struct str put, ours;
	struct put arg = { .patch = c->patch };

	if (settle(r, c) != 0)
		return -1;
	arg.ours = law_fields(r, 0, r->f.side[0]);
	if (law_step(r, 1, 1, law_json(c->patch, &r->a)) != 0)
		return -1;
	put = r->f.side[1];
	ours = r->f.side[0];
	arg.taken = law_fields(r, 0, ours);
	if (law_nudge(r, 0) != 0)
		return law_refused(r, b);
	if (!law_same(r, 1, put, was_taken, &arg,
	    "is not what was put there", b))
		return 0;
	if (law_nudge(r, 1) != 0)
		return law_refused(r, b);
	return law_same(r, 0, ours, was_not_put, &arg,
	    "changes when what it became is read again", b);
}

/* What is made from a record gives that record. */
static int
createget(struct lawrun *r, const struct law_case *c, struct breach *b)
{
	struct str left = law_json(c->left, &r->a), right;
	struct made arg;

	if (law_step(r, 0, 0, left) != 0)
		return -1;
	right = r->f.side[1];
	arg.right = law_fields(r, 1, right);
	if (law_nudge(r, 1) != 0)
		return law_refused(r, b);
	arg.again = law_fields(r, 0, r->f.side[0]);
	if (!law_same(r, 0, left, is_made, &arg,
	    "does not come back as it went", b))
		return 0;
	law_begin(r);
	if (law_step(r, 0, 1, right) != 0)
		return law_refused(r, b);
	return law_same(r, 0, left, is_made, &arg,
	    "does not come back from a record made of it", b);
}

/* Both sides as they are once they agree; 1 when they do. */
static int
agree(struct lawrun *r, const struct law_case *c)
{
	struct str was[2];

	if (settle(r, c) != 0)
		return -1;
	was[0] = r->f.side[0];
	was[1] = r->f.side[1];
	return law_nudge(r, 1) != 0 || law_nudge(r, 0) != 0 ? -1 :
	    str_eq(was[0], r->f.side[0]) && str_eq(was[1], r->f.side[1]);
}

/* A patch for one field holds only what that field feeds. */
static int
minimal(struct lawrun *r, const struct law_case *c, struct breach *b)
{
	for (int right = 0; right < 2; right++) {
		struct value one = right ? c->event : c->change;
		struct fed fed;
		struct str other;

		fed.n = law_path(one, fed.path, COUNT(fed.path), &r->a);
		law_begin(r);
		if (fed.n == 0 || agree(r, c) != 1)
			continue;
		other = r->f.side[!right];
		if (law_step(r, 1, right, law_json(one, &r->a)) != 0)
			continue;
		if (!law_same(r, !right, other, is_fed, &fed,
		    "changes with a field that it is not made from", b))
			return 0;
	}
	return 1;
}

/* What was sent, coming back, changes nothing. */
static int
echo(struct lawrun *r, const struct law_case *c, struct breach *b)
{
	struct str was[2], again;
	struct echo arg;

	if (agree(r, c) != 1 ||
	    law_step(r, 1, 0, law_json(c->change, &r->a)) != 0)
		return -1;
	was[0] = r->f.side[0];
	was[1] = r->f.side[1];
	if (law_nudge(r, 1) != 0)
		return law_refused(r, b);
	arg.before = law_sent(r, was[0], was[1]);
	arg.after = law_sent(r, r->f.side[0], was[1]);
	if (!law_same(r, 0, was[0], is_echo, &arg,
	    "is changed back by what was sent", b))
		return 0;
	again = r->f.side[0];
	if (law_nudge(r, 0) != 0)
		return law_refused(r, b);
	if (!law_same(r, 1, was[1], joins, NULL,
	    "is sent again when it comes back", b))
		return 0;
	if (law_nudge(r, 1) != 0)
		return law_refused(r, b);
	return law_same(r, 0, again, never, NULL,
	    "is changed by every echo", b);
}

/* Canonical forms stay as they are. */
static int
canon(struct lawrun *r, const struct law_case *c, struct breach *b)
{
	struct str was;

	if (law_step(r, 0, 0, law_json(c->left, &r->a)) != 0)
		return -1;
	for (int put = 0; put < 2; put++) {
		if (put && law_step(r, 1, 1, law_json(c->patch, &r->a)) != 0)
			return -1;
		if (law_nudge(r, !put) != 0 || law_nudge(r, put) != 0)
			return law_refused(r, b);
		for (int right = 1; right >= 0; right--) {
			was = r->f.side[!right];
			if (law_nudge(r, right) != 0)
				return law_refused(r, b);
			if (!law_same(r, !right, was, never, NULL,
			    "has no canonical form: it changes each time", b))
				return 0;
		}
	}
	return 1;
}

int
law_check(struct lawrun *r, enum map_law law, const struct law_case *c,
    struct breach *b)
{
	static int (*const laws[MAP_NLAW])(struct lawrun *r,
	    const struct law_case *c, struct breach *b) = {
		[MAP_GETPUT] = getput, [MAP_PUTGET] = putget,
		[MAP_CREATEGET] = createget, [MAP_MINIMAL] = minimal,
		[MAP_ECHO] = echo, [MAP_CANON] = canon,
	};

	r->law = law;
	r->check++;
	law_begin(r);
	return laws[law](r, c, b);
}
