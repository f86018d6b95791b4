/*
 * What becomes of a field: who changed it, and where both did, what own says.
 */
#include "vm/decide.h"

#include "base/table.h"
#include "record/calendar.h"
#include "vm/run.h"

/* ---- who changed it ---- */

static int
equal(const struct decider *d, const struct view *v, unsigned i,
    const struct value *x, const struct value *y)
{
	return value_equal(x[i], y[i], v->how[i], d->a);
}

static int
all_equal(const struct decider *d, const struct view *v,
    const struct value *x, const struct value *y)
{
	for (unsigned i = 0; i < v->n; i++)
		if (!equal(d, v, i, x, y))
			return 0;
	return 1;
}

/* Where several are decided as one, what is absent says nothing. */
static int
changed(const struct decider *d, const struct view *v, const struct value *x)
{
	for (unsigned i = 0; i < v->n; i++)
		if ((v->n == 1 || x[i].type != V_ABSENT) &&
		    !equal(d, v, i, x, v->base))
			return 1;
	return 0;
}

static int
all_nil(const struct view *v, const struct value *x)
{
	for (unsigned i = 0; i < v->n; i++)
		if (!value_nil(x[i]))
			return 0;
	return 1;
}

/* ---- what own says ---- */

/*
 * One side wins.  When both meet for the first time nothing is cleared: what
 * the winner has not is taken from the other.
 */
static enum merge_decision
take(const struct decider *d, const struct view *v, int right)
{
	int mixed = 0;

	for (unsigned i = 0; i < v->n; i++) {
		int ours = !value_nil(v->ours[i]);
		int theirs = !value_nil(v->theirs[i]);
		int other = d->first && (right ? !theirs : !ours);

		v->made[i] = right != other ? v->raw[i] : v->ours[i];
		mixed |= other && (right ? ours : theirs);
	}
	return mixed ? MERGE_TO_BOTH : right ? MERGE_TO_US : MERGE_TO_THEM;
}

static enum merge_decision
take_latest(const struct decider *d, const struct unit_field *f,
    const struct view *v)
{
	int64_t ours = d->in->ours_at, theirs = d->in->theirs_at, ahead;

	if (ours == MERGE_NO_TIME || theirs == MERGE_NO_TIME)
		return take(d, v, f->tie_right);
	if (__builtin_sub_overflow(theirs, ours, &ahead))
		return take(d, v, theirs > ours);
	if (ahead >= -f->within_us && ahead <= f->within_us)
		return take(d, v, f->tie_right);
	return take(d, v, ahead > 0);
}

static enum merge_decision
fill(const struct decider *d, const struct view *v)
{
	int ours = all_nil(v, v->ours), theirs = all_nil(v, v->theirs);

	return ours == theirs ? MERGE_NOTHING : take(d, v, ours);
}

static int
read_time(struct value v, struct moment *m, struct arena *a, struct err *e)
{
	if (v.type != V_TEXT)
		return err_set(e, ERR_DATA, "%s is no date-time",
		    value_word(v));
	return moment_parse(value_str(v, a), 0, m, e);
}

/* <0, 0, >0 as in num_order. */
static int
order_times(struct value x, struct value y, int *order, struct arena *a,
    struct err *e)
{
	struct moment m[2];
	int64_t s[2];

	if (read_time(x, &m[0], a, e) != 0 || read_time(y, &m[1], a, e) != 0)
		return -1;
	s[0] = moment_seconds(&m[0]);
	s[1] = moment_seconds(&m[1]);
	*order = s[0] != s[1] ? (s[0] > s[1]) - (s[0] < s[1]) :
	    (m[0].nano > m[1].nano) - (m[0].nano < m[1].nano);
	return 0;
}

static int
take_larger(const struct decider *d, const struct unit_field *f,
    const struct view *v, enum merge_decision *out, struct err *e)
{
	struct value ours = { 0 }, theirs = { 0 };
	int order;

	if (v->left_ours != NULL)
		ours = *v->left_ours;
	if (v->left_theirs != NULL)
		theirs = *v->left_theirs;
	if (value_nil(ours) || value_nil(theirs)) {
		*out = take(d, v, value_nil(ours) && !value_nil(theirs));
		return 0;
	}
	if ((f->order == ORDER_TIME ?
	    order_times(ours, theirs, &order, d->a, e) :
	    num_order(ours, theirs, &order, d->a, e)) != 0)
		return -1;
	*out = take(d, v, f->own == OWN_MAX ? order < 0 : order > 0);
	return 0;
}

/* ---- values that are made of both ---- */

static enum merge_decision
give(const struct decider *d, const struct view *v, struct value made)
{
	if (made.type == V_ABSENT || (d->first && made.type == V_NULL))
		return MERGE_NOTHING;
	v->made[0] = made;
	if (equal(d, v, 0, v->made, v->ours))
		return MERGE_TO_THEM;
	return equal(d, v, 0, v->made, v->theirs) ? MERGE_TO_US :
	    MERGE_TO_BOTH;
}

/* What an element is told by: the canonical form of its key, or of itself. */
static struct str
element_key(const struct decider *d, const struct unit_field *f,
    struct value element)
{
	struct value key = element;
	struct buf b = { 0 };
	struct str s;

	for (unsigned i = 0; i < f->nkey; i++) {
		key = value_open(key, d->a);
		key = key.type == V_RECORD ?
		    value_member(key, f->key[i], d->a) : (struct value){ 0 };
	}
	if (value_nil(key))
		key = element;
	value_canon(&b, key, CMP_EXACT, d->a);
	s = arena_str(d->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* Ours, and what theirs has beside it. */
static int
take_union(const struct decider *d, const struct unit_field *f,
    const struct view *v, enum merge_decision *out, struct err *e)
{
	struct value x = value_open(v->ours[0], d->a);
	struct value y = value_open(v->raw[0], d->a), *list;
	struct table known = { 0 };
	struct value both = { .type = V_LIST };

	if (x.type != V_LIST || y.type != V_LIST) {
		*out = take(d, v, x.type != V_LIST && y.type == V_LIST);
		return 0;
	}
	if (vm_list_fits(d->vm, (size_t)x.n + y.n, e) != 0)
		return -1;
	list = arena_array(d->a, (size_t)x.n + y.n, sizeof(*list));
	both.u.list = list;
	for (uint32_t i = 0; i < x.n; i++) {
		list[both.n++] = x.u.list[i];
		table_put(&known, element_key(d, f, x.u.list[i]), list);
	}
	for (uint32_t i = 0; i < y.n; i++)
		if (table_put(&known, element_key(d, f, y.u.list[i]), list) ==
		    NULL)
			list[both.n++] = y.u.list[i];
	table_fini(&known);
	*out = give(d, v, both);
	return 0;
}

static int
time_value(int64_t us, struct value *v, struct arena *a, struct err *e)
{
	int64_t s = us / 1000000, rest = us % 1000000;
	char text[MOMENT_TEXT];
	struct moment m;
	size_t n;

	*v = (struct value){ 0 };
	if (us == MERGE_NO_TIME)
		return 0;
	if (rest < 0) {
		rest += 1000000;
		s--;
	}
	m = moment_from(s, (int)rest * 1000, 0);
	m.digits = rest ? 6 : 0;
	if (moment_format(&m, text, &n, e) != 0)
		return -1;
	*v = value_text(arena_str(a, str_from(text, n)));
	return 0;
}

static int
take_made(const struct decider *d, const struct unit_field *f,
    const struct view *v, enum merge_decision *out, struct err *e)
{
	struct value args[5] = { v->ours[0], v->theirs[0], v->base[0] }, made;

	if (time_value(d->in->ours_at, &args[3], d->a, e) != 0 ||
	    time_value(d->in->theirs_at, &args[4], d->a, e) != 0 ||
	    vm_call(d->vm, d->forward, (uint32_t)f->func, args, COUNT(args),
	    &made, d->a, e) != 0)
		return -1;
	*out = give(d, v, made);
	return 0;
}

static int
ask(const struct decider *d, const struct unit_field *f, const struct view *v,
    enum merge_decision *out, struct err *e)
{
	switch (f->own) {
	case OWN_LEFT:
	case OWN_RIGHT:
		*out = take(d, v, f->own == OWN_RIGHT);
		return 0;
	case OWN_LATEST:
		*out = take_latest(d, f, v);
		return 0;
	case OWN_FILL:
		*out = fill(d, v);
		return 0;
	case OWN_MANUAL:
		*out = MERGE_CONFLICT;
		return 0;
	case OWN_MAX:
	case OWN_MIN:
		return take_larger(d, f, v, out, e);
	case OWN_UNION:
		return take_union(d, f, v, out, e);
	case OWN_EXPR:
		return take_made(d, f, v, out, e);
	}
	return err_set(e, ERR_INTERNAL, "no policy %d", (int)f->own);
}

/* ---- both together ---- */

/* The first time: a side that has nothing takes what the other has. */
static int
meet(const struct decider *d, const struct view *v, enum merge_decision *out)
{
	int ours = all_nil(v, v->ours), theirs = all_nil(v, v->theirs);

	if (!d->first || (!ours && !theirs))
		return 0;
	*out = ours && theirs ? MERGE_NOTHING : ours ? MERGE_TO_US :
	    MERGE_TO_THEM;
	return 1;
}

int
decide(const struct decider *d, const struct unit_field *f,
    const struct view *v, struct merge_item *it, struct err *e)
{
	enum merge_decision decision = MERGE_NOTHING;

	it->ours = d->first || changed(d, v, v->ours);
	it->theirs = d->first || changed(d, v, v->theirs);
	it->asked = 0;
	if (f->nleft == 0) {
		/* it only goes: what they made of it is theirs */
		if (it->ours)
			decision = all_equal(d, v, v->ours, v->theirs) ?
			    MERGE_AGREE : MERGE_TO_THEM;
	} else if (it->ours && it->theirs) {
		if (all_equal(d, v, v->ours, v->theirs)) {
			decision = MERGE_AGREE;
		} else if (!meet(d, v, &decision)) {
			it->asked = 1;
			if (ask(d, f, v, &decision, e) != 0)
				return err_prefix(e, "own: %s of `%.*s`",
				    own_name(f->own), STR_ARG(f->name));
		}
	} else if (it->ours || it->theirs) {
		decision = it->ours ? MERGE_TO_THEM : MERGE_TO_US;
	}
	it->decision = (uint8_t)decision;
	return 0;
}
