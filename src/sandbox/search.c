/*
 * Search: filter groups, sorts, at most 200 a page and 10,000 in all.
 * What was written less than search_lag_ms ago is not found yet.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/sim.h"

#define SEARCH_PAGE 200
#define SEARCH_TOTAL 10000

static struct str
text(const json_t *v)
{
	return json_is_string(v) ? str_from(json_string_value(v),
	    json_string_length(v)) : str_from("", 0);
}

static struct str
member(const json_t *o, const char *key)
{
	return text(json_object_get(o, key));
}

/* -1, 0 or 1: numbers as numbers, the rest, times too, as bytes. */
static int
compare(const struct sim_prop *p, struct str a, struct str b)
{
	char ta[64], tb[64];
	double x, y;
	int c;

	if (p->kind != SIM_NUMBER || a.n >= sizeof(ta) || b.n >= sizeof(tb)) {
		c = str_cmp(a, b);
		return (c > 0) - (c < 0);
	}
	if (a.n == 0 || b.n == 0)
		return (a.n > 0) - (b.n > 0);
	memcpy(ta, a.p, a.n);
	memcpy(tb, b.p, b.n);
	ta[a.n] = tb[b.n] = '\0';
	x = strtod(ta, NULL);
	y = strtod(tb, NULL);
	return x < y ? -1 : x > y;
}

/* The filter's value as the property would store it. */
static struct str
stored(const struct sim_store *st, const struct sim_prop *p, struct str v,
    struct arena *a)
{
	struct sim_prop plain = *p;
	struct sim_flaw f;
	struct str out;

	plain.read_only = false;
	return sim_value(st, &plain, v, a, &out, &f) ? out : v;
}

static bool
one_of(const struct sim_store *st, const struct sim_prop *p, struct str have,
    const json_t *values, struct arena *a)
{
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)values, i, v)
		if (compare(p, have, stored(st, p, text(v), a)) == 0)
			return true;
	return false;
}

/* 1 and 0: it holds or not; -1: no such property or operator. */
static int
holds(const struct sim_store *st, const struct sim_type *t,
    const struct sim_record *rec, const json_t *f, struct arena *a)
{
	struct str op = member(f, "operator");
	const struct sim_prop *p = sim_type_prop(t, member(f, "propertyName"));
	char buf[32];
	struct str have, want;
	int c;

	if (p == NULL)
		return -1;
	have = sim_record_text(rec, p, buf);
	if (str_eq(op, STR("HAS_PROPERTY")))
		return have.n > 0;
	if (str_eq(op, STR("NOT_HAS_PROPERTY")))
		return have.n == 0;
	if (str_eq(op, STR("IN")))
		return one_of(st, p, have, json_object_get(f, "values"), a);
	if (str_eq(op, STR("NOT_IN")))
		return !one_of(st, p, have, json_object_get(f, "values"), a);
	want = stored(st, p, member(f, "value"), a);
	c = compare(p, have, want);
	if (str_eq(op, STR("EQ")))
		return c == 0;
	if (str_eq(op, STR("NEQ")))
		return c != 0;
	if (have.n == 0)
		c = 2; /* what is not there is in no range */
	if (str_eq(op, STR("LT")))
		return c < 0;
	if (str_eq(op, STR("LTE")))
		return c <= 0;
	if (str_eq(op, STR("GT")))
		return c == 1;
	if (str_eq(op, STR("GTE")))
		return c == 0 || c == 1;
	if (str_eq(op, STR("BETWEEN")))
		return (c == 0 || c == 1) && compare(p, have, stored(st, p,
		    member(f, "highValue"), a)) <= 0;
	return -1;
}

/* Any group of which all filters hold; no groups: every record. */
static int
found(const struct sim_store *st, const struct sim_type *t,
    const struct sim_record *rec, const json_t *groups, struct arena *a)
{
	const json_t *g, *f;
	size_t i, k;

	if (json_array_size(groups) == 0)
		return 1;
	json_array_foreach((json_t *)groups, i, g) {
		const json_t *filters = json_object_get(g, "filters");
		int ok = 1;

		json_array_foreach((json_t *)filters, k, f) {
			ok = holds(st, t, rec, f, a);
			if (ok <= 0)
				break;
		}
		if (ok != 0)
			return ok;
	}
	return 0;
}

struct sorting {
	const struct sim_prop *p; /* NULL: by id */
	int sign;
};

static int
by_sort(const void *x, const void *y, void *arg)
{
	const struct sim_record *a = *(struct sim_record *const *)x;
	const struct sim_record *b = *(struct sim_record *const *)y;
	const struct sorting *s = arg;
	char ta[32], tb[32];
	int c = s->p == NULL ? 0 : compare(s->p,
	    sim_record_text(a, s->p, ta), sim_record_text(b, s->p, tb));

	if (c == 0)
		c = a->id < b->id ? -1 : a->id > b->id;
	return s->sign * c;
}

static void
put_page(struct sim_request *q, struct sim_reply *r,
    struct sim_record **hits, size_t n, size_t after, size_t limit,
    const struct sim_view *v)
{
	size_t end = after + limit < n ? after + limit : n;

	buf_printf(&r->body, "{\"total\":%zu,\"results\":[", n);
	for (size_t i = after; i < end; i++) {
		if (i > after)
			buf_putc(&r->body, ',');
		sim_put_record(&r->body, q->type, hits[i], v);
	}
	buf_putc(&r->body, ']');
	if (end < n)
		buf_printf(&r->body,
		    ",\"paging\":{\"next\":{\"after\":\"%zu\"}}", end);
	buf_putc(&r->body, '}');
	r->status = 200;
}

static bool
read_sort(const struct sim_type *t, const json_t *sorts, struct sorting *s)
{
	const json_t *first = json_array_get(sorts, 0);
	struct str name = json_is_string(first) ? text(first)
	    : member(first, "propertyName");

	s->sign = 1;
	s->p = NULL;
	if (name.n > 0 && name.p[0] == '-') {
		s->sign = -1;
		name.p++;
		name.n--;
	}
	if (str_eq(member(first, "direction"), STR("DESCENDING")))
		s->sign = -1;
	if (name.n > 0)
		s->p = sim_type_prop(t, name);
	return name.n == 0 || s->p != NULL;
}

/* "after" is a string or a number. */
static size_t
read_after(const json_t *v)
{
	return json_is_integer(v) ? (size_t)json_integer_value(v)
	    : json_is_string(v) ? strtoul(json_string_value(v), NULL, 10) : 0;
}

static struct sim_view
read_view(const struct sim_request *q, const json_t *list)
{
	struct str *names;
	const json_t *v;
	size_t i;

	if (json_array_size(list) == 0)
		return sim_default_view(q->type);
	names = arena_array(q->arena, json_array_size(list), sizeof(*names));
	json_array_foreach((json_t *)list, i, v)
		names[i] = text(v);
	return (struct sim_view){ names, json_array_size(list) };
}

static void
search(struct sim *s, struct sim_request *q, struct sim_reply *r,
    const json_t *in)
{
	const json_t *groups = json_object_get(in, "filterGroups");
	const json_t *lim = json_object_get(in, "limit");
	size_t after = read_after(json_object_get(in, "after")), n = 0;
	json_int_t limit = lim ? json_integer_value(lim) : 10;
	int64_t until = q->now_us - (int64_t)s->opts.search_lag_ms * 1000;
	const struct sim_type *t = q->type;
	struct sim_view v = read_view(q, json_object_get(in, "properties"));
	struct sim_record **hits;
	struct sorting sort;
	int ok = 1;

	if (limit < 1 || limit > SEARCH_PAGE) {
		sim_error(r, 400, "VALIDATION_ERROR",
		    "limit is from 1 to %d", SEARCH_PAGE);
		return;
	}
	if (after + (size_t)limit > SEARCH_TOTAL) {
		sim_error(r, 400, "VALIDATION_ERROR", "The search results "
		    "are limited to %d; narrow the filter", SEARCH_TOTAL);
		return;
	}
	if (!read_sort(t, json_object_get(in, "sorts"), &sort)) {
		sim_error(r, 400, "VALIDATION_ERROR",
		    "there is no such property to sort by");
		return;
	}
	hits = arena_array(q->arena, t->nrecords + 1, sizeof(*hits));
	for (size_t i = 0; i < t->nrecords && ok >= 0; i++) {
		struct sim_record *rec = t->records[i];

		if (rec->archived ||
		    (s->opts.search_lag_ms > 0 && rec->updated_us > until))
			continue;
		ok = found(&s->store, t, rec, groups, q->arena);
		if (ok > 0)
			hits[n++] = rec;
	}
	if (ok < 0) {
		sim_error(r, 400, "VALIDATION_ERROR", "a filter names no "
		    "property or has an operator that is not known");
		return;
	}
	qsort_r(hits, n, sizeof(*hits), by_sort, &sort);
	if (after > n)
		after = n;
	put_page(q, r, hits, n, after, (size_t)limit, &v);
}

void
sim_search(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	json_error_t je;
	json_t *in = json_loadb(q->body.p, q->body.n, JSON_ALLOW_NUL,
	    &je);

	if (!json_is_object(in)) {
		sim_error(r, 400, "VALIDATION_ERROR", "Invalid input JSON on "
		    "line %d, column %d: %s", je.line, je.column,
		    in ? "an object is expected" : je.text);
		json_decref(in);
		return;
	}
	pthread_mutex_lock(&s->lock);
	search(s, q, r, in);
	pthread_mutex_unlock(&s->lock);
	json_decref(in);
}
