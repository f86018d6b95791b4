/*
 * What each name of a file means, in the order of the text, for colours.
 */
#include "lang/mention.h"

#include <stdlib.h>

#include "lang/view.h"

struct tokens {
	struct arena *a;
	struct lang_token *list;
	size_t n, cap;
};

static int
is_span(struct span a, struct span b)
{
	return a.beg == b.beg && a.end == b.end && a.file == b.file;
}

static void
take(void *arg, const struct mention *m)
{
	struct tokens *t = arg;
	struct lang_token *token;

	if (m->kind == LANG_RULE || m->span.end <= m->span.beg)
		return; /* an arrow has its colour */
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;

		token = arena_array(t->a, cap, sizeof(*token));
		if (t->n)
			memcpy(token, t->list, t->n * sizeof(*token));
		t->list = token;
		t->cap = cap;
	}
	token = &t->list[t->n++];
	*token = (struct lang_token){ m->kind, m->span.beg, m->span.end,
		(m->entity && is_span(m->span, m->entity->decl->name.span)) ||
		(m->bind && is_span(m->span, m->bind->name.span)) };
}

static int
compare(const void *x, const void *y)
{
	const struct lang_token *a = x, *b = y;

	if (a->beg != b->beg)
		return a->beg < b->beg ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

size_t
lang_tokens(struct lang_view *v, struct str path, struct arena *a,
    struct lang_token **out)
{
	struct module *m = view_module(v, path);
	struct tokens t = { .a = a };
	size_t n = 0;

	*out = NULL;
	if (m == NULL)
		return 0;
	mentions(&v->c, m, a, take, &t);
	if (t.n > 0)
		qsort(t.list, t.n, sizeof(*t.list), compare);
	for (size_t i = 0; i < t.n; i++)
		if (n == 0 || t.list[i].beg >= t.list[n - 1].end)
			t.list[n++] = t.list[i];
	*out = t.list;
	return n;
}
