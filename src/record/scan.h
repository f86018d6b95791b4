/*
 * A cursor over JSON text: the one place that knows RFC 8259.
 *
 * The reader, value_open, the schema validator and nothing else of the tree
 * read JSON with it.  Every function checks what it passes: UTF-8, escapes,
 * numbers, depth 64 and, in objects, that no name comes twice.
 *
 *   scan_init(&s, text, scratch);
 *   switch (scan_peek(&s)) …
 *   if (scan_object(&s, e) != 0) …            enters; consumes {
 *   while ((r = scan_next(&s, &name, e)) == 1)  a member; value is next
 *           scan_value(&s, &v, e);            or scan_skip, or enter it
 *   r == 0: the object has ended; -1: error
 *   scan_end(&s, e)                           nothing but blanks is left
 *
 * The text has RECORD_PAD readable bytes behind it, of any content, and at
 * most SCAN_MAX bytes; a record has at most RECORD_MAX, which its reader
 * checks.  Errors have the byte offset, from 0, in err.at: ERR_LIMIT for
 * depth and length, ERR_DATA for the rest.
 *
 * Two texts of RFC 8259 are refused on purpose: a name twice in an object
 * (compared when unescaped), and an escaped surrogate without its partner,
 * which no UTF-8 can hold.  A byte order mark is refused as section 8.1
 * allows.
 */
#ifndef RECORD_SCAN_H
#define RECORD_SCAN_H

#include "base/err.h"
#include "record/value.h"

/* So that offsets fit value.n with room to spare. */
#define SCAN_MAX ((size_t)1 << 30)

enum scan_kind {
	SCAN_END, /* end of text */
	SCAN_NULL,
	SCAN_BOOL,
	SCAN_NUMBER,
	SCAN_STRING,
	SCAN_ARRAY,
	SCAN_OBJECT,
	SCAN_BAD,
};

/* Names seen in the objects that are open, for the duplicate check. */
struct scan_names;

struct scan {
	const char *p;     /* next byte */
	const char *end;
	const char *start; /* errors give the offset from here in err.at */
	unsigned depth;
	/* one bit a level: 1 object, 0 array; and whether it is still empty */
	uint64_t is_object, is_first;
	struct scan_names *names;
};

/*
 * Reusable memory of a scanner; grows to what records need, then stays.  It
 * serves one scan at a time: scan_init takes it over.
 */
struct scan_names *scan_names_new(void);
void scan_names_free(struct scan_names *n);

/* names may be NULL for text that is known to have no name twice (a RAW). */
void scan_init(struct scan *s, struct str text, struct scan_names *names);
/* The kind of the next value by its first byte, which is not consumed. */
enum scan_kind scan_peek(struct scan *s);
int scan_object(struct scan *s, struct err *e);
int scan_array(struct scan *s, struct err *e);
/* Next member: 1 and the decoded or VF_ESCAPED name as TEXT, 0 at }, or -1. */
int scan_next(struct scan *s, struct value *name, struct err *e);
/* Next element: 1 when there is one, 0 at ], or -1. */
int scan_item(struct scan *s, struct err *e);
/* One value: scalars as they are, containers checked and given as RAW. */
int scan_value(struct scan *s, struct value *v, struct err *e);
/* One value, checked and dropped. */
int scan_skip(struct scan *s, struct err *e);
int scan_end(struct scan *s, struct err *e);

/* The whole text is one JSON value: 0 or -1. */
int scan_check(struct str text, struct scan_names *names, struct err *e);

#endif
