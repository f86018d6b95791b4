#!/bin/sh
# crosswalk explain: both directions and a merge, for a person and as JSON,
# and how it ends.
name=explain
. "$(dirname "$0")/command.sh"

# json: what came out is one JSON object
json() {
	echo '{"type": "object"}' >"$dir/object.json"
	if ! "$run" validate "$dir/object.json" <"$dir/out" >"$dir/why"; then
		cat "$dir/why" "$dir/out"
		failed=1
	fi
}

cat >"$dir/l.json" <<'END'
{"type": "object", "properties": {
  "a": {"type": ["string", "null"]}, "b": {"type": ["string", "null"]},
  "n": {"type": ["number", "null"]}, "at": {"type": "string"},
  "x": {"type": "object", "additionalProperties": {"type": "string"}}}}
END
cat >"$dir/r.json" <<'END'
{"type": "object", "properties": {
  "A": {"type": ["string", "null"]}, "B": {"type": ["string", "null"]},
  "N": {"type": ["string", "null"]}, "at": {"type": "string"},
  "Y": {"type": "object", "additionalProperties": {"type": "string"}}}}
END
cat >"$dir/m.map" <<'END'
schema l = "l.json";
schema r = "r.json";
map m (c: l) <-> (h: r) {
  c.a <-> h.A via trim with own: latest(tie: right);
  c.b <-> h.B with own: manual;
  c.n <-> h.N via dec_text(scale: 1);
  c.at <- h.at;
  rest c.x.* <-> h.Y.* via prefix("y_");
}
END

# one way
echo '{"a":" x ","b":""}' >"$dir/in"
echo '{"A":"y","B":null}' >"$dir/old"
want 0 -b old m.map
same out <<'END'
A = "x"
  m.map:4  c.a <-> h.A via trim with own: latest(tie: right)
  from a = " x "
  trim: " x " -> "x"
  decision: write, it was "y"
B = "" (empty)
  m.map:5  c.b <-> h.B with own: manual
  from b = ""
  decision: write, it was null
N = absent
  m.map:6  c.n <-> h.N via dec_text(scale: 1)
  from n = absent
  dec_text: absent -> absent
  decision: nothing to write
Y.* = absent
  m.map:8  rest c.x.* <-> h.Y.* via prefix("y_")
  from x.* = absent
  decision: nothing to write
rules: on update do upsert  (the map has no rules)
END
want 0 -j -b old m.map
json

# and back
echo '{"A":"x","N":"1.50","at":"now"}' >"$dir/in"
want 0 -r m.map
same out <<'END'
a = "x"
  m.map:4  c.a <-> h.A via trim with own: latest(tie: right)
  from A = "x"
  trim (back): "x" -> "x"
  decision: write
b = absent
  m.map:5  c.b <-> h.B with own: manual
  from B = absent
  decision: nothing to write
n = 1.50
  m.map:6  c.n <-> h.N via dec_text(scale: 1)
  from N = "1.50"
  dec_text (back): "1.50" -> 1.50
  decision: write
at = "now"
  m.map:7  c.at <- h.at
  from at = "now"
  decision: write
x.* = absent
  m.map:8  rest c.x.* <-> h.Y.* via prefix("y_")
  from Y.* = absent
  decision: nothing to write
rules: on create do upsert  (the map has no rules)
END
want 0 -r -j m.map
json

# three-way
echo '{"a":" x ","b":"1","n":1,"x":{"p":"1"}}' >"$dir/ours"
echo '{"A":"z","B":"2","N":"2.0","at":"t","Y":{"y_q":"q"}}' >"$dir/theirs"
echo '{"A":"y","B":"0","N":"1.0","Y":{}}' >"$dir/base"
cp "$dir/theirs" "$dir/in"
want 0 -o ours -t - -b base -O 2026-01-01T00:00:02Z -T 2026-01-01T00:00:01Z \
    m.map
same out <<'END'
A: to them
  A: ours "x", theirs "z", base "y"
  m.map:4  c.a <-> h.A via trim with own: latest(tie: right)
  from a = " x "
  trim: " x " -> "x"
  m.map:4  c.a <-> h.A via trim with own: latest(tie: right)
  from A = "z"
  trim (back): "z" -> "z"
  both changed; own: latest(tie: right, within: 0ms) of m.map:4
  to them: A = "x"
B: conflict
  B: ours "1", theirs "2", base "0"
  m.map:5  c.b <-> h.B with own: manual
  from b = "1"
  m.map:5  c.b <-> h.B with own: manual
  from B = "2"
  both changed; own: manual of m.map:5
  nothing is written
N: to us
  N: ours "1.0", theirs "2.0", base "1.0"
  m.map:6  c.n <-> h.N via dec_text(scale: 1)
  from n = 1
  dec_text: 1 -> "1.0"
  m.map:6  c.n <-> h.N via dec_text(scale: 1)
  from N = "2.0"
  dec_text (back): "2.0" -> 2.0
  theirs changed
  to us: n = 2.0
at: to us
  m.map:7  c.at <- h.at
  from at = "t"
  it only comes, and ours has another
  to us: at = "t"
Y.y_p: to them
  Y.y_p: ours "1", theirs absent, base absent
  m.map:8  rest c.x.* <-> h.Y.* via prefix("y_")
  from x.* = {"p":"1"}
  names: {"p":"1"} -> {"y_p":"1"}
  ours changed
  to them: Y.y_p = "1"
Y.y_q: to us
  Y.y_q: ours absent, theirs "q", base absent
  m.map:8  rest c.x.* <-> h.Y.* via prefix("y_")
  from x.* = {"p":"1"}
  names: {"p":"1"} -> {"y_p":"1"}
  m.map:8  rest c.x.* <-> h.Y.* via prefix("y_")
  from Y.* = {"y_q":"q"}
  names (back): {"y_q":"q"} -> {"q":"q"}
  theirs changed
  to us: x.q = "q"
to them: {"A":"x","Y":{"y_p":"1"}}
to us: {"n":2.0,"at":"t","x":{"q":"q"}}
new base: {"A":"x","B":"0","N":"2.0","Y":{"y_p":"1","y_q":"q"}}
conflicts for a person: 1
END
want 0 -j -o ours -t theirs -b base m.map
json

# the first time, and one side alone
want 0 -o ours -t theirs m.map
grep -q '^  both meet for the first time, with different values; own: latest' \
    "$dir/out" || { cat "$dir/out"; failed=1; }
want 0 -j -o ours m.map
json
want 0 -t theirs -b base m.map

# the event that is told
cat >"$dir/event.map" <<'END'
schema l = "l.json";
schema r = "r.json";
map m (c: l) <-> (h: r) { h.A <- "{event.op} {event.key} {text(year(event.at))}"; }
rules for m { on delete when event.key == "7" do delete; otherwise skip "no"; }
END
echo '{}' >"$dir/in"
want 0 event.map
grep -q '^A = "create  20' "$dir/out" || { cat "$dir/out"; failed=1; }
want 0 -e op=delete -e key=7 -e at=2019-01-31T12:00:00Z event.map
grep -q '^A = "delete 7 2019"' "$dir/out" || { cat "$dir/out"; failed=1; }
grep -q '^rules: on delete do delete ' "$dir/out" || { cat "$dir/out"; failed=1; }
want 2 -e op=remove event.map
want 2 -e when=now event.map

# what is wrong
want 2 -o - -t - m.map
want 2 -r -o ours m.map
want 2 -O 2026-01-01T00:00:00Z m.map
want 2 -o ours -T soon m.map
want 66 -o nothing m.map
echo '{"N":"many"}' >"$dir/in"
want 65 -o ours -t - -b base m.map
same err <<'END'
crosswalk: theirs: m.map:6: dec_text: "many" is not a number
  m.map:6  c.n <-> h.N via dec_text(scale: 1)
  from N = "many"
  dec_text (back): "many" -> failed
END
exit $failed
