/*
 * What a batch's lookups found, on its way from ingest to the engine: a
 * sequence of answers in one byte string of the work.
 *
 *   length of id, id (vm/lookup.h), kind of answer, length of value, value
 */
#ifndef STAGE_FOUND_H
#define STAGE_FOUND_H

#include "base/err.h"
#include "vm/lookup.h"

/*
 * Append an answer.  value.p NULL: nothing was found.  Ids are texts, values
 * of tables are JSON.
 */
void found_put(struct buf *out, enum lookup_kind kind, struct str name,
    struct str key, struct str value);
/* Append why the keys of the record could not be told. */
void found_error(struct buf *out, const struct err *why);

/*
 * Give the answers to l; they live as long as found and a.  -1: the record
 * asks for what cannot be asked, or found is none.
 */
int found_read(struct str found, struct lookups *l, struct arena *a,
    struct err *e);

#endif
