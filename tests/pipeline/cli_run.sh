#!/bin/sh
# run and explain: both directions, patches, errors by line, limits, and the
# same bytes whatever the reads and writes cut.
set -u
PATH=$top_builddir:$PATH
like=$top_srcdir/tests/lint/like.awk
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 99
failed=0

# is STATUS COMMAND...: as in cli.sh; the command reads the file `in`
is()
{
	want=$1
	shift
	status=0
	cat >want
	"$@" >out 2>&1 <in || status=$?
	if [ $status -ne "$want" ] || ! awk -f "$like" want out; then
		echo "$*: status $status, wanted $want; it printed (>):"
		diff want out
		failed=1
	fi
}

cat >app.json <<'END'
{ "type": "object", "required": ["id", "stage"], "properties": {
    "id": { "type": "string" },
    "name": { "type": ["string", "null"] },
    "stage": { "enum": ["lead", "customer"] },
    "revenue": { "type": ["number", "null"] } } }
END
cat >crm.json <<'END'
{ "type": "object", "properties": {
    "Name": { "type": ["string", "null"] },
    "Status": { "enum": ["open", "won"] },
    "Revenue": { "type": ["number", "null"] },
    "Source": { "type": "string" } } }
END
cat >two.map <<'END'
schema app.contact = "app.json";
schema crm.contact = "crm.json";

enum stage {
  "lead"     <-> "open";
  "customer" <-> "won";
}

map one (c: app.contact) <-> (h: crm.contact) {
  c.name    <-> h.Name via trim;
  c.stage   <-> h.Status via stage;
  c.revenue <-> h.Revenue;
  h.Source  <- "app" with create only;
}

rules for one {
  on update when changed(c.stage) do update;
  on create do upsert by { Name };
  otherwise skip "the stage is the same";
}

map other (c: app.contact) <-> (h: crm.contact) {
  c.name <-> h.Name;
}
END

cat >in <<'END'
{"id":"1","name":" Ann ","stage":"lead","revenue":1234567890123456789.10}
{"id":"2","stage":"lost"}

{"id":"3","stage":"customer","name":null,"revenue":1e400}
{"id":"4","stage":
[]
{"id":"5","stage":"lead","name":"\u00e9\u0000"}
END
is 65 sh -c 'crosswalk run -m one two.map 2>err; s=$?; cat err; exit $s' <<'END'
{"Name":"Ann","Status":"open","Revenue":1234567890123456789.10,"Source":"app"}
{"Name":null,"Status":"won","Revenue":1e400,"Source":"app"}
{"Name":"é\u0000","Status":"open","Source":"app"}
line 2: two.map:11: ...
line 5: ...
line 6: ...
END
is 2 crosswalk run two.map <<'END'
crosswalk: two.map has several maps; say which with -m: one, other
END
is 2 crosswalk run -m none two.map <<'END'
crosswalk: two.map has no map `none`; it has one, other
END
is 65 crosswalk run -m one nowhere.map <<'END'
error[E...
...
END

# back, and a patch against what is there
cat >in <<'END'
{"Name":"Ann","Status":"won","Revenue":0.10,"Source":"x"}
END
is 0 crosswalk run -m one -r two.map <<'END'
{"name":"Ann","stage":"customer","revenue":0.10}
END
cat >in <<'END'
{"id":"1","name":"Ann","stage":"lead","revenue":1.50}
{"id":"2","name":null,"stage":"lead"}
{"id":"3","stage":"lead"}
END
cat >base <<'END'
{"Name":"Ann","Status":"open","Revenue":1.5,"Source":"old"}
{"Name":"Bob","Status":"open","Revenue":7}
{}
END
is 0 crosswalk run -m one -b base two.map <<'END'
{}
{"Name":null}
{"Status":"open"}
END
# held to the schema: a record that is made, and what a patch writes
sed 's/"Name": {/&"maxLength": 3,/' crm.json >short.json
sed 's/crm.json/short.json/' two.map >held.map
cat >in <<'END'
{"id":"1","name":"Anna","stage":"lead"}
{"id":"2","name":"Bobby","stage":"customer"}
{"id":"3","name":"Cy","stage":"lead"}
END
is 65 sh -c 'crosswalk run --check -m one held.map 2>err; s=$?; cat err; exit $s' <<'END'
{"Name":"Cy","Status":"open","Source":"app"}
line 1: held.map:10: #/Name: "Name" must have at most 3 characters, but has 4 (crm.contact#/properties/Name/maxLength)
line 2: held.map:10: #/Name: "Name" must have at most 3 characters, but has 5 ...
END
cat >base2 <<'END'
{"Name":"Ann","Status":"open"}
{"Name":"Bobby","Status":"open"}
{}
END
is 65 sh -c 'crosswalk run -k -m one -b base2 held.map 2>err; s=$?; cat err; exit $s' <<'END'
{"Status":"won"}
{"Name":"Cy","Status":"open"}
line 1: held.map:10: #/Name: ...
END
cat >in <<'END'
{"id":"1","name":"Ann","stage":"lead","revenue":1.50}
{"id":"2","name":null,"stage":"lead"}
{"id":"3","stage":"lead"}
END
head -n 2 base >short
is 65 crosswalk run -m one -b short two.map <<'END'
{}
{"Name":null}
crosswalk: short ends after 2 lines, ...
END
is 66 crosswalk run -m one -b nowhere two.map <<'END'
crosswalk: cannot open nowhere: No such file or directory
END
is 2 crosswalk run -m one -n noon two.map <<'END'
crosswalk run: `noon` is no time; write it as 2026-01-31T12:00:00Z
...
END

# the longest record, and one byte more: the rest goes on
awk 'BEGIN {
	s = "x"
	while (length(s) < 1048576)
		s = s s
	head = "{\"id\":\"1\",\"stage\":\"lead\",\"name\":\""
	for (more = 0; more <= 1; more++)
		print head substr(s, 1, 1048576 - length(head) - 2 + more) "\"}"
	print "{\"id\":\"2\",\"stage\":\"lead\"}"
}' >in
status=0
crosswalk run -m one two.map <in >out 2>err || status=$?
if [ $status -ne 65 ] || [ "$(wc -l <out)" -ne 2 ] ||
    [ "$(wc -l <err)" -ne 1 ] || ! grep -q '^line 2: ' err; then
	echo "the longest record: status $status"
	cut -c1-100 out err
	failed=1
fi

# many, through a pipe that cuts them anywhere, in order and none lost
awk 'BEGIN { for (i = 0; i < 30000; i++)
	printf "{\"id\":\"%d\",\"stage\":\"lead\",\"name\":\"n%d\"}\n", i, i }' >in
dd if=in bs=997 2>/dev/null | crosswalk run -m one -s two.map >out 2>err
awk '{ if ($0 != "{\"Name\":\"n" NR - 1 "\",\"Status\":\"open\",\"Source\":" \
    "\"app\"}") exit 1 } END { exit NR != 30000 }' out || {
	echo "30000 records through a pipe are not 30000 in order"
	failed=1
}
grep -q '^30000 records, 0 refused, ' err || failed=1

# explain
cat >in <<'END'
{"id": "1",
 "name": " Ann ", "stage": "lead"}
END
is 0 crosswalk explain -m one two.map <<'END'
Name = "Ann"
  two.map:10  c.name <-> h.Name via trim
  from name = " Ann "
  trim: " Ann " -> "Ann"
  decision: write
Status = "open"
  two.map:11  c.stage <-> h.Status via stage
  from stage = "lead"
  enum stage: "lead" -> "open"
  decision: write
Revenue = absent
  two.map:12  c.revenue <-> h.Revenue
  from revenue = absent
  decision: nothing to write
Source = "app"
  two.map:13  h.Source <- "app" with create only
  decision: write
rules: on create do upsert by Name  two.map:18
END
echo '{"Name":"Anna","Status":"won"}' >base
is 0 crosswalk explain -m one -b base two.map <<'END'
Name = "Ann"
...
  decision: write, it was "Anna"
Status = "open"
...
  decision: write, it was "won"
...
Source = "app"
...
  decision: only written when the record is made
rules: on update do update  two.map:17
END
echo '{"Name":"Anna","Status":"open"}' >base
is 0 crosswalk explain -m one -b base two.map <<'END'
...
  decision: unchanged
...
rules: on update do skip "the stage is the same"  two.map:19
END
is 0 crosswalk explain -m one -j two.map <<'END'
{"targets":[{"path":"Name","state":"value","value":"Ann",...],"action":{"do":"upsert",...}}
END
crosswalk explain -m one -j -b base two.map <in | jq -e '
    (.targets | length) == 4 and .targets[0].was == "Anna" and
    .targets[0].steps[0].step == "trim" and .action.line == 19' >out || {
	echo "explain --json is not what it should be"
	failed=1
}
echo '{"id":"1","stage":"lost"}' >in
is 65 crosswalk explain -m one two.map <<'END'
crosswalk: two.map:11: ...
  two.map:11  c.stage <-> h.Status via stage
  from stage = "lost"
  enum stage: "lost" -> failed
END

# params
cat >param.map <<'END'
schema app.contact = "app.json";
schema crm.contact = "crm.json";
param source: text;
param rate: decimal = 1;
map p (c: app.contact) <-> (h: crm.contact) {
  h.Source  <- param.source;
  h.Revenue <- (c.revenue ?? 0) * param.rate;
}
test "with a value" for p {
  given  c = { id: "1", stage: "lead", revenue: 2 };
  expect h = { Source: "app", Revenue: 3 };
}
END
echo '{"id":"1","stage":"lead","revenue":2}' >in
is 65 crosswalk run param.map <<'END'
note[N224]: param `source` has no value yet, ...
  --> param.map:3:7 ...
...
  = fix: give a default, or a value: --param source=…
line 1: param.map:6: param `source` has no value; give it one: --param source=…, or in the params of the connection
END
is 0 crosswalk run -p source=app --param rate=1.50 param.map <<'END'
{"Source":"app","Revenue":3.00}
END
is 0 crosswalk run -p 'source="7"' param.map <<'END'
{"Source":"7","Revenue":2}
END
is 65 crosswalk run -p source=7 param.map <<'END'
error[E223]: param `source` is text, its value is 7
  --> param.map:3:7 ...
...
  = fix: as a text: --param 'source="7"'
END
is 65 crosswalk check -p rate=high param.map <<'END'
...
error[E223]: param `rate` is decimal, its value is "high"
...
END
is 0 crosswalk check -p source=a=b param.map <<'END'
param.map: 1 map, 0 connectors, 1 test: ok
END
is 0 crosswalk test -p source=app -p rate=1.5 param.map <<'END'
...: 100 samples, 0 refused; laws hold: ...
1 passed, 0 failed
END
is 1 crosswalk test -p source=other -p rate=1.5 param.map <<'END'
param.map:9: test "with a value" failed
param.map:11: h.Source: expected "app", got "other"
...
0 passed, 1 failed
END
is 0 crosswalk compile -p source=app param.map <<'END'
...
    0  CONST       r0 0  ; "app"
...
END
is 0 crosswalk explain -p source=app param.map <<'END'
...
...app...
...
END
# one of the files has it
is 0 crosswalk check -p source=app two.map param.map <<'END'
two.map: 2 maps, 0 connectors, 0 tests: ok
param.map: 1 map, 0 connectors, 1 test: ok
END
for bad in source =x source=1,-psource=2 surce=app; do
	IFS=,
	# shellcheck disable=SC2086
	is 2 crosswalk check -p$bad param.map <<'END'
...
crosswalk check: ...param...
...
END
	unset IFS
done

# check, fmt, compile, test
is 0 crosswalk check two.map <<'END'
two.map: 2 maps, 0 connectors, 0 tests: ok
END
is 0 crosswalk check -x E412 <<'END'
...
Rules have no order, ...
...
END
is 2 crosswalk check <<'END'
crosswalk check: which file?
...
END
cp two.map pretty.map
is 0 crosswalk fmt pretty.map </dev/null
is 0 crosswalk fmt --check pretty.map </dev/null
sed 's/  c.name *<->/ c.name <->/' pretty.map >ugly.map
is 1 crosswalk fmt --check ugly.map pretty.map <<'END'
ugly.map
END
is 0 crosswalk fmt ugly.map </dev/null
cmp pretty.map ugly.map || failed=1
is 0 crosswalk compile two.map <<'END'
...
...END...
...
END
exit $failed
