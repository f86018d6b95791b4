/*
 * Lists that a connector can read, page by page, and where one is in them.
 *
 *               reply, records          handed on
 *   ASK ───────────────────────▶ HELD ─────────────▶ ASK, or DONE behind
 *    │                                               the last page
 *    └── the provider knows the position no more ──▶ DEAD
 *
 * A pass is all pages, from the first to the last; the next one asks for
 * what changed since, where the list can be asked that.  A position is moved
 * by feed_advance alone, so what is kept of it never runs ahead of the
 * records that were handed on: after a crash records may come again, and none
 * is missing.
 *
 * Where `since` of the next pass is: at the greatest watermark that came, but
 * not behind the moment when the first page was made.  What changed later, or
 * in the same second, may belong to a page that was read before.
 *
 * One thread owns a feed.  No sockets, no clock: the caller sends what is made
 * here, waits where the outcome says so, and asks again.
 */
#ifndef CONNECTOR_FEED_H
#define CONNECTOR_FEED_H

#include "connector/connector.h"

enum feed_state {
	FEED_ASK,  /* send feed_request() and give the reply to feed_reply() */
	FEED_HELD, /* hand the page on, then feed_advance() */
	FEED_DONE, /* all is read; feed_again() begins the next pass */
	FEED_DEAD, /* all must be listed again, by a new feed; feed_why() */
};

struct feed_record {
	struct str id;
	struct str json;      /* as it came, RECORD_PAD bytes behind */
	struct str watermark; /* "" where there is none */
	int deleted;          /* it is no more; json is what is said of it */
	int echo;             /* the connector takes it for our own write */
};

/* What a reply was; all of it lies in the arena of feed_reply. */
struct feed_page {
	/*
	 * OK: records, where the state is HELD; a page whose records lie in a
	 * file of its own is asked for twice, and stays ASK.  Else nothing of
	 * the reply counts, and text says why.
	 */
	enum outcome outcome;
	int64_t wait_ms;    /* RETRY, THROTTLE; or CONNECTOR_WAIT_UNSAID */
	int unclassified;   /* as in struct connector_result */
	struct str code, text;
	const int64_t *left; /* of each budget, as there */
	const struct feed_record *records;
	size_t n;
	size_t again;       /* left out: they came before, as they are now */
};

struct feed;

/*
 * A feed of call's op, a list; call's records are not looked at, everything
 * in it lives as long as the feed.  position is what feed_position gave for
 * the same list, "": from the beginning.
 */
struct feed *feed_new(const struct connector_call *call, struct str position,
    int64_t now_ms, struct err *e);
void feed_free(struct feed *f);

enum feed_state feed_state(const struct feed *f);
/* Of DEAD, a sentence. */
const char *feed_why(const struct feed *f);
/*
 * Before the first page: read only what has a watermark that is not below
 * this one.
 */
void feed_since(struct feed *f, struct str since);
/* The token that the next requests show. */
void feed_token(struct feed *f, struct str token);

/* Only when ASK, as often as it takes.  A failure will fail again. */
int feed_request(struct feed *f, struct vm *vm, struct http_request *req,
    struct arena *a, struct err *e);
/* What came of it. */
void feed_reply(struct feed *f, struct vm *vm, const struct http_done *rep,
    int64_t now_ms, struct feed_page *page, struct arena *a);
/* The page is where it cannot be lost; the state is ASK or DONE. */
void feed_advance(struct feed *f);
/* Only when DONE: the next pass. */
void feed_again(struct feed *f);

/* Append the position, a JSON object on a line, as of the last advance. */
void feed_position(const struct feed *f, struct buf *out);
/* Pages and records of this pass, as of the last advance. */
void feed_progress(const struct feed *f, int64_t *pages, int64_t *records);

#endif
