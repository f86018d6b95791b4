/*
 * A page about a mapping, for the files that write it: doctext.c what stands
 * in the source, docrule.c the rules of maps, document.c all else.
 */
#ifndef LANG_DOCUMENT_H
#define LANG_DOCUMENT_H

#include "lang/map.h"
#include "lang/markdown.h"
#include "lang/query.h"
#include "lang/view.h"

struct document {
	struct lang_view *v;
	struct module *m; /* the file */
	struct arena *a;  /* of the view */
	struct buf *out;
};

/* ---- as code; "" where there is nothing ---- */

/* As it is written, on one line. */
struct str doc_code(const struct document *d, struct span sp);
struct str doc_code_expr(const struct document *d, const struct expr *e);
/* From the first to the last. */
struct str doc_code_items(const struct document *d, struct items l);
/* From here to there in the file of in. */
struct span doc_between(uint32_t beg, uint32_t end, struct span in);

/* "12", and the path ahead of it in another file than the page's. */
struct str doc_line(const struct document *d, struct span sp);
/* The comments right above what begins a line, without their marks. */
struct str doc_remark(const struct document *d, struct span sp);
/* Those that the file begins with, where they are of nothing else. */
struct str doc_preface(const struct document *d);

/* ---- written, with an empty line ahead ---- */

void doc_paragraph(struct document *d, struct str s);
void doc_table(struct document *d, const struct md_table *t);
/* As it is written, on as many lines. */
void doc_listing(struct document *d, struct span sp);

/* Tables of the rules of a map, and of the elements of its lists. */
void doc_rules(struct document *d, const struct map_info *m);

#endif
