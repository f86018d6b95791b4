/*
 * Time zones, by ICU; one calendar per zone and VM.  ICU counts in
 * milliseconds as double, exact up to 2^53; years 0 .. 9999 need 2^48.
 */
#include "vm/zone.h"

#include <stdlib.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/str.h"
#include "base/table.h"

#define ZONE_NAME 64
#define DAY INT64_C(86400) /* seconds */

struct zone {
	UCalendar *cal;
	char name[ZONE_NAME]; /* key of the table */
};

struct zones {
	struct table by_name;
};

void
zones_free(struct zones *z)
{
	struct table_entry *t = NULL;

	if (z == NULL)
		return;
	while ((t = table_next(&z->by_name, t)) != NULL) {
		struct zone *zone = t->value;

		ucal_close(zone->cal);
		free(zone);
	}
	table_fini(&z->by_name);
	free(z);
}

static int
no_zone(struct str name, struct err *e)
{
	return err_set(e, ERR_DATA, "no time zone \"%.*s\"",
	    SHOWN(name));
}

static int
open_zone(struct str name, struct zone *zone, struct err *e)
{
	UChar id[ZONE_NAME], canon[ZONE_NAME];
	UErrorCode code = U_ZERO_ERROR;
	UBool system = 0;

	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] >= 0x80)
			return no_zone(name, e);
		id[i] = (UChar)name.p[i];
		zone->name[i] = name.p[i];
	}
	/* refuses what ucal_open would silently read as GMT */
	ucal_getCanonicalTimeZoneID(id, (int32_t)name.n, canon, ZONE_NAME,
	    &system, &code);
	if (U_FAILURE(code) || !system)
		return no_zone(name, e);
	zone->cal = ucal_open(id, (int32_t)name.n, "", UCAL_GREGORIAN, &code);
	return U_FAILURE(code) ? no_zone(name, e) : 0;
}

int
zone_get(struct vm *vm, struct str name, struct zone **out, struct err *e)
{
	struct zone *zone;

	*out = NULL;
	if (name.n == 3 && (memcmp(name.p, "utc", 3) == 0 ||
	    memcmp(name.p, "UTC", 3) == 0))
		return 0;
	if (name.n == 0 || name.n >= ZONE_NAME)
		return no_zone(name, e);
	if (vm->zones == NULL && (vm->zones = calloc(1,
	    sizeof(*vm->zones))) == NULL)
		fatal("out of memory: time zones");
	zone = table_get(&vm->zones->by_name, name);
	if (zone == NULL) {
		if ((zone = calloc(1, sizeof(*zone))) == NULL)
			fatal("out of memory: a time zone");
		if (open_zone(name, zone, e) != 0) {
			free(zone);
			return -1;
		}
		table_put(&vm->zones->by_name, str_from(zone->name, name.n),
		    zone);
	}
	*out = zone;
	return 0;
}

static int
icu_failed(UErrorCode code, struct err *e)
{
	return err_set(e, ERR_DATA, "time zone: ICU says %s",
	    u_errorName(code));
}

int
zone_offset(struct zone *zone, int64_t seconds, int *offset_s, struct err *e)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t ms;

	*offset_s = 0;
	if (zone == NULL)
		return 0;
	ucal_setMillis(zone->cal, (double)(seconds * 1000), &code);
	ms = ucal_get(zone->cal, UCAL_ZONE_OFFSET, &code) +
	    ucal_get(zone->cal, UCAL_DST_OFFSET, &code);
	if (U_FAILURE(code))
		return icu_failed(code, e);
	*offset_s = ms / 1000;
	return 0;
}

int
zone_local(struct zone *zone, int64_t local, int64_t *seconds,
    enum zone_fit *fit, struct err *e)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t raw, dst, raw2, dst2;
	int former, latter, there;

	*fit = ZONE_ONCE;
	*seconds = local;
	if (zone == NULL)
		return 0;
	ucal_setMillis(zone->cal, (double)(local * 1000), &code);
	ucal_getTimeZoneOffsetFromLocal(zone->cal, UCAL_TZ_LOCAL_FORMER,
	    UCAL_TZ_LOCAL_FORMER, &raw, &dst, &code);
	ucal_getTimeZoneOffsetFromLocal(zone->cal, UCAL_TZ_LOCAL_LATTER,
	    UCAL_TZ_LOCAL_LATTER, &raw2, &dst2, &code);
	if (U_FAILURE(code))
		return icu_failed(code, e);
	former = (raw + dst) / 1000;
	latter = (raw2 + dst2) / 1000;
	*seconds = local - former;
	if (former == latter)
		return 0;
	/* both readings are right where clocks go back, none in a gap */
	if (zone_offset(zone, *seconds, &there, e) != 0)
		return -1;
	*fit = there == former ? ZONE_TWICE : ZONE_GAP;
	return 0;
}

int
vm_zone_known(struct str name)
{
	struct zone zone = { 0 };

	if (str_eq(name, STR("UTC")) || str_eq(name, STR("utc")))
		return 1;
	if (name.n == 0 || name.n >= ZONE_NAME ||
	    open_zone(name, &zone, NULL) != 0)
		return 0;
	ucal_close(zone.cal);
	return 1;
}

/* The instant at which a day begins; local is that midnight as if UTC. */
static int
day_begins(struct zone *zone, int64_t local, int64_t *seconds, struct err *e)
{
	enum zone_fit fit;
	int offset;

	if (zone_local(zone, local, seconds, &fit, e) != 0)
		return -1;
	if (fit != ZONE_TWICE)
		return 0;
	/* no zone's clock goes back so far, nor again so soon */
	if (zone_offset(zone, *seconds + 4 * 3600, &offset, e) != 0)
		return -1;
	*seconds = local - offset;
	return 0;
}

int
vm_midnight(struct vm *vm, struct str name, int64_t now_ms, int64_t *next_ms,
    struct err *e)
{
	int64_t now = now_ms / 1000 - (now_ms % 1000 < 0), day, at;
	struct zone *zone;
	int offset;

	if (zone_get(vm, name, &zone, e) != 0 ||
	    zone_offset(zone, now, &offset, e) != 0)
		return -1;
	day = now + offset;
	day -= (day % DAY + DAY) % DAY;
	do {
		if (day_begins(zone, day, &at, e) != 0)
			return -1;
		day += DAY;
	} while (at <= now);
	*next_ms = at * 1000;
	return 0;
}
