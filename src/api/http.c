/*
 * Between libmicrohttpd and the routes: bodies, answers, slow clients.
 */
#include "api/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "record/value.h"

/* Of a refused body that much more is read, so that the client sees why. */
#define SWALLOW_FACTOR 2

void
refuse(struct request *r, enum problem_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problem_add(&r->problems, &r->arena, kind, 0, str_from(NULL, 0),
	    arena_vprintf(&r->arena, fmt, ap));
	va_end(ap);
}

static struct client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static void
touch(struct request *r, int busy)
{
	if (r->client == NULL)
		return;
	pthread_mutex_lock(&r->api->lock);
	r->client->since_ms = clock_mono_ms();
	r->client->busy = busy;
	pthread_mutex_unlock(&r->api->lock);
}

static enum MHD_Result
send_answer(struct request *r)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(r->answer.n, r->answer.p,
	    MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", r->type != NULL ?
	    r->type : "application/json");
	if (r->status == 401)
		MHD_add_response_header(response, "WWW-Authenticate",
		    "Bearer");
	if (r->status == 503)
		MHD_add_response_header(response, "Retry-After", "1");
	if (r->status == 405)
		MHD_add_response_header(response, "Allow",
		    r->route != NULL ? r->route->method : "GET");
	result = MHD_queue_response(r->connection, r->status, response);
	MHD_destroy_response(response);
	atomic_fetch_add(&r->api->answers[r->status < 600 ? r->status : 0],
	    1);
	return result;
}

/* Make the answer out of the problems, if there are any. */
static void
answer_problems(struct request *r)
{
	if (r->problems.n == 0)
		return;
	buf_reset(&r->answer);
	problem_write(&r->answer, &r->problems);
	r->status = problem_status(&r->problems);
	r->type = NULL;
}

static void
find_key(struct request *r)
{
	const char *text = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, "Authorization");
	struct err e;
	int is;

	if (text == NULL || strncasecmp(text, "Bearer ", 7) != 0) {
		refuse(r, PROBLEM_KEY, "the request has no API key; send "
		    "Authorization: Bearer KEY");
		return;
	}
	if (directory_key(r->api->directory, str_z(text + 7), &r->tenant_id,
	    &e) != 0) {
		refuse(r, PROBLEM_BUSY, "API keys cannot be looked up now");
		return;
	}
	if (r->tenant_id == 0) {
		refuse(r, PROBLEM_KEY, "the API key is unknown or revoked");
		return;
	}
	is = directory_is_tenant(r->api->directory, r->tenant_id, r->tenant,
	    &e);
	if (is < 0)
		refuse(r, PROBLEM_BUSY, "tenants cannot be looked up now");
	else if (is == 0)
		refuse(r, PROBLEM_TENANT, "the API key is another tenant's");
}

/* At the headers. */
static void
begin(struct request *r, const char *url, const char *method)
{
	const char *allow = NULL;

	touch(r, 0);
	if (route_find(r, method, url, &allow) != 0) {
		if (allow != NULL)
			refuse(r, PROBLEM_METHOD, "this path wants %s",
			    allow);
		else
			refuse(r, PROBLEM_PATH, "there is nothing here; see "
			    "crosswalk-api(7)");
		return;
	}
	if (r->route->wants_key)
		find_key(r);
	if (r->problems.n == 0 && r->route->head != NULL)
		r->route->head(r);
}

static size_t
announced(const struct request *r)
{
	const char *text = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, "Content-Length");

	/* MHD has refused what is not a number. */
	return text != NULL ? strtoull(text, NULL, 10) : 0;
}

/*
 * A refusal goes out before the body when the client asks first or the body
 * is more than we would read; else behind it, or the client might never see
 * it.
 */
static int
answers_first(const struct request *r)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
	    "Expect") != NULL || announced(r) > SWALLOW_FACTOR *
	    r->api->opts.body_max;
}

static struct request *
request_new(struct api *x, struct MHD_Connection *connection)
{
	struct request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		fatal("out of memory");
	r->api = x;
	r->connection = connection;
	r->client = client_of(connection);
	return r;
}

static void
drop_body(struct request *r)
{
	atomic_fetch_sub(&r->api->memory, r->body.cap);
	buf_fini(&r->body);
	r->body = (struct buf){ 0 };
}

/* Room for more bytes and the padding, within what all may have. */
static int
make_room(struct request *r, size_t more)
{
	size_t was = r->body.cap;

	buf_room(&r->body, more + RECORD_PAD);
	atomic_fetch_add(&r->api->memory, r->body.cap - was);
	return atomic_load(&r->api->memory) <= r->api->opts.memory_max ?
	    0 : -1;
}

static void
take_body(struct request *r, const char *upload, size_t size)
{
	size_t most = r->api->opts.body_max;

	if (r->state == REQUEST_READ && size > most - r->body.n) {
		refuse(r, PROBLEM_BODY_SIZE, "a request may have %zu bytes; "
		    "send its records in parts", most);
		r->state = REQUEST_SWALLOW;
	} else if (r->state == REQUEST_READ && make_room(r, size) != 0) {
		refuse(r, PROBLEM_BUSY, "too many requests are under way");
		r->state = REQUEST_SWALLOW;
	}
	if (r->state == REQUEST_READ) {
		buf_put(&r->body, upload, size);
		return;
	}
	r->swallowed += size;
	if (r->body.cap != 0) {
		r->swallowed += r->body.n;
		drop_body(r);
	}
}

static enum MHD_Result
first_call(struct api *x, struct MHD_Connection *connection, const char *url,
    const char *method, void **state)
{
	struct request *r = request_new(x, connection);

	*state = r;
	begin(r, url, method);
	r->state = r->problems.n != 0 || !r->route->takes_body ?
	    REQUEST_SWALLOW : REQUEST_READ;
	if (r->problems.n == 0 || !answers_first(r))
		return MHD_YES;
	r->state = REQUEST_ANSWER;
	answer_problems(r);
	return send_answer(r);
}

static enum MHD_Result
last_call(struct request *r)
{
	if (r->state == REQUEST_READ) {
		(void)make_room(r, 0);
		memset(r->body.p + r->body.n, 0, RECORD_PAD);
	}
	if (r->state != REQUEST_ANSWER) {
		r->state = REQUEST_ANSWER;
		touch(r, 1);
		if (r->problems.n == 0 && r->route->answer(r) != 0)
			return MHD_YES;
	}
	answer_problems(r);
	return send_answer(r);
}

enum MHD_Result
http_access(void *cls, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *size, void **state)
{
	struct request *r = *state;

	if (r == NULL)
		return first_call(cls, connection, url, method, state);
	if (*size == 0)
		return last_call(r);
	take_body(r, upload, *size);
	*size = 0;
	return r->swallowed <= SWALLOW_FACTOR * r->api->opts.body_max ?
	    MHD_YES : MHD_NO;
}

void
http_completed(void *cls, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct request *r = *state;

	if (r == NULL)
		return;
	touch(r, 0);
	drop_body(r);
	buf_fini(&r->answer);
	picture_drop(r->picture);
	arena_fini(&r->arena);
	free(r);
	*state = NULL;
}

static void
client_new(struct api *x, struct MHD_Connection *connection, void **state)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct client *k = calloc(1, sizeof(*k));

	if (k == NULL)
		fatal("out of memory");
	k->fd = info != NULL ? info->connect_fd : -1;
	k->since_ms = clock_mono_ms();
	pthread_mutex_lock(&x->lock);
	k->next = x->clients;
	if (k->next != NULL)
		k->next->prev = k;
	x->clients = k;
	pthread_mutex_unlock(&x->lock);
	*state = k;
}

void
http_connection(void *cls, struct MHD_Connection *connection, void **state,
    enum MHD_ConnectionNotificationCode what)
{
	struct api *x = cls;
	struct client *k = *state;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		client_new(x, connection, state);
		return;
	}
	pthread_mutex_lock(&x->lock);
	if (k->prev != NULL)
		k->prev->next = k->next;
	else
		x->clients = k->next;
	if (k->next != NULL)
		k->next->prev = k->prev;
	pthread_mutex_unlock(&x->lock);
	free(k);
	*state = NULL;
}

void
http_sweep(struct api *x, int64_t now_ms)
{
	pthread_mutex_lock(&x->lock);
	for (struct client *k = x->clients; k != NULL; k = k->next) {
		if (k->busy || k->fd < 0 || now_ms - k->since_ms <=
		    (int64_t)x->opts.request_s * 1000)
			continue;
		/* MHD sees the end of the stream and closes. */
		shutdown(k->fd, SHUT_RDWR);
		k->since_ms = now_ms;
		atomic_fetch_add(&x->dropped, 1);
		log_info("api.slow", "fd=%d", k->fd);
	}
	pthread_mutex_unlock(&x->lock);
}
