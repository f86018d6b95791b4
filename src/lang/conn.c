/*
 * Connectors: clauses to struct unit_connector.  Here the connector itself;
 * its auth, budgets, objects and what replies mean have files of their own.
 */
#include "lang/clause.h"

static int
make_version(struct conn *k, struct stmt *s, void *what)
{
	struct args a = clause_args(k, s);
	struct str v;

	(void)what;
	if (!clause_text(clause_next(&a), &v) || a.at != NULL)
		return clause_bad(&a, "version \"v3\";");
	k->out->version = clause_keep(k, v);
	k->version->value = value_text(k->out->version);
	k->version->not_here = NULL;
	return 0;
}

static int
make_base(struct conn *k, struct stmt *s, void *what)
{
	struct args a = clause_args(k, s);
	struct str v;

	(void)what;
	if (!clause_text(clause_next(&a), &v) || a.at != NULL)
		return clause_bad(&a, "base \"https://…\";");
	k->out->base = clause_keep(k, v);
	return 0;
}

/* Of the requests of all operations. */
static int
make_header(struct conn *k, struct stmt *s, void *what)
{
	struct unit_connector *c = k->out;
	struct args a = clause_args(k, s);

	(void)what;
	if (clause_named(&a, VIEW_ACCOUNT, "header",
	    &c->header_name[c->nheader], &c->header_value[c->nheader]) != 0)
		return clause_bad(&a, "header \"Name\" \"value\";");
	c->nheader++;
	return 0;
}

/* How many objects there are at most. */
static size_t
objects_of(const struct stmt *body)
{
	size_t n = 0;

	for (const struct stmt *s = body; s != NULL; s = s->next)
		n += s->words.n > 0 &&
		    s->words.first->value->kind == EX_RECORD ?
		    s->words.first->value->n : 1;
	return n;
}

void
connector_compile(struct compile *c, struct entity *e,
    struct unit_connector *out)
{
	static const struct word_rule words[] = {
		{ "version", make_version, 1, 2 },
		{ "auth", conn_auth, 1 },
		{ "base", make_base, 1 },
		{ "header", make_header, 0 },
		{ "budget", conn_budget, 0, 1 },
		{ "object", conn_object, 0 },
		{ "classify", conn_classify, 1 },
	};
	struct conn k = { .c = c, .m = e->mod, .out = out,
		.ua = &c->unit->arena };
	struct local version = { .name = STR("version"), .kind = LOCAL_CONST,
		.type = type_of(TYPE_TEXT, 0), .not_here = "the connector "
		"says no version: version \"v3\";" };
	struct err err;
	size_t n = 0;

	for (struct stmt *s = e->decl->body; s != NULL; s = s->next)
		n++;
	k.version = &version;
	k.g = gen_new(&c->ss, c->a, k.ua, e->decl->name.text);
	out->name = clause_keep(&k, e->decl->name.text);
	out->pos = span_pos(&c->ss, e->decl->span);
	out->classify = -1;
	out->auth = (struct unit_auth){ .token = -1, .issuer = -1,
		.subject = -1, .audience = -1, .base = -1 };
	out->budgets = arena_array(k.ua, n, sizeof(*out->budgets));
	out->header_name = arena_array(k.ua, n, sizeof(*out->header_name));
	out->header_value = arena_array(k.ua, n, sizeof(*out->header_value));
	out->objects = arena_array(k.ua, objects_of(e->decl->body),
	    sizeof(*out->objects));
	clause_all(&k, e->decl->body, words, COUNT(words), NULL, "a connector");
	if (out->base.n == 0)
		diag_fix(&c->ss, diag_at(&c->ss, C603, e->decl->head,
		    "the connector has no `base`"), "base \"https://…\";");
	if (out->classify < 0)
		diag_fix(&c->ss, diag_at(&c->ss, C603, e->decl->head,
		    "the connector has no `classify`"),
		    "classify { … else => fail permanent; }");
	if (c->d->nerror > 0)
		return;
	out->prog = gen_finish(k.g);
	if (out->prog != NULL && connector_verify(out, &err) != 0)
		diag_at(&c->ss, C799, e->decl->head, "%s", err.text);
}
