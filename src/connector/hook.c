/*
 * Verifying and reading webhooks.
 */
#include "connector/hook.h"

#include <sodium.h>
#include <stdlib.h>
#include <strings.h>

#include "connector/eval.h"
#include "connector/reply.h"
#include "record/calendar.h"

#define SUM_BYTES crypto_auth_hmacsha256_BYTES

static int
refused(struct err *e, const char *why)
{
	return err_set(e, ERR_DATA, "refused: %s", why);
}

/* Bytes that may be a secret's: how long it takes says nothing of them. */
static int
same_secret(struct str a, struct str b)
{
	return a.n == b.n && a.n > 0 && sodium_memcmp(a.p, b.p, a.n) == 0;
}

/* The headers as a reply's, which are read the same way. */
static struct http_done
carrier(const struct hook_request *r)
{
	return (struct http_done){ .outcome = HTTP_REPLY,
		.headers = r->headers, .body = r->body };
}

/* The text that a function of verify gives. */
static int
verified_text(const struct connector_call *call, struct vm *vm,
    const struct value *args, size_t n, struct str *text, struct arena *a,
    struct err *e)
{
	struct value v;

	if (eval(call, vm, call->object->webhook->value, "verify", args, n,
	    &v, a, e) != 0)
		return -1;
	if (v.type != V_TEXT)
		return refused(e, "it shows no token");
	*text = value_str(v, a);
	return 0;
}

/* ---- signatures ---- */

/* The sum in the header, whole and nothing else. */
static int
read_sum(const struct unit_webhook *w, struct str text,
    unsigned char sum[SUM_BYTES])
{
	const char *end = NULL;
	size_t n = 0;
	int bad = w->hex ? sodium_hex2bin(sum, SUM_BYTES, text.p, text.n,
	    NULL, &n, &end) : sodium_base642bin(sum, SUM_BYTES, text.p,
	    text.n, NULL, &n, &end, sodium_base64_VARIANT_ORIGINAL);

	return bad == 0 && n == SUM_BYTES && end == text.p + text.n ? 0 : -1;
}

static int
verify_hmac(const struct connector_call *call, struct vm *vm,
    const struct hook_request *r, struct str secret, struct arena *a,
    struct err *e)
{
	const struct unit_webhook *w = call->object->webhook;
	struct http_done got = carrier(r);
	struct value args[4] = { value_text(r->method), value_text(r->uri),
		value_text(r->body), reply_headers(&got, a) };
	unsigned char want[SUM_BYTES], sum[SUM_BYTES];
	crypto_auth_hmacsha256_state h;
	struct str text;

	text = reply_header(&got, w->header);
	if (text.n == 0)
		return refused(e, "it has no signature");
	if (read_sum(w, text, sum) != 0)
		return refused(e, w->hex ? "its signature is no hexadecimal "
		    "SHA-256" : "its signature is no base64 of a SHA-256");
	if (verified_text(call, vm, args, 4, &text, a, e) != 0)
		return -1;
	crypto_auth_hmacsha256_init(&h, (const unsigned char *)secret.p,
	    secret.n);
	crypto_auth_hmacsha256_update(&h, (const unsigned char *)text.p,
	    text.n);
	crypto_auth_hmacsha256_final(&h, want);
	sodium_memzero(&h, sizeof(h));
	return sodium_memcmp(sum, want, SUM_BYTES) == 0 ? 0 :
	    refused(e, "the signature is not of this request and secret");
}

/* Milliseconds since 1970 of a time of day, seconds or milliseconds; or -1. */
static int64_t
signed_time(struct str s, struct arena *a)
{
	struct moment m;
	int64_t n;

	if (moment_parse(s, 1, &m, NULL) == 0)
		return moment_seconds(&m) * 1000 + m.nano / 1000000;
	if (eval_number(value_text(s), 0, &n, a) != 0)
		return -1;
	/* seconds reach 10^11 in the year 5138, milliseconds were there in
	 * 1973 */
	return n < INT64_C(100000000000) ? n * 1000 : n;
}

static int
verify_age(const struct unit_webhook *w, const struct hook_request *r,
    int64_t now_ms, struct arena *a, struct err *e)
{
	struct http_done got = carrier(r);
	int64_t at, age;

	if (w->max_age_s == 0)
		return 0;
	at = signed_time(reply_header(&got, w->time_header), a);
	if (at < 0)
		return refused(e, "it does not say when it was signed");
	age = at < now_ms ? now_ms - at : at - now_ms;
	return age <= w->max_age_s * 1000 ? 0 : err_set(e, ERR_DATA,
	    "refused: it was signed %lld s %s, and at most %lld are allowed",
	    (long long)age / 1000, at < now_ms ? "ago" : "ahead",
	    (long long)w->max_age_s);
}

/* ---- tokens ---- */

static int
verify_token(const struct connector_call *call, struct vm *vm,
    const struct hook_request *r, struct str secret, struct arena *a,
    struct err *e)
{
	struct http_done got = carrier(r);
	struct value args[2] = { { .type = V_ABSENT }, reply_headers(&got, a) };
	struct str text;

	/* what is no JSON has no body to read the token from */
	if (eval_json(r->body, &args[0], a, NULL) != 0)
		args[0] = (struct value){ .type = V_ABSENT };
	if (verified_text(call, vm, args, 2, &text, a, e) != 0)
		return -1;
	return same_secret(text, secret) ? 0 :
	    refused(e, "its token is another");
}

static int
verify_basic(const struct hook_request *r, struct str secret, struct arena *a,
    struct err *e)
{
	struct http_done got = carrier(r);
	struct str text = reply_header(&got, STR("authorization"));
	unsigned char *plain = arena_alloc(a, text.n + 1);
	const char *end = NULL;
	size_t n = 0;
	int ok;

	if (text.n < 6 || strncasecmp(text.p, "Basic ", 6) != 0)
		return refused(e, "it has no name and password");
	text = str_from(text.p + 6, text.n - 6);
	ok = sodium_base642bin(plain, text.n, text.p, text.n, NULL, &n, &end,
	    sodium_base64_VARIANT_ORIGINAL) == 0 && end == text.p + text.n &&
	    same_secret(str_from((char *)plain, n), secret);
	sodium_memzero(plain, n);
	return ok ? 0 : refused(e, "its name or password is another");
}

int
hook_verify(const struct connector_call *call, struct vm *vm,
    const struct hook_request *r, struct str secret, int64_t now_ms,
    struct arena *a, struct err *e)
{
	const struct unit_webhook *w = call->object->webhook;

	if (sodium_init() < 0)
		fatal("libsodium cannot be used");
	/* HMAC takes an empty key as well, and anybody has it */
	if (secret.n == 0)
		return refused(e, "the secret is empty");
	switch (w->verify) {
	case HOOK_HMAC_SHA256:
		return verify_hmac(call, vm, r, secret, a, e) != 0 ? -1 :
		    verify_age(w, r, now_ms, a, e);
	case HOOK_TOKEN:
		return verify_token(call, vm, r, secret, a, e);
	case HOOK_BASIC:
		return verify_basic(r, secret, a, e);
	}
	return refused(e, "nothing verifies it");
}

/* ---- events ---- */

/* An event while it is read. */
struct event {
	const struct connector_call *call;
	struct vm *vm;
	struct value args[3]; /* item, headers, param */
	struct arena *a;
};

static int
event_value(const struct event *ev, int func, const char *what,
    struct value *v, struct err *e)
{
	if (eval(ev->call, ev->vm, func, what, ev->args, 3, v, ev->a, e) != 0)
		return -1;
	*v = value_open(*v, ev->a);
	return 0;
}

/* "" where it is nil. */
static int
event_text(const struct event *ev, int func, const char *what,
    struct str *text, struct err *e)
{
	struct value v;

	*text = STR("");
	if (event_value(ev, func, what, &v, e) != 0)
		return -1;
	return value_nil(v) || eval_text(v, text, ev->a) == 0 ? 0 :
	    err_set(e, ERR_DATA, "its %s is %s", what, value_word(v));
}

static int
event_flag(const struct event *ev, int func, const char *what, int *flag,
    struct err *e)
{
	struct value v;

	if (event_value(ev, func, what, &v, e) != 0)
		return -1;
	*flag = v.type == V_BOOL && v.u.i != 0;
	return value_nil(v) || v.type == V_BOOL ? 0 :
	    err_set(e, ERR_DATA, "its %s is %s", what, value_word(v));
}

static int
event_id(const struct event *ev, struct str *id, struct err *e)
{
	const struct unit_object *o = ev->call->object;
	/* as of a reply to nothing that was sent */
	struct value v, args[4] = { ev->args[0], ev->args[1],
		{ .type = V_RECORD }, value_int(200) };

	if (o->webhook->id >= 0) {
		if (event_text(ev, o->webhook->id, "id", id, e) != 0)
			return -1;
	} else if (eval(ev->call, ev->vm, o->id, "id", args, 4, &v, ev->a,
	    e) != 0 || eval_text(v, id, ev->a) != 0) {
		*id = STR("");
	}
	return id->n > 0 && memchr(id->p, '\0', id->n) == NULL ? 0 :
	    err_set(e, ERR_DATA, "it has no id");
}

/* 1, or 0 where it is of no record. */
static int
event_op(const struct event *ev, int func, enum hook_op *op, struct err *e)
{
	struct str word;

	*op = HOOK_UPDATE;
	if (func < 0)
		return 1;
	if (event_text(ev, func, "op", &word, e) != 0)
		return -1;
	if (word.n == 0)
		return 0;
	for (*op = 0; *op < HOOK_NOP; ++*op)
		if (str_eq(word, str_z(hook_op_word[*op])))
			return 1;
	return err_set(e, ERR_DATA, "its op is `%.*s`; create, update, "
	    "delete, restore and merge are known", STR_ARG(word));
}

/* A text, or a list of them. */
static int
event_fields(const struct event *ev, int func, struct hook_event *out,
    struct err *e)
{
	struct value v, *list = &v;
	uint32_t n = 1;
	struct str *names;

	if (event_value(ev, func, "fields", &v, e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (v.type == V_LIST) {
		list = (struct value *)v.u.list;
		n = v.n;
	}
	names = arena_array(ev->a, n, sizeof(*names));
	for (uint32_t i = 0; i < n; i++)
		if (eval_text(list[i], &names[i], ev->a) != 0)
			return err_set(e, ERR_DATA, "one of its fields is "
			    "%s", value_word(list[i]));
	out->fields = names;
	out->nfields = n;
	return 0;
}

/* 1 and the event, 0 where it is of no record. */
static int
read_event(const struct event *ev, struct hook_event *out, struct err *e)
{
	const struct unit_webhook *w = ev->call->object->webhook;
	int known;

	*out = (struct hook_event){ 0 };
	known = event_op(ev, w->op, &out->op, e);
	if (known <= 0)
		return known;
	if (event_id(ev, &out->id, e) != 0 ||
	    event_text(ev, w->at, "at", &out->at, e) != 0 ||
	    event_fields(ev, w->fields, out, e) != 0 ||
	    event_flag(ev, w->reread, "reread", &out->reread, e) != 0 ||
	    event_flag(ev, w->echo, "echo", &out->echo, e) != 0)
		return -1;
	out->json = eval_written(eval_cleared(ev->call->object, ev->args[0],
	    ev->a), ev->a);
	return 1;
}

int
hook_events(const struct connector_call *call, struct vm *vm,
    const struct hook_request *r, struct hook_event **events, size_t *n,
    struct arena *a, struct err *e)
{
	struct http_done got = carrier(r);
	struct event ev = { .call = call, .vm = vm, .a = a };
	struct value args[2], list;

	*n = 0;
	if (eval_json(r->body, &args[0], a, e) != 0)
		return err_prefix(e, "the body of the webhook");
	args[1] = ev.args[1] = reply_headers(&got, a);
	if (request_params(call, &ev.args[2], a, e) != 0 ||
	    eval(call, vm, call->object->webhook->events, "events", args, 2,
	    &list, a, e) != 0)
		return -1;
	list = value_open(list, a);
	if (list.type != V_LIST)
		return err_set(e, ERR_DATA, "events is no list in this "
		    "webhook, but %s", value_word(list));
	*events = arena_array(a, list.n, sizeof(**events));
	for (uint32_t i = 0; i < list.n; i++) {
		int known;

		ev.args[0] = list.u.list[i];
		known = read_event(&ev, &(*events)[*n], e);
		if (known < 0)
			return err_prefix(e, "event %u", i + 1);
		*n += (size_t)known;
	}
	return 0;
}
