/*
 * The page that describes the grammar, grammar/README.md, against the parser:
 *
 *   every word and sign of parser.y stands in the EBNF, and the other way;
 *   random sentences of the EBNF are accepted by the parser;
 *   what is in the golden files and the shipped mappings is a sentence of it;
 *   and where a token of those is lost, doubled, moved or another, both say
 *   the same: a sentence, or none.
 */
#include "config.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ebnf.h"
#include "lang/parse.h"

#define SENTENCES 6000
#define MUTANTS 12      /* of a declaration */
#define TOKENS 220      /* of a declaration that is looked at */

static int failures;
static struct ebnf grammar;

__attribute__((format(printf, 1, 2))) static void
fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	failures++;
}

static int
read_file(struct str path, struct arena *a, struct str *text)
{
	struct err e;

	return lang_read_file(NULL, path, text, a, &e);
}

/* ---- words ---- */

static int
in_ebnf(struct str word)
{
	for (unsigned i = 0; i < grammar.nsym; i++)
		if (grammar.sym[i].terminal &&
		    grammar.sym[i].class == CL_WORD &&
		    str_eq(grammar.sym[i].name, word))
			return 1;
	return 0;
}

/* "use" of %token lines, and '{' anywhere. */
static int
in_parser(struct str parser, struct str word)
{
	struct arena a = { 0 };
	struct str quoted = word.n == 1 ?
	    arena_printf(&a, "'%.*s'", STR_ARG(word)) :
	    arena_printf(&a, "\"%.*s\"", STR_ARG(word));
	int found = memmem(parser.p, parser.n, quoted.p, quoted.n) != NULL;

	arena_fini(&a);
	return found;
}

static void
check_word(struct str word)
{
	/* read to be refused, with the way to write it */
	if (!str_eq(word, STR("/")) && memchr(word.p, ' ', word.n) == NULL &&
	    !in_ebnf(word))
		fail("parser.y has `%.*s`, the EBNF has not\n", STR_ARG(word));
}

static void
check_words(struct str parser)
{
	const char *rules = memmem(parser.p, parser.n, "\n%%\n", 4);
	const char *end = memmem(rules + 4, parser.n - (size_t)(rules + 4 -
	    parser.p), "\n%%\n", 4);

	for (const char *p = parser.p; p < rules;) {
		size_t n = strcspn(p, "\n");

		for (size_t i = 0; strncmp(p, "%token", 6) == 0 && i < n; i++)
			if (p[i] == '"') {
				size_t k = strcspn(p + i + 1, "\"");

				check_word(str_from(p + i + 1, k));
				i += k + 1;
			}
		p += n + 1;
	}
	for (const char *p = rules; p < end; p++)
		if (p[0] == '\'' && p[2] == '\'' && p[1] != '\n') {
			check_word(str_from(p + 1, 1));
			p += 2;
		}
	for (unsigned i = 0; i < grammar.nsym; i++)
		if (grammar.sym[i].terminal &&
		    grammar.sym[i].class == CL_WORD &&
		    !in_parser(parser, grammar.sym[i].name))
			fail("the EBNF has `%.*s`, parser.y has not\n",
			    STR_ARG(grammar.sym[i].name));
}

/* ---- the parser's verdict ---- */

/* 1 a sentence, 0 none, -1 refused for another reason. */
static int
parses(struct str text)
{
	struct arena a = { 0 };
	struct sources ss = { .a = &a };
	struct diags d;
	int r = 1;

	diags_init(&d);
	ss.d = &d;
	parse_source(&ss, source_add(&ss, STR("x.map"), text));
	for (size_t i = 0; i < d.n; i++)
		if (d.list[i].level == DIAG_ERROR)
			r = d.list[i].code == 101 && r >= 0 ? 0 : -1;
	diags_fini(&d);
	arena_fini(&a);
	return r;
}

static void
check_sentences(void)
{
	unsigned file = ebnf_rule(&grammar, "file");
	unsigned declaration = ebnf_rule(&grammar, "declaration");
	unsigned expr = ebnf_rule(&grammar, "expr");

	for (int i = 0; i < SENTENCES; i++) {
		struct buf b = { 0 };

		if (i % 4 == 3) { /* most of what there is are expressions */
			buf_puts(&b, STR("fn f = "));
			ebnf_make(&grammar, expr, &b);
			buf_putc(&b, ';');
		} else {
			ebnf_make(&grammar, i % 4 ? declaration : file, &b);
		}
		if (parses(buf_str(&b)) == 0)
			fail("the parser refuses a sentence of the EBNF:\n"
			    "  %.*s\n", STR_ARG(buf_str(&b)));
		buf_fini(&b);
	}
	for (unsigned i = 0; i < grammar.nprod; i++)
		if (grammar.prod[i].made == 0)
			fail("no sentence has alternative %u of `%.*s`\n", i,
			    STR_ARG(grammar.sym[grammar.prod[i].left].name));
}

/* ---- sources ---- */

struct row {
	struct lexeme t[TOKENS + 8];
	size_t n;
};

static int
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (c >= '0' && c <= '9');
}

/* What a token is, by its bytes and the one before it. */
static enum token_class
class_of(struct str s, struct str before)
{
	char first = s.p[0], last = s.p[s.n - 1];

	if (s.n > 1 && last == '{')
		return first == '"' ? CL_HEAD : CL_MIDDLE;
	if (s.n > 1 && first == '}')
		return CL_TAIL;
	if (first == '"' || (first == 'r' && last == '"'))
		return CL_TEXT;
	if (first == '`')
		return CL_NAME;
	if (first >= '0' && first <= '9')
		return last == '%' ? CL_PERCENT : last >= 'a' ? CL_DURATION :
		    CL_NUMBER;
	/* a word of the EBNF is one, but behind a dot */
	if (is_word(first) && (!in_ebnf(s) || str_eq(before, STR("."))))
		return CL_NAME;
	return CL_WORD;
}

static void
classify(struct row *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->t[i].class = class_of(r->t[i].text, i > 0 ?
		    r->t[i - 1].text : STR(""));
}

static struct str
joined(const struct row *r, struct buf *b)
{
	buf_reset(b);
	for (size_t i = 0; i < r->n; i++)
		buf_printf(b, "%.*s ", STR_ARG(r->t[i].text));
	return buf_str(b);
}

/* A token is lost, doubled, goes elsewhere or becomes another. */
static void
mutate(struct row *r)
{
	size_t i = ebnf_draw((unsigned)r->n);
	size_t k = ebnf_draw((unsigned)r->n);
	struct lexeme t = r->t[i];
	unsigned word;

	switch (ebnf_draw(4)) {
	case 0:
		memmove(&r->t[i], &r->t[i + 1], (r->n - i - 1) * sizeof(t));
		r->n--;
		break;
	case 1:
		memmove(&r->t[i + 1], &r->t[i], (r->n - i) * sizeof(t));
		r->n++;
		break;
	case 2:
		r->t[i] = r->t[k];
		r->t[k] = t;
		break;
	default:
		do
			word = ebnf_draw(grammar.nsym);
		while (!grammar.sym[word].terminal ||
		    grammar.sym[word].class != CL_WORD);
		r->t[i].text = grammar.sym[word].name;
	}
}

static size_t compared, sentences;

static void
compare(const struct row *r, struct buf *b)
{
	int want = parses(joined(r, b)), got;

	if (want < 0)
		return;
	got = ebnf_accepts(&grammar, ebnf_rule(&grammar, "file"), r->t, r->n);
	compared++;
	sentences += (size_t)want;
	if (got != want)
		fail("the parser %s, the EBNF %s:\n  %.*s\n",
		    want ? "accepts" : "refuses",
		    got ? "accepts" : "refuses", STR_ARG(buf_str(b)));
}

static void
check_declaration(const struct row *r)
{
	struct buf b = { 0 };
	int plain = 1;

	compare(r, &b);
	/* pieces of a text are no tokens elsewhere */
	for (size_t i = 0; i < r->n; i++)
		plain &= r->t[i].class < CL_HEAD || r->t[i].class > CL_TAIL;
	for (int i = 0; i < MUTANTS && plain; i++) {
		struct row m = *r;

		for (unsigned n = 1 + ebnf_draw(2); n > 0; n--)
			mutate(&m);
		if (m.n == 0)
			continue;
		classify(&m);
		compare(&m, &b);
	}
	buf_fini(&b);
}

static void
check_source(const char *path)
{
	struct arena a = { 0 };
	struct sources ss = { .a = &a };
	struct parse p = { .keep = 1 };
	struct source *src;
	struct diags d;
	struct str text;
	size_t k = 0;

	diags_init(&d);
	ss.d = &d;
	if (read_file(str_z(path), &a, &text) != 0)
		goto out;
	src = source_add(&ss, STR("x.map"), text);
	if (d.nerror > 0 || parse_tokens(&ss, src, &p) != 0)
		goto out;
	for (const struct decl *x = src->decls.first; x; x = x->next) {
		struct row r = { .n = 0 };

		for (; k < p.ntoken && p.tokens[k].span.beg < x->span.end;
		    k++) {
			struct span s = p.tokens[k].span;

			if (r.n < TOKENS)
				r.t[r.n].text = str_from(src->text.p + s.beg,
				    s.end - s.beg);
			r.n++;
		}
		if (r.n >= TOKENS)
			continue;
		classify(&r);
		check_declaration(&r);
	}
out:
	diags_fini(&d);
	arena_fini(&a);
}

static void
check_sources(struct arena *a, const char *top)
{
	static const char *const where[] = { "tests/lang/files/*.map",
		"mappings/*/*.map" };

	for (size_t i = 0; i < COUNT(where); i++) {
		glob_t found;

		if (glob(arena_printf(a, "%s/%s", top, where[i]).p, 0, NULL,
		    &found) != 0)
			fail("%s: nothing is there\n", where[i]);
		for (size_t k = 0; k < found.gl_pathc; k++)
			check_source(found.gl_pathv[k]);
		globfree(&found);
	}
	printf("%zu rows of tokens, %zu of them sentences\n", compared,
	    sentences);
	if (sentences < 300 || compared - sentences < 300)
		fail("that is not enough of both\n");
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	struct arena a = { 0 };
	struct str page, parser;

	if (top == NULL)
		top = ".";
	if (read_file(arena_printf(&a, "%s/grammar/README.md", top), &a,
	    &page) != 0 || read_file(arena_printf(&a, "%s/grammar/parser.y",
	    top), &a, &parser) != 0) {
		printf("%s: no grammar\n", top);
		return 1;
	}
	ebnf_read(&grammar, &a, page);
	check_words(parser);
	check_sentences();
	check_sources(&a, top);
	arena_fini(&a);
	return failures > 0;
}
