/*
 * Errors: the one who detects an error fills a complete message; callers
 * pass it on.  The error is the last parameter; functions return 0 or -1.
 * Nothing to do, not found and end of input are results, not errors.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/* ERR(name, exit code, meaning) */
#define ERR_MAP(X)                                                        \
	X(NONE, 0, "no error")                                            \
	X(USAGE, 2, "wrong use of a command or function")                 \
	X(DATA, 65, "bad mapping or data")                                \
	X(LIMIT, 65, "a limit of size, depth or fuel was reached")        \
	X(NOINPUT, 66, "a file cannot be read")                           \
	X(INTERNAL, 70, "a promise between our own parts was broken")     \
	X(SYSTEM, 71, "the operating system said no")                     \
	X(DB, 75, "Postgres said no or is away")                          \
	X(NET, 75, "a peer said no or is away")                           \
	X(BUSY, 75, "try later")                                          \
	X(WAIT, 75, "another record has to be there first")

enum err_code {
#define X(name, exit, text) ERR_##name,
	ERR_MAP(X)
#undef X
};

/*
 * at: the byte offset, line or number that the error is about, 1-based where
 * it is a line; 0 where there is none.  The text has no full stop.
 */
struct err {
	enum err_code code;
	size_t at;
	char text[500];
};

/* Fill *e (which may be NULL) and return -1. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* As err_set, with a place. */
int err_at(struct err *e, enum err_code code, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Put "prefix: " before the text that is there; returns -1. */
int err_prefix(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The exit status of sysexits(3) that fits the code. */
int err_exit(enum err_code code);

/* Print to stderr and abort: out of memory, a broken promise. */
_Noreturn void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

#endif
