/*
 * From documents to nodes.
 *
 * A schema is compiled with all it can reach: a worklist takes one node at a
 * time, so that nothing recurses and a $ref in a circle ends.  Children of a
 * node are made by node_get and filled later.  A compile that fails leaves
 * nothing but some memory in the set's arena.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/size.h"
#include "schema/keyword.h"
#include "schema/node.h"
#include "schema/uri.h"

/* The nodes of one document, by token. */
struct sheet {
	const struct doc *doc;
	struct node **nodes;
	struct sheet *next;
};

struct unit {
	struct schema_set *set;
	struct arena *a;
	struct sheet *sheets;
	struct region *regions; /* the newest first */
	struct region *dynamic_done; /* from here on they have dynamics */
	struct table by_res;
	struct apply **dynamics; /* every $dynamicRef that must look */
	size_t ndynamics, dynamics_cap;
	struct node **todo;
	size_t ntodo, cap;
	struct err *e;
};

/* The keywords of the schema object at hand: their values, or 0. */
struct words {
	struct unit *u;
	struct node *n;
	uint32_t at[KW_COUNT];
};

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

/* The node of a place, put on the worklist when it is new; NULL: error. */
static struct node *
node_get(struct unit *u, const struct place *place)
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

/* --- reading keyword values ---------------------------------------------- */

static const struct tok *
tok_at(const struct words *w, uint32_t at)
{
	return &w->n->doc->tape.t[at];
}

static int
bad(const struct words *w, uint32_t at, const char *what)
{
	return doc_error(w->u->e, w->n->doc, at, "%s", what);
}

static int
read_text(const struct words *w, enum keyword k, struct str *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (tok_at(w, at)->kind != SCAN_STRING)
		return bad(w, at, "must be a string");
	*out = tok_str(tok_at(w, at));
	return 0;
}

static int
read_size(const struct words *w, enum keyword k, size_t *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (tok_at(w, at)->kind != SCAN_NUMBER ||
	    literal_size(tok_str(tok_at(w, at)), out) != 0)
		return bad(w, at, "must be a whole number of at least 0");
	return 0;
}

static int
read_number(const struct words *w, enum keyword k, struct str *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (tok_at(w, at)->kind != SCAN_NUMBER)
		return bad(w, at, "must be a number");
	*out = tok_str(tok_at(w, at));
	return 0;
}

static int
read_bool(const struct words *w, enum keyword k, int *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (tok_at(w, at)->kind != SCAN_BOOL)
		return bad(w, at, "must be true or false");
	*out = (int)tok_at(w, at)->count;
	return 0;
}

/* A list of strings without one twice. */
static int
read_texts(const struct words *w, uint32_t at, const struct str **out,
    size_t *n)
{
	struct str *list;
	struct keys once;
	size_t k = 0;

	if (tok_at(w, at)->kind != SCAN_ARRAY)
		return bad(w, at, "must be a list of strings");
	*n = tok_at(w, at)->count;
	list = arena_array(w->u->a, *n, sizeof(*list));
	*out = list;
	for (uint32_t i = at + 1; i < tok_at(w, at)->next; i++) {
		if (tok_at(w, i)->kind != SCAN_STRING)
			return bad(w, i, "must be a string");
		list[k++] = tok_str(tok_at(w, i));
	}
	keys_build(&once, list, *n, w->u->a);
	for (k = 0; k < *n; k++)
		if (keys_find(&once, list[k]) != (int32_t)k)
			return bad(w, at + 1 + (uint32_t)k,
			    "stands twice in the list");
	return 0;
}

static const struct node *
child(const struct words *w, uint32_t at)
{
	struct resource *own = w->n->doc->of[at];
	struct place place = { own, at };

	if (own == NULL)
		place.res = (struct resource *)w->n->region->res;
	return node_get(w->u, &place);
}

static int
read_schema(const struct words *w, enum keyword k, const struct node **out)
{
	if (w->at[k] == 0)
		return 0;
	*out = child(w, w->at[k]);
	return *out == NULL ? -1 : 0;
}

static int
read_schemas(const struct words *w, enum keyword k,
    const struct node *const **out, size_t *n)
{
	uint32_t at = w->at[k];
	const struct node **list;
	size_t i = 0;

	if (at == 0)
		return 0;
	if (tok_at(w, at)->kind != SCAN_ARRAY || tok_at(w, at)->count == 0)
		return bad(w, at, "must be a list of schemas, at least one");
	*n = tok_at(w, at)->count;
	list = arena_array(w->u->a, *n, sizeof(*list));
	for (uint32_t c = at + 1; c < tok_at(w, at)->next;
	     c = tok_at(w, c)->next)
		if ((list[i++] = child(w, c)) == NULL)
			return -1;
	*out = list;
	return 0;
}

static int
is_object(const struct words *w, enum keyword k)
{
	uint32_t at = w->at[k];

	if (at != 0 && tok_at(w, at)->kind != SCAN_OBJECT)
		return bad(w, at, "must be an object");
	return 0;
}

static int
any(const struct words *w, const enum keyword *list)
{
	for (; *list != KW_UNKNOWN; list++)
		if (w->at[*list] != 0)
			return 1;
	return 0;
}

/* --- validation ---------------------------------------------------------- */

static int
one_type(const struct words *w, uint32_t at, unsigned *types)
{
	static const struct {
		struct str name;
		unsigned bit;
	} known[] = {
		{ { "null", 4 }, SCHEMA_NULL },
		{ { "boolean", 7 }, SCHEMA_BOOL },
		{ { "integer", 7 }, SCHEMA_INTEGER },
		{ { "number", 6 }, SCHEMA_NUMBER },
		{ { "string", 6 }, SCHEMA_STRING },
		{ { "array", 5 }, SCHEMA_ARRAY },
		{ { "object", 6 }, SCHEMA_OBJECT },
	};
	const struct tok *t = tok_at(w, at);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (t->kind == SCAN_STRING &&
		    str_eq(known[i].name, tok_str(t))) {
			*types |= known[i].bit;
			return 0;
		}
	return bad(w, at, "must be one of null, boolean, integer, number, "
	    "string, array, object");
}

static int
compile_type(const struct words *w)
{
	uint32_t at = w->at[KW_TYPE];
	const struct str *names;
	size_t n;

	if (at == 0)
		return 0;
	w->n->types = 0;
	if (tok_at(w, at)->kind != SCAN_ARRAY)
		return one_type(w, at, &w->n->types);
	if (tok_at(w, at)->count == 0)
		return bad(w, at, "must name at least one type");
	if (read_texts(w, at, &names, &n) != 0)
		return -1;
	for (uint32_t i = at + 1; i < tok_at(w, at)->next; i++)
		if (one_type(w, i, &w->n->types) != 0)
			return -1;
	return 0;
}

static const struct choice *
make_choice(const struct words *w, uint32_t at, uint32_t first, uint32_t n)
{
	struct choice *c = arena_new(w->u->a, struct choice);
	uint32_t *values = arena_array(w->u->a, n, sizeof(*values));
	struct str *texts = arena_array(w->u->a, n, sizeof(*texts));
	size_t ntexts = 0;

	c->at = at;
	c->count = n;
	c->values = values;
	for (uint32_t i = 0; i < n; i++, first = tok_at(w, first)->next) {
		values[i] = first;
		if (tok_at(w, first)->kind == SCAN_STRING)
			texts[ntexts++] = tok_str(tok_at(w, first));
	}
	c->only_texts = ntexts == n;
	keys_build(&c->texts, texts, ntexts, w->u->a);
	return c;
}

static int
compile_choices(const struct words *w)
{
	uint32_t at = w->at[KW_ENUM];

	if (at != 0) {
		if (tok_at(w, at)->kind != SCAN_ARRAY)
			return bad(w, at, "must be a list of values");
		w->n->choice = make_choice(w, at, at + 1,
		    tok_at(w, at)->count);
	}
	at = w->at[KW_CONST];
	if (at != 0)
		w->n->konst = make_choice(w, at, at, 1);
	return 0;
}

static int
compile_bound(const struct words *w, enum keyword k, struct bound *b)
{
	const char *p, *end;

	if (read_number(w, k, &b->literal) != 0)
		return -1;
	p = b->literal.p;
	end = p + b->literal.n;
	if (p == end || b->literal.n > 18)
		return 0;
	for (p += *p == '-'; p < end; p++) {
		if (*p < '0' || *p > '9')
			return 0;
		b->i = b->i * 10 + (*p - '0');
	}
	if (b->literal.p[0] == '-')
		b->i = -b->i;
	b->small = 1;
	return 0;
}

static int
compile_number(const struct words *w)
{
	static const enum keyword mine[] = { KW_MINIMUM, KW_MAXIMUM,
		KW_EXCLUSIVE_MINIMUM, KW_EXCLUSIVE_MAXIMUM, KW_MULTIPLE_OF,
		KW_UNKNOWN };
	struct number_rules *r;
	struct err why;

	if (!any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct number_rules);
	w->n->number = r;
	if (compile_bound(w, KW_MINIMUM, &r->min) != 0 ||
	    compile_bound(w, KW_MAXIMUM, &r->max) != 0 ||
	    compile_bound(w, KW_EXCLUSIVE_MINIMUM, &r->xmin) != 0 ||
	    compile_bound(w, KW_EXCLUSIVE_MAXIMUM, &r->xmax) != 0 ||
	    read_number(w, KW_MULTIPLE_OF, &r->multiple) != 0)
		return -1;
	if (r->multiple.n > 0 &&
	    literal_divisor(r->multiple, &r->divisor, &why) != 0)
		return bad(w, w->at[KW_MULTIPLE_OF], why.text);
	return 0;
}

static int
compile_regex(const struct words *w, uint32_t at, const struct regex **out)
{
	struct regex *r;
	struct err why;

	if (regex_compile(w->u->a, tok_str(tok_at(w, at)), &r, &why) != 0)
		return bad(w, at, why.text);
	*out = r;
	return 0;
}

static int
compile_string(const struct words *w)
{
	static const enum keyword mine[] = { KW_MIN_LENGTH, KW_MAX_LENGTH,
		KW_PATTERN, KW_FORMAT, KW_UNKNOWN };
	struct str pattern, format = { 0 };
	struct string_rules *r;

	if (!any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct string_rules);
	r->max = SIZE_MAX;
	w->n->string = r;
	if (read_size(w, KW_MIN_LENGTH, &r->min) != 0 ||
	    read_size(w, KW_MAX_LENGTH, &r->max) != 0 ||
	    read_text(w, KW_PATTERN, &pattern) != 0 ||
	    read_text(w, KW_FORMAT, &format) != 0)
		return -1;
	if (w->u->set->assert_format ||
	    (w->n->region->vocab & VOCAB_ASSERTION))
		r->format = format_find(format);
	if (w->at[KW_PATTERN] == 0)
		return 0;
	return compile_regex(w, w->at[KW_PATTERN], &r->pattern);
}

static int
compile_array(const struct words *w)
{
	static const enum keyword mine[] = { KW_MIN_ITEMS, KW_MAX_ITEMS,
		KW_UNIQUE_ITEMS, KW_PREFIX_ITEMS, KW_ITEMS, KW_CONTAINS,
		KW_MIN_CONTAINS, KW_MAX_CONTAINS, KW_UNKNOWN };
	struct array_rules *r;

	if (!any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct array_rules);
	r->max = r->max_contains = SIZE_MAX;
	r->min_contains = 1;
	w->n->array = r;
	if (read_size(w, KW_MIN_ITEMS, &r->min) != 0 ||
	    read_size(w, KW_MAX_ITEMS, &r->max) != 0 ||
	    read_bool(w, KW_UNIQUE_ITEMS, &r->unique) != 0 ||
	    read_schemas(w, KW_PREFIX_ITEMS, &r->prefix, &r->nprefix) != 0 ||
	    read_schema(w, KW_ITEMS, &r->items) != 0 ||
	    read_schema(w, KW_CONTAINS, &r->contains) != 0 ||
	    read_size(w, KW_MIN_CONTAINS, &r->min_contains) != 0 ||
	    read_size(w, KW_MAX_CONTAINS, &r->max_contains) != 0)
		return -1;
	return 0;
}

/* --- objects ------------------------------------------------------------- */

/* One table of the names in `properties` and in `required`. */
static int
compile_names(const struct words *w, struct object_rules *r)
{
	uint32_t props = w->at[KW_PROPERTIES], i;
	const struct str *required = NULL;
	struct str *names;
	size_t n = 0, nprops = 0;

	if (is_object(w, KW_PROPERTIES) != 0 || (w->at[KW_REQUIRED] != 0 &&
	    read_texts(w, w->at[KW_REQUIRED], &required, &r->nrequired) != 0))
		return -1;
	if (props != 0)
		nprops = tok_at(w, props)->count;
	names = arena_array(w->u->a, nprops + r->nrequired, sizeof(*names));
	r->props = arena_array(w->u->a, nprops + r->nrequired,
	    sizeof(*r->props));
	r->nprops = nprops;
	if (props != 0)
		for (i = props + 1; i < tok_at(w, props)->next;
		     i = tok_at(w, i + 1)->next) {
			names[n] = tok_str(tok_at(w, i));
			if ((r->props[n++].node = child(w, i + 1)) == NULL)
				return -1;
		}
	keys_build(&r->names, names, n, w->u->a);
	for (size_t k = 0; k < r->nrequired; k++) {
		int32_t at = keys_find(&r->names, required[k]);

		if (at < 0) {
			at = (int32_t)n;
			names[n++] = required[k];
		}
		r->props[at].required = 1;
	}
	keys_build(&r->names, names, n, w->u->a);
	return 0;
}

static int
compile_patterns(const struct words *w, struct object_rules *r)
{
	uint32_t at = w->at[KW_PATTERNS], i;
	struct pattern_rule *p;

	if (at == 0)
		return 0;
	if (is_object(w, KW_PATTERNS) != 0)
		return -1;
	p = arena_array(w->u->a, tok_at(w, at)->count, sizeof(*p));
	r->patterns = p;
	for (i = at + 1; i < tok_at(w, at)->next; i = tok_at(w, i + 1)->next) {
		if (compile_regex(w, i, &p->regex) != 0 ||
		    (p->node = child(w, i + 1)) == NULL)
			return -1;
		p++;
		r->npatterns++;
	}
	return 0;
}

static int
compile_dependencies(const struct words *w, struct object_rules *r)
{
	uint32_t at = w->at[KW_DEPENDENT_REQUIRED], i;
	struct dependency *d;

	if (at == 0)
		return 0;
	if (is_object(w, KW_DEPENDENT_REQUIRED) != 0)
		return -1;
	d = arena_array(w->u->a, tok_at(w, at)->count, sizeof(*d));
	r->dependencies = d;
	for (i = at + 1; i < tok_at(w, at)->next; i = tok_at(w, i + 1)->next) {
		d->name = tok_str(tok_at(w, i));
		if (read_texts(w, i + 1, &d->wants, &d->n) != 0)
			return -1;
		d++;
		r->ndependencies++;
	}
	return 0;
}

static int
compile_object(const struct words *w)
{
	static const enum keyword mine[] = { KW_PROPERTIES, KW_REQUIRED,
		KW_PATTERNS, KW_DEPENDENT_REQUIRED, KW_ADDITIONAL,
		KW_PROPERTY_NAMES, KW_MIN_PROPERTIES, KW_MAX_PROPERTIES,
		KW_UNKNOWN };
	struct object_rules *r;

	if (!any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct object_rules);
	r->max = SIZE_MAX;
	w->n->object = r;
	if (compile_names(w, r) != 0 || compile_patterns(w, r) != 0 ||
	    compile_dependencies(w, r) != 0 ||
	    read_size(w, KW_MIN_PROPERTIES, &r->min) != 0 ||
	    read_size(w, KW_MAX_PROPERTIES, &r->max) != 0 ||
	    read_schema(w, KW_ADDITIONAL, &r->additional) != 0 ||
	    read_schema(w, KW_PROPERTY_NAMES, &r->names_schema) != 0)
		return -1;
	return 0;
}

/* --- schemas that apply in place ----------------------------------------- */

static void
add_dynamic_ref(struct unit *u, struct apply *a)
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

/* Where a $ref or $dynamicRef leads, as far as the text tells. */
static int
compile_ref(const struct words *w, enum keyword k, struct apply *out)
{
	const struct node **target;
	const struct anchor *anchor;
	struct place place;
	struct str ref;
	struct err why;

	if (read_text(w, k, &ref) != 0)
		return -1;
	if (!format_is(FORMAT_IRI_REFERENCE, ref))
		return bad(w, w->at[k], "must be a URI reference");
	ref = uri_resolve(w->n->region->res->uri, ref, w->u->a);
	if (doc_find(w->u->set, ref, w->n->doc->is_file, &place, &anchor,
	    &why) != 0)
		return bad(w, w->at[k], why.text);
	target = arena_array(w->u->a, 1, sizeof(*target));
	if ((*target = node_get(w->u, &place)) == NULL)
		return -1;
	out->kind = APPLY_REF;
	out->nodes = target;
	out->n = 1;
	if (k == KW_DYNAMIC_REF && anchor != NULL && anchor->dynamic) {
		out->kind = APPLY_DYNAMIC_REF;
		out->name = anchor->name;
		add_dynamic_ref(w->u, out);
	}
	return 0;
}

static int
compile_if(const struct words *w, struct apply *out)
{
	const struct node **n = arena_array(w->u->a, 3, sizeof(*n));

	out->kind = APPLY_IF;
	out->nodes = n;
	out->n = 3;
	if (read_schema(w, KW_IF, &n[0]) != 0 ||
	    read_schema(w, KW_THEN, &n[1]) != 0 ||
	    read_schema(w, KW_ELSE, &n[2]) != 0)
		return -1;
	return 0;
}

static int
compile_dependents(const struct words *w, struct apply *out, size_t *n)
{
	uint32_t at = w->at[KW_DEPENDENT_SCHEMAS], i;

	for (i = at + 1; i < tok_at(w, at)->next; i = tok_at(w, i + 1)->next) {
		const struct node **one = arena_array(w->u->a, 1,
		    sizeof(*one));

		if ((*one = child(w, i + 1)) == NULL)
			return -1;
		out->kind = APPLY_DEPENDENT;
		out->name = tok_str(tok_at(w, i));
		out->nodes = one;
		out->n = 1;
		out++;
		++*n;
	}
	return 0;
}

static int
compile_list(const struct words *w, enum keyword k, enum apply_kind kind,
    struct apply *out, size_t *n)
{
	if (w->at[k] == 0)
		return 0;
	out[*n].kind = kind;
	if (read_schemas(w, k, &out[*n].nodes, &out[*n].n) != 0)
		return -1;
	++*n;
	return 0;
}

static int
compile_apply(const struct words *w)
{
	uint32_t dependents = w->at[KW_DEPENDENT_SCHEMAS];
	const struct node *spare, **one;
	struct apply *out;
	size_t n = 0;

	if (is_object(w, KW_DEPENDENT_SCHEMAS) != 0)
		return -1;
	out = arena_array(w->u->a,
	    (dependents ? tok_at(w, dependents)->count : 0) + 7,
	    sizeof(*out));
	w->n->apply = out;
	if (w->at[KW_REF] && compile_ref(w, KW_REF, &out[n++]) != 0)
		return -1;
	if (w->at[KW_DYNAMIC_REF] &&
	    compile_ref(w, KW_DYNAMIC_REF, &out[n++]) != 0)
		return -1;
	if (compile_list(w, KW_ALL_OF, APPLY_ALL, out, &n) != 0 ||
	    compile_list(w, KW_ANY_OF, APPLY_ANY, out, &n) != 0 ||
	    compile_list(w, KW_ONE_OF, APPLY_ONE, out, &n) != 0)
		return -1;
	if (w->at[KW_NOT]) {
		one = arena_array(w->u->a, 1, sizeof(*one));
		if (read_schema(w, KW_NOT, one) != 0)
			return -1;
		out[n++] = (struct apply){ .kind = APPLY_NOT, .nodes = one,
			.n = 1 };
	}
	if (w->at[KW_IF] && compile_if(w, &out[n++]) != 0)
		return -1;
	/* without an if they are only looked at for their form */
	if (!w->at[KW_IF] && (read_schema(w, KW_THEN, &spare) != 0 ||
	    read_schema(w, KW_ELSE, &spare) != 0))
		return -1;
	if (dependents && compile_dependents(w, &out[n], &n) != 0)
		return -1;
	w->n->napply = n;
	return 0;
}

/* --- the rest ------------------------------------------------------------ */

/* What only annotates must still be well formed. */
static int
compile_annotations(const struct words *w)
{
	static const enum keyword texts[] = { KW_TITLE, KW_DESCRIPTION,
		KW_COMMENT, KW_CONTENT_ENCODING, KW_CONTENT_MEDIA_TYPE };
	static const enum keyword flags[] = { KW_DEPRECATED, KW_READ_ONLY,
		KW_WRITE_ONLY };
	struct str text;
	int flag;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (read_text(w, texts[i], &text) != 0)
			return -1;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (read_bool(w, flags[i], &flag) != 0)
			return -1;
	if (w->at[KW_EXAMPLES] &&
	    tok_at(w, w->at[KW_EXAMPLES])->kind != SCAN_ARRAY)
		return bad(w, w->at[KW_EXAMPLES], "must be a list");
	return is_object(w, KW_DEFS);
}

/* The kinds of value that `type` allows and enum and const leave alone. */
static unsigned
kinds_of(const struct node *n)
{
	unsigned kinds = 0, t = n->types;

	if (n->choice != NULL || n->konst != NULL)
		return 0;
	if (t & SCHEMA_NULL)
		kinds |= 1u << SCAN_NULL;
	if (t & SCHEMA_BOOL)
		kinds |= 1u << SCAN_BOOL;
	if ((t & SCHEMA_NUMBER) == SCHEMA_NUMBER)
		kinds |= 1u << SCAN_NUMBER;
	if (t & SCHEMA_STRING)
		kinds |= 1u << SCAN_STRING;
	if (t & SCHEMA_ARRAY)
		kinds |= 1u << SCAN_ARRAY;
	if (t & SCHEMA_OBJECT)
		kinds |= 1u << SCAN_OBJECT;
	return kinds;
}

/* Those of them of which nothing else is wanted. */
static unsigned
pass_of(const struct node *n)
{
	unsigned pass = n->kinds;

	if (n->napply > 0)
		return 0;
	if (n->number != NULL)
		pass &= ~(1u << SCAN_NUMBER);
	if (n->string != NULL)
		pass &= ~(1u << SCAN_STRING);
	if (n->array != NULL || n->rest_items != NULL)
		pass &= ~(1u << SCAN_ARRAY);
	if (n->object != NULL || n->rest_properties != NULL)
		pass &= ~(1u << SCAN_OBJECT);
	return pass;
}

static int
compile_node(struct unit *u, struct node *n)
{
	const struct tape *t = &n->doc->tape;
	struct words w = { .u = u, .n = n };

	if (t->t[n->at].kind == SCAN_BOOL) {
		n->kind = t->t[n->at].count ? NODE_TRUE : NODE_FALSE;
		n->pass = n->kind == NODE_TRUE ? ~0u : 0;
		return 0;
	}
	if (t->t[n->at].kind != SCAN_OBJECT)
		return bad(&w, n->at,
		    "must be a schema: an object, true or false");
	for (uint32_t i = n->at + 1; i < t->t[n->at].next;
	     i = t->t[i + 1].next) {
		enum keyword k = keyword_find(tok_str(&t->t[i]));

		if (keyword_info[k].vocab & n->region->vocab)
			w.at[k] = i + 1;
	}
	if (compile_type(&w) != 0 || compile_choices(&w) != 0 ||
	    compile_number(&w) != 0 || compile_string(&w) != 0 ||
	    compile_array(&w) != 0 || compile_object(&w) != 0 ||
	    compile_apply(&w) != 0 || compile_annotations(&w) != 0 ||
	    read_schema(&w, KW_UNEVALUATED_ITEMS, &n->rest_items) != 0 ||
	    read_schema(&w, KW_UNEVALUATED_PROPERTIES,
		&n->rest_properties) != 0)
		return -1;
	n->kinds = kinds_of(n);
	n->pass = pass_of(n);
	return 0;
}

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
			if ((d->node = node_get(u, &place)) == NULL)
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

static int
compile_all(struct unit *u, const struct place *place, struct schema **out)
{
	struct node *root = node_get(u, place);
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
	*out = arena_new(u->a, struct schema);
	(*out)->root = root;
	(*out)->set = u->set;
	(*out)->dynamic = u->ndynamics > 0;
	return 0;
}

static int
compile_place(struct schema_set *set, const struct place *place,
    const struct schema **out, struct err *e)
{
	struct unit u = { .set = set, .a = &set->a, .e = e };
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

int
schema_load(struct schema_set *set, struct str path_or_uri,
    const struct schema **out, struct err *e)
{
	struct place place;
	struct doc *doc;
	struct str path, uri;
	char *real;
	int r;

	*out = NULL;
	if (is_uri(path_or_uri)) {
		if (doc_find(set, path_or_uri, 0, &place, NULL, e) != 0)
			return -1;
		return compile_place(set, &place, out, e);
	}
	path = arena_str(&set->a, path_or_uri);
	real = realpath(path.p, NULL);
	if (real == NULL)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path.p,
		    strerror(errno));
	uri = uri_of_path(real, &set->a);
	place.res = table_get(&set->resources, uri);
	r = 0;
	if (place.res == NULL) {
		r = doc_read(set, real, uri, path, 1, &doc, e);
		place.res = table_get(&set->resources, uri);
	}
	free(real);
	if (r != 0)
		return -1;
	place.at = place.res->root;
	return compile_place(set, &place, out, e);
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
	if (doc_add(set, base, name, 0, text, &doc, e) != 0)
		return -1;
	place.res = table_get(&set->resources, doc->uri);
	place.at = place.res->root;
	return compile_place(set, &place, out, e);
}
