/*
 * POST /v1/{tenant}/events: from a body that is there to a 202.
 */
#include "api/server.h"

#include <stdlib.h>

/* "application/json; charset=utf-8" is "application/json"; *charset too. */
static int
is_media(const char *text, const char *type)
{
	size_t n = strlen(type);
	const char *charset;

	if (strncasecmp(text, type, n) != 0)
		return 0;
	text += n;
	while (*text == ' ')
		text++;
	if (*text != '\0' && *text != ';')
		return 0;
	charset = strcasestr(text, "charset=");
	if (charset == NULL)
		return 1;
	charset += strlen("charset=");
	return strncasecmp(charset, "utf-8", 5) == 0 ||
	    strncasecmp(charset, "\"utf-8\"", 7) == 0;
}

static void
check_media(struct request *r)
{
	const char *type = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, "Content-Type");
	const char *coding = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, "Content-Encoding");

	if (type != NULL && is_media(type, "application/x-ndjson"))
		r->in.ndjson = 1;
	else if (type == NULL || !is_media(type, "application/json"))
		refuse(r, PROBLEM_MEDIA, "Content-Type must be "
		    "application/json (one record) or application/x-ndjson "
		    "(one a line), in UTF-8");
	if (coding != NULL && strcasecmp(coding, "identity") != 0)
		refuse(r, PROBLEM_MEDIA, "Content-Encoding is not supported");
}

static enum MHD_Result
take_argument(void *cls, enum MHD_ValueKind kind, const char *name,
    size_t name_size, const char *value, size_t value_size)
{
	struct request *r = cls;
	struct str text = arena_str(&r->arena, str_from(value != NULL ?
	    value : "", value != NULL ? value_size : 0));

	if (str_eq(str_from(name, name_size), STR("entity")) &&
	    r->in.entity.p == NULL && text.n != 0)
		r->in.entity = text;
	else if (str_eq(str_from(name, name_size), STR("key_field")) &&
	    r->in.key_field.p == NULL && text.n != 0)
		r->in.key_field = text;
	else
		refuse(r, PROBLEM_QUERY, "the query may have entity=NAME and "
		    "key_field=NAME, once each");
	return MHD_YES;
}

void
events_head(struct request *r)
{
	size_t most = r->api->opts.body_max;
	const char *length = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, "Content-Length");

	if (atomic_load(&r->api->stopping))
		refuse(r, PROBLEM_STOPPING, "the server is stopping");
	MHD_get_connection_values_n(r->connection, MHD_GET_ARGUMENT_KIND,
	    take_argument, r);
	if (r->in.key_field.p != NULL && r->in.entity.p == NULL)
		refuse(r, PROBLEM_QUERY, "key_field= wants entity=: an "
		    "envelope names its key itself");
	check_media(r);
	if (length != NULL && strtoull(length, NULL, 10) > most)
		refuse(r, PROBLEM_BODY_SIZE, "a request may have %zu bytes; "
		    "send its records in parts", most);
	if (r->problems.n != 0)
		return;
	r->picture = directory_picture(r->api->directory);
	r->in.picture = r->picture;
	r->in.tenant_id = r->tenant_id;
	if (r->in.entity.p != NULL && picture_door(r->picture, r->tenant_id,
	    r->in.entity) == NULL)
		refuse(r, PROBLEM_ENTITY, "the tenant has no entity of the "
		    "name in the query");
}

static struct api_scratch *
scratch_take(struct api *x)
{
	struct api_scratch *s;

	pthread_mutex_lock(&x->lock);
	s = x->scratch;
	if (s != NULL)
		x->scratch = s->next;
	pthread_mutex_unlock(&x->lock);
	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		fatal("out of memory");
	s->run = events_run_new();
	return s;
}

static void
scratch_give(struct api *x, struct api_scratch *s)
{
	pthread_mutex_lock(&x->lock);
	s->next = x->scratch;
	x->scratch = s;
	pthread_mutex_unlock(&x->lock);
}

/* On the committing thread. */
static void
committed(void *arg, int status, const struct err *e)
{
	struct request *r = arg;

	if (status == 0) {
		r->status = 202;
		buf_printf(&r->answer, "{\"accepted\":%zu}\n", r->out.n);
	} else if (e->code == ERR_BUSY) {
		refuse(r, PROBLEM_JOURNAL, "the journal takes no events now; "
		    "send the request again");
	} else {
		refuse(r, PROBLEM_INTERNAL, "the journal refused the events");
	}
	r->state = REQUEST_ANSWER;
	MHD_resume_connection(r->connection);
}

int
events_answer(struct request *r)
{
	struct api_scratch *s = scratch_take(r->api);

	r->in.body = buf_str(&r->body);
	events_read(s->run, &r->in, &r->out, &r->arena);
	scratch_give(r->api, s);
	if (r->out.problems.n != 0) {
		r->problems = r->out.problems;
		return 0;
	}
	r->job = (struct commit_job){ .events = r->out.events,
		.n = r->out.n, .done = committed, .arg = r };
	r->state = REQUEST_WAIT;
	MHD_suspend_connection(r->connection);
	if (commit_put(r->api->commit, &r->job) == 0)
		return 1;
	refuse(r, PROBLEM_STOPPING, "the server is stopping");
	r->state = REQUEST_ANSWER;
	MHD_resume_connection(r->connection);
	return 1;
}
