/* Records that name others: answers on their way, waiting, and its end. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/size.h"
#include "lang/lang.h"
#include "stage/engine.h"
#include "stage/found.h"
#include "stage/item.h"

static struct arena arena;
static struct err e;

/* ---- answers as bytes ---- */

static void
some(struct buf *b)
{
	found_put(b, LOOKUP_XREF, STR("a"), STR("k"), STR("9"));
	found_put(b, LOOKUP_XREF, STR("a"), STR(""), STR(""));
	found_put(b, LOOKUP_XREF, STR("a"), STR("none"), (struct str){ 0 });
	found_put(b, LOOKUP_TABLE, STR("a"), STR("k"), STR("\"\\u00e9\""));
	found_put(b, LOOKUP_TABLE, STR("a"), STR("n"), STR("0.10"));
}

/* As the frame has it: with room behind. */
static struct str
padded(struct str s)
{
	char *p = arena_zalloc(&arena, s.n + RECORD_PAD);

	memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static const char *
asked(struct lookups *l, enum lookup_kind kind, struct str key)
{
	struct prog_lookup ask = { kind, LOOKUP_TEXT, STR("a") };
	struct buf b = { 0 };
	struct value v;
	const char *got;

	switch ((enum vm_answer)lookups_answer(l, &ask, key, &v)) {
	case VM_FOUND:
		value_write(&b, v);
		got = arena_str(&arena, buf_str(&b)).p;
		buf_fini(&b);
		return got;
	case VM_NOT_FOUND:
		return "not found";
	case VM_NOT_KNOWN:
		break;
	}
	return "not known";
}

Test(found, comes_as_it_went)
{
	struct lookups l = { 0 };
	struct buf b = { 0 };

	some(&b);
	cr_assert_eq(found_read(padded(buf_str(&b)), &l, &arena, &e), 0);
	cr_expect_str_eq(asked(&l, LOOKUP_XREF, STR("k")), "\"9\"");
	cr_expect_str_eq(asked(&l, LOOKUP_XREF, STR("")), "\"\"");
	cr_expect_str_eq(asked(&l, LOOKUP_XREF, STR("none")), "not found");
	cr_expect_str_eq(asked(&l, LOOKUP_XREF, STR("n")), "not known");
	cr_expect_str_eq(asked(&l, LOOKUP_TABLE, STR("k")), "\"\xc3\xa9\"");
	cr_expect_str_eq(asked(&l, LOOKUP_TABLE, STR("n")), "0.10");
	cr_expect_str_eq(asked(&l, LOOKUP_XREF_BACK, STR("9")), "not known");
	lookups_fini(&l);
	buf_fini(&b);
}

/* Cut anywhere but between two answers it is refused. */
Test(found, in_pieces)
{
	struct buf b = { 0 };
	unsigned whole = 0;

	some(&b);
	for (size_t n = 0; n < b.n; n++) {
		struct lookups l = { 0 };

		if (found_read(padded(str_from(b.p, n)), &l, &arena, &e) == 0)
			whole++;
		else
			cr_expect_eq(e.code, ERR_INTERNAL);
		lookups_fini(&l);
	}
	cr_expect_eq(whole, 5);
	buf_fini(&b);
}

/* ---- the engine ---- */

static const char schema[] = "{\"type\":\"object\",\"properties\":{"
    "\"id\":{\"type\":\"string\"},\"up\":{\"type\":[\"string\",\"null\"]},"
    "\"by\":{\"type\":[\"string\",\"null\"]}}}";

static const char map[] = "schema s = \"s.json\";\n"
    "map m (c: s) <-> (h: s) {\n"
    "  c.id <-> h.id;\n"
    "  c.up <-> h.up via xref(\"a\") with missing: defer;\n"
    "  c.by <-> h.by via xref(\"b\");\n"
    "}\n";

static int
read_source(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *err)
{
	(void)arg, (void)a, (void)err;
	*text = str_eq(path, STR("m.map")) ? str_from(map, sizeof(map) - 1) :
	    str_from(schema, sizeof(schema) - 1);
	return 0;
}

struct rig {
	struct unit *u;
	struct unit_object object;
	struct route rt;
	struct engine_run *x;
	struct buf found;
	struct result r;
};

static const int32_t links[] = { 7, 8 };

static void
setup(struct rig *g)
{
	struct diags d;

	*g = (struct rig){ .object.name = STR("o"), .x = engine_run_new() };
	diags_init(&d);
	cr_assert_eq(lang_compile(STR("m.map"), read_source, NULL, NULL,
	    &g->u, NULL, &d), 0);
	diags_fini(&d);
	g->rt = (struct route){ .object = &g->object, .map = &g->u->maps[0],
		.links = links };
}

static void
teardown(struct rig *g)
{
	engine_run_free(g->x);
	unit_unref(g->u);
	buf_fini(&g->found);
}

static void
map_one(struct rig *g, const char *json)
{
	struct work w = { .op = 'u', .key = STR("k"),
		.payload = padded(str_z(json)),
		.found = padded(buf_str(&g->found)) };

	engine_run_reset(g->x);
	engine_run_map(g->x, &g->rt, &w, &g->r);
	cr_expect_eq(g->r.found.n, 0);
}

Test(engine, waits_or_goes_without)
{
	static const char json[] = "{\"id\":\"1\",\"up\":\"x\",\"by\":\"y\"}";
	struct rig g;

	setup(&g);
	found_put(&g.found, LOOKUP_XREF, STR("a"), STR("x"),
	    (struct str){ 0 });
	found_put(&g.found, LOOKUP_XREF, STR("b"), STR("y"), STR("9"));
	map_one(&g, json);
	cr_assert_eq(g.r.decision, RESULT_WAIT, "%.*s", STR_ARG(g.r.cause));
	cr_expect_eq(g.r.wait_sync, 7);
	cr_expect(str_eq(g.r.wait_key, STR("x")));
	cr_expect_eq(g.r.wait_create, 0);
	cr_expect_eq(g.r.line, 4);

	buf_reset(&g.found);
	found_put(&g.found, LOOKUP_XREF, STR("a"), STR("x"), STR("8"));
	found_put(&g.found, LOOKUP_XREF, STR("b"), STR("y"),
	    (struct str){ 0 });
	map_one(&g, json);
	cr_assert_eq(g.r.decision, RESULT_SEND, "%.*s", STR_ARG(g.r.cause));
	cr_expect(str_eq(g.r.fields, STR("{\"id\":\"1\",\"up\":\"8\"}")),
	    "%.*s", STR_ARG(g.r.fields));
	cr_expect_eq(g.r.wait_sync, 8, "the field that was left out");
	cr_expect(str_eq(g.r.wait_key, STR("y")));

	/* names nobody: waits for nobody */
	map_one(&g, "{\"id\":\"1\",\"up\":null}");
	cr_assert_eq(g.r.decision, RESULT_SEND);
	cr_expect_eq(g.r.wait_sync, 0);
	teardown(&g);
}

/* What was not asked for is no answer, nor what another batch asked for. */
Test(engine, knows_what_its_batch_asked)
{
	static const char json[] = "{\"id\":\"1\",\"up\":\"x\"}";
	struct err why;
	struct rig g;

	setup(&g);
	map_one(&g, json);
	cr_expect_eq(g.r.decision, RESULT_AGAIN);
	found_put(&g.found, LOOKUP_XREF, STR("a"), STR("x"), STR("8"));
	map_one(&g, json);
	cr_expect_eq(g.r.decision, RESULT_SEND);
	buf_reset(&g.found);
	map_one(&g, json);
	cr_expect_eq(g.r.decision, RESULT_AGAIN);
	err_set(&why, ERR_LIMIT, "too many keys");
	found_error(&g.found, &why);
	map_one(&g, json);
	cr_expect_eq(g.r.decision, RESULT_ERROR);
	cr_expect(str_eq(g.r.cause, STR("too many keys")), "%.*s",
	    STR_ARG(g.r.cause));
	teardown(&g);
}

/* ---- items ---- */

Test(item, waits_until_its_end)
{
	struct result r = { .key = STR("k"), .wait_sync = 7,
		.wait_key = STR("x"), .cause = STR("waits"), .op = 'u' };
	struct item *it = item_new(&r, 0);

	/* first: the deadline begins now */
	cr_expect_eq(item_wait(it, 1000, 300, 500), 0);
	cr_expect_eq(it->out.what, OUTCOME_PARK);
	cr_expect_eq(it->out.not_before_us, 1300);
	cr_expect_eq(it->out.deadline_us, 1500);
	cr_expect_eq(it->out.waits_sync, 7);
	cr_expect(str_eq(it->out.waits_key, STR("x")));
	cr_expect(str_eq(it->out.cause, STR("PARENT_MISSING")));
	cr_expect_eq(it->out.attempt, 1);
	/* then it stays, and no rest goes beyond it */
	it->r.deadline = 1500;
	cr_expect_eq(item_wait(it, 1499, 300, 500), 0);
	cr_expect_eq(it->out.not_before_us, 1500);
	cr_expect_eq(it->out.attempt, 2);
	cr_expect_eq(item_wait(it, 1500, 300, 500), 1);
	cr_expect(it->out.what & OUTCOME_DEAD);
	cr_expect(str_eq(it->out.cause, STR("PARENT_MISSING")));
	cr_expect(str_eq(it->out.message, STR("waits")));
	item_free(it);
}

Test(item, is_done_but_for_a_link)
{
	struct result r = { .key = STR("k"), .wait_sync = 7,
		.wait_key = STR("x"), .decision = RESULT_SEND,
		.verb = CONNECTOR_UPSERT, .op = 'u', .neu = STR("{}") };
	struct item *it = item_new(&r, 0);

	item_remote(it, STR("9"));
	item_done(it);
	item_await(it, 1000, 500);
	cr_expect_eq(it->out.what, OUTCOME_LINK | OUTCOME_DONE |
	    OUTCOME_DECIDE | OUTCOME_PARK);
	cr_expect_eq(it->out.not_before_us, 1500);
	cr_expect_eq(it->out.deadline_us, 1500);
	cr_expect(str_eq(it->out.cause, STR("LINK_MISSING")));
	/* at the end it is as it is */
	it->r.deadline = 1500;
	item_settle(it);
	item_await(it, 1500, 500);
	cr_expect_eq(it->out.what, OUTCOME_DONE);
	item_free(it);
}

Test(item, rests_longer_each_time)
{
	cr_expect_eq(item_rest_ms(1000, 0), 1000);
	cr_expect_eq(item_rest_ms(1000, 3), 8000);
	cr_expect_eq(item_rest_ms(1000, 11), 2048000);
	cr_expect_eq(item_rest_ms(1000, 12), 3600000);
	cr_expect_eq(item_rest_ms(1000, UINT64_MAX), 3600000);
	cr_expect_eq(item_rest_ms(7200000, 0), 3600000);
}
