/*
 * gzip without compressing: enough for a client to prove that it unpacks.
 */
#ifndef SANDBOX_GZIP_H
#define SANDBOX_GZIP_H

#include "base/str.h"

/* Put b's bytes into stored blocks of a gzip member (RFC 1951, 1952). */
void sim_gzip(struct buf *b);

#endif
