/*
 * crosswalk history, rollback: versions of mappings.
 */
#include <stdlib.h>

#include "cli/session.h"
#include "store/mapping.h"

int
cmd_history(struct session *s, const struct args *a, struct err *e)
{
	static const char *const head[] = { "name", "version", "active",
		"published", "by", "checks", "language", NULL };
	struct str name = { NULL, 0 };
	struct mapping_version *v;
	struct sheet sheet;
	size_t n;

	if (a->nrest > 0)
		name = str_z(a->rest[0]);
	if (mapping_history(s->db, &s->arena, name, &v, &n, e) != 0)
		return -1;
	if (n == 0 && a->nrest > 0)
		s->status = say(1, "there is no mapping `%s`", a->rest[0]);
	sheet_init(&sheet, head);
	for (size_t i = 0; i < n; i++) {
		sheet_text(&sheet, v[i].name);
		sheet_int(&sheet, v[i].version);
		sheet_bool(&sheet, v[i].active);
		sheet_time(&sheet, v[i].created_us);
		sheet_opt(&sheet, v[i].by);
		sheet_json(&sheet, v[i].checks);
		sheet_int(&sheet, v[i].language);
	}
	session_sheet(s, &sheet);
	return 0;
}

int
cmd_rollback(struct session *s, const struct args *a, struct err *e)
{
	struct mapping_version v;
	int32_t version = 0;

	if (a->nrest > 1) {
		char *end;
		long n = strtol(a->rest[1], &end, 10);

		if (*end != '\0' || n < 1 || n > INT32_MAX)
			return err_set(e, ERR_USAGE, "`%s` is no version; "
			    "`crosswalk history %s` lists them", a->rest[1],
			    a->rest[0]);
		version = (int32_t)n;
	}
	if (mapping_rollback(s->db, &s->arena, str_z(a->rest[0]), version,
	    session_user(), &v, e) != 0)
		return -1;
	buf_printf(&s->out, "%.*s: version %d is active\n", STR_ARG(v.name),
	    v.version);
	return 0;
}
