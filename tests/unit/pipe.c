/* Frames arrive whole, in order, over every transport; a full pipe waits. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pipe/pipe.h"

static void
fill(struct frame_out *f, uint64_t n)
{
	char text[40];
	int len = snprintf(text, sizeof(text), "item %llu",
	    (unsigned long long)n);

	frame_begin(f, 7);
	frame_u64(f, n);
	frame_str(f, str_from(text, (size_t)len));
	frame_str(f, STR(""));
	frame_item(f);
}

static void *
pusher(void *arg)
{
	struct frame_out f = { 0 };
	struct err e;

	for (uint64_t i = 0; i < 500; i++) {
		fill(&f, i);
		cr_assert_eq(pipe_push(arg, &f, 5000, &e), 1, "%s", e.text);
	}
	frame_out_fini(&f);
	return NULL;
}

static void
carry(const char *url)
{
	struct pipe *push, *pull;
	struct frame f;
	struct err e = { 0 };
	pthread_t t;

	cr_assert_eq(pipe_open(&pull, PIPE_PULL, url, 1, 2, &e), 0, "%s",
	    e.text);
	cr_assert_eq(pipe_open(&push, PIPE_PUSH, url, 0, 2, &e), 0, "%s",
	    e.text);
	pthread_create(&t, NULL, pusher, push);
	for (uint64_t i = 0; i < 500; i++) {
		char text[40];
		int len = snprintf(text, sizeof(text), "item %llu",
		    (unsigned long long)i);

		cr_assert_eq(pipe_pull(pull, 5000, &f, &e), 1, "%s", e.text);
		cr_assert_eq(f.kind, 7);
		cr_assert_eq(f.count, 1);
		cr_assert_eq(frame_get_u64(&f), i);
		cr_assert(str_eq(frame_get_str(&f),
		    str_from(text, (size_t)len)));
		cr_assert_eq(frame_get_str(&f).n, 0);
		cr_assert_eq(f.bad, 0);
		frame_get_u64(&f);
		cr_assert_eq(f.bad, 1);
		frame_free(&f);
	}
	cr_assert_eq(pipe_pull(pull, 0, &f, &e), 0);
	pthread_join(t, NULL);
	pipe_close(push);
	pipe_close(pull);
}

Test(pipe, carries_in_order)
{
	char url[64];

	carry("inproc://test");
	snprintf(url, sizeof(url), "ipc:///tmp/xw-pipe-%d.sock", (int)getpid());
	carry(url);
}

Test(pipe, waits_when_full_and_loses_nothing)
{
	struct pipe *push, *pull;
	struct frame_out out = { 0 };
	struct frame f;
	struct err e = { 0 };
	uint64_t sent = 0, got = 0;

	cr_assert_eq(pipe_open(&pull, PIPE_PULL, "inproc://full", 1, 1, &e), 0);
	cr_assert_eq(pipe_open(&push, PIPE_PUSH, "inproc://full", 0, 1, &e), 0);
	for (;; sent++) {
		fill(&out, sent);
		if (pipe_push(push, &out, sent ? 100 : 5000, &e) != 1)
			break;
		cr_assert_lt(sent, 100, "no back-pressure");
	}
	cr_assert_gt(sent, 0);
	while (pipe_pull(pull, 100, &f, &e) == 1) {
		cr_assert_eq(frame_get_u64(&f), got++);
		frame_free(&f);
	}
	cr_assert_eq(got, sent);
	frame_out_fini(&out);
	pipe_close(push);
	pipe_close(pull);
}

Test(frame, refuses_what_is_no_frame)
{
	struct frame_out out = { 0 };
	struct frame f;
	char bytes[FRAME_HEAD + 64 + FRAME_PAD] = { 0 };

	cr_assert_eq(frame_open(&f, bytes, sizeof(bytes)), -1);
	frame_begin(&out, 1);
	for (int i = 0; i < 8; i++)
		frame_u64(&out, (uint64_t)i);
	frame_item(&out);
	frame_head(&out, bytes);
	memcpy(bytes + FRAME_HEAD, out.b.p, out.b.n);
	cr_assert_eq(frame_open(&f, bytes, sizeof(bytes)), 0);
	cr_assert_eq(frame_open(&f, bytes, sizeof(bytes) - 1), -1);
	cr_assert_eq(frame_open(&f, bytes, 10), -1);
	frame_out_fini(&out);
}
