/*
 * Keywords about one value by itself: type, enum, const, strings, numbers.
 */
#include "record/decimal.h"
#include "schema/check.h"
#include "schema/complain.h"

/* --- any value ----------------------------------------------------------- */

static unsigned
type_of(const struct tok *t, unsigned wanted)
{
	switch (t->kind) {
	case SCAN_NULL:
		return SCHEMA_NULL;
	case SCAN_BOOL:
		return SCHEMA_BOOL;
	case SCAN_NUMBER:
		if ((wanted & SCHEMA_NUMBER) == SCHEMA_NUMBER)
			return SCHEMA_NUMBER;
		return literal_whole(tok_str(t)) ? SCHEMA_INTEGER :
					       SCHEMA_FRACTION;
	case SCAN_STRING:
		return SCHEMA_STRING;
	case SCAN_ARRAY:
		return SCHEMA_ARRAY;
	default:
		return SCHEMA_OBJECT;
	}
}

static int __attribute__((cold))
wrong_type(struct check *c, const struct node *n, uint32_t at)
{
	struct buf types = { 0 };

	if (!c->loud)
		return 0;
	complain_types(&types, n->types);
	complain(c, n, at, STR("type"), "must be %.*s, but is %s",
	    STR_ARG(buf_str(&types)), complain_kind(tok_at(c, at)));
	buf_fini(&types);
	return 0;
}

static int
is_chosen(struct check *c, const struct node *n, const struct choice *choice,
    uint32_t at)
{
	struct tape *doc = (struct tape *)&n->doc->tape, *t = &c->run->tape;

	if (tok_at(c, at)->kind == SCAN_STRING)
		return keys_find(&choice->texts, tape_str(t, at)) >= 0;
	if (choice->only_texts)
		return 0;
	for (uint32_t i = 0; i < choice->count; i++)
		if (tape_equal(t, at, doc, choice->values[i], &c->fuel))
			return 1;
	if (c->fuel == 0)
		return check_out_of_fuel(c);
	return 0;
}

static int __attribute__((cold))
wrong_choice(struct check *c, const struct node *n,
    const struct choice *choice, uint32_t at)
{
	struct buf list = { 0 };

	if (!c->loud)
		return 0;
	for (uint32_t i = 0; i < choice->count; i++) {
		const struct tok *v = &n->doc->tape.t[choice->values[i]];

		if (i > 0)
			buf_puts(&list, STR(", "));
		if (i == 10) {
			buf_printf(&list, "… (%u in all)", choice->count);
			break;
		}
		if (v->kind == SCAN_STRING)
			complain_name(&list, tok_str(v));
		else
			complain_value(&list, str_from(v->p, v->n));
	}
	if (choice == n->konst)
		complain(c, n, at, STR("const"), "must be %.*s",
		    STR_ARG(buf_str(&list)));
	else
		complain(c, n, at, STR("enum"), "must be one of %.*s",
		    STR_ARG(buf_str(&list)));
	buf_fini(&list);
	return 0;
}

int
check_any(struct check *c, const struct node *n, uint32_t at)
{
	const struct tok *t = tok_at(c, at);
	int ok = 1;

	if (n->types != SCHEMA_ANY && !(n->types & type_of(t, n->types)))
		ok = wrong_type(c, n, at);
	if (n->choice != NULL && (ok || c->loud) &&
	    !is_chosen(c, n, n->choice, at))
		ok = wrong_choice(c, n, n->choice, at);
	if (n->konst != NULL && (ok || c->loud) &&
	    !is_chosen(c, n, n->konst, at))
		ok = wrong_choice(c, n, n->konst, at);
	return ok;
}

/* --- strings and numbers ------------------------------------------------- */

static int
check_length(struct check *c, const struct node *n, uint32_t at, struct str s)
{
	const struct string_rules *r = n->string;
	size_t chars;

	/* a character is one to four bytes */
	if (s.n <= r->max && s.n / 4 >= r->min)
		return 1;
	chars = tape_chars(s);
	if (chars > r->max)
		return complain(c, n, at, STR("maxLength"),
		    "must have at most %zu character%s, but has %zu", r->max,
		    r->max == 1 ? "" : "s", chars);
	if (chars < r->min)
		return complain(c, n, at, STR("minLength"),
		    "must have at least %zu character%s, but has %zu",
		    r->min, r->min == 1 ? "" : "s", chars);
	return 1;
}

int
check_pattern(struct check *c, const struct regex *r, struct str s)
{
	int m;

	if (c->broken)
		return 0;
	m = regex_match(r, c->run->regex, s, c->e);
	if (m < 0) {
		c->broken = 1;
		return 0;
	}
	return m;
}

int
check_string(struct check *c, const struct node *n, uint32_t at)
{
	const struct string_rules *r = n->string;
	struct str s = tape_str(&c->run->tape, at);
	int ok = check_length(c, n, at, s);

	if ((ok || c->loud) && r->pattern != NULL &&
	    !check_pattern(c, r->pattern, s)) {
		struct str p = regex_source(r->pattern);

		ok = complain(c, n, at, STR("pattern"), "must match %.*s",
		    (int)(p.n > 200 ? 200 : p.n), p.p);
	}
	if ((ok || c->loud) && r->format != FORMAT_NONE &&
	    !format_is(r->format, s))
		ok = complain(c, n, at, STR("format"), "must be %.*s",
		    STR_ARG(format_text(r->format)));
	return ok;
}

/* <0, 0, >0 as the number is below, equal to or above the bound. */
static int
compare(struct str s, const struct bound *b)
{
	const char *p = s.p, *end = s.p + s.n;
	int64_t v = 0;

	if (!b->small || s.n > 18)
		return num_cmp(s, b->literal);
	for (p += *p == '-'; p < end; p++) {
		if (*p < '0' || *p > '9')
			return num_cmp(s, b->literal);
		v = v * 10 + (*p - '0');
	}
	if (s.p[0] == '-')
		v = -v;
	return v < b->i ? -1 : v > b->i;
}

int
check_number(struct check *c, const struct node *n, uint32_t at)
{
	const struct number_rules *r = n->number;
	struct str s = tok_str(tok_at(c, at));
	int ok = 1;

	if (r->min.literal.n && compare(s, &r->min) < 0)
		ok = complain(c, n, at, STR("minimum"), "must be at least %.*s",
		    STR_ARG(r->min.literal));
	if (r->max.literal.n && compare(s, &r->max) > 0)
		ok = complain(c, n, at, STR("maximum"), "must be at most %.*s",
		    STR_ARG(r->max.literal));
	if (r->xmin.literal.n && compare(s, &r->xmin) <= 0)
		ok = complain(c, n, at, STR("exclusiveMinimum"),
		    "must be greater than %.*s", STR_ARG(r->xmin.literal));
	if (r->xmax.literal.n && compare(s, &r->xmax) >= 0)
		ok = complain(c, n, at, STR("exclusiveMaximum"),
		    "must be less than %.*s", STR_ARG(r->xmax.literal));
	if (r->multiple.n && !literal_multiple(s, &r->divisor))
		ok = complain(c, n, at, STR("multipleOf"),
		    "must be a multiple of %.*s", STR_ARG(r->multiple));
	return ok;
}
