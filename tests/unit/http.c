/* Every way a request can end, against real sockets. */
#include "sandbox_net.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* One request with the token "sandbox-token"; d and h are the caller's. */
static struct http *
ask(const struct net *n, const char *method, const char *path,
    const char *body, unsigned total_ms, struct http_done *d)
{
	static const struct http_opts o = { 0 };
	static const struct http_header headers[] = {
		{ { "Authorization", 13 }, { "Bearer sandbox-token", 20 } },
	};
	struct http_request r = { .method = method, .headers = headers,
		.nheaders = 1, .total_ms = total_ms };
	struct http *h = http_new(&o);
	char url[512];

	r.url = net_url(n, path, url);
	if (body != NULL)
		r.body = str_z(body);
	http_submit(h, &r, &d);
	cr_assert_eq(http_pending(h), 1);
	cr_assert_eq(http_poll(h, 20000, d, 1), 1);
	cr_assert_eq(http_pending(h), 0);
	cr_assert_eq(d->tag, &d);
	cr_assert_null(strstr(d->error, "sandbox-token"), "%s", d->error);
	cr_assert_eq(d->outcome == HTTP_REPLY, d->error[0] == '\0');
	return h;
}

/* What comes of one upsert, and has the sandbox done it? */
Test(outcome, of_each_fault)
{
	static const struct {
		const char *rules;
		enum http_outcome outcome;
		int status;
		long done;
		const char *error; /* a part of it */
		unsigned total_ms;
	} cases[] = {
		{ "[]", HTTP_REPLY, 200, 1, "" },
		{ "[{\"fault\":\"status\",\"status\":429}]", HTTP_REPLY,
		    429, 0, "" },
		{ "[{\"fault\":\"status\",\"status\":429,"
		    "\"retry_after\":7}]", HTTP_REPLY, 429, 0, "" },
		{ "[{\"fault\":\"status\",\"status\":500}]", HTTP_REPLY,
		    500, 0, "" },
		{ "[{\"fault\":\"status\",\"status\":502}]", HTTP_REPLY,
		    502, 0, "" },
		{ "[{\"fault\":\"status\",\"status\":503,\"html\":true}]",
		    HTTP_REPLY, 503, 0, "" },
		{ "[{\"fault\":\"status\",\"status\":400}]", HTTP_REPLY,
		    400, 0, "" },
		{ "[{\"fault\":\"status\",\"status\":409}]", HTTP_REPLY,
		    409, 0, "" },
		{ "[{\"fault\":\"status\",\"status\":302}]", HTTP_REPLY,
		    302, 0, "" },
		{ "[{\"fault\":\"expire\"}]", HTTP_REPLY, 401, 0, "" },
		{ "[{\"fault\":\"html\"}]", HTTP_REPLY, 200, 0, "" },
		{ "[{\"fault\":\"truncate\"}]", HTTP_REPLY, 200, 1, "" },
		{ "[{\"fault\":\"gzip\"}]", HTTP_REPLY, 200, 1, "" },
		{ "[{\"fault\":\"chunked\"}]", HTTP_REPLY, 200, 1, "" },
		{ "[{\"fault\":\"gzip\"},{\"fault\":\"chunked\"}]",
		    HTTP_REPLY, 200, 1, "" },
		{ "[{\"fault\":\"close\"}]", HTTP_REPLY, 200, 1, "" },
		{ "[{\"fault\":\"slow\",\"ms\":60}]", HTTP_REPLY, 200, 1,
		    "" },
		{ "[{\"fault\":\"slow\",\"ms\":60000}]", HTTP_UNKNOWN, 0, 1,
		    "timed out after", 150 },
		{ "[{\"fault\":\"hang\"}]", HTTP_UNKNOWN, 0, 0,
		    "without a complete reply", 150 },
		{ "[{\"fault\":\"hang_after\"}]", HTTP_UNKNOWN, 0, 1,
		    "without a complete reply", 150 },
		{ "[{\"fault\":\"drop\"}]", HTTP_UNKNOWN, 0, 0,
		    "server returned nothing" },
		{ "[{\"fault\":\"drop_after\"}]", HTTP_UNKNOWN, 0, 1,
		    "server returned nothing" },
		{ "[{\"fault\":\"cut\"}]", HTTP_UNKNOWN, 200, 1, "" },
		{ "[{\"fault\":\"reset\"}]", HTTP_UNKNOWN, -1, 1, "" },
		{ "[{\"fault\":\"cut\"},{\"fault\":\"chunked\"}]",
		    HTTP_UNKNOWN, 200, 1, "" },
		{ "[{\"fault\":\"reset\"},{\"fault\":\"chunked\"}]",
		    HTTP_UNKNOWN, -1, 1, "" },
		{ "[{\"fault\":\"cut\"},{\"fault\":\"gzip\"}]",
		    HTTP_UNKNOWN, 200, 1, "" },
	};
	char *body = net_upserts(0, 100, "Ann", true);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_done d;
		struct http *h;
		struct net n;

		net_up(&n, NULL);
		net_faults(&n, cases[i].rules);
		h = ask(&n, "POST", UPSERT, body, cases[i].total_ms, &d);
		cr_expect_eq(d.outcome, cases[i].outcome, "%s: %s %d %s",
		    cases[i].rules, http_outcome_name(d.outcome), d.status,
		    d.error);
		if (cases[i].status >= 0)
			cr_expect_eq(d.status, cases[i].status, "%s: %d",
			    cases[i].rules, d.status);
		cr_expect_not_null(strstr(d.error, cases[i].error), "%s: %s",
		    cases[i].rules, d.error);
		if (d.outcome != HTTP_REPLY)
			cr_expect_eq(d.body.n, 0, "half a body was shown");
		cr_expect_eq(net_stat(&n, "creates"), cases[i].done * 100,
		    "%s", cases[i].rules);
		http_free(h);
		net_down(&n);
	}
	free(body);
}

/* Which replies read as what they were before they were wrapped. */
Test(outcome, bodies)
{
	static const struct {
		const char *rules, *type;
		bool json;
	} cases[] = {
		{ "[]", "application/json;charset=utf-8", true },
		{ "[{\"fault\":\"gzip\"}]", "application/json;charset=utf-8",
		    true },
		{ "[{\"fault\":\"chunked\"}]",
		    "application/json;charset=utf-8", true },
		{ "[{\"fault\":\"gzip\"},{\"fault\":\"chunked\"}]",
		    "application/json;charset=utf-8", true },
		{ "[{\"fault\":\"html\"}]", "text/html; charset=utf-8",
		    false },
		{ "[{\"fault\":\"truncate\"}]",
		    "application/json;charset=utf-8", false },
	};
	char *body = net_upserts(0, 100, "Ann", true);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_done d;
		struct http *h;
		struct net n;
		struct str v;
		json_t *j;

		net_up(&n, NULL);
		net_faults(&n, cases[i].rules);
		h = ask(&n, "POST", UPSERT, body, 0, &d);
		cr_expect_eq(d.outcome, HTTP_REPLY);
		cr_expect(http_header(&d, "CONTENT-type", &v));
		cr_expect(str_eq(v, str_z(cases[i].type)), "%.*s",
		    STR_ARG(v));
		j = json_loadb(d.body.p, d.body.n, 0, NULL);
		cr_expect_eq(j != NULL, cases[i].json, "%s",
		    cases[i].rules);
		if (j != NULL)
			cr_expect_eq(json_array_size(net_at(j, "results")),
			    100);
		json_decref(j);
		http_free(h);
		net_down(&n);
	}
	free(body);
}

Test(outcome, headers_are_found_in_any_case)
{
	struct http_done d;
	struct http *h;
	struct net n;
	struct str v;

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"status\",\"status\":429,"
	    "\"retry_after\":7}]");
	h = ask(&n, "GET", CONTACTS, NULL, 0, &d);
	cr_assert(http_header(&d, "retry-after", &v));
	cr_assert(str_eq(v, STR("7")));
	cr_assert(http_header(&d, "RETRY-AFTER", &v));
	cr_assert_not(http_header(&d, "retry", &v));
	cr_assert_not(http_header(&d, "etry-after", &v));
	cr_assert_not(http_header(&d, "retry-after:", &v));
	http_free(h);
	net_down(&n);
}

/* n POSTs of {}, at most flight at once; how many ended as REPLY. */
static size_t
run(const struct net *n, struct http *h, size_t count, size_t flight)
{
	struct http_header auth = { STR("Authorization"),
		STR("Bearer sandbox-token") };
	struct http_request r = { .method = "POST", .headers = &auth,
		.nheaders = 1, .body = STR("{\"properties\":{}}") };
	struct http_done d[8];
	size_t sent = 0, done = 0, ok = 0;
	char url[512];

	r.url = net_url(n, CONTACTS, url);
	while (done < count) {
		int k;

		while (sent < count && http_pending(h) < flight) {
			http_submit(h, &r, NULL);
			sent++;
		}
		k = http_poll(h, 20000, d, COUNT(d));
		for (int i = 0; i < k; i++)
			ok += d[i].outcome == HTTP_REPLY &&
			    d[i].status == 201;
		done += (size_t)k;
	}
	return ok;
}

Test(connections, are_kept)
{
	struct http_opts o = { 0 };
	struct http *h = http_new(&o);
	struct net n;

	net_up(&n, NULL);
	cr_assert_eq(run(&n, h, 50, 1), 50);
	cr_assert_eq(net_stat(&n, "connections"), 1 + 1); /* and this one */
	cr_assert_eq(run(&n, h, 100, 4), 100);
	cr_assert_leq(net_stat(&n, "connections"), 4 + 2);
	http_free(h);
	net_down(&n);
}

/* One request a connection, so the cap of one is that of the other. */
Test(connections, are_capped_per_host)
{
	struct http_opts o = { .max_per_host = 3 };
	struct http *h = http_new(&o);
	struct net n;

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"slow\",\"ms\":10}]");
	cr_assert_eq(run(&n, h, 20, 20), 20);
	cr_assert_eq(net_stat(&n, "connections"), 3 + 2);
	http_free(h);
	net_down(&n);
}

Test(connections, are_opened_anew_when_the_peer_closes)
{
	struct http_opts o = { 0 };
	struct http *h = http_new(&o);
	struct net n;

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"close\"}]");
	cr_assert_eq(run(&n, h, 5, 1), 5);
	cr_assert_eq(net_stat(&n, "connections"), 5 + 2);
	http_free(h);
	net_down(&n);
}

/*
 * Curl repeats a request by itself when a kept connection closes without an
 * answer.  For a write that would be a double: it must reach us as UNKNOWN,
 * and the peer once.
 */
Test(connections, no_write_is_repeated)
{
	struct http_header auth = { STR("Authorization"),
		STR("Bearer sandbox-token") };
	static const struct {
		const char *method, *rules;
		enum http_outcome outcome;
		long requests;
	} cases[] = {
		{ "POST", "[{\"fault\":\"drop_after\",\"skip\":1,"
		    "\"count\":1}]", HTTP_UNKNOWN, 2 },
		{ "POST", "[{\"fault\":\"drop\",\"skip\":1,\"count\":1}]",
		    HTTP_UNKNOWN, 2 },
		{ "GET", "[{\"fault\":\"drop\",\"skip\":1,\"count\":1}]",
		    HTTP_REPLY, 3 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_opts o = { 0 };
		struct http *h = http_new(&o);
		struct http_request r = { .method = cases[i].method,
			.headers = &auth, .nheaders = 1 };
		struct http_done d;
		struct net n;
		char url[512];

		net_up(&n, NULL);
		net_faults(&n, cases[i].rules);
		r.url = net_url(&n, CONTACTS, url);
		if (strcmp(r.method, "POST") == 0)
			r.body = STR("{\"properties\":{}}");
		http_submit(h, &r, NULL);
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_assert_eq(d.outcome, HTTP_REPLY);
		cr_assert_gt(d.connected_us, 0);
		http_submit(h, &r, NULL);
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_expect_eq(d.outcome, cases[i].outcome, "%s %s: %s",
		    cases[i].method, cases[i].rules, d.error);
		if (d.outcome != HTTP_REPLY)
			cr_expect_not_null(strstr(d.error,
			    "closed without a reply"), "%s", d.error);
		cr_expect_eq(net_stat(&n, "requests"), cases[i].requests);
		http_free(h);
		net_down(&n);
	}
}

/* Time runs from the turn, not from the submit. */
Test(connections, waiting_for_a_turn_is_not_counted)
{
	struct http_opts o = { .max_per_host = 1 };
	struct http *h = http_new(&o);
	struct http_request r = { .method = "GET" };
	struct http_done d;
	int tags[4];
	struct net n;
	char url[512];

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"hang\",\"count\":2}]");
	r.url = net_url(&n, CONTACTS, url);
	r.total_ms = 200;
	for (int i = 0; i < 4; i++)
		http_submit(h, &r, &tags[i]);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_assert_eq(d.tag, &tags[i]);
		cr_assert_eq(d.outcome, i < 2 ? HTTP_UNKNOWN : HTTP_REPLY,
		    "%d: %s", i, d.error);
	}
	http_free(h);
	net_down(&n);
}

/* Requests that wait or run when the end comes leave nothing behind. */
Test(connections, can_be_left)
{
	struct http_opts o = { .max_per_host = 2 };
	struct http *h = http_new(&o);
	struct http_request r = { .method = "GET" };
	struct http_done d;
	struct net n;
	char url[512];

	net_up(&n, NULL);
	net_faults(&n, "[{\"fault\":\"hang\"}]");
	r.url = net_url(&n, CONTACTS, url);
	for (int i = 0; i < 5; i++)
		http_submit(h, &r, NULL);
	cr_assert_eq(http_poll(h, 50, &d, 1), 0);
	cr_assert_eq(http_pending(h), 5);
	http_free(h);
	net_down(&n);
}

/* 6.5 MB up and more down. */
Test(size, large_bodies)
{
	struct http_done d;
	struct buf b = { 0 };
	struct http *h;
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	buf_puts(&b, STR("{\"inputs\":["));
	for (int i = 0; i < 100; i++) {
		buf_printf(&b, "%s{\"properties\":{\"t_string\":\"", i ? ","
		    : "");
		for (int k = 0; k < 65000; k += 10)
			buf_printf(&b, "%03d,%05d ", i, k);
		buf_puts(&b, STR("\"}}"));
	}
	buf_puts(&b, STR("]}"));
	buf_putc(&b, '\0');
	h = ask(&n, "POST", CONTACTS "/batch/create", b.p, 0, &d);
	cr_assert_eq(d.outcome, HTTP_REPLY, "%s", d.error);
	cr_assert_eq(d.status, 201);
	j = json_loadb(d.body.p, d.body.n, 0, NULL);
	cr_assert_eq(json_string_length(net_at(j,
	    "results.99.properties.t_string")), 65000);
	cr_assert_eq(strncmp(net_text(j, "results.99.properties.t_string") +
	    64990, "099,64990 ", 10), 0);
	json_decref(j);
	http_free(h);
	buf_fini(&b);
	net_down(&n);
}

/* Headers and body together, at the edge. */
Test(size, of_a_reply_is_limited)
{
	struct http_opts o = { 0 };
	struct http *h = http_new(&o);
	struct http_request r = { .method = "GET" };
	struct http_done d;
	struct net n;
	char url[512];

	net_up(&n, NULL);
	for (int gzip = 0; gzip <= 1; gzip++) {
		net_faults(&n, gzip ? "[{\"fault\":\"gzip\"}]" : "[]");
		r.url = net_url(&n, CONTACTS, url); /* a 401, alike always */
		r.max_reply = 0;
		http_submit(h, &r, NULL);
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_assert_eq(d.outcome, HTTP_REPLY);
		r.max_reply = d.headers.n + d.body.n;
		http_submit(h, &r, NULL);
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_assert_eq(d.outcome, HTTP_REPLY, "%s", d.error);
		r.max_reply--;
		http_submit(h, &r, NULL);
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_assert_eq(d.outcome, HTTP_UNKNOWN);
		cr_assert_not_null(strstr(d.error, "larger than"));
		r.max_reply = 10; /* not even the headers */
		http_submit(h, &r, NULL);
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_assert_eq(d.outcome, HTTP_UNKNOWN);
		cr_assert_not_null(strstr(d.error, "larger than"));
	}
	http_free(h);
	net_down(&n);
}

static void *
wake(void *h)
{
	http_wakeup(h);
	return NULL;
}

Test(poll, is_woken_by_another_thread)
{
	struct http_opts o = { 0 };
	struct http *h = http_new(&o);
	struct http_done d;
	pthread_t t;

	for (int i = 0; i < 50; i++) { /* before, during or after it waits */
		cr_assert_eq(pthread_create(&t, NULL, wake, h), 0);
		cr_assert_eq(http_poll(h, 3600000, &d, 1), 0);
		pthread_join(t, NULL);
	}
	cr_assert_eq(http_poll(h, 0, &d, 1), 0);
	http_free(h);
}

Test(poll, ends_when_a_descriptor_is_readable)
{
	struct http_opts o = { 0 };
	struct http *h = http_new(&o);
	struct http_done d;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	http_watch(h, fds[0]);
	cr_assert_eq(http_poll(h, 20, &d, 1), 0);
	cr_assert_eq(write(fds[1], "x", 1), 1);
	cr_assert_eq(http_poll(h, 3600000, &d, 1), 0);
	http_watch(h, -1);
	cr_assert_eq(http_poll(h, 20, &d, 1), 0);
	http_free(h);
	close(fds[0]);
	close(fds[1]);
}

/* More at once than handles are kept for. */
Test(poll, handles_are_pooled)
{
	struct http_opts o = { .max_per_host = 100 };
	struct http *h = http_new(&o);
	struct net n;

	net_up(&n, NULL);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(run(&n, h, 100, 100), 100);
	cr_assert_eq(http_pending(h), 0);
	http_free(h);
	net_down(&n);
}

/* More is done than the caller has room for. */
Test(poll, gives_the_rest_next_time)
{
	struct http_opts o = { 0 };
	struct http *h = http_new(&o);
	struct http_request r = { .method = "GET", .url = "nonsense://" };
	struct http_done d[3];
	int seen = 0;

	for (int i = 0; i < 7; i++)
		http_submit(h, &r, NULL);
	cr_assert_eq(http_poll(h, 0, d, 3), 3);
	cr_assert_eq(http_pending(h), 4);
	cr_assert_eq(http_poll(h, 0, d, 3), 3);
	seen = http_poll(h, 0, d, 3);
	cr_assert_eq(seen, 1);
	http_free(h);
}

Test(call, returns_replies_and_errors)
{
	struct http_reply r;
	struct err e = { 0 };
	struct net n;
	char url[512];

	net_up(&n, NULL);
	cr_assert_eq(http_get(net_url(&n, CONTACTS, url), "sandbox-token",
	    &r, &e), 0);
	cr_assert_eq(r.status, 200);
	cr_assert_gt(r.body.n, 10);
	buf_fini(&r.body);
	cr_assert_eq(http_post(net_url(&n, CONTACTS, url), NULL,
	    "application/json", str_from(NULL, 0), &r, &e), 0);
	cr_assert_eq(r.status, 401);
	buf_fini(&r.body);
	net_down(&n);
	cr_assert_eq(http_get(url, "sandbox-token", &r, &e), -1);
	cr_assert_eq(e.code, ERR_NET);
	cr_assert_not_null(strstr(e.text, "Connection refused"), "%s",
	    e.text);
	cr_assert_null(strstr(e.text, "sandbox-token"));
}
