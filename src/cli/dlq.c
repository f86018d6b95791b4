/*
 * crosswalk dlq: dead letters, what they are and how they come back.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/session.h"
#include "record/scan.h"
#include "store/dlq.h"

#define PAGE 1000

/* -s: a sync's id, 0 for all. */
static int
sync_option(struct session *s, const struct args *a, int32_t *id,
    struct err *e)
{
	struct sync y;

	*id = 0;
	if (args_get(a, 's') == NULL)
		return 0;
	if (session_sync(s, args_get(a, 's'), &y, e) != 0)
		return -1;
	*id = y.id;
	return 0;
}

static struct str
sync_name(const struct active *active, int32_t id)
{
	for (size_t i = 0; i < active->nsyncs; i++) {
		if (active->syncs[i].id == id)
			return active->syncs[i].name;
	}
	return STR("?");
}

static int
list_groups(struct session *s, int32_t sync, struct err *e)
{
	static const char *const columns[] = { "group", "sync", "records",
		"last", "cause", "rule", "message", NULL };
	struct dlq_group *g;
	struct active active;
	struct sheet sheet;
	size_t n;

	if (active_load(s->db, &s->arena, &active, e) != 0 ||
	    dlq_groups(s->db, &s->arena, sync, &g, &n, e) != 0)
		return -1;
	sheet_init(&sheet, columns);
	for (size_t i = 0; i < n; i++) {
		sheet_text(&sheet, g[i].fingerprint);
		sheet_text(&sheet, sync_name(&active, g[i].sync_id));
		sheet_int(&sheet, g[i].records);
		sheet_time(&sheet, g[i].last_us);
		sheet_text(&sheet, g[i].cause);
		sheet_opt(&sheet, g[i].rule);
		sheet_text(&sheet, g[i].message);
	}
	session_sheet(s, &sheet);
	return 0;
}

/* Add the items of a sync, page by page. */
static int
add_items(struct session *s, const struct sync *y, struct str group,
    struct sheet *sheet, struct err *e)
{
	struct str after = { NULL, 0 };
	struct dlq_item *it;
	size_t n;

	do {
		if (dlq_items(s->db, &s->arena, y->id, group, after, PAGE, &it,
		    &n, e) != 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			sheet_text(sheet, it[i].key);
			sheet_text(sheet, y->name);
			sheet_int(sheet, it[i].count);
			sheet_time(sheet, it[i].last_us);
			sheet_text(sheet, it[i].cause);
			sheet_text(sheet, it[i].message);
			after = it[i].key;
		}
	} while (n == PAGE);
	return 0;
}

static int
list_items(struct session *s, struct str group, int32_t sync, struct err *e)
{
	static const char *const columns[] = { "key", "sync", "failures",
		"last", "cause", "message", NULL };
	struct active active;
	struct sheet sheet;
	int r = 0;

	if (active_load(s->db, &s->arena, &active, e) != 0)
		return -1;
	sheet_init(&sheet, columns);
	for (size_t i = 0; i < active.nsyncs && r == 0; i++) {
		if (sync == 0 || active.syncs[i].id == sync)
			r = add_items(s, &active.syncs[i], group, &sheet, e);
	}
	if (r == 0)
		sheet_print(&s->out, &sheet, s->json);
	sheet_fini(&sheet);
	return r;
}

int
cmd_dlq_list(struct session *s, const struct args *a, struct err *e)
{
	struct str group = args_str(a, 'g');
	int32_t sync;

	if (sync_option(s, a, &sync, e) != 0)
		return -1;
	if (group.p == NULL && args_get(a, 'a') == NULL)
		return list_groups(s, sync, e);
	return list_items(s, group, sync, e);
}

/* The record as it is where it is JSON, as text where it is not. */
static void
payload(struct sheet *sheet, struct session *s, struct str text)
{
	struct scan_names *names = scan_names_new();
	char *padded = arena_zalloc(&s->arena, text.n + RECORD_PAD);

	if (text.n > 0)
		memcpy(padded, text.p, text.n);
	if (text.p == NULL)
		sheet_null(sheet);
	else if (scan_check(str_from(padded, text.n), names, NULL) == 0)
		sheet_json(sheet, text);
	else
		sheet_text(sheet, text);
	scan_names_free(names);
}

static void
line(struct buf *out, const char *name, struct str text)
{
	if (text.p != NULL)
		buf_printf(out, "%-9s %.*s\n", name, STR_ARG(text));
}

int
cmd_dlq_show(struct session *s, const struct args *a, struct err *e)
{
	static const char *const columns[] = { "key", "op", "cause", "rule",
		"message", "failures", "first", "last", "record", "request",
		"reply", NULL };
	struct dlq_item it;
	struct sheet sheet;
	struct sync y;
	bool found;

	if (session_sync(s, a->rest[0], &y, e) != 0 ||
	    dlq_show(s->db, &s->arena, y.id, str_z(a->rest[1]), &it, &found,
	    e) != 0)
		return -1;
	if (!found) {
		s->status = say(1, "%s has no dead letter `%s`", a->rest[0],
		    a->rest[1]);
		return 0;
	}
	if (s->json) {
		sheet_init(&sheet, columns);
		sheet_text(&sheet, it.key);
		sheet_text(&sheet, it.op == 'd' ? STR("delete") :
		    STR("upsert"));
		sheet_text(&sheet, it.cause);
		sheet_opt(&sheet, it.rule);
		sheet_text(&sheet, it.message);
		sheet_int(&sheet, it.count);
		sheet_time(&sheet, it.first_us);
		sheet_time(&sheet, it.last_us);
		payload(&sheet, s, it.payload);
		sheet_opt(&sheet, it.request);
		sheet_opt(&sheet, it.reply);
		session_sheet(s, &sheet);
		return 0;
	}
	line(&s->out, "key", it.key);
	line(&s->out, "cause", it.cause);
	line(&s->out, "message", it.message);
	line(&s->out, "rule", it.rule);
	buf_printf(&s->out, "%-9s %" PRId64 "\n", "failures", it.count);
	line(&s->out, "record", it.payload);
	line(&s->out, "request", it.request);
	line(&s->out, "reply", it.reply);
	return 0;
}

/* What replay and drop are about: everything only when it is said. */
static int
selection(const struct args *a, struct err *e)
{
	if (args_get(a, 's') || args_get(a, 'g') || args_get(a, 'k') ||
	    args_get(a, 'a'))
		return 0;
	return err_set(e, ERR_USAGE, "say which: --sync, --group, --key, or "
	    "--all");
}

int
cmd_dlq_replay(struct session *s, const struct args *a, struct err *e)
{
	int32_t sync;
	int64_t n;

	if (selection(a, e) != 0 || sync_option(s, a, &sync, e) != 0 ||
	    dlq_replay(s->db, sync, args_str(a, 'g'), args_str(a, 'k'), &n,
	    e) != 0)
		return -1;
	buf_printf(&s->out, "%" PRId64 " replayed\n", n);
	s->status = n > 0 ? 0 : 1;
	return 0;
}

int
cmd_dlq_drop(struct session *s, const struct args *a, struct err *e)
{
	int32_t sync;
	int64_t n;

	if (selection(a, e) != 0 || sync_option(s, a, &sync, e) != 0 ||
	    dlq_drop(s->db, sync, args_str(a, 'g'), args_str(a, 'k'), &n,
	    e) != 0)
		return -1;
	buf_printf(&s->out, "%" PRId64 " dropped\n", n);
	s->status = n > 0 ? 0 : 1;
	return 0;
}
