/*
 * What of a mapping its tests and its laws reach: crosswalk test --coverage.
 */
#ifndef CLI_COVERAGE_H
#define CLI_COVERAGE_H

#include "base/str.h"
#include "lang/cover.h"

/*
 * Append a row for each rule and way; by says what reached it, "tests".  As a
 * table with a line that sums it up, or as a JSON object a row.
 */
void coverage_print(struct buf *out, const struct unit *u,
    const struct cover *c, const char *by, int json);

#endif
