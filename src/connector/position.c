/*
 * Positions in lists, and their JSON.
 */
#include "connector/position.h"

#include <inttypes.h>

#include "connector/eval.h"
#include "record/decimal.h"

/* The members: in C, in JSON. */
#define TEXTS(X)                                                          \
	X(cursor, "cursor")                                               \
	X(since, "since")                                                 \
	X(mark, "mark")                                                   \
	X(first, "first")
#define NUMBERS(X)                                                        \
	X(number, "number")                                               \
	X(pages, "pages")                                                 \
	X(records, "records")                                             \
	X(at_ms, "at")                                                    \
	X(done, "done")

void
position_copy(struct position *to, const struct position *from)
{
	struct arena arena = to->arena;

	arena_reset(&arena);
	*to = *from;
#define X(name, word) to->name = arena_str(&arena, from->name);
	TEXTS(X)
#undef X
	to->arena = arena;
}

static void
put_text(struct buf *out, const char *word, struct str text)
{
	if (text.n == 0)
		return;
	buf_printf(out, ",\"%s\":", word);
	buf_json(out, text);
}

static void
put_number(struct buf *out, const char *word, int64_t n)
{
	if (n != 0)
		buf_printf(out, ",\"%s\":%" PRId64, word, n);
}

void
position_write(const struct position *p, const struct seen *seen,
    struct str of, struct buf *out)
{
	buf_puts(out, STR("{\"list\":"));
	buf_json(out, of);
#define X(name, word) put_text(out, word, p->name);
	TEXTS(X)
#undef X
#define X(name, word) put_number(out, word, p->name);
	NUMBERS(X)
#undef X
	buf_puts(out, STR(",\"seen\":\""));
	seen_write(seen, out);
	buf_puts(out, STR("\"}"));
}

static int
read_text(struct value v, const char *word, struct str *out, struct arena *a,
    struct err *e)
{
	v = value_member(v, str_z(word), a);
	*out = str_from(NULL, 0);
	if (v.type == V_ABSENT)
		return 0;
	if (v.type != V_TEXT)
		return err_set(e, ERR_DATA, "%s is a text, not a %s", word,
		    value_word(v));
	*out = arena_str(a, value_str(v, a));
	return 0;
}

static int
read_number(struct value v, const char *word, int64_t *out, struct arena *a,
    struct err *e)
{
	struct dec d;

	v = value_member(v, str_z(word), a);
	*out = 0;
	if (v.type == V_ABSENT)
		return 0;
	if (v.type != V_NUM ||
	    dec_parse(str_from(v.u.p, v.n), &d, NULL) != 0 ||
	    dec_to_int(d, out, NULL) != 0 || *out < 0)
		return err_set(e, ERR_DATA, "%s is a whole number", word);
	return 0;
}

int
position_read(struct position *p, struct seen *seen, struct str of,
    struct str json, struct err *e)
{
	struct arena *a = &p->arena;
	struct str list, marks;
	struct value v;

	if (eval_json(json, &v, a, e) != 0)
		return -1;
	if (v.type != V_RAW)
		return err_set(e, ERR_DATA, "it is no JSON object");
	if (read_text(v, "list", &list, a, e) != 0)
		return -1;
	if (!str_eq(list, of))
		return err_set(e, ERR_DATA, "it is of %.*s, not of %.*s",
		    STR_ARG(list), STR_ARG(of));
#define X(name, word)                                                     \
	if (read_text(v, word, &p->name, a, e) != 0)                      \
		return -1;
	TEXTS(X)
#undef X
#define X(name, word)                                                     \
	if (read_number(v, word, &p->name, a, e) != 0)                    \
		return -1;
	NUMBERS(X)
#undef X
	if (read_text(v, "seen", &marks, a, e) != 0)
		return -1;
	return seen_read(seen, marks, e);
}
