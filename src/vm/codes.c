/*
 * Codes of countries, states and currencies.  Countries and currencies are
 * ICU's tables; the states are the codes of the US Postal Service.
 */
#include "vm/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucurr.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "base/table.h"

/* ---- countries ---- */

struct countries {
	struct arena arena;
	struct table alpha2; /* code -> struct country */
	struct table alpha3;
	struct table name;   /* case folded */
};

struct country {
	struct str alpha2, alpha3, name;
};

void
countries_free(struct countries *c)
{
	if (c == NULL)
		return;
	table_fini(&c->alpha2);
	table_fini(&c->alpha3);
	table_fini(&c->name);
	arena_fini(&c->arena);
	free(c);
}

/* The English name; 0 where ICU has none. */
static int
country_name(const char *locale, struct str *name, struct arena *a)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar u[128];
	char utf8[3 * COUNT(u)];
	int32_t n;

	n = uloc_getDisplayCountry(locale, "en", u, COUNT(u), &code);
	u_strToUTF8(utf8, sizeof(utf8), &n, u, n, &code);
	if (U_FAILURE(code) || n == 0)
		return 0;
	*name = arena_str(a, str_from(utf8, (size_t)n));
	return 1;
}

static int
load_countries(struct vm *vm, struct countries **out, struct err *e)
{
	struct countries *c = vm->countries;

	*out = c;
	if (c != NULL)
		return 0;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		fatal("out of memory: countries");
	for (const char *const *p = uloc_getISOCountries(); *p; p++) {
		struct country *k = arena_new(&c->arena, struct country);
		char locale[12] = "und_";
		struct str folded;

		strncat(locale, *p, 3);
		k->alpha2 = str_z(*p);
		k->alpha3 = str_z(uloc_getISO3Country(locale));
		if (!country_name(locale, &k->name, &c->arena))
			continue;
		if (text_map(vm, CASE_FOLD, k->name, &folded, &c->arena,
		    e) != 0) {
			countries_free(c);
			return -1;
		}
		table_put(&c->alpha2, k->alpha2, k);
		table_put(&c->alpha3, k->alpha3, k);
		table_put(&c->name, folded, k);
	}
	*out = vm->countries = c;
	return 0;
}

static int
unknown(const char *what, struct str s, struct err *e)
{
	return err_set(e, ERR_DATA, "no %s \"%.*s\"", what, SHOWN(s));
}

FUNC(iso3166)
{
	const struct country *k;
	struct countries *c;
	struct str s, form;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &form, a, e) != 0 ||
	    load_countries(vm, &c, e) != 0)
		return -1;
	k = table_get(&c->alpha2, s);
	if (k == NULL)
		return unknown("country with the code", s, e);
	*result = value_text(arena_str(a,
	    str_eq(form, STR("alpha3")) ? k->alpha3 : k->name));
	return 0;
}

FUNC_BACK(iso3166)
{
	const struct country *k;
	struct countries *c;
	struct str s, form, folded;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_text(args[1], &form, a, e) != 0 ||
	    load_countries(vm, &c, e) != 0)
		return -1;
	if (s.n == 0) {
		*result = value_null();
		return 0;
	}
	if (str_eq(form, STR("alpha3"))) {
		k = table_get(&c->alpha3, s);
	} else {
		if (text_map(vm, CASE_FOLD, s, &folded, a, e) != 0)
			return -1;
		k = table_get(&c->name, folded);
	}
	if (k == NULL)
		return unknown("country", s, e);
	*result = value_text(arena_str(a, k->alpha2));
	return 0;
}

/* ---- states of the US ---- */

static const struct {
	char code[3];
	const char *name;
} states[] = {
	{ "AL", "Alabama" }, { "AK", "Alaska" }, { "AS", "American Samoa" },
	{ "AZ", "Arizona" }, { "AR", "Arkansas" }, { "CA", "California" },
	{ "CO", "Colorado" }, { "CT", "Connecticut" }, { "DE", "Delaware" },
	{ "DC", "District of Columbia" }, { "FL", "Florida" },
	{ "GA", "Georgia" }, { "GU", "Guam" }, { "HI", "Hawaii" },
	{ "ID", "Idaho" }, { "IL", "Illinois" }, { "IN", "Indiana" },
	{ "IA", "Iowa" }, { "KS", "Kansas" }, { "KY", "Kentucky" },
	{ "LA", "Louisiana" }, { "ME", "Maine" }, { "MD", "Maryland" },
	{ "MA", "Massachusetts" }, { "MI", "Michigan" }, { "MN", "Minnesota" },
	{ "MS", "Mississippi" }, { "MO", "Missouri" }, { "MT", "Montana" },
	{ "NE", "Nebraska" }, { "NV", "Nevada" }, { "NH", "New Hampshire" },
	{ "NJ", "New Jersey" }, { "NM", "New Mexico" }, { "NY", "New York" },
	{ "NC", "North Carolina" }, { "ND", "North Dakota" },
	{ "MP", "Northern Mariana Islands" }, { "OH", "Ohio" },
	{ "OK", "Oklahoma" }, { "OR", "Oregon" }, { "PA", "Pennsylvania" },
	{ "PR", "Puerto Rico" }, { "RI", "Rhode Island" },
	{ "SC", "South Carolina" }, { "SD", "South Dakota" },
	{ "TN", "Tennessee" }, { "TX", "Texas" }, { "UT", "Utah" },
	{ "VT", "Vermont" }, { "VI", "Virgin Islands" }, { "VA", "Virginia" },
	{ "WA", "Washington" }, { "WV", "West Virginia" },
	{ "WI", "Wisconsin" }, { "WY", "Wyoming" },
};

FUNC(us_state)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(states); i++)
		if (str_eq(s, str_z(states[i].code))) {
			*result = value_text(str_z(states[i].name));
			return 0;
		}
	return unknown("state with the code", s, e);
}

FUNC_BACK(us_state)
{
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	if (s.n == 0) {
		*result = value_null();
		return 0;
	}
	for (size_t i = 0; i < COUNT(states); i++)
		if (s.n == strlen(states[i].name) &&
		    strncasecmp(s.p, states[i].name, s.n) == 0) {
			*result = value_text(str_z(states[i].code));
			return 0;
		}
	return unknown("state", s, e);
}

/* ---- currencies ---- */

/* Three upper-case letters that some country's money has or had. */
static int
arg_currency(struct value v, UChar iso[4], struct arena *a, struct err *e)
{
	UErrorCode code = U_ZERO_ERROR;
	struct str s;

	if (arg_text(v, &s, a, e) != 0)
		return -1;
	if (s.n != 3)
		return unknown("currency", s, e);
	for (int i = 0; i < 3; i++) {
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return unknown("currency", s, e);
		iso[i] = (UChar)s.p[i];
	}
	iso[3] = 0;
	if (!ucurr_isAvailable(iso, -1e15, 1e15, &code) || U_FAILURE(code))
		return unknown("currency", s, e);
	return 0;
}

FUNC(iso4217)
{
	UChar iso[4];
	struct value v;

	if (builtin_trim(vm, args, &v, a, e) != 0 ||
	    builtin_upper(vm, &v, result, a, e) != 0)
		return -1;
	return arg_currency(*result, iso, a, e);
}

static int
arg_digits(struct value v, int *digits, struct arena *a, struct err *e)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar iso[4];

	if (arg_currency(v, iso, a, e) != 0)
		return -1;
	*digits = ucurr_getDefaultFractionDigits(iso, &code);
	if (U_FAILURE(code))
		return err_set(e, ERR_DATA, "ICU says %s", u_errorName(code));
	return 0;
}

FUNC(minor_units)
{
	struct num n;
	struct dec d;
	int64_t i;
	int digits;

	if (num_read(args[0], &n, e) != 0 ||
	    arg_digits(args[1], &digits, a, e) != 0 ||
	    dec_shift(n.d, digits, &d, e) != 0 || dec_to_int(d, &i, e) != 0)
		return -1;
	*result = value_int(i);
	return 0;
}

FUNC_BACK(minor_units)
{
	struct dec d;
	int64_t i;
	int digits;

	if (num_int(args[0], &i, e) != 0 ||
	    arg_digits(args[1], &digits, a, e) != 0 ||
	    dec_shift(dec_int(i), -digits, &d, e) != 0)
		return -1;
	*result = num_value(d, a);
	return 0;
}
