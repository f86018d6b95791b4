/*
 * crosswalk status: how far things are.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/session.h"
#include "journal/journal.h"
#include "store/status.h"

#define WATCH_MS 1000
/* The reader that the daemon's ingest is. */
#define READER "engine"

/* What status_load tells, and how far the daemon has read. */
struct standing {
	struct status st;
	int64_t unread;
	int64_t unread_us; /* when the oldest of them came */
};

static int64_t
age_s(int64_t us)
{
	return us == 0 ? 0 : (clock_wall_us() - us) / 1000000;
}

static int
tell_json(struct session *s, const struct standing *p)
{
	const struct status *st = &p->st;

	buf_printf(&s->out, "{\"journal_seq\":%" PRId64 ",\"unread\":%" PRId64
	    ",\"unread_s\":%" PRId64 ",\"waiting\":%" PRId64 ",\"dead\":%"
	    PRId64 ",\"oldest_s\":%" PRId64 ",\"syncs\":[",
	    st->journal_seq, p->unread, age_s(p->unread_us), st->intents,
	    st->dead, age_s(st->oldest_us));
	for (size_t i = 0; i < st->nsyncs; i++) {
		const struct status_sync *y = &st->syncs[i];

		buf_puts(&s->out, i ? STR(",{\"tenant\":") :
		    STR("{\"tenant\":"));
		buf_json(&s->out, y->tenant);
		buf_puts(&s->out, STR(",\"connection\":"));
		buf_json(&s->out, y->connection);
		buf_puts(&s->out, STR(",\"sync\":"));
		buf_json(&s->out, y->name);
		buf_printf(&s->out, ",\"enabled\":%s,\"links\":%" PRId64
		    ",\"linked\":%" PRId64 ",\"waiting\":%" PRId64
		    ",\"dead\":%" PRId64 "}", y->enabled ? "true" : "false",
		    y->links, y->linked, y->intents, y->dead);
	}
	buf_puts(&s->out, STR("],\"causes\":["));
	for (size_t i = 0; i < st->ncauses; i++) {
		const struct status_cause *c = &st->causes[i];

		buf_puts(&s->out, i ? STR(",{\"cause\":") :
		    STR("{\"cause\":"));
		buf_json(&s->out, c->cause);
		buf_printf(&s->out, ",\"waiting\":%" PRId64 ",\"oldest_s\":%"
		    PRId64 "}", c->intents, age_s(c->oldest_us));
	}
	buf_puts(&s->out, STR("]}\n"));
	return 0;
}

static int
tell(struct session *s, const struct standing *p)
{
	const struct status *st = &p->st;
	static const char *const syncs[] = { "tenant", "connection", "sync",
		"state", "links", "linked", "waiting", "dead", NULL };
	static const char *const causes[] = { "cause", "waiting", "oldest_s",
		NULL };
	struct sheet sheet;

	if (s->json)
		return tell_json(s, p);
	buf_printf(&s->out, "journal at %" PRId64 ", %" PRId64 " to be read, %"
	    PRId64 " records wait, %" PRId64 " dead letters\n",
	    st->journal_seq, p->unread, st->intents, st->dead);
	sheet_init(&sheet, syncs);
	for (size_t i = 0; i < st->nsyncs; i++) {
		const struct status_sync *y = &st->syncs[i];

		sheet_text(&sheet, y->tenant);
		sheet_text(&sheet, y->connection);
		sheet_text(&sheet, y->name);
		sheet_text(&sheet, y->enabled ? STR("runs") : STR("paused"));
		sheet_int(&sheet, y->links);
		sheet_int(&sheet, y->linked);
		sheet_int(&sheet, y->intents);
		sheet_int(&sheet, y->dead);
	}
	session_sheet(s, &sheet);
	sheet_init(&sheet, causes);
	for (size_t i = 0; i < st->ncauses; i++) {
		sheet_text(&sheet, st->causes[i].cause);
		sheet_int(&sheet, st->causes[i].intents);
		sheet_int(&sheet, age_s(st->causes[i].oldest_us));
	}
	session_sheet(s, &sheet);
	return 0;
}

int
cmd_status(struct session *s, const struct args *a, struct err *e)
{
	int watch = args_get(a, 'w') != NULL;
	struct standing p;

	for (;;) {
		if (status_load(s->db, &s->arena, true, &p.st, e) != 0 ||
		    journal_pg_lag(s->db, READER, &p.unread, &p.unread_us,
		    e) != 0)
			return -1;
		if (watch && !s->json)
			buf_puts(&s->out, STR("\033[H\033[2J"));
		tell(s, &p);
		if (!watch)
			return 0;
		if (write_all(STDOUT_FILENO, &s->out, e) != 0)
			return -1;
		arena_reset(&s->arena);
		clock_sleep_ms(WATCH_MS);
	}
}
