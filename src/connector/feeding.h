/*
 * Inside the room: a feed, and the reading of its pages.
 */
#ifndef CONNECTOR_FEEDING_H
#define CONNECTOR_FEEDING_H

#include "connector/feed.h"
#include "connector/position.h"
#include "connector/reply.h"
#include "connector/watermark.h"

struct feed {
	struct connector_call call;
	const struct unit_feed *unit;
	struct str name;       /* "hubspot.contact.list" */
	enum feed_state state;
	struct err why;        /* of DEAD */
	/* everything before here was handed on; HELD: after is next */
	struct position here, after;
	struct seen seen;      /* as of here */
	const uint64_t *fresh; /* HELD: what the page adds to it … */
	size_t nfresh;
	struct buf anchor;     /* a cursor of an earlier page */
	struct str file;       /* where the page's items are; "" in it */
	struct arena arena;
};

/* What of a page's items leads to the next page; slices of the reply. */
struct page_items {
	size_t n;             /* all of them */
	struct str greatest;  /* watermark, "" where there is none */
	struct str last, last_tie; /* of the last item */
};

/*
 * The cursor of the next page of a list cursor or link, into f->after, or that
 * the pass is done.
 */
int page_cursor(struct feed *f, const struct reading *rd, struct err *e);
/* The file that has the items, into f->file; "" where there is none. */
int page_file(struct feed *f, const struct reading *rd, struct err *e);
/* What the file is, as the body of *rd. */
int page_of_file(struct feed *f, struct reading *rd, struct err *e);
/* A function that says yes, 1, or no; -1 with an error. */
int page_says(struct feed *f, const struct reading *rd, int func,
    const char *what, const struct value *args, size_t n, struct err *e);

/*
 * Read the items into page->records, less those that were seen; f->fresh lies
 * in the arena of f->after.  ERR_NET: no reply of the API at all.
 */
int page_read(struct feed *f, const struct reading *rd,
    struct feed_page *page, struct page_items *items, struct err *e);

#endif
