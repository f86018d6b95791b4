/*
 * The reader: one pass over a record, straight into slots.
 *
 * Records of one source name their fields in one order, so the reader bets
 * that the next name is the one that followed last time and compares the
 * record with that name's text, quotes, colon and all.  A bet that is lost
 * costs a scan of the name and one hash, which finds the field or tells that
 * the shape does not have the name.  Such names are learned too, a few of
 * them, so that bets are won on what is passed over as well.
 *
 * A name of the shape cannot come twice because the first time leaves the
 * record's number at it; the others go through the duplicate check of
 * names.h, with the hash that was learned.
 *
 * A reader belongs to one thread.  Between records it keeps memory and, for
 * the shapes it served last, what it learned: nothing that changes a result.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/size.h"
#include "record/plan.h"
#include "record/token.h"

/* An object that is open. */
struct frame {
	const struct node *node;
	const struct field *field; /* that it is the value of; NULL: root */
	const char *start;
	size_t rest; /* where its other members begin in reader.rest */
};

/* A name on which to bet; number i < nfields is that field of the shape. */
struct guess {
	const char *text; /* "name": with SPAN bytes of pad */
	uint32_t n;
	uint32_t next;           /* the guess that came after this one */
	const struct node *node; /* where it stands; NULL: nowhere */
	uint64_t key; /* fields: the record it was last seen in; others: hash */
};

#define OTHERS 64     /* names that are learned, a power of two */
#define OTHER_TEXT 48 /* bytes of the longest of them with its quotes */

/* What the records of one shape have looked like. */
struct habit {
	const struct shape *shape;
	int64_t stamp;
	/* the fields; then a place for each node, whose next is the guess on
	 * its first name; then the others */
	struct guess *guess;
	size_t cap;
	char text[OTHERS][OTHER_TEXT + SPAN];
};

#define HABITS 4 /* shapes that take turns: source, base and what comes back */

struct reader {
	struct scan_names *names;
	uint64_t serial; /* of the record */
	struct habit habits[HABITS];
	size_t turn; /* the habit to be forgotten next */
	struct member *rest;
	size_t nrest, rest_cap;
	struct frame frames[RECORD_DEPTH];
};

struct reader *
reader_new(void)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		fatal("out of memory: a reader");
	r->names = scan_names_new();
	return r;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	scan_names_free(r->names);
	for (size_t i = 0; i < HABITS; i++)
		free(r->habits[i].guess);
	free(r->rest);
	free(r);
}

static void *
resize(void *p, size_t n, size_t size)
{
	p = realloc(p, size_mul(n, size));
	if (p == NULL)
		fatal("out of memory: %zu of a reader's %zu bytes", n, size);
	return p;
}

static void
habit_begin(struct habit *h, const struct shape *sh)
{
	size_t need = sh->nfields + sh->nnodes + OTHERS;

	if (h->cap < need) {
		h->guess = resize(h->guess, need, sizeof(*h->guess));
		h->cap = need;
	}
	memset(h->guess, 0, need * sizeof(*h->guess));
	for (size_t i = 0; i < sh->nfields; i++) {
		h->guess[i].text = sh->fields[i].text;
		h->guess[i].n = (uint32_t)sh->fields[i].text_n;
	}
	h->shape = sh;
	h->stamp = sh->stamp;
}

static struct habit *
habit_of(struct reader *r, const struct shape *sh)
{
	struct habit *h;

	for (size_t i = 0; i < HABITS; i++) {
		h = &r->habits[i];
		if (h->shape == sh && h->stamp == sh->stamp)
			return h;
	}
	h = &r->habits[r->turn++ % HABITS];
	habit_begin(h, sh);
	return h;
}

/* Is the record at p this name?  Reads at most SPAN bytes behind the end. */
static inline int
is_name(const struct scan *s, const char *p, const struct guess *g)
{
	const char *text = g->text;
	size_t n = g->n;
	unsigned want;

	if ((size_t)(s->end - p) < n)
		return 0;
	for (; n > SPAN; n -= SPAN, p += SPAN, text += SPAN) {
		if (span_same(p, text) != (1u << SPAN) - 1)
			return 0;
	}
	want = (1u << n) - 1;
	return (span_same(p, text) & want) == want;
}

static const struct field *
find(const struct shape *sh, const struct node *n, struct str name,
    uint64_t hash)
{
	size_t at = hash & n->mask;
	uint32_t i;

	while ((i = n->table[at]) != 0) {
		const struct field *f = &sh->fields[n->first + i - 1];

		if (f->hash == hash && str_eq(f->name, name))
			return f;
		at = (at + 1) & n->mask;
	}
	return NULL;
}

static void
push_rest(struct reader *r, struct str name, struct value v)
{
	if (r->nrest == r->rest_cap) {
		r->rest_cap = r->rest_cap ? r->rest_cap * 2 : 32;
		r->rest = resize(r->rest, r->rest_cap, sizeof(*r->rest));
	}
	r->rest[r->nrest++] = (struct member){ name, v };
}

/* The members from number from on, out of the reader, into the arena. */
static struct value
pop_rest(struct reader *r, size_t from, struct arena *a)
{
	size_t n = r->nrest - from;
	struct member *m = arena_alloc(a, size_mul(n, sizeof(*m)));

	if (n > 0)
		memcpy(m, r->rest + from, n * sizeof(*m));
	r->nrest = from;
	return (struct value){ .type = V_RECORD, .n = (uint32_t)n,
		.u.record = m };
}

/* "a.b: expected an object, found text" */
static const char *
no_object(const struct scan *s, const char *p, const struct frame *frames,
    unsigned depth, const struct field *f, struct value found, struct err *e)
{
	struct buf path = { 0 };

	for (unsigned i = 1; i < depth; i++)
		buf_printf(&path, "%.*s.", STR_ARG(frames[i].field->name));
	buf_printf(&path, "%.*s", STR_ARG(f->name));
	err_at(e, ERR_DATA, (size_t)(p - s->start),
	    "%.*s: expected an object, found %s", STR_ARG(path),
	    found.type == V_RAW ? "an array" : value_word(found));
	buf_fini(&path);
	return NULL;
}

/* A value: a scalar, or a container checked and given as RAW. */
static inline const char *
whole_value(const struct scan *s, const char *p, unsigned depth,
    struct value *v, struct err *e)
{
	unsigned char c = token_at(s, p);
	const char *q;

	if (c == '"')
		return token_string(s, p, v, e);
	if (c != '{' && c != '[')
		return token_scalar(s, p, v, e);
	q = token_container(s, p, depth, e);
	if (q != NULL)
		*v = (struct value){ .type = V_RAW, .n = (uint32_t)(q - p),
			.u.p = p };
	return q;
}

/* Learn a name that node n does not have; the guess on it, or NULL. */
static struct guess *
learn(struct habit *h, const struct node *n, const struct value *name,
    uint64_t hash)
{
	size_t i = hash & (OTHERS - 1), length = (size_t)name->n + 3;
	struct guess *g = &h->guess[h->shape->nfields + h->shape->nnodes + i];

	if (name->flags & VF_ESCAPED || length > OTHER_TEXT)
		return NULL;
	memcpy(h->text[i], name->u.p - 1, length - 1);
	h->text[i][length - 1] = ':';
	g->text = h->text[i];
	g->n = (uint32_t)length;
	g->node = n;
	g->key = hash;
	return g;
}

/*
 * The name at p, of an object of node n, when the bet on it is lost.  *hash
 * is its hash and *g the guess to bet on next time, or NULL.
 */
static const char *
any_name(struct reader *r, struct habit *h, const struct scan *s,
    const char *p, const struct node *n, struct value *name, uint64_t *hash,
    struct guess **g, struct err *e)
{
	const struct shape *sh = h->shape;
	const struct field *f;
	struct str text;

	if (token_at(s, p) != '"')
		return token_unexpected(s, p, "a name in double quotes", e);
	p = token_string(s, p, name, e);
	if (p == NULL)
		return NULL;
	text = names_text(r->names, name);
	*hash = name_hash(text.p, text.n, sh->seed);
	f = find(sh, n, text, *hash);
	*g = f != NULL ? &h->guess[f - sh->fields] :
	    learn(h, n, name, *hash);
	if (f != NULL && f->text_n > 0)
		(*g)->node = n;
	p = token_blank(s, p);
	if (token_at(s, p) != ':')
		return token_unexpected(s, p, "a colon behind the name", e);
	return p + 1;
}

/* Null where the shape wants an object: all below is null. */
static void
null_below(const struct field *f, struct value *slots)
{
	for (size_t i = 0; i < f->node->nbelow; i++)
		slots[f->node->below[i]] = value_null();
	if (f->slot != SLOT_NONE)
		slots[f->slot] = value_null();
}

static const char *
read_object(struct reader *r, struct habit *h, const struct scan *s,
    const char *p, struct value *slots, struct arena *a, struct err *e)
{
	const struct shape *sh = h->shape;
	const struct node *n = sh->root;
	const struct field *f = NULL;
	struct frame *top;
	struct guess *g, *last;
	struct value name, v;
	unsigned depth = 0;
	const char *at;
	uint64_t hash = 0;
	size_t slot;

open:
	top = &r->frames[depth++];
	*top = (struct frame){ n, f, p, r->nrest };
	names_open(r->names, depth);
	last = &h->guess[n->id];
	p = token_blank(s, p + 1);
	if (token_at(s, p) == '}')
		goto close;
name:
	at = p;
	g = &h->guess[last->next];
	if (g->node == n && is_name(s, p, g)) {
		p += g->n;
		last = g;
		hash = g->key;
		name.flags = VF_PLAIN;
		name.n = g->n - 3;
		name.u.p = at + 1;
	} else {
		p = any_name(r, h, s, p, n, &name, &hash, &g, e);
		if (p == NULL)
			return NULL;
		if (g != NULL) {
			last->next = (uint32_t)(g - h->guess);
			last = g;
		}
	}
	p = token_blank(s, p);
	if (g == NULL || (size_t)(g - h->guess) >= sh->nfields) {
		name.type = V_TEXT;
		if (names_add(r->names, depth, &name, hash) != 0)
			return token_twice(s, at, name, e);
		p = whole_value(s, p, depth, &v, e);
		if (p == NULL)
			return NULL;
		if (n->rest != SLOT_NONE)
			push_rest(r, value_str(name, a), v);
		goto next;
	}
	f = &sh->fields[g - h->guess];
	if (g->key == r->serial)
		return token_twice(s, at, value_text(f->name), e);
	g->key = r->serial;
	if (f->node == NULL) {
		p = whole_value(s, p, depth, &slots[f->slot], e);
		if (p == NULL)
			return NULL;
	} else if (token_at(s, p) == '{') {
		n = f->node;
		goto open;
	} else {
		at = p;
		p = whole_value(s, p, depth, &v, e);
		if (p == NULL)
			return NULL;
		if (v.type != V_NULL)
			return no_object(s, at, r->frames, depth, f, v, e);
		null_below(f, slots);
	}
next:
	p = token_blank(s, p);
	if (token_at(s, p) == ',') {
		p = token_blank(s, p + 1);
		goto name;
	}
	if (token_at(s, p) != '}')
		return token_unexpected(s, p, "a comma or }", e);
close:
	p++;
	names_close(r->names, depth);
	if (n->rest != SLOT_NONE)
		slots[n->rest] = pop_rest(r, top->rest, a);
	f = top->field;
	slot = f != NULL ? f->slot : sh->whole;
	if (slot != SLOT_NONE)
		slots[slot] = (struct value){ .type = V_RAW,
			.n = (uint32_t)(p - top->start),
			.u.p = top->start };
	if (--depth == 0)
		return p;
	last = &h->guess[f - sh->fields];
	top--;
	n = top->node;
	goto next;
}

/* Say line and column where the text has several lines; both from 1. */
static int
locate(struct str json, struct err *e)
{
	size_t line = 1, column = 1;

	if (e == NULL || memchr(json.p, '\n', json.n) == NULL)
		return -1;
	for (size_t i = 0; i < e->at && i < json.n; i++) {
		if (json.p[i] == '\n') {
			line++;
			column = 1;
		} else if ((json.p[i] & 0xc0) != 0x80) {
			column++; /* a character, not a byte */
		}
	}
	return err_prefix(e, "line %zu, column %zu", line, column);
}

int
reader_read(struct reader *r, const struct shape *sh, struct str json,
    struct value *slots, struct arena *a, struct err *e)
{
	const char *p;
	struct scan s;

	assert(sh->stamp != 0);
	if (json.n > RECORD_MAX)
		return err_set(e, ERR_LIMIT,
		    "a record of %zu bytes: the limit is %zu", json.n,
		    RECORD_MAX);
	r->serial++;
	r->nrest = 0;
	scan_init(&s, json, r->names);
	if (sh->nslots > 0)
		memset(slots, 0, sh->nslots * sizeof(*slots));
	p = token_blank(&s, s.p);
	if (token_at(&s, p) != '{') {
		token_unexpected(&s, p, "an object", e);
		return locate(json, e);
	}
	s.p = read_object(r, habit_of(r, sh), &s, p, slots, a, e);
	if (s.p == NULL || scan_end(&s, e) != 0)
		return locate(json, e);
	return 0;
}
