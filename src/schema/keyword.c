/* The keyword table. */
#include "schema/keyword.h"

#include "schema/doc.h"

const struct keyword_info keyword_info[KW_COUNT] = {
#define KEYWORD(text, id, vocabulary, kids)                               \
	[KW_##id] = { { text, sizeof(text) - 1 }, VOCAB_##vocabulary,     \
	    CHILDREN_##kids },
#include "schema/keywords.def"
#undef KEYWORD
};

enum keyword
keyword_find(struct str name)
{
	for (unsigned k = KW_UNKNOWN + 1; k < KW_COUNT; k++)
		if (str_eq(keyword_info[k].name, name))
			return (enum keyword)k;
	return KW_UNKNOWN;
}
