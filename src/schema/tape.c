/*
 * Tapes.  Reading is made of record/'s tokens, as its reader is, because a
 * call per value costs as much as the value.  Recursion follows containers,
 * and the scanner has refused what is nested deeper than RECORD_DEPTH.
 */
#include "schema/tape.h"

#include <stdlib.h>

#include "base/size.h"
#include "record/token.h"
#include "schema/literal.h"

void
tape_init(struct tape *t)
{
	*t = (struct tape){ .names = scan_names_new(), .seed = name_seed() };
}

void
tape_fini(struct tape *t)
{
	free(t->t);
	arena_fini(&t->decoded);
	scan_names_free(t->names);
}

static void
grow(struct tape *t)
{
	t->cap = t->cap ? size_mul(t->cap, 2) : 256;
	t->t = realloc(t->t, size_mul(t->cap, sizeof(*t->t)));
	if (t->t == NULL)
		fatal("out of memory: %zu tokens", t->cap);
}

static inline struct tok *
push(struct tape *t, uint8_t kind, const char *p)
{
	struct tok *k;

	if (t->n == t->cap)
		grow(t);
	k = &t->t[t->n++];
	*k = (struct tok){ .p = p, .kind = kind };
	k->next = (uint32_t)t->n;
	return k;
}

/* Undo escapes; 8 bytes behind may be read by hashes. */
static struct str
decode(struct tape *t, const char *p, uint32_t n)
{
	char *out = arena_alloc(&t->decoded, (size_t)n + 8);

	return str_from(out, token_unescape(p, n, out));
}

/* A scalar at p: the place behind it, or NULL. */
static inline const char *
scalar(struct tape *t, const struct scan *s, const char *p, struct err *e)
{
	unsigned char c = token_at(s, p);
	struct tok *k = push(t, SCAN_NULL, p);
	struct value v;

	if (c == '"') {
		p = token_string(s, p, &v, e);
		k->kind = SCAN_STRING;
	} else if (c == '-' || (unsigned char)(c - '0') <= 9) {
		p = token_number(s, p, &v, e);
		k->kind = SCAN_NUMBER;
	} else {
		p = token_scalar(s, p, &v, e);
		if (p == NULL)
			return NULL;
		k->n = (uint32_t)(p - k->p);
		if (v.type == V_BOOL) {
			k->kind = SCAN_BOOL;
			k->count = v.u.i != 0;
		}
		return p;
	}
	if (p != NULL) {
		k->p = v.u.p;
		k->n = v.n;
		k->flags = v.flags;
	}
	return p;
}

/* The name of a member and its colon at p; behind them, or NULL. */
static inline const char *
member(struct tape *t, struct scan *s, const char *p, struct err *e)
{
	const char *at = p;
	struct value name;
	struct str text;
	struct tok *k;

	if (token_at(s, p) != '"')
		return token_unexpected(s, p, "a name in double quotes", e);
	p = token_string(s, p, &name, e);
	if (p == NULL)
		return NULL;
	text = str_from(name.u.p, name.n);
	if (name.flags & VF_ESCAPED)
		text = decode(t, name.u.p, name.n);
	k = push(t, SCAN_STRING, text.p);
	k->n = (uint32_t)text.n;
	k->hash = name_hash(text.p, text.n, t->seed);
	if (names_add(t->names, s->depth, &name, k->hash) != 0)
		return token_twice(s, at, name, e);
	p = token_blank(s, p);
	if (token_at(s, p) != ':')
		return token_unexpected(s, p, "a colon behind the name", e);
	return token_blank(s, p + 1);
}

/*
 * The containers that are open, innermost last, are open[0 .. depth); *first
 * says that the innermost has had no member or element yet.
 */
int
tape_read(struct tape *t, struct str text, struct err *e)
{
	uint32_t open[RECORD_DEPTH];
	struct scan s;
	const char *p;
	struct tok *k;
	int first = 0;

	t->n = 0;
	t->text = text;
	arena_reset(&t->decoded);
	scan_init(&s, text, t->names);
	p = token_blank(&s, s.p);
	for (;;) {
		unsigned char c = token_at(&s, p);

		if (c == '{' || c == '[') {
			if (s.depth == RECORD_DEPTH) {
				token_deep(&s, p, e);
				return -1;
			}
			open[s.depth++] = (uint32_t)t->n;
			if (c == '{')
				names_open(t->names, s.depth);
			push(t, c == '{' ? SCAN_OBJECT : SCAN_ARRAY, p);
			p = token_blank(&s, p + 1);
			first = 1;
		} else if ((p = scalar(t, &s, p, e)) == NULL) {
			return -1;
		}
		for (; s.depth > 0; s.depth--) {
			int object;

			k = &t->t[open[s.depth - 1]];
			object = k->kind == SCAN_OBJECT;
			p = token_blank(&s, p);
			c = token_at(&s, p);
			if (c != (object ? '}' : ']')) {
				if (!first && c != ',') {
					token_unexpected(&s, p, object ?
					    "a comma or }" : "a comma or ]", e);
					return -1;
				}
				break;
			}
			if (object)
				names_close(t->names, s.depth);
			p++;
			first = 0;
			k->next = (uint32_t)t->n;
			k->n = (uint32_t)(p - k->p);
		}
		if (s.depth == 0)
			break;
		k->count++;
		if (!first)
			p = token_blank(&s, p + 1);
		first = 0;
		if (k->kind == SCAN_OBJECT) {
			p = member(t, &s, p, e);
			if (p == NULL)
				return -1;
		}
	}
	s.p = p;
	return scan_end(&s, e);
}

void
tape_one(struct tape *t, enum scan_kind kind, struct str bytes,
    unsigned flags)
{
	struct tok *k;

	t->n = 0;
	arena_reset(&t->decoded);
	t->text = bytes;
	k = push(t, (uint8_t)kind, bytes.p);
	k->n = (uint32_t)bytes.n;
	k->flags = (uint8_t)(flags & VF_ESCAPED);
	if (kind == SCAN_BOOL)
		k->count = bytes.p[0] == 't';
}

struct str
tape_str(struct tape *t, uint32_t at)
{
	struct tok *k = &t->t[at];

	if (k->flags & VF_ESCAPED) {
		struct str plain = decode(t, k->p, k->n);

		k->p = plain.p;
		k->n = (uint32_t)plain.n;
		k->flags = 0;
	}
	return tok_str(k);
}

void
tape_decode(struct tape *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->t[i].kind == SCAN_STRING)
			tape_str(t, i);
}

uint32_t
tape_member(const struct tape *t, uint32_t at, struct str name)
{
	if (t->t[at].kind != SCAN_OBJECT)
		return 0;
	for (uint32_t i = at + 1; i < t->t[at].next; i = t->t[i + 1].next)
		if (str_eq(tok_str(&t->t[i]), name))
			return i + 1;
	return 0;
}

static void
pointer_step(struct buf *out, struct str name)
{
	buf_putc(out, '/');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '~')
			buf_puts(out, STR("~0"));
		else if (name.p[i] == '/')
			buf_puts(out, STR("~1"));
		else
			buf_putc(out, name.p[i]);
	}
}

void
tape_pointer(const struct tape *t, uint32_t at, struct buf *out)
{
	uint32_t i = 0;

	while (i != at) {
		uint32_t k = i + 1;
		size_t ordinal = 0;

		if (t->t[i].kind == SCAN_OBJECT) {
			while (at >= t->t[k + 1].next)
				k = t->t[k + 1].next;
			pointer_step(out, tok_str(&t->t[k]));
			i = at == k ? at : k + 1;
		} else {
			for (; at >= t->t[k].next; ordinal++)
				k = t->t[k].next;
			buf_printf(out, "/%zu", ordinal);
			i = k;
		}
	}
}

/*
 * The member of b's object j that has a's name m, looked for from k on and
 * around; 0: there is none.  Sixteen names cost a step, as hashes differ.
 */
static uint32_t
find_name(const struct tape *a, uint32_t m, const struct tape *b, uint32_t j,
    uint32_t k, size_t *fuel)
{
	const struct tok *x = &a->t[m];

	for (size_t tries = 0; tries < b->t[j].count; tries++) {
		if (tries % 16 == 0 && (*fuel)-- == 1)
			break;
		if (k == b->t[j].next)
			k = j + 1;
		if (b->t[k].hash == x->hash &&
		    str_eq(tok_str(&b->t[k]), tok_str(x)))
			return k;
		k = b->t[k + 1].next;
	}
	return 0;
}

/* Same names and values; the order of b is guessed to be that of a. */
static int
objects_equal(struct tape *a, uint32_t i, struct tape *b, uint32_t j,
    size_t *fuel)
{
	uint32_t k = j + 1;

	for (uint32_t m = i + 1; m < a->t[i].next; m = a->t[m + 1].next) {
		if (*fuel == 0)
			return 0;
		k = find_name(a, m, b, j, k, fuel);
		if (k == 0 || !tape_equal(a, m + 1, b, k + 1, fuel))
			return 0;
		k = b->t[k + 1].next;
	}
	return 1;
}

int
tape_equal(struct tape *a, uint32_t i, struct tape *b, uint32_t j,
    size_t *fuel)
{
	const struct tok *x = &a->t[i], *y = &b->t[j];
	uint32_t k;

	if (*fuel == 0 || x->kind != y->kind)
		return 0;
	--*fuel;
	switch (x->kind) {
	case SCAN_NULL:
		return 1;
	case SCAN_BOOL:
		return x->count == y->count;
	case SCAN_NUMBER:
		return literal_equal(tok_str(x), tok_str(y));
	case SCAN_STRING:
		return str_eq(tape_str(a, i), tape_str(b, j));
	case SCAN_ARRAY:
		if (x->count != y->count)
			return 0;
		k = j + 1;
		for (uint32_t m = i + 1; m < x->next; m = a->t[m].next) {
			if (!tape_equal(a, m, b, k, fuel))
				return 0;
			k = b->t[k].next;
		}
		return 1;
	default:
		return x->count == y->count &&
		    objects_equal(a, i, b, j, fuel);
	}
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	a = (a ^ (b + 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
	return a ^ (a >> 32);
}

uint64_t
tape_hash(struct tape *t, uint32_t at)
{
	const struct tok *k = &t->t[at];
	uint64_t h = k->kind;

	switch (k->kind) {
	case SCAN_NUMBER:
		return mix(h, literal_hash(tok_str(k)));
	case SCAN_STRING:
		return mix(h, str_hash(tape_str(t, at)));
	case SCAN_ARRAY:
		for (uint32_t i = at + 1; i < k->next; i = t->t[i].next)
			h = mix(h, tape_hash(t, i));
		return h;
	case SCAN_OBJECT:
		for (uint32_t i = at + 1; i < k->next; i = t->t[i + 1].next)
			h += mix(t->t[i].hash, tape_hash(t, i + 1));
		return mix(h, k->count);
	default:
		return mix(h, k->count);
	}
}
