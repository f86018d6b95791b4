/* The simulated HubSpot behaves as crm-facts says the real one does. */
#include "sandbox_net.h"

#include <stdlib.h>

Test(batch, upsert_creates_then_updates_then_does_nothing)
{
	char *one = net_upserts(0, 3, "Ann", true);
	char *two = net_upserts(0, 3, "Bob", true);
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	cr_assert_eq(net_send(&n, "POST", UPSERT, one, &j), 200);
	cr_assert_eq(json_array_size(net_at(j, "results")), 3);
	cr_assert(json_is_true(net_at(j, "results.0.new")));
	cr_assert_str_eq(net_text(j, "results.2.objectWriteTraceId"), "t2");
	cr_assert_str_eq(net_text(j, "results.2.properties.ext_id"), "k2");
	cr_assert_str_eq(net_text(j, "results.2.id"),
	    net_text(j, "results.2.properties.hs_object_id"));
	cr_assert_str_eq(net_text(j, "status"), "COMPLETE");
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", UPSERT, one, &j), 200);
	cr_assert(json_is_false(net_at(j, "results.0.new")));
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", UPSERT, two, NULL), 200);
	cr_assert_eq(net_stat(&n, "creates"), 3);
	cr_assert_eq(net_stat(&n, "noops"), 3);
	cr_assert_eq(net_stat(&n, "updates"), 3);
	cr_assert_eq(net_stat(&n, "live_records"), 3);
	cr_assert_eq(net_stat(&n, "property_writes"), 6 + 3 + 3);
	cr_assert_eq(net_stat(&n,
	    "records_per_call.POST contacts/batch/upsert.3"), 3);
	net_down(&n);
	free(one);
	free(two);
}

Test(batch, takes_at_most_a_hundred)
{
	char *most = net_upserts(0, 100, "Ann", false);
	char *more = net_upserts(0, 101, "Bob", false);
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	cr_assert_eq(net_send(&n, "POST", UPSERT, most, NULL), 200);
	cr_assert_eq(net_send(&n, "POST", UPSERT, more, &j), 400);
	cr_assert_str_eq(net_text(j, "category"), "VALIDATION_ERROR");
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", UPSERT, "{\"inputs\":[]}", NULL),
	    400);
	cr_assert_eq(net_stat(&n, "updates"), 0);
	cr_assert_eq(net_stat(&n, "creates"), 100);
	net_down(&n);
	free(most);
	free(more);
}

/* One bad input of three: who is written, and what is said of whom? */
Test(batch, partial_failure_needs_trace_ids)
{
	static const struct {
		const char *what, *body;
		int status;
		long written;
	} cases[] = {
		{ "none has a trace id", INPUTS(IN("a", "", "")","
		    IN("b", "", "\"nope\":\"1\"")","IN("c", "", "")),
		    400, 0 },
		{ "one has none", INPUTS(IN("a", TRACE("1"), "")","
		    IN("b", TRACE("2"), "\"nope\":\"1\"")","
		    IN("c", "", "")), 400, 0 },
		{ "two have the same", INPUTS(IN("a", TRACE("1"), "")","
		    IN("b", TRACE("2"), "\"nope\":\"1\"")","
		    IN("c", TRACE("1"), "")), 400, 0 },
		{ "each has its own", INPUTS(IN("a", TRACE("1"), "")","
		    IN("b", TRACE("2"), "\"nope\":\"1\"")","
		    IN("c", TRACE("3"), "")), 207, 2 },
		{ "all are bad", INPUTS(IN("a", TRACE("1"), "\"x\":\"\"")","
		    IN("b", TRACE("2"), "\"x\":\"\"")), 207, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct net n;
		json_t *j;

		net_up(&n, NULL);
		cr_expect_eq(net_send(&n, "POST", UPSERT, cases[i].body, &j),
		    cases[i].status, "%s", cases[i].what);
		cr_expect_eq(net_stat(&n, "live_records"), cases[i].written,
		    "%s", cases[i].what);
		if (cases[i].written == 2) {
			cr_expect_eq(net_int(j, "numErrors"), 1);
			cr_expect_str_eq(net_text(j,
			    "errors.0.context.objectWriteTraceId.0"), "2");
			cr_expect_str_eq(net_text(j, "errors.0.category"),
			    "VALIDATION_ERROR");
			cr_expect_str_eq(net_text(j,
			    "errors.0.errors.0.code"),
			    "PROPERTY_DOESNT_EXIST");
			cr_expect_str_eq(net_text(j,
			    "results.1.objectWriteTraceId"), "3");
		}
		json_decref(j);
		net_down(&n);
	}
}

Test(batch, refuses_what_a_connector_must_not_send)
{
	static const struct {
		const char *path, *body, *message; /* a part of it */
	} cases[] = {
		{ UPSERT, "{\"inputs\":[}", "line 1, column 12" },
		{ UPSERT, "{\n\"inputs\":\n[{]}", "line 3, column 3" },
		{ UPSERT, "[]", "an object is expected" },
		{ UPSERT, "{}", "[inputs]" },
		{ UPSERT, INPUTS("{\"id\":\"a\",\"properties\":{}}"),
		    "[idProperty]" },
		{ UPSERT, INPUTS("{\"idProperty\":\"ext_id\","
		    "\"properties\":{}}"), "[id]" },
		{ UPSERT, INPUTS("{\"id\":\"a\",\"idProperty\":\"ext_id\"}"),
		    "[properties]" },
		{ UPSERT, INPUTS("{\"id\":\"a\",\"idProperty\":\"firstname\","
		    "\"properties\":{}}"), "non-unique 0-1 property" },
		{ UPSERT, INPUTS("{\"id\":\"1001\",\"idProperty\":"
		    "\"hs_object_id\",\"properties\":{}}"),
		    "non-unique 0-1 property hs_object_id" },
		{ UPSERT, INPUTS(IN("a", TRACE("1"), "")","
		    IN("a", TRACE("2"), "")), "Duplicate IDs" },
		{ UPSERT, INPUTS("{\"id\":\"A@b.de\",\"idProperty\":\"email\""
		    TRACE("1") ",\"properties\":{}},{\"id\":\"a@B.de\","
		    "\"idProperty\":\"email\"" TRACE("2")
		    ",\"properties\":{}}"), "Duplicate IDs" },
		{ UPSERT, INPUTS(IN("a", "", "\"firstname\":{}")),
		    "a plain value is expected" },
		{ UPSERT, INPUTS(IN("a", "",
		    "\"firstname\":\"x\",\"firstname\":\"y\"")), "twice" },
		{ CONTACTS "/batch/read",
		    "{\"idProperty\":\"firstname\",\"inputs\":[{\"id\":"
		    "\"1\"}]}", "non-unique" },
		{ CONTACTS "/search", "{\"limit\":201}", "limit" },
		{ CONTACTS "/search", "{\"limit\":0}", "limit" },
		{ CONTACTS "/search", "{\"limit\":200,\"after\":\"9801\"}",
		    "10000" },
		{ CONTACTS "/search", "{\"sorts\":[\"nope\"]}", "sort" },
		{ "/crm/v3/objects/no%20type/batch/read", "{}",
		    "Unable to infer object type" },
	};
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_expect_eq(net_send(&n, "POST", cases[i].path,
		    cases[i].body, &j), 400, "%s", cases[i].body);
		cr_expect_not_null(strstr(net_text(j, "message"),
		    cases[i].message), "%s: %s", cases[i].body,
		    net_text(j, "message"));
		json_decref(j);
	}
	cr_assert_eq(net_stat(&n, "live_records"), 0);
	net_down(&n);
}

Test(batch, unique_values_belong_to_one_record)
{
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	cr_assert_eq(net_send(&n, "POST", CONTACTS,
	    "{\"properties\":{\"email\":\"a@b.de\",\"ext_id\":\"1\"}}",
	    NULL), 201);
	/* create */
	cr_assert_eq(net_send(&n, "POST", CONTACTS,
	    "{\"properties\":{\"email\":\"A@B.de\"}}", &j), 409);
	cr_assert_str_eq(net_text(j, "category"), "CONFLICT");
	cr_assert_str_eq(net_text(j, "message"),
	    "Contact already exists. Existing ID: 1001");
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/batch/create",
	    INPUTS("{\"properties\":{\"ext_id\":\"1\"}}"), NULL), 409);
	/* upsert and update */
	cr_assert_eq(net_send(&n, "POST", UPSERT, INPUTS(IN("2", TRACE("x"),
	    "\"email\":\"a@b.de\"")","IN("3", TRACE("y"),
	    "\"email\":\"c@d.de\"")), &j), 207);
	cr_assert_str_eq(net_text(j, "errors.0.category"), "CONFLICT");
	cr_assert_str_eq(net_text(j,
	    "errors.0.context.objectWriteTraceId.0"), "x");
	json_decref(j);
	cr_assert_eq(net_send(&n, "PATCH", CONTACTS "/1002",
	    "{\"properties\":{\"email\":\"a@b.de\"}}", NULL), 409);
	/* between the inputs of one call */
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/batch/create",
	    INPUTS("{\"properties\":{\"email\":\"e@f.de\"}" TRACE("1") "},"
	    "{\"properties\":{\"email\":\"E@f.de\"}" TRACE("2") "}"), &j),
	    207);
	cr_assert_eq(json_array_size(net_at(j, "results")), 1);
	json_decref(j);
	cr_assert_eq(net_stat(&n, "conflicts"), 5);
	cr_assert_eq(net_stat(&n, "live_records"), 3);
	/* let go of, it is free again */
	cr_assert_eq(net_send(&n, "PATCH", CONTACTS "/1001",
	    "{\"properties\":{\"email\":\"\"}}", NULL), 200);
	cr_assert_eq(net_send(&n, "PATCH", CONTACTS "/1002",
	    "{\"properties\":{\"email\":\"a@b.de\"}}", NULL), 200);
	cr_assert_eq(net_send(&n, "DELETE", CONTACTS "/1002", NULL, NULL),
	    204);
	cr_assert_eq(net_send(&n, "POST", CONTACTS,
	    "{\"properties\":{\"email\":\"a@b.de\"}}", NULL), 201);
	net_down(&n);
}

Test(batch, a_clear_is_an_empty_string)
{
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	net_send(&n, "POST", CONTACTS,
	    "{\"properties\":{\"t_number\":\"7\",\"firstname\":\"A\"}}",
	    NULL);
	cr_assert_eq(net_send(&n, "PATCH", CONTACTS "/1001",
	    "{\"properties\":{\"t_number\":\"\"}}", &j), 200);
	cr_assert_str_eq(net_text(j, "properties.t_number"), "");
	json_decref(j);
	cr_assert_eq(net_stat(&n, "updates"), 1);
	net_send(&n, "PATCH", CONTACTS "/1001",
	    "{\"properties\":{\"t_number\":\"\",\"t_date\":\"\"}}", NULL);
	cr_assert_eq(net_stat(&n, "noops"), 1);
	cr_assert_eq(net_send(&n, "GET", "/_sandbox/records/contacts", NULL,
	    &j), 200);
	cr_assert_eq(json_object_size(net_at(j, "properties")), 1);
	json_decref(j);
	net_down(&n);
}

Test(batch, what_is_not_there_is_named_by_context_ids)
{
	char *body = net_upserts(0, 2, "Ann", false);
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	net_send(&n, "POST", UPSERT, body, NULL);
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/batch/update",
	    INPUTS("{\"id\":\"1001\",\"properties\":{\"firstname\":\"B\"}},"
	    "{\"id\":\"99\",\"properties\":{}}"), &j), 207);
	cr_assert_str_eq(net_text(j, "errors.0.category"),
	    "OBJECT_NOT_FOUND");
	cr_assert_str_eq(net_text(j, "errors.0.context.ids.0"), "99");
	cr_assert_str_eq(net_text(j, "results.0.properties.firstname"), "B");
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/batch/read",
	    "{\"idProperty\":\"ext_id\",\"properties\":[\"firstname\","
	    "\"ext_id\",\"t_date\"],\"inputs\":[{\"id\":\"k1\"},"
	    "{\"id\":\"k9\"},{\"id\":\"k8\"}]}", &j), 207);
	cr_assert_eq(net_int(j, "numErrors"), 1);
	cr_assert_str_eq(net_text(j, "errors.0.context.ids.1"), "k8");
	cr_assert_str_eq(net_text(j, "results.0.properties.ext_id"), "k1");
	cr_assert(json_is_null(net_at(j, "results.0.properties.t_date")));
	json_decref(j);
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/batch/archive",
	    INPUTS("{\"id\":\"1001\"},{\"id\":\"77\"}"), NULL), 204);
	cr_assert_eq(net_send(&n, "GET", CONTACTS "/1001", NULL, NULL), 404);
	cr_assert_eq(net_send(&n, "GET", CONTACTS "/1001?archived=true",
	    NULL, &j), 200);
	cr_assert(json_is_true(net_at(j, "archived")));
	json_decref(j);
	cr_assert_eq(net_stat(&n, "archives"), 1);
	net_down(&n);
	free(body);
}

/* 16 MB of body, and one byte more. */
Test(object, bodies_are_limited)
{
	const size_t most = 16u << 20;
	char *body = malloc(most + 2);
	struct net n;

	net_up(&n, NULL);
	memset(body, ' ', most + 1);
	memcpy(body, "{\"properties\":{}}", 17);
	body[most] = '\0';
	cr_assert_eq(net_send(&n, "POST", CONTACTS, body, NULL), 201);
	body[most] = ' ';
	body[most + 1] = '\0';
	cr_assert_eq(net_send(&n, "POST", CONTACTS, body, NULL), 413);
	cr_assert_eq(net_stat(&n, "live_records"), 1);
	net_down(&n);
	free(body);
}

Test(object, is_read_written_and_deleted_by_id_or_key)
{
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	cr_assert_eq(net_send(&n, "POST", "/crm/objects/2026-03/deals",
	    "{\"properties\":{\"dealname\":\"D\",\"amount\":\"1.50\"}}", &j),
	    201);
	cr_assert_str_eq(net_text(j, "properties.amount"), "1.5");
	cr_assert_str_eq(net_text(j, "id"), "1001");
	json_decref(j);
	net_send(&n, "POST", CONTACTS,
	    "{\"properties\":{\"ext_id\":\"a b/c\"}}", NULL);
	cr_assert_eq(net_send(&n, "PATCH",
	    CONTACTS "/a%20b%2Fc?idProperty=ext_id",
	    "{\"properties\":{\"firstname\":\"X\"}}", NULL), 404,
	    "a slash in an id splits the path, as in most servers");
	net_send(&n, "PATCH", CONTACTS "/1001",
	    "{\"properties\":{\"ext_id\":\"a b+c\"}}", NULL);
	cr_assert_eq(net_send(&n, "PATCH",
	    CONTACTS "/a%20b%2Bc?idProperty=ext_id",
	    "{\"properties\":{\"firstname\":\"X\"}}", NULL), 200);
	cr_assert_eq(net_send(&n, "GET", CONTACTS
	    "/a%20b+c?idProperty=ext_id&properties=firstname%2Clastname",
	    NULL, &j), 200);
	cr_assert_str_eq(net_text(j, "properties.firstname"), "X");
	json_decref(j);
	cr_assert_eq(net_send(&n, "GET",
	    CONTACTS "/X?idProperty=firstname", NULL, NULL), 400);
	cr_assert_eq(net_send(&n, "DELETE", CONTACTS "/1001", NULL, NULL),
	    204);
	cr_assert_eq(net_send(&n, "DELETE", CONTACTS "/1001", NULL, NULL),
	    204);
	cr_assert_eq(net_send(&n, "PATCH", CONTACTS "/1001",
	    "{\"properties\":{}}", &j), 404);
	cr_assert_str_eq(net_text(j, "category"), "OBJECT_NOT_FOUND");
	json_decref(j);
	net_down(&n);
}

Test(object, lists_in_pages)
{
	char *body = net_upserts(0, 100, "Ann", false);
	char path[128] = CONTACTS "?limit=33";
	size_t seen = 0, pages = 0;
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	net_send(&n, "POST", UPSERT, body, NULL);
	net_send(&n, "DELETE", CONTACTS "/1050", NULL, NULL);
	for (;;) {
		cr_assert_eq(net_send(&n, "GET", path, NULL, &j), 200);
		seen += json_array_size(net_at(j, "results"));
		pages++;
		if (net_at(j, "paging") == NULL)
			break;
		snprintf(path, sizeof(path), CONTACTS "?limit=33&after=%s",
		    net_text(j, "paging.next.after"));
		json_decref(j);
	}
	json_decref(j);
	cr_assert_eq(seen, 99);
	cr_assert_eq(pages, 3); /* 33 + 33 + 33: no empty page behind */
	cr_assert_eq(net_send(&n, "GET", CONTACTS "?archived=true", NULL,
	    &j), 200);
	cr_assert_str_eq(net_text(j, "results.0.id"), "1050");
	json_decref(j);
	cr_assert_eq(net_send(&n, "GET", CONTACTS "?limit=100", NULL, NULL),
	    200);
	cr_assert_eq(net_send(&n, "GET", CONTACTS "?limit=101", NULL, NULL),
	    400);
	net_down(&n);
	free(body);
}

Test(search, filters_and_sorts)
{
	static const struct {
		const char *body;
		long total;
		const char *first; /* firstname of the first result */
	} cases[] = {
		{ "{}", 4, "A" },
		{ "{\"sorts\":[\"-t_number\"]}", 4, "D" },
		{ "{\"sorts\":[{\"propertyName\":\"t_number\","
		    "\"direction\":\"DESCENDING\"}],\"limit\":1}", 4, "D" },
#define F(f) "{\"filterGroups\":[{\"filters\":[" f "]}]}"
#define P(p, op, v)                                                       \
	"{\"propertyName\":\"" p "\",\"operator\":\"" op "\"," v "}"
		{ F(P("firstname", "EQ", "\"value\":\"C\"")), 1, "C" },
		{ F(P("t_number", "EQ", "\"value\":\"10.0\"")), 1, "D" },
		{ F(P("t_number", "GT", "\"value\":\"2\"")), 2, "C" },
		{ F(P("t_number", "GTE", "\"value\":\"2\"")), 3, "B" },
		{ F(P("t_number", "LT", "\"value\":\"2\"")), 0, "(none)" },
		{ F(P("t_number", "BETWEEN",
		    "\"value\":\"2\",\"highValue\":\"9\"")), 2, "B" },
		{ F(P("t_number", "HAS_PROPERTY", "\"x\":0")), 3, "B" },
		{ F(P("t_number", "NOT_HAS_PROPERTY", "\"x\":0")), 1, "A" },
		{ F(P("firstname", "IN", "\"values\":[\"B\",\"D\"]")), 2,
		    "B" },
		{ F(P("firstname", "NEQ", "\"value\":\"A\"") ","
		    P("t_number", "LTE", "\"value\":\"3\"")), 2, "B" },
		{ "{\"filterGroups\":[{\"filters\":[" P("firstname", "EQ",
		    "\"value\":\"B\"") "]},{\"filters\":[" P("firstname",
		    "EQ", "\"value\":\"A\"") "]}]}", 2, "A" },
	};
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	net_send(&n, "POST", CONTACTS "/batch/create", INPUTS(
	    "{\"properties\":{\"firstname\":\"A\"}},"
	    "{\"properties\":{\"firstname\":\"B\",\"t_number\":\"2\"}},"
	    "{\"properties\":{\"firstname\":\"C\",\"t_number\":\"3\"}},"
	    "{\"properties\":{\"firstname\":\"D\",\"t_number\":\"10\"}}"),
	    NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_expect_eq(net_send(&n, "POST", CONTACTS "/search",
		    cases[i].body, &j), 200, "%s", cases[i].body);
		cr_expect_eq(net_int(j, "total"), cases[i].total, "%s",
		    cases[i].body);
		cr_expect_str_eq(net_text(j,
		    "results.0.properties.firstname"), cases[i].first, "%s",
		    cases[i].body);
		json_decref(j);
	}
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/search",
	    F(P("nope", "EQ", "\"value\":\"\"")), NULL), 400);
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/search",
	    F(P("firstname", "LIKE", "\"value\":\"\"")), NULL), 400);
	cr_assert_eq(net_send(&n, "POST", CONTACTS "/search",
	    "{\"limit\":200,\"after\":\"9800\"}", NULL), 200);
	net_down(&n);
}

Test(search, lags_behind_writes)
{
	struct sandbox_opts o = { .search_lag_ms = 3600000 };
	struct net n;
	json_t *j;

	net_up(&n, &o);
	net_send(&n, "POST", CONTACTS, "{\"properties\":{}}", NULL);
	net_send(&n, "POST", CONTACTS "/search", "{}", &j);
	cr_assert_eq(net_int(j, "total"), 0);
	json_decref(j);
	cr_assert_eq(net_send(&n, "GET", CONTACTS "/1001", NULL, NULL), 200);
	net_down(&n);
}
