/*
 * Making a program: instructions, tables and slots, collected in the arena of
 * the compile and copied into the unit's when all is known.
 *
 * Registers are a stack: an expression is evaluated into register dst and
 * may use all above it.  Slots are named by their path and get numbers when
 * the program is finished, as their place in the frame depends on how many
 * temporaries there are.
 *
 * Limits (256 temporaries, 4096 slots, 16-bit tables) are findings, reported
 * once per program; then everything is accepted and gen_finish fails.
 */
#ifndef LANG_GEN_H
#define LANG_GEN_H

#include "lang/source.h"
#include "record/decimal.h"
#include "vm/prog.h"

enum slot_kind { SLOT_TEMP, SLOT_IN, SLOT_OUT, SLOT_OLD };

struct lambda;

struct insn {
	enum op op;
	enum slot_kind ka, kb; /* MOVE */
	uint32_t a, b, c;      /* b: k or j as well */
	struct span at;
};

struct gen_handler {
	uint32_t start, end, target;
};

struct gen_func {
	struct gen *g;
	struct gen_func *next;
	struct str name;
	uint16_t index;
	struct insn *code;
	size_t n, cap;
	unsigned nargs, ntemps;
	struct gen_handler *handlers;
	size_t nhandler, chandler;
	struct span at; /* what is being compiled */
	const struct lambda *lambda; /* whose body it is */
	const void *key;             /* or whose function */
	size_t rule;                 /* the number of that which is made */
	/* of an element: its slots are temporaries behind the others */
	int element, paired;
	unsigned nin, nout, nold;
};

struct gen_slot {
	struct str *path;
	size_t n;
	int rest;            /* the members no other path names */
	struct str text;     /* "properties.email" */
	int32_t rule;
	unsigned flags;
	enum value_compare compare;
};

struct gen_rule {
	const struct gen_func *f; /* main or put */
	size_t start, end;   /* its instructions */
	struct span span;
	struct str text, layer;
	uint16_t *in, *out;
	uint16_t nin, nout;
	unsigned cin, cout;
	uint8_t law, joins;
};

/* Whose table an enum table is. */
struct gen_enum_key {
	const void *key;
	int back;
};

/* An object whose other members are passed on; see gen_load. */
struct gen_rest {
	struct gen_rest *next;
	const struct str *path;
	size_t n;
};

/* A growing array of any element type; used by gen.c. */
struct vec {
	void *p;
	size_t n, cap;
};

/* The slots of main, kept while those of an element are made. */
struct gen_outer {
	struct vec in, out, old;
	struct gen_rest *rest;
	long rule;           /* that is being made, or -1 */
};

struct gen {
	struct sources *ss;
	struct arena *a;     /* of the compile */
	struct arena *ua;    /* of the unit */
	struct str name;
	struct gen_func *funcs, *last_func;
	uint16_t nfunc;
	struct gen_func *rules, *put, *keys;
	struct vec consts, enums, enum_keys, loops, actions, sets, lookups;
	struct table const_index; /* scalars to their number, + 1 */
	size_t ncode;
	struct vec in, out;  /* struct gen_slot; of an element inside of one */
	struct vec old;      /* of put, or of the element */
	struct vec rule;     /* struct gen_rule */
	struct gen_rest *rest;
	struct gen_rule *cur;
	int maps_records;    /* function 0 has a shape and a layout */
	int back;            /* and maps from right to left */
	int failed;
};

/* One path is the other or lies above it. */
int path_overlaps(const struct str *a, size_t na, const struct str *b,
    size_t nb);
int path_same(const struct str *a, size_t na, const struct str *b, size_t nb);

struct gen *gen_new(struct sources *ss, struct arena *a, struct arena *ua,
    struct str name);
struct gen_func *gen_func(struct gen *g, struct str name, unsigned nargs);

/* Registers [0, n) of f exist. */
void gen_need(struct gen_func *f, unsigned n);
void gen_abc(struct gen_func *f, enum op op, unsigned a, unsigned b,
    unsigned c);
void gen_ak(struct gen_func *f, enum op op, unsigned a, size_t k);
void gen_a(struct gen_func *f, enum op op, unsigned a);
void gen_end(struct gen_func *f);
void gen_move(struct gen_func *f, enum slot_kind ka, unsigned a,
    enum slot_kind kb, unsigned b);
void gen_const(struct gen_func *f, unsigned dst, struct value v);
void gen_fail(struct gen_func *f, struct str text);
/* A jump whose target is where gen_label is called. */
size_t gen_jump(struct gen_func *f, enum op op, unsigned a);
void gen_label(struct gen_func *f, size_t jump);
/* Errors of instructions [start, end) go on at target. */
void gen_handle(struct gen_func *f, size_t start, size_t end, size_t target);

/* Slots of main, by path; the same path gives the same slot. */
unsigned gen_in(struct gen *g, const struct str *path, size_t n, int rest);
/* Whether a slot lies at path or below. */
int gen_reads(const struct gen *g, const struct str *path, size_t n);
unsigned gen_out(struct gen *g, const struct str *path, size_t n,
    unsigned flags, enum value_compare compare);

/* What put, or an element, reads of the target as it was. */
unsigned gen_old(struct gen *g, const struct str *path, size_t n);
/* The out slot of a path, or -1 when no rule made one. */
long gen_out_find(const struct gen *g, const struct str *path, size_t n);

/*
 * A function of an element: r0, behind it captures.  Between the two, slots
 * are fields of the element; what the out slots then hold is the result, and
 * absent for an element that is nil.  paired: r0 is a list of the element and
 * of the one in the target that it belongs to, which the old slots are of.
 */
struct gen_func *gen_element_begin(struct gen *g, struct str name,
    unsigned nargs, int paired, struct gen_outer *outer);
void gen_element_end(struct gen_func *f, const struct gen_outer *outer);

/* Table entries; pointers in them must lie in the unit's arena. */
size_t gen_enum(struct gen *g, struct prog_enum e, const void *key, int back);
/* The table of key in a direction, SIZE_MAX when it is not made yet. */
size_t gen_enum_find(const struct gen *g, const void *key, int back);
size_t gen_loop(struct gen *g, struct prog_loop l);
size_t gen_action(struct gen *g, struct prog_action a);
size_t gen_set(struct gen *g, struct prog_slots s);
/* Equal ones share a number. */
size_t gen_lookup(struct gen *g, struct prog_lookup l);

/*
 * Instructions of main, put or an element between these belong to a rule.
 * Rules of an element may lie inside one of put, or of an element around it.
 */
void gen_rule_begin(struct gen *g, struct gen_func *f, struct span sp);
void gen_rule_end(struct gen *g, struct gen_func *f);

/* Copies into the unit. */
struct str gen_str(struct gen *g, struct str s);
struct value gen_value(struct gen *g, struct value v);

/*
 * Put it together, verified and sealed; NULL when a limit was passed.  With
 * slots, function 0 is main.
 */
struct prog *gen_finish(struct gen *g);

#endif
