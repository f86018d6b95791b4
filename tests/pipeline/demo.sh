#!/bin/sh
# The main job, on a private Postgres cluster, a sandbox HubSpot on loopback
# and crosswalkd: what `./bootstrap demo` runs.  Prints a table per step,
# compares every record at the end, exits non-zero if anything differs.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

n=0
step() {
	n=$((n + 1))
	printf '\n%d. %s\n' $n "$1"
	t0=$(date +%s%N)
}
row() {
	printf '   %-46s %12s\n' "$1" "$2"
}
took() {
	row "milliseconds" $((($(date +%s%N) - t0) / 1000000))
}
# want WHAT NUMBER EXPECTED
want() {
	row "$1" "$2"
	[ "$2" = "$3" ] || die "$1: $2, but it should be $3"
}
# Requests that wrote contacts.
calls() {
	stat '[.calls | to_entries[] | select(.key | test("batch/")) | .value[]] | add // 0'
}

echo "crosswalk: a change committed in Postgres reaches a CRM"
start_sandbox
set_up
start_daemon
row "Postgres" "$(sql -c 'show server_version')"
row "sandbox HubSpot" "127.0.0.1:$port"
row "crosswalkd" "127.0.0.1:$api_port"

step "2,000 contacts are inserted"
reset_stat
sql -c "insert into app.contact select c.* from generate_series(1, 2000) i, app.make_contact(i) c"
until_same 30
took
want "records in the CRM" "$(wc -l <"$work/actual")" 2000
until_quiet 10
want "calls" "$(calls)" 20

step "500 rows are updated by SQL"
reset_stat
sql -c "update app.contact set first_name = 'Updated ' || id, notes = null
    where substr(id, 2)::int <= 500"
until_same 30
until_quiet 10
took
want "calls" "$(calls)" 5
keys=$(curl -sS -f "$sandbox/_sandbox/requests?last=5" |
    jq -r '.. | .inputs? // empty | .[].properties | keys[]' | sort -u | tr '\n' ' ')
want "fields in the bodies" "${keys% }" "firstname message"

step "500 rows are written again with the same values"
reset_stat
before=$(metric journal_events_total)
sql -c "update app.contact set first_name = first_name
    where substr(id, 2)::int <= 500"
until_true 10 sh -c "[ \$(curl -sS $api/metrics | awk '\$1 == \"crosswalk_journal_events_total\" { print \$2 }') -ge $((before + 500)) ]" ||
    die "the changes were not read"
until_quiet 10
took
row "changes captured" $(($(metric journal_events_total) - before))
want "calls" "$(calls)" 0

step "a custom field is added while updates run"
reset_stat
mkdir -p "$work/m/hubspot" "$work/m/lib"
cp -r "$top/mappings/." "$work/m/"
cp -r "$top/schemas" "$work/schemas"
chmod -R u+w "$work/m" "$work/schemas"
pid_before=$daemon
(
	i=0
	while [ $i -lt 20 ]; do
		sql -c "update app.contact set job_title = 'Title $i',
		    custom = json_build_object('tier', 'gold', 'score', '$i')
		    where substr(id, 2)::int % 20 = $i"
		i=$((i + 1))
	done
) &
updates=$!
sed 's|^  h.properties.crosswalk_source .*|&\n  h.properties.crosswalk_label <- match { c.vip ?? false => "{c.last_name ?? ""} (VIP)", else => absent };|' \
    "$work/m/hubspot/contact.map" >"$work/m/hubspot/new.map"
declare_property crosswalk_label
mv "$work/m/hubspot/new.map" "$work/m/hubspot/contact.map"
crosswalk publish "$work/m/hubspot/contact.map" >"$work/published" ||
    die "the new version was refused"
sed "s|$work/m/|   |" "$work/published"
wait $updates
map=$work/m/hubspot/contact.map
sql -c "update app.contact set updated_at = now()"
until_same 30
until_quiet 10
took
row "calls" "$(calls)"
want "restarts" "$([ "$daemon" = "$pid_before" ] && kill -0 "$daemon" && echo 0)" 0
want "records with the new field" \
    "$(grep -c '"crosswalk_label"' "$work/actual")" \
    "$(sql -c 'select count(*) from app.contact where vip')"

step "a mapping with an error is refused"
sed 's|c.first_name |c.frist_name |' "$map" >"$work/m/hubspot/bad.map"
if crosswalk publish "$work/m/hubspot/bad.map" 2>"$work/refused"; then
	die "it was published"
fi
sed "s|$work/m/||; s/^/   /" "$work/refused"
sql -c "update app.contact set job_title = 'still running' where id = 'c7'"
until_same 10
row "the version that runs goes on" "yes"

step "a record that the CRM refuses"
sql -c "update app.contact set custom = (custom::jsonb || '{\"nosuch\": \"x\"}')::json where id = 'c9'"
until_true 10 sh -c 'crosswalk dlq list --json | grep -q .' ||
    die "there is no dead letter"
crosswalk dlq list | sed 's/^/   /'
declare_property x_nosuch
crosswalk dlq replay --all | sed 's/^/   /'
until_same 10
until_true 10 sh -c '! crosswalk dlq list --json | grep -q .' ||
    die "the dead letter is still there"
row "mended and replayed" "yes"

step "both sides are compared, record by record"
same || die "the sides differ"
want "records compared" "$(wc -l <"$work/actual")" 2000
want "records that differ" "$(diff "$work/expected" "$work/actual" | grep -c '^[<>]' || :)" 0
want "doubled in the CRM" "$(jq -r .email <"$work/actual" | sort | uniq -d | wc -l)" 0
stop_daemon
echo
echo "all right: every change arrived, once."
