/*
 * Records, from places: see schema/sample.h.
 */
#include "schema/sample.h"

#include <stdlib.h>

#include "record/edit.h"
#include "schema/sampling.h"
#include "schema/viewnode.h"

/* Values of a record, elements of a long list. */
#define VALUES 2000
#define LONG_LIST 120
/* Tries: records, places of one to mend, other values of a place. */
#define RECORDS 64
#define OTHERS 8
#define MENDS 48

static struct value make(struct sample *s, struct spot *p, struct value hint,
    unsigned depth, struct arena *a);

struct sample *
sample_new(const struct schema *schema)
{
	struct sample *s = calloc(1, sizeof(*s));

	if (s == NULL)
		fatal("out of memory: samples of a schema");
	s->schema = schema;
	s->run = schema_run_new();
	s->regex = regex_run_new();
	s->root = spot_of(s, schema_root(schema, &s->keep));
	return s;
}

void
sample_free(struct sample *s)
{
	if (s == NULL)
		return;
	schema_run_free(s->run);
	regex_run_free(s->regex);
	for (unsigned i = 0; i < SAMPLE_HINTS; i++)
		buf_fini(&s->hints[i]);
	buf_fini(&s->text);
	arena_fini(&s->keep);
	free(s);
}

void
sample_seed(struct sample *s, uint64_t seed)
{
	s->state = seed;
}

/* splitmix64; the bias of the multiplication is of no matter here. */
uint64_t
sample_below(struct sample *s, uint64_t n)
{
	uint64_t z = s->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (uint64_t)((unsigned __int128)z * n >> 64);
}

void
sample_hint(struct sample *s, struct str json)
{
	struct buf *b = &s->hints[s->next_hint];

	buf_reset(b);
	buf_puts(b, json);
	memset(buf_room(b, RECORD_PAD), 0, RECORD_PAD);
	if (s->nhint < SAMPLE_HINTS)
		s->nhint++;
	if (++s->next_hint == SAMPLE_HINTS)
		s->next_hint = s->pinned;
}

void
sample_pin(struct sample *s)
{
	s->pinned = s->nhint < SAMPLE_HINTS / 2 ? s->nhint : SAMPLE_HINTS / 2;
	s->next_hint = s->nhint < SAMPLE_HINTS ? s->nhint : s->pinned;
}

/* A new record: the hints are opened in its arena. */
static void
begin(struct sample *s)
{
	memset(s->open, 0, sizeof(s->open));
	s->left = VALUES;
}

static struct value
any_hint(struct sample *s, struct arena *a)
{
	struct value *v;
	unsigned i;

	if (s->nhint == 0)
		return (struct value){ 0 };
	i = (unsigned)sample_below(s, s->nhint);
	v = &s->open[i];
	if (v->type == V_ABSENT)
		*v = value_open((struct value){ .type = V_RAW,
			.n = (uint32_t)s->hints[i].n,
			.u.p = s->hints[i].p }, a);
	return *v;
}

/* ---- lists and records ---- */

static size_t
list_length(struct sample *s, const struct spot *p)
{
	size_t n = sample_chance(s, 40) ? LONG_LIST :
	    (size_t)sample_below(s, 4);

	if (n < p->min_items)
		n = p->min_items;
	if (n > p->max_items)
		n = p->max_items;
	return s->left > 0 && n < VALUES ? n : p->min_items;
}

static int
is_there(const struct value *list, uint32_t n, struct value v,
    struct arena *a)
{
	for (uint32_t i = 0; i < n; i++)
		if (value_equal(list[i], v, CMP_EXACT, a))
			return 1;
	return 0;
}

static struct value
make_list(struct sample *s, struct spot *p, struct value hint,
    unsigned depth, struct arena *a)
{
	size_t n = list_length(s, p);
	struct value *list = arena_array(a, n, sizeof(*list)), v;
	uint32_t k = 0;

	hint = value_open(hint, a);
	for (size_t i = 0; i < n && i < VALUES; i++) {
		struct spot *item = spot_item(s, p, i);
		struct value like = { 0 };

		if (item == NULL)
			break;
		if (hint.type == V_LIST && hint.n > 0)
			like = hint.u.list[sample_below(s, hint.n)];
		v = make(s, item, like, depth + 1, a);
		if (v.type != V_ABSENT && !(p->unique &&
		    is_there(list, k, v, a)))
			list[k++] = v;
	}
	return (struct value){ .type = V_LIST, .n = k, .u.list = list };
}

static struct value
make_record(struct sample *s, struct spot *p, struct value hint,
    unsigned depth, struct arena *a)
{
	/* of a hundred members that need not be there */
	static const unsigned dense[] = { 0, 20, 60, 90, 100 };
	size_t n = p->nmembers + p->nextra;
	struct member *list = arena_array(a, n, sizeof(*list));
	unsigned most = dense[sample_below(s, COUNT(dense))];
	uint32_t k = 0;

	hint = value_open(hint, a);
	for (size_t i = 0; i < n; i++) {
		struct spot_member *m = &p->members[i];
		struct value like = hint, v;

		if (!m->required && (sample_below(s, 100) >= most ||
		    s->left <= 0))
			continue;
		/* a few undeclared ones say as much as many */
		if (i >= p->nmembers && !sample_chance(s, 4))
			continue;
		if (spot_member(s, m) == NULL)
			continue;
		if (depth == 0)
			like = any_hint(s, a);
		if (like.type == V_RECORD)
			like = value_member(like, m->name, a);
		v = make(s, m->to, like, depth + 1, a);
		if (v.type != V_ABSENT)
			list[k++] = (struct member){ m->name, v };
	}
	return (struct value){ .type = V_RECORD, .n = k, .u.record = list };
}

/* ---- any value ---- */

/* One of the types, null but seldom; 0: there is none. */
static unsigned
choose_type(struct sample *s, unsigned types)
{
	unsigned list[8], n = 0;

	if ((types & SCHEMA_NULL) && (types == SCHEMA_NULL ||
	    sample_chance(s, 8)))
		return SCHEMA_NULL;
	types &= ~(unsigned)SCHEMA_NULL;
	if (types & SCHEMA_NUMBER)
		list[n++] = types & SCHEMA_NUMBER;
	for (unsigned t = SCHEMA_BOOL; t <= SCHEMA_OBJECT; t <<= 1)
		if (types & t & ~(unsigned)SCHEMA_NUMBER)
			list[n++] = t;
	return n > 0 ? list[sample_below(s, n)] : 0;
}

static struct value
make(struct sample *s, struct spot *p, struct value hint, unsigned depth,
    struct arena *a)
{
	s->left--;
	if (p->listed)
		return p->nvalues == 0 ? (struct value){ 0 } :
		    p->values[sample_below(s, p->nvalues)];
	if ((view_value_types(hint) & p->types) && sample_chance(s, 3))
		return hint;
	/* what may nest without end ends here */
	if (depth == RECORD_DEPTH / 2)
		return p->types & SCHEMA_NULL ? value_null() :
		    (struct value){ 0 };
	switch (choose_type(s, p->types)) {
	case SCHEMA_NULL:
		return value_null();
	case SCHEMA_BOOL:
		return value_bool(sample_chance(s, 2));
	case SCHEMA_INTEGER:
		return sample_number(s, p, SCHEMA_INTEGER, a);
	case SCHEMA_FRACTION:
	case SCHEMA_NUMBER:
		return sample_number(s, p, SCHEMA_NUMBER, a);
	case SCHEMA_STRING:
		return sample_text(s, p, a);
	case SCHEMA_ARRAY:
		return make_list(s, p, hint, depth, a);
	case SCHEMA_OBJECT:
		return make_record(s, p, hint, depth, a);
	default:
		return (struct value){ 0 };
	}
}

/* The place at a path of steps; NULL when the schema has none. */
static struct spot *
walk(struct sample *s, const struct str *path, size_t n)
{
	struct spot *p = s->root;

	for (size_t i = 0; i < n && p != NULL; i++) {
		struct spot *next = NULL;

		for (size_t k = 0; k < p->nmembers + p->nextra; k++)
			if (str_eq(p->members[k].name, path[i]))
				next = spot_member(s, &p->members[k]);
		if (next == NULL && (p->types & SCHEMA_ARRAY))
			next = spot_item(s, p, value_index(path[i],
			    VALUES));
		p = next;
	}
	return p;
}

/* ---- records that are valid ---- */

struct complaint {
	struct str path[RECORD_DEPTH];
	size_t n;
	int some;
	struct arena *a;
};

/* A step of a JSON pointer: ~1 is /, ~0 is ~. */
static struct str
unescape(struct str s, struct arena *a)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		to[n] = s.p[i];
		if (s.p[i] == '~' && i + 1 < s.n)
			to[n] = s.p[++i] == '1' ? '/' : '~';
		n++;
	}
	return str_from(to, n);
}

/* The first error's place. */
static void
complain(void *arg, const struct schema_error *error)
{
	struct complaint *c = arg;
	struct str s = error->instance;

	if (c->some)
		return;
	c->some = 1;
	for (size_t i = 1; i <= s.n && s.n > 0 && c->n < RECORD_DEPTH;) {
		size_t end = i;

		while (end < s.n && s.p[end] != '/')
			end++;
		c->path[c->n++] = unescape(str_from(s.p + i, end - i), c->a);
		i = end + 1;
	}
}

static int
check(struct sample *s, struct value v, struct complaint *c, struct err *e)
{
	buf_reset(&s->text);
	value_write(&s->text, v);
	memset(buf_room(&s->text, RECORD_PAD), 0, RECORD_PAD);
	return schema_check(s->schema, s->run, buf_str(&s->text),
	    c ? complain : NULL, c, e);
}

int
sample_valid(struct sample *s, struct value record)
{
	return check(s, record, NULL, NULL) == 1;
}

/* Another value where the error is, in the end none: until all is valid. */
static int
mend(struct sample *s, struct value *v, struct arena *a, struct err *e)
{
	for (unsigned i = 0; i < MENDS; i++) {
		struct complaint c = { .a = a };
		struct value neu = { 0 };
		struct spot *p;
		int rv = check(s, *v, &c, e);

		if (rv != 0)
			return rv > 0 ? 0 : -1;
		p = walk(s, c.path, c.n);
		if (c.n == 0)
			return -1; /* as a whole: begin again */
		if (p != NULL && i % 4 != 3)
			neu = make(s, p, (struct value){ 0 },
			    (unsigned)c.n, a);
		*v = value_edit(*v, c.path, c.n, neu, a);
	}
	return -1;
}

int
sample_record(struct sample *s, struct value *out, struct arena *a,
    struct err *e)
{
	for (unsigned i = 0; i < RECORDS; i++) {
		begin(s);
		*out = make_record(s, s->root, (struct value){ 0 }, 0, a);
		if (mend(s, out, a, NULL) == 0 && out->type == V_RECORD)
			return 0;
	}
	return err_set(e, ERR_DATA, "no record was found that is valid by the "
	    "schema; is there one?");
}

int
sample_other(struct sample *s, struct value *record, const struct str *path,
    size_t n, struct arena *a, struct err *e)
{
	struct spot *p = walk(s, path, n);
	struct value hint, v;

	if (p == NULL)
		return err_set(e, ERR_DATA, "the schema has no such place");
	for (unsigned i = 0; i < OTHERS; i++) {
		begin(s);
		hint = value_at(any_hint(s, a), path, n, a);
		v = sample_chance(s, 8) ? (struct value){ 0 } :
		    make(s, p, hint, (unsigned)n, a);
		v = value_edit(*record, path, n, v, a);
		if (check(s, v, NULL, NULL) == 1) {
			*record = v;
			return 0;
		}
	}
	return err_set(e, ERR_DATA, "no value was found that is valid there");
}
