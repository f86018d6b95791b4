/* Connections, migrations and private clusters, against a real Postgres. */
#include "config.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cluster_main.h"
#include "store/cluster.h"
#include "store/migrate.h"

static struct err e;

Test(migrate, twice_is_once)
{
	struct db *db = test_empty_db();

	cr_assert_lt(migrate_check(db, &e), 0);
	cr_assert_not_null(strstr(e.text, "crosswalk migrate"), "%s", e.text);
	must(migrate(db, &e));
	must(migrate(db, &e));
	must(migrate_check(db, &e));
	cr_assert_eq(test_int(db,
			 "SELECT count(*) FROM crosswalk.migration"),
	    nmigrations);
	db_close(db);
}

Test(migrate, refuses_a_newer_schema)
{
	struct db *db = test_db();

	test_sql(db, "INSERT INTO crosswalk.migration VALUES (9999, 'x')");
	cr_assert_lt(migrate(db, &e), 0);
	cr_assert_not_null(strstr(e.text, "upgrade crosswalk"), "%s", e.text);
	cr_assert_lt(migrate_check(db, &e), 0);
	db_close(db);
}

/* Two at once: one waits for the other and finds the work done. */
Test(migrate, two_processes_at_once)
{
	struct db *db = test_empty_db();
	pid_t pids[2];
	int status;

	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct db *own;

			_exit(db_connect(test_conninfo(), &own, &e) < 0 ||
			    migrate(own, &e) < 0);
		}
	}
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_assert_eq(status, 0);
	}
	must(migrate_check(db, &e));
	db_close(db);
}

Test(db, values_go_there_and_back)
{
	struct db *db = test_empty_db();
	struct db_args a = { 0 };
	struct db_rows *r;
	int64_t now = clock_wall_us();

	db_arg_int(&a, INT64_MIN);
	db_arg_bool(&a, true);
	db_arg_time(&a, now);
	db_arg_text(&a, STR("é\x01"));
	db_arg_bytea(&a, STR("\0\xff"));
	db_arg_opt(&a, (struct str){ 0 });
	db_arg_opt(&a, STR(""));
	db_arg_literal(&a, 1700, "0.10");
	must(db_exec(db,
	    "SELECT $1, $2, $3, $4, $5, $6, $7, $8::text, 7::int2, -7::int4,"
	    " $3::timestamptz - interval '40 years'",
	    &a, &r, &e));
	cr_assert_eq(db_nrows(r), 1);
	cr_assert_eq(db_int(r, 0, 0), INT64_MIN);
	cr_assert(db_bool(r, 0, 1));
	cr_assert_eq(db_time(r, 0, 2), now);
	cr_assert(str_eq(db_str(r, 0, 3), STR("é\x01")));
	cr_assert(str_eq(db_str(r, 0, 4), STR("\0\xff")));
	cr_assert(db_null(r, 0, 5));
	cr_assert_null(db_str(r, 0, 5).p);
	cr_assert_not(db_null(r, 0, 6));
	cr_assert_eq(db_str(r, 0, 6).n, 0);
	cr_assert(str_eq(db_str(r, 0, 7), STR("0.10")));
	cr_assert_eq(db_int(r, 0, 8), 7);
	cr_assert_eq(db_int(r, 0, 9), -7);
	cr_assert_lt(db_time(r, 0, 10), now);
	db_rows_free(r);
	db_close(db);
}

Test(db, arrays)
{
	struct db *db = test_empty_db();
	struct db_array n = { .type = DB_INT }, t = { .type = DB_TEXT },
			b = { .type = DB_BOOL }, none = { .type = DB_BYTEA },
			at = { .type = DB_TIME };
	struct db_args a = { 0 };
	struct db_rows *r;

	for (int round = 0; round < 2; round++) {
		a.n = 0;
		db_array_reset(&n);
		db_array_reset(&t);
		db_array_reset(&b);
		db_array_reset(&at);
		for (int i = 0; i < 3; i++) {
			db_array_int(&n, i - 1);
			db_array_opt(&t, i == 1 ? (struct str){ 0 } : STR("x"));
			db_array_int(&b, i == 2);
			db_array_int(&at, 1000000 * i);
		}
		db_arg_array(&a, &n);
		db_arg_array(&a, &t);
		db_arg_array(&a, &b);
		db_arg_array(&a, &none);
		db_arg_array(&a, &at);
		must(db_exec(db,
		    "SELECT $1::text, $2::text, $3::text,"
		    " cardinality($4::bytea[]), $5::text",
		    &a, &r, &e));
		cr_assert(str_eq(db_str(r, 0, 0), STR("{-1,0,1}")));
		cr_assert(str_eq(db_str(r, 0, 1), STR("{x,NULL,x}")));
		cr_assert(str_eq(db_str(r, 0, 2), STR("{f,f,t}")));
		cr_assert_eq(db_int(r, 0, 3), 0);
		cr_assert(str_eq(db_str(r, 0, 4),
		    STR("{\"1970-01-01 00:00:00+00\",\"1970-01-01 00:00:01+00\""
			",\"1970-01-01 00:00:02+00\"}")));
		db_rows_free(r);
	}
	db_array_fini(&n);
	db_array_fini(&t);
	db_array_fini(&b);
	db_array_fini(&none);
	db_array_fini(&at);
	db_close(db);
}

Test(db, errors_say_which_and_not_what_was_in_the_record)
{
	struct db *db = test_empty_db();

	test_sql(db, "CREATE TABLE t (a text CONSTRAINT only_one UNIQUE)");
	test_sql(db, "INSERT INTO t VALUES ('ann@example.com')");
	cr_assert_lt(db_script(db, "INSERT INTO t VALUES ('ann@example.com')",
			 &e),
	    0);
	cr_assert_eq(e.code, ERR_DB);
	cr_assert_str_eq(db_sqlstate(db), "23505");
	cr_assert_str_eq(db_constraint(db), "only_one");
	cr_assert_not_null(strstr(e.text, "23505"), "%s", e.text);
	cr_assert_null(strstr(e.text, "ann@"), "%s", e.text);
	/* The connection is as good as before. */
	test_sql(db, "SELECT 1");
	db_close(db);
}

Test(db, transient_is_what_passes_by_itself)
{
	static const struct {
		const char *state;
		bool transient;
	} cases[] = {
		{ "40001", true }, { "40P01", true }, { "57P01", true },
		{ "53300", true }, { "55P03", true }, { "08006", true },
		{ "25006", true }, { "23505", false }, { "42601", false },
		{ "22P02", false }, { "57014", false },
	};
	struct db *db = test_empty_db();

	for (size_t i = 0; i < COUNT(cases); i++) {
		char sql[128];

		snprintf(sql, sizeof(sql),
		    "DO $$ BEGIN RAISE 'x' USING ERRCODE = '%s'; END $$",
		    cases[i].state);
		cr_assert_lt(db_script(db, sql, &e), 0);
		cr_assert_eq(db_is_transient(&e), cases[i].transient, "%s",
		    cases[i].state);
	}
	db_close(db);
	cr_assert_lt(db_connect("host=/nowhere/at/all", &db, &e), 0);
	cr_assert(db_is_transient(&e), "%s", e.text);
	cr_assert_null(strchr(e.text, '\n'));
}

Test(db, reconnects_and_prepares_anew)
{
	struct db *db = test_empty_db(), *killer = test_connect();
	struct db_rows *r;

	must(db_listen(db, "news", &e));
	must(db_exec(db, "SELECT 41 + 1", NULL, NULL, &e));
	test_sql(killer,
	    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
	    " WHERE datname = current_database() AND pid <> pg_backend_pid()");
	cr_assert_lt(db_exec(db, "SELECT 41 + 1", NULL, NULL, &e), 0);
	cr_assert(db_is_transient(&e), "%s", e.text);
	cr_assert_not(db_ok(db));
	must(db_reconnect(db, &e));
	must(db_exec(db, "SELECT 41 + 1", NULL, &r, &e));
	cr_assert_eq(db_int(r, 0, 0), 42);
	db_rows_free(r);
	test_sql(killer, "NOTIFY news");
	cr_assert_eq(db_wait(db, -1, -1, &e), 1);
	db_close(killer);
	db_close(db);
}

Test(db, a_pipe_is_all_or_nothing)
{
	struct db *db = test_empty_db();
	struct db_call calls[3] = {
		{ .sql = "INSERT INTO t VALUES (1) RETURNING a",
		    .wanted = true },
		{ .sql = "INSERT INTO t VALUES (0)" },
		{ .sql = "SELECT count(*) FROM t", .wanted = true },
	};

	test_sql(db, "CREATE TABLE t (a int CHECK (a > 0))");
	cr_assert_lt(db_pipe(db, calls, 3, &e), 0);
	cr_assert_str_eq(db_sqlstate(db), "23514");
	for (int i = 0; i < 3; i++)
		cr_assert_null(calls[i].rows);
	cr_assert_eq(test_int(db, "SELECT count(*) FROM t"), 0);
	calls[1].sql = "INSERT INTO t VALUES (2)";
	must(db_pipe(db, calls, 3, &e));
	cr_assert_eq(db_int(calls[0].rows, 0, 0), 1);
	cr_assert_null(calls[1].rows);
	cr_assert_eq(db_int(calls[2].rows, 0, 0), 2);
	db_rows_free(calls[0].rows);
	db_rows_free(calls[2].rows);
	db_close(db);
}

Test(db, a_pipe_that_fails_at_its_end_says_so)
{
	struct db *db = test_empty_db();
	struct db_call call = { .sql = "INSERT INTO t VALUES (1)" };

	/* A deferred constraint is checked at the commit, the sync. */
	test_sql(db,
	    "CREATE TABLE p (a int PRIMARY KEY);"
	    "CREATE TABLE t (a int REFERENCES p"
	    " DEFERRABLE INITIALLY DEFERRED)");
	cr_assert_lt(db_pipe(db, &call, 1, &e), 0);
	cr_assert_str_eq(db_sqlstate(db), "23503");
	cr_assert_eq(test_int(db, "SELECT count(*) FROM t"), 0);
	db_close(db);
}

Test(db, numbers_are_drawn_once)
{
	struct db *db = test_db(), *other = test_connect();
	int64_t a, b, c, d;

	must(db_ids(db, 10, &a, &e));
	must(db_ids(db, 1, &b, &e));
	must(db_ids(other, 100000, &c, &e));
	must(db_ids(db, 100000, &d, &e));
	cr_assert_eq(b, a + 10);
	cr_assert(c + 100000 <= a || c > b);
	cr_assert(d >= c + 100000 || d + 100000 <= c);
	db_close(other);
	db_close(db);
}

Test(cluster, keeps_a_folder_that_was_named_and_uses_it_again)
{
	char dir[] = "/tmp/crosswalk-test-XXXXXX";
	char file[64], sub[64];
	struct cluster *c;
	struct stat st;
	struct db *db;
	struct err why;

	cr_assert_not_null(mkdtemp(dir));
	snprintf(sub, sizeof(sub), "%s/pg", dir);
	if (geteuid() == 0) { /* the folder's folder is root's alone */
		cr_assert_lt(cluster_start(sub, &c, &why), 0);
		cr_assert_not_null(strstr(why.text, "cannot enter"), "%s",
		    why.text);
	}
	cr_assert_eq(chmod(dir, 0755), 0);
	for (int i = 0; i < 2; i++) {
		must(cluster_start(sub, &c, &e));
		must(db_connect(cluster_conninfo(c), &db, &e));
		if (i == 0)
			test_sql(db, "CREATE TABLE t AS SELECT 42 AS a");
		cr_assert_eq(test_int(db, "SELECT a FROM t"), 42);
		cr_assert_str_eq(
		    test_text(db, "SELECT current_setting('fsync')"), "on");
		/* Unprivileged, and the folder is nobody else's. */
		snprintf(file, sizeof(file), "/proc/%d", cluster_pid(c));
		cr_assert_eq(stat(file, &st), 0);
		cr_assert_neq(st.st_uid, 0);
		cr_assert_eq(stat(sub, &st), 0);
		cr_assert_eq(st.st_mode & 077, 0);
		/* A second server on it is refused in words. */
		if (i == 0) {
			struct cluster *twice;

			cr_assert_lt(cluster_start(sub, &twice, &why), 0);
			cr_assert_not_null(strstr(why.text, "already"),
			    "%s", why.text);
		}
		db_close(db);
		cluster_stop(c);
		cr_assert_eq(stat(sub, &st), 0);
	}
	snprintf(file, sizeof(file), "rm -rf '%s'", dir);
	cr_assert_eq(system(file), 0);
}

Test(cluster, removes_the_folder_that_it_made)
{
	struct cluster *c;
	struct stat st;
	char dir[256];
	int pid;

	must(cluster_start(NULL, &c, &e));
	snprintf(dir, sizeof(dir), "%s", cluster_dir(c));
	pid = cluster_pid(c);
	cr_assert_eq(stat(dir, &st), 0);
	cluster_stop(c);
	cr_assert_lt(stat(dir, &st), 0);
	cr_assert_lt(kill(pid, 0), 0);
}

Test(cluster, says_what_is_wrong)
{
	struct cluster *c;
	char dir[200];

	memset(dir, 'x', sizeof(dir));
	memcpy(dir, "/tmp/", 5);
	dir[sizeof(dir) - 1] = '\0';
	cr_assert_lt(cluster_start(dir, &c, &e), 0);
	cr_assert_not_null(strstr(e.text, "too long"), "%s", e.text);
	rmdir(dir);
	setenv("PG_BINDIR", "/nowhere", 1);
	cr_assert_lt(cluster_start(NULL, &c, &e), 0);
	cr_assert_not_null(strstr(e.text, "set PG_BINDIR"), "%s", e.text);
}

/* Wait until a process or folder is gone, by asking; a minute at most. */
static bool
gone(const char *path)
{
	struct stat st;

	for (int i = 0; i < 6000; i++) {
		if (stat(path, &st) < 0)
			return true;
		clock_sleep_ms(10);
	}
	return false;
}

/* Start a cluster in a child, and tell of it: its folder and process. */
static pid_t
owner(char dir[256], int *server)
{
	struct { char dir[256]; int server, pad; } tell;
	int fds[2];
	pid_t pid;

	cr_assert_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		struct cluster *c;

		memset(&tell, 0, sizeof(tell));
		if (cluster_start(NULL, &c, &e) < 0)
			_exit(1);
		snprintf(tell.dir, sizeof(tell.dir), "%s", cluster_dir(c));
		tell.server = cluster_pid(c);
		if (write(fds[1], &tell, sizeof(tell)) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(fds[1]);
	cr_assert_eq(read(fds[0], &tell, sizeof(tell)), sizeof(tell));
	close(fds[0]);
	snprintf(dir, 256, "%s", tell.dir);
	*server = tell.server;
	return pid;
}

Test(cluster, nothing_is_left_when_its_owner_is_killed)
{
	char dir[256], proc[64];
	int server;
	pid_t pid = owner(dir, &server);

	snprintf(proc, sizeof(proc), "/proc/%d", server);
	cr_assert_eq(kill(server, 0), 0);
	cr_assert_eq(kill(pid, SIGKILL), 0);
	waitpid(pid, NULL, 0);
	cr_assert(gone(proc), "the server lives");
	cr_assert(gone(dir), "%s is there", dir);
}

Test(cluster, the_server_does_not_outlive_its_keeper)
{
	char dir[256], proc[64], line[512];
	int server, keeper = 0;
	pid_t pid = owner(dir, &server);
	FILE *f;

	snprintf(proc, sizeof(proc), "/proc/%d/stat", server);
	f = fopen(proc, "r");
	cr_assert_not_null(f);
	cr_assert_not_null(fgets(line, sizeof(line), f));
	fclose(f);
	cr_assert_eq(sscanf(strrchr(line, ')'), ") %*c %d", &keeper), 1);
	cr_assert_gt(keeper, 1);
	/* Its orphan is ours to wait for, so that it does not stay a zombie. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	cr_assert_eq(kill(keeper, SIGKILL), 0);
	for (int i = 0; i < 6000 && kill(server, 0) == 0; i++) {
		waitpid(-1, NULL, WNOHANG);
		clock_sleep_ms(10);
	}
	cr_assert_lt(kill(server, 0), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	snprintf(line, sizeof(line), "rm -rf '%s'", dir);
	cr_assert_eq(system(line), 0);
}
