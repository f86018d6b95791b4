/*
 * Tables: records out, rows in.
 */
#include "connector/csv.h"

#include "base/table.h"
#include "connector/eval.h"

#define DEPTH_MAX 8      /* records within records */
#define COLUMNS_MAX 5000

/* ---- writing ---- */

struct writer {
	struct table columns; /* name to number + 1 */
	struct str names[COLUMNS_MAX];
	size_t n;
	struct str null;
	struct arena *a;
	struct str *row;
};

static void
put_cell(struct buf *out, struct str s)
{
	int quote = 0;

	for (size_t i = 0; i < s.n && !quote; i++)
		quote = strchr(",\"\r\n", s.p[i]) != NULL && s.p[i] != '\0';
	/* readers may take blanks away that are not quoted */
	if (s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' '))
		quote = 1;
	if (!quote) {
		buf_puts(out, s);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, s.p[i]);
	}
	buf_putc(out, '"');
}

static void
put_row(struct buf *out, const struct str *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		put_cell(out, cells[i]);
	}
	buf_puts(out, STR("\n"));
}

static int
column(struct writer *w, struct str name, size_t *at, struct err *e)
{
	uintptr_t known = (uintptr_t)table_get(&w->columns, name);

	if (known == 0) {
		if (w->n == COLUMNS_MAX)
			return err_set(e, ERR_LIMIT, "more than %d columns",
			    COLUMNS_MAX);
		w->names[w->n++] = name;
		known = w->n;
		table_put(&w->columns, name, (void *)known);
	}
	*at = known - 1;
	return 0;
}

/* The members of v, below prefix; row NULL: only their names. */
static int
members(struct writer *w, struct value v, struct str prefix, int depth,
    struct err *e)
{
	v = value_open(v, w->a);
	if (v.type != V_RECORD)
		return err_set(e, ERR_DATA, "csv takes a list of records; one "
		    "is a %s", value_word(v));
	if (depth == DEPTH_MAX)
		return err_set(e, ERR_LIMIT, "records nest deeper than %d",
		    DEPTH_MAX);
	for (uint32_t i = 0; i < v.n; i++) {
		struct str name = v.u.record[i].name, text;
		struct value x = v.u.record[i].value;
		size_t at = 0;

		if (prefix.n > 0)
			name = arena_printf(w->a, "%.*s.%.*s", STR_ARG(prefix),
			    STR_ARG(name));
		x = value_open(x, w->a);
		if (x.type == V_RECORD) {
			if (members(w, x, name, depth + 1, e) != 0)
				return -1;
			continue;
		}
		if (x.type == V_ABSENT)
			continue;
		if (column(w, name, &at, e) != 0)
			return -1;
		if (w->row == NULL)
			continue;
		if (x.type == V_NULL)
			text = w->null;
		else if (eval_text(x, &text, w->a) != 0)
			return err_set(e, ERR_DATA, "a cell holds no %s: "
			    "%.*s", value_word(x), STR_ARG(name));
		w->row[at] = text;
	}
	return 0;
}

static int
write_all(struct writer *w, struct buf *out, struct value list, struct err *e)
{
	struct arena *a = w->a;
	struct arena row = { 0 };
	int status = 0;

	for (uint32_t i = 0; i < list.n && status == 0; i++)
		status = members(w, list.u.list[i], STR(""), 0, e);
	put_row(out, w->names, w->n);
	w->a = &row;
	for (uint32_t i = 0; i < list.n && status == 0; i++) {
		w->row = arena_array(&row, w->n, sizeof(*w->row));
		status = members(w, list.u.list[i], STR(""), 0, e);
		put_row(out, w->row, w->n);
		arena_reset(&row);
	}
	w->a = a;
	arena_fini(&row);
	return status;
}

int
csv_write(struct buf *out, struct value list, struct str null,
    struct arena *a, struct err *e)
{
	struct writer *w = arena_new(a, struct writer);
	int status;

	w->a = a;
	w->null = null;
	list = value_open(list, a);
	if (list.type != V_LIST)
		return err_set(e, ERR_DATA, "csv takes a list of records, not "
		    "a %s", value_word(list));
	status = write_all(w, out, list, e);
	table_fini(&w->columns);
	return status;
}

/* ---- reading ---- */

/* A quoted cell; *p stands behind the first quote, then behind the last. */
static int
quoted(const char **p, const char *end, struct str *cell, struct arena *a)
{
	const char *from = *p;
	int doubled = 0;
	char *copy;
	size_t n = 0;

	while (*p < end && (**p != '"' || (*p + 1 < end && (*p)[1] == '"'))) {
		doubled |= **p == '"';
		*p += **p == '"' ? 2 : 1;
	}
	if (*p == end)
		return -1;
	*cell = str_from(from, (size_t)(*p - from));
	++*p;
	if (!doubled)
		return 0;
	copy = arena_alloc(a, cell->n);
	for (size_t i = 0; i < cell->n; i++) {
		copy[n++] = cell->p[i];
		i += cell->p[i] == '"';
	}
	*cell = str_from(copy, n);
	return 0;
}

/*
 * The next cell of a row, 1 when another one follows, 0 at the row's end; -1
 * when it is none.
 */
static int
next_cell(struct str *rest, struct str *cell, struct arena *a)
{
	const char *p = rest->p, *end = rest->p + rest->n;

	if (p < end && *p == '"') {
		p++;
		if (quoted(&p, end, cell, a) != 0)
			return -1;
	} else {
		while (p < end && strchr(",\r\n", *p) == NULL)
			p++;
		*cell = str_from(rest->p, (size_t)(p - rest->p));
	}
	if (p < end && *p == ',') {
		*rest = str_from(p + 1, (size_t)(end - p - 1));
		return 1;
	}
	if (p < end && *p == '\r')
		p++;
	if (p < end && *p != '\n')
		return -1;
	if (p < end)
		p++;
	*rest = str_from(p, (size_t)(end - p));
	return 0;
}

int
csv_open(struct csv *c, struct str text, struct arena *a)
{
	struct str cell;
	int more;

	*c = (struct csv){ .rest = text };
	/* a byte order mark is none of the first name */
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		c->rest = str_from(text.p + 3, text.n - 3);
	c->names = arena_array(a, COLUMNS_MAX, sizeof(*c->names));
	do {
		more = next_cell(&c->rest, &cell, a);
		if (more < 0 || c->ncolumn == COLUMNS_MAX)
			return -1;
		c->names[c->ncolumn++] = cell;
	} while (more > 0);
	return c->ncolumn > 1 || c->names[0].n > 0 ? 0 : -1;
}

int
csv_next(struct csv *c, struct value *row, struct arena *a)
{
	struct member *m;
	size_t n = 0;
	int more;

	if (c->bad || c->rest.n == 0)
		return 0;
	m = arena_array(a, c->ncolumn, sizeof(*m));
	do {
		struct str cell;

		more = next_cell(&c->rest, &cell, a);
		if (more < 0 || n == c->ncolumn) {
			c->bad = 1;
			return 0;
		}
		m[n].name = c->names[n];
		m[n++].value = value_text(cell);
	} while (more > 0);
	c->bad = n != c->ncolumn;
	*row = (struct value){ .type = V_RECORD, .n = (uint32_t)n,
		.u.record = m };
	return !c->bad;
}
