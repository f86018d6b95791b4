/*
 * What travels between the stages: work (ingest to engine), results (engine
 * to delivery) and acks (delivery to ingest).
 *
 * Each is a struct here and an item of a frame on the pipe; the field lists
 * below are the only place that says how one becomes the other.
 */
#ifndef STAGE_WORK_H
#define STAGE_WORK_H

#include "pipe/frame.h"
#include "vm/vm.h"

enum frame_kind { FRAME_WORK = 1, FRAME_RESULT = 2, FRAME_ACK = 3 };

/*
 * FIELDS(N, S): N(name) a number, S(name) a byte string, in wire order.
 *
 * emit     the emission this is about: an ack of an older one is ignored
 * seq      journal sequence number of the change
 * sync     id of the sync
 * op       'u' upsert or 'd' delete, as the journal says
 * at       when the change was made, microseconds since 1970
 * attempt  how often the record was tried before
 * tried    the case of classify that all of these were by, its line, or 0
 * linked   a link exists; then remote, version and base are of that link
 * settle   an intent or a dead letter waits for the record
 * decided  the link's last decision
 * more     others of this kind are on their way: a request may wait for them
 * deadline when a record that waits for another is given up, 0: it did not
 * catalog  generation of the catalog whose program told the keys of found
 * key      of the record on the internal side
 * payload  the record as it was captured, byte for byte
 * found    what its lookups find (found.h)
 */
#define WORK_FIELDS(N, S)                                                 \
	N(emit) N(seq) N(sync) N(op) N(at) N(attempt) N(tried)            \
	N(linked) N(settle) N(decided) N(more) N(deadline) N(catalog)     \
	S(key) S(payload) S(remote) S(version) S(base) S(found)

/*
 * decision enum result_decision
 * verb     enum connector_op, of a SEND
 * dirty    how many fields differ
 * line     of the rule that decided or failed
 * gen      the mapping's version that decided, by its id
 * by, match   property and value that an upsert looks for
 * calls    names of the connector's own operations that follow, or are the
 *          verb; each has a NUL behind it
 * fields   what to send (JSON)
 * neu      the base after success (JSON)
 * cause    of a SKIP, an ERROR, a WAIT or an AGAIN
 * wait_sync, wait_key   the link that a WAIT waits for, or that a field of a
 *          SEND or NOTHING was left out for
 * wait_create   and its record is asked for
 * lacks_at generation of the catalog that left a field out of a SEND or
 *          NOTHING, for no field catalogue lists it; 0: none was
 */
#define RESULT_FIELDS(N, S)                                               \
	WORK_FIELDS(N, S)                                                 \
	N(decision) N(verb) N(dirty) N(line) N(gen)                       \
	N(wait_sync) N(wait_create) N(lacks_at)                           \
	S(by) S(match) S(calls) S(fields) S(neu) S(cause) S(wait_key)

#define ACK_FIELDS(N, S) N(emit) N(sync) N(parked) S(key)

enum result_decision {
	RESULT_NOTHING, /* equal to the base */
	RESULT_SKIP,    /* a rule says so */
	RESULT_SEND,
	RESULT_ERROR,   /* cannot be mapped: a dead letter */
	RESULT_LATER,   /* the sync cannot run at the moment: park */
	RESULT_WAIT,    /* another record has to be linked first */
	RESULT_AGAIN,   /* its lookups were told by another catalog */
};

#define WORK_N(name) uint64_t name;
#define WORK_S(name) struct str name;
struct work {
	WORK_FIELDS(WORK_N, WORK_S)
};
struct result {
	RESULT_FIELDS(WORK_N, WORK_S)
};
struct ack {
	ACK_FIELDS(WORK_N, WORK_S)
};
#undef WORK_N
#undef WORK_S

/* A result that says nothing yet, of w. */
void result_of(struct result *r, const struct work *w);

/* The event of w, for the VM; what it is linked to must be known. */
struct vm_event work_event(const struct work *w);

void work_put(struct frame_out *f, const struct work *w);
void result_put(struct frame_out *f, const struct result *r);
void ack_put(struct frame_out *f, const struct ack *a);
/* Slices of the frame; 0, or -1 when the frame is cut short. */
int work_get(struct frame *f, struct work *w);
int result_get(struct frame *f, struct result *r);
int ack_get(struct frame *f, struct ack *a);

#endif
