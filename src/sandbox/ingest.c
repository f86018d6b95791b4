/*
 * Writes by files, in the shape of Salesforce's Bulk API 2.0, with the records
 * of this CRM.  Under /services/data/{version}/jobs/ingest:
 *
 *	POST   {object, operation, externalIdFieldName}
 *	PUT    {job}/batches   the table, once
 *	PATCH  {job}           {"state": "UploadComplete" | "Aborted"}
 *	GET    {job}           its state, done when it is asked twice
 *	GET    {job}/successfulResults, {job}/failedResults
 *
 * Upserts only; a job lives as long as the sandbox.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "sandbox/write.h"

#define COLUMNS_MAX 500

enum job_state { OPEN, COMPLETE_UPLOAD, IN_PROGRESS, DONE, ABORTED, FAILED };

static const char *const state_word[] = { "Open", "UploadComplete",
	"InProgress", "JobComplete", "Aborted", "Failed" };

struct sim_job {
	struct sim_job *next;
	struct sim_type *type;
	enum job_state state;
	uint64_t number;
	struct arena arena;
	struct str key;         /* externalIdFieldName */
	struct str table;       /* what was uploaded; p NULL: nothing */
	struct buf done, failed;
	size_t ndone, nfailed;
};

/* ---- tables ---- */

/* The next cell; 1: another follows, 0: the row ends, -1: it is none. */
static int
cell(struct str *s, struct str *out, struct arena *a)
{
	const char *p = s->p, *end = s->p + s->n;
	struct buf b = { 0 };
	int quoted = p < end && *p == '"', closed = !quoted;

	for (p += quoted; p < end; p++) {
		if (quoted && *p == '"' && p + 1 < end && p[1] == '"') {
			buf_putc(&b, *p++);
		} else if (quoted && *p == '"') {
			closed = 1;
			p++;
			break;
		} else if (!quoted && (*p == ',' || *p == '\n')) {
			break;
		} else {
			buf_putc(&b, *p);
		}
	}
	*out = arena_str(a, buf_str(&b));
	buf_fini(&b);
	if (!closed || (p < end && *p != ',' && *p != '\n'))
		return -1;
	*s = str_from(p, (size_t)(end - p));
	if (s->n == 0)
		return 0;
	*s = str_from(s->p + 1, s->n - 1);
	return *p == ',';
}

static int
row(struct str *s, struct str *cells, size_t max, struct arena *a)
{
	size_t n = 0;
	int more;

	do {
		if (n == max || (more = cell(s, &cells[n++], a)) < 0)
			return -1;
	} while (more > 0);
	return (int)n;
}

static void
put_row(struct buf *b, struct str first, struct str second,
    const struct str *cells, int n)
{
	for (int i = -2; i < n; i++) {
		struct str s = i == -2 ? first : i == -1 ? second : cells[i];

		buf_puts(b, i > -2 ? STR(",\"") : STR("\""));
		for (size_t k = 0; k < s.n; k++) {
			if (s.p[k] == '"')
				buf_putc(b, '"');
			buf_putc(b, s.p[k]);
		}
		buf_putc(b, '"');
	}
	buf_putc(b, '\n');
}

/* ---- work ---- */

/* A row as the upsert of a record. */
static void
row_item(const struct sim_job *j, const struct str *names,
    const struct str *cells, int n, struct sim_item *it, struct arena *a)
{
	*it = (struct sim_item){ .has_properties = true, .id_prop = j->key };
	it->pairs = arena_array(a, (size_t)n, sizeof(*it->pairs));
	for (int i = 0; i < n; i++) {
		if (str_eq(names[i], j->key))
			it->id = cells[i];
		if (cells[i].n > 0) /* an empty cell changes nothing */
			it->pairs[it->npairs++] = (struct sim_pair){
				.name = names[i],
				.value = str_eq(cells[i], STR("#N/A")) ?
				    STR("") : cells[i] };
	}
}

static void
work_row(struct sim *s, struct sim_request *q, struct sim_job *j,
    const struct str *names, const struct str *cells, int n)
{
	struct sim_claims claims = { 0 };
	struct sim_reply why = { 0 };
	struct sim_item it;
	char id[32];

	row_item(j, names, cells, n, &it, q->arena);
	if (sim_item_prepare(s, q, SIM_UPSERT, &it, &claims, &why) > 0) {
		sim_item_apply(q, &it);
		snprintf(id, sizeof(id), "%llu",
		    (unsigned long long)it.record->id);
		put_row(&j->done, str_z(id), it.created ? STR("true") :
		    STR("false"), cells, n);
		j->ndone++;
	} else {
		put_row(&j->failed, STR(""), arena_printf(q->arena,
		    "INVALID_FIELD:%.*s:--", STR_ARG(it.message)), cells, n);
		j->nfailed++;
		q->counts.refused++;
	}
	q->counts.records++;
	table_fini(&claims.table);
	buf_fini(&why.body);
}

static void
work(struct sim *s, struct sim_request *q, struct sim_job *j)
{
	struct str names[COLUMNS_MAX], cells[COLUMNS_MAX], rest = j->table;
	int n = row(&rest, names, COLUMNS_MAX, q->arena);

	q->type = j->type;
	j->state = n > 0 ? IN_PROGRESS : FAILED;
	if (n <= 0)
		return;
	put_row(&j->done, STR("sf__Id"), STR("sf__Created"), names, n);
	put_row(&j->failed, STR("sf__Id"), STR("sf__Error"), names, n);
	while (rest.n > 0 && j->state == IN_PROGRESS)
		if (row(&rest, cells, COLUMNS_MAX, q->arena) == n)
			work_row(s, q, j, names, cells, n);
		else
			j->state = FAILED;
}

/* ---- requests ---- */

static void
put_job(struct sim_reply *r, const struct sim_job *j)
{
	buf_printf(&r->body, "{\"id\":\"7500000000%05lluAAA\",\"object\":"
	    "\"%.*s\",\"operation\":\"upsert\",\"state\":\"%s\","
	    "\"numberRecordsProcessed\":%zu,\"numberRecordsFailed\":%zu%s}",
	    (unsigned long long)j->number, STR_ARG(j->type->name),
	    state_word[j->state], j->ndone + j->nfailed, j->nfailed,
	    j->state == FAILED ? ",\"errorMessage\":\"InvalidBatch : the "
	    "table is no CSV\"" : "");
	r->status = 200;
}

static void
refuse(struct sim_reply *r, int status, const char *code, const char *text)
{
	buf_printf(&r->body, "[{\"errorCode\":\"%s\",\"message\":\"%s\"}]",
	    code, text);
	r->status = status;
}

static void
submit(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	const char *object, *operation, *key;
	json_t *in = json_loadb(q->body.p, q->body.n, 0, NULL);
	struct sim_type *t = NULL;
	struct sim_job *j;

	if (in != NULL && json_unpack(in, "{s:s, s:s, s:s}", "object",
	    &object, "operation", &operation, "externalIdFieldName", &key) ==
	    0 && strcmp(operation, "upsert") == 0)
		t = sim_store_type(&s->store, str_z(object));
	if (t == NULL) {
		refuse(r, 400, "INVALIDJOB", "no object, operation or "
		    "externalIdFieldName that is known");
		json_decref(in);
		return;
	}
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		fatal("out of memory: a job");
	j->type = t;
	j->key = arena_str(&j->arena, str_z(key));
	j->number = ++s->njob;
	j->next = s->jobs;
	s->jobs = j;
	json_decref(in);
	put_job(r, j);
}

static void
patch(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct sim_job *j)
{
	json_t *in = json_loadb(q->body.p, q->body.n, 0, NULL);
	const char *state = json_string_value(json_object_get(in, "state"));

	if (state != NULL && strcmp(state, "Aborted") == 0) {
		j->state = ABORTED;
		put_job(r, j);
	} else if (state != NULL && strcmp(state, "UploadComplete") == 0 &&
	    j->state == OPEN && j->table.p != NULL) {
		j->state = COMPLETE_UPLOAD;
		put_job(r, j);
		work(s, q, j);
	} else {
		refuse(r, 400, "INVALIDJOBSTATE", "the job cannot go there");
	}
	json_decref(in);
}

static void
upload(struct sim_request *q, struct sim_reply *r, struct sim_job *j)
{
	if (j->state != OPEN || j->table.p != NULL) {
		refuse(r, 400, "INVALIDJOBSTATE", "the job has its table");
		return;
	}
	if (q->content_type.n < 8 || memcmp(q->content_type.p, "text/csv", 8)
	    != 0) {
		refuse(r, 415, "UNSUPPORTED_MEDIA_TYPE", "a table is CSV");
		return;
	}
	j->table = arena_str(&j->arena, q->body);
	r->status = 201;
}

static struct sim_job *
find(const struct sim *s, struct str id)
{
	char text[32];

	for (struct sim_job *j = s->jobs; j != NULL; j = j->next) {
		snprintf(text, sizeof(text), "7500000000%05lluAAA",
		    (unsigned long long)j->number);
		if (str_eq(id, str_z(text)))
			return j;
	}
	return NULL;
}

static void
of_job(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct sim_job *j, struct str what)
{
	int get = strcmp(q->method, "GET") == 0;

	if (what.n == 0 && get) {
		put_job(r, j);
		if (j->state == IN_PROGRESS) /* the next time it is done */
			j->state = DONE;
	} else if (what.n == 0 && strcmp(q->method, "PATCH") == 0) {
		patch(s, q, r, j);
	} else if (str_eq(what, STR("batches")) && !get) {
		upload(q, r, j);
	} else if (get && j->state == DONE) {
		buf_puts(&r->body, buf_str(str_eq(what,
		    STR("successfulResults")) ? &j->done : &j->failed));
		r->content_type = "text/csv";
		r->status = 200;
	} else {
		refuse(r, 404, "NOT_FOUND", "there is no such thing");
	}
}

void
sim_ingest(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	struct sim_job *j;

	/* services / data / version / jobs / ingest / job / what */
	pthread_mutex_lock(&s->lock);
	snprintf(r->route, sizeof(r->route), "%s jobs%s%.*s", q->method,
	    q->segs > 6 ? "/" : "", q->segs > 6 ? (int)q->seg[6].n : 0,
	    q->segs > 6 ? q->seg[6].p : "");
	j = q->segs > 5 ? find(s, q->seg[5]) : NULL;
	if (q->segs == 5 && strcmp(q->method, "POST") == 0)
		submit(s, q, r);
	else if (j != NULL)
		of_job(s, q, r, j, q->segs > 6 ? q->seg[6] : STR(""));
	else
		refuse(r, 404, "NOT_FOUND", "there is no such job");
	pthread_mutex_unlock(&s->lock);
}

void
sim_jobs_fini(struct sim *s)
{
	struct sim_job *next;

	for (struct sim_job *j = s->jobs; j != NULL; j = next) {
		next = j->next;
		buf_fini(&j->done);
		buf_fini(&j->failed);
		arena_fini(&j->arena);
		free(j);
	}
}
