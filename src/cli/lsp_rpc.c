/*
 * Frames of the base protocol, and JSON-RPC 2.0 in them.
 *
 * Framing that is wrong is answered with an error and read over: what looks
 * like the next header is where reading goes on.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/lsp.h"

#define HEADER "content-length:"

void
rpc_fini(struct rpc *r)
{
	buf_fini(&r->buf);
}

/* ---- writing ---- */

static void
send_json(struct rpc *r, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	struct buf b = { 0 };

	json_decref(message);
	if (text == NULL)
		fatal("out of memory: a message");
	buf_printf(&b, "Content-Length: %zu\r\n\r\n%s", strlen(text), text);
	free(text);
	for (size_t at = 0; at < b.n && !r->broken;) {
		ssize_t n = write(r->out, b.p + at, b.n - at);

		if (n > 0)
			at += (size_t)n;
		else if (errno != EINTR)
			r->broken = 1;
	}
	buf_fini(&b);
}

void
rpc_reply(struct rpc *r, const json_t *id, json_t *result)
{
	send_json(r, json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0",
	    "id", (json_t *)id, "result", result));
}

void
rpc_fail(struct rpc *r, const json_t *id, enum rpc_error code,
    const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	send_json(r, json_pack("{s:s, s:o, s:{s:i, s:o}}", "jsonrpc", "2.0",
	    "id", id ? json_incref((json_t *)id) : json_null(),
	    "error", "code", (int)code,
	    "message", json_text(buf_str(&b))));
	buf_fini(&b);
}

void
rpc_notify(struct rpc *r, const char *method, json_t *params)
{
	send_json(r, json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0",
	    "method", method, "params", params));
}

/* ---- reading ---- */

/* More bytes behind those that are there; 0 at the end. */
static int
more(struct rpc *r)
{
	ssize_t n;

	if (r->at > 0) {
		memmove(r->buf.p, r->buf.p + r->at, r->buf.n - r->at);
		r->buf.n -= r->at;
		r->at = 0;
	}
	do {
		n = read(r->in, buf_room(&r->buf, 65536), 65536);
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		r->buf.n += (size_t)n;
	return n > 0;
}

/*
 * A line without its end, at most as long as line; of a longer one its last
 * bytes.  0 at the end of input.
 */
static int
read_line(struct rpc *r, char *line, size_t size)
{
	size_t n = 0;

	for (;;) {
		char c;

		if (r->at == r->buf.n && !more(r))
			return 0;
		c = r->buf.p[r->at++];
		if (c == '\n')
			break;
		if (n + 1 == size) {
			memmove(line, line + size / 2, size - size / 2 - 1);
			n -= size / 2;
		}
		line[n++] = c == '\0' ? ' ' : c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return 1;
}

/* The length that a header line gives: 1; 0 when it gives none, -1 bad. */
static int
header_length(const char *line, size_t *length)
{
	size_t n = 0;

	/* behind what is no header, too: a body without one */
	while (*line != '\0' && strncasecmp(line, HEADER,
	    sizeof(HEADER) - 1) != 0)
		line++;
	if (*line == '\0')
		return 0;
	line += sizeof(HEADER) - 1;
	line += strspn(line, " \t");
	if (*line == '\0')
		return -1;
	for (; *line >= '0' && *line <= '9'; line++) {
		n = n * 10 + (size_t)(*line - '0');
		/* no editor means that: the frame is lost */
		if (n > RPC_MAX * 64)
			return -1;
	}
	line += strspn(line, " \t");
	*length = n;
	return *line == '\0' ? 1 : -1;
}

static int
is_header(const char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz-");

	return n > 0 && line[n] == ':';
}

/* 1 and the length of the body that begins here, 0 at the end of input. */
static int
read_header(struct rpc *r, size_t *length)
{
	char line[512];
	int given = 0, junk = 0;

	while (read_line(r, line, sizeof(line))) {
		int found = header_length(line, length);

		if (found < 0)
			rpc_fail(r, NULL, RPC_PARSE,
			    "a Content-Length that is none");
		if (found != 0)
			given = found > 0;
		else if (line[0] != '\0' && !is_header(line))
			junk = 1;
		if (line[0] != '\0')
			continue;
		if (given)
			return 1;
		if (junk)
			rpc_fail(r, NULL, RPC_PARSE,
			    "a message without Content-Length");
		junk = 0;
	}
	return 0;
}

/* 0 at the end of input. */
static int
skip(struct rpc *r, size_t n)
{
	while (n > 0) {
		size_t have = r->buf.n - r->at;

		if (have == 0) {
			if (!more(r))
				return 0;
			continue;
		}
		have = have < n ? have : n;
		r->at += have;
		n -= have;
	}
	return 1;
}

int
rpc_read(struct rpc *r, json_t **out)
{
	json_error_t error;
	size_t n;

	while (!r->broken && read_header(r, &n)) {
		if (n > RPC_MAX) {
			rpc_fail(r, NULL, RPC_INVALID,
			    "a message of more than %zu bytes", RPC_MAX);
			if (!skip(r, n))
				return 0;
			continue;
		}
		while (r->buf.n - r->at < n)
			if (!more(r))
				return 0;
		*out = json_loadb(r->buf.p + r->at, n, JSON_ALLOW_NUL, &error);
		r->at += n;
		if (json_is_object(*out))
			return 1;
		if (*out != NULL)
			rpc_fail(r, NULL, RPC_INVALID,
			    "a message is an object");
		else
			rpc_fail(r, NULL, RPC_PARSE, "%s", error.text);
		json_decref(*out);
	}
	return 0;
}

int
rpc_waits(struct rpc *r)
{
	struct pollfd p = { .fd = r->in, .events = POLLIN };

	return r->at < r->buf.n || poll(&p, 1, 0) > 0;
}
