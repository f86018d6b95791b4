/*
 * A mapping that is being drawn up: rows of ways to write each line, and the
 * compiler that chooses among them.
 */
#ifndef CLI_DRAFT_H
#define CLI_DRAFT_H

#include "base/err.h"
#include "cli/leaf.h"
#include "cli/likeness.h"
#include "cli/scaffold.h"

#define LINE_WAYS 32

struct way {
	struct str text;
	int en; /* the enum that it needs, or -1 */
};

struct line {
	const struct leaf *left, *right;
	struct way ways[LINE_WAYS];
	unsigned n, at;  /* at == n: none of them will do */
	struct str todo; /* what stands there then; empty: nothing */
	int sync;        /* of the rules of the sync */
	unsigned number; /* in the text that was judged last */
};

struct draft {
	struct arena *a;
	struct str object;
	const struct scaffold_side *side[2];
	struct str name[2];
	struct leaves left, right;
	struct line *lines;
	size_t nline, cline;
	struct {
		struct str name, text;
	} enums[32];
	unsigned nenum;
	struct str tests; /* empty until there are some */
};

/* Judge until nothing is found, add the tests; -1 where it does not end. */
int draft_settle(struct draft *d, struct buf *out, struct err *e);

#endif
