/*
 * The cursor of scan.h, on top of the tokens.  It keeps its place in memory
 * between calls; what must be faster (reader.c) uses the tokens itself.
 */
#include "record/scan.h"

#include <assert.h>

#include "record/names.h"
#include "record/token.h"

void
scan_init(struct scan *s, struct str text, struct scan_names *names)
{
	*s = (struct scan){ text.p, text.p + text.n, text.p, 0, 0, 0, names };
	if (text.n > SCAN_MAX)
		s->p = s->end; /* every call fails; the message says why */
	if (names != NULL)
		names_reset(names);
}

static int
moved(struct scan *s, const char *p)
{
	if (p == NULL)
		return -1;
	s->p = p;
	return 0;
}

enum scan_kind
scan_peek(struct scan *s)
{
	s->p = token_blank(s, s->p);
	if (s->p == s->end)
		return SCAN_END;
	switch (*s->p) {
	case 'n':
		return SCAN_NULL;
	case 't': case 'f':
		return SCAN_BOOL;
	case '-':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return SCAN_NUMBER;
	case '"':
		return SCAN_STRING;
	case '[':
		return SCAN_ARRAY;
	case '{':
		return SCAN_OBJECT;
	default:
		return SCAN_BAD;
	}
}

static int
enter(struct scan *s, unsigned char c, const char *wanted, struct err *e)
{
	const char *p = token_blank(s, s->p);
	uint64_t bit;

	if (token_at(s, p) != c)
		return moved(s, token_unexpected(s, p, wanted, e));
	if (s->depth == RECORD_DEPTH)
		return moved(s, token_deep(s, p, e));
	bit = (uint64_t)1 << s->depth++;
	s->is_first |= bit;
	s->is_object &= ~bit;
	if (c == '{') {
		s->is_object |= bit;
		if (s->names != NULL)
			names_open(s->names, s->depth);
	}
	s->p = p + 1;
	return 0;
}

int
scan_object(struct scan *s, struct err *e)
{
	return enter(s, '{', "an object", e);
}

int
scan_array(struct scan *s, struct err *e)
{
	return enter(s, '[', "an array", e);
}

/*
 * To the next member or element of the innermost container: 1 when there is
 * one, 0 when close was there instead, or -1.
 */
static int
step(struct scan *s, unsigned char close, const char *wanted, struct err *e)
{
	uint64_t bit = (uint64_t)1 << (s->depth - 1);
	const char *p = token_blank(s, s->p);

	if (token_at(s, p) == close) {
		s->depth--;
		s->p = p + 1;
		return 0;
	}
	if (s->is_first & bit) {
		s->is_first &= ~bit;
	} else {
		if (token_at(s, p) != ',')
			return moved(s, token_unexpected(s, p, wanted, e));
		p = token_blank(s, p + 1);
	}
	s->p = p;
	return 1;
}

int
scan_next(struct scan *s, struct value *name, struct err *e)
{
	const char *p, *at;
	int r;

	assert(s->depth > 0 && s->is_object >> (s->depth - 1) & 1);
	r = step(s, '}', "a comma or }", e);
	if (r != 1) {
		if (r == 0 && s->names != NULL)
			names_close(s->names, s->depth + 1);
		return r;
	}
	at = s->p;
	if (token_at(s, at) != '"')
		return moved(s, token_unexpected(s, at,
		    "a name in double quotes", e));
	p = token_string(s, at, name, e);
	if (p == NULL)
		return -1;
	if (s->names != NULL && names_add_text(s->names, s->depth, name) != 0)
		return moved(s, token_twice(s, at, *name, e));
	p = token_blank(s, p);
	if (token_at(s, p) != ':')
		return moved(s, token_unexpected(s, p,
		    "a colon behind the name", e));
	s->p = p + 1;
	return 1;
}

int
scan_item(struct scan *s, struct err *e)
{
	int r;

	assert(s->depth > 0 && !(s->is_object >> (s->depth - 1) & 1));
	r = step(s, ']', "a comma or ]", e);
	/* [1,] has a comma and no element behind it */
	if (r == 1 && token_at(s, s->p) == ']')
		return moved(s, token_unexpected(s, s->p, "a value", e));
	return r;
}

int
scan_value(struct scan *s, struct value *v, struct err *e)
{
	const char *p = token_blank(s, s->p), *at = p;
	unsigned char c = token_at(s, p);

	if (c != '{' && c != '[')
		return moved(s, token_scalar(s, p, v, e));
	p = token_container(s, at, s->depth, e);
	if (p != NULL)
		*v = (struct value){ .type = V_RAW, .n = (uint32_t)(p - at),
			.u.p = at };
	return moved(s, p);
}

int
scan_skip(struct scan *s, struct err *e)
{
	struct value v;

	return scan_value(s, &v, e);
}

int
scan_end(struct scan *s, struct err *e)
{
	s->p = token_blank(s, s->p);
	if (s->p == s->end && (size_t)(s->end - s->start) <= SCAN_MAX)
		return 0;
	return moved(s, token_unexpected(s, s->p,
	    "nothing behind the value", e));
}

int
scan_check(struct str text, struct scan_names *names, struct err *e)
{
	struct scan s;

	scan_init(&s, text, names);
	if (scan_skip(&s, e) != 0)
		return -1;
	return scan_end(&s, e);
}
