/*
 * Mappings to begin with: what could be written is drawn up here, scaffold_run
 * lets the compiler choose.
 */
#include "cli/scaffold.h"

#include <stdio.h>

#include "cli/draft.h"
#include "schema/schema.h"
#include "vm/builtin.h"

/* Rows of an enum that nobody wants to read. */
#define OPTIONS_SHOWN 40

/* ---- ways to write a rule ---- */

static void
way(struct draft *d, struct line *l, int en, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
way(struct draft *d, struct line *l, int en, const char *fmt, ...)
{
	va_list ap;

	if (l->n == LINE_WAYS)
		return;
	va_start(ap, fmt);
	l->ways[l->n++] = (struct way){ arena_vprintf(d->a, fmt, ap), en };
	va_end(ap);
}

/* With each attribute that a finding may ask for. */
static void
ways(struct draft *d, struct line *l, int en, struct str rule)
{
	way(d, l, en, "%.*s;", STR_ARG(rule));
	way(d, l, en, "%.*s with null: skip;", STR_ARG(rule));
	way(d, l, en, "%.*s with required;", STR_ARG(rule));
}

static struct line *
line_new(struct draft *d)
{
	struct line *l;

	if (d->nline == d->cline) {
		size_t cap = d->cline ? 2 * d->cline : 64;
		struct line *more = arena_array(d->a, cap, sizeof(*more));

		if (d->nline > 0)
			memcpy(more, d->lines, d->nline * sizeof(*more));
		d->lines = more;
		d->cline = cap;
	}
	l = &d->lines[d->nline++];
	*l = (struct line){ 0 };
	return l;
}

/* ---- codecs ---- */

/* Is a value of type t of this type of the table? */
static int
is_named(struct str name, struct type t)
{
	static const struct {
		const char *name;
		enum type_kind kind;
	} kinds[] = { { "text", TYPE_TEXT }, { "int", TYPE_INT },
		{ "decimal", TYPE_DECIMAL }, { "number", TYPE_INT },
		{ "number", TYPE_DECIMAL }, { "bool", TYPE_BOOL },
		{ "date", TYPE_DATE }, { "datetime", TYPE_DATETIME },
		{ "list<text>", TYPE_LIST } };

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].kind == t.kind &&
		    str_eq(name, str_z(kinds[i].name)))
			return 1;
	return 0;
}

static int
gives(const char *types, struct type t)
{
	for (const char *p = types; *p != '\0';) {
		size_t n = strcspn(p, "|");

		if (is_named(str_from(p, n), t))
			return 1;
		p += n + (p[n] == '|');
	}
	return 0;
}

/* Every parameter has a default. */
static int
needs_nothing(const char *params)
{
	size_t names = 0, defaults = 0;

	for (; *params != '\0'; params++) {
		names += *params == ':';
		defaults += *params == '=';
	}
	return names == defaults;
}

/* Codecs that bring the one into the other and back. */
static void
codec_ways(struct draft *d, struct line *l, const char *rule)
{
	struct type from = l->left->type, to = l->right->type;

	if (from.kind == to.kind)
		return;
	for (size_t i = 0; i < nbuiltin; i++) {
		const struct builtin *b = &builtins[i];

		if (b->left != NULL && b->back != NULL && b->law < LAW_LOSSY &&
		    b->hidden != HIDDEN_PARTS && needs_nothing(b->params) &&
		    gives(b->left, from) && gives(b->result, to))
			ways(d, l, -1, arena_printf(d->a, "%s via %s", rule,
			    b->name));
	}
}

/* ---- enums ---- */

static int
has_option(struct type t, struct str s, struct str *found)
{
	for (unsigned i = 0; i < t.noption; i++)
		if (likeness_words(t.options[i], s)) {
			*found = t.options[i];
			return 1;
		}
	return 0;
}

static void
put_text(struct buf *out, struct str s)
{
	struct buf quoted = { 0 };

	buf_json(&quoted, s);
	for (size_t i = 0; i < quoted.n; i++) {
		/* {…} in a text of a mapping is an expression */
		if (quoted.p[i] == '{' || quoted.p[i] == '}')
			buf_putc(out, '\\');
		buf_putc(out, quoted.p[i]);
	}
	buf_fini(&quoted);
}

static void
row(struct buf *out, struct str left, const char *arrow, struct str right)
{
	buf_puts(out, STR("  "));
	put_text(out, left);
	buf_printf(out, " %s ", arrow);
	put_text(out, right);
	buf_puts(out, STR(";\n"));
}

/* What one side lists alone, as a note for a person. */
static void
leftover(struct buf *out, struct type of, struct type other, const char *side)
{
	size_t start = out->n;
	struct str found;

	for (unsigned i = 0; i < of.noption; i++) {
		if (has_option(other, of.options[i], &found))
			continue;
		if (out->n == start) {
			buf_printf(out, "  # TODO %s has", side);
		} else {
			buf_putc(out, ',');
			if (out->n - start + of.options[i].n > 70) {
				buf_puts(out, STR("\n  #"));
				start = out->n - 4;
			}
		}
		buf_putc(out, ' ');
		put_text(out, of.options[i]);
	}
	if (out->n != start)
		buf_putc(out, '\n');
}

/*
 * An enum between two fields, its number; -1 where nothing is alike.  Where
 * one side is any text, the other's options stand for themselves.
 */
static int
enum_new(struct draft *d, const struct leaf *l, const struct leaf *r)
{
	struct type a = l->type, b = r->type;
	struct buf text = { 0 };
	unsigned n = 0;

	if (d->nenum == COUNT(d->enums) || a.kind != TYPE_TEXT ||
	    b.kind != TYPE_TEXT || a.noption + b.noption == 0 ||
	    a.noption > OPTIONS_SHOWN || b.noption > OPTIONS_SHOWN)
		return -1;
	for (unsigned i = 0; i < a.noption; i++) {
		struct str found = a.options[i];

		if (b.noption > 0 && !has_option(b, found, &found))
			continue;
		row(&text, a.options[i], "<->", found);
		n++;
	}
	for (unsigned i = 0; i < b.noption && a.noption == 0; i++, n++)
		row(&text, b.options[i], "<->", b.options[i]);
	if (a.noption > 0 && b.noption > 0) {
		leftover(&text, a, b, "the left alone");
		leftover(&text, b, a, "the right alone");
	}
	buf_printf(&text, "  else -> %s;\n  else <- keep;\n",
	    a.noption > 0 ? "error" : "keep");
	d->enums[d->nenum].text = arena_str(d->a, buf_str(&text));
	d->enums[d->nenum].name = l->path[l->n - 1];
	for (unsigned i = 0; i < d->nenum; i++)
		if (str_eq(d->enums[i].name, l->path[l->n - 1]))
			d->enums[d->nenum].name = arena_printf(d->a,
			    "%.*s_%u", STR_ARG(l->path[l->n - 1]), d->nenum);
	buf_fini(&text);
	return n > 0 ? (int)d->nenum++ : -1;
}

/* Yes and no as two of the other side's words. */
static int
bool_enum(struct draft *d, const struct leaf *l, const struct leaf *r)
{
	static const char *const words[2][4] = { { "false", "no", "n", "0" },
		{ "true", "yes", "y", "1" } };
	struct str found[2] = { STR(""), STR("") };

	if (l->type.kind != TYPE_BOOL || r->type.noption == 0 ||
	    d->nenum == COUNT(d->enums))
		return -1;
	for (size_t yes = 0; yes < 2; yes++)
		for (size_t i = COUNT(words[0]); i-- > 0;)
			has_option(r->type, str_z(words[yes][i]),
			    &found[yes]);
	if (found[0].n == 0 || found[1].n == 0)
		return -1;
	d->enums[d->nenum].name = l->path[l->n - 1];
	d->enums[d->nenum].text = arena_printf(d->a, "  true <-> \"%.*s\";\n"
	    "  false <-> \"%.*s\";\n  else <- keep;\n", STR_ARG(found[1]),
	    STR_ARG(found[0]));
	return (int)d->nenum++;
}

static void
enum_ways(struct draft *d, struct line *l, const char *rule)
{
	int en = l->left->type.kind == TYPE_BOOL ?
	    bool_enum(d, l->left, l->right) : enum_new(d, l->left, l->right);
	struct buf name = { 0 };

	if (en < 0)
		return;
	leaf_put_name(&name, d->enums[en].name);
	ways(d, l, en, arena_printf(d->a, "%s via %.*s", rule,
	    STR_ARG(buf_str(&name))));
	buf_fini(&name);
}

/* ---- lines ---- */

/* What a target that must be there is given when nothing else is. */
static struct str
filler(struct draft *d, const struct leaf *r)
{
	struct buf b = { 0 };
	struct str s;

	switch (r->type.kind) {
	case TYPE_TEXT:
		put_text(&b, r->type.noption > 0 ? r->type.options[0] :
		    STR("TODO"));
		break;
	case TYPE_BOOL:
		return STR("false");
	case TYPE_INT:
	case TYPE_DECIMAL:
		return STR("0");
	case TYPE_DATE:
		return STR("\"2026-01-31\"");
	case TYPE_DATETIME:
		return STR("\"2026-01-31T12:00:00Z\"");
	case TYPE_LIST:
		return STR("[]");
	default:
		return STR("{}");
	}
	s = arena_str(d->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

static void
filler_way(struct draft *d, struct line *l, const struct leaf *r)
{
	struct str value = filler(d, r);

	if (r->required && !r->read_only)
		way(d, l, -1, "%.*s <- %.*s; # TODO it must have a value",
		    STR_ARG(r->text), STR_ARG(value));
}

static int
mentions(const struct leaf *l, const char *word)
{
	struct called c = { l->path, l->n, STR("") };
	struct str name = str_z(word);
	struct called w = { &name, 1, STR("") };

	return likeness(&c, &w) > 0;
}

static void
pair_line(struct draft *d, struct leaf *left, struct leaf *right)
{
	struct line *l = line_new(d);
	const char *both = arena_printf(d->a, "%.*s <-> %.*s",
	    STR_ARG(left->text), STR_ARG(right->text)).p;
	const char *back = arena_printf(d->a, "%.*s <- %.*s",
	    STR_ARG(left->text), STR_ARG(right->text)).p;
	const char *forth = arena_printf(d->a, "%.*s <- %.*s",
	    STR_ARG(right->text), STR_ARG(left->text)).p;
	const char *rule = right->read_only ? back : left->read_only ? forth :
	    both;

	l->left = left;
	l->right = right;
	if (mentions(left, "email") && left->type.kind == TYPE_TEXT)
		ways(d, l, -1, arena_printf(d->a, "%s via email_norm", rule));
	ways(d, l, -1, str_z(rule));
	codec_ways(d, l, rule);
	if (rule == both) {
		enum_ways(d, l, rule);
		ways(d, l, -1, str_z(forth));
	}
	filler_way(d, l, right);
	l->todo = arena_printf(d->a, "# TODO %s\n  #   left:  %.*s\n"
	    "  #   right: %.*s", rule, STR_ARG(leaf_type_text(d->a, left)),
	    STR_ARG(leaf_type_text(d->a, right)));
}

static void
alone_lines(struct draft *d)
{
	for (size_t i = 0; i < d->left.n; i++) {
		struct leaf *x = &d->left.list[i];

		if (x->other != NULL || x->open || x->identity)
			continue;
		line_new(d)->todo = arena_printf(d->a,
		    "# TODO %.*s: %.*s", STR_ARG(x->text),
		    STR_ARG(leaf_type_text(d->a, x)));
	}
	for (size_t i = 0; i < d->right.n; i++) {
		struct leaf *x = &d->right.list[i];

		if (x->other == NULL && x->required && !x->read_only) {
			struct line *l = line_new(d);

			l->right = x;
			filler_way(d, l, x);
		}
	}
}

/* What is open on both sides goes through as it is called. */
static void
rest_line(struct draft *d)
{
	static const char *const how[] = { " via prefix(\"x_\")",
		" via suffix(\"__c\")", " via prefix(\"new_\")", "" };
	struct leaf *x = NULL, *y = NULL;
	struct line *l;

	for (size_t i = 0; i < d->left.n; i++)
		if (d->left.list[i].open)
			x = &d->left.list[i];
	for (size_t i = d->right.n; i-- > 0;)
		if (d->right.list[i].open)
			y = &d->right.list[i];
	if (x == NULL || y == NULL)
		return;
	l = line_new(d);
	for (size_t i = 0; i < COUNT(how); i++)
		way(d, l, -1, "rest %.*s.* <-> %.*s.*%s;", STR_ARG(x->text),
		    STR_ARG(y->text), how[i]);
	l->todo = arena_printf(d->a, "# TODO rest %.*s.* <-> %.*s.*",
	    STR_ARG(x->text), STR_ARG(y->text));
}

/* Records are found by what is unique, or by what nearly always is. */
static void
sync_line(struct draft *d)
{
	static const char *const words[] = { "email", "domain" };
	struct line *l = line_new(d);
	const struct leaf *key = NULL;

	for (size_t i = 0; i < d->right.n; i++) {
		const struct leaf *x = &d->right.list[i];
		int known = x->unique;

		for (size_t k = 0; k < COUNT(words); k++)
			known |= x->other && mentions(x->other, words[k]);
		if (known && !x->read_only && (key == NULL || x->unique) &&
		    (x->other != NULL || x->required))
			key = x;
	}
	if (key != NULL) {
		struct buf name = { 0 };

		leaf_put_name(&name, key->path[key->n - 1]);
		way(d, l, -1, "on create do upsert by { %.*s };",
		    STR_ARG(buf_str(&name)));
		way(d, l, -1, "on create do upsert by { %.*s };",
		    STR_ARG(key->text));
		buf_fini(&name);
	}
	way(d, l, -1, "on create do upsert;");
	l->sync = 1;
}

/* ---- sides ---- */

static int
read_side(struct draft *d, struct schema_set *set,
    const struct scaffold_side *s, struct leaves *out, struct str name,
    struct err *e)
{
	const struct schema *schema;

	if (schema_load(set, s->file, &schema, e) != 0)
		return err_prefix(e, "%.*s", STR_ARG(s->file));
	leaves_find(out, d->a, name, schema_root(schema, d->a));
	if (out->n == 0)
		return err_set(e, ERR_DATA, "%.*s: the schema declares no "
		    "fields", STR_ARG(s->file));
	return 0;
}

/* c and h; what begins with the same letter is told apart. */
static struct str
letter(struct draft *d, struct str word, struct str taken)
{
	char c = word.n > 0 ? (char)(word.p[0] | 0x20) : 'x';

	if (c < 'a' || c > 'z')
		c = 'x';
	if (taken.n == 1 && taken.p[0] == c)
		c = c == 'x' ? 'y' : 'x';
	return arena_printf(d->a, "%c", c);
}

int
scaffold(struct buf *out, struct str object, const struct scaffold_side *left,
    const struct scaffold_side *right, struct err *e)
{
	struct arena a = { 0 };
	struct draft d = { .a = &a, .object = object, .side = { left, right } };
	struct schema_set *set = schema_set_new();
	int r = -1;

	d.name[0] = letter(&d, object, STR(""));
	d.name[1] = letter(&d, right->system, d.name[0]);
	if (read_side(&d, set, left, &d.left, d.name[0], e) != 0 ||
	    read_side(&d, set, right, &d.right, d.name[1], e) != 0)
		goto out;
	leaves_match(&a, &d.left, &d.right, object);
	for (size_t i = 0; i < d.left.n; i++)
		if (d.left.list[i].other != NULL)
			pair_line(&d, &d.left.list[i], d.left.list[i].other);
	rest_line(&d);
	alone_lines(&d);
	sync_line(&d);
	r = draft_settle(&d, out, e);
out:
	schema_set_free(set);
	arena_fini(&a);
	return r;
}
