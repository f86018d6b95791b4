/*
 * crosswalk run: the engine over a file of records.
 *
 * One thread, one VM, one arena.  The arena is reset every BATCH lines and
 * the output written when it is OUT_BYTES or more, so the cost of a record is
 * reading, mapping and writing it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/event.h"
#include "cli/known.h"
#include "cli/lines.h"
#include "cli/mapping.h"
#include "cli/progress.h"
#include "cli/unknown.h"
#include "lang/valid.h"
#include "vm/vm.h"

#ifdef HOSTILE
#define BATCH 1
#define OUT_BYTES ((size_t)1)
#else
#define BATCH 64
#define OUT_BYTES ((size_t)1 << 16)
#endif

struct run {
	struct mapping mapping;
	struct vm *vm;
	struct valid *valid; /* --check, or NULL */
	int back;
	struct arena arena;
	struct lines in, base;
	int has_base;
	struct buf out;
	struct known known;
	struct progress progress;
	struct unknown unknown;
	uint64_t records, bad, bytes_out;
};

/* Map one line and append what goes out; the error has no line number yet. */
static int
map_line(struct run *r, struct str line, struct str old_line, struct err *e)
{
	const struct mapping *m = &r->mapping;
	struct valid_record held = { .map = m->map, .back = r->back };
	struct vm_frame f;
	struct value *old;
	uint64_t *dirty;

	if (vm_map(r->vm, m->prog, line, &f, &r->arena, e) != 0 ||
	    vm_put(r->vm, m->prog, old_line, &f, &r->arena, e) != 0)
		return -1;
	if (!r->has_base) {
		layout_write(&r->out, m->main->layout, f.out, m->clear);
		held.slots = f.out;
		return r->valid ? valid_check(r->valid, &held, e) : 0;
	}
	if (vm_read_target(r->vm, m->prog, old_line, &old, &r->arena, e) != 0)
		return err_prefix(e, "%s", r->base.name);
	dirty = arena_array(&r->arena, m->main->nout / 64 + 1, sizeof(*dirty));
	if (layout_diff(&r->out, m->main->layout, f.out, old, m->clear, dirty,
	    &r->arena) == 0)
		buf_puts(&r->out, STR("{}")); /* the output stays in step */
	if (r->valid == NULL)
		return 0;
	layout_overlay(m->main->layout, f.out, old, old, &r->arena);
	held.slots = old;
	held.dirty = dirty;
	held.before = old_line;
	return valid_check(r->valid, &held, e);
}

/* The old record of this line; an end before the input's is an error. */
static int
next_base(struct run *r, struct str *old_line, struct err *e)
{
	int n;

	*old_line = STR("");
	if (!r->has_base)
		return 0;
	n = lines_next(&r->base, old_line, e);
	if (n == 0)
		return err_set(e, ERR_DATA, "%s ends after %" PRIu64
		    " lines, before the records do; give it a line, {} where "
		    "there is no old record, for each", r->base.name,
		    r->base.number);
	return n == 1 ? 0 : -1;
}

static int
flush(struct run *r, struct err *e)
{
	r->bytes_out += r->out.n;
	return write_all(STDOUT_FILENO, &r->out, e);
}

/* All lines; 0, or -1 when it cannot go on, with out not yet written. */
static int
map_lines(struct run *r, struct err *e)
{
	struct str line, old_line;
	struct err bad;
	int n;

	while ((n = lines_next(&r->in, &line, e)) == 1) {
		size_t mark = r->out.n;

		if (next_base(r, &old_line, e) != 0)
			return -1;
		if (map_line(r, line, old_line, &bad) == 0) {
			buf_putc(&r->out, '\n');
		} else {
			r->out.n = mark;
			r->bad++;
			known_hint(&bad);
			fprintf(stderr, "line %" PRIu64 ": %s\n",
			    r->in.number, bad.text);
		}
		r->records++;
		if (r->out.n >= OUT_BYTES && flush(r, e) != 0)
			return -1;
		if (r->records % BATCH == 0) {
			arena_reset(&r->arena);
			progress_show(&r->progress, r->records, r->in.bytes);
		}
	}
	return n;
}

/* The same, and what was mapped before an error is written. */
static int
map_all(struct run *r, struct err *e)
{
	struct err ignored;
	int n = map_lines(r, e);

	return flush(r, n == 0 ? e : &ignored) == 0 ? n : -1;
}

static void
print_stats(const struct run *r)
{
	int64_t ms = clock_mono_ms() - r->progress.began_ms;
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	fprintf(stderr, "%" PRIu64 " records, %" PRIu64 " refused, %" PRIu64
	    " bytes in, %" PRIu64 " bytes out, %" PRId64 ".%03" PRId64
	    " s, %" PRIu64 " records/s, %ld KB of memory\n", r->records,
	    r->bad, r->in.bytes,
	    r->bytes_out, ms / 1000, ms % 1000,
	    ms > 0 ? r->records * 1000 / (uint64_t)ms : 0, u.ru_maxrss);
}

int
cmd_run(const struct args *a)
{
	struct run r = { .has_base = args_get(a, 'b') != NULL };
	int64_t now = clock_wall_us();
	struct vm_event ev = event_taken(a, r.has_base ? EVENT_UPDATE :
	    EVENT_CREATE);
	struct err e;
	int status;

	if (args_get(a, 'n') && time_parse(args_get(a, 'n'), &now, &e) != 0)
		args_fail(a, "%s", e.text);
	status = mapping_open(&r.mapping, a);
	if (status != 0)
		return status;
	if (r.has_base && lines_open(&r.base, args_get(a, 'b'), &e) != 0) {
		status = say_err(&e);
		goto out;
	}
	lines_init(&r.in, STDIN_FILENO, "stdin");
	r.vm = vm_new(NULL);
	unknown_listen(&r.unknown, r.vm, &r.in.number);
	vm_set_now(r.vm, now);
	vm_set_event(r.vm, &ev);
	r.back = args_get(a, 'r') != NULL;
	if (args_get(a, 'k') != NULL)
		r.valid = valid_new();
	progress_begin(&r.progress);
	if (known_give(&r.known, args_get(a, 'l'), r.vm, &e) != 0 ||
	    map_all(&r, &e) != 0)
		status = say_err(&e);
	else if (r.bad > 0)
		status = err_exit(ERR_DATA);
	progress_end(&r.progress);
	if (args_get(a, 's') != NULL)
		print_stats(&r);
	vm_free(r.vm);
	unknown_fini(&r.unknown);
	known_fini(&r.known);
	valid_free(r.valid);
	lines_fini(&r.in);
	if (r.has_base)
		lines_fini(&r.base);
	arena_fini(&r.arena);
	buf_fini(&r.out);
out:
	mapping_close(&r.mapping);
	return status;
}
