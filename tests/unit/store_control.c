/* Mappings, tenants, connections, syncs, keys and secrets. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster_main.h"
#include "store/budget.h"
#include "store/control.h"
#include "store/secret.h"

static struct err e;
static struct arena arena;

static struct mapping_version
publish_with(struct db *db, const char *name, const char *text,
    const char *lib, struct str params)
{
	struct mapping_file files[2] = {
		{ STR("contact.map"), str_z(text) },
		{ STR("lib/common.map"), str_z(lib) },
	};
	struct mapping_version v = { 0 };

	must(mapping_publish(db, &arena, str_z(name), files, 2, params, 1,
	    STR("{\"tests\": 3}"), STR("ann"), &v, &e));
	return v;
}

static struct mapping_version
publish(struct db *db, const char *name, const char *text, const char *lib)
{
	return publish_with(db, name, text, lib, STR("{}"));
}

static int64_t
generation(struct db *db)
{
	int64_t g;

	must(active_generation(db, &g, &e));
	return g;
}

Test(mapping, a_change_anywhere_makes_a_version_and_no_change_makes_none)
{
	struct db *db = test_db(), *ear = test_connect();
	struct mapping_version v;
	int64_t g = generation(db);

	must(db_listen(ear, CROSSWALK_RELOAD, &e));
	v = publish(db, "m", "one", "lib");
	cr_assert(v.fresh && v.active);
	cr_assert_eq(v.version, 1);
	cr_assert(str_eq(v.by, STR("ann")));
	cr_assert(str_eq(v.checks, STR("{\"tests\": 3}")));
	cr_assert_eq(generation(db), g + 1);
	cr_assert_eq(db_wait(ear, -1, -1, &e), 1);
	v = publish(db, "m", "one", "lib");
	cr_assert(!v.fresh && v.active);
	cr_assert_eq(v.version, 1);
	cr_assert_eq(generation(db), g + 1);
	cr_assert_eq(db_wait(ear, 20, -1, &e), 0);
	v = publish(db, "m", "one", "lib changed");
	cr_assert(v.fresh);
	cr_assert_eq(v.version, 2);
	v = publish(db, "other", "one", "lib");
	cr_assert_eq(v.version, 1);
	cr_assert_eq(test_int(db,
			 "SELECT count(*) FROM crosswalk.mapping WHERE active"),
	    2);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM crosswalk.source"),
	    3); /* what is equal is kept once */
	db_close(ear);
	db_close(db);
}

Test(mapping, history_and_files_of_a_version)
{
	struct db *db = test_db();
	struct mapping_version *h;
	struct mapping_file *f;
	size_t n;

	publish(db, "m", "one", "lib");
	publish(db, "x", "one", "lib");
	publish(db, "m", "two", "lib");
	must(mapping_history(db, &arena, STR("m"), &h, &n, &e));
	cr_assert_eq(n, 2);
	cr_assert_eq(h[0].version, 2);
	cr_assert(h[0].active && !h[1].active);
	must(mapping_history(db, &arena, (struct str){ 0 }, &h, &n, &e));
	cr_assert_eq(n, 3);
	must(mapping_files(db, &arena, STR("m"), 1, &f, &n, &e));
	cr_assert_eq(n, 2);
	cr_assert(str_eq(f[0].path, STR("contact.map")));
	cr_assert(str_eq(f[0].text, STR("one")));
	cr_assert(str_eq(f[1].text, STR("lib")));
	must(mapping_files(db, &arena, STR("m"), 0, &f, &n, &e));
	cr_assert(str_eq(f[0].text, STR("two")));
	must(mapping_files(db, &arena, STR("m"), 9, &f, &n, &e));
	cr_assert_eq(n, 0);
	db_close(db);
}

Test(mapping, rolls_back_and_forth)
{
	struct db *db = test_db();
	struct mapping_version v;
	struct str m = STR("m"), bob = STR("bob");
	int64_t g;

	publish(db, "m", "one", "lib");
	publish(db, "m", "two", "lib");
	publish(db, "m", "three", "lib");
	g = generation(db);
	must(mapping_rollback(db, &arena, m, 0, bob, &v, &e));
	cr_assert_eq(v.version, 2);
	cr_assert(v.active);
	cr_assert_gt(generation(db), g);
	must(mapping_rollback(db, &arena, m, 0, bob, &v, &e));
	cr_assert_eq(v.version, 1);
	cr_assert_lt(mapping_rollback(db, &arena, m, 0, bob, &v, &e), 0);
	cr_assert_not_null(strstr(e.text, "no version before"), "%s", e.text);
	must(mapping_rollback(db, &arena, m, 3, bob, &v, &e));
	cr_assert_eq(v.version, 3);
	cr_assert_lt(mapping_rollback(db, &arena, m, 4, bob, &v, &e), 0);
	cr_assert_eq(e.code, ERR_USAGE);
	cr_assert_eq(test_int(db,
			 "SELECT version FROM crosswalk.mapping WHERE active"),
	    3);
	/* The active text again is no change; another one is version 4. */
	cr_assert_not(publish(db, "m", "three", "lib").fresh);
	cr_assert_eq(publish(db, "m", "one", "lib").version, 4);
	must(mapping_retire(db, m, &e));
	cr_assert_eq(test_int(db,
			 "SELECT count(*) FROM crosswalk.mapping WHERE active"),
	    0);
	must(mapping_rollback(db, &arena, m, 0, bob, &v, &e));
	cr_assert_eq(v.version, 4);
	db_close(db);
}

Test(mapping, params_are_part_of_a_version)
{
	struct db *db = test_db();
	struct str gold = STR("{\"tier\": \"gold\"}");
	struct mapping_version v;
	struct active set;

	cr_assert_eq(publish(db, "m", "one", "lib").version, 1);
	v = publish_with(db, "m", "one", "lib", gold);
	cr_assert(v.fresh);
	cr_assert_eq(v.version, 2);
	cr_assert_not(publish_with(db, "m", "one", "lib", gold).fresh);
	must(active_load(db, &arena, &set, &e));
	cr_assert_eq(set.nmappings, 1);
	cr_assert(str_eq(set.mappings[0].params, gold));
	must(mapping_rollback(db, &arena, STR("m"), 1, STR("bob"), &v, &e));
	must(active_load(db, &arena, &set, &e));
	cr_assert(str_eq(set.mappings[0].params, STR("{}")));
	cr_assert(str_eq(set.mappings[0].files[1].text, STR("lib")));
	db_close(db);
}

Test(mapping, two_publishers_at_once_make_two_versions)
{
	struct db *db = test_db(), *other = test_connect();

	publish(db, "m", "one", "lib");
	test_sql(other, "SET lock_timeout = '20ms'");
	must(db_begin(db, &e));
	test_sql(db,
	    "LOCK TABLE crosswalk.mapping IN SHARE ROW EXCLUSIVE MODE");
	cr_assert_lt(mapping_retire(other, STR("m"), &e), 0);
	cr_assert(db_is_transient(&e));
	db_rollback(db);
	must(mapping_retire(other, STR("m"), &e));
	db_close(other);
	db_close(db);
}

Test(control, the_active_set_is_what_was_put)
{
	struct db *db = test_db();
	struct entity en = { .name = STR("contact"),
		.schema_name = STR("app.contact"), .schema = STR("{}") };
	struct connection co = { .name = STR("acme"),
		.connector = STR("hubspot"), .base_url = STR("http://x"),
		.params = STR("{\"a\": 1}"), .secret = STR("token"),
		.enabled = true };
	struct sync sy = { .name = STR("contacts"), .mapping = STR("m"),
		.map = STR("contact_hubspot"), .direction = SYNC_OUT,
		.enabled = true };
	struct active set;
	int64_t g;
	int32_t id, again;

	must(tenant_put(db, STR("t"), &id, &e));
	must(tenant_put(db, STR("t"), &again, &e));
	cr_assert_eq(id, again);
	must(tenant_find(db, STR("t"), &again, &e));
	cr_assert_eq(id, again);
	must(tenant_find(db, STR("u"), &again, &e));
	cr_assert_eq(again, 0);
	en.tenant_id = co.tenant_id = sy.tenant_id = id;
	must(entity_put(db, &en, &sy.entity_id, &e));
	must(connection_put(db, &co, &sy.connection_id, &e));
	must(sync_put(db, &sy, &id, &e));
	publish(db, "m", "one", "lib");
	publish(db, "hubspot", "conn", "lib");
	publish(db, "m", "two", "lib");
	must(active_load(db, &arena, &set, &e));
	cr_assert_eq(set.generation, generation(db));
	cr_assert_eq(set.nmappings, 2);
	cr_assert(str_eq(set.mappings[0].name, STR("hubspot")));
	cr_assert_eq(set.mappings[1].version, 2);
	cr_assert_eq(set.mappings[1].nfiles, 2);
	cr_assert(str_eq(set.mappings[1].files[0].text, STR("two")));
	cr_assert(str_eq(set.mappings[1].files[1].path,
	    STR("lib/common.map")));
	cr_assert_eq(set.nconnections, 1);
	cr_assert(str_eq(set.connections[0].params, STR("{\"a\": 1}")));
	cr_assert(str_eq(set.connections[0].tenant, STR("t")));
	cr_assert(set.connections[0].enabled);
	cr_assert_eq(set.nentities, 1);
	cr_assert(str_eq(set.entities[0].schema, STR("{}")));
	cr_assert_null(set.entities[0].table.p);
	cr_assert_eq(set.nsyncs, 1);
	cr_assert_eq(set.syncs[0].id, id);
	cr_assert(str_eq(set.syncs[0].entity, STR("contact")));
	cr_assert_eq(set.syncs[0].direction, SYNC_OUT);
	/* Changes show, and count. */
	g = generation(db);
	must(sync_enable(db, id, false, &e));
	must(connection_enable(db, sy.connection_id, false, &e));
	en.schema = (struct str){ 0 }; /* not told: stays */
	must(entity_put(db, &en, NULL, &e));
	cr_assert_eq(generation(db), g + 3);
	must(active_load(db, &arena, &set, &e));
	cr_assert_not(set.syncs[0].enabled);
	cr_assert_not(set.connections[0].enabled);
	cr_assert(str_eq(set.entities[0].schema, STR("{}")));
	cr_assert_lt(sync_enable(db, 99, true, &e), 0);
	db_close(db);
}

Test(budget, spends_come_back_by_time)
{
	struct connection co = { .name = STR("acme"),
		.connector = STR("hubspot"), .base_url = STR(""),
		.params = STR("{}"), .enabled = true };
	const struct spend first[] = {
		{ STR("day"), 3000, 30, 0 }, { STR("month"), 5, 7, 0 },
		{ STR("day"), 1000, 10, 9000 }, { STR("day"), 1000, 1, 9000 },
	};
	const struct spend then[] = { { STR("day"), 4000, 50, 0 } };
	struct db *db = test_db();
	struct spend *list;
	int32_t id, other;
	size_t n;

	must(tenant_put(db, STR("t"), &co.tenant_id, &e));
	must(connection_put(db, &co, &id, &e));
	co.name = STR("other");
	must(connection_put(db, &co, &other, &e));
	must(spends_load(db, &arena, id, &list, &n, &e));
	cr_assert_eq(n, 0);
	must(spends_store(db, id, first, COUNT(first), &e));
	must(spends_store(db, other, first, 1, &e));
	must(spends_load(db, &arena, id, &list, &n, &e));
	cr_assert_eq(n, 4);
	cr_assert(str_eq(list[0].name, STR("day")));
	cr_assert_eq(list[0].at_ms, 1000);
	cr_assert_eq(list[0].spent + list[1].spent, 11);
	cr_assert_eq(list[0].until_ms, 9000);
	cr_assert_eq(list[2].at_ms, 3000);
	cr_assert_eq(list[2].spent, 30);
	cr_assert(str_eq(list[3].name, STR("month")));
	/* what is said again replaces, and of that budget only */
	must(spends_store(db, id, then, 1, &e));
	must(spends_load(db, &arena, id, &list, &n, &e));
	cr_assert_eq(n, 2);
	cr_assert_eq(list[0].spent, 50);
	cr_assert_eq(list[0].until_ms, 0);
	cr_assert_eq(list[1].spent, 7);
	must(spends_load(db, &arena, other, &list, &n, &e));
	cr_assert_eq(n, 1);
	db_close(db);
}

/* One tenant's sync cannot reach into another's connection. */
Test(control, tenants_are_apart)
{
	struct db *db = test_db();
	struct entity en = { .name = STR("contact") };
	struct connection co = { .name = STR("acme"),
		.connector = STR("hubspot"), .base_url = STR("http://x") };
	struct sync sy = { .name = STR("s"), .mapping = STR("m"),
		.map = STR("x"), .direction = SYNC_OUT };
	int32_t a, b;

	must(tenant_put(db, STR("a"), &a, &e));
	must(tenant_put(db, STR("b"), &b, &e));
	en.tenant_id = b;
	co.tenant_id = a;
	must(entity_put(db, &en, &sy.entity_id, &e));
	must(connection_put(db, &co, &sy.connection_id, &e));
	sy.tenant_id = a;
	cr_assert_lt(sync_put(db, &sy, NULL, &e), 0);
	sy.tenant_id = b;
	cr_assert_lt(sync_put(db, &sy, NULL, &e), 0);
	db_close(db);
}

Test(apikey, is_told_once_and_checked_by_its_hash)
{
	struct db *db = test_db();
	char one[APIKEY_SIZE], two[APIKEY_SIZE];
	int32_t t, found;
	bool was;

	must(tenant_put(db, STR("t"), &t, &e));
	must(apikey_create(db, t, STR("ci"), one, &e));
	cr_assert_geq(strlen(one), 40);
	must(apikey_check(db, str_z(one), &found, &e));
	cr_assert_eq(found, t);
	cr_assert_eq(test_int(db,
			 "SELECT count(*) FROM crosswalk.api_key k"
			 " WHERE k::text LIKE '%%%s%%'", one + 3),
	    0);
	one[10] ^= 1;
	must(apikey_check(db, str_z(one), &found, &e));
	cr_assert_eq(found, 0);
	one[10] ^= 1;
	/* A new key of the same label takes the old one's place. */
	must(apikey_create(db, t, STR("ci"), two, &e));
	must(apikey_check(db, str_z(one), &found, &e));
	cr_assert_eq(found, 0);
	must(apikey_check(db, str_z(two), &found, &e));
	cr_assert_eq(found, t);
	must(apikey_revoke(db, t, STR("ci"), &was, &e));
	cr_assert(was);
	must(apikey_check(db, str_z(two), &found, &e));
	cr_assert_eq(found, 0);
	must(apikey_revoke(db, t, STR("ci"), &was, &e));
	cr_assert_not(was);
	must(apikey_check(db, STR(""), &found, &e));
	cr_assert_eq(found, 0);
	db_close(db);
}

#define HEX16 "00112233445566778899aabbccddeeff"

Test(secret, comes_back_and_cannot_be_read_or_moved)
{
	struct db *db = test_db();
	struct secret_key *k;
	struct buf b = { 0 };
	int32_t t;
	bool found;

	setenv("CROSSWALK_KEY", HEX16 HEX16, 1);
	must(secret_key_load(NULL, &k, &e));
	must(tenant_put(db, STR("t"), &t, &e));
	must(secret_put(db, k, t, STR("token"), STR("s3cr\0et"), &e));
	must(secret_put(db, k, t, STR("other"), STR(""), &e));
	buf_puts(&b, STR("Bearer "));
	must(secret_get(db, k, t, STR("token"), &b, &found, &e));
	cr_assert(found);
	cr_assert(str_eq(buf_str(&b), STR("Bearer s3cr\0et")));
	secret_wipe(&b);
	must(secret_get(db, k, t, STR("other"), &b, &found, &e));
	cr_assert(found);
	cr_assert_eq(b.n, 0);
	must(secret_get(db, k, t, STR("none"), &b, &found, &e));
	cr_assert_not(found);
	cr_assert_eq(test_int(db,
			 "SELECT count(*) FROM crosswalk.secret WHERE"
			 " position('s3cr'::bytea in sealed) > 0"),
	    0);
	/* Not under another name … */
	test_sql(db,
	    "UPDATE crosswalk.secret SET sealed ="
	    " (SELECT sealed FROM crosswalk.secret WHERE name = 'token')"
	    " WHERE name = 'other'");
	cr_assert_lt(secret_get(db, k, t, STR("other"), &b, &found, &e), 0);
	/* … not with a bit changed, not cut, not with another key. */
	test_sql(db,
	    "UPDATE crosswalk.secret SET sealed ="
	    " set_byte(sealed, 30, get_byte(sealed, 30) # 1)"
	    " WHERE name = 'token'");
	cr_assert_lt(secret_get(db, k, t, STR("token"), &b, &found, &e), 0);
	test_sql(db,
	    "UPDATE crosswalk.secret SET sealed = '\\x00'"
	    " WHERE name = 'token'");
	cr_assert_lt(secret_get(db, k, t, STR("token"), &b, &found, &e), 0);
	must(secret_put(db, k, t, STR("token"), STR("again"), &e));
	secret_key_free(k);
	setenv("CROSSWALK_KEY", HEX16 "00112233445566778899aabbccddeef0", 1);
	must(secret_key_load(NULL, &k, &e));
	cr_assert_lt(secret_get(db, k, t, STR("token"), &b, &found, &e), 0);
	cr_assert_not_null(strstr(e.text, "another master key"));
	must(secret_drop(db, t, STR("token"), &found, &e));
	cr_assert(found);
	must(secret_drop(db, t, STR("token"), &found, &e));
	cr_assert_not(found);
	secret_key_free(k);
	secret_wipe(&b);
	db_close(db);
}

Test(secret, master_keys_come_from_a_file_that_only_its_owner_reads)
{
	char dir[] = "/tmp/crosswalk-key-XXXXXX", path[64];
	struct secret_key *k;

	unsetenv("CROSSWALK_KEY");
	unsetenv("CROSSWALK_KEY_FILE");
	cr_assert_lt(secret_key_load(NULL, &k, &e), 0);
	cr_assert_not_null(strstr(e.text, "CROSSWALK_KEY_FILE"));
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/key", dir);
	must(secret_key_make(path, &e));
	must(secret_key_load(path, &k, &e));
	secret_key_free(k);
	setenv("CROSSWALK_KEY_FILE", path, 1);
	must(secret_key_load(NULL, &k, &e));
	secret_key_free(k);
	cr_assert_lt(secret_key_make(path, &e), 0); /* never written over */
	chmod(path, 0640);
	cr_assert_lt(secret_key_load(NULL, &k, &e), 0);
	cr_assert_not_null(strstr(e.text, "others may read"), "%s", e.text);
	chmod(path, 0600);
	cr_assert_eq(truncate(path, 63), 0);
	cr_assert_lt(secret_key_load(NULL, &k, &e), 0);
	cr_assert_not_null(strstr(e.text, "64 hex"), "%s", e.text);
	setenv("CROSSWALK_KEY", "zz", 1);
	cr_assert_lt(secret_key_load(path, &k, &e), 0);
	unlink(path);
	rmdir(dir);
}
