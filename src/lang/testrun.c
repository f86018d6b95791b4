/*
 * Test blocks: records through the programs of a map, and what differs.
 */
#include "lang/testrun.h"

#include "record/scan.h"

struct run {
	struct vm *vm;
	const struct unit_test *t;
	const struct prog *p;   /* for file names */
	struct arena a;
	struct str side[2];     /* what left and right have */
	struct buf text;
};

static struct str
file_of(const struct run *r, struct prog_pos pos)
{
	return r->p->files[pos.file];
}

static void
note(struct run *r, const struct unit_step *s, struct str path,
    const char *what)
{
	buf_printf(&r->text, "%.*s:%u: %.*s: %s", STR_ARG(file_of(r, s->pos)),
	    s->pos.line, STR_ARG(path), what);
}

/* Records are read with room behind them. */
static struct str
padded(struct run *r, struct str s)
{
	char *p = arena_zalloc(&r->a, s.n + RECORD_PAD);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static struct str
take(struct run *r, struct buf *b)
{
	struct str s = padded(r, buf_str(b));

	buf_fini(b);
	return s;
}

static struct value
raw(struct str json)
{
	return (struct value){ .type = V_RAW, .n = (uint32_t)json.n,
		.u.p = json.p };
}

static const struct value *
member(struct value record, struct str name)
{
	for (uint32_t i = 0; i < record.n; i++)
		if (str_eq(record.u.record[i].name, name))
			return &record.u.record[i].value;
	return NULL;
}

/* old with the fields of patch in their places; a null stays a null. */
static void
merge(struct run *r, struct buf *out, struct value old, struct value patch,
    unsigned depth)
{
	const struct value *v;
	unsigned n = 0;

	old = value_open(old, &r->a);
	patch = value_open(patch, &r->a);
	if (old.type != V_RECORD || patch.type != V_RECORD ||
	    depth == RECORD_DEPTH) {
		value_write(out, patch);
		return;
	}
	buf_putc(out, '{');
	for (uint32_t i = 0; i < old.n; i++) {
		const struct member *m = &old.u.record[i];

		if (n++)
			buf_putc(out, ',');
		buf_json(out, m->name);
		buf_putc(out, ':');
		v = member(patch, m->name);
		if (v != NULL)
			merge(r, out, m->value, *v, depth + 1);
		else
			value_write(out, m->value);
	}
	for (uint32_t i = 0; i < patch.n; i++) {
		const struct member *m = &patch.u.record[i];

		if (member(old, m->name) != NULL)
			continue;
		if (n++)
			buf_putc(out, ',');
		buf_json(out, m->name);
		buf_putc(out, ':');
		value_write(out, m->value);
	}
	buf_putc(out, '}');
}

static void
differ(struct run *r, const struct unit_step *s, struct str path,
    const struct value *want, const struct value *got)
{
	note(r, s, path, "expected ");
	if (want != NULL)
		value_write(&r->text, *want);
	else
		buf_puts(&r->text, STR("nothing"));
	buf_puts(&r->text, STR(", got "));
	if (got != NULL)
		value_write(&r->text, *got);
	else
		buf_puts(&r->text, STR("nothing"));
	buf_putc(&r->text, '\n');
}

static void
compare(struct run *r, const struct unit_step *s, struct str path,
    struct value want, struct value got, unsigned depth)
{
	want = value_open(want, &r->a);
	got = value_open(got, &r->a);
	if (want.type != V_RECORD || got.type != V_RECORD ||
	    depth == RECORD_DEPTH) {
		if (!value_equal(want, got, CMP_EXACT, &r->a))
			differ(r, s, path, &want, &got);
		return;
	}
	for (uint32_t i = 0; i < want.n; i++) {
		const struct member *m = &want.u.record[i];
		const struct value *v = member(got, m->name);
		struct str below = arena_printf(&r->a, "%.*s.%.*s",
		    STR_ARG(path), STR_ARG(m->name));

		if (v == NULL)
			differ(r, s, below, &m->value, NULL);
		else
			compare(r, s, below, m->value, *v, depth + 1);
	}
	for (uint32_t i = 0; i < got.n; i++) {
		const struct member *m = &got.u.record[i];

		if (member(want, m->name) == NULL)
			differ(r, s, arena_printf(&r->a, "%.*s.%.*s",
			    STR_ARG(path), STR_ARG(m->name)), NULL, &m->value);
	}
}

/* The other side follows: made anew, or patched.  -1 with a note. */
static int
follow(struct run *r, const struct unit_step *s, int made)
{
	const struct prog *p = s->right ? r->t->map->backward :
	    r->t->map->forward;
	const struct layout *l = p->funcs[0].layout;
	struct str *other = &r->side[!s->right];
	struct buf out = { 0 }, patch = { 0 };
	struct vm_frame f;
	struct value *old;
	struct err e;

	if (vm_map(r->vm, p, r->side[s->right], &f, &r->a, &e) != 0)
		goto bad;
	if (made || other->n == 0) {
		layout_write(&out, l, f.out, STR(""));
		*other = take(r, &out);
		return 0;
	}
	if (vm_read_target(r->vm, p, *other, &old, &r->a, &e) != 0)
		goto bad;
	if (layout_diff(&patch, l, f.out, old, STR(""), NULL, &r->a) > 0)
		merge(r, &out, raw(*other), raw(take(r, &patch)), 0);
	else
		buf_puts(&out, *other);
	buf_fini(&patch);
	*other = take(r, &out);
	return 0;
bad:
	buf_printf(&r->text, "%.*s:%u: the record is refused: %s\n",
	    STR_ARG(file_of(r, s->pos)), s->pos.line, e.text);
	return -1;
}

static int
step(struct run *r, const struct unit_step *s)
{
	struct buf out = { 0 };

	switch (s->kind) {
	case STEP_GIVEN:
		r->side[s->right] = padded(r, s->json);
		return follow(r, s, 1);
	case STEP_PUT:
		if (r->side[s->right].n == 0)
			buf_puts(&out, s->json);
		else
			merge(r, &out, raw(r->side[s->right]),
			    raw(padded(r, s->json)), 0);
		r->side[s->right] = take(r, &out);
		return follow(r, s, 0);
	case STEP_EXPECT:
		compare(r, s, s->right ? r->t->map->right_name :
		    r->t->map->left_name, raw(padded(r, s->json)),
		    raw(r->side[s->right]), 0);
		break;
	}
	return 0;
}

static int
run_test(struct run *r, test_report_fn *fn, void *arg)
{
	struct test_report result = { .test = r->t };

	r->p = r->t->map->forward;
	for (uint32_t i = 0; i < r->t->nstep; i++)
		if (step(r, &r->t->steps[i]) != 0)
			break;
	result.ok = r->text.n == 0;
	result.text = buf_str(&r->text);
	fn(arg, &result);
	buf_fini(&r->text);
	arena_fini(&r->a);
	return result.ok;
}

int
test_run(const struct unit *u, struct vm *vm, test_report_fn *fn, void *arg)
{
	int failed = 0;

	for (uint32_t i = 0; i < u->ntest; i++) {
		struct run r = { .vm = vm, .t = &u->tests[i] };

		failed += !run_test(&r, fn, arg);
	}
	return failed;
}
