/*
 * Mapping files of commands.
 */
#include "cli/mapping.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"

void
mapping_tell(const struct diags *d)
{
	struct buf out = { 0 };
	struct err e;

	if (d->n == 0)
		return;
	diags_print(&out, d, isatty(STDERR_FILENO));
	write_all(STDERR_FILENO, &out, &e); /* nowhere left to say it */
	buf_fini(&out);
}

static int
find_map(struct mapping *m, const char *file, const char *name)
{
	struct buf names = { 0 };

	if (name != NULL)
		m->map = unit_map(m->unit, str_z(name));
	else if (m->unit->nmap == 1)
		m->map = &m->unit->maps[0];
	if (m->map != NULL)
		return 0;
	if (m->unit->nmap == 0)
		return say(err_exit(ERR_DATA), "%s has no map", file);
	for (uint32_t i = 0; i < m->unit->nmap; i++)
		buf_printf(&names, "%s%.*s", i ? ", " : "",
		    STR_ARG(m->unit->maps[i].name));
	if (name != NULL)
		say(0, "%s has no map `%s`; it has %.*s", file, name,
		    STR_ARG(buf_str(&names)));
	else
		say(0, "%s has several maps; say which with -m: %.*s", file,
		    STR_ARG(buf_str(&names)));
	buf_fini(&names);
	return err_exit(ERR_USAGE);
}

/*
 * What clears a field of "hubspot.contact": object contact of connector
 * hubspot says it, where the file has that connector; else null.
 */
static struct str
find_clear(const struct mapping *m)
{
	struct str name = m->map->right, object = STR("");
	const char *dot = memchr(name.p, '.', name.n);
	const struct unit_connector *c;
	const struct unit_object *o;

	if (dot != NULL) {
		object = str_from(dot + 1, (size_t)(name.p + name.n - dot - 1));
		name.n = (size_t)(dot - name.p);
	}
	c = unit_connector(m->unit, name);
	o = c ? connector_object(c, object) : NULL;
	return o ? o->clear : STR("");
}

int
mapping_open(struct mapping *m, const struct args *a)
{
	int reverse = args_get(a, 'r') != NULL, r;
	struct options o;
	struct diags d;

	*m = (struct mapping){ 0 };
	options_read(&o, a);
	diags_init(&d);
	r = lang_compile(str_z(a->rest[0]), lang_read_file, NULL, &o.lang,
	    &m->unit, NULL, &d);
	mapping_tell(&d);
	diags_fini(&d);
	if (r == 0)
		options_met(&o, a, m->unit);
	options_fini(&o);
	if (r != 0)
		return err_exit(ERR_DATA);
	r = find_map(m, a->rest[0], args_get(a, 'm'));
	if (r != 0) {
		mapping_close(m);
		return r;
	}
	m->prog = reverse ? m->map->backward : m->map->forward;
	m->main = &m->prog->funcs[0];
	m->clear = reverse ? STR("") : find_clear(m);
	return 0;
}

void
mapping_close(struct mapping *m)
{
	unit_unref(m->unit);
	*m = (struct mapping){ 0 };
}
