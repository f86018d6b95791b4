/*
 * Running a program.  A VM belongs to one thread; programs are shared.
 *
 * No I/O, no clock, no randomness: now is injected, and the same record
 * gives the same result.  Everything made for a record lies in the batch's
 * arena that the caller passes and resets.
 */
#ifndef VM_VM_H
#define VM_VM_H

#include "vm/prog.h"

struct vm;

struct vm_limits {
	/* a record: instructions of each function entered, built-ins' cost */
	uint64_t fuel;
	size_t arena_bytes;  /* made for a record */
	size_t output_bytes;
	uint32_t list_length;
};

/* Defaults: 1,000,000 fuel, 16 MB, 4 MB, 10,000 elements. */
extern const struct vm_limits vm_limits_default;

struct vm *vm_new(const struct vm_limits *limits); /* NULL: the defaults */
void vm_free(struct vm *vm);
/* What now() is for the next records, microseconds since 1970. */
void vm_set_now(struct vm *vm, int64_t wall_us);

/*
 * The event that the next records come of, one EVENT_ bit, microseconds since
 * 1970 or VM_AT_NOW, and the key of the record on our side, whose bytes the
 * caller keeps.  Until one is set: a create, now, "".
 */
#define VM_AT_NOW INT64_MIN
struct vm_event {
	unsigned op;
	int64_t at_us;
	struct str key;
};
void vm_set_event(struct vm *vm, const struct vm_event *ev);

/*
 * Called before each instruction with the frame; for explain, coverage and
 * tests.  NULL: none, the normal state, at no cost.
 */
typedef void vm_trace_fn(void *arg, const struct prog *p, uint32_t pc,
    const struct value *frame);
void vm_set_trace(struct vm *vm, vm_trace_fn *fn, void *arg);

/*
 * Called with a field, "custom.score", that a rest met and left out as it is
 * in no catalogue, once for each record that has it.  NULL: nobody listens.
 */
typedef void vm_warn_fn(void *arg, struct str field);
void vm_set_warn(struct vm *vm, vm_warn_fn *fn, void *arg);

/*
 * What other records and tables know.  The answers for a batch are there
 * before it is mapped, so fn only looks into memory.  It gives a vm_answer;
 * key lives as long as the record.  Not known is an error: nobody asked for
 * that key.
 */
enum vm_answer { VM_FOUND, VM_NOT_FOUND, VM_NOT_KNOWN };
typedef int vm_lookup_fn(void *arg, const struct prog_lookup *l,
    struct str key, struct value *found);
void vm_set_lookups(struct vm *vm, vm_lookup_fn *fn, void *arg);

/* A lookup that found nothing. */
struct vm_miss {
	const struct prog_lookup *lookup;
	struct str key;
	int create; /* the other record is asked for */
};
/* Why v is absent, when that is for a lookup that found nothing; else NULL. */
const struct vm_miss *vm_missed(struct value v);
/* After ERR_WAIT: what the record waits for. */
const struct vm_miss *vm_waits(const struct vm *vm);

/* Keys that lookups of a record may ask for, at most. */
#define VM_KEYS 1000
/*
 * Tell the keys that lookups will ask for when json is mapped; some may come
 * twice, or be asked for by no rule after all.
 */
typedef void vm_key_fn(void *arg, const struct prog_lookup *l,
    struct str key);
int vm_keys(struct vm *vm, const struct prog *p, struct str json,
    vm_key_fn *fn, void *arg, struct arena *a, struct err *e);

/*
 * The frame of a record that was mapped.  in and out are the slots of main;
 * they live until the arena is reset or the next vm_map.
 */
struct vm_frame {
	struct value *frame;
	const struct value *in;
	struct value *out;
};

/*
 * Read json and run main.  A failing rule fails the record: err.text begins
 * with "file:line: " of the rule, err.at is the line.  ERR_WAIT: the record
 * is right, but another one has to be there first.
 */
int vm_map(struct vm *vm, const struct prog *p, struct str json,
    struct vm_frame *f, struct arena *a, struct err *e);

/*
 * Fit what vm_map made into the target as it was: lists that are joined by
 * key, what is picked from one, rules that depend on what the target says.
 * old is that target as JSON; n == 0: there is none.  Needed after each
 * vm_map, before its out slots are written or compared.
 */
int vm_put(struct vm *vm, const struct prog *p, struct str old,
    struct vm_frame *f, struct arena *a, struct err *e);

struct unit_key;

/*
 * The key of the record in f, a frame of vm_map or vm_load: appends its
 * canonical text, the same bytes for equal keys.  1, 0 for a record without
 * the values that make it, -1.
 */
int vm_key(struct vm *vm, const struct prog *p, const struct unit_key *k,
    const struct vm_frame *f, struct buf *out, struct arena *a,
    struct err *e);

/* What the rules know beside the record and its event. */
struct vm_side {
	int linked;
	const uint64_t *dirty; /* of layout_diff; NULL: everything */
};

/*
 * Run the rules on a frame of vm_map.  *action points into p.  A map without
 * rules: upsert on create and update, skip on delete.
 */
int vm_rules(struct vm *vm, const struct prog *p, const struct vm_frame *f,
    const struct vm_side *side, const struct prog_action **action,
    struct arena *a, struct err *e);

/*
 * For a delete, which has no record: read json, {} or the last known one,
 * into the in slots without running main; the out slots are ABSENT.
 */
int vm_load(struct vm *vm, const struct prog *p, struct str json,
    struct vm_frame *f, struct arena *a, struct err *e);

/*
 * Read a target record as it was (the base, or what the other side has) into
 * an array in a that lines up with the out slots.
 */
int vm_read_target(struct vm *vm, const struct prog *p, struct str json,
    struct value **old, struct arena *a, struct err *e);

/*
 * Everything else of a program: call function func, which has no slots.  Does
 * not touch the frame of vm_map.  Each vm_map, vm_rules and vm_call has the
 * limits for itself.
 */
int vm_call(struct vm *vm, const struct prog *p, uint32_t func,
    const struct value *args, size_t nargs, struct value *result,
    struct arena *a, struct err *e);

/* Whether there is a time zone of that name. */
int vm_zone_known(struct str name);
/*
 * The next midnight in a time zone: the first instant after now_ms at which a
 * day begins there, and of two midnights of a day the second.
 */
int vm_midnight(struct vm *vm, struct str zone, int64_t now_ms,
    int64_t *next_ms, struct err *e);

#endif
