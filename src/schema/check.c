/*
 * Running a schema on a record.
 *
 * The record becomes a tape, then nodes are evaluated on its tokens.  First
 * quietly: the first thing that is wrong ends it.  Only an invalid record is
 * evaluated again, loudly, to tell all that is wrong with it.  Recursion goes
 * through the record (64 deep) times what applies in place (64), and is
 * counted besides, because a $dynamicRef can hide a circle.
 *
 * Marks are the annotations that unevaluatedItems and -Properties need: a bit
 * per element or member, in sets on a stack, and only when somebody asks.
 */
#include <stdlib.h>

#include "base/size.h"
#include "record/decimal.h"
#include "schema/complain.h"

/* A set of marks by its place on the stack of bits. */
#define NO_MARKS SIZE_MAX

/* Resources entered on the way here, for $dynamicRef. */
struct scope {
	const struct scope *up;
	const struct region *region;
};

static int eval(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks);

static inline const struct tok *
tok_at(const struct check *c, uint32_t at)
{
	return &c->run->tape.t[at];
}

/* What one check may spend: in proportion to the record. */
static size_t
all_steps(const struct check *c)
{
	return SCHEMA_STEPS + SCHEMA_STEPS_VALUE * c->run->tape.n;
}

static int __attribute__((cold))
out_of_fuel(struct check *c)
{
	if (!c->broken)
		err_set(c->e, ERR_LIMIT,
		    "checking this record takes more than %zu steps; make "
		    "the schema simpler or the record smaller",
		    all_steps(c));
	c->broken = 1;
	return 0;
}

/* n steps; 0: there are not so many. */
static inline int
spend(struct check *c, size_t n)
{
	if (c->fuel < n)
		return out_of_fuel(c);
	c->fuel -= n;
	return 1;
}

/* --- marks --------------------------------------------------------------- */

static size_t
mark_words(const struct check *c, uint32_t at)
{
	return tok_at(c, at)->count / 64 + 1;
}

static size_t
marks_push(struct check *c, uint32_t at)
{
	struct schema_run *r = c->run;
	size_t n = mark_words(c, at), top = r->nbits;

	if (r->cap - r->nbits < n) {
		while (r->cap - r->nbits < n)
			r->cap = r->cap ? size_mul(r->cap, 2) : 64;
		r->bits = realloc(r->bits, size_mul(r->cap, 8));
		if (r->bits == NULL)
			fatal("out of memory: %zu words of marks", r->cap);
	}
	memset(r->bits + top, 0, n * 8);
	r->nbits += n;
	return top;
}

static void
marks_pop(struct check *c, size_t marks)
{
	c->run->nbits = marks;
}

static inline void
mark(struct check *c, size_t marks, size_t i)
{
	if (marks != NO_MARKS)
		c->run->bits[marks + i / 64] |= (uint64_t)1 << i % 64;
}

static inline int
is_marked(const struct check *c, size_t marks, size_t i)
{
	return c->run->bits[marks + i / 64] >> i % 64 & 1;
}

static void
marks_join(struct check *c, size_t into, size_t from, uint32_t at)
{
	if (into == NO_MARKS)
		return;
	for (size_t i = mark_words(c, at); i-- > 0;)
		c->run->bits[into + i] |= c->run->bits[from + i];
}

/* Evaluate in silence; marks only count when it is valid. */
static int
eval_quietly(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	size_t own = marks == NO_MARKS ? NO_MARKS : marks_push(c, at);
	int loud = c->loud, ok;

	c->loud = 0;
	ok = eval(c, n, at, up, own);
	c->loud = loud;
	if (own != NO_MARKS) {
		if (ok)
			marks_join(c, marks, own, at);
		marks_pop(c, own);
	}
	return ok;
}

/* --- any value ----------------------------------------------------------- */

static unsigned
type_of(const struct tok *t, unsigned wanted)
{
	switch (t->kind) {
	case SCAN_NULL:
		return SCHEMA_NULL;
	case SCAN_BOOL:
		return SCHEMA_BOOL;
	case SCAN_NUMBER:
		if ((wanted & SCHEMA_NUMBER) == SCHEMA_NUMBER)
			return SCHEMA_NUMBER;
		return literal_whole(tok_str(t)) ? SCHEMA_INTEGER :
					       SCHEMA_FRACTION;
	case SCAN_STRING:
		return SCHEMA_STRING;
	case SCAN_ARRAY:
		return SCHEMA_ARRAY;
	default:
		return SCHEMA_OBJECT;
	}
}

static int __attribute__((cold))
wrong_type(struct check *c, const struct node *n, uint32_t at)
{
	struct buf types = { 0 };

	if (!c->loud)
		return 0;
	complain_types(&types, n->types);
	complain(c, n, at, STR("type"), "must be %.*s, but is %s",
	    STR_ARG(buf_str(&types)), complain_kind(tok_at(c, at)));
	buf_fini(&types);
	return 0;
}

static int
is_chosen(struct check *c, const struct node *n, const struct choice *choice,
    uint32_t at)
{
	struct tape *doc = (struct tape *)&n->doc->tape, *t = &c->run->tape;

	if (tok_at(c, at)->kind == SCAN_STRING)
		return keys_find(&choice->texts, tape_str(t, at)) >= 0;
	if (choice->only_texts)
		return 0;
	for (uint32_t i = 0; i < choice->count; i++)
		if (tape_equal(t, at, doc, choice->values[i], &c->fuel))
			return 1;
	if (c->fuel == 0)
		return out_of_fuel(c);
	return 0;
}

static int __attribute__((cold))
wrong_choice(struct check *c, const struct node *n,
    const struct choice *choice, uint32_t at)
{
	struct buf list = { 0 };

	if (!c->loud)
		return 0;
	for (uint32_t i = 0; i < choice->count; i++) {
		const struct tok *v = &n->doc->tape.t[choice->values[i]];

		if (i > 0)
			buf_puts(&list, STR(", "));
		if (i == 10) {
			buf_printf(&list, "… (%u in all)", choice->count);
			break;
		}
		if (v->kind == SCAN_STRING)
			complain_name(&list, tok_str(v));
		else
			complain_value(&list, str_from(v->p, v->n));
	}
	if (choice == n->konst)
		complain(c, n, at, STR("const"), "must be %.*s",
		    STR_ARG(buf_str(&list)));
	else
		complain(c, n, at, STR("enum"), "must be one of %.*s",
		    STR_ARG(buf_str(&list)));
	buf_fini(&list);
	return 0;
}

/* --- strings and numbers ------------------------------------------------- */

static size_t
count_chars(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static int
check_length(struct check *c, const struct node *n, uint32_t at, struct str s)
{
	const struct string_rules *r = n->string;
	size_t chars;

	/* a character is one to four bytes */
	if (s.n <= r->max && s.n / 4 >= r->min)
		return 1;
	chars = count_chars(s);
	if (chars > r->max)
		return complain(c, n, at, STR("maxLength"),
		    "must have at most %zu character%s, but has %zu", r->max,
		    r->max == 1 ? "" : "s", chars);
	if (chars < r->min)
		return complain(c, n, at, STR("minLength"),
		    "must have at least %zu character%s, but has %zu",
		    r->min, r->min == 1 ? "" : "s", chars);
	return 1;
}

static int
match(struct check *c, const struct regex *r, struct str s)
{
	int m;

	if (c->broken)
		return 0;
	m = regex_match(r, c->run->regex, s, c->e);
	if (m < 0) {
		c->broken = 1;
		return 0;
	}
	return m;
}

static int
check_string(struct check *c, const struct node *n, uint32_t at)
{
	const struct string_rules *r = n->string;
	struct str s = tape_str(&c->run->tape, at);
	int ok = check_length(c, n, at, s);

	if ((ok || c->loud) && r->pattern != NULL &&
	    !match(c, r->pattern, s)) {
		struct str p = regex_source(r->pattern);

		ok = complain(c, n, at, STR("pattern"), "must match %.*s",
		    (int)(p.n > 200 ? 200 : p.n), p.p);
	}
	if ((ok || c->loud) && r->format != FORMAT_NONE &&
	    !format_is(r->format, s))
		ok = complain(c, n, at, STR("format"), "must be %.*s",
		    STR_ARG(format_text(r->format)));
	return ok;
}

/* <0, 0, >0 as the number is below, equal to or above the bound. */
static int
compare(struct str s, const struct bound *b)
{
	const char *p = s.p, *end = s.p + s.n;
	int64_t v = 0;

	if (!b->small || s.n > 18)
		return num_cmp(s, b->literal);
	for (p += *p == '-'; p < end; p++) {
		if (*p < '0' || *p > '9')
			return num_cmp(s, b->literal);
		v = v * 10 + (*p - '0');
	}
	if (s.p[0] == '-')
		v = -v;
	return v < b->i ? -1 : v > b->i;
}

static int
check_number(struct check *c, const struct node *n, uint32_t at)
{
	const struct number_rules *r = n->number;
	struct str s = tok_str(tok_at(c, at));
	int ok = 1;

	if (r->min.literal.n && compare(s, &r->min) < 0)
		ok = complain(c, n, at, STR("minimum"), "must be at least %.*s",
		    STR_ARG(r->min.literal));
	if (r->max.literal.n && compare(s, &r->max) > 0)
		ok = complain(c, n, at, STR("maximum"), "must be at most %.*s",
		    STR_ARG(r->max.literal));
	if (r->xmin.literal.n && compare(s, &r->xmin) <= 0)
		ok = complain(c, n, at, STR("exclusiveMinimum"),
		    "must be greater than %.*s", STR_ARG(r->xmin.literal));
	if (r->xmax.literal.n && compare(s, &r->xmax) >= 0)
		ok = complain(c, n, at, STR("exclusiveMaximum"),
		    "must be less than %.*s", STR_ARG(r->xmax.literal));
	if (r->multiple.n && !literal_multiple(s, &r->divisor))
		ok = complain(c, n, at, STR("multipleOf"),
		    "must be a multiple of %.*s", STR_ARG(r->multiple));
	return ok;
}

/* --- arrays -------------------------------------------------------------- */

/* Two equal items, or 0: a table of hashes, then a look at the values. */
static int
check_unique(struct check *c, const struct node *n, uint32_t at)
{
	const struct tok *array = tok_at(c, at);
	struct tape *t = &c->run->tape;
	struct seen {
		uint64_t hash;
		uint32_t at, ordinal;
	} *table;
	size_t size = 4, i;
	uint32_t ordinal = 0;

	if (array->count < 2)
		return 1;
	while (size < (size_t)array->count * 2)
		size *= 2;
	arena_reset(&c->run->scratch);
	table = arena_array(&c->run->scratch, size, sizeof(*table));
	for (uint32_t k = at + 1; k < tok_at(c, at)->next;
	     k = t->t[k].next, ordinal++) {
		uint64_t h = tape_hash(t, k);

		if (!spend(c, t->t[k].next - k))
			return 0;
		for (i = h & (size - 1); table[i].at != 0;
		     i = (i + 1) & (size - 1)) {
			if (table[i].hash != h ||
			    !tape_equal(t, table[i].at, t, k, &c->fuel))
				continue;
			return complain(c, n, at, STR("uniqueItems"),
			    "must have no two equal items, but items %u and "
			    "%u are", table[i].ordinal, ordinal);
		}
		if (c->fuel == 0)
			return out_of_fuel(c);
		table[i] = (struct seen){ h, k, ordinal };
	}
	return 1;
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static int
check_contains(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct array_rules *r = n->array;
	uint32_t end = tok_at(c, at)->next;
	size_t found = 0, i = 0;

	if (!spend(c, tok_at(c, at)->count))
		return 0;
	for (uint32_t k = at + 1; k < end; k = tok_at(c, k)->next, i++) {
		if (eval_quietly(c, r->contains, k, up, NO_MARKS)) {
			found++;
			mark(c, marks, i);
		}
		if (c->broken)
			return 0;
		if (found >= r->min_contains && marks == NO_MARKS &&
		    r->max_contains == SIZE_MAX)
			return 1;
	}
	if (found < r->min_contains)
		return complain(c, n, at, r->min_contains == 1 ?
			STR("contains") : STR("minContains"),
		    "must have at least %zu item%s of the kind that "
		    "\"contains\" describes, but has %zu", r->min_contains,
		    plural(r->min_contains), found);
	if (found > r->max_contains)
		return complain(c, n, at, STR("maxContains"),
		    "must have at most %zu item%s of the kind that "
		    "\"contains\" describes, but has %zu", r->max_contains,
		    plural(r->max_contains), found);
	return 1;
}

static int
check_array(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct array_rules *r = n->array;
	size_t count = tok_at(c, at)->count, i = 0;
	uint32_t end = tok_at(c, at)->next;
	int ok = 1;

	if (!spend(c, count))
		return 0;
	if (count < r->min)
		ok = complain(c, n, at, STR("minItems"),
		    "must have at least %zu item%s, but has %zu", r->min,
		    plural(r->min), count);
	if (count > r->max)
		ok = complain(c, n, at, STR("maxItems"),
		    "must have at most %zu item%s, but has %zu", r->max,
		    plural(r->max), count);
	if (r->items != NULL || r->nprefix > 0) {
		for (uint32_t k = at + 1; k < end && (ok || c->loud);
		     k = tok_at(c, k)->next, i++) {
			const struct node *item = i < r->nprefix ?
			    r->prefix[i] : r->items;

			if (item == NULL || c->broken)
				break;
			ok &= eval(c, item, k, up, NO_MARKS);
			mark(c, marks, i);
		}
	}
	if ((ok || c->loud) && r->contains != NULL)
		ok &= check_contains(c, n, at, up, marks);
	if ((ok || c->loud) && r->unique)
		ok &= check_unique(c, n, at);
	return ok;
}

/* --- objects ------------------------------------------------------------- */

static int __attribute__((cold))
missing(struct check *c, const struct node *n, uint32_t at)
{
	const struct object_rules *r = n->object;
	struct buf name = { 0 };

	for (size_t i = 0; c->loud && i < r->names.n; i++) {
		if (!r->props[i].required ||
		    tape_member(&c->run->tape, at, r->names.name[i]) != 0)
			continue;
		buf_reset(&name);
		complain_name(&name, r->names.name[i]);
		complain(c, n, at, STR("required"), "must have %.*s",
		    STR_ARG(buf_str(&name)));
	}
	buf_fini(&name);
	return 0;
}

static int
check_dependencies(struct check *c, const struct node *n, uint32_t at)
{
	const struct object_rules *r = n->object;
	const struct tape *t = &c->run->tape;
	struct buf text = { 0 };
	int ok = 1;

	for (size_t i = 0; i < r->ndependencies; i++) {
		const struct dependency *d = &r->dependencies[i];

		if (tape_member(t, at, d->name) == 0)
			continue;
		for (size_t k = 0; k < d->n; k++) {
			if (!spend(c, t->t[at].count))
				return 0;
			if (tape_member(t, at, d->wants[k]) != 0)
				continue;
			buf_reset(&text);
			complain_name(&text, d->wants[k]);
			buf_puts(&text, STR(" because it has "));
			complain_name(&text, d->name);
			ok = complain(c, n, at, STR("dependentRequired"),
			    "must have %.*s", STR_ARG(buf_str(&text)));
		}
	}
	buf_fini(&text);
	return ok;
}

/* One member: the schemas that apply to it; *has counts required ones. */
static inline int
check_member(struct check *c, const struct node *n, uint32_t name,
    const struct scope *up, size_t marks, size_t i, size_t *has)
{
	const struct object_rules *r = n->object;
	struct str key = tok_str(tok_at(c, name));
	int32_t p = keys_find_hash(&r->names, key, tok_at(c, name)->hash);
	int known = 0, ok = 1;

	if (p >= 0) {
		*has += (size_t)r->props[p].required;
		if (r->props[p].node != NULL) {
			known = 1;
			ok = eval(c, r->props[p].node, name + 1, up,
			    NO_MARKS);
		}
	}
	for (size_t k = 0; k < r->npatterns; k++) {
		if (!spend(c, 1) || !match(c, r->patterns[k].regex, key))
			continue;
		known = 1;
		ok &= eval(c, r->patterns[k].node, name + 1, up, NO_MARKS);
	}
	if (!known && r->additional != NULL) {
		known = 1;
		ok &= eval(c, r->additional, name + 1, up, NO_MARKS);
	}
	if (known)
		mark(c, marks, i);
	if (r->names_schema != NULL)
		ok &= eval(c, r->names_schema, name, up, NO_MARKS);
	return ok;
}

static int
check_object(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct object_rules *r = n->object;
	size_t count = tok_at(c, at)->count, i = 0, has = 0;
	uint32_t end = tok_at(c, at)->next, next;
	int ok = 1;

	if (!spend(c, count))
		return 0;
	if (count < r->min)
		ok = complain(c, n, at, STR("minProperties"),
		    "must have at least %zu propert%s, but has %zu", r->min,
		    r->min == 1 ? "y" : "ies", count);
	if (count > r->max)
		ok = complain(c, n, at, STR("maxProperties"),
		    "must have at most %zu propert%s, but has %zu", r->max,
		    r->max == 1 ? "y" : "ies", count);
	for (uint32_t k = at + 1; k < end; k = next, i++) {
		if ((!ok && !c->loud) || c->broken)
			return 0;
		next = tok_at(c, k + 1)->next;
		ok &= check_member(c, n, k, up, marks, i, &has);
	}
	/* no name comes twice, so counting is enough */
	if (has < r->nrequired)
		ok = missing(c, n, at);
	if ((ok || c->loud) && r->ndependencies > 0)
		ok &= check_dependencies(c, n, at);
	return ok;
}

/* --- schemas in place ---------------------------------------------------- */

/* The first sentence that a schema has about a value. */
struct first {
	struct buf *text;
	int n;
};

static void
take_first(void *arg, const struct schema_error *error)
{
	struct first *f = arg;

	if (f->n++ == 0)
		buf_puts(f->text, error->text);
}

/* Why each alternative says no, as far as it fits. */
static void
why_not(struct check *c, const struct apply *a, uint32_t at,
    const struct scope *up, struct buf *out)
{
	for (size_t i = 0; i < a->n && i < 4; i++) {
		struct check inner = *c;
		struct first first = { out, 0 };

		buf_printf(out, "%s%zu: ", i ? "; " : "", i + 1);
		inner.fn = take_first;
		inner.arg = &first;
		inner.errors = SCHEMA_ERRORS - 1; /* only one */
		eval(&inner, a->nodes[i], at, up, NO_MARKS);
		c->fuel = inner.fuel;
		if (inner.broken)
			c->broken = 1;
		if (out->n > 600) {
			while (out->n > 600 ||
			    ((unsigned char)out->p[out->n] & 0xc0) == 0x80)
				out->n--;
			buf_puts(out, STR("…"));
			return;
		}
	}
	if (a->n > 4)
		buf_puts(out, STR("; …"));
}

static int __attribute__((cold))
none_of(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up)
{
	struct str keyword = a->kind == APPLY_ANY ? STR("anyOf") :
						    STR("oneOf");
	struct buf why = { 0 };

	if (!c->loud || c->errors >= SCHEMA_ERRORS)
		return 0;
	/* an alternative's own alternatives are not told */
	if (c->fn != take_first)
		why_not(c, a, at, up, &why);
	complain(c, n, at, keyword, "matches none of the %zu schemas of "
	    "\"%.*s\"%s%.*s%s", a->n, STR_ARG(keyword), why.n ? " (" : "",
	    STR_ARG(buf_str(&why)), why.n ? ")" : "");
	buf_fini(&why);
	return 0;
}

static int
apply_any(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up, size_t marks)
{
	int ok = 0;

	for (size_t i = 0; i < a->n; i++) {
		ok |= eval_quietly(c, a->nodes[i], at, up, marks);
		if (c->broken)
			return 0;
		if (ok && marks == NO_MARKS)
			return 1;
	}
	return ok ? 1 : none_of(c, n, a, at, up);
}

static int
apply_one(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up, size_t marks)
{
	size_t first = a->n;

	for (size_t i = 0; i < a->n; i++) {
		int ok = eval_quietly(c, a->nodes[i], at, up, marks);

		if (c->broken)
			return 0;
		if (!ok)
			continue;
		if (first < a->n)
			return complain(c, n, at, STR("oneOf"),
			    "must match exactly one schema of \"oneOf\", but "
			    "matches %zu and %zu", first + 1, i + 1);
		first = i;
	}
	return first < a->n ? 1 : none_of(c, n, a, at, up);
}

static int
apply_if(struct check *c, const struct apply *a, uint32_t at,
    const struct scope *up, size_t marks)
{
	int yes = eval_quietly(c, a->nodes[0], at, up, marks);
	const struct node *then = a->nodes[yes ? 1 : 2];

	return then == NULL || c->broken ? 1 : eval(c, then, at, up, marks);
}

/* The outermost resource on the way here that has the anchor decides. */
static const struct node *
find_dynamic(const struct scope *scope, const struct apply *a)
{
	const struct node *found = a->nodes[0];

	for (; scope != NULL; scope = scope->up)
		for (const struct dynamic *d = scope->region->dynamics;
		     d != NULL; d = d->next)
			if (str_eq(d->name, a->name))
				found = d->node;
	return found;
}

static int
apply(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up, size_t marks)
{
	int ok = 1;

	switch (a->kind) {
	case APPLY_REF:
		return eval(c, a->nodes[0], at, up, marks);
	case APPLY_DYNAMIC_REF:
		return eval(c, find_dynamic(up, a), at, up, marks);
	case APPLY_ALL:
		for (size_t i = 0; i < a->n && (ok || c->loud); i++)
			ok &= eval(c, a->nodes[i], at, up, marks);
		return ok;
	case APPLY_ANY:
		return apply_any(c, n, a, at, up, marks);
	case APPLY_ONE:
		return apply_one(c, n, a, at, up, marks);
	case APPLY_NOT:
		if (!eval_quietly(c, a->nodes[0], at, up, NO_MARKS))
			return 1;
		return complain(c, n, at, STR("not"),
		    "must not match the schema of \"not\"");
	case APPLY_IF:
		return apply_if(c, a, at, up, marks);
	case APPLY_DEPENDENT:
		if (tok_at(c, at)->kind != SCAN_OBJECT ||
		    tape_member(&c->run->tape, at, a->name) == 0)
			return 1;
		return eval(c, a->nodes[0], at, up, marks);
	}
	return 1;
}

/* unevaluatedItems or unevaluatedProperties: what no other keyword saw. */
static int
check_rest(struct check *c, const struct node *rest, uint32_t at,
    const struct scope *up, size_t marks)
{
	uint32_t step = tok_at(c, at)->kind == SCAN_OBJECT;
	uint32_t end = tok_at(c, at)->next;
	size_t i = 0;
	int ok = 1;

	if (!spend(c, tok_at(c, at)->count))
		return 0;
	for (uint32_t k = at + 1 + step; k < end && (ok || c->loud); i++) {
		uint32_t next = tok_at(c, k)->next + step;

		if (c->broken)
			return 0;
		if (!is_marked(c, marks, i)) {
			ok &= eval(c, rest, k, up, NO_MARKS);
			mark(c, marks, i);
		}
		k = next;
	}
	return ok;
}

/* --- the schema ---------------------------------------------------------- */

static int
eval_rules(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct tok *t = tok_at(c, at);
	const struct node *rest = NULL;
	size_t outer = marks;
	int ok = 1;

	if (n->types != SCHEMA_ANY && !(n->types & type_of(t, n->types)))
		ok = wrong_type(c, n, at);
	if (n->choice != NULL && (ok || c->loud) &&
	    !is_chosen(c, n, n->choice, at))
		ok = wrong_choice(c, n, n->choice, at);
	if (n->konst != NULL && (ok || c->loud) &&
	    !is_chosen(c, n, n->konst, at))
		ok = wrong_choice(c, n, n->konst, at);
	if (!ok && !c->loud)
		return 0;
	if (t->kind == SCAN_ARRAY)
		rest = n->rest_items;
	else if (t->kind == SCAN_OBJECT)
		rest = n->rest_properties;
	if (rest != NULL)
		marks = marks_push(c, at);
	if (t->kind == SCAN_STRING && n->string != NULL)
		ok &= check_string(c, n, at);
	else if (t->kind == SCAN_NUMBER && n->number != NULL)
		ok &= check_number(c, n, at);
	else if (t->kind == SCAN_ARRAY && n->array != NULL)
		ok &= check_array(c, n, at, up, marks);
	else if (t->kind == SCAN_OBJECT && n->object != NULL)
		ok &= check_object(c, n, at, up, marks);
	for (size_t i = 0; i < n->napply && (ok || c->loud); i++)
		ok &= apply(c, n, &n->apply[i], at, up, marks);
	if (rest != NULL) {
		if (ok || c->loud)
			ok &= check_rest(c, rest, at, up, marks);
		marks_join(c, outer, marks, at);
		marks_pop(c, marks);
	}
	return ok;
}

static int
eval(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	struct scope scope = { up, n->region };
	int ok;

	if (n->pass >> tok_at(c, at)->kind & 1)
		return 1;
	if (c->broken || !spend(c, 1))
		return 0;
	if (n->kind == NODE_FALSE)
		return complain(c, n, at, STR(""), "is not allowed");
	if (c->depth == SCHEMA_DEPTH) {
		err_set(c->e, ERR_LIMIT,
		    "checking this record nests more than %d deep; does the "
		    "schema refer to itself?", SCHEMA_DEPTH);
		c->broken = 1;
		return 0;
	}
	c->depth++;
	if (c->schema->dynamic && (up == NULL || up->region != n->region))
		up = &scope;
	ok = eval_rules(c, n, at, up, marks);
	c->depth--;
	return ok;
}

static void
count_only(void *arg, const struct schema_error *error)
{
	(void)arg;
	(void)error;
}

int
schema_check(const struct schema *schema, struct schema_run *run,
    struct str json, schema_error_fn *fn, void *arg, struct err *e)
{
	struct check c = { .schema = schema, .run = run,
		.fn = fn ? fn : count_only, .arg = arg, .e = e };
	int ok;

	if (json.n > RECORD_MAX)
		return err_set(e, ERR_LIMIT,
		    "a record has at most %zu bytes", RECORD_MAX);
	if (tape_read(&run->tape, json, e) != 0)
		return -1;
	c.fuel = all_steps(&c);
	ok = eval(&c, schema->root, 0, NULL, NO_MARKS);
	run->nbits = 0;
	if (c.broken)
		return -1;
	if (ok || fn == NULL)
		return ok;
	c.loud = 1;
	c.fuel = all_steps(&c);
	c.depth = 0;
	c.e = NULL;
	eval(&c, schema->root, 0, NULL, NO_MARKS);
	run->nbits = 0;
	if (c.errors == 0)
		complain(&c, schema->root, 0, STR(""),
		    "does not match the schema");
	return 0;
}

struct schema_run *
schema_run_new(void)
{
	struct schema_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		fatal("out of memory: a schema run");
	tape_init(&run->tape);
	run->regex = regex_run_new();
	return run;
}

void
schema_run_free(struct schema_run *run)
{
	if (run == NULL)
		return;
	tape_fini(&run->tape);
	regex_run_free(run->regex);
	buf_fini(&run->instance);
	buf_fini(&run->place);
	buf_fini(&run->text);
	free(run->bits);
	arena_fini(&run->scratch);
	free(run);
}
