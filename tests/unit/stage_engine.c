/* The engine holds what it is about to send to the target's schema. */
#include <criterion/criterion.h>

#include "lang/lang.h"
#include "stage/engine.h"
#include "vm/unit.h"
#include "tests/unit/record.h"

static const char ours[] = "{\"type\":\"object\",\"required\":[\"id\"],"
    "\"properties\":{\"id\":{\"type\":\"string\"},"
    "\"name\":{\"type\":[\"string\",\"null\"]},"
    "\"note\":{\"type\":[\"string\",\"null\"]}}}";
static const char theirs[] = "{\"type\":\"object\",\"required\":[\"Id\"],"
    "\"properties\":{\"Id\":{\"type\":\"string\",\"readOnly\":true},"
    "\"Key\":{\"type\":\"string\"},"
    "\"Name\":{\"type\":[\"string\",\"null\"],\"maxLength\":5},"
    "\"Note\":{\"type\":[\"string\",\"null\"],\"maxLength\":5}}}";
static const char text[] = "schema a = \"a.json\";\n"
    "schema b = \"b.json\";\n"
    "map m (c: a) <-> (h: b) {\n"
    "  h.Key <- c.id;\n"
    "  c.name <-> h.Name;\n"
    "  c.note <-> h.Note;\n"
    "}\n";

static int
read_file(void *arg, struct str path, struct str *out, struct arena *a,
    struct err *e)
{
	(void)arg;
	(void)a;
	(void)e;
	*out = str_z(str_eq(path, STR("a.json")) ? ours :
	    str_eq(path, STR("b.json")) ? theirs : text);
	return 0;
}

static const struct {
	const char *payload, *base; /* base NULL: not linked */
	enum result_decision decision;
	const char *fields; /* or the begin of the cause */
	uint64_t line;
} cases[] = {
	/* nothing has Id, which only they write */
	{ "{\"id\":\"1\",\"name\":\"Ann\"}", NULL, RESULT_SEND,
	  "{\"Key\":\"1\",\"Name\":\"Ann\"}", 0 },
	{ "{\"id\":\"1\",\"name\":\"Annabel\"}", NULL, RESULT_ERROR,
	  "m.map:5: #/Name: \"Name\" must have at most 5 characters, but has "
	  "7 (b#/properties/Name/maxLength)", 5 },
	{ "{\"id\":1,\"name\":\"Ann\"}", NULL, RESULT_ERROR,
	  "m.map:4: #/Key: \"Key\" must be a string, but is an integer", 4 },
	/* a patch answers for what it writes */
	{ "{\"id\":\"1\",\"name\":\"Annabel\",\"note\":\"n\"}",
	  "{\"Key\":\"1\",\"Name\":\"Annabel\"}", RESULT_SEND,
	  "{\"Note\":\"n\"}", 0 },
	{ "{\"id\":\"1\",\"note\":\"longer\"}", "{\"Key\":\"1\"}",
	  RESULT_ERROR, "m.map:6: #/Note: ", 6 },
	{ "{\"id\":\"1\",\"note\":\"longer\"}", "", RESULT_ERROR,
	  "m.map:6: #/Note: ", 6 },
	/* what is not sent is not held to anything */
	{ "{\"id\":\"1\",\"note\":\"longer\"}",
	  "{\"Key\":\"1\",\"Note\":\"longer\"}", RESULT_NOTHING, "", 0 },
};

Test(engine, holds_records_to_the_schema)
{
	struct engine_run *x = engine_run_new();
	struct unit_object object = { .clear = STR("null") };
	struct route rt = { .object = &object };
	struct diags d;
	struct unit *u;

	diags_init(&d);
	cr_assert_eq(lang_compile(STR("m.map"), read_file, NULL, NULL, &u, NULL,
	    &d), 0);
	rt.map = &u->maps[0];
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct work w = { .op = 'u', .linked = cases[i].base != NULL };
		struct result r;
		struct str got;

		w.payload = padded(str_z(cases[i].payload));
		w.base = padded(str_z(cases[i].base ? cases[i].base : ""));
		engine_run_map(x, &rt, &w, &r);
		cr_expect_eq(r.decision, cases[i].decision, "%zu: %.*s", i,
		    STR_ARG(r.cause));
		got = r.decision == RESULT_ERROR ? r.cause : r.fields;
		cr_expect(got.n >= strlen(cases[i].fields) &&
		    memcmp(got.n ? got.p : "", cases[i].fields,
		    strlen(cases[i].fields)) == 0, "%zu: %.*s", i,
		    STR_ARG(got));
		if (cases[i].line > 0)
			cr_expect_eq(r.line, cases[i].line, "%zu: %d", i,
			    (int)r.line);
		unpad(w.payload);
		unpad(w.base);
		engine_run_reset(x);
	}
	unit_unref(u);
	diags_fini(&d);
	engine_run_free(x);
}
