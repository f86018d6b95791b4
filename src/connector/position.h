/*
 * Inside the room: where one is in a list, as a value that is copied, written
 * and read.
 */
#ifndef CONNECTOR_POSITION_H
#define CONNECTOR_POSITION_H

#include "connector/connector.h"
#include "connector/seen.h"

struct position {
	struct arena arena; /* of the texts */
	struct str cursor;  /* names the page that is next; "" the first */
	int64_t number;     /* the same where pages are counted; 0 the first */
	struct str since;   /* what this pass asks for; "" everything */
	struct str mark;    /* the greatest watermark of this pass so far */
	struct str first;   /* as of when its first page was */
	int64_t pages, records; /* of this pass so far */
	int64_t at_ms;      /* our clock at the last reply */
	int64_t done;       /* 1: the pass is at its end */
};

/* to becomes the same, in its own arena. */
void position_copy(struct position *to, const struct position *from);

/* Append it, with what was seen; of is the list that it belongs to. */
void position_write(const struct position *p, const struct seen *seen,
    struct str of, struct buf *out);
int position_read(struct position *p, struct seen *seen, struct str of,
    struct str json, struct err *e);

#endif
