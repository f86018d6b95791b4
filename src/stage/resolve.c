/*
 * Keys of a batch, and their answers.
 */
#include "stage/resolve.h"

#include <stdlib.h>

#include "base/size.h"
#include "stage/found.h"
#include "store/lookup.h"
#include "vm/vm.h"

/* Questions of one kind, with the work and the lookup that each is of. */
struct questions {
	struct asked *list;
	const struct prog_lookup **lookup;
	size_t *work;
	size_t n, cap;
};

struct resolver {
	struct vm *vm;
	struct arena scratch; /* of the VM; reset for each record */
	struct buf record;
	struct questions q[LOOKUP_TABLE + 1];
	/* of the batch that is being asked for */
	struct arena *a;
	const struct route *rt;
	size_t work;
};

struct resolver *
resolver_new(void)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (r == NULL)
		fatal("out of memory: a resolver");
	r->vm = vm_new(NULL);
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	for (size_t k = 0; k < COUNT(r->q); k++) {
		free(r->q[k].list);
		free(r->q[k].lookup);
		free(r->q[k].work);
	}
	vm_free(r->vm);
	arena_fini(&r->scratch);
	buf_fini(&r->record);
	free(r);
}

static void *
more(void *p, size_t n, size_t size)
{
	p = realloc(p, size_mul(n, size));
	if (p == NULL)
		fatal("out of memory: %zu keys", n);
	return p;
}

/* For vm_keys: a record asks l for key. */
static void
ask(void *arg, const struct prog_lookup *l, struct str key)
{
	struct resolver *r = arg;
	struct questions *q = &r->q[l->kind];

	if (q->n == q->cap) {
		q->cap = q->cap * 2 + 64;
		q->list = more(q->list, q->cap, sizeof(*q->list));
		q->lookup = more(q->lookup, q->cap, sizeof(*q->lookup));
		q->work = more(q->work, q->cap, sizeof(*q->work));
	}
	q->list[q->n] = (struct asked){
	    .of = l->kind == LOOKUP_TABLE ? r->rt->tenant :
		route_links(r->rt, l),
	    .table = l->name, .key = arena_str(r->a, key) };
	q->lookup[q->n] = l;
	q->work[q->n++] = r->work;
}

/* A delete has no record: its rules ask nothing. */
static void
ask_record(struct resolver *r, const struct work *w, struct buf *out)
{
	struct vm_event ev = work_event(w);
	struct err e;

	if (w->payload.n == 0)
		return;
	vm_set_event(r->vm, &ev);
	buf_reset(&r->record);
	buf_puts(&r->record, w->payload);
	memset(buf_room(&r->record, RECORD_PAD), 0, RECORD_PAD);
	arena_reset(&r->scratch);
	/* a record that cannot be read is told by the engine */
	if (vm_keys(r->vm, r->rt->map->forward, buf_str(&r->record), ask, r,
	    &r->scratch, &e) != 0 && e.code == ERR_LIMIT)
		found_error(out, &e);
}

/* Answers in the order of their works, so each work's are one slice. */
static void
answer(struct resolver *r, size_t work, size_t at[], struct buf *out)
{
	for (size_t k = 0; k < COUNT(r->q); k++) {
		const struct questions *q = &r->q[k];

		for (; at[k] < q->n && q->work[at[k]] == work; at[k]++) {
			const struct asked *x = &q->list[at[k]];

			found_put(out, q->lookup[at[k]]->kind, x->table,
			    x->key, x->found);
		}
	}
}

int
resolve(struct resolver *r, struct db *db, const struct route *rt,
    struct work *works, size_t n, struct metrics *m, struct arena *a,
    struct err *e)
{
	size_t at[COUNT(r->q)] = { 0 }, asked = 0;
	struct buf out = { 0 };

	for (size_t i = 0; i < n; i++)
		works[i].found = STR("");
	if (rt == NULL || rt->map == NULL || rt->map->forward->keys == 0)
		return 0;
	r->rt = rt;
	r->a = a;
	for (size_t k = 0; k < COUNT(r->q); k++)
		r->q[k].n = 0;
	for (r->work = 0; r->work < n; r->work++) {
		buf_reset(&out);
		ask_record(r, &works[r->work], &out);
		works[r->work].found = arena_str(a, buf_str(&out));
	}
	for (size_t k = 0; k < COUNT(r->q); k++) {
		struct questions *q = &r->q[k];
		int rv = 0;

		if (q->n == 0)
			continue;
		rv = k == LOOKUP_TABLE ?
		    lookups_fetch(db, a, q->list, q->n, e) :
		    ids_fetch(db, a, q->list, q->n, k == LOOKUP_XREF_BACK, e);
		if (rv != 0) {
			buf_fini(&out);
			return -1;
		}
		asked += q->n;
		metric_add(m, METRIC_lookup_queries, 1);
	}
	metric_add(m, METRIC_lookup_keys, (int64_t)asked);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&out);
		answer(r, i, at, &out);
		if (works[i].found.n == 0) /* else an error */
			works[i].found = arena_str(a, buf_str(&out));
	}
	buf_fini(&out);
	return 0;
}
