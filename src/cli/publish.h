/*
 * Publishing a mapping file: compile, test, store.
 */
#ifndef CLI_PUBLISH_H
#define CLI_PUBLISH_H

#include "cli/options.h"
#include "cli/watch.h"
#include "store/mapping.h"

/*
 * Compile path with all it uses, run its tests and laws; what is wrong goes to
 * stderr.  Then store it under the name of its first map, else of its first
 * connector.  args may give params (-p), say that nothing be stored (-n) and
 * that laws be left out (-L).  0 and *v, 1 where it is refused (all said), or
 * -1.  Strings of *v live in a.  deps (may be NULL) gets the files read.
 */
int publish_file(struct db *db, const char *path, const struct args *args,
    struct options *o,
    struct mapping_version *v, struct watch *deps, struct arena *a,
    struct err *e);

#endif
