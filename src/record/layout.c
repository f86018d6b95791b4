/*
 * Layouts are built: a tree while fields are added, then at the seal two flat
 * programs, in the order of writing and in the order of names.
 */
#include "record/layout.h"

#include <assert.h>
#include <stdlib.h>

#include "base/size.h"
#include "record/steps.h"
#include "record/write.h"

enum place_kind { PLACE_FIELD, PLACE_OBJECT, PLACE_SPLICE };

/* A place of the target in the tree. */
struct place {
	enum place_kind kind;
	struct str name;
	size_t slot;
	enum value_compare how;
	unsigned flags;
	struct place *below, *next; /* in the order in which they came */
	struct target *target;      /* of an object */
};

struct layout *
layout_new(struct arena *a, size_t nslots)
{
	struct layout *l = arena_new(a, struct layout);

	l->arena = a;
	l->nslots = nslots;
	l->root = arena_new(a, struct place);
	l->root->kind = PLACE_OBJECT;
	l->nsteps = 2; /* the root opens and closes */
	l->splices = arena_array(a, nslots / 64 + 1, sizeof(*l->splices));
	return l;
}

static struct place *
find(struct place *in, enum place_kind kind, struct str name)
{
	for (struct place *p = in->below; p != NULL; p = p->next) {
		if ((p->kind == PLACE_SPLICE) == (kind == PLACE_SPLICE) &&
		    str_eq(p->name, name))
			return p;
	}
	return NULL;
}

static struct place *
add(struct layout *l, struct place *in, enum place_kind kind, struct str name)
{
	struct place *p = arena_new(l->arena, struct place), **at;

	p->kind = kind;
	p->name = arena_str(l->arena, name);
	for (at = &in->below; *at != NULL; at = &(*at)->next)
		continue;
	*at = p;
	l->nsteps += kind == PLACE_OBJECT ? 2 : 1;
	return p;
}

void
layout_add(struct layout *l, const struct str *path, size_t n, size_t slot,
    enum value_compare how, unsigned flags)
{
	enum place_kind kind = flags & LF_SPLICE ? PLACE_SPLICE : PLACE_FIELD;
	size_t objects = kind == PLACE_SPLICE ? n : n - 1;
	struct place *in = l->root, *p;
	struct str name = STR("");

	assert(l->steps == NULL && slot < l->nslots);
	assert(objects < RECORD_DEPTH);
	for (size_t i = 0; i < objects; i++) {
		p = find(in, PLACE_OBJECT, path[i]);
		if (p == NULL)
			p = add(l, in, PLACE_OBJECT, path[i]);
		assert(p->kind == PLACE_OBJECT); /* not also a field */
		in = p;
	}
	if (kind == PLACE_FIELD)
		name = path[n - 1];
	/* each field once; one splice an object */
	assert(find(in, kind, name) == NULL);
	p = add(l, in, kind, name);
	p->slot = slot;
	p->how = how;
	p->flags = flags;
	if (kind == PLACE_SPLICE)
		l->splices[slot / 64] |= (uint64_t)1 << slot % 64;
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp((*(struct place *const *)a)->name,
	    (*(struct place *const *)b)->name);
}

static struct target *
target_new(struct layout *l, const struct place *in)
{
	struct target *t = arena_new(l->arena, struct target);
	size_t n = 0;

	t->splice = SLOT_NONE;
	for (const struct place *p = in->below; p != NULL; p = p->next) {
		if (p->kind == PLACE_SPLICE)
			t->splice = p->slot;
		else
			n++;
	}
	t->names = arena_array(l->arena, n, sizeof(*t->names));
	for (const struct place *p = in->below; p != NULL; p = p->next) {
		if (p->kind != PLACE_SPLICE)
			t->names[t->n++] = p->name;
	}
	if (n > 1)
		qsort(t->names, n, sizeof(*t->names), by_text);
	return t;
}

static struct str
key_text(struct layout *l, const struct place *p)
{
	struct buf b = { 0 };
	struct str text;
	size_t n;

	if (p != l->root) {
		buf_putc(&b, ',');
		write_text(&b, p->name);
		buf_putc(&b, ':');
	}
	if (p->kind == PLACE_OBJECT)
		buf_putc(&b, '{');
	n = b.n;
	memset(buf_room(&b, 2 * KEY_PAD), 0, 2 * KEY_PAD);
	b.n += 2 * KEY_PAD;
	text = arena_str(l->arena, buf_str(&b));
	buf_fini(&b);
	return str_from(text.p, n);
}

/* Recursion is as deep as paths are long: below RECORD_DEPTH. */
static struct step *
flatten(struct layout *l, struct place *p, int sorted, struct step *at)
{
	struct place **below;
	size_t n = 0;

	if (p->kind == PLACE_SPLICE) {
		*at++ = (struct step){ .op = STEP_SPLICE, .flags = p->flags,
			.how = p->how, .slot = p->slot };
		return at;
	}
	*at++ = (struct step){ p->kind == PLACE_FIELD ? STEP_FIELD : STEP_OPEN,
		p->flags, p->how, p->slot, p->name, key_text(l, p), NULL };
	if (p->kind == PLACE_FIELD)
		return at;
	if (p->target == NULL)
		p->target = target_new(l, p);
	at[-1].target = p->target;
	for (struct place *c = p->below; c != NULL; c = c->next)
		n++;
	below = arena_array(l->arena, n, sizeof(*below));
	n = 0;
	for (struct place *c = p->below; c != NULL; c = c->next)
		below[n++] = c;
	if (sorted && n > 1)
		qsort(below, n, sizeof(struct place *), by_name);
	for (size_t i = 0; i < n; i++) {
		struct step *child = at;

		at = flatten(l, below[i], sorted, at);
		if (child->op == STEP_SPLICE)
			child->target = p->target;
	}
	*at++ = (struct step){ .op = STEP_CLOSE };
	return at;
}

void
layout_seal(struct layout *l)
{
	struct step *end;

	assert(l->steps == NULL);
	l->steps = arena_array(l->arena, l->nsteps, sizeof(*l->steps));
	l->ordered = arena_array(l->arena, l->nsteps, sizeof(*l->ordered));
	end = flatten(l, l->root, 0, l->steps);
	assert(end == l->steps + l->nsteps);
	end = flatten(l, l->root, 1, l->ordered);
	assert(end == l->ordered + l->nsteps);
	(void)end;
}

void
layout_walk(const struct layout *l, layout_field_fn *fn, void *arg)
{
	struct str path[RECORD_DEPTH + 1];
	size_t depth = 0;

	assert(l->steps != NULL);
	/* step 0 opens the root, which has no name */
	for (size_t i = 1; i + 1 < l->nsteps; i++) {
		const struct step *s = &l->steps[i];

		switch (s->op) {
		case STEP_FIELD:
			path[depth] = s->name;
			fn(arg, path, depth + 1, s->slot, s->flags);
			break;
		case STEP_OPEN:
			path[depth++] = s->name;
			break;
		case STEP_SPLICE:
			fn(arg, path, depth, s->slot, s->flags | LF_SPLICE);
			break;
		case STEP_CLOSE:
			depth--;
			break;
		}
	}
}

static void
read_back(void *arg, const struct str *path, size_t n, size_t slot,
    unsigned flags)
{
	if (flags & LF_SPLICE)
		shape_rest(arg, path, n, slot);
	else
		shape_add(arg, path, n, slot);
}

struct shape *
layout_shape(const struct layout *l, struct arena *a)
{
	struct shape *sh = shape_new(a, l->nslots);

	layout_walk(l, read_back, sh);
	shape_seal(sh);
	return sh;
}

size_t
layout_nslots(const struct layout *l)
{
	return l->nslots;
}

int
target_has(const struct target *t, struct str name)
{
	return t->n > 0 && bsearch(&name, t->names, t->n, sizeof(*t->names),
	    by_text) != NULL;
}

size_t
splice_count(struct value v)
{
	assert(value_nil(v) || v.type == V_RECORD);
	return v.type == V_RECORD ? v.n : 0;
}

int
splice_writes(const struct target *t, const struct member *m)
{
	return m->value.type != V_ABSENT && !target_has(t, m->name);
}
