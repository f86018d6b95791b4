/*
 * Dates and instants: the proleptic Gregorian calendar, years 0 to 9999, as
 * RFC 3339 has it.  Integers only.
 */
#ifndef RECORD_CALENDAR_H
#define RECORD_CALENDAR_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct date {
	int year, month, day; /* month and day from 1 */
};

/* A date, a time of day and how far its clock is ahead of UTC. */
struct moment {
	struct date date;
	int hour, minute, second, nano;
	int digits;   /* behind the second's point, as written, at most 9 */
	int offset_s; /* local = UTC + offset */
};

/* Days since 1970-01-01; any year. */
int64_t date_days(struct date d);
struct date date_from_days(int64_t days);
int date_month_days(int year, int month);
/* 1 Monday .. 7 Sunday */
int date_weekday(struct date d);

/* "2026-01-31", a day that exists. */
int date_parse(struct str s, struct date *d, struct err *e);
/*
 * RFC 3339: "2026-01-31T12:00:00.25+01:00"; digits behind the ninth are
 * dropped, and :60 is the second after :59.  loose: "+0100" as well.
 */
int moment_parse(struct str s, int loose, struct moment *m, struct err *e);

/* Seconds since 1970-01-01T00:00:00Z; nano is beside it, >= 0. */
int64_t moment_seconds(const struct moment *m);
/* The same instant with another offset. */
struct moment moment_from(int64_t seconds, int nano, int offset_s);

/*
 * The text of an instant that all texts of it share: in UTC, no zeros behind
 * the last digit of a second.  loose, as CRMs write it; 0: s is no instant.
 */
#define INSTANT_TEXT 30
size_t instant_canon(struct str s, char out[INSTANT_TEXT]);

#define DATE_TEXT 10
#define MOMENT_TEXT 40
/* -1 when the year is not 0 .. 9999. */
int date_format(struct date d, char out[DATE_TEXT], struct err *e);
/* "Z" for offset 0; m->digits digits of nano. */
int moment_format(const struct moment *m, char out[MOMENT_TEXT], size_t *n,
    struct err *e);

#endif
