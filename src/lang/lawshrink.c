/*
 * A case made smaller as long as it breaks the same law by the same rule:
 * members and elements dropped, texts shortened, numbers made plain, until no
 * single step goes on.
 */
#include "lang/lawrun.h"

/* Cases tried in one search: plenty for a record, little for a user. */
#define TRIES 5000

struct shrink {
	struct lawrun *r;
	enum map_law law;
	struct law_case best;
	struct value *part; /* of best: what is made smaller */
	struct str path[RECORD_DEPTH + 1];
	unsigned tries;
	struct arena *a;    /* of what is tried */
};

/* What arrives is a part of a record of theirs, what changes one of ours. */
static int
is_valid(struct shrink *s)
{
	const struct law_case *c = &s->best;
	struct lawrun *r = s->r;
	struct value right, left;

	right = follow_raw(follow_patch(s->a, law_json(c->right, s->a),
	    law_json(c->patch, s->a)));
	left = follow_raw(follow_patch(s->a, law_json(c->left, s->a),
	    law_json(c->change, s->a)));
	return sample_valid(r->make[0], c->left) &&
	    sample_valid(r->make[0], left) && sample_valid(r->make[1], right);
}

/* Keep the part with v at the path where that breaks the law as well. */
static int
try(struct shrink *s, size_t n, struct value v)
{
	struct value was = *s->part, now;
	struct breach b;
	int fails;

	if (s->tries++ >= TRIES)
		return 0;
	arena_reset(&s->r->a);
	now = value_edit(was, s->path, n, v, s->a);
	*s->part = follow_raw(law_json(now, s->a));
	fails = is_valid(s) && law_check(s->r, s->law, &s->best, &b) == 0;
	*s->part = fails ? follow_raw(law_json(now, &s->r->keep)) : was;
	return fails;
}

static struct value
here(struct shrink *s, size_t n)
{
	return value_at(*s->part, s->path, n, s->a);
}

/* ---- texts and numbers ---- */

/* Where the character that begins at from ends. */
static size_t
after(struct str t, size_t from)
{
	size_t to = from + 1;

	while (to < t.n && ((unsigned char)t.p[to] & 0xc0) == 0x80)
		to++;
	return to;
}

/* The text with z in the place of its bytes from .. to. */
static struct value
spliced(struct shrink *s, struct str t, size_t from, size_t to, struct str z)
{
	size_t tail = t.n - to;
	char *p = arena_alloc(s->a, t.n + z.n + 1);

	memcpy(p, t.p, from);
	memcpy(p + from, z.p, z.n);
	memcpy(p + from + z.n, t.p + to, tail);
	return value_text(str_from(p, from + z.n + tail));
}

static struct str
text_here(struct shrink *s, size_t n)
{
	return value_str(here(s, n), s->a);
}

static void
shrink_text(struct shrink *s, size_t n)
{
	struct str t = text_here(s, n);
	size_t from, to;

	if (t.n == 0 || try(s, n, value_text(STR(""))))
		return;
	for (; t.n > 8; t = text_here(s, n)) {
		size_t half = after(t, t.n / 2);

		if (!try(s, n, spliced(s, t, half, t.n, STR(""))) &&
		    !try(s, n, spliced(s, t, 0, half, STR(""))))
			break;
	}
	for (from = 0; from < t.n; t = text_here(s, n)) {
		to = after(t, from);
		if (try(s, n, spliced(s, t, from, to, STR(""))))
			continue;
		if (t.p[from] != 'a' &&
		    try(s, n, spliced(s, t, from, to, STR("a"))))
			to = from + 1;
		from = to;
	}
}

static struct value
literal(struct str t)
{
	return (struct value){ .type = V_NUM, .n = (uint32_t)t.n, .u.p = t.p };
}

static void
shrink_number(struct shrink *s, size_t n)
{
	struct value v = here(s, n);

	if ((v.n == 1 && v.u.p[0] == '0') || try(s, n, literal(STR("0"))) ||
	    (v.n == 1 && v.u.p[0] == '1') || try(s, n, literal(STR("1"))))
		return;
	/* digits from the end, then the sign */
	while ((v = here(s, n)).n > 1) {
		struct str t = arena_str(s->a, str_from(v.u.p, v.n - 1));

		if (t.p[t.n - 1] == '.' || t.p[t.n - 1] == '-')
			t.n--;
		if (t.n == 0 || memchr(t.p, 'e', t.n) != NULL ||
		    !try(s, n, literal(t)))
			break;
	}
	if (v.u.p[0] == '-')
		try(s, n, literal(arena_str(s->a, str_from(v.u.p + 1,
		    v.n - 1))));
}

/* ---- lists and records ---- */

static void shrink(struct shrink *s, size_t n);

static void
shrink_list(struct shrink *s, size_t n)
{
	struct value v = value_open(here(s, n), s->a);
	uint32_t i;

	if (v.n > 0)
		try(s, n, (struct value){ .type = V_LIST });
	/* halves of a long one first */
	while ((v = value_open(here(s, n), s->a)).n > 3) {
		struct value half = v, rest = v;

		half.n = v.n / 2;
		rest.u.list += half.n;
		rest.n -= half.n;
		if (!try(s, n, half) && !try(s, n, rest))
			break;
	}
	for (i = value_open(here(s, n), s->a).n; i-- > 0;) {
		s->path[n] = arena_printf(&s->r->keep, "%u", (unsigned)i);
		shrink(s, n + 1);
	}
}

static void
shrink_record(struct shrink *s, size_t n)
{
	struct value v = value_open(here(s, n), s->a);
	struct str *names = arena_array(&s->r->keep, v.n, sizeof(*names));

	if (v.n == 0)
		return;
	for (uint32_t i = 0; i < v.n; i++)
		names[i] = arena_str(&s->r->keep, v.u.record[i].name);
	if (try(s, n, (struct value){ .type = V_RECORD }))
		return;
	for (uint32_t i = v.n; i-- > 0;) {
		s->path[n] = names[i];
		shrink(s, n + 1);
	}
}

/* What lies at the path, which has n steps. */
static void
shrink(struct shrink *s, size_t n)
{
	if (n > 0 && try(s, n, (struct value){ 0 }))
		return;
	if (n == RECORD_DEPTH)
		return;
	switch (value_open(here(s, n), s->a).type) {
	case V_TEXT:
		shrink_text(s, n);
		break;
	case V_NUM:
		shrink_number(s, n);
		break;
	case V_BOOL:
		if (here(s, n).u.i)
			try(s, n, value_bool(0));
		break;
	case V_LIST:
		shrink_list(s, n);
		break;
	case V_RECORD:
		shrink_record(s, n);
		break;
	default:
		break;
	}
}

void
law_shrink(struct lawrun *r, enum map_law law, unsigned link,
    struct law_case *c)
{
	struct arena a = { 0 };
	struct shrink s = { .r = r, .law = law, .best = *c, .a = &a };
	unsigned before;
	int was = r->only;

	r->only = (int)link;
	/* until nothing more goes, for one part may hold up another */
	do {
		struct value *const parts[] = { &s.best.patch, &s.best.change,
			&s.best.event, &s.best.left };
		struct str old = law_json(s.best.left, &r->keep);

		before = s.tries;
		for (size_t i = 0; i < COUNT(parts); i++) {
			s.part = parts[i];
			shrink(&s, 0);
			arena_reset(&a);
		}
		if (str_eq(old, law_json(s.best.left, &r->keep)))
			break;
	} while (s.tries > before && s.tries < TRIES);
	r->only = was;
	*c = s.best;
	arena_fini(&a);
}
