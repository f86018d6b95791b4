/*
 * A patch laid over a record, as texts.
 */
#include "record/steps.h"
#include "record/write.h"

static void
put_name(struct buf *out, unsigned *n, struct str name)
{
	if ((*n)++ > 0)
		buf_putc(out, ',');
	write_text(out, name);
	buf_putc(out, ':');
}

static void
put(struct buf *out, struct value old, struct value patch, struct arena *a,
    unsigned depth)
{
	struct lookup is, was;
	struct value v;
	unsigned n = 0;

	old = value_open(old, a);
	patch = value_open(patch, a);
	if (old.type != V_RECORD || patch.type != V_RECORD ||
	    depth == RECORD_DEPTH) {
		value_write(out, patch);
		return;
	}
	is = lookup_new(patch, a);
	was = lookup_new(old, a);
	buf_putc(out, '{');
	for (uint32_t i = 0; i < old.n; i++) {
		const struct member *m = &old.u.record[i];

		put_name(out, &n, m->name);
		v = lookup_find(&is, m->name);
		if (v.type != V_ABSENT)
			put(out, m->value, v, a, depth + 1);
		else
			value_write(out, m->value);
	}
	for (uint32_t i = 0; i < patch.n; i++) {
		const struct member *m = &patch.u.record[i];

		if (lookup_find(&was, m->name).type != V_ABSENT)
			continue;
		put_name(out, &n, m->name);
		value_write(out, m->value);
	}
	buf_putc(out, '}');
}

static struct value
raw(struct str s)
{
	return (struct value){ .type = V_RAW, .n = (uint32_t)s.n, .u.p = s.p };
}

void
value_patch(struct buf *out, struct str old, struct str patch,
    struct arena *scratch)
{
	put(out, raw(old), raw(patch), scratch, 0);
}
