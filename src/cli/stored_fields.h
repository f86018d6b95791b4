/*
 * The field catalogues that are stored of a connection.
 */
#ifndef CLI_STORED_FIELDS_H
#define CLI_STORED_FIELDS_H

#include "cli/session.h"

/* Those of one connection among all of the active set, in s->arena. */
int stored_fields(struct session *s, int32_t connection,
    struct catalogue **out, size_t *n, struct err *e);

#endif
