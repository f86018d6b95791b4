/*
 * crosswalk validate: a line a record, a line an error.
 *
 *   3: #/stage: #/properties/stage/enum: "stage" must be one of "lead"
 *   4: no comma or } here
 *
 * The number is the record's; instance and schema are JSON pointers behind a
 * #, so that the record itself is "#".  Control characters that a name may
 * hold are "?", so that a record cannot forge a line.
 */
#include "cli/validate.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/size.h"
#include "cli/cli.h"
#include "cli/lines.h"
#include "cli/progress.h"
#include "schema/schema.h"

#ifdef HOSTILE
#define OUT_BYTES ((size_t)1)
#else
#define OUT_BYTES ((size_t)1 << 16)
#endif
#define SHOW_EVERY 1024

static const char usage[] =
    "usage: crosswalk validate [option...] SCHEMA\n"
    "Check records, one JSON text a line on standard input, against a JSON\n"
    "Schema (draft 2020-12): a path, or a URI of a mapped folder.\n"
    "\n"
    "  -f, --format           assert \"format\", not only annotate\n"
    "  -m, --map PREFIX=DIR   URIs that begin with PREFIX are files in DIR;\n"
    "                         may be given more than once\n"
    "  -j, --json             errors as JSON, an object a line\n"
    "  -h, --help             this text\n"
    "\n"
    "Each error is a line: the record's number, where in the record, where\n"
    "in the schema, and what is wrong.  The status is 0 when all records are\n"
    "valid, 65 when one is not, 2 for a wrong command line.\n";

struct job {
	const struct validate *v;
	const struct schema *schema;
	struct schema_run *run;
	struct lines in;
	struct buf out;
	uint64_t records, bad;
};

static int
load_schema(const struct validate *v, struct schema_set *set,
    const struct schema **out, struct err *e)
{
	if (v->format)
		schema_assert_format(set);
	for (size_t i = 0; i < v->nmap; i++) {
		/* a URI may hold a =, the name of a folder rarely does */
		const char *eq = strrchr(v->maps[i], '=');

		if (eq == NULL)
			return err_set(e, ERR_USAGE,
			    "--map wants PREFIX=DIR, not %s", v->maps[i]);
		if (schema_map(set, str_from(v->maps[i],
		    (size_t)(eq - v->maps[i])), eq + 1, e) != 0)
			return -1;
	}
	return schema_load(set, str_z(v->schema), out, e);
}

/* A pointer, or a URI with one, so that it holds a #. */
static void
put_place(struct buf *out, struct str place)
{
	if (place.n == 0 || place.p[0] == '/')
		buf_putc(out, '#');
	buf_puts(out, place);
	buf_puts(out, STR(": "));
}

/* From byte from on: no control characters. */
static void
tame(struct buf *out, size_t from)
{
	for (size_t i = from; i < out->n; i++)
		if ((unsigned char)out->p[i] < ' ' || out->p[i] == 127)
			out->p[i] = '?';
}

static void
put_error(void *arg, const struct schema_error *x)
{
	struct job *j = arg;
	size_t from = j->out.n;

	if (j->v->json) {
		buf_printf(&j->out, "{\"record\":%" PRIu64 ",\"line\":%" PRIu64
		    ",\"instance\":", j->records, j->in.number);
		buf_json(&j->out, x->instance);
		buf_puts(&j->out, STR(",\"schema\":"));
		buf_json(&j->out, x->schema);
		buf_puts(&j->out, STR(",\"error\":"));
		buf_json(&j->out, x->text);
		buf_puts(&j->out, STR("}\n"));
		return;
	}
	buf_printf(&j->out, "%" PRIu64 ": ", j->records);
	put_place(&j->out, x->instance);
	put_place(&j->out, x->schema);
	buf_puts(&j->out, x->text);
	tame(&j->out, from);
	buf_putc(&j->out, '\n');
}

/* Not JSON, too long, or a limit: there is no place in the schema. */
static void
put_refused(struct job *j, const struct err *e)
{
	size_t from = j->out.n;

	if (j->v->json) {
		buf_printf(&j->out, "{\"record\":%" PRIu64 ",\"line\":%" PRIu64
		    ",\"byte\":%zu,\"error\":", j->records, j->in.number,
		    e->at);
		buf_json(&j->out, str_z(e->text));
		buf_puts(&j->out, STR("}\n"));
		return;
	}
	buf_printf(&j->out, "%" PRIu64 ": %s", j->records, e->text);
	tame(&j->out, from);
	buf_putc(&j->out, '\n');
}

static int
check_lines(struct job *j, struct err *e)
{
	struct progress progress;
	struct str line;
	struct err bad;
	int n, r = 0;

	progress_begin(&progress);
	while (r == 0 && (n = lines_next(&j->in, &line, e)) != 0) {
		if (n < 0) {
			r = -1;
			break;
		}
		j->records++;
		bad.at = 0;
		n = schema_check(j->schema, j->run, line, put_error, j, &bad);
		j->bad += n != 1;
		if (n < 0)
			put_refused(j, &bad);
		if (j->out.n >= OUT_BYTES)
			r = write_all(STDOUT_FILENO, &j->out, e);
		if (j->records % SHOW_EVERY == 0)
			progress_show(&progress, j->records, j->in.bytes);
	}
	progress_end(&progress);
	if (write_all(STDOUT_FILENO, &j->out, r == 0 ? e : &bad) != 0)
		r = -1;
	return r;
}

int
validate_stdin(const struct validate *v)
{
	struct schema_set *set = schema_set_new();
	struct job j = { .v = v, .run = schema_run_new() };
	struct err e;
	int status = 0;

	if (load_schema(v, set, &j.schema, &e) != 0) {
		status = say_err(&e);
		goto out;
	}
	lines_init(&j.in, STDIN_FILENO, "stdin");
	if (check_lines(&j, &e) != 0)
		status = say_err(&e);
	else if (j.bad > 0)
		status = say(err_exit(ERR_DATA), "%" PRIu64 " of %" PRIu64
		    " records are not valid", j.bad, j.records);
	lines_fini(&j.in);
out:
	buf_fini(&j.out);
	schema_run_free(j.run);
	schema_set_free(set);
	return status;
}

static int
wrong(const char *what, const char *arg)
{
	fprintf(stderr, "crosswalk validate: %s%s\n%s", what, arg, usage);
	return err_exit(ERR_USAGE);
}

int
cli_validate(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "format", no_argument, NULL, 'f' },
		{ "map", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct validate v = { 0 };
	const char **maps;
	int c, status;

	maps = calloc((size_t)argc + 1, sizeof(*maps));
	if (maps == NULL)
		fatal("out of memory: %d arguments", argc);
	v.maps = maps;
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":fm:jh", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			v.format = 1;
			break;
		case 'm':
			maps[v.nmap++] = optarg;
			break;
		case 'j':
			v.json = 1;
			break;
		case 'h':
			fputs(usage, stdout);
			status = 0;
			goto out;
		case ':':
			status = wrong("an argument is missing after ",
			    argv[optind - 1]);
			goto out;
		default:
			status = wrong("there is no option ",
			    argv[optind - 1]);
			goto out;
		}
	}
	if (argc - optind != 1) {
		status = argc == optind ? wrong("which schema?", "") :
		    wrong("there is no argument after ", argv[optind]);
		goto out;
	}
	v.schema = argv[optind];
	status = validate_stdin(&v);
out:
	free(maps);
	return status;
}
