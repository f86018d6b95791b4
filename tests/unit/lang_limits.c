/*
 * Hostile mappings and hostile records: each costs a bounded time and memory
 * and is told where the fault lies.
 *
 * Limits of a record are sought at their edge: the least that is enough, and
 * one less, which fails on the line that met it.  Time is bounded by
 * RLIMIT_CPU of the test's process, memory by its peak; neither is compared
 * with a clock.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/resource.h>

#include "lang/lang.h"
#include "lang/source.h"
#include "record/layout.h"
#include "vm/vm.h"

#define CPU_S 60 /* of a test; seconds are enough, sanitizers are slow */
#ifdef __SANITIZE_ADDRESS__
#define PEAK_MB 2500
#else
#define PEAK_MB 400
#endif

static const char schema[] = "{\"type\":\"object\",\"properties\":{"
    "\"a\":{\"type\":\"string\"},\"n\":{\"type\":\"integer\"},"
    "\"flag\":{\"type\":\"boolean\"},"
    "\"l\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"nums\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},"
    "\"o\":{\"type\":\"object\",\"additionalProperties\":"
    "{\"type\":\"string\"}},\"any\":{},\"t\":{\"$ref\":\"#/$defs/tree\"}},"
    "\"$defs\":{\"tree\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"required\":[\"k\"],\"properties\":{\"k\":{\"type\":\"string\"},"
    "\"n\":{\"type\":\"string\"},\"t\":{\"$ref\":\"#/$defs/tree\"}}}}}}";

static void
bound(void)
{
	struct rlimit cpu = { CPU_S, CPU_S };

	setrlimit(RLIMIT_CPU, &cpu);
}

static void
check_peak(const char *what)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	cr_expect_lt(u.ru_maxrss / 1024, PEAK_MB, "%s: %ld MB", what,
	    u.ru_maxrss / 1024);
}

/* The text, the schema, and uN.map, which uses the next. */
static int
read_any(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	unsigned n;

	if (str_eq(path, STR("s.json")))
		*text = str_z(schema);
	else if (str_eq(path, STR("m.map")))
		*text = *(struct str *)arg;
	else if (sscanf(arena_str(a, path).p, "u%u.map", &n) == 1)
		*text = arena_printf(a, "use \"u%u.map\" as u;\n"
		    "fn f(x: text): text = u.f(x);\n", n + 1);
	else
		return err_set(e, ERR_NOINPUT, "there is no %.*s",
		    STR_ARG(path));
	return 0;
}

/* The first code, 0 when it compiles; every finding has its place. */
static int
compile(struct str text, struct unit **u, const char *what)
{
	struct diags d;
	int code;

	diags_init(&d);
	*u = NULL;
	lang_compile(STR("m.map"), read_any, &text, NULL, u, NULL, &d);
	cr_expect_eq(*u == NULL, d.nerror > 0, "%s", what);
	for (size_t i = 0; i < d.n; i++) {
		cr_expect(d.list[i].nat > 0 && d.list[i].at[0].line > 0 &&
		    d.list[i].at[0].file.n > 0, "%s: no place", what);
		cr_expect_neq(d.list[i].code, 799, "%s", what);
	}
	code = d.nerror == 0 ? 0 : d.list[0].code;
	for (size_t i = 0; i < d.n && d.nerror > 0; i++)
		if (d.list[i].level == DIAG_ERROR) {
			code = d.list[i].code;
			break;
		}
	diags_fini(&d);
	return code;
}

/* ---- mappings ---- */

#define MAP "schema s = \"s.json\"; map m (c: s) <-> (h: s) {\n"

#define OBJECTS "connector x { base \"https://x.example\"; " \
	"classify { else => ok; } object {"

/* lists whose elements have such lists */
#define TREE MAP "each c.t as a <-> h.t as b key a.k = b.k { a.k <-> b.k; "
#define TREE_IN "each a.t as a <-> b.t as b key a.k = b.k { a.k <-> b.k; "

/* begin, n times part with a number in it, the same times close, end */
struct shape_of {
	const char *what, *begin, *part, *middle, *close, *end;
	unsigned n;
	int code;
};

static void
fill(struct buf *b, const char *part, unsigned n)
{
	for (unsigned i = 0; i < n && b->n < SOURCE_MAX + 100; i++)
		for (const char *p = part; *p != '\0'; p++)
			if (*p == '@')
				buf_printf(b, "%u", i);
			else
				buf_putc(b, *p);
}

static void
build(struct buf *b, const struct shape_of *s)
{
	buf_puts(b, str_z(s->begin));
	fill(b, s->part, s->n);
	buf_puts(b, str_z(s->middle));
	fill(b, s->close, s->n);
	buf_puts(b, str_z(s->end));
}

Test(lang_limits, hostile_mappings)
{
	static const struct shape_of cases[] = {
		{ "brackets", MAP "h.n <- ", "(", "1", ")", ";}", 10000,
		    106 },
		{ "lists", MAP "h.l <- ", "[", "1", "]", ";}", 10000, 106 },
		{ "records", "param p: record = ", "{a:", "1", "}", ";",
		    10000, 106 },
		{ "open brackets", MAP "h.n <- ", "([{", "", "", "", 10000,
		    101 },
		{ "signs", MAP "h.n <- ", "-", "c.n", "", ";}", 10000, 106 },
		{ "not", MAP "h.flag <- ", "not ", "true", "", ";}", 10000,
		    106 },
		{ "if", MAP "h.n <- ", "if true then 1 else ", "1", "", ";}",
		    10000, 106 },
		{ "try", MAP "h.n <- ", "try 1 else ", "1", "", ";}", 10000,
		    106 },
		{ "match", MAP "h.n <- ", "match { true => 1, else => ", "1",
		    "}", ";}", 10000, 106 },
		{ "??", MAP "h.a <- ", "c.a ?? ", "\"\"", "", ";}", 10000,
		    106 },
		{ "sum", MAP "h.n <- 1", "+1", "", "", ";}", 100000, 106 },
		{ "and", MAP "h.flag <- true", " and true", "", "", ";}",
		    100000, 106 },
		{ "path", MAP "h.a <- c", ".a", "", "", ";}", 100000, 106 },
		{ "calls", MAP "h.a <- ", "trim(", "\"\"", ")", ";}", 10000,
		    106 },
		{ "indexes", MAP "h.a <- c.l", "[0]", "", "", ";}", 10000,
		    106 },
		{ "texts", MAP "h.a <- ", "\"{", "\"\"", "}\"", ";}", 10000,
		    106 },
		{ "types", "fn f(a: ", "list<", "int", ">", "): int = 1;",
		    10000, 106 },
		{ "groups", MAP, "when true {", "", "}", "}", 10000, 106 },
		{ "lists in lists", TREE, TREE_IN, "", "}", "}}", 10000, 106 },
		{ "fewer of them", TREE, TREE_IN, "", "}", "}}", 60, 0 },
		{ "and calls", TREE, TREE_IN, "b.n <- map([a.k], x => map([x], "
		    "y => x)[0] ?? \"\")[0] ?? \"\";", "}", "}}", 60, 106 },
		{ "clauses", "connector x {", "a {", "", "}", "}", 10000,
		    106 },
		{ "objects", OBJECTS, "a@: \"a\",", "} as o { create { request "
		    "POST \"/{o}\"; } ", "", "}}", 256, 0 },
		{ "an object too many", OBJECTS, "a@: \"a\",", "} as o { "
		    "create { request POST \"/{o}\"; } ", "", "}}", 257,
		    109 },
		{ "long objects", OBJECTS, "a@: \"a\",", "} as o { create { "
		    "request POST \"/{o}\"; ", "query \"q\" \"@\";", "}}}",
		    256, 108 },
		{ "quantifiers", MAP "h.flag <- try re_match(c.a ?? \"\", "
		    "re\"a", "*", "", "", "\") else false;}", 1000000, 313 },
		{ "fewer quantifiers", MAP "h.flag <- try re_match(c.a ?? "
		    "\"\", re\"a", "*?", "", "", "\") else false;}", 500000,
		    313 },
		{ "repeats", MAP "h.flag <- try re_match(c.a ?? \"\", re\"",
		    "(", "a", "{1,999})", "\") else false;}", 300, 313 },
		{ "a million", "param p: list<int> = [", "1,", "", "", "1];",
		    1000000, 108 },
		{ "as many as go in", "param p: list<int> = [", "1,", "", "",
		    "1];", 500000, 109 },
		{ "rules", MAP, "c.o.f@ <-> h.o.g@;\n", "", "", "}", 10000,
		    702 },
		{ "writers of one field", MAP, "h.a <- \"@\";\n", "", "", "}",
		    3000, 412 },
		{ "an enum", "enum e {", "a@<->\"@\";", "", "", "}", 60000,
		    0 },
		{ "an enum of one value", "enum e {", "a<->b;", "", "", "}",
		    100000, 414 },
		{ "arms", MAP "h.n <- match (c.a ?? \"\") {", "\"@\" => @,", "",
		    "", "else => 0};}", 60000, 703 },
		{ "keys of an arm", MAP "h.n <- match (c.a ?? \"\") {\"x\"",
		    ",\"@\"", "", "", " => 1, else => 0};}", 60000, 704 },
		{ "words of a text", MAP "h.a <- \"", "{c.a ?? \"\"}", "", "",
		    "\";}", 60000, 109 },
		{ "enums", "", "enum e@ {a<->b; else -> keep;}\n", "", "", "",
		    25000, 0 },
		{ "functions", "", "fn f@(a: int): int = a;\n", "", "", "",
		    25000, 0 },
		{ "calls in a row", "fn f0(a: int): int = a;\n", "", "", "",
		    "", 0, 0 },
		{ "params", "", "param p@: int = @;\n", "", "", "", 25000,
		    0 },
		{ "one name", "", "enum e {a<->b;}\n", "", "", "", 25000,
		    202 },
		{ "tests", MAP "c.a <-> h.a;}\n",
		    "test \"@\" for m { given c = { a: \"@\" }; }\n", "", "",
		    "", 15000, 0 },
		{ "unknown names", MAP, "h.x@ <- y@;\n", "", "", "}", 20000,
		    401 },
		{ "attributes", MAP "c.a <-> h.a with ", "required, ", "", "",
		    "lossy;}", 50000, 109 },
		{ "codecs", MAP "c.a <-> h.a via ", "trim | ", "", "",
		    "lower;}", 50000, 0 },
		{ "exceptions", MAP "rest c.o.* <-> h.o.* except (", "n@, ",
		    "", "", "z);}", 50000, 702 },
		{ "a word", "enum e { ", "a", "", "", " <-> b; }", 1000000,
		    0 },
		{ "a text", "param p: text = \"", "a", "", "", "\";", 1000000,
		    0 },
		{ "a number", "param p: decimal = ", "1", "", "", ";", 1000000,
		    105 },
		{ "a comment", "#", "#", "", "", "\n", 1000000, 0 },
		{ "nothing", "", " ", "", "", "", 1000000, 0 },
		{ "marks", "param p: text = \"a", "\xcc\x81", "", "", "\";",
		    500000, 0 },
		{ "no statement", "", ")", "", "", "", 1000000, 101 },
		{ "files", "use \"u0.map\" as u; fn f(x: text): text = "
		    "u.f(x);", "", "", "", "", 0, 206 },
	};

	bound();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = { 0 };
		struct unit *u;
		int code;

		build(&b, &cases[i]);
		code = compile(buf_str(&b), &u, cases[i].what);
		cr_expect_eq(code, cases[i].code, "%s: E%d, not E%d",
		    cases[i].what, code, cases[i].code);
		unit_unref(u);
		buf_fini(&b);
		check_peak(cases[i].what);
	}
}

/* ---- records ---- */

/* A map of one rule, on line 3. */
static struct unit *
rule(const char *text)
{
	struct buf b = { 0 };
	struct unit *u;

	buf_printf(&b, "%s\n%s\n}", MAP, text);
	cr_assert_eq(compile(buf_str(&b), &u, text), 0, "%s", text);
	buf_fini(&b);
	return u;
}

/* 0, or the error of the record, on line 3 where a limit is met. */
static int
run(const struct unit *u, const struct vm_limits *limits, struct str record,
    struct err *e)
{
	const struct prog *p = u->maps[0].forward;
	struct vm *vm = vm_new(limits);
	char *padded = calloc(1, record.n + RECORD_PAD);
	struct arena a = { 0 };
	struct vm_frame f;
	int r;

	cr_assert_not_null(padded);
	memcpy(padded, record.p, record.n);
	memset(e, 0, sizeof(*e));
	r = vm_map(vm, p, str_from(padded, record.n), &f, &a, e);
	if (r == 0) /* into a target that has all of it already */
		r = vm_put(vm, p, str_from(padded, record.n), &f, &a, e);
	arena_fini(&a);
	free(padded);
	vm_free(vm);
	return r;
}

static const char small_record[] = "{\"a\":\"a1b22\",\"n\":3,\"flag\":true,"
    "\"l\":[\"x\",\"yy\",\"z\"],\"nums\":[1,2,3,4],\"o\":{\"p\":\"q\"},"
    "\"t\":[{\"k\":\"a\",\"t\":[{\"k\":\"b\"},{\"k\":\"c\"},{\"k\":\"d\"}]},"
    "{\"k\":\"b\",\"t\":[{\"k\":\"b\"},{\"k\":\"c\"}]}]}";

#define TREE_RULE "each c.t as a <-> h.t as b key a.k = b.k { " \
	"a.k <-> b.k via lower; " TREE_IN "} }"

/*
 * The least value of one limit that is enough for the rule; one less is met
 * on its line, and try is no way around it.
 */
static void
edge(const char *what, const char *text, size_t offset, size_t size)
{
	struct unit *u = rule(text);
	uint64_t low = 0, high = (uint64_t)1 << 26;
	struct err e;

	for (uint64_t at = high;; at = low + (high - low) / 2) {
		struct vm_limits limits = vm_limits_default;
		uint32_t half = (uint32_t)at;

		memcpy((char *)&limits + offset, size == 4 ? (void *)&half :
		    (void *)&at, size);
		if (run(u, &limits, str_z(small_record), &e) == 0) {
			high = at;
		} else {
			cr_expect_eq(e.code, ERR_LIMIT, "%s %s: %s", what,
			    text, e.text);
			cr_expect_eq(strncmp(e.text, "m.map:3: ", 9), 0,
			    "%s %s: %s", what, text, e.text);
			cr_expect_eq(e.at, 3, "%s", what);
			cr_expect_not_null(strstr(e.text, what), "%s: %s",
			    what, e.text);
			low = at;
		}
		if (high - low <= 1)
			break;
	}
	cr_expect_gt(high, 1, "%s has no edge for %s", what, text);
	unit_unref(u);
}

#define LIMIT(member)                                                     \
	offsetof(struct vm_limits, member),                               \
	    sizeof(((struct vm_limits *)0)->member)

Test(lang_limits, every_limit_at_its_edge)
{
	bound();
	edge("fuel", "h.n <- len(c.a ?? \"\");", LIMIT(fuel));
	edge("fuel", "h.n <- count(c.nums ?? [], x => x > 1);", LIMIT(fuel));
	edge("fuel", "h.n <- try int(c.a ?? \"\") else 1;", LIMIT(fuel));
	edge("fuel", "h.flag <- \"z\" in (c.l ?? []);", LIMIT(fuel));
	edge("fuel", "h.a <- try re_find(c.a ?? \"\", \"[0-9]+b\") else "
	    "absent;", LIMIT(fuel));
	edge("memory", "h.a <- \"{c.a ?? \"\"}{c.a ?? \"\"}\";",
	    LIMIT(arena_bytes));
	edge("memory", "h.a <- upper(c.a ?? \"\");", LIMIT(arena_bytes));
	edge("memory", "h.l <- map(c.l ?? [], x => \"{x}{x}\");",
	    LIMIT(arena_bytes));
	edge("memory", "h.o <- { p: \"{c.a ?? \"\"}\" };",
	    LIMIT(arena_bytes));
	edge("list", "h.n <- count(c.nums ?? [], x => true);",
	    LIMIT(list_length));
	edge("list", "h.l <- split(c.a ?? \"\", \"\");", LIMIT(list_length));
	edge("list", "h.l <- [c.a ?? \"\", c.a ?? \"\", \"{c.a ?? \"\"}\"];",
	    LIMIT(list_length));
	edge("list", "h.flag <- try 3 in (c.nums ?? []) else false;",
	    LIMIT(list_length));
	edge("fuel", TREE_RULE, LIMIT(fuel));
	edge("memory", TREE_RULE, LIMIT(arena_bytes));
	edge("list", TREE_RULE, LIMIT(list_length));
	check_peak("edges");
}

/* What is written counts, and its place is the end of the map. */
Test(lang_limits, output_at_its_edge)
{
	struct unit *u = rule("h.a <- \"{c.a ?? \"\"}{c.a ?? \"\"}\";");
	struct vm_limits limits = vm_limits_default;
	struct err e;

	limits.output_bytes = 10; /* twice a1b22 */
	cr_expect_eq(run(u, &limits, str_z(small_record), &e), 0, "%s",
	    e.text);
	limits.output_bytes = 9;
	cr_expect_eq(run(u, &limits, str_z(small_record), &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	cr_expect_eq(strncmp(e.text, "m.map:1: output: more than 9 bytes",
	    34), 0, "%s", e.text);
	unit_unref(u);
}

/* The same record costs the same, whatever the machine did before. */
Test(lang_limits, are_deterministic)
{
	struct unit *u = rule("h.l <- map(filter(c.l ?? [], x => len(x) < 3),"
	    " x => lower(upper(x)));");
	struct err first, again;

	for (uint64_t fuel = 1; fuel < 400; fuel += 7) {
		struct vm_limits limits = vm_limits_default;
		int r;

		limits.fuel = fuel;
		r = run(u, &limits, str_z(small_record), &first);
		for (int i = 0; i < 3; i++) {
			cr_expect_eq(run(u, &limits, str_z(small_record),
			    &again), r);
			cr_expect_str_eq(first.text, again.text);
		}
	}
	unit_unref(u);
}

/* begin, part as often as RECORD_MAX allows (or n times), end */
static struct str
record_of(struct buf *b, const char *begin, const char *part, size_t n,
    const char *end)
{
	size_t most = RECORD_MAX - strlen(end);

	buf_reset(b);
	buf_puts(b, str_z(begin));
	for (size_t i = 0; i < n && b->n + strlen(part) <= most; i++)
		buf_puts(b, str_z(part));
	buf_puts(b, str_z(end));
	return buf_str(b);
}

Test(lang_limits, hostile_records)
{
	static const struct {
		const char *what, *rule, *begin, *part, *end;
		size_t n;
		const char *error; /* "": none */
	} cases[] = {
		{ "a million elements", "h.n <- count(c.nums ?? [], "
		    "x => x > 0);", "{\"nums\":[1", ",1", "]}", 1000000,
		    "m.map:3: list: " },
		{ "a million passed on", "c.nums <-> h.nums;", "{\"nums\":[1",
		    ",1", "]}", 1000000, "" },
		{ "a million sought", "h.flag <- 2 in (c.nums ?? []);",
		    "{\"nums\":[1", ",1", "]}", 1000000, "m.map:3: list: " },
		{ "ten thousand", "h.n <- count(c.nums ?? [], x => x > 0);",
		    "{\"nums\":[1", ",1", "]}", 9999, "" },
		{ "one more", "h.n <- count(c.nums ?? [], x => x > 0);",
		    "{\"nums\":[1", ",1", "]}", 10000,
		    "m.map:3: list: 10001 elements, more than 10000" },
		{ "brackets", "c.a <-> h.a;", "{\"any\":", "[", "", 10000,
		    "nested deeper" },
		{ "as deep as it goes", "c.any <-> h.any;",
		    "{\"any\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		    "[[[[[[[[[[[[[[", "", "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
		    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", 0, "" },
		{ "one deeper", "c.any <-> h.any;",
		    "{\"any\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		    "[[[[[[[[[[[[[[[", "", "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
		    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", 0, "nested deeper" },
		{ "marks, composed", "h.a <- nfc(c.a ?? \"\");",
		    "{\"a\":\"a", "\xcc\x81", "\"}", 1000000, "" },
		{ "marks, folded", "h.a <- casefold(c.a ?? \"\");",
		    "{\"a\":\"a", "\xcc\x81", "\"}", 1000000, "" },
		{ "marks, cut", "h.a <- slice(c.a ?? \"\", -1);",
		    "{\"a\":\"a", "\xcc\x81", "\"}", 1000000, "" },
		{ "letters that grow", "h.a <- upper(c.a ?? \"\");",
		    "{\"a\":\"", "\xef\xac\x83", "\"}", 1000000, "" },
		{ "escapes", "h.n <- len(c.a ?? \"\");", "{\"a\":\"",
		    "\\u0301", "\"}", 1000000, "" },
		{ "a pattern without end", "h.flag <- try re_match(c.a ?? "
		    "\"\", \"^(a+)+$\") else false;", "{\"a\":\"", "a", "c\"}",
		    1000000, "m.map:3: " },
		{ "two stars", "h.flag <- try re_match(c.a ?? \"\", "
		    "\"a*a*a*[bd]\") else false;", "{\"a\":\"", "a", "c\"}",
		    1000000, "m.map:3: " },
		{ "replaced by more", "h.a <- replace(c.a ?? \"\", \"a\", "
		    "\"0123456789012345678901234567890123456789\");",
		    "{\"a\":\"", "a", "\"}", 1000000, "m.map:3: " },
		{ "split", "h.n <- len(split(c.a ?? \"\", \"a\"));",
		    "{\"a\":\"", "a", "\"}", 1000000, "m.map:3: " },
		{ "squares", "h.n <- count(c.l ?? [], x => any(c.l ?? [], "
		    "y => y == \"z{x}\"));", "{\"l\":[\"\"", ",\"\"", "]}",
		    9999, "m.map:3: fuel" },
		{ "sorted", "h.l <- sort(c.l ?? []);", "{\"l\":[\"b\"",
		    ",\"a\",\"c\"", "]}", 4900, "" },
		{ "a number", "h.n <- (c.n ?? 0) + 1;", "{\"n\":1", "0", "}",
		    1000000, "m.map:3: decimal overflow" },
		{ "compared", "h.flag <- (c.n ?? 0) > 1;", "{\"n\":1", "0",
		    "}", 1000000, "" },
		{ "squares of keys", TREE_RULE, "{\"t\":[{\"k\":\"a\",\"t\":["
		    "{\"k\":\"x\"}", ",{\"k\":\"a\"}", "]}]}", 9998,
		    "m.map:3: list_put: two elements have the key" },
		{ "too many inside", TREE_RULE, "{\"t\":[{\"k\":\"a\",\"t\":["
		    "{\"k\":\"x\"}", ",{\"k\":\"a\"}", "]}]}", 10000,
		    "m.map:3: list: 10001 elements, more than 10000" },
		{ "members", "rest c.o.* <-> h.o.* via prefix(\"x_\");",
		    "{\"o\":{\"a\":\"\"", "", "}}", 0, "" },
		{ "too long", "c.a <-> h.a;", "{\"a\":\"", "a", "\"} ",
		    2000000, "" },
		{ "HTML", "h.a <- strip_html(c.a ?? \"\");", "{\"a\":\"",
		    "<b>", "\"}", 1000000, "" },
		{ "HTML that opens only", "h.a <- strip_html(c.a ?? \"\");",
		    "{\"a\":\"", "<", "\"}", 1000000, "" },
		{ "no bool behind and", "h.flag <- c.n != 2 and (c.flag ?? "
		    "true);", "{\"flag\":7", "", "}", 0,
		    "m.map:3: a condition is number, not a bool" },
		{ "nor behind or", "h.flag <- c.n == 2 or (c.flag ?? true);",
		    "{\"flag\":[]", "", "}", 0,
		    "m.map:3: a condition is json, not a bool" },
		{ "nobody asks", "h.flag <- c.n == 2 and (c.flag ?? true);",
		    "{\"flag\":7", "", "}", 0, "" },
		{ "joined", "h.a <- join(map(c.l ?? [], x => c.a ?? \"\"), "
		    "\",\");", "{\"a\":\"0123456789abcdef0123456789abcdef\","
		    "\"l\":[\"\"", ",\"\"", "]}", 9999, "" },
	};
	struct buf b = { 0 };
	struct err e;

	bound();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct unit *u = rule(cases[i].rule);
		struct str r = record_of(&b, cases[i].begin, cases[i].part,
		    cases[i].n, cases[i].end);
		int failed = run(u, NULL, r, &e) != 0;

		cr_expect_eq(failed, *cases[i].error != '\0', "%s: %s",
		    cases[i].what, failed ? e.text : "no error");
		if (failed)
			cr_expect_not_null(strstr(e.text, cases[i].error),
			    "%s: %s", cases[i].what, e.text);
		unit_unref(u);
		check_peak(cases[i].what);
	}
	buf_fini(&b);
}

/* As many members as go into a record, by a rest. */
Test(lang_limits, an_object_of_many_members)
{
	struct unit *u = rule("rest c.o.* <-> h.o.* via prefix(\"x_\");");
	struct buf b = { 0 };
	struct err e;

	bound();
	for (int over = 0; over < 2; over++) {
		buf_reset(&b);
		buf_puts(&b, STR("{\"o\":{\"n\":\"\""));
		for (int i = 0; i < 9999 + over; i++)
			buf_printf(&b, ",\"n%d\":\"\"", i);
		buf_puts(&b, STR("}}"));
		cr_expect_eq(run(u, NULL, buf_str(&b), &e), -over, "%s",
		    e.text);
	}
	cr_expect_eq(strncmp(e.text, "m.map:3: names: list: 10001", 27), 0,
	    "%s", e.text);
	buf_reset(&b);
	buf_puts(&b, STR("{\"o\":{\"n\":\"\""));
	for (int i = 0; b.n < RECORD_MAX - 30; i++)
		buf_printf(&b, ",\"n%d\":\"\"", i);
	buf_puts(&b, STR("}}"));
	cr_expect_eq(run(u, NULL, buf_str(&b), &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	unit_unref(u);
	buf_fini(&b);
	check_peak("members");
}

/* A record is 1 MB and no byte more. */
Test(lang_limits, a_record_at_its_edge)
{
	struct unit *u = rule("c.a <-> h.a;");
	char *text = malloc(RECORD_MAX + 1);
	struct err e;

	cr_assert_not_null(text);
	memset(text, ' ', RECORD_MAX + 1);
	memcpy(text, "{}", 2);
	cr_expect_eq(run(u, NULL, str_from(text, RECORD_MAX), &e), 0, "%s",
	    e.text);
	cr_expect_eq(run(u, NULL, str_from(text, RECORD_MAX + 1), &e), -1);
	cr_expect_neq(e.text[0], '\0');
	free(text);
	unit_unref(u);
}
