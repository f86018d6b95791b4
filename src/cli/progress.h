/*
 * Progress on a terminal: one line on stderr, rewritten five times a second.
 * Where stderr is no terminal nothing is written.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

struct progress {
	int on;
	int64_t began_ms, shown_ms;
};

void progress_begin(struct progress *p);
/* So many records and bytes so far; cheap, but not for every record. */
void progress_show(struct progress *p, uint64_t records, uint64_t bytes);
/* Wipe the line. */
void progress_end(struct progress *p);

#endif
