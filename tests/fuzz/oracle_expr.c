/*
 * Random expressions, well-typed nearly always.
 */
#include "oracle_gen.h"

#include <stdarg.h>
#include <string.h>

#include "vm/builtin.h"

#define C (gen_now.c)

/* ---- writing ---- */

void
g_put(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&gen_now.p->text, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	buf_vprintf(&gen_now.p->full, fmt, ap);
	va_end(ap);
}

void
g_full(const char *text)
{
	buf_puts(&gen_now.p->full, str_z(text));
}

/* Brackets where they are needed; the fuller text has them always. */
int
g_open(unsigned own, unsigned level)
{
	if (own < level)
		g_put("(");
	else
		g_full("(");
	return own < level;
}

void
g_close(int needed)
{
	if (needed)
		g_put(")");
	else
		g_full(")");
}

void
g_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	if (strspn(name, plain) == strlen(name) &&
	    !(name[0] >= '0' && name[0] <= '9'))
		g_put("%s", name);
	else
		g_put("`%s`", name);
}

void
g_path(int right, const struct gfield *f)
{
	if (f->up != NULL)
		g_path(right, f->up);
	else
		g_put("%s", gen_now.side[right]);
	if (f->up != NULL) {
		g_put(".");
		g_name(f->name);
	}
}

/* ---- fields ---- */

static int
may_be_absent(const struct gfield *f)
{
	return f->up != NULL && (!f->required || may_be_absent(f->up));
}

static int
may_be_null(const struct gfield *f)
{
	return f->nullable || (f->up != NULL && may_be_null(f->up));
}

unsigned
g_nil_of(const struct gfield *f)
{
	return (unsigned)may_be_null(f) | (unsigned)may_be_absent(f) << 1;
}

const struct gfield *
g_field(enum gkind k, enum gkind of, int never_nil)
{
	const struct gfield *found = NULL;
	unsigned n = 0, skip;

	if (gen_now.readable < 0)
		return NULL;
	for (int round = 0; round < 2; round++) {
		skip = round ? choose(C, n) : 0;
		for (unsigned i = 0; i < gen_now.npool[gen_now.readable];
		    i++) {
			const struct gfield *f =
			    &gen_now.pool[gen_now.readable][i];

			if (f->kind != k || (k == G_LIST && f->of != of) ||
			    (never_nil && g_nil_of(f) != 0))
				continue;
			if (round == 0)
				n++;
			else if (skip-- == 0)
				return f;
		}
		if (n == 0)
			return NULL;
	}
	return found;
}

/* ---- literals ---- */

const char *
g_text(struct choices *c)
{
	static const char *const texts[] = { "a", "b", "", "ab", " a ",
		"Ann Lee", "a;b", "12", "1.50", "true", "x_a", "ann@x.io",
		"2026-01-31", "\xc3\xa4\xc3\x96", "e\xcc\x81", "DE", "EUR",
		"\xf0\x9f\x98\x80", "line\\nbreak", "tab\\t", "q\\\"q",
		"2026-01-31T12:00:00Z", "-", "0", "x!" };

	return texts[choose(c, COUNT(texts))];
}

const char *
g_number(struct choices *c, int whole)
{
	static const char *const ints[] = { "0", "1", "2", "-1", "7", "10",
		"100", "-3", "9223372036854775807", "-9223372036854775808",
		"9007199254740993", "4611686018427387904", "86400000" };
	static const char *const decs[] = { "0.5", "1.50", "-0.10", "19.99",
		"0.00", "2.345", "100.0", "99999999999999999999.99", "1e3",
		"-1.5E-3", "0.000000000000000001",
		"12345678901234567890123456789012345678" };

	return whole ? ints[choose(c, COUNT(ints))] :
	    chance(c, 30) ? ints[choose(c, COUNT(ints))] :
	    decs[choose(c, COUNT(decs))];
}

void
g_literal(enum gkind k)
{
	switch (k) {
	case G_TEXT:
		g_put("\"%s\"", g_text(C));
		break;
	case G_INT:
	case G_DEC:
		g_put("%s", g_number(C, k == G_INT));
		break;
	case G_BOOL:
		g_put(choose(C, 2) ? "true" : "false");
		break;
	case G_LIST:
		g_put("[\"a\", \"b\"]");
		break;
	case G_RECORD:
		g_put("{ a: 1, b: \"x\" }");
		break;
	default:
		g_put("absent");
	}
}

int
g_can(enum gkind k)
{
	switch (k) {
	case G_DATE:
		return gen_now.readable >= 0 &&
		    g_field(G_DATE, G_TEXT, 1) != NULL;
	default:
		return 1;
	}
}

/* ---- what gives a value of a kind ---- */

static const struct gname *
some_name(enum gkind k)
{
	unsigned n = 0, skip;

	for (unsigned i = 0; i < gen_now.nname; i++)
		n += gen_now.names[i].kind == k;
	if (n == 0)
		return NULL;
	skip = choose(C, n);
	for (unsigned i = 0; i < gen_now.nname; i++)
		if (gen_now.names[i].kind == k && skip-- == 0)
			return &gen_now.names[i];
	return NULL;
}

/* A value without operators and calls. */
static void
atom(enum gkind k, unsigned level)
{
	const struct gname *name = some_name(k);
	const struct gfield *f;
	int needed;

	if (name != NULL && !chance(C, 25)) {
		if (!name->nil) {
			g_put("%s", name->name);
			return;
		}
		needed = g_open(5, level);
		g_put("%s ?? ", name->name);
		g_literal(k);
		g_close(needed);
		return;
	}
	for (unsigned i = 0; i < gen_now.nparam; i++)
		if (gen_now.params[i] == k && chance(C, 15)) {
			g_put("param.p%u", i);
			return;
		}
	f = g_field(k, G_TEXT, 1);
	if (f != NULL && (k == G_DATE || k == G_TIME || !chance(C, 30))) {
		g_path(gen_now.readable, f);
		return;
	}
	f = g_field(k, G_TEXT, 0);
	if (f != NULL && f->noption == 0 && k != G_RECORD && k != G_DATE &&
	    k != G_TIME && !chance(C, 30)) {
		needed = g_open(5, level);
		g_path(gen_now.readable, f);
		g_put(" ?? ");
		g_literal(k);
		g_close(needed);
		return;
	}
	if (k == G_TIME)
		g_put("now()");
	else
		g_literal(k);
}

static void
two(enum gkind k, const char *op, unsigned own, int left_up, int right_up,
    unsigned depth, unsigned level)
{
	int needed = g_open(own, level);

	g_expr(k, depth - 1, own + (unsigned)left_up);
	g_put(" %s ", op);
	g_expr(k, depth - 1, own + (unsigned)right_up);
	g_close(needed);
}

static void
choice(enum gkind k, unsigned depth, unsigned level)
{
	int needed;

	switch (choose(C, 3)) {
	case 0:
		needed = g_open(0, level);
		g_put("if ");
		g_expr(G_BOOL, depth - 1, 0);
		g_put(" then ");
		g_expr(k, depth - 1, 0);
		g_put(" else ");
		g_expr(k, depth - 1, 0);
		g_close(needed);
		break;
	case 1:
		g_put("match { ");
		for (unsigned n = 1 + choose(C, 3); n > 0; n--) {
			g_expr(G_BOOL, depth - 1, 0);
			if (chance(C, 20)) {
				g_put(", ");
				g_expr(G_BOOL, depth - 1, 0);
			}
			g_put(" => ");
			g_expr(k, depth - 1, 0);
			g_put(", ");
		}
		g_put("else => ");
		g_expr(k, depth - 1, 0);
		g_put(" }");
		break;
	default:
		g_put("match (");
		g_expr(G_INT, depth - 1, 0);
		g_put(") { ");
		for (unsigned n = 1 + choose(C, 2); n > 0; n--) {
			g_literal(chance(C, 20) ? G_DEC : G_INT);
			for (; chance(C, 30); g_literal(G_INT))
				g_put(", ");
			g_put(" => ");
			g_expr(k, depth - 1, 0);
			g_put(", ");
		}
		g_put("else => ");
		g_expr(k, depth - 1, 0);
		g_put(" }");
	}
}

static void
tried(enum gkind k, unsigned depth, unsigned level)
{
	int needed = g_open(0, level);

	g_put("try ");
	gen_now.tried++;
	g_expr(k, depth - 1, 0);
	gen_now.tried--;
	g_put(" else ");
	g_expr(k, depth - 1, 0);
	g_close(needed);
}

/* ---- kinds ---- */

static void
compare(unsigned depth, unsigned level)
{
	static const char *const order[] = { "<", "<=", ">", ">=", "==",
		"!=" };
	static const char *const equal[] = { "==", "!=" };
	enum gkind k = (enum gkind)choose(C, 3);
	const struct gfield *f = g_field(k, G_TEXT, 0);
	int needed = g_open(4, level);

	if (f != NULL && g_nil_of(f) && f->noption == 0 && chance(C, 30)) {
		g_path(gen_now.readable, f);
		g_put(" %s %s", equal[choose(C, 2)], choose(C, 2) ? "null" :
		    "absent");
	} else if (f != NULL && f->noption > 0 && chance(C, 60)) {
		g_path(gen_now.readable, f);
		g_put(" %s \"%s\"", equal[choose(C, 2)],
		    f->options[choose(C, f->noption)]);
	} else if (chance(C, 25)) {
		g_expr(k, depth - 1, 5);
		g_put(" in ");
		g_list(k, depth - 1, 5);
	} else {
		g_expr(k, depth - 1, 5);
		g_put(" %s ", order[choose(C, 6)]);
		g_expr(k == G_INT && chance(C, 20) ? G_DEC : k, depth - 1, 5);
	}
	g_close(needed);
}

static void
bool_expr(unsigned depth, unsigned level)
{
	int needed;

	switch (choose(C, 6)) {
	case 0:
	case 1:
		compare(depth, level);
		break;
	case 2:
		two(G_BOOL, "and", 2, 0, 1, depth, level);
		break;
	case 3:
		two(G_BOOL, "or", 1, 0, 1, depth, level);
		break;
	case 4:
		needed = g_open(3, level);
		g_put("not ");
		g_expr(G_BOOL, depth - 1, 3);
		g_close(needed);
		break;
	default:
		g_loop_bool(depth);
	}
}

static void
number_expr(enum gkind k, unsigned depth, unsigned level)
{
	int needed;

	switch (choose(C, 5)) {
	case 0:
		two(k, "+", 6, 0, 1, depth, level);
		break;
	case 1:
		two(k, "-", 6, 0, 1, depth, level);
		break;
	case 2:
		two(k, "*", 7, 0, 1, depth, level);
		break;
	case 3:
		needed = g_open(8, level);
		g_put("-(");
		g_expr(k, depth - 1, 0);
		g_put(")");
		g_close(needed);
		break;
	default:
		if (k == G_INT)
			g_loop_count(depth);
		else
			two(k, "+", 6, 0, 1, depth, level);
	}
}

static void
text_expr(unsigned depth)
{
	g_put("\"");
	for (unsigned n = 1 + choose(C, 3); n > 0; n--) {
		g_put("%s{", chance(C, 50) ? "a" : "");
		g_expr(G_TEXT, depth - 1, 0);
		g_put("}");
	}
	g_put("%s\"", chance(C, 50) ? " b" : "");
}

void
g_expr(enum gkind k, unsigned depth, unsigned level)
{
	if (k == G_LIST) {
		g_list(G_TEXT, depth, level);
		return;
	}
	if (depth == 0 || gen_now.p->text.n > 6000) {
		atom(k, level);
		return;
	}
	switch (choose(C, 9)) {
	case 0:
		atom(k, level);
		return;
	case 1:
		choice(k, depth, level);
		return;
	case 2:
		if (k == G_DATE || k == G_RECORD)
			break;
		tried(k, depth, level);
		return;
	case 3:
		if ((k == G_TEXT || k == G_INT) && depth > 1) {
			g_element(k, depth, level);
			return;
		}
		break;
	case 4:
		if (g_call_own(k, depth))
			return;
		/* fall through */
	case 5:
	case 6:
		if (g_call(k, depth))
			return;
		break;
	default:
		break;
	}
	if (k == G_BOOL)
		bool_expr(depth, level);
	else if (k == G_INT || k == G_DEC)
		number_expr(k, depth, level);
	else if (k == G_TEXT)
		text_expr(depth);
	else
		atom(k, level);
}

unsigned
g_nil_expr(enum gkind k, unsigned depth)
{
	const struct gfield *f = g_field(k, G_TEXT, 0);

	switch (choose(C, 4)) {
	case 0:
		if (f != NULL && f->noption == 0) {
			g_path(gen_now.readable, f);
			return g_nil_of(f);
		}
		break;
	case 1:
		if (k == G_DATE || k == G_TIME || k == G_RECORD)
			break;
		g_put("match { ");
		g_expr(G_BOOL, depth ? depth - 1 : 0, 0);
		g_put(" => ");
		g_expr(k, depth ? depth - 1 : 0, 0);
		g_put(", else => absent }");
		return 2;
	case 2:
		if (k == G_DATE || k == G_TIME || k == G_RECORD)
			break;
		g_put("if ");
		g_expr(G_BOOL, depth ? depth - 1 : 0, 0);
		g_put(" then null else ");
		g_expr(k, depth ? depth - 1 : 0, 0);
		return 1;
	default:
		break;
	}
	g_expr(k, depth, 0);
	return 0;
}
