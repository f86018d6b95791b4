/*
 * Replies: from status, headers and body to one outcome a record.
 */
#include "connector/reply.h"

#include "connector/eval.h"
#include "connector/multipart.h"

/* How much of a body or an item stands for an error that has no words. */
#define WORDS_MAX 500
/* Headers that classify can see. */
#define HEADERS_MAX 100

/* s cut to at most n bytes, between characters. */
static struct str
cut(struct str s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_from(s.p, n);
}

/*
 * Printable: what a provider says ends up in Postgres and on terminals.
 * Bytes of which 8 bits are used are UTF-8 where ascii is not asked for.
 */
static struct str
clean(struct str s, int ascii, struct arena *a)
{
	char *p = arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		p[i] = c < 0x20 || c == 0x7f || (ascii && c > 0x7f) ? '?' :
		    (char)c;
	}
	return str_from(p, s.n);
}

static struct str
member_text(struct value v, struct str name, struct arena *a)
{
	struct str s;

	return eval_text(value_member(v, name, a), &s, a) == 0 ?
	    s : str_from(NULL, 0);
}

void
error_words(const struct reading *rd, struct value item, struct str *code,
    struct str *text)
{
	struct value v;
	struct buf json = { 0 };

	*code = *text = str_from(NULL, 0);
	if (eval(rd->call, rd->vm, rd->call->op->error_text, "error text",
	    &item, 1, &v, rd->a, NULL) == 0 && !value_nil(v)) {
		v = value_open(v, rd->a);
		if (v.type == V_RECORD) {
			*code = member_text(v, STR("code"), rd->a);
			*text = member_text(v, STR("text"), rd->a);
		} else {
			(void)eval_text(v, text, rd->a);
		}
		*text = clean(cut(*text, WORDS_MAX), 0, rd->a);
		*code = clean(cut(*code, WORDS_MAX), 0, rd->a);
	}
	if (text->n != 0 || value_nil(item))
		return;
	value_write(&json, item);
	*text = arena_str(rd->a, cut(buf_str(&json), WORDS_MAX));
	buf_fini(&json);
}

static struct str
lower(struct str s, struct arena *a)
{
	char *low = arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		low[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ?
		    (char)(s.p[i] + 32) : s.p[i];
	return str_from(low, s.n);
}

static int
is_there(const struct member *m, uint32_t n, struct str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(m[i].name, name))
			return 1;
	return 0;
}

/* The first HEADERS_MAX of them; of a name that comes again, the first. */
struct value
reply_headers(const struct http_done *rep, struct arena *a)
{
	struct member *m = arena_array(a, HEADERS_MAX, sizeof(*m));
	struct str name, value;
	uint32_t n = 0;
	size_t at = 0;

	while (n < HEADERS_MAX &&
	    reply_next_header(rep, &at, &name, &value)) {
		name = lower(name, a);
		if (is_there(m, n, name))
			continue;
		m[n].name = name;
		m[n++].value = value_text(value);
	}
	return (struct value){ .type = V_RECORD, .n = n, .u.record = m };
}

/* The same for each record. */
static void
all_items(const struct reading *rd, struct connector_result *r,
    enum outcome outcome)
{
	for (size_t i = 0; i < rd->call->n; i++) {
		r->items[i].outcome = outcome;
		r->items[i].wait_ms = r->wait_ms;
		r->items[i].tries = r->tries;
		r->items[i].code = r->code;
		r->items[i].text = r->text;
	}
}

/* Nobody knows whether it was done. */
static void
unknown(const struct reading *rd, struct connector_result *r, struct str text)
{
	r->outcome = outcome_unknown(rd->call->op);
	r->wait_ms = CONNECTOR_WAIT_UNSAID;
	r->text = text;
	all_items(rd, r, r->outcome);
}

int
reply_has_bytes(struct str body)
{
	for (size_t i = 0; i < body.n; i++)
		if (strchr(" \t\r\n", body.p[i]) == NULL || !body.p[i])
			return 1;
	return 0;
}

/* A good reply, but not of the API: a login page, a proxy's greeting. */
static void
not_json(const struct reading *rd, struct connector_result *r,
    const struct err *why)
{
	struct str type = clean(cut(reply_header(rd->rep,
	    STR("content-type")), 100), 1, rd->a);

	unknown(rd, r, arena_printf(rd->a, "status %d with a body that is "
	    "not JSON (%.*s): %s", rd->rep->status, STR_ARG(type),
	    reply_has_bytes(rd->rep->body) ? why->text : "it is empty"));
}

static int
is_multipart(const struct http_done *rep)
{
	struct multipart m;

	return multipart_open(&m, reply_header(rep, STR("content-type")),
	    rep->body) == 0;
}

static void
not_good(const struct reading *rd, struct connector_result *r)
{
	switch (r->outcome) {
	case OUTCOME_UNKNOWN:
		r->outcome = outcome_unknown(rd->call->op);
		break;
	case OUTCOME_FAIL_DATA:
	case OUTCOME_FAIL_PERMANENT:
	case OUTCOME_CONFLICT:
	case OUTCOME_NOT_FOUND:
		r->split = rd->call->n > 1;
		break;
	default:
		break;
	}
	error_words(rd, rd->body, &r->code, &r->text);
	if (r->text.n == 0)
		r->text = arena_printf(rd->a, "status %d", rd->rep->status);
	all_items(rd, r, r->outcome == OUTCOME_REFRESH ? OUTCOME_RETRY :
	    r->outcome);
}

void
reply_read(struct reading *rd, struct connector_result *r)
{
	const struct http_done *rep = rd->rep;
	struct verdict v;
	struct err e = { 0 }, body_error = { 0 };
	int parts;

	*r = (struct connector_result){ .wait_ms = CONNECTOR_WAIT_UNSAID };
	r->items = arena_array(rd->a, rd->call->n, sizeof(*r->items));
	if (rep->outcome == HTTP_NOT_SENT) {
		r->outcome = OUTCOME_RETRY;
		r->text = arena_str(rd->a, str_z(rep->error));
		all_items(rd, r, r->outcome);
		return;
	}
	if (rep->outcome == HTTP_UNKNOWN) {
		unknown(rd, r, arena_str(rd->a, str_z(rep->error)));
		return;
	}
	rd->headers = reply_headers(rep, rd->a);
	if (eval_json(rep->body, &rd->body, rd->a, &body_error) != 0)
		rd->body = (struct value){ .type = V_ABSENT };
	r->left = reply_left(rd);
	if (classify(rd, rd->body, &v, &e) != 0) {
		/* A clause that cannot be computed has matched nothing. */
		unknown(rd, r, arena_str(rd->a, str_z(e.text)));
		r->unclassified = 1;
		return;
	}
	r->outcome = v.outcome;
	r->wait_ms = v.wait_ms;
	r->tries = v.tries;
	r->unclassified = !v.matched;
	parts = rd->call->op->model == RESULT_MULTIPART && is_multipart(rep);
	if (parts) /* they say it, whatever was said of them all */
		r->outcome = OUTCOME_PER_ITEM;
	if (r->outcome != OUTCOME_OK && r->outcome != OUTCOME_PER_ITEM)
		not_good(rd, r);
	else if (!parts && rd->body.type == V_ABSENT &&
	    (reply_has_bytes(rep->body) ||
	    rd->call->op->model != RESULT_WHOLE))
		not_json(rd, r, &body_error);
	else
		read_items(rd, r);
}

void
connector_reply(const struct connector_call *call, struct vm *vm,
    const struct http_done *rep, int64_t now_ms, struct connector_result *r,
    struct arena *a)
{
	struct reading rd = { .call = call, .vm = vm, .rep = rep,
		.now_ms = now_ms, .a = a };

	reply_read(&rd, r);
}
