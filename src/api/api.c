/*
 * Starting and stopping the server.
 */
#include "api/api.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/server.h"
#include "base/clock.h"

/* Where MHD keeps the headers of a request, and reads bodies through. */
#define CONNECTION_MEMORY (128 * 1024)
/* How often to look for slow clients, and for changes without a notice. */
#define KEEPER_MS 1000
/* For answers that are ready to reach their clients at the stop. */
#define FAREWELL_MS 2000

static void
set_defaults(struct api_opts *o)
{
	if (o->address == NULL)
		o->address = "127.0.0.1";
	if (o->threads == 0)
		o->threads = 2;
	if (o->connections == 0)
		o->connections = 256;
	if (o->connections < o->threads)
		o->connections = o->threads;
	if (o->body_max == 0)
		o->body_max = (size_t)16 << 20;
	if (o->memory_max == 0)
		o->memory_max = (size_t)256 << 20;
	if (o->idle_s == 0)
		o->idle_s = 30;
	if (o->request_s == 0)
		o->request_s = 60;
	if (o->stuck_s == 0)
		o->stuck_s = 10;
}

static void *
keep(void *arg)
{
	struct api *x = arg;

	while (!atomic_load(&x->stopping)) {
		directory_turn(x->directory, KEEPER_MS, x->wake_fd);
		http_sweep(x, clock_mono_ms());
	}
	return NULL;
}

static int
listen_at(struct api *x, struct err *e)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST |
		AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_ALLOW_SUSPEND_RESUME;
	char port[8];

	snprintf(port, sizeof(port), "%u", x->opts.port);
	if (getaddrinfo(x->opts.address, port, &hints, &found) != 0)
		return err_set(e, ERR_USAGE, "api: \"%s\" is not a numeric "
		    "address", x->opts.address);
	if (found->ai_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	x->daemon = MHD_start_daemon(flags, x->opts.port, NULL, NULL,
	    http_access, x,
	    MHD_OPTION_SOCK_ADDR, found->ai_addr,
	    MHD_OPTION_THREAD_POOL_SIZE, x->opts.threads > 1 ?
	    x->opts.threads : 0,
	    MHD_OPTION_CONNECTION_LIMIT, x->opts.connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, x->opts.idle_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_COMPLETED, http_completed, x,
	    MHD_OPTION_NOTIFY_CONNECTION, http_connection, x,
	    MHD_OPTION_END);
	freeaddrinfo(found);
	if (x->daemon == NULL)
		return err_set(e, ERR_SYSTEM, "api: cannot listen at %s port "
		    "%u: %s", x->opts.address, x->opts.port,
		    strerror(errno));
	return 0;
}

static void
api_free(struct api *x)
{
	struct api_scratch *s;

	while ((s = x->scratch) != NULL) {
		x->scratch = s->next;
		events_run_free(s->run);
		free(s);
	}
	commit_free(x->commit);
	directory_free(x->directory);
	if (x->wake_fd >= 0)
		close(x->wake_fd);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

int
api_start(const struct api_opts *o, struct api **out, struct err *e)
{
	struct api *x = calloc(1, sizeof(*x));

	if (x == NULL)
		fatal("out of memory");
	x->opts = *o;
	set_defaults(&x->opts);
	pthread_mutex_init(&x->lock, NULL);
	x->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (x->wake_fd < 0) {
		err_set(e, ERR_SYSTEM, "api: eventfd: %s", strerror(errno));
		goto bad;
	}
	if (directory_new(o->conninfo, &x->directory, e) != 0 ||
	    commit_start(o->conninfo, &x->commit, e) != 0 ||
	    listen_at(x, e) != 0)
		goto bad;
	if (pthread_create(&x->keeper, NULL, keep, x) != 0)
		fatal("cannot start a thread");
	*out = x;
	return 0;
bad:
	commit_stop(x->commit);
	api_free(x);
	return -1;
}

uint16_t
api_port(const struct api *x)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(x->daemon,
	    MHD_DAEMON_INFO_BIND_PORT);

	return info != NULL ? info->port : 0;
}

static int
any_busy(struct api *x)
{
	int busy = 0;

	pthread_mutex_lock(&x->lock);
	for (struct client *k = x->clients; k != NULL; k = k->next)
		busy |= k->busy;
	pthread_mutex_unlock(&x->lock);
	return busy;
}

void
api_stop(struct api *x)
{
	int64_t until = clock_mono_ms() + FAREWELL_MS;
	uint64_t one = 1;
	MHD_socket fd;

	if (x == NULL)
		return;
	atomic_store(&x->stopping, 1);
	fd = MHD_quiesce_daemon(x->daemon);
	/* Ends every wait for the journal: then no connection is suspended. */
	commit_stop(x->commit);
	while (any_busy(x) && clock_mono_ms() < until)
		clock_sleep_ms(2);
	MHD_stop_daemon(x->daemon);
	if (fd != MHD_INVALID_SOCKET)
		close(fd);
	if (write(x->wake_fd, &one, sizeof(one)) < 0)
		fatal("eventfd: %s", strerror(errno));
	pthread_join(x->keeper, NULL);
	api_free(x);
}
