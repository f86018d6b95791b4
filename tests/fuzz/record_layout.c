/*
 * Two records, a line each: what patch, overlay, write and canon promise
 * about any two records of a layout.
 */
#include "config.h"

#include "record_json.h"
#include "record/layout.h"

enum { SLOTS = 7 };

static struct layout *
build(struct arena *a)
{
	static const struct {
		struct str path[3];
		size_t n;
		enum value_compare how;
		unsigned flags;
	} fields[SLOTS] = {
	    { { STR("a") }, 1, CMP_EXACT, 0 },
	    { { STR("b"), STR("a") }, 2, CMP_SET, 0 },
	    { { STR("b") }, 1, CMP_EXACT, LF_SPLICE },
	    { { STR("b"), STR("c"), STR("b") }, 3, CMP_DECIMAL, 0 },
	    { { STR("c") }, 1, CMP_DECIMAL, 0 },
	    { { STR("b"), STR("b") }, 2, CMP_EXACT, 0 },
	    { { STR("\xc3\xa9") }, 1, CMP_EXACT, LF_CREATE_ONLY },
	};
	struct layout *l = layout_new(a, SLOTS);

	for (size_t i = 0; i < SLOTS; i++)
		layout_add(l, fields[i].path, fields[i].n, i, fields[i].how,
		    fields[i].flags);
	layout_seal(l);
	return l;
}

static struct str
canonical(const struct layout *l, const struct value *slots, struct arena *a)
{
	struct buf b = { 0 };
	struct str s;

	layout_canon(&b, l, slots, a);
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* Read what was written back; its text is left to the arena. */
static void
again(struct reader *r, const struct shape *sh, const struct buf *b,
    struct value *slots, struct arena *a)
{
	struct str s = padded((const uint8_t *)b->p, b->n);
	struct err e;

	arena_defer(a, free, (void *)(uintptr_t)s.p);
	HOLDS(reader_read(r, sh, s, slots, a, &e) == 0, "%.*s: %s",
	    STR_ARG(s), e.text);
}

static void
check(const struct layout *l, struct reader *r, const struct shape *sh,
    struct value *neu, struct value *old, struct arena *a)
{
	struct value over[SLOTS], got[SLOTS];
	struct buf b = { 0 };
	struct str was, is;
	size_t n;

	layout_write(&b, l, neu, STR(""));
	again(r, sh, &b, got, a);
	HOLDS(str_eq(canonical(l, got, a), canonical(l, neu, a)), "%.*s",
	    STR_ARG(b));
	neu[6] = old[6] = (struct value){ 0 }; /* not in patches */
	buf_reset(&b);
	n = layout_diff(&b, l, neu, old, STR(""), NULL, a);
	HOLDS((n == 0) == (b.n == 0), "%zu, %.*s", n, STR_ARG(b));
	layout_overlay(l, neu, old, over, a);
	was = canonical(l, old, a);
	is = canonical(l, over, a);
	HOLDS((n == 0) == str_eq(was, is), "%zu: %.*s and %.*s", n,
	    STR_ARG(was), STR_ARG(is));
	HOLDS(layout_diff(NULL, l, neu, over, STR(""), NULL, a) == 0,
	    "%.*s", STR_ARG(is));
	if (n > 0) {
		again(r, sh, &b, got, a);
		HOLDS(layout_diff(NULL, l, got, old, STR(""), NULL, a) == n,
		    "%zu, %.*s", n, STR_ARG(b));
		layout_overlay(l, got, old, got, a);
		was = canonical(l, got, a);
		HOLDS(str_eq(was, is), "%.*s and %.*s", STR_ARG(was),
		    STR_ARG(is));
	}
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t n = line != NULL ? (size_t)(line - data) : size;
	struct str first = padded(data, n);
	struct str second = padded(data + n, size - n);
	struct reader *r = reader_new();
	struct arena a = { 0 };
	struct layout *l = build(&a);
	struct shape *sh = layout_shape(l, &a);
	struct value neu[SLOTS], old[SLOTS];

	if (reader_read(r, sh, first, neu, &a, NULL) == 0 &&
	    reader_read(r, sh, second, old, &a, NULL) == 0)
		check(l, r, sh, neu, old, &a);
	arena_fini(&a);
	reader_free(r);
	unpad(first);
	unpad(second);
	return 0;
}
