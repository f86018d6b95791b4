/*
 * Golden files: golden [-u]
 *
 * For every tests/lang/files/NAME.map: the findings, or the listing and the
 * results of its test blocks, are what NAME.expect says.  -u writes those.
 * What parses is formatted to itself and compiles to the same program.  The
 * shipped mappings are formatted and pass their tests.  Every code of
 * lang/codes.def but those of HARD is shown by some file.
 */
#include "config.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lang/lang.h"
#include "lang/source.h"
#include "lang/testrun.h"
#include "record/scan.h"

/* Too large for a file, tested in tests/unit/lang.c; or not to be seen. */
static const int hard[] = { 108, 109, 702, 703, 704, 705, 799 };

static int failures;

static void
fail(const char *file, const char *what)
{
	printf("%s: %s\n", file, what);
	failures++;
}

static int
read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return -1;
	do {
		n = fread(buf_room(out, 65536), 1, 65536, f);
		out->n += n;
	} while (n > 0);
	fclose(f);
	return 0;
}

/* One file has another text than on the disk. */
struct overlay {
	struct str path, text;
};

static int
read_overlay(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	struct overlay *o = arg;

	if (str_eq(path, o->path)) {
		*text = o->text;
		return 0;
	}
	return lang_read_file(NULL, path, text, a, e);
}

static void
report(void *arg, const struct test_report *r)
{
	buf_printf(arg, "test \"%.*s\": %s\n%.*s", STR_ARG(r->test->name),
	    r->ok ? "ok" : "failed", STR_ARG(r->text));
}

/* "CALL r0 186  ; int_text": the number changes with every new built-in. */
static void
unnumber(struct buf *b)
{
	size_t to = 0, from = 0;
	char *call;

	if (b->n == 0)
		return;
	while ((call = memmem(b->p + from, b->n - from, "CALL        r", 13)) !=
	    NULL) {
		size_t keep = (size_t)(call - b->p) + 13;

		while (keep < b->n && b->p[keep] != ' ')
			keep++;
		memmove(b->p + to, b->p + from, keep - from);
		to += keep - from;
		from = keep + 1;
		while (from < b->n && b->p[from] != ' ')
			from++;
	}
	memmove(b->p + to, b->p + from, b->n - from);
	b->n = to + b->n - from;
}

/* Lines without those that speak of the source. */
static void
strip(struct buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->n;) {
		char *eol = memchr(b->p + i, '\n', b->n - i);
		size_t n = (size_t)(eol - (b->p + i)) + 1;

		if (b->p[i] != ';') {
			memmove(b->p + to, b->p + i, n);
			to += n;
		}
		i += n;
	}
	b->n = to;
}

static void
check_json(const char *file, const struct diags *d)
{
	struct buf b = { 0 };
	struct scan_names *names = scan_names_new();
	struct err e;
	size_t n;

	diags_json(&b, d);
	n = b.n;
	memset(buf_room(&b, RECORD_PAD), 0, RECORD_PAD);
	if (scan_check(str_from(b.p, n), names, &e) != 0)
		fail(file, e.text);
	scan_names_free(names);
	buf_fini(&b);
}

static size_t
count_finding(const struct diags *d, const struct diag *g)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->list[i].code == g->code &&
		    str_eq(d->list[i].text, g->text);
	return n;
}

/* An exact fix does away with its finding. */
static void
check_edits(const char *file, struct str text, const struct diags *d,
    const struct lang_options *opts)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct diag *g = &d->list[i];
		struct overlay o = { str_z(file), { 0 } };
		struct unit *u = NULL;
		struct buf b = { 0 };
		struct diags after;

		if (g->edit.text.p == NULL ||
		    !str_eq(g->at[0].file, o.path))
			continue;
		buf_put(&b, text.p, g->edit.beg);
		buf_puts(&b, g->edit.text);
		buf_put(&b, text.p + g->edit.end, text.n - g->edit.end);
		o.text = buf_str(&b);
		diags_init(&after);
		lang_compile(o.path, read_overlay, &o, opts, &u, NULL, &after);
		if (count_finding(&after, g) >= count_finding(d, g)) {
			fail(file, "an exact fix mends nothing:");
			printf("  %.*s\n", STR_ARG(g->text));
		}
		unit_unref(u);
		diags_fini(&after);
		buf_fini(&b);
	}
}

/* What follows word on the first line; empty when it begins otherwise. */
static struct str
first_line(struct str text, struct str word)
{
	const char *eol = memchr(text.p, '\n', text.n);

	if (eol == NULL || text.n < word.n ||
	    memcmp(text.p, word.p, word.n) != 0)
		return STR("");
	return str_from(text.p + word.n,
	    (size_t)(eol - text.p) - word.n);
}

/* What the file has to say; 1 when it compiles. */
static int
run(const char *file, struct str text, struct buf *out, struct buf *code)
{
	struct overlay o = { str_z(file), text };
	struct unit *u = NULL;
	struct str params = first_line(text, STR("# params "));
	struct lang_catalog catalog = { .schema = STR("theirs"),
		.file = first_line(text, STR("# catalog ")) };
	struct lang_options opts = { .params = &params,
		.nparam = params.n > 0, .catalogs = &catalog,
		.ncatalog = catalog.file.n > 0 };
	struct arena a = { 0 };
	struct diags d;
	struct err e;

	if (opts.ncatalog > 0 && lang_read_file(NULL, catalog.file,
	    &catalog.text, &a, &e) != 0)
		fail(file, e.text);
	diags_init(&d);
	lang_compile(str_z(file), read_overlay, &o, &opts, &u, NULL, &d);
	diags_print(out, &d, 0);
	check_json(file, &d);
	check_edits(file, text, &d, &opts);
	if (u != NULL) {
		struct vm *vm = vm_new(NULL);

		unit_list(code, u);
		unnumber(code);
		buf_puts(out, buf_str(code));
		strip(code);
		test_run(u, vm, report, out);
		vm_free(vm);
		unit_unref(u);
	}
	arena_fini(&a);
	diags_fini(&d);
	return u != NULL;
}

static void
check_format(const char *file, struct str text, const struct buf *code)
{
	struct buf once = { 0 }, twice = { 0 }, out = { 0 }, again = { 0 };
	struct diags d;

	diags_init(&d);
	if (lang_format(str_z(file), text, &once, &d) == 0) {
		if (lang_format(str_z(file), buf_str(&once), &twice, &d) != 0 ||
		    !str_eq(buf_str(&once), buf_str(&twice)))
			fail(file, "is formatted anew the second time");
		if (code->n > 0) {
			run(file, buf_str(&once), &out, &again);
			if (!str_eq(buf_str(code), buf_str(&again)))
				fail(file, "compiles to another program when "
				    "formatted");
		}
	}
	diags_fini(&d);
	buf_fini(&once);
	buf_fini(&twice);
	buf_fini(&out);
	buf_fini(&again);
}

/* The first line that differs. */
static void
show_difference(const char *file, struct str want, struct str got)
{
	size_t i = 0, line = 1, start = 0;

	while (i < want.n && i < got.n && want.p[i] == got.p[i]) {
		if (want.p[i] == '\n') {
			line++;
			start = i + 1;
		}
		i++;
	}
	printf("%s:%zu: differs\n", file, line);
	for (int k = 0; k < 2; k++) {
		struct str s = k ? got : want;
		size_t n = start;

		while (n < s.n && s.p[n] != '\n')
			n++;
		printf("  %s %.*s\n", k ? "got     " : "expected",
		    start < s.n ? (int)(n - start) : 0, s.p + start);
	}
	failures++;
}

static void
golden(const char *file, int update, struct buf *all)
{
	struct buf text = { 0 }, out = { 0 }, want = { 0 }, code = { 0 };
	char expect[256];
	FILE *f;

	snprintf(expect, sizeof(expect), "%.*s.expect",
	    (int)(strlen(file) - 4), file);
	read_file(file, &text);
	run(file, buf_str(&text), &out, &code);
	if (update) {
		f = fopen(expect, "wb");
		if (f == NULL || fwrite(out.p, 1, out.n, f) != out.n ||
		    fclose(f) != 0)
			fail(expect, "cannot be written");
	} else if (read_file(expect, &want) != 0) {
		fail(expect, "is missing; golden -u writes it");
	} else if (!str_eq(buf_str(&want), buf_str(&out))) {
		show_difference(expect, buf_str(&want), buf_str(&out));
	}
	check_format(file, buf_str(&text), &code);
	buf_puts(all, buf_str(&out));
	buf_fini(&text);
	buf_fini(&out);
	buf_fini(&want);
	buf_fini(&code);
}

static int
holds(const struct buf *b, const char *word)
{
	return b->n > 0 && memmem(b->p, b->n, word, strlen(word)) != NULL;
}

/* A shipped mapping: no finding, formatted, its tests pass. */
static void
shipped(const char *file)
{
	struct buf text = { 0 }, out = { 0 }, code = { 0 }, form = { 0 };
	struct diags d;

	read_file(file, &text);
	diags_init(&d);
	if (lang_format(str_z(file), buf_str(&text), &form, &d) != 0 ||
	    !str_eq(buf_str(&text), buf_str(&form)))
		fail(file, "is not formatted");
	diags_fini(&d);
	if (!run(file, buf_str(&text), &out, &code) ||
	    holds(&out, "warning[") || holds(&out, "\": failed")) {
		fail(file, "has findings or fails its tests");
		fwrite(out.p, 1, out.n, stdout);
	}
	check_format(file, buf_str(&text), &code);
	buf_fini(&text);
	buf_fini(&out);
	buf_fini(&code);
	buf_fini(&form);
}

static void
check_codes(const struct buf *all)
{
	for (size_t i = 0; i < nlang_codes; i++) {
		char word[16];
		size_t k = 0;

		snprintf(word, sizeof(word), "[%c%d]",
		    "EWN"[lang_codes[i].level],
		    lang_codes[i].number);
		while (k < COUNT(hard) && hard[k] != lang_codes[i].number)
			k++;
		if (k == COUNT(hard) && !holds(all, word))
			fail(word, "is shown by no file");
	}
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	int update = argc > 1 && strcmp(argv[1], "-u") == 0;
	struct buf all = { 0 };
	glob_t g;

	if (chdir(top ? top : ".") != 0 || chdir("tests/lang/files") != 0) {
		fputs("golden: no tests/lang/files under top_srcdir\n", stderr);
		return 2;
	}
	if (glob("*.map", 0, NULL, &g) != 0)
		fail("tests/lang", "has no mappings");
	for (size_t i = 0; i < g.gl_pathc; i++)
		golden(g.gl_pathv[i], update, &all);
	globfree(&g);
	check_codes(&all);
	buf_fini(&all);
	if (chdir("../../..") != 0)
		return 2;
	if (glob("mappings/*/*.map", 0, NULL, &g) != 0)
		fail("mappings", "has no mappings");
	for (size_t i = 0; i < g.gl_pathc; i++)
		shipped(g.gl_pathv[i]);
	globfree(&g);
	return failures ? 1 : 0;
}
