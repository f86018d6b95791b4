/*
 * Many clients at once, and that a 202 means durable whatever happens.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api_net.h"
#include "base/clock.h"

/* Clients that send lines for as long as they are let. */
struct sender {
	pthread_t thread;
	uint16_t port;
	int id, requests, lines;
	_Atomic int *stop;      /* NULL: requests says when */
	_Atomic int *acked;     /* requests with a 202, counted here */
	int taken, refused, lost;
};

static void *
send_lines(void *arg)
{
	struct sender *s = arg;
	struct buf body = { 0 };

	for (int k = 0; s->stop != NULL ? !atomic_load(s->stop) :
	    k < s->requests; k++) {
		struct answer a;

		buf_reset(&body);
		for (int i = 0; i < s->lines; i++)
			buf_printf(&body, "{\"id\":\"%d-%d-%d\",\"n\":%d.10}"
			    "\n", s->id, k, i, i);
		a = ask_at(s->port, "/v1/acme/events?entity=free", acme_key,
		    NDJSON, buf_str(&body));
		if (a.status == 202) {
			s->taken = k + 1;
			if (s->acked != NULL)
				atomic_fetch_add(s->acked, 1);
		} else if (a.status == 503) {
			s->refused++;
			break;
		} else {
			s->lost++;
			break;
		}
	}
	buf_fini(&body);
	return NULL;
}

static void
start_senders(struct sender *s, size_t n, const struct sender *like)
{
	for (size_t i = 0; i < n; i++) {
		s[i] = *like;
		s[i].id = (int)i;
		cr_assert_eq(pthread_create(&s[i].thread, NULL, send_lines,
		    &s[i]), 0);
	}
}

static void
join_senders(struct sender *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pthread_join(s[i].thread, NULL);
}

static long long
metric(const char *name)
{
	struct answer a = ask("GET /metrics", NULL, "");
	const char *at = strstr(a.body, name);

	cr_assert_not_null(at, "%s: %s", name, a.body);
	return strtoll(at + strlen(name), NULL, 10);
}

Test(api, many_clients_share_an_append)
{
	struct sender s[8], like = { .requests = 40, .lines = 25 };

	set_up(NULL);
	like.port = api_port(api);
	start_senders(s, COUNT(s), &like);
	join_senders(s, COUNT(s));
	for (size_t i = 0; i < COUNT(s); i++)
		cr_assert_eq(s[i].taken, 40);
	cr_assert_eq(journaled(), 8 * 40 * 25);
	cr_assert_eq(test_int(db, "SELECT count(DISTINCT key) FROM "
	    "crosswalk.journal"), 8 * 40 * 25);
	cr_assert_lt(metric("crosswalk_api_appends_total{result=\"ok\"} "),
	    8 * 40);
	tear_down();
}

/* Every line of an acknowledged request is there; none half. */
static void
check_taken(const struct sender *s, size_t n, int lines)
{
	cr_assert_eq(test_int(db, "SELECT count(*) FROM (SELECT "
	    "regexp_replace(key, '-[0-9]+$', '') AS r, count(DISTINCT key) "
	    "AS n FROM crosswalk.journal GROUP BY 1) x WHERE n <> %d",
	    lines), 0, "a request is there in part");
	for (size_t i = 0; i < n; i++)
		cr_assert_geq(test_int(db, "SELECT count(DISTINCT key) FROM "
		    "crosswalk.journal WHERE key LIKE '%zu-%%'", i),
		    (long long)s[i].taken * lines, "lost after a 202");
}

/* Until so many requests were taken: the load is under way. */
static void
wait_for(_Atomic int *acked, int n)
{
	int64_t until = clock_mono_ms() + 30000;

	while (atomic_load(acked) < n && clock_mono_ms() < until)
		sched_yield();
	cr_assert_geq(atomic_load(acked), n);
}

/* A server in a process of its own; its port. */
static uint16_t
fork_server(pid_t *pid)
{
	int fds[2];
	uint16_t port = 0;

	cr_assert_eq(pipe(fds), 0);
	*pid = fork();
	if (*pid == 0) {
		struct api_opts o = { .conninfo = test_conninfo() };
		struct api *mine;

		if (api_start(&o, &mine, &e) != 0)
			_exit(1);
		port = api_port(mine);
		if (write(fds[1], &port, sizeof(port)) != sizeof(port))
			_exit(1);
		for (;;)
			pause();
	}
	close(fds[1]);
	cr_assert_eq(read(fds[0], &port, sizeof(port)), sizeof(port));
	close(fds[0]);
	return port;
}

Test(api, a_kill_after_202_loses_nothing)
{
	fill_db();
	for (int round = 0; round < 3; round++) {
		_Atomic int stop = 0, acked = 0;
		struct sender s[4], like = { .lines = 7, .stop = &stop,
			.acked = &acked };
		pid_t pid;

		test_sql(db, "DELETE FROM crosswalk.journal");
		like.port = fork_server(&pid);
		start_senders(s, COUNT(s), &like);
		wait_for(&acked, 30 + round);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		atomic_store(&stop, 1);
		join_senders(s, COUNT(s));
		check_taken(s, COUNT(s), 7);
	}
	db_close(db);
}

Test(api, a_stop_finishes_what_it_took)
{
	_Atomic int stop = 0, acked = 0;
	struct sender s[4], like = { .lines = 7, .stop = &stop,
		.acked = &acked };

	set_up(NULL);
	like.port = api_port(api);
	start_senders(s, COUNT(s), &like);
	wait_for(&acked, 30);
	api_stop(api);
	atomic_store(&stop, 1);
	join_senders(s, COUNT(s));
	check_taken(s, COUNT(s), 7);
	db_close(db);
}

/* Postgres drops every connection under load; the server comes back. */
Test(api, survives_lost_connections)
{
	const char *path = "/v1/acme/events?entity=free";
	int64_t until = clock_mono_ms() + 20000;
	struct answer a;

	set_up(NULL);
	cr_assert_eq(ask(path, JSON, "{\"id\":1}").status, 202);
	test_sql(db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
	    "WHERE datname = current_database() AND pid <> pg_backend_pid()");
	do
		a = ask(path, JSON, "{\"id\":2}");
	while (a.status == 503 && clock_mono_ms() < until);
	cr_assert_eq(a.status, 202, "%s", a.body);
	/* It also sees changes again. */
	put_entity(acme, "late", NULL);
	do
		a = ask("/v1/acme/events?entity=late", JSON, "{\"id\":1}");
	while (a.status != 202 && clock_mono_ms() < until);
	cr_assert_eq(a.status, 202, "%s", a.body);
	tear_down();
}

/* One request of a thread of its own. */
struct one {
	pthread_t thread;
	const char *body;
	int status;
};

static void *
send_one(void *arg)
{
	struct one *o = arg;

	o->status = ask("/v1/acme/events?entity=free", NDJSON,
	    o->body).status;
	return NULL;
}

/* Until metric name is n. */
static void
wait_metric(const char *name, long long n)
{
	int64_t until = clock_mono_ms() + 30000;

	while (metric(name) != n && clock_mono_ms() < until)
		sched_yield();
	cr_assert_eq(metric(name), n);
}

/*
 * While the journal is held, requests gather; what Postgres refuses in one
 * of them is not the others' fault.  And a held journal is not ready.
 */
Test(api, who_shares_an_append_does_not_share_its_fate)
{
	static const char *const bodies[] = { "{\"id\":\"first\"}",
		"{\"id\":\"a\"}", "{\"id\":\"bad\"}", "{\"id\":\"b\"}",
		"{\"id\":\"c\"}\n{\"id\":\"bad\"}" };
	struct api_opts o = { .stuck_s = 1 };
	struct one ones[COUNT(bodies)];
	int64_t until;
	struct answer a;

	set_up(&o);
	test_sql(db, "ALTER TABLE crosswalk.journal ADD CHECK (key <> "
	    "'bad')");
	cr_assert_eq(ask("GET /readyz", NULL, "").status, 200);
	test_sql(db, "BEGIN; LOCK TABLE crosswalk.journal");
	for (size_t i = 0; i < COUNT(ones); i++) {
		ones[i] = (struct one){ .body = bodies[i] };
		pthread_create(&ones[i].thread, NULL, send_one, &ones[i]);
		/* Each is there before the next: the first goes alone. */
		wait_metric("\ncrosswalk_api_requests_waiting ",
		    (long long)i + 1);
	}
	until = clock_mono_ms() + 20000;
	do
		a = ask("GET /readyz", NULL, "");
	while (a.status == 200 && clock_mono_ms() < until);
	cr_assert_eq(a.status, 503);
	cr_assert_not_null(strstr(a.body, "the journal takes no events"));
	test_sql(db, "COMMIT");
	for (size_t i = 0; i < COUNT(ones); i++) {
		pthread_join(ones[i].thread, NULL);
		cr_assert_eq(ones[i].status, strstr(bodies[i], "bad") ? 500 :
		    202, "%s: %d", bodies[i], ones[i].status);
	}
	cr_assert_eq(ask("GET /readyz", NULL, "").status, 200);
	cr_assert_str_eq(test_text(db, "SELECT string_agg(key, ' ' ORDER BY "
	    "key) FROM crosswalk.journal"), "a b first");
	cr_assert_eq(metric("\ncrosswalk_api_requests_waiting "), 0);
	tear_down();
}
