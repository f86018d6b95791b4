/*
 * Setting up a request and judging how it ended.
 */
#include "http/slot.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define REPLY_MAX (16u << 20)
#define HOST_MAX 253 /* characters of a DNS name */
#define KEPT_MAX (1u << 20) /* a larger reply buffer is not kept */

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

/* With what all its requests have in common. */
struct slot *
slot_new(const char *user_agent, const char *ca_file, long max_idle_s)
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
	curl_easy_setopt(c, CURLOPT_USERAGENT, user_agent);
	curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, max_idle_s);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 65536L);
	curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, 131072L);
	if (ca_file != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_send);
	curl_easy_setopt(c, CURLOPT_PREREQDATA, s);
	return s;
}

void
slot_free(struct slot *s)
{
	curl_easy_cleanup(s->easy);
	curl_url_cleanup(s->url);
	curl_slist_free_all(s->headers);
	buf_fini(&s->reply_headers);
	buf_fini(&s->reply_body);
	free(s);
}

void
slot_clear(struct slot *s)
{
	curl_slist_free_all(s->headers);
	s->headers = NULL;
	if (s->reply_body.cap > KEPT_MAX)
		buf_fini(&s->reply_body);
}

static void end(struct slot *s, enum http_outcome o, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Without a reply: "host:port: why". */
static void
end(struct slot *s, enum http_outcome o, const char *fmt, ...)
{
	struct http_done *d = &s->done;
	size_t n = 0;
	va_list ap;

	d->outcome = o;
	if (s->peer[0] != '\0')
		n = (size_t)snprintf(d->error, sizeof(d->error), "%s: ",
		    s->peer);
	va_start(ap, fmt);
	vsnprintf(d->error + n, sizeof(d->error) - n, fmt, ap);
	va_end(ap);
}

/* NULL, or what is wrong with the URL; fills s->url and s->peer. */
static const char *
read_url(struct slot *s, const char *url)
{
	char *host = NULL, *port = NULL, *user = NULL, *scheme = NULL;
	const char *wrong = NULL;

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
	    CURLU_DEFAULT_PORT) != CURLUE_OK || strlen(host) > HOST_MAX)
		wrong = "the URL's host is too long";
	else
		snprintf(s->peer, sizeof(s->peer), "%.*s:%.5s", HOST_MAX,
		    host, port);
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

bool
slot_set(struct slot *s, const struct http_request *r, void *tag)
{
	const char *wrong;

	buf_reset(&s->reply_headers);
	buf_reset(&s->reply_body);
	s->peer[0] = '\0';
	s->sendings = 0;
	s->too_large = s->unframed = false;
	s->max_reply = r->max_reply ? r->max_reply : REPLY_MAX;
	s->done = (struct http_done){ .tag = tag };
	wrong = read_url(s, r->url);
	if (wrong == NULL)
		wrong = add_headers(s, r);
	if (wrong != NULL) {
		end(s, HTTP_NOT_SENT, "%s", wrong);
		return false;
	}
	curl_easy_setopt(s->easy, CURLOPT_CURLU, s->url);
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
	curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(r->connect_ms ? r->connect_ms : 10000));
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS,
	    (long)(r->total_ms ? r->total_ms : 60000));
	set_method(s, r);
	return true;
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
fail(struct slot *s, CURLcode code)
{
	enum http_outcome o = s->sendings > 0 ? HTTP_UNKNOWN : HTTP_NOT_SENT;
	const char *text = curl_easy_strerror(code);
	long no = 0;

	if (code == CURLE_COULDNT_CONNECT || code == CURLE_SEND_ERROR ||
	    code == CURLE_RECV_ERROR)
		curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &no);
	if (s->too_large)
		end(s, o, "the reply is larger than %zu bytes",
		    s->max_reply);
	else if (s->sendings > 1 && !s->repeatable)
		end(s, o, "the connection was closed without a reply");
	else if (code == CURLE_OPERATION_TIMEDOUT)
		end(s, o, "timed out after %lld ms %s",
		    (long long)s->done.total_us / 1000, s->sendings > 0 ?
		    "without a complete reply" : "before the request was sent");
	else if (no != 0)
		end(s, o, "%c%s: %s", tolower((unsigned char)text[0]),
		    text + 1, strerror((int)no));
	else
		end(s, o, "%c%s", tolower((unsigned char)text[0]),
		    text + 1);
}

void
slot_judge(struct slot *s, CURLcode code)
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
		fail(s, code);
	} else if (s->unframed && !bodyless && status < 300) {
		/* It ended because the line did: nobody knows if too early. */
		end(s, HTTP_UNKNOWN,
		    "the reply has no length: it may have been cut off");
	} else {
		d->outcome = HTTP_REPLY;
		d->body = buf_str(&s->reply_body);
	}
}
