/*
 * Frames: a header and up to a few hundred items, packed little-endian.
 *
 * Built in a buffer by one thread, carried as one nng message, read in place
 * by another.  A frame has FRAME_PAD readable bytes behind its last item, so
 * that the record reader may look past the end of a record.
 */
#ifndef PIPE_FRAME_H
#define PIPE_FRAME_H

#include <stdint.h>

#include "base/str.h"

#define FRAME_PAD 64

/* Being built.  Zero-initialised is empty; reused from frame to frame. */
struct frame_out {
	struct buf b;
	uint32_t count;
	uint16_t kind;
};

void frame_begin(struct frame_out *f, uint16_t kind);
void frame_u64(struct frame_out *f, uint64_t v);
void frame_str(struct frame_out *f, struct str s);
/* The values since the last item are one item. */
void frame_item(struct frame_out *f);
void frame_out_fini(struct frame_out *f);

/* Received.  Slices live until frame_free. */
struct frame {
	void *msg; /* nng's; NULL when there is none */
	const char *p;
	const char *end;
	uint16_t kind;
	uint32_t count;
	int bad; /* a read went past the end: the frame is not ours */
};

uint64_t frame_get_u64(struct frame *f);
struct str frame_get_str(struct frame *f);
void frame_free(struct frame *f);

/* Bytes of the header that pipe.c puts before the items. */
#define FRAME_HEAD 16
void frame_head(const struct frame_out *f, char head[FRAME_HEAD]);
/* 0, or -1 when the bytes are no frame of this version. */
int frame_open(struct frame *f, const char *p, size_t n);

#endif
