/*
 * Units: counted, found by name.  A unit is filled by one thread, and then
 * only read; the count alone is changed by many.
 */
#include "vm/unit.h"

#include <stdlib.h>

#include "base/err.h"

struct unit *
unit_new(void)
{
	struct unit *u = calloc(1, sizeof(*u));

	if (u == NULL)
		fatal("out of memory: a unit");
	u->refs = 1;
	return u;
}

struct unit *
unit_ref(struct unit *u)
{
	__atomic_fetch_add(&u->refs, 1, __ATOMIC_RELAXED);
	return u;
}

void
unit_unref(struct unit *u)
{
	if (u == NULL)
		return;
	/* release what this thread read; acquire what all others did */
	if (__atomic_fetch_sub(&u->refs, 1, __ATOMIC_ACQ_REL) > 1)
		return;
	arena_fini(&u->arena);
	free(u);
}

const struct unit_map *
unit_map(const struct unit *u, struct str name)
{
	for (uint32_t i = 0; i < u->nmap; i++)
		if (str_eq(u->maps[i].name, name))
			return &u->maps[i];
	return NULL;
}

const struct unit_connector *
unit_connector(const struct unit *u, struct str name)
{
	for (uint32_t i = 0; i < u->nconnector; i++)
		if (str_eq(u->connectors[i].name, name))
			return &u->connectors[i];
	return NULL;
}

const struct unit_object *
connector_object(const struct unit_connector *c, struct str name)
{
	for (uint32_t i = 0; i < c->nobject; i++)
		if (str_eq(c->objects[i].name, name))
			return &c->objects[i];
	return NULL;
}

const struct unit_op *
object_op(const struct unit_object *o, enum connector_op op)
{
	for (uint32_t i = 0; i < o->nop; i++)
		if (o->ops[i].op == op)
			return &o->ops[i];
	return NULL;
}
