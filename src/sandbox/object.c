/*
 * One record by its address, and the list of all.
 */
#include <stdio.h>

#include "sandbox/write.h"

#define LIST_MAX 100

/* "a,b,c" of a query parameter. */
static struct sim_view
asked(const struct sim_request *q)
{
	struct str list = sim_query(q, "properties");
	struct str *names;
	struct sim_view v;
	size_t n = 1, k = 0;

	if (list.n == 0)
		return sim_default_view(q->type);
	for (size_t i = 0; i < list.n; i++)
		n += list.p[i] == ',';
	names = arena_array(q->arena, n, sizeof(*names));
	for (size_t i = 0, from = 0; i <= list.n; i++) {
		if (i < list.n && list.p[i] != ',')
			continue;
		names[k++] = str_from(list.p + from, i - from);
		from = i + 1;
	}
	v.names = names;
	v.n = k;
	return v;
}

/* {"properties": {…}} */
static bool
parse(struct sim_request *q, struct sim_reply *r, struct sim_item *it)
{
	struct sim_json j;

	q->counts.records = 1;
	sim_json_init(&j, q->body, q->arena);
	if (!sim_item_parse(&j, it) || !sim_json_end(&j)) {
		sim_bad_json(r, &j);
		return false;
	}
	if (!it->has_properties) {
		sim_error(r, 400, "VALIDATION_ERROR", "Invalid input JSON: "
		    "some required fields were not set: [properties]");
		return false;
	}
	return true;
}

static void
write_one(struct sim *s, struct sim_request *q, struct sim_reply *r,
    enum sim_op op, struct sim_item *it)
{
	struct sim_claims claims = { 0 };
	int rc = sim_item_prepare(s, q, op, it, &claims, r);

	table_fini(&claims.table);
	if (rc <= 0) {
		q->counts.refused++;
		if (rc == 0 && it->not_found)
			sim_error(r, 404, "OBJECT_NOT_FOUND",
			    "resource not found");
		else if (rc == 0)
			sim_item_refuse(r, it);
		return;
	}
	sim_item_apply(q, it);
	sim_item_put(&r->body, q, op, it, false);
	r->status = op == SIM_CREATE ? 201 : 200;
}

void
sim_create(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct sim_item it;

	if (!parse(q, r, &it)) {
		q->counts.refused++;
		return;
	}
	pthread_mutex_lock(&s->lock);
	write_one(s, q, r, SIM_CREATE, &it);
	pthread_mutex_unlock(&s->lock);
}

static void
get_or_delete(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct str id)
{
	struct str by = sim_query(q, "idProperty");
	struct sim_prop *p = by.n ? sim_type_prop(q->type, by) : NULL;
	struct sim_record *rec = NULL;
	struct sim_view v;

	if (by.n == 0 && str_eq(sim_query(q, "archived"), STR("true"))) {
		rec = sim_type_record(q->type, id);
		if (rec != NULL && !rec->archived)
			rec = NULL;
	} else if (by.n == 0 || (p != NULL && p->unique)) {
		rec = sim_lookup(s, q, p, id);
	} else {
		sim_error(r, 400, "VALIDATION_ERROR", "Unable to read by "
		    "non-unique %s property %.*s", q->type->type_id,
		    STR_ARG(by));
		return;
	}
	if (strcmp(q->method, "DELETE") == 0) {
		if (rec != NULL && !rec->archived) {
			sim_record_archive(q->type, rec, q->now_us);
			q->counts.archives++;
		}
		r->status = 204;
		return;
	}
	if (rec == NULL) {
		sim_error(r, 404, "OBJECT_NOT_FOUND", "resource not found");
		return;
	}
	v = asked(q);
	sim_put_record(&r->body, q->type, rec, &v);
	r->status = 200;
}

void
sim_object(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct str id)
{
	bool patch = strcmp(q->method, "PATCH") == 0;
	struct sim_item it;

	if (patch && !parse(q, r, &it)) {
		q->counts.refused++;
		return;
	}
	pthread_mutex_lock(&s->lock);
	if (patch) {
		it.id = id;
		it.id_prop = sim_query(q, "idProperty");
		write_one(s, q, r, SIM_UPDATE, &it);
	} else {
		get_or_delete(s, q, r, id);
	}
	pthread_mutex_unlock(&s->lock);
}

/* limit=; 0 when it is not a number from 1 to max. */
static size_t
limit(struct str text, size_t none, size_t max)
{
	size_t n = 0;

	if (text.n == 0)
		return none;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || n > max)
			return 0;
		n = n * 10 + (size_t)(text.p[i] - '0');
	}
	return n > max ? 0 : n;
}

/* The page of records behind the id of after=, by id. */
static void
list(struct sim_request *q, struct sim_reply *r)
{
	size_t max = limit(sim_query(q, "limit"), 10, LIST_MAX);
	size_t from = limit(sim_query(q, "after"), SIM_FIRST_ID - 1,
	    INT32_MAX);
	bool archived = str_eq(sim_query(q, "archived"), STR("true"));
	struct sim_view v = asked(q);
	const struct sim_type *t = q->type;
	size_t n = 0, i;
	uint64_t last = 0;

	if (max == 0 || from == 0) {
		sim_error(r, 400, "VALIDATION_ERROR", "limit is from 1 to %d "
		    "and after is what paging.next.after said", LIST_MAX);
		return;
	}
	i = from < SIM_FIRST_ID ? 0 : from - SIM_FIRST_ID + 1;
	buf_puts(&r->body, STR("{\"results\":["));
	for (; i < t->nrecords; i++) {
		if (t->records[i]->archived != archived)
			continue;
		if (n == max)
			break;
		if (n++ > 0)
			buf_putc(&r->body, ',');
		sim_put_record(&r->body, t, t->records[i], &v);
		last = t->records[i]->id;
	}
	buf_putc(&r->body, ']');
	if (i < t->nrecords)
		buf_printf(&r->body, ",\"paging\":{\"next\":{\"after\":"
		    "\"%llu\",\"link\":\"%.*s?after=%llu\"}}",
		    (unsigned long long)last, STR_ARG(q->path),
		    (unsigned long long)last);
	buf_putc(&r->body, '}');
	r->status = 200;
}

void
sim_list(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	pthread_mutex_lock(&s->lock);
	list(q, r);
	pthread_mutex_unlock(&s->lock);
}
