/*
 * Batch calls: at most 100 inputs, and one reply for all of them.
 *
 * A refused input refuses the batch (400 or 409, nothing written) unless
 * every input has a trace id of its own: then the others are written and
 * the reply is a 207.  An input whose record is not there never refuses the
 * others; it is named by context.ids.
 */
#include "base/clock.h"
#include "sandbox/write.h"

struct batch {
	struct sim_item items[SIM_BATCH_MAX];
	size_t n;
	bool too_many;
	bool multi;        /* every input has a trace id of its own */
	struct sim_view view; /* "properties" of a read */
	struct str id_prop;   /* of a read */
};

static bool
parse_inputs(struct sim_json *j, struct batch *b)
{
	if (!sim_json_array(j))
		return false;
	while (sim_json_item(j)) {
		if (b->n == SIM_BATCH_MAX) {
			b->too_many = true;
			if (!sim_json_skip(j))
				return false;
			continue;
		}
		if (!sim_item_parse(j, &b->items[b->n++]))
			return false;
	}
	return j->bad == NULL;
}

static bool
parse_names(struct sim_json *j, struct sim_view *v)
{
	size_t cap = 0;

	if (!sim_json_array(j))
		return false;
	v->n = 0;
	while (sim_json_item(j)) {
		struct str name;

		if (!sim_json_string(j, &name))
			return false;
		if (v->n == cap) {
			struct str *names;

			cap = cap ? cap * 2 : 32;
			names = arena_alloc(j->arena, cap * sizeof(*names));
			if (v->n > 0)
				memcpy(names, v->names, v->n * sizeof(*names));
			v->names = names;
		}
		((struct str *)v->names)[v->n++] = name;
	}
	return j->bad == NULL;
}

/* The body; false with *r filled. */
static bool
parse(struct sim_request *q, struct sim_reply *r, struct batch *b)
{
	struct sim_json j;
	struct str key;
	bool ok, inputs = false;

	sim_json_init(&j, q->body, q->arena);
	ok = sim_json_object(&j);
	while (ok && sim_json_key(&j, &key)) {
		if (str_eq(key, STR("inputs")))
			ok = inputs = parse_inputs(&j, b);
		else if (str_eq(key, STR("properties")))
			ok = parse_names(&j, &b->view);
		else if (str_eq(key, STR("idProperty")))
			ok = sim_json_string(&j, &b->id_prop);
		else
			ok = sim_json_skip(&j);
	}
	if (!sim_json_end(&j)) {
		sim_bad_json(r, &j);
		return false;
	}
	q->counts.records = b->n + b->too_many;
	if (b->too_many) {
		sim_error(r, 400, "VALIDATION_ERROR", "The maximum number of "
		    "inputs supported in a batch request is %d",
		    SIM_BATCH_MAX);
		return false;
	}
	if (!inputs || b->n == 0) {
		sim_error(r, 400, "VALIDATION_ERROR", "Invalid input JSON: "
		    "some required fields were not set: [inputs]");
		return false;
	}
	return true;
}

static bool
required(struct sim_reply *r, const struct batch *b, enum sim_op op)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct sim_item *it = &b->items[i];
		const char *what = !it->has_properties ? "properties"
		    : op != SIM_CREATE && it->id.n == 0 ? "id"
		    : op == SIM_UPSERT && it->id_prop.n == 0 ? "idProperty"
		    : NULL;

		if (what != NULL) {
			sim_error(r, 400, "VALIDATION_ERROR", "Invalid input "
			    "JSON: some required fields were not set: "
			    "[%s] of input %zu", what, i);
			return false;
		}
	}
	return true;
}

static void
find_multi(struct batch *b)
{
	struct table seen = { 0 };

	b->multi = true;
	for (size_t i = 0; i < b->n && b->multi; i++)
		b->multi = b->items[i].trace.n > 0 &&
		    table_put(&seen, b->items[i].trace, &b->items[i]) == NULL;
	table_fini(&seen);
}

/* No record may be meant twice; ids are normalised by now. */
static bool
distinct(struct sim_reply *r, struct batch *b)
{
	struct table seen = { 0 };
	bool ok = true;

	for (size_t i = 0; i < b->n && ok; i++) {
		struct sim_item *was = table_put(&seen, b->items[i].id,
		    &b->items[i]);

		ok = was == NULL ||
		    !str_eq(was->id_prop, b->items[i].id_prop);
		if (!ok)
			sim_error(r, 400, "VALIDATION_ERROR", "Duplicate IDs "
			    "found in batch input: [%.*s]. IDs must be "
			    "unique", STR_ARG(b->items[i].id));
	}
	table_fini(&seen);
	return ok;
}

/* Check all; false when the whole batch is refused. */
static bool
prepare(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct batch *b, enum sim_op op)
{
	struct sim_claims claims = { 0 };
	bool ok = true;

	for (size_t i = 0; i < b->n && ok; i++)
		ok = sim_item_prepare(s, q, op, &b->items[i], &claims,
		    r) >= 0;
	table_fini(&claims.table);
	if (!ok || (op != SIM_CREATE && !distinct(r, b)))
		return false;
	for (size_t i = 0; i < b->n && !b->multi; i++)
		if (b->items[i].status != 0 && !b->items[i].not_found) {
			sim_item_refuse(r, &b->items[i]);
			return false;
		}
	return true;
}

/* Fisher and Yates, steered by the fault's seed. */
static void
shuffle(size_t *order, size_t n, uint64_t seed)
{
	for (size_t i = n; i > 1; i--) {
		size_t k, was = order[i - 1];

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		k = (seed >> 33) % i;
		order[i - 1] = order[k];
		order[k] = was;
	}
}

static void
put_reply(struct sim_request *q, struct sim_reply *r, struct batch *b,
    enum sim_op op)
{
	size_t order[SIM_BATCH_MAX], errors = 0;
	char now[25];
	bool first = true;

	for (size_t i = 0; i < b->n; i++)
		order[i] = i;
	if (q->plan.shuffle)
		shuffle(order, b->n, q->plan.seed);
	buf_grow(&r->body, q->body.n + b->n * 200);
	buf_puts(&r->body, STR("{\"status\":\"COMPLETE\",\"results\":["));
	for (size_t i = 0; i < b->n; i++) {
		struct sim_item *it = &b->items[order[i]];

		if (it->status != 0) {
			errors++;
			continue;
		}
		if (!first)
			buf_putc(&r->body, ',');
		first = false;
		sim_item_put(&r->body, q, op, it, true);
	}
	buf_putc(&r->body, ']');
	if (errors > 0) {
		buf_printf(&r->body, ",\"numErrors\":%zu,\"errors\":[",
		    errors);
		first = true;
		for (size_t i = 0; i < b->n; i++) {
			if (b->items[order[i]].status == 0)
				continue;
			if (!first)
				buf_putc(&r->body, ',');
			first = false;
			sim_item_put_error(&r->body, q, &b->items[order[i]]);
		}
		buf_putc(&r->body, ']');
	}
	clock_iso(q->now_us, now);
	buf_printf(&r->body, ",\"startedAt\":\"%s\",\"completedAt\":\"%s\"}",
	    now, now);
	r->status = errors ? 207 : op == SIM_CREATE ? 201 : 200;
}

void
sim_batch_write(struct sim *s, struct sim_request *q, struct sim_reply *r,
    enum sim_op op)
{
	struct batch *b = arena_new(q->arena, struct batch);

	if (!parse(q, r, b) || !required(r, b, op)) {
		q->counts.refused = b->n;
		return;
	}
	find_multi(b);
	pthread_mutex_lock(&s->lock);
	if (prepare(s, q, r, b, op)) {
		for (size_t i = 0; i < b->n; i++) {
			if (b->items[i].status == 0)
				sim_item_apply(q, &b->items[i]);
			else
				q->counts.refused++;
		}
		put_reply(q, r, b, op);
	} else {
		q->counts.refused = b->n;
	}
	pthread_mutex_unlock(&s->lock);
}

struct sim_record *
sim_lookup(struct sim *s, struct sim_request *q, struct sim_prop *p,
    struct str id)
{
	struct sim_record *rec;
	struct sim_flaw f;

	if (p == NULL) {
		rec = sim_type_record(q->type, id);
		return rec != NULL && rec->archived ? NULL : rec;
	}
	if (!sim_value(&s->store, p, id, q->arena, &id, &f))
		return NULL;
	return sim_prop_find(p, id);
}

static void
read_all(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct batch *b, struct sim_prop *p)
{
	size_t missing = 0, found = 0;
	char now[25];

	if (b->view.n == 0)
		b->view = sim_default_view(q->type);
	buf_puts(&r->body, STR("{\"status\":\"COMPLETE\",\"results\":["));
	for (size_t i = 0; i < b->n; i++) {
		struct sim_item *it = &b->items[i];

		it->record = sim_lookup(s, q, p, it->id);
		if (it->record == NULL) {
			missing++;
			continue;
		}
		if (found++ > 0)
			buf_putc(&r->body, ',');
		sim_put_record(&r->body, q->type, it->record, &b->view);
	}
	buf_putc(&r->body, ']');
	if (missing > 0) {
		buf_printf(&r->body, ",\"numErrors\":1,\"errors\":[{"
		    "\"status\":\"error\",\"category\":\"OBJECT_NOT_FOUND\","
		    "\"message\":\"Could not get some %s objects, they may "
		    "be deleted or not exist. Check that ids are valid.\","
		    "\"context\":{\"ids\":[", q->type->noun);
		missing = 0;
		for (size_t i = 0; i < b->n; i++) {
			if (b->items[i].record != NULL)
				continue;
			if (missing++ > 0)
				buf_putc(&r->body, ',');
			buf_json(&r->body, b->items[i].id);
		}
		buf_puts(&r->body, STR("]}}]"));
	}
	clock_iso(q->now_us, now);
	buf_printf(&r->body, ",\"startedAt\":\"%s\",\"completedAt\":\"%s\"}",
	    now, now);
	r->status = missing ? 207 : 200;
}

void
sim_batch_read(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct batch *b = arena_new(q->arena, struct batch);
	struct sim_prop *p = NULL;

	if (!parse(q, r, b))
		return;
	pthread_mutex_lock(&s->lock);
	if (b->id_prop.n > 0)
		p = sim_type_prop(q->type, b->id_prop);
	if (b->id_prop.n > 0 && (p == NULL || !p->unique))
		sim_error(r, 400, "VALIDATION_ERROR", "Unable to read by "
		    "non-unique %s property %.*s", q->type->type_id,
		    STR_ARG(b->id_prop));
	else
		read_all(s, q, r, b, p);
	pthread_mutex_unlock(&s->lock);
}

void
sim_batch_archive(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct batch *b = arena_new(q->arena, struct batch);

	if (!parse(q, r, b))
		return;
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < b->n; i++) {
		struct sim_record *rec = sim_lookup(s, q, NULL, b->items[i].id);

		if (rec == NULL)
			continue; /* gone already is as good */
		sim_record_archive(q->type, rec, q->now_us);
		q->counts.archives++;
	}
	r->status = 204;
	pthread_mutex_unlock(&s->lock);
}
