/* Every example of every built-in is true. */
#include "vm.h"

Test(builtins, examples)
{
	struct vm *vm = vm_new(NULL);
	size_t n = 0;

	for (size_t i = 0; i < nbuiltin; i++) {
		const char *const *ex = builtins[i].examples;
		size_t count = 0;

		for (; *ex != NULL; ex++, count++, n++) {
			struct arena a = { 0 };
			struct value x, y;
			struct err e = { 0 };
			const char *p = *ex;

			cr_expect_eq(test_eval(vm, &p, &x, &a, &e), 0,
			    "%s: %s", *ex, e.text);
			cr_expect_eq(strncmp(p, "== ", 3), 0, "%s", *ex);
			p += 3;
			cr_expect_eq(test_eval(vm, &p, &y, &a, &e), 0,
			    "%s: %s", *ex, e.text);
			cr_expect_eq(*p, '\0', "%s: behind it %s", *ex, p);
			cr_expect(value_equal(x, y, CMP_EXACT, &a),
			    "%s: %s is not %s", *ex, test_show(x, &a),
			    test_show(y, &a));
			arena_fini(&a);
		}
		cr_expect_geq(count, 2, "%s has %zu examples",
		    builtins[i].name, count);
	}
	cr_expect_gt(n, 180);
	vm_free(vm);
}
