/*
 * Operations whose body is several requests, one for each record: multipart.
 */
#include "lang/clause.h"

int
op_part(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "request", op_request, 1 },
		{ "query", op_query, 0 },
		{ "body", op_body, 1 },
		{ "header", op_header, 0 },
	};
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	if (a.at != NULL || s->has_value || !s->has_body)
		return clause_bad(&a, "part { request PATCH \"/path\"; "
		    "body = r.fields; }");
	op->part = arena_new(k->ua, struct unit_op);
	op_init(k, op->part, s);
	op->part->op = op->op;
	k->view = VIEW_PART;
	clause_all(k, s->body, words, COUNT(words), op->part, "a part");
	k->view = VIEW_RECORDS;
	op_needs_request(k, s, op->part);
	return 0;
}

void
op_part_check(struct conn *k, struct stmt *s, const struct unit_op *op)
{
	struct sources *ss = &k->c->ss;

	if (op->part == NULL && op->model == RESULT_MULTIPART)
		diag_fix(ss, diag_at(ss, C652, s->head, "results multipart "
		    "of an operation without parts"),
		    "part { request PATCH \"/path\"; body = r.fields; }");
	if (op->part != NULL && op->model != RESULT_MULTIPART)
		diag_fix(ss, diag_at(ss, C652, s->head, "parts, and nothing "
		    "reads what is answered to each"),
		    "results multipart text { text: item.body.message };");
	if (op->model == RESULT_MULTIPART && (op->key >= 0 ||
	    op->errors >= 0 || op->error_key >= 0))
		diag_fix(ss, diag_at(ss, C652, s->head, "parts are answered "
		    "in order, and `classify` says which went wrong"),
		    "results multipart id … text … unmatched …;");
	if (op->part != NULL && op->body >= 0)
		diag_fix(ss, diag_at(ss, C652, s->head, "a body beside the "
		    "parts that it is made of"),
		    "take `body` or `part` away");
}
