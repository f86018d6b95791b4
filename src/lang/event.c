/*
 * event.op, event.at, event.key: the change that a record comes of.
 *
 * Like now() they are given to the VM with the record, so a run can be
 * repeated.  Functions do not see them, and a key does not depend on them.
 */
#include "lang/compile.h"

#include "record/calendar.h"

static const char *const fields[] = {
#define X(name, word) [EVENT_OF_##name] = word,
	EVENT_FIELDS(X)
#undef X
};

/* Whether the word means the event in a scope, and not a thing called so. */
static int
is_event(const struct local *scope, const struct expr *e)
{
	if (e->kind != EX_NAME || !str_eq(e->text, STR("event")))
		return 0;
	for (; scope != NULL; scope = scope->up)
		if (str_eq(scope->name, e->text))
			return 0;
	return 1;
}

/* Why nothing is known of an event where ck stands; NULL: it is known. */
static const char *
unknown_here(const struct check *ck)
{
	const struct local *l = ck->scope;

	while (l != NULL && l->kind == LOCAL_ARG)
		l = l->up;
	if (l == NULL)
		return "`event` is known in maps and in rules; give a "
		    "function what it needs of it";
	if (ck->flags & CK_KEY)
		return "a key depends on the record alone";
	return NULL;
}

static unsigned
find_field(struct check *ck, struct span at, struct str name)
{
	struct near near;
	unsigned k = 0;
	struct diag *g;

	near_init(&near, name);
	while (k < COUNT(fields) && !str_eq(name, str_z(fields[k])))
		near_try(&near, str_z(fields[k++]));
	if (k < COUNT(fields))
		return k;
	g = diag_at(&ck->c->ss, C401, at, "an event has no field `%.*s`",
	    STR_ARG(name));
	if (!diag_meant(&ck->c->ss, g, &near))
		diag_fix(&ck->c->ss, g, "event.op, event.at, event.key");
	return k;
}

static struct type
field_type(struct compile *c, unsigned k)
{
	struct type t = type_of(k == EVENT_OF_AT ? TYPE_DATETIME : TYPE_TEXT,
	    0);
	struct str *words;
	const char *word;

	if (k != EVENT_OF_OP)
		return t;
	t.options = words = arena_array(c->a, 3, sizeof(*words));
	for (unsigned bit = 1; (word = event_word(bit)) != NULL; bit <<= 1)
		words[t.noption++] = str_z(word);
	return t;
}

int
event_check(struct check *ck, struct expr *e, struct type *t)
{
	const char *why;
	struct note *n;
	unsigned k;

	if ((ck->flags & CK_CONNECTOR) || !is_event(ck->scope, e->a))
		return 0;
	*t = bad_type();
	why = unknown_here(ck);
	if (why != NULL) {
		diag_at(&ck->c->ss, C311, e->span, "%s", why);
		return 1;
	}
	k = find_field(ck, e->op, e->text);
	if (k == COUNT(fields))
		return 1;
	n = expr_note(ck->c, e);
	n->kind = NOTE_EVENT;
	n->k = k;
	*t = field_type(ck->c, k);
	return 1;
}

/* ---- test blocks ---- */

static int
take_op(struct compile *c, const struct item *i, struct str word,
    struct vm_event *ev)
{
	struct near near;
	struct diag *g;

	ev->op = event_bit(word, &near);
	if (ev->op != 0)
		return 0;
	g = diag_at(&c->ss, C503, i->value->span, "there is no event `%.*s`",
	    STR_ARG(word));
	if (!diag_meant(&c->ss, g, &near))
		diag_fix(&c->ss, g, "create, update or delete");
	return -1;
}

static int
take_at(struct compile *c, const struct item *i, struct str text,
    struct vm_event *ev)
{
	struct moment m;
	struct err e;

	if (moment_parse(text, 0, &m, &e) != 0) {
		diag_at(&c->ss, C507, i->value->span, "%s", e.text);
		return -1;
	}
	ev->at_us = moment_seconds(&m) * 1000000 + m.nano / 1000;
	return 0;
}

static int
take_field(struct check *ck, const struct item *i, struct vm_event *ev)
{
	struct compile *c = ck->c;
	unsigned k = find_field(ck, i->name.span, i->name.text);
	struct value v;

	if (k == COUNT(fields))
		return -1;
	if (check_expr(ck, i->value).kind == TYPE_BAD)
		return -1;
	if (expr_const(c, i->value, &v) != 0 || v.type != V_TEXT) {
		diag_at(&c->ss, C507, i->value->span,
		    "the fields of an event are constant texts");
		return -1;
	}
	if (k == EVENT_OF_OP)
		return take_op(c, i, value_str(v, c->a), ev);
	if (k == EVENT_OF_AT)
		return take_at(c, i, value_str(v, c->a), ev);
	ev->key = arena_str(&c->unit->arena, value_str(v, c->a));
	return 0;
}

int
event_given(struct compile *c, const struct map_info *m,
    const struct stmt *s, struct unit_step *out)
{
	struct check ck = { .c = c, .m = m->e->mod };
	int bad = 0;

	if (!str_eq(s->name.text, STR("event")) ||
	    str_eq(s->name.text, m->left.name) ||
	    str_eq(s->name.text, m->right.name))
		return 0;
	if (s->kind != ST_GIVEN || s->value->kind != EX_RECORD) {
		diag_fix(&c->ss, diag_at(&c->ss, C507, s->span, "an event is "
		    "given, as a record"), "given event = { op: \"update\" };");
		return -1;
	}
	out->kind = STEP_EVENT;
	out->pos = span_pos(&c->ss, s->span);
	out->event = (struct vm_event){ 0, VM_AT_NOW, STR("") };
	for (const struct item *i = s->value->items; i != NULL; i = i->next)
		bad |= take_field(&ck, i, &out->event) != 0;
	return bad ? -1 : 1;
}
