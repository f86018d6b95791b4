/*
 * The objects of a connector, their operations, and what replies mean.
 *
 * A function of a connector takes values, has no slots, and sees replies as
 * they come: a member of any is any.
 */
#include "lang/clause.h"

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

static const struct {
	const char *word, *second;
	enum outcome outcome;
} outcomes[] = {
	{ "ok", NULL, OUTCOME_OK },
	{ "per_item", NULL, OUTCOME_PER_ITEM },
	{ "retry", NULL, OUTCOME_RETRY },
	{ "throttle", NULL, OUTCOME_THROTTLE },
	{ "refresh", "retry", OUTCOME_REFRESH },
	{ "refresh", NULL, OUTCOME_REFRESH },
	{ "conflict", NULL, OUTCOME_CONFLICT },
	{ "not_found", NULL, OUTCOME_NOT_FOUND },
	{ "fail", "config", OUTCOME_FAIL_CONFIG },
	{ "fail", "data", OUTCOME_FAIL_DATA },
	{ "fail", "permanent", OUTCOME_FAIL_PERMANENT },
	{ "unknown", NULL, OUTCOME_UNKNOWN },
	{ "ignore", NULL, OUTCOME_IGNORE },
};

/* One or two words; -1 with a finding. */
static int
outcome(struct args *a, enum outcome *out)
{
	struct item *start = a->at;
	struct span sp = start ? start->span : a->s->head;

	for (size_t i = 0; i < COUNT(outcomes); i++) {
		a->at = start;
		if (clause_word(a, outcomes[i].word) && (!outcomes[i].second ||
		    clause_word(a, outcomes[i].second))) {
			*out = outcomes[i].outcome;
			return 0;
		}
	}
	a->at = start;
	diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C604, sp,
	    "there is no such outcome"), "ok, per_item, retry, throttle, "
	    "refresh retry, conflict, not_found, fail config, fail data, "
	    "fail permanent, unknown or ignore");
	return -1;
}

/*
 * results keyed LIST by KEY id ID errors LIST by KEY text TEXT unmatched …;
 * results aligned LIST id ID error ERROR text TEXT unmatched …;
 * results multipart id ID text TEXT unmatched …;
 * results whole;
 *
 * More than a path or a literal stands in brackets: by(item.a ?? item.b).
 */
static int
op_results(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct expr *value = NULL;
	int errors = 0;

	if (clause_value(&a, "keyed", &value))
		op->model = RESULT_KEYED;
	else if (clause_value(&a, "aligned", &value))
		op->model = RESULT_ALIGNED;
	else if (clause_word(&a, "multipart"))
		op->model = RESULT_MULTIPART;
	else if (clause_word(&a, "whole"))
		op->model = RESULT_WHOLE;
	else
		return clause_bad(&a, "results keyed …, aligned …, multipart "
		    "or whole;");
	if (op->model == RESULT_KEYED || op->model == RESULT_ALIGNED) {
		if (value == NULL)
			return clause_bad(&a, "results keyed body.results "
			    "by item.… id item.id;");
		op->list = conn_function(k, value, VIEW_BODY, "results");
	}
	while (a.at != NULL) {
		struct item *word = a.at;
		int *to, body = 0;

		if (clause_word(&a, "unmatched")) {
			if (outcome(&a, &op->unmatched) != 0)
				return -1;
			continue;
		}
		if (clause_value(&a, "errors", &value)) {
			to = &op->errors;
			body = errors = 1;
		} else if (clause_value(&a, "by", &value)) {
			to = errors ? &op->error_key : &op->key;
		} else if (clause_value(&a, "id", &value)) {
			to = &op->id;
		} else if (clause_value(&a, "error", &value)) {
			to = &op->error_key;
		} else if (clause_value(&a, "text", &value)) {
			to = &op->error_text;
		} else {
			return clause_bad(&a, "by, id, errors … by, error, "
			    "text or unmatched");
		}
		if (*to >= 0 || value == NULL) {
			a.at = word;
			return clause_bad(&a, "each word once, with a value "
			    "behind it");
		}
		*to = conn_function(k, value, body ? VIEW_BODY : VIEW_ITEM,
		    "results");
	}
	if (op->model == RESULT_KEYED && op->key < 0)
		return clause_bad(&a, "results keyed body.results by "
		    "item.trace …;");
	return 0;
}

void
op_init(struct conn *k, struct unit_op *op, const struct stmt *s)
{
	size_t n = 0;

	*op = (struct unit_op){ .path = -1, .body = -1, .list = -1, .key = -1,
		.id = -1, .errors = -1, .error_key = -1, .error_text = -1,
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
	struct unit_op *op = &o->ops[o->nop++];

	op_init(k, op, s);
	while (!str_eq(s->name.text, str_z(names[op->op])))
		op->op++;
	if (s->has_value)
		conn_costs(k, s->value, op->op == CONNECTOR_LIST ||
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
		    op->op == CONNECTOR_LIST || op->op == CONNECTOR_READ ?
		    "GET" : "POST");
}

static int
make_op(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "request", op_request, 1 },
		{ "query", op_query, 0 },
		{ "body", op_body, 1 },
		{ "header", op_header, 0 },
		{ "part", op_part, 1 },
		{ "results", op_results, 1 },
	};
	struct args a = clause_args(k, s);
	size_t nerror = k->c->d->nerror;
	struct unit_op *op;
	int64_t batch = 1;

	if (clause_word(&a, "batch") &&
	    (clause_number(k, clause_next(&a), &batch) != 0 || batch < 1 ||
	    batch > 10000))
		return clause_bad(&a, "upsert batch 100 { … }");
	if (a.at != NULL || !s->has_body)
		return clause_bad(&a, "upsert batch 100 cost { … } { … }");
	op = op_begin(k, s, what);
	op->batch = (uint32_t)batch;
	clause_all(k, s->body, words, COUNT(words), op, "an operation");
	op_needs_request(k, s, op);
	/* one cause, one finding */
	if (k->c->d->nerror == nerror)
		op_part_check(k, s, op);
	if (op->op == CONNECTOR_READ && batch > 1 &&
	    op->model == RESULT_WHOLE && op->method.n > 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C614, s->head,
		    "nothing says which record of the reply is which"),
		    "results keyed body.results by item.id id item.id;");
	return 0;
}

/* ---- objects ---- */

static int
object_id(struct conn *k, struct stmt *s, void *what)
{
	struct unit_object *o = what;
	struct args a = clause_args(k, s);

	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "id = body.id;");
	o->id = conn_function(k, s->value, VIEW_BODY, "id");
	return 0;
}

static int
object_clear(struct conn *k, struct stmt *s, void *what)
{
	struct unit_object *o = what;
	struct args a = clause_args(k, s);
	struct buf b = { 0 };
	struct value v;
	struct expr *e;

	if (!clause_word(&a, "encode") || (e = clause_next(&a)) == NULL ||
	    a.at != NULL || expr_const(k->c, e, &v) != 0)
		return clause_bad(&a, "clear encode \"\"; or clear encode "
		    "null;");
	value_write(&b, v);
	o->clear = clause_keep(k, buf_str(&b));
	buf_fini(&b);
	return 0;
}

void
object_make(struct conn *k, struct stmt *s, struct word name)
{
	static const struct word_rule words[] = {
		{ "id", object_id, 1 },
		{ "clear", object_clear, 1 },
		{ "fields", conn_fields, 1 },
		{ "upsert", make_op, 1 },
		{ "create", make_op, 1 },
		{ "update", make_op, 1 },
		{ "archive", make_op, 1 },
		{ "delete", make_op, 1 },
		{ "read", make_op, 1 },
		{ "list", conn_list, 1 },
		{ "webhook", conn_webhook, 1 },
	};
	struct unit_object *o;
	size_t n = 0;

	if (k->out->nobject == OBJECTS_MAX) {
		diag_at(&k->c->ss, C109, s->head, "more than %d objects",
		    OBJECTS_MAX);
		return;
	}
	for (uint32_t i = 0; i < k->out->nobject; i++)
		if (str_eq(k->out->objects[i].name, name.text)) {
			diag_at(&k->c->ss, C202, name.span,
			    "a second object `%.*s`", STR_ARG(name.text));
			return;
		}
	o = &k->out->objects[k->out->nobject++];
	o->name = clause_keep(k, name.text);
	o->id = -1;
	for (struct stmt *i = s->body; i != NULL; i = i->next)
		n++;
	o->ops = arena_array(k->ua, n, sizeof(*o->ops));
	clause_all(k, s->body, words, COUNT(words), o, "an object");
}

/* ---- classify ---- */

/* retry after (header("Retry-After") ?? 10s): leaves [outcome, seconds]. */
static int
gen_outcome(struct conn *k, struct gen_func *f, struct check *ck,
    struct stmt *s)
{
	struct args a = clause_args(k, s);
	enum outcome what;
	struct expr *after;
	struct type t;

	if (outcome(&a, &what) != 0)
		return -1;
	gen_const(f, 3, value_int(what));
	after = a.at ? a.at->value : NULL;
	if (after == NULL) {
		gen_abc(f, OP_LIST, 3, 3, 1);
		return 0;
	}
	if ((what != OUTCOME_RETRY && what != OUTCOME_THROTTLE) ||
	    after->kind != EX_CALL || after->a->kind != EX_NAME ||
	    !str_eq(after->a->text, STR("after")) || after->n != 1 ||
	    a.at->next != NULL)
		return clause_bad(&a, "retry after(…) or throttle after(…)");
	/* a reply's header says seconds or a date; the engine reads it */
	after = after->items->value;
	ck->flags |= CK_AFTER;
	t = check_expr(ck, after);
	ck->flags &= ~(unsigned)CK_AFTER;
	if (t.kind == TYPE_BAD)
		return -1;
	if (t.kind != TYPE_DURATION && !type_is_number(t)) {
		diag_at(&k->c->ss, C301, after->span,
		    "`after` takes a duration or seconds, this is %.*s",
		    STR_ARG(type_text(k->c->a, t)));
		return -1;
	}
	if (k->c->d->nerror == 0) {
		gen_expr(k->c, f, after, 4);
		gen_abc(f, OP_LIST, 3, 3, 2);
	}
	return 0;
}

int
conn_classify(struct conn *k, struct stmt *s, void *what)
{
	struct compile *c = k->c;
	struct check ck = { .c = c, .m = k->m, .flags = CK_CONNECTOR };
	struct gen_func *f;
	const struct stmt *other = NULL;

	(void)what;
	ck.scope = conn_local(k, NULL, "status", type_of(TYPE_INT, 0), 0);
	ck.scope = conn_local(k, ck.scope, " headers",
	    type_of(TYPE_ANY, 0), 1);
	ck.scope = conn_local(k, ck.scope, "body", type_of(TYPE_ANY, NIL_BOTH),
	    2);
	f = gen_func(k->g, STR("classify"), 3);
	for (struct stmt *i = s->body; i != NULL; i = i->next) {
		size_t no = SIZE_MAX;

		f->at = i->span;
		if (other != NULL) {
			diag_also(&c->ss, diag_at(&c->ss, C312, i->span,
			    "a case behind `else` is never reached"),
			    other->span, "the else");
			continue;
		}
		if (i->guard == NULL) {
			other = i;
		} else {
			check_condition(&ck, i->guard);
			check_sure(&ck, i->guard);
			if (c->d->nerror == 0) {
				gen_expr(c, f, i->guard, 3);
				no = gen_jump(f, OP_JUMP_FALSE, 3);
			}
		}
		if (gen_outcome(k, f, &ck, i) == 0) {
			f->at = i->span;
			gen_a(f, OP_RETURN, 3);
		}
		if (no != SIZE_MAX)
			gen_label(f, no);
	}
	if (other == NULL) {
		/* nothing matched: retried, then failed with an alert */
		gen_const(f, 3, (struct value){ .type = V_ABSENT });
		gen_a(f, OP_RETURN, 3);
	}
	k->out->classify = f->index;
	return 0;
}
