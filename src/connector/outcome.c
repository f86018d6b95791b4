/*
 * Outcomes: the classify program, and how long to wait.
 */
#include "connector/reply.h"

#include <time.h>

#include "connector/eval.h"
#include "record/decimal.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

const char *
outcome_word(enum outcome o)
{
	static const char *const words[] = {
#define X(name, word) word,
		OUTCOMES(X)
#undef X
	};

	return (size_t)o < COUNT(words) ? words[o] : "?";
}

enum outcome
outcome_unknown(const struct unit_op *op)
{
	return op->op == CONNECTOR_CREATE ? OUTCOME_UNKNOWN : OUTCOME_RETRY;
}

/* Milliseconds since 1970 of an HTTP date in any of its three forms, or -1. */
static int64_t
http_date_ms(struct str s)
{
	static const char *const forms[] = {
		"%a, %d %b %Y %H:%M:%S GMT", /* the one to be sent */
		"%A, %d-%b-%y %H:%M:%S GMT", /* RFC 850 */
		"%a %b %e %H:%M:%S %Y",      /* asctime */
	};
	char text[64];

	if (s.n == 0 || s.n >= sizeof(text))
		return -1;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);

		if (end == text + s.n)
			return (int64_t)timegm(&tm) * 1000;
	}
	return -1;
}

/* Decimal seconds as milliseconds, rounded up, within 0 .. a day; or -1. */
static int64_t
seconds_ms(struct dec d)
{
	int64_t ms;

	if (d.coef < 0)
		return 0;
	if (dec_cmp(d, dec_int(DAY_MS / 1000)) > 0)
		return DAY_MS;
	if (dec_shift(d, 3, &d, NULL) != 0 ||
	    dec_rescale(d, 0, ROUND_UP, &d, NULL) != 0 ||
	    dec_to_int(d, &ms, NULL) != 0)
		return -1;
	return ms;
}

int64_t
retry_after_ms(struct str value, int64_t now_ms)
{
	struct dec d;
	int64_t at;

	while (value.n != 0 && value.p[0] == ' ')
		value = str_from(value.p + 1, value.n - 1);
	while (value.n != 0 && value.p[value.n - 1] == ' ')
		value.n--;
	if (value.n != 0 && value.p[0] >= '0' && value.p[0] <= '9')
		return dec_parse(value, &d, NULL) == 0 ? seconds_ms(d) : -1;
	at = http_date_ms(value);
	if (at < 0)
		return -1;
	if (at <= now_ms)
		return 0;
	return at - now_ms < DAY_MS ? at - now_ms : DAY_MS;
}

int64_t
reply_date_ms(const struct http_done *rep)
{
	return http_date_ms(reply_header(rep, STR("date")));
}

/*
 * The provider's clock where the reply shows it: a date that it gives is by
 * its own clock, whatever ours says.
 */
static int64_t
peer_now_ms(const struct reading *rd)
{
	int64_t at = reply_date_ms(rd->rep);

	return at >= 0 ? at : rd->now_ms;
}

/* What classify gave as seconds: a number, or the text of a header. */
static int64_t
wait_of(const struct reading *rd, struct value v)
{
	struct str header = reply_header(rd->rep, STR("retry-after"));
	struct dec d;

	switch (v.type) {
	case V_INT:
		return seconds_ms(dec_int(v.u.i));
	case V_DEC:
		return seconds_ms(*v.u.d);
	case V_NUM:
		if (dec_parse(str_from(v.u.p, v.n), &d, NULL) == 0)
			return seconds_ms(d);
		break;
	case V_TEXT:
		header = value_str(v, rd->a);
		break;
	default:
		break;
	}
	return retry_after_ms(header, peer_now_ms(rd));
}

/* What one of the two programs says; *r is no list where no case fits. */
static int
ask(const struct reading *rd, int func, struct value body, struct value *r,
    struct err *e)
{
	struct value args[3] = { value_int(rd->rep->status), rd->headers,
		body };

	if (eval(rd->call, rd->vm, func, "classify", args, 3, r, rd->a, e) !=
	    0)
		return -1;
	*r = value_open(*r, rd->a);
	return 0;
}

int
classify(const struct reading *rd, struct value body, struct verdict *v,
    struct err *e)
{
	struct value r;

	*v = (struct verdict){ .outcome = OUTCOME_RETRY,
		.wait_ms = CONNECTOR_WAIT_UNSAID };
	if (ask(rd, rd->call->op->classify, body, &r, e) != 0 ||
	    (r.type != V_LIST &&
	    ask(rd, rd->call->connector->classify, body, &r, e) != 0))
		return -1;
	if (r.type != V_LIST)
		return 0;
	v->matched = 1;
	v->outcome = (enum outcome)r.u.list[0].u.i;
	if (v->outcome == OUTCOME_RETRY || v->outcome == OUTCOME_THROTTLE)
		v->wait_ms = wait_of(rd, r.n > 3 ? r.u.list[3] :
		    (struct value){ .type = V_ABSENT });
	if (r.n > 1) {
		v->tries.most = (unsigned)r.u.list[1].u.i;
		v->tries.line = (unsigned)r.u.list[2].u.i;
	}
	return 0;
}
