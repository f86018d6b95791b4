/*
 * Sentences.  They name fields and what the schema wants, never what the
 * record holds: they may go into logs and replies.
 */
#include "schema/complain.h"

#include <stdarg.h>

#define CUT 80

/* At most CUT bytes of s, whole characters, … where some are missing. */
static void
put_cut(struct buf *b, struct str s)
{
	size_t n = s.n;

	if (n > CUT)
		for (n = CUT; n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80;)
			n--;
	buf_put(b, s.p, n);
	if (n < s.n)
		buf_puts(b, STR("…"));
}

void
complain_value(struct buf *b, struct str json)
{
	put_cut(b, json);
}

void
complain_name(struct buf *b, struct str name)
{
	struct buf quoted = { 0 };

	buf_json(&quoted, name);
	put_cut(b, buf_str(&quoted));
	buf_fini(&quoted);
}

void
complain_types(struct buf *b, unsigned types)
{
	static const struct {
		unsigned bits;
		const char *text;
	} names[] = {
		{ SCHEMA_STRING, "a string" },
		{ SCHEMA_NUMBER, "a number" },
		{ SCHEMA_INTEGER, "an integer" },
		{ SCHEMA_FRACTION, "a fraction" },
		{ SCHEMA_BOOL, "a boolean" },
		{ SCHEMA_ARRAY, "an array" },
		{ SCHEMA_OBJECT, "an object" },
		{ SCHEMA_NULL, "null" },
	};
	const char *between = "";

	if (types == SCHEMA_ANY)
		buf_puts(b, STR("anything"));
	else if (types == 0)
		buf_puts(b, STR("nothing"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) &&
	     types != SCHEMA_ANY; i++) {
		if ((types & names[i].bits) != names[i].bits)
			continue;
		types &= ~names[i].bits;
		buf_printf(b, "%s%s", between, names[i].text);
		between = " or ";
	}
}

const char *
complain_kind(const struct tok *t)
{
	switch (t->kind) {
	case SCAN_NULL:
		return "null";
	case SCAN_BOOL:
		return "a boolean";
	case SCAN_NUMBER:
		return literal_whole(tok_str(t)) ? "an integer" : "a number";
	case SCAN_STRING:
		return "a string";
	case SCAN_ARRAY:
		return "an array";
	default:
		return "an object";
	}
}

/* the record, "a", item 2 of "a", the name "a" */
static void
put_subject(struct buf *b, const struct tape *t, uint32_t at)
{
	uint32_t i = 0, k, name = 0;
	size_t item = 0;
	int is_item = 0, is_name = 0;

	while (i != at && !is_name) {
		k = i + 1;
		is_item = t->t[i].kind == SCAN_ARRAY;
		if (is_item) {
			for (item = 0; at >= t->t[k].next; item++)
				k = t->t[k].next;
			i = k;
		} else {
			while (at >= t->t[k + 1].next)
				k = t->t[k + 1].next;
			name = k;
			is_name = at == k;
			i = k + 1;
		}
	}
	if (is_item)
		buf_printf(b, "item %zu of ", item);
	else if (is_name)
		buf_puts(b, STR("the name "));
	if (name != 0)
		complain_name(b, tok_str(&t->t[name]));
	else
		buf_puts(b, STR("the record"));
}

/* Where a keyword stands: its pointer, with the URI in another document. */
static void
put_place(struct buf *b, const struct check *c, const struct node *n,
    struct str keyword)
{
	if (n->doc != c->schema->root->doc) {
		buf_puts(b, n->doc->name);
		buf_putc(b, '#');
	}
	tape_pointer(&n->doc->tape, n->at, b);
	if (keyword.n > 0)
		buf_printf(b, "/%.*s", STR_ARG(keyword));
}

int
complain(struct check *c, const struct node *n, uint32_t at, struct str keyword,
    const char *fmt, ...)
{
	struct schema_run *run = c->run;
	struct schema_error error;
	va_list ap;

	if (!c->loud || c->errors >= SCHEMA_ERRORS)
		return 0;
	c->errors++;
	buf_reset(&run->instance);
	buf_reset(&run->place);
	buf_reset(&run->text);
	tape_pointer(&run->tape, at, &run->instance);
	put_place(&run->place, c, n, keyword);
	put_subject(&run->text, &run->tape, at);
	buf_putc(&run->text, ' ');
	va_start(ap, fmt);
	buf_vprintf(&run->text, fmt, ap);
	va_end(ap);
	error.instance = buf_str(&run->instance);
	error.schema = buf_str(&run->place);
	error.text = buf_str(&run->text);
	c->fn(c->arg, &error);
	return 0;
}
