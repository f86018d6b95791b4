/*
 * The formatter.  It moves blanks and nothing else: the tokens and comments
 * of the source come out in their order, so what is formatted compiles to
 * the same program.  No options.
 *
 *   - two columns a level; a statement that goes on is four further in
 *   - a statement a line; line breaks inside a statement stay where the
 *     author put them, blank lines stay but never two
 *   - a block that was on one line stays there while it fits
 *   - arrows of neighbouring lines stand below each other
 */
#include "lang/parse.h"

#include "config.h"
#include "grammar/parser.h"

#define WIDTH 100       /* of a block on one line */
#define ALIGN_MAX 40    /* what is wider left of its arrow is not aligned */

struct line {
	struct str text;
	size_t arrow;   /* offset of the arrow in text; 0: none */
	size_t columns; /* characters before it */
	int kind;       /* its token */
	unsigned indent;
	int blank;      /* an empty line before it */
};

struct level {
	unsigned line_indent; /* of the line that the bracket is on */
	unsigned indent;      /* of what is in it */
	int block, oneline;
	int cases;            /* of a classify */
};

struct fmt {
	struct parse *p;
	struct arena *a;
	struct line *lines;
	size_t nline, cline;
	struct buf line;
	struct line cur;
	struct level stack[2 * AST_DEPTH];
	unsigned depth;
	size_t first;         /* token that begins the statement */
	unsigned stmt_depth;  /* brackets open there */
	unsigned stmt_indent;
	int begin;            /* the next token begins a statement */
	int must_break;
	int in_oneline;
};

static int
is_word(int kind)
{
	return kind >= TK_USE && kind <= TK_NAME;
}

/* A word after which `(`, `[` and `-` begin something new. */
static int
is_operator_word(int kind)
{
	switch (kind) {
	case TK_WHEN: case TK_WHERE: case TK_EXCEPT: case TK_DO: case TK_BY:
	case TK_MATCH: case TK_IF: case TK_THEN: case TK_ELSE: case TK_TRY:
	case TK_AND: case TK_OR: case TK_NOT: case TK_IN: case TK_VIA:
	case TK_WITH: case TK_COST:
		return 1;
	default:
		return 0;
	}
}

/* What can be the left side of an operator, a call or an index. */
static int
ends_operand(int kind)
{
	return (is_word(kind) && !is_operator_word(kind)) || kind == ')' ||
	    kind == ']' || kind == '}' || kind == TK_TEXT ||
	    kind == TK_TEXT_TAIL || kind == TK_NUMBER ||
	    kind == TK_DURATION || kind == TK_PERCENT;
}

/* list<text>: the angle brackets of a type. */
static int
is_type_bracket(const struct fmt *f, size_t i)
{
	const struct token *t = f->p->tokens;
	int first = t[f->first].kind;

	if (first != TK_PARAM && first != TK_FN && first != TK_CODEC)
		return 0;
	if (t[i].kind == '<')
		return i >= 2 && t[i - 1].kind == TK_NAME &&
		    (t[i - 2].kind == ':' || t[i - 2].kind == '<' ||
		    t[i - 2].kind == TK_BOTH);
	if (t[i].kind != '>')
		return 0;
	for (size_t j = i; j-- > f->first;) {
		if (t[j].kind == '<')
			return is_type_bracket(f, j);
		if (t[j].kind != TK_NAME && t[j].kind != '>' &&
		    t[j].kind != '?')
			return 0;
	}
	return 0;
}

static int
is_tuple(const struct fmt *f, size_t i)
{
	const struct token *t = f->p->tokens;

	if (t[i].kind == '}')
		while (i > 0 && t[i].kind != '{')
			i--;
	return t[i].kind == '{' && i > 0 && t[i - 1].kind == '.';
}

/* Whether tokens i-1 and i of one line have a blank between them. */
static int
spaced(const struct fmt *f, size_t i)
{
	const struct token *t = f->p->tokens;
	int a = t[i - 1].kind, b = t[i].kind;

	if (a == '.' || b == '.' || a == '(' || a == '[' ||
	    a == TK_TEXT_HEAD || a == TK_TEXT_MID || b == TK_TEXT_MID ||
	    b == TK_TEXT_TAIL)
		return 0;
	if (b == ',' || b == ';' || b == ')' || b == ']' || b == '?')
		return 0;
	if (b == ':')
		return a == TK_FORTH || a == TK_BACK;
	if (is_type_bracket(f, i) || (a == '<' && is_type_bracket(f, i - 1)))
		return 0;
	if ((a == '{' && (b == '}' || b == TK_CLOSE)) ||
	    (a == '{' && is_tuple(f, i - 1)) || (b == '}' && is_tuple(f, i)))
		return 0;
	if (a == '-' && i >= 2 && !ends_operand(t[i - 2].kind))
		return 0;
	if (b == '(' || b == '[') {
		if (!ends_operand(a))
			return 1;
		if (!is_word(a))
			return 0;
		/* `map name (`, `match (…)` and `scopes […]` of clauses; a
		 * case begins with an expression */
		if (i - 1 == f->first)
			return f->stmt_depth == 0 ||
			    !f->stack[f->stmt_depth - 1].cases;
		return i - 2 == f->first && t[f->first].kind == TK_MAP &&
		    b == '(';
	}
	return 1;
}

static size_t
columns(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static struct str
token_text(const struct fmt *f, size_t i)
{
	return span_text(f->p->ss, f->p->tokens[i].span);
}

static unsigned
newlines(const struct fmt *f, uint32_t from, uint32_t to)
{
	unsigned n = 0;

	for (uint32_t i = from; i < to; i++)
		n += f->p->src->text.p[i] == '\n';
	return n;
}

/* The brace that closes the block opened at token i. */
static size_t
block_end(const struct fmt *f, size_t i)
{
	const struct token *t = f->p->tokens;
	unsigned depth = 0;

	for (; i < f->p->ntoken; i++) {
		if (t[i].kind == '{')
			depth++;
		else if ((t[i].kind == '}' || t[i].kind == TK_CLOSE) &&
		    --depth == 0)
			break;
	}
	return i;
}

/* Whether the block at token i was written on one line and fits. */
static int
fits_oneline(const struct fmt *f, size_t i)
{
	size_t end = block_end(f, i), width = f->stmt_indent;

	if (end == f->p->ntoken || newlines(f,
	    f->p->tokens[f->first].span.beg, f->p->tokens[end].span.end) > 0)
		return 0;
	for (size_t k = f->first; k <= end; k++)
		width += columns(token_text(f, k)) +
		    (k > f->first && spaced(f, k));
	return width <= WIDTH;
}

static void
end_line(struct fmt *f)
{
	if (f->line.n == 0)
		return;
	if (f->nline == f->cline) {
		size_t cap = f->cline ? f->cline * 2 : 128;
		struct line *l = arena_array(f->a, cap, sizeof(*l));

		if (f->nline)
			memcpy(l, f->lines, f->nline * sizeof(*l));
		f->lines = l;
		f->cline = cap;
	}
	f->cur.text = arena_str(f->a, buf_str(&f->line));
	f->lines[f->nline++] = f->cur;
	f->cur = (struct line){ 0 };
	buf_reset(&f->line);
}

static void
push(struct fmt *f, int block, int oneline)
{
	struct level *l;

	if (f->depth == COUNT(f->stack))
		return; /* the parser has refused such a file */
	l = &f->stack[f->depth++];
	l->line_indent = block ? f->stmt_indent : f->cur.indent;
	l->indent = l->line_indent + 2;
	l->block = block;
	l->cases = 0;
	l->oneline = oneline;
}

/* Where a line that starts with a token of this kind begins. */
static unsigned
indent_of(const struct fmt *f, int kind)
{
	const struct level *top = f->depth ? &f->stack[f->depth - 1] : NULL;
	int closes = kind == '}' || kind == ')' || kind == ']' ||
	    kind == TK_CLOSE;

	if (closes && top != NULL)
		return top->line_indent;
	if (f->begin)
		return top ? top->indent : 0;
	if (f->depth > f->stmt_depth)
		return top->indent;
	return f->stmt_indent + 4;
}

static void
start_line(struct fmt *f, int kind, int blank)
{
	end_line(f);
	f->cur.indent = indent_of(f, kind);
	f->cur.blank = blank && f->nline > 0;
	f->must_break = 0;
}

static void
comment(struct fmt *f, struct comment c, unsigned nl, int after_open)
{
	struct str text = span_text(f->p->ss, c.span);

	while (text.n > 0 && (text.p[text.n - 1] == ' ' ||
	    text.p[text.n - 1] == '\t' || text.p[text.n - 1] == '\r'))
		text.n--;
	if (nl == 0 && f->line.n > 0)
		buf_puts(&f->line, STR("  "));
	else
		start_line(f, 0, nl >= 2 && !after_open);
	buf_puts(&f->line, text);
	f->must_break = 1;
}

static void
begin_statement(struct fmt *f, size_t i)
{
	f->first = i;
	f->stmt_depth = f->depth;
	f->stmt_indent = f->depth ? f->stack[f->depth - 1].indent : 0;
	f->begin = 0;
}

static void
token(struct fmt *f, size_t i, unsigned nl)
{
	struct token *t = &f->p->tokens[i];
	int before = i > 0 ? f->p->tokens[i - 1].kind : 0;
	int after_open = i > 0 && before == '{' && f->p->tokens[i - 1].block;

	if (f->must_break)
		start_line(f, t->kind, nl >= 2 && !after_open &&
		    t->kind != TK_CLOSE);
	else if (nl > 0 && !f->in_oneline && t->kind != ';' && t->kind != ',')
		start_line(f, t->kind, 0);
	if (f->begin && t->kind != TK_CLOSE)
		begin_statement(f, i);
	if (f->line.n > 0 && spaced(f, i))
		buf_putc(&f->line, ' ');
	if ((t->kind == TK_BOTH || t->kind == TK_BACK || t->kind == TK_FORTH ||
	    t->kind == TK_ARM) && f->cur.arrow == 0 && f->line.n > 0 &&
	    f->depth == f->stmt_depth && !f->in_oneline &&
	    f->p->tokens[f->first].kind != TK_REST) {
		f->cur.arrow = f->line.n;
		f->cur.columns = columns(buf_str(&f->line));
		f->cur.kind = t->kind;
	}
	buf_puts(&f->line, token_text(f, i));

	switch (t->kind) {
	case '{':
		if (t->block) {
			int one = f->in_oneline || fits_oneline(f, i);

			push(f, 1, one);
			f->stack[f->depth - 1].cases = i > 0 &&
			    f->p->tokens[i - 1].kind == TK_CLASSIFY;
			f->in_oneline += one;
			f->must_break = !one;
			f->begin = 1;
			f->cur.arrow = 0;
			break;
		}
		/* FALLTHROUGH */
	case '(': case '[':
		push(f, 0, 0);
		break;
	case ')': case ']': case '}':
		if (f->depth > 0)
			f->depth--;
		break;
	case TK_CLOSE:
		if (f->depth > 0) {
			f->depth--;
			f->in_oneline -= f->stack[f->depth].oneline;
		}
		f->must_break = !f->in_oneline;
		f->begin = 1;
		f->cur.arrow = 0;
		break;
	case ';':
		f->must_break = !f->in_oneline;
		f->begin = 1;
		break;
	default:
		break;
	}
}

/* Braces of blocks know it, so that the others can stay in their line. */
static void
mark_blocks(struct parse *p)
{
	size_t open[2 * AST_DEPTH];
	unsigned n = 0;

	for (size_t i = 0; i < p->ntoken; i++) {
		struct token *t = &p->tokens[i];

		if (t->kind == '{' && n < COUNT(open))
			open[n++] = i;
		else if ((t->kind == '}' || t->kind == TK_CLOSE) && n > 0)
			p->tokens[open[--n]].block = t->kind == TK_CLOSE;
	}
}

static int
aligns(const struct line *l, int arm, unsigned indent)
{
	return l->arrow != 0 && l->columns <= ALIGN_MAX &&
	    (l->kind == TK_ARM) == arm && l->indent == indent;
}

/* Lines [i, result) are a run; *width is where their arrows go. */
static size_t
run_of(const struct fmt *f, size_t i, size_t *width, int *both)
{
	const struct line *first = &f->lines[i];
	int arm = first->kind == TK_ARM;
	size_t end = i;

	*width = 0;
	*both = 0;
	for (; end < f->nline; end++) {
		const struct line *l = &f->lines[end];

		if (l->arrow == 0 || l->indent != first->indent ||
		    (l->kind == TK_ARM) != arm || (end > i && l->blank))
			break;
		if (!aligns(l, arm, first->indent))
			continue;
		if (l->columns > *width)
			*width = l->columns;
		*both |= l->kind == TK_BOTH || l->kind == TK_FORTH;
	}
	return end;
}

static void
put_line(struct buf *out, const struct line *l, size_t width, int both)
{
	if (l->blank)
		buf_putc(out, '\n');
	for (unsigned i = 0; i < l->indent; i++)
		buf_putc(out, ' ');
	if (width == 0 || l->columns > ALIGN_MAX) {
		buf_puts(out, l->text);
	} else {
		/* <-> and, as wide, " ->" and "<- " */
		size_t pad = width - l->columns;
		int narrow = both && (l->kind == TK_BACK ||
		    l->kind == TK_FORTH);

		buf_put(out, l->text.p, l->arrow);
		pad += narrow && l->kind == TK_FORTH;
		for (size_t i = 0; i < pad; i++)
			buf_putc(out, ' ');
		buf_put(out, l->text.p + l->arrow, 2);
		if (narrow && l->kind == TK_BACK)
			buf_putc(out, ' ');
		buf_put(out, l->text.p + l->arrow + 2,
		    l->text.n - l->arrow - 2);
	}
	buf_putc(out, '\n');
}

static void
write_lines(const struct fmt *f, struct buf *out)
{
	for (size_t i = 0; i < f->nline;) {
		size_t width = 0, end = i + 1;
		int both = 0;

		if (f->lines[i].arrow != 0)
			end = run_of(f, i, &width, &both);
		if (end == i)
			end = i + 1;
		for (; i < end; i++)
			put_line(out, &f->lines[i], width, both);
	}
}

static void
format(struct fmt *f, struct buf *out)
{
	struct parse *p = f->p;
	uint32_t last = 0;
	size_t c = 0;
	int after_open = 1;

	mark_blocks(p);
	f->begin = 1;
	for (size_t i = 0; i <= p->ntoken; i++) {
		uint32_t beg = i < p->ntoken ? p->tokens[i].span.beg :
		    (uint32_t)p->src->text.n;

		while (c < p->ncomment && p->comments[c].span.beg < beg) {
			comment(f, p->comments[c], newlines(f, last,
			    p->comments[c].span.beg), after_open);
			last = p->comments[c++].span.end;
			after_open = 0;
		}
		if (i == p->ntoken)
			break;
		token(f, i, newlines(f, last, beg));
		last = p->tokens[i].span.end;
		after_open = p->tokens[i].kind == '{' && p->tokens[i].block;
	}
	end_line(f);
	write_lines(f, out);
	buf_fini(&f->line);
}

int
lang_format(struct str path, struct str text, struct buf *out,
    struct diags *d)
{
	struct arena a = { 0 };
	struct sources ss = { .a = &a, .d = d };
	struct parse p = { .keep = 1 };
	struct fmt f = { .p = &p, .a = &a };
	size_t before = d->nerror;
	struct source *src = source_add(&ss, path, text);
	int r = -1;

	if (parse_tokens(&ss, src, &p) == 0 && d->nerror == before) {
		format(&f, out);
		r = 0;
	}
	arena_fini(&a);
	return r;
}
