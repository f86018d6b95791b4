/*
 * Lists of an object: how their pages are asked for and what is in them.
 */
#include "lang/clause.h"

/* Whether a page begins behind the last record of the one before it. */
static int
feed_sorted(const struct unit_feed *feed)
{
	return feed->paging == FEED_KEYSET || feed->paging == FEED_WINDOW;
}

int
feed_limit(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	int64_t n;

	if (clause_number(k, clause_next(&a), &n) != 0 || n < 1 ||
	    n > 10000 || a.at != NULL)
		return clause_bad(&a, "limit 100;");
	op->feed->limit = (uint32_t)n;
	return 0;
}

int
feed_items(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct type t;

	op->feed->items = 0; /* it was given, though not well */
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "items = body.results;");
	op->feed->items = conn_typed(k, s->value, VIEW_REPLY, "items", &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_LIST)
		return 0;
	diag_at(&k->c->ss, C613, s->value->span,
	    "items is the list of records, this is %.*s",
	    STR_ARG(type_text(k->c->a, t)));
	return -1;
}

int
feed_next(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct unit_feed *feed = op->feed;
	struct args a = clause_args(k, s);
	int number = feed->paging != FEED_LINK;
	int text = feed->paging == FEED_CURSOR || feed->paging == FEED_LINK;
	struct type t;

	feed->next = 0;
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "next = body.paging.next.after;");
	feed->next = conn_typed(k, s->value, VIEW_REPLY, "next", &t);
	if (feed_sorted(feed)) {
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C612, s->head,
		    "the next page of a %s begins behind the last record",
		    feed_paging_word[feed->paging]),
		    "leave it out, or list cursor { … }");
		return -1;
	}
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY ||
	    (number && type_is_number(t)) || (text && t.kind == TYPE_TEXT))
		return 0;
	diag_at(&k->c->ss, C613, s->value->span,
	    "next of a list %s is %s, this is %.*s",
	    feed_paging_word[feed->paging], !text ? "a number" : number ?
	    "a text or a number" : "a text", STR_ARG(type_text(k->c->a, t)));
	return -1;
}

static int
feed_watermark(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct unit_feed *feed = op->feed;
	struct args a = clause_args(k, s);

	feed->nwatermark = clause_path(&a, &feed->watermark);
	if (feed->nwatermark > 0 && clause_word(&a, "tie") &&
	    (feed->ntie = clause_path(&a, &feed->tie)) == 0)
		feed->nwatermark = 0;
	if (feed->nwatermark == 0 || s->has_value || a.at != NULL) {
		feed->nwatermark = feed->ntie = 1;
		return clause_bad(&a, "watermark updatedAt tie id;");
	}
	if (feed_sorted(feed) && feed->ntie == 0) {
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C612, s->head,
		    "records of the same %.*s would be skipped between two "
		    "pages", STR_ARG(feed->watermark[feed->nwatermark - 1])),
		    "a tie: watermark … tie id;");
		return -1;
	}
	return 0;
}

static int
feed_id(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	op->feed->id = 0;
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "id = item.id;");
	op->feed->id = conn_function(k, s->value, VIEW_ITEM, "id");
	return 0;
}

/* page, cursor, …; -1 with a finding. */
static int
paging(struct args *a, enum feed_paging *out)
{
	struct expr *e = clause_next(a);
	struct near near;
	struct diag *g;

	if (e == NULL || e->kind != EX_NAME) {
		a->at = NULL;
		return clause_bad(a, "list cursor { … }");
	}
	near_init(&near, e->text);
	for (*out = 0; *out <= FEED_WINDOW; ++*out) {
		if (str_eq(e->text, str_z(feed_paging_word[*out])))
			return 0;
		near_try(&near, str_z(feed_paging_word[*out]));
	}
	g = diag_at(&a->k->c->ss, C610, e->span, "no list goes on by `%.*s`",
	    STR_ARG(e->text));
	if (!diag_meant(&a->k->c->ss, g, &near))
		diag_fix(&a->k->c->ss, g,
		    "page, cursor, offset, link, keyset or window");
	return -1;
}

/* What no clause of it can know. */
static void
check_feed(struct conn *k, struct stmt *s, const struct unit_object *o,
    const struct unit_feed *feed)
{
	struct sources *ss = &k->c->ss;
	unsigned nerror = k->c->d->nerror;
	const char *word = feed_paging_word[feed->paging];
	int keyset = feed->paging == FEED_KEYSET;

	if (feed->items < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "the list needs `items`"), "items = body.results;");
	if (feed->next < 0 && (feed->paging == FEED_CURSOR ||
	    feed->paging == FEED_LINK))
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "list %s needs `next`", word),
		    feed->paging == FEED_LINK ? "next = header(\"Link\");" :
		    "next = body.paging.next.after;");
	if (feed_sorted(feed) && feed->nwatermark == 0)
		diag_fix(ss, diag_at(ss, C612, s->head,
		    "list %s needs a watermark with a tie", word),
		    "watermark updatedAt tie id;");
	else if (feed->nwatermark == 0 && feed->since)
		diag_fix(ss, diag_at(ss, C615, s->head,
		    "`since` is asked for, and the list has no watermark"),
		    "watermark updatedAt tie id;");
	if (feed->paging != FEED_LINK && !keyset && !(k->paged & PAGE_CURSOR))
		diag_fix(ss, diag_at(ss, C611, s->head,
		    "nothing in the request reads `cursor`"),
		    "query \"after\" cursor;");
	else if (keyset && !feed->since)
		diag_fix(ss, diag_at(ss, C611, s->head,
		    "nothing in the request reads `since`"),
		    "query \"since\" since;");
	if (k->c->d->nerror == nerror && feed->ntie == 0 && feed->id < 0 &&
	    o->id < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "nothing says the id of a record"), "id = item.id;");
}

int
conn_list(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "request", op_request, 1 },
		{ "query", op_query, 0 },
		{ "body", op_body, 1 },
		{ "header", op_header, 0 },
		{ "limit", feed_limit, 1 },
		{ "items", feed_items, 1 },
		{ "next", feed_next, 1 },
		{ "watermark", feed_watermark, 1 },
		{ "id", feed_id, 1 },
		{ "classify", op_classify, 1 },
	};
	struct args a = clause_args(k, s);
	unsigned nerror = k->c->d->nerror;
	enum feed_paging by = FEED_CURSOR;
	struct unit_op *op;

	if (paging(&a, &by) != 0)
		return -1;
	if (a.at != NULL || !s->has_body)
		return clause_bad(&a, "list cursor cost { … } { … }");
	op = op_begin(k, s, what);
	op->feed = arena_new(k->ua, struct unit_feed);
	*op->feed = (struct unit_feed){ .paging = by, .limit = FEED_LIMIT,
		.items = -1, .next = -1, .id = -1 };
	k->paged = 0;
	k->view = by == FEED_PAGE || by == FEED_OFFSET ? VIEW_COUNTED :
	    VIEW_PAGE;
	clause_all(k, s->body, words, COUNT(words), op, "a list");
	op->feed->since = (k->paged & PAGE_SINCE) != 0;
	op_needs_request(k, s, op);
	/* one cause, one finding */
	if (k->c->d->nerror == nerror)
		check_feed(k, s, what, op->feed);
	return 0;
}
