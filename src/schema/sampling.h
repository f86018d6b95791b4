/*
 * Inside the maker of samples (sample*.c): what is known of a place, once,
 * and values for it.
 */
#ifndef SCHEMA_SAMPLING_H
#define SCHEMA_SAMPLING_H

#include "schema/format.h"
#include "schema/regex.h"
#include "schema/sample.h"
#include "schema/view.h"

/* Undeclared members that a record may be given. */
#define SAMPLE_EXTRAS 24

struct spot;

struct spot_member {
	struct str name;
	const struct schema_node *node;
	struct spot *to; /* when first asked: schemas contain themselves */
	int required;
};

struct spot {
	const struct schema_node *node;
	unsigned types;
	int listed; /* values are all there are */
	const struct value *values;
	size_t nvalues;
	enum format format;
	size_t min_length, max_length;
	struct str pattern; /* n == 0: none */
	const struct regex *regex;
	struct str minimum, maximum, multiple; /* n == 0: none */
	int above, below; /* the bound itself is out */
	size_t min_items, max_items;
	int unique, has_prefix;
	struct spot *items;
	int has_items; /* items was asked for */
	struct spot_member *members;
	size_t nmembers, nextra; /* extra ones lie behind */
};

struct sample {
	struct arena keep; /* places */
	const struct schema *schema;
	struct schema_run *run;
	struct regex_run *regex;
	struct spot *root;
	uint64_t state;
	struct buf hints[SAMPLE_HINTS];
	unsigned nhint, next_hint, pinned;
	/* of the record that is made */
	struct value open[SAMPLE_HINTS]; /* the hints, when first asked */
	long left;                       /* values it may have */
	struct buf text;                 /* scratch */
};

static inline int
sample_chance(struct sample *s, unsigned in)
{
	return sample_below(s, in) == 0;
}

/* What the schema says of a node; members and elements when first asked. */
struct spot *spot_of(struct sample *s, const struct schema_node *n);
struct spot *spot_member(struct sample *s, struct spot_member *m);
struct spot *spot_item(struct sample *s, struct spot *p, size_t i);

/* A text or number for a place; ABSENT when none was found. */
struct value sample_text(struct sample *s, const struct spot *p,
    struct arena *a);
struct value sample_number(struct sample *s, const struct spot *p,
    unsigned types, struct arena *a);
/* Some name that no schema says anything about. */
struct str sample_name(struct sample *s, size_t i);

/*
 * Append a text of an ECMA-262 pattern.  What looks ahead or back, and \b, is
 * taken as nothing: the caller matches what comes.
 */
void sample_pattern(struct sample *s, struct str pattern, struct buf *out);

#endif
