/*
 * Capture: triggers on an application's table that write every change to
 * the journal, in the transaction that makes it.
 */
#ifndef STORE_ATTACH_H
#define STORE_ATTACH_H

#include "store/db.h"

struct attach {
	int32_t tenant_id;
	struct str table;  /* as in SQL: contact, app.contact, "App"."C t" */
	struct str key;    /* column; p NULL: the primary key's */
	struct str entity; /* p NULL: the table's name */
};

/* Safe to repeat: the triggers are made anew.  *entity_id may be NULL. */
int attach_table(struct db *db, const struct attach *in, int32_t *entity_id,
    struct err *e);
/*
 * Take the triggers away and forget the table; the entity and what was
 * captured stay.  *was is false: it was not attached.
 */
int attach_detach(struct db *db, struct str table, bool *was,
    struct err *e);
/*
 * Journal up to limit of the rows that were there before, in the order of
 * their keys; a second call goes on where the first ended, also after a
 * crash.  *journaled is 0: all done.
 */
int attach_backfill(struct db *db, int32_t entity_id, size_t limit,
    size_t *journaled, struct err *e);
/* Begin the backfill again from the first row. */
int attach_rewind(struct db *db, int32_t entity_id, struct err *e);
/*
 * Journal the rows of these keys as they are now, once more or for the first
 * time; *journaled: how many there are.  An entity without a table has none.
 */
int attach_again(struct db *db, int32_t entity_id, const struct str *keys,
    size_t n, size_t *journaled, struct err *e);

#endif
