#!/bin/sh
# What fields an account has: asked for by hand; and at work, where what the
# account lacks waits and arrives by itself, whenever the daemon is killed.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

start_sandbox
connector=$top/mappings/hubspot/connector.map
TOKEN=sandbox-token
export TOKEN

declare_property x_tier
crosswalk fields "$connector" contact -u "$sandbox" -T TOKEN >"$work/fields"
jq -e '.properties.properties.properties | has("x_tier") and has("email") and
    (has("x_score") | not)' "$work/fields" >/dev/null ||
    die "another catalogue: $(cat "$work/fields")"
crosswalk fields "$connector" contact -u "$sandbox" -T TOKEN --table |
    grep -q '^properties.createdate  *datetime  *Create Date .* read only$' ||
    die "no table of the catalogue"
TOKEN=wrong crosswalk fields "$connector" contact -u "$sandbox" -T TOKEN \
    2>"$work/said" && die "a wrong token is right"
[ $? = 75 ] || die "it ends with $? without a token"
grep -q 'refresh retry: .*INVALID_AUTHENTICATION' "$work/said" ||
    die "it does not say why: $(cat "$work/said")"
cp -r "$top/schemas" "$work/schemas"
cat >"$work/tenant.map" <<END
schema app.contact = "schemas/app/contact.json";
schema hubspot.contact = "schemas/hubspot/contact.json";
map tenant (c: app.contact) <-> (h: hubspot.contact) {
  c.email <-> h.properties.email via email_norm with required;
  rest c.custom.* <-> h.properties.* via prefix("x_") | declared;
}
END
echo '{"email":"a@x.io","custom":{"tier":"gold","score":7}}' |
    crosswalk run -c "hubspot.contact=$work/fields" "$work/tenant.map" \
    >"$work/out" 2>"$work/said"
[ "$(cat "$work/out")" = '{"properties":{"email":"a@x.io","x_tier":"gold"}}' ] ||
    die "it makes $(cat "$work/out" "$work/said")"
grep -q 'custom.score is in no field catalogue' "$work/said" ||
    die "it does not say what is left out"
echo "a catalogue by hand"

# At work: a catalogue that is old after a second, and no fields of ours yet.
sed '/fields from/s/cache 1h/cache 1s/' "$connector" >"$work/connector.map"
cat >>"$work/tenant.map" <<'END'
rules for tenant {
  on create do upsert by { email };
  on update when linked(h) do update;
  otherwise skip "no rule";
}
END
sql -f "$top/tests/pipeline/contact.sql"
crosswalk secret keygen "$work/key"
CROSSWALK_KEY_FILE=$work/key
export CROSSWALK_KEY_FILE
crosswalk attach app.contact --entity contact >/dev/null
printf '{"client_id":"demo","client_secret":"demo","refresh_token":"sandbox-refresh"}' |
    crosswalk secret set hubspot >/dev/null
crosswalk publish "$work/connector.map" "$work/tenant.map" >/dev/null 2>&1 ||
    die "refused"
crosswalk connection add acme hubspot --url "$sandbox" --secret hubspot \
    >/dev/null
crosswalk sync add contacts contact acme tenant >/dev/null

# with NAME: how many contacts there have it
with() {
	curl -sS -f "$sandbox/_sandbox/records/contacts" |
	    jq -s --arg p "$1" 'map(select(.properties[$p] // "" != "")) | length'
}
until_with() {
	until_true 30 sh -c "curl -sS -f $sandbox/_sandbox/records/contacts |
	    jq -s -e 'map(select(.properties.$1 // \"\" != \"\")) | length == $2'" ||
	    die "$2 contacts should have $1, and $(with "$1") have"
}
# until_waits CAUSE COUNT
until_waits() {
	until_true 20 sh -c "crosswalk status --json |
	    jq -e '[.causes[] | select(.cause == \"$1\") | .waiting] | add == $2'" ||
	    die "$2 records should wait for $1: $(crosswalk status --json)"
}

# Until the catalogue is there nothing is sent, and nothing lost.
faults '[{"fault":"status","status":503,"path":"/crm/v3/properties"}]'
start_daemon --park_ms 200
sql -c "insert into app.contact (id, email, custom) select 'c' || n,
    'c' || n || '@x.io', json_build_object('tier', 'gold', 'score', n)
    from generate_series(1, 40) n"
until_true 20 grep -q 'event=delivery.catalogue .*object=contact outcome="retry"' \
    "$work/daemon.log" || die "it does not say that the catalogue is away"
until_waits CATALOGUE 40
[ "$(with email)" = 0 ] || die "records were sent without a catalogue"
faults '[]'
kill_daemon
start_daemon --park_ms 200
until_with x_tier 40
echo "records wait for the first catalogue"

# A field that the account lacks is left out, said, and no dead letter.
until_true 10 grep -q 'event=engine.unknown_field connection=acme .*custom.score' \
    "$work/daemon.log" || die "it does not say that custom.score is left out"
until_waits FIELD_MISSING 40
[ "$(crosswalk status --json | jq '.dead, .oldest_s' | tr '\n' ' ')" = "0 0 " ] ||
    die "it counts as undone: $(crosswalk status --json)"

# It is made: the field arrives by itself, the daemon killed meanwhile.
reset_stat
sql -c "update app.contact set custom = '{\"tier\":\"silver\",\"score\":7}'
    where id = 'c1'"
curl -sS -f -o /dev/null -H 'Authorization: Bearer sandbox-token' \
    -H 'Content-Type: application/json' \
    -d '{"name":"x_score","label":"Score","type":"number","fieldType":"number","groupName":"contactinformation"}' \
    "$sandbox/crm/v3/properties/contacts"
kill_daemon
start_daemon --park_ms 200
until_with x_score 40
until_quiet 20
[ "$(curl -sS -f "$sandbox/_sandbox/records/contacts" |
    jq -r 'select(.properties.email == "c1@x.io") |
        .properties | "\(.x_tier) \(.x_score)"')" = "silver 7" ] ||
    die "c1 is another"
[ "$(crosswalk status --json | jq .dead)" = 0 ] || die "there are dead letters"
echo "a field that the account is given arrives"

# The same again while it runs, and only what lacked is sent.
sql -c "update app.contact set custom = '{\"tier\":\"gold\",\"score\":8,\"shoe\":\"L\"}'
    where id in ('c2', 'c3')"
until_waits FIELD_MISSING 2
reset_stat
declare_property x_shoe
crosswalk connection fields acme contact --refresh |
    grep -q '^properties.x_shoe  *text ' || die "it is not read anew"
until_with x_shoe 2
until_quiet 20
[ "$(stat .updates)" = 2 ] || die "$(stat .updates) records were updated"
crosswalk connection fields acme --json |
    jq -e '.object == "contact" and .version >= 3 and .read >= .changed' \
    >/dev/null || die "$(crosswalk connection fields acme)"
crosswalk connection fields acme contact --json >"$work/stored"
crosswalk fields "$connector" contact -u "$sandbox" -T TOKEN |
    cmp -s - "$work/stored" || die "what is stored is not what is there"
crosswalk connection fields acme deal --refresh | grep -q properties.amount ||
    die "what no map goes by is not read"
echo "while it runs as well"

# What is right with the fields of an account need not be so without them.
cat >>"$work/tenant.map" <<'END'
test "of acme" for tenant {
  given  c = { email: "a@x.io", custom: { tier: "gold", shoe: "L" } };
  expect h = { properties: { email: "a@x.io", x_tier: "gold", x_shoe: "L" } };
}
END
crosswalk test --no-laws "$work/tenant.map" >/dev/null 2>&1 &&
    die "fields of nobody are known"
for command in check "test --no-laws" "publish --dry-run --no-laws"; do
	crosswalk $command --connection acme "$work/tenant.map" \
	    >"$work/said" 2>&1 || die "$command: $(cat "$work/said")"
done
crosswalk check --connection nobody "$work/tenant.map" 2>"$work/said" &&
    die "a connection that is not there is taken"
grep -q 'there is no connection `nobody`; there is acme' "$work/said" ||
    die "$(cat "$work/said")"
stop_daemon
echo "a mapping is checked with what a connection has"
