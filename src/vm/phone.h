/*
 * Telephone numbers, by libphonenumber: the one C++ file is phone.cc.
 * Private to vm/.
 */
#ifndef VM_PHONE_H
#define VM_PHONE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PHONE_TEXT 24

/*
 * "+493012345" into out, its length in *n.  region, two letters, is where a
 * number without country code is dialled; n == 0: nowhere.  A number must
 * have a length that its country knows; whether it was given out is not
 * asked, for plans change faster than the library's tables.  -1: *why is a
 * literal.  Any thread.
 */
int phone_e164(const char *text, size_t text_n, const char *region,
    size_t region_n, char out[PHONE_TEXT], size_t *n, const char **why);

#ifdef __cplusplus
}
#endif

#endif
