/*
 * Names that are bound where an expression stands, as an editor needs them.
 */
#include "lang/mention.h"

const struct bind *
bind_find(const struct bind *scope, struct str name)
{
	while (scope != NULL && !str_eq(scope->name.text, name))
		scope = scope->up;
	return scope;
}

static struct bind *
side(const struct module *m, struct arena *a, const struct bind *up,
    struct word name, struct word schema)
{
	struct bind *b = arena_new(a, struct bind);
	const struct entity *e = table_get(&m->schemas, schema.text);

	*b = (struct bind){ .up = up, .name = name, .kind = LANG_SIDE,
		.type = bad_type(), .right = up != NULL };
	if (e != NULL && e->checked > 0) {
		b->type = type_of_node(a, e->u.schema->root);
		b->type.nil = 0;
		b->schema = e->u.schema->path;
	}
	return b;
}

const struct bind *
bind_sides(const struct module *m, const struct decl *map, struct arena *a)
{
	return side(m, a, side(m, a, NULL, map->left_name, map->left_schema),
	    map->right_name, map->right_schema);
}

struct type
field_type(struct arena *a, struct type t, struct str name)
{
	struct type out;

	if (t.kind == TYPE_BAD || type_member(a, t, name, &out) != 0)
		return bad_type();
	return out;
}
