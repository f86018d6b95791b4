/*
 * A writer for every field that the target needs.
 *
 * An object that nothing requires is made as soon as one of its fields is,
 * and then needs what its own schema requires.
 */
#include "lang/map.h"

static const struct map_rule *
writer_of(const struct map_info *m, int back, const struct str *path,
    size_t n, int *below)
{
	const struct map_rule *found = NULL;

	*below = 0;
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		const struct place *p = back ? r->left : r->rights;

		/* one that goes neither way has an error, and would write */
		if (!(back ? r->back : r->forth) && (r->back || r->forth))
			continue;
		for (unsigned i = 0; i < (back ? r->nleft : r->nright); i++) {
			if (p[i].expr == NULL ||
			    !path_overlaps(p[i].path, p[i].n, path, n))
				continue;
			/* a rest may bring the field, or not */
			if (r->kind == RULE_REST ? p[i].n >= n : p[i].n > n)
				*below = 1;
			else if (r->kind != RULE_REST &&
			    (found == NULL || found->nguard > 0))
				found = r;
		}
	}
	return found;
}

static void
report_required(struct map_info *m, int back, const struct str *path,
    size_t n)
{
	struct compile *c = m->ck.c;
	const struct local *side = back ? &m->left : &m->right;
	struct str show = path_show(c, path, n);
	const struct dropped *d = m->dropped;
	struct diag *g;

	while (d != NULL && !(d->place.expr->note->local == side &&
	    path_same(d->place.path, d->place.n, path, n)))
		d = d->next;
	g = diag_at(&c->ss, C404, d ? d->span : m->head,
	    d ? "%.*s needs `%.*s`, and this drops the rule that writes it" :
	    m->up ? "an element of %.*s needs `%.*s`, which no rule writes" :
	    "%.*s needs `%.*s`, which no rule writes",
	    STR_ARG(back ? m->left_schema : m->right_schema), STR_ARG(show));
	diag_fix(&c->ss, g, "%.*s.%.*s <- …;", STR_ARG(side->name),
	    STR_ARG(show));
	m->bad = 1;
}

static int
may_leave_out(const struct map_rule *r)
{
	return r->source_type.kind != TYPE_BAD &&
	    ((r->source_type.nil & NIL_ABSENT) || r->nguard > 0);
}

/* Whether some rule always writes a field below path of the right side. */
static int
is_made(const struct map_info *m, const struct str *path, size_t n)
{
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (!r->forth || r->kind == RULE_REST || may_leave_out(r))
			continue;
		for (unsigned i = 0; i < r->nright; i++)
			if (r->rights[i].n > n && path_overlaps(
			    r->rights[i].path, r->rights[i].n, path, n))
				return 1;
	}
	return 0;
}

static void
report_left_out(struct map_info *m, const struct map_rule *r,
    const struct str *path, size_t n)
{
	struct compile *c = m->ck.c;

	m->bad = 1;
	diag_fix(&c->ss, diag_at(&c->ss, C404, r->stmt->span,
	    "%.*s needs `%.*s`, and this may leave it out",
	    STR_ARG(m->right_schema), STR_ARG(path_show(c, path, n))),
	    r->nguard ? "move the rule out of `when`" :
	    "add `with required`, or a default");
}

/*
 * made: the object at path is in every record; else in those for which a rule
 * writes one of its fields, and what is left out then may be all of them.
 */
static void
check_required(struct map_info *m, int back, struct type at, struct str *path,
    size_t n, int made)
{
	if (at.node == NULL || n == AST_DEPTH)
		return;
	for (size_t i = 0; i < schema_property_count(at.node); i++) {
		struct str name = schema_property_name(at.node, i);
		int below, needed = schema_property_required(at.node, name);
		const struct map_rule *r;
		struct type t;

		if (type_member(m->ck.c->a, at, name, &t) != 0 ||
		    (t.node != NULL && schema_read_only(t.node)))
			continue;
		path[n] = name;
		r = writer_of(m, back, path, n + 1, &below);
		if (r == NULL && below)
			check_required(m, back, t, path, n + 1, needed ? made :
			    is_made(m, path, n + 1));
		else if (r == NULL && needed)
			report_required(m, back, path, n + 1);
		else if (needed && made && !back && may_leave_out(r))
			report_left_out(m, r, path, n + 1);
	}
}

void
required_check(struct map_info *m)
{
	struct str path[AST_DEPTH + 1];

	check_required(m, 0, m->right.type, path, 0, 1);
	/* records of ours are made by who owns them, elements by us as well */
	if (m->up != NULL)
		check_required(m, 1, m->left.type, path, 0, 1);
}
