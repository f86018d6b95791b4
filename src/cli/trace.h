/*
 * What a program did with a record, for explain: which rules ran, what they
 * read, what each codec and enum made of its argument.
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include "vm/vm.h"

/* A call of main or put: what stood in its first register, and then. */
struct trace_step {
	uint32_t pc;
	struct value before, after;
	int done;
};

struct trace {
	const struct prog *p;
	struct arena *a;
	struct trace_step *steps;
	size_t nstep, cap;
	char *ran;              /* by rule of the program */
	const struct value *in; /* in slots */
};

/*
 * Map json by p and fit it into old, as vm_map and vm_put; the values lie in
 * a.  After an error, which e has, what was seen is there.
 */
int trace_run(struct trace *t, struct vm *vm, const struct prog *p,
    struct str json, struct str old, struct vm_frame *f, struct arena *a,
    struct err *e);
void trace_fini(struct trace *t);

/* The rule that wrote an out slot: one that ran, else its first; or -1. */
int32_t trace_rule(const struct trace *t, uint16_t slot);
/* The rule of the step that failed, or -1. */
int32_t trace_failed(const struct trace *t);

/* Where a rule stands, what it read, what it called; nothing for -1. */
void trace_text(struct buf *out, const struct trace *t, int32_t rule);
/* The same as `,"rule":…,"file":…,"line":…,"layer":…,"inputs":…,"steps":…`. */
void trace_json(struct buf *out, const struct trace *t, int32_t rule);

/* A record from a file, with the readable bytes that the reader wants. */
int trace_record(const char *path, struct buf *b, struct str *record,
    struct err *e);

/* "file" of a place of p. */
struct str trace_file(const struct prog *p, uint16_t file);
/* `"file":…,"line":…` */
void trace_place(struct buf *out, struct str file, uint32_t line);
/* "absent", "null", "empty" or "value". */
const char *trace_state(struct value v);
/* v as JSON; absent is the word. */
void trace_value(struct buf *out, struct value v);

#endif
