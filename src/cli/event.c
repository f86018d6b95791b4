/*
 * Events from options.
 */
#include "cli/event.h"

static unsigned
op_of(const struct args *a, const char *word)
{
	const char *known;

	for (unsigned bit = 1; (known = event_word(bit)) != NULL; bit <<= 1)
		if (strcmp(word, known) == 0)
			return bit;
	args_fail(a, "`%s` is no event: create, update or delete", word);
}

struct vm_event
event_taken(const struct args *a, unsigned op)
{
	static const char *const fields[] = {
#define X(name, word) [EVENT_OF_##name] = word "=",
		EVENT_FIELDS(X)
#undef X
	};
	struct vm_event ev = { op, VM_AT_NOW, STR("") };
	struct err e;

	for (int i = 0; i < a->ngiven; i++) {
		const char *text = a->given[i].value;
		size_t k = 0;

		if (a->given[i].letter != 'e')
			continue;
		while (k < COUNT(fields) &&
		    strncmp(text, fields[k], strlen(fields[k])) != 0)
			k++;
		if (k == COUNT(fields))
			args_fail(a, "an event is given as op=update, "
			    "at=TIME or key=TEXT, not `%s`", text);
		text += strlen(fields[k]);
		if (k == EVENT_OF_OP)
			ev.op = op_of(a, text);
		else if (k == EVENT_OF_KEY)
			ev.key = str_z(text);
		else if (time_parse(text, &ev.at_us, &e) != 0)
			args_fail(a, "%s", e.text);
	}
	return ev;
}
