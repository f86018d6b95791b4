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

# The connection's own address answers nothing: requests go where the token
# says they go, by that of the daemon before as well.
tokens() {
	stat '.calls["POST oauth/token"] | add'
}
connector() {
	sed "s|token \"https://api.hubapi.com/oauth/v1/token\";|token \"$sandbox/oauth/v1/token\"; base = body.api_domain; hosts [\"$1\"];|" \
	    "$top/mappings/hubspot/connector.map" >"$work/m/hubspot/connector.map"
	crosswalk publish "$work/m/hubspot/connector.map" >/dev/null ||
	    die "the connector is refused"
}
mkdir "$work/m"
cp -r "$top/mappings/hubspot" "$top/mappings/lib" "$work/m/"
cp -r "$top/schemas" "$work/schemas"
chmod -R u+w "$work/m"
connector "$sandbox"
connection=http://127.0.0.1:1
crosswalk connection add acme hubspot --url $connection --secret hubspot \
    >/dev/null
sql -c "update app.contact set first_name = 'Ida'"
start_daemon --park_ms 100
until_same 30
stop_daemon
asked=$(tokens)
sql -c "update app.contact set first_name = 'Kim'"
start_daemon --park_ms 100
until_same 30
[ "$(tokens)" = "$asked" ] || die "the token and its host were forgotten"
echo "requests go to the host that came with the token"

connector "api.example.com"
sql -c "update app.contact set first_name = 'Lou'"
until_true 20 said 'event=delivery.unusable.*none of the `hosts` of connector' ||
    die "a host that is not named is not said"
actual | grep -q Lou && die "it was sent to a host that is not named"
echo "and to no other"
stop_daemon
