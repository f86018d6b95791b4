/*
 * Upkeep: partitions of the decisions made ahead and dropped when old, the
 * journal's closed segments given back.  A thread of its own, once a minute.
 */
#ifndef DAEMON_UPKEEP_H
#define DAEMON_UPKEEP_H

#include "base/err.h"

struct upkeep;

int upkeep_start(struct upkeep **out, const char *conninfo, struct err *e);
void upkeep_stop(struct upkeep *u);

#endif
