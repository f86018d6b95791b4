/*
 * What a schema says about a value before there is one: the static type that
 * the mapping compiler reads.
 *
 * A schema_node is one value's place: the schema there with every $ref
 * followed and allOf merged.  anyOf, oneOf, if/then/else, dependentSchemas and
 * a $dynamicRef with several ends are alternatives: a question is answered so
 * that it holds for every record that is valid (types are united, the longest
 * maxLength counts, a property is required when all alternatives require it).
 * `not`, contains and patterns are not looked into.
 *
 * Nodes are made on demand in the arena given to schema_root and live there;
 * the schema outlives them.  One thread walks one root.
 */
#ifndef SCHEMA_VIEW_H
#define SCHEMA_VIEW_H

#include "record/value.h"
#include "schema/schema.h"

/* A mask of JSON types.  A number that need not be whole has both bits. */
enum schema_types {
	SCHEMA_NULL = 1,
	SCHEMA_BOOL = 2,
	SCHEMA_INTEGER = 4,
	SCHEMA_FRACTION = 8,
	SCHEMA_NUMBER = SCHEMA_INTEGER | SCHEMA_FRACTION,
	SCHEMA_STRING = 16,
	SCHEMA_ARRAY = 32,
	SCHEMA_OBJECT = 64,
	SCHEMA_ANY = 127,
};

struct schema_node;

const struct schema_node *schema_root(const struct schema *schema,
    struct arena *a);

/* n is never NULL: it comes from a function here that returned a node. */

/* The types allowed; 0: no value is valid here. */
unsigned schema_types(const struct schema_node *n);
/* "string or null", for messages; in the node's arena. */
struct str schema_types_text(const struct schema_node *n);

/*
 * 1 and the values allowed when enum or const limits them (TEXT decoded, NUM
 * as its literal, BOOL, NULL, RAW), in the schema's order, those of other
 * types than schema_types left out; else 0.
 */
int schema_enum(const struct schema_node *n, const struct value **values,
    size_t *count);

/* Empty: none. */
struct str schema_format(const struct schema_node *n);
/* In characters; SIZE_MAX: no limit. */
size_t schema_max_length(const struct schema_node *n);
size_t schema_min_length(const struct schema_node *n);
/* SIZE_MAX: no limit. */
size_t schema_max_items(const struct schema_node *n);
size_t schema_min_items(const struct schema_node *n);
int schema_unique_items(const struct schema_node *n);
/* Number literals; empty: no limit.  *exclusive (may be NULL) is 0 or 1. */
struct str schema_minimum(const struct schema_node *n, int *exclusive);
struct str schema_maximum(const struct schema_node *n, int *exclusive);
/* A number literal that every value is a multiple of; empty: none. */
struct str schema_multiple_of(const struct schema_node *n);

int schema_read_only(const struct schema_node *n);
int schema_write_only(const struct schema_node *n);
int schema_deprecated(const struct schema_node *n);

/*
 * An annotation or any other keyword ("title", "default", "x-crosswalk-unit")
 * as the schema has it; ABSENT where it has none.  The one nearest to the
 * place wins over those behind a $ref.
 */
struct value schema_annotation(const struct schema_node *n, struct str name);

/* Properties that are declared, in document order, from 0. */
size_t schema_property_count(const struct schema_node *n);
struct str schema_property_name(const struct schema_node *n, size_t i);
/*
 * The declared property (by `properties`, or `patternProperties` where name
 * matches), or NULL: see schema_additional.
 */
const struct schema_node *schema_property(const struct schema_node *n,
    struct str name);
/* 1 when every valid object has it. */
int schema_property_required(const struct schema_node *n, struct str name);
/* What an undeclared property must be; NULL: there may be none. */
const struct schema_node *schema_additional(const struct schema_node *n);
/* What every element behind prefixItems must be; NULL: there is none. */
const struct schema_node *schema_items(const struct schema_node *n);
/* What element i must be: prefixItems, then items; NULL: there is none. */
const struct schema_node *schema_item(const struct schema_node *n, size_t i);

/* Where it stands: "schemas/app/contact.json#/properties/stage". */
struct str schema_where(const struct schema_node *n);

#endif
