/*
 * The forms of a merge's records: mapped there and back, and theirs in the
 * form that ours would send.
 */
#include "vm/merging.h"

#include "vm/run.h"

static const char nothing[2 + RECORD_PAD] = "{}";

struct str
merging_keep(struct work *w, struct buf *b)
{
	char *p = arena_zalloc(w->a, b->n + RECORD_PAD);
	size_t n = b->n;

	if (n > 0)
		memcpy(p, b->p, n);
	buf_fini(b);
	return str_from(p, n);
}

struct value *
merging_slots(struct work *w, const struct prog_func *main)
{
	return arena_array(w->a, main->nout, sizeof(struct value));
}

void
merging_settle(struct work *w, struct value *v, unsigned n)
{
	if (w->clear.type == V_ABSENT)
		return;
	for (unsigned i = 0; i < n; i++)
		if (v[i].type == V_TEXT &&
		    value_equal(v[i], w->clear, CMP_EXACT, w->a))
			v[i] = value_null();
}

int
merging_map(struct work *w, const struct prog *p, struct str json,
    struct str old, struct value **out, struct err *e)
{
	struct vm_frame f;

	if (vm_map(w->vm, p, json, &f, w->a, e) != 0 ||
	    vm_put(w->vm, p, old, &f, w->a, e) != 0)
		return -1;
	*out = merging_slots(w, &p->funcs[0]);
	memcpy(*out, f.out, p->funcs[0].nout * sizeof(**out));
	if (p == w->map->forward)
		merging_settle(w, *out, w->right->nout);
	return 0;
}

/* Does any of the field's right slots differ from what it is compared with? */
static int
stands_out(struct work *w, const struct unit_field *f, const struct value *x,
    const struct value *y)
{
	for (unsigned i = 0; i < f->nright; i++)
		if (!value_equal(x[f->right[i]], y[f->right[i]],
		    w->map->forward->out[f->right[i]].compare, w->a))
			return 1;
	return 0;
}

static int
all_there(const struct unit_field *f, const struct value *left)
{
	for (unsigned i = 0; i < f->nleft; i++)
		if (left[f->left[i]].type == V_ABSENT)
			return 0;
	return f->nleft > 0;
}

struct str
merging_with(struct work *w, struct str record, const struct layout *l,
    const struct value *slots)
{
	struct buf patch = { 0 }, whole = { 0 };

	layout_write(&patch, l, slots, STR("null"));
	value_patch(&whole, record.n ? record : str_from(nothing, 2),
	    merging_keep(w, &patch), w->a);
	return merging_keep(w, &whole);
}

struct value *
merging_ours(struct work *w, const struct value *left, struct str old)
{
	struct str whole = merging_with(w, w->in->ours, w->left->layout, left);
	struct value *out;

	return merging_map(w, w->map->forward, whole, old, &out, NULL) == 0 ?
	    out : NULL;
}

/* Ours with nothing in the lists that what comes is fitted into. */
static struct str
without_lists(struct work *w)
{
	struct value *left = merging_slots(w, w->left);
	unsigned n = 0;

	for (uint32_t i = 0; i < w->map->nfield; i++)
		for (unsigned k = 0; w->map->fields[i].fitted &&
		    k < w->map->fields[i].nleft; k++, n++)
			left[w->map->fields[i].left[k]].type = V_LIST;
	return n == 0 || w->in->ours.n == 0 ? w->in->ours :
	    merging_with(w, w->in->ours, w->left->layout, left);
}

/*
 * Bring the recoded fields of right, which json has, to the form that ours
 * sends.  What does not come back whole stays as it is, and so does all when
 * it cannot be mapped.
 */
static struct value *
canonical(struct work *w, struct str json, struct value *right)
{
	struct value *some = merging_slots(w, w->left), *left, *sent, *out;
	unsigned n = 0;

	if (merging_map(w, w->map->backward, json, without_lists(w), &left,
	    NULL) != 0)
		return right;
	for (uint32_t i = 0; i < w->map->nfield; i++) {
		const struct unit_field *f = &w->map->fields[i];

		if (!f->recoded || f->nright == 0 || !all_there(f, left))
			continue;
		for (unsigned k = 0; k < f->nleft; k++)
			some[f->left[k]] = left[f->left[k]];
		n++;
	}
	if (n == 0 || (sent = merging_ours(w, some, json)) == NULL)
		return right;
	out = merging_slots(w, w->right);
	memcpy(out, right, w->right->nout * sizeof(*out));
	for (uint32_t i = 0; i < w->map->nfield; i++) {
		const struct unit_field *f = &w->map->fields[i];

		if (!f->recoded || !all_there(f, some))
			continue;
		for (unsigned k = 0; k < f->nright; k++)
			if (out[f->right[k]].type != V_ABSENT &&
			    sent[f->right[k]].type != V_ABSENT)
				out[f->right[k]] = sent[f->right[k]];
	}
	return out;
}

/* Whether some recoded field differs, so that its form matters. */
static int
form_matters(struct work *w, const struct value *x, const struct value *y)
{
	for (uint32_t i = 0; i < w->map->nfield; i++)
		if (w->map->fields[i].recoded && w->map->fields[i].nleft > 0 &&
		    stands_out(w, &w->map->fields[i], x, y))
			return 1;
	return 0;
}

/* Whether anything of theirs can come to us. */
static int
may_come(struct work *w)
{
	if (w->in->theirs.n == 0)
		return 0;
	for (uint32_t i = 0; i < w->map->nfield; i++) {
		const struct unit_field *f = &w->map->fields[i];

		if (f->nleft > 0 && (f->nright == 0 || w->out->first ||
		    stands_out(w, f, w->theirs, w->base)))
			return 1;
	}
	return 0;
}

/*
 * The form of theirs and of base.  A base that was learned from a reply has
 * their form, so what is as it was must stay so.
 */
int
merging_form(struct work *w, struct err *e)
{
	const struct value *was = w->base;

	if (may_come(w) && merging_map(w, w->map->backward, w->in->theirs,
	    w->in->ours, &w->came, e) != 0)
		return err_prefix(e, "theirs");
	if (!w->out->first && form_matters(w, w->ours, w->base))
		w->base = canonical(w, w->in->base, w->base);
	/* what ours is fitted into has the form that it is compared in */
	if (w->base != was && w->in->ours.n > 0 &&
	    w->map->forward->put > 0 && merging_map(w, w->map->forward,
	    w->in->ours, merging_with(w, w->in->base, w->right->layout,
	    w->base), &w->ours, e) != 0)
		return err_prefix(e, "ours");
	w->canon = merging_slots(w, w->right);
	memcpy(w->canon, w->theirs, w->right->nout * sizeof(*w->canon));
	if (w->came != NULL && form_matters(w, w->theirs, w->out->first ?
	    w->ours : w->base))
		w->canon = canonical(w, w->in->theirs, w->theirs);
	for (uint32_t i = 0; i < w->map->nfield && !w->out->first; i++) {
		const struct unit_field *f = &w->map->fields[i];

		if (f->rest || stands_out(w, f, w->theirs, was))
			continue;
		for (unsigned k = 0; k < f->nright; k++)
			w->canon[f->right[k]] = w->base[f->right[k]];
	}
	return 0;
}

