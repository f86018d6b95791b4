/*
 * cli_cluster COMMAND...: run a command beside a private Postgres, found
 * through CROSSWALK_DB and through libpq's own variables.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "store/cluster.h"

/* "host='…' port=…" word by word as PGHOST and so on, for psql. */
static void
export_words(const char *conninfo)
{
	static const char *const words[][2] = {
	    { "host", "PGHOST" }, { "port", "PGPORT" },
	    { "user", "PGUSER" }, { "dbname", "PGDATABASE" },
	};
	char name[16], value[4096];
	int n;

	while (sscanf(conninfo, " %15[a-z_]=%n", name, &n) == 1) {
		int quoted = conninfo[n] == '\'';

		conninfo += n + quoted;
		n = (int)strcspn(conninfo, quoted ? "'" : " ");
		snprintf(value, sizeof(value), "%.*s", n, conninfo);
		conninfo += n + quoted;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (strcmp(name, words[i][0]) == 0)
				setenv(words[i][1], value, 1);
		}
	}
}

int
main(int argc, char **argv)
{
	struct cluster *c;
	struct err e;
	int status;
	pid_t pid;

	if (argc < 2) {
		fputs("usage: cli_cluster COMMAND...\n", stderr);
		return 2;
	}
	if (cluster_start(NULL, &c, &e) != 0) {
		fprintf(stderr, "cli_cluster: %s\n", e.text);
		return 99;
	}
	setenv("CROSSWALK_DB", cluster_conninfo(c), 1);
	export_words(cluster_conninfo(c));
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		fprintf(stderr, "cli_cluster: %s: %s\n", argv[1],
		    strerror(errno));
		_exit(99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		status = 99 << 8;
	cluster_stop(c);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
