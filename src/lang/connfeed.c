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

static int
feed_deleted(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;

	return conn_bool(k, s, VIEW_EVENT, "deleted", &op->feed->deleted);
}

static int
feed_echo(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;

	return conn_bool(k, s, VIEW_EVENT, "echo", &op->feed->echo);
}

static int
feed_resync(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;

	return conn_bool(k, s, VIEW_PLACE, "resync", &op->feed->resync);
}

/* Whether a page is named by a text of theirs, which may be kept. */
static int
feed_opaque(const struct unit_feed *feed)
{
	return feed->paging == FEED_CURSOR || feed->paging == FEED_LINK;
}

static int
feed_resume(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct type t;

	op->feed->resume = 0;
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "resume = body.`@odata.deltaLink`;");
	op->feed->resume = conn_typed(k, s->value, VIEW_REPLY, "resume", &t);
	if (feed_opaque(op->feed))
		return 0;
	diag_fix(&k->c->ss, diag_at(&k->c->ss, C668, s->head,
	    "a list %s has no cursor that could be kept",
	    feed_paging_word[op->feed->paging]),
	    "leave it out, or list cursor { … }");
	return -1;
}

static int
feed_lookback(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	if (clause_time(k, clause_next(&a), &op->feed->lookback_ms) != 0 ||
	    op->feed->lookback_ms < 1000 || a.at != NULL)
		return clause_bad(&a, "lookback 5m;");
	return 0;
}

static int
feed_keep(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	if (clause_time(k, clause_next(&a), &op->feed->keep_ms) != 0 ||
	    op->feed->keep_ms < 1000 || a.at != NULL)
		return clause_bad(&a, "keep 7d;");
	return 0;
}

/* "files.x.com" or "*.x.com", in small letters. */
static int
is_host(struct str s)
{
	size_t i = s.n > 2 && memcmp(s.p, "*.", 2) == 0 ? 2 : 0;
	int dots = 0;

	for (; i < s.n; i++) {
		dots += s.p[i] == '.';
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    s.p[i] != '-' && s.p[i] != '.')
			return 0;
	}
	/* *.com is everybody */
	return dots > 0;
}

/* hosts("*.x.com", "y.com"); -1 with a finding. */
static int
file_hosts(struct conn *k, const struct expr *e, struct unit_feed *feed)
{
	struct str host;

	feed->hosts = arena_array(k->ua, e->n, sizeof(*feed->hosts));
	for (struct item *i = e->items; i != NULL; i = i->next) {
		if (clause_text(i->value, &host) && is_host(host)) {
			feed->hosts[feed->nhost++] = clause_keep(k, host);
			continue;
		}
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C669, i->span,
		    "this is no name of a host, in small letters"),
		    "\"files.x.com\", or \"*.x.com\" for all below it");
		return -1;
	}
	return 0;
}

static int
feed_file(struct conn *k, struct stmt *s, void *what)
{
	static const char form[] = "then GET body.url hosts(\"*.x.com\") "
	    "lines;";
	struct unit_op *op = what;
	struct unit_feed *feed = op->feed;
	struct args a = clause_args(k, s);
	struct expr *url, *hosts;

	feed->file = 0;
	if (s->has_value || !clause_word(&a, "GET") ||
	    (url = clause_next(&a)) == NULL)
		return clause_bad(&a, form);
	hosts = a.at != NULL ? a.at->value : NULL;
	if (hosts != NULL && hosts->kind == EX_CALL &&
	    hosts->a->kind == EX_NAME &&
	    str_eq(hosts->a->text, STR("hosts"))) {
		clause_next(&a);
		if (file_hosts(k, hosts, feed) != 0)
			return -1;
	}
	feed->lines = clause_word(&a, "lines");
	if (a.at != NULL)
		return clause_bad(&a, form);
	feed->file = conn_function(k, url, VIEW_REPLY, "then");
	if (feed_opaque(feed))
		return 0;
	diag_fix(&k->c->ss, diag_at(&k->c->ss, C668, s->head,
	    "a list %s counts the items of its replies, a file has others",
	    feed_paging_word[feed->paging]), "list cursor { … }");
	return -1;
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
	if (feed->lookback_ms > 0 && !feed->since)
		diag_fix(ss, diag_at(ss, C667, s->head,
		    "nothing in the request reads `since`, so nothing is "
		    "before it"), "query \"since\" since;");
	if (k->c->d->nerror == nerror && feed->ntie == 0 && feed->id < 0 &&
	    o->id < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "nothing says the id of a record"), "id = item.id;");
}

/* deletes scan max 5%; */
static int
deletes_scan(struct args *a, struct unit_object *o)
{
	struct expr *e = clause_word(a, "max") ? clause_next(a) : NULL;
	int percent = 0;

	if (e == NULL || e->kind != EX_PERCENT || a->at != NULL ||
	    a->s->has_body || e->text.n > 3)
		return clause_bad(a, "deletes scan max 5%;");
	for (size_t i = 0; i + 1 < e->text.n; i++)
		percent = percent * 10 + (e->text.p[i] - '0');
	if (percent > 0 && percent <= 50) {
		o->scan_max = (unsigned)percent;
		return 0;
	}
	diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C670, e->span,
	    "what a list lacks may be deleted in part, 1%% to 50%% of all"),
	    "deletes scan max 5%%;");
	return -1;
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
		{ "deleted", feed_deleted, 1 },
		{ "echo", feed_echo, 1 },
		{ "resume", feed_resume, 1 },
		{ "resync", feed_resync, 1 },
		{ "lookback", feed_lookback, 1 },
		{ "keep", feed_keep, 1 },
		{ "then", feed_file, 1 },
		{ "classify", op_classify, 1 },
	};
	struct args a = clause_args(k, s);
	unsigned nerror = k->c->d->nerror;
	enum feed_paging by = FEED_CURSOR;
	struct unit_op *op;

	if (str_eq(s->name.text, STR("deletes")) && clause_word(&a, "scan"))
		return deletes_scan(&a, what);
	if (paging(&a, &by) != 0)
		return -1;
	if (a.at != NULL || !s->has_body)
		return clause_bad(&a, "list cursor cost { … } { … }");
	op = op_begin(k, s, what);
	op->feed = arena_new(k->ua, struct unit_feed);
	*op->feed = (struct unit_feed){ .paging = by, .limit = FEED_LIMIT,
		FEED_NONE };
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
