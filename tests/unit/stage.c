/* Lanes: one change of a record under way, nothing lost, nothing doubled. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "stage/item.h"
#include "stage/lanes.h"

static void
add(struct lanes *l, int64_t sync, int64_t seq, const char *key)
{
	struct lane_event ev = { .sync = sync, .seq = seq, .at_us = seq,
	    .op = 'u', .key = str_z(key), .payload = str_z(key) };

	lanes_add(l, &ev);
}

static void
begin(struct lanes *l, int64_t ord)
{
	char text[24];
	struct journal_position at = { .ord = ord, .text = str_from(text,
	    (size_t)snprintf(text, sizeof(text), "at %d", (int)ord)) };

	lanes_begin(l, &at);
}

Test(lanes, a_busy_record_emits_nothing_and_merges)
{
	struct lanes *l = lanes_new();
	struct journal_position at;
	struct work w[4], again[4];

	begin(l, 1);
	add(l, 1, 10, "a");
	add(l, 1, 11, "b");
	lanes_end(l);
	cr_assert_eq(lanes_take(l, w, 4, 0), 2);
	begin(l, 2);
	add(l, 1, 12, "a");
	lanes_end(l);
	begin(l, 3);
	add(l, 1, 13, "a");
	lanes_end(l);
	cr_assert_eq(lanes_take(l, again, 4, 0), 0, "a is busy");
	cr_assert_eq(lanes_low_water(l, &at), 0);
	cr_assert_eq(lanes_ack(l, w[0].emit + 100, 1, STR("a")), 0);
	cr_assert_eq(lanes_ack(l, w[0].emit, 1, STR("a")), 1);
	cr_assert_eq(lanes_low_water(l, &at), 0, "b holds the first batch");
	cr_assert_eq(lanes_ack(l, w[1].emit, 1, STR("b")), 1);
	cr_assert_eq(lanes_low_water(l, &at), 1);
	cr_assert_eq(at.ord, 2, "the second was superseded by the third");
	cr_assert(str_eq(at.text, STR("at 2")));
	cr_assert_eq(lanes_take(l, again, 4, 0), 1);
	cr_assert_eq(again[0].seq, 13);
	cr_assert_eq(lanes_ack(l, again[0].emit, 1, STR("a")), 1);
	cr_assert_eq(lanes_low_water(l, &at), 1);
	cr_assert_eq(at.ord, 3);
	cr_assert_eq(lanes_count(l), 0);
	lanes_free(l);
}

Test(lanes, an_empty_batch_moves_the_water)
{
	struct lanes *l = lanes_new();
	struct journal_position at;

	begin(l, 5);
	lanes_end(l);
	cr_assert_eq(lanes_low_water(l, &at), 1);
	cr_assert_eq(at.ord, 5);
	cr_assert_eq(lanes_low_water(l, &at), 0);
	lanes_free(l);
}

Test(lanes, syncs_take_turns)
{
	struct lanes *l = lanes_new();
	struct work w[8];
	size_t n[3] = { 0 };
	char key[16];

	begin(l, 1);
	for (int i = 0; i < 24; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		add(l, 1 + i % 2, i, key);
	}
	lanes_end(l);
	for (int turn = 0; turn < 4; turn++) {
		cr_assert_eq(lanes_take(l, w, 4, 0), 4);
		for (int i = 1; i < 4; i++)
			cr_assert_eq(w[i].sync, w[0].sync);
		n[w[0].sync] += 4;
	}
	cr_assert_eq(n[1], 8);
	cr_assert_eq(n[2], 8);
	lanes_free(l);
}

Test(lanes, what_a_lost_peer_held_is_emitted_again)
{
	struct lanes *l = lanes_new();
	struct work w[4], again[4];

	begin(l, 1);
	add(l, 1, 1, "a");
	add(l, 1, 2, "b");
	lanes_end(l);
	cr_assert_eq(lanes_take(l, w, 4, 100), 2);
	add(l, 1, 3, "b");
	cr_assert_eq(lanes_again(l, 100), 0);
	cr_assert_eq(lanes_again(l, 101), 2);
	cr_assert_eq(lanes_take(l, again, 4, 200), 2);
	for (int i = 0; i < 2; i++) {
		if (str_eq(again[i].key, STR("b")))
			cr_assert_eq(again[i].seq, 3, "the newer one goes");
		cr_assert_neq(again[i].emit, w[i].emit);
		cr_assert_eq(lanes_ack(l, w[i].emit, 1, w[i].key), 0);
		cr_assert_eq(lanes_ack(l, again[i].emit, 1, again[i].key), 1);
	}
	cr_assert_eq(lanes_count(l), 0);
	lanes_free(l);
}

Test(lanes, what_could_not_be_pushed_is_first_in_line)
{
	struct lanes *l = lanes_new();
	struct work w[4], again[4];

	begin(l, 1);
	add(l, 1, 1, "a");
	add(l, 1, 2, "b");
	add(l, 1, 3, "c");
	lanes_end(l);
	cr_assert_eq(lanes_take(l, w, 2, 0), 2);
	lanes_untake(l, w, 2);
	cr_assert_eq(lanes_take(l, again, 4, 0), 3);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(again[i].seq, i + 1);
	lanes_free(l);
}

/*
 * Random histories against the promise: the water never passes a change that
 * is neither acked nor superseded, and at the end it has passed them all.
 */
Test(lanes, the_water_never_passes_an_undone_change)
{
	enum { KEYS = 20, BATCHES = 3000 };
	struct lanes *l = lanes_new();
	struct journal_position at;
	struct work flying[KEYS];
	int64_t newest[KEYS] = { 0 }, done[KEYS] = { 0 };
	int64_t of_batch[BATCHES + 1][2];
	int64_t water = 0, seq = 0, made = 0;
	size_t nflying = 0;
	unsigned seed = 42;

	while (water < BATCHES) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1 && made < BATCHES) {
			unsigned k = seed / 131072 % KEYS;
			char key[8];

			snprintf(key, sizeof(key), "%u", k);
			begin(l, ++made);
			add(l, 1, ++seq, key);
			lanes_end(l);
			newest[k] = seq;
			of_batch[made][0] = k;
			of_batch[made][1] = seq;
		} else if (nflying > 0 && seed >> 17 & 1) {
			size_t i = seed / 262144 % nflying;
			int k = (int)strtol(flying[i].key.p, NULL, 10);

			done[k] = (int64_t)flying[i].seq;
			cr_assert_eq(lanes_ack(l, flying[i].emit, 1,
			    flying[i].key), 1);
			flying[i] = flying[--nflying];
		} else {
			nflying += lanes_take(l, flying + nflying,
			    KEYS - nflying, 0);
		}
		if (!lanes_low_water(l, &at))
			continue;
		for (; water < at.ord; water++) {
			int64_t k = of_batch[water + 1][0];
			int64_t s = of_batch[water + 1][1];

			cr_assert(done[k] >= s || newest[k] > s,
			    "batch %d passed undone", (int)water + 1);
		}
	}
	cr_assert_eq(lanes_count(l), 0);
	lanes_free(l);
}

Test(fingerprint, what_differs_from_record_to_record_does_not_count)
{
	char a[9], b[9], c[9];

	fingerprint(a, "DATA", STR("E"), STR("value \"x\" at 12 is bad"), 3);
	fingerprint(b, "DATA", STR("E"), STR("value \"yy\" at 7 is bad"), 3);
	fingerprint(c, "DATA", STR("E"), STR("value \"x\" at 12 is worse"), 3);
	cr_assert_str_eq(a, b);
	cr_assert_str_neq(a, c);
}

Test(item, carries_everything_across)
{
	struct frame_out out = { 0 };
	struct frame f;
	struct result r = { .emit = 7, .seq = 9, .sync = 3, .op = 'u',
	    .linked = 1, .key = STR("k"), .payload = STR("{\"a\":1}"),
	    .decision = RESULT_SEND, .verb = CONNECTOR_UPDATE, .line = 12,
	    .fields = STR("{\"x\":\"y\"}"), .neu = STR("{}") }, got;
	struct item *it;
	char bytes[4096] = { 0 };

	frame_begin(&out, FRAME_RESULT);
	result_put(&out, &r);
	frame_head(&out, bytes);
	memcpy(bytes + FRAME_HEAD, out.b.p, out.b.n);
	cr_assert_eq(frame_open(&f, bytes, FRAME_HEAD + out.b.n + FRAME_PAD),
	    0);
	cr_assert_eq(result_get(&f, &got), 0);
	it = item_new(&got, 5);
	memset(bytes, 0xff, sizeof(bytes));
	cr_assert(str_eq(it->r.fields, r.fields));
	cr_assert(str_eq(it->r.payload, r.payload));
	cr_assert_eq(it->r.line, 12);
	cr_assert_str_eq(it->trace, "7");
	item_told(it, &(struct connector_item){ .id = STR("501"),
	    .version = STR("W/\"7\""), .made = MADE_NEW });
	item_done(it);
	cr_assert(str_eq(it->out.remote_id, STR("501")));
	cr_assert(str_eq(it->out.version, STR("W/\"7\"")));
	cr_assert_eq(it->out.op, DECISION_CREATE, "an upsert that made it");
	cr_assert_eq(it->out.state, LINK_LINKED);
	item_dead(it, "DATA", STR("CODE"), STR("no"), STR("{\"status\":1}"));
	cr_assert(str_eq(it->out.message, STR("CODE: no")));
	cr_assert(str_eq(it->out.rule, STR("line 12")));
	cr_assert(str_eq(it->out.reply, STR("{\"status\":1}")));
	item_free(it);
	frame_out_fini(&out);
}
