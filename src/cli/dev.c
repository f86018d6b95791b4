/*
 * crosswalk dev: a private Postgres and a daemon in the foreground; mappings
 * are published again whenever their files change.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/publish.h"
#include "cli/session.h"
#include "cli/watch.h"
#include "store/cluster.h"
#include "store/migrate.h"

struct watched {
	const char *path;
	struct watch files; /* that it was made of */
};

static void
publish(struct db *db, struct watched *w, const struct args *args,
    struct options *o)
{
	struct arena a = { 0 };
	struct mapping_version v;
	struct err e;
	int rv;

	watch_reset(&w->files);
	rv = publish_file(db, w->path, args, o, &v, &w->files, &a, &e);
	if (rv < 0)
		say_err(&e);
	else if (rv == 0 && v.fresh)
		printf("%s: %.*s version %d\n", w->path, STR_ARG(v.name),
		    v.version);
	fflush(stdout);
	if (w->files.paths.n == 0)
		watch_add(&w->files, str_z(w->path));
	arena_fini(&a);
}

/*
 * Become the daemon: the one of this build or of this installation, else the
 * one on the PATH.
 */
static void
become_daemon(char *const argv[])
{
	static const char *const places[] = { "src/daemon/", "", "../sbin/" };
	char self[4000], path[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < COUNT(places) && strrchr(self, '/'); i++) {
		snprintf(path, sizeof(path), "%.*s%scrosswalkd",
		    (int)(strrchr(self, '/') + 1 - self), self, places[i]);
		execv(path, argv);
	}
	execvp(argv[0], argv);
	fprintf(stderr, "crosswalk: crosswalkd: %s; is it on the PATH?\n",
	    strerror(errno));
	_exit(127);
}

static pid_t
start_daemon(const char *conninfo, const char *listen, struct err *e)
{
	pid_t pid = fork();

	if (pid == 0) {
		const char *argv[] = { "crosswalkd", "--db", conninfo,
			"--listen", listen, NULL };

		become_daemon((char *const *)argv);
	}
	if (pid < 0)
		err_set(e, ERR_SYSTEM, "fork: %s", strerror(errno));
	return pid;
}

static void
watch(struct db *db, struct watched *w, const struct args *args,
    struct options *o, pid_t pid)
{
	int status;

	while (!watch_stopped() && waitpid(pid, &status, WNOHANG) == 0) {
		for (int i = 0; i < args->nrest; i++)
			if (watch_changed(&w[i].files))
				publish(db, &w[i], args, o);
		watch_wait();
	}
}

static int
run(struct cluster *c, const struct args *a, struct err *e)
{
	const char *listen = args_get(a, 'l');
	struct watched *w;
	struct options o;
	struct db *db;
	pid_t pid;

	if (db_connect(cluster_conninfo(c), &db, e) != 0)
		return -1;
	if (migrate(db, e) != 0 ||
	    (pid = start_daemon(cluster_conninfo(c),
	    listen ? listen : "127.0.0.1:7300", e)) < 0) {
		db_close(db);
		return -1;
	}
	printf("database: %s\n", cluster_conninfo(c));
	printf("use it:   export CROSSWALK_DB=\"%s\"\n", cluster_conninfo(c));
	printf("stop it:  Ctrl-C\n");
	fflush(stdout);
	options_read(&o, a);
	o.files = 0; /* an edit may take a param away and give it back */
	w = calloc((size_t)a->nrest + 1, sizeof(*w));
	if (w == NULL)
		fatal("out of memory: %d files", a->nrest);
	for (int i = 0; i < a->nrest; i++) {
		w[i].path = a->rest[i];
		publish(db, &w[i], a, &o);
	}
	watch(db, w, a, &o, pid);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < a->nrest; i++)
		watch_fini(&w[i].files);
	free(w);
	options_fini(&o);
	db_close(db);
	return 0;
}

int
cmd_dev(const struct args *a)
{
	struct cluster *c;
	struct err e;
	int rv;

	watch_signals();
	if (cluster_start(args_get(a, 'D'), &c, &e) != 0)
		return say_err(&e);
	rv = run(c, a, &e);
	cluster_stop(c);
	return rv == 0 ? 0 : say_err(&e);
}
