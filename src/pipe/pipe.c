/*
 * nng push and pull sockets.
 */
#include "pipe/pipe.h"

#include <stdlib.h>

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>

struct pipe {
	nng_socket sock;
	atomic_uint lost;
	int timeout; /* the one that is set on the socket */
};

static int
fail(struct err *e, const char *what, const char *url, int rv)
{
	return err_set(e, ERR_NET, "%s %s: %s", what, url, nng_strerror(rv));
}

static void
on_lost(nng_pipe pipe, nng_pipe_ev ev, void *arg)
{
	struct pipe *p = arg;

	atomic_fetch_add(&p->lost, 1);
}

int
pipe_open(struct pipe **out, enum pipe_end end, const char *url, int listening,
    int depth, struct err *e)
{
	struct pipe *p = calloc(1, sizeof(*p));
	int rv;

	if (p == NULL)
		fatal("out of memory: a pipe");
	p->timeout = -2;
	rv = end == PIPE_PUSH ? nng_push0_open(&p->sock) :
	    nng_pull0_open(&p->sock);
	if (rv != 0) {
		free(p);
		return fail(e, "open", url, rv);
	}
	nng_pipe_notify(p->sock, NNG_PIPE_EV_REM_POST, on_lost, p);
	/* A frame is bounded by its maker, not by nng. */
	nng_socket_set_size(p->sock, NNG_OPT_RECVMAXSZ, 0);
	nng_socket_set_ms(p->sock, NNG_OPT_RECONNMINT, 10);
	nng_socket_set_ms(p->sock, NNG_OPT_RECONNMAXT, 500);
	if (end == PIPE_PUSH)
		rv = nng_socket_set_int(p->sock, NNG_OPT_SENDBUF, depth);
	else
		rv = nng_socket_set_int(p->sock, NNG_OPT_RECVBUF, depth);
	/* Push and pull of some versions have no such option: depth is then
	 * what the transport holds. */
	if (rv != 0 && rv != NNG_ENOTSUP) {
		nng_close(p->sock);
		free(p);
		return fail(e, "depth of", url, rv);
	}
	if (listening)
		rv = nng_listen(p->sock, url, NULL, 0);
	else
		rv = nng_dial(p->sock, url, NULL, NNG_FLAG_NONBLOCK);
	if (rv != 0) {
		nng_close(p->sock);
		free(p);
		return fail(e, listening ? "listen on" : "dial", url, rv);
	}
	*out = p;
	return 0;
}

void
pipe_close(struct pipe *p)
{
	if (p == NULL)
		return;
	nng_close(p->sock);
	free(p);
}

static void
set_timeout(struct pipe *p, const char *opt, int timeout_ms)
{
	if (p->timeout == timeout_ms)
		return;
	nng_socket_set_ms(p->sock, opt, timeout_ms);
	p->timeout = timeout_ms;
}

int
pipe_push(struct pipe *p, const struct frame_out *f, int timeout_ms,
    struct err *e)
{
	size_t n = FRAME_HEAD + f->b.n + FRAME_PAD;
	nng_msg *m;
	char *body;
	int rv;

	if ((rv = nng_msg_alloc(&m, n)) != 0)
		fatal("out of memory: a frame of %zu bytes", n);
	body = nng_msg_body(m);
	frame_head(f, body);
	if (f->b.n > 0)
		memcpy(body + FRAME_HEAD, f->b.p, f->b.n);
	memset(body + FRAME_HEAD + f->b.n, 0, FRAME_PAD);
	set_timeout(p, NNG_OPT_SENDTIMEO, timeout_ms);
	rv = nng_sendmsg(p->sock, m, timeout_ms == 0 ? NNG_FLAG_NONBLOCK : 0);
	if (rv == 0)
		return 1;
	nng_msg_free(m);
	if (rv == NNG_ETIMEDOUT || rv == NNG_EAGAIN)
		return 0;
	return err_set(e, ERR_NET, "push a frame: %s", nng_strerror(rv));
}

int
pipe_pull(struct pipe *p, int timeout_ms, struct frame *f, struct err *e)
{
	nng_msg *m;
	int rv;

	*f = (struct frame){ 0 };
	set_timeout(p, NNG_OPT_RECVTIMEO, timeout_ms);
	rv = nng_recvmsg(p->sock, &m, timeout_ms == 0 ? NNG_FLAG_NONBLOCK : 0);
	if (rv == NNG_ETIMEDOUT || rv == NNG_EAGAIN)
		return 0;
	if (rv != 0)
		return err_set(e, ERR_NET, "pull a frame: %s",
		    nng_strerror(rv));
	if (frame_open(f, nng_msg_body(m), nng_msg_len(m)) != 0) {
		nng_msg_free(m);
		return err_set(e, ERR_INTERNAL, "pull: not a frame of this "
		    "version; stages must run the same crosswalkd");
	}
	f->msg = m;
	return 1;
}

int
pipe_fd(struct pipe *p)
{
	int fd;

	if (nng_socket_get_int(p->sock, NNG_OPT_RECVFD, &fd) != 0)
		fatal("a pull socket has no descriptor");
	return fd;
}

unsigned
pipe_lost(const struct pipe *p)
{
	return atomic_load(&p->lost);
}
