/*
 * A request is a slot: a curl easy handle with its buffers.  A slot is in
 * one place at a time and moves in this order:
 *
 *   idle -> waiting -> running -> finished -> shown -> idle
 *
 * waiting: its host has all the requests it may have.  running: in the multi
 * handle.  finished: its outcome is known, http_poll has not returned it
 * yet.  shown: returned; its buffers are the caller's until the next
 * http_poll.
 *
 * Curl could cap connections itself, but counts the wait into the timeout
 * and notices that only when the wait is over: a request would be sent with
 * no time left to answer it.
 */
#include "config.h"

#include "http/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/table.h"

#define REPLY_MAX (16u << 20)
#define IDLE_KEPT 64 /* idle slots beyond this are freed */

struct host;

struct slot {
	struct host *host;
	CURL *easy;
	CURLU *url;
	struct curl_slist *headers;
	struct buf reply_headers, reply_body;
	size_t max_reply;
	bool head;
	bool repeatable;   /* curl may send it again over a new connection */
	unsigned sendings; /* how often curl was about to send it */
	bool too_large;
	bool unframed;    /* neither length nor chunks: ends with the line */
	struct http_done done;
	struct slot *next, *prev;
};

/* A circle with itself as head. */
struct place {
	struct slot head;
};

struct host {
	char name[128]; /* host:port, for error texts too */
	unsigned running;
	struct place waiting;
};

struct http {
	CURLM *multi;
	char *user_agent, *ca_file;
	long max_idle_s;
	unsigned max_per_host;
	struct table hosts; /* by name; kept to the end, they are few */
	struct place idle, running, finished, shown;
	size_t nidle, pending;
	atomic_bool woken;
	int watch; /* descriptor that also ends a wait; -1: none */
};

static void
place_init(struct place *p)
{
	p->head.next = p->head.prev = &p->head;
}

static struct slot *
place_first(struct place *p)
{
	return p->head.next == &p->head ? NULL : p->head.next;
}

/* From where it is (or nowhere) to the end of p. */
static void
move(struct slot *s, struct place *p)
{
	if (s->next != NULL) {
		s->next->prev = s->prev;
		s->prev->next = s->next;
	}
	s->prev = p->head.prev;
	s->next = &p->head;
	s->prev->next = s;
	p->head.prev = s;
}

const char *
http_outcome_name(enum http_outcome o)
{
	static const char *const names[] = {
#define X(name, text) text,
		HTTP_OUTCOMES(X)
#undef X
	};

	return names[o];
}

static void
global_init(void)
{
	struct sigaction was;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		fatal("curl_global_init failed");
	/* OpenSSL writes without MSG_NOSIGNAL. */
	if (sigaction(SIGPIPE, NULL, &was) == 0 && was.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

static char *
copy(const char *z)
{
	char *c = z ? strdup(z) : NULL;

	if (z != NULL && c == NULL)
		fatal("out of memory: a string");
	return c;
}

struct http *
http_new(const struct http_opts *o)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *h = calloc(1, sizeof(*h));

	pthread_once(&once, global_init);
	if (h == NULL)
		fatal("out of memory: http");
	h->multi = curl_multi_init();
	if (h->multi == NULL)
		fatal("out of memory: curl multi");
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 256L);
	h->user_agent = copy(o->user_agent ? o->user_agent : "crosswalk");
	h->ca_file = copy(o->ca_file);
	h->max_idle_s = o->max_idle_s ? o->max_idle_s : 50;
	h->watch = -1;
	h->max_per_host = o->max_per_host ? o->max_per_host : 8;
	place_init(&h->idle);
	place_init(&h->running);
	place_init(&h->finished);
	place_init(&h->shown);
	return h;
}

static size_t
on_body(char *p, size_t one, size_t n, void *arg)
{
	struct slot *s = arg;

	if (s->reply_headers.n + s->reply_body.n + n > s->max_reply) {
		s->too_large = true;
		return 0;
	}
	buf_put(&s->reply_body, p, n);
	return n;
}

static bool
starts(struct str line, const char *prefix)
{
	size_t n = strlen(prefix);

	if (line.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (tolower((unsigned char)line.p[i]) != prefix[i])
			return false;
	return true;
}

static size_t
on_header(char *p, size_t one, size_t n, void *arg)
{
	struct slot *s = arg;
	struct str line = str_from(p, n);

	if (starts(line, "http/")) { /* the last reply counts, not a 100 */
		buf_reset(&s->reply_headers);
		s->unframed = true;
	}
	if (starts(line, "content-length:") ||
	    starts(line, "transfer-encoding:"))
		s->unframed = false;
	if (s->reply_headers.n + n > s->max_reply) {
		s->too_large = true;
		return 0;
	}
	buf_put(&s->reply_headers, p, n);
	return n;
}

/*
 * Called when the connection stands and the request is about to go.  Curl
 * sends a request again, of itself, when a connection that it had used
 * before closes without an answer.  The peer may have acted on the first
 * one, so that is only for methods that may be repeated.
 */
static int
on_send(void *arg, char *ip, char *local, int port, int local_port)
{
	struct slot *s = arg;

	s->sendings++;
	return s->sendings > 1 && !s->repeatable ? CURL_PREREQFUNC_ABORT
	    : CURL_PREREQFUNC_OK;
}

/* What every request of this slot has in common. */
static struct slot *
slot_new(struct http *h)
{
	struct slot *s = calloc(1, sizeof(*s));
	CURL *c;

	if (s == NULL)
		fatal("out of memory: a request");
	s->easy = c = curl_easy_init();
	s->url = curl_url();
	if (c == NULL || s->url == NULL)
		fatal("out of memory: a curl handle");
	curl_easy_setopt(c, CURLOPT_PRIVATE, s);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(c, CURLOPT_USERAGENT, h->user_agent);
	curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, h->max_idle_s);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 65536L);
	curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, 131072L);
	if (h->ca_file != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_file);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_send);
	curl_easy_setopt(c, CURLOPT_PREREQDATA, s);
	return s;
}

static void
slot_free(struct slot *s)
{
	s->next->prev = s->prev;
	s->prev->next = s->next;
	curl_easy_cleanup(s->easy);
	curl_url_cleanup(s->url);
	curl_slist_free_all(s->headers);
	buf_fini(&s->reply_headers);
	buf_fini(&s->reply_body);
	free(s);
}

/* Its buffers are kept for the next request, unless they grew large. */
static void
recycle(struct http *h, struct slot *s)
{
	if (h->nidle >= IDLE_KEPT) {
		slot_free(s);
		return;
	}
	curl_slist_free_all(s->headers);
	s->headers = NULL;
	if (s->reply_body.cap > 1 << 20)
		buf_fini(&s->reply_body);
	move(s, &h->idle);
	h->nidle++;
}

static void
free_all(struct http *h, struct place *p)
{
	struct slot *s;

	while ((s = place_first(p)) != NULL) {
		if (p == &h->running)
			curl_multi_remove_handle(h->multi, s->easy);
		slot_free(s);
	}
}

void
http_free(struct http *h)
{
	struct table_entry *e = NULL;

	free_all(h, &h->idle);
	free_all(h, &h->running);
	free_all(h, &h->finished);
	free_all(h, &h->shown);
	while ((e = table_next(&h->hosts, e)) != NULL) {
		free_all(h, &((struct host *)e->value)->waiting);
		free(e->value);
	}
	table_fini(&h->hosts);
	curl_multi_cleanup(h->multi);
	free(h->user_agent);
	free(h->ca_file);
	free(h);
}

static void finish(struct http *h, struct slot *s, enum http_outcome o,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* new or running -> finished */
static void
finish(struct http *h, struct slot *s, enum http_outcome o,
    const char *fmt, ...)
{
	struct http_done *d = &s->done;
	size_t n = 0;
	va_list ap;

	d->outcome = o;
	d->error[0] = '\0';
	if (fmt != NULL) {
		if (s->host != NULL)
			n = (size_t)snprintf(d->error, sizeof(d->error),
			    "%s: ", s->host->name);
		va_start(ap, fmt);
		vsnprintf(d->error + n, sizeof(d->error) - n, fmt, ap);
		va_end(ap);
	}
	move(s, &h->finished);
}

static struct host *
find_host(struct http *h, const char *name)
{
	struct host *found = table_get(&h->hosts, str_z(name));

	if (found != NULL)
		return found;
	found = calloc(1, sizeof(*found));
	if (found == NULL)
		fatal("out of memory: a host");
	snprintf(found->name, sizeof(found->name), "%s", name);
	place_init(&found->waiting);
	table_put(&h->hosts, str_z(found->name), found);
	return found;
}

/* NULL, or what is wrong with the URL; fills s->url and s->host. */
static const char *
read_url(struct http *h, struct slot *s, const char *url)
{
	char *host = NULL, *port = NULL, *user = NULL, *scheme = NULL;
	const char *wrong = NULL;
	char name[128];

	/* Without this a URL that is none is taken as relative to the last. */
	curl_url_set(s->url, CURLUPART_URL, NULL, 0);
	if (curl_url_set(s->url, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(s->url, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(s->url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		wrong = "the URL cannot be read";
	else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		wrong = "the URL is neither http nor https";
	else if (curl_url_get(s->url, CURLUPART_USER, &user, 0) == CURLUE_OK)
		wrong = "the URL has a user name; send a header instead";
	else if (curl_url_get(s->url, CURLUPART_PORT, &port,
	    CURLU_DEFAULT_PORT) != CURLUE_OK || (size_t)snprintf(name,
	    sizeof(name), "%s:%s", host, port) >= sizeof(name))
		wrong = "the URL's host is too long";
	else
		s->host = find_host(h, name);
	curl_free(host);
	curl_free(port);
	curl_free(user);
	curl_free(scheme);
	return wrong;
}

static bool
clean(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '\r' || v.p[i] == '\n' || v.p[i] == '\0')
			return false;
	return true;
}

static void
add_line(struct slot *s, const char *line)
{
	struct curl_slist *l = curl_slist_append(s->headers, line);

	if (l == NULL)
		fatal("out of memory: a header");
	s->headers = l;
}

static const char *
add_headers(struct slot *s, const struct http_request *r)
{
	struct buf line = { 0 };
	bool typed = false;

	add_line(s, "Expect:"); /* never wait for a 100 */
	for (size_t i = 0; i < r->nheaders; i++) {
		const struct http_header *h = &r->headers[i];

		if (!clean(h->name) || !clean(h->value) || h->name.n == 0) {
			buf_fini(&line);
			return "a header has a line break or no name";
		}
		typed |= h->name.n == 12 && starts(h->name, "content-type");
		buf_reset(&line);
		buf_puts(&line, h->name);
		/* "name;" is how curl is told of an empty value */
		buf_puts(&line, h->value.n ? STR(": ") : STR(";"));
		buf_puts(&line, h->value);
		buf_putc(&line, '\0');
		add_line(s, line.p);
	}
	buf_fini(&line);
	if (!typed)
		add_line(s, "Content-Type:"); /* not curl's guess: a form */
	return NULL;
}

static void
set_method(struct slot *s, const struct http_request *r)
{
	CURL *c = s->easy;

	s->head = strcmp(r->method, "HEAD") == 0;
	s->repeatable = s->head || strcmp(r->method, "GET") == 0;
	curl_easy_setopt(c, CURLOPT_HTTPGET, 1L); /* forgets the last body */
	curl_easy_setopt(c, CURLOPT_NOBODY, s->head ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
	if (r->body.p != NULL) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->body.n);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.p);
		if (strcmp(r->method, "POST") != 0)
			curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
	} else if (strcmp(r->method, "POST") == 0) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)0);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, "");
	} else if (!s->repeatable) {
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
	}
}

/* waiting or new -> running */
static void
start(struct http *h, struct slot *s)
{
	s->host->running++;
	move(s, &h->running);
	if (curl_multi_add_handle(h->multi, s->easy) != CURLM_OK)
		fatal("curl_multi_add_handle failed");
}

void
http_submit(struct http *h, const struct http_request *r, void *tag)
{
	struct slot *s = place_first(&h->idle);
	const char *wrong;

	if (s != NULL)
		h->nidle--;
	else
		s = slot_new(h);
	buf_reset(&s->reply_headers);
	buf_reset(&s->reply_body);
	s->sendings = 0;
	s->too_large = s->unframed = false;
	s->max_reply = r->max_reply ? r->max_reply : REPLY_MAX;
	s->done = (struct http_done){ .tag = tag };
	h->pending++;
	s->host = NULL;
	wrong = read_url(h, s, r->url);
	if (wrong == NULL)
		wrong = add_headers(s, r);
	if (wrong != NULL) {
		finish(h, s, HTTP_NOT_SENT, "%s", wrong);
		return;
	}
	curl_easy_setopt(s->easy, CURLOPT_CURLU, s->url);
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
	curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(r->connect_ms ? r->connect_ms : 10000));
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS,
	    (long)(r->total_ms ? r->total_ms : 60000));
	set_method(s, r);
	if (s->host->running < h->max_per_host)
		start(h, s);
	else
		move(s, &s->host->waiting);
}

size_t
http_pending(const struct http *h)
{
	return h->pending;
}

static int64_t
timing(CURL *c, CURLINFO what)
{
	curl_off_t us = 0;

	curl_easy_getinfo(c, what, &us);
	return us;
}

/* Why there is no reply, in words; errno of the socket where it has one. */
static void
fail(struct http *h, struct slot *s, CURLcode code)
{
	enum http_outcome o = s->sendings > 0 ? HTTP_UNKNOWN : HTTP_NOT_SENT;
	const char *text = curl_easy_strerror(code);
	long no = 0;

	if (code == CURLE_COULDNT_CONNECT || code == CURLE_SEND_ERROR ||
	    code == CURLE_RECV_ERROR)
		curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &no);
	if (s->too_large)
		finish(h, s, o, "the reply is larger than %zu bytes",
		    s->max_reply);
	else if (s->sendings > 1 && !s->repeatable)
		finish(h, s, o, "the connection was closed without a reply");
	else if (code == CURLE_OPERATION_TIMEDOUT)
		finish(h, s, o, "timed out after %lld ms %s",
		    (long long)s->done.total_us / 1000, s->sendings > 0 ?
		    "without a complete reply" : "before the request was sent");
	else if (no != 0)
		finish(h, s, o, "%c%s: %s", tolower((unsigned char)text[0]),
		    text + 1, strerror((int)no));
	else
		finish(h, s, o, "%c%s", tolower((unsigned char)text[0]),
		    text + 1);
}

static void
settle(struct http *h, struct slot *s, CURLcode code)
{
	struct http_done *d = &s->done;
	long status = 0, connects = 0;
	bool bodyless;

	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(s->easy, CURLINFO_NUM_CONNECTS, &connects);
	d->status = s->reply_headers.n > 0 ? (int)status : 0;
	d->connected_us = connects == 0 ? 0
	    : timing(s->easy, CURLINFO_APPCONNECT_TIME_T);
	if (connects > 0 && d->connected_us == 0) /* no TLS */
		d->connected_us = timing(s->easy, CURLINFO_CONNECT_TIME_T);
	d->first_byte_us = timing(s->easy, CURLINFO_STARTTRANSFER_TIME_T);
	d->total_us = timing(s->easy, CURLINFO_TOTAL_TIME_T);
	d->headers = buf_str(&s->reply_headers);
	bodyless = s->head || status == 204 || status == 304;
	if (code != CURLE_OK) {
		fail(h, s, code);
	} else if (s->unframed && !bodyless && status < 300) {
		/* It ended because the line did: nobody knows if too early. */
		finish(h, s, HTTP_UNKNOWN,
		    "the reply has no length: it may have been cut off");
	} else {
		d->body = buf_str(&s->reply_body);
		finish(h, s, HTTP_REPLY, NULL);
	}
}

/* Let curl work and take what is done out of it. */
static void
turn(struct http *h)
{
	int running, left;
	CURLMsg *m;

	if (curl_multi_perform(h->multi, &running) != CURLM_OK)
		fatal("curl_multi_perform failed");
	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		CURL *easy = m->easy_handle;
		struct slot *s, *next;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&s);
		settle(h, s, code); /* before removal: it reads timings */
		curl_multi_remove_handle(h->multi, easy);
		s->host->running--;
		next = place_first(&s->host->waiting);
		if (next != NULL)
			start(h, next);
	}
}

/* 1 when the watched descriptor is readable. */
static int
poll_once(struct http *h, int timeout_ms)
{
	struct curl_waitfd extra = { .fd = h->watch,
	    .events = CURL_WAIT_POLLIN };

	curl_multi_poll(h->multi, &extra, h->watch >= 0 ? 1 : 0, timeout_ms,
	    NULL);
	return h->watch >= 0 && extra.revents != 0;
}

int
http_poll(struct http *h, int timeout_ms, struct http_done *out, size_t max)
{
	int64_t end = clock_mono_ms() + timeout_ms, left = timeout_ms;
	struct slot *s;
	int n = 0;

	while ((s = place_first(&h->shown)) != NULL)
		recycle(h, s);
	for (;;) {
		turn(h);
		if (place_first(&h->finished) != NULL || left <= 0 ||
		    atomic_exchange(&h->woken, false))
			break;
		if (poll_once(h, (int)left))
			break;
		left = end - clock_mono_ms();
	}
	while ((size_t)n < max && (s = place_first(&h->finished)) != NULL) {
		out[n++] = s->done;
		move(s, &h->shown);
		h->pending--;
	}
	return n;
}

void
http_watch(struct http *h, int fd)
{
	h->watch = fd;
}

void
http_wakeup(struct http *h)
{
	atomic_store(&h->woken, true);
	curl_multi_wakeup(h->multi);
}

bool
http_header(const struct http_done *d, const char *name, struct str *value)
{
	const char *p = d->headers.p, *end = p + d->headers.n;
	size_t n = strlen(name);

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end, *v;

		if ((size_t)(stop - p) > n && p[n] == ':') {
			size_t i = 0;

			while (i < n && tolower((unsigned char)p[i]) ==
			    tolower((unsigned char)name[i]))
				i++;
			if (i == n) {
				for (v = p + n + 1; v < stop &&
				    (*v == ' ' || *v == '\t'); v++)
					;
				while (stop > v && isspace(
				    (unsigned char)stop[-1]))
					stop--;
				*value = str_from(v, (size_t)(stop - v));
				return true;
			}
		}
		p = nl ? nl + 1 : end;
	}
	return false;
}
