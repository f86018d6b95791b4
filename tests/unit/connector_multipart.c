/*
 * Several requests in one body, and whatever comes back for them.
 */
#include "connector/retry.h"
#include "connector_rig.h"

static const char source[] =
    "connector c { auth bearer; base \"https://c.example\";"
    " header \"OData-Version\" \"4.0\"; object o {"
    " upsert batch 10 { request POST \"/$batch\";"
    "  header \"Prefer\" \"odata.continue-on-error\";"
    "  part { request PATCH \"/os(k='{r.match}')\"; header \"If-Match\" "
    "\"*\"; body = r.fields; }"
    "  results multipart id item.headers.location text { code:"
    "  item.body.error.code, text: item.body.error.message }; }"
    " delete batch 10 { request POST \"/$batch\";"
    "  part { request DELETE \"/os({r.id})\"; } results multipart; } }"
    " classify { status == 429 => throttle after(header(\"Retry-After\") ??"
    "  9s); body.error.code == \"DUP\" => conflict; status == 404 =>"
    "  not_found; status >= 200 and status < 300 => ok; status < 500 =>"
    "  fail data; status == 503 => retry; } }";

#define PART "Content-Type: application/http\r\n" \
	"Content-Transfer-Encoding: binary\r\n\r\n"
#define DONE PART "HTTP/1.1 204 No Content\r\nLocation: o/7\r\n" \
	"OData-Version: 4.0\r\n\r\n\r\n"
#define TYPE "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n"

static struct connector_result
reply(struct rig *r, size_t n, int status, const char *type, const char *body)
{
	rig_op(r, CONNECTOR_UPSERT, n, 0);
	return rig_reply(r, status, type, body);
}

Test(multipart, a_request_for_each_record)
{
	struct http_request q = { 0 }, again = { 0 };
	struct str type = { 0 };
	struct rig r;
	struct err e;

	rig_up(&r, source);
	rig_op(&r, CONNECTOR_UPSERT, 2, 0);
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0,
	    "%s", e.text);
	cr_assert_eq(connector_request(&r.call, r.vm, &again, &r.arena, &e),
	    0);
	for (size_t i = 0; i < q.nheaders; i++)
		if (str_eq(q.headers[i].name, STR("Content-Type")))
			type = q.headers[i].value;
	same(type, "multipart/mixed; boundary=part_f205426e2ff80c0e");
	/* the token is the whole's, and so is what the connector says */
	same(q.body, "--part_f205426e2ff80c0e\r\n"
	    "Content-Type: application/http\r\n"
	    "Content-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\n"
	    "PATCH https://c.example/os(k='m1@x.io') HTTP/1.1\r\n"
	    "If-Match: *\r\nContent-Type: application/json\r\n\r\n"
	    "{\"properties\":{\"firstname\":\"F1\"}}\r\n"
	    "--part_f205426e2ff80c0e\r\n"
	    "Content-Type: application/http\r\n"
	    "Content-Transfer-Encoding: binary\r\nContent-ID: 2\r\n\r\n"
	    "PATCH https://c.example/os(k='m2@x.io') HTTP/1.1\r\n"
	    "If-Match: *\r\nContent-Type: application/json\r\n\r\n"
	    "{\"properties\":{\"firstname\":\"F2\"}}\r\n"
	    "--part_f205426e2ff80c0e--\r\n");
	cr_assert(str_eq(q.body, again.body));

	rig_op(&r, CONNECTOR_DELETE, 1, 1);
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0);
	cr_assert_not_null(memmem(q.body.p, q.body.n,
	    "DELETE https://c.example/os(100) HTTP/1.1\r\n\r\n\r\n", 47));

	/* a record chooses no line and no host of its part */
	r.records[0].id = STR("1) HTTP/1.1\r\nX: y\r\n\r\n");
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), -1);
	rig_down(&r);
}

Test(multipart, each_part_is_a_reply)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, source);
	res = reply(&r, 6, 200, TYPE, "preamble\r\n--b 1\r\n" DONE
	    "\r\n--b 1  \r\n" PART "HTTP/1.1 409 Conflict\r\nContent-Type: "
	    "application/json\r\n\r\n{\"error\":{\"code\":\"DUP\",\"message\":"
	    "\"it exists\"}}\r\n--b 1\r\n" PART "HTTP/1.1 429 Slow\r\n"
	    "Retry-After: 3\r\n\r\n{}\r\n--b 1\r\n" PART
	    "HTTP/1.1 404 Not Found\r\n\r\n\r\n--b 1\r\n" PART
	    "HTTP/1.1 200 OK\r\nlocation: o/5\r\n\r\n<html>\r\n--b 1\r\n"
	    PART "HTTP/1.1 503 Busy\r\n\r\n--b 1--\r\nepilogue --b 1\r\n"
	    "--b 1\r\n" DONE);
	outcome_is(res.outcome, OUTCOME_PER_ITEM);
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	same(res.items[0].id, "o/7");
	outcome_is(res.items[1].outcome, OUTCOME_CONFLICT);
	same(res.items[1].code, "DUP");
	same(res.items[1].text, "it exists");
	outcome_is(res.items[2].outcome, OUTCOME_THROTTLE);
	cr_assert_eq(res.items[2].wait_ms, 3000);
	outcome_is(res.items[3].outcome, OUTCOME_NOT_FOUND);
	outcome_is(res.items[4].outcome, OUTCOME_RETRY);
	same(res.items[4].text, "its part of the reply is not JSON");
	outcome_is(res.items[5].outcome, OUTCOME_RETRY);
	rig_down(&r);
}

/* It stopped at the second: what came before is done, the rest goes again. */
Test(multipart, a_reply_that_stops_early)
{
	struct connector_result res;
	struct rig r;

	rig_up(&r, source);
	res = reply(&r, 4, 400, TYPE, "--b 1\n" DONE "\n--b 1\n" PART
	    "HTTP/1.1 400 Bad Request\n\n{\"error\":{\"message\":\"no\"}}\n"
	    "--b 1--");
	outcome_is(res.items[0].outcome, OUTCOME_OK);
	outcome_is(res.items[1].outcome, OUTCOME_FAIL_DATA);
	same(res.items[1].text, "no");
	outcome_is(res.items[2].outcome, OUTCOME_RETRY);
	outcome_is(res.items[3].outcome, OUTCOME_RETRY);
	same(res.items[3].text, "no part of the reply speaks of this record");
	cr_assert(!res.split);

	/* The whole is refused before any part is looked at. */
	res = reply(&r, 2, 400, "Content-Type: application/json\r\n",
	    "{\"error\":{\"message\":\"which of you?\"}}");
	outcome_is(res.outcome, OUTCOME_FAIL_DATA);
	cr_assert(res.split);
	rig_down(&r);
}

/* What cannot be read is not done, and what has no owner is nobody's. */
Test(multipart, not_understood_is_never_ok)
{
	static const struct {
		const char *type, *body;
	} cases[] = {
		{ "Content-Type: application/json\r\n", "{}" },
		{ "", "--b 1\r\n" DONE "\r\n--b 1--" },
		{ "Content-Type: multipart/mixed\r\n", "--\r\n" DONE
		    "\r\n----" },
		{ "Content-Type: multipart/mixed; boundary=\"\"\r\n", "--\r\n"
		    DONE "\r\n----" },
		{ "Content-Type: multipart/mixed; boundary=other\r\n",
		    "--b 1\r\n" DONE "\r\n--b 1--" },
		{ TYPE, "" },
		{ TYPE, "--b 1--\r\n" },
		{ TYPE, "--b 1\r\n--b 1--\r\n" },
		{ TYPE, "--b 1\r\n\r\n--b 1--\r\n" },
		/* cut off: no delimiter ends the part */
		{ TYPE, "--b 1\r\n" DONE },
		{ TYPE, "--b 1\r\n" DONE "\r\n--b " },
		{ TYPE, "--b 1\r\n" DONE "\r\n--b 12\r\n" },
		{ TYPE, "--b 1\r\n" DONE "\r\n-- b 1\r\n" },
		/* two parts for one record */
		{ TYPE, "--b 1\r\n" DONE "\r\n--b 1\r\n" DONE "\r\n--b 1--" },
		/* parts that are no replies */
		{ TYPE, "--b 1\r\nContent-Type: text/plain\r\n\r\nHTTP/1.1 "
		    "204 x\r\nlocation: 1\r\n\r\n\r\n--b 1--" },
		{ TYPE, "--b 1\r\nContent-Type: application/http\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\nHTTP/1.1 204 x"
		    "\r\nlocation: 1\r\n\r\n\r\n--b 1--" },
		{ TYPE, "--b 1\r\n" PART "HTTP/1.1 20 x\r\nlocation: 1\r\n"
		    "\r\n\r\n--b 1--" },
		{ TYPE, "--b 1\r\n" PART "HTTP/1.1 2040 x\r\nlocation: 1\r\n"
		    "\r\n\r\n--b 1--" },
		{ TYPE, "--b 1\r\n" PART "GET / HTTP/1.1\r\nlocation: 1\r\n"
		    "\r\n\r\n--b 1--" },
		{ TYPE, "--b 1\r\n" PART "\r\n--b 1--" },
		/* done, and nobody says which record it became */
		{ TYPE, "--b 1\r\n" PART "HTTP/1.1 204 x\r\n\r\n--b 1--" },
	};
	struct rig r;

	rig_up(&r, source);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_result res = reply(&r, 1, 200,
		    cases[i].type, cases[i].body);

		cr_expect_eq(res.items[0].outcome, OUTCOME_RETRY, "%zu: %s "
		    "%s", i, cases[i].body,
		    outcome_word(res.items[0].outcome));
		cr_expect_neq(res.items[0].text.n, 0, "%zu", i);
	}
	rig_down(&r);
}

Test(multipart, boundaries)
{
	static const struct {
		const char *type;
		int fits;
	} cases[] = {
		{ "multipart/mixed; boundary=x", 1 },
		{ "Multipart/Mixed;charset=utf-8;Boundary=x;a=b", 1 },
		{ "multipart/mixed; a=\"; boundary=y\"; boundary=\"x\"", 1 },
		{ "multipart/mixed; start; boundary=x", 1 },
		{ "multipart/mixed; boundary=x y", 1 },
		{ "multipart/mixed; boundary = x", 0 },
		{ "multipart/mixed; xboundary=x", 0 },
		{ "multipart/mixed; boundary=\"x", 1 },
		{ "multipart/mixed boundary=x", 0 },
		{ "text/multipart/mixed; boundary=x", 0 },
	};
	struct rig r;

	rig_up(&r, source);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char header[200];

		snprintf(header, sizeof(header), "Content-Type: %s\r\n",
		    cases[i].type);
		cr_expect_eq(reply(&r, 1, 200, header, "--x\r\n" DONE
		    "\r\n--x--").items[0].outcome == OUTCOME_OK,
		    cases[i].fits, "%s", cases[i].type);
	}
	/* RFC 2046: 70 characters, and no more */
	for (int n = 70; n <= 71; n++) {
		char header[200], body[1000];

		snprintf(header, sizeof(header), "Content-Type: "
		    "multipart/mixed; boundary=%0*d\r\n", n, 7);
		snprintf(body, sizeof(body), "--%0*d\r\n%s\r\n--%0*d--", n, 7,
		    DONE, n, 7);
		cr_expect_eq(reply(&r, 1, 200, header, body).items[0].outcome
		    == OUTCOME_OK, n == 70);
	}
	rig_down(&r);
}

/* Any bytes: nothing is read beyond them, and of one part there is one. */
Test(multipart, damaged_replies)
{
	static const char good[] = "--b 1\r\n" DONE "\r\n--b 1\r\n" PART
	    "HTTP/1.1 200 OK\r\nLocation: o/8\r\n\r\n{\"a\":[1]}\r\n--b 1--";
	uint64_t seed = 7;
	struct rig r;

	rig_up(&r, source);
	for (int round = 0; round < 20000; round++) {
		size_t n = retry_random(&seed) % sizeof(good);
		/* exactly so long, for those who look over the edge */
		char *body = malloc(n ? n : 1);
		struct http_done done = { .outcome = HTTP_REPLY,
			.status = 200, .headers = STR(TYPE) };
		struct connector_result res;
		int ok = 0;

		memcpy(body, good, n);
		for (unsigned k = retry_random(&seed) % 4; k > 0 && n; k--)
			body[retry_random(&seed) % n] =
			    "\r\n-:b 1H\0\xff"[retry_random(&seed) % 11];
		done.body = str_from(body, n);
		rig_op(&r, CONNECTOR_UPSERT, 3, 0);
		rig_done(&r, &done, &res);
		for (size_t i = 0; i < 3; i++)
			ok += res.items[i].outcome == OUTCOME_OK;
		cr_assert(ok <= 2, "%.*s", (int)n, body);
		free(body);
		arena_reset(&r.arena);
	}
	rig_down(&r);
}
