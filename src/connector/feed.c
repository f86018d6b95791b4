/*
 * The state of a feed: which page is next, and when all is read.
 */
#include "connector/feed.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "connector/eval.h"
#include "connector/feeding.h"

/* Records that are known to have come, beside those of a page. */
#define SEEN_MAX 1024
#define FILE_MAX ((size_t)64 << 20)

static struct str
list_name(const struct connector_call *call, struct arena *a)
{
	static const char *const words[] = {
#define X(name, word) [CONNECTOR_##name] = word,
		CONNECTOR_OPS(X)
#undef X
	};

	return arena_printf(a, "%.*s.%.*s.%s", STR_ARG(call->connector->name),
	    STR_ARG(call->object->name), words[call->op->op]);
}

static void
dies(struct feed *f, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	err_set(&f->why, ERR_DATA, "%.*s", STR_ARG(buf_str(&text)));
	buf_fini(&text);
	f->state = FEED_DEAD;
}

struct feed *
feed_new(const struct connector_call *call, struct str position,
    int64_t now_ms, struct err *e)
{
	struct feed *f = calloc(1, sizeof(*f));

	assert(call->op->feed != NULL);
	if (f == NULL)
		fatal("out of memory: a feed");
	f->call = *call;
	f->call.records = NULL;
	f->call.n = 0;
	f->unit = call->op->feed;
	f->name = list_name(call, &f->arena);
	seen_init(&f->seen, SEEN_MAX + f->unit->limit);
	if (position.n > 0 && position_read(&f->here, &f->seen, f->name,
	    position, e) != 0) {
		err_prefix(e, "the position in %.*s", STR_ARG(f->name));
		feed_free(f);
		return NULL;
	}
	f->state = f->here.done ? FEED_DONE : FEED_ASK;
	if (position.n > 0 && f->unit->keep_ms > 0 &&
	    now_ms - f->here.at_ms > f->unit->keep_ms)
		dies(f, "the position is %lld s old and good for %lld s",
		    (long long)(now_ms - f->here.at_ms) / 1000,
		    (long long)f->unit->keep_ms / 1000);
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	seen_fini(&f->seen);
	arena_fini(&f->here.arena);
	arena_fini(&f->after.arena);
	arena_fini(&f->arena);
	buf_fini(&f->anchor);
	free(f);
}

enum feed_state
feed_state(const struct feed *f)
{
	return f->state;
}

const char *
feed_why(const struct feed *f)
{
	return f->why.text;
}

void
feed_since(struct feed *f, struct str since)
{
	assert(f->here.pages == 0);
	f->here.since = arena_str(&f->here.arena, since);
}

void
feed_token(struct feed *f, struct str token)
{
	f->call.token = token;
}

/* ---- requests ---- */

static struct value
text_or_absent(struct str s)
{
	return s.n > 0 ? value_text(s) : (struct value){ .type = V_ABSENT };
}

/* The page, as the connector's `cursor`. */
static struct value
cursor_value(const struct feed *f)
{
	switch (f->unit->paging) {
	case FEED_PAGE:
		return value_int(f->here.number > 0 ? f->here.number : 1);
	case FEED_OFFSET:
		return value_int(f->here.number);
	default:
		return text_or_absent(f->here.cursor);
	}
}

/* What the request is told that all was read up to. */
static int
since_value(const struct feed *f, struct value *v, struct arena *a,
    struct err *e)
{
	const struct position *p = &f->here;
	struct str since = p->since;

	if (f->unit->paging == FEED_KEYSET && p->cursor.n > 0)
		since = p->mark;
	else if (since.n > 0 && f->unit->lookback_ms > 0 &&
	    watermark_back(since, f->unit->lookback_ms, &since, a, e) != 0)
		return -1;
	*v = text_or_absent(since);
	return 0;
}

/* The paths that are wanted, as `fields`. */
static struct value
fields_value(const struct connector_call *call, struct arena *a)
{
	struct value *list = arena_array(a, call->nfields, sizeof(*list));

	for (size_t i = 0; i < call->nfields; i++)
		list[i] = value_text(call->fields[i]);
	return (struct value){ .type = V_LIST, .n = (uint32_t)call->nfields,
		.u.list = list };
}

/* Of a file on another host: it gets no token, the URL is proof enough. */
static int
file_request(const struct feed *f, struct http_request *req, struct arena *a)
{
	req->method = "GET";
	req->url = arena_str(a, f->file).p;
	req->headers = NULL;
	req->nheaders = 0;
	req->body = str_from(NULL, 0);
	req->max_reply = FILE_MAX;
	return 0;
}

int
feed_request(struct feed *f, struct vm *vm, struct http_request *req,
    struct arena *a, struct err *e)
{
	struct value args[5];

	assert(f->state == FEED_ASK);
	if (f->file.n > 0)
		return file_request(f, req, a);
	args[0] = cursor_value(f);
	args[2] = value_int(f->unit->limit);
	args[4] = fields_value(&f->call, a);
	if (since_value(f, &args[1], a, e) != 0 ||
	    request_params(&f->call, &args[3], a, e) != 0)
		return -1;
	f->call.link = f->unit->paging == FEED_LINK ? f->here.cursor :
	    STR("");
	return request_make(&f->call, vm, args, COUNT(args), req, a, e);
}

/* ---- from page to page ---- */

/* The number of the page behind one of n items; 0: there is none. */
static int
next_number(struct feed *f, const struct reading *rd, size_t n, int64_t *next,
    struct err *e)
{
	struct value args[2] = { rd->body, rd->headers }, v;
	int64_t here = cursor_value(f).u.i;

	if (f->unit->next < 0) {
		/* only an empty page is surely behind the last */
		*next = n == 0 ? 0 : here + (f->unit->paging == FEED_PAGE ? 1 :
		    (int64_t)n);
		return 0;
	}
	*next = 0;
	if (eval(&f->call, rd->vm, f->unit->next, "next", args, 2, &v, rd->a,
	    e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (eval_number(v, 0, next, rd->a) != 0 || *next <= here)
		return err_set(e, ERR_DATA, "next must be a number above "
		    "%lld, that of this page", (long long)here);
	return 0;
}

/* Behind the last item of a list that is sorted; *done behind the last page. */
static int
next_sorted(struct feed *f, const struct page_items *items, struct err *e)
{
	struct position *p = &f->after;

	if (items->n == 0) {
		p->done = 1;
		return 0;
	}
	if (str_eq(items->last_tie, f->here.cursor) &&
	    (f->unit->paging == FEED_WINDOW ||
	    str_eq(items->last, f->here.mark))) {
		/* the same page again, as its request does not read cursor */
		p->done = items->n < f->unit->limit;
		return p->done ? 0 : err_set(e, ERR_DATA, "a whole page, %zu "
		    "records, has the watermark %.*s: the list cannot go on; "
		    "let the request read `cursor`, or give it a greater "
		    "limit", items->n, STR_ARG(items->last));
	}
	p->cursor = arena_str(&p->arena, items->last_tie);
	return 0;
}

/*
 * As of when the first page was: by the provider's clock, or by its items.
 * Those of a keyset are its oldest; where its watermarks are no times, they
 * are taken for numbers that nothing gets twice.
 */
static void
first_page(struct feed *f, const struct reading *rd,
    const struct page_items *items)
{
	int64_t date = reply_date_ms(rd->rep);

	if (date >= 0 && watermark_timed(items->greatest))
		f->after.first = watermark_at(date, &f->after.arena);
	else if (f->unit->paging != FEED_KEYSET)
		f->after.first = arena_str(&f->after.arena, items->greatest);
}

/*
 * Behind the last page: from where the next pass begins.  Both this and the
 * pass before may be right; the later one is enough.
 */
static void
pass_done(struct feed *f)
{
	struct position *p = &f->after;
	struct str since = p->mark;

	if (!f->unit->since || p->mark.n == 0)
		return;
	if (p->first.n > 0 && watermark_order(p->first, since) < 0)
		since = p->first;
	if (p->since.n == 0 || watermark_order(since, p->since) > 0)
		p->since = since;
}

/* Fill f->after, where one is once this page is handed on. */
static int
next_page(struct feed *f, const struct reading *rd,
    const struct page_items *items, struct err *e)
{
	struct position *p = &f->after;

	p->pages++;
	p->at_ms = rd->now_ms;
	if (p->pages == 1)
		first_page(f, rd, items);
	if (p->mark.n == 0 || (items->greatest.n > 0 &&
	    watermark_order(items->greatest, p->mark) > 0))
		p->mark = arena_str(&p->arena, items->greatest);
	switch (f->unit->paging) {
	case FEED_CURSOR:
	case FEED_LINK:
		break; /* the reply said it, before its items */
	case FEED_PAGE:
	case FEED_OFFSET:
		if (next_number(f, rd, items->n, &p->number, e) != 0)
			return -1;
		p->done = p->number == 0;
		break;
	case FEED_KEYSET:
	case FEED_WINDOW:
		if (next_sorted(f, items, e) != 0)
			return -1;
		break;
	}
	if (p->done)
		pass_done(f);
	return 0;
}

static int
read_items_of(struct feed *f, const struct reading *rd,
    struct feed_page *page, struct err *e)
{
	struct page_items items;

	if (page_read(f, rd, page, &items, e) != 0 ||
	    next_page(f, rd, &items, e) != 0)
		return -1;
	f->after.records += (int64_t)page->n;
	f->state = FEED_HELD;
	return 0;
}

static int
read_page(struct feed *f, const struct reading *rd, struct feed_page *page,
    struct err *e)
{
	position_copy(&f->after, &f->here);
	if ((f->unit->paging == FEED_CURSOR || f->unit->paging == FEED_LINK) &&
	    page_cursor(f, rd, e) != 0)
		return -1;
	if (f->unit->file >= 0 && page_file(f, rd, e) != 0)
		return -1;
	return f->file.n > 0 ? 0 : read_items_of(f, rd, page, e);
}

/* Whatever is wrong with the file, its page is asked for again. */
static int
read_file(struct feed *f, struct reading *rd, struct feed_page *page,
    struct err *e)
{
	f->file = STR("");
	if (rd->rep->outcome != HTTP_REPLY)
		return err_set(e, ERR_NET, "the file: %s", rd->rep->error);
	if (rd->rep->status != 200)
		return err_set(e, ERR_NET, "the file: status %d",
		    rd->rep->status);
	if (page_of_file(f, rd, e) != 0)
		return err_prefix(e, "the file");
	return read_items_of(f, rd, page, e);
}

/* Whether the reply says that the position is known no more. */
static int
read_place(struct feed *f, const struct reading *rd, struct err *e)
{
	struct value args[5];
	int dead;

	if (f->unit->resync < 0 || rd->rep->outcome != HTTP_REPLY)
		return 0;
	args[0] = value_int(rd->rep->status);
	args[1] = rd->headers;
	args[2] = rd->body;
	args[3] = cursor_value(f);
	if (since_value(f, &args[4], rd->a, e) != 0)
		return -1;
	dead = page_says(f, rd, f->unit->resync, "resync", args, 5, e);
	if (dead > 0)
		dies(f, "the provider knows the position no more (status %d)",
		    rd->rep->status);
	return dead < 0 ? -1 : 0;
}

/* A reply of the provider itself. */
static int
read_reply(struct feed *f, struct reading *rd, struct feed_page *page,
    struct err *e)
{
	struct connector_result r;

	reply_read(rd, &r);
	*page = (struct feed_page){ .outcome = r.outcome,
		.wait_ms = r.wait_ms, .unclassified = r.unclassified,
		.code = r.code, .text = r.text, .left = r.left };
	if (r.outcome == OUTCOME_PER_ITEM)
		page->outcome = OUTCOME_OK;
	if (read_place(f, rd, e) != 0)
		return -1;
	return page->outcome == OUTCOME_OK && f->state != FEED_DEAD ?
	    read_page(f, rd, page, e) : 0;
}

void
feed_reply(struct feed *f, struct vm *vm, const struct http_done *rep,
    int64_t now_ms, struct feed_page *page, struct arena *a)
{
	struct reading rd = { .call = &f->call, .vm = vm, .rep = rep,
		.now_ms = now_ms, .a = a };
	struct err e = { 0 };
	int rv;

	assert(f->state == FEED_ASK);
	*page = (struct feed_page){ .outcome = OUTCOME_OK };
	rv = f->file.n > 0 ? read_file(f, &rd, page, &e) :
	    read_reply(f, &rd, page, &e);
	if (rv != 0)
		*page = (struct feed_page){ .outcome = e.code == ERR_NET ?
			OUTCOME_RETRY : OUTCOME_FAIL_DATA,
			.wait_ms = CONNECTOR_WAIT_UNSAID, .left = page->left,
			.text = arena_str(a, str_z(e.text)) };
}

void
feed_advance(struct feed *f)
{
	struct position was = f->here;

	assert(f->state == FEED_HELD);
	for (size_t i = 0; i < f->nfresh; i++)
		seen_add(&f->seen, f->fresh[i]);
	f->nfresh = 0;
	f->here = f->after;
	f->after = was;
	if ((f->here.pages & (f->here.pages - 1)) == 0) {
		buf_reset(&f->anchor);
		buf_puts(&f->anchor, f->here.cursor);
	}
	f->state = f->here.done ? FEED_DONE : FEED_ASK;
}

void
feed_again(struct feed *f)
{
	struct position *p = &f->here;

	assert(f->state == FEED_DONE);
	buf_reset(&f->anchor);
	p->mark = p->first = str_from(NULL, 0);
	if (f->unit->resume < 0)
		p->cursor = p->mark;
	p->number = p->pages = p->records = p->done = 0;
	f->state = FEED_ASK;
}

void
feed_position(const struct feed *f, struct buf *out)
{
	position_write(&f->here, &f->seen, f->name, out);
}

void
feed_progress(const struct feed *f, int64_t *pages, int64_t *records)
{
	*pages = f->here.pages;
	*records = f->here.records;
}
