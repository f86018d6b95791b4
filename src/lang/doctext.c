/*
 * What a page of documentation takes from the source: its text, as code, and
 * the comments above it.
 */
#include "lang/document.h"

struct str
doc_code(const struct document *d, struct span sp)
{
	return md_code(d->a, span_line(&d->v->c.ss, sp, d->a));
}

struct span
doc_between(uint32_t beg, uint32_t end, struct span in)
{
	return (struct span){ beg, end, in.file };
}

struct str
doc_code_items(const struct document *d, struct items l)
{
	return l.first == NULL ? STR("") : doc_code(d, doc_between(
	    l.first->span.beg, l.last->span.end, l.first->span));
}

struct str
doc_code_expr(const struct document *d, const struct expr *e)
{
	return e ? doc_code(d, e->span) : STR("");
}

struct str
doc_line(const struct document *d, struct span sp)
{
	const struct source *src = d->v->c.ss.list[sp.file];
	unsigned n = span_pos(&d->v->c.ss, sp).line;

	return src == d->m->src ? arena_printf(d->a, "%u", n) :
	    arena_printf(d->a, "%.*s:%u", STR_ARG(src->path), n);
}

/* The line of text that ends before end, without blanks ahead. */
static struct str
line_before(struct str text, size_t end)
{
	size_t beg = end;

	while (beg > 0 && text.p[beg - 1] != '\n')
		beg--;
	while (beg < end && (text.p[beg] == ' ' || text.p[beg] == '\t'))
		beg++;
	return str_from(text.p + beg, end - beg);
}

/* Comments from at on, without their marks, up to what is none. */
static struct str
comments(const struct document *d, struct str text, size_t at, size_t end)
{
	struct buf b = { 0 };
	struct str s;

	while (at < end) {
		while (at < end && text.p[at] != '#')
			at++;
		if (at + 1 < end && text.p[++at] == ' ')
			at++;
		if (b.n > 0)
			buf_putc(&b, '\n');
		for (; at < end && text.p[at] != '\n'; at++)
			if (text.p[at] != '\r')
				buf_putc(&b, text.p[at]);
		at++;
	}
	s = arena_str(d->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

struct str
doc_remark(const struct document *d, struct span sp)
{
	struct str text = d->v->c.ss.list[sp.file]->text;
	size_t end = sp.beg, beg;

	while (end > 0 && (text.p[end - 1] == ' ' || text.p[end - 1] == '\t'))
		end--;
	if (end == 0 || text.p[end - 1] != '\n')
		return STR("");
	for (beg = end; beg > 0; ) {
		struct str above = line_before(text, beg - 1);

		if (above.n == 0 || above.p[0] != '#')
			break;
		beg = (size_t)(above.p - text.p);
		while (beg > 0 && text.p[beg - 1] != '\n')
			beg--;
	}
	return comments(d, text, beg, end);
}

struct str
doc_preface(const struct document *d)
{
	struct str text = d->m->src->text;
	const struct decl *first = d->m->src->decls.first;
	size_t end = 0;

	while (end < text.n && text.p[end] == '#') {
		while (end < text.n && text.p[end] != '\n')
			end++;
		end += end < text.n;
	}
	if (first != NULL && first->span.beg == end)
		return STR("");
	return comments(d, text, 0, end);
}

/* Several lines, as far to the left as the first one is. */
static struct str
block_text(const struct document *d, struct span sp)
{
	struct str text = span_text(&d->v->c.ss, sp), s;
	uint32_t col = span_pos(&d->v->c.ss, sp).col;
	struct buf b = { 0 };

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\r')
			buf_putc(&b, text.p[i]);
		if (text.p[i] != '\n')
			continue;
		for (uint32_t k = 1; k < col && i + 1 < text.n &&
		    text.p[i + 1] == ' '; k++)
			i++;
	}
	s = arena_str(d->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* ---- parts of the page ---- */

void
doc_paragraph(struct document *d, struct str s)
{
	if (s.n > 0)
		buf_printf(d->out, "\n%.*s\n", STR_ARG(s));
}

void
doc_table(struct document *d, const struct md_table *t)
{
	if (t->first == NULL)
		return;
	buf_putc(d->out, '\n');
	md_table(d->out, t);
}

void
doc_listing(struct document *d, struct span sp)
{
	buf_putc(d->out, '\n');
	md_fence(d->out, "crosswalk-map", block_text(d, sp));
}

