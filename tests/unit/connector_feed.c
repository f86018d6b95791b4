/*
 * Lists, page by page: what is asked for, what is believed of a reply, and
 * that no change is lost, whatever happens between two pages.
 */
#include "connector/feed.h"

#include <time.h>

#include "connector/retry.h"
#include "connector_rig.h"

#define NOW_MS 1800000000000

#define CONNECTOR(object)                                                 \
	"connector x {\n"                                                 \
	"  base \"https://api.x.io/v2\";\n"                               \
	"  object thing {\n" object "\n  }\n"                             \
	"  classify {\n"                                                  \
	"    status == 429 => throttle after(header(\"Retry-After\"));\n" \
	"    status == 401 => refresh retry;\n"                           \
	"    status == 403 => fail config;\n"                             \
	"    status >= 500 => retry;\n"                                   \
	"    status >= 200 and status < 400 => ok;\n"                     \
	"  }\n"                                                           \
	"}\n"

#define CURSOR "list cursor { request GET \"/things\"; "                  \
	"query \"limit\" limit; query \"after\" cursor; "                 \
	"items = body.items; next = body.next; limit 3; id = item.id; }"
#define SINCE "list cursor { request GET \"/things\"; "                   \
	"query \"after\" cursor; query \"since\" since; "                 \
	"items = body.items; next = body.next; limit 3; "                 \
	"watermark at tie id; }"
#define PAGE "list page { request GET \"/things?p={int_text(cursor)}\"; " \
	"items = body.items; id = item.id; }"
#define OFFSET "list offset { request GET \"/things\"; "                  \
	"query \"from\" cursor; items = body.items; id = item.id; }"
#define NUMBERED "list offset { request GET \"/things\"; "                \
	"query \"from\" cursor; items = body.items; next = body.next; "   \
	"id = item.id; }"
#define LINK "list link { request GET \"/things\"; "                      \
	"header \"X-Since\" since; items = body; "                        \
	"next = header(\"Link\"); watermark at tie id; }"
#define KEYSET "list keyset { request GET \"/things\"; "                  \
	"query \"since\" since; query \"above\" cursor; "                 \
	"items = body.items; limit 3; watermark at tie id; }"
#define BORDER "list keyset { request GET \"/things\"; "                  \
	"query \"since\" since; "                                         \
	"items = body.items; limit 3; watermark at tie id; }"
#define WINDOW "list window { request GET \"/things\"; "                  \
	"query \"since\" since; query \"above\" cursor; "                 \
	"items = body.items; limit 3; watermark at tie id; }"

struct bed {
	struct rig rig;
	struct feed *feed;
	char url[500];
};

static void
up(struct bed *b, const char *source)
{
	struct err e;

	rig_up(&b->rig, source);
	b->rig.call.op = object_op(b->rig.call.object, CONNECTOR_LIST);
	b->feed = feed_new(&b->rig.call, STR(""), NOW_MS, &e);
	cr_assert_not_null(b->feed, "%s", e.text);
}

static void
down(struct bed *b)
{
	feed_free(b->feed);
	rig_down(&b->rig);
}

/* What the next request asks for. */
static const char *
asks(struct bed *b)
{
	struct http_request q = { 0 };
	struct err e;

	cr_assert_eq(feed_state(b->feed), FEED_ASK);
	cr_assert_eq(feed_request(b->feed, b->rig.vm, &q, &b->rig.arena, &e),
	    0, "%s", e.text);
	snprintf(b->url, sizeof(b->url), "%s", q.url);
	for (size_t i = 0; i < q.nheaders; i++)
		if (str_eq(q.headers[i].name, STR("X-Since")))
			snprintf(b->url + strlen(b->url), 100, " %.*s",
			    STR_ARG(q.headers[i].value));
	return b->url;
}

static struct feed_page
reply(struct bed *b, int status, const char *headers, const char *body)
{
	struct http_done done = { .outcome = HTTP_REPLY, .status = status,
		.headers = str_z(headers), .body = str_z(body) };
	struct feed_page page;

	feed_reply(b->feed, b->rig.vm, &done, NOW_MS, &page, &b->rig.arena);
	return page;
}

/* A page that is handed on: "1 2", and "(1)" of what came again. */
static const char *
gives(struct bed *b, const char *body)
{
	static char ids[200];
	struct feed_page page = reply(b, 200, "Date: Sat, 28 Nov 2026 "
	    "12:00:00 GMT\r\n", body);
	int n = 0;

	outcome_is(page.outcome, OUTCOME_OK);
	cr_assert_eq(feed_state(b->feed), FEED_HELD);
	ids[0] = '\0';
	for (size_t i = 0; i < page.n; i++)
		n += snprintf(ids + n, sizeof(ids) - (size_t)n, "%s%.*s",
		    i ? " " : "", STR_ARG(page.records[i].id));
	if (page.again > 0)
		snprintf(ids + n, sizeof(ids) - (size_t)n, "(%zu)",
		    page.again);
	feed_advance(b->feed);
	return ids;
}

/* Another feed in the place of this one, from its position. */
static void
resume(struct bed *b)
{
	struct buf text = { 0 };
	struct err e;

	feed_position(b->feed, &text);
	feed_free(b->feed);
	b->feed = feed_new(&b->rig.call, buf_str(&text), NOW_MS, &e);
	cr_assert_not_null(b->feed, "%s: %.*s", e.text, (int)text.n, text.p);
	buf_fini(&text);
}

#define is(got, want) cr_assert_str_eq(got, want)

Test(feed, cursor)
{
	struct bed b;

	up(&b, CONNECTOR(CURSOR));
	is(asks(&b), "https://api.x.io/v2/things?limit=3");
	is(gives(&b, "{\"items\":[{\"id\":1},{\"id\":\"2\"}],"
	    "\"next\":\"a&b\"}"), "1 2");
	is(asks(&b), "https://api.x.io/v2/things?limit=3&after=a%26b");
	is(gives(&b, "{\"items\":null,\"next\":7}"), "");
	resume(&b);
	is(asks(&b), "https://api.x.io/v2/things?limit=3&after=7");
	is(gives(&b, "{\"items\":[{\"id\":3}]}"), "3");
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	resume(&b);
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	feed_again(b.feed);
	is(asks(&b), "https://api.x.io/v2/things?limit=3");
	down(&b);
}

/* The one record of a page, as it is handed on. */
static void
hands_on(const char *source, const char *item, const char *want)
{
	char body[300];
	struct feed_page page;
	struct bed b;

	snprintf(body, sizeof(body), "{\"items\":[%s]}", item);
	up(&b, source);
	page = reply(&b, 200, "", body);
	outcome_is(page.outcome, OUTCOME_OK);
	cr_assert_eq(page.n, 1);
	cr_assert(str_eq(page.records[0].json, str_z(want)), "%.*s",
	    STR_ARG(page.records[0].json));
	down(&b);
}

Test(feed, cleared)
{
	static const char item[] = "{\"id\":1, \"a\":\"\","
	    "\"p\":{\"b\":\"\",\"c\":\" \",\"d\":[\"\",{\"e\":\"\"}]}}";
	static const char hash[] = "{\"id\":1,\"a\":\"#N\\/A\",\"b\":\"\"}";

	hands_on(CONNECTOR(CURSOR), item, item);
	hands_on(CONNECTOR("clear encode \"\";" CURSOR), item, item);
	hands_on(CONNECTOR("clear encode \"\" decode;" CURSOR), item,
	    "{\"id\":1,\"a\":null,\"p\":{\"b\":null,\"c\":\" \","
	    "\"d\":[\"\",{\"e\":\"\"}]}}");
	hands_on(CONNECTOR("clear encode \"#N/A\" decode;" CURSOR), hash,
	    "{\"id\":1,\"a\":null,\"b\":\"\"}");
	/* nothing to clear: byte for byte as it came */
	hands_on(CONNECTOR("clear encode \"#N/A\" decode;" CURSOR), item,
	    item);
}

/* What was not handed on is asked for again. */
Test(feed, the_position_is_behind)
{
	struct feed_page page;
	struct bed b;

	up(&b, CONNECTOR(CURSOR));
	is(gives(&b, "{\"items\":[{\"id\":1}],\"next\":\"b\"}"), "1");
	page = reply(&b, 200, "", "{\"items\":[{\"id\":2}],\"next\":\"c\"}");
	outcome_is(page.outcome, OUTCOME_OK);
	resume(&b);
	is(asks(&b), "https://api.x.io/v2/things?limit=3&after=b");
	down(&b);
}

/* Only an empty page is the end where the reply does not say. */
Test(feed, counted)
{
	struct bed b;

	up(&b, CONNECTOR(PAGE));
	is(asks(&b), "https://api.x.io/v2/things?p=1");
	is(gives(&b, "{\"items\":[{\"id\":1}]}"), "1");
	resume(&b);
	is(asks(&b), "https://api.x.io/v2/things?p=2");
	is(gives(&b, "{\"items\":[]}"), "");
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	down(&b);

	up(&b, CONNECTOR(OFFSET));
	is(asks(&b), "https://api.x.io/v2/things?from=0");
	is(gives(&b, "{\"items\":[{\"id\":1},{\"id\":2}]}"), "1 2");
	is(asks(&b), "https://api.x.io/v2/things?from=2");
	is(gives(&b, "{\"items\":[]}"), "");
	down(&b);

	up(&b, CONNECTOR(NUMBERED));
	is(gives(&b, "{\"items\":[{\"id\":1}],\"next\":50}"), "1");
	is(asks(&b), "https://api.x.io/v2/things?from=50");
	is(gives(&b, "{\"items\":[{\"id\":1}]}"), "1");
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	down(&b);
}

Test(feed, link)
{
	struct http_request q = { 0 };
	struct bed b;
	struct err e;

	up(&b, CONNECTOR(LINK));
	feed_since(b.feed, STR("2026-11-01T00:00:00Z"));
	is(asks(&b), "https://api.x.io/v2/things 2026-11-01T00:00:00Z");
	(void)reply(&b, 200, "Link: <https://api.x.io/a>; rel=\"prev\", "
	    "</v2/things?k=%7B1>; rel=\"next\"\r\n",
	    "[{\"id\":1,\"at\":\"2026-11-02T00:00:00Z\"}]");
	feed_advance(b.feed);
	is(asks(&b), "https://api.x.io/v2/things?k=%7B1 "
	    "2026-11-01T00:00:00Z");
	(void)reply(&b, 200, "link: <https://evil.io/x>; rel=next\r\n", "[]");
	feed_advance(b.feed);
	cr_assert_neq(feed_request(b.feed, b.rig.vm, &q, &b.rig.arena, &e),
	    0);
	cr_assert_not_null(strstr(e.text, "https://evil.io is not a host of "
	    "connector x"), "%s", e.text);
	down(&b);
}

Test(feed, keyset)
{
	struct feed_page page;
	struct bed b;

	up(&b, CONNECTOR(KEYSET));
	is(asks(&b), "https://api.x.io/v2/things");
	is(gives(&b, "{\"items\":[{\"id\":\"b\",\"at\":10},"
	    "{\"id\":\"a\",\"at\":11},{\"id\":\"c\",\"at\":11}]}"), "b a c");
	resume(&b);
	is(asks(&b), "https://api.x.io/v2/things?since=11&above=c");
	page = reply(&b, 200, "", "{\"items\":[{\"id\":\"d\",\"at\":9}]}");
	outcome_is(page.outcome, OUTCOME_FAIL_DATA);
	same(page.text, "item 1 of page 2: its watermark 9 is before that of "
	    "the record above it, 11; a keyset is sorted");
	is(gives(&b, "{\"items\":[]}"), "");
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	feed_again(b.feed);
	is(asks(&b), "https://api.x.io/v2/things?since=11");
	is(gives(&b, "{\"items\":[{\"id\":\"a\",\"at\":11},"
	    "{\"id\":\"c\",\"at\":11}]}"), "(2)");
	down(&b);
}

/* A keyset that only `since` leads on: what has the same watermark comes
 * again, and a whole page of it is more than can be passed. */
Test(feed, keyset_without_a_cursor)
{
	struct feed_page page;
	struct bed b;

	up(&b, CONNECTOR(BORDER));
	is(gives(&b, "{\"items\":[{\"id\":1,\"at\":10},{\"id\":2,\"at\":11},"
	    "{\"id\":3,\"at\":11}]}"), "1 2 3");
	is(asks(&b), "https://api.x.io/v2/things?since=11");
	is(gives(&b, "{\"items\":[{\"id\":2,\"at\":11},{\"id\":3,\"at\":11},"
	    "{\"id\":4,\"at\":11}]}"), "4(2)");
	page = reply(&b, 200, "", "{\"items\":[{\"id\":2,\"at\":11},"
	    "{\"id\":3,\"at\":11},{\"id\":4,\"at\":11}]}");
	outcome_is(page.outcome, OUTCOME_FAIL_DATA);
	same(page.text, "a whole page, 3 records, has the watermark 11: the "
	    "list cannot go on; let the request read `cursor`, or give it a "
	    "greater limit");
	is(gives(&b, "{\"items\":[{\"id\":2,\"at\":11},"
	    "{\"id\":4,\"at\":11}]}"), "(2)");
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	down(&b);
}

Test(feed, window)
{
	struct bed b;

	up(&b, CONNECTOR(WINDOW));
	feed_since(b.feed, STR("5"));
	is(asks(&b), "https://api.x.io/v2/things?since=5");
	is(gives(&b, "{\"items\":[{\"id\":1,\"at\":9},{\"id\":2,\"at\":6},"
	    "{\"id\":3,\"at\":7}]}"), "1 2 3");
	is(asks(&b), "https://api.x.io/v2/things?since=5&above=3");
	is(gives(&b, "{\"items\":[{\"id\":4,\"at\":50}]}"), "4");
	is(gives(&b, "{\"items\":[]}"), "");
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	feed_again(b.feed);
	/* as of page 1 nothing later than 9 was there: 1 to 3 may have
	 * changed since, before 4 did */
	is(asks(&b), "https://api.x.io/v2/things?since=9");
	down(&b);
}

/* The next pass begins no later than the first page of this one was made. */
Test(feed, since)
{
	static const struct {
		const char *at, *since;
	} cases[] = {
	    { "2026-11-28T11:59:59.5Z", "2026-11-28T11:59:59.5Z" },
	    { "2026-11-28T13:00:00+01:00", "2026-11-28T13:00:00+01:00" },
	    { "2026-11-28T12:00:00.001Z", "2026-11-28T12:00:00Z" },
	    { "2026-11-28T13:00:00Z", "2026-11-28T12:00:00Z" },
	};
	struct bed b;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char body[200], want[200];

		up(&b, CONNECTOR(SINCE));
		snprintf(body, sizeof(body), "{\"items\":[{\"id\":1,"
		    "\"at\":\"%s\"},{\"id\":2,\"at\":"
		    "\"2026-01-01T00:00:00Z\"}]}", cases[i].at);
		is(gives(&b, body), "1 2");
		feed_again(b.feed);
		resume(&b);
		snprintf(want, sizeof(want), "since=%s", cases[i].since);
		for (char *c = want; *c; c++)
			*c = *c == ':' || *c == '+' ? '_' : *c;
		asks(&b);
		for (char *c = b.url; *c; c++)
			if (*c == '%') {
				*c = '_';
				memmove(c + 1, c + 3, strlen(c + 3) + 1);
			}
		cr_assert_not_null(strstr(b.url, want), "%s in %s", want,
		    b.url);
		is(gives(&b, "{\"items\":[]}"), "");
		down(&b);
	}
}

/* The same second, the same id, another record: it is not left out. */
Test(feed, what_comes_again)
{
	struct bed b;

	up(&b, CONNECTOR(SINCE));
	is(gives(&b, "{\"items\":[{\"id\":1,\"at\":5,\"v\":1},"
	    "{\"id\":2,\"at\":5}]}"), "1 2");
	feed_again(b.feed);
	resume(&b);
	is(gives(&b, "{\"items\":[{\"id\":1,\"at\":5,\"v\":2},"
	    "{\"id\":2,\"at\":5}]}"), "1(1)");
	down(&b);
}

/* A reply that lies, or says nothing, is never a page. */
Test(feed, lies)
{
	static const struct {
		const char *source;
		int status;
		const char *body;
		enum outcome outcome;
		const char *text;
	} cases[] = {
	    { CONNECTOR(SINCE), 200, "{\"items\":[{\"at\":5}]}",
	      OUTCOME_FAIL_DATA, "item 1 of page 1: its `id` is absent" },
	    { CONNECTOR(SINCE), 200, "{\"items\":[{\"id\":1,\"at\":5},"
	      "{\"id\":2,\"at\":null}]}", OUTCOME_FAIL_DATA,
	      "item 2 of page 1: its `at` is null" },
	    { CONNECTOR(SINCE), 200, "{\"items\":[{\"id\":\"\",\"at\":5}]}",
	      OUTCOME_FAIL_DATA, "item 1 of page 1: its `id` is empty" },
	    { CONNECTOR(CURSOR), 200, "{\"items\":[{\"id\":{}}]}",
	      OUTCOME_FAIL_DATA, "item 1 of page 1: its id is json" },
	    { CONNECTOR(CURSOR), 200, "{\"items\":[{\"id\":\"a\\u0000b\"}]}",
	      OUTCOME_FAIL_DATA, "item 1 of page 1: its id has a NUL in it" },
	    { CONNECTOR(CURSOR), 200, "{}", OUTCOME_FAIL_DATA,
	      "items is no list in this reply, but absent" },
	    { CONNECTOR(CURSOR), 200, "{\"items\":{\"a\":1}}",
	      OUTCOME_FAIL_DATA, "items is no list in this reply, but "
	      "record" },
	    { CONNECTOR(CURSOR), 200, "", OUTCOME_RETRY,
	      "status 200 with an empty body" },
	    { CONNECTOR(CURSOR), 200, "{\"items\":[{\"id\":1}", OUTCOME_RETRY,
	      "status 200 with a body that is not JSON" },
	    { CONNECTOR(CURSOR), 200, "<html>", OUTCOME_RETRY,
	      "status 200 with a body that is not JSON" },
	    { CONNECTOR(CURSOR), 200, "{\"items\":[],\"next\":{}}",
	      OUTCOME_FAIL_DATA, "next is a json, not a text" },
	    { CONNECTOR(NUMBERED), 200, "{\"items\":[],\"next\":0}",
	      OUTCOME_FAIL_DATA, "next must be a number above 0, that of "
	      "this page" },
	    { CONNECTOR(CURSOR), 401, "{}", OUTCOME_REFRESH, "{}" },
	    { CONNECTOR(CURSOR), 403, "{\"why\":1}", OUTCOME_FAIL_CONFIG,
	      "{\"why\":1}" },
	    { CONNECTOR(CURSOR), 503, "", OUTCOME_RETRY, "status 503" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct feed_page page;
		struct bed b;

		up(&b, cases[i].source);
		page = reply(&b, cases[i].status, "", cases[i].body);
		outcome_is(page.outcome, cases[i].outcome);
		cr_assert(page.text.n >= strlen(cases[i].text) &&
		    memcmp(page.text.p, cases[i].text,
		    strlen(cases[i].text)) == 0, "%.*s, not %s",
		    STR_ARG(page.text), cases[i].text);
		cr_assert_eq(page.n, 0);
		cr_assert_eq(feed_state(b.feed), FEED_ASK);
		/* and none of it stays */
		is(gives(&b, "{\"items\":[{\"id\":1,\"at\":5}]}"), "1");
		down(&b);
	}
}

/* 204 and 304 have no body, and say that there is nothing. */
Test(feed, nothing)
{
	static const int statuses[] = { 204, 304 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		struct feed_page page;
		struct bed b;

		up(&b, CONNECTOR(SINCE));
		page = reply(&b, statuses[i], "", "");
		outcome_is(page.outcome, OUTCOME_OK);
		cr_assert_eq(page.n, 0);
		feed_advance(b.feed);
		cr_assert_eq(feed_state(b.feed), FEED_DONE);
		down(&b);
	}
}

/* Pages that lead in a circle, whatever its length, end. */
Test(feed, circles)
{
	for (int length = 1; length <= 40; length++) {
		struct feed_page page = { .outcome = OUTCOME_OK };
		struct bed b;
		int n = 0;

		up(&b, CONNECTOR(CURSOR));
		while (page.outcome == OUTCOME_OK) {
			char body[60];

			cr_assert_lt(n, 4 * length + 10);
			snprintf(body, sizeof(body),
			    "{\"items\":[],\"next\":\"c%d\"}", n++ % length);
			page = reply(&b, 200, "", body);
			if (page.outcome == OUTCOME_OK)
				feed_advance(b.feed);
		}
		cr_assert_not_null(strstr(page.text.p, "was read before"));
		down(&b);
	}
}

/* ---- words for what providers do ---- */

#define DELTA "list link { request GET \"/things\"; items = body.value; "  \
	"next = body.next; resume = body.delta; id = item.id; "           \
	"deleted = item.reason == \"deleted\"; keep 7d; "                 \
	"resync = status == 410; }"
#define JOURNAL "list cursor { request GET \"/j/{cursor ?? \"earliest\"}\"; "\
	"then GET body.url hosts(\"*.files.io\", \"one.io\") lines; "     \
	"items = body; next = body.offset; resume = body.offset; "        \
	"id = item.id; echo = item.by == param.us; }"
#define LOOKBACK "list cursor { request GET \"/things\"; "                \
	"query \"after\" cursor; query \"since\" since; "                 \
	"items = body.items; next = body.next; lookback 90s; "            \
	"watermark at tie id; }"
#define DELETED "list page { request GET \"/x{int_text(cursor)}\"; "      \
	"items = body; id = item.id; } "                                  \
	"deletes cursor { request GET \"/deleted?from={cursor ?? \"0\"}\"; "  \
	"items = body.ids; id = item; next = body.next; "                 \
	"resume = body.covered; "                                         \
	"resync = (body.earliest ?? \"\") > (since ?? \"\"); "              \
	"query \"since\" since; watermark at; }"

/* Behind the last page the next pass begins where the reply says. */
Test(feed, delta)
{
	struct feed_page page;
	struct bed b;

	up(&b, CONNECTOR(DELTA));
	is(asks(&b), "https://api.x.io/v2/things");
	is(gives(&b, "{\"value\":[{\"id\":1}],"
	    "\"next\":\"https://api.x.io/v2/things?skip=1\"}"), "1");
	is(asks(&b), "https://api.x.io/v2/things?skip=1");
	page = reply(&b, 200, "", "{\"value\":[{\"id\":2},{\"id\":3,"
	    "\"reason\":\"deleted\"}],\"delta\":\"/v2/things?d=1\"}");
	cr_assert_eq(page.n, 2);
	cr_assert_eq(page.records[0].deleted, 0);
	cr_assert_eq(page.records[1].deleted, 1);
	feed_advance(b.feed);
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	resume(&b);
	feed_again(b.feed);
	is(asks(&b), "https://api.x.io/v2/things?d=1");
	is(gives(&b, "{\"value\":[]}"), "");
	feed_again(b.feed);
	is(asks(&b), "https://api.x.io/v2/things?d=1");

	page = reply(&b, 410, "", "{}");
	cr_assert_eq(feed_state(b.feed), FEED_DEAD);
	cr_assert_str_eq(feed_why(b.feed), "the provider knows the position "
	    "no more (status 410)");
	down(&b);
}

Test(feed, positions_age)
{
	struct buf text = { 0 };
	struct bed b;
	struct err e;

	up(&b, CONNECTOR(DELTA));
	is(gives(&b, "{\"value\":[],\"delta\":\"/d\"}"), "");
	feed_position(b.feed, &text);
	for (int days = 6; days <= 8; days += 2) {
		feed_free(b.feed);
		b.feed = feed_new(&b.rig.call, buf_str(&text), NOW_MS +
		    days * INT64_C(86400000), &e);
		cr_assert_not_null(b.feed, "%s", e.text);
		cr_assert_eq(feed_state(b.feed), days < 7 ? FEED_DONE :
		    FEED_DEAD);
	}
	cr_assert_str_eq(feed_why(b.feed), "the position is 691200 s old and "
	    "good for 604800 s");
	buf_fini(&text);
	down(&b);
}

/* The records of a page lie in a file, on a host that gets no token. */
Test(feed, files)
{
	static const struct {
		const char *url, *error;
	} cases[] = {
	    { "https://a.files.io/1?sig=x", NULL },
	    { "https://a.b.FILES.io/1", NULL },
	    { "https://one.io/1", NULL },
	    { "https://api.x.io/1", NULL },
	    { "https://files.io/1", "https://files.io is no host of files" },
	    { "https://evilfiles.io/1", "is no host of files" },
	    { "https://a.one.io/1", "is no host of files" },
	    { "http://one.io/1", "is no host of files" },
	    { "https://one.io:8443/1", "is no host of files" },
	    { "https://one.io@evil.io/1", "no plain host name" },
	    { "file:///etc/passwd", "must begin with https://" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request q = { 0 };
		struct feed_page page;
		char body[200];
		struct bed b;
		struct err e;

		up(&b, CONNECTOR(JOURNAL));
		snprintf(body, sizeof(body), "{\"offset\":\"o1\","
		    "\"url\":\"%s\"}", cases[i].url);
		page = reply(&b, 200, "", body);
		if (cases[i].error != NULL) {
			outcome_is(page.outcome, OUTCOME_FAIL_DATA);
			cr_assert_not_null(strstr(page.text.p,
			    cases[i].error), "%s", page.text.p);
			down(&b);
			continue;
		}
		outcome_is(page.outcome, OUTCOME_OK);
		cr_assert_eq(page.n, 0);
		is(asks(&b), cases[i].url);
		cr_assert_eq(feed_request(b.feed, b.rig.vm, &q,
		    &b.rig.arena, &e), 0);
		cr_assert_eq(q.nheaders, 0, "no token");
		down(&b);
	}
}

Test(feed, journal)
{
	struct feed_page page;
	struct bed b;

	up(&b, CONNECTOR(JOURNAL));
	feed_free(b.feed);
	b.rig.call.params = STR("{\"us\":\"me\"}");
	b.feed = feed_new(&b.rig.call, STR(""), NOW_MS, NULL);
	is(asks(&b), "https://api.x.io/v2/j/earliest");
	(void)reply(&b, 200, "", "{\"offset\":\"o1\","
	    "\"url\":\"https://one.io/1\"}");
	is(asks(&b), "https://one.io/1");
	/* the link is old by now: the page is asked for again */
	page = reply(&b, 403, "", "<expired/>");
	outcome_is(page.outcome, OUTCOME_RETRY);
	same(page.text, "the file: status 403");
	is(asks(&b), "https://api.x.io/v2/j/earliest");
	(void)reply(&b, 200, "", "{\"offset\":\"o1\","
	    "\"url\":\"https://one.io/2\"}");
	page = reply(&b, 200, "", "{\"id\":1}\n{\"id\":");
	outcome_is(page.outcome, OUTCOME_RETRY);
	(void)reply(&b, 200, "", "{\"offset\":\"o1\","
	    "\"url\":\"https://one.io/3\"}");
	page = reply(&b, 200, "", "{\"id\":1,\"by\":\"me\"}\r\n\n{\"id\":2}");
	outcome_is(page.outcome, OUTCOME_OK);
	cr_assert_eq(page.n, 2);
	cr_assert_eq(page.records[0].echo, 1);
	cr_assert_eq(page.records[1].echo, 0);
	feed_advance(b.feed);
	resume(&b);
	is(asks(&b), "https://api.x.io/v2/j/o1");
	/* nothing new: the next pass asks for the same again */
	page = reply(&b, 204, "", "");
	outcome_is(page.outcome, OUTCOME_OK);
	feed_advance(b.feed);
	cr_assert_eq(feed_state(b.feed), FEED_DONE);
	feed_again(b.feed);
	is(asks(&b), "https://api.x.io/v2/j/o1");
	down(&b);
}

Test(feed, lookback)
{
	struct http_request q = { 0 };
	struct bed b;
	struct err e;

	up(&b, CONNECTOR(LOOKBACK));
	feed_since(b.feed, STR("2026-11-28T12:00:00.5+01:00"));
	is(asks(&b), "https://api.x.io/v2/things?since=2026-11-28T10%3A58%3A"
	    "30Z");
	is(gives(&b, "{\"items\":[{\"id\":1,"
	    "\"at\":\"2026-11-28T10:59:00Z\"}]}"), "1");
	/* what was read again does not lead back */
	feed_again(b.feed);
	is(asks(&b), "https://api.x.io/v2/things?since=2026-11-28T10%3A58%3A"
	    "30Z");
	is(gives(&b, "{\"items\":[{\"id\":1,"
	    "\"at\":\"2026-11-28T10:59:00Z\"}]}"), "(1)");
	down(&b);

	up(&b, CONNECTOR(LOOKBACK));
	feed_since(b.feed, STR("17"));
	cr_assert_neq(feed_request(b.feed, b.rig.vm, &q, &b.rig.arena, &e),
	    0);
	cr_assert_not_null(strstr(e.text, "is no time (17)"), "%s", e.text);
	down(&b);
}

/* Items that are ids alone; what is in the list is deleted. */
Test(feed, deletes)
{
	struct feed_page page;
	struct bed b;

	up(&b, CONNECTOR(DELETED));
	feed_free(b.feed);
	b.rig.call.op = object_op(b.rig.call.object, CONNECTOR_DELETES);
	b.feed = feed_new(&b.rig.call, STR(""), NOW_MS, NULL);
	feed_since(b.feed, STR("2026-11-20T00:00:00Z"));
	is(asks(&b), "https://api.x.io/v2/deleted?from=0&"
	    "since=2026-11-20T00%3A00%3A00Z");
	page = reply(&b, 200, "", "{\"ids\":[7,\"8\"],\"covered\":\"c1\"}");
	outcome_is(page.outcome, OUTCOME_OK);
	cr_assert_eq(page.n, 2);
	same(page.records[0].id, "7");
	same(page.records[0].json, "7");
	same(page.records[1].json, "\"8\"");
	cr_assert_eq(page.records[1].deleted, 1);
	feed_advance(b.feed);
	feed_again(b.feed);
	is(asks(&b), "https://api.x.io/v2/deleted?from=c1&"
	    "since=2026-11-20T00%3A00%3A00Z");
	(void)reply(&b, 200, "", "{\"ids\":[],"
	    "\"earliest\":\"2026-11-21T00:00:00Z\"}");
	cr_assert_eq(feed_state(b.feed), FEED_DEAD);
	down(&b);
}

/* A position is of one list, and whole. */
Test(feed, positions)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
	    { "[]", "the position in x.thing.list: it is of , not of "
	      "x.thing.list" },
	    { "7", "the position in x.thing.list: it is no JSON object" },
	    { "{", "the position in x.thing.list: " },
	    { "{\"list\":\"x.other.list\"}", "the position in x.thing.list: "
	      "it is of x.other.list, not of x.thing.list" },
	    { "{\"list\":\"x.thing.list\",\"cursor\":5}",
	      "the position in x.thing.list: cursor is a text, not a "
	      "number" },
	    { "{\"list\":\"x.thing.list\",\"pages\":1.5}",
	      "the position in x.thing.list: pages is a whole number" },
	    { "{\"list\":\"x.thing.list\",\"seen\":\"0g\"}",
	      "the position in x.thing.list: records seen: byte 2 is no "
	      "hexadecimal digit" },
	    { "{\"list\":\"x.thing.list\",\"seen\":\"01\"}",
	      "the position in x.thing.list: records seen: they end in the "
	      "middle of one" },
	};
	struct bed b;
	struct err e;

	up(&b, CONNECTOR(CURSOR));
	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_assert_null(feed_new(&b.rig.call, str_z(cases[i].text),
		    NOW_MS, &e), "%s", cases[i].text);
		cr_assert_eq(strncmp(e.text, cases[i].error,
		    strlen(cases[i].error)), 0, "%s", e.text);
	}
	down(&b);
}

/* ---- no change is lost ---- */

#define RECORDS 60
#define START 1795867200 /* 2026-11-28T12:00:00Z */

/* A provider whose records change while they are listed. */
struct provider {
	struct {
		int64_t at;
		int version, got; /* got: the last that was handed on */
	} r[RECORDS];
	int64_t clock; /* seconds: several changes share one */
	uint64_t seed;
};

static unsigned
below(struct provider *p, unsigned n)
{
	return (unsigned)(retry_random(&p->seed) % n);
}

static void
change(struct provider *p, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		unsigned k = below(p, RECORDS);

		p->clock += below(p, 3) == 0;
		p->r[k].at = p->clock;
		p->r[k].version++;
	}
}

static void
put_time(struct buf *b, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char text[40];

	gmtime_r(&t, &tm);
	buf_put(b, text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ",
	    &tm));
}

/* The value of a query parameter as seconds, or a number; -1 without. */
static int64_t
asked(const char *url, const char *name)
{
	const char *at = strstr(url, name);
	struct tm tm = { 0 };

	if (at == NULL)
		return -1;
	at += strlen(name);
	if (strptime(at, "%Y-%m-%dT%H%%3A%M%%3A%SZ", &tm) != NULL)
		return timegm(&tm);
	return strtol(at, NULL, 10);
}

enum sorted { BY_ID, BY_TIME };

/* Whether record i is on a page behind record last (-1: the first). */
static int
behind(const struct provider *p, enum sorted by, int64_t at, int last, int i)
{
	if (by == BY_TIME && p->r[i].at != at)
		return p->r[i].at > at;
	return p->r[i].at >= at && i > last;
}

/* The page that url asks for, as of now: at most 3 records. */
static void
serve(const struct provider *p, enum sorted by, const char *url,
    struct buf *body)
{
	int64_t since = asked(url, "since=");
	int last = (int)asked(url, strstr(url, "above=") ? "above=" :
	    "after="), n = 0;

	buf_puts(body, STR("{\"items\":["));
	for (; n < 3; n++) {
		int best = -1;

		for (int i = RECORDS - 1; i >= 0; i--)
			if (behind(p, by, since, last, i) && (best < 0 ||
			    by == BY_ID || p->r[i].at <= p->r[best].at))
				best = i;
		if (best < 0)
			break;
		buf_printf(body, "%s{\"id\":%d,\"at\":\"", n ? "," : "",
		    best);
		put_time(body, p->r[best].at);
		buf_printf(body, "\",\"v\":%d}", p->r[best].version);
		last = best;
		if (by == BY_TIME)
			since = p->r[best].at;
	}
	buf_puts(body, STR("]"));
	if (n == 3)
		buf_printf(body, ",\"next\":\"%d\"", last);
	buf_puts(body, STR("}"));
}

/* What the page gave is what we know, unless we are killed before. */
static void
take(struct bed *b, struct provider *p, const struct feed_page *page)
{
	int killed = below(p, 8) == 0;

	for (size_t i = 0; i < page->n && !(killed && below(p, 2)); i++) {
		long id = strtol(page->records[i].id.p, NULL, 10);
		const char *v = strstr(page->records[i].json.p, "\"v\":");

		p->r[id].got = (int)strtol(v + 4, NULL, 10);
	}
	if (killed)
		resume(b);
	else
		feed_advance(b->feed);
}

/* Ask for a page of it, as of now. */
static void
step(struct bed *b, struct provider *p, enum sorted by)
{
	struct buf body = { 0 };
	struct http_done done = { .outcome = HTTP_REPLY, .status = 200 };
	struct feed_page page;
	char date[80];
	time_t t = (time_t)p->clock;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(date, sizeof(date), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n",
	    &tm);
	serve(p, by, asks(b), &body);
	done.headers = str_z(date);
	done.body = buf_str(&body);
	feed_reply(b->feed, b->rig.vm, &done, NOW_MS, &page, &b->rig.arena);
	cr_assert_eq(page.outcome, OUTCOME_OK, "%.*s", STR_ARG(page.text));
	take(b, p, &page);
	buf_fini(&body);
}

/* Passes until the end of one; of how many records that came. */
static void
pass(struct bed *b, struct provider *p, enum sorted by, unsigned changes)
{
	if (feed_state(b->feed) == FEED_DONE)
		feed_again(b->feed);
	while (feed_state(b->feed) == FEED_ASK) {
		change(p, below(p, changes + 1));
		step(b, p, by);
	}
	arena_reset(&b->rig.arena);
}

Test(feed, nothing_is_lost)
{
	static const struct {
		const char *source;
		enum sorted by;
	} cases[] = {
	    { CONNECTOR(SINCE), BY_ID },
	    { CONNECTOR(WINDOW), BY_ID },
	    { CONNECTOR(KEYSET), BY_TIME },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		for (uint64_t seed = 1; seed <= 60; seed++) {
			struct provider p = { .clock = START, .seed = seed };
			struct bed b;

			up(&b, cases[i].source);
			for (int k = 0; k < RECORDS; k++) {
				p.r[k].at = START;
				p.r[k].version = 1;
			}
			/* a pass of a keyset ends when changes let it */
			for (int k = 0; k < 5; k++)
				pass(&b, &p, cases[i].by, 2);
			pass(&b, &p, cases[i].by, 0);
			pass(&b, &p, cases[i].by, 0);
			for (int k = 0; k < RECORDS; k++)
				cr_assert_eq(p.r[k].got, p.r[k].version,
				    "case %zu seed %d: record %d is %d, not "
				    "%d", i, (int)seed, k, p.r[k].got,
				    p.r[k].version);
			down(&b);
		}
	}
}
