/*
 * Results of an operation: which part of a reply speaks of which record.
 */
#include "lang/clause.h"

/*
 * results keyed LIST by KEY id ID errors LIST by KEY text TEXT unmatched …;
 * results aligned LIST id ID error ERROR text TEXT unmatched …;
 * results multipart id ID text TEXT unmatched …;
 * results whole;
 *
 * More than a path or a literal stands in brackets: by(item.a ?? item.b).
 */
int
op_results(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct expr *value = NULL;
	int errors = 0;

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
		struct item *word = a.at;
		int *to, body = 0;

		if (clause_word(&a, "unmatched")) {
			if (clause_outcome(&a, &op->unmatched) != 0)
				return -1;
			continue;
		}
		if (clause_value(&a, "errors", &value)) {
			to = &op->errors;
			body = errors = 1;
		} else if (clause_value(&a, "by", &value)) {
			to = errors ? &op->error_key : &op->key;
		} else if (clause_value(&a, "id", &value)) {
			to = &op->id;
		} else if (clause_value(&a, "error", &value)) {
			to = &op->error_key;
		} else if (clause_value(&a, "text", &value)) {
			to = &op->error_text;
		} else {
			return clause_bad(&a, "by, id, errors … by, error, "
			    "text or unmatched");
		}
		if (*to >= 0 || value == NULL) {
			a.at = word;
			return clause_bad(&a, "each word once, with a value "
			    "behind it");
		}
		*to = conn_function(k, value, body ? VIEW_BODY : VIEW_ITEM,
		    "results");
	}
	if (op->model == RESULT_KEYED && op->key < 0)
		return clause_bad(&a, "results keyed body.results by "
		    "item.trace …;");
	return 0;
}
