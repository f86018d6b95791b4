/*
 * Open documents, and what the compiler finds in them and in what they use.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lsp.h"

/* What the editor was last told about a file. */
struct published {
	struct str path;
	json_t *uri; /* as the editor calls it */
	char *last;  /* the diagnostics as JSON */
};

/* ---- the table of documents ---- */

struct doc *
lsp_doc_find(struct server *s, struct str uri)
{
	struct doc *d = s->docs;

	while (d != NULL && !str_eq(d->uri, uri))
		d = d->next;
	return d;
}

static struct doc *
find_path(struct server *s, struct str path)
{
	struct doc *d = s->docs;

	while (d != NULL && !str_eq(d->path, path))
		d = d->next;
	return d;
}

static void
doc_free(struct doc *d)
{
	lang_view_free(d->view);
	buf_fini(&d->text);
	free(d);
}

void
lsp_docs_fini(struct server *s)
{
	while (s->docs != NULL) {
		struct doc *d = s->docs;

		s->docs = d->next;
		doc_free(d);
	}
	for (struct table_entry *i = table_next(&s->published, NULL);
	    i != NULL; i = table_next(&s->published, i)) {
		struct published *p = i->value;

		free(p->last);
		json_decref(p->uri);
		free(p);
	}
	table_fini(&s->published);
}

/* Open files as they are in the editor, the others from the disk. */
static int
read_file(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	struct doc *d = find_path(arg, path);

	if (d == NULL)
		return lang_read_file(NULL, path, text, a, e);
	*text = arena_str(a, buf_str(&d->text));
	return 0;
}

static int
uses(const struct doc *d, struct str path)
{
	struct lang_sources files;

	if (d->view == NULL)
		return 0;
	files = lang_view_files(d->view);
	for (size_t i = 0; i < files.n; i++)
		if (str_eq(files.list[i].path, path))
			return 1;
	return 0;
}

/* Views that have read path, or all for NULL, are of the past. */
static void
spoil(struct server *s, const struct str *path)
{
	for (struct doc *d = s->docs; d != NULL; d = d->next)
		if (path == NULL || uses(d, *path))
			d->dirty = 1;
}

struct lang_view *
lsp_doc_view(struct server *s, struct doc *d)
{
	if (d->dirty || d->view == NULL) {
		lang_view_free(d->view);
		d->view = lang_analyse(d->path, read_file, s);
		d->dirty = 0;
		d->untold = 1;
	}
	return d->view;
}

struct str
lsp_doc_text(struct server *s, struct str path)
{
	const struct doc *d = find_path(s, path);

	if (d != NULL)
		return buf_str(&d->text);
	for (d = s->docs; d != NULL; d = d->next) {
		struct lang_sources files = { 0 };

		if (d->view != NULL)
			files = lang_view_files(d->view);
		for (size_t i = 0; i < files.n; i++)
			if (str_eq(files.list[i].path, path))
				return files.list[i].text;
	}
	return STR("");
}

json_t *
lsp_doc_uri(struct server *s, struct str path)
{
	const struct doc *d = find_path(s, path);

	return d != NULL ? json_text(d->uri) : path_uri(path);
}

struct page
lsp_doc_page(struct server *s, struct str path)
{
	struct page l;

	page_init(&l, lsp_doc_text(s, path), s->enc, &s->a);
	return l;
}

json_t *
lsp_doc_location(struct server *s, const struct lang_place *p)
{
	struct page l = lsp_doc_page(s, p->path);

	return json_pack("{s:o, s:o}", "uri", lsp_doc_uri(s, p->path),
	    "range", page_range(&l, p->beg, p->end));
}

/* ---- what the editor says ---- */

void
lsp_doc_open(struct server *s, const json_t *params)
{
	const json_t *item = json_object_get(params, "textDocument");
	struct str uri = json_str(json_object_get(item, "uri"));
	struct str text = json_str(json_object_get(item, "text"));
	struct str path = lang_path(uri_path(uri, &s->a), &s->a);
	struct doc *d = lsp_doc_find(s, uri);
	char *p;

	if (uri.p == NULL || text.p == NULL)
		return;
	if (d == NULL) {
		d = calloc(1, sizeof(*d) + uri.n + path.n);
		if (d == NULL)
			fatal("out of memory: a document");
		p = (char *)(d + 1);
		memcpy(p, uri.p, uri.n);
		memcpy(p + uri.n, path.p, path.n);
		d->uri = str_from(p, uri.n);
		d->path = str_from(p + uri.n, path.n);
		d->next = s->docs;
		s->docs = d;
	}
	d->version = json_integer_value(json_object_get(item, "version"));
	buf_reset(&d->text);
	buf_puts(&d->text, text);
	/* others may have missed the file until now */
	spoil(s, NULL);
}

static void
splice(struct server *s, struct doc *d, const json_t *change)
{
	const json_t *range = json_object_get(change, "range");
	struct str text = json_str(json_object_get(change, "text"));
	struct buf b = { 0 };
	uint32_t beg = 0, end = (uint32_t)d->text.n;
	struct page l;

	if (text.p == NULL)
		return;
	if (json_is_object(range)) {
		page_init(&l, buf_str(&d->text), s->enc, &s->a);
		beg = page_offset(&l, json_object_get(range, "start"));
		end = page_offset(&l, json_object_get(range, "end"));
		end = end < beg ? beg : end;
	}
	buf_put(&b, d->text.p, beg);
	buf_puts(&b, text);
	buf_put(&b, d->text.p + end, d->text.n - end);
	buf_fini(&d->text);
	d->text = b;
}

void
lsp_doc_change(struct server *s, const json_t *params)
{
	const json_t *item = json_object_get(params, "textDocument");
	struct doc *d = lsp_doc_find(s, json_str(json_object_get(item, "uri")));
	const json_t *changes = json_object_get(params, "contentChanges");

	if (d == NULL)
		return;
	for (size_t i = 0; i < json_array_size(changes); i++)
		splice(s, d, json_array_get(changes, i));
	d->version = json_integer_value(json_object_get(item, "version"));
	d->dirty = 1;
	spoil(s, &d->path);
}

void
lsp_doc_close(struct server *s, const json_t *params)
{
	const json_t *item = json_object_get(params, "textDocument");
	struct doc *d = lsp_doc_find(s, json_str(json_object_get(item, "uri")));
	struct doc **at = &s->docs;

	if (d == NULL)
		return;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	doc_free(d);
	spoil(s, NULL);
	s->closed = 1;
}

void
lsp_doc_touch(struct server *s, const json_t *params)
{
	(void)params;
	spoil(s, NULL);
}

/* ---- findings ---- */

static json_t *
places(struct server *s, const struct diags *d, const struct diag *g,
    unsigned k, struct table *cache)
{
	struct page *l = table_get(cache, g->at[k].file);

	if (l == NULL) {
		const struct str *text = table_get(&d->sources, g->at[k].file);

		l = arena_new(&s->a, struct page);
		page_init(l, text ? *text : STR(""), s->enc, &s->a);
		table_put(cache, g->at[k].file, l);
	}
	return page_range(l, g->at[k].beg, g->at[k].end);
}

static json_t *
message(const struct diag *g)
{
	struct buf b = { 0 };
	json_t *text;

	buf_puts(&b, g->text);
	if (g->at[0].label.n > 0)
		buf_printf(&b, ": %.*s", STR_ARG(g->at[0].label));
	if (g->witness.n > 0)
		buf_printf(&b, "\n%.*s", STR_ARG(g->witness));
	if (g->fix.n > 0)
		buf_printf(&b, "\nfix: %.*s", STR_ARG(g->fix));
	text = json_text(buf_str(&b));
	buf_fini(&b);
	return text;
}

static json_t *
diagnostic(struct server *s, const struct diags *d, const struct diag *g,
    struct table *cache)
{
	char code[16];
	json_t *j, *related = json_array();

	snprintf(code, sizeof(code), "%c%d",
	    g->level == DIAG_ERROR ? 'E' : 'W', g->code);
	j = json_pack("{s:o, s:i, s:s, s:s, s:o}",
	    "range", places(s, d, g, 0, cache),
	    "severity", g->level == DIAG_ERROR ? 1 :
	    g->level == DIAG_WARNING ? 2 : 3,
	    "code", code, "source", "crosswalk", "message", message(g));
	for (unsigned k = 1; k < g->nat; k++)
		json_array_append_new(related, json_pack(
		    "{s:{s:o, s:o}, s:o}", "location",
		    "uri", lsp_doc_uri(s, g->at[k].file),
		    "range", places(s, d, g, k, cache),
		    "message", json_text(g->at[k].label)));
	if (json_array_size(related) > 0)
		json_object_set(j, "relatedInformation", related);
	json_decref(related);
	return j;
}

static json_t *
list_of(struct server *s, struct table *lists, struct str path)
{
	json_t *list = table_get(lists, path);

	if (list == NULL) {
		list = json_array();
		table_put(lists, arena_str(&s->a, path), list);
	}
	return list;
}

/* Two documents that use a file find the same in it. */
static void
add_once(json_t *list, json_t *j)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), j)) {
			json_decref(j);
			return;
		}
	json_array_append_new(list, j);
}

static void
collect(struct server *s, const struct doc *doc, struct table *lists)
{
	const struct diags *d = lang_view_diags(doc->view);
	struct table cache = { 0 };

	list_of(s, lists, doc->path);
	for (size_t i = 0; i < d->n; i++)
		add_once(list_of(s, lists, d->list[i].at[0].file),
		    diagnostic(s, d, &d->list[i], &cache));
	table_fini(&cache);
}

/* Tell the editor, unless it knows. */
static void
tell(struct server *s, struct str path, json_t *list, int again)
{
	struct published *p = table_get(&s->published, path);
	char *text = json_dumps(list, JSON_COMPACT);
	const struct doc *d = find_path(s, path);
	json_t *params;

	if (text == NULL)
		fatal("out of memory: diagnostics");
	if (p == NULL) {
		p = calloc(1, sizeof(*p) + path.n);
		if (p == NULL)
			fatal("out of memory: diagnostics");
		memcpy(p + 1, path.p, path.n);
		p->path = str_from((char *)(p + 1), path.n);
		table_put(&s->published, p->path, p);
	}
	if (p->last != NULL && strcmp(p->last, text) == 0 && !again) {
		free(text);
		return;
	}
	free(p->last);
	p->last = text;
	if (d != NULL || p->uri == NULL) {
		json_decref(p->uri);
		p->uri = lsp_doc_uri(s, path);
	}
	params = json_pack("{s:O, s:O}", "uri", p->uri,
	    "diagnostics", list);
	if (d != NULL)
		json_object_set_new(params, "version",
		    json_integer(d->version));
	rpc_notify(&s->rpc, "textDocument/publishDiagnostics", params);
}

void
lsp_publish(struct server *s)
{
	struct table lists = { 0 }, anew = { 0 };
	int any = s->closed;

	for (struct doc *d = s->docs; d != NULL; d = d->next) {
		lsp_doc_view(s, d);
		if (!d->untold)
			continue;
		d->untold = 0;
		table_put(&anew, d->path, d);
		any = 1;
	}
	for (struct doc *d = s->docs; d != NULL && any; d = d->next)
		collect(s, d, &lists);
	for (struct table_entry *i = table_next(&s->published, NULL);
	    i != NULL && any; i = table_next(&s->published, i))
		list_of(s, &lists, i->key);
	for (struct table_entry *i = table_next(&lists, NULL); i != NULL;
	    i = table_next(&lists, i)) {
		tell(s, i->key, i->value, table_get(&anew, i->key) != NULL);
		json_decref(i->value);
	}
	table_fini(&lists);
	table_fini(&anew);
	s->closed = 0;
	arena_reset(&s->a);
}
