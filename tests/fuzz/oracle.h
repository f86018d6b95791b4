/*
 * A slow evaluator of mappings, the other side of the differential fuzz
 * (lang_diff.c).
 *
 * It walks the tree that the parser made and knows neither the checker, the
 * code generator, the interpreter nor the record path: what a mapping means
 * is written down here a second time, from language.md and src/lang/README.md,
 * in the most direct way.  Built-ins alone are called where the interpreter
 * has them, as their own examples and fuzzers test them.
 *
 *   oracle_num.c   numbers as rows of digits
 *   oracle_value.c JSON, equality, order
 *   oracle_call.c  built-ins and their signatures
 *   oracle_eval.c oracle_apply.c  expressions
 *   oracle_rule.c oracle_read.c oracle_map.c oracle_each.c oracle_pick.c
 *                  rules of a map
 *   oracle_out.c   what is written, patches, rules of a sync
 * and what is tried, oracle_gen.h:
 *   oracle_schema.c oracle_things.c oracle_gen.c oracle_expr.c oracle_list.c
 *   oracle_record.c
 *
 * Everything lies in the arena of the case; nothing is freed one by one.
 */
#ifndef FUZZ_ORACLE_H
#define FUZZ_ORACLE_H

#include "fuzz.h"
#include "lang/parse.h"
#include "vm/vm.h"

/* ---- numbers ---- */

/* digits * 10^-scale, the most significant first, no leading zero. */
struct onum {
	int negative;
	int whole; /* computes as an int of 64 bits */
	const char *digits;
	size_t n;
	long scale;
};

/* A JSON literal; 0 when it is none. */
int onum_read(struct arena *a, struct str literal, struct onum *out);
/*
 * A number to compute with: at most 38 digits and a scale of 0 to 38, as near
 * as can be to what was written.  0, or -1 when it is too long.
 */
int onum_settle(struct arena *a, struct onum *x);
/* op is + - or *: 0, or -1 when the result is too long. */
int onum_compute(struct arena *a, char op, struct onum x, struct onum y,
    struct onum *out);
/* <0, 0, >0, exactly, however long they are. */
int onum_order(struct arena *a, struct onum x, struct onum y);
/* A whole number within 64 bits whatever it is written as: 0, or -1. */
int onum_int(struct arena *a, struct onum x, int64_t *out);
struct str onum_text(struct arena *a, struct onum x);

/* ---- values ---- */

enum okind { O_ABSENT, O_NULL, O_BOOL, O_NUM, O_TEXT, O_LIST, O_RECORD };

struct oval {
	enum okind kind;
	int yes;
	struct str raw; /* its bytes in the input; n == 0: it was made */
	struct str text;
	struct onum num;
	struct oval *list; /* elements, or values of members */
	struct str *names;
	size_t n;
};

extern const struct oval o_absent, o_null;

struct oval o_bool(int yes);
struct oval o_int(struct arena *a, int64_t i);
struct oval o_text(struct str s);
int o_nil(const struct oval *v);
/* JSON to a value; -1 when it is none. */
int o_read(struct arena *a, struct str json, struct oval *out);
void o_show(struct buf *out, const struct oval *v);
/* NULL when there is none. */
const struct oval *o_member(const struct oval *record, struct str name);
int o_equal(struct arena *a, const struct oval *x, const struct oval *y,
    enum value_compare how);
/* What is expected, against what came: bytes where they were only moved. */
int o_same(struct arena *a, const struct oval *want, const struct oval *got);
void o_push(struct arena *a, struct oval *to, const struct str *name,
    struct oval v);

/* ---- evaluating ---- */

/* Why there is no result; a record that cannot be read has no line. */
enum ofail { OF_NONE, OF_READ, OF_DATA, OF_LIMIT };

struct oracle {
	struct arena *a;
	struct sources *ss;
	const struct decl *decls;
	const struct decl *map;
	struct oval schema[2]; /* left, right */
	struct vm *vm;         /* for built-ins */
	/* of the run */
	int back;
	struct oval record;
	unsigned event;
	int linked;
	struct oout *changed;  /* what a patch changes; NULL: everything */
	/* while rules are put: what was made, and the target as it was */
	const struct oout *made;
	const struct oval *old;
	/* of an element: what is bound around it, the one that is there */
	const struct obind *outer;
	const struct oval *there;
	/* of a failure */
	enum ofail fail;
	unsigned line;
	char text[300];
};

/* A name that is bound: an argument of a function. */
struct obind {
	const struct obind *up;
	struct str name;
	struct oval value;
};

/* -1, always. */
int o_fail(struct oracle *o, const struct expr *e, const char *text);
int o_fail_at(struct oracle *o, struct span at, enum ofail how,
    const char *text);
int o_eval(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out);
int o_condition(struct oracle *o, const struct expr *e,
    const struct obind *env, int *yes);
int o_is_const(const struct expr *e);
const struct decl *o_thing(const struct oracle *o, enum decl_kind k,
    struct str name);
/* "lib.name" of a called name; empty when it is none. */
struct str o_name(struct arena *a, const struct expr *e);
/* An enum's value for v; absent stays so. */
int o_enum(struct oracle *o, const struct decl *en, struct span at, int back,
    struct oval *v);
/* A function on values that are there already, it NULL: it has no `it`. */
int o_apply(struct oracle *o, const struct decl *fn, const struct expr *body,
    const struct oval *it, struct oval *args, struct oval *out);
/* The same as they stand in an expression. */
int o_call_fn(struct oracle *o, const struct decl *fn, const struct expr *e,
    const struct obind *env, struct oval *out);
int o_call_codec(struct oracle *o, const struct decl *codec,
    const struct expr *e, const struct obind *env, struct oval *out);
int o_call_builtin(struct oracle *o, unsigned k, const struct expr *e,
    const struct obind *env, struct oval *out);
/* What a codec of one's own does in a direction. */
const struct expr *o_way(const struct decl *codec, int back);
/* A path of the side that is written, while rules are put; 0: e is none. */
int o_asked(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out);
/* changed(path) of the rules of a sync; oracle_map.c. */
int o_changed(struct oracle *o, const struct expr *path);

/* ---- built-ins ---- */

#define OSIG_WORDS 16
struct oparam {
	struct str name;
	struct str type;   /* "list<text>", "number|text" */
	struct str other;  /* the default as it is written; n == 0: none */
	struct str words[OSIG_WORDS];
	unsigned nword;
};

struct osig {
	const struct builtin *b;
	struct oparam param[16]; /* a codec's first is `it` */
	unsigned n;
};

const struct osig *osig_of(unsigned k);
/* Put the arguments of a call in order; NULL where one is left out. */
int o_sort(const struct item *given, const struct str *names, unsigned n,
    const struct expr **args);
/* Argument i of built-in k, e NULL for its default. */
int o_arg(struct oracle *o, unsigned k, unsigned i, const struct expr *e,
    const struct obind *env, struct oval *out);
/*
 * Built-in k on its arguments and the hidden one, if it has any: args has
 * room for it.
 */
int o_builtin(struct oracle *o, struct span at, unsigned k, int back,
    struct oval *args, unsigned n, struct oval hidden, struct oval *out);

/* ---- maps ---- */

/* A place of the target, in the order in which rules name them. */
struct oout {
	struct oout *next, *below;
	struct str name;
	int splice;
	struct oval value;
	int create_only;
	enum value_compare compare;
	int differs; /* of a patch */
	const struct stmt *rule;
	const struct oout *up;
};

/*
 * One direction on o->record: the tree that is written, or -1.  Rules that
 * depend on the target as it was come with o_put.
 */
int o_map(struct oracle *o, struct oout **out);
int o_put(struct oracle *o, struct oout *out, const struct oval *old);
/* The record that a tree is. */
struct oval o_written(struct oracle *o, const struct oout *out);
/*
 * What differs from old, and *n how much; marks it in the tree.  -1 where
 * old cannot be read.
 */
int o_patch(struct oracle *o, struct oout *out, const struct oval *old,
    struct oval *patch, size_t *n);
/* The action of the rules for o->record; NULL: the map has none, or -1. */
int o_rules(struct oracle *o, const struct stmt **action);
/* The decision, among the map's rules, as a list of statements. */
const struct decl *o_rules_of(const struct oracle *o);

/* ---- what is tried ---- */

/* A text and the same with every bracket that may be there. */
struct program {
	struct buf text, full;
	struct buf schema[2];
};

/* A row of choices; beyond its end every choice is the first. */
struct choices {
	const uint8_t *p;
	size_t n, at;
};

/* One of n, 0 .. n-1. */
unsigned choose(struct choices *c, unsigned n);
/* Seldom or often, in percent. */
int chance(struct choices *c, unsigned percent);

void program_make(struct choices *c, struct program *p);
void program_fini(struct program *p);
/* A record for side left or right of the program that was made last. */
void record_make(struct choices *c, int right, struct buf *out);

#endif
