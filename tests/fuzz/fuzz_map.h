/* What fuzzers of mappings share. */
#ifndef FUZZ_FUZZ_MAP_H
#define FUZZ_FUZZ_MAP_H

#include "lang/lang.h"

/* The source that arg points to, whatever the path; schemas by .json. */
int fuzz_read_map(void *arg, struct str path, struct str *text,
    struct arena *a, struct err *e);

#endif
