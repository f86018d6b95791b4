/*
 * How long a text can be at most, followed through built-ins.  SIZE_MAX is
 * "nothing is known", and what is not in the table makes it so: letters may
 * change their number with their case, and a promise that does not hold is
 * worse than none.
 */
#include "lang/map.h"

#include "base/size.h"

enum length { KEEPS /* or shortens */, CUTS /* at the argument */,
	ADDS /* the argument */ };

static const struct {
	const char *name;
	enum length how;
} lengths[] = {
	{ "trim", KEEPS }, { "collapse_ws", KEEPS },
	{ "truncate", CUTS },
	{ "prefix", ADDS }, { "suffix", ADDS },
};

size_t
text_chars(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

size_t
length_add(size_t a, size_t b)
{
	return a == SIZE_MAX || b == SIZE_MAX ? SIZE_MAX : size_add(a, b);
}

size_t
length_after(struct compile *c, const char *name, size_t in,
    struct expr **args, unsigned n, int back)
{
	struct value v;

	for (size_t i = 0; i < COUNT(lengths); i++) {
		if (strcmp(name, lengths[i].name) != 0)
			continue;
		if (lengths[i].how == KEEPS)
			return in;
		if (n == 0 || expr_const(c, args[0], &v) != 0)
			return SIZE_MAX;
		if (lengths[i].how == CUTS)
			return !back && v.type == V_INT && v.u.i >= 0 &&
			    (uint64_t)v.u.i < in ? (size_t)v.u.i : in;
		/* the way back takes it off again */
		return v.type != V_TEXT ? SIZE_MAX : back ? in :
		    length_add(in, text_chars(str_from(v.u.p, v.n)));
	}
	return SIZE_MAX;
}

/* ---- rules ---- */

/* Whether a rule brings back what e reads. */
static int
comes_back(const struct map_info *m, const struct expr *e)
{
	if (e == NULL)
		return 0;
	if (expr_is_slot(e)) {
		for (const struct map_rule *r = m->rules; r; r = r->next) {
			const struct place *p = r->left;

			if (r->back && p != NULL && p->path != NULL &&
			    path_overlaps(p->path, p->n, e->note->path,
			    e->note->npath))
				return 1;
		}
		return 0;
	}
	for (const struct item *i = e->items; i != NULL; i = i->next)
		if (comes_back(m, i->value))
			return 1;
	return comes_back(m, e->a) || comes_back(m, e->b) ||
	    comes_back(m, e->c);
}

void
length_check(struct map_info *m)
{
	struct compile *c = m->ck.c;

	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		const struct place *p = &r->right;
		struct type t = r->source_type;
		struct diag *g;

		if (r->kind != RULE_FIELD || r->source == NULL ||
		    !r->forth || r->back || t.kind != TYPE_TEXT ||
		    t.noption > 0 || t.max_length == SIZE_MAX ||
		    p->type.kind != TYPE_TEXT || p->type.noption > 0 ||
		    t.max_length <= p->type.max_length ||
		    comes_back(m, r->source))
			continue;
		m->bad = 1;
		g = diag_at(&c->ss, C405, r->source->span,
		    "`%.*s` takes %zu characters, this has up to %zu",
		    STR_ARG(span_line(&c->ss, p->expr->span, c->a)),
		    p->type.max_length, t.max_length);
		diag_witness(&c->ss, g, "a text of %zu characters is refused "
		    "when it comes", p->type.max_length + 1);
		diag_fix(&c->ss, g, "via truncate(%zu)", p->type.max_length);
	}
}
