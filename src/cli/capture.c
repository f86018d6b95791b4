/*
 * crosswalk attach, detach: changes of a table go to the journal.
 */
#include <inttypes.h>

#include "cli/progress.h"
#include "cli/session.h"
#include "store/attach.h"

#define BACKFILL_ROWS 1000

int
cmd_attach(struct session *s, const struct args *a, struct err *e)
{
	struct attach in = {
		.table = str_z(a->rest[0]),
		.key = args_str(a, 'k'),
		.entity = args_str(a, 'e'),
	};
	struct progress progress;
	uint64_t rows = 0;
	int32_t entity;
	size_t n;
	int r;

	if (session_tenant(s, &in.tenant_id, e) != 0 ||
	    attach_table(s->db, &in, &entity, e) != 0)
		return -1;
	if (args_get(a, 'b') == NULL)
		return 0;
	progress_begin(&progress);
	do {
		r = attach_backfill(s->db, entity, BACKFILL_ROWS, &n, e);
		rows += r == 0 ? n : 0;
		progress_show(&progress, rows, 0);
	} while (r == 0 && n > 0);
	progress_end(&progress);
	if (r == 0)
		buf_printf(&s->out, "%" PRIu64 " rows of %s are in the "
		    "journal\n", rows, a->rest[0]);
	return r;
}

int
cmd_detach(struct session *s, const struct args *a, struct err *e)
{
	bool was;

	if (attach_detach(s->db, str_z(a->rest[0]), &was, e) != 0)
		return -1;
	if (!was)
		s->status = say(1, "%s was not attached", a->rest[0]);
	return 0;
}
