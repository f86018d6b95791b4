/*
 * Once warm, a check allocates nothing (the linker sends what the library
 * asks of malloc through here, --wrap); and a schema is shared by threads.
 */
#include "config.h"

#include <criterion/criterion.h>
#include <pthread.h>

#include "tests/unit/schema.h"

static size_t asked;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *
__wrap_malloc(size_t n)
{
	__atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
	return __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	__atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	__atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
	return __real_realloc(p, n);
}

/* Every way in which a check keeps something on the side. */
static const char schema[] =
    "{\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"^x\\\\u00e9\","
    "\"maxLength\":40},\"n\":{\"enum\":[1,2.50,{\"k\":[null]}]},"
    "\"l\":{\"uniqueItems\":true,\"contains\":{\"const\":3}}},"
    "\"required\":[\"a\"],\"propertyNames\":{\"maxLength\":20},"
    "\"anyOf\":[{\"properties\":{\"b\":true}},{\"required\":[\"zz\"]}],"
    "\"patternProperties\":{\"^\\\\u00e9\":{\"minimum\":1}},"
    "\"unevaluatedProperties\":{\"type\":[\"array\",\"integer\"]}}";

static const char *const records[] = {
    "{\"a\":\"x\\u00e9 escaped\",\"n\":2.5,\"l\":[1,2,3,\"\\u0061\",\"b\"]}",
    "{\"a\":\"x\303\251\",\"n\":{\"k\":[null]},\"l\":[3,{\"a\":1},{\"a\":2}],"
    "\"b\":null,\"\\u00e9\":7,\"c\":[1,2,3],\"d\":4}",
};

static struct str
padded(const char *text)
{
	size_t n = strlen(text);
	char *p = calloc(1, n + RECORD_PAD);

	cr_assert_not_null(p);
	memcpy(p, text, n);
	return str_from(p, n);
}

Test(schema_steady, a_warm_check_allocates_nothing)
{
	struct bench b = bench_of(schema);
	struct str json[COUNT(records)];
	size_t before = 0;

	for (size_t i = 0; i < COUNT(records); i++)
		json[i] = padded(records[i]);
	for (int round = 0; round < 20; round++) {
		if (round == 2)
			before = asked;
		for (size_t i = 0; i < COUNT(records); i++)
			cr_assert_eq(schema_check(b.schema, b.run, json[i],
			    NULL, NULL, &b.e), 1, "%zu: %s", i, b.e.text);
	}
	cr_expect_gt(before, 0);
	cr_expect_eq(asked, before, "%zu allocations", asked - before);
	for (size_t i = 0; i < COUNT(records); i++)
		free((void *)json[i].p);
	bench_fini(&b);
}

static void *
check_many(void *arg)
{
	const struct schema *s = arg;
	struct schema_run *run = schema_run_new();
	struct str good = padded(records[1]), bad = padded("{\"n\":[3]}");
	size_t wrong = 0;
	struct err e;

	for (int i = 0; i < 2000; i++) {
		wrong += schema_check(s, run, good, NULL, NULL, &e) != 1;
		wrong += schema_check(s, run, bad, NULL, NULL, &e) != 0;
	}
	free((void *)good.p);
	free((void *)bad.p);
	schema_run_free(run);
	return (void *)wrong;
}

Test(schema_steady, threads_share_a_schema_and_a_set_goes_on)
{
	struct bench b = bench_of(schema);
	pthread_t threads[3];
	void *wrong;

	for (size_t i = 0; i < COUNT(threads); i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, check_many,
		    (void *)b.schema), 0);
	/* meanwhile the set compiles more */
	for (int i = 0; i < 50; i++)
		cr_assert_eq(bench_compile(&b, schema), 0, "%s", b.e.text);
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i], &wrong);
		cr_expect_null(wrong);
	}
	bench_fini(&b);
}
