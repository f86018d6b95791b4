/*
 * Options of the compiler from the command line.
 */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "cli/stored_fields.h"
#include "record/scan.h"

static int
is_json(struct str s)
{
	struct scan_names *names = scan_names_new();
	struct buf b = { 0 };
	struct err e;
	int yes;

	buf_puts(&b, s);
	memset(buf_room(&b, RECORD_PAD), 0, RECORD_PAD);
	yes = scan_check(str_from(b.p, s.n), names, &e) == 0;
	buf_fini(&b);
	scan_names_free(names);
	return yes;
}

/* The name in NAME=VALUE; n is 0 where there is none. */
static struct str
name_of(const char *given)
{
	const char *eq = strchr(given, '=');

	return str_from(given, eq ? (size_t)(eq - given) : 0);
}

/* -c RECORD=FILE */
static void
read_catalog(struct options *o, const struct args *a, const char *given)
{
	struct str name = name_of(given);
	struct lang_catalog *c = &o->catalogs[o->lang.ncatalog++];
	struct err e;

	if (name.n == 0)
		args_fail(a, "a catalogue is given as RECORD=FILE, not `%s`",
		    given);
	c->schema = name;
	c->file = str_z(given + name.n + 1);
	for (size_t i = 0; i + 1 < o->lang.ncatalog; i++)
		if (str_eq(o->catalogs[i].schema, name))
			args_fail(a, "`%.*s` has two catalogues",
			    STR_ARG(name));
	if (lang_read_file(NULL, c->file, &c->text, &o->arena, &e) != 0)
		exit(say_err(&e));
}

/* -A NAME: behind what is given here. */
static void
read_connection(struct options *o, const struct args *a)
{
	struct err e;
	size_t n;

	if (stored_options(a, args_get(a, 'A'), &o->values[1],
	    &o->catalogs[o->lang.ncatalog], ARGS_GIVEN - o->lang.ncatalog, &n,
	    &o->arena, &e) != 0)
		exit(say_err(&e));
	o->lang.nparam = 2;
	o->lang.ncatalog += n;
}

void
options_read(struct options *o, const struct args *a)
{
	*o = (struct options){ .lang.nparam = 1, .files = a->nrest };
	o->lang.catalogs = o->catalogs;
	buf_putc(&o->text, '{');
	for (int i = 0; i < a->ngiven; i++) {
		struct str name, value;

		if (a->given[i].letter == 'c')
			read_catalog(o, a, a->given[i].value);
		if (a->given[i].letter != 'p')
			continue;
		name = name_of(a->given[i].value);
		if (name.n == 0)
			args_fail(a, "a param is given as NAME=VALUE, not "
			    "`%s`", a->given[i].value);
		for (int k = 0; k < i; k++)
			if (a->given[k].letter == 'p' &&
			    str_eq(name_of(a->given[k].value), name))
				args_fail(a, "param `%.*s` is given twice",
				    STR_ARG(name));
		value = str_z(a->given[i].value + name.n + 1);
		if (o->text.n > 1)
			buf_putc(&o->text, ',');
		buf_json(&o->text, name);
		buf_putc(&o->text, ':');
		/* what is no JSON is a text without its quotes */
		if (is_json(value))
			buf_puts(&o->text, value);
		else
			buf_json(&o->text, value);
	}
	buf_putc(&o->text, '}');
	o->params = buf_str(&o->text);
	o->values[0] = o->params;
	o->lang.params = o->values;
	if (args_get(a, 'A') != NULL)
		read_connection(o, a);
}

void
options_fini(struct options *o)
{
	buf_fini(&o->text);
	arena_fini(&o->arena);
}

static int
declares(const struct unit *u, struct str name)
{
	for (uint32_t i = 0; u != NULL && i < u->nparam; i++)
		if (str_eq(u->params[i].name, name))
			return 1;
	return u == NULL;
}

static int
maps_to(const struct unit *u, struct str name)
{
	for (uint32_t i = 0; u != NULL && i < u->nmap; i++)
		if (str_eq(u->maps[i].right, name))
			return 1;
	return u == NULL;
}

void
options_met(struct options *o, const struct args *a, const struct unit *u)
{
	o->files--;
	for (int i = 0; i < a->ngiven; i++) {
		struct str name = name_of(a->given[i].value);

		if (a->given[i].letter == 'p')
			o->known[i] |= declares(u, name);
		else if (a->given[i].letter == 'c')
			o->known[i] |= maps_to(u, name);
		else
			continue;
		if (o->files == 0 && !o->known[i])
			args_fail(a, a->given[i].letter == 'p' ?
			    "no mapping has a param `%.*s`" : "no map has "
			    "`%.*s` on its right side", STR_ARG(name));
	}
}
