/*
 * What a schema says of a place, asked once: views answer slowly and from
 * memory that grows.
 */
#include "schema/sampling.h"

static void
read_limits(struct sample *s, struct spot *p)
{
	const struct schema_node *n = p->node;
	struct value pattern = schema_annotation(n, STR("pattern"));
	struct regex *r;

	p->format = format_find(schema_format(n));
	p->min_length = schema_min_length(n);
	p->max_length = schema_max_length(n);
	if (pattern.type == V_TEXT) {
		p->pattern = value_str(pattern, &s->keep);
		if (regex_compile(&s->keep, p->pattern, &r, NULL) == 0)
			p->regex = r;
	}
	p->minimum = schema_minimum(n, &p->above);
	p->maximum = schema_maximum(n, &p->below);
	p->multiple = schema_multiple_of(n);
	p->min_items = schema_min_items(n);
	p->max_items = schema_max_items(n);
	p->unique = schema_unique_items(n);
	p->has_prefix = schema_annotation(n, STR("prefixItems")).type !=
	    V_ABSENT;
}

static int
has_member(const struct spot *p, struct str name)
{
	for (size_t i = 0; i < p->nmembers + p->nextra; i++)
		if (str_eq(p->members[i].name, name))
			return 1;
	return 0;
}

static void
add_extra(struct spot *p, struct str name, const struct schema_node *node)
{
	if (node != NULL && p->nextra < SAMPLE_EXTRAS && !has_member(p, name))
		p->members[p->nmembers + p->nextra++] = (struct spot_member){
			.name = name, .node = node };
}

/*
 * Names that patternProperties take, then any, where the schema says in so
 * many words what other members are: without such a word they mean nothing to
 * a mapping.
 */
static void
read_extras(struct sample *s, struct spot *p)
{
	const struct schema_node *n = p->node;
	struct value patterns = value_open(schema_annotation(n,
	    STR("patternProperties")), &s->keep);
	int open = schema_annotation(n, STR("additionalProperties")).type !=
	    V_ABSENT || schema_annotation(n,
	    STR("unevaluatedProperties")).type != V_ABSENT;
	struct str name;

	for (uint32_t i = 0; patterns.type == V_RECORD && i < patterns.n; i++)
		for (unsigned k = 0; k < SAMPLE_EXTRAS; k++) {
			buf_reset(&s->text);
			sample_pattern(s, patterns.u.record[i].name, &s->text);
			if (k % 2)
				buf_puts(&s->text, sample_name(s, k / 2));
			name = arena_str(&s->keep, buf_str(&s->text));
			add_extra(p, name, schema_property(n, name));
		}
	if (!open || schema_additional(n) == NULL)
		return;
	for (size_t i = 0; (name = sample_name(s, i)).p != NULL; i++)
		if (schema_property(n, name) == NULL)
			add_extra(p, name, schema_additional(n));
}

struct spot *
spot_of(struct sample *s, const struct schema_node *n)
{
	struct spot *p = arena_new(&s->keep, struct spot);
	uint64_t state = s->state;

	p->node = n;
	p->types = schema_types(n);
	p->listed = schema_enum(n, &p->values, &p->nvalues);
	read_limits(s, p);
	if (!(p->types & SCHEMA_OBJECT))
		return p;
	p->nmembers = schema_property_count(n);
	p->members = arena_array(&s->keep, p->nmembers + SAMPLE_EXTRAS,
	    sizeof(*p->members));
	for (size_t i = 0; i < p->nmembers; i++) {
		struct str name = schema_property_name(n, i);

		p->members[i] = (struct spot_member){ .name = name,
			.node = schema_property(n, name),
			.required = schema_property_required(n, name) };
	}
	/* the names there are do not depend on when a place is first met */
	sample_seed(s, 0);
	read_extras(s, p);
	s->state = state;
	return p;
}

struct spot *
spot_member(struct sample *s, struct spot_member *m)
{
	if (m->to == NULL && m->node != NULL)
		m->to = spot_of(s, m->node);
	return m->to;
}

struct spot *
spot_item(struct sample *s, struct spot *p, size_t i)
{
	const struct schema_node *n;

	if (p->has_prefix) {
		n = schema_item(p->node, i);
		return n ? spot_of(s, n) : NULL;
	}
	if (!p->has_items) {
		p->has_items = 1;
		n = schema_items(p->node);
		p->items = n ? spot_of(s, n) : NULL;
	}
	return p->items;
}
