/*
 * Codecs of one's own: two functions of one value, `it`, and the law that
 * binds them.
 *
 * A way is checked like a function.  What its `it` is stands in the head,
 * codec x: text <-> int {…}, or is what its uses ask for; what one way does
 * not say the result of the other does.
 */
#include "lang/compile.h"

/* ---- what `it` is, from its uses ---- */

#define KIND(k) (1u << TYPE_##k)
#define NUMBER (KIND(INT) | KIND(DECIMAL))

/* The kinds that every use so far accepts; 0: nothing was asked for. */
struct uses {
	struct check *ck;
	unsigned kinds;
	struct type list;
	int bad; /* what it is used for has errors */
};

/* What contradicts the uses before it is for the check to report. */
static void
ask(struct uses *u, unsigned kinds)
{
	if (u->kinds == 0)
		u->kinds = kinds;
	if (u->kinds & kinds)
		u->kinds &= kinds;
}

/* What fits a type; 0 when all does. */
static unsigned
kinds_of(struct uses *u, struct type t)
{
	if (t.kind == TYPE_LIST)
		u->list = t;
	return t.kind == TYPE_DECIMAL ? NUMBER :
	    t.kind <= TYPE_ANY ? 0 : 1u << t.kind;
}

static void
ask_sig(struct uses *u, const struct sig_type *t)
{
	unsigned kinds = t->list_var ? KIND(LIST) :
	    t->time ? KIND(DATE) | KIND(DATETIME) : 0;

	for (unsigned i = 0; i < t->n; i++) {
		if (t->one[i].kind == TYPE_ANY)
			return;
		kinds |= kinds_of(u, t->one[i]);
	}
	if (!t->var || t->time)
		ask(u, kinds);
}

static int
is_it(const struct expr *e)
{
	return e != NULL && e->kind == EX_NAME && str_eq(e->text, STR("it"));
}

/* Compared with other, it is of the same kind. */
static void
ask_like(struct uses *u, const struct expr *it, const struct expr *other)
{
	if (!is_it(it) || other == NULL)
		return;
	switch (other->kind) {
	case EX_TEXT:
	case EX_INTERP:
		ask(u, KIND(TEXT));
		break;
	case EX_NUMBER:
		ask(u, NUMBER);
		break;
	case EX_TRUE:
	case EX_FALSE:
		ask(u, KIND(BOOL));
		break;
	default:
		break;
	}
}

static void
ask_if(struct uses *u, const struct expr *e, unsigned kinds)
{
	if (is_it(e))
		ask(u, kinds);
}

/* Which parameter an argument is for; errors are found by the check. */
static unsigned
place_of(const struct item *i, unsigned at, const struct formal *formal,
    unsigned n)
{
	if (i->name.text.n == 0)
		return at;
	for (unsigned k = 0; k < n; k++)
		if (str_eq(formal[k].name, i->name.text))
			return k;
	return n;
}

static void
ask_builtin(struct uses *u, const struct expr *e, unsigned k)
{
	const struct sig *s = sig_of(u->ck->c, k);
	unsigned codec = s->b->left != NULL, n = s->nparam + codec, at = 0;
	struct formal *formal = arena_array(u->ck->c->a, n, sizeof(*formal));

	if (codec)
		formal[0].name = STR("it");
	for (unsigned i = codec; i < n; i++)
		formal[i].name = s->params[i - codec].name;
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		unsigned p = place_of(i, at, formal, n);

		at += i->name.text.n == 0;
		if (is_it(i->value) && p < n)
			ask_sig(u, p < codec ? &s->left :
			    &s->params[p - codec].type);
	}
}

static void
ask_fn(struct uses *u, const struct expr *e, const struct fn_info *fn)
{
	struct formal *formal = arena_array(u->ck->c->a, fn->n,
	    sizeof(*formal));
	unsigned at = 0;

	for (unsigned i = 0; i < fn->n; i++)
		formal[i].name = fn->names[i];
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		unsigned p = place_of(i, at, formal, fn->n);

		at += i->name.text.n == 0;
		if (is_it(i->value) && p < fn->n)
			ask(u, kinds_of(u, fn->params[p]));
	}
}

static void
ask_call(struct uses *u, const struct expr *e)
{
	struct compile *c = u->ck->c;
	struct str name = call_name(c, e->a);
	struct entity *thing = find_thing(c, u->ck->m, name);
	int k = builtin_find(name);

	if (e->n == 2 && e->items->next->value->kind == EX_LAMBDA) {
		ask_if(u, e->items->value, KIND(LIST));
	} else if (thing != NULL && thing->decl->kind == DE_ENUM) {
		if (enum_check(c, thing) != 0)
			u->bad = 1;
		else if (e->n == 1)
			ask_if(u, e->items->value,
			    kinds_of(u, enum_type(c, thing->u.en, 0)));
	} else if (thing != NULL && !thing->open) {
		const struct fn_info *fn = fn_of(c, thing);

		if (fn != NULL)
			ask_fn(u, e, fn);
		else
			u->bad = 1;
	} else if (thing == NULL && k >= 0) {
		ask_builtin(u, e, (unsigned)k);
	}
}

/* A key of match it { … }, or of match { it => … }. */
static void
ask_key(struct uses *u, const struct expr *match, const struct expr *key)
{
	if (key != NULL && key->kind == EX_KEYS)
		for (const struct item *i = key->items; i; i = i->next)
			ask_key(u, match, i->value);
	else if (match->a != NULL)
		ask_like(u, match->a, key);
	else
		ask_if(u, key, KIND(BOOL));
}

static void
uses_in(struct uses *u, const struct expr *e)
{
	if (e == NULL || (e->kind == EX_LAMBDA &&
	    str_eq(e->text, STR("it"))))
		return;
	switch (e->kind) {
	case EX_CALL:
		ask_call(u, e);
		break;
	case EX_INTERP:
		for (const struct item *i = e->items; i != NULL; i = i->next)
			ask_if(u, i->value, KIND(TEXT));
		break;
	case EX_FIELD:
		ask_if(u, e->a, KIND(RECORD));
		break;
	case EX_INDEX:
		ask_if(u, e->a, KIND(LIST));
		ask_if(u, e->b, KIND(INT));
		break;
	case EX_NEG: case EX_ADD: case EX_SUB: case EX_MUL:
		ask_if(u, e->a, NUMBER);
		ask_if(u, e->b, NUMBER);
		break;
	case EX_NOT: case EX_IF:
		ask_if(u, e->a, KIND(BOOL));
		break;
	case EX_AND: case EX_OR:
		ask_if(u, e->a, KIND(BOOL));
		ask_if(u, e->b, KIND(BOOL));
		break;
	case EX_IN:
		ask_if(u, e->b, KIND(LIST));
		if (e->b->kind == EX_LIST && e->b->items != NULL)
			ask_like(u, e->a, e->b->items->value);
		break;
	case EX_EQ: case EX_NE:
	case EX_LT: case EX_LE: case EX_GT: case EX_GE:
		ask_like(u, e->a, e->b);
		ask_like(u, e->b, e->a);
		break;
	case EX_MATCH:
		for (const struct item *i = e->items; i != NULL; i = i->next)
			ask_key(u, e, i->key);
		break;
	default:
		break;
	}
	uses_in(u, e->a);
	uses_in(u, e->b);
	uses_in(u, e->c);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		uses_in(u, i->key);
		uses_in(u, i->value);
	}
}

/*
 * The one type that all uses accept, or of those the one that the other way
 * gives; -1 when that is not one.
 */
static int
settle(struct uses *u, const struct type *other, struct type *out)
{
	unsigned k = TYPE_ANY;

	if (other != NULL && other->kind > TYPE_ANY && (u->kinds == 0 ||
	    (u->kinds & 1u << other->kind && u->kinds != NUMBER))) {
		*out = *other;
		out->nil = 0;
		out->noption = 0;
		return 0;
	}
	if (u->kinds == NUMBER)
		k = TYPE_DECIMAL;
	else if (u->kinds != 0 && (u->kinds & (u->kinds - 1)) == 0)
		for (k = 0; u->kinds >> k != 1;)
			k++;
	else
		return -1;
	*out = k != TYPE_LIST ? type_of(k, 0) : u->list.kind == TYPE_LIST ?
	    u->list : type_list(u->ck->c->a, type_of(TYPE_ANY, NIL_NULL));
	return 0;
}

/* ---- the parts ---- */

struct parts {
	const struct stmt *way[2], *law;
};

static int
codec_parts(struct compile *c, const struct decl *d, struct parts *p)
{
	static const struct {
		const char *name, *form;
	} part[] = {
		{ "->", "-> : …it…;" }, { "<-", "<- : …it…;" },
		{ "law", "law: exact;    or canon, partial, lossy" },
	};
	const struct stmt *all[3] = { 0 };
	int bad = 0;

	for (const struct stmt *s = d->body; s != NULL; s = s->next) {
		unsigned k = s->kind == ST_FORTH ? 0 : s->kind == ST_BACK ? 1 :
		    2;

		if (k == 2 && !str_eq(s->name.text, STR("law"))) {
			diag_fix(&c->ss, diag_at(&c->ss, C220, s->name.span,
			    "a codec has no `%.*s`", STR_ARG(s->name.text)),
			    "->, <- and law");
			bad = -1;
		} else if (all[k] != NULL) {
			diag_also(&c->ss, diag_at(&c->ss, C202, s->span,
			    "`%s` stands twice", part[k].name),
			    all[k]->span, "the first");
			bad = -1;
		} else {
			all[k] = s;
		}
	}
	for (unsigned k = 0; k < COUNT(all) && bad == 0; k++)
		if (all[k] == NULL) {
			diag_fix(&c->ss, diag_at(&c->ss, C221, d->name.span,
			    "codec `%.*s` has no `%s`",
			    STR_ARG(d->name.text), part[k].name), "%s",
			    part[k].form);
			bad = -1;
		}
	*p = (struct parts){ { all[0], all[1] }, all[2] };
	return bad;
}

static int
codec_law(struct compile *c, const struct expr *e, enum law *law)
{
	static const char *const words[] = { "exact", "canon", "partial",
		"lossy" };
	struct near near;
	struct diag *g;

	if (e->kind == EX_BAD)
		return -1;
	near_init(&near, e->kind == EX_NAME ? e->text : STR(""));
	for (unsigned i = 0; i < COUNT(words); i++) {
		if (str_eq(near.want, str_z(words[i]))) {
			*law = i;
			return 0;
		}
		near_try(&near, str_z(words[i]));
	}
	g = diag_at(&c->ss, C220, e->span,
	    "a law is exact, canon, partial or lossy");
	diag_meant(&c->ss, g, &near);
	return -1;
}

/* ---- the check ---- */

static int
check_way(struct check *ck, const struct decl *d, struct fn_info *way,
    const struct type *stated)
{
	way->locals[0].type = way->params[0];
	ck->scope = &way->locals[0];
	return fn_body(ck, d, way, stated);
}

/* What else is wrong is the reason; if nothing, the types must be stated. */
static int
report_it(struct check *ck, const struct decl *d, const struct parts *p,
    struct codec_info *codec)
{
	struct compile *c = ck->c;
	size_t before = c->d->nerror;

	for (int i = 0; i < 2; i++) {
		codec->way[i].params[0] = bad_type();
		check_way(ck, d, &codec->way[i], NULL);
	}
	if (c->d->nerror == before)
		diag_fix(&c->ss, diag_at(&c->ss, C222, p->way[0]->span,
		    "what `it` is cannot be told from how it is used"),
		    "say both types: codec %.*s: text <-> text {…}",
		    STR_ARG(d->name.text));
	return -1;
}

/* Types that are not stated: of the way that tells, then of the other. */
static int
check_ways(struct check *ck, const struct decl *d, const struct parts *p,
    struct codec_info *codec)
{
	struct uses uses[2] = { { .ck = ck }, { .ck = ck } };
	const struct type *other = NULL;
	int first;

	for (int i = 0; i < 2; i++)
		uses_in(&uses[i], p->way[i]->value);
	if (uses[0].bad || uses[1].bad)
		return -1;
	first = settle(&uses[0], NULL, &codec->way[0].params[0]) != 0;
	for (int i = 0; i < 2; i++) {
		int k = i ^ first;
		struct fn_info *way = &codec->way[k];

		if (settle(&uses[k], other, &way->params[0]) != 0)
			return report_it(ck, d, p, codec);
		if (check_way(ck, d, way, NULL) != 0)
			return -1;
		other = &way->result;
	}
	return 0;
}

static int
check_stated(struct check *ck, const struct decl *d, struct codec_info *codec)
{
	struct type side[2];
	int bad = type_declared(ck->c, d->type, &side[0]) |
	    type_declared(ck->c, d->type2, &side[1]);

	for (int i = 0; i < 2 && !bad; i++) {
		struct fn_info *way = &codec->way[i];

		/* nil passes by */
		way->params[0] = side[i];
		way->params[0].nil = 0;
		bad |= check_way(ck, d, way, &side[!i]);
	}
	return bad;
}

/* What one way gives the other takes. */
static int
check_meet(struct compile *c, const struct parts *p,
    const struct codec_info *codec)
{
	static const char *const what[] = { "goes out", "comes back" };

	for (int i = 0; i < 2; i++) {
		struct type got = codec->way[i].result;

		if (type_fits(got, codec->way[!i].params[0]))
			continue;
		got.nil = 0;
		diag_also(&c->ss, diag_at(&c->ss, C432, p->way[i]->value->span,
		    "what %s is %.*s, and the other way takes %.*s", what[i],
		    STR_ARG(type_text(c->a, got)), STR_ARG(type_text(c->a,
		    codec->way[!i].params[0]))), p->way[!i]->value->span,
		    "the other way");
		return -1;
	}
	return 0;
}

/*
 * What is exact or canon has a way for each value of ours.  A value of theirs
 * that none of ours becomes may be refused, which makes the codec partial.
 */
static int
check_law(struct compile *c, const struct parts *p, struct codec_info *codec)
{
	struct str law = p->law->value->text;
	const struct expr *fails;
	struct diag *g;

	if (codec->law > LAW_CANON)
		return 0;
	for (int back = 0; back < 2; back++) {
		fails = codec->way[back].fails;
		if (fails == NULL)
			continue;
		g = diag_at(&c->ss, back ? C431 : C430, fails->span, back ?
		    "`%.*s` can fail, so not all of theirs comes back: "
		    "partial, not %.*s" :
		    "`%.*s` can fail, and what is %.*s takes every value",
		    STR_ARG(span_line(&c->ss, fails->span, c->a)),
		    STR_ARG(law));
		diag_also(&c->ss, g, p->law->span, "the law");
		diag_fix(&c->ss, g, back ? "law: partial;" : "law: partial;    "
		    "or say what then: try %.*s else …",
		    STR_ARG(span_line(&c->ss, fails->span, c->a)));
		if (!back)
			return -1;
		codec->law = LAW_PARTIAL;
	}
	return 0;
}

int
codec_check(struct compile *c, struct entity *e)
{
	struct decl *d = e->decl;
	struct check ck = { .c = c, .m = e->mod };
	struct codec_info *codec;
	struct fn_info *forth, *back;
	struct parts p;
	int bad;

	if (e->checked)
		return e->checked > 0 ? 0 : -1;
	e->checked = -1;
	if (codec_parts(c, d, &p) != 0 || fn_enter(c, e) != 0)
		return -1;
	codec = arena_new(c->a, struct codec_info);
	e->u.codec = codec;
	forth = &codec->way[0];
	back = &codec->way[1];
	fn_room(c, forth, d->params.n + 1u);
	forth->names[0] = STR("it");
	forth->params[0] = bad_type();
	bad = codec_law(c, p.law->value, &codec->law) |
	    fn_params(&ck, d, forth, 1);
	forth->locals[0] = (struct local){ .name = STR("it"),
		.kind = LOCAL_ARG, .up = ck.scope };
	/* the parameters are the same, but `it` */
	fn_room(c, back, forth->n);
	memcpy(back->params, forth->params, forth->n * sizeof(*forth->params));
	back->names = forth->names;
	back->defaults = forth->defaults;
	back->locals[0] = forth->locals[0];
	for (int i = 0; i < 2; i++) {
		codec->way[i].name = arena_printf(c->a, "%.*s %s",
		    STR_ARG(d->name.text), i ? "<-" : "->");
		codec->way[i].body = p.way[i]->value;
	}
	bad |= d->type != NULL ? check_stated(&ck, d, codec) :
	    check_ways(&ck, d, &p, codec);
	if (bad == 0 && check_meet(c, &p, codec) == 0 &&
	    check_law(c, &p, codec) == 0)
		e->checked = 1;
	fn_leave(c, e);
	return e->checked > 0 ? 0 : -1;
}
