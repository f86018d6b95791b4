/*
 * Attributes of rules: with required, missing: skip, own: left …
 */
#include "lang/map.h"

#include <stddef.h>

static int
is_word(const struct expr *e, const char *word)
{
	return e != NULL && e->kind == EX_NAME && str_eq(e->text, str_z(word));
}

/* The words that may stand behind missing:, null: and error:. */
#define OF_MISSING 1u /* of one rule */
#define OF_MISSING_ALL 2u /* on missing …; */
#define OF_NULL 4u
#define OF_ERROR 8u

static const struct {
	const char *word;
	enum nil_policy is;
	unsigned of;
} policies[] = {
	{ "skip", NIL_SKIP, OF_MISSING | OF_MISSING_ALL | OF_NULL },
	{ "keep", NIL_SKIP, OF_ERROR },
	{ "clear", NIL_CLEAR, OF_MISSING | OF_MISSING_ALL | OF_NULL |
	    OF_ERROR },
	{ "error", NIL_ERROR, OF_MISSING | OF_MISSING_ALL | OF_NULL |
	    OF_ERROR },
	{ "defer", NIL_DEFER, OF_MISSING },
	{ "create", NIL_CREATE, OF_MISSING },
	{ "default", NIL_DEFAULT, OF_MISSING },
};

const char *
attr_nil_word(enum nil_policy p)
{
	size_t i = 0;

	while (policies[i].is != p)
		i++;
	return policies[i].word;
}

int
attr_called(struct str word)
{
	return str_eq(word, STR("default")) || str_eq(word, STR("expr"));
}

int
attr_nil(struct compile *c, struct str of, struct expr *e,
    enum nil_policy *out, struct expr **other)
{
	unsigned bit = str_eq(of, STR("missing")) ? other ? OF_MISSING :
	    OF_MISSING_ALL : str_eq(of, STR("error")) ? OF_ERROR : OF_NULL;
	struct str list = STR("");
	struct near near;

	near_init(&near, e->kind == EX_NAME ? e->text : STR(""));
	for (size_t i = 0; i < COUNT(policies); i++) {
		struct str word = str_z(policies[i].word);

		if (!(policies[i].of & bit))
			continue;
		if (is_word(e, policies[i].word) && !attr_called(word)) {
			*out = policies[i].is;
			return 0;
		}
		near_try(&near, word);
		list = arena_printf(c->a, "%.*s%s%.*s%s", STR_ARG(list),
		    list.n ? ", " : "", STR_ARG(word),
		    attr_called(word) ? "(…)" : "");
	}
	if ((bit & OF_MISSING) && e->kind == EX_CALL &&
	    is_word(e->a, "default") && e->n == 1) {
		*out = NIL_DEFAULT;
		*other = e->items->value;
		return 0;
	}
	if (e->kind != EX_BAD)
		diag_meant(&c->ss, diag_at(&c->ss, C212, e->span,
		    "`%.*s` is one of %.*s", STR_ARG(of), STR_ARG(list)),
		    &near);
	return -1;
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
	struct near near;

	r->order = is_word(e, "ours") ? ORDER_OURS : ORDER_THEIRS;
	if (is_word(e, "ours") || is_word(e, "theirs"))
		return 0;
	near_init(&near, e->kind == EX_NAME ? e->text : STR(""));
	near_try(&near, STR("ours"));
	near_try(&near, STR("theirs"));
	if (e->kind != EX_BAD)
		diag_meant(&c->ss, diag_at(&c->ss, C212, e->span,
		    "`order` is ours or theirs"), &near);
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

/* What rules an attribute is of. */
#define OF_BOTH 1u
#define OF_ONE 2u
#define OF_EACH 4u
#define OF_FIELD (OF_BOTH | OF_ONE)

static const struct attr {
	const char *name;
	int valued;
	unsigned of;
	size_t flag; /* of map_rule, where it has no value */
} known[] = {
	{ "required", 0, OF_FIELD | OF_EACH,
	    offsetof(struct map_rule, required) },
	{ "lossy", 0, OF_BOTH, offsetof(struct map_rule, lossy) },
	{ "readonly", 0, OF_ONE, offsetof(struct map_rule, readonly) },
	{ "create only", 0, OF_FIELD | OF_EACH,
	    offsetof(struct map_rule, create_only) },
	{ "missing", 1, OF_FIELD | OF_EACH, 0 },
	{ "null", 1, OF_FIELD | OF_EACH, 0 },
	{ "error", 1, OF_FIELD, 0 },
	{ "own", 1, OF_FIELD | OF_EACH, 0 },
	{ "group", 1, OF_FIELD | OF_EACH, 0 },
	{ "prune", 0, OF_EACH, offsetof(struct map_rule, prune) },
	{ "order", 1, OF_EACH, 0 },
};

int
attr_valued(struct str name)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(name, str_z(known[i].name)))
			return known[i].valued;
	return str_eq(name, STR("unknown"));
}

/* NULL with a finding. */
static const struct attr *
find_attr(struct compile *c, const struct map_rule *r, const struct item *i)
{
	unsigned of = r->stmt->kind == ST_EACH ? OF_EACH :
	    r->stmt->kind == ST_PICK || r->stmt->arrow == ARROW_BOTH ?
	    OF_BOTH : OF_ONE;
	const struct attr *found = NULL;
	struct str name = i->name.text;
	struct near near;

	near_init(&near, name);
	for (size_t k = 0; k < COUNT(known); k++) {
		if (str_eq(name, str_z(known[k].name)))
			found = &known[k];
		else if (known[k].of & of)
			near_try(&near, str_z(known[k].name));
	}
	if (found != NULL && (found->of & of) == 0) {
		diag_at(&c->ss, C212, i->span, "`%.*s` is an attribute of %s",
		    STR_ARG(name), found->of == OF_EACH ? "`each`" :
		    found->of == OF_BOTH ? "a `<->`" :
		    found->of == OF_ONE ? "a rule that goes one way, … <- …" :
		    "a rule of one field");
		return NULL;
	}
	if (found != NULL && found->valued == (i->value != NULL))
		return found;
	if (found != NULL)
		diag_at(&c->ss, C212, i->span, found->valued ?
		    "`%.*s` needs a value" : "`%.*s` takes no value",
		    STR_ARG(name));
	else if (str_eq(name, STR("unknown")))
		diag_at(&c->ss, C212, i->span,
		    "`unknown` is an attribute of `rest … via declared`");
	else
		diag_meant(&c->ss, diag_at(&c->ss, C211, i->name.span,
		    "unknown attribute `%.*s`", STR_ARG(name)), &near);
	return NULL;
}

static int
check_attr(struct compile *c, struct map_rule *r, struct item *i)
{
	const struct attr *a = find_attr(c, r, i);
	struct str name = i->name.text;

	if (a == NULL)
		return -1;
	if (!a->valued) {
		*(int *)((char *)r + a->flag) = 1;
		return 0;
	}
	if (str_eq(name, STR("missing")))
		return attr_nil(c, name, i->value, &r->missing, &r->other);
	if (str_eq(name, STR("null")))
		return attr_nil(c, name, i->value, &r->null, NULL);
	if (str_eq(name, STR("error")))
		return check_error(c, r, i);
	if (str_eq(name, STR("group")))
		return check_group(c, r, i->value);
	if (str_eq(name, STR("order")))
		return check_order(c, r, i->value);
	r->own = own_read(c, i->value);
	return r->own != NULL ? 0 : -1;
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
