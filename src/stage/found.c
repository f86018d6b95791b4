/*
 * Answers as bytes.
 */
#include "stage/found.h"

#include "record/scan.h"

enum { FOUND_NOTHING, FOUND_TEXT, FOUND_JSON, FOUND_ERROR };

static void
put(struct buf *out, struct str s)
{
	uint32_t n = (uint32_t)s.n;

	buf_put(out, &n, sizeof(n));
	buf_puts(out, s);
}

void
found_put(struct buf *out, enum lookup_kind kind, struct str name,
    struct str key, struct str value)
{
	size_t at = out->n;
	uint32_t n = 0;

	buf_put(out, &n, sizeof(n));
	lookup_id(out, kind, name, key);
	n = (uint32_t)(out->n - at - sizeof(n));
	memcpy(out->p + at, &n, sizeof(n));
	buf_putc(out, value.p == NULL ? FOUND_NOTHING :
	    kind == LOOKUP_TABLE ? FOUND_JSON : FOUND_TEXT);
	put(out, value);
}

void
found_error(struct buf *out, const struct err *why)
{
	put(out, STR(""));
	buf_putc(out, FOUND_ERROR);
	put(out, str_z(why->text));
}

/* The next n bytes, or -1 where there are not as many. */
static int
take(struct str *from, size_t n, struct str *out)
{
	if (from->n < n)
		return -1;
	*out = str_from(from->p, n);
	from->p += n;
	from->n -= n;
	return 0;
}

static int
get(struct str *from, struct str *out)
{
	struct str head;
	uint32_t n;

	if (take(from, sizeof(n), &head) != 0)
		return -1;
	memcpy(&n, head.p, sizeof(n));
	return take(from, n, out);
}

/* A scalar, with no escapes left in it. */
static int
read_json(struct str json, struct value *v, struct arena *a)
{
	struct scan s;

	scan_init(&s, json, NULL);
	if (scan_value(&s, v, NULL) != 0 || scan_end(&s, NULL) != 0)
		return -1;
	if (v->type == V_TEXT)
		*v = value_text(value_str(*v, a));
	return 0;
}

static int
broken(struct err *e)
{
	return err_set(e, ERR_INTERNAL, "what was looked up came in pieces");
}

int
found_read(struct str found, struct lookups *l, struct arena *a,
    struct err *e)
{
	while (found.n > 0) {
		struct str id, kind, value;
		struct value *v;

		if (get(&found, &id) != 0 || take(&found, 1, &kind) != 0 ||
		    get(&found, &value) != 0)
			return broken(e);
		if (kind.p[0] == FOUND_ERROR)
			return err_set(e, ERR_LIMIT, "%.*s", STR_ARG(value));
		v = arena_new(a, struct value);
		if (kind.p[0] == FOUND_TEXT)
			*v = value_text(value);
		else if (kind.p[0] == FOUND_JSON && read_json(value, v, a))
			return broken(e);
		lookups_put(l, id, v);
	}
	return 0;
}
