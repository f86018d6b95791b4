/*
 * Mappings for fuzzers: the files they use, and the words of the language.
 */
#include "config.h"

#include "fuzz.h"
#include "fuzz_map.h"

static const char schema[] = "{\"type\":\"object\",\"required\":[\"name\","
    "\"flag\"],\"properties\":{\"id\":{\"type\":\"string\",\"readOnly\":true}"
    ",\"name\":{\"type\":\"string\",\"maxLength\":9},\"nick\":{\"type\":["
    "\"string\",\"null\"]},\"stage\":{\"enum\":[\"a\",\"b\"]},\"flag\":{"
    "\"type\":\"boolean\"},\"n\":{\"type\":\"integer\"},\"sum\":{\"type\":["
    "\"number\",\"null\"]},\"born\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"in\":{"
    "\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\"},\"y\":{"
    "\"type\":\"string\"}}},\"more\":{\"type\":\"object\","
    "\"additionalProperties\":{\"type\":[\"string\",\"null\"]}}}}";

/* A schema of the golden files, read once; NULL when there is none. */
static const struct str *
golden_schema(struct str path)
{
	static struct {
		const char *name;
		struct str text;
	} known[] = { { "ours.json", { 0 } }, { "theirs.json", { 0 } },
		{ "words.json", { 0 } }, { "strict.json", { 0 } } };
	static struct arena kept;
	const char *top = getenv("top_srcdir");

	for (size_t i = 0; i < COUNT(known); i++) {
		struct str name = str_z(known[i].name);

		if (path.n < name.n || !str_eq(name, str_from(path.p +
		    path.n - name.n, name.n)))
			continue;
		if (known[i].text.n == 0 && top != NULL)
			lang_read_file(NULL, arena_printf(&kept,
			    "%s/tests/lang/files/%s", top, known[i].name),
			    &known[i].text, &kept, NULL);
		return known[i].text.n > 0 ? &known[i].text : NULL;
	}
	return NULL;
}

int
fuzz_read_map(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct str *source = arg, *golden = golden_schema(path);

	(void)a;
	(void)e;
	if (golden != NULL)
		*text = *golden;
	else if (path.n > 5 && memcmp(path.p + path.n - 5, ".json", 5) == 0)
		*text = str_from(schema, sizeof(schema) - 1);
	else
		*text = *source;
	return 0;
}

const char *const fuzz_folders[] = { "lang/files", NULL };

const char *const fuzz_words[] = { "use", " as ", "schema s = \"s.json\";",
	"enum ", "map m (c: s) <-> (h: s) {", "rules for m {", "otherwise ",
	"skip", "test \"t\" for m {", "given c = ", "expect h = ", "put h = ",
	"param p: text = \"x\";", "fn f(a: text): text = ", "connector x {",
	"classify {", " <-> ", " <- ", " -> ", " => ", " via ", " with ",
	"required", "missing: ", "null: skip", "lossy, own: left",
	"create only", "readonly", "default(", "on missing ", "on null ",
	"clear;", "when ", "rest c.more.* <-> h.more.* via prefix(\"x_\");",
	"except (", "match {", "else => ", "if ", " then ", " else ", "try ",
	" and ", " or ", "not ", " in ", " ?? ", "null", "absent", "true",
	"c.name", "h.name", "c.nick", "h.nick", "c.in.x", "h.in.x", "c.sum",
	"h.sum", "c.tags", "h.tags", "c.stage", "h.stage", "c.more.p",
	"c.{name, nick}", "join_name(\" \")", "upper", "lower(", "trim",
	"dec_text(scale: 2)", "int_text", "list_text(\";\")", "div(", "int(",
	"map(", "filter(", "x => ", "\"{c.name}\"", "\"a\"", "re\"a\"", "1.50",
	"10s", "20%", "# c\n", "{", "}", "(", ")", "[", "]", ";", ".", ",",
	"`q`", "codec k { -> : it; <- : it; law: exact; }",
	"each c.people as p <-> h.people as q key p.x = q.x {",
	"pick c.people as p where p.x == \"a\" create { x: \"a\" } <-> h.x;",
	"sort_by(c.tags ?? [], x => len(x))",
	NULL };
