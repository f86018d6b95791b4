/*
 * Files that are looked at until they change or the user has had enough.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <stdint.h>

#include "base/str.h"

struct watch {
	struct buf paths; /* each with a NUL */
	uint64_t stamp;   /* of all of them, as they were when added */
};

void watch_fini(struct watch *w);
/* Look at no file any more. */
void watch_reset(struct watch *w);
/* Look at this one as well; it need not exist. */
void watch_add(struct watch *w, struct str path);
/* Whether one of them is another than it was. */
int watch_changed(const struct watch *w);

/* From here on SIGINT and SIGTERM only make watch_stopped true. */
void watch_signals(void);
int watch_stopped(void);
/* As long as between two looks; shorter when a signal comes. */
void watch_wait(void);

#endif
