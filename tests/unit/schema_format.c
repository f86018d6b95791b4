/* Formats, and the patterns of ECMA-262. */
#include "config.h"

#include <criterion/criterion.h>

#include "schema/format.h"
#include "schema/regex.h"

struct format_case {
	const char *format, *text;
	int valid;
};

static const struct format_case cases[] = {
	{ "date-time", "1963-06-19T08:30:06.283185Z", 1 },
	{ "date-time", "1963-06-19t08:30:06z", 1 },
	{ "date-time", "1990-12-31T15:59:50.123-08:00", 1 },
	{ "date-time", "1998-12-31T23:59:60Z", 1 },
	{ "date-time", "1998-12-31T15:59:60.123-08:00", 1 },
	{ "date-time", "1998-12-31T23:59:61Z", 0 },
	{ "date-time", "1998-12-31T23:58:60Z", 0 },
	{ "date-time", "1998-12-31T22:59:60Z", 0 },
	{ "date-time", "1990-02-31T15:59:59.123-08:00", 0 },
	{ "date-time", "1990-12-31T15:59:59-24:00", 0 },
	{ "date-time", "1963-06-19T08:30:06.28123+01:00Z", 0 },
	{ "date-time", "2013-350T01:01:01", 0 },
	{ "date-time", "1963-06-19 08:30:06Z", 0 },
	{ "date-time", "1963-06-19T08:30:06.Z", 0 },
	{ "date-time", "1963-06-19T08:30:06", 0 },
	{ "date-time", "1963-06-1\341\240\220T00:00:00Z", 0 },
	{ "date", "1963-06-19", 1 },
	{ "date", "2020-02-29", 1 },
	{ "date", "2000-02-29", 1 },
	{ "date", "1900-02-29", 0 },
	{ "date", "2021-02-29", 0 },
	{ "date", "2020-04-31", 0 },
	{ "date", "2020-13-01", 0 },
	{ "date", "2020-00-01", 0 },
	{ "date", "2020-01-00", 0 },
	{ "date", "1998-1-20", 0 },
	{ "date", "06/19/1963", 0 },
	{ "date", "20230328", 0 },
	{ "date", "", 0 },
	{ "time", "08:30:06Z", 1 },
	{ "time", "08:30:06.283185+23:59", 1 },
	{ "time", "01:29:60+01:30", 1 },
	{ "time", "23:29:60+23:30", 1 },
	{ "time", "23:59:60-00:30", 0 },
	{ "time", "24:00:00Z", 0 },
	{ "time", "08:60:06Z", 0 },
	{ "time", "8:30:6Z", 0 },
	{ "time", "08:30:06", 0 },
	{ "time", "08:30:06+00:60", 0 },
	{ "time", "08:30:06 PST", 0 },
	{ "duration", "P4DT12H30M5S", 1 },
	{ "duration", "P4Y", 1 },
	{ "duration", "PT0S", 1 },
	{ "duration", "P1M", 1 },
	{ "duration", "PT1M", 1 },
	{ "duration", "P2W", 1 },
	{ "duration", "P1Y2M3DT4H5M6S", 1 },
	{ "duration", "PT1D", 0 },
	{ "duration", "P", 0 },
	{ "duration", "P1YT", 0 },
	{ "duration", "PT", 0 },
	{ "duration", "P2D1Y", 0 },
	{ "duration", "P1Y2D", 0 },
	{ "duration", "PT1H2S", 0 },
	{ "duration", "P1D2H", 0 },
	{ "duration", "P2S", 0 },
	{ "duration", "P1Y2W", 0 },
	{ "duration", "P1", 0 },
	{ "duration", "PT0.5S", 0 },
	{ "duration", "4DT12H30M5S", 0 },
	{ "email", "joe.bloggs@example.com", 1 },
	{ "email", "te~st@example.com", 1 },
	{ "email", "\"joe bloggs\"@example.com", 1 },
	{ "email", "\"joe..bloggs\"@example.com", 1 },
	{ "email", "\"joe@bloggs\"@example.com", 1 },
	{ "email", "joe.bloggs@[127.0.0.1]", 1 },
	{ "email", "joe.bloggs@[IPv6:::1]", 1 },
	{ "email", ".test@example.com", 0 },
	{ "email", "test.@example.com", 0 },
	{ "email", "te..st@example.com", 0 },
	{ "email", "joe.bloggs@invalid=domain.com", 0 },
	{ "email", "joe.bloggs@[127.0.0.300]", 0 },
	{ "email", "2962", 0 },
	{ "email", "@example.com", 0 },
	{ "email", "a@", 0 },
	{ "email", "\"@example.com", 0 },
	{ "email", "\"a\\\"@example.com", 0 },
	{ "email", "\345\256\237@example.com", 0 },
	{ "idn-email", "\354\213\244\353\241\200@\354\213\244\353\241\200."
		       "\355\205\214\354\212\244\355\212\270", 1 },
	{ "idn-email", "joe.bloggs@example.com", 1 },
	{ "idn-email", "2962", 0 },
	{ "hostname", "www.example.com", 1 },
	{ "hostname", "xn--4gbwdl.xn--wgbh1c", 1 },
	{ "hostname", "a", 1 },
	{ "hostname", "1host", 1 },
	{ "hostname", "h-o-s-t", 1 },
	{ "hostname", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
		      "abcdefghijk.com", 1 },
	{ "hostname", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
		      "abcdefghijkl.com", 0 },
	{ "hostname", "-a-host-name-that-starts-with--", 0 },
	{ "hostname", "ends-with-", 0 },
	{ "hostname", "not_a_valid_host_name", 0 },
	{ "hostname", "a..b", 0 },
	{ "hostname", ".a", 0 },
	{ "hostname", "a.", 0 },
	{ "hostname", "", 0 },
	{ "hostname", "xn--X", 0 },
	{ "idn-hostname", "\354\213\244\353\241\200."
			  "\355\205\214\354\212\244\355\212\270", 1 },
	{ "idn-hostname", "hostname", 1 },
	{ "idn-hostname", "\343\200\256\354\213\244\353\241\200."
			  "\355\205\214\354\212\244\355\212\270", 0 },
	{ "idn-hostname", "l\302\267l", 1 },     /* middle dot in l·l */
	{ "idn-hostname", "a\302\267l", 0 },
	{ "idn-hostname", "\316\261\315\265\316\262", 1 }, /* keraia */
	{ "idn-hostname", "\316\261\315\265S", 0 },
	{ "idn-hostname", "\340\244\225\340\245\215\342\200\215"
			  "\340\244\267", 1 },   /* joiner behind virama */
	{ "idn-hostname", "\340\244\225\342\200\215\340\244\267", 0 },
	{ "idn-hostname", "\331\200a", 0 },      /* tatweel */
	{ "idn-hostname", "-> $1.00 <--", 0 },
	{ "ipv4", "192.168.0.1", 1 },
	{ "ipv4", "0.0.0.0", 1 },
	{ "ipv4", "255.255.255.255", 1 },
	{ "ipv4", "256.0.0.1", 0 },
	{ "ipv4", "127.0.0.0.1", 0 },
	{ "ipv4", "127.0", 0 },
	{ "ipv4", "0x7f.1.1.1", 0 },
	{ "ipv4", "087.10.0.1", 0 },
	{ "ipv4", "192.168.1.0/24", 0 },
	{ "ipv4", "1.2.3.", 0 },
	{ "ipv4", "1\340\247\2507.0.0.1", 0 },
	{ "ipv6", "::1", 1 },
	{ "ipv6", "::", 1 },
	{ "ipv6", "::abef", 1 },
	{ "ipv6", "d6::", 1 },
	{ "ipv6", "1:d6::42", 1 },
	{ "ipv6", "1::d6:192.168.0.1", 1 },
	{ "ipv6", "1:2::192.168.0.1", 1 },
	{ "ipv6", "::ffff:192.168.0.1", 1 },
	{ "ipv6", "1:2:3:4:5:6:7:8", 1 },
	{ "ipv6", "::42:ff:1", 1 },
	{ "ipv6", "1:2:3:4:5:6:1.2.3.4", 1 },
	{ "ipv6", "12345::", 0 },
	{ "ipv6", "1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1", 0 },
	{ "ipv6", "::laptop", 0 },
	{ "ipv6", ":2:3:4:5:6:7:8", 0 },
	{ "ipv6", "1:2:3:4:5:6:7:", 0 },
	{ "ipv6", "1::d6::42", 0 },
	{ "ipv6", ":::1", 0 },
	{ "ipv6", "1:2:3:4:5:::8", 0 },
	{ "ipv6", "1:2:3:4:5:6:7", 0 },
	{ "ipv6", "1", 0 },
	{ "ipv6", "127.0.0.1", 0 },
	{ "ipv6", "1:2:3:4:1.2.3", 0 },
	{ "ipv6", "::1%eth1", 0 },
	{ "ipv6", "fe80::/64", 0 },
	{ "ipv6", "1:2:3:4:5:6:7::8", 0 },
	{ "uri", "http://foo.bar/?baz=qux#quux", 1 },
	{ "uri", "http://foo.com/blah_(wikipedia)_blah#cite-1", 1 },
	{ "uri", "http://foo.bar/?q=Test%20URL-encoded%20stuff", 1 },
	{ "uri", "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com", 1 },
	{ "uri", "ldap://[2001:db8::7]/c=GB?objectClass?one", 1 },
	{ "uri", "mailto:John.Doe@example.com", 1 },
	{ "uri", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2", 1 },
	{ "uri", "http://[v1.a:b]/", 1 },
	{ "uri", "//foo.bar/?baz=qux#quux", 0 },
	{ "uri", "/abc", 0 },
	{ "uri", "\\\\WINDOWS\\fileshare", 0 },
	{ "uri", "abc", 0 },
	{ "uri", "http:// shouldfail.com", 0 },
	{ "uri", ":// should fail", 0 },
	{ "uri", "bar,baz:foo", 0 },
	{ "uri", "https://[@example.org/test.txt", 0 },
	{ "uri", "https://example.org/foobar\".txt", 0 },
	{ "uri", "https://example.org/foobar<>.txt", 0 },
	{ "uri", "https://example.org/foobar^.txt", 0 },
	{ "uri", "http://a/%zz", 0 },
	{ "uri", "http://a/%4", 0 },
	{ "uri", "http://a/\303\251", 0 },
	{ "uri", "http://a:80:80/", 0 },
	{ "uri", "", 0 },
	{ "uri-reference", "", 1 },
	{ "uri-reference", "/abc", 1 },
	{ "uri-reference", "abc", 1 },
	{ "uri-reference", "#fragment", 1 },
	{ "uri-reference", "//foo.bar/?baz", 1 },
	{ "uri-reference", "#frag\\ment", 0 },
	{ "uri-reference", "1a:b", 0 },
	{ "iri", "http://\306\222\303\270\303\270.\303\237\303\245r/?"
		 "\342\210\202\303\251\305\223=\317\200\303\256x#"
		 "\317\200\303\256\303\274x", 1 },
	{ "iri", "http://[2001:0db8::7334]", 1 },
	{ "iri", "http://2001:0db8:85a3:0000:0000:8a2e:0370:7334", 0 },
	{ "iri", "/abc", 0 },
	{ "iri", "http://a/\302\200", 0 },
	{ "iri", "http://a/\356\200\200", 0 },  /* private use: query only */
	{ "iri", "http://a/?\356\200\200", 1 },
	{ "iri-reference", "/\303\242\317\200\317\200", 1 },
	{ "iri-reference", "#\306\222r\303\244g\\m", 0 },
	{ "uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", 1 },
	{ "uuid", "2EB8AA08-AA98-11EA-B4AA-73B441D16380", 1 },
	{ "uuid", "00000000-0000-0000-0000-000000000000", 1 },
	{ "uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d1638", 0 },
	{ "uuid", "2eb8aa08aa9811eab4aa73b441d16380", 0 },
	{ "uuid", "2eb8-aa08-aa98-11ea-b4aa73b44-1d16380", 0 },
	{ "uuid", "2eb8aa08-aa98-11ea-b4ga-73b441d16380", 0 },
	{ "uri-template", "http://example.com/dictionary/{term:1}/{term}", 1 },
	{ "uri-template", "http://example.com/{+path,x*}/here{?q:999}", 1 },
	{ "uri-template", "dictionary/{a.b}/{%41}", 1 },
	{ "uri-template", "", 1 },
	{ "uri-template", "http://example.com/{term", 0 },
	{ "uri-template", "http://example.com/term}", 0 },
	{ "uri-template", "{}", 0 },
	{ "uri-template", "{a,}", 0 },
	{ "uri-template", "{a:0}", 0 },
	{ "uri-template", "{a:10000}", 0 },
	{ "uri-template", "{a b}", 0 },
	{ "uri-template", "{.a.}", 0 },
	{ "uri-template", "a%2", 0 },
	{ "json-pointer", "", 1 },
	{ "json-pointer", "/", 1 },
	{ "json-pointer", "/foo/bar~0/baz~1/%a", 1 },
	{ "json-pointer", "/foo//bar", 1 },
	{ "json-pointer", "/foo/bar~", 0 },
	{ "json-pointer", "/~-1", 0 },
	{ "json-pointer", "/~0.1/~2", 0 },
	{ "json-pointer", "a", 0 },
	{ "json-pointer", "#", 0 },
	{ "relative-json-pointer", "1", 1 },
	{ "relative-json-pointer", "0/foo/bar", 1 },
	{ "relative-json-pointer", "120/foo", 1 },
	{ "relative-json-pointer", "0#", 1 },
	{ "relative-json-pointer", "/foo/bar", 0 },
	{ "relative-json-pointer", "-1/foo", 0 },
	{ "relative-json-pointer", "0##", 0 },
	{ "relative-json-pointer", "01/a", 0 },
	{ "relative-json-pointer", "", 0 },
	{ "regex", "([abc])+\\s+$", 1 },
	{ "regex", "^(abc]", 0 },
	{ "regex", "^\\S(|(.|\\n)*\\S)\\Z", 0 },
	{ "color", "anything", 1 },
};

Test(schema_format, says_yes_and_no)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct format_case *c = &cases[i];

		cr_expect_eq(format_is(format_find(str_z(c->format)),
		    str_z(c->text)), c->valid, "%s %s", c->format, c->text);
	}
}

/* Every text of the table, and every prefix of it, against every format. */
Test(schema_format, reads_nothing_behind_the_end)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].text);

		for (size_t k = 0; k <= n; k++) {
			char *exact = malloc(k ? k : 1);

			memcpy(exact, cases[i].text, k);
			for (unsigned f = 1; f < FORMAT_COUNT; f++)
				format_is((enum format)f, str_from(exact, k));
			free(exact);
		}
	}
}

Test(schema_format, nul_is_a_character)
{
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		int pointer = f == FORMAT_JSON_POINTER;
		struct str s = pointer ? str_from("/\0", 2) :
					 str_from("a\0", 2);

		cr_expect_eq(format_is((enum format)f, s),
		    pointer || f == FORMAT_REGEX, "%.*s",
		    STR_ARG(format_name((enum format)f)));
	}
}

Test(schema_format, every_format_has_a_name_and_a_text)
{
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		cr_expect_eq(format_find(format_name((enum format)f)), f);
		cr_expect_gt(format_text((enum format)f).n, 0);
	}
	cr_expect_eq(format_find(STR("color")), FORMAT_NONE);
}

/* --- patterns ------------------------------------------------------------ */

Test(schema_regex, means_what_ecma_262_says)
{
	static const struct {
		const char *pattern, *text;
		int match;
	} rows[] = {
		{ "^\\d+$", "123", 1 },
		{ "^\\d+$", "\331\241", 0 },
		{ "^\\D$", "\331\241", 1 },
		{ "^\\w+$", "aZ_9", 1 },
		{ "^\\W$", "\303\251", 1 },
		{ "^\\s$", "\302\240", 1 },
		{ "^\\s$", "\357\273\277", 1 },
		{ "^\\s$", "\342\200\251", 1 },
		{ "^\\s$", "\v", 1 },
		{ "^\\S$", "\302\205", 1 },
		{ "^[\\s]$", "\343\200\200", 1 },
		{ "^[\\S]$", "\343\200\200", 0 },
		{ "^[^\\s\\d]$", "a", 1 },
		{ "^[^\\s\\d]$", "7", 0 },
		{ "^[\\W]$", "\303\251", 1 },
		{ "^[\\D]$", "7", 0 },
		{ "\\bcat\\b", "a cat", 1 },
		{ "\\bcat\\b", "concat", 0 },
		{ "a.b", "a\nb", 0 },
		{ "a.b", "a\302\205b", 1 },
		{ "^a$", "a\n", 0 },
		{ "^\\u00e9$", "\303\251", 1 },
		{ "^\\u{1f600}$", "\360\237\230\200", 1 },
		{ "^\\ud83d\\ude00$", "\360\237\230\200", 1 },
		{ "^\\x41\\cA$", "A\001", 1 },
		{ "^\\p{Letter}$", "\317\200", 1 },
		{ "^\\p{L}$", "\317\200", 1 },
		{ "^\\P{L}$", "1", 1 },
		{ "^\\p{gc=Lu}$", "A", 1 },
		{ "^\\p{General_Category=Uppercase_Letter}$", "a", 0 },
		{ "^\\p{Script=Greek}$", "\317\200", 1 },
		{ "^\\p{sc=Latin}$", "\317\200", 0 },
		{ "^\\p{scx=Greek}$", "\317\200", 1 },
		{ "^\\p{Alphabetic}$", "\317\200", 1 },
		{ "^[\\p{L}\\d-]+$", "a-1", 1 },
		{ "^[a-c]+$", "abc", 1 },
		{ "^[-a]+$", "-a", 1 },
		{ "^[a-]+$", "-a", 1 },
		{ "^[+-.]$", ",", 1 },
		{ "^[\\w-.]+$", "a-.", 1 },
		{ "^[a-\\d]+$", "a-5", 1 },
		{ "^[[:alpha:]]$", "a]", 1 },
		{ "^[[a]$", "[", 1 },
		{ "^[a^]$", "^", 1 },
		{ "^[\\b]$", "\b", 1 },
		{ "^[^]$", "\n", 1 },
		{ "[]", "a", 0 },
		{ "^[\\]]$", "]", 1 },
		{ "^\\/\\-\\.$", "/-.", 1 },
		{ "^a{2}$", "aa", 1 },
		{ "^a{2,}?$", "aaa", 1 },
		{ "^a{,2}$", "a{,2}", 1 },
		{ "^{}]$", "{}]", 1 },
		{ "^(a)\\1$", "aa", 1 },
		{ "^(?:(a)|b)\\1$", "b", 1 },
		{ "^(?<x>a)\\k<x>$", "aa", 1 },
		{ "^(?=a)a(?!b)", "ac", 1 },
		{ "(?<=a)b", "ab", 1 },
		{ "(?<!a)b", "ab", 0 },
		{ "^$", "", 1 },
		{ "", "anything", 1 },
		{ "a|b", "xb", 1 },
		{ "^#  x$", "#  x", 1 },
	};
	struct regex_run *run = regex_run_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct regex *r;
		struct err e = { 0 };

		if (regex_compile(&a, str_z(rows[i].pattern), &r, &e) != 0)
			cr_expect_fail("%s: %s", rows[i].pattern, e.text);
		else
			cr_expect_eq(regex_match(r, run, str_z(rows[i].text),
			    &e), rows[i].match, "%s on %s", rows[i].pattern,
			    rows[i].text);
		arena_fini(&a);
	}
	regex_run_free(run);
}

Test(schema_regex, refuses_what_only_perl_knows)
{
	static const char *const bad[] = { "\\A", "\\Z", "\\z", "\\h", "\\R",
		"\\Q.\\E", "\\a", "\\e", "\\G", "\\X", "\\N", "\\_x\\y",
		"(?i)a", "(?>a)", "(?#x)", "(?|a)", "(?P<n>a)", "(*UTF)a",
		"(*LIMIT_MATCH=9)a", "a++", "a*+", "a?+", "a{2}+", "a**",
		"+a", "*", "?", "(", ")", "[", "[a", "[z-a]", "a\\", "[\\",
		"\\u12", "\\u{}", "\\u{110000}", "\\ud800", "\\ud800\\u0041",
		"\\x1", "\\c1", "\\01", "\\p", "\\p{", "\\p{Nonsense}",
		"\\p{x=y}", "\\p{L&}", "\\k", "\\k<a", "\\1", "\\9999",
		"(?<a", "(?", "\\p{^L}", "(?<1>a)", "[\\B]" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err e = { 0 };

		cr_expect_neq(regex_check(str_z(bad[i]), &e), 0, "%s",
		    bad[i]);
		cr_expect_gt(strlen(e.text), 10, "%s", bad[i]);
	}
}

Test(schema_regex, stops_at_its_limits, .timeout = 20)
{
	struct regex_run *run = regex_run_new();
	struct arena a = { 0 };
	struct buf text = { 0 };
	struct regex *r;
	struct err e;

	/* the longest pattern, and one byte more */
	for (size_t i = 0; i < REGEX_MAX; i++)
		buf_putc(&text, 'a');
	cr_expect_eq(regex_check(buf_str(&text), &e), 0);
	buf_putc(&text, 'a');
	cr_expect_neq(regex_check(buf_str(&text), &e), 0);
	cr_expect_eq(e.code, ERR_LIMIT);
	/* exponential backtracking ends in an error, not in a wait */
	cr_assert_eq(regex_compile(&a, STR("^(a+)+$"), &r, &e), 0);
	text.p[64] = '!';
	cr_expect_eq(regex_match(r, run, str_from(text.p, 65), &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	cr_expect_eq(regex_match(r, run, str_from(text.p, 64), &e), 1);
	/* the same run goes on to work, also where the JIT's stack ends */
	cr_assert_eq(regex_compile(&a, STR("^(?:(a)|b)*$"), &r, &e), 0);
	text.p[64] = 'b';
	cr_expect_eq(regex_match(r, run, buf_str(&text), &e), 1);
	buf_reset(&text);
	for (size_t i = 0; i < 251; i++)
		buf_putc(&text, '(');
	for (size_t i = 0; i < 251; i++)
		buf_putc(&text, ')');
	cr_expect_neq(regex_check(buf_str(&text), &e), 0);
	buf_fini(&text);
	arena_fini(&a);
	regex_run_free(run);
}
