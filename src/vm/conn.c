/*
 * Connectors: which functions of a program its operations call, listed and
 * verified.
 */
#include <inttypes.h>

#include "base/err.h"
#include "vm/unit.h"

const char *const feed_paging_word[] = {
#define X(name, word) [FEED_##name] = word,
	FEED_PAGINGS(X)
#undef X
};

const char *const hook_verify_word[] = {
#define X(name, word) [HOOK_##name] = word,
	HOOK_VERIFIES(X)
#undef X
};

const char *const field_type_word[] = {
#define X(name, word, type, format) [FIELD_##name] = word,
	FIELD_TYPES(X)
#undef X
};

const char *const field_part_word[] = {
#define X(name, word) [PART_##name] = word,
	FIELD_PARTS(X)
#undef X
};

const char *const hook_op_word[] = {
#define X(name, word) [HOOK_##name] = word,
	HOOK_OPS(X)
#undef X
};

const char *const job_step_word[] = {
#define X(name, word) [JOB_##name] = word,
	JOB_STEPS(X)
#undef X
};

static const char *const op_word[] = {
#define X(name, word) [CONNECTOR_##name] = word,
	CONNECTOR_OPS(X)
#undef X
};

/* ---- listing ---- */

static void
put_func(struct buf *out, const char *what, int func)
{
	if (func >= 0)
		buf_printf(out, "  %s fn %d", what, func);
}

static void
put_path(struct buf *out, const char *what, const struct str *path, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		buf_printf(out, "%s%s%.*s", i ? "." : "  ", i ? "" : what,
		    STR_ARG(path[i]));
}

static void
put_time(struct buf *out, const char *what, int64_t ms)
{
	if (ms > 0)
		buf_printf(out, "  %s %" PRId64 " ms", what, ms);
}

static void
list_feed(struct buf *out, const struct unit_feed *f)
{
	buf_printf(out, "  by %s  limit %" PRIu32,
	    feed_paging_word[f->paging], f->limit);
	put_func(out, "items", f->items);
	put_func(out, "next", f->next);
	put_func(out, "resume", f->resume);
	put_func(out, "then", f->file);
	for (uint32_t i = 0; i < f->nhost; i++)
		buf_printf(out, "%s%.*s", i ? ", " : "  hosts ",
		    STR_ARG(f->hosts[i]));
	if (f->lines)
		buf_puts(out, STR("  lines"));
	put_func(out, "id", f->id);
	put_func(out, "deleted", f->deleted);
	put_func(out, "echo", f->echo);
	put_func(out, "resync", f->resync);
	put_time(out, "lookback", f->lookback_ms);
	put_time(out, "keep", f->keep_ms);
	put_path(out, "watermark ", f->watermark, f->nwatermark);
	put_path(out, "tie ", f->tie, f->ntie);
}

/* Those that are computed; the others are no code. */
static void
list_costs(struct buf *out, const struct unit_cost *c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		put_func(out, "cost", c[i].func);
}

static void
list_auth(struct buf *out, const struct unit_auth *auth)
{
	if (auth->kind != AUTH_OAUTH2)
		return;
	buf_puts(out, STR("auth"));
	put_func(out, "token", auth->token);
	for (uint32_t i = 0; i < auth->nscope; i++)
		put_func(out, "scope", auth->scopes[i]);
	put_func(out, "issuer", auth->issuer);
	put_func(out, "subject", auth->subject);
	put_func(out, "audience", auth->audience);
	put_func(out, "base", auth->base);
	list_costs(out, auth->costs, auth->ncost);
	buf_putc(out, '\n');
}

static void
list_budget(struct buf *out, const struct unit_budget *b)
{
	if (b->limit_func < 0 && b->zone < 0 && b->remaining < 0)
		return;
	buf_printf(out, "budget %.*s", STR_ARG(b->name));
	put_func(out, "limit", b->limit_func);
	put_func(out, "zone", b->zone);
	put_func(out, "remaining", b->remaining);
	buf_putc(out, '\n');
}

static void
list_fields(struct buf *out, const struct unit_fields *f)
{
	buf_printf(out, "  cache %" PRId64 " s", f->cache_s);
	put_path(out, "in ", f->in, f->nin);
	if (f->texts)
		buf_puts(out, STR("  values text"));
	for (size_t i = 0; i < FIELD_NPART; i++)
		put_func(out, field_part_word[i], f->part[i]);
}

static void
list_request(struct buf *out, const struct unit_op *op)
{
	buf_printf(out, "%.*s fn %d", STR_ARG(op->method), op->path);
	put_func(out, "body", op->body);
	for (uint32_t i = 0; i < op->nheader; i++)
		put_func(out, "header", op->header_value[i]);
	for (uint32_t i = 0; i < op->nquery; i++)
		put_func(out, "query", op->query_value[i]);
}

static void
list_job(struct buf *out, const struct unit_job *j)
{
	buf_printf(out, "  job  from %" PRIu32 "  batch %" PRIu32, j->from,
	    j->batch);
	list_costs(out, j->step[0].costs, j->step[0].ncost);
	buf_putc(out, '\n');
	for (size_t i = 0; i < JOB_NSTEP; i++) {
		const struct unit_op *s = &j->step[i];

		if (s->method.n == 0)
			continue;
		buf_printf(out, "    %s  ", job_step_word[i]);
		list_request(out, s);
		if (i == JOB_SUBMIT)
			put_func(out, "id", j->id);
		if (i == JOB_UPLOAD)
			put_func(out, "csv", j->csv);
		if (i == JOB_POLL) {
			buf_printf(out, "  each %" PRId64 " ms", j->poll_ms);
			put_func(out, "done", j->done);
			put_func(out, "failed", j->failed);
		}
		put_func(out, "by", s->key);
		put_func(out, "id", s->id);
		put_func(out, "text", s->error_text);
		buf_putc(out, '\n');
	}
}

static void
list_op(struct buf *out, const struct unit_object *o, const struct unit_op *op)
{
	static const char *const models[] = { [RESULT_ALIGNED] = "aligned",
		[RESULT_KEYED] = "keyed", [RESULT_WHOLE] = "whole",
		[RESULT_MULTIPART] = "multipart" };

	buf_printf(out, "%s%s%.*s %.*s  ", op_word[op->op],
	    op->name.n ? " " : "", STR_ARG(op->name), STR_ARG(o->name));
	list_request(out, op);
	if (op->part != NULL) {
		buf_puts(out, STR("  part "));
		list_request(out, op->part);
	}
	if (op->feed != NULL)
		list_feed(out, op->feed);
	if (op->fields != NULL)
		list_fields(out, op->fields);
	if (op->feed == NULL)
		buf_printf(out, "  batch %" PRIu32, op->batch);
	if (op->bytes > 0)
		buf_printf(out, " bytes %" PRIu32, op->bytes);
	if (op->feed == NULL)
		buf_printf(out, "  %s", models[op->model]);
	put_func(out, "list", op->list);
	put_func(out, "key", op->key);
	put_func(out, "id", op->id);
	put_func(out, "made", op->made);
	put_func(out, "errors", op->errors);
	put_func(out, "error", op->error_key);
	put_func(out, "error id", op->error_id);
	put_func(out, "text", op->error_text);
	put_func(out, "classify", op->classify);
	put_func(out, "when", op->when);
	put_func(out, "order", op->order);
	list_costs(out, op->costs, op->ncost);
	buf_putc(out, '\n');
	if (op->job != NULL)
		list_job(out, op->job);
}

static void
list_hook(struct buf *out, const struct unit_object *o)
{
	const struct unit_webhook *w = o->webhook;

	if (w == NULL)
		return;
	buf_printf(out, "webhook %.*s  %s secret %.*s", STR_ARG(o->name),
	    hook_verify_word[w->verify], STR_ARG(w->secret));
	put_func(out, "value", w->value);
	if (w->header.n > 0)
		buf_printf(out, "  %s header %.*s", w->hex ? "hex" : "base64",
		    STR_ARG(w->header));
	if (w->max_age_s > 0)
		buf_printf(out, "  max_age %" PRId64 " s by %.*s",
		    w->max_age_s, STR_ARG(w->time_header));
	put_func(out, "events", w->events);
	put_func(out, "id", w->id);
	put_func(out, "op", w->op);
	put_func(out, "at", w->at);
	put_func(out, "fields", w->fields);
	put_func(out, "reread", w->reread);
	put_func(out, "echo", w->echo);
	buf_putc(out, '\n');
	if (w->renew == NULL)
		return;
	buf_printf(out, "renew %.*s  ", STR_ARG(o->name));
	list_request(out, w->renew);
	put_time(out, "every", w->renew_ms);
	buf_putc(out, '\n');
}

void
connector_list(struct buf *out, const struct unit_connector *c)
{
	prog_list(out, c->prog);
	for (uint32_t i = 0; i < c->nheader; i++)
		buf_printf(out, "header %.*s  fn %d\n",
		    STR_ARG(c->header_name[i]), c->header_value[i]);
	list_auth(out, &c->auth);
	for (uint32_t i = 0; i < c->nbudget; i++)
		list_budget(out, &c->budgets[i]);
	for (uint32_t i = 0; i < c->nobject; i++) {
		for (uint32_t n = 0; n < c->objects[i].nop; n++)
			list_op(out, &c->objects[i], &c->objects[i].ops[n]);
		if (c->objects[i].scan_max > 0)
			buf_printf(out, "deletes %.*s  scan max %u%%\n",
			    STR_ARG(c->objects[i].name),
			    c->objects[i].scan_max);
		if (c->objects[i].cleared.type != V_ABSENT)
			buf_printf(out, "clear %.*s  %.*s decode\n",
			    STR_ARG(c->objects[i].name),
			    STR_ARG(c->objects[i].clear));
		list_hook(out, &c->objects[i]);
	}
}

/* ---- verifying ---- */

struct verifier {
	const struct prog *p;
	const char *what; /* the first that is wrong */
};

static void
takes(struct verifier *v, int func, unsigned nargs, const char *what)
{
	if (func == -1 || v->what != NULL)
		return;
	if (func < 0 || (uint32_t)func >= v->p->nfunc ||
	    v->p->funcs[func].nargs != nargs)
		v->what = what;
}

static void
takes_costs(struct verifier *v, const struct unit_cost *c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		takes(v, c[i].func, 2, "cost");
}

static void
verify_auth(struct verifier *v, const struct unit_auth *auth)
{
	if (auth->kind != AUTH_OAUTH2)
		return;
	takes(v, auth->token, 2, "token");
	for (uint32_t i = 0; i < auth->nscope; i++)
		takes(v, auth->scopes[i], 2, "scopes");
	takes(v, auth->issuer, 2, "issuer");
	takes(v, auth->subject, 2, "subject");
	takes(v, auth->audience, 2, "audience");
	takes(v, auth->base, 1, "base");
	takes_costs(v, auth->costs, auth->ncost);
	if (auth->token < 0)
		v->what = "what must be there";
}

/* What makes a request: path and the rest, of n arguments. */
static void
verify_request(struct verifier *v, const struct unit_op *op, unsigned n)
{
	takes(v, op->path, n, "path");
	takes(v, op->body, n, "body");
	for (uint32_t i = 0; i < op->nheader; i++)
		takes(v, op->header_value[i], n, "header");
	for (uint32_t i = 0; i < op->nquery; i++)
		takes(v, op->query_value[i], n, "query");
	if (op->path < 0)
		v->what = "what must be there";
}

static void
verify_op(struct verifier *v, const struct unit_op *op)
{
	verify_request(v, op, op->feed != NULL ? 5 : 2);
	if (op->part != NULL)
		verify_request(v, op->part, 2);
	takes(v, op->list, 1, "list");
	takes(v, op->key, 1, "key");
	takes(v, op->id, 4, "id");
	takes(v, op->made, 4, "made");
	takes(v, op->errors, 1, "errors");
	takes(v, op->error_key, 1, "error");
	takes(v, op->error_id, 1, "error id");
	takes(v, op->error_text, 1, "text");
	takes(v, op->classify, 3, "classify");
	takes(v, op->when, 2, "when");
	takes(v, op->order, 2, "order");
	takes_costs(v, op->costs, op->ncost);
	if (op->feed != NULL) {
		takes(v, op->feed->items, 2, "items");
		takes(v, op->feed->next, 2, "next");
		takes(v, op->feed->id, 1, "id");
		takes(v, op->feed->deleted, 3, "deleted");
		takes(v, op->feed->echo, 3, "echo");
		takes(v, op->feed->resume, 2, "resume");
		takes(v, op->feed->resync, 5, "resync");
		takes(v, op->feed->file, 2, "then");
	}
	for (size_t i = 0; op->fields != NULL && i < FIELD_NPART; i++)
		takes(v, op->fields->part[i], 1, field_part_word[i]);
	if ((op->feed != NULL && op->feed->items < 0) ||
	    (op->part != NULL) != (op->model == RESULT_MULTIPART))
		v->what = "what must be there";
}

static void
verify_hook(struct verifier *v, const struct unit_webhook *w)
{
	takes(v, w->value, w->verify == HOOK_HMAC_SHA256 ? 4 : 2, "verify");
	takes(v, w->events, 2, "events");
	takes(v, w->id, 3, "id");
	takes(v, w->op, 3, "op");
	takes(v, w->at, 3, "at");
	takes(v, w->fields, 3, "fields");
	takes(v, w->reread, 3, "reread");
	takes(v, w->echo, 3, "echo");
	if (w->renew != NULL)
		verify_op(v, w->renew);
}

static void
verify_job(struct verifier *v, const struct unit_job *j)
{
	for (size_t i = 0; i < JOB_NSTEP; i++) {
		const struct unit_op *s = &j->step[i];

		if (s->method.n == 0)
			continue;
		verify_request(v, s, 2);
		takes(v, s->key, 1, "by");
		takes(v, s->id, 1, "id");
		takes(v, s->error_text, 1, "text");
		takes_costs(v, s->costs, s->ncost);
	}
	takes(v, j->csv, 2, "csv");
	takes(v, j->id, 1, "id");
	takes(v, j->done, 1, "done");
	takes(v, j->failed, 1, "failed");
	if (j->csv < 0 || j->id < 0 || j->done < 0 || j->from == 0 ||
	    j->step[JOB_SUBMIT].path < 0 || j->step[JOB_UPLOAD].path < 0 ||
	    j->step[JOB_POLL].path < 0 || j->step[JOB_RESULTS].key < 0)
		v->what = "what must be there";
}

int
connector_verify(const struct unit_connector *c, struct err *e)
{
	struct verifier v = { .p = c->prog };

	takes(&v, c->classify, 3, "classify");
	for (uint32_t i = 0; i < c->nheader; i++)
		takes(&v, c->header_value[i], 2, "header");
	verify_auth(&v, &c->auth);
	for (uint32_t i = 0; i < c->nbudget; i++) {
		takes(&v, c->budgets[i].limit_func, 2, "limit");
		takes(&v, c->budgets[i].zone, 2, "zone");
		takes(&v, c->budgets[i].remaining, 2, "remaining");
	}
	for (uint32_t i = 0; i < c->nobject && v.what == NULL; i++) {
		const struct unit_object *o = &c->objects[i];

		takes(&v, o->id, 4, "id");
		takes(&v, o->version, 4, "version");
		for (uint32_t n = 0; n < o->nop; n++) {
			verify_op(&v, &o->ops[n]);
			if (o->ops[n].job != NULL)
				verify_job(&v, o->ops[n].job);
		}
		if (o->webhook != NULL)
			verify_hook(&v, o->webhook);
	}
	if (v.what == NULL)
		return 0;
	return err_set(e, ERR_INTERNAL, "%.*s: function of %s",
	    STR_ARG(c->name), v.what);
}
