/*
 * A circuit breaker: stop asking a peer that only fails.
 *
 *   CLOSED ──ratio over volume──▶ OPEN ──time──▶ HALF ──ok──▶ CLOSED
 *                                  ▲               │
 *                                  └────failed─────┘ (twice as long)
 *
 * Failures are RETRY and UNKNOWN outcomes and requests that were not sent;
 * a refusal with a reason is a sign of life.  Owned by one thread; any clock
 * in milliseconds that does not go back.
 */
#ifndef CONNECTOR_BREAKER_H
#define CONNECTOR_BREAKER_H

#include <stdint.h>

#include "vm/unit.h"

struct breaker_policy {
	unsigned volume;  /* requests in the window before it may open */
	unsigned percent; /* of them failed: opens */
	int64_t window_ms;
	int64_t open_ms;  /* the first time, then doubling … */
	int64_t cap_ms;   /* … to this */
};

/* 20 requests, 50 %, 10 s; open 1 s to 60 s. */
extern const struct breaker_policy breaker_default;

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF };

#define BREAKER_SLICES 10
/* A wait that only the probe's end can end. */
#define BREAKER_HELD INT64_MAX

struct breaker {
	const struct breaker_policy *policy;
	enum breaker_state state;
	int probing;        /* HALF: the probe is under way */
	unsigned opened;    /* times in a row */
	unsigned turn;      /* counts changes of state */
	int64_t until_ms;   /* OPEN: then HALF */
	struct {
		int64_t slice;
		uint32_t n, failed;
	} slices[BREAKER_SLICES];
};

/* policy NULL: the default; it lives as long as the breaker. */
void breaker_init(struct breaker *b, const struct breaker_policy *policy);
/* 0: may go now; else milliseconds; BREAKER_HELD. */
int64_t breaker_wait_ms(struct breaker *b, int64_t now_ms);
/* As a request is sent, only at a wait of 0; the ticket is for its end. */
unsigned breaker_begin(struct breaker *b, int64_t now_ms);
/*
 * Exactly one for each breaker_begin.  What was sent before the state last
 * changed says nothing about the peer now and is not counted.
 */
void breaker_end(struct breaker *b, unsigned ticket, int failed,
    int64_t now_ms);
/* Does this outcome of a whole reply count as failed? */
int breaker_failed(enum outcome o);

#endif
