/*
 * A sheet: rows and columns for a person, or a JSON object a row for a
 * program, from the same calls.
 */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct sheet_cell {
	struct str text;
	enum { CELL_NULL, CELL_TEXT, CELL_NUMBER, CELL_JSON } kind;
};

struct sheet {
	const char *const *columns; /* names in JSON; capitals for a person */
	size_t ncolumn;
	struct sheet_cell *cells;   /* row by row */
	size_t n, cap;
	struct arena arena;
};

/* columns ends with NULL and lives as long as the sheet. */
void sheet_init(struct sheet *s, const char *const *columns);
void sheet_fini(struct sheet *s);
/* The next cell; after the last column a new row begins. */
void sheet_text(struct sheet *s, struct str text);
void sheet_int(struct sheet *s, int64_t i);
void sheet_null(struct sheet *s);
/* A number literal or any other JSON text, copied as it is. */
void sheet_json(struct sheet *s, struct str json);
/*
 * Append all rows, then forget them.  As a table: columns of equal width,
 * numbers to the right, null as "-", control characters as "?"; no header
 * line where there is no row.
 */
void sheet_print(struct buf *out, struct sheet *s, int json);

#endif
