/*
 * crosswalk connection, sync: accounts at CRMs, and what is kept equal there.
 */
#include <string.h>

#include "cli/session.h"

int
cmd_connection_add(struct session *s, const struct args *a, struct err *e)
{
	struct connection c = {
		.name = str_z(a->rest[0]),
		.connector = str_z(a->rest[1]),
		.base_url = args_str(a, 'u'),
		.params = args_str(a, 'p'),
		.secret = args_str(a, 's'),
		.enabled = true,
	};

	if (c.base_url.p == NULL)
		c.base_url = STR(""); /* the connector's own */
	if (c.params.p == NULL)
		c.params = STR("{}");
	if (session_tenant(s, &c.tenant_id, e) != 0)
		return -1;
	return connection_put(s->db, &c, &c.id, e);
}

static const char *const connection_columns[] = { "tenant", "name",
	"connector", "url", "secret", "params", "enabled", NULL };

static void
connection_row(struct sheet *sheet, const struct connection *c)
{
	sheet_text(sheet, c->tenant);
	sheet_text(sheet, c->name);
	sheet_text(sheet, c->connector);
	sheet_opt(sheet, c->base_url);
	sheet_opt(sheet, c->secret);
	sheet_json(sheet, c->params);
	sheet_bool(sheet, c->enabled);
}

int
cmd_connection_list(struct session *s, const struct args *a, struct err *e)
{
	struct active active;
	struct sheet sheet;

	if (active_load(s->db, &s->arena, &active, e) != 0)
		return -1;
	sheet_init(&sheet, connection_columns);
	for (size_t i = 0; i < active.nconnections; i++)
		connection_row(&sheet, &active.connections[i]);
	session_sheet(s, &sheet);
	return 0;
}

int
cmd_connection_show(struct session *s, const struct args *a, struct err *e)
{
	struct connection c;
	struct sheet sheet;

	if (session_connection(s, a->rest[0], &c, e) != 0)
		return -1;
	sheet_init(&sheet, connection_columns);
	connection_row(&sheet, &c);
	session_sheet(s, &sheet);
	return 0;
}

static int
connection_turn(struct session *s, const char *name, bool on, struct err *e)
{
	struct connection c;

	if (session_connection(s, name, &c, e) != 0)
		return -1;
	return connection_enable(s->db, c.id, on, e);
}

int
cmd_connection_pause(struct session *s, const struct args *a, struct err *e)
{
	return connection_turn(s, a->rest[0], false, e);
}

int
cmd_connection_resume(struct session *s, const struct args *a, struct err *e)
{
	return connection_turn(s, a->rest[0], true, e);
}

static const char *const direction_words[] = {
	[SYNC_OUT] = "out", [SYNC_IN] = "in", [SYNC_BOTH] = "both",
};

int
cmd_sync_add(struct session *s, const struct args *a, struct err *e)
{
	const char *word = args_get(a, 'w');
	struct sync sync = {
		.name = str_z(a->rest[0]),
		.mapping = str_z(a->rest[3]),
		.map = args_str(a, 'm'),
		.direction = SYNC_OUT,
		.enabled = true,
	};
	struct connection conn;
	struct entity ent;

	if (word != NULL) {
		int d = SYNC_BOTH;

		while (d >= SYNC_OUT && strcmp(word, direction_words[d]) != 0)
			d--;
		if (d < SYNC_OUT)
			return err_set(e, ERR_USAGE, "a direction is out, in "
			    "or both, not `%s`", word);
		sync.direction = (enum sync_direction)d;
	}
	if (sync.map.p == NULL)
		sync.map = sync.mapping;
	if (session_entity(s, a->rest[1], &ent, e) != 0 ||
	    session_connection(s, a->rest[2], &conn, e) != 0)
		return -1;
	sync.tenant_id = conn.tenant_id;
	sync.connection_id = conn.id;
	sync.entity_id = ent.id;
	return sync_put(s->db, &sync, &sync.id, e);
}

static const char *const sync_columns[] = { "tenant", "name", "entity",
	"connection", "mapping", "map", "direction", "enabled", NULL };

static void
sync_row(struct sheet *sheet, struct str tenant, const struct sync *y)
{
	sheet_text(sheet, tenant);
	sheet_text(sheet, y->name);
	sheet_text(sheet, y->entity);
	sheet_text(sheet, y->connection);
	sheet_text(sheet, y->mapping);
	sheet_text(sheet, y->map);
	sheet_text(sheet, str_z(direction_words[y->direction]));
	sheet_bool(sheet, y->enabled);
}

static struct str
tenant_of(const struct active *active, int32_t connection_id)
{
	for (size_t i = 0; i < active->nconnections; i++) {
		if (active->connections[i].id == connection_id)
			return active->connections[i].tenant;
	}
	return STR("");
}

int
cmd_sync_list(struct session *s, const struct args *a, struct err *e)
{
	struct active active;
	struct sheet sheet;

	if (active_load(s->db, &s->arena, &active, e) != 0)
		return -1;
	sheet_init(&sheet, sync_columns);
	for (size_t i = 0; i < active.nsyncs; i++)
		sync_row(&sheet,
		    tenant_of(&active, active.syncs[i].connection_id),
		    &active.syncs[i]);
	session_sheet(s, &sheet);
	return 0;
}

int
cmd_sync_show(struct session *s, const struct args *a, struct err *e)
{
	struct sheet sheet;
	struct sync y;

	if (session_sync(s, a->rest[0], &y, e) != 0)
		return -1;
	sheet_init(&sheet, sync_columns);
	sync_row(&sheet, str_z(s->tenant), &y);
	session_sheet(s, &sheet);
	return 0;
}

static int
sync_turn(struct session *s, const char *name, bool on, struct err *e)
{
	struct sync y;

	if (session_sync(s, name, &y, e) != 0)
		return -1;
	return sync_enable(s->db, y.id, on, e);
}

int
cmd_sync_pause(struct session *s, const struct args *a, struct err *e)
{
	return sync_turn(s, a->rest[0], false, e);
}

int
cmd_sync_resume(struct session *s, const struct args *a, struct err *e)
{
	return sync_turn(s, a->rest[0], true, e);
}
