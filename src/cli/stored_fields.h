/*
 * The field catalogues that are stored of a connection.
 */
#ifndef CLI_STORED_FIELDS_H
#define CLI_STORED_FIELDS_H

#include "cli/session.h"
#include "lang/lang.h"

/* Those of one connection among all of the active set, in s->arena. */
int stored_fields(struct session *s, int32_t connection,
    struct catalogue **out, size_t *n, struct err *e);

/*
 * What the compiler is told of a connection: its params, and at most most
 * catalogues.  In a; the database is opened for it.
 */
int stored_options(const struct args *args, const char *name,
    struct str *params, struct lang_catalog *to, size_t most, size_t *n,
    struct arena *a, struct err *e);

#endif
