/*
 * Errors and the end of the process.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
fill(struct err *e, enum err_code code, size_t at, const char *fmt, va_list ap)
{
	if (e != NULL) {
		e->code = code;
		e->at = at;
		vsnprintf(e->text, sizeof(e->text), fmt, ap);
	}
	return -1;
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_at(struct err *e, enum err_code code, size_t at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, at, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char was[sizeof(e->text)];
	va_list ap;
	size_t n;

	if (e == NULL)
		return -1;
	memcpy(was, e->text, sizeof(was));
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", was);
	return -1;
}

int
err_exit(enum err_code code)
{
	static const int exits[] = {
#define X(name, exit, text) exit,
	    ERR_MAP(X)
#undef X
	};

	return exits[code];
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("crosswalk: fatal: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}
