/*
 * Webhooks of an object: how they show whose they are, and what is in them.
 */
#include "lang/clause.h"

#define SIGNED_RAW (1u << 2) /* of conn.used: the body as it came */

static struct expr *
call_of(struct expr *e, const char *name)
{
	return e != NULL && e->kind == EX_CALL && e->a->kind == EX_NAME &&
	    str_eq(e->a->text, str_z(name)) ? e : NULL;
}

/* secret("name"); -1 with a finding. */
static int
hook_secret(struct conn *k, struct expr *e, struct str *out)
{
	struct str name;

	if (call_of(e, "secret") != NULL && e->n == 1 &&
	    clause_text(e->items->value, &name) && name.n > 0) {
		*out = clause_keep(k, name);
		return 0;
	}
	diag_fix(&k->c->ss, diag_at(&k->c->ss, C623, e->span,
	    "a secret stands here by its name only"),
	    "secret(\"hubspot.client\")");
	return -1;
}

/* ---- what is signed ---- */

static struct expr *
new_expr(struct conn *k, enum expr_kind kind, const struct expr *at)
{
	struct expr *e = arena_new(k->c->a, struct expr);

	*e = (struct expr){ .kind = kind, .depth = at->depth,
		.span = at->span, .op = at->span };
	return e;
}

static void
add_part(struct conn *k, struct expr *text, struct expr *e)
{
	struct item **end = &text->items;

	while (*end != NULL)
		end = &(*end)->next;
	if (call_of(e, "header") != NULL) {
		/* what did not come was not signed either */
		struct expr *or = new_expr(k, EX_NIL_ELSE, e);

		or->a = e;
		or->b = new_expr(k, EX_TEXT, e);
		or->b->text = STR("");
		e = or;
	}
	*end = arena_new(k->c->a, struct item);
	**end = (struct item){ .span = e->span, .value = e };
	text->n++;
}

/* a + b + c is the text "{a}{b}{c}". */
static void
add_parts(struct conn *k, struct expr *text, struct expr *e)
{
	if (e->kind == EX_ADD) {
		add_parts(k, text, e->a);
		add_parts(k, text, e->b);
	} else if (e->kind == EX_INTERP) {
		for (struct item *i = e->items; i != NULL; i = i->next)
			add_part(k, text, i->value);
	} else {
		add_part(k, text, e);
	}
}

/* The one header that is signed is when; "" where there is none, or two. */
static struct str
signed_header(const struct expr *text)
{
	struct str found = STR(""), name;

	for (const struct item *i = text->items; i != NULL; i = i->next) {
		if (i->value->kind != EX_NIL_ELSE ||
		    call_of(i->value->a, "header") == NULL)
			continue;
		if (i->value->a->n != 1 || found.n > 0 ||
		    !clause_text(i->value->a->items->value, &name))
			return STR("");
		found = name;
	}
	return found;
}

static int
verify_hmac(struct conn *k, struct args *a, struct expr *e,
    struct unit_webhook *w)
{
	static const char form[] = "verify hmac_sha256(secret(\"…\"), raw) "
	    "base64 header \"X-Signature\";";
	struct sources *ss = &k->c->ss;
	struct expr *text;
	struct str header;
	struct item *age;
	int64_t ms = 0;

	if (e->n != 2)
		return clause_bad(a, form);
	if (hook_secret(k, e->items->value, &w->secret) != 0)
		return -1;
	w->hex = clause_word(a, "hex");
	if (!(w->hex || clause_word(a, "base64")) ||
	    !clause_word(a, "header") ||
	    !clause_text(clause_next(a), &header))
		return clause_bad(a, form);
	w->header = clause_keep(k, header);
	age = a->at;
	if (clause_word(a, "max_age") &&
	    (clause_time(k, clause_next(a), &ms) != 0 || ms < 1000))
		return clause_bad(a, "max_age 300s");
	if (a->at != NULL)
		return clause_bad(a, form);
	e = e->items->next->value;
	text = new_expr(k, EX_INTERP, e);
	add_parts(k, text, e);
	w->value = conn_function(k, text, VIEW_SIGNED, "signed");
	if (!(k->used & SIGNED_RAW)) {
		diag_fix(ss, diag_at(ss, C621, e->span,
		    "a body can be exchanged that is not signed"),
		    "method + uri + raw");
		return -1;
	}
	w->max_age_s = ms / 1000;
	w->time_header = clause_keep(k, signed_header(text));
	if (ms > 0 && w->time_header.n == 0) {
		diag_fix(ss, diag_at(ss, C622, age->span,
		    "the time must be the one header that is signed"),
		    "… + raw + header(\"X-Timestamp\")");
		return -1;
	}
	return 0;
}

static int
verify_token(struct conn *k, struct args *a, struct expr *e,
    struct unit_webhook *w)
{
	struct type t;

	if (e->n != 2 || a->at != NULL)
		return clause_bad(a, "verify token(secret(\"…\"), "
		    "header(\"X-Token\"));");
	if (hook_secret(k, e->items->value, &w->secret) != 0)
		return -1;
	e = e->items->next->value;
	w->value = conn_typed(k, e, VIEW_REPLY, "token", &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_TEXT)
		return 0;
	diag_at(&k->c->ss, C301, e->span, "a token is a text, this is %.*s",
	    STR_ARG(type_text(k->c->a, t)));
	return -1;
}

static int
verify_basic(struct conn *k, struct args *a, struct expr *e,
    struct unit_webhook *w)
{
	if (e->n != 1 || a->at != NULL)
		return clause_bad(a, "verify basic(secret(\"…\"));");
	return hook_secret(k, e->items->value, &w->secret);
}

static int
hook_verify(struct conn *k, struct stmt *s, void *what)
{
	static int (*const make[])(struct conn *, struct args *,
	    struct expr *, struct unit_webhook *) = {
		[HOOK_HMAC_SHA256] = verify_hmac,
		[HOOK_TOKEN] = verify_token,
		[HOOK_BASIC] = verify_basic,
	};
	struct unit_webhook *w = what;
	struct args a = clause_args(k, s);
	struct expr *e;
	struct near near;
	struct diag *g;

	w->verified = 1; /* it was given, though not well */
	if (s->has_value || a.at == NULL || a.at->value->kind != EX_CALL ||
	    a.at->value->a->kind != EX_NAME || a.at->value->n == 0)
		return clause_bad(&a, "verify hmac_sha256(…) …, token(…) or "
		    "basic(…);");
	e = clause_next(&a);
	near_init(&near, e->a->text);
	for (size_t i = 0; i < COUNT(make); i++) {
		w->verify = (enum hook_verify)i;
		if (str_eq(e->a->text, str_z(hook_verify_word[i])))
			return make[i](k, &a, e, w);
		near_try(&near, str_z(hook_verify_word[i]));
	}
	g = diag_at(&k->c->ss, C620, e->a->span,
	    "no webhook is verified by `%.*s`", STR_ARG(e->a->text));
	if (!diag_meant(&k->c->ss, g, &near))
		diag_fix(&k->c->ss, g, "hmac_sha256, token or basic");
	return -1;
}

static int
hook_events(struct conn *k, struct stmt *s, void *what)
{
	struct unit_webhook *w = what;
	struct args a = clause_args(k, s);
	struct type t;

	w->events = 0;
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "events = body;");
	w->events = conn_typed(k, s->value, VIEW_REPLY, "events", &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_LIST)
		return 0;
	diag_at(&k->c->ss, C613, s->value->span,
	    "events is the list of events, this is %.*s",
	    STR_ARG(type_text(k->c->a, t)));
	return -1;
}

/* name = e; of an event, to the function *to. */
static int
hook_value(struct conn *k, struct stmt *s, const char *name, int *to,
    struct type *t)
{
	struct args a = clause_args(k, s);

	*to = 0;
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, arena_printf(k->c->a, "%s = item.…;",
		    name).p);
	*to = conn_typed(k, s->value, VIEW_EVENT, name, t);
	return 0;
}

/* The same where it must be a text, or a number too. */
static int
hook_text(struct conn *k, struct stmt *s, const char *name, int *to,
    int number)
{
	struct type t;

	if (hook_value(k, s, name, to, &t) != 0)
		return -1;
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_TEXT ||
	    (number && type_is_number(t)))
		return 0;
	diag_at(&k->c->ss, C671, s->value->span, "%s of an event is a text%s, "
	    "this is %.*s", name, number ? " or a number" : "",
	    STR_ARG(type_text(k->c->a, t)));
	return -1;
}

static int
hook_id(struct conn *k, struct stmt *s, void *what)
{
	struct unit_webhook *w = what;

	return hook_text(k, s, "id", &w->id, 1);
}

static int
hook_op(struct conn *k, struct stmt *s, void *what)
{
	struct unit_webhook *w = what;

	return hook_text(k, s, "op", &w->op, 0);
}

static int
hook_at(struct conn *k, struct stmt *s, void *what)
{
	struct unit_webhook *w = what;

	return hook_text(k, s, "at", &w->at, 1);
}

static int
hook_fields(struct conn *k, struct stmt *s, void *what)
{
	struct unit_webhook *w = what;
	struct type t;

	return hook_value(k, s, "fields", &w->fields, &t);
}

static int
hook_reread(struct conn *k, struct stmt *s, void *what)
{
	struct unit_webhook *w = what;

	return conn_bool(k, s, VIEW_EVENT, "reread", &w->reread);
}

static int
hook_echo(struct conn *k, struct stmt *s, void *what)
{
	struct unit_webhook *w = what;

	return conn_bool(k, s, VIEW_EVENT, "echo", &w->echo);
}

/* A channel that ends: renew 1d { request POST "/watch"; body = …; } */
static int
hook_renew(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "request", op_request, 1 },
		{ "query", op_query, 0 },
		{ "body", op_body, 1 },
		{ "header", op_header, 0 },
		{ "classify", op_classify, 1 },
	};
	struct unit_webhook *w = what;
	struct args a = clause_args(k, s);

	if (clause_time(k, clause_next(&a), &w->renew_ms) != 0 ||
	    w->renew_ms < 60000 || a.at != NULL || !s->has_body)
		return clause_bad(&a, "renew 1d { request POST \"/watch\"; "
		    "body = …; }, a minute or longer");
	w->renew = arena_new(k->ua, struct unit_op);
	op_init(k, w->renew, s);
	/* sent twice it is the same channel */
	w->renew->op = CONNECTOR_UPDATE;
	k->view = VIEW_RECORDS;
	if (s->has_value)
		conn_costs(k, s->value, VIEW_RECORDS, &w->renew->costs,
		    &w->renew->ncost);
	clause_all(k, s->body, words, COUNT(words), w->renew, "renew");
	op_needs_request(k, s, w->renew);
	return 0;
}

int
conn_webhook(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "verify", hook_verify, 1 },
		{ "events", hook_events, 1 },
		{ "id", hook_id, 1 },
		{ "op", hook_op, 1 },
		{ "at", hook_at, 1 },
		{ "fields", hook_fields, 1 },
		{ "reread", hook_reread, 1 },
		{ "echo", hook_echo, 1 },
		{ "renew", hook_renew, 1 },
	};
	struct unit_object *o = what;
	struct args a = clause_args(k, s);
	struct sources *ss = &k->c->ss;
	unsigned nerror = k->c->d->nerror;
	struct unit_webhook *w;

	if (a.at != NULL || s->has_value || !s->has_body)
		return clause_bad(&a, "webhook { verify …; events = body; }");
	if (o->webhook != NULL) /* by what was written for several */
		diag_at(&k->c->ss, C202, s->head, "a second `webhook`");
	w = o->webhook = arena_new(k->ua, struct unit_webhook);
	*w = (struct unit_webhook){ .value = -1, .events = -1, .id = -1,
		.op = -1, .at = -1, .fields = -1, .reread = -1, .echo = -1 };
	clause_all(k, s->body, words, COUNT(words), w, "a webhook");
	if (k->c->d->nerror > nerror)
		return -1;
	if (!w->verified)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "the webhook needs `verify`, or anyone may send it"),
		    "verify hmac_sha256(secret(\"…\"), raw) base64 "
		    "header \"X-Signature\";");
	if (w->events < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "the webhook needs `events`"), "events = body;");
	if (k->c->d->nerror == nerror && w->id < 0 && o->id < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "nothing says the record of an event"),
		    "id = item.objectId;");
	return 0;
}
