/*
 * Operations of a connector's own, which rules call by name.
 */
#include "lang/clause.h"

int
op_when(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	struct type t;

	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "when (present(r.fields.contact));");
	op->when = conn_typed(k, s->value, VIEW_PART, "when", &t);
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_BOOL)
		return 0;
	diag_at(&k->c->ss, C303, s->value->span, "a condition is a bool, this "
	    "is %.*s", STR_ARG(type_text(k->c->a, t)));
	return -1;
}

int
conn_operation(struct conn *k, struct stmt *s, void *what)
{
	struct unit_object *o = what;
	struct args a = clause_args(k, s);
	struct expr *name = clause_next(&a);

	if (name == NULL || name->kind != EX_NAME)
		return clause_bad(&a, "operation win { … }");
	if (object_call(o, name->text) != NULL) {
		diag_at(&k->c->ss, C202, name->span,
		    "a second operation `%.*s`", STR_ARG(name->text));
		return -1;
	}
	return op_make(k, s, o, &a, clause_keep(k, name->text));
}
