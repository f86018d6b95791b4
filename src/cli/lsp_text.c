/*
 * Offsets, positions and names of files.
 *
 * A line ends with \n, \r\n or \r, as the protocol says.  A position counts
 * UTF-16 units or bytes; one inside a character is where the character is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "cli/lsp.h"

struct str
json_str(const json_t *s)
{
	return str_from(json_string_value(s), json_string_length(s));
}

json_t *
json_text(struct str s)
{
	json_t *j = json_stringn(s.n ? s.p : "", s.n);
	char *copy;

	if (j != NULL)
		return j;
	/* not UTF-8: a name of a file */
	copy = malloc(s.n + 1);
	if (copy == NULL)
		fatal("out of memory: a text");
	for (size_t i = 0; i < s.n; i++)
		copy[i] = s.p[i] & 0x80 ? '?' : s.p[i];
	j = json_stringn(copy, s.n);
	free(copy);
	return j;
}

static int
ends_line(struct str t, size_t i)
{
	return t.p[i] == '\n' || (t.p[i] == '\r' &&
	    (i + 1 == t.n || t.p[i + 1] != '\n'));
}

void
page_init(struct page *l, struct str text, enum encoding enc,
    struct arena *a)
{
	uint32_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += (uint32_t)ends_line(text, i);
	*l = (struct page){ .text = text, .enc = enc, .n = n,
		.begin = arena_array(a, n, sizeof(*l->begin)) };
	n = 1;
	for (size_t i = 0; i < text.n; i++)
		if (ends_line(text, i))
			l->begin[n++] = (uint32_t)i + 1;
}

/* Bytes of the character at i; 1 for what is none. */
static uint32_t
width(struct str t, uint32_t i, uint32_t end)
{
	unsigned char c = (unsigned char)t.p[i];
	uint32_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;

	return n <= end - i ? n : 1;
}

static uint32_t
units(enum encoding enc, uint32_t bytes)
{
	return enc == ENC_UTF8 ? bytes : bytes == 4 ? 2 : 1;
}

/* Where the text of a line ends. */
static uint32_t
line_end(const struct page *l, uint32_t line)
{
	uint32_t end = line + 1 < l->n ? l->begin[line + 1] :
	    (uint32_t)l->text.n;

	while (end > l->begin[line] && (l->text.p[end - 1] == '\n' ||
	    l->text.p[end - 1] == '\r'))
		end--;
	return end;
}

uint32_t
page_offset(const struct page *l, const json_t *position)
{
	json_int_t line = json_integer_value(json_object_get(position,
	    "line"));
	json_int_t want = json_integer_value(json_object_get(position,
	    "character"));
	uint32_t at, end;
	json_int_t n = 0;

	if (line < 0)
		return 0;
	if (line >= l->n)
		return (uint32_t)l->text.n;
	at = l->begin[line];
	end = line_end(l, (uint32_t)line);
	while (at < end) {
		uint32_t bytes = width(l->text, at, end);

		n += units(l->enc, bytes);
		if (n > want)
			break;
		at += bytes;
	}
	return at;
}

json_t *
page_position(const struct page *l, uint32_t off)
{
	uint32_t lo = 0, hi = l->n, n = 0;

	off = off < l->text.n ? off : (uint32_t)l->text.n;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (l->begin[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	for (uint32_t at = l->begin[lo]; at < off;) {
		uint32_t bytes = width(l->text, at, (uint32_t)l->text.n);

		if (at + bytes > off)
			break;
		n += units(l->enc, bytes);
		at += bytes;
	}
	return json_pack("{s:I, s:I}", "line", (json_int_t)lo,
	    "character", (json_int_t)n);
}

json_t *
page_range(const struct page *l, uint32_t beg, uint32_t end)
{
	return json_pack("{s:o, s:o}", "start", page_position(l, beg),
	    "end", page_position(l, end > beg ? end : beg));
}

/* ---- files ---- */

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct str
uri_path(struct str uri, struct arena *a)
{
	static const struct str scheme = { "file://", 7 };
	char *out = arena_alloc(a, size_add(uri.n, 1));
	size_t n = 0, i = scheme.n;

	if (uri.n <= scheme.n || memcmp(uri.p, scheme.p, scheme.n) != 0)
		return uri;
	/* a host, localhost in practice */
	while (i < uri.n && uri.p[i] != '/')
		i++;
	for (; i < uri.n; i++) {
		if (uri.p[i] == '%' && i + 2 < uri.n &&
		    hex(uri.p[i + 1]) >= 0 && hex(uri.p[i + 2]) >= 0) {
			out[n++] = (char)(hex(uri.p[i + 1]) << 4 |
			    hex(uri.p[i + 2]));
			i += 2;
		} else {
			out[n++] = uri.p[i];
		}
	}
	return str_from(out, n);
}

json_t *
path_uri(struct str path)
{
	struct buf b = { 0 };
	json_t *uri;

	if (path.n > 0 && path.p[0] == '/')
		buf_puts(&b, STR("file://"));
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || memchr("/-_.~:", c, 6) != NULL)
			buf_putc(&b, (char)c);
		else
			buf_printf(&b, "%%%02X", c);
	}
	uri = json_text(buf_str(&b));
	buf_fini(&b);
	return uri;
}
