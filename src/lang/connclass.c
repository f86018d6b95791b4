/*
 * What replies mean: outcomes, and classify.
 */
#include "lang/clause.h"

#define MOST_TRIES 1000

static const struct {
	const char *word, *second;
	enum outcome outcome;
} outcomes[] = {
	{ "ok", NULL, OUTCOME_OK },
	{ "per_item", NULL, OUTCOME_PER_ITEM },
	{ "retry", NULL, OUTCOME_RETRY },
	{ "throttle", NULL, OUTCOME_THROTTLE },
	{ "refresh", "retry", OUTCOME_REFRESH },
	{ "refresh", NULL, OUTCOME_REFRESH },
	{ "conflict", NULL, OUTCOME_CONFLICT },
	{ "not_found", NULL, OUTCOME_NOT_FOUND },
	{ "fail", "config", OUTCOME_FAIL_CONFIG },
	{ "fail", "data", OUTCOME_FAIL_DATA },
	{ "fail", "permanent", OUTCOME_FAIL_PERMANENT },
	{ "unknown", NULL, OUTCOME_UNKNOWN },
	{ "ignore", NULL, OUTCOME_IGNORE },
};

int
clause_outcome(struct args *a, enum outcome *out)
{
	struct item *start = a->at;
	struct span sp = start ? start->span : a->s->head;

	for (size_t i = 0; i < COUNT(outcomes); i++) {
		a->at = start;
		if (clause_word(a, outcomes[i].word) && (!outcomes[i].second ||
		    clause_word(a, outcomes[i].second))) {
			*out = outcomes[i].outcome;
			return 0;
		}
	}
	a->at = start;
	diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C604, sp,
	    "there is no such outcome"), "ok, per_item, retry, throttle, "
	    "refresh retry, conflict, not_found, fail config, fail data, "
	    "fail permanent, unknown or ignore");
	return -1;
}

/* after(header("Retry-After") ?? 10s), to r6; -1 with a finding. */
static int
gen_after(struct conn *k, struct gen_func *f, struct check *ck,
    struct expr *after)
{
	struct type t;

	/* a reply's header says seconds or a date; the engine reads it */
	ck->flags |= CK_AFTER;
	t = check_expr(ck, after);
	ck->flags &= ~(unsigned)CK_AFTER;
	if (t.kind == TYPE_BAD)
		return -1;
	if (t.kind != TYPE_DURATION && !type_is_number(t)) {
		diag_at(&k->c->ss, C301, after->span,
		    "`after` takes a duration or seconds, this is %.*s",
		    STR_ARG(type_text(k->c->a, t)));
		return -1;
	}
	if (k->c->d->nerror == 0)
		gen_expr(k->c, f, after, 6);
	return 0;
}

/* at most 10; 0 where it is not there, -1 where it is said otherwise. */
static int64_t
at_most(struct args *a)
{
	int64_t n;

	if (!clause_word(a, "at"))
		return 0;
	if (!clause_word(a, "most") ||
	    clause_number(a->k, clause_next(a), &n) != 0 || n < 1 ||
	    n > MOST_TRIES)
		return -1;
	return n;
}

/*
 * retry after(1m) at most 10: leaves [outcome, tries, line, seconds], or the
 * outcome alone.
 */
static int
gen_outcome(struct conn *k, struct gen_func *f, struct check *ck,
    struct stmt *s)
{
	struct args a = clause_args(k, s);
	struct expr *after = NULL;
	enum outcome what;
	int64_t most = 0;

	if (clause_outcome(&a, &what) != 0)
		return -1;
	gen_const(f, 3, value_int(what));
	if (a.at == NULL) {
		gen_abc(f, OP_LIST, 3, 3, 1);
		return 0;
	}
	if ((what == OUTCOME_RETRY || what == OUTCOME_THROTTLE) &&
	    clause_value(&a, "after", &after)) {
		if (after == NULL)
			return clause_bad(&a, "after(10s)");
		if (gen_after(k, f, ck, after) != 0)
			return -1;
	}
	if (what == OUTCOME_RETRY)
		most = at_most(&a);
	if (a.at != NULL || most < 0)
		return clause_bad(&a, "retry after(…) at most 10; or "
		    "throttle after(…);");
	gen_const(f, 4, value_int(most));
	gen_const(f, 5, value_int(span_pos(&k->c->ss, s->span).line));
	gen_abc(f, OP_LIST, 3, 3, after != NULL ? 4 : 3);
	return 0;
}

/* The function of a classify; what none of its cases knows gives absent. */
static int
classify_function(struct conn *k, struct stmt *s)
{
	struct compile *c = k->c;
	struct check ck = { .c = c, .m = k->m, .flags = CK_CONNECTOR };
	struct gen_func *f;
	const struct stmt *other = NULL;

	ck.scope = conn_local(k, NULL, "status", type_of(TYPE_INT, 0), 0);
	ck.scope = conn_local(k, ck.scope, " headers",
	    type_of(TYPE_ANY, 0), 1);
	ck.scope = conn_local(k, ck.scope, "body", type_of(TYPE_ANY, NIL_BOTH),
	    2);
	f = gen_func(k->g, STR("classify"), 3);
	for (struct stmt *i = s->body; i != NULL; i = i->next) {
		size_t no = SIZE_MAX;

		f->at = i->span;
		if (other != NULL) {
			diag_also(&c->ss, diag_at(&c->ss, C312, i->span,
			    "a case behind `else` is never reached"),
			    other->span, "the else");
			continue;
		}
		if (i->guard == NULL) {
			other = i;
		} else {
			check_condition(&ck, i->guard);
			check_sure(&ck, i->guard);
			if (c->d->nerror == 0) {
				gen_expr(c, f, i->guard, 3);
				no = gen_jump(f, OP_JUMP_FALSE, 3);
			}
		}
		if (gen_outcome(k, f, &ck, i) == 0) {
			f->at = i->span;
			gen_a(f, OP_RETURN, 3);
		}
		if (no != SIZE_MAX)
			gen_label(f, no);
	}
	if (other == NULL) {
		gen_const(f, 3, (struct value){ .type = V_ABSENT });
		gen_a(f, OP_RETURN, 3);
	}
	return f->index;
}

int
conn_classify(struct conn *k, struct stmt *s, void *what)
{
	(void)what;
	k->out->classify = classify_function(k, s);
	return 0;
}

int
op_classify(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;

	op->classify = classify_function(k, s);
	return 0;
}
