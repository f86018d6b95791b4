/*
 * The calendar.  Days and civil dates convert as Howard Hinnant shows in
 * "chrono-Compatible Low-Level Date Algorithms": years begin in March, so
 * the leap day is the last, and 400 years are 146,097 days.
 */
#include "record/calendar.h"

#include <stdio.h>

#include "base/shown.h"

int64_t
date_days(struct date d)
{
	int64_t y = d.year - (d.month <= 2), era, yoe, doy, doe;

	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

struct date
date_from_days(int64_t days)
{
	int64_t z = days + 719468, era, doe, yoe, doy, mp;
	struct date d;

	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	d.year = (int)(yoe + era * 400 + (d.month <= 2));
	return d;
}

int
date_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

int
date_weekday(struct date d)
{
	int64_t w = (date_days(d) + 3) % 7; /* day 0 was a Thursday */

	return (int)(w < 0 ? w + 7 : w) + 1;
}

/* n digits at p, or -1. */
static int
digits(const char *p, int n)
{
	int v = 0;

	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return -1;
		v = v * 10 + *p - '0';
	}
	return v;
}

static int
no_date(struct str s, struct err *e)
{
	return err_set(e, ERR_DATA, "\"%.*s\" is no date", SHOWN(s));
}

int
date_parse(struct str s, struct date *d, struct err *e)
{
	if (s.n != DATE_TEXT || s.p[4] != '-' || s.p[7] != '-')
		return no_date(s, e);
	d->year = digits(s.p, 4);
	d->month = digits(s.p + 5, 2);
	d->day = digits(s.p + 8, 2);
	if (d->year < 0 || d->month < 1 || d->month > 12 || d->day < 1 ||
	    d->day > date_month_days(d->year, d->month))
		return no_date(s, e);
	return 0;
}

/* "Z", "+01:00" or, loose, "+0100"; the rest of the text. */
static int
parse_offset(struct str s, int loose, int *offset_s)
{
	int colon = s.n == 6 && s.p[3] == ':', h, m;

	*offset_s = 0;
	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z'))
		return 0;
	if ((!colon && !(loose && s.n == 5)) ||
	    (s.p[0] != '+' && s.p[0] != '-'))
		return -1;
	h = digits(s.p + 1, 2);
	m = digits(s.p + 3 + colon, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*offset_s = (h * 60 + m) * (s.p[0] == '-' ? -60 : 60);
	return 0;
}

int
moment_parse(struct str s, int loose, struct moment *m, struct err *e)
{
	int unit = 100000000;
	size_t i = 19;

	if (s.n < 20 || (s.p[10] != 'T' && s.p[10] != 't') ||
	    s.p[13] != ':' || s.p[16] != ':' ||
	    date_parse(str_from(s.p, DATE_TEXT), &m->date, NULL) != 0)
		goto bad;
	m->hour = digits(s.p + 11, 2);
	m->minute = digits(s.p + 14, 2);
	m->second = digits(s.p + 17, 2);
	if (m->hour < 0 || m->hour > 23 || m->minute < 0 || m->minute > 59 ||
	    m->second < 0 || m->second > 60)
		goto bad;
	m->nano = m->digits = 0;
	if (s.p[i] == '.') {
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
			m->nano += (s.p[i] - '0') * unit;
			m->digits += unit > 0;
			unit /= 10;
		}
		if (i == 20)
			goto bad;
	}
	if (parse_offset(str_from(s.p + i, s.n - i), loose,
	    &m->offset_s) != 0)
		goto bad;
	if (m->second == 60) {
		int64_t t = moment_seconds(m); /* a leap second ends a day */
		struct moment utc = moment_from(t, 0, 0);

		if (utc.hour != 0 || utc.minute != 0)
			goto bad;
		utc = moment_from(t, m->nano, m->offset_s);
		utc.digits = m->digits;
		*m = utc;
	}
	return 0;
bad:
	return err_set(e, ERR_DATA, "\"%.*s\" is no date-time",
	    SHOWN(s));
}

int64_t
moment_seconds(const struct moment *m)
{
	return date_days(m->date) * 86400 + m->hour * 3600 + m->minute * 60 +
	    m->second - m->offset_s;
}

struct moment
moment_from(int64_t seconds, int nano, int offset_s)
{
	int64_t local = seconds + offset_s;
	int64_t days = local / 86400, rest = local % 86400;
	struct moment m = { .nano = nano, .offset_s = offset_s };

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	m.date = date_from_days(days);
	m.hour = (int)(rest / 3600);
	m.minute = (int)(rest / 60 % 60);
	m.second = (int)(rest % 60);
	return m;
}

static int
year_ok(struct date d, struct err *e)
{
	if (d.year < 0 || d.year > 9999)
		return err_set(e, ERR_DATA, "year %d lies outside 0 .. 9999",
		    d.year);
	return 0;
}

static void
put2(char *p, int v)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
}

int
date_format(struct date d, char out[DATE_TEXT], struct err *e)
{
	if (year_ok(d, e) != 0)
		return -1;
	put2(out, d.year / 100);
	put2(out + 2, d.year % 100);
	out[4] = out[7] = '-';
	put2(out + 5, d.month);
	put2(out + 8, d.day);
	return 0;
}

int
moment_format(const struct moment *m, char out[MOMENT_TEXT], size_t *n,
    struct err *e)
{
	int off = m->offset_s < 0 ? -m->offset_s : m->offset_s;
	int nano = m->nano, unit = 100000000;
	char *p = out + 19;

	if (date_format(m->date, out, e) != 0)
		return -1;
	if (off % 60 != 0)
		return err_set(e, ERR_DATA,
		    "an offset of %d seconds has no text", m->offset_s);
	out[10] = 'T';
	put2(out + 11, m->hour);
	out[13] = out[16] = ':';
	put2(out + 14, m->minute);
	put2(out + 17, m->second);
	if (m->digits > 0)
		*p++ = '.';
	for (int i = 0; i < m->digits; i++, unit /= 10) {
		*p++ = (char)('0' + nano / unit);
		nano %= unit;
	}
	if (off == 0) {
		*p++ = 'Z';
	} else {
		*p++ = m->offset_s < 0 ? '-' : '+';
		put2(p, off / 3600);
		p[2] = ':';
		put2(p + 3, off / 60 % 60);
		p += 5;
	}
	*n = (size_t)(p - out);
	return 0;
}

size_t
instant_canon(struct str s, char out[INSTANT_TEXT])
{
	char room[MOMENT_TEXT];
	int nano, trailing = 0;
	struct moment m;
	size_t n;

	if (s.n > MOMENT_TEXT || moment_parse(s, 1, &m, NULL) != 0)
		return 0;
	/* what is finer than a nanosecond would be lost */
	if (m.digits == 9 && s.p[29] >= '0' && s.p[29] <= '9')
		return 0;
	for (nano = m.nano; trailing < 9 && nano % 10 == 0; nano /= 10)
		trailing++;
	m = moment_from(moment_seconds(&m), m.nano, 0);
	m.digits = 9 - trailing;
	if (moment_format(&m, room, &n, NULL) != 0)
		return 0;
	memcpy(out, room, n);
	return n;
}
