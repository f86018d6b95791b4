/*
 * crosswalk dev: a private Postgres and a daemon in the foreground; mappings
 * are published again whenever their files change.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/publish.h"
#include "cli/session.h"
#include "store/cluster.h"
#include "store/migrate.h"

#define LOOK_MS 300

struct watched {
	const char *path;
	struct buf deps; /* the files it was made of, each with a NUL */
	int64_t stamp;   /* of all of them */
};

static volatile sig_atomic_t stopping;

static void
on_signal(int sig)
{
	stopping = 1;
}

/* Another number when one of the files has changed. */
static int64_t
stamp_of(const struct watched *w)
{
	int64_t sum = 0;
	struct stat st;

	for (size_t i = 0; i < w->deps.n; i += strlen(w->deps.p + i) + 1)
		if (stat(w->deps.p + i, &st) == 0)
			sum = sum * 31 + st.st_mtim.tv_sec * 1000000007 +
			    st.st_mtim.tv_nsec;
	return sum;
}

static void
publish(struct db *db, struct watched *w, const struct args *args,
    struct options *o)
{
	struct arena a = { 0 };
	struct mapping_version v;
	struct err e;
	int rv;

	buf_reset(&w->deps);
	rv = publish_file(db, w->path, args, o, &v, &w->deps, &a, &e);
	if (rv < 0)
		say_err(&e);
	else if (rv == 0 && v.fresh)
		printf("%s: %.*s version %d\n", w->path, STR_ARG(v.name),
		    v.version);
	fflush(stdout);
	if (w->deps.n == 0)
		buf_put(&w->deps, w->path, strlen(w->path) + 1);
	w->stamp = stamp_of(w);
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

	while (!stopping && waitpid(pid, &status, WNOHANG) == 0) {
		for (int i = 0; i < args->nrest; i++)
			if (stamp_of(&w[i]) != w[i].stamp)
				publish(db, &w[i], args, o);
		clock_sleep_ms(LOOK_MS);
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
		buf_fini(&w[i].deps);
	free(w);
	options_fini(&o);
	db_close(db);
	return 0;
}

int
cmd_dev(const struct args *a)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct cluster *c;
	struct err e;
	int rv;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (cluster_start(args_get(a, 'D'), &c, &e) != 0)
		return say_err(&e);
	rv = run(c, a, &e);
	cluster_stop(c);
	return rv == 0 ? 0 : say_err(&e);
}
