/*
 * A pattern, a newline, a text: what the translation lets through PCRE2
 * takes or refuses with words, and a match ends within its limits.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "record/scan.h"
#include "schema/format.h"
#include "schema/regex.h"

const char *const fuzz_words[] = { "\\d", "\\D", "\\w", "\\W", "\\s", "\\S",
	"\\b", "\\B", "\\p{L}", "\\P{Letter}", "\\p{sc=Greek}", "\\u0041",
	"\\u{1f600}", "\\ud83d\\ude00", "\\x41", "\\cA", "\\0", "\\1", "\\k<a>",
	"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<a>", "(", ")", "[", "]", "[^",
	"-", "{2}", "{2,}", "{2,3}", "{,3}", "*", "+", "?", "*?", "|", "^", "$",
	".", "a", "\\", "\n", "\303\251", "\360\237\230\200", "2020-02-29",
	"T23:59:60Z", "P1Y", "a@b.c", "xn--", "::1", "1.2.3.4", "http://",
	"%41", "{a}", NULL };

/* Bytes as the text of a record could be: only UTF-8 reaches a pattern. */
static int
is_utf8(const char *p, size_t n)
{
	struct buf b = { 0 };
	struct err e;
	int ok;

	buf_putc(&b, '"');
	for (size_t i = 0; i < n; i++)
		buf_putc(&b, (unsigned char)p[i] < ' ' || p[i] == '"' ||
		    p[i] == '\\' ? 'x' : p[i]);
	buf_putc(&b, '"');
	memset(buf_room(&b, RECORD_PAD), 0, RECORD_PAD);
	ok = scan_check(buf_str(&b), NULL, &e) == 0;
	buf_fini(&b);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct regex_run *run;
	const uint8_t *nl = size > 0 ? memchr(data, '\n', size) : NULL;
	struct arena a = { 0 };
	struct str pattern, text;
	struct regex *r;
	struct err e = { 0 };
	char *p, *q;

	if (size > 1000 || nl == NULL || !is_utf8((const char *)data, size))
		return 0;
	if (run == NULL)
		run = regex_run_new();
	/* memory of exactly their size */
	pattern.n = (size_t)(nl - data);
	text.n = size - pattern.n - 1;
	p = malloc(pattern.n + (pattern.n == 0));
	q = malloc(text.n + (text.n == 0));
	if (p == NULL || q == NULL)
		abort();
	memcpy(p, data, pattern.n);
	memcpy(q, nl + 1, text.n);
	pattern.p = p;
	text.p = q;
	if (regex_compile(&a, pattern, &r, &e) != 0) {
		HOLDS(e.text[0] != '\0', "an error without a text");
	} else if (regex_match(r, run, text, &e) < 0) {
		HOLDS(e.code == ERR_LIMIT, "%s", e.text);
	}
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++)
		format_is((enum format)f, text);
	arena_fini(&a);
	free(p);
	free(q);
	return 0;
}
