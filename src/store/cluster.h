/*
 * A private Postgres cluster: for the demo, for `crosswalk dev`, for tests.
 *
 * It listens on a unix socket in its own folder and nowhere else, and runs
 * as an unprivileged user (postgres or nobody where the caller is root).
 * A keeper process, forked from the caller, owns it: when the caller stops
 * it, ends or is killed, the keeper shuts the server down and removes the
 * folder if cluster_start made it; when the keeper is killed, the kernel
 * ends the server.  Nothing is left running by any death.
 *
 * Start it before threads exist: the keeper is a fork without exec.
 */
#ifndef STORE_CLUSTER_H
#define STORE_CLUSTER_H

#include "base/err.h"

struct cluster;

/*
 * dir: the cluster's folder, made or used again where it holds one; it stays
 * after the stop.  NULL: a fresh folder under $TMPDIR or /tmp, removed at
 * the stop.  The programs come from $PG_BINDIR, else from the build.
 */
int cluster_start(const char *dir, struct cluster **out, struct err *e);
/* "host=… port=5432 user=… dbname=…"; lives as long as the cluster. */
const char *cluster_conninfo(const struct cluster *c);
const char *cluster_dir(const struct cluster *c);
/* The server's process, for tests that kill it. */
int cluster_pid(const struct cluster *c);
/* A fast shutdown; returns when the server is gone.  Frees c. */
void cluster_stop(struct cluster *c);

#endif
