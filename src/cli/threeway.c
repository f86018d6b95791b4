/*
 * explain for a three-way merge: of each field what both sides and the base
 * have, who changed it, what own says, and what is written where.
 *
 * The merge is the one that production runs.  What led to its values is
 * traced beside it: forward on ours, backward on theirs.
 */
#include "cli/threeway.h"

#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/trace.h"
#include "vm/merge.h"

struct threeway {
	struct buf *out;
	const struct unit_map *map;
	struct merge m;
	struct trace forth, back;
	int went, came; /* the traces are there */
	struct buf record[3];
};

static const struct {
	int letter;
	const char *name;
} files[] = { { 'o', "--ours" }, { 't', "--theirs" }, { 'b', "--base" } };

int
threeway_asked(const struct args *a)
{
	const char *in = NULL;

	if (args_get(a, 'o') == NULL && args_get(a, 't') == NULL) {
		if (args_get(a, 'O') != NULL || args_get(a, 'T') != NULL)
			args_fail(a, "--ours-at and --theirs-at are about a "
			    "merge of --ours and --theirs");
		return 0;
	}
	if (args_get(a, 'r') != NULL)
		args_fail(a, "a merge goes both ways, without -r");
	for (size_t i = 0; i < COUNT(files); i++) {
		const char *path = args_get(a, files[i].letter);

		if (path == NULL || strcmp(path, "-") != 0)
			continue;
		if (in != NULL)
			args_fail(a, "%s and %s cannot both be standard input",
			    in, files[i].name);
		in = files[i].name;
	}
	return 1;
}

/* ---- what is to be said ---- */

/* A right slot's value, of ours, theirs or base; absent where not known. */
static struct value
at(const struct value *slots, uint16_t slot)
{
	return slots ? slots[slot] : (struct value){ 0 };
}

/* The member of a rest in slot v, else the value itself. */
static struct value
part(struct value v, struct str member)
{
	if (member.n == 0)
		return v;
	for (uint32_t i = 0; v.type == V_RECORD && i < v.n; i++)
		if (str_eq(v.u.record[i].name, member))
			return v.u.record[i].value;
	return (struct value){ 0 };
}

/* "more.*" is "more." and the member. */
static void
put_path(struct buf *out, struct str path, struct str member)
{
	buf_printf(out, "%.*s%.*s", (int)(path.n - (member.n > 0)), path.p,
	    STR_ARG(member));
}

/* What a left member of a rest is called. */
static struct str
left_member(const struct merge_item *it)
{
	const struct unit_field *f = it->field;

	if (it->member.n == 0)
		return it->member;
	return str_from(it->member.p + f->prefix.n,
	    it->member.n - f->prefix.n - f->suffix.n);
}

/* Why, up to the policy. */
static const char *
cause(const struct threeway *x, const struct merge_item *it)
{
	if (it->field->nright == 0)
		return it->theirs ? "it only comes, and ours has another" :
		    "it only comes";
	if (x->m.first && it->field->nleft == 0)
		return "it only goes, for the first time";
	if (x->m.first)
		return it->asked ? "both meet for the first time, with "
		    "different values" : "both meet for the first time";
	if (it->decision == MERGE_AGREE)
		return it->theirs ? "both changed, to the same" :
		    "ours changed to what theirs has";
	if (!it->ours)
		return it->theirs ? "theirs changed" :
		    it->decision == MERGE_TO_THEM ?
		    "ours changes by what comes" : "neither changed";
	return it->theirs ? "both changed" : "ours changed";
}

/* ---- for a person ---- */

static void
text_side(struct buf *out, const char *who, struct value v)
{
	buf_printf(out, "%s ", who);
	trace_value(out, v);
	if (strcmp(trace_state(v), "empty") == 0)
		buf_puts(out, STR(" (empty)"));
}

static void
text_right(struct threeway *x, const struct merge_item *it, uint16_t slot)
{
	struct buf *out = x->out;

	buf_puts(out, STR("  "));
	put_path(out, x->map->forward->out[slot].path, it->member);
	text_side(out, ": ours", part(at(x->m.ours, slot), it->member));
	text_side(out, ", theirs", part(at(x->m.theirs, slot), it->member));
	if (x->m.first)
		buf_puts(out, STR(", no base"));
	else
		text_side(out, ", base", part(at(x->m.old, slot),
		    it->member));
	buf_putc(out, '\n');
	if (x->went)
		trace_text(out, &x->forth, trace_rule(&x->forth, slot));
}

static void
text_why(struct threeway *x, const struct merge_item *it)
{
	const struct unit_field *f = it->field;

	buf_printf(x->out, "  %s", cause(x, it));
	if (it->asked) {
		buf_puts(x->out, STR("; own: "));
		field_own(x->out, f);
		if (f->pos.line > 0)
			buf_printf(x->out, " of %.*s:%" PRIu32,
			    STR_ARG(trace_file(x->map->forward, f->pos.file)),
			    f->pos.line);
		else
			buf_puts(x->out, STR(", as nothing is said"));
	}
	buf_putc(x->out, '\n');
}

/* The values that are written to one side; 1 when there are any. */
static int
text_written(struct threeway *x, const struct merge_item *it, int back)
{
	const struct unit_field *f = it->field;
	const struct value *slots = back ? x->m.us : x->m.them;
	const uint16_t *slot = back ? f->left : f->right;
	unsigned n = back ? f->nleft : f->nright, some = 0;
	struct str member = back ? left_member(it) : it->member;

	for (unsigned i = 0; i < n; i++) {
		struct value v = part(slots[slot[i]], member);

		if (v.type == V_ABSENT)
			continue;
		buf_puts(x->out, some++ ? STR(", ") : back ?
		    STR("  to us: ") : STR("  to them: "));
		put_path(x->out, (back ? x->map->backward :
		    x->map->forward)->out[slot[i]].path, member);
		buf_puts(x->out, STR(" = "));
		value_write(x->out, v);
	}
	if (some)
		buf_putc(x->out, '\n');
	return some > 0;
}

static void
text_item(struct threeway *x, const struct merge_item *it)
{
	const struct unit_field *f = it->field;
	int written;

	put_path(x->out, f->name, it->member);
	buf_printf(x->out, "%s: %s\n", f->group ? " (group)" : "",
	    merge_decision_name((enum merge_decision)it->decision));
	for (unsigned i = 0; i < f->nright; i++)
		text_right(x, it, f->right[i]);
	for (unsigned i = 0; i < f->nleft && x->came &&
	    (it->theirs || f->nright == 0); i++)
		trace_text(x->out, &x->back, trace_rule(&x->back, f->left[i]));
	text_why(x, it);
	written = text_written(x, it, 0);
	written |= text_written(x, it, 1);
	if (!written)
		buf_puts(x->out, STR("  nothing is written\n"));
}

static void
text_record(struct buf *out, const char *what, struct str record)
{
	buf_printf(out, "%s: %.*s\n", what, STR_ARG(record.n ? record :
	    STR("nothing")));
}

static void
text_all(struct threeway *x)
{
	for (size_t i = 0; i < x->m.nitem; i++)
		text_item(x, &x->m.items[i]);
	text_record(x->out, "to them", x->m.to_them);
	text_record(x->out, "to us", x->m.to_us);
	text_record(x->out, "new base", x->m.base);
	if (x->m.nconflict > 0)
		buf_printf(x->out, "conflicts for a person: %zu\n",
		    x->m.nconflict);
}

/* ---- for a program ---- */

/* `"who":{"state":…,"value":…}` */
static void
json_side(struct buf *out, const char *who, struct value v)
{
	buf_printf(out, "\"%s\":{\"state\":\"%s\"", who, trace_state(v));
	if (v.type != V_ABSENT) {
		buf_puts(out, STR(",\"value\":"));
		value_write(out, v);
	}
	buf_putc(out, '}');
}

static void
json_path(struct buf *out, struct str path, struct str member)
{
	struct buf b = { 0 };

	put_path(&b, path, member);
	buf_puts(out, STR("\"path\":"));
	buf_json(out, buf_str(&b));
	buf_fini(&b);
}

static void
json_written(struct buf *out, struct value v)
{
	if (v.type == V_ABSENT)
		return;
	buf_puts(out, STR(",\"written\":"));
	value_write(out, v);
}

static void
json_right(struct threeway *x, const struct merge_item *it, uint16_t slot)
{
	struct buf *out = x->out;

	buf_putc(out, '{');
	json_path(out, x->map->forward->out[slot].path, it->member);
	buf_putc(out, ',');
	json_side(out, "ours", part(at(x->m.ours, slot), it->member));
	buf_putc(out, ',');
	json_side(out, "theirs", part(at(x->m.theirs, slot), it->member));
	buf_putc(out, ',');
	json_side(out, "base", part(at(x->m.old, slot), it->member));
	json_written(out, part(x->m.them[slot], it->member));
	if (x->went)
		trace_json(out, &x->forth, trace_rule(&x->forth, slot));
	buf_putc(out, '}');
}

static void
json_left(struct threeway *x, const struct merge_item *it, uint16_t slot)
{
	struct str member = left_member(it);
	struct buf *out = x->out;

	buf_putc(out, '{');
	json_path(out, x->map->backward->out[slot].path, member);
	buf_putc(out, ',');
	json_side(out, "ours", part(at(x->m.left_ours, slot), member));
	buf_putc(out, ',');
	json_side(out, "theirs", part(at(x->m.left_theirs, slot), member));
	json_written(out, part(x->m.us[slot], member));
	if (x->came)
		trace_json(out, &x->back, trace_rule(&x->back, slot));
	buf_putc(out, '}');
}

static void
json_item(struct threeway *x, const struct merge_item *it)
{
	static const char *const bools[] = { "false", "true" };
	const struct unit_field *f = it->field;
	struct buf *out = x->out, own = { 0 };

	buf_puts(out, STR("{\"field\":"));
	put_path(&own, f->name, it->member);
	buf_json(out, buf_str(&own));
	buf_reset(&own);
	field_own(&own, f);
	buf_printf(out, ",\"group\":%s,\"decision\":\"%s\",\"cause\":\"%s\","
	    "\"ours_changed\":%s,\"theirs_changed\":%s,\"asked\":%s,"
	    "\"own\":", bools[f->group],
	    merge_decision_name((enum merge_decision)it->decision),
	    cause(x, it), bools[it->ours], bools[it->theirs],
	    bools[it->asked]);
	buf_json(out, buf_str(&own));
	buf_fini(&own);
	if (f->pos.line > 0) {
		buf_putc(out, ',');
		trace_place(out, trace_file(x->map->forward, f->pos.file),
		    f->pos.line);
	}
	buf_puts(out, STR(",\"right\":["));
	for (unsigned i = 0; i < f->nright; i++) {
		buf_puts(out, i ? STR(",") : STR(""));
		json_right(x, it, f->right[i]);
	}
	buf_puts(out, STR("],\"left\":["));
	for (unsigned i = 0; i < f->nleft; i++) {
		buf_puts(out, i ? STR(",") : STR(""));
		json_left(x, it, f->left[i]);
	}
	buf_puts(out, STR("]}"));
}

static void
json_all(struct threeway *x)
{
	const struct str none = STR("null");
	const struct merge *m = &x->m;

	buf_puts(x->out, STR("{\"fields\":["));
	for (size_t i = 0; i < m->nitem; i++) {
		buf_puts(x->out, i ? STR(",") : STR(""));
		json_item(x, &m->items[i]);
	}
	buf_printf(x->out, "],\"to_them\":%.*s,\"to_us\":%.*s,\"base\":%.*s,"
	    "\"first\":%s,\"conflicts\":%zu}\n",
	    STR_ARG(m->to_them.n ? m->to_them : none),
	    STR_ARG(m->to_us.n ? m->to_us : none), STR_ARG(m->base),
	    m->first ? "true" : "false", m->nconflict);
}

/* ---- the work ---- */

static int64_t
time_of(const struct args *a, int letter)
{
	int64_t us = MERGE_NO_TIME;
	struct err e;

	if (args_get(a, letter) != NULL &&
	    time_parse(args_get(a, letter), &us, &e) != 0)
		args_fail(a, "%s", e.text);
	return us;
}

static int
trace_both(struct threeway *x, struct vm *vm, const struct merge_in *in,
    struct arena *a, struct err *e)
{
	struct vm_frame f;
	struct err ignored;

	if (in->ours.n > 0) {
		if (trace_run(&x->forth, vm, x->map->forward, in->ours,
		    in->base, &f, a, e) != 0) {
			trace_text(x->out, &x->forth, trace_failed(&x->forth));
			return err_prefix(e, "ours");
		}
		x->went = 1;
	}
	/* the merge may not need it: then its error is none */
	x->came = in->theirs.n > 0 && trace_run(&x->back, vm,
	    x->map->backward, in->theirs, in->ours, &f, a, &ignored) == 0;
	return 0;
}

static int
merge(struct threeway *x, struct vm *vm, const struct merge_in *in,
    struct arena *a, struct err *e)
{
	if (trace_both(x, vm, in, a, e) != 0)
		return -1;
	if (vm_merge(vm, x->map, in, &x->m, a, e) == 0)
		return 0;
	if (x->back.p != NULL && !x->came)
		trace_text(x->out, &x->back, trace_failed(&x->back));
	return -1;
}

int
threeway_explain(struct buf *out, const struct mapping *m, struct vm *vm,
    const struct args *a, struct arena *arena, struct err *e)
{
	struct threeway x = { .out = out, .map = m->map };
	struct merge_in in = { .clear = m->clear, .ours_at = time_of(a, 'O'),
		.theirs_at = time_of(a, 'T') };
	struct str *record[] = { &in.ours, &in.theirs, &in.base };
	int failed = 0;

	for (size_t i = 0; i < COUNT(files) && !failed; i++) {
		const char *path = args_get(a, files[i].letter);

		failed = path != NULL &&
		    trace_record(path, &x.record[i], record[i], e) != 0;
	}
	failed = failed || merge(&x, vm, &in, arena, e) != 0;
	if (!failed && args_get(a, 'j') != NULL)
		json_all(&x);
	else if (!failed)
		text_all(&x);
	trace_fini(&x.forth);
	trace_fini(&x.back);
	for (size_t i = 0; i < COUNT(files); i++)
		buf_fini(&x.record[i]);
	return failed ? -1 : 0;
}
