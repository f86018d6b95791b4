/*
 * Secrets at rest: sealed with a master key (XChaCha20-Poly1305 of
 * libsodium, the secret's name as associated data, so that a sealed value
 * cannot be moved to another name).  The master key never touches Postgres.
 */
#ifndef STORE_SECRET_H
#define STORE_SECRET_H

#include "store/db.h"

struct secret_key;

/*
 * The master key: 64 hex digits in the environment's CROSSWALK_KEY, else in
 * the file at path (may be NULL), else in the file CROSSWALK_KEY_FILE names.
 * A file that others may read is refused.
 */
int secret_key_load(const char *path, struct secret_key **out,
    struct err *e);
/* Write a new key to a new file, readable by its owner only. */
int secret_key_make(const char *path, struct err *e);
void secret_key_free(struct secret_key *k); /* wipes it */

int secret_put(struct db *db, const struct secret_key *k, int32_t tenant_id,
    struct str name, struct str value, struct err *e);
/* Appends to *out; wipe it with secret_wipe.  *found is false: no such. */
int secret_get(struct db *db, const struct secret_key *k, int32_t tenant_id,
    struct str name, struct buf *out, bool *found, struct err *e);
int secret_drop(struct db *db, int32_t tenant_id, struct str name,
    bool *was, struct err *e);
/* Zero and free. */
void secret_wipe(struct buf *b);

#endif
