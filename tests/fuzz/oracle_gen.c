/*
 * Random programs: two schemas, enums, functions, a map between them and the
 * rules of a sync.
 */
#include "oracle_gen.h"

#include <string.h>

#include "vm/builtin.h"

#define C (gen_now.c)
#define G gen_now

struct gen_program gen_now;

/* ---- rules ---- */

/* What the type of a target says about nil that may come. */
static void
attributes(const struct gfield *to, unsigned nil, int both)
{
	unsigned n = 0;
	int lossy = 0;

#define ATTR(...) do { g_put(n++ ? ", " : " with "); g_put(__VA_ARGS__); \
	} while (0)
	if ((nil & 1) && (!to->nullable || chance(C, 20)))
		ATTR("null: %s", choose(C, 3) == 1 ? "error" : "skip");
	if (to->required && (nil & 3)) {
		if (!both && to->noption == 0 && to->kind < G_BOOL &&
		    chance(C, 40)) {
			ATTR("missing: default(");
			g_literal(to->kind);
			g_put(")");
		} else {
			ATTR("required");
		}
	} else if ((nil & 2) && chance(C, 25)) {
		if (to->nullable && choose(C, 2))
			ATTR("missing: clear");
		else if (to->noption == 0 && to->kind < G_BOOL &&
		    choose(C, 2)) {
			ATTR("missing: default(");
			g_literal(to->kind);
			g_put(")");
			lossy = both;
		} else {
			ATTR("missing: %s", choose(C, 2) ? "error" : "skip");
		}
	}
	if (lossy)
		ATTR("lossy, own: left");
	if (chance(C, 10))
		ATTR("create only");
	if (both > 1 && chance(C, 30))
		ATTR("error: %s", to->nullable && choose(C, 2) ? "clear" :
		    "keep");
	if (!both && to->read_only)
		ATTR("readonly");
#undef ATTR
}

static unsigned
field_nil(const struct gfield *f)
{
	unsigned nil = (unsigned)f->nullable | (unsigned)!f->required << 1;

	if (f->up != NULL && f->up->up != NULL)
		nil |= field_nil(f->up);
	return nil;
}

static int
codec_fits(const struct osig *s, const struct gfield *l,
    const struct gfield *r, int total)
{
	enum gkind a, b;
	struct str right = str_z(s->b->result);
	const char *bar = memchr(right.p, '|', right.n);

	if (s->b->left == NULL || s->b->hidden == HIDDEN_PARTS ||
	    s->b->back == NULL || (total && (s->b->fallible ||
	    s->b->back_fallible)))
		return 0;
	if (bar != NULL)
		right = r->kind != G_TEXT ? str_from(right.p, (size_t)(bar -
		    right.p)) : str_from(bar + 1, (size_t)(right.p + right.n -
		    bar - 1));
	return g_kind_of(str_z(s->b->left), &a) && g_kind_of(right, &b) &&
	    a == l->kind && b == r->kind &&
	    (l->kind != G_LIST || l->of == G_TEXT);
}

/* Whether a value can go there as it is. */
static int
same_type(const struct gfield *l, const struct gfield *r)
{
	if (l->kind != r->kind || (l->kind == G_LIST && l->of != r->of) ||
	    l->kind == G_RECORD)
		return 0;
	return l->noption == 0 && r->noption == 0;
}

/* A codec between two fields; 1 and it is written, 2 it is lossy. */
static int
codec(const struct gfield *l, const struct gfield *r, const char *before)
{
	unsigned n = 0, skip;
	/* a record that is refused tells nothing about the other rules */
	int total = same_type(l, r) && !chance(C, 30);

	for (unsigned i = 0; i < G.ncodec && l->noption + r->noption == 0; i++)
		if (l->kind == G.codecs[i].left &&
		    r->kind == G.codecs[i].right && chance(C, 60)) {
			g_put("%s%s%s", before, G.codecs[i].name,
			    G.codecs[i].param && choose(C, 2) ? "(p: 3)" : "");
			return 1;
		}
	for (unsigned i = 0; i < G.nenum && r->noption == 0; i++)
		if ((!G.enums[i].null || r->nullable) &&
		    l->kind == G.enums[i].kind && r->kind == G_TEXT &&
		    l->noption == 0 && chance(C, 60)) {
			g_put("%s%s", before, G.enums[i].name);
			return 1;
		}
	if (l->noption + r->noption > 0)
		return 0;
	for (unsigned i = 0; i < nbuiltin; i++)
		n += (unsigned)codec_fits(osig_of(i), l, r, total);
	if (n == 0)
		return 0;
	skip = choose(C, n);
	for (unsigned i = 0; i < nbuiltin; i++) {
		const struct osig *s = osig_of(i);
		int readable = G.readable, first = 1;

		if (!codec_fits(s, l, r, total) || skip-- > 0)
			continue;
		g_put("%s%s", before, s->b->name);
		G.readable = -1;
		for (unsigned a = 1; a < s->n; a++) {
			if (s->param[a].other.n > 0 && chance(C, 50))
				continue;
			g_put("%s%.*s: ", first ? "(" : ", ",
			    STR_ARG(s->param[a].name));
			first = 0;
			g_arg(&s->param[a], G_TEXT, 0);
		}
		if (!first)
			g_put(")");
		G.readable = readable;
		return s->b->law >= LAW_LOSSY ? 2 : 1;
	}
	return 0;
}

static int
both_rule(struct gfield *l, struct gfield *r)
{
	unsigned nil = field_nil(l);
	int how = 0;

	if (l->read_only || r->read_only || (l->kind == G_DEC &&
	    r->kind == G_INT))
		return 0;
	if (!same_type(l, r) || chance(C, 50)) {
		size_t text = G.p->text.n, full = G.p->full.n;

		g_path(0, l);
		g_put(" <-> ");
		g_path(1, r);
		how = codec(l, r, " via ");
		if (how == 0 && !same_type(l, r)) {
			G.p->text.n = text;
			G.p->full.n = full;
			return 0;
		}
		if (how == 1 && r->kind == G_TEXT && chance(C, 25))
			g_put(" | %s", choose(C, 2) ? "trim" : "lower");
	} else {
		g_path(0, l);
		g_put(" <-> ");
		g_path(1, r);
	}
	if (how == 2) {
		g_put(" with lossy, own: left");
		if (nil & 1 && !r->nullable)
			g_put(", null: skip");
		if (nil && r->required)
			g_put(", required");
	} else {
		/* what comes back must fit as well */
		if (field_nil(r) & 1 && !l->nullable)
			nil |= 1;
		attributes(nil & 1 && !l->nullable ? l : r, nil | 2u,
		    how > 0 ? 2 : 1);
	}
	g_put(";\n");
	r->used = l->used = 1;
	return 1;
}

static void
option_expr(const struct gfield *to)
{
	if (choose(C, 2)) {
		g_put("\"%s\"", to->options[choose(C, to->noption)]);
		return;
	}
	g_put("if ");
	g_expr(G_BOOL, 2, 0);
	g_put(" then \"%s\" else \"%s\"", to->options[0],
	    to->options[choose(C, to->noption)]);
}

/* target <- expression */
static int
one_way(int right, struct gfield *to, int plain)
{
	unsigned nil = 0;

	if (to->kind == G_RECORD || (right && to->read_only))
		return 0;
	G.readable = !right;
	if (to->kind == G_DATE && !g_can(G_DATE))
		return 0;
	g_path(right, to);
	g_put(" <- ");
	if (to->noption > 0)
		option_expr(to);
	else if (to->kind == G_LIST && to->of == G_RECORD)
		g_put("[]");
	else if (to->kind == G_LIST)
		g_list(to->of, 2, 0);
	else if (!plain && chance(C, 50))
		nil = g_nil_expr(to->kind, 3);
	else
		g_expr(to->kind, 3, 0);
	if (to->kind == G_TEXT && to->noption == 0 && chance(C, 15))
		g_put(" via %s", choose(C, 2) ? "trim | lower" : "upper");
	if (plain && (nil || to->read_only))
		g_put("%s", "");
	attributes(to, nil, 0);
	g_put(";\n");
	to->used = 1;
	return 1;
}

static void
guard(void)
{
	G.readable = 0;
	g_expr(G_BOOL, 2, 0);
}

/* A rule that goes back asks our record as it will be. */
static int
both_in_group(struct gfield *to)
{
	for (unsigned i = 0; i < G.npool[0]; i++)
		if (!G.pool[0][i].used && G.pool[0][i].kind != G_RECORD &&
		    both_rule(&G.pool[0][i], to))
			return 1;
	return 0;
}

/* One rule, or two of which one holds. */
static void
when_group(void)
{
	const struct gfield *f = NULL;
	struct gfield *to = NULL;

	for (unsigned i = 0; i < G.npool[1]; i++) {
		struct gfield *x = &G.pool[1][i];

		if (!x->used && !x->required && x->kind != G_RECORD &&
		    !x->read_only)
			to = x;
	}
	for (unsigned i = 0; i < G.npool[0]; i++)
		if (G.pool[0][i].noption > 1)
			f = &G.pool[0][i];
	if (to == NULL)
		return;
	if (f != NULL && choose(C, 2)) {
		for (unsigned i = 0; i < 2; i++) {
			g_put("when ");
			g_path(0, f);
			g_put(" == \"%s\" { ", f->options[i]);
			to->used = 0;
			if (!one_way(1, to, 1))
				g_put("on missing skip; ");
			g_put("}\n");
		}
		return;
	}
	g_put("when ");
	guard();
	g_put(" {\n");
	if (choose(C, 2) == 0 || !both_in_group(to))
		one_way(1, to, 1);
	if (chance(C, 20)) {
		g_put("when ");
		guard();
		g_put(" {\n");
		for (unsigned i = 0; i < G.npool[1]; i++)
			if (!G.pool[1][i].used && !G.pool[1][i].required &&
			    one_way(1, &G.pool[1][i], 1))
				break;
		g_put("}\n");
	}
	g_put("}\n");
}

static struct gfield *
open_record(int right)
{
	for (unsigned i = 0; i < G.npool[right]; i++)
		if (G.pool[right][i].open)
			return &G.pool[right][i];
	return NULL;
}

static void
rest(void)
{
	struct gfield *l = open_record(0), *r = open_record(1);
	static const char *const how[] = { "", " via prefix(\"x_\")",
		" via suffix(\"_y\")", " via prefix(\"x_\") | suffix(\"_y\")" };

	if (l == NULL || r == NULL)
		return;
	g_put("rest ");
	g_path(0, l);
	g_put(".* <-> ");
	g_path(1, r);
	g_put(".*");
	if (chance(C, 40))
		g_put(" except (%s)", choose(C, 2) ? "tier, more" : "x_tier");
	g_put("%s;\n", how[choose(C, 4)]);
	for (unsigned i = 0; i < 2; i++)
		r->sub[i].used = l->sub[i].used = 1;
}

/* Several texts to one. */
static void
tuple(void)
{
	struct gfield *part[2] = { NULL }, *to = NULL;

	for (unsigned i = 0; i < G.root[0].nsub; i++) {
		struct gfield *f = &G.root[0].sub[i];

		if (f->kind == G_TEXT && !f->noption && !f->used &&
		    !f->read_only && part[1] == NULL)
			part[part[0] != NULL] = f;
	}
	for (unsigned i = 0; i < G.npool[1]; i++)
		if (G.pool[1][i].kind == G_TEXT && !G.pool[1][i].used &&
		    !G.pool[1][i].noption && !G.pool[1][i].read_only)
			to = &G.pool[1][i];
	if (part[1] == NULL || to == NULL)
		return;
	g_put("%s.{", G.side[0]);
	g_name(part[0]->name);
	g_put(", ");
	g_name(part[1]->name);
	g_put("} <-> ");
	g_path(1, to);
	if (choose(C, 2)) {
		g_put(" via address_block with null: skip%s%s",
		    to->required ? ", required" : "",
		    chance(C, 20) ? ", missing: error" : "");
		part[0]->used = part[1]->used = 1;
	} else {
		g_put(" via join_name(\" \") with lossy, own: left%s%s",
		    to->nullable ? "" : ", null: skip",
		    to->required ? ", required" : "");
	}
	g_put(";\n");
	to->used = 1;
}

/* One text to several, on the right. */
static void
split(void)
{
	struct gfield *from = NULL, *part[2] = { NULL };

	for (unsigned i = 0; i < G.root[1].nsub; i++) {
		struct gfield *f = &G.root[1].sub[i];

		if (f->kind == G_TEXT && !f->noption && !f->used &&
		    !f->read_only && f->nullable && part[1] == NULL)
			part[part[0] != NULL] = f;
	}
	for (unsigned i = 0; i < G.npool[0]; i++)
		if (G.pool[0][i].kind == G_TEXT && !G.pool[0][i].used &&
		    !G.pool[0][i].noption && !G.pool[0][i].read_only)
			from = &G.pool[0][i];
	if (part[1] == NULL || from == NULL)
		return;
	g_path(0, from);
	g_put(" <-> %s.{", G.side[1]);
	g_name(part[0]->name);
	g_put(", ");
	g_name(part[1]->name);
	g_put("} via split_name%s with null: skip%s;\n", choose(C, 2) ?
	    "" : "(\"-\")", chance(C, 20) ? ", missing: error" : "");
	from->used = part[0]->used = part[1]->used = 1;
}

static struct gfield *
list_field(int right, enum gkind of)
{
	for (unsigned i = 0; i < G.npool[right]; i++) {
		struct gfield *f = &G.pool[right][i];

		if (f->kind == G_LIST && f->of == of && !f->used &&
		    !f->read_only && !f->required && !f->unique)
			return f;
	}
	return NULL;
}

/* The lists in two elements. */
static void
inner_list(void)
{
	static const char *const with[] = { "", " with prune",
		" with order: ours", " with prune, order: theirs" };

	g_put("each e.subs as s <-> v.subs as w key s.id = w.id%s { s.id <-> "
	    "w.id%s; ", with[choose(C, COUNT(with))], choose(C, 3) == 1 ?
	    " via lower" : "");
	if (choose(C, 2))
		g_put("s.label <-> w.label; ");
	if (choose(C, 2))
		g_put("w.own <- \"{e.id ?? \"-\"}{s.label ?? \"-\"}\"; ");
	if (choose(C, 3) == 1)
		g_put("when (e.label ?? \"\") != (s.label ?? \"\") { s.tag <-> "
		    "w.tag; } ");
	g_put("} ");
}

/* Two lists by a key, on one line, so that all of it has one place. */
static void
each(void)
{
	static const char *const with[] = { " with null: skip",
		" with null: skip, prune", " with null: skip, order: ours",
		" with null: skip, prune, order: theirs",
		" with null: skip, order: theirs", "" };
	static const char *const codecs[] = { "", " via lower",
		" via trim | lower" };
	const char *how;
	struct gfield *r = list_field(1, G_RECORD), *l = choose(C, 4) == 1 ?
	    list_field(0, G_TEXT) : list_field(0, G_RECORD);

	if (l == NULL || r == NULL)
		return;
	how = with[choose(C, COUNT(with) - (l->nullable != r->nullable))];
	g_put("each ");
	g_path(0, l);
	g_put(" as e <-> ");
	g_path(1, r);
	if (l->of == G_TEXT) {
		g_put(" as v key e = v.id%s { e <-> v.id%s; ", how,
		    codecs[choose(C, COUNT(codecs))]);
	} else {
		int deep = choose(C, 4) == 1;

		g_put(" as v key e.id = v.%s%s { e.id <-> v.%s%s; ",
		    deep ? "in.x" : "id", how,
		    deep ? "in.x" : "id", codecs[choose(C, COUNT(codecs))]);
		if (deep)
			g_put("e.in.x <-> v.id with null: skip; ");
		if (choose(C, 2))
			g_put("e.label <-> v.label%s; ", choose(C, 2) ?
			    " via trim" : " with null: skip");
		if (choose(C, 2))
			g_put("e.n <-> v.n with missing: clear; ");
		if (choose(C, 2))
			g_put("e.in.y <-> v.in.y; ");
		if (choose(C, 2))
			g_put("v.own <- \"{e.label ?? \"-\"}!\"; ");
		if (choose(C, 3) == 1)
			g_put("e.own <- v.own ?? \"?\"; ");
		if (choose(C, 3) == 1)
			g_put("when (e.n ?? 0) > 0 { e.tag <-> v.tag%s; } ",
			    choose(C, 2) ? " via upper" : "");
		if (choose(C, 4) == 1)
			g_put("pick e.subs as q where q.label == \"x\" "
			    "create { label: \"x\", id: it } <-> v.tell via "
			    "trim with null: skip; pick e.subs as q where "
			    "q.label in [\"A\", \"\"] create { label: "
			    "\"A\", id: it } <-> v.also with null: skip; ");
		else if (choose(C, 2))
			inner_list();
	}
	g_put("}\n");
	l->used = r->used = 1;
}

/* An element of a list that nothing joins. */
static void
picks(void)
{
	struct gfield *l = list_field(0, G_RECORD);

	for (unsigned i = 0; l != NULL && i < G.npool[1]; i++) {
		struct gfield *to = &G.pool[1][i];

		if (to->kind != G_TEXT || to->noption || to->used ||
		    to->read_only || to->required || to->max)
			continue;
		g_put("pick ");
		g_path(0, l);
		g_put(" as p where p.label == \"x\" create { label: \"x\", "
		    "id: it } <-> ");
		g_path(1, to);
		g_put("%s with null: skip;\n", choose(C, 2) ? " via lower" :
		    "");
		to->used = l->used = 1;
		return;
	}
}

static void
forward_rules(void)
{
	for (unsigned i = 0; i < G.npool[1]; i++) {
		struct gfield *r = &G.pool[1][i];
		unsigned n = G.npool[0], at = choose(C, n);

		if (r->used || r->kind == G_RECORD || (!r->required &&
		    (chance(C, 15) || (r->up != NULL && r->up->open &&
		    chance(C, 70)))))
			continue;
		if (!chance(C, 35))
			for (unsigned k = 0; k < n && !r->used; k++) {
				struct gfield *l = &G.pool[0][(at + k) % n];

				if (!l->used && l->kind != G_RECORD)
					both_rule(l, r);
			}
		if (!r->used)
			one_way(1, r, 0);
	}
}

static void
sync_rules(int back)
{
	static const char *const events[] = { "create", "update", "delete",
		"create, update", "update, delete" };
	static const char *const actions[] = { "upsert", "update", "archive",
		"delete", "skip \"no\"", "skip" };

	g_put("rules for m%s {\n", back ? " inbound" : "");
	for (unsigned n = choose(C, 3); n > 0; n--) {
		g_put("on %s", events[choose(C, COUNT(events))]);
		G.readable = back;
		if (chance(C, 75)) {
			unsigned i = choose(C, G.npool[1]);
			int right = choose(C, 3) != 0;

			g_put(" when ");
			if (chance(C, 30))
				g_put("%s", choose(C, 2) ?
				    "linked(h) and " : "not linked(h) or ");
			if (G.pool[right][i % G.npool[right]].used &&
			    chance(C, 50)) {
				g_put("changed(");
				g_path(right, &G.pool[right][i %
				    G.npool[right]]);
				g_put(")");
			} else {
				g_expr(G_BOOL, 2, 3);
			}
		}
		g_put(" do %s;\n", actions[choose(C, COUNT(actions))]);
	}
	g_put("otherwise skip \"none\";\n}\n");
}

static void
make_map(void)
{
	g_put("map m (%s: a.l) <-> (%s: a.r) {\n", G.side[0], G.side[1]);
	if (chance(C, 10))
		g_put("on null %s;\n", choose(C, 2) ? "error" : "clear");
	if (chance(C, 10))
		g_put("on error keep;\n");
	if (chance(C, 20))
		tuple();
	if (chance(C, 35))
		split();
	if (chance(C, 60))
		rest();
	if (chance(C, 30))
		picks();
	else
		each();
	forward_rules();
	if (chance(C, 40))
		when_group();
	for (unsigned i = 0; i < G.npool[0]; i++)
		if (!G.pool[0][i].used && chance(C, 35))
			one_way(0, &G.pool[0][i], 0);
	g_put("}\n");
}

void
program_make(struct choices *c, struct program *p)
{
	memset(&gen_now, 0, sizeof(gen_now));
	G.c = c;
	G.p = p;
	G.side[0] = "c";
	G.side[1] = "h";
	G.readable = -1;
	g_schema(0);
	g_schema(1);
	g_put("schema a.l = \"l.json\";\nschema a.r = \"r.json\";\n");
	while (G.nparam < choose(C, 3)) {
		enum gkind k = (enum gkind)choose(C, 4);

		g_put("param p%u: %s = ", G.nparam, g_kind_word(k));
		g_literal(k);
		g_put(";\n");
		G.params[G.nparam++] = k;
	}
	for (unsigned n = choose(C, 3); G.nenum < n; G.nenum++)
		g_enum(&G.enums[G.nenum], G.nenum);
	for (unsigned n = choose(C, 3); G.nfn < n; G.nfn++)
		g_fn(&G.fns[G.nfn], G.nfn);
	for (unsigned n = choose(C, 4); G.ncodec < n; G.ncodec++)
		g_codec(&G.codecs[G.ncodec], G.ncodec);
	make_map();
	if (chance(C, 60))
		sync_rules(0);
	if (chance(C, 30))
		sync_rules(1);
}

void
program_fini(struct program *p)
{
	buf_fini(&p->text);
	buf_fini(&p->full);
	buf_fini(&p->schema[0]);
	buf_fini(&p->schema[1]);
}
