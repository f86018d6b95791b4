/*
 * crosswalk lsp: a language server over two file descriptors, LSP 3.17.
 *
 *   lsp_rpc.c       frames and JSON-RPC
 *   lsp_doc.c       the documents that are open, their views, findings
 *   lsp_text.c      offsets and positions
 *   lsp_feature.c   hover, completion, definition, …
 *   lsp_tokens.c    what each name is, for colours
 *   lsp_change.c    rename, formatting, fixes
 *   lsp.c           the command, and which method is whose
 *
 * One thread.  A document belongs to the editor from didOpen to didClose; its
 * view is made when somebody asks or when no message waits, so a burst of
 * keys is analysed once.
 */
#ifndef CLI_LSP_H
#define CLI_LSP_H

#include <jansson.h>

#include "lang/query.h"

/* ---- frames (lsp_rpc.c) ---- */

/* The longest message; a longer one is passed over with an error. */
#define RPC_MAX ((size_t)16 << 20)

enum rpc_error {
	RPC_PARSE = -32700,
	RPC_INVALID = -32600,
	RPC_METHOD = -32601,
	RPC_PARAMS = -32602,
	RPC_NOT_YET = -32002, /* before initialize */
	RPC_FAILED = -32803,  /* a request that was right cannot be granted */
};

struct rpc {
	int in, out;
	struct buf buf;  /* what was read */
	size_t at;       /* what of it is dealt with */
	int broken;      /* nobody listens any more */
};

void rpc_fini(struct rpc *r);
/* 1 and the next message, 0 at the end of input; bad ones are answered. */
int rpc_read(struct rpc *r, json_t **out);
/* Whether a message, or a part of one, waits. */
int rpc_waits(struct rpc *r);
/* All take over what they are given; id is borrowed. */
void rpc_reply(struct rpc *r, const json_t *id, json_t *result);
void rpc_fail(struct rpc *r, const json_t *id, enum rpc_error code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void rpc_notify(struct rpc *r, const char *method, json_t *params);

/* ---- texts (lsp_text.c) ---- */

enum encoding { ENC_UTF16, ENC_UTF8 };

/* A text and where its lines begin; lies in an arena. */
struct page {
	struct str text;
	uint32_t *begin;
	uint32_t n;
	enum encoding enc;
};

void page_init(struct page *l, struct str text, enum encoding enc,
    struct arena *a);
/* Places outside of the text become its nearest. */
uint32_t page_offset(const struct page *l, const json_t *position);
json_t *page_position(const struct page *l, uint32_t off);
json_t *page_range(const struct page *l, uint32_t beg, uint32_t end);

/* "file:///a/b%20c" as a path; another URI as it is.  In a. */
struct str uri_path(struct str uri, struct arena *a);
json_t *path_uri(struct str path);
struct str json_str(const json_t *s);
/* Never NULL: what is not UTF-8 becomes question marks. */
json_t *json_text(struct str s);

/* ---- documents (lsp_doc.c) ---- */

struct doc {
	struct doc *next;
	struct str uri, path; /* on the heap, one block */
	json_int_t version;
	struct buf text;
	struct lang_view *view; /* of the text as it is unless dirty */
	int dirty;
	int untold;             /* what the view found is */
};

struct server {
	struct rpc rpc;
	enum encoding enc;
	int initialized, stopping;
	int closed;        /* a document was closed since the last findings */
	int tree;          /* the editor knows hierarchical symbols */
	struct doc *docs;
	struct table published; /* by path: struct published */
	struct arena a;    /* of the message at hand */
};

struct doc *lsp_doc_find(struct server *s, struct str uri);
/* The view of what d is now. */
struct lang_view *lsp_doc_view(struct server *s, struct doc *d);
/* The text that views have read of a file; p NULL: none has. */
struct str lsp_doc_text(struct server *s, struct str path);
/* The URI that the editor calls the file by. */
json_t *lsp_doc_uri(struct server *s, struct str path);
json_t *lsp_doc_location(struct server *s, const struct lang_place *p);
struct page lsp_doc_page(struct server *s, struct str path);
/* Analyse what has changed and tell the editor what was found. */
void lsp_publish(struct server *s);
void lsp_docs_fini(struct server *s);

void lsp_doc_open(struct server *s, const json_t *params);
void lsp_doc_change(struct server *s, const json_t *params);
void lsp_doc_close(struct server *s, const json_t *params);
/* Something on the disk is new. */
void lsp_doc_touch(struct server *s, const json_t *params);

/* ---- requests ---- */

/*
 * Answers a request in *result (json null where there is nothing); -1 with an
 * error that says why it cannot be.
 */
typedef int lsp_request(struct server *s, const json_t *params,
    json_t **result, struct err *e);

lsp_request lsp_hover, lsp_completion, lsp_definition, lsp_references,
    lsp_symbols, lsp_tokens, lsp_formatting, lsp_prepare_rename, lsp_rename,
    lsp_code_action;

/* The words of lsp_tokens, for initialize. */
json_t *lsp_token_legend(void);

/*
 * The document and the offset that params speak of; NULL and an error when
 * the editor has not opened it.
 */
struct doc *lsp_place(struct server *s, const json_t *params, uint32_t *off,
    struct err *e);

#endif
