/*
 * Layers: a map, and the `extend` blocks above it.
 *
 * All layers of a map compile into one program.  A rule of an overlay
 * replaces nothing by itself: two writers of one path are an error, and
 * `drop` takes the lower one away.  What a file says of a map it uses is above
 * what the used file says; files are ranked so.
 */
#include "lang/map.h"

/* ---- which map ---- */

/* What a file calls a map: one that it declares, or one that it extends. */
static struct entity *
map_in(const struct compile *c, struct module *m, struct str name)
{
	struct entity *e = find_in(&m->maps, name);

	for (const struct overlay *o = c->overlays; o && !e; o = o->next)
		if (o->mod == m && str_eq(o->map->decl->name.text, name))
			e = o->map;
	return e;
}

struct entity *
find_map(const struct compile *c, struct module *m, struct str name)
{
	struct module *in = find_module(m, &name);

	return in ? map_in(c, in, name) : NULL;
}

static void
near_maps(struct compile *c, struct module *m, struct str alias,
    struct near *n)
{
	const char *dot = alias.n ? "." : "";

	for (struct table_entry *i = table_next(&m->maps, NULL); i != NULL;
	    i = table_next(&m->maps, i))
		near_try(n, arena_printf(c->a, "%.*s%s%.*s", STR_ARG(alias),
		    dot, STR_ARG(i->key)));
	for (const struct overlay *o = c->overlays; o != NULL; o = o->next)
		if (o->mod == m)
			near_try(n, arena_printf(c->a, "%.*s%s%.*s",
			    STR_ARG(alias), dot,
			    STR_ARG(o->map->decl->name.text)));
}

/* Meant may be a map of this file, or of one that it uses. */
static void
report_map(struct compile *c, struct module *m, const struct decl *d)
{
	struct str want = d->owner.text;
	const char *dot = memchr(want.p, '.', want.n);
	struct near near;
	struct diag *g;

	near_init(&near, want);
	near_maps(c, m, STR(""), &near);
	for (struct table_entry *i = table_next(&m->aliases, NULL); i != NULL;
	    i = table_next(&m->aliases, i)) {
		struct entity *alias = i->value;

		/* a file that could not be read is reported where it is used */
		if (alias->u.module == NULL && dot != NULL &&
		    str_eq(i->key, str_from(want.p, (size_t)(dot - want.p))))
			return;
		if (alias->u.module == NULL)
			continue;
		if (dot == NULL && map_in(c, alias->u.module, want) != NULL)
			near = (struct near){ want, arena_printf(c->a,
			    "%.*s.%.*s", STR_ARG(i->key), STR_ARG(want)), 0 };
		near_maps(c, alias->u.module, i->key, &near);
	}
	g = diag_at(&c->ss, C215, d->owner.span, "there is no map `%.*s`",
	    STR_ARG(want));
	diag_meant(&c->ss, g, &near);
}

struct map_info *
block_map(struct compile *c, struct module *m, struct decl *d)
{
	struct entity *e = find_map(c, m, d->owner.text);

	if (e == NULL)
		report_map(c, m, d);
	return e ? e->u.map : NULL;
}

int
layer_is_top(const struct compile *c, const struct module *m,
    const struct map_info *map)
{
	for (const struct overlay *o = c->overlays; o != NULL; o = o->next)
		if (o->map == map->e && o->mod->rank > m->rank)
			return 0;
	return 1;
}

/* ---- overlays ---- */

/* "tenants/acme.map" is overlay `acme`. */
static struct str
file_stem(struct str path)
{
	size_t from = path.n;

	while (from > 0 && path.p[from - 1] != '/')
		from--;
	path = str_from(path.p + from, path.n - from);
	if (path.n > 4 && str_eq(str_from(path.p + path.n - 4, 4),
	    STR(".map")))
		path.n -= 4;
	return path;
}

void
layers_find(struct compile *c)
{
	unsigned level = 0;

	for (struct module *m = c->first; m != NULL; m = m->next)
		for (struct decl *d = m->src->decls.first; d; d = d->next) {
			struct entity *map;
			struct overlay *o;

			if (d->kind != DE_EXTEND)
				continue;
			map = find_map(c, m, d->owner.text);
			if (map == NULL) {
				report_map(c, m, d);
				continue;
			}
			o = arena_new(c->a, struct overlay);
			*o = (struct overlay){ .decl = d, .mod = m,
				.map = map, .name = file_stem(m->src->path),
				.level = ++level };
			*c->last_overlay = o;
			c->last_overlay = &o->next;
		}
}

struct str
layer_show(struct compile *c, const struct overlay *o)
{
	return o ? arena_printf(c->a, "overlay `%.*s`", STR_ARG(o->name)) :
	    STR("the base");
}

int
layer_order(const struct overlay *x, const struct overlay *y)
{
	if (x != NULL && y != NULL && x->mod == y->mod)
		return 0;
	return (int)(x ? x->level : 0) - (int)(y ? y->level : 0);
}

/* `drop rules;` and `drop identity;` are no places. */
static int
drops_block(const struct stmt *s)
{
	return s->kind == ST_DROP && s->left->kind == EX_NAME && !s->rest &&
	    (str_eq(s->left->text, STR("rules")) ||
	    str_eq(s->left->text, STR("identity")));
}

static int
writes(const struct map_rule *r, int right, const struct place *p, int rest)
{
	/* what a rule with an error would write is not known */
	int any = r->source_type.kind == TYPE_BAD && r->kind != RULE_REST;

	if ((r->kind == RULE_REST) != rest)
		return 0;
	if (right)
		return (r->forth || any) && r->right.path != NULL &&
		    path_same(r->right.path, r->right.n, p->path, p->n);
	for (unsigned i = 0; i < r->nleft && (r->back || any); i++)
		if (path_same(r->left[i].path, r->left[i].n, p->path, p->n))
			return 1;
	return 0;
}

/*
 * A rest below could carry the path: it leaves that name out from now on.  1
 * where it would have brought it, and not another rule.
 */
static int
except(struct map_info *m, struct map_rule *r, int right,
    const struct place *p)
{
	struct compile *c = m->ck.c;
	const struct place *to = right ? &r->right : &r->left[0];
	struct items *words = &r->stmt->words;
	struct str name, other;
	struct item *i;

	if (r->kind != RULE_REST || !(right ? r->forth : r->back) ||
	    p->n != to->n + 1 || !path_overlaps(p->path, p->n, to->path,
	    to->n))
		return 0;
	name = p->path[to->n];
	if (!rest_rename(c, r, right, name, &other))
		return 0;
	if (!right)
		name = other;
	for (i = words->first; i != NULL; i = i->next)
		if (str_eq(i->name.text, name))
			return 0;
	i = arena_new(c->a, struct item);
	i->name.text = name;
	if (words->last != NULL)
		words->last->next = i;
	else
		words->first = i;
	words->last = i;
	return 1;
}

static void
report_drop(struct map_info *m, const struct stmt *s, int right,
    const struct place *p)
{
	struct compile *c = m->ck.c;
	struct str root = right ? m->right.name : m->left.name;
	struct near near;
	struct diag *g;

	g = diag_at(&c->ss, C231, s->left->span,
	    "no rule below writes `%.*s%s`, so there is nothing to drop",
	    STR_ARG(span_line(&c->ss, s->left->span, c->a)),
	    s->rest ? ".*" : "");
	near_init(&near, path_show(c, p->path, p->n));
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		if ((r->kind == RULE_REST) != s->rest)
			continue;
		if (right && r->forth)
			near_try(&near, path_show(c, r->right.path,
			    r->right.n));
		for (unsigned i = 0; i < r->nleft && !right && r->back; i++)
			near_try(&near, path_show(c, r->left[i].path,
			    r->left[i].n));
	}
	if (near.best.n > 0)
		near.best = arena_printf(c->a, "%.*s.%.*s", STR_ARG(root),
		    STR_ARG(near.best));
	diag_meant(&c->ss, g, &near);
}

/* No rule below writes the path any more. */
static void
drop(struct map_info *m, struct stmt *s)
{
	struct dropped *d = arena_new(m->ck.c->a, struct dropped);
	struct map_rule **at = &m->rules;
	int found = 0, right;

	if (map_place(m, s->left, &d->place, s->rest) != 0) {
		m->bad = 1;
		return;
	}
	right = d->place.expr->note->local == &m->right;
	while (*at != NULL) {
		if (writes(*at, right, &d->place, s->rest)) {
			*at = (*at)->next;
			m->nrule--;
			found = 1;
		} else {
			found |= except(m, *at, right, &d->place);
			at = &(*at)->next;
		}
	}
	m->last = at;
	d->span = s->span;
	d->next = m->dropped;
	m->dropped = d;
	if (!found)
		report_drop(m, s, right, &d->place);
}

void
layers_apply(struct map_info *m)
{
	enum nil_policy missing = m->missing, null = m->null;

	for (struct overlay *o = m->ck.c->overlays; o != NULL; o = o->next) {
		if (o->map != m->e)
			continue;
		m->layer = o;
		m->ck.m = o->mod;
		for (struct stmt *s = o->decl->body; s != NULL; s = s->next)
			if (s->kind == ST_DROP && !drops_block(s))
				drop(m, s);
		map_rules(m, o->decl->body);
		m->missing = missing;
		m->null = null;
	}
	m->layer = NULL;
	m->ck.m = m->e->mod;
}

/* ---- rules of a sync ---- */

static int
is_inbound(struct str way)
{
	return str_eq(way, STR("inbound"));
}

/* An overlay above file m drops what m says of its map in a block d. */
static int
is_dropped(const struct compile *c, const struct module *m,
    const struct decl *d, const struct entity *map)
{
	for (const struct overlay *o = c->overlays; o != NULL; o = o->next) {
		if (o->map != map || o->mod->rank <= m->rank)
			continue;
		for (const struct stmt *s = o->decl->body; s; s = s->next)
			if (drops_block(s) && str_eq(s->left->text,
			    str_z(decl_word(d->kind))) &&
			    is_inbound(s->name.text) == is_inbound(d->way.text))
				return 1;
	}
	return 0;
}

/* What `drop rules` and `drop identity` drop must be there. */
static void
check_block_drop(struct compile *c, const struct overlay *o,
    const struct stmt *s)
{
	struct str way = s->name.text;

	if (way.n > 0 && !is_inbound(way) && !str_eq(way, STR("outbound"))) {
		diag_at(&c->ss, C503, s->name.span,
		    "rules are inbound or outbound");
		return;
	}
	for (struct module *m = c->first; m != o->mod; m = m->next)
		for (struct decl *d = m->src->decls.first; d; d = d->next)
			if (str_eq(str_z(decl_word(d->kind)), s->left->text) &&
			    is_inbound(way) == is_inbound(d->way.text) &&
			    find_map(c, m, d->owner.text) == o->map)
				return;
	diag_at(&c->ss, C231, s->span, "no file below has %s%.*s for `%.*s`, "
	    "so there is nothing to drop", is_inbound(way) ? "inbound " : "",
	    STR_ARG(s->left->text), STR_ARG(o->map->decl->name.text));
}

static const struct module *
module_at(const struct compile *c, struct span sp)
{
	const struct module *m = c->first;

	while (m->src->file != sp.file)
		m = m->next;
	return m;
}

/* Of what the file says in which the span is. */
static struct str
show_layer_at(struct compile *c, struct span sp, const struct map_info *map)
{
	const struct module *m = module_at(c, sp);

	for (const struct overlay *o = c->overlays; o != NULL; o = o->next)
		if (o->map == map->e && o->mod == m && m != map->e->mod)
			return layer_show(c, o);
	return layer_show(c, NULL);
}

int
block_stands(struct compile *c, const struct decl *d,
    const struct map_info *map, const struct decl *was)
{
	const char *word = decl_word(d->kind), *way = "", *behind = "";
	struct diag *g;

	if (is_dropped(c, module_at(c, d->head), d, map->e))
		return 0;
	if (was == NULL)
		return 1;
	if (is_inbound(d->way.text)) {
		way = "inbound ";
		behind = " inbound";
	}
	if (was->head.file == d->head.file) {
		g = diag_at(&c->ss, C202, d->head, "a second block of "
		    "%s%s for `%.*s`",
		    way, word, STR_ARG(d->owner.text));
		diag_also(&c->ss, g, was->head, "the first");
		return 0;
	}
	g = diag_at(&c->ss, C232, d->head, "%.*s and %.*s both have %s%s for "
	    "`%.*s`", STR_ARG(show_layer_at(c, was->head, map)),
	    STR_ARG(show_layer_at(c, d->head, map)), way, word,
	    STR_ARG(map->e->decl->name.text));
	diag_also(&c->ss, g, was->head, "%.*s",
	    STR_ARG(show_layer_at(c, was->head, map)));
	diag_fix(&c->ss, g, "to replace them: extend %.*s { drop %s%s; }",
	    STR_ARG(d->owner.text), word, behind);
	return 0;
}

static void
bind_rules(struct compile *c, struct module *m, struct decl *d)
{
	struct map_info *map = block_map(c, m, d);
	int back = is_inbound(d->way.text);

	if (d->way.text.n > 0 && !back &&
	    !str_eq(d->way.text, STR("outbound"))) {
		diag_at(&c->ss, C503, d->way.span,
		    "rules are inbound or outbound");
		return;
	}
	if (map != NULL && block_stands(c, d, map, map->sync[back]))
		rules_check(c, map, m, d, back);
}

void
layers_rules(struct compile *c)
{
	for (struct module *m = c->first; m != NULL; m = m->next)
		for (struct decl *d = m->src->decls.first; d; d = d->next)
			if (d->kind == DE_RULES)
				bind_rules(c, m, d);
	for (struct overlay *o = c->overlays; o != NULL; o = o->next)
		for (struct stmt *s = o->decl->body; s != NULL; s = s->next)
			if (drops_block(s))
				check_block_drop(c, o, s);
}
