/*
 * What changes texts: rename, formatting, fixes of findings.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lsp.h"

static json_t *
text_edit(const struct page *l, uint32_t beg, uint32_t end, struct str text)
{
	return json_pack("{s:o, s:o}", "range", page_range(l, beg, end),
	    "newText", json_text(text));
}

/* ---- rename ---- */

/* What can be renamed at the place; -1 and why nothing can. */
static int
renamed(struct server *s, const json_t *params, struct doc **d,
    struct lang_thing *t, struct err *e)
{
	uint32_t off;

	*d = lsp_place(s, params, &off, e);
	if (*d == NULL)
		return -1;
	if (!lang_at(lsp_doc_view(s, *d), (*d)->path, off, &s->a, t))
		return err_set(e, ERR_DATA, "no name stands here");
	if (!lang_can_rename(t))
		return err_set(e, ERR_DATA, "a %s cannot be renamed here",
		    lang_kind_word(t->kind));
	return 0;
}

int
lsp_prepare_rename(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct lang_thing t;
	struct page l;
	struct doc *d;

	if (renamed(s, params, &d, &t, e) != 0)
		return -1;
	page_init(&l, buf_str(&d->text), s->enc, &s->a);
	*result = json_pack("{s:o, s:o}", "range", page_range(&l, t.at.beg,
	    t.at.end), "placeholder", json_text(t.name));
	return 0;
}

/* The edits of one file, each once, whoever found the place. */
static void
add_edit(struct server *s, json_t *changes, const struct lang_place *p,
    struct str name)
{
	struct page l = lsp_doc_page(s, p->path);
	json_t *uri = lsp_doc_uri(s, p->path);
	json_t *list = json_object_get(changes, json_string_value(uri));
	json_t *edit = text_edit(&l, p->beg, p->end, name);
	int seen = 0;

	if (list == NULL) {
		list = json_array();
		json_object_set_new(changes, json_string_value(uri), list);
	}
	for (size_t i = 0; i < json_array_size(list); i++)
		seen |= json_equal(json_array_get(list, i), edit);
	if (!seen)
		json_array_append(list, edit);
	json_decref(edit);
	json_decref(uri);
}

int
lsp_rename(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct str name = json_str(json_object_get(params, "newName"));
	struct lang_thing t;
	struct doc *d;
	json_t *changes;

	if (renamed(s, params, &d, &t, e) != 0)
		return -1;
	if (str_eq(name, t.name))
		return 0;
	/* every view has a say before anything is changed */
	for (d = s->docs; d != NULL; d = d->next)
		if (lang_check_rename(lsp_doc_view(s, d), &t, name, e) != 0)
			return -1;
	changes = json_object();
	for (d = s->docs; d != NULL; d = d->next) {
		struct lang_place *list;
		size_t n = lang_references(d->view, &t.decl, &s->a, &list);

		for (size_t i = 0; i < n; i++)
			add_edit(s, changes, &list[i], name);
	}
	*result = json_pack("{s:o}", "changes", changes);
	return 0;
}

/* ---- formatting ---- */

/* Line ends as the formatter knows them. */
static struct str
without_cr(struct str text, struct arena *a)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r' || i + 1 == text.n ||
		    text.p[i + 1] != '\n')
			out[n++] = text.p[i];
	return str_from(out, n);
}

static void
with_cr(struct buf *b)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < b->n; i++) {
		if (b->p[i] == '\n')
			buf_putc(&out, '\r');
		buf_putc(&out, b->p[i]);
	}
	buf_fini(b);
	*b = out;
}

/* The part that differs, whole lines, as one edit. */
static json_t *
difference(struct server *s, struct str was, struct str is)
{
	size_t beg = 0, end = 0, most = was.n < is.n ? was.n : is.n;
	struct page l;

	while (beg < most && was.p[beg] == is.p[beg])
		beg++;
	while (beg > 0 && was.p[beg - 1] != '\n')
		beg--;
	while (end < most - beg && was.p[was.n - 1 - end] ==
	    is.p[is.n - 1 - end])
		end++;
	while (end > 0 && was.p[was.n - end - 1] != '\n')
		end--;
	page_init(&l, was, s->enc, &s->a);
	return text_edit(&l, (uint32_t)beg, (uint32_t)(was.n - end),
	    str_from(is.p + beg, is.n - end - beg));
}

int
lsp_formatting(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct doc *d = lsp_place(s, params, NULL, e);
	struct buf out = { 0 };
	struct str text;
	struct diags diags;
	const char *eol;

	if (d == NULL)
		return -1;
	text = buf_str(&d->text);
	eol = text.n ? memchr(text.p, '\n', text.n) : NULL;
	diags_init(&diags);
	/* what does not parse is left alone: its findings say why */
	if (lang_format(d->path, without_cr(text, &s->a), &out, &diags) == 0) {
		if (eol != NULL && eol > text.p && eol[-1] == '\r')
			with_cr(&out);
		*result = json_array();
		if (!str_eq(text, buf_str(&out)))
			json_array_append_new(*result, difference(s, text,
			    buf_str(&out)));
	}
	diags_fini(&diags);
	buf_fini(&out);
	return 0;
}

/* ---- fixes ---- */

static json_t *
fix(struct server *s, const struct diag *g)
{
	json_t *changes = json_object();
	struct buf title = { 0 };
	json_t *action;

	add_edit(s, changes, &(struct lang_place){ g->at[0].file,
	    g->edit.beg, g->edit.end }, g->edit.text);
	if (g->edit.end > g->edit.beg)
		buf_printf(&title, "write %.*s", STR_ARG(g->edit.text));
	else
		buf_printf(&title, "insert %.*s", STR_ARG(g->edit.text));
	action = json_pack("{s:o, s:s, s:b, s:{s:o}}", "title",
	    json_text(buf_str(&title)), "kind", "quickfix",
	    "isPreferred", 1, "edit", "changes", changes);
	buf_fini(&title);
	return action;
}

int
lsp_code_action(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct doc *d = lsp_place(s, params, NULL, e);
	const json_t *range = json_object_get(params, "range");
	const struct diags *all;
	uint32_t beg, end;
	struct page l;

	if (d == NULL)
		return -1;
	all = lang_view_diags(lsp_doc_view(s, d));
	page_init(&l, buf_str(&d->text), s->enc, &s->a);
	beg = page_offset(&l, json_object_get(range, "start"));
	end = page_offset(&l, json_object_get(range, "end"));
	*result = json_array();
	for (size_t i = 0; i < all->n; i++) {
		const struct diag *g = &all->list[i];

		if (g->edit.text.p != NULL && g->at[0].beg <= end &&
		    beg <= g->at[0].end && str_eq(g->at[0].file, d->path))
			json_array_append_new(*result, fix(s, g));
	}
	return 0;
}
