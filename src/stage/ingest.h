/*
 * The ingest stage: reads the journal from its cursor, gives each record a
 * lane, fetches links for whole batches, and pushes frames to the engine.
 *
 * One thread owns the journal handle, a database connection and the lanes.
 */
#ifndef STAGE_INGEST_H
#define STAGE_INGEST_H

#include "stage/catalog.h"

struct ingest_opts {
	const char *conninfo;
	const char *work_url; /* listened on, pushed to */
	const char *ack_url;  /* listened on, pulled from */
	struct catalogs *catalogs;
	struct metrics *metrics;
	size_t lanes;       /* records waiting or under way at most */
	size_t frame_items;
	int64_t again_ms;   /* emit again what nobody has acked by then */
};

struct ingest;

int ingest_start(struct ingest **out, const struct ingest_opts *o,
    struct err *e);
/* Read no more; wait up to drain_ms for what is under way; then stop. */
void ingest_stop(struct ingest *g, int64_t drain_ms);

#endif
