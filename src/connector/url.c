/*
 * URLs: an expression in a connector, and through it a record, may choose
 * the path, never the host.
 */
#include "connector/url.h"

#include <strings.h>

static int
is_host_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
	    c == '[' || c == ']' || c == '_';
}

static struct str
rest(struct str s, size_t from)
{
	return str_from(s.p + from, s.n - from);
}

static int
starts(struct str s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

int
url_origin(struct str url, struct str *origin, struct str *path,
    struct err *e)
{
	size_t scheme = starts(url, "https://") ? 8 :
	    starts(url, "http://") ? 7 : 0;
	size_t n = scheme;

	if (scheme == 0)
		return err_set(e, ERR_DATA, "URL \"%.*s\" must begin with "
		    "https:// or http://", (int)(url.n < 100 ? url.n : 100),
		    url.p);
	while (n < url.n && is_host_byte(url.p[n]))
		n++;
	if (n == scheme || (n < url.n && url.p[n] != '/' && url.p[n] != '?'))
		return err_set(e, ERR_DATA, "URL \"%.*s\" has no plain host "
		    "name; user names do not belong there",
		    (int)(n < 100 ? n : 100), url.p);
	*origin = str_from(url.p, n);
	if (path != NULL)
		*path = rest(url, n);
	return 0;
}

static int
same_origin(struct str a, struct str b)
{
	struct str x, y;

	return url_origin(a, &x, NULL, NULL) == 0 &&
	    url_origin(b, &y, NULL, NULL) == 0 && x.n == y.n &&
	    strncasecmp(x.p, y.p, x.n) == 0;
}

/* "." or "..", also percent-encoded: servers decode before they resolve. */
static int
is_dots(struct str segment)
{
	size_t dots = 0, i = 0;

	while (i < segment.n) {
		if (segment.p[i] == '.')
			i++;
		else if (starts(rest(segment, i), "%2e"))
			i += 3;
		else
			return 0;
		dots++;
	}
	return dots == 1 || dots == 2;
}

static int
check_path(struct str path, struct err *e)
{
	size_t from = 0, query = path.n;

	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}#", c))
			return err_set(e, ERR_DATA, "byte %zu of the path "
			    "(0x%02x) must be percent-encoded", i + 1, c);
		if (c == '?' && query == path.n)
			query = i;
	}
	for (size_t i = 0; i <= query; i++) {
		if (i < query && path.p[i] != '/')
			continue;
		if (is_dots(str_from(path.p + from, i - from)))
			return err_set(e, ERR_DATA, "the path has a segment "
			    "of dots at byte %zu", from + 1);
		from = i + 1;
	}
	return 0;
}

int
url_make(const struct unit_connector *c, struct str base, struct str path,
    struct str *url, struct arena *a, struct err *e)
{
	struct str origin, below;

	if (base.n == 0)
		base = c->base;
	if (url_origin(base, &origin, &below, e) != 0 ||
	    check_path(below, e) != 0)
		return err_prefix(e, "base of connector %.*s",
		    STR_ARG(c->name));
	while (base.n != 0 && base.p[base.n - 1] == '/')
		base.n--;
	if (path.n != 0 && path.p[0] == '/') {
		if (check_path(path, e) != 0)
			return -1;
		*url = arena_printf(a, "%.*s%.*s", STR_ARG(base),
		    STR_ARG(path));
		return 0;
	}
	if (!starts(path, "http"))
		return err_set(e, ERR_DATA, "a path must begin with /");
	if (url_origin(path, &origin, &below, e) != 0 ||
	    check_path(below, e) != 0)
		return -1;
	if (!same_origin(path, base))
		return err_set(e, ERR_DATA, "%.*s is not a host of connector "
		    "%.*s; declare it there", STR_ARG(origin),
		    STR_ARG(c->name));
	*url = arena_str(a, path);
	return 0;
}

/* host is one that a connector names, see lang/connauth.c. */
static int
is_host(struct str host, struct str origin)
{
	int below = starts(host, "*.");

	if (starts(host, "http://") || starts(host, "https://"))
		return same_origin(host, origin);
	if (!starts(origin, "https://"))
		return 0;
	origin = rest(origin, 8);
	host = rest(host, below); /* the dot stays */
	if (origin.n < host.n || (!below && origin.n != host.n) ||
	    (below && origin.n == host.n))
		return 0;
	origin = rest(origin, origin.n - host.n);
	return strncasecmp(origin.p, host.p, host.n) == 0;
}

int
url_among(const struct str *hosts, uint32_t n, struct str url,
    struct str *origin)
{
	struct str path;

	*origin = STR("");
	if (url_origin(url, origin, &path, NULL) != 0 ||
	    (path.n != 0 && !str_eq(path, STR("/"))))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		if (is_host(hosts[i], *origin))
			return 1;
	return 0;
}

int
url_link(const struct unit_connector *c, struct str base, struct str link,
    struct str *url, struct arena *a, struct err *e)
{
	struct str origin;

	if (link.n == 0 || link.p[0] != '/')
		return url_make(c, base, link, url, a, e);
	if (url_origin(base.n != 0 ? base : c->base, &origin, NULL, e) != 0 ||
	    check_path(link, e) != 0)
		return -1;
	*url = arena_printf(a, "%.*s%.*s", STR_ARG(origin), STR_ARG(link));
	return 0;
}

/* Whether "https://files.x.com" is at "files.x.com" or below "*.x.com". */
static int
is_at(struct str origin, struct str host)
{
	struct str name;

	if (!starts(origin, "https://"))
		return 0;
	name = rest(origin, 8);
	if (host.p[0] != '*')
		return name.n == host.n &&
		    strncasecmp(name.p, host.p, host.n) == 0;
	host = rest(host, 1); /* the dot stays */
	return name.n > host.n && strncasecmp(name.p + name.n - host.n,
	    host.p, host.n) == 0;
}

int
url_file(const struct unit_connector *c, struct str base,
    const struct str *hosts, size_t n, struct str link, struct arena *a,
    struct str *url, struct err *e)
{
	struct str origin, path;

	if (link.n > 0 && link.p[0] == '/')
		return url_link(c, base, link, url, a, e);
	if (url_origin(link, &origin, &path, e) != 0 ||
	    check_path(path, e) != 0)
		return -1;
	*url = arena_str(a, link);
	if (same_origin(link, base.n != 0 ? base : c->base))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (is_at(origin, hosts[i]))
			return 0;
	return err_set(e, ERR_DATA, "%.*s is no host of files of connector "
	    "%.*s; name it in hosts(…)", STR_ARG(origin), STR_ARG(c->name));
}

int
url_moved(const struct unit_connector *c, struct str base,
    struct str declared, struct str *url, struct arena *a, struct err *e)
{
	struct str origin, path;

	if (url_origin(declared, &origin, &path, e) != 0 ||
	    check_path(path, e) != 0)
		return -1;
	if (base.n == 0 || !same_origin(declared, c->base)) {
		*url = arena_str(a, declared);
		return 0;
	}
	if (url_origin(base, &origin, NULL, e) != 0)
		return -1;
	*url = arena_printf(a, "%.*s%.*s", STR_ARG(origin), STR_ARG(path));
	return 0;
}
