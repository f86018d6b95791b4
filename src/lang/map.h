/*
 * The rules of a map as a whole.
 */
#ifndef LANG_MAP_H
#define LANG_MAP_H

#include "lang/compile.h"

/*
 * One writer for every path, prefixes and rests included; every required
 * target written.
 */
void graph_check(struct map_info *m);

/* Whether a rule names the field name of the object at, on a side. */
int map_names(const struct map_info *m, int right, const struct str *at,
    size_t n, struct str name);
/*
 * What the other side calls a member of a rest; back: right to left.  0 when
 * it is none of the rest's.
 */
int rest_rename(struct compile *c, const struct map_rule *r, int back,
    struct str name, struct str *out);

#endif
