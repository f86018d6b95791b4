/*
 * Random records that are valid by a schema, for the laws of mappings.
 *
 * They are made from the view that the mapping compiler has of the schema
 * (schema/view.h) and then checked by it: what the view does not tell (not,
 * contains, one of two branches) is mended until the record is valid.  The
 * same seed and the same hints give the same records.
 *
 * Values lean to the edges, where mappings break: "" and " ", combining marks,
 * a NUL, 9007199254740993, 0.10, 38 digits, leap days, the hour that a clock
 * skips, the farthest zones, long lists, null and absent, {} and [].
 *
 * What a schema does not say, such as what a codec takes for an e-mail
 * address, records that are given as hints do: now and then a value of one of
 * them is taken over at the same place.
 */
#ifndef SCHEMA_SAMPLE_H
#define SCHEMA_SAMPLE_H

#include "record/value.h"
#include "schema/schema.h"

/* Records kept as hints; the next one replaces the oldest. */
#define SAMPLE_HINTS 24

struct sample;

/* The schema outlives it.  One thread. */
struct sample *sample_new(const struct schema *schema);
void sample_free(struct sample *s);
/* From here on, the random numbers of this seed. */
void sample_seed(struct sample *s, uint64_t seed);
/* A number below n, n > 0. */
uint64_t sample_below(struct sample *s, uint64_t n);
/* json (copied) is an object with values that are worth having. */
void sample_hint(struct sample *s, struct str json);

/* The hints there are stay, as many as half of them. */
void sample_pin(struct sample *s);

/* All make their values in a; they may point into hints, until the next. */

/* A record, or -1: none was found that is valid. */
int sample_record(struct sample *s, struct value *out, struct arena *a,
    struct err *e);
/*
 * The record with another value at a path of names, which may be none at all.
 * -1: none was found with which it is valid.
 */
int sample_other(struct sample *s, struct value *record,
    const struct str *path, size_t n, struct arena *a, struct err *e);
/* Whether a record is valid. */
int sample_valid(struct sample *s, struct value record);

#endif
