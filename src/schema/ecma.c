/*
 * ECMA-262 patterns as PCRE2 patterns.
 *
 * One pass over the text.  The result means under PCRE2_UTF,
 * PCRE2_DOLLAR_ENDONLY and PCRE2_MATCH_UNSET_BACKREF what the source means
 * with the flag u.  Groups and the order of things are left to PCRE2 to
 * check; here stands what the two languages spell differently.
 */
#include <stdint.h>
#include <string.h>

#include "schema/regex.h"

#define DIGIT "0-9"
#define NOT_DIGIT "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}"
#define WORD "0-9A-Z_a-z"
#define NOT_WORD                                                          \
	"\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}"              \
	"\\x{7b}-\\x{10ffff}"
/* WhiteSpace and LineTerminator of ECMA-262. */
#define SPACE                                                             \
	"\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}"          \
	"\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NOT_SPACE                                                         \
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}"      \
	"\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"        \
	"\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}"        \
	"\\x{ff00}-\\x{10ffff}"

struct ecma {
	struct str in;
	size_t at;
	struct buf *out;
	struct err *e;
};

static int
peek(const struct ecma *x)
{
	return x->at < x->in.n ? (unsigned char)x->in.p[x->at] : -1;
}

static int
is_next(const struct ecma *x, const char *z)
{
	size_t n = strlen(z);

	return x->in.n - x->at >= n && memcmp(x->in.p + x->at, z, n) == 0;
}

static int
bad(struct ecma *x, size_t at, const char *what)
{
	return err_at(x->e, ERR_DATA, at + 1,
	    "is no regular expression of ECMA-262: at character %zu: %s",
	    at + 1, what);
}

static int
hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n hex digits at x->at, which moves behind them; -1 when there are fewer. */
static int32_t
hex_digits(struct ecma *x, int n)
{
	int32_t v = 0;

	for (; n > 0; n--, x->at++) {
		int h = peek(x) < 0 ? -1 : hex(peek(x));

		if (h < 0)
			return -1;
		v = v * 16 + h;
	}
	return v;
}

/* Behind \u: XXXX, a surrogate pair of two of them, or {X…}. */
static int
unicode_escape(struct ecma *x, size_t from)
{
	int32_t c, low;

	if (peek(x) == '{') {
		c = 0;
		for (x->at++; peek(x) > 0 && hex(peek(x)) >= 0; x->at++)
			if (c <= 0x10ffff)
				c = c * 16 + hex(peek(x));
		if (peek(x) != '}' || x->in.p[x->at - 1] == '{')
			return bad(x, from, "\\u{…} wants hex digits");
		x->at++;
	} else {
		c = hex_digits(x, 4);
		if (c < 0)
			return bad(x, from, "\\u wants four hex digits");
		if (c >= 0xd800 && c < 0xdc00 && is_next(x, "\\u")) {
			x->at += 2;
			low = hex_digits(x, 4);
			if (low < 0xdc00 || low > 0xdfff)
				return bad(x, from, "half a surrogate pair");
			c = 0x10000 + ((c - 0xd800) << 10) + low - 0xdc00;
		}
	}
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return bad(x, from, "no character has this number");
	buf_printf(x->out, "\\x{%x}", (unsigned)c);
	return 0;
}

/* X(long name, short name): the general categories of UAX 44. */
#define CATEGORIES(X)                                                     \
	X("Other", "C") X("Control", "Cc") X("cntrl", "Cc")               \
	X("Format", "Cf") X("Unassigned", "Cn") X("Private_Use", "Co")    \
	X("Surrogate", "Cs") X("Letter", "L") X("Cased_Letter", "L&")     \
	X("LC", "L&") X("Lowercase_Letter", "Ll")                         \
	X("Modifier_Letter", "Lm") X("Other_Letter", "Lo")                \
	X("Titlecase_Letter", "Lt") X("Uppercase_Letter", "Lu")           \
	X("Mark", "M") X("Combining_Mark", "M")                           \
	X("Spacing_Mark", "Mc") X("Enclosing_Mark", "Me")                 \
	X("Nonspacing_Mark", "Mn") X("Number", "N")                       \
	X("Decimal_Number", "Nd") X("digit", "Nd")                        \
	X("Letter_Number", "Nl") X("Other_Number", "No")                  \
	X("Punctuation", "P") X("punct", "P")                             \
	X("Connector_Punctuation", "Pc") X("Dash_Punctuation", "Pd")      \
	X("Close_Punctuation", "Pe") X("Final_Punctuation", "Pf")         \
	X("Initial_Punctuation", "Pi") X("Other_Punctuation", "Po")       \
	X("Open_Punctuation", "Ps") X("Symbol", "S")                      \
	X("Currency_Symbol", "Sc") X("Modifier_Symbol", "Sk")             \
	X("Math_Symbol", "Sm") X("Other_Symbol", "So")                    \
	X("Separator", "Z") X("Line_Separator", "Zl")                     \
	X("Paragraph_Separator", "Zp") X("Space_Separator", "Zs")

static struct str
category(struct str name)
{
	static const struct {
		const char *name, *code;
	} table[] = {
#define X(long_name, code) { long_name, code },
		CATEGORIES(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (str_eq(str_z(table[i].name), name))
			return str_z(table[i].code);
	return name;
}

/* Behind \p or \P: {name} or {property=value}. */
static int
property(struct ecma *x, char p, size_t from)
{
	struct str name = { 0 }, value = { 0 };
	size_t start;

	if (peek(x) != '{')
		return bad(x, from, "\\p wants {…}");
	start = ++x->at;
	for (; peek(x) != '}'; x->at++) {
		int c = peek(x);

		if (c == '=' && name.n == 0) {
			name = str_from(x->in.p + start, x->at - start);
			start = x->at + 1;
		} else if (c < 0 || (c != '_' && hex(c) < 0 &&
		    !((c | 32) >= 'a' && (c | 32) <= 'z'))) {
			return bad(x, from, "bad name of a property");
		}
	}
	value = str_from(x->in.p + start, x->at - start);
	x->at++;
	if (name.n == 0 || str_eq(name, STR("gc")) ||
	    str_eq(name, STR("General_Category"))) {
		value = category(value);
		buf_printf(x->out, "\\%c{%.*s}", p, STR_ARG(value));
	} else if (str_eq(name, STR("sc")) || str_eq(name, STR("Script"))) {
		buf_printf(x->out, "\\%c{sc:%.*s}", p, STR_ARG(value));
	} else if (str_eq(name, STR("scx")) ||
	    str_eq(name, STR("Script_Extensions"))) {
		buf_printf(x->out, "\\%c{scx:%.*s}", p, STR_ARG(value));
	} else {
		return bad(x, from, "there is no such property");
	}
	return 0;
}

/* The set that \d, \D, \w, \W, \s or \S stands for, or NULL. */
static const char *
class_of(int c)
{
	switch (c) {
	case 'd':
		return DIGIT;
	case 'D':
		return NOT_DIGIT;
	case 'w':
		return WORD;
	case 'W':
		return NOT_WORD;
	case 's':
		return SPACE;
	case 'S':
		return NOT_SPACE;
	default:
		return NULL;
	}
}

/* An escape that is one character inside and outside of a class. */
static int
char_escape(struct ecma *x, int c, size_t from)
{
	int32_t v;

	switch (c) {
	case 'n': case 'r': case 't': case 'f':
		buf_printf(x->out, "\\%c", c);
		return 0;
	case 'v':
		buf_puts(x->out, STR("\\x{b}"));
		return 0;
	case '0':
		if (peek(x) >= '0' && peek(x) <= '9')
			return bad(x, from, "octal numbers are not known");
		buf_puts(x->out, STR("\\x{0}"));
		return 0;
	case 'c':
		v = peek(x) < 0 ? 0 : peek(x) | 32;
		if (v < 'a' || v > 'z')
			return bad(x, from, "\\c wants a letter");
		x->at++;
		buf_printf(x->out, "\\x{%x}", (unsigned)(v - 'a' + 1));
		return 0;
	case 'x':
		v = hex_digits(x, 2);
		if (v < 0)
			return bad(x, from, "\\x wants two hex digits");
		buf_printf(x->out, "\\x{%x}", (unsigned)v);
		return 0;
	case 'u':
		return unicode_escape(x, from);
	default:
		/* ECMA-262 takes fewer; those in use everywhere harm nobody */
		if (c < ' ' || c > '~' || (c >= '0' && c <= '9') ||
		    ((c | 32) >= 'a' && (c | 32) <= 'z'))
			return bad(x, from, "there is no such escape");
		buf_printf(x->out, "\\%c", c);
		return 0;
	}
}

/* Behind a backslash, outside of a class. */
static int
escape(struct ecma *x)
{
	size_t from = x->at - 1, start = x->at;
	int c = peek(x);
	const char *set = class_of(c);

	if (c < 0)
		return bad(x, from, "a \\ at the end");
	x->at++;
	if (set != NULL) {
		buf_printf(x->out, "[%s]", set);
		return 0;
	}
	if (c == 'b' || c == 'B') {
		buf_printf(x->out, "\\%c", c);
		return 0;
	}
	if (c == 'p' || c == 'P')
		return property(x, (char)c, from);
	if (c == 'k') {
		if (peek(x) != '<')
			return bad(x, from, "\\k wants <name>");
		buf_puts(x->out, STR("\\k"));
		return 0;
	}
	if (c >= '1' && c <= '9') {
		while (peek(x) >= '0' && peek(x) <= '9')
			x->at++;
		if (x->at - start > 3)
			return bad(x, from, "there is no such group");
		buf_printf(x->out, "\\g{%.*s}", (int)(x->at - start),
		    x->in.p + start);
		return 0;
	}
	return char_escape(x, c, from);
}

/*
 * One member of a class: *set tells whether it is a set, which cannot be an
 * end of a range.
 */
static int
class_atom(struct ecma *x, int *set)
{
	size_t from = x->at;
	int c = peek(x);

	*set = 0;
	x->at++;
	if (c != '\\') {
		if (c == '[')
			buf_putc(x->out, '\\');
		buf_putc(x->out, (char)c);
		while (peek(x) >= 0x80 && peek(x) < 0xc0) /* rest of UTF-8 */
			buf_putc(x->out, x->in.p[x->at++]);
		return 0;
	}
	c = peek(x);
	if (c < 0)
		return bad(x, from, "a \\ at the end");
	x->at++;
	if (class_of(c) != NULL) {
		*set = 1;
		buf_puts(x->out, str_z(class_of(c)));
		return 0;
	}
	if (c == 'p' || c == 'P') {
		*set = 1;
		return property(x, (char)c, from);
	}
	if (c == 'b') {
		buf_puts(x->out, STR("\\x{8}"));
		return 0;
	}
	return char_escape(x, c, from);
}

/* Behind [. */
static int
class(struct ecma *x)
{
	size_t from = x->at - 1;
	int not = peek(x) == '^', set;

	x->at += (size_t)not;
	if (peek(x) == ']') {
		x->at++;
		buf_puts(x->out, not ? STR("[\\x{0}-\\x{10ffff}]") :
				       STR("(?!)"));
		return 0;
	}
	buf_puts(x->out, not ? STR("[^") : STR("["));
	while (peek(x) != ']') {
		int dash = peek(x) == '-';

		if (peek(x) < 0)
			return bad(x, from, "a [ without its ]");
		if (dash) { /* first, last or behind a range */
			x->at++;
			buf_puts(x->out, STR("\\-"));
			continue;
		}
		if (peek(x) == '^')
			buf_putc(x->out, '\\');
		if (class_atom(x, &set) != 0)
			return -1;
		if (peek(x) != '-' || x->at + 1 >= x->in.n ||
		    x->in.p[x->at + 1] == ']')
			continue;
		x->at++;
		if (set) {
			buf_puts(x->out, STR("\\-"));
			continue;
		}
		if (peek(x) == '\\' && x->at + 1 < x->in.n &&
		    (class_of(x->in.p[x->at + 1]) != NULL ||
			(x->in.p[x->at + 1] | 32) == 'p')) {
			buf_puts(x->out, STR("\\-"));
			continue;
		}
		buf_putc(x->out, '-');
		if (peek(x) == '-') {
			x->at++;
			buf_puts(x->out, STR("\\-"));
		} else if (class_atom(x, &set) != 0) {
			return -1;
		}
	}
	x->at++;
	buf_putc(x->out, ']');
	return 0;
}

/* {n}, {n,} or {n,m} at x->at: its length, else 0. */
static size_t
counted(const struct ecma *x)
{
	size_t i = x->at + 1, digits = i;

	while (i < x->in.n && x->in.p[i] >= '0' && x->in.p[i] <= '9')
		i++;
	if (i == digits || i == x->in.n)
		return 0;
	if (x->in.p[i] == ',')
		for (i++; i < x->in.n && x->in.p[i] >= '0' &&
		     x->in.p[i] <= '9'; i++)
			;
	return i < x->in.n && x->in.p[i] == '}' ? i + 1 - x->at : 0;
}

/* A quantifier, and the ? that makes it lazy; Perl's + is refused. */
static int
quantifier(struct ecma *x, size_t n)
{
	size_t from = x->at;
	int c;

	buf_put(x->out, x->in.p + x->at, n);
	x->at += n;
	if (peek(x) == '?') {
		buf_putc(x->out, '?');
		x->at++;
	}
	c = peek(x);
	if (c == '*' || c == '+' || c == '?' || (c == '{' && counted(x)))
		return bad(x, from, "two quantifiers in a row");
	return 0;
}

static int
group(struct ecma *x)
{
	size_t from = x->at;

	x->at++;
	buf_putc(x->out, '(');
	if (peek(x) == '*')
		return bad(x, from, "nothing to repeat");
	if (peek(x) != '?')
		return 0;
	if (!is_next(x, "?:") && !is_next(x, "?=") && !is_next(x, "?!") &&
	    !is_next(x, "?<"))
		return bad(x, from, "(? wants :, =, !, <=, <! or <name>");
	buf_put(x->out, x->in.p + x->at, 2);
	x->at += 2;
	return 0;
}

int
regex_translate(struct str pattern, struct buf *out, struct err *e)
{
	struct ecma x = { pattern, 0, out, e };
	size_t n;
	int r = 0, c;

	while (r == 0 && (c = peek(&x)) >= 0) {
		switch (c) {
		case '\\':
			x.at++;
			r = escape(&x);
			break;
		case '[':
			x.at++;
			r = class(&x);
			break;
		case '(':
			r = group(&x);
			break;
		case '.':
			x.at++;
			buf_puts(out, STR("[^\\n\\r\\x{2028}\\x{2029}]"));
			break;
		case '*': case '+': case '?':
			r = quantifier(&x, 1);
			break;
		case '{':
			n = counted(&x);
			if (n > 0) {
				r = quantifier(&x, n);
				break;
			}
			/* fall through */
		case '}': case ']':
			buf_putc(out, '\\');
			/* fall through */
		default:
			buf_putc(out, (char)c);
			x.at++;
			break;
		}
	}
	return r;
}
