/*
 * Shapes are built: a tree of nodes while paths are added, then at the seal
 * one flat array of fields with a hash table for each object.
 */
#include "record/shape.h"

#include <assert.h>

#include "base/clock.h"
#include "base/size.h"
#include "record/plan.h"
#include "record/span.h"
#include "record/write.h"

struct shape *
shape_new(struct arena *a, size_t nslots)
{
	struct shape *sh = arena_new(a, struct shape);

	sh->arena = a;
	sh->nslots = nslots;
	sh->whole = SLOT_NONE;
	sh->root = arena_new(a, struct node);
	sh->root->rest = SLOT_NONE;
	return sh;
}

static struct field *
find(struct node *n, struct str name)
{
	for (struct field *f = n->list; f != NULL; f = f->next) {
		if (str_eq(f->name, name))
			return f;
	}
	return NULL;
}

/* The field of that name, made where it is missing. */
static struct field *
field(struct shape *sh, struct node *n, struct str name)
{
	struct field *f = find(n, name), **at = &n->list;

	if (f != NULL)
		return f;
	f = arena_new(sh->arena, struct field);
	f->name = arena_str(sh->arena, name);
	f->slot = SLOT_NONE;
	while (*at != NULL)
		at = &(*at)->next;
	*at = f;
	n->count++;
	sh->nfields++;
	return f;
}

/* The object at the path, made where it is missing. */
static struct node *
node(struct shape *sh, const struct str *path, size_t n)
{
	struct node *at = sh->root;

	assert(sh->stamp == 0 && n < RECORD_DEPTH);
	for (size_t i = 0; i < n; i++) {
		struct field *f = field(sh, at, path[i]);

		if (f->node == NULL) {
			f->node = arena_new(sh->arena, struct node);
			f->node->rest = SLOT_NONE;
		}
		at = f->node;
	}
	return at;
}

size_t
shape_add(struct shape *sh, const struct str *path, size_t n, size_t slot)
{
	size_t *at = &sh->whole;

	assert(slot < sh->nslots);
	if (n > 0)
		at = &field(sh, node(sh, path, n - 1), path[n - 1])->slot;
	if (*at == SLOT_NONE)
		*at = slot;
	return *at;
}

void
shape_rest(struct shape *sh, const struct str *path, size_t n, size_t slot)
{
	struct node *at = node(sh, path, n);

	assert(slot < sh->nslots && at->rest == SLOT_NONE);
	at->rest = slot;
}

/* The name as it stands in most records, to be compared with them. */
static void
literal(struct shape *sh, struct field *f)
{
	struct buf b = { 0 };

	write_text(&b, f->name);
	if (b.n == f->name.n + 2) { /* no escape */
		buf_putc(&b, ':');
		f->text = arena_zalloc(sh->arena, size_add(b.n, SPAN));
		memcpy(f->text, b.p, b.n);
		f->text_n = b.n;
	}
	buf_fini(&b);
}

static void
hash_fields(struct shape *sh, struct node *n)
{
	struct buf b = { 0 };
	size_t size = 4;

	while (size < n->count * 2)
		size *= 2;
	n->table = arena_array(sh->arena, size, sizeof(*n->table));
	n->mask = size - 1;
	for (size_t i = 0; i < n->count; i++) {
		struct field *f = &sh->fields[n->first + i];
		size_t at;

		buf_reset(&b); /* the hash reads behind the name */
		memset(buf_room(&b, size_add(f->name.n, 8)), 0,
		    f->name.n + 8);
		if (f->name.n > 0)
			memcpy(b.p, f->name.p, f->name.n);
		f->hash = name_hash(b.p, f->name.n, sh->seed);
		at = f->hash & n->mask;
		while (n->table[at] != 0)
			at = (at + 1) & n->mask;
		n->table[at] = (uint32_t)(i + 1);
	}
	buf_fini(&b);
}

/* Recursion is as deep as paths are long: below RECORD_DEPTH. */
static void
seal(struct shape *sh, struct node *n, size_t *next)
{
	size_t below = n->rest != SLOT_NONE;

	n->id = sh->nfields + sh->nnodes++;
	n->first = *next;
	for (struct field *f = n->list; f != NULL; f = f->next) {
		literal(sh, f);
		sh->fields[(*next)++] = *f;
	}
	hash_fields(sh, n);
	for (size_t i = 0; i < n->count; i++) {
		struct field *f = &sh->fields[n->first + i];

		below += f->slot != SLOT_NONE;
		if (f->node != NULL) {
			seal(sh, f->node, next);
			below += f->node->nbelow;
		}
	}
	n->below = arena_array(sh->arena, below, sizeof(*n->below));
	if (n->rest != SLOT_NONE)
		n->below[n->nbelow++] = n->rest;
	for (size_t i = 0; i < n->count; i++) {
		struct field *f = &sh->fields[n->first + i];

		if (f->slot != SLOT_NONE)
			n->below[n->nbelow++] = f->slot;
		for (size_t j = 0; f->node != NULL && j < f->node->nbelow; j++)
			n->below[n->nbelow++] = f->node->below[j];
	}
}

void
shape_seal(struct shape *sh)
{
	size_t next = 0;

	assert(sh->stamp == 0);
	sh->seed = name_seed();
	sh->fields = arena_array(sh->arena, sh->nfields, sizeof(*sh->fields));
	seal(sh, sh->root, &next);
	sh->stamp = clock_mono_ns();
}
