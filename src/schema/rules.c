/*
 * The keywords of one schema object, from its document into its node.  What
 * is malformed is refused with its place; what is unknown is passed over.
 */
#include "schema/uri.h"
#include "schema/words.h"

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
	const struct tok *t = words_tok(w, at);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (t->kind == SCAN_STRING &&
		    str_eq(known[i].name, tok_str(t))) {
			*types |= known[i].bit;
			return 0;
		}
	return words_bad(w, at, "must be one of null, boolean, integer, "
	    "number, string, array, object");
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
	if (words_tok(w, at)->kind != SCAN_ARRAY)
		return one_type(w, at, &w->n->types);
	if (words_tok(w, at)->count == 0)
		return words_bad(w, at, "must name at least one type");
	if (words_texts(w, at, &names, &n) != 0)
		return -1;
	for (uint32_t i = at + 1; i < words_next(w, at); i++)
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
	for (uint32_t i = 0; i < n; i++, first = words_next(w, first)) {
		values[i] = first;
		if (words_tok(w, first)->kind == SCAN_STRING)
			texts[ntexts++] = tok_str(words_tok(w, first));
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
		if (words_tok(w, at)->kind != SCAN_ARRAY)
			return words_bad(w, at, "must be a list of values");
		w->n->choice = make_choice(w, at, at + 1,
		    words_tok(w, at)->count);
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

	if (words_number(w, k, &b->literal) != 0)
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

	if (!words_any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct number_rules);
	w->n->number = r;
	if (compile_bound(w, KW_MINIMUM, &r->min) != 0 ||
	    compile_bound(w, KW_MAXIMUM, &r->max) != 0 ||
	    compile_bound(w, KW_EXCLUSIVE_MINIMUM, &r->xmin) != 0 ||
	    compile_bound(w, KW_EXCLUSIVE_MAXIMUM, &r->xmax) != 0 ||
	    words_number(w, KW_MULTIPLE_OF, &r->multiple) != 0)
		return -1;
	if (r->multiple.n > 0 &&
	    literal_divisor(r->multiple, &r->divisor, &why) != 0)
		return words_bad(w, w->at[KW_MULTIPLE_OF], why.text);
	return 0;
}

static int
compile_regex(const struct words *w, uint32_t at, const struct regex **out)
{
	struct regex *r;
	struct err why;

	if (regex_compile(w->u->a, tok_str(words_tok(w, at)), &r, &why) != 0)
		return words_bad(w, at, why.text);
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

	if (!words_any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct string_rules);
	r->max = SIZE_MAX;
	w->n->string = r;
	if (words_size(w, KW_MIN_LENGTH, &r->min) != 0 ||
	    words_size(w, KW_MAX_LENGTH, &r->max) != 0 ||
	    words_text(w, KW_PATTERN, &pattern) != 0 ||
	    words_text(w, KW_FORMAT, &format) != 0)
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

	if (!words_any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct array_rules);
	r->max = r->max_contains = SIZE_MAX;
	r->min_contains = 1;
	w->n->array = r;
	if (words_size(w, KW_MIN_ITEMS, &r->min) != 0 ||
	    words_size(w, KW_MAX_ITEMS, &r->max) != 0 ||
	    words_bool(w, KW_UNIQUE_ITEMS, &r->unique) != 0 ||
	    words_schemas(w, KW_PREFIX_ITEMS, &r->prefix, &r->nprefix) != 0 ||
	    words_schema(w, KW_ITEMS, &r->items) != 0 ||
	    words_schema(w, KW_CONTAINS, &r->contains) != 0 ||
	    words_size(w, KW_MIN_CONTAINS, &r->min_contains) != 0 ||
	    words_size(w, KW_MAX_CONTAINS, &r->max_contains) != 0)
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

	if (words_object(w, KW_PROPERTIES) != 0 || (w->at[KW_REQUIRED] != 0 &&
	    words_texts(w, w->at[KW_REQUIRED], &required, &r->nrequired) != 0))
		return -1;
	if (props != 0)
		nprops = words_tok(w, props)->count;
	names = arena_array(w->u->a, nprops + r->nrequired, sizeof(*names));
	r->props = arena_array(w->u->a, nprops + r->nrequired,
	    sizeof(*r->props));
	r->nprops = nprops;
	if (props != 0)
		for (i = props + 1; i < words_next(w, props);
		     i = words_next(w, i + 1)) {
			names[n] = tok_str(words_tok(w, i));
			r->props[n].node = words_child(w, i + 1);
			if (r->props[n++].node == NULL)
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
	if (words_object(w, KW_PATTERNS) != 0)
		return -1;
	p = arena_array(w->u->a, words_tok(w, at)->count, sizeof(*p));
	r->patterns = p;
	for (i = at + 1; i < words_next(w, at); i = words_next(w, i + 1)) {
		if (compile_regex(w, i, &p->regex) != 0 ||
		    (p->node = words_child(w, i + 1)) == NULL)
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
	if (words_object(w, KW_DEPENDENT_REQUIRED) != 0)
		return -1;
	d = arena_array(w->u->a, words_tok(w, at)->count, sizeof(*d));
	r->dependencies = d;
	for (i = at + 1; i < words_next(w, at); i = words_next(w, i + 1)) {
		d->name = tok_str(words_tok(w, i));
		if (words_texts(w, i + 1, &d->wants, &d->n) != 0)
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

	if (!words_any(w, mine))
		return 0;
	r = arena_new(w->u->a, struct object_rules);
	r->max = SIZE_MAX;
	w->n->object = r;
	if (compile_names(w, r) != 0 || compile_patterns(w, r) != 0 ||
	    compile_dependencies(w, r) != 0 ||
	    words_size(w, KW_MIN_PROPERTIES, &r->min) != 0 ||
	    words_size(w, KW_MAX_PROPERTIES, &r->max) != 0 ||
	    words_schema(w, KW_ADDITIONAL, &r->additional) != 0 ||
	    words_schema(w, KW_PROPERTY_NAMES, &r->names_schema) != 0)
		return -1;
	return 0;
}

/* --- schemas that apply in place ----------------------------------------- */

/* Where a $ref or $dynamicRef leads, as far as the text tells. */
static int
compile_ref(const struct words *w, enum keyword k, struct apply *out)
{
	const struct node **target;
	const struct anchor *anchor;
	struct place place;
	struct str ref;
	struct err why;

	if (words_text(w, k, &ref) != 0)
		return -1;
	if (!format_is(FORMAT_IRI_REFERENCE, ref))
		return words_bad(w, w->at[k], "must be a URI reference");
	ref = uri_resolve(w->n->region->res->uri, ref, w->u->a);
	if (doc_find(w->u->set, ref, w->n->doc, &place, &anchor, &why) != 0) {
		int r = words_bad(w, w->at[k], why.text);

		w->u->set->fault.missing = why.code == ERR_NOINPUT;
		return r;
	}
	target = arena_array(w->u->a, 1, sizeof(*target));
	if ((*target = compile_get(w->u, &place)) == NULL)
		return -1;
	out->kind = APPLY_REF;
	out->nodes = target;
	out->n = 1;
	if (k == KW_DYNAMIC_REF && anchor != NULL && anchor->dynamic) {
		out->kind = APPLY_DYNAMIC_REF;
		out->name = anchor->name;
		compile_dynamic(w->u, out);
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
	if (words_schema(w, KW_IF, &n[0]) != 0 ||
	    words_schema(w, KW_THEN, &n[1]) != 0 ||
	    words_schema(w, KW_ELSE, &n[2]) != 0)
		return -1;
	return 0;
}

static int
compile_dependents(const struct words *w, struct apply *out, size_t *n)
{
	uint32_t at = w->at[KW_DEPENDENT_SCHEMAS], i;

	for (i = at + 1; i < words_next(w, at); i = words_next(w, i + 1)) {
		const struct node **one = arena_array(w->u->a, 1,
		    sizeof(*one));

		if ((*one = words_child(w, i + 1)) == NULL)
			return -1;
		out->kind = APPLY_DEPENDENT;
		out->name = tok_str(words_tok(w, i));
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
	if (words_schemas(w, k, &out[*n].nodes, &out[*n].n) != 0)
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

	if (words_object(w, KW_DEPENDENT_SCHEMAS) != 0)
		return -1;
	out = arena_array(w->u->a,
	    (dependents ? words_tok(w, dependents)->count : 0) + 7,
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
		if (words_schema(w, KW_NOT, one) != 0)
			return -1;
		out[n++] = (struct apply){ .kind = APPLY_NOT, .nodes = one,
			.n = 1 };
	}
	if (w->at[KW_IF] && compile_if(w, &out[n++]) != 0)
		return -1;
	/* without an if they are only looked at for their form */
	if (!w->at[KW_IF] && (words_schema(w, KW_THEN, &spare) != 0 ||
	    words_schema(w, KW_ELSE, &spare) != 0))
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
		if (words_text(w, texts[i], &text) != 0)
			return -1;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (words_bool(w, flags[i], &flag) != 0)
			return -1;
	if (w->at[KW_EXAMPLES] &&
	    words_tok(w, w->at[KW_EXAMPLES])->kind != SCAN_ARRAY)
		return words_bad(w, w->at[KW_EXAMPLES], "must be a list");
	return words_object(w, KW_DEFS);
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

int
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
		return words_bad(&w, n->at,
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
	    words_schema(&w, KW_UNEVALUATED_ITEMS, &n->rest_items) != 0 ||
	    words_schema(&w, KW_UNEVALUATED_PROPERTIES,
		&n->rest_properties) != 0)
		return -1;
	n->kinds = kinds_of(n);
	n->pass = pass_of(n);
	return 0;
}
