/*
 * The back door under /_sandbox/, for tests and demos; no token is asked.
 */
#include <stdio.h>

#include "sandbox/json.h"
#include "sandbox/sim.h"

/* Live records as NDJSON by id, empty values left out. */
static void
put_records(struct sim_request *q, struct sim_reply *r, struct sim_type *t)
{
	bool archived = sim_query(q, "archived").n > 0;

	r->content_type = "application/x-ndjson";
	for (size_t i = 0; i < t->nrecords; i++) {
		const struct sim_record *rec = t->records[i];
		bool first = true;

		if (rec->archived != archived)
			continue;
		buf_printf(&r->body, "{\"id\":\"%llu\",\"properties\":{",
		    (unsigned long long)rec->id);
		for (size_t k = 0; k < rec->ncells; k++) {
			const struct sim_cell *c = &rec->cells[k];

			if (c->n == 0 || t->slots[k]->gone)
				continue;
			if (!first)
				buf_putc(&r->body, ',');
			first = false;
			buf_json(&r->body, t->slots[k]->name);
			buf_putc(&r->body, ':');
			buf_json(&r->body, str_from(c->p, c->n));
		}
		buf_puts(&r->body, STR("}}\n"));
	}
	r->status = 200;
}

/* Live records whose values are all those of an earlier one of the type. */
static size_t
duplicates(const struct sim_type *t)
{
	struct arena a = { 0 };
	struct table seen = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < t->nrecords; i++) {
		struct sim_record *rec = t->records[i];
		struct buf b = { 0 };

		for (size_t k = 0; k < rec->ncells && !rec->archived; k++) {
			if (rec->cells[k].n == 0)
				continue;
			buf_put(&b, &k, sizeof(k));
			buf_put(&b, &rec->cells[k].n, sizeof(size_t));
			buf_put(&b, rec->cells[k].p, rec->cells[k].n);
		}
		if (b.n > 0)
			n += table_put(&seen, arena_str(&a, buf_str(&b)),
			    rec) != NULL;
		buf_fini(&b);
	}
	table_fini(&seen);
	arena_fini(&a);
	return n;
}

static void
put_routes(struct buf *b, const struct sim_stats *st)
{
	bool first = true;

	buf_puts(b, STR("\"calls\":{"));
	for (struct table_entry *e = table_next(&st->routes, NULL); e != NULL;
	     e = table_next(&st->routes, e)) {
		const struct sim_route_stats *r = e->value;

		buf_puts(b, first ? STR("\n ") : STR(",\n "));
		first = false;
		buf_json(b, str_z(r->name));
		buf_putc(b, ':');
		for (size_t i = 0; i < SIM_STATUSES &&
		    r->status[i].n > 0; i++)
			buf_printf(b, "%s\"%d\":%llu", i ? "," : "{",
			    r->status[i].status,
			    (unsigned long long)r->status[i].n);
		buf_putc(b, '}');
	}
	buf_puts(b, STR("},\n\"records_per_call\":{"));
	first = true;
	for (struct table_entry *e = table_next(&st->routes, NULL); e != NULL;
	     e = table_next(&st->routes, e)) {
		const struct sim_route_stats *r = e->value;
		const char *comma = "{";

		if (r->records == 0)
			continue;
		buf_puts(b, first ? STR("\n ") : STR(",\n "));
		first = false;
		buf_json(b, str_z(r->name));
		buf_putc(b, ':');
		for (size_t i = 0; i < SIM_SIZES; i++) {
			if (r->sizes[i] == 0)
				continue;
			buf_printf(b, "%s\"%zu\":%llu", comma, i,
			    (unsigned long long)r->sizes[i]);
			comma = ",";
		}
		buf_putc(b, '}');
	}
	buf_puts(b, STR("}"));
}

static void
put_stats(struct sim *s, struct sim_reply *r)
{
	const struct sim_counts *c = &s->stats.total;
	size_t live = 0, doubles = 0;
	const char *comma = "";
	struct buf *b = &r->body;

#define N(what, n)                                                          \
	do {                                                                \
		buf_printf(b, "%s\"" what "\":%llu", comma,                 \
		    (unsigned long long)(n));                               \
		comma = ",\n";                                              \
	} while (0)
	for (struct table_entry *e = table_next(&s->store.types, NULL);
	     e != NULL; e = table_next(&s->store.types, e)) {
		const struct sim_type *t = e->value;

		for (size_t i = 0; i < t->nrecords; i++)
			live += !t->records[i]->archived;
		doubles += duplicates(t);
	}
	buf_puts(b, STR("{"));
	N("connections", s->stats.connections);
	N("requests", s->stats.requests);
	N("records_sent", c->records);
	N("property_writes", c->property_writes);
	N("creates", c->creates);
	N("updates", c->updates);
	N("noops", c->noops);
	N("archives", c->archives);
	N("refused", c->refused);
	N("conflicts", c->conflicts);
	N("live_records", live);
	N("duplicates", doubles);
#undef N
	buf_puts(b, STR(",\n"));
	put_routes(b, &s->stats);
	buf_puts(b, STR("}\n"));
	r->status = 200;
}

/* A body as JSON where it is JSON, else as a string of Latin-1. */
static void
put_body(struct buf *b, struct str body, struct arena *a)
{
	struct sim_json j;

	sim_json_init(&j, body, a);
	if (body.n > 0 && sim_json_skip(&j) && sim_json_end(&j)) {
		buf_puts(b, body);
		return;
	}
	buf_putc(b, '"');
	for (size_t i = 0; i < body.n; i++) {
		unsigned char c = (unsigned char)body.p[i];

		if (c >= ' ' && c < 0x7f && c != '"' && c != '\\')
			buf_putc(b, (char)c);
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_putc(b, '"');
}

/* The last requests, oldest first. */
static void
put_requests(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct str last = sim_query(q, "last");
	const struct sim_stats *st = &s->stats;
	size_t n = st->next < st->kept ? st->next : st->kept, want = 0;

	for (size_t i = 0; i < last.n && i < 9; i++)
		want = want * 10 + (size_t)(last.p[i] - '0') % 10;
	if (last.n > 0 && want < n)
		n = want;
	buf_putc(&r->body, '[');
	for (size_t i = st->next - n; i < st->next; i++) {
		const struct sim_kept *k = &st->ring[i % st->kept];

		buf_printf(&r->body, "%s{\"n\":%llu,\"method\":\"%s\","
		    "\"path\":", i > st->next - n ? ",\n" : "",
		    (unsigned long long)k->number, k->method);
		buf_json(&r->body, k->path);
		buf_printf(&r->body, ",\"status\":%d,\"body\":", k->status);
		put_body(&r->body, k->body, q->arena);
		buf_putc(&r->body, '}');
	}
	buf_puts(&r->body, STR("]\n"));
	r->status = 200;
}

static void
admin(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	bool post = strcmp(q->method, "POST") == 0;
	struct str what = q->segs > 1 ? q->seg[1] : STR("");
	struct sim_type *t;
	struct err e;

	if (!post && q->segs == 3 && str_eq(what, STR("records"))) {
		t = sim_store_type(&s->store, q->seg[2]);
		if (t != NULL) {
			put_records(q, r, t);
			return;
		}
	} else if (!post && str_eq(what, STR("stats"))) {
		put_stats(s, r);
		return;
	} else if (!post && str_eq(what, STR("associations"))) {
		sim_associations_put(&r->body, &s->associations);
		r->content_type = "text/plain";
		r->status = 200;
		return;
	} else if (!post && str_eq(what, STR("requests"))) {
		put_requests(s, q, r);
		return;
	} else if (post && str_eq(what, STR("reset-stats"))) {
		sim_stats_reset(&s->stats);
		r->status = 204;
		return;
	} else if (post && str_eq(what, STR("faults"))) {
		if (sim_faults_set(&s->faults, q->body, &e) != 0)
			sim_error(r, 400, NULL, "%s", e.text);
		else
			r->status = 204;
		return;
	}
	sim_error(r, 404, NULL, "there are GET records/{type}, associations, "
	    "stats, requests and POST reset-stats, faults here");
}

void
sim_admin(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	pthread_mutex_lock(&s->lock);
	admin(s, q, r);
	pthread_mutex_unlock(&s->lock);
}
