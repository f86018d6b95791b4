/*
 * crosswalk tenant, key, secret, entity: who may do what, and what records
 * there are.
 */
#include "cli/session.h"
#include "store/secret.h"

#define SECRET_MAX ((size_t)1 << 16)
#define SCHEMA_MAX ((size_t)1 << 20)

int
cmd_tenant_add(struct session *s, const struct args *a, struct err *e)
{
	int32_t id;

	return tenant_put(s->db, str_z(a->rest[0]), &id, e);
}

int
cmd_key_add(struct session *s, const struct args *a, struct err *e)
{
	char key[APIKEY_SIZE];
	int32_t tenant;

	if (session_tenant(s, &tenant, e) != 0 ||
	    apikey_create(s->db, tenant, str_z(a->rest[0]), key, e) != 0)
		return -1;
	buf_printf(&s->out, "%s\n", key);
	return 0;
}

int
cmd_key_revoke(struct session *s, const struct args *a, struct err *e)
{
	int32_t tenant;
	bool was;

	if (session_tenant(s, &tenant, e) != 0 ||
	    apikey_revoke(s->db, tenant, str_z(a->rest[0]), &was, e) != 0)
		return -1;
	s->status = was ? 0 : say(1, "there is no key `%s`", a->rest[0]);
	return 0;
}

int
cmd_secret_set(struct session *s, const struct args *a, struct err *e)
{
	struct secret_key *key = NULL;
	struct buf value = { 0 };
	int32_t tenant;
	int r = -1;

	if (session_tenant(s, &tenant, e) != 0 ||
	    secret_key_load(NULL, &key, e) != 0)
		return -1;
	if (read_all("-", SECRET_MAX, &value, e) != 0)
		goto out;
	while (value.n > 0 && value.p[value.n - 1] == '\n')
		value.n--; /* of echo; no token ends so */
	if (value.n == 0) {
		err_set(e, ERR_USAGE, "stdin is empty; the secret is read "
		    "from there, so that no process list shows it");
		goto out;
	}
	r = secret_put(s->db, key, tenant, str_z(a->rest[0]), buf_str(&value),
	    e);
out:
	secret_wipe(&value);
	secret_key_free(key);
	return r;
}

int
cmd_secret_drop(struct session *s, const struct args *a, struct err *e)
{
	int32_t tenant;
	bool was;

	if (session_tenant(s, &tenant, e) != 0 ||
	    secret_drop(s->db, tenant, str_z(a->rest[0]), &was, e) != 0)
		return -1;
	s->status = was ? 0 : say(1, "there is no secret `%s`", a->rest[0]);
	return 0;
}

int
cmd_secret_keygen(const struct args *a)
{
	struct err e;

	return secret_key_make(a->rest[0], &e) == 0 ? 0 : say_err(&e);
}

int
cmd_entity_add(struct session *s, const struct args *a, struct err *e)
{
	struct entity ent = {
		.name = str_z(a->rest[0]),
		.schema_name = args_str(a, 'n'),
	};
	struct buf schema = { 0 };
	int r = -1;

	if (session_tenant(s, &ent.tenant_id, e) != 0)
		return -1;
	if (args_get(a, 's') != NULL) {
		if (read_all(args_get(a, 's'), SCHEMA_MAX, &schema, e) != 0)
			goto out;
		ent.schema = buf_str(&schema);
	}
	r = entity_put(s->db, &ent, &ent.id, e);
out:
	buf_fini(&schema);
	return r;
}

int
cmd_entity_list(struct session *s, const struct args *a, struct err *e)
{
	static const char *const columns[] = { "tenant", "name", "schema",
		"table", "key", NULL };
	struct active active;
	struct sheet sheet;

	if (active_load(s->db, &s->arena, &active, e) != 0)
		return -1;
	sheet_init(&sheet, columns);
	for (size_t i = 0; i < active.nentities; i++) {
		const struct entity *t = &active.entities[i];

		sheet_text(&sheet, t->tenant);
		sheet_text(&sheet, t->name);
		sheet_opt(&sheet, t->schema_name);
		sheet_opt(&sheet, t->table);
		sheet_opt(&sheet, t->key_column);
	}
	session_sheet(s, &sheet);
	return 0;
}
