/*
 * Findings: collecting them, and showing them as people and programs read
 * them.
 *
 *   error[E412]: two rules write hubspot.contact `properties.phone`
 *     --> contact.map:21:3  | pick c.phones as p where …
 *                           | ^^^^
 *     = both match when custom = {"phone": "x"}
 *     = fix: add `phone` to except(…)
 */
#include <stdlib.h>

#include "lang/source.h"

/* More findings than anyone reads; a fuzzed file makes millions. */
#define DIAG_MAX 200

void
diags_init(struct diags *d)
{
	memset(d, 0, sizeof(*d));
}

void
diags_fini(struct diags *d)
{
	free(d->list);
	table_fini(&d->sources);
	arena_fini(&d->arena);
	memset(d, 0, sizeof(*d));
}

static void
place(struct sources *ss, struct diag *g, struct span sp, struct str label)
{
	const struct source *s = ss->list[sp.file];
	struct prog_pos pos = source_pos(s, sp.beg);
	unsigned i = g->nat;

	if (i == COUNT(g->at))
		return;
	g->nat++;
	g->at[i].file = s->path;
	g->at[i].line = pos.line;
	g->at[i].col = pos.col;
	g->at[i].ncols = sp.end > sp.beg ? sp.end - sp.beg : 1;
	g->at[i].beg = sp.beg;
	g->at[i].end = sp.end;
	g->at[i].label = label;
}

struct diag *
diag_at(struct sources *ss, enum code code, struct span sp, const char *fmt,
    ...)
{
	struct diags *d = ss->d;
	const struct code_entry *c = code_find(code);
	struct diag *g;
	va_list ap;

	/* what a statement that was not read declares is not missing */
	if (c->absence && ss->unparsed)
		return NULL;
	if (d->n == DIAG_MAX) {
		ss->overflow = 1;
		d->nerror++;
		return NULL;
	}
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 16;
		d->list = realloc(d->list, d->cap * sizeof(*d->list));
		if (d->list == NULL)
			fatal("out of memory: %zu findings", d->cap);
	}
	g = &d->list[d->n++];
	memset(g, 0, sizeof(*g));
	g->code = code;
	g->level = c->level;
	va_start(ap, fmt);
	g->text = arena_vprintf(&d->arena, fmt, ap);
	va_end(ap);
	if (c->level == DIAG_ERROR)
		d->nerror++;
	place(ss, g, sp, STR(""));
	return g;
}

static int
same(const struct diag *a, const struct diag *b)
{
	return a->code == b->code && str_eq(a->text, b->text) &&
	    a->at[0].beg == b->at[0].beg && a->at[0].end == b->at[0].end &&
	    str_eq(a->at[0].file, b->at[0].file);
}

void
diags_once(struct diags *d, size_t since, size_t again)
{
	size_t n = again;

	for (size_t i = again; i < d->n; i++) {
		size_t was = since;

		while (was < again && !same(&d->list[was], &d->list[i]))
			was++;
		if (was == again)
			d->list[n++] = d->list[i];
		else if (d->list[i].level == DIAG_ERROR)
			d->nerror--;
	}
	d->n = n;
}

#define FORMAT(d, fmt, out)                                               \
	do {                                                              \
		va_list ap;                                               \
		va_start(ap, fmt);                                        \
		(out) = arena_vprintf(&(d)->arena, fmt, ap);              \
		va_end(ap);                                               \
	} while (0)

void
diag_also(struct sources *ss, struct diag *g, struct span sp,
    const char *fmt, ...)
{
	struct str label;

	if (g == NULL)
		return;
	FORMAT(ss->d, fmt, label);
	place(ss, g, sp, label);
}

void
diag_label(struct sources *ss, struct diag *g, const char *fmt, ...)
{
	if (g != NULL)
		FORMAT(ss->d, fmt, g->at[0].label);
}

void
diag_witness(struct sources *ss, struct diag *g, const char *fmt, ...)
{
	if (g != NULL)
		FORMAT(ss->d, fmt, g->witness);
}

void
diag_fix(struct sources *ss, struct diag *g, const char *fmt, ...)
{
	if (g != NULL)
		FORMAT(ss->d, fmt, g->fix);
}

void
diag_edit(struct sources *ss, struct diag *g, struct span sp, struct str text)
{
	if (g == NULL)
		return;
	g->edit.beg = sp.beg;
	g->edit.end = sp.end;
	g->edit.text = arena_str(&ss->d->arena, text);
}

/* Bytes of the line that begins at or before off. */
static struct str
line_of(struct str text, uint32_t line)
{
	const char *p = text.p, *end = text.p + text.n, *eol;

	while (line > 1 && p < end) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (eol == NULL)
			return STR("");
		p = eol + 1;
		line--;
	}
	eol = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	return str_from(p, (size_t)((eol ? eol : end) - p));
}

/* One column per character, not per byte. */
static void
put_columns(struct buf *out, struct str bytes, char c)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (((unsigned char)bytes.p[i] & 0xc0) != 0x80)
			buf_putc(out, c);
}

/* Bytes of s that its first n characters take. */
static size_t
characters(struct str s, size_t n)
{
	size_t i = 0;

	while (i < s.n && n > 0) {
		i++;
		while (i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80)
			i++;
		n--;
	}
	return i;
}

static size_t
count_columns(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* A blank for what would not show, a ? for what is no text. */
static void
put_source(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		buf_putc(out, c < 0x20 || c == 0x7f ? ' ' :
		    c >= 0xf5 || c == 0xc0 || c == 0xc1 ? '?' : (char)c);
	}
}

/*
 * The line with the bytes beg .. beg + n marked.  Of a line wider than
 * LINE_WIDTH the part around the mark is shown.
 */
static void
print_place(struct buf *out, const struct diags *d, const struct diag *g,
    unsigned i, int colour)
{
	enum { LINE_WIDTH = 100, BEFORE = 30 };
	const struct str *text = table_get(&d->sources, g->at[i].file);
	struct str line = text ? line_of(*text, g->at[i].line) : STR("");
	struct str before, mark, after;
	size_t beg = g->at[i].col - 1, n = g->at[i].ncols, used;
	size_t start = out->n, margin;
	int cut = 0;

	buf_printf(out, "  --> %.*s:%u:%u  | ", STR_ARG(g->at[i].file),
	    g->at[i].line, g->at[i].col);
	margin = out->n - start;
	beg = beg > line.n ? line.n : beg;
	n = n > line.n - beg ? line.n - beg : n;
	before = str_from(line.p, beg);
	while (before.n > 0 && (*before.p == ' ' || *before.p == '\t')) {
		before.p++;
		before.n--;
	}
	if (count_columns(str_from(before.p, line.n - (size_t)(before.p -
	    line.p))) > LINE_WIDTH && count_columns(before) > BEFORE) {
		size_t skip = characters(before, count_columns(before) -
		    BEFORE);

		before.p += skip;
		before.n -= skip;
		cut = 1;
	}
	used = count_columns(before);
	mark = str_from(line.p + beg, n);
	mark.n = characters(mark, LINE_WIDTH - used);
	used += count_columns(mark);
	after = str_from(line.p + beg + n, line.n - beg - n);
	if (mark.n < n)
		after.n = 0;
	after.n = characters(after, LINE_WIDTH - used);
	if (cut)
		buf_puts(out, STR("…"));
	put_source(out, before);
	put_source(out, mark);
	put_source(out, after);
	if ((size_t)(mark.p - line.p) + mark.n + after.n < line.n)
		buf_puts(out, STR("…"));

	buf_printf(out, "\n%*s| ", (int)margin - 2, "");
	if (cut)
		buf_putc(out, ' ');
	put_columns(out, before, ' ');
	if (colour)
		buf_puts(out, STR("\033[1;32m"));
	if (mark.n == 0)
		buf_putc(out, '^');
	else
		put_columns(out, mark, '^');
	if (g->at[i].label.n > 0)
		buf_printf(out, " %.*s", STR_ARG(g->at[i].label));
	if (colour)
		buf_puts(out, STR("\033[0m"));
	buf_putc(out, '\n');
}

static const char *
level_word(enum diag_level l)
{
	return l == DIAG_ERROR ? "error" : l == DIAG_WARNING ? "warning" :
	    "note";
}

static int
level_letter(enum diag_level l)
{
	return l == DIAG_ERROR ? 'E' : l == DIAG_WARNING ? 'W' : 'N';
}

void
diags_print(struct buf *out, const struct diags *d, int colour)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct diag *g = &d->list[i];

		buf_printf(out, "%s%s[%c%d]%s: %.*s\n",
		    !colour ? "" : g->level == DIAG_ERROR ? "\033[1;31m" :
		    "\033[1;33m", level_word(g->level),
		    level_letter(g->level), g->code,
		    colour ? "\033[0m" : "", STR_ARG(g->text));
		for (unsigned k = 0; k < g->nat; k++)
			print_place(out, d, g, k, colour);
		if (g->witness.n > 0)
			buf_printf(out, "  = %.*s\n", STR_ARG(g->witness));
		if (g->fix.n > 0)
			buf_printf(out, "  = fix: %.*s\n", STR_ARG(g->fix));
	}
	if (d->n == DIAG_MAX)
		buf_printf(out, "stopped after %d findings\n", DIAG_MAX);
}

static void
json_member(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, value);
}

void
diags_json(struct buf *out, const struct diags *d)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < d->n; i++) {
		const struct diag *g = &d->list[i];

		buf_printf(out, "%s{\"level\":\"%s\",\"code\":\"%c%d\"",
		    i ? ",\n " : "", level_word(g->level),
		    level_letter(g->level), g->code);
		json_member(out, "message", g->text);
		buf_puts(out, STR(",\"at\":["));
		for (unsigned k = 0; k < g->nat; k++) {
			buf_puts(out, k ? STR(",{\"file\":") :
			    STR("{\"file\":"));
			buf_json(out, g->at[k].file);
			buf_printf(out, ",\"line\":%u,\"col\":%u,\"length\":%u",
			    g->at[k].line, g->at[k].col, g->at[k].ncols);
			if (g->at[k].label.n > 0)
				json_member(out, "label", g->at[k].label);
			buf_putc(out, '}');
		}
		buf_putc(out, ']');
		if (g->witness.n > 0)
			json_member(out, "witness", g->witness);
		if (g->fix.n > 0)
			json_member(out, "fix", g->fix);
		buf_putc(out, '}');
	}
	buf_puts(out, STR("]\n"));
}

void
near_init(struct near *n, struct str want)
{
	/* a quarter of the letters and one more may differ */
	n->want = want;
	n->best = STR("");
	n->dist = want.n / 4 + 2;
	n->ntried = 0;
}

/* Levenshtein distance in one row; names longer than that are never near. */
static size_t
distance(struct str a, struct str b)
{
	size_t row[65];

	if (a.n >= COUNT(row) || b.n >= COUNT(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t cost = diagonal + (a.p[i - 1] != b.p[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
		}
	}
	return row[b.n];
}

void
near_try(struct near *n, struct str candidate)
{
	size_t d = distance(n->want, candidate);

	if (n->ntried < NEAR_MAX)
		n->tried[n->ntried++] = candidate;
	if (d < n->dist && d < candidate.n) {
		n->dist = d;
		n->best = candidate;
	}
}

/* As it is written where a name stands: a.b, `a-b`. */
static int
is_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    c != '_' && !(i > 0 && (c == '.' || c == ' ' ||
		    (c >= '0' && c <= '9'))))
			return 0;
	}
	return 1;
}

static void
replace_first(struct sources *ss, struct diag *g, const char *quote,
    struct str name)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s%.*s%s", quote, STR_ARG(name), quote);
	if (g != NULL)
		diag_edit(ss, g, (struct span){ g->at[0].beg, g->at[0].end, 0 },
		    buf_str(&b));
	buf_fini(&b);
}

/* To who asks what could stand where the probe does. */
static void
tell_tried(const struct diags *d, const struct near *n)
{
	if (d->probe.n == 0 || !str_eq(n->want, d->probe))
		return;
	for (unsigned i = 0; i < n->ntried; i++)
		d->tried(d->arg, n->tried[i]);
}

int
diag_meant(struct sources *ss, struct diag *g, const struct near *n)
{
	tell_tried(ss->d, n);
	if (n->best.n == 0)
		return 0;
	diag_fix(ss, g, "did you mean `%.*s`?", STR_ARG(n->best));
	replace_first(ss, g, is_plain(n->best) ? "" : "`", n->best);
	return 1;
}

int
diag_meant_text(struct sources *ss, struct diag *g, const struct near *n)
{
	const struct str *source;
	struct str was;

	if (n->best.n == 0)
		return 0;
	diag_fix(ss, g, "did you mean \"%.*s\"?", STR_ARG(n->best));
	source = g ? table_get(&ss->d->sources, g->at[0].file) : NULL;
	if (source == NULL)
		return 1;
	/* a text that needs an escape is left to the author */
	was = str_from(source->p + g->at[0].beg, g->at[0].end - g->at[0].beg);
	if (was.n == n->want.n + 2 && was.p[0] == '"' &&
	    memcmp(was.p + 1, n->want.p, n->want.n) == 0 &&
	    !memchr(n->best.p, '"', n->best.n) &&
	    !memchr(n->best.p, '\\', n->best.n) &&
	    !memchr(n->best.p, '{', n->best.n))
		replace_first(ss, g, "\"", n->best);
	return 1;
}
