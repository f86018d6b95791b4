/* The keywords of keywords.def as an enum and a table. */
#ifndef SCHEMA_KEYWORD_H
#define SCHEMA_KEYWORD_H

#include "base/str.h"

enum keyword {
	KW_UNKNOWN,
#define KEYWORD(name, id, vocab, children) KW_##id,
#include "schema/keywords.def"
#undef KEYWORD
	KW_COUNT
};

enum keyword_children {
	CHILDREN_NONE,
	CHILDREN_ONE,
	CHILDREN_LIST,
	CHILDREN_MAP,
};

struct keyword_info {
	struct str name;
	unsigned vocab; /* enum vocab */
	enum keyword_children children;
};

extern const struct keyword_info keyword_info[KW_COUNT];

/* KW_UNKNOWN when it is none. */
enum keyword keyword_find(struct str name);

#endif
