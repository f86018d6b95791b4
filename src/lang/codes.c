/*
 * The table of findings, made from codes.def.
 */
#include "lang/source.h"

#define LEVEL_E DIAG_ERROR, 0
#define LEVEL_M DIAG_ERROR, 1
#define LEVEL_N DIAG_NOTE, 0
#define LEVEL_W DIAG_WARNING, 0
#define LEVEL_U DIAG_WARNING, 1

const struct code_entry lang_codes[] = {
#define CODE(number, level, title, text)                                  \
	{ number, LEVEL_##level, title, text },
#include "lang/codes.def"
#undef CODE
};

const size_t nlang_codes = COUNT(lang_codes);

const struct code_entry *
code_find(int number)
{
	for (size_t i = 0; i < nlang_codes; i++)
		if (lang_codes[i].number == number)
			return &lang_codes[i];
	return NULL;
}

const char *
diag_explain(int code, const char **title)
{
	const struct code_entry *c = code_find(code);

	if (c == NULL)
		return NULL;
	*title = c->title;
	return c->text;
}
