/*
 * Log lines: one write(2) each, so that lines of threads do not mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

static const char *const names[] = { "debug", "info", "warn", "error" };
static atomic_int threshold = LOG_INFO;

void
log_set_level(enum log_level level)
{
	atomic_store(&threshold, (int)level);
}

int
log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[2048], ts[25];
	va_list ap;
	int n, m;

	if ((int)level < atomic_load(&threshold))
		return;
	clock_iso(clock_wall_us(), ts);
	n = snprintf(line, sizeof(line) - 1, "ts=%s level=%s event=%s ", ts,
	    names[level], event);
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - 1 - (size_t)n, fmt, ap);
	va_end(ap);
	n = m < 0 || (size_t)(n + m) > sizeof(line) - 2 ?
	    (int)sizeof(line) - 2 : n + m;
	while (n > 0 && line[n - 1] == ' ')
		n--;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere left to say it */
}

const char *
log_quote(char *out, unsigned long size, const char *text)
{
	size_t n = 0;

	if (size < 8)
		return "\"\"";
	out[n++] = '"';
	for (; *text != '\0' && n + 7 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			out[n++] = '\\';
		out[n++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
	}
	if (*text != '\0') {
		memcpy(out + n, "…", 3);
		n += 3;
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}
