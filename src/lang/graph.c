/*
 * What the rules of a map promise together: one writer for every path.
 */
#include "lang/map.h"

#include "lang/prove.h"

/* ---- what is mapped on a side ---- */

static void
name_path(struct map_info *m, int right, struct str *path, size_t n)
{
	struct compile *c = m->ck.c;
	struct named *x;

	for (x = m->named[right]; x != NULL; x = x->next)
		if (path_same(x->path, x->n, path, n))
			return;
	x = arena_new(c->a, struct named);
	*x = (struct named){ m->named[right], path, n };
	m->named[right] = x;
}

/* All paths that an expression reads. */
static void
name_reads(struct map_info *m, const struct expr *e)
{
	if (e == NULL)
		return;
	if (expr_is_slot(e)) {
		/* an element's fields are none of the map's */
		if (e->note->npath > 0 && (e->note->local == &m->left ||
		    e->note->local == &m->right))
			name_path(m, e->note->local->kind == LOCAL_RIGHT,
			    e->note->path, e->note->npath);
		return;
	}
	name_reads(m, e->a);
	name_reads(m, e->b);
	name_reads(m, e->c);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		name_reads(m, i->key);
		name_reads(m, i->value);
	}
}

/* All paths that the codecs, the source and the default of a rule read. */
static void
name_rule_reads(struct map_info *m, const struct map_rule *r)
{
	name_reads(m, r->source);
	name_reads(m, r->other);
	for (unsigned i = 0; i < r->nstep; i++)
		for (unsigned k = 0; k < r->steps[i].nargs; k++)
			name_reads(m, r->steps[i].args[k]);
	if (r->body != NULL)
		for (r = r->body->rules; r != NULL; r = r->next)
			name_rule_reads(m, r);
}

static void
name_all(struct map_info *m)
{
	for (struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (r->kind == RULE_REST) {
			for (struct item *i = r->stmt->words.first; i != NULL;
			    i = i->next) {
				struct str *p = arena_array(m->ck.c->a,
				    r->right.n + 1, sizeof(*p));

				if (r->right.n > 0)
					memcpy(p, r->right.path,
					    r->right.n * sizeof(*p));
				p[r->right.n] = i->name.text;
				name_path(m, 1, p, r->right.n + 1);
			}
			continue;
		}
		for (unsigned i = 0; i < r->nleft; i++)
			if (r->left[i].path != NULL)
				name_path(m, 0, r->left[i].path, r->left[i].n);
		for (unsigned i = 0; i < r->nright; i++)
			if (r->rights[i].path != NULL)
				name_path(m, 1, r->rights[i].path,
				    r->rights[i].n);
		name_rule_reads(m, r);
	}
}

int
map_names(const struct map_info *m, int right, const struct str *at, size_t n,
    struct str name)
{
	for (const struct named *x = m->named[right]; x != NULL; x = x->next)
		if (x->n > n && path_overlaps(x->path, n, at, n) &&
		    str_eq(x->path[n], name))
			return 1;
	return 0;
}

static int
is_excepted(const struct map_rule *r, struct str right_name)
{
	for (const struct item *i = r->stmt->words.first; i; i = i->next)
		if (str_eq(i->name.text, right_name))
			return 1;
	return 0;
}

/* ---- one writer for every path ---- */

struct writer {
	struct map_rule *r;
	struct place *p;
	struct str told; /* a path that it was reported for */
};

/* x == "a" and x == "b", or g and not g. */
static int
excludes(struct compile *c, const struct expr *a, const struct expr *b)
{
	struct value x, y;

	if (a->kind == EX_NOT)
		return str_eq(span_line(&c->ss, a->a->span, c->a),
		    span_line(&c->ss, b->span, c->a));
	if (b->kind == EX_NOT)
		return excludes(c, b, a);
	return a->kind == EX_EQ && b->kind == EX_EQ && expr_is_slot(a->a) &&
	    expr_is_slot(b->a) && a->a->note->local == b->a->note->local &&
	    path_same(a->a->note->path,
	    a->a->note->npath, b->a->note->path, b->a->note->npath) &&
	    expr_const(c, a->b, &x) == 0 && expr_const(c, b->b, &y) == 0 &&
	    !value_equal(x, y, CMP_EXACT, c->a);
}

static int
exclusive(struct compile *c, const struct map_rule *x,
    const struct map_rule *y, struct str *witness)
{
	*witness = STR("");
	if (x->nguard == 0 || y->nguard == 0)
		return 0;
	for (unsigned i = 0; i < x->nguard; i++)
		for (unsigned k = 0; k < y->nguard; k++)
			if (excludes(c, x->guards[i], y->guards[k]))
				return 1;
	return prove_apart(c, x->guards, x->nguard, y->guards, y->nguard,
	    witness);
}

struct str
path_show(struct compile *c, const struct str *path, size_t n)
{
	struct str s = STR("");

	for (size_t i = 0; i < n; i++)
		s = arena_printf(c->a, "%.*s%s%.*s", STR_ARG(s), i ? "." : "",
		    STR_ARG(path[i]));
	return s;
}

/* The upper layer comes first: that is where the drop belongs. */
static struct diag *
report_layers(struct map_info *m, const struct writer *x,
    const struct writer *y, int back, struct str path)
{
	struct compile *c = m->ck.c;
	const struct writer *up = layer_order(x->r->layer, y->r->layer) > 0 ?
	    x : y;
	const struct writer *low = up == x ? y : x;
	struct diag *g;

	if (up->r->clash == low->r)
		return NULL;
	up->r->clash = low->r;
	g = diag_at(&c->ss, C230, up->r->stmt->span,
	    "%.*s and %.*s both write %.*s `%.*s`",
	    STR_ARG(layer_show(c, low->r->layer)),
	    STR_ARG(layer_show(c, up->r->layer)),
	    STR_ARG(back ? m->left_schema : m->right_schema), STR_ARG(path));
	diag_also(&c->ss, g, low->r->stmt->span, "%.*s",
	    STR_ARG(layer_show(c, low->r->layer)));
	/* of a rest, one name alone can be dropped */
	if (low->r->kind != RULE_REST)
		path = path_show(c, low->p->path, low->p->n);
	diag_fix(&c->ss, g, "to replace it: drop %.*s.%.*s;",
	    STR_ARG(back ? m->left.name : m->right.name), STR_ARG(path));
	return g;
}

static struct diag *
report_two(struct map_info *m, const struct writer *x, struct writer *y,
    int back, struct str path)
{
	struct compile *c = m->ck.c;
	struct str schema = back ? m->left_schema : m->right_schema;
	struct diag *g;

	m->bad = 1;
	if (str_eq(y->told, path))
		return NULL;
	y->told = path;
	/* two rests clash once, not for each of their fields */
	if (x->r->of != NULL && y->r->of != NULL) {
		if (y->r->of->clash == x->r->of)
			return NULL;
		y->r->of->clash = x->r->of;
	}
	if (layer_order(x->r->layer, y->r->layer) != 0)
		return report_layers(m, x, y, back, path);
	g = diag_at(&c->ss, C412, x->r->stmt->span,
	    "two rules write %.*s `%.*s`", STR_ARG(schema), STR_ARG(path));
	diag_also(&c->ss, g, y->r->stmt->span, "%s", "");
	return g;
}

/* {"custom": {"phone": "x"}} without the outer braces. */
static struct str
witness(struct compile *c, const struct place *p, struct str name)
{
	struct buf b = { 0 };
	struct str s;

	for (size_t i = 0; i < p->n; i++) {
		buf_printf(&b, i ? "{\"%.*s\": " : "%.*s = ",
		    STR_ARG(p->path[i]));
	}
	buf_printf(&b, "{\"%.*s\": \"x\"}", STR_ARG(name));
	for (size_t i = 1; i < p->n; i++)
		buf_putc(&b, '}');
	s = arena_str(c->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* A rest against a rule that writes one of the fields it may carry. */
static void
rest_and_field(struct map_info *m, struct writer *rest, struct writer *w,
    int back)
{
	struct compile *c = m->ck.c;
	const struct place *from = back ? &rest->r->right : &rest->r->left[0];
	struct str name = w->p->path[rest->p->n], source, right;
	struct diag *g;

	if (!rest_rename(c, rest->r, !back, name, &source))
		return;
	right = back ? source : name;
	if (is_excepted(rest->r, right) ||
	    map_names(m, back, from->path, from->n, source))
		return;
	g = report_two(m, w, rest, back, path_show(c, w->p->path, w->p->n));
	diag_witness(&c->ss, g, "both match when %.*s",
	    STR_ARG(witness(c, from, source)));
	if (layer_order(rest->r->layer, w->r->layer) >= 0)
		diag_fix(&c->ss, g, "add `%.*s` to except(…)",
		    STR_ARG(right));
}

/* Two rests may share an object when no name can be of both. */
static int
rests_apart(const struct map_rule *x, const struct map_rule *y, int back)
{
	size_t n = x->prefix.n < y->prefix.n ? x->prefix.n : y->prefix.n;
	size_t k = x->suffix.n < y->suffix.n ? x->suffix.n : y->suffix.n;

	if (back)
		return 0; /* left names have no prefix to tell them by */
	return (n > 0 && memcmp(x->prefix.p, y->prefix.p, n) != 0) ||
	    (k > 0 && memcmp(x->suffix.p + x->suffix.n - k,
	    y->suffix.p + y->suffix.n - k, k) != 0);
}

/* Whether a rule puts an element into a list, and leaves the others. */
static int
is_put(const struct map_rule *r, int back)
{
	return r->kind == RULE_PICK && back != r->list_right;
}

static int
is_constant(struct compile *c, const struct map_rule *r)
{
	struct value v;

	return r->source != NULL && r->nstep == 0 &&
	    expr_const(c, r->source, &v) == 0;
}

/*
 * Two rules that write one field, never both: the field is one, whichever of
 * them wrote it, so when it is sent and how it is compared is no matter of
 * the rule.  A constant is compared like what the other one writes.
 */
static void
check_alike(struct map_info *m, const struct map_rule *x,
    const struct map_rule *y, int back)
{
	struct compile *c = m->ck.c;
	struct diag *g;

	if (x->create_only != y->create_only) {
		g = diag_at(&c->ss, C428, y->stmt->span, "one field is sent "
		    "%s", y->create_only ? "here on create only, and by "
		    "another rule always" : "here always, and by another rule "
		    "on create only");
		diag_fix(&c->ss, g, "with create only");
	} else if (pipe_compare(x, back) != pipe_compare(y, back) &&
	    !is_constant(c, x) && !is_constant(c, y)) {
		g = diag_at(&c->ss, C428, y->stmt->span, "one field is "
		    "compared here in another way than by another rule");
		diag_fix(&c->ss, g, "let both end with the same codec");
	} else {
		return;
	}
	diag_also(&c->ss, g, x->stmt->span, "the other");
	m->bad = 1;
}

static void
check_pair(struct map_info *m, struct writer *x, struct writer *y, int back)
{
	int xr = x->r->kind == RULE_REST, yr = y->r->kind == RULE_REST;
	struct compile *c = m->ck.c;
	struct str seen;
	struct diag *g;

	if (!path_overlaps(x->p->path, x->p->n, y->p->path, y->p->n))
		return;
	if (xr && yr) {
		if (x->p->n == y->p->n && !rests_apart(x->r, y->r, back))
			report_two(m, x, y, back, arena_printf(c->a, "%.*s.*",
			    STR_ARG(path_show(c, x->p->path, x->p->n))));
		return;
	}
	if (xr && y->p->n > x->p->n) {
		rest_and_field(m, x, y, back);
		return;
	}
	if (yr && x->p->n > y->p->n) {
		rest_and_field(m, y, x, back);
		return;
	}
	if (exclusive(c, x->r, y->r, &seen)) {
		if (x->p->n == y->p->n)
			check_alike(m, x->r, y->r, back);
		return;
	}
	if (is_put(x->r, back) && is_put(y->r, back) && x->p->n == y->p->n)
		return;
	g = report_two(m, x, y, back, x->p->n > y->p->n ?
	    path_show(c, x->p->path, x->p->n) :
	    path_show(c, y->p->path, y->p->n));
	if (seen.n > 0)
		diag_witness(&c->ss, g, "both match when %.*s", STR_ARG(seen));
}

static void
check_writers(struct map_info *m, int back)
{
	struct compile *c = m->ck.c;
	struct writer *w;
	size_t n = 0;

	for (struct map_rule *r = m->rules; r != NULL; r = r->next)
		n += back ? r->nleft : r->nright;
	w = arena_array(c->a, n, sizeof(*w));
	n = 0;
	for (struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (back ? !r->back : !r->forth)
			continue;
		for (unsigned i = 0; i < (back ? r->nleft : r->nright); i++) {
			struct place *p = back ? &r->left[i] : &r->rights[i];

			if (p->path != NULL)
				w[n++] = (struct writer){ r, p, STR("") };
		}
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			check_pair(m, &w[i], &w[k], back);
}

/* Picks of one list mean different elements, on the way out and in. */
static void
check_picks(struct map_info *m)
{
	for (const struct map_rule *x = m->rules; x != NULL; x = x->next)
		for (const struct map_rule *y = x->next; y; y = y->next) {
			const struct place *a, *b;

			if (x->kind != RULE_PICK || y->kind != RULE_PICK ||
			    x->list_right != y->list_right)
				continue;
			a = x->list_right ? &x->right : x->left;
			b = y->list_right ? &y->right : y->left;
			if (path_same(a->path, a->n, b->path, b->n))
				picks_apart(m, x, y);
		}
}

void
graph_check(struct map_info *m)
{
	name_all(m);
	m->declares = declared_expand(m);
	if (m->declares)
		name_all(m);
	length_check(m);
	values_check(m);
	check_writers(m, 0);
	check_writers(m, 1);
	check_picks(m);
	late_check(m);
	required_check(m);
}
