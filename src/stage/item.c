/*
 * Items and what becomes of them.
 */
#include "stage/item.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "record/value.h"

static struct str
store(char **at, struct str s)
{
	char *p = *at;

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	*at += s.n;
	return str_from(p, s.n);
}

struct item *
item_new(const struct result *r, int64_t now_ms)
{
	size_t n = size_add(sizeof(struct item),
	    RECORD_PAD + sizeof(r->sync) + r->key.n);
	struct item *it;
	char *at;

#define ADD_N(name)
#define ADD_S(name) n = size_add(n, r->name.n);
	RESULT_FIELDS(ADD_N, ADD_S)
	it = calloc(1, n);
	if (it == NULL)
		fatal("out of memory: a record of %zu bytes", n);
	at = it->mem;
#define COPY_N(name) it->r.name = r->name;
#define COPY_S(name) it->r.name = store(&at, r->name);
	RESULT_FIELDS(COPY_N, COPY_S)
	/* The pad is behind the last byte, so behind each string as well. */
	it->id = at;
	it->nid = sizeof(r->sync) + r->key.n;
	memcpy(at, &r->sync, sizeof(r->sync));
	memcpy(at + sizeof(r->sync), r->key.p, r->key.n);
	it->queued_ms = now_ms;
	snprintf(it->trace, sizeof(it->trace), "%" PRIu64, r->emit);
	it->calls = it->r.calls;
	if (it->r.verb == CONNECTOR_CALL)
		item_next_call(it);
	return it;
}

int
item_next_call(struct item *it)
{
	const char *nul = it->calls.n == 0 ? NULL :
	    memchr(it->calls.p, '\0', it->calls.n);
	size_t n;

	if (nul == NULL)
		return 0;
	n = (size_t)(nul - it->calls.p);
	it->call = str_from(it->calls.p, n);
	it->calls = str_from(nul + 1, it->calls.n - n - 1);
	return 1;
}

void
item_remote(struct item *it, struct str remote)
{
	buf_reset(&it->remote);
	buf_puts(&it->remote, remote);
	it->r.remote = buf_str(&it->remote);
}

void
item_told(struct item *it, const struct connector_item *x)
{
	if (it->call.n == 0) {
		if (x->id.n > 0)
			item_remote(it, x->id);
		it->told = x->made;
	}
	if (x->outcome == OUTCOME_IGNORE)
		return;
	buf_reset(&it->version);
	buf_puts(&it->version, x->version);
	it->r.version = buf_str(&it->version);
}

void
item_free(struct item *it)
{
	buf_fini(&it->note);
	buf_fini(&it->remote);
	buf_fini(&it->version);
	free(it);
}

struct str
item_id(struct buf *scratch, const struct result *r)
{
	buf_reset(scratch);
	buf_put(scratch, &r->sync, sizeof(r->sync));
	buf_puts(scratch, r->key);
	return buf_str(scratch);
}

void
items_push(struct items *l, struct item *it)
{
	it->next = NULL;
	if (l->tail != NULL)
		l->tail->next = it;
	else
		l->head = it;
	l->tail = it;
	l->n++;
}

struct item *
items_pop(struct items *l)
{
	struct item *it = l->head;

	if (it == NULL)
		return NULL;
	l->head = it->next;
	if (l->head == NULL)
		l->tail = NULL;
	l->n--;
	it->next = NULL;
	return it;
}

/* The longest rest of what is parked. */
#define PARK_MAX_MS 3600000
/* What waits for a catalogue is looked at once a day, for good measure. */
#define LACKS_US (INT64_C(86400000) * 1000)

/* FNV-1a, 64 bits: for change tracking, not against an adversary. */
static uint64_t
fnv(uint64_t h, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return h;
}

#define FNV_BASIS 0xcbf29ce484222325u

/* Digits and quoted text differ from record to record: they count as one. */
void
fingerprint(char out[9], const char *cause, struct str code, struct str text,
    uint64_t line)
{
	uint64_t h = fnv(FNV_BASIS, str_z(cause));
	char quote = 0;

	h = fnv(h, code);
	h = fnv(h, str_from((const char *)&line, sizeof(line)));
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (quote != 0) {
			if (c == quote)
				quote = 0;
			continue;
		}
		if (c == '"' || c == '`')
			quote = c;
		if (c >= '0' && c <= '9')
			continue;
		h = (h ^ (unsigned char)c) * 0x100000001b3u;
	}
	snprintf(out, 9, "%08x", (unsigned)(h ^ h >> 32));
}

static const enum decision_op decision_ops[] = {
	[CONNECTOR_UPSERT] = DECISION_UPSERT,
	[CONNECTOR_CREATE] = DECISION_CREATE,
	[CONNECTOR_UPDATE] = DECISION_UPDATE,
	[CONNECTOR_ARCHIVE] = DECISION_ARCHIVE,
	[CONNECTOR_DELETE] = DECISION_DELETE,
	[CONNECTOR_CALL] = DECISION_CALL,
	[CONNECTOR_NOP] = DECISION_NONE,
};

static struct settlement *
begin(struct item *it, unsigned what, enum decision_result result)
{
	struct settlement *o = &it->out;

	buf_reset(&it->note);
	*o = (struct settlement){
	    .what = what,
	    .sync_id = (int32_t)it->r.sync,
	    .key = it->r.key,
	    .seq = (int64_t)it->r.seq,
	    .map_gen = (int32_t)it->r.gen,
	    .result = result,
	    .op = it->r.decision == RESULT_SEND ?
		decision_ops[it->r.verb] : DECISION_NONE,
	    .line = (int32_t)it->r.line,
	    .prev_decision = (int64_t)it->r.decided,
	    .before = it->r.base.n ? fnv(FNV_BASIS, it->r.base) : 0,
	    .after = it->r.neu.n ? fnv(FNV_BASIS, it->r.neu) : 0,
	    .event_op = (char)it->r.op,
	    .payload = it->r.payload,
	    .attempt = (int32_t)it->r.attempt,
	    .tried = (int32_t)it->r.tried,
	};
	return o;
}

void
item_done(struct item *it)
{
	struct settlement *o = begin(it, OUTCOME_LINK | OUTCOME_DONE |
	    OUTCOME_DECIDE, DECISION_OK);

	if (it->r.remote.n > 0)
		o->remote_id = it->r.remote;
	if (it->r.version.n > 0)
		o->version = it->r.version;
	if (it->told != MADE_UNSAID)
		o->op = it->told == MADE_NEW ? DECISION_CREATE :
		    DECISION_UPDATE;
	if (it->r.verb == CONNECTOR_ARCHIVE ||
	    it->r.verb == CONNECTOR_DELETE ||
	    (it->r.verb == CONNECTOR_CALL && it->r.op == 'd')) {
		o->state = LINK_TOMBSTONE;
	} else {
		o->state = LINK_LINKED;
		o->base = it->r.neu;
	}
}

void
item_made(struct item *it)
{
	it->out.what |= OUTCOME_LINK;
	it->out.state = LINK_LINKED;
	it->out.remote_id = it->r.remote;
}

void
item_settle(struct item *it)
{
	begin(it, OUTCOME_DONE, DECISION_NOOP);
}

void
item_skip(struct item *it)
{
	begin(it, OUTCOME_DONE | OUTCOME_DECIDE, DECISION_SKIP)->note =
	    it->r.cause;
}

void
item_park(struct item *it, const char *cause, int64_t until_us)
{
	struct settlement *o = begin(it, OUTCOME_PARK, DECISION_PARKED);

	o->cause = str_z(cause);
	o->not_before_us = until_us;
}

int64_t
item_rest_ms(int64_t park_ms, uint64_t attempt)
{
	for (; attempt > 0 && park_ms < PARK_MAX_MS; attempt--)
		park_ms *= 2;
	return park_ms < PARK_MAX_MS ? park_ms : PARK_MAX_MS;
}

static void
wait_for(struct item *it, int64_t deadline_us)
{
	it->out.deadline_us = deadline_us;
	it->out.waits_sync = (int32_t)it->r.wait_sync;
	it->out.waits_key = it->r.wait_key;
}

int
item_wait(struct item *it, int64_t now_us, int64_t rest_us, int64_t wait_us)
{
	int64_t end = it->r.deadline ? (int64_t)it->r.deadline :
	    now_us + wait_us;

	if (end <= now_us) {
		item_dead(it, "PARENT_MISSING", STR(""), it->r.cause,
		    STR(""));
		return 1;
	}
	it->r.attempt++;
	item_park(it, "PARENT_MISSING", now_us + rest_us < end ?
	    now_us + rest_us : end);
	wait_for(it, end);
	return 0;
}

void
item_await(struct item *it, int64_t now_us, int64_t wait_us)
{
	int64_t end = it->r.deadline ? (int64_t)it->r.deadline :
	    now_us + wait_us;

	if (end <= now_us)
		return;
	it->out.what |= OUTCOME_PARK;
	it->out.cause = STR("LINK_MISSING");
	it->out.attempt = it->out.tried = 0;
	it->out.not_before_us = end;
	wait_for(it, end);
}

void
item_lacks(struct item *it, int64_t now_us)
{
	it->out.what |= OUTCOME_PARK;
	it->out.cause = STR("FIELD_MISSING");
	it->out.attempt = 0;
	it->out.not_before_us = now_us + LACKS_US;
	it->out.lacks_at = (int64_t)it->r.lacks_at;
}

void
item_dead(struct item *it, const char *cause, struct str code,
    struct str text, struct str reply)
{
	struct settlement *o = begin(it, OUTCOME_DEAD | OUTCOME_DECIDE,
	    DECISION_DEAD);
	struct str rule;
	size_t at[4];
	char print[9];

	fingerprint(print, cause, code, text, it->r.line);
	/* The note may move while it grows: take slices when it is done. */
	buf_puts(&it->note, str_from(print, 8));
	at[0] = it->note.n;
	buf_printf(&it->note, "%.*s%s%.*s", STR_ARG(code), code.n ? ": " : "",
	    STR_ARG(text));
	at[1] = it->note.n;
	if (it->r.line != 0)
		buf_printf(&it->note, "line %" PRIu64, it->r.line);
	at[2] = it->note.n;
	buf_puts(&it->note, reply);
	at[3] = it->note.n;
	o->cause = str_z(cause);
	o->fingerprint = str_from(it->note.p, at[0]);
	o->message = str_from(it->note.p + at[0], at[1] - at[0]);
	rule = str_from(it->note.p + at[1], at[2] - at[1]);
	o->rule = rule;
	o->note = str_from(it->note.p, at[0]);
	o->request = it->r.fields;
	o->reply = str_from(it->note.p + at[2], at[3] - at[2]);
}
