/*
 * Results of an operation: which part of a reply speaks of which record.
 */
#include "lang/clause.h"

/* A word with a value, to a function; behind `errors` it is of an error. */
static int
part_of_results(struct args *a, struct unit_op *op)
{
	int errors = op->errors >= 0;
	const struct {
		const char *word;
		enum view view;
		int *to;
	} parts[] = {
		{ "errors", VIEW_BODY, &op->errors },
		{ "by", VIEW_ITEM, errors ? &op->error_key : &op->key },
		{ "id", errors ? VIEW_ITEM : VIEW_RESULT,
		    errors ? &op->error_id : &op->id },
		{ "made", VIEW_RESULT, &op->made },
		{ "error", VIEW_ITEM, &op->error_key },
		{ "text", VIEW_ITEM, &op->error_text },
	};
	struct item *word = a->at;
	struct expr *value = NULL;
	struct type t;
	size_t i = 0;

	while (i < COUNT(parts) && !clause_value(a, parts[i].word, &value))
		i++;
	if (i == COUNT(parts))
		return clause_bad(a, "by, id, made, errors … by … id, error, "
		    "text or unmatched");
	if (*parts[i].to >= 0 || value == NULL) {
		a->at = word;
		return clause_bad(a, "each word once, with a value behind it");
	}
	*parts[i].to = conn_typed(a->k, value, parts[i].view, "results", &t);
	if (parts[i].to != &op->made || t.kind == TYPE_BAD ||
	    t.kind == TYPE_ANY || t.kind == TYPE_BOOL)
		return 0;
	diag_fix(&a->k->c->ss, diag_at(&a->k->c->ss, C636, value->span,
	    "made is true or false, this is %.*s",
	    STR_ARG(type_text(a->k->c->a, t))), "made item.new, or "
	    "made(item.action == \"insert\")");
	return -1;
}

/*
 * results keyed LIST by KEY id ID made NEW errors LIST by KEY id ID
 *     text TEXT unmatched …;
 * results aligned LIST id ID made NEW error ERROR text TEXT unmatched …;
 * results multipart id ID made NEW text TEXT unmatched …;
 * results whole id ID made NEW text TEXT;
 *
 * More than a path or a literal stands in brackets: by(item.a ?? item.b).
 */
int
op_results(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct expr *value = NULL;

	if (clause_value(&a, "keyed", &value))
		op->model = RESULT_KEYED;
	else if (clause_value(&a, "aligned", &value))
		op->model = RESULT_ALIGNED;
	else if (clause_word(&a, "multipart"))
		op->model = RESULT_MULTIPART;
	else if (clause_word(&a, "whole"))
		op->model = RESULT_WHOLE;
	else
		return clause_bad(&a, "results keyed …, aligned …, multipart "
		    "or whole;");
	if (op->model == RESULT_KEYED || op->model == RESULT_ALIGNED) {
		if (value == NULL)
			return clause_bad(&a, "results keyed body.results "
			    "by item.… id item.id;");
		op->list = conn_function(k, value, VIEW_BODY, "results");
	}
	while (a.at != NULL) {
		if (clause_word(&a, "unmatched") ?
		    clause_outcome(&a, &op->unmatched) != 0 :
		    part_of_results(&a, op) != 0)
			return -1;
	}
	if (op->model == RESULT_KEYED && op->key < 0)
		return clause_bad(&a, "results keyed body.results by "
		    "item.trace …;");
	return 0;
}
