/*
 * Test blocks: records through the programs of a map, and what differs.
 */
#include "lang/testrun.h"

#include "lang/follow.h"

struct run {
	const struct unit_test *t;
	struct follow f;
	struct arena a;
	struct lookups lookups; /* what xref and lookup find */
	struct lookups *known;  /* the same, for tests that do not say it */
	struct buf text;
};

static struct str
file_of(const struct run *r, struct prog_pos pos)
{
	return r->f.map->forward->files[pos.file];
}

static void
note(struct run *r, const struct unit_step *s, struct str path,
    const char *what)
{
	buf_printf(&r->text, "%.*s:%u: %.*s: %s", STR_ARG(file_of(r, s->pos)),
	    s->pos.line, STR_ARG(path), what);
}

static void
show(struct run *r, struct value v)
{
	if (v.type != V_ABSENT)
		value_write(&r->text, v);
	else
		buf_puts(&r->text, STR("nothing"));
}

static void
compare(struct run *r, const struct unit_step *s, struct str path,
    struct value want, struct value got, unsigned depth)
{
	want = value_open(want, &r->a);
	got = value_open(got, &r->a);
	if (want.type != V_RECORD || got.type != V_RECORD ||
	    depth == RECORD_DEPTH) {
		if (value_equal(want, got, CMP_EXACT, &r->a))
			return;
		note(r, s, path, "expected ");
		show(r, want);
		buf_puts(&r->text, STR(", got "));
		show(r, got);
		buf_putc(&r->text, '\n');
		return;
	}
	for (uint32_t i = 0; i < want.n; i++) {
		struct str name = want.u.record[i].name;

		compare(r, s, arena_printf(&r->a, "%.*s.%.*s", STR_ARG(path),
		    STR_ARG(name)), want.u.record[i].value,
		    value_member(got, name, &r->a), depth + 1);
	}
	for (uint32_t i = 0; i < got.n; i++) {
		struct str name = got.u.record[i].name;

		if (value_member(want, name, &r->a).type == V_ABSENT)
			compare(r, s, arena_printf(&r->a, "%.*s.%.*s",
			    STR_ARG(path), STR_ARG(name)),
			    (struct value){ 0 }, got.u.record[i].value,
			    depth + 1);
	}
}

/* -1 with a note when it contradicts what was given before. */
static int
give(struct run *r, const struct unit_step *s)
{
	struct value v = follow_raw(follow_pad(&r->a, s->json));
	struct err e;

	vm_set_lookups(r->f.vm, lookups_answer, &r->lookups);
	if (lookups_part(&r->lookups, s->kind == STEP_XREF ? LOOKUP_XREF :
	    LOOKUP_TABLE, v, &r->a, &e) == 0)
		return 0;
	buf_printf(&r->text, "%.*s:%u: %s\n", STR_ARG(file_of(r, s->pos)),
	    s->pos.line, e.text);
	return -1;
}

/* -1 with a note when the record is refused. */
static int
step(struct run *r, const struct unit_step *s)
{
	const struct unit_map *m = r->f.map;
	const struct str names[] = { m->left_name, m->right_name,
		STR("base") };
	struct err e;
	int rv = 0;

	if (s->kind == STEP_XREF || s->kind == STEP_LOOKUP)
		return give(r, s);
	if (s->kind == STEP_EVENT) {
		r->f.event = s->event;
		return 0;
	}
	if (s->kind == STEP_EXPECT)
		rv = follow_merge(&r->f, &e);
	else if (s->right == 2)
		follow_base(&r->f, s->json);
	else
		rv = s->kind == STEP_GIVEN ?
		    follow_given(&r->f, s->right, s->json, &e) :
		    follow_put(&r->f, s->right, s->json, &e);
	if (rv == 0 && s->kind == STEP_EXPECT) {
		struct str got = s->right == 2 ? r->f.base :
		    r->f.side[s->right];

		compare(r, s, names[s->right],
		    follow_raw(follow_pad(&r->a, s->json)), got.n > 0 ?
		    follow_raw(got) : (struct value){ 0 }, 0);
	}
	if (rv != 0)
		buf_printf(&r->text, "%.*s:%u: the record is refused: %s\n",
		    STR_ARG(file_of(r, s->pos)), s->pos.line, e.text);
	return rv;
}

static int
run_test(struct run *r, test_report_fn *fn, void *arg)
{
	struct test_report result = { .test = r->t };

	follow_init(&r->f, r->f.vm, r->t->map, &r->a, r->f.valid);
	r->lookups.whole = 1;
	vm_set_lookups(r->f.vm, lookups_answer, r->known ? r->known :
	    &r->lookups);
	for (uint32_t i = 0; i < r->t->nstep; i++)
		if (step(r, &r->t->steps[i]) != 0)
			break;
	result.ok = r->text.n == 0;
	result.text = buf_str(&r->text);
	fn(arg, &result);
	buf_fini(&r->text);
	vm_set_lookups(r->f.vm, NULL, NULL);
	lookups_fini(&r->lookups);
	arena_fini(&r->a);
	return result.ok;
}

int
test_run_known(const struct unit *u, struct vm *vm, struct lookups *known,
    test_report_fn *fn, void *arg)
{
	struct valid *valid = valid_new();
	int failed = 0;

	for (uint32_t i = 0; i < u->ntest; i++) {
		struct run r = { .t = &u->tests[i], .known = known,
			.f = { .vm = vm, .valid = valid } };

		failed += !run_test(&r, fn, arg);
	}
	valid_free(valid);
	return failed;
}

int
test_run(const struct unit *u, struct vm *vm, test_report_fn *fn, void *arg)
{
	return test_run_known(u, vm, NULL, fn, arg);
}
