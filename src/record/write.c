/*
 * Values as JSON: as they came, and canonical.
 */
#include "record/write.h"

#include <assert.h>

#include "record/decimal.h"
#include "record/number.h"
#include "record/order.h"
#include "record/span.h"

/* How much of s needs no escape, seen from its beginning. */
static size_t
plain(struct str s)
{
	size_t i = 0;

	for (; s.n - i >= SPAN_TEXT; i += SPAN_TEXT) {
		uint32_t stop = span_text(s.p + i).stop;

		if (stop != 0)
			return i + (size_t)__builtin_ctz(stop);
	}
	while (i < s.n && (unsigned char)s.p[i] >= 0x20 && s.p[i] != '"' &&
	    s.p[i] != '\\')
		i++;
	return i;
}

static void
quoted(struct buf *out, struct str s)
{
	char *p = buf_room(out, s.n + 2);

	p[0] = '"';
	memcpy(p + 1, s.p, s.n);
	p[s.n + 1] = '"';
	out->n += s.n + 2;
}

void
write_text(struct buf *out, struct str s)
{
	if (s.n > 0 && plain(s) < s.n)
		buf_json(out, s);
	else if (s.n > 0)
		quoted(out, s);
	else
		buf_puts(out, STR("\"\""));
}

static void
write_int(struct buf *out, int64_t i)
{
	char *p = buf_room(out, DEC_TEXT_MAX);

	out->n += dec_format(dec_int(i), p);
}

static void
write_value(struct buf *out, struct value v, unsigned depth)
{
	assert(depth <= RECORD_DEPTH);
	switch (v.type) {
	case V_ABSENT:
	case V_NULL:
		buf_puts(out, STR("null"));
		break;
	case V_BOOL:
		buf_puts(out, v.u.i ? STR("true") : STR("false"));
		break;
	case V_NUM:
	case V_RAW:
		buf_put(out, v.u.p, v.n);
		break;
	case V_INT:
		write_int(out, v.u.i);
		break;
	case V_DEC:
		out->n += dec_format(*v.u.d, buf_room(out, DEC_TEXT_MAX));
		break;
	case V_TEXT:
		if (v.flags & (VF_ESCAPED | VF_PLAIN))
			quoted(out, str_from(v.u.p, v.n));
		else
			write_text(out, str_from(v.u.p, v.n));
		break;
	case V_LIST:
		buf_putc(out, '[');
		for (uint32_t i = 0; i < v.n; i++) {
			if (i > 0)
				buf_putc(out, ',');
			write_value(out, v.u.list[i], depth + 1);
		}
		buf_putc(out, ']');
		break;
	case V_RECORD:
		buf_putc(out, '{');
		for (uint32_t i = 0; i < v.n; i++) {
			if (i > 0)
				buf_putc(out, ',');
			write_text(out, v.u.record[i].name);
			buf_putc(out, ':');
			write_value(out, v.u.record[i].value, depth + 1);
		}
		buf_putc(out, '}');
		break;
	}
}

void
value_write(struct buf *out, struct value v)
{
	write_value(out, v, 0);
}

/* v is settled: only its numbers are not canonical yet. */
static void
write_canon(struct buf *out, struct value v)
{
	char room[NUMBER_ROOM];

	switch (v.type) {
	case V_NUM:
	case V_INT:
	case V_DEC:
		num_canon(out, value_literal(v, room));
		break;
	case V_LIST:
		buf_putc(out, '[');
		for (uint32_t i = 0; i < v.n; i++) {
			if (i > 0)
				buf_putc(out, ',');
			write_canon(out, v.u.list[i]);
		}
		buf_putc(out, ']');
		break;
	case V_RECORD:
		buf_putc(out, '{');
		for (uint32_t i = 0; i < v.n; i++) {
			if (i > 0)
				buf_putc(out, ',');
			write_text(out, v.u.record[i].name);
			buf_putc(out, ':');
			write_canon(out, v.u.record[i].value);
		}
		buf_putc(out, '}');
		break;
	default:
		value_write(out, v);
	}
}

void
value_canon(struct buf *out, struct value v, enum value_compare how,
    struct arena *scratch)
{
	if (v.type == V_TEXT && !settles_text(how) && v.flags & VF_PLAIN)
		quoted(out, str_from(v.u.p, v.n)); /* is canonical already */
	else
		write_canon(out, value_settle(v, how, scratch));
}
