/*
 * Units: counted, found by name.  A unit is filled by one thread, and then
 * only read; the count alone is changed by many.
 */
#include "vm/unit.h"

#include <inttypes.h>
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

static void
list_identity(struct buf *out, const struct unit_map *m)
{
	static const char *const words[] = {
#define X(name, word) [AMBIGUOUS_##name] = word,
		AMBIGUOUS_POLICIES(X)
#undef X
	};
	const struct unit_identity *id = m->identity;

	if (id == NULL)
		return;
	buf_printf(out, "identity %.*s  ; ambiguous %s\n", STR_ARG(m->name),
	    words[id->ambiguous]);
	for (uint32_t i = 0; i < id->nmatch; i++) {
		const struct unit_match *x = &id->matches[i];

		for (int right = 0; right < 2; right++) {
			const struct unit_key *k = right ? &x->right :
			    &x->left;
			const struct prog *p = right ? m->backward :
			    m->forward;

			buf_printf(out, "%s fn %" PRIu32 "(", right ? " ==" :
			    "match", k->func);
			for (uint16_t n = 0; n < k->nin; n++)
				buf_printf(out, "%sin.%.*s", n ? ", " : "",
				    STR_ARG(p->in[k->in[n]].path));
			buf_putc(out, ')');
		}
		buf_printf(out, "  ; %.*s\n", STR_ARG(x->text));
	}
}

void
unit_list(struct buf *out, const struct unit *u)
{
	for (uint32_t i = 0; i < u->nmap; i++) {
		map_list(out, &u->maps[i]);
		list_identity(out, &u->maps[i]);
	}
	for (uint32_t i = 0; i < u->nconnector; i++)
		connector_list(out, &u->connectors[i]);
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

const struct unit_op *
object_call(const struct unit_object *o, struct str name)
{
	for (uint32_t i = 0; i < o->nop; i++)
		if (o->ops[i].op == CONNECTOR_CALL &&
		    str_eq(o->ops[i].name, name))
			return &o->ops[i];
	return NULL;
}
