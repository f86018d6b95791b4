/*
 * The daemon's HTTP door: src/api with what this process knows behind it.
 */
#ifndef DAEMON_DOOR_H
#define DAEMON_DOOR_H

#include "api/api.h"
#include "daemon/config.h"
#include "stage/metrics.h"

struct door;

/* Listens where config says; metrics and config outlive it. */
int door_start(struct door **out, const struct config *c,
    const struct metrics *m, struct err *e);
void door_stop(struct door *d);

#endif
