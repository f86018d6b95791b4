/*
 * One step of a sync: a record changes, the other side gets what follows.
 */
#include "lang/follow.h"

#include "vm/merge.h"

struct str
follow_pad(struct arena *a, struct str s)
{
	char *p = arena_zalloc(a, s.n + RECORD_PAD);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

struct value
follow_raw(struct str json)
{
	return (struct value){ .type = V_RAW, .n = (uint32_t)json.n,
		.u.p = json.p };
}

static struct str
take(struct arena *a, struct buf *b)
{
	struct str s = follow_pad(a, buf_str(b));

	buf_fini(b);
	return s;
}

struct str
follow_patch(struct arena *a, struct str old, struct str patch)
{
	struct buf out = { 0 };

	value_patch(&out, old, patch, a);
	return take(a, &out);
}

void
follow_init(struct follow *f, struct vm *vm, const struct unit_map *map,
    struct arena *a, struct valid *valid)
{
	*f = (struct follow){ .vm = vm, .map = map, .a = a, .valid = valid,
		.event.at_us = VM_AT_NOW,
		.at = { MERGE_NO_TIME, MERGE_NO_TIME } };
}

/* A side changes. */
static void
happens(struct follow *f, unsigned op, int right)
{
	struct vm_event ev = f->event;

	if (ev.op == 0)
		ev.op = op;
	vm_set_event(f->vm, &ev);
	if (ev.at_us != VM_AT_NOW)
		f->at[right] = ev.at_us;
}

/* The other side of a record: made anew, or patched. */
static int
answer(struct follow *f, int right, int made, struct err *e)
{
	const struct prog *p = right ? f->map->backward : f->map->forward;
	const struct layout *l = p->funcs[0].layout;
	struct valid_record held = { .map = f->map, .back = right };
	struct str *other = &f->side[!right];
	struct buf out = { 0 };
	struct vm_frame frame;
	struct value *old;
	uint64_t *dirty;

	if (vm_map(f->vm, p, f->side[right], &frame, f->a, e) != 0 ||
	    vm_put(f->vm, p, made ? STR("") : *other, &frame, f->a, e) != 0)
		return -1;
	if (made || other->n == 0) {
		held.slots = frame.out;
		if (f->valid != NULL && valid_check(f->valid, &held, e) != 0)
			return -1;
		layout_write(&out, l, frame.out, STR(""));
		*other = take(f->a, &out);
		return 0;
	}
	if (vm_read_target(f->vm, p, *other, &old, f->a, e) != 0)
		return -1;
	dirty = arena_array(f->a, layout_nslots(l) / 64 + 1, sizeof(*dirty));
	if (layout_diff(&out, l, frame.out, old, STR(""), dirty, f->a) == 0)
		return 0;
	held.before = *other;
	*other = follow_patch(f->a, *other, take(f->a, &out));
	if (f->valid == NULL)
		return 0;
	layout_overlay(l, frame.out, old, old, f->a);
	held.slots = old;
	held.dirty = dirty;
	return valid_check(f->valid, &held, e);
}

int
follow_given(struct follow *f, int right, struct str json, struct err *e)
{
	f->side[right] = follow_pad(f->a, json);
	f->stale = 1;
	happens(f, EVENT_CREATE, right);
	if (f->merges)
		return 0;
	return answer(f, right, 1, e);
}

int
follow_put(struct follow *f, int right, struct str json, struct err *e)
{
	struct str patch = follow_pad(f->a, json);

	f->side[right] = f->side[right].n == 0 ? patch :
	    follow_patch(f->a, f->side[right], patch);
	f->stale = 1;
	happens(f, EVENT_UPDATE, right);
	if (f->merges)
		return 0;
	return answer(f, right, 0, e);
}

void
follow_base(struct follow *f, struct str json)
{
	f->base = json.n ? follow_pad(f->a, json) : json;
	f->merges = f->stale = 1;
}

int
follow_merge(struct follow *f, struct err *e)
{
	struct merge_in in = { .ours = f->side[0], .theirs = f->side[1],
		.base = f->base, .ours_at = f->at[0],
		.theirs_at = f->at[1] };
	struct str patch[2];
	struct merge m;

	if (!f->merges || !f->stale)
		return 0;
	if (vm_merge(f->vm, f->map, &in, &m, f->a, e) != 0)
		return -1;
	patch[0] = m.to_us;
	patch[1] = m.to_them;
	for (int i = 0; i < 2; i++)
		if (patch[i].n > 0)
			f->side[i] = f->side[i].n == 0 ? patch[i] :
			    follow_patch(f->a, f->side[i], patch[i]);
	f->base = m.base;
	f->stale = 0;
	return 0;
}
