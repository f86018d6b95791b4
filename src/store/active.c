/*
 * The active set: all that a daemon works from, in one consistent picture.
 */
#include "config.h"

#include "store/control.h"

int
active_generation(struct db *db, int64_t *out, struct err *e)
{
	struct db_rows *r;

	if (db_exec(db, "SELECT number FROM crosswalk.generation", NULL, &r,
		e) < 0)
		return -1;
	*out = db_int(r, 0, 0);
	db_rows_free(r);
	return 0;
}

static int
load_mappings(struct db *db, struct arena *a, struct active *out,
    struct err *e)
{
	struct active_mapping *m = NULL;
	struct mapping_file *files;
	struct db_rows *r;
	size_t n;

	if (db_exec(db,
		"SELECT m.id, m.version, m.name, m.params::text,"
		" f.path, s.text, m.language"
		" FROM crosswalk.mapping m"
		" JOIN crosswalk.mapping_file f ON f.mapping_id = m.id"
		" JOIN crosswalk.source s ON s.hash = f.hash "
		"WHERE m.active ORDER BY m.id, f.position",
		NULL, &r, e) < 0)
		return -1;
	n = db_nrows(r);
	out->mappings = arena_array(a, n, sizeof(*out->mappings));
	files = arena_array(a, n, sizeof(*files));
	for (size_t i = 0; i < n; i++) {
		int32_t id = (int32_t)db_int(r, i, 0);

		if (m == NULL || m->id != id) {
			m = &out->mappings[out->nmappings++];
			m->id = id;
			m->version = (int32_t)db_int(r, i, 1);
			m->name = db_str(r, i, 2);
			m->params = db_str(r, i, 3);
			m->files = &files[i];
			m->language = (int32_t)db_int(r, i, 6);
		}
		files[i].path = db_str(r, i, 4);
		files[i].text = db_str(r, i, 5);
		m->nfiles++;
	}
	db_rows_defer(r, a);
	return 0;
}

static int
load_connections(struct db *db, struct arena *a, struct active *out,
    struct err *e)
{
	struct db_rows *r;

	if (db_exec(db,
		"SELECT c.id, c.tenant_id, t.name, c.name, c.connector,"
		" c.base_url, c.params::text, c.secret, c.enabled"
		" FROM crosswalk.connection c"
		" JOIN crosswalk.tenant t ON t.id = c.tenant_id ORDER BY c.id",
		NULL, &r, e) < 0)
		return -1;
	out->nconnections = db_nrows(r);
	out->connections =
	    arena_array(a, out->nconnections, sizeof(*out->connections));
	for (size_t i = 0; i < out->nconnections; i++)
		out->connections[i] = (struct connection){
			.id = (int32_t)db_int(r, i, 0),
			.tenant_id = (int32_t)db_int(r, i, 1),
			.tenant = db_str(r, i, 2),
			.name = db_str(r, i, 3),
			.connector = db_str(r, i, 4),
			.base_url = db_str(r, i, 5),
			.params = db_str(r, i, 6),
			.secret = db_str(r, i, 7),
			.enabled = db_bool(r, i, 8),
		};
	db_rows_defer(r, a);
	return 0;
}

static int
load_entities(struct db *db, struct arena *a, struct active *out,
    struct err *e)
{
	struct db_rows *r;

	if (db_exec(db,
		"SELECT e.id, e.tenant_id, t.name, e.name, e.schema_name,"
		" e.schema, e.source, e.key_column FROM crosswalk.entity e"
		" JOIN crosswalk.tenant t ON t.id = e.tenant_id ORDER BY e.id",
		NULL, &r, e) < 0)
		return -1;
	out->nentities = db_nrows(r);
	out->entities = arena_array(a, out->nentities, sizeof(*out->entities));
	for (size_t i = 0; i < out->nentities; i++)
		out->entities[i] = (struct entity){
			.id = (int32_t)db_int(r, i, 0),
			.tenant_id = (int32_t)db_int(r, i, 1),
			.tenant = db_str(r, i, 2),
			.name = db_str(r, i, 3),
			.schema_name = db_str(r, i, 4),
			.schema = db_str(r, i, 5),
			.table = db_str(r, i, 6),
			.key_column = db_str(r, i, 7),
		};
	db_rows_defer(r, a);
	return 0;
}

static int
load_syncs(struct db *db, struct arena *a, struct active *out, struct err *e)
{
	struct db_rows *r;

	if (db_exec(db,
		"SELECT s.id, s.tenant_id, s.connection_id, s.entity_id,"
		" s.name, c.name, e.name, s.mapping, s.map, s.direction,"
		" s.enabled FROM crosswalk.sync s"
		" JOIN crosswalk.connection c ON c.id = s.connection_id"
		" JOIN crosswalk.entity e ON e.id = s.entity_id ORDER BY s.id",
		NULL, &r, e) < 0)
		return -1;
	out->nsyncs = db_nrows(r);
	out->syncs = arena_array(a, out->nsyncs, sizeof(*out->syncs));
	for (size_t i = 0; i < out->nsyncs; i++)
		out->syncs[i] = (struct sync){
			.id = (int32_t)db_int(r, i, 0),
			.tenant_id = (int32_t)db_int(r, i, 1),
			.connection_id = (int32_t)db_int(r, i, 2),
			.entity_id = (int32_t)db_int(r, i, 3),
			.name = db_str(r, i, 4),
			.connection = db_str(r, i, 5),
			.entity = db_str(r, i, 6),
			.mapping = db_str(r, i, 7),
			.map = db_str(r, i, 8),
			.direction = (enum sync_direction)db_int(r, i, 9),
			.enabled = db_bool(r, i, 10),
		};
	db_rows_defer(r, a);
	return 0;
}

int
active_load(struct db *db, struct arena *a, struct active *out,
    struct err *e)
{
	*out = (struct active){ 0 };
	if (db_script(db, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
		e) < 0 ||
	    active_generation(db, &out->generation, e) < 0 ||
	    load_mappings(db, a, out, e) < 0 ||
	    load_connections(db, a, out, e) < 0 ||
	    load_entities(db, a, out, e) < 0 ||
	    load_syncs(db, a, out, e) < 0 ||
	    catalogues_load(db, a, &out->catalogues, &out->ncatalogues, e) <
	    0 || db_commit(db, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}
