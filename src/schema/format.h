/*
 * The formats of JSON Schema (validation, section 7.3), each a yes or no
 * about decoded UTF-8.
 */
#ifndef SCHEMA_FORMAT_H
#define SCHEMA_FORMAT_H

#include "base/str.h"

/* X(ID, name, what it is, for messages) */
#define FORMAT_MAP(X)                                                     \
	X(DATE_TIME, "date-time", "a date and time (RFC 3339)")           \
	X(DATE, "date", "a date (YYYY-MM-DD)")                            \
	X(TIME, "time", "a time with its offset (RFC 3339)")              \
	X(DURATION, "duration", "a duration (ISO 8601: P1DT2H)")          \
	X(EMAIL, "email", "an e-mail address")                            \
	X(IDN_EMAIL, "idn-email", "an e-mail address")                    \
	X(HOSTNAME, "hostname", "a host name")                            \
	X(IDN_HOSTNAME, "idn-hostname", "a host name")                    \
	X(IPV4, "ipv4", "an IPv4 address")                                \
	X(IPV6, "ipv6", "an IPv6 address")                                \
	X(URI, "uri", "a URI")                                            \
	X(URI_REFERENCE, "uri-reference", "a URI or a relative reference") \
	X(IRI, "iri", "an IRI")                                           \
	X(IRI_REFERENCE, "iri-reference", "an IRI or a relative reference") \
	X(UUID, "uuid", "a UUID")                                         \
	X(URI_TEMPLATE, "uri-template", "a URI template (RFC 6570)")      \
	X(JSON_POINTER, "json-pointer", "a JSON pointer")                 \
	X(RELATIVE_JSON_POINTER, "relative-json-pointer",                 \
	    "a relative JSON pointer")                                    \
	X(REGEX, "regex", "a regular expression (ECMA-262)")

enum format {
	FORMAT_NONE, /* not one of these: never asserted */
#define X(id, name, text) FORMAT_##id,
	FORMAT_MAP(X)
#undef X
	FORMAT_COUNT
};

enum format format_find(struct str name);
struct str format_name(enum format f);
struct str format_text(enum format f);
/* 1 when s is one. */
int format_is(enum format f, struct str s);

/* Of format.c's families, each in its own file. */
int format_date(struct str s);
int format_time(struct str s);
int format_date_time(struct str s);
int format_duration(struct str s);
int format_hostname(struct str s);
int format_idn_hostname(struct str s);
int format_email(struct str s, int idn);
int format_ipv4(struct str s);
int format_ipv6(struct str s);
int format_uri(struct str s, int iri, int reference);
int format_uri_template(struct str s);

#endif
