/*
 * What differs, counted.  A field is a path of names; lists are compared
 * whole.  An example is of the first record that differs so.
 */
#include "cli/shadow.h"

#include <inttypes.h>

#include "cli/session.h"

/* A field, or a pair of verdicts. */
struct difference {
	struct str name;      /* of a field */
	struct str now, then; /* values of the example, or the verdicts */
	struct str key, why;  /* of the example; why p NULL: no error */
	int64_t gained, lost, changed;
};

void
shadow_fini(struct shadow *s)
{
	table_fini(&s->fields);
	table_fini(&s->verdicts);
	buf_fini(&s->path);
	buf_fini(&s->text);
	arena_fini(&s->scratch);
	arena_fini(&s->arena);
}

/* The difference of that name in t, made where it is new. */
static struct difference *
difference_of(struct shadow *s, struct table *t, struct str name, int *fresh)
{
	struct difference *d = table_get(t, name);

	*fresh = d == NULL;
	if (d != NULL)
		return d;
	d = arena_new(&s->arena, struct difference);
	d->name = arena_str(&s->arena, name);
	table_put(t, d->name, d);
	return d;
}

/* JSON in the report's arena; p NULL where it is absent. */
static struct str
kept(struct shadow *s, struct value v)
{
	if (v.type == V_ABSENT)
		return (struct str){ NULL, 0 };
	buf_reset(&s->text);
	value_write(&s->text, v);
	return arena_str(&s->arena, buf_str(&s->text));
}

static void
note_field(struct shadow *s, struct str key, struct value now,
    struct value then)
{
	struct difference *d;
	int fresh;

	d = difference_of(s, &s->fields, buf_str(&s->path), &fresh);
	if (fresh) {
		d->key = arena_str(&s->arena, key);
		d->now = kept(s, now);
		d->then = kept(s, then);
	}
	d->gained += now.type == V_ABSENT;
	d->lost += then.type == V_ABSENT;
	d->changed += now.type != V_ABSENT && then.type != V_ABSENT;
	s->differs = 1;
}

/* A record, opened, or what stands where the other side has one. */
static int
is_record(struct value v)
{
	return v.type == V_RECORD || v.type == V_ABSENT;
}

static void compare(struct shadow *s, struct str key, struct value now,
    struct value then);

/* The member of that name: its path is the buffer until we are back. */
static void
compare_member(struct shadow *s, struct str key, struct str name,
    struct value now, struct value then)
{
	size_t n = s->path.n;

	if (n > 0)
		buf_putc(&s->path, '.');
	buf_puts(&s->path, name);
	compare(s, key, now, then);
	s->path.n = n;
}

/* JSON was read, so this ends at RECORD_DEPTH. */
static void
compare(struct shadow *s, struct str key, struct value now, struct value then)
{
	now = value_open(now, &s->scratch);
	then = value_open(then, &s->scratch);
	if (!is_record(now) || !is_record(then) || now.n + then.n == 0) {
		if (!value_equal(now, then, CMP_EXACT, &s->scratch))
			note_field(s, key, now, then);
		return;
	}
	for (uint32_t i = 0; i < now.n; i++)
		compare_member(s, key, now.u.record[i].name,
		    now.u.record[i].value, value_member(then,
		    now.u.record[i].name, &s->scratch));
	for (uint32_t i = 0; i < then.n; i++) {
		const struct member *m = &then.u.record[i];

		if (value_member(now, m->name, &s->scratch).type == V_ABSENT)
			compare_member(s, key, m->name, (struct value){ 0 },
			    m->value);
	}
}

/* Errors of different rules are different things. */
static void
note_verdict(struct shadow *s, struct str key, const struct shadow_side *now,
    const struct shadow_side *then)
{
	struct difference *d;
	int fresh;

	buf_reset(&s->text);
	buf_printf(&s->text, "%" PRIu64 " %.*s%c%.*s", then->line,
	    STR_ARG(now->verdict), '\0', STR_ARG(then->verdict));
	d = difference_of(s, &s->verdicts, buf_str(&s->text), &fresh);
	if (fresh) {
		d->now = arena_str(&s->arena, now->verdict);
		d->then = arena_str(&s->arena, then->verdict);
		d->why = then->why.n > 0 ? arena_str(&s->arena, then->why) :
		    (struct str){ NULL, 0 };
		d->key = arena_str(&s->arena, key);
	}
	d->changed++;
	s->differs = 1;
}

static struct value
record_of(struct str json)
{
	return (struct value){ .type = V_RAW, .n = (uint32_t)json.n,
		.u.p = json.p };
}

void
shadow_add(struct shadow *s, struct str key, const struct shadow_side *now,
    const struct shadow_side *then)
{
	s->differs = 0;
	arena_reset(&s->scratch);
	if (now->made.p != NULL && then->made.p != NULL)
		compare(s, key, record_of(now->made), record_of(then->made));
	if (!str_eq(now->verdict, then->verdict))
		note_verdict(s, key, now, then);
	s->records++;
	s->differ += s->differs != 0;
}

static void
put_json(struct sheet *sheet, struct str json)
{
	if (json.p == NULL)
		sheet_null(sheet);
	else
		sheet_json(sheet, json);
}

static void
print_fields(struct shadow *s, struct buf *out, int json)
{
	static const char *const head[] = { "field", "gained", "lost",
		"changed", "key", "now", "then", NULL };
	struct table_entry *t = NULL;
	struct sheet sheet;

	sheet_init(&sheet, head);
	while ((t = table_next(&s->fields, t)) != NULL) {
		const struct difference *d = t->value;

		sheet_text(&sheet, d->name);
		sheet_int(&sheet, d->gained);
		sheet_int(&sheet, d->lost);
		sheet_int(&sheet, d->changed);
		sheet_text(&sheet, d->key);
		put_json(&sheet, d->now);
		put_json(&sheet, d->then);
	}
	sheet_print(out, &sheet, json);
	sheet_fini(&sheet);
}

static void
print_verdicts(struct shadow *s, struct buf *out, int json)
{
	static const char *const head[] = { "now", "then", "records", "key",
		"why", NULL };
	struct table_entry *t = NULL;
	struct sheet sheet;

	sheet_init(&sheet, head);
	while ((t = table_next(&s->verdicts, t)) != NULL) {
		const struct difference *d = t->value;

		sheet_text(&sheet, d->now);
		sheet_text(&sheet, d->then);
		sheet_int(&sheet, d->changed);
		sheet_text(&sheet, d->key);
		sheet_opt(&sheet, d->why);
	}
	sheet_print(out, &sheet, json);
	sheet_fini(&sheet);
}

void
shadow_print(struct shadow *s, struct buf *out, int json)
{
	print_fields(s, out, json);
	if (!json && s->fields.live > 0 && s->verdicts.live > 0)
		buf_putc(out, '\n');
	print_verdicts(s, out, json);
}
