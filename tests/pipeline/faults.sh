#!/bin/sh
# A CRM that misbehaves in every way the sandbox knows: after each the sides
# are equal, nothing is doubled, and nobody had to help.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

start_sandbox
set_up
start_daemon --request_timeout_ms 1000 --park_ms 500
sql -c "insert into app.contact select c.* from generate_series(1, 1000) i, app.make_contact(i) c"
until_same 30

try() {
	what=$1
	faults "$2"
	sql -c "update app.contact set first_name = first_name || '.', notes = '$what'
	    where substr(id, 2)::int % 2 = 0"
	sql -c "insert into app.contact select c.*
	    from generate_series((select count(*) + 1 from app.contact),
	        (select count(*) + 60 from app.contact)) i,
	    app.make_contact(i::int) c"
	until_same 60
	faults '[]'
	echo "$what: equal"
}

P='"path":"/crm/v3/objects/contacts/batch"'
try "429 with Retry-After" "[{$P,\"fault\":\"status\",\"status\":429,\"retry_after\":1,\"every\":2,\"count\":4}]"
try "429 without Retry-After" "[{$P,\"fault\":\"status\",\"status\":429,\"every\":3,\"count\":1}]"
try "500" "[{$P,\"fault\":\"status\",\"status\":500,\"every\":2,\"count\":4}]"
try "502 with a page" "[{$P,\"fault\":\"status\",\"status\":502,\"html\":true,\"every\":3,\"count\":4}]"
try "503" "[{$P,\"fault\":\"status\",\"status\":503,\"every\":2,\"count\":3}]"
try "a page with status 200" "[{$P,\"fault\":\"html\",\"every\":3,\"count\":2}]"
try "401 in the middle" "[{$P,\"fault\":\"status\",\"status\":401,\"every\":3,\"count\":1}]"
try "a timeout before the commit" "[{$P,\"fault\":\"hang\",\"ms\":3000,\"every\":3,\"count\":2}]"
try "a timeout after the commit" "[{$P,\"fault\":\"hang_after\",\"ms\":3000,\"every\":3,\"count\":2}]"
try "closed without an answer" "[{$P,\"fault\":\"drop_after\",\"every\":3,\"count\":3}]"
try "a reply cut in the middle" "[{$P,\"fault\":\"cut\",\"every\":3,\"count\":3}]"
try "a reply reset in the middle" "[{$P,\"fault\":\"reset\",\"every\":3,\"count\":3}]"
try "truncated JSON" "[{$P,\"fault\":\"truncate\",\"every\":3,\"count\":3}]"
try "gzip and chunked" "[{$P,\"fault\":\"gzip\"},{$P,\"fault\":\"chunked\"}]"
try "shuffled results" "[{$P,\"fault\":\"shuffle\"}]"
try "connections closed after each reply" "[{$P,\"fault\":\"close\"}]"
doubled=$(curl -sS -f "$sandbox/_sandbox/records/contacts" |
    jq -r .properties.email | sort | uniq -d | wc -l)
[ "$doubled" = 0 ] || die "$doubled contacts are doubled"
[ "$(sql -c "select count(*) from crosswalk.dead_letter")" = 0 ] ||
    die "there are dead letters"
stop_daemon
