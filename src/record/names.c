/*
 * Names seen in open objects; names.h says how it works.  Belongs to one
 * thread; grows to what records need and stays.
 */
#include "record/names.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/size.h"
#include "record/scan.h"
#include "record/token.h"

#define FIRST ((size_t)256) /* places to begin with; a power of two */

struct name {
	uint64_t hash;
	const char *p;
	uint32_t n;
	uint32_t place; /* of the table that points here */
	uint32_t escaped;
};

struct scan_names {
	struct name *stack;
	uint32_t *table; /* size places, twice what the stack may hold */
	size_t size, top;
	uint32_t base[RECORD_DEPTH + 1]; /* where an object's names begin */
	struct name_seed seed;
	struct buf text, other; /* names decoded to be hashed, compared */
};

struct name_seed
name_seed(void)
{
	return (struct name_seed){ str_hash(STR("record names a")),
		str_hash(STR("record names b")) | 1 };
}

static void
allocate(struct scan_names *s, size_t size)
{
	s->size = size;
	s->table = calloc(size, sizeof(*s->table));
	s->stack = realloc(s->stack, size_mul(size / 2, sizeof(*s->stack)));
	if (s->table == NULL || s->stack == NULL)
		fatal("out of memory: %zu names", size);
}

struct scan_names *
scan_names_new(void)
{
	struct scan_names *s = calloc(1, sizeof(*s));

	if (s == NULL)
		fatal("out of memory: names");
	s->seed = name_seed();
	allocate(s, FIRST);
	return s;
}

void
scan_names_free(struct scan_names *s)
{
	if (s == NULL)
		return;
	free(s->stack);
	free(s->table);
	buf_fini(&s->text);
	buf_fini(&s->other);
	free(s);
}

void
names_reset(struct scan_names *s)
{
	s->top = 0;
}

void
names_open(struct scan_names *s, unsigned depth)
{
	assert(depth <= RECORD_DEPTH);
	s->base[depth] = (uint32_t)s->top;
}

void
names_close(struct scan_names *s, unsigned depth)
{
	s->top = s->base[depth];
}

/* In the order in which they came, or probe chains would break. */
static void
grow(struct scan_names *s)
{
	free(s->table);
	allocate(s, size_mul(s->size, 2));
	for (size_t i = 0; i < s->top; i++) {
		size_t at = s->stack[i].hash & (s->size - 1);

		while (s->table[at] < i &&
		    s->stack[s->table[at]].place == at)
			at = (at + 1) & (s->size - 1);
		s->stack[i].place = (uint32_t)at;
		s->table[at] = (uint32_t)i;
	}
}

static struct str
decode(struct buf *b, const char *p, uint32_t n)
{
	buf_reset(b);
	/* room for the hash to read behind it */
	b->n = token_unescape(p, n, buf_room(b, size_add(n, RECORD_PAD)));
	return buf_str(b);
}

static int
same(struct scan_names *s, const struct name *a, struct value b)
{
	struct str x = str_from(a->p, a->n), y = str_from(b.u.p, b.n);

	if (a->escaped)
		x = decode(&s->other, a->p, a->n);
	if (b.flags & VF_ESCAPED)
		y = decode(&s->text, b.u.p, b.n);
	return str_eq(x, y);
}

struct str
names_text(struct scan_names *s, struct value name)
{
	if (name.flags & VF_ESCAPED)
		return decode(&s->text, name.u.p, name.n);
	return str_from(name.u.p, name.n);
}

struct name_seed
names_seed(const struct scan_names *s)
{
	return s->seed;
}

int
names_add(struct scan_names *s, unsigned depth, struct value name)
{
	struct str text = names_text(s, name);

	return names_add_hash(s, depth, name,
	    name_hash(text.p, text.n, s->seed));
}

int
names_add_hash(struct scan_names *s, unsigned depth, struct value name,
    uint64_t hash)
{
	uint32_t base = s->base[depth], i;
	size_t at;

	/* the same name on every level must not be one long chain */
	hash += depth * 0x9e3779b97f4a7c15u;
	at = hash & (s->size - 1);
	for (;;) {
		i = s->table[at];
		if (i >= s->top || s->stack[i].place != at)
			break;
		if (i >= base && s->stack[i].hash == hash &&
		    same(s, &s->stack[i], name))
			return -1;
		at = (at + 1) & (s->size - 1);
	}
	i = (uint32_t)s->top++;
	s->table[at] = i;
	s->stack[i] = (struct name){ hash, name.u.p, name.n, (uint32_t)at,
		name.flags & VF_ESCAPED };
	if (s->top == s->size / 2)
		grow(s);
	return 0;
}
