/*
 * The items of a page, as records: nothing is believed that is not there.
 */
#include "connector/eval.h"
#include "connector/feeding.h"
#include "connector/url.h"

/* ---- what leads on ---- */

/*
 * A cursor that was there already means pages for ever.  One is kept, of page
 * 1, 2, 4, 8 …: a circle of any length meets it (Brent, "An improved Monte
 * Carlo factorization algorithm", 1980).
 */
static int
circles(const struct feed *f, struct str cursor, struct err *e)
{
	if (f->anchor.n == 0 || !str_eq(buf_str(&f->anchor), cursor))
		return 0;
	return err_set(e, ERR_DATA, "page %lld says that a page is next that "
	    "was read before", (long long)f->here.pages + 1);
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

/* A text that a function of the reply gives, "" for nil. */
static int
reply_text(struct feed *f, const struct reading *rd, int func,
    const char *what, struct str *text, struct err *e)
{
	struct value args[2] = { rd->body, rd->headers }, v;

	*text = str_from(NULL, 0);
	if (eval(&f->call, rd->vm, func, what, args, 2, &v, rd->a, e) != 0)
		return -1;
	if (value_nil(v) || eval_text(v, text, rd->a) == 0)
		return 0;
	return err_set(e, ERR_DATA, "%s is a %s, not a text", what,
	    value_word(v));
}

int
page_cursor(struct feed *f, const struct reading *rd, struct err *e)
{
	struct position *p = &f->after;
	struct str cursor;

	if (reply_text(f, rd, f->unit->next, "next", &cursor, e) != 0)
		return -1;
	if (f->unit->paging == FEED_LINK && cursor.n > 0 &&
	    cursor.p[0] == '<')
		cursor = link_next(cursor);
	p->done = cursor.n == 0;
	if (p->done && f->unit->resume >= 0) {
		if (reply_text(f, rd, f->unit->resume, "resume", &cursor,
		    e) != 0)
			return -1;
		if (cursor.n == 0)
			return 0; /* the one that is there */
	}
	p->cursor = arena_str(&p->arena, cursor);
	return p->done ? 0 : circles(f, cursor, e);
}

int
page_file(struct feed *f, const struct reading *rd, struct err *e)
{
	struct str url;

	if (reply_text(f, rd, f->unit->file, "then", &url, e) != 0)
		return -1;
	if (url.n > 0 && url_file(f->call.connector, f->call.base,
	    f->unit->hosts, f->unit->nhost, url, &f->after.arena, &f->file,
	    e) != 0)
		return err_prefix(e, "the file");
	return 0;
}

/* A JSON text a line. */
static int
file_lines(struct str text, struct value *body, struct arena *a,
    struct err *e)
{
	struct value *list;
	uint32_t n = 1;
	size_t at = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	list = arena_array(a, n, sizeof(*list));
	*body = (struct value){ .type = V_LIST, .u.list = list };
	for (uint32_t line = 1; at < text.n; line++) {
		const char *end = memchr(text.p + at, '\n', text.n - at);
		struct str s = str_from(text.p + at, end != NULL ?
		    (size_t)(end - text.p) - at : text.n - at);

		at += s.n + 1;
		while (s.n > 0 && memchr(" \t\r", s.p[s.n - 1], 3) != NULL)
			s.n--;
		if (s.n > 0 && eval_json(s, &list[body->n++], a, e) != 0)
			return err_prefix(e, "line %u", line);
	}
	return 0;
}

int
page_of_file(struct feed *f, struct reading *rd, struct err *e)
{
	struct str text = rd->rep->body;
	int rv = f->unit->lines ? file_lines(text, &rd->body, rd->a, e) :
	    eval_json(text, &rd->body, rd->a, e);

	rd->headers = (struct value){ .type = V_RECORD };
	if (rv != 0 && e != NULL)
		e->code = ERR_NET; /* broken on its way: ask again */
	return rv;
}

/* ---- items ---- */

/* The list in the reply; none in one that has no content. */
static int
items_of(struct feed *f, const struct reading *rd, struct value *list,
    struct err *e)
{
	struct value args[2] = { rd->body, rd->headers };
	int status = rd->rep->status;

	*list = (struct value){ .type = V_LIST };
	if (rd->body.type == V_ABSENT)
		return status == 204 || status == 304 ? 0 : err_set(e,
		    ERR_NET, "status %d with an empty body", status);
	if (eval(&f->call, rd->vm, f->unit->items, "items", args, 2, list,
	    rd->a, e) != 0)
		return -1;
	*list = value_open(*list, rd->a);
	if (list->type == V_NULL)
		*list = (struct value){ .type = V_LIST };
	if (list->type != V_LIST)
		return err_set(e, ERR_DATA, "items is no list in this reply, "
		    "but %s", value_word(*list));
	return 0;
}

/* The text at a path of an item. */
static int
text_at(struct value item, const struct str *path, uint32_t n,
    struct str *out, struct arena *a, struct err *e)
{
	struct buf shown = { 0 };

	for (uint32_t i = 0; i < n; i++)
		item = value_member(item, path[i], a);
	if (eval_text(item, out, a) == 0 && out->n > 0)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&shown, "%s%.*s", i ? "." : "", STR_ARG(path[i]));
	err_set(e, ERR_DATA, "its `%.*s` is %s", STR_ARG(buf_str(&shown)),
	    item.type == V_TEXT ? "empty" : value_word(item));
	buf_fini(&shown);
	return -1;
}

static int
id_of(struct feed *f, const struct reading *rd, struct value item,
    struct str tie, struct str *id, struct err *e)
{
	/* an id of the object sees a reply; no record of ours was sent */
	struct value args[4] = { item, rd->headers, { .type = V_RECORD },
		value_int(rd->rep->status) };
	int own = f->unit->id >= 0;
	struct value v;

	if (!own && f->unit->ntie > 0) {
		*id = tie;
		return 0;
	}
	if (eval(&f->call, rd->vm, own ? f->unit->id : f->call.object->id,
	    "id", args, own ? 1 : 4, &v, rd->a, e) != 0)
		return -1;
	if (eval_text(v, id, rd->a) != 0 || id->n == 0)
		return err_set(e, ERR_DATA, "its id is %s",
		    v.type == V_TEXT ? "empty" : value_word(v));
	return 0;
}

int
page_says(struct feed *f, const struct reading *rd, int func,
    const char *what, const struct value *args, size_t n, struct err *e)
{
	struct value v;

	if (eval(&f->call, rd->vm, func, what, args, n, &v, rd->a, e) != 0)
		return -1;
	if (v.type == V_BOOL)
		return v.u.i != 0;
	return value_nil(v) ? 0 : err_set(e, ERR_DATA, "`%s` is %s, not a "
	    "bool", what, value_word(v));
}

/* Whether it is deleted, and our own. */
static int
read_flags(struct feed *f, const struct reading *rd, struct value item,
    struct feed_record *r, struct err *e)
{
	struct value args[3] = { item, rd->headers };

	r->deleted = f->call.op->op == CONNECTOR_DELETES;
	if (f->unit->deleted < 0 && f->unit->echo < 0)
		return 0;
	if (request_params(&f->call, &args[2], rd->a, e) != 0)
		return -1;
	if (f->unit->deleted >= 0)
		r->deleted = page_says(f, rd, f->unit->deleted, "deleted",
		    args, 3, e);
	r->echo = page_says(f, rd, f->unit->echo, "echo", args, 3, e);
	return r->deleted < 0 || r->echo < 0 ? -1 : 0;
}

/* What is deleted may have no watermark any more, nor an order. */
static int
read_watermark(struct feed *f, const struct reading *rd, struct value item,
    struct feed_record *r, struct str *tie, struct err *e)
{
	const struct unit_feed *u = f->unit;
	int may_lack = r->deleted && u->paging != FEED_KEYSET;

	*tie = r->watermark = STR("");
	if (u->nwatermark > 0 && text_at(item, u->watermark, u->nwatermark,
	    &r->watermark, rd->a, may_lack ? NULL : e) != 0) {
		if (!may_lack)
			return -1;
		r->watermark = STR("");
	}
	return u->ntie > 0 ? text_at(item, u->tie, u->ntie, tie, rd->a, e) : 0;
}

/* One item; what it says of the page goes to items. */
static int
read_item(struct feed *f, const struct reading *rd, struct value item,
    struct feed_record *r, struct page_items *items, struct err *e)
{
	const struct unit_feed *u = f->unit;
	struct str tie;

	*r = (struct feed_record){ 0 };
	if (read_flags(f, rd, item, r, e) != 0 ||
	    read_watermark(f, rd, item, r, &tie, e) != 0 ||
	    id_of(f, rd, item, tie, &r->id, e) != 0)
		return -1;
	if (memchr(r->id.p, '\0', r->id.n) != NULL)
		return err_set(e, ERR_DATA, "its id has a NUL in it");
	if (u->paging == FEED_KEYSET && items->last.n > 0 &&
	    watermark_order(r->watermark, items->last) < 0)
		return err_set(e, ERR_DATA, "its watermark %.*s is before "
		    "that of the record above it, %.*s; a keyset is sorted",
		    STR_ARG(r->watermark), STR_ARG(items->last));
	if (f->call.op->fields == NULL)
		item = eval_cleared(f->call.object, item, rd->a);
	r->json = eval_written(item, rd->a);
	items->last = r->watermark;
	items->last_tie = tie;
	if (r->watermark.n > 0 && (items->greatest.n == 0 ||
	    watermark_order(r->watermark, items->greatest) > 0))
		items->greatest = r->watermark;
	return 0;
}

/* Where a list is asked for what is new, the same comes again at its edge. */
static int
came_before(struct feed *f, const struct feed_record *r, uint64_t *mark)
{
	*mark = seen_mark(r->id, r->json);
	return seen_has(&f->seen, *mark);
}

int
page_read(struct feed *f, const struct reading *rd, struct feed_page *page,
    struct page_items *items, struct err *e)
{
	struct feed_record *records;
	struct value list;
	uint64_t *fresh;

	*items = (struct page_items){ .greatest = STR("") };
	f->nfresh = 0;
	if (items_of(f, rd, &list, e) != 0)
		return -1;
	/* a keyset goes on where the page before ended */
	if (f->here.cursor.n > 0)
		items->last = f->here.mark;
	page->records = records = arena_array(rd->a, list.n,
	    sizeof(*records));
	f->fresh = fresh = arena_array(&f->after.arena, list.n,
	    sizeof(*fresh));
	for (uint32_t i = 0; i < list.n; i++) {
		struct feed_record *r = &records[page->n];

		if (read_item(f, rd, list.u.list[i], r, items, e) != 0)
			return err_prefix(e, "item %u of page %lld", i + 1,
			    (long long)f->here.pages + 1);
		if (!f->unit->since) {
			page->n++;
		} else if (came_before(f, r, &fresh[f->nfresh])) {
			page->again++;
		} else {
			f->nfresh++;
			page->n++;
		}
	}
	items->n = list.n;
	return 0;
}
