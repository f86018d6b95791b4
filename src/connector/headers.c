/*
 * The headers of a reply, which http gives as the lines that came.
 */
#include <strings.h>

#include "connector/eval.h"

static struct str
trim(struct str s)
{
	while (s.n != 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_from(s.p + 1, s.n - 1);
	while (s.n != 0 && strchr(" \t\r", s.p[s.n - 1]) != NULL)
		s.n--;
	return s;
}

int
reply_next_header(const struct http_done *rep, size_t *at, struct str *name,
    struct str *value)
{
	while (*at < rep->headers.n) {
		struct str line = str_from(rep->headers.p + *at,
		    rep->headers.n - *at);
		const char *nl = memchr(line.p, '\n', line.n), *colon;

		if (nl != NULL)
			line.n = (size_t)(nl - line.p);
		*at += line.n + (nl != NULL);
		colon = memchr(line.p, ':', line.n);
		if (colon == NULL) /* the status line, the empty one */
			continue;
		*name = str_from(line.p, (size_t)(colon - line.p));
		*value = trim(str_from(colon + 1, line.n - name->n - 1));
		return 1;
	}
	return 0;
}

struct str
reply_header(const struct http_done *rep, struct str name)
{
	struct str found, value;
	size_t at = 0;

	while (reply_next_header(rep, &at, &found, &value))
		if (found.n == name.n &&
		    strncasecmp(found.p, name.p, name.n) == 0)
			return value;
	return str_from(NULL, 0);
}
