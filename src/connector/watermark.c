/*
 * The order of watermarks, and times before them.
 */
#include "connector/watermark.h"

#include "record/calendar.h"
#include "record/decimal.h"

static int
instant(struct str w, int64_t *seconds, int *nano)
{
	struct moment m;

	if (moment_parse(w, 1, &m, NULL) != 0)
		return 0;
	*seconds = moment_seconds(&m);
	*nano = m.nano;
	return 1;
}

int
watermark_order(struct str a, struct str b)
{
	int64_t sa, sb;
	int na, nb;
	struct dec da, db;

	if (instant(a, &sa, &na) && instant(b, &sb, &nb))
		return sa != sb ? (sa > sb) - (sa < sb) :
		    (na > nb) - (na < nb);
	if (dec_parse(a, &da, NULL) == 0 && dec_parse(b, &db, NULL) == 0)
		return dec_cmp(da, db);
	return str_cmp(a, b);
}

int
watermark_timed(struct str w)
{
	int64_t seconds;
	int nano;

	return instant(w, &seconds, &nano);
}

/* A year beyond 9999 has no text, and is not a time anybody's clock shows. */
static struct str
text_of(int64_t seconds, struct arena *a)
{
	struct moment m = moment_from(seconds, 0, 0);
	char out[MOMENT_TEXT];
	size_t n = 0;

	m.digits = 0;
	if (moment_format(&m, out, &n, NULL) != 0)
		return str_from(NULL, 0);
	return arena_str(a, str_from(out, n));
}

int
watermark_back(struct str w, int64_t ms, struct str *back, struct arena *a,
    struct err *e)
{
	int64_t seconds;
	int nano;

	if (!instant(w, &seconds, &nano))
		return err_set(e, ERR_DATA, "a watermark of the list is no "
		    "time (%.*s), so nothing is so much before it; leave "
		    "lookback out", (int)(w.n < 60 ? w.n : 60), w.p);
	/* the part of a second that ms is, and what nano loses: earlier */
	*back = text_of(seconds - (ms + 999) / 1000, a);
	if (back->n == 0)
		return err_set(e, ERR_DATA, "lookback reaches behind the year "
		    "0 from %.*s", STR_ARG(w));
	return 0;
}

struct str
watermark_at(int64_t ms, struct arena *a)
{
	return text_of(ms / 1000, a);
}
