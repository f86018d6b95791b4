/*
 * Runs a fuzzer, which is a file with LLVMFuzzerTestOneInput, where libFuzzer
 * is not at hand.
 *
 *   fuzzer [-seed S] [SECONDS] [FILE|FOLDER ...]
 *
 * Runs each file; without one, those of the fuzzer's own corpus, corpus/NAME
 * beside this file, NAME up to a dash (what follows it tells builds of one
 * fuzzer apart).  With SECONDS it then mutates them for that long.
 *
 * Code built with -fsanitize-coverage=trace-pc guides the mutation: an input
 * that reaches something new joins the corpus in memory.  When the process
 * dies, the input that killed it is left in ./crash-NAME; an input that takes
 * longer than TOO_LONG seconds counts as one that kills.
 *
 * A fuzzer may define fuzz_words, texts that are put into inputs, and
 * fuzz_folders, below tests/, whose files are inputs as well; NULL ends both.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LONGEST ((size_t)1 << 21) /* bytes of an input read from a file */
#define MUTANT ((size_t)4096)     /* bytes of a mutated one */
#define KEPT 20000                /* inputs of the corpus in memory */
#define TOO_LONG 10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const char *const fuzz_words[] __attribute__((weak));
extern const char *const fuzz_folders[] __attribute__((weak));
void __sanitizer_set_death_callback(void (*fn)(void)) __attribute__((weak));
void __sanitizer_cov_trace_pc(void);

struct input {
	uint8_t *p;
	size_t n;
};

static struct input corpus[KEPT];
static size_t ncorpus;
static struct input now; /* what the fuzzer is running */
static char crash_file[300];
static uint64_t seed = 1;

/* Edges taken by the input that runs, and by any so far, by hash. */
static uint8_t taken[1 << 16], known[1 << 16];
static uint16_t edges[1 << 16]; /* those taken, in order */
static size_t nedges;
static uintptr_t before;

void
__sanitizer_cov_trace_pc(void)
{
	uintptr_t pc = (uintptr_t)__builtin_return_address(0);
	uintptr_t mix = (pc ^ before) * 0x9e3779b97f4a7c15u;

	before = pc >> 1;
	if (!taken[mix >> 48]) {
		taken[mix >> 48] = 1;
		edges[nedges++] = (uint16_t)(mix >> 48);
	}
}

static uint64_t
draw(uint64_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1du >> 20) % n;
}

static void
die(const char *what, const char *name)
{
	fprintf(stderr, "%s: %s: %s\n", what, name, strerror(errno));
	exit(2);
}

/* Only calls that are safe in a signal handler. */
static void
leave_crash(void)
{
	static const char text[] = "the input that did it is in ";
	int fd = open(crash_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, now.p, now.n) != (ssize_t)now.n)
		return;
	close(fd);
	if (write(2, text, sizeof(text) - 1) < 0 ||
	    write(2, crash_file, strlen(crash_file)) < 0 ||
	    write(2, "\n", 1) < 0)
		return;
}

static void
on_signal(int sig)
{
	leave_crash();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Run one input from memory of exactly its size; 1 when it reached news. */
static int
run(struct input in)
{
	int news = 0;

	now.p = malloc(in.n + (in.n == 0));
	if (now.p == NULL)
		die("malloc", "input");
	memcpy(now.p, in.p, in.n);
	now.n = in.n;
	before = 0;
	alarm(TOO_LONG);
	LLVMFuzzerTestOneInput(now.p, now.n);
	alarm(0);
	for (; nedges > 0; nedges--) {
		news |= !known[edges[nedges - 1]];
		known[edges[nedges - 1]] = 1;
		taken[edges[nedges - 1]] = 0;
	}
	free(now.p);
	now = (struct input){ NULL, 0 };
	return news;
}

static void
keep(struct input in)
{
	uint8_t *p;

	if (ncorpus == KEPT)
		return;
	p = malloc(in.n + (in.n == 0));
	if (p == NULL)
		die("malloc", "corpus");
	memcpy(p, in.p, in.n);
	corpus[ncorpus++] = (struct input){ p, in.n };
}

static void
run_file(const char *name)
{
	static uint8_t text[LONGEST];
	FILE *f = fopen(name, "rb");
	struct input in = { text, 0 };

	if (f == NULL)
		die("open", name);
	in.n = fread(text, 1, sizeof(text), f);
	if (ferror(f))
		die("read", name);
	fclose(f);
	run(in);
	keep(in);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of names, so that a run with the same seed is the same. */
static void
run_path(const char *path)
{
	char *names[10000];
	size_t n = 0;
	struct dirent *d;
	struct stat st;
	DIR *dir;

	if (stat(path, &st) != 0)
		die("stat", path);
	if (!S_ISDIR(st.st_mode)) {
		run_file(path);
		return;
	}
	dir = opendir(path);
	if (dir == NULL)
		die("open", path);
	while ((d = readdir(dir)) != NULL) {
		size_t size = strlen(path) + strlen(d->d_name) + 2;

		if (d->d_name[0] == '.')
			continue;
		if (n == sizeof(names) / sizeof(names[0]))
			die("too many files", path);
		names[n] = malloc(size);
		if (names[n] == NULL)
			die("malloc", path);
		snprintf(names[n++], size, "%s/%s", path, d->d_name);
	}
	closedir(dir);
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		run_path(names[i]); /* a folder in it as well */
		free(names[i]);
	}
}

/* Put n bytes of p in the place of out bytes at at. */
static void
replace(struct input *in, size_t at, size_t out, const void *p, size_t n)
{
	uint8_t copy[MUTANT];

	if (in->n - out + n > MUTANT)
		return;
	memcpy(copy, p, n); /* p may lie within the input */
	memmove(in->p + at + n, in->p + at + out, in->n - at - out);
	memcpy(in->p + at, copy, n);
	in->n += n - out;
}

static void
mutate(struct input *in)
{
	size_t at = draw(in->n + 1), n = draw(in->n - at + 1), words = 0;
	struct input other = corpus[draw(ncorpus)];
	size_t from = draw(other.n + 1), many;
	uint8_t byte = (uint8_t)draw(256);

	if (n > 16 && draw(4) != 0)
		n = draw(16);
	while (fuzz_words != NULL && fuzz_words[words] != NULL)
		words++;
	switch (draw(9)) {
	case 0: /* a bit */
		if (at < in->n)
			in->p[at] ^= (uint8_t)(1 << draw(8));
		break;
	case 1: /* a byte */
		if (at < in->n)
			in->p[at] = byte;
		break;
	case 2: /* one more byte */
		replace(in, at, 0, &byte, 1);
		break;
	case 3: /* less */
		replace(in, at, n, "", 0);
		break;
	case 4: /* a stretch twice */
		replace(in, at, 0, in->p + at, n);
		break;
	case 5: /* a stretch elsewhere */
		replace(in, draw(in->n + 1), 0, in->p + at, n);
		break;
	case 6: /* a stretch of another input */
		many = draw(other.n - from + 1);
		if (many < MUTANT)
			replace(in, at, n, other.p + from, many);
		break;
	default: /* a word */
		if (words > 0) {
			const char *word = fuzz_words[draw(words)];

			replace(in, at, draw(2) ? n : 0, word, strlen(word));
		}
	}
}

static void
fuzz(double seconds)
{
	static uint8_t text[MUTANT];
	struct timespec start, t;
	size_t runs = 0, first = ncorpus;
	double spent = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (ncorpus == 0)
		keep((struct input){ text, 0 });
	while (spent < seconds) {
		struct input in = { text, 0 }, from;

		/* what is new leads further more often */
		from = corpus[draw(2) ? draw(ncorpus) :
		    ncorpus - 1 - draw(ncorpus < 50 ? ncorpus : 50)];
		in.n = from.n < MUTANT ? from.n : MUTANT;
		memcpy(text, from.p, in.n);
		for (size_t n = 1 + draw(6); n > 0; n--)
			mutate(&in);
		if (run(in))
			keep(in);
		runs++;
		clock_gettime(CLOCK_MONOTONIC, &t);
		spent = (double)(t.tv_sec - start.tv_sec) +
		    (double)(t.tv_nsec - start.tv_nsec) / 1e9;
	}
	printf("%zu inputs in %.0f s, %zu of them reached something new\n",
	    runs, spent, ncorpus - first);
}

/* Tests say where the sources are; make compiles from where it builds. */
static void
below_tests(const char *path, size_t n)
{
	const char *top = getenv("top_srcdir");
	char whole[4096];

	if (top != NULL)
		snprintf(whole, sizeof(whole), "%s/tests/%.*s", top, (int)n,
		    path);
	else
		snprintf(whole, sizeof(whole), "%.*s/../%.*s",
		    (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__,
		    (int)n, path);
	run_path(whole);
}

static void
own_corpus(const char *name)
{
	char path[300];
	int n = snprintf(path, sizeof(path), "fuzz/corpus/%.*s",
	    (int)strcspn(name, "-"), name);

	below_tests(path, (size_t)n);
	for (size_t i = 0; fuzz_folders != NULL && fuzz_folders[i]; i++)
		below_tests(fuzz_folders[i], strlen(fuzz_folders[i]));
}

int
main(int argc, char **argv)
{
	static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE,
		SIGILL, SIGALRM };
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash != NULL ? slash + 1 : argv[0];
	double seconds = 0;
	int i = 1;

	snprintf(crash_file, sizeof(crash_file), "crash-%s", name);
	if (i + 1 < argc && strcmp(argv[i], "-seed") == 0) {
		seed = strtoull(argv[i + 1], NULL, 0) * 2 + 1;
		i += 2;
	}
	if (i < argc && argv[i][strspn(argv[i], "0123456789")] == '\0')
		seconds = strtod(argv[i++], NULL);
	if (i < argc && argv[i][0] == '-') {
		fprintf(stderr, "usage: %s [-seed S] [SECONDS] "
		    "[FILE|FOLDER ...]\n", name);
		return 2;
	}
	for (size_t k = 0; k < sizeof(signals) / sizeof(signals[0]); k++)
		signal(signals[k], on_signal);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(leave_crash);
	if (i == argc)
		own_corpus(name);
	for (; i < argc; i++)
		run_path(argv[i]);
	printf("%s: %zu files\n", name, ncorpus);
	if (ncorpus == 0)
		return 2; /* a corpus that is not there tests nothing */
	if (seconds > 0)
		fuzz(seconds);
	for (size_t k = 0; k < ncorpus; k++)
		free(corpus[k].p);
	return 0;
}
