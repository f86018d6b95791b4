/*
 * Requests: from records to method, URL, headers and body.
 */
#include "connector/connector.h"

#include <assert.h>
#include <strings.h>

#include "base/size.h"
#include "connector/eval.h"
#include "connector/multipart.h"
#include "connector/url.h"

/* Content-Type, Accept and the token, beside what the op says. */
#define OWN_HEADERS 3
#define JSON_TYPE "application/json"

static void
add_member(struct member *m, uint32_t *n, struct str name, struct str text,
    uint8_t type)
{
	if (text.n == 0)
		return;
	m[*n].name = name;
	m[*n].value = (struct value){ .type = type,
		.n = (uint32_t)text.n, .u.p = text.p };
	++*n;
}

struct value
request_record(const struct connector_record *r, struct arena *a)
{
	struct member *m = arena_array(a, 6, sizeof(*m));
	uint32_t n = 0;

	add_member(m, &n, STR("key"), r->key, V_TEXT);
	add_member(m, &n, STR("match"), r->match, V_TEXT);
	add_member(m, &n, STR("id"), r->id, V_TEXT);
	add_member(m, &n, STR("trace"), r->trace, V_TEXT);
	add_member(m, &n, STR("version"), r->version, V_TEXT);
	add_member(m, &n, STR("fields"), r->fields, V_RAW);
	return (struct value){ .type = V_RECORD, .n = n, .u.record = m };
}

static struct value
records_value(const struct connector_call *call, struct arena *a)
{
	struct value *list = arena_array(a, call->n, sizeof(*list));

	for (size_t i = 0; i < call->n; i++)
		list[i] = request_record(&call->records[i], a);
	return (struct value){ .type = V_LIST, .n = (uint32_t)call->n,
		.u.list = list };
}

/* RFC 9110 5.6.2 */
static int
is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= 0x20 || c >= 0x7f ||
		    strchr("\"(),/:;<=>?@[\\]{}", c) != NULL)
			return 0;
	}
	return s.n != 0;
}

/* Headers while they are put together. */
struct headers {
	struct http_header *list;
	size_t n;
};

static int
add_header(struct headers *h, struct str name, struct str value,
    struct err *e)
{
	if (!is_token(name))
		return err_set(e, ERR_DATA, "a header has a name with bytes "
		    "that HTTP does not allow");
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		/* The value itself may be a secret. */
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return err_set(e, ERR_DATA, "byte %zu of header %.*s "
			    "is a control character", i + 1, STR_ARG(name));
	}
	h->list[h->n++] = (struct http_header){ name, value };
	return 0;
}

static int
add_token(const struct connector_call *call, struct headers *h,
    struct arena *a, struct err *e)
{
	const struct unit_auth *auth = &call->connector->auth;
	struct str scheme = auth->scheme;

	if (call->token.n == 0 || auth->kind == AUTH_NONE)
		return 0;
	if (auth->kind == AUTH_HEADER)
		return add_header(h, auth->header, arena_str(a,
		    call->token), e);
	/* one that ends with = goes on: Token token=… */
	if (scheme.n == 0)
		scheme = STR("Bearer");
	return add_header(h, STR("Authorization"), arena_printf(a,
	    "%.*s%s%.*s", STR_ARG(scheme), scheme.p[scheme.n - 1] == '=' ?
	    "" : " ", STR_ARG(call->token)), e);
}

/* A value that is nil sends no header. */
static int
add_value(const struct connector_call *call, struct vm *vm, struct headers *h,
    struct str name, int func, const struct value *args, size_t nargs,
    struct arena *a, struct err *e)
{
	struct value v;
	struct str text;

	if (eval(call, vm, func, "header", args, nargs, &v, a, e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (eval_text(v, &text, a) != 0)
		return err_set(e, ERR_DATA, "header %.*s must be text, not a "
		    "%s", STR_ARG(name), value_word(v));
	return add_header(h, name, text, e);
}

static int
same_name(struct str a, struct str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Those of the connector that the operation does not say itself. */
static int
add_common(const struct connector_call *call, struct vm *vm,
    struct headers *h, struct arena *a, struct err *e)
{
	const struct unit_connector *c = call->connector;
	const struct unit_op *op = call->op;
	struct value args[2];

	if (c->nheader > 0 && account_args(call, args, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < c->nheader; i++) {
		uint32_t own = 0;

		while (own < op->nheader && !same_name(c->header_name[i],
		    op->header_name[own]))
			own++;
		if (own == op->nheader && add_value(call, vm, h,
		    c->header_name[i], c->header_value[i], args, 2, a, e) !=
		    0)
			return -1;
	}
	return 0;
}

/* Those of the operation, and room for all that follow. */
static int
add_own(const struct connector_call *call, struct vm *vm, struct headers *h,
    const struct value *args, size_t nargs, struct arena *a, struct err *e)
{
	const struct unit_op *op = call->op;

	h->list = arena_array(a, size_add(size_add(op->nheader,
	    call->connector->nheader), OWN_HEADERS), sizeof(*h->list));
	for (uint32_t i = 0; i < op->nheader; i++)
		if (add_value(call, vm, h, op->header_name[i],
		    op->header_value[i], args, nargs, a, e) != 0)
			return -1;
	return 0;
}

/* type is the body's, "" without one. */
static int
make_headers(const struct connector_call *call, struct vm *vm,
    struct headers *h, struct str type, const struct value *args,
    size_t nargs, struct arena *a, struct err *e)
{
	if (add_own(call, vm, h, args, nargs, a, e) != 0 ||
	    add_common(call, vm, h, a, e) != 0 ||
	    add_header(h, STR("Accept"), STR(JSON_TYPE), e) != 0)
		return -1;
	if (type.n > 0 && add_header(h, STR("Content-Type"), type, e) != 0)
		return -1;
	return add_token(call, h, a, e);
}

/* *path with the query behind it; nil values are left out. */
static int
add_query(const struct connector_call *call, struct vm *vm, struct str *path,
    const struct value *args, size_t nargs, struct arena *a, struct err *e)
{
	const struct unit_op *op = call->op;
	char sep = path->n > 0 && memchr(path->p, '?', path->n) ? '&' : '?';
	struct buf b = { 0 };
	int status = 0;

	buf_puts(&b, *path);
	for (uint32_t i = 0; i < op->nquery && status == 0; i++) {
		struct value v;
		struct str text;

		status = eval(call, vm, op->query_value[i], "query", args,
		    nargs, &v, a, e);
		if (status != 0 || value_nil(v))
			continue;
		if (eval_text(v, &text, a) != 0) {
			status = err_set(e, ERR_DATA, "query %.*s must be "
			    "text, not a %s", STR_ARG(op->query_name[i]),
			    value_word(v));
			continue;
		}
		buf_putc(&b, sep);
		buf_url(&b, op->query_name[i]);
		buf_putc(&b, '=');
		buf_url(&b, text);
		sep = '&';
	}
	*path = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return status;
}

static int
make_url(const struct connector_call *call, struct vm *vm, struct str *url,
    const struct value *args, size_t nargs, struct arena *a, struct err *e)
{
	struct value v;
	struct str path;

	if (call->link.n > 0)
		return url_link(call->connector, call->base, call->link, url,
		    a, e);
	if (eval(call, vm, call->op->path, "path", args, nargs, &v, a, e) !=
	    0)
		return -1;
	if (v.type != V_TEXT)
		return err_set(e, ERR_DATA, "connector %.*s, object %.*s: the "
		    "path must be text, not %s", STR_ARG(call->connector->name),
		    STR_ARG(call->object->name), value_word(v));
	path = value_str(v, a);
	if (call->op->nquery > 0 &&
	    add_query(call, vm, &path, args, nargs, a, e) != 0)
		return -1;
	if (url_make(call->connector, call->base, path, url, a, e) != 0)
		return err_prefix(e, "connector %.*s, object %.*s",
		    STR_ARG(call->connector->name),
		    STR_ARG(call->object->name));
	return 0;
}

static int
make_body(const struct connector_call *call, struct vm *vm, struct str *body,
    const struct value *args, size_t nargs, struct arena *a, struct err *e)
{
	struct buf out = { 0 };
	struct value v;
	size_t guess = 64;

	*body = str_from(NULL, 0);
	if (call->op->body < 0)
		return 0;
	if (eval(call, vm, call->op->body, "body", args, nargs, &v, a, e) !=
	    0)
		return -1;
	for (size_t i = 0; i < call->n; i++)
		guess = size_add(guess, size_add(call->records[i].fields.n,
		    192));
	buf_room(&out, guess);
	value_write(&out, v);
	*body = arena_str(a, buf_str(&out));
	buf_fini(&out);
	return 0;
}

/* The request of one record, as it stands in that of all. */
static int
make_part(const struct connector_call *part, struct vm *vm,
    const struct value args[2], struct http_request *req, struct arena *a,
    struct err *e)
{
	struct headers h = { 0 };
	struct str url;

	if (make_url(part, vm, &url, args, 2, a, e) != 0 ||
	    add_own(part, vm, &h, args, 2, a, e) != 0)
		return -1;
	if (part->op->body >= 0 &&
	    add_header(&h, STR("Content-Type"), STR(JSON_TYPE), e) != 0)
		return -1;
	req->method = arena_str(a, part->op->method).p;
	req->url = url.p;
	req->headers = h.list;
	req->nheaders = h.n;
	return make_body(part, vm, &req->body, args, 2, a, e);
}

static int
make_parts(const struct connector_call *call, struct vm *vm,
    const struct value *args, struct str *body, struct str *type,
    struct arena *a, struct err *e)
{
	struct http_request *parts = arena_array(a, call->n, sizeof(*parts));
	struct connector_call part = *call;

	part.op = call->op->part;
	part.n = 1;
	for (size_t i = 0; i < call->n; i++) {
		struct value of[2] = { args[0].u.list[i], args[1] };

		part.records = &call->records[i];
		parts[i] = (struct http_request){ 0 };
		if (make_part(&part, vm, of, &parts[i], a, e) != 0)
			return -1;
	}
	*body = multipart_body(parts, call->n, type, a);
	return 0;
}

int
request_make(const struct connector_call *call, struct vm *vm,
    const struct value *args, size_t nargs, struct http_request *req,
    struct arena *a, struct err *e)
{
	struct headers h = { 0 };
	struct str url, type = call->op->body >= 0 ? STR(JSON_TYPE) : STR("");

	if (make_url(call, vm, &url, args, nargs, a, e) != 0)
		return -1;
	if ((call->op->part != NULL ?
	    make_parts(call, vm, args, &req->body, &type, a, e) :
	    make_body(call, vm, &req->body, args, nargs, a, e)) != 0)
		return -1;
	if (make_headers(call, vm, &h, type, args, nargs, a, e) != 0)
		return -1;
	req->method = arena_str(a, call->op->method).p;
	req->url = url.p;
	req->headers = h.list;
	req->nheaders = h.n;
	return 0;
}

int
request_params(const struct connector_call *call, struct value *params,
    struct arena *a, struct err *e)
{
	*params = (struct value){ .type = V_RECORD };
	if (call->params.n != 0 && eval_json(call->params, params, a, e) != 0)
		return err_prefix(e, "parameters of the connection");
	return 0;
}

int
account_args(const struct connector_call *call, struct value args[2],
    struct arena *a, struct err *e)
{
	args[1] = value_text(call->base.n != 0 ? call->base :
	    call->connector->base);
	return request_params(call, &args[0], a, e);
}

int
request_args(const struct connector_call *call, struct value args[2],
    struct arena *a, struct err *e)
{
	args[0] = records_value(call, a);
	return request_params(call, &args[1], a, e);
}

int
connector_concerns(const struct connector_call *call, struct vm *vm,
    const struct connector_record *r, struct arena *a, struct err *e)
{
	struct value args[2], v;

	if (call->op->when < 0)
		return 1;
	args[0] = request_record(r, a);
	if (request_params(call, &args[1], a, e) != 0 ||
	    eval(call, vm, call->op->when, "when", args, 2, &v, a, e) != 0)
		return -1;
	if (v.type == V_BOOL)
		return v.u.i != 0;
	return err_set(e, ERR_DATA, "connector %.*s, object %.*s, when: a "
	    "condition is a bool, not %s", STR_ARG(call->connector->name),
	    STR_ARG(call->object->name), value_word(v));
}

int
connector_request(const struct connector_call *call, struct vm *vm,
    struct http_request *req, struct arena *a, struct err *e)
{
	struct value args[2];

	assert(call->op->feed == NULL);
	assert(call->n <= call->op->batch || call->op->batch == 0);
	if (request_args(call, args, a, e) != 0)
		return -1;
	return request_make(call, vm, args, 2, req, a, e);
}
