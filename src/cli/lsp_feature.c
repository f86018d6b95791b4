/*
 * What the editor asks about a place: hover, completion, definition,
 * references, outline.
 */
#include <string.h>

#include "cli/lsp.h"

struct doc *
lsp_place(struct server *s, const json_t *params, uint32_t *off,
    struct err *e)
{
	struct str uri = json_str(json_object_get(json_object_get(params,
	    "textDocument"), "uri"));
	const json_t *at = json_object_get(params, "position");
	struct doc *d = lsp_doc_find(s, uri);
	struct page l;

	if (d == NULL) {
		err_set(e, ERR_USAGE, "the document is not open");
		return NULL;
	}
	if (off != NULL) {
		page_init(&l, buf_str(&d->text), s->enc, &s->a);
		*off = page_offset(&l, at);
	}
	return d;
}

/* What stands at the place; 0 and *d NULL with an error: not open. */
static int
thing_at(struct server *s, const json_t *params, struct doc **d,
    struct lang_thing *t, struct err *e)
{
	uint32_t off;

	*d = lsp_place(s, params, &off, e);
	return *d != NULL &&
	    lang_at(lsp_doc_view(s, *d), (*d)->path, off, &s->a, t);
}

static json_t *
range_in(const struct doc *d, struct server *s, uint32_t beg, uint32_t end)
{
	struct page l;

	page_init(&l, buf_str(&d->text), s->enc, &s->a);
	return page_range(&l, beg, end);
}

/* ---- hover ---- */

static void
paragraph(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
paragraph(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	if (b->n > 0)
		buf_puts(b, STR("\n\n"));
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

/* As `crosswalk check --explain` has it, for each finding at the place. */
static void
explain(struct server *s, struct doc *d, uint32_t off, struct buf *b)
{
	const struct diags *all = lang_view_diags(lsp_doc_view(s, d));

	for (size_t i = 0; i < all->n; i++) {
		const struct diag *g = &all->list[i];
		const char *title, *text = diag_explain(g->code, &title);

		if (!str_eq(g->at[0].file, d->path) || off < g->at[0].beg ||
		    off > g->at[0].end || text == NULL)
			continue;
		paragraph(b, "**%c%d**: %s", g->level == DIAG_ERROR ? 'E' :
		    'W', g->code, title);
		paragraph(b, "%s", text);
	}
}

static void
describe_thing(struct buf *b, const struct lang_thing *t)
{
	if (t->sig.n > 0)
		paragraph(b, "```crosswalk-map\n%.*s\n```", STR_ARG(t->sig));
	else
		paragraph(b, "**%s** `%.*s`", lang_kind_word(t->kind),
		    STR_ARG(t->name));
	if (t->type.n > 0)
		paragraph(b, "%.*s", STR_ARG(t->type));
	if (t->law.n > 0)
		paragraph(b, "law: %.*s", STR_ARG(t->law));
	if (t->doc.n > 0)
		paragraph(b, "%.*s", STR_ARG(t->doc));
}

int
lsp_hover(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct buf b = { 0 };
	struct lang_thing t = { 0 };
	struct doc *d;
	uint32_t off;

	d = lsp_place(s, params, &off, e);
	if (d == NULL)
		return -1;
	if (thing_at(s, params, &d, &t, e))
		describe_thing(&b, &t);
	explain(s, d, off, &b);
	if (b.n > 0) {
		*result = json_pack("{s:{s:s, s:o}}", "contents",
		    "kind", "markdown", "value", json_text(buf_str(&b)));
		if (t.kind != LANG_NONE)
			json_object_set_new(*result, "range", range_in(d, s,
			    t.at.beg, t.at.end));
	}
	buf_fini(&b);
	return 0;
}

/* ---- where it is declared, and used ---- */

int
lsp_definition(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct lang_thing t;
	struct doc *d;

	if (thing_at(s, params, &d, &t, e) && t.decl.path.n > 0)
		*result = lsp_doc_location(s, &t.decl);
	return d != NULL ? 0 : -1;
}

int
lsp_references(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	int declaration = json_is_true(json_object_get(json_object_get(params,
	    "context"), "includeDeclaration"));
	struct lang_thing t;
	struct doc *d;

	if (!thing_at(s, params, &d, &t, e) || t.decl.path.n == 0)
		return d != NULL ? 0 : -1;
	*result = json_array();
	for (d = s->docs; d != NULL; d = d->next) {
		struct lang_place *list;
		size_t n = lang_references(lsp_doc_view(s, d), &t.decl, &s->a,
		    &list);

		for (size_t i = 0; i < n; i++) {
			json_t *at = lsp_doc_location(s, &list[i]);
			int seen = list[i].beg == t.decl.beg && !declaration &&
			    str_eq(list[i].path, t.decl.path);

			/* another document may have found it as well */
			for (size_t k = 0; k < json_array_size(*result); k++)
				seen |= json_equal(at,
				    json_array_get(*result, k));
			if (seen)
				json_decref(at);
			else
				json_array_append_new(*result, at);
		}
	}
	return 0;
}

/* ---- outline ---- */

/* SymbolKind of the protocol. */
static int
symbol_kind(enum lang_kind k)
{
	switch (k) {
	case LANG_ENUM:
		return 10;
	case LANG_FN:
	case LANG_CODEC:
		return 12;
	case LANG_PARAM:
		return 14;
	case LANG_MAP:
		return 5;
	case LANG_SCHEMA:
		return 23;
	case LANG_FILE:
		return 2;
	case LANG_CONNECTOR:
		return 11;
	case LANG_RULE:
		return 7;
	default:
		return 3;
	}
}

static json_t *
symbol(struct server *s, const struct doc *d, const struct page *l,
    const struct lang_symbol *y)
{
	json_t *j = json_pack("{s:o, s:o, s:i}", "name",
	    json_text(y->name.n ? y->name : STR("?")), "detail",
	    json_text(y->detail), "kind", symbol_kind(y->kind));

	if (!s->tree) {
		json_object_del(j, "detail");
		json_object_set_new(j, "location", json_pack("{s:o, s:o}",
		    "uri", json_text(d->uri), "range",
		    page_range(l, y->all.beg, y->all.end)));
		return j;
	}
	json_object_set_new(j, "range", page_range(l, y->all.beg,
	    y->all.end));
	json_object_set_new(j, "selectionRange", page_range(l, y->at.beg,
	    y->at.end));
	return j;
}

int
lsp_symbols(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct doc *d = lsp_place(s, params, NULL, e);
	json_t *parent[32];
	struct lang_symbol *list;
	struct page l;
	size_t n;

	if (d == NULL)
		return -1;
	n = lang_symbols(lsp_doc_view(s, d), d->path, &s->a, &list);
	page_init(&l, buf_str(&d->text), s->enc, &s->a);
	parent[0] = *result = json_array();
	for (size_t i = 0; i < n; i++) {
		unsigned depth = s->tree ? list[i].depth : 0;
		json_t *j = symbol(s, d, &l, &list[i]), *children;

		json_array_append_new(parent[depth], j);
		if (i + 1 == n || !s->tree || list[i + 1].depth <= depth)
			continue;
		children = json_array();
		json_object_set_new(j, "children", children);
		parent[depth + 1] = children;
	}
	return 0;
}

/* ---- completion ---- */

/* CompletionItemKind of the protocol. */
static int
item_kind(enum lang_kind k)
{
	switch (k) {
	case LANG_FIELD:
		return 5;
	case LANG_ENUM:
		return 13;
	case LANG_FN:
	case LANG_CODEC:
	case LANG_BUILTIN:
		return 3;
	case LANG_PARAM:
		return 21;
	case LANG_MAP:
		return 7;
	case LANG_SCHEMA:
		return 22;
	case LANG_FILE:
		return 9;
	case LANG_SIDE:
	case LANG_LOCAL:
		return 6;
	case LANG_ARGUMENT:
	case LANG_ATTRIBUTE:
		return 10;
	case LANG_VALUE:
		return 20;
	case LANG_TYPE:
		return 25;
	default:
		return 14;
	}
}

int
lsp_completion(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct lang_choice *list;
	struct page l;
	struct doc *d;
	uint32_t off, beg;
	size_t n;

	d = lsp_place(s, params, &off, e);
	if (d == NULL)
		return -1;
	n = lang_complete(lsp_doc_view(s, d), d->path, off, &s->a, &list, &beg);
	page_init(&l, buf_str(&d->text), s->enc, &s->a);
	*result = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *j = json_pack("{s:o, s:i, s:o, s:{s:o, s:o}}",
		    "label", json_text(list[i].label),
		    "kind", item_kind(list[i].kind),
		    "filterText", json_text(list[i].text),
		    "textEdit", "range", page_range(&l, beg, off),
		    "newText", json_text(list[i].text));

		if (list[i].detail.n > 0)
			json_object_set_new(j, "detail",
			    json_text(list[i].detail));
		if (list[i].doc.n > 0)
			json_object_set_new(j, "documentation", json_pack(
			    "{s:s, s:o}", "kind", "markdown", "value",
			    json_text(list[i].doc)));
		json_array_append_new(*result, j);
	}
	return 0;
}
