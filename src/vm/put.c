/*
 * Built-ins that change a list in its place: what `each` and `pick` put into
 * a target that has elements already.
 */
#include "vm/text.h"

#include "base/table.h"
#include "base/shown.h"

/* The canonical form of a key, "" where there is none. */
static int
key_text(struct vm *vm, struct value key, struct str *out, struct arena *a,
    struct err *e)
{
	struct value text;

	*out = STR("");
	if (value_nil(key))
		return 0;
	buf_reset(&vm->scratch);
	value_canon(&vm->scratch, key, CMP_EXACT, a);
	if (vm_charge(vm, 1 + vm->scratch.n / 16, e) != 0 ||
	    scratch_text(vm, &text, a, e) != 0)
		return -1;
	*out = str_from(text.u.p, text.n);
	return 0;
}

static int
key_at(struct vm *vm, struct value element, struct value path,
    struct str *key, struct arena *a, struct err *e)
{
	for (uint32_t i = 0; i < path.n; i++) {
		struct str name;

		if (arg_text(path.u.list[i], &name, a, e) != 0)
			return -1;
		element = value_open(element, a);
		element = element.type == V_RECORD ?
		    value_member(element, name, a) : (struct value){ 0 };
	}
	return key_text(vm, element, key, a, e);
}

/*
 * old with the members that neu has; below both, objects are joined and all
 * else is replaced, but for the member at key[0 .. nkey), which stays: the two
 * were found equal.
 */
static int
overlay(struct vm *vm, struct value old, struct value neu,
    const struct value *key, uint32_t nkey, struct value *out,
    struct arena *a, struct err *e)
{
	struct member *m;
	uint32_t n = 0;

	old = value_open(old, a);
	neu = value_open(neu, a);
	*out = neu;
	if (old.type != V_RECORD || neu.type != V_RECORD)
		return 0;
	if (vm_list_fits(vm, (size_t)old.n + neu.n, e) != 0 ||
	    vm_charge(vm, (uint64_t)old.n * neu.n, e) != 0 ||
	    (m = vm_alloc(vm, a, ((size_t)old.n + neu.n) * sizeof(*m), e)) ==
	    NULL)
		return -1;
	if (old.n > 0)
		memcpy(m, old.u.record, old.n * sizeof(*m));
	n = old.n;
	for (uint32_t i = 0; i < neu.n; i++) {
		const struct member *x = &neu.u.record[i];
		int on_way = nkey > 0 && key->type == V_TEXT &&
		    str_eq(value_str(*key, a), x->name);
		uint32_t k = 0;

		while (k < old.n && !str_eq(m[k].name, x->name))
			k++;
		if (k == old.n)
			m[n++] = *x;
		else if (on_way && nkey == 1)
			continue;
		/* computed values nest no deeper than paths are long */
		else if (overlay(vm, m[k].value, x->value, key + 1,
		    on_way ? nkey - 1 : 0, &m[k].value, a, e) != 0)
			return -1;
	}
	*out = (struct value){ .type = V_RECORD, .n = n, .u.record = m };
	return 0;
}

/* A join of two lists. */
struct join {
	struct vm *vm;
	struct arena *a;
	struct value neu, old;
	struct value path;   /* of the key in an element of neu */
	struct value keys;   /* of old, one by one; nil: they have the path */
	int prune, anew;
	struct table at;     /* elements of neu that were not met; of old */
};

/* New elements by their keys; each key stands once. */
static int
index_keys(struct join *j, struct value *list, struct err *e)
{
	for (uint32_t i = 0; i < j->neu.n; i++) {
		struct str key;

		if (key_at(j->vm, list[i], j->path, &key, j->a, e) != 0)
			return -1;
		if (key.n == 0)
			return err_set(e, ERR_DATA, "element %u has no key",
			    i);
		if (table_put(&j->at, key, &list[i]) != NULL)
			return err_set(e, ERR_DATA,
			    "two elements have the key %.*s", SHOWN(key));
	}
	return 0;
}

/* The key of element i of old. */
static int
old_key(struct join *j, uint32_t i, struct str *key, struct err *e)
{
	return j->keys.type == V_LIST ?
	    key_text(j->vm, j->keys.u.list[i], key, j->a, e) :
	    key_at(j->vm, j->old.u.list[i], j->path, key, j->a, e);
}

/*
 * The new element that an old one belongs to, with what the old one has
 * beside it in *both; NULL where there is none.
 */
static int
meet(struct join *j, uint32_t i, struct value **neu, struct value *both,
    struct err *e)
{
	struct value old = j->old.u.list[i];
	struct str key;

	if (old_key(j, i, &key, e) != 0)
		return -1;
	*neu = key.n > 0 ? table_del(&j->at, key) : NULL;
	*both = old;
	if (*neu == NULL || j->path.n == 0)
		return 0;
	return overlay(j->vm, old, **neu, j->path.u.list, j->path.n, both,
	    j->a, e);
}

static int
join_lists(struct join *j, struct value *result, struct err *e)
{
	size_t room = ((size_t)j->neu.n + j->old.n) * sizeof(struct value);
	struct value *out, *left, *list, *neu, both;
	size_t n = 0, rest = 0;

	/* both lists fit; whether what they become does is seen at the end */
	if ((out = vm_alloc(j->vm, j->a, room, e)) == NULL ||
	    (left = vm_alloc(j->vm, j->a, room, e)) == NULL ||
	    (list = vm_alloc(j->vm, j->a, room, e)) == NULL)
		return -1;
	if (j->neu.n > 0)
		memcpy(list, j->neu.u.list, j->neu.n * sizeof(*list));
	if (index_keys(j, list, e) != 0)
		return -1;
	for (uint32_t i = 0; i < j->old.n; i++) {
		if (meet(j, i, &neu, &both, e) != 0)
			return -1;
		if (neu != NULL && j->anew)
			*neu = both;
		else if (neu == NULL && j->anew && !j->prune)
			left[rest++] = both;
		else if (neu != NULL || !j->prune)
			out[n++] = both;
		if (neu != NULL && !j->anew)
			neu->type = V_ABSENT;
	}
	for (uint32_t i = 0; i < j->neu.n; i++)
		if (list[i].type != V_ABSENT)
			out[n++] = list[i];
	if (rest > 0)
		memcpy(out + n, left, rest * sizeof(*out));
	if (vm_list_fits(j->vm, n + rest, e) != 0)
		return -1;
	*result = (struct value){ .type = V_LIST, .n = (uint32_t)(n + rest),
		.u.list = out };
	return 0;
}

/* it, old, key and keys, which both built-ins begin with. */
static int
join_args(struct join *j, const struct value *args, struct err *e)
{
	j->old.type = V_LIST;
	if (arg_list(j->vm, args[0], &j->neu, j->a, e) != 0 ||
	    (!value_nil(args[1]) &&
	    arg_list(j->vm, args[1], &j->old, j->a, e) != 0) ||
	    arg_list(j->vm, args[2], &j->path, j->a, e) != 0 ||
	    (!value_nil(args[3]) &&
	    arg_list(j->vm, args[3], &j->keys, j->a, e) != 0))
		return -1;
	if (j->keys.type == V_LIST && j->keys.n != j->old.n)
		return err_set(e, ERR_DATA, "%u elements but %u keys",
		    j->old.n, j->keys.n);
	return 0;
}

/* Each new element beside the old one that its key means, or null. */
static int
pair_lists(struct join *j, struct value keys, struct value *result,
    struct err *e)
{
	struct value *pairs = vm_values(j->vm, j->a, j->neu.n, e);
	struct value *two;
	struct str key;

	if (pairs == NULL || (two = vm_alloc(j->vm, j->a,
	    2 * (size_t)j->neu.n * sizeof(*two), e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < j->old.n; i++) {
		if (old_key(j, i, &key, e) != 0)
			return -1;
		if (key.n > 0 && table_get(&j->at, key) == NULL)
			table_put(&j->at, key, (void *)&j->old.u.list[i]);
	}
	for (uint32_t i = 0; i < j->neu.n; i++, two += 2) {
		const struct value *old = NULL;

		if (key_text(j->vm, keys.u.list[i], &key, j->a, e) != 0)
			return -1;
		if (key.n > 0)
			old = table_get(&j->at, key);
		two[0] = j->neu.u.list[i];
		two[1] = old ? *old : value_null();
		pairs[i] = (struct value){ .type = V_LIST, .n = 2,
			.u.list = two };
	}
	*result = (struct value){ .type = V_LIST, .n = j->neu.n,
		.u.list = pairs };
	return 0;
}

FUNC(list_pair)
{
	struct join j = { .vm = vm, .a = a };
	struct value keys;
	int failed;

	if (join_args(&j, args, e) != 0 ||
	    arg_list(vm, args[4], &keys, a, e) != 0)
		return -1;
	if (keys.n != j.neu.n)
		return err_set(e, ERR_DATA, "%u elements but %u keys",
		    j.neu.n, keys.n);
	failed = pair_lists(&j, keys, result, e);
	table_fini(&j.at);
	return failed;
}

FUNC(list_put)
{
	struct join j = { .vm = vm, .a = a };
	struct str order;
	int failed;

	if (join_args(&j, args, e) != 0 ||
	    arg_bool(args[4], &j.prune, e) != 0 ||
	    arg_text(args[5], &order, a, e) != 0)
		return -1;
	j.anew = str_eq(order, STR("new"));
	failed = join_lists(&j, result, e);
	table_fini(&j.at);
	return failed;
}

/* The first element that was hit gets the value; null takes it out. */
FUNC(pick_put)
{
	struct value old = { .type = V_LIST }, hits, create, *out;
	struct member *m;
	struct str name;
	uint32_t at = 0;

	if ((!value_nil(args[1]) &&
	    arg_list(vm, args[1], &old, a, e) != 0) ||
	    arg_list(vm, args[2], &hits, a, e) != 0 ||
	    arg_record(vm, args[3], &create, a, e) != 0 ||
	    arg_text(args[4], &name, a, e) != 0)
		return -1;
	if (hits.n > old.n)
		return err_set(e, ERR_DATA, "more answers than elements");
	while (at < hits.n && !(hits.u.list[at].type == V_BOOL &&
	    hits.u.list[at].u.i))
		at++;
	if ((out = vm_values(vm, a, (size_t)old.n + 1, e)) == NULL ||
	    (m = vm_alloc(vm, a, sizeof(*m), e)) == NULL)
		return -1;
	if (old.n > 0)
		memcpy(out, old.u.list, old.n * sizeof(*out));
	*result = (struct value){ .type = V_LIST, .n = old.n, .u.list = out };
	*m = (struct member){ name, args[0] };
	if (value_nil(args[0]) && at == hits.n) {
		*result = args[1]; /* nothing to take out */
		return 0;
	}
	if (value_nil(args[0])) {
		memmove(out + at, out + at + 1,
		    (old.n - at - 1) * sizeof(*out));
		result->n--;
		return 0;
	}
	if (at == hits.n) {
		at = old.n;
		out[at] = create;
		result->n++;
	}
	return overlay(vm, out[at], (struct value){ .type = V_RECORD, .n = 1,
		.u.record = m }, NULL, 0, &out[at], a, e);
}
