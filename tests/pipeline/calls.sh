#!/bin/sh
# Operations of a connector's own: deals get their company beside them, by a
# request that follows the one that made the deal, whatever is killed between.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

deals=${DEALS:-1500}
companies=50

declare() {
	curl -sS -f -o /dev/null -H 'Authorization: Bearer sandbox-token' \
	    -H 'Content-Type: application/json' \
	    -d "{\"name\":\"crosswalk_id\",\"label\":\"x\",\"type\":\"string\",\"fieldType\":\"text\",\"groupName\":\"x\",\"hasUniqueValue\":true}" \
	    "$sandbox/crm/v3/properties/$1"
}

mkdir "$work/m"
cat >"$work/m/record.json" <<'END'
{ "type": "object", "properties": {}, "additionalProperties": { "type": ["string", "null"] } }
END
cat >"$work/m/there.json" <<'END'
{ "type": "object", "properties": {
    "properties": { "type": "object", "additionalProperties": { "type": ["string", "null"] } },
    "associations": { "type": "object", "additionalProperties": { "type": ["string", "null"] } } } }
END
cat >"$work/m/company.map" <<'END'
schema app.company = "record.json";
schema hubspot.company = "there.json";
map company (c: app.company) <-> (h: hubspot.company) {
  c.id   <-> h.properties.crosswalk_id;
  c.name <-> h.properties.name;
}
rules for company { on create do upsert by { crosswalk_id }; on update do update; otherwise skip "no rule"; }
END
cat >"$work/m/deal.map" <<'END'
schema app.deal = "record.json";
schema hubspot.deal = "there.json";
map deal (c: app.deal) <-> (h: hubspot.deal) {
  c.id   <-> h.properties.crosswalk_id;
  c.name <-> h.properties.dealname;
  h.associations.company <- c.company via xref("company") with missing: defer;
}
rules for deal {
  on create when c.name == "lost" do upsert by { crosswalk_id } then call lose;
  on create do upsert by { crosswalk_id } then call associate_company, associate_contact;
  on update when c.name == "alone" do call associate_company;
  on update when changed(h.associations.company) do update then call associate_company;
  on update do update;
  otherwise skip "no rule";
}
END
sql <<'END'
create schema app;
create table app.company (id text primary key, name text not null);
create table app.deal (id text primary key, name text not null, company text);
END

start_sandbox
declare companies
declare deals
crosswalk secret keygen "$work/key"
CROSSWALK_KEY_FILE=$work/key
export CROSSWALK_KEY_FILE
crosswalk tenant add main
for t in company deal; do
	crosswalk attach app.$t --entity $t
done
printf '{"client_id":"demo","client_secret":"demo","refresh_token":"sandbox-refresh"}' |
    crosswalk secret set hubspot
crosswalk publish "$top/mappings/hubspot/connector.map" "$work"/m/*.map >/dev/null
# 1,500 requests one by one are not to take a minute
crosswalk connection add acme hubspot --url "$sandbox" --secret hubspot --params '{"burst":100000}'
crosswalk sync add companies company acme company
crosswalk sync add deals deal acme deal

daemon_opts="--again_ms 2000"
start_daemon $daemon_opts
sql -c "insert into app.company select 'k' || i, 'Company ' || i from generate_series(0, $companies - 1) i" >/dev/null
until_quiet 20

# What the CRM refuses in passing, and the daemon killed between the two.
faults '[{"fault":"no_headers"},{"fault":"status","status":503,"path":"/crm/v4","every":9,"count":60},{"fault":"drop_after","path":"/crm/v4","every":31,"count":20}]'
sql -c "insert into app.deal select 'd' || i, 'Deal ' || i, case when i % 10 > 0 then 'k' || i % $companies end
    from generate_series(1, $deals) i" >/dev/null
as_many() {
	[ "$(curl -sS -f "$sandbox/_sandbox/associations" | wc -l)" -ge "$1" ]
}
for n in 20 300 600 900; do
	until_true 20 as_many $n || die "there are no $n associations"
	kill_daemon
	start_daemon $daemon_opts
done

ids() {
	curl -sS -f "$sandbox/_sandbox/records/$1" | jq -r '[.id, .properties.crosswalk_id] | @tsv' | sort
}
associated() {
	ids companies >"$work/companies"
	ids deals >"$work/deals"
	curl -sS -f "$sandbox/_sandbox/associations" >"$work/associations"
	awk 'FILENAME == ARGV[1] { k[$1] = $2; next } FILENAME == ARGV[2] { d[$1] = $2; next }
	    { print d[$2], k[$4] }' "$work/companies" "$work/deals" "$work/associations" | sort >"$work/actual"
	sql -F ' ' -c "select id, company from app.deal where company is not null" | sort >"$work/expected"
	cmp -s "$work/expected" "$work/actual"
}
until_true 30 at_rest || die "some still wait: $(crosswalk status --json)"
associated || {
	diff "$work/expected" "$work/actual" | head -n 5 >&2
	die "the deals' companies differ"
}
[ "$(wc -l <"$work/deals")" = "$deals" ] || die "$(wc -l <"$work/deals") deals are there"
[ "$(sql -c 'select count(*) from crosswalk.dead_letter')" = 0 ] ||
    die "there are dead letters"
[ "$(sql -c 'select count(*) from crosswalk.link where base is null')" = 0 ] ||
    die "a link without a base is left"

# What has no company asks for none, and what does not change asks for nothing.
before=$(curl -sS -f "$sandbox/_sandbox/associations" | awk '{ n += $NF } END { print n }')
sql -c "update app.deal set name = name || '!' where id in ('d1', 'd2', 'd10')" >/dev/null
until_quiet 20
after=$(curl -sS -f "$sandbox/_sandbox/associations" | awk '{ n += $NF } END { print n }')
[ "$before" = "$after" ] || die "an update of a name associates"
sql -c "update app.deal set company = 'k7' where id = 'd10'" >/dev/null
until_quiet 20
associated || die "the deal that got a company later has none there"

# An operation in place of a write.
sql -c "update app.deal set name = 'alone', company = 'k8' where id = 'd10'" >/dev/null
until_quiet 20
curl -sS -f "$sandbox/_sandbox/records/deals" | grep -q '"alone"' && die "the name was sent as well"
sql -c "update app.deal set name = 'on' where id = 'd10'" >/dev/null
until_quiet 20
[ "$(curl -sS -f "$sandbox/_sandbox/records/deals" | jq -r 'select(.properties.crosswalk_id == "d10").properties.dealname')" = on ] ||
    die "what follows a call is not sent"
id=$(awk '$2 == "d10" { print $1 }' "$work/deals")
[ "$(curl -sS -f "$sandbox/_sandbox/associations" | awk -v d="$id" '$2 == d' | wc -l)" = 2 ] ||
    die "the call alone was not made"

# One that the connector does not have.
sql -c "insert into app.deal values ('l1', 'lost', null)" >/dev/null
dead() {
	[ "$(sql -c "select cause || ' ' || key || ': ' || message from crosswalk.dead_letter")" = \
	    "CONFIG l1: connector hubspot: object deal has no operation lose" ]
}
until_true 10 dead || die "the dead letter is: $(sql -c 'select cause, key, message from crosswalk.dead_letter')"
grep -q 'event=catalog.no_operation .*operation=lose' "$work/daemon.log" ||
    die "the catalog did not say that an operation lacks"
stop_daemon
echo "$deals deals, each with its company beside it; $(awk '{ n += $NF } END { print n }' "$work/associations") requests for $(wc -l <"$work/associations")"
