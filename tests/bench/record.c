/*
 * How long the record path takes for a contact of about 1 KB: 25 fields
 * mapped, 10 passed over.
 *
 * Each line is the best of many rounds over 1,000 different records (what is
 * more is other work of the machine), with the median behind it: "steady"
 * records have all fields in one order, as a table gives them; "sparse" ones
 * lack a quarter of the fields each; "shuffled" ones have no order at all.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "record/layout.h"
#include "record/scan.h"
#include "record/shape.h"

enum { RECORDS = 1000, FIELDS = 35, MAPPED = 25, ROUNDS = 400 };

static uint64_t seed = 20261123;

static uint64_t
draw(uint64_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1du >> 33) % n;
}

static const char *const given[] = { "Anna", "Jürgen", "Maximilian", "Li",
	"Siobhán", "João", "Wei", "Oluwaseun", "Katarzyna", "Андрей", "愛子",
	"Mary-Jane", "Tom", "Elisabeth", "Noor", "Ed" };
static const char *const family[] = { "Smith", "Müller", "O'Connor",
	"Ng", "Fernández de la Cruz", "Nowak", "Okonkwo-Williams", "Иванова",
	"Tanaka", "van der Berg", "Li", "Johansson", "Brown", "Garcia" };
static const char *const words[] = { "interested", "in", "the", "annual",
	"plan", "call", "back", "after", "quarter", "end", "via", "partner",
	"webinar", "renewal", "pilot", "of", "two", "teams" };

#define ONE(a) a[draw(COUNT(a))]

static void
sentence(struct buf *b, size_t n, const char *end)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%s", i ? " " : "", ONE(words));
	buf_printf(b, "%s\"", end);
}

/* Field number i with its value; the first MAPPED of them are mapped. */
static void
put_field(struct buf *b, int i)
{
	static const struct {
		const char *name;
		char kind; /* what the value looks like */
	} fields[FIELDS] = {
	    { "id", 'u' }, { "email", 'e' }, { "given_name", 'g' },
	    { "family_name", 'f' }, { "phone", 'p' }, { "mobile", 'p' },
	    { "company", 'w' }, { "job_title", 'w' }, { "language", 'c' },
	    { "created_at", 't' }, { "updated_at", 't' },
	    { "lifecycle_stage", 'w' }, { "owner_id", 'i' },
	    { "revenue", 'd' }, { "discount", 'd' }, { "score", 'i' },
	    { "is_customer", 'b' }, { "opted_out", 'b' }, { "notes", 'l' },
	    { "website", 'h' }, { "birthday", 't' }, { "tags", 'a' },
	    { "address", 'o' }, { "source", 'w' }, { "segment", 'c' },
	    { "row_version", 'i' }, { "etl_batch", 'u' }, { "checksum", 'u' },
	    { "last_login", 't' }, { "legacy_code", 'c' }, { "flags", 'a' },
	    { "internal_note", 'w' }, { "region", 'c' }, { "margin", 'd' },
	    { "preferences", 'r' },
	};
	unsigned a = (unsigned)draw(1u << 30), c = (unsigned)draw(1u << 30);

	buf_printf(b, "\"%s\":", fields[i].name);
	switch (fields[i].kind) {
	case 'u':
		buf_printf(b, "\"%08x-%04x-%08x\"", a, c & 0xffff, c);
		break;
	case 'e':
		buf_printf(b, "\"user%u.%u@example-%u.com\"", a % 977,
		    c % 99991, a % 13);
		break;
	case 'g':
		buf_printf(b, "\"%s\"", ONE(given));
		break;
	case 'f':
		buf_printf(b, "\"%s\"", ONE(family));
		break;
	case 'p':
		if (a % 5 == 0)
			buf_puts(b, STR("null"));
		else
			buf_printf(b, "\"+49 %u %u\"", a % 900 + 100,
			    c % 9000000);
		break;
	case 'w':
		sentence(b, a % 3 + 1, "");
		break;
	case 'c':
		buf_printf(b, "\"%c%c\"", 'a' + a % 26, 'a' + c % 26);
		break;
	case 't':
		buf_printf(b, "\"20%02u-%02u-%02uT%02u:%02u:%02uZ\"", a % 27,
		    c % 12 + 1, a % 28 + 1, c % 24, a % 60, c % 60);
		break;
	case 'i':
		buf_printf(b, "%u", a >> c % 30);
		break;
	case 'd':
		buf_printf(b, "%u.%02u", a % 100000, c % 100);
		break;
	case 'b':
		buf_puts(b, a % 3 ? STR("false") : STR("true"));
		break;
	case 'l':
		sentence(b, a % 16, a % 4 ? "" : "\\nsecond line");
		break;
	case 'h':
		buf_printf(b, "\"https://www.example-%u.com/\"", a % 999);
		break;
	case 'a':
		buf_printf(b, "[\"%s\",\"%s\"]", ONE(words), ONE(words));
		break;
	case 'o':
		buf_printf(b, "{\"street\":\"%u %s street\",\"city\":\"%s\","
		    "\"zip\":\"%05u\",\"country\":\"DE\"}", a % 300,
		    ONE(words), ONE(family), c % 100000);
		break;
	default:
		buf_printf(b, "{\"mail\":%s,\"hours\":[%u,%u]}",
		    a % 2 ? "true" : "false", a % 12, c % 12 + 12);
	}
}

enum how { STEADY, SPARSE, SHUFFLED };

/* RECORDS records with their pads, one behind the other. */
static void
generate(struct buf *b, enum how how, size_t at[RECORDS + 1])
{
	int order[FIELDS];

	for (int r = 0; r < RECORDS; r++) {
		at[r] = b->n;
		for (int i = 0; i < FIELDS; i++) /* unmapped ones in between */
			order[i] = i * 12 % FIELDS;
		for (int i = FIELDS - 1; how == SHUFFLED && i > 0; i--) {
			int k = (int)draw((uint64_t)i + 1), t = order[i];

			order[i] = order[k];
			order[k] = t;
		}
		for (int i = 0; i < FIELDS; i++) {
			if (how == SPARSE && i > 0 && draw(4) == 0)
				continue;
			buf_putc(b, i ? ',' : '{');
			put_field(b, order[i]);
		}
		buf_putc(b, '}');
		memset(buf_room(b, RECORD_PAD), 0, RECORD_PAD);
		b->n += RECORD_PAD;
	}
	at[RECORDS] = b->n;
}

static struct layout *
contact(struct arena *a)
{
	static const char *const flat[] = { "id", "email", "given_name",
		"family_name", "phone", "mobile", "company", "job_title",
		"language", "created_at", "updated_at", "lifecycle_stage",
		"owner_id", "revenue", "discount", "score", "is_customer",
		"opted_out", "notes", "website", "tags" };
	static const char *const inner[] = { "street", "city", "zip",
		"country" };
	struct layout *l = layout_new(a, MAPPED);
	size_t slot = 0;

	for (size_t i = 0; i < COUNT(flat); i++) {
		struct str path[] = { str_z(flat[i]) };

		layout_add(l, path, 1, slot++, CMP_EXACT, 0);
	}
	for (size_t i = 0; i < COUNT(inner); i++) {
		struct str path[] = { STR("address"), str_z(inner[i]) };

		layout_add(l, path, 2, slot++, CMP_EXACT, 0);
	}
	layout_seal(l);
	return l;
}

static int64_t times[ROUNDS];

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
report(const char *what, const char *how, size_t bytes)
{
	double ns;

	qsort(times, ROUNDS, sizeof(*times), by_time);
	ns = (double)times[0] / RECORDS;
	printf("%-9s %-13s %7.0f ns/record %9.0f records/s %6.0f MB/s "
	    "(median %.0f ns)\n", how, what, ns, 1e9 / ns,
	    (double)bytes / RECORDS / ns * 1e3,
	    (double)times[ROUNDS / 2] / RECORDS);
}

static void
measure(enum how how, const char *name)
{
	static size_t at[RECORDS + 1];
	struct arena a = { 0 }, batch = { 0 };
	struct layout *l = contact(&a);
	struct shape *sh = layout_shape(l, &a);
	struct reader *r = reader_new();
	struct scan_names *names = scan_names_new();
	struct value *slots = arena_array(&a, RECORDS * MAPPED,
	    sizeof(*slots));
	struct value *old = arena_array(&a, RECORDS * MAPPED, sizeof(*old));
	struct buf in = { 0 }, out = { 0 };
	size_t bytes, sum = 0;
	struct err e;

#define EACH(i) for (size_t i = 0; i < RECORDS; i++)
#define TEXT(i) str_from(in.p + at[i], at[(i) + 1] - at[i] - RECORD_PAD)
#define TIME(what, ...)                                                   \
	do {                                                              \
		for (int round = 0; round < ROUNDS; round++) {            \
			int64_t start = clock_mono_ns();                  \
			__VA_ARGS__                                       \
			times[round] = clock_mono_ns() - start;           \
			arena_reset(&batch);                              \
		}                                                         \
		report(what, name, bytes);                                \
	} while (0)

	generate(&in, how, at);
	bytes = in.n - RECORDS * RECORD_PAD;
	if (how == STEADY)
		printf("%zu bytes a record\n", bytes / RECORDS);
	TIME("scan_check", EACH(i) {
		if (scan_check(TEXT(i), names, &e) != 0)
			fatal("record %zu: %s", i, e.text);
	});
	TIME("reader_read", EACH(i) {
		if (reader_read(r, sh, TEXT(i), slots + i * MAPPED, &batch,
		    &e) != 0)
			fatal("record %zu: %s", i, e.text);
	});
	TIME("layout_write", EACH(i) {
		buf_reset(&out);
		layout_write(&out, l, slots + i * MAPPED, STR(""));
		sum += out.n;
	});
	memcpy(old, slots, RECORDS * MAPPED * sizeof(*slots));
	TIME("diff, same", EACH(i) {
		buf_reset(&out);
		sum += layout_diff(&out, l, slots + i * MAPPED,
		    old + i * MAPPED, STR(""), NULL, &batch);
	});
	EACH(i) {
		old[i * MAPPED + i % 20] = value_int((int64_t)i);
		old[i * MAPPED + i % 7 + 9] = value_int((int64_t)i);
	}
	TIME("diff, 2 of 25", EACH(i) {
		buf_reset(&out);
		sum += layout_diff(&out, l, slots + i * MAPPED,
		    old + i * MAPPED, STR(""), NULL, &batch);
	});
	TIME("canon", EACH(i) {
		buf_reset(&out);
		layout_canon(&out, l, slots + i * MAPPED, &batch);
		sum += out.n;
	});
	if (sum == 0)
		fatal("nothing was written");
	scan_names_free(names);
	reader_free(r);
	buf_fini(&in);
	buf_fini(&out);
	arena_fini(&batch);
	arena_fini(&a);
}

int
main(void)
{
	measure(STEADY, "steady");
	measure(SPARSE, "sparse");
	measure(SHUFFLED, "shuffled");
	return 0;
}
