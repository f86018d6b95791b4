/*
 * The order of the records of a request.
 */
#include "connector/eval.h"

#include <stdlib.h>

#include "record/decimal.h"

/* What a record is sorted by; the rank tells nil, numbers and texts apart. */
struct sorted {
	int rank;
	struct dec number;
	struct str text;
	size_t at;
	struct connector_record record;
};

static int
compare(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int c = (a->rank > b->rank) - (a->rank < b->rank);

	if (c == 0)
		c = a->rank == 1 ? dec_cmp(a->number, b->number) :
		    str_cmp(a->text, b->text);
	return c != 0 ? c : (a->at > b->at) - (a->at < b->at);
}

static void
rank(struct sorted *s, struct value v, struct arena *a)
{
	struct str literal;

	if (v.type == V_TEXT) {
		s->rank = 2;
		s->text = value_str(v, a);
	} else if (v.type >= V_NUM && v.type <= V_DEC &&
	    eval_text(v, &literal, a) == 0 &&
	    dec_parse(literal, &s->number, NULL) == 0) {
		s->rank = 1;
	}
}

int
connector_order(const struct connector_call *call, struct vm *vm,
    struct connector_record *records, size_t *order, size_t n,
    struct arena *a, struct err *e)
{
	struct sorted *list = arena_array(a, n, sizeof(*list));
	struct value args[2], v;

	if (request_params(call, &args[1], a, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		list[i] = (struct sorted){ .at = i, .record = records[i] };
		args[0] = request_record(&records[i], a);
		if (eval(call, vm, call->op->order, "order", args, 2, &v, a,
		    e) != 0)
			return -1;
		rank(&list[i], v, a);
	}
	qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++) {
		records[i] = list[i].record;
		order[i] = list[i].at;
	}
	return 0;
}
