/*
 * Operations of a connector's own, which rules call by name.
 */
#include "lang/clause.h"

int
op_when(struct conn *k, struct stmt *s, void *what)
{
	return conn_bool(k, s, VIEW_PART, "when",
	    &((struct unit_op *)what)->when);
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
