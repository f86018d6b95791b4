/*
 * Connectors: clauses to struct unit_connector.  Here the connector itself,
 * its auth and its budgets; objects and classify are in connop.c.
 */
#include "lang/clause.h"

/* ---- auth ---- */

static int
auth_token(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);
	struct str url;

	if (!clause_text(clause_next(&a), &url) || a.at != NULL)
		return clause_bad(&a, "token \"https://…\";");
	auth->token_url = clause_keep(k, url);
	return 0;
}

static int
auth_scopes(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);

	if (!s->has_value || s->value->kind != EX_LIST)
		return clause_bad(&a, "scopes [\"…\", \"…\"];");
	auth->scopes = arena_array(k->ua, s->value->n, sizeof(*auth->scopes));
	for (struct item *i = s->value->items; i != NULL; i = i->next) {
		struct str scope;

		if (!clause_text(i->value, &scope))
			return clause_bad(&a, "scopes [\"…\", \"…\"];");
		auth->scopes[auth->nscope++] = clause_keep(k, scope);
	}
	return 0;
}

/* What stands before the token, where that is not Bearer. */
static int
auth_scheme(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);
	struct str scheme;

	if (!clause_text(clause_next(&a), &scheme) || a.at != NULL ||
	    scheme.n == 0)
		return clause_bad(&a, "scheme \"Zoho-oauthtoken\";");
	for (size_t i = 0; i < scheme.n; i++)
		if (scheme.p[i] < ' ' || scheme.p[i] > '~')
			return clause_bad(&a, "scheme \"Zoho-oauthtoken\";, in "
			    "ASCII");
	auth->scheme = clause_keep(k, scheme);
	return 0;
}

static int
make_auth(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule oauth2[] = {
		{ "token", auth_token, 1 },
		{ "scopes", auth_scopes, 1 },
		{ "scheme", auth_scheme, 1 },
	};
	static const struct word_rule bearer[] = {
		{ "scheme", auth_scheme, 1 },
	};
	struct unit_auth *auth = &k->out->auth;
	struct args a = clause_args(k, s);
	struct str header;

	(void)what;
	if (clause_word(&a, "oauth2") && a.at == NULL && s->has_body) {
		auth->kind = AUTH_OAUTH2;
		clause_all(k, s->body, oauth2, COUNT(oauth2), auth,
		    "auth oauth2");
		if (auth->token_url.n == 0)
			diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
			    "auth oauth2 needs `token`"),
			    "token \"https://…\";");
		return 0;
	}
	a = clause_args(k, s);
	if (clause_word(&a, "bearer") && a.at == NULL) {
		auth->kind = AUTH_BEARER;
		if (s->has_body)
			clause_all(k, s->body, bearer, COUNT(bearer), auth,
			    "auth bearer");
		return 0;
	}
	a = clause_args(k, s);
	if (clause_word(&a, "none") && a.at == NULL && !s->has_body) {
		auth->kind = AUTH_NONE;
		return 0;
	}
	a = clause_args(k, s);
	if (clause_word(&a, "header") &&
	    clause_text(clause_next(&a), &header) && a.at == NULL &&
	    !s->has_body) {
		auth->kind = AUTH_HEADER;
		auth->header = clause_keep(k, header);
		return 0;
	}
	a = clause_args(k, s);
	return clause_bad(&a, "auth oauth2 { … }, auth bearer;, "
	    "auth header \"…\"; or auth none;");
}

/* ---- budgets ---- */

static int
budget_window(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);

	b->kind = str_eq(s->name.text, STR("fixed")) ? BUDGET_FIXED :
	    str_eq(s->name.text, STR("sliding")) ? BUDGET_SLIDING :
	    BUDGET_CALENDAR;
	if (clause_number(k, clause_next(&a), &b->limit) != 0 ||
	    b->limit <= 0 ||
	    !clause_word(&a, "per") ||
	    clause_time(k, clause_next(&a), &b->period_ms) != 0 ||
	    b->period_ms <= 0 || a.at != NULL) {
		b->limit = 1; /* it was given, though not well */
		return clause_bad(&a, "fixed 190 per 10s;");
	}
	return 0;
}

static int
budget_concurrency(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);

	b->kind = BUDGET_CONCURRENCY;
	if (clause_number(k, clause_next(&a), &b->limit) != 0 ||
	    b->limit <= 0 ||
	    a.at != NULL)
		return clause_bad(&a, "concurrency 5;");
	return 0;
}

static int
budget_scope(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_next(&a);

	if (e == NULL || e->kind != EX_NAME || a.at != NULL)
		return clause_bad(&a, "scope account;");
	b->scope = clause_keep(k, e->text);
	return 0;
}

static int
budget_remaining(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_next(&a);
	struct str name;

	if (e == NULL || e->kind != EX_CALL || e->a->kind != EX_NAME ||
	    !str_eq(e->a->text, STR("header")) || e->n != 1 ||
	    !clause_text(e->items->value, &name) || a.at != NULL)
		return clause_bad(&a, "remaining header(\"x-…\");");
	b->remaining = clause_keep(k, name);
	return 0;
}

static int
budget_reserve(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_next(&a);

	if (e == NULL || e->kind != EX_PERCENT || a.at != NULL ||
	    e->text.n > 3)
		return clause_bad(&a, "reserve 20%;");
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
	struct args a = clause_args(k, s);
	struct expr *name = clause_next(&a);
	struct unit_budget *b;

	(void)what;
	if (name == NULL || name->kind != EX_NAME || a.at != NULL ||
	    !s->has_body)
		return clause_bad(&a, "budget name { fixed 190 per 10s; … }");
	if (k->out->nbudget == 64) {
		diag_at(&k->c->ss, C109, s->head, "more than 64 budgets");
		return -1;
	}
	for (uint32_t i = 0; i < k->out->nbudget; i++)
		if (str_eq(k->out->budgets[i].name, name->text)) {
			diag_at(&k->c->ss, C202, name->span,
			    "a second budget `%.*s`", STR_ARG(name->text));
			return -1;
		}
	b = &k->out->budgets[k->out->nbudget++];
	b->name = clause_keep(k, name->text);
	b->scope = STR("account");
	clause_all(k, s->body, words, COUNT(words), b, "a budget");
	if (b->limit == 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
		    "the budget has no limit"), "fixed 190 per 10s;");
	return 0;
}

/* ---- the connector ---- */

static int
make_version(struct conn *k, struct stmt *s, void *what)
{
	struct args a = clause_args(k, s);
	struct str v;

	(void)what;
	if (!clause_text(clause_next(&a), &v) || a.at != NULL)
		return clause_bad(&a, "version \"v3\";");
	k->out->version = clause_keep(k, v);
	k->version->value = value_text(k->out->version);
	k->version->not_here = NULL;
	return 0;
}

static int
make_base(struct conn *k, struct stmt *s, void *what)
{
	struct args a = clause_args(k, s);
	struct str v;

	(void)what;
	if (!clause_text(clause_next(&a), &v) || a.at != NULL)
		return clause_bad(&a, "base \"https://…\";");
	k->out->base = clause_keep(k, v);
	return 0;
}

/* Of the requests of all operations. */
static int
make_header(struct conn *k, struct stmt *s, void *what)
{
	struct unit_connector *c = k->out;
	struct args a = clause_args(k, s);

	(void)what;
	if (clause_named(&a, VIEW_ACCOUNT, "header",
	    &c->header_name[c->nheader], &c->header_value[c->nheader]) != 0)
		return clause_bad(&a, "header \"Name\" \"value\";");
	c->nheader++;
	return 0;
}

/* How many objects there are at most. */
static size_t
objects_of(const struct stmt *body)
{
	size_t n = 0;

	for (const struct stmt *s = body; s != NULL; s = s->next)
		n += s->words.n > 0 &&
		    s->words.first->value->kind == EX_RECORD ?
		    s->words.first->value->n : 1;
	return n;
}

void
connector_compile(struct compile *c, struct entity *e,
    struct unit_connector *out)
{
	static const struct word_rule words[] = {
		{ "version", make_version, 1, 1 },
		{ "auth", make_auth, 1 },
		{ "base", make_base, 1 },
		{ "header", make_header, 0 },
		{ "budget", make_budget, 0 },
		{ "object", conn_object, 0 },
		{ "classify", conn_classify, 1 },
	};
	struct conn k = { .c = c, .m = e->mod, .out = out,
		.ua = &c->unit->arena };
	struct local version = { .name = STR("version"), .kind = LOCAL_CONST,
		.type = type_of(TYPE_TEXT, 0), .not_here = "the connector "
		"says no version: version \"v3\";" };
	struct err err;
	size_t n = 0;

	for (struct stmt *s = e->decl->body; s != NULL; s = s->next)
		n++;
	k.version = &version;
	k.g = gen_new(&c->ss, c->a, k.ua, e->decl->name.text);
	out->name = clause_keep(&k, e->decl->name.text);
	out->pos = span_pos(&c->ss, e->decl->span);
	out->classify = -1;
	out->budgets = arena_array(k.ua, n, sizeof(*out->budgets));
	out->header_name = arena_array(k.ua, n, sizeof(*out->header_name));
	out->header_value = arena_array(k.ua, n, sizeof(*out->header_value));
	out->objects = arena_array(k.ua, objects_of(e->decl->body),
	    sizeof(*out->objects));
	clause_all(&k, e->decl->body, words, COUNT(words), NULL, "a connector");
	if (out->base.n == 0)
		diag_fix(&c->ss, diag_at(&c->ss, C603, e->decl->head,
		    "the connector has no `base`"), "base \"https://…\";");
	if (out->classify < 0)
		diag_fix(&c->ss, diag_at(&c->ss, C603, e->decl->head,
		    "the connector has no `classify`"),
		    "classify { … else => fail permanent; }");
	if (c->d->nerror > 0)
		return;
	out->prog = gen_finish(k.g);
	if (out->prog != NULL && connector_verify(out, &err) != 0)
		diag_at(&c->ss, C799, e->decl->head, "%s", err.text);
}
