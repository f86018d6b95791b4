/*
 * Keywords that apply schemas to the same value: references, allOf, anyOf,
 * oneOf, not, if, dependentSchemas.
 */
#include "schema/check.h"
#include "schema/complain.h"

/* The first sentence that a schema has about a value. */
struct first {
	struct buf *text;
	int n;
};

static void
take_first(void *arg, const struct schema_error *error)
{
	struct first *f = arg;

	if (f->n++ == 0)
		buf_puts(f->text, error->text);
}

/* Why each alternative says no, as far as it fits. */
static void
why_not(struct check *c, const struct apply *a, uint32_t at,
    const struct scope *up, struct buf *out)
{
	for (size_t i = 0; i < a->n && i < 4; i++) {
		struct check inner = *c;
		struct first first = { out, 0 };

		buf_printf(out, "%s%zu: ", i ? "; " : "", i + 1);
		inner.fn = take_first;
		inner.arg = &first;
		inner.errors = SCHEMA_ERRORS - 1; /* only one */
		check_eval(&inner, a->nodes[i], at, up, NO_MARKS);
		c->fuel = inner.fuel;
		if (inner.broken)
			c->broken = 1;
		if (out->n > 600) {
			while (out->n > 600 ||
			    ((unsigned char)out->p[out->n] & 0xc0) == 0x80)
				out->n--;
			buf_puts(out, STR("…"));
			return;
		}
	}
	if (a->n > 4)
		buf_puts(out, STR("; …"));
}

static int __attribute__((cold))
none_of(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up)
{
	struct str keyword = a->kind == APPLY_ANY ? STR("anyOf") :
						    STR("oneOf");
	struct buf why = { 0 };

	if (!c->loud || c->errors >= SCHEMA_ERRORS)
		return 0;
	/* an alternative's own alternatives are not told */
	if (c->fn != take_first)
		why_not(c, a, at, up, &why);
	complain(c, n, at, keyword, "matches none of the %zu schemas of "
	    "\"%.*s\"%s%.*s%s", a->n, STR_ARG(keyword), why.n ? " (" : "",
	    STR_ARG(buf_str(&why)), why.n ? ")" : "");
	buf_fini(&why);
	return 0;
}

static int
apply_any(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up, size_t marks)
{
	int ok = 0;

	for (size_t i = 0; i < a->n; i++) {
		ok |= check_quietly(c, a->nodes[i], at, up, marks);
		if (c->broken)
			return 0;
		if (ok && marks == NO_MARKS)
			return 1;
	}
	return ok ? 1 : none_of(c, n, a, at, up);
}

static int
apply_one(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up, size_t marks)
{
	size_t first = a->n;

	for (size_t i = 0; i < a->n; i++) {
		int ok = check_quietly(c, a->nodes[i], at, up, marks);

		if (c->broken)
			return 0;
		if (!ok)
			continue;
		if (first < a->n)
			return complain(c, n, at, STR("oneOf"),
			    "must match exactly one schema of \"oneOf\", but "
			    "matches %zu and %zu", first + 1, i + 1);
		first = i;
	}
	return first < a->n ? 1 : none_of(c, n, a, at, up);
}

static int
apply_if(struct check *c, const struct apply *a, uint32_t at,
    const struct scope *up, size_t marks)
{
	int yes = check_quietly(c, a->nodes[0], at, up, marks);
	const struct node *then = a->nodes[yes ? 1 : 2];

	if (then == NULL || c->broken)
		return 1;
	return check_eval(c, then, at, up, marks);
}

/* The outermost resource on the way here that has the anchor decides. */
static const struct node *
find_dynamic(const struct scope *scope, const struct apply *a)
{
	const struct node *found = a->nodes[0];

	for (; scope != NULL; scope = scope->up)
		for (const struct dynamic *d = scope->region->dynamics;
		     d != NULL; d = d->next)
			if (str_eq(d->name, a->name))
				found = d->node;
	return found;
}

int
check_apply(struct check *c, const struct node *n, const struct apply *a,
    uint32_t at, const struct scope *up, size_t marks)
{
	int ok = 1;

	switch (a->kind) {
	case APPLY_REF:
		return check_eval(c, a->nodes[0], at, up, marks);
	case APPLY_DYNAMIC_REF:
		return check_eval(c, find_dynamic(up, a), at, up, marks);
	case APPLY_ALL:
		for (size_t i = 0; i < a->n && (ok || c->loud); i++)
			ok &= check_eval(c, a->nodes[i], at, up, marks);
		return ok;
	case APPLY_ANY:
		return apply_any(c, n, a, at, up, marks);
	case APPLY_ONE:
		return apply_one(c, n, a, at, up, marks);
	case APPLY_NOT:
		if (!check_quietly(c, a->nodes[0], at, up, NO_MARKS))
			return 1;
		return complain(c, n, at, STR("not"),
		    "must not match the schema of \"not\"");
	case APPLY_IF:
		return apply_if(c, a, at, up, marks);
	case APPLY_DEPENDENT:
		if (tok_at(c, at)->kind != SCAN_OBJECT ||
		    tape_member(&c->run->tape, at, a->name) == 0)
			return 1;
		return check_eval(c, a->nodes[0], at, up, marks);
	}
	return 1;
}
