/*
 * What the generators of programs, expressions and records share.
 *
 * Everything is drawn from a row of choices, so that a shorter row or smaller
 * choices give a simpler program: that is how a difference is shrunk.
 */
#ifndef FUZZ_ORACLE_GEN_H
#define FUZZ_ORACLE_GEN_H

#include "oracle.h"

enum gkind { G_TEXT, G_INT, G_DEC, G_BOOL, G_DATE, G_TIME, G_LIST, G_RECORD };

#define G_FIELDS 12
#define G_OPTIONS 4

/* A field of a schema. */
struct gfield {
	const char *name;
	enum gkind kind;
	enum gkind of;         /* elements of a list */
	int nullable, required, read_only, unique, open;
	const char *options[G_OPTIONS];
	unsigned noption;
	unsigned max;          /* characters, 0: any */
	struct gfield *sub;
	unsigned nsub;
	const struct gfield *up;
	int used;              /* a rule writes it */
};

struct genum {
	char name[16];
	const char *left[4], *right[4];
	enum gkind kind;       /* of the left values */
	unsigned n;
	int forth, back;       /* there is an else */
	int null;              /* a value of the left is null on the right */
};

struct gcodec {
	char name[16];
	enum gkind left, right;
	int param;
};

struct gfn {
	char name[16];
	enum gkind result;
	enum gkind param[3];
	unsigned nparam;
	int fails;
};

/* A name in scope. */
struct gname {
	const char *name;
	enum gkind kind;
	int nil;
};

struct gen_program {
	struct choices *c;
	struct program *p;
	struct gfield root[2];
	struct gfield pool[2][32];
	unsigned npool[2];
	const char *side[2];
	struct genum enums[3];
	unsigned nenum;
	struct gcodec codecs[3];
	unsigned ncodec;
	struct gfn fns[3];
	unsigned nfn;
	enum gkind params[2];
	unsigned nparam;
	/* where an expression stands */
	int readable;          /* 0 left, 1 right, -1 neither */
	int tried;             /* it may fail */
	struct gname names[16];
	unsigned nname;
	unsigned loops;
};

extern struct gen_program gen_now;

/* Into both texts, or the fuller one alone. */
void g_put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void g_full(const char *text);
/* c.in.`a b` */
void g_path(int right, const struct gfield *f);
void g_name(const char *name);

/*
 * An expression of a kind that always has a value; depth bounds what is below
 * it, level is how tightly what it stands in binds: 0 nothing, 8 an operand.
 */
void g_expr(enum gkind k, unsigned depth, unsigned level);
/* The same, but it may be null (1) or absent (2): says which. */
unsigned g_nil_expr(enum gkind k, unsigned depth);
/* A constant. */
void g_literal(enum gkind k);
/* Whether one can be made here. */
int g_can(enum gkind k);
void g_list(enum gkind of, unsigned depth, unsigned level);
/* An argument of a built-in. */
void g_arg(const struct oparam *p, enum gkind var, unsigned depth);
int g_kind_of(struct str type, enum gkind *k);

/* Brackets where they are needed; the fuller text has them always. */
int g_open(unsigned own, unsigned level);
void g_close(int needed);
/* A field that can be read here, of lists one of a kind; NULL. */
const struct gfield *g_field(enum gkind k, enum gkind of, int never_nil);
/* May be null (1), may be absent (2). */
unsigned g_nil_of(const struct gfield *f);
void g_loop_bool(unsigned depth);
void g_loop_count(unsigned depth);
/* An element, and what there is when there is none. */
void g_element(enum gkind k, unsigned depth, unsigned level);
/* A call that gives a k; 0 when there is none. */
int g_call(enum gkind k, unsigned depth);
int g_call_own(enum gkind k, unsigned depth);
/* The schema of a side. */
void g_schema(int right);
/* Declarations, number i of their kind. */
void g_enum(struct genum *e, unsigned i);
void g_fn(struct gfn *f, unsigned i);
void g_codec(struct gcodec *k, unsigned i);
/* "text" */
const char *g_kind_word(enum gkind k);

const char *g_text(struct choices *c);
const char *g_number(struct choices *c, int whole);

#endif
