/*
 * The field catalogues that a channel keeps fresh.  A page is a call like any
 * other: it waits for the token and for budgets, and is paid for; only what
 * comes of it is no record's.
 *
 *   due ──▶ a page under way ──▶ the next page … ──▶ stored, due a cache later
 *               └── it failed ──▶ due when it has rested; what is stored stays
 *
 * The delivery thread's.
 */
#ifndef STAGE_FETCH_H
#define STAGE_FETCH_H

#include "stage/call.h"

/* Ask for what is due; *wait_ms is shortened to when the next one is. */
void fetches_pump(struct channel *ch, int64_t now_ms, int64_t *wait_ms);
/* What became of a page; frees the call. */
void fetch_reply(struct call *c, const struct http_done *reply,
    int64_t now_ms);
void fetches_free(struct fetch *list);

#endif
