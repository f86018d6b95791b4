/*
 * Looking up for a batch: the keys that its records ask for, told by their
 * program, and the answers, in one query a kind.
 *
 * Belongs to the ingest thread.
 */
#ifndef STAGE_RESOLVE_H
#define STAGE_RESOLVE_H

#include "stage/catalog.h"
#include "stage/work.h"
#include "store/db.h"

struct resolver;

struct resolver *resolver_new(void);
void resolver_free(struct resolver *r);

/*
 * Fill found of works, which are all of the sync of rt; NULL: it is
 * no longer there.  Slices live in the arena.
 */
int resolve(struct resolver *r, struct db *db, const struct route *rt,
    struct work *works, size_t n, struct metrics *m, struct arena *a,
    struct err *e);

#endif
