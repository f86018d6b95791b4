/*
 * Configuration of crosswalkd: one JSON object, every key in config.def; the
 * command line overrides it.  An unknown key is an error.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct config {
#define TEXT char *
#define INT(min, max) int64_t
#define CONFIG(name, type, preset, help) type name;
#include "daemon/config.def"
#undef CONFIG
#undef INT
#undef TEXT
};

/* The defaults. */
void config_init(struct config *c);
void config_fini(struct config *c);
/* From a file; errors name file, key and what would be right. */
int config_read(struct config *c, const char *path, struct err *e);
/* One key; value as on the command line. */
int config_set(struct config *c, const char *key, const char *value,
    struct err *e);
/* The keys, their defaults and what they mean, for --help. */
void config_help(struct buf *out);

#endif
