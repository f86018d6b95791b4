/*
 * Adding to what is offered: fields, declared things, built-ins, values.
 */
#include "lang/complete.h"

#define CHOICE_MAX 2000

static int
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    c != '_' && !(i > 0 && c >= '0' && c <= '9'))
			return 0;
	}
	return s.n > 0;
}

/* Each once: both sides of a rest may have a field. */
struct lang_choice *
offer(struct choices *o, enum lang_kind kind, struct str label, struct str text)
{
	struct lang_choice *c;

	for (size_t i = 0; i < o->n; i++)
		if (o->list[i].kind == kind && str_eq(o->list[i].text, text))
			return &o->list[i];
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 64;
		c = arena_array(o->r.a, o->cap, sizeof(*c));
		if (o->n)
			memcpy(c, o->list, o->n * sizeof(*c));
		o->list = c;
	}
	/* behind so many nobody looks; the last is written over */
	c = &o->list[o->n < CHOICE_MAX ? o->n++ : o->n - 1];
	*c = (struct lang_choice){ .kind = kind,
		.label = arena_str(o->r.a, label),
		.text = arena_str(o->r.a, text) };
	return c;
}

void
offer_name(struct choices *o, enum lang_kind kind, struct str name,
    struct str detail)
{
	struct str text = is_plain(name) ? name :
	    arena_printf(o->r.a, "`%.*s`", STR_ARG(name));

	/* what a backquote cannot hold cannot be written */
	if (name.n > 0 && memchr(name.p, '`', name.n) == NULL &&
	    memchr(name.p, '\n', name.n) == NULL)
		offer(o, kind, name, text)->detail = detail;
}

void
offer_words(struct choices *o, enum lang_kind kind, const char *words)
{
	while (*words != '\0') {
		size_t n = strcspn(words, ",");
		struct str w = str_from(words, n);
		struct lang_choice *c = offer(o, kind, w, w);
		struct lang_thing t;

		if (kind == LANG_KEYWORD && describe_word(w, &t)) {
			c->detail = t.sig;
			c->doc = t.doc;
		}
		words += n + (words[n] == ',');
	}
}

/* ---- names that mean something ---- */

void
offer_fields(struct choices *o, struct type t)
{
	struct arena *a = o->r.a;
	size_t n = t.fields ? t.nfield : t.node && t.kind == TYPE_RECORD ?
	    schema_property_count(t.node) : 0;

	for (size_t i = 0; i < n; i++) {
		struct str name = t.fields ? t.fields[i].name :
		    schema_property_name(t.node, i);
		struct type f = field_type(a, t, name);
		size_t before = o->n;

		offer_name(o, LANG_FIELD, name, describe_type(a, f));
		if (o->n > before)
			o->list[o->n - 1].doc = describe_field(a, f);
	}
}

void
offer_table(struct choices *o, const struct table *t)
{
	for (struct table_entry *i = table_next(t, NULL); i != NULL;
	    i = table_next(t, i)) {
		struct entity *e = i->value;

		offer_name(o, mention_kind(e->decl->kind), i->key,
		    describe_entity(o->r.v, e, o->r.a));
	}
}

void
offer_schemas(struct choices *o)
{
	for (struct table_entry *i = table_next(&o->r.m->schemas, NULL);
	    i != NULL; i = table_next(&o->r.m->schemas, i))
		offer(o, LANG_SCHEMA, i->key, i->key);
}

void
offer_scope(struct choices *o)
{
	for (const struct bind *b = o->r.scope; b != NULL; b = b->up)
		offer_name(o, b->kind, b->name.text,
		    describe_type(o->r.a, b->type));
}

/* codecs: those that may stand behind via, one way or both; else functions. */
void
offer_builtins(struct choices *o, int codecs, int both)
{
	for (size_t k = 0; k < nbuiltin; k++) {
		struct lang_choice *c;

		if (codecs && both && (builtins[k].left == NULL ||
		    builtins[k].back == NULL))
			continue;
		c = offer(o, LANG_BUILTIN, str_z(builtins[k].name),
		    str_z(builtins[k].name));
		c->detail = describe_builtin(o->r.a, (int)k);
		c->doc = describe_builtin_doc(o->r.a, (int)k);
	}
}

void
offer_things(struct choices *o, int both)
{
	for (struct table_entry *i = table_next(&o->r.m->things, NULL);
	    i != NULL; i = table_next(&o->r.m->things, i)) {
		struct entity *e = i->value;

		if (both && e->decl->kind == DE_FN)
			continue;
		offer_name(o, mention_kind(e->decl->kind), i->key,
		    describe_entity(o->r.v, e, o->r.a));
	}
	offer_table(o, &o->r.m->aliases);
}

/* The texts that a type can be; quoted outside of a text. */
void
offer_options(struct choices *o, struct type t)
{
	for (unsigned i = 0; i < t.noption; i++) {
		struct str s = t.options[i];
		int odd = 0;

		for (size_t k = 0; k < s.n; k++)
			odd |= s.p[k] == '"' || s.p[k] == '\\' ||
			    s.p[k] == '{' || (unsigned char)s.p[k] < 0x20;
		if (!odd)
			offer(o, LANG_VALUE, s, o->r.p.in_text ? s :
			    arena_printf(o->r.a, "\"%.*s\"", STR_ARG(s)));
	}
}

void
offer_types(struct choices *o)
{
	offer_words(o, LANG_TYPE,
	    "text,int,decimal,bool,date,datetime,list<,record,any");
}
