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

/* Which rules of a unit, in each way, had a value in any of its runs. */
struct reach {
	struct arena a;
	size_t rules;
	unsigned char *ran;
};

void reach_add(struct reach *r, const struct cover *c);
/* Add up, and begin again for another unit. */
void reach_end(struct reach *r, size_t *rules, size_t *reached);

#endif
