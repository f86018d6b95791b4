/*
 * Inside the room: records as CSV (RFC 4180), the header line first.
 */
#ifndef CONNECTOR_CSV_H
#define CONNECTOR_CSV_H

#include "base/arena.h"
#include "base/err.h"
#include "vm/vm.h"

/*
 * A list of records as a table.  Its columns are the members that any of them
 * has, in the order in which they are met; a record within one gives columns
 * a.b.  What a record does not have is empty, null is the text `null`, and
 * numbers stay as they are written.  A list in a record is an error.
 */
int csv_write(struct buf *out, struct value list, struct str null,
    struct arena *a, struct err *e);

/* A table while it is read; slices of the text, or of the arena. */
struct csv {
	struct str rest;
	struct str *names;
	size_t ncolumn;
	int bad; /* a row was no row: nothing behind it counts */
};

/* The header line; -1 when there is none. */
int csv_open(struct csv *c, struct str text, struct arena *a);
/*
 * 1 and the next row as a record of texts in a, 0 behind the last.  A row with
 * another number of cells than the header, or one that is cut off within
 * quotes, is bad.
 */
int csv_next(struct csv *c, struct value *row, struct arena *a);

#endif
