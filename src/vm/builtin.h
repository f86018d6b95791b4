/*
 * The built-in functions and codecs: one table, from which the checker, the
 * interpreter, the man page, completion and the example tests are made
 * (vm/builtins.def).
 *
 * A signature is text, read once by lang: parameters "name: type" with
 * "= literal" where they have a default; types are text int decimal number
 * bool date datetime any list<…> record; T stands for one type throughout,
 * time for date or datetime throughout;
 * a|b is either; any other lower-case word stands for itself and is passed
 * as its text ("round: half_even|floor = half_even").  A result type with ?
 * behind it may be absent.  number is int or decimal.
 *
 * A parameter "key: list<any>" (sort_by, group_by, distinct_by) is written as
 * x => expr: the compiler makes the keys with a map loop over the list before
 * it.  A key must not be absent, or the map has fewer than the list.
 *
 * A codec may stand in an expression as well: it is its way forward, and `it`
 * the first argument: lower(c.email).
 */
#ifndef VM_BUILTIN_H
#define VM_BUILTIN_H

#include "base/err.h"
#include "record/value.h"

/* From best to worst; a pipe has the worst of its parts. */
enum law { LAW_EXACT, LAW_CANON, LAW_PARTIAL, LAW_LOSSY, LAW_NONE };

/*
 * A hidden last argument that the compiler appends to every call of a codec,
 * forward and back; builtin_arity counts it.
 */
enum builtin_hidden {
	HIDDEN_NONE,
	/*
	 * The right type has alternatives, "int|text".  A bool: the right side
	 * is text.  Back accepts either, whatever it says; in an expression it
	 * is false.
	 */
	HIDDEN_AS_TEXT,
	/*
	 * The left is a tuple, c.{a, b}: a LIST in which an absent part is
	 * NULL.  An int: how many parts, in an expression 0; back gives a
	 * LIST of as many, NULL where there is nothing for it.
	 */
	HIDDEN_PARTS,
};

struct vm;

/*
 * args are not nil unless the parameter's type says any; the compiler has
 * filled defaults, so there are as many as builtin_arity says.  A codec whose
 * `it` is nil and not of type any is not called: nil passes through.  Types
 * are checked by the function, for bytecode need not come from the compiler
 * nor a record fit its schema.  Results lie in a or in what args point to.
 * Errors: the text alone; the VM puts place and name before it.
 */
typedef int builtin_fn(struct vm *vm, const struct value *args,
    struct value *result, struct arena *a, struct err *e);

struct builtin {
	const char *name;
	const char *params;  /* functions: all; codecs: those after `it` */
	const char *result;  /* functions: result; codecs: right-hand type */
	const char *left;    /* codecs: left-hand type; functions: NULL */
	int fallible;
	int back_fallible;
	enum law law;        /* LAW_NONE: a function */
	unsigned cost;       /* fuel a call, plus one per 16 bytes touched */
	enum value_compare compare; /* how the right side is compared */
	enum builtin_hidden hidden;
	builtin_fn *fn;      /* function, or forward: left to right */
	builtin_fn *back;    /* codecs: right to left; NULL: one way only */
	const char *synopsis;
	/* "expr == expr", at least two, run as tests; ends with NULL */
	const char *const *examples;
};

/* CALL's k: 2 * index, + 1 for a codec's way back. */
extern const struct builtin builtins[];
extern const size_t nbuiltin;

/* Index, or -1. */
int builtin_find(struct str name);
/* How many registers a call of k takes: it, parameters, hidden argument. */
unsigned builtin_arity(unsigned k);

/*
 * Whether a constant pattern of re_match, re_find, re_replace or re"…"
 * compiles; the error says where, e->at is the offset in the pattern.
 */
int builtin_check_regex(struct str pattern, struct err *e);

#endif
