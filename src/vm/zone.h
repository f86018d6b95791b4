/*
 * Named time zones, by ICU.  Private to vm/.
 */
#ifndef VM_ZONE_H
#define VM_ZONE_H

#include "vm/run.h"

struct zone;

/*
 * A zone by its IANA name, "utc" or "UTC"; unknown is an error.  Lives as
 * long as the VM.  NULL in *zone is UTC.
 */
int zone_get(struct vm *vm, struct str name, struct zone **zone,
    struct err *e);
/* How far its clock is ahead of UTC at an instant, seconds. */
int zone_offset(struct zone *zone, int64_t seconds, int *offset_s,
    struct err *e);

enum zone_fit { ZONE_ONCE, ZONE_GAP, ZONE_TWICE };
/*
 * The instant at which its clock shows local (seconds as if UTC).  A time in
 * a gap is read with the offset before it; of two, the first is taken.
 */
int zone_local(struct zone *zone, int64_t local, int64_t *seconds,
    enum zone_fit *fit, struct err *e);

#endif
