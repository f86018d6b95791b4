/*
 * What a channel is to its provider: the token, the budgets and the waits of
 * the connector's version and the account that are in use.
 */
#include "stage/call.h"

#include "base/clock.h"
#include "base/log.h"
#include "connector/retry.h"

/* What stops a whole connection is said once in so long. */
#define SAY_MS 60000
/* What is spent cannot be written down: the database is away. */
#define CLAIM_MS 500

void
account_close(struct channel *ch)
{
	auth_free(ch->auth);
	budgets_free(ch->budgets);
	unit_unref(ch->unit);
	if (ch->secret.p != NULL)
		explicit_bzero(ch->secret.p, ch->secret.cap);
	buf_fini(&ch->secret);
	arena_reset(&ch->arena);
	ch->auth = NULL;
	ch->budgets = NULL;
	ch->unit = NULL;
}

int
account_claim(struct channel *ch, const int64_t *cost, int64_t wall)
{
	struct arena a = { 0 };
	struct budget_spend *list;
	size_t n;
	int status;

	if (cost != NULL && budgets_claimed(ch->budgets, cost, wall))
		return 0;
	list = budgets_claim(ch->budgets, cost, wall, &n, &a);
	status = n == 0 ? 0 : ch->env->store_spends(ch->env->arg,
	    ch->connection, list, n);
	if (status == 0)
		budgets_confirm(ch->budgets);
	arena_fini(&a);
	return status;
}

/* Token and budgets of an account; -1 where they cannot be had. */
static int
open_account(struct channel *ch, const struct connector_call *account,
    struct budgets *before, struct err *e)
{
	struct vm *vm = ch->env->vm;

	ch->auth = auth_new(account, vm, buf_str(&ch->secret),
	    retry_random(&ch->env->seed), e);
	ch->budgets = ch->auth == NULL ? NULL : budgets_new(account, vm, e);
	if (ch->budgets == NULL)
		return -1;
	if (before != NULL)
		budgets_inherit(ch->budgets, before, clock_wall_us() / 1000);
	else if (ch->env->load_spends(ch->env->arg, ch->connection,
	    ch->budgets, e) != 0)
		return -1;
	ch->refresh_cost = arena_array(&ch->arena,
	    account->connector->nbudget, sizeof(*ch->refresh_cost));
	if (auth_cost(account, vm, ch->refresh_cost, &ch->arena, e) != 0)
		return -1;
	return budgets_afford(ch->budgets, NULL, ch->refresh_cost, e);
}

/*
 * What is in use is what the catalog says; a token that only a new secret can
 * replace is tried again when anything was changed.
 */
static int
in_use(const struct channel *ch, const struct catalog *cat,
    const struct route *rt)
{
	struct str token;

	return ch->unit == rt->connector_unit &&
	    str_eq(ch->base, rt->base_url) && str_eq(ch->params, rt->params) &&
	    (ch->generation == catalog_generation(cat) ||
	    auth_token(ch->auth, clock_wall_us() / 1000, &token) !=
	    AUTH_PAUSED);
}

int
channel_is_held(const struct channel *ch, const struct catalog *cat,
    const struct route *rt)
{
	return ch->unit != NULL && ch->in_flight > 0 && !in_use(ch, cat, rt);
}

/* Of what was spent before nothing is forgotten. */
static int
open_connector(struct channel *ch, const struct catalog *cat,
    const struct route *rt, struct budgets *before, struct err *e)
{
	struct connector_call account = { .connector = rt->connector,
		.base = rt->base_url, .params = rt->params };

	ch->base = arena_str(&ch->arena, rt->base_url);
	ch->params = arena_str(&ch->arena, rt->params);
	ch->generation = catalog_generation(cat);
	if (ch->env->secret(ch->env->arg, rt, &ch->secret, e) != 0)
		return -1;
	ch->unit = unit_ref((struct unit *)rt->connector_unit);
	return open_account(ch, &account, before, e);
}

int
channel_use(struct channel *ch, const struct catalog *cat,
    const struct route *rt, struct err *e)
{
	struct budgets *before = ch->budgets;
	struct unit *unit = ch->unit; /* before reads it */
	int status;

	if (in_use(ch, cat, rt))
		return 0;
	ch->budgets = NULL;
	ch->unit = NULL;
	account_close(ch);
	status = open_connector(ch, cat, rt, before, e);
	if (status != 0)
		account_close(ch);
	else
		ch->said_ms = 0; /* what comes now is another cause */
	budgets_free(before);
	unit_unref(unit);
	return status;
}

void
call_shows(struct call *c, struct str token)
{
	struct str base = auth_base(c->ch->auth);

	c->call.token = arena_str(&c->arena, token);
	if (base.n != 0)
		c->call.base = arena_str(&c->arena, base);
}

/* Ask for a token; what is left to be waited for. */
static int64_t
refresh(struct channel *ch, struct catalog *cat, const struct route *rt,
    int64_t wall)
{
	int64_t wait = budgets_wait_ms(ch->budgets, ch->refresh_cost, wall);
	struct call *c;

	if (wait != 0)
		return wait == BUDGET_HELD ? UNTIL_REPLY : wait;
	if (account_claim(ch, ch->refresh_cost, wall) != 0)
		return CLAIM_MS;
	c = call_new(ch, rt->sync, CONNECTOR_NOP, 0);
	c->is_auth = 1;
	c->route = rt;
	c->catalog = catalog_share(cat);
	c->sent_ms = wall;
	auth_request(ch->auth, wall, &c->request, &c->arena);
	budgets_spend(ch->budgets, ch->refresh_cost, wall);
	call_submit(c);
	return UNTIL_REPLY;
}

int64_t
channel_token(struct channel *ch, struct catalog *cat, const struct route *rt,
    struct str *token)
{
	int64_t wall = clock_wall_us() / 1000;

	switch (auth_token(ch->auth, wall, token)) {
	case AUTH_READY:
		return 0;
	case AUTH_FLIGHT:
		return UNTIL_REPLY;
	case AUTH_WAIT:
		return auth_wait_ms(ch->auth, wall);
	case AUTH_PAUSED:
		return UNTIL_MENDED;
	case AUTH_STALE:
		break;
	}
	return refresh(ch, cat, rt, wall);
}

int64_t
channel_gate(struct channel *ch, const int64_t *cost)
{
	int64_t wall = clock_wall_us() / 1000;
	int64_t wait = breaker_wait_ms(&ch->breaker, clock_mono_ms()), more;

	if (wait != 0)
		return wait == BREAKER_HELD ? UNTIL_REPLY : wait;
	more = budgets_wait_ms(ch->budgets, cost, wall);
	if (more != 0)
		return more == BUDGET_HELD ? UNTIL_REPLY : more;
	return account_claim(ch, cost, wall) == 0 ? 0 : CLAIM_MS;
}

void
channel_unusable(struct channel *ch, const struct route *rt, const char *cause)
{
	int64_t now = clock_mono_ms();

	if (ch->said_ms != 0 && now - ch->said_ms < SAY_MS)
		return;
	ch->said_ms = now;
	log_error("delivery.unusable", "connection=%.*s cause=\"%s\"",
	    STR_ARG(rt->connection_name), cause);
}

void
account_reply(struct call *c, const struct http_done *reply)
{
	struct channel *ch = c->ch;
	struct str secret;
	int64_t wall = clock_wall_us() / 1000;
	enum auth_state state = auth_reply(ch->auth, reply, wall);

	budgets_done(ch->budgets, ch->refresh_cost, NULL, c->sent_ms, wall);
	if (auth_rotated(ch->auth, &secret, &c->arena))
		ch->env->rotated(ch->env->arg, c->route, secret);
	if (state != AUTH_READY)
		log_warn("delivery.token", "connection=%.*s cause=\"%s\"",
		    STR_ARG(c->route->connection_name), auth_error(ch->auth));
	call_free(c);
}
