/*
 * Laws blocks: how many records, from which seed, and what is checked.
 */
#include "lang/compile.h"

#define SAMPLES_MAX 100000

static const char *const words[] = {
#define X(name, word) word,
	MAP_LAWS(X)
#undef X
};

/* The one argument of a clause, an int from least to most; -1 reported. */
static int
read_number(struct compile *c, const struct stmt *s, int64_t least,
    int64_t most, int64_t *out)
{
	const struct item *i = s->words.first;
	struct value v;

	if (s->words.n == 1 && i->value->kind == EX_NUMBER &&
	    literal_value(c, i->value, &v) == 0 && v.type == V_INT &&
	    v.u.i >= least && v.u.i <= most) {
		*out = v.u.i;
		return 0;
	}
	diag_fix(&c->ss, diag_at(&c->ss, C531, i ? i->span : s->head,
	    "`%.*s` is one number, %lld to %lld", STR_ARG(s->name.text),
	    (long long)least, (long long)most), "%.*s 500;",
	    STR_ARG(s->name.text));
	return -1;
}

static void
read_samples(struct compile *c, const struct stmt *s, struct unit_laws *out)
{
	int64_t n;

	if (read_number(c, s, 1, SAMPLES_MAX, &n) == 0)
		out->samples = (uint32_t)n;
}

static void
read_seed(struct compile *c, const struct stmt *s, struct unit_laws *out)
{
	int64_t n;

	if (read_number(c, s, 0, INT64_MAX, &n) == 0)
		out->seed = (uint64_t)n;
}

static void
read_law(struct compile *c, struct expr *e, struct unit_laws *out)
{
	struct str name = e->kind == EX_NAME ? e->text : STR("");
	struct near near;
	struct diag *g;

	near_init(&near, name);
	for (unsigned i = 0; i < COUNT(words); i++) {
		if (str_eq(name, str_z(words[i]))) {
			out->check |= 1u << i;
			return;
		}
		near_try(&near, str_z(words[i]));
	}
	if (e->kind == EX_BAD)
		return;
	g = diag_at(&c->ss, C532, e->span, "unknown law `%.*s`",
	    STR_ARG(span_text(&c->ss, e->span)));
	if (!diag_meant(&c->ss, g, &near))
		diag_fix(&c->ss, g, "check getput putget createget minimal "
		    "echo canon;");
}

static void
read_check(struct compile *c, const struct stmt *s, struct unit_laws *out)
{
	out->check = 0;
	if (s->words.n == 0)
		diag_fix(&c->ss, diag_at(&c->ss, C532, s->head,
		    "`check` names laws"), "check getput putget createget "
		    "minimal echo canon;");
	for (const struct item *i = s->words.first; i != NULL; i = i->next)
		read_law(c, i->value, out);
}

static const struct {
	const char *name;
	void (*read)(struct compile *c, const struct stmt *s,
	    struct unit_laws *out);
} clauses[] = {
	{ "samples", read_samples }, { "seed", read_seed },
	{ "check", read_check },
};

void
laws_compile(struct compile *c, const struct decl *d, struct unit_laws *out)
{
	const struct stmt *seen[COUNT(clauses)] = { 0 };

	*out = (struct unit_laws){ .samples = 100, .seed = 1,
		.check = (1u << MAP_NLAW) - 1 };
	for (struct stmt *s = d ? d->body : NULL; s != NULL; s = s->next) {
		struct near near;
		size_t i = 0;

		near_init(&near, s->name.text);
		while (i < COUNT(clauses) && !str_eq(s->name.text,
		    str_z(clauses[i].name)))
			near_try(&near, str_z(clauses[i++].name));
		if (i == COUNT(clauses) || s->has_body || s->has_value) {
			struct diag *g = diag_at(&c->ss, C530, s->head,
			    "laws have no `%.*s`", STR_ARG(span_line(&c->ss,
			    s->head, c->a)));

			if (!diag_meant(&c->ss, g, &near))
				diag_fix(&c->ss, g, "samples 500;  seed 7;  "
				    "check getput putget;");
		} else if (seen[i] != NULL) {
			diag_also(&c->ss, diag_at(&c->ss, C202, s->head,
			    "a second `%s`", clauses[i].name), seen[i]->head,
			    "the first");
		} else {
			seen[i] = s;
			clauses[i].read(c, s, out);
		}
	}
}
