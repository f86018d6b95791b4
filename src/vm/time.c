/*
 * Dates and date-times: reading, writing, and the codecs between them and
 * what CRMs keep.  A date is the text "2026-01-31", a date-time one of
 * RFC 3339; both are checked against the calendar whenever they are read.
 */
#include "vm/time.h"

#include "vm/text.h"
#include "vm/zone.h"

int
arg_date(struct value v, struct date *d, struct arena *a, struct err *e)
{
	struct str s;

	return arg_text(v, &s, a, e) != 0 ? -1 : date_parse(s, d, e);
}

int
arg_moment(struct value v, struct moment *m, struct arena *a, struct err *e)
{
	struct str s;

	return arg_text(v, &s, a, e) != 0 ? -1 : moment_parse(s, 0, m, e);
}

static struct value
plain(struct str s, struct arena *a)
{
	struct value v = value_text(arena_str(a, s));

	v.flags = VF_PLAIN;
	return v;
}

int
give_date(struct date d, struct value *result, struct arena *a, struct err *e)
{
	char text[DATE_TEXT];

	if (date_format(d, text, e) != 0)
		return -1;
	*result = plain(str_from(text, DATE_TEXT), a);
	return 0;
}

int
give_moment(const struct moment *m, struct value *result, struct arena *a,
    struct err *e)
{
	char text[MOMENT_TEXT];
	size_t n;

	if (moment_format(m, text, &n, e) != 0)
		return -1;
	*result = plain(str_from(text, n), a);
	return 0;
}

int
arg_when(struct value v, struct when *w, struct arena *a, struct err *e)
{
	w->is_date = v.type == V_TEXT && v.n == DATE_TEXT;
	if (!w->is_date)
		return arg_moment(v, &w->m, a, e);
	w->m = (struct moment){ 0 };
	return arg_date(v, &w->m.date, a, e);
}

int
give_when(const struct when *w, struct value *result, struct arena *a,
    struct err *e)
{
	return w->is_date ? give_date(w->m.date, result, a, e) :
	    give_moment(&w->m, result, a, e);
}

static int
arg_zone(struct vm *vm, struct value v, struct zone **zone, struct arena *a,
    struct err *e)
{
	struct str s;

	return arg_text(v, &s, a, e) != 0 ? -1 : zone_get(vm, s, zone, e);
}

/* The same instant with as many digits; what is finer is dropped. */
static struct moment
at_offset(const struct moment *m, int offset_s)
{
	struct moment r = moment_from(moment_seconds(m), m->nano, offset_s);

	r.digits = m->digits;
	return r;
}

/* ---- reading and writing ---- */

FUNC(date)
{
	struct date d;

	if (arg_date(args[0], &d, a, e) != 0)
		return -1;
	*result = args[0];
	return 0;
}

FUNC(datetime)
{
	struct moment m;

	if (arg_moment(args[0], &m, a, e) != 0)
		return -1;
	*result = args[0];
	return 0;
}

int
give_wall(int64_t wall_us, struct value *result, struct arena *a,
    struct err *e)
{
	int64_t s = wall_us / 1000000, us = wall_us % 1000000;
	struct moment m;

	if (us < 0) {
		us += 1000000;
		s--;
	}
	m = moment_from(s, (int)us * 1000, 0);
	m.digits = 6;
	return give_moment(&m, result, a, e);
}

FUNC(now)
{
	return give_wall(vm->now_us, result, a, e);
}

/* Does "" or another text that holds no value come back?  Then null. */
static int
empty(struct value v)
{
	return v.type == V_TEXT && v.n == 0;
}

FUNC(iso_date)
{
	return builtin_date(vm, args, result, a, e);
}

FUNC_BACK(iso_date)
{
	if (!empty(args[0]))
		return builtin_date(vm, args, result, a, e);
	*result = value_null();
	return 0;
}

/* In UTC with a fixed number of digits. */
FUNC(iso_datetime)
{
	struct moment m;
	int64_t n;

	if (arg_moment(args[0], &m, a, e) != 0 ||
	    arg_range(args[1], 0, 9, &n, e) != 0)
		return -1;
	m = at_offset(&m, 0);
	m.digits = (int)n;
	return give_moment(&m, result, a, e);
}

/* As forward would write it, so that what comes back is what went. */
FUNC_BACK(iso_datetime)
{
	struct moment m;
	struct str s;
	int64_t n;

	if (empty(args[0])) {
		*result = value_null();
		return 0;
	}
	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_range(args[1], 0, 9, &n, e) != 0 ||
	    moment_parse(s, 1, &m, e) != 0)
		return -1;
	m = at_offset(&m, 0);
	m.digits = (int)n;
	return give_moment(&m, result, a, e);
}

/* ---- numbers of seconds ---- */

static int
give_count(int64_t i, struct value as_text, struct value *result,
    struct arena *a, struct err *e)
{
	int b;

	if (arg_bool(as_text, &b, e) != 0)
		return -1;
	*result = b ? int_as_text(i, a) : value_int(i);
	return 0;
}

/* A count as int, number or text; seconds stay within the years 0 .. 9999. */
static int
arg_count(struct value v, int64_t unit, int64_t *i, struct arena *a,
    struct err *e)
{
	const int64_t min = -62167219200, max = 253402300799;
	struct str s;

	if (v.type == V_TEXT) {
		if (arg_text(v, &s, a, e) != 0)
			return -1;
		v = value_text(s);
		v.type = V_NUM;
	}
	return arg_range(v, min * unit, max * unit + unit - 1, i, e);
}

/* i / unit rounded down, and what is left in nanoseconds. */
static struct moment
from_count(int64_t i, int64_t unit, int offset_s)
{
	int64_t s = i / unit, rest = i % unit;
	struct moment m;

	if (rest < 0) {
		rest += unit;
		s--;
	}
	m = moment_from(s, (int)(rest * (1000000000 / unit)), offset_s);
	m.digits = unit == 1000 ? 3 : 0;
	return m;
}

/* The first instant of a day in a zone. */
static int
midnight(struct zone *zone, struct date d, int64_t *seconds, struct err *e)
{
	enum zone_fit fit;
	struct date there;
	int off;

	if (zone == NULL) {
		*seconds = date_days(d) * 86400;
		return 0;
	}
	if (zone_local(zone, date_days(d) * 86400, seconds, &fit, e) != 0 ||
	    zone_offset(zone, *seconds, &off, e) != 0)
		return -1;
	there = moment_from(*seconds, 0, off).date;
	if (there.day != d.day)
		return err_set(e, ERR_DATA,
		    "%04d-%02d-%02d does not exist in that time zone", d.year,
		    d.month, d.day);
	return 0;
}

FUNC(date_ms)
{
	struct zone *zone;
	struct date d;
	int64_t s;

	if (arg_date(args[0], &d, a, e) != 0 ||
	    arg_zone(vm, args[1], &zone, a, e) != 0 ||
	    midnight(zone, d, &s, e) != 0)
		return -1;
	return give_count(s * 1000, args[2], result, a, e);
}

FUNC_BACK(date_ms)
{
	struct zone *zone;
	struct moment m;
	int64_t i, s;
	int off;

	if (empty(args[0])) {
		*result = value_null();
		return 0;
	}
	if (arg_count(args[0], 1000, &i, a, e) != 0 ||
	    arg_zone(vm, args[1], &zone, a, e) != 0)
		return -1;
	m = from_count(i, 1000, 0);
	if (zone_offset(zone, moment_seconds(&m), &off, e) != 0)
		return -1;
	m = from_count(i, 1000, off);
	if (midnight(zone, m.date, &s, e) != 0)
		return -1;
	if (s * 1000 != i)
		return err_set(e, ERR_DATA,
		    "%lld is no midnight in that time zone", (long long)i);
	return give_date(m.date, result, a, e);
}

static int
to_count(int64_t unit, const struct value *args, struct value *result,
    struct arena *a, struct err *e)
{
	struct moment m;

	if (arg_moment(args[0], &m, a, e) != 0)
		return -1;
	return give_count(moment_seconds(&m) * unit +
	    m.nano / (1000000000 / unit), args[1], result, a, e);
}

static int
of_count(int64_t unit, const struct value *args, struct value *result,
    struct arena *a, struct err *e)
{
	struct moment m;
	int64_t i;

	if (empty(args[0])) {
		*result = value_null();
		return 0;
	}
	if (arg_count(args[0], unit, &i, a, e) != 0)
		return -1;
	m = from_count(i, unit, 0);
	return give_moment(&m, result, a, e);
}

FUNC(epoch_ms)
{
	return to_count(1000, args, result, a, e);
}

FUNC_BACK(epoch_ms)
{
	return of_count(1000, args, result, a, e);
}

FUNC(epoch_s)
{
	return to_count(1, args, result, a, e);
}

FUNC_BACK(epoch_s)
{
	return of_count(1, args, result, a, e);
}

/* ---- zones ---- */

/* In the first and last hours of the calendar the offset stays. */
FUNC(to_utc)
{
	struct moment m;

	if (arg_moment(args[0], &m, a, e) != 0)
		return -1;
	m = at_offset(&m, 0);
	if (give_moment(&m, result, a, NULL) != 0)
		*result = args[0];
	return 0;
}

static int
in_zone(struct vm *vm, const struct value *args, struct moment *m,
    struct arena *a, struct err *e)
{
	struct zone *zone;
	int off;

	if (arg_moment(args[0], m, a, e) != 0 ||
	    arg_zone(vm, args[1], &zone, a, e) != 0 ||
	    zone_offset(zone, moment_seconds(m), &off, e) != 0)
		return -1;
	*m = at_offset(m, off);
	return 0;
}

FUNC(at_zone)
{
	struct moment m;

	if (in_zone(vm, args, &m, a, e) != 0)
		return -1;
	return give_moment(&m, result, a, e);
}

FUNC(to_date)
{
	struct moment m;

	if (in_zone(vm, args, &m, a, e) != 0)
		return -1;
	return give_date(m.date, result, a, e);
}

/* ---- a format given: the letters of CLDR that are numbers ---- */

/*
 * yyyy MM M dd d HH H mm ss SSS, 'quoted text', and every character that is
 * no letter for itself.  One letter reads one or two digits.
 */
struct field {
	char letter; /* 0: literal */
	int width;
	struct str literal;
};

/* The next field of *format, which it shortens. */
static int
next_field(struct str *format, struct field *f, struct err *e)
{
	static const struct {
		char letter, min, max;
	} known[] = {
		{ 'y', 4, 4 }, { 'M', 1, 2 }, { 'd', 1, 2 }, { 'H', 1, 2 },
		{ 'm', 2, 2 }, { 's', 2, 2 }, { 'S', 3, 3 },
	};
	size_t n = 1;
	char c = format->p[0];

	*f = (struct field){ .literal = str_from(format->p, 1) };
	if (c == '\'') {
		while (n < format->n && format->p[n] != '\'')
			n++;
		if (n == format->n)
			goto bad;
		f->literal = str_from(format->p + 1, n - 1);
		n++;
	} else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
		while (n < format->n && format->p[n] == c)
			n++;
		for (size_t i = 0; i < COUNT(known); i++)
			if (known[i].letter == c && (int)n >= known[i].min &&
			    (int)n <= known[i].max)
				f->letter = c;
		if (f->letter == 0)
			goto bad;
		f->width = (int)n;
	}
	*format = str_from(format->p + n, format->n - n);
	return 0;
bad:
	return err_set(e, ERR_DATA, "no date format begins \"%.*s\"",
	    SHOWN(*format));
}

static int *
field_of(struct moment *m, char letter)
{
	switch (letter) {
	case 'y':
		return &m->date.year;
	case 'M':
		return &m->date.month;
	case 'd':
		return &m->date.day;
	case 'H':
		return &m->hour;
	case 'm':
		return &m->minute;
	case 's':
		return &m->second;
	default:
		return &m->nano;
	}
}

static int
write_format(struct vm *vm, struct str format, struct moment *m,
    struct value *result, struct arena *a, struct err *e)
{
	struct field f;

	buf_reset(&vm->scratch);
	while (format.n > 0) {
		if (next_field(&format, &f, e) != 0)
			return -1;
		if (f.letter == 0)
			buf_puts(&vm->scratch, f.literal);
		else
			buf_printf(&vm->scratch, "%0*d", f.width,
			    *field_of(m, f.letter) /
				(f.letter == 'S' ? 1000000 : 1));
	}
	return scratch_text(vm, result, a, e);
}

static int
read_format(struct str s, struct str format, struct moment *m, struct err *e)
{
	struct str left = s;
	struct field f;
	char text[DATE_TEXT];

	*m = (struct moment){ .date = { 1970, 1, 1 } };
	while (format.n > 0) {
		int *at, v = 0, n = 0;

		if (next_field(&format, &f, e) != 0)
			return -1;
		if (f.letter == 0) {
			if (left.n < f.literal.n || !str_eq(f.literal,
			    str_from(left.p, f.literal.n)))
				goto bad;
			n = (int)f.literal.n;
			left = str_from(left.p + n, left.n - (size_t)n);
			continue;
		}
		while ((size_t)n < left.n && n < (f.width == 1 ? 2 : f.width) &&
		    left.p[n] >= '0' && left.p[n] <= '9')
			v = v * 10 + left.p[n++] - '0';
		if (n < f.width)
			goto bad;
		at = field_of(m, f.letter);
		*at = f.letter == 'S' ? v * 1000000 : v;
		m->digits = f.letter == 'S' ? 3 : m->digits;
		left = str_from(left.p + n, left.n - (size_t)n);
	}
	if (left.n > 0 || m->hour > 23 || m->minute > 59 || m->second > 59 ||
	    m->date.month < 1 || m->date.month > 12 ||
	    date_format(m->date, text, NULL) != 0 ||
	    date_parse(str_from(text, DATE_TEXT), &m->date, NULL) != 0)
		goto bad;
	return 0;
bad:
	return err_set(e, ERR_DATA, "\"%.*s\" does not fit the date format",
	    SHOWN(s));
}

FUNC(date_text)
{
	struct moment m = { 0 };
	struct str format;

	if (arg_date(args[0], &m.date, a, e) != 0 ||
	    arg_text(args[1], &format, a, e) != 0)
		return -1;
	return write_format(vm, format, &m, result, a, e);
}

FUNC_BACK(date_text)
{
	if (!empty(args[0]))
		return builtin_parse_date(vm, args, result, a, e);
	*result = value_null();
	return 0;
}

FUNC(parse_date)
{
	struct str s, format;
	struct moment m;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &format, a, e) != 0 ||
	    read_format(s, format, &m, e) != 0)
		return -1;
	return give_date(m.date, result, a, e);
}

FUNC(datetime_text)
{
	const struct value at[2] = { args[0], args[2] };
	struct str format;
	struct moment m;

	if (in_zone(vm, at, &m, a, e) != 0 ||
	    arg_text(args[1], &format, a, e) != 0)
		return -1;
	return write_format(vm, format, &m, result, a, e);
}

FUNC_BACK(datetime_text)
{
	if (!empty(args[0]))
		return builtin_parse_datetime(vm, args, result, a, e);
	*result = value_null();
	return 0;
}

FUNC(parse_datetime)
{
	struct str s, format;
	struct moment m, r;
	struct zone *zone;
	enum zone_fit fit;
	int64_t seconds;
	int off;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &format, a, e) != 0 ||
	    arg_zone(vm, args[2], &zone, a, e) != 0 ||
	    read_format(s, format, &m, e) != 0 ||
	    zone_local(zone, moment_seconds(&m), &seconds, &fit, e) != 0 ||
	    zone_offset(zone, seconds, &off, e) != 0)
		return -1;
	if (fit == ZONE_GAP)
		return err_set(e, ERR_DATA,
		    "\"%.*s\" does not exist in that time zone: "
		    "clocks go forward over it", SHOWN(s));
	r = moment_from(seconds, m.nano, off);
	r.digits = m.digits;
	return give_moment(&r, result, a, e);
}
