/* What the tests of the server share. */
#include "api_net.h"

#include <stdio.h>

#include "http/http.h"
#include "store/control.h"

struct err e;
struct db *db;
struct api *api;
int32_t acme, other;
char acme_key[APIKEY_SIZE], other_key[APIKEY_SIZE];

void
put_entity(int32_t tenant, const char *name, const char *schema)
{
	struct entity x = { .tenant_id = tenant, .name = str_z(name) };
	int32_t id;

	if (schema != NULL)
		x.schema = str_z(schema);
	must(entity_put(db, &x, &id, &e));
}

static const char contact_schema[] =
    "{\"type\":\"object\",\"required\":[\"email\"],\"properties\":{"
    "\"email\":{\"type\":\"string\",\"maxLength\":20},"
    "\"n\":{\"type\":\"number\"}}}";

void
fill_db(void)
{
	db = test_db();
	must(tenant_put(db, STR("acme"), &acme, &e));
	must(tenant_put(db, STR("other"), &other, &e));
	must(apikey_create(db, acme, STR("t"), acme_key, &e));
	must(apikey_create(db, other, STR("t"), other_key, &e));
	put_entity(acme, "contact", contact_schema);
	put_entity(acme, "free", NULL);
	put_entity(acme, "person", NULL);
	put_entity(other, "secret", NULL);
}

void
start(const struct api_opts *o)
{
	struct api_opts opts = o != NULL ? *o : (struct api_opts){ 0 };

	opts.conninfo = test_conninfo();
	must(api_start(&opts, &api, &e));
}

void
set_up(const struct api_opts *o)
{
	fill_db();
	start(o);
}

void
tear_down(void)
{
	api_stop(api);
	db_close(db);
}

struct answer
ask_at(uint16_t port, const char *path, const char *key, const char *type,
    struct str body)
{
	char url[2048], auth[128], method[8] = "POST";
	struct http_header headers[2];
	struct http_request q = { .method = method, .url = url,
		.headers = headers, .body = body };
	struct http_opts any = { 0 };
	struct http_reply reply = { 0 };
	struct answer a = { 0 };
	struct err why;

	if (strchr(path, ' ') != NULL) {
		snprintf(method, sizeof(method), "%.*s",
		    (int)(strchr(path, ' ') - path), path);
		path = strchr(path, ' ') + 1;
	}
	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", port, path);
	if (key != NULL) {
		snprintf(auth, sizeof(auth), "Bearer %s", key);
		headers[q.nheaders++] = (struct http_header){
			STR("Authorization"), str_z(auth) };
	}
	if (type != NULL)
		headers[q.nheaders++] = (struct http_header){
			STR("Content-Type"), str_z(type) };
	if (http_call(&any, &q, &reply, &why) != 0) {
		snprintf(a.body, sizeof(a.body), "%s", why.text);
		return a;
	}
	a.status = reply.status;
	snprintf(a.body, sizeof(a.body), "%.*s", (int)reply.body.n,
	    reply.body.p);
	buf_fini(&reply.body);
	return a;
}

struct answer
ask(const char *path, const char *type, const char *body)
{
	return ask_at(api_port(api), path, acme_key, type, str_z(body));
}

long long
journaled(void)
{
	return test_int(db, "SELECT count(*) FROM crosswalk.journal");
}
