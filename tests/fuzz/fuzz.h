/* What fuzzers share: a check that reports and aborts. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const char *const fuzz_words[], *const fuzz_folders[];

/* The promise must hold, whatever the input. */
#define HOLDS(promise, ...)                                               \
	do {                                                              \
		if (!(promise)) {                                         \
			fprintf(stderr, "%s:%d: %s: ", __FILE__,          \
			    __LINE__, #promise);                          \
			fprintf(stderr, __VA_ARGS__);                     \
			fputc('\n', stderr);                              \
			abort();                                          \
		}                                                         \
	} while (0)

#endif
