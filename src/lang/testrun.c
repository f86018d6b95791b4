/*
 * Test blocks.  What a map yields and what a test states are compared path
 * by path, so a failure names the field and both values.
 */
#include "lang/testrun.h"

#include <stdlib.h>

#include "record/layout.h"

struct run {
	struct vm *vm;
	const struct unit_map *map;
	struct arena arena;
	struct str side[2]; /* left and right as they are; JSON */
	struct buf diff;
	struct buf path;
};

/* A copy with what readers want behind it. */
static struct str
keep(struct run *x, struct str s)
{
	char *p = arena_zalloc(&x->arena, s.n + RECORD_PAD);

	memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static struct value
raw(struct str json)
{
	return (struct value){ .type = V_RAW, .n = (uint32_t)json.n,
	    .u.p = json.p };
}

static const struct value *
find(struct value rec, struct str name)
{
	for (uint32_t i = 0; i < rec.n; i++)
		if (str_eq(rec.u.record[i].name, name))
			return &rec.u.record[i].value;
	return NULL;
}

/* over laid over under: records merge by name, all else replaces. */
static void
merge(struct run *x, struct buf *out, struct value under, struct value over,
    unsigned depth)
{
	int first = 1;

	under = value_open(under, &x->arena);
	over = value_open(over, &x->arena);
	if (under.type != V_RECORD || over.type != V_RECORD ||
	    depth == RECORD_DEPTH) {
		value_write(out, over);
		return;
	}
	buf_putc(out, '{');
	for (uint32_t i = 0; i < under.n; i++) {
		const struct member *m = &under.u.record[i];
		const struct value *o = find(over, m->name);

		if (!first)
			buf_putc(out, ',');
		first = 0;
		buf_json(out, m->name);
		buf_putc(out, ':');
		if (o != NULL)
			merge(x, out, m->value, *o, depth + 1);
		else
			value_write(out, m->value);
	}
	for (uint32_t i = 0; i < over.n; i++) {
		const struct member *m = &over.u.record[i];

		if (find(under, m->name) != NULL)
			continue;
		if (!first)
			buf_putc(out, ',');
		first = 0;
		buf_json(out, m->name);
		buf_putc(out, ':');
		value_write(out, m->value);
	}
	buf_putc(out, '}');
}

static struct str
overlay(struct run *x, struct str under, struct str over)
{
	struct buf b = { 0 };
	struct str s;

	merge(x, &b, raw(under), raw(over), 0);
	s = keep(x, buf_str(&b));
	buf_fini(&b);
	return s;
}

static void
say(struct run *x, struct value want, struct value got)
{
	buf_puts(&x->diff, STR("    "));
	buf_puts(&x->diff, x->path.n ? buf_str(&x->path) : STR("the record"));
	buf_puts(&x->diff, STR(": expected "));
	if (want.type == V_ABSENT)
		buf_puts(&x->diff, STR("nothing"));
	else
		value_write(&x->diff, want);
	buf_puts(&x->diff, STR(", got "));
	if (got.type == V_ABSENT)
		buf_puts(&x->diff, STR("nothing"));
	else
		value_write(&x->diff, got);
	buf_putc(&x->diff, '\n');
}

static void compare(struct run *x, struct value want, struct value got,
    unsigned depth);

static void
compare_member(struct run *x, struct str name, struct value want,
    struct value got, unsigned depth)
{
	size_t n = x->path.n;

	if (n > 0)
		buf_putc(&x->path, '.');
	buf_puts(&x->path, name);
	compare(x, want, got, depth + 1);
	x->path.n = n;
}

static void
compare(struct run *x, struct value want, struct value got, unsigned depth)
{
	static const struct value none;

	want = value_open(want, &x->arena);
	got = value_open(got, &x->arena);
	if (want.type != V_RECORD || got.type != V_RECORD ||
	    depth == RECORD_DEPTH) {
		if (!value_equal(want, got, CMP_EXACT, &x->arena))
			say(x, want, got);
		return;
	}
	for (uint32_t i = 0; i < want.n; i++) {
		const struct member *m = &want.u.record[i];
		const struct value *g = find(got, m->name);

		compare_member(x, m->name, m->value, g ? *g : none, depth);
	}
	for (uint32_t i = 0; i < got.n; i++) {
		const struct member *m = &got.u.record[i];

		if (find(want, m->name) == NULL)
			compare_member(x, m->name, none, m->value, depth);
	}
}

/* Run one direction; the target record as JSON. */
static int
map(struct run *x, const struct prog *p, struct str json, struct str *out,
    struct err *e)
{
	struct vm_frame f;
	struct buf b = { 0 };

	if (vm_map(x->vm, p, json, &f, &x->arena, e) != 0)
		return -1;
	layout_write(&b, p->funcs[0].layout, f.out, STR("null"));
	*out = keep(x, buf_str(&b));
	buf_fini(&b);
	return 0;
}

static int
step(struct run *x, const struct unit_step *s, int have_put, struct err *e)
{
	struct str json = keep(x, s->json), got;

	switch (s->kind) {
	case STEP_GIVEN:
		x->side[s->right] = json;
		return 0;
	case STEP_PUT:
		json = overlay(x, x->side[1], json);
		x->side[1] = json;
		if (map(x, x->map->backward, json, &got, e) != 0)
			return -1;
		x->side[0] = overlay(x, x->side[0], got);
		return 0;
	case STEP_EXPECT:
		if (s->right && !have_put) {
			if (map(x, x->map->forward, x->side[0], &got, e) != 0)
				return -1;
			x->side[1] = got;
		} else if (!s->right && !have_put) { /* given the right */
			if (map(x, x->map->backward, x->side[1], &got, e) != 0)
				return -1;
			x->side[0] = got;
		}
		compare(x, raw(json), raw(x->side[s->right]), 0);
		return 0;
	}
	return 0;
}

static int
run_one(struct run *x, const struct unit_test *t)
{
	struct err e;
	int have_put = 0;

	x->map = t->map;
	/* A put before any given is laid over an empty record. */
	x->side[0] = x->side[1] = keep(x, STR("{}"));
	for (uint32_t i = 0; i < t->nstep; i++) {
		const struct unit_step *s = &t->steps[i];
		size_t before = x->diff.n;

		if (s->kind == STEP_PUT)
			have_put = 1;
		else if (s->kind == STEP_GIVEN)
			have_put = 0;
		if (step(x, s, have_put, &e) != 0)
			buf_printf(&x->diff, "    line %u: %s\n", s->pos.line,
			    e.text);
		if (x->diff.n > before)
			break; /* what follows would only follow from it */
	}
	return x->diff.n == 0;
}

int
test_run(const struct unit *u, struct vm *vm, test_report_fn *fn, void *arg)
{
	struct run x = { .vm = vm };
	int failed = 0;

	for (uint32_t i = 0; i < u->ntest; i++) {
		struct test_report r = { .test = &u->tests[i] };

		buf_reset(&x.diff);
		buf_reset(&x.path);
		r.ok = run_one(&x, r.test);
		r.text = buf_str(&x.diff);
		failed += !r.ok;
		fn(arg, &r);
		arena_reset(&x.arena);
	}
	arena_fini(&x.arena);
	buf_fini(&x.diff);
	buf_fini(&x.path);
	return failed;
}
