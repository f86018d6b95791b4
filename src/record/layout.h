/*
 * A layout: the tree of a target record, and the slot that each field is
 * written from.  The mirror of a shape.  Made once per program and sealed.
 *
 * Writing a whole record, the minimal patch against an old one and the
 * canonical hash all walk the same layout, so they cannot disagree.
 */
#ifndef RECORD_LAYOUT_H
#define RECORD_LAYOUT_H

#include "record/shape.h"
#include "record/value.h"

struct layout;

/* Written when the record is made; never part of a patch. */
#define LF_CREATE_ONLY 1
/*
 * The slot holds a RECORD (or nothing) whose members are spliced into this
 * object, one such slot an object.  A member that a field or object of the
 * layout names as well is left out: the layout's own wins.
 */
#define LF_SPLICE 2

struct layout *layout_new(struct arena *a, size_t nslots);
/*
 * Fields of an object come out in the order in which they were added.  A
 * path has n names, n >= 1 for a field; that of a splice is the object's own.
 * A path is added once, and is not both a field and an object.
 */
void layout_add(struct layout *l, const struct str *path, size_t n,
    size_t slot, enum value_compare how, unsigned flags);
void layout_seal(struct layout *l);
/* A sealed shape in arena a that reads the target back into the same slots. */
struct shape *layout_shape(const struct layout *l, struct arena *a);
/* Each field and splice of a sealed layout, in the order of writing. */
typedef void layout_field_fn(void *arg, const struct str *path, size_t n,
    size_t slot, unsigned flags);
void layout_walk(const struct layout *l, layout_field_fn *fn, void *arg);
size_t layout_nslots(const struct layout *l);

/*
 * Append the record.  ABSENT fields are left out, and objects in which
 * nothing is left; an empty record is {}.  clear: what a NULL is written as
 * ("null" when clear.n == 0).
 */
void layout_write(struct buf *out, const struct layout *l,
    const struct value *slots, struct str clear);

/*
 * Compare each field of neu with old (both in slots of l).  A field that is
 * ABSENT in neu is no difference; ABSENT in old and NULL in neu is one.  For
 * those that differ: append the minimal patch to out (out may be NULL) and set
 * bit slot of dirty (may be NULL; (nslots + 63) / 64 words, cleared here).
 * Members of a SPLICE differ one by one, and what only old has is no
 * difference.  Returns how many fields and members differ; at 0 nothing is
 * appended.
 */
size_t layout_diff(struct buf *out, const struct layout *l,
    const struct value *neu, const struct value *old, struct str clear,
    uint64_t *dirty, struct arena *scratch);

/*
 * Slot by slot: what neu has, else what old has, into out (may be old); a
 * splice member by member.
 */
void layout_overlay(const struct layout *l, const struct value *neu,
    const struct value *old, struct value *out, struct arena *a);

/* Append the canonical form of all fields: equal records, equal bytes. */
void layout_canon(struct buf *out, const struct layout *l,
    const struct value *slots, struct arena *scratch);

#endif
