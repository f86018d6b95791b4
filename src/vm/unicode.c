/*
 * What ICU does for texts: case, normalisation, white space, marks.
 */
#include "vm/text.h"

#include <assert.h>
#include <string.h>
#include <unicode/ucasemap.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

static int
icu_failed(const char *what, UErrorCode code, struct err *e)
{
	return err_set(e, ERR_DATA, "%s: ICU says %s", what,
	    u_errorName(code));
}

static int32_t
map_into(UCaseMap *map, enum text_case how, char *p, int32_t cap,
    struct str s, UErrorCode *code)
{
	int32_t n = (int32_t)s.n;

	switch (how) {
	case CASE_LOWER:
		return ucasemap_utf8ToLower(map, p, cap, s.p, n, code);
	case CASE_UPPER:
		return ucasemap_utf8ToUpper(map, p, cap, s.p, n, code);
	case CASE_TITLE:
		return ucasemap_utf8ToTitle(map, p, cap, s.p, n, code);
	case CASE_FOLD:
		return ucasemap_utf8FoldCase(map, p, cap, s.p, n, code);
	}
	return 0;
}

int
text_map(struct vm *vm, enum text_case how, struct str s, struct str *out,
    struct arena *a, struct err *e)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t cap = (int32_t)(s.n + s.n / 8 + 8), n;
	char *p;

	*out = s;
	if (s.n == 0)
		return 0;
	if (vm->casemap == NULL)
		vm->casemap = ucasemap_open("", 0, &code);
	if (U_FAILURE(code))
		return icu_failed("case", code, e);
	for (;;) {
		if ((p = vm_alloc(vm, a, (size_t)cap, e)) == NULL)
			return -1;
		code = U_ZERO_ERROR;
		n = map_into(vm->casemap, how, p, cap, s, &code);
		if (code != U_BUFFER_OVERFLOW_ERROR)
			break;
		cap = n + 1;
	}
	if (U_FAILURE(code))
		return icu_failed("case", code, e);
	*out = str_from(p, (size_t)n);
	return 0;
}

void
casemap_free(void *map)
{
	if (map != NULL)
		ucasemap_close(map);
}

/* A UTF-16 text is at most as many units as the UTF-8 one has bytes. */
int
text_nfc(struct vm *vm, struct str s, struct str *out, struct arena *a,
    struct err *e)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *nfc;
	int32_t n, m, k;
	UChar *u, *v;
	char *p;

	*out = s;
	if (str_ascii(s))
		return 0;
	if ((u = vm_alloc(vm, a, s.n * sizeof(*u), e)) == NULL)
		return -1;
	nfc = unorm2_getNFCInstance(&code);
	u_strFromUTF8(u, (int32_t)s.n, &n, s.p, (int32_t)s.n, &code);
	if (U_SUCCESS(code) && unorm2_isNormalized(nfc, u, n, &code))
		return 0;
	if (U_FAILURE(code))
		return icu_failed("nfc", code, e);
	/* composing expands a unit to three at most (Unicode TR 15) */
	if ((v = vm_alloc(vm, a, ((size_t)n * 3 + 1) * sizeof(*v), e)) == NULL)
		return -1;
	m = unorm2_normalize(nfc, u, n, v, n * 3 + 1, &code);
	if ((p = vm_alloc(vm, a, (size_t)m * 3 + 1, e)) == NULL)
		return -1;
	u_strToUTF8(p, m * 3 + 1, &k, v, m, &code);
	if (U_FAILURE(code))
		return icu_failed("nfc", code, e);
	*out = str_from(p, (size_t)k);
	return 0;
}

/* Of ASCII: white space without ICU, -1 for what it has to say. */
static int
ascii_space(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x80 ? -1 : u == ' ' || (u >= '\t' && u <= '\r');
}

size_t
text_space(struct str s)
{
	int32_t i = 0, was;
	UChar32 c;

	while ((size_t)i < s.n && ascii_space(s.p[i]) == 1)
		i++;
	if ((size_t)i == s.n || ascii_space(s.p[i]) == 0)
		return (size_t)i;
	do {
		was = i;
		if ((size_t)i >= s.n)
			break;
		U8_NEXT(s.p, i, (int32_t)s.n, c);
	} while (c >= 0 && u_isUWhiteSpace(c));
	return (size_t)was;
}

size_t
text_space_end(struct str s)
{
	int32_t i = (int32_t)s.n, was;
	UChar32 c;

	while (i > 0 && ascii_space(s.p[i - 1]) == 1)
		i--;
	if (i == 0 || ascii_space(s.p[i - 1]) == 0)
		return s.n - (size_t)i;
	do {
		was = i;
		if (i == 0)
			break;
		U8_PREV(s.p, 0, i, c);
	} while (c >= 0 && u_isUWhiteSpace(c));
	return s.n - (size_t)was;
}

struct str
text_trim_slow(struct str s)
{
	size_t n = text_space(s);

	s = str_from(s.p + n, s.n - n);
	s.n -= text_space_end(s);
	return s;
}

size_t
text_char(struct str s)
{
	int32_t i = 0;

	if (s.n > 0)
		U8_FWD_1(s.p, i, (int32_t)s.n);
	return (size_t)i;
}

size_t
text_cluster(struct str s)
{
	int32_t i = (int32_t)text_char(s), was = i;
	UChar32 c;

	while ((size_t)i < s.n) {
		was = i;
		U8_NEXT(s.p, i, (int32_t)s.n, c);
		if (c < 0 || !(U_GET_GC_MASK(c) & U_GC_M_MASK))
			return (size_t)was;
	}
	return (size_t)i;
}
