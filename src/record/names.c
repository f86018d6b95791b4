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

/* In the order in which they came, or probe chains would break. */
void
names_grow(struct scan_names *s)
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

int
names_same(struct scan_names *s, const struct name_seen *seen,
    const struct value *name)
{
	struct str x = str_from(seen->p, seen->n);

	if (seen->escaped)
		x = decode(&s->other, seen->p, seen->n);
	return str_eq(x, names_text(s, name));
}

struct str
names_decode(struct scan_names *s, const struct value *name)
{
	return decode(&s->text, name->u.p, name->n);
}
