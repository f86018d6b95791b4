/*
 * Grants: how a token is asked for (RFC 6749 4.4 and 6, RFC 7523).
 */
#include "connector/grant.h"

#include <assert.h>

#include "base/size.h"
#include "connector/eval.h"
#include "connector/jwt.h"
#include "connector/keep.h"
#include "connector/url.h"

static const char *const held_word[] = {
#define X(name, word, held) [GRANT_##name] = held,
	AUTH_GRANTS(X)
#undef X
};

/* ---- what the account says ---- */

struct account {
	const struct connector_call *call;
	struct vm *vm;
	struct err *e;
};

/* A text of the connector, "" where it says none. */
static int
account_text(struct grant *g, const struct account *x, int func,
    const char *what, struct str *out)
{
	struct value v;

	*out = STR("");
	if (func < 0)
		return 0;
	if (eval_account(x->call, x->vm, func, what, &v, &g->arena, x->e) !=
	    0)
		return -1;
	if (eval_text(v, out, &g->arena) == 0)
		return 0;
	return err_set(x->e, ERR_DATA, "connector %.*s: `%s` of auth must be "
	    "a text, not %s; see the parameters of the connection",
	    STR_ARG(g->c->name), what, value_word(v));
}

static int
read_scopes(struct grant *g, const struct account *x)
{
	const struct unit_auth *how = &g->c->auth;
	struct buf b = { 0 };
	int status = 0;

	for (uint32_t i = 0; i < how->nscope && status == 0; i++) {
		struct str scope;

		status = account_text(g, x, how->scopes[i], "scope", &scope);
		buf_printf(&b, "%s%.*s", i != 0 ? " " : "", STR_ARG(scope));
	}
	g->scopes = arena_str(&g->arena, buf_str(&b));
	buf_fini(&b);
	return status;
}

static int
read_account(struct grant *g, const struct account *x)
{
	const struct unit_auth *how = &g->c->auth;
	struct str url;

	if (account_text(g, x, how->token, "token", &url) != 0 ||
	    read_scopes(g, x) != 0)
		return -1;
	if (url_moved(g->c, x->call->base, url, &g->url, &g->arena, x->e) !=
	    0)
		return err_prefix(x->e, "connector %.*s, token",
		    STR_ARG(g->c->name));
	return 0;
}

static int
read_claims(struct grant *g, const struct account *x)
{
	const struct unit_auth *how = &g->c->auth;

	return account_text(g, x, how->issuer, "issuer", &g->issuer) != 0 ||
	    account_text(g, x, how->subject, "subject", &g->subject) != 0 ||
	    account_text(g, x, how->audience, "audience", &g->audience) != 0 ?
	    -1 : 0;
}

/* ---- what the secret holds ---- */

static int
can(const struct grant *g, enum auth_grant grant)
{
	switch (grant) {
	case GRANT_REFRESH_TOKEN:
		return g->client_id.n != 0 && g->refresh_token.n != 0;
	case GRANT_CLIENT_CREDENTIALS:
		return g->client_id.n != 0 && g->client_secret.n != 0;
	case GRANT_JWT_BEARER:
		return g->client_id.n != 0 && g->private_key.n != 0;
	case AUTH_NGRANT:
		break;
	}
	return 0;
}

/* The first of the connector's that can be had; AUTH_NGRANT: none. */
static enum auth_grant
chosen(const struct grant *g)
{
	const struct unit_auth *how = &g->c->auth;

	for (uint32_t i = 0; i < how->ngrant; i++)
		if (can(g, how->grants[i]))
			return how->grants[i];
	return AUTH_NGRANT;
}

static int
nothing_held(const struct grant *g, struct err *e)
{
	const struct unit_auth *how = &g->c->auth;
	struct buf b = { 0 };

	for (uint32_t i = 0; i < how->ngrant; i++)
		buf_printf(&b, "%s\"%s\"", i == 0 ? "" : " or ",
		    held_word[how->grants[i]]);
	err_set(e, ERR_DATA, "the secret of connector %.*s must have "
	    "\"client_id\" and %.*s", STR_ARG(g->c->name),
	    STR_ARG(buf_str(&b)));
	buf_fini(&b);
	return -1;
}

static int
assertion(const struct grant *g, int64_t now_ms, struct str *out,
    struct arena *a, struct err *e)
{
	struct jwt_claims claims = {
		.issuer = g->issuer.n != 0 ? g->issuer : g->client_id,
		.subject = g->subject,
		.audience = g->audience.n != 0 ? g->audience : g->url,
		.now_s = now_ms / 1000,
	};

	return jwt_sign(g->private_key, &claims, out, a, e);
}

int
grant_init(struct grant *g, const struct connector_call *account,
    struct vm *vm, struct value secret, struct arena *a, struct err *e)
{
	struct account x = { account, vm, e };
	enum auth_grant grant;
	struct str text;

	*g = (struct grant){ .c = account->connector };
	g->client_id = keep_member(secret, STR("client_id"), a);
	g->client_secret = keep_member(secret, STR("client_secret"), a);
	g->refresh_token = keep_member(secret, STR("refresh_token"), a);
	g->private_key = keep_member(secret, STR("private_key"), a);
	if (read_account(g, &x) != 0)
		return -1;
	grant = chosen(g);
	if (grant == AUTH_NGRANT)
		return nothing_held(g, e);
	if (grant != GRANT_JWT_BEARER)
		return 0;
	if (read_claims(g, &x) != 0)
		return -1;
	/* now, and not when the first record waits */
	if (assertion(g, 0, &text, a, e) != 0)
		return err_prefix(e, "the secret of connector %.*s",
		    STR_ARG(g->c->name));
	return 0;
}

void
grant_fini(struct grant *g)
{
	keep_drop(&g->client_id);
	keep_drop(&g->client_secret);
	keep_drop(&g->refresh_token);
	keep_drop(&g->private_key);
	arena_fini(&g->arena);
}

/* ---- the request ---- */

/* application/x-www-form-urlencoded */
static void
form_add(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(out, "%s%s=", out->n != 0 ? "&" : "", name);
	buf_url(out, value);
}

/* A buffer of secrets, which must not grow: that would leave copies behind. */
static struct buf
secret_buf(const struct grant *g, struct str more)
{
	struct buf b = { 0 };

	buf_room(&b, size_add(256, size_mul(4, size_add(size_add(more.n,
	    g->scopes.n), size_add(g->client_id.n, size_add(
	    g->client_secret.n, g->refresh_token.n))))));
	return b;
}

/* What was put together, in a, cleared with it. */
static struct str
secret_text(struct buf *b, struct arena *a)
{
	struct str s = arena_str(a, buf_str(b));

	keep_wipe(a, s);
	explicit_bzero(b->p, b->cap);
	buf_fini(b);
	return s;
}

static int
is_basic(const struct grant *g)
{
	return g->c->auth.basic && g->client_secret.n != 0;
}

/* RFC 6749 2.3.1 */
static struct str
basic(const struct grant *g, struct arena *a)
{
	struct buf both = secret_buf(g, STR("")), b = secret_buf(g, STR(""));

	buf_url(&both, g->client_id);
	buf_putc(&both, ':');
	buf_url(&both, g->client_secret);
	buf_puts(&b, STR("Basic "));
	base64_put(&b, secret_text(&both, a));
	return secret_text(&b, a);
}

static struct str
form(const struct grant *g, int64_t now_ms, struct arena *a)
{
	struct str jwt = STR("");
	enum auth_grant grant = chosen(g);
	struct buf b;

	if (grant == GRANT_JWT_BEARER) {
		int status = assertion(g, now_ms, &jwt, a, NULL);

		assert(status == 0); /* grant_init has tried it */
		(void)status;
	}
	b = secret_buf(g, jwt);
	form_add(&b, "grant_type", grant == GRANT_JWT_BEARER ?
	    STR("urn:ietf:params:oauth:grant-type:jwt-bearer") :
	    grant == GRANT_REFRESH_TOKEN ? STR("refresh_token") :
	    STR("client_credentials"));
	form_add(&b, "assertion", jwt);
	/* an assertion says by itself who asks */
	if (!is_basic(g) && (grant != GRANT_JWT_BEARER ||
	    g->client_secret.n != 0)) {
		form_add(&b, "client_id", g->client_id);
		form_add(&b, "client_secret", g->client_secret);
	}
	if (grant == GRANT_REFRESH_TOKEN)
		form_add(&b, "refresh_token", g->refresh_token);
	if (grant == GRANT_CLIENT_CREDENTIALS)
		form_add(&b, "scope", g->scopes);
	return secret_text(&b, a);
}

void
grant_request(const struct grant *g, int64_t now_ms,
    struct http_request *req, struct arena *a)
{
	struct http_header *h = arena_array(a, 3, sizeof(*h));
	size_t n = 0;

	h[n++] = (struct http_header){ STR("Accept"),
		STR("application/json") };
	h[n++] = (struct http_header){ STR("Content-Type"),
		STR("application/x-www-form-urlencoded") };
	if (is_basic(g))
		h[n++] = (struct http_header){ STR("Authorization"),
			basic(g, a) };
	req->method = "POST";
	req->url = g->url.p;
	req->headers = h;
	req->nheaders = n;
	req->body = form(g, now_ms, a);
}
