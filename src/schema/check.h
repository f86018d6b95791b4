/*
 * A check that runs, as its parts share it.  Internal: check.c evaluates
 * nodes, check_scalar.c, check_nested.c and check_apply.c know the keywords,
 * complain.c the sentences.
 */
#ifndef SCHEMA_CHECK_H
#define SCHEMA_CHECK_H

#include "schema/node.h"

struct schema_run {
	struct tape tape;
	struct regex_run *regex;
	struct buf instance, place, text;
	uint64_t *bits; /* a stack of bit sets: what has been evaluated */
	size_t nbits, cap;
	struct arena scratch;
};

/* One check: how far it got, and where errors go. */
struct check {
	const struct schema *schema;
	struct schema_run *run;
	size_t fuel;
	unsigned depth;
	int broken; /* a limit was reached: e says which */
	int loud;   /* errors are reported; else the first one ends it */
	int errors; /* reported so far */
	schema_error_fn *fn;
	void *arg;
	struct err *e;
};

/* Resources entered on the way here, for $dynamicRef. */
struct scope {
	const struct scope *up;
	const struct region *region;
};

/* A set of marks by its place on the stack of bits. */
#define NO_MARKS SIZE_MAX

/*
 * All of these: 1 valid, 0 not.  marks: where the elements or members that
 * were looked at are noted, or NO_MARKS.
 */
int check_eval(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks);
/* In silence; marks only count when it is valid. */
int check_quietly(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks);
/* type, enum and const. */
int check_any(struct check *c, const struct node *n, uint32_t at);
int check_string(struct check *c, const struct node *n, uint32_t at);
int check_number(struct check *c, const struct node *n, uint32_t at);
int check_array(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks);
int check_object(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks);
/* unevaluatedItems or unevaluatedProperties: what no other keyword saw. */
int check_rest(struct check *c, const struct node *rest, uint32_t at,
    const struct scope *up, size_t marks);
int check_apply(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up, size_t marks);

/* Does a pattern match?  0 as well when a limit ends the check. */
int check_regex(struct check *c, const struct regex *r, struct str s);
/* The steps are spent; returns 0. */
int check_out_of_fuel(struct check *c) __attribute__((cold));

static inline const struct tok *
tok_at(const struct check *c, uint32_t at)
{
	return &c->run->tape.t[at];
}

/* n steps; 0: there are not so many. */
static inline int
spend(struct check *c, size_t n)
{
	if (c->fuel < n)
		return check_out_of_fuel(c);
	c->fuel -= n;
	return 1;
}

/* check_eval of an element or a member. */
static inline int
check_value(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up)
{
	return n->pass >> tok_at(c, at)->kind & 1 ||
	    check_eval(c, n, at, up, NO_MARKS);
}

static inline void
mark(struct check *c, size_t marks, size_t i)
{
	if (marks != NO_MARKS)
		c->run->bits[marks + i / 64] |= (uint64_t)1 << i % 64;
}

static inline int
is_marked(const struct check *c, size_t marks, size_t i)
{
	return c->run->bits[marks + i / 64] >> i % 64 & 1;
}

#endif
