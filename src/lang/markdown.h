/*
 * Writing Markdown: CommonMark, and the tables of GitHub.
 *
 * Strings lie in the arena that is given.
 */
#ifndef LANG_MARKDOWN_H
#define LANG_MARKDOWN_H

#include "base/arena.h"
#include "base/str.h"

#define MD_COLUMNS 16

struct md_row {
	struct md_row *next;
	struct str cells[MD_COLUMNS]; /* Markdown; n == 0: empty */
};

struct md_table {
	const struct str *heads;
	size_t ncol;                  /* at most MD_COLUMNS */
	struct md_row *first, **last;
};

void md_table_init(struct md_table *t, const struct str *heads, size_t ncol);
/* The cells of a new row, all empty. */
struct str *md_row(struct md_table *t, struct arena *a);
/* Columns that are empty are left out; nothing where there is no row. */
void md_table(struct buf *out, const struct md_table *t);

/* Code in a line, whatever backticks it has; blanks around it are cut. */
struct str md_code(struct arena *a, struct str text);
/* A block of code of a language. */
void md_fence(struct buf *out, const char *language, struct str text);

#endif
