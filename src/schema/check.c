/*
 * Running a schema on a record.
 *
 * The record becomes a tape, then nodes are evaluated on its tokens.  First
 * quietly: the first thing that is wrong ends it.  Only an invalid record is
 * evaluated again, loudly, to tell all that is wrong with it.  Recursion goes
 * through the record (64 deep) times what applies in place (64), and is
 * counted besides, because a $dynamicRef can hide a circle.
 *
 * Marks are the annotations that unevaluatedItems and -Properties need: a bit
 * per element or member, in sets on a stack, and only when somebody asks.
 */
#include "schema/check.h"

#include <stdlib.h>

#include "base/size.h"
#include "schema/complain.h"

/* What one check may spend: in proportion to the record. */
static size_t
all_steps(const struct check *c)
{
	return SCHEMA_STEPS + SCHEMA_STEPS_VALUE * c->run->tape.n;
}

int
check_out_of_fuel(struct check *c)
{
	if (!c->broken)
		err_set(c->e, ERR_LIMIT,
		    "checking this record takes more than %zu steps; make "
		    "the schema simpler or the record smaller",
		    all_steps(c));
	c->broken = 1;
	return 0;
}

/* --- marks --------------------------------------------------------------- */

static size_t
mark_words(const struct check *c, uint32_t at)
{
	return tok_at(c, at)->count / 64 + 1;
}

static size_t
marks_push(struct check *c, uint32_t at)
{
	struct schema_run *r = c->run;
	size_t n = mark_words(c, at), top = r->nbits;

	if (r->cap - r->nbits < n) {
		while (r->cap - r->nbits < n)
			r->cap = r->cap ? size_mul(r->cap, 2) : 64;
		r->bits = realloc(r->bits, size_mul(r->cap, 8));
		if (r->bits == NULL)
			fatal("out of memory: %zu words of marks", r->cap);
	}
	memset(r->bits + top, 0, n * 8);
	r->nbits += n;
	return top;
}

static void
marks_pop(struct check *c, size_t marks)
{
	c->run->nbits = marks;
}

static void
marks_join(struct check *c, size_t into, size_t from, uint32_t at)
{
	if (into == NO_MARKS)
		return;
	for (size_t i = mark_words(c, at); i-- > 0;)
		c->run->bits[into + i] |= c->run->bits[from + i];
}

int
check_quietly(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	size_t own = marks == NO_MARKS ? NO_MARKS : marks_push(c, at);
	int loud = c->loud, ok;

	c->loud = 0;
	ok = check_eval(c, n, at, up, own);
	c->loud = loud;
	if (own != NO_MARKS) {
		if (ok)
			marks_join(c, marks, own, at);
		marks_pop(c, own);
	}
	return ok;
}

static int
eval_rules(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct tok *t = tok_at(c, at);
	const struct node *rest = NULL;
	size_t outer = marks;
	int ok = n->kinds >> t->kind & 1 ? 1 : check_any(c, n, at);

	if (!ok && !c->loud)
		return 0;
	if (t->kind == SCAN_ARRAY)
		rest = n->rest_items;
	else if (t->kind == SCAN_OBJECT)
		rest = n->rest_properties;
	if (rest != NULL)
		marks = marks_push(c, at);
	if (t->kind == SCAN_STRING && n->string != NULL)
		ok &= check_string(c, n, at);
	else if (t->kind == SCAN_NUMBER && n->number != NULL)
		ok &= check_number(c, n, at);
	else if (t->kind == SCAN_ARRAY && n->array != NULL)
		ok &= check_array(c, n, at, up, marks);
	else if (t->kind == SCAN_OBJECT && n->object != NULL)
		ok &= check_object(c, n, at, up, marks);
	for (size_t i = 0; i < n->napply && (ok || c->loud); i++)
		ok &= check_apply(c, n, &n->apply[i], at, up, marks);
	if (rest != NULL) {
		if (ok || c->loud)
			ok &= check_rest(c, rest, at, up, marks);
		marks_join(c, outer, marks, at);
		marks_pop(c, marks);
	}
	return ok;
}

int
check_eval(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	struct scope scope = { up, n->region };
	int ok;

	if (n->pass >> tok_at(c, at)->kind & 1)
		return 1;
	if (c->broken || !spend(c, 1))
		return 0;
	if (n->kind == NODE_FALSE)
		return complain(c, n, at, STR(""), "is not allowed");
	if (c->depth == SCHEMA_DEPTH) {
		err_set(c->e, ERR_LIMIT,
		    "checking this record nests more than %d deep; does the "
		    "schema refer to itself?", SCHEMA_DEPTH);
		c->broken = 1;
		return 0;
	}
	c->depth++;
	if (c->schema->dynamic && (up == NULL || up->region != n->region))
		up = &scope;
	ok = eval_rules(c, n, at, up, marks);
	c->depth--;
	return ok;
}

static void
count_only(void *arg, const struct schema_error *error)
{
	(void)arg;
	(void)error;
}

int
schema_check(const struct schema *schema, struct schema_run *run,
    struct str json, schema_error_fn *fn, void *arg, struct err *e)
{
	struct check c = { .schema = schema, .run = run,
		.fn = fn ? fn : count_only, .arg = arg, .e = e };
	int ok;

	if (json.n > RECORD_MAX)
		return err_set(e, ERR_LIMIT,
		    "a record has at most %zu bytes", RECORD_MAX);
	if (tape_read(&run->tape, json, e) != 0)
		return -1;
	c.fuel = all_steps(&c);
	ok = check_eval(&c, schema->root, 0, NULL, NO_MARKS);
	run->nbits = 0;
	if (c.broken)
		return -1;
	if (ok || fn == NULL)
		return ok;
	c.loud = 1;
	c.fuel = all_steps(&c);
	c.depth = 0;
	c.e = NULL;
	check_eval(&c, schema->root, 0, NULL, NO_MARKS);
	run->nbits = 0;
	if (c.errors == 0)
		complain(&c, schema->root, 0, STR(""),
		    "does not match the schema");
	return 0;
}

struct schema_run *
schema_run_new(void)
{
	struct schema_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		fatal("out of memory: a schema run");
	tape_init(&run->tape);
	run->regex = regex_run_new();
	return run;
}

void
schema_run_free(struct schema_run *run)
{
	if (run == NULL)
		return;
	tape_fini(&run->tape);
	regex_run_free(run->regex);
	buf_fini(&run->instance);
	buf_fini(&run->place);
	buf_fini(&run->text);
	free(run->bits);
	arena_fini(&run->scratch);
	free(run);
}
