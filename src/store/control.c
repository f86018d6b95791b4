/*
 * Tenants, keys, entities, connections, syncs: making and changing them.
 * Each change is one pipe with crosswalk.touch().
 */
#include "config.h"

#include "store/control.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

enum { KEY_BYTES = 32, HASH_SIZE = 32 };

#define KEY_PREFIX "xw_" /* so that a leaked key is recognised as one */

/* Run sql, which returns the id, and count the generation up. */
static int
put(struct db *db, const char *sql, const struct db_args *args, int32_t *id,
    struct err *e)
{
	struct db_call calls[2] = {
		{ .sql = sql, .args = args, .wanted = true },
		{ .sql = "SELECT crosswalk.touch()" },
	};

	if (db_pipe(db, calls, 2, e) < 0)
		return -1;
	if (id != NULL)
		*id = db_nrows(calls[0].rows) > 0 ?
		    (int32_t)db_int(calls[0].rows, 0, 0) : 0;
	db_rows_free(calls[0].rows);
	return 0;
}

int
tenant_put(struct db *db, struct str name, int32_t *id, struct err *e)
{
	struct db_args a = { 0 };

	db_arg_text(&a, name);
	return put(db,
	    "INSERT INTO crosswalk.tenant (name) VALUES ($1) "
	    "ON CONFLICT (name) DO UPDATE SET name = excluded.name "
	    "RETURNING id",
	    &a, id, e);
}

int
tenant_find(struct db *db, struct str name, int32_t *id, struct err *e)
{
	struct db_args a = { 0 };
	struct db_rows *r;

	db_arg_text(&a, name);
	if (db_exec(db, "SELECT id FROM crosswalk.tenant WHERE name = $1", &a,
		&r, e) < 0)
		return -1;
	*id = db_nrows(r) > 0 ? (int32_t)db_int(r, 0, 0) : 0;
	db_rows_free(r);
	return 0;
}

/*
 * A key is 256 random bits, so a plain hash of it cannot be reversed by
 * guessing, and to look it up by its hash tells nothing by its time.
 */
static void
hash_key(struct str key, unsigned char out[HASH_SIZE])
{
	crypto_generichash(out, HASH_SIZE, (const unsigned char *)key.p,
	    key.n, NULL, 0);
}

int
apikey_create(struct db *db, int32_t tenant_id, struct str label,
    char out[APIKEY_SIZE], struct err *e)
{
	unsigned char bytes[KEY_BYTES], hash[HASH_SIZE];
	struct db_args old = { 0 }, fresh = { 0 };
	struct db_call calls[2] = {
		{ .sql = "UPDATE crosswalk.api_key SET revoked_at = now() "
			 "WHERE tenant_id = $1 AND label = $2"
			 " AND revoked_at IS NULL",
		    .args = &old },
		{ .sql = "INSERT INTO crosswalk.api_key"
			 " (tenant_id, label, hash) VALUES ($1, $2, $3)",
		    .args = &fresh },
	};
	size_t n = sizeof(KEY_PREFIX) - 1;

	if (sodium_init() < 0)
		fatal("libsodium does not start");
	randombytes_buf(bytes, sizeof(bytes));
	snprintf(out, APIKEY_SIZE, "%s", KEY_PREFIX);
	sodium_bin2base64(out + n, APIKEY_SIZE - n, bytes, sizeof(bytes),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof(bytes));
	hash_key(str_z(out), hash);
	db_arg_int(&old, tenant_id);
	db_arg_text(&old, label);
	db_arg_int(&fresh, tenant_id);
	db_arg_text(&fresh, label);
	db_arg_bytea(&fresh, str_from((char *)hash, sizeof(hash)));
	return db_pipe(db, calls, 2, e);
}

int
apikey_check(struct db *db, struct str key, int32_t *tenant_id,
    struct err *e)
{
	unsigned char hash[HASH_SIZE];
	struct db_args a = { 0 };
	struct db_rows *r;

	hash_key(key, hash);
	db_arg_bytea(&a, str_from((char *)hash, sizeof(hash)));
	if (db_exec(db,
		"SELECT tenant_id FROM crosswalk.api_key "
		"WHERE hash = $1 AND revoked_at IS NULL",
		&a, &r, e) < 0)
		return -1;
	*tenant_id = db_nrows(r) > 0 ? (int32_t)db_int(r, 0, 0) : 0;
	db_rows_free(r);
	return 0;
}

int
apikey_revoke(struct db *db, int32_t tenant_id, struct str label, bool *was,
    struct err *e)
{
	struct db_args a = { 0 };
	int64_t n;

	db_arg_int(&a, tenant_id);
	db_arg_text(&a, label);
	if (db_touch(db,
		"UPDATE crosswalk.api_key SET revoked_at = now() "
		"WHERE tenant_id = $1 AND label = $2 AND revoked_at IS NULL",
		&a, &n, e) < 0)
		return -1;
	*was = n > 0;
	return 0;
}

int
entity_put(struct db *db, const struct entity *in, int32_t *id,
    struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, in->tenant_id);
	db_arg_text(&a, in->name);
	db_arg_opt(&a, in->schema_name);
	db_arg_opt(&a, in->schema);
	return put(db,
	    "INSERT INTO crosswalk.entity AS e"
	    " (tenant_id, name, schema_name, schema) VALUES ($1, $2, $3, $4) "
	    "ON CONFLICT (tenant_id, name) DO UPDATE SET"
	    " schema_name = coalesce(excluded.schema_name, e.schema_name),"
	    " schema = coalesce(excluded.schema, e.schema) "
	    "RETURNING id",
	    &a, id, e);
}

int
connection_put(struct db *db, const struct connection *in, int32_t *id,
    struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, in->tenant_id);
	db_arg_text(&a, in->name);
	db_arg_text(&a, in->connector);
	db_arg_text(&a, in->base_url);
	db_arg_text(&a, in->params.n > 0 ? in->params : STR("{}"));
	db_arg_opt(&a, in->secret);
	db_arg_bool(&a, in->enabled);
	return put(db,
	    "INSERT INTO crosswalk.connection (tenant_id, name, connector,"
	    " base_url, params, secret, enabled) "
	    "VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7) "
	    "ON CONFLICT (tenant_id, name) DO UPDATE SET"
	    " connector = excluded.connector, base_url = excluded.base_url,"
	    " params = excluded.params, secret = excluded.secret,"
	    " enabled = excluded.enabled "
	    "RETURNING id",
	    &a, id, e);
}

static int
enable(struct db *db, const char *sql, int32_t id, bool on, struct err *e)
{
	struct db_args a = { 0 };
	int32_t touched;

	db_arg_int(&a, id);
	db_arg_bool(&a, on);
	if (put(db, sql, &a, &touched, e) < 0)
		return -1;
	if (touched == 0)
		return err_set(e, ERR_USAGE, "no such number: %d", (int)id);
	return 0;
}

int
connection_enable(struct db *db, int32_t id, bool on, struct err *e)
{
	return enable(db,
	    "UPDATE crosswalk.connection SET enabled = $2 WHERE id = $1 "
	    "RETURNING id",
	    id, on, e);
}

int
sync_put(struct db *db, const struct sync *in, int32_t *id, struct err *e)
{
	struct db_args a = { 0 };

	db_arg_int(&a, in->tenant_id);
	db_arg_int(&a, in->connection_id);
	db_arg_int(&a, in->entity_id);
	db_arg_text(&a, in->name);
	db_arg_text(&a, in->mapping);
	db_arg_text(&a, in->map);
	db_arg_int(&a, in->direction);
	db_arg_bool(&a, in->enabled);
	return put(db,
	    "INSERT INTO crosswalk.sync (tenant_id, connection_id, entity_id,"
	    " name, mapping, map, direction, enabled) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
	    "ON CONFLICT (tenant_id, name) DO UPDATE SET"
	    " connection_id = excluded.connection_id,"
	    " entity_id = excluded.entity_id, mapping = excluded.mapping,"
	    " map = excluded.map, direction = excluded.direction,"
	    " enabled = excluded.enabled "
	    "RETURNING id",
	    &a, id, e);
}

int
sync_enable(struct db *db, int32_t id, bool on, struct err *e)
{
	return enable(db,
	    "UPDATE crosswalk.sync SET enabled = $2 WHERE id = $1 "
	    "RETURNING id",
	    id, on, e);
}
