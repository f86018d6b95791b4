/*
 * Budgets of connectors, and what requests cost of them.
 */
#include "lang/clause.h"
#include "vm/vm.h"

#define BUDGETS 64
#define DAY_MS INT64_C(86400000)

/* ---- limits ---- */

/* 10s, or what is 10s unless a parameter says another. */
static int
is_time(const struct expr *e)
{
	while (e->kind == EX_NIL_ELSE)
		e = e->b;
	return e->kind == EX_DURATION;
}

/*
 * A limit: a number, or an expression over the connection's parameters.  1
 * where it is a duration, and so counts how long requests take; -1 with a
 * finding.
 */
static int
limit(struct conn *k, struct args *a, struct expr *e, struct unit_budget *b,
    const char *form)
{
	struct type t;

	if (e != NULL && e->kind == EX_DURATION &&
	    clause_time(k, e, &b->limit) == 0 && b->limit > 0)
		return 1;
	if (e != NULL && e->kind == EX_NUMBER &&
	    clause_number(k, e, &b->limit) == 0 && b->limit > 0)
		return 0;
	b->limit = 1; /* it was given, though not well */
	if (e == NULL || e->kind == EX_DURATION || e->kind == EX_NUMBER)
		return clause_bad(a, form);
	b->limit = 0;
	b->limit_func = conn_typed(k, e, VIEW_ACCOUNT, "limit", &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || type_is_number(t) ||
	    t.kind == TYPE_DURATION)
		return is_time(e);
	diag_at(&k->c->ss, C301, e->span,
	    "a limit is a number or a duration, this is %.*s",
	    STR_ARG(type_text(k->c->a, t)));
	return -1;
}

/* zone "Europe/Berlin", zone(param.zone ?? "UTC") */
static int
zone(struct conn *k, const struct stmt *s, struct expr *e,
    struct unit_budget *b)
{
	struct sources *ss = &k->c->ss;
	struct str name;
	struct type t;

	b->zone = conn_typed(k, e, VIEW_ACCOUNT, "zone", &t);
	if (t.kind != TYPE_BAD && t.kind != TYPE_ANY && t.kind != TYPE_TEXT) {
		diag_at(&k->c->ss, C301, e->span,
		    "a zone is a text, this is %.*s",
		    STR_ARG(type_text(k->c->a, t)));
		return -1;
	}
	if (clause_text(e, &name) && !vm_zone_known(name)) {
		diag_fix(ss, diag_at(ss, C625, e->span,
		    "there is no time zone \"%.*s\"", STR_ARG(name)),
		    "a name such as \"Europe/Berlin\" or \"UTC\"");
		return -1;
	}
	if (b->period_ms == DAY_MS)
		return 0;
	diag_fix(ss, diag_at(ss, C624, s->head,
	    "a zone says when days begin, and this is no day"),
	    "calendar … per 1d zone …, or sliding without a zone");
	return -1;
}

static int
budget_window(struct conn *k, struct stmt *s, void *what)
{
	static const char form[] = "fixed 190 per 10s;";
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_first(s, &a);
	struct item *per = a.at;

	b->kind = str_eq(s->name.text, STR("fixed")) ? BUDGET_FIXED :
	    str_eq(s->name.text, STR("sliding")) ? BUDGET_SLIDING :
	    BUDGET_CALENDAR;
	b->timed = limit(k, &a, e, b, form);
	if (b->timed < 0)
		return -1;
	a.at = per;
	if (!clause_word(&a, "per") ||
	    clause_time(k, clause_next(&a), &b->period_ms) != 0 ||
	    b->period_ms <= 0)
		return clause_bad(&a, form);
	if (b->kind == BUDGET_CALENDAR && clause_value(&a, "zone", &e) &&
	    e != NULL && zone(k, s, e, b) != 0)
		return -1;
	return a.at == NULL ? 0 : clause_bad(&a, b->kind == BUDGET_CALENDAR ?
	    "calendar 1000 per 1d zone \"UTC\";" : form);
}

static int
budget_concurrency(struct conn *k, struct stmt *s, void *what)
{
	static const char form[] = "concurrency 5;";
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_first(s, &a);

	b->kind = BUDGET_CONCURRENCY;
	if (a.at != NULL || (e != NULL && is_time(e)))
		e = NULL;
	return limit(k, &a, e, b, form);
}

static int
budget_scope(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_next(&a);

	if (e == NULL || e->kind != EX_NAME || a.at != NULL)
		return clause_bad(&a, "scope account;");
	b->scope = clause_keep(k, e->text);
	return 0;
}

/* remaining header("x-left");  remaining = int(header("x-left"));  */
static int
budget_remaining(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_first(s, &a);
	struct type t;

	if (e == NULL || a.at != NULL)
		return clause_bad(&a, "remaining header(\"x-…\");");
	b->remaining = conn_typed(k, e, VIEW_REPLY, "remaining", &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY ||
	    t.kind == TYPE_TEXT || type_is_number(t))
		return 0;
	diag_at(&k->c->ss, C301, e->span, "what remains is a number, or its "
	    "text, this is %.*s", STR_ARG(type_text(k->c->a, t)));
	return -1;
}

static int
budget_reserve(struct conn *k, struct stmt *s, void *what)
{
	struct unit_budget *b = what;
	struct args a = clause_args(k, s);
	struct expr *e = clause_next(&a);

	if (e == NULL || e->kind != EX_PERCENT || a.at != NULL ||
	    e->text.n > 3)
		return clause_bad(&a, "reserve 20%;");
	b->reserve = 0;
	for (size_t i = 0; i + 1 < e->text.n; i++)
		b->reserve = b->reserve * 10 + (unsigned)(e->text.p[i] - '0');
	return 0;
}

static struct unit_budget *
find_budget(const struct conn *k, struct str name)
{
	for (uint32_t i = 0; i < k->out->nbudget; i++)
		if (str_eq(k->out->budgets[i].name, name))
			return &k->out->budgets[i];
	return NULL;
}

int
conn_budget(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "fixed", budget_window, 1 },
		{ "sliding", budget_window, 1 },
		{ "calendar", budget_window, 1 },
		{ "concurrency", budget_concurrency, 1 },
		{ "scope", budget_scope, 1 },
		{ "remaining", budget_remaining, 1 },
		{ "reserve", budget_reserve, 1 },
	};
	struct args a = clause_args(k, s);
	struct expr *name = clause_next(&a);
	struct unit_budget *b;

	(void)what;
	if (name == NULL || name->kind != EX_NAME || a.at != NULL ||
	    !s->has_body)
		return clause_bad(&a, "budget name { fixed 190 per 10s; … }");
	if (k->out->nbudget == BUDGETS) {
		diag_at(&k->c->ss, C109, s->head, "more than %d budgets",
		    BUDGETS);
		return -1;
	}
	if (find_budget(k, name->text) != NULL) {
		diag_at(&k->c->ss, C202, name->span, "a second budget `%.*s`",
		    STR_ARG(name->text));
		return -1;
	}
	b = &k->out->budgets[k->out->nbudget++];
	*b = (struct unit_budget){ .name = clause_keep(k, name->text),
		.scope = STR("account"), .limit_func = -1, .zone = -1,
		.remaining = -1 };
	clause_all(k, s->body, words, COUNT(words), b, "a budget");
	if (b->limit == 0 && b->limit_func < 0)
		diag_fix(&k->c->ss, diag_at(&k->c->ss, C603, s->head,
		    "the budget has no limit"), "fixed 190 per 10s;");
	return 0;
}

/* ---- costs ---- */

static void
one_cost(struct conn *k, struct expr *e, enum view view, struct unit_cost *c)
{
	struct type t;

	c->func = -1;
	if (e->kind == EX_NUMBER || e->kind == EX_TEXT) {
		if (clause_number(k, e, &c->n) != 0 || c->n < 0)
			diag_at(&k->c->ss, C602, e->span,
			    "a cost is a whole number");
		return;
	}
	c->func = conn_typed(k, e, view, "cost", &t);
	if (t.kind != TYPE_BAD && t.kind != TYPE_ANY && !type_is_number(t))
		diag_at(&k->c->ss, C301, e->span,
		    "a cost is a number, this is %.*s",
		    STR_ARG(type_text(k->c->a, t)));
}

void
conn_costs(struct conn *k, const struct expr *cost, enum view view,
    struct unit_cost **list, uint32_t *n)
{
	*list = arena_array(k->ua, cost->n, sizeof(**list));
	*n = 0;
	for (struct item *i = cost->items; i != NULL; i = i->next) {
		const struct unit_budget *b = find_budget(k, i->name.text);

		if (b == NULL) {
			diag_at(&k->c->ss, C605, i->name.span,
			    "there is no budget `%.*s`",
			    STR_ARG(i->name.text));
			continue;
		}
		(*list)[*n].budget = (uint32_t)(b - k->out->budgets);
		one_cost(k, i->value, view, &(*list)[*n]);
		++*n;
	}
}
