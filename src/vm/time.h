/*
 * Dates and date-times as arguments and results.  Private to vm/.
 */
#ifndef VM_TIME_H
#define VM_TIME_H

#include "vm/args.h"
#include "record/calendar.h"

int arg_date(struct value v, struct date *d, struct arena *a, struct err *e);
int arg_moment(struct value v, struct moment *m, struct arena *a,
    struct err *e);
int give_date(struct date d, struct value *result, struct arena *a,
    struct err *e);
int give_moment(const struct moment *m, struct value *result, struct arena *a,
    struct err *e);

/*
 * Either kind: a date is midnight UTC and stays one when it is given back.
 */
struct when {
	int is_date;
	struct moment m;
};
int arg_when(struct value v, struct when *w, struct arena *a, struct err *e);
int give_when(const struct when *w, struct value *result, struct arena *a,
    struct err *e);

/* Microseconds since 1970 as a datetime. */
int give_wall(int64_t us, struct value *result, struct arena *a,
    struct err *e);

enum unit {
	UNIT_YEAR, UNIT_QUARTER, UNIT_MONTH, UNIT_WEEK, UNIT_DAY, UNIT_HOUR,
	UNIT_MINUTE, UNIT_SECOND,
};
int arg_unit(struct value v, enum unit *u, struct arena *a, struct err *e);

#endif
