# Sourced by the pipeline tests and the demo: a real Postgres, a real
# sandbox, a real daemon, and the means to compare both sides.
#
# A script that sources this runs itself again under with_cluster, so that
# CROSSWALK_DB names a private cluster.  Everything it makes lies in
# $work; at its end nothing runs and nothing is left.

set -eu
top=${top_srcdir:-.}
bin=${top_builddir:-.}
PATH=$bin:$bin/src/daemon:$PATH
if [ -z "${CROSSWALK_IN_CLUSTER:-}" ]; then
	CROSSWALK_IN_CLUSTER=1
	export CROSSWALK_IN_CLUSTER
	exec "$bin/tests/pipeline/with_cluster" /bin/sh "$0" "$@"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/crosswalk-test.XXXXXX")
pids=
daemon=
port=
api=
api_port=$((20000 + $$ % 20000))
status=1

finish() {
	rc=$?
	trap - EXIT INT TERM
	if [ $rc -ne 0 ] && [ -n "${KEEP_LOGS:-}${CI:-}" ]; then
		for log in "$work"/*.log; do
			[ -s "$log" ] || continue
			echo "== ${log##*/} (its end)" >&2
			tail -n 12 "$log" >&2
		done
	fi
	for p in $daemon $pids; do
		kill -TERM "$p" 2>/dev/null || :
	done
	for p in $daemon $pids; do
		wait "$p" 2>/dev/null || :
	done
	rm -rf "$work"
	exit $rc
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
	echo "FAILED: $*" >&2
	exit 1
}

sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$CROSSWALK_DB" "$@"
}

# until_true SECONDS COMMAND...: try until it succeeds.
until_true() {
	_left=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		_left=$((_left - 1))
		[ $_left -gt 0 ] || return 1
		sleep 0.05
	done
}

start_sandbox() {
	rm -f "$work/port"
	crosswalk sandbox hubspot --port-file "$work/port" "$@" \
	    2>>"$work/sandbox.log" &
	pids="$pids $!"
	until_true 10 test -s "$work/port" || die "the sandbox does not start"
	port=$(cat "$work/port")
	sandbox=http://127.0.0.1:$port
}

# A property that the mapping writes and a fresh account does not have.
declare_property() {
	curl -sS -f -o /dev/null -H 'Authorization: Bearer sandbox-token' \
	    -H 'Content-Type: application/json' \
	    -d "{\"name\":\"$1\",\"label\":\"$1\",\"type\":\"string\",\"fieldType\":\"text\",\"groupName\":\"contactinformation\"}" \
	    "$sandbox/crm/v3/properties/contacts"
}

start_daemon() {
	: >"$work/ready"
	crosswalkd --listen "127.0.0.1:$api_port" "$@" \
	    2>>"$work/daemon.log" &
	daemon=$!
	api=http://127.0.0.1:$api_port
	until_true 20 curl -sS -f -o /dev/null "$api/healthz" ||
	    die "the daemon does not start"
}

stop_daemon() {
	kill -TERM "$daemon"
	wait "$daemon" || die "the daemon ends with $?"
	daemon=
}

kill_daemon() {
	kill -KILL "$daemon" 2>/dev/null || :
	wait "$daemon" 2>/dev/null || :
	daemon=
}

# The table, the mapping, the connection: what most tests begin with.
set_up() {
	sql -f "$top/tests/pipeline/contact.sql"
	crosswalk secret keygen "$work/key"
	CROSSWALK_KEY_FILE=$work/key
	export CROSSWALK_KEY_FILE
	crosswalk tenant add main >/dev/null
	crosswalk attach app.contact --entity contact >/dev/null
	printf '{"client_id":"demo","client_secret":"demo","refresh_token":"sandbox-refresh"}' |
	    crosswalk secret set hubspot >/dev/null
	crosswalk publish "$top/mappings/hubspot/connector.map" \
	    "$top/mappings/hubspot/contact.map" >/dev/null
	crosswalk connection add acme hubspot --url "$sandbox" \
	    --secret hubspot >/dev/null
	crosswalk sync add contacts contact acme contact_hubspot >/dev/null
	for p in crosswalk_tags crosswalk_vip crosswalk_source \
	    crosswalk_region x_tier x_score; do
		declare_property "$p"
	done
}

# Both sides as a line a record: email and what is set, sorted.
expected() {
	sql -c "select row_to_json(c) from app.contact c
	    where consent and status = 'active'" |
	    crosswalk run "${map:-$top/mappings/hubspot/contact.map}" |
	    jq -S -c '.properties | with_entries(select(.value != null and .value != ""))' |
	    sort
}
actual() {
	curl -sS -f "$sandbox/_sandbox/records/contacts" |
	    jq -S -c '.properties
	        | del(.hs_object_id, .createdate, .lastmodifieddate)
	        | with_entries(select(.value != null and .value != ""))' |
	    sort
}

same() {
	expected >"$work/expected"
	actual >"$work/actual"
	cmp -s "$work/expected" "$work/actual"
}

# until_same SECONDS: comparing is dear, so only when all is at rest.
until_same() {
	_end=$(($(date +%s) + $1))
	while :; do
		until at_rest || [ "$(date +%s)" -ge $_end ]; do
			sleep 0.05
		done
		if same; then
			return 0
		fi
		if [ "$(date +%s)" -ge $_end ]; then
			diff "$work/expected" "$work/actual" |
			    cut -c 1-300 | head -n 10 >&2 || :
			die "the sides differ: $(wc -l <"$work/expected")" \
			    "expected, $(wc -l <"$work/actual") there"
		fi
	done
}

# A number of the sandbox's statistics: stat .calls.upsert
stat() {
	curl -sS -f "$sandbox/_sandbox/stats" | jq -r "$1"
}
reset_stat() {
	curl -sS -f -o /dev/null -X POST "$sandbox/_sandbox/reset-stats"
}
faults() {
	curl -sS -f -o /dev/null -X POST -d "$1" "$sandbox/_sandbox/faults"
}

# A number of the daemon's metrics: metric records_done_total
metric() {
	curl -sS -f "$api/metrics" |
	    awk -v m="crosswalk_$1" '$1 == m { print $2 }'
}

# Every change is read and done, or waits for somebody.
at_rest() {
	crosswalk status --json |
	    jq -e '.unread == 0 and .waiting == 0' >/dev/null
}
until_quiet() {
	until_true "$1" at_rest || die "it does not come to rest"
}
