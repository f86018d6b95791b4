/*
 * crosswalk list: all records of an object of a CRM, or those that changed.
 *
 * What is kept in the state file is behind what was written: a page goes out,
 * and to the disk where stdout is a file, then the position is renamed into
 * place.  Killed at any instant, the next run begins at a page that may be
 * there already; none is missing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/object.h"
#include "cli/progress.h"
#include "connector/budget.h"
#include "connector/feed.h"
#include "connector/retry.h"

#define STATE_MAX ((size_t)1 << 20)

/* 1 s doubling to a minute: a person waits for three minutes on average. */
static const struct retry_policy patience = { 1000, 60000, 10 };

struct listing {
	struct str *fields; /* that are wanted */
	struct object object;
	const struct unit_op *op;
	struct feed *feed;
	struct budgets *budgets;
	int64_t *cost;      /* of a request */
	struct http *http;
	struct arena arena; /* of a page */
	struct arena wanted; /* of fields */
	struct buf out;
	const char *state;  /* a file, or NULL */
	uint64_t seed, records, bytes;
	unsigned failed;    /* in a row */
	int events;         /* what is known of a record around it */
	struct progress progress;
};

static int64_t
now_ms(void)
{
	return clock_wall_us() / 1000;
}

/* Until the budgets have room for a request. */
static void
pace(struct listing *l)
{
	int64_t wait;

	while ((wait = budgets_wait_ms(l->budgets, l->cost, now_ms())) > 0)
		clock_sleep_ms(wait);
}

static int
ask(struct listing *l, struct feed_page *page, struct err *e)
{
	struct http_request req = { 0 };
	struct http_done done;
	int64_t sent;

	if (feed_request(l->feed, l->object.vm, &req, &l->arena, e) != 0)
		return -1;
	pace(l);
	sent = now_ms();
	budgets_spend(l->budgets, l->cost, sent);
	http_submit(l->http, &req, NULL);
	while (http_poll(l->http, 1000, &done, 1) == 0)
		;
	feed_reply(l->feed, l->object.vm, &done, now_ms(), page, &l->arena);
	budgets_done(l->budgets, l->cost, page->left, sent, now_ms());
	return 0;
}

/* A page that did not come; 0: ask again. */
static int
hold(struct listing *l, const struct feed_page *page, struct err *e)
{
	int64_t wait = page->wait_ms, pages, records;

	switch (page->outcome) {
	case OUTCOME_THROTTLE:
		budgets_throttled(l->budgets, l->cost, wait, now_ms());
		return 0;
	case OUTCOME_RETRY:
		if (wait < 0)
			wait = retry_wait_ms(&patience, ++l->failed,
			    &l->seed);
		if (wait != RETRY_GIVE_UP) {
			clock_sleep_ms(wait);
			return 0;
		}
		break;
	default:
		break;
	}
	feed_progress(l->feed, &pages, &records);
	return err_set(e, page->outcome == OUTCOME_FAIL_DATA ? ERR_DATA :
	    ERR_NET, "page %" PRId64 ": %s: %.*s%s%.*s", pages + 1,
	    page->outcome == OUTCOME_REFRESH ? "the token is refused" :
	    outcome_word(page->outcome), STR_ARG(page->code),
	    page->code.n > 0 ? ": " : "", STR_ARG(page->text));
}

static int
keep(struct listing *l, struct err *e)
{
	struct buf text = { 0 };
	int rc;

	if (l->state == NULL)
		return 0;
	if (fdatasync(STDOUT_FILENO) != 0 && errno != EINVAL &&
	    errno != EROFS)
		return err_set(e, ERR_SYSTEM, "cannot write: %s",
		    strerror(errno));
	feed_position(l->feed, &text);
	buf_putc(&text, '\n');
	rc = write_whole(l->state, buf_str(&text), e);
	buf_fini(&text);
	return rc;
}

static void
put_event(struct buf *out, const struct feed_record *r)
{
	buf_puts(out, STR("{\"id\":"));
	buf_json(out, r->id);
	if (r->watermark.n > 0) {
		buf_puts(out, STR(",\"at\":"));
		buf_json(out, r->watermark);
	}
	if (r->deleted)
		buf_puts(out, STR(",\"deleted\":true"));
	if (r->echo)
		buf_puts(out, STR(",\"echo\":true"));
	buf_puts(out, STR(",\"record\":"));
	put_line(out, r->json);
	out->p[out->n - 1] = '}';
	buf_putc(out, '\n');
}

static int
hand_on(struct listing *l, const struct feed_page *page, struct err *e)
{
	for (size_t i = 0; i < page->n; i++) {
		const struct feed_record *r = &page->records[i];

		if (l->events)
			put_event(&l->out, r);
		else if (!r->deleted || l->op->op == CONNECTOR_DELETES)
			put_line(&l->out, r->json);
	}
	l->records += page->n;
	l->bytes += l->out.n;
	if (write_all(STDOUT_FILENO, &l->out, e) != 0)
		return -1;
	feed_advance(l->feed);
	return keep(l, e);
}

/* All pages of a pass. */
static int
list_all(struct listing *l, struct err *e)
{
	struct feed_page page;

	while (feed_state(l->feed) == FEED_ASK) {
		arena_reset(&l->arena);
		if (ask(l, &page, e) != 0)
			return -1;
		if (page.outcome == OUTCOME_OK) {
			l->failed = 0;
			if (hand_on(l, &page, e) != 0)
				return -1;
		} else if (hold(l, &page, e) != 0) {
			return -1;
		}
		progress_show(&l->progress, l->records, l->bytes);
	}
	return 0;
}

/* ---- what is wanted ---- */

/* a,b,c */
static void
fields_named(struct listing *l, const char *list)
{
	for (const char *p = list; *p != '\0';) {
		size_t n = strcspn(p, ",");

		l->fields[l->object.call.nfields++] = str_from(p, n);
		p += n + (p[n] == ',');
	}
}

/* What a map reads of records of this object when they come in. */
static void
fields_read(struct listing *l, const struct unit_map *m)
{
	const struct connector_call *call = &l->object.call;
	struct str right = arena_printf(&l->wanted, "%.*s.%.*s",
	    STR_ARG(call->connector->name), STR_ARG(call->object->name));
	const struct prog *p = m->backward;

	for (uint32_t i = 0; str_eq(m->right, right) &&
	    i < p->funcs[0].nin; i++)
		if (memchr(p->in[i].path.p, '*', p->in[i].path.n) == NULL)
			l->fields[l->object.call.nfields++] =
			    arena_str(&l->wanted, p->in[i].path);
}

static int
fields_of_map(struct listing *l, const char *file)
{
	struct unit *u = NULL;
	size_t most = 0;
	int status = unit_of(file, &u);

	for (uint32_t i = 0; status == 0 && i < u->nmap; i++)
		most += u->maps[i].backward->funcs[0].nin;
	l->fields = arena_array(&l->wanted, most, sizeof(*l->fields));
	for (uint32_t i = 0; status == 0 && i < u->nmap; i++)
		fields_read(l, &u->maps[i]);
	unit_unref(u);
	if (status == 0 && l->object.call.nfields == 0)
		status = say(err_exit(ERR_DATA), "no map in %s has %.*s.%.*s "
		    "on its right side", file,
		    STR_ARG(l->object.call.connector->name),
		    STR_ARG(l->object.call.object->name));
	return status;
}

/* 0, or the exit status. */
static int
want(struct listing *l, const struct args *a)
{
	const char *list = args_get(a, 'f'), *file = args_get(a, 'm');
	int status = 0;

	if (list != NULL && file != NULL)
		args_fail(a, "--fields or --map");
	if (list != NULL) {
		l->fields = arena_array(&l->wanted, strlen(list) + 1,
		    sizeof(*l->fields));
		fields_named(l, list);
	} else if (file != NULL) {
		status = fields_of_map(l, file);
	}
	l->object.call.fields = l->fields;
	return status;
}

/* The feed, where the state file says or from the beginning. */
static int
begin(struct listing *l, const struct args *a, struct err *e)
{
	const struct connector_call *call = &l->object.call;
	struct str since = args_str(a, 'S');
	struct buf text = { 0 };
	int known = l->state != NULL && access(l->state, F_OK) == 0;

	if (known && since.n > 0)
		return err_set(e, ERR_USAGE, "%s says where the list goes on; "
		    "remove it, or leave --since out", l->state);
	if (since.n > 0 && !l->op->feed->since)
		return err_set(e, ERR_USAGE, "the list of %.*s cannot be asked "
		    "for what is new: its request does not read `since`",
		    STR_ARG(call->object->name));
	if (known && read_all(l->state, STATE_MAX, &text, e) != 0)
		return -1;
	l->feed = feed_new(call, buf_str(&text), now_ms(), e);
	buf_fini(&text);
	if (l->feed == NULL)
		return err_prefix(e, "%s", l->state);
	if (since.n > 0)
		feed_since(l->feed, since);
	if (feed_state(l->feed) == FEED_DONE)
		feed_again(l->feed);
	return 0;
}

/* What may be spent, and what of it a page costs. */
static int
allow(struct listing *l, struct err *e)
{
	const struct connector_call *call = &l->object.call;

	l->budgets = budgets_new(call, l->object.vm, e);
	l->cost = calloc(call->connector->nbudget + 1, sizeof(*l->cost));
	if (l->cost == NULL)
		fatal("out of memory: costs");
	return l->budgets != NULL && connector_cost(call, l->object.vm,
	    l->cost, &l->arena, e) == 0 ? budgets_afford(l->budgets,
	    call->object, l->cost, e) : -1;
}

static int
run(struct listing *l, const struct args *a, struct err *e)
{
	struct http_opts opts = { 0 };
	int rc;

	if (allow(l, e) != 0 || begin(l, a, e) != 0)
		return -1;
	l->http = http_new(&opts);
	l->seed = (uint64_t)clock_mono_ns();
	progress_begin(&l->progress);
	rc = list_all(l, e);
	progress_end(&l->progress);
	return rc;
}

int
cmd_list(const struct args *a)
{
	struct listing l = { .state = args_get(a, 's'),
		.events = args_get(a, 'e') != NULL };
	int deletes = args_get(a, 'D') != NULL;
	int status = object_open(&l.object, a);
	struct err e = { 0 };

	if (status != 0)
		return status;
	l.object.call.token = object_secret(a, 'T');
	l.op = l.object.call.op = object_op(l.object.call.object, deletes ?
	    CONNECTOR_DELETES : CONNECTOR_LIST);
	if (l.op == NULL)
		status = say(err_exit(ERR_DATA), "object `%s` says no `%s`",
		    a->rest[1], deletes ? "deletes" : "list");
	else if ((status = want(&l, a)) == 0 && run(&l, a, &e) != 0)
		status = say_err(&e);
	if (l.feed != NULL && feed_state(l.feed) == FEED_DEAD)
		status = say(1, "%s; list all again%s%s", feed_why(l.feed),
		    l.state ? ", without " : "", l.state ? l.state : "");
	feed_free(l.feed);
	budgets_free(l.budgets);
	free(l.cost);
	if (l.http != NULL)
		http_free(l.http);
	arena_fini(&l.arena);
	arena_fini(&l.wanted);
	buf_fini(&l.out);
	object_close(&l.object);
	return status;
}
