/*
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
 * U+10FFFF.
 */
#ifndef RECORD_UTF8_H
#define RECORD_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The offset of the first byte that is not UTF-8, or n when all is well. */
size_t utf8_check(const char *p, size_t n);
/* Write the code point, which is no surrogate; 1 to 4 bytes. */
size_t utf8_put(char *out, uint32_t c);

#endif
