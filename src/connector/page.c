/*
 * The items of a page, as records: nothing is believed that is not there.
 */
#include "connector/eval.h"
#include "connector/feeding.h"

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
	int func = f->unit->id >= 0 ? f->unit->id : f->call.object->id;
	struct value v;

	if (f->unit->id < 0 && f->unit->ntie > 0) {
		*id = tie;
		return 0;
	}
	if (eval(&f->call, rd->vm, func, "id", &item, 1, &v, rd->a, e) != 0)
		return -1;
	if (eval_text(v, id, rd->a) != 0 || id->n == 0)
		return err_set(e, ERR_DATA, "its id is %s",
		    v.type == V_TEXT ? "empty" : value_word(v));
	return 0;
}

/* One item; what it says of the page goes to items. */
static int
read_item(struct feed *f, const struct reading *rd, struct value item,
    struct feed_record *r, struct page_items *items, struct err *e)
{
	const struct unit_feed *u = f->unit;
	struct str tie = STR("");

	*r = (struct feed_record){ .watermark = STR("") };
	if ((u->nwatermark > 0 && text_at(item, u->watermark, u->nwatermark,
	    &r->watermark, rd->a, e) != 0) ||
	    (u->ntie > 0 && text_at(item, u->tie, u->ntie, &tie, rd->a,
	    e) != 0) ||
	    id_of(f, rd, item, tie, &r->id, e) != 0)
		return -1;
	if (memchr(r->id.p, '\0', r->id.n) != NULL)
		return err_set(e, ERR_DATA, "its id has a NUL in it");
	if (u->paging == FEED_KEYSET && items->last.n > 0 &&
	    watermark_order(r->watermark, items->last) < 0)
		return err_set(e, ERR_DATA, "its watermark %.*s is before "
		    "that of the record above it, %.*s; a keyset is sorted",
		    STR_ARG(r->watermark), STR_ARG(items->last));
	r->json = eval_written(item, rd->a);
	items->last = r->watermark;
	items->last_tie = tie;
	if (items->greatest.n == 0 ||
	    watermark_order(r->watermark, items->greatest) > 0)
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
