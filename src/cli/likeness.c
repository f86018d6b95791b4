/*
 * Names are compared by their letters and digits alone, in lower case, after
 * what systems put around them is taken off: first_name, FirstName and
 * hs_firstname__c are one name.  What CRMs call by another word stands in a
 * table.
 */
#include "cli/likeness.h"

#define LETTERS 64 /* of a name; longer ones are like nothing */
#define KEYS 6
#define FAR 25
/* Words for one thing, as they are compared. */
static const char *const same[][14] = {
	{ "email", "emailaddress", "emailaddress1", "mail" },
	{ "firstname", "givenname", "forename" },
	{ "lastname", "surname", "familyname" },
	{ "jobtitle", "title", "position" },
	{ "phone", "telephone", "telephone1", "phonenumber", "workphone" },
	{ "mobile", "mobilephone", "cell", "cellphone" },
	{ "company", "companyname", "accountname", "organization" },
	{ "website", "websiteurl", "url", "homepage", "web" },
	{ "street", "address", "addressstreet", "line1", "addressline1",
	    "route" },
	{ "city", "town", "locality" },
	{ "region", "state", "province", "stateorprovince", "county",
	    "adminarealevel1" },
	{ "postal", "zip", "postalcode", "zipcode", "postcode", "code" },
	{ "country", "countrycode", "countryregion" },
	{ "stage", "lifecyclestage", "stagename", "dealstage", "salesstage" },
	{ "status", "statecode", "recordstatus" },
	{ "employees", "numemployees", "numberofemployees", "employeecount",
	    "noofemployees" },
	{ "annualrevenue", "revenue", "annualincome", "turnover" },
	{ "notes", "description", "message", "comments", "note" },
	{ "birthdate", "dateofbirth", "birthday", "dob" },
	{ "language", "languagecode", "locale", "preferredlanguage" },
	{ "amount", "value", "estimatedvalue", "total" },
	{ "closedate", "closingdate", "expectedclosedate",
	    "estimatedclosedate", "closeson" },
	{ "currency", "currencycode", "currencyisocode", "dealcurrencycode" },
	{ "name", "topic", "label", "title" },
	{ "createdat", "createdate", "createdtime", "createddate", "addtime",
	    "createdon" },
	{ "updatedat", "updatetime", "modifiedtime", "lastmodifieddate",
	    "modifiedon", "lastmodified" },
	{ "domain", "domainname" },
	{ "industry", "sector", "industrycode" },
	{ "source", "leadsource", "origin" },
	{ "nextstep", "nextsteps" },
	{ "lostreason", "closedlostreason", "reasonlost" },
	{ "type", "kind", "category" },
	{ "probability", "winprobability", "closeprobability",
	    "dealprobability" },
};

/* What stands before a name and says nothing of it. */
static const char *const before[] = { "hs", "crosswalk", "new", "custom",
	"mailing", "primary", "address1", "postaladdress" };

/* What kinds of records are called elsewhere. */
static const char *const kinds[][5] = {
	{ "company", "account", "organization", "org" },
	{ "contact", "person", "lead" },
	{ "deal", "opportunity", "potential" },
};

struct key {
	char p[LETTERS];
	size_t n;
};

static void
put_letters(struct key *k, struct str s)
{
	/* Salesforce's mark of a field that is not its own */
	if (s.n > 3 && memcmp(s.p + s.n - 3, "__c", 3) == 0)
		s.n -= 3;
	for (size_t i = 0; i < s.n && k->n < LETTERS; i++) {
		char c = s.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			k->p[k->n++] = c;
	}
}

static struct str
key_str(const struct key *k)
{
	return str_from(k->p, k->n);
}

static int
begins(const struct key *k, struct str with)
{
	return k->n > with.n && memcmp(k->p, with.p, with.n) == 0;
}

static struct key
without(const struct key *k, size_t n)
{
	struct key out = { .n = k->n - n };

	memcpy(out.p, k->p + n, out.n);
	return out;
}

/* Is the word one for this kind of record? */
static int
means(const char *const *row, struct str object)
{
	for (size_t i = 0; i < COUNT(kinds[0]) && row[i] != NULL; i++)
		if (str_eq(object, str_z(row[i])))
			return 1;
	return 0;
}

/* The names that a field may be known by, the one it has first. */
static size_t
keys_of(const struct called *f, struct key *out)
{
	struct key object = { .n = 0 };
	size_t n = 1;

	memset(out, 0, KEYS * sizeof(*out));
	put_letters(&out[0], f->path[f->n - 1]);
	put_letters(&object, f->object);
	for (size_t i = 0; i < n && n < KEYS; i++)
		for (size_t k = 0; k < COUNT(before) && n < KEYS; k++)
			if (begins(&out[i], str_z(before[k])))
				out[n++] = without(&out[i],
				    strlen(before[k]));
	for (size_t i = 0; i < COUNT(kinds) && n < KEYS; i++)
		for (size_t k = 0; k < COUNT(kinds[0]) && n < KEYS &&
		    kinds[i][k] != NULL; k++)
			if (means(kinds[i], key_str(&object)) &&
			    begins(&out[0], str_z(kinds[i][k])))
				out[n++] = without(&out[0],
				    strlen(kinds[i][k]));
	return n;
}

static int
same_thing(struct str a, struct str b)
{
	for (size_t i = 0; i < COUNT(same); i++) {
		int found = 0;

		for (size_t k = 0; k < COUNT(same[0]) && same[i][k]; k++) {
			found |= str_eq(a, str_z(same[i][k]));
			found |= str_eq(b, str_z(same[i][k])) << 1;
		}
		if (found == 3)
			return 1;
	}
	return 0;
}

static unsigned
compare(struct str p, struct str q)
{
	return p.n == 0 || p.n == LETTERS ? 0 : str_eq(p, q) ? 100 :
	    same_thing(p, q) ? 80 : 0;
}

/* billing.region and BillingState: what is above stands in the name. */
static unsigned
folded(const struct called *deep, const struct key *flat)
{
	struct key above = { .n = 0 }, own = { .n = 0 }, rest;

	if (deep->n < 2)
		return 0;
	put_letters(&above, deep->path[deep->n - 2]);
	put_letters(&own, deep->path[deep->n - 1]);
	if (!begins(flat, key_str(&above)))
		return 0;
	rest = without(flat, above.n);
	return compare(key_str(&own), key_str(&rest));
}

/* An object that only wraps the fields of the record says nothing of them. */
static int
is_wrapped(const struct called *f)
{
	static const char *const wraps[] = { "properties", "attributes",
		"fields" };

	for (size_t i = 0; i < COUNT(wraps) && f->n == 2; i++)
		if (str_eq(f->path[0], str_z(wraps[i])))
			return 1;
	return f->n == 1;
}

unsigned
likeness(const struct called *a, const struct called *b)
{
	struct key x[KEYS], y[KEYS];
	size_t nx = keys_of(a, x), ny = keys_of(b, y);
	unsigned best = folded(a, &y[0]), other = folded(b, &x[0]);

	if (other > best)
		best = other;
	for (size_t i = 0; i < nx; i++)
		for (size_t k = 0; k < ny; k++) {
			unsigned how = compare(key_str(&x[i]), key_str(&y[k]));

			/* what is taken off counts more than another word */
			if (how > 0)
				how = how > FAR * (i + k) ?
				    how - (unsigned)(FAR * (i + k)) : 1;
			if (how > best)
				best = how;
		}
	/* Owner.email is another's */
	if (is_wrapped(a) != is_wrapped(b) && best > 0 && is_wrapped(a))
		best = best > 30 ? best - 30 : 1;
	/* an address is where its own record has it */
	if (best > 0 && a->n > 1 && b->n > 1 &&
	    str_eq(a->path[a->n - 2], b->path[b->n - 2]))
		best += 5;
	return best;
}

int
likeness_words(struct str a, struct str b)
{
	struct key x = { .n = 0 }, y = { .n = 0 };

	put_letters(&x, a);
	put_letters(&y, b);
	return x.n > 0 && str_eq(key_str(&x), key_str(&y));
}
