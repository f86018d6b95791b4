/*
 * The reader against a slow walk, over inputs that are, line by line, records
 * of one source: what was learned from one line must not change the next.
 * The first byte chooses the shape.
 */
#include "config.h"

#include "record_json.h"
#include "record/shape.h"

enum { SLOTS = 8 };

/* Paths with dots; "" is the record itself, * the rest of an object. */
static const char *const shapes[][SLOTS] = {
	{ "a", "b", "c" },
	{ "a.b", "a.c", "b.a", "c" },
	{ "", "a", "a.a", "a.a.a", "a.a.a.a", "b" },
	{ "*", "a.*", "b", "a.b" },
	{ "*" },
	{ "a name that is longer than two times sixteen bytes", "\xc3\xa9",
	  "b.c", "b", "", "b.*" },
	{ "a\"b", "a" },
};

static size_t
split(const char *z, struct str *path)
{
	size_t n = 0;

	while (*z != '\0') {
		path[n] = str_from(z, strcspn(z, "."));
		z += path[n].n + (z[path[n].n] == '.');
		n++;
	}
	return n;
}

static int
is_rest(const struct str *path, size_t n)
{
	return n > 0 && str_eq(path[n - 1], STR("*"));
}

static struct shape *
build(const char *const *paths, struct arena *a)
{
	struct shape *sh = shape_new(a, SLOTS);
	struct str path[8];

	for (size_t i = 0; i < SLOTS && paths[i] != NULL; i++) {
		size_t n = split(paths[i], path);

		if (is_rest(path, n))
			shape_rest(sh, path, n - 1, i);
		else
			shape_add(sh, path, n, i);
	}
	shape_seal(sh);
	return sh;
}

/* The value at a path; *wrong when something on the way is no object. */
static struct value
walk(struct value v, const struct str *path, size_t n, int *wrong,
    struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		if (!value_nil(v) && (v.type != V_RAW || v.u.p[0] != '{')) {
			*wrong = 1;
			return v;
		}
		v = value_member(v, path[i], a);
	}
	return v;
}

/* 1 when some path of the shape goes through name at path[0 .. n). */
static int
is_named(const char *const *paths, const struct str *path, size_t n,
    struct str name)
{
	struct str other[8];

	for (size_t i = 0; i < SLOTS && paths[i] != NULL; i++) {
		size_t k = split(paths[i], other), same = 0;

		while (same < n && same < k && str_eq(path[same], other[same]))
			same++;
		if (same == n && k > n && str_eq(other[n], name) &&
		    !is_rest(other + n, 1))
			return 1;
	}
	return 0;
}

static void
check_rest(const char *const *paths, struct value root,
    const struct str *path, size_t n, struct value got, struct arena *a)
{
	int wrong = 0;
	struct value v = walk(root, path, n, &wrong, a);
	size_t k = 0;

	if (value_nil(v)) {
		HOLDS(got.type == v.type, "rest of nil");
		return;
	}
	v = value_open(v, a);
	HOLDS(got.type == V_RECORD, "rest");
	for (uint32_t i = 0; i < v.n; i++) {
		const struct member *m = &v.u.record[i];

		if (is_named(paths, path, n, m->name))
			continue;
		HOLDS(k < got.n && str_eq(got.u.record[k].name, m->name) &&
		    value_equal(got.u.record[k].value, m->value, CMP_EXACT,
		    a), "%.*s", STR_ARG(m->name));
		k++;
	}
	HOLDS(k == got.n, "%zu of %u in the rest", k, got.n);
}

static int
same_bytes(struct value a, struct value b)
{
	struct buf x = { 0 }, y = { 0 };
	int same;

	value_write(&x, a);
	value_write(&y, b);
	same = a.type == b.type && str_eq(buf_str(&x), buf_str(&y));
	buf_fini(&x);
	buf_fini(&y);
	return same;
}

static void
check_line(struct reader *r, const struct shape *sh,
    const char *const *paths, struct str s, struct scan_names *names)
{
	struct arena a = { 0 };
	struct value slots[SLOTS], root = { .type = V_RAW }, v;
	struct err e = { 0 };
	int got = reader_read(r, sh, s, slots, &a, &e), wrong = 0;
	struct str path[8];

	if (scan_check(s, names, NULL) != 0) {
		HOLDS(got != 0, "accepts what the scanner refuses");
		goto out;
	}
	while (s.n > 0 && strchr(" \t\r\n", s.p[0]) != NULL) {
		s.p++;
		s.n--;
	}
	while (strchr(" \t\r\n", s.p[s.n - 1]) != NULL)
		s.n--;
	root.n = (uint32_t)s.n;
	root.u.p = s.p;
	for (size_t i = 0; i < SLOTS && paths[i] != NULL; i++) {
		size_t n = split(paths[i], path);
		int object = is_rest(path, n);

		v = walk(root, path, n - (size_t)object, &wrong, &a);
		if (object && !value_nil(v) &&
		    (v.type != V_RAW || v.u.p[0] != '{'))
			wrong = 1;
	}
	if (s.p[0] != '{')
		wrong = 1;
	HOLDS((got != 0) == wrong, "%s", got ? e.text : "accepted");
	for (size_t i = 0; i < SLOTS && got == 0 && paths[i] != NULL; i++) {
		size_t n = split(paths[i], path);

		if (is_rest(path, n)) {
			check_rest(paths, root, path, n - 1, slots[i], &a);
			continue;
		}
		v = walk(root, path, n, &wrong, &a);
		HOLDS(same_bytes(v, slots[i]), "slot %zu", i);
	}
out:
	arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader *r = reader_new();
	struct scan_names *names = scan_names_new();
	struct arena a = { 0 };
	const char *const *paths;
	struct shape *sh, *other;

	if (size > 0) {
		paths = shapes[*data % COUNT(shapes)];
		sh = build(paths, &a);
		other = build(shapes[0], &a);
		data++;
		size--;
		for (size_t n; size > 0; data += n, size -= n) {
			const uint8_t *line = memchr(data, '\n', size);
			struct str s;

			n = line != NULL ? (size_t)(line - data) + 1 : size;
			s = padded(data, n);
			check_line(r, sh, paths, s, names);
			check_line(r, other, shapes[0], s, names);
			check_line(r, sh, paths, s, names);
			unpad(s);
		}
	}
	arena_fini(&a);
	scan_names_free(names);
	reader_free(r);
	return 0;
}
