/*
 * Tapes.  Recursion follows containers, and the scanner has refused what is
 * nested deeper than RECORD_DEPTH.
 */
#include "schema/tape.h"

#include <stdlib.h>

#include "base/size.h"
#include "schema/num.h"

void
tape_init(struct tape *t)
{
	*t = (struct tape){ .names = scan_names_new() };
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
	*k = (struct tok){ .p = p, .next = (uint32_t)t->n, .kind = kind };
	return k;
}

static int
scalar(struct tape *t, struct scan *s, uint8_t kind, struct err *e)
{
	struct tok *k = push(t, kind, s->p);
	struct value v;

	if (scan_value(s, &v, e) != 0)
		return -1;
	switch (v.type) {
	case V_TEXT:
	case V_NUM:
		k->p = v.u.p;
		k->n = v.n;
		k->flags = v.flags;
		break;
	case V_BOOL:
		k->count = v.u.i != 0;
		break;
	default:
		break;
	}
	return 0;
}

/* The next member or element of the container at: 1, 0 at its end, or -1. */
static int
step(struct tape *t, struct scan *s, uint32_t at, struct err *e)
{
	struct value name;
	struct tok *k;
	int r;

	if (t->t[at].kind == SCAN_ARRAY) {
		r = scan_item(s, e);
	} else if ((r = scan_next(s, &name, e)) == 1) {
		k = push(t, SCAN_STRING, NULL);
		if (name.flags & VF_ESCAPED) {
			struct str plain = value_str(name, &t->decoded);

			k->p = plain.p;
			k->n = (uint32_t)plain.n;
		} else {
			k->p = name.u.p;
			k->n = name.n;
		}
	}
	if (r == 1)
		t->t[at].count++;
	return r;
}

int
tape_read(struct tape *t, struct str text, struct err *e)
{
	uint32_t open[RECORD_DEPTH + 1];
	size_t depth = 0;
	struct scan s;
	struct tok *k;
	int r;

	t->n = 0;
	t->text = text;
	arena_reset(&t->decoded);
	scan_init(&s, text, t->names);
	do {
		enum scan_kind kind = scan_peek(&s);

		if (kind == SCAN_OBJECT || kind == SCAN_ARRAY) {
			push(t, (uint8_t)kind, s.p);
			r = kind == SCAN_OBJECT ? scan_object(&s, e) :
						  scan_array(&s, e);
			if (r != 0)
				return -1;
			open[depth++] = (uint32_t)(t->n - 1);
		} else if (scalar(t, &s, (uint8_t)kind, e) != 0) {
			return -1;
		}
		while (depth > 0) {
			r = step(t, &s, open[depth - 1], e);
			if (r < 0)
				return -1;
			if (r == 1)
				break;
			k = &t->t[open[--depth]];
			k->next = (uint32_t)t->n;
			k->n = (uint32_t)(s.p - k->p);
		}
	} while (depth > 0);
	return scan_end(&s, e);
}

struct str
tape_str(struct tape *t, uint32_t at)
{
	struct tok *k = &t->t[at];

	if (k->flags & VF_ESCAPED) {
		struct str plain = value_str(
		    (struct value){ .type = V_TEXT, .flags = k->flags,
			.n = k->n, .u.p = k->p }, &t->decoded);

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

/* Same names and values; the order of b is guessed to be that of a. */
static int
objects_equal(struct tape *a, uint32_t i, struct tape *b, uint32_t j,
    size_t *fuel)
{
	uint32_t k = j + 1;

	for (uint32_t m = i + 1; m < a->t[i].next; m = a->t[m + 1].next) {
		struct str name = tok_str(&a->t[m]);

		for (size_t tries = 0;; k = b->t[k + 1].next) {
			if (k == b->t[j].next)
				k = j + 1;
			if (*fuel == 0 || tries++ == b->t[j].count)
				return 0;
			--*fuel;
			if (str_eq(tok_str(&b->t[k]), name))
				break;
		}
		if (!tape_equal(a, m + 1, b, k + 1, fuel))
			return 0;
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
		return num_equal(tok_str(x), tok_str(y));
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
		return mix(h, num_hash(tok_str(k)));
	case SCAN_STRING:
		return mix(h, str_hash(tape_str(t, at)));
	case SCAN_ARRAY:
		for (uint32_t i = at + 1; i < k->next; i = t->t[i].next)
			h = mix(h, tape_hash(t, i));
		return h;
	case SCAN_OBJECT:
		for (uint32_t i = at + 1; i < k->next; i = t->t[i + 1].next)
			h += mix(str_hash(tok_str(&t->t[i])),
			    tape_hash(t, i + 1));
		return mix(h, k->count);
	default:
		return mix(h, k->count);
	}
}
