#!/bin/sh
# crosswalk doc: a page that has every construct, and pages of all that is
# shipped.
name=doc
. "$(dirname "$0")/command.sh"
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)

cat >"$dir/l.json" <<'END'
{"type": "object", "properties": {
  "a": {"type": ["string", "null"]}, "b": {"type": ["string", "null"]},
  "first": {"type": ["string", "null"]}, "last": {"type": ["string", "null"]},
  "at": {"type": "string"}, "kind": {"enum": ["x", "y"]},
  "n": {"type": ["number", "null"]}, "phone": {"type": ["string", "null"]},
  "mails": {"type": "array", "items": {"type": "object", "properties": {
    "to": {"type": "string"}, "kind": {"type": ["string", "null"]}}}},
  "x": {"type": "object", "additionalProperties": {"type": "string"}}}}
END
cat >"$dir/r.json" <<'END'
{"type": "object", "properties": {
  "A": {"type": ["string", "null"]}, "B": {"type": ["string", "null"]},
  "name": {"type": ["string", "null"]}, "at": {"type": "string"},
  "K": {"enum": ["1", "2", "3"]}, "N": {"type": ["string", "null"]},
  "one": {"type": ["string", "null"]}, "need": {"type": "string"},
  "half": {"type": "string"}, "many": {"type": "string"},
  "phones": {"type": "array", "items": {"type": "object", "properties": {
    "is": {"type": "string"}, "no": {"type": ["string", "null"]}}}},
  "mails": {"type": "array", "items": {"type": "object", "properties": {
    "to": {"type": "string"}, "kind": {"type": ["string", "null"]}}}},
  "Y": {"type": "object", "additionalProperties": {"type": "string"}}}}
END
cat >"$dir/base.map" <<'END'
# All that a map can say.
# It has | bars and `ticks`.

schema app.l = "l.json";
schema crm.r = "r.json";

# where it comes from
param source: text = "app";
param must: text;

# what they call it
enum kinds {
  "x" <-> "1";
  # an old name
  "x" <- "2";
  "y" <-> "3";
  else -> error;
  else <- keep;
}
fn half(n: decimal): decimal = n * 0.5;
codec shout { -> : upper(it); <- : it; law: canon; }

# of both
map m (c: app.l) <-> (h: crm.r) {
  on conflict latest;
  # a name | not more,
  # on two lines
  c.a <-> h.A via trim | shout with lossy, own: left, missing: default("?");
  c.{first, last} <-> h.name via join_name(" ") with lossy, own: left;
  c.kind <-> h.K via kinds with null: skip, own: max;
  c.n <-> h.N via dec_text(scale: 1) with error: keep;
  c.at <- h.at with readonly;
  h.one <- "a `tick` | {param.source}" with null: clear;
  h.need <- param.must;
  h.half <- try text(half(c.n ?? 0)) else "?";
  h.many <- match {
    c.b == "1" => "one", # no description
    else => "more",
  };
  when c.kind == "x" {
    when c.at != "" { c.b <-> h.B with create only; }
  }
  each c.mails as e <-> h.mails as v key e.to = v.to with prune {
    # of an element
    e.to <-> v.to;
    e.kind <-> v.kind with missing: clear;
  }
  pick h.phones as v where v.is == "m" create { is: "m", no: it } <-> c.phone;
  rest c.x.* <-> h.Y.* except (y_id) via prefix("y_");
}
identity for m {
  # the same name
  match (c.a == h.A);
  ambiguous error;
}
rules for m {
  # nobody is asked
  on create, update when c.a == "no" do skip "no";
  on create do upsert by { A };
  otherwise skip "no rule";
}
rules for m inbound { otherwise skip "not ours"; }
END
cat >"$dir/tenant.map" <<'END'
use "base.map" as base;

extend base.m {
  drop c.n;
  # more digits
  c.n <-> h.N via dec_text(scale: 3);
}
END
: >"$dir/in"
want 0 base.map
same out <<'END'
# base.map

All that a map can say.
It has | bars and `ticks`.

## Params

| param | type | default | line | description |
| --- | --- | --- | --- | --- |
| `source` | `text` | `"app"` | 8 | where it comes from |
| `must` | `text` | | 9 | |

## Map `m`

of both

| side | name | schema | file |
| --- | --- | --- | --- |
| left | `c` | `app.l` | `l.json` |
| right | `h` | `crm.r` | `r.json` |

### Rules

| c | way | h | via | law | both changed | missing | null | unusable | besides | when | line | description |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| `c.a` | `->` | `h.A` | `trim \| shout` | canon | | `default("?")` | clear | | `lossy` | | 28 | a name \| not more, on two lines |
| `c.{first, last}` | `->` | `h.name` | `join_name(" ")` | lossy | | skip | clear | | `lossy` | | 29 | |
| `c.kind` | `<->` | `h.K` | `kinds` | partial | `max` | skip | skip | | | | 30 | |
| `c.n` | `<->` | `h.N` | `dec_text(scale: 1)` | partial | `latest` | skip | clear | keep | | | 31 | |
| `c.at` | `<-` | `h.at` | | exact | | skip | clear | | `readonly` | | 32 | |
| `` "a `tick` \| {param.source}" `` | `->` | `h.one` | | exact | | skip | clear | | | | 33 | |
| `param.must` | `->` | `h.need` | | exact | | skip | clear | | | | 34 | |
| `try text(half(c.n ?? 0)) else "?"` | `->` | `h.half` | | exact | | skip | clear | | | | 35 | |
| *as below* | `->` | `h.many` | | exact | | skip | clear | | | | 36 | |
| `c.b` | `<->` | `h.B` | | exact | `latest` | skip | clear | | `create only` | `c.kind == "x"` and `c.at != ""` | 41 | |
| `each c.mails as e` | `<->` | `h.mails as v key e.to = v.to` | | exact | `latest` | skip | clear | | `prune` | | 43 | |
| `c.phone` | `<->` | `pick h.phones as v where v.is == "m" create { is: "m", no: it }` | | canon | `latest` | skip | clear | | | | 48 | |
| `rest c.x.*` | `<->` | `h.Y.*` | `prefix("y_")` | partial | `latest` | skip | clear | | except `y_id` | | 49 | |

Line 36:

```crosswalk-map
h.many <- match {
  c.b == "1" => "one", # no description
  else => "more",
};
```

#### Elements of `c.mails` and `h.mails`

| e | way | v | law | missing | null | line | description |
| --- | --- | --- | --- | --- | --- | --- | --- |
| `e.to` | `<->` | `v.to` | exact | skip | clear | 45 | of an element |
| `e.kind` | `<->` | `v.kind` | exact | clear | clear | 46 | |

### Identity

| says | line | description |
| --- | --- | --- |
| `match (c.a == h.A)` | 53 | the same name |
| `ambiguous error` | 54 | |

### From `app.l` to `crm.r`

| on | when | do | line | description |
| --- | --- | --- | --- | --- |
| `create, update` | `c.a == "no"` | `skip "no"` | 58 | nobody is asked |
| `create` | | `upsert by { A }` | 59 | |
| otherwise | | `skip "no rule"` | 60 | |

### From `crm.r` to `app.l`

| on | do | line |
| --- | --- | --- |
| otherwise | `skip "not ours"` | 62 |

## Enum `kinds`

what they call it

| left | way | right | line | description |
| --- | --- | --- | --- | --- |
| `"x"` | `<->` | `"1"` | 13 | |
| `"x"` | `<-` | `"2"` | 15 | an old name |
| `"y"` | `<->` | `"3"` | 16 | |
| anything else | `->` | `error` | 17 | |
| `keep` | `<-` | anything else | 18 | |

Law: partial.

## Function `half`

```crosswalk-map
fn half(n: decimal): decimal = n * 0.5;
```

## Codec `shout`

```crosswalk-map
codec shout { -> : upper(it); <- : it; law: canon; }
```

Law: canon.
END

# of a map in another file: what the overlay made of it, and where it stands
want 0 tenant.map
grep -e '^| c |' -e '^| `c.n`' -e '^| otherwise' "$dir/out" >"$dir/rows"
same rows <<'END'
| c | way | h | via | law | both changed | missing | null | besides | when | layer | line | description |
| `c.n` | `<->` | `h.N` | `dec_text(scale: 3)` | partial | `latest` | skip | clear | | | `tenant` | 6 | more digits |
| otherwise | | `skip "no rule"` | base.map:60 | |
| otherwise | `skip "not ours"` | base.map:62 |
END

# several files, in a file
want 0 -o page.md tenant.map base.map
same out </dev/null
grep '^# ' "$dir/page.md" >"$dir/heads"
same heads <<'END'
# tenant.map
# base.map
END

# all or nothing
echo 'map m (c: l) <-> (h: r) { }' >"$dir/bad.map"
want 65 base.map bad.map
same out </dev/null
grep -q '^error\[E203\]' "$dir/err" || { cat "$dir/err"; failed=1; }
want 65 -o none.md bad.map
[ ! -f "$dir/none.md" ] || { echo "none.md is there"; failed=1; }
want 71 -o nowhere/page.md base.map

# what is shipped has a page, and no table without a row
cd "$top/mappings" || exit 99
for map in */*.map; do
	page=$("$run" doc "$map") || { echo "doc $map"; failed=1; }
	echo "$page" | awk -v map="$map" '
	rule && !/^\|/ { print map ": an empty table"; bad = 1 }
	{ rule = /^\|( --- \|)+$/; rows += /^\|/ }
	END {
		if (rule || (rows < 3 && map !~ /^lib/))
			print map ": no table"
		exit bad || rule || (rows < 3 && map !~ /^lib/)
	}' || failed=1
done
exit $failed
