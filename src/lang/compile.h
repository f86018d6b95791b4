/*
 * Inside the compiler: what its parts share.
 *
 *   compile.c   files, declarations, order of work
 *   things.c    functions, params, schemas, finding by name
 *   codec.c     codecs of one's own
 *   param.c     params and the values they are given
 *   sig.c       signatures of built-ins
 *   literal.c expr.c choice.c call.c loop.c fact.c   check expressions
 *   genexpr.c   make their code
 *   enum.c      enums, both directions
 *   attr.c pipe.c assign.c own.c map.c     rules of a map, one by one
 *   each.c pick.c late.c                   lists, and rules that are put
 *   graph.c required.c prove.c and together  mapgen.c  their two programs
 *   unify.c     what is decided as one
 *   layer.c     overlays, and which map a block is for
 *   rules.c     what to do with a record
 *   identity.c  and by what it is found
 *   clause.c conn.c connop.c connresult.c
 *   connclass.c connfeed.c connhook.c      connectors
 *   block.c lawblock.c                     test blocks, laws blocks
 *   mention.c query.c                      what is where, for editors
 *   document.c doctext.c docrule.c         pages about mappings
 */
#ifndef LANG_COMPILE_H
#define LANG_COMPILE_H

#include "base/path.h"
#include "lang/gen.h"
#include "lang/source.h"
#include "lang/type.h"
#include "vm/builtin.h"
#include "vm/unit.h"

struct module;

/* A declared thing that expressions and maps name. */
struct entity {
	struct decl *decl;
	struct module *mod;
	int used;
	int open;    /* being checked: meeting it again is a cycle */
	int checked; /* 1 good, -1 its error was reported */
	union {
		struct enum_info *en;
		struct fn_info *fn;
		struct codec_info *codec;
		struct map_info *map;
		struct schema_info *schema;
		struct module *module; /* of use */
		struct param_info *param;
	} u;
};

/* A file and what it declares. */
struct module {
	struct source *src;
	int loading; /* its uses are being read */
	struct table things;  /* enums, codecs, functions */
	struct table params;
	struct table maps;
	struct table schemas;
	struct table aliases; /* of use */
	struct table connectors;
	unsigned rank; /* higher than that of all it uses */
	struct module *next;
};

struct compile {
	struct arena *a;     /* of the compile */
	struct sources ss;
	struct diags *d;
	struct unit *unit;
	lang_read_fn *read;
	void *arg;
	struct schema_set *schemas;
	struct table modules; /* by path */
	struct module *first, *last; /* by rank; the last is the file itself */
	struct overlay *overlays, **last_overlay;
	struct lang_sources files;
	size_t cfiles;
	struct map_info *maps, **last_map;
	const struct sig **sigs; /* by built-in, read when first met */
	struct map_info **test_maps; /* of the unit's tests */
	struct given **given;        /* and the params of each */
	struct value *values;        /* of params: records, the first wins */
	size_t nvalue;
	unsigned nesting;    /* of files, of functions */
	const struct lang_options *options; /* or NULL */
};

/*
 * A compile in an arena, which its tree, notes and tables live as long as;
 * the unit is the caller's to unref.
 */
void compile_begin(struct compile *c, struct arena *a, lang_read_fn *read,
    void *arg, struct diags *d);
void compile_run(struct compile *c, struct str path,
    const struct lang_options *o);

/* ---- signatures ---- */

struct sig_type {
	struct type one[4]; /* alternatives */
	unsigned n;
	int var;            /* T, or time */
	int time;           /* time: a date or datetime */
	int list_var;       /* list<T>, list<list<T>>: how many */
	int opt;            /* a result that may be absent */
	struct str words[16]; /* words that stand for themselves */
	unsigned nword;
};

struct sig_param {
	struct str name;
	struct sig_type type;
	struct expr *other; /* the default, a literal; NULL: needed */
};

struct sig {
	const struct builtin *b;
	unsigned index;
	struct sig_param *params; /* codecs: those after `it` */
	unsigned nparam;
	struct sig_type result;   /* codecs: right */
	struct sig_type left;
};

const struct sig *sig_of(struct compile *c, unsigned builtin);
/* 0 and T bound in *var where it fits; -1. */
int sig_fits(struct compile *c, const struct sig_type *want, struct type got,
    struct type *var);
/* The type that a result of this signature has. */
struct type sig_result(struct compile *c, const struct sig_type *t,
    struct type var);
struct str sig_text(struct compile *c, const struct sig_type *t);

/* ---- expressions ---- */

enum local_kind { LOCAL_LEFT, LOCAL_RIGHT, LOCAL_ARG, LOCAL_CONST };

struct local {
	struct local *up;
	struct str name;
	struct type type;
	enum local_kind kind;
	unsigned reg;           /* of an argument */
	struct value value;     /* of a constant */
	struct lambda *owner;   /* whose argument it is; NULL: of no lambda */
	const char *not_here;   /* why it cannot be read here; NULL: it can */
	int used;
};

/* A function written in place; what it takes from outside is captured. */
struct capture {
	const struct local *local;
	struct str *path;       /* of a side: fields below the root */
	size_t npath;
};

struct lambda {
	struct lambda *up;
	struct local arg;
	int bare;               /* it has no argument but the captures */
	struct capture *list;
	unsigned n, cap;
};

/* Which words mean something where an expression stands. */
#define CK_RULES 1     /* linked(h), changed(path) */
#define CK_CONNECTOR 2 /* header(…), durations; any is taken for anything */
#define CK_AFTER 4     /* a header is how long to wait */
#define CK_KEY 8       /* what would need a value gives no key without */
#define CK_ALONE 16    /* asks no other record and no table */

struct check {
	struct compile *c;
	struct module *m;
	struct local *scope;
	struct lambda *lambda;
	unsigned flags;
	struct map_info *map;       /* of rules */
	int tried;                  /* inside try … */
	const struct expr *fails;   /* the first that can, outside of try */
	const struct fact *facts;   /* what is known to be not nil; fact.c */
	unsigned calls;             /* how deep the functions below call */
	int in_key;                 /* of a lookup */
	unsigned looks;             /* LOOKS_… so far */
};

/* What the checker found out about an expression; hangs on expr.note. */
enum note_kind {
	NOTE_NONE,
	NOTE_CONST,   /* value */
	NOTE_PARAM,   /* the value of entity, a param; it may have none */
	NOTE_LOCAL,   /* local */
	NOTE_SLOT,    /* local is a side; path below it */
	NOTE_CALL,    /* built-in k with args */
	NOTE_FN,      /* user function with args */
	NOTE_ENUM,    /* enum of args[0] */
	NOTE_LOOP,    /* loop over args[0] with lambda */
	NOTE_LINKED,
	NOTE_CHANGED, /* slots to be found in the map */
	NOTE_HEADER,  /* value: the lower-case name */
	NOTE_LOOKUP,  /* lookup of key args[0] */
	NOTE_EVENT,   /* field k of the event */
};

struct note {
	enum note_kind kind;
	int done;
	struct type type;
	struct value value;
	const struct local *local;
	struct str *path;
	size_t npath;
	unsigned k;
	enum prog_loop_kind loop;
	struct expr **args;
	unsigned nargs;
	struct entity *entity;
	const struct fn_info *fn;
	struct lambda *lambda;
	const struct lookup *lookup;
	struct span span;
};

/* Check and annotate; errors are reported and give TYPE_BAD. */
struct type check_expr(struct check *ck, struct expr *e);
struct type check_call(struct check *ck, struct expr *e);
/* The same, and it must be a bool that is never nil. */
void check_condition(struct check *ck, struct expr *e);
/* The same, and it must be a value of type t (nil bits included). */
int check_expect(struct check *ck, struct expr *e, struct type t,
    const char *what);
/* After check_expr at the outermost level: nothing may fail outside of try. */
void check_sure(struct check *ck, struct expr *e);

/* Parameters of what is called, however it was declared. */
struct formal {
	struct str name;
	struct expr *other; /* the default; NULL: needed */
};

/*
 * Sort the arguments of a call into args[0 .. n): by position, then by name.
 * 0, or -1 with a finding.
 */
int call_sort(struct check *ck, struct expr *e, struct str what,
    const struct formal *formal, unsigned n, struct expr **args);
/* Check one against its parameter; *var is what T is so far. */
int call_check_arg(struct check *ck, struct str what,
    const struct sig_param *p, struct expr *e, struct type *var);
/* The dotted name of what is called; empty when it is no name. */
struct str call_name(struct compile *c, const struct expr *e);
/* Report that nothing is called so. */
void call_unknown(struct check *ck, struct span at, struct str name);

/* Note in f what e takes from outside of it. */
void lambda_captures(struct compile *c, struct lambda *f,
    const struct expr *e);

struct note *expr_note(struct compile *c, struct expr *e);
/* The value of a checked or literal expression that is constant. */
int expr_const(struct compile *c, const struct expr *e, struct value *v);
/* Whether e is a path below a side; its note has it. */
int expr_is_slot(const struct expr *e);
struct type bad_type(void);

/* Code for a checked expression, its value in register dst of f. */
void gen_expr(struct compile *c, struct gen_func *f, const struct expr *e,
    unsigned dst);
/* A function in a program, made when first called. */
unsigned gen_fn(struct compile *c, struct gen *g, const struct fn_info *fn);
/* A field of the target in put: what main wrote, else what was there. */
void gen_target(struct gen_func *f, struct str *path, size_t npath,
    unsigned dst);
/* The value of a name, or of a path below a side. */
void gen_load(struct compile *c, struct gen_func *f, const struct local *l,
    struct str *path, size_t npath, unsigned dst);
/*
 * How much of a path lies in an in slot; what is below is read from its value,
 * as it belongs to a rest.
 */
size_t gen_reach(const struct gen *g, const struct str *path, size_t npath);
/* The loop of e, with fn in place of its body. */
void gen_loop_over(struct compile *c, struct gen_func *f,
    const struct expr *e, enum prog_loop_kind kind,
    const struct gen_func *fn, unsigned dst);
/* The set of out slots of changed(path); rules.c. */
size_t gen_changed(struct compile *c, struct gen_func *f,
    const struct note *n);

/* Characters of UTF-8. */
size_t text_chars(struct str s);
/* The length that a text of at most in has after a built-in, at most. */
size_t length_after(struct compile *c, const char *name, size_t in,
    struct expr **args, unsigned n, int back);
size_t length_add(size_t a, size_t b); /* SIZE_MAX: unknown */

/* ---- enums, functions, params ---- */

struct enum_row {
	struct value left, right;
	enum arrow arrow;
	const struct stmt *stmt;
};

struct enum_info {
	struct str name;
	enum type_kind left, right;
	struct enum_row *rows;
	unsigned n;
	struct table by_key[2]; /* rows that go forward, back */
	enum prog_else forth, back;
	struct value forth_value, back_value;
	int has_forth, has_back; /* an else was written */
	enum law law;
};

/* A function, or one way of a codec. */
struct fn_info {
	struct str name;
	struct expr *body;
	struct type *params;
	struct str *names;
	struct expr **defaults;
	struct local *locals;
	unsigned n;
	struct type result;
	const struct expr *fails; /* what in it can; NULL: nothing */
	unsigned looks; /* LOOKS_… */
	unsigned depth; /* of calls, its own included */
};

/* A codec of one's own: `it` is the first parameter of both. */
struct codec_info {
	struct fn_info way[2]; /* forth, back */
	enum law law;
};

struct param_info {
	struct type type;
	struct value value;
	int has_value;
	int fixed; /* what was checked depends on the value */
};

/* A param's value in a test. */
struct given {
	struct given *next;
	struct param_info *param;
	struct value value;
	int had_none; /* while they are swapped: it has no value of its own */
};

struct schema_info {
	struct str path;
	const struct schema *schema; /* of the unit's set */
	const struct schema_node *root;
	const struct schema *written; /* of records that are made, or NULL */
};

/* Read once; what was read is part of the unit's sources. */
int file_read(struct compile *c, struct str path, struct str *text,
    struct err *e);

/* All make their info once; -1 when an error was reported. */
int enum_check(struct compile *c, struct entity *en);
int fn_check(struct compile *c, struct entity *fn);
int codec_check(struct compile *c, struct entity *codec);
int param_check(struct compile *c, struct entity *p);
/* The values that come with the options. */
void params_read(struct compile *c, const struct lang_options *o);
/* Say which params have no value; list them all in the unit. */
void params_note(struct compile *c, struct module *m);
void params_list(struct compile *c);
/* By name, NULL with a finding at at. */
struct entity *param_find(struct check *ck, struct str name, struct span at);
/* A constant that a param takes; -1 with a finding. */
int param_take(struct check *ck, const struct param_info *p, struct expr *e,
    struct value *v);
/* given param = {…}; of a test. */
void param_given(struct check *ck, const struct stmt *s,
    struct given **list);
/* Programs of the tests that have params of their own. */
void param_maps(struct compile *c);
/* What reads a param: its value, -1 where it has none; then code that fails. */
int param_const(const struct note *n, struct value *v);
void param_gen(struct compile *c, struct gen_func *f, const struct note *n);
int schema_check_decl(struct compile *c, struct entity *s);
/* A schema that was checked, for records that are made. */
const struct schema *schema_written(struct compile *c, struct entity *s);

/* ---- parts of functions and codecs ---- */

/*
 * Between these e is being checked, and a call of it goes round; -1 with a
 * finding when it cannot be.
 */
int fn_enter(struct compile *c, struct entity *e);
void fn_leave(struct compile *c, struct entity *e);
/* Room for n parameters. */
void fn_room(struct compile *c, struct fn_info *fn, unsigned n);
/*
 * The parameters of d; the first so many of fn are the caller's.  They come
 * into the scope of ck.  -1 with a finding.
 */
int fn_params(struct check *ck, struct decl *d, struct fn_info *fn,
    unsigned first);
/* The body in the scope of ck, against the type that is stated or NULL. */
int fn_body(struct check *ck, const struct decl *d, struct fn_info *fn,
    const struct type *stated);
/* A type as written; -1 with a finding. */
int type_declared(struct compile *c, const struct type_name *n,
    struct type *out);
/* The function that a call of thing means; NULL when it has errors. */
const struct fn_info *fn_of(struct compile *c, struct entity *thing);

/* One direction of an enum, of the value in register dst. */
void enum_gen(struct gen_func *f, const struct enum_info *en, int back,
    unsigned dst);
/* The same of each element of a list; the enum knows no null. */
void enum_gen_list(struct gen_func *f, const struct enum_info *en, int back,
    unsigned dst);
/* Whether a row or an else has null. */
int enum_has_null(const struct enum_info *en);
/* What of nil comes out where nil may come in. */
unsigned enum_nil(const struct enum_info *en, unsigned nil, int back);
/* The type of a side, with its options, without nil. */
struct type enum_type(struct compile *c, const struct enum_info *en, int right);
/* Values of from that no row takes are findings, at span at; 0 or -1. */
int enum_cover(struct compile *c, const struct entity *en, struct type from,
    int back, struct span at, struct str field);

/* ---- events ---- */

/* The EVENT_ bit of a word; 0, and near has what it may mean. */
unsigned event_bit(struct str word, struct near *near);
/* event.op: 1 when e is such, *t is its type or BAD with a finding. */
int event_check(struct check *ck, struct expr *e, struct type *t);
/* given event = {…}: 1 when the step is one, 0, or -1 with a finding. */
int event_given(struct compile *c, const struct map_info *m,
    const struct stmt *s, struct unit_step *out);

/* ---- maps ---- */

/* A codec of a rule, in the order in which it is written: left to right. */
struct step {
	const struct sig *sig;  /* built-in */
	struct entity *en;      /* or enum, */
	int each;               /* of each element of a list */
	const struct fn_info *way[2]; /* or functions; [1] NULL: one way */
	enum law law;
	const struct lookup *lookup; /* or lookup */
	struct expr **args;
	unsigned nargs;
	int as_text;            /* HIDDEN_AS_TEXT */
	struct span span;
	struct str name;
};

/* NIL_DEFER and NIL_CREATE are about the link that an xref did not find. */
enum nil_policy { NIL_SKIP, NIL_CLEAR, NIL_ERROR, NIL_DEFAULT, NIL_DEFER,
	NIL_CREATE };

/* A place of a record that a rule reads or writes. */
struct place {
	struct expr *expr;
	struct str *path;
	size_t n;
	struct type type;
};

enum rule_kind { RULE_FIELD, RULE_TUPLE, RULE_REST, RULE_EACH, RULE_PICK,
	RULE_UNKNOWN /* what is left of a rest of declared fields */ };

/* `when` groups nest at most so deep. */
#define GUARDS_MAX 16

/* What becomes of our fields that are in no catalogue. */
enum unknown_policy { UNKNOWN_WARN, UNKNOWN_SKIP, UNKNOWN_ERROR };

struct map_rule {
	struct map_rule *next;
	struct stmt *stmt;
	const struct overlay *layer; /* NULL: the base */
	const struct map_rule *clash; /* another writer, reported */
	struct map_rule *of;    /* the rest that it was made of */
	enum rule_kind kind;
	int forth, back;        /* it writes right, it writes left */
	struct place *left;     /* several of a tuple */
	unsigned nleft;
	struct place right;
	struct place *rights;   /* several of a tuple, else &right */
	unsigned nright;
	struct expr *source;    /* of a one-way rule */
	struct type source_type;
	struct step *steps;
	unsigned nstep;
	enum nil_policy missing, null, error;
	struct expr *other;     /* missing: default(…) */
	int required, lossy, create_only, readonly;
	struct map_own *own;    /* NULL: the map's */
	struct word group;
	struct map_rule *one;   /* another that is decided with it, or itself */
	int no[2];              /* its number among the rules of a program */
	enum law law;
	struct expr **guards;   /* of the when groups around it */
	unsigned nguard;
	unsigned looks, pipe_looks; /* LOOKS_… of it, of its pipe alone */
	struct str prefix, suffix; /* of a rest */
	int declared;           /* only what a catalogue lists */
	enum unknown_policy unknown;
	int reads_left;         /* an argument of a codec does */
	/* each: rules of an element, and what joins two of them */
	struct map_info *body;
	struct place key[2];
	int prune;
	enum { ORDER_TARGET, ORDER_OURS, ORDER_THEIRS } order;
	/* pick: which element, what a new one is, where the value stands */
	struct local *element;
	struct lambda *where;
	struct expr *create;
	struct value created;
	struct str at;
	int list_right;
};

/* A path that a rule names. */
struct named {
	struct named *next;
	struct str *path;
	size_t n;
};

struct map_info {
	struct map_info *next;
	struct map_info *up;    /* of an element: the map around it */
	struct map_rule *each;  /* the rule that it is the body of */
	struct lambda *lambda;  /* and the function that it becomes */
	struct span head;       /* where it is declared */
	struct entity *e;
	struct check ck;
	struct local left, right;
	struct str left_schema, right_schema;
	const struct schema *schema[2]; /* left, right */
	enum nil_policy missing, null, error;
	struct map_own *own;    /* of `on conflict`; NULL: left */
	struct gen *gen[2];     /* forward, backward */
	struct map_rule *rules, **last;
	size_t nrule;
	struct decl *sync[2];   /* rules for it: outbound, inbound */
	struct decl *laws_block;
	struct unit_laws laws;
	struct named *named[2]; /* left, right */
	struct identity *identity;
	struct overlay *layer;  /* whose rules are read */
	struct dropped *dropped;
	int declares; /* a rest of it goes by a catalogue */
	int bad;
};

/* Check a map's rules and what they promise together. */
int map_check(struct compile *c, struct entity *e);
/* Codecs of a rule. */
int pipe_check(struct check *ck, struct map_rule *r, struct items pipe);
/*
 * The type that comes out of the steps of r, from a value of type t, on the
 * way back or forth; BAD with a finding.
 */
struct type pipe_flow(struct compile *c, const struct map_rule *r,
    struct type t, int back);
void pipe_gen(struct compile *c, struct gen_func *f, const struct map_rule *r,
    int back, unsigned dst);
/*
 * The function of a step in a direction, NULL: it is none.  One without a way
 * back is the same in both directions of one-way rules.
 */
const struct fn_info *step_way(const struct step *s, int back);
/* The name in enum_list(interest) is that, unless a thing is called so. */
int is_enum_list(struct compile *c, struct module *m, struct expr *name);
void pipe_gen_step(struct compile *c, struct gen_func *f,
    const struct map_rule *r, const struct step *s, int back, unsigned dst);
enum value_compare pipe_compare(const struct map_rule *r, int back);
/* Into register v: what goes into the pipe of a rule. */
void map_gen_value(struct compile *c, struct gen_func *f,
    const struct map_rule *r, int back, unsigned v);
/* One direction as a program; NULL when a limit was passed. */
struct prog *map_gen(struct compile *c, struct map_info *m, int back);
/* What is decided as one, for unit_map.fields; after both map_gen. */
void fields_gen(struct compile *c, struct map_info *m, struct unit_map *out);
/* What the records must be that p, a direction of m, makes. */
struct unit_check map_hold(struct compile *c, const struct map_info *m,
    const struct prog *p, int back);
/* What to do with a record, of one direction. */
void rules_check(struct compile *c, struct map_info *m, struct module *mod,
    struct decl *d, int back);
void rules_gen(struct compile *c, struct map_info *m, struct gen *g);

/* ---- layers ---- */

/*
 * An `extend` block: a layer above its map and above the overlays before it,
 * which are those of the files it uses and of its own file.
 */
struct overlay {
	struct overlay *next;
	struct decl *decl;
	struct module *mod;
	struct entity *map;
	struct str name; /* its file's, without folder and .map */
	unsigned level;  /* above that of all below it */
};

/* Find the overlays of all maps; to be called before maps are checked. */
void layers_find(struct compile *c);
/* A map by "name" or "alias.name", which blocks of m say; NULL: none. */
struct entity *find_map(const struct compile *c, struct module *m,
    struct str name);
/* The map that a block of m is for; NULL with a finding. */
struct map_info *block_map(struct compile *c, struct module *m,
    struct decl *d);
/* Whether no file above m extends the map: what m tests is what there is. */
int layer_is_top(const struct compile *c, const struct module *m,
    const struct map_info *map);
/*
 * Whether block d of a map is used: 0 where a layer above drops it, and with a
 * finding where there is one already, was.
 */
int block_stands(struct compile *c, const struct decl *d,
    const struct map_info *map, const struct decl *was);
/* Give each map its rules of both directions, and check them. */
void layers_rules(struct compile *c);

/* ---- identity ---- */

void identity_check(struct compile *c, struct module *m, struct decl *d);
/* The functions of keys of one direction. */
void identity_gen(struct compile *c, const struct map_info *m, struct gen *g);
/* When both are made; NULL for a map without an identity. */
const struct unit_identity *identity_unit(struct compile *c,
    const struct map_info *m);

/* ---- blocks ---- */

void test_compile(struct compile *c, struct module *mod, struct decl *d,
    struct map_info *m, struct unit_test *out, struct given **given);
/* The laws block d of m, or what holds without one where d is NULL. */
void laws_compile(struct compile *c, const struct decl *d,
    struct unit_laws *out);
void connector_compile(struct compile *c, struct entity *e,
    struct unit_connector *out);

/*
 * The file in which a name is looked up: m, or the one that its alias means,
 * which *name then loses; NULL when there is no such file.
 */
struct module *find_module(struct module *m, struct str *name);
/* A declared thing by "name" or "alias.name"; NULL when there is none. */
struct entity *find_thing(struct compile *c, struct module *m, struct str name);
struct entity *find_in(struct table *t, struct str name);
/* Every name a call could mean, for "did you mean". */
void near_things(struct compile *c, struct module *m, struct near *n);

/* A literal as a value; -1 and a finding when it cannot be one. */
int literal_value(struct compile *c, const struct expr *e, struct value *v);
struct str value_show(struct compile *c, struct value v);

#endif
