/*
 * The cost of checking a record at the door: a contact of about 1 KB against
 * a schema of the kind that stands in schemas/, on one core.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "record/scan.h"
#include "schema/schema.h"

static const char contact_schema[] =
"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
"\"type\":\"object\",\"required\":[\"id\",\"email\",\"updated_at\"],"
"\"additionalProperties\":false,\"properties\":{"
"\"id\":{\"type\":\"integer\",\"minimum\":1},"
"\"email\":{\"type\":\"string\",\"format\":\"email\",\"maxLength\":254},"
"\"first_name\":{\"type\":[\"string\",\"null\"],\"maxLength\":80},"
"\"last_name\":{\"type\":[\"string\",\"null\"],\"maxLength\":80},"
"\"phone\":{\"type\":[\"string\",\"null\"],\"maxLength\":40,"
"\"pattern\":\"^\\\\+?[0-9 ()./-]{3,}$\"},"
"\"mobile\":{\"type\":[\"string\",\"null\"],\"maxLength\":40},"
"\"stage\":{\"enum\":[\"lead\",\"prospect\",\"customer\",\"churned\"]},"
"\"annual_revenue\":{\"type\":[\"number\",\"null\"],\"minimum\":0,"
"\"multipleOf\":0.01},"
"\"employees\":{\"type\":[\"integer\",\"null\"],\"minimum\":0,"
"\"maximum\":10000000},"
"\"birth_date\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},"
"\"created_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
"\"updated_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
"\"consent\":{\"type\":\"boolean\"},"
"\"country\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{2}$\"},"
"\"language\":{\"type\":[\"string\",\"null\"],\"maxLength\":10},"
"\"account_id\":{\"type\":[\"integer\",\"null\"]},"
"\"website\":{\"type\":[\"string\",\"null\"],\"format\":\"uri\"},"
"\"address\":{\"$ref\":\"#/$defs/address\"},"
"\"emails\":{\"type\":\"array\",\"maxItems\":20,\"items\":{"
"\"type\":\"object\",\"required\":[\"address\"],\"properties\":{"
"\"address\":{\"type\":\"string\",\"maxLength\":254},"
"\"kind\":{\"enum\":[\"work\",\"home\",\"other\"]}}}},"
"\"tags\":{\"type\":\"array\",\"uniqueItems\":true,"
"\"items\":{\"type\":\"string\",\"maxLength\":40}},"
"\"custom\":{\"type\":\"object\",\"additionalProperties\":{"
"\"type\":[\"string\",\"number\",\"boolean\",\"null\"]}},"
"\"notes\":{\"type\":[\"string\",\"null\"],\"maxLength\":2000}},"
"\"$defs\":{\"address\":{\"type\":\"object\",\"properties\":{"
"\"street\":{\"type\":\"string\",\"maxLength\":120},"
"\"city\":{\"type\":\"string\",\"maxLength\":80},"
"\"postcode\":{\"type\":\"string\",\"maxLength\":20},"
"\"country\":{\"type\":\"string\"}}}}}";

static const char contact[] =
"{\"id\":918273,\"email\":\"annelie.sjoberg@example.com\","
"\"first_name\":\"Annelie\",\"last_name\":\"Sj\303\266berg-Lindstr\303\266m\","
"\"phone\":\"+46 8 123 45 67\",\"mobile\":\"+46 70 123 45 67\","
"\"stage\":\"customer\",\"annual_revenue\":46922.89,\"employees\":1250,"
"\"birth_date\":\"1984-02-29\",\"created_at\":\"2023-04-05T06:07:08.123Z\","
"\"updated_at\":\"2026-11-20T16:45:12.000+01:00\",\"consent\":true,"
"\"country\":\"SE\",\"language\":\"sv\",\"account_id\":5512,"
"\"website\":\"https://www.example.com/people/annelie?ref=crm\","
"\"address\":{\"street\":\"Drottninggatan 71 C\",\"city\":\"Stockholm\","
"\"postcode\":\"111 36\",\"country\":\"SE\"},"
"\"emails\":[{\"address\":\"annelie@example.com\",\"kind\":\"work\"},"
"{\"address\":\"annelie.private@example.org\",\"kind\":\"home\"}],"
"\"tags\":[\"newsletter\",\"vip\",\"conference-2026\"],"
"\"custom\":{\"tier\":\"gold\",\"nps\":9,\"segment\":\"enterprise\","
"\"renewal\":\"2027-03-31\",\"score\":0.875,\"beta\":false},"
"\"notes\":\"Met at the conference; asked for a quote on 250 seats and a "
"demo of the reporting module. Prefers to be called in the morning, before "
"ten. Follow up with the revised offer and the security questionnaire that "
"her colleague sent in October.\"}";

/* Of this process alone: others may share the machine. */
static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
print(void *arg, const struct schema_error *x)
{
	(void)arg;
	fprintf(stderr, "%.*s\n", STR_ARG(x->text));
}

static void
measure(const char *what, int assert_format)
{
	enum { ROUNDS = 7, N = 100000 };
	struct schema_set *set = schema_set_new();
	struct schema_run *run = schema_run_new();
	struct scan_names *names = scan_names_new();
	char *record = calloc(1, sizeof(contact) + RECORD_PAD);
	struct str json = { record, sizeof(contact) - 1 };
	int64_t best = INT64_MAX, scan = INT64_MAX, compile, t;
	const struct schema *schema;
	struct err e;

	memcpy(record, contact, sizeof(contact));
	if (assert_format)
		schema_assert_format(set);
	t = cpu_ns();
	if (schema_compile(set, str_from(contact_schema,
	    sizeof(contact_schema) - 1), (struct str){ 0 }, &schema, &e) != 0)
		fatal("%s", e.text);
	compile = cpu_ns() - t;
	for (int round = 0; round < ROUNDS; round++) {
		t = cpu_ns();
		for (int i = 0; i < N; i++)
			if (schema_check(schema, run, json, print, NULL,
			    &e) != 1)
				fatal("the contact does not match");
		t = cpu_ns() - t;
		best = t < best ? t : best;
		t = cpu_ns();
		for (int i = 0; i < N; i++)
			if (scan_check(json, names, &e) != 0)
				fatal("the contact is not JSON");
		t = cpu_ns() - t;
		scan = t < scan ? t : scan;
	}
	printf("schema: %s: %zu bytes, %" PRId64 " ns a record, %.0f "
	    "records/s (reading the JSON alone: %" PRId64 " ns); compile "
	    "%" PRId64 " us\n", what, json.n, best / N, 1e9 * N / (double)best,
	    scan / N, compile / 1000);
	scan_names_free(names);
	schema_run_free(run);
	schema_set_free(set);
	free(record);
}

int
main(void)
{
	measure("contact", 0);
	measure("contact, formats asserted", 1);
	return 0;
}
