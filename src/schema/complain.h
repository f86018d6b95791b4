/*
 * Sentences about what is wrong with a record.  Internal to the check.
 */
#ifndef SCHEMA_COMPLAIN_H
#define SCHEMA_COMPLAIN_H

#include "schema/check.h"

/*
 * Report that the value at a token of the record breaks a keyword of n:
 * "NAME must …", the format giving what follows the name.  keyword may be
 * empty: the schema itself says no.  Returns 0.
 */
int complain(struct check *c, const struct node *n, uint32_t at,
    struct str keyword, const char *fmt, ...)
    __attribute__((format(printf, 5, 6), cold));

/* A value of the schema, cut where it is long. */
void complain_value(struct buf *b, struct str json);
/* A name in double quotes, cut where it is long. */
void complain_name(struct buf *b, struct str name);
/* "a string or null" for a mask of enum schema_types. */
void complain_types(struct buf *b, unsigned types);
const char *complain_kind(const struct tok *t);

#endif
