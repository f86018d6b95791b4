/*
 * Property catalogues: what HubSpot has from the beginning, and what is
 * declared at start or at run time.
 */
#include <ctype.h>

#include "sandbox/sim.h"

/*
 * For a type of its own name, or for every type where that is NULL.
 * Options are value or value=label, between semicolons.
 */
static const struct builtin {
	const char *type, *name, *label;
	enum sim_kind kind;
	const char *options;
} builtins[] = {
	{ NULL, "hs_object_id", "Record ID", SIM_NUMBER, NULL },
	{ NULL, "createdate", "Create Date", SIM_DATETIME, NULL },
	{ NULL, "hubspot_owner_id", "Owner", SIM_STRING, NULL },

	{ "contacts", "lastmodifieddate", "Last Modified Date", SIM_DATETIME,
	    NULL },
	{ "contacts", "email", "Email", SIM_STRING, NULL },
	{ "contacts", "firstname", "First Name", SIM_STRING, NULL },
	{ "contacts", "lastname", "Last Name", SIM_STRING, NULL },
	{ "contacts", "salutation", "Salutation", SIM_STRING, NULL },
	{ "contacts", "phone", "Phone Number", SIM_STRING, NULL },
	{ "contacts", "mobilephone", "Mobile Phone Number", SIM_STRING, NULL },
	{ "contacts", "fax", "Fax Number", SIM_STRING, NULL },
	{ "contacts", "company", "Company Name", SIM_STRING, NULL },
	{ "contacts", "jobtitle", "Job Title", SIM_STRING, NULL },
	{ "contacts", "website", "Website URL", SIM_STRING, NULL },
	{ "contacts", "address", "Street Address", SIM_STRING, NULL },
	{ "contacts", "city", "City", SIM_STRING, NULL },
	{ "contacts", "state", "State/Region", SIM_STRING, NULL },
	{ "contacts", "zip", "Postal Code", SIM_STRING, NULL },
	{ "contacts", "country", "Country/Region", SIM_STRING, NULL },
	{ "contacts", "industry", "Industry", SIM_STRING, NULL },
	{ "contacts", "message", "Message", SIM_STRING, NULL },
	{ "contacts", "numemployees", "Number of Employees", SIM_STRING,
	    NULL },
	{ "contacts", "annualrevenue", "Annual Revenue", SIM_STRING, NULL },
	{ "contacts", "date_of_birth", "Date of birth", SIM_STRING, NULL },
	{ "contacts", "lifecyclestage", "Lifecycle Stage", SIM_ENUM,
	    "subscriber;lead;marketingqualifiedlead;salesqualifiedlead;"
	    "opportunity;customer;evangelist;other" },
	{ "contacts", "hs_lead_status", "Lead Status", SIM_ENUM,
	    "NEW;OPEN;IN_PROGRESS;OPEN_DEAL;UNQUALIFIED;"
	    "ATTEMPTED_TO_CONTACT;CONNECTED;BAD_TIMING" },
	{ "contacts", "hs_language", "Preferred language", SIM_ENUM,
	    "ar;cs;da;de;en;es;fi;fr;he;hi;it;ja;ko;nb;nl;pl;pt;ru;sv;tr;uk;"
	    "zh-cn;zh-tw" },

	{ "companies", "name", "Company name", SIM_STRING, NULL },
	{ "companies", "domain", "Company Domain Name", SIM_STRING, NULL },
	{ "companies", "phone", "Phone Number", SIM_STRING, NULL },
	{ "companies", "website", "Website URL", SIM_STRING, NULL },
	{ "companies", "description", "Description", SIM_STRING, NULL },
	{ "companies", "address", "Street Address", SIM_STRING, NULL },
	{ "companies", "address2", "Street Address 2", SIM_STRING, NULL },
	{ "companies", "city", "City", SIM_STRING, NULL },
	{ "companies", "state", "State/Region", SIM_STRING, NULL },
	{ "companies", "zip", "Postal Code", SIM_STRING, NULL },
	{ "companies", "country", "Country/Region", SIM_STRING, NULL },
	{ "companies", "timezone", "Time Zone", SIM_STRING, NULL },
	{ "companies", "founded_year", "Year Founded", SIM_STRING, NULL },
	{ "companies", "numberofemployees", "Number of Employees", SIM_NUMBER,
	    NULL },
	{ "companies", "annualrevenue", "Annual Revenue", SIM_NUMBER, NULL },
	{ "companies", "is_public", "Is Public", SIM_BOOL, NULL },
	{ "companies", "lifecyclestage", "Lifecycle Stage", SIM_ENUM,
	    "subscriber;lead;marketingqualifiedlead;salesqualifiedlead;"
	    "opportunity;customer;evangelist;other" },
	{ "companies", "type", "Type", SIM_ENUM,
	    "PROSPECT;PARTNER;RESELLER;VENDOR;OTHER" },
	{ "companies", "industry", "Industry", SIM_ENUM,
	    "ACCOUNTING;AUTOMOTIVE;BANKING;BIOTECHNOLOGY;CHEMICALS;"
	    "COMPUTER_SOFTWARE;CONSTRUCTION;CONSUMER_GOODS;"
	    "EDUCATION_MANAGEMENT;FINANCIAL_SERVICES;HOSPITAL_HEALTH_CARE;"
	    "INFORMATION_TECHNOLOGY_AND_SERVICES;INSURANCE;INTERNET;"
	    "LAW_PRACTICE;MACHINERY;MANAGEMENT_CONSULTING;REAL_ESTATE;RETAIL;"
	    "TELECOMMUNICATIONS;TRANSPORTATION_TRUCKING_RAILROAD;UTILITIES;"
	    "WHOLESALE" },

	{ "deals", "dealname", "Deal Name", SIM_STRING, NULL },
	{ "deals", "amount", "Amount", SIM_NUMBER, NULL },
	{ "deals", "closedate", "Close Date", SIM_DATETIME, NULL },
	{ "deals", "description", "Deal Description", SIM_STRING, NULL },
	{ "deals", "deal_currency_code", "Currency", SIM_ENUM,
	    "AUD;BRL;CAD;CHF;CNY;CZK;DKK;EUR;GBP;HUF;INR;JPY;KRW;MXN;NOK;"
	    "NZD;PLN;SEK;SGD;TRY;UAH;USD;ZAR" },
	{ "deals", "hs_priority", "Priority", SIM_ENUM, "low;medium;high" },
	{ "deals", "pipeline", "Pipeline", SIM_ENUM, "default" },
	{ "deals", "dealtype", "Deal Type", SIM_ENUM,
	    "newbusiness;existingbusiness" },
	{ "deals", "dealstage", "Deal Stage", SIM_ENUM,
	    "appointmentscheduled;qualifiedtobuy;presentationscheduled;"
	    "decisionmakerboughtin;contractsent;closedwon;closedlost" },
};

static const struct {
	const char *name, *field_type;
} kinds[] = {
#define X(name, text, field) { text, field },
	SIM_KINDS(X)
#undef X
};

const char *
sim_kind_name(enum sim_kind kind)
{
	return kinds[kind].name;
}

static void
split_options(struct sim_type *t, struct sim_prop *p, const char *list)
{
	size_t n = 1, k = 0;

	for (const char *c = list; *c != '\0'; c++)
		n += *c == ';';
	p->options = arena_array(&t->arena, n, sizeof(*p->options));
	for (;; list++) {
		const char *end = strchr(list, ';');
		size_t len = end ? (size_t)(end - list) : strlen(list);

		p->options[k].value = p->options[k].label =
		    str_from(list, len);
		k++;
		if (end == NULL)
			break;
		list = end;
	}
	p->noptions = n;
}

static void
builtin(struct sim_type *t, const struct builtin *b)
{
	struct sim_prop *p = sim_prop_new(t, str_z(b->name), b->kind);

	p->label = str_z(b->label);
	p->field_type = str_z(kinds[b->kind].field_type);
	p->group = arena_printf(&t->arena, "%.*sinformation",
	    STR_ARG(t->name));
	p->ours = true;
	if (b->options != NULL)
		split_options(t, p, b->options);
	if (str_eq(p->name, STR("email")))
		p->email = p->unique = true;
	if (str_eq(p->name, STR("hs_object_id")) ||
	    str_eq(p->name, STR("createdate")) ||
	    str_eq(p->name, STR("lastmodifieddate")) ||
	    str_eq(p->name, STR("hs_lastmodifieddate")))
		p->computed = p->read_only = true;
}

void
sim_catalogue(struct sim_type *t)
{
	static const struct builtin modified = { NULL, "hs_lastmodifieddate",
		"Last Modified Date", SIM_DATETIME, NULL };

	for (size_t i = 0; i < COUNT(builtins); i++)
		if (builtins[i].type == NULL ||
		    str_eq(t->name, str_z(builtins[i].type)))
			builtin(t, &builtins[i]);
	if (!str_eq(t->name, STR("contacts")))
		builtin(t, &modified);
}

static struct str
field(struct arena *a, const json_t *def, const char *key)
{
	const json_t *v = json_object_get(def, key);

	if (!json_is_string(v))
		return str_from("", 0);
	return arena_str(a, str_from(json_string_value(v),
	    json_string_length(v)));
}

static int
declare_options(struct sim_type *t, struct sim_prop *p, const json_t *list,
    struct err *e)
{
	const json_t *item;
	size_t i;

	p->noptions = json_array_size(list);
	p->options = arena_array(&t->arena, p->noptions + 1,
	    sizeof(*p->options));
	json_array_foreach((json_t *)list, i, item) {
		struct sim_option *o = &p->options[i];

		o->value = json_is_string(item) ? arena_str(&t->arena,
		    str_from(json_string_value(item),
		    json_string_length(item)))
		    : field(&t->arena, item, "value");
		o->label = field(&t->arena, item, "label");
		if (o->label.n == 0)
			o->label = o->value;
		if (o->value.n == 0)
			return err_set(e, ERR_DATA, "property %.*s: option %zu "
			    "has no value", STR_ARG(p->name), i + 1);
	}
	return 0;
}

struct sim_prop *
sim_declare(struct sim_type *t, const json_t *def, struct err *e)
{
	struct str name = field(&t->arena, def, "name");
	struct str type = field(&t->arena, def, "type");
	struct sim_prop *p;
	size_t k;

	if (name.n == 0 || name.n > 100) {
		err_set(e, ERR_DATA, "a property needs a name of at most 100 "
		    "characters");
		return NULL;
	}
	for (size_t i = 0; i < name.n; i++)
		if (!islower((unsigned char)name.p[i]) && name.p[i] != '_' &&
		    !isdigit((unsigned char)name.p[i])) {
			err_set(e, ERR_DATA, "property %.*s: a name has "
			    "lowercase letters, digits and underscores",
			    STR_ARG(name));
			return NULL;
		}
	for (k = 0; k < COUNT(kinds); k++)
		if (str_eq(type, str_z(kinds[k].name)))
			break;
	if (k == COUNT(kinds)) {
		err_set(e, ERR_DATA, "property %.*s: there is no type \"%.*s\"",
		    STR_ARG(name), STR_ARG(type));
		return NULL;
	}
	if (sim_type_prop(t, name) != NULL) {
		err_set(e, ERR_BUSY, "A property named '%.*s' already exists.",
		    STR_ARG(name));
		return NULL;
	}
	p = sim_prop_new(t, name, (enum sim_kind)k);
	p->field_type = field(&t->arena, def, "fieldType");
	if (p->field_type.n == 0)
		p->field_type = str_z(kinds[k].field_type);
	p->label = field(&t->arena, def, "label");
	if (p->label.n == 0)
		p->label = name;
	p->group = field(&t->arena, def, "groupName");
	p->unique = json_is_true(json_object_get(def, "hasUniqueValue"));
	p->multi = str_eq(p->field_type, STR("checkbox"));
	if (declare_options(t, p, json_object_get(def, "options"), e) != 0) {
		table_del(&t->props, p->name);
		p->gone = true;
		return NULL;
	}
	return p;
}

static void
put_property(struct buf *b, const struct sim_prop *p)
{
	buf_puts(b, STR("{\"name\":"));
	buf_json(b, p->name);
	buf_puts(b, STR(",\"label\":"));
	buf_json(b, p->label);
	buf_printf(b, ",\"type\":\"%s\",\"fieldType\":", kinds[p->kind].name);
	buf_json(b, p->field_type);
	buf_puts(b, STR(",\"description\":\"\",\"groupName\":"));
	buf_json(b, p->group);
	buf_puts(b, STR(",\"options\":["));
	for (size_t i = 0; i < p->noptions; i++) {
		buf_puts(b, i ? STR(",{\"label\":") : STR("{\"label\":"));
		buf_json(b, p->options[i].label);
		buf_puts(b, STR(",\"value\":"));
		buf_json(b, p->options[i].value);
		buf_printf(b, ",\"displayOrder\":%zu,\"hidden\":false}", i);
	}
	buf_printf(b, "],\"displayOrder\":-1,\"calculated\":%s,"
	    "\"externalOptions\":false,\"hasUniqueValue\":%s,"
	    "\"hidden\":false,\"hubspotDefined\":%s,"
	    "\"modificationMetadata\":{\"archivable\":%s,"
	    "\"readOnlyDefinition\":%s,\"readOnlyValue\":%s},"
	    "\"formField\":%s,\"archived\":%s}",
	    p->computed ? "true" : "false", p->unique ? "true" : "false",
	    p->ours ? "true" : "false", p->ours ? "false" : "true",
	    p->ours ? "true" : "false", p->read_only ? "true" : "false",
	    p->read_only ? "false" : "true", p->gone ? "true" : "false");
}

static void
create_property(struct sim_request *q, struct sim_reply *r)
{
	static const char *const needed[] = { "name", "label", "type",
		"fieldType", "groupName" };
	struct err e = { 0 };
	struct sim_prop *p;
	json_error_t je;
	json_t *def = json_loadb(q->body.p, q->body.n, 0, &je);

	if (def == NULL) {
		sim_error(r, 400, "VALIDATION_ERROR", "Invalid input JSON on "
		    "line %d, column %d: %s", je.line, je.column, je.text);
		return;
	}
	for (size_t i = 0; i < COUNT(needed); i++)
		if (!json_is_string(json_object_get(def, needed[i]))) {
			sim_error(r, 400, "VALIDATION_ERROR", "Invalid input "
			    "JSON: some required fields were not set: [%s]",
			    needed[i]);
			json_decref(def);
			return;
		}
	p = sim_declare(q->type, def, &e);
	json_decref(def);
	if (p == NULL) {
		sim_error(r, e.code == ERR_BUSY ? 409 : 400,
		    e.code == ERR_BUSY ? "OBJECT_ALREADY_EXISTS"
		    : "VALIDATION_ERROR", "%s", e.text);
		return;
	}
	r->status = 201;
	put_property(&r->body, p);
}

/* GET a list or one, POST a new one, DELETE one; with the lock taken. */
static void
properties(struct sim_request *q, struct sim_reply *r, struct str name)
{
	struct sim_prop *p = name.n ? sim_type_prop(q->type, name) : NULL;
	bool first = true;

	if (name.n == 0 && strcmp(q->method, "POST") == 0) {
		create_property(q, r);
	} else if (name.n == 0 && strcmp(q->method, "GET") == 0) {
		r->status = 200;
		buf_puts(&r->body, STR("{\"results\":["));
		for (size_t i = 0; i < q->type->nslots; i++) {
			if (q->type->slots[i]->gone)
				continue;
			if (!first)
				buf_putc(&r->body, ',');
			first = false;
			put_property(&r->body, q->type->slots[i]);
		}
		buf_puts(&r->body, STR("]}"));
	} else if (name.n > 0 && p == NULL) {
		sim_error(r, 404, "OBJECT_NOT_FOUND",
		    "Property %.*s does not exist", STR_ARG(name));
	} else if (p != NULL && strcmp(q->method, "GET") == 0) {
		r->status = 200;
		put_property(&r->body, p);
	} else if (p != NULL && strcmp(q->method, "DELETE") == 0) {
		if (p->ours) {
			sim_error(r, 400, "VALIDATION_ERROR", "Property %.*s "
			    "is HubSpot's own and cannot be archived",
			    STR_ARG(name));
			return;
		}
		table_del(&q->type->props, p->name);
		p->gone = true;
		r->status = 204;
	} else {
		sim_error(r, 405, NULL, "Method %s is not allowed", q->method);
	}
}

void
sim_properties(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct str name)
{
	pthread_mutex_lock(&s->lock);
	properties(q, r, name);
	pthread_mutex_unlock(&s->lock);
}
