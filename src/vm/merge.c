/*
 * The merge of a record: both programs are run, each field is decided
 * (decide.c), and what has to be written is put together.
 *
 * Fields are compared on the right side, as base is kept there: what forward
 * makes of ours, and theirs.  Where codecs stand between, theirs is brought to
 * the form that ours would send had it taken theirs over, so that a value
 * which only looks different is no change.
 */
#include "vm/merge.h"

#include "vm/merging.h"

const char *
merge_decision_name(enum merge_decision d)
{
	static const char *const names[] = {
#define X(name, word) word,
		MERGE_DECISIONS(X)
#undef X
	};

	return (unsigned)d < COUNT(names) ? names[d] : "?";
}

/* ---- records in ---- */

static int
read_right(struct work *w, struct str json, const char *what,
    struct value **out, struct err *e)
{
	if (vm_read_target(w->vm, w->map->forward, json, out, w->a, e) != 0)
		return err_prefix(e, "%s", what);
	merging_settle(w, *out, w->right->nout);
	return 0;
}

static int
read_all(struct work *w, struct err *e)
{
	const struct merge_in *in = w->in;

	w->out->first = in->base.n == 0;
	w->base = merging_slots(w, w->right);
	if (in->base.n > 0 && read_right(w, in->base, "base", &w->base, e))
		return -1;
	w->ours = w->base;
	if (in->ours.n > 0 && (merging_map(w, w->map->forward, in->ours,
	    in->base, &w->ours, e) != 0 || vm_read_target(w->vm,
	    w->map->backward, in->ours, &w->had, w->a, e) != 0))
		return err_prefix(e, "ours");
	w->send = w->ours;
	if (in->ours.n > 0 && in->theirs.n > 0 && w->map->forward->put > 0 &&
	    merging_map(w, w->map->forward, in->ours, in->theirs, &w->send,
	    e) != 0)
		return err_prefix(e, "ours");
	w->theirs = w->base;
	if (in->theirs.n > 0) {
		if (read_right(w, in->theirs, "theirs", &w->theirs, e) != 0)
			return -1;
		if (in->theirs_part)
			layout_overlay(w->right->layout, w->theirs, w->base,
			    w->theirs, w->a);
	}
	return 0;
}

/* ---- what is decided is written ---- */

struct merge_item *
merging_item(struct work *w, const struct unit_field *f)
{
	struct merge *m = w->out;

	if (m->nitem == w->citem) {
		struct merge_item *more;

		w->citem = w->citem * 2 + w->map->nfield;
		more = arena_array(w->a, w->citem, sizeof(*more));
		if (m->nitem > 0)
			memcpy(more, m->items, m->nitem * sizeof(*more));
		m->items = more;
	}
	m->items[m->nitem].field = f;
	return &m->items[m->nitem++];
}

/* x, and what it says nothing about from y and then z. */
static struct value
first_of(struct value x, struct value y, struct value z)
{
	return x.type != V_ABSENT ? x : y.type != V_ABSENT ? y : z;
}

struct value
merging_agreed(const struct work *w, const struct merge_item *it,
    struct value ours, struct value theirs, struct value base)
{
	switch ((enum merge_decision)it->decision) {
	case MERGE_AGREE:
	case MERGE_TO_THEM:
		return first_of(ours, theirs, base);
	case MERGE_TO_US:
	case MERGE_TO_BOTH:
		return first_of(theirs, ours, base);
	case MERGE_NOTHING:
		/* both have nothing, as null and as absent */
		return !w->out->first || it->asked ? base :
		    first_of(ours, theirs, base);
	case MERGE_CONFLICT:
		break;
	}
	return base;
}

/* Left slots of a field that come; 0 when none of them does. */
static int
comes(struct work *w, const struct unit_field *f, const struct value *left)
{
	int some = 0;

	for (unsigned i = 0; i < f->nleft && left != NULL; i++) {
		struct value v = left[f->left[i]];

		if (v.type == V_ABSENT || (w->out->first && v.type == V_NULL))
			continue;
		w->to_us[f->left[i]] = v;
		some = 1;
	}
	return some;
}

/*
 * What a right slot will be in their record, where that is not what it is;
 * where neither side is written, what leaves ours as it is.
 */
static struct value
will_be(const struct work *w, const struct merge_item *it,
    const struct view *v, unsigned i)
{
	switch ((enum merge_decision)it->decision) {
	case MERGE_TO_BOTH:
		return v->made[i];
	case MERGE_TO_THEM:
		return w->send[it->field->right[i]];
	case MERGE_CONFLICT:
		return v->ours[i];
	default:
		return it->asked && it->decision == MERGE_NOTHING ?
		    v->ours[i] : (struct value){ 0 };
	}
}

static void
apply(struct work *w, struct merge_item *it, const struct view *v)
{
	const struct unit_field *f = it->field;

	/* what the way back leaves out does not come */
	if (it->decision == MERGE_TO_US && !comes(w, f, w->came))
		it->decision = MERGE_NOTHING;
	for (unsigned i = 0; i < v->n; i++) {
		unsigned slot = f->right[i];

		w->agreed[slot] = merging_agreed(w, it,
		    it->decision == MERGE_TO_THEM ? w->send[slot] :
		    v->ours[i], v->theirs[i], v->base[i]);
		w->will_be[slot] = will_be(w, it, v, i);
		if (it->decision == MERGE_TO_THEM &&
		    (!w->out->first || !value_nil(v->ours[i])))
			w->to_them[slot] = w->send[slot];
	}
	w->again |= it->decision == MERGE_TO_BOTH || (f->shared &&
	    (it->decision == MERGE_TO_THEM || it->asked));
	w->out->nconflict += it->decision == MERGE_CONFLICT;
}

static const struct value *
one_left(const struct unit_field *f, const struct value *left)
{
	return left != NULL && f->nleft == 1 ? &left[f->left[0]] : NULL;
}

/* The field's values side by side. */
static struct view
view_of(struct work *w, const struct unit_field *f)
{
	unsigned n = f->nright;
	struct value *x = arena_array(w->a, 5 * (size_t)n, sizeof(*x));
	enum value_compare *how = arena_array(w->a, n, sizeof(*how));

	for (unsigned i = 0; i < n; i++) {
		unsigned slot = f->right[i];

		how[i] = w->map->forward->out[slot].compare;
		x[i] = w->ours[slot];
		x[n + i] = w->base[slot];
		x[2 * n + i] = w->canon[slot];
		x[3 * n + i] = w->theirs[slot];
	}
	return (struct view){ .n = n, .how = how, .ours = x, .base = x + n,
		.theirs = x + 2 * n, .raw = x + 3 * n, .made = x + 4 * n,
		.left_ours = one_left(f, w->had),
		.left_theirs = one_left(f, w->came) };
}

/* It only comes: what theirs becomes, where ours has something else. */
static void
decide_coming(struct work *w, const struct unit_field *f)
{
	struct merge_item *it = merging_item(w, f);

	for (unsigned i = 0; i < f->nleft && w->came != NULL; i++) {
		unsigned slot = f->left[i];
		struct value v = w->came[slot];

		if (v.type == V_ABSENT ||
		    (w->out->first && v.type == V_NULL) ||
		    (w->had != NULL && value_equal(v, w->had[slot],
		    w->map->backward->out[slot].compare, w->a)))
			continue;
		w->to_us[slot] = v;
		it->theirs = 1;
		it->decision = MERGE_TO_US;
	}
}

/* Written when a record is made, and both are there. */
static int
is_settled(const struct work *w, const struct unit_field *f)
{
	int made_there = w->in->theirs.n == 0 && w->out->first;
	int made_here = w->in->ours.n == 0 && w->out->first;

	return f->create_only && !made_there && !made_here;
}

static int
decide_field(struct work *w, const struct unit_field *f, struct err *e)
{
	struct merge_item *it;
	struct view v;

	if (f->nright == 0) {
		if (!is_settled(w, f))
			decide_coming(w, f);
		return 0;
	}
	if (f->rest)
		return merging_members(w, f, e);
	v = view_of(w, f);
	it = merging_item(w, f);
	if (is_settled(w, f)) {
		for (unsigned i = 0; i < v.n; i++)
			w->agreed[f->right[i]] = first_of(v.base[i], v.ours[i],
			    v.theirs[i]);
		return 0;
	}
	if (decide(&w->d, f, &v, it, e) != 0)
		return -1;
	apply(w, it, &v);
	return 0;
}

/* ---- records out ---- */

/* What comes, of their record as it will be. */
static int
bring_again(struct work *w, struct err *e)
{
	struct str whole = merging_with(w, w->in->theirs, w->right->layout,
	    w->will_be);
	struct value *left;

	if (merging_map(w, w->map->backward, whole, w->in->ours, &left, e) != 0)
		return err_prefix(e, "what both will have");
	for (size_t i = 0; i < w->out->nitem; i++) {
		const struct merge_item *it = &w->out->items[i];

		if (!it->field->rest && (it->decision == MERGE_TO_BOTH ||
		    it->decision == MERGE_TO_US))
			comes(w, it->field, left);
	}
	return 0;
}

/*
 * Slots without those that old has already, or that are written when a record
 * is made; how many are left.
 */
static unsigned
reduce(struct work *w, const struct prog *p, struct value *slots,
    const struct value *old)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->funcs[0].nout; i++) {
		const struct prog_slot *s = &p->out[i];

		if (old != NULL && (s->flags & LF_CREATE_ONLY ||
		    value_equal(slots[i], old[i], s->compare, w->a)))
			slots[i] = (struct value){ 0 };
		n += slots[i].type != V_ABSENT;
	}
	return n;
}

static void
write_ours(struct work *w)
{
	struct buf b = { 0 };
	unsigned n = reduce(w, w->map->backward, w->to_us, w->had);

	if (n > 0 && w->had != NULL)
		layout_diff(&b, w->left->layout, w->to_us, w->had,
		    STR("null"), NULL, w->a);
	else if (n > 0)
		layout_write(&b, w->left->layout, w->to_us, STR("null"));
	w->out->to_us = merging_keep(w, &b);
}

/* A field as ours will send it; what is sent is agreed on. */
static void
foresee_field(struct work *w, struct merge_item *it, const struct value *sent)
{
	const struct unit_field *f = it->field;
	int comes = it->decision == MERGE_TO_US;
	int both = it->decision == MERGE_TO_BOTH;

	for (unsigned i = 0; i < f->nright; i++) {
		unsigned slot = f->right[i];
		enum value_compare how = w->map->forward->out[slot].compare;
		struct value v = both ? w->will_be[slot] : w->agreed[slot];
		int same;

		if (sent != NULL && sent[slot].type != V_ABSENT)
			v = sent[slot];
		same = value_equal(v, w->agreed[slot], how, w->a) ||
		    value_equal(v, w->theirs[slot], how, w->a);
		w->agreed[slot] = v;
		if (!both && (same || comes))
			continue;
		if (!w->out->first || !value_nil(v))
			w->to_them[slot] = v;
		if (!both)
			it->decision = MERGE_TO_THEM;
	}
}

/*
 * What ours will send once it has taken over what comes: that in its own form,
 * and what depends on it.  Where neither side is written nothing is changed.
 */
static void
foresee(struct work *w)
{
	const struct value *sent = w->send;

	if (w->out->to_us.n > 0)
		sent = merging_ours(w, w->to_us, w->in->theirs.n ?
		    w->in->theirs : w->in->base);
	else if (!w->again)
		return;
	for (size_t i = 0; i < w->out->nitem; i++) {
		struct merge_item *it = &w->out->items[i];

		if (!it->field->rest && !is_settled(w, it->field) &&
		    it->decision != MERGE_CONFLICT &&
		    !(it->decision == MERGE_NOTHING && it->asked))
			foresee_field(w, it, sent);
	}
}

static void
write_theirs(struct work *w)
{
	int made = w->in->theirs.n == 0 && w->out->first;
	struct buf b = { 0 };
	unsigned n = reduce(w, w->map->forward, w->to_them,
	    made ? NULL : w->theirs);

	if (n > 0 && !made)
		layout_diff(&b, w->right->layout, w->to_them, w->theirs,
		    w->in->clear, NULL, w->a);
	else if (n > 0)
		layout_write(&b, w->right->layout, w->to_them, w->in->clear);
	w->out->to_them = merging_keep(w, &b);
	layout_write(&b, w->right->layout, w->agreed, STR("null"));
	w->out->base = merging_keep(w, &b);
}

static void
begin(struct work *w)
{
	struct str clear = w->in->clear;

	w->to_them = merging_slots(w, w->right);
	w->agreed = merging_slots(w, w->right);
	w->will_be = merging_slots(w, w->right);
	w->to_us = merging_slots(w, w->left);
	if (clear.n >= 2 && clear.p[0] == '"')
		w->clear = (struct value){ .type = V_TEXT, .flags = VF_ESCAPED,
			.n = (uint32_t)clear.n - 2, .u.p = clear.p + 1 };
}

int
vm_merge(struct vm *vm, const struct unit_map *map, const struct merge_in *in,
    struct merge *out, struct arena *a, struct err *e)
{
	struct work w = { .vm = vm, .map = map, .in = in, .out = out, .a = a,
		.right = &map->forward->funcs[0],
		.left = &map->backward->funcs[0] };

	*out = (struct merge){ 0 };
	begin(&w);
	if (read_all(&w, e) != 0 || merging_form(&w, e) != 0)
		return -1;
	w.d = (struct decider){ vm, map->forward, in, out->first, a };
	for (uint32_t i = 0; i < map->nfield; i++)
		if (decide_field(&w, &map->fields[i], e) != 0)
			return -1;
	if (w.again && bring_again(&w, e) != 0)
		return -1;
	write_ours(&w);
	foresee(&w);
	write_theirs(&w);
	out->ours = w.ours;
	out->theirs = w.canon;
	out->old = out->first ? NULL : w.base;
	out->left_ours = w.had;
	out->left_theirs = w.came;
	out->them = w.to_them;
	out->us = w.to_us;
	return 0;
}
