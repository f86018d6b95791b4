#!/bin/sh
# crosswalk test --watch runs again when the file changes, or one that it uses,
# is wrong, gone or back; Ctrl-C ends it.  --coverage says what was reached.
set -eu
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
build=$(cd "${top_builddir:-$top/build}" && pwd)
PATH=$build:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"; kill "$pid" 2>/dev/null || :' EXIT
pid=
cp "$top"/tests/lang/laws/*.json "$work"
cd "$work"
failed=0

bad() {
	echo "FAIL: $*"
	failed=1
}

cat >lib.map <<'END'
fn greet(name: text) = "Hi {name}";
END
cat >t.map <<'END'
use "lib.map" as lib;
schema ours = "ours.json";
schema theirs = "theirs.json";

map m (c: ours) <-> (h: theirs) {
  h.text <- lib.greet(c.name ?? "you");
  c.nick <-> h.nick with null: error;
  when c.vip ?? false { h.key <- c.id; }
}
test "greets" for m {
  given c = { id: "1", name: "Ann", nick: "a" };
  expect h = { text: "Hi Ann", nick: "a" };
}
test "all states" for m {
  given c = { id: "2", name: null };
  expect h = { text: "Hi you" };
  put h = { nick: null };
}
END
cp t.map good.map
cp lib.map goodlib.map

# ---- coverage ----

crosswalk test -L -C -j t.map >rows 2>said && bad "a failing test has status 0"
grep -q 'test "all states" failed' said || bad "JSON: $(cat said)"
row() {
	grep -q -F "$1" rows || bad "no row $1 in $(cat rows)"
}
row '"by":"tests","map":"m","way":"->","line":6,"value":1,"null":1,"absent":0,"error":0,'
row '"way":"->","line":7,"value":1,"null":0,"absent":1,"error":0,'
row '"way":"->","line":8,"value":0,"null":0,"absent":0,"error":0,'
row '"way":"<-","line":7,"value":0,"null":0,"absent":0,"error":1,'
[ "$(wc -l <rows)" -eq 4 ] || bad "rows: $(cat rows)"
crosswalk test -C -n 50 t.map >out 2>&1 || :
grep -q '^m: tests have a value for 2 of 3 rules to the right, 0 of 1' out ||
    bad "sum of tests: $(cat out)"
grep -q '^m: laws have a value for 3 of 3 rules to the right, 1 of 1' out ||
    bad "sum of laws: $(cat out)"
crosswalk test -j t.map 2>out && bad "--json alone"
grep -q 'json is of --coverage' out || bad "--json alone: $(cat out)"
sed '/^  put h/d' t.map >passes.map
crosswalk test -L -C -F 50 passes.map >out 2>&1 || bad "50 %: $(cat out)"
crosswalk test -L -C -F 51 passes.map >out 2>&1 && bad "51 % has status 0"
grep -q '^2 of 4 rules, there and back, were reached: 50 %, less than 51 %' \
    out || bad "51 %: $(cat out)"
crosswalk test -C -F 100 -n 50 passes.map >out 2>&1 || bad "laws: $(cat out)"
crosswalk test -F 5 passes.map 2>out && bad "--fail-under alone"
grep -q 'fail-under is of --coverage' out || bad "--fail-under: $(cat out)"

# ---- watch ----

sed -i '/^  put h/d' t.map
cp t.map good.map
mkfifo pipe
crosswalk test -w -L t.map >pipe 2>&1 &
pid=$!
exec 3<pipe

# all that is printed up to the next time it watches
next() {
	while read -r line <&3; do
		case $line in
		watching*)
			return ;;
		*)
			said="$said$line|" ;;
		esac
	done
	bad "$1: it ended"
	exit 1
}
# expect WHAT PATTERN
expect() {
	said=
	next "$1"
	case $said in
	$2) ;;
	*) bad "$1: $said" ;;
	esac
}

# in one step, as a look may come between two
put() {
	cat >"$1.new"
	mv "$1.new" "$1"
}

expect "at first" "2 passed, 0 failed|"
sed 's/Hi/Hello/' goodlib.map | put lib.map
expect "a used file" '*"Hi Ann", got "Hello Ann"*0 passed, 2 failed|'
echo 'fn' | put lib.map
expect "an error" '*error[[]E101]*0 passed, 0 failed|'
put lib.map <goodlib.map
expect "mended" "2 passed, 0 failed|"
rm t.map
expect "gone" '*cannot read t.map*0 passed, 0 failed|'
put t.map <good.map
expect "back" "2 passed, 0 failed|"
sed -i 's/"string", "null"/"null", "string"/' ours.json
expect "a schema" "2 passed, 0 failed|"
kill -INT "$pid"
status=0
wait "$pid" || status=$?
[ "$status" -eq 0 ] || bad "Ctrl-C: status $status"
pid=
exit $failed
