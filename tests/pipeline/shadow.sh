#!/bin/sh
# What another version of a mapping would change of the newest records: fields
# and verdicts, counted, while nothing is written and nothing sent.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

# shadow STATUS ARGUMENT...: what it prints is in $work/out
shadow() {
	want=$1
	shift
	got=0
	crosswalk shadow contacts "$@" >"$work/out" 2>"$work/said" || got=$?
	[ $got = "$want" ] ||
	    die "shadow $*: status $got: $(cat "$work/out" "$work/said")"
}
# prints FILTER: what jq makes of all rows is standard input
prints() {
	cat >"$work/want"
	jq -c "$1" "$work/out" >"$work/is"
	diff "$work/want" "$work/is" || die "it prints $(cat "$work/out")"
}

# what the database holds of mappings, changes and records
stored() {
	sql -c 'select count(*), max(id) from crosswalk.mapping' \
	    -c 'select count(*), max(seq) from crosswalk.journal' \
	    -c 'select count(*), max(last_decision) from crosswalk.link'
}

start_sandbox
set_up
mkdir "$work/m"
cp -r "$top/mappings/hubspot" "$top/mappings/lib" "$work/m/"
cp -r "$top/schemas" "$work/schemas"
chmod -R u+w "$work/m"
map=$work/m/hubspot/contact.map

shadow 66 "$map"
grep -q 'the journal holds no change of `contact`; attach --backfill' \
    "$work/said" || die "it does not say what to do: $(cat "$work/said")"

# 40 that are linked and at rest; then two are new, one is gone, one was
# changed twice.
start_daemon
sql -c "insert into app.contact
    select c.* from generate_series(1, 40) i, app.make_contact(i) c"
until_quiet 30
stop_daemon
sql -c "insert into app.contact
    select c.* from generate_series(41, 42) i, app.make_contact(i) c" \
    -c "delete from app.contact where id = 'c40'" \
    -c "update app.contact set notes = 'one' where id = 'c1'" \
    -c "update app.contact set notes = 'two' where id = 'c1'"
reset_stat
before=$(stored)

shadow 0 "$map"
[ "$(cat "$work/out")" = "0 of 42 records differ" ] ||
    die "the version that runs differs from itself: $(cat "$work/out")"
shadow 0 --json "$map"
[ ! -s "$work/out" ] || die "JSON of no difference: $(cat "$work/out")"
echo "a version is equal to itself"

# Of 41 that are there: one field less, one more, and one in capitals, which
# those of CEOs (n % 4 = 1) and of none (3) are already.
cp "$map" "$work/contact.map"
sed -i -e '/h.properties.website/d' \
    -e 's/\(h.properties.jobtitle\);/\1 via upper;/' \
    -e 's/^  h.properties.crosswalk_source <-.*/&\n  h.properties.fax <- "none";/' \
    "$map"
shadow 1 --json "$map"
prints 'select(.field) | [.field, .gained, .lost, .changed]' <<'END'
["properties.website",0,41,0]
["properties.fax",41,0,0]
["properties.jobtitle",0,0,20]
END
jq -e -s '.[2] == {field: "properties.jobtitle", gained: 0, lost: 0,
    changed: 20, key: "c42", now: "Φύλακας", then: "ΦΎΛΑΚΑΣ"}' \
    "$work/out" >/dev/null || die "another example: $(cat "$work/out")"
# 38 at rest would be written, c1 is anyway, two are new, one is archived
prints 'select(.field | not) | [.now, .then, .records, .why]' <<'END'
["unchanged","update",38,null]
END
shadow 1 -n 3 "$map"
tail -n 1 "$work/out" | grep -q '^2 of 3 records differ$' ||
    die "not the newest three: $(cat "$work/out")"
echo "fields that are gained, lost and changed"

# Rules that decide otherwise (vip: n % 3 = 0, the linked ones), and a rule
# that most records fail (no mobile: all but n % 5 = 0).
cp "$work/contact.map" "$map"
sed -i 's/^  on update when linked(h).*/  on update when c.vip ?? false do skip "vip";\n&/' \
    "$map"
shadow 1 --json "$map"
prints '[.now, .then, .records]' <<'END'
["unchanged","skip \"vip\"",13]
END
cp "$work/contact.map" "$map"
sed -i 's/\(h.properties.mobilephone via trim\);/\1 with required;/' "$map"
shadow 1 --json "$map"
line=$(grep -n mobilephone "$map" | cut -d: -f1)
prints '[.now, .then, .records, (.why | test("contact.map:'"$line"': "))]' <<'END'
["update","error",1,true]
["upsert","error",2,true]
["unchanged","error",31,true]
END
echo "verdicts that are others, and errors by their rule"

# With the params of the connection.
cp "$work/contact.map" "$map"
sed -i 's/crosswalk_source <- "app"/crosswalk_source <- param.source/' "$map"
echo 'param source: text;' >>"$map"
crosswalk connection add acme hubspot --url "$sandbox" --secret hubspot \
    --params '{"source": "app"}' >/dev/null
shadow 0 "$map"
shadow 0 -p source=other "$map"
echo "a connection's params come first"

# What cannot be compared.
echo 'map' >>"$map"
shadow 65 "$map"
shadow 65 "$top/mappings/hubspot/connector.map"
grep -q 'has no map `contact_hubspot`, which sync `contacts` runs' \
    "$work/said" || die "no word of the map: $(cat "$work/said")"
shadow 2 -n 0 "$map"
[ "$(stored)" = "$before" ] || die "something was written"
[ "$(stat '[.calls[]] | add // 0')" = 0 ] || die "something was sent"
echo "nothing is written, nothing sent"
