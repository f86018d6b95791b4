/*
 * Time.  Monotonic for waiting, wall for stamping.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_mono_ns(void);
int64_t clock_mono_ms(void);
/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_us(void);
/* "2026-01-31T12:00:00.000Z" into out[25]. */
void clock_iso(int64_t wall_us, char out[25]);
void clock_sleep_ms(int64_t ms);

#endif
