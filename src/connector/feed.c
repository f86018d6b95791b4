/*
 * The state of a feed: which page is next, and when all is read.
 */
#include "connector/feed.h"

#include <assert.h>
#include <stdlib.h>

#include "connector/eval.h"
#include "connector/feeding.h"

/* Records that are known to have come, beside those of a page. */
#define SEEN_MAX 1024

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

struct feed *
feed_new(const struct connector_call *call, struct str position,
    struct err *e)
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

int
feed_request(struct feed *f, struct vm *vm, struct http_request *req,
    struct arena *a, struct err *e)
{
	const struct position *p = &f->here;
	struct value args[4];

	assert(f->state == FEED_ASK);
	args[0] = cursor_value(f);
	args[1] = text_or_absent(f->unit->paging == FEED_KEYSET &&
	    p->cursor.n > 0 ? p->mark : p->since);
	args[2] = value_int(f->unit->limit);
	if (request_params(&f->call, &args[3], a, e) != 0)
		return -1;
	f->call.link = f->unit->paging == FEED_LINK ? p->cursor : STR("");
	return request_make(&f->call, vm, args, COUNT(args), req, a, e);
}

/* ---- from page to page ---- */

/*
 * A cursor that was there already means pages for ever.  One is kept, of page
 * 1, 2, 4, 8 …: a circle of any length meets it (Brent, "An improved Monte
 * Carlo factorization algorithm", 1980).
 */
static int
circles(struct feed *f, struct str cursor, struct err *e)
{
	if (f->anchor.n > 0 && str_eq(buf_str(&f->anchor), cursor))
		return err_set(e, ERR_DATA, "page %lld says that a page is "
		    "next that was read before",
		    (long long)f->after.pages);
	if ((f->after.pages & (f->after.pages - 1)) == 0) {
		buf_reset(&f->anchor);
		buf_puts(&f->anchor, cursor);
	}
	return 0;
}

/* The target of rel=next in a header Link (RFC 8288), or "". */
static struct str
link_next(struct str s)
{
	while (s.n > 0) {
		const char *end = memchr(s.p, '>', s.n), *more;
		struct str target, params;

		if (s.p[0] != '<' || end == NULL)
			return str_from(NULL, 0);
		target = str_from(s.p + 1, (size_t)(end - s.p) - 1);
		params = str_from(end + 1, s.n - target.n - 2);
		more = memmem(params.p, params.n, ", <", 3);
		if (more != NULL)
			params.n = (size_t)(more - params.p);
		if (memmem(params.p, params.n, "rel=\"next\"", 10) != NULL ||
		    memmem(params.p, params.n, "rel=next", 8) != NULL)
			return target;
		if (more == NULL)
			break;
		s = str_from(more + 2, s.n - (size_t)(more + 2 - s.p));
	}
	return str_from(NULL, 0);
}

/* `next` of a cursor or link. */
static int
next_cursor(struct feed *f, const struct reading *rd, struct str *cursor,
    struct err *e)
{
	struct value args[2] = { rd->body, rd->headers }, v;

	*cursor = str_from(NULL, 0);
	if (eval(&f->call, rd->vm, f->unit->next, "next", args, 2, &v, rd->a,
	    e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (eval_text(v, cursor, rd->a) != 0)
		return err_set(e, ERR_DATA, "next is a %s, not a text",
		    value_word(v));
	if (f->unit->paging == FEED_LINK && cursor->n > 0 &&
	    cursor->p[0] == '<')
		*cursor = link_next(*cursor);
	return cursor->n > 0 ? circles(f, *cursor, e) : 0;
}

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

/* Behind the last page: from where the next pass begins. */
static void
pass_done(struct feed *f)
{
	struct position *p = &f->after;

	if (!f->unit->since || p->mark.n == 0)
		return;
	p->since = p->mark;
	if (p->first.n > 0 && watermark_order(p->first, p->mark) < 0)
		p->since = p->first;
}

/* Fill f->after, where one is once this page is handed on. */
static int
next_page(struct feed *f, const struct reading *rd,
    const struct page_items *items, struct err *e)
{
	struct position *p = &f->after;
	struct str cursor;

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
		if (next_cursor(f, rd, &cursor, e) != 0)
			return -1;
		p->cursor = arena_str(&p->arena, cursor);
		p->done = cursor.n == 0;
		break;
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
read_page(struct feed *f, const struct reading *rd, struct feed_page *page,
    struct err *e)
{
	struct page_items items;

	position_copy(&f->after, &f->here);
	if (page_read(f, rd, page, &items, e) != 0 ||
	    next_page(f, rd, &items, e) != 0)
		return -1;
	f->after.records += (int64_t)page->n;
	f->state = FEED_HELD;
	return 0;
}

void
feed_reply(struct feed *f, struct vm *vm, const struct http_done *rep,
    int64_t now_ms, struct feed_page *page, struct arena *a)
{
	struct reading rd = { .call = &f->call, .vm = vm, .rep = rep,
		.now_ms = now_ms, .a = a };
	struct connector_result r;
	struct err e = { 0 };

	assert(f->state == FEED_ASK);
	reply_read(&rd, &r);
	*page = (struct feed_page){ .outcome = r.outcome,
		.wait_ms = r.wait_ms, .unclassified = r.unclassified,
		.code = r.code, .text = r.text, .left = r.left };
	if (r.outcome == OUTCOME_PER_ITEM)
		page->outcome = OUTCOME_OK;
	if (page->outcome == OUTCOME_OK && read_page(f, &rd, page, &e) != 0) {
		*page = (struct feed_page){ .outcome = e.code == ERR_NET ?
			OUTCOME_RETRY : OUTCOME_FAIL_DATA,
			.wait_ms = CONNECTOR_WAIT_UNSAID, .left = r.left,
			.text = arena_str(a, str_z(e.text)) };
	}
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
	f->state = f->here.done ? FEED_DONE : FEED_ASK;
}

void
feed_again(struct feed *f)
{
	struct position *p = &f->here;

	assert(f->state == FEED_DONE);
	buf_reset(&f->anchor);
	p->cursor = p->mark = p->first = str_from(NULL, 0);
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
