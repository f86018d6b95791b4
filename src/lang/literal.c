/*
 * Constants: literals as values, and the expressions that are made of them.
 */
#include "lang/compile.h"

#include "record/decimal.h"

static int
number_value(struct compile *c, const struct expr *e, struct value *v)
{
	struct err err;
	struct dec d, *kept;
	int64_t i;

	if (dec_parse(e->text, &d, &err) != 0) {
		diag_at(&c->ss, C105, e->span, "%s", err.text);
		return -1;
	}
	if (memchr(e->text.p, '.', e->text.n) == NULL &&
	    dec_to_int(d, &i, NULL) == 0) {
		*v = value_int(i);
		return 0;
	}
	kept = arena_alloc(c->a, sizeof(*kept));
	*kept = d;
	*v = (struct value){ .type = V_DEC, .u.d = kept };
	return 0;
}

/* Seconds, exactly: "200ms" is 0.2. */
static int
duration_value(struct compile *c, const struct expr *e, struct value *v)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
		{ "d", 86400000 }, { "w", 604800000 },
	};
	size_t n = 0;
	int64_t count = 0, ms = 0;

	while (n < e->text.n && e->text.p[n] >= '0' && e->text.p[n] <= '9') {
		if (__builtin_mul_overflow(count, 10, &count) ||
		    __builtin_add_overflow(count, e->text.p[n] - '0', &count))
			goto range;
		n++;
	}
	for (size_t i = 0; i < COUNT(units); i++)
		if (str_eq(str_from(e->text.p + n, e->text.n - n),
		    str_z(units[i].unit)) &&
		    __builtin_mul_overflow(count, units[i].ms, &ms))
			goto range;
	if (ms % 1000 == 0) {
		*v = value_int(ms / 1000);
	} else {
		struct dec *d = arena_alloc(c->a, sizeof(*d));

		*d = dec_normal((struct dec){ .coef = ms, .scale = 3 });
		*v = (struct value){ .type = V_DEC, .u.d = d };
	}
	return 0;
range:
	diag_at(&c->ss, C105, e->span, "the duration is too long");
	return -1;
}

int
literal_value(struct compile *c, const struct expr *e, struct value *v)
{
	switch (e->kind) {
	case EX_NULL:
		*v = value_null();
		return 0;
	case EX_ABSENT:
		*v = (struct value){ .type = V_ABSENT };
		return 0;
	case EX_TRUE:
	case EX_FALSE:
		*v = value_bool(e->kind == EX_TRUE);
		return 0;
	case EX_TEXT:
		*v = value_text(e->text);
		return 0;
	case EX_NUMBER:
		return number_value(c, e, v);
	case EX_DURATION:
		return duration_value(c, e, v);
	default:
		return -1;
	}
}

static int
const_list(struct compile *c, const struct expr *e, struct value *v)
{
	struct value *list = arena_array(c->a, e->n, sizeof(*list));

	*v = (struct value){ .type = V_LIST, .u.list = list };
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		if (expr_const(c, i->value, &list[v->n]) != 0)
			return -1;
		if (list[v->n].type != V_ABSENT)
			v->n++;
	}
	return 0;
}

static int
const_record(struct compile *c, const struct expr *e, struct value *v)
{
	struct member *m = arena_array(c->a, e->n, sizeof(*m));

	*v = (struct value){ .type = V_RECORD, .u.record = m };
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		m[v->n].name = i->name.text;
		if (expr_const(c, i->value, &m[v->n].value) != 0)
			return -1;
		if (m[v->n].value.type != V_ABSENT)
			v->n++;
	}
	return 0;
}

/* A text whose parts are texts. */
static int
const_text(struct compile *c, const struct expr *e, struct value *v)
{
	struct buf b = { 0 };
	int status = 0;

	for (const struct item *i = e->items; i && status == 0; i = i->next) {
		status = expr_const(c, i->value, v);
		if (status == 0 && v->type == V_TEXT)
			buf_puts(&b, value_str(*v, c->a));
		else
			status = -1;
	}
	*v = value_text(arena_str(c->a, buf_str(&b)));
	buf_fini(&b);
	return status;
}

int
expr_const(struct compile *c, const struct expr *e, struct value *v)
{
	if (e->note != NULL && e->note->kind == NOTE_CONST) {
		*v = e->note->value;
		return 0;
	}
	if (e->note != NULL && e->note->kind == NOTE_PARAM)
		return param_const(e->note, v);
	switch (e->kind) {
	case EX_LIST:
		return const_list(c, e, v);
	case EX_RECORD:
		return const_record(c, e, v);
	case EX_INTERP:
		return const_text(c, e, v);
	case EX_NULL: case EX_ABSENT: case EX_TRUE: case EX_FALSE:
	case EX_TEXT:
		return literal_value(c, e, v);
	default:
		return -1;
	}
}

struct str
value_show(struct compile *c, struct value v)
{
	struct buf b = { 0 };
	struct str s;

	if (v.type == V_ABSENT)
		return STR("absent");
	value_write(&b, v);
	s = arena_str(c->a, buf_str(&b));
	buf_fini(&b);
	return s;
}
