/*
 * The rules of a map as tables: what is written, and what the checker made of
 * it.
 */
#include "lang/document.h"

enum { LEFT, ARROW, RIGHT, VIA, LAW, OWN, MISSING, NUL, BAD, BESIDES, WHEN,
	LAYER, LINE, REMARK };

/* A one-way rule whose expression takes several lines. */
static int
is_long(struct document *d, const struct stmt *s)
{
	struct str text = span_text(&d->v->c.ss, s->right->span);

	return s->kind == ST_RULE && memchr(text.p, '\n', text.n) != NULL;
}

/* What a rule names on a side; the written left one may be the right side. */
static struct str
rule_side(struct document *d, const struct stmt *s, int second)
{
	const char *below = s->kind == ST_REST ? ".*" : "";
	struct span sp = second ? doc_between(s->at.end, s->kind == ST_EACH ?
	    s->key2->span.end : s->right->span.end, s->at) :
	    doc_between(s->span.beg, s->at.beg, s->at);

	if (second && is_long(d, s))
		return STR("*as below*");
	return md_code(d->a, arena_printf(d->a, "%.*s%s",
	    STR_ARG(span_line(&d->v->c.ss, sp, d->a)), second ? below : ""));
}

static struct str
rule_own(struct document *d, const struct map_info *m,
    const struct map_rule *r)
{
	const struct map_own *own = r->own ? r->own : m->own;

	if (!r->forth || !r->back || m->up != NULL)
		return STR("");
	return own ? doc_code(d, own->span) : STR("`left`");
}

static struct str
rule_nil(struct document *d, const struct map_rule *r, enum nil_policy p)
{
	if (p == NIL_DEFAULT)
		return md_code(d->a, arena_printf(d->a, "default(%.*s)",
		    STR_ARG(span_line(&d->v->c.ss, r->other->span, d->a))));
	return str_z(attr_nil_word(p));
}

/* Attributes that have no column of their own, and what a rest leaves out. */
static struct str
rule_besides(struct document *d, const struct stmt *s)
{
	static const char *const shown[] = { "missing", "null", "error",
		"own" };
	struct str out = STR("");

	if (s->kind == ST_REST && s->words.n > 0)
		out = arena_printf(d->a, "except %.*s",
		    STR_ARG(doc_code_items(d, s->words)));
	for (const struct item *i = s->attrs.first; i != NULL; i = i->next) {
		size_t k = 0;

		while (k < COUNT(shown) &&
		    !str_eq(i->name.text, str_z(shown[k])))
			k++;
		if (k == COUNT(shown))
			out = arena_printf(d->a, "%.*s%s%.*s", STR_ARG(out),
			    out.n ? ", " : "", STR_ARG(doc_code(d, i->span)));
	}
	return out;
}

static struct str
rule_when(struct document *d, const struct map_rule *r)
{
	struct str out = STR("");

	for (unsigned i = 0; i < r->nguard; i++)
		out = arena_printf(d->a, "%.*s%s%.*s", STR_ARG(out),
		    out.n ? " and " : "",
		    STR_ARG(doc_code_expr(d, r->guards[i])));
	return out;
}

static void
rule_row(struct document *d, const struct map_info *m,
    const struct map_rule *r, struct str *cells)
{
	const struct stmt *s = r->stmt;
	int swapped = str_eq(expr_root(s->left), m->right.name);
	/* what is left of a rest of declared fields only goes */
	int back = r->back || (r->kind == RULE_UNKNOWN &&
	    s->arrow == ARROW_BOTH);

	cells[swapped ? RIGHT : LEFT] = rule_side(d, s, 0);
	cells[swapped ? LEFT : RIGHT] = rule_side(d, s, 1);
	cells[ARROW] = !back ? STR("`->`") : r->forth ? STR("`<->`") :
	    STR("`<-`");
	cells[VIA] = doc_code_items(d, s->pipe);
	cells[LAW] = str_z(describe_law(r->law));
	cells[OWN] = rule_own(d, m, r);
	cells[MISSING] = rule_nil(d, r, r->missing);
	cells[NUL] = rule_nil(d, r, r->null);
	/* that of most rules is that the record is refused */
	if (r->error != NIL_ERROR)
		cells[BAD] = r->error == NIL_SKIP ? STR("keep") :
		    rule_nil(d, r, r->error);
	cells[BESIDES] = rule_besides(d, s);
	cells[WHEN] = rule_when(d, r);
	if (r->layer != NULL)
		cells[LAYER] = md_code(d->a, r->layer->name);
	cells[LINE] = doc_line(d, s->span);
	cells[REMARK] = doc_remark(d, s->span);
}

/* What takes several lines, and the rules of elements. */
static void
rule_below(struct document *d, const struct map_rule *r)
{
	const struct stmt *s = r->stmt;

	if (is_long(d, s)) {
		buf_printf(d->out, "\nLine %.*s:\n", STR_ARG(doc_line(d,
		    s->span)));
		doc_listing(d, s->span);
	}
	if (r->body == NULL)
		return;
	buf_printf(d->out, "\n#### Elements of %.*s and %.*s\n",
	    STR_ARG(doc_code_expr(d, s->left)),
	    STR_ARG(doc_code_expr(d, s->right)));
	doc_rules(d, r->body);
}

void
doc_rules(struct document *d, const struct map_info *m)
{
	const struct str heads[] = {
		[LEFT] = m->left.name, [ARROW] = STR("way"),
		[RIGHT] = m->right.name, [VIA] = STR("via"),
		[LAW] = STR("law"), [OWN] = STR("both changed"),
		[MISSING] = STR("missing"), [NUL] = STR("null"),
		[BAD] = STR("unusable"), [BESIDES] = STR("besides"),
		[WHEN] = STR("when"), [LAYER] = STR("layer"),
		[LINE] = STR("line"), [REMARK] = STR("description"),
	};
	const struct stmt *last = NULL;
	struct md_table t;

	md_table_init(&t, heads, COUNT(heads));
	/* a rest of declared fields has become a rule for each of them */
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (r->stmt != last)
			rule_row(d, m, r, md_row(&t, d->a));
		last = r->stmt;
	}
	doc_table(d, &t);
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (r->stmt != last)
			rule_below(d, r);
		last = r->stmt;
	}
}
