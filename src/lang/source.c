/*
 * Files of a compile: text, lines, positions.
 */
#include "lang/source.h"

#include "base/size.h"

/* Length of the UTF-8 character at p, or 0. */
static size_t
utf8_length(const unsigned char *p, size_t n)
{
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

static void
check_text(struct sources *ss, struct source *s)
{
	if (s->text.n > SOURCE_MAX) {
		s->text.n = 0;
		diag_at(ss, C108, (struct span){ 0, 0, s->file },
		    "longer than %zu bytes", SOURCE_MAX);
	}
	for (size_t i = 0, len; i < s->text.n; i += len) {
		len = utf8_length((const unsigned char *)s->text.p + i,
		    s->text.n - i);
		if (len != 0)
			continue;
		diag_at(ss, C107, (struct span){ (uint32_t)i, (uint32_t)i + 1,
		    s->file }, "byte 0x%02x is not UTF-8",
		    (unsigned char)s->text.p[i]);
		s->text.n = 0;
		return;
	}
}

struct source *
source_quote(struct sources *ss, struct str path, struct str text)
{
	struct source *s = arena_new(ss->a, struct source);
	uint32_t n = 1;
	struct str *kept;

	if (ss->n == ss->cap) {
		size_t cap = ss->cap ? ss->cap * 2 : 8;
		struct source **list = arena_array(ss->a, cap, sizeof(*list));

		if (ss->n)
			memcpy(list, ss->list, ss->n * sizeof(*list));
		ss->list = list;
		ss->cap = cap;
	}
	s->file = (uint16_t)ss->n;
	ss->list[ss->n++] = s;

	/* the findings outlive the compile and quote the source */
	kept = arena_new(&ss->d->arena, struct str);
	*kept = arena_str(&ss->d->arena, text);
	s->path = arena_str(&ss->d->arena, path);
	s->text = *kept;
	for (size_t i = 0; i < s->text.n; i++)
		n += s->text.p[i] == '\n';
	s->lines = arena_array(ss->a, n, sizeof(*s->lines));
	for (size_t i = 0; i < s->text.n; i++)
		if (s->text.p[i] == '\n')
			s->lines[++s->nlines] = (uint32_t)i + 1;
	s->nlines++;
	table_put(&ss->d->sources, s->path, kept);
	return s;
}

struct source *
source_add(struct sources *ss, struct str path, struct str text)
{
	struct source *s = source_quote(ss, path, text);

	check_text(ss, s);
	return s;
}

struct prog_pos
source_pos(const struct source *s, uint32_t off)
{
	uint32_t lo = 0, hi = s->nlines;

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->lines[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	off -= s->lines[lo];
	return (struct prog_pos){
		.line = lo + 1,
		.col = off < UINT16_MAX ? (uint16_t)(off + 1) : UINT16_MAX,
		.file = s->file,
	};
}

struct prog_pos
span_pos(const struct sources *ss, struct span sp)
{
	return source_pos(ss->list[sp.file], sp.beg);
}

struct str
span_text(const struct sources *ss, struct span sp)
{
	return str_from(ss->list[sp.file]->text.p + sp.beg, sp.end - sp.beg);
}

struct str
span_line(const struct sources *ss, struct span sp, struct arena *a)
{
	struct str text = span_text(ss, sp);
	char *out = arena_alloc(a, size_add(text.n, 1));
	size_t n = 0;
	int quoted = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!quoted && c == '#') {
			while (i + 1 < text.n && text.p[i + 1] != '\n')
				i++;
			continue;
		}
		if (c == '"' && (i == 0 || text.p[i - 1] != '\\'))
			quoted = !quoted;
		if (!quoted && (c == '\n' || c == '\t' || c == '\r'))
			c = ' ';
		if (!quoted && c == ' ' && n > 0 && out[n - 1] == ' ')
			continue;
		out[n++] = c;
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == ';'))
		n--;
	return str_from(out, n);
}
