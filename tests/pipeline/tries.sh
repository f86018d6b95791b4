#!/bin/sh
# A refusal that may pass, `retry … at most 4`: one record is mended in time,
# the other is tried four times, over a SIGKILL, and then a dead letter that
# names the line of the connector.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

start_sandbox
set_up
sed 's/ upsert batch 100 .*{/&\
      classify { contains("{body.message ?? ""}", "no parent") => retry after(10s) at most 4; }/' \
    "$top/mappings/hubspot/connector.map" >"$work/connector.map"
line=$(grep -n -m 1 'at most 4' "$work/connector.map" | cut -d : -f 1)
crosswalk publish "$work/connector.map" >/dev/null
start_daemon --park_ms 200

refuse() {
	echo "{\"path\":\"/crm/v3/objects/contacts/batch\",\"fault\":\"refuse\",\"property\":\"email\",\"value\":\"$1\",\"message\":\"no parent\"}"
}
contact() {
	sql -c "insert into app.contact select (app.make_contact($1)).*"
}
waits() {
	[ "$(sql -c "select attempt from crosswalk.intent where key = '$1' and tried = $line")" -ge "$2" ]
}
email() {
	echo "contact.$1@example$1.com"
}

faults "[$(refuse "$(email 1)"),$(refuse "$(email 2)")]"
contact 1
contact 2
contact 3
until_true 20 waits c1 1 || die "a refusal that may pass is not waited for"
faults "[$(refuse "$(email 2)")]"
until_true 20 waits c2 2 || die "tries are not counted"
kill_daemon
start_daemon --park_ms 200
until_quiet 30
dead=$(sql -c "select key, cause, message from crosswalk.dead_letter")
case $dead in
"c2|EXHAUSTED|tried 4 times, "*"connector.map:$line: "*"no parent"*) ;;
*) die "the dead letters are: $dead" ;;
esac
[ "$(stat .refused)" -ge 5 ] || die "$(stat .refused) refusals"
curl -sS -f "$sandbox/_sandbox/records/contacts" |
    jq -r .properties.email | sort >"$work/there"
printf '%s\n' "$(email 1)" "$(email 3)" | cmp -s - "$work/there" ||
    die "there is $(cat "$work/there")"
stop_daemon
echo "one passed, one was given up"
