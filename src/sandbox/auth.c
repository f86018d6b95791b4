/*
 * Bearer tokens, the token endpoint, rate limits.
 */
#include "sandbox/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "sandbox/sim.h"

enum sim_auth_result
sim_auth_check(const struct sim_auth *a, struct str authorization,
    int64_t now_us)
{
	static const char scheme[] = "Bearer ";
	struct str t = authorization;

	if (t.n < sizeof(scheme) || memcmp(t.p, scheme, 7) != 0)
		return SIM_AUTH_NONE;
	t.p += 7;
	t.n -= 7;
	if (str_eq(t, a->token))
		return SIM_AUTH_STATIC;
	for (size_t i = 0; i < SIM_TOKENS; i++)
		if (a->tokens[i].text[0] != '\0' &&
		    str_eq(t, str_z(a->tokens[i].text)))
			return now_us < a->tokens[i].until_us ?
			    SIM_AUTH_OAUTH : SIM_AUTH_EXPIRED;
	return SIM_AUTH_NONE;
}

void
sim_auth_expire(struct sim_auth *a)
{
	for (size_t i = 0; i < SIM_TOKENS; i++)
		a->tokens[i].until_us = 0;
}

bool
sim_auth_spend(struct sim_auth *a, int64_t now_us)
{
	int64_t window = now_us / 1000 / a->rate_ms;
	int64_t day = now_us / INT64_C(86400000000);

	if (window != a->window)
		a->used = 0;
	if (day != a->day)
		a->used_today = 0;
	a->window = window;
	a->day = day;
	if (a->used >= a->rate_max || a->used_today >= a->daily_max)
		return false;
	a->used++;
	a->used_today++;
	return true;
}

/* A field of a form (application/x-www-form-urlencoded), decoded. */
static struct str
form(struct str body, const char *name, struct arena *arena)
{
	const char *p = body.p, *end = body.p + body.n;
	size_t n = strlen(name);

	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		const char *stop = amp ? amp : end;
		char *out, *o;

		if ((size_t)(stop - p) <= n || memcmp(p, name, n) != 0 ||
		    p[n] != '=') {
			p = stop + 1;
			continue;
		}
		p += n + 1;
		out = o = arena_alloc(arena, (size_t)(stop - p) + 1);
		for (; p < stop; p++) {
			unsigned v;
			char hex[3];

			if (*p == '%' && stop - p > 2) {
				snprintf(hex, sizeof(hex), "%.2s", p + 1);
				if (sscanf(hex, "%2x", &v) == 1) {
					*o++ = (char)v;
					p += 2;
					continue;
				}
			}
			*o++ = *p == '+' ? ' ' : *p;
		}
		return str_from(out, (size_t)(o - out));
	}
	return str_from("", 0);
}

static const char *
refusal(struct sim_auth *a, struct sim_request *q)
{
	struct str grant = form(q->body, "grant_type", q->arena);
	struct str id = form(q->body, "client_id", q->arena);
	struct str secret = form(q->body, "client_secret", q->arena);

	if (id.n == 0 || (a->client_id != NULL &&
	    !str_eq(id, str_z(a->client_id))))
		return "BAD_CLIENT_ID";
	if (secret.n == 0 || (a->client_secret != NULL &&
	    !str_eq(secret, str_z(a->client_secret))))
		return "BAD_CLIENT_SECRET";
	if (str_eq(grant, STR("authorization_code")))
		return form(q->body, "code", q->arena).n > 0 ? NULL
		    : "BAD_AUTH_CODE";
	if (!str_eq(grant, STR("refresh_token")))
		return "BAD_GRANT_TYPE";
	return str_eq(form(q->body, "refresh_token", q->arena),
	    str_z(a->refresh)) ? NULL : "BAD_REFRESH_TOKEN";
}

void
sim_token(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct sim_auth *a = &s->auth;
	const char *why;
	size_t i;

	pthread_mutex_lock(&s->lock);
	why = refusal(a, q);
	if (why != NULL) {
		sim_error(r, 400, why, "missing or invalid %s",
		    strcmp(why, "BAD_REFRESH_TOKEN") == 0 ? "refresh token"
		    : "client or grant");
	} else {
		i = a->issued++ % SIM_TOKENS;
		snprintf(a->tokens[i].text, sizeof(a->tokens[i].text),
		    "access-%llu-%llx", (unsigned long long)a->issued,
		    (unsigned long long)str_hash(str_z(a->refresh)));
		a->tokens[i].until_us =
		    q->now_us + (int64_t)a->ttl_s * 1000000;
		if (a->rotate)
			snprintf(a->refresh, sizeof(a->refresh),
			    "refresh-%llu", (unsigned long long)a->issued);
		r->status = 200;
		buf_printf(&r->body, "{\"token_type\":\"bearer\","
		    "\"access_token\":\"%s\",\"refresh_token\":\"%s\","
		    "\"api_domain\":\"http://127.0.0.1:%u\","
		    "\"expires_in\":%u}", a->tokens[i].text, a->refresh,
		    a->port, a->ttl_s);
	}
	pthread_mutex_unlock(&s->lock);
}
