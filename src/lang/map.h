/*
 * The rules of a map as a whole.
 */
#ifndef LANG_MAP_H
#define LANG_MAP_H

#include "lang/compile.h"

/*
 * One writer for every path, prefixes and rests included; every required
 * target written.
 */
void graph_check(struct map_info *m);
/* The last of these; required.c. */
void required_check(struct map_info *m);

/* "properties.email" */
struct str path_show(struct compile *c, const struct str *path, size_t n);
/* Whether a rule names the field name of the object at, on a side. */
int map_names(const struct map_info *m, int right, const struct str *at,
    size_t n, struct str name);
/*
 * What the other side calls a member of a rest; back: right to left.  0 when
 * it is none of the rest's.
 */
int rest_rename(struct compile *c, const struct map_rule *r, int back,
    struct str name, struct str *out);

/* ---- parts of map.c ---- */

/*
 * e as a place; -1 with a finding when it is no path below a side.  whole: it
 * may be the side itself.
 */
int map_place(struct map_info *m, struct expr *e, struct place *p, int whole);
int map_is_left(const struct map_info *m, struct str root);
/* 0 when left belongs to the left side, right to the right; -1 reported. */
int map_sides(struct map_info *m, struct expr *left, struct expr *right);
struct map_rule *map_new_rule(struct map_info *m, struct stmt *s,
    struct expr **guards, unsigned nguard);
void map_keep_rule(struct map_info *m, struct map_rule *r);

/* Check rules of a body; guards are those of the groups around it. */
void map_body(struct map_info *m, struct stmt *list, struct expr **guards,
    unsigned nguard);
/* Codecs and attributes of a rule that goes both ways; 0 or -1. */
int map_pipe(struct map_info *m, struct map_rule *r, struct stmt *s);
/* May a rule write p, on the way back or forth?  -1 with a finding. */
int map_writable(struct map_info *m, const struct map_rule *r,
    const struct place *p, int back);
/* No expression may read a side, here and around it; why NULL: it may. */
enum { SIDE_LEFT = 1, SIDE_RIGHT = 2 };
void map_close(struct map_info *m, int sides, const char *why);
/* Whether e reads a field of a side. */
int map_reads(const struct expr *e, const struct local *side);
/* Check the statements of a map or overlay, and keep their rules. */
void map_rules(struct map_info *m, struct stmt *body);
/* Drop what the overlays drop, add their rules. */
void layers_apply(struct map_info *m);

/* What an overlay dropped. */
struct dropped {
	struct dropped *next;
	struct place place;
	struct span span;
};

/* "overlay `acme`", "the base" */
struct str layer_show(struct compile *c, const struct overlay *o);
/* >0 where x is above y, 0 where they are of one file. */
int layer_order(const struct overlay *x, const struct overlay *y);

/* ---- tuple.c: several fields of a side ---- */

/* e as one place, put into **places, or as those of a tuple; 0 or -1. */
int tuple_places(struct map_info *m, struct expr *e, struct place **places,
    unsigned *n);
struct type tuple_type(struct compile *c, const struct place *p, unsigned n);
int tuple_check(struct map_info *m, const struct map_rule *r);
/* Does a value of type t fit the places of a side?  -1 with a finding. */
int tuple_assign(struct map_info *m, const struct map_rule *r, struct type t,
    int back);

/* What a tenant's catalogue says of a schema's records; NULL: nothing. */
const struct schema_node *catalog_root(struct compile *c, struct word name);
/*
 * Make rules of rests that pass what is declared, from all that is not named
 * otherwise; 0 when there are none.
 */
int declared_expand(struct map_info *m);
/* Tell of what such a rest does not pass. */
void unknown_gen(struct compile *c, struct gen_func *f,
    const struct map_rule *r);

/* One-way rules whose texts are longer than what the target takes. */
void length_check(struct map_info *m);

/* A value that a rule may write, and where it stands in the source. */
struct sure {
	struct value v;
	struct span at;
};

/* Constants and rows of enums against all that the target's schema says. */
void values_check(struct map_info *m);
/*
 * All values that a rule can write, null and absent left out, in a direction;
 * 0: too many to know.
 */
size_t rule_values(struct compile *c, const struct map_rule *r, int back,
    struct sure **out);

/* Check a rest and keep it. */
void rest_check(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard);

/* ---- late.c: rules that are put ---- */

/* Whether a rule is run by put, in a direction. */
int map_is_late(const struct map_rule *r, int back);
/* What guards and codecs ask for on the way back is known by then. */
void late_check(struct map_info *m);

/* ---- each.c and pick.c ---- */

void each_check(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard);
void pick_check(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard);
/* Whether two picks of a list never mean one element; reports else. */
int picks_apart(struct map_info *m, const struct map_rule *x,
    const struct map_rule *y);
/* The list in register v becomes the target's list. */
void each_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned v);
/* The loop over the list in register v, with the element's function. */
void each_gen_loop(struct compile *c, struct gen_func *f,
    const struct map_rule *r, const struct gen_func *element, unsigned v);
/* The value that is picked, into register v. */
void pick_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    unsigned v);
/* Put the value of register v into the list, and that into an out slot. */
void pick_put_gen(struct compile *c, struct gen_func *f,
    const struct map_rule *r, unsigned v, unsigned slot);
/* mapgen.c: the code of one rule. */
void map_gen_rule(struct compile *c, struct gen_func *f,
    const struct map_rule *r, int back);
/* Name what is no part of the rests of a map or an element, before its code. */
void map_gen_rests(struct compile *c, struct map_info *m, struct gen *g,
    int back);

/*
 * What stands behind missing:, null: or error: (of says which): skip or, of an
 * error, keep; clear, error, and default(v) where other is given.  -1 with a
 * finding.
 */
int attr_nil(struct compile *c, struct str of, struct expr *e,
    enum nil_policy *out, struct expr **other);
/* "skip"; of an error that is what `keep` says. */
const char *attr_nil_word(enum nil_policy p);
/* Whether an attribute is written name: value, its value as word(…). */
int attr_valued(struct str name);
int attr_called(struct str word);
/* Read the attributes of a rule into it; -1 with a finding. */
int attr_check(struct compile *c, struct map_rule *r, struct items attrs);

/* Which ways a `<->` goes, once its attributes are read. */
void map_ways(struct map_rule *r);

/* What `own` says of a field that both sides changed. */
struct map_own {
	enum own kind;
	struct span span;
	enum own_order order;
	int tie_right;
	int64_t within_us;
	struct expr *value;      /* of expr; of union: the key, or NULL */
	struct local locals[5];  /* of expr */
	int func;                /* of the forward program, once it is made */
};

/* What stands behind own: or `on conflict`; NULL with a finding. */
struct map_own *own_read(struct compile *c, struct expr *e);
/* Whether own suits a rule whose types are known; -1 with a finding. */
int own_check(struct map_info *m, struct map_rule *r);
/* A rule of an element is decided with its list. */
void own_inside(struct map_info *m, const struct map_rule *r);
/* The function of an expr in the forward program. */
void own_gen(struct compile *c, struct gen *g, struct map_rule *r);
/* Which rules are decided as one, and that they agree on how. */
void unify_check(struct map_info *m);

/* The type of a rule's value after missing: and null:. */
struct type assign_policy(struct compile *c, const struct map_rule *r,
    struct type t, int back);
/* A value of type from is written to p: does it fit?  -1 with a finding. */
int assign_check(struct map_info *m, const struct map_rule *r,
    const struct place *p, struct type from, int back, struct span at);

#endif
