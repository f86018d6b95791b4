/*
 * xref and lookup: what a map asks of other records and of tables.
 *
 * Keys are hoisted: they depend on the record alone, and keys.c makes the
 * function that tells them, so the answers for a whole batch are there before
 * its first record is mapped.
 */
#ifndef LANG_LOOKUP_H
#define LANG_LOOKUP_H

#include "lang/map.h"
#include "vm/lookup.h"

/* A word of the language that looks something up, as it stands. */
struct lookup {
	int xref;
	struct str name;
	enum lookup_type type;
	struct type result;
};

/* What an expression, a rule or a function asks; bits. */
#define LOOKS_TABLE 1u
#define LOOKS_XREF 2u

/* xref("account", key), lookup("owners", key, int); -1: e is neither. */
int lookup_call(struct check *ck, struct expr *e, struct str name,
    struct type *t);
/* e calls a function that asks so much; -1 with a finding where it must not. */
int lookup_inside(struct check *ck, const struct expr *e, unsigned looks);
/* via xref("account"): 1 when s is one, 0, or -1 with a finding. */
int lookup_step(struct check *ck, const struct map_rule *r, struct step *s,
    struct expr *e);
/* The type that the step makes of one of type t. */
struct type lookup_flow(struct compile *c, const struct map_rule *r,
    const struct step *s, struct type t, int back);
/* What a rule that was read asks, and whether it may. */
int lookup_rule(struct map_info *m, struct map_rule *r);
/* given xref = {…}: 1 when the step is one, 0, or -1 with a finding. */
int lookup_given(struct compile *c, const struct map_info *m,
    const struct stmt *s, struct unit_step *out);

/* The key in dst becomes what is found. */
void lookup_gen(struct gen_func *f, const struct lookup *l, unsigned dst);
void lookup_gen_step(struct gen_func *f, const struct map_rule *r,
    const struct step *s, int back, unsigned dst);
/* The number of the lookup that a step or call is in this program. */
size_t lookup_index(struct gen_func *f, const struct lookup *l);
size_t lookup_step_index(struct gen_func *f, const struct map_rule *r,
    const struct step *s, int back);
/* Where the value in register v lacks a link: what the rule says of that. */
void lookup_gen_wait(struct gen_func *f, const struct map_rule *r, int back,
    unsigned v);

/* What e asks, functions that it calls included. */
unsigned lookup_of(const struct expr *e);
/* The function that tells the keys, where main or the rules ask something. */
void keys_gen(struct compile *c, struct map_info *m, struct gen *g, int back);

#endif
