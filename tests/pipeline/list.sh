#!/bin/sh
# crosswalk list against a CRM that is written to while it is read: none of
# 25,000 contacts is missing, none comes twice; killed between two pages and
# started again, none is missing; what has changed since comes, and nothing
# else.
CROSSWALK_IN_CLUSTER=none # no database here
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

TOKEN=sandbox-token
export TOKEN

# make FROM TO: batches of 100 contacts, one curl for all
make() {
	awk -v from="$1" -v to="$2" -v dir="$work" -v sandbox="$sandbox" '
	BEGIN {
		for (b = from; b < to; b++) {
			file = dir "/batch" b
			printf "{\"inputs\":[" >file
			for (i = 100 * b; i < 100 * b + 100; i++)
				printf "%s{\"properties\":{\"email\":\"c%d@x.io\"}}",
				    i % 100 ? "," : "", i >file
			print "]}" >file
			close(file)
			if (b > from)
				print "next"
			print "url = \"" sandbox \
			    "/crm/v3/objects/contacts/batch/create\""
			print "header = \"Authorization: Bearer sandbox-token\""
			print "header = \"Content-Type: application/json\""
			print "data = \"@" file "\""
			print "output = \"/dev/null\""
			print "fail"
		}
	}' >"$work/make$1"
	curl -sS -K "$work/make$1"
}

# HubSpot's list by cursor, as fast as it goes: another test has the budgets
{
	echo 'connector hubspot { base "https://api.hubapi.com"; auth bearer;'
	echo 'object contact {'
	echo 'list cursor { request GET "/crm/v3/objects/contacts";'
	echo 'query "limit" limit; query "after" cursor; items = body.results;'
	echo 'next = body.paging.next.after; id = item.id; } }'
	sed -n '/^  classify/,$p' "$top/mappings/hubspot/connector.map"
} >"$work/connector.map"
list() {
	$exec crosswalk list -u "$sandbox" -T TOKEN "$@" \
	    "$work/connector.map" contact
}
exec=

# missing FILE [OF]: of the first 25,000; twice FILE: lines of one id
missing() {
	jq -r '.properties.email' "$1" | sort -u >"$work/emails"
	awk -v of="${2:-25000}" \
	    'BEGIN { for (i = 0; i < of; i++) print "c" i "@x.io" }' |
	    sort | comm -23 - "$work/emails" | wc -l
}
twice() {
	jq -r .id "$1" | sort | uniq -d | wc -l
}

start_sandbox
make 0 250

# others write meanwhile
make 250 400 &
writer=$!
pids="$pids $writer"
list >"$work/all" || die "list ends with $?"
wait "$writer" || die "the others"
[ "$(missing "$work/all")" = 0 ] || die "records are missing"
[ "$(twice "$work/all")" = 0 ] || die "records come twice"

# Killed after some pages: slowed down, so that they are some.
faults '[{"fault":"slow","ms":10,"method":"GET","path":"/crm"}]'
: >"$work/parts"
kills=0
while [ $kills -lt 8 ]; do
	exec=exec
	echo >>"$work/parts" # behind a line that was cut
	list -s "$work/state" >>"$work/parts" &
	pid=$!
	exec=
	pages=$(jq -r .pages "$work/state" 2>/dev/null || echo 0)
	want=$((pages + 3))
	until_true 20 sh -c "[ \$(jq -r .pages '$work/state') -ge $want ]" ||
	    die "no page comes"
	kill -KILL $pid || die "it is at its end before it is killed"
	wait $pid 2>/dev/null || :
	kills=$((kills + 1))
done
faults '[]'
echo >>"$work/parts"
list -s "$work/state" >>"$work/parts" || die "list ends with $?"
[ "$(jq .done "$work/state")" = 1 ] || die "it is not at its end"
# a line may be cut where it was killed; it comes again
jq -R -c 'fromjson?' "$work/parts" >"$work/whole"
[ "$(missing "$work/whole")" = 0 ] || die "records are missing after kills"
n=$(wc -l <"$work/whole")
[ "$n" -le $((40000 + kills * 100)) ] || die "$n records: too much again"

# A CRM that fails now and then is asked again.
faults '[{"fault":"status","status":500,"skip":20,"count":1},
    {"fault":"cut","skip":50,"count":1},{"fault":"drop","skip":70,"count":1},
    {"fault":"truncate","skip":90,"count":1},
    {"fault":"html","skip":110,"count":1}]'
list >"$work/all" || die "list ends with $?"
[ "$(missing "$work/all")" = 0 ] || die "records are missing after faults"
[ "$(twice "$work/all")" = 0 ] || die "records come twice after faults"

# What it cannot do, it says.
faults '[]'
refused() {
	want=$1
	shift
	rc=0
	"$@" >"$work/out" 2>"$work/err" || rc=$?
	[ $rc -eq "$want" ] || die "$*: status $rc, not $want"
}
TOKEN=wrong refused 75 list
grep -q 'page 1: the token is refused' "$work/err" || die "a wrong token"
refused 2 list --since 2026-01-01T00:00:00Z
grep -q 'does not read `since`' "$work/err" || die "--since"
refused 65 list --deletes
grep -q 'says no `deletes`' "$work/err" || die "--deletes"
echo '{}' >"$work/state"
refused 65 list -s "$work/state"
grep -q 'it is of , not of hubspot.contact.list' "$work/err" || die "state"

# The shipped connector searches: no more than 10,000 come of a search, and
# what was written is found later; all the same none is missing, of more than
# that, and what is changed then comes once.
start_sandbox --search-lag 300
make 0 120
sed 's/fixed 5 per/fixed 1000000 per/' "$top/mappings/hubspot/connector.map" \
    >"$work/connector.map"
faults '[]'
rm -f "$work/state"
until_true 5 sh -c "curl -sS -f -H 'Authorization: Bearer $TOKEN' -d '{}' \
    $sandbox/crm/v3/objects/contacts/search | jq -e '.total == 12000'" ||
    die "the search does not find all"
list -s "$work/state" -m "$top/mappings/hubspot/contact.map" >"$work/all" ||
    die "list by search ends with $?"
[ "$(missing "$work/all" 12000)" = 0 ] || die "records are missing of a search"
[ "$(twice "$work/all")" = 0 ] || die "records come twice of a search"
jq -e -s 'all(.properties | has("phone") and has("lifecyclestage"))' \
    "$work/all" >/dev/null || die "the fields that the map reads"
make 120 122
changed() {
	list -s "$work/state" -m "$top/mappings/hubspot/contact.map" \
	    >>"$work/all" && [ "$(missing "$work/all" 12200)" = 0 ]
}
until_true 20 changed || die "what was written last does not come"
