/*
 * URIs of schemas: reference resolution as in RFC 3986, section 5.
 */
#ifndef SCHEMA_URI_H
#define SCHEMA_URI_H

#include "base/arena.h"
#include "base/str.h"

/* 1 when s begins with a scheme ("https:", "urn:", "file:"). */
int uri_absolute(struct str s);

/* ref as seen from base (absolute), without dot segments; in a. */
struct str uri_resolve(struct str base, struct str ref, struct arena *a);

/* Cut at the first '#': what stands before, and behind in *fragment. */
struct str uri_cut(struct str uri, struct str *fragment);

/* %41 as A; 0, or -1 when a % has no two hex digits or yields a NUL. */
int uri_decode(struct str s, struct arena *a, struct str *out);

/* "file://" and the path, percent-encoded where it must be. */
struct str uri_of_path(const char *path, struct arena *a);

#endif
