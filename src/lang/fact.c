/*
 * What a condition says about nil: behind `present(c.x) and` and in the first
 * branch of `if present(c.x)`, c.x has a value.
 *
 * Facts are a stack in the check: who assumes something puts ck->facts back
 * where it no longer holds.  Values never change while a record is mapped, so
 * nothing else ends a fact.
 */
#include "lang/expr.h"

struct fact {
	const struct fact *up;
	const struct local *local;
	struct str *path; /* below it */
	size_t n;
	unsigned nil;     /* what it is not */
	unsigned depth;
};

/* More are not kept: each name looks through all of them. */
#define FACTS_MAX 256

/* How many fields below a name e is, and the name; -1 when it is no path. */
static int
path_length(const struct expr *e, const struct local **l)
{
	int n = 0;

	for (; e->kind == EX_FIELD; e = e->a)
		n++;
	if (e->kind != EX_NAME || e->note == NULL || e->note->local == NULL)
		return -1;
	*l = e->note->local;
	return n;
}

static void
learn(struct check *ck, const struct expr *e, unsigned nil)
{
	const struct local *l;
	int n = path_length(e, &l);
	unsigned depth = ck->facts ? ck->facts->depth + 1 : 1;
	struct fact *f;

	if (n < 0 || depth > FACTS_MAX)
		return;
	f = arena_new(ck->c->a, struct fact);
	*f = (struct fact){ .up = ck->facts, .local = l, .n = (size_t)n,
		.path = arena_array(ck->c->a, (size_t)n, sizeof(*f->path)),
		.nil = nil, .depth = depth };
	for (; n > 0; e = e->a)
		f->path[--n] = e->text;
	ck->facts = f;
}

/* x is, or is not, equal to y. */
static void
learn_equal(struct check *ck, const struct expr *x, const struct expr *y,
    int equal)
{
	struct type t = y->note->type;

	if (t.kind == TYPE_BAD)
		return;
	if (equal && t.nil == 0)
		learn(ck, x, NIL_BOTH);
	else if (!equal && t.kind == TYPE_NIL)
		learn(ck, x, t.nil);
}

static void
learn_call(struct check *ck, const struct expr *e, int is)
{
	const char *name;

	if (e->note->kind != NOTE_CALL)
		return;
	name = builtins[e->note->k / 2].name;
	if (is ? strcmp(name, "present") == 0 : strcmp(name, "is_empty") == 0)
		learn(ck, e->note->args[0], NIL_BOTH);
	else if (!is && strcmp(name, "is_null") == 0)
		learn(ck, e->note->args[0], NIL_NULL);
}

void
assume(struct check *ck, const struct expr *e, int is)
{
	if (e->note == NULL || e->note->type.kind == TYPE_BAD)
		return;
	switch (e->kind) {
	case EX_NOT:
		assume(ck, e->a, !is);
		break;
	case EX_AND: case EX_OR:
		if (is == (e->kind == EX_AND)) {
			assume(ck, e->a, is);
			assume(ck, e->b, is);
		}
		break;
	case EX_EQ: case EX_NE:
		learn_equal(ck, e->a, e->b, is == (e->kind == EX_EQ));
		learn_equal(ck, e->b, e->a, is == (e->kind == EX_EQ));
		break;
	case EX_IN:
		if (is && type_element(ck->c->a, e->b->note->type).nil == 0)
			learn(ck, e->a, NIL_BOTH);
		break;
	case EX_CALL:
		learn_call(ck, e, is);
		break;
	default:
		break;
	}
}

void
assume_value(struct check *ck, const struct expr *e)
{
	learn(ck, e, NIL_BOTH);
}

/* A field that has a value says as much of the records around it. */
static int
says(const struct fact *f, const struct local *l, const struct expr *e, int n)
{
	if (f->local != l || f->n < (size_t)n)
		return 0;
	for (; n > 0; e = e->a)
		if (!str_eq(f->path[--n], e->text))
			return 0;
	return 1;
}

struct type
narrow(struct check *ck, const struct expr *e, struct type t)
{
	const struct local *l;
	int n;

	if (ck->facts == NULL || t.nil == 0)
		return t;
	n = path_length(e, &l);
	for (const struct fact *f = ck->facts; n >= 0 && f != NULL; f = f->up)
		if (says(f, l, e, n))
			t.nil &= ~f->nil;
	return t;
}
