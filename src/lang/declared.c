/*
 * rest … via declared: of the fields that nothing else names, those that a
 * field catalogue lists, each with its type.
 *
 * The catalogue is what the right schema lists and what a tenant's schema of
 * the same record adds (struct lang_options).  Once all other rules are known,
 * the rest becomes a rule for each of its fields; what is left of it tells of
 * our fields that are in no catalogue.
 */
#include "lang/map.h"

static int
is_of(const struct lang_catalog *k, struct str name)
{
	struct str s = k->schema;

	return str_eq(s, name) || (s.n > 0 && s.p[0] == '.' && name.n > s.n &&
	    str_eq(s, str_from(name.p + name.n - s.n, s.n)));
}

const struct schema_node *
catalog_root(struct compile *c, struct word name)
{
	const struct lang_options *o = c->options;
	const struct lang_catalog *k = NULL;
	const struct schema *schema;
	struct err err;

	for (size_t i = 0; o != NULL && i < o->ncatalog && k == NULL; i++)
		if (is_of(&o->catalogs[i], name.text))
			k = &o->catalogs[i];
	if (k == NULL)
		return NULL;
	if (schema_compile(c->schemas, k->text, STR(""), &schema, &err) != 0) {
		diag_at(&c->ss, C205, name.span, "the field catalogue %.*s "
		    "cannot be used: %s", STR_ARG(k->file), err.text);
		return NULL;
	}
	return schema_root(schema, c->a);
}

/* ---- a field of a rest ---- */

/* Member name of a place of the rest, though no schema may say so. */
static struct place
member(struct compile *c, const struct place *of, const struct local *side,
    struct str name, struct type t)
{
	struct place p = { .n = of->n + 1, .type = t };
	struct note *n = arena_new(c->a, struct note);

	p.path = arena_array(c->a, p.n, sizeof(*p.path));
	if (of->n > 0)
		memcpy(p.path, of->path, of->n * sizeof(*p.path));
	p.path[of->n] = name;
	*n = (struct note){ .kind = NOTE_SLOT, .done = 1, .type = t,
		.local = side, .path = p.path, .npath = p.n };
	p.expr = arena_new(c->a, struct expr);
	*p.expr = (struct expr){ .kind = EX_FIELD, .a = of->expr,
		.text = name, .span = of->expr->span, .op = of->expr->span,
		.note = n };
	return p;
}

static struct expr *
constant(struct compile *c, struct value v)
{
	struct expr *e = arena_new(c->a, struct expr);

	e->kind = EX_TEXT;
	e->note = arena_new(c->a, struct note);
	e->note->kind = NOTE_CONST;
	e->note->done = 1;
	e->note->value = v;
	return e;
}

static struct value
options_value(struct compile *c, struct type t)
{
	struct value *list = arena_array(c->a, t.noption, sizeof(*list));

	for (unsigned i = 0; i < t.noption; i++)
		list[i] = value_text(t.options[i]);
	return (struct value){ .type = V_LIST, .n = t.noption,
		.u.list = list };
}

/* What the schemas cannot promise is looked at when a record comes. */
static void
add_check(struct map_info *m, struct map_rule *x, const struct map_rule *rest)
{
	struct compile *c = m->ck.c;
	struct type to = x->right.type;
	struct str name = path_show(c, x->left[0].path, x->left[0].n);
	int k = builtin_find(STR("typed"));
	struct step *s = arena_new(c->a, struct step);

	to.nil = 0;
	s->sig = sig_of(c, (unsigned)k);
	s->name = STR("typed");
	s->span = rest->stmt->head;
	s->nargs = 3;
	s->args = arena_array(c->a, s->nargs, sizeof(*s->args));
	s->args[0] = constant(c, value_text(type_text(c->a,
	    type_of(to.kind, 0))));
	s->args[1] = constant(c, value_text(name));
	s->args[2] = constant(c, to.noption ? options_value(c, to) :
	    value_null());
	x->steps = s;
	x->nstep = 1;
	x->law = LAW_PARTIAL;
}

/*
 * A text that holds a value of another type, as JSON, and the codec between
 * them; "" for any other.
 */
static struct str
content_codec(struct compile *c, struct type t, struct type *in)
{
	static const struct {
		const char *type, *codec;
		enum type_kind kind;
	} contents[] = {
		{ "integer", "int_text", TYPE_INT },
		{ "number", "num_text", TYPE_DECIMAL },
		{ "boolean", "bool_text", TYPE_BOOL },
	};
	struct value v;

	if (t.kind != TYPE_TEXT || t.node == NULL)
		return STR("");
	v = value_member(schema_annotation(t.node, STR("contentSchema")),
	    STR("type"), c->a);
	for (size_t i = 0; v.type == V_TEXT && i < COUNT(contents); i++)
		if (str_eq(value_str(v, c->a), str_z(contents[i].type))) {
			*in = type_of(contents[i].kind, 0);
			return str_z(contents[i].codec);
		}
	return STR("");
}

static void
add_codec(struct map_info *m, struct map_rule *x, const struct map_rule *rest,
    struct str name)
{
	struct compile *c = m->ck.c;
	struct step *s = arena_new(c->a, struct step);

	s->sig = sig_of(c, (unsigned)builtin_find(name));
	s->name = name;
	s->span = rest->stmt->head;
	s->law = x->law = s->sig->b->law;
	s->nargs = s->sig->nparam;
	s->args = arena_array(c->a, s->nargs, sizeof(*s->args));
	for (unsigned i = 0; i < s->nargs; i++)
		s->args[i] = constant(c, value_text(i == 0 ? STR("true") :
		    STR("false")));
	x->steps = s;
	x->nstep = 1;
}

/* Every text of x is one of y's. */
static int
options_fit(struct type x, struct type y)
{
	if (y.noption == 0)
		return 1;
	for (unsigned i = 0; i < x.noption; i++) {
		unsigned k = 0;

		while (k < y.noption && !str_eq(x.options[i], y.options[k]))
			k++;
		if (k == y.noption)
			return 0;
	}
	return x.noption > 0;
}

/* Of different types they need a codec, which only a rule of its own has. */
static void
report_type(struct map_info *m, const struct map_rule *x)
{
	struct compile *c = m->ck.c;
	struct type l = x->left[0].type, r = x->right.type;
	struct diag *g;

	l.nil = r.nil = 0;
	m->bad = 1;
	g = diag_at(&c->ss, C513, x->stmt->span, "%.*s `%.*s` is %.*s%s, and "
	    "%.*s `%.*s` is %.*s%s", STR_ARG(m->right_schema),
	    STR_ARG(path_show(c, x->right.path, x->right.n)),
	    STR_ARG(type_text(c->a, r)), r.noption ? " of some values" : "",
	    STR_ARG(m->left_schema),
	    STR_ARG(path_show(c, x->left[0].path, x->left[0].n)),
	    STR_ARG(type_text(c->a, l)), l.noption ? " of others" : "");
	diag_fix(&c->ss, g, "a rule of its own: %.*s.%.*s <-> %.*s.%.*s via "
	    "…;", STR_ARG(m->left.name),
	    STR_ARG(path_show(c, x->left[0].path, x->left[0].n)),
	    STR_ARG(m->right.name),
	    STR_ARG(path_show(c, x->right.path, x->right.n)));
}

static void
field_rule(struct map_info *m, struct map_rule *rest, struct str left,
    struct str right, struct map_rule ***at)
{
	struct compile *c = m->ck.c;
	struct map_rule *x;
	struct type l, r, in, of = rest->right.type;
	struct str codec;
	int bad;

	of.nil = 0;
	if (type_member(c->a, of, right, &r) != 0 ||
	    type_member(c->a, rest->left[0].type, left, &l) != 0)
		return; /* ours cannot have it */
	x = map_new_rule(m, rest->stmt, rest->guards, rest->nguard);
	x->layer = rest->layer;
	x->of = rest;
	x->forth = rest->forth && !(r.node && schema_read_only(r.node));
	x->back = rest->back;
	x->missing = NIL_SKIP;
	x->null = NIL_CLEAR;
	x->own = rest->own;
	x->left = arena_new(c->a, struct place);
	x->nleft = x->nright = 1;
	x->rights = &x->right;
	x->left[0] = member(c, &rest->left[0], &m->left, left, l);
	x->right = member(c, &rest->right, &m->right, right, r);
	x->source_type = l;
	codec = content_codec(c, r, &in);
	if (codec.n > 0 && l.kind != TYPE_TEXT) {
		r = in;
		add_codec(m, x, rest, codec);
	}
	bad = l.kind != TYPE_ANY && ((x->forth && !type_fits(l, r)) ||
	    (x->back && (!type_fits(r, l) || !options_fit(r, l))));
	if (bad)
		report_type(m, x);
	else if (x->nstep == 0 && x->forth && r.kind != TYPE_ANY &&
	    (l.kind == TYPE_ANY || (r.kind == TYPE_TEXT && !options_fit(l, r))))
		add_check(m, x, rest);
	**at = x;
	*at = &x->next;
	m->nrule++;
}

static void
expand(struct map_info *m, struct map_rule *rest, struct map_rule ***at)
{
	struct compile *c = m->ck.c;
	const struct place *l = &rest->left[0], *r = &rest->right;
	struct str right, left;

	for (size_t i = 0; type_field_name(r->type, i, &right); i++) {
		size_t k = 0;
		struct str was;

		/* schema and catalogue may both list a field */
		while (k < i && type_field_name(r->type, k, &was) &&
		    !str_eq(was, right))
			k++;
		if (k == i && rest_rename(c, rest, 1, right, &left) &&
		    !map_names(m, 1, r->path, r->n, right) &&
		    !map_names(m, 0, l->path, l->n, left))
			field_rule(m, rest, left, right, at);
	}
}

/* A tenant's catalogue is of the record, not of the object in it. */
static void
check_catalog(struct map_info *m, const struct map_rule *r)
{
	struct compile *c = m->ck.c;

	if (m->right.type.more == NULL || r->right.type.more != NULL)
		return;
	m->bad = 1;
	diag_fix(&c->ss, diag_at(&c->ss, C515, r->stmt->right->span,
	    "the field catalogue of %.*s has no object at `%.*s`",
	    STR_ARG(m->right_schema), STR_ARG(path_show(c, r->right.path,
	    r->right.n))), "the catalogue is a schema of the whole record");
}

int
declared_expand(struct map_info *m)
{
	struct map_rule **at = &m->rules;
	int found = 0;

	while (*at != NULL) {
		struct map_rule *r = *at, *next = r->next;

		if (r->kind != RULE_REST || !r->declared) {
			at = &r->next;
			continue;
		}
		found = 1;
		m->nrule--;
		check_catalog(m, r);
		expand(m, r, &at);
		if (r->forth && r->unknown != UNKNOWN_SKIP) {
			r->kind = RULE_UNKNOWN;
			r->back = 0;
			r->nleft = r->nright = 0;
			m->nrule++;
			*at = r;
			at = &r->next;
		}
		*at = next;
	}
	m->last = at;
	return found;
}

/* ---- code ---- */

void
unknown_gen(struct compile *c, struct gen_func *f, const struct map_rule *r)
{
	const struct place *p = &r->left[0];
	unsigned v = f->nargs;
	size_t nil;

	gen_move(f, SLOT_TEMP, v, SLOT_IN, gen_in(f->g, p->path, p->n, 1));
	nil = gen_jump(f, OP_JUMP_NIL, v);
	gen_const(f, v + 1, value_text(path_show(c, p->path, p->n)));
	gen_const(f, v + 2, value_bool(r->unknown == UNKNOWN_WARN));
	gen_ak(f, OP_CALL, v, 2 * (size_t)builtin_find(STR("unknown")));
	gen_label(f, nil);
}
