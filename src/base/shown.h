/*
 * Data in messages: its begin, in whole characters, so that a message is
 * UTF-8 as what it tells of.
 */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include "base/str.h"

#define SHOWN_MAX 80

static inline struct str
str_shown(struct str s)
{
	if (s.n > SHOWN_MAX) {
		s.n = SHOWN_MAX;
		while (s.n > 0 && (s.p[s.n] & 0xc0) == 0x80)
			s.n--;
	}
	return s;
}

/* For "%.*s". */
#define SHOWN(s) STR_ARG(str_shown(s))

#endif
