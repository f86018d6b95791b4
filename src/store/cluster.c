/*
 * A private cluster and its keeper.
 *
 * Three processes: the caller; the keeper, which waits on a pipe that the
 * caller holds open; postgres, the keeper's child.  A byte on the pipe asks
 * for a fast shutdown; its end without a byte means that the caller died,
 * and the server is stopped at once.  The keeper answers on a second pipe:
 * the server's pid first, then the pipe's end if the server dies early.
 */
#include "config.h"

#include "store/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	SOCKET_MAX = sizeof(((struct sockaddr_un *)0)->sun_path),
	START_MS = 60000, /* recovery of a cluster that crashed included */
	STOP_MS = 30000,
	NO_ENTRY = 126, /* exit of a child that did not get to its program */
};

struct cluster {
	char dir[PATH_MAX];
	char bin[PATH_MAX / 2];
	char conninfo[PATH_MAX + 128];
	uid_t uid; /* the server's; ours where we are not root */
	gid_t gid;
	bool made; /* the folder is ours to remove */
	pid_t keeper;
	pid_t server;
	int lock;   /* of the folder */
	int ask;    /* write: the caller's end of the pipe to the keeper */
	int answer; /* read */
};

static int
pick_user(struct cluster *c, struct err *e)
{
	const struct passwd *pw;

	if (geteuid() != 0) {
		c->uid = geteuid();
		c->gid = getegid();
	} else {
		pw = getpwnam("postgres");
		if (pw == NULL)
			pw = getpwnam("nobody");
		if (pw == NULL)
			return err_set(e, ERR_SYSTEM,
			    "no user postgres or nobody to run a cluster as");
		c->uid = pw->pw_uid;
		c->gid = pw->pw_gid;
	}
	return 0;
}

static int
pick_dir(struct cluster *c, const char *dir, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];

	if (dir == NULL) {
		snprintf(path, sizeof(path), "%s/crosswalk-XXXXXX",
		    tmp && *tmp ? tmp : "/tmp");
		if (mkdtemp(path) == NULL)
			return err_set(e, ERR_SYSTEM, "mkdtemp %s: %s", path,
			    strerror(errno));
		c->made = true;
		dir = path;
	} else if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		return err_set(e, ERR_SYSTEM, "mkdir %s: %s", dir,
		    strerror(errno));
	}
	if (realpath(dir, c->dir) == NULL)
		return err_set(e, ERR_SYSTEM, "%s: %s", dir,
		    strerror(errno));
	if (strpbrk(c->dir, "'\\") != NULL)
		return err_set(e, ERR_SYSTEM,
		    "%s: a quote or backslash in a cluster's folder", c->dir);
	if (strlen(c->dir) + strlen("/.s.PGSQL.5432") >= SOCKET_MAX)
		return err_set(e, ERR_SYSTEM,
		    "%s: too long for a unix socket; set TMPDIR to a folder "
		    "with a short name",
		    c->dir);
	if (chown(c->dir, c->uid, c->gid) < 0)
		return err_set(e, ERR_SYSTEM, "chown %s: %s", c->dir,
		    strerror(errno));
	snprintf(c->conninfo, sizeof(c->conninfo),
	    "host='%s' port=5432 user=postgres dbname=postgres", c->dir);
	return 0;
}

/* One owner at a time; the lock goes with the keeper. */
static int
lock_dir(struct cluster *c, struct err *e)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/lock", c->dir);
	c->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (c->lock < 0)
		return err_set(e, ERR_SYSTEM, "%s: %s", path,
		    strerror(errno));
	if (flock(c->lock, LOCK_EX | LOCK_NB) < 0)
		return err_set(e, ERR_SYSTEM,
		    "%s: a cluster runs in it already", c->dir);
	return 0;
}

static int
pick_bin(struct cluster *c, struct err *e)
{
	const char *env = getenv("PG_BINDIR");
	char path[PATH_MAX];

	snprintf(c->bin, sizeof(c->bin), "%s", env && *env ? env : PG_BINDIR);
	snprintf(path, sizeof(path), "%s/initdb", c->bin);
	if (access(path, X_OK) < 0)
		return err_set(e, ERR_SYSTEM,
		    "%s: %s; set PG_BINDIR to the folder of initdb", path,
		    strerror(errno));
	return 0;
}

/* In a child: become the server's user, log to the file, run argv. */
static _Noreturn void
run_as(const struct cluster *c, const char *const argv[])
{
	char log[PATH_MAX + 16];
	sigset_t none;
	int in, out;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setgid(c->gid) < 0 ||
		setuid(c->uid) < 0))
		_exit(NO_ENTRY);
	/* After setuid, which clears it: no server outlives its keeper. */
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	snprintf(log, sizeof(log), "%s/log", c->dir);
	in = open("/dev/null", O_RDONLY);
	out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (in < 0 || out < 0 || chdir(c->dir) < 0)
		_exit(NO_ENTRY);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

/* The last line of the log, for an error message. */
static void
last_words(const struct cluster *c, char *out, size_t size)
{
	char path[PATH_MAX + 16], text[2048];
	FILE *f;
	size_t n = 0;
	char *line;

	out[0] = '\0';
	snprintf(path, sizeof(path), "%s/log", c->dir);
	f = fopen(path, "r");
	if (f == NULL)
		return;
	if (fseek(f, -(long)sizeof(text) + 1, SEEK_END) < 0)
		rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	line = strrchr(text, '\n');
	snprintf(out, size, "%.*s", (int)size - 1, line ? line + 1 : text);
}

static int
fail_log(const struct cluster *c, const char *what, struct err *e)
{
	char words[300];

	last_words(c, words, sizeof(words));
	return err_set(e, ERR_SYSTEM, "%s: %s", what,
	    words[0] ? words : "it left no word in its log");
}

static int
init_data(const struct cluster *c, struct err *e)
{
	char version[PATH_MAX + 32], prog[PATH_MAX], data[PATH_MAX + 16];
	int status;
	pid_t pid;

	snprintf(version, sizeof(version), "%s/data/PG_VERSION", c->dir);
	if (access(version, F_OK) == 0)
		return 0;
	snprintf(prog, sizeof(prog), "%s/initdb", c->bin);
	snprintf(data, sizeof(data), "%s/data", c->dir);
	pid = fork();
	if (pid < 0)
		return err_set(e, ERR_SYSTEM, "fork: %s", strerror(errno));
	if (pid == 0)
		run_as(c,
		    (const char *[]){ prog, "-D", data, "--username=postgres",
			"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
			"--no-sync", "--no-instructions", NULL });
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_ENTRY)
		return err_set(e, ERR_SYSTEM,
		    "%s: the server's user (uid %d) cannot enter it: choose "
		    "a folder that it can reach",
		    c->dir, (int)c->uid);
	if (status != 0)
		return fail_log(c, "initdb", e);
	return 0;
}

static pid_t
run_server(const struct cluster *c)
{
	char prog[PATH_MAX], data[PATH_MAX + 16];
	pid_t pid;

	snprintf(prog, sizeof(prog), "%s/postgres", c->bin);
	snprintf(data, sizeof(data), "%s/data", c->dir);
	pid = fork();
	if (pid != 0)
		return pid;
	run_as(c,
	    (const char *[]){ prog, "-D", data, "-k", c->dir, "-p", "5432",
		"-c", "listen_addresses=", "-c", "fsync=on",
		"-c", "unix_socket_permissions=0700",
		"-c", "max_connections=100", "-c", "shared_buffers=128MB",
		"-c", "max_wal_size=2GB", "-c", "min_wal_size=256MB",
		"-c", "checkpoint_timeout=15min", "-c", "jit=off",
		"-c", "wal_compression=lz4",
		"-c", "autovacuum_naptime=10s",
		"-c", "max_wal_senders=4", "-c", "wal_level=logical",
		NULL });
}

/*
 * Wait for the server's end for ms; true when it ended.  SIGCHLD is blocked
 * in the keeper, so that it can be waited for with a limit.
 */
static bool
server_gone(pid_t server, int64_t ms)
{
	int64_t end = clock_mono_ms() + ms;
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (;;) {
		int64_t left = end - clock_mono_ms();
		struct timespec ts = { left / 1000, left % 1000 * 1000000 };

		if (waitpid(server, NULL, WNOHANG) != 0)
			return true;
		if (left <= 0)
			return false;
		sigtimedwait(&chld, NULL, &ts);
	}
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st, (void)kind, (void)f;
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

static void
remove_tree(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
wake_up(int sig)
{
	(void)sig;
}

/* The keeper: never returns.  ask and answer are its ends of the pipes. */
static _Noreturn void
keep(const struct cluster *c, int ask, int answer)
{
	struct sigaction on_child = { .sa_handler = wake_up };
	struct pollfd p = { ask, POLLIN, 0 };
	sigset_t all, but_child;
	bool gone = false;
	pid_t server;
	char byte;

	/* A terminal's ^C is the caller's to act on; the pipe tells us. */
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigfillset(&but_child);
	sigdelset(&but_child, SIGCHLD);
	sigaction(SIGCHLD, &on_child, NULL);
	server = run_server(c);
	if (server < 0 ||
	    write(answer, &server, sizeof(server)) != sizeof(server))
		gone = server < 0;
	while (ppoll(&p, 1, NULL, &but_child) <= 0) {
		if (gone || waitpid(server, NULL, WNOHANG) == 0)
			continue;
		/* The folder stays for its log until the caller is done. */
		gone = true;
		close(answer);
	}
	if (!gone) {
		kill(server, read(ask, &byte, 1) == 1 ? SIGINT : SIGQUIT);
		if (!server_gone(server, STOP_MS)) {
			kill(server, SIGQUIT);
			server_gone(server, STOP_MS);
		}
	}
	if (c->made)
		remove_tree(c->dir);
	_exit(0);
}

static void
close_others(int a, int b, int c)
{
	long max = sysconf(_SC_OPEN_MAX);

	for (int fd = 3; fd < (max > 4096 ? 4096 : max); fd++)
		if (fd != a && fd != b && fd != c)
			close(fd);
}

static int
start_keeper(struct cluster *c, struct err *e)
{
	int ask[2], answer[2];

	if (pipe2(ask, O_CLOEXEC) < 0)
		return err_set(e, ERR_SYSTEM, "pipe: %s", strerror(errno));
	if (pipe2(answer, O_CLOEXEC) < 0) {
		close(ask[0]);
		close(ask[1]);
		return err_set(e, ERR_SYSTEM, "pipe: %s", strerror(errno));
	}
	c->keeper = fork();
	if (c->keeper == 0) {
		close_others(ask[0], answer[1], c->lock);
		keep(c, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	close(c->lock);
	c->lock = -1;
	c->ask = ask[1];
	c->answer = answer[0];
	if (c->keeper < 0)
		return err_set(e, ERR_SYSTEM, "fork: %s", strerror(errno));
	if (read(c->answer, &c->server, sizeof(c->server)) !=
	    sizeof(c->server))
		return err_set(e, ERR_SYSTEM,
		    "the cluster's keeper could not fork");
	return 0;
}

static int
await_ready(const struct cluster *c, struct err *e)
{
	int64_t end = clock_mono_ms() + START_MS;

	while (PQping(c->conninfo) != PQPING_OK) {
		struct pollfd p = { c->answer, POLLIN, 0 };

		/* The keeper's end of the pipe closes when the server dies. */
		if (poll(&p, 1, 20) > 0)
			return fail_log(c, "postgres did not start", e);
		if (clock_mono_ms() > end)
			return fail_log(c, "postgres is not ready yet", e);
	}
	return 0;
}

int
cluster_start(const char *dir, struct cluster **out, struct err *e)
{
	struct cluster *c = calloc(1, sizeof(*c));

	if (c == NULL)
		fatal("out of memory: a cluster");
	c->ask = c->answer = c->lock = -1;
	if (pick_user(c, e) < 0 || pick_bin(c, e) < 0 ||
	    pick_dir(c, dir, e) < 0 || lock_dir(c, e) < 0 ||
	    init_data(c, e) < 0 || start_keeper(c, e) < 0 ||
	    await_ready(c, e) < 0) {
		cluster_stop(c);
		return -1;
	}
	*out = c;
	return 0;
}

const char *
cluster_conninfo(const struct cluster *c)
{
	return c->conninfo;
}

const char *
cluster_dir(const struct cluster *c)
{
	return c->dir;
}

int
cluster_pid(const struct cluster *c)
{
	return c->server;
}

void
cluster_stop(struct cluster *c)
{
	if (c->ask >= 0) {
		ssize_t n;
		void (*was)(int) = signal(SIGPIPE, SIG_IGN);

		do
			n = write(c->ask, "q", 1);
		while (n < 0 && errno == EINTR);
		signal(SIGPIPE, was);
		close(c->ask);
		close(c->answer);
	}
	if (c->keeper > 0)
		while (waitpid(c->keeper, NULL, 0) < 0 && errno == EINTR)
			;
	else if (c->made)
		remove_tree(c->dir);
	if (c->lock >= 0)
		close(c->lock);
	free(c);
}
