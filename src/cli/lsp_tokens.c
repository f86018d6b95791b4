/*
 * Semantic tokens: what each name is, for the colours of an editor.
 *
 * Words of the language, numbers and texts are left to its grammar.
 */
#include "cli/lsp.h"

/* X(kind of ours, word of the protocol) */
#define TOKENS(X)                                                         \
	X(FIELD, "property")                                              \
	X(ENUM, "enum")                                                   \
	X(FN, "function")                                                 \
	X(CODEC, "function")                                              \
	X(PARAM, "variable")                                              \
	X(MAP, "class")                                                   \
	X(SCHEMA, "struct")                                               \
	X(CONNECTOR, "class")                                             \
	X(FILE, "namespace")                                              \
	X(BUILTIN, "function")                                            \
	X(SIDE, "parameter")                                              \
	X(LOCAL, "parameter")                                             \
	X(ARGUMENT, "parameter")                                          \
	X(ATTRIBUTE, "decorator")                                         \
	X(VALUE, "enumMember")                                            \
	X(TYPE, "type")

static const struct {
	enum lang_kind kind;
	const char *word;
} types[] = {
#define X(name, word) { LANG_##name, word },
	TOKENS(X)
#undef X
};

/* Bits of a token, in the order of the legend. */
enum { DECLARATION = 1, DEFAULT_LIBRARY = 2 };

json_t *
lsp_token_legend(void)
{
	json_t *words = json_array();

	for (size_t i = 0; i < COUNT(types); i++)
		json_array_append_new(words, json_string(types[i].word));
	return json_pack("{s:o, s:[s,s]}", "tokenTypes", words,
	    "tokenModifiers", "declaration", "defaultLibrary");
}

static json_int_t
part(const json_t *position, const char *name)
{
	return json_integer_value(json_object_get(position, name));
}

int
lsp_tokens(struct server *s, const json_t *params, json_t **result,
    struct err *e)
{
	struct doc *d = lsp_place(s, params, NULL, e);
	json_int_t line = 0, column = 0;
	struct lang_token *list;
	json_t *data;
	struct page l;
	size_t n;

	if (d == NULL)
		return -1;
	n = lang_tokens(lsp_doc_view(s, d), d->path, &s->a, &list);
	page_init(&l, buf_str(&d->text), s->enc, &s->a);
	data = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *beg = page_position(&l, list[i].beg);
		json_t *end = page_position(&l, list[i].end);
		json_int_t at = part(beg, "line"), from = part(beg,
		    "character"), to = part(end, "character");
		int whole = part(end, "line") == at && to > from;
		size_t k = 0;

		json_decref(beg);
		json_decref(end);
		while (k < COUNT(types) && types[k].kind != list[i].kind)
			k++;
		if (k == COUNT(types) || !whole)
			continue;
		/* each counts from the one before */
		json_array_append_new(data, json_integer(at - line));
		json_array_append_new(data, json_integer(at == line ?
		    from - column : from));
		json_array_append_new(data, json_integer(to - from));
		json_array_append_new(data, json_integer((json_int_t)k));
		json_array_append_new(data, json_integer((list[i].declares ?
		    DECLARATION : 0) | (list[i].kind == LANG_BUILTIN ?
		    DEFAULT_LIBRARY : 0)));
		line = at;
		column = from;
	}
	*result = json_pack("{s:o}", "data", data);
	return 0;
}
