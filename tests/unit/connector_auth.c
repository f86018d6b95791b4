/*
 * Tokens: how long they are good, who refreshes them, and that they stay
 * where they belong.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "connector/auth.h"
#include "connector_rig.h"

#define NOW ((int64_t)1800000000000)
#define BASE "connector c { base \"https://c.example\";" \
	" classify { else => ok; } object o { update {" \
	" request PUT \"/o\"; } } auth "

static struct http_done
reply(int status, const char *headers, const char *body)
{
	return (struct http_done){ .outcome = HTTP_REPLY, .status = status,
		.headers = str_z(headers), .body = str_z(body) };
}

static struct auth *
fresh(struct rig *r, const char *secret)
{
	struct err e;
	struct auth *x = auth_new(&r->call, r->vm, str_z(secret), 7, &e);

	cr_assert_not_null(x, "%s", e.text);
	return x;
}

static enum auth_state
state(struct auth *x, int64_t now)
{
	struct str token;
	enum auth_state s = auth_token(x, now, &token);

	cr_assert((token.n != 0) == (s == AUTH_READY));
	return s;
}

static enum auth_state
refreshed(struct rig *r, struct auth *x, struct http_done done, int64_t now)
{
	struct http_request q = { 0 };

	cr_assert_eq(state(x, now), AUTH_STALE);
	auth_request(x, NOW, &q, &r->arena);
	cr_assert_eq(state(x, now), AUTH_FLIGHT);
	return auth_reply(x, &done, now);
}

Test(auth, static_tokens)
{
	struct rig r;
	struct auth *x;
	struct str token;
	struct http_request q = { 0 };
	struct err e;

	rig_up(&r, BASE "bearer; }");
	x = fresh(&r, "{\"token\":\"a\\u0062c\"}");
	cr_assert_eq(auth_token(x, NOW, &token), AUTH_READY);
	same(token, "abc");
	/* Nothing to refresh: refused is refused. */
	auth_refused(x, STR("other"), NOW);
	cr_assert_eq(state(x, NOW), AUTH_READY);
	auth_refused(x, token, NOW);
	cr_assert_eq(state(x, NOW), AUTH_PAUSED);
	cr_assert_str_eq(auth_error(x),
	    "the token was refused; set a new one");
	auth_free(x);
	cr_assert_null(auth_new(&r.call, r.vm, STR("{\"tokn\":\"s3cret\"}"), 7,
	    &e));
	cr_assert_null(strstr(e.text, "s3cret"));
	cr_assert_null(auth_new(&r.call, r.vm, STR("s3cret"), 7, &e));
	cr_assert_null(strstr(e.text, "s3cret"));
	rig_down(&r);

	rig_up(&r, BASE "header \"X-Api-Key\"; }");
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	x = fresh(&r, "{\"token\":\"k\"}");
	auth_token(x, NOW, &r.call.token);
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0);
	cr_assert(str_eq(q.headers[q.nheaders - 1].name, STR("X-Api-Key")));
	same(q.headers[q.nheaders - 1].value, "k");
	auth_free(x);
	rig_down(&r);

	/* what stands before it; a text that ends with = goes on */
	for (int i = 0; i < 3; i++) {
		static const char *const forms[][2] = {
			{ BASE "bearer; }", "Bearer k" },
			{ BASE "bearer { scheme \"Zoho-oauthtoken\"; } }",
			    "Zoho-oauthtoken k" },
			{ BASE "bearer { scheme \"Token token=\"; } }",
			    "Token token=k" },
		};

		rig_up(&r, forms[i][0]);
		rig_op(&r, CONNECTOR_UPDATE, 1, 1);
		x = fresh(&r, "{\"token\":\"k\"}");
		auth_token(x, NOW, &r.call.token);
		cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena,
		    &e), 0);
		cr_assert(str_eq(q.headers[q.nheaders - 1].name,
		    STR("Authorization")));
		same(q.headers[q.nheaders - 1].value, forms[i][1]);
		auth_free(x);
		rig_down(&r);
	}

	rig_up(&r, BASE "none; }");
	x = fresh(&r, "");
	cr_assert_eq(auth_token(x, NOW, &token), AUTH_READY);
	cr_assert_eq(token.n, 0);
	auth_free(x);
	rig_down(&r);
}

#define OAUTH BASE "oauth2 { token \"https://login.c.example/token\";" \
	" scopes [\"a.read\", \"b.write\"]; } }"
#define GRANT "{\"client_id\":\"i d\",\"client_secret\":\"s&=\xc3\xa9\"," \
	"\"refresh_token\":\"r1\"}"

Test(auth, the_request)
{
	struct http_request q = { 0 };
	struct rig r;
	struct auth *x;

	rig_up(&r, OAUTH);
	x = fresh(&r, GRANT);
	auth_request(x, NOW, &q, &r.arena);
	cr_assert_str_eq(q.method, "POST");
	cr_assert_str_eq(q.url, "https://login.c.example/token");
	same(q.headers[1].value, "application/x-www-form-urlencoded");
	same(q.body, "grant_type=refresh_token&client_id=i%20d"
	    "&client_secret=s%26%3D%C3%A9&refresh_token=r1");
	auth_free(x);

	x = fresh(&r, "{\"client_id\":\"i\",\"client_secret\":\"s\"}");
	auth_request(x, NOW, &q, &r.arena);
	same(q.body, "grant_type=client_credentials&client_id=i"
	    "&client_secret=s&scope=a.read%20b.write");
	auth_free(x);
	rig_down(&r);
}

Test(auth, expiry_with_a_margin)
{
	static const struct {
		const char *body;
		int64_t good_ms; /* READY until then */
	} cases[] = {
	    { "{\"access_token\":\"t\",\"expires_in\":1800}", 1740000 },
	    { "{\"access_token\":\"t\",\"expires_in\":\"1800\"}", 1740000 },
	    { "{\"access_token\":\"t\",\"expires_in\":100}", 90000 },
	    { "{\"access_token\":\"t\",\"expires_in\":1.9}", 900 },
	    { "{\"access_token\":\"t\"}", 1740000 },
	    { "{\"access_token\":\"t\",\"expires_in\":-1}", 1740000 },
	    { "{\"access_token\":\"t\",\"expires_in\":99999999999999}",
	      (int64_t)365 * 86400000 - 60000 },
	};
	struct rig r;

	rig_up(&r, OAUTH);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct auth *x = fresh(&r, GRANT);
		int64_t end = NOW + cases[i].good_ms;

		cr_assert_eq(refreshed(&r, x, reply(200, "", cases[i].body),
		    NOW), AUTH_READY);
		cr_assert_eq(state(x, end - 1), AUTH_READY, "%s",
		    cases[i].body);
		cr_assert_eq(state(x, end), AUTH_STALE, "%s", cases[i].body);
		auth_free(x);
	}
	/* A token that the secret brings is used as long as it is good. */
	struct auth *x = fresh(&r, "{\"client_id\":\"i\",\"client_secret\":"
	    "\"s\",\"access_token\":\"t\",\"expires_at\":1800000061000}");

	cr_assert_eq(state(x, NOW + 999), AUTH_READY);
	cr_assert_eq(state(x, NOW + 1000), AUTH_STALE);
	auth_free(x);
	rig_down(&r);
}

Test(auth, one_refresh_then_a_pause)
{
	static const char body[] = "{\"access_token\":\"t2\"}";
	struct rig r;
	struct auth *x;

	rig_up(&r, OAUTH);
	x = fresh(&r, GRANT);
	refreshed(&r, x, reply(200, "", "{\"access_token\":\"t1\"}"), NOW);
	auth_accepted(x, STR("t1"));
	auth_refused(x, STR("t1"), NOW);
	cr_assert_eq(refreshed(&r, x, reply(200, "", body), NOW),
	    AUTH_READY);
	/* Ten requests were under way with the old one. */
	for (int i = 0; i < 10; i++)
		auth_refused(x, STR("t1"), NOW);
	cr_assert_eq(state(x, NOW), AUTH_READY);
	auth_refused(x, STR("t2"), NOW);
	cr_assert_eq(state(x, NOW), AUTH_PAUSED);
	cr_assert_str_eq(auth_error(x),
	    "a fresh token was refused; connect again");
	auth_free(x);

	/* It went well in between: then it is a new story. */
	x = fresh(&r, GRANT);
	refreshed(&r, x, reply(200, "", "{\"access_token\":\"t1\"}"), NOW);
	auth_refused(x, STR("t1"), NOW);
	refreshed(&r, x, reply(200, "", body), NOW);
	auth_accepted(x, STR("t2"));
	auth_refused(x, STR("t2"), NOW);
	cr_assert_eq(state(x, NOW), AUTH_STALE);
	auth_free(x);
	rig_down(&r);
}

Test(auth, the_endpoint_fails)
{
	static const struct {
		int status;
		const char *headers, *body;
		enum auth_state state;
		int64_t least_ms; /* of the wait */
		const char *says;
	} cases[] = {
	    { 500, "", "", AUTH_WAIT, 1000, "status 500" },
	    { 503, "Retry-After: 40\r\n", "", AUTH_WAIT, 40000, "503" },
	    { 429, "", "{}", AUTH_WAIT, 1000, "429" },
	    { 408, "", "", AUTH_WAIT, 1000, "408" },
	    { 200, "", "<html>", AUTH_WAIT, 1000, "without a token" },
	    { 200, "", "{\"access_token\":\"\"}", AUTH_WAIT, 1000, "without" },
	    { 200, "", "{\"access_token\":{}}", AUTH_WAIT, 1000, "without" },
	    { 302, "", "", AUTH_WAIT, 1000, "302" },
	    { 400, "", "{\"error\":\"invalid_grant\"}", AUTH_PAUSED, 0,
	      "status 400, invalid_grant; connect again" },
	    { 401, "", "{\"error\":\"token r1 is bad\"}", AUTH_PAUSED, 0,
	      "status 401; connect again" },
	    { 403, "", "nonsense", AUTH_PAUSED, 0, "status 403" },
	};
	struct http_done lost = { .outcome = HTTP_UNKNOWN };
	struct rig r;
	struct auth *x;

	rig_up(&r, OAUTH);
	for (size_t i = 0; i < COUNT(cases); i++) {
		x = fresh(&r, GRANT);
		cr_assert_eq(refreshed(&r, x, reply(cases[i].status,
		    cases[i].headers, cases[i].body), NOW), cases[i].state);
		cr_assert_not_null(strstr(auth_error(x), cases[i].says),
		    "%s", auth_error(x));
		cr_assert_null(strstr(auth_error(x), "r1"));
		cr_assert_geq(auth_wait_ms(x, NOW), cases[i].least_ms);
		auth_free(x);
	}
	x = fresh(&r, GRANT);
	cr_assert_eq(refreshed(&r, x, lost, NOW), AUTH_WAIT);
	cr_assert_eq(state(x, NOW), AUTH_WAIT);
	cr_assert_eq(state(x, NOW + auth_wait_ms(x, NOW) - 1), AUTH_WAIT);
	cr_assert_eq(refreshed(&r, x, reply(200, "",
	    "{\"access_token\":\"t\"}"), NOW + auth_wait_ms(x, NOW)),
	    AUTH_READY);
	cr_assert_str_eq(auth_error(x), "");
	auth_free(x);
	rig_down(&r);
}

/* ---- what the account says ---- */

#define ACCOUNT "connector c { base \"https://login.c.example\";" \
	" classify { else => ok; } object o { update {" \
	" request PUT \"/o\"; } } auth oauth2 { "
#define CREDENTIALS "{\"client_id\":\"i d\",\"client_secret\":\"s:&\"}"

static struct auth *
opened(struct rig *r, const char *params, const char *secret)
{
	r->call.params = rig_json(r, params);
	return fresh(r, secret);
}

static void
asks(struct rig *r, struct auth *x, const char *url, const char *body)
{
	struct http_request q = { 0 };

	cr_assert_eq(state(x, NOW), AUTH_STALE);
	auth_request(x, NOW, &q, &r->arena);
	cr_assert_str_eq(q.url, url);
	same(q.body, body);
	auth_free(x);
}

Test(account, address_and_scopes)
{
	struct rig r;
	struct err e;

	rig_up(&r, ACCOUNT "token(match param.place {"
	    " \"eu\" => \"https://login.c.example.eu/token\","
	    " else => \"{base}/{param.tenant ?? \"all\"}/token\" });"
	    " scopes [\"{base}/.default\", \"x\"]; } }");
	asks(&r, opened(&r, "{}", CREDENTIALS),
	    "https://login.c.example/all/token",
	    "grant_type=client_credentials&client_id=i%20d&client_secret=s%3A"
	    "%26&scope=https%3A%2F%2Flogin.c.example%2F.default%20x");
	asks(&r, opened(&r, "{\"place\":\"eu\"}", CREDENTIALS),
	    "https://login.c.example.eu/token",
	    "grant_type=client_credentials&client_id=i%20d&client_secret=s%3A"
	    "%26&scope=https%3A%2F%2Flogin.c.example%2F.default%20x");
	r.call.base = STR("https://acme.example:8443");
	asks(&r, opened(&r, "{\"tenant\":\"t%20t\"}", CREDENTIALS),
	    "https://acme.example:8443/t%20t/token",
	    "grant_type=client_credentials&client_id=i%20d&client_secret=s%3A"
	    "%26&scope=https%3A%2F%2Facme.example%3A8443%2F.default%20x");
	/* a parameter is a part of the path, and of nothing else */
	r.call.params = rig_json(&r, "{\"tenant\":\"../admin\"}");
	cr_assert_null(auth_new(&r.call, r.vm, STR(CREDENTIALS), 7, &e));
	cr_assert_str_eq(e.text, "connector c, token: the path has a segment "
	    "of dots at byte 2");
	r.call.params = rig_json(&r, "{\"tenant\":5}");
	cr_assert_null(auth_new(&r.call, r.vm, STR(CREDENTIALS), 7, &e));
	cr_assert_not_null(strstr(e.text, "text"), "%s", e.text);
	rig_down(&r);
}

Test(account, the_client_shows_itself)
{
	struct http_request q = { 0 };
	struct rig r;
	struct auth *x;

	rig_up(&r, ACCOUNT "token \"{base}/token\"; client basic; } }");
	x = fresh(&r, GRANT);
	auth_request(x, NOW, &q, &r.arena);
	/* "i%20d:s%26%3D%C3%A9" */
	cr_assert_eq(q.nheaders, 3);
	same(q.headers[2].name, "Authorization");
	same(q.headers[2].value, "Basic aSUyMGQ6cyUyNiUzRCVDMyVBOQ==");
	same(q.body, "grant_type=refresh_token&refresh_token=r1");
	auth_free(x);
	/* a public client has nothing to show but its name */
	asks(&r, fresh(&r, "{\"client_id\":\"i\",\"refresh_token\":\"r\"}"),
	    "https://login.c.example/token",
	    "grant_type=refresh_token&client_id=i&refresh_token=r");
	rig_down(&r);
}

Test(account, grants_by_what_the_secret_holds)
{
	static const struct {
		const char *grants, *secret, *grant; /* NULL: refused */
	} cases[] = {
		{ "", GRANT, "refresh_token" },
		{ "", CREDENTIALS, "client_credentials" },
		{ "grant client_credentials;", GRANT, "client_credentials" },
		{ "grant client_credentials; grant refresh_token;", GRANT,
		  "client_credentials" },
		{ "grant refresh_token; grant client_credentials;",
		  CREDENTIALS, "client_credentials" },
		{ "grant refresh_token;", CREDENTIALS, NULL },
		/* a claim that nobody gave matters to who signs one */
		{ "grant jwt_bearer { subject param.user; }"
		  " grant refresh_token;", GRANT, "refresh_token" },
	};
	struct http_request q = { 0 };
	struct rig r;
	struct auth *x;
	struct err e;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char source[600], want[60];

		snprintf(source, sizeof(source), ACCOUNT
		    "token \"{base}/token\"; %s } }", cases[i].grants);
		rig_up(&r, source);
		if (cases[i].grant == NULL) {
			cr_expect_null(auth_new(&r.call, r.vm,
			    str_z(cases[i].secret), 7, &e));
			cr_expect_str_eq(e.text, "the secret of connector c "
			    "must have \"client_id\" and \"refresh_token\"");
			rig_down(&r);
			continue;
		}
		x = fresh(&r, cases[i].secret);
		auth_request(x, NOW, &q, &r.arena);
		snprintf(want, sizeof(want), "grant_type=%s&", cases[i].grant);
		cr_expect_eq(strncmp(q.body.p, want, strlen(want)), 0,
		    "%zu: %.*s", i, STR_ARG(q.body));
		auth_free(x);
		rig_down(&r);
	}
}

Test(account, a_lifetime_that_no_reply_tells)
{
	static const char none[] = "{\"access_token\":\"t\"}";
	static const char hour[] = "{\"access_token\":\"t\","
	    "\"expires_in\":3600}";
	struct rig r;
	struct auth *x;

	rig_up(&r, ACCOUNT "token \"{base}/token\"; lifetime 2h; } }");
	x = fresh(&r, GRANT);
	refreshed(&r, x, reply(200, "", none), NOW);
	cr_assert_eq(state(x, NOW + 7139999), AUTH_READY);
	cr_assert_eq(state(x, NOW + 7140000), AUTH_STALE);
	refreshed(&r, x, reply(200, "", hour), NOW);
	cr_assert_eq(state(x, NOW + 3539999), AUTH_READY);
	cr_assert_eq(state(x, NOW + 3540000), AUTH_STALE);
	auth_free(x);
	rig_down(&r);
}

/* ---- the host that comes with the token ---- */

#define MOVING ACCOUNT "token \"{base}/token\"; base = body.api;" \
	" hosts [\"*.my.c.example\", \"api.c.example\"," \
	"  \"http://127.0.0.1:8080\"]; } }"

static const char *
with_base(struct rig *r, const char *url)
{
	return arena_printf(&r->arena, "{\"access_token\":\"t\",\"api\":"
	    "\"%s\",\"expires_in\":3600}", url).p;
}

Test(base, comes_with_the_token)
{
	static const struct {
		const char *url, *base; /* NULL: refused */
	} cases[] = {
		{ "https://api.c.example", "https://api.c.example" },
		{ "https://api.c.example/", "https://api.c.example" },
		{ "HTTPS://API.C.example", "HTTPS://API.C.example" },
		{ "https://acme.my.c.example", "https://acme.my.c.example" },
		{ "https://a.b.my.c.example", "https://a.b.my.c.example" },
		{ "http://127.0.0.1:8080", "http://127.0.0.1:8080" },
		{ "https://my.c.example", NULL },
		{ "https://.my.c.example", NULL },
		{ "https://evilmy.c.example", NULL },
		{ "https://acme.my.c.example.evil.example", NULL },
		{ "https://evil.example/.my.c.example", NULL },
		{ "https://evil.example#.my.c.example", NULL },
		{ "https://a@acme.my.c.example", NULL },
		{ "https://api.c.example/path", NULL },
		{ "https://api.c.example?x", NULL },
		{ "https://api.c.example:8443", NULL },
		{ "http://api.c.example", NULL },
		{ "http://127.0.0.1", NULL },
		{ "api.c.example", NULL },
		{ "", NULL },
	};
	struct rig r;

	rig_up(&r, MOVING);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct auth *x = fresh(&r, GRANT);
		enum auth_state s = refreshed(&r, x, reply(200, "",
		    with_base(&r, cases[i].url)), NOW);

		if (cases[i].base != NULL) {
			cr_expect_eq(s, AUTH_READY, "%s: %s", cases[i].url,
			    auth_error(x));
			cr_expect(str_eq(auth_base(x), str_z(cases[i].base)),
			    "%s", cases[i].url);
		} else {
			cr_expect_eq(s, AUTH_PAUSED, "%s", cases[i].url);
			cr_expect_not_null(strstr(auth_error(x), "which is "
			    "none of the `hosts` of connector c"), "%s",
			    auth_error(x));
			cr_expect_eq(auth_base(x).n, 0);
		}
		auth_free(x);
	}
	rig_down(&r);
}

Test(base, survives_a_restart)
{
	struct http_request q = { 0 };
	struct arena kept = { 0 };
	struct str secret, token, again;
	struct rig r;
	struct auth *x;
	struct err e;

	rig_up(&r, MOVING);
	x = fresh(&r, GRANT);
	refreshed(&r, x, reply(200, "", with_base(&r,
	    "https://acme.my.c.example")), NOW);
	cr_assert_eq(auth_rotated(x, &secret, &kept), 1);
	same(secret, "{\"client_id\":\"i d\",\"client_secret\":\"s&=\xc3\xa9\","
	    "\"refresh_token\":\"r1\",\"access_token\":\"t\","
	    "\"base\":\"https://acme.my.c.example\","
	    "\"expires_at\":1800003600000}");
	/* a reply that does not say it changes nothing, and needs no seal */
	refreshed(&r, x, reply(200, "", "{\"access_token\":\"t2\"}"),
	    NOW + 3600000);
	same(auth_base(x), "https://acme.my.c.example");
	cr_assert_eq(auth_rotated(x, &again, &r.arena), 0);
	auth_free(x);

	x = auth_new(&r.call, r.vm, secret, 7, &e);
	cr_assert_not_null(x, "%s", e.text);
	cr_assert_eq(auth_token(x, NOW, &token), AUTH_READY);
	same(auth_base(x), "https://acme.my.c.example");
	rig_op(&r, CONNECTOR_UPDATE, 1, 1);
	r.call.base = auth_base(x);
	cr_assert_eq(connector_request(&r.call, r.vm, &q, &r.arena, &e), 0);
	cr_assert_str_eq(q.url, "https://acme.my.c.example/o");
	auth_free(x);
	rig_down(&r);

	/* a connector that names it no more asks for another token */
	rig_up(&r, ACCOUNT "token \"{base}/token\"; base = body.api;"
	    " hosts [\"api.c.example\"]; } }");
	x = auth_new(&r.call, r.vm, secret, 7, &e);
	cr_assert_not_null(x, "%s", e.text);
	cr_assert_eq(state(x, NOW), AUTH_STALE);
	cr_assert_eq(auth_base(x).n, 0);
	cr_assert_eq(refreshed(&r, x, reply(200, "",
	    "{\"access_token\":\"t2\"}"), NOW), AUTH_PAUSED);
	cr_assert_str_eq(auth_error(x), "the token came without the address "
	    "that requests go to");
	auth_free(x);
	arena_fini(&kept);
	rig_down(&r);
}

/* ---- assertions ---- */

/* What PEM a key has; public only, or with its private part. */
static struct str
pem(struct rig *r, EVP_PKEY *key, int private)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct buf b = { 0 };
	struct str s;
	char *p;
	long n;

	if (private)
		PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
	else
		PEM_write_bio_PUBKEY(out, key);
	n = BIO_get_mem_data(out, &p);
	buf_json(&b, str_from(p, (size_t)n));
	s = arena_str(&r->arena, buf_str(&b));
	buf_fini(&b);
	BIO_free(out);
	return s;
}

static struct auth *
with_key(struct rig *r, struct str key, struct err *e)
{
	return auth_new(&r->call, r->vm, arena_printf(&r->arena,
	    "{\"client_id\":\"3MVG9\",\"private_key\":%.*s}", STR_ARG(key)),
	    7, e);
}

static struct str
part(struct str *jwt, struct rig *r)
{
	const char *dot = memchr(jwt->p, '.', jwt->n);
	size_t n = dot != NULL ? (size_t)(dot - jwt->p) : jwt->n;
	char *text = arena_alloc(&r->arena, n + 4);
	unsigned char *out = arena_alloc(&r->arena, n + 4);
	size_t padded = (n + 3) / 4 * 4;
	int got;

	for (size_t i = 0; i < padded; i++)
		text[i] = i >= n ? '=' : jwt->p[i] == '-' ? '+' :
		    jwt->p[i] == '_' ? '/' : jwt->p[i];
	got = EVP_DecodeBlock(out, (unsigned char *)text, (int)padded);
	cr_assert_gt(got, 0);
	*jwt = str_from(jwt->p + n + (dot != NULL), jwt->n - n -
	    (dot != NULL));
	return str_from((char *)out, (size_t)got - (padded - n));
}

Test(jwt, is_signed_with_our_key)
{
	static const char before[] = "grant_type=urn%3Aietf%3Aparams%3Aoauth"
	    "%3Agrant-type%3Ajwt-bearer&assertion=";
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct http_request q = { 0 };
	struct str jwt, all, head, claims, sum, secret;
	struct rig r;
	struct auth *x;
	struct err e;

	rig_up(&r, ACCOUNT "token \"{base}/token\"; grant jwt_bearer {"
	    " subject param.username; audience \"https://login.c.example\"; }"
	    " base = body.api; hosts [\"*.my.c.example\"]; } }");
	r.call.params = rig_json(&r, "{\"username\":\"ann\\\"@x.io\"}");
	x = with_key(&r, pem(&r, key, 1), &e);
	cr_assert_not_null(x, "%s", e.text);
	auth_request(x, NOW, &q, &r.arena);
	cr_assert_eq(q.body.n > sizeof(before) && memcmp(q.body.p, before,
	    sizeof(before) - 1) == 0, 1, "%.*s", STR_ARG(q.body));
	all = jwt = str_from(q.body.p + sizeof(before) - 1,
	    q.body.n - sizeof(before) + 1);
	cr_assert_null(memchr(jwt.p, '&', jwt.n));
	head = part(&jwt, &r);
	same(head, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
	claims = part(&jwt, &r);
	same(claims, "{\"iss\":\"3MVG9\",\"sub\":\"ann\\\"@x.io\","
	    "\"aud\":\"https://login.c.example\",\"iat\":1800000000,"
	    "\"exp\":1800000180}");
	all.n -= jwt.n + 1;
	sum = part(&jwt, &r);
	cr_assert_eq(EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key),
	    1);
	cr_assert_eq(EVP_DigestVerify(md, (const unsigned char *)sum.p, sum.n,
	    (const unsigned char *)all.p, all.n), 1, "the signature");

	/* what is sealed after a refresh can sign again */
	auth_reply(x, &(struct http_done){ .outcome = HTTP_REPLY,
	    .status = 200, .body = str_z(with_base(&r,
	    "https://acme.my.c.example")) }, NOW);
	cr_assert_eq(auth_rotated(x, &secret, &r.arena), 1);
	auth_free(x);
	x = auth_new(&r.call, r.vm, secret, 7, &e);
	cr_assert_not_null(x, "%s", e.text);
	cr_assert_eq(state(x, NOW + 3600000), AUTH_STALE);
	auth_request(x, NOW, &q, &r.arena);
	cr_assert_eq(memcmp(q.body.p + sizeof(before) - 1, all.p, all.n), 0);
	auth_free(x);
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	rig_down(&r);
}

Test(jwt, a_key_that_is_none_is_refused_at_once)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-256");
	struct rig r;
	struct err e;

	rig_up(&r, ACCOUNT "token \"{base}/token\"; grant jwt_bearer {"
	    " issuer \"i\"; subject \"s\"; } } }");
	for (int i = 0; i < 4; i++) {
		struct str key = i == 0 ? pem(&r, ec, 1) :
		    i == 1 ? pem(&r, rsa, 0) :
		    i == 2 ? STR("\"-----BEGIN PRIVATE KEY-----\"") :
		    STR("\"s3cret\"");

		cr_expect_null(with_key(&r, key, &e));
		cr_expect_str_eq(e.text, "the secret of connector c: "
		    "\"private_key\" is no RSA key in PEM without a password");
	}
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	rig_down(&r);
}
