#!/bin/sh
# Every shipped mapping is checked, formatted and passes its own tests and
# laws; maps the samples to what is known to be right, both ways, and what it makes is
# valid; every connector sends, and makes of replies, what wire/ says.
#
#	mappings.sh [-u]
#
# -u writes what comes now: look at the difference before you commit it.
set -eu
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
build=${top_builddir:-$top/build}
PATH=$build:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
update=${1:-}

bad() {
	echo "FAIL: $*"
	failed=1
}

# same FILE: standard input is what FILE holds
same() {
	cat >"$work/out"
	[ -z "$update" ] || cp "$work/out" "$1"
	diff -u "$1" "$work/out" || bad "$1 is not what comes"
}

cd "$top/mappings"
count=0
for map in */*.map; do
	count=$((count + 1))
	crosswalk check "$map" >"$work/check" 2>&1 || bad "check $map"
	grep -q ': ok$' "$work/check" && ! grep -q '^warning' "$work/check" ||
	    cat "$work/check"
	crosswalk fmt --check "$map" >/dev/null || bad "fmt $map"
	grep -q "mappings/$map" local.mk || bad "$map is not shipped"
done
[ "$count" -ge 22 ] || bad "only $count mappings"
crosswalk test */*.map >"$work/test" || {
	cat "$work/test"
	bad "tests or laws of the mappings"
}
! grep 'refuses nearly all' "$work/test" || bad "laws that say little"

for schema in ../schemas/*/*.json; do
	grep -q "${schema#../}" ../schemas/local.mk ||
	    bad "$schema is not shipped"
done

# A map has rules enough, and a test goes both ways.
for kind in contact:contacts company:companies deal:deals; do
	name=${kind%:*}
	records=samples/${kind#*:}.json
	crosswalk validate "../schemas/app/$name.json" <"$records" ||
	    bad "$records"
	for map in */"$name.map"; do
		crm=${map%/*}
		rules=$(sed -n '/^map /,/^}/p' "$map" |
		    grep -c -e '<->' -e '<-' || :)
		[ "$rules" -ge 12 ] || bad "$map has $rules rules"
		grep -q '^  put ' "$map" || bad "$map tests one way only"
		grep -q '^laws for' "$map" || bad "$map says no laws"
		grep -q "^${name}_$crm: 500 samples, .* laws hold: getput" \
		    "$work/test" || bad "$map: laws were not tried"
		crosswalk run -l samples/links.json \
		    -n 2026-11-23T12:00:00Z "$map" <"$records" |
		    same "samples/$crm/$name.json"
		crosswalk run -r -l samples/links.json \
		    -n 2026-11-23T12:00:00Z "$map" \
		    <"samples/$crm/$name.json" |
		    same "samples/$crm/$name.back.json"
		crosswalk validate "../schemas/$crm/$name.json" \
		    <"samples/$crm/$name.json" ||
		    bad "what $map makes is not valid"
		# what came back, sent again, changes nothing there
		crosswalk run -b "samples/$crm/$name.json" \
		    -l samples/links.json -n 2026-11-23T12:00:00Z "$map" <"$records" |
		    grep -v '^{}$' && bad "$map sends again what is there"
	done
done

# Where both sides changed, the later one holds.
echo '{"id":"1","email":"a@x.io","first_name":"Ann"}' >"$work/ours"
echo '{"properties":{"email":"a@x.io","firstname":"Anna"}}' >"$work/theirs"
echo '{"properties":{"email":"a@x.io","firstname":"A"}}' >"$work/base"
for at in "11 to them" "13 to us"; do
	crosswalk explain -o "$work/ours" -t "$work/theirs" -b "$work/base" \
	    -O 2026-11-23T12:00:00Z -T "2026-11-23T${at%% *}:00:00Z" \
	    hubspot/contact.map >"$work/merge"
	grep -q "^properties.firstname: ${at#* }\$" "$work/merge" ||
	    bad "theirs of ${at%% *}:00 is not ${at#* }"
done

for map in */connector.map; do
	crm=${map%/*}
	"$build/mappings/wire/wire" "$map" <"wire/$crm.json" |
	    same "wire/$crm.expect"
	! grep -q UNCLASSIFIED "wire/$crm.expect" ||
	    bad "a reply of $crm is in no class"
done
exit $failed
