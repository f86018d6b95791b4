/*
 * Requests and replies: from records to bytes, and from whatever comes back
 * to one outcome a record.
 */
#include "connector_rig.h"

/* Every status there is, for an op that may be sent twice. */
Test(classify, every_status_of_hubspot)
{
	static const struct {
		int from, to;
		enum outcome outcome;
	} table[] = {
	    { 100, 199, OUTCOME_FAIL_PERMANENT },
	    { 200, 206, OUTCOME_OK },
	    { 207, 207, OUTCOME_PER_ITEM },
	    { 208, 299, OUTCOME_OK },
	    { 300, 399, OUTCOME_FAIL_PERMANENT },
	    { 400, 400, OUTCOME_FAIL_DATA },
	    { 401, 401, OUTCOME_REFRESH },
	    { 402, 402, OUTCOME_FAIL_PERMANENT },
	    { 403, 403, OUTCOME_FAIL_CONFIG },
	    { 404, 404, OUTCOME_NOT_FOUND },
	    { 405, 408, OUTCOME_FAIL_PERMANENT },
	    { 409, 409, OUTCOME_CONFLICT },
	    { 410, 412, OUTCOME_FAIL_PERMANENT },
	    { 413, 414, OUTCOME_FAIL_DATA },
	    { 415, 421, OUTCOME_FAIL_PERMANENT },
	    { 422, 422, OUTCOME_FAIL_DATA },
	    { 423, 423, OUTCOME_RETRY },
	    { 424, 428, OUTCOME_FAIL_PERMANENT },
	    { 429, 429, OUTCOME_THROTTLE },
	    { 430, 476, OUTCOME_FAIL_PERMANENT },
	    { 477, 477, OUTCOME_RETRY },
	    { 478, 499, OUTCOME_FAIL_PERMANENT },
	    { 500, 529, OUTCOME_RETRY },
	    { 530, 530, OUTCOME_FAIL_CONFIG }, /* a token that is none */
	    { 531, 599, OUTCOME_RETRY },
	};
	int status = 100;
	struct rig r;

	rig_up(&r, NULL);
	rig_op(&r, CONNECTOR_UPSERT, 2, 1);
	for (size_t i = 0; i < COUNT(table); i++) {
		cr_assert_eq(table[i].from, status, "no gap");
		for (; status <= table[i].to; status++) {
			struct connector_result res = rig_reply(&r, status,
			    "", "{\"status\":\"x\",\"message\":\"no\"}");

			cr_assert_eq(res.outcome, table[i].outcome,
			    "%d: %s", status, outcome_word(res.outcome));
			cr_assert(!res.unclassified);
			/* None of these replies says OK of a record. */
			for (size_t k = 0; k < 2; k++)
				cr_assert_neq(res.items[k].outcome,
				    OUTCOME_OK, "%d", status);
		}
	}
	cr_assert_eq(status, 600);
	rig_down(&r);
}

Test(classify, what_nothing_matches_is_retried_and_said)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, "connector c { auth none; base \"https://c.example\";"
	    " object o { upsert { request POST \"/o\"; } }"
	    " classify { status == 200 => ok; status == 418 => ignore;"
	    " status == 420 => unknown; } }");
	rig_op(&r, CONNECTOR_UPSERT, 1, 1);
	res = rig_reply(&r, 500, "", "");
	outcome_is(res.outcome, OUTCOME_RETRY);
	cr_assert(res.unclassified);
	same(res.text, "status 500");
	res = rig_reply(&r, 418, "", "");
	outcome_is(res.items[0].outcome, OUTCOME_IGNORE);
	cr_assert(!res.unclassified);
	res = rig_reply(&r, 420, "", "");
	outcome_is(res.items[0].outcome, OUTCOME_RETRY);
	res = rig_reply(&r, 200, "", "");
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	rig_down(&r);
}

Test(classify, of_an_operation_comes_first)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, "connector c { auth none; base \"https://c.example\";"
	    " object o {"
	    "  upsert { request POST \"/o\"; }"
	    "  delete batch 2 { request DELETE \"/o\";"
	    "   results aligned body error item.code;"
	    "   classify { status == 400 => not_found;"
	    "    body.code == \"GONE\" => ignore; } } }"
	    " classify { status == 200 => ok; status == 400 => fail data;"
	    " else => fail permanent; } }");
	rig_op(&r, CONNECTOR_UPSERT, 1, 1);
	outcome_is(rig_reply(&r, 400, "", "").outcome, OUTCOME_FAIL_DATA);
	rig_op(&r, CONNECTOR_DELETE, 2, 1);
	outcome_is(rig_reply(&r, 400, "", "").outcome, OUTCOME_NOT_FOUND);
	outcome_is(rig_reply(&r, 500, "", "").outcome, OUTCOME_FAIL_PERMANENT);
	res = rig_reply(&r, 200, "", "[{\"code\":\"GONE\"},{\"code\":1}]");
	outcome_is(res.outcome, OUTCOME_OK);
	outcome_is(res.items[0].outcome, OUTCOME_IGNORE);
	outcome_is(res.items[1].outcome, OUTCOME_FAIL_DATA);
	rig_down(&r);
}

Test(classify, tries_that_end)
{
	static const struct {
		const char *body;
		int64_t wait_ms;
		unsigned most, line;
	} cases[] = {
	    { "[{\"c\":1}]", 60000, 10, 4 },
	    { "[{\"c\":2}]", 7000, 3, 5 },
	    { "[{\"c\":3}]", -1, 2, 6 },
	    { "[{\"c\":4}]", 5000, 0, 7 },
	};
	struct rig r;

	rig_up(&r, "connector c { auth none; base \"https://c.example\";"
	    " object o { upsert { request POST \"/o\";"
	    " results aligned body error item.c; } }\n"
	    " classify {\n status == 200 and body.c == absent => ok;\n"
	    " body.c == 1 => retry after(1m) at most 10;\n"
	    " body.c == 2 => retry after(header(\"Retry-After\")) at most 3;\n"
	    " body.c == 3 => retry at most 2;\n"
	    " body.c == 4 => retry after(5s); } }");
	rig_op(&r, CONNECTOR_UPSERT, 1, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_result res = rig_reply(&r, 200, i == 1 ?
		    "Retry-After: 7\r\n" : "", cases[i].body);
		const struct connector_item *it = &res.items[0];

		outcome_is(it->outcome, OUTCOME_RETRY);
		cr_expect_eq(it->wait_ms, cases[i].wait_ms, "%zu", i);
		cr_expect_eq(it->tries.most, cases[i].most, "%zu", i);
		cr_expect_eq(it->tries.line, cases[i].most ? cases[i].line :
		    it->tries.line, "%zu", i);
	}
	/* of the whole as of an item */
	cr_expect_eq(rig_reply(&r, 200, "", "{\"c\":1}").tries.most, 10);
	cr_expect_eq(rig_reply(&r, 200, "", "{\"c\":1}").items[0].tries.most,
	    10);
	rig_down(&r);
}

static const char told[] =
    "connector c { auth none; base \"https://c.example\";"
    " object o { version = body.tag ?? header(\"ETag\");"
    "  id = body.id ?? ((try re_find(header(\"Location\") ?? \"\","
    "   \"[0-9]+$\") else absent) ?? record.match);"
    "  create { request POST \"/o\"; }"
    "  upsert batch 9 { request POST \"/o\"; results keyed body.r by item.t"
    "   id item.id made item.new"
    "   errors body.e by item.t id(item.ids ?? item.id) text item.m; }"
    "  update { request POST \"/o\";"
    "   header \"If-Match\" \"{records[0].version ?? \"*\"}\";"
    "   results whole made(status == 201); } }"
    " classify { status >= 200 and status < 300 and body.m == absent => ok;"
    " else => fail data; } }";

/* An id may stand in the body, in a header, or be what we asked for. */
Test(results, ids_and_versions_wherever_they_stand)
{
	static const struct {
		const char *headers, *body, *id, *version;
	} cases[] = {
	    { "ETag: \"1\"\r\n", "{\"id\":7,\"tag\":\"2\"}", "7", "2" },
	    { "Location: /o/42\r\nETag: \"1\"\r\n", "", "42", "\"1\"" },
	    { "", "", "m1@x.io", "" },
	    { "", "{\"id\":\"a\\u0000b\"}", "", "" },
	};
	struct rig r;

	rig_up(&r, told);
	rig_op(&r, CONNECTOR_CREATE, 1, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_result res = rig_reply(&r, 201,
		    cases[i].headers, cases[i].body);

		same(res.items[0].id, cases[i].id);
		same(res.items[0].version, cases[i].version);
		outcome_is(res.items[0].outcome, cases[i].id[0] != '\0' ?
		    OUTCOME_OK : OUTCOME_UNKNOWN);
	}
	rig_down(&r);
}

Test(results, made_or_found)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, told);
	rig_op(&r, CONNECTOR_CREATE, 1, 0);
	res = rig_reply(&r, 200, "", "{\"id\":1}");
	cr_expect_eq(res.items[0].made, MADE_NEW);
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	cr_expect_eq(rig_reply(&r, 201, "", "").items[0].made, MADE_NEW);
	cr_expect_eq(rig_reply(&r, 200, "", "").items[0].made, MADE_FOUND);
	rig_op(&r, CONNECTOR_UPSERT, 4, 0);
	res = rig_reply(&r, 200, "", "{\"r\":[{\"t\":\"t1\",\"id\":1,"
	    "\"new\":true},{\"t\":\"t2\",\"id\":2,\"new\":false},"
	    "{\"t\":\"t3\",\"id\":3},{\"t\":\"t4\",\"id\":4,\"new\":1}]}");
	cr_expect_eq(res.items[0].made, MADE_NEW);
	cr_expect_eq(res.items[1].made, MADE_FOUND);
	cr_expect_eq(res.items[2].made, MADE_UNSAID);
	cr_expect_eq(res.items[3].made, MADE_UNSAID);
	rig_down(&r);
}

/* Without a trace an error names records by id, or by what was looked for. */
Test(results, errors_by_id)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, told);
	rig_op(&r, CONNECTOR_UPSERT, 9, 0);
	r.records[1].id = STR("102");
	r.records[2].id = STR("103");
	r.records[6].match = r.records[5].match;
	res = rig_reply(&r, 200, "", "{\"r\":[],\"e\":["
	    "{\"m\":\"trace\",\"t\":\"t1\",\"id\":\"102\"},"
	    "{\"m\":\"ids\",\"ids\":[102,\"103\",\"m4@x.io\"]},"
	    "{\"m\":\"id\",\"t\":\"none\",\"id\":\"m5@x.io\"},"
	    "{\"m\":\"of two\",\"id\":\"m6@x.io\"},"
	    "{\"m\":\"not its id\",\"id\":\"m2@x.io\"},"
	    "{\"m\":\"a\",\"id\":\"m8@x.io\"},"
	    "{\"m\":\"b\",\"id\":\"m8@x.io\"}]}");
	same(res.items[0].text, "trace");
	same(res.items[1].text, "ids");
	same(res.items[2].text, "ids");
	same(res.items[3].text, "ids");
	same(res.items[4].text, "id");
	for (size_t i = 0; i < 5; i++)
		outcome_is(res.items[i].outcome, OUTCOME_FAIL_DATA);
	same(res.items[5].text, "the reply does not speak of this record");
	same(res.items[6].text, "the reply does not speak of this record");
	same(res.items[7].text, "the reply speaks of this record twice");
	for (size_t i = 5; i < 9; i++)
		outcome_is(res.items[i].outcome, OUTCOME_RETRY);
	rig_down(&r);
}

/* None, one or several are there: several are named. */
Test(results, what_a_find_found)
{
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		unsigned found;
		const char *id, *text;
	} cases[] = {
	    { 200, "{\"i\":[]}", OUTCOME_OK, 0, "", "" },
	    { 200, "{}", OUTCOME_OK, 0, "", "" },
	    { 200, "{\"i\":[{\"id\":7}]}", OUTCOME_OK, 1, "7", "" },
	    { 200, "{\"i\":{\"id\":\"x\"}}", OUTCOME_RETRY, 0, "",
	      "what was found has an id that is no text" },
	    { 200, "{\"i\":[{\"id\":7},{\"id\":\"8\"}]}", OUTCOME_OK, 2, "7",
	      "2 records are there: 7, 8" },
	    { 200, "{\"i\":[{\"id\":7},{\"id\":[]}]}", OUTCOME_RETRY, 0, "",
	      "what was found has an id that is no text" },
	    { 200, "{\"i\":[{\"id\":\"\"}]}", OUTCOME_RETRY, 0, "",
	      "what was found has an id that is no text" },
	    { 404, "{}", OUTCOME_NOT_FOUND, 0, "", "{}" },
	    { 200, "<html>", OUTCOME_RETRY, 0, "", NULL },
	};
	struct rig r;

	rig_up(&r, "connector c { auth none; base \"https://c.example\";"
	    " object o { find { request GET \"/o?k={records[0].key}\";"
	    "  results whole id(map(item.i ?? [], x => x.id)); }"
	    "  create { request POST \"/o\"; }"
	    "  update { request PATCH \"/o\"; } }"
	    " classify { status == 200 => ok; else => not_found; } }");
	rig_op(&r, CONNECTOR_FIND, 1, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_result res = rig_reply(&r, cases[i].status,
		    "", cases[i].body);
		const struct connector_item *it = &res.items[0];

		outcome_is(it->outcome, cases[i].outcome);
		cr_expect_eq(it->found, cases[i].found, "%zu", i);
		same(it->id, cases[i].id);
		if (cases[i].text != NULL)
			same(it->text, cases[i].text);
	}
	rig_down(&r);
}

Test(request, the_version_of_a_record)
{
	struct http_request req = { 0 };
	struct rig r;

	rig_up(&r, told);
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	for (int i = 0; i < 2; i++) {
		r.records[0].version = i ? STR("W/\"9\"") : STR("");
		cr_assert_eq(connector_request(&r.call, r.vm, &req, &r.arena,
		    NULL), 0);
		same(req.headers[0].name, "If-Match");
		same(req.headers[0].value, i ? "W/\"9\"" : "*");
	}
	rig_down(&r);
}

Test(classify, waits)
{
	static const struct {
		int status;
		const char *headers;
		int64_t wait_ms;
	} cases[] = {
	    { 429, "Retry-After: 3\r\n", 3000 },
	    { 429, "HTTP/1.1 429 x\r\nretry-after:  0.5 \r\n\r\n", 500 },
	    { 429, "", 10000 },
	    { 429, "Retry-After: nonsense\r\n", -1 },
	    { 429, "Retry-After: -1\r\n", -1 },
	    { 429, "Retry-After: 99999999999999999999999\r\n", 86400000 },
	    { 423, "", 2000 },
	    { 423, "Retry-After: 1\r\n", 1000 },
	    { 500, "", -1 },
	    { 503, "Retry-After: 7\r\n", 7000 },
	    { 200, "Retry-After: 7\r\n", -1 },
	    /* now is 2027-01-15 08:00:00 */
	    { 503, "Retry-After: Fri, 15 Jan 2027 08:00:30 GMT\r\n", 30000 },
	    { 503, "Retry-After: Friday, 15-Jan-27 08:00:30 GMT\r\n", 30000 },
	    { 503, "Retry-After: Fri Jan 15 08:00:30 2027\r\n", 30000 },
	    { 503, "Retry-After: Fri, 15 Jan 2027 07:00:30 GMT\r\n", 0 },
	    { 503, "Retry-After: Fri, 15 Jan 2029 08:00:30 GMT\r\n",
	      86400000 },
	    { 503, "Retry-After: Fri, 15 Jan 2027\r\n", -1 },
	    /* the provider's clock is an hour behind ours, and counts */
	    { 503, "Date: Fri, 15 Jan 2027 07:00:00 GMT\r\n"
	      "Retry-After: Fri, 15 Jan 2027 07:00:30 GMT\r\n", 30000 },
	};
	struct rig r;

	rig_up(&r, NULL);
	rig_op(&r, CONNECTOR_ARCHIVE, 2, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_result res = rig_reply(&r, cases[i].status,
		    cases[i].headers, "");

		cr_expect_eq(res.wait_ms, cases[i].wait_ms, "%s: %lld",
		    cases[i].headers, (long long)res.wait_ms);
		cr_expect_eq(res.items[1].wait_ms, cases[i].wait_ms);
	}
	rig_down(&r);
}

/* What is not a reply, or not the API's, is never OK. */
Test(reply, not_understood_is_never_ok)
{
	static const struct {
		int status;
		const char *headers, *body;
	} cases[] = {
	    { 200, "Content-Type: text/html\r\n", "<html>Sign in</html>" },
	    { 200, "", "" },
	    { 200, "", "{\"results\":[{\"id\":\"1\",\"objectWriteTr" },
	    { 200, "", "{\"results\":[]} trailing" },
	    { 200, "", "null" },
	    { 200, "", "[]" },
	    { 200, "", "{}" },
	    { 200, "", "{\"results\":null}" },
	    { 200, "", "{\"results\":{\"id\":\"1\"}}" },
	    { 200, "", "{\"results\":[1,\"x\",null,[]]}" },
	    { 200, "", "{\"results\":[{\"id\":\"1\"}]}" },
	    { 200, "", "{\"results\":[{\"id\":\"1\","
	      "\"objectWriteTraceId\":\"other\"}]}" },
	    { 207, "", "" },
	    { 207, "", "{\"results\":[],\"errors\":[{}]}" },
	    { 207, "", "{\"errors\":[{\"context\":{}}]}" },
	    { 207, "", "{\"errors\":[{\"context\":"
	      "{\"objectWriteTraceId\":[]}}]}" },
	};
	struct rig r;

	rig_up(&r, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_result res;

		rig_op(&r, CONNECTOR_UPSERT, 2, 0);
		res = rig_reply(&r, cases[i].status, cases[i].headers,
		    cases[i].body);
		for (size_t k = 0; k < 2; k++) {
			cr_expect_eq(res.items[k].outcome, OUTCOME_RETRY,
			    "%s: %s", cases[i].body,
			    outcome_word(res.items[k].outcome));
			cr_expect_neq(res.items[k].text.n, 0);
		}
	}
	/* An archive has no body to read, but a page is not its reply. */
	rig_op(&r, CONNECTOR_ARCHIVE, 2, 1);
	outcome_is(rig_reply(&r, 204, "", "").items[1].outcome, OUTCOME_OK);
	outcome_is(rig_reply(&r, 200, "", " \r\n").items[1].outcome,
	    OUTCOME_OK);
	outcome_is(rig_reply(&r, 200, "", "<html>").items[1].outcome,
	    OUTCOME_RETRY);
	rig_down(&r);
}

Test(reply, no_reply)
{
	struct http_done done = { .outcome = HTTP_NOT_SENT,
		.error = "connection refused" };
	struct connector_result res;
	struct rig r;

	rig_up(&r, "connector c { auth none; base \"https://c.example\";"
	    " object o { id = body.id; create { request POST \"/o\"; }"
	    " update { request PUT \"/o/{records[0].id}\"; } }"
	    " classify { status == 201 => ok; else => fail permanent; } }");
	rig_op(&r, CONNECTOR_CREATE, 1, 0);
	rig_done(&r, &done, &res);
	outcome_is(res.items[0].outcome, OUTCOME_RETRY);
	same(res.items[0].text, "connection refused");

	/* It left, and nobody knows: a create must be looked for first. */
	done.outcome = HTTP_UNKNOWN;
	done.status = 201;
	rig_done(&r, &done, &res);
	outcome_is(res.outcome, OUTCOME_UNKNOWN);
	outcome_is(res.items[0].outcome, OUTCOME_UNKNOWN);
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	rig_done(&r, &done, &res);
	outcome_is(res.items[0].outcome, OUTCOME_RETRY);

	/* A create that says OK without an id made something we cannot name. */
	rig_op(&r, CONNECTOR_CREATE, 1, 0);
	res = rig_reply(&r, 201, "", "{\"ok\":true}");
	outcome_is(res.items[0].outcome, OUTCOME_UNKNOWN);
	res = rig_reply(&r, 201, "", "{\"id\":\"a\\u0000b\"}");
	outcome_is(res.items[0].outcome, OUTCOME_UNKNOWN);
	res = rig_reply(&r, 201, "", "{\"id\":12345678901234567890}");
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	same(res.items[0].id, "12345678901234567890");
	/* An update knows it already. */
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	res = rig_reply(&r, 201, "", "");
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	rig_down(&r);
}

/* HubSpot's partial failure, in another order than it was asked. */
Test(reply, keyed)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, NULL);
	rig_op(&r, CONNECTOR_UPSERT, 5, 0);
	res = rig_reply(&r, 207, "", "{\"status\":\"COMPLETE\",\"results\":["
	    "{\"id\":\"13\",\"new\":true,\"objectWriteTraceId\":\"t3\"},"
	    "{\"id\":\"11\",\"objectWriteTraceId\":\"t1\"},"
	    "{\"id\":\"15\",\"objectWriteTraceId\":\"t5\"},"
	    "{\"id\":\"16\",\"objectWriteTraceId\":\"t5\"}],"
	    "\"numErrors\":1,\"errors\":[{\"status\":\"error\","
	    "\"category\":\"VALIDATION_ERROR\",\"message\":\"bad \\u0001 "
	    "phone\",\"context\":{\"objectWriteTraceId\":[\"t2\"]}}]}");
	outcome_is(res.outcome, OUTCOME_PER_ITEM);
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	same(res.items[0].id, "11");
	same(res.items[0].json, "{\"id\":\"11\",\"objectWriteTraceId\":"
	    "\"t1\"}");
	outcome_is(res.items[1].outcome, OUTCOME_FAIL_DATA);
	cr_assert_neq(res.items[1].text.n, 0);
	cr_assert_null(memchr(res.items[1].text.p, 1, res.items[1].text.n));
	outcome_is(res.items[2].outcome, OUTCOME_OK);
	same(res.items[2].id, "13");
	/* not spoken of, and spoken of twice */
	outcome_is(res.items[3].outcome, OUTCOME_RETRY);
	same(res.items[3].text, "the reply does not speak of this record");
	outcome_is(res.items[4].outcome, OUTCOME_RETRY);
	cr_assert_eq(res.items[4].id.n, 0);
	cr_assert(!res.split);
	rig_down(&r);
}

static const char keyed_source[] =
    "connector c { auth none; base \"https://c.example\"; object o {"
    "  create batch 10 { request POST \"/o\"; body = { n: 1 };"
    "    results keyed body.done by item.t id item.id"
    "      errors body.bad by item.ts text find([{ code: item.code,"
    "      text: item.why }], x => true) unmatched fail permanent; } }"
    " classify { body.code == \"DUP\" => conflict;"
    "  body.code == \"GONE\" => not_found;"
    "  body.code == \"SLOW\" => throttle after (5s);"
    "  body.code == \"AUTH\" => refresh retry;"
    "  body.code == \"HUH\" => unknown;"
    "  status == 200 => ok; status == 400 => fail data;"
    "  else => fail permanent; } }";

/* An error of an item goes through the table of the whole. */
Test(reply, errors_are_classified_and_may_name_several)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, keyed_source);
	rig_op(&r, CONNECTOR_CREATE, 9, 0);
	res = rig_reply(&r, 200, "", "{\"done\":[{\"t\":\"t1\",\"id\":1}],"
	    "\"bad\":[{\"ts\":[\"t2\",\"t3\"],\"code\":\"DUP\",\"why\":"
	    "\"it exists\"},{\"ts\":\"t4\",\"code\":\"GONE\"},"
	    "{\"ts\":\"t5\",\"code\":\"SLOW\"},"
	    "{\"ts\":\"t6\",\"code\":\"AUTH\"},"
	    "{\"ts\":\"t7\",\"code\":\"HUH\"},"
	    "{\"ts\":\"t8\",\"code\":\"WHO\",\"why\":\"no\"}]}");
	outcome_is(res.outcome, OUTCOME_OK);
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	same(res.items[0].id, "1");
	for (int i = 1; i <= 2; i++) {
		outcome_is(res.items[i].outcome, OUTCOME_CONFLICT);
		same(res.items[i].code, "DUP");
		same(res.items[i].text, "it exists");
	}
	outcome_is(res.items[3].outcome, OUTCOME_NOT_FOUND);
	same(res.items[3].code, "GONE");
	/* without words of its own, the error's JSON stands for it */
	same(res.items[3].text, "{\"ts\":\"t4\",\"code\":\"GONE\"}");
	outcome_is(res.items[4].outcome, OUTCOME_THROTTLE);
	cr_assert_eq(res.items[4].wait_ms, 5000);
	outcome_is(res.items[5].outcome, OUTCOME_RETRY);
	outcome_is(res.items[6].outcome, OUTCOME_UNKNOWN);
	outcome_is(res.items[7].outcome, OUTCOME_FAIL_DATA);
	same(res.items[7].text, "no");
	outcome_is(res.items[8].outcome, OUTCOME_FAIL_PERMANENT);

	/* The whole is refused: the bad one is found by halving. */
	res = rig_reply(&r, 400, "", "{\"code\":\"X\",\"why\":\"one of you\"}");
	outcome_is(res.outcome, OUTCOME_FAIL_DATA);
	cr_assert(res.split);
	same(res.code, "X");
	same(res.items[8].text, "one of you");
	outcome_is(res.items[8].outcome, OUTCOME_FAIL_DATA);
	rig_op(&r, CONNECTOR_CREATE, 1, 0);
	cr_assert(!rig_reply(&r, 400, "", "{}").split);
	rig_down(&r);
}

/* As Salesforce's collections and Zoho answer: by position. */
Test(reply, aligned)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, "connector c { auth none; base \"https://c.example\";"
	    " object o { upsert batch 10 { request POST \"/o\";"
	    "  results aligned body id item.id error"
	    "  any([item.success], x => x == false) text find([{"
	    "   code: item.errors[0].statusCode,"
	    "   text: item.errors[0].message }], x => true); } }"
	    " classify { body.errors[0].statusCode == \"DUPLICATE_VALUE\""
	    "  => conflict; status == 200 => ok; else => fail permanent; } }");
	rig_op(&r, CONNECTOR_UPSERT, 4, 0);
	res = rig_reply(&r, 200, "", "[{\"id\":\"a\",\"success\":true,"
	    "\"errors\":[]},{\"success\":false,\"errors\":[{\"statusCode\":"
	    "\"DUPLICATE_VALUE\",\"message\":\"dup\"}]},"
	    "{\"success\":false,\"errors\":[]},{\"success\":true}]");
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	same(res.items[0].id, "a");
	outcome_is(res.items[1].outcome, OUTCOME_CONFLICT);
	same(res.items[1].code, "DUPLICATE_VALUE");
	same(res.items[1].text, "dup");
	outcome_is(res.items[2].outcome, OUTCOME_FAIL_DATA);
	/* success without an id: who was made? */
	outcome_is(res.items[3].outcome, OUTCOME_RETRY);

	/* One result less: none can be trusted to be whose. */
	res = rig_reply(&r, 200, "", "[{\"id\":\"a\",\"success\":true},"
	    "{\"id\":\"b\",\"success\":true},{\"id\":\"c\"}]");
	for (int i = 0; i < 4; i++)
		outcome_is(res.items[i].outcome, OUTCOME_RETRY);
	rig_down(&r);
}

static void
check_body(struct rig *r, const struct http_request *q, const char *want)
{
	(void)r;
	cr_assert(str_eq(q->body, str_z(want)), "%.*s\nnot\n%s",
	    STR_ARG(q->body), want);
}

static struct str
header_of(const struct http_request *q, const char *name)
{
	for (size_t i = 0; i < q->nheaders; i++)
		if (str_eq(q->headers[i].name, str_z(name)))
			return q->headers[i].value;
	return str_from(NULL, 0);
}

Test(request, hubspot_upsert)
{
	struct http_request q = { 0 };
	struct err e;
	struct rig r;

	rig_up(&r, NULL);
	rig_op(&r, CONNECTOR_UPSERT, 2, 0);
	/* Bytes that came leave as they came. */
	r.records[1].fields = rig_json(&r, "{\"properties\":{\"n\":19.990,"
	    "\"b\":9007199254740993,\"s\":\"\\u00e9\\\"\xc3\xa9\"}}");
	r.records[1].match = STR("a\"\xc3\xa9@x");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0,
	    "%s", e.text);
	cr_assert_str_eq(q.method, "POST");
	cr_assert_str_eq(q.url, "https://api.hubapi.com"
	    "/crm/v3/objects/contacts/batch/upsert");
	same(header_of(&q, "Authorization"), "Bearer tok");
	same(header_of(&q, "Content-Type"), "application/json");
	same(header_of(&q, "Accept"), "application/json");
	check_body(&r, &q, "{\"inputs\":[{\"id\":\"m1@x.io\",\"idProperty\":"
	    "\"email\",\"objectWriteTraceId\":\"t1\",\"properties\":"
	    "{\"firstname\":\"F1\"}},{\"id\":\"a\\\"\xc3\xa9@x\","
	    "\"idProperty\":\"email\",\"objectWriteTraceId\":\"t2\","
	    "\"properties\":{\"n\":19.990,\"b\":9007199254740993,"
	    "\"s\":\"\\u00e9\\\"\xc3\xa9\"}}]}");

	/* A sandbox, a proxy: the connection's base counts. */
	r.call.base = STR("http://127.0.0.1:8080/");
	rig_op(&r, CONNECTOR_ARCHIVE, 1, 1);
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0);
	cr_assert_str_eq(q.url, "http://127.0.0.1:8080"
	    "/crm/v3/objects/contacts/batch/archive");
	check_body(&r, &q, "{\"inputs\":[{\"id\":\"100\"}]}");
	rig_down(&r);
}

Test(request, sorted)
{
	static const char *const keys[] = { "\"b\"", "10", "null", "\"a\"",
		"9.5", "\"10\"", "\"b\"", "[1]", "-1e1", "10.0" };
	static const size_t want[] = { 2, 7, 8, 4, 1, 9, 5, 3, 0, 6 };
	struct connector_record *list;
	size_t order[COUNT(keys)];
	struct err e;
	struct rig r;

	rig_up(&r, "connector x { base \"https://x.io\"; object o {"
	    " update batch 10 { request PUT \"/o\";"
	    " order by r.fields.k; } } classify { else => ok; } }");
	rig_op(&r, CONNECTOR_UPDATE, COUNT(keys), 0);
	list = r.records;
	for (size_t i = 0; i < COUNT(keys); i++) {
		char text[40];

		snprintf(text, sizeof(text), "{\"k\":%s}", keys[i]);
		list[i].fields = rig_json(&r, text);
		list[i].key = arena_printf(&r.arena, "%zu", i);
	}
	cr_assert_eq(connector_order(&r.call, r.vm, list, order, COUNT(keys),
	    &r.arena, &e), 0, "%s", e.text);
	for (size_t i = 0; i < COUNT(keys); i++) {
		cr_assert_eq(order[i], want[i], "%zu is %zu", i, order[i]);
		cr_assert(str_eq(list[i].key, arena_printf(&r.arena, "%zu",
		    want[i])));
	}
	rig_down(&r);
}

Test(request, a_full_batch_is_all_there)
{
	struct http_request q = { 0 };
	struct err e;
	struct rig r;

	rig_up(&r, NULL);
	rig_op(&r, CONNECTOR_UPSERT, 100, 0);
	cr_assert_eq(r.call.op->batch, 100);
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0,
	    "%s", e.text);
	cr_assert_not_null(memmem(q.body.p, q.body.n, "\"t100\"", 6));
	rig_down(&r);
}

/* What a record or a parameter may do to a request: choose the path. */
Test(request, hosts_and_headers_are_the_connectors)
{
	static const struct {
		const char *path, *error; /* NULL: the URL is base + path */
	} cases[] = {
	    { "/o/1", NULL },
	    { "/o?q=%2F&x=1", NULL },
	    { "https://c.example:8443/o", NULL },
	    { "HTTPS://C.example:8443/next?page=2", NULL },
	    { "https://login.c.example/o", "is not a host of connector c" },
	    { "o", "a path must begin with /" },
	    { "", "a path must begin with /" },
	    { "@evil.example/o", "a path must begin with /" },
	    { "https://evil.example/o", "is not a host of connector c" },
	    { "http://c.example:8443/o", "is not a host of connector c" },
	    { "https://c.example/o", "is not a host of connector c" },
	    { "https://c.example:8443@evil.example/", "no plain host" },
	    { "https://c.example:8443.evil.example/", "is not a host" },
	    { "/o/../admin", "a segment of dots at byte 4" },
	    { "/o/%2E./admin", "a segment of dots at byte 4" },
	    { "/o/.", "a segment of dots" },
	    { "/o/..?x", "a segment of dots" },
	    { "/o?x=/../y", NULL },
	    { "/o/..a", NULL },
	    { "/a b", "must be percent-encoded" },
	    { "/a\r\nX: y", "must be percent-encoded" },
	    { "/\xc3\xa9", "must be percent-encoded" },
	    { "/a#b", "must be percent-encoded" },
	    { "/a\\b", "must be percent-encoded" },
	};
	struct http_request q = { 0 };
	struct rig r;
	struct err e;

	rig_up(&r, "connector c { auth oauth2 { token"
	    " \"https://login.c.example/token\"; }"
	    " base \"https://c.example:8443\"; object o {"
	    "  update { request PUT \"{records[0].id}\";"
	    "  header \"X-Key\" \"{records[0].key}\"; } }"
	    " classify { else => ok; } }");
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status;

		rig_op(&r, CONNECTOR_UPDATE, 1, 1);
		r.records[0].id = str_z(cases[i].path);
		e.text[0] = '\0';
		status = connector_request(&r.call, r.vm, &q, &r.arena, &e);
		if (cases[i].error == NULL) {
			cr_expect_eq(status, 0, "%s: %s", cases[i].path,
			    e.text);
			cr_expect_not_null(strstr(q.url, cases[i].path));
			cr_expect_eq(q.body.n, 0);
		} else if (cases[i].path[0] != '\0') {
			cr_expect_eq(status, -1, "%s", cases[i].path);
			cr_expect_not_null(strstr(e.text, cases[i].error),
			    "%s: %s", cases[i].path, e.text);
		} else {
			cr_expect_eq(status, -1);
		}
	}
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	r.records[0].id = STR("/o");
	r.records[0].key = STR("a\r\nX-Evil: 1");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), -1);
	cr_assert_str_eq(e.text, "byte 2 of header X-Key is a control "
	    "character");
	r.records[0].key = STR("a b");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0);
	same(header_of(&q, "X-Key"), "a b");
	/* A token that cannot stand in a header is not shown in the error. */
	r.call.token = STR("s3cret\n");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), -1);
	cr_assert_null(strstr(e.text, "s3cret"));
	r.call.token = STR("t");
	r.call.params = rig_json(&r, "{\"x\":}");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), -1);
	cr_assert_eq(strncmp(e.text, "parameters of the connection: ", 30),
	    0);
	rig_down(&r);
}

Test(request, what_stands_in_a_query_is_data)
{
	struct http_request q = { 0 };
	struct rig r;
	struct err e;

	rig_up(&r, "connector c { base \"https://c.example\"; object o {"
	    "  read { request GET \"/o\"; query \"id\" records[0].id;"
	    "   query \"k\" records[0].key; query \"n\" 1.50; }"
	    "  update { request PUT \"/o?a=b\"; query \"id\" records; } }"
	    " classify { else => ok; } }");
	rig_op(&r, CONNECTOR_READ, 1, 1);
	r.records[0].id = STR("a&b=c/\xc3\xa9 ?#%-._~");
	r.records[0].key = STR("");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0,
	    "%s", e.text);
	cr_assert_str_eq(q.url, "https://c.example/o?id="
	    "a%26b%3Dc%2F%C3%A9%20%3F%23%25-._~&n=1.50");
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), -1);
	cr_assert_str_eq(e.text, "query id must be text, not a list");
	rig_down(&r);
}

/* An operation's own header holds, also where it sends none. */
Test(request, headers_of_the_connector)
{
	static const char *const want[][2] = { /* X-Call, X-Lost */
		{ "v62.0 of acme", "all" },
		{ "own", "all" },
		{ "v62.0 of acme", "" },
	};
	static const enum connector_op ops[] = { CONNECTOR_UPDATE,
		CONNECTOR_CREATE, CONNECTOR_DELETE };
	struct http_request q = { 0 };
	struct rig r;
	struct err e;

	rig_up(&r, "connector c { base \"https://c.example\";"
	    " header \"X-Call\" \"{version} of {param.org}\";"
	    " header \"X-Lost\" \"all\"; header \"X-Base\" base; object o {"
	    "  update { request PUT \"/{version}/o\"; }"
	    "  create { request POST \"/o\"; header \"x-call\" \"own\"; }"
	    "  delete { request DELETE \"/o\"; header \"X-Lost\" absent; } }"
	    " version \"v62.0\"; classify { else => ok; } }");
	r.call.params = rig_json(&r, "{\"org\":\"acme\"}");
	for (size_t i = 0; i < COUNT(ops); i++) {
		rig_op(&r, ops[i], 1, 1);
		cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena,
		    &e), 0, "%s", e.text);
		same(header_of(&q, ops[i] == CONNECTOR_CREATE ? "x-call" :
		    "X-Call"), want[i][0]);
		same(header_of(&q, "X-Lost"), want[i][1]);
		same(header_of(&q, "X-Base"), "https://c.example");
	}
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	r.call.base = STR("https://other.example");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0);
	same(header_of(&q, "X-Base"), "https://other.example");
	cr_assert_str_eq(q.url, "https://other.example/v62.0/o");
	/* what is no text cannot be sent */
	r.call.params = rig_json(&r, "{\"org\":[1]}");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), -1);
	rig_down(&r);
}
