/*
 * Reading field catalogues.
 */
#include "stage/fetch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "connector/fields.h"
#include "connector/retry.h"

/* A catalogue that cannot be read: 5 s, doubling to 10 minutes. */
static const struct retry_policy patience = { 5000, 600000, 0 };
/* So often a wait that the CRM names is believed, though it is shorter. */
#define PATIENT 3

struct fetch {
	struct fetch *next;
	int64_t due_ms;     /* on the monotonic clock */
	unsigned failed;    /* in a row */
	int flying;         /* a page is under way */
	/* between pages, else NULL; of that version of the connector */
	struct fields *fields;
	const struct unit *unit;
	struct str object;
};

static struct fetch *
fetch_new(struct channel *ch, struct str object)
{
	struct fetch *f = calloc(1, sizeof(*f) + object.n);

	if (f == NULL)
		fatal("out of memory: a field catalogue");
	memcpy(f + 1, object.p, object.n);
	f->object = str_from((char *)(f + 1), object.n);
	f->next = ch->fetches;
	ch->fetches = f;
	return f;
}

static void
fetch_free(struct fetch *f)
{
	fields_free(f->fields);
	free(f);
}

void
fetches_free(struct fetch *list)
{
	struct fetch *next;

	for (; list != NULL; list = next) {
		next = list->next;
		fetch_free(list);
	}
}

/* Pages that were read are of no use any more. */
static void
begin_anew(struct fetch *f)
{
	fields_free(f->fields);
	f->fields = NULL;
}

void
channel_want(struct channel *ch, const struct want *w, int64_t now_ms)
{
	struct fetch *f = ch->fetches;
	int64_t age_ms = clock_wall_us() / 1000 - w->read_us / 1000;
	int64_t left = object_op(w->object, CONNECTOR_FIELDS)->fields->cache_s
	    * 1000 - age_ms;

	while (f != NULL && !str_eq(f->object, w->object->name))
		f = f->next;
	if (f == NULL) {
		f = fetch_new(ch, w->object->name);
		f->due_ms = now_ms + (left > 0 ? left : 0);
	}
	if (w->asked)
		f->due_ms = now_ms;
}

/* Rest, and say how long and why. */
static void
fetch_failed(struct channel *ch, struct fetch *f, const struct route *rt,
    const char *outcome, const char *cause, int64_t wait_ms)
{
	char text[400];

	int64_t rest;

	begin_anew(f);
	rest = retry_wait_ms(&patience, ++f->failed, &ch->env->seed);
	if (wait_ms < 0 || (f->failed > PATIENT && wait_ms < rest))
		wait_ms = rest;
	f->due_ms = clock_mono_ms() + wait_ms;
	log_warn("delivery.catalogue", "connection=%.*s object=%.*s "
	    "outcome=\"%s\" failed=%u wait_ms=%" PRId64 " cause=%s",
	    STR_ARG(rt->connection_name), STR_ARG(f->object), outcome,
	    f->failed, wait_ms, log_quote(text, sizeof(text), cause));
}

/* ---- asking ---- */

static const struct want *
wanted(const struct channel *ch, const struct fetch *f,
    const struct catalog *cat)
{
	size_t n;
	const struct want *w = catalog_wants(cat, &n);

	for (; n > 0; n--, w++)
		if (w->route->connection == ch->connection &&
		    str_eq(w->object->name, f->object))
			return w;
	return NULL;
}

static int
page_of(struct call *c, const struct want *w, struct err *e)
{
	const struct route *rt = w->route;

	c->route = rt;
	c->call = (struct connector_call){
	    .connector = rt->connector, .object = w->object,
	    .op = object_op(w->object, CONNECTOR_FIELDS),
	    .base = rt->base_url, .params = rt->params,
	};
	c->cost = arena_array(&c->arena, rt->connector->nbudget,
	    sizeof(*c->cost));
	if (connector_cost(&c->call, c->ch->env->vm, c->cost, &c->arena,
	    e) != 0)
		return -1;
	return budgets_afford(c->ch->budgets, w->object, c->cost, e);
}

/* 0: the page is under way; else how long to wait, or UNTIL_…; -1 with e. */
static int
fetch_send(struct call *c, const struct want *w, int64_t *wait_ms,
    struct err *e)
{
	struct channel *ch = c->ch;
	struct fetch *f = c->fetch;
	struct str token = STR("");

	if (channel_use(ch, c->catalog, w->route, e) != 0 ||
	    page_of(c, w, e) != 0)
		return -1;
	*wait_ms = channel_gate(ch, c->cost);
	if (*wait_ms == 0)
		*wait_ms = channel_token(ch, c->catalog, w->route, &token);
	if (*wait_ms == UNTIL_MENDED)
		return err_set(e, ERR_NET, "%s", auth_error(ch->auth));
	if (*wait_ms != 0)
		return 0;
	if (f->unit != w->route->connector_unit)
		begin_anew(f);
	f->unit = w->route->connector_unit;
	if (f->fields == NULL)
		f->fields = fields_new();
	call_shows(c, token);
	if (fields_request(f->fields, &c->call, ch->env->vm, &c->request,
	    &c->arena, e) != 0)
		return -1;
	f->flying = 1;
	channel_launch(c);
	return 0;
}

/* 0 when it is wanted no more. */
static int
fetch_pump(struct channel *ch, struct fetch *f, int64_t now)
{
	struct catalog *cat = catalogs_hold(ch->env->catalogs);
	const struct want *w = wanted(ch, f, cat);
	int64_t wait = UNTIL_REPLY;
	struct call *c;
	struct err e;

	if (w == NULL || channel_is_held(ch, cat, w->route)) {
		catalog_release(cat);
		return w != NULL;
	}
	c = call_new(ch, w->route->sync, CONNECTOR_FIELDS, 0);
	c->fetch = f;
	c->catalog = cat;
	if (fetch_send(c, w, &wait, &e) != 0) {
		fetch_failed(ch, f, w->route, "not sent", e.text, -1);
		call_free(c);
	} else if (wait != 0) {
		if (wait > 0)
			f->due_ms = now + wait;
		call_free(c);
	}
	return 1;
}

void
fetches_pump(struct channel *ch, int64_t now, int64_t *wait_ms)
{
	struct fetch **at = &ch->fetches, *f;

	while ((f = *at) != NULL) {
		int64_t left;

		if (!f->flying && f->due_ms <= now &&
		    ch->in_flight < ch->env->requests &&
		    !fetch_pump(ch, f, now)) {
			*at = f->next;
			fetch_free(f);
			continue;
		}
		left = f->due_ms - now;
		if (left > 0 && (*wait_ms < 0 || left < *wait_ms))
			*wait_ms = left;
		at = &f->next;
	}
}

/* ---- what comes ---- */

static void
page_refused(struct call *c, const struct connector_result *res,
    const struct err *why)
{
	struct channel *ch = c->ch;
	int64_t wall = clock_wall_us() / 1000, wait = res->wait_ms;

	if (res->outcome == OUTCOME_REFRESH) {
		auth_refused(ch->auth, c->call.token, wall);
		wait = c->fetch->failed == 0 ? 0 : -1;
	} else if (res->outcome == OUTCOME_THROTTLE) {
		budgets_throttled(ch->budgets, c->cost, res->wait_ms, wall);
	}
	fetch_failed(ch, c->fetch, c->route, outcome_word(res->outcome),
	    why->text, wait);
}

static void
read_whole(struct call *c, int64_t now)
{
	const struct unit_fields *how = c->call.op->fields;
	struct fetch *f = c->fetch;
	struct buf out = { 0 };
	struct err e;

	fields_schema(f->fields, how, &out);
	if (c->ch->env->catalogue(c->ch->env->arg, c->route, f->object,
	    buf_str(&out), &e) != 0) {
		fetch_failed(c->ch, f, c->route, "not stored", e.text, -1);
	} else {
		begin_anew(f);
		f->failed = 0;
		f->due_ms = now + how->cache_s * 1000;
	}
	buf_fini(&out);
}

void
fetch_reply(struct call *c, const struct http_done *reply, int64_t now)
{
	struct fetch *f = c->fetch;
	int64_t wall = clock_wall_us() / 1000;
	struct connector_result res;
	struct err why = { 0 };
	enum fields_step step = fields_reply(f->fields, &c->call,
	    c->ch->env->vm, reply, wall, &res, &c->arena, &why);

	f->flying = 0;
	call_ended(c, &res, wall);
	switch (step) {
	case FIELDS_NEXT:
		f->due_ms = now;
		break;
	case FIELDS_END:
		read_whole(c, now);
		break;
	case FIELDS_FAILED:
		page_refused(c, &res, &why);
		break;
	}
	call_free(c);
}
