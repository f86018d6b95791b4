/* What a rest leaves out is told of once a field, by the engine's log. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "lang/lang.h"
#include "stage/engine.h"

static const char schema[] = "{\"type\":\"object\",\"properties\":{"
    "\"id\":{\"type\":\"string\"},\"more\":{\"type\":\"object\","
    "\"additionalProperties\":true,\"properties\":{"
    "\"known\":{\"type\":\"string\"}}}}}";

static const char map[] = "schema s = \"s.json\";\n"
    "map m (c: s) <-> (h: s) {\n"
    "  c.id <-> h.id;\n"
    "  rest c.more.* <-> h.more.* via declared with unknown: warn;\n"
    "}\n";

static int
read_source(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	(void)arg, (void)a, (void)e;
	*text = str_eq(path, STR("m.map")) ? str_from(map, sizeof(map) - 1) :
	    str_from(schema, sizeof(schema) - 1);
	return 0;
}

static void
run(struct engine_run *x, const struct route *rt, const struct buf *json)
{
	struct work w = { .op = 'u', .key = STR("k") };
	struct buf b = { 0 };
	struct result r;

	buf_puts(&b, buf_str(json));
	memset(buf_room(&b, RECORD_PAD), 0, RECORD_PAD);
	w.payload = buf_str(&b);
	engine_run_map(x, rt, &w, &r);
	cr_assert_eq(r.decision, RESULT_SEND, "%.*s", STR_ARG(r.cause));
	cr_assert(str_eq(r.fields, STR("{\"more\":{\"known\":\"k\"}}")),
	    "%.*s", STR_ARG(r.fields));
	engine_run_reset(x);
	buf_fini(&b);
}

/* How many lines of what was logged hold a word. */
static unsigned
lines_with(FILE *f, const char *word)
{
	char line[1024];
	unsigned n = 0;

	rewind(f);
	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, word) != NULL;
	return n;
}

Test(engine, unknown_fields_are_told_of_once)
{
	struct unit_object object = { .name = STR("o") };
	struct route rt = { .connection = 3, .object = &object,
		.connection_name = STR("acme") };
	struct engine_run *x = engine_run_new();
	struct buf json = { 0 };
	struct unit *u;
	struct diags d;
	FILE *log = tmpfile();
	int err = dup(STDERR_FILENO);

	diags_init(&d);
	cr_assert_eq(lang_compile(STR("m.map"), read_source, NULL, NULL, &u,
	    NULL, &d), 0);
	rt.map = &u->maps[0];
	dup2(fileno(log), STDERR_FILENO);
	buf_puts(&json, STR("{\"more\":{\"known\":\"k\",\"a\":1,\"b b\":2}}"));
	for (int i = 0; i < 3; i++)
		run(x, &rt, &json);
	cr_expect_eq(lines_with(log, "engine.unknown_field"), 2);
	cr_expect_eq(lines_with(log, "connection=acme map=m "
	    "field=\"more.b b\" records=1"), 1);
	/* of another connection it is another field */
	rt.connection = 4;
	run(x, &rt, &json);
	cr_expect_eq(lines_with(log, "engine.unknown_field"), 4);
	/* a thousand are enough */
	buf_reset(&json);
	buf_puts(&json, STR("{\"more\":{\"known\":\"k\""));
	for (int i = 0; i < 1100; i++)
		buf_printf(&json, ",\"n%d\":0", i);
	buf_puts(&json, STR("}}"));
	run(x, &rt, &json);
	dup2(err, STDERR_FILENO);
	cr_expect_eq(lines_with(log, "engine.unknown_field"), 1000);
	close(err);
	fclose(log);
	engine_run_free(x);
	unit_unref(u);
	diags_fini(&d);
	buf_fini(&json);
}
