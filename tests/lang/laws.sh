#!/bin/sh
# Mappings that are wrong in a way that only the generated laws find.
#
# For each laws/NAME.map: it compiles and passes its own tests; the laws find
# one fault, of the law and the field that its first line names; the test
# block that is told fails with the mapping as it is; and mended, as its second
# line says (for sed), the mapping passes that block and the laws.
set -eu
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
build=$(cd "${top_builddir:-$top/build}" && pwd)
PATH=$build:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$top"/tests/lang/laws/*.json "$work"
cd "$work"
failed=0

bad() {
	echo "FAIL: $*"
	failed=1
}

count=0
for map in "$top"/tests/lang/laws/*.map; do
	count=$((count + 1))
	name=$(basename "$map" .map)
	want=$(sed -n '1s/^# breaks: //p' "$map")
	mend=$(sed -n '2s/^# mend: //p' "$map")
	cp "$map" wrong.map
	crosswalk test --no-laws wrong.map >out 2>&1 ||
	    bad "$name: its own tests: $(cat out)"
	if crosswalk test wrong.map >out 2>&1; then
		bad "$name: no law finds it"
		continue
	fi
	found=$(sed -n 's/^wrong.map:[0-9]*: law \([a-z]*\): \([^ ]*\) .*/\1 \2/p' out)
	[ "$found" = "$want" ] || bad "$name: found '$found', not '$want'"

	# the block to paste
	sed -n '/^test /,/^}/p' out >block
	cat wrong.map block >pasted.map
	if crosswalk test --no-laws pasted.map >out 2>&1; then
		bad "$name: the block passes: $(cat block)"
	fi
	grep -q "^pasted.map:.* test \"${want%% *}: " out ||
	    bad "$name: not the block fails: $(cat out)"

	# its own tests hold it to what was wrong
	sed '/^test /,/^}/d; 1,2d' wrong.map >bare.map
	sed "$mend" bare.map >mended.map
	! cmp -s bare.map mended.map || bad "$name: mends nothing"
	cat block >>mended.map
	crosswalk test mended.map >out 2>&1 ||
	    bad "$name: mended: $(cat out mended.map)"
	grep -q 'laws hold' out || bad "$name: mended: $(cat out)"
done
[ "$count" -ge 15 ] || bad "only $count wrong mappings"
echo "$count wrong mappings"
exit $failed
