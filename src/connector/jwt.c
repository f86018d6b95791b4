/*
 * JSON Web Tokens: header, claims and signature, each in base64url.
 */
#include "connector/jwt.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/size.h"
#include "connector/keep.h"

/* Salesforce takes no longer ones, and all it does is to buy one token. */
#define LIFE_S 180

void
base64_put(struct buf *out, struct str s)
{
	char *p = buf_room(out, size_add(size_mul(s.n / 3 + 1, 4), 1));

	out->n += (size_t)EVP_EncodeBlock((unsigned char *)p,
	    (const unsigned char *)s.p, (int)s.n);
}

/* The alphabet for URLs, without padding (RFC 7515 2). */
static void
base64url_put(struct buf *out, struct str s)
{
	size_t from = out->n;

	base64_put(out, s);
	while (out->n > from && out->p[out->n - 1] == '=')
		out->n--;
	for (size_t i = from; i < out->n; i++)
		if (out->p[i] == '+')
			out->p[i] = '-';
		else if (out->p[i] == '/')
			out->p[i] = '_';
}

static void
put_claims(struct buf *out, const struct jwt_claims *c)
{
	struct buf json = { 0 };

	buf_puts(&json, STR("{\"iss\":"));
	buf_json(&json, c->issuer);
	buf_puts(&json, STR(",\"sub\":"));
	buf_json(&json, c->subject);
	buf_puts(&json, STR(",\"aud\":"));
	buf_json(&json, c->audience);
	buf_printf(&json, ",\"iat\":%lld,\"exp\":%lld}", (long long)c->now_s,
	    (long long)c->now_s + LIFE_S);
	base64url_put(out, buf_str(&json));
	buf_fini(&json);
}

/* Nobody is there to be asked: a key with a password is refused. */
static int
no_password(char *to, int size, int writing, void *arg)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *
read_key(struct str key)
{
	BIO *in = key.n < INT_MAX ? BIO_new_mem_buf(key.p, (int)key.n) : NULL;
	EVP_PKEY *k = NULL;

	if (in != NULL)
		k = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);
	BIO_free(in);
	if (k != NULL && !EVP_PKEY_is_a(k, "RSA")) {
		EVP_PKEY_free(k);
		k = NULL;
	}
	return k;
}

static int
put_signature(struct buf *out, EVP_PKEY *k)
{
	size_t n = (size_t)EVP_PKEY_get_size(k);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct buf sum = { 0 };
	unsigned char *p = (unsigned char *)buf_room(&sum, n);
	int ok = md != NULL &&
	    EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, k) == 1 &&
	    EVP_DigestSign(md, p, &n, (const unsigned char *)out->p,
	    out->n) == 1;

	EVP_MD_CTX_free(md);
	if (ok) {
		sum.n = n;
		buf_putc(out, '.');
		base64url_put(out, buf_str(&sum));
	}
	buf_fini(&sum);
	return ok ? 0 : -1;
}

int
jwt_sign(struct str key, const struct jwt_claims *c, struct str *out,
    struct arena *a, struct err *e)
{
	EVP_PKEY *k = read_key(key);
	struct buf b = { 0 };
	int status = -1;

	if (k != NULL) {
		base64url_put(&b, STR("{\"alg\":\"RS256\",\"typ\":\"JWT\"}"));
		buf_putc(&b, '.');
		put_claims(&b, c);
		status = put_signature(&b, k);
	}
	EVP_PKEY_free(k);
	ERR_clear_error();
	if (status != 0)
		err_set(e, ERR_DATA, "\"private_key\" is no RSA key in PEM "
		    "without a password");
	*out = arena_str(a, buf_str(&b));
	keep_wipe(a, *out);
	if (b.p != NULL)
		explicit_bzero(b.p, b.cap);
	buf_fini(&b);
	return status;
}
