/*
 * Compiled mappings, kept between loads of the catalog.
 *
 * A version is compiled once for all connections, or, where its text or what
 * it makes depends on the connection, once for each set of params and field
 * catalogues.  Where it does not compile, what ran before goes on.
 *
 * The reload thread's.
 */
#ifndef STAGE_COMPILED_H
#define STAGE_COMPILED_H

#include "stage/metrics.h"
#include "store/control.h"
#include "vm/unit.h"

struct compiled {
	struct compiled *next;
	struct unit *unit; /* NULL: no version has compiled yet */
	int32_t id;        /* that unit's */
	int32_t tried;     /* the newest version that was looked at */
	int64_t seen;      /* the generation that used it last */
	/* for whom: params, and names and versions of catalogues */
	struct str name, params, fields;
};

struct compiler {
	struct db *db;
	struct metrics *metrics;
	struct compiled *list;
	/* the database, in the middle of a load; then the load is void */
	int failed;
	struct err err;
};

/* The active mapping of that name for a connection; NULL: there is none. */
const struct compiled *compiler_find(struct compiler *x,
    const struct active *act, struct str name, const struct connection *cn);
/* Let go of what no sync of the generation uses. */
void compiler_forget(struct compiler *x, int64_t generation);
void compiler_fini(struct compiler *x);

#endif
