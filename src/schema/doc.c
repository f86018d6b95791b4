/*
 * Documents: reading, the index of their resources and anchors, look-up.
 *
 * Invariant: a document is in the set whole, or not at all.  Its tape is
 * decoded, so that threads may read it.
 */
#include "schema/doc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/size.h"
#include "schema/format.h"
#include "schema/keys.h"
#include "schema/keyword.h"
#include "schema/uri.h"

#define STR_INIT(lit) { lit, sizeof(lit) - 1 }
#define STANDARD "https://json-schema.org/draft/2020-12/"

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
doc_add(struct schema_set *set, struct str uri, struct str name, int is_file,
    struct str text, struct doc **out, struct err *e)
{
	struct doc *doc = arena_new(&set->a, struct doc);
	struct index x = { .set = set, .doc = doc, .e = e };
	char *copy;
	int r;

	doc->uri = arena_str(&set->a, uri);
	doc->name = arena_str(&set->a, name);
	doc->is_file = is_file;
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

/* --- finding ------------------------------------------------------------- */

static int
read_file(const char *path, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_NOINPUT,
		    "cannot read %s: it is not a file", path);
	}
	while ((n = read(fd, buf_room(b, 65536), 65536)) > 0) {
		b->n += (size_t)n;
		if (b->n > SCHEMA_DOC_MAX)
			break;
	}
	if (n < 0)
		err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	close(fd);
	return n < 0 ? -1 : 0;
}

int
doc_read(struct schema_set *set, const char *path, struct str uri,
    struct str name, int is_file, struct doc **out, struct err *e)
{
	struct buf text = { 0 };
	int r = read_file(path, &text, e);

	if (r == 0)
		r = doc_add(set, uri, name, is_file, buf_str(&text), out, e);
	buf_fini(&text);
	return r;
}

static const struct mapping *
find_mapping(const struct schema_set *set, struct str uri)
{
	const struct mapping *best = NULL;

	for (const struct mapping *m = set->mappings; m; m = m->next)
		if (uri.n >= m->prefix.n &&
		    memcmp(uri.p, m->prefix.p, m->prefix.n) == 0 &&
		    (best == NULL || m->prefix.n > best->prefix.n))
			best = m;
	return best;
}

/* No step of it leads out of the folder. */
static int
stays_inside(struct str path)
{
	size_t from = 0;

	if (path.n == 0 || path.p[0] == '/')
		return 0;
	for (size_t i = 0; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		if (str_eq(str_from(path.p + from, i - from), STR("..")))
			return 0;
		from = i + 1;
	}
	return 1;
}

static int
load_mapped(struct schema_set *set, const struct mapping *m, struct str uri,
    struct err *e)
{
	struct str rest, path;
	struct doc *doc;

	if (uri_decode(str_from(uri.p + m->prefix.n, uri.n - m->prefix.n),
	    &set->a, &rest) != 0 || !stays_inside(rest))
		return err_set(e, ERR_NOINPUT,
		    "cannot read %.*s: it does not name a file under %.*s",
		    STR_ARG(uri), STR_ARG(m->dir));
	path = arena_printf(&set->a, "%.*s/%.*s", STR_ARG(m->dir),
	    STR_ARG(rest));
	return doc_read(set, path.p, uri, uri, 0, &doc, e);
}

/* Bring the document of uri into the set. */
static int
load(struct schema_set *set, struct str uri, int from_file, struct err *e)
{
	const struct mapping *m = find_mapping(set, uri);
	struct str text = meta_text(uri), path;
	struct doc *doc;

	if (text.n > 0)
		return doc_add(set, uri, uri, 0, text, &doc, e);
	if (m != NULL)
		return load_mapped(set, m, uri, e);
	if (from_file && uri.n > 7 && memcmp(uri.p, "file:///", 8) == 0 &&
	    uri_decode(str_from(uri.p + 7, uri.n - 7), &set->a, &path) == 0)
		return doc_read(set, path.p, uri, path, 1, &doc, e);
	return err_set(e, ERR_NOINPUT,
	    "cannot find %.*s: no schema has this $id and no folder is "
	    "mapped for it (--map PREFIX=DIR)", STR_ARG(uri));
}

/* An object's names with the tokens of their values. */
struct members {
	struct keys keys;
	uint32_t *at;
};

/* tape_member, but a second look into a large object costs no walk. */
static uint32_t
member(struct doc *doc, uint32_t at, struct str name, struct arena *a)
{
	const struct tok *k = &doc->tape.t[at], *t = doc->tape.t;
	struct members *m = doc->members[at];
	struct str *names;
	int32_t found;
	size_t n = 0;

	if (k->kind != SCAN_OBJECT || k->count < 16)
		return tape_member(&doc->tape, at, name);
	if (m == NULL) {
		m = doc->members[at] = arena_new(a, struct members);
		m->at = arena_array(a, k->count, sizeof(*m->at));
		names = arena_array(a, k->count, sizeof(*names));
		for (uint32_t i = at + 1; i < k->next; i = t[i + 1].next) {
			names[n] = tok_str(&t[i]);
			m->at[n++] = i + 1;
		}
		keys_build(&m->keys, names, n, a);
	}
	found = keys_find(&m->keys, name);
	return found < 0 ? 0 : m->at[found];
}

/* Down a JSON pointer from the resource; *out changes resource on the way. */
static int
follow(struct place *out, struct str pointer, struct arena *a)
{
	struct doc *doc = out->res->doc;
	const struct tape *t = &doc->tape;
	const char *p = pointer.p, *end = p + pointer.n;

	while (p < end) {
		char *name = arena_alloc(a, (size_t)(end - p) + 8);
		size_t n = 0, i = 0;
		uint32_t next = 0;

		for (p++; p < end && *p != '/'; p++) {
			char c = *p;

			if (c == '~') {
				if (++p == end || (*p != '0' && *p != '1'))
					return -1;
				c = *p == '0' ? '~' : '/';
			}
			name[n++] = c;
		}
		if (t->t[out->at].kind == SCAN_ARRAY) {
			if (n == 0 || n > 9 || (n > 1 && name[0] == '0'))
				return -1;
			for (size_t k = 0; k < n; k++) {
				if (name[k] < '0' || name[k] > '9')
					return -1;
				i = i * 10 + (size_t)(name[k] - '0');
			}
			if (i >= t->t[out->at].count)
				return -1;
			for (next = out->at + 1; i > 0; i--)
				next = t->t[next].next;
		} else {
			next = member(doc, out->at, str_from(name, n), a);
		}
		if (next == 0)
			return -1;
		out->at = next;
		if (doc->of[next] != NULL)
			out->res = doc->of[next];
	}
	return 0;
}

int
doc_find(struct schema_set *set, struct str uri, int from_file,
    struct place *out, const struct anchor **anchor, struct err *e)
{
	struct str fragment, plain;
	const struct anchor *a;

	if (anchor != NULL)
		*anchor = NULL;
	uri = uri_cut(uri, &fragment);
	out->res = table_get(&set->resources, uri);
	if (out->res == NULL) {
		if (load(set, uri, from_file, e) != 0)
			return -1;
		out->res = table_get(&set->resources, uri);
		assert(out->res != NULL);
	}
	out->at = out->res->root;
	if (fragment.n == 0)
		return 0;
	if (uri_decode(fragment, &set->a, &plain) != 0)
		return err_set(e, ERR_DATA, "bad %%-escape in #%.*s",
		    STR_ARG(fragment));
	if (plain.p[0] == '/') {
		if (follow(out, plain, &set->a) == 0)
			return 0;
	} else if ((a = table_get(&out->res->anchors, plain)) != NULL) {
		out->at = a->at;
		if (anchor != NULL)
			*anchor = a;
		return 0;
	}
	return err_set(e, ERR_DATA, "there is no #%.*s in %.*s",
	    STR_ARG(fragment), STR_ARG(out->res->doc->name));
}

/* --- dialects ------------------------------------------------------------ */

static int
vocabularies(const struct place *meta, unsigned *vocab, struct err *e)
{
	static const struct str names[] = {
#define X(name, text) STR_INIT(STANDARD "vocab/" text),
		VOCAB_MAP(X)
#undef X
	};
	const struct doc *doc = meta->res->doc;
	const struct tape *t = &doc->tape;
	uint32_t v = tape_member(t, meta->at, STR("$vocabulary")), i;

	*vocab = VOCAB_STANDARD;
	if (v == 0)
		return 0;
	if (t->t[v].kind != SCAN_OBJECT)
		return doc_error(e, doc, v, "must be an object");
	*vocab = VOCAB_CORE;
	for (i = v + 1; i < t->t[v].next; i = t->t[i + 1].next) {
		size_t k = 0;

		while (k < sizeof(names) / sizeof(*names) &&
		    !str_eq(names[k], tok_str(&t->t[i])))
			k++;
		if (t->t[i + 1].kind != SCAN_BOOL)
			return doc_error(e, doc, i, "must be true or false");
		if (k < sizeof(names) / sizeof(*names))
			*vocab |= 1u << k;
		else if (t->t[i + 1].count)
			return doc_error(e, doc, i,
			    "the vocabulary is required but not known");
	}
	if (*vocab & VOCAB_ASSERTION)
		*vocab |= VOCAB_FORMAT;
	return 0;
}

int
doc_dialect(struct schema_set *set, const struct resource *r, unsigned *vocab,
    struct err *e)
{
	struct str uri, fragment;
	struct place meta;
	uint32_t v = 0;

	for (; r != NULL; r = r->parent) {
		v = tape_member(&r->doc->tape, r->root, STR("$schema"));
		if (v != 0)
			break;
	}
	*vocab = VOCAB_STANDARD;
	if (v == 0)
		return 0;
	if (r->doc->tape.t[v].kind != SCAN_STRING ||
	    !uri_absolute(tok_str(&r->doc->tape.t[v])))
		return doc_error(e, r->doc, v, "must be an absolute URI");
	uri = uri_cut(tok_str(&r->doc->tape.t[v]), &fragment);
	if (str_eq(uri, STR(STANDARD "schema")))
		return 0;
	if (memmem(uri.p, uri.n, "json-schema.org/draft", 21) != NULL &&
	    memmem(uri.p, uri.n, "2020-12", 7) == NULL)
		return doc_error(e, r->doc, v,
		    "is another draft; draft 2020-12 is read "
		    "(" STANDARD "schema)");
	if (doc_find(set, uri, r->doc->is_file, &meta, NULL, e) != 0) {
		struct err why = { 0 };

		if (e != NULL)
			why = *e;
		return doc_error(e, r->doc, v, "%s", why.text);
	}
	return vocabularies(&meta, vocab, e);
}
