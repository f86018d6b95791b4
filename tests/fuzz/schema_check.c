/*
 * A schema, a newline, a record: the check ends and gives one answer however
 * it is asked, and what the view says of the schema holds for every record
 * that is valid.  Input without a newline is a row of decisions from which a
 * schema and records for it are made: they are always well formed.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "record/decimal.h"
#include "schema/literal.h"
#include "schema/tape.h"
#include "schema/view.h"

const char *const fuzz_words[] = {
#define KEYWORD(name, id, vocab, children) "\"" name "\":",
#include "schema/keywords.def"
#undef KEYWORD
	"\"null\"", "\"boolean\"", "\"integer\"", "\"number\"", "\"string\"",
	"\"array\"", "\"object\"", "true", "false", "null", "{", "}", "[",
	"]", ",", "\"a\"", "\"b\"", "\"a\":", "\"b\":", "\"#\"",
	"\"#/$defs/a\"",
	"\"#a\"", "\"http://h/a\"", "\"b#a\"", "1", "0", "2", "1.5", "1e400",
	"-1", "\"date\"", "\"email\"", "\"uri\"", "\"^a+$\"", "\n",
	"\"https://json-schema.org/draft/2020-12/schema\"", NULL };

/* Bytes as a text with what may be read behind it, of exactly that size. */
static struct str
padded(const uint8_t *p, size_t n)
{
	char *copy = malloc(n + RECORD_PAD);

	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, p, n);
	memset(copy + n, '"', RECORD_PAD);
	return str_from(copy, n);
}

static void
count(void *arg, const struct schema_error *x)
{
	size_t *n = arg;

	HOLDS(x->text.n > 0, "an empty sentence");
	++*n;
}

static unsigned
type_of(const struct tok *t)
{
	static const unsigned types[] = {
		[SCAN_NULL] = SCHEMA_NULL, [SCAN_BOOL] = SCHEMA_BOOL,
		[SCAN_STRING] = SCHEMA_STRING, [SCAN_ARRAY] = SCHEMA_ARRAY,
		[SCAN_OBJECT] = SCHEMA_OBJECT,
	};

	if (t->kind != SCAN_NUMBER)
		return types[t->kind];
	return literal_whole(tok_str(t)) ? SCHEMA_INTEGER : SCHEMA_FRACTION;
}

static size_t
chars(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static int
is_listed(struct tape *t, uint32_t at, const struct value *v, size_t n,
    struct arena *a)
{
	const struct tok *k = &t->t[at];
	struct value x = { .u.p = k->p, .n = k->n };

	switch (k->kind) {
	case SCAN_NULL:
		x = value_null();
		break;
	case SCAN_BOOL:
		x = value_bool((int)k->count);
		break;
	case SCAN_NUMBER:
		x.type = V_NUM;
		break;
	case SCAN_STRING:
		x = value_text(tape_str(t, at));
		break;
	default:
		x.type = V_RAW;
		break;
	}
	for (size_t i = 0; i < n; i++)
		if (value_equal(v[i], x, CMP_EXACT, a))
			return 1;
	return 0;
}

/* The valid value at a token is as the view has it. */
static void
check_view(const struct schema_node *n, struct tape *t, uint32_t at,
    struct arena *a)
{
	const struct tok *k = &t->t[at];
	const struct schema_node *sub;
	const struct value *values;
	size_t count, i = 0;
	int x;

	HOLDS(schema_types(n) & type_of(k), "%.*s: types %x",
	    STR_ARG(schema_where(n)), schema_types(n));
	if (schema_enum(n, &values, &count))
		HOLDS(is_listed(t, at, values, count, a), "%.*s: enum",
		    STR_ARG(schema_where(n)));
	switch (k->kind) {
	case SCAN_STRING:
		count = chars(tape_str(t, at));
		HOLDS(count <= schema_max_length(n) &&
		    count >= schema_min_length(n), "length %zu", count);
		break;
	case SCAN_NUMBER:
		if (schema_minimum(n, &x).n > 0)
			HOLDS(num_cmp(tok_str(k), schema_minimum(n, NULL)) >=
			    x, "minimum");
		if (schema_maximum(n, &x).n > 0)
			HOLDS(num_cmp(tok_str(k), schema_maximum(n, NULL)) <=
			    -x, "maximum");
		break;
	case SCAN_ARRAY:
		HOLDS(k->count <= schema_max_items(n) &&
		    k->count >= schema_min_items(n), "items %u", k->count);
		for (uint32_t c = at + 1; c < k->next; c = t->t[c].next) {
			sub = schema_item(n, i++);
			HOLDS(sub != NULL, "item %zu", i - 1);
			check_view(sub, t, c, a);
		}
		break;
	case SCAN_OBJECT:
		for (i = 0; i < schema_property_count(n); i++) {
			struct str name = schema_property_name(n, i);

			HOLDS(tape_member(t, at, name) != 0 ||
			    !schema_property_required(n, name), "%.*s",
			    STR_ARG(name));
		}
		for (uint32_t c = at + 1; c < k->next; c = t->t[c + 1].next) {
			sub = schema_property(n, tok_str(&t->t[c]));
			if (sub == NULL)
				sub = schema_additional(n);
			HOLDS(sub != NULL, "member %.*s",
			    STR_ARG(tok_str(&t->t[c])));
			check_view(sub, t, c + 1, a);
		}
		break;
	default:
		break;
	}
}

static void
check_record(const struct schema *s, struct schema_run *run, struct str json)
{
	struct arena a = { 0 };
	struct tape t;
	struct err e = { 0 };
	size_t errors = 0;
	int r = schema_check(s, run, json, NULL, NULL, &e), again;

	HOLDS(r >= 0 || e.text[0] != '\0', "an error without a text");
	again = schema_check(s, run, json, count, &errors, &e);
	HOLDS(r == again, "%d quietly, %d aloud", r, again);
	HOLDS(r == 0 ? errors > 0 && errors <= SCHEMA_ERRORS : errors == 0,
	    "%d with %zu errors", r, errors);
	tape_init(&t);
	if (r == 1) {
		HOLDS(tape_read(&t, json, &e) == 0, "%s", e.text);
		check_view(schema_root(s, &a), &t, 0, &a);
	}
	tape_fini(&t);
	arena_fini(&a);
}

/* --- made from decisions ------------------------------------------------- */

struct gen {
	const uint8_t *p;
	size_t n;
	struct buf *out;
};

/* 0 .. n - 1; 0 when there are no more decisions. */
static unsigned
pick(struct gen *g, unsigned n)
{
	if (g->n == 0)
		return 0;
	g->n--;
	return *g->p++ % n;
}

static void
put(struct gen *g, const char *z)
{
	buf_puts(g->out, str_z(z));
}

static void
gen_value(struct gen *g, int depth)
{
	static const char *const scalars[] = { "null", "true", "false", "0",
		"1", "2", "1.0", "1.5", "-1", "\"a\"", "\"b\"", "\"\"",
		"\"\\u0061b\"", "\"abc\"" };
	static const char *const names[] = { "\"a\"", "\"b\"", "\"c\"" };
	unsigned kind = pick(g, depth > 0 ? 6 : 3), n;

	if (kind < 3) {
		put(g, scalars[pick(g, COUNT(scalars))]);
		return;
	}
	n = pick(g, 4);
	put(g, kind == 3 ? "[" : "{");
	for (unsigned i = 0; i < n; i++) {
		if (kind != 3 && i == COUNT(names))
			break;
		put(g, i ? "," : "");
		if (kind != 3) {
			put(g, names[i]);
			put(g, ":");
		}
		gen_value(g, depth - 1);
	}
	put(g, kind == 3 ? "]" : "}");
}

static void gen_schema(struct gen *g, int depth);

static void
gen_map(struct gen *g, int depth, const char *const *names)
{
	unsigned n = pick(g, 3) + 1;

	put(g, "{");
	for (unsigned i = 0; i < n; i++) {
		put(g, i ? "," : "");
		put(g, names[i]);
		put(g, ":");
		gen_schema(g, depth - 1);
	}
	put(g, "}");
}

static void
gen_list(struct gen *g, int depth)
{
	unsigned n = pick(g, 3) + 1;

	put(g, "[");
	for (unsigned i = 0; i < n; i++) {
		put(g, i ? "," : "");
		gen_schema(g, depth - 1);
	}
	put(g, "]");
}

/* One keyword and its value; the keywords of one schema differ. */
static void
gen_keyword(struct gen *g, int depth, unsigned k)
{
	static const char *const plain[] = { "\"type\":\"integer\"",
		"\"type\":[\"string\",\"null\"]", "\"type\":\"object\"",
		"\"type\":[\"array\",\"number\"]", "\"maxLength\":1",
		"\"minLength\":1", "\"minimum\":1", "\"exclusiveMaximum\":2",
		"\"multipleOf\":0.5", "\"required\":[\"a\"]",
		"\"required\":[\"b\",\"c\"]", "\"minItems\":1",
		"\"maxItems\":2", "\"uniqueItems\":true",
		"\"maxProperties\":2", "\"minProperties\":1",
		"\"enum\":[1,\"a\",null]", "\"enum\":[\"a\",\"b\",{}]",
		"\"const\":\"a\"", "\"dependentRequired\":{\"a\":[\"b\"]}",
		"\"pattern\":\"^a\"", "\"$ref\":\"#/$defs/a\"",
		"\"$ref\":\"#/$defs/b\"", "\"$dynamicRef\":\"#n\"",
		"\"minContains\":0", "\"maxContains\":1" };
	static const char *const ones[] = { "items", "contains",
		"additionalProperties", "propertyNames", "not", "if", "then",
		"else", "unevaluatedItems", "unevaluatedProperties" };
	static const char *const lists[] = { "allOf", "anyOf", "oneOf",
		"prefixItems" };
	static const char *const maps[] = { "properties", "dependentSchemas",
		"patternProperties" };
	static const char *const names[] = { "\"a\"", "\"b\"", "\"c\"" };
	static const char *const patterns[] = { "\"^a\"", "\"b|c\"",
		"\"\"" };

	if (k < COUNT(plain)) {
		put(g, plain[k]);
		return;
	}
	k -= COUNT(plain);
	if (k < COUNT(ones)) {
		buf_printf(g->out, "\"%s\":", ones[k]);
		gen_schema(g, depth - 1);
		return;
	}
	k -= COUNT(ones);
	if (k < COUNT(lists)) {
		buf_printf(g->out, "\"%s\":", lists[k]);
		gen_list(g, depth);
		return;
	}
	k = (k - COUNT(lists)) % COUNT(maps);
	buf_printf(g->out, "\"%s\":", maps[k]);
	gen_map(g, depth, k == 2 ? patterns : names);
}

#define KEYWORDS 43 /* plain, ones, lists and maps of gen_keyword */

static void
gen_schema(struct gen *g, int depth)
{
	unsigned n = pick(g, 4), first;

	if (depth == 0 || n == 3) {
		put(g, pick(g, 4) ? "true" : "false");
		return;
	}
	first = pick(g, KEYWORDS);
	put(g, "{");
	/* steps that visit each keyword once, and no `type` twice */
	for (unsigned i = 0; i <= n; i++) {
		put(g, i ? "," : "");
		gen_keyword(g, depth, (first + i * 11) % KEYWORDS);
	}
	put(g, "}");
}

/* Two names twice in one object make no schema; that is known beforehand. */
static void
check_made(const uint8_t *data, size_t size)
{
	struct buf text = { 0 }, json = { 0 };
	struct gen g = { data, size, &text };
	struct schema_set *set = schema_set_new();
	struct schema_run *run = schema_run_new();
	const struct schema *schema;
	struct err e;

	put(&g, "{\"$id\":\"http://h/root\",\"allOf\":[");
	gen_schema(&g, 3);
	put(&g, "],\"$defs\":{\"a\":");
	gen_schema(&g, 2);
	put(&g, ",\"b\":{\"$id\":\"b\",\"$ref\":\"root#/$defs/a\","
	    "\"$dynamicAnchor\":\"n\",\"$defs\":{\"b\":true,\"a\":true}},"
	    "\"c\":{\"$dynamicAnchor\":\"n\",\"type\":[\"string\","
	    "\"object\",\"integer\"]}}}");
	if (schema_compile(set, buf_str(&text), (struct str){ 0 }, &schema,
	    &e) == 0) {
		for (int i = 0; i < 3; i++) {
			buf_reset(&json);
			g.out = &json;
			gen_value(&g, 3);
			memset(buf_room(&json, RECORD_PAD), '"', RECORD_PAD);
			check_record(schema, run, buf_str(&json));
		}
	}
	schema_run_free(run);
	schema_set_free(set);
	buf_fini(&text);
	buf_fini(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = size > 0 ? memchr(data, '\n', size) : NULL;
	struct schema_set *set;
	struct schema_run *run;
	const struct schema *schema;
	struct str text, json;
	struct err e = { 0 };

	if (size > 4096)
		return 0;
	if (nl == NULL) {
		check_made(data, size);
		return 0;
	}
	text = padded(data, (size_t)(nl - data));
	json = padded(nl + 1, size - text.n - 1);
	set = schema_set_new();
	run = schema_run_new();
	if (size % 2)
		schema_assert_format(set);
	if (schema_compile(set, text, (struct str){ 0 }, &schema, &e) == 0) {
		check_record(schema, run, json);
		/* the same run goes on with another schema */
		check_record(schema, run, text);
	} else {
		HOLDS(e.text[0] != '\0', "an error without a text");
	}
	schema_run_free(run);
	schema_set_free(set);
	free((void *)text.p);
	free((void *)json.p);
	return 0;
}
