#!/bin/sh
# End to end on one machine: Postgres with fsync on, the daemon, the sandbox
# and the load.  Changes are committed 1,000 a transaction; the clock runs
# from the first commit until the CRM holds the last record.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

records=${RECORDS:-100000}
start_sandbox
set_up
# The account that is simulated has no limits: what is measured is ours.
sed 's/fixed 190 per/fixed 1000000 per/; s/calendar 625000 per/calendar 1000000000 per/' \
    "$top/mappings/hubspot/connector.map" >"$work/connector.map"
crosswalk publish "$work/connector.map" >/dev/null
start_daemon
sql -c "create unlogged table app.load as select c.* from generate_series(1, $records) i, app.make_contact(i) c"
sql -c "alter table app.load add n serial"
sql -c "create index on app.load (n)"
sql -c "create procedure app.run(records int) language plpgsql as \$\$
begin
	for i in 0 .. (records - 1) / 1000 loop
		insert into app.contact select $(sql -c "select string_agg(column_name, ',' order by ordinal_position) from information_schema.columns where table_schema = 'app' and table_name = 'contact'")
		from app.load where n > i * 1000 and n <= (i + 1) * 1000;
		commit;
	end loop;
end \$\$"

# measure NAME COMMAND: records a second, requests for 1,000 changes
measure() {
	name=$1
	shift
	reset_stat
	done0=$(metric records_done_total)
	sent0=$(metric requests_total)
	t0=$(date +%s%N)
	"$@"
	t1=$(date +%s%N)
	until [ $(($(metric records_done_total) - done0)) -ge "$records" ]; do
		[ $((($(date +%s%N) - t0) / 1000000000)) -lt 120 ] ||
		    die "$name: not done after 120 s"
		sleep 0.02
	done
	t2=$(date +%s%N)
	ms=$(((t2 - t0) / 1000000))
	printf '%-34s %8d records/s   (committed in %d ms, there in %d ms)\n' \
	    "$name" $((records * 1000 / ms)) $(((t1 - t0) / 1000000)) "$ms"
	printf '%-34s %8d\n' "  requests for 1,000 changes" \
	    $((($(metric requests_total) - sent0) * 1000 / records))
}

measure "insert" sql -c "call app.run($records)"
measure "update" sql -c "update app.contact set first_name = 'x' || id"
until_quiet 30
same || die "the sides differ"
printf '%-34s %8d MB\n' "memory of crosswalkd, at its most" \
    $(($(awk '/VmHWM/ { print $2 }' "/proc/$daemon/status") / 1024))
stop_daemon
