/*
 * Counting what runs.
 *
 * A rule counts when it stores into an out slot, of a record or of an element,
 * so one whose guard is false does not; its state is that of its in slots when
 * its code began.  A rule that was begun and is left when the next record
 * begins has refused it, and so have the rules around it.
 */
#include "lang/cover.h"

static int
is_move(uint32_t insn)
{
	return (insn & 0xff) == OP_MOVE;
}

/* A MOVE into an out slot. */
static int
is_store(const struct prog *p, int32_t func, uint32_t insn)
{
	const struct prog_func *f = &p->funcs[func];
	unsigned to = insn >> 8 & 0xfff;

	if (!is_move(insn))
		return 0;
	return f->el_nout > 0 ? to >= f->el_out &&
	    to < f->el_out + (unsigned)f->el_nout : to >= p->funcs[0].out_base;
}

/* The field of an element that is read, counted from 0, or -1. */
static int
element_read(const struct prog_func *f, uint32_t insn)
{
	unsigned from = insn >> 20;

	return is_move(insn) && from >= f->el_in &&
	    from < f->el_in + (unsigned)f->el_nin ? (int)(from - f->el_in) :
	    -1;
}

/* Where the rules of a program stand. */
static void
prepare(struct cover *c, struct cover_prog *at, const struct prog *p)
{
	int32_t *rule = arena_array(&c->a, p->ncode, sizeof(*rule));
	int32_t *func = arena_array(&c->a, p->ncode, sizeof(*func));

	at->p = p;
	at->rule_of = rule;
	at->func_of = func;
	at->funcs = arena_array(&c->a, p->nfunc, sizeof(*at->funcs));
	for (uint32_t i = 0; i < p->ncode; i++)
		rule[i] = func[i] = -1;
	for (uint32_t i = 0; i < p->nrule; i++)
		for (uint32_t k = p->rule[i].start; k < p->rule[i].end; k++)
			rule[k] = (int32_t)i;
	for (uint32_t i = 0; i < p->nfunc; i++) {
		const struct prog_func *f = &p->funcs[i];

		at->funcs[i].rule = -1;
		if (i == 0 || i == p->put || f->el_nout > 0)
			for (uint32_t k = f->entry; k < f->end; k++)
				func[k] = (int32_t)i;
	}
}

static void
note_reads(struct cover_prog *at)
{
	const struct prog *p = at->p;

	for (uint32_t i = 0; i < p->nrule; i++) {
		const struct prog_rule *r = &p->rule[i];
		int32_t func = r->end > r->start ? at->func_of[r->start] : -1;

		at->rules[i].reads = r->nin > 0;
		for (uint32_t k = r->start; k < r->end && func > 0; k++)
			at->rules[i].reads |= element_read(&p->funcs[func],
			    p->code[k]) >= 0;
	}
}

void
cover_init(struct cover *c, const struct unit *u)
{
	*c = (struct cover){ 0 };
	c->progs = arena_array(&c->a, 2 * (size_t)u->nmap, sizeof(*c->progs));
	for (uint32_t i = 0; i < 2 * u->nmap; i++) {
		const struct unit_map *m = &u->maps[i / 2];
		struct cover_prog *at = &c->progs[c->nprog++];

		prepare(c, at, i % 2 ? m->backward : m->forward);
		at->rules = arena_array(&c->a, at->p->nrule,
		    sizeof(*at->rules));
		note_reads(at);
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
	struct cover_prog *at;

	for (uint32_t i = 0; i < c->nprog; i++)
		if (c->progs[i].p == p)
			return &c->progs[i];
	for (at = c->more; at != NULL; at = at->next)
		if (at->p == p)
			return at;
	for (uint32_t i = 0; i < c->nprog; i++)
		if (str_eq(c->progs[i].p->name, p->name) &&
		    c->progs[i].p->nrule == p->nrule) {
			at = arena_new(&c->a, struct cover_prog);
			at->next = c->more;
			c->more = at;
			at->rules = c->progs[i].rules;
			prepare(c, at, p);
			return at;
		}
	return NULL;
}

/* What a value is, beside those before it. */
static enum cover_state
with(enum cover_state state, struct value v)
{
	return v.type > V_NULL || state == COVER_VALUE ? COVER_VALUE :
	    v.type == V_NULL ? COVER_NULL : state;
}

/* A value where one of them is; without any, what a constant is. */
static enum cover_state
state_of(const struct cover_prog *at, int32_t func, int32_t rule,
    const struct value *frame)
{
	const struct prog_func *f = &at->p->funcs[func];
	const struct prog_rule *r = &at->p->rule[rule];
	enum cover_state state = at->rules[rule].reads ? COVER_ABSENT :
	    COVER_VALUE;

	for (unsigned i = 0; i < r->nin; i++)
		state = with(state, frame[at->p->funcs[0].in_base + r->in[i]]);
	for (uint32_t k = r->start; k < r->end && f->el_nin > 0; k++) {
		int in = element_read(f, at->p->code[k]);

		if (in >= 0)
			state = with(state, frame[f->el_in + in]);
	}
	return state;
}

void
cover_end(struct cover *c)
{
	for (uint32_t i = 0; c->at != NULL && i < c->at->p->nfunc; i++) {
		struct cover_func *f = &c->at->funcs[i];

		if (f->rule >= 0)
			c->at->rules[f->rule].seen[COVER_ERROR]++;
		f->rule = -1;
	}
	c->at = NULL;
}

void
cover_trace(void *arg, const struct prog *p, uint32_t pc,
    const struct value *frame)
{
	struct cover *c = arg;
	struct cover_func *f;
	int32_t rule, func;

	if (pc == p->funcs[0].entry) {
		cover_end(c);
		c->at = find(c, p);
	}
	/* expressions have functions of their own */
	if (c->at == NULL || c->at->p != p || c->at->func_of[pc] < 0)
		return;
	func = c->at->func_of[pc];
	f = &c->at->funcs[func];
	if (pc == p->funcs[func].entry)
		f->rule = f->stored = -1;
	rule = c->at->rule_of[pc];
	if (rule >= 0 && rule != f->rule)
		f->state = state_of(c->at, func, rule, frame);
	f->rule = rule;
	if (rule < 0 || !is_store(p, func, p->code[pc]))
		return;
	/* each part of a tuple is stored */
	if (rule != f->stored)
		c->at->rules[rule].seen[f->state]++;
	f->stored = rule;
	f->rule = -1;
}
