/*
 * Checking calls: built-ins, user functions, enums as functions, loops over
 * lists, and the few words that only mean something in rules and connectors.
 */
#include "lang/expr.h"
#include "lang/lookup.h"

/* Words that are functions in a place of their own only. */
static const struct {
	const char *name, *where;
} elsewhere[] = {
	{ "changed", "in rules" },
	{ "linked", "in rules" },
	{ "header", "in connectors, where a reply is read" },
	{ "secret", "in a connector's webhook" },
	{ "hmac_sha256", "in a connector's webhook" },
	{ "enum_list", "behind `via`; here: map(list, x => an_enum(x))" },
	{ "event", "in rules, as `on create, update …`" },
};

int
call_sort(struct check *ck, struct expr *e, struct str what,
    const struct formal *formal, unsigned n, struct expr **args)
{
	struct sources *ss = &ck->c->ss;
	unsigned at = 0;

	for (struct item *i = e->items; i != NULL; i = i->next) {
		unsigned k = at;

		if (i->name.text.n > 0) {
			for (k = 0; k < n; k++)
				if (str_eq(formal[k].name, i->name.text))
					break;
			if (k == n) {
				struct near near;
				struct diag *g = diag_at(ss, C209,
				    i->name.span, "%.*s has no parameter "
				    "`%.*s`", STR_ARG(what),
				    STR_ARG(i->name.text));

				near_init(&near, i->name.text);
				for (k = 0; k < n; k++)
					near_try(&near, formal[k].name);
				diag_meant(ss, g, &near);
				return -1;
			}
		} else {
			at++;
		}
		if (k >= n) {
			diag_at(ss, C208, i->span, "%.*s takes %u argument%s",
			    STR_ARG(what), n, n == 1 ? "" : "s");
			return -1;
		}
		if (args[k] != NULL) {
			diag_at(ss, C208, i->span, "`%.*s` is given twice",
			    STR_ARG(formal[k].name));
			return -1;
		}
		args[k] = i->value;
	}
	for (unsigned k = 0; k < n; k++) {
		if (args[k] == NULL)
			args[k] = formal[k].other;
		if (args[k] == NULL) {
			diag_at(ss, C208, e->span, "%.*s needs `%.*s`",
			    STR_ARG(what), STR_ARG(formal[k].name));
			return -1;
		}
	}
	return 0;
}

/* A word that stands for itself becomes its text. */
static int
is_own_word(struct check *ck, const struct sig_type *want, struct expr *e)
{
	for (unsigned i = 0; i < want->nword; i++) {
		struct note *n;

		if (e->kind != EX_NAME || !str_eq(want->words[i], e->text))
			continue;
		n = expr_note(ck->c, e);
		n->kind = NOTE_CONST;
		n->value = value_text(e->text);
		n->type = type_of(TYPE_TEXT, 0);
		return 1;
	}
	return 0;
}

/* A pattern that is known is compiled, as a record would find out. */
static int
check_pattern(struct check *ck, const struct expr *e)
{
	struct value v;
	struct err err;

	if (expr_const(ck->c, e, &v) != 0 || v.type != V_TEXT ||
	    builtin_check_regex(str_from(v.u.p, v.n), &err) == 0)
		return 0;
	diag_at(&ck->c->ss, C313, e->span, "%s", err.text);
	return -1;
}

int
call_check_arg(struct check *ck, struct str what, const struct sig_param *p,
    struct expr *e, struct type *var)
{
	struct sources *ss = &ck->c->ss;
	struct type t, want;
	int takes_nil = 0;

	if (is_own_word(ck, &p->type, e))
		return 0;
	if (p->type.nword > 0 && p->type.n == 0 && e->kind == EX_NAME) {
		diag_at(ss, C301, e->span, "`%.*s` of %.*s is %.*s",
		    STR_ARG(p->name), STR_ARG(what),
		    STR_ARG(sig_text(ck->c, &p->type)));
		return -1;
	}
	t = check_expr(ck, e);
	if (t.kind == TYPE_BAD)
		return -1;
	for (unsigned i = 0; i < p->type.n; i++)
		takes_nil |= p->type.one[i].kind == TYPE_ANY;
	if (t.kind == TYPE_ANY && (ck->flags & CK_CONNECTOR))
		return 0;
	if (sig_fits(ck->c, &p->type, t, var) != 0) {
		diag_at(ss, C301, e->span,
		    "`%.*s` of %.*s takes %.*s, this is %.*s",
		    STR_ARG(p->name), STR_ARG(what),
		    STR_ARG(sig_text(ck->c, &p->type)),
		    STR_ARG(type_text(ck->c->a, t)));
		return -1;
	}
	if (t.nil == 0 && str_eq(p->name, STR("pattern")))
		return check_pattern(ck, e);
	if (t.nil == 0 || takes_nil)
		return 0;
	want = t;
	want.nil = 0;
	/* reports what is missing, with the fix */
	return check_expect(ck, e, want, "an argument");
}

static struct expr *
hidden_arg(struct compile *c, const struct builtin *b)
{
	struct expr *e = arena_new(c->a, struct expr);
	struct note *n = expr_note(c, e);

	e->depth = 1;
	n->kind = NOTE_CONST;
	n->value = b->hidden == HIDDEN_AS_TEXT ? value_bool(0) : value_int(0);
	n->type = type_of(TYPE_BOOL, 0);
	return e;
}

/*
 * A division by a constant that is not zero cannot fail, nor can what turns
 * an int into itself or its text, nor a match of a pattern that is known.
 */
static int
is_sure(struct compile *c, const struct sig *s, struct expr **args)
{
	const char *name = s->b->name;
	struct value v;
	enum type_kind k;

	if (s->nparam == 0)
		return 0;
	k = args[0]->note != NULL ? args[0]->note->type.kind : TYPE_BAD;
	if (strcmp(name, "div") == 0 || strcmp(name, "mod") == 0)
		return expr_const(c, args[1], &v) == 0 &&
		    ((v.type == V_INT && v.u.i != 0) || v.type == V_DEC);
	/* a pattern that compiled; its group 0 is always there */
	if (strcmp(name, "re_match") == 0)
		return expr_const(c, args[1], &v) == 0;
	if (strcmp(name, "re_find") == 0)
		return expr_const(c, args[1], &v) == 0 &&
		    expr_const(c, args[2], &v) == 0 && v.u.i == 0;
	if (strcmp(name, "text") == 0)
		return k == TYPE_TEXT || k == TYPE_INT || k == TYPE_BOOL;
	return (strcmp(name, "int") == 0 || strcmp(name, "decimal") == 0) &&
	    k == TYPE_INT;
}

/* x => … where a list of keys is taken: map(list, x => …). */
static struct expr *
key_list(struct check *ck, struct expr *list, struct expr *fn)
{
	struct compile *c = ck->c;
	struct expr *e = arena_new(c->a, struct expr);
	struct item *i = arena_array(c->a, 2, sizeof(*i));
	struct type key;

	i[0] = (struct item){ .next = &i[1], .span = list->span,
		.value = list };
	i[1] = (struct item){ .span = fn->span, .value = fn };
	*e = (struct expr){ .kind = EX_CALL, .depth = fn->depth, .n = 2,
		.span = fn->span, .op = fn->span, .items = i };
	if (expr_typed(ck, e, call_loop(ck, e, LOOP_MAP)).kind == TYPE_BAD)
		return e;
	key = fn->a->note->type;
	if (key.nil & NIL_ABSENT) {
		diag_fix(&c->ss, diag_at(&c->ss, C302, fn->a->span,
		    "a key may be absent"), "say what then: %.*s ?? null",
		    STR_ARG(expr_source(ck, fn->a)));
		expr_typed(ck, e, bad_type());
	}
	return e;
}

static int
takes_keys(const struct sig *s, unsigned i)
{
	return s->b->left == NULL && str_eq(s->params[i].name, STR("key")) &&
	    s->params[i].type.n == 1 &&
	    s->params[i].type.one[0].kind == TYPE_LIST;
}

static struct type
call_builtin(struct check *ck, struct expr *e, unsigned k)
{
	const struct sig *s = sig_of(ck->c, k);
	unsigned codec = s->b->left != NULL, n = s->nparam + codec;
	unsigned hidden = s->b->hidden != HIDDEN_NONE;
	struct formal *formal = arena_array(ck->c->a, n, sizeof(*formal));
	struct expr **args = arena_array(ck->c->a, n + hidden, sizeof(*args));
	struct sig_param it = { .name = STR("it"), .type = s->left };
	struct type var = bad_type(), result;
	struct note *note = expr_note(ck->c, e);
	int bad = 0;

	if (codec)
		formal[0] = (struct formal){ STR("it"), NULL };
	for (unsigned i = codec; i < n; i++)
		formal[i] = (struct formal){ s->params[i - codec].name,
			s->params[i - codec].other };
	if (call_sort(ck, e, str_z(s->b->name), formal, n, args) != 0)
		return bad_type();
	for (unsigned i = 0; i < n; i++) {
		if (args[i]->kind == EX_LAMBDA && i > 0 && takes_keys(s, i)) {
			if (bad)
				break;
			args[i] = key_list(ck, args[0], args[i]);
		}
		bad |= call_check_arg(ck, str_z(s->b->name),
		    i < codec ? &it : &s->params[i - codec], args[i], &var);
	}
	if (bad)
		return bad_type();
	if (hidden)
		args[n++] = hidden_arg(ck->c, s->b);
	note->kind = NOTE_CALL;
	note->k = 2 * k;
	note->args = args;
	note->nargs = n;
	if (s->b->fallible && ck->tried == 0 && ck->fails == NULL &&
	    !is_sure(ck->c, s, args))
		ck->fails = e;
	result = sig_result(ck->c, &s->result, var);
	if (result.kind == TYPE_TEXT && n > 0)
		result.max_length = length_after(ck->c, s->b->name,
		    args[0]->note->type.max_length, args + 1, n - 1, 0);
	return result;
}

static struct type
call_fn(struct check *ck, struct expr *e, struct entity *fn, struct str name)
{
	const struct fn_info *info;
	struct formal *formal;
	struct note *note = expr_note(ck->c, e);
	int bad = 0;

	if (fn->open) {
		diag_at(&ck->c->ss, C210, e->span,
		    "`%.*s` calls itself: calls go one way, so that every "
		    "program ends", STR_ARG(name));
		return bad_type();
	}
	info = fn_of(ck->c, fn);
	if (info == NULL)
		return bad_type();
	formal = arena_array(ck->c->a, info->n, sizeof(*formal));
	note->args = arena_array(ck->c->a, info->n, sizeof(*note->args));
	for (unsigned i = 0; i < info->n; i++)
		formal[i] = (struct formal){ info->names[i],
			info->defaults[i] };
	if (call_sort(ck, e, name, formal, info->n, note->args) != 0)
		return bad_type();
	for (unsigned i = 0; i < info->n; i++)
		bad |= check_expect(ck, note->args[i], info->params[i],
		    "the parameter");
	if (bad || lookup_inside(ck, e, info->looks) != 0)
		return bad_type();
	note->kind = NOTE_FN;
	note->nargs = info->n;
	note->fn = info;
	if (info->fails != NULL && ck->tried == 0 && ck->fails == NULL)
		ck->fails = e;
	call_depth(ck, info->depth);
	return info->result;
}

static struct type
call_enum(struct check *ck, struct expr *e, struct entity *en, struct str name)
{
	struct note *note = expr_note(ck->c, e);
	struct formal formal = { STR("it"), NULL };
	struct type t, want, out;

	if (enum_check(ck->c, en) != 0)
		return bad_type();
	note->args = arena_array(ck->c->a, 1, sizeof(*note->args));
	if (call_sort(ck, e, name, &formal, 1, note->args) != 0)
		return bad_type();
	t = check_expr(ck, note->args[0]);
	want = enum_type(ck->c, en->u.en, 0);
	want.nil = NIL_BOTH;
	if (t.kind == TYPE_BAD || check_expect(ck, note->args[0], want,
	    "the enum") != 0)
		return bad_type();
	if (enum_cover(ck->c, en, t, 0, note->args[0]->span, name) != 0)
		return bad_type();
	note->kind = NOTE_ENUM;
	note->nargs = 1;
	note->entity = en;
	if (en->u.en->forth == ELSE_ERROR && t.noption == 0 &&
	    ck->tried == 0 && ck->fails == NULL)
		ck->fails = e;
	out = enum_type(ck->c, en->u.en, 1);
	out.nil = enum_nil(en->u.en, t.nil, 0);
	return out;
}

/* ---- words of rules and connectors ---- */

/* linked(h), changed(path): -1 when name is neither. */
static int
call_rule_word(struct check *ck, struct expr *e, struct str name,
    struct type *t)
{
	struct note *note = expr_note(ck->c, e);
	struct expr *arg = e->n == 1 ? e->items->value : NULL;
	const struct local *side = NULL;
	int linked = str_eq(name, STR("linked"));

	if (!(ck->flags & CK_RULES) || (!linked &&
	    !str_eq(name, STR("changed"))))
		return -1;
	*t = bad_type();
	if (arg == NULL) {
		diag_at(&ck->c->ss, C208, e->span, "%.*s takes 1 argument",
		    STR_ARG(name));
		return 0;
	}
	for (struct local *l = ck->scope; l != NULL; l = l->up)
		if (str_eq(l->name, expr_root(arg)))
			side = l;
	if (linked) {
		if (arg->kind != EX_NAME || side == NULL ||
		    side->kind == LOCAL_ARG) {
			diag_at(&ck->c->ss, C301, arg->span,
			    "linked takes a side of the map");
			return 0;
		}
		note->kind = NOTE_LINKED;
	} else {
		struct local *real = (struct local *)side;
		const char *why = side ? side->not_here : NULL;

		/* the other side can be asked about, though not read */
		if (real != NULL)
			real->not_here = NULL;
		*t = check_expr(ck, arg);
		if (real != NULL)
			real->not_here = why;
		if (t->kind == TYPE_BAD)
			return 0;
		if (!expr_is_slot(arg)) {
			diag_at(&ck->c->ss, C301, arg->span,
			    "changed takes a path");
			*t = bad_type();
			return 0;
		}
		note->kind = NOTE_CHANGED;
		note->args = arena_array(ck->c->a, 1, sizeof(*note->args));
		note->args[0] = arg;
		note->nargs = 1;
		note->span = e->span;
	}
	*t = type_of(TYPE_BOOL, 0);
	return 0;
}

/* header("Retry-After") of a reply. */
static int
call_header(struct check *ck, struct expr *e, struct str name, struct type *t)
{
	struct note *note = expr_note(ck->c, e);
	struct local *l = ck->scope;
	struct expr *arg = e->n == 1 ? e->items->value : NULL;
	char *low;

	while (l != NULL && !str_eq(l->name, STR(" headers")))
		l = l->up;
	if (!(ck->flags & CK_CONNECTOR) || !str_eq(name, STR("header")) ||
	    l == NULL)
		return -1;
	*t = bad_type();
	if (arg == NULL || arg->kind != EX_TEXT) {
		diag_at(&ck->c->ss, C301, e->span,
		    "header takes the name of a header, a text");
		return 0;
	}
	low = arena_alloc(ck->c->a, arg->text.n + 1);
	for (size_t i = 0; i < arg->text.n; i++)
		low[i] = arg->text.p[i] >= 'A' && arg->text.p[i] <= 'Z' ?
		    (char)(arg->text.p[i] | 0x20) : arg->text.p[i];
	note->kind = NOTE_HEADER;
	note->value = value_text(str_from(low, arg->text.n));
	note->local = l;
	*t = type_of(ck->flags & CK_AFTER ? TYPE_DURATION : TYPE_TEXT,
	    NIL_ABSENT);
	return 0;
}

/* ---- names ---- */

struct str
call_name(struct compile *c, const struct expr *e)
{
	struct str part[4], name;
	size_t n = expr_path(e, part, COUNT(part));

	if (n == 0)
		return STR("");
	name = part[0];
	for (size_t i = 1; i < n; i++)
		name = arena_printf(c->a, "%.*s.%.*s", STR_ARG(name),
		    STR_ARG(part[i]));
	return name;
}

void
call_unknown(struct check *ck, struct span at, struct str name)
{
	struct near near;
	struct diag *g;

	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (str_eq(name, str_z(elsewhere[i].name))) {
			diag_at(&ck->c->ss, C311, at,
			    "`%.*s` has a meaning %s", STR_ARG(name),
			    elsewhere[i].where);
			return;
		}
	g = diag_at(&ck->c->ss, C207, at,
	    "there is no function, codec or enum `%.*s`", STR_ARG(name));
	near_init(&near, name);
	near_things(ck->c, ck->m, &near);
	diag_meant(&ck->c->ss, g, &near);
}

struct type
check_call(struct check *ck, struct expr *e)
{
	struct str name = call_name(ck->c, e->a);
	enum prog_loop_kind kind;
	struct entity *thing;
	struct type t;
	int k;

	if (name.n == 0) {
		if (e->a->kind != EX_BAD)
			diag_at(&ck->c->ss, C207, e->a->span,
			    "only a function can be called");
		return bad_type();
	}
	if (call_is_loop(e, name, &kind))
		return call_loop(ck, e, kind);
	if (call_rule_word(ck, e, name, &t) == 0 ||
	    call_header(ck, e, name, &t) == 0)
		return t;
	thing = find_thing(ck->c, ck->m, name);
	if (thing != NULL) {
		thing->used = 1;
		return thing->decl->kind == DE_ENUM ?
		    call_enum(ck, e, thing, name) :
		    call_fn(ck, e, thing, name);
	}
	if (lookup_call(ck, e, name, &t) == 0)
		return t;
	k = builtin_find(name);
	if (k >= 0)
		return call_builtin(ck, e, (unsigned)k);
	call_unknown(ck, e->a->span, name);
	return bad_type();
}
