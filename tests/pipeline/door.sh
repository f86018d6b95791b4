#!/bin/sh
# The other source: records that come over HTTP reach the CRM like those of
# a table, with every digit, and what is wrong is said at the door.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

start_sandbox
set_up
crosswalk entity add contact --schema "$top/schemas/app/contact.json" >/dev/null
key=$(crosswalk key add tests | tail -n 1)
start_daemon

# post TYPE QUERY <body: the status
post() {
	curl -sS -o "$work/reply" -w '%{http_code}' \
	    -H "Authorization: Bearer $key" -H "Content-Type: $1" \
	    --data-binary @- "$api/v1/main/events?$2"
}
said() {
	[ "$1" = "$2" ] || die "$3: status $1, not $2: $(cat "$work/reply")"
}

sql -c "select row_to_json(c) from generate_series(1, 300) i, app.make_contact(i) c" >"$work/records"
said "$(post application/x-ndjson 'entity=contact&key_field=id' <"$work/records")" 202 "NDJSON"
until_true 20 sh -c "[ \"\$(curl -sS $sandbox/_sandbox/records/contacts | wc -l)\" = 300 ]" ||
    die "the records did not arrive"
crosswalk run "$top/mappings/hubspot/contact.map" <"$work/records" |
    jq -S -c '.properties | with_entries(select(.value != null and .value != ""))' | sort >"$work/expected"
actual >"$work/actual"
cmp "$work/expected" "$work/actual" || die "the sides differ"

one='{"id":"c1","email":"contact.1@example1.com","stage":"lead","status":"active","consent":true,"annual_revenue":1e400}'
said "$(echo "$one" | post application/json 'entity=contact&key_field=id')" 202 "one record"
until_true 10 sh -c "curl -sS $sandbox/_sandbox/records/contacts | grep -q '\"1e400\"'" ||
    die "the digits were not kept"

said "$(echo '{"id":' | post application/json 'entity=contact&key_field=id')" 400 "not JSON"
said "$(echo "$one" | sed 's/"lead"/"boss"/' | post application/json 'entity=contact&key_field=id')" 422 "not of the schema"
grep -q '/stage' "$work/reply" || die "the place is not named: $(cat "$work/reply")"
head -c 1100000 /dev/zero | tr '\0' 'x' | sed 's/.*/{"id":"&"}/' >"$work/large"
said "$(post application/json 'entity=contact&key_field=id' <"$work/large")" 413 "too large"
said "$(echo "$one" | post application/json 'entity=nothing&key_field=id')" 404 "no such entity"
key=wrong
said "$(echo "$one" | post application/json 'entity=contact&key_field=id')" 401 "a wrong key"
stop_daemon
