/*
 * A layout's record as JSON: whole, as a patch, and canonical.
 *
 * An object is opened in the output when its step is reached and taken back
 * when nothing was put into it, so absent fields need no second look.
 */
#include <assert.h>

#include "base/size.h"
#include "record/order.h"
#include "record/steps.h"
#include "record/write.h"

static void
put_value(struct buf *out, struct value v, struct str clear)
{
	if (v.type == V_NULL && clear.n > 0)
		buf_puts(out, clear);
	else
		value_write(out, v);
}

/* A key with its comma where it needs one; the pad is copied along. */
static inline char *
put_key(char *p, struct str text)
{
	size_t i = 0, skip = p[-1] == '{';

	do {
		memcpy(p + i, text.p + skip + i, KEY_PAD);
		i += KEY_PAD;
	} while (i < text.n);
	return p + text.n - skip;
}

static inline void
put_field(struct buf *out, const struct step *s, struct value v,
    struct str clear)
{
	char *p = buf_room(out, s->text.n + KEY_PAD + v.n + 2);

	p = put_key(p, s->text);
	if (v.type == V_TEXT && v.flags != 0) {
		*p++ = '"';
		memcpy(p, v.u.p, v.n);
		p += v.n;
		*p++ = '"';
		out->n = (size_t)(p - out->p);
	} else {
		out->n = (size_t)(p - out->p);
		put_value(out, v, clear);
	}
}

static void
put_name(struct buf *out, struct str name)
{
	if (out->p[out->n - 1] != '{')
		buf_putc(out, ',');
	write_text(out, name);
	buf_putc(out, ':');
}

static void
put_splice(struct buf *out, const struct step *s, const struct value *slots,
    struct str clear, const struct patch *patch)
{
	struct value v = slots[s->slot];
	size_t n = splice_count(v);
	struct lookup old;

	if (patch != NULL)
		old = lookup_new(patch->old[s->slot], patch->scratch);
	for (size_t i = 0; i < n; i++) {
		const struct member *m = &v.u.record[i];

		if (!splice_writes(s->target, m))
			continue;
		if (patch != NULL && value_equal(m->value,
		    lookup_find(&old, m->name), s->how, patch->scratch))
			continue;
		put_name(out, m->name);
		put_value(out, m->value, clear);
	}
}

static void
open_key(struct buf *out, struct str text)
{
	char *p = buf_room(out, text.n + KEY_PAD);

	out->n = (size_t)(put_key(p, text) - out->p);
}

/* What the caller has put before the root is none of our business. */
static void
open_object(struct buf *out, const struct step *s, int root)
{
	if (root)
		buf_putc(out, '{');
	else
		open_key(out, s->text);
}

/* Close the object that opened at byte at; an empty one goes, not the root. */
static void
put_close(struct buf *out, size_t at, int root)
{
	if (out->p[out->n - 1] == '{' && !root)
		out->n = at;
	else
		buf_putc(out, '}');
}

void
layout_emit(struct buf *out, const struct layout *l,
    const struct value *slots, struct str clear, const struct patch *patch)
{
	size_t opened[RECORD_DEPTH], depth = 0;

	for (size_t i = 0; i < l->nsteps; i++) {
		const struct step *s = &l->steps[i];
		size_t at = out->n;

		switch (s->op) {
		case STEP_OPEN:
			open_object(out, s, depth == 0);
			opened[depth++] = at;
			break;
		case STEP_CLOSE:
			depth--;
			put_close(out, opened[depth], depth == 0);
			break;
		case STEP_SPLICE:
			if (patch == NULL || !(s->flags & LF_CREATE_ONLY))
				put_splice(out, s, slots, clear, patch);
			break;
		case STEP_FIELD:
			if (slots[s->slot].type == V_ABSENT)
				break;
			if (patch != NULL && (s->flags & LF_CREATE_ONLY ||
			    !(patch->dirty[s->slot / 64] >> s->slot % 64 & 1)))
				break;
			put_field(out, s, slots[s->slot], clear);
			break;
		}
	}
}

void
layout_write(struct buf *out, const struct layout *l,
    const struct value *slots, struct str clear)
{
	layout_emit(out, l, slots, clear, NULL);
}

/* An object while it is written in the order of names. */
struct level {
	size_t opened;
	struct member *m; /* of its splice, sorted */
	size_t n;
};

static struct level
level_open(struct buf *out, const struct target *t,
    const struct value *slots, struct arena *a)
{
	struct level level = { .opened = out->n };
	struct value v;
	size_t n;

	if (t->splice == SLOT_NONE)
		return level;
	v = slots[t->splice];
	n = splice_count(v);
	level.m = arena_alloc(a, size_mul(n, sizeof(*level.m)));
	for (size_t i = 0; i < n; i++) {
		if (splice_writes(t, &v.u.record[i]))
			level.m[level.n++] = v.u.record[i];
	}
	members_sort(level.m, level.n);
	return level;
}

/* Write the spliced members that come before name; NULL: all. */
static void
put_before(struct buf *out, struct level *level, const struct str *name,
    enum value_compare how, struct arena *a)
{
	while (level->n > 0 &&
	    (name == NULL || str_cmp(level->m->name, *name) < 0)) {
		put_name(out, level->m->name);
		value_canon(out, level->m->value, how, a);
		level->m++;
		level->n--;
	}
}

void
layout_canon(struct buf *out, const struct layout *l,
    const struct value *slots, struct arena *scratch)
{
	struct level levels[RECORD_DEPTH], *top = NULL;
	size_t depth = 0;

	for (size_t i = 0; i < l->nsteps; i++) {
		const struct step *s = &l->ordered[i];

		switch (s->op) {
		case STEP_OPEN:
			if (depth > 0)
				put_before(out, top, &s->name, CMP_EXACT,
				    scratch);
			top = &levels[depth];
			*top = level_open(out, s->target, slots, scratch);
			open_object(out, s, depth++ == 0);
			break;
		case STEP_CLOSE:
			put_before(out, top, NULL, CMP_EXACT, scratch);
			depth--;
			put_close(out, top->opened, depth == 0);
			top = depth > 0 ? &levels[depth - 1] : NULL;
			break;
		case STEP_SPLICE: /* is written by name */
			break;
		case STEP_FIELD:
			put_before(out, top, &s->name, CMP_EXACT, scratch);
			if (slots[s->slot].type == V_ABSENT)
				break;
			open_key(out, s->text);
			value_canon(out, slots[s->slot], s->how, scratch);
			break;
		}
	}
}
