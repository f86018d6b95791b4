/*
 * What /metrics, /readyz and status answer.  Ready is progress: the oldest
 * undone change is young enough.
 */
#include "daemon/door.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

struct door {
	struct api *api;
	const struct config *config;
	const struct metrics *metrics;
};

static void
tell_metrics(void *arg, struct buf *out)
{
	const struct door *d = arg;

	metrics_render(out, d->metrics);
}

static void
tell_ready(void *arg, struct api_ready *r)
{
	const struct door *d = arg;

	*r = (struct api_ready){ .ok = 1 };
	r->oldest_ms = metric_get(d->metrics, METRIC_oldest_ms);
	if (r->oldest_ms > d->config->ready_age_ms) {
		r->ok = 0;
		snprintf(r->cause, sizeof(r->cause), "the oldest undone change "
		    "is %" PRId64 " ms old, more than ready_age_ms; see "
		    "crosswalk status", r->oldest_ms);
	}
}

static int
tell_status(void *arg, int32_t tenant_id, struct str tenant, struct buf *out,
    struct err *e)
{
	const struct door *d = arg;

	buf_puts(out, STR("{\"tenant\":"));
	buf_json(out, tenant);
	buf_printf(out, ",\"oldest_undone_ms\":%" PRId64 ",\"under_way\":%"
	    PRId64 ",\"generation\":%" PRId64 "}",
	    metric_get(d->metrics, METRIC_oldest_ms),
	    metric_get(d->metrics, METRIC_lanes),
	    metric_get(d->metrics, METRIC_generation));
	return 0;
}

/* "127.0.0.1:7300" or "[::1]:7300" */
static int
split_listen(const char *listen, char *host, size_t size, uint16_t *port,
    struct err *e)
{
	const char *colon = strrchr(listen, ':');
	size_t n = colon != NULL ? (size_t)(colon - listen) : 0;
	char *end = NULL;
	long p = colon != NULL ? strtol(colon + 1, &end, 10) : -1;

	if (n >= 2 && listen[0] == '[' && listen[n - 1] == ']') {
		listen++;
		n -= 2;
	}
	if (n == 0 || n >= size || p < 0 || p > 65535 || end == colon + 1 ||
	    *end != '\0')
		return err_set(e, ERR_USAGE, "listen: \"%.60s\" is not "
		    "ADDRESS:PORT, as 127.0.0.1:7300", listen);
	memcpy(host, listen, n);
	host[n] = '\0';
	*port = (uint16_t)p;
	return 0;
}

int
door_start(struct door **out, const struct config *c, const struct metrics *m,
    struct err *e)
{
	struct door *d = calloc(1, sizeof(*d));
	struct api_opts o = { .conninfo = c->db };
	char host[64];

	if (d == NULL)
		fatal("out of memory: the door");
	d->config = c;
	d->metrics = m;
	if (split_listen(c->listen, host, sizeof(host), &o.port, e) != 0) {
		free(d);
		return -1;
	}
	o.address = host;
	o.calls = (struct api_calls){ .metrics = tell_metrics,
	    .ready = tell_ready, .status = tell_status, .arg = d };
	if (api_start(&o, &d->api, e) != 0) {
		free(d);
		return -1;
	}
	log_info("daemon.listening", "address=%s port=%d", host,
	    api_port(d->api));
	*out = d;
	return 0;
}

void
door_stop(struct door *d)
{
	if (d == NULL)
		return;
	api_stop(d->api);
	free(d);
}
