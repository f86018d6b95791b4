/*
 * JSON Schema, draft 2020-12: compiled once, run on records as JSON text.
 *
 * A set holds the documents that schemas are made of and the folders that
 * URIs are read from; nothing ever comes from a network.  A schema compiled
 * from it is sealed: threads share it read-only, each with a run of its own.
 * Everything a set has made lives until schema_set_free.
 *
 *   set = schema_set_new();
 *   schema_map(set, STR("https://example.com/"), "/usr/share/schemas", &e);
 *   schema_load(set, STR("app/contact.json"), &schema, &e);
 *   run = schema_run_new();
 *   schema_check(schema, run, record, print, NULL, &e);
 *
 * Numbers are compared by value, exactly, whatever their size.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Nested evaluations on one record; a schema that loops on itself ends here. */
#define SCHEMA_DEPTH 1024
/* $ref, allOf, if, … that one value may pass through without going deeper. */
#define SCHEMA_INPLACE 64
/*
 * Evaluations and visits of values in one check: so many, and so many more
 * per value of the record; then it is an error.
 */
#define SCHEMA_STEPS ((size_t)1 << 18)
#define SCHEMA_STEPS_VALUE ((size_t)64)
/* Errors reported of one record. */
#define SCHEMA_ERRORS 100
/* The longest schema document. */
#define SCHEMA_DOC_MAX ((size_t)16 << 20)

struct schema_set;
struct schema;
struct schema_run;

struct schema_set *schema_set_new(void);
/*
 * Files come from read, not from the disk.  path is what schema_load was
 * given, or what a document refers to, seen from where that path is; the text
 * lies in a.  A document with an $id refers to files as if the $id were its
 * path.  0 or -1.
 */
typedef int schema_read_fn(void *arg, struct str path, struct str *text,
    struct arena *a, struct err *e);
void schema_reader(struct schema_set *set, schema_read_fn *read, void *arg);

/* Where the last schema_load failed, in a file of the reader; or NULL. */
struct schema_fault {
	struct str path;
	struct str text; /* of the whole file */
	size_t at;       /* the byte in it */
	int missing;     /* it refers to what cannot be read */
	struct str why;
};
const struct schema_fault *schema_fault(const struct schema_set *set);

/* Frees every schema of the set as well. */
void schema_set_free(struct schema_set *set);

/*
 * Assert `format` in schemas compiled from now on.  Without it, format is an
 * annotation, as the draft wants, unless the metaschema's $vocabulary asserts.
 */
void schema_assert_format(struct schema_set *set);

/*
 * URIs that begin with prefix are files under dir: prefix "http://h/a/" and
 * dir "/d" make "http://h/a/b/c.json" the file /d/b/c.json.  The longest
 * prefix wins.  -1 when prefix is not absolute or dir is not a folder.
 */
int schema_map(struct schema_set *set, struct str prefix, const char *dir,
    struct err *e);

/*
 * Compile the document at a path or an absolute URI (with a fragment, the
 * schema at that place in it).  A document read by path may refer to files
 * beside it; all others only to what is mapped, to $ids already in the set
 * and to the metaschemas of 2020-12, which are built in.
 * The error names the document, the place in it as a JSON pointer and what is
 * wrong.  Unknown keywords are ignored; a known one with a malformed value is
 * an error, and so is a schema that refers to itself without going deeper.
 */
int schema_load(struct schema_set *set, struct str path_or_uri,
    const struct schema **out, struct err *e);

/*
 * The same, for records that are made to be written: a property that is
 * readOnly is never required.
 */
int schema_load_written(struct schema_set *set, struct str path_or_uri,
    const struct schema **out, struct err *e);

/* The same from text; base is an absolute URI, or empty for a nameless one. */
int schema_compile(struct schema_set *set, struct str text, struct str base,
    const struct schema **out, struct err *e);

/* Scratch memory of one thread; grows to what records need, then stays. */
struct schema_run *schema_run_new(void);
void schema_run_free(struct schema_run *run);

/*
 * What is wrong with a record.  The slices live until the callback returns.
 * The text never contains a value of the record, only names of fields.
 */
struct schema_error {
	struct str instance; /* JSON pointer; empty: the record itself */
	struct str schema;   /* the same; "URI#pointer" in another document */
	struct str text;     /* a sentence */
};
typedef void schema_error_fn(void *arg, const struct schema_error *error);

/*
 * 1 valid, 0 invalid, -1 not JSON or a limit reached (e says which).  json has
 * RECORD_PAD readable bytes behind it and at most RECORD_MAX bytes.  fn (may
 * be NULL) is called for each error, at most SCHEMA_ERRORS times; valid
 * records cost the same with it or without.
 */
int schema_check(const struct schema *schema, struct schema_run *run,
    struct str json, schema_error_fn *fn, void *arg, struct err *e);

#endif
