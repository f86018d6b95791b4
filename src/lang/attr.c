/*
 * Attributes of rules: with required, missing: skip, own: left …
 */
#include "lang/map.h"

static int
is_word(const struct expr *e, const char *word)
{
	return e != NULL && e->kind == EX_NAME && str_eq(e->text, str_z(word));
}

int
attr_nil(struct compile *c, struct str of, struct expr *e,
    enum nil_policy *out, struct expr **other)
{
	int missing = str_eq(of, STR("missing"));
	int error = str_eq(of, STR("error"));

	if (is_word(e, error ? "keep" : "skip")) {
		*out = NIL_SKIP;
	} else if (is_word(e, "clear")) {
		*out = NIL_CLEAR;
	} else if (is_word(e, "error")) {
		*out = NIL_ERROR;
	} else if (missing && other != NULL && is_word(e, "defer")) {
		*out = NIL_DEFER;
	} else if (missing && other != NULL && is_word(e, "create")) {
		*out = NIL_CREATE;
	} else if (missing && e->kind == EX_CALL &&
	    is_word(e->a, "default") && e->n == 1 && other != NULL) {
		*out = NIL_DEFAULT;
		*other = e->items->value;
	} else {
		if (e->kind != EX_BAD)
			diag_at(&c->ss, C212, e->span, "`%.*s` is %s",
			    STR_ARG(of), missing ? other ?
			    "skip, clear, error, defer, create or default(…)" :
			    "skip, clear or error" : error ?
			    "keep, clear or error" :
			    "clear, skip or error");
		return -1;
	}
	return 0;
}

/* group: address */
static int
check_group(struct compile *c, struct map_rule *r, struct expr *e)
{
	if (e->kind != EX_NAME) {
		if (e->kind != EX_BAD)
			diag_at(&c->ss, C212, e->span, "a group has a name");
		return -1;
	}
	r->group = (struct word){ e->text, e->span };
	return 0;
}

static int
check_order(struct compile *c, struct map_rule *r, struct expr *e)
{
	r->order = is_word(e, "ours") ? ORDER_OURS : ORDER_THEIRS;
	if (is_word(e, "ours") || is_word(e, "theirs"))
		return 0;
	if (e->kind != EX_BAD)
		diag_at(&c->ss, C212, e->span, "`order` is ours or theirs");
	return -1;
}

/* Only a codec refuses a value. */
static int
check_error(struct compile *c, struct map_rule *r, struct item *i)
{
	if (r->stmt->pipe.n > 0)
		return attr_nil(c, i->name.text, i->value, &r->error, NULL);
	diag_fix(&c->ss, diag_at(&c->ss, C212, i->span,
	    "`error` says what becomes of a value that a codec refuses, and "
	    "the rule has none"), "… via …, or try … else …");
	return -1;
}

static int
check_attr(struct compile *c, struct map_rule *r, struct item *i)
{
	static const char *const known[] = { "required", "lossy", "readonly",
		"create only", "missing", "null", "error", "own", "group",
		"prune", "order" };
	struct str name = i->name.text;
	struct near near;
	struct diag *g;

	if (i->value == NULL) {
		int *flag = str_eq(name, STR("required")) ? &r->required :
		    str_eq(name, STR("lossy")) ? &r->lossy :
		    str_eq(name, STR("readonly")) ? &r->readonly :
		    str_eq(name, STR("create only")) ? &r->create_only :
		    str_eq(name, STR("prune")) ? &r->prune : NULL;

		if (flag != NULL) {
			*flag = 1;
			return 0;
		}
	} else if (str_eq(name, STR("missing"))) {
		return attr_nil(c, name, i->value, &r->missing, &r->other);
	} else if (str_eq(name, STR("null"))) {
		return attr_nil(c, name, i->value, &r->null, NULL);
	} else if (str_eq(name, STR("error"))) {
		return check_error(c, r, i);
	} else if (str_eq(name, STR("own"))) {
		r->own = own_read(c, i->value);
		return r->own != NULL ? 0 : -1;
	} else if (str_eq(name, STR("group"))) {
		return check_group(c, r, i->value);
	} else if (str_eq(name, STR("order"))) {
		return check_order(c, r, i->value);
	}
	if (str_eq(name, STR("unknown"))) {
		diag_at(&c->ss, C212, i->span,
		    "`unknown` is an attribute of `rest … via declared`");
		return -1;
	}
	near_init(&near, name);
	for (size_t k = 0; k < COUNT(known); k++) {
		if (str_eq(name, str_z(known[k]))) {
			diag_at(&c->ss, C212, i->span, i->value == NULL ?
			    "`%.*s` needs a value" : "`%.*s` takes no value",
			    STR_ARG(name));
			return -1;
		}
		near_try(&near, str_z(known[k]));
	}
	g = diag_at(&c->ss, C211, i->name.span, "unknown attribute `%.*s`",
	    STR_ARG(name));
	diag_meant(&c->ss, g, &near);
	return -1;
}

int
attr_check(struct compile *c, struct map_rule *r, struct items attrs)
{
	int bad = 0;

	if (attrs.n > 16) {
		diag_at(&c->ss, C109, attrs.last->span,
		    "more than 16 attributes");
		return -1;
	}
	for (struct item *i = attrs.first; i != NULL; i = i->next) {
		struct item *k = attrs.first;

		while (k != i && !str_eq(k->name.text, i->name.text))
			k = k->next;
		if (k != i) {
			diag_also(&c->ss, diag_at(&c->ss, C202, i->span,
			    "`%.*s` stands twice", STR_ARG(i->name.text)),
			    k->span, "the first");
			bad = 1;
			continue;
		}
		bad |= check_attr(c, r, i);
	}
	return bad ? -1 : 0;
}
