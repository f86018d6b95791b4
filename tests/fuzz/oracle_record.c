/*
 * Random records for the schemas of the program that was made last: valid
 * ones, and such as break them in every way that is still JSON.
 */
#include "oracle_gen.h"

/* How many values in a hundred are none that the schema allows. */
static unsigned wrong_ones;

static void
text_value(struct choices *c, const struct gfield *f, struct buf *out)
{
	static const char *const dates[] = { "2026-01-31", "2028-02-29",
		"1970-01-01", "2026-13-01", "0001-01-01", "" };
	static const char *const times[] = { "2026-01-31T12:00:00Z",
		"2026-03-29T02:30:00.5+01:00", "1969-12-31T23:59:59.999Z",
		"2026-01-31 12:00", "9999-12-31T23:59:59Z" };
	static const char *const more[] = { "\\u0041", "\\ud83d\\ude00x",
		"\\/", "A", "B", "C", "x_more", "1769817600000", "Germany",
		"+49 30 12345678", "lead", "customer", "19.9" };

	buf_putc(out, '"');
	if (f->kind == G_DATE)
		buf_puts(out, str_z(dates[choose(c, COUNT(dates))]));
	else if (f->kind == G_TIME)
		buf_puts(out, str_z(times[choose(c, COUNT(times))]));
	else if (f->noption > 0 && !chance(c, wrong_ones))
		buf_puts(out, str_z(f->options[choose(c, f->noption)]));
	else if (chance(c, 30)) /* codecs like numbers */
		buf_puts(out, str_z(g_number(c, 1)));
	else if (chance(c, 35))
		buf_puts(out, str_z(more[choose(c, COUNT(more))]));
	else
		buf_puts(out, str_z(g_text(c)));
	buf_putc(out, '"');
}

static void
number_value(struct choices *c, int whole, struct buf *out)
{
	static const char *const odd[] = { "-0", "1.0", "1e2", "0.10",
		"1e400", "12345678901234567890123456789012345678901",
		"9223372036854775808", "1E-40", "2.50" };

	if (chance(c, 8 + wrong_ones))
		buf_puts(out, str_z(odd[choose(c, COUNT(odd))]));
	else
		buf_puts(out, str_z(g_number(c, whole)));
}

static void record_of(struct choices *c, const struct gfield *f,
    struct buf *out);

static const char *const ids[] = { "a", "b", "A", "c ", "d", "e" };
static const char *const texts[] = { "null", "\"x\"", "\" y\"", "\"\"",
	"\"\\u0041\"" };

/* The list in an element. */
static void
subs_of(struct choices *c, struct buf *out)
{
	if (chance(c, wrong_ones)) {
		buf_puts(out, choose(c, 2) ? STR("7") : STR("null"));
		return;
	}
	buf_putc(out, '[');
	for (unsigned n = choose(c, 4), i = 0; i < n; i++) {
		buf_printf(out, "%s{\"id\":\"%s\"", i ? "," : "",
		    ids[chance(c, 85) ? i : choose(c, COUNT(ids))]);
		if (chance(c, 60))
			buf_printf(out, ",\"label\":%s",
			    texts[choose(c, COUNT(texts))]);
		if (chance(c, 40))
			buf_printf(out, ",\"tag\":%s",
			    texts[choose(c, COUNT(texts))]);
		if (chance(c, 30))
			buf_puts(out, STR(",\"more\":{\"a\":1}"));
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

/* An element of a list of records. */
static void
item_of(struct choices *c, struct buf *out, unsigned i)
{
	unsigned n = 0;

	if (chance(c, wrong_ones)) {
		buf_puts(out, choose(c, 2) ? STR("\"a\"") : STR("null"));
		return;
	}
	buf_putc(out, '{');
	if (!chance(c, 3 + wrong_ones))
		buf_printf(out, "%s\"id\":\"%s\"", n++ ? "," : "",
		    ids[chance(c, 80) ? i % COUNT(ids) :
		    choose(c, COUNT(ids))]);
	if (chance(c, 60))
		buf_printf(out, "%s\"label\":%s", n++ ? "," : "",
		    texts[choose(c, COUNT(texts))]);
	if (chance(c, 40))
		buf_printf(out, "%s\"n\": %s", n++ ? "," : "",
		    choose(c, 3) == 2 ? "null" : "1.0");
	if (chance(c, 50))
		buf_printf(out, "%s\"in\":{\"x\":\"%s\",\"y\":%s}",
		    n++ ? "," : "", ids[i % COUNT(ids)],
		    texts[choose(c, COUNT(texts))]);
	if (chance(c, 30))
		buf_printf(out, "%s\"own\":\"o\"", n++ ? "," : "");
	if (chance(c, 30))
		buf_printf(out, "%s\"more\":[1]", n++ ? "," : "");
	if (chance(c, 40))
		buf_printf(out, "%s\"tag\":%s", n++ ? "," : "",
		    texts[choose(c, COUNT(texts))]);
	if (chance(c, 70)) {
		buf_printf(out, "%s\"subs\":", n++ ? "," : "");
		subs_of(c, out);
	}
	buf_putc(out, '}');
}

static void
value_of(struct choices *c, const struct gfield *f, struct buf *out)
{
	static const char *const wrong[] = { "null", "\"\"", "0", "1.5",
		"true", "[]", "{}", "[\"a\", 1]", "{ \"a\" : 1 }", "\"x\"" };

	if (chance(c, wrong_ones)) {
		buf_puts(out, str_z(wrong[choose(c, COUNT(wrong))]));
		return;
	}
	if (f->nullable && chance(c, 20)) {
		buf_puts(out, STR("null"));
		return;
	}
	switch (f->kind) {
	case G_INT:
	case G_DEC:
		number_value(c, f->kind == G_INT, out);
		break;
	case G_BOOL:
		buf_puts(out, choose(c, 2) ? STR("true") : STR("false"));
		break;
	case G_LIST:
		buf_putc(out, '[');
		for (unsigned n = choose(c, 4), i = 0; i < n; i++) {
			struct gfield one = { .kind = f->of };

			if (i > 0)
				buf_puts(out, chance(c, 20) ? STR(" , ") :
				    STR(","));
			if (f->of == G_RECORD)
				item_of(c, out, i + choose(c, 3));
			else
				value_of(c, &one, out);
		}
		buf_putc(out, ']');
		break;
	case G_RECORD:
		record_of(c, f, out);
		break;
	default:
		text_value(c, f, out);
	}
}

static void
record_of(struct choices *c, const struct gfield *f, struct buf *out)
{
	static const char *const extra[] = { "more", "x_more", "x_tier_y",
		"x_", "zz", "x_more_y" };
	unsigned n = 0, from = choose(c, f->nsub ? f->nsub : 1);
	const struct gfield text = { .kind = G_TEXT, .nullable = 1 };

	buf_puts(out, chance(c, 20) ? STR("{ ") : STR("{"));
	for (unsigned i = 0; i < f->nsub; i++) {
		const struct gfield *s = &f->sub[(i + from) % f->nsub];

		if (s->required ? chance(c, wrong_ones) : chance(c, 30))
			continue;
		buf_printf(out, "%s\"%s\":", n++ ? "," : "", s->name);
		value_of(c, s, out);
	}
	for (unsigned i = choose(c, COUNT(extra)), k = f->open ? choose(c, 4) :
	    (unsigned)chance(c, 10); k > 0; k--) {
		buf_printf(out, "%s\"%s\":", n++ ? "," : "",
		    extra[(i + k) % COUNT(extra)]);
		value_of(c, &text, out);
	}
	buf_putc(out, '}');
}

void
record_make(struct choices *c, int right, struct buf *out)
{
	wrong_ones = choose(c, 3) == 2 ? 8 : 0;
	record_of(c, &gen_now.root[right], out);
}
