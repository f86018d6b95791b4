/* Vectors and plain C say the same of every byte at every place. */
#include "config.h"

#include <criterion/criterion.h>

#include "record.h"
#include "record/span.h"

static void
agree(const char *p, const char *q)
{
	struct span x = span_text(p), y = span_text_plain(p);

	cr_assert_eq(x.stop, y.stop);
	cr_assert_eq(x.high, y.high);
	cr_assert_eq(span_digits(p), span_digits_plain(p));
	cr_assert_eq(span_blank(p), span_blank_plain(p));
	cr_assert_eq(span_same(p, q), span_same_plain(p, q));
}

Test(span, every_byte_at_every_place)
{
	char text[SPAN_TEXT], other[SPAN];

	for (int c = 0; c < 256; c++) {
		for (size_t i = 0; i < SPAN_TEXT; i++) {
			memset(text, 'x', sizeof(text));
			memset(other, 'x', sizeof(other));
			text[i] = (char)c;
			agree(text, other);
			cr_assert_eq(span_text(text).stop >> i & 1,
			    c == '"' || c == '\\' || c < 0x20);
			cr_assert_eq(span_text(text).high >> i & 1, c >= 0x80);
		}
	}
}

Test(span, random_bytes_at_every_alignment)
{
	static const char some[] = "\"\\ \t\r\n09/:\x7f\x80\xff\x1f\x20x";
	char text[SPAN_TEXT + 64], other[SPAN_TEXT + 64];
	uint64_t seed = 3;

	for (int n = 0; n < 3000; n++) {
		for (size_t i = 0; i < sizeof(text); i++) {
			text[i] = some[draw(&seed) % (sizeof(some) - 1)];
			other[i] = draw(&seed) % 2 ? text[i] : 'x';
		}
		for (size_t at = 0; at < 64; at++)
			agree(text + at, other + at);
	}
}
