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
	struct arena arena;
};

/* What of a page's items leads to the next page; slices of the reply. */
struct page_items {
	size_t n;             /* all of them */
	struct str greatest;  /* watermark, "" where there is none */
	struct str last, last_tie; /* of the last item */
};

/*
 * Read the items into page->records, less those that were seen; f->fresh lies
 * in the arena of f->after.  ERR_NET: no reply of the API at all.
 */
int page_read(struct feed *f, const struct reading *rd,
    struct feed_page *page, struct page_items *items, struct err *e);

#endif
