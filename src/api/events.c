/*
 * Reading events: split lines, open envelopes, find keys, check schemas.
 */
#include "api/events.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "record/scan.h"

struct events_run {
	struct scan_names *names;
	struct schema_run *schema;
};

/* A line while it is read. */
struct line {
	struct events_run *run;
	const struct events_in *in;
	struct events_out *out;
	struct arena *a;
	size_t number;          /* 0 where the body is one record */
	struct str text;
	const struct door *door;
	struct journal_event ev;
};

/* -1, so that callers can return it. */
static int
problem(struct line *l, enum problem_kind kind, struct str path,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static int
problem(struct line *l, enum problem_kind kind, struct str path,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problem_add(&l->out->problems, l->a, kind, l->number, path,
	    arena_vprintf(l->a, fmt, ap));
	va_end(ap);
	return -1;
}

#define NOWHERE ((struct str){ NULL, 0 })

static int
not_json(struct line *l, const struct err *e)
{
	/* err.at is the offset; the sentence of the scanner names it too. */
	return problem(l, PROBLEM_NOT_JSON, NOWHERE, "%s, at byte %zu",
	    e->text, e->at + 1);
}

static int
find_door(struct line *l, struct str entity)
{
	l->door = picture_door(l->in->picture, l->in->tenant_id, entity);
	if (l->door == NULL)
		return problem(l, PROBLEM_ENTITY, NOWHERE, "the tenant has "
		    "no entity \"%.*s\"", (int)(entity.n < 100 ? entity.n :
		    100), entity.p);
	l->ev.entity_id = l->door->entity_id;
	return 0;
}

/* A key is text, or a whole number, which stands for its digits. */
static int
take_key(struct line *l, struct value v, struct str path)
{
	struct str key;

	if (v.type == V_TEXT) {
		key = value_str(v, l->a);
	} else if (v.type == V_NUM) {
		key = str_from(v.u.p, v.n);
		for (size_t i = 0; i < key.n; i++)
			if (strchr(".eE", key.p[i]) != NULL)
				return problem(l, PROBLEM_ENVELOPE, path,
				    "the key is a number that is not whole");
	} else {
		return problem(l, PROBLEM_ENVELOPE, path, "the key must be "
		    "text or a whole number, not %s", value_word(v));
	}
	if (key.n == 0 || key.n > EVENT_KEY_MAX)
		return problem(l, PROBLEM_ENVELOPE, path, "the key has %zu "
		    "bytes, it may have 1 to %d", key.n, EVENT_KEY_MAX);
	if (memchr(key.p, '\0', key.n) != NULL)
		return problem(l, PROBLEM_ENVELOPE, path,
		    "the key has a NUL character");
	l->ev.key = key;
	return 0;
}

/* JSON pointers escape ~ and / (RFC 6901). */
static struct str
pointer(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, size_add(size_mul(name.n, 2), 1));
	size_t n = 0;

	p[n++] = '/';
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '~' || name.p[i] == '/') {
			p[n++] = '~';
			p[n++] = name.p[i] == '~' ? '0' : '1';
		} else {
			p[n++] = name.p[i];
		}
	}
	return str_from(p, n);
}

/* The record alone: its text is the payload, its key one of its members. */
static int
read_bare(struct line *l)
{
	struct str field = l->in->key_field.p != NULL ? l->in->key_field :
	    l->door->key_column.p != NULL ? l->door->key_column : STR("id");
	struct value name, v, key = { .type = V_ABSENT };
	struct scan s;
	struct err e = { 0 };
	int r;

	scan_init(&s, l->text, l->run->names);
	if (scan_peek(&s) != SCAN_OBJECT) {
		if (scan_check(l->text, l->run->names, &e) != 0)
			return not_json(l, &e);
		return problem(l, PROBLEM_ENVELOPE, NOWHERE,
		    "a record must be an object");
	}
	if (scan_object(&s, &e) != 0)
		return not_json(l, &e);
	while ((r = scan_next(&s, &name, &e)) == 1) {
		if (!str_eq(value_str(name, l->a), field)) {
			if (scan_skip(&s, &e) != 0)
				return not_json(l, &e);
			continue;
		}
		if (scan_value(&s, &v, &e) != 0)
			return not_json(l, &e);
		key = v;
	}
	if (r < 0 || scan_end(&s, &e) != 0)
		return not_json(l, &e);
	l->ev.op = 'u';
	l->ev.payload = l->text;
	return take_key(l, key, pointer(l->a, field));
}

/* What an envelope has; ABSENT where it does not. */
struct envelope {
	struct value entity, op, key, record;
};

static struct value *
envelope_member(struct envelope *env, struct str name)
{
	return str_eq(name, STR("entity")) ? &env->entity :
	    str_eq(name, STR("op")) ? &env->op :
	    str_eq(name, STR("key")) ? &env->key :
	    str_eq(name, STR("record")) ? &env->record : NULL;
}

static int
scan_envelope(struct line *l, struct envelope *env)
{
	struct value name;
	struct scan s;
	struct err e = { 0 };
	int r;

	scan_init(&s, l->text, l->run->names);
	if (scan_peek(&s) != SCAN_OBJECT) {
		if (scan_check(l->text, l->run->names, &e) != 0)
			return not_json(l, &e);
		return problem(l, PROBLEM_ENVELOPE, NOWHERE, "an event must "
		    "be an object with entity, op, key and record");
	}
	if (scan_object(&s, &e) != 0)
		return not_json(l, &e);
	while ((r = scan_next(&s, &name, &e)) == 1) {
		struct str text = value_str(name, l->a);
		struct value *v = envelope_member(env, text);

		if (v == NULL)
			return problem(l, PROBLEM_ENVELOPE, pointer(l->a,
			    text), "an event has entity, op, key and record; "
			    "a record alone wants ?entity= in the URL");
		if (scan_value(&s, v, &e) != 0)
			return not_json(l, &e);
	}
	return r < 0 || scan_end(&s, &e) != 0 ? not_json(l, &e) : 0;
}

static int
read_envelope(struct line *l)
{
	struct envelope env = { 0 };
	struct str op = STR("upsert");

	if (scan_envelope(l, &env) != 0)
		return -1;
	if (env.entity.type != V_TEXT)
		return problem(l, PROBLEM_ENVELOPE, STR("/entity"),
		    "entity must be text, not %s", value_word(env.entity));
	if (find_door(l, value_str(env.entity, l->a)) != 0)
		return -1;
	if (env.op.type == V_TEXT)
		op = value_str(env.op, l->a);
	if ((env.op.type != V_ABSENT && env.op.type != V_TEXT) ||
	    (!str_eq(op, STR("upsert")) && !str_eq(op, STR("delete"))))
		return problem(l, PROBLEM_ENVELOPE, STR("/op"),
		    "op must be \"upsert\" or \"delete\"");
	l->ev.op = op.p[0];
	if (l->ev.op == 'd' && !value_nil(env.record))
		return problem(l, PROBLEM_ENVELOPE, STR("/record"),
		    "a delete has no record");
	if (l->ev.op == 'u' && (env.record.type != V_RAW ||
	    env.record.u.p[0] != '{'))
		return problem(l, PROBLEM_ENVELOPE, STR("/record"),
		    "record must be an object");
	if (l->ev.op == 'u')
		l->ev.payload = str_from(env.record.u.p, env.record.n);
	return take_key(l, env.key, STR("/key"));
}

static void
on_schema_error(void *arg, const struct schema_error *error)
{
	struct line *l = arg;

	problem_add(&l->out->problems, l->a, PROBLEM_INVALID, l->number,
	    arena_str(l->a, error->instance), arena_str(l->a, error->text));
}

static int
check_schema(struct line *l)
{
	struct err e = { 0 };
	int r;

	if (l->door->broken != NULL)
		return problem(l, PROBLEM_SCHEMA, NOWHERE, "the schema of "
		    "the entity does not compile: %s", l->door->broken);
	if (l->door->schema == NULL)
		return 0;
	r = schema_check(l->door->schema, l->run->schema, l->ev.payload,
	    on_schema_error, l, &e);
	if (r < 0)
		return problem(l, PROBLEM_INVALID, NOWHERE, "%s", e.text);
	return r == 1 ? 0 : -1;
}

static int
read_line(struct line *l)
{
	if (l->in->entity.p != NULL) {
		if (find_door(l, l->in->entity) != 0)
			return -1;
		if (l->text.n > RECORD_MAX)
			return problem(l, PROBLEM_RECORD_SIZE, NOWHERE,
			    "a record may have %zu bytes, this has %zu",
			    RECORD_MAX, l->text.n);
		if (read_bare(l) != 0)
			return -1;
	} else if (read_envelope(l) != 0) {
		return -1;
	}
	if (l->ev.payload.n > RECORD_MAX)
		return problem(l, PROBLEM_RECORD_SIZE, NOWHERE, "a record "
		    "may have %zu bytes, this has %zu", RECORD_MAX,
		    l->ev.payload.n);
	return l->ev.op == 'd' ? 0 : check_schema(l);
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str
trim(struct str s)
{
	while (s.n != 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n != 0 && is_blank(s.p[0]))
		s = str_from(s.p + 1, s.n - 1);
	return s;
}

/* The next line of *rest without its newline; 0 at the end. */
static int
next_line(struct str *rest, int ndjson, struct str *line)
{
	const char *nl;

	if (rest->n == 0)
		return 0;
	nl = ndjson ? memchr(rest->p, '\n', rest->n) : NULL;
	*line = str_from(rest->p, nl != NULL ? (size_t)(nl - rest->p) :
	    rest->n);
	*rest = nl != NULL ? str_from(nl + 1, rest->n - line->n - 1) :
	    str_from(rest->p + rest->n, 0);
	return 1;
}

static size_t
count_lines(const struct events_in *in)
{
	struct str rest = in->body, line;
	size_t n = 0;

	while (next_line(&rest, in->ndjson, &line))
		n += trim(line).n != 0;
	return n;
}

void
events_read(struct events_run *run, const struct events_in *in,
    struct events_out *out, struct arena *a)
{
	struct str rest = in->body, text;
	size_t n = count_lines(in), number = 0;

	*out = (struct events_out){ 0 };
	if (n == 0) {
		problem_add(&out->problems, a, PROBLEM_EMPTY, 0, NOWHERE,
		    STR("there is no record in the body"));
		return;
	}
	if (n > EVENT_LINES_MAX) {
		problem_add(&out->problems, a, PROBLEM_BODY_SIZE, 0, NOWHERE,
		    arena_printf(a, "%zu records are more than %d; send them "
		    "in parts", n, EVENT_LINES_MAX));
		return;
	}
	out->events = arena_array(a, n, sizeof(*out->events));
	while (next_line(&rest, in->ndjson, &text)) {
		struct line l = { .run = run, .in = in, .out = out, .a = a };

		number++;
		l.number = in->ndjson ? number : 0;
		l.text = trim(text);
		if (l.text.n != 0 && read_line(&l) == 0)
			out->events[out->n++] = l.ev;
	}
	if (out->problems.n != 0)
		out->n = 0;
}

struct events_run *
events_run_new(void)
{
	struct events_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		fatal("out of memory");
	run->names = scan_names_new();
	run->schema = schema_run_new();
	return run;
}

void
events_run_free(struct events_run *run)
{
	if (run == NULL)
		return;
	scan_names_free(run->names);
	schema_run_free(run->schema);
	free(run);
}
