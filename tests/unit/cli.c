/*
 * The helpers of the command line: lines, sheets, times.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/size.h"
#include "cli/cli.h"
#include "cli/lines.h"
#include "cli/sheet.h"
#include "record/value.h"

/* A file with n bytes of text, ready to be read. */
static int
file_of(const char *p, size_t n)
{
	FILE *f = tmpfile();

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(p, 1, n, f), n);
	cr_assert_eq(fseek(f, 0, SEEK_SET), 0);
	cr_assert_eq(fflush(f), 0);
	return dup(fileno(f));
}

/* Lines end at a newline or at the end; blank ones count but do not come. */
Test(lines, ends)
{
	static const struct {
		const char *text;
		size_t n;
		const char *lines[4];
		uint64_t numbers[4];
	} cases[] = {
	    { "", 0, { NULL }, { 0 } },
	    { "\n", 1, { NULL }, { 0 } },
	    { "a", 1, { "a" }, { 1 } },
	    { "a\n", 2, { "a" }, { 1 } },
	    { "a\nb", 3, { "a", "b" }, { 1, 2 } },
	    { "a\r\nb\r\n", 6, { "a\r", "b\r" }, { 1, 2 } },
	    { "\n a\n \t\r\n\nb", 10, { " a", "b" }, { 2, 5 } },
	    { "\n\n ", 3, { NULL }, { 0 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct lines l;
		struct str line;
		struct err e;

		lines_init(&l, file_of(cases[i].text, cases[i].n), "test");
		for (size_t k = 0; cases[i].lines[k] != NULL; k++) {
			cr_assert_eq(lines_next(&l, &line, &e), 1, "%zu", i);
			cr_assert(str_eq(line, str_z(cases[i].lines[k])),
			    "%zu: %.*s", i, STR_ARG(line));
			cr_assert_eq(l.number, cases[i].numbers[k], "%zu", i);
		}
		cr_assert_eq(lines_next(&l, &line, &e), 0, "%zu", i);
		cr_assert_eq(lines_next(&l, &line, &e), 0, "%zu", i);
		lines_fini(&l);
	}
}

/* NUL and high bytes are data; they are the reader's to judge. */
Test(lines, any_bytes)
{
	struct lines l;
	struct str line;
	struct err e;

	lines_init(&l, file_of("a\0b\n\xff\n", 6), "test");
	cr_assert_eq(lines_next(&l, &line, &e), 1);
	cr_assert(str_eq(line, STR("a\0b")));
	cr_assert_eq(lines_next(&l, &line, &e), 1);
	cr_assert(str_eq(line, STR("\xff")));
	lines_fini(&l);
}

/*
 * The longest record passes whole; one byte more is cut there, and the line
 * behind it is not lost.
 */
Test(lines, limit)
{
	static const struct {
		size_t n, want;
	} cases[] = {
	    { RECORD_MAX - 1, RECORD_MAX - 1 },
	    { RECORD_MAX, RECORD_MAX },
	    { RECORD_MAX + 1, RECORD_MAX + 1 },
	    { RECORD_MAX + 2, RECORD_MAX + 1 },
	    { 3 * RECORD_MAX, RECORD_MAX + 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = malloc(cases[i].n + 3);
		struct lines l;
		struct str line;
		struct err e;

		memset(text, 'x', cases[i].n);
		text[cases[i].n] = '\n';
		text[cases[i].n + 1] = 'y';
		for (int end = 1; end <= 2; end++) {
			lines_init(&l, file_of(text, cases[i].n +
			    (size_t)end - (end == 1)), "test");
			cr_assert_eq(lines_next(&l, &line, &e), 1);
			cr_assert_eq(line.n, cases[i].want, "%zu", i);
			cr_assert_eq(line.p[line.n - 1], 'x');
			cr_assert_eq(l.number, 1);
			if (end == 2) {
				cr_assert_eq(lines_next(&l, &line, &e), 1);
				cr_assert(str_eq(line, STR("y")));
				cr_assert_eq(l.number, 2);
			}
			cr_assert_eq(lines_next(&l, &line, &e), 0);
			lines_fini(&l);
		}
		free(text);
	}
}

/* Every line of many, whatever a block cuts, with the pad behind it. */
Test(lines, blocks)
{
	struct buf text = { 0 };
	struct lines l;
	struct str line;
	struct err e;
	unsigned sum = 0;

	for (int i = 0; i < 40000; i++)
		buf_printf(&text, "%d %.*s\n", i, i % 60,
		    "abcdefghijklmnopqrstuvwxyzabcdefghijkl"
		    "mnopqrstuvwxyz01234567");
	lines_init(&l, file_of(text.p, text.n), "test");
	for (int i = 0; i < 40000; i++) {
		char want[16];
		int n = snprintf(want, sizeof(want), "%d ", i);

		cr_assert_eq(lines_next(&l, &line, &e), 1);
		cr_assert_eq(line.n, (size_t)(n + i % 60));
		cr_assert_eq(memcmp(line.p, want, (size_t)n), 0);
		for (int k = 0; k < RECORD_PAD; k++)
			sum += (unsigned char)line.p[line.n + (size_t)k];
	}
	cr_assert_gt(sum, 0);
	cr_assert_eq(lines_next(&l, &line, &e), 0);
	cr_assert_eq(l.bytes, text.n);
	lines_fini(&l);
	buf_fini(&text);
}

Test(lines, no_file)
{
	struct lines l;
	struct err e;

	cr_assert_eq(lines_open(&l, "/nowhere/at/all", &e), -1);
	cr_assert_eq(e.code, ERR_NOINPUT);
	cr_assert_str_eq(e.text,
	    "cannot open /nowhere/at/all: No such file or directory");
	cr_assert_eq(lines_open(&l, "/", &e), 0);
	cr_assert_eq(lines_next(&l, &(struct str){ 0 }, &e), -1);
	cr_assert_eq(e.code, ERR_NOINPUT);
	lines_fini(&l);
}

static void
two_rows(struct sheet *s)
{
	sheet_text(s, STR("Zoë"));
	sheet_int(s, 7);
	sheet_null(s);
	sheet_text(s, STR("a\"\n"));
	sheet_int(s, 12345);
	sheet_json(s, STR("{\"a\":1}"));
}

Test(sheet, both)
{
	static const char *const columns[] = { "name", "of_all", "why", NULL };
	struct buf out = { 0 };
	struct sheet s;

	sheet_init(&s, columns);
	sheet_print(&out, &s, 0);
	cr_assert_eq(out.n, 0);
	two_rows(&s);
	sheet_print(&out, &s, 0);
	cr_assert(str_eq(buf_str(&out), STR(
	    "NAME  OF ALL  WHY\n"
	    "Zoë        7  -\n"
	    "a\"?    12345  {\"a\":1}\n")), "%.*s", STR_ARG(buf_str(&out)));
	buf_reset(&out);
	two_rows(&s);
	sheet_print(&out, &s, 1);
	cr_assert(str_eq(buf_str(&out), STR(
	    "{\"name\":\"Zoë\",\"of_all\":7,\"why\":null}\n"
	    "{\"name\":\"a\\\"\\n\",\"of_all\":12345,\"why\":{\"a\":1}}\n")),
	    "%.*s", STR_ARG(buf_str(&out)));
	sheet_fini(&s);
	buf_fini(&out);
}

Test(times, parse)
{
	static const struct {
		const char *text;
		int64_t us; /* -1: refused */
	} cases[] = {
	    { "1970-01-01T00:00:00Z", 0 },
	    { "2026-01-31T12:00:00Z", 1769860800000000 },
	    { "2026-01-31T12:00:00.5Z", 1769860800500000 },
	    { "2026-01-31T12:00:00.1234567Z", 1769860800123456 },
	    { "2026-01-31T12:00:00", -1 },
	    { "2026-01-31 12:00:00Z", -1 },
	    { "2026-13-31T12:00:00Z", -1 },
	    { "2026-02-30T12:00:00Z", -1 },
	    { "2026-01-31T12:00:00Z ", -1 },
	    { "", -1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t us = 1;
		struct err e;
		int r = time_parse(cases[i].text, &us, &e);

		if (cases[i].us < 0)
			cr_assert_eq(r, -1, "%s", cases[i].text);
		else
			cr_assert_eq(us, cases[i].us, "%s", cases[i].text);
	}
}
