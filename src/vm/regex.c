/*
 * Regular expressions: PCRE2 under limits, patterns compiled once per VM.
 */
#include "config.h"

#include "vm/run.h"

#include <stdlib.h>

void
regexes_free(struct regexes *r)
{
	free(r);
}
