/*
 * crosswalk sandbox: a simulated CRM in the foreground.
 */
#include "config.h"

#include "cli/sandbox.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "sandbox/sandbox.h"

#define EXIT_USAGE 2

static const char usage[] =
    "usage: crosswalk sandbox hubspot [option...]\n"
    "A CRM on loopback, in memory, until it is told to end (SIGTERM, "
    "SIGINT).\n"
    "\n"
    "  --port N             listen on 127.0.0.1:N (default: a free one)\n"
    "  --port-file FILE     write the port there once it listens\n"
    "  --state FILE         read records at start, write them at the end\n"
    "  --properties FILE    declare properties: {\"contacts\": [{...}]}\n"
    "  --faults RULES       a JSON list of fault rules, or @FILE\n"
    "  --token T            the bearer token (default: sandbox-token)\n"
    "  --rate N             requests per 10 seconds (default: 1000000)\n"
    "  --search-lag MS      search sees a write so much later\n"
    "  --help               this text\n"
    "\n"
    "What happened: GET /_sandbox/stats, /_sandbox/records/{type},\n"
    "/_sandbox/requests; POST /_sandbox/faults, /_sandbox/reset-stats.\n";

struct options {
	struct sandbox_opts sandbox;
	const char *port_file;
	struct buf properties, faults;
};

static int
read_file(const char *path, struct buf *b, struct err *e)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return err_set(e, ERR_NOINPUT, "%s: %s", path,
		    strerror(errno));
	do {
		n = fread(buf_room(b, 4096), 1, 4096, f);
		b->n += n;
	} while (n > 0);
	fclose(f);
	buf_putc(b, '\0');
	return 0;
}

static int
number(const char *name, const char *text, long max, unsigned *out,
    struct err *e)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < 0 || v > max)
		return err_set(e, ERR_USAGE, "--%s: \"%s\" is not a number "
		    "from 0 to %ld", name, text, max);
	*out = (unsigned)v;
	return 0;
}

/* 0: go on; 1: help was asked for; -1: *e. */
static int
parse(int argc, char **argv, struct options *o, struct err *e)
{
	static const struct option longs[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "port-file", required_argument, NULL, 'f' },
		{ "state", required_argument, NULL, 's' },
		{ "properties", required_argument, NULL, 'd' },
		{ "faults", required_argument, NULL, 'x' },
		{ "token", required_argument, NULL, 't' },
		{ "rate", required_argument, NULL, 'r' },
		{ "search-lag", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned port;
	int c, rc = 0;

	optind = 0;
	opterr = 0;
	while (rc == 0 && (c = getopt_long(argc, argv, "+:h", longs,
	    NULL)) != -1) {
		switch (c) {
		case 'p':
			rc = number("port", optarg, 65535, &port, e);
			if (rc == 0)
				o->sandbox.port = (uint16_t)port;
			break;
		case 'f':
			o->port_file = optarg;
			break;
		case 's':
			o->sandbox.state_file = optarg;
			break;
		case 'd':
			rc = read_file(optarg, &o->properties, e);
			o->sandbox.properties = o->properties.p;
			break;
		case 'x':
			if (*optarg == '@') {
				rc = read_file(optarg + 1, &o->faults, e);
				o->sandbox.faults = o->faults.p;
			} else {
				o->sandbox.faults = optarg;
			}
			break;
		case 't':
			o->sandbox.token = optarg;
			break;
		case 'r':
			rc = number("rate", optarg, 1000000000,
			    &o->sandbox.rate_max, e);
			break;
		case 'l':
			rc = number("search-lag", optarg, 86400000,
			    &o->sandbox.search_lag_ms, e);
			break;
		case 'h':
			return 1;
		case ':':
			return err_set(e, ERR_USAGE, "%s needs a value",
			    argv[optind - 1]);
		default:
			return err_set(e, ERR_USAGE, "there is no option %s",
			    argv[optind - 1]);
		}
	}
	if (rc == 0 && optind < argc)
		return err_set(e, ERR_USAGE, "%s: one argument too many",
		    argv[optind]);
	return rc;
}

/* Whole or not there: written beside and renamed. */
static int
write_port(const char *path, uint16_t port, struct err *e)
{
	struct buf name = { 0 };
	FILE *f;
	int rc = 0;

	buf_printf(&name, "%s.new", path);
	buf_putc(&name, '\0');
	f = fopen(name.p, "w");
	if (f == NULL || fprintf(f, "%u\n", port) < 0)
		rc = err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (f != NULL && fclose(f) != 0 && rc == 0)
		rc = err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (rc == 0 && rename(name.p, path) != 0)
		rc = err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	buf_fini(&name);
	return rc;
}

static int
serve(const struct options *o, struct err *e)
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
	s = sandbox_start(&o->sandbox, e);
	rc = s == NULL ? -1 : 0;
	if (s != NULL && o->port_file != NULL)
		rc = write_port(o->port_file, sandbox_port(s), e);
	if (rc == 0) {
		printf("hubspot sandbox on http://127.0.0.1:%u\n",
		    sandbox_port(s));
		fflush(stdout);
		sigwait(&set, &sig);
	}
	if (s != NULL && sandbox_stop(s, rc == 0 ? e : NULL) != 0)
		rc = -1;
	if (o->port_file != NULL)
		remove(o->port_file);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	return rc;
}

int
cli_sandbox(int argc, char **argv)
{
	struct options o = { 0 };
	struct err e = { 0 };
	int rc;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc < 2 || strcmp(argv[1], "hubspot") != 0) {
		fprintf(stderr, "crosswalk sandbox: name a CRM: hubspot\n%s",
		    usage);
		return EXIT_USAGE;
	}
	rc = parse(argc - 1, argv + 1, &o, &e);
	if (rc == 1)
		fputs(usage, stdout);
	else if (rc == 0)
		rc = serve(&o, &e);
	buf_fini(&o.properties);
	buf_fini(&o.faults);
	if (rc >= 0)
		return 0;
	fprintf(stderr, "crosswalk sandbox: %s\n", e.text);
	return err_exit(e.code);
}
