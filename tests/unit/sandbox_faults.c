/* Properties, tokens, limits, the back door and fault rules. */
#include "sandbox_net.h"

#include <stdlib.h>

Test(properties, are_declared_at_run_time)
{
	static const char props[] = "/crm/v3/properties/contacts";
	static const char def[] = "{\"name\":\"shoe_size\",\"label\":\"S\","
	    "\"type\":\"number\",\"fieldType\":\"number\","
	    "\"groupName\":\"g\"}";
	static const char use[] = "{\"properties\":{\"shoe_size\":\"44\"}}";
	static const struct {
		const char *def;
		int status;
	} bad[] = {
		{ def, 409 },
		{ "{\"name\":\"x\",\"label\":\"S\",\"type\":\"number\","
		    "\"fieldType\":\"number\"}", 400 },
		{ "{\"name\":\"Big\",\"label\":\"S\",\"type\":\"number\","
		    "\"fieldType\":\"number\",\"groupName\":\"g\"}", 400 },
		{ "{\"name\":\"x\",\"label\":\"S\",\"type\":\"money\","
		    "\"fieldType\":\"number\",\"groupName\":\"g\"}", 400 },
		{ "{\"name\":\"x\",\"label\":\"S\",\"type\":\"enumeration\","
		    "\"fieldType\":\"select\",\"groupName\":\"g\","
		    "\"options\":[{\"label\":\"L\"}]}", 400 },
		{ "{", 400 },
	};
	struct net n;
	json_t *j, *p;
	size_t i;
	bool there = false;

	net_up(&n, NULL);
	cr_assert_eq(net_send(&n, "POST", CONTACTS, use, NULL), 400);
	cr_assert_eq(net_send(&n, "POST", props, def, NULL), 201);
	cr_assert_eq(net_send(&n, "POST", CONTACTS, use, NULL), 201);
	for (i = 0; i < COUNT(bad); i++)
		cr_expect_eq(net_send(&n, "POST", props, bad[i].def, NULL),
		    bad[i].status, "%s", bad[i].def);
	cr_assert_eq(net_send(&n, "GET", props, NULL, &j), 200);
	json_array_foreach(net_at(j, "results") ? json_object_get(j,
	    "results") : NULL, i, p)
		if (strcmp(net_text(p, "name"), "shoe_size") == 0)
			there = strcmp(net_text(p, "type"), "number") == 0;
	cr_assert(there);
	json_decref(j);
	cr_assert_eq(net_send(&n, "GET",
	    "/crm/v3/properties/contacts/ext_id", NULL, &j), 200);
	cr_assert(json_is_true(net_at(j, "hasUniqueValue")));
	json_decref(j);
	cr_assert_eq(net_send(&n, "DELETE",
	    "/crm/v3/properties/contacts/shoe_size", NULL, NULL), 204);
	cr_assert_eq(net_send(&n, "POST", CONTACTS, use, NULL), 400);
	cr_assert_eq(net_send(&n, "DELETE",
	    "/crm/v3/properties/contacts/email", NULL, NULL), 400);
	net_down(&n);
}

static char *
new_token(struct net *n, const char *refresh, int want)
{
	char form[256], url[512];
	struct http_reply r;
	struct err e;
	char *token;
	json_t *j;

	snprintf(form, sizeof(form), "grant_type=refresh_token&client_id=i&"
	    "client_secret=s&refresh_token=%s", refresh);
	cr_assert_eq(http_post(net_url(n, "/oauth/v1/token", url), NULL,
	    "application/x-www-form-urlencoded", str_z(form), &r, &e), 0);
	cr_assert_eq(r.status, want);
	j = json_loadb(r.body.p, r.body.n, 0, NULL);
	token = strdup(net_text(j, "access_token"));
	json_decref(j);
	buf_fini(&r.body);
	return token;
}

Test(auth, tokens)
{
	struct sandbox_opts o = { .rotate_refresh = true };
	struct net n;
	char *t;
	json_t *j;

	net_up(&n, &o);
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 200);
	n.token = NULL;
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, &j), 401);
	cr_assert_str_eq(net_text(j, "category"), "INVALID_AUTHENTICATION");
	json_decref(j);
	n.token = "sandbox-toke";
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 401);
	free(new_token(&n, "wrong", 400));
	n.token = t = new_token(&n, "sandbox%2Drefresh", 200);
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 200);
	free(new_token(&n, "sandbox-refresh", 400)); /* it rotated */
	net_faults(&n, "[{\"fault\":\"expire\",\"count\":1}]");
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, &j), 401);
		cr_assert_str_eq(net_text(j, "category"),
		    "EXPIRED_AUTHENTICATION");
		json_decref(j);
	}
	free(t);
	n.token = t = new_token(&n, "refresh-1", 200);
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 200);
	net_down(&n);
	free(t);
}

Test(auth, limits_are_counted_and_told)
{
	struct sandbox_opts o = { .rate_max = 2, .rate_ms = 86400000 };
	struct http_header auth = { STR("Authorization"),
		STR("Bearer sandbox-token") };
	struct http_opts ho = { 0 };
	struct http_request r = { .method = "GET", .headers = &auth,
		.nheaders = 1 };
	struct http *h = http_new(&ho);
	struct http_done d;
	struct str v;
	struct net n;
	char url[512];

	net_up(&n, &o);
	r.url = net_url(&n, CONTACTS, url);
	for (int i = 0; i < 3; i++) {
		http_submit(h, &r, NULL);
		cr_assert_eq(http_poll(h, 10000, &d, 1), 1);
		cr_assert_eq(d.status, i < 2 ? 200 : 429);
		cr_assert(http_header(&d, "X-HubSpot-RateLimit-Remaining",
		    &v));
		cr_assert(str_eq(v, i == 0 ? STR("1") : STR("0")));
		cr_assert(http_header(&d, "x-hubspot-ratelimit-max", &v));
		cr_assert(str_eq(v, STR("2")));
		cr_assert(http_header(&d,
		    "X-HubSpot-RateLimit-Interval-Milliseconds", &v));
		cr_assert(http_header(&d, "X-HubSpot-RateLimit-Daily", &v));
		cr_assert_not(http_header(&d, "Retry-After", &v));
	}
	http_free(h);
	net_down(&n);
}

Test(admin, keeps_the_last_bodies)
{
	struct sandbox_opts o = { .keep_requests = 3 };
	struct net n;
	json_t *j;

	net_up(&n, &o);
	for (int i = 0; i < 5; i++) {
		char body[64];

		snprintf(body, sizeof(body),
		    "{\"properties\":{\"firstname\":\"%d\"}}", i);
		net_send(&n, "POST", CONTACTS, body, NULL);
	}
	net_send(&n, "GET", "/_sandbox/requests", NULL, &j);
	cr_assert_eq(json_array_size(j), 3);
	cr_assert_str_eq(net_text(j, "0.body.properties.firstname"), "2");
	cr_assert_eq(net_int(j, "2.n"), 5);
	json_decref(j);
	net_send(&n, "POST", CONTACTS, "{\"\xff", NULL);
	net_send(&n, "GET", "/_sandbox/requests?last=1", NULL, &j);
	cr_assert_eq(json_array_size(j), 1);
	cr_assert_str_eq(net_text(j, "0.body"), "{\"\xc3\xbf");
	cr_assert_eq(net_int(j, "0.status"), 400);
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", "/_sandbox/reset-stats", "", NULL),
	    204);
	cr_assert_eq(net_stat(&n, "requests"), 0);
	cr_assert_eq(net_stat(&n, "live_records"), 5);
	cr_assert_eq(net_send(&n, "GET", "/_sandbox/nothing", NULL, NULL),
	    404);
	net_down(&n);
}

/* Two creates of the same contact are what must never happen. */
Test(admin, counts_doubles)
{
	struct net n;

	net_up(&n, NULL);
	for (int i = 0; i < 3; i++)
		net_send(&n, "POST", CONTACTS,
		    "{\"properties\":{\"firstname\":\"Ann\"}}", NULL);
	cr_assert_eq(net_stat(&n, "duplicates"), 2);
	net_send(&n, "DELETE", CONTACTS "/1002", NULL, NULL);
	cr_assert_eq(net_stat(&n, "duplicates"), 1);
	net_down(&n);
}

Test(faults, bad_rules_change_nothing)
{
	static const char *const bad[] = { "", "{}", "[1]", "[{}]",
		"[{\"fault\":\"nope\"}]", "[{\"fault\":\"drop\",\"evry\":2}]",
		"[{\"fault\":\"drop\",\"every\":0}]",
		"[{\"fault\":\"drop\",\"every\":\"2\"}]",
		"[{\"fault\":\"drop\",\"probability\":1.5}]",
		"[{\"fault\":\"status\"}]", "[{\"fault\":\"slow\"}]",
		"[{\"fault\":\"status\",\"status\":600}]",
		"[{\"fault\":\"refuse\"}]",
		"[{\"fault\":\"drop\"},{\"fault\":\"\"}]" };
	struct net n;

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"status\",\"status\":503}]");
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_expect_eq(net_send(&n, "POST", "/_sandbox/faults", bad[i],
		    NULL), 400, "%s", bad[i]);
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 503);
	net_faults(&n, "[]");
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 200);
	net_down(&n);
}

Test(faults, refusals_are_limited)
{
	struct net n;

	net_up(&n, NULL);
	for (int rules = 8; rules <= 9; rules++) {
		struct buf b = { 0 };

		for (int i = 0; i < rules; i++)
			buf_printf(&b, "%c{\"fault\":\"refuse\",\"property\":"
			    "\"firstname\",\"value\":\"%d\"}", i ? ',' : '[',
			    i);
		buf_puts(&b, STR("]"));
		buf_putc(&b, '\0');
		cr_assert_eq(net_send(&n, "POST", "/_sandbox/faults", b.p,
		    NULL), rules == 8 ? 204 : 400);
		buf_fini(&b);
	}
	cr_assert_eq(net_send(&n, "POST", CONTACTS,
	    "{\"properties\":{\"firstname\":\"7\"}}", NULL), 400);
	net_down(&n);
}

Test(faults, fire_when_they_are_told)
{
	static const struct {
		const char *rule, *pattern; /* x: fires */
	} cases[] = {
		{ "\"every\":3", "..x..x..x..x" },
		{ "\"count\":2", "xx.........." },
		{ "\"skip\":4", "....xxxxxxxx" },
		{ "\"skip\":1,\"every\":2,\"count\":3", "..x.x.x....." },
		{ "\"method\":\"POST\"", "............" },
		{ "\"path\":\"/crm/v3/objects/deals\"", "............" },
		{ "\"path\":\"/crm/v3/objects/con\"", "xxxxxxxxxxxx" },
		{ "\"probability\":0", "............" },
		{ "\"probability\":1", "xxxxxxxxxxxx" },
	};
	char rule[256], seen[2][64];
	struct net n;

	net_up(&n, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(rule, sizeof(rule), "[{\"fault\":\"status\","
		    "\"status\":500,%s}]", cases[i].rule);
		net_faults(&n, rule);
		for (size_t k = 0; cases[i].pattern[k] != '\0'; k++)
			cr_expect_eq(net_send(&n, "GET", CONTACTS, NULL,
			    NULL), cases[i].pattern[k] == 'x' ? 500 : 200,
			    "%s, request %zu", rule, k);
	}
	for (int run = 0; run < 2; run++) { /* the same seed, the same run */
		net_faults(&n, "[{\"fault\":\"status\",\"status\":500,"
		    "\"probability\":0.5,\"seed\":7}]");
		for (int k = 0; k < 40; k++)
			seen[run][k] = net_send(&n, "GET", CONTACTS, NULL,
			    NULL) == 500 ? 'x' : '.';
		seen[run][40] = '\0';
	}
	cr_assert_str_eq(seen[0], seen[1]);
	cr_assert_not_null(strchr(seen[0], 'x'));
	cr_assert_not_null(strchr(seen[0], '.'));
	net_down(&n);
}

Test(faults, refuse_items_by_value)
{
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"refuse\",\"property\":\"firstname\","
	    "\"value\":\"Refuse\",\"message\":\"not today\"}]");
	cr_assert_eq(net_send(&n, "POST", UPSERT, INPUTS(IN("a", TRACE("1"),
	    "\"firstname\":\"Refuse\"")","IN("b", TRACE("2"),
	    "\"firstname\":\"Take\"")), &j), 207);
	cr_assert_str_eq(net_text(j, "errors.0.errors.0.message"),
	    "not today");
	cr_assert_str_eq(net_text(j,
	    "errors.0.context.objectWriteTraceId.0"), "1");
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", UPSERT, INPUTS(IN("a", "",
	    "\"firstname\":\"Refuse\"")","IN("c", "",
	    "\"firstname\":\"Take\"")), NULL), 400);
	cr_assert_eq(net_stat(&n, "live_records"), 1);
	cr_assert_eq(net_stat(&n, "refused"), 3);
	net_down(&n);
}

/* Order and trace ids are not to be relied on. */
Test(faults, results_without_order_or_trace)
{
	char *body = net_upserts(0, 50, "Ann", true);
	bool moved = false;
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"shuffle\",\"seed\":3},"
	    "{\"fault\":\"no_trace\",\"skip\":1}]");
	net_send(&n, "POST", UPSERT, body, &j);
	cr_assert_eq(json_array_size(net_at(j, "results")), 50);
	for (int i = 0; i < 50; i++) {
		char at[64], want[16];

		snprintf(at, sizeof(at), "results.%d.objectWriteTraceId", i);
		snprintf(want, sizeof(want), "t%d", i);
		moved |= strcmp(net_text(j, at), want) != 0;
		/* but each is still its own record's */
		cr_assert_str_neq(net_text(j, at), "(none)");
		snprintf(want, sizeof(want), "k%s", net_text(j, at) + 1);
		snprintf(at, sizeof(at), "results.%d.properties.ext_id", i);
		cr_assert_str_eq(net_text(j, at), want);
	}
	cr_assert(moved);
	json_decref(j);
	net_send(&n, "POST", UPSERT, body, &j);
	cr_assert_null(net_at(j, "results.0.objectWriteTraceId"));
	json_decref(j);
	net_down(&n);
	free(body);
}
