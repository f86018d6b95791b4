/*
 * From documents to nodes.
 *
 * A schema is compiled with all it can reach: a worklist takes one node at a
 * time, so that nothing recurses and a $ref in a circle ends.  Children of a
 * node are made by node_get and filled later.  A compile that fails leaves
 * nothing but some memory in the set's arena.
 */
#include "schema/compile.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/size.h"
#include "schema/uri.h"

uint32_t
node_keyword(const struct node *n, struct str name)
{
	return tape_member(&n->doc->tape, n->at, name);
}

/* --- making nodes -------------------------------------------------------- */

static struct sheet *
sheet_get(struct unit *u, const struct doc *doc)
{
	struct sheet *s;

	for (s = u->sheets; s != NULL; s = s->next)
		if (s->doc == doc)
			return s;
	s = arena_new(u->a, struct sheet);
	s->doc = doc;
	s->nodes = arena_array(u->a, doc->tape.n, sizeof(*s->nodes));
	s->next = u->sheets;
	u->sheets = s;
	return s;
}

static struct region *
region_get(struct unit *u, const struct resource *res)
{
	struct str key = str_from((const char *)&res, sizeof(res));
	struct region *r = table_get(&u->by_res, key);

	if (r != NULL)
		return r;
	r = arena_new(u->a, struct region);
	r->res = res;
	if (doc_dialect(u->set, res, &r->vocab, u->e) != 0)
		return NULL;
	r->next = u->regions;
	u->regions = r;
	table_put(&u->by_res, str_from((const char *)&r->res,
	    sizeof(r->res)), r);
	return r;
}

struct node *
compile_get(struct unit *u, const struct place *place)
{
	const struct doc *doc = place->res->doc;
	struct sheet *sheet = sheet_get(u, doc);
	struct node *n = sheet->nodes[place->at];

	if (n != NULL)
		return n;
	n = arena_new(u->a, struct node);
	n->region = region_get(u, place->res);
	if (n->region == NULL)
		return NULL;
	n->doc = doc;
	n->at = place->at;
	n->types = SCHEMA_ANY;
	sheet->nodes[place->at] = n;
	if (u->ntodo == u->cap) {
		u->cap = u->cap ? size_mul(u->cap, 2) : 64;
		u->todo = realloc(u->todo, size_mul(u->cap,
		    sizeof(*u->todo)));
		if (u->todo == NULL)
			fatal("out of memory: %zu schemas", u->cap);
	}
	u->todo[u->ntodo++] = n;
	return n;
}

void
compile_dynamic(struct unit *u, struct apply *a)
{
	if (u->ndynamics == u->dynamics_cap) {
		u->dynamics_cap = u->dynamics_cap ?
		    size_mul(u->dynamics_cap, 2) : 16;
		u->dynamics = realloc(u->dynamics, size_mul(u->dynamics_cap,
		    sizeof(*u->dynamics)));
		if (u->dynamics == NULL)
			fatal("out of memory: %zu references",
			    u->dynamics_cap);
	}
	u->dynamics[u->ndynamics++] = a;
}

/* --- what the whole needs ----------------------------------------------- */

/* Every dynamic anchor that a $dynamicRef could end at becomes a node. */
static int
add_dynamics(struct unit *u)
{
	struct region *newest = u->regions;

	for (struct region *r = newest; r != u->dynamic_done; r = r->next) {
		const struct table *all = &r->res->anchors;

		for (struct table_entry *t = table_next(all, NULL);
		     t != NULL; t = table_next(all, t)) {
			const struct anchor *a = t->value;
			struct place place = { (struct resource *)r->res,
				a->at };
			struct dynamic *d;

			if (!a->dynamic)
				continue;
			d = arena_new(u->a, struct dynamic);
			d->name = a->name;
			if ((d->node = compile_get(u, &place)) == NULL)
				return -1;
			d->next = (struct dynamic *)r->dynamics;
			r->dynamics = d;
		}
	}
	u->dynamic_done = newest;
	return 0;
}

/* All ends that dynamic references of one name may have. */
struct ends {
	const struct node **list;
	size_t n, cap;
};

static void
add_end(struct unit *u, struct ends *x, const struct node *n)
{
	const struct node **more;

	if (x->n == x->cap) {
		x->cap = x->cap ? size_mul(x->cap, 2) : 4;
		more = arena_array(u->a, x->cap, sizeof(*more));
		if (x->n > 0)
			memcpy(more, x->list, x->n * sizeof(*more));
		x->list = more;
	}
	x->list[x->n++] = n;
}

/* Give each $dynamicRef its ends, for those who ask without a record. */
static void
list_ends(struct unit *u)
{
	struct table by_name = { 0 };

	for (struct region *r = u->regions; r != NULL; r = r->next)
		for (const struct dynamic *d = r->dynamics; d; d = d->next) {
			struct ends *x = table_get(&by_name, d->name);

			if (x == NULL) {
				x = arena_new(u->a, struct ends);
				table_put(&by_name, d->name, x);
			}
			add_end(u, x, d->node);
		}
	for (size_t i = 0; i < u->ndynamics; i++) {
		const struct ends *x = table_get(&by_name,
		    u->dynamics[i]->name);

		u->dynamics[i]->ends = x->list;
		u->dynamics[i]->nends = x->n;
	}
	table_fini(&by_name);
}

/*
 * The longest way from n through schemas that apply to the same value, n
 * itself included, in *length; -1 when it goes in a circle or is too long.
 * mark: 0 not seen, -1 on the way, else its length.
 */
static int
measure(const struct node *n, int depth, int *length, struct err *e)
{
	struct node *mine = (struct node *)n;
	int longest = 0;

	if (n->mark < 0)
		return doc_error(e, n->doc, n->at,
		    "refers to itself without going deeper into the record; "
		    "let it go through properties or items");
	if (depth + (n->mark ? n->mark : 1) > SCHEMA_INPLACE)
		return doc_error(e, n->doc, n->at,
		    "is the end of a chain of more than %d references",
		    SCHEMA_INPLACE);
	*length = n->mark;
	if (n->mark > 0)
		return 0;
	mine->mark = -1;
	for (size_t i = 0; i < n->napply; i++) {
		const struct apply *a = &n->apply[i];

		for (size_t k = 0; k < a->n; k++) {
			if (a->nodes[k] == NULL ||
			    a->kind == APPLY_DYNAMIC_REF)
				continue;
			if (measure(a->nodes[k], depth + 1, length, e) != 0)
				return -1;
			if (*length > longest)
				longest = *length;
		}
	}
	mine->mark = *length = longest + 1;
	return 0;
}

/* Whether a schema, or one that applies with it, says readOnly. */
static int
is_read_only(const struct node *n)
{
	uint32_t at = node_keyword(n, STR("readOnly"));
	int yes = at != 0 && n->doc->tape.t[at].kind == SCAN_BOOL &&
	    n->doc->tape.t[at].count;

	if (n->read_only != 0)
		return n->read_only > 0;
	/* measure has seen that this ends */
	for (size_t i = 0; i < n->napply && !yes; i++) {
		const struct apply *a = &n->apply[i];

		if (a->kind == APPLY_REF || a->kind == APPLY_ALL)
			for (size_t k = 0; k < a->n && !yes; k++)
				yes = is_read_only(a->nodes[k]);
	}
	((struct node *)n)->read_only = yes ? 1 : -1;
	return yes;
}

static void
relax(struct node *n)
{
	struct object_rules *r = (struct object_rules *)n->object;

	for (size_t i = 0; r != NULL && i < r->names.n; i++) {
		struct property *p = &r->props[i];

		if (p->required && p->node != NULL && is_read_only(p->node)) {
			p->required = 0;
			r->nrequired--;
		}
	}
}

static int
compile_all(struct unit *u, const struct place *place, struct schema **out)
{
	struct node *root = compile_get(u, place);
	size_t done = 0;
	int length;

	if (root == NULL)
		return -1;
	while (done < u->ntodo) {
		if (compile_node(u, u->todo[done++]) != 0)
			return -1;
		if (done == u->ntodo && u->ndynamics > 0 &&
		    add_dynamics(u) != 0)
			return -1;
	}
	for (done = 0; done < u->ntodo; done++)
		if (measure(u->todo[done], 0, &length, u->e) != 0)
			return -1;
	list_ends(u);
	if (u->written)
		for (done = 0; done < u->ntodo; done++)
			relax(u->todo[done]);
	*out = arena_new(u->a, struct schema);
	(*out)->root = root;
	(*out)->set = u->set;
	(*out)->dynamic = u->ndynamics > 0;
	return 0;
}

static int
compile_place(struct schema_set *set, const struct place *place, int written,
    const struct schema **out, struct err *e)
{
	struct unit u = { .set = set, .a = &set->a, .e = e,
		.written = written };
	struct schema *s = NULL;
	int r = compile_all(&u, place, &s);

	free(u.todo);
	free(u.dynamics);
	table_fini(&u.by_res);
	*out = s;
	return r;
}

/* --- the public part ----------------------------------------------------- */

struct schema_set *
schema_set_new(void)
{
	struct schema_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		fatal("out of memory: a schema set");
	return set;
}

void
schema_set_free(struct schema_set *set)
{
	if (set == NULL)
		return;
	table_fini(&set->resources);
	arena_fini(&set->a);
	free(set);
}

void
schema_assert_format(struct schema_set *set)
{
	set->assert_format = 1;
}

int
schema_map(struct schema_set *set, struct str prefix, const char *dir,
    struct err *e)
{
	struct mapping *m;
	struct stat st;

	if (!uri_absolute(prefix))
		return err_set(e, ERR_USAGE,
		    "cannot map %.*s: it is no absolute URI",
		    STR_ARG(prefix));
	if (stat(dir, &st) != 0)
		return err_set(e, ERR_NOINPUT, "cannot map %.*s: %s: %s",
		    STR_ARG(prefix), dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_NOINPUT,
		    "cannot map %.*s: %s is not a folder", STR_ARG(prefix),
		    dir);
	m = arena_new(&set->a, struct mapping);
	m->prefix = arena_str(&set->a, prefix);
	m->dir = arena_str(&set->a, str_z(dir));
	m->next = set->mappings;
	set->mappings = m;
	return 0;
}

/* A URI has :// or is a urn: all else is a path, colons and all. */
static int
is_uri(struct str s)
{
	return uri_absolute(s) && (memmem(s.p, s.n, "://", 3) != NULL ||
	    (s.n > 4 && memcmp(s.p, "urn:", 4) == 0));
}

static int
load(struct schema_set *set, struct str path_or_uri, int written,
    const struct schema **out, struct err *e)
{
	struct place place;
	struct doc *doc;
	struct str path, uri;
	char *real;
	int r;

	*out = NULL;
	set->fault = (struct schema_fault){ 0 };
	if (is_uri(path_or_uri)) {
		if (doc_find(set, path_or_uri, NULL, &place, NULL, e) != 0)
			return -1;
		return compile_place(set, &place, written, out, e);
	}
	path = arena_str(&set->a, path_or_uri);
	if (set->read != NULL) {
		if (doc_open(set, path, STR(""), &place.res, e) != 0)
			return -1;
		place.at = place.res->root;
		return compile_place(set, &place, written, out, e);
	}
	real = realpath(path.p, NULL);
	if (real == NULL)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path.p,
		    strerror(errno));
	uri = uri_of_path(real, &set->a);
	place.res = table_get(&set->resources, uri);
	r = 0;
	if (place.res == NULL) {
		r = doc_read(set, real, uri, path, DOC_DISK, &doc, e);
		place.res = table_get(&set->resources, uri);
	}
	free(real);
	if (r != 0)
		return -1;
	place.at = place.res->root;
	return compile_place(set, &place, written, out, e);
}

int
schema_load(struct schema_set *set, struct str path_or_uri,
    const struct schema **out, struct err *e)
{
	return load(set, path_or_uri, 0, out, e);
}

int
schema_load_written(struct schema_set *set, struct str path_or_uri,
    const struct schema **out, struct err *e)
{
	return load(set, path_or_uri, 1, out, e);
}

int
schema_compile(struct schema_set *set, struct str text, struct str base,
    const struct schema **out, struct err *e)
{
	struct str name = base, fragment;
	struct place place;
	struct doc *doc;

	*out = NULL;
	base = uri_cut(base, &fragment);
	if (base.n == 0) {
		base = arena_printf(&set->a, "crosswalk:///schema-%zu",
		    ++set->nameless);
		name = STR("schema");
	} else if (!uri_absolute(base)) {
		return err_set(e, ERR_USAGE, "%.*s is no absolute URI",
		    STR_ARG(base));
	}
	if (table_get(&set->resources, base) != NULL)
		return err_set(e, ERR_USAGE,
		    "%.*s is in the set of schemas already", STR_ARG(base));
	if (doc_add(set, base, name, DOC_TEXT, text, &doc, e) != 0)
		return -1;
	place.res = table_get(&set->resources, doc->uri);
	place.at = place.res->root;
	return compile_place(set, &place, 0, out, e);
}
