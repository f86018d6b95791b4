/*
 * Random lists, loops over them, and calls.
 */
#include "oracle_gen.h"

#include <string.h>

#include "vm/builtin.h"

#define C (gen_now.c)

/* ---- lists ---- */

static const char *const loop_vars[] = { "x", "y", "z" };

static void
begin_loop(enum gkind of)
{
	gen_now.names[gen_now.nname++] = (struct gname){
		loop_vars[gen_now.loops++], of, 0 };
}

static void
end_loop(void)
{
	gen_now.loops--;
	gen_now.nname--;
}

static const char *
loop_var(void)
{
	return loop_vars[gen_now.loops - 1];
}

/* A call of a built-in, arguments at random by place or by name. */
static void
arguments(const struct osig *s, enum gkind var, unsigned depth)
{
	g_put("%s(", s->b->name);
	for (unsigned a = 0, named = 0; a < s->n; a++) {
		if (s->param[a].other.n > 0 && chance(C, 50))
			break;
		if (a > 0)
			g_put(", ");
		named |= a > 0 && chance(C, 30) &&
		    !str_eq(s->param[a].name, STR("key"));
		if (named)
			g_put("%.*s: ", STR_ARG(s->param[a].name));
		g_arg(&s->param[a], var, depth - 1);
	}
	g_put(")");
}

/* name(list, x => condition), while there are names left. */
static int
loop(const char *name, enum gkind of, unsigned depth)
{
	if (gen_now.loops == COUNT(loop_vars))
		return 0;
	g_put("%s(", name);
	g_list(of, depth - 1, 0);
	g_put(", ");
	begin_loop(of);
	g_put("%s => ", loop_var());
	g_expr(G_BOOL, depth - 1, 0);
	g_put(")");
	end_loop();
	return 1;
}

/* sort(list), flatten([list]) … */
static int
list_call(enum gkind of, unsigned depth)
{
	unsigned n = 0, skip;

	for (unsigned i = 0; i < nbuiltin; i++)
		n += strcmp(builtins[i].result, "list<T>") == 0;
	skip = choose(C, n);
	for (unsigned i = 0; i < nbuiltin; i++)
		if (strcmp(builtins[i].result, "list<T>") == 0 && skip-- == 0) {
			arguments(osig_of(i), of, depth);
			return 1;
		}
	return 0;
}

void
g_list(enum gkind of, unsigned depth, unsigned level)
{
	const struct gfield *f = g_field(G_LIST, of, 0);
	enum gkind from = choose(C, 2) ? G_INT : G_TEXT;
	int needed;

	if (depth > 0 && chance(C, 40)) {
		if (chance(C, 50) && gen_now.loops < COUNT(loop_vars)) {
			g_put("map(");
			g_list(from, depth - 1, 0);
			g_put(", ");
			begin_loop(from);
			g_put("%s => ", loop_var());
			g_expr(of, depth - 1, 0);
			g_put(")");
			end_loop();
			return;
		}
		if (chance(C, 40) && list_call(of, depth))
			return;
		if (loop("filter", of, depth))
			return;
	}
	if (f != NULL && !chance(C, 25)) {
		needed = g_open(5, g_nil_of(f) ? level : 0);
		g_path(gen_now.readable, f);
		if (g_nil_of(f))
			g_put(" ?? []");
		g_close(needed);
		return;
	}
	g_put("[");
	for (unsigned n = 1 + choose(C, 3); n > 0; n--) {
		if (chance(C, 8))
			g_put(of == G_TEXT || of == G_INT ? "null, " : "");
		g_expr(of, depth ? depth - 1 : 0, 0);
		if (n > 1)
			g_put(", ");
	}
	g_put("]");
}

void
g_loop_bool(unsigned depth)
{
	if (!loop(choose(C, 2) ? "all" : "any", choose(C, 2) ? G_INT : G_TEXT,
	    depth))
		g_literal(G_BOOL);
}

void
g_loop_count(unsigned depth)
{
	if (!loop("count", choose(C, 2) ? G_INT : G_TEXT, depth))
		g_literal(G_INT);
}

/* An element, and what there is when there is none. */
void
g_element(enum gkind k, unsigned depth, unsigned level)
{
	int needed = g_open(5, level);

	if (!chance(C, 50) || !loop("find", k, depth)) {
		const struct gfield *f = g_field(G_LIST, k, 0);

		if (f != NULL) {
			g_path(gen_now.readable, f);
			g_put("[");
			g_expr(G_INT, depth - 1, 0);
			g_put("]");
		} else {
			g_put("first(");
			g_list(k, depth - 1, 0);
			g_put(")");
		}
	}
	g_put(" ?? ");
	g_expr(k, depth - 1, 5);
	g_close(needed);
}

/* ---- calls ---- */

int
g_kind_of(struct str type, enum gkind *k)
{
	static const struct {
		const char *name;
		enum gkind kind;
	} kinds[] = { { "text", G_TEXT }, { "int", G_INT },
		{ "decimal", G_DEC }, { "number", G_DEC }, { "bool", G_BOOL },
		{ "date", G_DATE }, { "datetime", G_TIME },
		{ "list<text>", G_LIST }, { "record", G_RECORD } };

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (str_eq(type, str_z(kinds[i].name))) {
			*k = kinds[i].kind;
			return 1;
		}
	return 0;
}

/* Parameters whose every text would not do. */
static const char *
known_arg(struct str name)
{
	static const struct {
		const char *name;
		const char *texts[3];
	} known[] = {
		{ "zone", { "utc", "\"Europe/Berlin\"", "\"UTC\"" } },
		{ "format", { "\"dd.MM.yyyy\"", "\"M/d/yyyy\"",
		    "\"yyyyMMdd\"" } },
		{ "pattern", { "\"[0-9]+\"", "re\"^(a)\"", "\"b$\"" } },
		{ "scale", { "2", "0", "6" } },
		{ "digits", { "3", "0", "6" } },
		{ "by", { "2", "-2", "0" } },
		{ "width", { "3", "0", "5" } },
		{ "max", { "3", "1", "9" } },
		{ "n", { "1", "-1", "13" } },
		{ "currency", { "\"EUR\"", "\"JPY\"", "\"KWD\"" } },
		{ "region", { "\"DE\"", "\"US\"", "null" } },
		{ "country", { "\"DE\"", "\"GB\"", "null" } },
		{ "group", { "0", "1", "0" } },
		{ "p", { "\"x_\"", "\"\"", "\"!\"" } },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(name, str_z(known[i].name)))
			return known[i].texts[choose(C, 3)];
	return NULL;
}

void
g_arg(const struct oparam *p, enum gkind var, unsigned depth)
{
	const char *text = known_arg(p->name);
	struct str first = p->type;
	const char *bar = memchr(first.p, '|', first.n);
	enum gkind k;

	if (text != NULL) {
		g_put("%s", text);
		return;
	}
	if (p->nword > 0) {
		first = p->words[choose(C, p->nword)];
		g_put("%.*s", STR_ARG(first));
		return;
	}
	if (bar != NULL)
		first.n = (size_t)(bar - first.p);
	if (bar != NULL && (chance(C, 40) || (str_eq(first, STR("date")) &&
	    !g_can(G_DATE))))
		first = str_from(bar + 1, (size_t)(p->type.p + p->type.n -
		    (bar + 1)));
	if (memchr(first.p, '|', first.n) != NULL)
		first = STR("text");
	if (str_eq(first, STR("T"))) {
		g_expr(var, depth, 0);
	} else if (str_eq(first, STR("time"))) {
		g_expr(var == G_DATE ? G_DATE : G_TIME, depth, 0);
	} else if (str_eq(p->name, STR("key")) &&
	    gen_now.loops < COUNT(loop_vars)) {
		begin_loop(var);
		g_put("%s => ", loop_var());
		g_expr(choose(C, 2) ? G_TEXT : G_INT, depth, 0);
		end_loop();
	} else if (str_eq(first, STR("any"))) {
		g_nil_expr((enum gkind)choose(C, G_DATE), depth);
	} else if (str_eq(first, STR("list<T>")) ||
	    str_eq(first, STR("list<any>"))) {
		g_list(str_eq(first, STR("list<T>")) ? var : G_INT, depth, 0);
	} else if (str_eq(first, STR("list<text>"))) {
		g_list(G_TEXT, depth, 0);
	} else if (str_eq(first, STR("list<number>"))) {
		g_list(G_DEC, depth, 0);
	} else if (str_eq(first, STR("list<list<T>>"))) {
		g_put("[");
		g_list(var, depth, 0);
		g_put("]");
	} else if (g_kind_of(first, &k)) {
		g_expr(str_eq(first, STR("number")) && choose(C, 2) ? G_INT :
		    k, depth, 0);
	} else {
		g_put("\"a\"");
	}
}

static int
gives(const struct builtin *b, enum gkind k)
{
	struct str r = str_z(b->result);
	enum gkind got;

	if (b->fallible && !gen_now.tried)
		return 0;
	/* zones and patterns cost too much to be met all the time */
	if (str_eq(r, STR("time")))
		return k == G_TIME || (k == G_DATE && g_can(G_DATE));
	if (memchr(r.p, '|', r.n) != NULL)
		r.n = (size_t)((const char *)memchr(r.p, '|', r.n) - r.p);
	return g_kind_of(r, &got) && got == k && str_eq(r, STR("number")) ==
	    (strcmp(b->result, "number") == 0);
}

static int
has_date_param(const struct osig *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (str_eq(s->param[i].type, STR("date")) && !g_can(G_DATE))
			return 1;
	return 0;
}

int
g_call(enum gkind k, unsigned depth)
{
	unsigned n = 0, skip;

	for (size_t i = 0; i < nbuiltin; i++)
		n += gives(&builtins[i], k) &&
		    !has_date_param(osig_of((unsigned)i));
	if (n == 0)
		return 0;
	skip = choose(C, n);
	for (unsigned i = 0; i < nbuiltin; i++) {
		const struct osig *s = osig_of(i);

		if (!gives(&builtins[i], k) || has_date_param(s) ||
		    skip-- > 0)
			continue;
		arguments(s, k, depth);
		return 1;
	}
	return 0;
}

int
g_call_own(enum gkind k, unsigned depth)
{
	for (unsigned i = 0; i < gen_now.nfn; i++) {
		const struct gfn *f = &gen_now.fns[i];

		if (f->result != k || !chance(C, 50))
			continue;
		g_put("%s(", f->name);
		for (unsigned a = 0; a < f->nparam; a++) {
			if (a > 0)
				g_put(", ");
			g_expr(f->param[a], depth - 1, 0);
		}
		g_put(")");
		return 1;
	}
	return 0;
}
