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

struct job {
	int json;
	const struct schema *schema;
	struct schema_run *run;
	struct lines in;
	struct buf out;
	uint64_t records, bad;
};

static int
load_schema(const struct args *a, struct schema_set *set,
    const struct schema **out, struct err *e)
{
	if (args_get(a, 'f') != NULL)
		schema_assert_format(set);
	for (int i = 0; i < a->ngiven; i++) {
		const char *map = a->given[i].value, *eq;

		if (a->given[i].letter != 'm')
			continue;
		/* a URI may hold a =, the name of a folder rarely does */
		eq = strrchr(map, '=');
		if (eq == NULL)
			return err_set(e, ERR_USAGE,
			    "--map wants PREFIX=DIR, not %s", map);
		if (schema_map(set, str_from(map, (size_t)(eq - map)), eq + 1,
		    e) != 0)
			return -1;
	}
	return schema_load(set, str_z(a->rest[0]), out, e);
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

	if (j->json) {
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

	if (j->json) {
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
cmd_validate(const struct args *a)
{
	struct schema_set *set = schema_set_new();
	struct job j = { .json = args_get(a, 'j') != NULL,
		.run = schema_run_new() };
	struct err e;
	int status = 0;

	if (load_schema(a, set, &j.schema, &e) != 0) {
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
