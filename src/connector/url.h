/*
 * Which URLs a connector may call.
 */
#ifndef CONNECTOR_URL_H
#define CONNECTOR_URL_H

#include "base/arena.h"
#include "base/err.h"
#include "vm/unit.h"

/*
 * "https://host:port" of an http or https URL, a slice of it; the rest, from
 * the first / on or "", in *path (may be NULL).  User names in it are an
 * error, and so is anything that is not a URL.
 */
int url_origin(struct str url, struct str *origin, struct str *path,
    struct err *e);

/*
 * What a path function gave, as a whole URL in a: a path goes behind base
 * ("" for the connector's own); a URL must be of the origin of base.
 * Bytes that must be percent-encoded, dot
 * segments and fragments are errors.
 */
int url_make(const struct unit_connector *c, struct str base, struct str path,
    struct str *url, struct arena *a, struct err *e);

/*
 * The same of a link that a reply gave: what begins with / is of the base's
 * host, whatever path the base has.
 */
int url_link(const struct unit_connector *c, struct str base,
    struct str link, struct str *url, struct arena *a, struct err *e);

/*
 * The same of a file that a reply names: https on one of the hosts, "*.x.com"
 * all that end so, or anything on the base's.
 */
int url_file(const struct unit_connector *c, struct str base,
    const struct str *hosts, size_t n, struct str link, struct arena *a,
    struct str *url, struct err *e);

/*
 * A URL that the connector declares, for a connection with a base of its
 * own: what lies on the connector's own origin moves to the connection's.
 */
int url_moved(const struct unit_connector *c, struct str base,
    struct str declared, struct str *url, struct arena *a, struct err *e);

/*
 * Whether url is an address without a path on one of the hosts that a
 * connector names; *origin is "https://host" of it, "" where it is no address.
 */
int url_among(const struct str *hosts, uint32_t n, struct str url,
    struct str *origin);

#endif
