/*
 * Random schemas, and the choices that everything is drawn from.
 */
#include "oracle_gen.h"

#define C (gen_now.c)
#define G gen_now

unsigned
choose(struct choices *c, unsigned n)
{
	return n < 2 || c->at >= c->n ? 0 : c->p[c->at++] % n;
}

int
chance(struct choices *c, unsigned percent)
{
	return choose(c, 100) >= 100 - percent;
}

/* ---- schemas ---- */

static const char *const names[] = { "name", "email", "stage", "n", "sum",
	"flag", "born", "at", "tags", "nums", "in", "custom", "nick", "total",
	"Key", "match", "9x", "gr\xc3\xb6\xc3\x9f" "e", "a b", "done" };
static const char *const options[] = { "lead", "customer", "open", "x y",
	"won", "other" };

static struct gfield *
new_field(int right, const struct gfield *up, const char *name)
{
	struct gfield *f = &G.pool[right][G.npool[right]++];

	*f = (struct gfield){ .name = name, .up = up };
	return f;
}

static void
make_field(struct gfield *f, unsigned i)
{
	static const enum gkind kinds[] = { G_TEXT, G_TEXT, G_INT, G_TEXT,
		G_DEC, G_BOOL, G_LIST, G_TEXT, G_INT, G_DATE, G_TIME };

	f->kind = i < 3 ? kinds[i] : kinds[choose(C, COUNT(kinds))];
	f->of = choose(C, 3) == 1 ? G_INT : G_TEXT;
	f->nullable = chance(C, 35);
	f->required = chance(C, 25);
	f->read_only = chance(C, 5);
	f->unique = f->kind == G_LIST && chance(C, 30);
	if (f->kind == G_TEXT && chance(C, 20)) {
		f->noption = 2 + choose(C, G_OPTIONS - 1);
		for (unsigned k = 0; k < f->noption; k++)
			f->options[k] = options[(k + choose(C, 1) + i) %
			    COUNT(options)];
	} else if (f->kind == G_TEXT && chance(C, 15)) {
		f->max = 1 + choose(C, 8);
	}
}

static void
write_schema(struct buf *b, const struct gfield *f)
{
	static const char *const types[] = { "string", "integer", "number",
		"boolean", "string", "string", "array", "object" };

	buf_printf(b, f->nullable ? "{\"type\":[\"%s\",\"null\"]" :
	    "{\"type\":\"%s\"", types[f->kind]);
	if (f->kind == G_DATE)
		buf_puts(b, STR(",\"format\":\"date\""));
	if (f->kind == G_TIME)
		buf_puts(b, STR(",\"format\":\"date-time\""));
	if (f->read_only)
		buf_puts(b, STR(",\"readOnly\":true"));
	if (f->max > 0)
		buf_printf(b, ",\"maxLength\":%u", f->max);
	if (f->unique)
		buf_puts(b, STR(",\"uniqueItems\":true"));
	if (f->kind == G_LIST && f->of == G_RECORD)
		buf_puts(b, STR(",\"items\":{\"type\":\"object\","
		    "\"properties\":{\"id\":{\"type\":\"string\"},"
		    "\"label\":{\"type\":[\"string\",\"null\"]},\"n\":"
		    "{\"type\":[\"integer\",\"null\"]},\"in\":{\"type\":"
		    "\"object\",\"properties\":{\"x\":{\"type\":"
		    "[\"string\",\"null\"]},\"y\":{\"type\":"
		    "[\"string\",\"null\"]}}},\"own\":{\"type\":"
		    "[\"string\",\"null\"]},\"tag\":{\"type\":"
		    "[\"string\",\"null\"]},\"tell\":{\"type\":"
		    "[\"string\",\"null\"]},\"also\":{\"type\":"
		    "[\"string\",\"null\"]},\"subs\":{\"type\":\"array\","
		    "\"items\":{\"type\":\"object\",\"properties\":{\"id\":"
		    "{\"type\":\"string\"},\"label\":{\"type\":"
		    "[\"string\",\"null\"]},\"own\":{\"type\":"
		    "[\"string\",\"null\"]},\"tag\":{\"type\":"
		    "[\"string\",\"null\"]}}}}}}"));
	else if (f->kind == G_LIST)
		buf_printf(b, ",\"items\":{\"type\":\"%s\"}", types[f->of]);
	for (unsigned i = 0; i < f->noption; i++)
		buf_printf(b, "%s\"%s\"", i ? "," : ",\"enum\":[",
		    f->options[i]);
	if (f->noption > 0)
		buf_puts(b, f->nullable ? STR(",null]") : STR("]"));
	if (f->kind == G_RECORD) {
		unsigned n = 0;

		if (f->open)
			buf_puts(b, STR(",\"additionalProperties\":"
			    "{\"type\":[\"string\",\"null\"]}"));
		buf_puts(b, STR(",\"properties\":{"));
		for (unsigned i = 0; i < f->nsub; i++) {
			buf_printf(b, "%s\"%s\":", i ? "," : "",
			    f->sub[i].name);
			write_schema(b, &f->sub[i]);
		}
		buf_puts(b, STR("},\"required\":["));
		for (unsigned i = 0; i < f->nsub; i++)
			if (f->sub[i].required)
				buf_printf(b, "%s\"%s\"", n++ ? "," : "",
				    f->sub[i].name);
		buf_putc(b, ']');
	}
	buf_putc(b, '}');
}

/* Fields one behind the other, so that sub is an array of the pool. */
void
g_schema(int right)
{
	struct gfield *root = &G.root[right], *in = NULL, *open = NULL;
	unsigned n = 3 + choose(C, 5), from = choose(C, 5);

	*root = (struct gfield){ .kind = G_RECORD, .required = 1 };
	G.npool[right] = 0;
	root->sub = G.pool[right];
	for (unsigned i = 0; i < n; i++)
		make_field(new_field(right, root, names[(from + i) % 10]), i);
	if (choose(C, 2)) {
		in = new_field(right, root, "in");
		in->kind = G_RECORD;
		in->required = chance(C, 40);
		in->nullable = chance(C, 20);
	}
	if (choose(C, 2)) {
		open = new_field(right, root, "custom");
		open->kind = G_RECORD;
		open->open = 1;
	}
	if (chance(C, 55)) {
		struct gfield *f = new_field(right, root, "items");

		f->kind = G_LIST;
		f->of = G_RECORD;
		f->nullable = chance(C, 50);
	}
	root->nsub = G.npool[right];
	if (in != NULL) {
		in->sub = &G.pool[right][G.npool[right]];
		in->nsub = 1 + choose(C, 3);
		for (unsigned i = 0; i < in->nsub; i++)
			make_field(new_field(right, in, names[12 + (from + i) %
			    8]), i + choose(C, 4));
	}
	if (open != NULL) {
		open->sub = &G.pool[right][G.npool[right]];
		open->nsub = 2;
		for (unsigned i = 0; i < 2; i++)
			new_field(right, open, i ? "vip" : "tier")->nullable =
			    1;
	}
	write_schema(&G.p->schema[right], root);
}
