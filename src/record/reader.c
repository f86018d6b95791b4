/*
 * The reader: one pass over a record, straight into slots.
 *
 * Records of one source name their fields in one order, so the reader bets
 * that the next name is the one that followed last time and compares the
 * record with that name's text, quotes and all.  A bet that is lost costs a
 * scan of the name and one hash, which finds the field or, for a name that
 * the shape does not have, enters it into the duplicate check.  A name of the
 * shape cannot come twice because its bit in seen is set the first time.
 *
 * A reader belongs to one thread and keeps only memory between records.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/size.h"
#include "record/plan.h"
#include "record/token.h"

/* An object of the shape that is open. */
struct frame {
	const struct node *node;
	const struct field *field; /* that it is the value of; NULL: root */
	const char *start;
	size_t rest; /* where its other members begin in reader.rest */
};

struct reader {
	struct scan_names *names;
	size_t cap; /* of seen in words times 64, and of bets */
	uint64_t *seen;
	/* the number of the field that came after each field, and first in
	 * each node; it is only a bet and may come from another shape */
	uint32_t *bets;
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
	free(r->seen);
	free(r->bets);
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

/* Make room for a shape and forget what was seen. */
static void
prepare(struct reader *r, const struct shape *sh)
{
	size_t need = sh->nfields + sh->nnodes;

	if (r->cap < need) {
		size_t cap = (need + 63) / 64 * 64;

		r->seen = resize(r->seen, cap / 64, sizeof(*r->seen));
		r->bets = resize(r->bets, cap, sizeof(*r->bets));
		memset(r->bets, 0, cap * sizeof(*r->bets));
		r->cap = cap;
	}
	memset(r->seen, 0, (sh->nfields + 63) / 64 * sizeof(*r->seen));
	r->nrest = 0;
}

/* Is the record at p this name?  Reads at most SPAN bytes behind the end. */
static inline int
is_name(const struct scan *s, const char *p, const struct field *f)
{
	const char *text = f->text;
	size_t n = f->text_n;
	unsigned want;

	if (text == NULL || (size_t)(s->end - p) < n)
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

	if (c != '{' && c != '[')
		return token_scalar(s, p, v, e);
	q = token_container(s, p, depth, e);
	if (q != NULL)
		*v = (struct value){ .type = V_RAW, .n = (uint32_t)(q - p),
			.u.p = p };
	return q;
}

static const char *
read_object(struct reader *r, const struct shape *sh, const struct scan *s,
    const char *p, struct value *slots, struct arena *a, struct err *e)
{
	const struct field *f = NULL;
	const struct node *n = sh->root;
	struct frame *top = r->frames;
	struct value name, v;
	unsigned depth = 0;
	const char *at;
	struct str text;
	uint32_t *bet;
	size_t i;

open:
	top = &r->frames[depth++];
	*top = (struct frame){ n, f, p, r->nrest };
	names_open(r->names, depth);
	bet = &r->bets[sh->nfields + n->id];
	p = token_blank(s, p + 1);
	if (token_at(s, p) == '}')
		goto close;
name:
	at = p;
	i = *bet - n->first;
	if (i < n->count && is_name(s, p, &sh->fields[*bet])) {
		f = &sh->fields[*bet];
		p += f->text_n;
	} else {
		uint64_t hash;

		if (token_at(s, p) != '"')
			return token_unexpected(s, p,
			    "a name in double quotes", e);
		p = token_string(s, p, &name, e);
		if (p == NULL)
			return NULL;
		text = names_text(r->names, &name);
		hash = name_hash(text.p, text.n, sh->seed);
		f = find(sh, n, text, hash);
		if (f != NULL)
			*bet = (uint32_t)(f - sh->fields);
		else if (names_add(r->names, depth, &name, hash) != 0)
			return token_twice(s, at, name, e);
	}
	p = token_blank(s, p);
	if (token_at(s, p) != ':')
		return token_unexpected(s, p, "a colon behind the name", e);
	p = token_blank(s, p + 1);
	if (f == NULL) {
		p = whole_value(s, p, depth, &v, e);
		if (p == NULL)
			return NULL;
		if (n->rest != SLOT_NONE)
			push_rest(r, value_str(name, a), v);
		goto next;
	}
	i = (size_t)(f - sh->fields);
	if (r->seen[i / 64] >> i % 64 & 1)
		return token_twice(s, at, value_text(f->name), e);
	r->seen[i / 64] |= (uint64_t)1 << i % 64;
	bet = &r->bets[i];
	if (f->node != NULL) {
		if (token_at(s, p) == '{') {
			n = f->node;
			goto open;
		}
		at = p;
		p = whole_value(s, p, depth, &v, e);
		if (p == NULL)
			return NULL;
		if (v.type != V_NULL)
			return no_object(s, at, r->frames, depth, f, v, e);
		for (i = 0; i < f->node->nbelow; i++)
			slots[f->node->below[i]] = v;
		if (f->slot != SLOT_NONE)
			slots[f->slot] = v;
	} else {
		p = whole_value(s, p, depth, &slots[f->slot], e);
		if (p == NULL)
			return NULL;
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
	i = f != NULL ? f->slot : sh->whole;
	if (i != SLOT_NONE)
		slots[i] = (struct value){ .type = V_RAW,
			.n = (uint32_t)(p - top->start),
			.u.p = top->start };
	if (--depth == 0)
		return p;
	bet = &r->bets[f - sh->fields];
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

	assert(sh->sealed);
	if (json.n > RECORD_MAX)
		return err_set(e, ERR_LIMIT,
		    "a record of %zu bytes: the limit is %zu", json.n,
		    RECORD_MAX);
	prepare(r, sh);
	scan_init(&s, json, r->names);
	if (sh->nslots > 0)
		memset(slots, 0, sh->nslots * sizeof(*slots));
	p = token_blank(&s, s.p);
	if (token_at(&s, p) != '{') {
		token_unexpected(&s, p, "an object", e);
		return locate(json, e);
	}
	s.p = read_object(r, sh, &s, p, slots, a, e);
	if (s.p == NULL || scan_end(&s, e) != 0)
		return locate(json, e);
	return 0;
}
