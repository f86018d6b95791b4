/*
 * The directory: pictures are made aside and swapped in; what changed keeps
 * its compiled schema where its text is the same.
 */
#include "api/directory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "store/control.h"

/* Keys and tenants remembered; then all are forgotten and asked for anew. */
#define KEYS_MAX 10000
/* So long an answer about a key counts: a revoked one is out after it. */
#define KEYS_FRESH_MS 1000
/* A key longer than this is none of ours. */
#define KEY_LENGTH_MAX 200
/* After Postgres was away. */
#define AWAY_MS 500

/* A compiled schema, shared by the pictures that have its text. */
struct compiled {
	_Atomic int refs;
	struct str text; /* heap */
	struct schema_set *set;
	const struct schema *schema;
	char broken[300]; /* "" it is not */
};

struct held {
	struct door door;
	struct compiled *compiled; /* NULL: no schema */
};

struct picture {
	_Atomic int refs;
	struct arena arena;
	struct table doors; /* "tenant_id/entity" to held */
};

/* What Postgres said of a key or a name, in the table under its text. */
struct known {
	int64_t at_ms;
	int32_t tenant_id;
	char text[];
};

struct directory {
	struct db *db; /* of the thread that turns */
	int64_t generation;
	int loaded;
	pthread_mutex_t lock;      /* now, keys, names, epoch */
	const struct picture *now;
	struct table keys, names;
	uint64_t epoch;            /* counts what makes answers stale */
	pthread_mutex_t ask_lock;  /* ask */
	struct db *ask;            /* for keys that are not known yet */
};

static void
compiled_drop(struct compiled *c)
{
	if (c == NULL || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	schema_set_free(c->set);
	free((char *)c->text.p);
	free(c);
}

static struct compiled *
compiled_new(struct str text)
{
	struct compiled *c = calloc(1, sizeof(*c));
	char *copy = malloc(text.n + 1);
	struct err e;

	if (c == NULL || copy == NULL)
		fatal("out of memory");
	memcpy(copy, text.p, text.n);
	atomic_init(&c->refs, 1);
	c->text = str_from(copy, text.n);
	c->set = schema_set_new();
	schema_assert_format(c->set);
	if (schema_compile(c->set, c->text, STR(""), &c->schema, &e) != 0) {
		c->schema = NULL;
		memcpy(c->broken, e.text, sizeof(c->broken) - 1);
	}
	return c;
}

static struct str
door_name(struct arena *a, int32_t tenant_id, struct str entity)
{
	return arena_printf(a, "%d/%.*s", tenant_id, STR_ARG(entity));
}

static struct held *
find_held(const struct picture *p, struct str name)
{
	return p != NULL ? table_get(&p->doors, name) : NULL;
}

static void
add_door(struct picture *p, const struct picture *old,
    const struct entity *entity)
{
	struct str name = door_name(&p->arena, entity->tenant_id,
	    entity->name);
	struct held *h = arena_new(&p->arena, struct held);
	struct held *was = find_held(old, name);
	char text[400];

	h->door.entity_id = entity->id;
	if (entity->key_column.p != NULL)
		h->door.key_column = arena_str(&p->arena, entity->key_column);
	if (entity->schema.p != NULL && was != NULL &&
	    was->compiled != NULL &&
	    str_eq(was->compiled->text, entity->schema)) {
		h->compiled = was->compiled;
		atomic_fetch_add(&h->compiled->refs, 1);
	} else if (entity->schema.p != NULL) {
		h->compiled = compiled_new(entity->schema);
		if (h->compiled->schema == NULL)
			log_error("api.schema", "tenant=%d entity_id=%d "
			    "error=%s", entity->tenant_id, entity->id,
			    log_quote(text, sizeof(text),
			    h->compiled->broken));
	}
	if (h->compiled != NULL) {
		h->door.schema = h->compiled->schema;
		if (h->door.schema == NULL)
			h->door.broken = h->compiled->broken;
	}
	table_put(&p->doors, name, h);
}

void
picture_drop(const struct picture *shared)
{
	struct picture *p = (struct picture *)shared;

	if (p == NULL || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	for (struct table_entry *t = table_next(&p->doors, NULL); t != NULL;
	    t = table_next(&p->doors, t))
		compiled_drop(((struct held *)t->value)->compiled);
	table_fini(&p->doors);
	arena_fini(&p->arena);
	free(p);
}

static void
forget(struct table *t)
{
	for (struct table_entry *x = table_next(t, NULL); x != NULL;
	    x = table_next(t, x))
		free(x->value);
	table_fini(t);
	*t = (struct table){ 0 };
}

static int
load(struct directory *d, int64_t generation, struct err *e)
{
	struct picture *p;
	const struct picture *old;
	struct active active = { 0 };
	struct arena a = { 0 };

	if (active_load(d->db, &a, &active, e) != 0) {
		arena_fini(&a);
		return -1;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		fatal("out of memory");
	atomic_init(&p->refs, 1);
	/* Only this thread swaps, so the old one cannot go away here. */
	for (size_t i = 0; i < active.nentities; i++)
		add_door(p, d->now, &active.entities[i]);
	arena_fini(&a);
	pthread_mutex_lock(&d->lock);
	old = d->now;
	d->now = p;
	d->epoch++;
	forget(&d->keys);
	forget(&d->names);
	pthread_mutex_unlock(&d->lock);
	picture_drop(old);
	d->generation = generation;
	d->loaded = 1;
	return 0;
}

static int
refresh(struct directory *d, struct err *e)
{
	int64_t generation;

	if (active_generation(d->db, &generation, e) != 0)
		return -1;
	if (d->loaded && generation == d->generation)
		return 0;
	return load(d, generation, e);
}

int
directory_new(const char *conninfo, struct directory **out, struct err *e)
{
	struct directory *d = calloc(1, sizeof(*d));

	if (d == NULL)
		fatal("out of memory");
	pthread_mutex_init(&d->lock, NULL);
	pthread_mutex_init(&d->ask_lock, NULL);
	if (db_connect(conninfo, &d->db, e) != 0 ||
	    db_connect(conninfo, &d->ask, e) != 0 ||
	    db_listen(d->db, CROSSWALK_RELOAD, e) != 0 ||
	    refresh(d, e) != 0) {
		directory_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
directory_free(struct directory *d)
{
	if (d == NULL)
		return;
	picture_drop(d->now);
	forget(&d->keys);
	forget(&d->names);
	if (d->db != NULL)
		db_close(d->db);
	if (d->ask != NULL)
		db_close(d->ask);
	pthread_mutex_destroy(&d->lock);
	pthread_mutex_destroy(&d->ask_lock);
	free(d);
}

void
directory_turn(struct directory *d, int64_t wait_ms, int wake_fd)
{
	struct err e;
	char text[400];

	if (db_wait(d->db, wait_ms, wake_fd, &e) >= 0 && refresh(d, &e) == 0)
		return;
	log_warn("api.directory", "error=%s", log_quote(text, sizeof(text),
	    e.text));
	if (!db_ok(d->db) && db_reconnect(d->db, &e) != 0)
		clock_sleep_ms(AWAY_MS < wait_ms ? AWAY_MS : wait_ms);
}

/* 1 and *tenant_id when it is known; else 0 and the epoch to remember with. */
static int
recall(struct directory *d, struct table *t, struct str text,
    int32_t *tenant_id, uint64_t *epoch)
{
	struct known *k;
	int found = 0;

	pthread_mutex_lock(&d->lock);
	*epoch = d->epoch;
	k = table_get(t, text);
	if (k != NULL && clock_mono_ms() - k->at_ms < KEYS_FRESH_MS) {
		*tenant_id = k->tenant_id;
		found = 1;
	}
	pthread_mutex_unlock(&d->lock);
	return found;
}

static void
remember(struct directory *d, struct table *t, struct str text,
    int32_t tenant_id, uint64_t epoch)
{
	struct known *k;

	pthread_mutex_lock(&d->lock);
	/* An answer from before a change is used once, not kept. */
	if (epoch != d->epoch) {
		pthread_mutex_unlock(&d->lock);
		return;
	}
	k = table_get(t, text);
	if (k == NULL) {
		if (t->live >= KEYS_MAX)
			forget(t);
		k = malloc(sizeof(*k) + text.n);
		if (k == NULL)
			fatal("out of memory");
		memcpy(k->text, text.p, text.n);
		table_put(t, str_from(k->text, text.n), k);
	}
	k->at_ms = clock_mono_ms();
	k->tenant_id = tenant_id;
	pthread_mutex_unlock(&d->lock);
}

static int
ask(struct directory *d, struct table *t,
    int (*question)(struct db *, struct str, int32_t *, struct err *),
    struct str text, int32_t *tenant_id, struct err *e)
{
	uint64_t epoch;
	int status;

	*tenant_id = 0;
	if (text.n == 0 || text.n > KEY_LENGTH_MAX ||
	    recall(d, t, text, tenant_id, &epoch))
		return 0;
	pthread_mutex_lock(&d->ask_lock);
	status = db_ok(d->ask) ? 0 : db_reconnect(d->ask, e);
	if (status == 0)
		status = question(d->ask, text, tenant_id, e);
	pthread_mutex_unlock(&d->ask_lock);
	if (status == 0)
		remember(d, t, text, *tenant_id, epoch);
	return status;
}

int
directory_key(struct directory *d, struct str key, int32_t *tenant_id,
    struct err *e)
{
	return ask(d, &d->keys, apikey_check, key, tenant_id, e);
}

int
directory_is_tenant(struct directory *d, int32_t tenant_id, struct str name,
    struct err *e)
{
	int32_t id;

	if (ask(d, &d->names, tenant_find, name, &id, e) != 0)
		return -1;
	return id != 0 && id == tenant_id;
}

const struct picture *
directory_picture(struct directory *d)
{
	struct picture *p;

	pthread_mutex_lock(&d->lock);
	p = (struct picture *)d->now;
	atomic_fetch_add(&p->refs, 1);
	pthread_mutex_unlock(&d->lock);
	return p;
}

const struct door *
picture_door(const struct picture *p, int32_t tenant_id, struct str entity)
{
	char name[KEY_LENGTH_MAX + 16];
	struct held *h;
	int n;

	if (entity.n == 0 || entity.n > KEY_LENGTH_MAX ||
	    memchr(entity.p, '\0', entity.n) != NULL)
		return NULL;
	n = snprintf(name, sizeof(name), "%d/%.*s", tenant_id,
	    STR_ARG(entity));
	h = find_held(p, str_from(name, (size_t)n));
	return h != NULL ? &h->door : NULL;
}
