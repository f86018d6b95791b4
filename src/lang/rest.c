/*
 * rest c.custom.* <-> h.properties.*: the fields that nothing else names.
 */
#include "lang/map.h"

/* The last word of a pipe may be `declared`: take it off. */
static struct items
take_declared(struct map_rule *r, struct items pipe)
{
	struct items rest = { 0 };

	for (struct item *i = pipe.first; i != NULL; i = i->next) {
		if (i == pipe.last && i->value->kind == EX_NAME &&
		    str_eq(i->value->text, STR("declared"))) {
			r->declared = 1;
			break;
		}
		rest.last = i;
		rest.n++;
	}
	if (rest.n > 0) {
		rest.first = pipe.first;
		rest.last->next = NULL;
	}
	return rest;
}

/* unknown: warn | skip | error */
static int
check_unknown(struct map_info *m, struct map_rule *r, const struct item *i)
{
	static const char *const words[] = { "warn", "skip", "error" };
	struct compile *c = m->ck.c;
	struct near near;
	struct diag *g;

	if (!r->declared || !r->forth) {
		diag_fix(&c->ss, diag_at(&c->ss, C514, i->span, r->forth ?
		    "`unknown` is about what is not declared, and this rest "
		    "passes everything" : "`unknown` is about our fields, and "
		    "this rest reads none"), r->forth ?
		    "via … | declared" : "remove it");
		return -1;
	}
	near_init(&near, i->value->text);
	for (size_t k = 0; k < COUNT(words); k++) {
		if (i->value->kind == EX_NAME &&
		    str_eq(i->value->text, str_z(words[k]))) {
			r->unknown = (enum unknown_policy)k;
			return 0;
		}
		near_try(&near, str_z(words[k]));
	}
	g = diag_at(&c->ss, C514, i->value->span,
	    "`unknown` is warn, skip or error");
	if (i->value->kind == EX_NAME)
		diag_meant(&c->ss, g, &near);
	return -1;
}

/* prefix("x_") and suffix("_x") with constant texts. */
static int
rest_pipe(struct map_info *m, struct map_rule *r, struct items pipe)
{
	struct compile *c = m->ck.c;

	if (pipe_check(&m->ck, r, take_declared(r, pipe)) != 0)
		return -1;
	for (unsigned i = 0; i < r->nstep; i++) {
		struct step *s = &r->steps[i];
		struct str *fix = s->sig == NULL ? NULL :
		    strcmp(s->sig->b->name, "prefix") == 0 ? &r->prefix :
		    strcmp(s->sig->b->name, "suffix") == 0 ? &r->suffix : NULL;
		struct value v;

		if (fix == NULL || expr_const(c, s->args[0], &v) != 0 ||
		    v.type != V_TEXT) {
			diag_fix(&c->ss, diag_at(&c->ss, C419, s->span,
			    "`rest` renames by prefix(\"…\") and "
			    "suffix(\"…\")"), "via prefix(\"x_\")");
			return -1;
		}
		if (s->args[0]->note->kind == NOTE_PARAM)
			s->args[0]->note->entity->u.param->fixed = 1;
		*fix = fix == &r->prefix ?
		    arena_printf(c->a, "%.*s%.*s", (int)v.n, v.u.p,
		    STR_ARG(*fix)) :
		    arena_printf(c->a, "%.*s%.*s", STR_ARG(*fix), (int)v.n,
		    v.u.p);
	}
	return 0;
}

static int
check_object(struct map_info *m, const struct place *p)
{
	struct compile *c = m->ck.c;
	struct type of = p->type;

	of.nil = 0;
	if (of.kind == TYPE_RECORD || of.kind == TYPE_ANY)
		return 0;
	diag_at(&c->ss, C402, p->expr->span,
	    "`%.*s` is %.*s and has no fields",
	    STR_ARG(span_line(&c->ss, p->expr->span, c->a)),
	    STR_ARG(type_text(c->a, of)));
	return -1;
}

static int
check_objects(struct map_info *m, struct map_rule *r)
{
	return check_object(m, &r->left[0]) | check_object(m, &r->right);
}

/* Members that nothing else names: what one of them is. */
static int
rest_type(struct map_info *m, const struct place *p, struct str name,
    struct type *t, struct span at)
{
	struct compile *c = m->ck.c;
	struct type of = p->type;

	of.nil = 0;
	if (type_member(c->a, of, name, t) != 0) {
		diag_witness(&c->ss, diag_at(&c->ss, C420, at,
		    "`%.*s` takes no fields that its schema does not name",
		    STR_ARG(span_line(&c->ss, p->expr->span, c->a))),
		    "it has no `%.*s`", STR_ARG(name));
		return -1;
	}
	return 0;
}

static int
check_rest_types(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct str left = STR("name"), right = arena_printf(c->a,
	    "%.*sname%.*s", STR_ARG(r->prefix), STR_ARG(r->suffix));
	struct type a, b;
	struct place to;

	if ((rest_type(m, &r->left[0], left, &a, r->stmt->left->span) |
	    rest_type(m, &r->right, right, &b, r->stmt->right->span)) != 0)
		return -1;
	a.nil &= NIL_NULL;
	b.nil &= NIL_NULL;
	to = r->right;
	to.type = b;
	if (r->forth && assign_check(m, r, &to, a, 0,
	    r->stmt->right->span) != 0)
		return -1;
	to = r->left[0];
	to.type = a;
	return r->back ? assign_check(m, r, &to, b, 1, r->stmt->left->span) :
	    0;
}

static void
bad_attribute(struct compile *c, const struct item *i)
{
	struct near near;
	struct diag *g;

	near_init(&near, i->name.text);
	near_try(&near, STR("own"));
	near_try(&near, STR("unknown"));
	g = diag_at(&c->ss, C212, i->span, "a rest has many fields: own is "
	    "said of them, and unknown of what is not declared");
	if (!diag_meant(&c->ss, g, &near))
		diag_fix(&c->ss, g, "a rule of its own for a field that needs "
		    "more");
}

void
rest_check(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct compile *c = m->ck.c;
	struct map_rule *r = map_new_rule(m, s, guards, nguard);
	struct str root = expr_root(s->left);
	int back = s->arrow != ARROW_BOTH && map_is_left(m, root), bad;
	struct expr *left = back || s->arrow == ARROW_BOTH ? s->left :
	    s->right;
	struct expr *right = left == s->left ? s->right : s->left;

	r->kind = RULE_REST;
	m->bad = 1; /* until the end */
	/* each of them is a field that is read, so no map has more */
	if (s->words.n > PROG_FRAME) {
		diag_at(&c->ss, C702, s->words.last->span,
		    "more than %d names in except(…)", PROG_FRAME);
		return;
	}
	if (map_sides(m, left, right) != 0)
		return;
	r->nleft = 1;
	r->left = arena_new(c->a, struct place);
	r->forth = s->arrow == ARROW_BOTH || !back;
	r->back = s->arrow == ARROW_BOTH || back;
	bad = map_place(m, left, &r->left[0], 1);
	bad |= map_place(m, right, &r->right, 1);
	bad |= rest_pipe(m, r, s->pipe);
	for (struct item *i = s->attrs.first; i != NULL; i = i->next) {
		if (str_eq(i->name.text, STR("own")) && i->value != NULL) {
			r->own = own_read(c, i->value);
			bad |= r->own == NULL || own_check(m, r) != 0;
			continue;
		}
		if (str_eq(i->name.text, STR("group"))) {
			diag_at(&c->ss, C443, i->span, "a rest has many "
			    "fields, each decided by itself");
			bad = 1;
			continue;
		}
		if (str_eq(i->name.text, STR("unknown")) && i->value != NULL) {
			bad |= check_unknown(m, r, i) != 0;
			continue;
		}
		bad_attribute(c, i);
		bad = 1;
	}
	if (bad || check_objects(m, r) != 0 ||
	    (!r->declared && check_rest_types(m, r) != 0))
		return;
	map_keep_rule(m, r);
	m->bad = 0;
}

int
rest_rename(struct compile *c, const struct map_rule *r, int back,
    struct str name, struct str *out)
{
	if (!back) {
		*out = arena_printf(c->a, "%.*s%.*s%.*s", STR_ARG(r->prefix),
		    STR_ARG(name), STR_ARG(r->suffix));
		return 1;
	}
	if (name.n <= r->prefix.n + r->suffix.n ||
	    !str_eq(str_from(name.p, r->prefix.n), r->prefix) ||
	    !str_eq(str_from(name.p + name.n - r->suffix.n, r->suffix.n),
	    r->suffix))
		return 0;
	*out = str_from(name.p + r->prefix.n,
	    name.n - r->prefix.n - r->suffix.n);
	return 1;
}
