/*
 * libphonenumber behind a C function.  No exception leaves it.
 */
#include "vm/phone.h"

#include <cstring>
#include <exception>
#include <string>

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static const char *
reason(PhoneNumberUtil::ErrorType type)
{
	switch (type) {
	case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
		return "has no known country code, and no region is given";
	case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
	case PhoneNumberUtil::TOO_SHORT_NSN:
		return "is too short";
	case PhoneNumberUtil::TOO_LONG_NSN:
		return "is too long";
	default:
		return "is no telephone number";
	}
}

static int
e164(const std::string &text, const std::string &region, std::string *out,
    const char **why)
{
	const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
	PhoneNumber number;
	std::string again;
	PhoneNumberUtil::ErrorType type =
	    util->Parse(text, region.empty() ? "ZZ" : region, &number);

	if (type != PhoneNumberUtil::NO_PARSING_ERROR) {
		*why = reason(type);
		return -1;
	}
	if (number.has_extension()) {
		*why = "has an extension, which E.164 cannot hold";
		return -1;
	}
	if (!util->IsPossibleNumber(number)) {
		*why = "has a length that its country does not know";
		return -1;
	}
	util->Format(number, PhoneNumberUtil::E164, out);
	/* of "000000" the form is read as another number: it is none */
	if (util->Parse(*out, "ZZ", &number) !=
	    PhoneNumberUtil::NO_PARSING_ERROR) {
		*why = "is no telephone number";
		return -1;
	}
	util->Format(number, PhoneNumberUtil::E164, &again);
	if (again != *out) {
		*why = "is no telephone number";
		return -1;
	}
	return 0;
}

int
phone_e164(const char *text, size_t text_n, const char *region,
    size_t region_n, char out[PHONE_TEXT], size_t *n, const char **why)
{
	try {
		std::string number;

		if (e164(std::string(text, text_n),
		    std::string(region, region_n), &number, why) != 0)
			return -1;
		if (number.size() > PHONE_TEXT) {
			*why = "is too long";
			return -1;
		}
		std::memcpy(out, number.data(), number.size());
		*n = number.size();
		return 0;
	} catch (const std::exception &) {
		*why = "is more than libphonenumber can take";
		return -1;
	}
}
