/*
 * Inside the room: the parts of reading a reply.
 */
#ifndef CONNECTOR_REPLY_H
#define CONNECTOR_REPLY_H

#include "connector/connector.h"

/* What classify said. */
struct verdict {
	enum outcome outcome;
	int64_t wait_ms;
	struct connector_tries tries;
	int matched; /* 0: no clause did */
};

/* A reply while it is read. */
struct reading {
	const struct connector_call *call;
	struct vm *vm;
	const struct http_done *rep;
	int64_t now_ms;
	struct value headers; /* RECORD, lower-case names */
	struct value body;    /* ABSENT where it is not JSON */
	struct arena *a;
};

/* connector_reply; leaves what it read in *rd. */
void reply_read(struct reading *rd, struct connector_result *r);

/*
 * The first of them, as a record; names in small letters, of one that comes
 * again the first.
 */
struct value reply_headers(const struct http_done *rep, struct arena *a);

/* The provider's clock, by its Date; -1 where it does not say. */
int64_t reply_date_ms(const struct http_done *rep);

/*
 * The op's classify on the reply's status and headers, and body; what that
 * does not know, the connector's.
 */
int classify(const struct reading *rd, struct value body, struct verdict *v,
    struct err *e);

/* What is left of each budget, -1 where the reply does not say it. */
int64_t *reply_left(const struct reading *rd);

/* UNKNOWN where op cannot be sent twice, else RETRY. */
enum outcome outcome_unknown(const struct unit_op *op);

/*
 * The provider's word and sentence for an error, by the op's error_text;
 * where it has none, the beginning of the JSON.
 */
void error_words(const struct reading *rd, struct value item,
    struct str *code, struct str *text);

/* Whether there is more than blanks. */
int reply_has_bytes(struct str body);
/* What classify sees of the headers, in a. */
struct value reply_headers(const struct http_done *rep, struct arena *a);

/* What classify says of an error, as the outcome of its record. */
enum outcome item_failure(const struct unit_op *op, enum outcome o);
/* Nothing speaks of the record, or too much. */
void item_unmatched(const struct reading *rd, struct connector_item *it,
    const char *why);
/* Fill the items of a reply that is OK or PER_ITEM, by the op's model. */
void read_items(const struct reading *rd, struct connector_result *r);

#endif
