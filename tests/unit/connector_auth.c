/*
 * Tokens: how long they are good, who refreshes them, and that they stay
 * where they belong.
 */
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
	struct auth *x = auth_new(r->call.connector, STR(""), str_z(secret),
	    7, &e);

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
	auth_request(x, &q, &r->arena);
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
	cr_assert_null(auth_new(r.call.connector, STR(""),
	    STR("{\"tokn\":\"s3cret\"}"), 7, &e));
	cr_assert_null(strstr(e.text, "s3cret"));
	cr_assert_null(auth_new(r.call.connector, STR(""), STR("s3cret"), 7,
	    &e));
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
	auth_request(x, &q, &r.arena);
	cr_assert_str_eq(q.method, "POST");
	cr_assert_str_eq(q.url, "https://login.c.example/token");
	same(q.headers[1].value, "application/x-www-form-urlencoded");
	same(q.body, "grant_type=refresh_token&client_id=i%20d"
	    "&client_secret=s%26%3D%C3%A9&refresh_token=r1");
	auth_free(x);

	x = fresh(&r, "{\"client_id\":\"i\",\"client_secret\":\"s\"}");
	auth_request(x, &q, &r.arena);
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
