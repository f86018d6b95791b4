/*
 * The HubSpot connector against a HubSpot that fails in every way it can,
 * over real sockets.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "connector/auth.h"
#include "connector/job.h"
#include "connector/retry.h"
#include "connector_rig.h"
#include "sandbox/sandbox.h"

struct net {
	struct rig rig;
	struct sandbox *sandbox;
	struct http *http;
	char base[64];
	unsigned total_ms; /* patience; 0: http's */
};

/* source as of rig_up */
static void
net_up_as(struct net *n, const char *source, struct sandbox_opts o)
{
	struct http_opts opts = { 0 };
	struct err e = { 0 };

	memset(n, 0, sizeof(*n));
	rig_up(&n->rig, source);
	n->sandbox = sandbox_start(&o, &e);
	cr_assert_not_null(n->sandbox, "%s", e.text);
	n->http = http_new(&opts);
	snprintf(n->base, sizeof(n->base), "http://127.0.0.1:%u",
	    sandbox_port(n->sandbox));
	n->rig.call.base = str_z(n->base);
	n->rig.call.token = STR("sandbox-token");
}

static void
net_up(struct net *n, struct sandbox_opts o)
{
	net_up_as(n, NULL, o);
}

static void
net_down(struct net *n)
{
	struct err e = { 0 };

	http_free(n->http);
	cr_assert_eq(sandbox_stop(n->sandbox, &e), 0, "%s", e.text);
	rig_down(&n->rig);
}

/* What http makes of it; lives until the next. */
static const struct http_done *
exchange(struct net *n, struct http_request *q)
{
	static struct http_done done;

	q->total_ms = n->total_ms;
	http_submit(n->http, q, NULL);
	while (http_poll(n->http, 1000, &done, 1) == 0)
		;
	return &done;
}

static struct connector_result
send_call(struct net *n)
{
	struct http_request q = { 0 };
	struct connector_result res;
	struct err e;

	cr_assert_eq(connector_request(&n->rig.call, n->rig.vm, &q,
	    &n->rig.arena, &e), 0, "%s", e.text);
	connector_reply(&n->rig.call, n->rig.vm, exchange(n, &q),
	    clock_wall_us() / 1000, &res, &n->rig.arena);
	return res;
}

/* The back door; the answer's body. */
static const char *
back_door(struct net *n, const char *method, const char *path,
    const char *body)
{
	struct http_opts any = { 0 };
	struct http_reply reply = { 0 };
	char url[256];
	struct http_request q = { .method = method, .url = url,
		.body = str_z(body) };
	struct err e;
	const char *text;

	snprintf(url, sizeof(url), "%s/_sandbox/%s", n->base, path);
	cr_assert_eq(http_call(&any, &q, &reply, &e), 0, "%s", e.text);
	cr_assert_eq(reply.status / 100, 2, "%s %s: %d %.*s", path, body,
	    reply.status, (int)reply.body.n, reply.body.p);
	text = arena_str(&n->rig.arena, buf_str(&reply.body)).p;
	buf_fini(&reply.body);
	return text;
}

static void
faults(struct net *n, const char *rules)
{
	back_door(n, "POST", "faults", rules);
}

/* A number of /_sandbox/stats. */
static long
stat_of(struct net *n, const char *name)
{
	const char *stats = back_door(n, "GET", "stats", ""), *at;
	char want[64];

	snprintf(want, sizeof(want), "\"%s\":", name);
	at = strstr(stats, want);
	if (at == NULL) {
		snprintf(want, sizeof(want), "\"%s\": ", name);
		at = strstr(stats, want);
	}
	cr_assert_not_null(at, "%s in %s", name, stats);
	return strtol(at + strlen(want), NULL, 10);
}

static void
all_are(const struct connector_result *res, size_t n, enum outcome want)
{
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(res->items[i].outcome, want, "%zu: %s %.*s", i,
		    outcome_word(res->items[i].outcome),
		    STR_ARG(res->items[i].text));
}

/*
 * upsert n records, first as they are new, whatever their properties: the
 * sandbox wants the e-mail address among them.
 */
static void
upsert(struct net *n, size_t count)
{
	struct rig *r = &n->rig;

	rig_op(r, CONNECTOR_UPSERT, count, 0);
	for (size_t i = 0; i < count; i++)
		r->records[i].fields = rig_json(r, arena_printf(&r->arena,
		    "{\"properties\":{\"email\":\"m%zu@x.io\","
		    "\"firstname\":\"F%zu\"}}", i + 1, i + 1).p);
}

Test(sandbox, a_full_batch)
{
	struct net n;
	struct connector_result res;

	net_up(&n, (struct sandbox_opts){ 0 });
	upsert(&n, 100);
	faults(&n, "[{\"fault\":\"shuffle\"},{\"fault\":\"gzip\"},"
	    "{\"fault\":\"chunked\"},{\"fault\":\"close\"}]");
	res = send_call(&n);
	outcome_is(res.outcome, OUTCOME_OK);
	all_are(&res, 100, OUTCOME_OK);
	for (size_t i = 0; i < 100; i++) {
		struct str want = arena_printf(&n.rig.arena,
		    "\"m%zu@x.io\"", i + 1);

		cr_assert_neq(res.items[i].id.n, 0);
		cr_assert_not_null(memmem(res.items[i].json.p,
		    res.items[i].json.n, want.p, want.n), "%zu", i);
	}
	cr_assert_eq(stat_of(&n, "creates"), 100);

	/* by the ids that it gave */
	for (size_t i = 0; i < 100; i++)
		n.rig.records[i].id = res.items[i].id;
	n.rig.call.op = object_op(n.rig.call.object, CONNECTOR_ARCHIVE);
	res = send_call(&n);
	all_are(&res, 100, OUTCOME_OK);
	cr_assert_str_eq(back_door(&n, "GET", "records/contacts", ""), "");
	net_down(&n);
}

/* Each fault, what it is taken for, and that sending again mends it. */
Test(sandbox, faults)
{
	static const struct {
		const char *rule;
		enum outcome outcome; /* of the whole */
		enum outcome item;
		int64_t wait_ms;
	} cases[] = {
	    { "\"fault\":\"status\",\"status\":429,\"retry_after\":2",
	      OUTCOME_THROTTLE, OUTCOME_THROTTLE, 2000 },
	    { "\"fault\":\"status\",\"status\":429",
	      OUTCOME_THROTTLE, OUTCOME_THROTTLE, 10000 },
	    { "\"fault\":\"status\",\"status\":500",
	      OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"status\",\"status\":503,\"retry_after\":1",
	      OUTCOME_RETRY, OUTCOME_RETRY, 1000 },
	    { "\"fault\":\"status\",\"status\":502,\"html\":true",
	      OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"status\",\"status\":423,\"retry_after\":3",
	      OUTCOME_RETRY, OUTCOME_RETRY, 3000 },
	    { "\"fault\":\"status\",\"status\":401",
	      OUTCOME_REFRESH, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"status\",\"status\":403",
	      OUTCOME_FAIL_CONFIG, OUTCOME_FAIL_CONFIG, -1 },
	    { "\"fault\":\"status\",\"status\":400",
	      OUTCOME_FAIL_DATA, OUTCOME_FAIL_DATA, -1 },
	    { "\"fault\":\"html\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"hang\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"hang_after\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"drop\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"drop_after\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"cut\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"reset\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"truncate\"", OUTCOME_RETRY, OUTCOME_RETRY, -1 },
	    { "\"fault\":\"no_trace\"", OUTCOME_OK, OUTCOME_RETRY, -1 },
	};
	struct net n;

	net_up(&n, (struct sandbox_opts){ 0 });
	n.total_ms = 1000;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_result res;
		char rules[200];

		snprintf(rules, sizeof(rules), "[{%s,\"count\":1}]",
		    cases[i].rule);
		faults(&n, rules);
		upsert(&n, 10);
		res = send_call(&n);
		cr_assert_eq(res.outcome, cases[i].outcome, "%s: %s %.*s",
		    cases[i].rule, outcome_word(res.outcome),
		    STR_ARG(res.text));
		cr_assert_eq(res.wait_ms, cases[i].wait_ms, "%s: %lld",
		    cases[i].rule, (long long)res.wait_ms);
		all_are(&res, 10, cases[i].item);
		res = send_call(&n);
		all_are(&res, 10, OUTCOME_OK);
	}
	cr_assert_eq(stat_of(&n, "creates"), 10, "nothing was doubled");
	net_down(&n);
}

Test(sandbox, some_items_are_refused)
{
	struct connector_result res;
	struct net n;

	net_up(&n, (struct sandbox_opts){ 0 });
	upsert(&n, 5);
	faults(&n, "[{\"fault\":\"refuse\",\"property\":\"firstname\","
	    "\"value\":\"F2\",\"message\":\"F2 is not welcome\"},"
	    "{\"fault\":\"refuse\",\"property\":\"firstname\","
	    "\"value\":\"F5\",\"message\":\"nor is F5\"},"
	    "{\"fault\":\"shuffle\"}]");
	res = send_call(&n);
	outcome_is(res.outcome, OUTCOME_PER_ITEM);
	for (size_t i = 0; i < 5; i++)
		outcome_is(res.items[i].outcome, i == 1 || i == 4 ?
		    OUTCOME_FAIL_DATA : OUTCOME_OK);
	cr_assert_not_null(memmem(res.items[1].text.p, res.items[1].text.n,
	    "F2 is not welcome", 17), "%.*s", STR_ARG(res.items[1].text));
	cr_assert_not_null(memmem(res.items[4].text.p, res.items[4].text.n,
	    "nor is F5", 9));
	cr_assert_eq(stat_of(&n, "creates"), 3);
	net_down(&n);
}

#define BATCH(name, prefer)                                               \
	" object " name " { upsert batch 10 { request POST \"/$batch\";"   \
	"  header \"Prefer\" " prefer ";"                                  \
	"  part { request POST \"/crm/v3/objects/contacts\";"              \
	"   body = r.fields; }"                                            \
	"  results multipart id item.body.id text item.body.message; }"    \
	" read batch 10 { request POST \"/$batch\"; part { request GET "   \
	"  \"/crm/v3/objects/contacts/{url_part(r.match)}\";"              \
	"   query \"idProperty\" \"email\"; } results multipart "          \
	"   id item.body.id; } }"

static const char batch_source[] =
    "connector c { auth bearer; base \"https://c.example\";"
    BATCH("goes_on", "\"odata.continue-on-error\"") BATCH("stops", "null")
    " classify { status >= 200 and status < 300 => ok; status == 404 =>"
    " not_found; else => fail data; } }";

/* The third of five is refused: the fourth is made, or was never tried. */
Test(sandbox, requests_in_one)
{
	for (uint32_t k = 0; k < 2; k++) {
		struct connector_result res, read;
		struct net n;

		net_up_as(&n, batch_source, (struct sandbox_opts){ 0 });
		n.rig.call.object = &n.rig.call.connector->objects[k];
		upsert(&n, 5);
		n.rig.records[2].fields = rig_json(&n.rig,
		    "{\"properties\":{\"email\":\"no address\"}}");
		res = send_call(&n);
		outcome_is(res.items[1].outcome, OUTCOME_OK);
		outcome_is(res.items[2].outcome, OUTCOME_FAIL_DATA);
		cr_assert_neq(res.items[2].text.n, 0);
		outcome_is(res.items[3].outcome, k ? OUTCOME_RETRY :
		    OUTCOME_OK);
		cr_assert_eq(stat_of(&n, "creates"), k ? 2 : 4);

		/* each by its address, as the whole gave its ids */
		n.rig.call.op = object_op(n.rig.call.object, CONNECTOR_READ);
		n.rig.call.n = 2;
		n.rig.records[0].match = STR("m2@x.io");
		n.rig.records[1].match = STR("nobody@x.io");
		read = send_call(&n);
		cr_assert(str_eq(read.items[0].id, res.items[1].id));
		outcome_is(read.items[1].outcome, OUTCOME_NOT_FOUND);
		net_down(&n);
	}
}

static const char job_source[] =
    "connector c { auth bearer; base \"https://c.example\"; object o {"
    " upsert batch 10 { request POST \"/none\";"
    "  job from 20 batch 1000 {"
    "   submit { request POST \"/services/data/v62.0/jobs/ingest\";"
    "    body = { object: \"contacts\", operation: \"upsert\","
    "     externalIdFieldName: \"email\" }; id = body.id; }"
    "   upload { request PUT"
    "    \"/services/data/v62.0/jobs/ingest/{job}/batches\";"
    "    csv = map(records, r => r.fields.properties); null \"#N/A\"; }"
    "   close { request PATCH \"/services/data/v62.0/jobs/ingest/{job}\";"
    "    body = { state: \"UploadComplete\" }; }"
    "   poll 1s { request GET \"/services/data/v62.0/jobs/ingest/{job}\";"
    "    done = body.state == \"JobComplete\";"
    "    failed = body.state in [\"Failed\", \"Aborted\"];"
    "    text = item.errorMessage; }"
    "   results csv { request GET"
    "    \"/services/data/v62.0/jobs/ingest/{job}/successfulResults\";"
    "    by = item.email; id = item.sf__Id; }"
    "   errors csv { request GET"
    "    \"/services/data/v62.0/jobs/ingest/{job}/failedResults\";"
    "    by = item.email; text = item.sf__Error; } } } }"
    " classify { status == 429 => throttle after(3s); status == 401 =>"
    "  refresh retry; status >= 500 => retry; status >= 200 and"
    "  status < 300 => ok; else => fail data; } }";

/* One request of the job. */
static enum job_next
job_step_of(struct net *n, struct connector_job *j,
    struct connector_result *res)
{
	struct http_request q = { 0 };
	struct err e;

	cr_assert_eq(job_request(&n->rig.call, j, n->rig.vm, &q,
	    &n->rig.arena, &e), 0, "%s", e.text);
	return job_reply(&n->rig.call, j, n->rig.vm, exchange(n, &q),
	    clock_wall_us() / 1000, res, &n->rig.arena);
}

/* Until it waits for another reason than that it is not done, or ends. */
static enum job_next
run_job(struct net *n, struct connector_job *j, struct connector_result *res,
    int *polls)
{
	enum job_next next;

	*polls = 0;
	do {
		next = job_step_of(n, j, res);
		*polls += next == JOB_WAIT && res->outcome == OUTCOME_OK;
	} while (next == JOB_ON || (next == JOB_WAIT && res->outcome ==
	    OUTCOME_OK));
	return next;
}

Test(sandbox, a_job)
{
	struct connector_job j = { 0 };
	struct connector_result res;
	struct net n;
	int polls;

	net_up_as(&n, job_source, (struct sandbox_opts){ 0 });
	upsert(&n, 60);
	n.rig.records[7].fields = rig_json(&n.rig, "{\"properties\":{"
	    "\"email\":\"m8@x.io\",\"lastname\":\"O'H, \\\"Q\\\"\\n2\","
	    "\"firstname\":\" \"}}");
	n.rig.records[9].fields = rig_json(&n.rig, "{\"properties\":{"
	    "\"email\":\"m10@x.io\",\"numemployees\":null,"
	    "\"annualrevenue\":9007199254740993.10}}");
	n.rig.records[11].match = STR("no address");
	n.rig.records[11].fields = rig_json(&n.rig, "{\"properties\":{"
	    "\"email\":\"no address\"}}");
	cr_assert_eq(run_job(&n, &j, &res, &polls), JOB_ENDED, "%.*s",
	    STR_ARG(res.text));
	cr_assert_eq(polls, 1);
	for (size_t i = 0; i < 60; i++) {
		outcome_is(res.items[i].outcome, i == 11 ? OUTCOME_FAIL_DATA :
		    OUTCOME_OK);
		cr_assert_neq(i == 11 ? res.items[i].text.n :
		    res.items[i].id.n, 0, "%zu", i);
	}
	cr_assert_eq(stat_of(&n, "creates"), 59);
	cr_assert_not_null(strstr(back_door(&n, "GET", "records/contacts",
	    ""), "\"lastname\":\"O'H, \\\"Q\\\"\\n2\""));
	cr_assert_not_null(strstr(back_door(&n, "GET", "records/contacts",
	    ""), "\"annualrevenue\":\"9007199254740993.10\""));
	job_fini(&j);
	net_down(&n);
}

/* Each step that fails, and where the job then is. */
Test(sandbox, a_job_is_refused)
{
	static const struct {
		const char *fault;
		enum job_next next;
		enum outcome outcome;
		enum job_step step;
	} cases[] = {
		{ "\"method\":\"POST\",\"status\":503", JOB_WAIT,
		    OUTCOME_RETRY, JOB_SUBMIT },
		{ "\"method\":\"POST\",\"status\":400", JOB_LOST,
		    OUTCOME_FAIL_DATA, JOB_SUBMIT },
		/* it may have its table: from the start */
		{ "\"method\":\"PUT\",\"status\":503", JOB_WAIT,
		    OUTCOME_RETRY, JOB_SUBMIT },
		{ "\"method\":\"PATCH\",\"status\":429", JOB_WAIT,
		    OUTCOME_THROTTLE, JOB_SUBMIT },
		{ "\"method\":\"GET\",\"status\":401", JOB_WAIT,
		    OUTCOME_REFRESH, JOB_POLL },
		{ "\"method\":\"GET\",\"status\":503,\"skip\":2", JOB_WAIT,
		    OUTCOME_RETRY, JOB_RESULTS },
		{ "\"method\":\"GET\",\"status\":503,\"skip\":3", JOB_WAIT,
		    OUTCOME_RETRY, JOB_ERRORS },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connector_job j = { 0 };
		struct connector_result res;
		enum job_next next;
		struct net n;
		int polls;

		net_up_as(&n, job_source, (struct sandbox_opts){ 0 });
		upsert(&n, 30);
		faults(&n, arena_printf(&n.rig.arena, "[{\"fault\":"
		    "\"status\",\"path\":\"/services\",\"count\":1,%s}]",
		    cases[i].fault).p);
		next = run_job(&n, &j, &res, &polls);
		cr_expect_eq(next, cases[i].next, "%s: %d %.*s",
		    cases[i].fault, (int)next, STR_ARG(res.text));
		cr_expect_eq(res.outcome, cases[i].outcome, "%s: %s",
		    cases[i].fault, outcome_word(res.outcome));
		cr_expect_eq(j.step, cases[i].step, "%s", cases[i].fault);
		if (next == JOB_WAIT) {
			cr_expect_eq(run_job(&n, &j, &res, &polls),
			    JOB_ENDED);
			all_are(&res, 30, OUTCOME_OK);
		}
		job_fini(&j);
		net_down(&n);
	}
}

Test(sandbox, nobody_is_there)
{
	struct connector_result res;
	struct net n;

	net_up(&n, (struct sandbox_opts){ 0 });
	n.rig.call.base = STR("http://127.0.0.1:1");
	upsert(&n, 2);
	res = send_call(&n);
	outcome_is(res.outcome, OUTCOME_RETRY);
	all_are(&res, 2, OUTCOME_RETRY);
	cr_assert_neq(res.items[0].text.n, 0);
	net_down(&n);
}

/*
 * Faults at random, sent again until all is well: the end is as if nothing
 * had gone wrong, and nobody was made twice.
 */
Test(sandbox, all_is_well_in_the_end)
{
	static const char rules[] = "["
	    "{\"fault\":\"status\",\"status\":429,\"probability\":0.1,"
	    "\"seed\":1},"
	    "{\"fault\":\"status\",\"status\":500,\"probability\":0.1,"
	    "\"seed\":2},"
	    "{\"fault\":\"cut\",\"probability\":0.1,\"seed\":3},"
	    "{\"fault\":\"reset\",\"probability\":0.1,\"seed\":4},"
	    "{\"fault\":\"drop_after\",\"probability\":0.1,\"seed\":5},"
	    "{\"fault\":\"drop\",\"probability\":0.1,\"seed\":6},"
	    "{\"fault\":\"truncate\",\"probability\":0.1,\"seed\":7},"
	    "{\"fault\":\"html\",\"probability\":0.1,\"seed\":8},"
	    "{\"fault\":\"shuffle\",\"probability\":0.5,\"seed\":9},"
	    "{\"fault\":\"no_trace\",\"probability\":0.2,\"seed\":10}]";
	struct net n;
	int calls = 0;

	net_up(&n, (struct sandbox_opts){ 0 });
	faults(&n, rules);
	for (int round = 0; round < 20; round++) {
		struct connector_result res;
		size_t left;

		upsert(&n, 30);
		do {
			res = send_call(&n);
			left = 0;
			for (size_t i = 0; i < 30; i++)
				left += res.items[i].outcome != OUTCOME_OK;
			cr_assert_lt(++calls, 2000);
		} while (left != 0);
	}
	cr_assert_gt(calls, 30, "faults were met");
	cr_assert_eq(stat_of(&n, "creates"), 30);
	cr_assert_eq(stat_of(&n, "duplicates"), 0);
	net_down(&n);
}

/* Refresh as delivery does it; the state afterwards. */
static enum auth_state
refresh(struct net *n, struct auth *x)
{
	struct http_request q = { 0 };
	struct str token;
	int64_t now = clock_wall_us() / 1000;

	cr_assert_eq(auth_token(x, now, &token), AUTH_STALE);
	auth_request(x, now, &q, &n->rig.arena);
	cr_assert_eq(auth_token(x, now, &token), AUTH_FLIGHT);
	return auth_reply(x, exchange(n, &q), now);
}

#define SECRET "{\"client_id\":\"app\",\"client_secret\":\"s&c=r t\"," \
	"\"refresh_token\":\"sandbox-refresh\"}"

Test(sandbox, oauth)
{
	int64_t now = clock_wall_us() / 1000;
	struct connector_result res;
	struct net n;
	struct auth *x, *again;
	struct str token, secret, old;
	struct err e;

	net_up(&n, (struct sandbox_opts){ .client_id = "app",
	    .client_secret = "s&c=r t", .rotate_refresh = true });
	x = auth_new(&n.rig.call, n.rig.vm, STR(SECRET), 1, &e);
	cr_assert_not_null(x, "%s", e.text);
	cr_assert_eq(refresh(&n, x), AUTH_READY, "%s", auth_error(x));
	cr_assert_eq(auth_token(x, now, &token), AUTH_READY);
	n.rig.call.token = token;
	upsert(&n, 2);
	res = send_call(&n);
	all_are(&res, 2, OUTCOME_OK);
	auth_accepted(x, token);

	/* The refresh token works once: the new one is told, once. */
	cr_assert_eq(auth_rotated(x, &secret, &n.rig.arena), 1);
	cr_assert_null(memmem(secret.p, secret.n, "sandbox-refresh", 15));
	cr_assert_eq(auth_rotated(x, &old, &n.rig.arena), 0);
	again = auth_new(&n.rig.call, n.rig.vm, secret, 1, &e);
	cr_assert_not_null(again, "%s", e.text);
	cr_assert_eq(auth_token(again, now, &token), AUTH_READY,
	    "a restart goes on with the same token");
	n.rig.call.token = token;
	res = send_call(&n);
	all_are(&res, 2, OUTCOME_OK);
	auth_free(again);

	/* The token ends before its time: one refresh, and on it goes. */
	cr_assert_eq(auth_token(x, now, &token), AUTH_READY);
	n.rig.call.token = old = arena_str(&n.rig.arena, token);
	faults(&n, "[{\"fault\":\"expire\",\"count\":1}]");
	res = send_call(&n);
	outcome_is(res.outcome, OUTCOME_REFRESH);
	all_are(&res, 2, OUTCOME_RETRY);
	auth_refused(x, old, now);
	cr_assert_eq(refresh(&n, x), AUTH_READY, "%s", auth_error(x));
	/* A late 401 of the old token says nothing. */
	auth_refused(x, old, now);
	cr_assert_eq(auth_token(x, now, &token), AUTH_READY);
	n.rig.call.token = token;
	res = send_call(&n);
	all_are(&res, 2, OUTCOME_OK);
	auth_free(x);

	/* The first refresh token is dead by now. */
	x = auth_new(&n.rig.call, n.rig.vm, STR(SECRET), 1, &e);
	cr_assert_eq(refresh(&n, x), AUTH_PAUSED);
	cr_assert_not_null(strstr(auth_error(x), "refused the grant"));
	auth_free(x);
	net_down(&n);
}
