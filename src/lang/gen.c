/*
 * The program builder.
 */
#include "lang/gen.h"

#include "base/size.h"

int
path_overlaps(const struct str *a, size_t na, const struct str *b, size_t nb)
{
	size_t n = na < nb ? na : nb;

	for (size_t i = 0; i < n; i++)
		if (!str_eq(a[i], b[i]))
			return 0;
	return 1;
}

int
path_same(const struct str *a, size_t na, const struct str *b, size_t nb)
{
	return na == nb && path_overlaps(a, na, b, nb);
}

/* Room for one more; the new element is cleared. */
static void *
vec_add(struct arena *a, struct vec *v, size_t size)
{
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 16;
		void *p = arena_array(a, cap, size);

		if (v->n)
			memcpy(p, v->p, v->n * size);
		v->p = p;
		v->cap = cap;
	}
	return (char *)v->p + v->n++ * size;
}

static void
free_index(void *t)
{
	table_fini(t);
}

struct gen *
gen_new(struct sources *ss, struct arena *a, struct arena *ua,
    struct str name)
{
	struct gen *g = arena_new(a, struct gen);

	g->ss = ss;
	g->a = a;
	g->ua = ua;
	g->name = name;
	arena_defer(a, free_index, &g->const_index);
	return g;
}

struct gen_func *
gen_func(struct gen *g, struct str name, unsigned nargs)
{
	struct gen_func *f = arena_new(g->a, struct gen_func);

	f->g = g;
	f->name = name;
	f->index = g->nfunc++;
	f->nargs = nargs;
	if (g->last_func != NULL)
		g->last_func->next = f;
	else
		g->funcs = f;
	g->last_func = f;
	gen_need(f, nargs);
	return f;
}

__attribute__((format(printf, 4, 5))) static void
limit(struct gen *g, enum code code, struct span at, const char *fmt, ...)
{
	va_list ap;

	if (!g->failed) {
		struct str text;

		va_start(ap, fmt);
		text = arena_vprintf(g->a, fmt, ap);
		va_end(ap);
		diag_at(g->ss, code, at, "%.*s", STR_ARG(text));
	}
	g->failed = 1;
}

void
gen_need(struct gen_func *f, unsigned n)
{
	if (n > PROG_TEMPS) {
		limit(f->g, C701, f->at, "the expression needs more than %d "
		    "temporaries", PROG_TEMPS);
		return;
	}
	if (n > f->ntemps)
		f->ntemps = n;
}

/* As many instructions as prog_verify takes. */
#define CODE_MAX ((size_t)1 << 20)

static struct insn *
add(struct gen_func *f, enum op op)
{
	struct insn *i;

	if (f->g->ncode++ == CODE_MAX)
		limit(f->g, C705, f->at, "more than %zu instructions",
		    CODE_MAX);
	if (f->g->failed && f->n > 0) {
		/* nothing is made of it any more */
		i = &f->code[f->n - 1];
		*i = (struct insn){ .op = op, .at = f->at };
		return i;
	}

	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 64;
		struct insn *code = arena_array(f->g->a, cap, sizeof(*code));

		if (f->n)
			memcpy(code, f->code, f->n * sizeof(*code));
		f->code = code;
		f->cap = cap;
	}
	i = &f->code[f->n++];
	*i = (struct insn){ .op = op, .at = f->at };
	return i;
}

void
gen_abc(struct gen_func *f, enum op op, unsigned a, unsigned b, unsigned c)
{
	struct insn *i = add(f, op);

	i->a = a;
	i->b = b;
	i->c = c;
	gen_need(f, a + 1);
}

void
gen_ak(struct gen_func *f, enum op op, unsigned a, size_t k)
{
	struct insn *i = add(f, op);

	i->a = a;
	i->b = (uint32_t)k;
	gen_need(f, a + 1);
}

void
gen_a(struct gen_func *f, enum op op, unsigned a)
{
	add(f, op)->a = a;
	gen_need(f, a + 1);
}

void
gen_end(struct gen_func *f)
{
	add(f, OP_END);
}

void
gen_move(struct gen_func *f, enum slot_kind ka, unsigned a,
    enum slot_kind kb, unsigned b)
{
	struct insn *i;

	if (ka == kb && a == b)
		return;
	i = add(f, OP_MOVE);
	i->ka = ka;
	i->a = a;
	i->kb = kb;
	i->b = b;
	if (ka == SLOT_TEMP)
		gen_need(f, a + 1);
}

/* What an equal constant is found by; empty for those that are not sought. */
static struct str
const_key(struct arena *a, struct value v)
{
	switch (v.type) {
	case V_ABSENT:
	case V_NULL:
		return v.type == V_NULL ? STR("n") : STR("a");
	case V_BOOL:
	case V_INT:
		return arena_printf(a, "%c%lld", v.type == V_INT ? 'i' : 'b',
		    (long long)v.u.i);
	case V_TEXT:
		return arena_printf(a, "t%.*s", (int)v.n, v.u.p);
	default:
		return STR("");
	}
}

/* Index of a constant; equal scalars share one. */
static size_t
constant(struct gen_func *f, struct value v)
{
	struct gen *g = f->g;
	struct str key = const_key(g->a, v);
	uintptr_t known = (uintptr_t)table_get(&g->const_index, key);

	if (known != 0)
		return known - 1;
	if (g->consts.n == PROG_TABLE) {
		limit(g, C703, f->at, "more than %d constants", PROG_TABLE);
		return 0;
	}
	*(struct value *)vec_add(g->a, &g->consts, sizeof(v)) =
	    gen_value(g, v);
	if (key.n > 0)
		table_put(&g->const_index, key, (void *)g->consts.n);
	return g->consts.n - 1;
}

void
gen_const(struct gen_func *f, unsigned dst, struct value v)
{
	gen_ak(f, OP_CONST, dst, constant(f, v));
}

void
gen_fail(struct gen_func *f, struct str text)
{
	struct insn *i = add(f, OP_FAIL);

	i->b = (uint32_t)constant(f, value_text(text));
}

size_t
gen_jump(struct gen_func *f, enum op op, unsigned a)
{
	add(f, op)->a = a;
	return f->n - 1;
}

void
gen_label(struct gen_func *f, size_t jump)
{
	size_t j = f->n - jump - 1;

	if (j > (f->code[jump].op == OP_JUMP ? 0xffffffu : 0xffffu))
		limit(f->g, C704, f->code[jump].at,
		    "a branch over more than 65,535 instructions");
	f->code[jump].b = (uint32_t)j;
}

void
gen_handle(struct gen_func *f, size_t start, size_t end, size_t target)
{
	if (start == end)
		return;
	if (f->nhandler == f->chandler) {
		size_t cap = f->chandler ? f->chandler * 2 : 8;
		struct gen_handler *h = arena_array(f->g->a, cap, sizeof(*h));

		if (f->nhandler)
			memcpy(h, f->handlers, f->nhandler * sizeof(*h));
		f->handlers = h;
		f->chandler = cap;
	}
	f->handlers[f->nhandler++] = (struct gen_handler){ (uint32_t)start,
		(uint32_t)end, (uint32_t)target };
}

static struct str
path_text(struct arena *a, const struct str *path, size_t n)
{
	struct buf b = { 0 };
	struct str s;

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(&b, '.');
		buf_puts(&b, path[i]);
	}
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* The slot of a path in v, or -1. */
static long
find_slot(const struct vec *v, const struct str *path, size_t n, int rest)
{
	const struct gen_slot *s = v->p;

	for (size_t i = 0; i < v->n; i++)
		if (s[i].rest == rest && path_same(s[i].path, s[i].n, path, n))
			return (long)i;
	return -1;
}

/* The same, made where there is none. */
static unsigned
slot_of(struct gen *g, struct vec *v, const struct str *path, size_t n,
    int rest)
{
	long known = find_slot(v, path, n, rest);
	struct gen_slot *s;

	if (known >= 0)
		return (unsigned)known;
	s = vec_add(g->a, v, sizeof(*s));
	s->path = arena_array(g->a, n, sizeof(*s->path));
	if (n)
		memcpy(s->path, path, n * sizeof(*path));
	s->n = n;
	s->rest = rest;
	s->text = path_text(g->a, path, n);
	if (rest)
		s->text = arena_printf(g->a, "%.*s%s*", STR_ARG(s->text),
		    n ? "." : "");
	s->rule = -1;
	return (unsigned)v->n - 1;
}

static void
note_slot(struct gen *g, uint16_t **list, uint16_t *n, unsigned *cap,
    unsigned slot)
{
	for (unsigned i = 0; i < *n; i++)
		if ((*list)[i] == slot)
			return;
	if (*n == *cap) {
		unsigned more = *cap ? *cap * 2 : 4;
		uint16_t *p = arena_array(g->a, more, sizeof(*p));

		if (*n)
			memcpy(p, *list, *n * sizeof(*p));
		*list = p;
		*cap = more;
	}
	(*list)[(*n)++] = (uint16_t)slot;
}

static int32_t
current_rule(const struct gen *g)
{
	return g->cur ? (int32_t)(g->cur - (struct gen_rule *)g->rule.p) : -1;
}

unsigned
gen_in(struct gen *g, const struct str *path, size_t n, int rest)
{
	unsigned i = slot_of(g, &g->in, path, n, rest);
	struct gen_slot *s = (struct gen_slot *)g->in.p + i;

	if (s->rule < 0)
		s->rule = current_rule(g);
	if (g->cur != NULL)
		note_slot(g, &g->cur->in, &g->cur->nin, &g->cur->cin, i);
	return i;
}

long
gen_out_find(const struct gen *g, const struct str *path, size_t n)
{
	return find_slot(&g->out, path, n, 0);
}

unsigned
gen_old(struct gen *g, const struct str *path, size_t n)
{
	return slot_of(g, &g->old, path, n, 0);
}

int
gen_reads(const struct gen *g, const struct str *path, size_t n)
{
	const struct gen_slot *s = g->in.p;

	for (size_t i = 0; i < g->in.n; i++)
		if (!s[i].rest && s[i].n >= n &&
		    path_overlaps(s[i].path, s[i].n, path, n))
			return 1;
	return 0;
}

unsigned
gen_out(struct gen *g, const struct str *path, size_t n, unsigned flags,
    enum value_compare compare)
{
	unsigned i = slot_of(g, &g->out, path, n,
	    (flags & LF_SPLICE) != 0);
	struct gen_slot *s = (struct gen_slot *)g->out.p + i;

	s->flags = flags;
	if (compare != CMP_EXACT) /* or a constant's; see check_alike */
		s->compare = compare;
	if (s->rule < 0)
		s->rule = current_rule(g);
	if (g->cur != NULL)
		note_slot(g, &g->cur->out, &g->cur->nout, &g->cur->cout, i);
	return i;
}

/* Entry k of a table that 16 bits count. */
static size_t
table_add(struct gen *g, struct vec *v, const void *entry, size_t size,
    const char *what)
{
	if (v->n == PROG_TABLE) {
		limit(g, C703, g->last_func->at, "more than %d %s", PROG_TABLE,
		    what);
		return 0;
	}
	memcpy(vec_add(g->a, v, size), entry, size);
	return v->n - 1;
}

size_t
gen_enum_find(const struct gen *g, const void *key, int back)
{
	const struct gen_enum_key *k = g->enum_keys.p;

	for (size_t i = 0; i < g->enum_keys.n; i++)
		if (k[i].key == key && k[i].back == back)
			return i;
	return SIZE_MAX;
}

size_t
gen_enum(struct gen *g, struct prog_enum e, const void *key, int back)
{
	struct gen_enum_key *k = vec_add(g->a, &g->enum_keys, sizeof(*k));

	k->key = key;
	k->back = back;
	return table_add(g, &g->enums, &e, sizeof(e), "enum tables");
}

size_t
gen_loop(struct gen *g, struct prog_loop l)
{
	return table_add(g, &g->loops, &l, sizeof(l), "loops");
}

size_t
gen_action(struct gen *g, struct prog_action a)
{
	return table_add(g, &g->actions, &a, sizeof(a), "actions");
}

size_t
gen_set(struct gen *g, struct prog_slots s)
{
	return table_add(g, &g->sets, &s, sizeof(s), "sets of fields");
}

size_t
gen_lookup(struct gen *g, struct prog_lookup l)
{
	const struct prog_lookup *known = g->lookups.p;

	for (size_t i = 0; i < g->lookups.n; i++)
		if (known[i].kind == l.kind && known[i].type == l.type &&
		    str_eq(known[i].name, l.name))
			return i;
	l.name = gen_str(g, l.name);
	return table_add(g, &g->lookups, &l, sizeof(l), "lookups");
}

void
gen_rule_begin(struct gen *g, struct gen_func *f, struct span sp)
{
	struct gen_rule *r = vec_add(g->a, &g->rule, sizeof(*r));

	f->at = sp;
	f->rule = g->rule.n - 1;
	r->f = f;
	r->start = f->n;
	r->span = sp;
	r->text = span_line(g->ss, sp, g->ua);
	/* slots of an element are none of main's */
	g->cur = f->element ? NULL : r;
}

void
gen_rule_end(struct gen *g, struct gen_func *f)
{
	((struct gen_rule *)g->rule.p)[f->rule].end = f->n;
	g->cur = NULL;
}

struct str
gen_str(struct gen *g, struct str s)
{
	return arena_str(g->ua, s);
}

struct value
gen_value(struct gen *g, struct value v)
{
	switch (v.type) {
	case V_TEXT:
		v.u.p = arena_str(g->ua, str_from(v.u.p, v.n)).p;
		break;
	case V_DEC: {
		struct dec *d = arena_alloc(g->ua, sizeof(*d));

		*d = *v.u.d;
		v.u.d = d;
		break;
	}
	case V_LIST: {
		struct value *list = arena_array(g->ua, v.n, sizeof(*list));

		for (uint32_t i = 0; i < v.n; i++)
			list[i] = gen_value(g, v.u.list[i]);
		v.u.list = list;
		break;
	}
	case V_RECORD: {
		struct member *m = arena_array(g->ua, v.n, sizeof(*m));

		for (uint32_t i = 0; i < v.n; i++) {
			m[i].name = gen_str(g, v.u.record[i].name);
			m[i].value = gen_value(g, v.u.record[i].value);
		}
		v.u.record = m;
		break;
	}
	default:
		break;
	}
	return v;
}
