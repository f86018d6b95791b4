/*
 * The built-in functions and codecs: one table, from which the checker, the
 * interpreter, the man page, completion and the example tests are made
 * (vm/builtins.def).
 *
 * A signature is text, read once by lang: parameters "name: type" with
 * "= literal" where they have a default; types are text int decimal number
 * bool date datetime any list<…> record, a lower-case word standing for
 * itself and T for one type throughout.  `it` is the piped value.
 */
#ifndef VM_BUILTIN_H
#define VM_BUILTIN_H

#include "base/err.h"
#include "record/value.h"

/* From best to worst; a pipe has the worst of its parts. */
enum law { LAW_EXACT, LAW_CANON, LAW_PARTIAL, LAW_LOSSY, LAW_NONE };

struct vm;

/*
 * args are not nil unless the parameter's type says any; the compiler has
 * filled defaults, so there are as many as parameters.  Results lie in a.
 * Errors: the text alone; the VM puts the place before it.
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
	builtin_fn *fn;      /* function, or forward: left to right */
	builtin_fn *back;    /* codecs: right to left */
	const char *synopsis;
	/* "expr == expr", at least two, run as tests; ends with NULL */
	const char *const *examples;
};

/* CALL's k: 2 * index, + 1 for a codec's way back. */
extern const struct builtin builtins[];
extern const size_t nbuiltin;

/* Index, or -1. */
int builtin_find(struct str name);
/* How many registers a call of k takes. */
unsigned builtin_arity(unsigned k);

#endif
