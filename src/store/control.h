/*
 * The control plane: tenants, their keys, entities, connections and syncs,
 * and the active set that a daemon loads from all of it.
 *
 * A *_put makes what is missing and changes what is there; *id is told.
 * Names are unique within a tenant.
 */
#ifndef STORE_CONTROL_H
#define STORE_CONTROL_H

#include "store/catalogue.h"
#include "store/mapping.h"

int tenant_put(struct db *db, struct str name, int32_t *id, struct err *e);
/* *id is 0 where there is none. */
int tenant_find(struct db *db, struct str name, int32_t *id, struct err *e);

enum { APIKEY_SIZE = 64 };
/*
 * A new API key, told once into out and kept as a hash.  label says whose
 * it is; a label's former key is revoked.
 */
int apikey_create(struct db *db, int32_t tenant_id, struct str label,
    char out[APIKEY_SIZE], struct err *e);
/* *tenant_id is 0 where the key is unknown or revoked. */
int apikey_check(struct db *db, struct str key, int32_t *tenant_id,
    struct err *e);
int apikey_revoke(struct db *db, int32_t tenant_id, struct str label,
    bool *was, struct err *e);

/* A kind of record of a tenant's internal side. */
struct entity {
	int32_t id, tenant_id;
	struct str tenant, name;
	struct str schema_name; /* "app.contact"; p NULL: none */
	struct str schema;      /* JSON Schema for the door; p NULL: none */
	struct str table;       /* attached: quoted, qualified; p NULL: none */
	struct str key_column;  /* of the table; p NULL: none */
};
int entity_put(struct db *db, const struct entity *in, int32_t *id,
    struct err *e);

/* An account at a CRM. */
struct connection {
	int32_t id, tenant_id;
	struct str tenant, name;
	struct str connector; /* the mapping that holds the connector block */
	struct str base_url;
	struct str params; /* a JSON object, no secrets */
	struct str secret; /* the name of a secret; p NULL: none */
	bool enabled;
};
int connection_put(struct db *db, const struct connection *in, int32_t *id,
    struct err *e);
int connection_enable(struct db *db, int32_t id, bool on, struct err *e);

/* Stored: append, never renumber. */
enum sync_direction { SYNC_OUT = 1, SYNC_IN = 2, SYNC_BOTH = 3 };

/* A map at work between an entity and a connection. */
struct sync {
	int32_t id, tenant_id, connection_id, entity_id;
	struct str name, connection, entity;
	struct str mapping; /* the published mapping */
	struct str map;     /* the map in it */
	enum sync_direction direction;
	bool enabled;
};
/* connection_id, entity_id and tenant_id say where; names are not read. */
int sync_put(struct db *db, const struct sync *in, int32_t *id,
    struct err *e);
int sync_enable(struct db *db, int32_t id, bool on, struct err *e);

struct active_mapping {
	int32_t id, version;
	int32_t language;
	struct str name, params; /* JSON: what connections do not say */
	struct mapping_file *files;
	size_t nfiles;
};

/* All that is there, disabled things included (they say so). */
struct active {
	int64_t generation;
	struct active_mapping *mappings; /* active versions only */
	struct connection *connections;
	struct entity *entities;
	struct sync *syncs;
	struct catalogue *catalogues;
	size_t nmappings, nconnections, nentities, nsyncs, ncatalogues;
};

/* Changes with everything that active_load would load differently. */
int active_generation(struct db *db, int64_t *out, struct err *e);
/* One consistent picture, in the arena. */
int active_load(struct db *db, struct arena *a, struct active *out,
    struct err *e);

#endif
