/*
 * Built-ins for the slow evaluator: their signatures, read here once more,
 * and calls of them one by one through a program of a single instruction.
 */
#include "oracle.h"

#include <string.h>

#include "record/decimal.h"
#include "record/value.h"
#include "vm/builtin.h"

/* ---- signatures ---- */

static int
is_type(struct str s)
{
	static const char *const types[] = { "text", "int", "decimal",
		"number", "bool", "date", "datetime", "any", "record", "T",
		"time" };

	for (size_t i = 0; i < COUNT(types); i++)
		if (str_eq(s, str_z(types[i])))
			return 1;
	return s.n > 4 && memcmp(s.p, "list", 4) == 0;
}

static struct str
trim(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	while (p < end && end[-1] == ' ')
		end--;
	return str_from(p, (size_t)(end - p));
}

static void
read_param(struct oparam *out, const char *p, const char *end)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));
	const char *equal = memchr(p, '=', (size_t)(end - p));

	out->name = trim(p, colon);
	out->type = trim(colon + 1, equal ? equal : end);
	if (equal != NULL)
		out->other = trim(equal + 1, end);
	for (p = out->type.p; p < out->type.p + out->type.n;) {
		const char *stop = p;

		while (stop < out->type.p + out->type.n && *stop != '|')
			stop++;
		if (!is_type(trim(p, stop)))
			out->words[out->nword++] = trim(p, stop);
		p = stop + 1;
	}
}

const struct osig *
osig_of(unsigned k)
{
	static struct osig sigs[256];
	struct osig *s = &sigs[k];
	const char *p = builtins[k].params;

	HOLDS(nbuiltin <= COUNT(sigs), "%zu built-ins", nbuiltin);
	if (s->b != NULL)
		return s;
	s->b = &builtins[k];
	if (s->b->left != NULL)
		s->param[s->n++] = (struct oparam){ .name = STR("it"),
			.type = str_z(s->b->left) };
	while (*p != '\0') {
		const char *end = p;
		int quoted = 0;

		for (; *end != '\0' && (*end != ',' || quoted); end++)
			quoted ^= *end == '"';
		read_param(&s->param[s->n++], p, end);
		p = *end == ',' ? end + 1 : end;
	}
	return s;
}

/* ---- values, there and back ---- */

/*
 * What came with the record is given as it came, so that built-ins see what
 * the interpreter shows them.
 */
static struct value
to_value(struct arena *a, const struct oval *v)
{
	struct value out = { 0 };

	if (v->raw.n > 0) {
		out = value_text(v->raw);
		if (v->kind == O_TEXT)
			out.flags = memchr(v->raw.p, '\\', v->raw.n) ?
			    VF_ESCAPED : VF_PLAIN;
		else
			out.type = v->kind == O_NUM ? V_NUM : V_RAW;
		return out;
	}
	switch (v->kind) {
	case O_ABSENT:
		break;
	case O_NULL:
		return value_null();
	case O_BOOL:
		return value_bool(v->yes);
	case O_TEXT:
		return value_text(v->text);
	case O_NUM:
		if (v->num.whole) {
			out = value_int(0);
			onum_int(a, v->num, &out.u.i);
		} else {
			struct dec *d = arena_new(a, struct dec);

			for (size_t i = 0; i < v->num.n; i++)
				d->coef = d->coef * 10 +
				    (v->num.digits[i] - '0');
			if (v->num.negative)
				d->coef = -d->coef;
			d->scale = (int32_t)v->num.scale;
			out.type = V_DEC;
			out.u.d = d;
		}
		break;
	case O_LIST: {
		struct value *list = arena_array(a, v->n, sizeof(*list));

		for (size_t i = 0; i < v->n; i++)
			list[i] = to_value(a, &v->list[i]);
		out = (struct value){ .type = V_LIST, .n = (uint32_t)v->n,
			.u.list = list };
		break;
	}
	case O_RECORD: {
		struct member *m = arena_array(a, v->n, sizeof(*m));

		for (size_t i = 0; i < v->n; i++)
			m[i] = (struct member){ v->names[i],
				to_value(a, &v->list[i]) };
		out = (struct value){ .type = V_RECORD, .n = (uint32_t)v->n,
			.u.record = m };
		break;
	}
	}
	return out;
}

static struct oval
from_dec(struct arena *a, struct dec d, int whole)
{
	char text[DEC_TEXT_MAX];
	struct oval v = { .kind = O_NUM };

	onum_read(a, str_from(text, dec_format(d, text)), &v.num);
	v.num.whole = whole;
	return v;
}

static struct oval
from_value(struct arena *a, struct value v)
{
	struct oval out = { 0 };

	switch (v.type) {
	case V_NULL:
		return o_null;
	case V_BOOL:
		return o_bool(v.u.i != 0);
	case V_NUM:
	case V_RAW:
		HOLDS(o_read(a, str_from(v.u.p, v.n), &out) == 0, "%.*s",
		    (int)v.n, v.u.p);
		break;
	case V_INT:
		return from_dec(a, dec_int(v.u.i), 1);
	case V_DEC:
		return from_dec(a, *v.u.d, 0);
	case V_TEXT:
		out = o_text(value_str(v, a));
		if (v.flags != 0)
			out.raw = str_from(v.u.p, v.n);
		return out;
	case V_LIST:
		out.kind = O_LIST;
		for (uint32_t i = 0; i < v.n; i++)
			o_push(a, &out, NULL, from_value(a, v.u.list[i]));
		break;
	case V_RECORD:
		out.kind = O_RECORD;
		for (uint32_t i = 0; i < v.n; i++)
			o_push(a, &out, &v.u.record[i].name,
			    from_value(a, v.u.record[i].value));
		break;
	default:
		break;
	}
	return out;
}

/* ---- calls ---- */

/* A program that calls built-in number k and returns what it gives. */
static const struct prog *
caller(unsigned k)
{
	static const struct str file = { "built-in", 8 };
	static const struct prog_pos pos[2];
	static struct {
		struct prog p;
		struct prog_func f;
		uint32_t code[2];
	} made[512];
	static struct arena kept;
	struct prog *p = &made[k].p;
	unsigned n = builtin_arity(k);
	struct err e;

	if (p->sealed)
		return p;
	made[k].code[0] = INSN_AK(OP_CALL, 0, k);
	made[k].code[1] = INSN_ABC(OP_RETURN, 0, 0, 0);
	made[k].f = (struct prog_func){ .end = 2, .nargs = (uint16_t)n,
		.ntemps = (uint16_t)(n ? n : 1) };
	*p = (struct prog){ .code = made[k].code, .pos = pos, .ncode = 2,
		.funcs = &made[k].f, .nfunc = 1, .rules = -1, .files = &file,
		.nfile = 1 };
	HOLDS(prog_verify(p, &kept, &e) == 0, "%s", e.text);
	return p;
}

int
o_builtin(struct oracle *o, struct span at, unsigned k, int back,
    struct oval *args, unsigned n, struct oval hidden, struct oval *out)
{
	const struct builtin *b = &builtins[k];
	struct value v[20], result;
	struct err e;

	/* nil goes through a codec, unless that is made for it */
	if (b->left != NULL && strcmp(b->left, "any") != 0 &&
	    o_nil(&args[0])) {
		*out = args[0];
		return 0;
	}
	if (b->hidden != HIDDEN_NONE)
		args[n++] = hidden;
	HOLDS(n == builtin_arity(2 * k) && n < COUNT(v), "%s takes %u, not %u",
	    b->name, builtin_arity(2 * k), n);
	for (unsigned i = 0; i < n; i++)
		v[i] = to_value(o->a, &args[i]);
	if (vm_call(o->vm, caller(2 * k + (back != 0)), 0, v, n, &result,
	    o->a, &e) != 0)
		return o_fail_at(o, at, e.code == ERR_LIMIT ? OF_LIMIT :
		    OF_DATA, e.text);
	*out = from_value(o->a, result);
	return 0;
}

int
o_sort(const struct item *i, const struct str *names, unsigned n,
    const struct expr **args)
{
	unsigned at = 0;

	memset(args, 0, n * sizeof(*args));
	for (; i != NULL; i = i->next) {
		unsigned k = at;

		if (i->name.text.n > 0)
			for (k = 0; k < n && !str_eq(names[k],
			    i->name.text);)
				k++;
		else
			at++;
		if (k >= n)
			return -1;
		args[k] = i->value;
	}
	return 0;
}

/* A default, as the table writes it. */
static struct oval
written(struct oracle *o, const struct oparam *p)
{
	struct oval v = { 0 };

	for (unsigned i = 0; i < p->nword; i++)
		if (str_eq(p->words[i], p->other))
			return o_text(p->other);
	HOLDS(o_read(o->a, p->other, &v) == 0, "default %.*s",
	    STR_ARG(p->other));
	v.raw.n = 0;
	return v;
}

int
o_arg(struct oracle *o, unsigned k, unsigned i, const struct expr *e,
    const struct obind *env, struct oval *out)
{
	const struct oparam *p = &osig_of(k)->param[i];

	if (e == NULL) {
		*out = written(o, p);
		return 0;
	}
	for (unsigned w = 0; w < p->nword && e->kind == EX_NAME; w++)
		if (str_eq(p->words[w], e->text)) {
			*out = o_text(e->text);
			return 0;
		}
	return o_eval(o, e, env, out);
}
