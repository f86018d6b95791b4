/*
 * Where a URI leads: documents in the set, built-in metaschemas, mapped
 * folders, files beside files; and what a metaschema says of a schema.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/size.h"
#include "schema/doc.h"
#include "schema/keys.h"
#include "schema/uri.h"

#define STR_INIT(lit) { lit, sizeof(lit) - 1 }
#define STANDARD "https://json-schema.org/draft/2020-12/"

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
    struct str name, enum doc_origin origin, struct doc **out, struct err *e)
{
	struct buf text = { 0 };
	int r = read_file(path, &text, e);

	if (r == 0)
		r = doc_add(set, uri, name, origin, buf_str(&text), out, e);
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
	return doc_read(set, path.p, uri, uri, DOC_TEXT, &doc, e);
}

/* Bring the document of uri into the set. */
static int
load(struct schema_set *set, struct str uri, const struct doc *from,
    struct err *e)
{
	const struct mapping *m = find_mapping(set, uri);
	struct str text = meta_text(uri), path;
	struct resource *res;
	struct doc *doc;

	if (text.n > 0)
		return doc_add(set, uri, uri, DOC_TEXT, text, &doc, e);
	if (m != NULL)
		return load_mapped(set, m, uri, e);
	if (from != NULL && doc_beside(set, from, uri, &path) == 0)
		return doc_open(set, path, uri, &res, e);
	if (set->read != NULL)
		return err_set(e, ERR_NOINPUT, "cannot find %.*s: a schema "
		    "refers to files beside it, never to the network; say "
		    "where it lies, like \"../common.json\"", STR_ARG(uri));
	if (from != NULL && from->origin == DOC_DISK && uri.n > 7 &&
	    memcmp(uri.p, "file:///", 8) == 0 &&
	    uri_decode(str_from(uri.p + 7, uri.n - 7), &set->a, &path) == 0)
		return doc_read(set, path.p, uri, path, DOC_DISK, &doc, e);
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
doc_find(struct schema_set *set, struct str uri, const struct doc *from,
    struct place *out, const struct anchor **anchor, struct err *e)
{
	struct str fragment, plain;
	const struct anchor *a;

	if (anchor != NULL)
		*anchor = NULL;
	uri = uri_cut(uri, &fragment);
	out->res = table_get(&set->resources, uri);
	if (out->res == NULL) {
		if (load(set, uri, from, e) != 0)
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
	if (doc_find(set, uri, r->doc, &meta, NULL, e) != 0) {
		struct err why = { 0 };

		if (e != NULL)
			why = *e;
		return doc_error(e, r->doc, v, "%s", why.text);
	}
	return vocabularies(&meta, vocab, e);
}
