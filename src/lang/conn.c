/*
 * Connectors: clauses to the tables and functions of struct unit_connector.
 *
 * Which word may stand where is a table per block; the grammar only knows
 * clauses.  A function of a connector takes values, has no slots, and sees
 * replies as they come: a member of any is any.
 */
#include "lang/compile.h"

struct conn {
	struct compile *c;
	struct module *m;
	struct gen *g;
	struct unit_connector *out;
	struct arena *ua;
};

/* A clause that a block knows; where it may not come twice, once is set. */
struct word_rule {
	const char *name;
	int (*make)(struct conn *k, struct stmt *s, void *what);
	int once;
};

#define SEEN_MAX 32

/* Hand each clause of a body to its maker. */
static void
clauses(struct conn *k, struct stmt *body, const struct word_rule *rules,
    size_t n, void *what, const char *where)
{
	struct sources *ss = &k->c->ss;
	const struct stmt *seen[SEEN_MAX] = { 0 };

	for (struct stmt *s = body; s != NULL; s = s->next) {
		struct near near;
		struct diag *g;
		size_t i = 0;

		near_init(&near, s->name.text);
		while (i < n && !str_eq(s->name.text, str_z(rules[i].name)))
			near_try(&near, str_z(rules[i++].name));
		if (i == n) {
			g = diag_at(ss, C601, s->name.span,
			    "`%.*s` means nothing in %s",
			    STR_ARG(s->name.text), where);
			if (near.best.n > 0)
				diag_fix(ss, g, "did you mean `%.*s`?",
				    STR_ARG(near.best));
			continue;
		}
		if (rules[i].once && seen[i] != NULL) {
			diag_also(ss, diag_at(ss, C202, s->head,
			    "a second `%.*s`", STR_ARG(s->name.text)),
			    seen[i]->head, "the first");
			continue;
		}
		seen[i] = s;
		rules[i].make(k, s, what);
	}
}

/* ---- arguments ---- */

struct args {
	struct conn *k;
	const struct stmt *s;
	struct item *at;
};

static struct args
args_of(struct conn *k, const struct stmt *s)
{
	return (struct args){ k, s, s->words.first };
}

static int
bad_clause(struct args *a, const char *form)
{
	struct span sp = a->at ? a->at->span : a->s->head;

	if (a->s->name.text.n > 0)
		diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C602, sp,
		    "`%.*s` is written in another way",
		    STR_ARG(a->s->name.text)), "%s", form);
	else
		diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C602, sp,
		    "this cannot stand behind the outcome"), "%s", form);
	return -1;
}

static struct expr *
next(struct args *a)
{
	struct expr *e = a->at ? a->at->value : NULL;

	if (a->at != NULL)
		a->at = a->at->next;
	return e;
}

static int
is_text(const struct expr *e, struct str *out)
{
	if (e == NULL || e->kind != EX_TEXT)
		return 0;
	*out = e->text;
	return 1;
}

static int
accept(struct args *a, const char *word)
{
	if (a->at == NULL || a->at->value->kind != EX_NAME ||
	    !str_eq(a->at->value->text, str_z(word)))
		return 0;
	a->at = a->at->next;
	return 1;
}

static int
whole_number(struct conn *k, const struct expr *e, int64_t *out)
{
	struct value v;

	if (e == NULL || e->kind != EX_NUMBER ||
	    literal_value(k->c, e, &v) != 0 || v.type != V_INT)
		return -1;
	*out = v.u.i;
	return 0;
}

/* A duration as milliseconds. */
static int
milliseconds(struct conn *k, const struct expr *e, int64_t *out)
{
	struct value v;
	struct dec ms;

	if (e == NULL || e->kind != EX_DURATION ||
	    literal_value(k->c, e, &v) != 0)
		return -1;
	if (v.type == V_INT)
		return __builtin_mul_overflow(v.u.i, 1000, out) ? -1 : 0;
	if (dec_shift(*v.u.d, 3, &ms, NULL) != 0)
		return -1;
	return dec_to_int(ms, out, NULL);
}

static struct str
keep(struct conn *k, struct str s)
{
	return arena_str(k->ua, s);
}

/* ---- functions ---- */

/* What the functions of a block see. */
enum view { VIEW_RECORDS, VIEW_BODY, VIEW_ITEM };

static struct type
record_type(struct conn *k)
{
	static const char *const names[] = { "match", "id", "trace", "fields",
		"key" };
	struct type t = type_of(TYPE_RECORD, 0);
	struct type_field *f = arena_array(k->c->a, COUNT(names), sizeof(*f));

	for (size_t i = 0; i < COUNT(names); i++)
		f[i] = (struct type_field){ str_z(names[i]),
			type_of(TYPE_ANY, NIL_ABSENT) };
	t.fields = f;
	t.nfield = COUNT(names);
	return t;
}

static struct local *
add_local(struct conn *k, struct local *up, const char *name, struct type t,
    unsigned reg)
{
	struct local *l = arena_new(k->c->a, struct local);

	*l = (struct local){ .up = up, .name = str_z(name), .type = t,
		.kind = LOCAL_ARG, .reg = reg };
	return l;
}

/*
 * Compile e to a function; its index, or any when there are findings: then
 * no code is made at all.
 */
static int
function(struct conn *k, struct expr *e, enum view view, const char *name)
{
	struct compile *c = k->c;
	struct check ck = { .c = c, .m = k->m, .flags = CK_CONNECTOR };
	struct type any = type_of(TYPE_ANY, NIL_BOTH);
	struct gen_func *f;
	unsigned nargs = view == VIEW_RECORDS ? 2 : 1;

	if (view == VIEW_RECORDS) {
		ck.scope = add_local(k, NULL, "records",
		    type_list(c->a, record_type(k)), 0);
		ck.scope = add_local(k, ck.scope, "param",
		    type_of(TYPE_RECORD, 0), 1);
	} else {
		ck.scope = add_local(k, NULL, view == VIEW_BODY ? "body" :
		    "item", any, 0);
	}
	check_expr(&ck, e);
	check_sure(&ck, e);
	if (c->d->nerror > 0)
		return 0;
	f = gen_func(k->g, str_z(name), nargs);
	f->at = e->span;
	gen_expr(c, f, e, nargs);
	f->at = e->span;
	gen_a(f, OP_RETURN, nargs);
	return f->index;
}

/* ---- auth ---- */

static int
auth_token(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = args_of(k, s);
	struct str url;

	if (!is_text(next(&a), &url) || a.at != NULL)
		return bad_clause(&a, "token \"https://…\";");
	auth->token_url = keep(k, url);
	return 0;
}

static int
auth_scopes(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = args_of(k, s);

	if (!s->has_value || s->value->kind != EX_LIST)
		return bad_clause(&a, "scopes [\"…\", \"…\"];");
	auth->scopes = arena_array(k->ua, s->value->n, sizeof(*auth->scopes));
	for (struct item *i = s->value->items; i != NULL; i = i->next) {
		struct str scope;

		if (!is_text(i->value, &scope))
			return bad_clause(&a, "scopes [\"…\", \"…\"];");
		auth->scopes[auth->nscope++] = keep(k, scope);
	}
	return 0;
}

static int
make_auth(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule oauth2[] = {
		{ "token", auth_token, 1 },
		{ "scopes", auth_scopes, 1 },
	};
	struct unit_auth *auth = &k->out->auth;
	struct args a = args_of(k, s);
	struct str header;

	(void)what;
	if (accept(&a, "oauth2") && a.at == NULL && s->has_body) {
		auth->kind = AUTH_OAUTH2;
		clauses(k, s->body, oauth2, COUNT(oauth2), auth,
		    "auth oauth2");
		if (auth->token_url.n == 0)
			diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
			    "auth oauth2 needs `token`"),
			    "token \"https://…\";");
		return 0;
	}
	a = args_of(k, s);
	if (accept(&a, "bearer") && a.at == NULL && !s->has_body) {
		auth->kind = AUTH_BEARER;
		return 0;
	}
	a = args_of(k, s);
	if (accept(&a, "none") && a.at == NULL && !s->has_body) {
		auth->kind = AUTH_NONE;
		return 0;
	}
	a = args_of(k, s);
	if (accept(&a, "header") && is_text(next(&a), &header) &&
	    a.at == NULL && !s->has_body) {
		auth->kind = AUTH_HEADER;
		auth->header = keep(k, header);
		return 0;
	}
	a = args_of(k, s);
	return bad_clause(&a, "auth oauth2 { … }, auth bearer;, "
	    "auth header \"…\"; or auth none;");
}

/* ---- budgets ---- */

static int
budget_window(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = args_of(k, s);

	b->kind = str_eq(s->name.text, STR("fixed")) ? BUDGET_FIXED :
	    str_eq(s->name.text, STR("sliding")) ? BUDGET_SLIDING :
	    BUDGET_CALENDAR;
	if (whole_number(k, next(&a), &b->limit) != 0 || b->limit <= 0 ||
	    !accept(&a, "per") ||
	    milliseconds(k, next(&a), &b->period_ms) != 0 ||
	    b->period_ms <= 0 || a.at != NULL) {
		b->limit = 1; /* it was given, though not well */
		return bad_clause(&a, "fixed 190 per 10s;");
	}
	return 0;
}

static int
budget_concurrency(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = args_of(k, s);

	b->kind = BUDGET_CONCURRENCY;
	if (whole_number(k, next(&a), &b->limit) != 0 || b->limit <= 0 ||
	    a.at != NULL)
		return bad_clause(&a, "concurrency 5;");
	return 0;
}

static int
budget_scope(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = args_of(k, s);
	struct expr *e = next(&a);

	if (e == NULL || e->kind != EX_NAME || a.at != NULL)
		return bad_clause(&a, "scope account;");
	b->scope = keep(k, e->text);
	return 0;
}

static int
budget_remaining(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = args_of(k, s);
	struct expr *e = next(&a);
	struct str name;

	if (e == NULL || e->kind != EX_CALL || e->a->kind != EX_NAME ||
	    !str_eq(e->a->text, STR("header")) || e->n != 1 ||
	    !is_text(e->items->value, &name) || a.at != NULL)
		return bad_clause(&a, "remaining header(\"x-…\");");
	b->remaining = keep(k, name);
	return 0;
}

static int
budget_reserve(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = args_of(k, s);
	struct expr *e = next(&a);

	if (e == NULL || e->kind != EX_PERCENT || a.at != NULL ||
	    e->text.n > 3)
		return bad_clause(&a, "reserve 20%;");
	b->reserve = 0;
	for (size_t i = 0; i + 1 < e->text.n; i++)
		b->reserve = b->reserve * 10 + (unsigned)(e->text.p[i] - '0');
	return 0;
}

static int
make_budget(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "fixed", budget_window, 1 },
		{ "sliding", budget_window, 1 },
		{ "calendar", budget_window, 1 },
		{ "concurrency", budget_concurrency, 1 },
		{ "scope", budget_scope, 1 },
		{ "remaining", budget_remaining, 1 },
		{ "reserve", budget_reserve, 1 },
	};
	struct args a = args_of(k, s);
	struct expr *name = next(&a);
	struct unit_budget *b;

	(void)what;
	if (name == NULL || name->kind != EX_NAME || a.at != NULL ||
	    !s->has_body)
		return bad_clause(&a, "budget name { fixed 190 per 10s; … }");
	for (uint32_t i = 0; i < k->out->nbudget; i++)
		if (str_eq(k->out->budgets[i].name, name->text)) {
			diag_at(&k->c->ss, C202, name->span,
			    "a second budget `%.*s`", STR_ARG(name->text));
			return -1;
		}
	b = &k->out->budgets[k->out->nbudget++];
	b->name = keep(k, name->text);
	b->scope = STR("account");
	clauses(k, s->body, words, COUNT(words), b, "a budget");
	if (b->limit == 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
		    "the budget has no limit"), "fixed 190 per 10s;");
	return 0;
}

/* ---- operations ---- */

static int
op_request(struct conn *k, struct stmt *s, void *what)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH",
		"DELETE" };
	struct unit_op *op = what;
	struct args a = args_of(k, s);
	struct expr *method = next(&a), *path = next(&a);
	size_t i = 0;

	if (method == NULL || method->kind != EX_NAME || path == NULL ||
	    (path->kind != EX_TEXT && path->kind != EX_INTERP) ||
	    a.at != NULL)
		return bad_clause(&a, "request POST \"/path\";");
	while (i < COUNT(methods) && !str_eq(method->text, str_z(methods[i])))
		i++;
	if (i == COUNT(methods)) {
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C602, method->span,
		    "there is no method `%.*s`", STR_ARG(method->text)),
		    "GET, POST, PUT, PATCH or DELETE");
		return -1;
	}
	op->method = keep(k, method->text);
	op->path = function(k, path, VIEW_RECORDS, "path");
	return 0;
}

static int
op_body(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = args_of(k, s);

	if (!s->has_value || s->words.n > 0)
		return bad_clause(&a, "body = { … };");
	op->body = function(k, s->value, VIEW_RECORDS, "body");
	return 0;
}

static int
op_header(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = args_of(k, s);
	struct str name;
	struct expr *value;

	if (!is_text(next(&a), &name) || (value = next(&a)) == NULL ||
	    a.at != NULL)
		return bad_clause(&a, "header \"Name\" \"value\";");
	op->header_name[op->nheader] = keep(k, name);
	op->header_value[op->nheader++] = function(k, value, VIEW_RECORDS,
	    "header");
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
		if (accept(a, outcomes[i].word) && (!outcomes[i].second ||
		    accept(a, outcomes[i].second))) {
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
 * results whole;
 */
static int
op_results(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = args_of(k, s);
	int errors = 0;

	if (accept(&a, "keyed"))
		op->model = RESULT_KEYED;
	else if (accept(&a, "aligned"))
		op->model = RESULT_ALIGNED;
	else if (accept(&a, "whole"))
		op->model = RESULT_WHOLE;
	else
		return bad_clause(&a, "results keyed …, aligned … or whole;");
	if (op->model != RESULT_WHOLE) {
		if (a.at == NULL)
			return bad_clause(&a, "results keyed body.results "
			    "by item.… id item.id;");
		op->list = function(k, next(&a), VIEW_BODY, "results");
	}
	while (a.at != NULL) {
		struct item *word = a.at;
		int *to, body = 0;

		if (accept(&a, "unmatched")) {
			if (outcome(&a, &op->unmatched) != 0)
				return -1;
			continue;
		}
		if (accept(&a, "errors")) {
			to = &op->errors;
			body = errors = 1;
		} else if (accept(&a, "by")) {
			to = errors ? &op->error_key : &op->key;
		} else if (accept(&a, "id")) {
			to = &op->id;
		} else if (accept(&a, "error")) {
			to = &op->error_key;
		} else if (accept(&a, "text")) {
			to = &op->error_text;
		} else {
			return bad_clause(&a, "by, id, errors … by, error, "
			    "text or unmatched");
		}
		if (*to >= 0 || a.at == NULL) {
			a.at = word;
			return bad_clause(&a, a.at == NULL ? "a value" :
			    "each word once, with a value behind it");
		}
		*to = function(k, next(&a), body ? VIEW_BODY : VIEW_ITEM,
		    "results");
	}
	if (op->model == RESULT_KEYED && op->key < 0)
		return bad_clause(&a, "results keyed body.results by "
		    "item.trace …;");
	return 0;
}

/* cost { burst: 1, day: 1 } */
static void
op_cost(struct conn *k, struct unit_op *op, struct expr *cost)
{
	op->cost_budget = arena_array(k->ua, cost->n,
	    sizeof(*op->cost_budget));
	op->cost = arena_array(k->ua, cost->n, sizeof(*op->cost));
	for (struct item *i = cost->items; i != NULL; i = i->next) {
		int64_t n;
		uint32_t b = 0;

		while (b < k->out->nbudget && !str_eq(i->name.text,
		    k->out->budgets[b].name))
			b++;
		if (b == k->out->nbudget) {
			diag_at(&k->c->ss, C605, i->name.span,
			    "there is no budget `%.*s`",
			    STR_ARG(i->name.text));
			continue;
		}
		if (whole_number(k, i->value, &n) != 0 || n < 0) {
			diag_at(&k->c->ss, C602, i->value->span,
			    "a cost is a whole number");
			continue;
		}
		op->cost_budget[op->ncost] = k->out->budgets[b].name;
		op->cost[op->ncost++] = n;
	}
}

static int
make_op(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "request", op_request, 1 },
		{ "body", op_body, 1 },
		{ "header", op_header, 0 },
		{ "results", op_results, 1 },
	};
	static const char *const names[] = {
#define X(name, word) word,
		CONNECTOR_OPS(X)
#undef X
	};
	struct unit_object *o = what;
	struct unit_op *op = &o->ops[o->nop];
	struct args a = args_of(k, s);
	int64_t batch = 1;
	size_t n = 0;

	*op = (struct unit_op){ .path = -1, .body = -1, .list = -1, .key = -1,
		.id = -1, .errors = -1, .error_key = -1, .error_text = -1,
		.unmatched = OUTCOME_UNKNOWN, .model = RESULT_WHOLE };
	while (!str_eq(s->name.text, str_z(names[op->op])))
		op->op++;
	if (accept(&a, "batch") && (whole_number(k, next(&a), &batch) != 0 ||
	    batch < 1 || batch > 10000))
		return bad_clause(&a, "upsert batch 100 { … }");
	if (a.at != NULL || !s->has_body)
		return bad_clause(&a, "upsert batch 100 cost { … } { … }");
	o->nop++;
	op->batch = (uint32_t)batch;
	op->pos = span_pos(&k->c->ss, s->span);
	if (s->has_value)
		op_cost(k, op, s->value);
	for (struct stmt *i = s->body; i != NULL; i = i->next)
		n++;
	op->header_name = arena_array(k->ua, n, sizeof(*op->header_name));
	op->header_value = arena_array(k->ua, n, sizeof(*op->header_value));
	clauses(k, s->body, words, COUNT(words), op, "an operation");
	if (op->method.n == 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
		    "the operation needs `request`"),
		    "request POST \"/path\";");
	return 0;
}

/* ---- objects ---- */

static int
object_id(struct conn *k, struct stmt *s, void *what)
{
	struct unit_object *o = what;
	struct args a = args_of(k, s);

	if (!s->has_value || s->words.n > 0)
		return bad_clause(&a, "id = body.id;");
	o->id = function(k, s->value, VIEW_BODY, "id");
	return 0;
}

static int
object_clear(struct conn *k, struct stmt *s, void *what)
{
	struct unit_object *o = what;
	struct args a = args_of(k, s);
	struct buf b = { 0 };
	struct value v;
	struct expr *e;

	if (!accept(&a, "encode") || (e = next(&a)) == NULL ||
	    a.at != NULL || expr_const(k->c, e, &v) != 0)
		return bad_clause(&a, "clear encode \"\"; or clear encode "
		    "null;");
	value_write(&b, v);
	o->clear = keep(k, buf_str(&b));
	buf_fini(&b);
	return 0;
}

static int
object_fields(struct conn *k, struct stmt *s, void *what)
{
	struct unit_object *o = what;
	struct args a = args_of(k, s);
	struct str path;
	int64_t ms = 3600000;

	if (!accept(&a, "from") || !is_text(next(&a), &path) ||
	    (accept(&a, "cache") && milliseconds(k, next(&a), &ms) != 0) ||
	    a.at != NULL)
		return bad_clause(&a, "fields from \"/path\" cache 1h;");
	o->fields_path = keep(k, path);
	o->fields_cache_s = ms / 1000;
	return 0;
}

static int
not_yet(struct conn *k, struct stmt *s, void *what)
{
	(void)what;
	diag_at(&k->c->ss, C190, s->head, "`%.*s` is not built yet",
	    STR_ARG(s->name.text));
	return -1;
}

static int
make_object(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "id", object_id, 1 },
		{ "clear", object_clear, 1 },
		{ "fields", object_fields, 1 },
		{ "upsert", make_op, 1 },
		{ "create", make_op, 1 },
		{ "update", make_op, 1 },
		{ "archive", make_op, 1 },
		{ "delete", make_op, 1 },
		{ "read", not_yet, 0 },
		{ "list", not_yet, 0 },
		{ "webhook", not_yet, 0 },
	};
	struct args a = args_of(k, s);
	struct expr *name = next(&a);
	struct unit_object *o;
	size_t n = 0;

	(void)what;
	if (name == NULL || name->kind != EX_NAME || a.at != NULL ||
	    !s->has_body)
		return bad_clause(&a, "object contact { … }");
	for (uint32_t i = 0; i < k->out->nobject; i++)
		if (str_eq(k->out->objects[i].name, name->text)) {
			diag_at(&k->c->ss, C202, name->span,
			    "a second object `%.*s`", STR_ARG(name->text));
			return -1;
		}
	o = &k->out->objects[k->out->nobject++];
	o->name = keep(k, name->text);
	o->id = -1;
	for (struct stmt *i = s->body; i != NULL; i = i->next)
		n++;
	o->ops = arena_array(k->ua, n, sizeof(*o->ops));
	clauses(k, s->body, words, COUNT(words), o, "an object");
	return 0;
}

/* ---- classify ---- */

/* retry after (header("Retry-After") ?? 10s): leaves [outcome, seconds]. */
static int
gen_outcome(struct conn *k, struct gen_func *f, struct check *ck,
    struct stmt *s)
{
	struct args a = args_of(k, s);
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
		return bad_clause(&a, "retry after(…) or throttle after(…)");
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

static int
make_classify(struct conn *k, struct stmt *s, void *what)
{
	struct compile *c = k->c;
	struct check ck = { .c = c, .m = k->m, .flags = CK_CONNECTOR };
	struct gen_func *f;
	const struct stmt *other = NULL;

	(void)what;
	ck.scope = add_local(k, NULL, "status", type_of(TYPE_INT, 0), 0);
	ck.scope = add_local(k, ck.scope, " headers",
	    type_of(TYPE_ANY, 0), 1);
	ck.scope = add_local(k, ck.scope, "body", type_of(TYPE_ANY, NIL_BOTH),
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

/* ---- the connector ---- */

static int
make_version(struct conn *k, struct stmt *s, void *what)
{
	struct args a = args_of(k, s);
	struct str v;

	(void)what;
	if (!is_text(next(&a), &v) || a.at != NULL)
		return bad_clause(&a, "version \"v3\";");
	k->out->version = keep(k, v);
	return 0;
}

static int
make_base(struct conn *k, struct stmt *s, void *what)
{
	struct args a = args_of(k, s);
	struct str v;

	(void)what;
	if (!is_text(next(&a), &v) || a.at != NULL)
		return bad_clause(&a, "base \"https://…\";");
	k->out->base = keep(k, v);
	return 0;
}

void
connector_compile(struct compile *c, struct entity *e,
    struct unit_connector *out)
{
	static const struct word_rule words[] = {
		{ "version", make_version, 1 },
		{ "auth", make_auth, 1 },
		{ "base", make_base, 1 },
		{ "budget", make_budget, 0 },
		{ "object", make_object, 0 },
		{ "classify", make_classify, 1 },
	};
	struct conn k = { .c = c, .m = e->mod, .out = out,
		.ua = &c->unit->arena };
	size_t n = 0;

	for (struct stmt *s = e->decl->body; s != NULL; s = s->next)
		n++;
	k.g = gen_new(&c->ss, c->a, k.ua, e->decl->name.text);
	out->name = keep(&k, e->decl->name.text);
	out->pos = span_pos(&c->ss, e->decl->span);
	out->classify = -1;
	out->budgets = arena_array(k.ua, n, sizeof(*out->budgets));
	out->objects = arena_array(k.ua, n, sizeof(*out->objects));
	clauses(&k, e->decl->body, words, COUNT(words), NULL, "a connector");
	if (out->base.n == 0)
		diag_fix(&c->ss, diag_at(&c->ss, C603, e->decl->head,
		    "the connector has no `base`"), "base \"https://…\";");
	if (out->classify < 0)
		diag_fix(&c->ss, diag_at(&c->ss, C603, e->decl->head,
		    "the connector has no `classify`"),
		    "classify { … else => fail permanent; }");
	if (c->d->nerror == 0)
		out->prog = gen_finish(k.g);
}
