/*
 * Documents and the resources in them: where a URI leads.  Internal.
 *
 * A document is one JSON text, read into a tape when first asked for.  A
 * resource is a part of it with a URI of its own: the root, and each schema
 * with an $id.  Once in the set, neither changes.
 */
#ifndef SCHEMA_DOC_H
#define SCHEMA_DOC_H

#include "base/table.h"
#include "schema/schema.h"
#include "schema/tape.h"

/* X(name, the last step of its URI) */
#define VOCAB_MAP(X)                       \
	X(CORE, "core")                    \
	X(APPLICATOR, "applicator")        \
	X(UNEVALUATED, "unevaluated")      \
	X(VALIDATION, "validation")        \
	X(META, "meta-data")               \
	X(FORMAT, "format-annotation")     \
	X(ASSERTION, "format-assertion")   \
	X(CONTENT, "content")

enum vocab_bit {
#define X(name, text) VOCAB_BIT_##name,
	VOCAB_MAP(X)
#undef X
};

enum vocab {
#define X(name, text) VOCAB_##name = 1 << VOCAB_BIT_##name,
	VOCAB_MAP(X)
#undef X
	VOCAB_STANDARD = VOCAB_CORE | VOCAB_APPLICATOR | VOCAB_UNEVALUATED |
	    VOCAB_VALIDATION | VOCAB_META | VOCAB_FORMAT | VOCAB_CONTENT,
};

enum doc_origin { DOC_TEXT, DOC_DISK, DOC_READER };

struct doc {
	struct str uri;  /* where it was read from */
	struct str name; /* the same for messages: a path stays a path */
	enum doc_origin origin; /* all but texts may refer to files */
	struct schema_set *set;
	struct tape tape;
	struct resource **of; /* by token: the resource of a schema object */
	struct members **members; /* by token, of large objects in use */
	struct doc *next;
};

struct anchor {
	struct str name;
	uint32_t at;
	int dynamic;
};

struct resource {
	struct str uri; /* absolute, no fragment */
	struct doc *doc;
	uint32_t root;
	struct table anchors; /* by name */
	struct resource *parent; /* whose dialect it has unless it says so */
	struct resource *next;   /* in the document, while it is read */
};

struct mapping {
	struct str prefix;
	struct str dir;
	struct mapping *next;
};

struct schema_set {
	struct arena a;
	struct doc *docs;
	struct mapping *mappings;
	struct table resources; /* by URI */
	int assert_format;
	size_t nameless;
	schema_read_fn *read; /* NULL: the disk */
	void *read_arg;
	struct schema_fault fault; /* path.n == 0: none */
};

/* A place in a document: a resource and a token in it. */
struct place {
	struct resource *res;
	uint32_t at;
};

/* Messages: "name#/pointer: text". */
int doc_error(struct err *e, const struct doc *doc, uint32_t at,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Read text (copied) as a document; uri is absolute. */
int doc_add(struct schema_set *set, struct str uri, struct str name,
    enum doc_origin origin, struct str text, struct doc **out, struct err *e);

/*
 * Where uri (absolute, with a fragment or not) leads, reading what it must.
 * A document that was read by path (from; NULL: none) may refer to files.
 * *anchor (may be NULL) is set where the fragment was a plain name, else to
 * NULL.
 */
int doc_find(struct schema_set *set, struct str uri, const struct doc *from,
    struct place *out, const struct anchor **anchor, struct err *e);

/* The file at path as a document. */
int doc_read(struct schema_set *set, const char *path, struct str uri,
    struct str name, enum doc_origin origin, struct doc **out, struct err *e);

/*
 * The file that the reader has at path, read once; it is then known by uri as
 * well (n == 0: by none).
 */
int doc_open(struct schema_set *set, struct str path, struct str uri,
    struct resource **out, struct err *e);

/* Which path uri is, referred to by a document of the reader; 0 or -1. */
int doc_beside(struct schema_set *set, const struct doc *from, struct str uri,
    struct str *path);

/* The byte at which a token begins. */
size_t doc_offset(const struct doc *doc, uint32_t at);
/* Keep the first place, a byte, that a compile complains about. */
void doc_fault(const struct doc *doc, size_t at, const char *why);

/* The vocabularies of a resource, as its $schema says. */
int doc_dialect(struct schema_set *set, const struct resource *r,
    unsigned *vocab, struct err *e);

/* The built-in document of that URI; n == 0: there is none. */
struct str meta_text(struct str uri);

#endif
