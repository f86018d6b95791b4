/*
 * How long to wait before trying again: exponential backoff with full
 * jitter (Brooker, "Exponential Backoff And Jitter", AWS, 2015): uniform in
 * [0, min(cap, base * 2^(failed - 1))].  The same seed gives the same waits.
 */
#ifndef CONNECTOR_RETRY_H
#define CONNECTOR_RETRY_H

#include <stdint.h>

struct retry_policy {
	int64_t base_ms;
	int64_t cap_ms;
	unsigned attempts; /* tries in all, the first included; 0: no end */
};

/* 1 s doubling to 5 minutes, 20 tries: half an hour on average. */
extern const struct retry_policy retry_default;

#define RETRY_GIVE_UP (-1)

/*
 * failed: how many tries have failed, 1 or more.  The milliseconds to wait,
 * or RETRY_GIVE_UP.  *seed is the caller's and moves on.
 */
int64_t retry_wait_ms(const struct retry_policy *p, unsigned failed,
    uint64_t *seed);

/* The generator behind it (splitmix64, Steele, Lea and Flood 2014). */
uint64_t retry_random(uint64_t *seed);

#endif
