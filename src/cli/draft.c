/*
 * The compiler as the judge of a draft: what it finds fault with gives way to
 * the next way of writing it, until it is content.  Then a sample record goes
 * through, and what becomes of it is the test.
 */
#include "cli/draft.h"

#include "lang/lang.h"
#include "record/layout.h"
#include "vm/vm.h"

/* Every step takes a way from some line; more are a mistake of ours. */
#define STEPS 2000

/* ---- writing ---- */

static void
put_enums(struct draft *d, struct buf *out)
{
	for (unsigned i = 0; i < d->nenum; i++) {
		int used = 0;

		for (size_t k = 0; k < d->nline; k++)
			used |= d->lines[k].at < d->lines[k].n &&
			    d->lines[k].ways[d->lines[k].at].en == (int)i;
		if (!used)
			continue;
		buf_puts(out, STR("\nenum "));
		leaf_put_name(out, d->enums[i].name);
		buf_printf(out, " {\n%.*s}\n", STR_ARG(d->enums[i].text));
	}
}

static unsigned
line_number(const struct buf *b)
{
	unsigned n = 1;

	for (size_t i = 0; i < b->n; i++)
		n += b->p[i] == '\n';
	return n;
}

static void
put_lines(struct draft *d, struct buf *out, int sync)
{
	for (size_t i = 0; i < d->nline; i++) {
		struct line *l = &d->lines[i];
		struct str s = l->at < l->n ? l->ways[l->at].text : l->todo;

		if (l->sync != sync)
			continue;
		l->number = line_number(out);
		if (s.n > 0)
			buf_printf(out, "  %.*s\n", STR_ARG(s));
	}
}

static void
put_draft(struct draft *d, struct buf *out)
{
	const struct scaffold_side *l = d->side[0], *r = d->side[1];

	buf_printf(out, "# %.*s: %.*s and %.*s, as `crosswalk new` began it.\n"
	    "# TODO marks what a person decides.\n\n", STR_ARG(d->object),
	    STR_ARG(l->system), STR_ARG(r->system));
	buf_printf(out, "schema %.*s.%.*s = \"%.*s\";\n"
	    "schema %.*s.%.*s = \"%.*s\";\n", STR_ARG(l->system),
	    STR_ARG(d->object), STR_ARG(l->written), STR_ARG(r->system),
	    STR_ARG(d->object), STR_ARG(r->written));
	put_enums(d, out);
	buf_printf(out, "\nmap %.*s_%.*s (%.*s: %.*s.%.*s) <-> "
	    "(%.*s: %.*s.%.*s) {\n", STR_ARG(d->object), STR_ARG(r->system),
	    STR_ARG(d->name[0]), STR_ARG(l->system), STR_ARG(d->object),
	    STR_ARG(d->name[1]), STR_ARG(r->system), STR_ARG(d->object));
	put_lines(d, out, 0);
	buf_printf(out, "}\n\nrules for %.*s_%.*s {\n", STR_ARG(d->object),
	    STR_ARG(r->system));
	put_lines(d, out, 1);
	buf_printf(out, "  on update do upsert;\n"
	    "  on delete when linked(%.*s) do archive;\n"
	    "  otherwise skip \"no rule\";\n}\n%.*s", STR_ARG(d->name[1]),
	    STR_ARG(d->tests));
}

/* ---- judging ---- */

static int
read_draft(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	struct draft *d = ((void **)arg)[0];

	for (int i = 0; i < 2; i++)
		if (str_eq(path, d->side[i]->written))
			return lang_read_file(NULL, d->side[i]->file, text, a,
			    e);
	*text = buf_str(((void **)arg)[1]);
	return 0;
}

/* The line at number gives way; 0 when there is none. */
static int
give_way(struct draft *d, unsigned number)
{
	for (size_t i = 0; i < d->nline; i++) {
		struct line *l = &d->lines[i];

		if (l->number != number || l->at == l->n)
			continue;
		l->at++;
		l->number = 0; /* once a step */
		return 1;
	}
	return 0;
}

static int
blame(struct draft *d, const struct diag *g)
{
	for (unsigned k = 0; k < g->nat; k++)
		if (give_way(d, g->at[k].line))
			return 1;
	return 0;
}

/* One judgement: NULL when a line gave way, or with an error. */
static struct unit *
judge(struct draft *d, struct buf *text, struct err *e)
{
	void *arg[2] = { d, text };
	struct unit *u = NULL;
	struct diags found;
	int blamed = 0;

	buf_reset(text);
	put_draft(d, text);
	diags_init(&found);
	lang_compile(STR("new.map"), read_draft, arg, NULL, &u, NULL, &found);
	for (size_t i = 0; i < found.n && u == NULL; i++)
		blamed |= found.list[i].level == DIAG_ERROR &&
		    blame(d, &found.list[i]);
	e->code = ERR_NONE;
	if (u == NULL && !blamed)
		err_set(e, ERR_INTERNAL, "the mapping does not compile: "
		    "line %u: %.*s", found.list[0].at[0].line,
		    STR_ARG(found.list[0].text));
	diags_fini(&found);
	return u;
}

/* ---- a sample ---- */

static struct str
sample_text(struct draft *d, const struct leaf *l)
{
	static const struct {
		const char *word, *value;
	} known[] = {
		{ "email", "ann@example.com" }, { "domain", "example.com" },
		{ "phone", "+49 30 12345678" }, { "mobile", "+49 170 1234567" },
		{ "website", "https://example.com" }, { "country", "DE" },
		{ "currency", "EUR" }, { "first_name", "Ann" },
		{ "last_name", "Lee" }, { "language", "en" },
		{ "id", "1" },
	};
	struct str name = l->path[l->n - 1], s;
	size_t max = l->type.max_length;

	/* what is sent is held to the other side's schema as well */
	if (l->other != NULL && l->other->type.kind == TYPE_TEXT &&
	    l->other->type.max_length < max)
		max = l->other->type.max_length;
	if (l->type.noption > 0)
		return l->type.options[0];
	for (size_t i = 0; i < COUNT(known); i++) {
		struct str word = str_z(known[i].word);
		struct called x = { l->path, l->n, STR("") };
		struct called y = { &word, 1, STR("") };

		if (likeness(&x, &y) > 0)
			return str_z(known[i].value);
	}
	s = arena_printf(d->a, "a %.*s", STR_ARG(name));
	if (l->other != NULL && l->other->type.kind == TYPE_TEXT)
		while (s.n < schema_min_length(l->other->type.node))
			s = arena_printf(d->a, "%.*s %.*s", STR_ARG(s),
			    STR_ARG(s));
	if (s.n > max)
		s.n = max;
	return s;
}

/* The first option that the line's enum has a row for. */
static struct str
sample_option(struct draft *d, const struct line *l)
{
	const struct way *w = &l->ways[l->at];
	struct type t = l->left->type;

	for (unsigned i = 0; i < t.noption && w->en >= 0; i++) {
		struct str rows = d->enums[w->en].text;
		struct str row = arena_printf(d->a, "  \"%.*s\" <->",
		    STR_ARG(t.options[i]));

		if (rows.n >= row.n && memmem(rows.p, rows.n, row.p, row.n))
			return t.options[i];
	}
	return sample_text(d, l->left);
}

static int
put_sample(struct draft *d, struct buf *out, const struct line *line,
    const struct leaf *l)
{
	switch (l->type.kind) {
	case TYPE_TEXT:
		buf_json(out, line ? sample_option(d, line) :
		    sample_text(d, l));
		return 1;
	case TYPE_INT:
		buf_puts(out, STR("3"));
		return 1;
	case TYPE_DECIMAL:
		buf_puts(out, STR("12.50"));
		return 1;
	case TYPE_BOOL:
		buf_puts(out, STR("true"));
		return 1;
	case TYPE_DATE:
		buf_puts(out, STR("\"2026-01-31\""));
		return 1;
	case TYPE_DATETIME:
		buf_puts(out, STR("\"2026-01-31T12:00:00Z\""));
		return 1;
	case TYPE_LIST:
		if (type_element(d->a, l->type).kind != TYPE_TEXT)
			return 0;
		buf_puts(out, STR("[\"a\",\"b\"]"));
		return 1;
	default:
		return 0;
	}
}

static const struct line *
line_of(const struct draft *d, const struct leaf *l)
{
	for (size_t i = 0; i < d->nline; i++)
		if (d->lines[i].left == l && d->lines[i].at < d->lines[i].n)
			return &d->lines[i];
	return NULL;
}

/*
 * The record of ours that goes through: what the rules read and what our
 * schema needs.  Fields stand in the order of their schema, so those of one
 * object are neighbours.
 */
static void
sample_record(struct draft *d, struct buf *out)
{
	const struct leaf *in = NULL;

	buf_putc(out, '{');
	for (size_t i = 0; i < d->left.n; i++) {
		const struct leaf *l = &d->left.list[i];
		const struct line *line = line_of(d, l);
		size_t before = out->n, value;
		int same = in != NULL && l->n == 2 &&
		    str_eq(in->path[0], l->path[0]);

		if ((line == NULL && !l->required) || l->n > 2 || l->open)
			continue;
		if (in != NULL && !same)
			buf_putc(out, '}');
		if (out->p[out->n - 1] != '{')
			buf_putc(out, ',');
		if (l->n == 2 && !same) {
			buf_json(out, l->path[0]);
			buf_puts(out, STR(":{"));
		}
		buf_json(out, l->path[l->n - 1]);
		buf_putc(out, ':');
		value = out->n;
		if (!put_sample(d, out, line, l) || out->n == value) {
			out->n = before;
			continue;
		}
		in = l->n == 2 ? l : NULL;
	}
	if (in != NULL)
		buf_putc(out, '}');
	buf_putc(out, '}');
}

/* ---- tests ---- */

/* A line of a record that is not broken. */
#define LINE 66

static void put_json(struct arena *a, struct buf *out, struct value v,
    unsigned depth);

static void
put_parts(struct arena *a, struct buf *out, struct value v, unsigned depth,
    int broken)
{
	int record = v.type == V_RECORD;

	buf_putc(out, record ? '{' : '[');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		if (broken)
			buf_printf(out, "\n%*s", (int)(4 + 2 * depth), "");
		else if (i > 0 || record)
			buf_putc(out, ' ');
		if (record) {
			leaf_put_name(out, v.u.record[i].name);
			buf_puts(out, STR(": "));
		}
		put_json(a, out, record ? v.u.record[i].value : v.u.list[i],
		    depth + 1);
	}
	if (broken)
		buf_printf(out, "\n%*s", (int)(2 + 2 * depth), "");
	else if (record && v.n > 0)
		buf_putc(out, ' ');
	buf_putc(out, record ? '}' : ']');
}

/* JSON as the expression that it is in a mapping. */
static void
put_json(struct arena *a, struct buf *out, struct value v, unsigned depth)
{
	struct buf text = { 0 };

	v = value_open(v, a);
	if (v.type == V_RECORD || v.type == V_LIST) {
		put_parts(a, &text, v, depth, 0);
		if (text.n > LINE)
			put_parts(a, out, v, depth, 1);
		else
			buf_puts(out, buf_str(&text));
		buf_fini(&text);
		return;
	}
	value_write(&text, v);
	for (size_t i = 0; i < text.n; i++) {
		if (v.type == V_TEXT && (text.p[i] == '{' || text.p[i] == '}'))
			buf_putc(out, '\\');
		buf_putc(out, text.p[i]);
	}
	buf_fini(&text);
}

static struct str
padded(struct draft *d, const struct buf *b)
{
	char *p = arena_zalloc(d->a, b->n + RECORD_PAD);

	memcpy(p, b->p, b->n);
	return str_from(p, b->n);
}

static void
put_step(struct draft *d, struct buf *out, const char *word, int right,
    struct str json)
{
	struct value v = { .type = V_RAW, .n = (uint32_t)json.n,
		.u.p = json.p };

	buf_printf(out, "  %s %.*s = ", word, STR_ARG(d->name[right]));
	put_json(d->a, out, v, 0);
	buf_puts(out, STR(";\n"));
}

/* What a program makes of a record; -1 with the line that refuses it. */
static int
run(struct draft *d, struct vm *vm, const struct prog *p, struct str in,
    struct str *out, struct err *e)
{
	struct buf text = { 0 };
	struct vm_frame f;

	if (vm_map(vm, p, in, &f, d->a, e) != 0 ||
	    vm_put(vm, p, STR(""), &f, d->a, e) != 0)
		return -1;
	layout_write(&text, p->funcs[0].layout, f.out, STR(""));
	*out = padded(d, &text);
	buf_fini(&text);
	return 0;
}

static void
put_test(struct draft *d, struct buf *out, const char *name, int right,
    struct str given, struct str expected)
{
	buf_printf(out, "\ntest \"%s\" for %.*s_%.*s {\n", name,
	    STR_ARG(d->object), STR_ARG(d->side[1]->system));
	put_step(d, out, "given", right, given);
	put_step(d, out, "expect", !right, expected);
	buf_puts(out, STR("}\n"));
}

/* -1 and e->at is the line that refuses the sample. */
static int
make_tests(struct draft *d, const struct unit *u, struct err *e)
{
	struct vm *vm = vm_new(NULL);
	struct buf text = { 0 };
	struct str ours, theirs, again;
	int r = -1;

	sample_record(d, &text);
	ours = padded(d, &text);
	buf_reset(&text);
	if (run(d, vm, u->maps[0].forward, ours, &theirs, e) == 0 &&
	    run(d, vm, u->maps[0].backward, theirs, &again, e) == 0) {
		put_test(d, &text, "there", 0, ours, theirs);
		put_test(d, &text, "and back", 1, theirs, again);
		d->tests = arena_str(d->a, buf_str(&text));
		r = 0;
	}
	buf_fini(&text);
	vm_free(vm);
	return r;
}

/* ---- settling ---- */

int
draft_settle(struct draft *d, struct buf *out, struct err *e)
{
	struct buf text = { 0 };
	struct diags found;
	int r = -1;

	for (int i = 0; i < STEPS && r != 0; i++) {
		struct unit *u = judge(d, &text, e);

		if (u == NULL && e->code != ERR_NONE)
			break;
		if (u == NULL)
			continue;
		if (d->tests.n > 0)
			r = 0;
		else if (make_tests(d, u, e) != 0 &&
		    !give_way(d, (unsigned)e->at))
			i = STEPS;
		unit_unref(u);
	}
	diags_init(&found);
	if (r == 0)
		r = lang_format(STR("new.map"), buf_str(&text), out, &found);
	diags_fini(&found);
	buf_fini(&text);
	return r;
}
