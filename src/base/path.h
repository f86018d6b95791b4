/*
 * Paths of files that name each other: text only, the disk is never asked.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/arena.h"
#include "base/str.h"

/*
 * path as written in the file at from (n == 0: from here), seen from where
 * from is seen.  "." and "x/.." are folded; leading ".." stay.
 */
struct str path_resolve(struct arena *a, struct str from, struct str path);

#endif
