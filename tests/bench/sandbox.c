/*
 * How fast the HubSpot sandbox is: batch upserts of 100 records of about
 * 1 KB over kept connections, four in flight, from one thread.  The sandbox
 * is a process of its own, so that its share of the CPU can be told.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http.h"
#include "sandbox/sandbox.h"

enum { RECORDS = 20000, BATCH = 100, CALLS = RECORDS / BATCH, FLIGHT = 4 };

static const char properties[] = "{\"contacts\":[{\"name\":\"ext_id\","
    "\"type\":\"string\",\"hasUniqueValue\":true},"
    "{\"name\":\"score\",\"type\":\"number\"},"
    "{\"name\":\"vip\",\"type\":\"bool\"},"
    "{\"name\":\"born\",\"type\":\"date\"},"
    "{\"name\":\"seen_at\",\"type\":\"datetime\"},"
    "{\"name\":\"notes\",\"type\":\"string\"}]}";

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double
own_cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return seconds(u.ru_utime) + seconds(u.ru_stime);
}

/* utime and stime of a process, from /proc. */
static double
cpu_of(pid_t pid)
{
	unsigned long user = 0, sys = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f == NULL || fscanf(f, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u "
	    "%*u %*u %*u %lu %lu", &user, &sys) != 2)
		fatal("%s cannot be read", path);
	fclose(f);
	return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static void
put_record(struct buf *b, unsigned i, unsigned round)
{
	buf_printf(b, "%s{\"id\":\"K%06u\",\"idProperty\":\"ext_id\","
	    "\"objectWriteTraceId\":\"%u\",\"properties\":{"
	    "\"email\":\"person%u@example.com\",\"firstname\":\"Zo\xc3\xab\","
	    "\"lastname\":\"Number %u\",\"phone\":\"+32 2 555 %04u\","
	    "\"company\":\"The Company of Number %u\",\"jobtitle\":\"Chief "
	    "of Round %u\",\"website\":\"https://www.example.com/p/%u\","
	    "\"address\":\"%u Long Street, Third Floor, Left\","
	    "\"city\":\"Antwerpen\",\"state\":\"Vlaanderen\","
	    "\"zip\":\"%u\",\"country\":\"Belgium\","
	    "\"lifecyclestage\":\"lead\",\"score\":\"%u.50\","
	    "\"vip\":\"true\",\"born\":\"1980-02-29\","
	    "\"seen_at\":\"2026-01-31T12:00:00.123Z\",\"notes\":\"",
	    i % BATCH ? "," : "", i, i, i, i, i % 10000, i, round, i, i, i,
	    i);
	for (int k = 0; k < 12; k++)
		buf_puts(b, STR("some words of a note about them; "));
	buf_puts(b, STR("\"}}"));
}

static void
fill(struct buf *bodies, unsigned round)
{
	for (unsigned c = 0; c < CALLS; c++) {
		buf_reset(&bodies[c]);
		buf_puts(&bodies[c], STR("{\"inputs\":["));
		for (unsigned i = 0; i < BATCH; i++)
			put_record(&bodies[c], c * BATCH + i, round);
		buf_puts(&bodies[c], STR("]}"));
	}
}

static void
round_of(const char *what, const char *url, struct buf *bodies, pid_t pid)
{
	struct http_header headers[] = {
		{ STR("Authorization"), STR("Bearer sandbox-token") },
		{ STR("Content-Type"), STR("application/json") },
	};
	struct http_opts o = { .max_per_host = FLIGHT };
	struct http_request r = { .method = "POST", .url = url,
		.headers = headers, .nheaders = COUNT(headers) };
	struct http *h = http_new(&o);
	struct http_done d[FLIGHT];
	double cpu = own_cpu(), theirs = cpu_of(pid), s;
	size_t next = 0, done = 0, in = 0, out = 0;
	int64_t t = clock_mono_ns();

	while (done < CALLS) {
		int n;

		while (next < CALLS && http_pending(h) < FLIGHT) {
			r.body = buf_str(&bodies[next++]);
			out += r.body.n;
			http_submit(h, &r, NULL);
		}
		n = http_poll(h, 10000, d, FLIGHT);
		for (int i = 0; i < n; i++, done++) {
			if (d[i].outcome != HTTP_REPLY || d[i].status != 200)
				fatal("%d %s %.*s", d[i].status, d[i].error,
				    200, d[i].body.p ? d[i].body.p : "");
			in += d[i].body.n;
		}
	}
	s = (double)(clock_mono_ns() - t) / 1e9;
	printf("%-18s %8.0f records/s  %5.0f calls/s  cpu us a record: "
	    "sandbox %.1f, client %.1f  (%zu MB out, %zu MB in)\n", what,
	    RECORDS / s, CALLS / s, (cpu_of(pid) - theirs) / RECORDS * 1e6,
	    (own_cpu() - cpu) / RECORDS * 1e6, out >> 20, in >> 20);
	http_free(h);
}

static void
serve(int fd)
{
	struct sandbox_opts o = { .properties = properties };
	struct err e;
	struct sandbox *s;
	uint16_t port;
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	s = sandbox_start(&o, &e);
	if (s == NULL)
		fatal("%s", e.text);
	port = sandbox_port(s);
	if (write(fd, &port, sizeof(port)) != sizeof(port))
		fatal("the pipe is closed");
	sigwait(&set, &sig);
	sandbox_stop(s, NULL);
	_exit(0);
}

int
main(void)
{
	static struct buf bodies[CALLS];
	struct rusage u;
	char url[128];
	uint16_t port;
	int fds[2];
	pid_t pid;

	if (pipe(fds) != 0 || (pid = fork()) < 0)
		fatal("no pipe or no process");
	if (pid == 0)
		serve(fds[1]);
	if (read(fds[0], &port, sizeof(port)) != sizeof(port))
		fatal("the sandbox did not start");
	snprintf(url, sizeof(url),
	    "http://127.0.0.1:%u/crm/v3/objects/contacts/batch/upsert", port);
	fill(bodies, 1);
	printf("%d records of %zu bytes, %d a call, %d in flight\n", RECORDS,
	    bodies[0].n / BATCH, BATCH, FLIGHT);
	round_of("create", url, bodies, pid);
	round_of("no change", url, bodies, pid);
	fill(bodies, 2);
	round_of("update one field", url, bodies, pid);
	kill(pid, SIGTERM);
	if (wait4(pid, NULL, 0, &u) != pid)
		fatal("the sandbox is lost");
	printf("sandbox memory: %ld MB\n", u.ru_maxrss >> 10);
	for (size_t i = 0; i < CALLS; i++)
		buf_fini(&bodies[i]);
	return 0;
}
