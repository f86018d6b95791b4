/*
 * Tokens: static ones, and those of OAuth 2.0, refreshed in time.
 */
#include "connector/auth.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "connector/eval.h"
#include "connector/grant.h"
#include "connector/keep.h"
#include "connector/retry.h"
#include "connector/url.h"

/* A token is renewed so long before it ends, or a tenth of its life. */
#define MARGIN_MS 60000
/* The life of a token that comes without one (RFC 6749 leaves it open). */
#define LIFE_MS ((int64_t)30 * 60 * 1000)
#define LIFE_MAX_MS ((int64_t)365 * 24 * 60 * 60 * 1000)

static const struct retry_policy refresh_retry = {
	.base_ms = 1000,
	.cap_ms = 60000,
	.attempts = 0,
};

struct auth {
	const struct unit_connector *c;
	struct vm *vm;
	struct grant grant;
	struct str token;     /* heap */
	struct str base;      /* heap: came with the token; "" none did */
	int64_t stale_ms;     /* then the token is stale; 0: never */
	int64_t expires_ms;
	enum auth_state state;
	int fresh;            /* a refusal brought this token, unproved */
	int rotated;
	unsigned failed;      /* refreshes in a row */
	int64_t until_ms;     /* WAIT */
	uint64_t seed;
	char error[200];
};

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
read_token(struct auth *x, struct value v, struct arena *a, struct err *e)
{
	x->token = keep_member(v, STR("token"), a);
	if (x->token.n == 0)
		return err_set(e, ERR_DATA, "the secret of connector %.*s must "
		    "have a member \"token\"", STR_ARG(x->c->name));
	x->state = AUTH_READY;
	return 0;
}

/* What an earlier refresh brought goes on, with the host it was for. */
static int
read_oauth2(struct auth *x, const struct connector_call *account,
    struct value v, struct arena *a, struct err *e)
{
	const struct unit_auth *how = &x->c->auth;
	struct str base = member(v, STR("base"), a);

	if (grant_init(&x->grant, account, x->vm, v, a, e) != 0)
		return -1;
	x->token = keep_member(v, STR("access_token"), a);
	x->expires_ms = member_int(v, STR("expires_at"), a);
	if (how->base >= 0 && url_among(how->hosts, how->nhost, base, &base))
		x->base = keep_text(base);
	x->state = AUTH_STALE;
	if (x->token.n != 0 && x->expires_ms > 0 &&
	    (how->base < 0 || x->base.n != 0)) {
		x->stale_ms = x->expires_ms - MARGIN_MS;
		x->state = AUTH_READY;
	}
	return 0;
}

struct auth *
auth_new(const struct connector_call *account, struct vm *vm,
    struct str secret, uint64_t seed, struct err *e)
{
	struct auth *x = calloc(1, sizeof(*x));
	struct arena a = { 0 };
	struct value v = { .type = V_ABSENT };
	int status;

	if (x == NULL)
		fatal("out of memory");
	x->c = account->connector;
	x->vm = vm;
	x->seed = seed;
	if (x->c->auth.kind == AUTH_NONE)
		return x;
	status = eval_json(secret, &v, &a, NULL);
	if (v.type == V_RAW)
		keep_wipe(&a, str_from(v.u.p, v.n));
	if (status != 0)
		/* The parser's message might quote what it read. */
		err_set(e, ERR_DATA, "the secret of connector %.*s is not "
		    "JSON", STR_ARG(x->c->name));
	else if (x->c->auth.kind == AUTH_OAUTH2)
		status = read_oauth2(x, account, v, &a, e);
	else
		status = read_token(x, v, &a, e);
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
	grant_fini(&x->grant);
	keep_drop(&x->token);
	keep_drop(&x->base);
	free(x);
}

struct str
auth_base(const struct auth *x)
{
	return x->base;
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

void
auth_request(struct auth *x, int64_t now_ms, struct http_request *req,
    struct arena *a)
{
	assert(x->state == AUTH_STALE && x->c->auth.kind == AUTH_OAUTH2);
	grant_request(&x->grant, now_ms, req, a);
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

/* 0 or -1: no token in it. */
static int
take_tokens(struct auth *x, struct value v, int64_t now_ms, struct arena *a)
{
	struct str *held = &x->grant.refresh_token;
	struct str refresh = member(v, STR("refresh_token"), a);
	int64_t life = member_int(v, STR("expires_in"), a);
	struct str token = keep_member(v, STR("access_token"), a);

	if (token.n == 0)
		return -1;
	keep_drop(&x->token);
	x->token = token;
	if (refresh.n != 0 && !str_eq(refresh, *held)) {
		keep_drop(held);
		*held = keep_text(refresh);
		x->rotated = 1;
	}
	if (life >= 0)
		set_life(x, now_ms, life < LIFE_MAX_MS / 1000 ? life * 1000 :
		    LIFE_MAX_MS);
	else
		set_life(x, now_ms, x->c->auth.lifetime_ms > 0 ?
		    x->c->auth.lifetime_ms : LIFE_MS);
	return 0;
}

/* 0, also where no base comes with a token; -1: it is none to be used. */
static int
take_base(struct auth *x, struct value body, struct arena *a)
{
	const struct unit_auth *how = &x->c->auth;
	struct connector_call call = { .connector = x->c };
	struct str base, origin;
	struct value v;

	if (how->base < 0)
		return 0;
	if (eval(&call, x->vm, how->base, "base", &body, 1, &v, a, NULL) != 0 ||
	    eval_text(v, &base, a) != 0) {
		if (x->base.n != 0) /* as it was */
			return 0;
		snprintf(x->error, sizeof(x->error), "the token came without "
		    "the address that requests go to");
		return -1;
	}
	if (!url_among(how->hosts, how->nhost, base, &origin)) {
		snprintf(x->error, sizeof(x->error), "the token is for "
		    "\"%.*s\", which is none of the `hosts` of connector %.*s",
		    (int)(origin.n < 100 ? origin.n : 100), origin.p,
		    STR_ARG(x->c->name));
		return -1;
	}
	if (!str_eq(origin, x->base)) {
		keep_drop(&x->base);
		x->base = keep_text(origin);
		x->rotated = 1;
	}
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
		keep_wipe(&a, str_from(v.u.p, v.n));
	if (rep->status == 200 && take_tokens(x, v, now_ms, &a) == 0) {
		x->failed = 0;
		x->error[0] = '\0';
		x->state = take_base(x, v, &a) == 0 ? AUTH_READY : AUTH_PAUSED;
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

static void
put_member(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(out, "%s\"%s\":", out->n != 0 ? "," : "{", name);
	buf_json(out, value);
}

int
auth_rotated(struct auth *x, struct str *secret, struct arena *a)
{
	const struct grant *g = &x->grant;
	struct buf out = { 0 };

	if (!x->rotated)
		return 0;
	x->rotated = 0;
	/* At once: growing would leave copies behind. */
	buf_room(&out, size_add(256, size_mul(6, size_add(size_add(x->token.n,
	    size_add(x->base.n, g->private_key.n)), size_add(g->client_id.n,
	    size_add(g->client_secret.n, g->refresh_token.n))))));
	put_member(&out, "client_id", g->client_id);
	put_member(&out, "client_secret", g->client_secret);
	put_member(&out, "private_key", g->private_key);
	put_member(&out, "refresh_token", g->refresh_token);
	put_member(&out, "access_token", x->token);
	put_member(&out, "base", x->base);
	buf_printf(&out, ",\"expires_at\":%lld}", (long long)x->expires_ms);
	*secret = arena_str(a, buf_str(&out));
	keep_wipe(a, *secret);
	explicit_bzero(out.p, out.n);
	buf_fini(&out);
	return 1;
}
