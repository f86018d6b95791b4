/*
 * Checking choices, and texts, lists and records that are put together.
 */
#include "lang/expr.h"

/* Each takes two registers. */
#define RECORD_PARTS 100

/* ---- choices ---- */

/* Unite the type of one more branch; *t is BAD until the first. */
static int
branch(struct check *ck, struct expr *e, struct type *t, int first)
{
	struct type x = check_expr(ck, e);

	if (x.kind == TYPE_BAD || (!first && t->kind == TYPE_BAD)) {
		*t = bad_type();
		return 0;
	}
	if (first) {
		*t = x;
		return 0;
	}
	if (type_unite(ck->c->a, *t, x, t) == 0)
		return 0;
	diag_at(&ck->c->ss, C301, e->span,
	    "this is %.*s, the choices before it are %.*s",
	    STR_ARG(type_text(ck->c->a, x)), STR_ARG(type_text(ck->c->a, *t)));
	*t = bad_type();
	return 0;
}

/* Whether a key of an arm is the text s. */
static int
key_is(const struct expr *key, struct str s)
{
	if (key->kind == EX_KEYS) {
		for (const struct item *i = key->items; i; i = i->next)
			if (key_is(i->value, s))
				return 1;
		return 0;
	}
	return key->kind == EX_TEXT && str_eq(key->text, s);
}

static int
match_covers(const struct expr *e, struct type of)
{
	if (of.noption == 0 || of.nil != 0)
		return 0;
	for (unsigned k = 0; k < of.noption; k++) {
		const struct item *i = e->items;

		while (i != NULL && !key_is(i->key, of.options[k]))
			i = i->next;
		if (i == NULL)
			return 0;
	}
	return 1;
}

/* A key of a match without subject is a condition, else a value of of. */
static void
check_key(struct check *ck, const struct expr *e, struct expr *key,
    struct type of)
{
	struct type k;

	if (key->kind == EX_KEYS) {
		for (struct item *i = key->items; i != NULL; i = i->next)
			check_key(ck, e, i->value, of);
	} else if (e->a == NULL) {
		check_condition(ck, key);
	} else {
		k = check_expr(ck, key);
		if (expr_comparable(ck, key, of, k) == 0)
			expr_option(ck, of, key);
	}
}

/* What is known where one of the keys holds. */
static void
assume_key(struct check *ck, const struct expr *e, const struct expr *key)
{
	if (e->a == NULL) {
		if (key->kind != EX_KEYS)
			assume(ck, key, 1);
		return;
	}
	if (key->kind == EX_KEYS) {
		for (const struct item *i = key->items; i; i = i->next)
			if (i->value->note->type.nil != 0)
				return;
	} else if (key->note->type.nil != 0) {
		return;
	}
	assume_value(ck, e->a);
}

/* And behind the arm, where none does. */
static void
assume_no_key(struct check *ck, const struct expr *e, const struct expr *key)
{
	if (key->kind == EX_KEYS)
		for (const struct item *i = key->items; i; i = i->next)
			assume_no_key(ck, e, i->value);
	else if (e->a == NULL)
		assume(ck, key, 0);
}

struct type
check_match(struct check *ck, struct expr *e)
{
	struct type of = bad_type(), t = bad_type();
	const struct fact *was = ck->facts;
	struct item *other = NULL;
	int bad = 0;

	if (e->a != NULL)
		of = check_expr(ck, e->a);
	for (struct item *i = e->items; i != NULL; i = i->next) {
		const struct fact *before = ck->facts;

		if (i->key == NULL) {
			other = i;
		} else if (other != NULL) {
			diag_also(&ck->c->ss, diag_at(&ck->c->ss, C312,
			    i->key->span, "an arm behind `else` is never "
			    "reached"), other->span, "the else");
			bad = 1;
		} else {
			check_key(ck, e, i->key, of);
			assume_key(ck, e, i->key);
		}
		branch(ck, i->value, &t, i == e->items);
		ck->facts = before;
		if (i->key != NULL && other == NULL)
			assume_no_key(ck, e, i->key);
	}
	ck->facts = was;
	if (other == NULL && !bad && of.kind != TYPE_BAD &&
	    match_covers(e, of))
		return expr_typed(ck, e, t);
	if (other == NULL && !bad && (e->a == NULL || of.kind != TYPE_BAD)) {
		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C308, e->op,
		    "`match` does not say what else"),
		    "add `else => …`, perhaps `else => absent`");
		t = bad_type();
	}
	return expr_typed(ck, e, t);
}

struct type
check_if(struct check *ck, struct expr *e)
{
	const struct fact *was = ck->facts;
	struct type t = bad_type();

	check_condition(ck, e->a);
	assume(ck, e->a, 1);
	branch(ck, e->b, &t, 1);
	ck->facts = was;
	assume(ck, e->a, 0);
	branch(ck, e->c, &t, 0);
	ck->facts = was;
	return expr_typed(ck, e, t);
}

struct type
check_try(struct check *ck, struct expr *e)
{
	struct type t = bad_type();

	ck->tried++;
	branch(ck, e->a, &t, 1);
	ck->tried--;
	branch(ck, e->b, &t, 0);
	return expr_typed(ck, e, t);
}

/* ---- texts, lists, records ---- */

static const char *
as_text(struct type t)
{
	switch (t.kind) {
	case TYPE_INT:
		return "int_text";
	case TYPE_DECIMAL:
		return "dec_text";
	case TYPE_BOOL:
		return "bool_text";
	case TYPE_DATE:
		return "iso_date";
	case TYPE_DATETIME:
		return "iso_datetime";
	default:
		return NULL;
	}
}

struct type
check_interp(struct check *ck, struct expr *e)
{
	struct type all = type_of(TYPE_TEXT, 0);
	int bad = 0;

	all.max_length = 0;
	for (struct item *i = e->items; i != NULL; i = i->next) {
		struct type t = check_expr(ck, i->value);

		all.max_length = length_add(all.max_length, t.kind ==
		    TYPE_TEXT ? t.max_length : SIZE_MAX);
		if (t.kind == TYPE_BAD) {
			bad = 1;
		} else if (t.kind != TYPE_TEXT &&
		    !(t.kind == TYPE_ANY && (ck->flags & CK_CONNECTOR))) {
			struct diag *g = diag_at(&ck->c->ss, C304,
			    i->value->span, "only text can stand in a text, "
			    "this is %.*s", STR_ARG(type_text(ck->c->a, t)));

			if (as_text(t) != NULL)
				diag_fix(&ck->c->ss, g, "{%s(%.*s)}",
				    as_text(t),
				    STR_ARG(expr_source(ck, i->value)));
			bad = 1;
		} else {
			bad |= expr_never_nil(ck, i->value, t);
		}
	}
	return expr_typed(ck, e, bad ? bad_type() : all);
}

struct type
check_list(struct check *ck, struct expr *e)
{
	struct type of = type_of(TYPE_NIL, 0);
	struct value v;

	for (struct item *i = e->items; i != NULL; i = i->next)
		branch(ck, i->value, &of, i == e->items);
	if (of.kind == TYPE_BAD)
		return expr_typed(ck, e, bad_type());
	if (e->n > 255 && expr_const(ck->c, e, &v) != 0)
		diag_at(&ck->c->ss, C701, e->span,
		    "a list of more than 255 computed elements");
	of.nil &= NIL_NULL;
	return expr_typed(ck, e, type_list(ck->c->a, of));
}

struct type
check_record(struct check *ck, struct expr *e)
{
	struct type t = type_of(TYPE_RECORD, 0);
	struct type_field *f = arena_array(ck->c->a, e->n, sizeof(*f));
	int bad = 0;

	t.fields = f;
	if (e->n > RECORD_PARTS) {
		diag_at(&ck->c->ss, C701, e->span,
		    "a record of more than %d members", RECORD_PARTS);
		return expr_typed(ck, e, bad_type());
	}
	for (struct item *i = e->items; i != NULL; i = i->next) {
		for (struct item *k = e->items; k != i; k = k->next)
			if (str_eq(k->name.text, i->name.text)) {
				diag_also(&ck->c->ss, diag_at(&ck->c->ss,
				    C202, i->name.span, "`%.*s` stands twice",
				    STR_ARG(i->name.text)), k->name.span,
				    "the first");
				bad = 1;
				break;
			}
		f[t.nfield].name = i->name.text;
		f[t.nfield].type = check_expr(ck, i->value);
		bad |= f[t.nfield].type.kind == TYPE_BAD;
		t.nfield++;
	}
	return expr_typed(ck, e, bad ? bad_type() : t);
}

struct type
check_index(struct check *ck, struct expr *e)
{
	struct type list = check_expr(ck, e->a), t;
	struct type i = type_of(TYPE_INT, 0);

	if (check_expect(ck, e->b, i, "an index") != 0 ||
	    list.kind == TYPE_BAD)
		return expr_typed(ck, e, bad_type());
	if (list.kind == TYPE_ANY) {
		t = type_of(TYPE_ANY, NIL_BOTH);
	} else if (list.kind == TYPE_LIST) {
		t = type_element(ck->c->a, list);
		t.nil |= list.nil | NIL_ABSENT;
	} else {
		diag_at(&ck->c->ss, C301, e->op,
		    "only a list has elements, this is %.*s",
		    STR_ARG(type_text(ck->c->a, list)));
		t = bad_type();
	}
	return expr_typed(ck, e, t);
}
