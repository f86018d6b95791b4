/*
 * Operations by files: a job that is submitted, given its records as a table,
 * asked whether it is done, and then for what became of each.
 */
#include "lang/clause.h"

#define FROM_MAX 1000000
#define POLL_MAX_MS ((int64_t)3600000)

/* What the makers of a step get. */
struct making {
	struct unit_job *job;
	struct unit_op *op;
};

/* ---- clauses of steps ---- */

static int
step_request(struct conn *k, struct stmt *s, void *what)
{
	return op_request(k, s, ((struct making *)what)->op);
}

static int
step_query(struct conn *k, struct stmt *s, void *what)
{
	return op_query(k, s, ((struct making *)what)->op);
}

static int
step_header(struct conn *k, struct stmt *s, void *what)
{
	return op_header(k, s, ((struct making *)what)->op);
}

static int
step_body(struct conn *k, struct stmt *s, void *what)
{
	return op_body(k, s, ((struct making *)what)->op);
}

/* name = expression; to a function. */
static int
assigned(struct conn *k, struct stmt *s, enum view view, int *func,
    const char *form)
{
	struct args a = clause_args(k, s);

	*func = 0; /* it was given, though not well */
	if (!s->has_value || s->words.n > 0)
		return clause_bad(&a, form);
	*func = conn_function(k, s->value, view, "job");
	return 0;
}

static int
step_id(struct conn *k, struct stmt *s, void *what)
{
	return assigned(k, s, VIEW_BODY, &((struct making *)what)->job->id,
	    "id = body.id;");
}

static int
step_csv(struct conn *k, struct stmt *s, void *what)
{
	return assigned(k, s, VIEW_RECORDS, &((struct making *)what)->job->csv,
	    "csv = map(records, r => r.fields);");
}

static int
step_null(struct conn *k, struct stmt *s, void *what)
{
	struct making *x = what;
	struct args a = clause_args(k, s);
	struct str text;

	if (!clause_text(clause_next(&a), &text) || a.at != NULL)
		return clause_bad(&a, "null \"#N/A\";");
	x->job->null = clause_keep(k, text);
	return 0;
}

static int
step_done(struct conn *k, struct stmt *s, void *what)
{
	return conn_bool(k, s, VIEW_BODY, "done",
	    &((struct making *)what)->job->done);
}

static int
step_failed(struct conn *k, struct stmt *s, void *what)
{
	return conn_bool(k, s, VIEW_BODY, "failed",
	    &((struct making *)what)->job->failed);
}

static int
row_by(struct conn *k, struct stmt *s, void *what)
{
	return assigned(k, s, VIEW_ITEM, &((struct making *)what)->op->key,
	    "by = item.Key;");
}

static int
row_id(struct conn *k, struct stmt *s, void *what)
{
	return assigned(k, s, VIEW_ITEM, &((struct making *)what)->op->id,
	    "id = item.Id;");
}

static int
row_text(struct conn *k, struct stmt *s, void *what)
{
	return assigned(k, s, VIEW_ITEM,
	    &((struct making *)what)->op->error_text, "text = item.Error;");
}

/* ---- steps ---- */

static const struct word_rule submit_words[] = {
	{ "request", step_request, 1 }, { "query", step_query, 0 },
	{ "header", step_header, 0 }, { "body", step_body, 1 },
	{ "id", step_id, 1 },
};
static const struct word_rule upload_words[] = {
	{ "request", step_request, 1 }, { "query", step_query, 0 },
	{ "header", step_header, 0 }, { "csv", step_csv, 1 },
	{ "null", step_null, 1 },
};
static const struct word_rule close_words[] = {
	{ "request", step_request, 1 }, { "query", step_query, 0 },
	{ "header", step_header, 0 }, { "body", step_body, 1 },
};
static const struct word_rule poll_words[] = {
	{ "request", step_request, 1 }, { "query", step_query, 0 },
	{ "header", step_header, 0 }, { "done", step_done, 1 },
	{ "failed", step_failed, 1 }, { "text", row_text, 1 },
};
static const struct word_rule row_words[] = {
	{ "request", step_request, 1 }, { "query", step_query, 0 },
	{ "header", step_header, 0 }, { "by", row_by, 1 },
	{ "id", row_id, 1 }, { "text", row_text, 1 },
};

static const struct {
	const struct word_rule *words;
	size_t n;
	const char *form;
} steps[] = {
	[JOB_SUBMIT] = { submit_words, COUNT(submit_words),
	    "submit { request POST \"/jobs\"; id = body.id; }" },
	[JOB_UPLOAD] = { upload_words, COUNT(upload_words),
	    "upload { request PUT \"/jobs/{job}\"; csv = map(records, r => "
	    "r.fields); }" },
	[JOB_CLOSE] = { close_words, COUNT(close_words),
	    "close { request PATCH \"/jobs/{job}\"; }" },
	[JOB_POLL] = { poll_words, COUNT(poll_words),
	    "poll 5s { request GET \"/jobs/{job}\"; done = body.state == "
	    "\"done\"; }" },
	[JOB_RESULTS] = { row_words, COUNT(row_words),
	    "results csv { request GET \"/jobs/{job}/done\"; by = item.Key; "
	    "}" },
	[JOB_ERRORS] = { row_words, COUNT(row_words),
	    "errors csv { request GET \"/jobs/{job}/failed\"; by = item.Key; "
	    "text = item.Error; }" },
};

static int
job_step(struct conn *k, struct stmt *s, void *what)
{
	struct making x = { .job = what };
	struct args a = clause_args(k, s);
	enum job_step n = 0;

	while (!str_eq(s->name.text, str_z(job_step_word[n])))
		n++;
	if ((n == JOB_POLL && (clause_time(k, clause_next(&a),
	    &x.job->poll_ms) != 0 || x.job->poll_ms <= 0 ||
	    x.job->poll_ms > POLL_MAX_MS)) ||
	    (n >= JOB_RESULTS && !clause_word(&a, "csv")) ||
	    a.at != NULL || !s->has_body || s->has_value)
		return clause_bad(&a, steps[n].form);
	x.op = &x.job->step[n];
	op_init(k, x.op, s);
	k->view = VIEW_STEP;
	clause_all(k, s->body, steps[n].words, steps[n].n, &x, "a step");
	k->view = VIEW_RECORDS;
	op_needs_request(k, s, x.op);
	return 0;
}

/* What must be there, and is nowhere. */
static void
check_job(struct conn *k, struct stmt *s, const struct unit_job *j)
{
	struct sources *ss = &k->c->ss;
	const char *lacks = j->step[JOB_SUBMIT].method.n == 0 || j->id < 0 ?
	    steps[JOB_SUBMIT].form :
	    j->step[JOB_UPLOAD].method.n == 0 || j->csv < 0 ?
	    steps[JOB_UPLOAD].form :
	    j->step[JOB_POLL].method.n == 0 || j->done < 0 ?
	    steps[JOB_POLL].form :
	    j->step[JOB_RESULTS].method.n == 0 ||
	    j->step[JOB_RESULTS].key < 0 ? steps[JOB_RESULTS].form :
	    j->step[JOB_ERRORS].method.n > 0 && j->step[JOB_ERRORS].key < 0 ?
	    steps[JOB_ERRORS].form : NULL;

	if (lacks != NULL)
		diag_fix(ss, diag_at(ss, C654, s->head,
		    "a job that is not whole"), "%s", lacks);
}

void
op_job_end(const struct unit_op *op)
{
	for (size_t i = 0; op->job != NULL && i < JOB_NSTEP; i++) {
		op->job->step[i].op = op->op;
		op->job->step[i].classify = op->classify;
	}
}

int
op_job(struct conn *k, struct stmt *s, void *what)
{
	static const struct word_rule words[] = {
		{ "submit", job_step, 1 }, { "upload", job_step, 1 },
		{ "close", job_step, 1 }, { "poll", job_step, 1 },
		{ "results", job_step, 1 }, { "errors", job_step, 1 },
	};
	struct unit_op *op = what;
	struct args a = clause_args(k, s);
	size_t nerror = k->c->d->nerror;
	struct unit_cost *costs = NULL;
	struct unit_job *j;
	int64_t from, batch;
	uint32_t ncost = 0;

	if (!clause_word(&a, "from") ||
	    clause_number(k, clause_next(&a), &from) != 0 || from < 1 ||
	    from > FROM_MAX || !clause_word(&a, "batch") ||
	    clause_number(k, clause_next(&a), &batch) != 0 || batch < from ||
	    batch > FROM_MAX || a.at != NULL || !s->has_body)
		return clause_bad(&a, "job from 2000 batch 100000 { … }, "
		    "of 1,000,000 records at most");
	if (s->has_value)
		conn_costs(k, s->value, VIEW_ACCOUNT, &costs, &ncost);
	j = op->job = arena_new(k->ua, struct unit_job);
	*j = (struct unit_job){ .from = (uint32_t)from,
		.batch = (uint32_t)batch, .csv = -1, .id = -1, .done = -1,
		.failed = -1 };
	clause_all(k, s->body, words, COUNT(words), j, "a job");
	for (size_t i = 0; i < JOB_NSTEP; i++) {
		j->step[i].costs = costs;
		j->step[i].ncost = ncost;
	}
	/* one cause, one finding */
	if (k->c->d->nerror == nerror)
		check_job(k, s, j);
	return 0;
}
