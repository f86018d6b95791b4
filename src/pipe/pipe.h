/*
 * Pipes between stages: nng push and pull.
 *
 * A push end waits when the pull end is full: that is the back-pressure.  It
 * gives no guarantee of delivery: what a killed process held is brought back
 * by the journal (stage/README.md).  An end belongs to one thread.
 */
#ifndef PIPE_PIPE_H
#define PIPE_PIPE_H

#include <stdatomic.h>

#include "base/err.h"
#include "pipe/frame.h"

enum pipe_end { PIPE_PUSH, PIPE_PULL };

struct pipe;

/*
 * url: inproc://name, ipc:///path or tcp://host:port.  Of the two ends one
 * listens and the other dials; a dialer waits for its listener and reconnects
 * by itself.  depth: frames that may wait (at least 1).
 */
int pipe_open(struct pipe **out, enum pipe_end end, const char *url,
    int listen, int depth, struct err *e);
void pipe_close(struct pipe *p);

/* 1 sent, 0 no room within timeout_ms, -1 error.  f stays the caller's. */
int pipe_push(struct pipe *p, const struct frame_out *f, int timeout_ms,
    struct err *e);
/* 1 and a frame to free, 0 none within timeout_ms, -1 error or no frame. */
int pipe_pull(struct pipe *p, int timeout_ms, struct frame *f, struct err *e);

/* A descriptor that polls readable when pipe_pull would give a frame. */
int pipe_fd(struct pipe *p);
/* How many peers have gone away so far; any thread. */
unsigned pipe_lost(const struct pipe *p);

#endif
