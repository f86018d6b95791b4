/*
 * Progress.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define SHOW_MS 200

void
progress_begin(struct progress *p)
{
	p->on = isatty(STDERR_FILENO);
	p->began_ms = p->shown_ms = clock_mono_ms();
}

void
progress_show(struct progress *p, uint64_t records, uint64_t bytes)
{
	int64_t now;

	if (!p->on)
		return;
	now = clock_mono_ms();
	if (now - p->shown_ms < SHOW_MS)
		return;
	p->shown_ms = now;
	fprintf(stderr, "\r%" PRIu64 " records, %" PRIu64 " MB, %" PRIu64
	    " records/s\033[K", records, bytes >> 20,
	    records * 1000 / (uint64_t)(now - p->began_ms));
}

void
progress_end(struct progress *p)
{
	if (p->on && p->shown_ms != p->began_ms)
		fputs("\r\033[K", stderr);
}
