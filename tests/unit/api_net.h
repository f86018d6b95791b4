/* A database with tenants, keys and entities, the server, and a client. */
#ifndef TESTS_UNIT_API_NET_H
#define TESTS_UNIT_API_NET_H

#include <criterion/criterion.h>

#include "api/api.h"
#include "cluster_main.h"
#include "store/control.h"

#define NDJSON "application/x-ndjson"
#define JSON "application/json"

/* Each test is a process of its own. */
extern struct err e;
extern struct db *db;
extern struct api *api;
extern int32_t acme, other;
extern char acme_key[APIKEY_SIZE], other_key[APIKEY_SIZE];

/* Two tenants, keys; acme has contact, free and person, other has secret. */
void fill_db(void);
void put_entity(int32_t tenant, const char *name, const char *schema);
/* NULL: the defaults. */
void start(const struct api_opts *o);
/* fill_db and start */
void set_up(const struct api_opts *o);
void tear_down(void);

struct answer {
	int status; /* 0: none came, the body says why */
	char body[16384];
};

/* path may begin with "GET " and such; key and type may be NULL. */
struct answer ask_at(uint16_t port, const char *path, const char *key,
    const char *type, struct str body);
/* As acme. */
struct answer ask(const char *path, const char *type, const char *body);
/* Events in the journal. */
long long journaled(void);

#endif
