#!/bin/sh
# Killed with SIGKILL at random moments during a load of changes, then left
# to finish: the sandbox holds exactly the right state.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

changes=${CHANGES:-20000}
kills=${KILLS:-20}
start_sandbox
set_up
start_daemon --again_ms 2000

# The load: inserts, then updates, deletes and archives, in many small
# transactions, from a process of its own.
load() {
	sql >/dev/null <<SQL
create procedure app.load(changes int) language plpgsql as \$\$
declare i int; k int;
begin
	for i in 1 .. changes loop
		k := 1 + i * 7919 % (changes / 4);
		if i <= changes / 4 then
			insert into app.contact select c.* from app.make_contact(i) c;
		elsif i % 50 = 0 then
			update app.contact set status = 'archived' where id = 'c' || k;
		elsif i % 51 = 0 then
			delete from app.contact where id = 'c' || k;
		else
			update app.contact set first_name = 'v' || i,
			    annual_revenue = i + 0.01, notes = nullif(i % 3, 0)::text
			where id = 'c' || k;
		end if;
		if i % 7 = 0 then commit; end if;
		if i % 100 = 0 then perform pg_sleep(0.02); end if;
	end loop;
end \$\$;
call app.load($changes);
SQL
}
load &
loader=$!
pids="$pids $loader"

seed=${SEED:-$$}
echo "seed $seed"
i=0
while [ $i -lt "$kills" ]; do
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	sleep "0.$((seed / 65536 % 6))$((seed / 4096 % 10))"
	kill_daemon
	start_daemon --again_ms 2000
	i=$((i + 1))
done
wait $loader || die "the load failed"
until_same 60
until_quiet 30
doubled=$(curl -sS -f "$sandbox/_sandbox/records/contacts" |
    jq -r .properties.email | sort | uniq -d | wc -l)
[ "$doubled" = 0 ] || die "$doubled contacts are doubled"
[ "$(sql -c "select count(*) from crosswalk.dead_letter")" = 0 ] ||
    die "there are dead letters"
stop_daemon
echo "$changes changes, $kills kills, $(wc -l <"$work/actual") records: equal"
