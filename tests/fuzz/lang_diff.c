/*
 * Random programs on random records: the compiler and the interpreter against
 * the slow evaluator of oracle.h.
 *
 * An input is a row of choices (oracle_gen.c); one of at most 8 bytes is the
 * seed of such a row.  What must be alike: whether a record is refused, on
 * which line, and as what; the record that is written, byte for byte where a
 * value is only moved; the patch against an old target; what the rules of a
 * sync decide.  And a program means the same with every bracket written.
 *
 * A difference is shrunk by shortening its row, then shown whole.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "lang/lang.h"
#include "oracle.h"
#include "record/layout.h"

#define ROW 3000       /* choices drawn from a seed */
#define RECORDS 4      /* a program and direction */
#define SHRINKS 3000   /* attempts */
#define NOW 1790000000123456

static struct {
	unsigned long programs, accepted, records, refused, patches, decisions,
	    limits;
} count;

/* What a case left behind when it differs. */
struct report {
	struct buf text;
	int differs;
};

static int
read_any(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct program *p = arg;

	(void)a;
	(void)e;
	*text = str_eq(path, STR("l.json")) ? buf_str(&p->schema[0]) :
	    str_eq(path, STR("r.json")) ? buf_str(&p->schema[1]) :
	    buf_str(&p->text);
	return 0;
}

static int
read_full(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct program *p = arg;

	if (read_any(arg, path, text, a, e) == 0 &&
	    str_eq(path, STR("m.map")))
		*text = buf_str(&p->full);
	return 0;
}

static void
differ(struct report *r, const char *what)
{
	r->differs = 1;
	buf_printf(&r->text, "%s\n", what);
}

/* ---- compiling ---- */

/* The code alone, without places and without messages that quote a rule. */
static void
listing(struct buf *out, const struct unit *u)
{
	size_t to = 0;

	prog_list(out, u->maps[0].forward);
	prog_list(out, u->maps[0].backward);
	for (size_t i = 0; i < out->n;) {
		char *eol = memchr(out->p + i, '\n', out->n - i);
		size_t n = (size_t)(eol - (out->p + i)) + 1;

		if (out->p[i] != ';' && memmem(out->p + i, n, "FAIL",
		    4) == NULL) {
			memmove(out->p + to, out->p + i, n);
			to += n;
		}
		i += n;
	}
	out->n = to;
}

static struct unit *
compile(struct program *p, lang_read_fn *read, struct report *r)
{
	struct unit *u = NULL;
	struct diags d;

	diags_init(&d);
	lang_compile(STR("m.map"), read, p, NULL, &u, NULL, &d);
	if ((u != NULL) == (d.nerror > 0))
		differ(r, "a program, or findings, and not both");
	if (u == NULL && getenv("ORACLE_REFUSED") != NULL) {
		struct buf b = { 0 };

		diags_print(&b, &d, 0);
		printf("%.*s", STR_ARG(buf_str(&b)));
		buf_fini(&b);
	}
	for (size_t i = 0; i < d.n; i++)
		if (d.list[i].code == 799)
			differ(r, "the verifier refuses it");
	diags_fini(&d);
	return u;
}

/* ---- comparing ---- */

struct run {
	struct report *r;
	const struct unit_map *map;
	struct vm *vm;
	struct oracle o;
	struct arena a;     /* of the VM */
};

static struct str
padded(struct run *x, struct str s)
{
	char *p = arena_zalloc(x->o.a, s.n + RECORD_PAD);

	memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static void
show_fail(struct run *x, int failed, const struct err *e)
{
	buf_printf(&x->r->text, "  machine: %s\n", failed ? e->text : "ok");
	if (x->o.fail == OF_NONE)
		buf_puts(&x->r->text, STR("  oracle:  ok\n"));
	else
		buf_printf(&x->r->text, "  oracle:  line %u: %s\n", x->o.line,
		    x->o.text);
}

/* 1 when both have a result, 0 when both have none and agree. */
static int
agree(struct run *x, const char *what, int failed, const struct err *e)
{
	enum ofail f = x->o.fail;

	if (f == OF_LIMIT || (failed && e->code == ERR_LIMIT)) {
		count.limits++;
		return 0;
	}
	if (!failed && f == OF_NONE)
		return 1;
	if (failed && f == OF_READ && e->code == ERR_DATA &&
	    strncmp(e->text, "m.map:", 6) != 0)
		return 0;
	if (failed && f == OF_DATA && e->code == ERR_DATA &&
	    e->at == x->o.line && strncmp(e->text, "m.map:", 6) == 0)
		return 0;
	differ(x->r, what);
	show_fail(x, failed, e);
	return 0;
}

static void
compare(struct run *x, const char *what, const struct buf *json,
    const struct oval *want)
{
	struct str copy = arena_str(x->o.a, buf_str(json));
	struct oval got;

	if (o_read(x->o.a, copy, &got) == 0 && o_same(x->o.a, want, &got))
		return;
	differ(x->r, what);
	buf_printf(&x->r->text, "  machine: %.*s\n  oracle:  ",
	    STR_ARG(copy));
	o_show(&x->r->text, want);
	buf_putc(&x->r->text, '\n');
}

static void
decide(struct run *x, const struct prog *p, struct vm_frame *f,
    const uint64_t *dirty, struct oout *out, struct choices *c)
{
	static const unsigned events[] = { EVENT_CREATE, EVENT_UPDATE,
		EVENT_DELETE };
	struct vm_event ev = { .op = events[choose(c, 3)] };
	struct vm_side side = { .linked = (int)choose(c, 2), .dirty = dirty };
	const struct prog_action *got = NULL;
	const struct stmt *want;
	struct err e = { 0 };
	int failed;

	if (o_rules_of(&x->o) == NULL)
		return;
	count.decisions++;
	x->o.event = ev.op;
	x->o.linked = side.linked;
	x->o.changed = dirty ? out : NULL;
	vm_set_event(x->vm, &ev);
	failed = vm_rules(x->vm, p, f, &side, &got, &x->a, &e) != 0;
	x->o.fail = OF_NONE;
	if (o_rules(&x->o, &want) == 0 && want == NULL)
		differ(x->r, "no rule decides");
	x->o.event = 0;
	if (agree(x, "rules", failed, &e) != 1)
		return;
	if (span_pos(x->o.ss, want->span).line == got->line)
		return;
	differ(x->r, "another rule decides");
	buf_printf(&x->r->text, "  machine: line %u\n  oracle:  line %u\n",
	    got->line, span_pos(x->o.ss, want->span).line);
}

/* The record once more, fitted into the target as it was; 1 or 0. */
static int
again(struct run *x, const struct prog *p, struct str record,
    struct str target, struct vm_frame *f, struct oout **out,
    const struct oval *old)
{
	struct err e = { 0 };
	int failed = vm_map(x->vm, p, record, f, &x->a, &e) != 0 ||
	    vm_put(x->vm, p, target, f, &x->a, &e) != 0;

	x->o.fail = OF_NONE;
	if (o_map(&x->o, out) == 0)
		o_put(&x->o, *out, old);
	return agree(x, "put", failed, &e);
}

/* The old target: any record of that side. */
static void
patch(struct run *x, const struct prog *p, struct vm_frame *f,
    struct str record, struct choices *c)
{
	const struct layout *l = p->funcs[0].layout;
	uint64_t *dirty = arena_array(x->o.a, layout_nslots(l) / 64 + 1,
	    sizeof(*dirty));
	struct oval old, want;
	struct value *slots;
	struct buf text = { 0 }, got = { 0 };
	struct oout *out;
	struct err e = { 0 };
	struct str target;
	size_t n = 0, m;
	int failed;

	count.patches++;
	record_make(c, !x->o.back, &text);
	target = padded(x, buf_str(&text));
	HOLDS(o_read(x->o.a, target, &old) == 0, "%.*s", STR_ARG(target));
	if (again(x, p, record, target, f, &out, &old) != 1)
		goto out;
	failed = vm_read_target(x->vm, p, target, &slots, &x->a, &e) != 0;
	x->o.fail = OF_NONE;
	o_patch(&x->o, out, &old, &want, &n);
	if (agree(x, "reading the target", failed, &e) == 1) {
		m = layout_diff(&got, l, f->out, slots, STR(""), dirty,
		    &x->a);
		if (m != n)
			differ(x->r, "as many differences");
		if (got.n == 0)
			buf_puts(&got, STR("{}"));
		compare(x, "patch", &got, &want);
		decide(x, p, f, dirty, out, c);
	}
out:
	if (x->r->differs)
		buf_printf(&x->r->text, "old: %.*s\n",
		    STR_ARG(buf_str(&text)));
	buf_fini(&text);
	buf_fini(&got);
}

static void
one_record(struct run *x, struct choices *c)
{
	const struct prog *p = x->o.back ? x->map->backward :
	    x->map->forward;
	static const struct oval none = { .kind = O_RECORD };
	struct buf text = { 0 }, got = { 0 };
	struct vm_frame f;
	struct oout *out;
	struct oval want;
	struct str record;
	struct err e = { 0 };
	int failed;

	count.records++;
	record_make(c, x->o.back, &text);
	record = padded(x, buf_str(&text));
	HOLDS(o_read(x->o.a, record, &x->o.record) == 0, "%.*s",
	    STR_ARG(record));
	failed = vm_map(x->vm, p, record, &f, &x->a, &e) != 0 ||
	    vm_put(x->vm, p, STR(""), &f, &x->a, &e) != 0;
	x->o.fail = OF_NONE;
	if (o_map(&x->o, &out) == 0)
		o_put(&x->o, out, &none);
	count.refused += (unsigned long)failed;
	if (agree(x, x->o.back ? "back" : "forth", failed, &e) == 1) {
		layout_write(&got, p->funcs[0].layout, f.out, STR(""));
		want = o_written(&x->o, out);
		compare(x, x->o.back ? "back" : "forth", &got, &want);
		if (chance(c, 30))
			decide(x, p, &f, NULL, out, c);
		if (!x->r->differs)
			patch(x, p, &f, record, c);
	}
	if (x->r->differs)
		buf_printf(&x->r->text, "record: %.*s\n",
		    STR_ARG(buf_str(&text)));
	buf_fini(&text);
	buf_fini(&got);
}

/* ---- a case ---- */

static void
run_program(struct run *x, struct program *p, struct choices *c)
{
	struct sources ss = { .a = x->o.a };
	struct source *src;
	struct diags d;

	diags_init(&d);
	ss.d = &d;
	src = source_add(&ss, STR("m.map"), arena_str(x->o.a,
	    buf_str(&p->text)));
	HOLDS(parse_source(&ss, src) == 0, "it compiles and does not parse");
	x->o.ss = &ss;
	x->o.decls = src->decls.first;
	for (x->o.map = x->o.decls; x->o.map->kind != DE_MAP;)
		x->o.map = x->o.map->next;
	for (int i = 0; i < 2; i++)
		HOLDS(o_read(x->o.a, buf_str(&p->schema[i]),
		    &x->o.schema[i]) == 0, "%.*s",
		    STR_ARG(buf_str(&p->schema[i])));
	for (x->o.back = 0; x->o.back < 2 && !x->r->differs; x->o.back++)
		for (int i = 0; i < RECORDS && !x->r->differs; i++) {
			arena_reset(&x->a);
			one_record(x, c);
		}
	diags_fini(&d);
}

static void
try_row(const uint8_t *row, size_t n, struct report *r)
{
	struct choices c = { row, n, 0 };
	struct program p = { 0 };
	struct buf code = { 0 }, again = { 0 };
	struct arena a = { 0 };
	struct unit *u, *full;

	program_make(&c, &p);
	count.programs++;
	u = compile(&p, read_any, r);
	full = compile(&p, read_full, r);
	if ((u == NULL) != (full == NULL))
		differ(r, "with every bracket it compiles or does not");
	if (u != NULL && full != NULL) {
		listing(&code, u);
		listing(&again, full);
		if (!str_eq(buf_str(&code), buf_str(&again)))
			differ(r, "with every bracket it is another program");
	}
	if (u != NULL && !r->differs) {
		struct run x = { .r = r, .map = &u->maps[0],
			.vm = vm_new(NULL),
			.o = { .a = &a, .vm = vm_new(NULL) } };

		count.accepted++;
		vm_set_now(x.vm, NOW);
		vm_set_now(x.o.vm, NOW);
		run_program(&x, &p, &c);
		arena_fini(&x.a);
		vm_free(x.vm);
		vm_free(x.o.vm);
	}
	if (r->differs) {
		buf_printf(&r->text, "left:  %.*s\nright: %.*s\n%.*s",
		    STR_ARG(buf_str(&p.schema[0])),
		    STR_ARG(buf_str(&p.schema[1])), STR_ARG(buf_str(&p.text)));
		if (u == NULL || full == NULL || again.n != code.n)
			buf_printf(&r->text, "--\n%.*s",
			    STR_ARG(buf_str(&p.full)));
	}
	if (u != NULL)
		unit_unref(u);
	if (full != NULL)
		unit_unref(full);
	arena_fini(&a);
	program_fini(&p);
	buf_fini(&code);
	buf_fini(&again);
}

/* ---- shrinking ---- */

static int
still(const uint8_t *row, size_t n, unsigned *left)
{
	struct report r = { 0 };

	if (*left == 0)
		return 0;
	--*left;
	try_row(row, n, &r);
	buf_fini(&r.text);
	return r.differs;
}

static size_t
without(uint8_t *row, size_t n, unsigned *left)
{
	uint8_t *shorter = malloc(n + 1);

	for (size_t len = n; len > 0; len /= 2)
		for (size_t at = 0; at + len <= n;) {
			memcpy(shorter, row, at);
			memcpy(shorter + at, row + at + len, n - at - len);
			if (still(shorter, n - len, left)) {
				n -= len;
				memcpy(row, shorter, n);
			} else {
				at += len;
			}
		}
	free(shorter);
	return n;
}

static void
smaller(uint8_t *row, size_t n, unsigned *left)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t was = row[i];

		for (unsigned to = 0; to < was; to = to ? to * 2 : 1) {
			row[i] = (uint8_t)to;
			if (still(row, n, left))
				break;
			row[i] = was;
		}
	}
}

static void
shrink_and_show(const uint8_t *row, size_t n)
{
	uint8_t *small = malloc(n + 1);
	struct report r = { 0 };
	unsigned left = SHRINKS;

	alarm(0); /* the driver's; what follows takes as long as it takes */
	memcpy(small, row, n);
	n = without(small, n, &left);
	smaller(small, n, &left);
	n = without(small, n, &left);
	try_row(small, n, &r);
	fprintf(stderr, "%.*srow:", STR_ARG(buf_str(&r.text)));
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, " %02x", small[i]);
	fputc('\n', stderr);
	abort();
}

static void
summary(void)
{
	printf("%lu programs, %lu %% accepted; %lu records, %lu refused; "
	    "%lu patches, %lu decisions, %lu limits\n", count.programs,
	    count.accepted * 100 / (count.programs ? count.programs : 1),
	    count.records, count.refused, count.patches, count.decisions,
	    count.limits);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int begun;
	uint8_t row[ROW];
	struct report r = { 0 };

	if (!begun++)
		atexit(summary);
	if (size <= 8) {
		uint64_t seed = 0x9e3779b97f4a7c15u;

		for (size_t i = 0; i < size; i++)
			seed = (seed ^ data[i]) * 0x100000001b3u;
		for (size_t i = 0; i < ROW; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			row[i] = (uint8_t)(seed >> 32);
		}
		data = row;
		size = ROW;
	}
	try_row(data, size, &r);
	if (r.differs)
		shrink_and_show(data, size);
	buf_fini(&r.text);
	return 0;
}

const char *const fuzz_words[] = { NULL };
