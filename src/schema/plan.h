/*
 * A plan: a record that still lies in the slots of a layout, held to a schema
 * without being written and read again.
 *
 * Each field is checked by the schemas that apply to it, evaluated as ever;
 * what a schema says about an object as a whole is looked through when the
 * plan is made.  Where that is not enough the plan says "not certain", and
 * schema_check on the record's text has the last word and all the sentences.
 */
#ifndef SCHEMA_PLAN_H
#define SCHEMA_PLAN_H

#include "record/layout.h"
#include "schema/schema.h"

struct schema_plan;

/* In a; read-only once it is shared; the schema outlives it. */
struct schema_plan *schema_plan_new(const struct schema *schema,
    const struct layout *l, struct schema_run *run, struct arena *a);

/* Whether the field at a path may be v, for certain. */
int schema_plan_takes(const struct schema_plan *plan, struct schema_run *run,
    const struct str *path, size_t n, struct value v);
/* Whatever is written there, or spliced in there, is taken for valid. */
void schema_plan_prove(struct schema_plan *plan, const struct str *path,
    size_t n, int splice);
int schema_plan_proven(const struct schema_plan *plan, size_t slot);

/*
 * 1: the record that layout_write makes of the slots is valid; 0: not
 * certain.  part: the slots are part of a record that has more members, so
 * that `required` says nothing.
 */
int schema_plan_check(const struct schema_plan *plan, struct schema_run *run,
    const struct value *slots, int part);

/* Whether there are records it is certain of, for tests. */
int schema_plan_helps(const struct schema_plan *plan);

#endif
