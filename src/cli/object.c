/*
 * Objects of connectors for commands.
 */
#include "cli/object.h"

#include <stdlib.h>

#include "base/clock.h"
#include "cli/mapping.h"

int
unit_of(const char *file, struct unit **unit)
{
	struct diags d;
	int r;

	diags_init(&d);
	r = lang_compile(str_z(file), lang_read_file, NULL, NULL, unit,
	    NULL, &d);
	mapping_tell(&d);
	diags_fini(&d);
	return r == 0 ? 0 : err_exit(ERR_DATA);
}

static int
find(struct object *o, const char *file, const char *name)
{
	const struct unit_connector *c;
	struct buf names = { 0 };

	if (o->unit->nconnector != 1)
		return say(err_exit(ERR_DATA), "%s has %s connector", file,
		    o->unit->nconnector == 0 ? "no" : "more than one");
	c = o->call.connector = &o->unit->connectors[0];
	o->call.object = connector_object(c, str_z(name));
	if (o->call.object != NULL)
		return 0;
	for (uint32_t i = 0; i < c->nobject; i++)
		buf_printf(&names, "%s%.*s", i ? ", " : "",
		    STR_ARG(c->objects[i].name));
	say(0, "connector %.*s has no object `%s`; it has %.*s",
	    STR_ARG(c->name), name, STR_ARG(buf_str(&names)));
	buf_fini(&names);
	return err_exit(ERR_USAGE);
}

int
object_open(struct object *o, const struct args *a)
{
	int status;

	*o = (struct object){ 0 };
	options_read(&o->options, a);
	status = unit_of(a->rest[0], &o->unit);
	if (status == 0)
		status = find(o, a->rest[0], a->rest[1]);
	if (status != 0) {
		object_close(o);
		return status;
	}
	o->call.base = args_str(a, 'u');
	o->call.params = o->options.params;
	o->vm = vm_new(NULL);
	vm_set_now(o->vm, clock_wall_us());
	return 0;
}

void
object_close(struct object *o)
{
	vm_free(o->vm);
	unit_unref(o->unit);
	options_fini(&o->options);
	*o = (struct object){ 0 };
}

struct str
object_secret(const struct args *a, int letter)
{
	const char *name = args_get(a, letter), *value;

	if (name == NULL)
		return STR("");
	value = getenv(name);
	if (value == NULL)
		args_fail(a, "there is no `%s` in the environment", name);
	return str_z(value);
}
