/* Start, stop, state from run to run, and the command. */
#include "sandbox_net.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

Test(state, survives_a_restart)
{
	char path[] = "/tmp/crosswalk-sandbox-XXXXXX";
	char *body = net_upserts(0, 10, "\\u00e9\\u0000", false);
	struct sandbox_opts o = { .state_file = path };
	struct net n;
	json_t *j;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	net_up(&n, &o);
	net_send(&n, "POST", "/crm/v3/properties/contacts", "{\"name\":"
	    "\"extra\",\"label\":\"E\",\"type\":\"enumeration\","
	    "\"fieldType\":\"checkbox\",\"groupName\":\"g\",\"options\":"
	    "[{\"value\":\"a\",\"label\":\"A\"}]}", NULL);
	net_send(&n, "POST", UPSERT, body, NULL);
	net_send(&n, "PATCH", CONTACTS "/1002",
	    "{\"properties\":{\"extra\":\"a;a\"}}", NULL);
	net_send(&n, "DELETE", CONTACTS "/1003", NULL, NULL);
	net_down(&n);
	net_up(&n, &o);
	cr_assert_eq(net_stat(&n, "live_records"), 9);
	cr_assert_eq(net_send(&n, "POST", UPSERT, body, &j), 200);
	cr_assert(json_is_false(net_at(j, "results.0.new")));
	cr_assert(json_is_true(net_at(j, "results.2.new")));
	cr_assert_str_eq(net_text(j, "results.2.id"), "1011");
	json_decref(j);
	cr_assert_eq(net_stat(&n, "noops"), 9);
	net_send(&n, "GET", CONTACTS "/1002?properties=extra,firstname",
	    NULL, &j);
	cr_assert_str_eq(net_text(j, "properties.extra"), "a;a");
	cr_assert_eq(json_string_length(net_at(j, "properties.firstname")),
	    3); /* NUL is data */
	json_decref(j);
	net_down(&n);
	unlink(path);
	free(body);
}

Test(start, says_what_is_wrong)
{
	struct sandbox_opts bad_json = { .properties = "{" };
	struct sandbox_opts bad_type = { .properties =
	    "{\"contacts\":[{\"name\":\"x\",\"type\":\"t\"}]}" };
	struct sandbox_opts bad_rule = { .faults = "[{}]" };
	struct sandbox_opts bad_state = { .state_file = "/dev/null/x" };
	struct sandbox_opts taken = { 0 };
	struct err e = { 0 };
	struct net n;

	cr_assert_null(sandbox_start(&bad_json, &e));
	cr_assert_null(sandbox_start(&bad_type, &e));
	cr_assert_not_null(strstr(e.text, "there is no type \"t\""));
	cr_assert_null(sandbox_start(&bad_rule, &e));
	cr_assert_not_null(strstr(e.text, "fault rule 1"));
	cr_assert_null(sandbox_start(&bad_state, &e));
	cr_assert_not_null(strstr(e.text, "/dev/null/x"));
	net_up(&n, NULL);
	taken.port = sandbox_port(n.sandbox);
	cr_assert_null(sandbox_start(&taken, &e));
	cr_assert_not_null(strstr(e.text, "127.0.0.1:"));
	net_down(&n);
}

/* The command as a process of its own; its first line into line. */
static pid_t
command(const char *const *argv, char *line, size_t size, FILE **f)
{
	const char *dir = getenv("top_builddir");
	char path[512];
	int out[2];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/crosswalk", dir ? dir : ".");
	cr_assert_eq(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		dup2(out[1], 2);
		close(out[0]);
		close(out[1]);
		execv(path, (char **)argv);
		_exit(127);
	}
	close(out[1]);
	*f = fdopen(out[0], "r");
	if (fgets(line, (int)size, *f) == NULL)
		line[0] = '\0';
	return pid;
}

/* Read what it still says, until it ends. */
static int
status_of(pid_t pid, FILE *f)
{
	int status;

	while (getc(f) != EOF)
		;
	fclose(f);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

Test(command, serves_until_it_is_told_to_end)
{
	char file[] = "/tmp/crosswalk-port-XXXXXX", line[256] = "";
	const char *argv[] = { "crosswalk", "sandbox", "hubspot",
		"--port-file", file, "--token", "secret", "--faults",
		"[{\"fault\":\"status\",\"status\":503,\"count\":1}]", NULL };
	struct net n = { .token = "secret" };
	int fd = mkstemp(file);
	char port[16] = "";
	pid_t pid;
	FILE *f;

	cr_assert_geq(fd, 0);
	close(fd);
	pid = command(argv, line, sizeof(line), &f);
	fd = open(file, O_RDONLY);
	cr_assert_gt(read(fd, port, sizeof(port) - 1), 0, "%s", line);
	close(fd);
	port[strcspn(port, "\n")] = '\0';
	snprintf(n.base, sizeof(n.base), "http://127.0.0.1:%s", port);
	cr_assert_not_null(strstr(line, n.base));
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 503);
	cr_assert_eq(net_send(&n, "GET", CONTACTS, NULL, NULL), 200);
	kill(pid, SIGTERM);
	cr_assert_eq(status_of(pid, f), 0);
	cr_assert_eq(access(file, F_OK), -1);
}

Test(command, refuses_what_it_cannot_use)
{
	static const struct {
		const char *argv[6];
		int status;
		const char *line;
	} cases[] = {
		{ { "crosswalk", "sandbox", "hubspot", "--port", "65536" }, 2,
		    "65535" },
		{ { "crosswalk", "sandbox", "hubspot", "--faults", "{}" },
		    65, "faults" },
		{ { "crosswalk", "sandbox", "hubspot", "--properties",
		    "/nowhere" }, 66, "/nowhere" },
	};
	char line[256];

	for (size_t i = 0; i < COUNT(cases); i++) {
		FILE *f;
		pid_t pid = command(cases[i].argv, line, sizeof(line), &f);

		cr_expect_eq(status_of(pid, f), cases[i].status, "%zu: %s", i,
		    line);
		cr_expect_not_null(strstr(line, cases[i].line), "%s", line);
	}
}
