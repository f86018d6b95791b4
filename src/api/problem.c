/*
 * Refusals as JSON.
 */
#include "api/problem.h"

#include <assert.h>

static const struct {
	unsigned status;
	const char *code;
} kinds[] = {
#define X(name, status, code) { status, code },
	PROBLEMS(X)
#undef X
};

void
problem_add(struct problems *p, struct arena *a, enum problem_kind kind,
    size_t line, struct str path, struct str text)
{
	if (p->n == PROBLEM_MAX) {
		p->more++;
		return;
	}
	if (p->list == NULL)
		p->list = arena_array(a, PROBLEM_MAX, sizeof(*p->list));
	p->list[p->n++] = (struct problem){ kind, line, path, text };
}

unsigned
problem_status(const struct problems *p)
{
	assert(p->n != 0);
	return kinds[p->list[0].kind].status;
}

static void
write_one(struct buf *out, const struct problem *p)
{
	buf_printf(out, "{\"code\":\"%s\",\"message\":", kinds[p->kind].code);
	buf_json(out, p->text);
	if (p->line != 0)
		buf_printf(out, ",\"line\":%zu", p->line);
	if (p->path.p != NULL) {
		buf_puts(out, STR(",\"path\":"));
		buf_json(out, p->path);
	}
	buf_putc(out, '}');
}

void
problem_write(struct buf *out, const struct problems *p)
{
	buf_puts(out, STR("{\"error\":"));
	write_one(out, &p->list[0]);
	buf_puts(out, STR(",\"errors\":["));
	for (size_t i = 0; i < p->n; i++) {
		if (i != 0)
			buf_putc(out, ',');
		write_one(out, &p->list[i]);
	}
	buf_putc(out, ']');
	if (p->more != 0)
		buf_printf(out, ",\"more\":%zu", p->more);
	buf_puts(out, STR("}\n"));
}
