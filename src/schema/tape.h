/*
 * A tape: JSON text as a flat row of tokens, in one pass of record/scan.h.
 *
 * Both sides of a check are tapes: the schema document (decoded once, then
 * read-only) and the record (in scratch memory that stays).  A token knows
 * where its value ends, so any keyword may look at any value again without
 * reading text twice, and a place is one number.
 *
 *   {"a": [1, true]}   0 OBJECT next 5 count 1
 *                      1 STRING "a"            a name is a token as well
 *                      2 ARRAY  next 5 count 2
 *                      3 NUMBER 1
 *                      4 BOOL   true
 */
#ifndef SCHEMA_TAPE_H
#define SCHEMA_TAPE_H

#include "record/names.h"
#include "record/scan.h"

struct tok {
	const char *p; /* string: its bytes; else the text of the value */
	uint32_t n;    /* bytes at p */
	uint8_t kind;  /* enum scan_kind */
	uint8_t flags; /* VF_ESCAPED, VF_PLAIN */
	union {
		struct {
			uint32_t next;  /* the token behind this value */
			uint32_t count; /* members, elements; bool: 0, 1 */
		};
		uint64_t hash; /* of a name: name_hash */
	};
};

struct tape {
	struct tok *t;
	size_t n;
	size_t cap;
	struct str text;
	struct arena decoded; /* strings that had escapes */
	struct scan_names *names;
	struct name_seed seed;
};

void tape_init(struct tape *t);
void tape_fini(struct tape *t);

/*
 * Names come decoded.  The text has RECORD_PAD bytes behind it and outlives
 * the tokens; err.at is a byte.
 */
int tape_read(struct tape *t, struct str text, struct err *e);

/*
 * The tape of one value that is no container: the bytes of a string (flags:
 * VF_ESCAPED or 0) or a literal, with 8 readable bytes behind.
 */
void tape_one(struct tape *t, enum scan_kind kind, struct str bytes,
    unsigned flags);

/* Decode every string, after which the tape is only read. */
void tape_decode(struct tape *t);

/* The decoded bytes of a string, with 8 readable ones behind. */
struct str tape_str(struct tape *t, uint32_t at);

/* The value of a member of the object at, or 0 (the root is no member). */
uint32_t tape_member(const struct tape *t, uint32_t at, struct str name);

/* Append the JSON pointer of a token; a name has that of its member. */
void tape_pointer(const struct tape *t, uint32_t at, struct buf *out);

/*
 * Equal as JSON Schema has it: numbers by value, objects in any order.  Each
 * visit takes one of *fuel; at 0 the answer is 0.
 */
int tape_equal(struct tape *a, uint32_t i, struct tape *b, uint32_t j,
    size_t *fuel);
/* Equal values have equal hashes; seeded. */
uint64_t tape_hash(struct tape *t, uint32_t at);

static inline struct str
tok_str(const struct tok *t)
{
	return (struct str){ t->p, t->n };
}

/* Characters, as minLength counts them, of decoded UTF-8. */
static inline size_t
tape_chars(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

#endif
