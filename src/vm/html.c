/*
 * HTML that a CRM keeps in a text field, and the plain text of it.  Not a
 * browser: tags go, the six usual entities and numbers are decoded, breaks
 * and blocks end a line, white space collapses as it does on a page.
 */
#include "vm/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/utf8.h>

struct strip {
	struct piece out; /* never longer than the input */
	int space;        /* one is due before the next character */
};

static void
put(struct strip *t, struct str s)
{
	if (t->space && t->out.n > 0 && t->out.p[t->out.n - 1] != '\n')
		piece_put(&t->out, STR(" "));
	t->space = 0;
	piece_put(&t->out, s);
}

static void
end_line(struct strip *t)
{
	size_t n = t->out.n;

	t->space = 0;
	/* one empty line at most, and none at the top */
	if (n > 0 && (t->out.p[n - 1] != '\n' || n < 2 ||
	    t->out.p[n - 2] != '\n'))
		piece_put(&t->out, STR("\n"));
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
named(struct str name, const char *word)
{
	return name.n == strlen(word) && strncasecmp(name.p, word, name.n) == 0;
}

/* The offset behind "</name", or s.n. */
static size_t
find_end(struct str s, struct str name)
{
	for (size_t i = 0; i + 2 + name.n <= s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' &&
		    strncasecmp(s.p + i + 2, name.p, name.n) == 0)
			return i;
	return s.n;
}

/* Bytes of the tag or comment at s, which begins with <; 0: it is none. */
static size_t
tag(struct strip *t, struct str s)
{
	static const char *const block[] = { "p", "div", "li", "tr", "ul",
		"ol", "table", "h1", "h2", "h3", "h4", "h5", "h6",
		"blockquote", "pre" };
	struct str name;
	size_t i = 1, close;
	char quote = 0;

	if (s.n >= 4 && memcmp(s.p, "<!--", 4) == 0) {
		close = text_find(str_from(s.p + 4, s.n - 4), STR("-->"));
		return close == s.n - 4 ? s.n : close + 7;
	}
	close = s.n > 1 && s.p[1] == '/';
	i += close;
	if (i >= s.n || !(is_letter(s.p[i]) || s.p[i] == '!'))
		return 0;
	name = str_from(s.p + i, 0);
	while (i < s.n && (is_letter(s.p[i]) ||
	    (s.p[i] >= '0' && s.p[i] <= '9')))
		i++;
	name.n = (size_t)(s.p + i - name.p);
	for (; i < s.n && (quote || s.p[i] != '>'); i++)
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
	if (i == s.n)
		return 0;
	i++;
	if (named(name, "br"))
		end_line(t);
	for (size_t k = 0; close && k < COUNT(block); k++)
		if (named(name, block[k]))
			end_line(t);
	if (!close && (named(name, "script") || named(name, "style")))
		i += find_end(str_from(s.p + i, s.n - i), name);
	return i;
}

/* Bytes of the entity at s, which begins with &, 0: it is none. */
static size_t
entity(struct strip *t, struct str s)
{
	static const struct {
		struct str name, text;
	} known[] = {
		{ { "&amp;", 5 }, { "&", 1 } }, { { "&lt;", 4 }, { "<", 1 } },
		{ { "&gt;", 4 }, { ">", 1 } }, { { "&quot;", 6 }, { "\"", 1 } },
		{ { "&apos;", 6 }, { "'", 1 } },
		{ { "&nbsp;", 6 }, { " ", 1 } },
	};
	char digits[12], utf8[4], *end;
	size_t n, i;
	long c;

	for (i = 0; i < COUNT(known); i++)
		if (s.n >= known[i].name.n &&
		    memcmp(s.p, known[i].name.p, known[i].name.n) == 0) {
			put(t, known[i].text);
			return known[i].name.n;
		}
	if (s.n < 4 || s.p[1] != '#')
		return 0;
	for (n = 2; n < s.n && n < sizeof(digits) && s.p[n] != ';'; n++)
		digits[n - 2] = s.p[n];
	if (n == s.n || s.p[n] != ';')
		return 0;
	digits[n - 2] = '\0';
	if (digits[0] == 'x' || digits[0] == 'X')
		c = digits[1] == '+' || digits[1] == '-' ? -1 :
		    strtol(digits + 1, &end, 16);
	else
		c = digits[0] == '+' || digits[0] == '-' ? -1 :
		    strtol(digits, &end, 10);
	if (c < 0 || *end != '\0' || end == digits || end[-1] == 'x')
		return 0;
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	i = 0;
	U8_APPEND_UNSAFE(utf8, i, c);
	put(t, str_from(utf8, i));
	return n + 1;
}

FUNC(strip_html)
{
	struct strip t = { .space = 0 };
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    piece_init(&t.out, vm, s.n, a, e) != 0)
		return -1;
	while (s.n > 0) {
		size_t n = *s.p == '<' ? tag(&t, s) :
		    *s.p == '&' ? entity(&t, s) : 0;

		if (n == 0 && (n = text_space(s)) > 0) {
			t.space = 1;
		} else if (n == 0) {
			n = text_char(s);
			put(&t, str_from(s.p, n));
		}
		s = str_from(s.p + n, s.n - n);
	}
	*result = value_text(text_trim(str_from(t.out.p, t.out.n)));
	return 0;
}

FUNC(html_text)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	buf_reset(&vm->scratch);
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&':
			buf_puts(&vm->scratch, STR("&amp;"));
			break;
		case '<':
			buf_puts(&vm->scratch, STR("&lt;"));
			break;
		case '>':
			buf_puts(&vm->scratch, STR("&gt;"));
			break;
		case '\n':
			buf_puts(&vm->scratch, STR("<br>"));
			break;
		default:
			buf_putc(&vm->scratch, s.p[i]);
			break;
		}
	return scratch_text(vm, result, a, e);
}

FUNC_BACK(html_text)
{
	return builtin_strip_html(vm, args, result, a, e);
}
