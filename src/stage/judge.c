/*
 * What the replies to a channel's calls mean for the records in them.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "connector/job.h"
#include "connector/retry.h"
#include "stage/call.h"
#include "stage/fetch.h"

/* Try again, or rest in the intent table when that was often enough. */
static void
call_again(struct call *c, int64_t wait_ms, int64_t now)
{
	struct channel_env *env = c->ch->env;

	c->failed++;
	metric_add(env->metrics, METRIC_records_retried, (int64_t)c->n);
	if (wait_ms == CONNECTOR_WAIT_UNSAID)
		wait_ms = retry_wait_ms(&retry_default, c->failed, &env->seed);
	if (c->failed >= env->attempts || wait_ms < 0 || wait_ms > HOLD_MS)
		call_park(c, "TRANSIENT", wait_ms);
	else
		call_later(c, now + wait_ms);
}

/*
 * Count a try that failed; 1 when the case of classify that said so has an
 * end, and this is it.
 */
static int
tried_out(struct item *it, const struct connector_tries *t)
{
	if (t->most > 0 && it->r.tried != t->line) {
		it->r.tried = t->line;
		it->r.attempt = 0;
	}
	if (t->most == 0)
		it->r.tried = 0;
	it->r.attempt++;
	return t->most > 0 && it->r.attempt >= t->most;
}

static void
item_again(struct call *c, struct item *it, const struct connector_item *x,
    int64_t now)
{
	struct channel *ch = c->ch;
	const struct unit_connector *conn = c->call.connector;
	int64_t wait_ms = x->wait_ms;

	metric_add(ch->env->metrics, METRIC_records_retried, 1);
	if (tried_out(it, &x->tries)) {
		channel_bury(ch, it, "EXHAUSTED", x->code,
		    arena_printf(&c->arena, "tried %u times, %.*s:%u: %.*s",
		    x->tries.most, STR_ARG(conn->prog->files[conn->pos.file]),
		    x->tries.line, STR_ARG(x->text)), x->json);
		return;
	}
	if (wait_ms == CONNECTOR_WAIT_UNSAID)
		wait_ms = retry_wait_ms(&retry_default,
		    (unsigned)it->r.attempt, &ch->env->seed);
	if (wait_ms < 0 || wait_ms > HOLD_MS ||
	    (x->tries.most == 0 && it->r.attempt >= ch->env->attempts)) {
		channel_set_aside(ch, it, "TRANSIENT", wait_ms);
		return;
	}
	it->due_ms = now + wait_ms;
	items_push(&ch->delayed, it);
}

/* The record is not there and can be made, or is there and is updated. */
static void
item_found(struct channel *ch, struct item *it,
    const struct connector_item *x, int64_t now)
{
	if (x->found > 1) {
		channel_bury(ch, it, "AMBIGUOUS", STR(""), x->text, x->json);
		return;
	}
	if (x->found == 1) {
		item_remote(it, x->id);
		it->r.verb = CONNECTOR_UPDATE;
		metric_add(ch->env->metrics, METRIC_records_found, 1);
	}
	it->sought = 1;
	it->queued_ms = now;
	channel_enqueue(ch, it);
}

/* What became of one record of a reply. */
static void
item_result(struct call *c, struct item *it, const struct connector_item *x,
    int64_t now)
{
	struct channel *ch = c->ch;
	const char *cause = "DATA";

	if (c->verb == CONNECTOR_FIND && (x->outcome == OUTCOME_OK ||
	    x->outcome == OUTCOME_NOT_FOUND)) {
		item_found(ch, it, x, now);
		return;
	}
	switch (x->outcome) {
	case OUTCOME_OK:
	case OUTCOME_IGNORE:
		item_told(it, x);
		it->made |= !it->r.linked && c->call.op->op ==
		    CONNECTOR_CREATE;
		channel_go_on(ch, it, now);
		return;
	case OUTCOME_RETRY:
	case OUTCOME_THROTTLE:
	case OUTCOME_REFRESH:
		item_again(c, it, x, now);
		return;
	case OUTCOME_UNKNOWN:
		channel_park(ch, it, "UNKNOWN", 0);
		return;
	case OUTCOME_FAIL_CONFIG:
		channel_park(ch, it, "CONFIG", 0);
		return;
	case OUTCOME_NOT_FOUND:
		if (it->r.verb == CONNECTOR_ARCHIVE ||
		    it->r.verb == CONNECTOR_DELETE) {
			item_done(it); /* what is gone is deleted */
			channel_finish(ch, it);
			return;
		}
		cause = "GONE";
		break;
	case OUTCOME_CONFLICT:
		cause = "CONFLICT";
		break;
	case OUTCOME_FAIL_PERMANENT:
		cause = "PERMANENT";
		break;
	case OUTCOME_FAIL_DATA:
	case OUTCOME_PER_ITEM:
		break;
	}
	channel_bury(ch, it, cause, x->code, x->text, x->json);
}

static void
log_outcome(const struct call *c, const struct connector_result *res,
    const struct http_done *reply)
{
	char text[256];

	log_warn("delivery.retry", "connection=%.*s outcome=\"%s\" status=%d "
	    "records=%zu failed=%u cause=%s",
	    STR_ARG(c->route->connection_name), outcome_word(res->outcome),
	    reply->status, c->n, c->failed + 1,
	    log_quote(text, sizeof(text), reply->error));
}

/* Every try that fails the same strange way three times is given up. */
static void
judge(struct call *c, const struct connector_result *res, int64_t now)
{
	struct channel *ch = c->ch;

	switch (res->outcome) {
	case OUTCOME_REFRESH:
		auth_refused(ch->auth, c->call.token, clock_wall_us() / 1000);
		call_again(c, 0, now);
		return;
	case OUTCOME_THROTTLE:
		budgets_throttled(ch->budgets, c->cost, res->wait_ms,
		    clock_wall_us() / 1000);
		call_sought(c, 1); /* it was not done */
		if (res->wait_ms > HOLD_MS)
			call_park(c, "QUOTA", res->wait_ms);
		else
			call_later(c, now);
		return;
	case OUTCOME_RETRY:
	case OUTCOME_UNKNOWN:
		if (res->unclassified && ++c->strange >= 3) {
			log_error("delivery.unclassified", "connection=%.*s "
			    "records=%zu", STR_ARG(c->route->connection_name),
			    c->n);
			call_bury(c, "UNCLASSIFIED", res->code, res->text);
			return;
		}
		if (res->tries.most > 0) /* each record has its own count */
			break;
		if (res->outcome == OUTCOME_UNKNOWN)
			call_park(c, "UNKNOWN", 0);
		else
			call_again(c, res->wait_ms, now);
		return;
	default:
		break;
	}
	if (res->split && c->n > 1) {
		call_split(c);
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		item_result(c, c->items[i], &res->items[i], now);
	call_free(c);
}

/* A job goes on by what its last request was answered. */
static void
judge_job(struct call *c, enum job_next next,
    const struct connector_result *res, int64_t now)
{
	char text[256];

	if (next == JOB_WAIT && res->outcome != OUTCOME_OK &&
	    res->outcome != OUTCOME_PER_ITEM) {
		judge(c, res, now);
		return;
	}
	c->failed = 0;
	switch (next) {
	case JOB_ON:
		call_later(c, now);
		return;
	case JOB_WAIT:
		call_later(c, now + res->wait_ms);
		return;
	case JOB_LOST:
		log_warn("delivery.job", "connection=%.*s records=%zu step=%s "
		    "cause=%s", STR_ARG(c->route->connection_name), c->n,
		    job_step_word[c->job->step], log_quote(text, sizeof(text),
		    arena_printf(&c->arena, "%.*s", STR_ARG(res->text)).p));
		call_spread(c, c->call.op->batch);
		return;
	case JOB_ENDED:
		break;
	}
	for (size_t i = 0; i < c->n; i++)
		item_result(c, c->items[i], &res->items[i], now);
	call_free(c);
}

void
call_ended(struct call *c, const struct connector_result *res, int64_t wall)
{
	struct channel *ch = c->ch;

	budgets_done(ch->budgets, c->cost, res->left, c->sent_ms, wall);
	breaker_end(&ch->breaker, c->ticket, breaker_failed(res->outcome),
	    clock_mono_ms());
	if (res->outcome == OUTCOME_OK || res->outcome == OUTCOME_PER_ITEM)
		auth_accepted(ch->auth, c->call.token);
	else
		metric_add(ch->env->metrics, METRIC_requests_failed, 1);
}

void
channel_reply(void *tag, const struct http_done *reply, int64_t now)
{
	struct call *c = tag;
	struct channel *ch = c->ch;
	int64_t wall = clock_wall_us() / 1000;
	struct connector_result res;
	enum job_next next = JOB_ENDED;

	for (struct call **at = &ch->flying; *at != NULL; at = &(*at)->next) {
		if (*at == c) {
			*at = c->next;
			break;
		}
	}
	ch->in_flight--;
	if (c->is_auth) {
		account_reply(c, reply);
		return;
	}
	if (c->fetch != NULL) {
		fetch_reply(c, reply, now);
		return;
	}
	if (c->job != NULL)
		next = job_reply(&c->call, c->job, ch->env->vm, reply, wall,
		    &res, &c->arena);
	else
		connector_reply(&c->call, ch->env->vm, reply, wall, &res,
		    &c->arena);
	call_ended(c, &res, wall);
	if (res.outcome != OUTCOME_OK && res.outcome != OUTCOME_PER_ITEM)
		log_outcome(c, &res, reply);
	if (c->job != NULL)
		judge_job(c, next, &res, now);
	else
		judge(c, &res, now);
}
