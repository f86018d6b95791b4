/*
 * The HTTP server against a real Postgres: what is taken, what is refused
 * and how.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/events.h"
#include "api_net.h"
#include "base/clock.h"
#include "record/value.h"

/* Each status code, with what the body must say. */
Test(api, answers)
{
	static const struct {
		const char *path, *type, *body;
		int status;
		const char *says; /* a part of the body */
	} cases[] = {
	    { "/v1/acme/events", JSON, "{\"entity\":\"contact\",\"key\":"
	      "\"1\",\"record\":{\"email\":\"a@x\"}}", 202,
	      "{\"accepted\":1}\n" },
	    { "/v1/acme/events", "Application/JSON; charset=UTF-8",
	      "{\"entity\":\"free\",\"op\":\"delete\",\"key\":7}", 202,
	      "{\"accepted\":1}" },
	    { "/v1/acme/events?entity=contact&key_field=email", JSON,
	      "{\"email\":\"a@x\"}", 202, "{\"accepted\":1}" },
	    { "/v1/acme/events?entity=free", NDJSON,
	      "{\"id\":1}\r\n\n  {\"id\":\"2\"}  \n{\"id\":3}", 202,
	      "{\"accepted\":3}" },
	    { "/v1/acme/events?entity=person", JSON, "{\"person_no\":\"x\"}",
	      202, "{\"accepted\":1}" },
	    /* 400 */
	    { "/v1/acme/events", JSON, "", 400, "\"code\":\"empty\"" },
	    { "/v1/acme/events", NDJSON, "\n \n", 400, "\"empty\"" },
	    { "/v1/acme/events", JSON, "{\"entity\":", 400,
	      "\"code\":\"not_json\"" },
	    { "/v1/acme/events?entity=free", NDJSON,
	      "{\"id\":1}\n{\"id\":01}\n", 400, "\"line\":2" },
	    { "/v1/acme/events?entity=free", JSON, "{\"id\":1} {}", 400,
	      "at byte 10" },
	    { "/v1/acme/events?entity=free", JSON, "{\"id\":1,\"id\":1}", 400,
	      "\"not_json\"" },
	    { "/v1/acme/events?entity=free", JSON, "{\"id\":\"\xff\"}", 400,
	      "\"not_json\"" },
	    { "/v1/acme/events?entiti=free", JSON, "{}", 400,
	      "\"code\":\"query\"" },
	    { "/v1/acme/events?entity=free&entity=free", JSON, "{}", 400,
	      "\"query\"" },
	    { "/v1/acme/events?key_field=id", JSON, "{}", 400, "\"query\"" },
	    /* 403: also where no such tenant is */
	    { "/v1/other/events", JSON, "{}", 403, "\"code\":\"tenant\"" },
	    { "/v1/nobody/events", JSON, "{}", 403, "\"code\":\"tenant\"" },
	    /* 404 */
	    { "/v1/acme/events?entity=secret", JSON, "{}", 404,
	      "\"code\":\"unknown_entity\"" },
	    { "/v1/acme/events", NDJSON, "{\"entity\":\"free\",\"key\":\"1\","
	      "\"record\":{}}\n{\"entity\":\"secret\",\"key\":\"1\","
	      "\"record\":{}}", 404, "\"line\":2" },
	    { "/v1/acme/event", JSON, "{}", 404, "\"code\":\"not_found\"" },
	    { "/v1//events", JSON, "{}", 404, "\"not_found\"" },
	    { "/v1/a/b/events", JSON, "{}", 404, "\"not_found\"" },
	    { "GET /", NULL, "", 404, "\"not_found\"" },
	    /* 405 */
	    { "GET /v1/acme/events", NULL, "", 405, "this path wants POST" },
	    { "POST /healthz", JSON, "", 405, "this path wants GET" },
	    /* 415 */
	    { "/v1/acme/events", "text/csv", "a,b", 415,
	      "\"code\":\"media_type\"" },
	    { "/v1/acme/events", "application/jsonx", "{}", 415, "media" },
	    { "/v1/acme/events", "application/json; charset=latin1", "{}",
	      415, "media" },
	    /* 422: envelopes */
	    { "/v1/acme/events", JSON, "[]", 422, "\"code\":\"envelope\"" },
	    { "/v1/acme/events", JSON, "{\"email\":\"a@x\"}", 422,
	      "\"path\":\"/email\"" },
	    { "/v1/acme/events", JSON, "{\"entity\":1}", 422,
	      "\"path\":\"/entity\"" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"op\":\"put\","
	      "\"key\":\"1\"}", 422, "\"path\":\"/op\"" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"key\":\"1\"}",
	      422, "\"path\":\"/record\"" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"key\":\"1\","
	      "\"record\":[]}", 422, "\"path\":\"/record\"" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"op\":"
	      "\"delete\",\"key\":\"1\",\"record\":{}}", 422, "/record" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"record\":{}}",
	      422, "\"path\":\"/key\"" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"key\":1.5,"
	      "\"record\":{}}", 422, "not whole" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"key\":\"\","
	      "\"record\":{}}", 422, "1 to 1000" },
	    { "/v1/acme/events", JSON, "{\"entity\":\"free\",\"key\":"
	      "\"a\\u0000\",\"record\":{}}", 422, "NUL" },
	    { "/v1/acme/events?entity=free", JSON, "{\"x\":1}", 422,
	      "\"path\":\"/id\"" },
	    { "/v1/acme/events?entity=free&key_field=a~/b", JSON, "{}", 422,
	      "\"path\":\"/a~0~1b\"" },
	    { "/v1/acme/events?entity=free", JSON, "17", 422, "an object" },
	    /* 422: the schema */
	    { "/v1/acme/events?entity=contact", NDJSON,
	      "{\"id\":1,\"email\":\"a@x\"}\n{\"id\":2,\"email\":7}", 422,
	      "\"line\":2,\"path\":\"/email\"" },
	    { "/v1/acme/events?entity=contact", JSON,
	      "{\"id\":1,\"email\":\"a123456789012345678901@x\"}", 422,
	      "\"code\":\"invalid\"" },
	    /* 503 */
	    { "/v1/acme/events?entity=broken", JSON, "{\"id\":1}", 503,
	      "\"code\":\"schema\"" },
	};
	long long taken = 0;

	fill_db();
	put_entity(acme, "broken", "{\"type\":\"wrong\"}");
	/* As attaching a table does. */
	test_sql(db, "UPDATE crosswalk.entity SET key_column = 'person_no' "
	    "WHERE name = 'person'");
	start(NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer a = ask(cases[i].path, cases[i].type,
		    cases[i].body);

		cr_expect_eq(a.status, cases[i].status, "%zu: %s %s: %d %s",
		    i, cases[i].path, cases[i].body, a.status, a.body);
		cr_expect_not_null(strstr(a.body, cases[i].says),
		    "%zu: %s %s: %s", i, cases[i].path, cases[i].body,
		    a.body);
		if (a.status == 202)
			taken += strtol(strchr(a.body, ':') + 1, NULL, 10);
	}
	cr_assert_eq(taken, 7);
	cr_assert_eq(journaled(), taken);
	tear_down();
}

Test(api, keys)
{
	const char *path = "/v1/acme/events?entity=free";
	struct str body = STR("{\"id\":1}");
	struct answer a;
	int64_t until;
	uint16_t port;
	bool was;

	set_up(NULL);
	port = api_port(api);
	a = ask_at(port, path, NULL, JSON, body);
	cr_assert_eq(a.status, 401, "%s", a.body);
	cr_assert_not_null(strstr(a.body, "\"code\":\"api_key\""));
	cr_assert_eq(ask_at(port, path, "xw_nonsense", JSON, body).status,
	    401);
	cr_assert_eq(ask_at(port, path, other_key, JSON, body).status, 403);
	cr_assert_eq(ask_at(port, "/v1/other/events?entity=free", other_key,
	    JSON, body).status, 404);
	cr_assert_eq(ask_at(port, path, acme_key, JSON, body).status, 202);

	/* A revoked key is out within a moment, and without a restart. */
	must(apikey_revoke(db, acme, STR("t"), &was, &e));
	until = clock_mono_ms() + 5000;
	do
		a = ask_at(port, path, acme_key, JSON, body);
	while (a.status == 202 && clock_mono_ms() < until);
	cr_assert_eq(a.status, 401);
	must(apikey_create(db, acme, STR("t"), acme_key, &e));
	cr_assert_eq(ask_at(port, path, acme_key, JSON, body).status, 202);
	tear_down();
}

/* Entities and schemas change while the server runs. */
Test(api, sees_changes)
{
	const char *path = "/v1/acme/events?entity=late";
	struct answer a;
	int64_t until;

	set_up(NULL);
	cr_assert_eq(ask(path, JSON, "{\"id\":1}").status, 404);
	put_entity(acme, "late", NULL);
	until = clock_mono_ms() + 5000;
	do
		a = ask(path, JSON, "{\"id\":1}");
	while (a.status == 404 && clock_mono_ms() < until);
	cr_assert_eq(a.status, 202, "%s", a.body);
	put_entity(acme, "late", "{\"required\":[\"x\"]}");
	until = clock_mono_ms() + 5000;
	do
		a = ask(path, JSON, "{\"id\":1}");
	while (a.status == 202 && clock_mono_ms() < until);
	cr_assert_eq(a.status, 422, "%s", a.body);
	cr_assert_eq(ask(path, JSON, "{\"id\":1,\"x\":null}").status, 202);
	tear_down();
}

Test(api, all_or_nothing_and_every_bad_line)
{
	struct buf body = { 0 };
	struct answer a;

	set_up(NULL);
	a = ask("/v1/acme/events?entity=contact", NDJSON,
	    "{\"id\":1,\"email\":\"ok\"}\n"
	    "{\"id\":2}\n"
	    "nonsense\n"
	    "{\"id\":[],\"email\":\"ok\"}\n"
	    "{\"id\":5,\"email\":1,\"n\":\"x\"}\n");
	cr_assert_eq(a.status, 422, "%s", a.body);
	for (int line = 2; line <= 5; line++) {
		char want[20];

		snprintf(want, sizeof(want), "\"line\":%d", line);
		cr_assert_not_null(strstr(a.body, want), "%d: %s", line,
		    a.body);
	}
	cr_assert_not_null(strstr(a.body, "\"path\":\"/email\""));
	cr_assert_not_null(strstr(a.body, "\"path\":\"/n\""));
	cr_assert_null(strstr(a.body, "\"line\":1"));
	cr_assert_null(strstr(a.body, "nonsense"), "values stay out");
	cr_assert_eq(journaled(), 0);

	/* A hundred are told, and how many more there are. */
	for (int i = 0; i < 130; i++)
		buf_puts(&body, STR("{}\n"));
	buf_putc(&body, '\0');
	a = ask("/v1/acme/events?entity=free", NDJSON, body.p);
	cr_assert_eq(a.status, 422);
	cr_assert_not_null(strstr(a.body, "\"line\":100"));
	cr_assert_null(strstr(a.body, "\"line\":101"));
	cr_assert_not_null(strstr(a.body, "\"more\":30}"));
	buf_fini(&body);
	tear_down();
}

Test(api, keeps_the_bytes_of_a_record)
{
	static const char record[] = "{ \"id\" : \"k\", \"a\":19.99, "
	    "\"b\":1e400,\"c\":9007199254740993, \"d\":0.10,\"e\":-0.0,"
	    "\"f\":12345678901234567890.12,\"g\":\"\\u0041\\u0000\xc3\xa9\","
	    "\"h\":1E+2 }";
	char envelope[600];

	set_up(NULL);
	cr_assert_eq(ask("/v1/acme/events?entity=free", JSON, record).status,
	    202);
	snprintf(envelope, sizeof(envelope), " {\"record\": %s , \"key\":"
	    "\"\\u006b\", \"entity\":\"free\"}\n", record);
	cr_assert_eq(ask("/v1/acme/events", NDJSON, envelope).status, 202);
	cr_assert_eq(journaled(), 2);
	cr_assert_str_eq(test_text(db, "SELECT min(payload) FROM "
	    "crosswalk.journal"), record);
	cr_assert_str_eq(test_text(db, "SELECT max(payload) FROM "
	    "crosswalk.journal"), record);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.journal "
	    "WHERE key = 'k' AND op = 'u'"), 2);
	tear_down();
}

/* {"id":"1","x":"…"} of n bytes. */
static struct str
record_of(struct buf *b, size_t n)
{
	buf_reset(b);
	buf_puts(b, STR("{\"id\":\"1\",\"x\":\""));
	while (b->n < n - 2)
		buf_putc(b, 'x');
	buf_puts(b, STR("\"}"));
	return buf_str(b);
}

Test(api, limits)
{
	struct api_opts o = { .body_max = RECORD_MAX + 1000 };
	const char *path = "/v1/acme/events?entity=free";
	struct buf b = { 0 };
	char text[2100];
	struct answer a;
	uint16_t port;

	set_up(&o);
	port = api_port(api);
	a = ask_at(port, path, acme_key, JSON, record_of(&b, RECORD_MAX));
	cr_assert_eq(a.status, 202, "%s", a.body);
	a = ask_at(port, path, acme_key, JSON,
	    record_of(&b, RECORD_MAX + 1));
	cr_assert_eq(a.status, 413, "%s", a.body);
	cr_assert_not_null(strstr(a.body, "\"record_too_large\""));
	a = ask_at(port, path, acme_key, JSON, record_of(&b, o.body_max));
	cr_assert_not_null(strstr(a.body, "\"record_too_large\""));
	a = ask_at(port, path, acme_key, JSON,
	    record_of(&b, o.body_max + 1));
	cr_assert_eq(a.status, 413);
	cr_assert_not_null(strstr(a.body, "\"body_too_large\""), "%s",
	    a.body);
	a = ask_at(port, path, acme_key, JSON,
	    record_of(&b, o.body_max * 3));
	cr_assert(a.status == 413 || a.status == 0, "%s", a.body);
	buf_reset(&b);

	/* records of a request */
	for (int i = 0; i <= EVENT_LINES_MAX; i++)
		buf_puts(&b, STR("{\"id\":1}\n"));
	a = ask_at(port, path, acme_key, NDJSON, buf_str(&b));
	cr_assert_eq(a.status, 413, "%s", a.body);
	cr_assert_not_null(strstr(a.body, "100001 records are more"));
	b.n -= strlen("{\"id\":1}\n");
	a = ask_at(port, path, acme_key, NDJSON, buf_str(&b));
	cr_assert_str_eq(a.body, "{\"accepted\":100000}\n");
	buf_fini(&b);

	/* keys */
	snprintf(text, sizeof(text), "{\"id\":\"%0*d\"}", EVENT_KEY_MAX, 0);
	cr_assert_eq(ask(path, JSON, text).status, 202);
	snprintf(text, sizeof(text), "{\"id\":\"%0*d\"}", EVENT_KEY_MAX + 1,
	    0);
	cr_assert_eq(ask(path, JSON, text).status, 422);

	/* depth: the record is the first level of 64 */
	for (int deep = RECORD_DEPTH; deep <= RECORD_DEPTH + 1; deep++) {
		int n = snprintf(text, sizeof(text), "{\"id\":1,\"x\":");

		memset(text + n, '[', (size_t)deep - 1);
		memset(text + n + deep - 1, ']', (size_t)deep - 1);
		memcpy(text + n + 2 * (deep - 1), "}", 2);
		cr_assert_eq(ask(path, JSON, text).status,
		    deep == RECORD_DEPTH ? 202 : 400, "%d", deep);
	}
	tear_down();
}

Test(api, memory_is_limited_and_given_back)
{
	struct api_opts o = { .memory_max = 1000 };
	const char *path = "/v1/acme/events?entity=free";
	struct buf b = { 0 };
	struct answer a;

	set_up(&o);
	a = ask_at(api_port(api), path, acme_key, JSON, record_of(&b, 2000));
	cr_assert_eq(a.status, 503, "%s", a.body);
	cr_assert_not_null(strstr(a.body, "\"busy\""));
	cr_assert_eq(ask(path, JSON, "{\"id\":1}").status, 202);
	buf_fini(&b);
	tear_down();
}

static void
tell_metrics(void *arg, struct buf *out)
{
	buf_puts(out, STR("crosswalk_test_total 1\n"));
}

static void
tell_ready(void *arg, struct api_ready *r)
{
	*r = *(struct api_ready *)arg;
}

static int
tell_status(void *arg, int32_t tenant_id, struct str tenant, struct buf *out,
    struct err *why)
{
	if (((struct api_ready *)arg)->oldest_ms < 0)
		return err_set(why, ERR_DB, "away");
	buf_printf(out, "{\"tenant\":\"%.*s\",\"id\":%d}", STR_ARG(tenant),
	    tenant_id);
	return 0;
}

Test(api, tells)
{
	struct api_ready ready = { .ok = 1, .oldest_ms = 12 };
	struct api_opts o = { .calls = { tell_metrics, tell_ready,
		tell_status, &ready } };
	struct answer a;
	char want[80];

	set_up(&o);
	a = ask("GET /healthz", NULL, "");
	cr_assert_eq(a.status, 200);
	cr_assert_str_eq(a.body, "{\"ok\":true}\n");
	a = ask("GET /readyz", NULL, "");
	cr_assert_eq(a.status, 200);
	cr_assert_str_eq(a.body,
	    "{\"ready\":true,\"oldest_ms\":12,\"cause\":null}\n");
	ready = (struct api_ready){ .oldest_ms = 90000,
		.cause = "the CRM \"acme\" is away" };
	a = ask("GET /readyz", NULL, "");
	cr_assert_eq(a.status, 503);
	cr_assert_str_eq(a.body, "{\"ready\":false,\"oldest_ms\":90000,"
	    "\"cause\":\"the CRM \\\"acme\\\" is away\"}\n");
	a = ask("GET /v1/acme/status", NULL, "");
	cr_assert_eq(a.status, 200, "%s", a.body);
	snprintf(want, sizeof(want), "{\"tenant\":\"acme\",\"id\":%d}\n",
	    acme);
	cr_assert_str_eq(a.body, want);
	cr_assert_eq(ask("GET /v1/other/status", NULL, "").status, 403);
	ready.oldest_ms = -1;
	a = ask("GET /v1/acme/status", NULL, "");
	cr_assert_eq(a.status, 503);

	cr_assert_eq(ask("/v1/acme/events?entity=free", NDJSON,
	    "{\"id\":1}\n{\"id\":2}").status, 202);
	a = ask("GET /metrics", NULL, "");
	cr_assert_eq(a.status, 200);
	cr_assert_not_null(strstr(a.body, "crosswalk_test_total 1\n"));
	cr_assert_not_null(strstr(a.body,
	    "crosswalk_api_requests_total{code=\"202\"} 1\n"), "%s", a.body);
	cr_assert_not_null(strstr(a.body, "crosswalk_api_events_total 2\n"));
	cr_assert_not_null(strstr(a.body, "crosswalk_api_body_bytes 0\n"));
	tear_down();
}

Test(api, says_why_it_does_not_start)
{
	struct api_opts o = { .conninfo = "host=/nonexistent" };
	struct api *x;

	cr_assert_eq(api_start(&o, &x, &e), -1);
	set_up(NULL);
	o = (struct api_opts){ .conninfo = test_conninfo(),
		.port = api_port(api) };
	cr_assert_eq(api_start(&o, &x, &e), -1);
	cr_assert_not_null(strstr(e.text, "cannot listen at 127.0.0.1 port"),
	    "%s", e.text);
	o.address = "localhost";
	cr_assert_eq(api_start(&o, &x, &e), -1);
	cr_assert_str_eq(e.text,
	    "api: \"localhost\" is not a numeric address");
	tear_down();
}
