/*
 * Contacts for figures: contacts N [SEED] writes N records of about 1 KB, a
 * line each, the same for the same seed.
 *
 * Names in several scripts, escapes, decimals, dates, nulls, empty texts and
 * custom fields, as a table of customers has them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

static uint64_t state;

/* xorshift64*, Vigna 2014. */
static uint32_t
next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)(state * 2685821657736338717u >> 32);
}

static uint32_t
below(uint32_t n)
{
	return (uint32_t)((uint64_t)next() * n >> 32);
}

#define PICK(list) (list)[below(COUNT(list))]

static const char *const first[] = { "Ann", "Jürgen", "Zoë", "Иван", "明",
	"Søren", "José", "Fatima", "Nguyễn", "O'Neil", "Mary Jane", "Łukasz" };
static const char *const last[] = { "Müller", "Smith", "García", "Петров",
	"王", "Ó Briain", "d'Arc", "Nowak", "Jansen", "Haddad", "Søby", "Lee" };
static const char *const country[] = { "DE", "AT", "FR", "US", "GB", "NL" };
static const char *const city[] = { "Berlin", " Wien", "Paris ", "Austin",
	"Leeds", "Utrecht" };
static const char *const language[] = { "de", "en", "es", "fr", "it", "pl" };
static const char *const stage[] = { "lead", "qualified", "customer",
	"churned" };
static const char *const title[] = { "CTO", "Head of \\\"Things\\\"",
	"Buyer", "", "Vice President, Sales & Marketing" };
static const char *const tags[] = { "[]", "[\"vip\"]",
	"[\"vip\",\"beta\"]", "[\"newsletter\",\"reseller\",\"eu\"]" };
static const char *const words[] = { "met", "at", "the", "fair", "in", "May;",
	"wants", "a", "quote", "for", "12", "seats", "\\\"soon\\\"", "called",
	"back", "twice", "prefers", "e-mail", "naïve", "über", "budget",
	"review\\n", "next", "quarter", "and", "then", "a", "pilot" };

/* A text, or null for one in eight. */
static void
maybe(const char *name, const char *text)
{
	if (below(8) == 0)
		printf("\"%s\":null,", name);
	else
		printf("\"%s\":\"%s\",", name, text);
}

static void
contact(unsigned i)
{
	char text[64];

	printf("{\"id\":\"c-%07u\",", i);
	printf("\"email\":\" Ann.%u@Example%u.COM\",", i, below(400));
	maybe("salutation", below(2) ? "Dear" : "Dr.");
	maybe("first_name", PICK(first));
	maybe("last_name", PICK(last));
	printf("\"company\":\"%s & Co\",", PICK(last));
	maybe("job_title", PICK(title));
	snprintf(text, sizeof(text), "https://www.example%u.com/", below(400));
	maybe("website", text);
	snprintf(text, sizeof(text), " +49 %u %u", 30 + below(900),
	    1000000 + below(8999999));
	maybe("phone", text);
	snprintf(text, sizeof(text), "+49 170 %u", 1000000 + below(8999999));
	maybe("mobile", text);
	printf("\"stage\":\"%s\",\"status\":\"active\",\"consent\":true,",
	    PICK(stage));
	snprintf(text, sizeof(text), "%04u-%02u-%02u", 1930 + below(75),
	    1 + below(12), 1 + below(28));
	maybe("birth_date", text);
	printf("\"annual_revenue\":%u.%u%u,\"employees\":%u,\"vip\":%s,",
	    below(10000000), below(10), 1 + below(9), below(5000),
	    below(4) ? "false" : "true");
	maybe("country", PICK(country));
	maybe("language", PICK(language));
	snprintf(text, sizeof(text), "Hauptstraße %u", 1 + below(200));
	printf("\"address\":{\"street\":\"%s\",\"city\":\"%s\","
	    "\"region\":null,\"postal\":\"%05u\"},", text, PICK(city),
	    below(100000));
	printf("\"tags\":%s,\"notes\":\"", PICK(tags));
	for (unsigned k = 56 + below(12); k > 0; k--)
		printf("%s%s", PICK(words), k > 1 ? " " : "");
	printf("\",\"custom\":{\"tier\":\"%s\",\"nps\":\"%u\","
	    "\"region\":\"%s\"},", below(2) ? "gold" : "silver", below(11),
	    below(2) ? "south" : "north");
	printf("\"created_at\":\"2024-%02u-%02uT08:%02u:00Z\","
	    "\"updated_at\":\"2026-%02u-%02uT17:%02u:31Z\"}\n",
	    1 + below(12), 1 + below(28), below(60), 1 + below(11),
	    1 + below(28), below(60));
}

int
main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	if (n == 0) {
		fputs("usage: contacts N [SEED]\n", stderr);
		return 2;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	state = state * 0x9e3779b97f4a7c15u + 1;
	for (unsigned long i = 0; i < n; i++)
		contact((unsigned)i);
	return fflush(stdout) == 0 ? 0 : 1;
}
