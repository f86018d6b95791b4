/*
 * What surrounds a place in a text that is being written.
 */
#include "lang/complete.h"

#include "config.h"
#include "grammar/parser.h"

static int
is_word(int kind)
{
	return kind >= TK_USE && kind <= TK_NAME;
}

int
around_kind(const struct around *r, size_t i)
{
	return i < r->n ? r->p.tokens[i].kind : 0;
}

struct str
around_text(const struct around *r, size_t i)
{
	struct span sp = r->p.tokens[i].span;

	if (sp.end - sp.beg > 2 && r->text.p[sp.beg] == '`') {
		sp.beg++;
		sp.end--;
	}
	return str_from(r->text.p + sp.beg, sp.end - sp.beg);
}

size_t
around_bracket(const struct around *r)
{
	return r->nopen ? r->open[r->nopen - 1] : SIZE_MAX;
}

/* The bracket that the one at i closes; SIZE_MAX where there is none. */
static size_t
opening(const struct around *r, size_t i)
{
	unsigned depth = 0;

	for (;; i--) {
		int k = around_kind(r, i);

		if (k == ')' || k == ']' || k == '}')
			depth++;
		else if ((k == '(' || k == '[' || k == '{') && --depth == 0)
			return i;
		if (i <= r->stmt)
			return SIZE_MAX;
	}
}

/* ---- types of what is written ---- */

static struct type
path_type(const struct around *r, size_t end, size_t *start, unsigned depth)
{
	const struct bind *b;
	struct type t;
	size_t open;

	*start = end;
	if (end == 0 || depth == AST_DEPTH)
		return bad_type();
	if (around_kind(r, end - 1) == ']') {
		open = opening(r, end - 1);
		if (open == SIZE_MAX)
			return bad_type();
		t = path_type(r, open, start, depth + 1);
		return t.kind == TYPE_LIST ? type_element(r->a, t) :
		    bad_type();
	}
	if (!is_word(around_kind(r, end - 1)))
		return bad_type();
	*start = end - 1;
	if (end >= 2 && around_kind(r, end - 2) == '.') {
		t = path_type(r, end - 2, start, depth + 1);
		return field_type(r->a, t, around_text(r, end - 1));
	}
	b = bind_find(r->scope, around_text(r, end - 1));
	return b != NULL ? b->type : bad_type();
}

struct type
around_path(const struct around *r, size_t end, size_t *start)
{
	return path_type(r, end, start, 0);
}

struct type
around_record(const struct around *r, size_t from, struct type t,
    struct type *value)
{
	struct type stack[AST_DEPTH + 1];
	unsigned n = 0;

	stack[0] = bad_type();
	*value = t;
	for (size_t i = from; i < r->n; i++) {
		int k = around_kind(r, i);
		struct str name;

		if (k == '{' || k == '[') {
			if (n == AST_DEPTH)
				return bad_type();
			stack[++n] = k == '{' ? *value :
			    value->kind == TYPE_LIST ?
			    type_element(r->a, *value) : bad_type();
			*value = k == '{' ? bad_type() : stack[n];
		} else if (k == '}' || k == ']') {
			if (n > 0)
				n--;
			*value = bad_type();
		} else if (around_kind(r, i + 1) == ':' &&
		    (is_word(k) || k == TK_TEXT)) {
			name = around_text(r, i);
			if (k == TK_TEXT)
				name = str_from(name.p + 1, name.n - 2);
			*value = field_type(r->a, stack[n], name);
		}
	}
	return stack[n];
}

/* ---- scope ---- */

static void
bind_more(struct around *r, struct str name, struct type t)
{
	struct bind *b = arena_new(r->a, struct bind);

	*b = (struct bind){ .up = r->scope, .name.text = name, .type = t,
		.kind = LANG_LOCAL };
	r->scope = b;
}

/* a.b, as one text; *i passes it. */
static struct str
dotted(const struct around *r, size_t *i)
{
	struct str s = around_text(r, (*i)++);

	while (around_kind(r, *i) == '.' && is_word(around_kind(r, *i + 1))) {
		s = arena_printf(r->a, "%.*s.%.*s", STR_ARG(s),
		    STR_ARG(around_text(r, *i + 1)));
		*i += 2;
	}
	return s;
}

/* map m (c: app.contact) <-> (h: hubspot.contact) */
static void
bind_header(struct around *r, size_t i, size_t end)
{
	struct decl d = { 0 };
	struct word *name = &d.left_name, *schema = &d.left_schema;

	for (; i + 3 < end; i++) {
		if (around_kind(r, i) != '(' ||
		    !is_word(around_kind(r, i + 1)) ||
		    around_kind(r, i + 2) != ':' ||
		    !is_word(around_kind(r, i + 3)))
			continue;
		name->text = around_text(r, i + 1);
		i += 3;
		schema->text = dotted(r, &i);
		name = &d.right_name;
		schema = &d.right_schema;
	}
	r->scope = bind_sides(r->m, &d, r->a);
}

static struct type
written_type(const struct around *r, size_t i)
{
	struct type_name of = { .name.text = around_text(r, i) }, list = of;
	struct type t;

	if (around_kind(r, i + 1) == '<' && is_word(around_kind(r, i + 2))) {
		of.name.text = around_text(r, i + 2);
		list.of = &of;
	}
	return type_named(r->a, &list, &t) == 0 ? t : bad_type();
}

/* (a: text, b: int = 2), the parentheses closed or not. */
static void
bind_params(struct around *r, size_t i, size_t end)
{
	unsigned depth = 0;

	for (; i + 2 < end; i++) {
		int k = around_kind(r, i);

		depth += k == '(';
		depth -= k == ')' && depth > 0;
		if (depth == 1 && (k == '(' || k == ',') &&
		    is_word(around_kind(r, i + 1)) &&
		    around_kind(r, i + 2) == ':' && i + 3 < end)
			bind_more(r, around_text(r, i + 1),
			    written_type(r, i + 3));
		if (k == ')' && depth == 0)
			return;
	}
}

/* each c.a as x …, pick c.a as x …: an element of what stands before `as`. */
static void
bind_elements(struct around *r, size_t i, size_t end)
{
	for (; i + 1 < end; i++) {
		size_t start;
		struct type t;

		if (around_kind(r, i) != TK_AS ||
		    !is_word(around_kind(r, i + 1)))
			continue;
		t = around_path(r, i, &start);
		bind_more(r, around_text(r, i + 1), t.kind == TYPE_LIST ?
		    type_element(r->a, t) : bad_type());
	}
}

/* map(c.list, x => …, while its parenthesis is open. */
static void
bind_lambdas(struct around *r)
{
	for (unsigned k = 0; k < r->nopen; k++) {
		size_t i = r->open[k] + 1, comma = i, start;
		unsigned depth = 0;
		struct type t;

		for (; comma < r->n; comma++) {
			int c = around_kind(r, comma);

			depth += c == '(' || c == '[' || c == '{';
			depth -= (c == ')' || c == ']' || c == '}') &&
			    depth > 0;
			if (depth == 0 && c == ',')
				break;
		}
		if (around_kind(r, comma + 2) != TK_ARM ||
		    !is_word(around_kind(r, comma + 1)))
			continue;
		t = around_path(r, comma, &start);
		bind_more(r, around_text(r, comma + 1),
		    t.kind == TYPE_LIST && start == i ?
		    type_element(r->a, t) : bad_type());
	}
}

/* The sides of the map that a block is for. */
static void
bind_owner(struct around *r, size_t i, size_t end)
{
	const struct entity *e;

	if (around_kind(r, i) == TK_EXTEND)
		i++;
	else
		while (i < end && around_kind(r, i++) != TK_FOR)
			;
	e = i < end ? find_map(&r->v->c, r->m, dotted(r, &i)) : NULL;
	if (e != NULL)
		r->scope = bind_sides(e->mod, e->decl, r->a);
}

static void
bind_block(struct around *r, size_t i, size_t end)
{
	switch (around_kind(r, i)) {
	case TK_MAP:
		bind_header(r, i, end);
		break;
	case TK_EXTEND:
	case TK_RULES:
	case TK_TEST:
	case TK_IDENTITY:
		bind_owner(r, i, end);
		break;
	case TK_EACH:
		bind_elements(r, i, end);
		break;
	case TK_CODEC:
		bind_params(r, i, end);
		bind_more(r, STR("it"), bad_type());
		break;
	default:
		break;
	}
}

/* ---- blocks and the statement ---- */

static size_t
token_at(const struct around *r, uint32_t off)
{
	size_t lo = 0, hi = r->n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->p.tokens[mid].span.beg <= off)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void
find_blocks(struct around *r)
{
	unsigned n = r->p.blocks < AST_DEPTH ? r->p.blocks : AST_DEPTH;
	size_t floor = 0;

	for (unsigned b = 0; b < n; b++) {
		size_t brace = token_at(r, r->p.block_at[b]), i = brace;

		if (r->n == 0 || r->p.tokens[brace].span.beg !=
		    r->p.block_at[b])
			break;
		while (i > floor && around_kind(r, i - 1) != ';' &&
		    around_kind(r, i - 1) != TK_CLOSE)
			i--;
		r->inner = around_kind(r, i);
		if (b == 0) {
			r->block = r->inner;
			r->head = i;
		}
		bind_block(r, i, brace);
		floor = brace + 1;
	}
	r->stmt = r->n;
	while (r->stmt > floor && around_kind(r, r->stmt - 1) != ';' &&
	    around_kind(r, r->stmt - 1) != TK_CLOSE)
		r->stmt--;
}

static void
find_brackets(struct around *r)
{
	for (size_t i = r->stmt; i < r->n; i++) {
		int k = around_kind(r, i);

		if ((k == '(' || k == '[' || k == '{') &&
		    r->nopen < AST_DEPTH)
			r->open[r->nopen++] = i;
		else if ((k == ')' || k == ']' || k == '}') && r->nopen > 0)
			r->nopen--;
	}
}

/* A letter of the word that is being written. */
static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

int
around_read(struct around *r, struct lang_view *v, struct module *m,
    uint32_t off, struct arena *a)
{
	struct sources *ss = arena_new(a, struct sources);
	struct source *src;
	uint32_t beg = off;

	memset(r, 0, sizeof(*r));
	r->v = v;
	r->m = m;
	r->a = a;
	while (beg > 0 && is_letter(m->src->text.p[beg - 1]))
		beg--;
	ss->a = a;
	ss->d = arena_new(a, struct diags);
	diags_init(ss->d);
	r->p.keep = 1;
	src = source_add(ss, m->src->path, str_from(m->src->text.p, beg));
	parse_tokens(ss, src, &r->p);
	r->text = src->text;
	r->n = r->p.ntoken;
	if (r->p.ncomment > 0 &&
	    r->p.comments[r->p.ncomment - 1].span.end == beg)
		return 0;
	/* the text that is being written is no token before it */
	if (r->p.in_text && r->n > 0)
		r->n--;
	find_blocks(r);
	find_brackets(r);
	if (around_kind(r, r->stmt) == TK_FN)
		bind_params(r, r->stmt, r->n);
	bind_elements(r, r->stmt, r->n);
	bind_lambdas(r);
	return 1;
}

void
around_end(struct around *r)
{
	if (r->p.ss != NULL)
		diags_fini(r->p.ss->d);
}

struct str
around_completed(const struct around *r, const char *word, const char *rest)
{
	unsigned n = r->p.blocks < AST_DEPTH ? r->p.blocks : AST_DEPTH;
	struct buf b = { 0 };
	struct str s;

	buf_puts(&b, r->text);
	buf_printf(&b, " %s%s", word, rest);
	while (n-- > 0)
		buf_putc(&b, '}');
	s = arena_str(r->a, buf_str(&b));
	buf_fini(&b);
	return s;
}
