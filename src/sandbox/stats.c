/*
 * Counters and kept bodies.
 */
#include "sandbox/stats.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/size.h"

void
sim_stats_init(struct sim_stats *st, size_t keep)
{
	*st = (struct sim_stats){ .kept = keep };
	st->ring = calloc(keep, sizeof(*st->ring));
	if (st->ring == NULL)
		fatal("out of memory: %zu kept requests", keep);
}

static void
forget(struct sim_stats *st)
{
	for (struct table_entry *e = table_next(&st->routes, NULL); e != NULL;
	     e = table_next(&st->routes, e))
		free(e->value);
	table_fini(&st->routes);
	for (size_t i = 0; i < st->kept; i++) {
		free((char *)st->ring[i].path.p);
		free((char *)st->ring[i].body.p);
		st->ring[i] = (struct sim_kept){ 0 };
	}
	st->next = 0;
}

void
sim_stats_fini(struct sim_stats *st)
{
	forget(st);
	free(st->ring);
}

void
sim_stats_reset(struct sim_stats *st)
{
	forget(st);
	st->total = (struct sim_counts){ 0 };
	st->requests = st->connections = 0;
}

static struct sim_route_stats *
route(struct sim_stats *st, const char *name)
{
	struct sim_route_stats *r = table_get(&st->routes, str_z(name));

	if (r != NULL)
		return r;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		fatal("out of memory: a route");
	snprintf(r->name, sizeof(r->name), "%s", name);
	table_put(&st->routes, str_z(r->name), r);
	return r;
}

void
sim_stats_add(struct sim_stats *st, const char *name, int status,
    const struct sim_counts *c)
{
	struct sim_route_stats *r = route(st, name);
	size_t i = 0;

	st->requests++;
	while (i < SIM_STATUSES - 1 && r->status[i].n > 0 &&
	    r->status[i].status != status)
		i++;
	r->status[i].status = status;
	r->status[i].n++;
	r->records += c->records;
	r->sizes[c->records < SIM_SIZES ? c->records : SIM_SIZES - 1]++;
	st->total.records += c->records;
	st->total.property_writes += c->property_writes;
	st->total.creates += c->creates;
	st->total.updates += c->updates;
	st->total.noops += c->noops;
	st->total.archives += c->archives;
	st->total.refused += c->refused;
	st->total.conflicts += c->conflicts;
}

void
sim_stats_keep(struct sim_stats *st, const char *method, struct str path,
    struct buf *body, int status)
{
	struct sim_kept *k = &st->ring[st->next++ % st->kept];
	struct buf copy = { 0 };

	buf_puts(&copy, path);
	free((char *)k->path.p);
	free((char *)k->body.p);
	k->number = st->next;
	snprintf(k->method, sizeof(k->method), "%s", method);
	k->path = buf_str(&copy);
	k->body = buf_str(body);
	k->status = status;
	*body = (struct buf){ 0 };
}
