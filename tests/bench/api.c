/*
 * How many records a second POST /v1/{tenant}/events makes durable:
 * api RECORDS.ndjson SCHEMA.json [SECONDS]
 *
 * Clients, server and a private Postgres (fsync on) share the machine.
 * Every record is checked against the schema; what is counted was answered
 * with 202.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "store/cluster.h"
#include "store/control.h"
#include "store/migrate.h"

static struct str records;
static char key[APIKEY_SIZE];
static uint16_t port;
static _Atomic int stop;

static struct str
read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = { 0 };
	size_t n;

	if (f == NULL)
		fatal("cannot read %s", path);
	while ((n = fread(buf_room(&b, 65536), 1, 65536, f)) > 0)
		b.n += n;
	fclose(f);
	return buf_str(&b);
}

struct client {
	pthread_t thread;
	int lines;
	size_t from; /* where in the records it begins */
	uint64_t taken;
};

/* The next request: so many lines, round and round. */
static void
build(struct client *k, struct buf *out, struct buf *body)
{
	buf_reset(body);
	for (int i = 0; i < k->lines; i++) {
		const char *p = records.p + k->from;
		const char *nl = memchr(p, '\n', records.n - k->from);

		if (nl == NULL) {
			k->from = 0;
			i--;
			continue;
		}
		buf_put(body, p, (size_t)(nl - p) + 1);
		k->from = (size_t)(nl - records.p) + 1;
	}
	buf_reset(out);
	buf_printf(out, "POST /v1/bench/events?entity=contact HTTP/1.1\r\n"
	    "Host: x\r\nAuthorization: Bearer %s\r\n"
	    "Content-Type: application/x-ndjson\r\nContent-Length: %zu\r\n"
	    "\r\n", key, body->n);
	buf_put(out, body->p, body->n);
}

static void
exchange(int fd, const struct buf *request)
{
	static const char end[] = "}\n";
	char text[4096];
	size_t n = 0;
	ssize_t r;

	for (size_t at = 0; at < request->n; at += (size_t)r)
		if ((r = write(fd, request->p + at, request->n - at)) <= 0)
			fatal("the server hung up");
	do {
		r = read(fd, text + n, sizeof(text) - 1 - n);
		if (r <= 0)
			fatal("the server hung up");
		n += (size_t)r;
		text[n] = '\0';
	} while (n < 2 || memcmp(text + n - 2, end, 2) != 0);
	if (strncmp(text, "HTTP/1.1 202", 12) != 0)
		fatal("not taken: %s", text);
}

static void *
send_all(void *arg)
{
	struct client *k = arg;
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct buf request = { 0 }, body = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		fatal("cannot connect");
	while (!atomic_load(&stop)) {
		build(k, &request, &body);
		exchange(fd, &request);
		k->taken += (uint64_t)k->lines;
	}
	close(fd);
	buf_fini(&request);
	buf_fini(&body);
	return NULL;
}

/* Of clients and server; Postgres is on its own account. */
static double
cpu_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	    (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void
run(int nclient, int lines, double seconds)
{
	struct client clients[64] = { 0 };
	int64_t start = clock_mono_ns();
	double cpu = cpu_seconds(), took;
	uint64_t taken = 0;

	atomic_store(&stop, 0);
	for (int i = 0; i < nclient; i++) {
		clients[i].lines = lines;
		if (pthread_create(&clients[i].thread, NULL, send_all,
		    &clients[i]) != 0)
			fatal("cannot start a thread");
	}
	clock_sleep_ms((int64_t)(seconds * 1000));
	atomic_store(&stop, 1);
	for (int i = 0; i < nclient; i++) {
		pthread_join(clients[i].thread, NULL);
		taken += clients[i].taken;
	}
	took = (double)(clock_mono_ns() - start) / 1e9;
	printf("%2d clients, %4d records a request: %8.0f records/s, "
	    "%6.0f requests/s, %5.1f us of processor a record\n", nclient,
	    lines, (double)taken / took, (double)taken / lines / took,
	    (cpu_seconds() - cpu) * 1e6 / (double)taken);
	fflush(stdout);
}

static void
prepare(struct db **db, const char *conninfo, const char *schema)
{
	struct entity x = { .name = STR("contact"),
		.schema = read_file(schema) };
	struct err e;
	int32_t id;

	if (db_connect(conninfo, db, &e) != 0 || migrate(*db, &e) != 0 ||
	    tenant_put(*db, STR("bench"), &x.tenant_id, &e) != 0 ||
	    apikey_create(*db, x.tenant_id, STR("bench"), key, &e) != 0 ||
	    entity_put(*db, &x, &id, &e) != 0)
		fatal("%s", e.text);
	free((char *)x.schema.p);
}

int
main(int argc, char **argv)
{
	double seconds = argc > 3 ? strtod(argv[3], NULL) : 3;
	struct api_opts o = { 0 };
	struct cluster *c;
	struct rusage use;
	struct api *api;
	struct db *db;
	struct err e;

	if (argc < 3) {
		fputs("usage: api RECORDS.ndjson SCHEMA.json [SECONDS]\n",
		    stderr);
		return 2;
	}
	records = read_file(argv[1]);
	if (cluster_start(NULL, &c, &e) != 0)
		fatal("%s", e.text);
	o.conninfo = cluster_conninfo(c);
	prepare(&db, o.conninfo, argv[2]);
	if (api_start(&o, &api, &e) != 0)
		fatal("%s", e.text);
	port = api_port(api);
	run(4, 100, seconds / 3); /* warm */
	run(1, 1, seconds);
	run(16, 1, seconds);
	run(4, 100, seconds);
	run(4, 1000, seconds);
	getrusage(RUSAGE_SELF, &use);
	printf("server and clients: %ld MB resident at most\n",
	    use.ru_maxrss / 1024);
	api_stop(api);
	db_close(db);
	cluster_stop(c);
	free((char *)records.p);
	return 0;
}
