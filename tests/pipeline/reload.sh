#!/bin/sh
# What is published, paused, resumed or rolled back is taken up by a running
# daemon within a second, and no change is lost meanwhile.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

start_sandbox
set_up
start_daemon --park_ms 300
sql -c "insert into app.contact select c.* from generate_series(1, 200) i, app.make_contact(i) c"
until_same 30

# generation: the one that the daemon runs
generation() {
	metric generation
}
# taken BEFORE: a newer generation runs, within a second of the commit
taken() {
	until_true 2 sh -c "[ \"\$(curl -sS $api/metrics | awk '\$1 == \"crosswalk_generation\" { print \$2 }')\" -gt $1 ]" ||
	    die "it was not taken up"
}

mkdir "$work/m"
cp -r "$top/mappings/hubspot" "$top/mappings/lib" "$work/m/"
cp -r "$top/schemas" "$work/schemas"
chmod -R u+w "$work/m"
sed 's|c.first_name     <-> h.properties.firstname;|c.first_name     <-> h.properties.firstname via upper;|' \
    "$top/mappings/hubspot/contact.map" >"$work/m/hubspot/contact.map"
sed -i 's|firstname: "Ann"|firstname: "ANN"|; s|first_name: "Anna"|first_name: "ANNA"|' "$work/m/hubspot/contact.map"
g=$(generation)
crosswalk publish --no-laws "$work/m/hubspot/contact.map" >/dev/null || die "refused"
taken "$g"
map=$work/m/hubspot/contact.map
sql -c "update app.contact set updated_at = now()"
until_same 30
echo "a new version is taken up"

g=$(generation)
crosswalk rollback contact_hubspot >/dev/null
taken "$g"
map=
sql -c "update app.contact set updated_at = now()"
until_same 30
echo "an older one is taken up again"

g=$(generation)
# what a newer crosswalk would publish
sql >/dev/null <<'END'
begin;
create temp table old on commit drop as
	select * from crosswalk.mapping where active and name = 'contact_hubspot';
update crosswalk.mapping set active = false where id = (select id from old);
with new as (insert into crosswalk.mapping
	    (name, version, active, digest, checks, published_by, params, language)
	select name, 100, true, digest, checks, 'newer', params, 2 from old
	returning id)
insert into crosswalk.mapping_file
	select new.id, position, path, hash
	from new, crosswalk.mapping_file where mapping_id = (select id from old);
select crosswalk.touch();
commit;
END
taken "$g"
until_true 10 grep -q 'event=catalog.language .*language=2 known=1 running=[1-9]' \
    "$work/daemon.log" || die "a newer language was not refused"
sql -c "update app.contact set first_name = 'Newer'"
until_same 30
g=$(generation)
crosswalk rollback contact_hubspot 1 >/dev/null
taken "$g"
echo "one in a newer language leaves the version that runs"

g=$(generation)
crosswalk connection pause acme >/dev/null
taken "$g"
sql -c "update app.contact set last_name = 'Paused ' || id"
until_true 10 sh -c "[ \"\$(crosswalk status --json | jq .waiting)\" = 200 ]" ||
    die "the changes do not wait"
same && die "the changes went to a paused connection"
crosswalk connection resume acme >/dev/null
until_same 30
echo "what waited for a paused connection goes when it is resumed"

kill_daemon
sql -c "update app.contact set last_name = 'Down ' || id"
start_daemon
until_same 30
echo "what was changed while the daemon was down goes when it is up"

# A transaction that stays open while later ones commit loses nothing.
mkfifo "$work/open"
sql <"$work/open" >/dev/null &
pids="$pids $!"
exec 9>"$work/open"
echo "begin; update app.contact set last_name = 'Late' where id = 'c1';" >&9
until_true 10 sh -c "psql -X -A -t -d \"\$CROSSWALK_DB\" -c \"select 1 from pg_stat_activity where state = 'idle in transaction'\" | grep -q 1" ||
    die "no transaction stays open"
sql -c "update app.contact set last_name = 'Early' where id <> 'c1'"
until_same 30
echo "commit;" >&9
exec 9>&-
until_true 10 sh -c "psql -X -A -t -d \"\$CROSSWALK_DB\" -c \"select last_name from app.contact where id = 'c1'\" | grep -q Late"
until_same 30
echo "a transaction that stayed open loses nothing"
stop_daemon
