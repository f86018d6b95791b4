/*
 * Names of instructions and the listing of a program.
 */
#include "vm/prog.h"

#include <inttypes.h>
#include <stdio.h>

#include "record/decimal.h"
#include "vm/builtin.h"
#include "vm/op.h"

const struct op_info op_info[OP_COUNT] = {
#define OP(name, format, reads, writes, fails, text)                      \
	[OP_##name] = { #name, FORMAT_##format, reads, writes, fails, text },
#include "vm/opcodes.def"
#undef OP
};

static const char *const loop_word[] = { "map", "filter", "find", "any", "all",
	"count" };

static const char *const lookup_word[] = {
#define X(name, word) [LOOKUP_##name] = word,
	LOOKUP_KINDS(X)
#undef X
};

static const char *const type_word[] = { "text", "int", "decimal", "bool" };

static const char *const wait_word[] = { "defer", "create", "error" };

static const char *const event_words[] = { "create", "update", "delete" };

static const char *const event_field[] = {
#define X(name, word) [EVENT_OF_##name] = word,
	EVENT_FIELDS(X)
#undef X
};

const char *
event_word(unsigned bit)
{
	for (unsigned i = 0; i < COUNT(event_words); i++)
		if (bit == 1u << i)
			return event_words[i];
	return NULL;
}

static const char *const action_word[] = {
#define X(name, word) [ACTION_##name] = word,
	ACTION_VERBS(X)
#undef X
};

const char *
prog_op_name(enum op op)
{
	return (unsigned)op < OP_COUNT ? op_info[op].name : "?";
}

/* The function that pc belongs to, or NULL. */
static const struct prog_func *
func_at(const struct prog *p, uint32_t pc)
{
	for (uint32_t i = 0; i < p->nfunc; i++)
		if (pc >= p->funcs[i].entry && pc < p->funcs[i].end)
			return &p->funcs[i];
	return NULL;
}

/* r3, in.email or out.properties.email */
static void
put_slot(struct buf *out, const struct prog *p, const struct prog_func *f,
    unsigned slot)
{
	const struct prog_slot *names = NULL;
	const char *side = "in";
	unsigned i = 0;

	if (f != NULL && slot >= f->in_base && slot < f->in_base + f->nin) {
		i = slot - f->in_base;
		names = p->in;
	} else if (f != NULL && slot >= f->out_base &&
	    slot < f->out_base + f->nout) {
		i = slot - f->out_base;
		names = p->out;
		side = "out";
	} else if (f != NULL && slot >= f->old_base &&
	    slot < f->old_base + f->nold) {
		i = slot - f->old_base;
		names = p->old;
		side = "old";
	} else {
		buf_printf(out, "r%u", slot);
		return;
	}
	if (names != NULL)
		buf_printf(out, "%s.%.*s", side, STR_ARG(names[i].path));
	else
		buf_printf(out, "%s[%u]", side, i);
}

static void
put_const(struct buf *out, const struct value *v)
{
	if (v->type == V_ABSENT)
		buf_puts(out, STR("absent"));
	else
		value_write(out, *v);
}

/* What the table entry k of an instruction is, as a comment. */
/* "skip not asked for", "update then win, tell", "call win" */
static void
put_action(struct buf *out, const struct prog_action *a)
{
	buf_printf(out, "%s %.*s", action_word[a->verb], STR_ARG(a->reason));
	for (uint16_t i = 0; i < a->ncall; i++)
		buf_printf(out, "%s%.*s", i ? ", " :
		    a->verb == ACTION_CALL ? "" : "then ",
		    STR_ARG(a->calls[i]));
}

static void
put_entry(struct buf *out, const struct prog *p, unsigned op, unsigned k)
{
	switch (op) {
	case OP_CONST:
	case OP_FAIL:
		if (k < p->nconst)
			put_const(out, &p->consts[k]);
		break;
	case OP_ENUM:
	case OP_ENUM_LIST:
		if (k < p->nenum)
			buf_puts(out, p->enums[k].name);
		break;
	case OP_CALL:
		if (k / 2 < nbuiltin)
			buf_printf(out, "%s%s", builtins[k / 2].name,
			    k % 2 ? " back" : "");
		break;
	case OP_CALL_FN:
		if (k < p->nfunc)
			buf_puts(out, p->funcs[k].name);
		break;
	case OP_LOOP:
		if (k < p->nloop && p->loops[k].kind <= LOOP_COUNT)
			buf_printf(out, "%s fn %u, %u captures",
			    loop_word[p->loops[k].kind], p->loops[k].func,
			    p->loops[k].captures);
		break;
	case OP_LOOKUP:
	case OP_KEY:
		if (k < p->nlookup && p->lookups[k].kind < COUNT(lookup_word))
			buf_printf(out, "%s %.*s",
			    lookup_word[p->lookups[k].kind],
			    STR_ARG(p->lookups[k].name));
		break;
	case OP_WAIT:
		if (k < COUNT(wait_word))
			buf_puts(out, str_z(wait_word[k]));
		break;
	case OP_CHANGED:
		for (unsigned i = 0; k < p->nset && i < p->sets[k].n; i++)
			buf_printf(out, "%sout[%u]", i ? " " : "",
			    p->sets[k].slot[i]);
		break;
	case OP_EVENT:
		for (unsigned i = 0; i < COUNT(event_words); i++)
			if (k >> i & 1)
				buf_printf(out, "%s ", event_words[i]);
		break;
	case OP_EVENT_OF:
		if (k < EVENT_NFIELD)
			buf_puts(out, str_z(event_field[k]));
		break;
	case OP_ACTION:
		if (k < p->naction && p->actions[k].verb <= ACTION_CALL)
			put_action(out, &p->actions[k]);
		break;
	default:
		break;
	}
	while (out->n > 0 && out->p[out->n - 1] == ' ')
		out->n--;
}

void
prog_list_insn(struct buf *out, const struct prog *p, uint32_t pc)
{
	const struct prog_func *f = func_at(p, pc);
	uint32_t w = p->code[pc];
	unsigned op = insn_op(w);
	const struct op_info *info = op < OP_COUNT ? &op_info[op] : NULL;

	if (info == NULL) {
		buf_printf(out, "%5" PRIu32 "  ?%u\n", pc, op);
		return;
	}
	buf_printf(out, "%5" PRIu32 "  %-11s ", pc, info->name);
	switch (info->format) {
	case FORMAT_NONE:
		out->n -= 1;
		break;
	case FORMAT_A:
		buf_printf(out, "r%u", insn_a(w));
		break;
	case FORMAT_ABC:
		buf_printf(out, "r%u r%u", insn_a(w), insn_b(w));
		if (info->reads[1] == 'c')
			buf_printf(out, " r%u", insn_c(w));
		else if (info->reads[1] != '\0')
			buf_printf(out, " %u", insn_c(w));
		break;
	case FORMAT_WW:
		put_slot(out, p, f, insn_wa(w));
		buf_putc(out, ' ');
		put_slot(out, p, f, insn_wb(w));
		break;
	case FORMAT_AK:
		if (info->reads[0] != '\0' || info->writes[0] != '\0')
			buf_printf(out, "r%u ", insn_a(w));
		buf_printf(out, "%u  ; ", insn_k(w));
		put_entry(out, p, op, insn_k(w));
		break;
	case FORMAT_AJ:
		buf_printf(out, "r%u -> %" PRIu32, insn_a(w),
		    pc + 1 + insn_k(w));
		break;
	case FORMAT_J:
		buf_printf(out, "-> %" PRIu32, pc + 1 + insn_j(w));
		break;
	}
	while (out->n > 0 && out->p[out->n - 1] == ' ')
		out->n--;
	buf_putc(out, '\n');
}

/* "; contact.map:12" and the rule's source where one begins here. */
static void
put_place(struct buf *out, const struct prog *p, uint32_t pc)
{
	const struct prog_pos *pos = &p->pos[pc];
	struct str file = pos->file < p->nfile ? p->files[pos->file] : STR("?");

	buf_printf(out, "; %.*s:%" PRIu32, STR_ARG(file), pos->line);
	for (uint32_t i = 0; i < p->nrule; i++)
		if (p->rule[i].start == pc)
			buf_printf(out, "%s%.*s  %.*s",
			    p->rule[i].layer.n > 0 ? " of " : "",
			    STR_ARG(p->rule[i].layer),
			    STR_ARG(p->rule[i].text));
	buf_putc(out, '\n');
}

static void
list_func(struct buf *out, const struct prog *p, uint32_t i)
{
	const struct prog_func *f = &p->funcs[i];
	const struct prog_pos *last = NULL;

	buf_printf(out, "fn %" PRIu32 " %.*s  ; %u args, %u temporaries", i,
	    STR_ARG(f->name), f->nargs, f->ntemps);
	if (f->nin + f->nout > 0)
		buf_printf(out, ", %u in, %u out", f->nin, f->nout);
	buf_putc(out, '\n');
	for (uint32_t pc = f->entry; pc < f->end && pc < p->ncode; pc++) {
		const struct prog_pos *pos = &p->pos[pc];

		if (last == NULL || last->line != pos->line ||
		    last->file != pos->file)
			put_place(out, p, pc);
		last = pos;
		prog_list_insn(out, p, pc);
	}
}

void
prog_list(struct buf *out, const struct prog *p)
{
	buf_printf(out, "program %.*s\n", STR_ARG(p->name));
	for (uint32_t i = 0; i < p->nfunc; i++)
		list_func(out, p, i);
	for (uint32_t i = 0; i < p->nlookup; i++)
		if (p->lookups[i].kind < COUNT(lookup_word) &&
		    p->lookups[i].type < COUNT(type_word))
			buf_printf(out, "lookup %" PRIu32 " %s %.*s: %s\n", i,
			    lookup_word[p->lookups[i].kind],
			    STR_ARG(p->lookups[i].name),
			    type_word[p->lookups[i].type]);
	for (uint32_t i = 0; i < p->nhandler; i++)
		buf_printf(out,
		    "try %" PRIu32 " .. %" PRIu32 " else -> %" PRIu32 "\n",
		    p->handlers[i].start, p->handlers[i].end,
		    p->handlers[i].target);
}
