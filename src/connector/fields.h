/*
 * The field catalogue of an object: asked for page by page as the connector
 * says, and made a JSON Schema that adds its fields to those of a record,
 * which is what the compiler takes (struct lang_catalog).
 *
 * One thread owns a catalogue that is read.  The same fields give the same
 * text, in whatever order they came.
 */
#ifndef CONNECTOR_FIELDS_H
#define CONNECTOR_FIELDS_H

#include "connector/connector.h"

/* Fields of an object, and pages that they come in, at most. */
#define FIELDS_MAX 10000
#define FIELDS_PAGES 1000

struct fields;

struct fields *fields_new(void);
void fields_free(struct fields *f);

/*
 * The request of the next page into *req, as connector_request does.  call's
 * op is the object's catalogue (CONNECTOR_FIELDS); it has no records.
 */
int fields_request(struct fields *f, const struct connector_call *call,
    struct vm *vm, struct http_request *req, struct arena *a, struct err *e);

enum fields_step {
	FIELDS_NEXT,   /* another page is to be asked for */
	FIELDS_END,    /* all is read: fields_schema */
	FIELDS_FAILED, /* *r says what it means, *e why: begin anew */
};

/*
 * What became of a page.  A reply that came and cannot be read as the
 * connector says is FAIL_CONFIG: it would be the same again.
 */
enum fields_step fields_reply(struct fields *f,
    const struct connector_call *call, struct vm *vm,
    const struct http_done *rep, int64_t now_ms, struct connector_result *r,
    struct arena *a, struct err *e);

/* Append the catalogue, one text without line ends. */
void fields_schema(const struct fields *f, const struct unit_fields *how,
    struct buf *out);

#endif
