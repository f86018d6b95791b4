/*
 * crosswalk connection fields: catalogues that the daemon has read.
 */
#include "cli/stored_fields.h"

#include "base/clock.h"
#include "cli/fields.h"

#define LOOK_MS 100
#define PATIENCE_MS 30000 /* for a daemon to read one */

int
stored_fields(struct session *s, int32_t connection, struct catalogue **out,
    size_t *n, struct err *e)
{
	struct catalogue *all;
	size_t nall;

	*n = 0;
	if (catalogues_load(s->db, &s->arena, &all, &nall, e) != 0)
		return -1;
	*out = arena_array(&s->arena, nall, sizeof(**out));
	for (size_t i = 0; i < nall; i++)
		if (all[i].connection_id == connection)
			(*out)[(*n)++] = all[i];
	return 0;
}

static int
read_stored(struct session *s, const struct connection *c,
    struct lang_catalog *to, size_t most, size_t *n, struct arena *a,
    struct err *e)
{
	struct catalogue *list;
	size_t nlist;

	if (stored_fields(s, c->id, &list, &nlist, e) != 0)
		return -1;
	for (*n = 0; nlist > 0 && *n < most; nlist--, list++) {
		struct str text;

		if (list->version == 0)
			continue;
		if (catalogue_get(s->db, &s->arena, c->id, list->object,
		    &text, e) != 0)
			return -1;
		to[(*n)++] = (struct lang_catalog){
		    .schema = arena_printf(a, ".%.*s", STR_ARG(list->object)),
		    .file = arena_printf(a, "of %.*s, %.*s",
			STR_ARG(c->name), STR_ARG(list->object)),
		    .text = arena_str(a, text) };
	}
	return 0;
}

int
stored_options(const struct args *args, const char *name,
    struct str *params, struct lang_catalog *to, size_t most, size_t *n,
    struct arena *a, struct err *e)
{
	struct session s;
	struct connection c;
	int rv = -1;

	*n = 0;
	if (session_open(&s, args, e) == 0 &&
	    session_connection(&s, name, &c, e) == 0) {
		*params = arena_str(a, c.params);
		rv = read_stored(&s, &c, to, most, n, a, e);
	}
	session_close(&s);
	return rv;
}

static int
list(struct session *s, int32_t connection, struct err *e)
{
	static const char *const columns[] = { "object", "version", "read",
		"changed", NULL };
	struct catalogue *c;
	struct sheet sheet;
	size_t n;

	if (stored_fields(s, connection, &c, &n, e) != 0)
		return -1;
	sheet_init(&sheet, columns);
	for (; n > 0; n--, c++) {
		sheet_text(&sheet, c->object);
		sheet_int(&sheet, c->version);
		sheet_time(&sheet, c->read_us);
		sheet_time(&sheet, c->changed_us);
	}
	session_sheet(s, &sheet);
	return 0;
}

/* Ask, and wait until it is read. */
static int
refresh(struct session *s, int32_t connection, const char *object,
    struct err *e)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS, asked;
	struct catalogue *c;
	size_t n;

	if (catalogue_ask(s->db, connection, str_z(object), &asked, e) != 0)
		return -1;
	while (clock_mono_ms() < until) {
		if (stored_fields(s, connection, &c, &n, e) != 0)
			return -1;
		for (; n > 0; n--, c++)
			if (str_eq(c->object, str_z(object)) &&
			    c->read_us > asked)
				return 0;
		clock_sleep_ms(LOOK_MS);
	}
	return err_set(e, ERR_BUSY, "the fields of `%s` were not read in %d "
	    "s; it is asked for them, and delivery.catalogue in the log of "
	    "crosswalkd says why they do not come", object,
	    PATIENCE_MS / 1000);
}

static int
show(struct session *s, int32_t connection, const char *object, struct err *e)
{
	struct str text;
	struct sheet sheet;

	if (catalogue_get(s->db, &s->arena, connection, str_z(object), &text,
	    e) != 0)
		return -1;
	if (text.p == NULL)
		return err_set(e, ERR_USAGE, "no fields of `%s` are stored; "
		    "-r has them read", object);
	if (s->json) {
		buf_printf(&s->out, "%.*s\n", STR_ARG(text));
		return 0;
	}
	if (fields_sheet(&sheet, text, e) != 0)
		return -1;
	session_sheet(s, &sheet);
	return 0;
}

int
cmd_connection_fields(struct session *s, const struct args *a, struct err *e)
{
	const char *object = a->nrest > 1 ? a->rest[1] : NULL;
	int anew = args_get(a, 'r') != NULL;
	struct connection c;

	if (anew && object == NULL)
		args_fail(a, "-r wants to know the object");
	if (session_connection(s, a->rest[0], &c, e) != 0)
		return -1;
	if (object == NULL)
		return list(s, c.id, e);
	if (anew && refresh(s, c.id, object, e) != 0)
		return -1;
	return show(s, c.id, object, e);
}
