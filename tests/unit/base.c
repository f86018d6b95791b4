/* What base/ promises. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/path.h"
#include "base/str.h"
#include "base/table.h"

Test(arena, hands_out_aligned_memory_and_keeps_blocks)
{
	struct arena a = { 0 };
	char *big;

	for (size_t n = 0; n < 3000; n++) {
		char *p = arena_alloc(&a, n);

		cr_assert_eq((uintptr_t)p % ARENA_ALIGN, 0);
		memset(p, 0xaa, n);
	}
	big = arena_zalloc(&a, 1 << 20);
	for (size_t i = 0; i < 1 << 20; i++)
		cr_assert_eq(big[i], 0);
	arena_reset(&a);
	cr_assert_eq(a.used, 0);
	arena_fini(&a);
}

static void
note(void *arg)
{
	char **at = arg;

	*(*at)++ = 'x';
}

Test(arena, runs_deferred_calls_once)
{
	struct arena a = { 0 };
	char text[4] = "---", *at = text;

	arena_defer(&a, note, &at);
	arena_defer(&a, note, &at);
	arena_reset(&a);
	arena_reset(&a);
	cr_assert_str_eq(text, "xx-");
	arena_fini(&a);
}

Test(table, agrees_with_a_plain_list)
{
	enum { N = 500 };
	static char keys[N][8];
	static int values[N], there[N];
	struct table t = { 0 };
	unsigned seed = 7;
	size_t n = 0;

	for (size_t i = 0; i < N; i++)
		snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
	for (size_t step = 0; step < 20000; step++) {
		size_t i = (seed = seed * 1103515245 + 12345) / 65536 % N;
		struct str k = str_z(keys[i]);

		if (seed / 7 % 2) {
			void *was = table_put(&t, k, &values[i]);

			cr_assert_eq(was, there[i] ? &values[i] : NULL);
			there[i] = 1;
		} else {
			void *was = table_del(&t, k);

			cr_assert_eq(was, there[i] ? &values[i] : NULL);
			there[i] = 0;
		}
	}
	for (size_t i = 0; i < N; i++) {
		n += (size_t)there[i];
		cr_assert_eq(table_get(&t, str_z(keys[i])),
		    there[i] ? &values[i] : NULL);
	}
	for (struct table_entry *e = table_next(&t, NULL); e != NULL;
	     e = table_next(&t, e))
		n--;
	cr_assert_eq(n, 0);
	table_fini(&t);
}

Test(err, keeps_code_place_and_prefix)
{
	struct err e;

	cr_assert_eq(err_at(&e, ERR_DATA, 12, "bad %s", "thing"), -1);
	err_prefix(&e, "line %d", 3);
	cr_assert_str_eq(e.text, "line 3: bad thing");
	cr_assert_eq(e.at, 12);
	cr_assert_eq(err_exit(e.code), 65);
}

Test(str, buffers_and_json)
{
	struct buf b = { 0 };

	buf_printf(&b, "%d-", 7);
	buf_json(&b, str_from("a\"\\\n\0\x1f\xc3\xa9", 8));
	cr_assert(str_eq(buf_str(&b),
	    STR("7-\"a\\\"\\\\\\n\\u0000\\u001f\xc3\xa9\"")));
	buf_reset(&b);
	buf_url(&b, str_from("aZ9-._~/?%\0\xc3\xa9 ", 14));
	cr_assert(str_eq(buf_str(&b), STR("aZ9-._~%2F%3F%25%00%C3%A9%20")));
	buf_fini(&b);
	cr_assert_lt(str_cmp(STR("ab"), STR("abc")), 0);
	cr_assert_gt(str_cmp(STR("b"), STR("abc")), 0);
}

Test(path, folds)
{
	static const struct {
		const char *from, *path, *want;
	} cases[] = {
		{ "", "a.map", "a.map" },
		{ "m/a.map", "b.json", "m/b.json" },
		{ "m/a.map", "../s/./b.json", "s/b.json" },
		{ "a.map", "../../b", "../../b" },
		{ "../../a/b", "../../c", "../../../c" },
		{ "a/b/c", "../../../d//e", "../d/e" },
		{ "/a/b", "c", "/a/c" },
		{ "/a/b", "../../c", "/../c" },
		{ "a/b", "/c/../d", "/d" },
		{ "a/b", "..", "" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str got = path_resolve(&a, str_z(cases[i].from),
		    str_z(cases[i].path));

		cr_expect(str_eq(got, str_z(cases[i].want)), "%s + %s = %.*s",
		    cases[i].from, cases[i].path, STR_ARG(got));
	}
	arena_fini(&a);
}

Test(clock, iso)
{
	char out[25];

	clock_iso(1769860800123456, out);
	cr_assert_str_eq(out, "2026-01-31T12:00:00.123Z");
}

Test(log, quotes)
{
	char out[16];

	cr_assert_str_eq(log_quote(out, sizeof(out), "a \"b\"\n"),
	    "\"a \\\"b\\\" \"");
	cr_assert_str_eq(log_quote(out, sizeof(out), "0123456789abcdef"),
	    "\"01234567…\"");
}
