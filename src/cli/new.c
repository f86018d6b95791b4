/*
 * crosswalk new: a mapping to begin with.
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/scaffold.h"

static int
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/*
 * schemas/SYSTEM/OBJECT.json here or in a folder above, else where crosswalk
 * is installed.
 */
static int
find_schema(struct arena *a, const char *system, const char *object,
    struct str *out, struct err *e)
{
	struct str up = STR("");

	for (int i = 0; i < 16; i++) {
		*out = arena_printf(a, "%.*sschemas/%s/%s.json", STR_ARG(up),
		    system, object);
		if (is_file(out->p))
			return 0;
		up = arena_printf(a, "%.*s../", STR_ARG(up));
	}
	*out = arena_printf(a, "%s/schemas/%s/%s.json", PKGDATADIR, system,
	    object);
	if (is_file(out->p))
		return 0;
	return err_set(e, ERR_NOINPUT, "there is no schemas/%s/%s.json here, "
	    "above or in %s: give the file with --%s", system, object,
	    PKGDATADIR, strcmp(system, "app") == 0 ? "left" : "right");
}

/* The folder of a path as the system knows it. */
static int
folder_of(struct arena *a, const char *path, struct str *out, struct err *e)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	struct str dir = slash == NULL ? STR(".") : slash == path ? STR("/") :
	    arena_str(a, str_from(path, (size_t)(slash - path)));
	char real[PATH_MAX];

	if (realpath(dir.p, real) == NULL)
		return err_set(e, ERR_NOINPUT, "%s: no such folder", dir.p);
	*out = arena_str(a, str_z(real));
	return 0;
}

/* A file as it is written in a folder: "../schemas/app/contact.json". */
static int
seen_from(struct arena *a, struct str folder, struct str file,
    struct str *out, struct err *e)
{
	struct str up = STR("");
	char real[PATH_MAX];
	size_t same = 0;

	if (realpath(arena_str(a, file).p, real) == NULL)
		return err_set(e, ERR_NOINPUT, "%.*s: cannot be read",
		    STR_ARG(file));
	for (size_t i = 0; i <= folder.n; i++) {
		char c = i < folder.n ? folder.p[i] : '/';

		if (real[i] != c)
			break;
		if (c == '/')
			same = i + 1;
	}
	if (same == 1) { /* only the root: nothing is near */
		*out = arena_str(a, str_z(real));
		return 0;
	}
	for (size_t i = same; i < folder.n; i++)
		if (i == same || folder.p[i] == '/')
			up = arena_printf(a, "%.*s../", STR_ARG(up));
	*out = arena_printf(a, "%.*s%s", STR_ARG(up), real + same);
	return 0;
}

static int
find_side(struct arena *a, struct scaffold_side *s, const char *given,
    const char *system, const char *object, struct str folder, struct err *e)
{
	s->system = str_z(system);
	if (given != NULL)
		s->file = str_z(given);
	else if (find_schema(a, system, object, &s->file, e) != 0)
		return -1;
	return seen_from(a, folder, s->file, &s->written, e);
}

/* A name of the language, so that it needs no quotes. */
static int
is_name(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	return *s != '\0' && strchr(letters, *s) != NULL && s[strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")]
	    == '\0';
}

static int
write_file(const char *path, int force, struct buf *text, struct err *e)
{
	FILE *f = path == NULL ? stdout : fopen(path, force ? "w" : "wx");

	if (f == NULL)
		return err_set(e, ERR_SYSTEM, access(path, F_OK) == 0 ?
		    "%s is there already: --force overwrites it" :
		    "%s: cannot write it", path);
	fwrite(text->p, 1, text->n, f);
	if ((f == stdout ? fflush(f) : fclose(f)) != 0)
		return err_set(e, ERR_SYSTEM, "%s: cannot write it",
		    path ? path : "stdout");
	return 0;
}

int
cmd_new(const struct args *a)
{
	const char *crm = a->rest[0], *object = a->rest[1];
	const char *path = args_get(a, 'o');
	struct scaffold_side left, right;
	struct arena mem = { 0 };
	struct buf text = { 0 };
	struct str folder;
	struct err e;
	int status = 0;

	if (!is_name(crm) || !is_name(object))
		args_fail(a, "names are letters, digits and _: %s",
		    is_name(crm) ? object : crm);
	if (folder_of(&mem, path, &folder, &e) != 0 ||
	    find_side(&mem, &left, args_get(a, 'l'), "app", object, folder,
	    &e) != 0 ||
	    find_side(&mem, &right, args_get(a, 'r'), crm, object, folder,
	    &e) != 0 ||
	    scaffold(&text, str_z(object), &left, &right, &e) != 0 ||
	    write_file(path, args_get(a, 'f') != NULL, &text, &e) != 0)
		status = say_err(&e);
	buf_fini(&text);
	arena_fini(&mem);
	return status;
}
