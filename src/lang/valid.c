/*
 * Records held to a schema after mapping.  The plan is certain of most; the
 * others are written out and checked by the schema itself.
 */
#include "lang/valid.h"

#include <stdlib.h>

#include "base/table.h"
#include "schema/plan.h"

struct valid {
	struct schema_run *run;
	struct buf json;
	struct buf path; /* of an instance, as the listing shows paths */
	struct table before; /* errors that were there before the patch */
	struct arena arena;
};

/* What is looked for among the errors of one record. */
struct search {
	struct valid *v;
	const struct valid_record *r;
	const struct prog *p;
	struct err *e;
	unsigned n; /* that count */
};

struct valid *
valid_new(void)
{
	struct valid *v = calloc(1, sizeof(*v));

	if (v == NULL)
		fatal("out of memory: a check");
	v->run = schema_run_new();
	return v;
}

void
valid_free(struct valid *v)
{
	if (v == NULL)
		return;
	schema_run_free(v->run);
	buf_fini(&v->json);
	buf_fini(&v->path);
	arena_fini(&v->arena);
	free(v);
}

/* The out slot that holds the value at a pointer, or -1. */
static int
slot_of(struct search *s, struct str pointer)
{
	struct buf *b = &s->v->path;
	size_t longest = 0;
	int slot = -1;

	buf_reset(b);
	for (size_t i = 1; i < pointer.n; i++) {
		char c = pointer.p[i];

		if (c == '~' && i + 1 < pointer.n)
			c = pointer.p[++i] == '1' ? '/' : '~';
		else if (c == '/')
			c = '.';
		buf_putc(b, c);
	}
	for (uint32_t i = 0; i < s->p->funcs[0].nout; i++) {
		struct str p = s->p->out[i].path;

		/* a splice is "properties.*" */
		if (p.n > 0 && p.p[p.n - 1] == '*')
			p.n = p.n > 1 ? p.n - 2 : 0;
		if (p.n > b->n || (p.n > 0 && memcmp(p.p, b->p, p.n) != 0) ||
		    (p.n < b->n && p.n > 0 && b->p[p.n] != '.'))
			continue;
		if (slot < 0 || p.n > longest) {
			slot = (int)i;
			longest = p.n;
		}
	}
	return slot;
}

static int
is_splice(const struct prog *p, int slot)
{
	struct str s = p->out[slot].path;

	return s.n > 0 && s.p[s.n - 1] == '*';
}

static struct str
error_key(struct arena *a, const struct schema_error *x)
{
	return arena_printf(a, "%.*s\n%.*s\n%.*s", STR_ARG(x->instance),
	    STR_ARG(x->schema), STR_ARG(x->text));
}

static void
note_before(void *arg, const struct schema_error *x)
{
	struct valid *v = arg;

	table_put(&v->before, error_key(&v->arena, x), v);
}

/* Whether it has members that are not in the slots. */
static int
is_part(const struct valid_record *r)
{
	return r->dirty != NULL || r->back;
}

/* What lies below a null reads as null and is nothing that a patch made. */
static int
below_null(struct search *s, int slot)
{
	const struct prog_slot *p = &s->p->out[slot];
	struct str before = s->r->before;
	struct value v = { .type = V_RAW, .n = (uint32_t)before.n,
		.u.p = before.p };

	for (unsigned i = 0; before.n > 0 && i + 1 < p->n; i++) {
		v = value_member(v, p->name[i], &s->v->arena);
		if (v.type == V_NULL)
			return 1;
	}
	return 0;
}

static int
counts(struct search *s, const struct schema_error *x, int slot)
{
	const uint64_t *dirty = s->r->dirty;

	if (slot >= 0 && schema_plan_proven(s->r->map->check[s->r->back].plan,
	    (size_t)slot))
		return 0;
	if (!is_part(s->r))
		return 1;
	if (slot >= 0 && !is_splice(s->p, slot) && (dirty == NULL ||
	    dirty[slot / 64] >> slot % 64 & 1))
		return 1;
	if (slot >= 0 && dirty != NULL && below_null(s, slot))
		return 0;
	return table_get(&s->v->before, error_key(&s->v->arena, x)) == NULL;
}

static void
take(void *arg, const struct schema_error *x)
{
	struct search *s = arg;
	const struct unit_map *m = s->r->map;
	struct prog_pos pos = m->pos;
	int slot = slot_of(s, x->instance), rule = -1;
	struct str schema = s->r->back ? m->left : m->right;

	if (!counts(s, x, slot) || s->n++ > 0)
		return;
	if (slot >= 0)
		rule = s->p->out[slot].rule;
	if (rule >= 0)
		pos = s->p->rule[rule].pos;
	err_at(s->e, ERR_DATA, pos.line, "%.*s:%u: #%.*s: %.*s (%.*s%s%.*s)",
	    STR_ARG(s->p->files[pos.file]), pos.line, STR_ARG(x->instance),
	    STR_ARG(x->text), STR_ARG(schema),
	    memchr(x->schema.p, '#', x->schema.n) ? " " : "#",
	    STR_ARG(x->schema));
}

static int
check_text(struct valid *v, const struct valid_record *r,
    const struct schema *schema, const struct prog *p, struct err *e)
{
	struct search s = { .v = v, .r = r, .p = p, .e = e };
	struct err limit;
	int ok;

	buf_reset(&v->json);
	layout_write(&v->json, p->funcs[0].layout, r->slots, STR("null"));
	memset(buf_room(&v->json, RECORD_PAD), 0, RECORD_PAD);
	if (is_part(r)) {
		/* what was wrong before; nothing is known of no record */
		struct str before = r->before;
		static const char none[2 + RECORD_PAD] = "{}";

		if (before.n == 0)
			before = str_from(none, 2);
		if (schema_check(schema, v->run, before, note_before, v,
		    &limit) < 0)
			return err_at(e, ERR_LIMIT, r->map->pos.line, "%s",
			    limit.text);
	}
	ok = schema_check(schema, v->run, buf_str(&v->json), take, &s,
	    &limit);
	if (ok < 0)
		return err_at(e, ERR_LIMIT, r->map->pos.line, "%s",
		    limit.text);
	return s.n > 0 ? -1 : 0;
}

int
valid_check(struct valid *v, const struct valid_record *r, struct err *e)
{
	const struct unit_check *c = &r->map->check[r->back];
	int rv;

	if (schema_plan_check(c->plan, v->run, r->slots, is_part(r)))
		return 0;
	rv = check_text(v, r, c->schema, r->back ? r->map->backward :
	    r->map->forward, e);
	table_fini(&v->before);
	memset(&v->before, 0, sizeof(v->before));
	arena_reset(&v->arena);
	return rv;
}
