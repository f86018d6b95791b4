/*
 * A command that speaks to crosswalk's database: the database is opened, the
 * command's function runs, what it put into `out` is printed, and an error
 * becomes the exit status.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/cli.h"
#include "cli/sheet.h"
#include "store/control.h"

struct session {
	const char *tenant; /* -t, else $CROSSWALK_TENANT, else "main" */
	int may_make_tenant; /* "main", that nobody named, is made */
	int json;           /* -j */
	struct db *db;      /* -d, else $CROSSWALK_DB, else libpq's own */
	struct arena arena;
	struct buf out;     /* goes to stdout when the function is done */
	int status;         /* of a function that returned 0; 1: no */
};

/* The database and the tenant of a; session_close either way. */
int session_open(struct session *s, const struct args *a, struct err *e);
void session_close(struct session *s);
/* Run the command of a; returns the exit status. */
int session_run(const struct args *a);

/* Who publishes: the login name, for the history. */
struct str session_user(void);

/* The tenant's id; an error that says how to make it where there is none. */
int session_tenant(struct session *s, int32_t *id, struct err *e);
/*
 * What the tenant has by that name, in s->arena; an error that lists the
 * names where there is none.
 */
int session_connection(struct session *s, const char *name,
    struct connection *out, struct err *e);
int session_entity(struct session *s, const char *name, struct entity *out,
    struct err *e);
int session_sync(struct session *s, const char *name, struct sync *out,
    struct err *e);

/* Print rows as a table or as JSON into s->out, and end the sheet. */
void session_sheet(struct session *s, struct sheet *sheet);
/* "2026-01-31T12:00:00.000Z", or null where us is 0. */
void sheet_time(struct sheet *sheet, int64_t us);
/* Text, or null where s.p is NULL. */
void sheet_opt(struct sheet *sheet, struct str s);
void sheet_bool(struct sheet *sheet, bool b);

#endif
