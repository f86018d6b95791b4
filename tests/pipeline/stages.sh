#!/bin/sh
# Ingest, engine and delivery as processes of their own, on ipc sockets; any
# of them killed and started again loses nothing.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

start_sandbox
set_up
mkdir "$work/ipc"

# stage NAME: start one; its pid is in $work/NAME.pid
stage() {
	_stage=$1
	shift
	crosswalkd --ipc "$work/ipc" --stages "$_stage" \
	    --listen "127.0.0.1:$api_port" --again_ms 1000 "$@" \
	    2>>"$work/$_stage.log" &
	echo $! >"$work/$_stage.pid"
	pids="$pids $!"
}
slay() {
	kill -KILL "$(cat "$work/$1.pid")"
	wait "$(cat "$work/$1.pid")" 2>/dev/null || :
}

stage delivery
stage engine
stage ingest
sql -c "insert into app.contact select c.* from generate_series(1, 1000) i, app.make_contact(i) c"
until_same 30
for victim in engine delivery ingest engine delivery; do
	sql -c "update app.contact set first_name = first_name || ' $victim'" &
	update=$!
	sleep 0.15
	slay $victim
	stage $victim
	wait $update
	until_same 60
	echo "$victim killed and started again: equal"
done
doubled=$(curl -sS -f "$sandbox/_sandbox/records/contacts" |
    jq -r .properties.email | sort | uniq -d | wc -l)
[ "$doubled" = 0 ] || die "$doubled contacts are doubled"
