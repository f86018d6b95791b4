/*
 * crosswalk fields: what fields the records of an account have.
 */
#include "cli/fields.h"

#include <jansson.h>
#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/object.h"
#include "connector/fields.h"

static const char *const columns[] = { "field", "type", "label", "options",
	"length", "note", NULL };

static const struct {
	const char *word, *type, *format;
} types[] = {
#define X(name, word, type, format) { word, type, format },
	FIELD_TYPES(X)
#undef X
};

/* ---- the table ---- */

/* A member that is a text; else what stands for none. */
static const char *
member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

/* "string" of "string" and of ["string","null"]. */
static const char *
first_type(const json_t *schema)
{
	const json_t *t = json_object_get(schema, "type");
	const char *s = json_string_value(json_is_array(t) ?
	    json_array_get(t, 0) : t);

	return s != NULL ? s : "";
}

static struct str
type_word(const json_t *schema, struct arena *a)
{
	const json_t *in = json_object_get(schema, "contentSchema");
	const char *type = first_type(in ? in : schema);
	const char *format = member(in ? in : schema, "format");

	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].type, type) == 0 &&
		    strcmp(types[i].format, format) == 0)
			return arena_printf(a, "%s%s", types[i].word,
			    in ? " as text" : "");
	return STR("any");
}

static struct str
options_word(const json_t *schema, struct arena *a)
{
	const json_t *list = json_object_get(schema, "enum"), *v;
	struct buf b = { 0 };
	struct str s;
	size_t i;

	if (list == NULL)
		list = json_object_get(json_object_get(schema, "items"),
		    "enum");
	json_array_foreach((json_t *)list, i, v) {
		char *text;

		if (json_is_null(v))
			continue;
		if (b.n > 40) {
			buf_puts(&b, STR(" …"));
			break;
		}
		text = json_dumps(v, JSON_ENCODE_ANY);
		buf_printf(&b, "%s%s", b.n ? " " : "", json_is_string(v) ?
		    json_string_value(v) : text);
		free(text);
	}
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

static int
has(const json_t *list, const char *name)
{
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (strcmp(json_string_value(v), name) == 0)
			return 1;
	return 0;
}

static void
put_note(struct sheet *s, const json_t *schema, int required)
{
	struct buf b = { 0 };

	if (json_is_true(json_object_get(schema, "readOnly")))
		buf_puts(&b, STR("read only"));
	if (required)
		buf_printf(&b, "%srequired", b.n ? ", " : "");
	if (json_is_true(json_object_get(schema, "x-unique")))
		buf_printf(&b, "%sunique", b.n ? ", " : "");
	sheet_text(s, arena_str(&s->arena, buf_str(&b)));
	buf_fini(&b);
}

static void
put_fields(struct sheet *s, const json_t *object, const char *at,
    unsigned depth)
{
	const json_t *required = json_object_get(object, "required");
	const char *name;
	json_t *v;

	json_object_foreach(json_object_get(object, "properties"), name, v) {
		struct str path = arena_printf(&s->arena, "%s%s%s", at,
		    *at ? "." : "", name);

		if (json_object_get(v, "properties") != NULL && depth < 8) {
			put_fields(s, v, path.p, depth + 1);
			continue;
		}
		sheet_text(s, path);
		sheet_text(s, type_word(v, &s->arena));
		sheet_text(s, arena_str(&s->arena, str_z(member(v, "title"))));
		sheet_text(s, options_word(v, &s->arena));
		if (json_is_integer(json_object_get(v, "maxLength")))
			sheet_int(s, json_integer_value(
			    json_object_get(v, "maxLength")));
		else
			sheet_null(s);
		put_note(s, v, has(required, name));
	}
}

int
fields_sheet(struct sheet *s, struct str catalogue, struct err *e)
{
	json_error_t why;
	json_t *schema = json_loadb(catalogue.p, catalogue.n, 0, &why);

	if (schema == NULL)
		return err_set(e, ERR_DATA, "the catalogue is no JSON: %s",
		    why.text);
	sheet_init(s, columns);
	put_fields(s, schema, "", 0);
	json_decref(schema);
	return 0;
}

/* ---- the command ---- */

static void
exchange(struct http *http, const struct http_request *q,
    struct http_done *done)
{
	http_submit(http, q, NULL);
	while (http_poll(http, INT_MAX, done, 1) == 0)
		;
}

/* One page; what is read of it lies in f. */
static enum fields_step
page(struct fields *f, const struct object *o, struct http *http,
    struct err *e)
{
	struct arena a = { 0 };
	struct http_request q = { 0 };
	struct http_done done;
	struct connector_result r;
	enum fields_step step = FIELDS_FAILED;

	if (fields_request(f, &o->call, o->vm, &q, &a, e) == 0) {
		exchange(http, &q, &done);
		step = fields_reply(f, &o->call, o->vm, &done,
		    clock_wall_us() / 1000, &r, &a, e);
		if (step == FIELDS_FAILED)
			err_prefix(e, "%s: %s", q.url,
			    outcome_word(r.outcome));
	}
	arena_fini(&a);
	return step;
}

/* All pages, into out. */
static int
fetch(const struct object *o, struct buf *out, struct err *e)
{
	struct http_opts opts = { 0 };
	struct http *http = http_new(&opts);
	struct fields *f = fields_new();
	enum fields_step step;

	while ((step = page(f, o, http, e)) == FIELDS_NEXT)
		;
	if (step == FIELDS_END)
		fields_schema(f, o->call.op->fields, out);
	fields_free(f);
	http_free(http);
	return step == FIELDS_END ? 0 : -1;
}

static int
print(struct buf *catalogue, int table, struct err *e)
{
	struct buf out = { 0 };
	struct sheet s;
	int rv;

	if (!table) {
		buf_putc(catalogue, '\n');
		return write_all(STDOUT_FILENO, catalogue, e);
	}
	if (fields_sheet(&s, buf_str(catalogue), e) != 0)
		return -1;
	sheet_print(&out, &s, 0);
	sheet_fini(&s);
	rv = write_all(STDOUT_FILENO, &out, e);
	buf_fini(&out);
	return rv;
}

int
cmd_fields(const struct args *a)
{
	struct buf catalogue = { 0 };
	struct object o;
	struct err e;
	int status = object_open(&o, a);

	if (status != 0)
		return status;
	o.call.op = object_op(o.call.object, CONNECTOR_FIELDS);
	o.call.token = object_secret(a, 'T');
	if (o.call.op == NULL)
		status = say(err_exit(ERR_DATA), "%s does not say where the "
		    "fields of `%s` are: fields from \"/path\" { ... }",
		    a->rest[0], a->rest[1]);
	else if (fetch(&o, &catalogue, &e) != 0 ||
	    print(&catalogue, args_get(a, 't') != NULL, &e) != 0)
		status = say_err(&e);
	buf_fini(&catalogue);
	object_close(&o);
	return status;
}
