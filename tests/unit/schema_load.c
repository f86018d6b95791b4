/* Documents: files, folders, references between them, and what may not be. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/uri.h"
#include "schema/view.h"
#include "tests/unit/schema.h"

static char dir[] = "/tmp/schema-load-XXXXXX";

static const struct {
	const char *name, *text;
} files[] = {
	{ "contact.json", "{\"properties\":{\"a\":{\"$ref\":"
			  "\"lib/address.json#/$defs/zip\"},"
			  "\"b\":{\"$ref\":\"lib/address.json#street\"},"
			  "\"c\":{\"$ref\":\"contact.json\"}}}" },
	{ "lib/address.json", "{\"$defs\":{\"zip\":{\"type\":\"string\"},"
			      "\"s\":{\"$anchor\":\"street\",\"$ref\":"
			      "\"../more.json\"}}}" },
	{ "more.json", "{\"type\":\"integer\"}" },
	{ "with id.json", "{\"$id\":\"http://h/real\",\"$ref\":\"#/$defs/x\","
			  "\"$defs\":{\"x\":{\"type\":\"null\"}}}" },
	{ "bad.json", "{\"properties\":{\"a\":{\"minLength\":-1}}}" },
	{ "refers-to-bad.json", "{\"items\":{\"$ref\":\"bad.json\"}}" },
	{ "not-json.json", "{\n  \"a\": }" },
	{ "refers-to-file.json", "{\"$id\":\"http://h/f\",\"$ref\":"
				 "\"more.json\"}" },
	{ "secret.json", "{\"type\":\"null\"}" },
};

static void
path_of(char *out, size_t size, const char *name)
{
	snprintf(out, size, "%s/%s", dir, name);
}

static void
set_up(void)
{
	char path[512];

	cr_assert_not_null(mkdtemp(dir));
	path_of(path, sizeof(path), "lib");
	cr_assert_eq(mkdir(path, 0700), 0);
	for (size_t i = 0; i < COUNT(files); i++) {
		FILE *f;

		path_of(path, sizeof(path), files[i].name);
		f = fopen(path, "w");
		cr_assert_not_null(f);
		fputs(files[i].text, f);
		fclose(f);
	}
}

static void
tear_down(void)
{
	char path[512];

	for (size_t i = 0; i < COUNT(files); i++) {
		path_of(path, sizeof(path), files[i].name);
		unlink(path);
	}
	path_of(path, sizeof(path), "lib");
	rmdir(path);
	rmdir(dir);
}

static int
load(struct bench *b, const char *name)
{
	char path[512];

	path_of(path, sizeof(path), name);
	return schema_load(b->set, str_z(path), &b->schema, &b->e);
}

static void
map(struct bench *b, const char *prefix, const char *sub)
{
	char path[512];

	path_of(path, sizeof(path), sub);
	cr_assert_eq(schema_map(b->set, str_z(prefix), path, &b->e), 0, "%s",
	    b->e.text);
}

Test(schema_load, files_refer_to_files_beside_them)
{
	struct bench b;

	set_up();
	bench_init(&b);
	cr_assert_eq(load(&b, "contact.json"), 0, "%s", b.e.text);
	cr_expect_eq(bench_check(&b, STR("{\"a\":\"1\",\"b\":2,"
	    "\"c\":{\"a\":\"3\"}}")), 1);
	cr_expect_eq(bench_check(&b, STR("{\"a\":1}")), 0);
	cr_expect_eq(bench_check(&b, STR("{\"b\":\"\"}")), 0);
	/* an error in another document names it */
	cr_expect_not_null(memmem(b.errors.p, b.errors.n, "/more.json#/type",
	    16));
	cr_expect_eq(bench_check(&b, STR("{\"c\":{\"a\":1}}")), 0);
	/* the same file again, and a second schema from the same set */
	cr_expect_eq(load(&b, "contact.json"), 0, "%s", b.e.text);
	cr_expect_eq(load(&b, "more.json"), 0, "%s", b.e.text);
	cr_expect_eq(bench_check(&b, STR("1")), 1);
	cr_expect_eq(bench_check(&b, STR("null")), 0);
	bench_fini(&b);
	tear_down();
}

Test(schema_load, errors_name_the_file)
{
	static const struct {
		const char *file, *error;
	} cases[] = {
		{ "bad.json", "%s/bad.json#/properties/a/minLength: must be a "
			      "whole number of at least 0" },
		{ "refers-to-bad.json", "%s/bad.json#/properties/a/minLength: "
					"must be a whole number of at least "
					"0" },
		{ "none.json", "cannot read %s/none.json: No such file or "
			       "directory" },
		{ "lib", "cannot read %s/lib: it is not a file" },
		{ "not-json.json", "%s/not-json.json:2:8: " },
	};
	char want[600];

	set_up();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *behind = strstr(cases[i].error, "%s") + 2;
		struct bench b;

		bench_init(&b);
		snprintf(want, sizeof(want), "%.*s%s%s",
		    (int)(behind - 2 - cases[i].error), cases[i].error, dir,
		    behind);
		cr_expect_eq(load(&b, cases[i].file), -1);
		cr_expect(strncmp(b.e.text, want, strlen(want)) == 0,
		    "%s, not %s", b.e.text, want);
		bench_fini(&b);
	}
	tear_down();
}

Test(schema_load, an_id_replaces_the_path)
{
	struct bench b;

	set_up();
	bench_init(&b);
	cr_assert_eq(load(&b, "with id.json"), 0, "%s", b.e.text);
	cr_expect_eq(bench_check(&b, STR("null")), 1);
	cr_expect_eq(bench_check(&b, STR("1")), 0);
	/* found by its $id from now on, and by its path */
	cr_expect_eq(schema_load(b.set, STR("http://h/real"), &b.schema,
	    &b.e), 0);
	cr_expect_eq(load(&b, "with id.json"), 0, "%s", b.e.text);
	cr_expect_eq(schema_load(b.set, STR("http://h/real#/$defs/x"),
	    &b.schema, &b.e), 0);
	cr_expect_eq(bench_check(&b, STR("null")), 1);
	/* the $id is taken */
	cr_expect_eq(schema_compile(b.set, STR("{\"$id\":\"http://h/real\"}"),
	    (struct str){ 0 }, &b.schema, &b.e), -1);
	cr_expect_not_null(strstr(b.e.text, "is taken by"));
	/* relative to the $id there is nothing, file or not */
	cr_expect_eq(load(&b, "refers-to-file.json"), -1);
	cr_expect_not_null(strstr(b.e.text, "cannot find http://h/more.json"));
	bench_fini(&b);
	tear_down();
}

Test(schema_load, uris_are_read_from_mapped_folders)
{
	struct bench b;

	set_up();
	bench_init(&b);
	map(&b, "http://h/", "");
	map(&b, "http://h/deep/", "lib");
	cr_expect_eq(schema_load(b.set, STR("http://h/more.json"), &b.schema,
	    &b.e), 0, "%s", b.e.text);
	/* the longest prefix wins */
	cr_expect_eq(schema_load(b.set,
	    STR("http://h/deep/address.json#/$defs/zip"), &b.schema, &b.e), 0,
	    "%s", b.e.text);
	cr_expect_eq(bench_check(&b, STR("\"\"")), 1);
	cr_expect_eq(schema_load(b.set, STR("http://h/with%20id.json"),
	    &b.schema, &b.e), 0, "%s", b.e.text);
	cr_expect_eq(schema_load(b.set, STR("http://h/none.json"), &b.schema,
	    &b.e), -1);
	bench_fini(&b);
	tear_down();
}

Test(schema_load, no_uri_leaves_its_folder)
{
	static const char *const uris[] = {
		"http://h/../secret.json", "http://h/%2e%2e/secret.json",
		"http://h/a/%2e%2e/%2e%2e/secret.json", "http://h/",
		"http://h//secret.json", "http://h/%2fsecret.json",
		"http://h/%00", "http://h/%zz", "http://h/..%2fsecret.json",
		"http://h2/secret.json", "https://h/secret.json",
	};
	char absolute[600];
	struct bench b;

	set_up();
	bench_init(&b);
	map(&b, "http://h/", "lib");
	for (size_t i = 0; i < COUNT(uris); i++) {
		cr_expect_eq(schema_load(b.set, str_z(uris[i]), &b.schema,
		    &b.e), -1, "%s", uris[i]);
		cr_expect_eq(b.e.code, ERR_NOINPUT, "%s: %s", uris[i],
		    b.e.text);
	}
	/* a schema that did not come as a file reads no file */
	snprintf(absolute, sizeof(absolute),
	    "{\"$ref\":\"file://%s/secret.json\"}", dir);
	cr_expect_eq(bench_compile(&b, absolute), -1);
	cr_expect_not_null(strstr(b.e.text, "cannot find file:///"));
	snprintf(absolute, sizeof(absolute), "file://%s/secret.json", dir);
	cr_expect_eq(schema_load(b.set, str_z(absolute), &b.schema, &b.e), -1);
	bench_fini(&b);
	tear_down();
}

Test(schema_load, maps_are_checked)
{
	char file[512];
	struct bench b;

	set_up();
	bench_init(&b);
	path_of(file, sizeof(file), "more.json");
	cr_expect_eq(schema_map(b.set, STR("a/b"), dir, &b.e), -1);
	cr_expect_eq(schema_map(b.set, STR("http://h/"), file, &b.e), -1);
	cr_expect_eq(schema_map(b.set, STR("http://h/"), "/nowhere", &b.e),
	    -1);
	bench_fini(&b);
	tear_down();
}

Test(schema_load, metaschemas_are_built_in)
{
	static const char *const names[] = { "schema", "meta/core",
		"meta/applicator", "meta/unevaluated", "meta/validation",
		"meta/meta-data", "meta/format-annotation",
		"meta/format-assertion", "meta/content" };
	char uri[100];

	for (size_t i = 0; i < COUNT(names); i++) {
		struct bench b;

		bench_init(&b);
		snprintf(uri, sizeof(uri),
		    "https://json-schema.org/draft/2020-12/%s", names[i]);
		cr_expect_eq(schema_load(b.set, str_z(uri), &b.schema, &b.e),
		    0, "%s", b.e.text);
		cr_expect_eq(bench_check(&b, STR("{\"type\":\"null\"}")), 1);
		cr_expect_eq(bench_check(&b, STR("7")), 0);
		bench_fini(&b);
	}
}

/* Vocabularies: what a metaschema leaves out is not a keyword. */
Test(schema_load, vocabularies)
{
	struct bench b = bench_of("{\"$id\":\"http://h/s\",\"$schema\":"
	    "\"http://h/m\",\"type\":\"null\",\"format\":\"date\","
	    "\"maxLength\":\"ignored\",\"$defs\":{\"m\":{\"$id\":\"m\","
	    "\"$vocabulary\":{"
	    "\"https://json-schema.org/draft/2020-12/vocab/core\":true,"
	    "\"https://json-schema.org/draft/2020-12/vocab/"
	    "format-assertion\":false,\"http://h/unknown\":false}}}}");

	cr_expect_eq(bench_check(&b, STR("\"2020-01-01\"")), 1);
	cr_expect_eq(bench_check(&b, STR("\"x\"")), 0);
	bench_fini(&b);
}

Test(schema_uri, references_resolve_as_in_rfc_3986)
{
	/* the table of 5.4, base http://a/b/c/d;p?q */
	static const struct {
		const char *ref, *uri;
	} cases[] = {
		{ "g:h", "g:h" }, { "g", "http://a/b/c/g" },
		{ "./g", "http://a/b/c/g" }, { "g/", "http://a/b/c/g/" },
		{ "/g", "http://a/g" }, { "//g", "http://g" },
		{ "?y", "http://a/b/c/d;p?y" }, { "g?y", "http://a/b/c/g?y" },
		{ "#s", "http://a/b/c/d;p?q#s" },
		{ "g#s", "http://a/b/c/g#s" },
		{ "g?y#s", "http://a/b/c/g?y#s" }, { ";x", "http://a/b/c/;x" },
		{ "g;x", "http://a/b/c/g;x" },
		{ "g;x?y#s", "http://a/b/c/g;x?y#s" },
		{ "", "http://a/b/c/d;p?q" }, { ".", "http://a/b/c/" },
		{ "./", "http://a/b/c/" }, { "..", "http://a/b/" },
		{ "../", "http://a/b/" }, { "../g", "http://a/b/g" },
		{ "../..", "http://a/" }, { "../../", "http://a/" },
		{ "../../g", "http://a/g" }, { "../../../g", "http://a/g" },
		{ "../../../../g", "http://a/g" }, { "/./g", "http://a/g" },
		{ "/../g", "http://a/g" }, { "g.", "http://a/b/c/g." },
		{ ".g", "http://a/b/c/.g" }, { "g..", "http://a/b/c/g.." },
		{ "..g", "http://a/b/c/..g" }, { "./../g", "http://a/b/g" },
		{ "./g/.", "http://a/b/c/g/" },
		{ "g/./h", "http://a/b/c/g/h" },
		{ "g/../h", "http://a/b/c/h" },
		{ "g;x=1/./y", "http://a/b/c/g;x=1/y" },
		{ "g;x=1/../y", "http://a/b/c/y" },
		{ "g?y/./x", "http://a/b/c/g?y/./x" },
		{ "g#s/../x", "http://a/b/c/g#s/../x" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_expect(str_eq(uri_resolve(STR("http://a/b/c/d;p?q"),
		    str_z(cases[i].ref), &a), str_z(cases[i].uri)), "%s",
		    cases[i].ref);
	cr_expect(str_eq(uri_resolve(STR("urn:x:y"), STR("#/a"), &a),
	    STR("urn:x:y#/a")));
	cr_expect(str_eq(uri_resolve(STR("http://h"), STR("a"), &a),
	    STR("http://h/a")));
	cr_expect(str_eq(uri_of_path("/a b/\303\251.json", &a),
	    STR("file:///a%20b/%C3%A9.json")));
	arena_fini(&a);
}
