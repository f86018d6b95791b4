/*
 * Reading EBNF, random sentences of it, and Earley's recogniser.
 *
 * { x } is a rule of its own, r = | r x, and [ x ] is r = | x: left recursion
 * keeps long rows linear.
 */
#include "ebnf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void
wrong(const char *what, struct str at)
{
	printf("grammar/README.md: %s at \"%.*s\"\n", what,
	    at.n < 40 ? (int)at.n : 40, at.p);
	exit(1);
}

unsigned
ebnf_draw(unsigned n)
{
	static uint64_t seed = 88172645463325252u;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % n);
}

/* ---- reading ---- */

struct reader {
	struct ebnf *g;
	const char *p, *end;
};

static struct str
left(const struct reader *r)
{
	return str_from(r->p, (size_t)(r->end - r->p));
}

static void
blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n'))
		r->p++;
}

static int
accept(struct reader *r, char c)
{
	blanks(r);
	if (r->p == r->end || *r->p != c)
		return 0;
	r->p++;
	return 1;
}

static unsigned
symbol(struct ebnf *g, struct str name, int terminal, enum token_class class)
{
	struct symbol *s;

	for (unsigned i = 0; i < g->nsym; i++)
		if (g->sym[i].terminal == terminal &&
		    str_eq(g->sym[i].name, name))
			return i;
	if (g->nsym == SYMS)
		wrong("too many symbols", name);
	s = &g->sym[g->nsym];
	*s = (struct symbol){ .name = name, .terminal = terminal,
		.class = class, .height = UINT16_MAX };
	return g->nsym++;
}

static struct production *
production(struct ebnf *g, unsigned of)
{
	struct production *p = &g->prod[g->nprod];

	if (g->nprod++ == PRODS)
		wrong("too many alternatives", g->sym[of].name);
	*p = (struct production){ .left = of };
	g->sym[of].defined = 1;
	return p;
}

static void
append(struct production *p, unsigned s)
{
	if (p->n == LONG)
		wrong("too long an alternative", STR(""));
	p->right[p->n++] = s;
}

static unsigned
fresh(struct ebnf *g, const char *what)
{
	return symbol(g, arena_printf(g->a, " %s %u", what, g->nsym), 0,
	    CL_WORD);
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static void alternatives(struct reader *r, unsigned of);

static unsigned
word(struct reader *r)
{
	static const struct {
		const char *name;
		enum token_class class;
	} classes[] = { { "name", CL_NAME }, { "text", CL_TEXT },
		{ "number", CL_NUMBER }, { "duration", CL_DURATION },
		{ "percentage", CL_PERCENT } };
	const char *start = r->p;
	struct str name;

	while (r->p < r->end && is_letter(*r->p))
		r->p++;
	name = str_from(start, (size_t)(r->p - start));
	for (size_t i = 0; i < COUNT(classes); i++)
		if (str_eq(name, str_z(classes[i].name)))
			return symbol(r->g, name, 1, classes[i].class);
	return symbol(r->g, name, 0, CL_WORD);
}

/* One part of an alternative; 0 where none begins. */
static int
part(struct reader *r, unsigned *out)
{
	const char *start;
	unsigned s, in;

	blanks(r);
	if (r->p == r->end || strchr("|)]}", *r->p) != NULL)
		return 0;
	if (accept(r, '"')) {
		for (start = r->p; r->p < r->end && *r->p != '"';)
			r->p++;
		*out = symbol(r->g, str_from(start, (size_t)(r->p - start)), 1,
		    CL_WORD);
		r->p++;
		return 1;
	}
	if (accept(r, '(')) {
		*out = fresh(r->g, "group");
		alternatives(r, *out);
		if (!accept(r, ')'))
			wrong("no )", left(r));
		return 1;
	}
	if (accept(r, '[') || accept(r, '{')) {
		char close = r->p[-1] == '[' ? ']' : '}';
		struct production *p;

		s = fresh(r->g, close == ']' ? "optional" : "repeated");
		in = fresh(r->g, "group");
		alternatives(r, in);
		if (!accept(r, close))
			wrong("a bracket that does not close", left(r));
		production(r->g, s);
		p = production(r->g, s);
		if (close == '}')
			append(p, s);
		append(p, in);
		*out = s;
		return 1;
	}
	if (!is_letter(*r->p))
		wrong("no rule and no word", left(r));
	*out = word(r);
	return 1;
}

/* A name with `=` behind it begins the next rule. */
static int
begins_rule(struct reader *r)
{
	const char *p;

	blanks(r);
	for (p = r->p; p < r->end && is_letter(*p);)
		p++;
	if (p == r->p)
		return 0;
	while (p < r->end && *p == ' ')
		p++;
	return p < r->end && *p == '=';
}

static void
alternatives(struct reader *r, unsigned of)
{
	do {
		struct production p = { .left = of };
		unsigned s;

		while (!begins_rule(r) && part(r, &s))
			append(&p, s);
		*production(r->g, of) = p;
	} while (accept(r, '|'));
}

static void
read_rules(struct ebnf *g, struct str block)
{
	struct reader r = { g, block.p, block.p + block.n };

	while (blanks(&r), r.p < r.end) {
		unsigned of;

		if (!begins_rule(&r))
			wrong("no rule", left(&r));
		of = word(&r);
		if (!accept(&r, '='))
			wrong("no =", left(&r));
		alternatives(&r, of);
	}
}

/* The rest of a page behind a mark, up to an end. */
static struct str
between(struct str page, const char *mark, const char *end)
{
	const char *p = memmem(page.p, page.n, mark, strlen(mark)), *stop;

	if (p == NULL)
		wrong(mark, STR("nowhere"));
	p += strlen(mark);
	stop = memmem(p, (size_t)(page.p + page.n - p), end, strlen(end));
	if (stop == NULL)
		wrong(end, STR("nowhere"));
	return str_from(p, (size_t)(stop - p));
}

static int
is_listed(struct str list, struct str w)
{
	for (size_t i = 0; i < list.n;) {
		size_t n = 0;

		while (i < list.n && (list.p[i] == ' ' || list.p[i] == '\n'))
			i++;
		while (i + n < list.n && list.p[i + n] != ' ' &&
		    list.p[i + n] != '\n')
			n++;
		if (n > 0 && str_eq(str_from(list.p + i, n), w))
			return 1;
		i += n;
	}
	return 0;
}

/* Texts with expressions are the lexer's; the page says them in words. */
static void
interpolation(struct ebnf *g)
{
	unsigned of = symbol(g, STR("text_with_expressions"), 0, CL_WORD);
	unsigned more = fresh(g, "repeated"), expr = ebnf_rule(g, "expr");
	struct production *p = production(g, of);

	append(p, symbol(g, STR("head"), 1, CL_HEAD));
	append(p, expr);
	append(p, more);
	append(p, symbol(g, STR("tail"), 1, CL_TAIL));
	production(g, more);
	p = production(g, more);
	append(p, more);
	append(p, symbol(g, STR("middle"), 1, CL_MIDDLE));
	append(p, expr);
}

/* The height of the least sentence of each, and what may be empty. */
static void
measure(struct ebnf *g)
{
	for (unsigned i = 0; i < g->nsym; i++)
		if (g->sym[i].terminal)
			g->sym[i].height = 0;
	for (unsigned round = 0; round < g->nsym; round++)
		for (unsigned k = 0; k < g->nprod; k++) {
			struct production *p = &g->prod[k];
			struct symbol *s = &g->sym[p->left];
			int empty = 1;

			p->height = 1;
			for (unsigned i = 0; i < p->n; i++) {
				struct symbol *x = &g->sym[p->right[i]];

				empty &= !x->terminal && x->nullable;
				if (x->height + 1 > p->height)
					p->height = x->height + 1;
			}
			s->nullable |= empty;
			if (p->height < s->height)
				s->height = p->height;
		}
	for (unsigned i = 0; i < g->nsym; i++)
		if (g->sym[i].height == UINT16_MAX)
			wrong("a rule that is not there, or has no end",
			    g->sym[i].name);
}

void
ebnf_read(struct ebnf *g, struct arena *a, struct str page)
{
	struct str hard = between(page, "**Words that are no names:** `", "`");

	g->a = a;
	read_rules(g, between(page, "## The language\n\n```\n", "```"));
	interpolation(g);
	measure(g);
	for (unsigned i = 0; i < g->nsym; i++)
		g->sym[i].soft = g->sym[i].terminal &&
		    is_letter(g->sym[i].name.p[0]) &&
		    !is_listed(hard, g->sym[i].name);
}

unsigned
ebnf_rule(const struct ebnf *g, const char *name)
{
	for (unsigned i = 0; i < g->nsym; i++)
		if (!g->sym[i].terminal && g->sym[i].defined &&
		    str_eq(g->sym[i].name, str_z(name)))
			return i;
	wrong("no such rule", str_z(name));
}

/* ---- making ---- */

#define WIDE 400 /* bytes from which on sentences come to an end */

static const char *
example(const struct ebnf *g, enum token_class class)
{
	static const char *const some[][4] = {
		[CL_NAME] = { "a", "b_2", "`q w`", "Key" },
		[CL_TEXT] = { "\"\"", "\"t\"", "re\"\\d\"", "\"\\u00e4\\{\"" },
		[CL_HEAD] = { "\"{", "\"a{", "\"\\n{", "\"{" },
		[CL_MIDDLE] = { "}{", "}b{", "} {", "}-{" },
		[CL_TAIL] = { "}\"", "}c\"", "} \"", "}\\\"\"" },
		[CL_NUMBER] = { "0", "12", "0.50", "1e3" },
		[CL_DURATION] = { "10s", "500ms", "1h", "2w" },
		[CL_PERCENT] = { "20%", "0%", "100%", "5%" },
	};
	unsigned i;

	/* words of the language are names as well */
	if (class == CL_NAME && ebnf_draw(4) == 0) {
		for (i = ebnf_draw(g->nsym); !g->sym[i].soft;)
			i = (i + 1) % g->nsym;
		return arena_str(g->a, g->sym[i].name).p;
	}
	return some[class][ebnf_draw(4)];
}

/*
 * One of a rule's alternatives: one that was never made, as long as there is
 * room; the deeper, the sooner the shortest; what may be left out mostly is.
 */
static struct production *
choose(struct ebnf *g, unsigned s, unsigned depth, size_t length)
{
	struct production *best = NULL;
	int full = length > WIDE || depth > 60;
	int ends = full || ebnf_draw(60) < depth ||
	    (g->sym[s].nullable && ebnf_draw(3) != 0);
	unsigned n = 0;

	for (unsigned i = 0; i < g->nprod; i++) {
		struct production *p = &g->prod[i];

		if (p->left != s)
			continue;
		if (!full && p->made == 0)
			return p;
		if (best == NULL || (ends ? p->height < best->height :
		    ebnf_draw(n + 1) == 0))
			best = p;
		n++;
	}
	return best;
}

static void
expand(struct ebnf *g, unsigned s, unsigned depth, struct buf *out)
{
	struct production *p;

	g->sym[s].made++;
	if (g->sym[s].terminal) {
		if (g->sym[s].class == CL_WORD)
			buf_puts(out, g->sym[s].name);
		else
			buf_puts(out, str_z(example(g, g->sym[s].class)));
		buf_putc(out, ' ');
		return;
	}
	p = choose(g, s, depth, out->n);
	p->made++;
	for (unsigned i = 0; i < p->n; i++)
		expand(g, p->right[i], depth + 1, out);
}

void
ebnf_make(struct ebnf *g, unsigned rule, struct buf *out)
{
	expand(g, rule, 0, out);
}

/* ---- recognising ---- */

struct item {
	uint16_t prod, dot;
	uint32_t from;
};

struct set {
	struct item *list;
	size_t n, cap;
};

static void
add(struct set *s, unsigned prod, unsigned dot, uint32_t from)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].prod == prod && s->list[i].dot == dot &&
		    s->list[i].from == from)
			return;
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->list = realloc(s->list, s->cap * sizeof(*s->list));
		if (s->list == NULL)
			abort();
	}
	s->list[s->n++] = (struct item){ (uint16_t)prod, (uint16_t)dot, from };
}

static int
matches(const struct ebnf *g, const struct symbol *s, const struct lexeme *t)
{
	if (s->class == CL_WORD)
		return t->class == CL_WORD && str_eq(s->name, t->text);
	if (s->class == t->class)
		return 1;
	if (s->class != CL_NAME || t->class != CL_WORD)
		return 0;
	for (unsigned i = 0; i < g->nsym; i++)
		if (g->sym[i].soft && str_eq(g->sym[i].name, t->text))
			return 1;
	return 0;
}

static void
predict(const struct ebnf *g, struct set *s, unsigned rule, uint32_t at)
{
	for (unsigned i = 0; i < g->nprod; i++)
		if (g->prod[i].left == rule)
			add(s, i, 0, at);
}

static void
step(const struct ebnf *g, struct set *sets, uint32_t at,
    const struct lexeme *t)
{
	for (size_t i = 0; i < sets[at].n; i++) {
		struct item x = sets[at].list[i];
		const struct production *p = &g->prod[x.prod];
		const struct symbol *next;

		if (x.dot == p->n) {
			for (size_t k = 0; k < sets[x.from].n; k++) {
				struct item y = sets[x.from].list[k];
				const struct production *q = &g->prod[y.prod];

				if (y.dot < q->n && q->right[y.dot] == p->left)
					add(&sets[at], y.prod, y.dot + 1u,
					    y.from);
			}
			continue;
		}
		next = &g->sym[p->right[x.dot]];
		if (next->terminal) {
			if (t != NULL && matches(g, next, t))
				add(&sets[at + 1], x.prod, x.dot + 1u, x.from);
			continue;
		}
		predict(g, &sets[at], p->right[x.dot], at);
		if (next->nullable)
			add(&sets[at], x.prod, x.dot + 1u, x.from);
	}
}

int
ebnf_accepts(const struct ebnf *g, unsigned rule, const struct lexeme *t,
    size_t n)
{
	struct set *sets = calloc(n + 2, sizeof(*sets));
	int found = 0;

	if (sets == NULL)
		abort();
	predict(g, &sets[0], rule, 0);
	for (size_t i = 0; i <= n; i++)
		step(g, sets, (uint32_t)i, i < n ? &t[i] : NULL);
	for (size_t i = 0; i < sets[n].n; i++) {
		struct item x = sets[n].list[i];

		found |= x.from == 0 && g->prod[x.prod].left == rule &&
		    x.dot == g->prod[x.prod].n;
	}
	for (size_t i = 0; i < n + 2; i++)
		free(sets[i].list);
	free(sets);
	return found;
}
