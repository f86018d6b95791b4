/*
 * Random enums, functions and codecs, which stand beside a map.
 */
#include "oracle_gen.h"

#define C (gen_now.c)
#define G gen_now

void
g_enum(struct genum *e, unsigned i)
{
	static const char *const left[3][4] = { { "lead", "customer", "open",
		"x y" }, { "0", "1", "2", "-1" }, { "true", "false" } };
	static const char *const right[] = { "A", "B", "C", "D" };

	*e = (struct genum){ .kind = choose(C, 2) ? G_INT : G_TEXT };
	e->n = 2 + choose(C, 3);
	snprintf(e->name, sizeof(e->name), "en%u", i);
	g_put("enum %s {\n", e->name);
	for (unsigned k = 0; k < e->n; k++) {
		static const char *const arrows[] = { "<->", "->", "<-" };
		unsigned arrow = k > 0 && chance(C, 25) ? 1 + choose(C, 2) : 0;
		/* one-way rows meet another row's value on their way */
		const char *l = arrow == 2 ? left[e->kind == G_INT][0] :
		    left[e->kind == G_INT][k];
		const char *r = arrow == 1 ? right[0] : right[k];

		e->left[k] = l;
		e->right[k] = r;
		g_put(e->kind == G_INT ? "%s %s \"%s\";\n" :
		    "\"%s\" %s \"%s\";\n", l, arrows[arrow], r);
	}
	e->null = chance(C, 30);
	if (e->null)
		g_put(e->kind == G_INT ? "9 <-> null;\n" :
		    "\"none\" <-> null;\n");
	e->forth = choose(C, 4) != 1;
	e->back = choose(C, 4) != 1;
	if (e->forth)
		g_put("else -> %s;\n", choose(C, 3) == 0 ? "error" :
		    choose(C, 2) ? "keep" : "\"A\"");
	if (e->back)
		g_put("else <- %s;\n", choose(C, 3) == 0 ? "error" :
		    choose(C, 2) ? "keep" : e->kind == G_INT ? "0" :
		    "\"lead\"");
	g_put("}\n");
}

const char *
g_kind_word(enum gkind k)
{
	static const char *const words[] = { "text", "int", "decimal", "bool",
		"date", "datetime", "list<text>", "record" };

	return words[k];
}

void
g_fn(struct gfn *f, unsigned i)
{
	static const char *const args[] = { "a", "b", "e" };
	unsigned nname = G.nname;

	*f = (struct gfn){ .result = (enum gkind)choose(C, 4),
		.nparam = 1 + choose(C, 3) };
	snprintf(f->name, sizeof(f->name), "f%u", i);
	g_put("fn %s(", f->name);
	for (unsigned k = 0; k < f->nparam; k++) {
		f->param[k] = (enum gkind)choose(C, 4);
		g_put("%s%s: %s", k ? ", " : "", args[k],
		    g_kind_word(f->param[k]));
		G.names[G.nname++] = (struct gname){ args[k], f->param[k], 0 };
	}
	g_put("): %s = ", g_kind_word(f->result));
	G.readable = -1;
	g_expr(f->result, 2, 0);
	g_put(";\n");
	G.nname = nname;
}

void
g_codec(struct gcodec *k, unsigned i)
{
	unsigned nname = G.nname;

	*k = (struct gcodec){ .left = (enum gkind)choose(C, 4),
		.right = (enum gkind)choose(C, 4), .param = choose(C, 2) == 1 };
	snprintf(k->name, sizeof(k->name), "k%u", i);
	g_put("codec %s%s: %s <-> %s {\n", k->name,
	    k->param ? "(p: int = 2)" : "", g_kind_word(k->left),
	    g_kind_word(k->right));
	if (k->param)
		G.names[G.nname++] = (struct gname){ "p", G_INT, 0 };
	G.readable = -1;
	G.tried++;
	for (int back = 0; back < 2; back++) {
		g_put(back ? "<- : " : "-> : ");
		G.names[G.nname++] = (struct gname){ "it", back ? k->right :
			k->left, 0 };
		g_expr(back ? k->left : k->right, 2, 0);
		g_put(";\n");
		G.nname--;
	}
	G.tried--;
	g_put("law: partial;\n}\n");
	G.nname = nname;
}
