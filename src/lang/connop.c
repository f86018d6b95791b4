/*
 * The objects of a connector and their operations; what replies mean is in
 * connresult.c and connclass.c.
 *
 * A function of a connector takes values, has no slots, and sees replies as
 * they come: a member of any is any.
 */
#include "lang/clause.h"

#define BYTES_MAX (1 << 30)

/* ---- operations ---- */

int
op_request(struct conn *k, struct stmt *s, void *what)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH",
		"DELETE" };
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct expr *method = clause_next(&a), *path = clause_next(&a);
	size_t i = 0;

	if (method == NULL || method->kind != EX_NAME || path == NULL ||
	    (path->kind != EX_TEXT && path->kind != EX_INTERP) ||
	    a.at != NULL)
		return clause_bad(&a, "request POST \"/path\";");
	while (i < COUNT(methods) && !str_eq(method->text, str_z(methods[i])))
		i++;
	if (i == COUNT(methods)) {
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C602, method->span,
		    "there is no method `%.*s`", STR_ARG(method->text)),
		    "GET, POST, PUT, PATCH or DELETE");
		return -1;
	}
	op->method = clause_keep(k, method->text);
	op->path = conn_function(k, path, k->view, "path");
	return 0;
}

int
op_body(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "body = { … };");
	op->body = conn_function(k, s->value, k->view, "body");
	return 0;
}

int
op_header(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	if (clause_named(&a, k->view, "header",
	    &op->header_name[op->nheader],
	    &op->header_value[op->nheader]) != 0)
		return clause_bad(&a, "header \"Name\" \"value\";");
	op->nheader++;
	return 0;
}

int
op_query(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	if (clause_named(&a, k->view, "query", &op->query_name[op->nquery],
	    &op->query_value[op->nquery]) != 0)
		return clause_bad(&a, "query \"name\" value;");
	op->nquery++;
	return 0;
}

static int
op_order(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct expr *by = NULL;

	if (!clause_value(&a, "by", &by) || by == NULL || a.at != NULL)
		return clause_bad(&a, "order by r.fields.AccountId;");
	op->order = conn_function(k, by, VIEW_PART, "order");
	return 0;
}

void
op_init(struct conn *k, struct unit_op *op, const struct stmt *s)
{
	size_t n = 0;

	*op = (struct unit_op){ .path = -1, .body = -1, .list = -1, .key = -1,
		.id = -1, .errors = -1, .error_key = -1, .error_text = -1,
		.error_id = -1, .made = -1, .classify = -1, .when = -1,
		.order = -1,
		.unmatched = OUTCOME_UNKNOWN, .model = RESULT_WHOLE,
		.pos = span_pos(&k->c->ss, s->span) };
	for (struct stmt *i = s->body; i != NULL; i = i->next)
		n++;
	op->header_name = arena_array(k->ua, n, sizeof(*op->header_name));
	op->header_value = arena_array(k->ua, n, sizeof(*op->header_value));
	op->query_name = arena_array(k->ua, n, sizeof(*op->query_name));
	op->query_value = arena_array(k->ua, n, sizeof(*op->query_value));
}

struct unit_op *
op_begin(struct conn *k, struct stmt *s, struct unit_object *o)
{
	static const char *const names[] = {
#define X(name, word) word,
		CONNECTOR_OPS(X)
#undef X
	};
	struct unit_op *op = &o->ops[o->nop];

	op_init(k, op, s);
	while (!str_eq(s->name.text, str_z(names[op->op])))
		op->op++;
	/* by what was written for several */
	if (op->op != CONNECTOR_CALL && object_op(o, op->op) != NULL)
		diag_at(&k->c->ss, C202, s->head, "a second `%.*s`",
		    STR_ARG(s->name.text));
	o->nop++;
	if (s->has_value)
		conn_costs(k, s->value, op->op == CONNECTOR_LIST ||
		    op->op == CONNECTOR_DELETES ||
		    op->op == CONNECTOR_FIELDS ? VIEW_ACCOUNT : VIEW_RECORDS,
		    &op->costs, &op->ncost);
	k->view = VIEW_RECORDS;
	return op;
}

void
op_needs_request(struct conn *k, struct stmt *s, const struct unit_op *op)
{
	if (op->method.n == 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
		    "the operation needs `request`"), "request %s \"/path\";",
		    op->feed != NULL || op->op == CONNECTOR_READ ||
		    op->op == CONNECTOR_FIND ? "GET" :
		    "POST");
}

/* A record of a find has ids of its own, none or several. */
static void
check_find(struct conn *k, struct stmt *s, const struct unit_op *op)
{
	struct sources *ss = &k->c->ss;

	if (op->id < 0)
		diag_fix(ss, diag_at(ss, C637, s->head,
		    "nothing says which records were found"),
		    "results whole id(map(item.items, x => x.id));");
	else if (op->model != RESULT_ALIGNED &&
	    (op->model != RESULT_WHOLE || op->batch > 1))
		diag_fix(ss, diag_at(ss, C637, s->head,
		    "nothing says what was found for which record"),
		    "find { … results whole id …; }, or results aligned");
}

int
op_make(struct conn *k, struct stmt *s, struct unit_object *o,
    struct args *a, struct str name)
{
	/* the last only of those with a name */
	static const struct word_rule words[] = {
		{ "request", op_request, 1 },
		{ "query", op_query, 0 },
		{ "body", op_body, 1 },
		{ "header", op_header, 0 },
		{ "part", op_part, 1 },
		{ "results", op_results, 1 },
		{ "classify", op_classify, 1 },
		{ "job", op_job, 1 },
		{ "order", op_order, 1 },
		{ "when", op_when, 1 },
	};
	size_t nerror = k->c->d->nerror;
	struct unit_op *op;
	int64_t batch = 1, bytes = 0;

	if (clause_word(a, "batch") &&
	    (clause_number(k, clause_next(a), &batch) != 0 || batch < 1 ||
	    batch > 10000))
		return clause_bad(a, "upsert batch 100 { … }");
	if (clause_word(a, "bytes") &&
	    (clause_number(k, clause_next(a), &bytes) != 0 || bytes < 1 ||
	    bytes > BYTES_MAX))
		return clause_bad(a, "upsert batch 100 bytes 4000000 { … }");
	if (a->at != NULL || !s->has_body)
		return clause_bad(a, "upsert batch 100 cost { … } { … }");
	op = op_begin(k, s, o);
	op->name = name;
	op->batch = (uint32_t)batch;
	op->bytes = (uint32_t)bytes;
	clause_all(k, s->body, words, COUNT(words) - (name.n == 0), op,
	    "an operation");
	op_job_end(op);
	op_needs_request(k, s, op);
	if (batch == 1 && (bytes > 0 || op->order >= 0) && op->job == NULL)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C641, s->head,
		    "a request has one record, with no other to %s",
		    bytes > 0 ? "be parted from" : "be sorted with"),
		    "upsert batch 100 { … }");
	/* one cause, one finding */
	if (k->c->d->nerror == nerror)
		op_part_check(k, s, op);
	if (op->op == CONNECTOR_READ && batch > 1 &&
	    op->model == RESULT_WHOLE && op->method.n > 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C614, s->head,
		    "nothing says which record of the reply is which"),
		    "results keyed body.results by item.id id item.id;");
	if (op->op == CONNECTOR_FIND && k->c->d->nerror == nerror)
		check_find(k, s, op);
	return 0;
}

static int
make_op(struct conn *k, struct stmt *s, void *what)
{
	struct args a = clause_args(k, s);

	return op_make(k, s, what, &a, STR(""));
}

/* ---- objects ---- */

/* What a reply tells of a record, to a function. */
static int
object_told(struct conn *k, struct stmt *s, int *to, const char *form)
{
	struct args a = clause_args(k, s);

	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, form);
	*to = conn_function(k, s->value, VIEW_OBJECT, "id");
	return 0;
}

static int
object_id(struct conn *k, struct stmt *s, void *what)
{
	return object_told(k, s, &((struct unit_object *)what)->id,
	    "id = body.id;");
}

static int
object_version(struct conn *k, struct stmt *s, void *what)
{
	return object_told(k, s, &((struct unit_object *)what)->version,
	    "version = body.`@odata.etag`;");
}

static int
object_clear(struct conn *k, struct stmt *s, void *what)
{
	static const char clear_form[] = "clear encode null; clear encode "
	    "\"\"; or clear encode \"\" decode;";
	struct unit_object *o = what;
	struct args a = clause_args(k, s);
	struct buf b = { 0 };
	int decode;
	struct value v;
	struct expr *e;

	if (!clause_word(&a, "encode") || (e = clause_next(&a)) == NULL ||
	    expr_const(k->c, e, &v) != 0)
		return clause_bad(&a, clear_form);
	decode = clause_word(&a, "decode");
	if (a.at != NULL)
		return clause_bad(&a, clear_form);
	value_write(&b, v);
	o->clear = clause_keep(k, buf_str(&b));
	buf_fini(&b);
	if (!decode)
		return 0;
	if (v.type == V_TEXT) {
		o->cleared = value_text(clause_keep(k, value_str(v, k->c->a)));
		return 0;
	}
	diag_fix(&k->c->ss, diag_at(&k->c->ss, C640, e->span,
	    v.type == V_NULL ? "null comes in as null anyway" :
	    "only a text is read as a cleared field"),
	    "clear encode %.*s;", STR_ARG(o->clear));
	return -1;
}

/* One that was written for several may have what is its own beside it. */
static struct unit_object *
object_again(struct conn *k, struct word name)
{
	for (uint32_t i = 0; i < k->out->nobject; i++) {
		struct unit_object *o = &k->out->objects[i];

		if (!str_eq(o->name, name.text))
			continue;
		if (k->constant == NULL && k->common[i])
			return o;
		diag_at(&k->c->ss, C202, name.span, "a second object `%.*s`",
		    STR_ARG(name.text));
		return NULL;
	}
	if (k->out->nobject == OBJECTS_MAX) {
		diag_at(&k->c->ss, C109, name.span, "more than %d objects",
		    OBJECTS_MAX);
		return NULL;
	}
	k->common[k->out->nobject] = k->constant != NULL;
	return &k->out->objects[k->out->nobject++];
}

void
object_make(struct conn *k, struct stmt *s, struct word name)
{
	static const struct word_rule words[] = {
		{ "upsert", make_op, 1 },
		{ "create", make_op, 1 },
		{ "update", make_op, 1 },
		{ "archive", make_op, 1 },
		{ "delete", make_op, 1 },
		{ "read", make_op, 1 },
		{ "operation", conn_operation, 0 },
		{ "find", make_op, 1 },
		{ "list", conn_list, 1 },
		{ "deletes", conn_list, 1 },
		{ "webhook", conn_webhook, 1 },
		{ "fields", conn_fields, 1 },
		{ "id", object_id, 1 },
		{ "version", object_version, 1 },
		{ "clear", object_clear, 1 },
	};
	struct unit_object *o = object_again(k, name);
	struct unit_op *ops;
	int again;
	size_t n;

	if (o == NULL)
		return;
	again = o->name.n > 0;
	n = o->nop;
	for (struct stmt *i = s->body; i != NULL; i = i->next)
		n++;
	ops = arena_array(k->ua, n, sizeof(*ops));
	if (o->nop > 0)
		memcpy(ops, o->ops, o->nop * sizeof(*ops));
	o->ops = ops;
	if (again) {
		clause_all(k, s->body, words, COUNT(words) - 3, o,
		    "what an object has beside others");
		return;
	}
	o->name = clause_keep(k, name.text);
	o->id = o->version = -1;
	for (struct stmt *i = s->body; i != NULL; i = i->next)
		if (str_eq(i->name.text, STR("id")))
			o->id = 0; /* it is given, wherever it stands */
	clause_all(k, s->body, words, COUNT(words), o, "an object");
	if (object_op(o, CONNECTOR_FIND) != NULL &&
	    object_op(o, CONNECTOR_UPDATE) == NULL)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C638, s->head,
		    "what is found is updated, and there is no update"),
		    "update { request PATCH \"/path/{records[0].id}\"; … }");
}
