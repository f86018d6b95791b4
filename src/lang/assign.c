/*
 * What a rule writes against what its target takes.
 */
#include "lang/map.h"

struct type
assign_policy(struct compile *c, const struct map_rule *r, struct type t,
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

		if (builtins[k].left == NULL || builtins[k].back == NULL ||
		    builtins[k].hidden == HIDDEN_PARTS)
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
		size_t chars = text_chars(s);
		struct near near;
		unsigned k = 0;

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
		if (!diag_meant_text(&c->ss, g, &near))
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

int
assign_check(struct map_info *m, const struct map_rule *r,
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
		diag_fix(&c->ss, g, r->nstep > 0 && r->error == NIL_CLEAR ?
		    "`with null: skip, error: keep`" :
		    "add `with null: skip`");
		return -1;
	}
	return check_options(m, p, from, at);
}
