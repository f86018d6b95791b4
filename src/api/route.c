/*
 * The routes, and those of them that answer at once.
 */
#include "api/server.h"

#include <stdio.h>
#include <string.h>

static int
answer_health(struct request *r)
{
	r->status = 200;
	buf_puts(&r->answer, STR("{\"ok\":true}\n"));
	return 0;
}

static int
answer_ready(struct request *r)
{
	struct api_ready ready = { .ok = 1 };
	struct commit_counts counts;

	if (r->api->opts.calls.ready != NULL)
		r->api->opts.calls.ready(r->api->opts.calls.arg, &ready);
	commit_counts(r->api->commit, &counts);
	if (ready.ok && counts.oldest_ms > (int64_t)r->api->opts.stuck_s *
	    1000) {
		ready.ok = 0;
		snprintf(ready.cause, sizeof(ready.cause),
		    "the journal takes no events");
	}
	if (counts.oldest_ms > ready.oldest_ms)
		ready.oldest_ms = counts.oldest_ms;
	r->status = ready.ok ? 200 : 503;
	buf_printf(&r->answer, "{\"ready\":%s,\"oldest_ms\":%lld,\"cause\":",
	    ready.ok ? "true" : "false", (long long)ready.oldest_ms);
	if (ready.ok)
		buf_puts(&r->answer, STR("null"));
	else
		buf_json(&r->answer, str_z(ready.cause));
	buf_puts(&r->answer, STR("}\n"));
	return 0;
}

static int
answer_metrics(struct request *r)
{
	struct api *x = r->api;
	struct commit_counts counts;

	r->status = 200;
	r->type = "text/plain; version=0.0.4; charset=utf-8";
	if (x->opts.calls.metrics != NULL)
		x->opts.calls.metrics(x->opts.calls.arg, &r->answer);
	buf_puts(&r->answer, STR("# HELP crosswalk_api_requests_total "
	    "Requests answered, by status.\n"
	    "# TYPE crosswalk_api_requests_total counter\n"));
	for (size_t i = 0; i < COUNT(x->answers); i++) {
		uint64_t n = atomic_load(&x->answers[i]);

		if (n != 0)
			buf_printf(&r->answer, "crosswalk_api_requests_total"
			    "{code=\"%zu\"} %llu\n", i,
			    (unsigned long long)n);
	}
	commit_counts(x->commit, &counts);
	buf_printf(&r->answer, "# HELP crosswalk_api_events_total "
	    "Events made durable.\n"
	    "# TYPE crosswalk_api_events_total counter\n"
	    "crosswalk_api_events_total %llu\n"
	    "# HELP crosswalk_api_appends_total Appends to the journal.\n"
	    "# TYPE crosswalk_api_appends_total counter\n"
	    "crosswalk_api_appends_total{result=\"ok\"} %llu\n"
	    "crosswalk_api_appends_total{result=\"failed\"} %llu\n"
	    "# HELP crosswalk_api_requests_waiting Requests that wait for "
	    "the journal.\n"
	    "# TYPE crosswalk_api_requests_waiting gauge\n"
	    "crosswalk_api_requests_waiting %llu\n"
	    "# HELP crosswalk_api_slow_clients_total Clients dropped.\n"
	    "# TYPE crosswalk_api_slow_clients_total counter\n"
	    "crosswalk_api_slow_clients_total %llu\n"
	    "# HELP crosswalk_api_body_bytes Bodies of requests under way.\n"
	    "# TYPE crosswalk_api_body_bytes gauge\n"
	    "crosswalk_api_body_bytes %zu\n",
	    (unsigned long long)counts.events,
	    (unsigned long long)(counts.appends - counts.failed),
	    (unsigned long long)counts.failed,
	    (unsigned long long)counts.waiting,
	    (unsigned long long)atomic_load(&x->dropped),
	    atomic_load(&x->memory));
	return 0;
}

static int
answer_status(struct request *r)
{
	struct api_calls *calls = &r->api->opts.calls;
	struct err e = { 0 };

	if (calls->status == NULL) {
		refuse(r, PROBLEM_PATH, "this server tells no status");
		return 0;
	}
	if (calls->status(calls->arg, r->tenant_id, r->tenant, &r->answer,
	    &e) != 0) {
		refuse(r, PROBLEM_BUSY, "the status cannot be read now");
		return 0;
	}
	r->status = 200;
	buf_putc(&r->answer, '\n');
	return 0;
}

static const struct route routes[] = {
	{ "POST", "/v1/{tenant}/events", 1, 1, events_answer, events_head },
	{ "GET", "/v1/{tenant}/status", 1, 0, answer_status, NULL },
	{ "GET", "/metrics", 0, 0, answer_metrics, NULL },
	{ "GET", "/healthz", 0, 0, answer_health, NULL },
	{ "GET", "/readyz", 0, 0, answer_ready, NULL },
};

/* {tenant} stands for one or more printable ASCII bytes but /. */
static int
matches(const char *pattern, const char *path, struct str *tenant)
{
	const char *hole = strchr(pattern, '{');
	const char *end;
	size_t n;

	if (hole == NULL)
		return strcmp(pattern, path) == 0;
	n = (size_t)(hole - pattern);
	if (strncmp(pattern, path, n) != 0)
		return 0;
	end = strchr(path + n, '/');
	if (end == NULL || end == path + n ||
	    strcmp(strchr(hole, '}') + 1, end) != 0)
		return 0;
	*tenant = str_from(path + n, (size_t)(end - path) - n);
	for (size_t i = 0; i < tenant->n; i++)
		if (tenant->p[i] <= ' ' || tenant->p[i] > '~')
			return 0;
	return 1;
}

int
route_find(struct request *r, const char *method, const char *path,
    const char **allow)
{
	/* HEAD is GET; MHD leaves the body out. */
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (size_t i = 0; i < COUNT(routes); i++) {
		struct str tenant = { NULL, 0 };

		if (!matches(routes[i].path, path, &tenant))
			continue;
		r->route = &routes[i];
		if (strcmp(method, routes[i].method) != 0) {
			*allow = routes[i].method;
			return -1;
		}
		r->tenant = arena_str(&r->arena, tenant);
		return 0;
	}
	return -1;
}
