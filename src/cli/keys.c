/*
 * Keys of an identity, as explain shows them.
 */
#include "cli/keys.h"

#include <inttypes.h>

static void
text_match(struct buf *out, const struct unit_match *x, struct str file,
    struct str key)
{
	buf_printf(out, "identity: %.*s  %.*s:%" PRIu32 "\n", STR_ARG(x->text),
	    STR_ARG(file), x->pos.line);
	if (key.n > 0)
		buf_printf(out, "  key %.*s\n", STR_ARG(key));
	else
		buf_puts(out, STR("  no key, as a value is missing or has not "
		    "the form\n"));
}

static void
json_match(struct buf *out, const struct unit_match *x, struct str file,
    struct str key)
{
	buf_puts(out, STR("{\"match\":"));
	buf_json(out, x->text);
	buf_printf(out, ",\"key\":%.*s,\"file\":", (int)(key.n ? key.n : 4),
	    key.n ? key.p : "null");
	buf_json(out, file);
	buf_printf(out, ",\"line\":%" PRIu32 "}", x->pos.line);
}

int
keys_show(struct buf *out, const struct mapping *m, struct vm *vm,
    const struct vm_frame *f, int json, struct arena *a, struct err *e)
{
	const struct unit_identity *id = m->map->identity;
	int back = m->prog == m->map->backward;
	struct buf key = { 0 };

	if (id == NULL)
		return 0;
	if (json)
		buf_puts(out, STR(",\"identity\":["));
	for (uint32_t i = 0; i < id->nmatch; i++) {
		const struct unit_match *x = &id->matches[i];
		struct str file = m->prog->files[x->pos.file];

		buf_reset(&key);
		if (vm_key(vm, m->prog, back ? &x->right : &x->left, f, &key,
		    a, e) < 0) {
			buf_fini(&key);
			return -1;
		}
		if (json && i > 0)
			buf_putc(out, ',');
		(json ? json_match : text_match)(out, x, file, buf_str(&key));
	}
	if (json)
		buf_putc(out, ']');
	buf_fini(&key);
	return 0;
}
