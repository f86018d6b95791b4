/*
 * What could be written at a place.
 *
 * Words of the language come from the parser's own tables: what it would take
 * next.  Where it would take any name, what stands around the place says
 * which names mean something there.
 */
#include "lang/complete.h"

#include "config.h"
#include "grammar/parser.h"

/* ---- behind a dot ---- */

static void
add_members(struct choices *o, size_t dot)
{
	const struct around *r = &o->r;
	size_t start;
	struct type t = around_path(r, dot, &start);
	struct entity *alias;

	if (start + 1 == dot && bind_find(r->scope, around_text(r, start)) ==
	    NULL) {
		alias = table_get(&r->m->aliases, around_text(r, start));
		if (alias != NULL && alias->u.module != NULL)
			offer_table(o, around_kind(r, start - 1) == TK_FOR ||
			    around_kind(r, start - 1) == TK_EXTEND ?
			    &alias->u.module->maps : &alias->u.module->things);
		if (around_kind(r, start) == TK_PARAM)
			offer_table(o, &r->m->params);
		else if (str_eq(around_text(r, start), STR("event")))
			offer_words(o, LANG_FIELD, "op,at,key");
		return;
	}
	offer_fields(o, t);
}

/* ---- values that fit ---- */

/* Where the statement writes to: the path before its arrow. */
static struct type
target_type(const struct around *r)
{
	size_t start;

	for (size_t i = r->stmt; i < r->n; i++)
		if (around_kind(r, i) == TK_BACK)
			return around_path(r, i, &start);
	return bad_type();
}

/* The type of what stands before token i, through `?? x`. */
static struct type
type_before(const struct around *r, size_t i)
{
	size_t start;

	if (i >= r->stmt + 3 && around_kind(r, i - 2) == TK_NIL_ELSE)
		i -= 2;
	return around_path(r, i, &start);
}

/* What the value that is being written is compared with or given to. */
static struct type
wanted_type(const struct around *r)
{
	size_t open = around_bracket(r), start;
	int prev = r->n > r->stmt ? around_kind(r, r->n - 1) : 0;
	struct type t;

	if (prev == TK_EQ || prev == TK_NE || prev == TK_NIL_ELSE)
		return type_before(r, r->n - 1);
	if (open != SIZE_MAX && open > r->stmt) {
		if (around_kind(r, open) == '[' &&
		    around_kind(r, open - 1) == TK_IN)
			return type_before(r, open - 1);
		if (around_kind(r, open) == '(' &&
		    str_eq(around_text(r, open - 1), STR("default")))
			for (size_t i = r->stmt; i < open; i++)
				if (around_kind(r, i) == TK_BOTH)
					return around_path(r, i, &start);
		if (around_kind(r, open) == '{' && prev != TK_ARM) {
			t = around_path(r, open, &start);
			if (start > r->stmt &&
			    around_kind(r, start - 1) == TK_MATCH)
				return t;
		}
	}
	return target_type(r);
}

/* ---- enums ---- */

/* A rule that puts a value through the enum and nothing else. */
static const struct map_rule *
rule_through(const struct around *r, const struct map_info *m,
    const struct entity *en, unsigned depth)
{
	struct compile *c = &r->v->c;

	for (const struct map_rule *k = m->rules; k != NULL; k = k->next) {
		struct items pipe = k->stmt->pipe;
		const struct map_rule *in = k->body && depth < AST_DEPTH ?
		    rule_through(r, k->body, en, depth + 1) : NULL;

		if (in != NULL)
			return in;
		if (k->left != NULL && pipe.n == 1 && find_thing(c, r->m,
		    call_name(c, pipe.first->value)) == en)
			return k;
	}
	return NULL;
}

/* The values of the fields that rules put through the enum, on a side. */
static struct type
row_type(const struct around *r, int right)
{
	struct str name = around_text(r, r->head + 1);
	const struct entity *en = table_get(&r->m->things, name);

	for (const struct map_info *m = r->v->c.maps; m && en; m = m->next) {
		const struct map_rule *k = rule_through(r, m, en, 0);

		if (k != NULL)
			return right ? k->right.type : k->left[0].type;
	}
	return bad_type();
}

static void
choose_row(struct choices *o)
{
	const struct around *r = &o->r;
	int prev = r->n > r->stmt ? around_kind(r, r->n - 1) : 0;

	if (r->n == r->stmt) {
		offer_options(o, row_type(r, 0));
		o->closed = r->p.in_text;
	} else if (prev == TK_BOTH || prev == TK_BACK || prev == TK_FORTH) {
		if (around_kind(r, r->stmt) == TK_ELSE && !r->p.in_text)
			offer_words(o, LANG_KEYWORD, "error,keep");
		offer_options(o, row_type(r, around_kind(r, r->stmt) !=
		    TK_ELSE || prev == TK_FORTH));
		o->closed = 1;
	}
}

/* ---- records of tests and of create ---- */

/* Where the record begins that the place is in, and what it is; 0: none. */
static size_t
record_start(const struct around *r, struct type *t)
{
	const struct bind *b;
	size_t start;

	if (r->block == TK_TEST && around_kind(r, r->stmt + 2) == '=') {
		b = bind_find(r->scope, around_text(r, r->stmt + 1));
		*t = b ? b->type : bad_type();
		return r->stmt + 3;
	}
	for (size_t i = r->stmt; i + 1 < r->n; i++)
		if (around_kind(r, i) == TK_CREATE &&
		    around_kind(r, i + 1) == '{' &&
		    around_kind(r, r->stmt) == TK_PICK) {
			*t = bad_type();
			for (size_t k = r->stmt; k < i; k++)
				if (around_kind(r, k) == TK_AS)
					*t = around_path(r, k, &start);
			if (t->kind == TYPE_LIST)
				*t = type_element(r->a, *t);
			return i + 1;
		}
	return 0;
}

/* 1 where the place is inside such a record. */
static int
choose_record(struct choices *o)
{
	const struct around *r = &o->r;
	int prev = around_kind(r, r->n - 1);
	struct type t, value;
	size_t from = record_start(r, &t), open = around_bracket(r);

	if (from == 0 || open == SIZE_MAX || open < from)
		return 0;
	o->closed |= prev == '{' || prev == ',';
	t = around_record(r, from, t, &value);
	if (around_kind(r, open) == '[')
		offer_options(o, value.kind == TYPE_LIST ?
		    type_element(r->a, value) : value);
	else if (prev == ':')
		offer_options(o, value);
	else if (prev == '{' || prev == ',')
		offer_fields(o, t);
	return 1;
}

/* ---- rules of a map ---- */

static int
is_both(const struct around *r)
{
	for (size_t i = r->stmt; i < r->n; i++)
		if (around_kind(r, i) == TK_BOTH)
			return 1;
	return 0;
}

static void
choose_codec(struct choices *o)
{
	int both = is_both(&o->r);

	offer_things(o, both);
	offer_builtins(o, 1, both);
}

/* Whether the statement, outside of brackets, has come to the word. */
static size_t
last_word(const struct around *r, int kind)
{
	size_t i = r->n;

	while (i > r->stmt && around_kind(r, i - 1) != kind)
		i--;
	return i > r->stmt ? i - 1 : SIZE_MAX;
}

static void
choose_attribute(struct choices *o)
{
	int prev = around_kind(&o->r, o->r.n - 1);
	const char *rest = around_kind(&o->r, o->r.stmt) == TK_EACH ? "{}" :
	    ";";

	if (prev == TK_WITH || prev == ',')
		probe_words(o, LANG_ATTRIBUTE, rest);
	else if (prev == ':')
		probe_words(o, LANG_KEYWORD, rest);
}

static void
choose_default(struct choices *o)
{
	probe_words(o, LANG_KEYWORD, around_kind(&o->r, o->r.n - 1) == TK_ON ?
	    " skip;" : ";");
}

/* except (…): names of either side; the sides stand before it. */
static void
choose_except(struct choices *o)
{
	const struct around *r = &o->r;
	size_t start;

	for (size_t i = r->stmt; i + 1 < r->n; i++)
		if (around_kind(r, i) == '.' && around_kind(r, i + 1) == '*')
			offer_fields(o, around_path(r, i, &start));
}

/* ---- rules for a map ---- */

static void
choose_decision(struct choices *o)
{
	const struct around *r = &o->r;
	int prev = around_kind(r, r->n - 1);

	if (prev == TK_DO || prev == TK_OTHERWISE)
		probe_words(o, LANG_KEYWORD, ";");
	else if (last_word(r, TK_WHEN) == SIZE_MAX &&
	    last_word(r, TK_DO) == SIZE_MAX)
		probe_words(o, LANG_KEYWORD, " do skip;");
}

/* The fields that a rule of the map writes, by their last names. */
static void
choose_by(struct choices *o)
{
	const struct around *r = &o->r;
	const struct bind *right = r->scope;
	struct str name;

	for (const struct map_info *m = r->v->c.maps; m; m = m->next)
		for (const struct map_rule *k = m->rules; k; k = k->next) {
			if (m->e->mod != r->m || right == NULL ||
			    !str_eq(m->right.name, right->name.text) ||
			    !k->forth || k->right.n == 0)
				continue;
			name = k->right.path[k->right.n - 1];
			offer_name(o, LANG_FIELD, name,
			    describe_type(r->a, k->right.type));
		}
}

/* ---- expressions ---- */

static void
add_argument(struct choices *o, struct str name, struct str detail)
{
	offer(o, LANG_ARGUMENT, arena_printf(o->r.a, "%.*s:", STR_ARG(name)),
	    arena_printf(o->r.a, "%.*s: ", STR_ARG(name)))->detail = detail;
}

/* The parameters that the call, whose bracket is the innermost, may name. */
static void
add_arguments(struct choices *o)
{
	const struct around *r = &o->r;
	size_t bracket = around_bracket(r), start;
	const struct entity *t;
	struct str name;
	int k;

	if (bracket == SIZE_MAX || around_kind(r, bracket) != '(' ||
	    bracket <= r->stmt || (around_kind(r, r->n - 1) != '(' &&
	    around_kind(r, r->n - 1) != ','))
		return;
	around_path(r, bracket, &start);
	if (start == bracket)
		return;
	name = str_from(r->text.p + r->p.tokens[start].span.beg,
	    r->p.tokens[bracket].span.beg - r->p.tokens[start].span.beg);
	t = find_thing(&o->r.v->c, r->m, name);
	for (const struct item *i = t ? t->decl->params.first : NULL;
	    i != NULL; i = i->next)
		add_argument(o, i->name.text, span_line(&r->v->c.ss, i->span,
		    r->a));
	k = t == NULL ? builtin_find(name) : -1;
	for (const char *p = k >= 0 ? builtins[k].params : ""; *p != '\0';) {
		size_t all = strcspn(p, ",");

		add_argument(o, str_from(p, strcspn(p, ":")),
		    str_from(p, all));
		p += all;
		p += strspn(p, ", ");
	}
}

static void
choose_value(struct choices *o)
{
	offer_options(o, wanted_type(&o->r));
	if (o->r.p.in_text)
		return;
	offer_scope(o);
	add_arguments(o);
	if (o->r.m->params.live > 0)
		offer(o, LANG_PARAM, STR("param"), STR("param."));
	if (o->r.block != TK_CONNECTOR &&
	    bind_find(o->r.scope, STR("event")) == NULL)
		offer(o, LANG_FIELD, STR("event"), STR("event."));
	offer_things(o, 0);
	if (o->r.block == TK_RULES)
		offer_words(o, LANG_BUILTIN, "linked,changed");
	offer_words(o, LANG_BUILTIN, "map,filter,find,any,all,count");
	offer_builtins(o, 0, 0);
}

/* ---- heads ---- */

/* 1 where a name, schema or type of a declaration stands. */
static int
choose_head(struct choices *o)
{
	const struct around *r = &o->r;
	int first = around_kind(r, r->stmt), prev = around_kind(r, r->n - 1);

	if (r->n == r->stmt || r->block != 0)
		return 0;
	o->closed = 1;
	if (prev == TK_FOR || prev == TK_EXTEND) {
		offer_table(o, &r->m->maps);
		offer_table(o, &r->m->aliases);
		return 1;
	}
	if (first == TK_MAP && prev == ':') {
		offer_schemas(o);
		return 1;
	}
	if ((first == TK_FN || first == TK_CODEC || first == TK_PARAM) &&
	    (prev == ':' || prev == '<' || (prev == TK_BOTH)) &&
	    last_word(r, '=') == SIZE_MAX) {
		offer_types(o);
		return 1;
	}
	o->closed = r->p.wants_name && !r->p.wants_value;
	return !r->p.wants_value;
}

/* ---- the place ---- */

static void
begin_statement(struct choices *o)
{
	switch (o->r.inner) {
	case 0:
		for (int k = 0; k <= DE_FN; k++)
			offer_words(o, LANG_KEYWORD, decl_word(k));
		break;
	case TK_MAP:
	case TK_EACH:
	case TK_WHEN:
		offer_words(o, LANG_KEYWORD, "on,each,pick,when,rest");
		offer_scope(o);
		o->closed = 1;
		break;
	case TK_EXTEND:
		offer_words(o, LANG_KEYWORD, "drop,on,each,pick,when,rest");
		offer_scope(o);
		o->closed = 1;
		break;
	case TK_CODEC:
		offer_words(o, LANG_KEYWORD, "-> : ,<- : ,law: ");
		break;
	case TK_TEST:
	case TK_RULES:
		break;
	default: /* blocks of clauses */
		probe_words(o, LANG_KEYWORD, ";");
		o->closed = 1;
	}
}

/* 1 where the statement's own words decide. */
static int
choose_in_map(struct choices *o)
{
	const struct around *r = &o->r;
	int first = around_kind(r, r->stmt), prev = around_kind(r, r->n - 1);
	size_t open = around_bracket(r);

	if (open != SIZE_MAX && open > r->stmt) {
		if (around_kind(r, open - 1) != TK_EXCEPT)
			return 0;
		choose_except(o);
	} else if (first == TK_ON) {
		choose_default(o);
	} else if (last_word(r, TK_WITH) != SIZE_MAX) {
		if (prev != TK_WITH && prev != ',' && prev != ':')
			return 0;
		choose_attribute(o);
	} else if (prev == TK_VIA || (prev == '|' &&
	    last_word(r, TK_VIA) != SIZE_MAX)) {
		choose_codec(o);
	} else if (prev == TK_BOTH || (r->p.wants_name &&
	    !r->p.wants_value && prev != TK_AS)) {
		offer_scope(o);
	} else {
		return prev == TK_AS;
	}
	o->closed = 1;
	return 1;
}

/* a.{ … } and upsert by { … }: 1 where the place is in one. */
static int
choose_in_braces(struct choices *o)
{
	const struct around *r = &o->r;
	size_t open = around_bracket(r), start;

	if (open == SIZE_MAX || open <= r->stmt ||
	    around_kind(r, open) != '{')
		return 0;
	if (around_kind(r, open - 1) == '.')
		offer_fields(o, around_path(r, open - 1, &start));
	else if (around_kind(r, open - 1) == TK_BY)
		choose_by(o);
	else
		return 0;
	o->closed = 1;
	return 1;
}

static void
choose(struct choices *o)
{
	const struct around *r = &o->r;
	int prev = r->n > r->stmt ? around_kind(r, r->n - 1) : 0;

	if (r->p.in_text)
		o->closed = 1;
	if (prev == '.' && !r->p.in_text) {
		add_members(o, r->n - 1);
		o->closed = 1;
	} else if (r->block == TK_ENUM) {
		choose_row(o);
	} else if (prev == 0) {
		if (!r->p.in_text)
			begin_statement(o);
	} else if (r->block == TK_CONNECTOR && prev == '{') {
		/* a block or a record: what is in it will tell */
		probe_words(o, LANG_KEYWORD, ";}");
		o->closed = o->n > 0;
	} else if (r->block == TK_LAWS) {
		probe_words(o, LANG_KEYWORD, ";");
		o->closed = 1;
	} else if (choose_record(o)) {
		return;
	} else if (r->p.in_text) {
		offer_options(o, wanted_type(r));
	} else if (choose_in_braces(o) || choose_head(o) ||
	    ((r->block == TK_MAP || r->block == TK_EXTEND) &&
	    choose_in_map(o))) {
		return;
	} else if (r->p.wants_value) {
		choose_value(o);
	} else if (r->block == TK_RULES && r->p.wants_name) {
		choose_decision(o);
		o->closed = 1;
	} else if (r->p.wants_name && prev != TK_AS) {
		offer_scope(o);
	}
}

/* What the parser would take; where any name will do, only the others. */
static void
add_keywords(struct choices *o)
{
	const struct parse *p = &o->r.p;

	for (int i = 0; i < p->nword; i++)
		if (!p->wants_name || !p->soft[i])
			offer_words(o, LANG_KEYWORD, p->words[i]);
}

size_t
lang_complete(struct lang_view *v, struct str path, uint32_t off,
    struct arena *a, struct lang_choice **out, uint32_t *beg)
{
	struct module *m = view_module(v, path);
	struct choices o = { 0 };

	*beg = off;
	*out = NULL;
	if (m == NULL || off > m->src->text.n)
		return 0;
	if (around_read(&o.r, v, m, off, a)) {
		*beg = o.r.p.in_text ? o.r.p.text_beg + 1 :
		    (uint32_t)o.r.text.n;
		choose(&o);
		if (!o.closed)
			add_keywords(&o);
	}
	around_end(&o.r);
	*out = o.list;
	return o.n;
}
