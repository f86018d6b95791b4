/*
 * Published mappings: immutable versions, at most one of a name active.
 *
 * Publishing, rolling back and every change of control.h count the
 * generation up and notify CROSSWALK_RELOAD in the same transaction.
 */
#ifndef STORE_MAPPING_H
#define STORE_MAPPING_H

#include "store/db.h"

#define CROSSWALK_RELOAD "crosswalk_reload" /* LISTEN to it */

struct mapping_file {
	struct str path; /* as `use` and `schema` name it from files[0] */
	struct str text;
};

struct mapping_version {
	int32_t id; /* the mapping generation in links and decisions */
	int32_t version;
	bool active;
	bool fresh; /* mapping_publish: a version was made */
	int32_t language; /* LANG_VERSION of the compiler that took it */
	struct str name, by, checks;
	int64_t created_us, active_us;
};

/*
 * files[0] is the mapping, the rest the closure of what it uses.  params is
 * a JSON object of values, checks one of what was checked before.  Files,
 * params and language equal to the active version's make no new one.
 */
int mapping_publish(struct db *db, struct arena *a, struct str name,
    const struct mapping_file *files, size_t nfiles, struct str params,
    int32_t language, struct str checks, struct str by,
    struct mapping_version *out, struct err *e);
/* Newest first; name with p NULL: of all names. */
int mapping_history(struct db *db, struct arena *a, struct str name,
    struct mapping_version **out, size_t *n, struct err *e);
/* Make an older version the active one; 0: the one before the active. */
int mapping_rollback(struct db *db, struct arena *a, struct str name,
    int32_t version, struct str by, struct mapping_version *out,
    struct err *e);
/* No version is active any more. */
int mapping_retire(struct db *db, struct str name, struct err *e);
/* The files of a version, files[0] first; version 0 is the active one. */
int mapping_files(struct db *db, struct arena *a, struct str name,
    int32_t version, struct mapping_file **out, size_t *n, struct err *e);

#endif
