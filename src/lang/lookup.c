/*
 * xref and lookup, checked and compiled.  An xref goes the way of the program
 * that it stands in: forward it gives their id for our key, back our key for
 * their id.
 */
#include "lang/lookup.h"

static const struct {
	const char *word;
	enum lookup_type type;
	enum type_kind kind;
} types[] = {
	{ "text", LOOKUP_TEXT, TYPE_TEXT },
	{ "int", LOOKUP_INT, TYPE_INT },
	{ "decimal", LOOKUP_DECIMAL, TYPE_DECIMAL },
	{ "bool", LOOKUP_BOOL, TYPE_BOOL },
	{ "date", LOOKUP_TEXT, TYPE_DATE },
	{ "datetime", LOOKUP_TEXT, TYPE_DATETIME },
};

/* An id is a text or an int. */
#define XREF_TYPES 2u

static int
is_lookup(struct str name)
{
	return str_eq(name, STR("xref")) || str_eq(name, STR("lookup"));
}

/* ---- what stands between the brackets ---- */

static int
read_name(struct check *ck, struct str word, const struct expr *e,
    struct lookup *l)
{
	if (e->kind == EX_TEXT && e->text.n > 0 &&
	    memchr(e->text.p, '\0', e->text.n) == NULL) {
		l->name = e->text;
		return 0;
	}
	if (e->kind == EX_BAD)
		return -1;
	diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C452, e->span,
	    "the name in %.*s is a constant text: what a batch needs is "
	    "asked before it is mapped", STR_ARG(word)),
	    "%.*s(\"%s\", …)", STR_ARG(word), l->xref ? "account" : "owners");
	return -1;
}

static int
read_type(struct check *ck, struct str word, const struct expr *e,
    struct lookup *l)
{
	unsigned n = l->xref ? XREF_TYPES : COUNT(types);

	for (unsigned i = 0; i < n; i++)
		if (e->kind == EX_NAME &&
		    str_eq(e->text, str_z(types[i].word))) {
			l->type = types[i].type;
			l->result = type_of(types[i].kind, 0);
			return 0;
		}
	if (e->kind != EX_BAD)
		diag_at(&ck->c->ss, C214, e->span, "%.*s gives %s",
		    STR_ARG(word), l->xref ? "text or int" :
		    "text, int, decimal, bool, date or datetime");
	return -1;
}

/* name, [key,] type; -1 with a finding. */
static int
read_args(struct check *ck, struct expr *e, struct str word, int with_key,
    struct lookup *l, struct expr **key)
{
	static struct expr text = { .kind = EX_NAME, .depth = 1,
		.text = { "text", 4 } };
	struct formal formal[3] = { { STR("name"), NULL } };
	struct expr *args[3] = { 0 };
	unsigned n = 1;

	if (with_key)
		formal[n++] = (struct formal){ STR("key"), NULL };
	formal[n++] = (struct formal){ STR("type"), &text };
	l->xref = str_eq(word, STR("xref"));
	if (call_sort(ck, e, word, formal, n, args) != 0 ||
	    read_name(ck, word, args[0], l) != 0 ||
	    read_type(ck, word, args[n - 1], l) != 0)
		return -1;
	*key = args[1];
	return 0;
}

/* Where nothing can be looked up. */
static int
check_place(struct check *ck, const struct expr *e, struct str word)
{
	const char *why = NULL;

	if (ck->flags & CK_CONNECTOR)
		why = "a connector only sees what a map made";
	else if (ck->flags & (CK_ALONE | CK_KEY))
		why = "this is about the record alone; ask in a rule: "
		    "… <- if … then … else absent";
	if (why == NULL)
		return 0;
	diag_at(&ck->c->ss, C453, e->span, "`%.*s` cannot stand here: %s",
	    STR_ARG(word), why);
	return -1;
}

static int
nested(struct check *ck, const struct expr *e)
{
	diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C450, e->span,
	    "the key of a lookup depends on another lookup: all keys of a "
	    "batch are asked for at once, before any answer is there"),
	    "keep in the table, or in the record, what the second would find");
	return -1;
}

int
lookup_inside(struct check *ck, const struct expr *e, unsigned looks)
{
	if (looks == 0)
		return 0;
	if (ck->in_key)
		return nested(ck, e);
	if (check_place(ck, e, looks & LOOKS_XREF ? STR("xref") :
	    STR("lookup")) != 0)
		return -1;
	ck->looks |= looks;
	return 0;
}

static int
fits_key(struct check *ck, const struct lookup *l, struct type t,
    struct span at)
{
	t.nil = 0;
	if (t.kind == TYPE_BAD || type_fits(t, type_of(TYPE_TEXT, 0)) ||
	    type_fits(t, type_of(TYPE_INT, 0)))
		return t.kind == TYPE_BAD ? -1 : 0;
	diag_at(&ck->c->ss, C301, at, "a key of `%.*s` is text or int, this "
	    "is %.*s", STR_ARG(l->name), STR_ARG(type_text(ck->c->a, t)));
	return -1;
}

int
lookup_call(struct check *ck, struct expr *e, struct str word, struct type *t)
{
	struct lookup *l;
	struct note *note;
	struct expr *key;
	struct type of;

	if (!is_lookup(word))
		return -1;
	*t = bad_type();
	l = arena_new(ck->c->a, struct lookup);
	if (read_args(ck, e, word, 1, l, &key) != 0 ||
	    lookup_inside(ck, e, l->xref ? LOOKS_XREF : LOOKS_TABLE) != 0)
		return 0;
	ck->in_key = 1;
	of = check_expr(ck, key);
	ck->in_key = 0;
	if (fits_key(ck, l, of, key->span) != 0)
		return 0;
	note = expr_note(ck->c, e);
	note->kind = NOTE_LOOKUP;
	note->lookup = l;
	note->args = arena_array(ck->c->a, 1, sizeof(*note->args));
	note->args[0] = key;
	note->nargs = 1;
	*t = l->result;
	t->nil = NIL_ABSENT | of.nil;
	return 0;
}

/* ---- in a pipe ---- */

int
lookup_step(struct check *ck, const struct map_rule *r, struct step *s,
    struct expr *e)
{
	struct lookup *l;
	struct expr *none;

	if (!is_lookup(s->name))
		return 0;
	l = arena_new(ck->c->a, struct lookup);
	if (e->kind != EX_CALL) {
		diag_at(&ck->c->ss, C208, e->span, "%.*s needs `name`",
		    STR_ARG(s->name));
		return -1;
	}
	if (read_args(ck, e, s->name, 0, l, &none) != 0 ||
	    check_place(ck, e, s->name) != 0)
		return -1;
	if (!l->xref && r->stmt->arrow == ARROW_BOTH) {
		diag_fix(&ck->c->ss, diag_at(&ck->c->ss, C413, s->span,
		    "`lookup` has no way back: a table is asked by its key"),
		    "write the rule one way: … <- … via lookup(…)");
		return -1;
	}
	s->lookup = l;
	s->law = LAW_PARTIAL;
	return 1;
}

/* An id is an int where what takes it is one. */
static enum type_kind
id_kind(const struct map_rule *r, const struct step *s, int back)
{
	size_t i = (size_t)(s - r->steps);
	struct type t = back ? r->left[0].type : r->right.type;

	if (s->lookup->result.kind == TYPE_INT)
		return TYPE_INT;
	if (back ? i > 0 : i + 1 < r->nstep)
		return TYPE_TEXT;
	return type_is_number(t) ? TYPE_INT : TYPE_TEXT;
}

/* Whether such a rule has a value, or a wait, for what is not found. */
static int
settles(const struct map_rule *r, int back)
{
	return r->missing == NIL_DEFER || r->missing == NIL_CREATE ||
	    r->missing == NIL_ERROR ||
	    (r->required && (!back || r->stmt->arrow != ARROW_BOTH));
}

struct type
lookup_flow(struct compile *c, const struct map_rule *r, const struct step *s,
    struct type t, int back)
{
	struct check ck = { .c = c };
	struct type result = s->lookup->result;

	if (fits_key(&ck, s->lookup, t, s->span) != 0)
		return bad_type();
	if (s->lookup->xref)
		result = type_of(id_kind(r, s, back), 0);
	result.nil = t.nil;
	if (!settles(r, back))
		result.nil |= r->missing == NIL_CLEAR && !back ? NIL_NULL :
		    NIL_ABSENT;
	return result;
}

/* ---- a rule as a whole ---- */

static unsigned
step_looks(const struct step *s)
{
	unsigned looks = 0;

	if (s->lookup != NULL)
		return s->lookup->xref ? LOOKS_XREF : LOOKS_TABLE;
	for (int i = 0; i < 2; i++)
		looks |= s->way[i] ? s->way[i]->looks : 0;
	return looks;
}

static int
constant(struct map_info *m, const struct expr *e, const char *why)
{
	diag_at(&m->ck.c->ss, C453, e->span,
	    "nothing can be looked up here: %s", why);
	return -1;
}

int
lookup_rule(struct map_info *m, struct map_rule *r)
{
	struct compile *c = m->ck.c;
	unsigned before = 0;

	r->looks = before = r->source ? lookup_of(r->source) : 0;
	if (lookup_of(r->other) != 0)
		return constant(m, r->other, "`default` is the same whatever "
		    "is linked: … ?? …");
	for (unsigned i = 0; i < r->nstep; i++) {
		unsigned looks = step_looks(&r->steps[i]);

		for (unsigned k = 0; k < r->steps[i].nargs; k++)
			if (lookup_of(r->steps[i].args[k]) != 0)
				return constant(m, r->steps[i].args[k],
				    "a codec's argument may depend on the "
				    "target, of which nothing is known "
				    "beforehand");

		r->looks |= looks;
		if (looks != 0 && before != 0) {
			struct expr at = { .span = r->steps[i].span };

			return nested(&m->ck, &at);
		}
		before |= looks;
	}
	r->pipe_looks = r->source ? before & ~lookup_of(r->source) : before;
	if ((r->missing != NIL_DEFER && r->missing != NIL_CREATE) ||
	    r->looks & LOOKS_XREF)
		return 0;
	diag_fix(&c->ss, diag_at(&c->ss, C451, r->stmt->head, r->looks ?
	    "a table has no record that one could wait for" :
	    "the rule asks for no other record, so there is nothing to wait "
	    "for"), "missing: error refuses the record, missing: skip leaves "
	    "the field out");
	return -1;
}

/* ---- test blocks ---- */

int
lookup_given(struct compile *c, const struct map_info *m,
    const struct stmt *s, struct unit_step *out)
{
	struct check ck = { .c = c, .m = m->e->mod };
	struct arena a = { 0 };
	struct lookups l = { 0 };
	struct buf b = { 0 };
	struct value v;
	struct err e;
	int rv = -1;

	if (!is_lookup(s->name.text) ||
	    str_eq(s->name.text, m->left.name) ||
	    str_eq(s->name.text, m->right.name))
		return 0;
	if (s->kind != ST_GIVEN) {
		diag_at(&c->ss, C454, s->span, "`%.*s` is no record: it is "
		    "given only", STR_ARG(s->name.text));
		return -1;
	}
	if (check_expr(&ck, s->value).kind == TYPE_BAD)
		return -1;
	out->kind = str_eq(s->name.text, STR("xref")) ? STEP_XREF :
	    STEP_LOOKUP;
	if (s->value->kind == EX_RECORD &&
	    expr_const(c, s->value, &v) == 0) {
		value_write(&b, v);
		out->json = arena_str(&c->unit->arena, buf_str(&b));
		memset(buf_room(&b, RECORD_PAD), 0, RECORD_PAD);
		rv = lookups_part(&l, out->kind == STEP_XREF ? LOOKUP_XREF :
		    LOOKUP_TABLE, (struct value){ .type = V_RAW,
		    .n = (uint32_t)b.n, .u.p = b.p }, &a, &e);
		if (rv != 0)
			diag_at(&c->ss, C454, s->value->span, "%s", e.text);
	} else {
		diag_at(&c->ss, C507, s->value->span, "what a lookup finds is "
		    "constant: { account: { \"A1\": \"9001\" } }");
	}
	out->pos = span_pos(&c->ss, s->span);
	lookups_fini(&l);
	arena_fini(&a);
	buf_fini(&b);
	return rv == 0 ? 1 : -1;
}

/* ---- code ---- */

static size_t
index_of(struct gen_func *f, const struct lookup *l, enum lookup_type type)
{
	return gen_lookup(f->g, (struct prog_lookup){
	    .kind = !l->xref ? LOOKUP_TABLE : f->g->back ? LOOKUP_XREF_BACK :
	    LOOKUP_XREF, .type = type, .name = l->name });
}

size_t
lookup_index(struct gen_func *f, const struct lookup *l)
{
	return index_of(f, l, l->type);
}

void
lookup_gen(struct gen_func *f, const struct lookup *l, unsigned dst)
{
	gen_ak(f, OP_LOOKUP, dst, lookup_index(f, l));
}

size_t
lookup_step_index(struct gen_func *f, const struct map_rule *r,
    const struct step *s, int back)
{
	enum lookup_type type = s->lookup->type;

	if (s->lookup->xref)
		type = id_kind(r, s, back) == TYPE_INT ? LOOKUP_INT :
		    LOOKUP_TEXT;
	return index_of(f, s->lookup, type);
}

void
lookup_gen_step(struct gen_func *f, const struct map_rule *r,
    const struct step *s, int back, unsigned dst)
{
	gen_ak(f, OP_LOOKUP, dst, lookup_step_index(f, r, s, back));
}

void
lookup_gen_wait(struct gen_func *f, const struct map_rule *r, int back,
    unsigned v)
{
	if (settles(r, back))
		gen_ak(f, OP_WAIT, v, r->missing == NIL_DEFER ? WAIT_DEFER :
		    r->missing == NIL_CREATE ? WAIT_CREATE : WAIT_ERROR);
}
