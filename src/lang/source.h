/*
 * Source files of one compile, and the findings about them.
 */
#ifndef LANG_SOURCE_H
#define LANG_SOURCE_H

#include "lang/ast.h"
#include "lang/lang.h"

/* The longest source; positions are 32 bits, columns 16. */
#define SOURCE_MAX ((size_t)1 << 20)

struct comment {
	struct span span; /* from # to before the newline */
};

struct source {
	struct str path;
	struct str text;
	uint16_t file;
	uint32_t *lines;  /* offset of each line's first byte */
	uint32_t nlines;
	int unparsed; /* it has syntax errors */
	struct decls decls;
};

/* All files of a compile; a span's file is an index into it. */
struct sources {
	struct arena *a;
	struct diags *d;
	struct source **list;
	size_t n, cap;
	int overflow; /* too many findings: the rest is dropped */
	int unparsed; /* there were syntax errors */
};

/* Add a file; text lives as long as the compile. */
struct source *source_add(struct sources *ss, struct str path,
    struct str text);
/* The same for a file that is no mapping, to report at a place in it. */
struct source *source_quote(struct sources *ss, struct str path,
    struct str text);
/* 1-based line and byte column of an offset. */
struct prog_pos source_pos(const struct source *s, uint32_t off);
struct prog_pos span_pos(const struct sources *ss, struct span sp);
struct str span_text(const struct sources *ss, struct span sp);
/* The text of a span on one line: runs of blanks and comments are a space. */
struct str span_line(const struct sources *ss, struct span sp,
    struct arena *a);

/* The codes of lang/codes.def, by number. */
enum code {
#define CODE(number, level, title, text) C##number = number,
#include "lang/codes.def"
#undef CODE
};

struct code_entry {
	int number;
	enum diag_level level;
	int absence; /* something is missing, perhaps for a syntax error */
	const char *title;
	const char *text;
};
extern const struct code_entry lang_codes[];
extern const size_t nlang_codes;
const struct code_entry *code_find(int number);

/*
 * Report at a span.  Returns the finding for diag_also, diag_witness and
 * diag_fix, which accept NULL; NULL when there are too many already.
 */
struct diag *diag_at(struct sources *ss, enum code code, struct span sp,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void diag_also(struct sources *ss, struct diag *g, struct span sp,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/*
 * What was compiled once more: findings from number again on that were among
 * those from since on are dropped.
 */
void diags_once(struct diags *d, size_t since, size_t again);
/* The label beside the first place. */
void diag_label(struct sources *ss, struct diag *g, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void diag_witness(struct sources *ss, struct diag *g, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void diag_fix(struct sources *ss, struct diag *g, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The fix is exact: text in the place of sp, in the first place's file. */
void diag_edit(struct sources *ss, struct diag *g, struct span sp,
    struct str text);

/*
 * The nearest of names to what was written, for "did you mean"; empty when
 * none is near.  Keep one struct near over all candidates.
 */
#define NEAR_MAX 128 /* that are kept of them */
struct near {
	struct str want, best;
	size_t dist;
	struct str tried[NEAR_MAX];
	unsigned ntried;
};
void near_init(struct near *n, struct str want);
void near_try(struct near *n, struct str candidate);

/*
 * "did you mean `x`?" where a name is near, and that what stands at the
 * finding's first place is replaced by it; 0 where none is near.
 */
int diag_meant(struct sources *ss, struct diag *g, const struct near *n);
/* The same for a text, "x"; replaces where the wanted one stands so. */
int diag_meant_text(struct sources *ss, struct diag *g, const struct near *n);

#endif
