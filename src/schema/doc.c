/*
 * Documents: reading, and the index of their resources and anchors.
 *
 * Invariant: a document is in the set whole, or not at all.  Its tape is
 * decoded, so that threads may read it.
 */
#include "schema/doc.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "schema/format.h"
#include "schema/keyword.h"
#include "schema/uri.h"

int
doc_error(struct err *e, const struct doc *doc, uint32_t at, const char *fmt,
    ...)
{
	struct buf where = { 0 };
	struct err what;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what.text, sizeof(what.text), fmt, ap);
	va_end(ap);
	doc_fault(doc, doc_offset(doc, at), what.text);
	tape_pointer(&doc->tape, at, &where);
	err_set(e, ERR_DATA, "%.*s#%.*s: %s", STR_ARG(doc->name),
	    STR_ARG(buf_str(&where)), what.text);
	buf_fini(&where);
	return -1;
}

/* --- the index ----------------------------------------------------------- */

struct index {
	struct schema_set *set;
	struct doc *doc;
	struct resource *found;
	struct table by_uri; /* the same */
	struct err *e;
};

static const struct tok *
tok_of(const struct index *x, uint32_t at)
{
	return &x->doc->tape.t[at];
}

static void
free_table(void *t)
{
	table_fini(t);
}

static int
add_resource(struct index *x, uint32_t at, struct str uri,
    struct resource *parent, struct resource **out)
{
	struct resource *r = arena_new(&x->set->a, struct resource), *old;

	r->uri = uri;
	r->doc = x->doc;
	r->root = at;
	r->parent = parent;
	r->next = x->found;
	arena_defer(&x->set->a, free_table, &r->anchors);
	old = table_put(&x->by_uri, uri, r);
	if (old != NULL && old->root != at)
		return doc_error(x->e, x->doc, at,
		    "$id \"%.*s\" stands twice in this document; "
		    "give each schema an $id of its own", STR_ARG(uri));
	x->found = r;
	*out = r;
	return 0;
}

static int
index_id(struct index *x, uint32_t at, struct resource **res)
{
	uint32_t id = tape_member(&x->doc->tape, at, STR("$id"));
	struct str uri, fragment;

	if (id == 0)
		return 0;
	if (tok_of(x, id)->kind != SCAN_STRING ||
	    !format_is(FORMAT_IRI_REFERENCE, tok_str(tok_of(x, id))))
		return doc_error(x->e, x->doc, id,
		    "must be a URI reference");
	uri = uri_cut(uri_resolve((*res)->uri, tok_str(tok_of(x, id)),
	    &x->set->a), &fragment);
	if (fragment.n > 0)
		return doc_error(x->e, x->doc, id,
		    "must have no fragment; use $anchor for \"%.*s\"",
		    STR_ARG(fragment));
	return add_resource(x, at, uri, *res, res);
}

/* [A-Za-z_][-A-Za-z0-9._]* */
static int
is_anchor(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    c == '_')
			continue;
		if (i == 0 || (!(c >= '0' && c <= '9') && c != '-' &&
		    c != '.'))
			return 0;
	}
	return s.n > 0;
}

static int
index_anchor(struct index *x, uint32_t at, struct str keyword, int dynamic,
    struct resource *res)
{
	uint32_t v = tape_member(&x->doc->tape, at, keyword);
	struct anchor *a;

	if (v == 0)
		return 0;
	if (tok_of(x, v)->kind != SCAN_STRING ||
	    !is_anchor(tok_str(tok_of(x, v))))
		return doc_error(x->e, x->doc, v,
		    "must be a letter or _, then letters, digits, -, _ or .");
	a = table_get(&res->anchors, tok_str(tok_of(x, v)));
	if (a != NULL && a->at != at)
		return doc_error(x->e, x->doc, v,
		    "anchor \"%.*s\" stands twice under one $id",
		    STR_ARG(a->name));
	/* one schema may have the name as $anchor and as $dynamicAnchor */
	if (a == NULL)
		a = arena_new(&x->set->a, struct anchor);
	a->name = tok_str(tok_of(x, v));
	a->at = at;
	a->dynamic |= dynamic;
	table_put(&res->anchors, a->name, a);
	return 0;
}

static int index_schema(struct index *x, uint32_t at, struct resource *res);

/* The schemas in a keyword's value; of another kind, the compiler complains. */
static int
index_children(struct index *x, uint32_t at, enum keyword_children children,
    struct resource *res)
{
	const struct tok *k = tok_of(x, at);
	uint32_t i = at + 1;

	if (children == CHILDREN_ONE)
		return index_schema(x, at, res);
	if (children == CHILDREN_LIST && k->kind == SCAN_ARRAY) {
		for (; i < k->next; i = tok_of(x, i)->next)
			if (index_schema(x, i, res) != 0)
				return -1;
	} else if (children == CHILDREN_MAP && k->kind == SCAN_OBJECT) {
		for (; i < k->next; i = tok_of(x, i + 1)->next)
			if (index_schema(x, i + 1, res) != 0)
				return -1;
	}
	return 0;
}

static int
index_schema(struct index *x, uint32_t at, struct resource *res)
{
	const struct tok *k = tok_of(x, at);

	if (k->kind != SCAN_OBJECT)
		return 0;
	if (index_id(x, at, &res) != 0 ||
	    index_anchor(x, at, STR("$anchor"), 0, res) != 0 ||
	    index_anchor(x, at, STR("$dynamicAnchor"), 1, res) != 0)
		return -1;
	x->doc->of[at] = res;
	for (uint32_t i = at + 1; i < k->next; i = tok_of(x, i + 1)->next) {
		enum keyword w = keyword_find(tok_str(tok_of(x, i)));

		if (index_children(x, i + 1, keyword_info[w].children,
		    res) != 0)
			return -1;
	}
	return 0;
}

/* Enter what was found into the set, all or nothing. */
static int
publish(struct index *x)
{
	for (struct resource *r = x->found; r != NULL; r = r->next) {
		const struct resource *old =
		    table_get(&x->set->resources, r->uri);

		if (old != NULL && old != r)
			return doc_error(x->e, x->doc, r->root,
			    "$id \"%.*s\" is taken by %.*s",
			    STR_ARG(r->uri), STR_ARG(old->doc->name));
	}
	for (struct resource *r = x->found; r != NULL; r = r->next)
		table_put(&x->set->resources, r->uri, r);
	x->doc->next = x->set->docs;
	x->set->docs = x->doc;
	return 0;
}

static int
index_doc(struct index *x)
{
	struct table *all = &x->set->resources;
	struct resource *root, *own;

	if (add_resource(x, 0, x->doc->uri, NULL, &root) != 0 ||
	    index_schema(x, 0, root) != 0)
		return -1;
	own = x->doc->of[0];
	if (own == NULL || own == root)
		return publish(x);
	/* a root with an $id is one resource under two URIs */
	own->parent = NULL;
	for (struct resource **r = &x->found; *r != NULL; r = &(*r)->next)
		if (*r == root) {
			*r = root->next;
			break;
		}
	table_put(all, root->uri, own);
	if (publish(x) == 0)
		return 0;
	table_del(all, root->uri);
	return -1;
}

static void
free_tape(void *tape)
{
	tape_fini(tape);
}

/* The tape's error, with its line and column. */
static int
not_json(struct err *e, const struct doc *doc)
{
	size_t line = 1, column = 1;

	if (e == NULL)
		return -1;
	doc_fault(doc, e->at, e->text);
	for (size_t i = 0; i < e->at && i < doc->tape.text.n; i++) {
		column++;
		if (doc->tape.text.p[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return err_prefix(e, "%.*s:%zu:%zu", STR_ARG(doc->name), line, column);
}

int
doc_add(struct schema_set *set, struct str uri, struct str name,
    enum doc_origin origin, struct str text, struct doc **out, struct err *e)
{
	struct doc *doc = arena_new(&set->a, struct doc);
	struct index x = { .set = set, .doc = doc, .e = e };
	char *copy;
	int r;

	doc->set = set;
	doc->uri = arena_str(&set->a, uri);
	doc->name = arena_str(&set->a, name);
	doc->origin = origin;
	if (text.n > SCHEMA_DOC_MAX)
		return err_set(e, ERR_LIMIT,
		    "%.*s: a schema has at most %zu bytes", STR_ARG(name),
		    SCHEMA_DOC_MAX);
	copy = arena_zalloc(&set->a, size_add(text.n, RECORD_PAD));
	memcpy(copy, text.n ? text.p : "", text.n);
	tape_init(&doc->tape);
	arena_defer(&set->a, free_tape, &doc->tape);
	if (tape_read(&doc->tape, str_from(copy, text.n), e) != 0)
		return not_json(e, doc);
	tape_decode(&doc->tape);
	doc->of = arena_array(&set->a, doc->tape.n, sizeof(*doc->of));
	doc->members = arena_array(&set->a, doc->tape.n,
	    sizeof(*doc->members));
	r = index_doc(&x);
	table_fini(&x.by_uri);
	*out = doc;
	return r;
}
