/*
 * Sessions with the database.
 */
#include "cli/session.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/migrate.h"

static const char *
from_env(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v != NULL && *v != '\0' ? v : otherwise;
}

int
session_open(struct session *s, const struct args *a, struct err *e)
{
	const char *conninfo = args_get(a, 'd');

	*s = (struct session){ .json = args_get(a, 'j') != NULL };
	s->tenant = args_get(a, 't');
	log_set_level(LOG_WARN); /* a person reads */
	if (s->tenant == NULL)
		s->tenant = from_env("CROSSWALK_TENANT", NULL);
	if (s->tenant == NULL) {
		s->tenant = "main";
		s->may_make_tenant = a->command->kind == SESSION_WRITE;
	}
	if (conninfo == NULL)
		conninfo = from_env("CROSSWALK_DB", "");
	if (db_connect(conninfo, &s->db, e) != 0)
		return err_prefix(e, "cannot open the database; -d or "
		    "CROSSWALK_DB says which");
	return a->command->kind == SESSION_WRITE ? migrate(s->db, e) :
	    migrate_check(s->db, e);
}

void
session_close(struct session *s)
{
	db_close(s->db);
	arena_fini(&s->arena);
	buf_fini(&s->out);
}

int
session_run(const struct args *a)
{
	struct session s;
	struct err e;
	int status;

	if (session_open(&s, a, &e) != 0 ||
	    a->command->session(&s, a, &e) != 0 ||
	    write_all(STDOUT_FILENO, &s.out, &e) != 0)
		status = say_err(&e);
	else
		status = s.status;
	session_close(&s);
	return status;
}

struct str
session_user(void)
{
	struct passwd *pw = getpwuid(getuid());

	return str_z(pw ? pw->pw_name : "unknown");
}

int
session_tenant(struct session *s, int32_t *id, struct err *e)
{
	if (tenant_find(s->db, str_z(s->tenant), id, e) != 0)
		return -1;
	if (*id == 0 && s->may_make_tenant)
		return tenant_put(s->db, str_z(s->tenant), id, e);
	if (*id == 0)
		return err_set(e, ERR_USAGE, "there is no tenant `%s`; make it "
		    "with `crosswalk tenant add %s`, or say which with -t",
		    s->tenant, s->tenant);
	return 0;
}

/* names: those that there are, for the message. */
static int
not_found(struct buf *names, const char *what, const char *name, struct err *e)
{
	if (names->n == 0)
		err_set(e, ERR_USAGE, "there is no %s `%s`, nor any other; "
		    "`crosswalk %s add` makes one", what, name, what);
	else
		err_set(e, ERR_USAGE, "there is no %s `%s`; there is %.*s",
		    what, name, STR_ARG(buf_str(names)));
	buf_fini(names);
	return -1;
}

/*
 * connections, entities and syncs have the same members; three functions of
 * one text
 */
#define FIND(kind, plural)                                                \
	int                                                               \
	session_##kind(struct session *s, const char *name,               \
	    struct kind *out, struct err *e)                              \
	{                                                                 \
		struct buf names = { 0 };                                 \
		struct active active;                                     \
		int32_t tenant;                                           \
									  \
		if (session_tenant(s, &tenant, e) != 0 ||                 \
		    active_load(s->db, &s->arena, &active, e) != 0)       \
			return -1;                                        \
		for (size_t i = 0; i < active.n##plural; i++) {           \
			if (active.plural[i].tenant_id != tenant)         \
				continue;                                 \
			if (str_eq(active.plural[i].name, str_z(name))) { \
				*out = active.plural[i];                  \
				buf_fini(&names);                         \
				return 0;                                 \
			}                                                 \
			buf_printf(&names, "%s%.*s", names.n ? ", " : "", \
			    STR_ARG(active.plural[i].name));              \
		}                                                         \
		return not_found(&names, #kind, name, e);                 \
	}
FIND(connection, connections)
FIND(entity, entities)
FIND(sync, syncs)

void
session_sheet(struct session *s, struct sheet *sheet)
{
	sheet_print(&s->out, sheet, s->json);
	sheet_fini(sheet);
}

void
sheet_time(struct sheet *sheet, int64_t us)
{
	char iso[25];

	if (us == 0) {
		sheet_null(sheet);
		return;
	}
	clock_iso(us, iso);
	sheet_text(sheet, str_from(iso, 24));
}

void
sheet_opt(struct sheet *sheet, struct str s)
{
	if (s.p == NULL)
		sheet_null(sheet);
	else
		sheet_text(sheet, s);
}

void
sheet_bool(struct sheet *sheet, bool b)
{
	sheet_json(sheet, b ? STR("true") : STR("false"));
}
