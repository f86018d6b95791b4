/*
 * crosswalk lookup: the tables of a tenant that mappings look values up in.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/known.h"
#include "cli/session.h"
#include "record/scan.h"
#include "store/lookup.h"

/* Rows a statement; a table may have any number. */
#define LOAD_ROWS 10000

/* As JSON where it is a scalar, else a text without its quotes. */
static int
read_value(struct session *s, const char *given, struct str *json,
    struct err *e)
{
	struct str text = str_z(given);
	char *p = arena_zalloc(&s->arena, text.n + RECORD_PAD);
	struct scan_names *names = scan_names_new();
	struct buf b = { 0 };
	struct scan scan;
	struct value v;
	int is_json;

	memcpy(p, text.p, text.n);
	*json = str_from(p, text.n);
	scan_init(&scan, *json, names);
	is_json = scan_value(&scan, &v, NULL) == 0 &&
	    scan_end(&scan, NULL) == 0;
	scan_names_free(names);
	if (is_json && (v.type == V_NULL || v.type == V_RAW))
		return err_set(e, ERR_USAGE, "a value is a text, a number or "
		    "a bool, not %s", v.type == V_NULL ? "null; drop the row" :
		    "a list or record");
	if (is_json)
		return 0;
	buf_json(&b, text);
	*json = arena_str(&s->arena, buf_str(&b));
	buf_fini(&b);
	return 0;
}

int
cmd_lookup_set(struct session *s, const struct args *a, struct err *e)
{
	struct lookup_row row = { .table = str_z(a->rest[0]),
		.key = str_z(a->rest[1]) };
	int32_t tenant;

	if (row.table.n == 0)
		return err_set(e, ERR_USAGE, "a table has a name");
	if (read_value(s, a->rest[2], &row.value, e) != 0 ||
	    session_tenant(s, &tenant, e) != 0)
		return -1;
	return lookup_put(s->db, tenant, &row, 1, e);
}

int
cmd_lookup_get(struct session *s, const struct args *a, struct err *e)
{
	struct asked ask = { .table = str_z(a->rest[0]),
		.key = str_z(a->rest[1]) };

	if (session_tenant(s, &ask.of, e) != 0 ||
	    lookups_fetch(s->db, &s->arena, &ask, 1, e) != 0)
		return -1;
	if (ask.found.p != NULL)
		buf_printf(&s->out, "%.*s\n", STR_ARG(ask.found));
	else
		s->status = say(1, "table `%s` has nothing for `%s`",
		    a->rest[0], a->rest[1]);
	return 0;
}

static int
list_tables(struct session *s, int32_t tenant, struct err *e)
{
	static const char *const columns[] = { "table", "rows", NULL };
	struct lookup_table *tables;
	struct sheet sheet;
	size_t n;

	if (lookup_tables(s->db, &s->arena, tenant, &tables, &n, e) != 0)
		return -1;
	sheet_init(&sheet, columns);
	for (size_t i = 0; i < n; i++) {
		sheet_text(&sheet, tables[i].name);
		sheet_int(&sheet, tables[i].rows);
	}
	session_sheet(s, &sheet);
	return 0;
}

int
cmd_lookup_list(struct session *s, const struct args *a, struct err *e)
{
	static const char *const columns[] = { "key", "value", NULL };
	struct lookup_row *rows;
	struct sheet sheet;
	int32_t tenant;
	size_t n;

	if (session_tenant(s, &tenant, e) != 0)
		return -1;
	if (a->nrest == 0)
		return list_tables(s, tenant, e);
	if (lookup_list(s->db, &s->arena, tenant, str_z(a->rest[0]), &rows,
	    &n, e) != 0)
		return -1;
	sheet_init(&sheet, columns);
	for (size_t i = 0; i < n; i++) {
		sheet_text(&sheet, rows[i].key);
		sheet_json(&sheet, rows[i].value);
	}
	session_sheet(s, &sheet);
	return 0;
}

static int
by_table(const void *x, const void *y)
{
	const struct lookup_row *a = x, *b = y;
	int order = str_cmp(a->table, b->table);

	return order ? order : str_cmp(a->key, b->key);
}

/* The rows of all tables of a file, in order. */
static struct lookup_row *
rows_of(struct session *s, const struct known *k, size_t *n)
{
	const struct table *t = &k->lookups.table;
	struct lookup_row *rows = arena_array(&s->arena, t->live,
	    sizeof(*rows));

	*n = 0;
	for (struct table_entry *i = table_next(t, NULL); i != NULL;
	    i = table_next(t, i)) {
		enum lookup_kind kind;
		struct lookup_row *r = &rows[*n];
		struct buf b = { 0 };

		lookup_id_parts(i->key, &kind, &r->table, &r->key);
		if (kind != LOOKUP_TABLE)
			continue;
		value_write(&b, *(const struct value *)i->value);
		r->value = arena_str(&s->arena, buf_str(&b));
		buf_fini(&b);
		(*n)++;
	}
	qsort(rows, *n, sizeof(*rows), by_table);
	return rows;
}

int
cmd_lookup_load(struct session *s, const struct args *a, struct err *e)
{
	struct lookup_row *rows;
	struct known known;
	int32_t tenant;
	int rv = -1;
	size_t n;

	if (known_read(&known, a->rest[0], e) != 0 ||
	    session_tenant(s, &tenant, e) != 0)
		goto out;
	rows = rows_of(s, &known, &n);
	rv = args_get(a, 'r') != NULL ?
	    lookup_replace(s->db, tenant, rows, n, e) : 0;
	for (size_t i = 0; rv == 0 && args_get(a, 'r') == NULL && i < n;
	    i += LOAD_ROWS)
		rv = lookup_put(s->db, tenant, rows + i,
		    n - i < LOAD_ROWS ? n - i : LOAD_ROWS, e);
	if (rv == 0)
		buf_printf(&s->out, "%zu row%s\n", n, n == 1 ? "" : "s");
out:
	known_fini(&known);
	return rv;
}

int
cmd_lookup_drop(struct session *s, const struct args *a, struct err *e)
{
	struct str key = a->nrest > 1 ? str_z(a->rest[1]) :
	    (struct str){ 0 };
	int32_t tenant;
	int64_t n;

	if (session_tenant(s, &tenant, e) != 0 ||
	    lookup_drop(s->db, tenant, str_z(a->rest[0]), key, &n, e) != 0)
		return -1;
	if (n == 0)
		s->status = say(1, "table `%s` has no%s row", a->rest[0],
		    key.p ? " such" : "");
	else if (key.p == NULL)
		buf_printf(&s->out, "%lld row%s\n", (long long)n,
		    n == 1 ? "" : "s");
	return 0;
}
