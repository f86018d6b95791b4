/*
 * Computing with dates and date-times.  A date-time keeps its own offset:
 * its day is the day on its own clock (at_zone changes the clock).
 */
#include "vm/time.h"

#include <stdio.h>

int
arg_unit(struct value v, enum unit *u, struct arena *a, struct err *e)
{
	static const char *const word[] = { "year", "quarter", "month", "week",
		"day", "hour", "minute", "second" };
	struct str s;

	if (arg_text(v, &s, a, e) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(word); i++)
		if (str_eq(s, str_z(word[i]))) {
			*u = (enum unit)i;
			return 0;
		}
	return err_set(e, ERR_DATA, "no unit of time \"%.*s\"", SHOWN(s));
}

static int
part(const struct value *args, char letter, struct value *result,
    struct arena *a, struct err *e)
{
	struct when w;
	int i = 0;

	if (arg_when(args[0], &w, a, e) != 0)
		return -1;
	switch (letter) {
	case 'y':
		i = w.m.date.year;
		break;
	case 'M':
		i = w.m.date.month;
		break;
	case 'd':
		i = w.m.date.day;
		break;
	case 'H':
		i = w.m.hour;
		break;
	case 'm':
		i = w.m.minute;
		break;
	case 's':
		i = w.m.second;
		break;
	case 'e':
		i = date_weekday(w.m.date);
		break;
	}
	*result = value_int(i);
	return 0;
}

FUNC(year)
{
	return part(args, 'y', result, a, e);
}

FUNC(month)
{
	return part(args, 'M', result, a, e);
}

FUNC(day)
{
	return part(args, 'd', result, a, e);
}

FUNC(hour)
{
	return part(args, 'H', result, a, e);
}

FUNC(minute)
{
	return part(args, 'm', result, a, e);
}

FUNC(second)
{
	return part(args, 's', result, a, e);
}

FUNC(weekday)
{
	return part(args, 'e', result, a, e);
}

FUNC(start_of)
{
	struct when w;
	enum unit u;

	if (arg_when(args[0], &w, a, e) != 0 ||
	    arg_unit(args[1], &u, a, e) != 0)
		return -1;
	w.m.nano = w.m.digits = 0;
	switch (u) {
	case UNIT_YEAR:
		w.m.date.month = 1;
		w.m.date.day = 1;
		break;
	case UNIT_QUARTER:
		w.m.date.month -= (w.m.date.month - 1) % 3;
		w.m.date.day = 1;
		break;
	case UNIT_MONTH:
		w.m.date.day = 1;
		break;
	case UNIT_WEEK:
		w.m.date = date_from_days(date_days(w.m.date) -
		    date_weekday(w.m.date) + 1);
		break;
	default:
		break;
	}
	if (u <= UNIT_DAY)
		w.m.hour = 0;
	if (u <= UNIT_HOUR)
		w.m.minute = 0;
	if (u <= UNIT_MINUTE)
		w.m.second = 0;
	return give_when(&w, result, a, e);
}

/* Months later; a day that the month lacks becomes its last. */
static struct date
add_months(struct date d, int64_t n)
{
	int64_t months = d.year * 12 + d.month - 1 + n;
	int64_t year = (months >= 0 ? months : months - 11) / 12;
	int last;

	d.year = (int)year;
	d.month = (int)(months - year * 12) + 1;
	last = date_month_days(d.year, d.month);
	if (d.day > last)
		d.day = last;
	return d;
}

static int64_t
unit_months(enum unit u)
{
	return u == UNIT_YEAR ? 12 : u == UNIT_QUARTER ? 3 : 1;
}

static int64_t
unit_seconds(enum unit u)
{
	switch (u) {
	case UNIT_WEEK:
		return 7 * 86400;
	case UNIT_DAY:
		return 86400;
	case UNIT_HOUR:
		return 3600;
	case UNIT_MINUTE:
		return 60;
	default:
		return 1;
	}
}

FUNC(add)
{
	const int64_t most = (int64_t)10000 * 366 * 86400; /* 10000 years */
	struct moment m;
	struct when w;
	enum unit u;
	int64_t n;

	if (arg_when(args[0], &w, a, e) != 0 ||
	    arg_range(args[1], -most, most, &n, e) != 0 ||
	    arg_unit(args[2], &u, a, e) != 0)
		return -1;
	if (w.is_date && u > UNIT_DAY)
		return err_set(e, ERR_DATA, "a date has no time of day");
	if (u <= UNIT_MONTH) {
		if (n < -120000 || n > 120000)
			return err_set(e, ERR_DATA,
			    "%lld months or years are too many", (long long)n);
		w.m.date = add_months(w.m.date, n * unit_months(u));
		return give_when(&w, result, a, e);
	}
	if (n > most / unit_seconds(u) || n < -most / unit_seconds(u))
		return err_set(e, ERR_DATA, "%lld units are too many",
		    (long long)n);
	m = moment_from(moment_seconds(&w.m) + n * unit_seconds(u), w.m.nano,
	    w.m.offset_s);
	m.digits = w.m.digits;
	w.m = m;
	return give_when(&w, result, a, e);
}

/* -1, 0, 1 as x is before, at or after y. */
static int
order(const struct moment *x, const struct moment *y)
{
	int64_t p = moment_seconds(x), q = moment_seconds(y);

	if (p != q)
		return p < q ? -1 : 1;
	return (x->nano > y->nano) - (x->nano < y->nano);
}

/* What is left of a moment when years and months are taken away. */
static int64_t
in_month(const struct moment *m)
{
	return (((int64_t)m->date.day * 24 + m->hour) * 60 + m->minute) * 60 +
	    m->second;
}

/*
 * Whole months from x to y: one is full when the day of the month and the
 * time come again, so from the 31st to the 28th none is.
 */
static int64_t
whole_months(const struct moment *x, const struct moment *y)
{
	int64_t n = (y->date.year - x->date.year) * 12 +
	    (y->date.month - x->date.month);
	int64_t p = in_month(x), q = in_month(y);
	int sign = p != q ? (p < q ? -1 : 1) :
	    (x->nano > y->nano) - (x->nano < y->nano);

	if (n > 0 && sign > 0)
		n--;
	else if (n < 0 && sign < 0)
		n++;
	return n;
}

FUNC(diff)
{
	struct when x, y;
	enum unit u;
	int64_t s;

	if (arg_when(args[0], &x, a, e) != 0 ||
	    arg_when(args[1], &y, a, e) != 0 ||
	    arg_unit(args[2], &u, a, e) != 0)
		return -1;
	if (x.is_date != y.is_date)
		return err_set(e, ERR_DATA,
		    "a date and a date-time have no distance");
	/* months are counted on the clock of the first */
	y.m = moment_from(moment_seconds(&y.m), y.m.nano, x.m.offset_s);
	if (u <= UNIT_MONTH) {
		*result = value_int(whole_months(&x.m, &y.m) /
		    unit_months(u));
		return 0;
	}
	s = moment_seconds(&y.m) - moment_seconds(&x.m);
	/* towards zero, also where the nanoseconds decide */
	if (s > 0 && y.m.nano < x.m.nano)
		s--;
	else if (s < 0 && y.m.nano > x.m.nano)
		s++;
	*result = value_int(s / unit_seconds(u));
	return 0;
}

FUNC(before)
{
	struct when x, y;

	if (arg_when(args[0], &x, a, e) != 0 ||
	    arg_when(args[1], &y, a, e) != 0)
		return -1;
	if (x.is_date != y.is_date)
		return err_set(e, ERR_DATA,
		    "a date and a date-time have no order");
	*result = value_bool(order(&x.m, &y.m) < 0);
	return 0;
}
