/*
 * From .map text to a sealed unit.
 */
#ifndef LANG_LANG_H
#define LANG_LANG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/table.h"
#include "vm/unit.h"

/*
 * Of the language, which a mapping is published in.  It goes up when what a
 * file means changes; then a compiler reads each mapping as its own version
 * says, and refuses one that it does not know.
 */
#define LANG_VERSION 1

/*
 * Where files come from: the disk, or the closure that a publish stored.
 * path is as written after resolving against the using file's folder,
 * normalised ("../" folded).  Text lies in a.  0 or -1.
 */
typedef int lang_read_fn(void *arg, struct str path, struct str *text,
    struct arena *a, struct err *e);

/* Reads from the file system. */
int lang_read_file(void *arg, struct str path, struct str *text,
    struct arena *a, struct err *e);

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

/* One finding, complete; strings lie in the arena of the diags. */
struct diag {
	enum diag_level level;
	int code;            /* 412 of E412 */
	struct str text;
	struct {
		struct str file;
		uint32_t line, col, ncols; /* 1-based; columns are bytes */
		uint32_t beg, end;         /* the same as offsets */
		struct str label;          /* "" none */
	} at[4];
	unsigned nat;
	struct str witness;  /* "" none: an example value */
	struct str fix;      /* "" none */
	/* where the fix is exact: what replaces which bytes of at[0].file */
	struct {
		uint32_t beg, end;
		struct str text; /* p NULL: it is not exact */
	} edit;
};

struct diags {
	struct arena arena;
	struct diag *list;
	size_t n, cap;
	size_t nerror;
	/* texts by path, for the caret lines */
	struct table sources;
	/*
	 * Where nothing is called like the probe, tried is told what could be:
	 * so editors learn the words of a place from who reads it.  n == 0:
	 * nobody asks.
	 */
	struct str probe;
	void (*tried)(void *arg, struct str word);
	void *arg;
};

void diags_init(struct diags *d);
void diags_fini(struct diags *d);
/* As language.md 2.22 shows; colour: ANSI. */
void diags_print(struct buf *out, const struct diags *d, int colour);
void diags_json(struct buf *out, const struct diags *d);

/* What a code means: its title and a paragraph, or NULL for no such code. */
const char *diag_explain(int code, const char **title);

/* The files that were read, in order of first use. */
struct lang_source {
	struct str path;
	struct str text;
};

struct lang_sources {
	struct lang_source *list;
	size_t n;
};

/* A JSON Schema that adds fields to the records of a schema of the right. */
struct lang_catalog {
	/* "hubspot.contact"; ".contact": the contact of any schema's CRM */
	struct str schema;
	struct str file;   /* for messages */
	struct str text;
};

/* What a compile is told beside the sources; all zero: nothing. */
struct lang_options {
	/*
	 * Values of params: JSON objects by name, the first that has one is
	 * right.  Names that no file declares are somebody else's.
	 */
	const struct str *params;
	size_t nparam;
	/* A tenant's own fields; what no map has on its right is not read. */
	const struct lang_catalog *catalogs;
	size_t ncatalog;
};

/*
 * Compile path and all it uses.  0 and *out when there is no error; -1 and
 * all findings in d otherwise.  Warnings do not fail.  The caller unrefs.
 * o may be NULL; sources (may be NULL) is filled in d's arena even on
 * failure.
 */
int lang_compile(struct str path, lang_read_fn *read, void *arg,
    const struct lang_options *o, struct unit **out,
    struct lang_sources *sources, struct diags *d);

/*
 * Format a source; keeps comments.  -1 with findings when it does not parse.
 */
int lang_format(struct str path, struct str text, struct buf *out,
    struct diags *d);

#endif
