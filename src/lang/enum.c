/*
 * Enums: tables with both directions.
 *
 * Proved when declared: no value has two rows that go its way, and what a
 * one-way row sends comes back to a row or is kept.  Proved where used: every
 * value that can come has a row or an else.
 */
#include "lang/compile.h"
#include "record/decimal.h"

/* `lead`, "lead", 1, true; -1 with a finding. */
static int
row_value(struct compile *c, struct expr *e, struct value *v)
{
	if (e->kind == EX_NAME) {
		*v = value_text(e->text);
		return 0;
	}
	if (e->kind == EX_BAD || literal_value(c, e, v) != 0)
		return -1;
	if (v->type == V_TEXT || v->type == V_INT || v->type == V_BOOL ||
	    v->type == V_NULL)
		return 0;
	diag_at(&c->ss, C301, e->span,
	    "a row holds texts, ints, bools or null, this is %s",
	    value_word(*v));
	return -1;
}

static enum type_kind
kind_of(struct value v)
{
	return v.type == V_INT ? TYPE_INT : v.type == V_BOOL ? TYPE_BOOL :
	    TYPE_TEXT;
}

/* What a value is found by: its kind and its bytes. */
static struct str
key_text(struct arena *a, struct value v)
{
	if (v.type == V_TEXT)
		return arena_printf(a, "t%.*s", (int)v.n, v.u.p);
	if (v.type == V_NULL)
		return STR("n");
	return arena_printf(a, "%c%lld", v.type == V_INT ? 'i' : 'b',
	    (long long)v.u.i);
}

/* All values of a side are of one kind, or null. */
static int
one_kind(struct compile *c, enum type_kind *kind, struct value v,
    struct span sp)
{
	enum type_kind k = kind_of(v);

	if (v.type == V_NULL)
		return 0;
	if (*kind == TYPE_BAD)
		*kind = k;
	if (*kind == k)
		return 0;
	diag_at(&c->ss, C301, sp, "this is %.*s, the rows before it hold %.*s",
	    STR_ARG(type_text(c->a, type_of(k, 0))),
	    STR_ARG(type_text(c->a, type_of(*kind, 0))));
	return -1;
}

static int
goes(const struct enum_row *r, int back)
{
	return r->arrow == ARROW_BOTH ||
	    r->arrow == (back ? ARROW_BACK : ARROW_FORTH);
}

static struct value
key_of(const struct enum_row *r, int back)
{
	return back ? r->right : r->left;
}

static const struct enum_row *
find_row(const struct enum_info *en, struct value key, int back)
{
	struct arena a = { 0 };
	const struct enum_row *r = table_get(&en->by_key[back],
	    key_text(&a, key));

	arena_fini(&a);
	return r;
}

static void
add_keys(struct compile *c, struct enum_info *en, struct enum_row *r)
{
	for (int back = 0; back < 2; back++)
		if (goes(r, back))
			table_put(&en->by_key[back], key_text(c->a,
			    key_of(r, back)), r);
}

static void
free_keys(void *en)
{
	table_fini(&((struct enum_info *)en)->by_key[0]);
	table_fini(&((struct enum_info *)en)->by_key[1]);
}

/* else -> error; else <- keep; else -> "other"; */
static int
check_else(struct compile *c, struct enum_info *en, struct stmt *s)
{
	struct expr *e = s->right;
	enum prog_else how = ELSE_VALUE;
	struct value v = { 0 };
	int back = s->arrow == ARROW_BACK;

	if (s->arrow == ARROW_BOTH) {
		diag_fix(&c->ss, diag_at(&c->ss, C413, s->at,
		    "`else` goes one way"), "else -> …; and else <- …;");
		return -1;
	}
	if (back ? en->has_back : en->has_forth) {
		diag_at(&c->ss, C202, s->span, "a second `else` this way");
		return -1;
	}
	if (e->kind == EX_NAME && str_eq(e->text, STR("error")))
		how = ELSE_ERROR;
	else if (e->kind == EX_NAME && str_eq(e->text, STR("keep")))
		how = ELSE_KEEP;
	else if (row_value(c, e, &v) != 0 ||
	    one_kind(c, back ? &en->left : &en->right, v, e->span) != 0)
		return -1;
	if (back) {
		en->has_back = 1;
		en->back = how;
		en->back_value = v;
	} else {
		en->has_forth = 1;
		en->forth = how;
		en->forth_value = v;
	}
	return 0;
}

static int
check_row(struct compile *c, struct enum_info *en, struct stmt *s)
{
	struct enum_row *r = &en->rows[en->n];

	if (s->left == NULL)
		return check_else(c, en, s);
	if ((row_value(c, s->left, &r->left) |
	    row_value(c, s->right, &r->right)) != 0)
		return -1;
	if ((one_kind(c, &en->left, r->left, s->left->span) |
	    one_kind(c, &en->right, r->right, s->right->span)) != 0)
		return -1;
	r->arrow = s->arrow;
	r->stmt = s;
	for (int back = 0; back < 2; back++) {
		const struct enum_row *twin = goes(r, back) ?
		    find_row(en, key_of(r, back), back) : NULL;
		struct diag *g;

		if (twin == NULL)
			continue;
		g = diag_at(&c->ss, C414,
		    back ? s->right->span : s->left->span,
		    "two rows take %.*s %s",
		    STR_ARG(value_show(c, key_of(r, back))),
		    back ? "back" : "forward");
		diag_also(&c->ss, g, back ? twin->stmt->right->span :
		    twin->stmt->left->span, "the first");
		diag_fix(&c->ss, g, "make one of them go one way: `%s`",
		    back ? "->" : "<-");
		en->n++;
		return -1;
	}
	en->n++;
	add_keys(c, en, r);
	return 0;
}

/* What goes out by a one-way row must come back to something. */
static int
check_return(struct compile *c, const struct enum_info *en,
    const struct enum_row *r)
{
	int back = r->arrow == ARROW_BACK; /* the way of the row */
	struct value sent = back ? r->left : r->right;
	struct diag *g;

	if (r->arrow == ARROW_BOTH || find_row(en, sent, !back) != NULL)
		return 0;
	/* null passes by where no row takes it, whatever else says */
	if (sent.type != V_NULL &&
	    (back ? en->forth : en->back) == ELSE_KEEP)
		return 0;
	g = diag_at(&c->ss, C416, r->stmt->span,
	    "%.*s becomes %.*s, which does not come back",
	    STR_ARG(value_show(c, key_of(r, back))),
	    STR_ARG(value_show(c, sent)));
	if (sent.type == V_NULL)
		diag_fix(&c->ss, g, "make a row take it: %.*s <-> null;",
		    STR_ARG(value_show(c, key_of(r, back))));
	else
		diag_fix(&c->ss, g, "add `else %s keep;`", back ? "->" : "<-");
	return -1;
}

int
enum_check(struct compile *c, struct entity *e)
{
	struct enum_info *en;
	size_t n = 0;
	int bad = 0;

	if (e->checked)
		return e->checked > 0 ? 0 : -1;
	en = arena_new(c->a, struct enum_info);
	e->u.en = en;
	arena_defer(c->a, free_keys, en);
	en->name = e->decl->name.text;
	en->left = en->right = TYPE_BAD;
	for (struct stmt *s = e->decl->body; s != NULL; s = s->next)
		n++;
	en->rows = arena_array(c->a, n, sizeof(*en->rows));
	for (struct stmt *s = e->decl->body; s != NULL; s = s->next)
		bad |= check_row(c, en, s);
	if (en->n == 0 && !bad) {
		diag_at(&c->ss, C418, e->decl->head,
		    "enum `%.*s` has no rows", STR_ARG(en->name));
		bad = 1;
	}
	if (en->n > 0 && !bad && (en->left == TYPE_BAD ||
	    en->right == TYPE_BAD)) {
		diag_at(&c->ss, C418, e->decl->head,
		    "enum `%.*s` has only null on one side",
		    STR_ARG(en->name));
		bad = 1;
	}
	en->law = LAW_EXACT;
	for (unsigned i = 0; i < en->n && !bad; i++) {
		bad |= check_return(c, en, &en->rows[i]);
		/* a null of its own comes back as the row's value */
		if (en->rows[i].arrow != ARROW_BOTH ||
		    en->rows[i].left.type == V_NULL ||
		    en->rows[i].right.type == V_NULL)
			en->law = LAW_CANON;
	}
	if ((en->has_forth && en->forth == ELSE_VALUE) ||
	    (en->has_back && en->back == ELSE_VALUE))
		en->law = LAW_CANON;
	/* what is kept is not what was put there */
	if (en->forth == ELSE_KEEP || en->back == ELSE_KEEP)
		en->law = LAW_PARTIAL;
	e->checked = bad ? -1 : 1;
	return bad ? -1 : 0;
}

struct type
enum_type(struct compile *c, const struct enum_info *en, int right)
{
	struct type t = type_of(right ? en->right : en->left, 0);
	struct str *s = arena_array(c->a, (size_t)en->n + 1, sizeof(*s));

	if (t.kind != TYPE_TEXT)
		return t;
	for (unsigned i = 0; i < en->n; i++) {
		struct value v = right ? en->rows[i].right :
		    en->rows[i].left;

		/* a row that only takes this value gives none of it */
		if (goes(&en->rows[i], !right) && v.type != V_NULL)
			s[t.noption++] = str_from(v.u.p, v.n);
	}
	if (right && en->forth_value.type == V_TEXT)
		s[t.noption++] = str_from(en->forth_value.u.p,
		    en->forth_value.n);
	if (!right && en->back_value.type == V_TEXT)
		s[t.noption++] = str_from(en->back_value.u.p,
		    en->back_value.n);
	t.options = s;
	return t;
}

/* The ints among the values that a schema lists, as values. */
static size_t
int_options(struct compile *c, struct type t, struct value **out)
{
	const struct value *v;
	struct dec d;
	size_t n, k = 0;

	if (!type_is_number(t) || t.node == NULL ||
	    !schema_enum(t.node, &v, &n))
		return 0;
	*out = arena_array(c->a, n, sizeof(**out));
	for (size_t i = 0; i < n; i++) {
		int64_t whole;

		if (v[i].type == V_NUM && dec_parse(str_from(v[i].u.p,
		    v[i].n), &d, NULL) == 0 && dec_to_int(d, &whole, NULL) == 0)
			(*out)[k++] = value_int(whole);
	}
	return k;
}

/* The same for lists of numbers: no row too many, and none too few. */
static int
cover_ints(struct compile *c, const struct entity *e, struct type from,
    int back, struct span at, struct str field)
{
	const struct enum_info *en = e->u.en;
	struct value *v;
	size_t n = int_options(c, from, &v);
	struct diag *g;
	int bad = 0;

	for (unsigned i = 0; n > 0 && i < en->n; i++) {
		const struct enum_row *r = &en->rows[i];
		struct value key = key_of(r, back);
		size_t k = 0;

		if (!goes(r, back) || key.type != V_INT)
			continue;
		while (k < n && v[k].u.i != key.u.i)
			k++;
		if (k < n)
			continue;
		bad = -1;
		g = diag_at(&c->ss, C417,
		    back ? r->stmt->right->span : r->stmt->left->span,
		    "%.*s is no value that can come here",
		    STR_ARG(value_show(c, key)));
		diag_also(&c->ss, g, at, "used here");
	}
	for (size_t k = 0; k < n && bad == 0 &&
	    !(back ? en->has_back : en->has_forth); k++) {
		if (find_row(en, v[k], back) != NULL)
			continue;
		g = diag_at(&c->ss, C415, at, "enum `%.*s` has no row for "
		    "every value of `%.*s`", STR_ARG(en->name),
		    STR_ARG(field));
		diag_also(&c->ss, g, e->decl->head, "the enum");
		diag_witness(&c->ss, g, "nothing takes %.*s %s",
		    STR_ARG(value_show(c, v[k])), back ? "back" : "forward");
		diag_fix(&c->ss, g, "add a row, or `else %s error;`",
		    back ? "<-" : "->");
		return -1;
	}
	return bad != 0 ? bad : n > 0;
}

/* Rows whose key the other side does not know are mistakes in writing. */
static int
check_keys(struct compile *c, const struct enum_info *en, struct type from,
    int back, struct span at)
{
	int bad = 0;

	for (unsigned i = 0; i < en->n; i++) {
		const struct enum_row *r = &en->rows[i];
		struct value v = key_of(r, back);
		struct near near;
		struct diag *g;
		unsigned k = 0;

		if (!goes(r, back) || v.type != V_TEXT)
			continue;
		near_init(&near, str_from(v.u.p, v.n));
		while (k < from.noption && !str_eq(near.want,
		    from.options[k]))
			near_try(&near, from.options[k++]);
		if (k < from.noption)
			continue;
		bad = -1;
		g = diag_at(&c->ss, C417,
		    back ? r->stmt->right->span : r->stmt->left->span,
		    "%.*s is no value that can come here",
		    STR_ARG(value_show(c, v)));
		diag_also(&c->ss, g, at, "used here");
		diag_meant_text(&c->ss, g, &near);
	}
	return bad;
}

int
enum_cover(struct compile *c, const struct entity *e, struct type from,
    int back, struct span at, struct str field)
{
	const struct enum_info *en = e->u.en;
	const char *arrow = back ? "<-" : "->";
	int has_else = back ? en->has_back : en->has_forth;
	struct diag *g;
	int ints = cover_ints(c, e, from, back, at, field);

	if (ints != 0)
		return ints < 0 ? -1 : 0;
	if (from.noption > 0 && check_keys(c, en, from, back, at) != 0)
		return -1;
	if (has_else)
		return 0;
	if (from.kind == TYPE_TEXT && from.noption > 0) {
		for (unsigned k = 0; k < from.noption; k++) {
			if (find_row(en, value_text(from.options[k]), back))
				continue;
			g = diag_at(&c->ss, C415, at,
			    "enum `%.*s` has no row for every value of "
			    "`%.*s`", STR_ARG(en->name), STR_ARG(field));
			diag_also(&c->ss, g, e->decl->head, "the enum");
			diag_witness(&c->ss, g, "nothing takes \"%.*s\" %s",
			    STR_ARG(from.options[k]),
			    back ? "back" : "forward");
			diag_fix(&c->ss, g, "add a row, or `else %s error;`",
			    arrow);
			return -1;
		}
		return 0;
	}
	if (from.kind == TYPE_BOOL &&
	    find_row(en, value_bool(0), back) != NULL &&
	    find_row(en, value_bool(1), back) != NULL)
		return 0;
	g = diag_at(&c->ss, C415, at,
	    "enum `%.*s` has no row for every value of `%.*s`",
	    STR_ARG(en->name), STR_ARG(field));
	diag_also(&c->ss, g, e->decl->head, "the enum");
	diag_witness(&c->ss, g, "`%.*s` may be any %.*s", STR_ARG(field),
	    STR_ARG(type_text(c->a, type_of(from.kind, 0))));
	diag_fix(&c->ss, g, "add `else %s error;` or `else %s keep;`", arrow,
	    arrow);
	return -1;
}

/* What null becomes, NULL where it passes by. */
static const struct value *
null_value(const struct enum_info *en, int back)
{
	const struct enum_row *r = find_row(en, value_null(), back);

	return r == NULL ? NULL : back ? &r->left : &r->right;
}

int
enum_has_null(const struct enum_info *en)
{
	for (unsigned i = 0; i < en->n; i++)
		if (en->rows[i].left.type == V_NULL ||
		    en->rows[i].right.type == V_NULL)
			return 1;
	return en->forth_value.type == V_NULL || en->back_value.type == V_NULL;
}

unsigned
enum_nil(const struct enum_info *en, unsigned nil, int back)
{
	const struct value *other = back ? &en->back_value : &en->forth_value;

	if (null_value(en, back) != NULL)
		nil &= ~(unsigned)NIL_NULL;
	for (unsigned i = 0; i < en->n; i++)
		if (goes(&en->rows[i], back) &&
		    key_of(&en->rows[i], !back).type == V_NULL)
			nil |= NIL_NULL;
	switch (back ? en->back : en->forth) {
	case ELSE_KEEP:
		return nil | NIL_ABSENT;
	case ELSE_VALUE:
		return other->type == V_NULL ? nil | NIL_NULL : nil;
	case ELSE_ERROR:
		break;
	}
	return nil;
}

/* The table of one direction, in which null is no key. */
static size_t
table_of(struct gen *g, const struct enum_info *en, int back)
{
	struct prog_enum p = { .other = back ? en->back : en->forth };
	struct value *from, *to;
	size_t k = gen_enum_find(g, en, back);

	if (k != SIZE_MAX)
		return k;
	from = arena_array(g->ua, en->n, sizeof(*from));
	to = arena_array(g->ua, en->n, sizeof(*to));
	p.name = gen_str(g, en->name);
	p.from = from;
	p.to = to;
	p.other_value = gen_value(g, back ? en->back_value : en->forth_value);
	for (unsigned i = 0; i < en->n; i++) {
		const struct enum_row *r = &en->rows[i];

		if (!goes(r, back) || key_of(r, back).type == V_NULL)
			continue;
		from[p.n] = gen_value(g, key_of(r, back));
		to[p.n] = gen_value(g, back ? r->left : r->right);
		p.n++;
	}
	return gen_enum(g, p, en, back);
}

void
enum_gen(struct gen_func *f, const struct enum_info *en, int back,
    unsigned dst)
{
	const struct value *null = null_value(en, back);
	size_t is_null = 0, end;

	if (null != NULL)
		is_null = gen_jump(f, OP_JUMP_NULL, dst);
	gen_ak(f, OP_ENUM, dst, table_of(f->g, en, back));
	if (null == NULL)
		return;
	end = gen_jump(f, OP_JUMP, 0);
	gen_label(f, is_null);
	gen_const(f, dst, *null);
	gen_label(f, end);
}

void
enum_gen_list(struct gen_func *f, const struct enum_info *en, int back,
    unsigned dst)
{
	gen_ak(f, OP_ENUM_LIST, dst, table_of(f->g, en, back));
}
