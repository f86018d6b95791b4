/*
 * Who may send what: API keys, tenants, entities and their schemas, as
 * Postgres has them, kept in memory.
 *
 * Any thread asks.  One thread calls directory_turn in a loop; a change is
 * seen as soon as its notice comes, within a second without it.  A picture
 * is what was true at one moment: a request works with one from beginning to
 * end.
 */
#ifndef API_DIRECTORY_H
#define API_DIRECTORY_H

#include "base/err.h"
#include "base/str.h"
#include "schema/schema.h"

struct directory;
struct picture;

/* An entity as its door sees it; lives as long as its picture. */
struct door {
	int32_t entity_id;
	struct str key_column;       /* p NULL: none */
	const struct schema *schema; /* NULL: none, see broken */
	const char *broken;          /* why its schema does not compile */
};

/* Loads the first picture. */
int directory_new(const char *conninfo, struct directory **out,
    struct err *e);
void directory_free(struct directory *d);

/* Look for changes, for at most wait_ms, or until wake_fd is readable. */
void directory_turn(struct directory *d, int64_t wait_ms, int wake_fd);

/* The tenant of an API key; 0: there is no such key.  -1: ask again later. */
int directory_key(struct directory *d, struct str key, int32_t *tenant_id,
    struct err *e);
/* 1 when the tenant of this id has this name, 0 when not, -1 as above. */
int directory_is_tenant(struct directory *d, int32_t tenant_id,
    struct str name, struct err *e);

const struct picture *directory_picture(struct directory *d);
void picture_drop(const struct picture *p);
/* NULL: the tenant has no such entity. */
const struct door *picture_door(const struct picture *p, int32_t tenant_id,
    struct str entity);

#endif
