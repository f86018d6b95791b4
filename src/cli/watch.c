/*
 * Watching by looking: editors replace files, move them and write them in
 * pieces, and what a mapping uses may lie anywhere, so the times of a few
 * files are less to go wrong with than a notifier on their folders.
 */
#include "cli/watch.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"

#define LOOK_MS 300

static volatile sig_atomic_t stopping;

static void
on_signal(int sig)
{
	(void)sig;
	stopping = 1;
}

void
watch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

int
watch_stopped(void)
{
	return stopping;
}

void
watch_wait(void)
{
	clock_sleep_ms(LOOK_MS);
}

/* Another number when the file has changed, come or gone. */
static uint64_t
look(uint64_t stamp, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return stamp * 31;
	return stamp * 31 + (uint64_t)st.st_mtim.tv_sec * 1000000007u +
	    (uint64_t)st.st_mtim.tv_nsec + (uint64_t)st.st_size + 1;
}

void
watch_fini(struct watch *w)
{
	buf_fini(&w->paths);
}

void
watch_reset(struct watch *w)
{
	buf_reset(&w->paths);
	w->stamp = 0;
}

void
watch_add(struct watch *w, struct str path)
{
	size_t at = w->paths.n;

	buf_puts(&w->paths, path);
	buf_putc(&w->paths, '\0');
	w->stamp = look(w->stamp, w->paths.p + at);
}

int
watch_changed(const struct watch *w)
{
	const char *p = w->paths.p;
	uint64_t stamp = 0;

	for (size_t i = 0; i < w->paths.n; i += strlen(p + i) + 1)
		stamp = look(stamp, p + i);
	return stamp != w->stamp;
}
