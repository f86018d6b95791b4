/*
 * What expr.c and choice.c share.
 */
#ifndef LANG_EXPR_H
#define LANG_EXPR_H

#include "lang/compile.h"

/* The type of e is t: note it, and give it back. */
struct type expr_typed(struct check *ck, struct expr *e, struct type t);
/* e as it is written, on one line. */
struct str expr_source(struct check *ck, const struct expr *e);
/* 0 when e, of type t, is never nil; reports otherwise. */
int expr_never_nil(struct check *ck, struct expr *e, struct type t);
/* 0 when the two can be equal; reports at e's operator otherwise. */
int expr_comparable(struct check *ck, struct expr *e, struct type x,
    struct type y);
/* Report a constant e that is none of the values a type can have. */
void expr_option(struct check *ck, struct type of, struct expr *e);

/* Assume that e is true, or is not, until ck->facts is put back. */
void assume(struct check *ck, const struct expr *e, int is);
/* Assume that e is neither null nor absent. */
void assume_value(struct check *ck, const struct expr *e);
/* The type of e, a name or field, as far as it is assumed not to be nil. */
struct type narrow(struct check *ck, const struct expr *e, struct type t);

/* Each gives the type of e, as check_expr does. */
struct type check_match(struct check *ck, struct expr *e);
struct type check_if(struct check *ck, struct expr *e);
struct type check_try(struct check *ck, struct expr *e);
struct type check_interp(struct check *ck, struct expr *e);
struct type check_list(struct check *ck, struct expr *e);
struct type check_record(struct check *ck, struct expr *e);
struct type check_index(struct check *ck, struct expr *e);

/* ---- loop.c ---- */

/* Whether e, which calls name, is a loop with a function in place. */
int call_is_loop(const struct expr *e, struct str name,
    enum prog_loop_kind *kind);
struct type call_loop(struct check *ck, struct expr *e,
    enum prog_loop_kind kind);
/* Functions run inside those that call them: so many more at this place. */
void call_depth(struct check *ck, unsigned depth);

#endif
