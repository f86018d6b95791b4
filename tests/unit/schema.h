/* What the tests of schema/ share. */
#ifndef TESTS_UNIT_SCHEMA_H
#define TESTS_UNIT_SCHEMA_H

#include "schema/schema.h"
#include "schema/tape.h"

#endif
