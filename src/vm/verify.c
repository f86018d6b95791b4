/*
 * The verifier: what it accepts, the interpreter survives without checking
 * again.  It trusts the pointers and lengths of the tables and the shapes
 * and layouts, which our own functions make, and no number in them.
 *
 * What it proves: every operand lies in its frame or table; jumps and
 * handlers go forward inside their function, and no function is left but by
 * its terminator, so each ends; calls form no cycle and are at most
 * RECORD_DEPTH deep, so the stack of frames is bounded.  Temporaries may be
 * read before they are written: frames begin as ABSENT.
 */
#include "vm/prog.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/table.h"
#include "record/decimal.h"
#include "vm/builtin.h"
#include "vm/op.h"

/* More instructions than a program ever has. */
#define CODE_MAX ((uint32_t)1 << 20)
/* Up to this many rows are looked through without an index. */
#define ENUM_SMALL 4

struct check {
	const struct prog *p;
	struct arena *a;
	struct err *e;
	uint32_t *owner; /* function of each pc, + 1 */
	uint8_t *depth;  /* of each function; 0 unknown, DEPTH_OPEN */
};

#define DEPTH_OPEN 255

__attribute__((format(printf, 3, 4))) static int
bad(const struct check *c, uint32_t pc, const char *fmt, ...)
{
	char what[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_at(c->e, ERR_INTERNAL, pc, "pc %" PRIu32 ": %s: %s", pc,
	    prog_op_name(insn_op(c->p->code[pc])), what);
}

/* Constants are plain, finite and decoded. */
static int
const_ok(const struct value *v, unsigned depth)
{
	if (depth > RECORD_DEPTH)
		return 0;
	switch (v->type) {
	case V_ABSENT:
	case V_NULL:
	case V_INT:
		return 1;
	case V_BOOL:
		return v->u.i == 0 || v->u.i == 1;
	case V_DEC:
		return v->u.d != NULL && v->u.d->scale >= 0 &&
		    v->u.d->scale <= DEC_DIGITS;
	case V_TEXT:
		return !(v->flags & VF_ESCAPED) && (v->n == 0 || v->u.p);
	case V_LIST:
		for (uint32_t i = 0; i < v->n; i++)
			if (!const_ok(&v->u.list[i], depth + 1))
				return 0;
		return 1;
	case V_RECORD:
		for (uint32_t i = 0; i < v->n; i++)
			if (!const_ok(&v->u.record[i].value, depth + 1))
				return 0;
		return 1;
	default:
		return 0;
	}
}

static int
check_temps(const struct check *c, const struct prog_func *f, uint32_t pc,
    unsigned first, unsigned n)
{
	if (first + n > f->ntemps)
		return bad(c, pc, "no temporary %u", first + (n ? n - 1 : 0));
	return 0;
}

/* in: may it be an in slot? */
static int
check_slot(const struct check *c, const struct prog_func *f, uint32_t pc,
    unsigned slot, int in)
{
	if (slot < f->ntemps)
		return 0;
	if (slot >= f->out_base && slot < f->out_base + f->nout)
		return 0;
	if (slot >= f->old_base && slot < f->old_base + f->nold)
		return in ? 0 : bad(c, pc, "writes old slot %u",
		    slot - f->old_base);
	if (slot < f->in_base || slot >= f->in_base + f->nin)
		return bad(c, pc, "no slot %u", slot);
	return in ? 0 : bad(c, pc, "writes in slot %u", slot - f->in_base);
}

/* Rules, put and keys share the frame of main and are called from outside. */
static int
shares_frame(const struct prog *p, uint32_t fi)
{
	return (int64_t)fi == p->rules ||
	    (fi != 0 && (fi == p->put || fi == p->keys));
}

static int
check_callee(const struct check *c, uint32_t pc, unsigned k)
{
	if (k >= c->p->nfunc)
		return bad(c, pc, "no function %u", k);
	if (c->p->funcs[k].layout != NULL ||
	    c->p->funcs[k].nin + c->p->funcs[k].nout > 0 ||
	    shares_frame(c->p, k))
		return bad(c, pc, "function %u cannot be called", k);
	return 0;
}

static int
check_loop(const struct check *c, const struct prog_func *f, uint32_t pc,
    unsigned a, unsigned k)
{
	const struct prog_loop *l;

	if (k >= c->p->nloop)
		return bad(c, pc, "no loop %u", k);
	l = &c->p->loops[k];
	if ((unsigned)l->kind > LOOP_COUNT)
		return bad(c, pc, "loop %u: no kind %u", k, l->kind);
	if (check_callee(c, pc, l->func) != 0)
		return -1;
	if (c->p->funcs[l->func].nargs != l->captures + 1u)
		return bad(c, pc, "loop %u: function %u takes %u, not %u", k,
		    l->func, c->p->funcs[l->func].nargs, l->captures + 1u);
	return check_temps(c, f, pc, a, l->captures + 1u);
}

static int
check_call(const struct check *c, const struct prog_func *f, uint32_t pc,
    unsigned a, unsigned k)
{
	unsigned n;

	if (k / 2 >= nbuiltin ||
	    (k % 2 ? builtins[k / 2].back : builtins[k / 2].fn) == NULL)
		return bad(c, pc, "no built-in %u", k);
	n = builtin_arity(k);
	return check_temps(c, f, pc, a, n ? n : 1);
}

static int
check_const(const struct check *c, uint32_t pc, unsigned k)
{
	if (k >= c->p->nconst)
		return bad(c, pc, "no constant %u", k);
	return 0;
}

/* The table entry k of an AK instruction. */
static int
check_entry(const struct check *c, const struct prog_func *f, uint32_t pc)
{
	uint32_t w = c->p->code[pc];
	unsigned a = insn_a(w), k = insn_k(w);

	switch (insn_op(w)) {
	case OP_CONST:
		return check_const(c, pc, k);
	case OP_FAIL:
		if (check_const(c, pc, k) != 0)
			return -1;
		if (c->p->consts[k].type != V_TEXT)
			return bad(c, pc, "constant %u is no text", k);
		return 0;
	case OP_ENUM:
	case OP_ENUM_LIST:
		if (k >= c->p->nenum)
			return bad(c, pc, "no enum %u", k);
		return 0;
	case OP_CALL:
		return check_call(c, f, pc, a, k);
	case OP_CALL_FN:
		if (check_callee(c, pc, k) != 0)
			return -1;
		return check_temps(c, f, pc, a,
		    c->p->funcs[k].nargs ? c->p->funcs[k].nargs : 1);
	case OP_LOOP:
		return check_loop(c, f, pc, a, k);
	case OP_LOOKUP:
	case OP_KEY:
		if (k >= c->p->nlookup)
			return bad(c, pc, "no lookup %u", k);
		return 0;
	case OP_WAIT:
		if (k > WAIT_ERROR)
			return bad(c, pc, "no way to wait %u", k);
		return 0;
	case OP_CHANGED:
		if (k >= c->p->nset)
			return bad(c, pc, "no set %u", k);
		return 0;
	case OP_EVENT:
		if (k == 0 || k > (EVENT_CREATE | EVENT_UPDATE | EVENT_DELETE))
			return bad(c, pc, "no set of events %u", k);
		return 0;
	case OP_EVENT_OF:
		if (k >= EVENT_NFIELD)
			return bad(c, pc, "no field %u of an event", k);
		return 0;
	case OP_ACTION:
		if (k >= c->p->naction)
			return bad(c, pc, "no action %u", k);
		return 0;
	default:
		return bad(c, pc, "no table");
	}
}

static int
check_jump(const struct check *c, const struct prog_func *f, uint32_t pc,
    unsigned j)
{
	if (j >= f->end - pc - 1)
		return bad(c, pc, "leaves its function");
	return 0;
}

static int
check_abc(const struct check *c, const struct prog_func *f, uint32_t pc,
    const struct op_info *info)
{
	uint32_t w = c->p->code[pc];
	const char *r = info->reads;
	unsigned n = 1;

	if (r[1] == '+')
		n = r[2] == '2' ? 2 * insn_c(w) : insn_c(w);
	if (check_temps(c, f, pc, insn_a(w), 1) != 0 ||
	    check_temps(c, f, pc, insn_b(w), n) != 0)
		return -1;
	return r[1] == 'c' ? check_temps(c, f, pc, insn_c(w), 1) : 0;
}

static int
check_operands(const struct check *c, const struct prog_func *f, uint32_t pc)
{
	uint32_t w = c->p->code[pc];
	const struct op_info *info = &op_info[insn_op(w)];
	int uses_a = info->reads[0] == 'a' || info->writes[0] == 'a';

	switch (info->format) {
	case FORMAT_NONE:
		return 0;
	case FORMAT_A:
		return check_temps(c, f, pc, insn_a(w), 1);
	case FORMAT_ABC:
		return check_abc(c, f, pc, info);
	case FORMAT_WW:
		if (check_slot(c, f, pc, insn_wa(w), 0) != 0)
			return -1;
		return check_slot(c, f, pc, insn_wb(w), 1);
	case FORMAT_AK:
		if (uses_a && check_temps(c, f, pc, insn_a(w), 1) != 0)
			return -1;
		return check_entry(c, f, pc);
	case FORMAT_AJ:
		if (check_temps(c, f, pc, insn_a(w), 1) != 0)
			return -1;
		return check_jump(c, f, pc, insn_k(w));
	case FORMAT_J:
		return check_jump(c, f, pc, insn_j(w));
	}
	return bad(c, pc, "no format");
}

/* Which function an instruction may stand in, and what may end one. */
static int
check_role(const struct check *c, uint32_t fi, uint32_t pc)
{
	const struct prog_func *f = &c->p->funcs[fi];
	int rules = (int)fi == c->p->rules;
	int put = fi != 0 && fi == c->p->put;
	int keys = fi != 0 && fi == c->p->keys;
	unsigned op = insn_op(c->p->code[pc]);

	switch (op) {
	case OP_CHANGED:
	case OP_EVENT:
	case OP_LINKED:
	case OP_ACTION:
		if (!rules)
			return bad(c, pc, "stands outside the rules");
		break;
	case OP_KEY:
		if (rules || fi == 0)
			return bad(c, pc, "tells keys while a record is "
			    "mapped");
		break;
	case OP_RETURN:
		if (rules || put || keys || f->layout != NULL)
			return bad(c, pc, "function %" PRIu32 " has no result",
			    fi);
		break;
	case OP_END:
		if (rules || (f->layout == NULL && !put && !keys))
			return bad(c, pc, "function %" PRIu32 " has no layout",
			    fi);
		break;
	default:
		break;
	}
	if (pc + 1 == f->end && op != OP_RETURN && op != OP_END &&
	    op != OP_ACTION && op != OP_FAIL)
		return bad(c, pc, "function %" PRIu32 " goes on behind its end",
		    fi);
	return 0;
}

static int
check_frame(const struct check *c, uint32_t fi)
{
	const struct prog *p = c->p;
	const struct prog_func *f = &p->funcs[fi], *m = &p->funcs[0];
	int rules = (int)fi == p->rules, put = fi != 0 && fi == p->put;
	const char *what = NULL;

	if (f->entry >= f->end || f->end > p->ncode)
		what = "its code lies outside the program";
	else if (f->ntemps > PROG_TEMPS)
		what = "too many temporaries";
	else if (f->nargs > f->ntemps)
		what = "more arguments than temporaries";
	else if (fi == 0 && f->layout != NULL && f->nargs > 0)
		what = "main has arguments";
	else if (fi != 0 && !shares_frame(p, fi) &&
	    (f->nin + f->nout > 0 || f->shape != NULL || f->layout != NULL))
		what = "it is not main and has slots";
	else if (shares_frame(p, fi) &&
	    (f->nargs > 0 || f->in_base != m->in_base || f->nin != m->nin ||
		f->out_base != m->out_base || f->nout != m->nout))
		what = "it does not share the frame of main";
	else if (!put && f->nold > 0)
		what = "it is not put and has old slots";
	else if (put && (m->nout == 0 || f->shape == NULL || rules))
		what = "nothing is put into a target";
	else if (put && f->old_base != f->out_base + f->nout)
		what = "its old slots overlap";
	else if (f->nin + f->nout == 0)
		return 0;
	else if (f->in_base < f->ntemps || f->out_base != f->in_base + f->nin)
		what = "its slots overlap";
	else if (f->out_base + f->nout + f->nold > PROG_FRAME)
		what = "its frame is too large";
	else if (f->layout == NULL && f->nout > 0 && !shares_frame(p, fi))
		what = "out slots without a layout";
	if (fi == 0 && what == NULL && f->layout != NULL &&
	    layout_nslots(f->layout) != f->nout)
		what = "the layout has another number of slots";
	return what == NULL ? 0 :
	    err_set(c->e, ERR_INTERNAL, "function %" PRIu32 ": %s", fi, what);
}

static int
check_func(struct check *c, uint32_t fi)
{
	const struct prog_func *f = &c->p->funcs[fi];

	for (uint32_t pc = f->entry; pc < f->end; pc++) {
		if (c->owner[pc] != 0)
			return bad(c, pc, "belongs to functions %" PRIu32
			    " and %" PRIu32, c->owner[pc] - 1, fi);
		c->owner[pc] = fi + 1;
		if (insn_op(c->p->code[pc]) >= OP_COUNT)
			return bad(c, pc, "no opcode %u",
			    insn_op(c->p->code[pc]));
		if (check_role(c, fi, pc) != 0 ||
		    check_operands(c, f, pc) != 0)
			return -1;
	}
	return 0;
}

/* Depth of the calls below function fi; recursion is as deep as the calls. */
static int
check_depth(struct check *c, uint32_t fi, unsigned above)
{
	const struct prog_func *f = &c->p->funcs[fi];
	unsigned deepest = 0;

	if (above >= RECORD_DEPTH)
		return err_set(c->e, ERR_INTERNAL,
		    "function %" PRIu32 ": calls nest deeper than %d", fi,
		    RECORD_DEPTH);
	c->depth[fi] = DEPTH_OPEN;
	for (uint32_t pc = f->entry; pc < f->end; pc++) {
		uint32_t w = c->p->code[pc], to;

		if (insn_op(w) == OP_CALL_FN)
			to = insn_k(w);
		else if (insn_op(w) == OP_LOOP)
			to = c->p->loops[insn_k(w)].func;
		else
			continue;
		if (c->depth[to] == DEPTH_OPEN)
			return bad(c, pc, "function %" PRIu32 " calls itself",
			    to);
		if (c->depth[to] == 0 && check_depth(c, to, above + 1) != 0)
			return -1;
		if (c->depth[to] > deepest)
			deepest = c->depth[to];
	}
	if (deepest >= RECORD_DEPTH)
		return err_set(c->e, ERR_INTERNAL,
		    "function %" PRIu32 ": calls nest deeper than %d", fi,
		    RECORD_DEPTH);
	c->depth[fi] = (uint8_t)(deepest + 1);
	return 0;
}

static int
check_handlers(const struct check *c)
{
	const struct prog *p = c->p;

	for (uint32_t i = 0; i < p->nhandler; i++) {
		const struct prog_handler *h = &p->handlers[i];

		if (h->start >= h->end || h->end > h->target ||
		    h->target >= p->ncode ||
		    c->owner[h->start] != c->owner[h->target])
			return err_set(c->e, ERR_INTERNAL,
			    "handler %" PRIu32 ": %" PRIu32 " .. %" PRIu32
			    " else %" PRIu32 " is no range of one function", i,
			    h->start, h->end, h->target);
	}
	return 0;
}

static int
check_enum(const struct check *c, uint32_t i)
{
	const struct prog_enum *en = &c->p->enums[i];
	const char *what = NULL;

	for (uint32_t k = 0; k < en->n && what == NULL; k++) {
		if (!const_ok(&en->from[k], 0) ||
		    (en->from[k].type != V_TEXT && en->from[k].type != V_INT &&
			en->from[k].type != V_BOOL))
			what = "a key is no text, int or bool";
		else if (!const_ok(&en->to[k], 0))
			what = "a value is no constant";
	}
	if ((unsigned)en->other > ELSE_VALUE)
		what = "no such else";
	else if (en->other == ELSE_VALUE && !const_ok(&en->other_value, 0))
		what = "its else is no constant";
	return what == NULL ? 0 :
	    err_set(c->e, ERR_INTERNAL, "enum %" PRIu32 ": %s", i, what);
}

static int
check_slots(const struct check *c, const char *kind, uint32_t i,
    const uint16_t *slot, unsigned n, unsigned limit)
{
	for (unsigned k = 0; k < n; k++)
		if (slot[k] >= limit)
			return err_set(c->e, ERR_INTERNAL,
			    "%s %" PRIu32 ": no slot %u", kind, i, slot[k]);
	return 0;
}

static int
check_tables(const struct check *c)
{
	const struct prog *p = c->p;
	const struct prog_func *m = &p->funcs[0];

	for (uint32_t i = 0; i < p->nconst; i++)
		if (!const_ok(&p->consts[i], 0))
			return err_set(c->e, ERR_INTERNAL,
			    "constant %" PRIu32 ": %s cannot be a constant", i,
			    value_word(p->consts[i]));
	for (uint32_t i = 0; i < p->nenum; i++)
		if (check_enum(c, i) != 0)
			return -1;
	for (uint32_t i = 0; i < p->naction; i++) {
		if ((unsigned)p->actions[i].verb > ACTION_CALL)
			return err_set(c->e, ERR_INTERNAL,
			    "action %" PRIu32 ": no such verb", i);
		if (p->actions[i].ncall > CALLS_MAX ||
		    (p->actions[i].verb == ACTION_CALL &&
		    p->actions[i].ncall == 0))
			return err_set(c->e, ERR_INTERNAL,
			    "action %" PRIu32 ": so many calls", i);
		if (check_slots(c, "action", i, p->actions[i].by,
		    p->actions[i].nby, m->nout) != 0)
			return -1;
	}
	for (uint32_t i = 0; i < p->nlookup; i++)
		if ((unsigned)p->lookups[i].kind > LOOKUP_TABLE ||
		    (unsigned)p->lookups[i].type > LOOKUP_BOOL)
			return err_set(c->e, ERR_INTERNAL,
			    "lookup %" PRIu32 ": no such kind or type", i);
	for (uint32_t i = 0; i < p->nset; i++)
		if (check_slots(c, "set", i, p->sets[i].slot, p->sets[i].n,
		    m->nout) != 0)
			return -1;
	for (uint32_t i = 0; i < p->nrule; i++) {
		const struct prog_rule *r = &p->rule[i];

		if (r->start > r->end || r->end > p->ncode)
			return err_set(c->e, ERR_INTERNAL,
			    "rule %" PRIu32 ": its code lies outside", i);
		if (check_slots(c, "rule", i, r->in, r->nin, m->nin) != 0 ||
		    check_slots(c, "rule", i, r->out, r->nout, m->nout) != 0)
			return -1;
	}
	return 0;
}

static int
check_sizes(const struct prog *p, struct err *e)
{
	const struct {
		const char *what;
		uint32_t n, max;
	} size[] = {
		{ "instructions", p->ncode, CODE_MAX },
		{ "constants", p->nconst, PROG_TABLE },
		{ "functions", p->nfunc, PROG_TABLE },
		{ "enums", p->nenum, PROG_TABLE },
		{ "loops", p->nloop, PROG_TABLE },
		{ "handlers", p->nhandler, PROG_TABLE },
		{ "actions", p->naction, PROG_TABLE },
		{ "sets", p->nset, PROG_TABLE },
		{ "lookups", p->nlookup, PROG_TABLE },
		{ "rules", p->nrule, PROG_TABLE },
		{ "files", p->nfile, PROG_TABLE },
	};

	for (size_t i = 0; i < COUNT(size); i++)
		if (size[i].n > size[i].max)
			return err_set(e, ERR_INTERNAL,
			    "%" PRIu32 " %s: at most %" PRIu32, size[i].n,
			    size[i].what, size[i].max);
	if (p->nfunc == 0)
		return err_set(e, ERR_INTERNAL, "a program without functions");
	if (p->rules == 0 || p->rules >= (int64_t)p->nfunc || p->rules < -1)
		return err_set(e, ERR_INTERNAL, "no function %d for the rules",
		    p->rules);
	if (p->put >= p->nfunc)
		return err_set(e, ERR_INTERNAL, "no function %" PRIu32
		    " to put with", p->put);
	if (p->keys >= p->nfunc || (p->keys != 0 &&
	    ((int64_t)p->keys == p->rules || p->keys == p->put)))
		return err_set(e, ERR_INTERNAL, "no function %" PRIu32
		    " for the keys", p->keys);
	return 0;
}

static void
free_index(void *index)
{
	table_fini(index);
}

/* The first row of a key counts. */
static void
index_enum(struct prog_enum *en, struct arena *a)
{
	en->index = NULL;
	if (en->n <= ENUM_SMALL)
		return;
	en->index = arena_new(a, struct table);
	arena_defer(a, free_index, en->index);
	for (uint32_t i = 0; i < en->n; i++) {
		struct str key = str_from(en->from[i].u.p, en->from[i].n);

		if (en->from[i].type == V_TEXT &&
		    table_get(en->index, key) == NULL)
			table_put(en->index, key, (void *)&en->to[i]);
	}
}

int
prog_verify(struct prog *p, struct arena *a, struct err *e)
{
	struct check c = { .p = p, .a = a, .e = e };

	if (check_sizes(p, e) != 0)
		return -1;
	c.owner = arena_array(a, p->ncode, sizeof(*c.owner));
	c.depth = arena_array(a, p->nfunc, sizeof(*c.depth));
	for (uint32_t i = 0; i < p->nfunc; i++)
		if (check_frame(&c, i) != 0)
			return -1;
	if (check_tables(&c) != 0)
		return -1;
	for (uint32_t i = 0; i < p->nfunc; i++)
		if (check_func(&c, i) != 0)
			return -1;
	for (uint32_t pc = 0; pc < p->ncode; pc++) {
		if (c.owner[pc] == 0)
			return bad(&c, pc, "belongs to no function");
		if (p->pos == NULL || p->pos[pc].file >= p->nfile)
			return bad(&c, pc, "has no source position");
	}
	if (check_handlers(&c) != 0)
		return -1;
	for (uint32_t i = 0; i < p->nfunc; i++)
		if (c.depth[i] == 0 && check_depth(&c, i, 0) != 0)
			return -1;
	for (uint32_t i = 0; i < p->nenum; i++)
		index_enum(&p->enums[i], a);
	p->sealed = 1;
	return 0;
}
