/*
 * Writing one record.
 */
#include "sandbox/write.h"

static bool
parse_properties(struct sim_json *j, struct sim_item *it)
{
	struct sim_pair p;

	it->has_properties = true;
	if (!sim_json_object(j))
		return false;
	while (sim_json_key(j, &p.name)) {
		p.null = sim_json_peek(j) == 'n';
		p.prop = NULL;
		if (!sim_json_scalar(j, &p.value))
			return false;
		if (it->npairs == it->cap) {
			struct sim_pair *was = it->pairs;

			it->cap = it->cap ? it->cap * 2 : 32;
			it->pairs = arena_alloc(j->arena,
			    it->cap * sizeof(*it->pairs));
			if (it->npairs > 0)
				memcpy(it->pairs, was,
				    it->npairs * sizeof(*was));
		}
		it->pairs[it->npairs++] = p;
	}
	return j->bad == NULL;
}

bool
sim_item_parse(struct sim_json *j, struct sim_item *it)
{
	struct str key;
	bool ok = true;

	*it = (struct sim_item){ 0 };
	if (!sim_json_object(j))
		return false;
	while (ok && sim_json_key(j, &key)) {
		if (str_eq(key, STR("properties")))
			ok = parse_properties(j, it);
		else if (str_eq(key, STR("id")))
			ok = sim_json_scalar(j, &it->id);
		else if (str_eq(key, STR("idProperty")))
			ok = sim_json_string(j, &it->id_prop);
		else if (str_eq(key, STR("objectWriteTraceId")))
			ok = sim_json_string(j, &it->trace);
		else
			ok = sim_json_skip(j);
	}
	return j->bad == NULL;
}

static void
flaw(struct sim_request *q, struct sim_item *it, const char *code,
    struct str property, struct str message)
{
	if (it->why == NULL)
		it->why = arena_alloc(q->arena,
		    (it->npairs + SIM_REFUSALS + 2) * sizeof(*it->why));
	it->why[it->nwhy++] = (struct sim_why){ code, property, message };
	it->status = 400;
	it->category = "VALIDATION_ERROR";
}

/* "Property values were not valid: [{…}]", as HubSpot words it. */
static void
flaws_message(struct sim_request *q, struct sim_item *it)
{
	struct buf b = { 0 };

	buf_puts(&b, STR("Property values were not valid: ["));
	for (size_t i = 0; i < it->nwhy; i++) {
		buf_puts(&b, i ? STR(",{\"isValid\":false,\"message\":")
		    : STR("{\"isValid\":false,\"message\":"));
		buf_json(&b, it->why[i].message);
		buf_printf(&b, ",\"error\":\"%s\",\"name\":",
		    it->why[i].code);
		buf_json(&b, it->why[i].property);
		buf_putc(&b, '}');
	}
	buf_putc(&b, ']');
	it->message = arena_str(q->arena, buf_str(&b));
	buf_fini(&b);
}

static void
check_values(struct sim *s, struct sim_request *q, struct sim_item *it)
{
	uint64_t mark = ++s->store.writes;
	struct sim_flaw f;

	for (size_t i = 0; i < it->npairs; i++) {
		struct sim_pair *p = &it->pairs[i];

		p->prop = sim_type_prop(q->type, p->name);
		if (p->prop == NULL)
			flaw(q, it, "PROPERTY_DOESNT_EXIST", p->name,
			    arena_printf(q->arena, "Property \"%.*s\" does "
			    "not exist", STR_ARG(p->name)));
		else if (p->prop->mark == mark)
			flaw(q, it, "DUPLICATE_PROPERTY", p->name,
			    arena_printf(q->arena, "Property %.*s is there "
			    "twice", STR_ARG(p->name)));
		else if (p->null)
			flaw(q, it, "NULL_VALUE", p->name, arena_printf(
			    q->arena, "null is no value for property %.*s; "
			    "clear it with \"\"", STR_ARG(p->name)));
		else if (!sim_value(&s->store, p->prop, p->value, q->arena,
		    &p->value, &f))
			flaw(q, it, f.code, p->name, f.message);
		if (p->prop != NULL)
			p->prop->mark = mark;
	}
	for (size_t i = 0; i < it->npairs && it->nwhy == 0; i++)
		for (size_t k = 0; k < q->plan.refusals; k++)
			if (str_eq(it->pairs[i].name,
			    q->plan.refuse[k].property) &&
			    str_eq(it->pairs[i].value,
			    q->plan.refuse[k].value))
				flaw(q, it, "REFUSED", it->pairs[i].name,
				    q->plan.refuse[k].message.n > 0 ?
				    q->plan.refuse[k].message :
				    STR("the value was refused"));
	if (it->nwhy > 0)
		flaws_message(q, it);
}

static void
not_found(struct sim_request *q, struct sim_item *it)
{
	it->status = 404;
	it->category = "OBJECT_NOT_FOUND";
	it->not_found = true;
	it->message = arena_printf(q->arena, "Could not get some %s objects, "
	    "they may be deleted or not exist. Check that ids are valid.",
	    q->type->noun);
}

/* The record that an update or upsert means; as sim_item_prepare. */
static int
find(struct sim *s, struct sim_request *q, enum sim_op op,
    struct sim_item *it, struct sim_reply *r)
{
	struct sim_prop *p;
	struct sim_flaw f;

	if (it->id_prop.n == 0) {
		it->record = sim_type_record(q->type, it->id);
		if (it->record == NULL || it->record->archived) {
			not_found(q, it);
			return 0;
		}
		return 1;
	}
	p = sim_type_prop(q->type, it->id_prop);
	if (p == NULL || !p->unique) {
		sim_error(r, 400, "VALIDATION_ERROR", "Unable to perform "
		    "update/upsert by non-unique %s property %.*s",
		    q->type->type_id, STR_ARG(it->id_prop));
		return -1;
	}
	if (!sim_value(&s->store, p, it->id, q->arena, &it->id, &f)) {
		flaw(q, it, f.code, p->name, f.message);
		flaws_message(q, it);
		return 0;
	}
	it->record = sim_prop_find(p, it->id);
	if (it->record == NULL && op == SIM_UPDATE) {
		not_found(q, it);
		return 0;
	}
	return 1;
}

/* An upsert that creates also writes its key. */
static void
add_key(struct sim_request *q, struct sim_item *it)
{
	struct sim_prop *p = sim_type_prop(q->type, it->id_prop);
	struct sim_pair *pairs;

	for (size_t i = 0; i < it->npairs; i++)
		if (it->pairs[i].prop == p)
			return;
	pairs = arena_alloc(q->arena, (it->npairs + 1) * sizeof(*pairs));
	if (it->npairs > 0)
		memcpy(pairs, it->pairs, it->npairs * sizeof(*pairs));
	pairs[it->npairs] = (struct sim_pair){ p->name, it->id, false, p };
	it->pairs = pairs;
	it->npairs++;
}

static struct str
claim_key(struct arena *a, const struct sim_pair *p)
{
	size_t n = sizeof(void *) + p->value.n;
	char *key = arena_alloc(a, n);

	memcpy(key, &p->prop, sizeof(void *));
	memcpy(key + sizeof(void *), p->value.p, p->value.n);
	return str_from(key, n);
}

static void
check_unique(struct sim_request *q, struct sim_item *it,
    struct sim_claims *claims)
{
	for (size_t i = 0; i < it->npairs; i++) {
		struct sim_pair *p = &it->pairs[i];
		struct sim_record *holder;
		struct sim_item *other;

		if (!p->prop->unique || p->value.n == 0)
			continue;
		holder = sim_prop_find(p->prop, p->value);
		other = table_get(&claims->table, claim_key(q->arena, p));
		if ((holder == NULL || holder == it->record) && other == NULL)
			continue;
		flaw(q, it, "CONFLICTING_UNIQUE_VALUE", p->name,
		    p->prop->email && holder != NULL ?
		    arena_printf(q->arena, "Contact already exists. Existing "
		    "ID: %llu", (unsigned long long)holder->id) :
		    arena_printf(q->arena, "Cannot set %.*s: %s already has "
		    "that value", STR_ARG(p->name), holder != NULL ?
		    arena_printf(q->arena, "%llu",
		    (unsigned long long)holder->id).p : "another input"));
		it->status = 409;
		it->category = "CONFLICT";
		it->message = it->why[it->nwhy - 1].message;
		q->counts.conflicts++;
		return;
	}
	for (size_t i = 0; i < it->npairs; i++)
		if (it->pairs[i].prop->unique && it->pairs[i].value.n > 0)
			table_put(&claims->table,
			    claim_key(q->arena, &it->pairs[i]), it);
}

int
sim_item_prepare(struct sim *s, struct sim_request *q, enum sim_op op,
    struct sim_item *it, struct sim_claims *claims, struct sim_reply *r)
{
	int rc = op == SIM_CREATE ? 1 : find(s, q, op, it, r);

	if (rc <= 0)
		return rc;
	check_values(s, q, it);
	if (it->status == 0 && op == SIM_UPSERT && it->record == NULL)
		add_key(q, it);
	if (it->status == 0)
		check_unique(q, it, claims);
	return it->status == 0;
}

void
sim_item_apply(struct sim_request *q, struct sim_item *it)
{
	int changed = 0;

	if (it->record == NULL) {
		it->record = sim_record_new(q->type, q->now_us);
		it->created = true;
	}
	for (size_t i = 0; i < it->npairs; i++)
		changed += sim_record_set(it->record, it->pairs[i].prop,
		    it->pairs[i].value);
	q->counts.property_writes += it->npairs;
	if (it->created)
		q->counts.creates++;
	else if (changed > 0)
		q->counts.updates++;
	else
		q->counts.noops++;
	if (changed > 0)
		it->record->updated_us = q->now_us;
}

static void
put_head(struct buf *b, const struct sim_record *rec)
{
	char text[32];

	buf_puts(b, STR("{\"id\":\""));
	buf_puts(b, sim_decimal(rec->id, text));
	buf_puts(b, STR("\",\"properties\":{"));
}

static void
put_times(struct buf *b, const struct sim_record *rec)
{
	char text[32];

	buf_puts(b, STR(",\"createdAt\":\""));
	buf_puts(b, sim_instant(rec->created_us / 1000, true, text));
	buf_puts(b, STR("\",\"updatedAt\":\""));
	buf_puts(b, sim_instant(rec->updated_us / 1000, true, text));
	buf_puts(b, rec->archived ? STR("\",\"archived\":true")
	    : STR("\",\"archived\":false"));
}

static void
put_member(struct buf *b, const struct sim_record *rec,
    const struct sim_prop *p)
{
	char text[32];
	struct str v = sim_record_text(rec, p, text);

	buf_json(b, p->name);
	buf_putc(b, ':');
	if (v.p == NULL)
		buf_puts(b, STR("null"));
	else
		buf_json(b, v);
}

/* Every reply to a write has these, asked for or not. */
static void
put_computed(struct buf *b, const struct sim_type *t,
    const struct sim_record *rec, bool first)
{
	for (size_t i = 0; i < t->nslots; i++) {
		if (!t->slots[i]->computed)
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		put_member(b, rec, t->slots[i]);
	}
}

void
sim_put_record(struct buf *b, const struct sim_type *t,
    const struct sim_record *rec, const struct sim_view *v)
{
	const struct sim_prop *p;
	bool first = true;

	put_head(b, rec);
	for (size_t i = 0; i < v->n; i++) {
		p = sim_type_prop(t, v->names[i]);
		if (p == NULL || p->computed)
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		put_member(b, rec, p);
	}
	put_computed(b, t, rec, first);
	buf_putc(b, '}');
	put_times(b, rec);
	buf_putc(b, '}');
}

/* What is shown when nothing is asked for. */
struct sim_view
sim_default_view(const struct sim_type *t)
{
	static const struct str contact[] = { { "email", 5 },
		{ "firstname", 9 }, { "lastname", 8 } };
	static const struct str company[] = { { "domain", 6 }, { "name", 4 } };
	static const struct str deal[] = { { "amount", 6 },
		{ "closedate", 9 }, { "dealname", 8 }, { "dealstage", 9 },
		{ "pipeline", 8 } };

	if (str_eq(t->name, STR("contacts")))
		return (struct sim_view){ contact, COUNT(contact) };
	if (str_eq(t->name, STR("companies")))
		return (struct sim_view){ company, COUNT(company) };
	if (str_eq(t->name, STR("deals")))
		return (struct sim_view){ deal, COUNT(deal) };
	return (struct sim_view){ NULL, 0 };
}

void
sim_item_put(struct buf *b, const struct sim_request *q, enum sim_op op,
    const struct sim_item *it, bool batch)
{
	put_head(b, it->record);
	for (size_t i = 0; i < it->npairs; i++) {
		if (i > 0)
			buf_putc(b, ',');
		put_member(b, it->record, it->pairs[i].prop);
	}
	put_computed(b, q->type, it->record, it->npairs == 0);
	buf_putc(b, '}');
	put_times(b, it->record);
	if (batch && op == SIM_UPSERT)
		buf_puts(b, it->created ? STR(",\"new\":true")
		    : STR(",\"new\":false"));
	if (batch && it->trace.n > 0 && !q->plan.no_trace) {
		buf_puts(b, STR(",\"objectWriteTraceId\":"));
		buf_json(b, it->trace);
	}
	buf_putc(b, '}');
}

static void
put_why(struct buf *b, const struct sim_item *it)
{
	if (it->nwhy == 0)
		return;
	buf_puts(b, STR(",\"errors\":["));
	for (size_t i = 0; i < it->nwhy; i++) {
		buf_puts(b, i ? STR(",{\"message\":") : STR("{\"message\":"));
		buf_json(b, it->why[i].message);
		buf_printf(b, ",\"code\":\"%s\",\"context\":"
		    "{\"propertyName\":[", it->why[i].code);
		buf_json(b, it->why[i].property);
		buf_puts(b, STR("]}}"));
	}
	buf_putc(b, ']');
}

void
sim_item_put_error(struct buf *b, const struct sim_request *q,
    const struct sim_item *it)
{
	bool trace = it->trace.n > 0 && !q->plan.no_trace;

	buf_printf(b, "{\"status\":\"error\",\"category\":\"%s\","
	    "\"message\":", it->category);
	buf_json(b, it->message);
	buf_puts(b, STR(",\"context\":{"));
	if (it->not_found) {
		buf_puts(b, STR("\"ids\":["));
		buf_json(b, it->id);
		buf_puts(b, trace ? STR("],") : STR("]"));
	}
	if (trace) {
		buf_puts(b, STR("\"objectWriteTraceId\":["));
		buf_json(b, it->trace);
		buf_putc(b, ']');
	}
	buf_putc(b, '}');
	put_why(b, it);
	buf_putc(b, '}');
}

void
sim_item_refuse(struct sim_reply *r, const struct sim_item *it)
{
	sim_error(r, it->status, it->category, "%.*s", STR_ARG(it->message));
	r->body.n--; /* the closing brace */
	put_why(&r->body, it);
	buf_putc(&r->body, '}');
}
