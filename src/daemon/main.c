/*
 * crosswalkd: runs the stages that it is told to, until SIGTERM or SIGINT.
 *
 * main owns every part, starts them from the back (delivery) to the front
 * (ingest) and stops them the other way round.  Signals are taken by main
 * alone, in sigwait.
 */
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/config.h"
#include "daemon/door.h"
#include "daemon/upkeep.h"
#include "stage/delivery.h"
#include "stage/engine.h"
#include "stage/ingest.h"
#include "store/migrate.h"
#include "store/secret.h"

#define DRAIN_MS 5000
#define ENGINES 64

enum stage_bit { STAGE_INGEST = 1, STAGE_ENGINE = 2, STAGE_DELIVERY = 4,
	STAGE_API = 8 };

static const struct {
	const char *name;
	unsigned bit;
} stages[] = {
	{ "ingest", STAGE_INGEST },
	{ "engine", STAGE_ENGINE },
	{ "delivery", STAGE_DELIVERY },
	{ "api", STAGE_API },
};

struct daemon {
	struct config config;
	unsigned stages;
	char work[512], result[512], ack[512];
	struct metrics metrics;
	struct secret_key *key;
	struct catalogs *catalogs;
	struct delivery *delivery;
	struct engine *engines[ENGINES];
	struct ingest *ingest;
	struct upkeep *upkeep;
	struct door *door;
};

static void
usage(FILE *to)
{
	struct buf keys = { 0 };

	config_help(&keys);
	fprintf(to,
	    "usage: crosswalkd [-c FILE] [--KEY VALUE]... [--check]\n"
	    "\n"
	    "Keeps records equal between Postgres and CRMs.\n"
	    "\n"
	    "  -c, --config FILE    read this configuration first\n"
	    "      --check          read the configuration and exit\n"
	    "      --version        print the version and exit\n"
	    "  -h, --help           print this and exit\n"
	    "\n"
	    "Keys, in the file or as --KEY VALUE:\n"
	    "%.*s"
	    "\nSee crosswalkd(8) and crosswalkd.conf(5).\n",
	    (int)keys.n, keys.p);
	buf_fini(&keys);
}

static int
parse_stages(struct daemon *d, struct err *e)
{
	const char *p = d->config.stages;

	while (*p != '\0') {
		size_t n = strcspn(p, ","), i;

		for (i = 0; i < COUNT(stages); i++)
			if (strlen(stages[i].name) == n &&
			    memcmp(stages[i].name, p, n) == 0)
				break;
		if (i == COUNT(stages))
			return err_set(e, ERR_USAGE, "stages: no stage named "
			    "\"%.*s\"; there are ingest, engine, delivery and "
			    "api", (int)n, p);
		d->stages |= stages[i].bit;
		p += n + (p[n] == ',');
	}
	if (d->stages == 0)
		return err_set(e, ERR_USAGE, "stages: none is named");
	return 0;
}

/* Where the pipes are: in the process, or on sockets in a folder. */
static int
name_pipes(struct daemon *d, struct err *e)
{
	const unsigned path = STAGE_INGEST | STAGE_ENGINE | STAGE_DELIVERY;
	static const char *const names[] = { "work", "result", "ack" };
	char *const urls[] = { d->work, d->result, d->ack };

	if (*d->config.ipc == '\0' && (d->stages & path) != path &&
	    (d->stages & path) != 0)
		return err_set(e, ERR_USAGE, "stages: ingest, engine and "
		    "delivery that run apart meet in a folder; name it with "
		    "ipc");
	for (size_t i = 0; i < COUNT(names); i++) {
		int n = *d->config.ipc == '\0' ?
		    snprintf(urls[i], sizeof(d->work), "inproc://%s",
			names[i]) :
		    snprintf(urls[i], sizeof(d->work), "ipc://%s/%s.sock",
			d->config.ipc, names[i]);

		if (n >= 100)
			return err_set(e, ERR_USAGE, "ipc: the path of the "
			    "folder is too long for a socket: %.60s…",
			    d->config.ipc);
	}
	return 0;
}

static int
load_key(struct daemon *d, struct err *e)
{
	if (*d->config.key_file == '\0' && getenv("CROSSWALK_KEY") == NULL &&
	    getenv("CROSSWALK_KEY_FILE") == NULL)
		return 0;
	return secret_key_load(*d->config.key_file ? d->config.key_file : NULL,
	    &d->key, e);
}

static int
bring_schema(struct daemon *d, struct err *e)
{
	struct db *db;
	int rv;

	if (db_connect(d->config.db, &db, e) != 0)
		return -1;
	rv = migrate(db, e);
	db_close(db);
	return rv;
}

static int
start_path(struct daemon *d, struct err *e)
{
	const struct config *c = &d->config;

	if (d->stages & STAGE_DELIVERY) {
		struct delivery_opts o = { .conninfo = c->db,
		    .result_url = d->result, .ack_url = d->ack,
		    .catalogs = d->catalogs, .metrics = &d->metrics,
		    .key = d->key, .held = (size_t)c->lanes * 2,
		    .linger_ms = c->linger_ms,
		    .requests = (unsigned)c->requests,
		    .timeout_ms = c->request_timeout_ms,
		    .attempts = (unsigned)c->attempts,
		    .park_ms = c->park_ms, .wait_ms = c->wait_ms };

		if (delivery_start(&d->delivery, &o, e) != 0)
			return err_prefix(e, "delivery");
	}
	if (d->stages & STAGE_ENGINE) {
		struct engine_opts o = { .work_url = d->work,
		    .result_url = d->result, .catalogs = d->catalogs,
		    .metrics = &d->metrics };

		for (int64_t i = 0; i < c->engine_workers; i++)
			if (engine_start(&d->engines[i], &o, e) != 0)
				return err_prefix(e, "engine");
	}
	if (d->stages & STAGE_INGEST) {
		struct ingest_opts o = { .conninfo = c->db,
		    .work_url = d->work, .ack_url = d->ack,
		    .catalogs = d->catalogs, .metrics = &d->metrics,
		    .lanes = (size_t)c->lanes,
		    .frame_items = (size_t)c->frame_items,
		    .again_ms = c->again_ms };

		if (ingest_start(&d->ingest, &o, e) != 0)
			return err_prefix(e, "ingest");
		if (upkeep_start(&d->upkeep, c->db, e) != 0)
			return err_prefix(e, "upkeep");
	}
	return 0;
}

static int
start(struct daemon *d, struct err *e)
{
	if (load_key(d, e) != 0 || bring_schema(d, e) != 0 ||
	    catalogs_start(&d->catalogs, d->config.db, &d->metrics, e) != 0)
		return -1;
	if (start_path(d, e) != 0)
		return -1;
	if ((d->stages & STAGE_API) &&
	    door_start(&d->door, &d->config, &d->metrics, e) != 0)
		return err_prefix(e, "api");
	return 0;
}

static void
stop(struct daemon *d)
{
	door_stop(d->door);
	upkeep_stop(d->upkeep);
	ingest_stop(d->ingest, DRAIN_MS);
	for (size_t i = 0; i < ENGINES; i++)
		engine_stop(d->engines[i]);
	delivery_stop(d->delivery, DRAIN_MS);
	catalogs_stop(d->catalogs);
	secret_key_free(d->key);
}

static int
run(struct daemon *d, const sigset_t *set, struct err *e)
{
	int sig, rv = start(d, e);

	if (rv == 0) {
		log_info("daemon.ready", "stages=%s pid=%d", d->config.stages,
		    (int)getpid());
		sigwait(set, &sig);
		log_info("daemon.stopping", "signal=%d", sig);
	}
	stop(d);
	return rv;
}

/* In the order given: what comes later wins. */
static int
options(struct daemon *d, int argc, char **argv, int *check, struct err *e)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'C' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
#define CONFIG(name, type, preset, help)                                  \
		{ #name, required_argument, NULL, 1 },
#include "daemon/config.def"
#undef CONFIG
		{ 0 },
	};
	int opt, at = 0;

	while ((opt = getopt_long(argc, argv, "c:h", longs, &at)) != -1) {
		switch (opt) {
		case 'c':
			if (config_read(&d->config, optarg, e) != 0)
				return -1;
			break;
		case 'C':
			*check = 1;
			break;
		case 'V':
			printf("crosswalkd %s\n", PACKAGE_VERSION);
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		case 1:
			if (config_set(&d->config, longs[at].name, optarg,
			    e) != 0)
				return -1;
			break;
		default:
			return err_set(e, ERR_USAGE, "see crosswalkd --help");
		}
	}
	if (optind < argc)
		return err_set(e, ERR_USAGE, "\"%s\" is not an option; see "
		    "crosswalkd --help", argv[optind]);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct daemon d;
	enum log_level level;
	struct err e = { 0 };
	sigset_t set;
	int check = 0, rv;

	config_init(&d.config);
	rv = options(&d, argc, argv, &check, &e);
	if (rv == 0 && *d.config.db == '\0' && getenv("CROSSWALK_DB") != NULL)
		rv = config_set(&d.config, "db", getenv("CROSSWALK_DB"), &e);
	if (rv == 0 && log_level_parse(d.config.log_level, &level) != 0)
		rv = err_set(&e, ERR_USAGE, "log_level: \"%s\" is none of "
		    "debug, info, warn, error", d.config.log_level);
	if (rv == 0)
		rv = parse_stages(&d, &e);
	if (rv == 0)
		rv = name_pipes(&d, &e);
	if (rv == 0 && !check) {
		log_set_level(level);
		signal(SIGPIPE, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigaddset(&set, SIGINT);
		pthread_sigmask(SIG_BLOCK, &set, NULL);
		rv = run(&d, &set, &e);
	}
	if (rv != 0)
		fprintf(stderr, "crosswalkd: %s\n", e.text);
	config_fini(&d.config);
	return rv == 0 ? 0 : err_exit(e.code);
}
