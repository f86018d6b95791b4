/*
 * URIs.  The names of the parts are those of RFC 3986, appendix B.
 */
#include "schema/uri.h"

#include "base/size.h"

struct parts {
	struct str scheme, authority, path, query, fragment;
	int has_authority, has_query, has_fragment;
};

static int
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of the scheme, without its colon; 0 when there is none. */
static size_t
scheme_length(struct str s)
{
	size_t i;

	if (s.n == 0 || !is_alpha(s.p[0]))
		return 0;
	for (i = 1; i < s.n; i++) {
		char c = s.p[i];

		if (c == ':')
			return i;
		if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' &&
		    c != '.')
			return 0;
	}
	return 0;
}

/* What stands before the first of stop (a C string); *s becomes the rest. */
static struct str
take(struct str *s, const char *stop)
{
	struct str head = { s->p, 0 };

	while (s->n > 0 && strchr(stop, *s->p) == NULL) {
		s->p++;
		s->n--;
		head.n++;
	}
	return head;
}

static struct parts
split(struct str s)
{
	struct parts u = { 0 };
	size_t n = scheme_length(s);

	if (n > 0) {
		u.scheme = str_from(s.p, n);
		s = str_from(s.p + n + 1, s.n - n - 1);
	}
	if (s.n >= 2 && s.p[0] == '/' && s.p[1] == '/') {
		s = str_from(s.p + 2, s.n - 2);
		u.has_authority = 1;
		u.authority = take(&s, "/?#");
	}
	u.path = take(&s, "?#");
	if (s.n > 0 && s.p[0] == '?') {
		s = str_from(s.p + 1, s.n - 1);
		u.has_query = 1;
		u.query = take(&s, "#");
	}
	if (s.n > 0) {
		u.has_fragment = 1;
		u.fragment = str_from(s.p + 1, s.n - 1);
	}
	return u;
}

static struct str
join(const struct parts *u, struct arena *a)
{
	size_t n = u->scheme.n + u->authority.n + u->path.n + u->query.n +
	    u->fragment.n + 8;
	char *out = arena_alloc(a, n), *p = out;
#define ADD(s) (memcpy(p, (s).n ? (s).p : "", (s).n), p += (s).n)

	if (u->scheme.n > 0) {
		ADD(u->scheme);
		*p++ = ':';
	}
	if (u->has_authority) {
		*p++ = '/';
		*p++ = '/';
		ADD(u->authority);
	}
	ADD(u->path);
	if (u->has_query) {
		*p++ = '?';
		ADD(u->query);
	}
	if (u->has_fragment) {
		*p++ = '#';
		ADD(u->fragment);
	}
#undef ADD
	return str_from(out, (size_t)(p - out));
}

static int
begins(struct str s, const char *z)
{
	size_t n = strlen(z);

	return s.n >= n && memcmp(s.p, z, n) == 0;
}

/* RFC 3986, 5.2.4; the rules A to E in its order. */
static struct str
remove_dots(struct str in, struct arena *a)
{
	char *out = arena_alloc(a, in.n + 1);
	size_t n = 0;

	while (in.n > 0) {
		if (begins(in, "../")) {
			in = str_from(in.p + 3, in.n - 3);
		} else if (begins(in, "./")) {
			in = str_from(in.p + 2, in.n - 2);
		} else if (begins(in, "/./")) {
			in = str_from(in.p + 2, in.n - 2);
		} else if (str_eq(in, STR("/."))) {
			in = STR("/");
		} else if (begins(in, "/../") || str_eq(in, STR("/.."))) {
			in = in.n == 3 ? STR("/") :
					 str_from(in.p + 3, in.n - 3);
			while (n > 0 && out[--n] != '/')
				;
		} else if (str_eq(in, STR(".")) || str_eq(in, STR(".."))) {
			in.n = 0;
		} else {
			do {
				out[n++] = *in.p++;
				in.n--;
			} while (in.n > 0 && *in.p != '/');
		}
	}
	return str_from(out, n);
}

/* RFC 3986, 5.2.3. */
static struct str
merge(const struct parts *base, struct str path, struct arena *a)
{
	size_t n = base->path.n;

	if (base->has_authority && n == 0)
		return arena_printf(a, "/%.*s", STR_ARG(path));
	while (n > 0 && base->path.p[n - 1] != '/')
		n--;
	return arena_printf(a, "%.*s%.*s", (int)n, base->path.p,
	    STR_ARG(path));
}

int
uri_absolute(struct str s)
{
	return scheme_length(s) > 0;
}

struct str
uri_resolve(struct str base, struct str ref, struct arena *a)
{
	struct parts r = split(ref), b = split(base);

	if (r.scheme.n == 0) {
		r.scheme = b.scheme;
		if (!r.has_authority) {
			r.has_authority = b.has_authority;
			r.authority = b.authority;
			if (r.path.n == 0) {
				r.path = b.path;
				if (!r.has_query) {
					r.has_query = b.has_query;
					r.query = b.query;
				}
				return join(&r, a);
			}
			if (r.path.p[0] != '/')
				r.path = merge(&b, r.path, a);
		}
	}
	if (r.has_authority || begins(r.path, "/"))
		r.path = remove_dots(r.path, a);
	return join(&r, a);
}

struct str
uri_cut(struct str uri, struct str *fragment)
{
	const char *hash = uri.n ? memchr(uri.p, '#', uri.n) : NULL;

	*fragment = (struct str){ 0 };
	if (hash == NULL)
		return uri;
	*fragment = str_from(hash + 1,
	    uri.n - (size_t)(hash - uri.p) - 1);
	return str_from(uri.p, (size_t)(hash - uri.p));
}

static int
hex(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
uri_decode(struct str s, struct arena *a, struct str *out)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];

		if (c == '%') {
			if (s.n - i < 3 || hex(s.p[i + 1]) < 0 ||
			    hex(s.p[i + 2]) < 0)
				return -1;
			c = hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]);
			i += 2;
		}
		if (c == 0)
			return -1;
		to[n++] = (char)c;
	}
	to[n] = '\0';
	*out = str_from(to, n);
	return 0;
}

struct str
uri_of_path(const char *path, struct arena *a)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = strlen(path), k;
	char *out = arena_alloc(a, size_add(size_mul(n, 3), 8));

	memcpy(out, "file://", 7);
	k = 7;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)path[i];

		if (is_alpha((char)c) || is_digit((char)c) ||
		    strchr("/-._~", c) != NULL) {
			out[k++] = (char)c;
		} else {
			out[k++] = '%';
			out[k++] = digits[c >> 4];
			out[k++] = digits[c & 15];
		}
	}
	return str_from(out, k);
}
