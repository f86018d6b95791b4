/*
 * Texts that a regular expression matches, by walking it: each alternative,
 * class and repetition is decided by a random number.
 */
#include "record/utf8.h"
#include "schema/sampling.h"

/* Groups in groups, and the most that * and {n,} repeat beyond their least. */
#define GROUPS 32
#define MORE 4
/* So many bytes, and repetitions, of one text. */
#define TEXT_MAX 4096
#define AGAIN_MAX 4096

struct walk {
	struct sample *s;
	struct buf *out;
	const char *p, *end;
	unsigned depth;
	unsigned again; /* repetitions so far: nested ones multiply */
};

/* Characters of a class: ASCII as bits, others as ranges. */
struct set {
	uint64_t ascii[2];
	struct { uint32_t from, to; } range[16];
	unsigned n;
};

static void walk_choice(struct walk *w, int emit);

static int
at(const struct walk *w, char c)
{
	return w->p < w->end && *w->p == c;
}

static void
put(struct walk *w, uint32_t c, int emit)
{
	char b[4];

	if (emit && w->out->n <= TEXT_MAX)
		buf_put(w->out, b, utf8_put(b, c));
}

/* The next character; the pattern is UTF-8 that has been compiled. */
static uint32_t
next(struct walk *w)
{
	unsigned char c = (unsigned char)*w->p++;
	unsigned more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	uint32_t x = more == 0 ? c : c & (0x3fu >> more);

	while (more-- > 0 && w->p < w->end)
		x = x << 6 | ((unsigned char)*w->p++ & 63);
	return x;
}

static void
add(struct set *t, uint32_t from, uint32_t to)
{
	for (uint32_t c = from; c <= to && c < 128; c++)
		t->ascii[c / 64] |= (uint64_t)1 << c % 64;
	if (to < 128 || t->n == COUNT(t->range))
		return;
	t->range[t->n].from = from < 128 ? 128 : from;
	t->range[t->n++].to = to;
}

static void
turn(struct set *t)
{
	t->ascii[0] = ~t->ascii[0];
	t->ascii[1] = ~t->ascii[1];
	t->n = 0;
}

static uint32_t
hex(struct walk *w, unsigned digits)
{
	uint32_t x = 0;

	while (digits-- > 0 && w->p < w->end) {
		char c = *w->p++;

		x = x * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' +
		    10);
	}
	return x;
}

/* Behind a backslash: the characters meant; 0 when it is none (\b). */
static int
escape(struct walk *w, struct set *t)
{
	struct set own = { 0 };
	char c;
	uint32_t x;

	if (w->p == w->end)
		return 0;
	c = *w->p++;
	switch (c | 32) {
	case 'd':
		add(&own, '0', '9');
		break;
	case 'w':
		add(&own, '0', '9');
		add(&own, 'A', 'Z');
		add(&own, 'a', 'z');
		add(&own, '_', '_');
		break;
	case 's':
		add(&own, ' ', ' ');
		add(&own, '\t', '\n');
		break;
	case 'p': /* by its name it could be anything: letters, mostly */
		while (w->p < w->end && *w->p++ != '}')
			;
		add(&own, 'A', 'Z');
		add(&own, 'a', 'z');
		add(&own, 0xe0, 0xf6);
		break;
	default:
		switch (c) {
		case 'b': case 'B':
			return 0;
		case 't': x = '\t'; break;
		case 'n': x = '\n'; break;
		case 'r': x = '\r'; break;
		case 'f': x = '\f'; break;
		case 'v': x = '\v'; break;
		case '0': x = 0; break;
		case 'x': x = hex(w, 2); break;
		case 'u':
			if (at(w, '{')) {
				w->p++;
				for (x = 0; w->p < w->end && !at(w, '}');)
					x = x * 16 + hex(w, 1);
				w->p += at(w, '}');
			} else {
				x = hex(w, 4);
			}
			break;
		default: /* of several bytes: only ASCII is escaped */
			x = (unsigned char)c;
		}
		add(t, x, x);
		return 1;
	}
	if (c == 'D' || c == 'W' || c == 'S' || c == 'P')
		turn(&own);
	t->ascii[0] |= own.ascii[0];
	t->ascii[1] |= own.ascii[1];
	for (unsigned i = 0; i < own.n; i++)
		add(t, own.range[i].from, own.range[i].to);
	return 1;
}

static void
class(struct walk *w, struct set *t)
{
	int not = at(w, '^');

	w->p += not;
	while (w->p < w->end && *w->p != ']') {
		uint32_t from, to;

		if (*w->p == '\\') {
			w->p++;
			if (at(w, 'b')) {
				w->p++;
				add(t, '\b', '\b');
			} else {
				escape(w, t);
			}
			continue;
		}
		from = to = next(w);
		if (at(w, '-') && w->p + 1 < w->end && w->p[1] != ']' &&
		    w->p[1] != '\\') {
			w->p++;
			to = next(w);
		}
		add(t, from, to);
	}
	w->p += w->p < w->end;
	if (not)
		turn(t);
}

/* A printable one where there is one. */
static void
put_one(struct walk *w, const struct set *t, int emit)
{
	uint32_t list[128], n = 0;

	if (!emit)
		return;
	if (t->n > 0 && sample_chance(w->s, 4)) {
		unsigned i = (unsigned)sample_below(w->s, t->n);

		put(w, t->range[i].from + (uint32_t)sample_below(w->s,
		    t->range[i].to - t->range[i].from + 1), 1);
		return;
	}
	for (uint32_t c = ' '; c < 127; c++)
		if (t->ascii[c / 64] >> c % 64 & 1)
			list[n++] = c;
	for (uint32_t c = 0; c < 128 && n == 0; c++)
		if (t->ascii[c / 64] >> c % 64 & 1)
			list[n++] = c;
	if (n > 0)
		put(w, list[sample_below(w->s, n)], 1);
	else if (t->n > 0)
		put(w, t->range[0].from, 1);
}

static void
group(struct walk *w, int emit)
{
	if (at(w, '?') && w->p + 1 < w->end) {
		w->p++;
		if (at(w, ':')) {
			w->p++;
		} else if (at(w, '<') && w->p + 1 < w->end &&
		    w->p[1] != '=' && w->p[1] != '!') {
			while (w->p < w->end && *w->p++ != '>')
				;
		} else {
			emit = 0; /* looks around */
			while (w->p < w->end && strchr("<=!", *w->p) != NULL)
				w->p++;
		}
	}
	walk_choice(w, emit);
	w->p += at(w, ')');
}

static void
atom(struct walk *w, int emit)
{
	struct set t = { 0 };

	switch (*w->p) {
	case '(':
		w->p++;
		group(w, emit);
		return;
	case '[':
		w->p++;
		class(w, &t);
		put_one(w, &t, emit);
		return;
	case '.':
		w->p++;
		add(&t, ' ', '~');
		add(&t, 0xe0, 0xf6);
		put_one(w, &t, emit);
		return;
	case '^':
	case '$':
		w->p++;
		return;
	case '\\':
		w->p++;
		if (escape(w, &t))
			put_one(w, &t, emit);
		return;
	default:
		put(w, next(w), emit);
	}
}

static unsigned
number(struct walk *w)
{
	unsigned n = 0;

	for (; w->p < w->end && *w->p >= '0' && *w->p <= '9'; w->p++)
		if (n < TEXT_MAX)
			n = n * 10 + (unsigned)(*w->p - '0');
	return n;
}

/* How often the atom before is repeated. */
static unsigned
times(struct walk *w)
{
	unsigned least = 1, most = 1;

	if (at(w, '*') || at(w, '+')) {
		least = *w->p++ == '+';
		most = least + MORE;
	} else if (at(w, '?')) {
		w->p++;
		least = 0;
	} else if (at(w, '{')) {
		w->p++;
		least = most = number(w);
		if (at(w, ',')) {
			w->p++;
			most = at(w, '}') ? least + MORE : number(w);
		}
		w->p += at(w, '}');
	} else {
		return 1;
	}
	w->p += at(w, '?'); /* lazy */
	return least + (most > least ?
	    (unsigned)sample_below(w->s, most - least + 1) : 0);
}

static void
walk_row(struct walk *w, int emit)
{
	while (w->p < w->end && *w->p != '|' && *w->p != ')') {
		const char *begin = w->p, *end;
		size_t had = w->out->n;
		unsigned n;

		atom(w, emit);
		n = times(w);
		end = w->p;
		if (n == 0 && emit)
			w->out->n = had;
		for (; n > 1 && emit && w->again++ < AGAIN_MAX; n--) {
			w->p = begin;
			atom(w, emit);
		}
		w->p = end;
	}
}

/* Each alternative is walked, one of them is written. */
static void
walk_choice(struct walk *w, int emit)
{
	const char *begin = w->p;
	unsigned n = 0, pick;

	if (w->depth++ == GROUPS) {
		w->p = w->end;
		return;
	}
	do {
		w->p += n++ > 0;
		walk_row(w, 0);
	} while (at(w, '|'));
	if (emit) {
		pick = (unsigned)sample_below(w->s, n);
		w->p = begin;
		for (unsigned i = 0; i < n; i++) {
			w->p += i > 0;
			walk_row(w, i == pick);
		}
	}
	w->depth--;
}

void
sample_pattern(struct sample *s, struct str pattern, struct buf *out)
{
	struct walk w = { .s = s, .out = out, .p = pattern.p,
		.end = pattern.p + pattern.n };

	walk_choice(&w, 1);
}
