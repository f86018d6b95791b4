/*
 * A strict pull reader (RFC 8259) for request bodies of many records, where
 * jansson's tree costs more than all else a call does.
 *
 * Errors are sticky: after the first one every call says no, so the caller
 * looks at json_bad once, at the end.  Strings without escapes are slices of
 * the text; the others are decoded into the arena.
 */
#ifndef SANDBOX_JSON_H
#define SANDBOX_JSON_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Nesting deeper than this is an error. */
#define SIM_JSON_DEPTH 64

struct sim_json {
	const char *start, *p, *end;
	struct arena *arena;
	unsigned depth;
	bool first;      /* the next member or item is the first of its kind */
	const char *bad; /* NULL, or what is wrong at p */
};

void sim_json_init(struct sim_json *j, struct str text, struct arena *a);
/* '{' '[' '"' '0' 't' 'f' 'n' for the value that comes next; 0: an error. */
char sim_json_peek(struct sim_json *j);
/* Enter an object; then sim_json_key until it says false. */
bool sim_json_object(struct sim_json *j);
bool sim_json_key(struct sim_json *j, struct str *key);
/* Enter an array; then sim_json_item before each item until false. */
bool sim_json_array(struct sim_json *j);
bool sim_json_item(struct sim_json *j);
bool sim_json_string(struct sim_json *j, struct str *s);
/* A string, or the literal text of a number, true, false or null. */
bool sim_json_scalar(struct sim_json *j, struct str *s);
bool sim_json_skip(struct sim_json *j);
/* Nothing but space is left, and there was no error. */
bool sim_json_end(struct sim_json *j);
/* NULL is an error that has its own text already. */
bool sim_json_fail(struct sim_json *j, const char *why);

#endif
