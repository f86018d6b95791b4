/*
 * What stands somewhere, in words: for hovering and beside completions.
 */
#include "lang/view.h"

const char *
describe_law(enum law l)
{
	static const char *const words[] = {
		[LAW_EXACT] = "exact", [LAW_CANON] = "canon",
		[LAW_PARTIAL] = "partial", [LAW_LOSSY] = "lossy",
		[LAW_NONE] = "",
	};

	return words[l];
}

int
describe_word(struct str word, struct lang_thing *out)
{
	static const struct {
		const char *word, *form, *text;
	} words[] = {
#define WORD(word, form, text) { #word, form, text },
#include "lang/words.def"
#undef WORD
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (str_eq(word, str_z(words[i].word))) {
			out->kind = LANG_KEYWORD;
			out->name = word;
			out->sig = str_z(words[i].form);
			out->doc = str_z(words[i].text);
			return 1;
		}
	return 0;
}

struct str
describe_type(struct arena *a, struct type t)
{
	if (t.kind == TYPE_BAD)
		return STR("");
	if (t.kind == TYPE_TEXT && t.noption > 0)
		return arena_printf(a, "%.*s: %.*s", STR_ARG(type_text(a, t)),
		    STR_ARG(options_text(a, t)));
	return type_text(a, t);
}

/* A paragraph of its own. */
static void
paragraph(struct buf *b, struct str s)
{
	if (s.n == 0)
		return;
	if (b->n > 0)
		buf_puts(b, STR("\n\n"));
	buf_puts(b, s);
}

static struct str
finish(struct buf *b, struct arena *a)
{
	struct str s = arena_str(a, buf_str(b));

	buf_fini(b);
	return s;
}

static struct str
annotation(const struct schema_node *n, struct str name, struct arena *a)
{
	struct value v = schema_annotation(n, name);

	return v.type == V_TEXT ? value_str(v, a) : STR("");
}

struct str
describe_field(struct arena *a, struct type t)
{
	struct buf b = { 0 };
	int exclusive;

	if (t.node == NULL)
		return STR("");
	paragraph(&b, annotation(t.node, STR("title"), a));
	paragraph(&b, annotation(t.node, STR("description"), a));
	if (schema_read_only(t.node))
		paragraph(&b, STR("read-only"));
	if (schema_deprecated(t.node))
		paragraph(&b, STR("deprecated"));
	if (t.kind == TYPE_TEXT && t.max_length != SIZE_MAX)
		paragraph(&b, arena_printf(a, "at most %zu characters",
		    t.max_length));
	if (schema_format(t.node).n > 0)
		paragraph(&b, arena_printf(a, "format %.*s",
		    STR_ARG(schema_format(t.node))));
	if (schema_minimum(t.node, &exclusive).n > 0)
		paragraph(&b, arena_printf(a, "%s %.*s", exclusive ?
		    "more than" : "at least",
		    STR_ARG(schema_minimum(t.node, &exclusive))));
	if (schema_maximum(t.node, &exclusive).n > 0)
		paragraph(&b, arena_printf(a, "%s %.*s", exclusive ?
		    "less than" : "at most",
		    STR_ARG(schema_maximum(t.node, &exclusive))));
	if (t.noption > 4) {
		paragraph(&b, STR("one of"));
		for (unsigned i = 0; i < t.noption && i < 100; i++)
			buf_printf(&b, " `%.*s`", STR_ARG(t.options[i]));
	}
	return finish(&b, a);
}

struct str
describe_builtin(struct arena *a, int k)
{
	const struct builtin *b = &builtins[k];
	const char *open = *b->params ? "(" : "", *close = *b->params ? ")" :
	    "";

	if (b->left != NULL)
		return arena_printf(a, "%s%s%s%s: %s %s %s", b->name, open,
		    b->params, close, b->left, b->back ? "<->" : "->",
		    b->result);
	return arena_printf(a, "%s(%s): %s", b->name, b->params, b->result);
}

struct str
describe_builtin_doc(struct arena *a, int k)
{
	struct buf b = { 0 };

	paragraph(&b, str_z(builtins[k].synopsis));
	paragraph(&b, STR("```crosswalk-map"));
	for (const char *const *e = builtins[k].examples; *e != NULL; e++)
		buf_printf(&b, "\n%s", *e);
	buf_puts(&b, STR("\n```"));
	if (builtins[k].fallible || builtins[k].back_fallible)
		paragraph(&b, builtins[k].fallible ? STR("It can fail.") :
		    STR("Its way back can fail."));
	return finish(&b, a);
}

struct str
describe_entity(const struct lang_view *v, const struct entity *e,
    struct arena *a)
{
	const struct decl *d = e->decl;
	int whole = d->kind == DE_USE || d->kind == DE_SCHEMA ||
	    d->kind == DE_PARAM || d->kind == DE_FN;
	struct str s = span_line(&v->c.ss, whole ? d->span : d->head, a);

	if (d->kind == DE_FN && d->type == NULL && e->checked > 0)
		s = arena_printf(a, "%.*s: %.*s", STR_ARG(s),
		    STR_ARG(type_text(a, e->u.fn->result)));
	return s;
}

static void
describe_enum(struct compile *c, const struct entity *e, struct arena *a,
    struct lang_thing *out)
{
	struct type left, right;

	if (e->checked <= 0)
		return;
	left = enum_type(c, e->u.en, 0);
	right = enum_type(c, e->u.en, 1);
	out->law = str_z(describe_law(e->u.en->law));
	out->type = arena_printf(a, "%.*s <-> %.*s",
	    STR_ARG(type_text(a, left)), STR_ARG(type_text(a, right)));
	if (left.noption > 0 && right.noption > 0)
		out->doc = arena_printf(a, "left %.*s\n\nright %.*s",
		    STR_ARG(options_text(a, left)),
		    STR_ARG(options_text(a, right)));
}

/* Rules of elements are in a map of their own, below the rule that is each. */
static const struct map_rule *
rule_of(const struct map_info *m, const struct stmt *s, unsigned depth)
{
	for (const struct map_rule *r = m ? m->rules : NULL; r; r = r->next) {
		const struct map_rule *in = r->body && depth < AST_DEPTH ?
		    rule_of(r->body, s, depth + 1) : NULL;

		if (in != NULL || r->stmt == s)
			return in != NULL ? in : r;
	}
	return NULL;
}

static void
describe_rule(const struct mention *m, struct arena *a,
    struct lang_thing *out)
{
	const struct map_rule *r = rule_of(m->map, m->stmt, 0);
	struct type left, right;

	if (r == NULL)
		return;
	out->law = str_z(describe_law(r->law));
	out->doc = r->forth && r->back ? STR("writes both sides") :
	    r->forth ? STR("writes the right side") :
	    r->back ? STR("writes the left side") : STR("");
	if (r->kind != RULE_FIELD || r->left == NULL)
		return;
	left = r->left[0].type;
	right = r->right.type;
	if (left.kind != TYPE_BAD && right.kind != TYPE_BAD)
		out->type = arena_printf(a, "%.*s %.*s %.*s",
		    STR_ARG(type_text(a, left)), STR_ARG(out->name),
		    STR_ARG(type_text(a, right)));
}

/* The argument's own part of a signature: "scale: int = 2". */
static void
describe_argument(const struct lang_view *v, const struct mention *m,
    struct arena *a, struct lang_thing *out)
{
	const char *p, *end;

	if (m->entity != NULL) {
		for (const struct item *i = m->entity->decl->params.first; i;
		    i = i->next)
			if (str_eq(i->name.text, m->name))
				out->sig = span_line(&v->c.ss, i->span, a);
		return;
	}
	for (p = builtins[m->builtin].params; *p != '\0'; p = end) {
		p += strspn(p, ", ");
		end = p + strcspn(p, ",");
		if (strncmp(p, m->name.p, m->name.n) == 0 &&
		    p[m->name.n] == ':')
			out->sig = str_from(p, (size_t)(end - p));
	}
}

static void
describe_attribute(struct lang_thing *out)
{
	const char *title;

	out->doc = str_z(diag_explain(C211, &title));
	if (str_eq(out->name, STR("missing")) ||
	    str_eq(out->name, STR("null")) || str_eq(out->name, STR("own")))
		out->doc = str_z(diag_explain(C212, &title));
}

void
describe(struct lang_view *v, const struct mention *m, struct arena *a,
    struct lang_thing *out)
{
	switch (m->kind) {
	case LANG_FIELD:
		out->type = describe_type(a, m->type);
		out->doc = describe_field(a, m->type);
		break;
	case LANG_SIDE:
	case LANG_LOCAL:
		out->type = describe_type(a, m->type);
		break;
	case LANG_BUILTIN:
		out->sig = describe_builtin(a, m->builtin);
		out->law = str_z(describe_law(builtins[m->builtin].law));
		out->doc = describe_builtin_doc(a, m->builtin);
		break;
	case LANG_ARGUMENT:
		describe_argument(v, m, a, out);
		break;
	case LANG_ATTRIBUTE:
		describe_attribute(out);
		break;
	case LANG_RULE:
		describe_rule(m, a, out);
		break;
	default:
		if (m->entity == NULL)
			break;
		out->sig = describe_entity(v, m->entity, a);
		if (m->kind == LANG_ENUM)
			describe_enum(&v->c, m->entity, a, out);
		break;
	}
}
