/* What the sandbox cannot do: peers that speak badly, TLS, no peer. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"

/* For localhost, valid for a hundred years, signed by itself. */
static const char tls_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBljCCATugAwIBAgIUT3E4jcRkdK25LrGsmMq7azLql9QwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzA4MjQwNVoYDzIxMjYxMDMw\n"
    "MDgyNDA1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAATGgGa0wGYVEugFZEDQY0oHq/YPuTSnipCXnBl5OXJibMCGFvfIqssL\n"
    "sAaiOrxBze47CIIjF5K9ApBQuHpazz78o2kwZzAdBgNVHQ4EFgQUpREozlArtAqn\n"
    "s7D/TVsRxHaPw90wHwYDVR0jBBgwFoAUpREozlArtAqns7D/TVsRxHaPw90wDwYD\n"
    "VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID\n"
    "SQAwRgIhAOTBI6sH7Ch/o4KJqlb3UDTmYYUnUg2P1fsI0VuO6xFqAiEAjkhceVQf\n"
    "yXVjKA1XVz1ygb+nCUTGjB/6eVu/T+9ST4E=\n"
    "-----END CERTIFICATE-----\n";

static const char tls_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXGaCwGI/dOKFQOMz\n"
    "t/BBzsraq4k1a+K6jXGrk1EBITuhRANCAATGgGa0wGYVEugFZEDQY0oHq/YPuTSn\n"
    "ipCXnBl5OXJibMCGFvfIqssLsAaiOrxBze47CIIjF5K9ApBQuHpazz78\n"
    "-----END PRIVATE KEY-----\n";

static int
listener(uint16_t *port, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	if (backlog >= 0)
		cr_assert_eq(listen(fd, backlog), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* A server that reads the head of one request, says reply and closes. */
struct raw {
	int fd;
	uint16_t port;
	const char *reply;
	pthread_t thread;
};

static void *
raw_serve(void *arg)
{
	struct raw *r = arg;
	int c = accept(r->fd, NULL, NULL);
	char in[4096];
	size_t n = 0;

	while (n < sizeof(in) - 1) {
		ssize_t k = read(c, in + n, sizeof(in) - 1 - n);

		if (k <= 0)
			break;
		n += (size_t)k;
		in[n] = '\0';
		if (strstr(in, "\r\n\r\n{}") != NULL)
			break;
	}
	if (write(c, r->reply, strlen(r->reply)) < 0)
		abort();
	close(c);
	return NULL;
}

static void
ask(struct http *h, const char *url, unsigned ms, struct http_done *d)
{
	struct http_request r = { .method = "POST", .url = url,
		.body = STR("{}"), .connect_ms = ms, .total_ms = ms };

	http_submit(h, &r, NULL);
	cr_assert_eq(http_poll(h, 20000, d, 1), 1);
}

Test(raw, replies)
{
	static const struct {
		const char *reply;
		enum http_outcome outcome;
		int status;
		const char *body;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		    HTTP_REPLY, 200, "{}" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
		    HTTP_UNKNOWN, 200, "" },
		{ "HTTP/1.1 200 OK\r\nContent-Le", HTTP_UNKNOWN, -1, "" },
		{ "HTTP/1.1 200 OK\r\n", HTTP_UNKNOWN, -1, "" },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n"
		    "content-length: 2\r\n\r\n{}", HTTP_REPLY, 201, "{}" },
		{ "HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\n", HTTP_UNKNOWN,
		    -1, "" },
		/* only the end of the line says where these end */
		{ "HTTP/1.1 200 OK\r\n\r\n{}", HTTP_UNKNOWN, 200, "" },
		{ "HTTP/1.0 200 OK\r\n\r\n{\"a\":", HTTP_UNKNOWN, 200, "" },
		{ "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", HTTP_REPLY, 502,
		    "<html>" },
		{ "HTTP/1.1 204 No Content\r\n\r\n", HTTP_REPLY, 204, "" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "2\r\n{}\r\n0\r\n\r\n", HTTP_REPLY, 200, "{}" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "2\r\n{}\r\n", HTTP_UNKNOWN, 200, "" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "2\r\n{}\r\n0\r\n", HTTP_UNKNOWN, 200, "" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "zz\r\n{}\r\n", HTTP_UNKNOWN, 200, "" },
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
		    "Content-Length: 0\r\n\r\n", HTTP_REPLY, 302, "" },
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		    "Content-Length: 2\r\n\r\n{}", HTTP_UNKNOWN, 200, "" },
		{ "hello\r\n", HTTP_UNKNOWN, -1, "" },
		{ "", HTTP_UNKNOWN, 0, "" },
	};
	struct http_opts o = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http *h = http_new(&o);
		struct raw r = { .reply = cases[i].reply };
		struct http_done d;
		char url[64];

		r.fd = listener(&r.port, 1);
		cr_assert_eq(pthread_create(&r.thread, NULL, raw_serve, &r),
		    0);
		snprintf(url, sizeof(url), "http://127.0.0.1:%u/x", r.port);
		ask(h, url, 0, &d);
		pthread_join(r.thread, NULL);
		close(r.fd);
		cr_expect_eq(d.outcome, cases[i].outcome, "%s: %s %s",
		    cases[i].reply, http_outcome_name(d.outcome), d.error);
		if (cases[i].status >= 0)
			cr_expect_eq(d.status, cases[i].status, "%s: %d",
			    cases[i].reply, d.status);
		cr_expect(str_eq(d.body, str_z(cases[i].body)), "%s",
		    cases[i].reply);
		http_free(h);
	}
}

/* Nothing has left in any of these. */
Test(raw, not_sent)
{
	static const char bad[] = "a\r\nX-Evil: 1";
	struct http_header headers[] = {
		{ STR("X-Token"), STR("secret-token") },
		{ { bad, sizeof(bad) - 1 }, STR("v") },
	};
	struct {
		const char *url, *error;
		size_t nheaders;
	} cases[] = {
		{ NULL, "Connection refused", 0 }, /* 0: bound, deaf */
		{ NULL, "timed out", 0 },          /* 1: its queue is full */
		{ NULL, "TLS", 0 },                /* 2: speaks no TLS */
		{ "http://nowhere.invalid/?token=secret-token",
		    "nowhere.invalid:80: ", 1 },
		{ "http://", "cannot be read", 0 },
		{ "not a url", "cannot be read", 0 },
		{ "", "cannot be read", 0 },
		{ "ftp://127.0.0.1/x", "neither http nor https", 0 },
		{ "file:///etc/passwd", "cannot be read", 0 },
		{ "http://user:secret-token@127.0.0.1/", "user name", 0 },
		{ "http://127.0.0.1:1/", "line break", 2 },
		{ NULL, "host is too long", 0 },   /* 11: 254 characters */
		{ NULL, ".invalid:80: ", 0 },      /* 12: 253 */
	};
	struct http_opts o = { 0 };
	struct http *h = http_new(&o);
	char refused[64], full[64], plain[64], host[2][300] = { "", "" };
	struct raw r = { .reply = "HTTP/1.1 400 Bad Request\r\n\r\n" };
	uint16_t port;
	int deaf, busy, fill[8];

	deaf = listener(&port, -1);
	snprintf(refused, sizeof(refused), "http://127.0.0.1:%u/", port);
	cases[0].url = refused;
	busy = listener(&port, 0);
	for (size_t i = 0; i < COUNT(fill); i++) {
		struct sockaddr_in at = { .sin_family = AF_INET,
			.sin_port = htons(port) };

		at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&at, sizeof(at));
	}
	snprintf(full, sizeof(full), "http://127.0.0.1:%u/", port);
	cases[1].url = full;
	r.fd = listener(&r.port, 1);
	cr_assert_eq(pthread_create(&r.thread, NULL, raw_serve, &r), 0);
	snprintf(plain, sizeof(plain), "https://127.0.0.1:%u/", r.port);
	cases[2].url = plain;
	for (size_t i = 0; i < 2; i++) { /* 246 or 245, and ".invalid" */
		memcpy(host[i], "http://", 7);
		for (size_t k = 0; k < 246 - i; k++)
			host[i][7 + k] = k % 50 == 49 ? '.' : 'a';
		memcpy(host[i] + 7 + 246 - i, ".invalid", 9);
		cases[11 + i].url = host[i];
	}
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request q = { .method = "POST",
			.url = cases[i].url, .body = STR("{}"),
			.headers = headers, .nheaders = cases[i].nheaders,
			.connect_ms = 300 };
		struct http_done d;

		http_submit(h, &q, NULL);
		cr_assert_eq(http_poll(h, 20000, &d, 1), 1);
		cr_expect_eq(d.outcome, HTTP_NOT_SENT, "%zu %s: %s %s", i,
		    cases[i].url, http_outcome_name(d.outcome), d.error);
		if (i != 2)
			cr_expect_not_null(strstr(d.error, cases[i].error),
			    "%zu: %s", i, d.error);
		cr_expect_null(strstr(d.error, "secret-token"), "%s",
		    d.error);
		cr_expect_eq(d.status, 0);
	}
	http_free(h);
	pthread_join(r.thread, NULL);
	close(r.fd);
	close(deaf);
	close(busy);
	for (size_t i = 0; i < COUNT(fill); i++)
		close(fill[i]);
}

static enum MHD_Result
tls_answer(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_n, void **con_cls)
{
	struct MHD_Response *m;
	enum MHD_Result rc;

	if (*con_cls == NULL) {
		*con_cls = c;
		return MHD_YES;
	}
	if (*upload_n > 0) {
		*upload_n = 0;
		return MHD_YES;
	}
	m = MHD_create_response_from_buffer(2, (void *)(uintptr_t)"ok",
	    MHD_RESPMEM_PERSISTENT);
	rc = MHD_queue_response(c, 200, m);
	MHD_destroy_response(m);
	return rc;
}

/* The peer's certificate is asked for, and for the peer's name. */
Test(tls, is_verified)
{
	char ca[] = "/tmp/crosswalk-ca-XXXXXX", name[64], address[64];
	struct http_opts trust = { .ca_file = ca }, distrust = { 0 };
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct MHD_Daemon *m;
	struct http_done d;
	struct http *h;
	uint16_t port;
	int fd = mkstemp(ca);

	cr_assert_eq(write(fd, tls_cert, sizeof(tls_cert) - 1),
	    (ssize_t)sizeof(tls_cert) - 1);
	close(fd);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	m = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0,
	    NULL, NULL, tls_answer, NULL, MHD_OPTION_SOCK_ADDR, &at,
	    MHD_OPTION_HTTPS_MEM_KEY, tls_key, MHD_OPTION_HTTPS_MEM_CERT,
	    tls_cert, MHD_OPTION_END);
	cr_assert_not_null(m);
	port = MHD_get_daemon_info(m, MHD_DAEMON_INFO_BIND_PORT)->port;
	snprintf(name, sizeof(name), "https://localhost:%u/", port);
	snprintf(address, sizeof(address), "https://127.0.0.1:%u/", port);

	h = http_new(&trust);
	ask(h, name, 0, &d);
	cr_assert_eq(d.outcome, HTTP_REPLY, "%s", d.error);
	cr_assert(str_eq(d.body, STR("ok")));
	ask(h, address, 0, &d); /* not the name in the certificate */
	cr_assert_eq(d.outcome, HTTP_NOT_SENT);
	http_free(h);
	h = http_new(&distrust);
	ask(h, name, 0, &d);
	cr_assert_eq(d.outcome, HTTP_NOT_SENT);
	cr_assert_not_null(strstr(d.error, "certificate"), "%s", d.error);
	http_free(h);
	MHD_stop_daemon(m);
	unlink(ca);
}
