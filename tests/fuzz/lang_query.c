/*
 * A view of any text answers any question: at every kind of place, in the
 * text and in what is left of it when it is cut off there, as while it is
 * written.  What it answers lies in the text.
 */
#include "config.h"

#include "fuzz.h"
#include "fuzz_map.h"
#include "lang/query.h"

static uint64_t state;

static uint32_t
draw(size_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((state >> 33) % (n + 1));
}

static void
inside(const struct lang_place *p, struct str text, const char *what)
{
	HOLDS(p->beg <= p->end, "%s is %u-%u", what, p->beg, p->end);
	if (str_eq(p->path, STR("m.map")))
		HOLDS(p->end <= text.n, "%s ends at %u of %zu", what, p->end,
		    text.n);
}

static void
ask(struct lang_view *v, struct str text, uint32_t off)
{
	struct arena a = { 0 };
	struct lang_thing t;
	struct lang_choice *choices;
	struct lang_place *places;
	uint32_t beg;
	size_t n;

	n = lang_complete(v, STR("m.map"), off, &a, &choices, &beg);
	HOLDS(beg <= off, "completes %u-%u", beg, off);
	for (size_t i = 0; i < n; i++)
		HOLDS(choices[i].label.n > 0 && choices[i].text.n > 0,
		    "an empty choice");
	if (lang_at(v, STR("m.map"), off, &a, &t)) {
		inside(&t.at, text, "a thing");
		inside(&t.decl, text, "a declaration");
		HOLDS(t.at.beg <= off && off <= t.at.end,
		    "a thing elsewhere");
		n = lang_references(v, &t.decl, &a, &places);
		HOLDS(t.decl.path.n == 0 || n > 0,
		    "%.*s is not even mentioned where it stands",
		    STR_ARG(t.name));
		for (size_t i = 0; i < n; i++)
			inside(&places[i], text, "a reference");
		if (lang_can_rename(&t))
			lang_check_rename(v, &t, STR("other"), NULL);
	}
	arena_fini(&a);
}

static void
outline(struct lang_view *v, struct str text)
{
	struct arena a = { 0 };
	struct lang_symbol *list;
	size_t n = lang_symbols(v, STR("m.map"), &a, &list);

	for (size_t i = 0; i < n; i++) {
		inside(&list[i].all, text, "a symbol");
		HOLDS(list[i].all.beg <= list[i].at.beg &&
		    list[i].at.end <= list[i].all.end,
		    "a name outside of its symbol");
	}
	arena_fini(&a);
}

static void
tokens(struct lang_view *v, struct str text)
{
	struct arena a = { 0 };
	struct lang_token *list;
	size_t n = lang_tokens(v, STR("m.map"), &a, &list);

	for (size_t i = 0; i < n; i++)
		HOLDS(list[i].beg < list[i].end && list[i].end <= text.n &&
		    (i == 0 || list[i - 1].end <= list[i].beg),
		    "token %zu out of order", i);
	arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_from((const char *)data, size);

	state = size;
	for (size_t i = 0; i < size; i++)
		state = state * 31 + data[i];
	/* whole, then cut off at places */
	for (int k = 0; k < 3; k++) {
		struct lang_view *v = lang_analyse(STR("m.map"), fuzz_read_map,
		    &text);

		for (int i = 0; i < 4; i++)
			ask(v, text, draw(text.n));
		ask(v, text, (uint32_t)text.n);
		outline(v, text);
		tokens(v, text);
		lang_view_free(v);
		text.n = draw(text.n);
	}
	return 0;
}
