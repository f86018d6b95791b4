/*
 * Result models: which part of a reply speaks of which record.
 *
 *   aligned  the i-th element speaks of the i-th record
 *   keyed    an element names the trace of its record; so do errors
 *   multipart  the i-th part is the reply to the i-th record
 *   whole    the reply speaks of all records at once
 *
 * What nothing speaks of, or what two elements speak of, is the op's
 * `unmatched`: never OK by default.
 */
#include "connector/reply.h"

#include "base/table.h"
#include "connector/eval.h"
#include "connector/multipart.h"

/* The elements that func finds in the body; none where it finds no list. */
static struct value
list_of(const struct reading *rd, int func, const char *what, int *is_list)
{
	struct value v;

	*is_list = 0;
	if (eval(rd->call, rd->vm, func, what, &rd->body, 1, &v, rd->a,
	    NULL) != 0)
		v = (struct value){ .type = V_ABSENT };
	v = value_open(v, rd->a);
	if (v.type != V_LIST)
		return (struct value){ .type = V_LIST };
	*is_list = 1;
	return v;
}

void
item_unmatched(const struct reading *rd, struct connector_item *it,
    const char *why)
{
	enum outcome o = rd->call->op->unmatched;

	*it = (struct connector_item){ .wait_ms = CONNECTOR_WAIT_UNSAID };
	it->outcome = o == OUTCOME_UNKNOWN || o == OUTCOME_PER_ITEM ||
	    o == OUTCOME_REFRESH ? outcome_unknown(rd->call->op) : o;
	it->text = str_z(why);
}

/* A text that func finds; "" where it finds none, or one with a NUL. */
static struct str
text_of(const struct reading *rd, int func, const char *what,
    const struct value args[4])
{
	struct value v;
	struct str s;

	if (eval(rd->call, rd->vm, func, what, args, 4, &v, rd->a, NULL) !=
	    0 || eval_text(v, &s, rd->a) != 0 ||
	    (s.n != 0 && memchr(s.p, '\0', s.n) != NULL))
		return str_from(NULL, 0);
	return s;
}

static enum connector_made
made_of(const struct reading *rd, const struct value args[4])
{
	const struct unit_op *op = rd->call->op;
	struct value v;

	if (op->op == CONNECTOR_CREATE)
		return MADE_NEW;
	if (eval(rd->call, rd->vm, op->made, "made", args, 4, &v, rd->a,
	    NULL) != 0 || v.type != V_BOOL)
		return MADE_UNSAID;
	return v.u.i ? MADE_NEW : MADE_FOUND;
}

/* What a find found of a record: an id, or a list of ids. */
static void
item_found(const struct reading *rd, struct connector_item *it,
    const struct value args[4])
{
	struct buf all = { 0 };
	struct value v;
	int bad = eval(rd->call, rd->vm, rd->call->op->id, "id", args, 4, &v,
	    rd->a, NULL) != 0;

	v = value_open(v, rd->a);
	if (value_nil(v)) {
		v = (struct value){ .type = V_LIST };
	} else if (v.type != V_LIST) {
		struct value *one = arena_new(rd->a, struct value);

		*one = v;
		v = (struct value){ .type = V_LIST, .n = 1, .u.list = one };
	}
	for (uint32_t i = 0; i < v.n && !bad; i++) {
		struct str id;

		bad = eval_text(v.u.list[i], &id, rd->a) != 0 || id.n == 0 ||
		    memchr(id.p, '\0', id.n) != NULL;
		if (i == 0 && !bad)
			it->id = id;
		if (!bad)
			buf_printf(&all, "%s%.*s", i ? ", " : "", STR_ARG(id));
	}
	it->found = v.n;
	if (bad)
		item_unmatched(rd, it, "what was found has an id that is no "
		    "text");
	else if (v.n > 1)
		it->text = arena_printf(rd->a, "%u records are there: %.*s",
		    v.n, STR_ARG(buf_str(&all)));
	buf_fini(&all);
}

/* A record that is new to us needs the id that it got. */
static void
item_ok(const struct reading *rd, size_t i, struct connector_item *it,
    struct value item)
{
	const struct unit_object *o = rd->call->object;
	int id = rd->call->op->id >= 0 ? rd->call->op->id : o->id;
	const struct value args[4] = { item, rd->headers,
		request_record(&rd->call->records[i], rd->a),
		value_int(rd->rep->status) };

	it->outcome = OUTCOME_OK;
	it->wait_ms = CONNECTOR_WAIT_UNSAID;
	if (!value_nil(item))
		it->json = eval_written(item, rd->a);
	if (rd->call->op->op == CONNECTOR_FIND) {
		item_found(rd, it, args);
		return;
	}
	it->id = text_of(rd, id, "id", args);
	it->version = text_of(rd, o->version, "version", args);
	it->made = made_of(rd, args);
	if (it->id.n == 0 && id >= 0 && rd->call->records[i].id.n == 0)
		item_unmatched(rd, it, "the result has no id");
}

enum outcome
item_failure(const struct unit_op *op, enum outcome o)
{
	switch (o) {
	case OUTCOME_OK:
	case OUTCOME_PER_ITEM:
		return OUTCOME_FAIL_DATA;
	case OUTCOME_REFRESH:
		return OUTCOME_RETRY;
	case OUTCOME_UNKNOWN:
		return outcome_unknown(op);
	default:
		return o;
	}
}

static void
item_failed(const struct reading *rd, struct connector_item *it,
    struct value item, struct verdict v)
{
	it->json = eval_written(item, rd->a);
	error_words(rd, item, &it->code, &it->text);
	it->outcome = item_failure(rd->call->op, v.outcome);
	it->wait_ms = v.wait_ms;
	it->tries = v.tries;
}

/*
 * The classify program looks at the error as it does at a body.  Where it
 * has nothing to say of it beyond what it says of the whole, the record is
 * at fault.
 */
static void
item_error(const struct reading *rd, struct connector_item *it,
    struct value item)
{
	struct verdict v;

	if (classify(rd, item, &v, NULL) != 0 || !v.matched)
		v.outcome = OUTCOME_FAIL_DATA;
	item_failed(rd, it, item, v);
}

/*
 * An element is an error when the op's `error` says so; of an op without
 * one, when it has an error's text.
 */
static int
says_error(const struct reading *rd, int func, struct value item)
{
	struct value v;

	if (eval(rd->call, rd->vm, func, "error", &item, 1, &v, rd->a,
	    NULL) != 0)
		return 1;
	return !value_nil(v) && !(v.type == V_BOOL && !v.u.i);
}

static void
read_aligned(const struct reading *rd, struct connector_result *r)
{
	const struct unit_op *op = rd->call->op;
	int error = op->error_key >= 0 ? op->error_key : op->error_text;
	int is_list;
	struct value list = list_of(rd, op->list, "results", &is_list);

	for (size_t i = 0; i < rd->call->n; i++) {
		if (!is_list || list.n != rd->call->n)
			item_unmatched(rd, &r->items[i], "the reply has "
			    "another number of results than records");
		else if (says_error(rd, error, list.u.list[i]))
			item_error(rd, &r->items[i], list.u.list[i]);
		else
			item_ok(rd, i, &r->items[i], list.u.list[i]);
	}
}

/* The records of a request, by what a reply calls them. */
struct keyed {
	const struct reading *rd;
	struct connector_result *r;
	struct table by_trace; /* to connector_item */
	struct table by_id;    /* the same, of errors only */
	struct connector_item nobody;
	unsigned char *seen;   /* times, 2 is many */
};

static void
speak(struct keyed *k, struct connector_item *it, struct value item,
    int error)
{
	size_t i = (size_t)(it - k->r->items);

	if (k->seen[i]++ != 0)
		k->seen[i] = 2;
	else if (error)
		item_error(k->rd, it, item);
	else
		item_ok(k->rd, i, it, item);
}

/* What item says of the record of that name; how many there are. */
static size_t
speak_of(struct keyed *k, const struct table *t, struct value name,
    struct value item, int error)
{
	struct connector_item *it;
	struct str text;

	if (eval_text(name, &text, k->rd->a) != 0 ||
	    (it = table_get(t, text)) == NULL || it == &k->nobody)
		return 0;
	speak(k, it, item, error);
	return 1;
}

/* An element may name several records: func gives a list then. */
static size_t
speak_by(struct keyed *k, const struct table *t, int func, struct value item,
    int error)
{
	const struct reading *rd = k->rd;
	struct value name;
	size_t n = 0;

	if (eval(rd->call, rd->vm, func, "key", &item, 1, &name, rd->a,
	    NULL) != 0)
		return 0;
	name = value_open(name, rd->a);
	if (name.type != V_LIST)
		return speak_of(k, t, name, item, error);
	for (uint32_t i = 0; i < name.n; i++)
		n += speak_of(k, t, name.u.list[i], item, error);
	return n;
}

static void
speak_all(struct keyed *k)
{
	const struct unit_op *op = k->rd->call->op;
	int is_list;
	struct value list = list_of(k->rd, op->list, "results", &is_list);

	for (uint32_t i = 0; i < list.n; i++)
		speak_by(k, &k->by_trace, op->key, list.u.list[i], 0);
	list = list_of(k->rd, op->errors, "errors", &is_list);
	for (uint32_t i = 0; i < list.n; i++)
		if (speak_by(k, &k->by_trace, op->error_key, list.u.list[i],
		    1) == 0)
			speak_by(k, &k->by_id, op->error_id, list.u.list[i],
			    1);
}

/* What two records of a request are called names neither. */
static void
name_by_id(struct keyed *k)
{
	const struct connector_call *call = k->rd->call;

	for (size_t i = 0; i < call->n; i++) {
		struct str id = call->records[i].id.n > 0 ?
		    call->records[i].id : call->records[i].match;

		if (id.n > 0 &&
		    table_put(&k->by_id, id, &k->r->items[i]) != NULL)
			table_put(&k->by_id, id, &k->nobody);
	}
}

static void
read_keyed(const struct reading *rd, struct connector_result *r)
{
	struct keyed k = { .rd = rd, .r = r };

	k.seen = arena_zalloc(rd->a, rd->call->n);
	for (size_t i = 0; i < rd->call->n; i++)
		if (table_put(&k.by_trace, rd->call->records[i].trace,
		    &r->items[i]) != NULL)
			fatal("two records of a request have one trace");
	if (rd->call->op->error_id >= 0)
		name_by_id(&k);
	speak_all(&k);
	table_fini(&k.by_trace);
	table_fini(&k.by_id);
	for (size_t i = 0; i < rd->call->n; i++)
		if (k.seen[i] != 1)
			item_unmatched(rd, &r->items[i], k.seen[i] == 0 ?
			    "the reply does not speak of this record" :
			    "the reply speaks of this record twice");
}

static void
read_whole(const struct reading *rd, struct connector_result *r)
{
	for (size_t i = 0; i < rd->call->n; i++)
		if (r->outcome == OUTCOME_OK)
			item_ok(rd, i, &r->items[i], rd->body);
		else
			item_unmatched(rd, &r->items[i], "the reply is "
			    "per_item, its results are not");
}

/* What `id` and `text` see of a part. */
static struct value
part_item(const struct reading *part)
{
	struct member *m = arena_array(part->a, 3, sizeof(*m));
	uint32_t n = 2;

	m[0].name = STR("status");
	m[0].value = value_int(part->rep->status);
	m[1].name = STR("headers");
	m[1].value = part->headers;
	if (part->body.type != V_ABSENT) {
		m[2].name = STR("body");
		m[n++].value = part->body;
	}
	return (struct value){ .type = V_RECORD, .n = n, .u.record = m };
}

/* A part is a reply by itself, to the request that was such a part. */
static void
read_part(const struct reading *rd, size_t i, struct str text,
    struct connector_item *it)
{
	struct reading part = *rd;
	struct http_done rep;
	struct verdict v;
	struct value item;

	part.rep = &rep;
	if (multipart_reply(text, &rep) != 0) {
		item_unmatched(rd, it, "its part of the reply is no reply");
		return;
	}
	part.headers = reply_headers(&rep, rd->a);
	if (eval_json(rep.body, &part.body, rd->a, NULL) != 0)
		part.body = (struct value){ .type = V_ABSENT };
	if (classify(&part, part.body, &v, NULL) != 0 || !v.matched) {
		item_unmatched(rd, it, "no clause knows its part of the "
		    "reply");
		return;
	}
	item = part_item(&part);
	if (v.outcome != OUTCOME_OK && v.outcome != OUTCOME_PER_ITEM)
		item_failed(&part, it, item, v);
	else if (part.body.type == V_ABSENT &&
	    reply_has_bytes(rep.body))
		item_unmatched(rd, it, "its part of the reply is not JSON");
	else
		item_ok(&part, i, it, rd->call->op->id >= 0 ? item :
		    part.body);
}

/* In the order of the requests; where it stopped, the rest was not done. */
static void
read_multipart(const struct reading *rd, struct connector_result *r)
{
	struct multipart m;
	struct str part;
	size_t n = 0;

	if (multipart_open(&m, reply_header(rd->rep, STR("content-type")),
	    rd->rep->body) == 0)
		for (; n < rd->call->n && multipart_next(&m, &part); n++)
			read_part(rd, n, part, &r->items[n]);
	if (n == rd->call->n && multipart_next(&m, &part))
		n = 0; /* more than were asked: nobody knows whose they are */
	for (; n < rd->call->n; n++)
		item_unmatched(rd, &r->items[n], "no part of the reply "
		    "speaks of this record");
}

void
read_items(const struct reading *rd, struct connector_result *r)
{
	switch (rd->call->op->model) {
	case RESULT_ALIGNED:
		read_aligned(rd, r);
		return;
	case RESULT_KEYED:
		read_keyed(rd, r);
		return;
	case RESULT_MULTIPART:
		read_multipart(rd, r);
		return;
	case RESULT_WHOLE:
		read_whole(rd, r);
		return;
	}
}
