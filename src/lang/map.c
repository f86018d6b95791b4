/*
 * Maps: each rule on its own.  What the rules promise together is checked in
 * graph.c.
 */
#include "lang/map.h"

#include "lang/compile.h"

/* ---- attributes ---- */

static int
is_word(const struct expr *e, const char *word)
{
	return e != NULL && e->kind == EX_NAME && str_eq(e->text, str_z(word));
}

/* skip | clear | error | default(v); -1 with a finding. */
static int
nil_policy(struct compile *c, struct str of, struct expr *e,
    enum nil_policy *out, struct expr **other)
{
	int missing = str_eq(of, STR("missing"));

	if (is_word(e, "skip")) {
		*out = NIL_SKIP;
	} else if (is_word(e, "clear")) {
		*out = NIL_CLEAR;
	} else if (is_word(e, "error")) {
		*out = NIL_ERROR;
	} else if (missing && (is_word(e, "defer") || is_word(e, "create"))) {
		NOT_BUILT(c, e->span, "waiting for another record");
		return -1;
	} else if (missing && e->kind == EX_CALL &&
	    is_word(e->a, "default") && e->n == 1 && other != NULL) {
		*out = NIL_DEFAULT;
		*other = e->items->value;
	} else {
		if (e->kind != EX_BAD)
			diag_at(&c->ss, C212, e->span, "`%.*s` is %s",
			    STR_ARG(of), missing ? other ?
			    "skip, clear, error or default(…)" :
			    "skip, clear or error" :
			    "clear, skip or error");
		return -1;
	}
	return 0;
}

static int
check_own(struct compile *c, struct map_rule *r, struct expr *e)
{
	static const char *const later[] = { "right", "latest", "fill", "max",
		"min", "union", "manual", "expr" };

	if (is_word(e, "left")) {
		r->own = 1;
		return 0;
	}
	for (size_t i = 0; i < COUNT(later); i++)
		if (is_word(e, later[i]) || (e->kind == EX_CALL &&
		    is_word(e->a, later[i]))) {
			diag_fix(&c->ss, diag_at(&c->ss, C190, e->span,
			    "`own: %s` is not built yet", later[i]),
			    "without `own` a rule writes both ways");
			return -1;
		}
	if (e->kind != EX_BAD)
		diag_at(&c->ss, C212, e->span, "`own` is left, right, latest, "
		    "fill, max, min, union, manual or expr");
	return -1;
}

static int
check_attr(struct compile *c, struct map_rule *r, struct item *i)
{
	static const char *const known[] = { "required", "lossy", "readonly",
		"create only", "missing", "null", "own" };
	static const char *const later[] = { "unknown", "prune", "order" };
	struct str name = i->name.text;
	struct near near;
	struct diag *g;

	if (i->value == NULL) {
		int *flag = str_eq(name, STR("required")) ? &r->required :
		    str_eq(name, STR("lossy")) ? &r->lossy :
		    str_eq(name, STR("readonly")) ? &r->readonly :
		    str_eq(name, STR("create only")) ? &r->create_only : NULL;

		if (flag != NULL) {
			*flag = 1;
			return 0;
		}
	} else if (str_eq(name, STR("missing"))) {
		return nil_policy(c, name, i->value, &r->missing, &r->other);
	} else if (str_eq(name, STR("null"))) {
		return nil_policy(c, name, i->value, &r->null, NULL);
	} else if (str_eq(name, STR("own"))) {
		return check_own(c, r, i->value);
	}
	for (size_t k = 0; k < COUNT(later); k++)
		if (str_eq(name, str_z(later[k]))) {
			NOT_BUILT(c, i->span, later[k]);
			return -1;
		}
	near_init(&near, name);
	for (size_t k = 0; k < COUNT(known); k++) {
		if (str_eq(name, str_z(known[k]))) {
			diag_at(&c->ss, C212, i->span, i->value == NULL ?
			    "`%.*s` needs a value" : "`%.*s` takes no value",
			    STR_ARG(name));
			return -1;
		}
		near_try(&near, str_z(known[k]));
	}
	g = diag_at(&c->ss, C211, i->name.span, "unknown attribute `%.*s`",
	    STR_ARG(name));
	if (near.best.n > 0)
		diag_fix(&c->ss, g, "did you mean `%.*s`?",
		    STR_ARG(near.best));
	return -1;
}

static int
check_attrs(struct compile *c, struct map_rule *r, struct items attrs)
{
	int bad = 0;

	for (struct item *i = attrs.first; i != NULL; i = i->next) {
		struct item *k = attrs.first;

		while (k != i && !str_eq(k->name.text, i->name.text))
			k = k->next;
		if (k != i) {
			diag_also(&c->ss, diag_at(&c->ss, C202, i->span,
			    "`%.*s` stands twice", STR_ARG(i->name.text)),
			    k->span, "the first");
			bad = 1;
			continue;
		}
		bad |= check_attr(c, r, i);
	}
	return bad ? -1 : 0;
}

/* ---- places ---- */

/* -1 with a finding when it is no path below a side. */
static int
make_place(struct map_info *m, struct expr *e, struct place *p, int whole)
{
	struct type t = check_expr(&m->ck, e);

	if (t.kind == TYPE_BAD)
		return -1;
	if (!expr_is_slot(e) || (e->note->npath == 0 && !whole)) {
		diag_at(&m->ck.c->ss, C409, e->span,
		    "a rule joins fields, this is %s",
		    expr_is_slot(e) ? "a whole record" : "an expression");
		return -1;
	}
	p->expr = e;
	p->path = e->note->path;
	p->n = e->note->npath;
	p->type = t;
	return 0;
}

static int
is_left(const struct map_info *m, struct str root)
{
	return str_eq(root, m->left.name);
}

static int
is_right(const struct map_info *m, struct str root)
{
	return str_eq(root, m->right.name);
}

/* The finding when e belongs to no side, or to the wrong one. */
static void
report_side(struct map_info *m, struct expr *e, struct str want)
{
	struct compile *c = m->ck.c;
	struct str root = expr_root(e);

	if (e->kind == EX_BAD)
		return;
	if (e->kind != EX_NAME && e->kind != EX_FIELD && e->kind != EX_TUPLE)
		diag_fix(&c->ss, diag_at(&c->ss, C409, e->span,
		    "`<->` joins two fields, this is an expression"),
		    "put codecs behind: … <-> … via …");
	else if (!is_left(m, root) && !is_right(m, root))
		diag_fix(&c->ss, diag_at(&c->ss, C408, e->span,
		    "a path begins with `%.*s` or `%.*s`",
		    STR_ARG(m->left.name), STR_ARG(m->right.name)),
		    "%.*s.%.*s", STR_ARG(want),
		    STR_ARG(span_line(&c->ss, e->span, c->a)));
	else
		diag_fix(&c->ss, diag_at(&c->ss, C408, e->span,
		    "`%.*s` stands on the other side",
		    STR_ARG(span_line(&c->ss, e->span, c->a))),
		    "%.*s.… <-> %.*s.…", STR_ARG(m->left.name),
		    STR_ARG(m->right.name));
}

static int
left_places(struct map_info *m, struct map_rule *r, struct expr *e)
{
	struct compile *c = m->ck.c;
	unsigned n = 0;
	int bad = 0;

	if (e->kind != EX_TUPLE) {
		r->nleft = 1;
		r->left = arena_new(c->a, struct place);
		return make_place(m, e, r->left, 0);
	}
	r->kind = RULE_TUPLE;
	r->nleft = e->n;
	r->left = arena_array(c->a, e->n, sizeof(*r->left));
	for (struct item *i = e->items; i != NULL; i = i->next) {
		struct expr *part = arena_new(c->a, struct expr);

		*part = (struct expr){ .kind = EX_FIELD, .a = e->a,
			.depth = e->depth, .text = i->name.text,
			.span = i->name.span, .op = i->name.span };
		bad |= make_place(m, part, &r->left[n++], 0);
	}
	return bad ? -1 : 0;
}

/* The nearest place at or above a path that its schema calls read-only. */
static int
is_read_only(const struct expr *e)
{
	for (; e != NULL && e->note != NULL; e = e->a)
		if (e->note->type.node != NULL &&
		    schema_read_only(e->note->type.node))
			return 1;
	return 0;
}

static int
check_writable(struct map_info *m, const struct map_rule *r,
    const struct place *p, struct str schema, int back)
{
	struct compile *c = m->ck.c;
	struct diag *g;

	if (!is_read_only(p->expr))
		return 0;
	if (r->readonly && r->stmt->arrow != ARROW_BOTH)
		return 0;
	g = diag_at(&c->ss, C403, p->expr->span,
	    "%.*s `%.*s` is read-only, and this rule writes it",
	    STR_ARG(schema), STR_ARG(span_line(&c->ss, p->expr->span, c->a)));
	if (r->stmt->arrow == ARROW_BOTH)
		diag_fix(&c->ss, g, "read it only: %.*s <- %.*s",
		    STR_ARG(span_line(&c->ss, (back ? r->right : r->left[0])
		    .expr->span, c->a)),
		    STR_ARG(span_line(&c->ss, p->expr->span, c->a)));
	return -1;
}

/* ---- types ---- */

static struct type
apply_policy(struct compile *c, const struct map_rule *r, struct type t,
    int back)
{
	/* what is absent from a partial record of theirs is not missing */
	int missing = !back || r->stmt->arrow != ARROW_BOTH;
	unsigned nil = t.nil;

	if (t.kind == TYPE_NIL)
		return t;
	if (nil & NIL_ABSENT && missing) {
		if (r->required || r->missing == NIL_ERROR ||
		    r->missing == NIL_DEFAULT)
			t.nil &= ~(unsigned)NIL_ABSENT;
		else if (r->missing == NIL_CLEAR)
			t.nil = (t.nil & ~(unsigned)NIL_ABSENT) | NIL_NULL;
	}
	if (nil & NIL_NULL) {
		if (r->required || r->null == NIL_ERROR)
			t.nil &= ~(unsigned)NIL_NULL;
		else if (r->null == NIL_SKIP)
			t.nil = (t.nil & ~(unsigned)NIL_NULL) | NIL_ABSENT;
		if (nil & NIL_ABSENT && missing && r->missing == NIL_CLEAR &&
		    !r->required)
			t.nil |= NIL_NULL;
	}
	if (r->other != NULL && nil & NIL_ABSENT && missing) {
		struct type o = r->other->note->type;

		if (o.kind != TYPE_BAD)
			type_unite(c->a, t, o, &t);
	}
	return t;
}

/* Up to two codecs that would bring from to want. */
static struct str
suggest(struct compile *c, struct type from, struct type want, int back)
{
	struct buf b = { 0 };
	unsigned n = 0;
	struct str s;

	for (size_t k = 0; k < nbuiltin && n < 2; k++) {
		const struct sig *sig;
		const struct sig_type *in, *out;
		struct type var = bad_type();
		int fits = 0;

		if (builtins[k].left == NULL || builtins[k].back == NULL)
			continue;
		sig = sig_of(c, (unsigned)k);
		in = back ? &sig->result : &sig->left;
		out = back ? &sig->left : &sig->result;
		for (unsigned i = 0; i < out->n; i++)
			fits |= out->one[i].kind == want.kind;
		for (unsigned i = 0; i < in->n; i++)
			if (in->one[i].kind == TYPE_ANY)
				fits = 0;
		if (!fits || sig_fits(c, in, from, &var) != 0)
			continue;
		buf_printf(&b, "%s%s", n++ ? " or " : "", builtins[k].name);
		if (sig->nparam > 0 && sig->params[0].other == NULL)
			buf_puts(&b, STR("(…)"));
	}
	s = arena_str(c->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* 2026-01-31, and a time behind it; that it exists is not looked into. */
static int
looks_like_date(struct str s, int with_time)
{
	static const char form[] = "dddd-dd-dd";

	if (with_time ? s.n < 17 : s.n != 10)
		return 0;
	for (size_t i = 0; i < 10; i++)
		if (form[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9' :
		    s.p[i] != '-')
			return 0;
	return !with_time || s.p[10] == 'T';
}

static int
check_options(struct map_info *m, const struct place *p, struct type from,
    struct span at)
{
	struct compile *c = m->ck.c;
	struct type to = p->type;
	struct str path = span_line(&c->ss, p->expr->span, c->a);
	struct diag *g;

	if (from.kind != TYPE_TEXT)
		return 0;
	for (unsigned i = 0; i < from.noption; i++) {
		struct str s = from.options[i];
		size_t chars = 0;
		struct near near;
		unsigned k = 0;

		for (size_t b = 0; b < s.n; b++)
			chars += (s.p[b] & 0xc0) != 0x80;
		if (chars > to.max_length) {
			diag_at(&c->ss, C405, at, "\"%.*s\" has %zu "
			    "characters, `%.*s` takes %zu", STR_ARG(s), chars,
			    STR_ARG(path), to.max_length);
			return -1;
		}
		near_init(&near, s);
		while (k < to.noption && !str_eq(s, to.options[k]))
			near_try(&near, to.options[k++]);
		if (k < to.noption || to.noption == 0)
			continue;
		g = diag_at(&c->ss, C406, at, "`%.*s` does not take \"%.*s\"",
		    STR_ARG(path), STR_ARG(s));
		if (near.best.n > 0)
			diag_fix(&c->ss, g, "did you mean \"%.*s\"?",
			    STR_ARG(near.best));
		else
			diag_fix(&c->ss, g, "translate it: via an enum");
		return -1;
	}
	if (from.noption == 0 && to.noption > 0) {
		g = diag_at(&c->ss, C406, at, "`%.*s` takes some texts only, "
		    "and any may come", STR_ARG(path));
		diag_witness(&c->ss, g, "\"?\" is none of %.*s",
		    STR_ARG(options_text(c->a, to)));
		diag_fix(&c->ss, g, "translate it: via an enum");
		return -1;
	}
	return 0;
}

/* The value of a rule is written to a place: does it fit? */
static int
check_assign(struct map_info *m, const struct map_rule *r,
    const struct place *p, struct type from, int back, struct span at)
{
	struct compile *c = m->ck.c;
	struct type to = p->type;
	struct str path = span_line(&c->ss, p->expr->span, c->a);
	struct diag *g;

	if (from.kind == TYPE_BAD || to.kind == TYPE_BAD)
		return -1;
	if (from.kind == TYPE_TEXT && from.noption == 1 &&
	    (to.kind == TYPE_DATE || to.kind == TYPE_DATETIME)) {
		if (looks_like_date(from.options[0],
		    to.kind == TYPE_DATETIME))
			return 0;
		diag_at(&c->ss, C407, at, "\"%.*s\" is no %.*s",
		    STR_ARG(from.options[0]),
		    STR_ARG(type_text(c->a, type_of(to.kind, 0))));
		return -1;
	}
	if (!type_fits(from, to)) {
		struct type plain = from;
		struct str fix;

		plain.nil = 0;
		g = diag_at(&c->ss, C301, at, "`%.*s` is %.*s, %s %.*s",
		    STR_ARG(path), STR_ARG(type_text(c->a,
		    type_of(to.kind, 0))), r->stmt->arrow == ARROW_BOTH ?
		    back ? "what comes back is" : "what comes is" : "this is",
		    STR_ARG(type_text(c->a, plain)));
		if (r->nstep > 0 || (type_is_number(from) &&
		    type_is_number(to)))
			return -1;
		fix = suggest(c, back && r->stmt->arrow == ARROW_BOTH ? to :
		    from, back && r->stmt->arrow == ARROW_BOTH ? from : to, 0);
		if (fix.n > 0)
			diag_fix(&c->ss, g, "via %.*s", STR_ARG(fix));
		return -1;
	}
	if (from.nil & NIL_NULL && !(to.nil & NIL_NULL) &&
	    to.kind != TYPE_ANY) {
		g = diag_at(&c->ss, C302, at, "`%.*s` is never null, but null "
		    "may come%s", STR_ARG(path), back &&
		    r->stmt->arrow == ARROW_BOTH ? " back" : "");
		diag_fix(&c->ss, g, "add `with null: skip`");
		return -1;
	}
	return check_options(m, p, from, at);
}

/* ---- rules ---- */

static struct map_rule *
new_rule(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct map_rule *r = arena_new(m->ck.c->a, struct map_rule);

	r->stmt = s;
	r->missing = m->missing;
	r->null = m->null;
	r->guards = guards;
	r->nguard = nguard;
	return r;
}

static void
keep_rule(struct map_info *m, struct map_rule *r)
{
	*m->last = r;
	m->last = &r->next;
}

static int
check_default(struct map_info *m, struct map_rule *r, struct type want)
{
	want.nil = 0;
	want.noption = 0;
	if (r->other == NULL)
		return 0;
	return check_expect(&m->ck, r->other, want, "`default`");
}

/* Lossy rules must say so and name who owns the value. */
static int
check_loss(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct span at = r->nstep ? r->steps[0].span : r->stmt->at;
	const char *why = NULL;

	for (unsigned i = 0; i < r->nstep; i++)
		if (r->steps[i].sig != NULL &&
		    r->steps[i].sig->b->law >= LAW_LOSSY)
			at = r->steps[i].span;
	if (r->law >= LAW_LOSSY)
		why = "what goes out does not come back as it was";
	else if (r->missing == NIL_DEFAULT)
		why = "a default comes back as a value";
	if (why != NULL && !r->lossy) {
		diag_fix(&c->ss, diag_at(&c->ss, C410, at, "the rule is lossy: "
		    "%s", why), "with lossy, own: left");
		return -1;
	}
	if (r->lossy && !r->own) {
		diag_fix(&c->ss, diag_at(&c->ss, C411, r->stmt->at,
		    "a lossy rule names the side that owns the value"),
		    "with lossy, own: left");
		return -1;
	}
	return 0;
}

static int
check_both(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct stmt *s = r->stmt;
	struct type t;
	int bad;

	if (!is_left(m, expr_root(s->left)) ||
	    !is_right(m, expr_root(s->right))) {
		report_side(m, is_left(m, expr_root(s->left)) ? s->right :
		    s->left, is_left(m, expr_root(s->left)) ? m->right.name :
		    m->left.name);
		return -1;
	}
	if (s->right->kind == EX_TUPLE) {
		NOT_BUILT(c, s->right->span, "a tuple on the right");
		return -1;
	}
	bad = left_places(m, r, s->left);
	bad |= make_place(m, s->right, &r->right, 0);
	if (bad)
		return -1;
	/* arguments of a codec must hold both ways */
	m->left.not_here = m->right.not_here = "a codec of a `<->` rule reads "
	    "no record, as it must work both ways";
	bad = pipe_check(&m->ck, r, s->pipe);
	m->left.not_here = m->right.not_here = NULL;
	bad |= check_attrs(c, r, s->attrs);
	if (bad)
		return -1;
	if (r->readonly) {
		diag_fix(&c->ss, diag_at(&c->ss, C212, s->at,
		    "a rule with `readonly` goes one way"), "… <- …");
		return -1;
	}
	if (check_default(m, r, r->left[0].type) != 0 ||
	    check_loss(m, r) != 0)
		return -1;
	r->forth = 1;
	r->back = !r->lossy;
	if (r->kind == RULE_TUPLE) {
		if (r->nstep == 0 || r->steps[0].sig == NULL ||
		    r->steps[0].sig->b->hidden != HIDDEN_PARTS) {
			diag_fix(&c->ss, diag_at(&c->ss, C418, s->left->span,
			    "several fields need a codec that joins them"),
			    "via join_name(\" \")");
			return -1;
		}
		for (unsigned i = 0; i < r->nleft; i++)
			if (r->left[i].type.kind != TYPE_TEXT) {
				diag_at(&c->ss, C301, r->left[i].expr->span,
				    "only texts are joined, this is %.*s",
				    STR_ARG(type_text(c->a,
				    r->left[i].type)));
				return -1;
			}
		t = type_list(c->a, type_of(TYPE_TEXT, NIL_NULL));
		t.nil = NIL_BOTH;
	} else {
		t = r->left[0].type;
	}
	if (check_writable(m, r, &r->right, m->right_schema, 0) != 0)
		return -1;
	for (unsigned i = 0; i < r->nleft && r->back; i++)
		bad |= check_writable(m, r, &r->left[i], m->left_schema, 1);
	if (bad)
		return -1;
	r->source_type = pipe_flow(c, r, apply_policy(c, r, t, 0), 0);
	bad |= check_assign(m, r, &r->right, r->source_type, 0,
	    s->right->span);
	if (!r->back || bad)
		return bad;
	t = pipe_flow(c, r, apply_policy(c, r, r->right.type, 1), 1);
	if (r->kind == RULE_TUPLE)
		t = t.kind == TYPE_BAD ? t : type_of(TYPE_TEXT, NIL_BOTH);
	for (unsigned i = 0; i < r->nleft; i++)
		bad |= check_assign(m, r, &r->left[i], t, 1,
		    r->left[i].expr->span);
	return bad;
}

/* target <- expr: the target's root says which way. */
static int
check_oneway(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	struct stmt *s = r->stmt;
	struct str root = expr_root(s->left);
	int back = is_left(m, root), bad;
	struct place *target = &r->right;
	struct local *closed = back ? &m->left : &m->right;
	struct type t;

	if (!back && !is_right(m, root)) {
		report_side(m, s->left, m->right.name);
		return -1;
	}
	if (s->left->kind == EX_TUPLE) {
		NOT_BUILT(c, s->left->span, "a tuple as a target");
		return -1;
	}
	r->forth = !back;
	r->back = back;
	r->source = s->right;
	r->nleft = 1;
	r->left = arena_new(c->a, struct place);
	if (back)
		target = r->left;
	bad = make_place(m, s->left, target, 0);
	closed->not_here = back ?
	    "a rule that writes the left side reads the right one" :
	    "a rule that writes the right side reads the left one";
	m->ck.fails = NULL;
	t = check_expr(&m->ck, s->right);
	if (t.kind == TYPE_BAD)
		bad = 1;
	check_sure(&m->ck, s->right);
	/* the pipe's other end, for the choice of its types */
	if (back)
		r->right.type = t;
	else
		r->left->type = t;
	bad |= pipe_check(&m->ck, r, s->pipe);
	bad |= check_attrs(c, r, s->attrs);
	if (!bad)
		bad = check_default(m, r, t);
	closed->not_here = NULL;
	if (bad)
		return -1;
	r->source_type = pipe_flow(c, r, apply_policy(c, r, t, back), back);
	bad = check_writable(m, r, target, back ? m->left_schema :
	    m->right_schema, back);
	bad |= check_assign(m, r, target, r->source_type, back,
	    s->right->span);
	return bad;
}

static void
check_rule(struct map_info *m, struct stmt *s, struct expr **guards,
    unsigned nguard)
{
	struct compile *c = m->ck.c;
	struct map_rule *r = new_rule(m, s, guards, nguard);
	int bad;

	if (nguard > 0 && (s->arrow == ARROW_BOTH ||
	    is_left(m, expr_root(s->left)))) {
		NOT_BUILT(c, s->at, "a rule inside `when` that writes the left "
		    "side");
		m->bad = 1;
		return;
	}
	bad = s->arrow == ARROW_BOTH ? check_both(m, r) : check_oneway(m, r);
	if (bad)
		m->bad = 1;
	/* a rule with an error still writes its places */
	if (r->left != NULL)
		keep_rule(m, r);
	r->source_type = bad ? bad_type() : r->source_type;
}

/* ---- rest ---- */

/* prefix("x_") and suffix("_x") with constant texts. */
static int
rest_pipe(struct map_info *m, struct map_rule *r, struct items pipe)
{
	struct compile *c = m->ck.c;

	if (pipe_check(&m->ck, r, pipe) != 0)
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
		*fix = fix == &r->prefix ?
		    arena_printf(c->a, "%.*s%.*s", (int)v.n, v.u.p,
		    STR_ARG(*fix)) :
		    arena_printf(c->a, "%.*s%.*s", STR_ARG(*fix), (int)v.n,
		    v.u.p);
	}
	return 0;
}

/* Members that nothing else names: what one of them is. */
static int
rest_type(struct map_info *m, const struct place *p, struct str name,
    struct type *t, struct span at)
{
	struct compile *c = m->ck.c;
	struct type of = p->type;

	of.nil = 0;
	if (of.kind != TYPE_RECORD && of.kind != TYPE_ANY) {
		diag_at(&c->ss, C402, at, "`%.*s` is %.*s and has no fields",
		    STR_ARG(span_line(&c->ss, p->expr->span, c->a)),
		    STR_ARG(type_text(c->a, of)));
		return -1;
	}
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
	if (r->forth && check_assign(m, r, &to, a, 0,
	    r->stmt->right->span) != 0)
		return -1;
	to = r->left[0];
	to.type = a;
	return r->back ? check_assign(m, r, &to, b, 1, r->stmt->left->span) :
	    0;
}

static void
check_rest(struct map_info *m, struct stmt *s)
{
	struct compile *c = m->ck.c;
	struct map_rule *r = new_rule(m, s, NULL, 0);
	struct str root = expr_root(s->left);
	int back = s->arrow != ARROW_BOTH && is_left(m, root), bad;
	struct expr *left = back || s->arrow == ARROW_BOTH ? s->left :
	    s->right;
	struct expr *right = left == s->left ? s->right : s->left;

	r->kind = RULE_REST;
	m->bad = 1; /* until the end */
	if (!is_left(m, expr_root(left)) || !is_right(m, expr_root(right))) {
		report_side(m, is_left(m, expr_root(left)) ? right : left,
		    is_left(m, expr_root(left)) ? m->right.name :
		    m->left.name);
		return;
	}
	r->nleft = 1;
	r->left = arena_new(c->a, struct place);
	r->forth = s->arrow == ARROW_BOTH || !back;
	r->back = s->arrow == ARROW_BOTH || back;
	bad = make_place(m, left, &r->left[0], 1);
	bad |= make_place(m, right, &r->right, 1);
	bad |= rest_pipe(m, r, s->pipe);
	for (struct item *i = s->attrs.first; i != NULL; i = i->next) {
		NOT_BUILT(c, i->span, "an attribute of `rest`");
		bad = 1;
	}
	if (bad || check_rest_types(m, r) != 0)
		return;
	keep_rule(m, r);
	m->bad = 0;
}

/* ---- statements ---- */

static void
map_default(struct map_info *m, struct stmt *s)
{
	struct compile *c = m->ck.c;
	int null = str_eq(s->name.text, STR("null"));

	if (!null && !str_eq(s->name.text, STR("missing"))) {
		diag_at(&c->ss, C212, s->name.span,
		    "`on` is followed by missing or null");
		m->bad = 1;
		return;
	}
	if (nil_policy(c, s->name.text, s->value, null ? &m->null :
	    &m->missing, NULL) != 0)
		m->bad = 1;
}

static void
map_body(struct map_info *m, struct stmt *list, struct expr **guards,
    unsigned nguard)
{
	struct compile *c = m->ck.c;

	for (struct stmt *s = list; s != NULL; s = s->next) {
		int was = m->bad;

		m->ck.fails = NULL;
		switch (s->kind) {
		case ST_DEFAULT:
			break;
		case ST_RULE:
			check_rule(m, s, guards, nguard);
			break;
		case ST_REST:
			check_rest(m, s);
			m->bad |= was;
			if (nguard > 0)
				NOT_BUILT(c, s->span, "`rest` inside `when`");
			break;
		case ST_WHEN: {
			struct expr **more = arena_array(c->a, nguard + 1u,
			    sizeof(*more));

			if (nguard)
				memcpy(more, guards, nguard * sizeof(*more));
			more[nguard] = s->guard;
			if (nguard == 16) {
				diag_at(&c->ss, C106, s->head,
				    "`when` nests deeper than 16");
				break;
			}
			m->right.not_here = "a guard reads the left side";
			check_condition(&m->ck, s->guard);
			check_sure(&m->ck, s->guard);
			m->right.not_here = NULL;
			map_body(m, s->body, more, nguard + 1);
			break;
		}
		case ST_EACH:
			NOT_BUILT(c, s->head, "`each`");
			break;
		case ST_PICK:
			NOT_BUILT(c, s->span, "`pick`");
			break;
		default:
			diag_at(&c->ss, C213, s->span,
			    "`drop` stands in `extend` only");
			break;
		}
	}
}

static int
find_schema(struct map_info *m, struct word name, struct local *side)
{
	struct compile *c = m->ck.c;
	struct entity *s = find_in(&m->e->mod->schemas, name.text);
	struct near near;
	struct diag *g;

	if (s == NULL) {
		near_init(&near, name.text);
		for (struct table_entry *i = table_next(&m->e->mod->schemas,
		    NULL); i != NULL; i = table_next(&m->e->mod->schemas, i))
			near_try(&near, i->key);
		g = diag_at(&c->ss, C203, name.span, "unknown schema `%.*s`",
		    STR_ARG(name.text));
		diag_fix(&c->ss, g, near.best.n > 0 ? "did you mean `%.*s`?" :
		    "schema %.*s = \"….json\";", STR_ARG(near.best.n > 0 ?
		    near.best : name.text));
		return -1;
	}
	s->used = 1;
	if (schema_check_decl(c, s) != 0)
		return -1;
	side->type = type_of_node(c->a, s->u.schema->root);
	side->type.nil = 0;
	if (side->type.kind == TYPE_RECORD || side->type.kind == TYPE_ANY)
		return 0;
	diag_at(&c->ss, C301, name.span, "a record is an object, `%.*s` is "
	    "%.*s", STR_ARG(name.text), STR_ARG(type_text(c->a, side->type)));
	return -1;
}

int
map_check(struct compile *c, struct entity *e)
{
	struct map_info *m = arena_new(c->a, struct map_info);
	struct decl *d = e->decl;

	e->u.map = m;
	m->e = e;
	m->last = &m->rules;
	m->missing = NIL_SKIP;
	m->null = NIL_CLEAR;
	m->left_schema = d->left_schema.text;
	m->right_schema = d->right_schema.text;
	m->ck = (struct check){ .c = c, .m = e->mod, .scope = &m->right };
	m->left = (struct local){ .name = d->left_name.text,
		.kind = LOCAL_LEFT };
	m->right = (struct local){ .name = d->right_name.text,
		.kind = LOCAL_RIGHT, .up = &m->left };
	*c->last_map = m;
	c->last_map = &m->next;
	if (str_eq(m->left.name, m->right.name)) {
		diag_at(&c->ss, C202, d->right_name.span,
		    "both sides are called `%.*s`", STR_ARG(m->left.name));
		m->bad = 1;
		return -1;
	}
	if ((find_schema(m, d->left_schema, &m->left) |
	    find_schema(m, d->right_schema, &m->right)) != 0) {
		m->bad = 1;
		return -1;
	}
	for (struct stmt *s = d->body; s != NULL; s = s->next)
		if (s->kind == ST_DEFAULT)
			map_default(m, s);
	map_body(m, d->body, NULL, 0);
	graph_check(m);
	return m->bad ? -1 : 0;
}
