/*
 * Records from one run to the next: a line of JSON each, in order of id.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sandbox/sim.h"

static int
load_property(struct sim *s, const json_t *in, struct err *e)
{
	const char *name = json_string_value(json_object_get(in, "type"));
	struct sim_type *t = name == NULL ? NULL
	    : sim_store_type(&s->store, str_z(name));
	const json_t *def = json_object_get(in, "property");

	if (t == NULL)
		return err_set(e, ERR_DATA, "a type is missing");
	if (sim_type_prop(t, str_z(json_string_value(json_object_get(def,
	    "name")) ? json_string_value(json_object_get(def, "name"))
	    : "")) != NULL)
		return 0; /* declared in opts as well */
	return sim_declare(t, def, e) == NULL ? -1 : 0;
}

static int
load_record(struct sim *s, json_t *in, struct err *e)
{
	const char *name, *key;
	json_int_t id, created, updated;
	struct sim_record *rec;
	struct sim_type *t;
	json_t *props, *v;
	int archived;

	if (json_unpack(in, "{s:s, s:I, s:I, s:I, s:b, s:o}", "type", &name,
	    "id", &id, "created_us", &created, "updated_us", &updated,
	    "archived", &archived, "properties", &props) != 0)
		return err_set(e, ERR_DATA, "a member is missing");
	t = sim_store_type(&s->store, str_z(name));
	if (t == NULL ||
	    (uint64_t)id != SIM_FIRST_ID + (uint64_t)t->nrecords)
		return err_set(e, ERR_DATA, "id %lld is out of order",
		    (long long)id);
	rec = sim_record_new(t, created);
	json_object_foreach(props, key, v) {
		struct sim_prop *p = sim_type_prop(t, str_z(key));

		if (p == NULL || !json_is_string(v))
			return err_set(e, ERR_DATA,
			    "there is no property \"%s\"", key);
		sim_record_set(rec, p, str_from(json_string_value(v),
		    json_string_length(v)));
	}
	if (archived)
		sim_record_archive(t, rec, updated);
	rec->updated_us = updated;
	return 0;
}

int
sim_load(struct sim *s, const char *path, struct err *e)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0, number = 0;
	ssize_t n;
	int rc = 0;

	if (f == NULL && errno == ENOENT)
		return 0;
	if (f == NULL)
		return err_set(e, ERR_NOINPUT, "%s: %s", path,
		    strerror(errno));
	while (rc == 0 && (n = getline(&line, &cap, f)) > 0) {
		json_error_t je;
		json_t *in = json_loadb(line, (size_t)n, JSON_ALLOW_NUL,
		    &je);

		number++;
		if (in == NULL)
			rc = err_set(e, ERR_DATA, "%s", je.text);
		else if (json_object_get(in, "property") != NULL)
			rc = load_property(s, in, e);
		else
			rc = load_record(s, in, e);
		if (rc != 0)
			err_prefix(e, "%s: line %zu", path, number);
		json_decref(in);
	}
	free(line);
	fclose(f);
	return rc;
}

static void
put_props(struct buf *b, const struct sim_type *t)
{
	for (size_t i = 0; i < t->nslots; i++) {
		const struct sim_prop *p = t->slots[i];

		if (p->ours || p->gone)
			continue;
		buf_puts(b, STR("{\"type\":"));
		buf_json(b, t->name);
		buf_puts(b, STR(",\"property\":{\"name\":"));
		buf_json(b, p->name);
		buf_puts(b, STR(",\"label\":"));
		buf_json(b, p->label);
		buf_printf(b, ",\"type\":\"%s\",\"fieldType\":",
		    sim_kind_name(p->kind));
		buf_json(b, p->field_type);
		buf_puts(b, STR(",\"groupName\":"));
		buf_json(b, p->group);
		buf_printf(b, ",\"hasUniqueValue\":%s,\"options\":[",
		    p->unique ? "true" : "false");
		for (size_t k = 0; k < p->noptions; k++) {
			buf_puts(b, k ? STR(",{\"value\":")
			    : STR("{\"value\":"));
			buf_json(b, p->options[k].value);
			buf_puts(b, STR(",\"label\":"));
			buf_json(b, p->options[k].label);
			buf_putc(b, '}');
		}
		buf_puts(b, STR("]}}\n"));
	}
}

static void
put_record(struct buf *b, const struct sim_type *t,
    const struct sim_record *rec)
{
	const char *comma = "";

	buf_puts(b, STR("{\"type\":"));
	buf_json(b, t->name);
	buf_printf(b, ",\"id\":%llu,\"created_us\":%lld,\"updated_us\":%lld,"
	    "\"archived\":%s,\"properties\":{", (unsigned long long)rec->id,
	    (long long)rec->created_us, (long long)rec->updated_us,
	    rec->archived ? "true" : "false");
	for (size_t k = 0; k < rec->ncells; k++) {
		if (rec->cells[k].p == NULL || t->slots[k]->gone)
			continue;
		buf_puts(b, str_z(comma));
		comma = ",";
		buf_json(b, t->slots[k]->name);
		buf_putc(b, ':');
		buf_json(b, str_from(rec->cells[k].p, rec->cells[k].n));
	}
	buf_puts(b, STR("}}\n"));
}

/* Beside the old file first, so that a failure leaves the old one whole. */
int
sim_save(struct sim *s, const char *path, struct err *e)
{
	struct buf b = { 0 }, name = { 0 };
	struct table_entry *at = NULL;
	FILE *f;
	int bad = 0;

	buf_printf(&name, "%s.new", path);
	buf_putc(&name, '\0');
	f = fopen(name.p, "w");
	if (f == NULL) {
		err_set(e, ERR_SYSTEM, "%s: %s", name.p, strerror(errno));
		buf_fini(&name);
		return -1;
	}
	while ((at = table_next(&s->store.types, at)) != NULL) {
		const struct sim_type *t = at->value;

		put_props(&b, t);
		for (size_t i = 0; i < t->nrecords; i++) {
			put_record(&b, t, t->records[i]);
			if (b.n > 1 << 16) {
				bad |= fwrite(b.p, 1, b.n, f) != b.n;
				buf_reset(&b);
			}
		}
	}
	bad |= b.n > 0 && fwrite(b.p, 1, b.n, f) != b.n;
	bad |= fclose(f) != 0;
	if (bad || rename(name.p, path) != 0)
		bad = err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	buf_fini(&b);
	buf_fini(&name);
	return bad ? -1 : 0;
}
