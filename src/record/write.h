/*
 * Text as JSON, faster than buf_json where nothing needs an escape.
 * Internal to record/.
 */
#ifndef RECORD_WRITE_H
#define RECORD_WRITE_H

#include "base/str.h"
#include "record/value.h"

/* s between quotes, escaped. */
void write_text(struct buf *out, struct str s);

#endif
