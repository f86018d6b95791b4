/*
 * Views: how they are made, and what they say of a value as a whole.
 */
#include "schema/view.h"

#include "base/size.h"
#include "schema/complain.h"
#include "schema/viewnode.h"

struct schema_node *
view_new(struct arena *a, const struct node *place)
{
	struct schema_node *v = arena_new(a, struct schema_node);

	v->a = a;
	v->place = place;
	v->listed = -1;
	v->size = 1;
	return v;
}

void *
view_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *more;

	if (n < *cap)
		return old;
	*cap = *cap ? size_mul(*cap, 2) : 4;
	more = arena_array(a, *cap, size);
	if (n > 0)
		memcpy(more, old, n * size);
	return more;
}

/*
 * Views are shared, but walked as a tree, so a tree has a largest size: an
 * alternative that would make it larger is left out.
 */
void
view_alternative(struct schema_node *v, const struct schema_node **branch,
    size_t n)
{
	size_t size = v->size;

	for (size_t i = 0; i < n; i++)
		size += branch[i]->size;
	if (size > BRANCHES)
		return;
	v->size = size;
	v->alts = view_grow(v->a, v->alts, v->nalts, &v->capalts,
	    sizeof(*v->alts));
	v->alts[v->nalts++] = (struct alternative){ branch, n };
}

/* The view of some nodes (NULL: says nothing) together. */
static const struct schema_node *
branch(struct schema_node *v, const struct node *n, const struct node *more,
    int *budget)
{
	struct schema_node *b = view_new(v->a, n ? n : v->place);

	if (n != NULL)
		view_add(b, n, budget);
	if (more != NULL)
		view_add(b, more, budget);
	view_seal(b);
	return b;
}

static void
add_branches(struct schema_node *v, const struct apply *a, int *budget)
{
	const struct node *const *nodes = a->kind == APPLY_DYNAMIC_REF ?
	    a->ends : a->nodes;
	const struct schema_node **list;
	size_t n = a->n;

	if (a->kind == APPLY_IF || a->kind == APPLY_DEPENDENT)
		n = 2;
	else if (a->kind == APPLY_DYNAMIC_REF)
		n = a->nends;
	if (*budget < (int)n || n > BRANCHES) {
		*budget = 0;
		return;
	}
	*budget -= (int)n;
	list = arena_array(v->a, n, sizeof(*list));
	if (a->kind == APPLY_IF) {
		list[0] = branch(v, a->nodes[0], a->nodes[1], budget);
		list[1] = branch(v, a->nodes[2], NULL, budget);
	} else if (a->kind == APPLY_DEPENDENT) {
		list[0] = branch(v, NULL, NULL, budget);
		list[1] = branch(v, a->nodes[0], NULL, budget);
	} else {
		for (size_t i = 0; i < n; i++)
			list[i] = branch(v, nodes[i], NULL, budget);
	}
	view_alternative(v, list, n);
}

void
view_add(struct schema_node *v, const struct node *n, int *budget)
{
	if (v->nall == BRANCHES)
		return;
	for (size_t i = 0; i < v->nall; i++)
		if (v->all[i] == n)
			return;
	v->all = view_grow(v->a, v->all, v->nall, &v->capall, sizeof(*v->all));
	v->all[v->nall++] = n;
	for (size_t i = 0; i < n->napply; i++) {
		const struct apply *a = &n->apply[i];

		switch (a->kind) {
		case APPLY_DYNAMIC_REF:
			/* where it leads is known only when it has one way */
			if (a->nends > 1) {
				add_branches(v, a, budget);
				break;
			}
			/* fall through */
		case APPLY_REF:
		case APPLY_ALL:
			for (size_t k = 0; k < a->n; k++)
				view_add(v, a->nodes[k], budget);
			break;
		case APPLY_NOT:
			break;
		default:
			add_branches(v, a, budget);
			break;
		}
	}
}

static unsigned
choice_types(const struct node *n, const struct choice *c)
{
	static const unsigned by_kind[] = {
		[SCAN_NULL] = SCHEMA_NULL, [SCAN_BOOL] = SCHEMA_BOOL,
		[SCAN_STRING] = SCHEMA_STRING, [SCAN_ARRAY] = SCHEMA_ARRAY,
		[SCAN_OBJECT] = SCHEMA_OBJECT,
	};
	unsigned types = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		const struct tok *t = &n->doc->tape.t[c->values[i]];

		if (t->kind == SCAN_NUMBER)
			types |= literal_whole(tok_str(t)) ? SCHEMA_INTEGER :
							 SCHEMA_FRACTION;
		else
			types |= by_kind[t->kind];
	}
	return types;
}

void
view_seal(struct schema_node *v)
{
	v->types = SCHEMA_ANY;
	for (size_t i = 0; i < v->nall; i++) {
		const struct node *n = v->all[i];

		v->types &= n->kind == NODE_FALSE ? 0 : n->types;
		if (n->choice != NULL)
			v->types &= choice_types(n, n->choice);
		if (n->konst != NULL)
			v->types &= choice_types(n, n->konst);
	}
	for (size_t i = 0; i < v->nalts; i++) {
		unsigned types = 0;

		for (size_t k = 0; k < v->alts[i].n; k++)
			types |= v->alts[i].branch[k]->types;
		v->types &= types;
	}
}

struct value
view_value(const struct doc *doc, uint32_t at)
{
	const struct tok *t;

	if (doc == NULL)
		return value_null();
	t = &doc->tape.t[at];
	switch (t->kind) {
	case SCAN_NULL:
		return value_null();
	case SCAN_BOOL:
		return value_bool((int)t->count);
	case SCAN_NUMBER:
		return (struct value){ .type = V_NUM, .n = t->n, .u.p = t->p };
	case SCAN_STRING:
		return value_text(tok_str(t));
	default:
		return (struct value){ .type = V_RAW, .n = t->n, .u.p = t->p };
	}
}

struct str
schema_where(const struct schema_node *n)
{
	struct buf b = { 0 };
	struct str s;

	tape_pointer(&n->place->doc->tape, n->place->at, &b);
	s = arena_printf(n->a, "%.*s#%.*s", STR_ARG(n->place->doc->name),
	    STR_ARG(buf_str(&b)));
	buf_fini(&b);
	return s;
}

unsigned
schema_types(const struct schema_node *n)
{
	return n->types;
}

struct str
schema_types_text(const struct schema_node *n)
{
	struct buf b = { 0 };
	struct str s;

	complain_types(&b, n->types);
	s = arena_str(n->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

const struct schema_node *
schema_root(const struct schema *schema, struct arena *a)
{
	struct schema_node *v = view_new(a, schema->root);
	int budget = BRANCHES;

	view_add(v, schema->root, &budget);
	view_seal(v);
	return v;
}
