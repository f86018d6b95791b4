/*
 * Publishing.  Files are kept once by the hash of their text; a version is
 * a list of paths and hashes and is never changed.
 */
#include "config.h"

#include "store/mapping.h"

#include <sodium.h>

#include "store/columns.h"

enum { HASH_SIZE = 32 };

static void
hash_text(struct str s, unsigned char out[HASH_SIZE])
{
	crypto_generichash(out, HASH_SIZE, (const unsigned char *)s.p, s.n,
	    NULL, 0);
}

/* Over every path (with its length) and every text's hash, and the params. */
static void
hash_files(const struct mapping_file *files, size_t n, struct str params,
    unsigned char out[HASH_SIZE])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, HASH_SIZE);
	for (size_t i = 0; i < n; i++) {
		unsigned char text[HASH_SIZE];
		uint64_t len = files[i].path.n;

		hash_text(files[i].text, text);
		crypto_generichash_update(&state, (unsigned char *)&len,
		    sizeof(len));
		crypto_generichash_update(&state,
		    (const unsigned char *)files[i].path.p, files[i].path.n);
		crypto_generichash_update(&state, text, sizeof(text));
	}
	if (!str_eq(params, STR("{}")))
		crypto_generichash_update(&state,
		    (const unsigned char *)params.p, params.n);
	crypto_generichash_final(&state, out, HASH_SIZE);
}

#define VERSION_COLUMNS                                                   \
	"id, version, active, name, published_by, checks::text,"          \
	" created_at,"                                                    \
	" active_at, language "

static void
read_version(const struct db_rows *r, size_t i, struct mapping_version *v)
{
	*v = (struct mapping_version){
		.id = (int32_t)db_int(r, i, 0),
		.version = (int32_t)db_int(r, i, 1),
		.active = db_bool(r, i, 2),
		.name = db_str(r, i, 3),
		.by = db_str(r, i, 4),
		.checks = db_str(r, i, 5),
		.created_us = db_time(r, i, 6),
		.active_us = db_time(r, i, 7),
		.language = (int32_t)db_int(r, i, 8),
	};
}

/* sql yields VERSION_COLUMNS; *found is false where it yields no row. */
static int
get_version(struct db *db, struct arena *a, const char *sql,
    const struct db_args *args, struct mapping_version *out, bool *found,
    struct err *e)
{
	struct db_rows *r;

	if (db_exec(db, sql, args, &r, e) < 0)
		return -1;
	*found = db_nrows(r) > 0;
	if (*found)
		read_version(r, 0, out);
	db_rows_defer(r, a);
	return 0;
}

static int
put_sources(struct db *db, const struct mapping_file *files, size_t n,
    struct err *e)
{
	struct columns c = { 0 };
	int rc;

	columns_init(&c, "bt");
	for (size_t i = 0; i < n; i++) {
		unsigned char hash[HASH_SIZE];

		hash_text(files[i].text, hash);
		col_str(&c, str_from((char *)hash, sizeof(hash)));
		col_str(&c, files[i].text);
	}
	rc = db_exec(db,
	    "INSERT INTO crosswalk.source (hash, text) "
	    "SELECT DISTINCT ON (hash) * FROM unnest($1, $2) u (hash, text) "
	    "ON CONFLICT DO NOTHING",
	    columns_args(&c), NULL, e);
	columns_fini(&c);
	return rc;
}

static int
put_files(struct db *db, int32_t id, const struct mapping_file *files,
    size_t n, struct err *e)
{
	struct columns c = { 0 };
	int rc;

	columns_init(&c, "iitb");
	for (size_t i = 0; i < n; i++) {
		unsigned char hash[HASH_SIZE];

		hash_text(files[i].text, hash);
		col_int(&c, id);
		col_int(&c, (int64_t)i);
		col_str(&c, files[i].path);
		col_str(&c, str_from((char *)hash, sizeof(hash)));
	}
	rc = db_exec(db,
	    "INSERT INTO crosswalk.mapping_file "
	    "(mapping_id, position, path, hash) "
	    "SELECT * FROM unnest($1, $2, $3, $4)",
	    columns_args(&c), NULL, e);
	columns_fini(&c);
	return rc;
}

/* Begin, and let no one else publish until the end. */
static int
begin_publish(struct db *db, struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	return db_script(db,
	    "LOCK TABLE crosswalk.mapping IN SHARE ROW EXCLUSIVE MODE", e);
}

static int
touch_and_commit(struct db *db, struct err *e)
{
	if (db_exec(db, "SELECT crosswalk.touch()", NULL, NULL, e) < 0)
		return -1;
	return db_commit(db, e);
}

static int
deactivate(struct db *db, struct str name, struct err *e)
{
	struct db_args args = { 0 };

	db_arg_text(&args, name);
	return db_exec(db,
	    "UPDATE crosswalk.mapping SET active = false "
	    "WHERE name = $1 AND active",
	    &args, NULL, e);
}

static int
publish(struct db *db, struct arena *a, struct str name,
    const struct mapping_file *files, size_t n, struct str params,
    int32_t language, struct str checks, struct str by,
    struct mapping_version *out, struct err *e)
{
	unsigned char digest[HASH_SIZE];
	struct db_args same = { 0 }, made = { 0 };
	bool found;

	hash_files(files, n, params, digest);
	db_arg_text(&same, name);
	db_arg_bytea(&same, str_from((char *)digest, sizeof(digest)));
	db_arg_int(&same, language);
	if (begin_publish(db, e) < 0 ||
	    get_version(db, a,
		"SELECT " VERSION_COLUMNS "FROM crosswalk.mapping "
		"WHERE name = $1 AND active AND digest = $2"
		" AND language = $3",
		&same, out, &found, e) < 0)
		return -1;
	if (found)
		return db_commit(db, e);
	db_arg_text(&made, name);
	db_arg_bytea(&made, str_from((char *)digest, sizeof(digest)));
	db_arg_text(&made, checks);
	db_arg_text(&made, by);
	db_arg_text(&made, params);
	db_arg_int(&made, language);
	if (put_sources(db, files, n, e) < 0 || deactivate(db, name, e) < 0 ||
	    get_version(db, a,
		"INSERT INTO crosswalk.mapping (name, version, active, digest,"
		" checks, published_by, params, language) "
		"SELECT $1, coalesce(max(version), 0) + 1, true, $2,"
		" $3::jsonb, $4, $5::jsonb, $6 FROM crosswalk.mapping"
		" WHERE name = $1 "
		"RETURNING " VERSION_COLUMNS,
		&made, out, &found, e) < 0 ||
	    put_files(db, out->id, files, n, e) < 0)
		return -1;
	out->fresh = true;
	return touch_and_commit(db, e);
}

int
mapping_publish(struct db *db, struct arena *a, struct str name,
    const struct mapping_file *files, size_t nfiles, struct str params,
    int32_t language, struct str checks, struct str by,
    struct mapping_version *out, struct err *e)
{
	if (nfiles == 0)
		return err_set(e, ERR_INTERNAL, "a mapping without a file");
	if (publish(db, a, name, files, nfiles, params, language, checks, by,
	    out, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

int
mapping_history(struct db *db, struct arena *a, struct str name,
    struct mapping_version **out, size_t *n, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_opt(&args, name);
	if (db_exec(db,
		"SELECT " VERSION_COLUMNS "FROM crosswalk.mapping "
		"WHERE $1::text IS NULL OR name = $1 ORDER BY id DESC",
		&args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		read_version(r, i, &(*out)[i]);
	db_rows_defer(r, a);
	return 0;
}

static int
roll_back(struct db *db, struct arena *a, struct str name, int32_t version,
    struct str by, struct mapping_version *out, struct err *e)
{
	struct db_args find = { 0 }, set = { 0 };
	bool found;

	db_arg_text(&find, name);
	db_arg_int(&find, version);
	if (begin_publish(db, e) < 0 ||
	    get_version(db, a,
		"SELECT " VERSION_COLUMNS "FROM crosswalk.mapping m "
		"WHERE name = $1 AND CASE WHEN $2 <> 0 THEN version = $2"
		" ELSE version < coalesce((SELECT version"
		"  FROM crosswalk.mapping WHERE name = $1 AND active),"
		"  2147483647) END "
		"ORDER BY version DESC LIMIT 1",
		&find, out, &found, e) < 0)
		return -1;
	if (!found && version != 0)
		return err_set(e, ERR_USAGE, "mapping %.*s has no version %d",
		    STR_ARG(name), (int)version);
	if (!found)
		return err_set(e, ERR_USAGE,
		    "mapping %.*s has no version before the active one",
		    STR_ARG(name));
	if (out->active)
		return db_commit(db, e);
	db_arg_int(&set, out->id);
	db_arg_text(&set, by);
	if (deactivate(db, name, e) < 0 ||
	    get_version(db, a,
		"UPDATE crosswalk.mapping SET active = true,"
		" active_at = clock_timestamp(),"
		" checks = checks || jsonb_build_object('rolled_back_by', $2)"
		" WHERE id = $1 RETURNING " VERSION_COLUMNS,
		&set, out, &found, e) < 0)
		return -1;
	return touch_and_commit(db, e);
}

int
mapping_rollback(struct db *db, struct arena *a, struct str name,
    int32_t version, struct str by, struct mapping_version *out,
    struct err *e)
{
	if (roll_back(db, a, name, version, by, out, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

int
mapping_retire(struct db *db, struct str name, struct err *e)
{
	if (begin_publish(db, e) < 0 || deactivate(db, name, e) < 0 ||
	    touch_and_commit(db, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

int
mapping_files(struct db *db, struct arena *a, struct str name,
    int32_t version, struct mapping_file **out, size_t *n, struct err *e)
{
	struct db_args args = { 0 };
	struct db_rows *r;

	db_arg_text(&args, name);
	db_arg_int(&args, version);
	if (db_exec(db,
		"SELECT f.path, s.text FROM crosswalk.mapping m"
		" JOIN crosswalk.mapping_file f ON f.mapping_id = m.id"
		" JOIN crosswalk.source s ON s.hash = f.hash "
		"WHERE m.name = $1 AND CASE WHEN $2 = 0 THEN m.active"
		" ELSE m.version = $2 END "
		"ORDER BY f.position",
		&args, &r, e) < 0)
		return -1;
	*n = db_nrows(r);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		(*out)[i].path = db_str(r, i, 0);
		(*out)[i].text = db_str(r, i, 1);
	}
	db_rows_defer(r, a);
	return 0;
}
