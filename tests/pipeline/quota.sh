#!/bin/sh
# A day's quota holds over restarts: a daemon that is killed with SIGKILL, again
# and again, never spends it twice, and one that is stopped forgets nothing.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

limit=${LIMIT:-200}
kills=${KILLS:-8}

# What the provider would have counted, answered or not.
requests() {
	stat '.calls["POST contacts/batch/upsert"] // {} | add // 0'
}
more_than() {
	[ "$(requests)" -gt "$1" ]
}
# All that is read is done, or waits for the quota.
all_parked() {
	crosswalk status --json | jq -e '.unread == 0 and .waiting > 0' &&
	    [ "$(sql -c "select count(*) from crosswalk.intent
	        where cause <> 'QUOTA'")" = 0 ] &&
	    [ "$(metric queued)" = 0 ] && [ "$(metric in_flight)" = 0 ]
}

start_sandbox
set_up
mkdir "$work/m"
cp -r "$top/mappings/hubspot" "$top/mappings/lib" "$work/m/"
cp -r "$top/schemas" "$work/schemas"
chmod -R u+w "$work/m"
sed -e 's|upsert batch 100|upsert batch 1|' \
    -e "s|calendar .* per 1d zone param.zone|sliding $limit per 1d|" \
    -e '/ratelimit-daily-remaining/d' \
    -e '/budget day {/,/}/s|reserve 20%|reserve 0%|' \
    "$top/mappings/hubspot/connector.map" >"$work/m/hubspot/connector.map"
crosswalk publish "$work/m/hubspot/connector.map" >/dev/null ||
    die "the connector is refused"
grep -q "sliding $limit per 1d" "$work/m/hubspot/connector.map" ||
    die "the connector has no quota"
reset_stat

# a stop writes down what was spent, and no more
start_daemon --park_ms 200
sql -c "insert into app.contact
    select c.* from generate_series(1, 10) i, app.make_contact(i) c
    where c.consent and c.status = 'active'"
until_quiet 30
stop_daemon
kept=$(sql -c "select sum(s) from crosswalk.budget b, unnest(b.spent) s
    where b.name = 'day'")
[ "$kept" = "$(requests)" ] ||
    die "$kept are kept of $(stat .calls)"
echo "stopped: what was spent is kept, $kept"

faults '[{"fault":"slow","ms":200}]'
sql -c "insert into app.contact
    select c.* from generate_series(11, $((limit * 2))) i,
        app.make_contact(i) c"
start_daemon --park_ms 200
i=0
while [ $i -lt "$kills" ]; do
	until_true 3 more_than "$(requests)" || break # all is spent
	kill_daemon
	start_daemon --park_ms 200
	i=$((i + 1))
done
until_true 30 all_parked ||
    die "it does not come to rest: $(crosswalk status --json)"
sent=$(requests)
[ "$sent" -le "$limit" ] || die "$sent requests, the quota is $limit"
# of each kill what was claimed and not sent is lost: a 64th, at most twice
[ "$sent" -ge $((limit - i * limit / 32 - 1)) ] ||
    die "only $sent requests of $limit after $i kills"
[ $i -ge 3 ] || die "only $i kills: nothing is shown"
echo "$i kills: $sent requests of a quota of $limit"
stop_daemon
