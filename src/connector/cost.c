/*
 * What requests cost, and what a reply says is left.
 */
#include "connector/eval.h"
#include "connector/reply.h"

static int
add_costs(const struct connector_call *call, struct vm *vm,
    const struct unit_cost *costs, uint32_t n, const struct value args[2],
    int64_t *cost, struct arena *a, struct err *e)
{
	const struct unit_connector *c = call->connector;

	for (uint32_t i = 0; i < n; i++) {
		const struct unit_cost *x = &costs[i];
		struct value v;

		cost[x->budget] = x->n;
		if (x->func < 0)
			continue;
		if (eval(call, vm, x->func, "cost", args, 2, &v, a, e) != 0)
			return -1;
		if (eval_number(v, 0, &cost[x->budget], a) != 0)
			return err_set(e, ERR_DATA, "connector %.*s: what a "
			    "request costs of budget %.*s must be a number of "
			    "0 or more", STR_ARG(c->name),
			    STR_ARG(c->budgets[x->budget].name));
	}
	return 0;
}

static int
computed(const struct unit_cost *costs, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (costs[i].func >= 0)
			return 1;
	return 0;
}

int
connector_cost(const struct connector_call *call, struct vm *vm,
    int64_t *cost, struct arena *a, struct err *e)
{
	const struct unit_op *op = call->op;
	struct value args[2];

	for (uint32_t i = 0; i < call->connector->nbudget; i++)
		cost[i] = op->ncost == 0;
	if (computed(op->costs, op->ncost) && (op->feed != NULL ?
	    account_args(call, args, a, e) :
	    request_args(call, args, a, e)) != 0)
		return -1;
	return add_costs(call, vm, op->costs, op->ncost, args, cost, a, e);
}

int
auth_cost(const struct connector_call *account, struct vm *vm, int64_t *cost,
    struct arena *a, struct err *e)
{
	const struct unit_auth *auth = &account->connector->auth;
	struct connector_call call = { .connector = account->connector,
		.base = account->base, .params = account->params };
	struct value args[2];

	for (uint32_t i = 0; i < call.connector->nbudget; i++)
		cost[i] = 0;
	if (computed(auth->costs, auth->ncost) &&
	    account_args(&call, args, a, e) != 0)
		return -1;
	return add_costs(&call, vm, auth->costs, auth->ncost, args, cost, a,
	    e);
}

int64_t *
reply_left(const struct reading *rd)
{
	const struct unit_connector *c = rd->call->connector;
	struct value args[2] = { rd->body, rd->headers }, v;
	int64_t *left = arena_array(rd->a, c->nbudget, sizeof(*left));

	for (uint32_t i = 0; i < c->nbudget; i++) {
		const struct unit_budget *b = &c->budgets[i];

		if (eval(rd->call, rd->vm, b->remaining, "remaining", args, 2,
		    &v, rd->a, NULL) != 0 ||
		    eval_number(v, b->timed ? 3 : 0, &left[i], rd->a) != 0)
			left[i] = -1; /* nonsense says nothing */
	}
	return left;
}
