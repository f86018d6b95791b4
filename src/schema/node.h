/*
 * Compiled schemas.  Internal: compile.c makes them, check.c runs them,
 * view.c reads them.  Sealed when schema_load returns.
 */
#ifndef SCHEMA_NODE_H
#define SCHEMA_NODE_H

#include "schema/doc.h"
#include "schema/format.h"
#include "schema/keys.h"
#include "schema/literal.h"
#include "schema/regex.h"
#include "schema/view.h"

enum node_kind {
	NODE_RULES,
	NODE_TRUE, /* says nothing */
	NODE_FALSE,
};

/* A resource as one schema uses it: where $dynamicRef looks. */
struct region {
	const struct resource *res;
	unsigned vocab;
	const struct dynamic *dynamics;
	struct region *next;
};

struct dynamic {
	struct str name;
	const struct node *node;
	struct dynamic *next;
};

/* enum, or const as an enum of one: values are tokens of the document. */
struct choice {
	uint32_t at; /* the list, or for const the value */
	uint32_t count;
	const uint32_t *values;
	struct keys texts; /* those that are strings */
	int only_texts;
};

struct bound {
	struct str literal; /* n == 0: none */
	int64_t i;
	int small; /* i is its value */
};

struct number_rules {
	struct bound min, max, xmin, xmax;
	struct str multiple;
	struct divisor divisor;
};

struct string_rules {
	size_t min, max;
	const struct regex *pattern;
	enum format format; /* to assert, else FORMAT_NONE */
};

struct array_rules {
	size_t min, max;
	int unique;
	const struct node *const *prefix;
	size_t nprefix;
	const struct node *items;
	const struct node *contains;
	size_t min_contains, max_contains;
};

struct property {
	const struct node *node; /* NULL: only its name counts */
	int required;
};

struct pattern_rule {
	const struct regex *regex;
	const struct node *node;
};

struct dependency {
	struct str name;
	const struct str *wants;
	size_t n;
};

struct object_rules {
	size_t min, max;
	struct keys names; /* those of properties first, then of required */
	struct property *props;
	size_t nprops; /* declared by properties */
	size_t nrequired;
	const struct pattern_rule *patterns;
	size_t npatterns;
	const struct dependency *dependencies;
	size_t ndependencies;
	const struct node *additional;
	const struct node *names_schema; /* propertyNames */
};

enum apply_kind {
	APPLY_REF,
	APPLY_DYNAMIC_REF,
	APPLY_ALL,
	APPLY_ANY,
	APPLY_ONE,
	APPLY_NOT,
	APPLY_IF, /* nodes: if, then or NULL, else or NULL */
	APPLY_DEPENDENT,
};

/* Schemas that apply to the same value. */
struct apply {
	enum apply_kind kind;
	struct str name; /* DYNAMIC_REF: the anchor; DEPENDENT: the property */
	const struct node *const *nodes;
	size_t n;
	/* DYNAMIC_REF: every node that it may end at, nodes[0] among them */
	const struct node *const *ends;
	size_t nends;
};

struct node {
	enum node_kind kind;
	unsigned kinds; /* bits of enum scan_kind: check_any says yes */
	unsigned pass;  /* the same: valid without a look */
	unsigned types; /* enum schema_types */
	const struct choice *choice;
	const struct choice *konst;
	const struct string_rules *string;
	const struct number_rules *number;
	const struct array_rules *array;
	const struct object_rules *object;
	const struct apply *apply;
	size_t napply;
	const struct node *rest_items;      /* unevaluatedItems */
	const struct node *rest_properties; /* unevaluatedProperties */
	const struct region *region;
	const struct doc *doc;
	uint32_t at;
	int mark; /* of the search for loops */
	int read_only; /* 1 it is, -1 it is not, 0 not asked yet */
};

struct schema {
	const struct node *root;
	struct schema_set *set;
	int dynamic; /* has a $dynamicRef that must look */
};

/* The value of a keyword in the node's document, or 0. */
uint32_t node_keyword(const struct node *n, struct str name);

#endif
