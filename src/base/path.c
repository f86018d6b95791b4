/*
 * Paths of files that name each other.
 */
#include "base/path.h"

/* Where the last component of p[root .. n) begins. */
static size_t
last_part(const char *p, size_t root, size_t n)
{
	while (n > root && p[n - 1] != '/')
		n--;
	return n;
}

struct str
path_resolve(struct arena *a, struct str from, struct str path)
{
	size_t folder = last_part(from.p, 0, from.n), n = 0, root;
	struct str all = path;
	char *out;

	if (path.n == 0 || path.p[0] != '/')
		all = arena_printf(a, "%.*s%.*s", (int)folder, from.p,
		    STR_ARG(path));
	out = arena_alloc(a, all.n + 1);
	root = all.n > 0 && all.p[0] == '/';
	if (root)
		out[n++] = '/';
	for (size_t i = 0, end; i < all.n; i = end + 1) {
		size_t last = last_part(out, root, n);
		struct str part;

		for (end = i; end < all.n && all.p[end] != '/'; end++)
			;
		part = str_from(all.p + i, end - i);
		if (part.n == 0 || str_eq(part, STR(".")))
			continue;
		if (str_eq(part, STR("..")) && n > root &&
		    !str_eq(str_from(out + last, n - last), STR(".."))) {
			n = last > root ? last - 1 : root;
			continue;
		}
		if (n > root)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	out[n] = '\0';
	return str_from(out, n);
}
