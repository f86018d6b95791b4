/*
 * crosswalk webhook: what a request that a CRM sent tells, or why it is
 * refused.
 */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/object.h"
#include "connector/hook.h"

#define REQUEST_MAX ((size_t)16 << 20)

/* The next line of *rest, without its end. */
static struct str
next_line(struct str *rest)
{
	const char *nl = memchr(rest->p, '\n', rest->n);
	struct str line = str_from(rest->p, nl ? (size_t)(nl - rest->p) :
	    rest->n);
	size_t n = line.n + (nl != NULL);

	rest->p += n;
	rest->n -= n;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* The value of a header line of that name; 0: it is another. */
static int
is_header(struct str line, const char *name, struct str *value)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' ||
	    strncasecmp(line.p, name, n) != 0)
		return 0;
	for (n++; n < line.n && line.p[n] == ' ';)
		n++;
	*value = str_from(line.p + n, line.n - n);
	return 1;
}

/*
 * "POST /path HTTP/1.1", headers, an empty line, the body.  base is where the
 * CRM sends it; without it the header Host says so.
 */
static int
read_request(struct str text, struct str base, struct hook_request *r,
    struct arena *a, struct err *e)
{
	struct str line = next_line(&text), host = STR("localhost"), path;
	const char *from = memchr(line.p, ' ', line.n), *to = from == NULL ?
	    NULL : memrchr(line.p, ' ', line.n);

	if (to == NULL || to == from || from[1] != '/')
		return err_set(e, ERR_DATA, "the input is no HTTP request; it "
		    "begins with a line as: POST /hooks/1 HTTP/1.1");
	r->method = str_from(line.p, (size_t)(from - line.p));
	path = str_from(from + 1, (size_t)(to - from) - 1);
	r->headers = str_from(text.p, 0);
	while (text.n > 0 && (line = next_line(&text)).n > 0) {
		r->headers.n = (size_t)(text.p - r->headers.p);
		is_header(line, "host", &host);
	}
	r->body = text;
	r->uri = base.n > 0 ? arena_printf(a, "%.*s%.*s", STR_ARG(base),
	    STR_ARG(path)) : arena_printf(a, "https://%.*s%.*s",
	    STR_ARG(host), STR_ARG(path));
	return 0;
}

static void
put_event(struct buf *out, const struct hook_event *ev)
{
	buf_puts(out, STR("{\"id\":"));
	buf_json(out, ev->id);
	buf_printf(out, ",\"op\":\"%s\"", hook_op_word[ev->op]);
	if (ev->at.n > 0) {
		buf_puts(out, STR(",\"at\":"));
		buf_json(out, ev->at);
	}
	for (size_t i = 0; i < ev->nfields; i++) {
		buf_puts(out, i ? STR(",") : STR(",\"fields\":["));
		buf_json(out, ev->fields[i]);
	}
	if (ev->nfields > 0)
		buf_putc(out, ']');
	if (ev->reread)
		buf_puts(out, STR(",\"reread\":true"));
	if (ev->echo)
		buf_puts(out, STR(",\"echo\":true"));
	buf_puts(out, STR(",\"event\":"));
	put_line(out, ev->json);
	out->p[out->n - 1] = '}';
	buf_putc(out, '\n');
}

static int
run(struct object *o, const struct args *a, struct str secret, int64_t now_us,
    struct buf *out, struct arena *arena, struct err *e)
{
	struct hook_request r = { 0 };
	struct hook_event *events;
	struct buf text = { 0 };
	int rc = -1;
	size_t n;

	if (read_all("-", REQUEST_MAX, &text, e) != 0 ||
	    read_request(buf_str(&text), args_str(a, 'u'), &r, arena, e) != 0)
		goto out;
	if (hook_verify(&o->call, o->vm, &r, secret, now_us / 1000, arena,
	    e) != 0) {
		rc = say(1, "%s", e->text);
		goto out;
	}
	rc = hook_events(&o->call, o->vm, &r, &events, &n, arena, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		put_event(out, &events[i]);
	if (rc == 0)
		rc = write_all(STDOUT_FILENO, out, e);
out:
	buf_fini(&text);
	return rc;
}

int
cmd_webhook(const struct args *a)
{
	struct object o;
	struct arena arena = { 0 };
	struct buf out = { 0 };
	int64_t now = clock_wall_us();
	struct str secret;
	struct err e;
	int status;

	if (args_get(a, 'n') && time_parse(args_get(a, 'n'), &now, &e) != 0)
		args_fail(a, "%s", e.text);
	if (args_get(a, 'K') == NULL)
		args_fail(a, "--secret-env is missing");
	secret = object_secret(a, 'K');
	status = object_open(&o, a);
	if (status != 0)
		return status;
	if (o.call.object->webhook == NULL)
		status = say(err_exit(ERR_DATA), "object `%s` says no "
		    "`webhook`", a->rest[1]);
	else
		status = run(&o, a, secret, now, &out, &arena, &e);
	if (status < 0)
		status = say_err(&e);
	object_close(&o);
	buf_fini(&out);
	arena_fini(&arena);
	return status;
}
