/*
 * From a request to its handler: faults, token, limits, address.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sandbox/json.h"
#include "sandbox/sim.h"

struct str
sim_query(const struct sim_request *q, const char *name)
{
	for (size_t i = 0; i < q->query; i++)
		if (str_eq(q->key[i], str_z(name)))
			return q->value[i];
	return str_from("", 0);
}

void
sim_header(struct sim_reply *r, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (r->extras == COUNT(r->extra))
		return;
	snprintf(r->extra[r->extras][0], 64, "%s", name);
	va_start(ap, fmt);
	vsnprintf(r->extra[r->extras][1], 64, fmt, ap);
	va_end(ap);
	r->extras++;
}

void
sim_correlation(struct buf *b)
{
	int64_t now = clock_mono_ns();
	uint64_t x = str_hash(str_from((char *)&now, sizeof(now)));

	buf_printf(b, "%08x-%04x-4%03x-8%03x-%012llx",
	    (unsigned)(x >> 32), (unsigned)(x >> 16) & 0xffff,
	    (unsigned)x & 0xfff, (unsigned)(x >> 12) & 0xfff,
	    (unsigned long long)now & 0xffffffffffffu);
}

void
sim_error(struct sim_reply *r, int status, const char *category,
    const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	r->status = status;
	buf_reset(&r->body);
	buf_puts(&r->body, STR("{\"status\":\"error\",\"message\":"));
	buf_json(&r->body, buf_str(&text));
	buf_puts(&r->body, STR(",\"correlationId\":\""));
	sim_correlation(&r->body);
	buf_putc(&r->body, '"');
	if (category != NULL)
		buf_printf(&r->body, ",\"category\":\"%s\"", category);
	buf_putc(&r->body, '}');
	buf_fini(&text);
}

void
sim_bad_json(struct sim_reply *r, const struct sim_json *j)
{
	size_t line = 1, column = 1;

	for (const char *p = j->start; p < j->p; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 1;
		}
	}
	sim_error(r, 400, "VALIDATION_ERROR", "Invalid input JSON on line "
	    "%zu, column %zu: %s", line, column,
	    j->bad ? j->bad : "not what is expected");
}

static void
html(struct sim_reply *r, int status)
{
	r->status = status;
	r->content_type = "text/html; charset=utf-8";
	buf_reset(&r->body);
	buf_printf(&r->body, "<!DOCTYPE html>\n<html><head><title>%d</title>"
	    "</head><body><h1>%s</h1><p>Please try again in a few minutes."
	    "</p></body></html>\n", status,
	    status == 200 ? "We'll be right back" : "Bad gateway");
}

/* The body HubSpot sends with a status, when a rule asks for one. */
static void
status_reply(const struct sim_plan *p, struct sim_reply *r)
{
	static const struct {
		int status;
		const char *category, *message;
	} known[] = {
		{ 400, "VALIDATION_ERROR", "Invalid input JSON" },
		{ 401, "EXPIRED_AUTHENTICATION", "The OAuth token used to "
		    "make this call expired 1 second(s) ago." },
		{ 403, "MISSING_SCOPES", "This app hasn't been granted all "
		    "required scopes to make this call." },
		{ 404, "OBJECT_NOT_FOUND", "resource not found" },
		{ 409, "CONFLICT", "Contact already exists. Existing ID: 1" },
		{ 423, "LOCKED", "resource is locked, try again later" },
		{ 429, "RATE_LIMITS", "You have reached your "
		    "ten_secondly_rolling limit." },
		{ 477, "MIGRATION_IN_PROGRESS", "the account is moving "
		    "between data centres" },
		{ 500, "INTERNAL_ERROR", "internal error" },
		{ 503, "SERVICE_UNAVAILABLE", "service unavailable" },
	};
	const char *category = NULL, *message = "an error was asked for";

	if (p->html || p->status == 502) {
		html(r, p->status);
	} else {
		for (size_t i = 0; i < COUNT(known); i++)
			if (known[i].status == p->status) {
				category = known[i].category;
				message = known[i].message;
			}
		sim_error(r, p->status, category, "%s", message);
	}
	if (p->retry_after >= 0)
		sim_header(r, "Retry-After", "%d", p->retry_after);
}

/* How much is left, as HubSpot says it; the lock is held. */
static void
limits(const struct sim_auth *a, const struct sim_request *q,
    struct sim_reply *r, enum sim_auth_result who, bool spent)
{
	bool search = q->segs == 5 && str_eq(q->seg[4], STR("search"));

	if (q->plan.no_headers)
		return;
	if (who == SIM_AUTH_STATIC) {
		sim_header(r, "X-HubSpot-RateLimit-Daily", "%u",
		    a->daily_max);
		sim_header(r, "X-HubSpot-RateLimit-Daily-Remaining", "%u",
		    a->daily_max - a->used_today);
	}
	if (search)
		return;
	sim_header(r, "X-HubSpot-RateLimit-Interval-Milliseconds", "%u",
	    a->rate_ms);
	sim_header(r, "X-HubSpot-RateLimit-Max", "%u", a->rate_max);
	sim_header(r, "X-HubSpot-RateLimit-Remaining", "%u",
	    spent ? 0 : a->rate_max - a->used);
}

/* Faults that leave nothing done; false: go on. */
static bool
fault_first(struct sim *s, const struct sim_request *q, struct sim_reply *r)
{
	switch (q->plan.end) {
	case SIM_FAULT_STATUS:
		status_reply(&q->plan, r);
		pthread_mutex_lock(&s->lock);
		limits(&s->auth, q, r, SIM_AUTH_STATIC, true);
		pthread_mutex_unlock(&s->lock);
		return true;
	case SIM_FAULT_EXPIRE:
		pthread_mutex_lock(&s->lock);
		sim_auth_expire(&s->auth);
		pthread_mutex_unlock(&s->lock);
		sim_error(r, 401, "EXPIRED_AUTHENTICATION", "The OAuth token "
		    "used to make this call expired 1 second(s) ago.");
		return true;
	case SIM_FAULT_HTML:
		html(r, 200);
		return true;
	case SIM_FAULT_HANG:
	case SIM_FAULT_DROP:
		r->status = 0;
		return true;
	default:
		return false;
	}
}

/* Token and limits; false with *r filled. */
static bool
admit(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	enum sim_auth_result who;
	struct sim_auth *a = &s->auth;
	bool within;

	pthread_mutex_lock(&s->lock);
	who = sim_auth_check(a, q->authorization, q->now_us);
	within = who >= SIM_AUTH_STATIC && sim_auth_spend(a, q->now_us);
	if (who >= SIM_AUTH_STATIC)
		limits(a, q, r, who, !within);
	pthread_mutex_unlock(&s->lock);
	if (who == SIM_AUTH_NONE)
		sim_error(r, 401, "INVALID_AUTHENTICATION", "Authentication "
		    "credentials not found. This API supports OAuth 2.0 "
		    "authentication");
	else if (who == SIM_AUTH_EXPIRED)
		sim_error(r, 401, "EXPIRED_AUTHENTICATION", "The OAuth token "
		    "used to make this call expired 1 second(s) ago.");
	else if (!within)
		sim_error(r, 429, "RATE_LIMITS", "You have reached your "
		    "ten_secondly_rolling limit.");
	return who >= SIM_AUTH_STATIC && within;
}

static void
name_route(struct sim_reply *r, const struct sim_request *q,
    const char *what)
{
	snprintf(r->route, sizeof(r->route), "%s %s%.*s%s", q->method,
	    q->type != NULL ? "" : "other", q->type != NULL ?
	    (int)q->type->name.n : 0, q->type != NULL ? q->type->name.p : "",
	    what);
}

static bool
is(const struct sim_request *q, size_t i, const char *word)
{
	return i < q->segs && str_eq(q->seg[i], str_z(word));
}

/* Objects: at is the place behind the type; nothing is handled yet. */
static void
objects(struct sim *s, struct sim_request *q, struct sim_reply *r, size_t at)
{
	static const struct {
		const char *name;
		void (*handle)(struct sim *, struct sim_request *,
		    struct sim_reply *);
		int op;
	} batches[] = {
		{ "create", NULL, SIM_CREATE },
		{ "update", NULL, SIM_UPDATE },
		{ "upsert", NULL, SIM_UPSERT },
		{ "read", sim_batch_read, 0 },
		{ "archive", sim_batch_archive, 0 },
	};
	bool post = strcmp(q->method, "POST") == 0;
	char what[40];

	if (post && is(q, at, "batch") && q->segs == at + 2) {
		for (size_t i = 0; i < COUNT(batches); i++) {
			if (!is(q, at + 1, batches[i].name))
				continue;
			snprintf(what, sizeof(what), "/batch/%s",
			    batches[i].name);
			name_route(r, q, what);
			if (batches[i].handle != NULL)
				batches[i].handle(s, q, r);
			else
				sim_batch_write(s, q, r,
				    (enum sim_op)batches[i].op);
			return;
		}
	} else if (post && is(q, at, "search") && q->segs == at + 1) {
		name_route(r, q, "/search");
		sim_search(s, q, r);
		return;
	} else if (q->segs == at) {
		name_route(r, q, "");
		if (post)
			sim_create(s, q, r);
		else if (strcmp(q->method, "GET") == 0)
			sim_list(s, q, r);
		else
			sim_error(r, 405, NULL, "method not allowed");
		return;
	} else if (q->segs == at + 1 && !post) {
		name_route(r, q, "/{id}");
		sim_object(s, q, r, q->seg[at]);
		return;
	}
	name_route(r, q, "/?");
	sim_error(r, 404, NULL, "there is nothing at %.*s", STR_ARG(q->path));
}

void
sim_crm(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	/* crm/v3/objects/{type}, or crm/objects/2026-03/{type} */
	size_t kind = is(q, 1, "v3") ? 2 : 1;

	if (is(q, 1, "v4") && q->segs == 9 && is(q, 2, "objects") &&
	    is(q, 5, "associations") && is(q, 6, "default")) {
		sim_associate(s, q, r);
		return;
	}
	if (q->segs < 4 || (!is(q, kind, "objects") &&
	    !is(q, kind, "properties"))) {
		sim_error(r, 404, NULL, "there is nothing at %.*s",
		    STR_ARG(q->path));
		return;
	}
	pthread_mutex_lock(&s->lock);
	q->type = sim_store_type(&s->store, q->seg[3]);
	pthread_mutex_unlock(&s->lock);
	if (q->type == NULL) {
		sim_error(r, 400, "VALIDATION_ERROR", "Unable to infer object "
		    "type from: %.*s", STR_ARG(q->seg[3]));
	} else if (is(q, kind, "objects")) {
		objects(s, q, r, 4);
	} else {
		name_route(r, q, "/properties");
		sim_properties(s, q, r, q->segs > 4 ? q->seg[4]
		    : str_from("", 0));
	}
}

void
sim_answer(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	snprintf(r->route, sizeof(r->route), "%s other", q->method);
	if (is(q, 0, "_sandbox")) {
		sim_admin(s, q, r);
		return;
	}
	pthread_mutex_lock(&s->lock);
	sim_faults_plan(&s->faults, q->method, q->path, q->arena, &q->plan);
	pthread_mutex_unlock(&s->lock);
	if (fault_first(s, q, r))
		return;
	if (is(q, 0, "oauth") && is(q, 2, "token") &&
	    strcmp(q->method, "POST") == 0) {
		snprintf(r->route, sizeof(r->route), "POST oauth/token");
		sim_token(s, q, r);
	} else if (!admit(s, q, r)) {
		return;
	} else if (is(q, 0, "$batch") && q->segs == 1) {
		snprintf(r->route, sizeof(r->route), "%s $batch", q->method);
		sim_parts(s, q, r);
	} else if (is(q, 0, "services") && is(q, 3, "jobs") &&
	    is(q, 4, "ingest")) {
		sim_ingest(s, q, r);
	} else if (is(q, 0, "api") && is(q, 1, "v2")) {
		sim_plain(s, q, r);
	} else {
		sim_crm(s, q, r);
	}
}
