/*
 * Tokens: static ones, and OAuth 2.0 refreshed in time (RFC 6749 6, 4.4).
 */
#include "connector/auth.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "connector/eval.h"
#include "connector/retry.h"
#include "connector/url.h"

/* A token is renewed so long before it ends, or a tenth of its life. */
#define MARGIN_MS 60000
/* The life of a token that comes without one (RFC 6749 leaves it open). */
#define LIFE_MS ((int64_t)30 * 60 * 1000)
#define LIFE_MAX_MS ((int64_t)365 * 24 * 60 * 60 * 1000)

static const struct http_header form_headers[] = {
	{ { "Accept", 6 }, { "application/json", 16 } },
	{ { "Content-Type", 12 },
	  { "application/x-www-form-urlencoded", 33 } },
};

static const struct retry_policy refresh_retry = {
	.base_ms = 1000,
	.cap_ms = 60000,
	.attempts = 0,
};

struct auth {
	const struct unit_connector *c;
	struct str token_url; /* in arena */
	struct str client_id, client_secret, refresh_token, token; /* heap */
	int64_t stale_ms;     /* then the token is stale; 0: never */
	int64_t expires_ms;
	enum auth_state state;
	int fresh;            /* a refusal brought this token, unproved */
	int rotated;
	unsigned failed;      /* refreshes in a row */
	int64_t until_ms;     /* WAIT */
	uint64_t seed;
	struct arena arena;
	char error[200];
};

/* Heap memory for secrets, cleared when it goes. */
static struct str
keep(struct str s)
{
	char *p;

	if (s.n == 0)
		return str_from(NULL, 0);
	p = malloc(s.n);
	if (p == NULL)
		fatal("out of memory");
	memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static void
drop(struct str *s)
{
	if (s->n != 0)
		explicit_bzero((char *)s->p, s->n);
	free((char *)s->p);
	*s = str_from(NULL, 0);
}

/* An arena's memory goes back to malloc: clear what a secret passed through. */
static void
wipe(void *arg)
{
	struct str *s = arg;

	explicit_bzero((char *)s->p, s->n);
}

static void
wipe_later(struct arena *a, struct str s)
{
	struct str *copy = arena_new(a, struct str);

	*copy = s;
	arena_defer(a, wipe, copy);
}

static struct str
member(struct value v, struct str name, struct arena *a)
{
	struct str s;

	return eval_text(value_member(v, name, a), &s, a) == 0 ?
	    s : str_from(NULL, 0);
}

/* Whole seconds or milliseconds out of a reply or a secret, or -1. */
static int64_t
member_int(struct value v, struct str name, struct arena *a)
{
	int64_t i;

	return eval_number(value_member(v, name, a), 0, &i, a) == 0 ? i : -1;
}

static void
set_life(struct auth *x, int64_t now_ms, int64_t life_ms)
{
	int64_t margin = life_ms / 10 < MARGIN_MS ? life_ms / 10 : MARGIN_MS;

	x->expires_ms = now_ms + life_ms;
	x->stale_ms = x->expires_ms - margin;
}

static int
read_secret(struct auth *x, struct value v, struct arena *a, struct err *e)
{
	enum auth_kind kind = x->c->auth.kind;

	if (kind != AUTH_OAUTH2) {
		x->token = keep(member(v, STR("token"), a));
		if (x->token.n == 0)
			return err_set(e, ERR_DATA, "the secret of connector "
			    "%.*s must have a member \"token\"",
			    STR_ARG(x->c->name));
		x->state = AUTH_READY;
		return 0;
	}
	x->client_id = keep(member(v, STR("client_id"), a));
	x->client_secret = keep(member(v, STR("client_secret"), a));
	x->refresh_token = keep(member(v, STR("refresh_token"), a));
	x->token = keep(member(v, STR("access_token"), a));
	if (x->client_id.n == 0 || (x->client_secret.n == 0 &&
	    x->refresh_token.n == 0))
		return err_set(e, ERR_DATA, "the secret of connector %.*s "
		    "must have \"client_id\" and \"client_secret\", and "
		    "\"refresh_token\" unless it logs in by itself",
		    STR_ARG(x->c->name));
	x->expires_ms = member_int(v, STR("expires_at"), a);
	x->state = AUTH_STALE;
	if (x->token.n != 0 && x->expires_ms > 0) {
		x->stale_ms = x->expires_ms - MARGIN_MS;
		x->state = AUTH_READY;
	}
	return 0;
}

struct auth *
auth_new(const struct unit_connector *c, struct str base, struct str secret,
    uint64_t seed, struct err *e)
{
	struct auth *x = calloc(1, sizeof(*x));
	struct arena a = { 0 };
	struct value v = { .type = V_ABSENT };
	int status = 0;

	if (x == NULL)
		fatal("out of memory");
	x->c = c;
	x->seed = seed;
	if (c->auth.kind == AUTH_NONE)
		return x;
	if (c->auth.kind == AUTH_OAUTH2)
		status = url_moved(c, base, c->auth.token_url, &x->token_url,
		    &x->arena, e);
	if (status == 0 && eval_json(secret, &v, &a, NULL) != 0)
		/* The parser's message might quote what it read. */
		status = err_set(e, ERR_DATA, "the secret of connector %.*s "
		    "is not JSON", STR_ARG(c->name));
	if (v.type == V_RAW)
		wipe_later(&a, str_from(v.u.p, v.n));
	if (status == 0)
		status = read_secret(x, v, &a, e);
	arena_fini(&a);
	if (status == 0)
		return x;
	auth_free(x);
	return NULL;
}

void
auth_free(struct auth *x)
{
	if (x == NULL)
		return;
	drop(&x->client_id);
	drop(&x->client_secret);
	drop(&x->refresh_token);
	drop(&x->token);
	arena_fini(&x->arena);
	free(x);
}

enum auth_state
auth_token(struct auth *x, int64_t now_ms, struct str *token)
{
	*token = str_from(NULL, 0);
	if (x->state == AUTH_WAIT && now_ms >= x->until_ms)
		x->state = AUTH_STALE;
	if (x->state == AUTH_READY && x->stale_ms != 0 &&
	    now_ms >= x->stale_ms)
		x->state = AUTH_STALE;
	if (x->state == AUTH_READY)
		*token = x->token;
	return x->state;
}

int64_t
auth_wait_ms(const struct auth *x, int64_t now_ms)
{
	return x->state == AUTH_WAIT && x->until_ms > now_ms ?
	    x->until_ms - now_ms : 0;
}

const char *
auth_error(const struct auth *x)
{
	return x->error;
}

/* application/x-www-form-urlencoded */
static void
form_add(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(out, "%s%s=", out->n != 0 ? "&" : "", name);
	buf_url(out, value);
}

void
auth_request(struct auth *x, struct http_request *req, struct arena *a)
{
	const struct unit_auth *how = &x->c->auth;
	struct buf form = { 0 }, scopes = { 0 };

	assert(x->state == AUTH_STALE && how->kind == AUTH_OAUTH2);
	/* At once: growing would leave copies behind. */
	buf_room(&form, size_add(128, size_mul(3, size_add(x->client_id.n,
	    size_add(x->client_secret.n, x->refresh_token.n)))));
	form_add(&form, "grant_type", x->refresh_token.n != 0 ?
	    STR("refresh_token") : STR("client_credentials"));
	form_add(&form, "client_id", x->client_id);
	form_add(&form, "client_secret", x->client_secret);
	form_add(&form, "refresh_token", x->refresh_token);
	if (x->refresh_token.n == 0) {
		for (uint32_t i = 0; i < how->nscope; i++)
			buf_printf(&scopes, "%s%.*s", i != 0 ? " " : "",
			    STR_ARG(how->scopes[i]));
		form_add(&form, "scope", buf_str(&scopes));
	}
	req->method = "POST";
	req->url = x->token_url.p;
	req->headers = form_headers;
	req->nheaders = COUNT(form_headers);
	req->body = arena_str(a, buf_str(&form));
	wipe_later(a, req->body);
	explicit_bzero(form.p, form.n);
	buf_fini(&form);
	buf_fini(&scopes);
	x->state = AUTH_FLIGHT;
}

/* The endpoint is away, not the grant. */
static enum auth_state
fail_for_now(struct auth *x, int64_t now_ms, int64_t wait_ms)
{
	int64_t backoff = retry_wait_ms(&refresh_retry, ++x->failed, &x->seed);

	/* Not at once: nothing else limits this endpoint. */
	if (backoff < refresh_retry.base_ms)
		backoff = refresh_retry.base_ms;
	x->until_ms = now_ms + (wait_ms > backoff ? wait_ms : backoff);
	return x->state = AUTH_WAIT;
}

/* The error word of RFC 6749 5.2 is a token of letters; show no other. */
static void
say_refused(struct auth *x, int status, struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!((word.p[i] >= 'a' && word.p[i] <= 'z') ||
		    (word.p[i] >= 'A' && word.p[i] <= 'Z') ||
		    word.p[i] == '_'))
			word.n = 0;
	if (word.n > 40)
		word.n = 0;
	snprintf(x->error, sizeof(x->error), "the token endpoint refused the "
	    "grant: status %d%s%.*s; connect again", status,
	    word.n != 0 ? ", " : "", STR_ARG(word));
}

static int
take_tokens(struct auth *x, struct value v, int64_t now_ms, struct arena *a)
{
	struct str token = member(v, STR("access_token"), a);
	struct str refresh = member(v, STR("refresh_token"), a);
	int64_t life = member_int(v, STR("expires_in"), a);

	if (token.n == 0)
		return -1;
	drop(&x->token);
	x->token = keep(token);
	if (refresh.n != 0 && !str_eq(refresh, x->refresh_token)) {
		drop(&x->refresh_token);
		x->refresh_token = keep(refresh);
		x->rotated = 1;
	}
	if (life < 0)
		set_life(x, now_ms, LIFE_MS);
	else
		set_life(x, now_ms, life < LIFE_MAX_MS / 1000 ? life * 1000 :
		    LIFE_MAX_MS);
	return 0;
}

enum auth_state
auth_reply(struct auth *x, const struct http_done *rep, int64_t now_ms)
{
	struct arena a = { 0 };
	struct value v = { .type = V_ABSENT };
	int64_t after;

	assert(x->state == AUTH_FLIGHT);
	if (rep->outcome != HTTP_REPLY) {
		snprintf(x->error, sizeof(x->error),
		    "the token endpoint did not answer");
		return fail_for_now(x, now_ms, 0);
	}
	if (eval_json(rep->body, &v, &a, NULL) == 0 && v.type == V_RAW)
		wipe_later(&a, str_from(v.u.p, v.n));
	if (rep->status == 200 && take_tokens(x, v, now_ms, &a) == 0) {
		x->failed = 0;
		x->error[0] = '\0';
		x->state = AUTH_READY;
	} else if (rep->status >= 400 && rep->status < 500 &&
	    rep->status != 408 && rep->status != 429) {
		say_refused(x, rep->status, member(v, STR("error"), &a));
		x->state = AUTH_PAUSED;
	} else {
		after = retry_after_ms(reply_header(rep, STR("retry-after")),
		    now_ms);
		snprintf(x->error, sizeof(x->error), "the token endpoint "
		    "answered status %d without a token", rep->status);
		fail_for_now(x, now_ms, after);
	}
	arena_fini(&a);
	return x->state;
}

void
auth_refused(struct auth *x, struct str token, int64_t now_ms)
{
	if (x->state != AUTH_READY || !str_eq(token, x->token))
		return;
	if (x->c->auth.kind == AUTH_OAUTH2 && !x->fresh) {
		x->fresh = 1;
		x->state = AUTH_STALE;
		return;
	}
	snprintf(x->error, sizeof(x->error), x->c->auth.kind == AUTH_OAUTH2 ?
	    "a fresh token was refused; connect again" :
	    "the token was refused; set a new one");
	x->state = AUTH_PAUSED;
}

void
auth_accepted(struct auth *x, struct str token)
{
	if (str_eq(token, x->token))
		x->fresh = 0;
}

int
auth_rotated(struct auth *x, struct str *secret, struct arena *a)
{
	struct buf out = { 0 };

	if (!x->rotated)
		return 0;
	x->rotated = 0;
	buf_room(&out, size_add(128, size_mul(6, size_add(x->token.n,
	    size_add(x->client_id.n, size_add(x->client_secret.n,
	    x->refresh_token.n))))));
	buf_puts(&out, STR("{\"client_id\":"));
	buf_json(&out, x->client_id);
	buf_puts(&out, STR(",\"client_secret\":"));
	buf_json(&out, x->client_secret);
	buf_puts(&out, STR(",\"refresh_token\":"));
	buf_json(&out, x->refresh_token);
	buf_puts(&out, STR(",\"access_token\":"));
	buf_json(&out, x->token);
	buf_printf(&out, ",\"expires_at\":%lld}", (long long)x->expires_ms);
	*secret = arena_str(a, buf_str(&out));
	wipe_later(a, *secret);
	explicit_bzero(out.p, out.n);
	buf_fini(&out);
	return 1;
}
