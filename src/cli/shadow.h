/*
 * What two versions of a mapping made of the same records, field by field.
 */
#ifndef CLI_SHADOW_H
#define CLI_SHADOW_H

#include "base/table.h"
#include "cli/sheet.h"
#include "record/value.h"

/* What one version does with a record. */
struct shadow_side {
	struct str made;    /* JSON with RECORD_PAD; p NULL: nothing */
	struct str verdict; /* "upsert", "skip \"no consent\"" */
	struct str why;     /* of an error, "": it is none */
	uint64_t line;      /* of the rule that failed; 0: none did */
};

struct shadow {
	struct arena arena;
	struct arena scratch; /* of a record */
	struct table fields, verdicts;
	struct buf path, text;
	uint64_t records;
	uint64_t differ; /* of them */
	int differs;     /* the record that is looked at */
};

/* Zero-initialised is empty. */
void shadow_fini(struct shadow *s);
/* Another record, of that key. */
void shadow_add(struct shadow *s, struct str key,
    const struct shadow_side *now, const struct shadow_side *then);
/* Fields and verdicts that differ, a sheet each, in the order of meeting. */
void shadow_print(struct shadow *s, struct buf *out, int json);

#endif
