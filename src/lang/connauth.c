/*
 * How a connection shows who it is: the auth block of connectors.
 *
 * What is said here may depend on the connection, but no parameter may choose
 * where its secrets are sent.
 */
#include "lang/clause.h"

static const char *const grant_word[] = {
#define X(name, word, held) [GRANT_##name] = word,
	AUTH_GRANTS(X)
#undef X
};

/* An expression of VIEW_ACCOUNT that is a text; its function, or -1. */
static int
account_text(struct conn *k, struct expr *e, const char *name)
{
	struct type t;
	int func = conn_typed(k, e, VIEW_ACCOUNT, name, &t);

	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_TEXT)
		return func;
	diag_at(&k->c->ss, C301, e->span, "`%s` is a text, this is %.*s",
	    name, STR_ARG(type_text(k->c->a, t)));
	return -1;
}

/* ---- the token's address ---- */

/* "https://host/…", whatever follows; or only the host and no more. */
static int
names_host(struct str s, int whole)
{
	size_t n = str_starts(s, STR("https://")) ? 8 :
	    str_starts(s, STR("http://")) ? 7 : 0;

	return n > 0 && s.n > n && s.p[n] != '/' &&
	    (whole || memchr(s.p + n, '/', s.n - n) != NULL);
}

/* Reports where something else than the connector says which host it is. */
static int
fixed_host(struct conn *k, const struct expr *e)
{
	const struct item *first = e->items, *i;

	switch (e->kind) {
	case EX_TEXT:
		if (names_host(e->text, 1))
			return 0;
		break;
	case EX_INTERP: /* text, value, text, … */
		if (names_host(first->value->text, 0))
			return 0;
		i = first->next;
		if (first->value->text.n == 0 && i->value->kind == EX_NAME &&
		    str_eq(i->value->text, STR("base")) &&
		    str_starts(i->next->value->text, STR("/")))
			return 0;
		break;
	case EX_NIL_ELSE:
		return fixed_host(k, e->a) | fixed_host(k, e->b);
	case EX_IF:
		return fixed_host(k, e->b) | fixed_host(k, e->c);
	case EX_MATCH:
		for (i = e->items; i != NULL; i = i->next)
			if (fixed_host(k, i->value) != 0)
				return -1;
		return 0;
	case EX_BAD:
		return 0;
	default:
		break;
	}
	diag_fix(&k->c->ss, diag_at(&k->c->ss, C626, e->span,
	    "the host that secrets are sent to must stand here"),
	    "\"https://login.example.com/{param.tenant}/token\", or "
	    "\"{base}/token\"");
	return -1;
}

static int
auth_token(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_first(s, &a);

	auth->token = 0; /* it was given, though not well */
	if (e == NULL || a.at != NULL)
		return clause_bad(&a, "token \"https://…\";");
	if (fixed_host(k, e) != 0)
		return -1;
	auth->token = account_text(k, e, "token");
	return 0;
}

/* ---- what is shown there ---- */

static int
auth_scopes(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);

	if (!s->has_value || s->value->kind != EX_LIST)
		return clause_bad(&a, "scopes [\"…\", \"…\"];");
	auth->scopes = arena_array(k->ua, s->value->n, sizeof(*auth->scopes));
	for (struct item *i = s->value->items; i != NULL; i = i->next)
		auth->scopes[auth->nscope++] = account_text(k, i->value,
		    "scope");
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
auth_client(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);

	auth->basic = clause_word(&a, "basic");
	if ((!auth->basic && !clause_word(&a, "body")) || a.at != NULL)
		return clause_bad(&a, "client basic; or client body;");
	return 0;
}

static int
auth_lifetime(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);

	if (clause_time(k, clause_next(&a), &auth->lifetime_ms) != 0 ||
	    auth->lifetime_ms < 1000 || a.at != NULL)
		return clause_bad(&a, "lifetime 2h;");
	return 0;
}

/* ---- grants ---- */

static int
jwt_claim(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_first(s, &a);
	const char *name = "audience";
	int *to = &auth->audience;

	if (str_eq(s->name.text, STR("issuer"))) {
		name = "issuer";
		to = &auth->issuer;
	} else if (str_eq(s->name.text, STR("subject"))) {
		name = "subject";
		to = &auth->subject;
	}
	*to = 0;
	if (e == NULL || a.at != NULL)
		return clause_bad(&a, "subject param.username;");
	*to = account_text(k, e, name);
	return 0;
}

static int
find_grant(struct conn *k, const struct expr *e, enum auth_grant *out)
{
	struct near near;
	struct diag *g;

	near_init(&near, e->text);
	for (*out = 0; *out < AUTH_NGRANT; ++*out) {
		if (str_eq(e->text, str_z(grant_word[*out])))
			return 0;
		near_try(&near, str_z(grant_word[*out]));
	}
	g = diag_at(&k->c->ss, C629, e->span, "there is no grant `%.*s`",
	    STR_ARG(e->text));
	if (!diag_meant(&k->c->ss, g, &near))
		diag_fix(&k->c->ss, g, "refresh_token, client_credentials or "
		    "jwt_bearer { … }");
	return -1;
}

static int
auth_grant(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule claims[] = {
		{ "issuer", jwt_claim, 1 },
		{ "subject", jwt_claim, 1 },
		{ "audience", jwt_claim, 1 },
	};
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_next(&a);
	enum auth_grant grant;

	if (e == NULL || e->kind != EX_NAME || a.at != NULL)
		return clause_bad(&a, "grant client_credentials;");
	if (find_grant(k, e, &grant) != 0)
		return -1;
	for (uint32_t i = 0; i < auth->ngrant; i++)
		if (auth->grants[i] == grant) {
			diag_at(&k->c->ss, C202, e->span, "a second grant "
			    "`%s`", grant_word[grant]);
			return -1;
		}
	auth->grants[auth->ngrant++] = grant;
	if (s->has_body != (grant == GRANT_JWT_BEARER))
		return clause_bad(&a, s->has_body ? "grant …;" :
		    "grant jwt_bearer { subject param.username; }");
	clause_all(k, s->body, claims, COUNT(claims), auth, "grant jwt_bearer");
	if (s->has_body && auth->subject < 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
		    "grant jwt_bearer needs `subject`"),
		    "subject param.username;");
	return 0;
}

/* ---- the host that comes with the token ---- */

static int
auth_base(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);
	struct type t;

	auth->base = 0;
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "base = body.instance_url;");
	auth->base = conn_typed(k, s->value, VIEW_BODY, "base", &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_TEXT)
		return 0;
	diag_at(&k->c->ss, C301, s->value->span, "a base is a text, this is "
	    "%.*s", STR_ARG(type_text(k->c->a, t)));
	return -1;
}

/*
 * "example.com", "*.my.example.com", or an address with its scheme and port,
 * "http://127.0.0.1:8080".  What all of a domain's customers share does not
 * narrow anything down, so two labels stand behind a *.
 */
static int
is_host(struct str s)
{
	size_t labels = 1;

	if (str_starts(s, STR("http://")) || str_starts(s, STR("https://")))
		return names_host(s, 1) && !names_host(s, 0);
	if (str_starts(s, STR("*.")))
		s = str_from(s.p + 2, s.n - 2);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && i > 0 && s.p[i - 1] != '.' && i + 1 < s.n)
			labels++;
		else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-'))
			return 0;
	}
	return labels > 1;
}

static int
auth_hosts(struct conn *k, struct stmt *s, void *what)
{
	struct unit_auth *auth = what;
	struct args a = clause_args(k, s);
	struct str host;

	auth->hosts = arena_array(k->ua, 1, sizeof(*auth->hosts));
	if (!s->has_value || s->value->kind != EX_LIST || s->value->n == 0)
		return clause_bad(&a, "hosts [\"*.my.example.com\"];");
	auth->hosts = arena_array(k->ua, s->value->n, sizeof(*auth->hosts));
	for (struct item *i = s->value->items; i != NULL; i = i->next) {
		if (!clause_text(i->value, &host) || !is_host(host)) {
			diag_fix(&k->c->ss, diag_at(&k->c->ss, C628, i->span,
			    "this names no host"), "\"api.example.com\", "
			    "\"*.my.example.com\" in lower case, or with a "
			    "port \"https://api.example.com:8443\"");
			return -1;
		}
		auth->hosts[auth->nhost++] = clause_keep(k, host);
	}
	return 0;
}

/* ---- the kinds ---- */

/* What no clause of it can know. */
static void
check_oauth2(struct conn *k, struct stmt *s, struct unit_auth *auth)
{
	struct sources *ss = &k->c->ss;

	if (auth->token < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "auth oauth2 needs `token`"), "token \"https://…\";");
	if (auth->base >= 0 && auth->hosts == NULL)
		diag_fix(ss, diag_at(ss, C627, s->head,
		    "a base that comes with the token could be any host"),
		    "say which: hosts [\"*.my.example.com\"];");
	if (auth->base < 0 && auth->hosts != NULL)
		diag_fix(ss, diag_at(ss, C627, s->head,
		    "`hosts` are of a base that comes with the token"),
		    "base = body.instance_url;");
	if (auth->ngrant > 0)
		return;
	auth->grants[auth->ngrant++] = GRANT_REFRESH_TOKEN;
	auth->grants[auth->ngrant++] = GRANT_CLIENT_CREDENTIALS;
}

static int
make_oauth2(struct conn *k, struct stmt *s, struct unit_auth *auth)
{
	static const struct word_rule words[] = {
		{ "token", auth_token, 1 },
		{ "scopes", auth_scopes, 1 },
		{ "scheme", auth_scheme, 1 },
		{ "client", auth_client, 1 },
		{ "grant", auth_grant, 0 },
		{ "lifetime", auth_lifetime, 1 },
		{ "base", auth_base, 1 },
		{ "hosts", auth_hosts, 1 },
	};

	auth->kind = AUTH_OAUTH2;
	if (s->has_value)
		conn_costs(k, s->value, VIEW_ACCOUNT, &auth->costs,
		    &auth->ncost);
	clause_all(k, s->body, words, COUNT(words), auth, "auth oauth2");
	check_oauth2(k, s, auth);
	return 0;
}

int
conn_auth(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule bearer[] = {
		{ "scheme", auth_scheme, 1 },
	};
	struct unit_auth *auth = &k->out->auth;
	struct args a = clause_args(k, s);
	struct str header;

	(void)what;
	if (clause_word(&a, "oauth2") && a.at == NULL && s->has_body)
		return make_oauth2(k, s, auth);
	a = clause_args(k, s);
	if (clause_word(&a, "bearer") && a.at == NULL && !s->has_value) {
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
