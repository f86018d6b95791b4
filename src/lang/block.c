/*
 * Test blocks: constants, checked against the schemas, kept as JSON.
 */
#include "lang/lookup.h"

static void check_value(struct compile *c, const struct expr *e,
    struct type want, struct str schema);

static void
check_members(struct compile *c, const struct expr *e, struct type want,
    struct str schema)
{
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		struct type t;
		struct near near;
		struct diag *g;

		if (type_member(c->a, want, i->name.text, &t) == 0) {
			t.nil = NIL_BOTH;
			check_value(c, i->value, t, schema);
			continue;
		}
		g = diag_at(&c->ss, C401, i->name.span,
		    "%.*s has no field `%.*s` here", STR_ARG(schema),
		    STR_ARG(i->name.text));
		near_init(&near, i->name.text);
		if (want.node != NULL)
			for (size_t k = 0;
			    k < schema_property_count(want.node); k++)
				near_try(&near,
				    schema_property_name(want.node, k));
		diag_meant(&c->ss, g, &near);
	}
}

/* A constant of a test is what its schema says, as far as it goes. */
static void
check_value(struct compile *c, const struct expr *e, struct type want,
    struct str schema)
{
	struct type got = e->note ? e->note->type : bad_type();

	if (got.kind == TYPE_BAD || got.kind == TYPE_NIL)
		return;
	if (got.kind == TYPE_TEXT && (want.kind == TYPE_DATE ||
	    want.kind == TYPE_DATETIME))
		return;
	if (!type_fits(got, want)) {
		diag_at(&c->ss, C301, e->span,
		    "%.*s wants %.*s here, this is %.*s", STR_ARG(schema),
		    STR_ARG(type_text(c->a, type_of(want.kind, 0))),
		    STR_ARG(type_text(c->a, got)));
		return;
	}
	if (e->kind == EX_RECORD)
		check_members(c, e, want, schema);
	else if (e->kind == EX_LIST && want.kind == TYPE_LIST)
		for (const struct item *i = e->items; i; i = i->next)
			check_value(c, i->value, type_element(c->a, want),
			    schema);
}

static int
step(struct compile *c, struct module *mod, const struct map_info *m,
    struct stmt *s, int *merges, struct unit_step *out)
{
	struct check ck = { .c = c, .m = mod };
	int left = str_eq(s->name.text, m->left.name);
	int right = str_eq(s->name.text, m->right.name);
	int base = !left && !right && s->kind != ST_PUT &&
	    str_eq(s->name.text, STR("base"));
	struct value v;
	struct buf b = { 0 };
	int given = lookup_given(c, m, s, out);

	if (given == 0)
		given = event_given(c, m, s, out);
	if (given != 0)
		return given < 0 ? -1 : 0;
	if (!left && !right && !base) {
		diag_fix(&c->ss, diag_at(&c->ss, C201, s->name.span,
		    "the map has no side `%.*s`", STR_ARG(s->name.text)),
		    "`%.*s` or `%.*s`", STR_ARG(m->left.name),
		    STR_ARG(m->right.name));
		return -1;
	}
	if (base && s->kind == ST_EXPECT && !*merges) {
		diag_fix(&c->ss, diag_at(&c->ss, C508, s->span, "the test "
		    "merges nothing"), "begin with `given base = …;`");
		return -1;
	}
	*merges |= base;
	if (check_expr(&ck, s->value).kind == TYPE_BAD)
		return -1;
	out->kind = s->kind == ST_GIVEN ? STEP_GIVEN :
	    s->kind == ST_EXPECT ? STEP_EXPECT : STEP_PUT;
	out->right = base ? 2 : right;
	out->pos = span_pos(&c->ss, s->span);
	if (base && s->kind == ST_GIVEN && s->value->kind == EX_ABSENT)
		return 0; /* they meet for the first time */
	if (s->value->kind != EX_RECORD ||
	    expr_const(c, s->value, &v) != 0) {
		diag_at(&c->ss, C507, s->value->span,
		    "a test is given constant records: { name: value, … }");
		return -1;
	}
	check_value(c, s->value, left ? m->left.type : m->right.type,
	    left ? m->left_schema : m->right_schema);
	value_write(&b, v);
	out->json = arena_str(&c->unit->arena, buf_str(&b));
	buf_fini(&b);
	return 0;
}

/* given param = {…}, where no side is called so. */
static int
is_param(const struct map_info *m, const struct stmt *s)
{
	return s->kind == ST_GIVEN && str_eq(s->name.text, STR("param")) &&
	    !str_eq(m->left.name, STR("param")) &&
	    !str_eq(m->right.name, STR("param"));
}

void
test_compile(struct compile *c, struct module *mod, struct decl *d,
    struct map_info *m, struct unit_test *out, struct given **params)
{
	struct check ck = { .c = c, .m = mod };
	size_t n = 0;
	int given = 0, merges = 0;

	for (struct stmt *s = d->body; s != NULL; s = s->next)
		n++;
	out->name = arena_str(&c->unit->arena, d->name.text);
	out->pos = span_pos(&c->ss, d->span);
	out->steps = arena_array(&c->unit->arena, n, sizeof(*out->steps));
	for (struct stmt *s = d->body; s != NULL; s = s->next) {
		if (is_param(m, s)) {
			param_given(&ck, s, params);
			continue;
		}
		if (s->kind == ST_GIVEN)
			given = 1;
		else if (!given) {
			diag_at(&c->ss, C508, s->span,
			    "a test begins with `given`");
			return;
		}
		if (step(c, mod, m, s, &merges, &out->steps[out->nstep]) == 0)
			out->nstep++;
	}
}
