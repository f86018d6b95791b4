#!/bin/sh
# What a request holds: its records are sorted as the connector says, no body
# is longer than it says but that of a single record, and each record gets the
# id that its own line of the reply has.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

companies=${COMPANIES:-300}
bytes=4000

declare() {
	curl -sS -f -o /dev/null -H 'Authorization: Bearer sandbox-token' \
	    -H 'Content-Type: application/json' \
	    -d "{\"name\":\"crosswalk_id\",\"label\":\"x\",\"type\":\"string\",\"fieldType\":\"text\",\"groupName\":\"x\",\"hasUniqueValue\":true}" \
	    "$sandbox/crm/v3/properties/companies"
}

mkdir "$work/m"
cat >"$work/m/record.json" <<'END'
{ "type": "object", "properties": {}, "additionalProperties": { "type": ["string", "null"] } }
END
cat >"$work/m/there.json" <<'END'
{ "type": "object", "properties": {
    "properties": { "type": "object", "additionalProperties": { "type": ["string", "null"] } } } }
END
cat >"$work/m/company.map" <<'END'
schema app.company = "record.json";
schema hubspot.company = "there.json";
map company (c: app.company) <-> (h: hubspot.company) {
  c.id   <-> h.properties.crosswalk_id;
  c.name <-> h.properties.name;
  c.city <-> h.properties.city;
}
rules for company { on create do upsert by { crosswalk_id }; on update do update; otherwise skip "no rule"; }
END
# The shipped connector, whose requests are sorted by city and not that long.
sed "s/^    upsert batch 100 .*/    upsert batch 100 bytes $bytes {\\
      order by r.fields.properties.city;/" \
    "$top/mappings/hubspot/connector.map" >"$work/m/connector.map"
sql <<'END'
create schema app;
create table app.company (id text primary key, name text, city text);
END

start_sandbox
declare
crosswalk secret keygen "$work/key"
CROSSWALK_KEY_FILE=$work/key
export CROSSWALK_KEY_FILE
crosswalk tenant add main
crosswalk attach app.company --entity company
printf '{"client_id":"demo","client_secret":"demo","refresh_token":"sandbox-refresh"}' |
    crosswalk secret set hubspot
crosswalk publish "$work/m/connector.map" "$work/m/company.map" >/dev/null
crosswalk connection add acme hubspot --url "$sandbox" --secret hubspot \
    --params '{"burst":100000}'
crosswalk sync add companies company acme company

# Every 97th is longer than a request may be.
sql -c "insert into app.company select 'k' || i,
    'Company ' || i || repeat('x', case when i % 97 = 0 then $bytes else 0 end),
    case when i % 5 > 0 then 'City ' || i * 7 % 31 end
    from generate_series(1, $companies) i" >/dev/null
start_daemon --linger_ms 300
until_quiet 30

curl -sS -f "$sandbox/_sandbox/requests?last=64" |
    jq -c '.[] | select(.path | endswith("companies/batch/upsert")) | .body |
        tojson' >"$work/bodies"
[ -s "$work/bodies" ] || die "nothing was sent"
wrong=$(jq -s --argjson most "$bytes" '[.[] | utf8bytelength as $n | fromjson.inputs |
    select(($n > $most and length > 1) or
        (map(.properties.city // "") | . != sort))] | length' "$work/bodies")
[ "$wrong" = 0 ] || die "$wrong requests are too long, or not sorted"
several=$(jq -s '[.[] | fromjson.inputs | length | select(. > 5)] | length' "$work/bodies")
[ "$several" -ge 5 ] || die "only $several requests have several records"
alone=$(jq -s --argjson most "$bytes" '[.[] | select(utf8bytelength > $most)] | length' "$work/bodies")
[ "$alone" = $((companies / 97)) ] || die "$alone records were sent alone"

curl -sS -f "$sandbox/_sandbox/records/companies" |
    jq -r '"\(.properties.crosswalk_id)|\(.id)"' | sort >"$work/there"
sql -c "select local_key || '|' || remote_id from crosswalk.link where remote_id is not null" | sort >"$work/linked"
[ "$(wc -l <"$work/there")" = "$companies" ] ||
    die "$(wc -l <"$work/there") of $companies are there"
cmp -s "$work/there" "$work/linked" || {
	diff "$work/there" "$work/linked" | head -n 5 >&2
	die "the links are not those of the records"
}
stop_daemon
