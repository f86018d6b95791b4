/*
 * Counting what runs.
 *
 * A rule counts when it stores into an out slot, so one whose guard is false
 * does not; its state is that of its in slots when its code began.  A rule
 * that was begun and is left when the next record begins has refused it.
 */
#include "lang/cover.h"

void
cover_init(struct cover *c, const struct unit *u)
{
	*c = (struct cover){ .rule = -1 };
	c->progs = arena_array(&c->a, 2 * (size_t)u->nmap, sizeof(*c->progs));
	for (uint32_t i = 0; i < 2 * u->nmap; i++) {
		const struct unit_map *m = &u->maps[i / 2];
		struct cover_prog *p = &c->progs[c->nprog++];

		p->p = i % 2 ? m->backward : m->forward;
		p->rules = arena_array(&c->a, p->p->nrule, sizeof(*p->rules));
	}
}

void
cover_fini(struct cover *c)
{
	arena_fini(&c->a);
}

/* A test that gives params has programs of its own, of the same rules. */
static struct cover_prog *
find(struct cover *c, const struct prog *p)
{
	for (uint32_t i = 0; i < c->nprog; i++)
		if (c->progs[i].p == p)
			return &c->progs[i];
	for (uint32_t i = 0; i < c->nprog; i++)
		if (str_eq(c->progs[i].p->name, p->name) &&
		    c->progs[i].p->nrule == p->nrule)
			return &c->progs[i];
	return NULL;
}

/* A value where one of them is; without any, what a constant is. */
static enum cover_state
state_of(const struct prog *p, const struct prog_rule *rule,
    const struct value *frame)
{
	const struct value *in = frame + p->funcs[0].in_base;
	enum cover_state state = rule->nin > 0 ? COVER_ABSENT : COVER_VALUE;

	for (unsigned i = 0; i < rule->nin; i++) {
		if (in[rule->in[i]].type > V_NULL)
			return COVER_VALUE;
		if (in[rule->in[i]].type == V_NULL)
			state = COVER_NULL;
	}
	return state;
}

void
cover_end(struct cover *c)
{
	if (c->rule >= 0)
		c->at->rules[c->rule].seen[COVER_ERROR]++;
	c->rule = -1;
	c->at = NULL;
}

static int
is_own(const struct prog *p, uint32_t pc, uint32_t func)
{
	return pc >= p->funcs[func].entry && pc < p->funcs[func].end;
}

/* A MOVE into an out slot. */
static int
is_store(const struct prog *p, uint32_t insn)
{
	return (insn & 0xff) == OP_MOVE &&
	    (insn >> 8 & 0xfff) >= p->funcs[0].out_base;
}

/* Which rule an instruction of main or put belongs to. */
static int32_t
rule_at(const struct prog *p, uint32_t pc)
{
	for (uint32_t i = 0; i < p->nrule; i++)
		if (pc >= p->rule[i].start && pc < p->rule[i].end)
			return (int32_t)i;
	return -1;
}

void
cover_trace(void *arg, const struct prog *p, uint32_t pc,
    const struct value *frame)
{
	struct cover *c = arg;
	int32_t rule;

	/* expressions and elements have functions of their own */
	if (!is_own(p, pc, 0) && (p->put == 0 || !is_own(p, pc, p->put)))
		return;
	if (pc == p->funcs[0].entry) {
		cover_end(c);
		c->at = find(c, p);
		c->stored = -1;
	}
	if (c->at == NULL)
		return;
	rule = rule_at(p, pc);
	if (rule >= 0 && rule != c->rule)
		c->state = state_of(p, &p->rule[rule], frame);
	c->rule = rule;
	if (rule < 0 || !is_store(p, p->code[pc]))
		return;
	/* each part of a tuple is stored */
	if (rule != c->stored)
		c->at->rules[rule].seen[c->state]++;
	c->stored = rule;
	c->rule = -1;
}
