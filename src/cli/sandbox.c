/*
 * crosswalk sandbox hubspot: a simulated CRM in the foreground.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "sandbox/sandbox.h"

#define FILE_MAX ((size_t)1 << 20)

/* An option that is a number from 0 to max; *out stays where it is absent. */
static void
number(const struct args *a, int letter, unsigned long max, unsigned *out)
{
	const char *text = args_get(a, letter);
	unsigned long v;
	char *end;

	if (text == NULL)
		return;
	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' ||
	    v > max)
		args_fail(a, "`%s` is not a number from 0 to %lu", text, max);
	*out = (unsigned)v;
}

/* A file's text as a C string, kept in b. */
static int
text_of(const char *path, struct buf *b, const char **out, struct err *e)
{
	if (read_all(path, FILE_MAX, b, e) != 0)
		return -1;
	buf_putc(b, '\0');
	*out = b->p;
	return 0;
}

static int
write_port(const char *path, uint16_t port, struct err *e)
{
	char text[8];
	int n = snprintf(text, sizeof(text), "%u\n", port);

	return write_whole(path, str_from(text, (size_t)n), e);
}

static int
serve(const struct sandbox_opts *o, const char *port_file,
    struct err *e)
{
	struct sandbox *s;
	sigset_t set, was;
	int rc, sig;

	/* Before the threads are made, so that none of them takes it. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, &was);
	signal(SIGPIPE, SIG_IGN);
	s = sandbox_start(o, e);
	rc = s == NULL ? -1 : 0;
	if (s != NULL && port_file != NULL)
		rc = write_port(port_file, sandbox_port(s), e);
	if (rc == 0) {
		printf("hubspot sandbox on http://127.0.0.1:%u\n",
		    sandbox_port(s));
		fflush(stdout);
		sigwait(&set, &sig);
	}
	if (s != NULL && sandbox_stop(s, rc == 0 ? e : NULL) != 0)
		rc = -1;
	if (port_file != NULL)
		remove(port_file);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	return rc;
}

/* The options that name files; the rest cannot fail. */
static int
read_files(const struct args *a, struct sandbox_opts *o, struct buf *properties,
    struct buf *faults, struct err *e)
{
	const char *f = args_get(a, 'x');

	if (args_get(a, 'p') != NULL && text_of(args_get(a, 'p'), properties,
	    &o->properties, e) != 0)
		return -1;
	o->faults = f;
	return f && *f == '@' ? text_of(f + 1, faults, &o->faults, e) : 0;
}

int
cmd_sandbox_hubspot(const struct args *a)
{
	struct sandbox_opts o = {
		.token = args_get(a, 't'),
		.state_file = args_get(a, 's'),
	};
	struct buf properties = { 0 }, faults = { 0 };
	unsigned port = 0;
	struct err e;
	int r;

	number(a, 'P', 65535, &port);
	number(a, 'r', 1000000000, &o.rate_max);
	number(a, 'l', 86400000, &o.search_lag_ms);
	o.port = (uint16_t)port;
	r = read_files(a, &o, &properties, &faults, &e);
	if (r == 0)
		r = serve(&o, args_get(a, 'f'), &e);
	buf_fini(&properties);
	buf_fini(&faults);
	return r == 0 ? 0 : say_err(&e);
}
