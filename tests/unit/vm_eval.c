/*
 * A small evaluator of calls, so that the examples of the built-ins run
 * without the compiler, and tests can be written as expressions.
 *
 *	expr  = literal | [ expr, … ] | { name: expr, … } | name ( args )
 *	      | name' ( args ) | name => expr | name
 *
 * name' is a codec's way back.  A hidden argument may be given as the last.
 */
#include "vm.h"

#include <ctype.h>

#include "base/size.h"

const struct str test_files[1] = { { "t.map", 5 } };
const struct prog_pos test_pos[4096] = { [0 ... 4095] = { .line = 7 } };

struct prog
test_prog(struct prog_func *f, const uint32_t *code, uint32_t n,
    uint16_t ntemps)
{
	*f = (struct prog_func){ .name = STR("main"), .end = n,
		.ntemps = ntemps };
	return (struct prog){
		.name = STR("test"), .code = code, .ncode = n,
		.pos = test_pos, .funcs = f, .nfunc = 1, .rules = -1,
		.files = test_files, .nfile = 1,
	};
}

int
test_call(struct vm *vm, unsigned k, const struct value *args, size_t n,
    struct value *result, struct arena *a, struct err *e)
{
	const uint32_t code[] = { INSN_AK(OP_CALL, 0, k),
		INSN_ABC(OP_RETURN, 0, 0, 0) };
	struct prog_func f;
	struct prog p = test_prog(&f, code, 2, (uint16_t)(n ? n : 1));

	f.nargs = (uint16_t)n;
	cr_assert_eq(builtin_arity(k), n, "%s takes %u, not %zu",
	    builtins[k / 2].name, builtin_arity(k), n);
	cr_assert_eq(prog_verify(&p, a, e), 0, "%s", e->text);
	return vm_call(vm, &p, 0, args, n, result, a, e);
}

const char *
test_show(struct value v, struct arena *a)
{
	struct buf b = { 0 };
	struct str s;

	if (v.type == V_ABSENT)
		return "absent";
	value_write(&b, v);
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s.p;
}

struct eval {
	struct vm *vm;
	const char *p;
	struct arena *a;
	struct err *e;
	struct str var; /* the variable of a lambda, and its value */
	struct value value;
};

static void
blank(struct eval *v)
{
	while (*v->p == ' ')
		v->p++;
}

static int
take(struct eval *v, char c)
{
	blank(v);
	if (*v->p != c)
		return 0;
	v->p++;
	return 1;
}

static void
need(struct eval *v, char c)
{
	cr_assert(take(v, c), "wants %c at %s", c, v->p);
}

static struct str
name(struct eval *v)
{
	const char *start;

	blank(v);
	for (start = v->p; isalnum((unsigned char)*v->p) || *v->p == '_';)
		v->p++;
	return str_from(start, (size_t)(v->p - start));
}

static struct value
quoted(struct eval *v)
{
	char *out = arena_alloc(v->a, strlen(v->p));
	size_t n = 0;

	for (v->p++; *v->p != '"'; v->p++) {
		char c = *v->p;

		cr_assert_neq(c, '\0', "a text has no end");
		if (c == '\\') {
			unsigned u;

			switch (c = *++v->p) {
			case 'n':
				c = '\n';
				break;
			case 'r':
				c = '\r';
				break;
			case 't':
				c = '\t';
				break;
			case 'u':
				cr_assert_eq(sscanf(v->p + 1, "%4x", &u), 1);
				v->p += 4;
				if (u >= 0x800) {
					out[n++] = (char)(0xe0 | u >> 12);
					out[n++] = (char)(0x80 | (u >> 6 & 63));
					c = (char)(0x80 | (u & 63));
				} else if (u >= 0x80) {
					out[n++] = (char)(0xc0 | u >> 6);
					c = (char)(0x80 | (u & 63));
				} else {
					c = (char)u;
				}
				break;
			default:
				break;
			}
		}
		out[n++] = c;
	}
	v->p++;
	return value_text(str_from(out, n));
}

static struct value
number(struct eval *v)
{
	const char *start = v->p;
	struct dec *d = arena_new(v->a, struct dec);
	struct str s;
	int64_t i;

	v->p += *v->p == '-';
	while (isdigit((unsigned char)*v->p) || *v->p == '.')
		v->p++;
	s = str_from(start, (size_t)(v->p - start));
	cr_assert_eq(dec_parse(s, d, v->e), 0, "%s", v->e->text);
	if (memchr(s.p, '.', s.n) == NULL && dec_to_int(*d, &i, NULL) == 0)
		return value_int(i);
	return (struct value){ .type = V_DEC, .u.d = d };
}

static int expr(struct eval *v, struct value *r);

static int
list(struct eval *v, struct value *r)
{
	struct value *out = arena_array(v->a, 64, sizeof(*out));
	uint32_t n = 0;

	need(v, '[');
	while (!take(v, ']')) {
		if (expr(v, &out[n++]) != 0)
			return -1;
		take(v, ',');
	}
	*r = (struct value){ .type = V_LIST, .n = n, .u.list = out };
	return 0;
}

static int
record(struct eval *v, struct value *r)
{
	struct member *out = arena_array(v->a, 64, sizeof(*out));
	uint32_t n = 0;

	need(v, '{');
	while (!take(v, '}')) {
		out[n].name = name(v);
		need(v, ':');
		if (expr(v, &out[n++].value) != 0)
			return -1;
		take(v, ',');
	}
	*r = (struct value){ .type = V_RECORD, .n = n, .u.record = out };
	return 0;
}

/* Parameter i of a signature: its name and, behind '=', its default. */
static int
param(const char *params, unsigned i, struct str *pname, const char **other)
{
	const char *p = params, *end;
	int quote = 0;

	for (; *p && i > 0; p++) {
		quote ^= *p == '"';
		i -= *p == ',' && !quote;
	}
	p += strspn(p, " ");
	if (*p == '\0')
		return 0;
	*pname = str_from(p, strcspn(p, ":"));
	for (end = p, quote = 0; *end && (quote || *end != ','); end++)
		quote ^= *end == '"';
	*other = memchr(p, '=', (size_t)(end - p));
	if (*other != NULL)
		*other += 1;
	return 1;
}

/* "x => expr" over the list before it: the keys, as the compiler makes. */
static int
lambda(struct eval *v, struct value over, struct value *r)
{
	struct eval in = *v;
	struct value *out = arena_array(v->a, over.n + 1, sizeof(*out));
	const char *body;

	in.var = name(v);
	need(v, '=');
	need(v, '>');
	body = v->p;
	for (uint32_t i = 0; i < over.n || i == 0; i++) {
		struct value skip;

		in.p = body;
		in.value = over.n > 0 ? over.u.list[i] :
		    value_text(STR("x"));
		if (expr(&in, over.n > 0 ? &out[i] : &skip) != 0)
			return -1;
	}
	v->p = in.p;
	*r = (struct value){ .type = V_LIST, .n = over.n, .u.list = out };
	return 0;
}

static int
is_lambda(struct eval *v)
{
	const char *was = v->p;
	int yes;

	yes = name(v).n > 0 && take(v, '=') && take(v, '>');
	v->p = was;
	return yes;
}

static int
call(struct eval *v, struct str fn, unsigned back, struct value *r)
{
	struct value args[16] = { { 0 } };
	unsigned given = 0, n, i = 0;
	const struct builtin *b;
	struct str pname;
	const char *other, *was;
	int at = builtin_find(fn), it;

	cr_assert_geq(at, 0, "no built-in %.*s", STR_ARG(fn));
	b = &builtins[at];
	it = b->left != NULL;
	n = builtin_arity(2 * (unsigned)at);
	cr_assert_leq(n, COUNT(args));
	need(v, '(');
	while (!take(v, ')')) {
		unsigned slot = i;

		was = v->p;
		pname = name(v);
		blank(v);
		if (pname.n > 0 && v->p[0] == ':') {
			struct str have;

			v->p++;
			for (slot = (unsigned)it; ; slot++) {
				cr_assert(param(b->params,
				    slot - (unsigned)it, &have, &other),
				    "no parameter %.*s", STR_ARG(pname));
				if (str_eq(have, pname))
					break;
			}
		} else {
			v->p = was;
			i++;
		}
		cr_assert_lt(slot, n, "%s: too many arguments", b->name);
		if (is_lambda(v) ? lambda(v, args[0], &args[slot]) :
		    expr(v, &args[slot]))
			return -1;
		given |= 1u << slot;
		take(v, ',');
	}
	for (i = (unsigned)it; param(b->params, i - (unsigned)it, &pname,
	    &other); i++) {
		struct eval in = *v;

		if (given >> i & 1)
			continue;
		cr_assert_not_null(other, "%s: %.*s is missing", b->name,
		    STR_ARG(pname));
		in.p = other;
		if (expr(&in, &args[i]) != 0)
			return -1;
	}
	if (n > 0 && given >> (n - 1) & 1)
		;
	else if (b->hidden == HIDDEN_AS_TEXT)
		args[n - 1] = value_bool(0);
	else if (b->hidden == HIDDEN_PARTS)
		args[n - 1] = value_int(0);
	return test_call(v->vm, 2 * (unsigned)at + back, args, n, r, v->a,
	    v->e);
}

static int
expr(struct eval *v, struct value *r)
{
	struct str s;

	blank(v);
	if (*v->p == '"') {
		*r = quoted(v);
		return 0;
	}
	if (*v->p == '[')
		return list(v, r);
	if (*v->p == '{')
		return record(v, r);
	if (*v->p == '-' || isdigit((unsigned char)*v->p)) {
		*r = number(v);
		return 0;
	}
	s = name(v);
	cr_assert_gt(s.n, 0, "no expression: %s", v->p);
	if (v->p[0] == '(')
		return call(v, s, 0, r);
	if (v->p[0] == '\'') {
		v->p++;
		return call(v, s, 1, r);
	}
	if (str_eq(s, STR("true")) || str_eq(s, STR("false")))
		*r = value_bool(s.n == 4);
	else if (str_eq(s, STR("null")))
		*r = value_null();
	else if (str_eq(s, STR("absent")))
		*r = (struct value){ 0 };
	else if (v->var.n > 0 && str_eq(s, v->var))
		*r = v->value;
	else
		*r = value_text(s); /* a word of a parameter */
	return 0;
}

int
test_eval(struct vm *vm, const char **at, struct value *result,
    struct arena *a, struct err *e)
{
	struct eval v = { .vm = vm, .p = *at, .a = a, .e = e };
	int failed = expr(&v, result);

	blank(&v);
	*at = v.p;
	return failed;
}
