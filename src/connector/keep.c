/*
 * Texts that are secret.
 */
#include "connector/keep.h"

#include <stdlib.h>

#include "base/err.h"
#include "connector/eval.h"

struct str
keep_text(struct str s)
{
	char *p;

	if (s.n == 0)
		return str_from(NULL, 0);
	p = malloc(s.n);
	if (p == NULL)
		fatal("out of memory");
	memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

void
keep_drop(struct str *s)
{
	if (s->n != 0)
		explicit_bzero((char *)s->p, s->n);
	free((char *)s->p);
	*s = str_from(NULL, 0);
}

/* An arena's memory goes back to malloc. */
static void
wipe(void *arg)
{
	struct str *s = arg;

	explicit_bzero((char *)s->p, s->n);
}

void
keep_wipe(struct arena *a, struct str s)
{
	struct str *copy = arena_new(a, struct str);

	*copy = s;
	arena_defer(a, wipe, copy);
}

struct str
keep_member(struct value v, struct str name, struct arena *a)
{
	struct value m = value_member(v, name, a);
	struct str s;

	if (eval_text(m, &s, a) != 0 || s.n == 0)
		return str_from(NULL, 0);
	if (m.type == V_TEXT) /* a copy, where it was escaped */
		keep_wipe(a, s);
	return keep_text(s);
}
