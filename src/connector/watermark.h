/*
 * Inside the room: watermarks, texts of an instant or a number as a provider
 * writes them, or any text that grows byte by byte.
 */
#ifndef CONNECTOR_WATERMARK_H
#define CONNECTOR_WATERMARK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* <0, 0, >0: two instants by time, two numbers by value, else by bytes. */
int watermark_order(struct str a, struct str b);
/*
 * So many milliseconds before w, which must be an instant: in UTC, whole
 * seconds, never later.
 */
int watermark_back(struct str w, int64_t ms, struct str *back,
    struct arena *a, struct err *e);
/* The second of a clock, the same way. */
struct str watermark_at(int64_t ms, struct arena *a);
/* 1 when it is an instant. */
int watermark_timed(struct str w);

#endif
