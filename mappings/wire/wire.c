/*
 * What a shipped connector sends, and what it makes of replies:
 *
 *   wire CONNECTOR.map <CASES
 *
 * A case is a line of JSON:
 *   { "case": "a title", "object": "contact", "op": "upsert",
 *     "records": [{ "key", "match", "id", "version", "fields" }],
 *     "reply": { "status": 200, "headers": { }, "body": … } }
 * or, of op "fields", with a list of "replies", one for each page, and
 * by a "job" with those to its requests; of a list,
 *   { "case", "object", "op": "list", "since", "fields": ["…"], "replies" }
 * of a webhook, once it is verified,
 *   { "case", "object", "webhook": { "headers": { }, "body": … } }
 * or a login,
 *   { "case", "secret": { … }, "base", "params", "reply" }
 * whose token and host the cases behind it go on with.  A reply without status
 * was never received.  The request, what it costs and
 * the outcome of each record, or the catalogue, are printed;
 * tests/lang/mappings.sh compares them with what is known to be right.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "connector/auth.h"
#include "connector/feed.h"
#include "connector/fields.h"
#include "connector/hook.h"
#include "connector/job.h"
#include "lang/lang.h"
#include "record/scan.h"

static const char *const ops[] = {
#define X(name, word) [CONNECTOR_##name] = word,
	CONNECTOR_OPS(X)
#undef X
};

/* 2026-11-23T12:00:00Z, for dates in Retry-After. */
#define NOW_MS INT64_C(1795435200000)

static void
die(const char *what, const char *which)
{
	fprintf(stderr, "wire: %s: %s\n", what, which);
	exit(1);
}

/* A member as text: a text as it is, else its JSON; "" where it is not. */
static struct str
member(const json_t *o, const char *name, struct arena *a)
{
	json_t *v = json_object_get(o, name);
	struct str s;
	char *text;

	if (v == NULL)
		return str_from(NULL, 0);
	if (json_is_string(v))
		return arena_str(a, str_from(json_string_value(v),
		    json_string_length(v)));
	text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	s.n = strlen(text);
	s.p = arena_zalloc(a, s.n + RECORD_PAD);
	memcpy((char *)s.p, text, s.n);
	free(text);
	return s;
}

static const struct unit_op *
find_op(const struct unit_object *o, const char *name)
{
	for (size_t i = 0; i < COUNT(ops); i++)
		if (strcmp(ops[i], name) == 0)
			return object_op(o, (enum connector_op)i);
	if (strcmp(name, "renew") == 0 && o->webhook != NULL)
		return o->webhook->renew;
	return object_call(o, str_z(name));
}

/* A body of several lines has CRLF, which no text file should. */
static void
show_body(struct str s)
{
	while (s.n > 0) {
		const char *nl = memchr(s.p, '\n', s.n);
		size_t n = nl != NULL ? (size_t)(nl - s.p) : s.n;
		int cr = n > 0 && s.p[n - 1] == '\r';

		printf("> %.*s\n", (int)n - cr, s.p);
		n += nl != NULL;
		s = str_from(s.p + n, s.n - n);
	}
}

static void
show_request(const struct http_request *r)
{
	printf("> %s %s\n", r->method, r->url);
	for (size_t i = 0; i < r->nheaders; i++)
		printf("> %.*s: %.*s\n", STR_ARG(r->headers[i].name),
		    STR_ARG(r->headers[i].value));
	show_body(r->body);
}

static void
show_cost(const struct connector_call *call, struct vm *vm, struct arena *a)
{
	const struct unit_connector *c = call->connector;
	int64_t *cost = arena_array(a, c->nbudget, sizeof(*cost));
	struct err e;

	if (connector_cost(call, vm, cost, a, &e) != 0) {
		printf("! %s\n", e.text);
		return;
	}
	printf("cost");
	for (uint32_t i = 0; i < c->nbudget; i++)
		if (cost[i] != 0)
			printf(" %.*s %lld", STR_ARG(c->budgets[i].name),
			    (long long)cost[i]);
	putchar('\n');
}

static void
show_left(const struct unit_connector *c, const int64_t *left)
{
	for (uint32_t i = 0; left != NULL && i < c->nbudget; i++)
		if (left[i] >= 0)
			printf("left of %.*s: %lld\n",
			    STR_ARG(c->budgets[i].name), (long long)left[i]);
}

static void
show_item(const struct connector_item *it, const struct connector_record *r)
{
	printf("%.*s: %s", STR_ARG(r->trace), outcome_word(it->outcome));
	if (it->wait_ms != CONNECTOR_WAIT_UNSAID)
		printf(" after %lld ms", (long long)it->wait_ms);
	if (it->tries.most > 0)
		printf(" at most %u", it->tries.most);
	if (it->id.n > 0)
		printf(" id %.*s", STR_ARG(it->id));
	if (it->version.n > 0)
		printf(" version %.*s", STR_ARG(it->version));
	if (it->found > 0)
		printf(" found %u", it->found);
	if (it->made != MADE_UNSAID)
		fputs(it->made == MADE_NEW ? " made" : " found", stdout);
	if (it->code.n > 0)
		printf(" [%.*s]", STR_ARG(it->code));
	if (it->text.n > 0)
		printf(" %.*s", STR_ARG(it->text));
	putchar('\n');
}

static struct http_done
read_reply(const json_t *reply, struct arena *a)
{
	struct http_done rep = { .outcome = HTTP_UNKNOWN };
	struct buf headers = { 0 };
	const char *name;
	json_t *v, *o = json_object_get(reply, "headers");

	if (json_object_get(reply, "status") != NULL) {
		rep.outcome = HTTP_REPLY;
		rep.status = (int)json_integer_value(
		    json_object_get(reply, "status"));
	} else {
		snprintf(rep.error, sizeof(rep.error), "no reply");
	}
	json_object_foreach(o, name, v)
		buf_printf(&headers, "%s: %s\r\n", name,
		    json_string_value(v));
	rep.headers = arena_str(a, buf_str(&headers));
	rep.body = member(reply, "body", a);
	buf_fini(&headers);
	printf("< %d\n", rep.status);
	return rep;
}

/* A catalogue, which comes on one page or more. */
static void
show_fields(const struct connector_call *call, struct vm *vm,
    const json_t *replies, struct arena *a)
{
	struct fields *f = fields_new();
	enum fields_step step = FIELDS_NEXT;
	struct connector_result r;
	struct buf out = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; step == FIELDS_NEXT; i++) {
		struct http_request req = { 0 };
		struct http_done rep;

		if (fields_request(f, call, vm, &req, a, &e) != 0)
			break;
		show_request(&req);
		rep = read_reply(json_array_get(replies, i), a);
		step = fields_reply(f, call, vm, &rep, NOW_MS, &r, a, &e);
	}
	if (step == FIELDS_END) {
		fields_schema(f, call->op->fields, &out);
		printf("%.*s\n", STR_ARG(buf_str(&out)));
	} else {
		printf("%s: %s\n", outcome_word(r.outcome), e.text);
	}
	buf_fini(&out);
	fields_free(f);
}

/* A job, request by request, as far as replies go. */
static void
show_job(const struct connector_call *call, struct vm *vm,
    const json_t *replies, struct arena *a)
{
	static const char *const words[] = { [JOB_ON] = "on",
		[JOB_WAIT] = "wait", [JOB_ENDED] = "ended",
		[JOB_LOST] = "lost" };
	struct connector_job j = { 0 };
	struct connector_result r;
	enum job_next next = JOB_ON;
	struct err e = { 0 };

	for (size_t i = 0; i < json_array_size(replies) &&
	    (next == JOB_ON || next == JOB_WAIT); i++) {
		struct connector_call step = job_step_call(call, &j);
		struct http_request req = { 0 };
		struct http_done rep;

		if (job_request(call, &j, vm, &req, a, &e) != 0) {
			printf("! %s\n", e.text);
			break;
		}
		show_request(&req);
		show_cost(&step, vm, a);
		rep = read_reply(json_array_get(replies, i), a);
		next = job_reply(call, &j, vm, &rep, NOW_MS, &r, a);
		printf("%s: %s", words[next], outcome_word(r.outcome));
		if (r.wait_ms != CONNECTOR_WAIT_UNSAID)
			printf(" after %lld ms", (long long)r.wait_ms);
		printf("%s%.*s\n", r.text.n ? " " : "", STR_ARG(r.text));
	}
	for (size_t i = 0; next == JOB_ENDED && i < call->n; i++)
		show_item(&r.items[i], &call->records[i]);
	job_fini(&j);
}

static void
show_page(struct feed *f, struct vm *vm, const json_t *reply, struct arena *a)
{
	struct http_done rep = read_reply(reply, a);
	struct feed_page page;

	feed_reply(f, vm, &rep, NOW_MS, &page, a);
	printf("%s%s%.*s\n", outcome_word(page.outcome), page.text.n > 0 ?
	    " " : "", STR_ARG(page.text));
	for (size_t i = 0; i < page.n; i++)
		printf("%.*s: %.*s%s%s\n", STR_ARG(page.records[i].id),
		    STR_ARG(page.records[i].watermark),
		    page.records[i].deleted ? " deleted" : "",
		    page.records[i].echo ? " echo" : "");
	if (feed_state(f) == FEED_HELD)
		feed_advance(f);
	if (feed_state(f) == FEED_DONE) {
		puts("the end of a pass");
		feed_again(f);
	} else if (feed_state(f) == FEED_DEAD) {
		printf("! %s\n", feed_why(f));
	}
}

/* The pages of a list, and what is asked for behind the last reply. */
static void
show_list(struct connector_call *call, struct vm *vm, const json_t *line,
    struct arena *a)
{
	json_t *names = json_object_get(line, "fields"), *v;
	struct str *fields = arena_array(a, json_array_size(names),
	    sizeof(*fields));
	struct http_request req = { 0 };
	struct err e = { 0 };
	struct feed *f;
	size_t i;

	json_array_foreach(names, i, v)
		fields[call->nfields++] = str_z(json_string_value(v));
	call->fields = fields;
	f = feed_new(call, STR(""), NOW_MS, &e);
	if (f == NULL)
		die("feed", e.text);
	if (json_object_get(line, "since") != NULL)
		feed_since(f, member(line, "since", a));
	show_cost(call, vm, a);
	for (i = 0; feed_state(f) == FEED_ASK; i++) {
		if (feed_request(f, vm, &req, a, &e) == 0)
			show_request(&req);
		else
			printf("! %s\n", e.text);
		v = json_array_get(json_object_get(line, "replies"), i);
		if (v == NULL)
			break;
		show_page(f, vm, v, a);
	}
	feed_free(f);
}

static void
show_events(const struct connector_call *call, struct vm *vm,
    const json_t *request, struct arena *a)
{
	struct http_done got = read_reply(request, a);
	struct hook_request r = { .headers = got.headers, .body = got.body };
	struct hook_event *events;
	struct err e;
	size_t n;

	if (hook_events(call, vm, &r, &events, &n, a, &e) != 0) {
		printf("! %s\n", e.text);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct hook_event *ev = &events[i];

		printf("%.*s: %s at %.*s%s%s", STR_ARG(ev->id),
		    hook_op_word[ev->op], STR_ARG(ev->at),
		    ev->reread ? " reread" : "", ev->echo ? " echo" : "");
		for (size_t k = 0; k < ev->nfields; k++)
			printf(" %.*s", STR_ARG(ev->fields[k]));
		putchar('\n');
	}
}

static void
show_reply(const struct connector_call *call, struct vm *vm,
    const json_t *reply, struct arena *a)
{
	struct http_done rep = read_reply(reply, a);
	struct connector_result r;

	connector_reply(call, vm, &rep, NOW_MS, &r, a);
	printf("%s", outcome_word(r.outcome));
	if (r.wait_ms != CONNECTOR_WAIT_UNSAID)
		printf(" after %lld ms", (long long)r.wait_ms);
	printf("%s%s\n", r.split ? ", to be halved" : "",
	    r.unclassified ? ", UNCLASSIFIED" : "");
	show_left(call->connector, r.left);
	for (size_t i = 0; i < call->n; i++)
		show_item(&r.items[i], &call->records[i]);
}

/* What asks for a token, and where it lets requests go: in *base, of keep. */
static void
run_login(const struct connector_call *account, struct vm *vm,
    const json_t *line, struct str *base, struct arena *keep, struct arena *a)
{
	struct http_request req = { 0 };
	struct http_done rep;
	struct str token;
	struct err e;
	struct auth *x = auth_new(account, vm, member(line, "secret", a), 1,
	    &e);

	if (x == NULL) {
		printf("! %s\n\n", e.text);
		return;
	}
	(void)auth_token(x, NOW_MS, &token);
	auth_request(x, NOW_MS, &req, a);
	show_request(&req);
	rep = read_reply(json_object_get(line, "reply"), a);
	if (auth_reply(x, &rep, NOW_MS) == AUTH_READY)
		printf("ready%s%.*s\n\n", auth_base(x).n > 0 ? ", at " : "",
		    STR_ARG(auth_base(x)));
	else
		printf("! %s\n\n", auth_error(x));
	*base = arena_str(keep, auth_base(x));
	auth_free(x);
}

static void
run_case(const struct unit_connector *c, struct vm *vm, const json_t *line,
    struct str *base, struct arena *keep, struct arena *a)
{
	struct connector_call call = { .connector = c, .base = *base,
		.token = STR("TOKEN") };
	json_t *records = json_object_get(line, "records");
	const char *title = json_string_value(json_object_get(line, "case"));
	struct connector_record *r;
	struct http_request req = { 0 };
	struct err e = { 0 };

	if (title == NULL)
		die("a line has no", "case");
	printf("# %s\n", title);
	call.params = member(line, "params", a);
	if (json_object_get(line, "secret") != NULL) {
		call.base = member(line, "base", a);
		run_login(&call, vm, line, base, keep, a);
		return;
	}
	call.n = json_array_size(records);
	r = arena_array(a, call.n, sizeof(*r));
	for (size_t i = 0; i < call.n; i++) {
		const json_t *o = json_array_get(records, i);

		r[i].key = member(o, "key", a);
		r[i].match = member(o, "match", a);
		r[i].id = member(o, "id", a);
		r[i].version = member(o, "version", a);
		r[i].trace = arena_printf(a, "t%zu", i);
		r[i].fields = member(o, "fields", a);
	}
	call.records = r;
	call.object = connector_object(c, member(line, "object", a));
	if (call.object == NULL)
		die("unknown object", title);
	if (json_object_get(line, "webhook") != NULL) {
		show_events(&call, vm, json_object_get(line, "webhook"), a);
		putchar('\n');
		return;
	}
	call.op = find_op(call.object, json_string_value(
	    json_object_get(line, "op")));
	if (call.op == NULL)
		die("unknown op", title);
	if (call.op->fields != NULL) {
		show_fields(&call, vm, json_object_get(line, "replies"), a);
		putchar('\n');
		return;
	}
	if (call.op->feed != NULL) {
		show_list(&call, vm, line, a);
		putchar('\n');
		return;
	}
	if (json_object_get(line, "job") != NULL) {
		show_job(&call, vm, json_object_get(line, "job"), a);
		putchar('\n');
		return;
	}
	if (call.op->order >= 0 && connector_order(&call, vm, r,
	    arena_array(a, call.n, sizeof(size_t)), call.n, a, &e) != 0)
		printf("! %s\n", e.text);
	if (connector_request(&call, vm, &req, a, &e) == 0)
		show_request(&req);
	else
		printf("! %s\n", e.text);
	show_cost(&call, vm, a);
	if (json_object_get(line, "reply") != NULL)
		show_reply(&call, vm, json_object_get(line, "reply"), a);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	struct arena a = { 0 }, keep = { 0 };
	struct str base = STR("");
	struct unit *u = NULL;
	struct diags d;
	struct vm *vm;
	json_error_t why;
	json_t *line;

	if (argc != 2)
		die("usage", "wire CONNECTOR.map <CASES");
	diags_init(&d);
	if (lang_compile(str_z(argv[1]), lang_read_file, NULL, NULL, &u, NULL,
	    &d) != 0 || u->nconnector != 1)
		die("no connector", argv[1]);
	vm = vm_new(NULL);
	vm_set_now(vm, NOW_MS * 1000);
	while ((line = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, &why)) !=
	    NULL) {
		run_case(&u->connectors[0], vm, line, &base, &keep, &a);
		json_decref(line);
		arena_reset(&a);
	}
	if (!feof(stdin))
		die("a case is no JSON", why.text);
	vm_free(vm);
	unit_unref(u);
	diags_fini(&d);
	arena_fini(&a);
	arena_fini(&keep);
	return 0;
}
