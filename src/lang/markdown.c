/*
 * Markdown: what is written never ends the code or the cell it stands in.
 */
#include "lang/markdown.h"

#include <assert.h>

static struct str
trim(struct str s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\n'))
		s = str_from(s.p + 1, s.n - 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

/* The most backticks in a row. */
static size_t
backticks(struct str s)
{
	size_t most = 0, run = 0;

	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		if (run > most)
			most = run;
	}
	return most;
}

static void
repeat(struct buf *out, char c, size_t n)
{
	while (n-- > 0)
		buf_putc(out, c);
}

struct str
md_code(struct arena *a, struct str text)
{
	struct str s = trim(text);
	size_t ticks = backticks(s);
	const char *blank = ticks > 0 ? " " : "";
	struct buf b = { 0 };

	if (s.n == 0)
		return s;
	repeat(&b, '`', ticks + 1);
	buf_printf(&b, "%s%.*s%s", blank, STR_ARG(s), blank);
	repeat(&b, '`', ticks + 1);
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

void
md_fence(struct buf *out, const char *language, struct str text)
{
	size_t ticks = backticks(text) + 1;

	if (ticks < 3)
		ticks = 3;
	repeat(out, '`', ticks);
	buf_printf(out, "%s\n%.*s\n", language, STR_ARG(text));
	repeat(out, '`', ticks);
	buf_putc(out, '\n');
}

/* ---- tables ---- */

void
md_table_init(struct md_table *t, const struct str *heads, size_t ncol)
{
	assert(ncol <= MD_COLUMNS);
	*t = (struct md_table){ .heads = heads, .ncol = ncol };
	t->last = &t->first;
}

struct str *
md_row(struct md_table *t, struct arena *a)
{
	struct md_row *r = arena_new(a, struct md_row);

	*t->last = r;
	t->last = &r->next;
	return r->cells;
}

static int
is_used(const struct md_table *t, size_t column)
{
	for (const struct md_row *r = t->first; r != NULL; r = r->next)
		if (r->cells[column].n > 0)
			return 1;
	return 0;
}

static void
cell(struct buf *out, struct str s)
{
	buf_putc(out, ' ');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|')
			buf_putc(out, '\\');
		buf_putc(out, s.p[i] == '\n' ? ' ' : s.p[i]);
	}
	buf_puts(out, s.n > 0 ? STR(" |") : STR("|"));
}

void
md_table(struct buf *out, const struct md_table *t)
{
	size_t used[MD_COLUMNS], n = 0;

	for (size_t i = 0; i < t->ncol; i++)
		if (is_used(t, i))
			used[n++] = i;
	if (n == 0)
		return;
	buf_putc(out, '|');
	for (size_t i = 0; i < n; i++)
		cell(out, t->heads[used[i]]);
	buf_puts(out, STR("\n|"));
	for (size_t i = 0; i < n; i++)
		buf_puts(out, STR(" --- |"));
	for (const struct md_row *r = t->first; r != NULL; r = r->next) {
		buf_puts(out, STR("\n|"));
		for (size_t i = 0; i < n; i++)
			cell(out, r->cells[used[i]]);
	}
	buf_putc(out, '\n');
}
