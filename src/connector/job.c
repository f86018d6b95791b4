/*
 * Jobs: from records to a table, and from tables to one outcome a record.
 */
#include "connector/job.h"

#include "base/table.h"
#include "connector/csv.h"
#include "connector/eval.h"
#include "connector/reply.h"

#define CSV_TYPE "text/csv; charset=UTF-8"

void
job_fini(struct connector_job *j)
{
	arena_fini(&j->a);
	*j = (struct connector_job){ 0 };
}

struct connector_call
job_step_call(const struct connector_call *call, const struct connector_job *j)
{
	struct connector_call step = *call;

	step.op = &call->op->job->step[j->step];
	step.records = NULL;
	step.n = 0;
	return step;
}

/* ---- requests ---- */

/* The table of all records, as the body of an upload. */
static int
add_table(const struct connector_call *call, struct vm *vm,
    struct http_request *req, struct arena *a, struct err *e)
{
	struct http_header *headers = arena_array(a, req->nheaders + 1,
	    sizeof(*headers));
	struct buf out = { 0 };
	struct value args[2], list;
	int status = -1;

	if (request_args(call, args, a, e) == 0 &&
	    eval(call, vm, call->op->job->csv, "csv", args, 2, &list, a, e) ==
	    0)
		status = csv_write(&out, list, call->op->job->null, a, e);
	if (req->nheaders > 0)
		memcpy(headers, req->headers,
		    req->nheaders * sizeof(*headers));
	headers[req->nheaders++] = (struct http_header){ STR("Content-Type"),
		STR(CSV_TYPE) };
	req->headers = headers;
	req->body = arena_str(a, buf_str(&out));
	buf_fini(&out);
	return status;
}

int
job_request(const struct connector_call *call, const struct connector_job *j,
    struct vm *vm, struct http_request *req, struct arena *a, struct err *e)
{
	struct connector_call step = job_step_call(call, j);
	struct value args[2];

	args[0] = value_text(j->id);
	if (request_params(call, &args[1], a, e) != 0 ||
	    request_make(&step, vm, args, 2, req, a, e) != 0)
		return -1;
	return j->step != JOB_UPLOAD ? 0 : add_table(call, vm, req, a, e);
}

/* ---- replies ---- */

/* The one that is next, of those that the job has. */
static void
go_on(const struct connector_call *call, struct connector_job *j)
{
	do
		j->step++;
	while (j->step < JOB_NSTEP &&
	    call->op->job->step[j->step].method.n == 0);
}

/* What the tables name a record by. */
static struct str
name_of(const struct connector_record *r)
{
	return r->match.n > 0 ? r->match : r->id.n > 0 ? r->id : r->key;
}

static int
is_true(const struct reading *rd, int func, const char *what)
{
	struct value v;

	return eval(rd->call, rd->vm, func, what, &rd->body, 1, &v, rd->a,
	    NULL) == 0 && v.type == V_BOOL && v.u.i != 0;
}

/* A table of which each line speaks of a record. */
struct lines {
	const struct connector_call *call; /* of the operation */
	struct connector_job *j;
	struct reading rd; /* with the step's call, and an arena of a line */
	struct table names;
	int errors;
};

static void
line_ok(struct lines *l, struct connector_item *it, struct value row)
{
	struct value v;
	struct str id;

	if (eval(l->rd.call, l->rd.vm, l->rd.call->op->id, "id", &row, 1, &v,
	    l->rd.a, NULL) == 0 && eval_text(v, &id, l->rd.a) == 0)
		it->id = arena_str(&l->j->a, id);
	it->outcome = OUTCOME_OK;
	it->wait_ms = CONNECTOR_WAIT_UNSAID;
	/* a record that is new needs the id that it got */
	if (it->id.n == 0 && l->rd.call->op->id >= 0 &&
	    l->call->records[it - l->j->items].id.n == 0) {
		it->outcome = outcome_unknown(l->call->op);
		it->text = STR("its line has no id");
	}
}

static void
line_error(struct lines *l, struct connector_item *it, struct value row)
{
	struct str code, text;
	struct verdict v;

	if (classify(&l->rd, row, &v, NULL) != 0 || !v.matched)
		v = (struct verdict){ .outcome = OUTCOME_FAIL_DATA,
			.wait_ms = CONNECTOR_WAIT_UNSAID };
	it->outcome = item_failure(l->call->op, v.outcome);
	it->wait_ms = v.wait_ms;
	it->tries = v.tries;
	error_words(&l->rd, row, &code, &text);
	it->code = arena_str(&l->j->a, code);
	it->text = arena_str(&l->j->a, text);
}

static void
read_line(struct lines *l, struct value row)
{
	struct connector_item *it;
	struct value v;
	struct str name;
	size_t i;

	if (eval(l->rd.call, l->rd.vm, l->rd.call->op->key, "by", &row, 1, &v,
	    l->rd.a, NULL) != 0 || eval_text(v, &name, l->rd.a) != 0 ||
	    (it = table_get(&l->names, name)) == NULL)
		return;
	i = (size_t)(it - l->j->items);
	if (l->j->seen[i] < 2 && l->j->seen[i]++ != 0)
		return;
	if (l->errors)
		line_error(l, it, row);
	else
		line_ok(l, it, row);
}

/* -1 with why it is no table. */
static int
read_lines(struct lines *l, struct str text, struct err *e)
{
	struct arena line = { 0 };
	struct value row;
	struct csv c;

	l->rd.a = &line;
	/* no line at all is a table of nothing */
	if (reply_has_bytes(text) && csv_open(&c, text, &l->j->a) == 0) {
		while (csv_next(&c, &row, &line)) {
			read_line(l, row);
			arena_reset(&line);
		}
	} else {
		c.bad = reply_has_bytes(text);
	}
	arena_fini(&line);
	return !c.bad ? 0 : err_set(e, ERR_DATA, "the job's %s are no CSV, "
	    "or were cut off", job_step_word[l->j->step]);
}

static int
read_table(const struct connector_call *call, struct connector_job *j,
    const struct reading *rd, struct err *e)
{
	struct lines l = { .call = call, .j = j, .rd = *rd,
		.errors = j->step == JOB_ERRORS };
	int status;

	if (j->items == NULL) {
		j->items = arena_array(&j->a, call->n, sizeof(*j->items));
		j->seen = arena_zalloc(&j->a, call->n);
	}
	for (size_t i = 0; i < call->n; i++)
		/* two of one name are nobody's */
		if (table_put(&l.names, name_of(&call->records[i]),
		    &j->items[i]) != NULL)
			table_put(&l.names, name_of(&call->records[i]), NULL);
	status = read_lines(&l, rd->rep->body, e);
	table_fini(&l.names);
	return status;
}

/* What no line speaks of, or two do, is unmatched. */
static enum job_next
ended(const struct connector_call *call, struct connector_job *j,
    struct connector_result *r)
{
	const struct reading rd = { .call = call };

	for (size_t i = 0; i < call->n; i++)
		if (j->seen[i] != 1)
			item_unmatched(&rd, &j->items[i], j->seen[i] == 0 ?
			    "the job does not speak of this record" :
			    "the job speaks of this record twice");
	r->outcome = OUTCOME_PER_ITEM;
	r->items = j->items;
	return JOB_ENDED;
}

static enum job_next
lost(struct connector_result *r, struct str why)
{
	r->outcome = OUTCOME_RETRY;
	r->text = why;
	return JOB_LOST;
}

static enum job_next
submitted(const struct connector_call *call, struct connector_job *j,
    const struct reading *rd, struct connector_result *r)
{
	struct value v;
	struct str id;

	if (eval(rd->call, rd->vm, call->op->job->id, "id", &rd->body, 1, &v,
	    rd->a, NULL) != 0 || eval_text(v, &id, rd->a) != 0 || id.n == 0)
		return lost(r, STR("the job that was submitted has no id"));
	j->id = arena_str(&j->a, id);
	go_on(call, j);
	return JOB_ON;
}

static enum job_next
polled(const struct connector_call *call, struct connector_job *j,
    const struct reading *rd, struct connector_result *r)
{
	const struct unit_job *job = call->op->job;
	struct str code, text;

	if (is_true(rd, job->done, "done")) {
		go_on(call, j);
		return JOB_ON;
	}
	if (job->failed >= 0 && is_true(rd, job->failed, "failed")) {
		error_words(rd, rd->body, &code, &text);
		return lost(r, text.n > 0 ? text : STR("the job failed"));
	}
	r->wait_ms = job->poll_ms;
	return JOB_WAIT;
}

/* A step that was refused: the same again, or another way. */
static enum job_next
refused(struct connector_job *j, struct connector_result *r)
{
	r->tries = (struct connector_tries){ 0 }; /* those of records */
	switch (r->outcome) {
	case OUTCOME_RETRY:
	case OUTCOME_UNKNOWN:
	case OUTCOME_THROTTLE:
	case OUTCOME_REFRESH:
		/* a job takes its table once; without one it does nothing */
		if (j->step == JOB_UPLOAD || j->step == JOB_CLOSE)
			job_fini(j);
		return JOB_WAIT;
	default:
		return JOB_LOST;
	}
}

enum job_next
job_reply(const struct connector_call *call, struct connector_job *j,
    struct vm *vm, const struct http_done *rep, int64_t now_ms,
    struct connector_result *r, struct arena *a)
{
	struct connector_call step = job_step_call(call, j);
	struct http_done head = *rep;
	struct reading rd = { .call = &step, .vm = vm, .rep = rep,
		.now_ms = now_ms, .a = a };
	struct err e;

	/* a table is no JSON, nor is what an upload is answered with */
	if (j->step == JOB_UPLOAD || (j->step >= JOB_RESULTS &&
	    rep->outcome == HTTP_REPLY && rep->status / 100 == 2)) {
		head.body = str_from(NULL, 0);
		rd.rep = &head;
	}
	reply_read(&rd, r);
	rd.rep = rep;
	if (r->outcome != OUTCOME_OK && r->outcome != OUTCOME_PER_ITEM)
		return refused(j, r);
	switch (j->step) {
	case JOB_SUBMIT:
		return submitted(call, j, &rd, r);
	case JOB_POLL:
		return polled(call, j, &rd, r);
	case JOB_RESULTS:
	case JOB_ERRORS:
		if (read_table(call, j, &rd, &e) != 0)
			return lost(r, arena_str(a, str_z(e.text)));
		break;
	default:
		break;
	}
	go_on(call, j);
	return j->step < JOB_NSTEP ? JOB_ON : ended(call, j, r);
}
