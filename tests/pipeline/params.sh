#!/bin/sh
# A param without a default: a record that needs it is a dead letter that says
# so; each connection has its own value, and the others what was published.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

# sources SANDBOX: the crosswalk_source of every record there, each once
sources() {
	curl -sS -f "$1/_sandbox/records/contacts" |
	    jq -r '.properties.crosswalk_source' | sort -u
}
# until_source SANDBOX WORD COUNT
until_source() {
	until_true 30 sh -c "curl -sS -f $1/_sandbox/records/contacts |
	    jq -e -s 'map(select(.properties.crosswalk_source == \"$2\")) |
	        length == $3'" ||
	    die "$1 has not $3 records of $2 but of: $(sources "$1")"
}
# The daemon runs what is stored.
until_taken() {
	_now=$(sql -c 'select number from crosswalk.generation')
	until_true 5 sh -c "curl -sS -f $api/metrics |
	    grep -q '^crosswalk_generation $_now\$'" ||
	    die "the daemon does not take it up"
}

start_sandbox
set_up
first=$sandbox
mkdir "$work/m"
cp -r "$top/mappings/hubspot" "$top/mappings/lib" "$work/m/"
cp -r "$top/schemas" "$work/schemas"
chmod -R u+w "$work/m"
map=$work/m/hubspot/contact.map
sed -i -e 's|crosswalk_source <- "app" with create only|crosswalk_source <- param.source|' \
    -e 's|^test .* for contact_hubspot {|&\n  given param = { source: "app" };|' "$map"
echo 'param source: text;' >>"$map"
crosswalk publish "$map" 2>"$work/said" >/dev/null || die "refused"
grep -q 'note\[N224\]: param `source` has no value' "$work/said" ||
    die "publish does not say that the param has no value"
start_daemon
sql -c "insert into app.contact select c.* from generate_series(1, 5) i, app.make_contact(i) c"
until_true 20 sh -c "[ \"\$(crosswalk dlq list --all --json | wc -l)\" = 5 ]" ||
    die "there are not 5 dead letters"
crosswalk dlq list --json | grep -q 'contact.map:[0-9]*: param `source` has no value; give it one' ||
    die "the dead letters do not say what is missing: $(crosswalk dlq list --json)"
echo "without a value the record waits for one and says so"

crosswalk connection add acme hubspot --url "$first" --secret hubspot \
    --params '{"source": "acme", "portal": 7}' >/dev/null
until_taken
crosswalk dlq replay --all >/dev/null
until_source "$first" acme 5
echo "the connection gives one"

start_sandbox
for p in crosswalk_tags crosswalk_vip crosswalk_source crosswalk_region \
    x_tier x_score; do
	declare_property "$p"
done
crosswalk publish -p source=all "$map" >/dev/null || die "refused"
crosswalk connection add beta hubspot --url "$sandbox" --secret hubspot \
    >/dev/null
crosswalk sync add beta contact beta contact_hubspot >/dev/null
until_taken
sql -c "update app.contact set updated_at = now()"
until_source "$sandbox" all 5
until_source "$first" acme 5
echo "and another one has what was published"

crosswalk connection add acme hubspot --url "$first" --secret hubspot \
    --params '{"source": 7}' >/dev/null
until_true 5 grep -q 'event=catalog.mapping_refused .*code=E223' "$work/daemon.log" ||
    die "a value of another type is taken"
sql -c "update app.contact set first_name = 'Zoe'"
until_true 20 sh -c "[ \"\$(crosswalk status --json | jq .waiting)\" = 5 ]" ||
    die "the changes do not wait for a value"
crosswalk connection add acme hubspot --url "$first" --secret hubspot \
    --params '{"source": "new"}' >/dev/null
until_source "$first" new 5
until_source "$sandbox" all 5
echo "a value of another type holds that connection up, and no other"
stop_daemon
