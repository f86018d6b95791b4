/*
 * Calls: the requests of a channel, from what they hold to being under way.
 * One that must be sent again keeps its items together, so it stays as full
 * as it was.
 */
#include "stage/call.h"

#include <stdlib.h>

#include "base/clock.h"
#include "connector/job.h"

/* The table that a job answers with; it is what was sent, and more. */
#define TABLE_MAX ((size_t)512 << 20)

static void
call_release(struct call *c)
{
	catalog_release(c->catalog);
	c->catalog = NULL;
	c->route = NULL;
	arena_reset(&c->arena);
}

void
call_free(struct call *c)
{
	call_release(c);
	arena_fini(&c->arena);
	if (c->job != NULL)
		job_fini(c->job);
	free(c->job);
	free(c->items);
	free(c);
}

void
channel_finish(struct channel *ch, struct item *it)
{
	ch->queued--;
	ch->env->done(ch->env->arg, it);
}

void
channel_set_aside(struct channel *ch, struct item *it, const char *cause,
    int64_t wait_ms)
{
	int64_t rest = item_rest_ms(ch->env->park_ms, it->r.attempt - 1);

	if (wait_ms > 0 && wait_ms < rest)
		rest = wait_ms;
	item_park(it, cause, clock_wall_us() + rest * 1000);
	if (it->made)
		item_made(it);
	metric_add(ch->env->metrics, METRIC_records_parked, 1);
	channel_finish(ch, it);
}

void
channel_park(struct channel *ch, struct item *it, const char *cause,
    int64_t wait_ms)
{
	it->r.attempt++;
	it->r.tried = 0;
	channel_set_aside(ch, it, cause, wait_ms);
}

void
channel_bury(struct channel *ch, struct item *it, const char *cause,
    struct str code, struct str text, struct str reply)
{
	item_dead(it, cause, code, text, reply);
	if (it->made)
		item_made(it);
	metric_add(ch->env->metrics, METRIC_records_dead, 1);
	channel_finish(ch, it);
}

void
call_park(struct call *c, const char *cause, int64_t wait_ms)
{
	for (size_t i = 0; i < c->n; i++)
		channel_park(c->ch, c->items[i], cause, wait_ms);
	call_free(c);
}

void
call_bury(struct call *c, const char *cause, struct str code,
    struct str text)
{
	for (size_t i = 0; i < c->n; i++)
		channel_bury(c->ch, c->items[i], cause, code, text, STR(""));
	call_free(c);
}

struct call *
call_new(struct channel *ch, int32_t sync, enum connector_op verb, size_t n)
{
	struct call *c = calloc(1, sizeof(*c));

	if (c != NULL && n > 0)
		c->items = calloc(n, sizeof(*c->items));
	if (c == NULL || (n > 0 && c->items == NULL))
		fatal("out of memory: a call");
	c->ch = ch;
	c->sync = sync;
	c->verb = verb;
	return c;
}

void
call_later(struct call *c, int64_t due_ms)
{
	struct call **at = &c->ch->calls;

	call_release(c);
	c->due_ms = due_ms;
	while (*at != NULL && (*at)->due_ms <= due_ms)
		at = &(*at)->next;
	c->next = *at;
	*at = c;
}

const struct unit_op *
call_op(const struct unit_object *o, enum connector_op verb, struct str name)
{
	static const enum connector_op stand_in[] = {
		[CONNECTOR_UPSERT] = CONNECTOR_CREATE,
		[CONNECTOR_ARCHIVE] = CONNECTOR_DELETE,
		[CONNECTOR_DELETE] = CONNECTOR_ARCHIVE,
		[CONNECTOR_NOP] = CONNECTOR_NOP,
	};
	const struct unit_op *op = verb == CONNECTOR_CALL ?
	    object_call(o, name) : object_op(o, verb);

	if (op == NULL && stand_in[verb] != 0)
		op = object_op(o, stand_in[verb]);
	return op;
}

void
call_submit(struct call *c)
{
	c->next = c->ch->flying;
	c->ch->flying = c;
	c->request.total_ms = (unsigned)c->ch->env->timeout_ms;
	c->ch->in_flight++;
	http_submit(c->ch->env->http, &c->request, c);
}

void
channel_launch(struct call *c)
{
	struct channel *ch = c->ch;

	c->sent_ms = clock_wall_us() / 1000;
	budgets_spend(ch->budgets, c->cost, c->sent_ms);
	c->ticket = breaker_begin(&ch->breaker, clock_mono_ms());
	metric_add(ch->env->metrics, METRIC_requests, 1);
	call_submit(c);
}

static void
fill_record(struct connector_record *rec, struct item *it)
{
	*rec = (struct connector_record){
	    .key = it->r.key,
	    .trace = str_z(it->trace),
	};
	if (it->r.match.n > 0)
		rec->match = it->r.match;
	if (it->r.remote.n > 0)
		rec->id = it->r.remote;
	if (it->r.version.n > 0)
		rec->version = it->r.version;
	if (it->r.fields.n > 0)
		rec->fields = it->r.fields;
}

void
call_spread(struct call *c, size_t batch)
{
	for (size_t i = 0; i < c->n; i += batch) {
		size_t n = c->n - i < batch ? c->n - i : batch;
		struct call *some = call_new(c->ch, c->sync, c->verb, n);

		memcpy(some->items, c->items + i, n * sizeof(*c->items));
		some->n = n;
		call_later(some, 0);
	}
	call_free(c);
}

/* What cannot even be asked for: find the record that is to blame. */
static void
refused_here(struct call *c, const struct err *e)
{
	if (c->n > 1) {
		call_spread(c, c->job != NULL ? c->call.op->batch : 1);
		return;
	}
	call_bury(c, "REQUEST", STR(""), str_z(e->text));
}

void
call_split(struct call *c)
{
	call_spread(c, c->n - c->n / 2);
}

/* No budget will ever hold so much: fewer records, or another connector. */
static void
too_dear(struct call *c, const struct err *e)
{
	if (c->n > 1) {
		call_split(c);
		return;
	}
	channel_unusable(c->ch, c->route, e->text);
	call_park(c, "CONFIG", 0);
}

/* Its items and records as the connector sorts them. */
static int
call_sort(struct call *c, struct err *e)
{
	size_t *order = arena_array(&c->arena, c->n, sizeof(*order));
	struct item **was = arena_array(&c->arena, c->n, sizeof(*was));

	if (connector_order(&c->call, c->ch->env->vm, c->records, order, c->n,
	    &c->arena, e) != 0)
		return -1;
	memcpy(was, c->items, c->n * sizeof(*was));
	for (size_t i = 0; i < c->n; i++)
		c->items[i] = was[order[i]];
	return 0;
}

/* What a call will send, and what that costs. */
static int
prepare(struct call *c, const struct route *rt, const struct unit_op *op,
    struct err *e)
{
	struct connector_call step;

	c->route = rt;
	c->records = arena_array(&c->arena, c->n, sizeof(*c->records));
	for (size_t i = 0; i < c->n; i++)
		fill_record(&c->records[i], c->items[i]);
	c->call = (struct connector_call){
	    .connector = rt->connector, .object = rt->object, .op = op,
	    .base = rt->base_url, .params = rt->params,
	    .records = c->records, .n = c->n,
	};
	/* a job stays as it was submitted */
	if (op->order >= 0 && c->n > 1 &&
	    (c->job == NULL || c->job->step == JOB_SUBMIT) &&
	    call_sort(c, e) != 0)
		return -1;
	c->cost = arena_array(&c->arena, rt->connector->nbudget,
	    sizeof(*c->cost));
	step = c->job != NULL ? job_step_call(&c->call, c->job) : c->call;
	return connector_cost(&step, c->ch->env->vm, c->cost, &c->arena, e);
}

void
channel_go_on(struct channel *ch, struct item *it, int64_t now)
{
	if (item_next_call(it)) {
		it->queued_ms = now;
		channel_enqueue(ch, it);
		return;
	}
	item_done(it);
	metric_add(ch->env->metrics, METRIC_records_done, 1);
	if (it->told == MADE_NEW)
		metric_add(ch->env->metrics, METRIC_records_created, 1);
	channel_finish(ch, it);
}

/*
 * Records that the operation is not for pass it by; 0 where none is left, and
 * the call is gone.
 */
static int
call_concerns(struct call *c, const struct route *rt,
    const struct unit_op *op)
{
	struct connector_call call = { .connector = rt->connector,
		.object = rt->object, .op = op, .params = rt->params };
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct item *it = c->items[i];
		struct connector_record rec;
		struct err e;
		int is;

		fill_record(&rec, it);
		is = connector_concerns(&call, c->ch->env->vm, &rec,
		    &c->arena, &e);
		if (is > 0)
			c->items[n++] = it;
		else if (is == 0)
			channel_go_on(c->ch, it, clock_mono_ms());
		else
			channel_bury(c->ch, it, "REQUEST", STR(""),
			    str_z(e.text), STR(""));
	}
	c->n = n;
	if (n == 0)
		call_free(c);
	return n > 0;
}

void
call_sought(struct call *c, int sought)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->call.op->op == CONNECTOR_CREATE)
			c->items[i]->sought = sought;
}

/*
 * What may be there already is looked for before it is made, each time: an
 * earlier create may have been answered by nobody.  1 where none of the call
 * was looked for; it is gone then.
 */
static int
call_seek(struct call *c, const struct route *rt, const struct unit_op *op)
{
	size_t n = 0;

	if (op->op != CONNECTOR_CREATE ||
	    object_op(rt->object, CONNECTOR_FIND) == NULL)
		return 0;
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i]->sought)
			c->items[n++] = c->items[i];
		else
			channel_look(c->ch, c->items[i]);
	}
	c->n = n;
	if (n == 0)
		call_free(c);
	return n == 0;
}

/* The request of a call; 1 where it goes on in parts, and the call is gone. */
static int
call_make(struct call *c)
{
	struct vm *vm = c->ch->env->vm;
	uint32_t most = c->job != NULL ? 0 : c->call.op->bytes;
	struct err e;

	if ((c->job != NULL ?
	    job_request(&c->call, c->job, vm, &c->request, &c->arena, &e) :
	    connector_request(&c->call, vm, &c->request, &c->arena,
	    &e)) != 0) {
		refused_here(c, &e);
		return 1;
	}
	if (most == 0 || c->n == 1 || c->request.body.n <= most)
		return 0;
	call_split(c);
	return 1;
}

enum sent
call_send(struct call *c, int64_t *wait_ms)
{
	struct channel *ch = c->ch;
	struct catalog *cat = catalogs_hold(ch->env->catalogs);
	const struct route *rt = catalog_find(cat, c->sync);
	const struct unit_op *op;
	struct str token = STR("");
	struct err e;

	c->catalog = cat;
	if (rt == NULL || rt->object == NULL || rt->paused) {
		call_park(c, "PAUSED", 0);
		return GONE;
	}
	op = call_op(rt->object, c->verb, c->items[0]->call);
	if (op == NULL) {
		struct str text = arena_printf(&c->arena, "connector %.*s: "
		    "object %.*s has no %s%.*s", STR_ARG(rt->connector->name),
		    STR_ARG(rt->object->name), c->verb == CONNECTOR_CALL ?
		    "operation " : "such operation",
		    STR_ARG(c->items[0]->call));

		call_bury(c, "CONFIG", STR(""), text);
		return GONE;
	}
	if (call_seek(c, rt, op))
		return GONE;
	if (channel_is_held(ch, cat, rt)) {
		*wait_ms = UNTIL_REPLY;
		call_release(c);
		return HELD;
	}
	if (op->when >= 0 && !call_concerns(c, rt, op))
		return GONE;
	if (c->job != NULL && op->job == NULL) { /* a newer connector */
		call_spread(c, op->batch);
		return GONE;
	}
	if (channel_use(ch, cat, rt, &e) != 0) {
		channel_unusable(ch, rt, e.text);
		call_park(c, "CONFIG", 0);
		return GONE;
	}
	if (prepare(c, rt, op, &e) != 0) {
		refused_here(c, &e);
		return GONE;
	}
	if (budgets_afford(ch->budgets, rt->object, c->cost, &e) != 0) {
		too_dear(c, &e);
		return GONE;
	}
	*wait_ms = channel_gate(ch, c->cost);
	if (*wait_ms == 0) {
		*wait_ms = channel_token(ch, cat, rt, &token);
		if (*wait_ms == UNTIL_MENDED) {
			channel_unusable(ch, rt, auth_error(ch->auth));
			call_park(c, "AUTH", 0);
			return GONE;
		}
	}
	if (*wait_ms != 0) {
		call_release(c);
		return HELD;
	}
	call_shows(c, token);
	if (call_make(c))
		return GONE;
	if (c->verb != CONNECTOR_FIND &&
	    (c->job == NULL || c->job->step == JOB_UPLOAD))
		metric_add(ch->env->metrics, METRIC_records_sent,
		    (int64_t)c->n);
	c->request.max_reply = c->job != NULL ? TABLE_MAX : 0;
	call_sought(c, 0);
	channel_launch(c);
	return SENT;
}
