/* A sandbox and a client for it, for the tests of sandbox/ and http/. */
#ifndef TESTS_UNIT_SANDBOX_NET_H
#define TESTS_UNIT_SANDBOX_NET_H

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>

#include "http/http.h"
#include "sandbox/sandbox.h"

#define CONTACTS "/crm/v3/objects/contacts"
#define UPSERT CONTACTS "/batch/upsert"

/* ext_id is the unique property that tests upsert by. */
static const char net_properties[] = "{\"contacts\":["
    "{\"name\":\"ext_id\",\"type\":\"string\",\"hasUniqueValue\":true},"
    "{\"name\":\"t_string\",\"type\":\"string\"},"
    "{\"name\":\"t_phone\",\"type\":\"phone_number\"},"
    "{\"name\":\"t_number\",\"type\":\"number\"},"
    "{\"name\":\"t_date\",\"type\":\"date\"},"
    "{\"name\":\"t_datetime\",\"type\":\"datetime\"},"
    "{\"name\":\"t_bool\",\"type\":\"bool\"},"
    "{\"name\":\"t_enum\",\"type\":\"enumeration\","
    "\"options\":[\"a\",{\"value\":\"b\",\"label\":\"Bee\"}]},"
    "{\"name\":\"t_multi\",\"type\":\"enumeration\","
    "\"fieldType\":\"checkbox\",\"options\":[\"a\",\"b\",\"c d\"]}]}";

#define IN(id, trace, props)                                              \
	"{\"id\":\"" id "\",\"idProperty\":\"ext_id\"" trace              \
	",\"properties\":{" props "}}"
#define TRACE(t) ",\"objectWriteTraceId\":\"" t "\""
#define INPUTS(list) "{\"inputs\":[" list "]}"

struct net {
	struct sandbox *sandbox;
	const char *token;
	char base[64];
};

static inline void
net_up(struct net *n, const struct sandbox_opts *o)
{
	struct sandbox_opts all = { 0 };
	struct err e = { 0 };

	if (o != NULL)
		all = *o;
	if (all.properties == NULL)
		all.properties = net_properties;
	n->sandbox = sandbox_start(&all, &e);
	cr_assert_not_null(n->sandbox, "%s", e.text);
	n->token = "sandbox-token";
	snprintf(n->base, sizeof(n->base), "http://127.0.0.1:%u",
	    sandbox_port(n->sandbox));
}

static inline void
net_down(struct net *n)
{
	struct err e = { 0 };

	cr_assert_eq(sandbox_stop(n->sandbox, &e), 0, "%s", e.text);
}

static inline const char *
net_url(const struct net *n, const char *path, char url[512])
{
	snprintf(url, 512, "%s%s", n->base, path);
	return url;
}

/* The status; the body parsed into *json where json is not NULL. */
static inline int
net_send(const struct net *n, const char *method, const char *path,
    const char *body, json_t **json)
{
	struct http_header headers[2];
	struct http_opts o = { 0 };
	struct http_request r = { .method = method, .headers = headers };
	struct http_reply reply;
	struct err e = { 0 };
	char url[512], bearer[128];

	r.url = net_url(n, path, url);
	if (n->token != NULL) {
		snprintf(bearer, sizeof(bearer), "Bearer %s", n->token);
		headers[r.nheaders++] = (struct http_header){
			STR("Authorization"), str_z(bearer) };
	}
	if (body != NULL) {
		headers[r.nheaders++] = (struct http_header){
			STR("Content-Type"), STR("application/json") };
		r.body = str_z(body);
	}
	cr_assert_eq(http_call(&o, &r, &reply, &e), 0, "%s %s: %s", method,
	    path, e.text);
	if (json != NULL) {
		json_error_t je;

		*json = json_loadb(reply.body.p, reply.body.n,
		    JSON_DECODE_ANY | JSON_ALLOW_NUL, &je);
		cr_assert_not_null(*json, "%s: %.*s", je.text,
		    (int)reply.body.n, reply.body.p);
	}
	buf_fini(&reply.body);
	return reply.status;
}

/* What the path "results.0.new" leads to, or NULL. */
static inline const json_t *
net_at(const json_t *j, const char *path)
{
	char part[64];

	while (j != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		snprintf(part, sizeof(part), "%.*s", (int)n, path);
		j = json_is_array(j) ? json_array_get(j,
		    strtoul(part, NULL, 10)) : json_object_get(j, part);
		path += n + (path[n] == '.');
	}
	return j;
}

static inline const char *
net_text(const json_t *j, const char *path)
{
	const char *s = json_string_value(net_at(j, path));

	return s ? s : "(none)";
}

static inline long
net_int(const json_t *j, const char *path)
{
	const json_t *v = net_at(j, path);

	return v == NULL ? -1 : (long)json_integer_value(v);
}

/* A number of GET /_sandbox/stats. */
static inline long
net_stat(const struct net *n, const char *path)
{
	json_t *j;
	long v;

	cr_assert_eq(net_send(n, "GET", "/_sandbox/stats", NULL, &j), 200);
	v = net_int(j, path);
	json_decref(j);
	return v;
}

static inline void
net_faults(const struct net *n, const char *rules)
{
	json_t *j;

	if (net_send(n, "POST", "/_sandbox/faults", rules, NULL) == 204)
		return;
	net_send(n, "POST", "/_sandbox/faults", rules, &j);
	cr_assert_fail("%s: %s", rules, net_text(j, "message"));
}

/* {"inputs":[…]} of upserts by ext_id: from … from + n - 1 */
static inline char *
net_upserts(unsigned from, unsigned n, const char *firstname, bool traces)
{
	struct buf b = { 0 };

	buf_puts(&b, STR("{\"inputs\":["));
	for (unsigned i = from; i < from + n; i++) {
		buf_printf(&b, "%s{\"id\":\"k%u\",\"idProperty\":\"ext_id\","
		    "\"properties\":{\"firstname\":\"%s\"}", i > from ? ","
		    : "", i, firstname);
		if (traces)
			buf_printf(&b, ",\"objectWriteTraceId\":\"t%u\"", i);
		buf_putc(&b, '}');
	}
	buf_puts(&b, STR("]}"));
	buf_putc(&b, '\0');
	return b.p;
}

#endif
