/*
 * HTTP as other clients speak it, well, badly and slowly.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api_net.h"
#include "base/clock.h"

static int
dial(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/* What comes until the peer closes. */
static const char *
read_all(int fd)
{
	static char text[65536];
	size_t n = 0;
	ssize_t r;

	while (n < sizeof(text) - 1 &&
	    (r = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)r;
	text[n] = '\0';
	return text;
}

static void
say(int fd, const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cr_assert_eq(write(fd, text, (size_t)n), n);
}

/* HTTP as other clients speak it. */
Test(api, speaks_http)
{
	struct api_opts o = { .body_max = 1000 };
	const char *text;
	int fd;

	set_up(&o);
	/* chunked, in two requests on one connection */
	fd = dial(api_port(api));
	for (int i = 0; i < 2; i++)
		say(fd, "POST /v1/acme/events?entity=free HTTP/1.1\r\n"
		    "Host: x\r\nAuthorization: Bearer %s\r\n"
		    "Content-Type: application/json\r\n"
		    "Transfer-Encoding: chunked\r\n%s\r\n"
		    "4\r\n{\"id\r\n5\r\n\":%d} \r\n0\r\n\r\n", acme_key,
		    i == 1 ? "Connection: close\r\n" : "", i + 1);
	text = read_all(fd);
	cr_assert_not_null(strstr(text, "HTTP/1.1 202"), "%s", text);
	cr_assert_not_null(strstr(strstr(text, "202") + 3, "HTTP/1.1 202"));
	cr_assert_eq(journaled(), 2);
	close(fd);

	/* chunked and too long */
	fd = dial(api_port(api));
	say(fd, "POST /v1/acme/events?entity=free HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
	    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
	    "3e9\r\n%01001d\r\n0\r\n\r\n", acme_key, 1);
	text = read_all(fd);
	cr_assert_not_null(strstr(text, "HTTP/1.1 413"), "%s", text);
	cr_assert_not_null(strstr(text, "body_too_large"));
	close(fd);

	/* who asks first is told before the body */
	fd = dial(api_port(api));
	say(fd, "POST /v1/acme/events?entity=free HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: Bearer nonsense\r\nExpect: 100-continue\r\n"
	    "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n");
	text = read_all(fd);
	cr_assert_not_null(strstr(text, "HTTP/1.1 401"), "%s", text);
	cr_assert_not_null(strstr(text, "WWW-Authenticate: Bearer"));
	close(fd);

	/* a compressed body is refused, not misread */
	fd = dial(api_port(api));
	say(fd, "POST /v1/acme/events?entity=free HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: Bearer %s\r\nContent-Encoding: gzip\r\n"
	    "Content-Type: application/json\r\nContent-Length: 2\r\n"
	    "Connection: close\r\n\r\n{}", acme_key);
	text = read_all(fd);
	cr_assert_not_null(strstr(text, "HTTP/1.1 415"), "%s", text);
	close(fd);

	/* what breaks off is not taken */
	fd = dial(api_port(api));
	say(fd, "POST /v1/acme/events?entity=free HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: 100\r\n\r\n{\"id\":9}", acme_key);
	close(fd);
	cr_assert_eq(ask("/v1/acme/events?entity=free", JSON,
	    "{\"id\":1}").status, 202);
	cr_assert_eq(journaled(), 3);
	tear_down();
}

/* More clients than are let in wait, and come in as others go. */
Test(api, connections_are_limited)
{
	struct api_opts o = { .connections = 2, .idle_s = 1 };
	int64_t start_ms = clock_mono_ms();
	int silent[2];

	set_up(&o);
	for (int i = 0; i < 2; i++) {
		silent[i] = dial(api_port(api));
		say(silent[i], "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	for (int i = 0; i < 2; i++) {
		char c;

		cr_assert_eq(read(silent[i], &c, 1), 1, "it was let in");
	}
	cr_assert_eq(ask("GET /healthz", NULL, "").status, 200);
	cr_assert_geq(clock_mono_ms() - start_ms, 900);
	close(silent[0]);
	close(silent[1]);
	tear_down();
}

/* Who says nothing, and who says it a byte at a time. */
Test(api, drops_slow_clients)
{
	struct api_opts o = { .idle_s = 1, .request_s = 2 };
	int silent, dripping;
	int64_t start;

	set_up(&o);
	start = clock_mono_ms();
	silent = dial(api_port(api));
	dripping = dial(api_port(api));
	say(silent, "POST /v1/acme/events HTTP/1.1\r\n");
	while (clock_mono_ms() - start < 20000) {
		char c;

		/* The pace is the attack; nothing waits for it to pass. */
		if (send(dripping, "X", 1, MSG_NOSIGNAL) < 0 ||
		    recv(dripping, &c, 1, MSG_DONTWAIT) == 0)
			break;
		clock_sleep_ms(100);
	}
	cr_assert_lt(clock_mono_ms() - start, 10000);
	cr_assert_gt(clock_mono_ms() - start, 1900);
	cr_assert_str_eq(read_all(silent), "");
	close(silent);
	close(dripping);
	cr_assert_eq(ask("/v1/acme/events?entity=free", JSON,
	    "{\"id\":1}").status, 202);
	tear_down();
}
