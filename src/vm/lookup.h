/*
 * The answers that a batch was prepared with: kind, name and key to value.
 *
 * Filled before records are mapped, then only read; what it points to lies in
 * the arena of the batch.  One thread's.
 */
#ifndef VM_LOOKUP_H
#define VM_LOOKUP_H

#include "base/table.h"
#include "vm/vm.h"

struct lookups {
	struct table table; /* id -> struct value, ABSENT: not found */
	struct buf id;      /* of the question that is being asked */
	int whole; /* what it has not is not found; else it is not known */
};

/* Kind, name and key in one: what travels and what the table goes by. */
void lookup_id(struct buf *out, enum lookup_kind kind, struct str name,
    struct str key);
void lookup_id_parts(struct str id, enum lookup_kind *kind,
    struct str *name, struct str *key);
/* v may be ABSENT; id and v->u live as long as l. */
void lookups_put(struct lookups *l, struct str id, const struct value *v);

/*
 * A part as written: {"account": {"A1": "9001"}} of XREF, which answers both
 * ways, or {"owners": {"ann@x.io": 7}} of TABLE.  json has been checked and
 * lives as long as l, as do a and what lies in it.
 */
int lookups_part(struct lookups *l, enum lookup_kind kind,
    struct value json, struct arena *a, struct err *e);
/* {"xref": part, "lookup": part}, with RECORD_PAD bytes behind it. */
int lookups_read(struct lookups *l, struct str json, struct arena *a,
    struct err *e);

/* For vm_set_lookups; arg is a struct lookups. */
vm_lookup_fn lookups_answer;

/* Empty, ready to be filled again. */
void lookups_reset(struct lookups *l);
void lookups_fini(struct lookups *l);

#endif
