/*
 * crosswalk explain: where each field of one mapped record comes from.
 *
 * One way here, for a merge in threeway.c; the values and what led to them
 * come from the production VM with a trace sink (trace.c).
 */
#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "cli/event.h"
#include "cli/known.h"
#include "cli/mapping.h"
#include "cli/threeway.h"
#include "cli/trace.h"
#include "cli/unknown.h"

struct explain {
	struct mapping mapping;
	struct vm *vm;
	struct arena arena;
	struct buf record, base, keys, out;
	struct known known;
	int json;
	struct trace trace;
	struct vm_event event;
	struct unknown unknown;
	struct vm_frame f;
	struct value *old;  /* NULL: no base */
	uint64_t *dirty;
	const struct prog_action *action;
};

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

/* ---- for a person ---- */

static void
text_all(struct explain *x)
{
	const struct prog *p = x->mapping.prog;
	const struct prog_action *act = x->action;

	for (uint16_t i = 0; i < x->mapping.main->nout; i++) {
		buf_printf(&x->out, "%.*s = ", STR_ARG(p->out[i].path));
		trace_value(&x->out, x->f.out[i]);
		if (str_eq(str_z(trace_state(x->f.out[i])), STR("empty")))
			buf_puts(&x->out, STR(" (empty)"));
		buf_putc(&x->out, '\n');
		trace_text(&x->out, &x->trace, trace_rule(&x->trace, i));
		buf_printf(&x->out, "  decision: %s", decision_of(x, i));
		if (x->old != NULL && (x->dirty[i / 64] >> i % 64 & 1)) {
			buf_puts(&x->out, STR(", it was "));
			trace_value(&x->out, x->old[i]);
		}
		buf_putc(&x->out, '\n');
	}
	buf_printf(&x->out, "rules: on %s do %.*s", event_word(x->event.op),
	    STR_ARG(action_word(act->verb)));
	for (uint16_t k = 0; k < act->nby; k++)
		buf_printf(&x->out, "%s%.*s", k ? ", " : " by ",
		    STR_ARG(act->by_name[k]));
	for (uint16_t k = 0; k < act->ncall; k++)
		buf_printf(&x->out, "%s%.*s", k ? ", " :
		    act->verb == ACTION_CALL ? " " : " then call ",
		    STR_ARG(act->calls[k]));
	if (act->reason.n > 0)
		buf_printf(&x->out, " \"%.*s\"", STR_ARG(act->reason));
	if (act->line > 0)
		buf_printf(&x->out, "  %.*s:%" PRIu32,
		    STR_ARG(trace_file(p, act->file)), act->line);
	else
		buf_puts(&x->out, STR("  (the map has no rules)"));
	buf_putc(&x->out, '\n');
	buf_puts(&x->out, buf_str(&x->keys));
}

/* ---- for a program ---- */

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
		buf_printf(&x->out, ",\"state\":\"%s\"", trace_state(v));
		if (v.type != V_ABSENT) {
			buf_puts(&x->out, STR(",\"value\":"));
			value_write(&x->out, v);
		}
		trace_json(&x->out, &x->trace, trace_rule(&x->trace, i));
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
	buf_puts(&x->out, STR("],\"call\":["));
	for (uint16_t k = 0; k < act->ncall; k++) {
		if (k > 0)
			buf_putc(&x->out, ',');
		buf_json(&x->out, act->calls[k]);
	}
	buf_puts(&x->out, STR("],\"reason\":"));
	buf_json(&x->out, act->reason);
	if (act->line > 0) {
		buf_putc(&x->out, ',');
		trace_place(&x->out, trace_file(p, act->file), act->line);
	}
	buf_putc(&x->out, '}');
	buf_puts(&x->out, buf_str(&x->keys));
	buf_puts(&x->out, STR("}\n"));
}

/* ---- the work ---- */

/* Map, compare and ask the rules; of an error x->out has what led to it. */
static int
explain(struct explain *x, const char *base, struct err *e)
{
	const struct mapping *m = &x->mapping;
	size_t nout = m->main->nout;
	struct vm_side side = { 0 };
	struct str record, old = STR("");

	if (trace_record("-", &x->record, &record, e) != 0 ||
	    (base && trace_record(base, &x->base, &old, e) != 0))
		return -1;
	x->dirty = arena_array(&x->arena, nout / 64 + 1, sizeof(*x->dirty));
	if (trace_run(&x->trace, x->vm, m->prog, record, old, &x->f,
	    &x->arena, e) != 0) {
		trace_text(&x->out, &x->trace, trace_failed(&x->trace));
		return -1;
	}
	if (base != NULL) {
		if (vm_read_target(x->vm, m->prog, old, &x->old, &x->arena,
		    e) != 0)
			return err_prefix(e, "%s", base);
		layout_diff(NULL, m->main->layout, x->f.out, x->old, m->clear,
		    x->dirty, &x->arena);
		side = (struct vm_side){ 1, x->dirty };
	}
	if (vm_rules(x->vm, m->prog, &x->f, &side, &x->action, &x->arena, e) !=
	    0)
		return -1;
	if (keys_show(&x->keys, m, x->vm, &x->f, x->json, &x->arena, e) != 0)
		return -1;
	(x->json ? json_all : text_all)(x);
	return 0;
}

int
cmd_explain(const struct args *a)
{
	struct explain x = { .json = args_get(a, 'j') != NULL };
	int64_t now = clock_wall_us();
	struct err e, ignored;
	int status, merged = threeway_asked(a);

	x.event = event_taken(a, args_get(a, 'b') != NULL || merged ?
	    EVENT_UPDATE : EVENT_CREATE);
	if (args_get(a, 'n') && time_parse(args_get(a, 'n'), &now, &e) != 0)
		args_fail(a, "%s", e.text);
	status = mapping_open(&x.mapping, a);
	if (status != 0)
		return status;
	x.vm = vm_new(NULL);
	unknown_listen(&x.unknown, x.vm, NULL);
	vm_set_now(x.vm, now);
	vm_set_event(x.vm, &x.event);
	if (known_give(&x.known, args_get(a, 'l'), x.vm, &e) != 0 ||
	    (merged ? threeway_explain(&x.out, &x.mapping, x.vm, a, &x.arena,
	    &e) : explain(&x, args_get(a, 'b'), &e)) != 0) {
		known_hint(&e);
		status = say_err(&e);
		write_all(STDERR_FILENO, &x.out, &ignored);
	} else if (write_all(STDOUT_FILENO, &x.out, &e) != 0) {
		status = say_err(&e);
	}
	vm_free(x.vm);
	known_fini(&x.known);
	trace_fini(&x.trace);
	unknown_fini(&x.unknown);
	arena_fini(&x.arena);
	buf_fini(&x.record);
	buf_fini(&x.base);
	buf_fini(&x.keys);
	buf_fini(&x.out);
	mapping_close(&x.mapping);
	return status;
}
