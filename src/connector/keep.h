/*
 * Inside the room: texts that are secret.  Memory that held one is cleared
 * when it goes.
 */
#ifndef CONNECTOR_KEEP_H
#define CONNECTOR_KEEP_H

#include "base/arena.h"
#include "record/value.h"

/* A copy on the heap, for keep_drop; of "" nothing. */
struct str keep_text(struct str s);
void keep_drop(struct str *s);
/* Clear what lies in the arena when that goes; s stays readable till then. */
void keep_wipe(struct arena *a, struct str s);
/* The text of a member, kept; "" where it has none. */
struct str keep_member(struct value v, struct str name, struct arena *a);

#endif
