/*
 * The engine stage: maps, applies the rules and takes the difference.
 *
 * CPU only: no database, no network but the pipes.  Each worker is a thread
 * with its own VM, arena and pipe ends.
 */
#ifndef STAGE_ENGINE_H
#define STAGE_ENGINE_H

#include "stage/catalog.h"
#include "stage/work.h"

struct engine_opts {
	const char *work_url;   /* dialled, pulled from */
	const char *result_url; /* dialled, pushed to */
	struct catalogs *catalogs;
	struct metrics *metrics;
};

struct engine;

/* Starts one worker thread. */
int engine_start(struct engine **out, const struct engine_opts *o,
    struct err *e);
/* Waits for the frame in hand; what lies in the pipes comes back. */
void engine_stop(struct engine *g);

/*
 * The work of a worker on one item, for tests, benchmarks and whoever wants
 * to know beforehand what the engine would do.
 */
struct engine_run;
struct engine_run *engine_run_new(void);
void engine_run_free(struct engine_run *x);
/* What now() is for the next items. */
void engine_run_now(struct engine_run *x, int64_t wall_us);
/* r's slices live until the next engine_run_map or engine_run_reset. */
void engine_run_map(struct engine_run *x, const struct route *rt,
    const struct work *w, struct result *r);
/*
 * Append what the map made of the last item, whole, whatever its base and
 * rules said to it: 1, or 0 where nothing was made.
 */
int engine_run_made(const struct engine_run *x, struct buf *out);
void engine_run_reset(struct engine_run *x);

#endif
