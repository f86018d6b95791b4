/*
 * Rules that are put: what they write depends on what the target says.
 *
 *   each   joins a list with the one that is there
 *   pick   changes one element of the list that is there
 *   when, and a codec that reads a field of ours, on the way back: the record
 *          that they ask is the one that is written
 *
 * Of an element of `each` the target is the element that it belongs to: so
 * its rules are put like those of a map, `each` included.
 *
 * The last kind asks the target as it will be, what main wrote before what
 * was there.  So a rule that is put itself must not write what they ask for,
 * nor may a rule write a part of it.
 */
#include "lang/map.h"

int
map_is_late(const struct map_rule *r, int back)
{
	if (r->kind == RULE_EACH)
		return 1;
	if (r->kind == RULE_PICK && back != r->list_right)
		return 1;
	return back && (r->nguard > 0 || r->reads_left);
}

/* The first rule that writes p, or a part of it, too late for who asks. */
static const struct map_rule *
spoils(const struct map_info *m, const struct note *p, int *part)
{
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if (!r->back || r->left == NULL)
			continue;
		for (unsigned i = 0; i < r->nleft; i++) {
			const struct place *w = &r->left[i];

			if (w->path == NULL || !path_overlaps(w->path, w->n,
			    p->path, p->npath))
				continue;
			*part = !map_is_late(r, 1);
			if (r->kind == RULE_REST && map_names(m, 0, w->path,
			    w->n, p->path[w->n < p->npath ? w->n : 0]))
				continue;
			if (r->kind == RULE_REST || !*part ||
			    w->n != p->npath)
				return r;
		}
	}
	return NULL;
}

/* Every field of ours that e asks for. */
static void
check_asked(struct map_info *m, const struct expr *e, const char *who)
{
	struct compile *c = m->ck.c;
	const struct map_rule *r;
	struct diag *g;
	int part;

	if (e == NULL)
		return;
	if (expr_is_slot(e)) {
		if (e->note->local != &m->left || e->note->npath == 0 ||
		    (r = spoils(m, e->note, &part)) == NULL)
			return;
		m->bad = 1;
		g = diag_at(&c->ss, C421, e->span, "%s asks for `%.*s`, and "
		    "%s", who, STR_ARG(span_line(&c->ss, e->span, c->a)),
		    !part ? "a rule that asks as well brings it back" :
		    r->kind == RULE_REST ? "`rest` may bring it back" :
		    "a rule brings a part of it back");
		diag_also(&c->ss, g, r->stmt->span, "this one");
		diag_fix(&c->ss, g, part && r->kind == RULE_REST ?
		    "give the field a rule of its own" :
		    "ask a field that comes back by a plain rule, or not at "
		    "all");
		return;
	}
	check_asked(m, e->a, who);
	check_asked(m, e->b, who);
	check_asked(m, e->c, who);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		check_asked(m, i->key, who);
		check_asked(m, i->value, who);
	}
}

static void
check_steps(struct map_info *m, const struct map_rule *r)
{
	for (unsigned i = 0; i < r->nstep; i++)
		for (unsigned k = 0; k < r->steps[i].nargs; k++)
			check_asked(m, r->steps[i].args[k], "the codec");
}

/* What the rules of in, which is m or inside of it, ask of m's record. */
static void
check_rules(struct map_info *m, const struct map_info *in)
{
	for (const struct map_rule *r = in->rules; r != NULL; r = r->next) {
		if (!r->back || r->left == NULL)
			continue;
		for (unsigned i = 0; i < r->nguard; i++)
			check_asked(m, r->guards[i], "the guard");
		check_steps(m, r);
		if (r->body != NULL)
			check_rules(m, r->body);
	}
}

void
late_check(struct map_info *m)
{
	check_rules(m, m);
}

/* Whether e reads a field of a side. */
int
map_reads(const struct expr *e, const struct local *side)
{
	if (e == NULL)
		return 0;
	if (e->note != NULL && (e->note->kind == NOTE_SLOT ||
	    e->note->kind == NOTE_LOCAL))
		return e->note->local == side;
	if (map_reads(e->a, side) || map_reads(e->b, side) ||
	    map_reads(e->c, side))
		return 1;
	for (const struct item *i = e->items; i != NULL; i = i->next)
		if (map_reads(i->key, side) || map_reads(i->value, side))
			return 1;
	return 0;
}
