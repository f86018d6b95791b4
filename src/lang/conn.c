/*
 * Connectors: clauses to struct unit_connector.  Here the connector itself
 * and its auth; objects are in connop.c, classify in connclass.c.
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
		{ "version", make_version, 1, 2 },
		{ "auth", make_auth, 1 },
		{ "base", make_base, 1 },
		{ "header", make_header, 0 },
		{ "budget", conn_budget, 0, 1 },
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
