/*
 * Secrets: nonce, then the sealed value, in secret.sealed.
 */
#include "config.h"

#include "store/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

struct secret_key {
	unsigned char bytes[KEY];
};

static struct secret_key *
key_new(void)
{
	struct secret_key *k;

	if (sodium_init() < 0)
		fatal("libsodium does not start");
	/* Locked into memory, between guard pages, wiped when freed. */
	k = sodium_malloc(sizeof(*k));
	if (k == NULL)
		fatal("out of memory: the master key");
	return k;
}

void
secret_key_free(struct secret_key *k)
{
	if (k != NULL)
		sodium_free(k);
}

/* 64 hex digits, white space around them. */
static int
parse_key(struct secret_key *k, const char *hex, size_t n)
{
	size_t len;

	while (n > 0 && (hex[n - 1] == '\n' || hex[n - 1] == ' '))
		n--;
	return n == 2 * KEY &&
	    sodium_hex2bin(k->bytes, KEY, hex, n, NULL, &len, NULL) == 0 &&
	    len == KEY ? 0 : -1;
}

static int
read_key_file(struct secret_key *k, const char *path, struct err *e)
{
	char text[2 * KEY + 8];
	struct stat st;
	ssize_t n;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_NOINPUT, "key file %s: %s", path,
		    strerror(errno));
	if (fstat(fd, &st) < 0 || (st.st_mode & 077) != 0) {
		close(fd);
		return err_set(e, ERR_NOINPUT,
		    "key file %s: others may read it: chmod 600 it, and "
		    "make a new key if they could have",
		    path);
	}
	n = read(fd, text, sizeof(text));
	close(fd);
	rc = n < 0 ? -1 : parse_key(k, text, (size_t)n);
	sodium_memzero(text, sizeof(text));
	if (rc < 0)
		return err_set(e, ERR_NOINPUT,
		    "key file %s: not a key of 64 hex digits", path);
	return 0;
}

int
secret_key_load(const char *path, struct secret_key **out, struct err *e)
{
	const char *env = getenv("CROSSWALK_KEY");
	struct secret_key *k = key_new();
	int rc;

	if (path == NULL)
		path = getenv("CROSSWALK_KEY_FILE");
	if (env != NULL && parse_key(k, env, strlen(env)) == 0)
		rc = 0;
	else if (env != NULL)
		rc = err_set(e, ERR_USAGE,
		    "CROSSWALK_KEY is not a key of 64 hex digits");
	else if (path != NULL)
		rc = read_key_file(k, path, e);
	else
		rc = err_set(e, ERR_USAGE,
		    "no master key: set CROSSWALK_KEY or CROSSWALK_KEY_FILE");
	if (rc < 0) {
		secret_key_free(k);
		return -1;
	}
	*out = k;
	return 0;
}

int
secret_key_make(const char *path, struct err *e)
{
	struct secret_key *k = key_new();
	char hex[2 * KEY + 2];
	int fd, rc = 0;

	randombytes_buf(k->bytes, KEY);
	sodium_bin2hex(hex, 2 * KEY + 1, k->bytes, KEY);
	hex[2 * KEY] = '\n';
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		rc = err_set(e, ERR_SYSTEM, "key file %s: %s", path,
		    strerror(errno));
	else if (write(fd, hex, 2 * KEY + 1) != 2 * KEY + 1 || fsync(fd) < 0)
		rc = err_set(e, ERR_SYSTEM, "key file %s: not written", path);
	if (fd >= 0)
		close(fd);
	sodium_memzero(hex, sizeof(hex));
	secret_key_free(k);
	return rc;
}

/* What a sealed value is bound to. */
static void
bind(struct buf *b, int32_t tenant_id, struct str name)
{
	buf_printf(b, "%d:", (int)tenant_id);
	buf_puts(b, name);
}

int
secret_put(struct db *db, const struct secret_key *k, int32_t tenant_id,
    struct str name, struct str value, struct err *e)
{
	struct buf ad = { 0 }, sealed = { 0 };
	struct db_args a = { 0 };
	struct db_call calls[2] = {
		{ .sql = "INSERT INTO crosswalk.secret AS s"
			 " (tenant_id, name, sealed) VALUES ($1, $2, $3) "
			 "ON CONFLICT (tenant_id, name) DO UPDATE SET"
			 " sealed = excluded.sealed, changed_at = now()",
		    .args = &a },
		{ .sql = "SELECT crosswalk.touch()" },
	};
	unsigned char *out =
	    (unsigned char *)buf_room(&sealed, value.n + NONCE + TAG);
	unsigned long long n;
	int rc;

	bind(&ad, tenant_id, name);
	randombytes_buf(out, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &n,
	    (const unsigned char *)value.p, value.n,
	    (const unsigned char *)ad.p, ad.n, NULL, out, k->bytes);
	sealed.n = NONCE + (size_t)n;
	db_arg_int(&a, tenant_id);
	db_arg_text(&a, name);
	db_arg_bytea(&a, buf_str(&sealed));
	rc = db_pipe(db, calls, 2, e);
	buf_fini(&sealed);
	buf_fini(&ad);
	return rc;
}

int
secret_get(struct db *db, const struct secret_key *k, int32_t tenant_id,
    struct str name, struct buf *out, bool *found, struct err *e)
{
	struct db_args a = { 0 };
	struct buf ad = { 0 };
	struct db_rows *r;
	struct str sealed;
	unsigned long long n = 0;
	int rc = 0;

	db_arg_int(&a, tenant_id);
	db_arg_text(&a, name);
	if (db_exec(db,
		"SELECT sealed FROM crosswalk.secret "
		"WHERE tenant_id = $1 AND name = $2",
		&a, &r, e) < 0)
		return -1;
	*found = db_nrows(r) > 0;
	if (!*found) {
		db_rows_free(r);
		return 0;
	}
	sealed = db_str(r, 0, 0);
	bind(&ad, tenant_id, name);
	if (sealed.n < NONCE + TAG ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(
		(unsigned char *)buf_room(out, sealed.n), &n, NULL,
		(const unsigned char *)sealed.p + NONCE, sealed.n - NONCE,
		(const unsigned char *)ad.p, ad.n,
		(const unsigned char *)sealed.p, k->bytes) < 0)
		rc = err_set(e, ERR_DATA,
		    "secret %.*s does not open: another master key sealed it, "
		    "or it was changed",
		    STR_ARG(name));
	else
		out->n += (size_t)n;
	buf_fini(&ad);
	db_rows_free(r);
	return rc;
}

int
secret_drop(struct db *db, int32_t tenant_id, struct str name, bool *was,
    struct err *e)
{
	struct db_args a = { 0 };
	int64_t n;

	db_arg_int(&a, tenant_id);
	db_arg_text(&a, name);
	if (db_touch(db,
		"DELETE FROM crosswalk.secret "
		"WHERE tenant_id = $1 AND name = $2",
		&a, &n, e) < 0)
		return -1;
	*was = n > 0;
	return 0;
}

void
secret_wipe(struct buf *b)
{
	if (b->p != NULL)
		sodium_memzero(b->p, b->cap);
	buf_fini(b);
}
