/*
 * Field catalogues: from a provider's pages to a JSON Schema, and what of
 * them is refused.
 */
#include "connector/fields.h"
#include "connector_rig.h"

#define CONNECTOR(clauses)                                                \
	"connector t {\n"                                                 \
	"  base \"https://t.example\";\n"                                 \
	"  object o {\n"                                                  \
	"    fields from \"/o/fields\" {\n"                               \
	"      query \"after\" cursor;\n"                                 \
	"      query \"limit\" limit;\n"                                  \
	"      items = body.results;\n"                                   \
	"      next = body.next ?? header(\"X-Next\");\n"                 \
	clauses                                                           \
	"    }\n"                                                         \
	"  }\n"                                                           \
	"  classify { status == 200 => ok; status == 429 => throttle "    \
	"after(5s); status == 401 => refresh retry; else => retry; }\n"   \
	"}\n"

#define PARTS                                                             \
	"      name = item.n; type = item.t; label = item.l;\n"           \
	"      options = item.o; length = item.m; readonly = item.r;\n"   \
	"      required = item.q; unique = item.u;\n"

struct page {
	const char *url;     /* that is asked for */
	const char *headers; /* NULL: none */
	const char *body;
};

static struct fields *
begin(struct rig *r, const char *source)
{
	rig_up(r, source);
	r->call.op = object_op(r->call.object, CONNECTOR_FIELDS);
	cr_assert_not_null(r->call.op);
	return fields_new();
}

static void
ask(struct rig *r, struct fields *f, const char *url)
{
	struct http_request q = { 0 };
	struct err e = { 0 };

	cr_assert_eq(fields_request(f, &r->call, r->vm, &q, &r->arena, &e), 0,
	    "%s", e.text);
	same(str_z(q.method), "GET");
	same(str_z(q.url), url);
	cr_assert_null(q.body.p);
}

static enum fields_step
answer(struct rig *r, struct fields *f, int status, const char *headers,
    const char *body, struct connector_result *res, struct err *e)
{
	struct http_done done = { .outcome = HTTP_REPLY, .status = status,
		.headers = str_z(headers), .body = str_z(body) };
	enum fields_step step = fields_reply(f, &r->call, r->vm, &done,
	    1800000000000, res, &r->arena, e);

	arena_reset(&r->arena); /* of a page: nothing of it is needed */
	return step;
}

static void
end(struct rig *r, struct fields *f)
{
	fields_free(f);
	rig_down(r);
}

/* The catalogue of one page. */
static void
schema_is(const char *source, const char *body, const char *want)
{
	struct rig r;
	struct fields *f = begin(&r, source);
	struct connector_result res;
	struct buf out = { 0 };
	struct err e = { 0 };

	cr_assert_eq(answer(&r, f, 200, "", body, &res, &e), FIELDS_END,
	    "%s: %s", body, e.text);
	fields_schema(f, r.call.op->fields, &out);
	same(buf_str(&out), want);
	buf_fini(&out);
	end(&r, f);
}

#define OBJECT(fields) "{\"type\":\"object\",\"properties\":{" fields "}}"

Test(fields, schema)
{
	static const char plain[] = CONNECTOR(PARTS);
	static const char texts[] = CONNECTOR("in props.own; values text;\n"
	    PARTS);
	static const struct {
		const char *source, *items, *want;
	} cases[] = {
	    { plain, "", OBJECT("") },
	    { plain, "{\"n\":\"a\",\"t\":\"text\"}",
	      OBJECT("\"a\":{\"type\":[\"string\",\"null\"]}") },
	    { plain, "{\"n\":\"a\",\"t\":\"text\",\"l\":\"The \\\"A\\\"\","
	      "\"m\":255,\"u\":true,\"r\":false}",
	      OBJECT("\"a\":{\"title\":\"The \\\"A\\\"\",\"type\":"
	      "[\"string\",\"null\"],\"maxLength\":255,\"x-unique\":true}") },
	    { plain, "{\"n\":\"d\",\"t\":\"date\",\"r\":true,\"m\":9}",
	      OBJECT("\"d\":{\"type\":[\"string\",\"null\"],\"format\":"
	      "\"date\",\"readOnly\":true}") },
	    /* by name, whatever the order; what has no type is left out */
	    { plain, "{\"n\":\"b\",\"t\":\"int\"},{\"n\":\"x\",\"t\":null},"
	      "{\"n\":\"a\",\"t\":\"decimal\",\"q\":true}",
	      "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
	      "\"number\"},\"b\":{\"type\":[\"integer\",\"null\"]}},"
	      "\"required\":[\"a\"]}" },
	    { plain, "{\"n\":\"a\",\"t\":\"text\",\"o\":[\"x\",\"y\"]},"
	      "{\"n\":\"b\",\"t\":\"list\",\"o\":[\"x\"]},"
	      "{\"n\":\"c\",\"t\":\"int\",\"q\":true,\"o\":[1,27]},"
	      "{\"n\":\"e\",\"t\":\"record\",\"o\":[]}",
	      "{\"type\":\"object\",\"properties\":{"
	      "\"a\":{\"type\":[\"string\",\"null\"],"
	      "\"enum\":[\"x\",\"y\",null]},"
	      "\"b\":{\"type\":[\"array\",\"null\"],"
	      "\"items\":{\"enum\":[\"x\"]}},"
	      "\"c\":{\"type\":\"integer\",\"enum\":[1,27]},"
	      "\"e\":{\"type\":[\"object\",\"null\"]}},"
	      "\"required\":[\"c\"]}" },
	    { texts, "{\"n\":\"a\",\"t\":\"bool\",\"q\":true},"
	      "{\"n\":\"d\",\"t\":\"datetime\"}",
	      OBJECT("\"props\":" OBJECT("\"own\":"
	      "{\"type\":\"object\",\"properties\":{"
	      "\"a\":{\"type\":\"string\",\"contentMediaType\":"
	      "\"application/json\",\"contentSchema\":{\"type\":"
	      "\"boolean\"}},"
	      "\"d\":{\"type\":[\"string\",\"null\"],\"format\":"
	      "\"date-time\"}},\"required\":[\"a\"]}")) },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf body = { 0 };

		buf_printf(&body, "{\"results\":[%s]}%c", cases[i].items, 0);
		schema_is(cases[i].source, body.p, cases[i].want);
		buf_fini(&body);
	}
}

Test(fields, pages)
{
	static const struct page pages[] = {
	    { "https://t.example/o/fields?limit=100", NULL,
	      "{\"results\":[{\"n\":\"a\",\"t\":\"int\"}],\"next\":\"p 2\"}" },
	    { "https://t.example/o/fields?after=p%202&limit=100",
	      "x-next: 17\r\n",
	      "{\"results\":[{\"n\":\"b\",\"t\":\"int\"}]}" },
	    { "https://t.example/o/fields?after=17&limit=100", NULL,
	      "{\"results\":[]}" },
	};
	struct rig r;
	struct fields *f = begin(&r, CONNECTOR(PARTS));
	struct connector_result res;
	struct buf out = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < COUNT(pages); i++) {
		ask(&r, f, pages[i].url);
		cr_assert_eq(answer(&r, f, 200, pages[i].headers ?
		    pages[i].headers : "", pages[i].body, &res, &e),
		    i + 1 < COUNT(pages) ? FIELDS_NEXT : FIELDS_END,
		    "page %zu: %s", i, e.text);
	}
	fields_schema(f, r.call.op->fields, &out);
	same(buf_str(&out), OBJECT("\"a\":{\"type\":[\"integer\",\"null\"]},"
	    "\"b\":{\"type\":[\"integer\",\"null\"]}"));
	buf_fini(&out);
	end(&r, f);
}

Test(fields, refused)
{
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *why;
	} cases[] = {
	    { 429, "{}", OUTCOME_THROTTLE, "{}" },
	    { 401, "{}", OUTCOME_REFRESH, "{}" },
	    { 500, "", OUTCOME_RETRY, "status 500" },
	    { 200, "<html>", OUTCOME_RETRY, "status 200 with a body" },
	    { 200, "{}", OUTCOME_FAIL_CONFIG,
	      "`items` of the catalogue is absent, not a list" },
	    { 200, "{\"results\":[{}]}", OUTCOME_FAIL_CONFIG,
	      "field 1 of the catalogue has no name" },
	    { 200, "{\"results\":[{\"n\":7}]}", OUTCOME_FAIL_CONFIG,
	      "field 1 of the catalogue: `name` cannot be number" },
	    { 200, "{\"results\":[{\"n\":\"a\",\"t\":\"blob\"}]}",
	      OUTCOME_FAIL_CONFIG,
	      "field a of the catalogue: there is no type `blob`" },
	    { 200, "{\"results\":[{\"n\":\"a\",\"t\":\"int\"},"
	      "{\"n\":\"a\",\"t\":\"int\"}]}", OUTCOME_FAIL_CONFIG,
	      "the catalogue has field a twice" },
	    { 200, "{\"results\":[{\"n\":\"a\",\"t\":\"int\",\"r\":1}]}",
	      OUTCOME_FAIL_CONFIG,
	      "field a of the catalogue: `readonly` cannot be number" },
	    { 200, "{\"results\":[{\"n\":\"a\",\"t\":\"text\",\"m\":-1}]}",
	      OUTCOME_FAIL_CONFIG,
	      "field a of the catalogue: -1 is no length" },
	    { 200, "{\"results\":[{\"n\":\"a\",\"t\":\"text\",\"o\":{}}]}",
	      OUTCOME_FAIL_CONFIG,
	      "field a of the catalogue: `options` cannot be record" },
	    { 200, "{\"results\":[],\"next\":[]}", OUTCOME_FAIL_CONFIG,
	      "`next` of the catalogue cannot be" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rig r;
		struct fields *f = begin(&r, CONNECTOR(PARTS));
		struct connector_result res;
		struct err e = { 0 };

		cr_expect_eq(answer(&r, f, cases[i].status, "",
		    cases[i].body, &res, &e), FIELDS_FAILED, "%s",
		    cases[i].body);
		outcome_is(res.outcome, cases[i].outcome);
		cr_expect_eq(strncmp(e.text, cases[i].why,
		    strlen(cases[i].why)), 0, "%s, not %s", e.text,
		    cases[i].why);
		end(&r, f);
	}
}

Test(fields, page_that_comes_again)
{
	static const char body[] = "{\"results\":[],\"next\":\"x\"}";
	struct rig r;
	struct fields *f = begin(&r, CONNECTOR(PARTS));
	struct connector_result res;
	struct err e = { 0 };

	cr_assert_eq(answer(&r, f, 200, "", body, &res, &e), FIELDS_NEXT);
	cr_assert_eq(answer(&r, f, 200, "", body, &res, &e), FIELDS_FAILED);
	same(str_z(e.text), "the next page of the catalogue is the same again");
	end(&r, f);
}

/* A page with so many fields, of names that begin with what. */
static enum fields_step
page_of(struct rig *r, struct fields *f, size_t n, const char *what,
    struct err *e)
{
	struct connector_result res;
	struct buf b = { 0 };
	enum fields_step step;

	buf_puts(&b, STR("{\"results\":["));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s{\"n\":\"%s%zu\",\"t\":\"int\"}",
		    i ? "," : "", what, i);
	buf_printf(&b, "],\"next\":\"%s\"}%c", what, 0);
	step = answer(r, f, 200, "", b.p, &res, e);
	buf_fini(&b);
	return step;
}

Test(fields, limits)
{
	struct rig r;
	struct fields *f = begin(&r, CONNECTOR(PARTS));
	struct err e = { 0 };
	char name[16];
	int i;

	cr_assert_eq(page_of(&r, f, FIELDS_MAX, "a", &e), FIELDS_NEXT, "%s",
	    e.text);
	cr_assert_eq(page_of(&r, f, 1, "b", &e), FIELDS_FAILED);
	same(str_z(e.text), "the catalogue has more than 10000 fields");
	end(&r, f);
	f = begin(&r, CONNECTOR(PARTS));
	for (i = 1; i < FIELDS_PAGES; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		cr_assert_eq(page_of(&r, f, 0, name, &e), FIELDS_NEXT, "%d", i);
	}
	cr_assert_eq(page_of(&r, f, 0, "last", &e), FIELDS_FAILED);
	same(str_z(e.text), "the catalogue has more than 1000 pages");
	end(&r, f);
}
