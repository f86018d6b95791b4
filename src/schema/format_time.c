/*
 * Dates, times and durations: RFC 3339, with its appendix A for durations.
 */
#include "schema/format.h"

/* n digits at *s as a number; *s moves behind them.  -1: there are fewer. */
static int
digits(struct str *s, size_t n)
{
	int v = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_from(s->p + n, s->n - n);
	return v;
}

static int
take(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return 0;
	*s = str_from(s->p + 1, s->n - 1);
	return 1;
}

static int
date(struct str *s)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int y, m, d, leap;

	if ((y = digits(s, 4)) < 0 || !take(s, '-') ||
	    (m = digits(s, 2)) < 1 || m > 12 || !take(s, '-') ||
	    (d = digits(s, 2)) < 1 || d > days[m - 1])
		return 0;
	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return m != 2 || d <= 28 + leap;
}

/* A second 60 is one only at 23:59:60 UTC. */
static int
time_of_day(struct str *s)
{
	int h, m, sec, oh = 0, om = 0, sign = 0, utc;

	if ((h = digits(s, 2)) < 0 || h > 23 || !take(s, ':') ||
	    (m = digits(s, 2)) < 0 || m > 59 || !take(s, ':') ||
	    (sec = digits(s, 2)) < 0 || sec > 60)
		return 0;
	if (take(s, '.')) {
		if (digits(s, 1) < 0)
			return 0;
		while (digits(s, 1) >= 0)
			;
	}
	if (!take(s, 'Z') && !take(s, 'z')) {
		sign = take(s, '+') ? 1 : take(s, '-') ? -1 : 0;
		if (sign == 0 || (oh = digits(s, 2)) < 0 || oh > 23 ||
		    !take(s, ':') || (om = digits(s, 2)) < 0 || om > 59)
			return 0;
	}
	utc = h * 60 + m - sign * (oh * 60 + om);
	return sec < 60 || (utc + 1440) % 1440 == 1439;
}

int
format_date(struct str s)
{
	return date(&s) && s.n == 0;
}

int
format_time(struct str s)
{
	return time_of_day(&s) && s.n == 0;
}

int
format_date_time(struct str s)
{
	return date(&s) && (take(&s, 'T') || take(&s, 't')) &&
	    time_of_day(&s) && s.n == 0;
}

/*
 * Digits and a unit, a run of neighbours in units ("YMD", "HMS") that begins
 * anywhere: P1Y2M is one, P1Y2D is not.  The number of pairs, or -1.
 */
static int
pairs(struct str *s, const char *units)
{
	int n = 0;

	while (s->n > 0 && s->p[0] != 'T') {
		const char *u;

		if (digits(s, 1) < 0)
			return -1;
		while (digits(s, 1) >= 0)
			;
		if (s->n == 0 || s->p[0] == '\0' ||
		    (u = strchr(units, s->p[0])) == NULL ||
		    (n > 0 && u != units))
			return -1;
		units = u + 1;
		take(s, *u);
		n++;
	}
	return n;
}

int
format_duration(struct str s)
{
	struct str week;
	int n;

	if (!take(&s, 'P'))
		return 0;
	week = s;
	if (pairs(&week, "W") == 1 && week.n == 0)
		return 1;
	n = pairs(&s, "YMD");
	if (n < 0 || !take(&s, 'T'))
		return n > 0 && s.n == 0;
	return pairs(&s, "HMS") > 0 && s.n == 0;
}
