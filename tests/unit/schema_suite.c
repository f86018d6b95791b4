/*
 * The official JSON Schema test suite, draft 2020-12: JSON_SCHEMA_SUITE names
 * its folder, and the folder `remotes` beside it is http://localhost:1234/.
 * Without it, a table of our own of the same form.
 *
 * The suite's files are read with tapes, as records are.
 */
#include "config.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/schema.h"

struct tally {
	size_t files, cases, passed, failed;
};

/* The text of a value with the bytes behind it that a record has. */
static struct str
padded(struct str s)
{
	char *p = calloc(1, s.n + RECORD_PAD);

	cr_assert_not_null(p);
	memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static struct str
text_of(const struct tape *t, uint32_t at)
{
	const struct tok *k = &t->t[at];

	switch (k->kind) {
	case SCAN_NULL:
		return STR("null");
	case SCAN_BOOL:
		return k->count ? STR("true") : STR("false");
	case SCAN_STRING: /* with its quotes */
		return str_from(k->p - 1, (size_t)k->n + 2);
	default:
		return str_from(k->p, k->n);
	}
}

static struct str
member_text(const struct tape *t, uint32_t at, const char *name)
{
	uint32_t v = tape_member(t, at, str_z(name));

	cr_assert_neq(v, 0, "a case without %s", name);
	return text_of(t, v);
}

static void
run_group(const struct tape *t, uint32_t at, const char *file,
    const char *remotes, struct tally *tally)
{
	struct schema_set *set = schema_set_new();
	struct schema_run *run = schema_run_new();
	const struct schema *schema = NULL;
	struct str what = member_text(t, at, "description"), json;
	uint32_t tests = tape_member(t, at, STR("tests"));
	struct err e = { 0 };

	if (remotes != NULL)
		cr_assert_eq(schema_map(set, STR("http://localhost:1234/"),
		    remotes, &e), 0, "%s", e.text);
	schema_compile(set, member_text(t, at, "schema"), (struct str){ 0 },
	    &schema, &e);
	for (uint32_t i = tests + 1; i < t->t[tests].next;
	     i = t->t[i].next) {
		uint32_t valid = tape_member(t, i, STR("valid"));
		int got = -1;

		tally->cases++;
		json = padded(member_text(t, i, "data"));
		if (schema != NULL)
			got = schema_check(schema, run, json, NULL, NULL, &e);
		free((void *)json.p);
		if (got == (int)t->t[valid].count) {
			tally->passed++;
			continue;
		}
		tally->failed++;
		printf("%s: %.*s: %.*s: got %d, want %d%s%s\n", file,
		    STR_ARG(what), STR_ARG(member_text(t, i, "description")),
		    got, (int)t->t[valid].count, got < 0 ? ": " : "",
		    got < 0 ? e.text : "");
	}
	schema_run_free(run);
	schema_set_free(set);
}

static void
run_text(struct str text, const char *file, const char *remotes,
    struct tally *tally)
{
	struct tape t;
	struct err e;

	tape_init(&t);
	text = padded(text);
	/* descriptions stay as they are written: no tape_decode */
	cr_assert_eq(tape_read(&t, text, &e), 0, "%s: %s", file, e.text);
	for (uint32_t i = 1; i < t.n; i = t.t[i].next)
		run_group(&t, i, file, remotes, tally);
	tally->files++;
	free((void *)text.p);
	tape_fini(&t);
}

static void
run_folder(const char *dir, struct tally *tally)
{
	struct dirent **names;
	char inner[4096], path[4400], remotes[4200];
	int n;

	/* the folder of the draft, or the one that it and remotes are in */
	snprintf(inner, sizeof(inner), "%s/draft2020-12", dir);
	if (access(inner, F_OK) == 0)
		dir = inner;
	n = scandir(dir, &names, NULL, alphasort);
	cr_assert_geq(n, 0, "JSON_SCHEMA_SUITE: cannot read %s", dir);
	snprintf(remotes, sizeof(remotes), "%s/../remotes", dir);
	for (int i = 0; i < n; i++) {
		const char *dot = strrchr(names[i]->d_name, '.');
		struct buf text = { 0 };
		FILE *f;

		if (dot != NULL && strcmp(dot, ".json") == 0) {
			snprintf(path, sizeof(path), "%s/%s", dir,
			    names[i]->d_name);
			f = fopen(path, "r");
			cr_assert_not_null(f, "cannot read %s", path);
			while (!feof(f) && !ferror(f))
				text.n += fread(buf_room(&text, 65536), 1,
				    65536, f);
			fclose(f);
			run_text(buf_str(&text), names[i]->d_name, remotes,
			    tally);
			buf_fini(&text);
		}
		free(names[i]);
	}
	free(names);
}

/* One group per keyword family; what each keyword means in full is above. */
static const char built_in[] =
    "[{\"description\":\"type\",\"schema\":{\"type\":\"integer\"},"
    "\"tests\":[{\"description\":\"1\",\"data\":1,\"valid\":true},"
    "{\"description\":\"1.0\",\"data\":1.0,\"valid\":true},"
    "{\"description\":\"1.5\",\"data\":1.5,\"valid\":false}]},"
    "{\"description\":\"ref\",\"schema\":{\"$ref\":\"#/$defs/a\","
    "\"$defs\":{\"a\":{\"type\":\"string\"}}},"
    "\"tests\":[{\"description\":\"text\",\"data\":\"x\",\"valid\":true},"
    "{\"description\":\"null\",\"data\":null,\"valid\":false}]},"
    "{\"description\":\"metaschema\",\"schema\":{\"$ref\":"
    "\"https://json-schema.org/draft/2020-12/schema\"},"
    "\"tests\":[{\"description\":\"good\",\"data\":{\"minLength\":1},"
    "\"valid\":true},"
    "{\"description\":\"bad\",\"data\":{\"minLength\":-1},"
    "\"valid\":false},"
    "{\"description\":\"bad inside\",\"data\":{\"items\":{\"type\":7}},"
    "\"valid\":false}]},"
    "{\"description\":\"unevaluated\",\"schema\":{\"allOf\":[{"
    "\"properties\":{\"a\":true}}],\"unevaluatedProperties\":false},"
    "\"tests\":[{\"description\":\"a\",\"data\":{\"a\":1},\"valid\":true},"
    "{\"description\":\"b\",\"data\":{\"b\":1},\"valid\":false}]},"
    "{\"description\":\"contains\",\"schema\":{\"contains\":{\"const\":1}},"
    "\"tests\":[{\"description\":\"1\",\"data\":[0,1],\"valid\":true},"
    "{\"description\":\"none\",\"data\":[0],\"valid\":false}]},"
    "{\"description\":\"dynamic\",\"schema\":{\"$id\":\"http://h/root\","
    "\"$ref\":\"list\",\"$defs\":{\"foo\":{\"$dynamicAnchor\":\"items\","
    "\"type\":\"string\"},\"list\":{\"$id\":\"list\",\"items\":{"
    "\"$dynamicRef\":\"#items\"},\"$defs\":{\"items\":{"
    "\"$dynamicAnchor\":\"items\"}}}}},"
    "\"tests\":[{\"description\":\"text\",\"data\":[\"x\"],\"valid\":true},"
    "{\"description\":\"number\",\"data\":[1],\"valid\":false}]}]";

Test(schema_suite, draft_2020_12, .timeout = 120)
{
	const char *dir = getenv("JSON_SCHEMA_SUITE");
	struct tally tally = { 0 };

	if (dir != NULL && *dir != '\0') {
		run_folder(dir, &tally);
	} else {
		printf("JSON_SCHEMA_SUITE is not set: a small table of our "
		    "own is run instead of the official suite\n");
		run_text(str_from(built_in, sizeof(built_in) - 1),
		    "built-in", NULL, &tally);
	}
	printf("schema suite: %zu files, %zu cases, %zu passed, %zu failed\n",
	    tally.files, tally.cases, tally.passed, tally.failed);
	fflush(stdout);
	cr_assert_gt(tally.cases, 0);
	cr_assert_eq(tally.failed, 0);
	cr_assert_eq(tally.passed, tally.cases);
}
