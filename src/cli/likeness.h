/*
 * How alike two fields are by their names, for `crosswalk new`.
 */
#ifndef CLI_LIKENESS_H
#define CLI_LIKENESS_H

#include "base/str.h"

/*
 * What a field is called: the names that lead to it, the last one its own,
 * and the kind of record it belongs to ("deal").
 */
struct called {
	const struct str *path;
	size_t n;
	struct str object;
};

/* 0: nothing alike; the more the better. */
unsigned likeness(const struct called *a, const struct called *b);
/* The same of two words of an option: "Former Customer", "former_customer". */
int likeness_words(struct str a, struct str b);

#endif
