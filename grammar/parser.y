/*
 * The grammar of the .map language; README.md has it in EBNF.
 *
 * Actions only build nodes (lang/ast.h): nothing is looked up or decided
 * here.  After an error the parser goes on behind the next `;` or the `}` of
 * the block, so one pass finds all errors; braces inside the bad statement
 * are skipped by lang_yylex.
 */
%define api.pure full
%define api.prefix {lang_yy}
%define api.token.prefix {TK_}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct parse *p}

%code requires {
#include "lang/parse.h"
}

%code provides {
int lang_yylex(LANG_YYSTYPE *value, LANG_YYLTYPE *at, struct parse *p);
}

%code {
/* The place of a rule: its parts, or the end of what came before it. */
#define YYLLOC_DEFAULT(cur, rhs, n)                                       \
	do {                                                              \
		(cur).file = YYRHSLOC(rhs, (n) ? 1 : 0).file;             \
		(cur).beg = (n) ? YYRHSLOC(rhs, 1).beg                    \
				: YYRHSLOC(rhs, 0).end;                   \
		(cur).end = YYRHSLOC(rhs, n).end;                         \
	} while (0)

static struct span
span_join(struct span a, struct span b)
{
	return (struct span){ a.beg, b.end, a.file };
}

static const struct word no_word;
static const struct items no_items;

static struct item *
word_item(struct parse *p, struct word w)
{
	return ast_item(p, w.span, w, NULL, NULL);
}

static struct item *
expr_item(struct parse *p, struct expr *e)
{
	return ast_item(p, e->span, no_word, NULL, e);
}

static struct expr *
two(struct parse *p, enum expr_kind k, struct span sp, struct span op,
    struct expr *a, struct expr *b)
{
	return ast_op(p, k, sp, op, a, b, NULL);
}

static void
open_block(struct parse *p, struct span at)
{
	if (p->blocks < AST_DEPTH)
		p->block_at[p->blocks] = at.beg;
	p->blocks++;
}

static void yyerror(struct span *at, struct parse *p, const char *text);
}

%union {
	struct word word;
	struct expr *expr;
	struct item *item;
	struct items items;
	struct stmt *stmt;
	struct stmts stmts;
	struct decl *decl;
	struct decls decls;
	struct type_name *type;
	struct action action;
	enum arrow arrow;
}

/* Words that begin or join statements; names everywhere else. */
%token <word> USE "use" AS "as" SCHEMA "schema" ENUM "enum" MAP "map"
%token <word> IDENTITY "identity" RULES "rules" TEST "test" LAWS "laws"
%token <word> PARAM "param" EXTEND "extend" CONNECTOR "connector"
%token <word> CODEC "codec" FN "fn" FOR "for" ON "on" VIA "via" WITH "with"
%token <word> EACH "each" KEY "key" PICK "pick" WHERE "where"
%token <word> CREATE "create" WHEN "when" REST "rest" EXCEPT "except"
%token <word> DROP "drop" DO "do" BY "by" OTHERWISE "otherwise"
%token <word> GIVEN "given" EXPECT "expect" PUT "put"
/* Words of expressions; names only after `.` and before `:`. */
%token <word> MATCH "match" IF "if" THEN "then" ELSE "else" TRY "try"
%token <word> AND "and" OR "or" NOT "not" IN "in"
%token <word> CLASSIFY "classify" COST "cost"
%token <word> TRUE "true" FALSE "false" NULL "null" ABSENT "absent"

%token YYEOF 0 "end of file"
%token <word> NAME "a name"
%token <word> NUMBER "a number" DURATION "a duration" PERCENT "a percentage"
%token <word> TEXT "a text" TEXT_HEAD "a text with {…}"
%token <word> TEXT_MID "the rest of a text" TEXT_TAIL "the end of a text"
%token RECORD "{" /* of a record: what follows is `name:` */
%token CLOSE "}" /* of a block; of anything else it is '}' */
%token BOTH "<->" BACK "<-" FORTH "->" ARM "=>"
%token EQ "==" NE "!=" LE "<=" GE ">=" NIL_ELSE "??"

%precedence LOW
%left OR
%left AND
%precedence NOT
%nonassoc EQ NE LE GE '<' '>' IN
%right NIL_ELSE
%left '+' '-'
%left '*' '/'

%type <decls> decls
%type <decl> decl
%type <word> name member dotted opt_way string
%type <stmts> enum_body map_body rules_body test_body codec_body clauses cases
%type <stmts> enum_block map_block rules_block test_block codec_block
%type <stmts> inner_block
%type <stmts> clause_block case_block
%type <stmt> enum_row map_stmt rule_stmt test_stmt codec_stmt clause case
%type <expr> expr operand chain subject place literal record
%type <expr> record_members
%type <expr> enum_side opt_guard opt_reason default_value arg
%type <item> member_item call_arg arm param attr pipe_step
%type <items> members call_args arms arm_keys params opt_params attrs opt_attrs
%type <items> pipe opt_pipe names exprs opt_exprs opt_except args events bys
%type <items> opt_args text_parts calls
%type <type> type opt_type
%type <action> action deed
%type <arrow> enum_arrow map_arrow

%start file

%%

file:
	decls
	;

decls:
	%empty			{ $$ = (struct decls){ 0 }; }
	| decls decl {
		/* kept as it grows: an open block loses only itself */
		$$ = p->src->decls = decls_add($1, $2);
		p->recover = 0;
	}
	| decls error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	| decls error close	{ $$ = $1; p->recover = 0; yyerrok; }
	;

/* A brace that holds statements; the lexer skips all others after an error */
open:	'{'			{ open_block(p, @1); }
	| "{"			{ open_block(p, @1); } /* law: … */
	;
close:	"}"			{ if (p->blocks > 0) p->blocks--; }
	;

decl:
	"use" string "as" name ';' {
		$$ = ast_decl(p, DE_USE, @$, $4);
		$$->path = $2;
	}
	| "schema" dotted '=' string ';' {
		$$ = ast_decl(p, DE_SCHEMA, @$, $2);
		$$->path = $4;
	}
	| "enum" name enum_block {
		$$ = ast_decl(p, DE_ENUM, @$, $2);
		$$->head = span_join(@1, @2);
		$$->body = $3.first;
	}
	| "map" name '(' name ':' dotted ')' "<->" '(' name ':' dotted ')'
	  map_block {
		$$ = ast_decl(p, DE_MAP, @$, $2);
		$$->head = span_join(@1, @13);
		$$->left_name = $4;
		$$->left_schema = $6;
		$$->right_name = $10;
		$$->right_schema = $12;
		$$->body = $14.first;
	}
	| "identity" "for" dotted clause_block {
		$$ = ast_decl(p, DE_IDENTITY, @$, no_word);
		$$->head = span_join(@1, @3);
		$$->owner = $3;
		$$->body = $4.first;
	}
	| "rules" "for" dotted opt_way rules_block {
		$$ = ast_decl(p, DE_RULES, @$, no_word);
		$$->head = span_join(@1, @4);
		$$->owner = $3;
		$$->way = $4;
		$$->body = $5.first;
	}
	| "test" string "for" dotted test_block {
		$$ = ast_decl(p, DE_TEST, @$, $2);
		$$->head = span_join(@1, @4);
		$$->owner = $4;
		$$->body = $5.first;
	}
	| "laws" "for" dotted clause_block {
		$$ = ast_decl(p, DE_LAWS, @$, no_word);
		$$->head = span_join(@1, @3);
		$$->owner = $3;
		$$->body = $4.first;
	}
	| "param" name ':' type ';' {
		$$ = ast_decl(p, DE_PARAM, @$, $2);
		$$->type = $4;
	}
	| "param" name ':' type '=' expr ';' {
		$$ = ast_decl(p, DE_PARAM, @$, $2);
		$$->type = $4;
		$$->value = $6;
	}
	| "extend" dotted map_block {
		$$ = ast_decl(p, DE_EXTEND, @$, no_word);
		$$->head = span_join(@1, @2);
		$$->owner = $2;
		$$->body = $3.first;
	}
	| "connector" name clause_block {
		$$ = ast_decl(p, DE_CONNECTOR, @$, $2);
		$$->head = span_join(@1, @2);
		$$->body = $3.first;
	}
	| "codec" name opt_params codec_block {
		$$ = ast_decl(p, DE_CODEC, @$, $2);
		$$->head = span_join(@1, @3);
		$$->params = $3;
		$$->body = $4.first;
	}
	| "codec" name opt_params ':' type "<->" type codec_block {
		$$ = ast_decl(p, DE_CODEC, @$, $2);
		$$->head = span_join(@1, @7);
		$$->params = $3;
		$$->type = $5;
		$$->type2 = $7;
		$$->body = $8.first;
	}
	| "fn" name opt_params opt_type '=' expr ';' {
		$$ = ast_decl(p, DE_FN, @$, $2);
		$$->params = $3;
		$$->type = $4;
		$$->value = $6;
	}
	;

opt_way:
	%empty			{ $$ = no_word; }
	| name
	;

/* enum */

enum_block:
	open enum_body close		{ $$ = $2; }
	| open enum_body error close	{ $$ = $2; p->recover = 0; yyerrok; }
	;

enum_body:
	%empty			{ $$ = (struct stmts){ 0 }; }
	| enum_body enum_row	{ $$ = stmts_add($1, $2); }
	| enum_body error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	;

enum_row:
	enum_side enum_arrow enum_side ';' {
		$$ = ast_stmt(p, ST_ROW, @$);
		$$->left = $1;
		$$->arrow = $2;
		$$->at = @2;
		$$->right = $3;
	}
	| "else" enum_arrow enum_side ';' {
		$$ = ast_stmt(p, ST_ROW, @$);
		$$->arrow = $2;
		$$->at = @2;
		$$->right = $3;
	}
	;

enum_arrow:
	"<->"			{ $$ = ARROW_BOTH; }
	| "<-"			{ $$ = ARROW_BACK; }
	| "->"			{ $$ = ARROW_FORTH; }
	;

enum_side:
	name			{ $$ = ast_word(p, EX_NAME, $1); }
	| literal
	| '-' "a number"	{ $$ = ast_negative(p, @$, $2.text); }
	;

/* map and extend */

map_block:
	open map_body close		{ $$ = $2; }
	| open map_body error close	{ $$ = $2; p->recover = 0; yyerrok; }
	;

map_body:
	%empty			{ $$ = (struct stmts){ 0 }; }
	| map_body map_stmt	{ $$ = stmts_add($1, $2); }
	| map_body error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	;

map_stmt:
	"on" name default_value ';' {
		$$ = ast_stmt(p, ST_DEFAULT, @$);
		$$->name = $2;
		$$->value = $3;
	}
	| "on" "null" default_value ';' {
		$$ = ast_stmt(p, ST_DEFAULT, @$);
		$$->name = $2;
		$$->value = $3;
	}
	| place map_arrow expr opt_pipe opt_attrs ';' {
		$$ = ast_stmt(p, ST_RULE, @$);
		$$->left = $1;
		$$->arrow = $2;
		$$->at = @2;
		$$->right = $3;
		$$->pipe = $4;
		$$->attrs = $5;
	}
	| "each" place "as" name "<->" place "as" name "key" place '=' place
	  opt_attrs map_block {
		$$ = ast_stmt(p, ST_EACH, @$);
		$$->head = span_join(@1, @13);
		$$->left = $2;
		$$->name = $4;
		$$->at = @5;
		$$->right = $6;
		$$->name2 = $8;
		$$->key = $10;
		$$->key2 = $12;
		$$->attrs = $13;
		$$->body = $14.first;
		$$->has_body = 1;
	}
	| "pick" place "as" name "where" expr "create" record "<->" place
	  opt_pipe opt_attrs ';' {
		$$ = ast_stmt(p, ST_PICK, @$);
		$$->left = $2;
		$$->name = $4;
		$$->guard = $6;
		$$->value = $8;
		$$->at = @9;
		$$->right = $10;
		$$->pipe = $11;
		$$->attrs = $12;
	}
	| "when" expr map_block {
		$$ = ast_stmt(p, ST_WHEN, @$);
		$$->head = span_join(@1, @2);
		$$->guard = $2;
		$$->body = $3.first;
		$$->has_body = 1;
	}
	| "rest" place '.' '*' map_arrow place '.' '*' opt_except opt_pipe
	  opt_attrs ';' {
		$$ = ast_stmt(p, ST_REST, @$);
		$$->left = $2;
		$$->arrow = $5;
		$$->at = @5;
		$$->right = $6;
		$$->words = $9;
		$$->pipe = $10;
		$$->attrs = $11;
	}
	| "drop" place ';' {
		$$ = ast_stmt(p, ST_DROP, @$);
		$$->left = $2;
	}
	| "drop" place '.' '*' ';' {
		$$ = ast_stmt(p, ST_DROP, @$);
		$$->left = $2;
		$$->rest = 1;
	}
	| "drop" "rules" name ';' {
		$$ = ast_stmt(p, ST_DROP, @$);
		$$->left = ast_word(p, EX_NAME, $2);
		$$->name = $3;
	}
	;

default_value:
	subject
	| literal
	;

map_arrow:
	"<->"			{ $$ = ARROW_BOTH; }
	| "<-"			{ $$ = ARROW_BACK; }
	;

/* A path that can be written to. */
place:
	name			{ $$ = ast_word(p, EX_NAME, $1); }
	| place '.' name	{ $$ = ast_field(p, @$, $1, $3); }
	| place '.' '{' names '}' { $$ = ast_items(p, EX_TUPLE, @$, $1, $4); }
	;

opt_except:
	%empty			{ $$ = no_items; }
	| "except" '(' names ')' { $$ = $3; }
	;

names:
	member			{ $$ = items_one(word_item(p, $1)); }
	| names ',' member	{ $$ = items_add(p, $1, word_item(p, $3)); }
	;

opt_pipe:
	%empty			{ $$ = no_items; }
	| "via" pipe		{ $$ = $2; }
	;

pipe:
	pipe_step		{ $$ = items_one($1); }
	| pipe '|' pipe_step	{ $$ = items_add(p, $1, $3); }
	;

pipe_step:
	subject			{ $$ = ast_item(p, @1, no_word, NULL, $1); }
	;

opt_attrs:
	%empty			{ $$ = no_items; }
	| "with" attrs		{ $$ = $2; }
	;

attrs:
	attr			{ $$ = items_one($1); }
	| attrs ',' attr	{ $$ = items_add(p, $1, $3); }
	;

attr:
	name			{ $$ = ast_item(p, @$, $1, NULL, NULL); }
	| name name {
		$$ = ast_item(p, @$, word_join(p, $1, $2, ' '), NULL, NULL);
	}
	| name ':' expr		{ $$ = ast_item(p, @$, $1, NULL, $3); }
	| "null" ':' expr	{ $$ = ast_item(p, @$, $1, NULL, $3); }
	;

/* rules */

rules_block:
	open rules_body close		{ $$ = $2; }
	| open rules_body error close	{ $$ = $2; p->recover = 0; yyerrok; }
	;

rules_body:
	%empty			{ $$ = (struct stmts){ 0 }; }
	| rules_body rule_stmt	{ $$ = stmts_add($1, $2); }
	| rules_body error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	;

rule_stmt:
	"on" events opt_guard "do" action ';' {
		$$ = ast_stmt(p, ST_ON, @$);
		$$->words = $2;
		$$->guard = $3;
		$$->action = $5;
	}
	| "otherwise" action ';' {
		$$ = ast_stmt(p, ST_OTHERWISE, @$);
		$$->action = $2;
	}
	;

events:
	name			{ $$ = items_one(word_item(p, $1)); }
	| events ',' name	{ $$ = items_add(p, $1, word_item(p, $3)); }
	;

opt_guard:
	%empty			{ $$ = NULL; }
	| "when" expr		{ $$ = $2; }
	;

action:
	deed
	| deed "then" name calls {
		$$ = $1;
		$$.then = $3;
		$$.calls = $4;
	}
	| name calls {
		$$ = (struct action){ .verb = $1, .then = $1, .calls = $2 };
	}
	;

deed:
	name opt_reason {
		$$ = (struct action){ .verb = $1, .reason = $2 };
	}
	| name "by" '{' bys '}' {
		$$ = (struct action){ .verb = $1, .by = $4, .has_by = 1 };
	}
	;

calls:
	name			{ $$ = items_one(word_item(p, $1)); }
	| calls ',' name	{ $$ = items_add(p, $1, word_item(p, $3)); }
	;

opt_reason:
	%empty			{ $$ = NULL; }
	| string		{ $$ = ast_word(p, EX_TEXT, $1); }
	;

bys:
	place			{ $$ = items_one(expr_item(p, $1)); }
	| bys ',' place		{ $$ = items_add(p, $1, expr_item(p, $3)); }
	;

/* test */

test_block:
	open test_body close		{ $$ = $2; }
	| open test_body error close	{ $$ = $2; p->recover = 0; yyerrok; }
	;

test_body:
	%empty			{ $$ = (struct stmts){ 0 }; }
	| test_body test_stmt	{ $$ = stmts_add($1, $2); }
	| test_body error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	;

test_stmt:
	"given" name '=' expr ';' {
		$$ = ast_stmt(p, ST_GIVEN, @$);
		$$->name = $2;
		$$->value = $4;
	}
	| "expect" name '=' expr ';' {
		$$ = ast_stmt(p, ST_EXPECT, @$);
		$$->name = $2;
		$$->value = $4;
	}
	| "put" name '=' expr ';' {
		$$ = ast_stmt(p, ST_PUT, @$);
		$$->name = $2;
		$$->value = $4;
	}
	;

/* codec */

codec_block:
	open codec_body close		{ $$ = $2; }
	| open codec_body error close	{ $$ = $2; p->recover = 0; yyerrok; }
	;

codec_body:
	%empty			{ $$ = (struct stmts){ 0 }; }
	| codec_body codec_stmt	{ $$ = stmts_add($1, $2); }
	| codec_body error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	;

codec_stmt:
	"->" ':' expr ';' {
		$$ = ast_stmt(p, ST_FORTH, @$);
		$$->value = $3;
	}
	| "<-" ':' expr ';' {
		$$ = ast_stmt(p, ST_BACK, @$);
		$$->value = $3;
	}
	| name ':' expr ';' {
		$$ = ast_stmt(p, ST_LAW, @$);
		$$->name = $1;
		$$->value = $3;
	}
	;

/*
 * Clauses: what identities, laws and connectors are written in.  Which words
 * may stand where is a table of the checker, so that a connector can learn a
 * new one without a new grammar.
 */

clause_block:
	open clauses close		{ $$ = $2; }
	| open clauses error close	{ $$ = $2; p->recover = 0; yyerrok; }
	;

/* Behind arguments, among which there may be a record. */
inner_block:
	inner_open clauses close	{ $$ = $2; }
	| inner_open clauses error close { $$ = $2; p->recover = 0; yyerrok; }
	;

inner_open:
	'{'			{ p->blocks++; }
	;

clauses:
	%empty			{ $$ = (struct stmts){ 0 }; }
	| clauses clause	{ $$ = stmts_add($1, $2); }
	| clauses error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	;

clause:
	member opt_args ';' {
		$$ = ast_stmt(p, ST_CLAUSE, @$);
		$$->head = span_join(@1, @2);
		$$->name = $1;
		$$->words = $2;
	}
	| member '=' expr ';' {
		$$ = ast_stmt(p, ST_CLAUSE, @$);
		$$->head = span_join(@1, @3);
		$$->name = $1;
		$$->value = $3;
		$$->has_value = 1;
	}
	| member '(' expr ')' opt_args ';' {
		$$ = ast_stmt(p, ST_CLAUSE, @$);
		$$->head = span_join(@1, @5);
		$$->name = $1;
		$$->value = $3;
		$$->has_value = 1;
		$$->words = $5;
	}
	| member '[' opt_exprs ']' ';' {
		$$ = ast_stmt(p, ST_CLAUSE, @$);
		$$->head = span_join(@1, @4);
		$$->name = $1;
		$$->value = ast_items(p, EX_LIST, span_join(@2, @4), NULL, $3);
		$$->has_value = 1;
	}
	| member opt_args inner_block {
		$$ = ast_stmt(p, ST_CLAUSE, @$);
		$$->head = span_join(@1, @2);
		$$->name = $1;
		$$->words = $2;
		$$->body = $3.first;
		$$->has_body = 1;
	}
	| member opt_args "cost" record inner_block {
		$$ = ast_stmt(p, ST_CLAUSE, @$);
		$$->head = span_join(@1, @4);
		$$->name = $1;
		$$->words = $2;
		$$->value = $4;
		$$->has_value = 1;
		$$->body = $5.first;
		$$->has_body = 1;
	}
	| "classify" case_block {
		$$ = ast_stmt(p, ST_CLAUSE, @$);
		$$->head = @1;
		$$->name = $1;
		$$->body = $2.first;
		$$->has_body = 1;
	}
	;

case_block:
	open cases close		{ $$ = $2; }
	| open cases error close	{ $$ = $2; p->recover = 0; yyerrok; }
	;

cases:
	%empty			{ $$ = (struct stmts){ 0 }; }
	| cases case		{ $$ = stmts_add($1, $2); }
	| cases error ';'	{ $$ = $1; p->recover = 0; yyerrok; }
	;

case:
	expr "=>" args ';' {
		$$ = ast_stmt(p, ST_CASE, @$);
		$$->guard = $1;
		$$->words = $3;
	}
	| "else" "=>" args ';' {
		$$ = ast_stmt(p, ST_CASE, @$);
		$$->words = $3;
	}
	;

opt_args:
	%empty			{ $$ = no_items; }
	| args
	;

args:
	arg			{ $$ = items_one(expr_item(p, $1)); }
	| args arg		{ $$ = items_add(p, $1, expr_item(p, $2)); }
	;

/*
 * Arguments of a clause stand side by side, so none has an operator outside
 * of brackets: by(item.id ?? item.key).
 */
arg:
	subject
	| literal
	| record_members
	;

/* types and parameters */

opt_type:
	%empty			{ $$ = NULL; }
	| ':' type		{ $$ = $2; }
	;

type:
	dotted			{ $$ = ast_type(p, $1, NULL, 0); }
	| dotted '<' type '>'	{ $$ = ast_type(p, $1, $3, 0); }
	| dotted '?'		{ $$ = ast_type(p, $1, NULL, 1); }
	| dotted '<' type '>' '?' { $$ = ast_type(p, $1, $3, 1); }
	;

opt_params:
	%empty			{ $$ = no_items; }
	| '(' ')'		{ $$ = no_items; }
	| '(' params ')'	{ $$ = $2; }
	;

params:
	param			{ $$ = items_one($1); }
	| params ',' param	{ $$ = items_add(p, $1, $3); }
	;

param:
	name ':' type {
		$$ = ast_item(p, @$, $1, NULL, NULL);
		$$->type = $3;
	}
	| name ':' type '=' expr {
		$$ = ast_item(p, @$, $1, NULL, $5);
		$$->type = $3;
	}
	;

/* expressions */

expr:
	operand
	| expr "or" expr	{ $$ = two(p, EX_OR, @$, @2, $1, $3); }
	| expr "and" expr	{ $$ = two(p, EX_AND, @$, @2, $1, $3); }
	| "not" expr		{ $$ = ast_op(p, EX_NOT, @$, @1, $2, 0, 0); }
	| expr "==" expr	{ $$ = two(p, EX_EQ, @$, @2, $1, $3); }
	| expr "!=" expr	{ $$ = two(p, EX_NE, @$, @2, $1, $3); }
	| expr '<' expr		{ $$ = two(p, EX_LT, @$, @2, $1, $3); }
	| expr "<=" expr	{ $$ = two(p, EX_LE, @$, @2, $1, $3); }
	| expr '>' expr		{ $$ = two(p, EX_GT, @$, @2, $1, $3); }
	| expr ">=" expr	{ $$ = two(p, EX_GE, @$, @2, $1, $3); }
	| expr "in" expr	{ $$ = two(p, EX_IN, @$, @2, $1, $3); }
	| expr "??" expr	{ $$ = two(p, EX_NIL_ELSE, @$, @2, $1, $3); }
	| expr '+' expr		{ $$ = two(p, EX_ADD, @$, @2, $1, $3); }
	| expr '-' expr		{ $$ = two(p, EX_SUB, @$, @2, $1, $3); }
	| expr '*' expr		{ $$ = two(p, EX_MUL, @$, @2, $1, $3); }
	| expr '/' expr {
		$$ = ast_expr(p, EX_BAD, @$);
		diag_fix(p->ss, diag_at(p->ss, C305, @2,
		    "division must name its scale and rounding"),
		    "div(a, b, scale: 2, round: half_even)");
	}
	| "if" expr "then" expr "else" expr %prec LOW {
		$$ = ast_op(p, EX_IF, @$, @1, $2, $4, $6);
	}
	| "try" expr "else" expr %prec LOW {
		$$ = ast_op(p, EX_TRY, @$, @1, $2, $4, NULL);
	}
	;

operand:
	subject
	| literal
	| record
	| '(' expr ')'		{ $$ = $2; }
	| '[' opt_exprs ']'	{ $$ = ast_items(p, EX_LIST, @$, NULL, $2); }
	| '-' operand {
		$$ = $2->kind == EX_NUMBER ?
		    ast_negative(p, @$, $2->text) :
		    ast_op(p, EX_NEG, @$, @1, $2, NULL, NULL);
	}
	| "match" '{' arms opt_comma '}' {
		$$ = ast_items(p, EX_MATCH, @$, NULL, $3);
	}
	| "match" subject '{' arms opt_comma '}' {
		$$ = ast_items(p, EX_MATCH, @$, $2, $4);
	}
	| "match" '(' expr ')' '{' arms opt_comma '}' {
		$$ = ast_items(p, EX_MATCH, @$, $3, $6);
	}
	;

/* A name and what follows it: paths, calls, indexes. */
subject:
	name			{ $$ = ast_word(p, EX_NAME, $1); }
	| chain
	;

chain:
	subject '.' name	{ $$ = ast_field(p, @$, $1, $3); }
	| subject '.' '{' names '}' { $$ = ast_items(p, EX_TUPLE, @$, $1, $4); }
	| subject '[' expr ']'	{ $$ = two(p, EX_INDEX, @$, @2, $1, $3); }
	| subject '(' call_args ')' { $$ = ast_items(p, EX_CALL, @$, $1, $3); }
	| subject '(' ')' {
		$$ = ast_items(p, EX_CALL, @$, $1, no_items);
	}
	;

literal:
	"null"			{ $$ = ast_expr(p, EX_NULL, @1); }
	| "absent"		{ $$ = ast_expr(p, EX_ABSENT, @1); }
	| "true"		{ $$ = ast_expr(p, EX_TRUE, @1); }
	| "false"		{ $$ = ast_expr(p, EX_FALSE, @1); }
	| "a number"		{ $$ = ast_word(p, EX_NUMBER, $1); }
	| "a duration"		{ $$ = ast_word(p, EX_DURATION, $1); }
	| "a percentage"	{ $$ = ast_word(p, EX_PERCENT, $1); }
	| "a text"		{ $$ = ast_word(p, EX_TEXT, $1); }
	| text_parts "the end of a text" {
		$$ = ast_items(p, EX_INTERP, @$, NULL,
		    items_add(p, $1, ast_text(p, $2)));
	}
	;

text_parts:
	"a text with {…}" expr {
		$$ = items_add(p, items_one(ast_text(p, $1)),
		    ast_item(p, @2, no_word, NULL, $2));
	}
	| text_parts "the rest of a text" expr {
		$$ = items_add(p, $1, ast_text(p, $2));
		$$ = items_add(p, $$, ast_item(p, @3, no_word, NULL, $3));
	}
	;

record:
	'{' '}' {
		$$ = ast_items(p, EX_RECORD, @$, NULL, no_items);
	}
	| record_members
	;

/* Unlike an empty one, it is told from a block. */
record_members:
	"{" members '}'		{ $$ = ast_items(p, EX_RECORD, @$, NULL, $2); }
	| "{" members ',' '}'	{ $$ = ast_items(p, EX_RECORD, @$, NULL, $2); }
	;

members:
	member_item		{ $$ = items_one($1); }
	| members ',' member_item { $$ = items_add(p, $1, $3); }
	;

member_item:
	member ':' expr		{ $$ = ast_item(p, @$, $1, NULL, $3); }
	| "a text" ':' expr	{ $$ = ast_item(p, @$, $1, NULL, $3); }
	;

opt_exprs:
	%empty			{ $$ = no_items; }
	| exprs
	| exprs ','
	;

exprs:
	expr			{ $$ = items_one(expr_item(p, $1)); }
	| exprs ',' expr	{ $$ = items_add(p, $1, expr_item(p, $3)); }
	;

call_args:
	call_arg		{ $$ = items_one($1); }
	| call_args ',' call_arg { $$ = items_add(p, $1, $3); }
	;

call_arg:
	expr			{ $$ = ast_item(p, @$, no_word, NULL, $1); }
	| name ':' expr		{ $$ = ast_item(p, @$, $1, NULL, $3); }
	| name "=>" expr {
		struct expr *e = ast_word(p, EX_LAMBDA, $1);

		e->span = @$;
		$$ = ast_item(p, @$, no_word, NULL, ast_lambda(p, e, $3));
	}
	;

arms:
	arm			{ $$ = items_one($1); }
	| arms ',' arm		{ $$ = items_add(p, $1, $3); }
	;

opt_comma:
	%empty
	| ','
	;

arm:
	expr "=>" expr		{ $$ = ast_item(p, @$, no_word, $1, $3); }
	| arm_keys "=>" expr {
		$$ = ast_item(p, @$, no_word,
		    ast_items(p, EX_KEYS, @1, NULL, $1), $3);
	}
	| "else" "=>" expr	{ $$ = ast_item(p, @$, no_word, NULL, $3); }
	;

arm_keys:
	expr ',' expr {
		$$ = items_add(p, items_one(expr_item(p, $1)),
		    expr_item(p, $3));
	}
	| arm_keys ',' expr	{ $$ = items_add(p, $1, expr_item(p, $3)); }
	;

/* names */

string:
	"a text"
	;

dotted:
	name
	| dotted '.' name	{ $$ = word_join(p, $1, $3, '.'); }
	;

member:
	name
	| "match" | "if" | "then" | "else" | "try" | "and" | "or" | "not"
	| "in" | "true" | "false" | "null" | "absent" | "cost"
	;

name:
	"a name"
	| "use" | "as" | "schema" | "enum" | "map" | "identity" | "rules"
	| "test" | "laws" | "param" | "extend" | "connector" | "codec" | "fn"
	| "for" | "on" | "via" | "with" | "each" | "key" | "pick" | "where"
	| "create" | "when" | "rest" | "except" | "drop" | "do" | "by"
	| "otherwise" | "given" | "expect" | "put"
	;

%%

static int
wants(const yysymbol_kind_t *want, int n, yysymbol_kind_t kind)
{
	for (int i = 0; i < n; i++)
		if (want[i] == kind)
			return 1;
	return 0;
}

/* What a wanted symbol is shown as; several are one group.  NULL: not. */
static const char *
symbol_group(const yysymbol_kind_t *want, int n, yysymbol_kind_t kind)
{
	int value = wants(want, n, YYSYMBOL_NUMBER) &&
	    wants(want, n, YYSYMBOL_TEXT);
	int operator = wants(want, n, YYSYMBOL_AND) &&
	    wants(want, n, YYSYMBOL_EQ);
	const char *name = yysymbol_name(kind);

	if (kind == YYSYMBOL_RECORD) /* '{' is there as well, or a value */
		return NULL;
	/* before an operand nearly everything may stand */
	if (value && (kind <= YYSYMBOL_TEXT_HEAD || *name == '\'') &&
	    kind != YYSYMBOL_ELSE)
		return strchr("\')];}\'", name[1]) ? NULL : "a value";
	/* where a name may stand, nearly every word may */
	if (wants(want, n, YYSYMBOL_NAME) && kind >= YYSYMBOL_USE &&
	    kind <= YYSYMBOL_ABSENT)
		return NULL;
	if (operator && kind != YYSYMBOL_THEN && kind != YYSYMBOL_ELSE &&
	    ((kind >= YYSYMBOL_AND && kind <= YYSYMBOL_IN) ||
	    (kind >= YYSYMBOL_EQ && kind <= YYSYMBOL_NIL_ELSE) ||
	    (*name == '\'' && strchr("<>+-*/.([", name[1]) != NULL)))
		return "an operator";
	return name;
}

/* What could follow where the source ends. */
static void
keep_wanted(struct parse *p, const yysymbol_kind_t *want, int n)
{
	p->wants_name = wants(want, n, YYSYMBOL_NAME);
	p->wants_value = wants(want, n, YYSYMBOL_NUMBER);
	for (int i = 0; i < n && p->nword < (int)COUNT(p->words); i++)
		if (want[i] >= YYSYMBOL_USE && want[i] <= YYSYMBOL_ABSENT) {
			p->soft[p->nword] = want[i] <= YYSYMBOL_PUT;
			p->words[p->nword++] = yysymbol_name(want[i]);
		}
}

/* What stood there and what could have, in the words of the language. */
static int
yyreport_syntax_error(const yypcontext_t *ctx, struct parse *p)
{
	enum { MAX = 80, SHOWN = 6 };
	yysymbol_kind_t want[MAX];
	yysymbol_kind_t got = yypcontext_token(ctx);
	int operator = (got >= YYSYMBOL_AND && got <= YYSYMBOL_IN) ||
	    (got >= YYSYMBOL_EQ && got <= YYSYMBOL_NIL_ELSE);
	int n = yypcontext_expected_tokens(ctx, want, MAX);
	const char *shown[SHOWN];
	int nshown = 0, semicolon = 0;

	if (got == YYSYMBOL_YYEOF)
		keep_wanted(p, want, n);
	for (int i = 0; i < n; i++) {
		const char *name = symbol_group(want, n, want[i]);
		int k = 0;

		semicolon |= strcmp(yysymbol_name(want[i]), "';'") == 0;
		while (name != NULL && k < nshown && k < SHOWN &&
		    strcmp(shown[k], name) != 0)
			k++;
		if (name == NULL || k < nshown)
			continue;
		if (nshown < SHOWN)
			shown[nshown] = name;
		nshown++;
	}
	parse_unexpected(p, *yypcontext_location(ctx), got == YYSYMBOL_YYEOF,
	    shown, nshown > SHOWN ? 0 : nshown, semicolon,
	    operator && wants(want, n, YYSYMBOL_TEXT));
	return 0;
}

/* Only "memory exhausted" comes here: the stack has a limit, by design. */
static void
yyerror(struct span *at, struct parse *p, const char *text)
{
	diag_at(p->ss, C106, *at, "too deeply nested to read (%s)", text);
}
