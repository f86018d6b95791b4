/* Words and helpers of the fuzzers that read JSON. */
#ifndef FUZZ_RECORD_JSON_H
#define FUZZ_RECORD_JSON_H

#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "record/value.h"

const char *const fuzz_words[] = {
	"{", "}", "[", "]", ":", ",", "\"", "\\", "{}", "[]", "null", "true",
	"false", "0", "-0", "1.50", "1e400", "-1E+05", "9007199254740993",
	"12345678901234567890.12", "\"\"", "\"a\"", "\"b\"", "\"a\":",
	"\"b\":", "\"c\":", "\"\\u0061\":", "\"\\u0000\"", "\\u00e9",
	"\\ud83d\\ude00", "\\ud800", "\\udc00", "\\n", "\\\"", "\\/",
	"\xc3\xa9",
	"\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\xa0\x80", "\xc0\x80",
	"\xef\xbb\xbf", "\xf4\x90\x80\x80", " ", "\n", "\t\r\n ",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":",
	"\"a name that is longer than two times sixteen bytes\"",
	"{\"a\":1,\"b\":{\"c\":[1,2]}}", NULL,
};

/* A copy with a pad of the input's own making behind it; to be freed. */
static inline struct str
padded(const uint8_t *data, size_t size)
{
	char *p = malloc(size + RECORD_PAD);

	if (p == NULL)
		abort();
	for (size_t i = 0; i < RECORD_PAD; i++)
		p[size + i] = size > 0 ? (char)data[i % size] : '"';
	if (size > 0)
		memcpy(p, data, size);
	return str_from(p, size);
}

static inline void
unpad(struct str s)
{
	free((void *)(uintptr_t)s.p);
}

#endif
