/*
 * What happened, for tests: counters by route, and the last bodies.
 * The caller holds the simulator's lock.
 */
#ifndef SANDBOX_STATS_H
#define SANDBOX_STATS_H

#include <stdint.h>

#include "base/str.h"
#include "base/table.h"

#define SIM_STATUSES 16
#define SIM_SIZES 102 /* inputs per call: 0 … 100, and more */

/* What one request did. */
struct sim_counts {
	uint64_t records;        /* inputs */
	uint64_t property_writes;
	uint64_t creates, updates, noops, archives;
	uint64_t refused;        /* inputs that were not taken */
	uint64_t conflicts;      /* of these: a unique value was taken */
};

struct sim_route_stats {
	char name[96];
	struct {
		int status; /* 0: no answer */
		uint64_t n;
	} status[SIM_STATUSES];
	uint64_t records, sizes[SIM_SIZES];
};

struct sim_kept {
	uint64_t number;
	char method[8];
	struct str path; /* owned */
	struct str body; /* owned */
	int status;
};

struct sim_stats {
	struct table routes;
	struct sim_counts total;
	uint64_t requests, connections;
	struct sim_kept *ring;
	size_t kept, next;
};

void sim_stats_init(struct sim_stats *st, size_t keep);
void sim_stats_fini(struct sim_stats *st);
void sim_stats_reset(struct sim_stats *st);
void sim_stats_add(struct sim_stats *st, const char *route, int status,
    const struct sim_counts *c);
/* Keep a request; the body's memory is taken and *body emptied. */
void sim_stats_keep(struct sim_stats *st, const char *method,
    struct str path, struct buf *body, int status);

#endif
