/*
 * Making nodes.  The only rule here is the depth: an expression deeper than
 * AST_DEPTH is reported once and replaced, so that no walk runs out of stack.
 */
#include "lang/ast.h"

#include "lang/parse.h"


static uint16_t
deeper(uint16_t depth, const struct expr *e)
{
	return e != NULL && e->depth >= depth ? e->depth + 1 : depth;
}

/* e itself, or a silent replacement where it nests too deeply. */
static struct expr *
bounded(struct parse *p, struct expr *e)
{
	e->depth = deeper(deeper(deeper(1, e->a), e->b), e->c);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		e->depth = deeper(e->depth, i->key);
		e->depth = deeper(e->depth, i->value);
	}
	if (e->depth <= AST_DEPTH)
		return e;
	diag_at(p->ss, C106, e->span, "an expression nests deeper than %d",
	    AST_DEPTH);
	return ast_expr(p, EX_BAD, e->span);
}

struct expr *
ast_expr(struct parse *p, enum expr_kind k, struct span sp)
{
	struct expr *e = arena_new(p->a, struct expr);

	e->kind = k;
	e->span = sp;
	e->op = sp;
	e->depth = 1;
	return e;
}

struct expr *
ast_op(struct parse *p, enum expr_kind k, struct span sp, struct span op,
    struct expr *a, struct expr *b, struct expr *c)
{
	struct expr *e = ast_expr(p, k, sp);

	e->op = op;
	e->a = a;
	e->b = b;
	e->c = c;
	return bounded(p, e);
}

struct expr *
ast_items(struct parse *p, enum expr_kind k, struct span sp, struct expr *a,
    struct items items)
{
	struct expr *e = ast_expr(p, k, sp);

	e->a = a;
	e->items = items.first;
	e->n = items.n;
	return bounded(p, e);
}

struct expr *
ast_word(struct parse *p, enum expr_kind k, struct word w)
{
	struct expr *e = ast_expr(p, k, w.span);

	e->text = w.text;
	return e;
}

struct expr *
ast_field(struct parse *p, struct span sp, struct expr *a, struct word name)
{
	struct expr *e = ast_expr(p, EX_FIELD, sp);

	e->a = a;
	e->text = name.text;
	e->op = name.span;
	return bounded(p, e);
}

struct expr *
ast_negative(struct parse *p, struct span sp, struct str number)
{
	struct expr *e = ast_expr(p, EX_NUMBER, sp);

	if (number.n > 0 && number.p[0] == '-')
		e->text = str_from(number.p + 1, number.n - 1);
	else
		e->text = arena_printf(p->a, "-%.*s", STR_ARG(number));
	return e;
}

struct expr *
ast_lambda(struct parse *p, struct expr *e, struct expr *body)
{
	e->a = body;
	return bounded(p, e);
}

struct item *
ast_text(struct parse *p, struct word w)
{
	return ast_item(p, w.span, (struct word){ 0 }, NULL,
	    ast_word(p, EX_TEXT, w));
}

struct item *
ast_item(struct parse *p, struct span sp, struct word name, struct expr *key,
    struct expr *value)
{
	struct item *i = arena_new(p->a, struct item);

	i->span = sp;
	i->name = name;
	i->key = key;
	i->value = value;
	return i;
}

struct items
items_one(struct item *i)
{
	return (struct items){ i, i, 1 };
}

/* A list has at most as many items as 16 bits count; a file has fewer. */
struct items
items_add(struct parse *p, struct items l, struct item *i)
{
	if (l.n == UINT16_MAX) {
		diag_at(p->ss, C109, i->span, "a list of more than %d items",
		    UINT16_MAX);
		return l;
	}
	l.last->next = i;
	l.last = i;
	l.n++;
	return l;
}

struct stmt *
ast_stmt(struct parse *p, enum stmt_kind k, struct span sp)
{
	struct stmt *s = arena_new(p->a, struct stmt);

	s->kind = k;
	s->span = sp;
	s->head = sp;
	s->at = sp;
	return s;
}

struct stmts
stmts_add(struct stmts l, struct stmt *s)
{
	if (l.last != NULL)
		l.last->next = s;
	else
		l.first = s;
	l.last = s;
	return l;
}

struct decl *
ast_decl(struct parse *p, enum decl_kind k, struct span sp, struct word name)
{
	struct decl *d = arena_new(p->a, struct decl);

	d->kind = k;
	d->span = sp;
	d->head = sp;
	d->name = name;
	return d;
}

struct decls
decls_add(struct decls l, struct decl *d)
{
	if (l.last != NULL)
		l.last->next = d;
	else
		l.first = d;
	l.last = d;
	return l;
}

struct word
word_join(struct parse *p, struct word a, struct word b, char with)
{
	struct word w = {
		.text = arena_printf(p->a, "%.*s%c%.*s", STR_ARG(a.text), with,
		    STR_ARG(b.text)),
		.span = { a.span.beg, b.span.end, a.span.file },
	};

	return w;
}

struct type_name *
ast_type(struct parse *p, struct word name, struct type_name *of,
    int nullable)
{
	struct type_name *t = arena_new(p->a, struct type_name);

	t->name = name;
	t->of = of;
	t->nullable = nullable;
	t->depth = of ? of->depth + 1 : 1;
	if (t->depth > AST_DEPTH) {
		diag_at(p->ss, C106, name.span, "a type nests deeper than %d",
		    AST_DEPTH);
		t->of = NULL;
		t->depth = 1;
	}
	return t;
}

const char *
decl_word(enum decl_kind k)
{
	static const char *const words[] = {
		[DE_USE] = "use", [DE_SCHEMA] = "schema", [DE_ENUM] = "enum",
		[DE_MAP] = "map", [DE_IDENTITY] = "identity",
		[DE_RULES] = "rules", [DE_TEST] = "test", [DE_LAWS] = "laws",
		[DE_PARAM] = "param", [DE_EXTEND] = "extend",
		[DE_CONNECTOR] = "connector", [DE_CODEC] = "codec",
		[DE_FN] = "fn",
	};

	return words[k];
}

size_t
expr_path(const struct expr *e, struct str *out, size_t max)
{
	size_t n = 0;

	for (const struct expr *i = e; i->kind == EX_FIELD; i = i->a)
		n++;
	if (n + 1 > max)
		return 0;
	for (size_t at = n; e->kind == EX_FIELD; e = e->a)
		out[at--] = e->text;
	if (e->kind != EX_NAME)
		return 0;
	out[0] = e->text;
	return n + 1;
}

struct str
expr_root(const struct expr *e)
{
	while (e->kind == EX_FIELD || e->kind == EX_TUPLE ||
	    e->kind == EX_INDEX || e->kind == EX_CALL)
		e = e->a;
	return e->kind == EX_NAME ? e->text : STR("");
}
