/*
 * Field catalogues.  What is read of a page is copied, so that a page's arena
 * may go with it.
 */
#include "connector/fields.h"

#include <stdlib.h>

#include "base/table.h"
#include "connector/eval.h"
#include "connector/reply.h"

struct field {
	struct str name, label;
	struct str options; /* JSON values with commas between; "": any */
	struct str length;  /* a number; "": any */
	enum field_type type;
	int readonly, required, unique;
};

struct fields {
	struct arena arena;
	struct table names; /* of the fields */
	struct field *list;
	size_t n, cap;
	struct str cursor; /* of the page that is next; p NULL: the first */
	unsigned pages;
};

/* A page while it is read. */
struct page {
	struct fields *f;
	struct reading rd;
	struct str at; /* the field that is read, for messages */
};

struct fields *
fields_new(void)
{
	struct fields *f = calloc(1, sizeof(*f));

	if (f == NULL)
		fatal("out of memory: a field catalogue");
	return f;
}

void
fields_free(struct fields *f)
{
	if (f == NULL)
		return;
	table_fini(&f->names);
	free(f->list);
	arena_fini(&f->arena);
	free(f);
}

int
fields_request(struct fields *f, const struct connector_call *call,
    struct vm *vm, struct http_request *req, struct arena *a, struct err *e)
{
	struct value args[5] = { { .type = V_ABSENT }, { .type = V_ABSENT } };

	if (f->cursor.p != NULL)
		args[0] = value_text(f->cursor);
	args[2] = value_int(call->op->feed->limit);
	args[4] = (struct value){ .type = V_LIST };
	if (request_params(call, &args[3], a, e) != 0)
		return -1;
	return request_make(call, vm, args, COUNT(args), req, a, e);
}

/* ---- an item ---- */

static int
wrong(const struct page *p, enum field_part part, struct value v,
    struct err *e)
{
	return err_set(e, ERR_DATA, "field %.*s of the catalogue: `%s` cannot "
	    "be %s", STR_ARG(p->at), field_part_word[part], value_word(v));
}

static int
part_of(const struct page *p, enum field_part part, struct value item,
    struct value *v, struct err *e)
{
	const struct reading *rd = &p->rd;

	if (eval(rd->call, rd->vm, rd->call->op->fields->part[part],
	    field_part_word[part], &item, 1, v, rd->a, e) != 0)
		return -1;
	*v = value_open(*v, rd->a);
	return 0;
}

/* A text that is kept; "" where it is nil. */
static int
part_text(const struct page *p, enum field_part part, struct value item,
    struct str *to, struct err *e)
{
	struct value v;

	*to = STR("");
	if (part_of(p, part, item, &v, e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (v.type != V_TEXT)
		return wrong(p, part, v, e);
	*to = arena_str(&p->f->arena, value_str(v, p->rd.a));
	return 0;
}

static int
part_flag(const struct page *p, enum field_part part, struct value item,
    int *to, struct err *e)
{
	struct value v;

	if (part_of(p, part, item, &v, e) != 0)
		return -1;
	if (!value_nil(v) && v.type != V_BOOL)
		return wrong(p, part, v, e);
	*to = v.type == V_BOOL && v.u.i != 0;
	return 0;
}

/* A text of no more than 0 characters is one of which nothing is known. */
static int
part_length(const struct page *p, struct value item, struct str *to,
    struct err *e)
{
	struct value v;
	struct str s;

	*to = STR("");
	if (part_of(p, PART_LENGTH, item, &v, e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (v.type == V_TEXT || v.type == V_BOOL ||
	    eval_text(v, &s, p->rd.a) != 0)
		return wrong(p, PART_LENGTH, v, e);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return err_set(e, ERR_DATA, "field %.*s of the "
			    "catalogue: %.*s is no length", STR_ARG(p->at),
			    STR_ARG(s));
	if (s.n > 1 || s.p[0] != '0')
		*to = arena_str(&p->f->arena, s);
	return 0;
}

static int
part_options(const struct page *p, struct value item, struct str *to,
    struct err *e)
{
	struct buf b = { 0 };
	struct value v;

	*to = STR("");
	if (part_of(p, PART_OPTIONS, item, &v, e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (v.type != V_LIST)
		return wrong(p, PART_OPTIONS, v, e);
	for (uint32_t i = 0; i < v.n; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		value_write(&b, v.u.list[i]);
	}
	*to = arena_str(&p->f->arena, buf_str(&b));
	buf_fini(&b);
	return 0;
}

/* 1, 0 for a field that no mapping can use, -1. */
static int
part_type(const struct page *p, struct value item, enum field_type *to,
    struct err *e)
{
	struct str word;

	if (part_text(p, PART_TYPE, item, &word, e) != 0)
		return -1;
	if (word.n == 0)
		return 0;
	for (*to = 0; *to < FIELD_NTYPE; ++*to)
		if (str_eq(word, str_z(field_type_word[*to])))
			return 1;
	return err_set(e, ERR_DATA, "field %.*s of the catalogue: there is no "
	    "type `%.*s`", STR_ARG(p->at), STR_ARG(word));
}

static struct field *
more(struct fields *f)
{
	if (f->n == f->cap) {
		f->cap = f->cap * 2 + 64;
		f->list = realloc(f->list, f->cap * sizeof(*f->list));
		if (f->list == NULL)
			fatal("out of memory: %zu fields", f->cap);
	}
	return &f->list[f->n];
}

static int
read_item(struct page *p, struct value item, struct err *e)
{
	struct fields *f = p->f;
	struct field *x = more(f);
	int rv;

	p->at = arena_printf(p->rd.a, "%zu", f->n + 1);
	if (part_text(p, PART_NAME, item, &x->name, e) != 0)
		return -1;
	if (x->name.n == 0)
		return err_set(e, ERR_DATA, "field %.*s of the catalogue has "
		    "no name", STR_ARG(p->at));
	p->at = x->name;
	if ((rv = part_type(p, item, &x->type, e)) <= 0)
		return rv;
	if (table_get(&f->names, x->name) != NULL)
		return err_set(e, ERR_DATA, "the catalogue has field %.*s "
		    "twice", STR_ARG(x->name));
	if (f->n == FIELDS_MAX)
		return err_set(e, ERR_LIMIT, "the catalogue has more than %d "
		    "fields", FIELDS_MAX);
	if (part_text(p, PART_LABEL, item, &x->label, e) != 0 ||
	    part_options(p, item, &x->options, e) != 0 ||
	    part_length(p, item, &x->length, e) != 0 ||
	    part_flag(p, PART_READONLY, item, &x->readonly, e) != 0 ||
	    part_flag(p, PART_REQUIRED, item, &x->required, e) != 0 ||
	    part_flag(p, PART_UNIQUE, item, &x->unique, e) != 0)
		return -1;
	table_put(&f->names, x->name, f);
	f->n++;
	return 0;
}

/* ---- a page ---- */

/* 1 when there is another page, 0, or -1. */
static int
next_page(struct page *p, const struct value args[2], struct err *e)
{
	const struct reading *rd = &p->rd;
	struct fields *f = p->f;
	struct value v;
	struct str s;

	if (eval(rd->call, rd->vm, rd->call->op->feed->next, "next", args, 2,
	    &v, rd->a, e) != 0)
		return -1;
	if (value_nil(v))
		return 0;
	if (eval_text(v, &s, p->rd.a) != 0)
		return err_set(e, ERR_DATA, "`next` of the catalogue cannot "
		    "be %s", value_word(v));
	if (f->cursor.p != NULL && str_eq(f->cursor, s))
		return err_set(e, ERR_DATA, "the next page of the catalogue "
		    "is the same again");
	if (++f->pages == FIELDS_PAGES)
		return err_set(e, ERR_LIMIT, "the catalogue has more than %d "
		    "pages", FIELDS_PAGES);
	f->cursor = arena_str(&f->arena, s);
	return 1;
}

static int
read_page(struct page *p, struct err *e)
{
	const struct reading *rd = &p->rd;
	struct value args[2] = { rd->body, rd->headers }, list;

	if (eval(rd->call, rd->vm, rd->call->op->feed->items, "items", args, 2,
	    &list, rd->a, e) != 0)
		return -1;
	list = value_open(list, rd->a);
	if (list.type != V_LIST)
		return err_set(e, ERR_DATA, "`items` of the catalogue is %s, "
		    "not a list", value_word(list));
	for (uint32_t i = 0; i < list.n; i++)
		if (read_item(p, list.u.list[i], e) != 0)
			return -1;
	return next_page(p, args, e);
}

enum fields_step
fields_reply(struct fields *f, const struct connector_call *call,
    struct vm *vm, const struct http_done *rep, int64_t now_ms,
    struct connector_result *r, struct arena *a, struct err *e)
{
	struct page p = { .f = f, .rd = { .call = call, .vm = vm, .rep = rep,
		.now_ms = now_ms, .a = a } };
	int rv;

	reply_read(&p.rd, r);
	if (r->outcome != OUTCOME_OK && r->outcome != OUTCOME_PER_ITEM) {
		err_set(e, ERR_NET, "%.*s%s%.*s", STR_ARG(r->code),
		    r->code.n ? ": " : "", STR_ARG(r->text));
		return FIELDS_FAILED;
	}
	rv = read_page(&p, e);
	if (rv >= 0)
		return rv ? FIELDS_NEXT : FIELDS_END;
	r->outcome = OUTCOME_FAIL_CONFIG;
	return FIELDS_FAILED;
}

/* ---- the schema ---- */

static const struct {
	const char *type, *format;
} types[] = {
#define X(name, word, type, format) { type, format },
	FIELD_TYPES(X)
#undef X
};

static int
by_name(const void *x, const void *y)
{
	const struct field *const *a = x, *const *b = y;

	return str_cmp((*a)->name, (*b)->name);
}

/* What a text holds that stands for a value of a type of its own. */
static const char *
content(const struct field *x)
{
	return x->type == FIELD_INT || x->type == FIELD_DECIMAL ||
	    x->type == FIELD_BOOL ? types[x->type].type : NULL;
}

static void
put_type(struct buf *out, const struct field *x, int texts)
{
	const char *type = texts ? "string" : types[x->type].type;

	if (x->required)
		buf_printf(out, "\"type\":\"%s\"", type);
	else
		buf_printf(out, "\"type\":[\"%s\",\"null\"]", type);
	if (*types[x->type].format != '\0')
		buf_printf(out, ",\"format\":\"%s\"", types[x->type].format);
	if (texts && content(x) != NULL)
		buf_printf(out, ",\"contentMediaType\":\"application/json\","
		    "\"contentSchema\":{\"type\":\"%s\"}", content(x));
}

static void
put_options(struct buf *out, const struct field *x, int texts)
{
	if (x->options.n == 0)
		return;
	if (x->type == FIELD_LIST && !texts)
		buf_printf(out, ",\"items\":{\"enum\":[%.*s]}",
		    STR_ARG(x->options));
	else
		buf_printf(out, ",\"enum\":[%.*s%s]", STR_ARG(x->options),
		    x->required ? "" : ",null");
}

static void
put_field(struct buf *out, const struct field *x, int texts)
{
	buf_json(out, x->name);
	buf_puts(out, STR(":{"));
	if (x->label.n > 0) {
		buf_puts(out, STR("\"title\":"));
		buf_json(out, x->label);
		buf_putc(out, ',');
	}
	put_type(out, x, texts);
	put_options(out, x, texts);
	if (x->length.n > 0 && (texts || x->type == FIELD_TEXT))
		buf_printf(out, ",\"maxLength\":%.*s", STR_ARG(x->length));
	if (x->readonly)
		buf_puts(out, STR(",\"readOnly\":true"));
	if (x->unique)
		buf_puts(out, STR(",\"x-unique\":true"));
	buf_putc(out, '}');
}

static void
put_object(struct buf *out, const struct fields *f,
    const struct unit_fields *how)
{
	struct field **list = calloc(f->n + 1, sizeof(struct field *));
	size_t required = 0;

	if (list == NULL)
		fatal("out of memory: %zu fields", f->n);
	for (size_t i = 0; i < f->n; i++)
		list[i] = &f->list[i];
	qsort(list, f->n, sizeof(struct field *), by_name);
	buf_puts(out, STR("{\"type\":\"object\",\"properties\":{"));
	for (size_t i = 0; i < f->n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		put_field(out, list[i], how->texts);
	}
	buf_putc(out, '}');
	for (size_t i = 0; i < f->n; i++) {
		if (!list[i]->required)
			continue;
		buf_puts(out, required++ ? STR(",") : STR(",\"required\":["));
		buf_json(out, list[i]->name);
	}
	buf_puts(out, required ? STR("]}") : STR("}"));
	free(list);
}

void
fields_schema(const struct fields *f, const struct unit_fields *how,
    struct buf *out)
{
	for (uint32_t i = 0; i < how->nin; i++) {
		buf_puts(out, STR("{\"type\":\"object\",\"properties\":{"));
		buf_json(out, how->in[i]);
		buf_putc(out, ':');
	}
	put_object(out, f, how);
	for (uint32_t i = 0; i < how->nin; i++)
		buf_puts(out, STR("}}"));
}
