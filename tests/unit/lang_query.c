/*
 * What an editor asks of a mapping.  `^` in a text is where it asks; what is
 * behind it need not parse.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "lang/query.h"

static const char ours[] = "{\"type\":\"object\",\"required\":[\"name\"],"
    "\"properties\":{\n\"name\":{\"type\":\"string\",\"maxLength\":9,"
    "\"description\":\"What it is called.\"},\n\"stage\":{\"enum\":[\"lead\","
    "\"won\"]},\n\"sum\":{\"type\":[\"number\",\"null\"]},\n\"odd name\":"
    "{\"type\":\"string\"},\n\"in\":{\"type\":\"object\",\"properties\":{"
    "\"x\":{\"$ref\":\"#/$defs/x\"}}},\n\"list\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":["
    "\"home\",\"work\"]},\"no\":{\"type\":\"string\"}}}}},\n\"$defs\":{\"x\":"
    "{\"type\":\"string\"}}}";

static const char library[] = "enum size { small <-> \"S\"; }\n"
    "fn shout(a: text): text = upper(a);\nschema us = \"us.json\";\n"
    "map base (a: us) <-> (b: us) { a.name <-> b.name; }\n";

#define HEAD "use \"lib.map\" as lib;\nschema us = \"us.json\";\n"           \
    "schema them = \"us.json\";\nenum step { lead <-> \"lead\"; won <-> "    \
    "\"won\"; }\nparam tier: text = \"a\";\nfn tidy(a: text, more: int = 2):"\
    " text = trim(a);\n"
#define MAP HEAD "map m (c: us) <-> (h: them) {\n"

/* The text of main.map, of which cut bytes were left out. */
struct source {
	struct buf text;
	uint32_t at;
};

static void
source_init(struct source *s, const char *marked)
{
	const char *mark = strchr(marked, '^');

	*s = (struct source){ 0 };
	cr_assert(mark != NULL, "no ^ in %s", marked);
	buf_put(&s->text, marked, (size_t)(mark - marked));
	s->at = (uint32_t)s->text.n;
	buf_puts(&s->text, str_z(mark + 1));
}

static int
read_files(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct source *s = arg;

	(void)a;
	if (str_eq(path, STR("main.map")))
		*text = buf_str(&s->text);
	else if (str_eq(path, STR("us.json")))
		*text = str_z(ours);
	else if (str_eq(path, STR("lib.map")))
		*text = str_z(library);
	else
		return err_set(e, ERR_NOINPUT, "no %.*s", STR_ARG(path));
	return 0;
}

static struct lang_view *
view_of(struct source *s, const char *marked)
{
	source_init(s, marked);
	return lang_analyse(STR("main.map"), read_files, s);
}

static struct str
text_at(const struct lang_view *v, const struct lang_place *p)
{
	struct lang_sources files = lang_view_files(v);

	for (size_t i = 0; i < files.n; i++)
		if (str_eq(files.list[i].path, p->path) &&
		    p->end <= files.list[i].text.n)
			return str_from(files.list[i].text.p + p->beg,
			    p->end - p->beg);
	return STR("?");
}

Test(query, things)
{
	static const struct {
		const char *text, *kind, *name, *type, *law, *path, *decl;
	} cases[] = {
	    { MAP "c.na^me <-> h.name;\n}", "field", "name", "text", "",
		"us.json", "\"name\"" },
	    { MAP "c.^name <-> h.name;\n}", "field", "name", "text", "",
		"us.json", "\"name\"" },
	    { MAP "c.name^ <-> h.name;\n}", "field", "name", "text", "",
		"us.json", "\"name\"" },
	    { MAP "^c.name <-> h.name;\n}", "side", "c", "record", "",
		"main.map", "c" },
	    { MAP "c.sum <-> h.su^m;\n}", "field", "sum",
		"decimal, null or absent", "", "us.json", "\"sum\"" },
	    { MAP "c.stage <-> h.sta^ge;\n}", "field", "stage",
		"text, absent: \"lead\", \"won\"", "", "us.json",
		"\"stage\"" },
	    { MAP "c.in.x^ <-> h.in.x;\n}", "field", "x", "text, absent", "",
		"us.json", "\"x\"" },
	    { MAP "c.list[0].ki^nd;\n}", "", "", "", "", "", "" },
	    { MAP "h.name <- c.list[0].ki^nd;\n}", "field", "kind",
		"text, absent: \"home\", \"work\"", "", "us.json",
		"\"kind\"" },
	    { MAP "h.list <- map(c.list ?? [], x => { no: x^.no });\n}",
		"local", "x", "record", "", "main.map", "x" },
	    { MAP "h.list <- map(c.list ?? [], x => { no: x.n^o });\n}",
		"field", "no", "text, absent", "", "us.json", "\"no\"" },
	    { MAP "h.list <- map(c.list, x => x.n^o);\n}",
		"field", "no", "text, absent", "", "us.json", "\"no\"" },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "enum", "step",
		"text <-> text", "exact", "main.map", "step" },
	    { MAP "c.list <-> h.list via enum_list(st^ep);\n}", "enum", "step",
		"text <-> text", "exact", "main.map", "step" },
	    { MAP "c.stage <-> h.stage via lib.si^ze;\n}", "enum", "size",
		"text <-> text", "exact", "lib.map", "size" },
	    { MAP "c.stage <-> h.stage via l^ib.size;\n}", "file", "lib", "",
		"", "main.map", "lib" },
	    { MAP "h.name <- lib.sho^ut(c.name);\n}", "function", "shout", "",
		"", "lib.map", "shout" },
	    { MAP "h.name <- tid^y(c.name);\n}", "function", "tidy", "", "",
		"main.map", "tidy" },
	    { MAP "h.name <- tidy(c.name, mo^re: 1);\n}", "argument", "more",
		"", "", "main.map", "more" },
	    { MAP "h.name <- param.ti^er;\n}", "param", "tier", "", "",
		"main.map", "tier" },
	    { MAP "h.name <- c.name via low^er;\n}", "built-in", "lower", "",
		"canon", "", "" },
	    { MAP "c.sum <-> h.name via dec_text(sca^le: 2);\n}", "argument",
		"scale", "", "", "", "" },
	    { MAP "c.name <-^> h.name via trim;\n}", "rule", "<->",
		"text <-> text", "canon", "", "" },
	    { MAP "c.name <-> h.name with requi^red;\n}", "attribute",
		"required", "", "", "", "" },
	    { MAP "}\nrules for ^m {\n otherwise skip \"\";\n}", "map", "m",
		"", "", "main.map", "m" },
	    { MAP "}\nrules for m {\n on create when c.na^me == \"\" do skip "
		"\"\"; otherwise skip \"\";\n}", "field", "name", "text", "",
		"us.json", "\"name\"" },
	    { MAP "c.name <-> h.name;\n}\nrules for m {\n on create do upsert "
		"by { na^me }; otherwise skip \"\";\n}", "field", "name",
		"text", "", "us.json", "\"name\"" },
	    { MAP "}\ntest \"t\" for m { given c = { in: { ^x: \"\" } }; }",
		"field", "x", "text, absent", "", "us.json", "\"x\"" },
	    { MAP "}\ntest \"t\" for m { given ^c = {}; }", "side", "c",
		"record", "", "main.map", "c" },
	    { HEAD "extend lib.ba^se { a.stage <-> b.stage; }", "map", "base",
		"", "", "lib.map", "base" },
	    { HEAD "extend l^ib.base { a.stage <-> b.stage; }", "file", "lib",
		"", "", "main.map", "lib" },
	    { HEAD "extend lib.base { a.st^age <-> b.stage; }", "field",
		"stage", "text, absent: \"lead\", \"won\"", "", "us.json",
		"\"stage\"" },
	    { HEAD "map m (c: u^s) <-> (h: them) {}", "schema", "us", "", "",
		"main.map", "us" },
	    { "use \"l^ib.map\" as lib;", "file", "lib.map", "", "",
		"lib.map", "" },
	    /* without what the checker says, which gave up before */
	    { MAP "c.nam <-> h.list[0].x via st^ep with foo: 1;\n}", "enum",
		"step", "text <-> text", "exact", "main.map", "step" },
	    { MAP "x.y <-> h.na^me;\n}", "field", "name", "text", "",
		"us.json", "\"name\"" },
	    { HEAD "# m^ap\n", "", "", "", "", "", "" },
	    { HEAD "ma^p m (c: us) <-> (h: them) {}", "keyword", "map", "",
		"", "", "" },
	    { MAP "h.name <- i^f true then \"a\" else \"b\";\n}", "keyword",
		"if", "", "", "", "" },
	    { MAP "h.name <- \"i^f\";\n}", "", "", "", "", "", "" },
	    { MAP "h.name <- c.ma^tch;\n}", "", "", "", "", "", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct source s;
		struct lang_view *v = view_of(&s, cases[i].text);
		struct arena a = { 0 };
		struct lang_thing t;

		lang_at(v, STR("main.map"), s.at, &a, &t);
		cr_assert(str_eq(str_z(lang_kind_word(t.kind)),
		    str_z(cases[i].kind)), "%s: kind %s", cases[i].text,
		    lang_kind_word(t.kind));
		cr_assert(str_eq(t.name, str_z(cases[i].name)),
		    "%s: name %.*s", cases[i].text, STR_ARG(t.name));
		cr_assert(str_eq(t.type, str_z(cases[i].type)),
		    "%s: type %.*s", cases[i].text, STR_ARG(t.type));
		cr_assert(str_eq(t.law, str_z(cases[i].law)),
		    "%s: law %.*s", cases[i].text, STR_ARG(t.law));
		cr_assert(str_eq(t.decl.path, str_z(cases[i].path)),
		    "%s: declared in %.*s", cases[i].text,
		    STR_ARG(t.decl.path));
		if (t.decl.path.n > 0)
			cr_assert(str_eq(text_at(v, &t.decl),
			    str_z(cases[i].decl)), "%s: declared as %.*s",
			    cases[i].text, STR_ARG(text_at(v, &t.decl)));
		lang_view_free(v);
		arena_fini(&a);
		buf_fini(&s.text);
	}
}

Test(query, words_about_things)
{
	struct source s;
	struct lang_view *v = view_of(&s, MAP "c.na^me <-> h.name;\n}");
	struct arena a = { 0 };
	struct lang_thing t;

	cr_assert(lang_at(v, STR("main.map"), s.at, &a, &t));
	cr_assert(str_eq(t.doc, STR("What it is called.\n\nat most 9 "
	    "characters")), "%.*s", STR_ARG(t.doc));
	lang_view_free(v);
	buf_fini(&s.text);
	v = view_of(&s, MAP "h.name <- tidy(c.name) via tr^im;\n}");
	cr_assert(lang_at(v, STR("main.map"), s.at, &a, &t));
	cr_assert(str_eq(t.sig, STR("trim: text <-> text")), "%.*s",
	    STR_ARG(t.sig));
	cr_assert(t.doc.n > 0 && t.law.n > 0);
	lang_view_free(v);
	buf_fini(&s.text);
	v = view_of(&s, MAP "h.name <- ti^dy(c.name);\n}");
	cr_assert(lang_at(v, STR("main.map"), s.at, &a, &t));
	cr_assert(str_eq(t.sig, STR("fn tidy(a: text, more: int = 2): text = "
	    "trim(a)")), "%.*s", STR_ARG(t.sig));
	lang_view_free(v);
	arena_fini(&a);
	buf_fini(&s.text);
}

static int
offers(const struct lang_choice *list, size_t n, struct str what)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].text, what))
			return 1;
	return 0;
}

/* All words of a list, or none of them. */
static void
expect(const char *where, const struct lang_choice *list, size_t n,
    const char *words, int offered)
{
	while (*words != '\0') {
		struct str w = str_from(words, strcspn(words, " "));

		cr_assert(offers(list, n, w) == offered, "%s: %.*s is %s",
		    where, STR_ARG(w), offered ? "not offered" : "offered");
		words += w.n;
		words += *words == ' ';
	}
}

Test(query, completion)
{
	static const struct {
		const char *text, *yes, *no;
	} cases[] = {
	    { "^", "map enum schema use fn codec", "c via with" },
	    { HEAD "e^", "map enum", "step" },
	    { "use \"x\" ^", "as", "via" },
	    { HEAD "map m (c: ^", "us them", "step" },
	    { HEAD "map m (c: us) <-> (h: ^", "us them", "c" },
	    { MAP "^", "c h on each pick when rest", "drop via" },
	    { MAP "c.^", "name stage `odd\x20name`", "on via c" },
	    { MAP "c.na^", "name stage", "x" },
	    { MAP "c.in.^", "x", "name" },
	    { MAP "c.nope.^", "", "name x" },
	    { MAP "c.name <-> ^", "c h", "lower step if" },
	    { MAP "c.{name, ^", "stage", "via" },
	    { MAP "c.name <-> h.name ^", "via with", "on c" },
	    { MAP "c.name <-> h.name via ^", "trim step lib",
		"tidy len c" },
	    { MAP "h.name <- c.name via ^", "trim step tidy len", "c" },
	    { MAP "c.name <-> h.name via trim | ^", "trim step", "c" },
	    { MAP "c.name <-> h.name via lib.^", "size", "step trim" },
	    { MAP "c.name <-> h.name via dec_text(^", "c h", "on" },
	    { MAP "c.name <-> h.name with ^", "required lossy", "trim c" },
	    { MAP "c.name <-> h.name with required, ^", "lossy", "readonly" },
	    { MAP "h.name <- c.name with ^", "readonly", "lossy" },
	    { MAP "c.name <-> h.name with null: ^", "skip clear",
		"default( c" },
	    { MAP "c.name <-> h.name with own: ^", "left", "skip" },
	    { MAP "c.stage <-> h.stage with lossy, own: left, missing: "
		"default(\"^", "lead won", "c" },
	    { MAP "h.name <- ^", "c tidy lower if match not param. event.",
		"via on as" },
	    { MAP "h.name <- param.^", "tier", "c" },
	    { MAP "h.name <- event.^", "op at key", "c" },
	    { MAP "h.name <- if c.stage == \"^", "lead won", "home c" },
	    { MAP "h.name <- if c.stage == ^", "\"lead\" \"won\" c", "on" },
	    { MAP "h.name <- if (c.stage ?? \"\") in [\"lead\", \"^",
		"", "home" },
	    { MAP "h.name <- if c.stage in [\"lead\", \"^", "won", "home" },
	    { MAP "h.name <- if c.stage ?? \"\" in [\"^", "won", "home" },
	    { MAP "h.name <- match c.stage { \"^", "won", "home" },
	    { MAP "h.stage <- match c.name { \"a\" => \"^", "won", "home" },
	    { MAP "h.stage <- \"^", "lead won", "home" },
	    { MAP "h.name <- map(c.list, x => x.^", "kind no", "name" },
	    { MAP "h.name <- map(c.list, x => ^", "x c", "on" },
	    { MAP "h.name <- join(map(c.list, x => x.no), ^", "c", "x" },
	    { MAP "h.name <- \"a {c.^", "name", "on" },
	    { MAP "h.name <- \"a {c.name} ^", "", "name c" },
	    { MAP "h.name <- dec_text(c.sum ?? 0, ^", "c", "on" },
	    { MAP "h.name <- tidy(c.name, ^", "c", "on" },
	    { MAP "c.name <-> h.name;\n} # ^", "", "map enum" },
	    { MAP "h.name <- c. ;\nc.^\nc.name <-> h.name;\n}", "name",
		"map" },
	    { MAP "rest c.* <-> h.* except (^", "name stage", "c" },
	    { MAP "on ^", "missing null", "c create" },
	    { MAP "each c.list as x <-> h.list as y key x.^", "kind no",
		"name" },
	    { MAP "each c.list as x <-> h.list as y key x.no = y.no {\n x.^",
		"kind no", "name" },
	    { MAP "each c.list as x <-> h.list as y key x.no = y.no {\n ^",
		"x y c h", "map" },
	    { MAP "pick c.list as p where p.^", "kind no", "name" },
	    { MAP "pick c.list as p where p.kind == \"^", "home work", "won" },
	    { MAP "pick c.list as p where p.kind == \"home\" create { ^",
		"kind no", "name c" },
	    { MAP "pick c.list as p where p.kind == \"home\" create { kind: "
		"\"^", "home work", "won" },
	    { MAP "when ^", "c h", "on" },
	    { MAP "when c.name == \"\" {\n h.^", "name", "on" },
	    { MAP "}\nrules for ^", "m", "c" },
	    { HEAD "extend ^", "lib", "m via" },
	    { HEAD "extend lib.^", "base", "size" },
	    { HEAD "extend lib.base {\n^", "drop a b each", "c via" },
	    { HEAD "extend lib.base {\na.^", "name stage", "on" },
	    { MAP "}\nrules for m {\n^", "on otherwise", "c each" },
	    { MAP "}\nrules for m {\non ^", "create update delete", "c skip" },
	    { MAP "}\nrules for m {\non create ^", "when do", "c" },
	    { MAP "}\nrules for m {\non create when ^", "c linked changed",
		"skip" },
	    { MAP "}\nrules for m {\non create when changed(c.^", "name",
		"c" },
	    { MAP "}\nrules for m {\non create do ^", "skip upsert", "c" },
	    { MAP "c.name <-> h.name;\n}\nrules for m {\non create do upsert "
		"by { ^", "name", "c on" },
	    { MAP "c.name <-> h.name with missing: ^", "default( defer",
		"keep" },
	    { MAP "each c.list as x <-> h.list as y key x.no = y.no with ^",
		"prune required", "lossy" },
	    { MAP "rest c.* <-> h.* with ^", "", "lossy required" },
	    { MAP "on missing ^", "skip clear error", "defer" },
	    { MAP "}\nidentity for m {\n^", "link match ambiguous", "c on" },
	    { MAP "}\nlaws for m {\n^", "samples seed check", "c on" },
	    { MAP "}\nlaws for m {\nsamples 5;\ncheck getput ^",
		"putget canon", "samples" },
	    { "connector x {\n^", "base object classify budget auth",
		"upsert map" },
	    { "connector x {\nbase \"https://x.io\";\nob^", "object", "map" },
	    { "connector x {\nobject o {\n^", "upsert list webhook fields",
		"base object" },
	    { "connector x {\nobject o {\nlist page {\n^",
		"request items next", "upsert" },
	    { "connector x {\nobject o { id = body.id;\nupsert batch 100 "
		"cost { burst: 1 } {\nrequest POST \"/x\";\n^",
		"body header results", "id upsert" },
	    { MAP "}\ntest \"t\" for ^", "m", "c" },
	    { MAP "}\ntest \"t\" for m {\n^", "given expect put", "c on" },
	    { MAP "}\ntest \"t\" for m {\ngiven ^", "c h", "on" },
	    { MAP "}\ntest \"t\" for m {\ngiven c = { ^", "name stage",
		"c kind" },
	    { MAP "}\ntest \"t\" for m {\ngiven c = { name: \"\", ^",
		"stage", "c kind" },
	    { MAP "}\ntest \"t\" for m {\ngiven c = { in: { ^", "x", "name" },
	    { MAP "}\ntest \"t\" for m {\ngiven c = { list: [{ ^", "kind no",
		"name" },
	    { MAP "}\ntest \"t\" for m {\ngiven c = { list: [{ kind: \"^",
		"home work", "won" },
	    { MAP "}\ntest \"t\" for m {\ngiven c = { stage: \"^", "won",
		"home" },
	    { HEAD "fn f(a: ^", "text int", "us c" },
	    { HEAD "fn f(a: text): ^", "text int", "us c" },
	    { HEAD "fn f(a: text) = ^", "a tidy lower", "c on" },
	    { HEAD "param x: ^", "text int", "a" },
	    { HEAD "codec k(n: int) { -> : ^", "it n tidy", "c" },
	    { MAP "c.stage <-> h.stage via step;\n}\nenum other {\n^",
		"else", "\"won\"" },
	    { HEAD "map m (c: us) <-> (h: them) {\nc.stage <-> h.stage via "
		"rows;\n}\nenum rows { \"^\" <-> \"lead\"; }", "lead won",
		"else" },
	    { HEAD "map m (c: us) <-> (h: them) {\nc.stage <-> h.stage via "
		"rows;\n}\nenum rows { a <-> ^ ; }", "\"lead\" \"won\"",
		"else" },
	    { HEAD "enum rows { a <-> \"b\"; else <- ^", "keep error", "map" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct source s;
		struct lang_view *v = view_of(&s, cases[i].text);
		struct arena a = { 0 };
		struct lang_choice *list;
		uint32_t beg;
		size_t n = lang_complete(v, STR("main.map"), s.at, &a, &list,
		    &beg);

		cr_assert(beg <= s.at);
		if (strchr(cases[i].yes, '`') == NULL)
			expect(cases[i].text, list, n, cases[i].yes, 1);
		else
			cr_assert(offers(list, n, STR("`odd name`")));
		expect(cases[i].text, list, n, cases[i].no, 0);
		for (size_t k = 1; k < n; k++)
			cr_assert(!offers(list, k, list[k].text) ||
			    list[k].kind == LANG_KEYWORD,
			    "%s: %.*s is offered twice", cases[i].text,
			    STR_ARG(list[k].text));
		lang_view_free(v);
		arena_fini(&a);
		buf_fini(&s.text);
	}
}

/* What the checker says of a name or word that is not known. */
static int
means_nothing(int code)
{
	static const int codes[] = { 101, 201, 203, 207, 211, 212, 213, 214,
		215, 401, 503, 504, 532, 601 };

	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i] == code)
			return 1;
	return 0;
}

/* Every choice, written there, is known to the checker. */
Test(query, what_is_offered_can_be_written)
{
	static const char *const places[] = {
		MAP "c.^ <-> h.name;\n}",
		MAP "c.in.^ <-> h.name;\n}",
		MAP "c.stage <-> h.stage via ^;\n}",
		MAP "c.name <-> h.name with ^;\n}",
		MAP "c.name <-> h.name with missing: ^;\n}",
		MAP "c.name <-> h.name with null: ^;\n}",
		MAP "c.name <-> h.name with own: ^;\n}",
		MAP "on missing ^;\n}",
		MAP "h.name <- param.^;\n}",
		MAP "}\nrules for ^ { otherwise skip \"\"; }",
		MAP "}\nrules for m { on ^ do update; otherwise skip \"\"; }",
		MAP "}\nrules for m { on create do ^; otherwise skip \"\"; }",
		MAP "each c.list as x <-> h.list as y key x.no = y.no with ^ "
		    "{ x.no <-> y.no; }\n}",
		MAP "rest c.* <-> h.* with ^;\n}",
		MAP "}\nlaws for m { check ^; }",
		"connector x { ^ {} }",
		"connector x { object o { ^ {} } }",
		"connector x { object o { webhook { ^ {} } } }",
		HEAD "map m (c: ^) <-> (h: us) {}",
		HEAD "fn f(a: ^): int = 1;",
		MAP "}\ntest \"t\" for m { given c = { ^: null }; }",
		MAP "}\ntest \"t\" for m { given ^ = {}; }",
	};

	for (size_t i = 0; i < COUNT(places); i++) {
		struct source s, with;
		struct lang_view *v = view_of(&s, places[i]);
		struct arena a = { 0 };
		struct lang_choice *list;
		uint32_t beg;
		size_t n = lang_complete(v, STR("main.map"), s.at, &a, &list,
		    &beg);

		cr_assert(n > 0, "%s: nothing is offered", places[i]);
		for (size_t k = 0; k < n; k++) {
			struct str t = list[k].text;
			const struct diags *d;
			struct lang_view *w;

			/* what goes on is not whole */
			if (strchr(" (<.", t.p[t.n - 1]) != NULL ||
			    list[k].kind == LANG_FILE)
				continue;
			with = (struct source){ 0 };
			buf_put(&with.text, s.text.p, beg);
			buf_puts(&with.text, t);
			buf_put(&with.text, s.text.p + s.at,
			    s.text.n - s.at);
			w = lang_analyse(STR("main.map"), read_files, &with);
			d = lang_view_diags(w);
			for (size_t g = 0; g < d->n; g++)
				cr_assert(!means_nothing(d->list[g].code),
				    "%s with %.*s: %.*s", places[i],
				    STR_ARG(t), STR_ARG(d->list[g].text));
			lang_view_free(w);
			buf_fini(&with.text);
		}
		lang_view_free(v);
		arena_fini(&a);
		buf_fini(&s.text);
	}
}

Test(query, references)
{
	static const struct {
		const char *text;
		size_t n;
	} cases[] = {
	    { MAP "c.stage <-> h.stage via st^ep;\nc.name <-> h.name via "
		"step;\nh.sum <- step(c.name);\n}", 4 },
	    { MAP "h.name <- par^am.tier;\n}", 0 },
	    { MAP "h.name <- param.ti^er;\nh.stage <- param.tier;\n}", 3 },
	    { MAP "h.name <- lib.sho^ut(c.name);\n}", 2 },
	    { MAP "c.na^me <-> h.name;\n}", 4 }, /* two of the library */
	    { MAP "^c.name <-> h.name;\nh.sum <- c.sum;\n}", 3 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct source s;
		struct lang_view *v = view_of(&s, cases[i].text);
		struct arena a = { 0 };
		struct lang_place *list;
		struct lang_thing t;
		size_t n = 0;

		if (lang_at(v, STR("main.map"), s.at, &a, &t))
			n = lang_references(v, &t.decl, &a, &list);
		cr_assert(n == cases[i].n, "%s: %zu places", cases[i].text, n);
		lang_view_free(v);
		arena_fini(&a);
		buf_fini(&s.text);
	}
}

Test(query, other_names)
{
	static const struct {
		const char *text, *name, *why;
	} cases[] = {
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "phase", NULL },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "with", NULL },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "tidy",
		"main.map has fn `tidy` already" },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "lower",
		"`lower` is built in, and its calls would mean something "
		"else" },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "match",
		"`match` is no name: letters, digits and _, and no word of "
		"the language" },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "a b",
		"`a b` is no name: letters, digits and _, and no word of the "
		"language" },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "x: int; param y",
		"`x: int; param y` is no name: letters, digits and _, and no "
		"word of the language" },
	    { MAP "c.stage <-> h.stage via st^ep;\n}", "",
		"`` is no name: letters, digits and _, and no word of the "
		"language" },
	    { MAP "c.stage <-> h.stage via st^ep;\nh.x <- ;\n}", "phase",
		"main.map has a syntax error, so uses could be missed: mend "
		"it first" },
	    { MAP "c.stage <-> h.stage via lib.si^ze;\n}", "step", NULL },
	    { MAP "c.stage <-> h.stage via lib.si^ze;\n}", "shout",
		"lib.map has fn `shout` already" },
	    { MAP "h.name <- param.ti^er;\n}", "lower", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct source s;
		struct lang_view *v = view_of(&s, cases[i].text);
		struct arena a = { 0 };
		struct lang_thing t;
		struct err e;
		int r;

		cr_assert(lang_at(v, STR("main.map"), s.at, &a, &t));
		cr_assert(lang_can_rename(&t));
		r = lang_check_rename(v, &t, str_z(cases[i].name), &e);
		cr_assert((r == 0) == (cases[i].why == NULL), "%s: %d",
		    cases[i].name, r);
		if (r != 0)
			cr_assert(strcmp(e.text, cases[i].why) == 0, "%s",
			    e.text);
		lang_view_free(v);
		arena_fini(&a);
		buf_fini(&s.text);
	}
}

Test(query, outline)
{
	struct source s;
	struct lang_view *v = view_of(&s, MAP "c.name <-> h.name via trim;\n"
	    "when c.name == \"\" {\nh.sum <- 1;\n}\n}\ntest \"t\" for m {}^");
	static const struct {
		const char *name;
		unsigned depth;
	} want[] = {
	    { "lib", 0 }, { "us", 0 }, { "them", 0 }, { "step", 0 },
	    { "tier", 0 }, { "tidy", 0 }, { "m", 0 }, { "c.name", 1 },
	    { "when c.name == \"\"", 1 }, { "h.sum", 2 },
	    { "test \"t\" for m", 0 },
	};
	struct arena a = { 0 };
	struct lang_symbol *list;
	size_t n = lang_symbols(v, STR("main.map"), &a, &list);

	cr_assert(n == COUNT(want), "%zu", n);
	for (size_t i = 0; i < n; i++)
		cr_assert(str_eq(list[i].name, str_z(want[i].name)) &&
		    list[i].depth == want[i].depth, "%.*s %u",
		    STR_ARG(list[i].name), list[i].depth);
	lang_view_free(v);
	arena_fini(&a);
	buf_fini(&s.text);
}
