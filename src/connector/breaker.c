/*
 * The circuit breaker: counts in slices of a sliding window.
 */
#include "connector/breaker.h"

#include <assert.h>
#include <string.h>

const struct breaker_policy breaker_default = {
	.volume = 20,
	.percent = 50,
	.window_ms = 10 * 1000,
	.open_ms = 1000,
	.cap_ms = 60 * 1000,
};

static int64_t
slice_of(const struct breaker *b, int64_t now_ms)
{
	int64_t width = b->policy->window_ms / BREAKER_SLICES;

	return now_ms / (width > 0 ? width : 1);
}

static void
count(struct breaker *b, int failed, int64_t now_ms)
{
	int64_t slice = slice_of(b, now_ms);
	size_t i = (uint64_t)slice % BREAKER_SLICES;

	if (b->slices[i].slice != slice) {
		b->slices[i].slice = slice;
		b->slices[i].n = b->slices[i].failed = 0;
	}
	b->slices[i].n++;
	b->slices[i].failed += failed != 0;
}

static int
too_many(const struct breaker *b, int64_t now_ms)
{
	int64_t oldest = slice_of(b, now_ms) - BREAKER_SLICES;
	uint64_t n = 0, failed = 0;

	for (size_t i = 0; i < BREAKER_SLICES; i++) {
		if (b->slices[i].slice <= oldest)
			continue;
		n += b->slices[i].n;
		failed += b->slices[i].failed;
	}
	return n >= b->policy->volume && failed * 100 >=
	    n * b->policy->percent;
}

static void
open_up(struct breaker *b, int64_t now_ms)
{
	int64_t wait = b->policy->open_ms;

	for (unsigned i = 0; i < b->opened && wait < b->policy->cap_ms; i++)
		wait *= 2;
	if (wait > b->policy->cap_ms)
		wait = b->policy->cap_ms;
	b->opened++;
	b->turn++;
	b->state = BREAKER_OPEN;
	b->probing = 0;
	b->until_ms = now_ms + wait;
}

void
breaker_init(struct breaker *b, const struct breaker_policy *policy)
{
	memset(b, 0, sizeof(*b));
	b->policy = policy != NULL ? policy : &breaker_default;
}

int64_t
breaker_wait_ms(struct breaker *b, int64_t now_ms)
{
	if (b->state == BREAKER_OPEN) {
		if (now_ms < b->until_ms)
			return b->until_ms - now_ms;
		b->state = BREAKER_HALF;
		b->turn++;
		b->probing = 0;
	}
	if (b->state == BREAKER_HALF && b->probing)
		return BREAKER_HELD;
	return 0;
}

unsigned
breaker_begin(struct breaker *b, int64_t now_ms)
{
	assert(breaker_wait_ms(b, now_ms) == 0);
	if (b->state == BREAKER_HALF)
		b->probing = 1;
	return b->turn;
}

void
breaker_end(struct breaker *b, unsigned ticket, int failed, int64_t now_ms)
{
	if (ticket != b->turn)
		return;
	if (b->state == BREAKER_CLOSED) {
		count(b, failed, now_ms);
		if (failed && too_many(b, now_ms))
			open_up(b, now_ms);
	} else if (failed) {
		open_up(b, now_ms);
	} else {
		unsigned turn = b->turn + 1;

		breaker_init(b, b->policy);
		b->turn = turn;
	}
}

int
breaker_failed(enum outcome o)
{
	return o == OUTCOME_RETRY || o == OUTCOME_UNKNOWN;
}
