/*
 * crosswalk publish: a mapping becomes an immutable version in Postgres, with
 * everything that it uses, only when it compiles, its tests pass and its laws
 * hold.
 */
#include "cli/publish.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/session.h"
#include "cli/verdict.h"

/* Where the last component of a path begins. */
static size_t
base_at(struct str path)
{
	size_t at = 0;

	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/')
			at = i + 1;
	return at;
}

/*
 * path as seen from the folder that the first from bytes of root name: the
 * same files give the same names wherever they lie.
 */
static struct str
relative(struct str path, struct str root, size_t from, struct arena *a)
{
	struct buf b = { 0 };
	size_t same = 0;
	struct str s;

	for (size_t i = 0; i < from && i < path.n &&
	    path.p[i] == root.p[i]; i++)
		if (path.p[i] == '/')
			same = i + 1;
	for (size_t i = same; i < from; i++)
		if (root.p[i] == '/')
			buf_puts(&b, STR("../"));
	buf_put(&b, path.p + same, path.n - same);
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

static void
report_test(void *arg, const struct test_report *t)
{
	if (!t->ok)
		verdict_test(stderr, arg, t);
}

static void
report_law(void *arg, const struct law_report *l)
{
	(void)arg;
	verdict_law(stderr, l);
}

/* How many rules break laws that their map is held to; -1. */
static int
run_laws(const struct unit *u, struct vm *vm, struct err *e)
{
	struct laws_options options = { 0 };
	struct laws_result result;
	int broken = 0;

	for (uint32_t i = 0; i < u->nmap; i++) {
		if (laws_run(u, &u->maps[i], vm, &options, report_law, NULL,
		    &result, e) != 0)
			return err_prefix(e, "laws of %.*s",
			    STR_ARG(u->maps[i].name));
		broken += (int)result.broken;
	}
	return broken;
}

/* How many tests of the unit failed, and rules broke laws; -1. */
static int
run_checks(const struct unit *u, const char *path, int laws, struct err *e)
{
	struct vm *vm = vm_new(NULL);
	int failed = test_run(u, vm, report_test, (void *)path);

	if (failed == 0 && laws)
		failed = run_laws(u, vm, e);
	vm_free(vm);
	return failed;
}

static int
store(struct db *db, const struct unit *u, const struct lang_sources *src,
    struct str params, int laws, struct mapping_version *v, struct arena *a,
    struct err *e)
{
	struct mapping_file *files = arena_array(a, src->n, sizeof(*files));
	struct str root = src->list[0].path, name, checks;

	for (size_t i = 0; i < src->n; i++) {
		files[i].path = relative(src->list[i].path, root,
		    base_at(root), a);
		files[i].text = src->list[i].text;
	}
	name = u->nmap > 0 ? u->maps[0].name : u->connectors[0].name;
	checks = arena_printf(a, "{\"tests\":%u,\"laws\":%s}", u->ntest,
	    laws ? "true" : "false");
	return mapping_publish(db, a, name, files, src->n, params, LANG_VERSION,
	    checks, session_user(), v, e);
}

int
publish_file(struct db *db, const char *path, const struct args *args,
    struct options *o, struct mapping_version *v, struct watch *deps,
    struct arena *a, struct err *e)
{
	struct lang_sources src = { 0 };
	int laws = args_get(args, 'L') == NULL;
	struct unit *u = NULL;
	struct diags d;
	int rv;

	*v = (struct mapping_version){ 0 };
	diags_init(&d);
	rv = lang_compile(str_z(path), lang_read_file, NULL, &o->lang, &u,
	    &src, &d);
	options_met(o, args, u);
	for (size_t i = 0; deps != NULL && i < src.n; i++)
		watch_add(deps, src.list[i].path);
	if (d.n > 0) {
		struct buf out = { 0 };

		diags_print(&out, &d, isatty(STDERR_FILENO));
		fwrite(out.p, 1, out.n, stderr);
		buf_fini(&out);
	}
	if (rv != 0) {
		rv = 1;
	} else if (u->nmap == 0 && u->nconnector == 0) {
		rv = err_set(e, ERR_DATA, "%s: there is no map and no "
		    "connector in it; a library is published with what uses "
		    "it", path);
	} else if ((rv = run_checks(u, path, laws, e)) != 0) {
		rv = rv < 0 ? -1 : 1;
	} else if (args_get(args, 'n') == NULL) {
		rv = store(db, u, &src, o->params, laws, v, a, e);
	}
	if (rv == 0 || u != NULL)
		unit_unref(u);
	diags_fini(&d);
	return rv;
}

int
cmd_publish(struct session *s, const struct args *a, struct err *e)
{
	int dry = args_get(a, 'n') != NULL;
	struct options o;

	options_read(&o, a);
	for (int i = 0; i < a->nrest; i++) {
		struct mapping_version v;
		int rv = publish_file(s->db, a->rest[i], a, &o, &v,
		    NULL, &s->arena, e);

		if (rv < 0) {
			options_fini(&o);
			return -1;
		}
		if (rv > 0) {
			s->status = err_exit(ERR_DATA);
			fprintf(stderr, "%s: not published; the version that "
			    "runs goes on\n", a->rest[i]);
		} else if (dry) {
			buf_printf(&s->out, "%s: would be published\n",
			    a->rest[i]);
		} else {
			buf_printf(&s->out, "%s: %.*s version %d%s\n",
			    a->rest[i], STR_ARG(v.name), v.version, v.fresh ?
			    "" : " (unchanged)");
		}
	}
	options_fini(&o);
	return 0;
}
