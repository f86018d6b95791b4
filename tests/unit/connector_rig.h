/* A connector compiled from text or file, a VM and calls of its ops. */
#ifndef TESTS_UNIT_CONNECTOR_RIG_H
#define TESTS_UNIT_CONNECTOR_RIG_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "connector/connector.h"
#include "lang/lang.h"

#define RIG_RECORDS 100

struct rig {
	struct unit *unit;
	struct vm *vm;
	struct arena arena;
	struct connector_call call;
	struct connector_record records[RIG_RECORDS];
};

/* The one file of a closure: arg is its text. */
static inline int
rig_read(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	(void)path;
	(void)e;
	*text = arena_str(a, str_z(arg));
	return 0;
}

static inline void
rig_compile(struct rig *r, struct str path, lang_read_fn *read, void *arg)
{
	struct diags d;
	struct buf out = { 0 };

	diags_init(&d);
	if (lang_compile(path, read, arg, NULL, &r->unit, NULL, &d) != 0) {
		diags_print(&out, &d, 0);
		cr_assert_fail("%.*s", (int)out.n, out.p);
	}
	diags_fini(&d);
	buf_fini(&out);
}

/* source NULL: mappings/hubspot/connector.map. */
static inline void
rig_up(struct rig *r, const char *source)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	memset(r, 0, sizeof(*r));
	snprintf(path, sizeof(path), "%s/mappings/hubspot/connector.map",
	    top != NULL ? top : "..");
	if (source != NULL)
		rig_compile(r, STR("test.map"), rig_read, (void *)source);
	else
		rig_compile(r, str_z(path), lang_read_file, NULL);
	r->vm = vm_new(NULL);
	r->call.connector = &r->unit->connectors[0];
	r->call.object = &r->call.connector->objects[0];
	r->call.token = STR("tok");
	r->call.records = r->records;
}

static inline void
rig_down(struct rig *r)
{
	vm_free(r->vm);
	unit_unref(r->unit);
	arena_fini(&r->arena);
}

/* JSON text with the padding that fields need. */
static inline struct str
rig_json(struct rig *r, const char *text)
{
	size_t n = strlen(text);
	char *p = arena_alloc(&r->arena, n + RECORD_PAD);

	memcpy(p, text, n);
	memset(p + n, 0, RECORD_PAD);
	return str_from(p, n);
}

/* n records with traces t1, t2, … of which each has an id or is new. */
static inline void
rig_op(struct rig *r, enum connector_op op, size_t n, int known)
{
	r->call.op = object_op(r->call.object, op);
	cr_assert_not_null(r->call.op);
	r->call.n = n;
	for (size_t i = 0; i < n; i++) {
		struct connector_record *x = &r->records[i];

		x->key = arena_printf(&r->arena, "k%zu", i + 1);
		x->match = arena_printf(&r->arena, "m%zu@x.io", i + 1);
		x->trace = arena_printf(&r->arena, "t%zu", i + 1);
		x->id = known ? arena_printf(&r->arena, "%zu", 100 + i) :
		    str_from(NULL, 0);
		x->fields = rig_json(r, arena_printf(&r->arena,
		    "{\"properties\":{\"firstname\":\"F%zu\"}}", i + 1).p);
	}
}

static inline void
rig_done(struct rig *r, const struct http_done *done,
    struct connector_result *res)
{
	connector_reply(&r->call, r->vm, done, 1800000000000, res, &r->arena);
}

/* A whole reply. */
static inline struct connector_result
rig_reply(struct rig *r, int status, const char *headers, const char *body)
{
	struct http_done done = { .outcome = HTTP_REPLY, .status = status,
		.headers = str_z(headers), .body = str_z(body) };
	struct connector_result res;

	rig_done(r, &done, &res);
	return res;
}

#define same(got, want)                                                   \
	cr_assert(str_eq(got, str_z(want)), "%.*s, not %s", STR_ARG(got), \
	    (const char *)(want))
#define outcome_is(got, want)                                             \
	cr_assert_eq(got, want, "%s, not %s", outcome_word(got),          \
	    outcome_word(want))

#endif
