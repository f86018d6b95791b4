/*
 * Which words could stand at a place, asked of who reads them.
 *
 * Whoever reads a word has a table of those it knows, and says what was meant
 * where it knows none.  So the text is checked once more with a probe at the
 * place: the words that it is then held against are those to offer, and no
 * list of them is kept for editors.
 */
#include "lang/complete.h"

#include "lang/view.h"

#define PROBE "zz_what_could_stand_here"

struct probing {
	struct choices *o;
	enum lang_kind kind;
	struct str text; /* of the file at hand */
};

static int
read_probed(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct probing *p = arg;
	const struct compile *c = &p->o->r.v->c;

	if (!str_eq(path, p->o->r.m->src->path))
		return c->read(c->arg, path, text, a, e);
	*text = p->text;
	return 0;
}

static void
take(void *arg, struct str word)
{
	const struct probing *p = arg;
	struct arena *a = p->o->r.a;
	struct str text = arena_printf(a, "%.*s%s", STR_ARG(word),
	    p->kind != LANG_ATTRIBUTE ? attr_called(word) ? "(" : "" :
	    attr_valued(word) ? ": " : "");

	offer(p->o, p->kind, text, text);
}

void
probe_words(struct choices *o, enum lang_kind kind, const char *rest)
{
	struct probing p = { o, kind, around_completed(&o->r, PROBE, rest) };
	struct arena a = { 0 };
	struct compile c;
	struct diags d;

	diags_init(&d);
	d.probe = STR(PROBE);
	d.tried = take;
	d.arg = &p;
	compile_begin(&c, &a, read_probed, &p, &d);
	compile_run(&c, o->r.m->src->path, NULL);
	unit_unref(c.unit);
	diags_fini(&d);
	arena_fini(&a);
}
