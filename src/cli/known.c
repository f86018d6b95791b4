/*
 * Files of answers.
 */
#include "cli/known.h"

#include "cli/cli.h"

/* Larger tables than a person writes; a scan takes 1 GB at most. */
#define KNOWN_MAX ((size_t)256 << 20)

int
known_read(struct known *k, const char *path, struct err *e)
{
	struct err why;

	*k = (struct known){ .lookups.whole = 1 };
	if (path == NULL)
		return 0;
	if (read_all(path, KNOWN_MAX, &k->text, e) != 0)
		return -1;
	memset(buf_room(&k->text, RECORD_PAD), 0, RECORD_PAD);
	if (lookups_read(&k->lookups, buf_str(&k->text), &k->arena, &why) == 0)
		return 0;
	return err_set(e, ERR_DATA, "%s: %s", path, why.text);
}

int
known_give(struct known *k, const char *path, struct vm *vm, struct err *e)
{
	if (known_read(k, path, e) != 0)
		return -1;
	if (path != NULL)
		vm_set_lookups(vm, lookups_answer, &k->lookups);
	return 0;
}

void
known_fini(struct known *k)
{
	lookups_fini(&k->lookups);
	arena_fini(&k->arena);
	buf_fini(&k->text);
}

void
known_hint(struct err *e)
{
	char text[sizeof(e->text)];

	if (e->code != ERR_NOINPUT)
		return;
	memcpy(text, e->text, sizeof(text));
	err_set(e, ERR_NOINPUT, "%.400s; give what is known with --lookup",
	    text);
}
