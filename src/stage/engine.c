/*
 * Engine workers.  A worker holds one catalog for a whole frame and resets
 * its arena after it; nothing it makes outlives the frame.
 */
#include "stage/engine.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/size.h"
#include "base/table.h"
#include "lang/valid.h"
#include "pipe/pipe.h"
#include "record/layout.h"
#include "stage/found.h"
#include "vm/vm.h"

/* How long a worker waits for a frame before it looks whether to stop. */
#define PULL_MS 100
/* A result frame goes out at this size even when the work frame has more. */
#ifdef HOSTILE
#define FRAME_BYTES ((size_t)1)
#else
#define FRAME_BYTES ((size_t)256 << 10)
#endif

/* A field that is in no catalogue is told of once in so long, with others. */
#define UNKNOWN_MS ((int64_t)600000)
#define UNKNOWN_MAX 1000 /* fields; then nothing new is told */

struct unknown {
	int64_t told_ms;
	uint64_t records; /* since then */
};

struct engine_run {
	struct vm *vm;
	struct valid *valid;
	struct arena arena;
	struct buf fields, neu, match;
	struct lookups lookups;   /* what those of the frame find */
	const struct route *rt;   /* of the record that is mapped */
	const struct value *made; /* its out slots; NULL: none were made */
	int lacks;                /* it has a field that no catalogue lists */
	struct table unknown;     /* by connection and field */
	struct arena names;       /* its keys and entries */
	struct buf key;
};

struct engine {
	pthread_t thread;
	atomic_int stop;
	struct engine_opts o;
	struct pipe *in, *out;
	struct frame_out frame;
	struct engine_run *run;
};

/* The VM's warnings. */
static void
note_unknown(void *arg, struct str field)
{
	struct engine_run *x = arg;
	struct unknown *u;
	char quoted[256];
	int64_t now;

	x->lacks = 1;
	buf_reset(&x->key);
	buf_printf(&x->key, "%" PRId32 " %.*s", x->rt->connection,
	    STR_ARG(field));
	u = table_get(&x->unknown, buf_str(&x->key));
	if (u == NULL && x->unknown.live == UNKNOWN_MAX)
		return;
	now = clock_mono_ms();
	if (u == NULL) {
		u = arena_new(&x->names, struct unknown);
		u->told_ms = now - UNKNOWN_MS;
		table_put(&x->unknown, arena_str(&x->names,
		    buf_str(&x->key)), u);
	}
	u->records++;
	if (now - u->told_ms < UNKNOWN_MS)
		return;
	log_warn("engine.unknown_field", "connection=%.*s map=%.*s field=%s "
	    "records=%" PRIu64, STR_ARG(x->rt->connection_name),
	    STR_ARG(x->rt->map->name), log_quote(quoted, sizeof(quoted),
	    arena_printf(&x->arena, "%.*s", STR_ARG(field)).p), u->records);
	u->told_ms = now;
	u->records = 0;
}

struct engine_run *
engine_run_new(void)
{
	struct engine_run *x = calloc(1, sizeof(*x));

	if (x == NULL)
		fatal("out of memory: an engine");
	x->vm = vm_new(NULL);
	vm_set_warn(x->vm, note_unknown, x);
	vm_set_lookups(x->vm, lookups_answer, &x->lookups);
	x->valid = valid_new();
	return x;
}

void
engine_run_free(struct engine_run *x)
{
	vm_free(x->vm);
	valid_free(x->valid);
	arena_fini(&x->arena);
	buf_fini(&x->fields);
	buf_fini(&x->neu);
	buf_fini(&x->match);
	buf_fini(&x->key);
	lookups_fini(&x->lookups);
	table_fini(&x->unknown);
	arena_fini(&x->names);
	free(x);
}

void
engine_run_reset(struct engine_run *x)
{
	lookups_reset(&x->lookups);
	arena_reset(&x->arena);
}

static void
decide(struct result *r, enum result_decision decision, struct str cause)
{
	r->decision = decision;
	r->cause = cause;
}

static void
wait_for(struct engine_run *x, struct result *r, const struct vm_miss *miss)
{
	r->wait_sync = (uint64_t)route_links(x->rt, miss->lookup);
	r->wait_key = miss->key;
	r->wait_create = (uint64_t)miss->create;
}

static void
failed(struct engine_run *x, struct result *r, const struct err *e)
{
	r->line = e->at;
	decide(r, e->code == ERR_WAIT ? RESULT_WAIT :
	    e->code == ERR_NOINPUT ? RESULT_AGAIN : RESULT_ERROR,
	    arena_str(&x->arena, str_z(e->text)));
	if (e->code == ERR_WAIT)
		wait_for(x, r, vm_waits(x->vm));
}

/* A field that was left out for want of a link comes with that. */
static void
note_left_out(struct engine_run *x, const struct prog *p,
    const struct value *out, struct result *r)
{
	for (uint32_t i = 0; p->keys != 0 && i < p->funcs[0].nout; i++) {
		const struct vm_miss *miss = vm_missed(out[i]);

		if (miss != NULL && miss->lookup->kind == LOOKUP_XREF) {
			wait_for(x, r, miss);
			return;
		}
	}
}

/* The property and value an upsert looks for; -1 where the value is nil. */
static int
match_by(struct engine_run *x, const struct prog_action *act,
    const struct value *out, struct result *r)
{
	struct value v;

	if (act->nby == 0)
		return 0;
	v = out[act->by[0]];
	if (value_nil(v))
		return -1;
	r->by = act->by_name[0];
	if (v.type == V_TEXT) {
		r->match = value_str(v, &x->arena);
	} else {
		buf_reset(&x->match);
		value_write(&x->match, v);
		r->match = arena_str(&x->arena, buf_str(&x->match));
	}
	return 0;
}

/* A first write clears nothing: what is null here is left as it is there. */
static struct value *
without_nulls(struct engine_run *x, const struct prog_func *main,
    const struct value *out)
{
	struct value *slots = arena_array(&x->arena, main->nout,
	    sizeof(*slots));

	for (size_t i = 0; i < main->nout; i++)
		if (out[i].type != V_NULL)
			slots[i] = out[i];
	return slots;
}

/* The names of what an action calls, a NUL behind each. */
static struct str
names_of(struct engine_run *x, const struct prog_action *a)
{
	size_t n = 0;
	char *p, *at;

	for (uint16_t i = 0; i < a->ncall; i++)
		n = size_add(n, a->calls[i].n + 1);
	at = p = arena_zalloc(&x->arena, n);
	for (uint16_t i = 0; i < a->ncall; i++) {
		memcpy(at, a->calls[i].p, a->calls[i].n);
		at += a->calls[i].n + 1;
	}
	return str_from(p, n);
}

/* From the action to what delivery has to do. */
static void
act(struct engine_run *x, const struct prog *p, const struct prog_action *a,
    const struct vm_frame *f, size_t ndirty, struct result *r)
{
	r->line = a->line;
	r->dirty = ndirty;
	r->calls = names_of(x, a);
	switch (a->verb) {
	case ACTION_SKIP:
		decide(r, RESULT_SKIP, a->reason);
		return;
	case ACTION_UPSERT:
		if (!r->linked && match_by(x, a, f->out, r) != 0) {
			decide(r, RESULT_ERROR, arena_printf(&x->arena,
			    "%.*s:%u: upsert by { %.*s }: the value is absent "
			    "or null; map it with required",
			    STR_ARG(p->files[a->file]), a->line,
			    STR_ARG(a->by_name[0])));
			return;
		}
		r->verb = r->linked ? CONNECTOR_UPDATE : CONNECTOR_UPSERT;
		break;
	case ACTION_UPDATE:
	case ACTION_CALL:
		if (!r->linked) {
			decide(r, RESULT_SKIP, a->verb == ACTION_CALL ?
			    STR("call for a record that is not linked") :
			    STR("update of a record that is not linked"));
			return;
		}
		r->verb = a->verb == ACTION_CALL ? CONNECTOR_CALL :
		    CONNECTOR_UPDATE;
		if (a->verb == ACTION_UPDATE || r->op != 'd')
			break;
		decide(r, RESULT_SEND, STR(""));
		return;
	case ACTION_ARCHIVE:
	case ACTION_DELETE:
		if (!r->linked) {
			decide(r, RESULT_NOTHING, STR(""));
			return;
		}
		r->verb = a->verb == ACTION_ARCHIVE ? CONNECTOR_ARCHIVE :
		    CONNECTOR_DELETE;
		decide(r, RESULT_SEND, STR(""));
		return;
	}
	decide(r, r->linked && ndirty == 0 ? RESULT_NOTHING : RESULT_SEND,
	    STR(""));
}

/* An empty record, with what the reader wants behind it. */
static const char nothing[2 + RECORD_PAD] = "{}";

void
engine_run_map(struct engine_run *x, const struct route *rt,
    const struct work *w, struct result *r)
{
	const struct prog *p = rt->map->forward;
	const struct prog_func *main = &p->funcs[0];
	struct vm_event ev = work_event(w);
	struct vm_side side = { .linked = (int)w->linked };
	const struct prog_action *action;
	struct valid_record held = { .map = rt->map };
	struct value *old = NULL, *neu;
	struct vm_frame f;
	struct err e;
	uint64_t *dirty;
	size_t n = 0;
	int rv;

	x->rt = rt;
	x->made = NULL;
	x->lacks = 0;
	vm_set_event(x->vm, &ev);
	result_of(r, w);
	r->found = STR(""); /* nobody behind us reads it */
	r->gen = (uint64_t)rt->map_gen;
	buf_reset(&x->fields);
	buf_reset(&x->neu);
	dirty = arena_array(&x->arena, main->nout / 64 + 1, sizeof(*dirty));
	if (found_read(w->found, &x->lookups, &x->arena, &e) != 0) {
		failed(x, r, &e);
		return;
	}
	if (ev.op == EVENT_DELETE) /* there is nothing left to map */
		rv = vm_load(x->vm, p, w->payload.n ? w->payload :
		    str_from(nothing, 2), &f, &x->arena, &e);
	else
		rv = vm_map(x->vm, p, w->payload, &f, &x->arena, &e) != 0 ||
		    vm_put(x->vm, p, ev.op == EVENT_UPDATE ? w->base :
		    STR(""), &f, &x->arena, &e) != 0;
	if (rv != 0) {
		failed(x, r, &e);
		return;
	}
	if (ev.op != EVENT_DELETE)
		x->made = f.out;
	if (ev.op == EVENT_UPDATE) {
		if (vm_read_target(x->vm, p, w->base.n ? w->base :
		    str_from(nothing, 2), &old, &x->arena, &e) != 0) {
			err_prefix(&e, "the stored base");
			failed(x, r, &e);
			return;
		}
		n = layout_diff(&x->fields, main->layout, f.out, old,
		    rt->object->clear, dirty, &x->arena);
		side.dirty = dirty;
	}
	if (vm_rules(x->vm, p, &f, &side, &action, &x->arena, &e) != 0) {
		failed(x, r, &e);
		return;
	}
	act(x, p, action, &f, n, r);
	if (r->decision == RESULT_SEND || r->decision == RESULT_NOTHING)
		note_left_out(x, p, f.out, r);
	if (r->decision != RESULT_SEND || ev.op == EVENT_DELETE)
		return;
	neu = f.out;
	held.slots = old;
	if (old != NULL) {
		layout_overlay(main->layout, f.out, old, old, &x->arena);
		neu = old;
		held.dirty = dirty;
		held.before = w->base;
	} else {
		held.slots = without_nulls(x, main, f.out);
		layout_write(&x->fields, main->layout, held.slots,
		    rt->object->clear);
	}
	if (valid_check(x->valid, &held, &e) != 0) {
		failed(x, r, &e);
		return;
	}
	layout_write(&x->neu, main->layout, neu, STR("null"));
	r->fields = buf_str(&x->fields);
	r->neu = buf_str(&x->neu);
}

int
engine_run_made(const struct engine_run *x, struct buf *out)
{
	if (x->made == NULL)
		return 0;
	layout_write(out, x->rt->map->forward->funcs[0].layout, x->made,
	    STR("null"));
	return 1;
}

void
engine_run_now(struct engine_run *x, int64_t wall_us)
{
	vm_set_now(x->vm, wall_us);
}

static int
push(struct engine *g)
{
	struct err e;
	int rv = 0;

	while (g->frame.count > 0 && !atomic_load(&g->stop)) {
		rv = pipe_push(g->out, &g->frame, PULL_MS, &e);
		if (rv < 0)
			log_error("engine.push", "cause=\"%s\"", e.text);
		if (rv != 0)
			break;
	}
	frame_begin(&g->frame, FRAME_RESULT);
	return rv;
}

static void
count(struct engine *g, const struct result *r)
{
	static const enum metric by[] = {
	    [RESULT_NOTHING] = METRIC_records_unchanged,
	    [RESULT_SKIP] = METRIC_records_skipped,
	    [RESULT_SEND] = METRIC_records_mapped,
	    [RESULT_ERROR] = METRIC_records_failed,
	};

	if (r->decision < COUNT(by))
		metric_add(g->o.metrics, by[r->decision], 1);
}

/* A field that was left out comes with a catalogue, if one ever comes. */
static void
note_lacks(const struct engine_run *x, const struct catalog *c,
    struct result *r)
{
	if (!x->lacks || object_op(x->rt->object, CONNECTOR_FIELDS) == NULL)
		return;
	if (r->decision == RESULT_NOTHING || (r->decision == RESULT_SEND &&
	    r->verb != CONNECTOR_ARCHIVE && r->verb != CONNECTOR_DELETE))
		r->lacks_at = (uint64_t)catalog_generation(c);
}

static void
work_frame(struct engine *g, struct frame *f)
{
	struct catalog *c = catalogs_hold(g->o.catalogs);
	struct work w;
	struct result r;

	engine_run_now(g->run, clock_wall_us());
	frame_begin(&g->frame, FRAME_RESULT);
	for (uint32_t i = 0; i < f->count; i++) {
		const struct route *rt;

		if (work_get(f, &w) != 0) {
			log_error("engine.frame", "cause=\"a frame is cut "
			    "short\" item=%u of=%u", i, f->count);
			break;
		}
		rt = catalog_find(c, (int32_t)w.sync);
		if (rt != NULL && rt->map != NULL && !rt->paused &&
		    !rt->no_fields) {
			engine_run_map(g->run, rt, &w, &r);
			note_lacks(g->run, c, &r);
			/* else no keys were told that it asks for: ours */
			if (r.decision == RESULT_AGAIN && w.catalog ==
			    (uint64_t)catalog_generation(c))
				r.decision = RESULT_ERROR;
		} else {
			result_of(&r, &w);
			r.decision = RESULT_LATER;
		}
		count(g, &r);
		result_put(&g->frame, &r);
		if (g->frame.b.n >= FRAME_BYTES)
			push(g);
	}
	push(g);
	catalog_release(c);
	engine_run_reset(g->run);
}

static void *
engine_main(void *arg)
{
	struct engine *g = arg;
	struct frame f;
	struct err e;

	while (!atomic_load(&g->stop)) {
		int rv = pipe_pull(g->in, PULL_MS, &f, &e);

		if (rv < 0)
			log_error("engine.pull", "cause=\"%s\"", e.text);
		if (rv > 0)
			work_frame(g, &f);
		frame_free(&f);
	}
	return NULL;
}

int
engine_start(struct engine **out, const struct engine_opts *o, struct err *e)
{
	struct engine *g = calloc(1, sizeof(*g));

	if (g == NULL)
		fatal("out of memory: an engine");
	g->o = *o;
	g->run = engine_run_new();
	if (pipe_open(&g->in, PIPE_PULL, o->work_url, 0, 1, e) != 0 ||
	    pipe_open(&g->out, PIPE_PUSH, o->result_url, 0, 4, e) != 0) {
		engine_stop(g);
		return -1;
	}
	if (pthread_create(&g->thread, NULL, engine_main, g) != 0)
		fatal("no thread for the engine");
	*out = g;
	return 0;
}

void
engine_stop(struct engine *g)
{
	if (g == NULL)
		return;
	atomic_store(&g->stop, 1);
	if (g->thread != 0)
		pthread_join(g->thread, NULL);
	pipe_close(g->in);
	pipe_close(g->out);
	frame_out_fini(&g->frame);
	engine_run_free(g->run);
	free(g);
}
