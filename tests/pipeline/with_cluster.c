/*
 * with_cluster COMMAND [ARGUMENT...]: run a command with a private Postgres
 * cluster.  CROSSWALK_DB and libpq's variables name it; the exit status is
 * the command's.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/cluster.h"

/* "host='/x' port=5432": the value of a word, as a new string. */
static char *
word(const char *conninfo, const char *name)
{
	const char *p = strstr(conninfo, name);

	if (p == NULL)
		return strdup("");
	p += strlen(name);
	return *p == '\'' ? strndup(p + 1, strcspn(p + 1, "'")) :
	    strndup(p, strcspn(p, " "));
}

int
main(int argc, char **argv)
{
	const char *conninfo;
	struct cluster *c;
	struct err e;
	int status;
	pid_t pid;

	if (argc < 2) {
		fputs("usage: with_cluster COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	if (cluster_start(NULL, &c, &e) != 0) {
		fprintf(stderr, "with_cluster: %s\n", e.text);
		return 70;
	}
	conninfo = cluster_conninfo(c);
	setenv("CROSSWALK_DB", conninfo, 1);
	setenv("PGHOST", word(conninfo, "host="), 1);
	setenv("PGPORT", word(conninfo, "port="), 1);
	setenv("PGUSER", word(conninfo, "user="), 1);
	setenv("PGDATABASE", word(conninfo, "dbname="), 1);
	signal(SIGINT, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		execvp(argv[1], argv + 1);
		fprintf(stderr, "with_cluster: %s: %s\n", argv[1],
		    strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	cluster_stop(c);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
