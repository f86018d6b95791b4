/*
 * The field catalogue of an object: how it is asked for, where its fields are
 * in a record, and what each item says of one.
 */
#include "lang/clause.h"

#define CACHE_MS 3600000 /* unless it is said */
#define CACHE_MIN_MS 1000

/* in properties; */
static int
fields_in(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	op->fields->nin = clause_path(&a, &op->fields->in);
	if (op->fields->nin == 0 || s->has_value || a.at != NULL)
		return clause_bad(&a, "in properties;");
	return 0;
}

/* values text; */
static int
fields_values(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);

	if (!clause_word(&a, "text") || s->has_value || a.at != NULL)
		return clause_bad(&a, "values text;");
	op->fields->texts = 1;
	return 0;
}

/* Of what type each part is. */
static int
part_fits(enum field_part part, struct type t)
{
	if (t.kind == TYPE_BAD || t.kind == TYPE_ANY || t.kind == TYPE_NIL)
		return 1;
	switch (part) {
	case PART_OPTIONS:
		return t.kind == TYPE_LIST;
	case PART_LENGTH:
		return type_is_number(t);
	case PART_READONLY:
	case PART_REQUIRED:
	case PART_UNIQUE:
		return t.kind == TYPE_BOOL;
	default:
		return t.kind == TYPE_TEXT;
	}
}

static const char *
part_type(enum field_part part)
{
	return part == PART_OPTIONS ? "a list" : part == PART_LENGTH ?
	    "a number" : part < PART_OPTIONS ? "a text" : "a bool";
}

/* The texts that a type can be are words for types. */
static int
check_words(struct conn *k, const struct expr *e, struct type t)
{
	struct sources *ss = &k->c->ss;

	for (unsigned i = 0; i < t.noption; i++) {
		struct near near;
		struct diag *g;
		size_t n = 0;

		near_init(&near, t.options[i]);
		while (n < FIELD_NTYPE && !str_eq(t.options[i],
		    str_z(field_type_word[n])))
			near_try(&near, str_z(field_type_word[n++]));
		if (n < FIELD_NTYPE)
			continue;
		g = diag_at(ss, C681, e->span, "no field is of type \"%.*s\"",
		    STR_ARG(t.options[i]));
		if (!diag_meant(ss, g, &near))
			diag_fix(ss, g, "text, int, decimal, bool, date, "
			    "datetime, list or record; absent for none");
		return -1;
	}
	return 0;
}

static int
fields_part(struct conn *k, struct stmt *s, void *what)
{
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	enum field_part part = 0;
	struct type t;

	while (!str_eq(s->name.text, str_z(field_part_word[part])))
		part++;
	op->fields->part[part] = 0; /* it was given, though not well */
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, "name = item.name;");
	op->fields->part[part] = conn_typed(k, s->value, VIEW_ITEM,
	    field_part_word[part], &t);
	if (!part_fits(part, t)) {
		diag_at(&k->c->ss, C680, s->value->span, "`%s` of a field is "
		    "%s, this is %.*s", field_part_word[part],
		    part_type(part), STR_ARG(type_text(k->c->a, t)));
		return -1;
	}
	return part == PART_TYPE ? check_words(k, s->value, t) : 0;
}

/* What no clause of it can know. */
static void
check_fields(struct conn *k, struct stmt *s, const struct unit_op *op)
{
	struct sources *ss = &k->c->ss;

	if (op->feed->items < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "the catalogue needs `items`"), "items = body.results;");
	if (op->fields->part[PART_NAME] < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "the catalogue needs `name`"), "name = item.name;");
	if (op->fields->part[PART_TYPE] < 0)
		diag_fix(ss, diag_at(ss, C603, s->head,
		    "the catalogue needs `type`"), "type = match item.type { "
		    "\"number\" => \"decimal\", else => \"text\" };");
	if (op->feed->next >= 0 && !(k->paged & PAGE_CURSOR))
		diag_fix(ss, diag_at(ss, C611, s->head,
		    "nothing in the request reads `cursor`"),
		    "query \"after\" cursor;");
	if (k->paged & PAGE_SINCE)
		diag_fix(ss, diag_at(ss, C615, s->head,
		    "`since` is asked for, and a catalogue is read whole"),
		    "leave it out");
}

/* from "/path" [cache 1h] */
static int
fields_from(struct conn *k, struct stmt *s, struct args *a,
    struct expr **path, int64_t *cache_ms)
{
	if (!clause_word(a, "from") || (*path = clause_next(a)) == NULL ||
	    ((*path)->kind != EX_TEXT && (*path)->kind != EX_INTERP) ||
	    (clause_word(a, "cache") &&
	    (clause_time(k, clause_next(a), cache_ms) != 0 ||
	    *cache_ms < CACHE_MIN_MS)) || a->at != NULL || !s->has_body)
		return clause_bad(a, "fields from \"/path\" cache 1h { items "
		    "= …; name = …; type = …; }");
	return 0;
}

int
conn_fields(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "query", op_query, 0 },
		{ "header", op_header, 0 },
		{ "limit", feed_limit, 1 },
		{ "items", feed_items, 1 },
		{ "next", feed_next, 1 },
		{ "in", fields_in, 1 },
		{ "values", fields_values, 1 },
#define X(name, word) { word, fields_part, 1 },
		FIELD_PARTS(X)
#undef X
	};
	struct args a = clause_args(k, s);
	unsigned nerror = k->c->d->nerror;
	int64_t cache_ms = CACHE_MS;
	struct expr *path = NULL;
	struct unit_op *op;

	if (fields_from(k, s, &a, &path, &cache_ms) != 0)
		return -1;
	op = op_begin(k, s, what);
	op->method = STR("GET");
	op->feed = arena_new(k->ua, struct unit_feed);
	*op->feed = (struct unit_feed){ .paging = FEED_CURSOR,
		.limit = FEED_LIMIT, FEED_NONE };
	op->fields = arena_new(k->ua, struct unit_fields);
	*op->fields = (struct unit_fields){ .cache_s = cache_ms / 1000 };
	for (size_t i = 0; i < FIELD_NPART; i++)
		op->fields->part[i] = -1;
	k->paged = 0;
	k->view = VIEW_PAGE;
	op->path = conn_function(k, path, VIEW_PAGE, "path");
	clause_all(k, s->body, words, COUNT(words), op, "a field catalogue");
	/* one cause, one finding */
	if (k->c->d->nerror == nerror)
		check_fields(k, s, op);
	return 0;
}
