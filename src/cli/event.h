/*
 * The event that a command was given with --event.
 */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include "cli/cli.h"
#include "vm/vm.h"

/*
 * op=update, at=2026-01-31T12:00:00Z, key=7; op where they do not say one.
 * Its key lies in the arguments.  Does not return when they make no sense.
 */
struct vm_event event_taken(const struct args *a, unsigned op);

#endif
