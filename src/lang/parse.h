/*
 * Text to syntax tree: what grammar/parser.y and grammar/lexer.l share.
 */
#ifndef LANG_PARSE_H
#define LANG_PARSE_H

#include "lang/source.h"

/* A token as the formatter sees it. */
struct token {
	int kind;
	struct span span;
	int block; /* a brace that opens or closes statements */
};

struct parse {
	struct sources *ss;
	struct source *src;
	struct arena *a;
	void *scanner;
	/* lexer */
	uint32_t at;          /* offset of the next byte */
	int after_dot;        /* any word is a name now */
	unsigned depth;       /* open braces */
	unsigned interp[AST_DEPTH]; /* depth at which "…{ began */
	unsigned ninterp;
	unsigned nesting;     /* open ( [ { together */
	struct buf text;      /* the string being decoded */
	uint32_t text_beg;
	/* recovery: braces that are blocks; inner ones are skipped */
	unsigned blocks;
	int recover;
	int cut;         /* a broken token was reported in this statement */
	uint32_t before; /* end of the token before the last */
	uint32_t last;   /* end of the last token */
	int held; /* a token read too early; 0: none */
	struct word held_value;
	struct span held_at;
	/* for the formatter; NULL: not wanted */
	struct token *tokens;
	size_t ntoken, ctoken;
	struct comment *comments;
	size_t ncomment, ccomment;
	int keep;
	/* what could stand where the source ends, for completion */
	uint32_t block_at[AST_DEPTH]; /* braces of the outer open blocks */
	int in_text;        /* it ends in a text, which the last token is */
	int wants_name;     /* any name */
	int wants_value;    /* an expression */
	const char *words[64]; /* of the language; the soft ones are names */
	unsigned char soft[64];
	int nword;
};

/* Parse src into src->decls; findings go to ss->d.  0, or -1 with errors. */
int parse_source(struct sources *ss, struct source *src);
/* The same, keeping tokens and comments (in the arena). */
int parse_tokens(struct sources *ss, struct source *src, struct parse *p);

/* Nodes; used by the grammar only. */
struct expr *ast_expr(struct parse *p, enum expr_kind k, struct span sp);
struct expr *ast_op(struct parse *p, enum expr_kind k, struct span sp,
    struct span op, struct expr *a, struct expr *b, struct expr *c);
struct expr *ast_items(struct parse *p, enum expr_kind k, struct span sp,
    struct expr *a, struct items items);
struct expr *ast_word(struct parse *p, enum expr_kind k, struct word w);
struct expr *ast_field(struct parse *p, struct span sp, struct expr *a,
    struct word name);
struct expr *ast_negative(struct parse *p, struct span sp, struct str number);
struct expr *ast_lambda(struct parse *p, struct expr *e, struct expr *body);
/* A fixed part of a text with {…}. */
struct item *ast_text(struct parse *p, struct word w);
struct item *ast_item(struct parse *p, struct span sp, struct word name,
    struct expr *key, struct expr *value);
struct items items_one(struct item *i);
struct items items_add(struct parse *p, struct items l, struct item *i);
struct stmt *ast_stmt(struct parse *p, enum stmt_kind k, struct span sp);
struct stmts stmts_add(struct stmts l, struct stmt *s);
struct decl *ast_decl(struct parse *p, enum decl_kind k, struct span sp,
    struct word name);
struct decls decls_add(struct decls l, struct decl *d);
/* One word of two, with a character between them. */
struct word word_join(struct parse *p, struct word a, struct word b,
    char with);
struct type_name *ast_type(struct parse *p, struct word name,
    struct type_name *of, int nullable);

/*
 * A syntax error: what stood at a place, what could have (n may be 0), and
 * whether a semicolon was among it; operator: it was one, between arguments.
 */
void parse_unexpected(struct parse *p, struct span at, int eof,
    const char *const *want, int n, int semicolon, int operator);

#endif
