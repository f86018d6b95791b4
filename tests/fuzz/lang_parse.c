/*
 * Any bytes as a source: the parser finds a tree or says what is wrong, and
 * where.  Tokens and comments are all there is but blanks; every node of the
 * tree lies in its text and no expression is deeper than AST_DEPTH; and the
 * tokens alone, one blank between them, are the same tree.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "lang/parse.h"

/* ---- the tree as text ---- */

struct dump {
	struct buf out;
	uint32_t end; /* of the source */
};

static void put_items(struct dump *d, const struct item *i);

static void
inside(const struct dump *d, struct span s)
{
	HOLDS(s.beg <= s.end && s.end <= d->end, "%u to %u of %u", s.beg,
	    s.end, d->end);
}

static void
put_word(struct dump *d, struct word w)
{
	inside(d, w.span);
	buf_json(&d->out, w.text);
}

static void
put_expr(struct dump *d, const struct expr *e, unsigned depth)
{
	if (e == NULL) {
		buf_putc(&d->out, '-');
		return;
	}
	HOLDS(depth <= AST_DEPTH && e->depth <= AST_DEPTH, "%u deep", depth);
	inside(d, e->span);
	inside(d, e->op);
	buf_printf(&d->out, "(%d ", (int)e->kind);
	buf_json(&d->out, e->text);
	put_expr(d, e->a, depth + 1);
	put_expr(d, e->b, depth + 1);
	put_expr(d, e->c, depth + 1);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		put_word(d, i->name);
		put_expr(d, i->key, depth + 1);
		put_expr(d, i->value, depth + 1);
	}
	buf_putc(&d->out, ')');
}

static void
put_type(struct dump *d, const struct type_name *t)
{
	for (; t != NULL; t = t->of) {
		put_word(d, t->name);
		buf_putc(&d->out, t->nullable ? '?' : '.');
	}
}

static void
put_items(struct dump *d, const struct item *i)
{
	buf_putc(&d->out, '[');
	for (; i != NULL; i = i->next) {
		inside(d, i->span);
		put_word(d, i->name);
		put_type(d, i->type);
		put_expr(d, i->key, 1);
		put_expr(d, i->value, 1);
	}
	buf_putc(&d->out, ']');
}

/* Statements nest as braces do, which the lexer bounds. */
static void
put_stmts(struct dump *d, const struct stmt *s)
{
	for (; s != NULL; s = s->next) {
		inside(d, s->span);
		inside(d, s->head);
		inside(d, s->at);
		buf_printf(&d->out, "\n%d %d", (int)s->kind, (int)s->arrow);
		put_word(d, s->name);
		put_word(d, s->name2);
		put_expr(d, s->left, 1);
		put_expr(d, s->right, 1);
		put_expr(d, s->key, 1);
		put_expr(d, s->key2, 1);
		put_expr(d, s->guard, 1);
		put_expr(d, s->value, 1);
		put_items(d, s->words.first);
		put_items(d, s->pipe.first);
		put_items(d, s->attrs.first);
		put_word(d, s->action.verb);
		put_expr(d, s->action.reason, 1);
		put_items(d, s->action.by.first);
		put_word(d, s->action.then);
		put_items(d, s->action.calls.first);
		buf_putc(&d->out, '{');
		put_stmts(d, s->body);
		buf_putc(&d->out, '}');
	}
}

static void
put_decls(struct dump *d, const struct decl *x)
{
	for (; x != NULL; x = x->next) {
		inside(d, x->span);
		inside(d, x->head);
		buf_printf(&d->out, "\n\n%d", (int)x->kind);
		put_word(d, x->name);
		put_word(d, x->owner);
		put_word(d, x->path);
		put_word(d, x->left_name);
		put_word(d, x->left_schema);
		put_word(d, x->right_name);
		put_word(d, x->right_schema);
		put_word(d, x->way);
		put_items(d, x->params.first);
		put_type(d, x->type);
		put_type(d, x->type2);
		put_expr(d, x->value, 1);
		put_stmts(d, x->body);
	}
}

/* ---- tokens ---- */

static int
blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" \t\r\n", s.p[i]) == NULL || s.p[i] == '\0')
			return 0;
	return 1;
}

/* Between two tokens there are comments and blanks. */
static void
check_gaps(struct str text, const struct parse *p)
{
	size_t at = 0, c = 0;

	for (size_t i = 0; i <= p->ntoken; i++) {
		size_t stop = i < p->ntoken ? p->tokens[i].span.beg : text.n;

		while (c < p->ncomment &&
		    p->comments[c].span.beg < stop) {
			HOLDS(blank(str_from(text.p + at,
			    p->comments[c].span.beg - at)), "at %zu", at);
			at = p->comments[c++].span.end;
		}
		HOLDS(at <= stop && blank(str_from(text.p + at, stop - at)),
		    "%zu to %zu", at, stop);
		if (i < p->ntoken)
			at = p->tokens[i].span.end;
	}
	HOLDS(c == p->ncomment, "%zu of %zu comments", c, p->ncomment);
}

static void
join(struct buf *out, struct str text, const struct parse *p)
{
	for (size_t i = 0; i < p->ntoken; i++) {
		struct span s = p->tokens[i].span;

		buf_put(out, text.p + s.beg, s.end - s.beg);
		buf_putc(out, ' ');
	}
}

/* ---- a source ---- */

static int
parse(struct str text, struct dump *d, struct buf *joined)
{
	struct arena a = { 0 };
	struct sources ss = { .a = &a };
	struct parse p = { .keep = 1 };
	struct source *src;
	struct diags found;
	int r;

	diags_init(&found);
	ss.d = &found;
	src = source_add(&ss, STR("m.map"), text);
	d->end = (uint32_t)text.n;
	/* what is no text at all is not parsed */
	r = found.nerror > 0 ? -1 : parse_tokens(&ss, src, &p);
	HOLDS((r == 0) == (found.nerror == 0), "%d, %zu errors", r,
	    found.nerror);
	for (size_t i = 0; i < found.n; i++)
		HOLDS(found.list[i].nat > 0 && found.list[i].at[0].line > 0 &&
		    found.list[i].text.n > 0, "a finding without a place");
	put_decls(d, src->decls.first);
	if (r == 0) {
		check_gaps(text, &p);
		join(joined, text, &p);
	}
	diags_fini(&found);
	arena_fini(&a);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dump once = { 0 }, again = { 0 };
	struct buf joined = { 0 }, twice = { 0 };

	if (parse(str_from((const char *)data, size), &once, &joined) == 0 &&
	    joined.n <= SOURCE_MAX) {
		HOLDS(parse(buf_str(&joined), &again, &twice) == 0,
		    "the tokens alone do not parse:\n%.*s",
		    STR_ARG(buf_str(&joined)));
		HOLDS(str_eq(buf_str(&once.out), buf_str(&again.out)),
		    "the tokens alone are another tree:\n%.*s",
		    STR_ARG(buf_str(&joined)));
		HOLDS(str_eq(buf_str(&joined), buf_str(&twice)),
		    "the tokens alone are other tokens");
	}
	buf_fini(&once.out);
	buf_fini(&again.out);
	buf_fini(&joined);
	buf_fini(&twice);
	return 0;
}

const char *const fuzz_folders[] = { "lang/files", NULL };

const char *const fuzz_words[] = { "use \"x\" as x;", " as ",
	"schema s = \"s.json\";", "enum e {", "map m (c: s) <-> (h: s) {",
	"rules for m inbound {", "otherwise skip;", "on create do upsert;",
	"test \"t\" for m {", "given c = ", "param p: text? = ",
	"fn f(a: list<int>): text = ", "codec k {-> : it;", "connector x {",
	"classify {", "cost {", "identity for m {", "laws for m {",
	"extend m {", "drop ", "each ", "pick ", " where ", " key ", "when ",
	"rest ", ".*", " except (", " via ", " with ", "<->", "<-", "->",
	"=>", "==", "!=", "<=", ">=", "??", "match ", "if ", " then ",
	" else ", "try ", " and ", " or ", "not ", " in ", "null", "absent",
	"true", "1.5e3", "10s", "20%", "re\"\\d\"", "\"a{", "}b\"", "\\{",
	"\\u0041", "`q w`", "#c\n", "{", "}", "(", ")", "[", "]", ";", ".",
	",", "|", "-", "\xc3\xa4", NULL };
