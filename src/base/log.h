/*
 * Log lines are events with stable names, logfmt on stderr:
 *
 *   ts=… level=warn event=delivery.retry link=42 connection="acme" wait_ms=8000
 *
 * Every warn and error event is in crosswalk-events(7); a test compares.
 * Never a record's contents, never a token.  Any thread may log.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below this level are dropped; the default is LOG_INFO. */
void log_set_level(enum log_level level);
/* 0, or -1 when name is not debug, info, warn or error. */
int log_level_parse(const char *name, enum log_level *level);

/*
 * event is a literal "room.what"; fmt yields the rest of the line, already
 * key=value pairs; values that may hold spaces are made with log_quote.
 */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* text as a quoted logfmt value in out; cut with "…" where it is too long. */
const char *log_quote(char *out, unsigned long size, const char *text);

#define log_debug(event, ...) log_event(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...) log_event(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...) log_event(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_event(LOG_ERROR, event, __VA_ARGS__)

#endif
