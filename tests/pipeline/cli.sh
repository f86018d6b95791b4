#!/bin/sh
# The commands that speak to the database, against a private Postgres: what
# they print, what they refuse and with which status.
set -u
if [ -z "${CLI_TEST_INSIDE:-}" ]; then
	CLI_TEST_INSIDE=1
	export CLI_TEST_INSIDE
	exec "$top_builddir/tests/pipeline/with_cluster" sh "$0"
fi
PATH=$top_builddir:$PATH
like=$top_srcdir/tests/lint/like.awk
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 99
unset CROSSWALK_TENANT
failed=0

sql()
{
	psql -X -d "$CROSSWALK_DB" "$@"
}

# is STATUS COMMAND...: run it, and compare all it prints with standard input;
# tests/lint/like.awk says what `...` stands for
is()
{
	want=$1
	shift
	status=0
	cat >want
	"$@" >out 2>&1 <"${input:-/dev/null}" || status=$?
	if [ $status -ne "$want" ] || ! awk -f "$like" want out; then
		echo "$*: status $status, wanted $want; it printed (>):"
		diff want out
		failed=1
	fi
}

# nothing is there yet, and nothing is made by looking
is 75 crosswalk status <<'END'
crosswalk: ...
END
is 75 crosswalk status -d 'host=/nowhere' <<'END'
crosswalk: cannot open the database; -d or CROSSWALK_DB says which: ...
END

is 0 crosswalk tenant add other </dev/null
is 0 crosswalk status --json <<'END'
{"journal_seq":...
END
is 2 crosswalk status now <<'END'
crosswalk status: there is no argument after `status`
usage: crosswalk status [OPTION...]
...
END

is 2 crosswalk key add shop --tenant nobody <<'END'
crosswalk: there is no tenant `nobody`; make it with `crosswalk tenant add nobody`, or say which with -t
END
# the tenant that nobody names is made when it is needed
crosswalk key add shop >key || failed=1
[ "$(wc -c <key)" -gt 20 ] || failed=1
is 0 crosswalk key revoke shop </dev/null
is 1 crosswalk key revoke shop <<'END'
crosswalk: there is no key `shop`
END

# tables to look values up in
is 0 crosswalk lookup list </dev/null
is 0 crosswalk lookup set owners ann o-7 </dev/null
is 0 crosswalk lookup set rates EUR 0.10 </dev/null
is 0 crosswalk lookup set rates EUR 1.50 </dev/null
is 0 crosswalk lookup set flags '' true </dev/null
is 0 crosswalk lookup get rates EUR <<'END'
1.50
END
is 1 crosswalk lookup get rates USD <<'END'
crosswalk: table `rates` has nothing for `USD`
END
is 2 crosswalk lookup set rates EUR null <<'END'
crosswalk: a value is a text, a number or a bool, not null; drop the row
END
is 2 crosswalk lookup set rates EUR '[1]' <<'END'
crosswalk: a value is a text, a number or a bool, not a list or record
END
cat >known <<'END'
{"xref": {"account": {"A1": "9001"}},
 "lookup": {"owners": {"b\u00f6b": "\u00e9", "cat": 7}}}
END
is 0 crosswalk lookup load known <<'END'
2 rows
END
is 0 crosswalk lookup list <<'END'
TABLE   ROWS
flags      1
owners     3
rates      1
END
is 0 crosswalk lookup load --replace known <<'END'
2 rows
END
is 0 crosswalk lookup list --json owners <<'END'
{"key":"böb","value":"é"}
{"key":"cat","value":7}
END
is 65 crosswalk lookup load want <<'END'
crosswalk: want: ...
END
is 1 crosswalk lookup drop owners ann <<'END'
crosswalk: table `owners` has no such row
END
is 0 crosswalk lookup drop owners cat </dev/null
is 0 crosswalk lookup drop owners <<'END'
1 row
END
is 1 crosswalk lookup drop owners <<'END'
crosswalk: table `owners` has no row
END
is 0 crosswalk lookup list -t other </dev/null

# secrets
is 0 crosswalk secret keygen master </dev/null
[ "$(ls -l master | cut -c1-10)" = -rw------- ] || failed=1
CROSSWALK_KEY_FILE=$tmp/master
export CROSSWALK_KEY_FILE
is 2 crosswalk secret set token <<'END'
crosswalk: stdin is empty; ...
END
echo s3cret >secret
input=secret is 0 crosswalk secret set token </dev/null
[ "$(sql -Atc "SELECT count(*) FROM crosswalk.secret
    WHERE position('s3cret' IN encode(sealed, 'escape')) = 0")" = 1 ] ||
	failed=1
is 1 crosswalk secret drop nothing <<'END'
crosswalk: there is no secret `nothing`
END

# a table is captured, also what was there before
sql -q <<'END'
CREATE SCHEMA app;
CREATE TABLE app.contact (id int PRIMARY KEY, email text);
INSERT INTO app.contact SELECT i, 'a' || i || '@x.io'
    FROM generate_series(1, 2500) i;
END
is 0 crosswalk attach app.contact --backfill <<'END'
2500 rows of app.contact are in the journal
END
sql -qc "UPDATE app.contact SET email = 'b' WHERE id = 7"
[ "$(sql -Atc 'SELECT count(*) FROM crosswalk.journal')" = 2501 ] || {
	echo "the journal has not 2501 events"
	failed=1
}
is 2 crosswalk attach app.nothing <<'END'
crosswalk: ...
END
is 0 crosswalk entity list <<'END'
TENANT  NAME     SCHEMA  TABLE        KEY
main    contact  -       app.contact  id
END
echo '{"type": "object"}' >contact.json
is 0 crosswalk entity add lead --schema contact.json \
    --schema-name app.lead -t other </dev/null
is 0 crosswalk entity list --json <<'END'
{"tenant":"main","name":"contact","schema":null,"table":"app.contact","key":"id"}
{"tenant":"other","name":"lead","schema":"app.lead","table":null,"key":null}
END
is 66 crosswalk entity add lead -s nowhere.json <<'END'
crosswalk: cannot open nowhere.json: No such file or directory
END
is 0 crosswalk detach app.contact </dev/null
is 1 crosswalk detach app.contact <<'END'
crosswalk: app.contact was not attached
END

# connections and syncs
is 0 crosswalk connection add acme hubspot -u http://127.0.0.1:1 \
    -s token -p '{"a": 1}' </dev/null
is 0 crosswalk connection list <<'END'
TENANT  NAME  CONNECTOR  URL                 SECRET  PARAMS    ENABLED
main    acme  hubspot    http://127.0.0.1:1  token   {"a": 1}  true
END
is 0 crosswalk connection pause acme </dev/null
is 0 crosswalk connection show acme --json <<'END'
{"tenant":"main","name":"acme","connector":"hubspot","url":"http://127.0.0.1:1","secret":"token","params":{"a": 1},"enabled":false}
END
is 0 crosswalk connection resume acme </dev/null
is 2 crosswalk connection show acne <<'END'
crosswalk: there is no connection `acne`; there is acme
END
is 2 crosswalk connection show acme -t other <<'END'
crosswalk: there is no connection `acme`, nor any other; `crosswalk connection add` makes one
END
is 0 crosswalk sync add contacts contact acme contact_hubspot </dev/null
is 0 crosswalk sync pause contacts </dev/null
is 0 crosswalk sync list <<'END'
TENANT  NAME      ENTITY   CONNECTION  MAPPING          MAP              DIRECTION  ENABLED
main    contacts  contact  acme        contact_hubspot  contact_hubspot  out        false
END
is 0 crosswalk sync resume contacts </dev/null
is 2 crosswalk sync add x contact acme m --way sideways <<'END'
crosswalk: a direction is out, in or both, not `sideways`
END
is 2 crosswalk sync show x <<'END'
crosswalk: there is no sync `x`; there is contacts
END

# dead letters, as delivery leaves them
sql -q <<'END'
INSERT INTO crosswalk.dead_letter (sync_id, key, op, seq, fingerprint, cause,
	rule, message, payload, request, reply)
SELECT 1, 'k' || i, 'u', i, CASE WHEN i < 1500 THEN 'f1' ELSE 'f2' END,
	'PERMANENT', 'contact.map:21', 'email is not valid',
	'{"id": ' || i || '}', NULL, NULL
FROM generate_series(1, 2000) i;
END
is 0 crosswalk dlq list <<'END'
GROUP  SYNC      RECORDS  LAST                      CAUSE      RULE            MESSAGE
f1     contacts     1499  ...
f2     contacts      501  ...
END
[ "$(crosswalk dlq list --all | wc -l)" = 2001 ] || {
	echo "dlq list --all does not list 2000"
	failed=1
}
[ "$(crosswalk dlq list -g f2 --json | wc -l)" = 501 ] || failed=1
is 0 crosswalk dlq show contacts k7 <<'END'
key       k7
cause     PERMANENT
message   email is not valid
rule      contact.map:21
failures  1
record    {"id": 7}
END
is 0 crosswalk dlq show contacts k7 --json <<'END'
{"key":"k7","op":"upsert","cause":"PERMANENT",...
END
is 1 crosswalk dlq show contacts nothing <<'END'
crosswalk: contacts has no dead letter `nothing`
END
is 2 crosswalk dlq replay <<'END'
crosswalk: say which: --sync, --group, --key, or --all
END
is 0 crosswalk dlq replay --key k7 <<'END'
1 replayed
END
is 0 crosswalk dlq drop --group f2 <<'END'
501 dropped
END
is 0 crosswalk dlq replay --all <<'END'
1498 replayed
END
is 1 crosswalk dlq replay --all <<'END'
0 replayed
END
is 0 crosswalk status <<'END'
journal at ..., ... to be read, 1499 records wait, 0 dead letters
TENANT  CONNECTION  SYNC      STATE  LINKS  LINKED  WAITING  DEAD
main    acme        contacts  runs       0       0     1499     0
CAUSE   WAITING  OLDEST S
...
END

# mappings: published, unchanged, refused, rolled back
mkdir common
cat >app.json <<'END'
{ "type": "object",
  "properties": { "email": { "$ref": "common/text.json#/$defs/short" } } }
END
cat >common/text.json <<'END'
{ "$defs": { "short": { "type": "string" } } }
END
cat >crm.json <<'END'
{ "type": "object", "properties": { "Email": { "type": "string" } } }
END
cat >first.map <<'END'
schema app.contact = "app.json";
schema crm.contact = "crm.json";

map first (c: app.contact) <-> (h: crm.contact) {
  c.email <-> h.Email via lower;
}

test "lower case" for first {
  given  c = { email: "A@x.io" };
  expect h = { Email: "a@x.io" };
}
END
is 0 crosswalk publish --dry-run first.map <<'END'
first.map: would be published
END
is 0 crosswalk history </dev/null
is 0 crosswalk publish first.map <<'END'
first.map: first version 1
END
is 0 crosswalk publish "$tmp/first.map" <<'END'
...first.map: first version 1 (unchanged)
END
sed 's/via lower/via trim/' first.map >broken.map
is 65 crosswalk publish broken.map <<'END'
broken.map:8: test "lower case" failed
...
broken.map: not published; the version that runs goes on
END
{
	echo 'codec clean: text <-> text { -> : trim(it); <- : it; law: exact; }'
	sed 's/via lower/via clean/; /^test/,$d' first.map
} >lawless.map
is 65 crosswalk publish lawless.map <<'END'
lawless.map:6: law getput: c.email ...
...
lawless.map: not published; the version that runs goes on
END
is 0 crosswalk publish --dry-run --no-laws lawless.map <<'END'
lawless.map: would be published
END
sed 's/c.email/c.mail/' first.map >wrong.map
is 65 crosswalk publish first.map wrong.map <<'END'
error[E...
...
wrong.map: not published; the version that runs goes on
first.map: first version 1 (unchanged)
END
sed 's/via lower/via email_norm/' first.map >second.map
is 0 crosswalk publish second.map <<'END'
second.map: first version 2
END
is 0 crosswalk rollback first <<'END'
first: version 1 is active
END
# what a schema refers to is part of the version
echo '{ "$defs": { "short": { "type": "string", "maxLength": 80 } } }' \
	>common/text.json
is 0 crosswalk publish --dry-run first.map <<'END'
first.map: would be published
END
is 0 crosswalk publish second.map <<'END'
second.map: first version 3
END
rm common/text.json
is 65 crosswalk publish first.map <<'END'
error[E204]: cannot read common/text.json: No such file or directory
...
first.map: not published; the version that runs goes on
END
is 0 crosswalk rollback first 1 <<'END'
first: version 1 is active
END
is 0 crosswalk history first --json <<'END'
{"name":"first","version":3,"active":false,...
{"name":"first","version":2,"active":false,...
{"name":"first","version":1,"active":true,...
END
is 0 crosswalk rollback first 2 <<'END'
first: version 2 is active
END

is 1 crosswalk history nothing <<'END'
crosswalk: there is no mapping `nothing`
END
is 2 crosswalk rollback nothing two <<'END'
crosswalk: `two` is no version; `crosswalk history nothing` lists them
END
exit $failed
