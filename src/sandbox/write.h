/*
 * One record to write, from its JSON to its place in the reply; batch.c has
 * many of them, object.c one.  Parse needs no lock, the rest does.
 */
#ifndef SANDBOX_WRITE_H
#define SANDBOX_WRITE_H

#include "sandbox/json.h"
#include "sandbox/sim.h"

/* As sent, and what became of it. */
struct sim_pair {
	struct str name, value;
	bool null;
	struct sim_prop *prop;
};

struct sim_why {
	const char *code; /* NULL: none */
	struct str property, message;
};

struct sim_item {
	struct str id, id_prop, trace;
	struct sim_pair *pairs;
	size_t npairs, cap;
	bool has_properties;
	struct sim_record *record; /* NULL: to be created */
	bool created;
	/* the refusal; status 0: none */
	int status;
	const char *category;
	struct str message;
	struct sim_why *why;
	size_t nwhy;
	bool not_found;
};

/* Values of unique properties that items before this one have taken. */
struct sim_claims {
	struct table table;
};

/* An input object at j; unknown members are skipped, as HubSpot does. */
bool sim_item_parse(struct sim_json *j, struct sim_item *it);
/*
 * Find the record and check every value.  1: fine; 0: the item is refused
 * (it says why); -1: the whole request is refused and *r filled.
 */
int sim_item_prepare(struct sim *s, struct sim_request *q, enum sim_op op,
    struct sim_item *it, struct sim_claims *claims, struct sim_reply *r);
/* Write; counts go to q->counts. */
void sim_item_apply(struct sim_request *q, struct sim_item *it);
/* The record as a write answers it. */
void sim_item_put(struct buf *b, const struct sim_request *q,
    enum sim_op op, const struct sim_item *it, bool batch);
/* The refusal as a member of "errors" of a 207. */
void sim_item_put_error(struct buf *b, const struct sim_request *q,
    const struct sim_item *it);
/* The refusal as the whole reply. */
void sim_item_refuse(struct sim_reply *r, const struct sim_item *it);

#endif
