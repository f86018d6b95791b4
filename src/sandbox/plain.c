/*
 * Objects of the plainest API: a request a record, no batches, no upsert and
 * no key of ours that would be unique; POST, GET, PATCH and DELETE under
 * /api/v2/{type}, a list by cursor, and a search.  Pipedrive's shape.  Records
 * are kept as they come, of any type, and are gone when the sandbox ends.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "sandbox/sim.h"

#define PAGE_MAX 500

/* A type: {"last": id, "records": {id: {"at": µs, "data": record}}} */
static json_t *
type_of(struct sim *s, struct str name)
{
	json_t *t;

	if (s->plain == NULL)
		s->plain = json_object();
	t = json_object_getn(s->plain, name.p, name.n);
	if (t == NULL) {
		t = json_pack("{s:i,s:{}}", "last", 0, "records");
		json_object_setn_new(s->plain, name.p, name.n, t);
	}
	return t;
}

/* {"success":true,"data":…}; data is taken. */
static void
answer(struct sim_reply *r, int status, json_t *data)
{
	char *text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);

	r->status = status;
	buf_puts(&r->body, STR("{\"success\":true,\"data\":"));
	buf_puts(&r->body, str_z(text));
	buf_putc(&r->body, '}');
	free(text);
	json_decref(data);
}

static void
refuse(struct sim_reply *r, int status, const char *why)
{
	r->status = status;
	buf_printf(&r->body, "{\"success\":false,\"error\":\"%s\"}", why);
}

/* A record as it is kept, NULL where there is none. */
static json_t *
kept(struct sim *s, const struct sim_request *q)
{
	return json_object_getn(json_object_get(type_of(s, q->seg[2]),
	    "records"), q->seg[3].p, q->seg[3].n);
}

static void
make(struct sim *s, struct sim_request *q, struct sim_reply *r, json_t *body)
{
	json_t *t = type_of(s, q->seg[2]);
	json_int_t id = json_integer_value(json_object_get(t, "last")) + 1;
	char name[32];

	snprintf(name, sizeof(name), "%" PRId64, (int64_t)id);
	json_object_set_new(t, "last", json_integer(id));
	json_object_set_new(body, "id", json_integer(id));
	json_object_set_new(json_object_get(t, "records"), name,
	    json_pack("{s:I,s:O}", "at", (json_int_t)q->now_us, "data",
	    body));
	q->counts.creates++;
	answer(r, 201, json_incref(body));
}

/* What is named is changed, of custom fields too; the rest stays. */
static void
change(struct sim *s, struct sim_request *q, struct sim_reply *r,
    json_t *body)
{
	json_t *record = kept(s, q), *data, *own, *was;

	if (record == NULL) {
		refuse(r, 404, "Record not found");
		return;
	}
	data = json_object_get(record, "data");
	own = json_object_get(body, "custom_fields");
	was = json_object_get(data, "custom_fields");
	if (own != NULL && was != NULL)
		json_object_update_missing(own, was);
	json_object_update(data, body);
	json_object_set_new(record, "at", json_integer(q->now_us));
	q->counts.updates++;
	answer(r, 200, json_incref(data));
}

static void
drop(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	json_t *records = json_object_get(type_of(s, q->seg[2]), "records");
	json_t *record = kept(s, q);

	if (record == NULL) {
		refuse(r, 404, "Record not found");
		return;
	}
	answer(r, 200, json_pack("{s:O}", "id",
	    json_object_get(json_object_get(record, "data"), "id")));
	json_object_deln(records, q->seg[3].p, q->seg[3].n);
	q->counts.archives++;
}

static void
show(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	json_t *record = kept(s, q);

	if (record == NULL)
		refuse(r, 404, "Record not found");
	else
		answer(r, 200, json_incref(json_object_get(record, "data")));
}

/* By id, behind the one that the cursor names. */
static void
list(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct str limit = sim_query(q, "limit");
	struct str cursor = sim_query(q, "cursor");
	size_t max = limit.n > 0 ? strtoul(limit.p, NULL, 10) : 100;
	long long after = cursor.n > 0 ? strtoll(cursor.p, NULL, 10) : 0;
	json_t *out = json_array(), *record;
	const char *name;

	if (max == 0 || max > PAGE_MAX)
		max = PAGE_MAX;
	json_object_foreach(json_object_get(type_of(s, q->seg[2]), "records"),
	    name, record) {
		if (json_array_size(out) == max)
			break;
		if (strtoll(name, NULL, 10) > after)
			json_array_append(out,
			    json_object_get(record, "data"));
	}
	answer(r, 200, out);
}

static bool
is_term(const json_t *v, struct str term)
{
	return json_is_string(v) && json_string_length(v) == term.n &&
	    strncasecmp(json_string_value(v), term.p, term.n) == 0;
}

/* Whole values of custom fields, once they are indexed. */
static bool
matches(const struct sim *s, const struct sim_request *q, json_t *record,
    struct str term)
{
	json_t *own = json_object_get(json_object_get(record, "data"),
	    "custom_fields"), *v;
	int64_t at = json_integer_value(json_object_get(record, "at"));
	const char *name;

	if (q->now_us < at + (int64_t)s->opts.search_lag_ms * 1000)
		return false;
	json_object_foreach(own, name, v)
		if (is_term(v, term))
			return true;
	return false;
}

static void
search(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct str term = sim_query(q, "term");
	json_t *items = json_array(), *record;
	const char *name;

	if (term.n == 0 ||
	    !str_eq(sim_query(q, "fields"), STR("custom_fields")) ||
	    !str_eq(sim_query(q, "exact_match"), STR("true"))) {
		json_decref(items);
		refuse(r, 400, "term, fields=custom_fields and "
		    "exact_match=true are what is searched by here");
		return;
	}
	json_object_foreach(json_object_get(type_of(s, q->seg[2]), "records"),
	    name, record)
		if (matches(s, q, record, term))
			json_array_append_new(items, json_pack("{s:f,s:O}",
			    "result_score", 1.0, "item",
			    json_object_get(record, "data")));
	answer(r, 200, json_pack("{s:o}", "items", items));
}

static void
write_one(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	json_t *body = json_loadb(q->body.p, q->body.n, 0, NULL);

	q->counts.records = 1;
	if (!json_is_object(body))
		refuse(r, 400, "the body is no JSON object");
	else if (q->segs == 3)
		make(s, q, r, body);
	else
		change(s, q, r, body);
	json_decref(body);
}

void
sim_plain(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	bool one = q->segs == 4;
	bool searching = one && str_eq(q->seg[3], STR("search"));

	snprintf(r->route, sizeof(r->route), "%s %.*s%s", q->method,
	    q->segs > 2 ? (int)q->seg[2].n : 0, q->segs > 2 ? q->seg[2].p :
	    "", searching ? "/search" : one ? "/{id}" : "");
	pthread_mutex_lock(&s->lock);
	if (q->segs < 3 || q->segs > 4)
		refuse(r, 404, "Not found");
	else if (strcmp(q->method, one ? "PATCH" : "POST") == 0)
		write_one(s, q, r);
	else if (one && strcmp(q->method, "DELETE") == 0)
		drop(s, q, r);
	else if (strcmp(q->method, "GET") != 0)
		refuse(r, 405, "Method not allowed");
	else if (searching)
		search(s, q, r);
	else if (one)
		show(s, q, r);
	else
		list(s, q, r);
	pthread_mutex_unlock(&s->lock);
}
