/*
 * The members of a rest, which are decided one by one.
 */
#include "vm/merging.h"

#include "base/table.h"

struct one {
	struct str name; /* on the right */
	struct value ours, theirs, base, made;
	const struct member *came;
};

struct rest {
	struct work *w;
	const struct unit_field *f;
	struct one *list;
	size_t n;
	struct table at; /* by right name: its number + 1 */
};

static struct one *
one_of(struct rest *r, struct str name)
{
	uintptr_t at = (uintptr_t)table_get(&r->at, name);

	if (at == 0) {
		table_put(&r->at, name, (void *)(r->n + 1));
		r->list[r->n].name = name;
		at = ++r->n;
	}
	return &r->list[at - 1];
}

static uint32_t
count(struct value v)
{
	return v.type == V_RECORD ? v.n : 0;
}

/*
 * A member is of the rest when ours sends it, theirs brings it, or it was:
 * theirs has other members, which other rules name or none.
 */
static void
collect(struct rest *r, struct value ours, struct value theirs,
    struct value base, struct value came)
{
	size_t most = (size_t)count(ours) + count(base) + count(came);

	r->list = arena_array(r->w->a, most, sizeof(*r->list));
	for (uint32_t i = 0; i < count(ours); i++)
		one_of(r, ours.u.record[i].name)->ours =
		    ours.u.record[i].value;
	for (uint32_t i = 0; i < count(base); i++)
		one_of(r, base.u.record[i].name)->base =
		    base.u.record[i].value;
	for (uint32_t i = 0; i < count(came); i++)
		one_of(r, arena_printf(r->w->a, "%.*s%.*s%.*s",
		    STR_ARG(r->f->prefix), STR_ARG(came.u.record[i].name),
		    STR_ARG(r->f->suffix)))->came = &came.u.record[i];
	for (uint32_t i = 0; i < count(theirs); i++) {
		const struct member *m = &theirs.u.record[i];
		uintptr_t at = (uintptr_t)table_get(&r->at, m->name);

		if (at != 0)
			r->list[at - 1].theirs = m->value;
	}
	for (size_t i = 0; i < r->n; i++) {
		merging_settle(r->w, &r->list[i].ours, 1);
		merging_settle(r->w, &r->list[i].base, 1);
		merging_settle(r->w, &r->list[i].theirs, 1);
	}
}

static struct member *
room(struct rest *r)
{
	return arena_array(r->w->a, r->n, sizeof(struct member));
}

static struct value
record(const struct member *m, uint32_t n)
{
	if (n == 0)
		return (struct value){ 0 };
	return (struct value){ .type = V_RECORD, .n = n, .u.record = m };
}

static int
decide_members(struct rest *r, enum value_compare how, struct err *e)
{
	struct work *w = r->w;
	struct member *them = room(r), *us = room(r), *base = room(r);
	uint32_t nthem = 0, nus = 0, nbase = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct one *x = &r->list[i];
		struct view v = { .n = 1, .how = &how, .ours = &x->ours,
			.base = &x->base, .theirs = &x->theirs,
			.raw = &x->theirs, .made = &x->made };
		struct merge_item *it = merging_item(w, r->f);
		struct value agreed;

		it->member = x->name;
		if (decide(&w->d, r->f, &v, it, e) != 0)
			return -1;
		if (it->decision == MERGE_TO_US && x->came == NULL)
			it->decision = MERGE_NOTHING;
		if (it->decision == MERGE_TO_US)
			us[nus++] = *x->came;
		if (it->decision == MERGE_TO_THEM &&
		    (!w->out->first || !value_nil(x->ours)) &&
		    x->ours.type != V_ABSENT)
			them[nthem++] = (struct member){ x->name, x->ours };
		agreed = merging_agreed(w, it, x->ours, x->theirs, x->base);
		if (agreed.type != V_ABSENT)
			base[nbase++] = (struct member){ x->name, agreed };
		w->out->nconflict += it->decision == MERGE_CONFLICT;
	}
	w->to_them[r->f->right[0]] = record(them, nthem);
	w->agreed[r->f->right[0]] = record(base, nbase);
	if (r->f->nleft > 0)
		w->to_us[r->f->left[0]] = record(us, nus);
	return 0;
}

int
merging_members(struct work *w, const struct unit_field *f, struct err *e)
{
	struct rest r = { .w = w, .f = f };
	struct value came = { 0 };
	unsigned slot = f->right[0];
	int failed;

	if (w->came != NULL && f->nleft > 0)
		came = w->came[f->left[0]];
	collect(&r, w->ours[slot], w->theirs[slot], w->base[slot], came);
	failed = decide_members(&r, w->map->forward->out[slot].compare, e);
	table_fini(&r.at);
	return failed;
}
