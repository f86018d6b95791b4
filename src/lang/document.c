/*
 * A mapping for people who do not read mappings, as Markdown: what is
 * written, and what the checker found out about it.
 */
#include "lang/document.h"

/* What a statement says, a line each, and what is said of it. */
static void
clauses(struct document *d, const struct stmt *s)
{
	static const struct str heads[] = { STR("says"), STR("line"),
		STR("description") };
	struct md_table t;

	md_table_init(&t, heads, COUNT(heads));
	for (; s != NULL; s = s->next) {
		struct str *cells = md_row(&t, d->a);

		cells[0] = doc_code(d, s->has_body ? s->head : s->span);
		cells[1] = doc_line(d, s->span);
		cells[2] = doc_remark(d, s->span);
	}
	doc_table(d, &t);
}

/* ---- maps ---- */

static void
side_row(struct document *d, struct md_table *t, const struct map_info *m,
    int right)
{
	const struct decl *map = m->e->decl;
	const struct word *schema = right ? &map->right_schema :
	    &map->left_schema;
	const struct entity *e = find_in(&m->e->mod->schemas, schema->text);
	struct str *cells = md_row(t, d->a);

	cells[0] = right ? STR("right") : STR("left");
	cells[1] = md_code(d->a, right ? map->right_name.text :
	    map->left_name.text);
	cells[2] = md_code(d->a, schema->text);
	if (e != NULL)
		cells[3] = md_code(d->a, e->decl->path.text);
}

/* The block of identity that stands; NULL: there is none. */
static const struct decl *
identity_of(const struct document *d, const struct map_info *m)
{
	struct compile *c = &d->v->c;

	for (struct module *in = c->first; in != NULL; in = in->next)
		for (struct decl *i = in->src->decls.first; i; i = i->next)
			if (i->kind == DE_IDENTITY &&
			    find_map(c, in, i->owner.text) == m->e &&
			    block_stands(c, i, m, NULL))
				return i;
	return NULL;
}

/* What is done with a record, first match first. */
static void
sync_table(struct document *d, const struct decl *rules)
{
	static const struct str heads[] = { STR("on"), STR("when"),
		STR("do"), STR("line"), STR("description") };
	struct md_table t;

	md_table_init(&t, heads, COUNT(heads));
	for (const struct stmt *s = rules->body; s != NULL; s = s->next) {
		struct str *cells;

		if (s->kind != ST_ON && s->kind != ST_OTHERWISE)
			continue;
		cells = md_row(&t, d->a);
		cells[0] = s->kind == ST_OTHERWISE ? STR("otherwise") :
		    doc_code_items(d, s->words);
		cells[1] = doc_code_expr(d, s->guard);
		cells[2] = doc_code(d, doc_between(s->action.verb.span.beg,
		    s->span.end, s->span));
		cells[3] = doc_line(d, s->span);
		cells[4] = doc_remark(d, s->span);
	}
	doc_table(d, &t);
}

static void
map_page(struct document *d, const struct map_info *m)
{
	static const struct str heads[] = { STR("side"), STR("name"),
		STR("schema"), STR("file") };
	const struct decl *map = m->e->decl;
	const struct decl *identity = identity_of(d, m);
	struct md_table t;

	buf_printf(d->out, "\n## Map `%.*s`\n", STR_ARG(map->name.text));
	doc_paragraph(d, doc_remark(d, map->span));
	md_table_init(&t, heads, COUNT(heads));
	side_row(d, &t, m, 0);
	side_row(d, &t, m, 1);
	doc_table(d, &t);
	buf_puts(d->out, STR("\n### Rules\n"));
	doc_rules(d, m);
	if (identity != NULL) {
		buf_puts(d->out, STR("\n### Identity\n"));
		doc_paragraph(d, doc_remark(d, identity->span));
		clauses(d, identity->body);
	}
	for (int back = 0; back < 2; back++) {
		const struct word *from = back ? &map->right_schema :
		    &map->left_schema;
		const struct word *to = back ? &map->left_schema :
		    &map->right_schema;

		if (m->sync[back] == NULL)
			continue;
		buf_printf(d->out, "\n### From `%.*s` to `%.*s`\n",
		    STR_ARG(from->text), STR_ARG(to->text));
		doc_paragraph(d, doc_remark(d, m->sync[back]->span));
		sync_table(d, m->sync[back]);
	}
}

/* Does the file declare the map, or say more of it? */
static int
is_of(const struct document *d, const struct map_info *m)
{
	int is = m->e->mod == d->m;

	for (const struct overlay *o = d->v->c.overlays; o; o = o->next)
		is |= o->mod == d->m && o->map == m->e;
	return is;
}

/* ---- all else ---- */

static void
heading(struct document *d, const struct decl *x, const char *what)
{
	buf_printf(d->out, "\n## %s `%.*s`\n", what, STR_ARG(x->name.text));
	doc_paragraph(d, doc_remark(d, x->span));
}

static void
law_line(struct document *d, enum law l)
{
	buf_printf(d->out, "\nLaw: %s.\n", describe_law(l));
}

static void
params(struct document *d)
{
	static const struct str heads[] = { STR("param"), STR("type"),
		STR("default"), STR("line"), STR("description") };
	struct md_table t;

	md_table_init(&t, heads, COUNT(heads));
	for (const struct decl *x = d->m->src->decls.first; x; x = x->next) {
		const struct entity *e;
		struct str *cells;

		if (x->kind != DE_PARAM)
			continue;
		cells = md_row(&t, d->a);
		cells[0] = md_code(d->a, x->name.text);
		e = find_in(&d->m->params, x->name.text);
		cells[1] = md_code(d->a, type_text(d->a, e->u.param->type));
		cells[2] = doc_code_expr(d, x->value);
		cells[3] = doc_line(d, x->span);
		cells[4] = doc_remark(d, x->span);
	}
	if (t.first != NULL)
		buf_puts(d->out, STR("\n## Params\n"));
	doc_table(d, &t);
}

/* `else` stands for what the value that comes may be besides. */
static void
enum_page(struct document *d, const struct decl *x, const struct entity *e)
{
	static const struct str heads[] = { STR("left"), STR("way"),
		STR("right"), STR("line"), STR("description") };
	struct md_table t;

	heading(d, x, "Enum");
	md_table_init(&t, heads, COUNT(heads));
	for (const struct stmt *s = x->body; s != NULL; s = s->next) {
		struct str *cells = md_row(&t, d->a);
		int swapped = s->left == NULL && s->arrow == ARROW_BACK;

		cells[swapped ? 2 : 0] = s->left == NULL ?
		    STR("anything else") : doc_code_expr(d, s->left);
		cells[1] = doc_code(d, s->at);
		cells[swapped ? 0 : 2] = doc_code(d, doc_between(s->at.end,
		    s->span.end, s->span));
		cells[3] = doc_line(d, s->span);
		cells[4] = doc_remark(d, s->span);
	}
	doc_table(d, &t);
	law_line(d, e->u.en->law);
}

static void
declared(struct document *d, const struct decl *x)
{
	const struct entity *e = find_in(&d->m->things, x->name.text);

	switch (x->kind) {
	case DE_ENUM:
		enum_page(d, x, e);
		break;
	case DE_CODEC:
		heading(d, x, "Codec");
		doc_listing(d, x->span);
		law_line(d, e->u.codec->law);
		break;
	case DE_FN:
		heading(d, x, "Function");
		doc_listing(d, x->span);
		break;
	case DE_CONNECTOR:
		heading(d, x, "Connector");
		clauses(d, x->body);
		break;
	default:
		break;
	}
}

void
lang_document(struct lang_view *v, struct buf *out)
{
	/* the file itself comes behind all that it uses */
	struct document d = { v, v->c.last, &v->arena, out };

	buf_printf(out, "# %.*s\n", STR_ARG(d.m->src->path));
	doc_paragraph(&d, doc_preface(&d));
	params(&d);
	for (const struct map_info *m = v->c.maps; m != NULL; m = m->next)
		if (is_of(&d, m))
			map_page(&d, m);
	for (const struct decl *x = d.m->src->decls.first; x; x = x->next)
		declared(&d, x);
}
