/*
 * Reading the values of keywords.
 */
#include "schema/words.h"

int
words_bad(const struct words *w, uint32_t at, const char *what)
{
	return doc_error(w->u->e, w->n->doc, at, "%s", what);
}

int
words_text(const struct words *w, enum keyword k, struct str *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (words_tok(w, at)->kind != SCAN_STRING)
		return words_bad(w, at, "must be a string");
	*out = tok_str(words_tok(w, at));
	return 0;
}

int
words_size(const struct words *w, enum keyword k, size_t *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (words_tok(w, at)->kind != SCAN_NUMBER ||
	    literal_size(tok_str(words_tok(w, at)), out) != 0)
		return words_bad(w, at, "must be a whole number of at least 0");
	return 0;
}

int
words_number(const struct words *w, enum keyword k, struct str *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (words_tok(w, at)->kind != SCAN_NUMBER)
		return words_bad(w, at, "must be a number");
	*out = tok_str(words_tok(w, at));
	return 0;
}

int
words_bool(const struct words *w, enum keyword k, int *out)
{
	uint32_t at = w->at[k];

	if (at == 0)
		return 0;
	if (words_tok(w, at)->kind != SCAN_BOOL)
		return words_bad(w, at, "must be true or false");
	*out = (int)words_tok(w, at)->count;
	return 0;
}

/* A list of strings without one twice. */
int
words_texts(const struct words *w, uint32_t at, const struct str **out,
    size_t *n)
{
	struct str *list;
	struct keys once;
	size_t k = 0;

	if (words_tok(w, at)->kind != SCAN_ARRAY)
		return words_bad(w, at, "must be a list of strings");
	*n = words_tok(w, at)->count;
	list = arena_array(w->u->a, *n, sizeof(*list));
	*out = list;
	for (uint32_t i = at + 1; i < words_next(w, at); i++) {
		if (words_tok(w, i)->kind != SCAN_STRING)
			return words_bad(w, i, "must be a string");
		list[k++] = tok_str(words_tok(w, i));
	}
	keys_build(&once, list, *n, w->u->a);
	for (k = 0; k < *n; k++)
		if (keys_find(&once, list[k]) != (int32_t)k)
			return words_bad(w, at + 1 + (uint32_t)k,
			    "stands twice in the list");
	return 0;
}

const struct node *
words_child(const struct words *w, uint32_t at)
{
	struct resource *own = w->n->doc->of[at];
	struct place place = { own, at };

	if (own == NULL)
		place.res = (struct resource *)w->n->region->res;
	return compile_get(w->u, &place);
}

int
words_schema(const struct words *w, enum keyword k, const struct node **out)
{
	if (w->at[k] == 0)
		return 0;
	*out = words_child(w, w->at[k]);
	return *out == NULL ? -1 : 0;
}

int
words_schemas(const struct words *w, enum keyword k,
    const struct node *const **out, size_t *n)
{
	uint32_t at = w->at[k];
	const struct node **list;
	size_t i = 0;

	if (at == 0)
		return 0;
	if (words_tok(w, at)->kind != SCAN_ARRAY ||
	    words_tok(w, at)->count == 0)
		return words_bad(w, at,
		    "must be a list of schemas, at least one");
	*n = words_tok(w, at)->count;
	list = arena_array(w->u->a, *n, sizeof(*list));
	for (uint32_t c = at + 1; c < words_next(w, at);
	     c = words_next(w, c))
		if ((list[i++] = words_child(w, c)) == NULL)
			return -1;
	*out = list;
	return 0;
}

int
words_object(const struct words *w, enum keyword k)
{
	uint32_t at = w->at[k];

	if (at != 0 && words_tok(w, at)->kind != SCAN_OBJECT)
		return words_bad(w, at, "must be an object");
	return 0;
}

int
words_any(const struct words *w, const enum keyword *list)
{
	for (; *list != KW_UNKNOWN; list++)
		if (w->at[*list] != 0)
			return 1;
	return 0;
}
