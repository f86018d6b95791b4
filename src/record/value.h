/*
 * A value of a record: 16 bytes, owning nothing.
 *
 * Text, numbers and raw JSON are slices of the input until something is
 * computed with them, so what is unchanged leaves byte for byte as it came.
 * What is computed lies in the batch's arena.
 */
#ifndef RECORD_VALUE_H
#define RECORD_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The deepest nesting of any JSON, the longest record; both are tested. */
#define RECORD_DEPTH 64
#define RECORD_MAX ((size_t)1 << 20)
/* Readable bytes that every input buffer has behind its end (any content). */
#define RECORD_PAD 64

/* X(name, word in messages) */
#define VALUE_TYPES(X)                                                    \
	X(ABSENT, "absent")   /* no such field; zeroed memory is absent */ \
	X(NULL, "null")                                                   \
	X(BOOL, "bool")       /* u.i is 0 or 1 */                          \
	X(NUM, "number")      /* a JSON number literal, u.p[n], untouched */\
	X(INT, "int")         /* u.i */                                    \
	X(DEC, "decimal")     /* u.d */                                    \
	X(TEXT, "text")       /* u.p[n] */                                 \
	X(RAW, "json")        /* checked text of an object or array, with  \
	                       * RECORD_PAD readable bytes behind it */    \
	X(LIST, "list")       /* n values at u.list */                     \
	X(RECORD, "record")   /* n members at u.record, names unique */

enum value_type {
#define X(name, word) V_##name,
	VALUE_TYPES(X)
#undef X
};

/* TEXT: u.p still holds JSON escapes (the bytes between the quotes). */
#define VF_ESCAPED 1
/* TEXT: known to need no escaping when written (came without escapes). */
#define VF_PLAIN 2
/* ABSENT: u.p is a struct vm_miss, the lookup that found nothing (vm/vm.h). */
#define VF_MISSED 4

struct dec;
struct member;

struct value {
	uint8_t type;
	uint8_t flags;
	uint32_t n;
	union {
		const char *p;
		int64_t i;
		const struct dec *d;
		const struct value *list;
		const struct member *record;
	} u;
};

struct member {
	struct str name; /* decoded */
	struct value value;
};

static inline struct value
value_null(void)
{
	return (struct value){ .type = V_NULL };
}

static inline struct value
value_bool(int b)
{
	return (struct value){ .type = V_BOOL, .u.i = b != 0 };
}

static inline struct value
value_int(int64_t i)
{
	return (struct value){ .type = V_INT, .u.i = i };
}

/* s is decoded UTF-8 and lives as long as the value. */
static inline struct value
value_text(struct str s)
{
	return (struct value){ .type = V_TEXT, .n = (uint32_t)s.n, .u.p = s.p };
}

/* Absent or null: what `??` answers and codecs pass through. */
static inline int
value_nil(struct value v)
{
	return v.type <= V_NULL;
}

/* "text", "null", … for messages. */
const char *value_word(struct value v);

/* The decoded bytes of a TEXT; unescapes into a where it must. */
struct str value_str(struct value v, struct arena *a);

/*
 * A RAW as LIST or RECORD, one level deep (members that are containers stay
 * RAW); anything else as it is.  Never fails: a RAW has been checked.
 */
struct value value_open(struct value v, struct arena *a);

/* The member or ABSENT; v may be RAW.  ABSENT/NULL of nil is nil itself. */
struct value value_member(struct value v, struct str name, struct arena *a);

/*
 * How two values of one field are compared, chosen by the compiler.  It is
 * about the value itself: what lies in a list or record compares exactly.
 */
enum value_compare {
	CMP_EXACT,   /* type and decoded content; numbers by value; lists in
	              * order; records whatever the order of names */
	CMP_DECIMAL, /* text and numbers by decimal value: "1.50" is 1.5; a
	              * text that is no JSON number is compared as text */
	CMP_INSTANT, /* texts that are date-times by the instant: whatever
	              * the offset and zeros behind the second's point */
	CMP_SET,     /* lists whatever the order; an element that is there
	              * twice is not the same as once */
};

/* 1 when equal.  ABSENT, NULL and "" are three different things. */
int value_equal(struct value a, struct value b, enum value_compare how,
    struct arena *scratch);

/*
 * Append as JSON; ABSENT writes null.  Slices are copied as they came.  Lists
 * and records that were computed nest at most RECORD_DEPTH; whoever builds
 * them sees to it.
 */
void value_write(struct buf *out, struct value v);

/*
 * Append old with the members of patch in their places, object by object; a
 * null of patch stays one.  Both are checked texts of objects, with
 * RECORD_PAD behind them.
 */
void value_patch(struct buf *out, struct str old, struct str patch,
    struct arena *scratch);

/*
 * Append the canonical form, the same bytes for equal values: names sorted,
 * numbers normalised (1.50 -> 1.5, 1e2 -> 100), strings minimally escaped.
 */
void value_canon(struct buf *out, struct value v, enum value_compare how,
    struct arena *scratch);

#endif
