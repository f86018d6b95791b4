/*
 * Counters and gauges of the process: atomics, written by the stages, read
 * by the API.  The list is metrics.def.
 */
#ifndef STAGE_METRICS_H
#define STAGE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/str.h"

enum metric {
#define METRIC(name, kind, help) METRIC_##name,
#include "stage/metrics.def"
#undef METRIC
	METRIC_COUNT
};

struct metrics {
	_Atomic int64_t value[METRIC_COUNT];
};

static inline void
metric_add(struct metrics *m, enum metric which, int64_t n)
{
	atomic_fetch_add_explicit(&m->value[which], n, memory_order_relaxed);
}

static inline void
metric_set(struct metrics *m, enum metric which, int64_t n)
{
	atomic_store_explicit(&m->value[which], n, memory_order_relaxed);
}

static inline int64_t
metric_get(const struct metrics *m, enum metric which)
{
	return atomic_load_explicit(&m->value[which], memory_order_relaxed);
}

/* Append the Prometheus text format, version 0.0.4. */
void metrics_render(struct buf *out, const struct metrics *m);

#endif
