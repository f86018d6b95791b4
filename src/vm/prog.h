/*
 * A compiled program: code and its tables.  Made by lang/emit, checked by
 * prog_verify, then sealed: shared read-only by every thread that runs it.
 *
 * Everything lies in the arena of the unit (vm/unit.h) that the program
 * belongs to.
 */
#ifndef VM_PROG_H
#define VM_PROG_H

#include "record/layout.h"
#include "record/shape.h"
#include "record/value.h"

enum op {
#define OP(name, format, reads, writes, fails, text) OP_##name,
#include "vm/opcodes.def"
#undef OP
	OP_COUNT
};

/* Field widths of an instruction; see opcodes.def. */
#define INSN_ABC(op, a, b, c)                                             \
	((uint32_t)(op) | (uint32_t)(a) << 8 | (uint32_t)(b) << 16 |      \
	    (uint32_t)(c) << 24)
#define INSN_WW(op, a, b)                                                 \
	((uint32_t)(op) | (uint32_t)(a) << 8 | (uint32_t)(b) << 20)
#define INSN_AK(op, a, k)                                                 \
	((uint32_t)(op) | (uint32_t)(a) << 8 | (uint32_t)(k) << 16)
#define INSN_J(op, j) ((uint32_t)(op) | (uint32_t)(j) << 8)

#define PROG_TEMPS 256   /* temporaries of a frame: what 8 bits reach */
#define PROG_FRAME 4096  /* slots of a frame: what 12 bits reach */
#define PROG_TABLE 65536 /* entries of a table: what 16 bits reach */

/*
 * A frame is, in this order: ntemps temporaries (the first nargs of them are
 * the arguments), then the in slots (filled by the reader with shape from the
 * source record), then the out slots (written through layout): ntemps <=
 * in_base, out_base = in_base + nin.  The rules of a map share the frame of
 * its main function (the same in_base, nin, out_base and nout), so they see
 * its in slots.  So does keys, and put, which has old slots behind the out
 * slots: what its shape reads from the target as it was, old_base = out_base +
 * nout.  All other functions have temporaries only.
 */
struct prog_func {
	struct str name;
	uint32_t entry, end; /* pcs of the code: [entry, end) */
	uint16_t nargs;
	uint16_t ntemps;
	uint16_t in_base, nin;
	uint16_t out_base, nout;
	uint16_t old_base, nold;     /* of put */
	const struct shape *shape;   /* NULL: reads no record */
	const struct layout *layout; /* NULL: returns a value */
	/* Reads an old target into slots that line up with the out slots. */
	const struct shape *old_shape;
	/* of an element: the temporaries that are its fields, read, written */
	uint16_t el_in, el_nin, el_out, el_nout;
};

/* One direction of an enum: keys are text, int or bool constants. */
enum prog_else { ELSE_ERROR, ELSE_KEEP /* absent */, ELSE_VALUE };

struct prog_enum {
	struct str name; /* for messages: `stage` */
	const struct value *from;
	const struct value *to; /* ABSENT: keep */
	uint32_t n;
	enum prog_else other;
	struct value other_value;
	struct table *index; /* built by prog_verify; text keys only */
};

/* X(name, word in listings) */
#define LOOKUP_KINDS(X)                                                   \
	X(XREF, "xref")           /* our key: the id on the other side */ \
	X(XREF_BACK, "xref back") /* their id: our key */                 \
	X(TABLE, "lookup")        /* a key: a value of the tenant's table */

enum lookup_kind {
#define X(name, word) LOOKUP_##name,
	LOOKUP_KINDS(X)
#undef X
};

/* What a lookup gives; dates are texts here. */
enum lookup_type { LOOKUP_TEXT, LOOKUP_INT, LOOKUP_DECIMAL, LOOKUP_BOOL };

/* Answers come from outside: vm_set_lookups, for what `keys` tells. */
struct prog_lookup {
	enum lookup_kind kind;
	enum lookup_type type;
	struct str name; /* of the entity, or of the table */
};

/* WAIT's k: what becomes of a record when a lookup found nothing. */
enum prog_wait {
	WAIT_DEFER,  /* it waits for the other record's link */
	WAIT_CREATE, /* and that record is asked for */
	WAIT_ERROR,
};

enum prog_loop_kind {
	LOOP_MAP, LOOP_FILTER, LOOP_FIND, LOOP_ANY, LOOP_ALL, LOOP_COUNT,
};

struct prog_loop {
	enum prog_loop_kind kind;
	uint16_t func;     /* its first argument is the element */
	uint16_t captures; /* then these */
};

/*
 * An error raised at start <= pc < end goes on at target >= end, in the same
 * function.  Innermost first.  Limits (fuel, memory, length) are not caught.
 */
struct prog_handler {
	uint32_t start, end, target;
};

/* What a rule decides; the words of the language. */
#define ACTION_VERBS(X)                                                   \
	X(SKIP, "skip")                                                   \
	X(UPSERT, "upsert")                                               \
	X(UPDATE, "update")                                               \
	X(ARCHIVE, "archive")                                             \
	X(DELETE, "delete")                                               \
	X(CALL, "call")

enum action_verb {
#define X(name, word) ACTION_##name,
	ACTION_VERBS(X)
#undef X
};

/* The operations that one rule calls. */
#define CALLS_MAX 8

struct prog_action {
	enum action_verb verb;
	struct str reason;   /* of a skip */
	uint16_t *by;        /* out slots of `upsert by { … }` */
	struct str *by_name; /* their target names, last path element */
	uint16_t nby;
	uint16_t ncall;
	struct str *calls;   /* operations of the connector, one by one */
	uint32_t line;
	uint16_t file;
};

/* The events rules speak of; EVENT takes a set of these bits. */
#define EVENT_CREATE 1u
#define EVENT_UPDATE 2u
#define EVENT_DELETE 4u

/* X(name, word): what is known of the event that a record comes of */
#define EVENT_FIELDS(X)                                                   \
	X(OP, "op")   /* create, update or delete */                      \
	X(AT, "at")   /* when it was made */                              \
	X(KEY, "key") /* of the record on our side */

enum event_field {
#define X(name, word) EVENT_OF_##name,
	EVENT_FIELDS(X)
#undef X
	EVENT_NFIELD
};

/* "create"; bit is one EVENT_ bit. */
const char *event_word(unsigned bit);

/* A set of out slots, for CHANGED. */
struct prog_slots {
	const uint16_t *slot;
	uint16_t n;
};

struct prog_pos {
	uint32_t line;
	uint16_t col;
	uint16_t file; /* index into files */
};

/*
 * A rule of the map, for explain and coverage: its code is [start, end) of
 * main or of put, it writes the out slots, from the in slots.  A rule of an
 * element has neither; its code is of the element's function.
 */
struct prog_rule {
	uint32_t start, end;
	struct prog_pos pos;
	struct str text;   /* source of the rule, one line */
	struct str layer;  /* "" base, else the overlay's name */
	uint16_t *in, nin; /* in slots, counted from 0 */
	uint16_t *out, nout;
	uint8_t law;       /* enum law (vm/builtin.h) of a rule both ways */
	uint8_t joins;     /* into a list that may have more: each, pick */
};

struct prog_slot {
	struct str path; /* "properties.email" */
	const struct str *name; /* its steps; of a rest, the object's */
	uint16_t n;
	/* its first rule, or -1 */
	int32_t rule;
	unsigned flags;  /* LF_* */
	enum value_compare compare;
};

struct prog {
	struct str name;     /* "contact_hubspot ->" */
	const uint32_t *code;
	const struct prog_pos *pos; /* one per instruction */
	uint32_t ncode;
	const struct value *consts;
	uint32_t nconst;
	struct prog_func *funcs; /* 0 is main */
	uint32_t nfunc;
	struct prog_enum *enums;
	uint32_t nenum;
	const struct prog_loop *loops;
	uint32_t nloop;
	const struct prog_handler *handlers;
	uint32_t nhandler;
	const struct prog_action *actions;
	uint32_t naction;
	const struct prog_slots *sets;
	uint32_t nset;
	const struct prog_lookup *lookups;
	uint32_t nlookup;
	int rules;                     /* function of the rules, or -1 */
	/*
	 * The function that fits what main made into the target as it was, for
	 * rules that depend on it; 0: there are none.
	 */
	uint32_t put;
	/*
	 * The function that tells the keys of all lookups, from the in slots of
	 * main alone; 0: there are no lookups.
	 */
	uint32_t keys;
	const struct prog_rule *rule;
	uint32_t nrule;
	const struct prog_slot *in;    /* main's in slots */
	const struct prog_slot *out;   /* main's out slots */
	const struct prog_slot *old;   /* put's old slots */
	const struct str *files;
	uint32_t nfile;
	/* Checked and ready; set by prog_verify. */
	int sealed;
};

/* Name of an opcode, "MOVE". */
const char *prog_op_name(enum op op);

/*
 * Refuse every program that the interpreter could not survive; on success
 * build the indexes and seal it.  The error names pc, opcode and cause:
 * "pc 3: CONST: no constant 9".
 */
int prog_verify(struct prog *p, struct arena *a, struct err *e);

/* A listing: one line an instruction, with source lines where given. */
void prog_list(struct buf *out, const struct prog *p);
void prog_list_insn(struct buf *out, const struct prog *p, uint32_t pc);

#endif
