/*
 * The trace sink of explain, on the VM that production runs, and how it is
 * shown; the rest is in the program's own tables.
 */
#include "cli/trace.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/size.h"
#include "cli/cli.h"
#include "vm/builtin.h"

/* The rule whose code holds pc, or -1. */
static int32_t
rule_at(const struct prog *p, uint32_t pc)
{
	for (uint32_t i = 0; i < p->nrule; i++) {
		if (p->rule[i].start <= pc && pc < p->rule[i].end)
			return (int32_t)i;
	}
	return -1;
}

static int
inside(const struct prog_func *f, uint32_t pc)
{
	return pc >= f->entry && pc < f->end;
}

/* The trace sink.  Functions that main calls are steps of their caller. */
static void
note(void *arg, const struct prog *p, uint32_t pc, const struct value *frame)
{
	struct trace *t = arg;
	struct trace_step *last = t->nstep ? &t->steps[t->nstep - 1] : NULL;
	uint32_t insn = p->code[pc];
	int32_t rule;

	if (!inside(&p->funcs[0], pc) && !inside(&p->funcs[p->put], pc))
		return;
	if (last != NULL && !last->done) {
		last->after = frame[p->code[last->pc] >> 8 & 0xff];
		last->done = 1;
	}
	rule = rule_at(p, pc);
	if (rule >= 0)
		t->ran[rule] = 1;
	switch ((enum op)(insn & 0xff)) {
	case OP_CALL:
	case OP_CALL_FN:
	case OP_ENUM:
	case OP_ENUM_LIST:
	case OP_LOOKUP:
		break;
	default:
		return;
	}
	if (t->nstep == t->cap) {
		t->cap = t->cap * 2 + 16;
		t->steps = realloc(t->steps,
		    size_mul(t->cap, sizeof(*t->steps)));
		if (t->steps == NULL)
			fatal("out of memory: %zu steps", t->cap);
	}
	t->steps[t->nstep++] = (struct trace_step){
		.pc = pc, .before = frame[insn >> 8 & 0xff] };
}

int
trace_run(struct trace *t, struct vm *vm, const struct prog *p,
    struct str json, struct str old, struct vm_frame *f, struct arena *a,
    struct err *e)
{
	const struct prog_func *main = &p->funcs[0];
	struct value *in = arena_array(a, main->nin, sizeof(*in));
	int failed;

	*t = (struct trace){ .p = p, .a = a, .in = in,
		.ran = arena_zalloc(a, p->nrule + 1) };
	vm_set_trace(vm, note, t);
	failed = vm_map(vm, p, json, f, a, e) != 0 ||
	    vm_put(vm, p, old, f, a, e) != 0;
	vm_set_trace(vm, NULL, NULL);
	/* the frame is used again */
	if (main->nin > 0)
		memcpy(in, f->in, main->nin * sizeof(*in));
	return failed ? -1 : 0;
}

void
trace_fini(struct trace *t)
{
	free(t->steps);
	*t = (struct trace){ 0 };
}

int32_t
trace_rule(const struct trace *t, uint16_t slot)
{
	for (uint32_t i = 0; i < t->p->nrule; i++) {
		const struct prog_rule *r = &t->p->rule[i];

		for (uint16_t k = 0; t->ran[i] && k < r->nout; k++) {
			if (r->out[k] == slot)
				return (int32_t)i;
		}
	}
	return t->p->out[slot].rule;
}

int32_t
trace_failed(const struct trace *t)
{
	if (t->nstep == 0 || t->steps[t->nstep - 1].done)
		return -1;
	return rule_at(t->p, t->steps[t->nstep - 1].pc);
}

static const char *
step_name(const struct trace *t, uint32_t pc)
{
	const struct prog *p = t->p;
	uint32_t k = p->code[pc] >> 16;

	switch ((enum op)(p->code[pc] & 0xff)) {
	case OP_CALL:
		return arena_printf(t->a, "%s%s", builtins[k / 2].name,
		    k % 2 ? " (back)" : "").p;
	case OP_CALL_FN:
		return arena_str(t->a, p->funcs[k].name).p;
	case OP_LOOKUP:
		return arena_printf(t->a, "%s %.*s",
		    p->lookups[k].kind == LOOKUP_TABLE ? "lookup" : "xref",
		    STR_ARG(p->lookups[k].name)).p;
	default:
		return arena_printf(t->a, "enum %.*s",
		    STR_ARG(p->enums[k].name)).p;
	}
}

struct str
trace_file(const struct prog *p, uint16_t file)
{
	return file < p->nfile ? p->files[file] : STR("?");
}

const char *
trace_state(struct value v)
{
	if (v.type == V_ABSENT || v.type == V_NULL)
		return value_word(v);
	return v.type == V_TEXT && v.n == 0 ? "empty" : "value";
}

int
trace_record(const char *path, struct buf *b, struct str *record,
    struct err *e)
{
	if (read_all(path, RECORD_MAX + 1, b, e) != 0)
		return -1;
	memset(buf_room(b, RECORD_PAD), 0, RECORD_PAD);
	*record = buf_str(b);
	return 0;
}

/* ---- for a person ---- */

void
trace_value(struct buf *out, struct value v)
{
	if (v.type == V_ABSENT)
		buf_puts(out, STR("absent"));
	else
		value_write(out, v);
}

void
trace_text(struct buf *out, const struct trace *t, int32_t i)
{
	const struct prog *p = t->p;
	const struct prog_rule *r;

	if (i < 0)
		return;
	r = &p->rule[i];
	buf_printf(out, "  %.*s:%" PRIu32 "%s%.*s  %.*s\n",
	    STR_ARG(trace_file(p, r->pos.file)), r->pos.line,
	    r->layer.n ? " of " : "", STR_ARG(r->layer), STR_ARG(r->text));
	for (uint16_t k = 0; k < r->nin; k++) {
		buf_printf(out, "  from %.*s = ",
		    STR_ARG(p->in[r->in[k]].path));
		trace_value(out, t->in[r->in[k]]);
		buf_putc(out, '\n');
	}
	for (size_t k = 0; k < t->nstep; k++) {
		const struct trace_step *s = &t->steps[k];

		if (s->pc < r->start || s->pc >= r->end)
			continue;
		buf_printf(out, "  %s: ", step_name(t, s->pc));
		trace_value(out, s->before);
		buf_puts(out, STR(" -> "));
		if (s->done)
			trace_value(out, s->after);
		else
			buf_puts(out, STR("failed"));
		buf_putc(out, '\n');
	}
}

/* ---- for a program ---- */

void
trace_place(struct buf *out, struct str file, uint32_t line)
{
	buf_puts(out, STR("\"file\":"));
	buf_json(out, file);
	buf_printf(out, ",\"line\":%" PRIu32, line);
}

static void
json_steps(struct buf *out, const struct trace *t, const struct prog_rule *r)
{
	int first = 1;

	for (size_t k = 0; k < t->nstep; k++) {
		const struct trace_step *s = &t->steps[k];

		if (s->pc < r->start || s->pc >= r->end)
			continue;
		buf_puts(out, first ? STR("{\"step\":") :
		    STR(",{\"step\":"));
		first = 0;
		buf_json(out, str_z(step_name(t, s->pc)));
		buf_puts(out, STR(",\"before\":"));
		value_write(out, s->before);
		buf_puts(out, STR(",\"after\":"));
		value_write(out, s->after);
		buf_putc(out, '}');
	}
}

void
trace_json(struct buf *out, const struct trace *t, int32_t i)
{
	const struct prog *p = t->p;
	const struct prog_rule *r;
	int first = 1;

	if (i < 0)
		return;
	r = &p->rule[i];
	buf_puts(out, STR(",\"rule\":"));
	buf_json(out, r->text);
	buf_putc(out, ',');
	trace_place(out, trace_file(p, r->pos.file), r->pos.line);
	buf_puts(out, STR(",\"layer\":"));
	buf_json(out, r->layer);
	buf_puts(out, STR(",\"inputs\":{"));
	for (uint16_t k = 0; k < r->nin; k++) {
		if (t->in[r->in[k]].type == V_ABSENT)
			continue;
		if (!first)
			buf_putc(out, ',');
		first = 0;
		buf_json(out, p->in[r->in[k]].path);
		buf_putc(out, ':');
		value_write(out, t->in[r->in[k]]);
	}
	buf_puts(out, STR("},\"steps\":["));
	json_steps(out, t, r);
	buf_putc(out, ']');
}
