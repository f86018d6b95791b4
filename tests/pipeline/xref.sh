#!/bin/sh
# Records that name others: 2,000 deals are captured before their companies,
# and the daemon is killed on the way.  Each goes out after its company, with
# the id that the company got, once.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

deals=${DEALS:-2000}
companies=400

# declare OBJECT PROPERTY [UNIQUE]
declare() {
	curl -sS -f -o /dev/null -H 'Authorization: Bearer sandbox-token' \
	    -H 'Content-Type: application/json' \
	    -d "{\"name\":\"$2\",\"label\":\"$2\",\"type\":\"string\",\"fieldType\":\"text\",\"groupName\":\"x\",\"hasUniqueValue\":${3:-false}}" \
	    "$sandbox/crm/v3/properties/$1"
}

mkdir "$work/m"
cat >"$work/m/record.json" <<'END'
{ "type": "object",
  "properties": {},
  "additionalProperties": { "type": ["string", "null"] } }
END
cat >"$work/m/properties.json" <<'END'
{ "type": "object", "properties": { "properties": {
    "type": "object", "additionalProperties": { "type": ["string", "null"] } } } }
END
cat >"$work/m/company.map" <<'END'
schema app.company = "record.json";
schema hubspot.company = "properties.json";
map company (c: app.company) <-> (h: hubspot.company) {
  c.id     <-> h.properties.crosswalk_id;
  c.name   <-> h.properties.name;
  c.parent <-> h.properties.parent via xref("company") with missing: skip;
}
rules for company { on create do upsert by { crosswalk_id }; on update do update; on delete do archive; otherwise skip "no rule"; }
END
cat >"$work/m/person.map" <<'END'
schema app.person = "record.json";
schema hubspot.contact = "properties.json";
map person (c: app.person) <-> (h: hubspot.contact) {
  c.id   <-> h.properties.email;
  c.name <-> h.properties.lastname;
}
rules for person { on create do upsert by { email }; on update do update; otherwise skip "no rule"; }
END
cat >"$work/m/deal.map" <<'END'
schema app.deal = "record.json";
schema hubspot.deal = "properties.json";
map deal (c: app.deal) <-> (h: hubspot.deal) {
  c.id      <-> h.properties.crosswalk_id;
  c.name    <-> h.properties.dealname;
  c.company <-> h.properties.company via xref("company") with missing: defer;
  c.person  <-> h.properties.person  via xref("person")  with missing: create;
  h.properties.seller <- lookup("sellers", c.seller) ?? "house";
}
rules for deal { on create do upsert by { crosswalk_id }; on update do update; on delete do archive; otherwise skip "no rule"; }
END
sql <<'END'
create schema app;
create table app.company (id text primary key, name text not null, parent text);
create table app.person (id text primary key, name text not null);
create table app.deal (id text primary key, name text not null, company text, person text, seller text);
insert into app.person values ('p1@x.io', 'Never captured');
END

start_sandbox
for p in crosswalk_id; do
	declare companies $p true
	declare deals $p true
done
declare companies parent
for p in company person seller; do
	declare deals $p
done
crosswalk secret keygen "$work/key"
CROSSWALK_KEY_FILE=$work/key
export CROSSWALK_KEY_FILE
crosswalk tenant add main
for t in company person deal; do
	crosswalk attach app.$t --entity $t
done
printf '{"client_id":"demo","client_secret":"demo","refresh_token":"sandbox-refresh"}' |
    crosswalk secret set hubspot
crosswalk publish "$top/mappings/hubspot/connector.map" "$work"/m/*.map >/dev/null
crosswalk connection add acme hubspot --url "$sandbox" --secret hubspot
crosswalk sync add companies company acme company
crosswalk sync add people person acme person
crosswalk sync add deals deal acme deal
crosswalk lookup set sellers ann '"o-7"'

# Only a link can wake a record: what is parked rests ten minutes.
daemon_opts="--park_ms 600000 --again_ms 2000"
start_daemon $daemon_opts
waiting() {
	[ "$(crosswalk status --json | jq .waiting)" = "$1" ]
}
sql -c "insert into app.deal select 'd' || i, 'Deal ' || i, 'k' || 1 + i % $companies, null,
    case when i % 2 = 0 then 'ann' else 'bob' end from generate_series(1, $deals) i" >/dev/null
until_true 20 waiting "$deals" || die "not all deals wait for their company"
[ "$(curl -sS "$sandbox/_sandbox/records/deals" | jq -s length)" = 0 ] ||
    die "deals went out before their companies"
frames=$(metric frames_total)
queries=$(metric lookup_queries_total)
keys=$(metric lookup_keys_total)
[ "$queries" -le $((2 * frames)) ] ||
    die "$queries queries for $frames frames: one a frame and kind, no more"
[ "$keys" -ge $((2 * deals)) ] || die "$keys keys were asked for"
crosswalk status | grep -q PARENT_MISSING || die "status names no cause"

# The companies come while the daemon is killed.
(
	i=0
	while [ $i -lt 10 ]; do
		sql -c "insert into app.company select 'k' || n, 'Company ' || n, null
		    from generate_series($i * $companies / 10 + 1, ($i + 1) * $companies / 10) n"
		i=$((i + 1))
	done
) &
loader=$!
seed=${SEED:-$$}
echo "seed $seed"
for i in 1 2 3 4; do
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	sleep "0.$((seed / 65536 % 4))$((seed / 4096 % 10))"
	kill_daemon
	start_daemon $daemon_opts
done
wait $loader || die "the companies could not be inserted"

# records OBJECT: key and what a link names, by the CRM's own ids.
records() {
	curl -sS -f "$sandbox/_sandbox/records/$1" | jq -r "$2" | sort
}
references() {
	records companies '[.properties.crosswalk_id, .id] | @tsv' >"$work/ids"
	records deals '[.properties.company, .properties.crosswalk_id, .properties.seller] | @tsv' >"$work/there"
	awk -F '\t' -v OFS='\t' 'NR == FNR { key[$2] = $1; next }
	    { print $2, key[$1], $3 }' "$work/ids" "$work/there" | sort >"$work/actual"
	sql -F "$(printf '\t')" -c "select id, company, case when seller = 'ann' then 'o-7' else 'house' end
	    from app.deal where company is not null" | sort >"$work/expected"
	cmp -s "$work/expected" "$work/actual"
}
until_true 25 at_rest || die "some still wait: $(crosswalk status --json)"
references || {
	diff "$work/expected" "$work/actual" | head -n 5 >&2
	die "the deals' companies differ"
}
[ "$(wc -l <"$work/there")" = "$deals" ] || die "$(wc -l <"$work/there") deals are there"
[ "$(wc -l <"$work/ids")" = $companies ] || die "$(wc -l <"$work/ids") companies are there"
[ -z "$(cut -f 1 "$work/ids" | uniq -d)" ] || die "companies are doubled"
[ -z "$(cut -f 2 "$work/there" | sort | uniq -d)" ] || die "deals are doubled"
[ "$(sql -c 'select count(*) from crosswalk.dead_letter')" = 0 ] ||
    die "there are dead letters"

# Two that name each other: made without, then patched.
sql -c "insert into app.company values ('a', 'A', 'b'), ('b', 'B', 'a')" >/dev/null
parents() {
	id_a=$(records companies 'select(.properties.crosswalk_id == "a").id')
	[ -n "$id_a" ] && [ "$(records companies 'select(.properties.crosswalk_id == "b").properties.parent')" = "$id_a" ] &&
	    [ "$(records companies 'select(.properties.crosswalk_id == "a").properties.parent // ""')" != "" ]
}
until_true 10 parents || die "parents that name each other were not patched"

# One that was never captured is asked for.
sql -c "insert into app.deal values ('q1', 'Q', 'a', 'p1@x.io', null)" >/dev/null
person() {
	id=$(records contacts 'select(.properties.email == "p1@x.io").id')
	[ -n "$id" ] && [ "$(records deals 'select(.properties.crosswalk_id == "q1").properties.person')" = "$id" ]
}
until_true 10 person || die "the person that a deal names was not captured"
until_quiet 10
stop_daemon

# What is never linked is a dead letter, and goes on when it is replayed.
start_daemon --wait_ms 500 $daemon_opts
sql -c "insert into app.deal values ('q2', 'Q', 'nobody', null, null)" >/dev/null
dead() {
	[ "$(sql -c "select cause || ' ' || key from crosswalk.dead_letter")" = "PARENT_MISSING q2" ]
}
until_true 10 dead || die "there is no dead letter PARENT_MISSING"
sql -c "insert into app.company values ('nobody', 'N', null)" >/dev/null
until_quiet 10
crosswalk dlq replay --all >/dev/null
until_quiet 10
[ -n "$(records deals 'select(.properties.crosswalk_id == "q2").properties.company // ""')" ] ||
    die "the replayed deal has no company"
stop_daemon
echo "$deals deals, $companies companies: each after its company; $queries queries for $frames frames, $keys keys"
