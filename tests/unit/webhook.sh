#!/bin/sh
# crosswalk webhook: what is signed by another program, openssl(1), with the
# right secret and now, is read; everything else is refused with its reason.
name=webhook
. "${top_srcdir:-.}/tests/unit/command.sh"
command -v openssl >/dev/null || {
	echo "openssl is missing: apt-get install openssl"
	exit 1
}

cat >"$dir/hooks.map" <<'END'
fn plain(uri: text): text = replace(replace(uri, "%3A", ":"), "%40", "@");
connector x {
  base "https://x.io";
  object signed {
    webhook {
      verify hmac_sha256(secret("x"), method + plain(uri) + raw + header("X-Time"))
          base64 header "X-Signature" max_age 300s;
      events = body;
      id = item.objectId;
      op = match { ends(item.type, ".creation") => "create", ends(item.type, ".deletion") => "delete",
          ends(item.type, ".change") => "update", ends(item.type, ".odd") => "explode", else => absent };
      at = item.at;
      fields = item.name;
      echo = item.app == param.app;
      reread = header("X-Cut") != absent;
    }
  }
  object hex { webhook { verify hmac_sha256(secret("x"), raw) hex header "X-Hex"; events = [body]; id = body_id(item); } }
  object token { id = body.id; webhook { verify token(secret("x"), body.token); events = body.list; } }
  object basic { id = body.id; webhook { verify basic(secret("x")); events = body; fields = item.changed; } }
  object none { create { request POST "/x"; } }
  classify { else => fail permanent; }
}
fn body_id(e: any): any = e.id;
END

SECRET='s3cret & ü'
export SECRET
now=2026-11-28T12:00:00Z
at=1795867200000 # the same
body='[{"objectId":7,"type":"c.creation","at":5,"app":1},
{"objectId":"8","type":"c.change","at":"t","name":"email","app":2},{"type":"c.other"}]'

# base64 of HMAC-SHA256 with $SECRET of standard input
sum() {
	openssl dgst -sha256 -hmac "$SECRET" -binary | openssl base64 -A
}
# what is signed of a request: METHOD URI BODY TIME
signed() {
	printf '%s%s%s%s' "$1" "$2" "$3" "$4" | sum
}
# request HEADER...: POST /hooks?a=%3A%40%2F with $body to $dir/in
request() {
	{
		printf 'POST /hooks?a=%%3A%%40%%2F HTTP/1.1\r\nHost: me.io\r\n'
		for h in "$@"; do
			printf '%s\r\n' "$h"
		done
		printf '\r\n%s' "$body"
	} >"$dir/in"
}
uri='https://me.io/hooks?a=:@%2F'
refused() {
	case ${3:-signed} in
	*.map) want 1 -K SECRET -n "$2" "$3" contact ;;
	*) want 1 -K SECRET -n "${2:-$now}" hooks.map "${3:-signed}" ;;
	esac
	grep -q "^crosswalk: refused: $1\$" "$dir/err" || {
		echo "not refused: $1"
		cat "$dir/err"
		failed=1
	}
	[ ! -s "$dir/out" ] || {
		echo "refused, and still told"
		failed=1
	}
}

good=$(signed POST "$uri" "$body" $at)
request "x-SIGNATURE: $good" "X-Time:$at"
want 0 -K SECRET -n $now -p app=1 hooks.map signed
same out <<'END'
{"id":"7","op":"create","at":"5","echo":true,"event":{"objectId":7,"type":"c.creation","at":5,"app":1}}
{"id":"8","op":"update","at":"t","fields":["email"],"event":{"objectId":"8","type":"c.change","at":"t","name":"email","app":2}}
END

# a replay within its time is the provider's still; events have ids for that
want 0 -K SECRET -n 2026-11-28T12:05:00Z hooks.map signed
want 0 -K SECRET -n 2026-11-28T11:55:00Z hooks.map signed
refused 'it was signed 301 s ago, and at most 300 are allowed' \
    2026-11-28T12:05:01Z
refused 'it was signed 301 s ahead, and at most 300 are allowed' \
    2026-11-28T11:54:59Z

# any byte of it changed; another secret, path, time
mismatch='the signature is not of this request and secret'
sed 's/objectId":7/objectId":9/' "$dir/in" >"$dir/in2"
mv "$dir/in2" "$dir/in"
refused "$mismatch"
request "X-Signature: $good" "X-Time: $((at + 1))"
refused "$mismatch"
request "X-Signature: $(signed PUT "$uri" "$body" $at)" "X-Time: $at"
refused "$mismatch"
request "X-Signature: $(signed POST "https://you.io/hooks" "$body" $at)" \
    "X-Time: $at"
refused "$mismatch"
request "X-Signature: $(SECRET=other signed POST "$uri" "$body" $at)" \
    "X-Time: $at"
refused "$mismatch"
# the address by which it was reached is signed, not the one it has here
request "X-Signature: $(signed POST "https://hooks.example.com/hooks?a=:@%2F" \
    "$body" $at)" "X-Time: $at"
refused "$mismatch"
want 0 -K SECRET -n $now -u https://hooks.example.com hooks.map signed

# no signature, half of one, one with something behind it
request "X-Time: $at"
refused 'it has no signature'
for bad in "${good%?????}" "$good$good" "$good!" "????" "$(printf %44s)"; do
	request "X-Signature: $bad" "X-Time: $at"
	want 1 -K SECRET -n $now hooks.map signed
done
request "X-Signature: $(signed POST "$uri" "$body" "")"
refused 'it does not say when it was signed'
request "X-Signature: $(signed POST "$uri" "$body" soon)" "X-Time: soon"
refused 'it does not say when it was signed'
# seconds, and a time of day
for t in 1795867200 2026-11-28T13:00:00+01:00; do
	request "X-Signature: $(signed POST "$uri" "$body" $t)" "X-Time: $t"
	want 0 -K SECRET -n $now hooks.map signed
done

# a body that was cut off; an op that is none; no id
request "X-Signature: $good" "X-Time: $at" "X-Cut: 1"
want 0 -K SECRET -n $now hooks.map signed
grep -c '"reread":true' "$dir/out" >"$dir/n"
echo 2 | same n
body='[{"objectId":1,"type":"c.odd"}]'
request "X-Signature: $(signed POST "$uri" "$body" $at)" "X-Time: $at"
want 65 -K SECRET -n $now hooks.map signed
grep -q 'event 1: its op is `explode`; create, update' "$dir/err" || failed=1
body='[{"type":"c.change"}]'
request "X-Signature: $(signed POST "$uri" "$body" $at)" "X-Time: $at"
want 65 -K SECRET -n $now hooks.map signed
grep -q 'event 1: it has no id' "$dir/err" || failed=1

# hexadecimal
body='{"id":"a"}'
request "X-Hex: $(printf %s "$body" | openssl dgst -sha256 -hmac "$SECRET" |
    sed 's/.* //')"
want 0 -K SECRET hooks.map hex
echo '{"id":"a","op":"update","event":{"id":"a"}}' | same out

# a token in the body; nothing is read before it is right
body='{"token":"s3cret & ü","list":[{"id":1}]}'
request
want 0 -K SECRET hooks.map token
echo '{"id":"1","op":"update","event":{"id":1}}' | same out
for body in '{"token":"s3cret"}' '{"token":"s3cret & v"}' '{}' 'x' \
    '{"token":7}'; do
	request
	want 1 -K SECRET hooks.map token
done

# name and password
SECRET=ann:pass:word
body='[{"id":1,"changed":["a","b"]}]'
request "Authorization: basic $(printf %s "$SECRET" | openssl base64 -A)"
want 0 -K SECRET hooks.map basic
echo '{"id":"1","op":"update","fields":["a","b"],"event":{"id":1,"changed":["a","b"]}}' |
    same out
request "Authorization: Basic $(printf ann:pass | openssl base64 -A)"
refused 'its name or password is another' $now basic
request "Authorization: Bearer x"
refused 'it has no name and password' $now basic

# HubSpot's v3: of the address some characters are signed as they are
hubspot=$(cd "${top_srcdir:-.}" && pwd)/mappings/hubspot/connector.map
SECRET=app-secret
body='[{"eventId":1,"subscriptionType":"contact.propertyChange","objectId":123,"propertyName":"email","occurredAt":1795867100000,"sourceId":"77"},{"eventId":2,"subscriptionType":"company.creation","objectId":9,"sourceId":"5"},{"eventId":3,"subscriptionType":"object.deletion","objectTypeId":"0-1","objectId":124}]'
signature=$(signed POST 'https://hooks.acme.io/x?to=a@b.c&k=%20%5B' "$body" $at)
{
	printf 'POST /x?to=a%%40b.c&k=%%20%%5B HTTP/1.1\r\nHost: hooks.acme.io\r\n'
	printf 'X-HubSpot-Signature-v3: %s\r\n' "$signature"
	printf 'X-HubSpot-Request-Timestamp: %s\r\n\r\n%s' $at "$body"
} >"$dir/in"
want 0 -K SECRET -n $now -p 'app_id="77"' "$hubspot" contact
sed 's/,"event":.*//' "$dir/out" >"$dir/short"
same short <<'END'
{"id":"123","op":"update","at":"1795867100000","fields":["properties.email"],"echo":true
{"id":"124","op":"delete"
END
want 0 -K SECRET -n $now "$hubspot" company
sed 's/,"event":.*//' "$dir/out" >"$dir/short"
echo '{"id":"9","op":"create"' | same short
SECRET=another
refused "$mismatch" $now "$hubspot"

# an empty secret is anybody's
SECRET=
request "X-Hex: $(printf %s "$body" | openssl dgst -sha256 -hmac "" |
    sed 's/.* //')"
refused 'the secret is empty' $now hex

want 65 -K SECRET hooks.map none
echo hello >"$dir/in"
want 65 -K SECRET hooks.map signed
want 2 hooks.map signed
want 2 -K NOT_THERE hooks.map signed
exit $failed
