/*
 * Reading the configuration, driven by config.def.
 */
#include "daemon/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

enum kind { KIND_TEXT, KIND_INT };

struct key {
	const char *name;
	const char *preset;
	const char *help;
	size_t at;
	enum kind kind;
	int64_t min, max;
};

#define TEXT KIND_TEXT, 0, 0
#define INT(min, max) KIND_INT, min, max
#define CONFIG(name, type, preset, help)                                  \
	{ #name, preset, help, offsetof(struct config, name), type },
static const struct key keys[] = {
#include "daemon/config.def"
};
#undef CONFIG
#undef INT
#undef TEXT

static char *
copy(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		fatal("out of memory: the configuration");
	return p;
}

static void
set_text(struct config *c, const struct key *k, const char *value)
{
	char **at = (char **)((char *)c + k->at);

	free(*at);
	*at = copy(value);
}

static int
set_int(struct config *c, const struct key *k, int64_t value, struct err *e)
{
	if (value < k->min || value > k->max)
		return err_set(e, ERR_USAGE, "%s: %" PRId64 " is not from %"
		    PRId64 " to %" PRId64, k->name, value, k->min, k->max);
	*(int64_t *)((char *)c + k->at) = value;
	return 0;
}

static const struct key *
find(const char *name, struct err *e)
{
	struct buf all = { 0 };

	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	for (size_t i = 0; i < COUNT(keys); i++)
		buf_printf(&all, " %s", keys[i].name);
	err_set(e, ERR_USAGE, "no such key: %.60s; the keys are%.*s", name,
	    (int)all.n, all.p);
	buf_fini(&all);
	return NULL;
}

int
config_set(struct config *c, const char *name, const char *value,
    struct err *e)
{
	const struct key *k = find(name, e);
	long long n;
	char *end;

	if (k == NULL)
		return -1;
	if (k->kind == KIND_TEXT) {
		set_text(c, k, value);
		return 0;
	}
	errno = 0;
	n = strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0')
		return err_set(e, ERR_USAGE, "%s: \"%.40s\" is not a whole "
		    "number", name, value);
	return set_int(c, k, n, e);
}

void
config_init(struct config *c)
{
	*c = (struct config){ 0 };
	for (size_t i = 0; i < COUNT(keys); i++)
		if (config_set(c, keys[i].name, keys[i].preset, NULL) != 0)
			fatal("the default of %s is not valid", keys[i].name);
}

void
config_fini(struct config *c)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (keys[i].kind == KIND_TEXT)
			free(*(char **)((char *)c + keys[i].at));
}

static int
set_json(struct config *c, const char *name, json_t *v, struct err *e)
{
	const struct key *k = find(name, e);

	if (k == NULL)
		return -1;
	if (k->kind == KIND_TEXT && json_is_string(v)) {
		set_text(c, k, json_string_value(v));
		return 0;
	}
	if (k->kind == KIND_INT && json_is_integer(v))
		return set_int(c, k, json_integer_value(v), e);
	return err_set(e, ERR_USAGE, "%s: a %s is expected", name,
	    k->kind == KIND_TEXT ? "string" : "whole number");
}

int
config_read(struct config *c, const char *path, struct err *e)
{
	json_error_t je;
	json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &je), *v;
	const char *name;
	int rv = 0;

	if (doc == NULL)
		return err_at(e, ERR_USAGE, (size_t)(je.line > 0 ? je.line : 0),
		    "%s:%d: %s", path, je.line, je.text);
	if (!json_is_object(doc))
		rv = err_set(e, ERR_USAGE, "a JSON object is expected");
	json_object_foreach(doc, name, v) {
		if (rv == 0)
			rv = set_json(c, name, v, e);
	}
	json_decref(doc);
	return rv == 0 ? 0 : err_prefix(e, "%s", path);
}

void
config_help(struct buf *out)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		buf_printf(out, "  %-20s %s%s%s%s\n", keys[i].name,
		    keys[i].help, *keys[i].preset ? " (default " : "",
		    keys[i].preset, *keys[i].preset ? ")" : "");
}
