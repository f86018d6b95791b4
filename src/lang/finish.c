/*
 * The last step of a program: numbers for slots and addresses, tables copied
 * into the unit, then the verifier.
 */
#include "lang/gen.h"

#include "base/size.h"

struct finish {
	struct gen *g;
	struct arena *ua;
	struct prog *p;
	unsigned in_base, out_base, old_base;
};

/* The slots of an element are its last temporaries. */
static uint32_t
place(const struct finish *f, const struct gen_func *fn, enum slot_kind k,
    uint32_t n)
{
	uint32_t base = fn->element ? fn->ntemps - fn->nin - fn->nout -
	    fn->nold : f->in_base;

	switch (k) {
	case SLOT_TEMP:
		return n;
	case SLOT_IN:
		return base + n;
	case SLOT_OUT:
		return (fn->element ? base + fn->nin : f->out_base) + n;
	case SLOT_OLD:
		break;
	}
	return (fn->element ? base + fn->nin + fn->nout : f->old_base) + n;
}

static uint32_t
encode(const struct finish *f, const struct gen_func *fn,
    const struct insn *i)
{
	switch (i->op) {
	case OP_MOVE:
		return INSN_WW(OP_MOVE, place(f, fn, i->ka, i->a),
		    place(f, fn, i->kb, i->b));
	case OP_JUMP:
		return INSN_J(OP_JUMP, i->b);
	case OP_CONST: case OP_FAIL: case OP_ENUM: case OP_ENUM_LIST:
	case OP_CALL: case OP_CALL_FN: case OP_LOOP: case OP_CHANGED:
	case OP_EVENT:
	case OP_EVENT_OF:
	case OP_LOOKUP: case OP_WAIT: case OP_KEY:
	case OP_ACTION: case OP_JUMP_TRUE: case OP_JUMP_FALSE:
	case OP_JUMP_ABSENT: case OP_JUMP_NULL: case OP_JUMP_NIL:
		return INSN_AK(i->op, i->a, i->b);
	default:
		return INSN_ABC(i->op, i->a, i->b, i->c);
	}
}

static void *
copy(struct finish *f, const struct vec *v, size_t size)
{
	void *p = arena_array(f->ua, v->n, size);

	if (v->n)
		memcpy(p, v->p, v->n * size);
	return p;
}

/* The frame is shared by main, put, rules and keys: it has room for all. */
static int
lay_frame(struct finish *f)
{
	struct gen *g = f->g;
	unsigned temps = g->funcs ? g->funcs->ntemps : 0;

	if (g->rules != NULL && g->rules->ntemps > temps)
		temps = g->rules->ntemps;
	if (g->put != NULL && g->put->ntemps > temps)
		temps = g->put->ntemps;
	if (g->keys != NULL && g->keys->ntemps > temps)
		temps = g->keys->ntemps;
	f->in_base = temps;
	f->out_base = temps + (unsigned)g->in.n;
	f->old_base = f->out_base + (unsigned)g->out.n;
	if (f->old_base + g->old.n <= PROG_FRAME)
		return 0;
	if (!g->failed)
		diag_at(g->ss, C702, g->funcs->at, "the mapping needs %zu "
		    "slots, %zu read and %zu written: at most %d",
		    f->old_base + g->old.n, g->in.n + g->old.n, g->out.n,
		    PROG_FRAME);
	return -1;
}

static void
put_code(struct finish *f)
{
	struct prog *p = f->p;
	uint32_t *code, pc = 0, h = 0;
	struct prog_pos *pos;
	struct prog_handler *handlers;

	for (struct gen_func *fn = f->g->funcs; fn; fn = fn->next) {
		p->ncode += (uint32_t)fn->n;
		p->nhandler += (uint32_t)fn->nhandler;
	}
	code = arena_array(f->ua, p->ncode, sizeof(*code));
	pos = arena_array(f->ua, p->ncode, sizeof(*pos));
	handlers = arena_array(f->ua, p->nhandler, sizeof(*handlers));
	p->funcs = arena_array(f->ua, f->g->nfunc, sizeof(*p->funcs));
	p->nfunc = f->g->nfunc;
	for (struct gen_func *fn = f->g->funcs; fn; fn = fn->next) {
		struct prog_func *out = &p->funcs[fn->index];

		out->name = gen_str(f->g, fn->name);
		out->entry = pc;
		out->nargs = (uint16_t)fn->nargs;
		out->ntemps = (uint16_t)fn->ntemps;
		if (fn->element) {
			out->el_in = (uint16_t)place(f, fn, SLOT_IN, 0);
			out->el_nin = (uint16_t)fn->nin;
			out->el_out = (uint16_t)place(f, fn, SLOT_OUT, 0);
			out->el_nout = (uint16_t)fn->nout;
		}
		for (size_t i = 0; i < fn->nhandler; i++)
			handlers[h++] = (struct prog_handler){
				pc + fn->handlers[i].start,
				pc + fn->handlers[i].end,
				pc + fn->handlers[i].target };
		for (size_t i = 0; i < fn->n; i++, pc++) {
			code[pc] = encode(f, fn, &fn->code[i]);
			pos[pc] = span_pos(f->g->ss, fn->code[i].at);
		}
		out->end = pc;
	}
	p->code = code;
	p->pos = pos;
	p->handlers = handlers;
	p->rules = f->g->rules ? f->g->rules->index : -1;
	p->put = f->g->put ? f->g->put->index : 0;
	p->keys = f->g->keys ? f->g->keys->index : 0;
}

/* Shapes and layouts keep names: give them the unit's. */
static struct str *
names(struct finish *f, const struct gen_slot *s)
{
	struct str *path = arena_array(f->ua, s->n, sizeof(*path));

	for (size_t i = 0; i < s->n; i++)
		path[i] = gen_str(f->g, s->path[i]);
	return path;
}

static struct prog_slot *
put_slots(struct finish *f, const struct vec *v)
{
	struct prog_slot *out = arena_array(f->ua, v->n, sizeof(*out));
	const struct gen_slot *s = v->p;

	for (size_t i = 0; i < v->n; i++) {
		out[i].path = gen_str(f->g, s[i].text);
		out[i].name = names(f, &s[i]);
		out[i].n = (uint16_t)s[i].n;
		out[i].rule = s[i].rule;
		out[i].flags = s[i].flags;
		out[i].compare = s[i].compare;
	}
	return out;
}

static void
put_frame(struct finish *f, struct prog_func *fn)
{
	fn->ntemps = (uint16_t)f->in_base;
	fn->in_base = (uint16_t)f->in_base;
	fn->nin = (uint16_t)f->g->in.n;
	fn->out_base = (uint16_t)f->out_base;
	fn->nout = (uint16_t)f->g->out.n;
}

/* What put reads of the target beside the frame of main. */
static void
put_old(struct finish *f, struct prog_func *put)
{
	const struct gen_slot *old = f->g->old.p;
	struct shape *sh = shape_new(f->ua, f->g->old.n);

	for (size_t i = 0; i < f->g->old.n; i++)
		shape_add(sh, names(f, &old[i]), old[i].n, i);
	shape_seal(sh);
	put_frame(f, put);
	put->old_base = (uint16_t)f->old_base;
	put->nold = (uint16_t)f->g->old.n;
	put->shape = sh;
	f->p->old = put_slots(f, &f->g->old);
}

static void
put_records(struct finish *f)
{
	const struct gen_slot *in = f->g->in.p, *out = f->g->out.p;
	struct prog_func *m = &f->p->funcs[0];
	struct shape *sh = shape_new(f->ua, f->g->in.n);
	struct layout *l = layout_new(f->ua, f->g->out.n);

	f->p->in = put_slots(f, &f->g->in);
	f->p->out = put_slots(f, &f->g->out);
	for (size_t i = 0; i < f->g->in.n; i++) {
		if (in[i].rest)
			shape_rest(sh, f->p->in[i].name, in[i].n, i);
		else
			shape_add(sh, f->p->in[i].name, in[i].n, i);
	}
	shape_seal(sh);
	for (size_t i = 0; i < f->g->out.n; i++)
		layout_add(l, f->p->out[i].name, out[i].n, i, out[i].compare,
		    out[i].flags);
	layout_seal(l);
	put_frame(f, m);
	m->shape = sh;
	m->layout = l;
	m->old_shape = layout_shape(l, f->ua);
	if (f->p->rules > 0)
		put_frame(f, &f->p->funcs[f->p->rules]);
	if (f->p->put > 0)
		put_old(f, &f->p->funcs[f->p->put]);
	if (f->p->keys > 0)
		put_frame(f, &f->p->funcs[f->p->keys]);
}

static uint16_t *
slots(struct finish *f, const uint16_t *from, unsigned n)
{
	uint16_t *to = arena_array(f->ua, n, sizeof(*to));

	if (n)
		memcpy(to, from, n * sizeof(*to));
	return to;
}

static void
put_rules(struct finish *f)
{
	const struct gen_rule *r = f->g->rule.p;
	struct prog_rule *out = arena_array(f->ua, f->g->rule.n, sizeof(*out));

	for (size_t i = 0; i < f->g->rule.n; i++) {
		uint32_t entry = f->p->funcs[r[i].f->index].entry;

		out[i].start = entry + (uint32_t)r[i].start;
		out[i].end = entry + (uint32_t)r[i].end;
		out[i].pos = span_pos(f->g->ss, r[i].span);
		out[i].text = r[i].text;
		out[i].layer = r[i].layer;
		out[i].in = slots(f, r[i].in, r[i].nin);
		out[i].nin = r[i].nin;
		out[i].out = slots(f, r[i].out, r[i].nout);
		out[i].nout = r[i].nout;
		out[i].law = r[i].law;
		out[i].joins = r[i].joins;
	}
	f->p->rule = out;
	f->p->nrule = (uint32_t)f->g->rule.n;
}

static void
put_files(struct finish *f)
{
	struct sources *ss = f->g->ss;
	struct str *files = arena_array(f->ua, ss->n, sizeof(*files));

	for (size_t i = 0; i < ss->n; i++)
		files[i] = gen_str(f->g, ss->list[i]->path);
	f->p->files = files;
	f->p->nfile = (uint32_t)ss->n;
}

struct prog *
gen_finish(struct gen *g)
{
	struct finish f = { .g = g, .ua = g->ua };
	struct err e;

	if (lay_frame(&f) != 0 || g->failed || g->nfunc == 0)
		return NULL;
	f.p = arena_new(g->ua, struct prog);
	f.p->name = gen_str(g, g->name);
	f.p->consts = copy(&f, &g->consts, sizeof(struct value));
	f.p->nconst = (uint32_t)g->consts.n;
	f.p->enums = copy(&f, &g->enums, sizeof(struct prog_enum));
	f.p->nenum = (uint32_t)g->enums.n;
	f.p->loops = copy(&f, &g->loops, sizeof(struct prog_loop));
	f.p->nloop = (uint32_t)g->loops.n;
	f.p->actions = copy(&f, &g->actions, sizeof(struct prog_action));
	f.p->naction = (uint32_t)g->actions.n;
	f.p->sets = copy(&f, &g->sets, sizeof(struct prog_slots));
	f.p->nset = (uint32_t)g->sets.n;
	f.p->lookups = copy(&f, &g->lookups, sizeof(struct prog_lookup));
	f.p->nlookup = (uint32_t)g->lookups.n;
	put_code(&f);
	if (g->maps_records)
		put_records(&f);
	put_rules(&f);
	put_files(&f);
	if (prog_verify(f.p, g->ua, &e) != 0) {
		diag_at(g->ss, C799, g->funcs->at, "%.*s: %s",
		    STR_ARG(g->name), e.text);
		return NULL;
	}
	return f.p;
}
