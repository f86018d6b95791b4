/*
 * The catalog: every active sync with its compiled map and connector.
 *
 * A catalog is immutable and counted.  The reload thread makes a new one off
 * the path and swaps a pointer; a stage holds one for as long as a frame
 * lasts, so no record is mapped by half of each version.
 */
#ifndef STAGE_CATALOG_H
#define STAGE_CATALOG_H

#include <stdatomic.h>

#include "base/err.h"
#include "stage/metrics.h"
#include "vm/unit.h"

/* One active sync, ready to run.  Strings lie in the catalog's arena. */
struct route {
	int32_t sync;
	int32_t tenant;
	int32_t entity;
	struct str entity_name;
	int32_t connection;
	struct str connection_name;
	struct str base_url;  /* "": the connector's own */
	struct str params;    /* JSON object */
	struct str secret;    /* name of the connection's secret, "": none */
	int paused;           /* the sync or its connection: park what comes */
	int32_t map_gen;      /* id of the mapping's version */
	const struct unit *connector_unit;
	/* NULL where what is published does not hold them: park as well. */
	const struct unit_map *map;
	const struct unit_connector *connector;
	const struct unit_object *object;
	/*
	 * By the lookups of the map's forward program: the sync whose links
	 * answer, the first of the same connection that has the entity.  0:
	 * there is none, or the lookup is of a table.
	 */
	const int32_t *links;
	int awaited; /* some map asks for links of this sync */
	/* the map goes by a field catalogue, and none came yet: park as well */
	int no_fields;
};

/* A field catalogue that a connection has to keep fresh. */
struct want {
	const struct route *route;        /* one of the connection's */
	const struct unit_object *object; /* of its connector */
	int64_t read_us; /* when it was last read; 0: never */
	int asked;       /* somebody wants it anew */
};

/* What a map writes to, of a connector; NULL: it has no such object. */
const struct unit_object *route_object(const struct unit_connector *c,
    const struct unit_map *map);
/* The sync whose links answer l, a lookup of rt's forward program. */
int32_t route_links(const struct route *rt, const struct prog_lookup *l);

struct catalog;
struct catalogs;

int64_t catalog_generation(const struct catalog *c);
size_t catalog_count(const struct catalog *c);
const struct route *catalog_route(const struct catalog *c, size_t i);
/* All of them; they live as long as the catalog. */
const struct want *catalog_wants(const struct catalog *c, size_t *n);
/* NULL where no active sync has that id. */
const struct route *catalog_find(const struct catalog *c, int32_t sync);

/*
 * The current catalog, held until catalog_release.  Any thread; never NULL
 * once catalogs_start has succeeded.
 */
struct catalog *catalogs_hold(struct catalogs *cs);
/* Another reference on one that is held. */
struct catalog *catalog_share(struct catalog *c);
void catalog_release(struct catalog *c);

/*
 * Load the first catalog from Postgres at conninfo, then keep it fresh on a
 * thread of its own: LISTEN, and a poll behind it in case a notice is lost.
 * A mapping that does not compile leaves the version that runs and is logged.
 */
int catalogs_start(struct catalogs **out, const char *conninfo,
    struct metrics *m, struct err *e);
void catalogs_stop(struct catalogs *cs);

#endif
