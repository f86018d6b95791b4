#!/bin/sh
# crosswalk new: for every pair of schemas that ships, what it writes passes
# check, fmt and its own tests, is the same again, and has most of the fields
# that the shipped mapping pairs; other schemas, and what it refuses.
set -eu
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
PATH=${top_builddir:-$top/build}:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

bad() {
	echo "FAIL: $*"
	failed=1
}

# fields that rules of a mapping pair: "a b", either order
pairs() {
	awk '$2 == "<->" || $2 == "<-" {
		gsub(/;/, "")
		sub(/^[a-z]\./, "", $1)
		sub(/^[a-z]\./, "", $3)
		print ($1 < $3 ? $1 " " $3 : $3 " " $1)
	}' "$1" | grep -v -e '[{(*"]' | LC_ALL=C sort -u
}

# ---- what ships ----

mkdir "$work/maps"
cp -r "$top/schemas" "$work/schemas"
cd "$work/maps"
wanted=0
found=0
for crm in dynamics hubspot pipedrive salesforce zoho; do
	for object in company contact deal; do
		name=$crm-$object
		crosswalk new -o "$name.map" "$crm" "$object" ||
		    bad "$name: status $?"
		crosswalk check "$name.map" >out 2>&1 ||
		    bad "$name: $(cat out)"
		crosswalk fmt --check "$name.map" || bad "$name: fmt"
		crosswalk test "$name.map" >out 2>&1 || bad "$name: test"
		[ "$(tail -n 1 out)" = "2 passed, 0 failed" ] ||
		    bad "$name: $(cat out)"
		crosswalk new "$crm" "$object" | cmp - "$name.map" ||
		    bad "$name: another time it is another"
		pairs "$name.map" >ours
		pairs "$top/mappings/$crm/$object.map" >theirs
		wanted=$((wanted + $(wc -l <theirs)))
		found=$((found + $(LC_ALL=C comm -12 ours theirs | wc -l)))
	done
done
echo "$found of $wanted pairs of fields are found"
[ $((found * 100)) -ge $((wanted * 70)) ] || bad "fewer than 70 %"
grep -q '^schema app.contact = "../schemas/app/contact.json";$' \
    hubspot-contact.map || bad "the path of a schema"
grep -q 'c.email .*<-> h.properties.email via email_norm;' \
    hubspot-contact.map || bad "a codec of its name"
grep -q 'c.employees .*<-> h.properties.numemployees via int_text;' \
    hubspot-contact.map || bad "a codec of its types"
grep -q 'c.updated_at .*<-  *h.updatedAt;' hubspot-contact.map ||
    bad "what is read only goes one way"
grep -q '# TODO c.consent: bool' hubspot-contact.map || bad "a TODO"

# ---- other schemas ----

cat >ours.json <<'END'
{ "type": "object", "required": ["key"], "properties": {
  "key": { "type": "string" },
  "9 lives": { "type": ["integer", "null"] },
  "open{}": { "type": "string" },
  "size": { "enum": ["S", "M"] },
  "when": { "type": "string", "format": "date-time" } } }
END
cat >theirs.json <<'END'
{ "type": "object", "required": ["Key", "Must", "On", "Size"], "properties": {
  "Key": { "type": "string", "maxLength": 3 },
  "9Lives": { "type": "string" },
  "Open": { "type": "string" },
  "Must": { "type": "boolean" },
  "On": { "type": "string", "format": "date" },
  "Size": { "enum": ["XL", "XXL"] },
  "When": { "type": "integer" } } }
END
crosswalk new -l ours.json -r theirs.json -o other.map crm crate ||
    bad "other schemas: status $?"
crosswalk check other.map >out 2>&1 || bad "$(cat out)"
crosswalk test other.map >out 2>&1 || bad "$(cat out)"
for line in 'c.`9 lives` <-> x.`9Lives` via int_text with null: skip;' \
    'x.Must <- false; # TODO it must have a value' \
    'x.On <- "2026-01-31"; # TODO it must have a value' \
    'x.Size <- "XL"; # TODO it must have a value' \
    'c.when <-> x.When via epoch_ms;' \
    'schema crm.crate = "theirs.json";'; do
	tr -s ' ' <other.map | grep -qF "$line" || bad "no line $line"
done

# ---- what it refuses ----

# refuses STATUS WORDS: crosswalk new ARGUMENTS..., from standard input
refuses() {
	status=0
	want=$1
	words=$2
	shift 2
	crosswalk new "$@" >out 2>&1 || status=$?
	[ "$status" = "$want" ] || bad "$*: status $status, not $want"
	grep -qF -- "$words" out || bad "$*: $(cat out)"
}

echo mine >mine.map
refuses 71 'mine.map is there already: --force' -o mine.map hubspot deal
[ "$(cat mine.map)" = mine ] || bad "it was overwritten"
crosswalk new --force -o mine.map hubspot deal || bad "--force"
crosswalk check mine.map >/dev/null || bad "--force wrote something else"
refuses 66 'schemas/acme/deal.json' acme deal
refuses 66 '--left' hubspot nothing
refuses 66 'no such folder' -o gone/x.map hubspot deal
refuses 2 'names are letters' hub.spot deal
echo '{ "type": "object" }' >none.json
refuses 65 'declares no fields' -r none.json crm deal
echo '{ "type": 1 }' >broken.json
refuses 65 'broken.json' -r broken.json crm deal
exit $failed
