/*
 * What a map decides as one: the listing, and what must hold before a merge
 * trusts the table.
 */
#include <inttypes.h>

#include "vm/unit.h"

static const char *const own_word[] = {
#define X(name, word) word,
	OWNS(X)
#undef X
};

const char *
own_name(enum own own)
{
	return (unsigned)own < COUNT(own_word) ? own_word[own] : "?";
}

int
own_find(struct str name)
{
	for (size_t i = 0; i < COUNT(own_word); i++)
		if (str_eq(name, str_z(own_word[i])))
			return (int)i;
	return -1;
}

void
field_own(struct buf *out, const struct unit_field *f)
{
	buf_printf(out, "%s", own_name(f->own));
	if (f->own == OWN_LATEST)
		buf_printf(out, "(tie: %s, within: %" PRId64 "ms)",
		    f->tie_right ? "right" : "left", f->within_us / 1000);
	else if (f->own == OWN_EXPR)
		buf_printf(out, "(fn %d)", f->func);
	for (unsigned i = 0; i < f->nkey; i++)
		buf_printf(out, "%c%.*s%s", i ? '.' : '(', STR_ARG(f->key[i]),
		    i + 1 == f->nkey ? ")" : "");
}

static void
put_paths(struct buf *out, const struct prog *p, const uint16_t *slot,
    unsigned n)
{
	if (n == 0)
		buf_puts(out, STR("nothing"));
	for (unsigned i = 0; i < n; i++)
		buf_printf(out, "%s%.*s", i ? ", " : "",
		    STR_ARG(p->out[slot[i]].path));
}

/* It goes one way, or is decided by itself as if nothing was said. */
static int
is_plain(const struct unit_field *f)
{
	return f->nright == 0 || f->nleft == 0 ||
	    (f->pos.line == 0 && !f->group && f->nright == 1);
}

void
map_list(struct buf *out, const struct unit_map *m)
{
	prog_list(out, m->forward);
	prog_list(out, m->backward);
	for (uint32_t i = 0; i < m->nfield; i++) {
		const struct unit_field *f = &m->fields[i];

		if (is_plain(f))
			continue;
		buf_puts(out, f->group ? STR("group ") : STR("field "));
		if (f->group)
			buf_printf(out, "%.*s: ", STR_ARG(f->name));
		put_paths(out, m->backward, f->left, f->nleft);
		buf_puts(out, STR(" <-> "));
		put_paths(out, m->forward, f->right, f->nright);
		buf_puts(out, STR("  own "));
		field_own(out, f);
		buf_putc(out, '\n');
	}
}

static int
bad(const struct unit_map *m, uint32_t i, const char *what, struct err *e)
{
	return err_set(e, ERR_INTERNAL, "%.*s: field %" PRIu32 ": %s",
	    STR_ARG(m->name), i, what);
}

static int
has_slots(const struct prog *p, const uint16_t *slot, unsigned n, int rest)
{
	for (unsigned i = 0; i < n; i++)
		if (slot[i] >= p->funcs[0].nout ||
		    rest != ((p->out[slot[i]].flags & LF_SPLICE) != 0))
			return 0;
	return 1;
}

/* A policy that makes a value is about one field. */
static const char *
mistake(const struct unit_map *m, const struct unit_field *f)
{
	const struct prog *p = m->forward;

	if (!has_slots(p, f->right, f->nright, f->rest) ||
	    !has_slots(m->backward, f->left, f->nleft, f->rest))
		return "no such slot";
	if ((unsigned)f->own >= COUNT(own_word) ||
	    (unsigned)f->order > ORDER_TIME)
		return "no such policy";
	if (f->rest && (f->nright > 1 || f->nleft > 1 || f->own >= OWN_MAX) &&
	    f->own != OWN_MANUAL)
		return "a rest is decided member by member";
	if ((f->own == OWN_MAX || f->own == OWN_MIN) && f->nleft > 1)
		return "max and min compare one field";
	if ((f->own == OWN_UNION || f->own == OWN_EXPR) && f->nright > 1)
		return "one value for several fields";
	if (f->own == OWN_EXPR && f->nright > 0 && (f->func <= 0 ||
	    (uint32_t)f->func >= p->nfunc || p->funcs[f->func].nargs != 5 ||
	    p->funcs[f->func].layout != NULL || f->func == p->rules))
		return "no function for expr";
	return NULL;
}

int
map_verify(const struct unit_map *m, struct err *e)
{
	for (uint32_t i = 0; i < m->nfield; i++) {
		const char *what = mistake(m, &m->fields[i]);

		if (what != NULL)
			return bad(m, i, what, e);
	}
	return 0;
}
