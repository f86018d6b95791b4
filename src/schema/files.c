/*
 * Documents that a reader gives: which file a reference names, and where in
 * which file a compile failed.
 *
 * A file's URI only tells files apart.  It is as deep as a path may climb, so
 * that "../" in a reference still means what it says; an $id, where a file
 * has one, stands for the file's own place.
 */
#include "base/path.h"
#include "base/size.h"
#include "schema/doc.h"
#include "schema/uri.h"

/* Steps that a reference may climb out of the folder we started in. */
#define CLIMB 64

void
schema_reader(struct schema_set *set, schema_read_fn *read, void *arg)
{
	set->read = read;
	set->read_arg = arg;
}

static struct str
uri_of_file(struct str path, struct arena *a)
{
	struct str file = uri_of_path(arena_str(a, path).p, a);
	struct buf b = { 0 };
	struct str uri;

	/* "file://a/b" or "file:///a/b" */
	file = str_from(file.p + 7, file.n - 7);
	buf_puts(&b, STR("crosswalk://"));
	buf_puts(&b, path.n && path.p[0] == '/' ? STR("root") : STR("here/"));
	for (int i = 0; i < CLIMB && path.n > 0 && path.p[0] != '/'; i++)
		buf_puts(&b, STR("_/"));
	uri = uri_resolve(arena_str(a, buf_str(&b)), file, a);
	buf_fini(&b);
	return uri;
}

/* The bytes of "scheme://authority/"; 0 when there is none. */
static size_t
uri_root(struct str uri)
{
	const char *p = uri.n ? memmem(uri.p, uri.n, "://", 3) : NULL;

	if (p != NULL)
		p = memchr(p + 3, '/', uri.n - (size_t)(p + 3 - uri.p));
	return p ? (size_t)(p - uri.p) + 1 : 0;
}

/* uri as a path from the folder of base; -1 on another host. */
static int
relative(struct str uri, struct str base, struct arena *a, struct str *out)
{
	size_t root = uri_root(base), same = root;
	struct buf b = { 0 };
	struct str path;
	int r;

	if (root == 0 || uri.n < root || memcmp(uri.p, base.p, root) != 0)
		return -1;
	for (size_t i = root; i < uri.n && i < base.n &&
	    uri.p[i] == base.p[i]; i++)
		if (uri.p[i] == '/')
			same = i + 1;
	for (size_t i = same; i < base.n; i++)
		if (base.p[i] == '/')
			buf_puts(&b, STR("../"));
	buf_put(&b, uri.p + same, uri.n - same);
	path = arena_str(a, buf_str(&b));
	buf_fini(&b);
	r = uri_decode(path, a, out);
	return r;
}

int
doc_beside(struct schema_set *set, const struct doc *from, struct str uri,
    struct str *path)
{
	const struct resource *root = from->of[0];
	struct str rel;

	if (from->origin != DOC_READER)
		return -1;
	if (relative(uri, from->uri, &set->a, &rel) != 0 &&
	    (root == NULL || relative(uri, root->uri, &set->a, &rel) != 0))
		return -1;
	*path = path_resolve(&set->a, from->name, rel);
	return 0;
}

int
doc_open(struct schema_set *set, struct str path, struct str uri,
    struct resource **out, struct err *e)
{
	struct str text;
	struct doc *doc;

	for (doc = set->docs; doc != NULL; doc = doc->next)
		if (doc->origin == DOC_READER && str_eq(doc->name, path))
			break;
	if (doc == NULL) {
		if (set->read(set->read_arg, path, &text, &set->a, e) != 0 ||
		    doc_add(set, uri_of_file(path, &set->a), path, DOC_READER,
		    text, &doc, e) != 0)
			return -1;
	}
	*out = table_get(&set->resources, doc->uri);
	if (uri.n > 0 && table_get(&set->resources, uri) == NULL)
		table_put(&set->resources, uri, *out);
	return 0;
}

/* --- where it failed ----------------------------------------------------- */

void
doc_fault(const struct doc *doc, size_t at, const char *why)
{
	struct schema_fault *f = &doc->set->fault;

	if (f->path.n > 0 || doc->origin != DOC_READER)
		return;
	f->path = doc->name;
	f->text = doc->tape.text;
	f->at = at;
	f->why = arena_str(&doc->set->a, str_z(why));
}

size_t
doc_offset(const struct doc *doc, uint32_t at)
{
	struct str text = doc->tape.text;
	const struct tok *t = &doc->tape.t[at];

	/* what had escapes lies elsewhere: take what stands before it */
	while (t > doc->tape.t && (t->p < text.p || t->p > text.p + text.n))
		t--;
	return (size_t)(t->p - text.p) - (t->kind == SCAN_STRING);
}

const struct schema_fault *
schema_fault(const struct schema_set *set)
{
	return set->fault.path.n > 0 ? &set->fault : NULL;
}
