/*
 * From the body of a request to events of the journal: all or nothing.
 *
 * A line (the whole body where it is not NDJSON) is an envelope
 *
 *   {"entity": "contact", "op": "upsert", "key": "42", "record": {…}}
 *
 * or, when the query names the entity, the record alone, whose key is its
 * member key_field.  A record's bytes go to the journal as they came.
 */
#ifndef API_EVENTS_H
#define API_EVENTS_H

#include "api/directory.h"
#include "api/problem.h"
#include "journal/journal.h"

/* The longest key, in bytes: it stands in indexes of Postgres. */
#define EVENT_KEY_MAX 1000
/* Records of a request. */
#define EVENT_LINES_MAX 100000

struct events_in {
	const struct picture *picture;
	int32_t tenant_id;
	int ndjson;
	struct str entity;    /* of the query; p NULL: envelopes */
	struct str key_field; /* of the query; p NULL: the entity's */
	struct str body;      /* RECORD_PAD readable bytes behind it */
};

struct events_out {
	struct journal_event *events; /* slices of the body and of a */
	size_t n;
	struct problems problems; /* when there are any, n is 0 */
};

/* Scratch of one thread at a time. */
struct events_run;
struct events_run *events_run_new(void);
void events_run_free(struct events_run *run);

void events_read(struct events_run *run, const struct events_in *in,
    struct events_out *out, struct arena *a);

#endif
