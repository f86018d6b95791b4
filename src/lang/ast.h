/*
 * The syntax tree: what the parser found, nothing decided yet.
 *
 * Everything lies in the arena of the compile.  Lists are linked in source
 * order.  A node knows its bytes in the source; lines and columns are made
 * from them when a message or a pc table needs them.
 *
 * An expression is at most AST_DEPTH deep, so walks may recurse.
 */
#ifndef LANG_AST_H
#define LANG_AST_H

#include "base/arena.h"
#include "base/str.h"

#define AST_DEPTH 64

/* Bytes [beg, end) of file number file. */
struct span {
	uint32_t beg, end;
	uint16_t file;
};

/* A name and where it stands. */
struct word {
	struct str text;
	struct span span;
};

enum expr_kind {
	EX_BAD,      /* an error was reported; silent from here on */
	EX_NULL,
	EX_ABSENT,
	EX_TRUE,
	EX_FALSE,
	EX_NUMBER,   /* text: the literal */
	EX_DURATION, /* text: the literal, "10s" */
	EX_PERCENT,  /* text: the literal, "20%" */
	EX_TEXT,     /* text: decoded */
	EX_INTERP,   /* items: texts and expressions in turn */
	EX_NAME,     /* text */
	EX_FIELD,    /* a . text */
	EX_TUPLE,    /* a . { items } */
	EX_INDEX,    /* a [ b ] */
	EX_CALL,     /* a ( items ) */
	EX_LIST,     /* items */
	EX_RECORD,   /* items, named */
	EX_MATCH,    /* a: subject or NULL; items: key => value; NULL: else */
	EX_KEYS,     /* items: several keys of an arm */
	EX_IF,       /* if a then b else c */
	EX_TRY,      /* try a else b */
	EX_NIL_ELSE, /* a ?? b */
	EX_NOT,
	EX_NEG,
	EX_AND,
	EX_OR,
	EX_ADD,
	EX_SUB,
	EX_MUL,
	EX_EQ,
	EX_NE,
	EX_LT,
	EX_LE,
	EX_GT,
	EX_GE,
	EX_IN,
	EX_LAMBDA,   /* text => a */
};

struct item;

struct expr {
	enum expr_kind kind;
	uint16_t depth;
	uint16_t n;         /* how many items */
	struct span span;
	struct span op;     /* the operator's or the name's own bytes */
	struct str text;
	struct expr *a, *b, *c;
	struct item *items;
	struct note *note;  /* what the checker found out */
};

/* An argument, member, arm, parameter, attribute, codec of a pipe … */
struct item {
	struct item *next;
	struct span span;
	struct word name;   /* n == 0: none */
	struct expr *key;   /* arms of match: the condition */
	struct expr *value;
	struct type_name *type; /* parameters */
};

struct items {
	struct item *first, *last;
	uint16_t n;
};

/* A type as written: text, list<text>, text? */
struct type_name {
	struct word name;
	struct type_name *of;
	int nullable;
	uint16_t depth;
};

enum arrow { ARROW_BOTH, ARROW_BACK /* <- */, ARROW_FORTH /* -> */ };

enum stmt_kind {
	ST_ROW,       /* enum: left arrow right, NULL left: else */
	ST_DEFAULT,   /* on word value; */
	ST_RULE,      /* left arrow right via pipe with attrs */
	ST_EACH,      /* left as name, right as name2, key left = right, body */
	ST_PICK,      /* left as name where guard create value, right */
	ST_WHEN,      /* guard, body */
	ST_REST,      /* left.* arrow right.* except words, pipe, attrs */
	ST_DROP,      /* left, left.* where rest; rules name */
	ST_ON,        /* on words when guard do action */
	ST_OTHERWISE, /* action */
	ST_GIVEN,     /* name = value */
	ST_EXPECT,
	ST_PUT,
	ST_FORTH,     /* -> : value */
	ST_BACK,      /* <- : value */
	ST_LAW,       /* name : value */
	ST_CLAUSE,    /* name args, value, body: identity, laws, connectors */
	ST_CASE,      /* guard => args, NULL guard: else */
};

struct action {
	struct word verb;
	struct expr *reason;
	struct items by;
	int has_by;
	struct word then;   /* "call", the verb itself of `do call …` */
	struct items calls; /* operations that follow, or are the verb */
};

struct stmt {
	struct stmt *next;
	enum stmt_kind kind;
	enum arrow arrow;
	struct span span;   /* all of it, the ; too */
	struct span head;   /* up to the body, without ; */
	struct span at;     /* of the arrow */
	struct word name, name2;
	struct expr *left, *right;
	struct expr *key, *key2;
	struct expr *guard, *value;
	struct items words; /* events, excepted names, arguments */
	struct items pipe, attrs;
	struct action action;
	struct stmt *body;
	int has_body, has_value, rest;
};

struct stmts {
	struct stmt *first, *last;
};

enum decl_kind {
	DE_USE, DE_SCHEMA, DE_ENUM, DE_MAP, DE_IDENTITY, DE_RULES, DE_TEST,
	DE_LAWS, DE_PARAM, DE_EXTEND, DE_CONNECTOR, DE_CODEC, DE_FN,
};

struct decl {
	struct decl *next;
	enum decl_kind kind;
	struct span span;  /* all of it */
	struct span head;  /* up to the body */
	struct word name;  /* dotted for a schema */
	struct word owner; /* for what, dotted; as what */
	struct word path;  /* of use and schema: decoded text */
	struct word left_name, left_schema;   /* map: (c: app.contact) */
	struct word right_name, right_schema;
	struct word way;   /* rules: inbound */
	struct items params;
	struct type_name *type, *type2;
	struct expr *value;
	struct stmt *body;
};

struct decls {
	struct decl *first, *last;
};

/* "`,`", "match", … : for messages about a whole expression. */
const char *expr_word(enum expr_kind k);
/* What a declaration is called: "enum". */
const char *decl_word(enum decl_kind k);
/*
 * A path a.b.c as names: fills out[0 .. max) and returns how many, the root
 * included; 0 when e is something else (calls, indexes …) or too long.
 */
size_t expr_path(const struct expr *e, struct str *out, size_t max);
/* The root name of a path, tuple or index; empty when it has none. */
struct str expr_root(const struct expr *e);

#endif
