/*
 * The scanner accepts what jansson accepts, and nothing else, but for:
 *
 *   - nesting: 64 levels here, 2,048 there;
 *   - numbers: any size here; there an integer must fit 64 bits and a real
 *     must not overflow a double (json_error_numeric_overflow);
 *   - names with \u0000: read here, refused there even with JSON_ALLOW_NUL
 *     (json_error_null_byte_in_key);
 *   - a NUL byte right behind a number or a literal: refused here, skipped by
 *     jansson 2.14, whose lexer loses it when it steps back.
 *
 * The cursor agrees with the scan of the whole to the letter of the error,
 * and what is written from its parts reads back as the same value.
 */
#include "config.h"

#include <jansson.h>

#include "record_json.h"
#include "record/scan.h"

/* The text may nest too deeply: an upper bound, as strings are not skipped. */
static int
is_deep(struct str s)
{
	size_t open = 0;

	for (size_t i = 0; i < s.n; i++)
		open += s.p[i] == '[' || s.p[i] == '{';
	return open > RECORD_DEPTH;
}

static int
is_lost_nul(struct str s, const struct err *e)
{
	return e->at > 0 && e->at < s.n && s.p[e->at] == '\0' &&
	    strstr(e->text, "unexpected byte 0x00") == e->text &&
	    strchr("0123456789el", s.p[e->at - 1]) != NULL;
}

static void
against_jansson(struct str s, int accepted, const struct err *e)
{
	json_error_t error;
	json_t *json = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES |
	    JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	enum json_error_code code;

	if (json != NULL) {
		HOLDS(accepted || (e->code == ERR_LIMIT && is_deep(s)) ||
		    is_lost_nul(s, e),
		    "jansson accepts, we say: %s", e->text);
		json_decref(json);
		return;
	}
	code = json_error_code(&error);
	HOLDS(!accepted || code == json_error_numeric_overflow ||
	    code == json_error_null_byte_in_key,
	    "we accept, jansson says: %s", error.text);
}

/* The same text, entered container by container. */
static int
by_cursor(struct str text, struct scan_names *names, struct err *e)
{
	char open[RECORD_DEPTH + 1];
	struct value name, v;
	size_t depth = 0;
	struct scan s;
	int r;

	scan_init(&s, text, names);
	do {
		switch (scan_peek(&s)) {
		case SCAN_OBJECT:
			if (scan_object(&s, e) != 0)
				return -1;
			open[depth++] = '{';
			break;
		case SCAN_ARRAY:
			if (scan_array(&s, e) != 0)
				return -1;
			open[depth++] = '[';
			break;
		default:
			if (scan_value(&s, &v, e) != 0)
				return -1;
		}
		for (; depth > 0; depth--) {
			r = open[depth - 1] == '{' ?
			    scan_next(&s, &name, e) : scan_item(&s, e);
			if (r < 0)
				return -1;
			if (r == 1)
				break;
		}
	} while (depth > 0);
	return scan_end(&s, e);
}

static struct value
opened(struct value v, struct arena *a)
{
	struct value *list;
	struct member *m;

	v = value_open(v, a);
	if (v.type == V_TEXT)
		return value_text(value_str(v, a));
	if (v.type == V_LIST) {
		list = arena_array(a, v.n, sizeof(*list));
		for (uint32_t i = 0; i < v.n; i++)
			list[i] = opened(v.u.list[i], a);
		v.u.list = list;
	} else if (v.type == V_RECORD) {
		m = arena_array(a, v.n, sizeof(*m));
		for (uint32_t i = 0; i < v.n; i++)
			m[i] = (struct member){ v.u.record[i].name,
				opened(v.u.record[i].value, a) };
		v.u.record = m;
	}
	return v;
}

static struct value
parsed(struct str text, struct scan_names *names)
{
	struct value v = { 0 };
	struct scan s;
	struct err e;

	scan_init(&s, text, names);
	HOLDS(scan_value(&s, &v, &e) == 0 && scan_end(&s, &e) == 0, "%s",
	    e.text);
	return v;
}

static void
write_and_read(struct str s, struct scan_names *names)
{
	static const enum value_compare hows[] = { CMP_EXACT, CMP_DECIMAL,
		CMP_INSTANT, CMP_SET };
	struct arena a = { 0 };
	struct value v = parsed(s, names), w;
	struct buf b = { 0 }, x = { 0 }, y = { 0 };
	struct str again;

	value_write(&b, opened(v, &a));
	again = padded((const uint8_t *)b.p, b.n);
	w = parsed(again, names);
	for (size_t i = 0; i < COUNT(hows); i++) {
		HOLDS(value_equal(v, w, hows[i], &a), "%.*s", STR_ARG(again));
		buf_reset(&x);
		buf_reset(&y);
		value_canon(&x, v, hows[i], &a);
		value_canon(&y, w, hows[i], &a);
		HOLDS(str_eq(buf_str(&x), buf_str(&y)), "%.*s and %.*s",
		    STR_ARG(x), STR_ARG(y));
	}
	unpad(again);
	buf_fini(&b);
	buf_fini(&x);
	buf_fini(&y);
	arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = padded(data, size);
	struct scan_names *names = scan_names_new();
	struct err e = { 0 }, e2 = { 0 };
	int r = scan_check(s, names, &e);

	HOLDS(by_cursor(s, names, &e2) == r, "%s | %s", e.text, e2.text);
	HOLDS(e.at == e2.at && strcmp(e.text, e2.text) == 0, "%zu %s | %zu %s",
	    e.at, e.text, e2.at, e2.text);
	HOLDS(e.at <= s.n, "%zu of %zu", e.at, s.n);
	against_jansson(s, r == 0, &e);
	if (r == 0)
		write_and_read(s, names);
	scan_names_free(names);
	unpad(s);
	return 0;
}
