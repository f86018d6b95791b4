/*
 * Backoff: pure functions over the caller's seed.
 */
#include "connector/retry.h"

const struct retry_policy retry_default = {
	.base_ms = 1000,
	.cap_ms = 300 * 1000,
	.attempts = 20,
};

uint64_t
retry_random(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

int64_t
retry_wait_ms(const struct retry_policy *p, unsigned failed, uint64_t *seed)
{
	int64_t most = p->base_ms < p->cap_ms ? p->base_ms : p->cap_ms;

	if (p->attempts != 0 && failed >= p->attempts)
		return RETRY_GIVE_UP;
	for (unsigned i = 1; i < failed && most < p->cap_ms; i++)
		most = most > p->cap_ms / 2 ? p->cap_ms : most * 2;
	return (int64_t)(retry_random(seed) % ((uint64_t)most + 1));
}
