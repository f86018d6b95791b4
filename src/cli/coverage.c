/*
 * Coverage as rows.
 */
#include "cli/coverage.h"

#include "cli/sheet.h"

static const char *const columns[] = { "by", "map", "way", "line", "value",
	"null", "absent", "error", "rule", NULL };

/* Of a way: rules, and those that had a value. */
struct tally {
	unsigned rules, reached;
};

static void
put_rule(struct sheet *s, const struct prog *p, uint32_t i,
    const struct cover_rule *r, struct tally *t)
{
	const struct prog_rule *rule = &p->rule[i];

	sheet_int(s, rule->pos.line);
	for (unsigned k = 0; k < COVER_NSTATE; k++) {
		/* what reads nothing is never null */
		if (!r->reads && (k == COVER_NULL || k == COVER_ABSENT))
			sheet_null(s);
		else
			sheet_int(s, r->seen[k]);
	}
	sheet_text(s, rule->text);
	t->rules++;
	t->reached += r->seen[COVER_VALUE] > 0;
}

static void
put_prog(struct sheet *s, const struct unit_map *m,
    const struct cover_prog *p, const char *by, int back, struct tally *t)
{
	for (uint32_t i = 0; i < p->p->nrule; i++) {
		sheet_text(s, str_z(by));
		sheet_text(s, m->name);
		sheet_text(s, back ? STR("<-") : STR("->"));
		put_rule(s, p->p, i, &p->rules[i], t);
	}
}

void
coverage_print(struct buf *out, const struct unit *u, const struct cover *c,
    const char *by, int json)
{
	struct sheet s;

	for (uint32_t i = 0; i < u->nmap; i++) {
		struct tally way[2] = { { 0, 0 }, { 0, 0 } };

		sheet_init(&s, columns);
		for (int back = 0; back < 2; back++)
			put_prog(&s, &u->maps[i], &c->progs[2 * i +
			    (uint32_t)back], by, back, &way[back]);
		sheet_print(out, &s, json);
		sheet_fini(&s);
		if (!json)
			buf_printf(out, "%.*s: %s have a value for %u of %u "
			    "rules to the right, %u of %u to the left\n",
			    STR_ARG(u->maps[i].name), by, way[0].reached,
			    way[0].rules, way[1].reached, way[1].rules);
	}
}

void
reach_add(struct reach *r, const struct cover *c)
{
	size_t at = 0;

	for (uint32_t i = 0; i < c->nprog; i++)
		at += c->progs[i].p->nrule;
	if (r->ran == NULL) {
		r->rules = at;
		r->ran = arena_array(&r->a, at, 1);
	}
	at = 0;
	for (uint32_t i = 0; i < c->nprog; i++)
		for (uint32_t k = 0; k < c->progs[i].p->nrule; k++)
			r->ran[at++] |= c->progs[i].rules[k]
			    .seen[COVER_VALUE] > 0;
}

void
reach_end(struct reach *r, size_t *rules, size_t *reached)
{
	*rules += r->rules;
	for (size_t i = 0; i < r->rules; i++)
		*reached += r->ran[i];
	arena_fini(&r->a);
	*r = (struct reach){ .rules = 0 };
}
