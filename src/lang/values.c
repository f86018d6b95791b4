/*
 * The values that rules write for certain, constants and rows of enums,
 * shown to the schema itself: whatever keyword of it they break is a finding.
 * Length, options and dates of texts have findings of their own, with better
 * advice.
 */
#include "lang/map.h"

const struct schema *
schema_written(struct compile *c, struct entity *e)
{
	struct schema_info *s = e->u.schema;
	struct err err;

	if (s->written == NULL && schema_load_written(c->schemas, s->path,
	    &s->written, &err) != 0)
		fatal("a schema that was checked: %s", err.text);
	return s->written;
}

/* What an enum can give. */
static size_t
row_values(struct compile *c, const struct step *s, int back,
    struct sure **out)
{
	const struct enum_info *en = s->en->u.en;
	struct sure *g = arena_array(c->a, (size_t)en->n + 1, sizeof(*g));
	size_t n = 0;

	*out = g;
	for (unsigned i = 0; i < en->n; i++) {
		const struct enum_row *row = &en->rows[i];

		if (row->arrow == ARROW_BOTH ||
		    row->arrow == (back ? ARROW_BACK : ARROW_FORTH))
			g[n++] = (struct sure){ back ? row->left : row->right,
				(back ? row->stmt->left :
				row->stmt->right)->span };
	}
	if ((back ? en->back : en->forth) == ELSE_VALUE)
		g[n++] = (struct sure){ back ? en->back_value :
			en->forth_value, s->span };
	return n;
}

/* The codec that makes what is written; NULL: none. */
static const struct step *
last_step(const struct map_rule *r, int back)
{
	return r->nstep == 0 ? NULL : back ? &r->steps[0] :
	    &r->steps[r->nstep - 1];
}

/* Whether what is written is a list of what an enum gives. */
static int
writes_list(const struct map_rule *r, int back)
{
	const struct step *s = last_step(r, back);

	return s != NULL && s->each;
}

size_t
rule_values(struct compile *c, const struct map_rule *r, int back,
    struct sure **out)
{
	const struct step *s = last_step(r, back);

	if (s != NULL)
		return s->en == NULL || s->each ? 0 :
		    row_values(c, s, back, out);
	*out = arena_new(c->a, struct sure);
	if (r->source == NULL || expr_const(c, r->source, &(*out)->v) != 0)
		return 0;
	(*out)->at = r->source->span;
	return 1;
}

struct search {
	struct arena *a;
	struct str pointer; /* of the field, or of an element of it */
	int text, element;
	struct str why, where;
};

static int
ends(struct str s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && memcmp(s.p + s.n - n, word, n) == 0;
}

static void
take(void *arg, const struct schema_error *x)
{
	struct search *s = arg;

	if (s->why.n > 0 || x->instance.n < s->pointer.n ||
	    memcmp(x->instance.p, s->pointer.p, s->pointer.n) != 0)
		return;
	if (!s->element && (ends(x->schema, "/type") || (s->text && (
	    ends(x->schema, "/enum") || ends(x->schema, "/const") ||
	    ends(x->schema, "/maxLength")))))
		return;
	s->why = arena_str(s->a, x->text);
	s->where = arena_str(s->a, x->schema);
}

/* A record that is being written, the pointer of the field, what closes it. */
struct shell {
	struct buf json, pointer;
	char close[AST_DEPTH * AST_DEPTH];
	size_t n;
};

static void
enter(struct shell *r, const struct place *p)
{
	for (size_t i = 0; i < p->n; i++) {
		buf_putc(&r->json, '{');
		buf_json(&r->json, p->path[i]);
		buf_putc(&r->json, ':');
		r->close[r->n++] = '}';
		buf_putc(&r->pointer, '/');
		for (size_t k = 0; k < p->path[i].n; k++) {
			char ch = p->path[i].p[k];

			if (ch == '~' || ch == '/')
				buf_puts(&r->pointer, ch == '~' ? STR("~0") :
				    STR("~1"));
			else
				buf_putc(&r->pointer, ch);
		}
	}
}

/* The one element of a list. */
static void
enter_element(struct shell *r, const struct place *p)
{
	enter(r, p);
	buf_putc(&r->json, '[');
	r->close[r->n++] = ']';
	buf_puts(&r->pointer, STR("/0"));
}

/* The lists around the rules of m: an element alone in each. */
static void
enter_lists(struct shell *r, const struct map_info *m, int back)
{
	if (m->up == NULL)
		return;
	enter_lists(r, m->up, back);
	enter_element(r, back ? m->each->left : &m->each->right);
}

/* {"props":{"stage":value}} with room behind it; the pointer beside it. */
static struct str
record_with(const struct map_info *m, const struct map_rule *rule, int back,
    struct value v, struct str *pointer)
{
	const struct place *p = back ? rule->left : &rule->right;
	struct arena *a = m->ck.c->a;
	struct shell r = { .n = 0 };
	struct str s;

	enter_lists(&r, m, back);
	(writes_list(rule, back) ? enter_element : enter)(&r, p);
	value_write(&r.json, v);
	while (r.n > 0)
		buf_putc(&r.json, r.close[--r.n]);
	s.n = r.json.n;
	memset(buf_room(&r.json, RECORD_PAD), 0, RECORD_PAD);
	r.json.n += RECORD_PAD;
	s.p = arena_str(a, buf_str(&r.json)).p;
	*pointer = arena_str(a, buf_str(&r.pointer));
	buf_fini(&r.json);
	buf_fini(&r.pointer);
	return s;
}

static void
check_value(struct map_info *m, const struct map_rule *r, int back,
    const struct sure *g, struct schema_run *run)
{
	struct compile *c = m->ck.c;
	struct str name = back ? m->left_schema : m->right_schema;
	const struct schema *schema = schema_written(c,
	    find_in(&m->e->mod->schemas, name));
	struct search s = { .a = c->a, .text = g->v.type == V_TEXT,
		.element = writes_list(r, back) };
	struct str json = record_with(m, r, back, g->v, &s.pointer);
	struct diag *d;
	struct err e;

	if (schema_check(schema, run, json, take, &s, &e) != 0 ||
	    s.why.n == 0)
		return;
	m->bad = 1;
	d = diag_at(&c->ss, C460, g->at, "%.*s is refused by %.*s: %.*s",
	    STR_ARG(value_show(c, g->v)), STR_ARG(name), STR_ARG(s.why));
	if (r->nstep > 0)
		diag_also(&c->ss, d, r->stmt->span, "written here");
	diag_witness(&c->ss, d, "%.*s%s%.*s says so", STR_ARG(name),
	    memchr(s.where.p, '#', s.where.n) ? ": " : "#",
	    STR_ARG(s.where));
}

void
values_check(struct map_info *m)
{
	struct schema_run *run = schema_run_new();
	struct compile *c = m->ck.c;

	for (const struct map_rule *r = m->rules; r != NULL; r = r->next)
		for (int back = 0; back < 2; back++) {
			const struct place *p = back ? r->left : &r->right;
			struct sure *g;
			size_t n;

			if (r->kind != RULE_FIELD || r->of != NULL ||
			    !(back ? r->back : r->forth) || p->path == NULL ||
			    r->source_type.kind == TYPE_BAD ||
			    p->type.kind == TYPE_BAD)
				continue;
			n = writes_list(r, back) ?
			    row_values(c, last_step(r, back), back, &g) :
			    rule_values(c, r, back, &g);
			for (size_t i = 0; i < n; i++)
				if (!value_nil(g[i].v))
					check_value(m, r, back, &g[i], run);
		}
	schema_run_free(run);
}
