/*
 * Time.
 */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

int64_t
clock_mono_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
clock_mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

int64_t
clock_wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
clock_iso(int64_t wall_us, char out[25])
{
	time_t s = (time_t)(wall_us / 1000000);
	int ms = (int)(wall_us / 1000 % 1000);
	char text[64];
	struct tm tm;

	gmtime_r(&s, &tm);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, ms);
	snprintf(out, 25, "%.24s", text);
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec t = { (time_t)(ms / 1000), (ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}
