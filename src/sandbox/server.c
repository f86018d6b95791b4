/*
 * Sockets: libmicrohttpd with a few threads on epoll.
 *
 * A request's body is gathered, answered by route.c and kept for
 * /_sandbox/requests.  Answers that come late or never are parked: the
 * connection is suspended, so that no thread waits, and one thread of our
 * own wakes it when it is due, when its client went away, or at the end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/size.h"
#include "sandbox/gzip.h"
#include "sandbox/sim.h"

#define HANG_MS 600000 /* how long "never" is */
#define LOOK_MS 50     /* how often a parked client is looked after */

enum stage { READING, PARKED, WOKEN };

/* One request on its way; lives from its first byte to its completion. */
struct exchange {
	struct arena arena;
	struct buf body;
	bool too_large;
	enum stage stage;
	struct MHD_Response *response; /* PARKED with an answer, or NULL */
	int status;
	/* the list of the parked */
	struct MHD_Connection *connection;
	int64_t due_ms;
	struct exchange *next;
};

struct sandbox {
	struct sim sim;
	struct MHD_Daemon *daemon;
	uint16_t port;
	char *state_file;
	char *token;
	pthread_t waker;
	pthread_mutex_t park_lock;
	pthread_cond_t park_cond;
	struct exchange *parked;
	bool stopping;
};

/* A reply that breaks off: size is promised, half is sent. */
struct broken {
	struct buf body;
	bool reset;
	int fd;
	size_t until; /* where it breaks off; body.n: it does not */
};

static ssize_t
broken_read(void *cls, uint64_t pos, char *out, size_t max)
{
	static const struct linger now = { 1, 0 };
	struct broken *b = cls;
	size_t n;

	if (pos >= b->until) {
		if (b->until == b->body.n)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (b->reset) /* close sends RST instead of FIN */
			setsockopt(b->fd, SOL_SOCKET, SO_LINGER, &now,
			    sizeof(now));
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	n = b->until - (size_t)pos;
	if (n > max)
		n = max;
	memcpy(out, b->body.p + pos, n);
	return (ssize_t)n;
}

static void
broken_free(void *cls)
{
	struct broken *b = cls;

	buf_fini(&b->body);
	free(b);
}

/* Takes the body. */
static struct MHD_Response *
make_body(struct MHD_Connection *c, const struct sim_plan *plan,
    struct buf *body)
{
	bool cut = plan->end == SIM_FAULT_CUT || plan->end == SIM_FAULT_RESET;
	struct MHD_Response *m;
	struct broken *b;

	if (plan->end == SIM_FAULT_TRUNCATE)
		body->n /= 2;
	if (plan->gzip)
		sim_gzip(body);
	if (!cut && !plan->chunked) {
		m = MHD_create_response_from_buffer(body->n, body->p,
		    MHD_RESPMEM_MUST_FREE);
		*body = (struct buf){ 0 };
		return m;
	}
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		fatal("out of memory: a reply");
	b->body = *body;
	b->reset = plan->end == SIM_FAULT_RESET;
	b->fd = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	b->until = cut ? b->body.n / 2 : b->body.n;
	*body = (struct buf){ 0 };
	return MHD_create_response_from_callback(
	    plan->chunked ? MHD_SIZE_UNKNOWN : b->body.n, 16384, broken_read,
	    b, broken_free);
}

static struct MHD_Response *
make_response(struct MHD_Connection *c, const struct sim_plan *plan,
    struct sim_reply *r)
{
	struct MHD_Response *m = make_body(c, plan, &r->body);

	if (m == NULL)
		fatal("out of memory: a reply");
	if (r->status != 204)
		MHD_add_response_header(m, "Content-Type", r->content_type ?
		    r->content_type : "application/json;charset=utf-8");
	for (size_t i = 0; i < r->extras; i++)
		MHD_add_response_header(m, r->extra[i][0], r->extra[i][1]);
	if (plan->gzip)
		MHD_add_response_header(m, "Content-Encoding", "gzip");
	if (plan->close)
		MHD_add_response_header(m, "Connection", "close");
	return m;
}

/* False when the sandbox is about to end: there is no one to wake it. */
static bool
park(struct sandbox *s, struct MHD_Connection *c, struct exchange *x, int ms)
{
	bool ok;

	x->connection = c;
	x->due_ms = clock_mono_ms() + ms;
	pthread_mutex_lock(&s->park_lock);
	ok = !s->stopping;
	if (ok) {
		x->stage = PARKED;
		MHD_suspend_connection(c);
		x->next = s->parked;
		s->parked = x;
		pthread_cond_signal(&s->park_cond);
	}
	pthread_mutex_unlock(&s->park_lock);
	return ok;
}

static bool
client_left(struct MHD_Connection *c)
{
	int fd = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void *
waker(void *arg)
{
	struct sandbox *s = arg;

	pthread_mutex_lock(&s->park_lock);
	while (!s->stopping || s->parked != NULL) {
		int64_t now = clock_mono_ms();
		struct exchange **at = &s->parked;
		struct timespec t;

		while (*at != NULL) {
			struct exchange *x = *at;

			if (!s->stopping && x->due_ms > now &&
			    !client_left(x->connection)) {
				at = &x->next;
				continue;
			}
			*at = x->next;
			x->stage = WOKEN;
			MHD_resume_connection(x->connection);
		}
		if (s->stopping)
			continue;
		if (s->parked == NULL) {
			pthread_cond_wait(&s->park_cond, &s->park_lock);
			continue;
		}
		for (struct exchange *x = s->parked; x; x = x->next)
			if (x->due_ms < now + LOOK_MS)
				now = x->due_ms - LOOK_MS;
		clock_gettime(CLOCK_MONOTONIC, &t);
		t.tv_sec = (time_t)((now + LOOK_MS) / 1000);
		t.tv_nsec = ((now + LOOK_MS) % 1000) * 1000000;
		pthread_cond_timedwait(&s->park_cond, &s->park_lock, &t);
	}
	pthread_mutex_unlock(&s->park_lock);
	return NULL;
}

static enum MHD_Result
add_query(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n,
    const char *value, size_t value_n)
{
	struct sim_request *q = cls;

	if (q->query < SIM_QUERY) {
		q->key[q->query] = str_from(key, key_n);
		q->value[q->query++] = str_from(value ? value : "", value_n);
	}
	return MHD_YES;
}

void
sim_split(struct sim_request *q)
{
	const char *p = q->path.p, *end = p + q->path.n;

	while (p < end && q->segs < SIM_SEGMENTS) {
		const char *from;

		while (p < end && *p == '/')
			p++;
		for (from = p; p < end && *p != '/';)
			p++;
		if (p > from)
			q->seg[q->segs++] = str_from(from, (size_t)(p - from));
	}
}

static void
account(struct sandbox *s, struct sim_request *q, struct exchange *x,
    int status, const char *route)
{
	struct sim *m = &s->sim;

	if (q->segs > 0 && str_eq(q->seg[0], STR("_sandbox")))
		return;
	pthread_mutex_lock(&m->lock);
	sim_stats_add(&m->stats, route, status, &q->counts);
	sim_stats_keep(&m->stats, q->method, q->path, &x->body, status);
	pthread_mutex_unlock(&m->lock);
}

static enum MHD_Result
send_response(struct MHD_Connection *c, struct exchange *x)
{
	enum MHD_Result rc = MHD_queue_response(c, (unsigned)x->status,
	    x->response);

	MHD_destroy_response(x->response);
	x->response = NULL;
	return rc;
}

static struct str
header(struct MHD_Connection *c, const char *name)
{
	const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    name);

	return str_z(value ? value : "");
}

/* The whole request is here. */
static enum MHD_Result
answer(struct sandbox *s, struct MHD_Connection *c, const char *url,
    const char *method, struct exchange *x)
{
	struct sim_request *q = arena_new(&x->arena, struct sim_request);
	struct sim_reply r = { 0 };
	enum sim_fault end;

	q->method = method;
	q->path = str_z(url);
	q->arena = &x->arena;
	q->body = buf_str(&x->body);
	q->authorization = header(c, "Authorization");
	q->content_type = header(c, "Content-Type");
	q->prefer = header(c, "Prefer");
	q->now_us = clock_wall_us();
	q->plan.retry_after = -1;
	MHD_get_connection_values_n(c, MHD_GET_ARGUMENT_KIND, add_query, q);
	sim_split(q);
	if (x->too_large)
		sim_error(&r, 413, NULL, "more than %u bytes", SIM_BODY_MAX);
	else
		sim_answer(&s->sim, q, &r);
	end = q->plan.end;
	if (end == SIM_FAULT_HANG_AFTER || end == SIM_FAULT_DROP_AFTER)
		r.status = 0;
	account(s, q, x, r.status, r.route);
	if (r.status == 0) {
		buf_fini(&r.body);
		if (end == SIM_FAULT_DROP || end == SIM_FAULT_DROP_AFTER)
			return MHD_NO; /* closes without a word */
		return park(s, c, x, q->plan.ms ? q->plan.ms : HANG_MS) ?
		    MHD_YES : MHD_NO;
	}
	x->response = make_response(c, &q->plan, &r);
	x->status = r.status;
	if (q->plan.ms > 0 && park(s, c, x, q->plan.ms))
		return MHD_YES;
	return send_response(c, x);
}

static void
gather(struct exchange *x, const char *p, size_t n)
{
	if (x->body.n + n > SIM_BODY_MAX)
		x->too_large = true;
	else
		buf_put(&x->body, p, n);
}

static struct exchange *
begin(struct MHD_Connection *c)
{
	struct exchange *x = calloc(1, sizeof(*x));
	const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Content-Length");
	unsigned long n = length ? strtoul(length, NULL, 10) : 0;

	if (x == NULL)
		fatal("out of memory: a request");
	if (n > 0 && n <= SIM_BODY_MAX)
		buf_grow(&x->body, n);
	return x;
}

static enum MHD_Result
handle(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_n, void **con_cls)
{
	struct exchange *x = *con_cls;

	if (x == NULL) {
		*con_cls = begin(c);
		return MHD_YES;
	}
	if (*upload_n > 0) {
		gather(x, upload, *upload_n);
		*upload_n = 0;
		return MHD_YES;
	}
	if (x->stage == READING)
		return answer(cls, c, url, method, x);
	if (x->response == NULL)
		return MHD_NO;
	return send_response(c, x);
}

static void
completed(void *cls, struct MHD_Connection *c, void **con_cls,
    enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *con_cls;

	if (x == NULL)
		return;
	if (x->response != NULL)
		MHD_destroy_response(x->response);
	buf_fini(&x->body);
	arena_fini(&x->arena);
	free(x);
	*con_cls = NULL;
}

static void
connected(void *cls, struct MHD_Connection *c, void **socket_ctx,
    enum MHD_ConnectionNotificationCode code)
{
	struct sandbox *s = cls;

	if (code != MHD_CONNECTION_NOTIFY_STARTED)
		return;
	pthread_mutex_lock(&s->sim.lock);
	s->sim.stats.connections++;
	pthread_mutex_unlock(&s->sim.lock);
}

static char *
copy(const char *z)
{
	char *c = z ? strdup(z) : NULL;

	if (z != NULL && c == NULL)
		fatal("out of memory: a string");
	return c;
}

static unsigned
or_else(unsigned v, unsigned none)
{
	return v ? v : none;
}

static int
declare_all(struct sim *m, const char *text, struct err *e)
{
	json_error_t je;
	json_t *in = json_loads(text, 0, &je), *list, *def;
	const char *type;
	size_t i;
	int rc = 0;

	if (!json_is_object(in))
		rc = err_set(e, ERR_DATA, "properties: %s", in ?
		    "an object of lists is expected" : je.text);
	json_object_foreach(in, type, list) {
		struct sim_type *t = sim_store_type(&m->store, str_z(type));

		if (t == NULL)
			rc = err_set(e, ERR_DATA, "properties: \"%s\" is no "
			    "name for a type", type);
		json_array_foreach(list, i, def) {
			if (rc == 0 && sim_declare(t, def, e) == NULL)
				rc = err_prefix(e, "properties: %s", type);
		}
	}
	json_decref(in);
	return rc;
}

/* The simulator without its sockets. */
static int
begin_sim(struct sandbox *s, const struct sandbox_opts *o, struct err *e)
{
	struct sim *m = &s->sim;

	pthread_mutex_init(&m->lock, NULL);
	sim_store_init(&m->store);
	sim_stats_init(&m->stats, o->keep_requests ? o->keep_requests : 64);
	m->opts = *o;
	m->store.keep_email_case = o->keep_email_case;
	s->token = copy(o->token ? o->token : "sandbox-token");
	m->auth.token = str_z(s->token);
	snprintf(m->auth.refresh, sizeof(m->auth.refresh), "%s",
	    o->refresh_token ? o->refresh_token : "sandbox-refresh");
	m->auth.client_id = copy(o->client_id);
	m->auth.client_secret = copy(o->client_secret);
	m->auth.rotate = o->rotate_refresh;
	m->auth.ttl_s = or_else(o->token_ttl_s, 1800);
	m->auth.rate_max = or_else(o->rate_max, 1000000);
	m->auth.rate_ms = or_else(o->rate_ms, 10000);
	m->auth.daily_max = or_else(o->daily_max, 1000000000);
	s->state_file = copy(o->state_file);
	if (o->properties != NULL && declare_all(m, o->properties, e) != 0)
		return -1;
	if (o->faults != NULL &&
	    sim_faults_set(&m->faults, str_z(o->faults), e) != 0)
		return -1;
	return s->state_file ? sim_load(m, s->state_file, e) : 0;
}

static void
end_sim(struct sandbox *s)
{
	struct sim *m = &s->sim;

	sim_store_fini(&m->store);
	json_decref(m->plain);
	sim_stats_fini(&m->stats);
	sim_associations_fini(&m->associations);
	sim_jobs_fini(m);
	sim_faults_fini(&m->faults);
	pthread_mutex_destroy(&m->lock);
	free(m->auth.client_id);
	free(m->auth.client_secret);
	free(s->token);
	free(s->state_file);
	free(s);
}

static void
start_waker(struct sandbox *s)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&s->park_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->park_cond, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&s->waker, NULL, waker, s) != 0)
		fatal("pthread_create: no thread for the sandbox");
}

static void
stop_waker(struct sandbox *s)
{
	pthread_mutex_lock(&s->park_lock);
	s->stopping = true;
	pthread_cond_signal(&s->park_cond);
	pthread_mutex_unlock(&s->park_lock);
	pthread_join(s->waker, NULL);
	pthread_cond_destroy(&s->park_cond);
	pthread_mutex_destroy(&s->park_lock);
}

struct sandbox *
sandbox_start(const struct sandbox_opts *o, struct err *e)
{
	struct sandbox *s = calloc(1, sizeof(*s));
	struct sockaddr_in at = { .sin_family = AF_INET };

	if (s == NULL)
		fatal("out of memory: the sandbox");
	at.sin_port = htons(o->port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (begin_sim(s, o, e) != 0) {
		end_sim(s);
		return NULL;
	}
	start_waker(s);
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_ALLOW_SUSPEND_RESUME, o->port, NULL, NULL, handle, s,
	    MHD_OPTION_SOCK_ADDR, &at,
	    MHD_OPTION_THREAD_POOL_SIZE, or_else(o->threads, 2),
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(128 << 10),
	    MHD_OPTION_NOTIFY_COMPLETED, completed, s,
	    MHD_OPTION_NOTIFY_CONNECTION, connected, s, MHD_OPTION_END);
	if (s->daemon == NULL) {
		err_set(e, ERR_SYSTEM, "127.0.0.1:%u: %s; is the port taken?",
		    o->port, strerror(errno));
		stop_waker(s);
		end_sim(s);
		return NULL;
	}
	s->port = s->sim.auth.port = MHD_get_daemon_info(s->daemon,
	    MHD_DAEMON_INFO_BIND_PORT)->port;
	return s;
}

uint16_t
sandbox_port(const struct sandbox *s)
{
	return s->port;
}

int
sandbox_stop(struct sandbox *s, struct err *e)
{
	int rc = 0;

	stop_waker(s);
	MHD_stop_daemon(s->daemon);
	if (s->state_file != NULL)
		rc = sim_save(&s->sim, s->state_file, e);
	end_sim(s);
	return rc;
}
