/* The reader fills the slots that a slow walk would fill, and checks all. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "record.h"
#include "record/shape.h"

static struct reader *reader;
static struct arena arena;

static void
set_up(void)
{
	reader = reader_new();
}

static void
tear_down(void)
{
	reader_free(reader);
	arena_fini(&arena);
}

TestSuite(shape, .init = set_up, .fini = tear_down);

/* "a.b" into two names; "" is no name.  n + 1 slices at most. */
static size_t
split(const char *z, struct str *path)
{
	size_t n = 0;

	while (*z != '\0') {
		path[n] = str_from(z, strcspn(z, "."));
		z += path[n].n + (z[path[n].n] == '.');
		n++;
	}
	return n;
}

/*
 * A shape from "/ a b.c a.*": each path gets the next slot; / is the whole
 * record, * the rest of an object.  *n is set to the number of slots.
 */
static struct shape *
shape(const char *spec, size_t *n)
{
	char word[64];
	struct str path[RECORD_DEPTH];
	struct shape *sh = shape_new(&arena, 32);
	size_t slot = 0, names;
	int used;

	for (; sscanf(spec, "%63s%n", word, &used) == 1; spec += used) {
		names = split(strcmp(word, "/") == 0 ? "" : word, path);
		if (names > 0 && str_eq(path[names - 1], STR("*")))
			shape_rest(sh, path, names - 1, slot);
		else
			cr_assert_eq(shape_add(sh, path, names, slot), slot);
		slot++;
	}
	shape_seal(sh);
	*n = slot;
	return sh;
}

/* The slots as "1|absent|{...}". */
static struct str
shown(const struct value *slots, size_t n)
{
	struct buf b = { 0 };
	struct str s;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(&b, '|');
		if (slots[i].type == V_ABSENT)
			buf_puts(&b, STR("absent"));
		else
			value_write(&b, slots[i]);
	}
	s = arena_str(&arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

Test(shape, fills_slots)
{
	static const struct {
		const char *spec;
		struct str json, want;
	} cases[] = {
	    { "a b", STR("{\"a\":1,\"b\":\"x\"}"), STR("1|\"x\"") },
	    { "a b", STR("{\"b\":1,\"a\":\"x\"}"), STR("\"x\"|1") },
	    { "a b", STR("{}"), STR("absent|absent") },
	    { "a b", STR(" { \"b\" : null , \"z\" : [ ] } "),
	      STR("absent|null") },
	    { "a", STR("{\"a\":[1, {\"a\":2}]}"), STR("[1, {\"a\":2}]") },
	    { "a", STR("{\"\\u0061\":\"\\u0061\"}"), STR("\"\\u0061\"") },
	    { "a.b a.c d", STR("{\"d\":0,\"a\":{\"c\":2,\"x\":{},\"b\":1}}"),
	      STR("1|2|0") },
	    { "a.b a.c d", STR("{\"a\":null}"), STR("null|null|absent") },
	    { "a.b a.c d", STR("{\"a\":{}}"), STR("absent|absent|absent") },
	    { "a.b.c a.b.d.e a.f", STR("{\"a\":{\"b\":null,\"f\":1}}"),
	      STR("null|null|1") },
	    { "a a.b", STR("{\"a\": { \"b\" : 1 } }"),
	      STR("{ \"b\" : 1 }|1") },
	    { "a a.b a.*", STR("{\"a\":null}"), STR("null|null|null") },
	    { "a a.b a.*", STR("{}"), STR("absent|absent|absent") },
	    { "/", STR(" {\"a\": 1} "), STR("{\"a\": 1}") },
	    { "/ a * b.c", STR("{\"a\":1,\"x\":2,\"b\":{\"d\":3}}"),
	      STR("{\"a\":1,\"x\":2,\"b\":{\"d\":3}}|1|{\"x\":2}|absent") },
	    { "a *", STR("{\"a\":1}"), STR("1|{}") },
	    { "a *", STR("{\"x\\n\":[1, 2],\"a\":1,\"y\":null}"),
	      STR("1|{\"x\\n\":[1, 2],\"y\":null}") },
	    { "* a.* a.b.*", STR("{\"1\":1,\"a\":{\"2\":2,\"b\":{\"3\":3,"
	      "\"4\":4},\"5\":5},\"6\":6}"),
	      STR("{\"1\":1,\"6\":6}|{\"2\":2,\"5\":5}|{\"3\":3,\"4\":4}") },
	    { "a_name_of_14by a_name_of_15byt a_name_of_16byte "
	      "a_name_that_is_longer_than_two_times_sixteen_bytes",
	      STR("{\"a_name_of_14by\":1,\"a_name_of_15byt\":2,"
	      "\"a_name_of_16byte\":3,"
	      "\"a_name_that_is_longer_than_two_times_sixteen_bytes\":4}"),
	      STR("1|2|3|4") },
	    { "n\"q", STR("{\"n\\\"q\":1}"), STR("1") },
	    { "\xc3\xa9", STR("{\"\xc3\xa9\":1}"), STR("1") },
	    { "\xc3\xa9", STR("{\"\\u00e9\":1}"), STR("1") },
	    { "a", STR("{\"a\":19.99}"), STR("19.99") },
	    { "a", STR("{\"a\":1e400}"), STR("1e400") },
	    { "a", STR("{\"a\":12345678901234567890.12}"),
	      STR("12345678901234567890.12") },
	};
	struct value slots[32];
	struct err e;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str json = padded(cases[i].json);
		size_t n;
		struct shape *sh = shape(cases[i].spec, &n);

		/* the second time the bets of the first are taken */
		for (int turn = 0; turn < 2; turn++) {
			memset(slots, 0xff, sizeof(slots));
			cr_assert_eq(reader_read(reader, sh, json, slots,
			    &arena, &e), 0, "%.*s: %s", STR_ARG(json), e.text);
			cr_expect(str_eq(shown(slots, n), cases[i].want),
			    "%.*s -> %.*s", STR_ARG(json),
			    STR_ARG(shown(slots, n)));
			for (size_t k = n; k < 32; k++)
				cr_expect_eq(slots[k].type, V_ABSENT);
		}
		unpad(json);
	}
}

Test(shape, refuses)
{
	static const struct {
		const char *spec;
		struct str json;
		size_t at;
		const char *error;
	} cases[] = {
	    { "a", STR(""), 0, "the text ends too early, expected an object" },
	    { "a", STR("[]"), 0, "unexpected '[', expected an object" },
	    { "a", STR("null"), 0, "unexpected 'n', expected an object" },
	    { "a", STR("\xef\xbb\xbf{}"), 0,
	      "the text begins with a byte order mark, remove it" },
	    { "a", STR("{} x"), 3,
	      "unexpected 'x', expected nothing behind the value" },
	    { "a", STR("{\"a\":1,}"), 7,
	      "unexpected '}', expected a name in double quotes" },
	    { "a", STR("{,}"), 1,
	      "unexpected ',', expected a name in double quotes" },
	    { "a", STR("{\"a\" 1}"), 5,
	      "unexpected '1', expected a colon behind the name" },
	    { "a", STR("{\"a\":1 \"b\":2}"), 7,
	      "unexpected '\"', expected a comma or }" },
	    { "a", STR("{\"a\":1]"), 6,
	      "unexpected ']', expected a comma or }" },
	    { "a", STR("{\"a\":1"), 6,
	      "the text ends too early, expected a comma or }" },
	    { "a", STR("{\"a\""), 4,
	      "the text ends too early, expected a colon behind the name" },
	    { "a", STR("{\"a"), 1, "a string is not closed" },
	    { "a", STR("{\"a\":01}"), 5, "a number has no leading zeros, "
	      "drop them or write a string" },
	    { "a", STR("{\"b\":01}"), 5, "a number has no leading zeros, "
	      "drop them or write a string" },
	    { "a", STR("{\"b\":[1,}"), 8, "unexpected '}', expected a value" },
	    { "a", STR("{\"b\":\"\xff\"}"), 6,
	      "byte 0xff is not UTF-8 here, send the text as UTF-8" },
	    /* duplicates: mapped, unmapped, unescaped, deep */
	    { "a b", STR("{\"a\":1,\"b\":1,\"a\":2}"), 13,
	      "duplicate name \"a\"" },
	    { "a", STR("{\"a\":1,\"\\u0061\":2}"), 7,
	      "duplicate name \"a\"" },
	    { "a", STR("{\"\\u0061\":1,\"a\":2}"), 12,
	      "duplicate name \"a\"" },
	    { "a", STR("{\"x\":1,\"x\":2}"), 7, "duplicate name \"x\"" },
	    { "a", STR("{\"x\":1,\"\\u0078\":2}"), 7,
	      "duplicate name \"\\u0078\"" },
	    { "a.b", STR("{\"a\":{\"b\":1},\"a\":{}}"), 13,
	      "duplicate name \"a\"" },
	    { "a.b", STR("{\"a\":{\"b\":1,\"b\":1}}"), 12,
	      "duplicate name \"b\"" },
	    { "a.b", STR("{\"x\":1,\"a\":{\"x\":1,\"y\":1},\"x\":1}"), 25,
	      "duplicate name \"x\"" },
	    { "a.b", STR("{\"a\":null,\"a\":null}"), 10,
	      "duplicate name \"a\"" },
	    { "a", STR("{\"x\":{\"y\":[{\"z\":1,\"z\":2}]}}"), 18,
	      "duplicate name \"z\"" },
	    { "a *", STR("{\"x\":{\"y\":[{\"z\":1,\"z\":2}]}}"), 18,
	      "duplicate name \"z\"" },
	    { "/", STR("{\"x\":1,\"x\":2}"), 7, "duplicate name \"x\"" },
	    /* paths that want an object */
	    { "a.b", STR("{\"a\":\"x\"}"), 5,
	      "a: expected an object, found text" },
	    { "a.b", STR("{\"a\":1}"), 5,
	      "a: expected an object, found number" },
	    { "a.b", STR("{\"a\":true}"), 5,
	      "a: expected an object, found bool" },
	    { "a a.b", STR("{\"a\":[]}"), 5,
	      "a: expected an object, found an array" },
	    { "a.b.c", STR("{\"a\":{\"x\":1,\"b\":false}}"), 16,
	      "a.b: expected an object, found bool" },
	    /* several lines */
	    { "a", STR("{\n  \"a\": 1,\n  \"b\": x\n}"), 19,
	      "line 3, column 8: unexpected 'x', expected a value" },
	    { "a", STR("{\"\xc3\xa9\xe2\x82\xac\":x\n}"), 9,
	      "line 1, column 7: unexpected 'x', expected a value" },
	    { "a", STR("\n\n[]"), 2,
	      "line 3, column 1: unexpected '[', expected an object" },
	    { "a", STR("{}\n{}"), 3, "line 2, column 1: unexpected '{', "
	      "expected nothing behind the value" },
	};
	struct value slots[32];
	struct err e;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str json = padded(cases[i].json);
		size_t n;
		struct shape *sh = shape(cases[i].spec, &n);

		for (int turn = 0; turn < 2; turn++) {
			cr_expect_eq(reader_read(reader, sh, json, slots,
			    &arena, &e), -1, "%.*s", STR_ARG(json));
			cr_expect_str_eq(e.text, cases[i].error, "%.*s: %s",
			    STR_ARG(json), e.text);
			cr_expect_eq(e.at, cases[i].at, "%.*s: at %zu",
			    STR_ARG(json), e.at);
		}
		cr_expect_eq(reader_read(reader, sh, json, slots, &arena,
		    NULL), -1);
		unpad(json);
	}
}

Test(shape, first_slot_stays)
{
	struct shape *sh = shape_new(&arena, 3);
	struct str path[] = { STR("a"), STR("b") };
	struct str json = padded(STR("{\"a\":{\"b\":1}}"));
	struct value slots[3];

	cr_assert_eq(shape_add(sh, path, 2, 2), 2);
	cr_assert_eq(shape_add(sh, path, 2, 1), 2);
	cr_assert_eq(shape_add(sh, path, 0, 0), 0);
	cr_assert_eq(shape_add(sh, path, 0, 1), 0);
	shape_seal(sh);
	cr_assert_eq(reader_read(reader, sh, json, slots, &arena, NULL), 0);
	cr_assert(str_eq(shown(slots, 3), STR("{\"a\":{\"b\":1}}|absent|1")));
	unpad(json);
}

/* A record of n bytes; what fills it is in a mapped field or in another. */
static int
sized(const struct shape *sh, size_t n, const char *head, struct err *e)
{
	struct buf b = { 0 };
	struct str json;
	struct value slots[32];
	int r;

	buf_puts(&b, str_z(head));
	memset(buf_room(&b, n), 'x', n);
	b.n = n;
	memcpy(b.p + n - 2, "\"}", 2);
	json = padded(buf_str(&b));
	buf_fini(&b);
	r = reader_read(reader, sh, json, slots, &arena, e);
	unpad(json);
	return r;
}

Test(shape, stops_at_the_length)
{
	static const char *const heads[] = { "{\"a\":\"", "{\"b\":\"" };
	struct err e;
	size_t n;
	struct shape *sh = shape("a", &n);

	for (size_t i = 0; i < COUNT(heads); i++) {
		cr_assert_eq(sized(sh, RECORD_MAX, heads[i], &e), 0);
		cr_assert_eq(sized(sh, RECORD_MAX + 1, heads[i], &e), -1);
		cr_assert_eq(e.code, ERR_LIMIT);
		cr_assert_str_eq(e.text,
		    "a record of 1048577 bytes: the limit is 1048576");
	}
}

/* depth objects in all, the innermost of them empty. */
static int
deep(const struct shape *sh, size_t depth, const char *name, struct err *e)
{
	struct buf b = { 0 };
	struct value slots[32];
	struct str json;
	int r;

	buf_putc(&b, '{');
	for (size_t i = 1; i < depth; i++)
		buf_printf(&b, "\"%s\":{", name);
	for (size_t i = 0; i < depth; i++)
		buf_putc(&b, '}');
	json = padded(buf_str(&b));
	buf_fini(&b);
	r = reader_read(reader, sh, json, slots, &arena, e);
	unpad(json);
	return r;
}

Test(shape, stops_at_the_depth)
{
	struct shape *sh = shape_new(&arena, 1);
	struct str path[RECORD_DEPTH];
	struct err e;
	size_t n;

	for (size_t i = 0; i < RECORD_DEPTH; i++)
		path[i] = STR("a");
	shape_add(sh, path, RECORD_DEPTH, 0); /* the deepest path there is */
	shape_seal(sh);
	cr_assert_eq(deep(sh, 64, "a", &e), 0, "%s", e.text);
	cr_assert_eq(deep(sh, 65, "a", &e), -1);
	cr_assert_eq(e.code, ERR_LIMIT);
	cr_assert_eq(deep(sh, 64, "b", &e), 0);
	cr_assert_eq(deep(sh, 65, "b", &e), -1);
	cr_assert_eq(e.code, ERR_LIMIT);
	cr_assert_eq(deep(shape("a", &n), 64, "a", &e), 0);
	cr_assert_eq(deep(shape("a", &n), 65, "a", &e), -1);
	cr_assert_eq(deep(shape("*", &n), 64, "a", &e), 0);
	cr_assert_eq(deep(shape("*", &n), 65, "a", &e), -1);
}

/* Several shapes take turns with one reader, whose bets are then wrong. */
Test(shape, a_reader_serves_many_shapes)
{
	static const char *const specs[] = { "a", "b c d e f g h", "a.a.a",
		"h g f e d c b a a.x *" };
	struct str json = padded(STR("{\"b\":1,\"a\":{\"a\":{\"a\":2},\"x\":3},"
	    "\"h\":4,\"g\":5,\"z\":6}"));
	static const struct str want[] = {
	    STR("{\"a\":{\"a\":2},\"x\":3}"), STR("1|absent|absent|absent|"
	    "absent|5|4"), STR("2"), STR("4|5|absent|absent|absent|absent|1|"
	    "{\"a\":{\"a\":2},\"x\":3}|3|{\"z\":6}"),
	};
	struct shape *sh[COUNT(specs)];
	size_t n[COUNT(specs)];
	struct value slots[32];
	uint64_t seed = 5;

	for (size_t i = 0; i < COUNT(specs); i++)
		sh[i] = shape(specs[i], &n[i]);
	for (int turn = 0; turn < 200; turn++) {
		size_t i = draw(&seed) % COUNT(specs);

		cr_assert_eq(reader_read(reader, sh[i], json, slots, &arena,
		    NULL), 0);
		cr_assert(str_eq(shown(slots, n[i]), want[i]), "%zu", i);
	}
	unpad(json);
}

/* A record whose names are drawn from few, some escaped, some twice. */
static void
random_object(uint64_t *seed, struct buf *b, int depth)
{
	static const char *const names[] = { "a", "b", "c", "\\u0061", "dd",
		"d\\u0064", "a name longer than sixteen bytes", "\xc3\xa9" };
	size_t n = draw(seed) % 5, at = draw(seed) % COUNT(names);

	buf_putc(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		if (draw(seed) % 4 == 0)
			buf_putc(b, ' ');
		/* mostly in order, so that bets are won as well */
		at = draw(seed) % 3 ? at + 1 : draw(seed);
		buf_printf(b, "\"%s\":", names[at % COUNT(names)]);
		switch (draw(seed) % 8) {
		case 0: buf_puts(b, STR("null")); break;
		case 1: buf_puts(b, STR("-0.10")); break;
		case 2: buf_puts(b, STR("\"t\\n\"")); break;
		case 3: buf_puts(b, STR("[{\"a\":1}, 2]")); break;
		default:
			if (depth > 0)
				random_object(seed, b, depth - 1);
			else
				buf_puts(b, STR("true"));
		}
	}
	buf_putc(b, '}');
}

/* What the slot of a path must hold, found by opening one level at a time. */
static struct value
walk(struct value v, const struct str *path, size_t n, int *wrong)
{
	for (size_t i = 0; i < n; i++) {
		if (v.type != V_RAW && !value_nil(v))
			*wrong = 1;
		if (v.type == V_RAW && v.u.p[0] == '[')
			*wrong = 1;
		if (*wrong)
			return v;
		v = value_member(v, path[i], &arena);
	}
	return v;
}

Test(shape, agrees_with_a_slow_walk, .timeout = 60)
{
	static const char *const pool[] = { "a", "b", "c", "dd",
		"a name longer than sixteen bytes", "\xc3\xa9", "z" };
	struct scan_names *names = scan_names_new();
	struct buf b = { 0 };
	uint64_t seed = 42;
	int accepted = 0;

	for (int turn = 0; turn < 300; turn++) {
		struct shape *sh = shape_new(&arena, 12);
		struct str path[12][4];
		size_t len[12];

		for (size_t i = 0; i < 12; i++) {
			len[i] = draw(&seed) % 4;
			for (size_t k = 0; k < len[i]; k++)
				path[i][k] = str_z(pool[draw(&seed) %
				    COUNT(pool)]);
			shape_add(sh, path[i], len[i], i);
		}
		shape_seal(sh);
		for (int n = 0; n < 20; n++) {
			struct value slots[12], v, root;
			struct str json;
			struct err e;
			int r, wrong = 0;

			buf_reset(&b);
			random_object(&seed, &b, 3);
			json = padded(buf_str(&b));
			r = reader_read(reader, sh, json, slots, &arena, &e);
			if (scan_check(json, names, NULL) != 0) {
				cr_assert_eq(r, -1, "%.*s", STR_ARG(json));
				unpad(json);
				continue;
			}
			root = (struct value){ .type = V_RAW,
				.n = (uint32_t)json.n, .u.p = json.p };
			for (size_t i = 0; i < 12; i++)
				walk(root, path[i], len[i], &wrong);
			cr_assert_eq(r, wrong ? -1 : 0, "%.*s: %s",
			    STR_ARG(json), r ? e.text : "accepted");
			for (size_t i = 0; i < 12 && r == 0; i++) {
				int first = 1;

				for (size_t k = 0; k < i; k++) {
					if (len[k] != len[i])
						continue;
					first = 0;
					for (size_t x = 0; x < len[i]; x++)
						first |= !str_eq(path[k][x],
						    path[i][x]);
					if (!first)
						break;
				}
				if (!first) {
					cr_assert_eq(slots[i].type, V_ABSENT);
					continue;
				}
				v = walk(root, path[i], len[i], &wrong);
				cr_assert_eq(v.type, slots[i].type);
				cr_assert(str_eq(shown(&v, 1),
				    shown(&slots[i], 1)), "%.*s",
				    STR_ARG(json));
				accepted++;
			}
			unpad(json);
		}
		arena_reset(&arena);
	}
	cr_assert_gt(accepted, 5000); /* the test must not pass idly */
	buf_fini(&b);
	scan_names_free(names);
}
