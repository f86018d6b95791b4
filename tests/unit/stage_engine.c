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
	(void)a;
	(void)e;
	*out = str_z(str_eq(path, STR("a.json")) ? ours :
	    str_eq(path, STR("b.json")) ? theirs : arg);
	return 0;
}

static struct unit *
compile(const char *map)
{
	struct diags d;
	struct unit *u;

	diags_init(&d);
	cr_assert_eq(lang_compile(STR("m.map"), read_file, (void *)map, NULL,
	    &u, NULL, &d), 0, "%s", d.n ? d.list[0].text.p : "");
	diags_fini(&d);
	return u;
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
	struct unit *u = compile(text);

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
	engine_run_free(x);
}

/* What the journal and the link tell of a change is what the mapping sees. */
Test(engine, tells_the_event)
{
	static const char told[] = "schema a = \"a.json\";\n"
	    "schema b = \"b.json\";\n"
	    "map m (c: a) <-> (h: b) {\n"
	    "  h.Key <- \"{event.op} of {event.key}\";\n"
	    "  h.Name <- if year(event.at) == 2019 and day(event.at) == 31 "
	    "then \"then\" else \"now\";\n}\n"
	    "rules for m {\n"
	    "  on delete when event.op == \"delete\" and event.key == \"k\" do "
	    "delete;\n"
	    "  on create, update do upsert;\n  otherwise skip;\n}\n";
	static const struct {
		char op;
		uint64_t linked;
		const char *fields;
		enum connector_op verb;
	} rows[] = {
		{ 'u', 0, "{\"Key\":\"create of k\",\"Name\":\"then\"}",
		    CONNECTOR_UPSERT },
		{ 'u', 1, "{\"Key\":\"update of k\",\"Name\":\"then\"}",
		    CONNECTOR_UPDATE },
		{ 'd', 1, "", CONNECTOR_DELETE },
	};
	struct engine_run *x = engine_run_new();
	struct unit_object object = { .clear = STR("null") };
	struct route rt = { .object = &object };
	struct unit *u = compile(told);

	rt.map = &u->maps[0];
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct work w = { .op = (uint64_t)rows[i].op,
			.linked = rows[i].linked, .key = STR("k"),
			.at = 1548935999999999, .payload = padded(STR("{}")),
			.base = padded(STR("{}")) };
		struct result r;

		engine_run_map(x, &rt, &w, &r);
		cr_expect_eq(r.decision, RESULT_SEND, "%zu: %.*s", i,
		    STR_ARG(r.cause));
		cr_expect_eq(r.verb, rows[i].verb, "%zu", i);
		cr_expect(str_eq(r.fields, str_z(rows[i].fields)),
		    "%zu: %.*s", i, STR_ARG(r.fields));
		unpad(w.payload);
		unpad(w.base);
		engine_run_reset(x);
	}
	unit_unref(u);
	engine_run_free(x);
}
