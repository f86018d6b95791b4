/*
 * Values: words, text, and one level of a RAW opened.
 */
#include "record/value.h"

#include <assert.h>

#include "record/scan.h"
#include "record/token.h"

const char *
value_word(struct value v)
{
	static const char *const words[] = {
#define X(name, word) word,
		VALUE_TYPES(X)
#undef X
	};

	return words[v.type];
}

struct str
value_str(struct value v, struct arena *a)
{
	char *p;

	assert(v.type == V_TEXT);
	if (!(v.flags & VF_ESCAPED))
		return str_from(v.u.p, v.n);
	p = arena_alloc(a, v.n);
	return str_from(p, token_unescape(v.u.p, v.n, p));
}

/* Room for n more things of a size behind n old ones, doubling. */
static void *
more(struct arena *a, const void *old, size_t n, size_t size)
{
	char *p = arena_array(a, n < 8 ? 8 : 2 * n, size);

	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

static struct value
open_array(struct scan *s, struct arena *a)
{
	struct value *list = NULL;
	size_t n = 0, cap = 0;
	int r = scan_array(s, NULL);

	while (r == 0 && (r = scan_item(s, NULL)) == 1) {
		if (n == cap) {
			list = more(a, list, n, sizeof(*list));
			cap = n < 8 ? 8 : 2 * n;
		}
		r = scan_value(s, &list[n++], NULL);
	}
	assert(r == 0);
	return (struct value){ .type = V_LIST, .n = (uint32_t)n,
		.u.list = list };
}

static struct value
open_object(struct scan *s, struct arena *a)
{
	struct member *record = NULL;
	struct value name;
	size_t n = 0, cap = 0;
	int r = scan_object(s, NULL);

	while (r == 0 && (r = scan_next(s, &name, NULL)) == 1) {
		if (n == cap) {
			record = more(a, record, n, sizeof(*record));
			cap = n < 8 ? 8 : 2 * n;
		}
		record[n].name = value_str(name, a);
		r = scan_value(s, &record[n++].value, NULL);
	}
	assert(r == 0);
	return (struct value){ .type = V_RECORD, .n = (uint32_t)n,
		.u.record = record };
}

struct value
value_open(struct value v, struct arena *a)
{
	struct scan s;

	if (v.type != V_RAW)
		return v;
	scan_init(&s, str_from(v.u.p, v.n), NULL);
	if (scan_peek(&s) == SCAN_OBJECT)
		return open_object(&s, a);
	return open_array(&s, a);
}

/* Search a RAW object without opening it. */
static struct value
raw_member(struct value raw, struct str want, struct arena *a)
{
	struct value name, v = { 0 };
	struct scan s;
	int r;

	scan_init(&s, str_from(raw.u.p, raw.n), NULL);
	if (scan_peek(&s) != SCAN_OBJECT)
		return v;
	r = scan_object(&s, NULL);
	while (r == 0 && (r = scan_next(&s, &name, NULL)) == 1) {
		r = scan_value(&s, &v, NULL);
		if (str_eq(value_str(name, a), want))
			return v;
	}
	assert(r == 0);
	return (struct value){ 0 };
}

struct value
value_member(struct value v, struct str name, struct arena *a)
{
	if (value_nil(v))
		return v;
	if (v.type == V_RAW)
		return raw_member(v, name, a);
	if (v.type == V_RECORD) {
		for (uint32_t i = 0; i < v.n; i++) {
			if (str_eq(v.u.record[i].name, name))
				return v.u.record[i].value;
		}
	}
	return (struct value){ 0 };
}
