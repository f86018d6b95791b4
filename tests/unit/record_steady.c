/*
 * Once warm, the record path allocates nothing: the linker sends what the
 * library asks of malloc through here (--wrap).
 */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "record.h"
#include "record/layout.h"

static size_t asked;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *
__wrap_malloc(size_t n)
{
	asked++;
	return __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	asked++;
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	asked++;
	return __real_realloc(p, n);
}

enum { SLOTS = 5 };

#ifdef HOSTILE
#define WARM 2000 /* never: each piece of an arena is a block of its own */
#else
#define WARM 1000
#endif

static struct layout *
build(struct arena *a)
{
	static const struct {
		struct str path[2];
		size_t n;
		enum value_compare how;
		unsigned flags;
	} fields[SLOTS] = {
	    { { STR("id") }, 1, CMP_EXACT, 0 },
	    { { STR("tags") }, 1, CMP_SET, 0 },
	    { { STR("amount") }, 1, CMP_DECIMAL, 0 },
	    { { STR("custom"), STR("a\nb") }, 2, CMP_EXACT, 0 },
	    { { STR("custom") }, 1, CMP_EXACT, LF_SPLICE },
	};
	struct layout *l = layout_new(a, SLOTS);

	for (size_t i = 0; i < SLOTS; i++)
		layout_add(l, fields[i].path, fields[i].n, i, fields[i].how,
		    fields[i].flags);
	layout_seal(l);
	return l;
}

/* Records that differ in everything: values, names, order and nesting. */
static struct str
record(uint64_t *seed, struct buf *b)
{
	buf_reset(b);
	buf_printf(b, "{\"skip%u\":[{\"x\":1,\"y\":[]}],",
	    (unsigned)(draw(seed) % 1000));
	if (draw(seed) % 2)
		buf_printf(b, "\"amount\":\"%u.50\",\"i\\u0064\":1,",
		    (unsigned)(draw(seed) % 1000));
	buf_puts(b, STR("\"custom\":{"));
	for (size_t i = draw(seed) % 100; i > 0; i--)
		buf_printf(b, "\"c%zu_%u\":\"\\u00e9 %u\",", i,
		    (unsigned)(draw(seed) % 10), (unsigned)(draw(seed) % 10));
	buf_printf(b, "\"a\\nb\":null},\"tags\":[%u,2,\"x\"]}",
	    (unsigned)(draw(seed) % 3));
	return padded(buf_str(b));
}

Test(record, allocates_nothing_once_warm)
{
	struct arena a = { 0 }, batch = { 0 };
	struct layout *l = build(&a);
	struct shape *sh = layout_shape(l, &a);
	struct reader *r = reader_new();
	struct scan_names *names = scan_names_new();
	struct value neu[SLOTS], old[SLOTS];
	struct buf text = { 0 }, out = { 0 };
	uint64_t seed = 11;
	struct err e;

	for (int n = 0; n < 2000; n++) {
		struct str x = record(&seed, &text), y = record(&seed, &text);

		asked = 0;
		cr_assert_eq(scan_check(x, names, &e), 0, "%s", e.text);
		cr_assert_eq(reader_read(r, sh, x, neu, &batch, &e), 0);
		cr_assert_eq(reader_read(r, sh, y, old, &batch, &e), 0);
		buf_reset(&out);
		layout_write(&out, l, neu, STR("\"\""));
		layout_diff(&out, l, neu, old, STR(""), NULL, &batch);
		layout_overlay(l, neu, old, neu, &batch);
		layout_canon(&out, l, neu, &batch);
		arena_reset(&batch);
		if (n == 0)
			cr_assert_gt(asked, 0); /* the count does count */
		if (n >= WARM)
			cr_assert_eq(asked, 0, "%zu in record %d", asked, n);
		unpad(x);
		unpad(y);
	}
	scan_names_free(names);
	reader_free(r);
	buf_fini(&text);
	buf_fini(&out);
	arena_fini(&batch);
	arena_fini(&a);
}
