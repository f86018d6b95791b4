/*
 * Values of the slow evaluator: a JSON reader, equality, what differs.
 */
#include "oracle.h"

#include <string.h>

#include "record/value.h"

const struct oval o_absent = { .kind = O_ABSENT }, o_null = { .kind = O_NULL };

struct oval
o_bool(int yes)
{
	return (struct oval){ .kind = O_BOOL, .yes = yes != 0 };
}

struct oval
o_int(struct arena *a, int64_t i)
{
	struct oval v = { .kind = O_NUM };

	onum_read(a, arena_printf(a, "%lld", (long long)i), &v.num);
	return v;
}

struct oval
o_text(struct str s)
{
	return (struct oval){ .kind = O_TEXT, .text = s };
}

int
o_nil(const struct oval *v)
{
	return v->kind == O_ABSENT || v->kind == O_NULL;
}

void
o_push(struct arena *a, struct oval *to, const struct str *name,
    struct oval v)
{
	/* a power of two is full */
	if ((to->n & (to->n - 1)) == 0) {
		size_t room = to->n ? 2 * to->n : 1;
		struct oval *list = arena_array(a, room, sizeof(*list));
		struct str *names = arena_array(a, room, sizeof(*names));

		if (to->n > 0) {
			memcpy(list, to->list, to->n * sizeof(*list));
			memcpy(names, to->names, to->n * sizeof(*names));
		}
		to->list = list;
		to->names = names;
	}
	to->list[to->n] = v;
	to->names[to->n++] = name != NULL ? *name : STR("");
}

const struct oval *
o_member(const struct oval *v, struct str name)
{
	if (v->kind == O_RECORD)
		for (size_t i = 0; i < v->n; i++)
			if (str_eq(v->names[i], name))
				return &v->list[i];
	return NULL;
}

/* ---- reading ---- */

struct text {
	struct arena *a;
	const char *p, *end;
};

static int read_value(struct text *t, struct oval *out, unsigned depth);

static void
blanks(struct text *t)
{
	while (t->p < t->end && strchr(" \t\r\n", *t->p) != NULL &&
	    *t->p != '\0')
		t->p++;
}

static int
accept(struct text *t, char c)
{
	blanks(t);
	if (t->p == t->end || *t->p != c)
		return 0;
	t->p++;
	return 1;
}

static int
hex4(const char *p, const char *end, unsigned *out)
{
	*out = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdef";
		const char *at = p[i] ? strchr(digits, p[i] | 0x20) : NULL;

		if (at == NULL)
			return -1;
		*out = *out * 16 + (unsigned)(at - digits);
	}
	return 0;
}

static char *
put_utf8(char *to, unsigned c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

static int
read_text(struct text *t, struct str *out, struct str *raw)
{
	static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *start = t->p;
	char *to = arena_alloc(t->a, (size_t)(t->end - t->p) + 1), *at = to;

	while (t->p < t->end && *t->p != '"') {
		const char *escape;
		unsigned c, low;

		if (*t->p != '\\') {
			*at++ = *t->p++;
			continue;
		}
		if (++t->p == t->end)
			return -1;
		escape = *t->p ? strchr(plain, *t->p) : NULL;
		if (escape != NULL) {
			*at++ = means[escape - plain];
			t->p++;
			continue;
		}
		if (*t->p++ != 'u' || hex4(t->p, t->end, &c) != 0)
			return -1;
		t->p += 4;
		if (c >= 0xd800 && c < 0xdc00) {
			if (t->end - t->p < 6 || t->p[0] != '\\' ||
			    t->p[1] != 'u' || hex4(t->p + 2, t->end, &low) != 0)
				return -1;
			t->p += 6;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
		at = put_utf8(at, c);
	}
	if (t->p == t->end)
		return -1;
	*raw = str_from(start, (size_t)(t->p - start));
	*out = str_from(to, (size_t)(at - to));
	t->p++;
	return 0;
}

static int
read_many(struct text *t, struct oval *out, char close, unsigned depth)
{
	if (accept(t, close))
		return 0;
	do {
		struct str name = STR(""), raw;
		struct oval v;

		if (close == '}' && (!accept(t, '"') ||
		    read_text(t, &name, &raw) != 0 || !accept(t, ':')))
			return -1;
		if (read_value(t, &v, depth + 1) != 0)
			return -1;
		o_push(t->a, out, &name, v);
	} while (accept(t, ','));
	return accept(t, close) ? 0 : -1;
}

static int
read_word(struct text *t, struct oval *out)
{
	static const struct {
		const char *word;
		struct oval value;
	} words[] = {
		{ "null", { .kind = O_NULL } },
		{ "true", { .kind = O_BOOL, .yes = 1 } },
		{ "false", { .kind = O_BOOL } },
	};
	const char *start = t->p;

	while (t->p < t->end && strchr(",]} \t\r\n", *t->p) == NULL)
		t->p++;
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_eq(str_z(words[i].word),
		    str_from(start, (size_t)(t->p - start)))) {
			*out = words[i].value;
			return 0;
		}
	out->kind = O_NUM;
	return onum_read(t->a, str_from(start, (size_t)(t->p - start)),
	    &out->num) ? 0 : -1;
}

static int
read_value(struct text *t, struct oval *out, unsigned depth)
{
	const char *start;
	int r;

	*out = o_null;
	if (depth > RECORD_DEPTH)
		return -1;
	blanks(t);
	start = t->p;
	if (accept(t, '"')) {
		out->kind = O_TEXT;
		return read_text(t, &out->text, &out->raw);
	}
	if (accept(t, '{')) {
		out->kind = O_RECORD;
		r = read_many(t, out, '}', depth);
	} else if (accept(t, '[')) {
		out->kind = O_LIST;
		r = read_many(t, out, ']', depth);
	} else {
		r = read_word(t, out);
	}
	if (out->kind != O_NULL && out->kind != O_BOOL)
		out->raw = str_from(start, (size_t)(t->p - start));
	return r;
}

int
o_read(struct arena *a, struct str json, struct oval *out)
{
	struct text t = { a, json.p, json.p + json.n };

	if (read_value(&t, out, 1) != 0)
		return -1;
	blanks(&t);
	return t.p == t.end ? 0 : -1;
}

/* ---- showing ---- */

void
o_show(struct buf *out, const struct oval *v)
{
	struct arena a = { 0 };

	switch (v->kind) {
	case O_ABSENT:
		buf_puts(out, STR("absent"));
		break;
	case O_NULL:
		buf_puts(out, STR("null"));
		break;
	case O_BOOL:
		buf_puts(out, v->yes ? STR("true") : STR("false"));
		break;
	case O_NUM:
		buf_puts(out, v->raw.n > 0 ? v->raw : onum_text(&a, v->num));
		break;
	case O_TEXT:
		if (v->raw.n > 0)
			buf_printf(out, "\"%.*s\"", STR_ARG(v->raw));
		else
			buf_json(out, v->text);
		break;
	case O_LIST:
	case O_RECORD:
		buf_putc(out, v->kind == O_LIST ? '[' : '{');
		for (size_t i = 0; i < v->n; i++) {
			if (i > 0)
				buf_putc(out, ',');
			if (v->kind == O_RECORD) {
				buf_json(out, v->names[i]);
				buf_putc(out, ':');
			}
			o_show(out, &v->list[i]);
		}
		buf_putc(out, v->kind == O_LIST ? ']' : '}');
		break;
	}
	arena_fini(&a);
}

/* ---- comparing ---- */

static int
same_records(struct arena *a, const struct oval *x, const struct oval *y)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct oval *v = o_member(y, x->names[i]);

		if (v == NULL || !o_equal(a, &x->list[i], v, CMP_EXACT))
			return 0;
	}
	return 1;
}

/* Every element of x has one of its own in y. */
static int
same_sets(struct arena *a, const struct oval *x, const struct oval *y)
{
	char *taken = arena_zalloc(a, y->n + 1);

	for (size_t i = 0; i < x->n; i++) {
		size_t k = 0;

		while (k < y->n && (taken[k] || !o_equal(a, &x->list[i],
		    &y->list[k], CMP_EXACT)))
			k++;
		if (k == y->n)
			return 0;
		taken[k] = 1;
	}
	return 1;
}

/* n digits at at, -1 where there are others. */
static long
digits(struct str s, size_t at, size_t n)
{
	long v = 0;

	for (; n > 0; n--, at++) {
		if (at >= s.n || s.p[at] < '0' || s.p[at] > '9')
			return -1;
		v = v * 10 + (s.p[at] - '0');
	}
	return v;
}

/* Days since 1970, counted one year and one month after the other. */
static long
days(long year, long month, long day)
{
	static const int of[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	long n = day - 1;

	for (long y = 1970; y < year; y++)
		n += 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
	for (long y = year; y < 1970; y++)
		n -= 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
	for (long m = 1; m < month; m++)
		n += of[m - 1] + (m == 2 && year % 4 == 0 &&
		    (year % 100 != 0 || year % 400 == 0));
	return n;
}

/* A date-time as nanoseconds of a day's count; 0: the text is none. */
static int
instant(struct str s, __int128 *out)
{
	static const char form[] = "0000-00-00T00:00:00";
	long f[6], nano = 0, unit = 100000000, offset = 0;
	size_t i = 19;

	if (s.n < 20)
		return 0;
	for (size_t k = 0; k < 19; k++)
		if (form[k] == '0' ? s.p[k] < '0' || s.p[k] > '9' :
		    (s.p[k] | 0x20) != (form[k] | 0x20))
			return 0;
	for (size_t k = 0; k < 6; k++)
		f[k] = digits(s, k ? 2 + 3 * k : 0, k ? 2 : 4);
	if (f[1] < 1 || f[1] > 12 || f[2] < 1 ||
	    days(f[0], f[1], f[2]) >=
	    days(f[0] + f[1] / 12, f[1] % 12 + 1, 1) ||
	    f[3] > 23 || f[4] > 59 || f[5] > 60)
		return 0;
	if (s.p[i] == '.')
		for (i++; digits(s, i, 1) >= 0; i++, unit /= 10)
			nano += digits(s, i, 1) * unit;
	if (i == 20)
		return 0;
	if (s.n - i != 1 || (s.p[i] | 0x20) != 'z') {
		int colon = s.n - i == 6 && s.p[i + 3] == ':';

		if ((!colon && s.n - i != 5) ||
		    (s.p[i] != '+' && s.p[i] != '-') ||
		    digits(s, i + 1, 2) < 0 ||
		    digits(s, i + 3 + (size_t)colon, 2) < 0)
			return 0;
		offset = digits(s, i + 1, 2) * 60 +
		    digits(s, i + 3 + (size_t)colon, 2);
		offset *= s.p[i] == '-' ? -60 : 60;
	}
	*out = ((__int128)days(f[0], f[1], f[2]) * 86400 + f[3] * 3600 +
	    f[4] * 60 + f[5] - offset) * 1000000000 + nano;
	return 1;
}

int
o_equal(struct arena *a, const struct oval *x, const struct oval *y,
    enum value_compare how)
{
	struct oval numbers[2] = { *x, *y };
	__int128 when[2];

	if (how == CMP_INSTANT && x->kind == O_TEXT && y->kind == O_TEXT &&
	    instant(x->text, &when[0]) && instant(y->text, &when[1]))
		return when[0] == when[1];
	/* a text that is a number is that number */
	for (int i = 0; i < 2 && how == CMP_DECIMAL; i++)
		if (numbers[i].kind == O_TEXT &&
		    onum_read(a, numbers[i].text, &numbers[i].num))
			numbers[i].kind = O_NUM;
	x = &numbers[0];
	y = &numbers[1];
	if (x->kind != y->kind)
		return 0;
	switch (x->kind) {
	case O_ABSENT:
	case O_NULL:
		return 1;
	case O_BOOL:
		return x->yes == y->yes;
	case O_NUM:
		return onum_order(a, x->num, y->num) == 0;
	case O_TEXT:
		return str_eq(x->text, y->text);
	case O_LIST:
		if (x->n != y->n)
			return 0;
		if (how == CMP_SET)
			return same_sets(a, x, y);
		for (size_t i = 0; i < x->n; i++)
			if (!o_equal(a, &x->list[i], &y->list[i], CMP_EXACT))
				return 0;
		return 1;
	case O_RECORD:
		return x->n == y->n && same_records(a, x, y);
	}
	return 0;
}

int
o_same(struct arena *a, const struct oval *want, const struct oval *got)
{
	if (want->kind != got->kind)
		return 0;
	if (want->raw.n > 0)
		return str_eq(want->raw, got->raw);
	switch (want->kind) {
	case O_NUM:
		return str_eq(onum_text(a, want->num), got->raw);
	case O_TEXT:
		return str_eq(want->text, got->text);
	case O_BOOL:
		return want->yes == got->yes;
	case O_LIST:
	case O_RECORD:
		if (want->n != got->n)
			return 0;
		for (size_t i = 0; i < want->n; i++)
			if ((want->kind == O_RECORD &&
			    !str_eq(want->names[i], got->names[i])) ||
			    !o_same(a, &want->list[i], &got->list[i]))
				return 0;
		return 1;
	default:
		return 1;
	}
}
