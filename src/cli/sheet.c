/*
 * Sheets.  Cells are kept until all are known, for the widths.
 */
#include "cli/sheet.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/size.h"

void
sheet_init(struct sheet *s, const char *const *columns)
{
	*s = (struct sheet){ .columns = columns };
	while (columns[s->ncolumn] != NULL)
		s->ncolumn++;
}

void
sheet_fini(struct sheet *s)
{
	free(s->cells);
	arena_fini(&s->arena);
	*s = (struct sheet){ 0 };
}

static void
add(struct sheet *s, struct sheet_cell cell)
{
	if (s->n == s->cap) {
		s->cap = size_add(size_mul(s->cap, 2), 32);
		s->cells = realloc(s->cells,
		    size_mul(s->cap, sizeof(*s->cells)));
		if (s->cells == NULL)
			fatal("out of memory: %zu cells", s->cap);
	}
	s->cells[s->n++] = cell;
}

void
sheet_text(struct sheet *s, struct str text)
{
	add(s, (struct sheet_cell){ arena_str(&s->arena, text), CELL_TEXT });
}

void
sheet_int(struct sheet *s, int64_t i)
{
	add(s, (struct sheet_cell){ arena_printf(&s->arena, "%" PRId64, i),
	    CELL_NUMBER });
}

void
sheet_null(struct sheet *s)
{
	add(s, (struct sheet_cell){ STR("-"), CELL_NULL });
}

void
sheet_json(struct sheet *s, struct str json)
{
	add(s, (struct sheet_cell){ arena_str(&s->arena, json), CELL_JSON });
}

static void
print_json(struct buf *out, const struct sheet *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct sheet_cell *c = &s->cells[i];

		buf_putc(out, i % s->ncolumn == 0 ? '{' : ',');
		buf_json(out, str_z(s->columns[i % s->ncolumn]));
		buf_putc(out, ':');
		if (c->kind == CELL_NULL)
			buf_puts(out, STR("null"));
		else if (c->kind == CELL_TEXT)
			buf_json(out, c->text);
		else
			buf_puts(out, c->text);
		if (i % s->ncolumn == s->ncolumn - 1)
			buf_puts(out, STR("}\n"));
	}
}

/* Code points: near enough to columns of a terminal for names and causes. */
static size_t
width(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static void
spaces(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_putc(out, ' ');
}

static void
print_row(struct buf *out, const struct sheet *s, const size_t *widths,
    const struct sheet_cell *row)
{
	for (size_t i = 0; i < s->ncolumn; i++) {
		size_t fill = widths[i] - width(row[i].text);
		int right = row[i].kind == CELL_NUMBER;

		if (i > 0)
			spaces(out, 2);
		if (right)
			spaces(out, fill);
		for (size_t k = 0; k < row[i].text.n; k++) {
			unsigned char c = (unsigned char)row[i].text.p[k];

			buf_putc(out, c < 0x20 || c == 0x7f ? '?' : (char)c);
		}
		if (!right && i + 1 < s->ncolumn)
			spaces(out, fill);
	}
	buf_putc(out, '\n');
}

void
sheet_print(struct buf *out, struct sheet *s, int json)
{
	struct sheet_cell *head;
	size_t *widths;

	if (json) {
		print_json(out, s);
	} else if (s->n > 0) {
		head = arena_array(&s->arena, s->ncolumn, sizeof(*head));
		widths = arena_array(&s->arena, s->ncolumn, sizeof(*widths));
		for (size_t i = 0; i < s->ncolumn; i++) {
			head[i].text = arena_str(&s->arena,
			    str_z(s->columns[i]));
			for (size_t k = 0; k < head[i].text.n; k++) {
				char *p = (char *)head[i].text.p + k;

				*p = *p == '_' ? ' ' :
				    (char)toupper((unsigned char)*p);
			}
			head[i].kind = s->cells[i].kind;
			widths[i] = head[i].text.n;
		}
		for (size_t i = 0; i < s->n; i++) {
			size_t w = width(s->cells[i].text);

			if (w > widths[i % s->ncolumn])
				widths[i % s->ncolumn] = w;
		}
		print_row(out, s, widths, head);
		for (size_t i = 0; i < s->n; i += s->ncolumn)
			print_row(out, s, widths, s->cells + i);
	}
	s->n = 0;
	arena_reset(&s->arena);
}
