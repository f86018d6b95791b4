/*
 * Values and test blocks as the language writes them.
 */
#include "lang/lawrun.h"

static int
is_name(struct str s)
{
	if (s.n == 0 || (s.p[0] >= '0' && s.p[0] <= '9'))
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c != '_' && (c < '0' || c > '9') &&
		    ((c | 32) < 'a' || (c | 32) > 'z'))
			return 0;
	}
	return 1;
}

/* What a reader would not see: marks that combine, blanks of no width … */
static int
is_unseen(uint32_t c)
{
	return (c >= 0x80 && c <= 0xa0) || (c >= 0x300 && c <= 0x36f) ||
	    (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
	    c == 0xad || c == 0xfeff;
}

/* As JSON, with braces escaped and nothing that hides. */
static void
put_text(struct buf *out, struct str s)
{
	struct buf json = { 0 };

	buf_json(&json, s);
	for (size_t i = 0; i < json.n; i++) {
		const unsigned char *p = (unsigned char *)json.p + i;
		unsigned n = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
		uint32_t c = n == 2 ? (*p & 31u) << 6 | (p[1] & 63u) :
		    n == 3 ? (*p & 15u) << 12 | (p[1] & 63u) << 6 |
		    (p[2] & 63u) : 0;

		if (*p == '{' || *p == '}')
			buf_putc(out, '\\');
		if (is_unseen(c))
			buf_printf(out, "\\u%04x", (unsigned)c);
		else
			buf_put(out, p, n);
		i += n - 1;
	}
	buf_fini(&json);
}

static void
put_members(struct buf *out, struct value v, struct arena *a)
{
	buf_puts(out, v.n ? STR("{ ") : STR("{"));
	for (uint32_t i = 0; i < v.n; i++) {
		const struct member *m = &v.u.record[i];

		if (i > 0)
			buf_puts(out, STR(", "));
		if (is_name(m->name))
			buf_puts(out, m->name);
		else
			put_text(out, m->name);
		buf_puts(out, STR(": "));
		law_value(out, m->value, a);
	}
	buf_puts(out, v.n ? STR(" }") : STR("}"));
}

void
law_value(struct buf *out, struct value v, struct arena *a)
{
	v = value_open(v, a);
	switch (v.type) {
	case V_TEXT:
		put_text(out, value_str(v, a));
		break;
	case V_LIST:
		buf_putc(out, '[');
		for (uint32_t i = 0; i < v.n; i++) {
			if (i > 0)
				buf_puts(out, STR(", "));
			law_value(out, v.u.list[i], a);
		}
		buf_putc(out, ']');
		break;
	case V_RECORD:
		put_members(out, v, a);
		break;
	default:
		value_write(out, v);
	}
}

static struct str
side(const struct lawrun *r, int right)
{
	return right ? r->map->right_name : r->map->left_name;
}

static void
put_step(struct buf *out, const struct lawrun *r, const char *word, int right,
    struct str json, struct arena *a)
{
	buf_printf(out, "  %s %.*s = ", word, STR_ARG(side(r, right)));
	law_value(out, follow_raw(json), a);
	buf_puts(out, STR(";\n"));
}

void
law_test(struct buf *out, struct lawrun *r, const struct breach *b,
    struct arena *a)
{
	struct str name = arena_printf(a, "%s: %.*s", map_law_words[r->law],
	    STR_ARG(b->field));

	buf_puts(out, STR("test "));
	put_text(out, name);
	buf_printf(out, " for %.*s {\n", STR_ARG(r->map->name));
	law_given(out, r, a);
	for (unsigned i = 0; i < b->nstep; i++)
		put_step(out, r, b->steps[i].put ? "put" : "given",
		    b->steps[i].right, b->steps[i].json, a);
	if (b->expect.n > 0)
		put_step(out, r, "expect", b->right, b->expect, a);
	buf_puts(out, STR("}\n"));
}
