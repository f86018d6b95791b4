/*
 * What is known of each instruction: opcodes.def as a table, for verifier,
 * listing and page.  Private to vm/.
 */
#ifndef VM_OP_H
#define VM_OP_H

#include "vm/prog.h"

enum op_format {
	FORMAT_NONE,
	FORMAT_A,
	FORMAT_ABC,
	FORMAT_WW,
	FORMAT_AK,
	FORMAT_AJ,
	FORMAT_J,
};

struct op_info {
	const char *name;
	enum op_format format;
	const char *reads;
	const char *writes;
	int fails;
	const char *text;
};

extern const struct op_info op_info[OP_COUNT];

static inline unsigned
insn_op(uint32_t w)
{
	return w & 0xff;
}

static inline unsigned
insn_a(uint32_t w)
{
	return w >> 8 & 0xff;
}

static inline unsigned
insn_b(uint32_t w)
{
	return w >> 16 & 0xff;
}

static inline unsigned
insn_c(uint32_t w)
{
	return w >> 24;
}

static inline unsigned
insn_wa(uint32_t w)
{
	return w >> 8 & 0xfff;
}

static inline unsigned
insn_wb(uint32_t w)
{
	return w >> 20;
}

/* The 16 bits of AK and AJ. */
static inline unsigned
insn_k(uint32_t w)
{
	return w >> 16;
}

static inline unsigned
insn_j(uint32_t w)
{
	return w >> 8;
}

#endif
