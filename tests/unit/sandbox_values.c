/* What the simulator reads, and what it makes of values. */
#include "sandbox_net.h"

#include "sandbox/json.h"
#include "sandbox/store.h"

/* The pull reader and jansson take and refuse the same texts. */
Test(json, agrees_with_jansson)
{
	static const char *const texts[] = { "{}", "[]", "[1]", "[1,2]",
		"{\"a\":1}", "{\"a\":{\"b\":[1,2,{\"c\":null}]}}", " [ ] ",
		"\"\"", "0", "-0", "1.5e+3", "01", "1.", ".5", "-", "1e",
		"+1", "true", "tru", "nul", "[1,]", "{\"a\":1,}", "[,1]",
		"{,}", "{\"a\"}", "{\"a\":}", "{a:1}", "[1 2]", "[", "{",
		"{\"a\":1", "\"abc", "\"\\\"", "\"\\n\\t\\\\\\/\\b\\f\\r\"",
		"\"\\x\"", "\"\\u00e9\"", "\"\\u00g9\"", "\"\\ud83d\\ude00\"",
		"\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\t\"",
		"\"\xc3\xa9\"", "\"\xc3\"", "\"\xff\"", "\"\xc0\x80\"",
		"\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "[1]x", "", " ",
		"[\"12345678\\u0041bcdefgh\"]", "\"1234567\x01\"",
		"\"123456789012345\xe2\x82\xac\"", "[1]]", "{\"a\":1}}" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct arena a = { 0 };
		struct sim_json j;
		json_t *theirs = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		bool ours;

		sim_json_init(&j, str_z(texts[i]), &a);
		ours = sim_json_skip(&j) && sim_json_end(&j);
		cr_expect_eq(ours, theirs != NULL, "%s: %s", texts[i],
		    j.bad ? j.bad : "taken");
		json_decref(theirs);
		arena_fini(&a);
	}
}

Test(json, decodes_escapes)
{
	struct arena a = { 0 };
	struct sim_json j;
	struct str s;

	sim_json_init(&j, STR("\"\\u0000a\\u00e9\\u20ac\\ud83d\\ude00\\n\""),
	    &a);
	cr_assert(sim_json_string(&j, &s));
	cr_assert(str_eq(s,
	    STR("\0a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n")));
	arena_fini(&a);
}

Test(json, depth_is_limited)
{
	for (size_t depth = SIM_JSON_DEPTH; depth <= SIM_JSON_DEPTH + 1;
	     depth++) {
		struct arena a = { 0 };
		struct buf b = { 0 };
		struct sim_json j;

		for (size_t i = 0; i < depth; i++)
			buf_putc(&b, '[');
		for (size_t i = 0; i < depth; i++)
			buf_putc(&b, ']');
		sim_json_init(&j, buf_str(&b), &a);
		cr_assert_eq(sim_json_skip(&j) && sim_json_end(&j),
		    depth == SIM_JSON_DEPTH);
		buf_fini(&b);
		arena_fini(&a);
	}
}

/* out NULL: the item is refused with code. */
Test(values, are_checked_and_normalised)
{
	static const struct {
		const char *property, *in, *out, *code;
	} cases[] = {
		{ "t_string", "\"x  y\"", "x  y", NULL },
		{ "t_string", "12.50", "12.50", NULL },
		{ "t_string", "true", "true", NULL },
		{ "t_string", "null", NULL, "NULL_VALUE" },
		{ "t_string", "\"\\u0000\\\"\\\\\\n\"", NULL, NULL },
		{ "t_phone", "\"+32 2 555\"", "+32 2 555", NULL },
		{ "t_number", "\"12\"", "12", NULL },
		{ "t_number", "12", "12", NULL },
		{ "t_number", "\"0012.500\"", "12.5", NULL },
		{ "t_number", "\"-0.0\"", "0", NULL },
		{ "t_number", "\"-0.050\"", "-0.05", NULL },
		{ "t_number", "\"+7\"", "7", NULL },
		{ "t_number", "\"1.5e3\"", "1500", NULL },
		{ "t_number", "\"15e-3\"", "0.015", NULL },
		{ "t_number", "\"12345678901234567890.12\"",
		    "12345678901234567890.12", NULL },
		{ "t_number", "\"1e61\"", NULL, "INVALID_DOUBLE" },
		{ "t_number", "\"1,5\"", NULL, "INVALID_DOUBLE" },
		{ "t_number", "\"1.2.3\"", NULL, "INVALID_DOUBLE" },
		{ "t_number", "\"e5\"", NULL, "INVALID_DOUBLE" },
		{ "t_number", "\".\"", NULL, "INVALID_DOUBLE" },
		{ "t_number", "\"abc\"", NULL, "INVALID_DOUBLE" },
		{ "t_date", "\"2024-02-29\"", "2024-02-29", NULL },
		{ "t_date", "\"2023-02-29\"", NULL, "INVALID_DATE" },
		{ "t_date", "\"1900-02-29\"", NULL, "INVALID_DATE" },
		{ "t_date", "\"2000-02-29\"", "2000-02-29", NULL },
		{ "t_date", "\"2024-13-01\"", NULL, "INVALID_DATE" },
		{ "t_date", "\"2024-00-10\"", NULL, "INVALID_DATE" },
		{ "t_date", "\"2024-1-1\"", NULL, "INVALID_DATE" },
		{ "t_date", "\"1704067200000\"", "2024-01-01", NULL },
		{ "t_date", "1704067200000", "2024-01-01", NULL },
		{ "t_date", "\"1704067200001\"", NULL, "INVALID_DATE" },
		{ "t_date", "\"-86400000\"", "1969-12-31", NULL },
		{ "t_date", "\"2024-01-01T00:00:00Z\"", "2024-01-01", NULL },
		{ "t_date", "\"2024-01-01T01:00:00Z\"", NULL,
		    "INVALID_DATE" },
		{ "t_date", "\"0001-01-01\"", "0001-01-01", NULL },
		{ "t_date", "\"9999-12-31\"", "9999-12-31", NULL },
		{ "t_date", "\"-62135596800001\"", NULL, "INVALID_DATE" },
		{ "t_datetime", "\"1704067200123\"",
		    "2024-01-01T00:00:00.123Z", NULL },
		{ "t_datetime", "\"-1\"", "1969-12-31T23:59:59.999Z", NULL },
		{ "t_datetime", "\"2024-01-01T00:00:00Z\"",
		    "2024-01-01T00:00:00Z", NULL },
		{ "t_datetime", "\"2024-01-01T01:30:00.5+01:30\"",
		    "2024-01-01T00:00:00.500Z", NULL },
		{ "t_datetime", "\"2024-01-01T00:00:00.123456-0100\"",
		    "2024-01-01T01:00:00.123Z", NULL },
		{ "t_datetime", "\"2024-01-01\"", "2024-01-01T00:00:00Z",
		    NULL },
		{ "t_datetime", "\"2024-01-01T24:00:00Z\"", NULL,
		    "INVALID_DATE" },
		{ "t_datetime", "\"2024-01-01T00:00:00\"", NULL,
		    "INVALID_DATE" },
		{ "t_datetime", "\"yesterday\"", NULL, "INVALID_DATE" },
		{ "t_datetime", "\"-\"", NULL, "INVALID_DATE" },
		{ "t_bool", "\"true\"", "true", NULL },
		{ "t_bool", "false", "false", NULL },
		{ "t_bool", "\"TRUE\"", "true", NULL },
		{ "t_bool", "\"yes\"", NULL, "INVALID_BOOLEAN" },
		{ "t_enum", "\"a\"", "a", NULL },
		{ "t_enum", "\"b\"", "b", NULL },
		{ "t_enum", "\"Bee\"", NULL, "INVALID_OPTION" },
		{ "t_enum", "\"a;b\"", NULL, "INVALID_OPTION" },
		{ "t_multi", "\"a;c d\"", "a;c d", NULL },
		{ "t_multi", "\"a;;b\"", NULL, "INVALID_OPTION" },
		{ "t_multi", "\"a;x\"", NULL, "INVALID_OPTION" },
		{ "email", "\"Ann@Example.COM\"", "ann@example.com", NULL },
		{ "email", "\"ann\"", NULL, "INVALID_EMAIL" },
		{ "email", "\"a@b@c.de\"", NULL, "INVALID_EMAIL" },
		{ "email", "\"a b@c.de\"", NULL, "INVALID_EMAIL" },
		{ "email", "\"a@c\"", NULL, "INVALID_EMAIL" },
		{ "hs_object_id", "\"1\"", NULL, "READ_ONLY_VALUE" },
		{ "createdate", "\"1\"", NULL, "READ_ONLY_VALUE" },
		{ "nope", "\"x\"", NULL, "PROPERTY_DOESNT_EXIST" },
		{ "nope", "\"\"", NULL, "PROPERTY_DOESNT_EXIST" },
	};
	struct net n;
	json_t *j;

	net_up(&n, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char body[256], at[64];
		int status;

		snprintf(body, sizeof(body), "{\"properties\":{\"%s\":%s}}",
		    cases[i].property, cases[i].in);
		status = net_send(&n, "POST", CONTACTS, body, &j);
		if (cases[i].code == NULL) {
			cr_expect_eq(status, 201, "%s: %d", body, status);
			snprintf(at, sizeof(at), "properties.%s",
			    cases[i].property);
			if (cases[i].out != NULL)
				cr_expect_str_eq(net_text(j, at),
				    cases[i].out, "%s", body);
		} else {
			cr_expect_eq(status, 400, "%s: %d", body, status);
			cr_expect_str_eq(net_text(j, "category"),
			    "VALIDATION_ERROR");
			cr_expect_str_eq(net_text(j, "errors.0.code"),
			    cases[i].code, "%s", body);
			cr_expect_str_eq(net_text(j,
			    "errors.0.context.propertyName.0"),
			    cases[i].property);
		}
		json_decref(j);
	}
	net_down(&n);
}

/* 65,536 characters, not bytes. */
Test(values, have_a_longest)
{
	for (size_t more = 0; more <= 1; more++) {
		struct buf b = { 0 };
		struct net n;

		net_up(&n, NULL);
		buf_puts(&b, STR("{\"properties\":{\"t_string\":\""));
		for (size_t i = 0; i < SIM_VALUE_MAX + more; i++)
			buf_puts(&b, STR("\xe2\x82\xac"));
		buf_puts(&b, STR("\"}}"));
		buf_putc(&b, '\0');
		cr_assert_eq(net_send(&n, "POST", CONTACTS, b.p, NULL),
		    more ? 400 : 201);
		buf_fini(&b);
		net_down(&n);
	}
}
