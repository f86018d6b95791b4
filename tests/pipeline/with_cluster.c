/*
 * Run a program with a private cluster beside it:
 *
 *   tests/pipeline/with_cluster [-m] PROGRAM [ARGUMENT...]
 *
 * CROSSWALK_DB tells it where; -m migrates the schema first.  Exits as the
 * program does; the cluster is gone by then.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "store/cluster.h"
#include "store/migrate.h"

static int
fail(const struct err *e)
{
	fprintf(stderr, "with_cluster: %s\n", e->text);
	return 99; /* automake: a hard error */
}

static int
prepare(const struct cluster *c, struct err *e)
{
	struct db *db;
	int rc;

	if (db_connect(cluster_conninfo(c), &db, e) < 0)
		return -1;
	rc = migrate(db, e);
	db_close(db);
	return rc;
}

static int
run(char **argv)
{
	pid_t parent = getpid(), pid;
	int status;

	pid = fork();
	if (pid == 0) {
		/* Killed, we take the program with us. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(99);
		execvp(argv[0], argv);
		fprintf(stderr, "with_cluster: %s: %s\n", argv[0],
		    strerror(errno));
		_exit(127);
	}
	/* The program gets a terminal's ^C too; we stay to clean up. */
	signal(SIGINT, SIG_IGN);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	bool wanted = argc > 1 && strcmp(argv[1], "-m") == 0;
	struct cluster *c;
	struct err e;
	int rc;

	argv += 1 + wanted;
	if (argv[0] == NULL) {
		fprintf(stderr,
		    "usage: with_cluster [-m] PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	log_set_level(LOG_WARN);
	if (cluster_start(NULL, &c, &e) < 0)
		return fail(&e);
	setenv("CROSSWALK_DB", cluster_conninfo(c), 1);
	rc = wanted && prepare(c, &e) < 0 ? fail(&e) : run(argv);
	cluster_stop(c);
	return rc;
}
