/*
 * Associations v4: which record belongs to which, beside both.
 *
 *	PUT /crm/v4/objects/{from}/{id}/associations/default/{to}/{id}
 *
 * Kept in memory only: a state file has records.  GET /_sandbox/associations
 * lists them in the order in which they were made, with how often each was
 * asked for: "deals 1 companies 2 1".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "sandbox/sim.h"

struct sim_association {
	uint64_t asked;
	size_t n;
	char name[]; /* "deals 1 companies 2" */
};

/* Is there a live record of that id?  *type is what it is of. */
static bool
there(struct sim *s, struct str name, struct str id, struct sim_type **type)
{
	struct sim_record *rec;

	*type = sim_store_type(&s->store, name);
	rec = *type != NULL ? sim_type_record(*type, id) : NULL;
	return rec != NULL && !rec->archived;
}

static struct sim_association *
association(struct sim *s, struct str name)
{
	struct sim_associations *all = &s->associations;
	struct sim_association *x = table_get(&all->by_name, name);

	if (x != NULL)
		return x;
	x = calloc(1, size_add(sizeof(*x), name.n));
	all->list = realloc(all->list, size_mul(all->n + 1,
	    sizeof(*all->list)));
	if (x == NULL || all->list == NULL)
		fatal("out of memory: an association");
	memcpy(x->name, name.p, name.n);
	x->n = name.n;
	table_put(&all->by_name, str_from(x->name, x->n), x);
	return all->list[all->n++] = x;
}

void
sim_associate(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct str from = q->seg[4], to = q->seg[8];
	struct sim_type *type[2];

	snprintf(r->route, sizeof(r->route), "%s associations", q->method);
	if (strcmp(q->method, "PUT") != 0) {
		sim_error(r, 405, NULL, "method not allowed");
		return;
	}
	pthread_mutex_lock(&s->lock);
	if (!there(s, q->seg[3], from, &type[0]) ||
	    !there(s, q->seg[7], to, &type[1])) {
		sim_error(r, 404, "OBJECT_NOT_FOUND", "One or more objects to "
		    "associate do not exist");
		q->counts.refused++;
	} else {
		association(s, arena_printf(q->arena, "%.*s %.*s %.*s %.*s",
		    STR_ARG(type[0]->name), STR_ARG(from),
		    STR_ARG(type[1]->name), STR_ARG(to)))->asked++;
		buf_printf(&r->body, "{\"status\":\"COMPLETE\",\"results\":[{"
		    "\"from\":{\"id\":\"%.*s\"},\"to\":{\"id\":\"%.*s\"},"
		    "\"associationSpec\":{\"associationCategory\":"
		    "\"HUBSPOT_DEFINED\",\"associationTypeId\":1}}]}",
		    STR_ARG(from), STR_ARG(to));
		r->status = 200;
	}
	pthread_mutex_unlock(&s->lock);
}

void
sim_associations_put(struct buf *b, const struct sim_associations *all)
{
	for (size_t i = 0; i < all->n; i++)
		buf_printf(b, "%.*s %llu\n", (int)all->list[i]->n,
		    all->list[i]->name,
		    (unsigned long long)all->list[i]->asked);
}

void
sim_associations_fini(struct sim_associations *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->list[i]);
	free(all->list);
	table_fini(&all->by_name);
}
