/*
 * A field catalogue, for a person.
 */
#ifndef CLI_FIELDS_H
#define CLI_FIELDS_H

#include "base/err.h"
#include "cli/sheet.h"

/* A row for each field of the catalogue's text; its sheet_init is done here. */
int fields_sheet(struct sheet *s, struct str catalogue, struct err *e);

#endif
