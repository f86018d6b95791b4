/*
 * Field catalogues of connections: what fields an account's records have, as
 * JSON Schemas.
 */
#ifndef STORE_CATALOGUE_H
#define STORE_CATALOGUE_H

#include "store/db.h"

/* Times are microseconds since 1970, 0 where it did not happen. */
struct catalogue {
	int32_t connection_id;
	struct str object;  /* of the connector */
	int32_t version;    /* counts contents; 0: none came yet */
	int64_t read_us, changed_us, asked_us;
};

/* All of them, sorted by connection and object; without their contents. */
int catalogues_load(struct db *db, struct arena *a, struct catalogue **out,
    size_t *n, struct err *e);
/* Its content; p NULL where there is none. */
int catalogue_get(struct db *db, struct arena *a, int32_t connection_id,
    struct str object, struct str *content, struct err *e);
/*
 * It was read now.  *changed: it is another one than before; then mappings
 * are loaded anew, and what waits for a catalogue of the connection is due.
 */
int catalogue_put(struct db *db, int32_t connection_id, struct str object,
    struct str content, bool *changed, struct err *e);
/* A running daemon is to read it; when that was asked. */
int catalogue_ask(struct db *db, int32_t connection_id, struct str object,
    int64_t *asked_us, struct err *e);

#endif
