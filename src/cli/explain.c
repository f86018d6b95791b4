/*
 * crosswalk explain: where each field of one mapped record comes from.
 *
 * The production VM runs with a trace sink that notes which rules ran and
 * what each codec and enum made of its argument; the rest is in the program's
 * own tables.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/size.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "cli/mapping.h"
#include "vm/builtin.h"
#include "vm/vm.h"

/* A call that main made: what stood in its first register, and then. */
struct step {
	uint32_t pc;
	struct value before, after;
	int done;
};

struct explain {
	struct mapping mapping;
	struct vm *vm;
	struct arena arena;
	struct buf record, base, keys, out;
	int json;
	struct step *steps;
	size_t nstep, cap;
	char *ran; /* by rule of the program */
	const struct value *frame;
	struct vm_frame f;
	struct value *old;  /* NULL: no base */
	uint64_t *dirty;
	const struct prog_action *action;
};

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
	struct explain *x = arg;
	struct step *last = x->nstep ? &x->steps[x->nstep - 1] : NULL;
	uint32_t insn = p->code[pc];
	int32_t rule;

	if (!inside(&p->funcs[0], pc) && !inside(&p->funcs[p->put], pc))
		return;
	x->frame = frame;
	if (last != NULL && !last->done) {
		last->after = frame[p->code[last->pc] >> 8 & 0xff];
		last->done = 1;
	}
	rule = rule_at(p, pc);
	if (rule >= 0)
		x->ran[rule] = 1;
	switch ((enum op)(insn & 0xff)) {
	case OP_CALL:
	case OP_CALL_FN:
	case OP_ENUM:
		break;
	default:
		return;
	}
	if (x->nstep == x->cap) {
		x->cap = x->cap * 2 + 16;
		x->steps = realloc(x->steps,
		    size_mul(x->cap, sizeof(*x->steps)));
		if (x->steps == NULL)
			fatal("out of memory: %zu steps", x->cap);
	}
	x->steps[x->nstep++] = (struct step){
		.pc = pc, .before = frame[insn >> 8 & 0xff] };
}

static const char *
step_name(const struct prog *p, uint32_t pc, struct arena *a)
{
	uint32_t k = p->code[pc] >> 16;

	switch ((enum op)(p->code[pc] & 0xff)) {
	case OP_CALL:
		return arena_printf(a, "%s%s", builtins[k / 2].name,
		    k % 2 ? " (back)" : "").p;
	case OP_CALL_FN:
		return arena_str(a, p->funcs[k].name).p;
	default:
		return arena_printf(a, "enum %.*s",
		    STR_ARG(p->enums[k].name)).p;
	}
}

static struct str
action_word(enum action_verb verb)
{
	static const char *const words[] = {
#define X(name, word) word,
	    ACTION_VERBS(X)
#undef X
	};

	return str_z(words[verb]);
}

static const char *
state_of(struct value v)
{
	if (v.type == V_ABSENT || v.type == V_NULL)
		return value_word(v);
	return v.type == V_TEXT && v.n == 0 ? "empty" : "value";
}

/* The rule that wrote out slot i: one that ran, else the slot's first. */
static int32_t
rule_of(const struct explain *x, uint16_t slot)
{
	const struct prog *p = x->mapping.prog;

	for (uint32_t i = 0; i < p->nrule; i++) {
		for (uint16_t k = 0; x->ran[i] && k < p->rule[i].nout; k++) {
			if (p->rule[i].out[k] == slot)
				return (int32_t)i;
		}
	}
	return p->out[slot].rule;
}

/* What becomes of a field: a word, and why. */
static const char *
decision_of(const struct explain *x, uint16_t slot)
{
	if (x->f.out[slot].type == V_ABSENT)
		return "nothing to write";
	if (x->old == NULL)
		return "write";
	if (x->mapping.prog->out[slot].flags & LF_CREATE_ONLY)
		return "only written when the record is made";
	if (x->dirty[slot / 64] >> slot % 64 & 1)
		return x->f.out[slot].type == V_NULL ? "clear" : "write";
	return "unchanged";
}

static struct str
file_of(const struct prog *p, uint16_t file)
{
	return file < p->nfile ? p->files[file] : STR("?");
}

/* ---- for a person ---- */

static void
text_value(struct buf *out, struct value v)
{
	if (v.type == V_ABSENT)
		buf_puts(out, STR("absent"));
	else
		value_write(out, v);
}

/* Where a rule stands, what it read, what it called. */
static void
text_rule(struct explain *x, int32_t i)
{
	const struct prog *p = x->mapping.prog;
	const struct prog_rule *r;

	if (i < 0)
		return;
	r = &p->rule[i];
	buf_printf(&x->out, "  %.*s:%" PRIu32 "%s%.*s  %.*s\n",
	    STR_ARG(file_of(p, r->pos.file)), r->pos.line,
	    r->layer.n ? " of " : "", STR_ARG(r->layer), STR_ARG(r->text));
	for (uint16_t k = 0; k < r->nin; k++) {
		buf_printf(&x->out, "  from %.*s = ",
		    STR_ARG(p->in[r->in[k]].path));
		text_value(&x->out,
		    x->frame[x->mapping.main->in_base + r->in[k]]);
		buf_putc(&x->out, '\n');
	}
	for (size_t k = 0; k < x->nstep; k++) {
		const struct step *s = &x->steps[k];

		if (s->pc < r->start || s->pc >= r->end)
			continue;
		buf_printf(&x->out, "  %s: ", step_name(p, s->pc, &x->arena));
		text_value(&x->out, s->before);
		buf_puts(&x->out, STR(" -> "));
		if (s->done)
			text_value(&x->out, s->after);
		else
			buf_puts(&x->out, STR("failed"));
		buf_putc(&x->out, '\n');
	}
}

static void
text_all(struct explain *x)
{
	const struct prog *p = x->mapping.prog;
	const struct prog_action *act = x->action;

	for (uint16_t i = 0; i < x->mapping.main->nout; i++) {
		buf_printf(&x->out, "%.*s = ", STR_ARG(p->out[i].path));
		text_value(&x->out, x->f.out[i]);
		buf_putc(&x->out, '\n');
		text_rule(x, rule_of(x, i));
		buf_printf(&x->out, "  decision: %s", decision_of(x, i));
		if (x->old != NULL && (x->dirty[i / 64] >> i % 64 & 1)) {
			buf_puts(&x->out, STR(", it was "));
			text_value(&x->out, x->old[i]);
		}
		buf_putc(&x->out, '\n');
	}
	buf_printf(&x->out, "rules: on %s do %.*s", x->old ? "update" :
	    "create", STR_ARG(action_word(act->verb)));
	for (uint16_t k = 0; k < act->nby; k++)
		buf_printf(&x->out, "%s%.*s", k ? ", " : " by ",
		    STR_ARG(act->by_name[k]));
	if (act->reason.n > 0)
		buf_printf(&x->out, " \"%.*s\"", STR_ARG(act->reason));
	if (act->line > 0)
		buf_printf(&x->out, "  %.*s:%" PRIu32,
		    STR_ARG(file_of(p, act->file)), act->line);
	else
		buf_puts(&x->out, STR("  (the map has no rules)"));
	buf_putc(&x->out, '\n');
	buf_puts(&x->out, buf_str(&x->keys));
}

/* ---- for a program ---- */

static void
json_place(struct buf *out, struct str file, uint32_t line)
{
	buf_puts(out, STR("\"file\":"));
	buf_json(out, file);
	buf_printf(out, ",\"line\":%" PRIu32, line);
}

static void
json_rule(struct explain *x, int32_t i)
{
	const struct prog *p = x->mapping.prog;
	const struct prog_rule *r;
	int first = 1;

	if (i < 0)
		return;
	r = &p->rule[i];
	buf_puts(&x->out, STR(",\"rule\":"));
	buf_json(&x->out, r->text);
	buf_putc(&x->out, ',');
	json_place(&x->out, file_of(p, r->pos.file), r->pos.line);
	buf_puts(&x->out, STR(",\"layer\":"));
	buf_json(&x->out, r->layer);
	buf_puts(&x->out, STR(",\"inputs\":{"));
	for (uint16_t k = 0; k < r->nin; k++) {
		struct value v = x->frame[x->mapping.main->in_base + r->in[k]];

		if (v.type == V_ABSENT)
			continue;
		if (!first)
			buf_putc(&x->out, ',');
		first = 0;
		buf_json(&x->out, p->in[r->in[k]].path);
		buf_putc(&x->out, ':');
		value_write(&x->out, v);
	}
	buf_puts(&x->out, STR("},\"steps\":["));
	first = 1;
	for (size_t k = 0; k < x->nstep; k++) {
		const struct step *s = &x->steps[k];

		if (s->pc < r->start || s->pc >= r->end)
			continue;
		buf_puts(&x->out, first ? STR("{\"step\":") :
		    STR(",{\"step\":"));
		first = 0;
		buf_json(&x->out, str_z(step_name(p, s->pc, &x->arena)));
		buf_puts(&x->out, STR(",\"before\":"));
		value_write(&x->out, s->before);
		buf_puts(&x->out, STR(",\"after\":"));
		value_write(&x->out, s->after);
		buf_putc(&x->out, '}');
	}
	buf_putc(&x->out, ']');
}

static void
json_all(struct explain *x)
{
	const struct prog *p = x->mapping.prog;
	const struct prog_action *act = x->action;

	buf_puts(&x->out, STR("{\"targets\":["));
	for (uint16_t i = 0; i < x->mapping.main->nout; i++) {
		struct value v = x->f.out[i];

		buf_puts(&x->out, i ? STR(",{\"path\":") : STR("{\"path\":"));
		buf_json(&x->out, p->out[i].path);
		buf_printf(&x->out, ",\"state\":\"%s\"", state_of(v));
		if (v.type != V_ABSENT) {
			buf_puts(&x->out, STR(",\"value\":"));
			value_write(&x->out, v);
		}
		json_rule(x, rule_of(x, i));
		buf_printf(&x->out, ",\"decision\":\"%s\"", decision_of(x, i));
		if (x->old != NULL && x->old[i].type != V_ABSENT) {
			buf_puts(&x->out, STR(",\"was\":"));
			value_write(&x->out, x->old[i]);
		}
		buf_putc(&x->out, '}');
	}
	buf_puts(&x->out, STR("],\"action\":{\"do\":"));
	buf_json(&x->out, action_word(act->verb));
	buf_puts(&x->out, STR(",\"by\":["));
	for (uint16_t k = 0; k < act->nby; k++) {
		if (k > 0)
			buf_putc(&x->out, ',');
		buf_json(&x->out, act->by_name[k]);
	}
	buf_puts(&x->out, STR("],\"reason\":"));
	buf_json(&x->out, act->reason);
	if (act->line > 0) {
		buf_putc(&x->out, ',');
		json_place(&x->out, file_of(p, act->file), act->line);
	}
	buf_putc(&x->out, '}');
	buf_puts(&x->out, buf_str(&x->keys));
	buf_puts(&x->out, STR("}\n"));
}

/* ---- the work ---- */

/* A record from a file, with the readable bytes that the reader wants. */
static int
read_record(const char *path, struct buf *b, struct str *record,
    struct err *e)
{
	if (read_all(path, RECORD_MAX + 1, b, e) != 0)
		return -1;
	memset(buf_room(b, RECORD_PAD), 0, RECORD_PAD);
	*record = buf_str(b);
	return 0;
}

/* Map, compare and ask the rules. */
static int
work(struct explain *x, const char *base, struct err *e)
{
	const struct mapping *m = &x->mapping;
	size_t nout = m->main->nout;
	struct vm_event ev = { .event = EVENT_CREATE };
	struct str record, old = STR("");

	if (read_record("-", &x->record, &record, e) != 0 ||
	    (base && read_record(base, &x->base, &old, e) != 0))
		return -1;
	x->ran = arena_zalloc(&x->arena, m->prog->nrule + 1);
	x->dirty = arena_array(&x->arena, nout / 64 + 1, sizeof(*x->dirty));
	vm_set_trace(x->vm, note, x);
	if (vm_map(x->vm, m->prog, record, &x->f, &x->arena, e) != 0 ||
	    vm_put(x->vm, m->prog, old, &x->f, &x->arena, e) != 0)
		return -1;
	vm_set_trace(x->vm, NULL, NULL);
	if (base != NULL) {
		if (vm_read_target(x->vm, m->prog, old, &x->old, &x->arena,
		    e) != 0)
			return err_prefix(e, "%s", base);
		layout_diff(NULL, m->main->layout, x->f.out, x->old, m->clear,
		    x->dirty, &x->arena);
		ev = (struct vm_event){ EVENT_UPDATE, 1, x->dirty };
	}
	if (vm_rules(x->vm, m->prog, &x->f, &ev, &x->action, &x->arena, e) !=
	    0)
		return -1;
	return keys_show(&x->keys, m, x->vm, &x->f, x->json, &x->arena, e);
}

/* What led to an error, as far as it was seen. */
static void
tell_failure(struct explain *x)
{
	uint32_t pc;

	if (x->nstep == 0 || x->steps[x->nstep - 1].done)
		return;
	pc = x->steps[x->nstep - 1].pc;
	text_rule(x, rule_at(x->mapping.prog, pc));
}

int
cmd_explain(const struct args *a)
{
	struct explain x = { .json = args_get(a, 'j') != NULL };
	int64_t now = clock_wall_us();
	struct err e, ignored;
	int status;

	if (args_get(a, 'n') && time_parse(args_get(a, 'n'), &now, &e) != 0)
		args_fail(a, "%s", e.text);
	status = mapping_open(&x.mapping, a);
	if (status != 0)
		return status;
	x.vm = vm_new(NULL);
	vm_set_now(x.vm, now);
	if (work(&x, args_get(a, 'b'), &e) != 0) {
		status = say_err(&e);
		tell_failure(&x);
		write_all(STDERR_FILENO, &x.out, &ignored);
	} else {
		if (x.json)
			json_all(&x);
		else
			text_all(&x);
		if (write_all(STDOUT_FILENO, &x.out, &e) != 0)
			status = say_err(&e);
	}
	vm_free(x.vm);
	free(x.steps);
	arena_fini(&x.arena);
	buf_fini(&x.record);
	buf_fini(&x.base);
	buf_fini(&x.keys);
	buf_fini(&x.out);
	mapping_close(&x.mapping);
	return status;
}
