#!/bin/sh
# What an account is given while the daemon runs is taken up: a secret in place
# of one that was refused, and parameters that its budgets are made of.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

secret() {
	printf '{"client_id":"demo","client_secret":"demo","refresh_token":"%s"}' \
	    "$1" | crosswalk secret set hubspot >/dev/null
}
connect() {
	crosswalk connection add acme hubspot --url "$sandbox" \
	    --secret hubspot --params "$1" >/dev/null
}
# said EVENT-AND-MORE: the daemon logged it
said() {
	grep -q "$1" "$work/daemon.log"
}

start_sandbox
set_up
secret wrong
start_daemon --park_ms 100
sql -c "insert into app.contact
    select c.* from generate_series(1, 10) i, app.make_contact(i) c"
until_true 20 said 'event=delivery.unusable.*refused the grant' ||
    die "a wrong secret is not said"
[ "$(actual | wc -l)" = 0 ] || die "something was written"
secret sandbox-refresh
until_same 30
echo "a new secret is taken up"

connect '{"burst": 0}'
sql -c "update app.contact set first_name = 'Eve'"
until_true 20 said 'event=delivery.unusable.*limit of budget burst' ||
    die "a limit that is none is not said"
connect '{"burst": 90}'
until_same 30
echo "parameters are taken up"
stop_daemon
