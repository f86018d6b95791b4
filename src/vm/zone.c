/*
 * Time zones, by ICU; one calendar per zone and VM.
 */
#include "config.h"

#include "vm/run.h"

#include <stdlib.h>

void
zones_free(struct zones *z)
{
	free(z);
}
