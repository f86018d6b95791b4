/*
 * Fault rules.
 */
#include "sandbox/fault.h"

#include <jansson.h>

struct sim_rule {
	struct str method, path; /* n 0: any; path is a prefix */
	uint64_t every, skip, count;
	double probability; /* < 0: not asked */
	uint64_t random;
	uint64_t seen, fired;
	enum sim_fault fault;
	int status, retry_after, ms;
	bool html;
	struct str property, value, message;
};

static const char *const fault_names[] = {
	"",
#define X(name, text) text,
	SIM_FAULTS(X)
#undef X
};

/* The members a rule may have; anything else is an error. */
static const struct member {
	const char *name;
	json_type type; /* JSON_REAL takes integers too */
	int64_t min, max;
} members[] = {
	{ "fault", JSON_STRING, 0, 0 },
	{ "method", JSON_STRING, 0, 0 },
	{ "path", JSON_STRING, 0, 0 },
	{ "every", JSON_INTEGER, 1, INT32_MAX },
	{ "skip", JSON_INTEGER, 0, INT32_MAX },
	{ "count", JSON_INTEGER, 1, INT32_MAX },
	{ "probability", JSON_REAL, 0, 1 },
	{ "seed", JSON_INTEGER, 0, INT32_MAX },
	{ "status", JSON_INTEGER, 200, 599 },
	{ "retry_after", JSON_INTEGER, 0, 86400 },
	{ "html", JSON_TRUE, 0, 0 },
	{ "ms", JSON_INTEGER, 0, 3600000 },
	{ "property", JSON_STRING, 0, 0 },
	{ "value", JSON_STRING, 0, 0 },
	{ "message", JSON_STRING, 0, 0 },
};

static int
check_member(const char *key, const json_t *v, struct err *e)
{
	const struct member *m = NULL;

	for (size_t i = 0; i < COUNT(members); i++)
		if (strcmp(members[i].name, key) == 0)
			m = &members[i];
	if (m == NULL)
		return err_set(e, ERR_DATA, "there is no member \"%s\"", key);
	if (m->type == JSON_TRUE && json_is_boolean(v))
		return 0;
	if (m->type == JSON_STRING && json_is_string(v))
		return 0;
	if (m->type == JSON_REAL && json_is_number(v) &&
	    json_number_value(v) >= 0 && json_number_value(v) <= 1)
		return 0;
	if (m->type == JSON_INTEGER && json_is_integer(v) &&
	    json_integer_value(v) >= m->min && json_integer_value(v) <= m->max)
		return 0;
	if (m->type == JSON_INTEGER)
		return err_set(e, ERR_DATA, "\"%s\" is a whole number from "
		    "%lld to %lld", key, (long long)m->min, (long long)m->max);
	return err_set(e, ERR_DATA, "\"%s\" is %s", key,
	    m->type == JSON_STRING ? "a string" : m->type == JSON_TRUE ?
	    "true or false" : "a number from 0 to 1");
}

static struct str
text(struct arena *a, const json_t *rule, const char *key)
{
	const json_t *v = json_object_get(rule, key);

	return v == NULL ? str_from("", 0) : arena_str(a,
	    str_from(json_string_value(v), json_string_length(v)));
}

static int64_t
integer(const json_t *rule, const char *key, int64_t none)
{
	const json_t *v = json_object_get(rule, key);

	return v == NULL ? none : json_integer_value(v);
}

static int
read_rule(struct arena *a, json_t *in, struct sim_rule *r, struct err *e)
{
	const char *key, *name;
	json_t *v;

	if (!json_is_object(in))
		return err_set(e, ERR_DATA, "a rule is an object");
	json_object_foreach(in, key, v) {
		if (check_member(key, v, e) != 0)
			return -1;
	}
	name = json_string_value(json_object_get(in, "fault"));
	for (size_t i = 1; name != NULL && i < COUNT(fault_names); i++)
		if (strcmp(fault_names[i], name) == 0)
			r->fault = (enum sim_fault)i;
	if (r->fault == SIM_FAULT_NONE)
		return err_set(e, ERR_DATA, "there is no fault \"%s\"",
		    name ? name : "");
	r->method = text(a, in, "method");
	r->path = text(a, in, "path");
	r->every = (uint64_t)integer(in, "every", 1);
	r->skip = (uint64_t)integer(in, "skip", 0);
	r->count = (uint64_t)integer(in, "count", 0);
	r->random = (uint64_t)integer(in, "seed", 1);
	v = json_object_get(in, "probability");
	r->probability = v == NULL ? -1 : json_number_value(v);
	r->status = (int)integer(in, "status", 0);
	r->retry_after = (int)integer(in, "retry_after", -1);
	r->ms = (int)integer(in, "ms", 0);
	r->html = json_is_true(json_object_get(in, "html"));
	r->property = text(a, in, "property");
	r->value = text(a, in, "value");
	r->message = text(a, in, "message");
	if (r->fault == SIM_FAULT_STATUS && r->status == 0)
		return err_set(e, ERR_DATA, "\"status\" is missing");
	if (r->fault == SIM_FAULT_SLOW && r->ms == 0)
		return err_set(e, ERR_DATA, "\"ms\" is missing");
	if (r->fault == SIM_FAULT_REFUSE && r->property.n == 0)
		return err_set(e, ERR_DATA, "\"property\" is missing");
	return 0;
}

int
sim_faults_set(struct sim_faults *f, struct str json, struct err *e)
{
	struct sim_faults new = { 0 };
	json_error_t je;
	json_t *list = json_loadb(json.p, json.n, 0, &je);
	size_t refusals = 0;
	int rc = 0;

	if (!json_is_array(list)) {
		json_decref(list);
		return err_set(e, ERR_DATA, "faults: %s", list == NULL ?
		    je.text : "a list of rules is expected");
	}
	new.n = json_array_size(list);
	new.rules = arena_array(&new.arena, new.n + 1, sizeof(*new.rules));
	for (size_t i = 0; i < new.n && rc == 0; i++) {
		rc = read_rule(&new.arena, json_array_get(list, i),
		    &new.rules[i], e);
		if (rc != 0)
			err_prefix(e, "fault rule %zu", i + 1);
		refusals += new.rules[i].fault == SIM_FAULT_REFUSE;
	}
	if (rc == 0 && refusals > SIM_REFUSALS)
		rc = err_set(e, ERR_LIMIT, "faults: at most %d rules refuse",
		    SIM_REFUSALS);
	json_decref(list);
	if (rc != 0) {
		sim_faults_fini(&new);
		return -1;
	}
	sim_faults_fini(f);
	*f = new;
	return 0;
}

void
sim_faults_fini(struct sim_faults *f)
{
	arena_fini(&f->arena);
	*f = (struct sim_faults){ 0 };
}

/* splitmix64 (S. Vigna): the same seed gives the same run. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool
matches(const struct sim_rule *r, const char *method, struct str path)
{
	if (r->method.n > 0 && !str_eq(r->method, str_z(method)))
		return false;
	return path.n >= r->path.n &&
	    memcmp(path.p, r->path.p, r->path.n) == 0;
}

/* Count one request; does the rule fire? */
static bool
fires(struct sim_rule *r)
{
	uint64_t at = r->seen++;

	if (at < r->skip || (r->count > 0 && r->fired >= r->count))
		return false;
	if ((at - r->skip) % r->every != r->every - 1)
		return false;
	if (r->probability >= 0 && (double)(next_random(&r->random) >> 11) /
	    9007199254740992.0 >= r->probability)
		return false;
	r->fired++;
	return true;
}

static void
put_in(struct sim_plan *plan, struct sim_rule *r, struct arena *a)
{
	switch (r->fault) {
	case SIM_FAULT_SLOW:
		plan->ms = r->ms;
		break;
	case SIM_FAULT_GZIP:
		plan->gzip = true;
		break;
	case SIM_FAULT_CHUNKED:
		plan->chunked = true;
		break;
	case SIM_FAULT_CLOSE:
		plan->close = true;
		break;
	case SIM_FAULT_SHUFFLE:
		plan->shuffle = true;
		plan->seed = next_random(&r->random);
		break;
	case SIM_FAULT_NO_TRACE:
		plan->no_trace = true;
		break;
	case SIM_FAULT_NO_HEADERS:
		plan->no_headers = true;
		break;
	case SIM_FAULT_REFUSE:
		plan->refuse[plan->refusals].property =
		    arena_str(a, r->property);
		plan->refuse[plan->refusals].value = arena_str(a, r->value);
		plan->refuse[plan->refusals].message =
		    arena_str(a, r->message);
		plan->refusals++;
		break;
	default:
		if (plan->end != SIM_FAULT_NONE)
			break;
		plan->end = r->fault;
		plan->status = r->status;
		plan->retry_after = r->retry_after;
		plan->html = r->html;
		if (r->ms > 0)
			plan->ms = r->ms;
	}
}

void
sim_faults_plan(struct sim_faults *f, const char *method, struct str path,
    struct arena *a, struct sim_plan *plan)
{
	*plan = (struct sim_plan){ .retry_after = -1 };
	for (size_t i = 0; i < f->n; i++)
		if (matches(&f->rules[i], method, path) && fires(&f->rules[i]))
			put_in(plan, &f->rules[i], a);
}
